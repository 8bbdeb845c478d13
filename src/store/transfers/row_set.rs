//! Sets of row numbers, a bit for each row there is: transfers are numbered without gaps.

/// A set of row numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::store) struct RowSet {
    bits: Vec<u8>,
    n_rows: usize,
}

impl RowSet {
    /// A set from its bits: of row n the bit n % 8 of the byte n / 8.
    pub(in crate::store) fn from_bits(bits: Vec<u8>) -> Self {
        let n_rows = bits.iter().map(|byte| byte.count_ones() as usize).sum();
        Self { bits, n_rows }
    }

    /// Adds a row.
    pub(super) fn insert(&mut self, row: i64) {
        let Ok(at) = usize::try_from(row >> 3) else { return };
        if at >= self.bits.len() {
            self.bits.resize(at + 1, 0);
        }
        if let Some(byte) = self.bits.get_mut(at) {
            let bit = 1 << (row & 7);
            self.n_rows += usize::from(*byte & bit == 0);
            *byte |= bit;
        }
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.n_rows
    }

    /// Whether a row is among them.
    pub(super) fn contains(&self, row: i64) -> bool {
        let byte = usize::try_from(row >> 3).ok().and_then(|at| self.bits.get(at));
        byte.is_some_and(|byte| byte >> (row & 7) & 1 != 0)
    }

    /// Those that are in both.
    pub(super) fn and(&self, other: &Self) -> Self {
        Self::from_bits(self.bits.iter().zip(&other.bits).map(|(a, b)| a & b).collect())
    }

    /// The rows as a list in JSON.
    pub(super) fn list(&self) -> String {
        let mut list = String::from("[");
        for (byte, place) in self.bits.iter().zip(0_i64..).filter(|(byte, _)| **byte != 0) {
            for bit in (0..8).filter(|bit| byte >> bit & 1 != 0) {
                list.push_str(&(place << 3 | bit).to_string());
                list.push(',');
            }
        }
        if list.ends_with(',') {
            list.pop();
        }
        list + "]"
    }
}

impl FromIterator<i64> for RowSet {
    fn from_iter<I: IntoIterator<Item = i64>>(rows: I) -> Self {
        let mut set = Self::default();
        rows.into_iter().for_each(|row| set.insert(row));
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn it_is_a_set_of_numbers() {
        let cases: [&[i64]; 4] = [&[], &[1], &[7, 8, 7, 1000, 63], &[3, 8, 9, 1000, 1001, -4]];
        for a in cases {
            for b in cases {
                let (x, y): (RowSet, RowSet) =
                    (a.iter().copied().collect(), b.iter().copied().collect());
                let of = |rows: &[i64]| -> BTreeSet<i64> {
                    rows.iter().copied().filter(|row| *row >= 0).collect()
                };
                let both = of(a).intersection(&of(b)).copied().collect::<Vec<_>>();
                assert_eq!(x.and(&y).len(), both.len());
                assert_eq!(x.and(&y).list().replace(' ', ""), format!("{both:?}").replace(' ', ""));
                assert!(of(a).iter().all(|row| x.contains(*row)) && !x.contains(2));
                assert_eq!(RowSet::from_bits(x.bits.clone()), x);
            }
        }
    }
}
