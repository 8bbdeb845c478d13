//! ID numbers that stand in a file more than once, found with a few bytes for each row.

use std::collections::HashMap;

use crate::domain::packed_number::packed;

/// Most rows that one row is told to share its number with: more help nobody.
const PARTNERS: usize = 20;
/// Set in the keys of numbers that do not fit eight bytes.
const BY_TEXT: u64 = 1 << 63;

/// The numbers of the rows of a file.
#[derive(Debug, Default)]
pub struct Numbers {
    seen: Vec<Seen>,
    texts: HashMap<String, u64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Seen {
    key: u64,
    place: u32,
    row: u32,
}

/// A row whose number stands in another row too.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Double {
    /// Place of the row among the rows of data, from zero.
    pub place: usize,
    /// The row in the file, from one.
    pub row: usize,
    /// The first row with the number, in the file from one.
    pub one: usize,
    /// Another one.
    pub other: usize,
}

impl Numbers {
    /// Takes a number with the place of its row among the rows of data and its row in the file.
    pub fn add(&mut self, number: &str, place: usize, row: usize) {
        let key = packed(number).unwrap_or_else(|| self.key_of_text(number));
        // Both fit: a file has at most ten million rows with content.
        let short = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.seen.push(Seen { key, place: short(place), row: short(row) });
    }

    fn key_of_text(&mut self, number: &str) -> u64 {
        let next = BY_TEXT | self.texts.len() as u64;
        *self.texts.entry(number.to_owned()).or_insert(next)
    }

    /// The rows that share a number, in the order of the file: the first of a number once for each
    /// other, and each other once.
    pub fn doubles(mut self) -> Vec<Double> {
        self.seen.sort_unstable();
        let mut found = Vec::new();
        for group in self.seen.chunk_by(|a, b| a.key == b.key) {
            let Some((first, others)) = group.split_first() else { continue };
            for (n, other) in others.iter().enumerate() {
                let double = |seen: &Seen| Double {
                    place: seen.place as usize,
                    row: seen.row as usize,
                    one: first.row as usize,
                    other: other.row as usize,
                };
                if n < PARTNERS {
                    found.push(double(first));
                }
                found.push(double(other));
            }
        }
        found.sort_unstable();
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubles(numbers: &[&str]) -> Vec<(usize, usize, usize)> {
        let mut seen = Numbers::default();
        for (place, number) in numbers.iter().enumerate() {
            seen.add(number, place, place + 2);
        }
        seen.doubles()
            .into_iter()
            .map(|d| {
                assert_eq!(d.row, d.place + 2);
                (d.place, d.one, d.other)
            })
            .collect()
    }

    #[test]
    fn every_row_of_a_number_is_named() {
        let (card, passport) = ("320102200001015531", "H12345678");
        assert_eq!(doubles(&[card, passport, "32010220000101554X"]), []);
        assert_eq!(
            doubles(&[card, passport, card, passport, card]),
            [(0, 2, 4), (0, 2, 6), (1, 3, 5), (2, 2, 4), (3, 3, 5), (4, 2, 6)]
        );
    }

    #[test]
    fn one_number_in_every_row_does_not_take_ages() {
        let same = vec!["320102200001015531"; 1000];
        assert_eq!(doubles(&same).len(), 999 + PARTNERS);
    }
}
