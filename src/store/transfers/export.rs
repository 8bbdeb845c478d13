//! What an export writes of each transfer, streamed row by row.

use super::row;
use super::walk::Shape;
use crate::domain::filter::{Cursor, CursorKey, Direction, Sort, SortColumn, Start, TransferQuery};
use crate::domain::form::{Reason, TransferForm};
use crate::domain::ids::TransferId;
use crate::domain::transfer::TransferRow;
use crate::rules::Rules;
use crate::store::Desk;
use crate::store::fault::{Stored, Told};

/// One transfer for an export; the ID number and telephone are in the clear, masking is the
/// exporter's.
#[derive(Debug, Clone)]
pub struct TransferExport {
    /// The light row.
    pub row: TransferRow,
    /// The answers.
    pub form: TransferForm,
    /// Telephone of the transferee.
    pub phone: String,
    /// Branch the member was placed in.
    pub placed_in: String,
    /// Reason of a return, withdrawal or lapse.
    pub closing_reason: String,
}

/// Columns of the answers.
const FORM_WIDTH: usize = 15;

/// Rows of one page.
const PAGE: usize = 500;

impl Desk<'_> {
    /// The next page of transfers that fit the query, oldest first, after the row given. An empty
    /// page is the end. Pages keep memory bounded and the database free between them.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn export_page(
        &self,
        query: &TransferQuery,
        rules: &Rules,
        after: Option<&TransferRow>,
    ) -> Stored<Vec<TransferExport>> {
        let start = match after {
            Some(row) => Start::After(self.applied(row.id)?),
            None => Start::First,
        };
        let sort = Sort { column: SortColumn::AppliedAt, direction: Direction::Ascending };
        let query = TransferQuery { sort, start, limit: PAGE, ..query.clone() };
        let columns = format!(
            "{}, {}, coalesce(m.phone, ''), t.placed_in, t.closing_reason",
            row::COLUMNS,
            row::FORM_COLUMNS
        );
        let join = "LEFT JOIN members m ON m.id = t.member_id";
        let shape = Shape { columns, width: row::WIDTH + FORM_WIDTH + 3, join, read: export_of };
        let mut found = self.find(&query, rules, &shape)?;
        found.truncate(PAGE);
        Ok(found.into_iter().map(|row| row.item).collect())
    }

    /// The place of a transfer in the order of application. The row of a draft shows no instant of
    /// application, so the stored one is asked for.
    fn applied(&self, id: TransferId) -> Stored<Cursor> {
        const SQL: &str = "SELECT applied_at FROM transfers WHERE id = $1";
        let mut statement = self.store.connection.prepare_cached(SQL).told()?;
        let applied = statement.query_row([id.0], |r| r.get(0)).told()?;
        Ok(Cursor { key: CursorKey::Number(applied), id: id.0 })
    }

    /// How many transfers fit a query.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn count_transfers(&self, query: &TransferQuery, rules: &Rules) -> Stored<i64> {
        if *query
            == (TransferQuery {
                sort: query.sort,
                limit: query.limit,
                ..TransferQuery::of(query.view)
            })
        {
            return Ok(self.counts(rules)?.of(query.view));
        }
        let clause = self.clause(query, rules)?;
        let sql = format!("SELECT count(*) FROM transfers t WHERE {}", clause.text());
        let mut statement = self.store.connection.prepare_cached(&sql).told()?;
        clause.give(&mut statement)?;
        let mut rows = statement.raw_query();
        rows.next().told()?.map_or(Ok(0), |row| row.get(0)).told()
    }

    /// The last submitted answers of this person, for 「同上一单」.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn last_submitted(&self) -> Stored<Option<(TransferId, Option<Reason>)>> {
        const SQL: &str =
            "SELECT id, reason FROM transfers WHERE applicant_id = $1 AND stage <> 'draft'
            ORDER BY applied_at DESC, id DESC LIMIT 1";
        let found = self.store.connection.query_row(SQL, [self.actor.account.0], |r| {
            Ok((TransferId(r.get(0)?), Reason::from_id(&r.get::<_, String>(1)?)))
        });
        rusqlite::OptionalExtension::optional(found).told()
    }
}

fn export_of(r: &rusqlite::Row<'_>) -> Result<TransferExport, rusqlite::Error> {
    const FORM: usize = row::WIDTH;
    const REST: usize = FORM + FORM_WIDTH;
    Ok(TransferExport {
        row: row::read(r)?,
        form: row::read_form(r, FORM)?,
        phone: r.get(REST)?,
        placed_in: r.get(REST + 1)?,
        closing_reason: r.get(REST + 2)?,
    })
}
