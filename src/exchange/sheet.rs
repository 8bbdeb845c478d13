//! A sheet as rows of cells, whatever file it came in. What a file is, its content decides; its
//! name is only repeated in sentences.

use chrono::NaiveDate;

use super::text::{plain_text, unguarded};
use super::{read_csv, read_xlsx};

/// Most bytes of a file (security.md 6.1).
pub const BYTE_LIMIT: usize = 64 * 1024 * 1024;
/// Most rows of a text file: a whole national directory does not fit, a province's does.
pub const TEXT_ROW_LIMIT: usize = 2_000_000;
/// Most rows of a workbook, because reading one costs far more for each row.
pub const WORKBOOK_ROW_LIMIT: usize = 200_000;
/// Most columns.
pub const COLUMN_LIMIT: usize = 256;
/// Most cells of a sheet, so that a file of nothing but commas cannot fill the memory.
pub const CELL_LIMIT: usize = 20_000_000;
/// Most characters of a cell; also the limit of Excel.
pub const CHARACTER_LIMIT: usize = 32_767;

/// One sheet.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    /// How the text was read: 「UTF-8」, 「GB18030」, 「UTF-16」 or 「XLSX」.
    pub encoding: &'static str,
    /// Whole sentences about what was left unread, such as hidden sheets.
    pub notes: Vec<String>,
    /// The rows that have at least one cell with content, in the order of the file.
    pub rows: Vec<SheetRow>,
}

/// One row with content.
#[derive(Debug, Clone, PartialEq)]
pub struct SheetRow {
    /// Row as a spreadsheet program counts it, from one, blank rows included.
    pub number: usize,
    /// Cells from the first column on; empty ones at the end are left out.
    pub cells: Vec<Cell>,
}

impl SheetRow {
    /// The cell of a column counted from zero; empty beyond the end.
    pub fn cell(&self, column: usize) -> &Cell {
        self.cells.get(column).unwrap_or(&Cell::Empty)
    }
}

/// Content of a cell.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// Nothing, or blanks only.
    Empty,
    /// Text, cleaned as [`plain_text`] says and without the guard of an export.
    Text(String),
    /// A cell that a workbook holds as a number.
    Number {
        /// The value.
        value: f64,
        /// The text it shows as, without an exponent.
        shown: String,
    },
    /// A cell that a workbook holds as a date; the time of day is dropped.
    Date(NaiveDate),
}

impl Cell {
    /// A cell from the text of a file.
    pub fn from_text(raw: &str) -> Self {
        let text = plain_text(unguarded(raw));
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// A cell from a number of a workbook.
    pub fn from_number(value: f64) -> Self {
        // `Display` of a float gives the shortest digits that mean it, padded with zeros, which
        // is what a spreadsheet shows in a cell that is wide enough.
        let shown = value.to_string();
        Self::Number { value, shown }
    }

    /// The content as text; dates as `YYYY-MM-DD`.
    pub fn text(&self) -> String {
        match self {
            Self::Empty => String::new(),
            Self::Text(text) => text.clone(),
            Self::Number { shown, .. } => shown.clone(),
            Self::Date(day) => day.to_string(),
        }
    }

    /// Whether there is no content.
    pub fn is_empty(&self) -> bool {
        *self == Self::Empty
    }
}

/// Why a file cannot be read as a sheet. `Display` is the whole Chinese sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("「{file_name}」{cause}")]
pub struct SheetFault {
    /// Name of the file as given, cleaned for the screen.
    pub file_name: String,
    /// Why.
    pub cause: SheetFaultCause,
}

/// The causes of a [`SheetFault`], each a sentence that continues after the name of the file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SheetFaultCause {
    /// No row with content.
    #[error("是空的。请确认选对了文件：里面应有一行表头和至少一行数据。")]
    Empty,
    /// More than [`BYTE_LIMIT`].
    #[error("有 {0} MB，最多 64 MB。请分成几个文件导入。")]
    TooBig(usize),
    /// A compound file: the old Excel format, or a workbook with a password.
    #[error(
        "是旧式 Excel 文件（.xls）或加了打开密码的文件，这里读不了。请在 Excel 或 WPS 里打开，另存为 .xlsx 或 .csv 再导入。"
    )]
    OldWorkbook,
    /// A web page or XML that calls itself a table.
    #[error(
        "其实是网页格式，不是表格文件。请在 Excel 或 WPS 里打开，另存为 .xlsx 或 .csv 再导入。"
    )]
    WebPage,
    /// Bytes that are no text.
    #[error("不是表格文件。请另存为 .xlsx 或 .csv 再导入。")]
    NotText,
    /// Bytes that fit no encoding.
    #[error(
        "的文字编码认不出来：不是 UTF-8，也不是 GB18030。请在 Excel 或 WPS 里另存为 .xlsx，或另存为「CSV UTF-8」再导入。"
    )]
    Undecodable,
    /// A replacement character: letters were lost before the file came here.
    #[error(
        "第 {row} 行有认不出的字（显示为 \u{FFFD}），保存时已经丢失。请回到原表改好这一行，再导入。"
    )]
    LostCharacter {
        /// Row from one.
        row: usize,
    },
    /// Too many rows.
    #[error("超过 {0} 行。请分成几个文件导入。")]
    TooManyRows(usize),
    /// Too many columns.
    #[error("第 {row} 行有 {found} 列，最多 256 列。请删去右边用不到的列，再导入。")]
    TooManyColumns {
        /// Row from one.
        row: usize,
        /// Columns found.
        found: usize,
    },
    /// Too many cells.
    #[error("格子太多，超过 2000 万个。请分成几个文件导入。")]
    TooManyCells,
    /// A cell that is too long, often because a quotation mark is left open.
    #[error(
        "第 {row} 行第 {column} 列有 {found} 个字，最多 32767 个。多半是前面有英文双引号没有成对，请改好再导入。"
    )]
    CellTooLong {
        /// Row from one.
        row: usize,
        /// Column from one.
        column: usize,
        /// Characters found.
        found: usize,
    },
    /// A workbook that unpacks to far more than a register needs.
    #[error("解开后太大，不像名单。请新建一个表格，只复制需要的行列，另存后再导入。")]
    Inflated,
    /// A workbook that cannot be read.
    #[error(
        "打不开，可能没有存完或已损坏。请在 Excel 或 WPS 里打开，另存为新的 .xlsx 再导入。（{0}）"
    )]
    Broken(String),
    /// A workbook in which every sheet is hidden or empty.
    #[error("里没有看得见的、有内容的工作表。请取消隐藏，或换一个文件。")]
    NoVisibleSheet,
}

/// Reads a file as a sheet.
///
/// # Errors
/// As [`SheetFaultCause`] says; the limits are the constants of this module.
pub fn read_sheet(bytes: &[u8], file_name: &str) -> Result<Sheet, SheetFault> {
    let fault = |cause| SheetFault { file_name: plain_text(file_name), cause };
    let sheet = read_by_content(bytes).map_err(fault)?;
    if sheet.rows.is_empty() { Err(fault(SheetFaultCause::Empty)) } else { Ok(sheet) }
}

fn read_by_content(bytes: &[u8]) -> Result<Sheet, SheetFaultCause> {
    if bytes.len() > BYTE_LIMIT {
        return Err(SheetFaultCause::TooBig(bytes.len().div_ceil(1024 * 1024)));
    }
    if bytes.starts_with(b"PK\x03\x04") {
        return read_xlsx::read(bytes);
    }
    if bytes.starts_with(&[0xD0, 0xCF, 0x11, 0xE0]) {
        return Err(SheetFaultCause::OldWorkbook);
    }
    read_csv::read(bytes)
}

/// Rows under construction, which keeps the limits in one place.
pub(super) struct RowCollector {
    rows: Vec<SheetRow>,
    row_limit: usize,
    cells: usize,
}

impl RowCollector {
    pub(super) fn new(row_limit: usize) -> Self {
        Self { rows: Vec::new(), row_limit, cells: 0 }
    }

    /// Adds a cell with content; `number` counts from one and `column` from zero.
    pub(super) fn add(
        &mut self,
        number: usize,
        column: usize,
        cell: Cell,
    ) -> Result<(), SheetFaultCause> {
        if cell.is_empty() {
            return Ok(());
        }
        check_cell(number, column, &cell)?;
        let is_new = self.rows.last().is_none_or(|row| row.number != number);
        if is_new && self.rows.len() >= self.row_limit {
            return Err(SheetFaultCause::TooManyRows(self.row_limit));
        }
        if is_new {
            self.rows.push(SheetRow { number, cells: Vec::new() });
        }
        self.put(column, cell)
    }

    fn put(&mut self, column: usize, cell: Cell) -> Result<(), SheetFaultCause> {
        let Some(row) = self.rows.last_mut() else { return Ok(()) };
        let wanted = column + 1;
        self.cells += wanted.saturating_sub(row.cells.len());
        if self.cells > CELL_LIMIT {
            return Err(SheetFaultCause::TooManyCells);
        }
        if row.cells.len() < wanted {
            row.cells.resize(wanted, Cell::Empty);
        }
        if let Some(slot) = row.cells.get_mut(column) {
            *slot = cell;
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Vec<SheetRow> {
        self.rows
    }
}

fn check_cell(row: usize, column: usize, cell: &Cell) -> Result<(), SheetFaultCause> {
    if column >= COLUMN_LIMIT {
        return Err(SheetFaultCause::TooManyColumns { row, found: column + 1 });
    }
    let Cell::Text(text) = cell else { return Ok(()) };
    if text.contains(char::REPLACEMENT_CHARACTER) {
        return Err(SheetFaultCause::LostCharacter { row });
    }
    // Counting characters is needed only where the bytes alone do not settle it.
    let found = if text.len() > CHARACTER_LIMIT { text.chars().count() } else { 0 };
    if found > CHARACTER_LIMIT {
        return Err(SheetFaultCause::CellTooLong { row, column: column + 1, found });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
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
    fn limits_hold() {
        assert_eq!(cause(&vec![b'a'; BYTE_LIMIT + 1]), SheetFaultCause::TooBig(65));
        let wide = format!("{}x", ",".repeat(COLUMN_LIMIT));
        assert_eq!(cause(wide.as_bytes()), SheetFaultCause::TooManyColumns { row: 1, found: 257 });
        let long = format!("a,b\nc,{}", "字".repeat(CHARACTER_LIMIT + 1));
        let fault = SheetFaultCause::CellTooLong { row: 2, column: 2, found: CHARACTER_LIMIT + 1 };
        assert_eq!(cause(long.as_bytes()), fault);
        let mut rows = RowCollector::new(2);
        let text = || Cell::from_text("a");
        assert!(rows.add(1, 0, text()).is_ok() && rows.add(9, 0, text()).is_ok());
        assert!(rows.add(10, 0, Cell::Empty).is_ok(), "blank rows do not count");
        assert_eq!(rows.add(10, 0, text()), Err(SheetFaultCause::TooManyRows(2)));
    }

    #[test]
    fn a_lost_character_is_an_error() {
        assert_eq!(cause("姓名\n张\u{FFFD}".as_bytes()), SheetFaultCause::LostCharacter { row: 2 });
    }

    #[test]
    fn numbers_show_without_an_exponent() {
        assert_eq!(Cell::from_number(3.20102200001015e17).text(), "320102200001015000");
        assert_eq!(Cell::from_number(2017.1).text(), "2017.1");
    }
}
