//! The orders of a list of transfers, and how each is read from its index.
//!
//! Each index begins with the stage. A list of some stages is therefore a merge of ranges, which
//! SQLite does by itself for a UNION ALL with an order: it takes from each only what it gives out.

use crate::domain::filter::{Cursor, CursorKey, Direction, SortColumn};
use crate::domain::workflow::Stage;

/// One run of an order follows another: its keys are larger by so much. Instants are smaller until
/// the year 5138.
const STEP: i64 = 100_000_000_000;

/// Stages that are merged, and how many runs come before them.
pub(super) struct Run {
    stages: Vec<Stage>,
    rank: i64,
}

/// An order of the stages that are wanted.
pub(super) struct Order {
    column: &'static str,
    index: &'static str,
    runs: Vec<Run>,
    ranked: bool,
    bounds: Vec<(Stage, String)>,
}

impl Order {
    /// The order of a column over the stages, each with what bounds the column in it.
    pub(super) fn new(column: SortColumn, bounds: Vec<(Stage, String)>) -> Self {
        let (name, index, rank): (_, _, fn(Stage) -> i64) = match column {
            SortColumn::Transferee => ("name_key", "transfers_name", |_| 0),
            SortColumn::Origin => ("origin_name", "transfers_origin", |_| 0),
            SortColumn::Destination => ("destination_name", "transfers_destination", |_| 0),
            SortColumn::AppliedAt => ("applied_at", "transfers_applied", |_| 0),
            SortColumn::DoneAt => ("done_at", "transfers_done", |_| 0),
            // As the work goes, and in each stage the longest waiting first.
            SortColumn::Stage => ("since", "transfers_waiting", |stage| stage as i64),
            // Nobody waits for what has ended: it stands behind all that has not.
            SortColumn::Waiting => ("since", "transfers_waiting", |s| i64::from(s.is_final())),
        };
        let mut runs: Vec<Run> = Vec::new();
        for (stage, _) in &bounds {
            let rank = rank(*stage);
            match runs.iter_mut().find(|run| run.rank == rank) {
                Some(run) => run.stages.push(*stage),
                None => runs.push(Run { stages: vec![*stage], rank }),
            }
        }
        runs.sort_by_key(|run| run.rank);
        let ranked = matches!(column, SortColumn::Stage | SortColumn::Waiting);
        Self { column: name, index, runs, ranked, bounds }
    }

    /// The index that it is read from.
    #[cfg(test)]
    pub(super) fn index(&self) -> &'static str {
        self.index
    }

    /// The runs from a row on, in a direction, each with whether it begins at the row's key.
    pub(super) fn runs(&self, from: Option<&Cursor>, way: Direction) -> Vec<(&Run, bool)> {
        let at = from.map(|cursor| self.rank_of(cursor));
        let ahead = |run: &&Run| match way {
            Direction::Ascending => at.is_none_or(|at| run.rank >= at),
            Direction::Descending => at.is_none_or(|at| run.rank <= at),
        };
        let mut runs: Vec<(&Run, bool)> =
            self.runs.iter().filter(ahead).map(|run| (run, at == Some(run.rank))).collect();
        if way == Direction::Descending {
            runs.reverse();
        }
        runs
    }

    fn rank_of(&self, cursor: &Cursor) -> i64 {
        match &cursor.key {
            CursorKey::Number(key) if self.ranked => key.div_euclid(STEP),
            CursorKey::Number(_) | CursorKey::Text(_) => 0,
        }
    }

    /// The stored value in a row's key.
    pub(super) fn stored(&self, cursor: &Cursor) -> CursorKey {
        match &cursor.key {
            CursorKey::Number(key) if self.ranked => CursorKey::Number(key.rem_euclid(STEP)),
            key @ (CursorKey::Number(_) | CursorKey::Text(_)) => key.clone(),
        }
    }

    /// A key from the stored value of a row of a run.
    pub(super) fn key(&self, run: &Run, stored: CursorKey) -> CursorKey {
        match stored {
            CursorKey::Number(n) => CursorKey::Number(n + STEP * run.rank),
            text @ CursorKey::Text(_) => text,
        }
    }

    /// Row numbers and stored values of a run in order. `from` compares the pair of both with the
    /// parameters `:key` and `:row`.
    pub(super) fn sql(&self, run: &Run, from: Option<&str>, way: Direction) -> String {
        let column = self.column;
        let from =
            from.map_or(String::new(), |sign| format!(" AND ({column}, id) {sign} (:key, :row)"));
        let arms: Vec<String> = run
            .stages
            .iter()
            .map(|stage| {
                let bound = self.bounds.iter().find(|(of, _)| of == stage);
                let bound = bound.map_or("", |(_, bound)| bound.as_str());
                let id = stage.id();
                if *stage == Stage::Draft {
                    return format!(
                        "SELECT id, {column} FROM transfers INDEXED BY transfers_applicant
                         WHERE stage = 'draft' AND applicant_id = :me{bound}{from}"
                    );
                }
                format!(
                    "SELECT id, {column} FROM transfers INDEXED BY {}
                     WHERE stage = '{id}' AND stage <> 'draft'{bound}{from}",
                    self.index
                )
            })
            .collect();
        let way = word(way);
        format!("{} ORDER BY 2 {way}, 1 {way}", arms.join(" UNION ALL "))
    }

    /// The column that it sorts by.
    pub(super) fn column(&self) -> &'static str {
        self.column
    }
}

impl Run {
    /// The stages that are merged.
    pub(super) fn stages(&self) -> &[Stage] {
        &self.stages
    }
}

/// The comparison with the row where a page begins.
pub(super) fn sign(way: Direction, with_row: bool) -> &'static str {
    match (way, with_row) {
        (Direction::Ascending, false) => ">",
        (Direction::Ascending, true) => ">=",
        (Direction::Descending, false) => "<",
        (Direction::Descending, true) => "<=",
    }
}

/// A direction in SQL.
pub(super) fn word(way: Direction) -> &'static str {
    match way {
        Direction::Ascending => "ASC",
        Direction::Descending => "DESC",
    }
}
