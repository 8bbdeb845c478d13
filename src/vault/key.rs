//! The database key, and the few byte tools all of the vault shares.

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use zeroize::Zeroizing;

use super::fault::VaultFault;

/// The 32 random bytes that encrypt the database. No password is derived into it and none can be
/// read back from it; it is wiped from memory when dropped. The bytes lie in a box: what is moved is
/// its address, and no copies stay behind on the stack.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseKey(Box<Zeroizing<[u8; 32]>>);

impl DatabaseKey {
    /// Draws a new key from the operating system.
    ///
    /// # Errors
    /// [`VaultFault::NoRandomness`] when the system gives no random bytes.
    pub fn random() -> Result<Self, VaultFault> {
        let mut key = Self::empty();
        getrandom::fill(key.0.as_mut_slice()).map_err(|_| VaultFault::NoRandomness)?;
        Ok(key)
    }

    /// Takes bytes that are a key already, for instance from a sealed packet.
    #[must_use]
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Box::new(Zeroizing::new(bytes)))
    }

    /// Takes bytes out of a buffer that its owner wipes; none where they are not 32.
    pub(super) fn from_slice(bytes: &[u8]) -> Option<Self> {
        let mut key = Self::empty();
        if bytes.len() != key.0.len() {
            return None;
        }
        key.0.copy_from_slice(bytes);
        Some(key)
    }

    fn empty() -> Self {
        Self(Box::default())
    }

    /// The key as the raw-key literal the database engine wants: `x'` 64 hex digits `'`.
    #[must_use]
    pub fn pragma_literal(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(67));
        text.push_str("x'");
        push_hex(&mut text, self.0.as_slice());
        text.push('\'');
        text
    }

    /// The bytes, for the vault's own derivations only.
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for DatabaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DatabaseKey(..)")
    }
}

/// Fresh random bytes, wiped when dropped.
pub(super) fn random<const N: usize>() -> Result<Zeroizing<[u8; N]>, VaultFault> {
    let mut bytes = Zeroizing::new([0u8; N]);
    getrandom::fill(bytes.as_mut_slice()).map_err(|_| VaultFault::NoRandomness)?;
    Ok(bytes)
}

/// Compares without stopping at the first difference, so that the time taken tells nothing about
/// how many leading bytes were right.
pub(super) fn same_bytes<const N: usize>(a: &[u8; N], b: &[u8; N]) -> bool {
    let difference = a.iter().zip(b).fold(0u8, |seen, (x, y)| seen | (x ^ y));
    std::hint::black_box(difference) == 0
}

/// Public bytes of a fixed length, written as lower-case hex in the key file.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Hex<const N: usize>(pub(super) [u8; N]);

impl<const N: usize> Hex<N> {
    /// Lower-case hex.
    pub(super) fn text(&self) -> String {
        let mut text = String::with_capacity(N * 2);
        push_hex(&mut text, self.0.as_slice());
        text
    }

    /// Reads exactly what [`Hex::text`] writes: upper case is refused, so that one value has one
    /// spelling and a changed byte in the file is always seen.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.as_bytes();
        if digits.len() != N * 2 {
            return None;
        }
        let mut bytes = [0u8; N];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            *byte = nibble(pair[0])? << 4 | nibble(pair[1])?;
        }
        Some(Self(bytes))
    }
}

impl<const N: usize> Serialize for Hex<N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.text())
    }
}

impl<'de, const N: usize> Deserialize<'de> for Hex<N> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).ok_or_else(|| de::Error::custom("not lower-case hex of this length"))
    }
}

fn nibble(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'a'..=b'f' => Some(digit - b'a' + 10),
        _ => None,
    }
}

fn push_hex(text: &mut String, bytes: &[u8]) {
    for byte in bytes {
        for half in [byte >> 4, byte & 15] {
            text.push(char::from(if half < 10 { b'0' + half } else { b'a' + half - 10 }));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_literal_is_what_the_engine_expects() {
        let key = DatabaseKey::from_bytes([0xa5; 32]);
        assert_eq!(*key.pragma_literal(), format!("x'{}'", "a5".repeat(32)));
    }

    #[test]
    fn debug_shows_no_bytes() {
        assert_eq!(format!("{:?}", DatabaseKey::from_bytes([7; 32])), "DatabaseKey(..)");
    }

    #[test]
    fn random_keys_differ() {
        assert_ne!(DatabaseKey::random().unwrap(), DatabaseKey::random().unwrap());
    }

    #[test]
    fn hex_has_one_spelling() {
        assert_eq!(Hex::<2>::parse("0aff"), Some(Hex([0x0a, 0xff])));
        for wrong in ["0aFF", "0af", "0afg", "0aff0", "零a", ""] {
            assert_eq!(Hex::<2>::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn comparison_sees_every_byte() {
        for place in 0..16 {
            let mut other = [9u8; 16];
            other[place] ^= 1;
            assert!(!same_bytes(&[9u8; 16], &other), "{place}");
        }
        assert!(same_bytes(&[9u8; 16], &[9u8; 16]));
    }
}
