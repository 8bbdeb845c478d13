//! What an export writes of each transfer, streamed row by row.

use super::row;
use crate::domain::filter::TransferQuery;
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
        let mut clause = self.clause(query, rules)?;
        if let Some(row) = after {
            clause.after_applied(row);
        }
        let sql = format!(
            "SELECT {}, {}, coalesce(m.phone, ''), t.placed_in, t.closing_reason FROM transfers t
             LEFT JOIN members m ON m.id = t.member_id WHERE {} ORDER BY t.applied_at, t.id LIMIT {PAGE}",
            row::COLUMNS,
            row::FORM_COLUMNS,
            clause.text()
        );
        let mut statement = self.store.connection.prepare_cached(&sql).told()?;
        let params = clause.params(&sql);
        let rows = statement.query_map(params.as_slice(), export_of).told()?;
        rows.collect::<Result<_, _>>().told()
    }

    /// How many transfers fit a query.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn count_transfers(&self, query: &TransferQuery, rules: &Rules) -> Stored<i64> {
        let clause = self.clause(query, rules)?;
        let sql = format!("SELECT count(*) FROM transfers t WHERE {}", clause.text());
        let params = clause.params(&sql);
        self.store.connection.query_row(&sql, params.as_slice(), |r| r.get(0)).told()
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
    const REST: usize = FORM + 15;
    Ok(TransferExport {
        row: row::read(r)?,
        form: row::read_form(r, FORM)?,
        phone: r.get(REST)?,
        placed_in: r.get(REST + 1)?,
        closing_reason: r.get(REST + 2)?,
    })
}
