//! The grams of one block of names, sorted: memory for one block, whatever the list.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::super::fault::DirectoryFault;
use super::super::grams::{Alphabet, SOUND_KEYS, codes_of, sound_grams, text_grams};
use super::rows::Names;
use super::segments::Segments;
use super::survey::Frequent;

/// Takes the grams of blocks of names.
pub(super) trait Grams {
    /// Takes those of one block; blocks come in ascending order.
    fn take(&mut self, names: &Names) -> Result<(), DirectoryFault>;
}

/// Grams of one block for which there is room from the start, so that little is moved while they
/// come in.
const ROOM: usize = 1 << 22;

/// The names that have each key, sorted by counting: first all are counted, then each goes to its
/// place.
#[derive(Debug)]
struct Sorter {
    /// The key of each gram of each name, as a dense number.
    keys: Vec<u32>,
    /// For each name where its keys end.
    names: Vec<u32>,
    /// For each key where its names begin, and while they are put there where the next goes.
    ends: Vec<u32>,
    sorted: Vec<u16>,
}

impl Sorter {
    fn new() -> Self {
        let (keys, sorted) = (Vec::with_capacity(ROOM), Vec::with_capacity(ROOM));
        Self { keys, names: Vec::new(), ends: Vec::new(), sorted }
    }

    fn clear(&mut self) {
        self.keys.clear();
        self.names.clear();
    }

    /// Ends the name whose keys were pushed; names come in the order of their numbers.
    fn end_name(&mut self) {
        self.names.push(self.keys.len() as u32);
    }

    /// Sorts by keys that are all below `keys`; the names of one key keep their order.
    fn sort(&mut self, keys: usize) {
        self.ends.clear();
        self.ends.resize(keys, 0);
        for key in &self.keys {
            if let Some(count) = self.ends.get_mut(*key as usize) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for end in &mut self.ends {
            (*end, sum) = (sum, sum + *end);
        }
        self.sorted.clear();
        self.sorted.resize(self.keys.len(), 0);
        let mut start = 0;
        for (number, &end) in self.names.iter().enumerate() {
            for key in self.keys.get(start..end as usize).unwrap_or_default() {
                let Some(place) = self.ends.get_mut(*key as usize) else { continue };
                if let Some(slot) = self.sorted.get_mut(*place as usize) {
                    *slot = number as u16;
                }
                *place += 1;
            }
            start = end as usize;
        }
    }

    /// The names of a key, after sorting.
    fn of(&self, key: usize) -> &[u16] {
        let end = |key| self.ends.get(key).map_or(0, |end| *end as usize);
        let start = key.checked_sub(1).map_or(0, end);
        self.sorted.get(start..end(key)).unwrap_or_default()
    }
}

/// Adds what a key has in a block; a name that has it several times counts once.
fn push(segments: &mut Segments, key: u64, numbers: &[u16], once: &mut Vec<u16>) {
    if numbers.is_empty() {
        return;
    }
    once.clear();
    once.extend_from_slice(numbers);
    once.dedup();
    segments.push(key, once);
}

/// The grams of text. Their keys are spread wide, so that each gets a dense number when it is
/// first met.
#[derive(Debug)]
pub(super) struct TextGrams {
    alphabet: Alphabet,
    frequent: Frequent,
    dense: HashMap<u64, u32, BuildHasherDefault<KeyHasher>>,
    /// The keys with their dense numbers, ascending.
    keys: Vec<(u64, u32)>,
    sorter: Sorter,
    once: Vec<u16>,
    pub(super) segments: Segments,
}

impl TextGrams {
    pub(super) fn new(alphabet: Alphabet, frequent: Frequent, segments: Segments) -> Self {
        Self {
            alphabet,
            frequent,
            dense: HashMap::default(),
            keys: Vec::new(),
            sorter: Sorter::new(),
            once: Vec::new(),
            segments,
        }
    }

    fn take_name(&mut self, codes: &[u16]) {
        let Self { frequent, dense, keys, sorter, .. } = self;
        let is_frequent = |first, second| frequent.has(first, second);
        text_grams(codes, is_frequent, |key| {
            let next = keys.len() as u32;
            let dense = *dense.entry(key).or_insert_with(|| {
                keys.push((key, next));
                next
            });
            sorter.keys.push(dense);
        });
        sorter.end_name();
    }
}

impl Grams for TextGrams {
    fn take(&mut self, names: &Names) -> Result<(), DirectoryFault> {
        self.sorter.clear();
        let mut codes = Vec::new();
        // Dense numbers are given in the order of `keys`, which is therefore sorted only for the
        // time of writing.
        self.keys.sort_unstable_by_key(|(_, dense)| *dense);
        for name in names.iter() {
            codes_of(name, &self.alphabet, &mut codes);
            self.take_name(&codes);
        }
        self.sorter.sort(self.keys.len());
        self.keys.sort_unstable();
        self.segments.begin(names.block);
        for (key, dense) in &self.keys {
            let numbers = self.sorter.of(*dense as usize);
            push(&mut self.segments, *key, numbers, &mut self.once);
        }
        self.segments.end()
    }
}

/// Spreads keys, which are three small numbers side by side, by one multiplication.
#[derive(Debug, Default)]
struct KeyHasher(u64);

impl Hasher for KeyHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(self.0 ^ u64::from(*byte));
        }
    }

    fn write_u64(&mut self, key: u64) {
        let product = u128::from(key) * 0x9E37_79B9_7F4A_7C15;
        self.0 = (product >> 64) as u64 ^ product as u64;
    }
}

/// The grams of sound. There are few keys, which are dense as they are.
#[derive(Debug)]
pub(super) struct SoundGrams {
    sorter: Sorter,
    once: Vec<u16>,
    pub(super) segments: Segments,
}

impl SoundGrams {
    pub(super) fn new(segments: Segments) -> Self {
        Self { sorter: Sorter::new(), once: Vec::new(), segments }
    }
}

impl Grams for SoundGrams {
    fn take(&mut self, names: &Names) -> Result<(), DirectoryFault> {
        self.sorter.clear();
        for name in names.iter() {
            sound_grams(name, |key| self.sorter.keys.push(key));
            self.sorter.end_name();
        }
        self.sorter.sort(SOUND_KEYS);
        self.segments.begin(names.block);
        for key in 0..SOUND_KEYS {
            push(&mut self.segments, key as u64, self.sorter.of(key), &mut self.once);
        }
        self.segments.end()
    }
}
