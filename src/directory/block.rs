//! Sets of organisations in one block of numbers: as bits while a query is worked out, and as
//! containers in the file, each in the shape that is smallest.

use std::ops::Range;

use super::bytes::{Varints, put_varint};

/// Numbers of one block; a number's block is what is above its lowest 16 bits.
pub(super) const BLOCK: u32 = 1 << 16;

/// Words of the bits of one block.
const WORDS: usize = (BLOCK / 64) as usize;

/// Bytes of the bits of one block.
pub(super) const BITMAP_BYTES: usize = (BLOCK / 8) as usize;

/// A set of numbers in one block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bits(Box<[u64; WORDS]>);

impl Default for Bits {
    fn default() -> Self {
        Self(Box::new([0; WORDS]))
    }
}

impl Bits {
    /// The empty set.
    pub(super) fn new() -> Self {
        Self::default()
    }

    /// Takes everything out.
    pub(super) fn clear(&mut self) {
        self.0.fill(0);
    }

    /// Puts one number in.
    pub(super) fn set(&mut self, number: u16) {
        if let Some(word) = self.0.get_mut(usize::from(number >> 6)) {
            *word |= 1 << (number & 63);
        }
    }

    /// Whether nothing is in.
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().all(|word| *word == 0)
    }

    /// How many are in.
    pub(super) fn count(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum()
    }

    /// Keeps what is in both.
    pub(super) fn and(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(mine, theirs)| *mine &= theirs);
    }

    /// Adds what is in the other.
    pub(super) fn or(&mut self, other: &Self) {
        self.0.iter_mut().zip(other.0.iter()).for_each(|(mine, theirs)| *mine |= theirs);
    }

    /// Puts a range in, as numbers of the block from 0 to 65,536.
    pub(super) fn set_range(&mut self, range: Range<u32>) {
        self.each_word(range, |word, mask| *word |= mask);
    }

    /// Takes a range out.
    pub(super) fn clear_range(&mut self, range: Range<u32>) {
        self.each_word(range, |word, mask| *word &= !mask);
    }

    /// What is in, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = u16> + '_ {
        let words = self.0.iter().zip((0..BLOCK).step_by(64));
        words.flat_map(|(word, base)| Ones(*word).map(move |bit| (base + bit) as u16))
    }

    fn each_word(&mut self, range: Range<u32>, mut change: impl FnMut(&mut u64, u64)) {
        let (start, end) = (range.start.min(BLOCK), range.end.min(BLOCK));
        if start >= end {
            return;
        }
        let (first, last) = (start / 64, (end - 1) / 64);
        let low = u64::MAX << (start % 64);
        let high = u64::MAX >> (63 - (end - 1) % 64);
        let words = self.0.get_mut(first as usize..=last as usize).unwrap_or_default();
        match words {
            [] => {}
            [one] => change(one, low & high),
            [head, middle @ .., tail] => {
                change(head, low);
                middle.iter_mut().for_each(|word| change(word, u64::MAX));
                change(tail, high);
            }
        }
    }

    /// Keeps the numbers of an ascending sequence only.
    pub(super) fn keep(&mut self, numbers: impl Iterator<Item = u16>) {
        let (mut at, mut mask) = (0, 0);
        for number in numbers {
            let word = usize::from(number >> 6);
            if word != at {
                self.mask_word(at, mask);
                self.0.get_mut(at + 1..word).unwrap_or_default().fill(0);
                (at, mask) = (word, 0);
            }
            mask |= 1 << (number & 63);
        }
        self.mask_word(at, mask);
        self.0.get_mut(at + 1..).unwrap_or_default().fill(0);
    }

    fn mask_word(&mut self, at: usize, mask: u64) {
        if let Some(word) = self.0.get_mut(at) {
            *word &= mask;
        }
    }
}

/// The places of the ones in a word.
struct Ones(u64);

impl Iterator for Ones {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let place = (self.0 != 0).then(|| self.0.trailing_zeros())?;
        self.0 &= self.0 - 1;
        Some(place)
    }
}

/// How a container holds its numbers. Differences are varints, so that the close numbers of one
/// region take a byte each.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// For each number how many are left out before it.
    Singles,
    /// A bit for every number of the block.
    Bitmap,
    /// For each run without a gap how many are left out before it, beyond the one that must be,
    /// and how many numbers follow its first.
    Runs,
}

impl Shape {
    pub(super) const fn code(self) -> u32 {
        match self {
            Self::Singles => 0,
            Self::Bitmap => 1,
            Self::Runs => 2,
        }
    }

    pub(super) const fn from_code(code: u32) -> Option<Self> {
        match code {
            0 => Some(Self::Singles),
            1 => Some(Self::Bitmap),
            2 => Some(Self::Runs),
            _ => None,
        }
    }
}

/// The numbers of a list in one block, as they are in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Container<'a> {
    pub(super) shape: Shape,
    pub(super) bytes: &'a [u8],
}

impl Container<'_> {
    /// Adds its numbers.
    pub(super) fn add(&self, bits: &mut Bits) {
        match self.shape {
            Shape::Singles => self.singles().for_each(|number| bits.set(number)),
            Shape::Bitmap => {
                bits.0.iter_mut().zip(self.words()).for_each(|(mine, theirs)| *mine |= theirs);
            }
            Shape::Runs => self.runs().for_each(|run| bits.set_range(run)),
        }
    }

    /// Keeps its numbers only.
    pub(super) fn and(&self, bits: &mut Bits) {
        match self.shape {
            Shape::Singles => bits.keep(self.singles()),
            Shape::Bitmap => {
                let words = self.words().chain(std::iter::repeat(0));
                bits.0.iter_mut().zip(words).for_each(|(mine, theirs)| *mine &= theirs);
            }
            Shape::Runs => {
                let mut kept = 0;
                for run in self.runs() {
                    bits.clear_range(kept..run.start);
                    kept = run.end;
                }
                bits.clear_range(kept..BLOCK);
            }
        }
    }

    /// Hands out its numbers, ascending; `bits` is only used on the way.
    pub(super) fn each(&self, bits: &mut Bits, mut take: impl FnMut(u16)) {
        match self.shape {
            Shape::Singles => self.singles().for_each(take),
            Shape::Runs => self.runs().flatten().for_each(|number| take(number as u16)),
            Shape::Bitmap => {
                bits.clear();
                self.add(bits);
                bits.iter().for_each(take);
            }
        }
    }

    fn singles(&self) -> impl Iterator<Item = u16> + '_ {
        let (mut read, mut next) = (Varints(self.bytes), 0);
        std::iter::from_fn(move || {
            let number = stepped(&mut read, next)?;
            next = number + 1;
            u16::try_from(number).ok()
        })
    }

    fn words(&self) -> impl Iterator<Item = u64> + '_ {
        self.bytes.as_chunks().0.iter().map(|word| u64::from_le_bytes(*word))
    }

    fn runs(&self) -> impl Iterator<Item = Range<u32>> + '_ {
        let (mut read, mut next) = (Varints(self.bytes), 0);
        std::iter::from_fn(move || {
            let start = stepped(&mut read, next)?;
            let end = stepped(&mut read, start)? + 1;
            next = end + 1;
            Some(start..end)
        })
    }
}

/// The number that stands a read difference after another, if it is in the block.
fn stepped(read: &mut Varints<'_>, from: u32) -> Option<u32> {
    let more = read.next()?;
    (more < u64::from(BLOCK)).then(|| from + more as u32).filter(|number| *number < BLOCK)
}

/// Writes ascending numbers without repetition in the smallest shape.
pub(super) fn encode(numbers: &[u16], out: &mut Vec<u8>) -> Shape {
    let (mut singles, mut runs) = (0, 0);
    let (mut next, mut in_run) = (0, 0);
    for number in numbers.iter().copied().map(u32::from) {
        let left_out = number - next;
        singles += width(left_out);
        if left_out > 0 || next == 0 {
            // The run before ends here, and this number begins another.
            runs += width(in_run) + width(left_out.saturating_sub(1));
            in_run = 0;
        } else {
            in_run += 1;
        }
        next = number + 1;
    }
    runs += width(in_run);
    if singles.min(runs) > BITMAP_BYTES {
        put_bitmap(numbers, out);
        Shape::Bitmap
    } else if runs < singles {
        put_runs(numbers, out);
        Shape::Runs
    } else {
        put_singles(numbers, out);
        Shape::Singles
    }
}

/// Bytes of a difference as a varint.
const fn width(difference: u32) -> usize {
    match difference {
        0..0x80 => 1,
        0x80..0x4000 => 2,
        _ => 3,
    }
}

fn put_singles(numbers: &[u16], out: &mut Vec<u8>) {
    let mut next = 0;
    for number in numbers.iter().copied().map(u64::from) {
        put_varint(out, number - next);
        next = number + 1;
    }
}

fn put_bitmap(numbers: &[u16], out: &mut Vec<u8>) {
    let mut bits = Bits::new();
    numbers.iter().for_each(|number| bits.set(*number));
    out.extend(bits.0.iter().flat_map(|word| word.to_le_bytes()));
}

fn put_runs(numbers: &[u16], out: &mut Vec<u8>) {
    let mut next = 0;
    for run in numbers.chunk_by(|a, b| a + 1 == *b) {
        let first = run.first().copied().map_or(0, u64::from);
        put_varint(out, first - next);
        put_varint(out, run.len() as u64 - 1);
        next = first + run.len() as u64 + 1;
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn bits_of(numbers: &BTreeSet<u16>) -> Bits {
        let mut bits = Bits::new();
        numbers.iter().for_each(|number| bits.set(*number));
        bits
    }

    /// Sets of every density and lumpiness, so that each shape comes up.
    fn sets() -> impl Strategy<Value = BTreeSet<u16>> {
        let piece = (any::<u16>(), 1..3_000u32, 1..40u32);
        prop::collection::vec(piece, 0..12).prop_map(|pieces| {
            let mut all = BTreeSet::new();
            for (start, count, step) in pieces {
                let numbers = (0..count).map(|i| u32::from(start) + i * step);
                all.extend(numbers.filter_map(|number| u16::try_from(number).ok()));
            }
            all
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        #[test]
        fn a_container_is_the_set_it_was_made_of(set in sets(), other in sets()) {
            let numbers: Vec<u16> = set.iter().copied().collect();
            let mut bytes = Vec::new();
            let shape = encode(&numbers, &mut bytes);
            prop_assert!(bytes.len() <= BITMAP_BYTES);
            let container = Container { shape, bytes: &bytes };
            let mut bits = Bits::new();
            if !numbers.is_empty() {
                container.add(&mut bits);
            }
            prop_assert_eq!(bits.iter().collect::<Vec<_>>(), numbers.clone());
            prop_assert_eq!(bits.count() as usize, numbers.len());
            let mut both = bits_of(&other);
            container.and(&mut both);
            let wanted: Vec<u16> = set.intersection(&other).copied().collect();
            prop_assert_eq!(both.iter().collect::<Vec<_>>(), wanted);
            let mut handed = Vec::new();
            container.each(&mut bits, |number| handed.push(number));
            prop_assert_eq!(handed, numbers);
        }

        #[test]
        fn ranges_are_exact(set in sets(), a in 0..=BLOCK, b in 0..=BLOCK) {
            let range = a.min(b)..a.max(b);
            let of = |keep: &dyn Fn(u32) -> bool| -> Vec<u16> {
                set.iter().copied().filter(|number| keep(u32::from(*number))).collect()
            };
            let mut cut = bits_of(&set);
            cut.clear_range(range.clone());
            prop_assert_eq!(cut.iter().collect::<Vec<_>>(), of(&|n| !range.contains(&n)));
            let mut full = Bits::new();
            full.set_range(range.clone());
            prop_assert_eq!(full.count(), range.end - range.start);
            full.or(&bits_of(&set));
            let either = |n: &u16| range.contains(&u32::from(*n)) || set.contains(n);
            prop_assert!(full.iter().eq((0..=u16::MAX).filter(either)));
            full.and(&bits_of(&set));
            prop_assert!(full == bits_of(&set) && full.is_empty() == set.is_empty());
        }
    }

    #[test]
    fn each_set_gets_its_smallest_shape() {
        let shape = |numbers: Vec<u16>| encode(&numbers, &mut Vec::new());
        assert_eq!(shape((0..=u16::MAX).collect()), Shape::Runs);
        assert_eq!(shape((0..100).map(|n| n * 9).collect()), Shape::Singles);
        assert_eq!(shape((0..20_000).map(|n| n * 3).collect()), Shape::Bitmap);
        assert_eq!(shape((0..7_000).map(|n| n * 9).collect()), Shape::Singles);
        assert_eq!(shape(vec![7]), Shape::Singles);
    }
}
