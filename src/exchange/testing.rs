//! Sheets for the tests of this folder.

use super::sheet::{Sheet, read_sheet};
use crate::domain::id_number::{IdNumber, check_character};

/// A sheet from the text of a CSV file.
pub fn sheet(text: &str) -> Sheet {
    read_sheet(text.as_bytes(), "名单.csv").expect("a readable sheet")
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
