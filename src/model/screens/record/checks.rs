//! Checks of single answers that several forms share. Each gives the sentence of the fault.

use chrono::NaiveDate;

use crate::domain::id_number::IdNumber;
use crate::domain::person_name::PersonName;
use crate::domain::phone::Phone;
use crate::domain::text::{count_characters, narrow};

/// Different words that make up for a short password (security.md 3).
const ENOUGH_WORDS: usize = 4;

/// A name of a person.
pub fn name_fault(text: &str) -> Option<String> {
    PersonName::parse(text).err().map(|fault| fault.to_string())
}

/// A resident card.
pub fn id_fault(text: &str) -> Option<String> {
    IdNumber::parse(text).err().map(|fault| fault.to_string())
}

/// A telephone.
pub fn phone_fault(text: &str) -> Option<String> {
    Phone::parse(text).err().map(|fault| fault.to_string())
}

/// The number of an import, as it was given when the import was done.
pub fn batch_fault(text: &str) -> Option<String> {
    let text = narrow(text);
    let known = text.trim().parse::<i64>().is_ok_and(|batch| batch > 0);
    let said =
        || format!("批次号应是 1 或更大的整数，现在是「{}」。操作记录里能查到。", text.trim());
    (!known).then(said)
}

/// A month `YYYY-MM`.
pub fn month_fault(text: &str) -> Option<String> {
    let day = format!("{}-01", narrow(text).trim());
    let known = day.len() == 10 && NaiveDate::parse_from_str(&day, "%Y-%m-%d").is_ok();
    (!known).then(|| format!("年月现在是「{text}」，应写成 2020-06 这样。请改正。"))
}

/// A day `YYYY-MM-DD`.
pub fn day_fault(text: &str) -> Option<String> {
    let day = narrow(text);
    let known = day.trim().len() == 10 && NaiveDate::parse_from_str(day.trim(), "%Y-%m-%d").is_ok();
    (!known).then(|| format!("日期现在是「{text}」，应写成 2020-06-02 这样。请改正。"))
}

/// The length of a password; everything else is for the vault to say.
pub fn password_fault(text: &str, least: usize) -> Option<String> {
    let n = count_characters(text);
    let many_words = text.split_whitespace().count() >= ENOUGH_WORDS;
    (n < least && !many_words)
        .then(|| format!("密码现在 {n} 个字，应不少于 {least} 个字。请再加长一些。"))
}

/// Minutes until the screen locks.
pub fn minutes_fault(text: &str) -> Option<String> {
    let minutes = narrow(text).trim().parse::<u32>().ok().filter(|n| (1..=120).contains(n));
    minutes
        .is_none()
        .then(|| format!("「几分钟不动就锁屏」现在是「{text}」，应为 1 到 120 的数。请改正。"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_days_and_minutes_are_told_from_nonsense() {
        for (text, good) in
            [("2020-06", true), ("2020-6", false), ("2020-13", false), ("去年", false)]
        {
            assert_eq!(month_fault(text).is_none(), good, "{text}");
        }
        for (text, good) in [("2020-06-02", true), ("2020-02-30", false), ("06-02", false)] {
            assert_eq!(day_fault(text).is_none(), good, "{text}");
        }
        for (text, good) in [("5", true), ("０", false), ("500", false), ("五", false)] {
            assert_eq!(minutes_fault(text).is_none(), good, "{text}");
        }
    }

    #[test]
    fn a_password_is_long_or_has_four_words() {
        assert!(password_fault("kurz", 8).unwrap().contains("现在 4 个字"));
        assert_eq!(password_fault("a b c d", 12), None);
        assert_eq!(password_fault("123456789012", 12), None);
    }
}
