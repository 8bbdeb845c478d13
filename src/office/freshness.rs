//! Whether the data is older than what this machine saw last (R14), and the latest time ever seen.

use super::Door;
use crate::domain::account::Actor;
use crate::domain::fault::Fault;
use crate::domain::ids::{Moment, Now};
use crate::store::Deed;
use crate::vault::Seen;

impl Door {
    /// Compares the history with what this machine saw last. Where it is shorter, or another one,
    /// that is told and recorded; the data is served all the same, since putting a backup in place
    /// is an honest reason.
    pub(super) fn look_at_freshness(&mut self, actor: &Actor, now: Now) -> Result<(), Fault> {
        let Some(office) = &self.office else { return Ok(()) };
        let Some(vault) = &office.vault else { return Ok(()) };
        let seen = match vault.seen() {
            Ok(seen) => seen,
            Err(fault) => {
                self.warnings.push(fault.to_string());
                None
            }
        };
        self.seen = seen;
        self.older = None;
        let Some(seen) = seen.filter(|seen| seen.seq > 0) else { return Ok(()) };
        let (last, _) = office.store.last_entry()?;
        if office.store.entry_hash(seen.seq)? == Some(seen.head) {
            return Ok(());
        }
        let detail = if last < seen.seq {
            format!("上次在这台机器上看到第 {} 条，现在只到第 {last} 条", seen.seq)
        } else {
            format!("第 {} 条和上次在这台机器上看到的不一样", seen.seq)
        };
        self.older = Some(detail.clone());
        let deed = Deed::new("older_copy", "操作记录").detail(detail.clone());
        // Who only looks can note nothing; whoever writes next is told again.
        if office.viewing.is_none() {
            office.desk(actor, now).record(&deed)?;
        }
        self.warnings.push(format!(
            "数据比这台机器上次看到的旧，或者换成了另一份：{detail}。若刚恢复过备份，这是正常的，请把缺的补录；若没有，请先不要办理，问一下谁动过数据目录。这件事会记入操作记录。"
        ));
        Ok(())
    }

    /// In what the data was older than what this machine had seen of it, or another, when it was
    /// opened; none where it was not.
    pub fn older_copy(&self) -> Option<&str> {
        self.older.as_deref()
    }

    /// Remembers how far the history goes, for the next time. That it cannot be written is told
    /// once and stops nobody: the data itself is safe.
    pub(super) fn remember(&mut self, now: Now) {
        let at = self.later(now);
        if let Err(fault) = self.try_to_remember(at) {
            let first = self.warnings.iter().all(|told| *told != fault.sentence);
            self.warnings.extend(first.then_some(fault.sentence));
        }
    }

    /// The same when somebody leaves: what was done since they came counts too.
    pub(super) fn remember_end(&mut self) {
        let at = self.seen.map_or(Moment(i64::MIN), |seen| Moment(seen.at));
        if self.actor.is_some() {
            // Nobody is there to hear that it failed, and nothing else depends on it.
            self.try_to_remember(at).unwrap_or_default();
        }
    }

    fn try_to_remember(&mut self, at: Moment) -> Result<(), Fault> {
        let Some(office) = self.office.as_ref().filter(|office| office.viewing.is_none()) else {
            return Ok(());
        };
        let Some(vault) = &office.vault else { return Ok(()) };
        let (seq, head) = office.store.last_entry()?;
        let seen = Seen { seq, head, at: at.0 };
        if self.seen != Some(seen) {
            vault.remember(&seen)?;
            self.seen = Some(seen);
        }
        Ok(())
    }

    /// The time now, or the latest ever seen where the clock has been set back: what has ended does
    /// not begin again (R15).
    pub(super) fn later(&self, now: Now) -> Moment {
        let here = self.seen.map_or(i64::MIN, |seen| seen.at);
        let there = self.office.as_ref().and_then(|office| office.store.seen_at().ok());
        Moment(now.moment.0.max(here).max(there.map_or(i64::MIN, |at| at.0)))
    }
}

impl Drop for Door {
    fn drop(&mut self) {
        self.remember_end();
    }
}
