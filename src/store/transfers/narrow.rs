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
use crate::store::tallies::Tallied;
use crate::store::{Desk, Store};

/// Row numbers that are kept for the next page.
pub(super) type Ids = Arc<RowSet>;

/// More row numbers than these are not gathered for a condition whose size nobody knows before: a
/// walk soon finds a page among so many.
const MOST_UNKNOWN: usize = 150_000;

/// Most sets that are kept for the next page; of a million rows each takes 125 KB.
const MOST_SETS: usize = 6;

/// One condition: a statement that gives the row numbers of all that meet it, and maybe of others.
pub(super) struct Narrow {
    sql: String,
    /// Its rows, where they are at hand already.
    pub(super) rows: Option<Ids>,
    /// How many, where it is known.
    pub(super) estimate: Option<i64>,
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

    /// The conditions of a question that can be gathered.
    pub(super) fn narrows(
        &self,
        query: &TransferQuery,
        (spans, tallied): (&[Span], &Tallied),
    ) -> Stored<Vec<Narrow>> {
        let mut narrows = vec![self.scope(tallied)];
        match query.view {
            View::Waiting => narrows.push(turn(tallied)),
            View::Initiated => narrows.push(initiated(tallied)),
            View::Overdue | View::Returned | View::Completed | View::All => {}
        }
        if let Some(org) = query.org {
            narrows.push(below(Tallied::seen_by(self.store, org)?));
        }
        if query.reason.is_some() {
            let sql = "SELECT id FROM transfers WHERE reason = :reason AND reason <> ''".to_owned();
            narrows.push(Narrow { sql, estimate: None, rows: None });
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
            Narrow { sql: String::new(), estimate, rows: Some(rows) }
        }))
    }

    /// What this person may see.
    fn scope(&self, tallied: &Tallied) -> Narrow {
        let own = "SELECT id FROM transfers INDEXED BY transfers_applicant WHERE applicant_id = :me
            UNION ALL SELECT id FROM transfers INDEXED BY transfers_person WHERE person_number = :id";
        if self.actor.role == Role::Member {
            return Narrow { sql: own.to_owned(), estimate: Some(0), rows: None };
        }
        let sql = format!(
            "{} UNION ALL {own}",
            paths(&["origin", "destination", "province"], "lo", "hi")
        );
        Narrow { sql, estimate: Some(tallied.visible()), rows: None }
    }
}

/// Transfers with a side in a range of paths.
fn paths(sides: &[&str], lo: &str, hi: &str) -> String {
    let arm = |side: &&str| {
        format!(
            "SELECT id FROM transfers INDEXED BY transfers_{side}_path
             WHERE {side}_path >= :{lo} AND {side}_path < :{hi} AND {side}_path <> ''"
        )
    };
    sides.iter().map(arm).collect::<Vec<_>>().join(" UNION ALL ")
}

fn below(n_seen: i64) -> Narrow {
    let sql = paths(&["origin", "destination"], "org", "org_end");
    Narrow { sql, estimate: Some(n_seen), rows: None }
}

fn turn(tallied: &Tallied) -> Narrow {
    let sql = format!(
        "SELECT id FROM transfers INDEXED BY transfers_turn
         WHERE ({TURN}) >= :lo AND ({TURN}) < :hi AND stage IN {}",
        super::OPEN
    );
    Narrow { sql, estimate: Some(tallied.turn), rows: None }
}

fn initiated(tallied: &Tallied) -> Narrow {
    let sql = "SELECT id FROM transfers INDEXED BY transfers_applicant WHERE applicant_id = :me
        UNION ALL SELECT id FROM transfers INDEXED BY transfers_applying
            WHERE applicant_path = :own_path AND applicant_path <> ''
        UNION ALL SELECT id FROM transfers INDEXED BY transfers_person WHERE person_number = :id";
    Narrow { sql: sql.to_owned(), estimate: Some(tallied.made()), rows: None }
}

fn union(arms: impl Iterator<Item = String>) -> Narrow {
    Narrow { sql: arms.collect::<Vec<_>>().join(" UNION ALL "), estimate: None, rows: None }
}

impl Store {
    /// The row numbers that meet all of these, and maybe others; none where nothing could be
    /// gathered, since too many meet each.
    pub(super) fn gather(&self, narrows: &[&Narrow], clause: &Clause) -> Stored<Option<Ids>> {
        let mut sorted = narrows.to_vec();
        sorted.sort_by_key(|narrow| narrow.estimate.unwrap_or(i64::MAX));
        let mut all: Option<Ids> = None;
        for narrow in sorted {
            let Some(these) = self.ids(narrow, clause)? else { continue };
            all = Some(match all {
                None => these,
                Some(ids) => Arc::new(ids.and(&these)),
            });
        }
        Ok(all)
    }

    fn ids(&self, narrow: &Narrow, clause: &Clause) -> Stored<Option<Ids>> {
        if let Some(rows) = &narrow.rows {
            return Ok(Some(rows.clone()));
        }
        let most = if narrow.estimate.is_some() { usize::MAX } else { MOST_UNKNOWN };
        let mark = format!("{}{}", narrow.sql, clause.mark());
        self.kept(&mark, || self.read_ids(&narrow.sql, clause, most))
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

    fn read_ids(&self, sql: &str, clause: &Clause, most: usize) -> Stored<Option<Ids>> {
        let mut statement = self.connection.prepare_cached(sql).told()?;
        clause.give(&mut statement)?;
        let mut rows = statement.raw_query();
        let mut ids = RowSet::default();
        while let Some(row) = rows.next().told()? {
            ids.insert(row.get(0).told()?);
            if ids.len() > most {
                return Ok(None);
            }
        }
        Ok(Some(Arc::new(ids)))
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
