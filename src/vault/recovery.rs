//! The recovery key: 160 random bits on paper, for a lost password or a new machine.

use std::fmt;

use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;
use zeroize::{Zeroize, ZeroizeOnDrop, Zeroizing};

use super::derive::Root;
use super::fault::VaultFault;
use super::key::{random, same_bytes};

/// Crockford's base 32: no I, L, O, U.
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Eight groups of content and one of check.
const GROUPS: usize = 9;
const LENGTH: usize = GROUPS * 4;

/// A key that opens the vault without password and without `device.key`. Shown once, typed back
/// in full, then only on paper; it has no `Display`, so that it cannot slip into a log.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct RecoveryKey([u8; 20]);

impl RecoveryKey {
    /// Draws a new key.
    ///
    /// # Errors
    /// [`VaultFault::NoRandomness`].
    pub fn random() -> Result<Self, VaultFault> {
        Ok(Self(*random::<20>()?))
    }

    /// The key as it is printed: nine groups of four joined by dashes, the last one a check.
    #[must_use]
    pub fn to_text(&self) -> Zeroizing<String> {
        let mut text = Zeroizing::new(String::with_capacity(LENGTH + GROUPS));
        for (place, letter) in self.letters().iter().enumerate() {
            if place > 0 && place % 4 == 0 {
                text.push('-');
            }
            text.push(char::from(*letter));
        }
        text
    }

    /// Reads what somebody typed from paper: case, blanks and dashes are ignored, full-width
    /// forms too, and O, I and L are taken for 0, 1 and 1.
    ///
    /// # Errors
    /// [`VaultFault::RecoveryKeyShape`] when the number of characters is wrong or one is never
    /// used, [`VaultFault::RecoveryKeyMistyped`] when the check group does not fit.
    pub fn parse(text: &str) -> Result<Self, VaultFault> {
        let values = values(text)?;
        let mut bytes = Zeroizing::new([0u8; 20]);
        for (five, eight) in bytes.chunks_exact_mut(5).zip(values.chunks_exact(8)) {
            let bits = eight.iter().fold(0u64, |bits, value| bits << 5 | u64::from(*value));
            five.copy_from_slice(&bits.to_be_bytes()[3..]);
        }
        let key = Self(*bytes);
        if key.check().as_slice() == &values[32..] {
            Ok(key)
        } else {
            Err(VaultFault::RecoveryKeyMistyped)
        }
    }

    /// Whether the text typed back is this very key, in any spelling [`RecoveryKey::parse`] takes.
    ///
    /// # Errors
    /// Those of `parse`, so that the person learns whether a character is missing.
    pub fn is_typed_back(&self, text: &str) -> Result<bool, VaultFault> {
        Ok(same_bytes(&self.0, &Self::parse(text)?.0))
    }

    pub(super) fn root(&self) -> Root {
        Root::from_recovery(&self.0)
    }

    fn letters(&self) -> Zeroizing<[u8; LENGTH]> {
        let mut letters = Zeroizing::new([0u8; LENGTH]);
        for (eight, five) in letters.chunks_exact_mut(8).zip(self.0.chunks_exact(5)) {
            let bits = five.iter().fold(0u64, |bits, byte| bits << 8 | u64::from(*byte));
            for (place, letter) in eight.iter_mut().enumerate() {
                *letter = ALPHABET[(bits >> (35 - 5 * place) & 31) as usize];
            }
        }
        for (letter, value) in letters[32..].iter_mut().zip(self.check()) {
            *letter = ALPHABET[usize::from(value)];
        }
        letters
    }

    /// Twenty bits of a hash: one wrong character slips through once in a million.
    fn check(&self) -> [u8; 4] {
        let hash = Sha256::new().chain_update(b"tuanzhuan recovery").chain_update(self.0);
        let [a, b, c, ..] = <[u8; 32]>::from(hash.finalize());
        let bits = u32::from_be_bytes([0, a, b, c]) >> 4;
        [15u32, 10, 5, 0].map(|shift| (bits >> shift & 31) as u8)
    }
}

impl fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecoveryKey(..)")
    }
}

/// The 36 five-bit values of a typed key.
fn values(text: &str) -> Result<Zeroizing<[u8; LENGTH]>, VaultFault> {
    let mut values = Zeroizing::new([0u8; LENGTH]);
    let mut have = 0;
    let mut strange = false;
    for letter in text.nfkc().filter(|letter| !is_separator(*letter)) {
        match (value(letter), values.get_mut(have)) {
            (Some(value), Some(place)) => *place = value,
            (Some(_), None) => {}
            (None, _) => {
                strange = true;
                continue;
            }
        }
        have += 1;
    }
    if strange || have != LENGTH {
        return Err(VaultFault::RecoveryKeyShape { have });
    }
    Ok(values)
}

fn is_separator(letter: char) -> bool {
    letter.is_whitespace() || "-‐‑‒–—―−_·.".contains(letter)
}

fn value(letter: char) -> Option<u8> {
    let letter = match letter.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    ALPHABET.iter().position(|known| char::from(*known) == letter).map(|place| place as u8)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn printed_in_nine_groups_of_four() {
        let text = RecoveryKey([0xff; 20]).to_text();
        let groups: Vec<_> = text.split('-').collect();
        assert_eq!(groups.len(), 9);
        assert!(groups.iter().all(|group| group.len() == 4));
        assert_eq!(groups[..8], ["ZZZZ"; 8]);
    }

    #[test]
    fn shape_faults_count_the_characters() {
        let text = RecoveryKey([1; 20]).to_text();
        let short: String = text.chars().skip(1).collect();
        assert_eq!(
            RecoveryKey::parse(&short).unwrap_err(),
            VaultFault::RecoveryKeyShape { have: 35 }
        );
        let long = format!("{}7", *text);
        assert_eq!(
            RecoveryKey::parse(&long).unwrap_err(),
            VaultFault::RecoveryKeyShape { have: 37 }
        );
        let strange = format!("{}U", *text);
        assert_eq!(
            RecoveryKey::parse(&strange).unwrap_err(),
            VaultFault::RecoveryKeyShape { have: 36 }
        );
        assert!(RecoveryKey::parse("").is_err());
    }

    /// One of the ways a person writes a printed character down.
    fn scribbled(letter: char, way: u8) -> String {
        match (letter, way % 6) {
            ('0', 0) => "O".into(),
            ('0', 1) => "o".into(),
            ('1', 0) => "I".into(),
            ('1', 1) => "l".into(),
            (letter, 2) => letter.to_lowercase().collect(),
            (letter, 3) => format!(" {letter}"),
            ('-', 4) => "－".into(),
            ('-', _) => "—".into(),
            (letter, 5) => char::from_u32(u32::from(letter) + 0xfee0).unwrap_or(letter).to_string(),
            (letter, _) => letter.to_string(),
        }
    }

    proptest! {
        #[test]
        fn every_spelling_of_a_key_reads_back(
            bytes in any::<[u8; 20]>(),
            ways in prop::collection::vec(any::<u8>(), 44),
        ) {
            let key = RecoveryKey(bytes);
            let text: String =
                key.to_text().chars().zip(ways).map(|(letter, way)| scribbled(letter, way)).collect();
            prop_assert!(key.is_typed_back(&text).unwrap());
        }

        #[test]
        fn one_wrong_character_is_refused(
            bytes in any::<[u8; 20]>(),
            place in 0usize..36,
            other in 1u8..32,
        ) {
            let key = RecoveryKey(bytes);
            let mut letters = *key.letters();
            let old = value(char::from(letters[place])).unwrap();
            letters[place] = ALPHABET[usize::from((old + other) % 32)];
            let text = String::from_utf8(letters.to_vec()).unwrap();
            // Twenty bits of check leave one chance in a million; another key is never taken for this one.
            prop_assert!(!matches!(key.is_typed_back(&text), Ok(true)));
        }

        #[test]
        fn nothing_typed_makes_it_panic(text in any::<String>()) {
            drop(RecoveryKey::parse(&text));
        }
    }
}
