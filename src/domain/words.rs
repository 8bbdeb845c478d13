//! What a row of a large list is found by, so that a search need not read a million rows.
//!
//! Each row is filed under its words: the characters and pairs of neighbours of its names, how the
//! person's name sounds, its number. A search becomes a [`Plan`] over words which every row that
//! fits meets; other rows may meet it too, so whoever searches verifies what was found by
//! [`RowQuery`], the one definition of what fits. For that reason nothing has to be taken out of
//! the files when a name is corrected or a row removed: they only ever grow, and stay right.

mod bits;
mod plan;
mod row_query;

pub use bits::{BITMAP, BLOCK_BITS, Bits, Growing, decode, encode, numbers_in};
pub use plan::{Fields, Plan};
pub use row_query::RowQuery;

use std::collections::BTreeSet;
use std::sync::LazyLock;

use pinyin::ToPinyinMulti;

use super::name_search::fold;

/// A word that rows are filed under. Words that begin alike stand together, so that a range of
/// them is a prefix: all pairs of one first character, all syllables of one beginning, all days of
/// one year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Word(u64);

/// The words from the first to the second, both included.
pub type Words = (Word, Word);

/// Which of the kinds of words it is; they fill the upper three bits.
#[derive(Debug, Clone, Copy)]
enum Kind {
    /// A character, or two neighbours.
    Text,
    /// The initials of two neighbours.
    Initials,
    /// A whole syllable.
    Syllable,
    /// The day of a number.
    Day,
    /// The running number of a number.
    Running,
    /// A number that is not built of day and running number.
    OddNumber,
}

/// The letter of a character that has no reading, in pairs of initials.
const SOUNDLESS: u8 = 27;

/// Most letters of a syllable: `zhuang`.
const LONGEST_SYLLABLE: usize = 6;

/// Most digits of a running number that tell two words apart.
const LONGEST_RUNNING: usize = 10;

impl Word {
    /// How many bits a word takes.
    pub const BITS: u32 = 45;

    /// The word as a number of [`Self::BITS`] bits, whose order is that of the words.
    pub const fn number(self) -> u64 {
        self.0
    }

    const fn new(kind: Kind, what: u64) -> Self {
        Self((kind as u64) << 42 | what)
    }

    fn character(c: char) -> Self {
        Self::new(Kind::Text, u64::from(c) << 21)
    }

    fn pair(first: char, second: char) -> Self {
        Self::new(Kind::Text, u64::from(first) << 21 | u64::from(second))
    }

    fn initials(first: u8, second: u8) -> Self {
        Self::new(Kind::Initials, u64::from(first) << 5 | u64::from(second))
    }

    /// The syllables that begin with these letters; nothing if they are no letters or too many.
    fn syllables(beginning: impl IntoIterator<Item = char>) -> Option<Words> {
        packed(Kind::Syllable, beginning, LONGEST_SYLLABLE, 5, letter_number)
    }

    fn syllable(letters: impl IntoIterator<Item = char>) -> Option<Self> {
        Self::syllables(letters).map(|(word, _)| word)
    }

    fn days(beginning: &str) -> Option<Words> {
        packed(Kind::Day, beginning.chars(), 8, 4, digit_number)
    }

    fn runnings(beginning: &str) -> Option<Words> {
        let digits = beginning.chars().take(LONGEST_RUNNING);
        packed(Kind::Running, digits, LONGEST_RUNNING, 4, digit_number)
    }

    const ODD_NUMBER: Self = Self::new(Kind::OddNumber, 0);
}

/// Letters or digits packed from the left, and the last word that begins so.
fn packed(
    kind: Kind,
    letters: impl IntoIterator<Item = char>,
    most: usize,
    width: usize,
    number: fn(char) -> Option<u8>,
) -> Option<Words> {
    let (mut what, mut left) = (0, most * width);
    for letter in letters {
        left = left.checked_sub(width)?;
        what |= u64::from(number(letter)?) << left;
    }
    Some((Word::new(kind, what), Word::new(kind, what | ((1 << left) - 1))))
}

/// The place of a letter in the alphabet, from 1.
fn letter_number(c: char) -> Option<u8> {
    let small = u8::try_from(c).ok().filter(u8::is_ascii_lowercase)?;
    Some(small - b'a' + 1)
}

/// A digit and one, so that nothing is not the digit 0.
fn digit_number(c: char) -> Option<u8> {
    c.to_digit(10).and_then(|digit| u8::try_from(digit + 1).ok())
}

/// Adds the words of an organisation's name: its characters and its pairs of neighbours.
///
/// How it sounds is left out: with two names of thirty characters nearly every row would be filed
/// under nearly every pair of initials, and three letters of a person's name would find them all.
pub fn of_text(text: &str, words: &mut Vec<Word>) {
    let mut before = None;
    for c in text.chars().map(fold) {
        words.push(Word::character(c));
        if c == '·' {
            continue;
        }
        words.extend(before.map(|before| Word::pair(before, c)));
        before = Some(c);
    }
}

/// Adds the words of a person's name: its characters and pairs, its pairs of initials, and its
/// syllables, by every reading. The dots that people leave out separate nothing.
pub fn of_person(name: &str, words: &mut Vec<Word>) {
    of_text(name, words);
    let mut before = Letters::default();
    for c in name.chars().map(fold).filter(|c| *c != '·') {
        let letters = Letters::of(c);
        for first in before {
            words.extend(letters.map(|second| Word::initials(first, second)));
        }
        before = letters;
        for reading in c.to_pinyin_multi().into_iter().flatten() {
            add_syllables(reading.plain(), words);
        }
    }
}

/// Adds the words of a transfer's number, `ZJ20200602-0013`.
pub fn of_number(number: &str, words: &mut Vec<Word>) {
    let number: String = number.chars().map(fold).collect();
    let parts = number.strip_prefix("zj").and_then(|rest| rest.split_once('-'));
    let whole = parts.filter(|(day, _)| day.chars().count() == 8).and_then(|(day, running)| {
        Some([Word::days(day)?.0, Word::runnings(running).filter(|_| !running.is_empty())?.0])
    });
    match whole {
        Some(both) => words.extend(both),
        None => words.push(Word::ODD_NUMBER),
    }
}

/// How ü is typed; the same three ways as when names are compared.
const SPELLINGS_OF_U: [&str; 3] = ["v", "u", "yu"];

fn spellings(reading: &str) -> impl Iterator<Item = String> {
    let n = if reading.contains('ü') { SPELLINGS_OF_U.len() } else { 1 };
    SPELLINGS_OF_U.into_iter().take(n).map(|u| reading.replace('ü', u))
}

fn add_syllables(reading: &str, words: &mut Vec<Word>) {
    if reading.contains('ü') {
        words.extend(spellings(reading).filter_map(|s| Word::syllable(s.chars())));
    } else {
        words.extend(Word::syllable(reading.chars()));
    }
}

/// The initials of a character by all its readings, as places in the alphabet: bit 1 for a. One
/// without any is heard as [`SOUNDLESS`].
#[derive(Debug, Clone, Copy, Default)]
struct Letters(u32);

impl Letters {
    fn of(c: char) -> Self {
        let readings = c.to_pinyin_multi().into_iter().flatten();
        let firsts = readings.filter_map(|r| r.plain().chars().next().and_then(letter_number));
        match firsts.fold(0, |letters, first| letters | 1 << first) {
            0 => Self(1 << SOUNDLESS),
            letters => Self(letters),
        }
    }

    /// One of them: a row is filed under all, so any will do to find it.
    fn any(self) -> u8 {
        u8::try_from(self.0.trailing_zeros()).unwrap_or(SOUNDLESS)
    }
}

impl Iterator for Letters {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let first = u8::try_from(self.0.trailing_zeros()).ok().filter(|first| *first < 32)?;
        self.0 &= self.0 - 1;
        Some(first)
    }
}

/// Every syllable that any character can be read as, in all its spellings.
static SYLLABLES: LazyLock<BTreeSet<String>> = LazyLock::new(|| {
    let readings = ('\u{3000}'..='\u{3FFFF}').filter_map(|c| c.to_pinyin_multi());
    let plain: BTreeSet<&str> = readings.flatten().map(pinyin::Pinyin::plain).collect();
    plain.into_iter().flat_map(spellings).collect()
});

#[cfg(test)]
mod tests;
