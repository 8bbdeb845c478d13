//! How a file is taken in: what the person at the keys chose about it, and what there is to choose
//! from. Screens, command line and use cases share these words.

use super::labels::labelled;

labelled! {
    /// How a text file is encoded, where somebody says so instead of leaving it to the program.
    pub enum TextEncoding {
        /// UTF-8, with a mark or without.
        Utf8 = "utf-8" / "UTF-8",
        /// GB 18030, which holds GBK and GB 2312.
        Gb18030 = "gb18030" / "GB18030（GBK）",
        /// UTF-16, the lower byte first, as Windows writes it.
        Utf16Le = "utf-16le" / "UTF-16",
        /// UTF-16, the higher byte first.
        Utf16Be = "utf-16be" / "UTF-16（大端）",
        /// Big5, of Hong Kong and Taiwan.
        Big5 = "big5" / "Big5（繁体）",
    }
}

labelled! {
    /// What stands between the cells of a text file.
    pub enum Delimiter {
        /// `,`
        Comma = "comma" / "逗号",
        /// `;`
        Semicolon = "semicolon" / "分号",
        /// The tab, as text pasted from a spreadsheet has it.
        Tab = "tab" / "制表符",
    }
}

labelled! {
    /// What becomes of rows that are hidden in a sheet.
    pub enum HiddenRows {
        /// They are read like the others: a filter that was forgotten must not lose people.
        Taken = "taken" / "也导入",
        /// They are left out.
        Left = "left" / "不导入",
    }
}

/// One cell put right by hand in the preview. The file stays as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mend {
    /// Row in the file, from one.
    pub row: usize,
    /// Header of the column as the preview shows it.
    pub column: String,
    /// What shall stand there.
    pub text: String,
}

/// Which sheet of a workbook is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SheetChoice {
    /// As somebody typed it: its name, or else its number from one.
    Typed(String),
    /// Its place from zero, as it was chosen from a list: a sheet may be named by a number.
    Place(usize),
}

/// What somebody says about a file beyond its name. The default leaves all to the program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportManner {
    /// `COLUMN=FIELD` pairs: header or letters of a column, and what it holds.
    pub columns: Vec<String>,
    /// Branch of rows that name none.
    pub branch: Option<String>,
    /// The sheet that is read.
    pub sheet: Option<SheetChoice>,
    /// Row of the header in the file, from one.
    pub header_row: Option<usize>,
    /// Encoding of a text file.
    pub encoding: Option<TextEncoding>,
    /// Delimiter of a text file.
    pub delimiter: Option<Delimiter>,
    /// What becomes of hidden rows.
    pub hidden: HiddenRows,
    /// Cells put right by hand.
    pub mends: Vec<Mend>,
}

impl Default for ImportManner {
    fn default() -> Self {
        Self {
            columns: Vec::new(),
            branch: None,
            sheet: None,
            header_row: None,
            encoding: None,
            delimiter: None,
            hidden: HiddenRows::Taken,
            mends: Vec::new(),
        }
    }
}

/// What a file could be taken for, to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportLayout {
    /// Encoding and delimiter, for text files.
    pub text: Option<(TextEncoding, Delimiter)>,
    /// Sheets by name; none in a text file.
    pub sheets: Vec<String>,
    /// Place of the sheet that is read.
    pub sheet: usize,
    /// Row of the header, where one was found.
    pub header_row: Option<usize>,
    /// The first rows with content: number and text, to choose the header from.
    pub head: Vec<(usize, String)>,
    /// The columns in order.
    pub columns: Vec<LayoutColumn>,
    /// What a column can be: words of the fields.
    pub fields: Vec<String>,
    /// How many rows are hidden in the sheet.
    pub n_hidden: usize,
}

/// A column of a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LayoutColumn {
    /// `A`, `B` .. `IV`.
    pub letters: String,
    /// What its header says.
    pub header: String,
    /// Word of the field it is read as; empty where it is not read.
    pub field: String,
}

/// How many rows are not imported for which reason. Those in the file count as bad, the others as
/// present.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Duplicates {
    /// The same person in several rows of the file.
    pub in_file: usize,
    /// In the database already.
    pub in_database: usize,
    /// On the way here by a transfer.
    pub in_transfer: usize,
}

/// The letters of a column counted from zero, as a spreadsheet writes them.
pub fn letters(column: usize) -> String {
    let (high, low) = (column / 26, column % 26);
    let letter = char::from(b'A' + u8::try_from(low).unwrap_or(0));
    if high == 0 { letter.to_string() } else { letters(high - 1) + &letter.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_lettered_as_in_a_spreadsheet() {
        let found = [0, 25, 26, 51, 52, 255, 701, 702].map(letters);
        assert_eq!(found, ["A", "Z", "AA", "AZ", "BA", "IV", "ZZ", "AAA"]);
    }
}
