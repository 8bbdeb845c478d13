//! Sets of row numbers, 65,536 at a time, and how they are stored.

/// How many numbers a set may have.
const SIZE: usize = 1 << 16;

/// Bytes of a stored set that has a bit for each number.
const BITMAP: usize = SIZE / 8;

/// A set of numbers below 65,536.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Bits(Box<[u64]>);

impl Default for Bits {
    fn default() -> Self {
        Self(vec![0; SIZE / 64].into_boxed_slice())
    }
}

impl Bits {
    /// The bytes of the set: bit n of them says that n is in it.
    pub fn bytes(&self) -> impl Iterator<Item = u8> {
        self.0.iter().flat_map(|word| word.to_le_bytes())
    }

    /// Adds a number.
    pub fn insert(&mut self, number: u16) {
        if let Some(word) = self.0.get_mut(usize::from(number >> 6)) {
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

/// A set of ascending numbers as it is stored: the steps between them, seven bits a byte, or, where
/// that would take more, a bit for each number there could be.
pub fn encode(numbers: &[u16]) -> Vec<u8> {
    let mut steps = Vec::with_capacity(numbers.len().min(BITMAP) + 8);
    let mut before = 0;
    for number in numbers {
        let mut step = number.wrapping_sub(before);
        while step > 0x7f {
            steps.push(step.to_le_bytes()[0] | 0x80);
            step >>= 7;
        }
        steps.push(step.to_le_bytes()[0]);
        before = *number;
        if steps.len() >= BITMAP {
            let mut bits = Bits::default();
            numbers.iter().for_each(|number| bits.insert(*number));
            return bits.bytes().collect();
        }
    }
    steps
}

/// The numbers of a stored set, ascending. Bytes that were damaged give wrong numbers and no
/// error: what is found is verified.
pub fn decode(stored: &[u8]) -> impl Iterator<Item = u16> {
    let is_bitmap = stored.len() == BITMAP;
    let (bitmap, steps) = if is_bitmap { (stored, &[][..]) } else { (&[][..], stored) };
    let set = bitmap.iter().zip(0_u16..).flat_map(|(byte, place)| {
        (0..8).filter(move |bit| byte >> bit & 1 != 0).map(move |bit| place << 3 | bit)
    });
    set.chain(Steps { steps: steps.iter(), number: 0 })
}

struct Steps<'a> {
    steps: std::slice::Iter<'a, u8>,
    number: u16,
}

impl Iterator for Steps<'_> {
    type Item = u16;

    fn next(&mut self) -> Option<u16> {
        let (mut step, mut shift) = (0_u32, 0);
        loop {
            let byte = *self.steps.next()?;
            step |= u32::from(byte & 0x7f) << shift;
            shift = (shift + 7).min(21);
            if byte < 0x80 {
                break;
            }
        }
        self.number = self.number.wrapping_add(u16::try_from(step & 0xffff).unwrap_or_default());
        Some(self.number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_set_comes_back_as_it_was_stored(
            numbers in proptest::collection::btree_set(any::<u16>(), 0..300)
        ) {
            let numbers: Vec<u16> = numbers.into_iter().collect();
            let stored = encode(&numbers);
            prop_assert_eq!(decode(&stored).collect::<Vec<_>>(), numbers.clone());
            let mut bits = Bits::default();
            bits.add(&stored);
            let bytes: Vec<u8> = bits.bytes().collect();
            prop_assert_eq!(decode(&bytes).collect::<Vec<_>>(), numbers);
        }

        #[test]
        fn damaged_bytes_are_no_panic(stored in proptest::collection::vec(any::<u8>(), 0..200)) {
            prop_assert!(decode(&stored).count() <= stored.len());
        }
    }

    #[test]
    fn a_dense_set_takes_no_more_than_a_bit_for_each() {
        let dense: Vec<u16> = (0..=u16::MAX).filter(|n| n % 3 != 0).collect();
        let stored = encode(&dense);
        assert_eq!(stored.len(), BITMAP);
        assert_eq!(decode(&stored).collect::<Vec<_>>(), dense);
        assert_eq!(encode(&[0, 1, 2, 200]), [0, 1, 1, 0x80 | 70, 1]);
    }

    #[test]
    fn sets_are_joined_and_cut() {
        let set = |numbers: &[u16]| {
            let mut bits = Bits::default();
            bits.add(&encode(numbers));
            bits
        };
        assert_eq!(set(&[1, 2]).and(&set(&[2, 3])), Some(set(&[2])));
        assert_eq!(set(&[1]).and(&set(&[2])), None);
        assert_eq!(set(&[1]).or(&set(&[65_535])), set(&[1, 65_535]));
    }
}
