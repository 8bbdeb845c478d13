//! Chance that can be repeated: the same seed gives the same office on every machine.

use chrono::{Days, NaiveTime, TimeDelta};

use crate::domain::ids::{Moment, Now};

/// A generator of the splitmix64 kind. It decides which invented street somebody lives in and is
/// good for nothing that must not be guessed.
pub(super) struct Chance {
    state: u64,
}

impl Chance {
    /// A stream of its own for each purpose, so that a longer list of members does not shift what
    /// happens to the transfers.
    pub(super) fn new(seed: u64, purpose: u64) -> Self {
        Self { state: seed ^ purpose.wrapping_mul(0xA076_1D64_78BD_642F) }
    }

    fn next(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`; zero where `n` is zero.
    pub(super) fn below(&mut self, n: usize) -> usize {
        let n = n.max(1) as u64;
        usize::try_from(self.next() % n).unwrap_or(0)
    }

    /// True once in `n` times.
    pub(super) fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of the words; empty where there are none.
    pub(super) fn word(&mut self, words: &[&'static str]) -> &'static str {
        words.get(self.below(words.len())).copied().unwrap_or("")
    }

    /// Puts a list into another order.
    pub(super) fn shuffle<T>(&mut self, list: &mut [T]) {
        for i in (1..list.len()).rev() {
            list.swap(i, self.below(i + 1));
        }
    }

    /// A moment of office hours, `days` days ago, and never one that has not come yet.
    pub(super) fn office_hour(&mut self, now: Now, days: usize) -> Moment {
        let day = now.today().checked_sub_days(Days::new(days as u64)).unwrap_or(now.today());
        let opening = TimeDelta::seconds(8 * 3600 + 1800 + self.below(9 * 3600) as i64);
        let local = day.and_time(NaiveTime::MIN) + opening;
        let moment = Now::from_local(local, now.offset).moment;
        if moment < now.moment {
            return moment;
        }
        Moment(now.moment.0 - 60 - self.below(3 * 3600) as i64)
    }
}

/// The words of a list, which blanks and lines separate.
pub(super) fn words(text: &'static str) -> Vec<&'static str> {
    text.split_whitespace().collect()
}

/// The lines of a list.
pub(super) fn lines(text: &'static str) -> Vec<&'static str> {
    text.lines().filter(|line| !line.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_repeats_and_purposes_differ() {
        let draw = |seed, purpose| {
            let mut chance = Chance::new(seed, purpose);
            (0..20).map(|_| chance.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(7, 1), draw(7, 1));
        assert_ne!(draw(7, 1), draw(7, 2));
        assert_ne!(draw(7, 1), draw(8, 1));
    }

    #[test]
    fn office_hours_are_never_in_the_future() {
        let midnight = chrono::NaiveDate::from_ymd_opt(2024, 6, 2).unwrap();
        let now = Now::from_local(midnight.and_hms_opt(0, 5, 0).unwrap(), 8 * 3600);
        let mut chance = Chance::new(1, 1);
        for days in [0, 0, 0, 1, 40] {
            assert!(chance.office_hour(now, days) < now.moment);
        }
    }
}
