//! Killed at the N-th write, sync and rename, refused there by the disk, and killed at random.

use std::collections::BTreeMap;
use std::os::unix::process::ExitStatusExt;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::ops::{self, Op};
use crate::room::{Room, factor, has_strace, say};

/// Everything by which bytes, names and their lasting reach the disk.
const CALLS: [&str; 15] = [
    "write",
    "pwrite64",
    "writev",
    "copy_file_range",
    "sendfile",
    "ftruncate",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "renameat2",
    "link",
    "linkat",
    "unlink",
    "unlinkat",
];

/// Points tried for each system call of an act.
const POINTS: usize = 9;

/// Runs an act below strace with these options.
fn traced(op: &Op, room: &Room, options: &[&str]) -> Output {
    let plain = op.command(room);
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o"]).arg(room.path("trace")).args(options);
    command.arg(plain.get_program()).args(plain.get_args()).stdin(Stdio::null());
    for (name, value) in plain.get_envs().filter(|(_, value)| value.is_none()) {
        debug_assert!(value.is_none());
        command.env_remove(name);
    }
    if let Some(name) = op.stdin {
        command.stdin(std::fs::File::open(room.path(name)).unwrap());
    }
    command.output().unwrap()
}

/// How often an act makes each call that matters, where nothing goes wrong.
fn calls_of(op: &Op) -> BTreeMap<String, usize> {
    let room = Room::new();
    let trace = format!("trace={}", CALLS.join(","));
    let done = traced(op, &room, &["-e", &trace]);
    assert!(done.status.success(), "{}: {done:?}", op.name);
    (op.check)(&room, true);
    // What the check itself did is not in the trace, since only the act ran below strace.
    let mut counts = BTreeMap::new();
    for line in std::fs::read_to_string(room.path("trace")).unwrap().lines() {
        let call = line.split_whitespace().nth(1).and_then(|rest| rest.split('(').next());
        if let Some(call) = call.filter(|call| CALLS.contains(call)) {
            *counts.entry(call.to_owned()).or_insert(0) += 1;
        }
    }
    counts
}

/// Points from the first to the last of `n`, no more than `most`, both ends among them.
fn points(n: usize, most: usize) -> Vec<usize> {
    if n <= most {
        return (1..=n).collect();
    }
    let mut points: Vec<usize> = (0..most).map(|i| 1 + i * (n - 1) / (most - 1)).collect();
    points.dedup();
    points
}

/// What happens at a point.
#[derive(Clone, Copy)]
enum Blow {
    Kill,
    Refuse(&'static str),
}

fn sweep(op: &Op, blow: Blow, calls: &[&str]) {
    sweep_some(op, blow, calls, POINTS);
}

fn sweep_some(op: &Op, blow: Blow, calls: &[&str], n_points: usize) {
    if !has_strace() {
        return;
    }
    let (mut n_cases, mut n_struck) = (0, 0);
    for (call, n) in calls_of(op).iter().filter(|(call, _)| calls.contains(&call.as_str())) {
        for point in points(*n, n_points * factor()) {
            n_cases += 1;
            n_struck += usize::from(strike(op, blow, (call, point)));
        }
    }
    let what = match blow {
        Blow::Kill => "killed",
        Blow::Refuse(error) => error,
    };
    say(&format!("{} {what}: {n_cases} cases, {n_struck} struck", op.name));
    assert!(n_struck * 2 > n_cases, "{}: most points must be reached", op.name);
}

/// One case; whether the act was struck at all.
fn strike(op: &Op, blow: Blow, (call, point): (&str, usize)) -> bool {
    let room = Room::new();
    let trace = format!("trace={call}");
    let how = match blow {
        Blow::Kill => "signal=KILL".to_owned(),
        Blow::Refuse(error) => format!("error={error}"),
    };
    let inject = format!("inject={call}:{how}:when={point}");
    let ended = traced(op, &room, &["-e", &trace, "-e", &inject]);
    let done = ended.status.code() == Some(0);
    let text = format!(
        "{}{}",
        String::from_utf8_lossy(&ended.stdout),
        String::from_utf8_lossy(&ended.stderr)
    );
    assert!(!text.contains("panicked") && !text.contains("E-PANIC"), "{call} {point}: {text}");
    let case = std::panic::AssertUnwindSafe(|| (op.check)(&room, done));
    if let Err(panic) = std::panic::catch_unwind(case) {
        say(&format!("{} at {call} {point} ({how}): {:?} {text}", op.name, ended.status));
        std::panic::resume_unwind(panic);
    }
    match blow {
        Blow::Kill => ended.status.signal() == Some(9),
        Blow::Refuse(_) => ended.status.code() != Some(0) || !text.is_empty(),
    }
}

/// The calls that change what a power cut or a kill leaves.
fn all() -> Vec<&'static str> {
    CALLS.to_vec()
}

#[test]
fn submit_survives_a_kill_at_every_point() {
    sweep(&ops::SUBMIT, Blow::Kill, &all());
}

#[test]
fn approve_survives_a_kill_at_every_point() {
    sweep(&ops::APPROVE, Blow::Kill, &all());
}

#[test]
fn the_backup_of_the_day_survives_a_kill_at_every_point() {
    sweep(&ops::FIRST_OF_DAY, Blow::Kill, &all());
}

#[test]
fn import_survives_a_kill_at_every_point() {
    sweep(&ops::IMPORT, Blow::Kill, &all());
}

#[test]
fn export_survives_a_kill_at_every_point() {
    sweep(&ops::EXPORT, Blow::Kill, &all());
}

#[test]
fn backup_survives_a_kill_at_every_point() {
    sweep(&ops::BACKUP, Blow::Kill, &all());
}

#[test]
fn restore_survives_a_kill_at_every_point() {
    sweep(&ops::RESTORE, Blow::Kill, &all());
}

#[test]
fn password_change_survives_a_kill_at_every_point() {
    sweep(&ops::PASSWORD_CHANGE, Blow::Kill, &all());
}

#[test]
fn erasing_a_member_survives_a_kill_at_every_point() {
    sweep(&ops::ERASE, Blow::Kill, &all());
}

#[test]
fn recovery_survives_a_kill_at_every_point() {
    sweep(&ops::RECOVER, Blow::Kill, &all());
}

#[test]
fn a_reset_survives_a_kill_at_every_point() {
    sweep(&ops::RESET, Blow::Kill, &all());
}

#[test]
fn removal_of_an_administrator_survives_a_kill_at_every_point() {
    sweep(&ops::REMOVE, Blow::Kill, &all());
}

/// A long list takes some seconds each time, so that only a few points are tried at once: those by
/// which the directory file and the database come into force.
#[test]
fn a_long_list_survives_a_kill_at_every_point() {
    sweep_some(&ops::LIST, Blow::Kill, &["fsync", "fdatasync", "rename", "unlink"], 3);
    sweep_some(&ops::LIST, Blow::Kill, &["write", "pwrite64"], 3);
}

/// R06: an error of the disk is never called success, and what was saved before is whole.
#[test]
fn errors_of_the_disk_are_told_and_leave_old_or_new() {
    for op in [
        &ops::SUBMIT,
        &ops::FIRST_OF_DAY,
        &ops::IMPORT,
        &ops::BACKUP,
        &ops::RESTORE,
        &ops::PASSWORD_CHANGE,
    ] {
        sweep(op, Blow::Refuse("EIO"), &["pwrite64", "fsync", "fdatasync", "rename", "renameat2"]);
    }
}

/// The same where keys are changed: whatever fails, exactly those get in who should.
#[test]
fn errors_of_the_disk_while_keys_change_leave_old_or_new() {
    for op in [&ops::REMOVE, &ops::RECOVER, &ops::RESET] {
        let calls = ["pwrite64", "fsync", "fdatasync", "rename", "renameat2"];
        sweep_some(op, Blow::Refuse("EIO"), &calls, 5);
    }
}

/// R05 where the disk fills at one write.
#[test]
fn a_disk_that_fills_at_one_write_leaves_old_or_new() {
    for op in
        [&ops::APPROVE, &ops::FIRST_OF_DAY, &ops::IMPORT, &ops::EXPORT, &ops::BACKUP, &ops::RESTORE]
    {
        sweep(op, Blow::Refuse("ENOSPC"), &["write", "pwrite64", "copy_file_range"]);
    }
}

/// R01: at a random moment, by each signal that ends a command.
#[test]
fn whatever_moment_and_signal_ends_an_act_it_is_whole_or_nothing() {
    let signals = [Signal::KILL, Signal::TERM, Signal::HUP, Signal::INT];
    let mut moment = 7_919_u64;
    let (mut n_cases, mut n_struck) = (0, 0);
    for op in ops::ALL {
        let usual = usual_time(op);
        for signal in signals {
            for _ in 0..factor().min(10) {
                moment = moment.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695);
                let share = u32::try_from(moment >> 40).unwrap() % 1000;
                let room = Room::new();
                let mut child =
                    op.command(&room).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
                std::thread::sleep(usual * share / 1000);
                let pid = Pid::from_raw(child.id().try_into().unwrap()).unwrap();
                kill_process(pid, signal).unwrap_or_default();
                let status = child.wait().unwrap();
                (op.check)(&room, status.code() == Some(0));
                n_cases += 1;
                n_struck += usize::from(status.code() != Some(0));
            }
        }
    }
    say(&format!("random moments: {n_cases} cases, {n_struck} struck"));
}

fn usual_time(op: &Op) -> Duration {
    let room = Room::new();
    let began = Instant::now();
    op.command(&room).stdout(Stdio::null()).stderr(Stdio::null()).status().unwrap();
    began.elapsed()
}
