//! R03, and R04 under a power cut: an act is recorded once by its system calls, and from the
//! recording the disks are rebuilt that a cut of the power may leave behind.
//!
//! What was synced is there. Of the rest anything may be there or not: bytes not at all, whole, in
//! some sectors of 512 bytes only, or as zeros in a file that has grown; names not at all, in the
//! order in which they were changed, or in none. Every different disk is then opened by the program
//! as somebody would who comes back when there is power again.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;
use tuanzhuan::app::world::Clock;
use tuanzhuan::office::{
    Door, Entry, Occupant, Patience, Places, check_backup, list_backups, recover,
};
use tuanzhuan::store::Verification;

use crate::chance::Chance;
use crate::ops::{self, Op};
use crate::room::{NEW_PASSWORD, Room, SECOND_PASSWORD, factor, has_strace, say, second_admin};
use crate::support::{PASSWORD, admin, member};
use crate::trace::{Change, FOLLOWED, Recording};
use crate::tree::Tree;

/// Points of an act at which the power is cut, where nothing else is asked for.
const CUTS: usize = 20;

/// Cuts are tried several times each, and each of these times by chance anew.
const CHANCES: usize = 3;

/// From when on an act counts.
#[derive(Clone, Copy)]
enum Counts {
    /// As soon as the program says something.
    WhenSaid,
    /// When the program has ended: it says something before.
    AtTheEnd,
}

/// What is wrong with a disk.
type Looked = Result<(), String>;

/// An act and what must hold after a cut. The last argument says whether the act counts.
struct Act {
    op: &'static Op,
    counts: Counts,
    look: fn(&Rebuilt, bool) -> Looked,
}

/// A disk that a cut may have left, below a directory of its own.
struct Rebuilt(TempDir);

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

const SUBMIT: Act = Act {
    op: &ops::SUBMIT,
    counts: WHEN_SAID,
    look: |disk, counts| old_or_new(&disk.inside(PASSWORD)?.found.n_transfers, &1, &2, counts),
};
const APPROVE: Act = Act { op: &ops::APPROVE, counts: WHEN_SAID, look: approved };
const FIRST_OF_DAY: Act = Act {
    op: &ops::FIRST_OF_DAY,
    counts: WHEN_SAID,
    look: |disk, counts| {
        backups(disk)?;
        approved(disk, counts)
    },
};
const IMPORT: Act =
    Act { op: &ops::IMPORT, counts: WHEN_SAID, look: |disk, counts| members(disk, (4, 6), counts) };
const EXPORT: Act = Act { op: &ops::EXPORT, counts: WHEN_SAID, look: exported };
const BACKUP: Act = Act { op: &ops::BACKUP, counts: WHEN_SAID, look: backed_up };
const RESTORE: Act = Act { op: &ops::RESTORE, counts: WHEN_SAID, look: restored };
const PASSWORD_CHANGE: Act =
    Act { op: &ops::PASSWORD_CHANGE, counts: WHEN_SAID, look: password_changed };
const RECOVER: Act = Act { op: &ops::RECOVER, counts: WHEN_SAID, look: recovered };
const RESET: Act = Act {
    op: &ops::RESET,
    counts: WHEN_SAID,
    look: |disk, counts| {
        let opens = disk.opens(&second_admin(), SECOND_PASSWORD)?;
        disk.inside(PASSWORD)?;
        old_or_new(&opens, &true, &false, counts)
    },
};
const REMOVE: Act = Act { op: &ops::REMOVE, counts: WHEN_SAID, look: removed };
const LIST: Act = Act { op: &ops::LIST, counts: WHEN_SAID, look: listed };
const ERASE: Act = Act { op: &ops::ERASE, counts: WHEN_SAID, look: erased };
const INIT: Act = Act { op: &ops::INIT, counts: Counts::AtTheEnd, look: set_up };

/// Runs the act below strace, in a room of its own, and reads what it did.
fn record(op: &Op) -> (Recording, Room) {
    let room = Room::new();
    let plain = op.command(&room);
    let log = TempDir::new().unwrap();
    let log = log.path().join("log");
    let before = Tree::read(&room.path(""));
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-xx", "-s", "33554432", "-e", "raw=read", "-e", "signal=none"]);
    command.args(["-e", &format!("trace={FOLLOWED}"), "-o"]).arg(&log);
    command.arg(plain.get_program()).args(plain.get_args());
    for (name, value) in plain.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    command.stdin(op.stdin.map_or_else(std::process::Stdio::null, |name| {
        std::fs::File::open(room.path(name)).unwrap().into()
    }));
    let done = command.output().unwrap();
    assert!(done.status.success(), "{}: {done:?}", op.name);
    let text = std::fs::read_to_string(&log).unwrap();
    let root = room.path("").components().as_path().to_path_buf();
    let recording = Recording::read(before, &root, &text);
    must_be_complete(op, &recording, &root);
    (recording, room)
}

/// Everything that was done, done again in memory, gives what is on the disk.
fn must_be_complete(op: &Op, recording: &Recording, root: &Path) {
    let mut tree = recording.before.clone();
    recording.changes.iter().for_each(|change| tree.apply(change));
    assert!(tree.fingerprint() == Tree::read(root).fingerprint(), "{}: not all is read", op.name);
}

/// Which of the first changes last whatever happens: a sync came after them.
fn lasting(changes: &[Change]) -> Vec<bool> {
    let mut synced = BTreeSet::new();
    let mut lasts = vec![false; changes.len()];
    for (i, change) in changes.iter().enumerate().rev() {
        match change {
            Change::SyncFile(node) | Change::SyncDir(node) => drop(synced.insert(*node)),
            Change::Write { file, .. } | Change::Length { file, .. } => {
                lasts[i] = synced.contains(file);
            }
            Change::Enter { dir, .. } | Change::Leave { dir, .. } => {
                lasts[i] = synced.contains(dir);
            }
            Change::Move { from, to, .. } => {
                lasts[i] = synced.contains(&to.0) || synced.contains(&from.0);
            }
            Change::Said => lasts[i] = true,
        }
    }
    lasts
}

fn is_name(change: &Change) -> bool {
    matches!(change, Change::Enter { .. } | Change::Leave { .. } | Change::Move { .. })
}

/// What becomes of what no sync made last.
#[derive(Clone, Copy, Debug)]
enum Fate {
    /// All of it is there, as after a kill.
    Kept,
    /// Nothing of it.
    Lost,
    /// Bytes but no names.
    BytesOnly,
    /// Names but no bytes.
    NamesOnly,
    /// All but the last sectors of the last writing.
    Torn,
    /// By chance, names up to one of them as a journal keeps them.
    Ordered(u64),
    /// By chance, each name by itself.
    Any(u64),
}

fn fates(n: usize) -> Vec<Fate> {
    let fixed = [Fate::Kept, Fate::Lost, Fate::BytesOnly, Fate::NamesOnly, Fate::Torn];
    let most = CHANCES * factor().min(4);
    let seeds = |k: usize| u64::try_from(n * most + k).unwrap();
    let chances = (0..most).flat_map(|k| [Fate::Ordered(seeds(k)), Fate::Any(seeds(k))]);
    fixed.into_iter().chain(chances).collect()
}

/// The disk after a cut behind the first `n` changes.
fn disk(recording: &Recording, n: usize, fate: Fate) -> Tree {
    let changes = &recording.changes[..n];
    let lasts = lasting(changes);
    let open = |i: usize| !lasts[i];
    let last_write = (0..n).rev().find(|i| open(*i) && matches!(changes[*i], Change::Write { .. }));
    let n_names = (0..n).filter(|i| open(*i) && is_name(&changes[*i])).count();
    let mut chance = Chance::new(match fate {
        Fate::Ordered(seed) | Fate::Any(seed) => seed,
        _ => 1,
    });
    let mut names_left = chance.below(n_names + 1);
    let mut tree = recording.before.clone();
    for (i, change) in changes.iter().enumerate() {
        let kept = match fate {
            _ if lasts[i] => true,
            Fate::Kept => true,
            Fate::Lost => false,
            Fate::BytesOnly => !is_name(change),
            Fate::NamesOnly => is_name(change),
            Fate::Torn => Some(i) != last_write,
            Fate::Ordered(_) if is_name(change) => {
                let kept = names_left > 0;
                names_left = names_left.saturating_sub(1);
                kept
            }
            Fate::Ordered(_) | Fate::Any(_) => chance.below(2) == 0,
        };
        match (kept, fate) {
            (true, _) => tree.apply(change),
            (false, Fate::Torn) => {
                let mut left = 1 + chance.below(3);
                tree.tear(change, false, || {
                    left = usize::saturating_sub(left, 1);
                    left > 0
                });
            }
            (false, Fate::Ordered(_) | Fate::Any(_)) => {
                let grows = chance.below(2) == 0;
                tree.tear(change, grows, || chance.below(3) == 0);
            }
            (false, _) => {}
        }
    }
    tree
}

/// Numbers of changes behind which to cut: spread over the act, both ends, and the moment from
/// which it counts.
fn cuts(recording: &Recording, counts_at: usize) -> Vec<usize> {
    let n = recording.changes.len();
    let most = CUTS.saturating_mul(factor());
    let spread: BTreeSet<usize> =
        if n < most { (0..=n).collect() } else { (0..most).map(|i| i * n / (most - 1)).collect() };
    let special = [counts_at, counts_at + 1, n].map(|at| at.min(n));
    spread.into_iter().chain(special).collect::<BTreeSet<_>>().into_iter().collect()
}

/// What a sweep found.
#[derive(Default)]
struct Tally {
    n_changes: usize,
    n_cuts: usize,
    n_states: usize,
    n_distinct: usize,
    n_binary: usize,
    failures: Vec<String>,
}

/// Every so many different disks are also looked at by the binary, with the act's own check.
const BY_BINARY: usize = 40;

fn try_out(act: &Act, recording: &Recording, enough: usize) -> Tally {
    let counts_at = match act.counts {
        Counts::WhenSaid => recording.said_at().unwrap_or(recording.changes.len()),
        Counts::AtTheEnd => recording.changes.len() - 1,
    };
    let cuts = cuts(recording, counts_at);
    let mut seen = BTreeSet::new();
    let mut tally =
        Tally { n_changes: recording.changes.len(), n_cuts: cuts.len(), ..Tally::default() };
    let cases = cuts.iter().flat_map(|n| fates(*n).into_iter().map(move |fate| (*n, fate)));
    for (n, fate) in cases {
        if tally.failures.len() >= enough {
            break;
        }
        tally.n_states += 1;
        let (counts, tree) = (n > counts_at, disk(recording, n, fate));
        if !seen.insert((tree.fingerprint(), counts)) {
            continue;
        }
        tally.n_distinct += 1;
        let rebuilt = Rebuilt(place(&tree));
        if let Err(why) = (act.look)(&rebuilt, counts) {
            tally.failures.push(format!("behind {n} ({:?}) {fate:?}: {why}", near(recording, n)));
            continue;
        }
        if tally.n_distinct % BY_BINARY == 1 && tally.failures.is_empty() {
            tally.n_binary += 1;
            (act.op.check)(&Room::at(place(&tree)), counts);
        }
    }
    tally
}

/// The changes around a cut, in short.
fn near(recording: &Recording, n: usize) -> Vec<String> {
    let short = |change: &Change| match change {
        Change::Write { file, at, bytes } => format!("write {file} {at}+{}", bytes.len()),
        other => format!("{other:?}"),
    };
    recording.changes[n.saturating_sub(2)..n].iter().map(short).collect()
}

fn place(tree: &Tree) -> TempDir {
    // In memory where there is such a place: the disk of this machine is not what is tried.
    let shared = Path::new("/dev/shm");
    let dir = TempDir::new_in(if shared.is_dir() { shared } else { Path::new("/tmp") }).unwrap();
    tree.write(dir.path());
    dir
}

fn sweep(act: &Act) {
    if !has_strace() {
        return;
    }
    let (recording, _room) = record(act.op);
    let tally = try_out(act, &recording, usize::MAX);
    say(&format!(
        "{} power cut: {} changes, {} cuts, {} disks, {} different, {} by the binary, {} lost",
        act.op.name,
        tally.n_changes,
        tally.n_cuts,
        tally.n_states,
        tally.n_distinct,
        tally.n_binary,
        tally.failures.len()
    ));
    assert!(tally.failures.is_empty(), "{}:\n{}", act.op.name, tally.failures.join("\n"));
    assert!(tally.n_distinct > 10, "{}: too little was tried", act.op.name);
}

/// Losses after which it is clear that there are some.
const ENOUGH: usize = 8;

/// A simulation that finds nothing proves nothing: without its syncs the same act must lose.
fn must_lose(act: &Act) {
    if !has_strace() {
        return;
    }
    let (recording, _room) = record(act.op);
    let tally = try_out(act, &recording.without_syncs(), ENOUGH);
    say(&format!(
        "{} without syncs: {} of {} different disks lost",
        act.op.name,
        tally.failures.len(),
        tally.n_distinct
    ));
    assert!(!tally.failures.is_empty(), "{}: nothing is lost without syncs", act.op.name);
}

macro_rules! sweeps {
    ($($name:ident: $act:expr;)*) => {$(
        #[test]
        fn $name() {
            sweep(&$act);
        }
    )*};
}

sweeps! {
    submit_survives_a_power_cut: SUBMIT;
    approve_survives_a_power_cut: APPROVE;
    the_backup_of_the_day_survives_a_power_cut: FIRST_OF_DAY;
    import_survives_a_power_cut: IMPORT;
    export_survives_a_power_cut: EXPORT;
    backup_survives_a_power_cut: BACKUP;
    restore_survives_a_power_cut: RESTORE;
    password_change_survives_a_power_cut: PASSWORD_CHANGE;
    recovery_survives_a_power_cut: RECOVER;
    a_reset_survives_a_power_cut: RESET;
    removal_of_an_administrator_survives_a_power_cut: REMOVE;
    a_long_list_survives_a_power_cut: LIST;
    erasing_a_member_survives_a_power_cut: ERASE;
    setting_up_survives_a_power_cut: INIT;
}

#[test]
fn without_syncs_acts_are_lost() {
    for act in [&APPROVE, &PASSWORD_CHANGE, &BACKUP, &EXPORT] {
        must_lose(act);
    }
}
