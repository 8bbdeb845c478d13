//! What must hold on a disk that a cut of the power may have left: every act with its promise.

use tempfile::TempDir;
use tuanzhuan::app::world::Clock;
use tuanzhuan::office::{
    Door, Entry, Occupant, Patience, Places, check_backup, list_backups, recover,
};
use tuanzhuan::store::Verification;

use crate::ops::{self, Op};
use crate::room::{NEW_PASSWORD, SECOND_PASSWORD, second_admin};
use crate::support::{PASSWORD, admin, member};

/// From when on an act counts.
#[derive(Clone, Copy)]
pub enum Counts {
    /// As soon as the program says something.
    WhenSaid,
    /// When the program has ended: it says something before.
    AtTheEnd,
}

/// What is wrong with a disk.
pub type Looked = Result<(), String>;

/// An act and what must hold after a cut. The last argument says whether the act counts.
pub struct Act {
    pub op: &'static Op,
    pub counts: Counts,
    pub look: fn(&Rebuilt, bool) -> Looked,
}

/// A disk that a cut may have left, below a directory of its own.
pub struct Rebuilt(pub TempDir);

/// Who is in, and what they find.
struct Inside {
    found: Verification,
    door: Door,
}

impl Rebuilt {
    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn places(&self) -> Places {
        Places::below(&self.path("office"))
    }

    /// Signs in as a command does that writes; whoever was refused does not have to wait.
    fn knock(&self, id: &str, password: &str) -> Result<Option<Door>, String> {
        std::fs::remove_file(self.path("office/data/attempts.json")).unwrap_or_default();
        let told = |fault: tuanzhuan::domain::fault::Fault| fault.sentence;
        let mut door =
            Door::claiming(self.places(), Occupant::Command, Patience::None).map_err(told)?;
        match door.knock(id, password, Clock::system().now()) {
            Ok(Entry::Welcome(_)) => Ok(Some(door)),
            Ok(other) => Err(format!("{other:?}")),
            Err(fault) if fault.kind == tuanzhuan::domain::fault::FaultKind::NotAllowed => Ok(None),
            Err(fault) => Err(fault.sentence),
        }
    }

    /// The administrator's way in, with everything compared that can be. Nothing may be told that
    /// sounds as if somebody had put an older copy in place.
    fn inside(&self, password: &str) -> Result<Inside, String> {
        let mut inside = self.inside_whatever_is_told(password)?;
        let warnings = inside.door.take_warnings();
        match warnings.iter().find(|text| text.contains("旧")) {
            Some(warning) => Err(format!("a false alarm: {warning}")),
            None => Ok(inside),
        }
    }

    fn inside_whatever_is_told(&self, password: &str) -> Result<Inside, String> {
        let door = self.knock(&admin(), password)?.ok_or("the administrator is kept out")?;
        let session = door.session(Clock::system().now()).map_err(|f| f.sentence)?;
        let found = session.verify().map_err(|f| f.sentence)?;
        Ok(Inside { found, door })
    }

    fn opens(&self, id: &str, password: &str) -> Result<bool, String> {
        Ok(self.knock(id, password)?.is_some())
    }
}

/// One of two, and the second where the act counts.
fn old_or_new<T: PartialEq + std::fmt::Debug>(found: &T, old: &T, new: &T, counts: bool) -> Looked {
    if found == new || (found == old && !counts) {
        return Ok(());
    }
    Err(format!("found {found:?}, not {old:?} or {new:?}; counts: {counts}"))
}

fn stage(disk: &Rebuilt) -> Result<(String, i64), String> {
    let inside = disk.inside(PASSWORD)?;
    let number = std::fs::read_to_string(disk.path("number")).unwrap();
    let session = inside.door.session(Clock::system().now()).map_err(|f| f.sentence)?;
    let row = session.desk().transfer_by_number(&number).map_err(|f| f.sentence)?;
    let stage = row.facts.stage.id().to_owned();
    Ok((stage, inside.found.n_transfers))
}

fn approved(disk: &Rebuilt, counts: bool) -> Looked {
    let [old, new] = ["origin_review", "destination_review"].map(|s| (s.to_owned(), 1));
    old_or_new(&stage(disk)?, &old, &new, counts)
}

fn members(disk: &Rebuilt, (old, new): (i64, i64), counts: bool) -> Looked {
    old_or_new(&disk.inside(PASSWORD)?.found.n_members, &old, &new, counts)
}

/// Backups that are there are whole.
fn backups(disk: &Rebuilt) -> Result<Vec<std::path::PathBuf>, String> {
    let found: Vec<_> = list_backups(&disk.places()).into_iter().map(|b| b.path).collect();
    for path in &found {
        check_backup(path).map_err(|fault| fault.sentence)?;
    }
    let entries = std::fs::read_dir(disk.path("office/backups")).into_iter().flatten().flatten();
    let named = entries.filter(|e| e.path().extension().is_some_and(|e| e == "backup")).count();
    if named != found.len() {
        return Err(format!("{named} files are called backups and {} are", found.len()));
    }
    Ok(found)
}

/// The old data or that of the backup; the old is aside then, whole.
fn restored(disk: &Rebuilt, counts: bool) -> Looked {
    // Going back to an older copy is what was asked for, and is told as that.
    let n_members = || Ok::<_, String>(disk.inside_whatever_is_told(PASSWORD)?.found.n_members);
    let found = n_members()?;
    old_or_new(&found, &4, &3, counts)?;
    let entries = std::fs::read_dir(disk.path("office")).unwrap().flatten();
    let old: Vec<_> = entries
        .map(|entry| entry.path())
        .filter(|path| path.to_string_lossy().contains("data.before-"))
        .collect();
    if found == 4 {
        return if old.is_empty() { Ok(()) } else { Err("two of the old data".to_owned()) };
    }
    let [old] = &old[..] else { return Err(format!("the old data: {old:?}")) };
    let now = disk.path("office/data");
    std::fs::rename(&now, disk.path("office/aside")).unwrap();
    std::fs::rename(old, &now).unwrap();
    match n_members()? {
        4 => Ok(()),
        n => Err(format!("{n} members in what was kept")),
    }
}

fn exported(disk: &Rebuilt, counts: bool) -> Looked {
    disk.inside(PASSWORD)?;
    let number = std::fs::read_to_string(disk.path("number")).unwrap();
    match std::fs::read_to_string(disk.path("out.csv")) {
        Ok(text) if text.contains(&number) && text.ends_with("\r\n") => Ok(()),
        Ok(text) => Err(format!("half a file: {} bytes", text.len())),
        Err(_) if counts => Err("it was said to be there".to_owned()),
        Err(_) => Ok(()),
    }
}

fn backed_up(disk: &Rebuilt, counts: bool) -> Looked {
    disk.inside(PASSWORD)?;
    let is_there = backups(disk)?.iter().any(|path| path.ends_with("x.backup"));
    if counts && !is_there { Err("it was said to be there".to_owned()) } else { Ok(()) }
}

fn password_changed(disk: &Rebuilt, counts: bool) -> Looked {
    let old = disk.opens(&admin(), PASSWORD)?;
    let new = disk.opens(&admin(), NEW_PASSWORD)?;
    old_or_new(&(old, new), &(true, false), &(false, true), counts)?;
    disk.inside(if new { NEW_PASSWORD } else { PASSWORD }).map(drop)
}

/// Without this machine's key the old password opens nothing; the new one does, or the recovery key
/// does and brings it about.
fn recovered(disk: &Rebuilt, counts: bool) -> Looked {
    // A machine on which no device key was made yet tells that, whatever the password.
    let opens = |password: &str| disk.opens(&admin(), password).unwrap_or_default();
    if opens(PASSWORD) {
        return Err("the old password opens".to_owned());
    }
    if !opens(NEW_PASSWORD) {
        if counts {
            return Err("the new password does not open".to_owned());
        }
        let paper = std::fs::read_to_string(disk.path("paper")).unwrap();
        let (places, now) = (disk.places(), Clock::system().now());
        recover(&places, &paper, (&admin(), NEW_PASSWORD), now).map_err(|f| f.sentence)?;
    }
    disk.inside(NEW_PASSWORD).map(drop)
}

/// The second administrator gets in exactly as long as their account is there.
fn removed(disk: &Rebuilt, counts: bool) -> Looked {
    let opens = disk.opens(&second_admin(), SECOND_PASSWORD)?;
    let mut inside = disk.inside(PASSWORD)?;
    let now = Clock::system().now();
    let is_there = |door: &Door| {
        let accounts =
            door.session(now).and_then(|s| s.desk().accounts()).map_err(|f| f.sentence)?;
        Ok::<_, String>(accounts.iter().any(|a| a.id_number.reveal() == second_admin()))
    };
    let listed = is_there(&inside.door)?;
    if opens != listed {
        return Err(format!("opens: {opens}, listed: {listed}"));
    }
    old_or_new(&opens, &true, &false, counts)?;
    drop(inside);
    // Whatever was left to do was done just now.
    if disk.opens(&second_admin(), SECOND_PASSWORD)? != listed {
        return Err("it changed by itself".to_owned());
    }
    inside = disk.inside(PASSWORD)?;
    if is_there(&inside.door)? == listed { Ok(()) } else { Err("it came back".to_owned()) }
}

fn listed(disk: &Rebuilt, counts: bool) -> Looked {
    let inside = disk.inside(PASSWORD)?;
    let session = inside.door.session(Clock::system().now()).map_err(|f| f.sentence)?;
    let unwatched = &mut tuanzhuan::domain::progress::unwatched;
    let n = session.verify_directory(unwatched).map_err(|f| f.sentence)?;
    let last = ops::last_listed();
    let here = session.look_up_organisation(&last).is_ok();
    if here != n.is_some() {
        return Err(format!("the directory: {n:?}, its last entry: {here}"));
    }
    old_or_new(&here, &false, &true, counts)
}

fn erased(disk: &Rebuilt, counts: bool) -> Looked {
    let inside = disk.inside(PASSWORD)?;
    let session = inside.door.session(Clock::system().now()).map_err(|f| f.sentence)?;
    let here = session.desk().member_by_number(&member(3)).is_ok();
    old_or_new(&here, &true, &false, counts)
}

/// An office that is being set up is there and opens, or can be set up again.
fn set_up(disk: &Rebuilt, counts: bool) -> Looked {
    let door = Door::claiming(disk.places(), Occupant::Command, Patience::None)
        .map_err(|fault| fault.sentence)?;
    let has_office = door.has_office();
    drop(door);
    if !has_office {
        return if counts { Err("there is no office".to_owned()) } else { Ok(()) };
    }
    disk.inside(PASSWORD).map(drop)
}

const WHEN_SAID: Counts = Counts::WhenSaid;

pub const SUBMIT: Act = Act {
    op: &ops::SUBMIT,
    counts: WHEN_SAID,
    look: |disk, counts| old_or_new(&disk.inside(PASSWORD)?.found.n_transfers, &1, &2, counts),
};
pub const APPROVE: Act = Act { op: &ops::APPROVE, counts: WHEN_SAID, look: approved };
pub const FIRST_OF_DAY: Act = Act {
    op: &ops::FIRST_OF_DAY,
    counts: WHEN_SAID,
    look: |disk, counts| {
        backups(disk)?;
        approved(disk, counts)
    },
};
pub const IMPORT: Act =
    Act { op: &ops::IMPORT, counts: WHEN_SAID, look: |disk, counts| members(disk, (4, 6), counts) };
pub const EXPORT: Act = Act { op: &ops::EXPORT, counts: WHEN_SAID, look: exported };
pub const BACKUP: Act = Act { op: &ops::BACKUP, counts: WHEN_SAID, look: backed_up };
pub const RESTORE: Act = Act { op: &ops::RESTORE, counts: WHEN_SAID, look: restored };
pub const PASSWORD_CHANGE: Act =
    Act { op: &ops::PASSWORD_CHANGE, counts: WHEN_SAID, look: password_changed };
pub const RECOVER: Act = Act { op: &ops::RECOVER, counts: WHEN_SAID, look: recovered };
pub const RESET: Act = Act {
    op: &ops::RESET,
    counts: WHEN_SAID,
    look: |disk, counts| {
        let opens = disk.opens(&second_admin(), SECOND_PASSWORD)?;
        disk.inside(PASSWORD)?;
        old_or_new(&opens, &true, &false, counts)
    },
};
pub const REMOVE: Act = Act { op: &ops::REMOVE, counts: WHEN_SAID, look: removed };
pub const LIST: Act = Act { op: &ops::LIST, counts: WHEN_SAID, look: listed };
pub const ERASE: Act = Act { op: &ops::ERASE, counts: WHEN_SAID, look: erased };
pub const INIT: Act = Act { op: &ops::INIT, counts: Counts::AtTheEnd, look: set_up };
