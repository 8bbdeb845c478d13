//! Names of people.

use unicode_normalization::UnicodeNormalization;

/// A cleaned personal name: Han characters or letters, with `·` between parts.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PersonName {
    text: String,
}

/// Why a text is no name. `Display` is the whole Chinese sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// Nothing was given.
    #[error("还没填姓名。请填证件上的姓名。")]
    Empty,
    /// A character that no name has.
    #[error("姓名「{text}」里有「{found}」，姓名只能用汉字、字母和间隔点「·」。请对照证件改正。")]
    Character {
        /// The whole name as given.
        text: String,
        /// The character that is out of place.
        found: char,
    },
    /// Too short or too long to be a name.
    #[error("姓名应为 2 到 50 个字，现在 {0} 个字。请对照证件填全。")]
    Length(usize),
}

impl PersonName {
    /// Parses a name. The many dots that input methods produce become `·`; blanks at the ends and
    /// between Han characters are dropped, because both are ways of typing.
    ///
    /// # Errors
    /// As [`NameFault`] says.
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        let text = normal_form(text);
        if text.is_empty() {
            return Err(NameFault::Empty);
        }
        if let Some(found) = text.chars().find(|c| !may_stand_in_name(*c)) {
            return Err(NameFault::Character { text, found });
        }
        match text.chars().count() {
            2..=50 => Ok(Self { text }),
            n => Err(NameFault::Length(n)),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.text
    }
}

impl std::fmt::Display for PersonName {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

fn normal_form(text: &str) -> String {
    // Unified ideographs have one form only, and nearly every name consists of them.
    if text.chars().all(|c| matches!(c, '\u{4E00}'..='\u{9FFF}')) {
        return text.to_owned();
    }
    let kept: String = text
        .nfc()
        .filter(|c| !matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{202A}'..='\u{202E}'))
        .map(|c| match c {
            '•' | '・' | '．' | '.' | '‧' | '･' | '∙' | '●' | '⋅' | '﹒' | '᛫' | '⸱' | 'ꞏ' | '◦' => '·',
            '\u{00A0}' | '\u{3000}' => ' ',
            other => other,
        })
        .collect();
    let latin = kept.chars().any(|c| c.is_ascii_alphabetic());
    if latin {
        kept.split_whitespace().collect::<Vec<_>>().join(" ")
    } else {
        kept.split_whitespace().collect()
    }
}

fn may_stand_in_name(c: char) -> bool {
    c.is_alphabetic() || matches!(c, '·' | ' ' | '〇' | '-' | '\'') || is_private_use(c)
}

/// Characters that some input methods hand out for rare names before Unicode had them.
fn is_private_use(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dots_and_blanks_are_made_one() {
        for (given, kept) in [
            ("古丽米热.艾力", "古丽米热·艾力"),
            ("古丽米热•艾力", "古丽米热·艾力"),
            (" 王　凡 ", "王凡"),
            ("𠮷田", "𠮷田"),
            ("Anna  Lee", "Anna Lee"),
        ] {
            assert_eq!(PersonName::parse(given).unwrap().as_str(), kept);
        }
    }

    #[test]
    fn what_is_no_name_is_named() {
        assert_eq!(PersonName::parse("　"), Err(NameFault::Empty));
        assert_eq!(PersonName::parse("王"), Err(NameFault::Length(1)));
        assert!(PersonName::parse("王凡3").unwrap_err().to_string().contains("「3」"));
        assert!(PersonName::parse("王\u{1b}[31m凡").is_err());
    }
}
