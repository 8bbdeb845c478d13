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

use crate::chance::Chance;
use crate::looks::{self, Act, Counts, Rebuilt};
use crate::ops::Op;
use crate::room::{Room, factor, has_strace, say};
use crate::trace::{Change, FOLLOWED, Recording};
use crate::tree::Tree;

/// Points of an act at which the power is cut, where nothing else is asked for.
const CUTS: usize = 20;

/// Cuts are tried several times each, and each of these times by chance anew.
const CHANCES: usize = 3;

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
    submit_survives_a_power_cut: looks::SUBMIT;
    approve_survives_a_power_cut: looks::APPROVE;
    the_backup_of_the_day_survives_a_power_cut: looks::FIRST_OF_DAY;
    import_survives_a_power_cut: looks::IMPORT;
    export_survives_a_power_cut: looks::EXPORT;
    backup_survives_a_power_cut: looks::BACKUP;
    restore_survives_a_power_cut: looks::RESTORE;
    password_change_survives_a_power_cut: looks::PASSWORD_CHANGE;
    recovery_survives_a_power_cut: looks::RECOVER;
    a_reset_survives_a_power_cut: looks::RESET;
    removal_of_an_administrator_survives_a_power_cut: looks::REMOVE;
    a_long_list_survives_a_power_cut: looks::LIST;
    erasing_a_member_survives_a_power_cut: looks::ERASE;
    setting_up_survives_a_power_cut: looks::INIT;
}

#[test]
fn without_syncs_acts_are_lost() {
    for act in [&looks::APPROVE, &looks::PASSWORD_CHANGE, &looks::BACKUP, &looks::EXPORT] {
        must_lose(act);
    }
}
