//! Finding a person or an organisation by what people really type.
//!
//! A query is some terms separated by spaces, in any order, all of which must match: `常州 tnjd`
//! finds 常州市天宁区天宁街道团工委. A term may be Chinese, full pinyin, initials, a mixture of
//! these, or the beginning of the code. Every reading of a character counts, so a surname is found
//! both by its reading as a surname and by its everyday one. A term with the old name of a place
//! in it also finds what bears the new one ([`Synonyms`]).

use std::borrow::Cow;
use std::ops::Range;

use memchr::memmem::Finder;

use super::text::clean_line;
use sound::Sounded;
pub use synonyms::Synonyms;

pub mod sound;
mod synonyms;

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
    /// The term is somewhere in the name.
    Substring,
    /// The name starts with characters that sound like the term.
    SoundPrefix,
    /// Characters somewhere in the name sound like the term.
    Sound,
}

/// One word of a query: it matches in any of its spellings.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    spellings: Vec<Spelling>,
}

/// One way to write a term: as typed, or with an old name in it replaced by the new one.
#[derive(Debug, Clone)]
pub struct Spelling {
    /// The term as compared with folded text.
    text: String,
    /// The same, made ready for looking for it.
    finder: Finder<'static>,
    /// Length of the text in characters.
    length: usize,
    /// The term as compared by sound; empty if it is too long for that.
    sounded: Sounded,
    /// Whether a letter is among them, without which sound cannot matter.
    has_letter: bool,
}

impl PartialEq for Spelling {
    /// All else follows from the text.
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Spelling {}

impl NameQuery {
    /// Parses what was typed. Spaces of any width separate the terms; never fails.
    pub fn parse(typed: &str) -> Self {
        Self::parse_with(typed, &Synonyms::default())
    }

    /// Parses what was typed; a term with an old name in it also finds what bears the new one.
    pub fn parse_with(typed: &str, synonyms: &Synonyms) -> Self {
        let typed = clean_line(typed).text;
        Self { terms: typed.split_whitespace().map(|word| Term::new(word, synonyms)).collect() }
    }

    /// Whether the query is empty and so matches everything.
    pub const fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// The terms, all of which must match.
    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    /// The same query without one of its terms.
    pub fn without(&self, term: usize) -> Self {
        self.only((0..self.terms.len()).filter(|index| *index != term))
    }

    /// A query of some of its terms.
    pub fn only(&self, terms: impl Iterator<Item = usize>) -> Self {
        Self { terms: terms.filter_map(|index| self.terms.get(index).cloned()).collect() }
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
        let spellings = self.terms.iter().flat_map(|term| &term.spellings);
        let mut found: Vec<_> = spellings.flat_map(|s| s.places_in(&name)).collect();
        found.sort_by_key(|range| (range.start, range.end));
        merged(found)
    }
}

impl Term {
    fn new(word: &str, synonyms: &Synonyms) -> Self {
        let spellings = synonyms.spellings(folded(word).into_owned());
        Self { spellings: spellings.into_iter().map(Spelling::new).collect() }
    }

    /// All its spellings, the one that was typed first.
    pub fn spellings(&self) -> &[Spelling] {
        &self.spellings
    }

    /// The text as it was typed, folded.
    pub fn typed(&self) -> &str {
        self.spellings.first().map_or("", Spelling::text)
    }

    /// How the term matches a folded name or a folded code, if it does.
    pub fn nearness(&self, name: &str, code: &str) -> Option<Nearness> {
        self.literal_nearness(name, code).or_else(|| self.sound_nearness(name))
    }

    /// As [`Term::nearness`], by characters alone.
    pub fn literal_nearness(&self, name: &str, code: &str) -> Option<Nearness> {
        let ways = self.spellings.iter().flat_map(|s| [s.in_name(name), s.in_code(code)]);
        ways.flatten().min()
    }

    /// Whether a name, given as it is written and by its bytes, surely has not the characters of
    /// the term: a quick look before a long one, which need not even know that it is text.
    pub fn is_absent_from(&self, name: &[u8]) -> bool {
        let found = |spelling: &Spelling| spelling.finder.find(name).is_some();
        !self.spellings.iter().any(found) && !may_change(name)
    }

    /// Whether the term matches with just this nearness. What rules that out is looked for first,
    /// so that this is the quickest way to go through many rows that do not match.
    pub fn is_just(&self, nearness: Nearness, name: &str, code: &str) -> bool {
        let by_sound = match nearness {
            Nearness::Whole | Nearness::Prefix | Nearness::Substring => {
                return self.literal_nearness(name, code) == Some(nearness);
            }
            Nearness::SoundPrefix => self.spellings.iter().any(|s| s.starts_by_sound(name)),
            Nearness::Sound => self.sound_nearness(name) == Some(nearness),
        };
        by_sound && self.literal_nearness(name, code).is_none()
    }

    fn sound_nearness(&self, name: &str) -> Option<Nearness> {
        self.spellings.iter().filter_map(|spelling| spelling.sound_nearness(name)).min()
    }
}

impl Spelling {
    fn new(text: String) -> Self {
        let sounded = text.chars().filter(|c| !matches!(c, '\'' | '’'));
        let letters: Vec<char> = sounded.map(|c| if c == 'ü' { 'v' } else { c }).collect();
        let has_letter = letters.iter().any(char::is_ascii_lowercase);
        let sounded = Sounded::new(letters);
        let finder = Finder::new(&text).into_owned();
        Self { finder, length: text.chars().count(), text, sounded, has_letter }
    }

    /// The folded text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Its length in characters.
    pub const fn length(&self) -> usize {
        self.length
    }

    /// What is compared by sound: without apostrophes, v for ü; empty where the text is too long.
    pub fn letters(&self) -> &[char] {
        self.sounded.letters()
    }

    /// Whether a letter is in it; without one it sounds like a name only if dots were left out.
    pub const fn has_letter(&self) -> bool {
        self.has_letter
    }

    fn in_name(&self, name: &str) -> Option<Nearness> {
        match self.finder.find(name.as_bytes())? {
            0 if name.len() == self.text.len() => Some(Nearness::Whole),
            0 => Some(Nearness::Prefix),
            1.. => Some(Nearness::Substring),
        }
    }

    /// A part out of the middle of a code means nothing to anybody: only its beginning is typed.
    fn in_code(&self, code: &str) -> Option<Nearness> {
        if !code.starts_with(self.text.as_str()) {
            None
        } else if code.len() == self.text.len() {
            Some(Nearness::Whole)
        } else {
            Some(Nearness::Prefix)
        }
    }

    fn sound_nearness(&self, name: &str) -> Option<Nearness> {
        if self.can_sound_like(name) { self.sounded.nearness(name) } else { None }
    }

    fn starts_by_sound(&self, name: &str) -> bool {
        self.can_sound_like(name) && self.sounded.starts(name)
    }

    /// A term without letters can still differ from the name by the dots that people leave out.
    fn can_sound_like(&self, name: &str) -> bool {
        !self.letters().is_empty() && (self.has_letter || name.contains('·'))
    }

    fn places_in(&self, name: &str) -> Vec<Range<usize>> {
        let starts = name.match_indices(self.text.as_str());
        starts
            .map(|(byte, _)| name.get(..byte).unwrap_or_default().chars().count())
            .map(|start| start..start + self.length)
            .collect()
    }
}

/// Folds character by character, so that indexes into the folded name are indexes into the name.
///
/// Most names need no folding, and a list has a hundred thousand of them: they are not copied.
pub fn folded(text: &str) -> Cow<'_, str> {
    if may_change(text.as_bytes()) {
        Cow::Owned(text.chars().map(fold).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether folding may change a text; all of it is looked at, which is quicker than stopping.
fn may_change(text: &[u8]) -> bool {
    text.iter().fold(false, |any, byte| any | may_fold(*byte))
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

#[cfg(test)]
mod tests;
