//! What is wrong with one cell of an import, and how to mend it.

use std::fmt;

use crate::domain::id_number::mask_id;

/// From how many digits on a text is taken for an ID number: the old ones have 15.
const DIGITS_OF_ID: usize = 15;

/// A fault of one cell. `Display` is 「第 41 行「身份证号」：现在怎样。怎样改。」
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowFault {
    /// Row in the file, from one.
    pub row: usize,
    /// Header of the column as the file has it, or our name for it where the file has none.
    pub column: String,
    /// What stands there; masked where it is an ID number.
    pub value: String,
    /// How it is now and how it should be, without a full stop.
    pub reason: String,
    /// What to do, without a full stop.
    pub remedy: String,
}

impl RowFault {
    /// A fault from a whole sentence of the domain: what follows the first full stop is the
    /// remedy. An ID number that stands in a wrong column is masked in both.
    pub fn from_sentence(row: usize, column: String, value: &str, sentence: &str) -> Self {
        let masked = masked_where_id(value);
        let sentence =
            if masked == value { sentence.to_owned() } else { sentence.replace(value, &masked) };
        let (reason, remedy) = sentence.split_once('。').unwrap_or((&sentence, ""));
        let remedy = remedy.trim_end_matches('。').to_owned();
        Self { row, column, value: masked, reason: reason.to_owned(), remedy }
    }
}

/// Masks a text that has as many digits as an ID number, whatever column it stands in.
pub fn masked_where_id(text: &str) -> String {
    let digit = |c: &char| c.is_ascii_digit() || ('０'..='９').contains(c);
    if text.chars().filter(digit).count() < DIGITS_OF_ID {
        return text.to_owned();
    }
    mask_id(text)
}

impl fmt::Display for RowFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "第 {} 行「{}」：{}。{}。", self.row, self.column, self.reason, self.remedy)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_is_split_at_its_first_stop() {
        let fault = RowFault::from_sentence(4, "姓名".into(), "", "还没填。请填。");
        assert_eq!((fault.reason.as_str(), fault.remedy.as_str()), ("还没填", "请填"));
        assert_eq!(fault.to_string(), "第 4 行「姓名」：还没填。请填。");
    }
}
