//! ID numbers of people: parsed once, masked everywhere (domain.md B5.2, security.md decision 9).

use std::fmt;

use chrono::NaiveDate;

/// The 35 province codes an ID number may begin with (GB/T 2260, domain.md B5.2).
const PROVINCES: &[&str] = &[
    "11", "12", "13", "14", "15", "21", "22", "23", "31", "32", "33", "34", "35", "36", "37", "41",
    "42", "43", "44", "45", "46", "50", "51", "52", "53", "54", "61", "62", "63", "64", "65", "71",
    "81", "82", "83",
];

/// Weights and check characters of ISO 7064 MOD 11-2, as GB 11643 uses them.
const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
const CHECKS: &[u8; 11] = b"10X98765432";

/// What kind of document a number belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DocumentKind {
    /// 居民身份证: 18 characters with a check character.
    ResidentCard,
    /// A document of people from outside the mainland; only its characters are checked.
    Other,
}

/// Sex as the 17th digit of a resident card tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sex {
    /// 男
    Male,
    /// 女
    Female,
}

impl Sex {
    /// The word on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Male => "男",
            Self::Female => "女",
        }
    }
}

/// A number that passed every check of its kind. Its `Debug` shows only the mask.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct IdNumber {
    text: String,
}

/// Why a text is no ID number. `Display` is the whole Chinese sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum IdFault {
    /// Nothing was given.
    #[error("还没填身份证号。请填 18 位身份证号。")]
    Empty,
    /// A number that a spreadsheet turned into a floating-point value.
    #[error(
        "身份证号现在是「{0}」，像被表格软件存成了数字，后几位已经丢失，无法还原。请从原始材料重新录入 18 位号码。"
    )]
    Spreadsheet(String),
    /// Wrong count of characters.
    #[error("身份证号应为 18 位，现在 {found} 位，{difference}。请对照证件补全或删去。")]
    Length {
        /// How many characters there are.
        found: usize,
        /// 「少 1 位」 or 「多 2 位」.
        difference: String,
    },
    /// A character that cannot stand there.
    #[error(
        "身份证号第 {position} 位是「{found}」，前 17 位只能是数字，第 18 位只能是数字或 X。请对照证件改正。"
    )]
    Character {
        /// Counted from one.
        position: usize,
        /// What stands there.
        found: char,
    },
    /// The first two digits are no province.
    #[error("身份证号开头「{0}」不是任何省份的代码。请对照证件核对前 6 位。")]
    Region(String),
    /// Digits 7 to 14 are no day of the calendar, or lie in the future of any holder.
    #[error("身份证号第 7 到 14 位「{0}」不是真实的出生日期。请对照证件核对。")]
    Birthday(String),
    /// The check character does not agree. The right one is never said: it would invite forging.
    #[error("身份证号第 18 位与前 17 位对不上。请对照证件从头逐位看一遍。")]
    Check,
    /// Another document with characters that no document has.
    #[error("证件号码应为 5 到 20 位的字母或数字，现在是「{0}」。请对照证件改正。")]
    OtherDocument(String),
}

impl IdNumber {
    /// Parses the 18-character number of a resident card. Full-width forms, blanks and a small x
    /// are mended, because they are ways of typing and not other numbers.
    ///
    /// # Errors
    /// The first check that fails, as a sentence.
    pub fn parse(text: &str) -> Result<Self, IdFault> {
        let text = normal_form(text);
        if text.is_empty() {
            return Err(IdFault::Empty);
        }
        if looks_like_float(&text) {
            return Err(IdFault::Spreadsheet(text));
        }
        check_length(&text)?;
        check_characters(&text)?;
        check_region(&text)?;
        let digits = text.as_bytes();
        birthday_of(&text).ok_or_else(|| IdFault::Birthday(slice(&text, 6, 14)))?;
        if digits.last().copied() != Some(check_character(digits)) {
            return Err(if text.ends_with("000") {
                IdFault::Spreadsheet(text)
            } else {
                IdFault::Check
            });
        }
        Ok(Self { text })
    }

    /// Parses the number of another document, which has no check character.
    ///
    /// # Errors
    /// Where it has fewer than 5, more than 20, or other characters than letters and digits.
    pub fn parse_other(text: &str) -> Result<Self, IdFault> {
        let text = normal_form(text);
        let fits =
            (5..=20).contains(&text.len()) && text.chars().all(|c| c.is_ascii_alphanumeric());
        if fits { Ok(Self { text }) } else { Err(IdFault::OtherDocument(text)) }
    }

    /// Parses by the kind of document.
    ///
    /// # Errors
    /// As [`IdNumber::parse`] and [`IdNumber::parse_other`].
    pub fn parse_as(kind: DocumentKind, text: &str) -> Result<Self, IdFault> {
        match kind {
            DocumentKind::ResidentCard => Self::parse(text),
            DocumentKind::Other => Self::parse_other(text),
        }
    }

    /// The kind of document: 18 characters that pass the card's checks are a card.
    pub fn kind(&self) -> DocumentKind {
        if Self::parse(&self.text).is_ok() {
            DocumentKind::ResidentCard
        } else {
            DocumentKind::Other
        }
    }

    /// The number in the clear. Only storage, sign-in and a recorded reveal may ask for it.
    pub fn reveal(&self) -> &str {
        &self.text
    }

    /// The first three characters and stars: the end of a number beside a birthday would give
    /// away the initial password (security.md decision 9).
    pub fn masked(&self) -> String {
        mask_id(&self.text)
    }

    /// The day of birth, for resident cards.
    pub fn birthday(&self) -> Option<NaiveDate> {
        (self.kind() == DocumentKind::ResidentCard).then(|| birthday_of(&self.text)).flatten()
    }

    /// Sex, for resident cards.
    pub fn sex(&self) -> Option<Sex> {
        let digit = self.text.as_bytes().get(16)?;
        (self.kind() == DocumentKind::ResidentCard).then(|| match (digit - b'0') % 2 {
            0 => Sex::Female,
            _ => Sex::Male,
        })
    }
}

impl fmt::Debug for IdNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.masked())
    }
}

/// The mask for any text that stands where an ID number belongs, a faulty one included.
pub fn mask_id(text: &str) -> String {
    let shown: String = text.chars().take(3).collect();
    let hidden = text.chars().count().saturating_sub(3);
    shown + &"*".repeat(hidden)
}

/// Trims, drops inner blanks, narrows full-width forms and raises a small x.
pub fn normal_form(text: &str) -> String {
    // Nearly every number of a register is in this form already.
    if text.bytes().all(|b| b.is_ascii_graphic() && !b.is_ascii_lowercase()) {
        return text.to_owned();
    }
    text.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
            other => other,
        })
        .filter(|c| {
            !c.is_whitespace() && !matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}')
        })
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// The check character that belongs to the first 17 digits; for makers of invented data.
pub fn check_character(first_17: &[u8]) -> u8 {
    let sum: u32 =
        WEIGHTS.iter().zip(first_17).map(|(w, d)| w * u32::from(d.wrapping_sub(b'0'))).sum();
    CHECKS[(sum % 11) as usize]
}

fn looks_like_float(text: &str) -> bool {
    text.contains("E+") || (text.contains('.') && text.chars().any(|c| c.is_ascii_digit()))
}

fn check_length(text: &str) -> Result<(), IdFault> {
    let found = text.chars().count();
    let difference = match found {
        18 => return Ok(()),
        0..18 => format!("少 {} 位", 18 - found),
        _ => format!("多 {} 位", found - 18),
    };
    Err(IdFault::Length { found, difference })
}

fn check_characters(text: &str) -> Result<(), IdFault> {
    let wrong =
        text.chars().enumerate().find(|(i, c)| !(c.is_ascii_digit() || (*i == 17 && *c == 'X')));
    wrong.map_or(Ok(()), |(i, found)| Err(IdFault::Character { position: i + 1, found }))
}

fn check_region(text: &str) -> Result<(), IdFault> {
    let is_known = text.get(..2).is_some_and(|province| PROVINCES.contains(&province));
    if is_known { Ok(()) } else { Err(IdFault::Region(slice(text, 0, 2))) }
}

fn birthday_of(text: &str) -> Option<NaiveDate> {
    let digits = |range| text.get(range).and_then(|digits: &str| digits.parse::<u32>().ok());
    let year = i32::try_from(digits(6..10)?).ok()?;
    let born = NaiveDate::from_ymd_opt(year, digits(10..12)?, digits(12..14)?)?;
    let sensible = NaiveDate::from_ymd_opt(1900, 1, 1)?..NaiveDate::from_ymd_opt(2100, 1, 1)?;
    sensible.contains(&born).then_some(born)
}

fn slice(text: &str, from: usize, to: usize) -> String {
    text.chars().skip(from).take(to - from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_good_number_tells_birthday_and_sex() {
        let id = IdNumber::parse(" ３２０１０２２０００01015５2x ".replace('x', "").as_str());
        assert!(id.is_err(), "17 digits are not enough");
        let id = made("32010220000101553");
        assert_eq!(id.birthday(), NaiveDate::from_ymd_opt(2000, 1, 1));
        assert_eq!(id.sex(), Some(Sex::Male));
        assert_eq!(id.masked(), "320***************");
        assert_eq!(format!("{id:?}"), "320***************");
    }

    #[test]
    fn typing_habits_are_mended() {
        let plain = made("11010119990307002");
        let wide: String = plain
            .reveal()
            .chars()
            .map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap().to_lowercase().next().unwrap())
            .collect();
        assert_eq!(IdNumber::parse(&format!("　{wide}　")), Ok(plain));
    }

    #[test]
    fn each_fault_has_its_sentence() {
        let good = made("32010220000101553").reveal().to_owned();
        let cases = [
            ("", "还没填"),
            ("32010220000101539", "现在 17 位，少 1 位"),
            ("3201022000010153911", "多 1 位"),
            ("3.20102E+17", "丢失"),
            ("32010220000101553五", "第 18 位是「五」"),
            ("3201O2200001015531", "第 5 位是「O」"),
            ("990102200001015531", "开头「99」"),
            ("320102200013015531", "「20001301」"),
        ];
        for (text, wanted) in cases {
            let said = IdNumber::parse(text).expect_err(text).to_string();
            assert!(said.contains(wanted), "{text}: {said}");
        }
        let wrong = if good.ends_with('1') { '2' } else { '1' };
        let bad = format!("{}{wrong}", good.chars().take(17).collect::<String>());
        let said = IdNumber::parse(&bad).expect_err("check character").to_string();
        assert_eq!(said, "身份证号第 18 位与前 17 位对不上。请对照证件从头逐位看一遍。");
        assert!(!said.contains(good.chars().last().unwrap()) || said.contains("18"));
    }

    #[test]
    fn other_documents_skip_the_check_character() {
        assert_eq!(IdNumber::parse_other("h12345678").unwrap().kind(), DocumentKind::Other);
        assert!(IdNumber::parse_other("团员证一二三").is_err());
        assert_eq!(IdNumber::parse_other("h12345678").unwrap().birthday(), None);
    }

    proptest! {
        #[test]
        fn any_text_has_one_normal_form(text in any::<String>()) {
            let form = normal_form(&text);
            prop_assert!(normal_form(&form) == form);
            prop_assert!(!form.contains(char::is_whitespace));
            // Whether it is a number does not depend on how it was spelled; nothing panics.
            let (raw, clean) = (IdNumber::parse(&text).ok(), IdNumber::parse(&form).ok());
            prop_assert_eq!(raw, clean);
        }

        #[test]
        fn one_number_is_one_number_however_it_is_typed(
            n in 0u32..28_000,
            ways in prop::collection::vec(0u8..5, 18),
        ) {
            let number = crate::domain::testing::id_number(n);
            let typed: String = number.reveal().chars().zip(ways).map(|(c, way)| spelled(c, way)).collect();
            prop_assert_eq!(IdNumber::parse(&typed).ok(), Some(number));
        }

        #[test]
        fn a_mask_shows_three_characters_at_most(text in any::<String>()) {
            let masked = mask_id(&text);
            prop_assert_eq!(masked.chars().count(), text.chars().count());
            prop_assert!(masked.chars().skip(3).all(|c| c == '*'));
        }
    }

    /// One of the ways in which a character of a number reaches the program.
    fn spelled(c: char, way: u8) -> String {
        match way {
            0 => c.to_ascii_lowercase().to_string(),
            1 => char::from_u32(u32::from(c) + 0xfee0).map_or(String::new(), String::from),
            2 => format!(" {c}"),
            3 => format!("{c}\u{3000}"),
            _ => c.to_string(),
        }
    }

    fn made(first_17: &str) -> IdNumber {
        let check = char::from(check_character(first_17.as_bytes()));
        IdNumber::parse(&format!("{first_17}{check}")).expect("invented number")
    }
}
