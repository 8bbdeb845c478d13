//! Workbooks, read as a stream of cells.
//!
//! The whole range is never asked for: a single cell in the last corner would make it 512 GB
//! (security.md 6.1). Formulas count by the value that was saved with them.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use calamine::{DataRef, ExcelDateTime, Reader, Xlsx, XlsxError};
use chrono::NaiveDate;

use super::read_archive;
use super::read_parser::{Task, broken};
use super::read_wire::{Halt, Looked, RawCell, WireWriter};
use super::sheet::{COLUMN_LIMIT, SheetFaultCause};

/// Values beyond are no dates of Excel (31 December 9999).
const LAST_DATE: f64 = 2_958_466.0;
/// How many rows pass between two words on how far it is.
const STRIDE: usize = 128;

/// A file that counts what is read of it.
struct Counted {
    file: File,
    bytes: Arc<AtomicU64>,
}

impl Read for Counted {
    fn read(&mut self, into: &mut [u8]) -> std::io::Result<usize> {
        let n = self.file.read(into)?;
        self.bytes.fetch_add(n as u64, Ordering::Relaxed);
        Ok(n)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> std::io::Result<u64> {
        self.file.seek(to)
    }
}

/// Reads a workbook.
pub(super) fn read<W: Write>(file: File, task: Task, wire: &mut WireWriter<W>) -> Result<(), Halt> {
    match task {
        Task::Look => {
            let sheets = read_archive::look(file)?;
            wire.looked(&Looked { label: "XLSX".to_owned(), sheets })
        }
        Task::Rows(place) => rows(file, place, wire),
    }
}

fn rows<W: Write>(file: File, place: usize, wire: &mut WireWriter<W>) -> Result<(), Halt> {
    let again = file.try_clone().map_err(|cause| broken(&cause))?;
    let (_, parts) = read_archive::sheets_of(again)?;
    let name = parts.get(place).map(|part| part.sheet.name.clone());
    let name = name.ok_or(Halt::Fault(SheetFaultCause::NoVisibleSheet))?;
    let bytes = Arc::new(AtomicU64::new(0));
    let counted = Counted { file, bytes: Arc::clone(&bytes) };
    let mut book = Xlsx::new(BufReader::new(counted)).map_err(fault)?;
    let mut cells = book.worksheet_cells_reader(&name).map_err(fault)?;
    let mut rows = Rows { wire, bytes, number: 0, cells: Vec::new(), n_rows: 0 };
    while let Some(cell) = cells.next_cell().map_err(fault)? {
        let (row, column) = cell.get_position();
        rows.add(row.saturating_add(1), column as usize, cell_of(cell.get_value()))?;
    }
    rows.send()
}

/// Puts cells together to rows.
struct Rows<'w, W: Write> {
    wire: &'w mut WireWriter<W>,
    bytes: Arc<AtomicU64>,
    number: u32,
    cells: Vec<RawCell>,
    n_rows: usize,
}

impl<W: Write> Rows<'_, W> {
    /// Takes a cell; `number` counts from one and `column` from zero.
    fn add(&mut self, number: u32, column: usize, cell: RawCell) -> Result<(), Halt> {
        if cell == RawCell::Empty {
            return Ok(());
        }
        if number != self.number {
            self.send()?;
            self.number = number;
        }
        if column >= COLUMN_LIMIT {
            let row = number as usize;
            return Err(SheetFaultCause::TooManyColumns { row, found: column + 1 }.into());
        }
        if self.cells.len() <= column {
            self.cells.resize(column + 1, RawCell::Empty);
        }
        if let Some(slot) = self.cells.get_mut(column) {
            *slot = cell;
        }
        Ok(())
    }

    fn send(&mut self) -> Result<(), Halt> {
        self.wire.row(self.number, &self.cells)?;
        self.cells.clear();
        self.n_rows += 1;
        if self.n_rows.is_multiple_of(STRIDE) {
            self.wire.progress(self.bytes.load(Ordering::Relaxed))?;
        }
        Ok(())
    }
}

fn cell_of(value: &DataRef<'_>) -> RawCell {
    match value {
        DataRef::Empty => RawCell::Empty,
        DataRef::String(text) | DataRef::DurationIso(text) => RawCell::Text(text.clone()),
        DataRef::SharedString(text) => RawCell::Text((*text).to_owned()),
        DataRef::Float(number) => RawCell::Number(*number),
        DataRef::Int(number) => RawCell::Number(*number as f64),
        DataRef::Bool(yes) => RawCell::Text(if *yes { "是" } else { "否" }.to_owned()),
        DataRef::DateTime(moment) => date_of(*moment),
        DataRef::DateTimeIso(text) => iso_date_of(text),
        DataRef::Error(error) => RawCell::Text(error.to_string()),
    }
}

/// A number in the format of a date that no date can have is a number all the same.
pub(super) fn date_of(moment: ExcelDateTime) -> RawCell {
    let number = moment.as_f64();
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    let date = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day));
    let sensible = moment.is_datetime() && (1.0..LAST_DATE).contains(&number);
    date.filter(|_| sensible).map_or(RawCell::Number(number), RawCell::Date)
}

pub(super) fn iso_date_of(text: &str) -> RawCell {
    let day: String = text.chars().take(10).collect();
    day.parse().map_or_else(|_| RawCell::Text(text.to_owned()), RawCell::Date)
}

/// What the reader says is for the log, so it stands in brackets at the end of the sentence.
fn fault(cause: XlsxError) -> Halt {
    match cause {
        XlsxError::Password => Halt::Fault(SheetFaultCause::Locked),
        other => broken(&other),
    }
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{ExcelDateTime as Moment, Format, Formula, Workbook as Writer};

    use super::super::sheet::{COLUMN_LIMIT, Cell};
    use super::super::testing::read_sheet;
    use super::*;

    fn cause(book: &mut Writer) -> SheetFaultCause {
        read_sheet(&book.save_to_buffer().unwrap(), "x").expect_err("must be refused").cause
    }

    #[test]
    fn kinds_of_cells_are_told_apart_and_rows_keep_their_numbers() {
        let mut book = Writer::new();
        let day = Moment::from_ymd(2017, 12, 1).unwrap();
        let as_day = Format::new().set_num_format("yyyy-mm");
        let as_date = Format::new().set_num_format("yyyy/m/d");
        let sheet = book.add_worksheet();
        sheet.write_string(0, 0, "姓名").unwrap();
        sheet.write_string(3, 0, "张䶮\u{1b}").unwrap();
        sheet.write_number(3, 1, 320_102_200_001_015_539_f64).unwrap();
        sheet.write_datetime_with_format(3, 2, &day, &as_day).unwrap();
        sheet.write_number_with_format(3, 3, 3.2e17, &as_date).unwrap();
        sheet.write_formula(3, 4, Formula::new("=1+1").set_result("合成")).unwrap();
        sheet.write_blank(3, 5, &as_day).unwrap();
        sheet.write_string(3, 6, "'=x").unwrap();
        let read = read_sheet(&book.save_to_buffer().unwrap(), "x.csv").unwrap();
        assert_eq!(read.encoding, "XLSX");
        assert_eq!(read.rows.iter().map(|r| r.number).collect::<Vec<_>>(), [1, 4]);
        let row = &read.rows[1];
        assert_eq!(*row.cell(0), Cell::Text("张䶮".to_owned()));
        assert!(matches!(row.cell(1), Cell::Number { shown, .. } if shown.len() == 18));
        assert_eq!(*row.cell(2), Cell::Date(NaiveDate::from_ymd_opt(2017, 12, 1).unwrap()));
        assert!(matches!(row.cell(3), Cell::Number { .. }));
        assert_eq!(row.cell(4).text(), "合成");
        assert!(row.cell(5).is_empty());
        assert_eq!(row.cell(6).text(), "=x");
    }

    #[test]
    fn the_first_visible_sheet_counts_and_the_others_are_named() {
        let mut book = Writer::new();
        book.add_worksheet().set_name("封面").unwrap();
        book.add_worksheet().set_name("底稿").unwrap().set_hidden(true).write(0, 0, "x").unwrap();
        book.add_worksheet().set_name("名单").unwrap().write(0, 0, "姓名").unwrap();
        let read = read_sheet(&book.save_to_buffer().unwrap(), "x").unwrap();
        assert_eq!(read.rows[0].cell(0).text(), "姓名");
        assert!(read.notes.iter().any(|n| n.contains("「底稿」") && n.contains("隐藏")));
    }

    #[test]
    fn corners_and_bombs_are_refused() {
        let mut far = Writer::new();
        far.add_worksheet().write(1_048_575, 16_383, "x").unwrap();
        let fault = SheetFaultCause::TooManyColumns { row: 1_048_576, found: 16_384 };
        assert_eq!(cause(&mut far), fault);
        let mut edge = Writer::new();
        edge.add_worksheet().write(9, COLUMN_LIMIT as u16 - 1, "x").unwrap();
        assert!(read_sheet(&edge.save_to_buffer().unwrap(), "x").is_ok());
        assert_eq!(cause(&mut Writer::new()), SheetFaultCause::NoVisibleSheet);
    }

    /// An archive like a workbook whose sheet is that.
    fn packed(sheet: &[u8]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
        let relations = "<Relationships><Relationship Id='r1' Type='x/worksheet' Target='/xl/s.xml'/></Relationships>";
        for (name, content) in [
            (
                "xl/workbook.xml",
                b"<workbook><sheets><sheet name='a' r:id='r1'/></sheets></workbook>".as_slice(),
            ),
            ("xl/_rels/workbook.xml.rels", relations.as_bytes()),
            ("xl/s.xml", sheet),
        ] {
            archive.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            archive.write_all(content).unwrap();
        }
        archive.finish().unwrap().into_inner()
    }

    #[test]
    fn an_archive_that_unpacks_to_too_much_is_refused_whatever_it_says() {
        let mut bytes = packed(&vec![b' '; 49 * 1024 * 1024]);
        assert_eq!(read_sheet(&bytes, "x").unwrap_err().cause, SheetFaultCause::Inflated);
        let at = bytes.windows(4).rposition(|w| w == b"PK\x01\x02").unwrap();
        bytes[at + 24..at + 28].copy_from_slice(&9u32.to_le_bytes());
        let cause = read_sheet(&bytes, "x").unwrap_err().cause;
        assert!(matches!(cause, SheetFaultCause::Inflated | SheetFaultCause::Broken(_)), "{cause}");
    }

    #[test]
    fn what_is_hidden_is_seen_wherever_a_window_ends() {
        let row = |n: usize, hidden: &str| format!("<row r='{n}'{hidden}><c><v>1</v></c></row>");
        let mut sheet = "<worksheet><cols><col min='2' max='4' hidden='1'/></cols>".to_owned();
        for n in 1..30_000 {
            sheet += &row(n, if n % 7 == 0 { " hidden='1'" } else { " hidden='0'" });
        }
        sheet += "<autoFilter ref='A1:B9'><filterColumn colId='0'/></autoFilter></worksheet>";
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&packed(sheet.as_bytes())).unwrap();
        let Ok(found) = read_archive::look(file) else { unreachable!("it is a workbook") };
        let wanted: Vec<u32> = (1..30_000).filter(|n| n % 7 == 0).collect();
        assert_eq!(found[0].hidden_rows, wanted);
        assert_eq!(found[0].hidden_columns, [1, 2, 3]);
        assert!(found[0].is_filtered && found[0].has_content && !found[0].is_hidden);
    }
}
