//! Wrong passwords in a row, kept inside the opened database.

use rusqlite::{OptionalExtension, params};
use sha2::{Digest, Sha256};

use super::Store;
use super::fault::{Stored, Told};
use crate::domain::ids::Moment;

/// Beyond this many numbers that no account has, the ones tried longest ago are forgotten.
const MOST_STRANGERS: u32 = 1000;

/// How often a number was tried in vain.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Attempts {
    /// Failed attempts in a row.
    pub failures: u32,
    /// When the last of them was.
    pub failed_at: Moment,
}

impl Default for Attempts {
    fn default() -> Self {
        Self { failures: 0, failed_at: Moment(0) }
    }
}

impl Store {
    /// The failures of an ID number, whether an account has it or not.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn attempts(&self, id_number: &str) -> Stored<Attempts> {
        const SQL: &str = "SELECT failures, failed_at FROM attempts WHERE who = $1";
        let row = |r: &rusqlite::Row<'_>| {
            Ok(Attempts { failures: r.get(0)?, failed_at: Moment(r.get(1)?) })
        };
        let found = self.connection.query_row(SQL, [who(id_number)], row).optional().told()?;
        Ok(found.unwrap_or_default())
    }

    /// Keeps the failures of an ID number: the same work whether an account has it or not.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn note_attempts(&self, id_number: &str, attempts: Attempts) -> Stored<()> {
        const UPSERT: &str = "INSERT INTO attempts (who, failures, failed_at, known)
            VALUES ($1, $2, $3, EXISTS (SELECT 1 FROM accounts
                WHERE id_number = $4 AND state <> 'removed'))
            ON CONFLICT (who) DO UPDATE SET failures = excluded.failures,
                failed_at = excluded.failed_at, known = excluded.known";
        const FORGET: &str = "DELETE FROM attempts WHERE who IN (SELECT who FROM attempts
            WHERE known = 0 ORDER BY failed_at DESC, who LIMIT -1 OFFSET $1)";
        let values = params![who(id_number), attempts.failures, attempts.failed_at.0, id_number];
        self.atomically(|| {
            self.connection.execute(UPSERT, values).told()?;
            self.connection.execute(FORGET, [MOST_STRANGERS]).map(drop).told()
        })
    }

    /// Forgets the failures of an ID number.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn forget_attempts(&self, id_number: &str) -> Stored<()> {
        let sql = "DELETE FROM attempts WHERE who = $1";
        self.connection.execute(sql, [who(id_number)]).map(drop).told()
    }
}

/// Not the number itself: people type passwords into that field by mistake.
fn who(id_number: &str) -> String {
    let hash = Sha256::new().chain_update(b"attempts ").chain_update(id_number).finalize();
    hash.iter().map(|byte| format!("{byte:02x}")).collect()
}
