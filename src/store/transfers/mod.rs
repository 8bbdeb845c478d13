//! Transfers: lists, pages, submitting, deciding. Every stage change goes through
//! [`crate::domain::workflow::advance`] inside the transaction that writes its event.

mod card;
mod clause;
mod decide;
mod drafts;
mod export;
mod list;
mod narrow;
mod order;
mod row;
mod row_set;
mod submit;
mod walk;

pub use decide::Ruling;
pub use export::TransferExport;
pub(super) use narrow::Gathered;
pub use submit::{Goal, Request, Transferee};
pub(super) use walk::Pace;

use rusqlite::OptionalExtension;

use super::Store;
use super::fault::{Stored, Told};
use crate::domain::ids::Now;
use crate::domain::workflow::Stage;

/// The stages of a transfer under way, for SQL.
pub(super) const OPEN: &str =
    "('origin_review', 'destination_review', 'province_review', 'external_receipt', 'placement')";

impl Store {
    /// Number and stage of a person's open transfer, as words.
    pub(super) fn open_transfer_of(&self, id_number: &str) -> Stored<Option<String>> {
        let sql = format!(
            "SELECT number, stage FROM transfers WHERE person_number = $1 AND stage IN {OPEN}"
        );
        let found: Option<(String, String)> = self
            .connection
            .prepare_cached(&sql)
            .told()?
            .query_row([id_number], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()
            .told()?;
        let label = |id: &str| Stage::from_id(id).map_or("", Stage::label);
        Ok(found.map(|(number, stage)| format!("{number}，{}", label(&stage))))
    }

    /// The next number of the day, `ZJ20200602-0013`.
    fn next_number(&self, now: Now) -> Stored<String> {
        const SQL: &str = "INSERT INTO numbers (day, last) VALUES ($1, 1)
            ON CONFLICT (day) DO UPDATE SET last = last + 1 RETURNING last";
        let day = now.today().format("%Y%m%d").to_string();
        let last: i64 = self.connection.query_row(SQL, [&day], |r| r.get(0)).told()?;
        Ok(format!("ZJ{day}-{last:04}"))
    }
}
