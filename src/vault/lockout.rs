//! Failed attempts slow down, then lock (domain.md A5, security.md 3).
//!
//! All times are seconds since 1970 as the machine tells them; the caller brings them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::disk;
use super::fault::VaultFault;

/// Whether the next attempt may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gate {
    /// Now.
    Open,
    /// Not before so many seconds have passed; at least 1.
    Wait {
        /// The seconds left.
        seconds: u64,
    },
}

/// The failure that locks instead of slowing down.
const LOCKING_FAILURE: u32 = 5;
const FIRST_LOCK: u64 = 10 * 60;
const LONGEST_LOCK: u64 = 24 * 60 * 60;

/// How long one waits after so many failures in a row, seconds: 1, 2, 4, 8, then 10 minutes
/// doubling up to 24 hours.
#[must_use]
pub fn wait_after(failures: u32) -> u64 {
    if failures == 0 {
        return 0;
    }
    if failures < LOCKING_FAILURE {
        return 1 << (failures - 1);
    }
    let doublings = (failures - LOCKING_FAILURE).min(10);
    (FIRST_LOCK << doublings).min(LONGEST_LOCK)
}

/// Whether an attempt may be made `now`, after `failures` in a row of which the last was at
/// `last_failure`. `last_seen` is the latest time the program ever saw: a clock set back counts as
/// standing still, so it cannot shorten a lock; the wait never exceeds [`wait_after`] either.
#[must_use]
pub fn gate(failures: u32, last_failure: i64, now: i64, last_seen: i64) -> Gate {
    let elapsed = now.max(last_seen).saturating_sub(last_failure).max(0).unsigned_abs();
    match wait_after(failures).saturating_sub(elapsed) {
        0 => Gate::Open,
        seconds => Gate::Wait { seconds },
    }
}

/// An account in the attempts file: a keyed hash of its identity number, which can be compared
/// but not turned back. Made by `Vault::account_mark`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct AccountMark(pub(super) String);

#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
struct Tally {
    failures: u32,
    last: i64,
}

#[derive(Debug, Clone, Default, Serialize, Deserialize)]
struct Content {
    last_seen: i64,
    accounts: BTreeMap<AccountMark, Tally>,
}

/// Counts failures while the database is sealed and its own counters cannot be read. Whoever can
/// write the directory can delete it: it stops people who walk up to the screen, the key
/// derivation stops the rest.
#[derive(Debug)]
pub struct AttemptsFile {
    path: PathBuf,
    content: Content,
}

const MOST_BYTES: u64 = 64 * 1024;
/// Beyond this the account that failed longest ago is forgotten; the file stays below its limit.
const MOST_ACCOUNTS: usize = 400;

impl AttemptsFile {
    /// Reads `attempts.json` in the data directory. A missing or damaged file is an empty one: a
    /// counter must never be the reason why the office cannot open its data.
    #[must_use]
    pub fn load(data_dir: &Path) -> Self {
        let path = data_dir.join("attempts.json");
        let content = disk::read_small(&path, MOST_BYTES)
            .ok()
            .and_then(|bytes| serde_json::from_slice(&bytes).ok())
            .unwrap_or_default();
        Self { path, content }
    }

    /// Whether this account may try now. When the clock has been set back every wait that was
    /// running starts anew from the new time: it is never shortened, and a clock that was wrong
    /// for a day cannot lock the office out for ever.
    pub fn gate(&mut self, account: &AccountMark, now: i64) -> Gate {
        if now < self.content.last_seen {
            self.restart_waits(now);
        }
        let tally = self.content.accounts.get(account).copied().unwrap_or_default();
        gate(tally.failures, tally.last, now, self.content.last_seen)
    }

    /// Counts one more failure and writes it down before the next attempt.
    ///
    /// # Errors
    /// [`VaultFault::CannotWrite`]; the count in memory holds all the same.
    pub fn record_failure(&mut self, account: &AccountMark, now: i64) -> Result<(), VaultFault> {
        self.see(now);
        let last = self.content.last_seen;
        let tally = self.content.accounts.entry(account.clone()).or_default();
        *tally = Tally { failures: tally.failures.saturating_add(1), last };
        self.forget_oldest();
        self.save()
    }

    /// Forgets the failures of an account that has just opened the vault.
    ///
    /// # Errors
    /// [`VaultFault::CannotWrite`].
    pub fn record_success(&mut self, account: &AccountMark, now: i64) -> Result<(), VaultFault> {
        self.see(now);
        if self.content.accounts.remove(account).is_none() {
            return Ok(());
        }
        self.save()
    }

    fn see(&mut self, now: i64) {
        self.content.last_seen = self.content.last_seen.max(now);
    }

    /// Not being able to save means restarting again after the next load, which is longer, never
    /// shorter; so a failure here is no one's concern.
    fn restart_waits(&mut self, now: i64) {
        self.content.last_seen = now;
        self.content.accounts.values_mut().for_each(|tally| tally.last = now);
        self.save().ok();
    }

    fn forget_oldest(&mut self) {
        while self.content.accounts.len() > MOST_ACCOUNTS {
            let oldest = self.content.accounts.iter().min_by_key(|(_, tally)| tally.last);
            let Some(mark) = oldest.map(|(mark, _)| mark.clone()) else { return };
            self.content.accounts.remove(&mark);
        }
    }

    fn save(&self) -> Result<(), VaultFault> {
        let bytes = serde_json::to_vec(&self.content)
            .map_err(|_| VaultFault::Internal { step: "attempts file" })?;
        disk::replace(&self.path, &bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waiting_table() {
        let table = [0, 1, 2, 4, 8, 600, 1200, 2400, 4800, 9600, 19_200, 38_400, 76_800, 86_400];
        for (failures, seconds) in table.into_iter().enumerate() {
            assert_eq!(wait_after(failures as u32), seconds, "{failures}");
        }
        assert_eq!(wait_after(u32::MAX), 86_400);
    }

    #[test]
    fn the_gate_opens_when_the_wait_is_over() {
        assert_eq!(gate(0, 100, 100, 100), Gate::Open);
        assert_eq!(gate(4, 100, 107, 107), Gate::Wait { seconds: 1 });
        assert_eq!(gate(4, 100, 108, 108), Gate::Open);
        assert_eq!(gate(5, 100, 100, 100), Gate::Wait { seconds: 600 });
        assert_eq!(gate(5, 100, 700, 0), Gate::Open);
    }

    #[test]
    fn odd_clocks_never_shorten_nor_panic() {
        assert_eq!(gate(5, 1000, 500, 1100), Gate::Wait { seconds: 500 });
        assert_eq!(gate(5, 1000, 500, 0), Gate::Wait { seconds: 600 });
        assert_eq!(gate(5, i64::MAX, i64::MIN, i64::MIN), Gate::Wait { seconds: 600 });
        assert_eq!(gate(u32::MAX, i64::MIN, i64::MAX, 0), Gate::Open);
    }

    fn mark(text: &str) -> AccountMark {
        AccountMark(text.to_owned())
    }

    #[test]
    fn failures_are_kept_over_a_restart_and_forgotten_on_success() {
        let dir = tempfile::tempdir().unwrap();
        let mut file = AttemptsFile::load(dir.path());
        for _ in 0..5 {
            file.record_failure(&mark("a"), 1000).unwrap();
        }
        let mut file = AttemptsFile::load(dir.path());
        assert_eq!(file.gate(&mark("a"), 1001), Gate::Wait { seconds: 599 });
        assert_eq!(file.gate(&mark("b"), 1001), Gate::Open);
        file.record_success(&mark("a"), 1700).unwrap();
        assert_eq!(AttemptsFile::load(dir.path()).gate(&mark("a"), 1700), Gate::Open);
    }

    #[test]
    fn setting_the_clock_back_restarts_the_wait() {
        let dir = tempfile::tempdir().unwrap();
        let mut file = AttemptsFile::load(dir.path());
        for _ in 0..5 {
            file.record_failure(&mark("a"), 10_000).unwrap();
        }
        assert_eq!(file.gate(&mark("a"), 9000), Gate::Wait { seconds: 600 });
        let mut file = AttemptsFile::load(dir.path());
        assert_eq!(file.gate(&mark("a"), 9599), Gate::Wait { seconds: 1 });
        assert_eq!(file.gate(&mark("a"), 9600), Gate::Open);
    }

    #[test]
    fn a_damaged_file_is_an_empty_one() {
        let dir = tempfile::tempdir().unwrap();
        for content in ["", "{", "{\"last_seen\":\"x\"}", "[]"] {
            std::fs::write(dir.path().join("attempts.json"), content).unwrap();
            assert_eq!(AttemptsFile::load(dir.path()).gate(&mark("a"), 5), Gate::Open);
        }
    }

    #[test]
    fn the_file_stays_small() {
        let dir = tempfile::tempdir().unwrap();
        let mut file = AttemptsFile::load(dir.path());
        for n in 0..MOST_ACCOUNTS as u32 {
            let tally = Tally { failures: u32::MAX, last: i64::MAX - 5000 + i64::from(n) };
            file.content.accounts.insert(mark(&format!("{n:064}")), tally);
        }
        file.record_failure(&mark("new"), i64::MAX).unwrap();
        assert_eq!(file.content.accounts.len(), MOST_ACCOUNTS);
        assert!(!file.content.accounts.contains_key(&mark(&format!("{:064}", 0))));
        let size = std::fs::metadata(dir.path().join("attempts.json")).unwrap().len();
        assert!(size < MOST_BYTES, "{size}");
    }
}
