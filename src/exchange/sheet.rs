//! Rows and cells of a sheet, whatever file it came in, and why a file is none. The file itself is
//! read by [`super::sheet_file`].

use std::borrow::Cow;
use std::io::ErrorKind;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use super::text::{is_plain, plain_text, unguarded};

/// Most bytes of a workbook (security.md 6.1). A text file is read row by row and has no limit.
pub const BYTE_LIMIT: u64 = 64 * 1024 * 1024;
/// Most rows of a text file: twice the organisations of the whole country.
pub const TEXT_ROW_LIMIT: usize = 10_000_000;
/// Most bytes of one row of a text file, so that a quotation mark left open cannot fill the memory.
pub const ROW_BYTE_LIMIT: usize = 4 * 1024 * 1024;
/// Most rows of a workbook, because reading one costs far more for each row.
pub const WORKBOOK_ROW_LIMIT: usize = 200_000;
/// Most columns.
pub const COLUMN_LIMIT: usize = 256;
/// Most cells of a workbook, so that a small file that unpacks to nothing but cells comes to an end.
pub const CELL_LIMIT: usize = 5_000_000;
/// Most characters of a cell; also the limit of Excel.
pub const CHARACTER_LIMIT: usize = 32_767;

/// One row with content.
#[derive(Debug, Clone, PartialEq, Default)]
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

    /// Puts the text of a file into a column, in the memory of what stood there before.
    ///
    /// # Errors
    /// Where the column or the text goes beyond a limit, or letters were lost.
    pub(super) fn refill(&mut self, column: usize, raw: &str) -> Result<(), SheetFaultCause> {
        let Some(slot) = self.cells.get_mut(column) else {
            return self.put(column, Cell::from_text(raw));
        };
        slot.refill(raw);
        check_cell(self.number, column, slot)
    }

    /// Puts a cell into a column counted from zero; one without content leaves it as it is.
    ///
    /// # Errors
    /// Where the column or the text goes beyond a limit, or letters were lost.
    pub(super) fn put(&mut self, column: usize, cell: Cell) -> Result<(), SheetFaultCause> {
        if cell.is_empty() {
            return Ok(());
        }
        check_cell(self.number, column, &cell)?;
        if self.cells.len() <= column {
            self.cells.resize(column + 1, Cell::Empty);
        }
        if let Some(slot) = self.cells.get_mut(column) {
            *slot = cell;
        }
        Ok(())
    }

    /// Puts a cell into a column counted from zero, in place of what stood there.
    ///
    /// # Errors
    /// As [`SheetRow::put`].
    pub(super) fn set(&mut self, column: usize, cell: Cell) -> Result<(), SheetFaultCause> {
        let Some(slot) = self.cells.get_mut(column) else { return self.put(column, cell) };
        *slot = cell;
        check_cell(self.number, column, slot)
    }

    /// Leaves out the cells from `used` on, and empty ones before.
    pub(super) fn trim(&mut self, used: usize) {
        let kept = self.cells.iter().take(used).rposition(|cell| !cell.is_empty());
        self.cells.truncate(kept.map_or(0, |last| last + 1));
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

    /// Becomes the text of a file, in the memory that is there.
    fn refill(&mut self, raw: &str) {
        let bare = unguarded(raw);
        match self {
            Self::Text(text) if is_plain(bare) && !bare.trim().is_empty() => {
                text.clear();
                text.push_str(bare.trim());
            }
            Self::Text(_) | Self::Empty | Self::Number { .. } | Self::Date(_) => {
                *self = Self::from_text(raw);
            }
        }
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
        self.shown().into_owned()
    }

    /// The content as text, borrowed where it is one.
    pub fn shown(&self) -> Cow<'_, str> {
        match self {
            Self::Empty => Cow::Borrowed(""),
            Self::Text(text) => Cow::Borrowed(text),
            Self::Number { shown, .. } => Cow::Borrowed(shown),
            Self::Date(day) => Cow::Owned(day.to_string()),
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
pub enum SheetFaultCause {
    /// No row with content.
    #[error("是空的。请确认选对了文件：里面应有一行表头和至少一行数据。")]
    Empty,
    /// The system does not let it be read.
    #[error("打不开或读到一半断了。请检查路径、权限和磁盘，再试。")]
    #[serde(skip)]
    Unreadable(ErrorKind),
    /// A folder.
    #[error("是一个目录，不是文件。请给出 .csv 或 .xlsx 文件。")]
    Folder,
    /// A pipe or a device, which can be read only once.
    #[error("不是普通文件，没法先检查、再写入。请先存成 .csv 或 .xlsx 文件。")]
    NoFile,
    /// It is no longer what it was when it was opened first.
    #[error("在检查以后又改过了，所以停了下来。请重新检查一遍，再导入。")]
    Changed,
    /// A workbook of more than [`BYTE_LIMIT`].
    #[error("有 {0} MB，最多 64 MB。请另存为 .csv 再导入，或分成几个文件。")]
    TooBig(u64),
    /// A row of more than [`ROW_BYTE_LIMIT`].
    #[error("第 {row} 行太长，超过 4 MB。多半是有英文双引号没有成对，请改好再导入。")]
    RowTooLong {
        /// Row from one.
        row: usize,
    },
    /// A quotation mark that nothing closes: the rest of the file would be one cell.
    #[error(
        "第 {row} 行有一个英文双引号没有成对，后面的行都被它圈了进去。请在第 {row} 行补上或删去这个双引号，再导入。"
    )]
    OpenQuote {
        /// Row from one.
        row: usize,
    },
    /// A workbook with a password.
    #[error("加了打开密码，这里读不了。请在 Excel 或 WPS 里打开，去掉密码后另存为 .xlsx，再导入。")]
    Locked,
    /// Something else than a table, and what it is.
    #[error("{}", .0.sentence())]
    Alien(Alien),
    /// A web page without a table.
    #[error(
        "是网页，里面没有表格。请确认下载完整，或在浏览器里把表格复制到 Excel，另存为 .xlsx 再导入。"
    )]
    NoTable,
    /// Bytes that are no text.
    #[error("不是表格文件。请另存为 .xlsx 或 .csv 再导入。")]
    NotText,
    /// Bytes that fit no encoding.
    #[error(
        "的文字编码认不出来：不是 UTF-8，也不是 GB18030。请在 Excel 或 WPS 里另存为 .xlsx，或另存为「CSV UTF-8」再导入。"
    )]
    Undecodable,
    /// Bytes that do not fit the encoding that somebody named.
    #[error("不是按「{0}」存的，这样读会丢字。请换一种编码，或让程序自己认。")]
    OtherEncoding(String),
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
    #[error("格子太多，超过 500 万个。请删去用不到的列，或分成几个文件导入。")]
    TooManyCells,
    /// A cell that is too long, often because a quotation mark is left open.
    #[error(
        "第 {row} 行第 {column} 列超过 32767 个字。多半是前面有英文双引号没有成对，请改好再导入。"
    )]
    CellTooLong {
        /// Row from one.
        row: usize,
        /// Column from one.
        column: usize,
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
    /// The sheet that somebody named is not there.
    #[error("里没有工作表「{wanted}」，现在有：{present}。请照这里的名字写，或写第几张。")]
    NoSuchSheet {
        /// As given.
        wanted: String,
        /// The sheets, joined.
        present: String,
    },
    /// The process that read it has fallen over.
    #[error("{}", .0.sentence())]
    Fallen(Ending),
}

/// Files of other programs that people take for a table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Alien {
    /// `.docx`, `.doc`
    Document,
    /// `.pptx`
    Slides,
    /// `.xlsb`
    BinaryWorkbook,
    /// `.ods` and its like
    OpenDocument,
    /// `.zip`, `.rar`, `.7z`, `.gz`
    Archive,
    /// `.pdf`
    Pdf,
    /// `.png`, `.jpg`, `.gif`, `.bmp`
    Picture,
    /// `.mht`
    SavedPage,
    /// A document of XML that is no table.
    Xml,
    /// A compound file that is no workbook.
    Compound,
}

impl Alien {
    fn sentence(self) -> &'static str {
        match self {
            Self::Document => {
                "是 Word 文档，不是表格。请把里面的表格复制到 Excel 或 WPS 表格，另存为 .xlsx 再导入。"
            }
            Self::Slides => "是演示文稿，不是表格。请换成 .xlsx 或 .csv 文件。",
            Self::BinaryWorkbook => {
                "是二进制工作簿（.xlsb），这里读不了。请在 Excel 或 WPS 里打开，另存为 .xlsx 再导入。"
            }
            Self::OpenDocument => {
                "是 OpenDocument 文件（.ods 一类），这里读不了。请打开它，另存为 .xlsx 再导入。"
            }
            Self::Archive => "是压缩包。请先解压，再选里面的 .xlsx、.xls 或 .csv 文件。",
            Self::Pdf => "是 PDF，不是表格。请向给文件的人要原来的 .xlsx 或 .csv 文件。",
            Self::Picture => "是图片，不是表格。请向给文件的人要原来的 .xlsx 或 .csv 文件。",
            Self::SavedPage => {
                "是整页保存的网页（.mht），这里读不了。请在 Excel 或 WPS 里打开，另存为 .xlsx 再导入。"
            }
            Self::Xml => {
                "是 XML 文件，里面没有表格。请在 Excel 或 WPS 里打开，另存为 .xlsx 再导入。"
            }
            Self::Compound => {
                "不是表格，或旧式 Excel 文件（.xls）没有存完。请在 Excel 或 WPS 里打开，另存为 .xlsx 再导入。"
            }
        }
    }
}

/// How the process ended that read a workbook, where it did not end well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    /// It fell over.
    Crashed,
    /// It asked for more memory than it may have.
    OutOfMemory,
    /// It took longer than it may.
    TooSlow,
    /// It could not be started.
    NotStarted,
}

impl Ending {
    fn sentence(self) -> &'static str {
        match self {
            Self::Crashed => {
                "没有读成：内容不合规矩，读到一半出错停下了，什么都没有写入。请在 Excel 或 WPS 里打开，只把名单复制到新表，另存为 .xlsx 再导入。"
            }
            Self::OutOfMemory => {
                "没有读成：太费内存，已经停下，什么都没有写入。请在 Excel 或 WPS 里打开，只把名单复制到新表，另存为 .xlsx 或 .csv 再导入。"
            }
            Self::TooSlow => {
                "没有读成：读了很久还没有读完，已经停下，什么都没有写入。请在 Excel 或 WPS 里打开，只把名单复制到新表，另存为 .xlsx 或 .csv 再导入。"
            }
            Self::NotStarted => {
                "没有读成：读表格要另开一个本程序，没有开成。请关掉一些别的程序再试；还不行就另存为 .csv 再导入。"
            }
        }
    }
}

impl SheetFaultCause {
    /// The same with the words of a file made safe to show.
    pub(super) fn cleaned(self) -> Self {
        match self {
            Self::Broken(said) => Self::Broken(plain_text(&said).chars().take(120).collect()),
            other => other,
        }
    }
}

impl From<std::io::Error> for SheetFaultCause {
    fn from(error: std::io::Error) -> Self {
        Self::Unreadable(error.kind())
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
    if text.len() > CHARACTER_LIMIT && text.chars().count() > CHARACTER_LIMIT {
        return Err(SheetFaultCause::CellTooLong { row, column: column + 1 });
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::testing::read_sheet;
    use super::*;

    fn cause(bytes: &[u8]) -> SheetFaultCause {
        read_sheet(bytes, "名单").expect_err("must be refused").cause
    }

    #[test]
    fn limits_hold() {
        let wide = format!("{}x", ",".repeat(COLUMN_LIMIT));
        assert_eq!(cause(wide.as_bytes()), SheetFaultCause::TooManyColumns { row: 1, found: 257 });
        let edge = format!("{}x,,", ",".repeat(COLUMN_LIMIT - 1));
        assert_eq!(read_sheet(edge.as_bytes(), "x").unwrap().rows[0].cells.len(), COLUMN_LIMIT);
        let long = format!("a,b\nc,{}", "字".repeat(CHARACTER_LIMIT + 1));
        let fault = SheetFaultCause::CellTooLong { row: 2, column: 2 };
        assert_eq!(cause(long.as_bytes()), fault);
        let open = format!("a,b\nc,\"{}", "d\n".repeat(ROW_BYTE_LIMIT));
        assert_eq!(cause(open.as_bytes()), SheetFaultCause::RowTooLong { row: 2 });
    }

    #[test]
    fn a_lost_character_is_an_error() {
        assert_eq!(cause("姓名\n张\u{FFFD}".as_bytes()), SheetFaultCause::LostCharacter { row: 2 });
    }

    #[test]
    fn a_row_in_the_memory_of_another_keeps_nothing_of_it() {
        let mut row = SheetRow { number: 1, cells: Vec::new() };
        for raws in [["a", "b", "c"], ["", " \u{200B}", "d"], ["e", "", ""], ["", "", ""]] {
            raws.iter().enumerate().for_each(|(column, raw)| row.refill(column, raw).unwrap());
            row.trim(3);
            let mut fresh = SheetRow { number: 1, cells: Vec::new() };
            let filled = raws.iter().enumerate().map(|(c, raw)| fresh.put(c, Cell::from_text(raw)));
            assert!(filled.collect::<Result<Vec<_>, _>>().is_ok());
            assert_eq!(row, fresh, "{raws:?}");
        }
    }

    #[test]
    fn numbers_show_without_an_exponent() {
        assert_eq!(Cell::from_number(3.20102200001015e17).text(), "320102200001015000");
        assert_eq!(Cell::from_number(2017.1).text(), "2017.1");
    }
}
