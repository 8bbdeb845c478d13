//! A file read as a sheet, row by row, as often as it is needed. What a file is, its content
//! decides; its name is only repeated in sentences.

use std::collections::VecDeque;
use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use super::read_csv::{self, TextForm, TextRows};
use super::read_xlsx::{self, BookRows};
use super::sheet::{BYTE_LIMIT, SheetFault, SheetFaultCause, SheetRow};
use super::text::plain_text;
use crate::domain::progress::Progress;

/// A file that is a sheet. It is not kept open: each pass over its rows opens it anew.
#[derive(Debug, Clone)]
pub struct SheetFile {
    path: PathBuf,
    name: String,
    length: u64,
    form: Form,
}

#[derive(Debug, Clone)]
enum Form {
    Text(TextForm),
    /// With the checksum of the whole file.
    Workbook(u32),
}

impl SheetFile {
    /// Looks what a file is. A text file is read once for it, to the end, without being kept.
    ///
    /// # Errors
    /// Where it cannot be read or is no sheet, as [`SheetFaultCause`] says. Faults of single rows
    /// and [`SheetFaultCause::Empty`] come with the rows.
    pub fn open(path: &Path) -> Result<Self, SheetFault> {
        let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into());
        let name = plain_text(&name);
        let looked = look_at(path);
        let (form, length) = looked.map_err(|cause| fault(&name, cause))?;
        Ok(Self { path: path.to_owned(), name, length, form })
    }

    /// Name of the file, cleaned for the screen.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it is written: 「UTF-8」, 「GB18030」, 「UTF-16」 or 「XLSX」.
    pub fn encoding(&self) -> &'static str {
        match &self.form {
            Form::Text(form) => form.label(),
            Form::Workbook(_) => "XLSX",
        }
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
            name: self.name.clone(),
            length: self.length,
            source,
            ahead: VecDeque::new(),
            current: SheetRow::default(),
            is_empty: true,
        })
    }

    fn source(&self) -> Result<Source, SheetFaultCause> {
        let mut file = File::open(&self.path)?;
        if file.metadata()?.len() != self.length {
            return Err(SheetFaultCause::Changed);
        }
        match &self.form {
            Form::Text(form) => Ok(Source::Text(Box::new(TextRows::start(file, form)?))),
            Form::Workbook(sum) => {
                check_unchanged(&mut file, *sum)?;
                let same = file.try_clone()?;
                Ok(Source::Workbook {
                    rows: BookRows::start(same),
                    path: self.path.clone(),
                    sum: *sum,
                })
            }
        }
    }
}

fn fault(name: &str, cause: SheetFaultCause) -> SheetFault {
    SheetFault { file_name: name.to_owned(), cause }
}

fn look_at(path: &Path) -> Result<(Form, u64), SheetFaultCause> {
    let about = std::fs::metadata(path)?;
    if about.is_dir() {
        return Err(SheetFaultCause::Folder);
    }
    if !about.is_file() {
        return Err(SheetFaultCause::NoFile);
    }
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    (&mut file).take(4).read_to_end(&mut head)?;
    let form = match head.as_slice() {
        b"PK\x03\x04" => Form::Workbook(look_at_workbook(&mut file, about.len())?),
        [0xD0, 0xCF, 0x11, 0xE0] => return Err(SheetFaultCause::OldWorkbook),
        _ => Form::Text(read_csv::form_of(path)?),
    };
    Ok((form, about.len()))
}

fn look_at_workbook(file: &mut File, length: u64) -> Result<u32, SheetFaultCause> {
    if length > BYTE_LIMIT {
        return Err(SheetFaultCause::TooBig(length.div_ceil(1024 * 1024)));
    }
    read_xlsx::check_archive(file)?;
    checksum(file)
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

enum Source {
    Text(Box<TextRows>),
    Workbook { rows: BookRows, path: PathBuf, sum: u32 },
}

/// One pass over the rows of a file that have at least one cell with content.
pub struct SheetRows {
    name: String,
    length: u64,
    source: Source,
    /// Rows that were looked at ahead and not taken yet.
    ahead: VecDeque<SheetRow>,
    current: SheetRow,
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
            return Ok(Some(&self.current));
        }
        self.draw()
    }

    fn draw(&mut self) -> Result<Option<&SheetRow>, SheetFault> {
        let row = match &mut self.source {
            Source::Text(rows) => rows.next_row(),
            Source::Workbook { rows, path, sum } => match rows.next_row() {
                Ok(Some(row)) => {
                    self.current = row;
                    Ok(Some(&self.current))
                }
                Ok(None) => unchanged_at(path, *sum).map(|()| None),
                Err(cause) => Err(cause),
            },
        };
        match row {
            Ok(None) if self.is_empty => Err(fault(&self.name, SheetFaultCause::Empty)),
            Ok(row) => {
                self.is_empty = false;
                Ok(row)
            }
            Err(cause) => Err(fault(&self.name, cause)),
        }
    }

    /// The next rows, at most `n` of them, without taking them.
    ///
    /// # Errors
    /// As [`SheetRows::next_row`].
    pub fn look_ahead(&mut self, n: usize) -> Result<&[SheetRow], SheetFault> {
        while self.ahead.len() < n {
            let Some(row) = self.draw()?.cloned() else { break };
            self.ahead.push_back(row);
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
            Source::Workbook { rows, .. } => rows.bytes(),
        };
        Progress { step, done: done.min(self.length), total: self.length }
    }

    /// Whole sentences about what is left unread, such as hidden sheets; known once there is a row.
    pub fn notes(&self) -> &[String] {
        match &self.source {
            Source::Text(_) => &[],
            Source::Workbook { rows, .. } => rows.notes(),
        }
    }
}

fn unchanged_at(path: &Path, sum: u32) -> Result<(), SheetFaultCause> {
    check_unchanged(&mut File::open(path)?, sum)
}

#[cfg(test)]
mod tests {
    use super::super::testing::{kept, read_sheet};
    use super::*;

    fn cause(bytes: &[u8]) -> SheetFaultCause {
        read_sheet(bytes, "名单").expect_err("must be refused").cause
    }

    #[test]
    fn content_and_not_the_name_decides() {
        assert_eq!(cause(&[0xD0, 0xCF, 0x11, 0xE0, 0xA1]), SheetFaultCause::OldWorkbook);
        assert_eq!(cause(b" <!DOCTYPE html><table>"), SheetFaultCause::WebPage);
        assert_eq!(cause(b"<?xml version='1.0'?>"), SheetFaultCause::WebPage);
        assert_eq!(cause(b"%PDF-1.7\n\x00\x01"), SheetFaultCause::NotText);
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
        assert!(said.contains("另存为 .xlsx 或 .csv"), "{said}");
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
