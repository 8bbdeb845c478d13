//! Lists of transfers: scoped, filtered, sorted, paged by key and never by offset.

use std::borrow::Cow;

use rusqlite::types::Value;
use rusqlite::{Row, ToSql};

use super::row;
use crate::domain::account::Role;
use crate::domain::filter::{
    Counts, Cursor, CursorKey, Direction, Page, SortColumn, TransferQuery, View,
};
use crate::domain::ids::Moment;
use crate::domain::transfer::TransferRow;
use crate::domain::workflow::Stage;
use crate::rules::Rules;
use crate::store::Desk;
use crate::store::fault::{Stored, Told};
use crate::store::scope::{TRANSFERS, WAITING};

/// A WHERE clause under way: conditions joined by AND, with the values of their parameters.
pub(super) struct Clause {
    conditions: Vec<String>,
    values: Vec<(String, Value)>,
    /// A search found so few rows that it is cheapest to sort them.
    few: bool,
}

impl Clause {
    fn and(&mut self, condition: impl Into<String>) {
        self.conditions.push(condition.into());
    }

    fn bind(&mut self, name: &str, value: impl Into<Value>) {
        self.values.push((name.to_owned(), value.into()));
    }

    fn and_with(&mut self, condition: &str, name: &str, value: impl Into<Value>) {
        self.and(condition);
        self.bind(name, value);
    }

    /// Only what was applied for after a row, in the order of application.
    pub(super) fn after_applied(&mut self, row: &TransferRow) {
        // The row of a draft shows no instant of application, so the stored one is asked for.
        self.and(
            "(t.applied_at, t.id) > ((SELECT applied_at FROM transfers WHERE id = :after_id), :after_id)",
        );
        self.bind(":after_id", row.id.0);
    }

    pub(super) fn text(&self) -> String {
        self.conditions.iter().map(|c| format!("({c})")).collect::<Vec<_>>().join(" AND ")
    }

    /// The parameters that the statement really has: an unused one would be refused.
    pub(super) fn params<'a>(&'a self, sql: &str) -> Vec<(&'a str, &'a dyn ToSql)> {
        let used = |name: &str| {
            sql.match_indices(name).any(|(at, _)| {
                let after = sql.get(at + name.len()..).and_then(|rest| rest.chars().next());
                !after.is_some_and(|c| c.is_ascii_alphanumeric() || c == '_')
            })
        };
        self.values
            .iter()
            .filter(|(name, _)| used(name))
            .map(|(name, value)| (name.as_str(), value as &dyn ToSql))
            .collect()
    }
}

impl Desk<'_> {
    /// The clause of what this person may see, with the values every condition here may name.
    pub(super) fn scoped(&self) -> Clause {
        let bounds = self.bounds();
        let mut clause = Clause { conditions: Vec::new(), values: Vec::new(), few: false };
        clause.and(TRANSFERS);
        clause.bind(":lo", bounds.lo);
        clause.bind(":hi", bounds.hi);
        clause.bind(":me", bounds.me);
        clause.bind(":id", bounds.id);
        clause.bind(":own_path", self.actor.org_path.as_str().to_owned());
        clause
    }

    pub(super) fn clause(&self, query: &TransferQuery, rules: &Rules) -> Stored<Clause> {
        let mut clause = self.scoped();
        clause.and(self.view(query.view, rules));
        if !query.stages.is_empty() {
            let ids: Vec<String> = query.stages.iter().map(|s| format!("'{}'", s.id())).collect();
            clause.and(format!("t.stage IN ({})", ids.join(", ")));
        }
        if let Some(reason) = query.reason {
            clause.and_with("t.reason = :reason", ":reason", reason.id().to_owned());
        }
        if let Some(days) = query.waiting_days {
            let Moment(before) = self.now.waiting_since(days);
            let open = format!("t.since < :before AND t.stage IN {}", super::OPEN);
            clause.and_with(&open, ":before", before);
        }
        if let Some(Moment(from)) = query.done_from {
            clause.and_with("t.done_at >= :done_from", ":done_from", from);
        }
        if let Some(Moment(before)) = query.done_before {
            clause.and_with("t.done_at < :done_before AND t.done_at > 0", ":done_before", before);
        }
        if let Some(org) = query.org {
            let org = self.store.organisation(org)?;
            clause.and(
                "(t.origin_path >= :org AND t.origin_path < :org_end)
                 OR (t.destination_path >= :org AND t.destination_path < :org_end)",
            );
            clause.bind(":org", org.path.as_str().to_owned());
            clause.bind(":org_end", org.path.range_end());
        }
        if let Some(search) = self.store.search_transfers(&query.search)? {
            clause.few = search.few;
            clause.and(search.condition);
            clause.values.extend(search.values.map(|(name, value)| (name.to_owned(), value)));
        }
        Ok(clause)
    }

    fn view(&self, view: View, rules: &Rules) -> String {
        match view {
            View::All => "1".to_owned(),
            View::Waiting if self.actor.role == Role::Administrator => open(WAITING),
            View::Waiting => open(NOTHING),
            View::Initiated => {
                "t.applicant_id = :me OR (t.applicant_path = :own_path AND t.stage <> 'draft')
                 OR t.person_number = :id"
                    .to_owned()
            }
            View::Returned => "t.stage = 'returned'".to_owned(),
            // The plus keeps SQLite from reading and sorting all of them by the stage: most
            // transfers end here, so the index of the order soon has a page together.
            View::Completed => "+t.stage = 'completed'".to_owned(),
            View::Overdue => open(&self.overdue(rules)),
        }
    }

    /// Open and standing longer than the rule file's limit for its stage.
    fn overdue(&self, rules: &Rules) -> String {
        let limits = Stage::ALL.iter().filter(|s| s.is_open()).filter_map(|stage| {
            let days = rules.overdue_days(*stage)?;
            let Moment(before) = self.now.waiting_since(days);
            Some(format!("(t.stage = '{}' AND t.since < {before})", stage.id()))
        });
        let limits: Vec<String> = limits.collect();
        if limits.is_empty() { NOTHING.to_owned() } else { limits.join(" OR ") }
    }

    /// A page of transfers.
    ///
    /// # Errors
    /// Where it cannot be read, or the organisation asked for is unknown.
    pub fn transfers(&self, query: &TransferQuery, rules: &Rules) -> Stored<Page<TransferRow>> {
        let mut clause = self.clause(query, rules)?;
        let column = column_of(query.sort.column);
        let (after, direction) = match query.sort.direction {
            Direction::Ascending => (">", "ASC"),
            Direction::Descending => ("<", "DESC"),
        };
        if let Some(cursor) = &query.after {
            // The second half says nothing new, but lets the index of an expression be entered in
            // the middle, which SQLite does not see in a comparison of pairs.
            clause.and(format!("({column}, t.id) {after} (:key, :row) AND {column} {after}= :key"));
            match &cursor.key {
                CursorKey::Text(text) => clause.bind(":key", text.clone()),
                CursorKey::Number(number) => clause.bind(":key", *number),
            }
            clause.bind(":row", cursor.id);
        }
        let sql = format!(
            "SELECT {}, {column} FROM transfers t {} WHERE {}
             ORDER BY {column} {direction}, t.id {direction} LIMIT {}",
            row::COLUMNS,
            if clause.few { "" } else { index_of(query.view) },
            clause.text(),
            query.limit + 1
        );
        let mut statement = self.store.connection.prepare_cached(&sql).told()?;
        let params = clause.params(&sql);
        let found = statement
            .query_map(params.as_slice(), |r| Ok((row::read(r)?, cursor_key(r)?)))
            .told()?;
        let mut found: Vec<_> = found.collect::<Result<_, _>>().told()?;
        let more = found.len() > query.limit;
        found.truncate(query.limit);
        let next = found
            .last()
            .filter(|_| more)
            .map(|(row, key)| Cursor { key: key.clone(), id: row.id.0 });
        Ok(Page { rows: found.into_iter().map(|(row, _)| row).collect(), next })
    }

    /// How many transfers each view has.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn counts(&self, rules: &Rules) -> Stored<Counts> {
        let clause = self.scoped();
        let sums: Vec<String> = View::ALL
            .iter()
            .map(|view| match view {
                View::All => "count(*)".to_owned(),
                view => format!("count(*) FILTER (WHERE {})", self.view(*view, rules)),
            })
            .collect();
        let sql = format!(
            "SELECT {}, count(*) FILTER (WHERE t.stage = 'draft') FROM transfers t WHERE {}",
            sums.join(", "),
            clause.text()
        );
        let mut statement = self.store.connection.prepare_cached(&sql).told()?;
        let params = clause.params(&sql);
        statement
            .query_row(params.as_slice(), |r| {
                let mut counts = Counts { views: [0; 6], drafts: r.get(6)? };
                for (i, view) in counts.views.iter_mut().enumerate() {
                    *view = r.get(i)?;
                }
                Ok(counts)
            })
            .told()
    }
}

/// What no transfer meets. SQLite would see through a plain 0, need no index, and refuse the one
/// that it is told to use.
const NOTHING: &str = "t.id < 0";

/// A condition that holds for transfers under way only, written so that SQLite sees that the index
/// of these will do.
fn open(condition: &str) -> String {
    format!("t.stage IN {} AND ({condition})", super::OPEN)
}

/// The index that a view is read by, where SQLite would choose worse: without statistics it takes
/// the stages one by one and reads every row of them.
fn index_of(view: View) -> &'static str {
    match view {
        View::Waiting | View::Overdue => "INDEXED BY transfers_open",
        View::Initiated | View::Returned | View::Completed | View::All => "",
    }
}

fn column_of(column: SortColumn) -> Cow<'static, str> {
    Cow::Borrowed(match column {
        SortColumn::Transferee => "t.name_key",
        SortColumn::Origin => "t.origin_name",
        SortColumn::Destination => "t.destination_name",
        SortColumn::AppliedAt => "t.applied_at",
        SortColumn::DoneAt => "t.done_at",
        SortColumn::Stage => return Cow::Owned(stage_rank()),
        SortColumn::Waiting => WAITING_ORDER,
    })
}

/// Since when a transfer waits, those that have ended behind all that have not: nobody waits for
/// them. The indexes `transfers_waiting` and `transfers_open` are on this expression.
const WAITING_ORDER: &str = "(t.since + 100000000000 * (t.done_at > 0))";

/// The place of a stage in the order of the workflow: its identifiers sort by the alphabet, which
/// nobody reads. An index of the ground is on this very expression.
fn stage_rank() -> String {
    let whens: Vec<String> = Stage::ALL
        .iter()
        .enumerate()
        .map(|(rank, stage)| format!("WHEN '{}' THEN {rank}", stage.id()))
        .collect();
    format!("(CASE t.stage {} END)", whens.join(" "))
}

fn cursor_key(row: &Row<'_>) -> Result<CursorKey, rusqlite::Error> {
    Ok(match row.get::<_, Value>(row::WIDTH)? {
        Value::Text(text) => CursorKey::Text(text),
        Value::Integer(number) => CursorKey::Number(number),
        Value::Null | Value::Real(_) | Value::Blob(_) => CursorKey::Number(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expressions_of_the_order_are_those_that_are_indexed() {
        let ground = include_str!("../../../assets/sql/0001_ground.sql");
        let waiting = WAITING_ORDER.trim_start_matches('(').strip_suffix(')').unwrap();
        for expression in [stage_rank().as_str(), waiting] {
            let indexed = expression.replace("t.", "");
            assert!(ground.contains(&indexed), "no index on {indexed}");
        }
    }
}
