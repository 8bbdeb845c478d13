//! CSV for spreadsheets: UTF-8 with a byte order mark, CRLF, and nothing that would run.

use std::fs::File;
use std::io::{self, BufWriter, Write};

use csv::{Terminator, Writer, WriterBuilder};

use super::super::text::guarded;
use super::{ExportRows, ExportTable, Stop};

/// By this mark Excel knows UTF-8.
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

pub(super) fn write<E>(
    table: &ExportTable<'_>,
    rows: &mut ExportRows<'_, E>,
    file: &File,
) -> Result<u64, Stop<E>> {
    let mut out = BufWriter::new(file);
    out.write_all(BYTE_ORDER_MARK)?;
    let mut sheet = WriterBuilder::new().terminator(Terminator::CRLF).from_writer(out);
    put(&mut sheet, table.columns.iter().map(|column| column.header))?;
    let mut count = 0;
    for row in rows {
        let row = row.map_err(Stop::Source)?;
        let cells = table.columns.iter().enumerate();
        put(&mut sheet, cells.map(|(at, _)| guarded(row.get(at).map_or("", String::as_str))))?;
        count += 1;
    }
    sheet.flush()?;
    Ok(count)
}

fn put<W: Write, T: AsRef<[u8]>>(
    sheet: &mut Writer<W>,
    cells: impl Iterator<Item = T>,
) -> io::Result<()> {
    sheet.write_record(cells).map_err(io::Error::from)
}
