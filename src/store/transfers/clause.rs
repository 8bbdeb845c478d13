//! What a question for transfers means, as one exact condition in SQL. Lists may find their rows in
//! whatever way is quick; which of them are shown is decided here alone.

use rusqlite::Statement;
use rusqlite::types::Value;

use crate::domain::account::Role;
use crate::domain::filter::{TransferQuery, View};
use crate::domain::ids::Moment;
use crate::domain::workflow::Stage;
use crate::rules::Rules;
use crate::store::Desk;
use crate::store::fault::{Stored, Told};
use crate::store::scope::{TRANSFERS, waiting};

/// A WHERE clause under way: conditions joined by AND, with the values of their parameters.
pub(in crate::store) struct Clause {
    conditions: Vec<String>,
    values: Vec<(&'static str, Value)>,
}

impl Clause {
    pub(in crate::store) fn and(&mut self, condition: impl Into<String>) {
        self.conditions.push(condition.into());
    }

    pub(super) fn bind(&mut self, name: &'static str, value: impl Into<Value>) {
        self.values.push((name, value.into()));
    }

    fn and_with(&mut self, condition: &str, name: &'static str, value: impl Into<Value>) {
        self.and(condition);
        self.bind(name, value);
    }

    /// The condition.
    pub(in crate::store) fn text(&self) -> String {
        self.conditions.iter().map(|c| format!("({c})")).collect::<Vec<_>>().join(" AND ")
    }

    /// Gives a statement those values that it has parameters for.
    pub(in crate::store) fn give(&self, statement: &mut Statement<'_>) -> Stored<()> {
        for (name, value) in &self.values {
            if let Some(at) = statement.parameter_index(name).told()? {
                statement.raw_bind_parameter(at, value).told()?;
            }
        }
        Ok(())
    }

    /// The values, as they tell two questions apart.
    pub(super) fn mark(&self) -> String {
        format!("{:?}", self.values)
    }
}

impl Desk<'_> {
    /// The clause of what this person may see, with the values every condition here may name.
    pub(in crate::store) fn scoped(&self) -> Clause {
        let bounds = self.bounds();
        let mut clause = Clause { conditions: Vec::new(), values: Vec::new() };
        clause.and(TRANSFERS);
        clause.bind(":lo", bounds.lo);
        clause.bind(":hi", bounds.hi);
        clause.bind(":me", bounds.me);
        clause.bind(":id", bounds.id);
        clause.bind(":own_path", self.actor.org_path.as_str().to_owned());
        clause
    }

    pub(in crate::store) fn clause(&self, query: &TransferQuery, rules: &Rules) -> Stored<Clause> {
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
        let search = query.search.trim();
        if !search.is_empty() {
            clause.and_with(FITS, ":search", search.to_owned());
        }
        Ok(clause)
    }

    pub(in crate::store) fn view(&self, view: View, rules: &Rules) -> String {
        match view {
            View::All => "1".to_owned(),
            View::Waiting if self.actor.role == Role::Administrator => open(&waiting()),
            View::Waiting => open(NOTHING),
            View::Initiated => {
                "t.applicant_id = :me OR (t.applicant_path = :own_path AND t.stage <> 'draft')
                 OR t.person_number = :id"
                    .to_owned()
            }
            View::Returned => "t.stage = 'returned'".to_owned(),
            View::Completed => "t.stage = 'completed'".to_owned(),
            View::Overdue => {
                let limits: Vec<String> = self
                    .limits(rules)
                    .iter()
                    .map(|(stage, before)| {
                        format!("(t.stage = '{}' AND t.since < {before})", stage.id())
                    })
                    .collect();
                if limits.is_empty() { NOTHING.to_owned() } else { limits.join(" OR ") }
            }
        }
    }

    /// The stages under way that have a limit, and since before when a transfer must have stood in
    /// one to be beyond the rule file's limit.
    pub(in crate::store) fn limits(&self, rules: &Rules) -> Vec<(Stage, i64)> {
        let open = Stage::ALL.iter().filter(|stage| stage.is_open());
        open.filter_map(|stage| {
            let days = rules.overdue_days(*stage)?;
            Some((*stage, self.now.waiting_since(days).0))
        })
        .collect()
    }
}

/// Whether a row fits the search text.
const FITS: &str = "row_match(:search, t.person_name, t.number, t.origin_name, t.destination_name)";

/// What no transfer meets.
const NOTHING: &str = "t.id < 0";

/// A condition that holds for transfers under way only.
fn open(condition: &str) -> String {
    format!("t.stage IN {} AND ({condition})", super::OPEN)
}
