//! The rows of a preview: all are counted, the first of each sort are kept to be shown.

use std::collections::BTreeMap;

use crate::domain::intake::Duplicates;
use crate::domain::order::{ImportPreview, ImportRow, ImportVerdict};
use crate::exchange::columns::{ColumnPlan, KnownField};
use crate::exchange::sheet_file::SheetFile;

/// Most rows with something to mend that are listed: more than anybody mends by hand.
const PROBLEMS: usize = 10_000;
/// Most good rows that are listed, to see how the columns were understood.
const GOOD: usize = 1_000;
/// How many rows a note names.
const NAMED: usize = 8;

/// Collects what is shown of the rows of a file, which may come in any order.
#[derive(Debug, Default)]
pub(super) struct Listing {
    counts: Counts,
    good: BTreeMap<usize, ImportRow>,
    problems: BTreeMap<usize, ImportRow>,
    in_file: usize,
    in_transfer: usize,
    /// Rows whose ID number was raised from 15 digits: how many, and the first.
    n_raised: usize,
    raised: Vec<usize>,
}

#[derive(Debug, Default)]
struct Counts {
    good: usize,
    bad: usize,
    present: usize,
}

impl Counts {
    fn of(&mut self, verdict: &ImportVerdict) -> &mut usize {
        match verdict {
            ImportVerdict::Good => &mut self.good,
            ImportVerdict::Bad(_) => &mut self.bad,
            ImportVerdict::Present(_) => &mut self.present,
        }
    }
}

impl Listing {
    /// Counts a row and keeps it if it is among the first of its sort. `shown` gives its name and
    /// key, and is asked only then.
    pub(super) fn add(
        &mut self,
        row: usize,
        verdict: ImportVerdict,
        shown: impl FnOnce() -> (String, String),
    ) {
        *self.counts.of(&verdict) += 1;
        self.keep(row, verdict, shown);
    }

    /// Notes that a row counted as present is on the way here by a transfer.
    pub(super) fn is_moving(&mut self) {
        self.in_transfer += 1;
    }

    /// Takes such a note back: the row is to be mended after all.
    pub(super) fn is_not_moving(&mut self) {
        self.in_transfer = self.in_transfer.saturating_sub(1);
    }

    /// Notes that the ID number of a row was raised from 15 digits to 18.
    pub(super) fn is_raised(&mut self, row: usize) {
        self.n_raised += 1;
        if self.raised.len() < NAMED {
            self.raised.push(row);
        }
    }

    /// Notes that a row shares its number with another of the file.
    pub(super) fn is_double(&mut self) {
        self.in_file += 1;
    }

    /// Puts right what was said of a row: it counted as `was` and is to be mended after all.
    pub(super) fn recount(&mut self, row: usize, was: &ImportVerdict) {
        *self.counts.of(was) -= 1;
        self.counts.bad += 1;
        self.good.remove(&row);
    }

    /// Keeps a row that is counted already, in place of what was kept of it.
    pub(super) fn keep(
        &mut self,
        row: usize,
        verdict: ImportVerdict,
        shown: impl FnOnce() -> (String, String),
    ) {
        let (rows, most) = match &verdict {
            ImportVerdict::Good => (&mut self.good, GOOD),
            ImportVerdict::Bad(_) | ImportVerdict::Present(_) => (&mut self.problems, PROBLEMS),
        };
        if rows.len() >= most && rows.last_key_value().is_some_and(|(last, _)| row > *last) {
            return;
        }
        let (name, key) = shown();
        rows.insert(row, ImportRow { row, name, key, verdict });
        if rows.len() > most {
            rows.pop_last();
        }
    }

    /// Whether a row to be mended would be kept.
    pub(super) fn keeps_problem(&self, row: usize) -> bool {
        self.problems.len() < PROBLEMS
            || self.problems.last_key_value().is_some_and(|(last, _)| row <= *last)
    }

    /// The preview of a file: how it was read, counts, rows in the order of the file.
    pub(super) fn preview<F: KnownField>(
        self,
        sheet: &SheetFile,
        plan: &ColumnPlan<F>,
    ) -> ImportPreview {
        let (notes, duplicates) = (self.notes(sheet, plan), self.duplicates());
        let mut rows = self.problems;
        rows.extend(self.good);
        let delimiter = sheet.text_form().map_or("", |(_, delimiter)| delimiter.label());
        ImportPreview {
            file: sheet.name().to_owned(),
            format: sheet.encoding().to_owned(),
            columns: plan.shown(),
            counts: (self.counts.good, self.counts.bad, self.counts.present),
            duplicates,
            sheet: sheet.sheet_names().get(sheet.sheet_place()).cloned().unwrap_or_default(),
            delimiter: delimiter.to_owned(),
            header_row: plan.header_row,
            notes,
            rows: rows.into_values().collect(),
        }
    }

    fn duplicates(&self) -> Duplicates {
        let in_database = self.counts.present.saturating_sub(self.in_transfer);
        Duplicates { in_file: self.in_file, in_database, in_transfer: self.in_transfer }
    }

    fn notes<F: KnownField>(&self, sheet: &SheetFile, plan: &ColumnPlan<F>) -> Vec<String> {
        let mut notes = sheet.notes();
        if plan.remembered {
            let said = "列的对应沿用上次同样表头时选的，按 4 可以改。";
            notes.insert(0, said.to_owned());
        }
        if self.n_raised > 0 {
            let named: Vec<String> = self.raised.iter().map(ToString::to_string).collect();
            let more = if self.n_raised > NAMED { "等" } else { "" };
            notes.push(format!(
                "第 {} 行{more} {} 个 15 位旧身份证号已升为 18 位，请对照证件核对。",
                named.join("、"),
                self.n_raised
            ));
        }
        notes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bad() -> ImportVerdict {
        ImportVerdict::Bad(Vec::new())
    }

    fn name(row: usize) -> (String, String) {
        (row.to_string(), String::new())
    }

    #[test]
    fn all_rows_count_and_the_first_are_kept() {
        let mut listing = Listing::default();
        for row in (0..PROBLEMS + 5).rev() {
            listing.add(row, bad(), || name(row));
        }
        assert!(listing.keeps_problem(PROBLEMS - 1) && !listing.keeps_problem(PROBLEMS));
        for row in PROBLEMS + 5..PROBLEMS + 5 + GOOD + 7 {
            listing.add(row, ImportVerdict::Good, || name(row));
        }
        assert_eq!((listing.counts.good, listing.counts.bad), (GOOD + 7, PROBLEMS + 5));
        let kept: Vec<_> = listing.problems.keys().copied().collect();
        assert_eq!(kept, (0..PROBLEMS).collect::<Vec<_>>());
        let good: Vec<_> = listing.good.keys().copied().collect();
        assert_eq!(good, (PROBLEMS + 5..PROBLEMS + 5 + GOOD).collect::<Vec<_>>());
    }

    #[test]
    fn a_row_that_turns_out_bad_moves() {
        let mut listing = Listing::default();
        listing.add(2, ImportVerdict::Good, || name(2));
        listing.add(3, ImportVerdict::Present("x".to_owned()), || name(3));
        listing.recount(2, &ImportVerdict::Good);
        listing.keep(2, bad(), || name(2));
        listing.recount(3, &ImportVerdict::Present(String::new()));
        listing.keep(3, bad(), || name(3));
        let Counts { good, bad: n_bad, present } = listing.counts;
        assert_eq!((good, n_bad, present, listing.good.len()), (0, 2, 0, 0));
        assert!(listing.problems.values().all(|row| row.verdict == bad()));
    }
}
