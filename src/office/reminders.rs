//! 到期提醒: data that is kept longer than it should be, counted for a notice.

use std::path::PathBuf;

use super::exports::look_for;
use super::{FoundBackup, Session, list_backups};
use crate::domain::account::Role;
use crate::domain::disclosure::{ExportRecord, Whereabouts};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::reminder::{Reminder, ReminderKind};

/// Members and files that are counted; more are 「以上」.
const MOST: usize = 1000;

/// Names that a reminder has: of members few, of files all that anybody would go through.
const FIRST: (usize, usize) = (3, 20);

impl Session<'_> {
    /// What is to be looked at, for those who administer; empty where nothing is.
    ///
    /// # Errors
    /// Where this person is no administrator, since an empty answer would say that nothing is due,
    /// or it cannot be read.
    pub fn reminders(&self) -> Result<Vec<Reminder>, Fault> {
        if self.actor.role != Role::Administrator {
            let sentence = "到期提醒是管理员看的，你的账号看不到有没有到期的资料。请让本组织或上级的管理员来查。";
            return Err(Fault::new(FaultKind::NotAllowed, sentence));
        }
        let all: Result<Vec<_>, _> =
            ReminderKind::ALL.iter().map(|kind| self.reminder(*kind, MOST)).collect();
        Ok(all?.into_iter().filter(|reminder| reminder.n > 0).collect())
    }

    /// How many kinds of reminders there are, counting no rows: quick enough for signing in.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn n_reminders(&self) -> Result<usize, Fault> {
        if self.actor.role != Role::Administrator {
            return Ok(0);
        }
        let all: Result<Vec<_>, _> =
            ReminderKind::ALL.iter().map(|kind| self.reminder(*kind, 1)).collect();
        Ok(all?.into_iter().filter(|reminder| reminder.n > 0).count())
    }

    fn reminder(&self, kind: ReminderKind, most: usize) -> Result<Reminder, Fault> {
        let names: Vec<String> = match (kind, self.rules().due(kind, self.now)) {
            (ReminderKind::Former | ReminderKind::Overage, Some(due)) => {
                self.desk().members_due(due, most + 1)?
            }
            (ReminderKind::Former | ReminderKind::Overage, None) => Vec::new(),
            (ReminderKind::Exports, _) => {
                self.exports_due(most + 1)?.into_iter().map(|row| named(&row)).collect()
            }
            (ReminderKind::Backups, _) => {
                self.backups_due().into_iter().map(|path| name_of(&path)).collect()
            }
        };
        let n = names.len().min(most);
        let more = names.len() > most;
        let most = if kind == ReminderKind::Backups { FIRST.1 } else { FIRST.0 };
        Ok(Reminder { kind, n, more, first: names.into_iter().take(most).collect() })
    }

    /// Files with full numbers that should be gone by now.
    fn exports_due(&self, most: usize) -> Result<Vec<ExportRecord>, Fault> {
        let before = self.now.waiting_since(self.rules().export_days());
        let mut found = self.desk().full_exports_before(before, most)?;
        found.iter_mut().for_each(look_for);
        Ok(found)
    }

    /// Backups in the folder of backups that a withdrawn key still opens.
    pub fn backups_due(&self) -> Vec<PathBuf> {
        if self.office.is_demo() {
            return Vec::new();
        }
        let all = list_backups(&self.office.places).into_iter();
        all.filter(|found: &FoundBackup| found.old_key).map(|found| found.path).collect()
    }
}

fn named(record: &ExportRecord) -> String {
    let place = match record.whereabouts {
        Whereabouts::There => "还在",
        Whereabouts::Gone | Whereabouts::Deleted => "没有登记删除",
    };
    format!("{}（{place}）", name_of(std::path::Path::new(&record.path)))
}

fn name_of(path: &std::path::Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}
