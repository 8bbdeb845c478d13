//! Old workbooks (`.xls`), and other compound files that carry the name.
//!
//! The reader loads the whole workbook, as a grid as large as its furthest cell: that is what the
//! limits of the process are for that this runs in.

use std::fs::File;
use std::io::{Cursor, Read, Write};

use calamine::{Data, Reader, SheetType, SheetVisible, Xls, XlsError};
use memchr::memmem;

use super::read_parser::{Task, broken};
use super::read_wire::{Halt, Looked, LookedSheet, RawCell, WireWriter};
use super::read_xlsx::{date_of, iso_date_of};
use super::sheet::{Alien, BYTE_LIMIT, SheetFaultCause};

/// Reads an old workbook.
pub(super) fn read<W: Write>(file: File, task: Task, wire: &mut WireWriter<W>) -> Result<(), Halt> {
    let mut bytes = Vec::new();
    file.take(BYTE_LIMIT + 1).read_to_end(&mut bytes).map_err(|cause| broken(&cause))?;
    told_by_names(&bytes)?;
    let mut book = Xls::new(Cursor::new(bytes)).map_err(fault)?;
    match task {
        Task::Look => look(&mut book, wire),
        Task::Rows(place) => rows(&mut book, place, wire),
    }
}

/// Refuses what the names of its streams tell to be something else. They stand in it as UTF-16.
fn told_by_names(bytes: &[u8]) -> Result<(), SheetFaultCause> {
    let has = |name: &str| {
        let wide: Vec<u8> = name.encode_utf16().flat_map(u16::to_le_bytes).collect();
        memmem::find(bytes, &wide).is_some()
    };
    if has("EncryptedPackage") {
        return Err(SheetFaultCause::Locked);
    }
    if has("Workbook") || has("Book") {
        return Ok(());
    }
    let alien = if has("WordDocument") {
        Alien::Document
    } else if has("PowerPoint Document") {
        Alien::Slides
    } else {
        Alien::Compound
    };
    Err(SheetFaultCause::Alien(alien))
}

fn fault(cause: XlsError) -> Halt {
    match cause {
        XlsError::Password => Halt::Fault(SheetFaultCause::Locked),
        other => broken(&other),
    }
}

fn look<W: Write>(book: &mut Xls<Cursor<Vec<u8>>>, wire: &mut WireWriter<W>) -> Result<(), Halt> {
    let told: Vec<_> = book.sheets_metadata().to_vec();
    let mut sheets = Vec::new();
    for sheet in told.into_iter().take(usize::from(u8::MAX)) {
        let range = book.worksheet_range(&sheet.name).map_err(fault)?;
        sheets.push(LookedSheet {
            name: sheet.name,
            is_grid: sheet.typ == SheetType::WorkSheet,
            is_hidden: sheet.visible != SheetVisible::Visible,
            has_content: range.used_cells().next().is_some(),
            ..LookedSheet::default()
        });
    }
    wire.looked(&Looked { label: "XLS".to_owned(), sheets })
}

fn rows<W: Write>(
    book: &mut Xls<Cursor<Vec<u8>>>,
    place: usize,
    wire: &mut WireWriter<W>,
) -> Result<(), Halt> {
    let name = book.sheets_metadata().get(place).map(|sheet| sheet.name.clone());
    let name = name.ok_or(Halt::Fault(SheetFaultCause::NoVisibleSheet))?;
    let range = book.worksheet_range(&name).map_err(fault)?;
    let Some((first_row, first_column)) = range.start() else { return Ok(()) };
    let mut cells = Vec::new();
    for (number, row) in (first_row + 1..).zip(range.rows()) {
        cells.clear();
        cells.resize(first_column as usize, RawCell::Empty);
        cells.extend(row.iter().map(cell_of));
        wire.row(number, &cells)?;
    }
    Ok(())
}

fn cell_of(value: &Data) -> RawCell {
    match value {
        Data::Empty => RawCell::Empty,
        Data::String(text) | Data::DurationIso(text) => RawCell::Text(text.clone()),
        Data::Float(number) => RawCell::Number(*number),
        Data::Int(number) => RawCell::Number(*number as f64),
        Data::Bool(yes) => RawCell::Text(if *yes { "是" } else { "否" }.to_owned()),
        Data::DateTime(moment) => date_of(*moment),
        Data::DateTimeIso(text) => iso_date_of(text),
        Data::Error(error) => RawCell::Text(error.to_string()),
        #[expect(unreachable_patterns, reason = "the reader may learn new kinds of cells")]
        _ => RawCell::Empty,
    }
}
