//! The grams of one block of names, sorted: memory for one block, whatever the list.

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

/// The grams of text: each as its key and, in the lowest 16 bits, the number in the block.
#[derive(Debug)]
pub(super) struct TextGrams {
    alphabet: Alphabet,
    frequent: Frequent,
    grams: Vec<u64>,
    codes: Vec<u16>,
    numbers: Vec<u16>,
    pub(super) segments: Segments,
}

impl TextGrams {
    pub(super) fn new(alphabet: Alphabet, frequent: Frequent, segments: Segments) -> Self {
        let (grams, codes, numbers) = (Vec::new(), Vec::new(), Vec::new());
        Self { alphabet, frequent, grams, codes, numbers, segments }
    }
}

impl Grams for TextGrams {
    fn take(&mut self, names: &Names) -> Result<(), DirectoryFault> {
        let Self { alphabet, frequent, grams, codes, numbers, segments } = self;
        grams.clear();
        for (number, name) in names.iter() {
            codes_of(name, alphabet, codes);
            let low = u64::from(number);
            text_grams(codes, |a, b| frequent.has(a, b), |key| grams.push(key << 16 | low));
        }
        grams.sort_unstable();
        grams.dedup();
        segments.begin(names.block);
        for same in grams.chunk_by(|a, b| a >> 16 == b >> 16) {
            numbers.clear();
            numbers.extend(same.iter().map(|gram| *gram as u16));
            segments.push(same.first().map_or(0, |gram| gram >> 16), numbers);
        }
        segments.end()
    }
}

/// The grams of sound. There are few keys, so they are counted and not sorted.
#[derive(Debug)]
pub(super) struct SoundGrams {
    keys: Vec<u32>,
    numbers: Vec<u16>,
    sorted: Vec<u16>,
    /// For each key where its numbers end.
    ends: Vec<u32>,
    of_key: Vec<u16>,
    pub(super) segments: Segments,
}

impl SoundGrams {
    pub(super) fn new(segments: Segments) -> Self {
        Self {
            keys: Vec::new(),
            numbers: Vec::new(),
            sorted: Vec::new(),
            ends: vec![0; SOUND_KEYS],
            of_key: Vec::new(),
            segments,
        }
    }

    fn count(&mut self) {
        self.ends.fill(0);
        for key in &self.keys {
            if let Some(count) = self.ends.get_mut(*key as usize) {
                *count += 1;
            }
        }
        let mut sum = 0;
        for end in &mut self.ends {
            // First where the key's numbers begin; sorting moves it to where they end.
            (*end, sum) = (sum, sum + *end);
        }
    }

    fn sort(&mut self) {
        self.sorted.clear();
        self.sorted.resize(self.numbers.len(), 0);
        for (key, number) in self.keys.iter().zip(&self.numbers) {
            let Some(end) = self.ends.get_mut(*key as usize) else { continue };
            if let Some(slot) = self.sorted.get_mut(*end as usize) {
                *slot = *number;
            }
            *end += 1;
        }
    }
}

impl Grams for SoundGrams {
    fn take(&mut self, names: &Names) -> Result<(), DirectoryFault> {
        self.keys.clear();
        self.numbers.clear();
        for (number, name) in names.iter() {
            sound_grams(name, |key| {
                self.keys.push(key);
                self.numbers.push(number);
            });
        }
        self.count();
        self.sort();
        self.segments.begin(names.block);
        let mut start = 0;
        for (key, end) in self.ends.iter().enumerate() {
            let end = *end as usize;
            if start < end {
                self.of_key.clear();
                self.of_key.extend(self.sorted.get(start..end).unwrap_or_default());
                self.of_key.dedup();
                self.segments.push(key as u64, &self.of_key);
            }
            start = end;
        }
        self.segments.end()
    }
}
