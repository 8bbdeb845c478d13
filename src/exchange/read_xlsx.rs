//! Workbooks, read as a stream of cells.
//!
//! The whole range is never asked for: a single cell in the last corner would make it 512 GB
//! (security.md 6.1). Formulas count by the value that was saved with them.

use std::io::Cursor;

use calamine::{
    DataRef, ExcelDateTime, Reader, Sheet as SheetInfo, SheetType, SheetVisible, Xlsx, XlsxError,
};
use chrono::NaiveDate;

use super::sheet::{Cell, RowCollector, Sheet, SheetFaultCause, SheetRow, WORKBOOK_ROW_LIMIT};
use super::text::plain_text;

/// Most files in a workbook (security.md 6.1).
const MEMBER_LIMIT: u16 = 200;
/// Most bytes that the files of a workbook say they unpack to: 200 000 rows of a register stay
/// well below.
const INFLATED_LIMIT: u64 = 256 * 1024 * 1024;
/// Length of the record that ends an archive, without its comment.
const END_RECORD: usize = 22;
/// Length of a file's entry in the directory of an archive, without its names.
const DIRECTORY_ENTRY: usize = 46;
/// Values beyond are no dates of Excel (31 December 9999).
const LAST_DATE: f64 = 2_958_466.0;

type Workbook<'b> = Xlsx<Cursor<&'b [u8]>>;

/// Reads the first sheet that can be seen and has content.
pub(super) fn read(bytes: &[u8]) -> Result<Sheet, SheetFaultCause> {
    check_archive(bytes)?;
    let mut book: Workbook<'_> = Xlsx::new(Cursor::new(bytes)).map_err(broken)?;
    let sheets = book.sheets_metadata().to_vec();
    for sheet in sheets.iter().filter(|s| is_readable(s)) {
        let rows = read_rows(&mut book, &sheet.name)?;
        if !rows.is_empty() {
            let notes = notes_on(&sheets, &sheet.name);
            return Ok(Sheet { encoding: "XLSX", notes, rows });
        }
    }
    Err(SheetFaultCause::NoVisibleSheet)
}

fn is_readable(sheet: &SheetInfo) -> bool {
    sheet.typ == SheetType::WorkSheet && sheet.visible == SheetVisible::Visible
}

fn notes_on(sheets: &[SheetInfo], read: &str) -> Vec<String> {
    let left = sheets.iter().filter(|sheet| sheet.name != read);
    left.map(|sheet| {
        let name = plain_text(&sheet.name);
        let why =
            if is_readable(sheet) { "一次只读一张" } else { "它被隐藏或不是表格" };
        format!("工作表「{name}」没有读（{why}），只读了「{}」。", plain_text(read))
    })
    .collect()
}

fn read_rows(book: &mut Workbook<'_>, name: &str) -> Result<Vec<SheetRow>, SheetFaultCause> {
    let mut reader = book.worksheet_cells_reader(name).map_err(broken)?;
    let mut rows = RowCollector::new(WORKBOOK_ROW_LIMIT);
    while let Some(cell) = reader.next_cell().map_err(broken)? {
        let (row, column) = cell.get_position();
        rows.add(row as usize + 1, column as usize, cell_of(cell.get_value()))?;
    }
    Ok(rows.finish())
}

fn cell_of(value: &DataRef<'_>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        DataRef::String(text) | DataRef::DurationIso(text) => Cell::from_text(text),
        DataRef::SharedString(text) => Cell::from_text(text),
        DataRef::Float(number) => Cell::from_number(*number),
        DataRef::Int(number) => Cell::from_number(*number as f64),
        DataRef::Bool(yes) => Cell::from_text(if *yes { "是" } else { "否" }),
        DataRef::DateTime(moment) => date_of(*moment),
        DataRef::DateTimeIso(text) => iso_date_of(text),
        DataRef::Error(error) => Cell::from_text(&error.to_string()),
    }
}

/// A number in the format of a date that no date can have is a number all the same.
fn date_of(moment: ExcelDateTime) -> Cell {
    let number = moment.as_f64();
    let (year, month, day, ..) = moment.to_ymd_hms_milli();
    let date = NaiveDate::from_ymd_opt(i32::from(year), u32::from(month), u32::from(day));
    let sensible = moment.is_datetime() && (1.0..LAST_DATE).contains(&number);
    date.filter(|_| sensible).map_or_else(|| Cell::from_number(number), Cell::Date)
}

fn iso_date_of(text: &str) -> Cell {
    let day: String = text.chars().take(10).collect();
    day.parse().map_or_else(|_| Cell::from_text(text), Cell::Date)
}

/// What the reader says is for the log, so it stands in brackets at the end of the sentence.
fn broken(cause: XlsxError) -> SheetFaultCause {
    match cause {
        XlsxError::Password => SheetFaultCause::OldWorkbook,
        other => SheetFaultCause::Broken(plain_text(&other.to_string())),
    }
}

/// Counts the files of the archive and what they say they unpack to, before anything is unpacked.
fn check_archive(bytes: &[u8]) -> Result<(), SheetFaultCause> {
    let damaged = || SheetFaultCause::Broken("zip directory".to_owned());
    let end = end_record(bytes).ok_or_else(damaged)?;
    let members = number(bytes, end + 10, 2).ok_or_else(damaged)?;
    let mut at = number(bytes, end + 16, 4).ok_or_else(damaged)? as usize;
    if members > u64::from(MEMBER_LIMIT) {
        return Err(SheetFaultCause::Inflated);
    }
    let mut total = 0;
    for _ in 0..members {
        total += number(bytes, at + 24, 4).ok_or_else(damaged)?;
        let names = [28, 30, 32].map(|offset| number(bytes, at + offset, 2).unwrap_or(0) as usize);
        at += DIRECTORY_ENTRY + names.iter().sum::<usize>();
    }
    if total > INFLATED_LIMIT { Err(SheetFaultCause::Inflated) } else { Ok(()) }
}

/// Position of the last record of the archive, which only a comment can follow.
fn end_record(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(END_RECORD)?;
    let first = last.saturating_sub(usize::from(u16::MAX));
    (first..=last).rev().find(|at| bytes.get(*at..*at + 4) == Some(b"PK\x05\x06"))
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(length)?)?;
    Some(field.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{ExcelDateTime as Moment, Format, Formula, Workbook as Writer};

    use super::super::sheet::{COLUMN_LIMIT, read_sheet};
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

    #[test]
    fn an_archive_that_says_it_is_huge_is_not_unpacked() {
        let mut book = Writer::new();
        book.add_worksheet().write(0, 0, "姓名").unwrap();
        let mut bytes = book.save_to_buffer().unwrap();
        let at = bytes.windows(4).position(|w| w == b"PK\x01\x02").unwrap();
        bytes[at + 24..at + 28].copy_from_slice(&u32::MAX.to_le_bytes());
        assert_eq!(read_sheet(&bytes, "x").unwrap_err().cause, SheetFaultCause::Inflated);
    }
}
