//! Workbooks, read as a stream of cells.
//!
//! The whole range is never asked for: a single cell in the last corner would make it 512 GB
//! (security.md 6.1). Formulas count by the value that was saved with them.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::JoinHandle;

use calamine::{
    DataRef, ExcelDateTime, Reader, Sheet as SheetInfo, SheetType, SheetVisible, Xlsx,
    XlsxCellReader, XlsxError,
};
use chrono::NaiveDate;

use super::sheet::{CELL_LIMIT, Cell, SheetFaultCause, SheetRow, WORKBOOK_ROW_LIMIT};
use super::text::plain_text;

/// Most files in a workbook (security.md 6.1).
const MEMBER_LIMIT: u16 = 200;
/// Most bytes that the files of a workbook say they unpack to: 200 000 rows of a register stay
/// well below.
const INFLATED_LIMIT: u64 = 256 * 1024 * 1024;
/// Length of the record that ends an archive, without its comment.
const END_RECORD: usize = 22;
/// Within how many bytes of the end that record begins: its comment is no longer than this.
const LAST_RECORD: u64 = u16::MAX as u64 + END_RECORD as u64;
/// Most bytes of a directory that are looked at: far more than those of [`MEMBER_LIMIT`] files.
const MOST_DIRECTORY: u64 = 1024 * 1024;
/// Length of a file's entry in the directory of an archive, without its names.
const DIRECTORY_ENTRY: usize = 46;
/// Values beyond are no dates of Excel (31 December 9999).
const LAST_DATE: f64 = 2_958_466.0;

/// How many rows go from hand to hand at once, and how many such parcels may wait: enough that
/// neither side waits for the other at every row, too few to take memory.
const PARCEL: usize = 128;
/// See [`PARCEL`].
const WAITING: usize = 2;

type Workbook = Xlsx<BufReader<Counted>>;
type Cells<'a> = XlsxCellReader<'a, BufReader<Counted>>;
type Parcel = Result<Packed, SheetFaultCause>;

/// What the thread hands over.
enum Packed {
    /// What is left unread, where the sheet that comes next is the one that is read.
    Notes(Vec<String>),
    Rows(Vec<SheetRow>),
}

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

/// The rows of a workbook, read by a thread of its own: what reads the cells borrows the workbook,
/// and unpacking goes on while the rows are being checked.
pub(super) struct BookRows {
    parcels: Option<Receiver<Parcel>>,
    rows: std::vec::IntoIter<SheetRow>,
    notes: Vec<String>,
    bytes: Arc<AtomicU64>,
    reader: Option<JoinHandle<()>>,
}

impl BookRows {
    /// Begins to read the first sheet that can be seen and has content.
    pub(super) fn start(file: File) -> Self {
        let (sender, parcels) = sync_channel(WAITING);
        let bytes = Arc::new(AtomicU64::new(0));
        let counted = Counted { file, bytes: Arc::clone(&bytes) };
        let reader = Some(std::thread::spawn(move || read(counted, sender)));
        let rows = Vec::new().into_iter();
        Self { parcels: Some(parcels), rows, notes: Vec::new(), bytes, reader }
    }

    /// Bytes of the file that were read, those that were read twice counted twice.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes.load(Ordering::Relaxed)
    }

    /// Whole sentences about what was left unread; known once there is a row.
    pub(super) fn notes(&self) -> &[String] {
        &self.notes
    }

    /// The next row with content.
    pub(super) fn next_row(&mut self) -> Result<Option<SheetRow>, SheetFaultCause> {
        loop {
            if let Some(row) = self.rows.next() {
                return Ok(Some(row));
            }
            let Some(parcel) = self.parcels.as_ref().and_then(|from| from.recv().ok()) else {
                return self.finish().map(|()| None);
            };
            match parcel? {
                Packed::Notes(notes) => self.notes = notes,
                Packed::Rows(rows) => self.rows = rows.into_iter(),
            }
        }
    }

    /// Ends the thread. It has fallen over where a workbook is broken in a way that its reader did
    /// not foresee, and then its last rows are missing.
    fn finish(&mut self) -> Result<(), SheetFaultCause> {
        // Without a receiver the thread stops at its next parcel.
        self.parcels = None;
        let Some(reader) = self.reader.take() else { return Ok(()) };
        reader.join().map_err(|_| SheetFaultCause::Broken("reader".to_owned()))
    }
}

impl Drop for BookRows {
    fn drop(&mut self) {
        self.finish().unwrap_or_default();
    }
}

/// Nobody listens to a sender that fails: whoever asked for the rows has gone.
fn read(file: Counted, sender: SyncSender<Parcel>) {
    let mut desk = Packer { sender, rows: Vec::new(), n_rows: 0, n_cells: 0 };
    if let Err(Stop::Fault(cause)) = read_book(file, &mut desk) {
        desk.sender.send(Err(cause)).unwrap_or_default();
    }
}

/// Why the thread stops early.
enum Stop {
    Fault(SheetFaultCause),
    /// Nobody wants the rows any more.
    Alone,
}

impl From<XlsxError> for Stop {
    fn from(cause: XlsxError) -> Self {
        Self::Fault(broken(cause))
    }
}

fn read_book(file: Counted, packer: &mut Packer) -> Result<(), Stop> {
    let mut book: Workbook = Xlsx::new(BufReader::new(file))?;
    let sheets = book.sheets_metadata().to_vec();
    for sheet in sheets.iter().filter(|sheet| is_readable(sheet)) {
        packer.send(Packed::Notes(notes_on(&sheets, &sheet.name)))?;
        let mut cells = book.worksheet_cells_reader(&sheet.name)?;
        read_rows(&mut cells, packer)?;
        if packer.n_rows > 0 {
            return packer.send_rows();
        }
    }
    Err(Stop::Fault(SheetFaultCause::NoVisibleSheet))
}

fn read_rows(cells: &mut Cells<'_>, packer: &mut Packer) -> Result<(), Stop> {
    while let Some(cell) = cells.next_cell()? {
        let (row, column) = cell.get_position();
        packer.add(row as usize + 1, column as usize, cell_of(cell.get_value()))?;
    }
    Ok(())
}

/// Puts cells together to rows and sends them off, within the limits.
struct Packer {
    sender: SyncSender<Parcel>,
    rows: Vec<SheetRow>,
    n_rows: usize,
    n_cells: usize,
}

impl Packer {
    /// Takes a cell; `number` counts from one and `column` from zero.
    fn add(&mut self, number: usize, column: usize, cell: Cell) -> Result<(), Stop> {
        if cell.is_empty() {
            return Ok(());
        }
        if self.rows.last().is_none_or(|row| row.number != number) {
            self.begin(number)?;
        }
        let Some(row) = self.rows.last_mut() else { return Ok(()) };
        let before = row.cells.len();
        row.put(column, cell).map_err(Stop::Fault)?;
        self.n_cells += row.cells.len() - before;
        if self.n_cells > CELL_LIMIT {
            return Err(Stop::Fault(SheetFaultCause::TooManyCells));
        }
        Ok(())
    }

    fn begin(&mut self, number: usize) -> Result<(), Stop> {
        if self.n_rows >= WORKBOOK_ROW_LIMIT {
            return Err(Stop::Fault(SheetFaultCause::TooManyRows(WORKBOOK_ROW_LIMIT)));
        }
        if self.rows.len() >= PARCEL {
            self.send_rows()?;
        }
        self.n_rows += 1;
        self.rows.push(SheetRow { number, cells: Vec::new() });
        Ok(())
    }

    fn send_rows(&mut self) -> Result<(), Stop> {
        let rows = std::mem::take(&mut self.rows);
        self.send(Packed::Rows(rows))
    }

    fn send(&self, packed: Packed) -> Result<(), Stop> {
        self.sender.send(Ok(packed)).map_err(|_| Stop::Alone)
    }
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
pub(super) fn check_archive(file: &mut File) -> Result<(), SheetFaultCause> {
    let damaged = || SheetFaultCause::Broken("zip directory".to_owned());
    let length = file.metadata()?.len();
    let tail = tail_of(file, length.min(LAST_RECORD))?;
    let end = end_record(&tail).ok_or_else(damaged)?;
    let members = number(&tail, end + 10, 2).ok_or_else(damaged)?;
    let at = number(&tail, end + 16, 4).ok_or_else(damaged)?;
    if members > u64::from(MEMBER_LIMIT) {
        return Err(SheetFaultCause::Inflated);
    }
    let directory = tail_of(file, length.checked_sub(at).ok_or_else(damaged)?)?;
    let total = unpacked(&directory, members).ok_or_else(damaged)?;
    if total > INFLATED_LIMIT { Err(SheetFaultCause::Inflated) } else { Ok(()) }
}

/// How many bytes the entries of an archive's directory say they unpack to.
fn unpacked(directory: &[u8], members: u64) -> Option<u64> {
    let (mut total, mut at) = (0, 0);
    for _ in 0..members {
        total += number(directory, at + 24, 4)?;
        let names = [28, 30, 32].map(|offset| number(directory, at + offset, 2).unwrap_or(0));
        at += DIRECTORY_ENTRY + usize::try_from(names.iter().sum::<u64>()).ok()?;
    }
    Some(total)
}

/// The last bytes of a file, at most those of [`MOST_DIRECTORY`]; the rest of them is cut off.
fn tail_of(file: &mut File, length: u64) -> Result<Vec<u8>, SheetFaultCause> {
    let back = i64::try_from(length).unwrap_or(i64::MAX);
    file.seek(SeekFrom::End(-back))?;
    let mut bytes = Vec::new();
    file.take(length.min(MOST_DIRECTORY)).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Position of the last record of the archive, which only a comment can follow.
fn end_record(bytes: &[u8]) -> Option<usize> {
    let last = bytes.len().checked_sub(END_RECORD)?;
    (0..=last).rev().find(|at| bytes.get(*at..*at + 4) == Some(b"PK\x05\x06"))
}

fn number(bytes: &[u8], at: usize, length: usize) -> Option<u64> {
    let field = bytes.get(at..at.checked_add(length)?)?;
    Some(field.iter().rev().fold(0, |sum, byte| sum << 8 | u64::from(*byte)))
}

#[cfg(test)]
mod tests {
    use rust_xlsxwriter::{ExcelDateTime as Moment, Format, Formula, Workbook as Writer};

    use super::super::sheet::COLUMN_LIMIT;
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

    #[test]
    fn rows_and_cells_are_counted_across_parcels() {
        let (sender, parcels) = sync_channel(8);
        let mut packer = Packer { sender, rows: Vec::new(), n_rows: 0, n_cells: 0 };
        for number in 1..=PARCEL + 1 {
            assert!(packer.add(number, 1, Cell::from_text("a")).is_ok());
            assert!(packer.add(number, 0, Cell::from_text("b")).is_ok());
        }
        assert!(packer.add(999, 0, Cell::Empty).is_ok(), "blank rows do not count");
        assert_eq!(
            (packer.n_rows, packer.n_cells, packer.rows.len()),
            (PARCEL + 1, 2 * PARCEL + 2, 1)
        );
        assert!(matches!(parcels.recv(), Ok(Ok(Packed::Rows(rows))) if rows.len() == PARCEL));
        packer.n_rows = WORKBOOK_ROW_LIMIT;
        let full = packer.add(1000, 0, Cell::from_text("a"));
        assert!(matches!(full, Err(Stop::Fault(SheetFaultCause::TooManyRows(_)))));
        packer.n_cells = CELL_LIMIT;
        let full = packer.add(PARCEL + 1, 2, Cell::from_text("a"));
        assert!(matches!(full, Err(Stop::Fault(SheetFaultCause::TooManyCells))));
    }

    #[test]
    fn a_reader_that_is_left_ends_its_thread() {
        let mut book = Writer::new();
        let page = book.add_worksheet();
        for row in 0..PARCEL as u32 * 8 {
            page.write(row, 0, "x").unwrap();
        }
        let mut file = tempfile::tempfile().unwrap();
        std::io::Write::write_all(&mut file, &book.save_to_buffer().unwrap()).unwrap();
        let mut rows = BookRows::start(file);
        assert_eq!(rows.next_row().unwrap().map(|row| row.number), Some(1));
        drop(rows);
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
