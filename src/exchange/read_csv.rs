//! Text files: their encoding, their delimiter, their rows.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{BIG5, Encoding, GB18030, UTF_8, UTF_16BE, UTF_16LE};

use super::sheet::{ROW_BYTE_LIMIT, SheetFaultCause, SheetRow, TEXT_ROW_LIMIT};
use super::text_stream::TextStream;
use crate::domain::intake::{Delimiter, TextEncoding};

/// How many lines may pass before the first one with a delimiter: titles stand above the header.
const LINES_BEFORE_HEADER: usize = 10;
/// Within how many bytes of text the delimiter is looked for.
const HEAD: usize = 256 * 1024;

/// How a text file is to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TextForm {
    encoding: &'static Encoding,
    /// Length of the byte order mark.
    skip: usize,
    delimiter: u8,
    /// Checksum of the whole file.
    checksum: u32,
}

impl TextForm {
    /// 「UTF-8」, 「GB18030」, 「UTF-16」 or 「Big5」.
    pub(super) fn label(&self) -> &'static str {
        match self.told().0 {
            TextEncoding::Utf8 => "UTF-8",
            TextEncoding::Gb18030 => "GB18030",
            TextEncoding::Utf16Le | TextEncoding::Utf16Be => "UTF-16",
            TextEncoding::Big5 => "Big5",
        }
    }

    /// Encoding and delimiter.
    pub(super) fn told(&self) -> (TextEncoding, Delimiter) {
        let same = |known: &&TextEncoding| encoding_of(**known) == self.encoding;
        let encoding = TextEncoding::ALL.iter().find(same).copied();
        let same = |known: &&Delimiter| byte_of(**known) == self.delimiter;
        let delimiter = Delimiter::ALL.iter().find(same).copied();
        (encoding.unwrap_or(TextEncoding::Utf8), delimiter.unwrap_or(Delimiter::Comma))
    }
}

fn encoding_of(chosen: TextEncoding) -> &'static Encoding {
    match chosen {
        TextEncoding::Utf8 => UTF_8,
        TextEncoding::Gb18030 => GB18030,
        TextEncoding::Utf16Le => UTF_16LE,
        TextEncoding::Utf16Be => UTF_16BE,
        TextEncoding::Big5 => BIG5,
    }
}

fn byte_of(chosen: Delimiter) -> u8 {
    match chosen {
        Delimiter::Comma => b',',
        Delimiter::Semicolon => b';',
        Delimiter::Tab => b'\t',
    }
}

/// Reads a text file once to find its encoding and delimiter, unless they were chosen.
///
/// A byte order mark decides; without one the zeros of UTF-16, strict UTF-8, and then GB18030, which
/// holds GBK and GB 2312. Nothing is guessed from frequencies: the order settles every case
/// (dependencies.md 4).
pub(super) fn form_of(
    path: &Path,
    encoding: Option<TextEncoding>,
    delimiter: Option<Delimiter>,
) -> Result<TextForm, SheetFaultCause> {
    let form = match encoding {
        Some(chosen) => form_as_chosen(path, chosen)?,
        None => form_found(path)?,
    };
    Ok(TextForm { delimiter: delimiter.map_or(form.delimiter, byte_of), ..form })
}

fn form_as_chosen(path: &Path, chosen: TextEncoding) -> Result<TextForm, SheetFaultCause> {
    let encoding = encoding_of(chosen);
    let head = head_of(path, 3)?;
    let skip = Encoding::for_bom(&head).filter(|(marked, _)| *marked == encoding);
    let skip = skip.map_or(0, |(_, skip)| skip);
    let scanned = scan(&mut TextStream::new(File::open(path)?, encoding, skip)?, encoding, skip);
    scanned.map_err(|cause| match cause {
        SheetFaultCause::Undecodable | SheetFaultCause::NotText => {
            SheetFaultCause::OtherEncoding(chosen.label().to_owned())
        }
        other => other,
    })
}

fn form_found(path: &Path) -> Result<TextForm, SheetFaultCause> {
    let open = |encoding, skip| TextStream::new(File::open(path)?, encoding, skip);
    let head = head_of(path, 4096)?;
    if let Some((marked, skip)) = Encoding::for_bom(&head) {
        return scan(&mut open(marked, skip)?, marked, skip);
    }
    if let Some(wide) = wide_of(&head)
        && let Ok(form) = scan(&mut open(wide, 0)?, wide, 0)
    {
        return Ok(form);
    }
    match scan(&mut open(UTF_8, 0)?, UTF_8, 0) {
        Err(SheetFaultCause::Undecodable) => {}
        other => return other,
    }
    let mut text = open(GB18030, 0)?;
    scan(&mut text, GB18030, 0).map_err(|cause| match cause {
        SheetFaultCause::Undecodable if text.has_zero_ahead() => SheetFaultCause::NotText,
        other => other,
    })
}

fn head_of(path: &Path, n: u64) -> Result<Vec<u8>, SheetFaultCause> {
    let mut head = Vec::new();
    File::open(path)?.take(n).read_to_end(&mut head)?;
    Ok(head)
}

/// UTF-16 without a mark: delimiters, digits and line ends have a zero in every second place, and
/// none in the others.
fn wide_of(head: &[u8]) -> Option<&'static Encoding> {
    let pairs = || head.chunks_exact(2).filter(|pair| pair.contains(&0));
    // What stands beside a zero is a character of ASCII, or the dot of a name.
    let all = |zero: usize, other: usize| {
        pairs().all(|pair| {
            pair[zero] == 0 && matches!(pair[other], b'\t' | b'\n' | b'\r' | b' '..=b'~' | 0xA0..)
        })
    };
    match pairs().count() {
        n if n <= 1 + head.len() / 40 => None,
        _ if all(1, 0) => Some(UTF_16LE),
        _ if all(0, 1) => Some(UTF_16BE),
        _ => None,
    }
}

fn scan(
    text: &mut TextStream,
    encoding: &'static Encoding,
    skip: usize,
) -> Result<TextForm, SheetFaultCause> {
    let mut head = Vec::new();
    let mut has_zero = false;
    while let Some(piece) = text.piece()? {
        if head.len() < HEAD {
            head.extend_from_slice(piece);
        }
        has_zero |= memchr::memchr(0, piece).is_some();
    }
    if has_zero {
        return Err(SheetFaultCause::NotText);
    }
    let head = String::from_utf8_lossy(&head);
    let (delimiter, checksum) = (delimiter_of(&head), text.checksum());
    Ok(TextForm { encoding, skip, delimiter, checksum })
}

/// The rows of a text file.
pub(super) struct TextRows {
    reader: csv::Reader<TextStream>,
    record: StringRecord,
    number: usize,
    n_rows: usize,
    row: SheetRow,
    checksum: u32,
    /// Row at which the record began that was read last, if a line ends inside of it.
    broken_line: Option<usize>,
}

impl TextRows {
    /// Begins to read a file whose form is known.
    pub(super) fn start(file: File, form: &TextForm) -> Result<Self, SheetFaultCause> {
        let text = TextStream::new(file, form.encoding, form.skip)?;
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .delimiter(form.delimiter)
            .from_reader(text);
        Ok(Self {
            reader,
            record: StringRecord::new(),
            number: 0,
            n_rows: 0,
            row: SheetRow::default(),
            checksum: form.checksum,
            broken_line: None,
        })
    }

    /// The row read last.
    pub(super) fn row(&self) -> &SheetRow {
        &self.row
    }

    /// Bytes of the file that were read.
    pub(super) fn bytes(&self) -> u64 {
        self.reader.get_ref().taken()
    }

    /// The next row with content; its memory is used again for the one after it.
    pub(super) fn next_row(&mut self) -> Result<Option<&SheetRow>, SheetFaultCause> {
        while self.read_record()? {
            self.fill()?;
            if !self.row.cells.is_empty() {
                self.n_rows += 1;
                return match self.n_rows {
                    ..=TEXT_ROW_LIMIT => Ok(Some(&self.row)),
                    _ => Err(SheetFaultCause::TooManyRows(TEXT_ROW_LIMIT)),
                };
            }
        }
        if let Some(row) = self.broken_line.filter(|_| self.reader.get_ref().is_quote_open()) {
            return Err(SheetFaultCause::OpenQuote { row });
        }
        let is_same = self.reader.get_ref().checksum() == self.checksum;
        if is_same { Ok(None) } else { Err(SheetFaultCause::Changed) }
    }

    fn read_record(&mut self) -> Result<bool, SheetFaultCause> {
        let line = self.reader.position().line();
        self.reader.get_mut().allowance = ROW_BYTE_LIMIT;
        let more = match self.reader.read_record(&mut self.record) {
            Ok(more) => more,
            Err(cause) => return Err(self.fault(&cause)),
        };
        if more {
            let has_line_end = self.record.iter().any(|raw| raw.contains('\n'));
            self.broken_line = has_line_end.then_some(self.number + 1);
            self.number += rows_advanced(&self.record, self.reader.position().line() - line);
        }
        Ok(more)
    }

    fn fault(&mut self, cause: &csv::Error) -> SheetFaultCause {
        let text = self.reader.get_mut();
        let is_long = text.allowance == 0;
        text.fault().unwrap_or_else(|| match is_long {
            true => SheetFaultCause::RowTooLong { row: self.number + 1 },
            false => SheetFaultCause::Broken(cause.to_string()),
        })
    }

    fn fill(&mut self) -> Result<(), SheetFaultCause> {
        self.row.number = self.number;
        for (column, raw) in self.record.iter().enumerate() {
            self.row.refill(column, raw)?;
        }
        self.row.trim(self.record.len());
        Ok(())
    }
}

/// How many rows a spreadsheet program counts for a record that took `lines`: the reader skips
/// blank lines silently, and a line end inside quotation marks begins no row.
fn rows_advanced(record: &StringRecord, lines: u64) -> usize {
    if lines <= 1 {
        return 1;
    }
    let inner: usize = record.iter().map(|raw| raw.matches('\n').count()).sum();
    usize::try_from(lines).unwrap_or(1).saturating_sub(inner).max(1)
}

/// Comma, semicolon or tab, whichever the first line that has one has most of.
fn delimiter_of(text: &str) -> u8 {
    let counts = |line: &str| b",\t;".map(|d| (unquoted(line, d), d));
    let lines = text.lines().take(LINES_BEFORE_HEADER);
    let most = lines.map(|line| counts(line).into_iter().rev().max().unwrap_or((0, b',')));
    most.into_iter().find(|(n, _)| *n > 0).map_or(b',', |(_, delimiter)| delimiter)
}

fn unquoted(line: &str, delimiter: u8) -> usize {
    let mut inside = false;
    let mut found = 0;
    for byte in line.bytes() {
        inside ^= byte == b'"';
        found += usize::from(!inside && byte == delimiter);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Cell;
    use super::super::testing::read_sheet;
    use super::*;

    fn rows(bytes: &[u8]) -> Vec<(usize, Vec<String>)> {
        let sheet = read_sheet(bytes, "x.csv").unwrap();
        sheet.rows.iter().map(|r| (r.number, r.cells.iter().map(Cell::text).collect())).collect()
    }

    #[test]
    fn every_encoding_gives_the_same_text() {
        let text = "姓名,民族\n张䶮,汉\n𠮷田,回\n";
        let (gb, _, lossy) = GB18030.encode(text);
        assert!(!lossy);
        let utf16: Vec<u8> = [0xFF, 0xFE]
            .into_iter()
            .chain(text.encode_utf16().flat_map(u16::to_le_bytes))
            .collect();
        let marked = format!("\u{FEFF}{text}");
        for (bytes, label) in [
            (text.as_bytes(), "UTF-8"),
            (marked.as_bytes(), "UTF-8"),
            (gb.as_ref(), "GB18030"),
            (utf16.as_slice(), "UTF-16"),
        ] {
            assert_eq!(read_sheet(bytes, "x").unwrap().encoding, label);
            assert_eq!(rows(bytes)[0].1[0], "姓名", "{label}");
            assert_eq!(rows(bytes)[1], (2, vec!["张䶮".to_owned(), "汉".to_owned()]), "{label}");
            assert_eq!(rows(bytes)[2].1[0], "𠮷田", "{label}");
        }
    }

    #[test]
    fn the_encoding_is_that_of_the_last_line_too() {
        let lines = "a,b\n".repeat(50_000);
        let (gb, _, _) = GB18030.encode("张三,李四\n");
        let bytes = [lines.as_bytes(), &gb].concat();
        assert_eq!(read_sheet(&bytes, "x").unwrap().encoding, "GB18030");
        assert_eq!(rows(&bytes)[50_000], (50_001, vec!["张三".to_owned(), "李四".to_owned()]));
    }

    #[test]
    fn bytes_that_fit_nothing_are_refused_and_never_replaced() {
        let cause = |bytes: &[u8]| read_sheet(bytes, "x").unwrap_err().cause;
        assert_eq!(cause(b"\xC4\xE3\xFF\xFF,a\n"), SheetFaultCause::Undecodable);
        assert_eq!(cause(b"\xEF\xBB\xBF\xC4\xE3,a\n"), SheetFaultCause::Undecodable);
        let padded = [b"\xC4\xE3\xFF\xFF".as_slice(), &vec![b'a'; 200_000], b"\0"].concat();
        assert_eq!(cause(&padded), SheetFaultCause::NotText, "a picture, say");
    }

    #[test]
    fn delimiters_are_seen_below_a_title() {
        for sep in [",", ";", "\t"] {
            let text = format!("2020 届名单\n姓名{sep}民族{sep}\"甲,乙;丙\"\n王凡{sep}汉\n");
            let rows = rows(text.as_bytes());
            assert_eq!(rows[1].1.len(), 3, "{sep:?}");
            assert_eq!(rows[2], (3, vec!["王凡".to_owned(), "汉".to_owned()]), "{sep:?}");
        }
    }

    #[test]
    fn rows_are_counted_as_a_spreadsheet_counts_them() {
        for end in ["\r\n", "\n", "\r"] {
            let text = format!(
                "姓名,备注{end}{end}王凡,\"一{end}二\"{end},,{end}{end}李静,\"三{end}{end}四\"{end}周敏,五"
            );
            let rows = rows(text.as_bytes());
            let numbers: Vec<_> = rows.iter().map(|r| r.0).collect();
            assert_eq!(numbers, [1, 3, 6, 7], "{end:?}");
            assert_eq!((rows[1].1[1].as_str(), rows[2].1[1].as_str()), ("一 二", "三  四"));
        }
        let mixed =
            "姓名,备注\r\n\r\n王凡,\"一\r\n二\"\r\n,,\r\n\n李静,三\r周敏,\"四\r五\"\n孙立,六";
        let numbers: Vec<_> = rows(mixed.as_bytes()).iter().map(|r| r.0).collect();
        assert_eq!(numbers, [1, 3, 6, 7, 8]);
    }
}
