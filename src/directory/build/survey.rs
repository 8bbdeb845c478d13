//! What must be known of a list before it can be written: how long everything is, which characters
//! its names have, and which pairs of them are frequent.

use std::collections::{BTreeSet, HashMap};

use crate::domain::name_search::fold;
use crate::domain::progress::Watch;

use super::super::columns::SHORT_ELSEWHERE;
use super::super::fault::DirectoryFault;
use super::super::grams::{Alphabet, MOST_CHARACTERS, text_key};
use super::super::layout::Section;
use super::super::{Entry, Listing};
use super::output::Output;
use super::{MOST_ROWS, report};

/// The longest name, in characters.
const LONGEST_NAME: usize = 60_000;

/// Rows of which the pairs of characters are counted.
const SAMPLE: u32 = 1 << 17;

/// A pair is frequent when more names have it than this and than a hundredth of all.
const FREQUENT: u32 = 1_000;

/// Rows between two reports.
const REPORTED: u32 = 1 << 16;

/// What is known of a list.
#[derive(Debug)]
pub(super) struct Survey {
    /// Characters of each row's full name.
    pub(super) lengths: Vec<u16>,
    pub(super) name_bytes: u64,
    pub(super) code_bytes: u64,
    /// Short names that are no end of the full name, and their bytes.
    pub(super) shorts: u32,
    pub(super) short_bytes: u64,
    pub(super) alphabet: Alphabet,
    pub(super) frequent: Frequent,
}

impl Survey {
    pub(super) fn of(listing: &dyn Listing, watch: &mut Watch<'_>) -> Result<Self, DirectoryFault> {
        let rows = listing.len();
        if rows > MOST_ROWS {
            return Err(DirectoryFault::TooBig);
        }
        let mut counts = Counts::new(rows);
        for row in 0..rows {
            if row.is_multiple_of(REPORTED) {
                report(watch, "统计组织名称", u64::from(row), u64::from(rows))?;
            }
            counts.take(row, &listing.entry(row))?;
        }
        counts.finished(rows)
    }

    /// Writes the alphabet and the frequent pairs.
    pub(super) fn write(&self, output: &mut Output) -> Result<(), DirectoryFault> {
        let chars: Vec<u32> = self.alphabet.iter().map(|(c, _)| c as u32).collect();
        output.put_numbers(Section::Alphabet, &chars)?;
        let bigrams: Vec<u8> = self.frequent.keys().flat_map(u64::to_le_bytes).collect();
        output.put(Section::Frequent, &bigrams)
    }
}

/// How many bytes of the full name's end are the short name; none where it must stand elsewhere.
pub(super) fn short_length(entry: &Entry<'_>) -> Option<u8> {
    let length = u8::try_from(entry.short_name.len()).ok()?;
    let fits = length != SHORT_ELSEWHERE && entry.full_name.ends_with(entry.short_name);
    fits.then_some(length)
}

/// A survey while rows come in.
struct Counts {
    lengths: Vec<u16>,
    name_bytes: u64,
    code_bytes: u64,
    shorts: u32,
    short_bytes: u64,
    /// Which characters below U+10000 there are.
    common: Vec<bool>,
    others: BTreeSet<char>,
    every: u32,
    pairs: HashMap<(char, char), u32>,
}

impl Counts {
    fn new(rows: u32) -> Self {
        Self {
            lengths: Vec::with_capacity(rows as usize),
            name_bytes: 0,
            code_bytes: 0,
            shorts: 0,
            short_bytes: 0,
            common: vec![false; 0x1_0000],
            others: BTreeSet::new(),
            every: rows / SAMPLE + 1,
            pairs: HashMap::new(),
        }
    }

    fn take(&mut self, row: u32, entry: &Entry<'_>) -> Result<(), DirectoryFault> {
        let mut length = 0;
        for c in entry.full_name.chars() {
            length += 1;
            match self.common.get_mut(fold(c) as usize) {
                Some(there) => *there = true,
                None => drop(self.others.insert(fold(c))),
            }
        }
        if length > LONGEST_NAME {
            return Err(DirectoryFault::TooBig);
        }
        self.lengths.push(length as u16);
        if row.is_multiple_of(self.every) {
            self.take_pairs(entry.full_name);
        }
        self.name_bytes += entry.full_name.len() as u64;
        self.code_bytes += entry.code.len() as u64;
        if short_length(entry).is_none() {
            self.shorts += 1;
            self.short_bytes += entry.short_name.len() as u64;
        }
        Ok(())
    }

    fn take_pairs(&mut self, name: &str) {
        let chars = || name.chars().map(fold);
        for pair in chars().zip(chars().skip(1)) {
            *self.pairs.entry(pair).or_default() += 1;
        }
    }

    fn finished(self, rows: u32) -> Result<Survey, DirectoryFault> {
        let bytes = self.name_bytes.max(self.code_bytes).max(self.short_bytes);
        let common = ('\0'..='\u{FFFF}').filter(|c| self.common.get(*c as usize) == Some(&true));
        let chars: Vec<char> = common.chain(self.others.iter().copied()).collect();
        if bytes > u64::from(u32::MAX) || chars.len() > MOST_CHARACTERS {
            return Err(DirectoryFault::TooBig);
        }
        let alphabet = Alphabet::new(chars);
        let least = FREQUENT.max(rows / 100) / self.every;
        let frequent = self.pairs.iter().filter(|(_, count)| **count > least);
        let pairs =
            frequent.filter_map(|((a, b), _)| Some((alphabet.code(*a)?, alphabet.code(*b)?)));
        let frequent = Frequent::new(pairs.collect());
        Ok(Survey {
            lengths: self.lengths,
            name_bytes: self.name_bytes,
            code_bytes: self.code_bytes,
            shorts: self.shorts,
            short_bytes: self.short_bytes,
            alphabet,
            frequent,
        })
    }
}

/// The frequent pairs, by the code of their first character.
#[derive(Debug, Clone, Default)]
pub(super) struct Frequent {
    /// For each first character the seconds.
    seconds: Vec<Vec<u16>>,
}

impl Frequent {
    fn new(pairs: BTreeSet<(u16, u16)>) -> Self {
        let mut seconds = Vec::new();
        for (first, second) in pairs {
            seconds.resize(usize::from(first) + 1, Vec::new());
            if let Some(seconds) = seconds.last_mut() {
                seconds.push(second);
            }
        }
        Self { seconds }
    }

    pub(super) fn has(&self, first: u16, second: u16) -> bool {
        self.seconds.get(usize::from(first)).is_some_and(|seconds| seconds.contains(&second))
    }

    /// The keys of the pairs, ascending.
    fn keys(&self) -> impl Iterator<Item = u64> + '_ {
        self.seconds.iter().enumerate().flat_map(|(first, seconds)| {
            seconds.iter().map(move |second| text_key(&[first as u16, *second]))
        })
    }
}
