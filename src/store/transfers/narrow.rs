//! Few of many: the conditions of a question whose rows an index can hand out by themselves.
//!
//! A walk along the index of an order finds a page at once where most rows fit. Where few fit, their
//! row numbers are gathered first, from indexes alone: then either they are so few that they are
//! read and sorted, or the walk steps over all others without reading them.

use std::sync::Arc;

use super::clause::Clause;
use super::row_set::RowSet;
use crate::domain::account::Role;
use crate::domain::filter::{SortColumn, TransferQuery, View};
use crate::domain::ids::Moment;
use crate::domain::workflow::Stage;
use crate::rules::Rules;
use crate::store::fault::{Stored, Told};
use crate::store::scope::TURN;
use crate::store::tallies::{ByStage, Tallied};
use crate::store::{Desk, Store};

/// Row numbers that are kept for the next page.
pub(super) type Ids = Arc<RowSet>;

/// Most sets that are kept for the next page; of a million rows each takes 125 KB.
const MOST_SETS: usize = 16;

/// One condition: a statement that gives the row numbers of all that meet it, and maybe of others.
pub(super) struct Narrow {
    sql: String,
    /// Its rows, where they are at hand already.
    pub(super) rows: Option<Ids>,
    /// How many, where it is known.
    pub(super) estimate: Option<i64>,
}

/// What the tallies tell of a question.
pub(super) struct Known {
    /// This person's.
    pub(super) mine: Tallied,
    whole: ByStage,
    org: Option<ByStage>,
}

/// Sets that were gathered since the database last changed.
#[derive(Default)]
pub(in crate::store) struct Gathered {
    version: (i64, u64),
    sets: Vec<(String, Option<Ids>)>,
}

/// What bounds the rows of a stage.
pub(super) struct Span {
    /// The stage.
    pub(super) stage: Stage,
    /// Standing there since before this instant.
    since: Option<i64>,
    /// Ended at or after this instant.
    done_from: Option<i64>,
    /// Ended before this instant.
    done_before: Option<i64>,
}

impl Span {
    fn since_sql(&self) -> String {
        self.since.map_or(String::new(), |before| format!(" AND since < {before}"))
    }

    fn done_sql(&self) -> String {
        let from = self.done_from.map(|from| format!(" AND done_at >= {from}"));
        let before = self.done_before.map(|before| format!(" AND done_at < {before}"));
        from.unwrap_or_default() + &before.unwrap_or_default()
    }

    /// What bounds the column of an order, for SQL.
    pub(super) fn bound(&self, column: SortColumn) -> String {
        match column {
            SortColumn::Waiting | SortColumn::Stage => self.since_sql(),
            SortColumn::DoneAt => self.done_sql(),
            SortColumn::Transferee
            | SortColumn::Origin
            | SortColumn::Destination
            | SortColumn::AppliedAt => String::new(),
        }
    }

    fn ids_sql(&self, index: &str, bound: &str) -> String {
        format!(
            "SELECT id FROM transfers INDEXED BY {index} WHERE stage = '{}' AND stage <> 'draft'{bound}",
            self.stage.id()
        )
    }
}

impl Desk<'_> {
    /// The stages that a question can have rows in, and what bounds them.
    pub(super) fn spans(
        &self,
        query: &TransferQuery,
        rules: &Rules,
        tallied: &Tallied,
    ) -> Vec<Span> {
        let before = query.waiting_days.map(|days| self.now.waiting_since(days).0);
        let (from, until) = (query.done_from.map(|m| m.0), query.done_before.map(|m| m.0));
        let ended_only = from.is_some_and(|from| from > 0) || until.is_some();
        let limits = self.limits(rules);
        let limit = |stage| limits.iter().find(|(of, _)| *of == stage).map(|(_, before)| *before);
        let in_view = |stage: Stage| match query.view {
            View::All | View::Initiated => stage != Stage::Draft || tallied.has_drafts(),
            View::Waiting => stage.is_open() && self.actor.role == Role::Administrator,
            View::Overdue => limit(stage).is_some(),
            View::Returned => stage == Stage::Returned,
            View::Completed => stage == Stage::Completed,
        };
        let wanted = Stage::ALL.iter().copied().filter(|stage| {
            in_view(*stage)
                && (query.stages.is_empty() || query.stages.contains(stage))
                && (before.is_none() || stage.is_open())
                && (!ended_only || stage.is_final())
        });
        let of_view = |stage| if query.view == View::Overdue { limit(stage) } else { None };
        wanted
            .map(|stage| Span {
                stage,
                since: before.into_iter().chain(of_view(stage)).min(),
                done_from: from,
                done_before: until,
            })
            .collect()
    }

    /// The conditions of a question, in some stages, that can be gathered.
    pub(super) fn narrows(
        &self,
        query: &TransferQuery,
        spans: &[&Span],
        known: &Known,
    ) -> Stored<Vec<Narrow>> {
        let stages: Vec<Stage> = spans.iter().map(|span| span.stage).collect();
        let stages = stages.as_slice();
        let scope = self.scope(stages, &known.mine);
        let mut narrows = match query.view {
            // Whose move it is may see it: the scope would be gathered for nothing.
            View::Waiting => vec![turn(stages, &known.mine)],
            View::Initiated => vec![scope, initiated(stages, &known.mine)],
            View::Overdue | View::Returned | View::Completed | View::All => vec![scope],
        };
        if let Some(org) = &known.org {
            let sql = paths(&["origin", "destination"], stages, (":org", ":org_end"));
            narrows.push(Narrow::of(sql, Some(org.of_all(stages))));
        }
        if query.reason.is_some() {
            let sql = "SELECT id FROM transfers WHERE reason = :reason AND reason <> ''".to_owned();
            narrows.push(Narrow::of(sql, None));
        }
        let by_since = matches!(query.sort.column, SortColumn::Waiting | SortColumn::Stage);
        if spans.iter().any(|span| span.since.is_some()) && !by_since {
            narrows
                .push(union(spans.iter().map(|s| s.ids_sql("transfers_waiting", &s.since_sql()))));
        }
        let dated =
            query.done_from.is_some_and(|Moment(from)| from > 0) || query.done_before.is_some();
        if dated && query.sort.column != SortColumn::DoneAt {
            narrows.push(union(spans.iter().map(|s| s.ids_sql("transfers_done", &s.done_sql()))));
        }
        narrows.extend(self.search(query.search.trim())?);
        Ok(narrows)
    }

    /// What the tallies tell of a question.
    pub(super) fn known(&self, query: &TransferQuery) -> Stored<Known> {
        let root = self.actor.org_path.ids().next();
        let whole =
            root.map_or(Ok(ByStage::default()), |root| Tallied::seen_by(self.store, root))?;
        let org = query.org.map(|org| Tallied::seen_by(self.store, org)).transpose()?;
        Ok(Known { mine: self.tallied()?, whole, org })
    }

    /// What a search text narrows a list to.
    fn search(&self, text: &str) -> Stored<Option<Narrow>> {
        if text.is_empty() {
            return Ok(None);
        }
        let rows = self.store.kept(&format!("search {text}"), || {
            let bits = self.store.search_transfers(text)?;
            Ok(bits.map(|bits| Arc::new(RowSet::from_bits(bits))))
        })?;
        Ok(rows.map(|rows| {
            let estimate = i64::try_from(rows.len()).ok();
            Narrow { rows: Some(rows), ..Narrow::of(String::new(), estimate) }
        }))
    }

    /// What this person may see.
    fn scope(&self, stages: &[Stage], mine: &Tallied) -> Narrow {
        if self.actor.role == Role::Member {
            return Narrow::of(OWN.to_owned(), Some(0));
        }
        let sides = paths(&["origin", "destination", "province"], stages, (":lo", ":hi"));
        Narrow::of(format!("{sides} UNION ALL {OWN}"), Some(mine.visible(stages)))
    }
}

/// What a person filled in, and their own membership.
const OWN: &str = "SELECT id FROM transfers INDEXED BY transfers_applicant WHERE applicant_id = :me
    UNION ALL SELECT id FROM transfers INDEXED BY transfers_person WHERE person_number = :id";

impl Narrow {
    fn of(sql: String, estimate: Option<i64>) -> Self {
        Self { sql, estimate, rows: None }
    }
}

impl Known {
    /// About how many transfers there are in some stages.
    pub(super) fn n_rows(&self, stages: &[Stage]) -> i64 {
        self.whole.of_all(stages).max(self.mine.visible(stages)) + self.mine.kept(stages)
    }
}

fn listed(stages: &[Stage]) -> String {
    let ids: Vec<String> = stages.iter().map(|stage| format!("'{}'", stage.id())).collect();
    format!("stage IN ({})", ids.join(", "))
}

/// Transfers with a side in a range of paths.
fn paths(sides: &[&str], stages: &[Stage], (lo, hi): (&str, &str)) -> String {
    let stages = listed(stages);
    union_of(sides.iter().map(|side| {
        format!(
            "SELECT id FROM transfers INDEXED BY transfers_{side}_path
             WHERE {stages} AND {side}_path >= {lo} AND {side}_path < {hi} AND {side}_path <> ''"
        )
    }))
}

fn turn(stages: &[Stage], mine: &Tallied) -> Narrow {
    let sql = format!(
        "SELECT id FROM transfers INDEXED BY transfers_turn
         WHERE {} AND ({TURN}) >= :lo AND ({TURN}) < :hi AND stage IN {}",
        listed(stages),
        super::OPEN
    );
    Narrow::of(sql, Some(mine.turn(stages)))
}

fn initiated(stages: &[Stage], mine: &Tallied) -> Narrow {
    let side = "SELECT id FROM transfers INDEXED BY transfers_applying
        WHERE applicant_path = :own_path AND applicant_path <> ''";
    // These indexes hold all stages.
    let estimate = if stages.len() > 1 { mine.made(Stage::ALL) } else { mine.made(stages) };
    Narrow::of(format!("{side} UNION ALL {OWN}"), Some(estimate))
}

fn union(arms: impl Iterator<Item = String>) -> Narrow {
    Narrow::of(union_of(arms), None)
}

fn union_of(arms: impl Iterator<Item = String>) -> String {
    arms.collect::<Vec<_>>().join(" UNION ALL ")
}

impl Store {
    /// The row numbers that meet all of these, and maybe others; none where there is nothing to
    /// gather by.
    pub(super) fn gather(&self, narrows: &[&Narrow], clause: &Clause) -> Stored<Option<Ids>> {
        let mut all: Option<Ids> = None;
        for narrow in narrows {
            let these = self.ids(narrow, clause)?;
            all = Some(all.map_or(these.clone(), |ids| Arc::new(ids.and(&these))));
        }
        Ok(all)
    }

    fn ids(&self, narrow: &Narrow, clause: &Clause) -> Stored<Ids> {
        if let Some(rows) = &narrow.rows {
            return Ok(rows.clone());
        }
        let mark = format!("{}{}", narrow.sql, clause.mark());
        let ids = self.kept(&mark, || self.read_ids(&narrow.sql, clause).map(Some))?;
        Ok(ids.unwrap_or_default())
    }

    /// A set that was made since the database last changed, or one that is made now.
    fn kept(&self, mark: &str, make: impl FnOnce() -> Stored<Option<Ids>>) -> Stored<Option<Ids>> {
        let version = self.version()?;
        let mut gathered = self.gathered.borrow_mut();
        if gathered.version != version {
            *gathered = Gathered { version, sets: Vec::new() };
        }
        if let Some((_, ids)) = gathered.sets.iter().find(|(of, _)| of == mark) {
            return Ok(ids.clone());
        }
        let ids = make()?;
        gathered.keep(mark.to_owned(), ids.clone());
        Ok(ids)
    }

    fn read_ids(&self, sql: &str, clause: &Clause) -> Stored<Ids> {
        let mut statement = self.connection.prepare_cached(sql).told()?;
        clause.give(&mut statement)?;
        let mut rows = statement.raw_query();
        let mut ids = RowSet::default();
        while let Some(row) = rows.next().told()? {
            ids.insert(row.get(0).told()?);
        }
        Ok(Arc::new(ids))
    }

    /// What is another number after every change, by this connection or another.
    fn version(&self) -> Stored<(i64, u64)> {
        let mut statement = self.connection.prepare_cached("PRAGMA data_version").told()?;
        let others = statement.query_row([], |r| r.get(0)).told()?;
        Ok((others, self.connection.total_changes()))
    }
}

impl Gathered {
    fn keep(&mut self, mark: String, ids: Option<Ids>) {
        if self.sets.len() >= MOST_SETS {
            self.sets.remove(0);
        }
        self.sets.push((mark, ids));
    }
}
