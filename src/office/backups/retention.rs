//! Which automatic backups stay (security.md 5): the newest of each of 7 days, 4 weeks and 12 months
//! that have one, and the last 3 that were made before a risky step. Only names decide, so that
//! a table can show it.

use std::collections::BTreeSet;

use chrono::{Datelike, NaiveDateTime};

use super::Occasion;

const DAYS: usize = 7;
const WEEKS: usize = 4;
const MONTHS: usize = 12;
const BEFORE_A_STEP: usize = 3;

/// The places in `made` of those that may be deleted. `made` is any order; each file under an
/// automatic name was verified before it got that name, so the newest of all always stays.
pub(super) fn superfluous(made: &[(NaiveDateTime, Occasion)]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..made.len()).collect();
    order.sort_by_key(|i| std::cmp::Reverse(made[*i].0));
    let mut kept: BTreeSet<usize> = order.iter().take(1).copied().collect();
    let of = |pick: fn(Occasion) -> bool| order.iter().copied().filter(move |i| pick(made[*i].1));
    let daily = || of(|occasion| occasion == Occasion::Daily);
    kept.extend(newest_of_each(daily(), DAYS, |i| made[i].0.date()));
    kept.extend(newest_of_each(daily(), WEEKS, |i| {
        let week = made[i].0.date().iso_week();
        (week.year(), week.week())
    }));
    kept.extend(newest_of_each(daily(), MONTHS, |i| (made[i].0.year(), made[i].0.month())));
    kept.extend(of(|occasion| occasion != Occasion::Daily).take(BEFORE_A_STEP));
    order.into_iter().filter(|i| !kept.contains(i)).collect()
}

/// Of backups from the newest on, the first of each of the first `most` groups.
fn newest_of_each<G: Ord>(
    newest_first: impl Iterator<Item = usize>,
    most: usize,
    group: impl Fn(usize) -> G,
) -> Vec<usize> {
    let mut seen = BTreeSet::new();
    newest_first.filter(|i| seen.insert(group(*i))).take(most).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::{Days, NaiveDate};

    fn at(day: NaiveDate, hour: u32) -> NaiveDateTime {
        day.and_hms_opt(hour, 0, 0).unwrap()
    }

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    /// What stays, as texts, from the newest on.
    fn staying(made: &[(NaiveDateTime, Occasion)]) -> Vec<String> {
        let gone = superfluous(made);
        let mut left: Vec<NaiveDateTime> =
            (0..made.len()).filter(|i| !gone.contains(i)).map(|i| made[i].0).collect();
        left.sort_by_key(|at| std::cmp::Reverse(*at));
        left.iter().map(|at| at.format("%m-%d %H").to_string()).collect()
    }

    fn days(from: &str, n: u64) -> Vec<(NaiveDateTime, Occasion)> {
        let first = date(from);
        (0..n).map(|i| (at(first + Days::new(i), 9), Occasion::Daily)).collect()
    }

    #[test]
    fn each_rule_keeps_what_the_table_says() {
        use Occasion::{BeforeImport, Daily};
        let table: [(&str, Vec<(NaiveDateTime, Occasion)>, &[&str]); 5] = [
            ("none", vec![], &[]),
            ("one stays for ever", days("2020-01-01", 1), &["01-01 09"]),
            (
                "the newest of a day",
                vec![(at(date("2026-06-02"), 8), Daily), (at(date("2026-06-02"), 9), Daily)],
                &["06-02 09"],
            ),
            (
                // 2026-06-30 is a Tuesday: days 24 to 30, Sundays 28, 21 and 14, the last of May.
                "days, weeks and months",
                days("2026-05-25", 37),
                &[
                    "06-30 09", "06-29 09", "06-28 09", "06-27 09", "06-26 09", "06-25 09",
                    "06-24 09", "06-21 09", "06-14 09", "05-31 09",
                ],
            ),
            (
                "three before a step, beside the daily ones",
                (0..5)
                    .map(|i| (at(date("2026-06-02"), 10 + i), BeforeImport))
                    .chain(days("2026-06-02", 1))
                    .collect(),
                &["06-02 14", "06-02 13", "06-02 12", "06-02 09"],
            ),
        ];
        for (what, made, wanted) in table {
            assert_eq!(staying(&made), wanted, "{what}");
        }
    }

    #[test]
    fn years_of_days_leave_23_at_most_and_always_the_newest() {
        let made = days("2023-01-01", 1200);
        for n in [1, 2, 8, 40, 400, 1200] {
            let some = &made[..n];
            let gone = superfluous(some);
            assert!(!gone.contains(&(n - 1)), "{n}: the newest stays");
            assert!(n - gone.len() <= DAYS + WEEKS + MONTHS, "{n}: {}", n - gone.len());
        }
        assert!(1200 - superfluous(&made).len() >= DAYS + MONTHS);
    }

    #[test]
    fn pruning_day_by_day_keeps_the_same_reach() {
        let mut kept: Vec<(NaiveDateTime, Occasion)> = Vec::new();
        for made in days("2024-01-01", 500) {
            kept.push(made);
            let gone = superfluous(&kept);
            kept = kept
                .iter()
                .enumerate()
                .filter(|(i, _)| !gone.contains(i))
                .map(|(_, k)| *k)
                .collect();
        }
        let oldest = kept.iter().map(|(at, _)| *at).min().unwrap();
        assert_eq!(oldest.format("%Y-%m").to_string(), "2024-06", "twelve months back: {kept:?}");
    }
}
