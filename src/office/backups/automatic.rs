//! Backups that nobody has to think of: at the first opening of a day, and before a step that is
//! hard to take back. They lie in the folder of backups under names of their own; only such names
//! are ever deleted.

use std::fs;
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use zeroize::Zeroizing;

use super::container::{self, Manifest, Part, TEMP_PREFIX};
use super::{Found, cannot_write, enough_space, retention};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::Now;
use crate::office::{Door, Places, Session};
use crate::store::{Expectations, Store, Verification};
use crate::vault::key_generation;

/// Why a backup was made by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Occasion {
    /// The first opening of a day.
    Daily,
    /// Before a long import.
    BeforeImport,
    /// Before the key of the database is changed.
    BeforeRotation,
    /// Before a database of an older version of the program is changed.
    BeforeMigration,
}

impl Occasion {
    const ALL: [Self; 4] =
        [Self::Daily, Self::BeforeImport, Self::BeforeRotation, Self::BeforeMigration];

    /// How it is called in names of files.
    fn id(self) -> &'static str {
        match self {
            Self::Daily => "daily",
            Self::BeforeImport => "before-import",
            Self::BeforeRotation => "before-rotation",
            Self::BeforeMigration => "before-migration",
        }
    }

    /// How people call it.
    pub fn label(self) -> &'static str {
        match self {
            Self::Daily => "每天自动",
            Self::BeforeImport => "导入前自动",
            Self::BeforeRotation => "更换数据密钥前自动",
            Self::BeforeMigration => "升级前自动",
        }
    }
}

const FORMAT: &str = "%Y%m%d-%H%M%S";

fn name_of(made_at: NaiveDateTime, occasion: Occasion) -> String {
    format!("tuanzhuan-{}-{}.backup", made_at.format(FORMAT), occasion.id())
}

/// When and why, where the name is one of ours.
fn read_name(name: &str) -> Option<(NaiveDateTime, Occasion)> {
    let rest = name.strip_prefix("tuanzhuan-")?.strip_suffix(".backup")?;
    let (day, rest) = rest.split_once('-')?;
    let (time, occasion) = rest.split_once('-')?;
    let made_at = NaiveDateTime::parse_from_str(&format!("{day}-{time}"), FORMAT).ok()?;
    Occasion::ALL.into_iter().find(|o| o.id() == occasion).map(|occasion| (made_at, occasion))
}

/// The automatic backups of a folder, in no order.
fn automatic_in(folder: &Path) -> Vec<(PathBuf, NaiveDateTime, Occasion)> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let known = entries.filter_map(|entry| {
        let (made_at, occasion) = read_name(&entry.file_name().to_string_lossy())?;
        Some((entry.path(), made_at, occasion))
    });
    known.collect()
}

/// Every backup in the folder of backups, the newest first; what is none is left out.
pub fn list_backups(places: &Places) -> Vec<Found> {
    let current = key_generation(&places.key_file());
    let entries = fs::read_dir(&places.backups).into_iter().flatten().flatten();
    let paths = entries.map(|e| e.path()).filter(|p| p.extension().is_some_and(|e| e == "backup"));
    let mut found: Vec<Found> = paths
        .filter_map(|path| Some(Found::of(&path, &container::open(&path).ok()?.0)))
        .map(|found| {
            let name = found.path.file_name().map(|n| n.to_string_lossy().into_owned());
            let occasion = name.and_then(|name| read_name(&name)).map(|(_, occasion)| occasion);
            // A backup that does not say is of a time before the key was ever changed.
            let old_key = current.is_some_and(|current| found.generation.unwrap_or(1) < current);
            Found { occasion, old_key, ..found }
        })
        .collect();
    found.sort_by(|a, b| b.made_at.cmp(&a.made_at).then_with(|| a.path.cmp(&b.path)));
    found
}

/// The newest backup all of whose parts still fit their sums.
pub(in crate::office) fn newest_backup(places: &Places) -> Option<Found> {
    list_backups(places).into_iter().find(|found| container::check(&found.path).is_ok())
}

/// A backup to be made; it holds all it needs, so that another thread can make it.
pub struct BackupJob {
    places: Places,
    keys: PathBuf,
    key: Zeroizing<String>,
    org: String,
    now: Now,
    occasion: Occasion,
}

impl Door {
    /// The backup of today, if nobody made it yet and this window writes.
    pub fn daily_backup(&self, now: Now) -> Option<BackupJob> {
        let session = self.session(now).ok()?;
        if self.must_write(now).is_err() || self.is_demo() {
            return None;
        }
        let today = now.today();
        let made = automatic_in(&self.places().backups);
        let is_made = made.iter().any(|(_, at, o)| *o == Occasion::Daily && at.date() == today);
        (!is_made).then(|| session.backup_job(Occasion::Daily))
    }
}

impl Session<'_> {
    /// A backup of the database for an occasion.
    pub fn backup_job(&self, occasion: Occasion) -> BackupJob {
        BackupJob {
            places: self.office.places.clone(),
            keys: super::keys_of(self.office),
            key: self.office.key.pragma_literal(),
            org: self.actor.org_name.clone(),
            now: self.now,
            occasion,
        }
    }

    /// Makes a backup before a step that is hard to take back, unless the office is the invented
    /// one. Where it cannot be made, the step must not be taken.
    ///
    /// # Errors
    /// Saying what keeps it from being made.
    pub(in crate::office) fn back_up_before(&self, occasion: Occasion) -> Result<(), Fault> {
        if self.office.is_demo() {
            return Ok(());
        }
        self.backup_job(occasion).run().map(drop).map_err(|fault| {
            let sentence =
                format!("{}备份没有做成，所以这一步没有办。{}", occasion.label(), fault.sentence);
            Fault { sentence, ..fault }
        })
    }
}

impl BackupJob {
    /// Copies through a connection of its own, checks the copy, packs it, and lets old ones go.
    ///
    /// # Errors
    /// Where there is no room, the database or the copy is damaged, or something cannot be written.
    pub fn run(&self) -> Result<PathBuf, Fault> {
        let folder = &self.places.backups;
        crate::office::places::make_private(folder)?;
        let made_at = self.now.local(self.now.moment);
        let path = folder.join(name_of(made_at, self.occasion));
        if path.exists() {
            return Ok(path);
        }
        let scratch = Scratch::new(folder).map_err(|error| cannot_write(&path, &error))?;
        let source = Store::open_to_view(&self.places.database(), &self.key)?;
        enough_space(folder, 2 * source.bytes()?)?;
        let wanted = Expectations { now: self.now, ..Expectations::default() };
        let keys = self.copy_keys(scratch.path())?;
        let copy = scratch.path().join("tuanzhuan.db");
        let found = copied(&source, &copy, &self.key, wanted);
        // A copy that was made while the key changed is no good, and no damage either.
        self.check_keys(&keys)?;
        let files = [copy, keys];
        let manifest = manifest_of(made_at, &self.org, found?, &files)?;
        container::write(&path, &manifest, &files)?;
        prune(folder);
        Ok(path)
    }

    /// The key file as it is before the database is copied.
    fn copy_keys(&self, into: &Path) -> Result<PathBuf, Fault> {
        let name = self.keys.file_name().unwrap_or_default();
        let copy = into.join(name);
        std::fs::copy(&self.keys, &copy).map_err(|error| cannot_write(&copy, &error))?;
        Ok(copy)
    }

    /// Keys belong to a copy of the database only if nobody changed them meanwhile.
    pub(super) fn check_keys(&self, copy: &Path) -> Result<(), Fault> {
        if Part::of(&self.keys)? == Part::of(copy)? {
            return Ok(());
        }
        let sentence = "做备份时密钥正在更换，这一份没有留下。稍后会再做。";
        Err(Fault::new(FaultKind::Busy, sentence))
    }
}

/// Keeps a database of an older version of the program, before it is brought up to this one.
pub(in crate::office) fn keep_old_version(
    places: &Places,
    old: &Store,
    key: &str,
    now: Now,
) -> Result<(), Fault> {
    let folder = &places.backups;
    crate::office::places::make_private(folder)?;
    // The copy, its container, and what the change itself may take.
    enough_space(folder, 3 * old.bytes()?)?;
    let made_at = now.local(now.moment);
    let path = folder.join(name_of(made_at, Occasion::BeforeMigration));
    let scratch = Scratch::new(folder).map_err(|error| cannot_write(&path, &error))?;
    let copy = scratch.path().join("tuanzhuan.db");
    let found = old.copy_as_it_is(&copy, key)?;
    let files = [copy, places.key_file()];
    container::write(&path, &manifest_of(made_at, "", found, &files)?, &files)?;
    prune(folder);
    Ok(())
}

/// Copies a database and checks the copy in every way.
pub(super) fn copied(
    source: &Store,
    copy: &Path,
    key: &str,
    wanted: Expectations<'_>,
) -> Result<Verification, Fault> {
    source.copy_to(copy, key)?;
    Store::open_to_view(copy, key)?.verify_against(wanted)
}

pub(super) fn manifest_of(
    made_at: NaiveDateTime,
    org: &str,
    found: Verification,
    files: &[PathBuf],
) -> Result<Manifest, Fault> {
    Ok(Manifest {
        made_at,
        org: org.to_owned(),
        members: found.n_members,
        transfers: found.n_transfers,
        events: found.n_events,
        head: found.head.map(|head| head.to_string()),
        generation: files.iter().find_map(|file| key_generation(file)),
        files: files.iter().map(|file| Part::of(file)).collect::<Result<_, _>>()?,
    })
}

/// Lets go of what the rule does not keep. A file that cannot be deleted is tried next time.
fn prune(folder: &Path) {
    let found = automatic_in(folder);
    let made: Vec<_> = found.iter().map(|(_, at, occasion)| (*at, *occasion)).collect();
    for i in retention::superfluous(&made) {
        fs::remove_file(&found[i].0).unwrap_or_default();
    }
}

/// Where a backup is put together. The lock in it ends with the process, and tells it from what a
/// killed one left: a backup may still be made on a thread while its window holds the data anew.
struct Scratch {
    // Closed before the folder goes.
    _lock: fs::File,
    dir: tempfile::TempDir,
}

/// The file of the lock.
const HELD: &str = "held";

impl Scratch {
    fn new(folder: &Path) -> std::io::Result<Self> {
        let dir = tempfile::Builder::new().prefix(TEMP_PREFIX).tempdir_in(folder)?;
        let lock = fs::File::create(dir.path().join(HELD))?;
        lock.lock()?;
        Ok(Self { _lock: lock, dir })
    }

    fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// Whether somebody is still at work on a leftover, which is a folder with a lock or one file.
fn is_held(path: &Path) -> bool {
    let lock = if path.is_dir() { path.join(HELD) } else { path.to_owned() };
    let tried = fs::File::open(lock).map(|file| file.try_lock());
    matches!(tried, Ok(Err(fs::TryLockError::WouldBlock)))
}

/// Removes what killed backups left. Only whoever has just begun to hold the data may do that; what
/// a thread of this process still makes is left to it.
pub(in crate::office) fn sweep(folder: &Path) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if entry.file_name().to_string_lossy().starts_with(TEMP_PREFIX) && !is_held(&path) {
            fs::remove_dir_all(&path).or_else(|_| fs::remove_file(&path)).unwrap_or_default();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_still_being_made_is_not_swept_away() {
        let folder = tempfile::tempdir().unwrap();
        let left = folder.path().join(format!("{TEMP_PREFIX}left"));
        fs::create_dir(&left).unwrap();
        fs::write(left.join(HELD), b"").unwrap();
        let file = folder.path().join(format!("{TEMP_PREFIX}file"));
        fs::write(&file, b"half").unwrap();
        let ours = Scratch::new(folder.path()).unwrap();
        fs::write(ours.path().join("tuanzhuan.db"), b"half").unwrap();
        let written = fs::File::create(folder.path().join(format!("{TEMP_PREFIX}now"))).unwrap();
        written.lock().unwrap();
        sweep(folder.path());
        assert!(!left.exists() && !file.exists());
        assert!(ours.path().join("tuanzhuan.db").exists());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 2);
        drop((ours, written));
        sweep(folder.path());
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn names_are_read_back_and_others_are_none_of_ours() {
        let at = NaiveDateTime::parse_from_str("20260602-103000", FORMAT).unwrap();
        for occasion in Occasion::ALL {
            assert_eq!(read_name(&name_of(at, occasion)), Some((at, occasion)));
        }
        for name in [
            "毕业前.backup",
            "tuanzhuan-20260602.backup",
            "tuanzhuan-20260602-1-x.backup",
            "tuanzhuan-20260602-103000-daily.backup.part",
            "tuanzhuan-20261302-103000-daily.backup",
        ] {
            assert_eq!(read_name(name), None, "{name}");
        }
    }
}
