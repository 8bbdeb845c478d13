//! Months and days as people and spreadsheets write them.

use chrono::{Datelike, Days, NaiveDate};

use super::sheet::Cell;
use crate::domain::id_number::normal_form;

/// Years that a register can hold: the League was founded in 1922.
const YEARS: std::ops::RangeInclusive<i32> = 1922..=2099;
/// Serial numbers of Excel that fall into a member's life (1954 to 2064).
const SERIALS: std::ops::Range<u32> = 20_000..60_000;
/// English short months, as Excel writes `2017-12` into a CSV file: `Dec-17`.
const MONTHS: [&str; 12] =
    ["JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC"];

/// Why a text is no month. `Display` is the whole Chinese sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DateFault {
    /// `2017.1` is what a spreadsheet leaves of 2017.10 too.
    #[error("「{0}」看不出是 1 月还是 10 月。请写成 2017-01 或 2017-10 这样四位年加两位月")]
    Ambiguous(String),
    /// Anything else that is no month.
    #[error("「{0}」看不出是哪年哪月。请写成 2017-12 这样四位年加两位月")]
    Unreadable(String),
}

/// A month, and a day where one was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CalendarPart {
    /// Year.
    pub year: i32,
    /// Month from one.
    pub month: u32,
    /// Day from one, where known.
    pub day: Option<u32>,
}

/// A cell as a month `YYYY-MM`; an empty cell gives an empty text.
///
/// # Errors
/// As [`DateFault`] says.
pub fn month_of(cell: &Cell) -> Result<String, DateFault> {
    if cell.is_empty() {
        return Ok(String::new());
    }
    let part = calendar_part(cell)?;
    Ok(format!("{:04}-{:02}", part.year, part.month))
}

/// A cell as a month with or without a day.
///
/// # Errors
/// As [`DateFault`] says; also for an empty cell.
pub fn calendar_part(cell: &Cell) -> Result<CalendarPart, DateFault> {
    if let Cell::Text(text) = cell
        && let Some(part) = of_iso(text)
    {
        return Ok(part);
    }
    let shown = cell.text();
    let found = match cell {
        Cell::Date(day) => Some(of_day(*day)),
        Cell::Number { value, .. } => of_serial(value.floor() as u32).or_else(|| of_text(&shown)),
        Cell::Text(_) | Cell::Empty => of_text(&shown),
    };
    if is_ambiguous(&normal_form(&shown)) {
        return Err(DateFault::Ambiguous(shown));
    }
    let sensible = found.filter(|part| YEARS.contains(&part.year));
    sensible.ok_or(DateFault::Unreadable(shown))
}

/// `2017-12` or `2017-12-01`, as most registers have it; told at a glance.
fn of_iso(text: &str) -> Option<CalendarPart> {
    let is_digit = |(at, byte): (usize, u8)| match at {
        4 | 7 => byte == b'-',
        _ => byte.is_ascii_digit(),
    };
    let fits = matches!(text.len(), 7 | 10) && text.bytes().enumerate().all(is_digit);
    let day = if text.len() == 10 { Some(text.get(8..)?) } else { None };
    let part = of_numbers(text.get(..4).filter(|_| fits)?, text.get(5..7)?, day)?;
    YEARS.contains(&part.year).then_some(part)
}

/// `2017.1`: the number 2017.10 loses its last digit in a spreadsheet.
fn is_ambiguous(text: &str) -> bool {
    let Some((year, month)) = text.split_once('.') else { return false };
    month == "1" && year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit())
}

fn of_day(day: NaiveDate) -> CalendarPart {
    CalendarPart { year: day.year(), month: day.month(), day: Some(day.day()) }
}

/// Excel counts days so that 1 March 1900 is 61.
fn of_serial(serial: u32) -> Option<CalendarPart> {
    let first = NaiveDate::from_ymd_opt(1899, 12, 30)?;
    let day = first.checked_add_days(Days::new(u64::from(serial)))?;
    SERIALS.contains(&serial).then(|| of_day(day))
}

fn of_text(text: &str) -> Option<CalendarPart> {
    let text = text.trim_matches(|c: char| matches!(c, '\'' | '’' | '‘') || c.is_whitespace());
    let text = normal_form(without_time(text));
    if let Some(part) = of_english(&text) {
        return Some(part);
    }
    let is_separator = |c: char| matches!(c, '年' | '月' | '日' | '号' | '.' | '-' | '/' | '、');
    let parts: Vec<&str> = text.split(is_separator).filter(|part| !part.is_empty()).collect();
    if !parts.iter().all(|part| part.bytes().all(|b| b.is_ascii_digit())) {
        return None;
    }
    match parts.as_slice() {
        [whole] => of_digits(whole),
        [year, month] if year.len() == 4 => of_numbers(year, month, None),
        [year, month, day] if year.len() == 4 => of_numbers(year, month, Some(day)),
        _ => None,
    }
}

/// Cuts `00:00:00` off, which databases write after a day.
fn without_time(text: &str) -> &str {
    let Some((before, _)) = text.split_once(':') else { return text };
    before.rsplit_once([' ', 'T']).map_or(text, |(day, _)| day)
}

fn of_english(text: &str) -> Option<CalendarPart> {
    let (name, year) = text.split_once('-')?;
    let month = MONTHS.iter().position(|known| *known == name)?;
    let short: i32 = year.parse().ok().filter(|_| year.len() == 2)?;
    let year = if short < 50 { 2000 + short } else { 1900 + short };
    Some(CalendarPart { year, month: u32::try_from(month).ok()? + 1, day: None })
}

fn of_digits(digits: &str) -> Option<CalendarPart> {
    let cut = |from: usize, to: usize| digits.get(from..to);
    match digits.len() {
        5 => of_serial(digits.parse().ok()?),
        6 => of_numbers(cut(0, 4)?, cut(4, 6)?, None),
        8 => of_numbers(cut(0, 4)?, cut(4, 6)?, cut(6, 8)),
        _ => None,
    }
}

fn of_numbers(year: &str, month: &str, day: Option<&str>) -> Option<CalendarPart> {
    let (year, month) = (year.parse().ok()?, month.parse().ok()?);
    let day = day.map(|d| d.parse().ok()).map_or(Some(None), |d: Option<u32>| d.map(Some))?;
    NaiveDate::from_ymd_opt(year, month, day.unwrap_or(1))?;
    Some(CalendarPart { year, month, day })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_usual_form_is_one_month() {
        for text in [
            "2017.12",
            "2017-12",
            "2017-12-01",
            "2017/12/1",
            "2017年12月",
            "2017 年 12 月 1 日",
            "201712",
            "20171201",
            "2017-12-01 00:00:00",
            "2017-12-01T08:30:00",
            "２０１７．１２",
            "43070",
            "Dec-17",
            "'2017.12 ",
            "2017.12.",
            "2017-12'",
        ] {
            assert_eq!(month_of(&Cell::from_text(text)).as_deref(), Ok("2017-12"), "{text}");
        }
        for number in [43070.0, 43070.5, 2017.12, 201_712.0, 20_171_201.0] {
            assert_eq!(month_of(&Cell::from_number(number)).as_deref(), Ok("2017-12"), "{number}");
        }
        let day = NaiveDate::from_ymd_opt(2017, 12, 31).unwrap();
        assert_eq!(month_of(&Cell::Date(day)).as_deref(), Ok("2017-12"));
        assert_eq!(month_of(&Cell::from_text("2017.9")).as_deref(), Ok("2017-09"));
        assert_eq!(month_of(&Cell::Empty).as_deref(), Ok(""));
    }

    #[test]
    fn what_is_no_month_is_refused() {
        for text in ["2017", "2017-13", "2017-02-30", "17.12", "12/1/2017", "去年", "1017-12", "-"]
        {
            let fault = month_of(&Cell::from_text(text)).expect_err(text);
            assert_eq!(fault, DateFault::Unreadable(text.to_owned()));
        }
    }

    #[test]
    fn january_and_october_are_not_guessed() {
        for cell in [Cell::from_text("2017.1"), Cell::from_number(2017.1)] {
            assert!(matches!(month_of(&cell), Err(DateFault::Ambiguous(_))));
        }
        assert_eq!(month_of(&Cell::from_text("2017.10")).as_deref(), Ok("2017-10"));
        assert_eq!(month_of(&Cell::from_text("2017-1")).as_deref(), Ok("2017-01"));
    }
}
