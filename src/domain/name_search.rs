//! Finding a person or an organisation by what people really type.
//!
//! A query is some terms separated by spaces, in any order, all of which must match: `常州 tnjd`
//! finds 常州市天宁区天宁街道团工委. A term may be Chinese, full pinyin, initials, a mixture of
//! these, or a part of the code. Every reading of a character counts, so a surname is found both
//! by its reading as a surname and by its everyday one.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::LazyLock;

use pinyin::ToPinyinMulti;

use super::text::clean_line;

/// The longest term that is tried by sound; positions in it are the bits of one word.
const LONGEST_SOUND: usize = 63;

/// How ü is typed: `lv` on a keyboard, `lu` by habit, `lyu` in a passport.
const SPELLINGS_OF_U: [&str; 3] = ["v", "u", "yu"];

/// A parsed query. Parse once, match against every row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct NameQuery {
    terms: Vec<Term>,
}

/// How well a row matches; smaller is better, so an ascending sort puts the best first.
///
/// With several terms the worst of them decides; among equals the shorter name comes first. An
/// empty query gives every row the same score, so a stable sort keeps their order.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Score {
    nearness: Nearness,
    length: usize,
}

impl Score {
    const SAME: Self = Self { nearness: Nearness::Whole, length: 0 };

    /// In which way the worst term matched.
    pub const fn nearness(self) -> Nearness {
        self.nearness
    }
}

/// In which way a term matched, best first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Nearness {
    /// The term is the whole name or the whole code.
    Whole,
    /// The name or the code starts with the term.
    Prefix,
    /// The term is somewhere in the name or the code.
    Substring,
    /// The name starts with characters that sound like the term.
    SoundPrefix,
    /// Characters somewhere in the name sound like the term.
    Sound,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Term {
    /// The term as compared with folded text.
    text: String,
    /// The term as compared by sound; empty if it is too long for that.
    letters: Vec<char>,
    /// Whether a letter is among them, without which sound cannot matter.
    has_letter: bool,
}

impl NameQuery {
    /// Parses what was typed. Spaces of any width separate the terms; never fails.
    pub fn parse(typed: &str) -> Self {
        let typed = clean_line(typed).text;
        Self { terms: typed.split_whitespace().map(Term::new).collect() }
    }

    /// Whether the query is empty and so matches everything.
    pub const fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The score of a row, or nothing if some term does not match.
    pub fn matches(&self, name: &str, code: &str) -> Option<Score> {
        if self.is_empty() {
            return Some(Score::SAME);
        }
        let (name, code) = (folded(name), folded(code));
        let mut nearness = Nearness::Whole;
        for term in &self.terms {
            nearness = nearness.max(term.nearness(&name, &code)?);
        }
        Some(Score { nearness, length: name.chars().count() })
    }

    /// Which characters of the name the terms name literally, as ranges of character indexes,
    /// ascending and without overlap. Matches by sound are not marked.
    pub fn highlight(&self, name: &str) -> Vec<Range<usize>> {
        let name = folded(name);
        let mut found: Vec<_> = self.terms.iter().flat_map(|t| t.places_in(&name)).collect();
        found.sort_by_key(|range| (range.start, range.end));
        merged(found)
    }
}

impl Term {
    fn new(word: &str) -> Self {
        let text = folded(word).into_owned();
        let sounded = text.chars().filter(|c| !matches!(c, '\'' | '’'));
        let letters: Vec<char> = sounded.map(|c| if c == 'ü' { 'v' } else { c }).collect();
        let has_letter = letters.iter().any(char::is_ascii_lowercase);
        let letters = if letters.len() > LONGEST_SOUND { Vec::new() } else { letters };
        Self { text, letters, has_letter }
    }

    fn nearness(&self, name: &str, code: &str) -> Option<Nearness> {
        let literal = [literal_nearness(&self.text, name), literal_nearness(&self.text, code)];
        literal.into_iter().flatten().min().or_else(|| self.sound_nearness(name))
    }

    /// A term without letters can still differ from the name by the dots that people leave out.
    fn sound_nearness(&self, name: &str) -> Option<Nearness> {
        if self.letters.is_empty() || !(self.has_letter || name.contains('·')) {
            return None;
        }
        sound_nearness(&self.letters, name)
    }

    fn places_in(&self, name: &str) -> Vec<Range<usize>> {
        let length = self.text.chars().count();
        let starts = name.match_indices(self.text.as_str());
        starts
            .map(|(byte, _)| name.get(..byte).unwrap_or_default().chars().count())
            .map(|start| start..start + length)
            .collect()
    }
}

fn literal_nearness(term: &str, text: &str) -> Option<Nearness> {
    if !text.contains(term) {
        None
    } else if text.len() == term.len() {
        Some(Nearness::Whole)
    } else if text.starts_with(term) {
        Some(Nearness::Prefix)
    } else {
        Some(Nearness::Substring)
    }
}

/// Folds character by character, so that indexes into the folded name are indexes into the name.
///
/// Most names need no folding, and a list has a hundred thousand of them: they are not copied.
fn folded(text: &str) -> Cow<'_, str> {
    if text.bytes().any(may_fold) {
        Cow::Owned(text.chars().map(fold).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a byte may begin a character that [`fold`] changes: capitals, and in UTF-8 the first
/// bytes of U+00C0, U+2000, U+3000 and U+F000 and what follows them; 0xC2 begins `·` itself.
const fn may_fold(byte: u8) -> bool {
    byte.is_ascii_uppercase() || matches!(byte, 0xC3 | 0xE2 | 0xE3 | 0xEF)
}

/// Full-width forms become plain, capitals small, and the several dots in names one dot.
pub fn fold(c: char) -> char {
    match c {
        '\u{FF01}'..='\u{FF5E}' => {
            char::from_u32(c as u32 - 0xFEE0).map_or(c, |plain| plain.to_ascii_lowercase())
        }
        '\u{3000}' => ' ',
        'Ü' => 'ü',
        '•' | '・' | '‧' | '･' | '∙' | '⋅' => '·',
        other => other.to_ascii_lowercase(),
    }
}

fn merged(ranges: Vec<Range<usize>>) -> Vec<Range<usize>> {
    let mut out: Vec<Range<usize>> = Vec::with_capacity(ranges.len());
    for range in ranges {
        match out.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            Some(_) | None => out.push(range),
        }
    }
    out
}

/// A set of places in a term: bit p says that its first p characters are accounted for.
///
/// All ways of reading are followed at once, one step for each character of the name, so the
/// work grows with name times term and no query can make it explode.
type Places = u64;

fn sound_nearness(letters: &[char], name: &str) -> Option<Nearness> {
    let whole: Places = 1 << letters.len();
    let (mut from_start, mut inside): (Places, Places) = (1, 0);
    let mut found = None;
    for c in name.chars() {
        let initials = initials(c);
        from_start = step(letters, from_start, c, initials);
        if from_start & whole != 0 {
            return Some(Nearness::SoundPrefix);
        }
        inside = step(letters, inside | 1, c, initials);
        if inside & whole != 0 {
            found = Some(Nearness::Sound);
        }
    }
    found
}

/// The places reached after one more character of the name.
fn step(letters: &[char], places: Places, c: char, initials: Letters) -> Places {
    let mut reached = if c == '·' { places & !1 } else { 0 };
    let mut left = places;
    while left != 0 {
        let place = left.trailing_zeros();
        left &= left - 1;
        let rest = letters.get(place as usize..).unwrap_or_default();
        let Some(next) = rest.first().copied() else { continue };
        if next == c {
            reached |= 1 << (place + 1);
        }
        if initials & letter_bit(next) != 0 {
            reached |= heard(rest, c) << place;
        }
    }
    reached
}

/// How much of the rest of a term the readings of a character can account for.
fn heard(rest: &[char], c: char) -> Places {
    let readings = c.to_pinyin_multi().into_iter().flatten();
    readings.fold(0, |amounts, reading| amounts | consumed(rest, reading.plain()))
}

/// A set of letters, bit 0 for a.
type Letters = u32;

const fn letter_bit(c: char) -> Letters {
    if c.is_ascii_lowercase() { 1 << (c as u32 - 'a' as u32) } else { 0 }
}

/// The common block, to which nearly every character of a name belongs.
const COMMON: std::ops::RangeInclusive<char> = '\u{4E00}'..='\u{9FFF}';

/// The initials of the common characters: most characters of most names are dismissed by them,
/// without looking up their readings.
static COMMON_INITIALS: LazyLock<Vec<Letters>> =
    LazyLock::new(|| COMMON.map(initials_of_readings).collect());

fn initials(c: char) -> Letters {
    let index = (c as usize).wrapping_sub(*COMMON.start() as usize);
    COMMON_INITIALS.get(index).copied().unwrap_or_else(|| initials_of_readings(c))
}

fn initials_of_readings(c: char) -> Letters {
    let readings = c.to_pinyin_multi().into_iter().flatten();
    let firsts = readings.filter_map(|reading| reading.plain().chars().next());
    firsts.fold(0, |letters, first| letters | letter_bit(first))
}

/// How much of the rest of a term one reading can account for: bit n says n characters.
fn consumed(rest: &[char], reading: &str) -> Places {
    let mut amounts = initial(rest, reading);
    let spellings = if reading.contains('ü') { SPELLINGS_OF_U.as_slice() } else { &["v"] };
    for spelling in spellings {
        amounts |= spelled(rest, reading, spelling);
    }
    amounts
}

/// The initial alone: one letter, or both letters of zh, ch and sh.
fn initial(rest: &[char], reading: &str) -> Places {
    let mut letters = reading.chars();
    let first = letters.next();
    if first.is_none() || rest.first().copied() != first {
        return 0;
    }
    let double = letters.next() == Some('h') && rest.get(1) == Some(&'h');
    if double { 0b110 } else { 0b010 }
}

/// The full reading, or as much of it as has been typed if the term ends within it.
fn spelled(rest: &[char], reading: &str, spelling_of_u: &str) -> Places {
    let mut taken = 0;
    for letter in reading.chars() {
        let mut alone = [0; 4];
        let alone: &str = letter.encode_utf8(&mut alone);
        let written = if letter == 'ü' { spelling_of_u } else { alone };
        for letter in written.chars() {
            match rest.get(taken) {
                None => return 1 << taken,
                Some(typed) if *typed != letter => return 0,
                Some(_) => taken += 1,
            }
        }
    }
    1 << taken
}

#[cfg(test)]
mod tests;
