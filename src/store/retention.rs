//! Who is kept longer than needed: members who left long ago, and members beyond League age.

use rusqlite::named_params;

use super::Desk;
use super::fault::{Stored, Told};
use super::members::FEW;
use crate::domain::reminder::Due;

/// When a member left, in SQL: the transfer that ended elsewhere, or being taken out of use. Zero
/// where neither is known, as after an import of a list of former members.
const LEFT: &str = "max(
    coalesce((SELECT max(t.done_at) FROM transfers t
        WHERE t.person_number = m.id_number AND t.stage = 'completed'), 0),
    coalesce((SELECT max(e.at) FROM events e
        WHERE e.member_id = m.id AND e.action = 'member_retire'), 0))";

/// The condition for a list of members, with the parameter `:due`. Whose data was erased is not
/// reminded of.
pub(super) fn condition(due: Due) -> String {
    match due {
        Due::Former(_) => format!(
            "m.state <> 'active' AND m.name_key <> '' AND {LEFT} BETWEEN 1 AND CAST(:due AS INTEGER)"
        ),
        Due::Overage(_) => "m.state = 'active' AND m.document = 'resident'
            AND m.league_post = '' AND substr(m.id_number, 7, 8) <= :due"
            .to_owned(),
    }
}

/// The value of `:due`.
pub(super) fn value(due: Due) -> String {
    match due {
        Due::Former(before) => before.0.to_string(),
        Due::Overage(born) => born.format("%Y%m%d").to_string(),
    }
}

impl Desk<'_> {
    /// The names of the first members in scope that a reminder is about, at most so many, in no
    /// order: looking for one in a hundred thousand must not be felt when somebody signs in.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn members_due(&self, due: Due, most: usize) -> Stored<Vec<String>> {
        let along = match (self.has_few_members(None)?, due) {
            (true, _) => FEW,
            (false, Due::Former(_)) => "m.id IN (SELECT id FROM members WHERE state <> 'active')",
            (false, Due::Overage(_)) => "1",
        };
        let sql = format!(
            "SELECT m.name FROM members m JOIN organisations o ON o.id = m.branch_id
            WHERE ((o.path >= :lo AND o.path < :hi) OR m.id_number = :id) AND {along} AND {}
            LIMIT :limit",
            condition(due)
        );
        let (b, limit) = (self.bounds(), i64::try_from(most).unwrap_or(i64::MAX));
        let (under, due) = ("", value(due));
        let mut statement = self.store.connection.prepare_cached(&sql).told()?;
        let values = named_params! {":lo": b.lo, ":hi": b.hi, ":id": b.id, ":due": due,
        ":limit": limit, ":under": under, ":end": under};
        let used: Vec<_> = values
            .iter()
            .copied()
            .filter(|(name, _)| matches!(statement.parameter_index(name), Ok(Some(_))))
            .collect();
        let rows = statement.query_map(used.as_slice(), |r| r.get(0)).told()?;
        rows.collect::<Result<_, _>>().told()
    }
}
