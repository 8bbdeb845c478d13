//! Whether a row fits a search: the one definition, which words only help to reach sooner.

use crate::domain::name_search::{NameQuery, fold};
use crate::domain::text::clean_line;

/// A parsed search for rows of transfers or members. Parse once, ask of every row.
///
/// Terms are separated by spaces; each must fit one of the texts of the row, whichever.
#[derive(Debug, Clone, Default)]
pub struct RowQuery {
    terms: Vec<Term>,
}

#[derive(Debug, Clone)]
struct Term {
    text: String,
    name: NameQuery,
}

/// Where the digits of a transfer's number begin, as [`fold`] leaves it.
const PREFIX: &str = "zj";

impl RowQuery {
    /// Parses what was typed; never fails.
    pub fn parse(typed: &str) -> Self {
        let typed = clean_line(typed).text;
        Self { terms: typed.split_whitespace().map(Term::new).collect() }
    }

    /// Whether nothing is asked for and so everything fits.
    pub const fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The terms, folded as names are.
    pub fn terms(&self) -> impl Iterator<Item = &str> {
        self.terms.iter().map(|term| term.text.as_str())
    }

    /// Whether a transfer fits. The person is found by characters, pinyin and initials; the
    /// organisations by a part of their names; the number by its beginning, with or without `ZJ`,
    /// or by the beginning of the running number.
    pub fn fits_transfer(&self, person: &str, number: &str, sides: [&str; 2]) -> bool {
        self.terms.iter().all(|term| {
            term.fits_number(number)
                || sides.iter().any(|name| term.is_part_of(name))
                || term.fits_person(person)
        })
    }

    /// Whether a person fits by the name alone.
    pub fn fits_person(&self, name: &str) -> bool {
        self.terms.iter().all(|term| term.fits_person(name))
    }
}

impl Term {
    fn new(word: &str) -> Self {
        Self { text: word.chars().map(fold).collect(), name: NameQuery::parse(word) }
    }

    fn fits_person(&self, name: &str) -> bool {
        self.name.matches(name, "").is_some()
    }

    /// Names of organisations are nearly always folded already; the others are folded and tried
    /// again.
    fn is_part_of(&self, name: &str) -> bool {
        name.contains(&self.text)
            || (!name.chars().all(|c| fold(c) == c)
                && name.chars().map(fold).collect::<String>().contains(&self.text))
    }

    /// Letters alone fit no number: `zj` is 张军, and not everybody.
    fn fits_number(&self, number: &str) -> bool {
        if !self.text.bytes().any(|byte| byte.is_ascii_digit()) {
            return false;
        }
        let number: String = number.chars().map(fold).collect();
        let bare = number.strip_prefix(PREFIX).unwrap_or(&number);
        let running = bare.split_once('-').map(|(_, running)| running);
        [Some(number.as_str()), Some(bare), running]
            .into_iter()
            .flatten()
            .any(|whole| whole.starts_with(&self.text))
    }
}
