//! Where a text must not be cut because of a number.

/// The words that follow a number in the names of classes and in dates.
const UNITS: &str = "级届班年月日号";

/// The words that come before the number of a school year or a school: 高三, 大一, 第一.
const STAGES: &str = "高初大研第";

const NUMERALS: &str = "〇零一二三四五六七八九十百";

/// How closely two neighbouring characters belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Bond {
    /// They may be parted.
    None,
    /// They are parted only if nothing else fits: 2017级|13班, the letters of a word.
    Loose,
    /// They are never parted: 1|3, 3|班, (|5|), 高|三.
    Close,
}

/// The bond between the last character of `head` and the first of `tail`.
pub(super) fn bond(head: &str, tail: &str) -> Bond {
    let (Some(left), Some(right)) = (head.chars().next_back(), tail.chars().next()) else {
        return Bond::None;
    };
    if is_close(left, right) {
        Bond::Close
    } else if is_loose(left, right) {
        Bond::Loose
    } else {
        Bond::None
    }
}

fn is_close(left: char, right: char) -> bool {
    let number = is_digit(left) || is_numeral(left);
    (is_digit(left) && is_digit(right))
        || (is_numeral(left) && is_numeral(right))
        || (number && (is_unit(right) || is_closing(right)))
        || ((is_opening(left) || is_stage(left)) && (is_digit(right) || is_numeral(right)))
        || (is_closing(left) && is_unit(right))
}

fn is_loose(left: char, right: char) -> bool {
    let number = is_digit(right) || is_numeral(right);
    (left.is_ascii_alphanumeric() && right.is_ascii_alphanumeric())
        || (is_unit(left) && (number || is_opening(right)))
        || (is_numeral(left) && (is_opening(right) || is_digit(right)))
        || (left.is_ascii_alphabetic() && is_unit(right))
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit() || ('０'..='９').contains(&c)
}

fn is_numeral(c: char) -> bool {
    NUMERALS.contains(c)
}

fn is_unit(c: char) -> bool {
    UNITS.contains(c)
}

fn is_stage(c: char) -> bool {
    STAGES.contains(c)
}

const fn is_opening(c: char) -> bool {
    matches!(c, '(' | '（')
}

const fn is_closing(c: char) -> bool {
    matches!(c, ')' | '）')
}
