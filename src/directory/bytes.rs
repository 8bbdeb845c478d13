//! Numbers in mapped bytes: always little-endian, always checked, never aligned.

/// The `index`-th of the 16-bit numbers that `bytes` consists of.
pub(super) fn u16_at(bytes: &[u8], index: usize) -> Option<u16> {
    let rest = bytes.get(index.checked_mul(2)?..)?;
    rest.first_chunk().copied().map(u16::from_le_bytes)
}

/// The `index`-th of the 32-bit numbers that `bytes` consists of.
pub(super) fn u32_at(bytes: &[u8], index: usize) -> Option<u32> {
    let rest = bytes.get(index.checked_mul(4)?..)?;
    rest.first_chunk().copied().map(u32::from_le_bytes)
}

/// The 64-bit number that begins at a byte.
pub(super) fn u64_from(bytes: &[u8], start: usize) -> Option<u64> {
    bytes.get(start..)?.first_chunk().copied().map(u64::from_le_bytes)
}

/// The 32-bit number that begins at a byte.
pub(super) fn u32_from(bytes: &[u8], start: usize) -> Option<u32> {
    bytes.get(start..)?.first_chunk().copied().map(u32::from_le_bytes)
}

/// How many of `count` things, for which `before` holds first and then no more, come first. A
/// thing that cannot be read ends the search with nothing.
pub(super) fn partition(
    mut from: usize,
    mut to: usize,
    mut before: impl FnMut(usize) -> Option<bool>,
) -> Option<usize> {
    while from < to {
        let middle = from + (to - from) / 2;
        if before(middle)? {
            from = middle + 1;
        } else {
            to = middle;
        }
    }
    Some(from)
}

/// Writes a number in groups of seven bits, lowest first.
pub(super) fn put_varint(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push((number & 0x7F) as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Reads such numbers one after the other.
#[derive(Debug, Clone, Copy)]
pub(super) struct Varints<'a>(pub(super) &'a [u8]);

impl Varints<'_> {
    /// The next number; none where the bytes end or make no number of 64 bits.
    #[inline]
    pub(super) fn next(&mut self) -> Option<u64> {
        let (byte, rest) = self.0.split_first()?;
        if *byte < 0x80 {
            self.0 = rest;
            return Some(u64::from(*byte));
        }
        self.long()
    }

    fn long(&mut self) -> Option<u64> {
        let mut number = 0;
        for shift in (0..64).step_by(7) {
            let (byte, rest) = self.0.split_first()?;
            self.0 = rest;
            number |= u64::from(byte & 0x7F) << shift;
            if byte & 0x80 == 0 {
                return Some(number);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_go_there_and_back() {
        let numbers = [0, 1, 127, 128, 300, 65_535, 1 << 35, u64::MAX];
        let mut out = Vec::new();
        for number in numbers {
            put_varint(&mut out, number);
        }
        let mut read = Varints(&out);
        assert!(numbers.iter().all(|number| read.next() == Some(*number)));
        assert_eq!(read.next(), None);
        assert_eq!(Varints(&[0x80]).next(), None);
        assert_eq!(Varints(&[0xFF; 20]).next(), None);
    }

    #[test]
    fn nothing_is_read_beyond_the_end() {
        assert_eq!(u16_at(&[1, 2, 3], 0), Some(0x201));
        assert_eq!(u16_at(&[1, 2, 3], 1), None);
        assert_eq!(u32_at(&[1, 2, 3, 4], usize::MAX), None);
        assert_eq!(u64_from(&[0; 8], 1), None);
        assert_eq!(u32_from(&[0; 5], 1), Some(0));
    }
}
