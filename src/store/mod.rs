//! The encrypted database, the only home of SQL.
//!
//! [`Store`] is the open file. Whoever is signed in works through a [`Desk`], a handle that knows
//! the person: its lists add the person's scope by themselves, so a forgotten WHERE cannot leak.

mod accounts;
mod adoption;
mod attempts;
mod audit;
mod backup;
mod chain;
mod corrections;
mod derived;
mod erasure;
mod exports;
mod fault;
mod freshness;
mod imports;
mod member_changes;
mod member_import;
mod members;
mod interrupt;
mod letters;
mod open;
mod org_search;
mod org_lists;
mod organisations;
mod proof;
mod retention;
mod roomy;
mod scope;
mod signers;
mod slot_keys;
mod stats;
mod tallies;
mod transfers;
mod words;

pub use accounts::{Credentials, NewAccount, Sitting};
pub use adoption::ListedOrg;
pub use attempts::Attempts;
pub use audit::HistoryPage;
pub use backup::Verification;
pub use chain::Deed;
pub use corrections::SignIn;
pub use exports::ExportsPage;
pub use fault::Stored;
pub use imports::{ImportOutcome, Screener, Screening};
pub use interrupt::Interrupter;
pub use letters::{IssuedLetter, PaperSubject};
pub use member_import::{MemberScreener, MemberScreening, MemberWriter};
pub use members::MemberFilter;
pub use org_lists::{Basis, ListOrder, ListWriter, NewOrganisation, OrgLine, OrgPlace, Return};
pub use org_search::{KnownOrg, Recogniser, Scanned, ScannedOrg};
pub use organisations::{OrgFilter, namesakes};
pub use proof::{Expectations, Proven, Signatures};
pub use signers::{CurrentSigner, Pen, key_text};
pub use slot_keys::{KeyChange, ListedSlot};
pub use transfers::{Goal, Request, Ruling, TransferExport, Transferee};

use rusqlite::{Connection, OptionalExtension};

use crate::domain::account::Actor;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::Now;
use fault::Told;

/// The open database.
pub struct Store {
    connection: Connection,
    fresh: bool,
    /// Sets of transfers that lists have asked for, until anything is written.
    gathered: std::cell::RefCell<transfers::Gathered>,
    pace: transfers::Pace,
    /// Whether the disk failed under a transaction, after which none is begun (R06).
    suspect: std::cell::Cell<bool>,
}

/// What the signed-in person may see and do, at one moment.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    store: &'a Store,
    actor: &'a Actor,
    now: Now,
    pen: Option<&'a Pen>,
}

impl Store {
    /// Whether the file was empty when it was opened.
    pub fn is_fresh(&self) -> bool {
        self.fresh
    }

    /// The handle of a signed-in person at a moment.
    pub fn desk<'a>(&'a self, actor: &'a Actor, now: Now) -> Desk<'a> {
        Desk { store: self, actor, now, pen: None }
    }

    /// A fact about the database itself.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn meta(&self, key: &str) -> Stored<Option<String>> {
        const SQL: &str = "SELECT value FROM meta WHERE key = $1";
        self.connection.query_row(SQL, [key], |r| r.get(0)).optional().told()
    }

    /// Keeps a fact about the database itself.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn set_meta(&self, key: &str, value: &str) -> Stored<()> {
        const SQL: &str = "INSERT INTO meta (key, value) VALUES ($1, $2)
                           ON CONFLICT (key) DO UPDATE SET value = excluded.value";
        self.connection.execute(SQL, [key, value]).map(drop).told()
    }

    /// Whether the disk failed under a transaction. What it holds is not known until it was opened
    /// anew and checked.
    pub fn is_suspect(&self) -> bool {
        self.suspect.get()
    }

    /// Runs `work` in one transaction: all of it, or nothing. Inside a transaction it joins that one.
    ///
    /// # Errors
    /// As `work`, or where the transaction cannot be written.
    pub fn atomically<T>(&self, work: impl FnOnce() -> Stored<T>) -> Stored<T> {
        if !self.connection.is_autocommit() {
            return work();
        }
        if self.is_suspect() {
            let sentence = "磁盘刚才读写出错，这一步没有办。请检查磁盘，重新打开后再办。";
            return Err(Fault::new(FaultKind::Disk, sentence));
        }
        let done = self.in_transaction(work);
        if done.as_ref().is_err_and(|fault| fault.kind == FaultKind::Disk) {
            self.suspect.set(true);
        }
        done
    }

    fn in_transaction<T>(&self, work: impl FnOnce() -> Stored<T>) -> Stored<T> {
        self.connection.execute_batch("BEGIN IMMEDIATE").told()?;
        match work().and_then(|value| self.file_if_many().map(|()| value)) {
            Ok(value) => {
                let committed = self.connection.execute_batch("COMMIT").told();
                committed.inspect_err(|_| self.roll_back()).map(|()| value)
            }
            Err(fault) => {
                self.roll_back();
                Err(fault)
            }
        }
    }

    fn roll_back(&self) {
        // A failed COMMIT may have rolled back already; a second ROLLBACK then has nothing to do.
        if !self.connection.is_autocommit() {
            self.connection.execute_batch("ROLLBACK").unwrap_or_default();
        }
    }
}

impl<'a> Desk<'a> {
    /// The same desk, where everything is signed with this pen if it is the person's own.
    #[must_use]
    pub fn signing_with(self, pen: Option<&'a Pen>) -> Self {
        Self { pen, ..self }
    }
}

#[cfg(test)]
mod tests;
