//! 操作记录: the history as people read it, newest first.

use rusqlite::{Row, ToSql, named_params};

use super::Desk;
use super::fault::{Stored, Told};
use crate::domain::account::{Actor, Role};
use crate::domain::history::{HistoryGroup, HistoryQuery, action_words, without_long_numbers};
use crate::domain::ids::Moment;
use crate::domain::transfer::AuditRow;
use crate::domain::workflow::Stage;

/// Entries of one page.
const PAGE: usize = 100;

/// Entries that one statement looks at, and how many such a page may take: what matches few of
/// millions is found in several pages, each of which is quick. A page may be short for that.
const WINDOW: i64 = 20_000;
const WINDOWS: usize = 10;

const COLUMNS: &str = "e.seq, e.at, CASE WHEN e.digest IS NULL THEN e.actor
        ELSE coalesce((SELECT name FROM accounts WHERE id = e.account_id), '') END, e.behalf_name, e.action, e.object, e.from_stage,
    e.to_stage, e.reason, e.detail, e.digest IS NOT NULL";

/// Which entries somebody with a range may see: done from within it, by themselves, about a transfer
/// with a side in range or about themselves.
const IN_RANGE: &str = "((e.scope_path >= :lo AND e.scope_path < :hi) OR e.account_id = :me
    OR EXISTS (SELECT 1 FROM transfers t WHERE t.id = e.transfer_id AND (
        (t.origin_path >= :lo AND t.origin_path < :hi)
        OR (t.destination_path >= :lo AND t.destination_path < :hi)
        OR (t.person_number = :id AND t.stopped_in <> 'draft'))))";

/// What the program noted before anybody was signed in concerns the office as a whole: it is shown to
/// those who stand at the top of it.
const OF_THE_OFFICE: &str = "e.scope_path = '/'";

/// Which entries a member may see: the own ones and those about the own transfers, found by index.
const OWN: &str = "e.seq IN (SELECT seq FROM events WHERE account_id = :me
    UNION SELECT o.seq FROM events o JOIN transfers t ON t.id = o.transfer_id
        WHERE t.person_number = :id AND t.stopped_in <> 'draft')";

/// A page of entries, and where the next one begins.
pub type HistoryPage = (Vec<AuditRow>, Option<i64>);

impl Desk<'_> {
    /// A page of all entries this person may see, older than `before`.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn audit(&self, before: Option<i64>) -> Stored<HistoryPage> {
        self.history(&HistoryQuery::default(), before)
    }

    /// A page of entries older than `before` that answer a question, newest first. It can be short,
    /// or empty, although more follow: only a missing next place says that nothing does.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn history(&self, query: &HistoryQuery, before: Option<i64>) -> Stored<HistoryPage> {
        let narrow = Narrow::of(query, self.actor);
        let mut high = match before {
            Some(before) => before,
            None => self.store.chain_end()?.0,
        };
        let mut found = Vec::new();
        for _ in 0..WINDOWS {
            let low = if narrow.indexed { 0 } else { (high - WINDOW).max(0) };
            let wanted = PAGE + 1 - found.len();
            found.extend(self.window(query, &narrow, (low, high), wanted)?);
            if found.len() > PAGE {
                found.truncate(PAGE);
                let next = found.last().map(|row| row.seq);
                return Ok((found, next));
            }
            high = low;
            if low == 0 {
                return Ok((found, None));
            }
        }
        Ok((found, Some(high)))
    }

    /// The newest of the entries from `low` up to `high`, `high` itself left out.
    fn window(
        &self,
        query: &HistoryQuery,
        narrow: &Narrow,
        (low, high): (i64, i64),
        limit: usize,
    ) -> Stored<Vec<AuditRow>> {
        let b = self.bounds();
        let transfer = query.transfer.as_deref().unwrap_or_default();
        let who = query.who.as_deref().unwrap_or_default();
        let limit = i64::try_from(limit).unwrap_or(i64::MAX);
        let mut values: Vec<(&str, &dyn ToSql)> = named_params! {":lo": b.lo, ":hi": b.hi,
        ":me": b.me, ":id": b.id, ":low": low, ":high": high, ":limit": limit,
        ":who": who, ":transfer": transfer}
        .to_vec();
        let (since, end) = (query.since.map(|m| m.0), query.before.map(|m| m.0));
        values.extend_from_slice(named_params! {":since": since, ":end": end});
        let words: Vec<(String, &String)> =
            query.words.iter().enumerate().map(|(i, word)| (format!(":word{i}"), word)).collect();
        values.extend(words.iter().map(|(name, word)| (name.as_str(), *word as &dyn ToSql)));
        let mut statement = self.store.connection.prepare_cached(&narrow.sql).told()?;
        let used: Vec<(&str, &dyn ToSql)> = values
            .into_iter()
            .filter(|(name, _)| matches!(statement.parameter_index(name), Ok(Some(_))))
            .collect();
        let rows = statement.query_map(used.as_slice(), row_of).told()?;
        rows.collect::<Result<_, _>>().told()
    }
}

/// The statement of a question.
struct Narrow {
    sql: String,
    /// Whether an index leads to what is asked for, so that nothing has to be looked through.
    indexed: bool,
}

impl Narrow {
    fn of(query: &HistoryQuery, actor: &Actor) -> Self {
        let disclosing = query.actions == HistoryGroup::Disclosures.actions();
        let own = actor.role == Role::Member;
        let top = actor.role == Role::Administrator && actor.org_path.ids().count() == 1;
        let mut clauses = vec![match (own, top) {
            (true, _) => OWN.to_owned(),
            (false, true) => format!("({OF_THE_OFFICE} OR {IN_RANGE})"),
            (false, false) => IN_RANGE.to_owned(),
        }];
        let mut add = |wanted: bool, clause: &str| {
            if wanted {
                clauses.push(clause.to_owned());
            }
        };
        add(query.since.is_some(), "e.at >= :since");
        add(query.before.is_some(), "e.at < :end");
        add(
            query.who.is_some(),
            "e.account_id IN (SELECT id FROM accounts WHERE id_number = :who)",
        );
        let of_transfer = "e.transfer_id IN (SELECT id FROM transfers WHERE number = :transfer)";
        add(query.transfer.is_some(), of_transfer);
        for i in 0..query.words.len() {
            add(true, &format!("(instr(e.actor, :word{i}) OR instr(e.object, :word{i}))"));
        }
        // The very words of the index, which SQLite compares.
        add(
            disclosing,
            "e.action IN ('reveal', 'export', 'letter_print', 'paper_print', 'backup')",
        );
        add(!disclosing && !query.actions.is_empty(), &one_of(&query.actions));
        let indexed = own || disclosing || query.who.is_some() || query.transfer.is_some();
        let by = if disclosing && !own && query.who.is_none() && query.transfer.is_none() {
            "INDEXED BY events_disclosing"
        } else {
            ""
        };
        let sql = format!(
            "SELECT {COLUMNS} FROM events e {by} WHERE e.seq >= :low AND e.seq < :high AND {}
             ORDER BY e.seq DESC LIMIT :limit",
            clauses.join(" AND ")
        );
        Self { sql, indexed }
    }
}

/// The actions are words of the program and never of a person.
fn one_of(actions: &[&'static str]) -> String {
    let quoted: Vec<String> = actions.iter().map(|action| format!("'{action}'")).collect();
    format!("e.action IN ({})", quoted.join(", "))
}

fn row_of(row: &Row<'_>) -> Result<AuditRow, rusqlite::Error> {
    let text = |i: usize| row.get::<_, String>(i);
    let action = text(4)?;
    let mut details: Vec<String> = Vec::new();
    let behalf = text(3)?;
    if !behalf.is_empty() {
        details.push(format!("代办：{behalf}"));
    }
    let label = |id: &str| Stage::from_id(id).map(Stage::label);
    if let (Some(from), Some(to)) = (label(&text(6)?), label(&text(7)?)) {
        details.push(format!("{from} 到 {to}"));
    }
    details.extend([text(9)?, text(8)?].into_iter().filter(|s| !s.is_empty()));
    if row.get(10)? {
        details.push("个人信息已按本人要求删除".to_owned());
    }
    Ok(AuditRow {
        seq: row.get(0)?,
        at: Moment(row.get(1)?),
        actor: text(2)?,
        action: action_words(&action).to_owned(),
        object: without_long_numbers(&text(5)?),
        detail: without_long_numbers(&details.join("；")),
    })
}
