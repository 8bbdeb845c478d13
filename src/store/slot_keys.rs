//! The list of slots that are served, and whether the database key is due to be changed.
//!
//! The key file lies open to whoever can write the data directory, and whoever once knew the
//! database key can seal it anew. What counts is this list, which is encrypted and stands beside the
//! history: each entry comes with an event that names its fingerprint.

use std::path::Path;

use rusqlite::{OptionalExtension, params};

use super::Store;
use super::fault::{Stored, Told};
use super::open::key_order;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{AccountId, Moment};

/// A slot and its public key.
pub type ListedSlot = (String, [u8; 32]);

/// Whether somebody knows the database key who should not any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyChange {
    /// An administrator was removed and the key is still the one they knew.
    Due,
    /// Nobody.
    Settled,
}

impl Store {
    /// Enters a slot in the list; of an account, or of the recovery key where there is none. Until
    /// the account points at the slot too it is not served.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn list_slot(
        &self,
        (slot, pk): (&str, &[u8; 32]),
        account: Option<AccountId>,
        by: &str,
        at: Moment,
    ) -> Stored<()> {
        const INSERT: &str = "INSERT INTO slot_pks (slot, pk, account_id, added_by, added_at)
            VALUES ($1, $2, $3, $4, $5) ON CONFLICT (slot, pk) DO NOTHING";
        let values = params![slot, pk.as_slice(), account.map(|a| a.0), by, at.0];
        self.connection.execute(INSERT, values).map(drop).told()
    }

    /// The slots that are served: those of administrators in use whose account points at them, and
    /// the recovery key's.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn listed_slots(&self) -> Stored<Vec<ListedSlot>> {
        const SQL: &str = "SELECT p.slot, p.pk FROM slot_pks p
            LEFT JOIN accounts a ON a.id = p.account_id
            WHERE p.account_id IS NULL
               OR (a.state = 'active' AND a.role = 'administrator' AND a.slot = p.slot)";
        let mut statement = self.connection.prepare_cached(SQL).told()?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).told()?;
        rows.collect::<Result<_, _>>().told()
    }

    /// Strikes an account's slots from the list.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn distrust_slots(&self, account: AccountId) -> Stored<()> {
        const DELETE: &str = "DELETE FROM slot_pks WHERE account_id = $1";
        self.connection.execute(DELETE, [account.0]).map(drop).told()
    }

    /// Strikes what an account has in the list besides this slot with this key.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn keep_only_slot(&self, account: AccountId, (slot, pk): (&str, &[u8; 32])) -> Stored<()> {
        const DELETE: &str =
            "DELETE FROM slot_pks WHERE account_id = $1 AND NOT (slot = $2 AND pk = $3)";
        self.connection.execute(DELETE, params![account.0, slot, pk.as_slice()]).map(drop).told()
    }

    /// Whether the database key is due to be changed.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn key_change(&self) -> Stored<KeyChange> {
        let due = self.meta("key_change")?.is_some_and(|state| state == "due");
        Ok(if due { KeyChange::Due } else { KeyChange::Settled })
    }

    /// Notes whether the database key is due to be changed.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn set_key_change(&self, state: KeyChange) -> Stored<()> {
        let word = match state {
            KeyChange::Due => "due",
            KeyChange::Settled => "settled",
        };
        self.set_meta("key_change", word)
    }

    /// Encrypts every page anew under another key, in one transaction. What the file on disk opens
    /// with afterwards is for the caller to find out by opening it.
    ///
    /// # Errors
    /// Where it cannot be written; the pages are as they were then.
    pub fn rekey(&self, key: &str) -> Stored<()> {
        let sql = key_order("PRAGMA rekey = ", key);
        let answer: Option<String> =
            self.connection.query_row(&sql, [], |r| r.get(0)).optional().told()?;
        if answer.as_deref() == Some("ok") {
            return Ok(());
        }
        let sentence = "数据库密钥没有换成，数据没有动。请检查磁盘空间和目录权限，再办一次。";
        Err(Fault::new(FaultKind::CannotWrite, sentence))
    }

    /// Opens the file with the first of the keys that fits, and says which one that was.
    ///
    /// # Errors
    /// As [`Store::open`]; where no key fits, as with the first.
    pub fn open_with_one(path: &Path, keys: &[&str]) -> Stored<(Self, usize)> {
        let mut first = None;
        for (i, key) in keys.iter().enumerate() {
            match Self::open(path, key) {
                Ok(store) => return Ok((store, i)),
                Err(fault) if fault.kind == FaultKind::Damaged => {
                    first.get_or_insert(fault);
                }
                Err(fault) => return Err(fault),
            }
        }
        Err(first.unwrap_or_else(|| Fault::new(FaultKind::Damaged, "没有可以打开数据库的密钥。")))
    }
}
