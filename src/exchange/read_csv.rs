//! Text files: their encoding, their delimiter, their rows.

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::{Encoding, GB18030, UTF_16BE, UTF_16LE};

use super::sheet::{Cell, RowCollector, Sheet, SheetFaultCause, TEXT_ROW_LIMIT};

/// How many lines may pass before the first one with a delimiter: titles stand above the header.
const LINES_BEFORE_HEADER: usize = 10;

/// Reads a text file.
pub(super) fn read(bytes: &[u8]) -> Result<Sheet, SheetFaultCause> {
    let (encoding, mut text) = decode(bytes)?;
    if text.trim_start().starts_with('<') {
        return Err(SheetFaultCause::WebPage);
    }
    if text.contains('\0') {
        return Err(SheetFaultCause::NotText);
    }
    if text.contains('\r') {
        text = text.replace("\r\n", "\n").replace('\r', "\n");
    }
    // The count of rows relies on every record ending in one line feed.
    text.push('\n');
    Ok(Sheet { encoding, notes: Vec::new(), rows: read_rows(&text)?.finish() })
}

/// A byte order mark decides; without one strict UTF-8, and then GB18030, which holds GBK and
/// GB 2312. Nothing is guessed from frequencies: the order settles every case (dependencies.md 4).
fn decode(bytes: &[u8]) -> Result<(&'static str, String), SheetFaultCause> {
    if let Some((marked, length)) = Encoding::for_bom(bytes) {
        let rest = bytes.get(length..).unwrap_or_default();
        let label = if marked == UTF_16LE || marked == UTF_16BE { "UTF-16" } else { "UTF-8" };
        return Ok((label, decode_as(marked, rest)?));
    }
    if let Ok(text) = std::str::from_utf8(bytes) {
        return Ok(("UTF-8", text.to_owned()));
    }
    if bytes.contains(&0) {
        return Err(SheetFaultCause::NotText);
    }
    Ok(("GB18030", decode_as(GB18030, bytes)?))
}

fn decode_as(encoding: &'static Encoding, bytes: &[u8]) -> Result<String, SheetFaultCause> {
    encoding
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(std::borrow::Cow::into_owned)
        .ok_or(SheetFaultCause::Undecodable)
}

fn read_rows(text: &str) -> Result<RowCollector, SheetFaultCause> {
    let mut reader = ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(delimiter_of(text))
        .from_reader(text.as_bytes());
    let mut rows = RowCollector::new(TEXT_ROW_LIMIT);
    let mut record = StringRecord::new();
    let mut number = 0;
    loop {
        let line = reader.position().line();
        let more = reader.read_record(&mut record);
        if !more.map_err(|cause| SheetFaultCause::Broken(cause.to_string()))? {
            return Ok(rows);
        }
        number += rows_advanced(&record, reader.position().line() - line);
        for (column, raw) in record.iter().enumerate() {
            rows.add(number, column, Cell::from_text(raw))?;
        }
    }
}

/// How many rows a spreadsheet program counts for a record that took `lines`: the reader skips
/// blank lines silently, and a line end inside quotation marks begins no row.
fn rows_advanced(record: &StringRecord, lines: u64) -> usize {
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
    use super::super::sheet::read_sheet;
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
            assert_eq!(rows(bytes)[1], (2, vec!["张䶮".to_owned(), "汉".to_owned()]), "{label}");
            assert_eq!(rows(bytes)[2].1[0], "𠮷田", "{label}");
        }
    }

    #[test]
    fn bytes_that_fit_nothing_are_refused_and_never_replaced() {
        let fault = read_sheet(b"\xC4\xE3\xFF\xFF,a\n", "x").unwrap_err();
        assert_eq!(fault.cause, SheetFaultCause::Undecodable);
        let fault = read_sheet(b"\xEF\xBB\xBF\xC4\xE3,a\n", "x").unwrap_err();
        assert_eq!(fault.cause, SheetFaultCause::Undecodable);
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
        let text = "姓名,备注\r\n\r\n王凡,\"一\r\n二\"\r\n,,\r\n\n李静,三";
        let numbers: Vec<_> = rows(text.as_bytes()).iter().map(|r| r.0).collect();
        assert_eq!(numbers, [1, 3, 6]);
        assert_eq!(rows(text.as_bytes())[1].1[1], "一 二");
    }
}
