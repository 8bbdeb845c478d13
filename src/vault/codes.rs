//! The two passwords the program makes itself. Neither ever opens the database (security.md 0,
//! decision 2): both are checked inside the opened one and must be changed at the first sign-in.

use zeroize::Zeroizing;

use super::derive::normalised_id;
use super::fault::VaultFault;
use super::key::random;

/// Digits and capitals without those that look alike: 0 O, 1 I L, U V.
const ALPHABET: &[u8] = b"23456789ABCDEFGHJKMNPQRSTWXYZ";
const LENGTH: usize = 10;

/// Ten random characters for a reset, about 48 bits; valid 2 days (domain.md A5), which the
/// accounts enforce.
///
/// # Errors
/// [`VaultFault::NoRandomness`].
pub fn one_time_code() -> Result<Zeroizing<String>, VaultFault> {
    // Bytes beyond the largest multiple of the alphabet are thrown away, so that no character is
    // likelier than another.
    let fair = 256 / ALPHABET.len() * ALPHABET.len();
    let mut code = Zeroizing::new(String::with_capacity(LENGTH));
    while code.len() < LENGTH {
        for byte in random::<16>()?.iter().map(|byte| usize::from(*byte)) {
            if byte < fair && code.len() < LENGTH {
                code.push(char::from(ALPHABET[byte % ALPHABET.len()]));
            }
        }
    }
    Ok(code)
}

/// The initial password as the official site has it: the last eight characters of the identity
/// number, X in capitals. Fewer when the number is shorter.
#[must_use]
pub fn initial_password(id_number: &str) -> Zeroizing<String> {
    let id = normalised_id(id_number);
    let length = id.chars().count();
    Zeroizing::new(id.chars().skip(length.saturating_sub(8)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_ten_unambiguous_characters_and_differ() {
        let codes: Vec<_> = (0..200).map(|_| one_time_code().unwrap()).collect();
        for code in &codes {
            assert_eq!(code.len(), 10);
            assert!(code.bytes().all(|letter| ALPHABET.contains(&letter)), "{}", **code);
            assert!(!code.contains(['0', 'O', '1', 'I', 'L', 'U', 'V']));
        }
        let distinct: std::collections::BTreeSet<_> = codes.iter().map(|code| &**code).collect();
        assert_eq!(distinct.len(), codes.len());
    }

    #[test]
    fn initial_password_is_the_last_eight() {
        assert_eq!(*initial_password(" 11010120040102003x "), "0102003X");
        assert_eq!(*initial_password("123"), "123");
        assert_eq!(*initial_password(""), "");
    }
}
