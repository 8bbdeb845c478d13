//! Backups: one file that holds the database and its key file, checked after writing, made by hand
//! or by itself; restoring shows what would be replaced, keeps the old data, and works on another
//! machine with the recovery key.

use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;

use super::{Office, Session, ground, io_fault};
use crate::domain::account::Role;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::history::Head;
use crate::domain::progress::Watch;
use crate::domain::text::clean_line;
use crate::store::{Deed, Expectations, Signatures, Verification};
use automatic::{copied, manifest_of};
use container::{Manifest, TEMP_PREFIX};

mod automatic;
mod container;
mod restore;
mod retention;
#[cfg(test)]
mod tests;

pub use automatic::{BackupJob, Occasion, list_backups};
pub(super) use automatic::{keep_old_version, newest_backup, sweep};
pub use restore::{RestorePreview, finish_restore, preview_restore, restore};
pub(super) use restore::{is_recorded_now, is_unrecorded, put_in_place};

/// Bytes that stay free whatever is written: the journal of the next act needs some.
const RESERVE: u64 = 16 * 1024 * 1024;

/// A backup that was found, with what it says of itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// The file.
    pub path: PathBuf,
    /// When it was made, local time.
    pub made_at: NaiveDateTime,
    /// Whose it is.
    pub org: String,
    /// Members in it.
    pub n_members: i64,
    /// Transfers in it.
    pub n_transfers: i64,
    /// The number of the database key it is under, where it says.
    pub generation: Option<u32>,
    /// Whether the database key was changed since: a password that was withdrawn then still opens it.
    pub old_key: bool,
    /// Why it was made by itself; none where somebody made it.
    pub occasion: Option<Occasion>,
    /// Bytes of the file.
    pub bytes: u64,
}

impl Found {
    /// Anybody may have written the manifest, so its text is cleaned.
    fn of(path: &Path, manifest: &Manifest) -> Self {
        Self {
            path: path.to_owned(),
            made_at: manifest.made_at,
            org: clean_line(&manifest.org).text,
            n_members: manifest.members,
            n_transfers: manifest.transfers,
            generation: manifest.generation,
            old_key: false,
            occasion: None,
            bytes: path.metadata().map_or(0, |meta| meta.len()),
        }
    }

    /// Since when and how much, in words.
    pub fn words(&self) -> String {
        let made = self.made_at.format("%Y-%m-%d %H:%M");
        format!("{made} 做的，团员 {} 人，转接 {} 单", self.n_members, self.n_transfers)
    }
}

impl Session<'_> {
    /// Writes a consistent, verified backup of the live database.
    ///
    /// # Errors
    /// Where this person is no administrator, a file stands there, there is no room, or it cannot
    /// be written.
    pub fn back_up(&self, path: &Path) -> Result<Verification, Fault> {
        if self.actor.role != Role::Administrator {
            let sentence = "备份里有全部数据，要由管理员办理。请联系本组织的管理员。";
            return Err(Fault::new(FaultKind::NotAllowed, sentence));
        }
        self.must_write()?;
        if path.exists() {
            let sentence = format!("「{}」已经有了，没有动它。请换一个文件名。", path.display());
            return Err(Fault::new(FaultKind::CannotWrite, sentence));
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        enough_space(folder, 2 * self.office.store.bytes()?)?;
        let scratch = tempfile::Builder::new()
            .prefix(TEMP_PREFIX)
            .tempdir_in(folder)
            .map_err(|error| cannot_write(path, &error))?;
        let copy = scratch.path().join("tuanzhuan.db");
        let (key, wanted) = (self.office.key.pragma_literal(), self.expectations(&[]));
        let found = copied(&self.office.store, &copy, &key, wanted)?;
        let files = [copy, keys_of(self.office)];
        let made_at = self.now.local(self.now.moment);
        let manifest = manifest_of(made_at, &self.actor.org_name, found, &files)?;
        container::write(path, &manifest, &files)?;
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let end = found.head.map(|head| format!("记录末条 {head}")).unwrap_or_default();
        self.desk().record(&Deed::new("backup", name).detail(end))?;
        Ok(found)
    }

    /// The same into the folder of backups, under a name that is never deleted by itself.
    ///
    /// # Errors
    /// As [`Session::back_up`].
    pub fn back_up_here(&self) -> Result<(PathBuf, Verification), Fault> {
        let stamp = self.now.local(self.now.moment).format("%Y%m%d-%H%M%S");
        let folder = &self.office.places.backups;
        super::places::make_private(folder)?;
        let path = folder.join(format!("手工-{stamp}.backup"));
        let found = self.back_up(&path)?;
        Ok((path, found))
    }

    /// Checks pages, references and the chain of events; then counts and search words.
    ///
    /// # Errors
    /// Naming the first thing that is damaged.
    pub fn verify(&self) -> Result<Verification, Fault> {
        self.verify_with(&[])
    }

    /// Whose signing key nobody has vouched for, by name: to be told after a check, as no fault.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn unvouched_keys(&self) -> Result<Vec<String>, Fault> {
        self.office.store.unvouched_signers()
    }

    /// As [`Session::verify`], also against ends of the history that were written down before.
    ///
    /// # Errors
    /// As [`Session::verify`].
    pub fn verify_with(&self, heads: &[Head]) -> Result<Verification, Fault> {
        let found = self.office.store.verify_against(self.expectations(heads))?;
        self.office.store.check_derived()?;
        Ok(found)
    }

    fn expectations<'h>(&self, heads: &'h [Head]) -> Expectations<'h> {
        let signatures =
            if self.office.is_demo() { Signatures::WhereMade } else { Signatures::Required };
        Expectations { now: self.now, signatures, heads }
    }

    /// Makes counts and search words anew from the records.
    ///
    /// # Errors
    /// Where this person is no administrator, it cannot be written, or the watch asked to stop.
    pub fn rebuild_derived(&self, watch: &mut Watch<'_>) -> Result<(), Fault> {
        if self.actor.role != Role::Administrator {
            let sentence = "重新编排要由管理员办理。请联系本组织的管理员。";
            return Err(Fault::new(FaultKind::NotAllowed, sentence));
        }
        self.must_write()?;
        self.office.store.rebuild_derived(watch)
    }
}

/// Compares every part of a backup with its sum.
///
/// # Errors
/// Where it is no backup, or damaged.
pub fn check_backup(path: &Path) -> Result<(), Fault> {
    container::check(path).map(drop)
}

fn keys_of(office: &Office) -> PathBuf {
    if office.is_demo() { office.places.demo_key() } else { office.places.key_file() }
}

/// Refuses to begin what cannot be finished.
fn enough_space(dir: &Path, bytes: u64) -> Result<(), Fault> {
    // A directory that is still to be made lies where its nearest ancestor lies.
    let there = dir.ancestors().find(|dir| dir.exists()).unwrap_or(Path::new("."));
    match ground::free_bytes(there) {
        Some(free) => room(dir, free, bytes),
        None => Ok(()),
    }
}

fn room(dir: &Path, free: u64, bytes: u64) -> Result<(), Fault> {
    let needed = bytes.saturating_add(RESERVE);
    if free >= needed {
        return Ok(());
    }
    let mib = |bytes: u64| bytes.div_ceil(1024 * 1024);
    let sentence = format!(
        "磁盘空间不够：{} 所在的磁盘还剩 {} MB，需要 {} MB，什么也没有写。请腾出空间后再试。",
        dir.display(),
        mib(free),
        mib(needed)
    );
    Err(Fault::new(FaultKind::CannotWrite, sentence))
}

fn no_backup(path: &Path, why: &str) -> Fault {
    let sentence =
        format!("「{}」不能用来恢复：{why}。现有数据没有动。请换一份备份文件。", path.display());
    Fault::new(FaultKind::Damaged, sentence)
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Fault {
    let fault = io_fault("写不了文件", path, error);
    Fault { kind: FaultKind::CannotWrite, ..fault }
}
