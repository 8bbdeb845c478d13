//! By which sounds the characters of a directory are typed, and which of them stand side by side.

use std::collections::BTreeMap;

use crate::domain::name_search::sound::{initials, letter_bit, spellings_of};

use super::Directory;
use super::fault::DirectoryFault;
use super::grams::{START, text_key};

/// More pairs than this say too little: the sounds' own lists serve better.
const MOST_PAIRS: usize = 256;

/// Codes of characters, ascending.
pub(super) type Codes = Vec<u16>;

/// A pair of codes in one number.
type Pair = u32;

/// What of the alphabet is found by sound. Some megabytes at most, put together at the first query
/// that needs it.
#[derive(Debug)]
pub(super) struct Sounds {
    /// Full spellings, ascending, each with the characters that are typed so.
    syllables: Vec<(String, Codes)>,
    /// For each letter the characters that it may stand for, itself among them.
    letters: Vec<Codes>,
    /// The dot that people leave out, where there is one in a name.
    dot: Option<u16>,
    /// In how many names each character is.
    counts: Vec<u32>,
    /// Pairs of neighbours with the count of their names, ascending.
    forward: Vec<(Pair, u32)>,
    /// The same with the second character first.
    backward: Vec<(Pair, u32)>,
}

/// Pairs of neighbours out of two sets of characters.
#[derive(Debug, Clone, Default)]
pub(super) struct Pairs {
    /// Their keys.
    pub(super) keys: Vec<u64>,
    /// No more names have one of them.
    pub(super) most: u64,
}

impl Sounds {
    pub(super) fn of(directory: &Directory) -> Result<Self, DirectoryFault> {
        let mut syllables: BTreeMap<String, Codes> = BTreeMap::new();
        let mut letters = vec![Codes::new(); 26];
        let alphabet = directory.alphabet();
        for (c, code) in alphabet.iter() {
            let readings = initials(c) | letter_bit(c);
            for (place, codes) in letters.iter_mut().enumerate() {
                if readings >> place & 1 == 1 {
                    codes.push(code);
                }
            }
            for spelling in spellings_of(c) {
                syllables.entry(spelling).or_default().push(code);
            }
        }
        let mut sounds = Self {
            syllables: syllables.into_iter().collect(),
            letters,
            dot: alphabet.code('·'),
            counts: Vec::new(),
            forward: Vec::new(),
            backward: Vec::new(),
        };
        sounds.syllables.iter_mut().for_each(|(_, codes)| codes.dedup());
        sounds.read_pairs(directory)?;
        Ok(sounds)
    }

    fn read_pairs(&mut self, directory: &Directory) -> Result<(), DirectoryFault> {
        for item in directory.text_lists(0, u64::MAX) {
            let (key, list) = item?;
            let [first, second, third] = [key >> 32, key >> 16, key].map(|part| part as u16);
            if second == 0 {
                let at = usize::from(first);
                self.counts.resize(self.counts.len().max(at + 1), 0);
                if let Some(count) = self.counts.get_mut(at) {
                    *count = list.len();
                }
            } else if third == 0 {
                self.forward.push((pair(first, second), list.len()));
                self.backward.push((pair(second, first), list.len()));
            }
        }
        self.backward.sort_unstable();
        Ok(())
    }

    /// The characters that a letter may stand for, the letter itself among them.
    pub(super) fn of_letter(&self, letter: char) -> &[u16] {
        let place = (letter as usize).checked_sub('a' as usize);
        place.and_then(|place| self.letters.get(place)).map_or(&[], Vec::as_slice)
    }

    /// The characters that are typed in full so.
    pub(super) fn of_syllable(&self, spelling: &str) -> &[u16] {
        let found = self.syllables.binary_search_by(|(known, _)| known.as_str().cmp(spelling));
        let found = found.ok().and_then(|at| self.syllables.get(at));
        found.map_or(&[], |(_, codes)| codes.as_slice())
    }

    /// The characters whose typing begins so.
    pub(super) fn of_beginning(&self, start: &str) -> Codes {
        let at = self.syllables.partition_point(|(known, _)| known.as_str() < start);
        let rest = self.syllables.get(at..).unwrap_or_default().iter();
        let fitting = rest.take_while(|(known, _)| known.starts_with(start));
        let mut codes: Codes = fitting.flat_map(|(_, codes)| codes).copied().collect();
        codes.sort_unstable();
        codes.dedup();
        codes
    }

    /// In how many names a character is.
    pub(super) fn count(&self, code: u16) -> u32 {
        self.counts.get(usize::from(code)).copied().unwrap_or(0)
    }

    /// The pairs that a name must have one of if a character of one set is followed by one of
    /// another, dots passed over. Nothing where they are too many to be of use.
    pub(super) fn pairs(&self, first: &[u16], second: &[u16]) -> Option<Pairs> {
        let mut pairs = Pairs::default();
        if first.len() <= second.len() {
            gather(&self.forward, first, second, |a, b| text_key(&[a, b]), &mut pairs)?;
        } else {
            gather(&self.backward, second, first, |b, a| text_key(&[a, b]), &mut pairs)?;
        }
        if let Some(dot) = self.dot.filter(|_| first != [START]) {
            gather(&self.forward, first, &[dot], |a, b| text_key(&[a, b]), &mut pairs)?;
        }
        Some(pairs)
    }
}

const fn pair(a: u16, b: u16) -> Pair {
    (a as u32) << 16 | b as u32
}

/// Adds the pairs of a character of the smaller set with one of the larger.
fn gather(
    table: &[(Pair, u32)],
    smaller: &[u16],
    larger: &[u16],
    key: impl Fn(u16, u16) -> u64,
    pairs: &mut Pairs,
) -> Option<()> {
    for a in smaller {
        let start = table.partition_point(|(known, _)| *known < pair(*a, 0));
        let with_it = table.get(start..).unwrap_or_default().iter();
        for (known, count) in with_it.take_while(|(known, _)| (known >> 16) as u16 == *a) {
            let b = *known as u16;
            if larger.binary_search(&b).is_ok() {
                pairs.keys.push(key(*a, b));
                pairs.most += u64::from(*count);
            }
        }
        if pairs.keys.len() > MOST_PAIRS {
            return None;
        }
    }
    Some(())
}
