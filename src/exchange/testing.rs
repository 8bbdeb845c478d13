//! Sheets for the tests of this folder.

use super::sheet::{SheetFault, SheetRow};
use super::sheet_file::SheetFile;
use crate::domain::id_number::{IdNumber, check_character};

/// A whole sheet.
#[derive(Debug)]
pub struct Sheet {
    /// How it is written.
    pub encoding: String,
    /// What is left unread.
    pub notes: Vec<String>,
    /// Its rows.
    pub rows: Vec<SheetRow>,
}

/// A file with that content, in a folder that lives as long as the first of the two.
pub fn try_kept(bytes: &[u8], name: &str) -> Result<(tempfile::TempDir, SheetFile), SheetFault> {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join(name);
    std::fs::write(&path, bytes).expect("a file");
    SheetFile::open(&path).map(|file| (dir, file))
}

/// A readable file with that content.
pub fn kept(bytes: &[u8], name: &str) -> (tempfile::TempDir, SheetFile) {
    try_kept(bytes, name).expect("a readable sheet")
}

/// Reads a file with that content to its end.
pub fn read_sheet(bytes: &[u8], name: &str) -> Result<Sheet, SheetFault> {
    let (_dir, file) = try_kept(bytes, name)?;
    let mut source = file.rows()?;
    let mut rows = Vec::new();
    while let Some(row) = source.next_row()? {
        rows.push(row.clone());
    }
    Ok(Sheet { encoding: file.encoding().to_owned(), notes: file.notes(), rows })
}

/// An invented ID number with a right check character.
pub fn id(n: u32) -> String {
    crate::domain::testing::id_number(n).reveal().to_owned()
}

/// An invented ID number from its first 17 digits.
pub fn id_from(first_17: &str) -> String {
    let check = char::from(check_character(first_17.as_bytes()));
    let text = format!("{first_17}{check}");
    assert!(IdNumber::parse(&text).is_ok(), "{text}");
    text
}
