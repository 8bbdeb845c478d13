//! Lists of organisations: which numbers have a gram. They are read block by block, straight from
//! the map.
//!
//! A short list is its numbers' differences as varints. A long one is a table of its containers,
//! one for each block in which there is anything, followed by these.

use std::cell::OnceCell;

use super::block::{BLOCK, Bits, Container, Shape, encode};
use super::bytes::{Varints, partition, put_varint, u16_at, u32_from};

/// The longest list that is written as differences.
pub(super) const SHORT: u32 = 2_048;

/// Bytes of one container in the table: block, count less one, shape and offset.
const ENTRY_BYTES: usize = 8;

/// Bits of an entry that hold the offset; the shape is above them.
const OFFSET_BITS: u32 = 30;

/// A list in the file. Bytes that were damaged give other numbers or fewer, never a panic; the
/// checksums tell.
#[derive(Debug, Clone)]
pub(super) struct List<'a> {
    count: u32,
    bytes: &'a [u8],
    /// The numbers of a short list, once somebody asked.
    short: OnceCell<Box<[u32]>>,
}

impl<'a> List<'a> {
    pub(super) fn new(count: u32, bytes: &'a [u8]) -> Self {
        Self { count, bytes, short: OnceCell::new() }
    }

    /// How many numbers.
    pub(super) const fn len(&self) -> u32 {
        self.count
    }

    /// All numbers of a list that is short; none for one that is read by blocks.
    pub(super) fn short(&self) -> Option<&[u32]> {
        (self.count <= SHORT).then(|| &**self.short.get_or_init(|| self.differences()))
    }

    /// The blocks in which there is anything, ascending.
    #[cfg(test)]
    pub(super) fn blocks(&self) -> Vec<u16> {
        match self.short() {
            Some(numbers) => {
                let blocks = numbers.chunk_by(|a, b| a / BLOCK == b / BLOCK);
                blocks.filter_map(<[u32]>::first).map(|first| (first / BLOCK) as u16).collect()
            }
            None => (0..self.entries()).map_while(|index| self.block_at(index)).collect(),
        }
    }

    /// How many numbers are in a block.
    pub(super) fn count_in(&self, block: u16) -> u32 {
        match self.short() {
            Some(numbers) => within(numbers, block).len() as u32,
            None => self.find(block).and_then(|index| self.count_at(index)).unwrap_or(0),
        }
    }

    /// Makes `bits` the numbers of a block; tells whether there are any.
    #[cfg(test)]
    pub(super) fn fill(&self, block: u16, bits: &mut Bits) -> bool {
        bits.clear();
        self.add(block, bits)
    }

    /// Adds the numbers of a block; tells whether there are any.
    pub(super) fn add(&self, block: u16, bits: &mut Bits) -> bool {
        if let Some(numbers) = self.short() {
            let numbers = within(numbers, block);
            numbers.iter().for_each(|number| bits.set(*number as u16));
            return !numbers.is_empty();
        }
        let container = self.container(block);
        container.inspect(|container| container.add(bits)).is_some()
    }

    /// Keeps the numbers of a block only; tells whether anything is left.
    pub(super) fn and(&self, block: u16, bits: &mut Bits) -> bool {
        if let Some(numbers) = self.short() {
            bits.keep(within(numbers, block).iter().map(|number| *number as u16));
        } else if let Some(container) = self.container(block) {
            container.and(bits);
        } else {
            bits.clear();
        }
        !bits.is_empty()
    }

    fn differences(&self) -> Box<[u32]> {
        let mut read = Varints(self.bytes);
        let mut at = 0_u32;
        let numbers = (0..self.count).map_while(|_| {
            at = at.checked_add(u32::try_from(read.next()?).ok()?)?;
            Some(at)
        });
        numbers.collect()
    }

    fn entries(&self) -> usize {
        u16_at(self.bytes, 0).map_or(0, usize::from)
    }

    fn block_at(&self, index: usize) -> Option<u16> {
        u16_at(self.bytes.get(2 + index * ENTRY_BYTES..)?, 0)
    }

    fn count_at(&self, index: usize) -> Option<u32> {
        u16_at(self.bytes.get(2 + index * ENTRY_BYTES..)?, 1).map(|less| u32::from(less) + 1)
    }

    /// Shape and offset, the offset counted from the end of the table.
    fn place_at(&self, index: usize) -> Option<(Shape, usize)> {
        let place = u32_from(self.bytes, 2 + index * ENTRY_BYTES + 4)?;
        let offset = place & ((1 << OFFSET_BITS) - 1);
        Some((Shape::from_code(place >> OFFSET_BITS)?, offset as usize))
    }

    fn find(&self, block: u16) -> Option<usize> {
        let index = partition(0, self.entries(), |index| Some(self.block_at(index)? < block))?;
        (index < self.entries() && self.block_at(index)? == block).then_some(index)
    }

    fn container(&self, block: u16) -> Option<Container<'a>> {
        let index = self.find(block)?;
        let bodies = self.bytes.get(2 + self.entries() * ENTRY_BYTES..)?;
        let (shape, start) = self.place_at(index)?;
        let end =
            if index + 1 < self.entries() { self.place_at(index + 1)?.1 } else { bodies.len() };
        Some(Container { shape, bytes: bodies.get(start..end)? })
    }
}

/// The part of ascending numbers that is in a block.
fn within(numbers: &[u32], block: u16) -> &[u32] {
    let block = u32::from(block);
    let start = numbers.partition_point(|number| number / BLOCK < block);
    let end = numbers.partition_point(|number| number / BLOCK <= block);
    numbers.get(start..end).unwrap_or_default()
}

/// A list while it is put together, container by container in the order of blocks.
#[derive(Debug, Default)]
pub(super) struct Writing {
    count: u32,
    entries: Vec<Piece>,
    bodies: Vec<u8>,
    bits: Bits,
}

#[derive(Debug)]
struct Piece {
    block: u16,
    count: u32,
    shape: Shape,
    start: usize,
}

impl Writing {
    /// Adds what a block holds, as its container.
    pub(super) fn push(&mut self, block: u16, count: u32, container: Container<'_>) {
        let start = self.bodies.len();
        self.entries.push(Piece { block, count, shape: container.shape, start });
        self.bodies.extend_from_slice(container.bytes);
        self.count += count;
    }

    /// Adds what a block holds, as numbers.
    pub(super) fn push_numbers(&mut self, block: u16, numbers: &[u16]) {
        if numbers.is_empty() {
            return;
        }
        let start = self.bodies.len();
        let shape = encode(numbers, &mut self.bodies);
        self.entries.push(Piece { block, count: numbers.len() as u32, shape, start });
        self.count += numbers.len() as u32;
    }

    /// Adds ascending numbers of any blocks, all of them greater than what is in.
    pub(super) fn push_all(&mut self, numbers: &[u32]) {
        let mut low = Vec::new();
        for numbers in numbers.chunk_by(|a, b| a / BLOCK == b / BLOCK) {
            low.clear();
            low.extend(numbers.iter().map(|number| *number as u16));
            let block = numbers.first().map_or(0, |number| number / BLOCK);
            self.push_numbers(block as u16, &low);
        }
    }

    /// How many numbers it has.
    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    /// Writes the list and begins a new one.
    pub(super) fn finish(&mut self, out: &mut Vec<u8>) {
        if self.count <= SHORT {
            self.put_differences(out);
        } else {
            self.put_table(out);
        }
        self.count = 0;
        self.entries.clear();
        self.bodies.clear();
    }

    fn put_differences(&mut self, out: &mut Vec<u8>) {
        let mut last = 0;
        let mut ends = self.entries.iter().skip(1).map(|piece| piece.start);
        for piece in &self.entries {
            let end = ends.next().unwrap_or(self.bodies.len());
            let bytes = self.bodies.get(piece.start..end).unwrap_or_default();
            let container = Container { shape: piece.shape, bytes };
            container.each(&mut self.bits, |low| {
                let number = u32::from(piece.block) * BLOCK + u32::from(low);
                put_varint(out, u64::from(number - last));
                last = number;
            });
        }
    }

    fn put_table(&self, out: &mut Vec<u8>) {
        out.extend((self.entries.len() as u16).to_le_bytes());
        for piece in &self.entries {
            out.extend(piece.block.to_le_bytes());
            out.extend(((piece.count - 1) as u16).to_le_bytes());
            let place = piece.shape.code() << OFFSET_BITS | piece.start as u32;
            out.extend(place.to_le_bytes());
        }
        out.extend_from_slice(&self.bodies);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    fn written(numbers: &[u32]) -> Vec<u8> {
        let (mut writing, mut out) = (Writing::default(), Vec::new());
        writing.push_all(numbers);
        assert_eq!(writing.count() as usize, numbers.len());
        writing.finish(&mut out);
        out
    }

    fn check(numbers: &BTreeSet<u32>) {
        let all: Vec<u32> = numbers.iter().copied().collect();
        let bytes = written(&all);
        let list = List::new(all.len() as u32, &bytes);
        let mut read = Vec::new();
        let mut bits = Bits::new();
        for block in list.blocks() {
            assert!(list.fill(block, &mut bits));
            assert_eq!(bits.count(), list.count_in(block));
            read.extend(bits.iter().map(|low| u32::from(block) * BLOCK + u32::from(low)));
            let mut even = Bits::new();
            (0..BLOCK / 2).for_each(|half| even.set((half * 2) as u16));
            list.and(block, &mut even);
            assert!(even.iter().eq(bits.iter().filter(|low| low % 2 == 0)));
        }
        assert_eq!(read, all);
        assert!(!list.fill(60_000, &mut bits) && bits.is_empty());
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn a_list_gives_its_numbers_back(
            pieces in prop::collection::vec((0..400_000u32, 1..2_500u32, 1..50u32), 1..8)
        ) {
            let numbers = pieces.into_iter().flat_map(|(start, count, step)| {
                (0..count).map(move |i| start + i * step)
            });
            check(&numbers.collect());
        }
    }

    #[test]
    fn short_and_long_lists_meet() {
        for count in [1, SHORT - 1, SHORT, SHORT + 1, 200_000] {
            check(&(0..count).map(|i| i * 7 + 65_000).collect());
            check(&(0..count).map(|i| i + 65_000).collect());
        }
    }

    #[test]
    fn a_damaged_list_is_read_without_panic() {
        let whole = written(&(0..9_000).map(|i| i * 11).collect::<Vec<_>>());
        let mut bits = Bits::new();
        for at in 0..whole.len().min(80) {
            let mut bytes = whole.clone();
            bytes[at] ^= 0xFF;
            let list = List::new(9_000, &bytes);
            for block in list.blocks() {
                list.fill(block, &mut bits);
                list.and(block, &mut bits);
            }
            List::new(9_000, &whole[..at]).fill(0, &mut bits);
            List::new(20, &bytes[..at]).fill(0, &mut bits);
        }
    }
}
