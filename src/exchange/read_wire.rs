//! The rows of a workbook on their way from whoever reads it, in a stream of bytes.
//!
//! A workbook is read by another process of this program (see [`super::read_parser`]). What comes
//! from there is treated like what comes from a file: every length is held against the limits of
//! [`super::sheet`] before memory is taken for it, and every text is cleaned here.

use std::io::{self, BufReader, Read, Write};

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::sheet::{CELL_LIMIT, CHARACTER_LIMIT, COLUMN_LIMIT, WORKBOOK_ROW_LIMIT};
use super::sheet::{Cell, SheetFaultCause, SheetRow};

/// First bytes of a stream, with the number of its form.
const MAGIC: &[u8; 4] = b"TZR1";
/// Most bytes of what is told as JSON: the names of 200 sheets and their hidden rows.
const TOLD_LIMIT: u32 = 4 * 1024 * 1024;
/// Most bytes of a text: a character takes four at most. One more lets a longer text be seen.
const TEXT_LIMIT: u32 = 4 * (CHARACTER_LIMIT as u32 + 1);

const TAG_ROW: u8 = b'r';
const TAG_LOOKED: u8 = b'l';
const TAG_FAULT: u8 = b'f';
const TAG_PROGRESS: u8 = b'p';
const TAG_END: u8 = b'e';

const CELL_EMPTY: u8 = 0;
const CELL_TEXT: u8 = 1;
const CELL_NUMBER: u8 = 2;
const CELL_DATE: u8 = 3;

/// A cell as it stands in a workbook, before it is cleaned.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum RawCell {
    /// Nothing.
    Empty,
    /// Text.
    Text(String),
    /// Number.
    Number(f64),
    /// Day.
    Date(NaiveDate),
}

/// What is found out about a workbook before its rows are read.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Looked {
    /// 「XLSX」, 「XLS」, 「HTML 表格」 or 「XML 表格」.
    pub(super) label: String,
    /// Its sheets in order.
    pub(super) sheets: Vec<LookedSheet>,
}

/// A sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct LookedSheet {
    /// Its name.
    pub(super) name: String,
    /// Whether it is a grid of cells; there are sheets of charts too.
    pub(super) is_grid: bool,
    /// Whether it is hidden.
    pub(super) is_hidden: bool,
    /// Whether it has a cell with content.
    pub(super) has_content: bool,
    /// Whether a filter shows some of its rows only.
    pub(super) is_filtered: bool,
    /// Hidden rows, from one.
    pub(super) hidden_rows: Vec<u32>,
    /// Hidden columns, from zero.
    pub(super) hidden_columns: Vec<u16>,
    /// Whether merged cells stand in it.
    pub(super) is_merged: bool,
}

/// Writes a stream.
pub(super) struct WireWriter<W: Write> {
    out: W,
    n_rows: u32,
    n_cells: usize,
}

/// Why a reader of workbooks stops.
#[derive(Debug)]
pub(super) enum Halt {
    /// The workbook.
    Fault(SheetFaultCause),
    /// Nobody listens any more.
    Alone,
}

impl From<SheetFaultCause> for Halt {
    fn from(cause: SheetFaultCause) -> Self {
        Self::Fault(cause)
    }
}

impl<W: Write> WireWriter<W> {
    /// Begins a stream.
    pub(super) fn begin(mut out: W) -> Result<Self, Halt> {
        put(&mut out, MAGIC)?;
        Ok(Self { out, n_rows: 0, n_cells: 0 })
    }

    /// Tells of the sheets.
    pub(super) fn looked(&mut self, looked: &Looked) -> Result<(), Halt> {
        self.told(TAG_LOOKED, looked)
    }

    /// Tells that the workbook is at fault. Nothing comes after it.
    pub(super) fn fault(&mut self, cause: &SheetFaultCause) -> Result<(), Halt> {
        self.told(TAG_FAULT, cause)?;
        self.flush()
    }

    fn told(&mut self, tag: u8, what: &impl Serialize) -> Result<(), Halt> {
        let json = serde_json::to_vec(what).map_err(|_| Halt::Alone)?;
        put(&mut self.out, &[tag])?;
        put(&mut self.out, &u32::try_from(json.len()).unwrap_or(u32::MAX).to_le_bytes())?;
        put(&mut self.out, &json)
    }

    /// Sends a row, unless all its cells are empty; `number` counts from one.
    pub(super) fn row(&mut self, number: u32, cells: &[RawCell]) -> Result<(), Halt> {
        let last = cells.iter().rposition(|cell| !cell.is_blank());
        let Some(used) = last.and_then(|last| cells.get(..=last)) else { return Ok(()) };
        self.check(number, used.len())?;
        let out = &mut self.out;
        put(out, &[TAG_ROW])?;
        put(out, &number.to_le_bytes())?;
        put(out, &u16::try_from(used.len()).unwrap_or(u16::MAX).to_le_bytes())?;
        used.iter().try_for_each(|cell| cell.write(out))
    }

    fn check(&mut self, number: u32, n_cells: usize) -> Result<(), Halt> {
        let row = number as usize;
        if n_cells > COLUMN_LIMIT {
            return Err(SheetFaultCause::TooManyColumns { row, found: n_cells }.into());
        }
        self.n_rows += 1;
        self.n_cells += n_cells;
        if self.n_rows as usize > WORKBOOK_ROW_LIMIT {
            return Err(SheetFaultCause::TooManyRows(WORKBOOK_ROW_LIMIT).into());
        }
        if self.n_cells > CELL_LIMIT {
            return Err(SheetFaultCause::TooManyCells.into());
        }
        Ok(())
    }

    /// Tells how much of the file was read.
    pub(super) fn progress(&mut self, bytes: u64) -> Result<(), Halt> {
        put(&mut self.out, &[TAG_PROGRESS])?;
        put(&mut self.out, &bytes.to_le_bytes())
    }

    /// Ends a stream that is whole.
    pub(super) fn end(mut self) -> Result<(), Halt> {
        put(&mut self.out, &[TAG_END])?;
        put(&mut self.out, &self.n_rows.to_le_bytes())?;
        self.flush()
    }

    fn flush(&mut self) -> Result<(), Halt> {
        self.out.flush().map_err(|_| Halt::Alone)
    }
}

impl RawCell {
    fn is_blank(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Text(text) => text.trim().is_empty(),
            Self::Number(_) | Self::Date(_) => false,
        }
    }

    fn write(&self, out: &mut impl Write) -> Result<(), Halt> {
        match self {
            Self::Empty => put(out, &[CELL_EMPTY]),
            Self::Text(text) => {
                // A text beyond the limit is cut one character behind it, so that it is seen.
                let kept = cut(text);
                put(out, &[CELL_TEXT])?;
                put(out, &u32::try_from(kept.len()).unwrap_or(0).to_le_bytes())?;
                put(out, kept.as_bytes())
            }
            Self::Number(value) => {
                put(out, &[CELL_NUMBER])?;
                put(out, &value.to_bits().to_le_bytes())
            }
            Self::Date(day) => {
                put(out, &[CELL_DATE])?;
                put(out, &day.num_days_from_ce().to_le_bytes())
            }
        }
    }
}

fn cut(text: &str) -> &str {
    if text.len() <= CHARACTER_LIMIT {
        return text;
    }
    let end = text.char_indices().nth(CHARACTER_LIMIT + 1).map_or(text.len(), |(at, _)| at);
    text.get(..end).unwrap_or(text)
}

fn put(out: &mut impl Write, bytes: &[u8]) -> Result<(), Halt> {
    out.write_all(bytes).map_err(|_| Halt::Alone)
}

/// What a stream has next.
#[derive(Debug)]
pub(super) enum Frame {
    /// The sheets.
    Looked(Looked),
    /// A row; it stands in [`WireReader::row`].
    Row,
    /// The whole stream was read.
    End,
    /// The workbook is at fault.
    Fault(SheetFaultCause),
    /// The stream breaks off: whoever wrote it has fallen over.
    Broken,
}

/// Reads a stream, within the limits.
pub(super) struct WireReader<R: Read> {
    from: BufReader<R>,
    row: SheetRow,
    n_rows: u32,
    n_cells: usize,
    bytes: u64,
    begun: bool,
    ended: bool,
    text: Vec<u8>,
}

impl<R: Read> WireReader<R> {
    /// A reader of a stream that nothing was taken of.
    pub(super) fn new(from: R) -> Self {
        let from = BufReader::with_capacity(64 * 1024, from);
        let (row, text) = (SheetRow::default(), Vec::new());
        Self { from, row, n_rows: 0, n_cells: 0, bytes: 0, begun: false, ended: false, text }
    }

    /// The row read last.
    pub(super) fn row(&self) -> &SheetRow {
        &self.row
    }

    /// How many bytes of the file its reader has told to have read.
    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What the stream was read from.
    pub(super) fn source(&mut self) -> &mut R {
        self.from.get_mut()
    }

    /// The next frame. Whatever stands in the stream is a frame or [`Frame::Broken`].
    pub(super) fn next(&mut self) -> Frame {
        while !self.ended {
            match self.frame() {
                Ok(Some(Frame::End)) => self.ended = true,
                Ok(Some(frame)) => return frame,
                Ok(None) => {}
                Err(Stop::Fault(cause)) => return Frame::Fault(cause),
                Err(Stop::Broken) => return Frame::Broken,
            }
        }
        Frame::End
    }

    /// The next frame; none where it was none for anybody else.
    fn frame(&mut self) -> Result<Option<Frame>, Stop> {
        if !self.begun {
            let magic: [u8; 4] = self.array()?;
            self.begun = magic == *MAGIC;
            if !self.begun {
                return Err(Stop::Broken);
            }
        }
        let [tag] = self.array()?;
        match tag {
            TAG_ROW => Ok(if self.read_row()? { Some(Frame::Row) } else { None }),
            TAG_LOOKED => self.told().map(|looked| Some(Frame::Looked(looked))),
            TAG_FAULT => self.told().map(|cause| Some(Frame::Fault(cause))),
            TAG_PROGRESS => {
                self.bytes = u64::from_le_bytes(self.array()?);
                Ok(None)
            }
            TAG_END => {
                let whole = u32::from_le_bytes(self.array()?) == self.n_rows;
                if whole { Ok(Some(Frame::End)) } else { Err(Stop::Broken) }
            }
            _ => Err(Stop::Broken),
        }
    }

    /// Reads a row; false where cleaning leaves nothing of it.
    fn read_row(&mut self) -> Result<bool, Stop> {
        self.row.number = u32::from_le_bytes(self.array()?) as usize;
        let n_cells = usize::from(u16::from_le_bytes(self.array()?));
        self.check(n_cells)?;
        for column in 0..n_cells {
            self.read_cell(column)?;
        }
        self.row.trim(n_cells);
        Ok(!self.row.cells.is_empty())
    }

    fn check(&mut self, n_cells: usize) -> Result<(), Stop> {
        let row = self.row.number;
        if n_cells > COLUMN_LIMIT {
            return Err(Stop::Fault(SheetFaultCause::TooManyColumns { row, found: n_cells }));
        }
        (self.n_rows, self.n_cells) = (self.n_rows + 1, self.n_cells + n_cells);
        if self.n_rows as usize > WORKBOOK_ROW_LIMIT {
            return Err(Stop::Fault(SheetFaultCause::TooManyRows(WORKBOOK_ROW_LIMIT)));
        }
        match self.n_cells {
            ..=CELL_LIMIT => Ok(()),
            _ => Err(Stop::Fault(SheetFaultCause::TooManyCells)),
        }
    }

    fn read_cell(&mut self, column: usize) -> Result<(), Stop> {
        let [tag] = self.array()?;
        let cell = match tag {
            CELL_EMPTY => Cell::Empty,
            CELL_TEXT => return self.read_text(column),
            CELL_NUMBER => Cell::from_number(f64::from_bits(u64::from_le_bytes(self.array()?))),
            CELL_DATE => {
                let days = i32::from_le_bytes(self.array()?);
                NaiveDate::from_num_days_from_ce_opt(days).map(Cell::Date).ok_or(Stop::Broken)?
            }
            _ => return Err(Stop::Broken),
        };
        self.row.set(column, cell).map_err(Stop::Fault)
    }

    fn read_text(&mut self, column: usize) -> Result<(), Stop> {
        let length = u32::from_le_bytes(self.array()?);
        if length > TEXT_LIMIT {
            return Err(Stop::Broken);
        }
        self.text.resize(length as usize, 0);
        self.from.read_exact(&mut self.text)?;
        let text = std::str::from_utf8(&self.text).map_err(|_| Stop::Broken)?;
        self.row.refill(column, text).map_err(Stop::Fault)
    }

    fn told<T: for<'d> Deserialize<'d>>(&mut self) -> Result<T, Stop> {
        let length = u32::from_le_bytes(self.array()?);
        if length > TOLD_LIMIT {
            return Err(Stop::Broken);
        }
        let mut json = vec![0; length as usize];
        self.from.read_exact(&mut json)?;
        serde_json::from_slice(&json).map_err(|_| Stop::Broken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let mut bytes = [0; N];
        self.from.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

enum Stop {
    Fault(SheetFaultCause),
    Broken,
}

impl From<io::Error> for Stop {
    fn from(_: io::Error) -> Self {
        Self::Broken
    }
}

/// Reads a stream of bytes to its end, for tests that try any: whether it was whole.
#[doc(hidden)]
pub fn read_any_stream(bytes: &[u8]) -> bool {
    let mut reader = WireReader::new(bytes);
    loop {
        match reader.next() {
            Frame::Looked(_) | Frame::Row => {}
            Frame::End => return true,
            Frame::Fault(_) | Frame::Broken => return false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream(work: impl FnOnce(&mut WireWriter<&mut Vec<u8>>)) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut writer = WireWriter::begin(&mut bytes).unwrap();
        work(&mut writer);
        writer.end().unwrap();
        bytes
    }

    fn text(text: &str) -> RawCell {
        RawCell::Text(text.to_owned())
    }

    #[test]
    fn what_is_written_is_read_and_cleaned() {
        let day = NaiveDate::from_ymd_opt(2017, 12, 1).unwrap();
        let sheet = LookedSheet { name: "名单".to_owned(), ..LookedSheet::default() };
        let looked = Looked { label: "XLSX".to_owned(), sheets: vec![sheet] };
        let bytes = stream(|writer| {
            writer.looked(&looked).unwrap();
            writer.row(3, &[text("张\u{1b}䶮"), RawCell::Number(1.5), RawCell::Date(day)]).unwrap();
            writer.progress(9).unwrap();
            writer.row(4, &[text("  "), RawCell::Empty]).unwrap();
            writer.row(7, &[RawCell::Empty, text("'=x"), text(" ")]).unwrap();
        });
        let mut reader = WireReader::new(bytes.as_slice());
        assert!(matches!(reader.next(), Frame::Looked(found) if found == looked));
        assert!(matches!(reader.next(), Frame::Row));
        let wanted = [Cell::Text("张䶮".to_owned()), Cell::from_number(1.5), Cell::Date(day)];
        assert_eq!((reader.row().number, reader.row().cells.as_slice()), (3, &wanted[..]));
        assert!(matches!(reader.next(), Frame::Row));
        assert_eq!((reader.row().number, reader.bytes()), (7, 9));
        assert_eq!(reader.row().cells, [Cell::Empty, Cell::Text("=x".to_owned())]);
        assert!(matches!(reader.next(), Frame::End));
    }

    #[test]
    fn a_stream_that_breaks_off_anywhere_is_not_whole() {
        let bytes = stream(|writer| {
            writer.looked(&Looked::default()).unwrap();
            writer.row(1, &[text("姓名"), RawCell::Number(2.0)]).unwrap();
        });
        assert!(read_any_stream(&bytes));
        for end in 0..bytes.len() {
            assert!(!read_any_stream(&bytes[..end]), "{end}");
        }
    }

    #[test]
    fn limits_hold_on_both_sides() {
        let wide = vec![RawCell::Number(1.0); COLUMN_LIMIT + 1];
        let mut writer = WireWriter::begin(Vec::new()).unwrap();
        let found = COLUMN_LIMIT + 1;
        assert!(
            matches!(writer.row(2, &wide), Err(Halt::Fault(SheetFaultCause::TooManyColumns { row: 2, found: n })) if n == found)
        );
        writer.n_rows = WORKBOOK_ROW_LIMIT as u32;
        assert!(matches!(
            writer.row(3, &wide[..1]),
            Err(Halt::Fault(SheetFaultCause::TooManyRows(_)))
        ));
        writer.n_rows = 0;
        writer.n_cells = CELL_LIMIT;
        assert!(matches!(
            writer.row(3, &wide[..1]),
            Err(Halt::Fault(SheetFaultCause::TooManyCells))
        ));
        let liar = |bytes: &[u8]| {
            let mut reader = WireReader::new([MAGIC.as_slice(), bytes].concat().leak() as &[u8]);
            reader.next()
        };
        let wide = [b"r\x01\0\0\0".as_slice(), &300u16.to_le_bytes()].concat();
        assert!(matches!(liar(&wide), Frame::Fault(SheetFaultCause::TooManyColumns { .. })));
        let long = [b"r\x01\0\0\0\x01\0\x01".as_slice(), &u32::MAX.to_le_bytes()].concat();
        assert!(matches!(liar(&long), Frame::Broken));
        assert!(matches!(liar(b"l\xFF\xFF\xFF\xFF"), Frame::Broken));
        assert!(matches!(liar(b"r\x01\0\0\0\x01\0\x01\x02\0\0\0\xFF\xFF"), Frame::Broken));
        let text = "字".repeat(CHARACTER_LIMIT + 9);
        let bytes = stream(|writer| writer.row(1, &[RawCell::Text(text)]).unwrap());
        let fault = WireReader::new(bytes.as_slice()).next();
        assert!(matches!(fault, Frame::Fault(SheetFaultCause::CellTooLong { row: 1, .. })));
    }

    #[test]
    fn faults_keep_their_words() {
        let cause = SheetFaultCause::TooManyColumns { row: 3, found: 300 };
        let mut bytes = Vec::new();
        WireWriter::begin(&mut bytes).unwrap().fault(&cause).unwrap();
        assert!(
            matches!(WireReader::new(bytes.as_slice()).next(), Frame::Fault(found) if found == cause)
        );
    }
}
