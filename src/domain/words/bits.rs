//! Sets of row numbers, a block of 262,144 at a time, and how they are stored.

/// How many bits the number of a row within its block has. A search reads each word once for each
/// block, and rows are filed where their block is: larger blocks are read sooner, smaller ones
/// written sooner.
pub const BLOCK_BITS: u32 = 18;

/// How many numbers a set may have.
const SIZE: usize = 1 << BLOCK_BITS;

/// Bytes of a stored set that has a bit for each number.
pub const BITMAP: usize = SIZE / 8;

/// A set of the numbers of rows within a block.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bits(Box<[u64]>);

impl Default for Bits {
    fn default() -> Self {
        Self(vec![0; SIZE / 64].into_boxed_slice())
    }
}

impl Bits {
    /// Sets the bits of the numbers in some bytes: of n the bit n % 8 of the byte n / 8.
    pub fn put_into(&self, bytes: &mut [u8]) {
        for (word, bytes) in self.0.iter().zip(bytes.as_chunks_mut::<8>().0) {
            *bytes = (u64::from_le_bytes(*bytes) | word).to_le_bytes();
        }
    }

    /// Adds a number.
    pub fn insert(&mut self, number: u32) {
        let word = usize::try_from(number >> 6).ok().and_then(|at| self.0.get_mut(at));
        if let Some(word) = word {
            *word |= 1 << (number & 63);
        }
    }

    /// Adds what is in a stored set.
    pub fn add(&mut self, stored: &[u8]) {
        if stored.len() == BITMAP {
            for (word, bytes) in self.0.iter_mut().zip(stored.as_chunks().0) {
                *word |= u64::from_le_bytes(*bytes);
            }
        } else {
            decode(stored).for_each(|number| self.insert(number));
        }
    }

    /// What is in one of the two.
    #[must_use]
    pub fn or(mut self, other: &Self) -> Self {
        self.0.iter_mut().zip(&other.0).for_each(|(word, other)| *word |= other);
        self
    }

    /// What is in both, or nothing.
    #[must_use]
    pub fn and(mut self, other: &Self) -> Option<Self> {
        let mut any = 0;
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            *word &= other;
            any |= *word;
        }
        (any != 0).then_some(self)
    }
}

/// A set under way to be stored: the steps between ascending numbers, seven bits a byte, or, where
/// that would take more, a bit for each number there could be.
#[derive(Debug, Clone, Default)]
pub struct Growing {
    stored: Vec<u8>,
    next: u32,
}

impl Growing {
    /// Adds a number that is not below any that was added before.
    pub fn push(&mut self, number: u32) {
        if number < self.next {
            return;
        }
        if self.stored.len() == BITMAP {
            set_bit(&mut self.stored, number);
        } else {
            self.push_step(number - self.next);
        }
        self.next = number + 1;
        if self.stored.len() > BITMAP - 4 && self.stored.len() != BITMAP {
            let mut bitmap = vec![0; BITMAP];
            decode(&self.stored).for_each(|number| set_bit(&mut bitmap, number));
            self.stored = bitmap;
        }
    }

    /// Steps are counted from the number that could come next, so a run of neighbours is zeros.
    fn push_step(&mut self, mut step: u32) {
        while step > 0x7f {
            self.stored.push(step.to_le_bytes()[0] | 0x80);
            step >>= 7;
        }
        self.stored.push(step.to_le_bytes()[0]);
    }

    /// What is stored.
    pub fn stored(&self) -> &[u8] {
        &self.stored
    }
}

fn set_bit(bitmap: &mut [u8], number: u32) {
    let byte = usize::try_from(number >> 3).ok().and_then(|at| bitmap.get_mut(at));
    if let Some(byte) = byte {
        *byte |= 1 << (number & 7);
    }
}

/// Numbers, ascending, as they are stored.
pub fn encode(numbers: &[u32]) -> Vec<u8> {
    let mut growing = Growing::default();
    numbers.iter().for_each(|number| growing.push(*number));
    growing.stored
}

/// The numbers of a stored set, ascending. Bytes that were damaged give wrong numbers and no
/// error: what is found is verified.
pub fn decode(stored: &[u8]) -> impl Iterator<Item = u32> {
    let is_bitmap = stored.len() == BITMAP;
    let (bitmap, steps) = if is_bitmap { (stored, &[][..]) } else { (&[][..], stored) };
    numbers_in(bitmap)
        .filter_map(|number| u32::try_from(number).ok())
        .chain(Steps { steps: steps.iter(), next: 0 })
}

/// The numbers whose bits are set, ascending: of n the bit n % 8 of the byte n / 8. The length is a
/// multiple of eight bytes.
pub fn numbers_in(bytes: &[u8]) -> impl Iterator<Item = u64> {
    let words = bytes.as_chunks::<8>().0.iter().zip(0_u64..);
    words.flat_map(|(word, place)| Ones { left: u64::from_le_bytes(*word), first: place << 6 })
}

struct Ones {
    left: u64,
    first: u64,
}

impl Iterator for Ones {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        let bit = self.left.trailing_zeros();
        if bit == u64::BITS {
            return None;
        }
        self.left &= self.left - 1;
        Some(self.first | u64::from(bit))
    }
}

struct Steps<'a> {
    steps: std::slice::Iter<'a, u8>,
    next: u32,
}

impl Iterator for Steps<'_> {
    type Item = u32;

    fn next(&mut self) -> Option<u32> {
        let (mut step, mut shift) = (0_u32, 0);
        loop {
            let byte = *self.steps.next()?;
            step |= u32::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                break;
            }
            shift = (shift + 7).min(21);
        }
        let number = self.next.wrapping_add(step);
        self.next = number.wrapping_add(1);
        Some(number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_set_comes_back_as_it_was_stored(
            numbers in proptest::collection::btree_set(0..1_u32 << BLOCK_BITS, 0..300)
        ) {
            let numbers: Vec<u32> = numbers.into_iter().collect();
            let stored = encode(&numbers);
            prop_assert_eq!(decode(&stored).collect::<Vec<_>>(), &numbers[..]);
            let mut bits = Bits::default();
            bits.add(&stored);
            let mut bytes = vec![0; BITMAP];
            bits.put_into(&mut bytes);
            prop_assert_eq!(decode(&bytes).collect::<Vec<_>>(), numbers);
        }

        #[test]
        fn damaged_bytes_are_no_panic(stored in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(decode(&stored).count() <= stored.len());
        }
    }

    #[test]
    fn a_dense_set_takes_no_more_than_a_bit_for_each() {
        let dense: Vec<u32> = (0..1 << BLOCK_BITS).filter(|n| n % 3 != 0).collect();
        let stored = encode(&dense);
        assert_eq!(stored.len(), BITMAP);
        assert_eq!(decode(&stored).collect::<Vec<_>>(), dense);
        assert_eq!(encode(&[0, 1, 2, 203, 203]), [0, 0, 0, 0x80 | 72, 1]);
        for n in [BITMAP - 5, BITMAP - 4, BITMAP - 3, BITMAP, BITMAP + 1] {
            let numbers: Vec<u32> = (0..).take(n).collect();
            assert_eq!(decode(&encode(&numbers)).collect::<Vec<_>>(), numbers);
        }
    }

    #[test]
    fn sets_are_joined_and_cut() {
        let set = |numbers: &[u32]| {
            let mut bits = Bits::default();
            bits.add(&encode(numbers));
            bits
        };
        assert_eq!(set(&[1, 2]).and(&set(&[2, 3])), Some(set(&[2])));
        assert_eq!(set(&[1]).and(&set(&[2])), None);
        assert_eq!(set(&[1]).or(&set(&[65_535])), set(&[1, 65_535]));
    }
}
