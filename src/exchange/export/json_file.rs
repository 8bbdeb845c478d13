//! JSON: `{"schema":1,"history_head":"…","columns":[…],"rows":[…]}`, written row by row.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{ExportColumn, ExportRows, ExportTable, SCHEMA, Stop};

pub(super) fn write<E>(
    table: &ExportTable<'_>,
    rows: &mut ExportRows<'_, E>,
    file: &File,
) -> Result<u64, Stop<E>> {
    let mut out = BufWriter::new(file);
    write!(out, "{{\"schema\":{SCHEMA},")?;
    if let Some(head) = table.history_head {
        out.write_all(b"\"history_head\":")?;
        put(&mut out, &head)?;
        out.write_all(b",")?;
    }
    out.write_all(b"\"columns\":")?;
    let heads: Vec<_> = table.columns.iter().map(|column| Head(*column)).collect();
    put(&mut out, &heads)?;
    out.write_all(b",\"rows\":[")?;
    let mut count = 0;
    for row in rows {
        let row = row.map_err(Stop::Source)?;
        out.write_all(if count == 0 { b"\n" } else { b",\n" })?;
        put(&mut out, &Row { columns: table.columns, cells: &row })?;
        count += 1;
    }
    out.write_all(b"\n]}\n")?;
    out.flush()?;
    Ok(count)
}

fn put<T: Serialize>(out: &mut impl Write, value: &T) -> io::Result<()> {
    serde_json::to_writer(out, value).map_err(io::Error::from)
}

/// A column, so that a reader can show the rows under Chinese headers.
struct Head(ExportColumn);

impl Serialize for Head {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("id", self.0.id)?;
        map.serialize_entry("header", self.0.header)?;
        map.end()
    }
}

/// A row as an object with the keys in the order of the columns.
struct Row<'r> {
    columns: &'r [ExportColumn],
    cells: &'r [String],
}

impl Serialize for Row<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.columns.len()))?;
        for (at, column) in self.columns.iter().enumerate() {
            map.serialize_entry(column.id, self.cells.get(at).map_or("", String::as_str))?;
        }
        map.end()
    }
}
