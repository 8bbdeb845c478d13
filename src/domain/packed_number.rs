//! ID numbers in eight bytes: a million of them stay in memory where their texts would not.

/// Length of the number of a resident card.
const LENGTH: usize = 18;
/// How many characters the last place can have: digits and X.
const LAST_PLACE: u64 = 11;

/// A number of 18 characters, 17 digits and then a digit or X, as one integer; other numbers do not
/// fit. Two numbers are the same exactly where their integers are. The check character counts too,
/// because a number that is given as another document may have a wrong one.
pub fn packed(number: &str) -> Option<u64> {
    let bytes = number.as_bytes();
    let (last, digits) = bytes.split_last().filter(|_| bytes.len() == LENGTH)?;
    let last = if *last == b'X' { LAST_PLACE - 1 } else { digit(*last)? };
    let first = digits.iter().try_fold(0, |sum, byte| Some(sum * 10 + digit(*byte)?))?;
    Some(first * LAST_PLACE + last)
}

fn digit(byte: u8) -> Option<u64> {
    byte.is_ascii_digit().then(|| u64::from(byte - b'0'))
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn different_numbers_are_different_and_others_do_not_fit() {
        let mut seen = HashSet::new();
        for first in
            ["32010220000101553", "32010220000101554", "00000000000000000", "99999999999999999"]
        {
            for last in "0123456789X".chars() {
                assert!(seen.insert(packed(&format!("{first}{last}")).unwrap()));
            }
        }
        for other in
            ["", "H12345678", "3201022000010155311", "X20102200001015531", "32010220000101553x"]
        {
            assert_eq!(packed(other), None, "{other}");
        }
        assert_eq!(packed("团团团团团团"), None, "18 bytes");
    }
}
