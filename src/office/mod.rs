//! Use cases: what a signed-in person can do, once for screen and command line.
//!
//! [`Door`] is how one gets in: it knows whether an office stands here, unlocks it, and holds who
//! is signed in. [`Session`] is one person at one moment; every use case is a method of it.

mod apply;
mod backups;
mod corrections;
mod credentials;
mod decide;
mod demo;
mod directory;
mod door;
mod exports;
mod history;
mod freshness;
mod ground;
mod imports;
mod key_change;
mod letters;
mod org_search;
mod pens;
mod places;
mod reconcile;
mod records;
mod recovery;
mod reminders;
mod setup;
mod station;
mod unfinished;

pub use apply::Submitted;
pub use backups::{
    BackupJob, Found as FoundBackup, Occasion, RestorePreview, check_backup, finish_restore,
    list_backups, preview_restore, restore,
};
pub use corrections::Corrected;
pub use demo::{DEMO_ACCOUNTS, DemoAccount, DemoSize, is_demo, make_demo};
pub use directory::NamedOrg;
pub use door::{Door, Entry};
pub use exports::{ExportDone, ExportManner};
pub use imports::{ImportOptions, PreparedImport, Undone};
pub use letters::{load_faces, load_template, template_path};
pub use org_search::{Between, Wanted, has_directory, search_directory};
pub use places::Places;
pub(crate) use places::make_private;
pub use recovery::{NewRecoveryKey, recover};
pub use setup::{PreparedOffice, clear_stale};
pub use station::{Holder, Occupant, Patience, Station, Viewing};

pub use crate::store::Interrupter;

use std::sync::Arc;

use crate::domain::account::Actor;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{Now, OrgId};
pub use crate::domain::order::OfficeEntry;
use crate::domain::organisation::Organisation;
use crate::rules::Rules;
use crate::store::{Desk, Pen, Store};
use crate::vault::{DatabaseKey, Vault, VaultFault};

/// An opened office: its database, its keys and its rules.
pub struct Office {
    store: Store,
    key: DatabaseKey,
    /// The key that a broken-off change was bringing the database under, while the vault holds two.
    newest_key: Option<DatabaseKey>,
    /// None in the invented office, whose key lies open.
    vault: Option<Vault>,
    /// What the signed-in person signs with; none in the invented office.
    pen: Option<Pen>,
    rules: Arc<Rules>,
    places: Places,
    shelf: directory::Shelf,
    /// Why it is only looked at, where it is.
    viewing: Option<Viewing>,
}

impl Office {
    /// Whether this is the invented office.
    pub fn is_demo(&self) -> bool {
        self.vault.is_none()
    }

    /// The handle of somebody, where everything is signed if the pen in hand is theirs.
    fn desk<'a>(&'a self, actor: &'a Actor, now: Now) -> Desk<'a> {
        self.store.desk(actor, now).signing_with(self.pen.as_ref())
    }

    /// The rule file in force.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }
}

/// One signed-in person at one moment.
#[derive(Clone, Copy)]
pub struct Session<'a> {
    office: &'a Office,
    actor: &'a Actor,
    now: Now,
    assurance: Assurance,
}

/// How sure it is that the person at the keys is still the one who signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Assurance {
    /// They signed in at some time.
    SignedIn,
    /// They gave their password just now, for what is done next.
    PasswordJustGiven,
}

impl<'a> Session<'a> {
    /// Who is signed in.
    pub fn actor(&self) -> &'a Actor {
        self.actor
    }

    /// The moment.
    pub fn now(&self) -> Now {
        self.now
    }

    /// The rule file in force.
    pub fn rules(&self) -> &'a Rules {
        &self.office.rules
    }

    /// Refuses what would write a file or a key where the office is only looked at. What writes
    /// rows needs no such question: SQLite refuses it.
    ///
    /// # Errors
    /// Saying why nothing may be written.
    pub fn must_write(&self) -> Result<(), Fault> {
        self.office.viewing.as_ref().map_or(Ok(()), |why| Err(why.refusal(self.now)))
    }

    /// An organisation of the database; the list of organisations is public among offices.
    ///
    /// # Errors
    /// Where there is none.
    pub fn organisation(&self, id: OrgId) -> Result<Organisation, Fault> {
        self.office.store.organisation(id)
    }

    /// An organisation by code or full name.
    ///
    /// # Errors
    /// Where there is none.
    pub fn find_organisation(&self, text: &str) -> Result<Organisation, Fault> {
        self.office.store.find_organisation(text)
    }

    /// The scoped handle for reading lists.
    pub fn desk(&self) -> Desk<'a> {
        self.office.desk(self.actor, self.now)
    }
}

/// The rule file of the configuration directory, or the built-in one.
///
/// # Errors
/// Every fault of the file, one sentence each.
pub fn load_rules(places: &Places) -> Result<Arc<Rules>, Fault> {
    let path = places.rules_file();
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Ok(Arc::new(Rules::national()));
        }
        Err(error) => return Err(io_fault("读不了规则文件", &path, &error)),
    };
    Rules::load_override(&text).map(Arc::new).map_err(|faults| {
        let said: Vec<String> = faults.iter().map(ToString::to_string).collect();
        let sentence =
            format!("规则文件 {} 有 {} 处要改：{}", path.display(), said.len(), said.join(" "));
        Fault::new(FaultKind::Damaged, sentence)
    })
}

pub(crate) fn io_fault(what: &str, path: &std::path::Path, error: &std::io::Error) -> Fault {
    use std::io::ErrorKind;
    let (kind, why) = match error.kind() {
        ErrorKind::NotFound => (FaultKind::NotFound, "没有这个文件。请检查路径"),
        ErrorKind::PermissionDenied => (FaultKind::CannotWrite, "没有权限。请检查文件或目录的权限"),
        ErrorKind::StorageFull => (FaultKind::CannotWrite, "磁盘满了。请腾出空间"),
        ErrorKind::ReadOnlyFilesystem => (FaultKind::CannotWrite, "磁盘是只读的。请换一个目录"),
        _ => (FaultKind::Failed, "系统报告出错。请检查磁盘和路径"),
    };
    Fault::new(kind, format!("{what}：{}，{why}后再试。", path.display())).because(error)
}

impl From<VaultFault> for Fault {
    fn from(fault: VaultFault) -> Self {
        let kind = match &fault {
            VaultFault::WrongPassword | VaultFault::WrongRecoveryKey => FaultKind::NotAllowed,
            VaultFault::CannotWrite { .. } | VaultFault::KeyChangeUnderWay => {
                FaultKind::CannotWrite
            }
            VaultFault::LastSlot | VaultFault::PasswordInUse | VaultFault::WeakPassword(_) => {
                FaultKind::Rule
            }
            _ => FaultKind::Damaged,
        };
        Self::new(kind, fault.to_string())
    }
}

#[cfg(test)]
mod tests;
