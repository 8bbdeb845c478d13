//! A file read as a sheet, row by row, as often as it is needed. What a file is, its content
//! decides; its name is only repeated in sentences.

mod look;

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::look::look_at;
use super::read_csv::{TextForm, TextRows};
use super::read_parser::{BookKind, Feed, ParseOrder, Parser, Task};
use super::read_wire::{Frame, Looked, WireReader};
use super::sheet::{Cell, Ending, SheetFault, SheetFaultCause, SheetRow};
use super::sheet_notes;
use super::text::plain_text;
use crate::domain::intake::{Delimiter, HiddenRows, ImportManner, TextEncoding};
use crate::domain::progress::Progress;

/// How many bytes of rows are kept to look at them ahead; the last one may go beyond. A header and
/// what stands above it needs far less.
const AHEAD_BYTES: usize = 4 * 1024 * 1024;

/// What was chosen by hand for the columns of sheets, by the fingerprint of their header.
pub type Memory = BTreeMap<String, Vec<String>>;

/// A file that is a sheet. It is not kept open: each pass over its rows opens it anew.
#[derive(Debug, Clone)]
pub struct SheetFile {
    path: PathBuf,
    name: String,
    length: u64,
    form: Form,
    manner: Arc<ImportManner>,
    memory: Arc<Memory>,
}

#[derive(Debug, Clone)]
enum Form {
    Text(TextForm),
    Book(Book),
}

/// A workbook.
#[derive(Debug, Clone)]
struct Book {
    kind: BookKind,
    parser: Parser,
    /// Checksum of the whole file.
    sum: u32,
    looked: Arc<Looked>,
    /// Which of its sheets is read.
    place: usize,
}

impl SheetFile {
    /// Looks what a file is, as its content tells. A workbook is read in this process, so this is
    /// for tests and for files that are known to be texts.
    ///
    /// # Errors
    /// As [`SheetFile::open_as`].
    pub fn open(path: &Path) -> Result<Self, SheetFault> {
        Self::open_as(path, &ImportManner::default(), Parser::default())
    }

    /// Looks what a file is; encoding, delimiter, sheet and header are as somebody chose, and as the
    /// content tells where nobody did. A text file is read once for it, to the end, without being
    /// kept.
    ///
    /// # Errors
    /// Where it cannot be read or is no sheet, as [`SheetFaultCause`] says. Faults of single rows
    /// and [`SheetFaultCause::Empty`] come with the rows.
    pub fn open_as(path: &Path, manner: &ImportManner, parser: Parser) -> Result<Self, SheetFault> {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
        let name = plain_text(&name);
        let looked = look_at(path, manner, parser);
        let (form, length) = looked.map_err(|cause| fault(&name, cause))?;
        let (manner, memory) = (Arc::new(manner.clone()), Arc::default());
        Ok(Self { path: path.to_owned(), name, length, form, manner, memory })
    }

    /// The same with what was chosen for columns before.
    pub fn remembering(mut self, memory: Arc<Memory>) -> Self {
        self.memory = memory;
        self
    }

    /// Name of the file, cleaned for the screen.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is written: 「UTF-8」, 「GB18030」, 「UTF-16」, 「Big5」, 「XLSX」, 「XLS」, 「HTML 表格」 or
    /// 「XML 表格」.
    pub fn encoding(&self) -> &str {
        match &self.form {
            Form::Text(form) => form.label(),
            Form::Book(book) => match book.looked.label.as_str() {
                known @ ("XLSX" | "XLS" | "HTML 表格" | "XML 表格") => known,
                _ => "表格",
            },
        }
    }

    /// Encoding and delimiter of a text file.
    pub fn text_form(&self) -> Option<(TextEncoding, Delimiter)> {
        match &self.form {
            Form::Text(form) => Some(form.told()),
            Form::Book(_) => None,
        }
    }

    /// Names of the sheets of a workbook; none in a text file.
    pub fn sheet_names(&self) -> Vec<String> {
        let sheets = self.book().map_or(&[][..], |book| &book.looked.sheets);
        sheets.iter().map(|sheet| plain_text(&sheet.name)).collect()
    }

    /// Which of the sheets is read, from zero.
    pub fn sheet_place(&self) -> usize {
        self.book().map_or(0, |book| book.place)
    }

    /// The hidden rows of the sheet that is read, in order.
    pub fn hidden_rows(&self) -> &[u32] {
        let book = self.book();
        let sheet = book.and_then(|book| book.looked.sheets.get(book.place));
        sheet.map_or(&[], |sheet| &sheet.hidden_rows)
    }

    /// Whole sentences about what is hidden, and about sheets that are not read.
    pub fn notes(&self) -> Vec<String> {
        let book = self.book();
        book.map_or_else(Vec::new, |book| {
            sheet_notes::of(&book.looked, book.place, self.manner.hidden)
        })
    }

    /// Length in bytes.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// Begins a pass over the rows.
    ///
    /// # Errors
    /// Where the file cannot be read any more, or has changed since it was opened first.
    pub fn rows(&self) -> Result<SheetRows, SheetFault> {
        let source = self.source().map_err(|cause| fault(&self.name, cause))?;
        Ok(SheetRows {
            file: self.clone(),
            source,
            ahead: VecDeque::new(),
            current: SheetRow::default(),
            mends: Vec::new(),
            is_empty: true,
        })
    }

    fn book(&self) -> Option<&Book> {
        match &self.form {
            Form::Book(book) => Some(book),
            Form::Text(_) => None,
        }
    }

    fn source(&self) -> Result<Source, SheetFaultCause> {
        let mut file = File::open(&self.path)?;
        if file.metadata()?.len() != self.length {
            return Err(SheetFaultCause::Changed);
        }
        match &self.form {
            Form::Text(form) => Ok(Source::Text(Box::new(TextRows::start(file, form)?))),
            Form::Book(book) => {
                check_unchanged(&mut file, book.sum)?;
                Ok(Source::Book(book.start(Task::Rows(book.place), file)?))
            }
        }
    }

    /// The whole file must be what it was when it was opened first.
    fn check_whole(&self) -> Result<(), SheetFaultCause> {
        match &self.form {
            // Its rows were read to the end, and summed.
            Form::Text(_) => Ok(()),
            Form::Book(book) => check_unchanged(&mut File::open(&self.path)?, book.sum),
        }
    }
}

type Wire = WireReader<Box<dyn Feed>>;

impl Book {
    fn start(&self, task: Task, file: File) -> Result<Box<Wire>, SheetFaultCause> {
        start((self.kind, self.parser), task, file)
    }
}

fn start(
    (kind, parser): (BookKind, Parser),
    task: Task,
    file: File,
) -> Result<Box<Wire>, SheetFaultCause> {
    let feed = (parser.0)(ParseOrder { kind, task }, file);
    let feed = feed.map_err(|_| SheetFaultCause::Fallen(Ending::NotStarted))?;
    Ok(Box::new(WireReader::new(feed)))
}

fn broken_off(wire: &mut Wire) -> SheetFaultCause {
    SheetFaultCause::Fallen(wire.source().ending())
}

fn fault(name: &str, cause: SheetFaultCause) -> SheetFault {
    SheetFault { file_name: name.to_owned(), cause: cause.cleaned() }
}

/// Checksum of a whole file, which is left at its beginning.
fn checksum(file: &mut File) -> Result<u32, SheetFaultCause> {
    let mut sum = crc32fast::Hasher::new();
    let mut chunk = vec![0; 64 * 1024];
    file.rewind()?;
    loop {
        match file.read(&mut chunk)? {
            0 => break,
            n => sum.update(chunk.get(..n).unwrap_or(&[])),
        }
    }
    file.rewind()?;
    Ok(sum.finalize())
}

fn check_unchanged(file: &mut File, sum: u32) -> Result<(), SheetFaultCause> {
    if checksum(file)? == sum { Ok(()) } else { Err(SheetFaultCause::Changed) }
}

/// About how many bytes a row takes.
fn memory_of(row: &SheetRow) -> usize {
    let text = |cell: &Cell| match cell {
        Cell::Text(text) | Cell::Number { shown: text, .. } => text.len(),
        Cell::Empty | Cell::Date(_) => 0,
    };
    row.cells.iter().map(|cell| size_of::<Cell>() + text(cell)).sum()
}

enum Source {
    Text(Box<TextRows>),
    Book(Box<Wire>),
}

impl Source {
    /// Goes on to the next row, and says its number.
    fn advance(&mut self) -> Result<Option<usize>, SheetFaultCause> {
        match self {
            Self::Text(rows) => Ok(rows.next_row()?.map(|row| row.number)),
            Self::Book(wire) => match wire.next() {
                Frame::Row => Ok(Some(wire.row().number)),
                Frame::End => Ok(None),
                Frame::Fault(cause) => Err(cause),
                Frame::Broken => Err(broken_off(wire)),
                Frame::Looked(_) => Err(SheetFaultCause::Fallen(Ending::Crashed)),
            },
        }
    }

    fn row(&self) -> &SheetRow {
        match self {
            Self::Text(rows) => rows.row(),
            Self::Book(wire) => wire.row(),
        }
    }
}

/// One pass over the rows of a file that have at least one cell with content.
pub struct SheetRows {
    file: SheetFile,
    source: Source,
    /// Rows that were looked at ahead and not taken yet.
    ahead: VecDeque<SheetRow>,
    current: SheetRow,
    /// Cells put right by hand, with their columns from zero.
    mends: Vec<(usize, usize, String)>,
    is_empty: bool,
}

impl SheetRows {
    /// The next row; none at the end. Whoever reads to the end knows that the file is still what it
    /// was when it was opened first. After a fault there are no more rows.
    ///
    /// # Errors
    /// As [`SheetFaultCause`] says, with the row where there is one: too wide, too long, with lost
    /// letters; too many rows; a file without a row; a file that has changed.
    pub fn next_row(&mut self) -> Result<Option<&SheetRow>, SheetFault> {
        if let Some(row) = self.ahead.pop_front() {
            self.current = row;
            self.mend()?;
            return Ok(Some(&self.current));
        }
        let Some(number) = self.advance()? else { return Ok(None) };
        if !self.mends.iter().any(|(row, ..)| *row == number) {
            return Ok(Some(self.source.row()));
        }
        self.current = self.source.row().clone();
        self.mend()?;
        Ok(Some(&self.current))
    }

    /// Goes on to the next row that is wanted.
    fn advance(&mut self) -> Result<Option<usize>, SheetFault> {
        loop {
            let next = self.source.advance();
            let checked = match next {
                Ok(None) if self.is_empty => Err(SheetFaultCause::Empty),
                Ok(None) => self.file.check_whole().map(|()| None),
                other => other,
            };
            let next = checked.map_err(|cause| fault(&self.file.name, cause))?;
            self.is_empty = false;
            if !next.is_some_and(|number| self.is_left_out(number)) {
                return Ok(next);
            }
        }
    }

    fn is_left_out(&self, number: usize) -> bool {
        self.file.manner.hidden == HiddenRows::Left
            && u32::try_from(number)
                .is_ok_and(|number| self.file.hidden_rows().binary_search(&number).is_ok())
    }

    /// Puts right what was put right by hand in the present row.
    fn mend(&mut self) -> Result<(), SheetFault> {
        let row = &mut self.current;
        let number = row.number;
        for (_, column, text) in self.mends.iter().filter(|(mended, ..)| *mended == number) {
            let set = row.set(*column, Cell::from_text(text));
            set.map_err(|cause| fault(&self.file.name, cause))?;
        }
        Ok(())
    }

    /// Settles which columns the cells put right by hand stand in, once the header is known.
    pub(super) fn settle_mends(&mut self, column_of: impl Fn(&str) -> Option<usize>) {
        let mends = self.file.manner.mends.iter();
        self.mends = mends
            .filter_map(|mend| Some((mend.row, column_of(&mend.column)?, mend.text.clone())))
            .collect();
    }

    /// The row of the header, where somebody chose one.
    pub(super) fn chosen_header(&self) -> Option<usize> {
        self.file.manner.header_row
    }

    /// What was chosen for columns before.
    pub(super) fn memory(&self) -> Arc<Memory> {
        Arc::clone(&self.file.memory)
    }

    /// The next rows, at most `n` of them and fewer where they are long, without taking them.
    ///
    /// # Errors
    /// As [`SheetRows::next_row`].
    pub fn look_ahead(&mut self, n: usize) -> Result<&[SheetRow], SheetFault> {
        let mut bytes: usize = self.ahead.iter().map(memory_of).sum();
        while self.ahead.len() < n && bytes < AHEAD_BYTES {
            if self.advance()?.is_none() {
                break;
            }
            let row = self.source.row();
            bytes += memory_of(row);
            self.ahead.push_back(row.clone());
        }
        Ok(self.ahead.make_contiguous())
    }

    /// Takes `n` rows that were looked at.
    pub fn skip(&mut self, n: usize) {
        self.ahead.drain(..n.min(self.ahead.len()));
    }

    /// How far the pass is, in bytes of the file.
    pub fn progress(&self, step: &'static str) -> Progress {
        let done = match &self.source {
            Source::Text(rows) => rows.bytes(),
            Source::Book(wire) => wire.bytes(),
        };
        Progress { step, done: done.min(self.file.length), total: self.file.length }
    }
}

#[cfg(test)]
mod tests {
    use super::super::sheet::{Alien, BYTE_LIMIT};
    use super::super::testing::{kept, read_sheet};
    use super::*;
    use crate::domain::intake::SheetChoice;

    fn cause(bytes: &[u8]) -> SheetFaultCause {
        read_sheet(bytes, "名单").expect_err("must be refused").cause
    }

    #[test]
    fn content_and_not_the_name_decides() {
        let alien = SheetFaultCause::Alien;
        assert_eq!(cause(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1]), alien(Alien::Compound));
        assert_eq!(cause(b" <!DOCTYPE html><table>"), SheetFaultCause::NoTable);
        assert_eq!(cause(b"<?xml version='1.0'?>"), alien(Alien::Xml));
        assert_eq!(cause(b"%PDF-1.7\n\x00\x01"), alien(Alien::Pdf));
        assert_eq!(cause(b"\x89PNG\r\n\x1a\n"), alien(Alien::Picture));
        assert_eq!(cause(b"PK\x05\x06"), alien(Alien::Archive));
        assert_eq!(cause(b"MIME-Version: 1.0\n"), alien(Alien::SavedPage));
        assert_eq!(cause(b""), SheetFaultCause::Empty);
        assert_eq!(cause(b"\xEF\xBB\xBF"), SheetFaultCause::Empty);
        assert_eq!(cause(b"\n , \n"), SheetFaultCause::Empty);
        assert!(matches!(cause(b"PK\x03\x04 nothing"), SheetFaultCause::Broken(_)));
        let sheet = read_sheet("姓名,身份证号".as_bytes(), "名单.xlsx").unwrap();
        assert_eq!(sheet.encoding, "UTF-8");
    }

    #[test]
    fn sentences_name_the_file_and_the_way_out() {
        let said = read_sheet(&[0xD0, 0xCF, 0x11, 0xE0], "名\u{1b}单.xls").unwrap_err().to_string();
        assert!(said.starts_with("「名单.xls」"), "{said}");
        assert!(said.contains("另存为 .xlsx 再导入"), "{said}");
    }

    #[test]
    fn a_workbook_has_a_limit_and_a_folder_is_none() {
        let (dir, file) = kept(b"a", "a.csv");
        assert_eq!(SheetFile::open(dir.path()).unwrap_err().cause, SheetFaultCause::Folder);
        let gone = SheetFile::open(&dir.path().join("b.csv")).unwrap_err().cause;
        assert_eq!(gone, SheetFaultCause::Unreadable(std::io::ErrorKind::NotFound));
        std::fs::write(&file.path, b"PK\x03\x04").unwrap();
        File::options().write(true).open(&file.path).unwrap().set_len(BYTE_LIMIT + 1).unwrap();
        assert_eq!(SheetFile::open(&file.path).unwrap_err().cause, SheetFaultCause::TooBig(65));
    }

    #[test]
    fn rows_looked_at_ahead_come_again() {
        let (_dir, file) = kept(b"a\nb\nc\n", "a.csv");
        let mut rows = file.rows().unwrap();
        assert_eq!(rows.look_ahead(9).unwrap().len(), 3);
        rows.skip(1);
        let mut numbers = Vec::new();
        while let Some(row) = rows.next_row().unwrap() {
            numbers.push(row.number);
        }
        assert_eq!(numbers, [2, 3]);
        assert_eq!(rows.progress("读取"), Progress { step: "读取", done: 6, total: 6 });
    }

    #[test]
    fn what_was_chosen_counts() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a.csv");
        std::fs::write(&path, "a;b,c\n王凡;x,y\n").unwrap();
        let open = |manner: &ImportManner| SheetFile::open_as(&path, manner, Parser::default());
        let comma = ImportManner { delimiter: Some(Delimiter::Comma), ..ImportManner::default() };
        let file = open(&comma).unwrap();
        assert_eq!(file.rows().unwrap().next_row().unwrap().unwrap().cell(0).text(), "a;b");
        let wrong = ImportManner { encoding: Some(TextEncoding::Utf16Le), ..comma };
        let cause = open(&wrong).unwrap_err().cause;
        assert!(matches!(cause, SheetFaultCause::OtherEncoding(_)), "{cause}");
    }

    #[test]
    fn a_sheet_is_chosen_by_name_or_number_and_hidden_rows_are_left_out() {
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet().set_name("封面").unwrap().write(0, 0, "x").unwrap();
        let page = book.add_worksheet();
        page.set_name("名单").unwrap();
        for row in 0..6 {
            page.write(row, 0, row).unwrap();
        }
        page.set_row_hidden(2).unwrap().set_row_hidden(4).unwrap().set_column_hidden(3).unwrap();
        let (dir, first) = kept(&book.save_to_buffer().unwrap(), "a.xlsx");
        assert_eq!((first.sheet_names().len(), first.sheet_place()), (2, 0));
        let path = dir.path().join("a.xlsx");
        for sheet in ["名单", "2"] {
            let sheet = Some(SheetChoice::Typed(sheet.to_owned()));
            let manner = ImportManner { sheet, ..ImportManner::default() };
            let file = SheetFile::open_as(&path, &manner, Parser::default()).unwrap();
            assert_eq!((file.sheet_place(), file.hidden_rows()), (1, &[3, 5][..]));
            let notes = file.notes().join("");
            assert!(notes.contains("第 3、5 行") && notes.contains("D 列"), "{notes}");
            assert_eq!(read_all(&file), Ok(6));
            let manner = ImportManner { hidden: HiddenRows::Left, ..manner };
            let file = SheetFile::open_as(&path, &manner, Parser::default()).unwrap();
            assert_eq!(read_all(&file), Ok(4));
        }
        let sheet = Some(SheetChoice::Typed("3".to_owned()));
        let manner = ImportManner { sheet, ..ImportManner::default() };
        let said = SheetFile::open_as(&path, &manner, Parser::default()).unwrap_err().to_string();
        assert!(said.contains("没有工作表「3」，现在有：封面、名单"), "{said}");
    }

    #[test]
    fn a_place_is_not_taken_for_a_name() {
        let mut book = rust_xlsxwriter::Workbook::new();
        for name in ["封面", "1", "2", "3"] {
            book.add_worksheet().set_name(name).unwrap().write(0, 0, name).unwrap();
        }
        let (dir, _) = kept(&book.save_to_buffer().unwrap(), "a.xlsx");
        let read = |sheet| {
            let manner = ImportManner { sheet: Some(sheet), ..ImportManner::default() };
            let path = dir.path().join("a.xlsx");
            let file = SheetFile::open_as(&path, &manner, Parser::default())?;
            Ok::<_, SheetFault>(file.rows()?.next_row()?.unwrap().cell(0).text())
        };
        for (place, name) in ["封面", "1", "2", "3"].into_iter().enumerate() {
            assert_eq!(read(SheetChoice::Place(place)).as_deref(), Ok(name));
        }
        assert_eq!(read(SheetChoice::Typed("2".to_owned())).as_deref(), Ok("2"));
        let said = read(SheetChoice::Place(4)).unwrap_err().to_string();
        assert!(said.contains("没有工作表「5」"), "{said}");
    }

    #[test]
    fn looking_ahead_takes_little_memory_whatever_the_rows() {
        let line = vec!["字".repeat(9_000); 36].join(",") + "\n";
        let (_dir, file) = kept(line.repeat(12).as_bytes(), "a.csv");
        let mut rows = file.rows().unwrap();
        let n_ahead = rows.look_ahead(200).unwrap().len();
        assert!(n_ahead > 1 && n_ahead * line.len() < AHEAD_BYTES + 2 * line.len(), "{n_ahead}");
        let mut n = 0;
        while rows.next_row().unwrap().is_some() {
            n += 1;
        }
        assert_eq!(n, 12);
    }

    fn read_all(file: &SheetFile) -> Result<usize, SheetFault> {
        let mut rows = file.rows()?;
        let mut n = 0;
        while rows.next_row()?.is_some() {
            n += 1;
        }
        Ok(n)
    }

    #[test]
    fn a_file_that_changes_between_two_passes_is_noticed() {
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet().write(0, 0, "姓名").unwrap();
        let book = book.save_to_buffer().unwrap();
        for (bytes, name) in [(b"a\nb\n".as_slice(), "a.csv"), (&book, "a.xlsx")] {
            let (_dir, file) = kept(bytes, name);
            assert_eq!(read_all(&file), read_all(&file), "{name}");
            let mut changed = bytes.to_vec();
            let middle = changed.len() / 2;
            changed[middle] ^= 1;
            std::fs::write(&file.path, &changed).unwrap();
            assert_eq!(read_all(&file).unwrap_err().cause, SheetFaultCause::Changed, "{name}");
            changed.push(b'c');
            std::fs::write(&file.path, &changed).unwrap();
            assert_eq!(read_all(&file).unwrap_err().cause, SheetFaultCause::Changed, "{name}");
        }
    }
}
