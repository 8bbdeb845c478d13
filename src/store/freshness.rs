//! How far the history goes and the latest time seen, by which an older copy of the data put back,
//! or a clock put back, is noticed.

use rusqlite::OptionalExtension;

use super::Store;
use super::fault::{Stored, Told};
use crate::domain::ids::Moment;

impl Store {
    /// The number and the hash of the last entry; zero and none where there is no entry.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn last_entry(&self) -> Stored<(i64, [u8; 32])> {
        const SQL: &str = "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1";
        let row = self.connection.query_row(SQL, [], |r| Ok((r.get(0)?, r.get(1)?)));
        Ok(row.optional().told()?.unwrap_or((0, [0; 32])))
    }

    /// The hash of an entry, if it is here.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn entry_hash(&self, seq: i64) -> Stored<Option<[u8; 32]>> {
        const SQL: &str = "SELECT hash FROM events WHERE seq = $1";
        self.connection.query_row(SQL, [seq], |r| r.get(0)).optional().told()
    }

    /// The latest time this database has seen anybody sign in.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn seen_at(&self) -> Stored<Moment> {
        let text = self.meta("seen_at")?;
        Ok(Moment(text.and_then(|text| text.parse().ok()).unwrap_or(i64::MIN)))
    }

    /// Notes the time; one before the latest seen changes nothing.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn see(&self, at: Moment) -> Stored<()> {
        if at <= self.seen_at()? {
            return Ok(());
        }
        self.set_meta("seen_at", &at.0.to_string())
    }
}
