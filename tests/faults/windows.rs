//! R09: one writer, whoever looks beside it, and nothing to clear after a kill. R15: odd clocks.

use std::process::{Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tuanzhuan::domain::ids::{Moment, Now};
use tuanzhuan::office::{Occupant, Places, Station};

use crate::room::{Room, say};
use crate::support::{command, ended};

fn hold(room: &Room) -> Station {
    let now = Now { moment: Moment(1_780_000_000), offset: 0 };
    let places = Places::below(&room.path("office"));
    Station::required(&places.data, Occupant::Screen, now).unwrap()
}

#[test]
fn beside_a_window_commands_read_and_none_writes() {
    let room = Room::new();
    let held = hold(&room);
    let form = room.text("second.json");
    let number = room.number();
    let before = std::fs::read(room.data("tuanzhuan.db")).unwrap();
    for args in [
        &["transfer", "list"][..],
        &["verify"],
        &["member", "list"],
        &["transfer", "check", "--file", &form],
        &["org", "search", "数学系"],
        &["backup", "list"],
    ] {
        room.call(args).code(0);
    }
    let import = room.text("import.csv");
    let (csv, backup) = (room.text("out.csv"), room.text("out.backup"));
    for args in [
        &["transfer", "submit", "--file", &form][..],
        &["transfer", "approve", &number],
        &["member", "import", &import],
        &["transfer", "export", "-o", &csv],
        &["backup", &backup],
        &["restore", &room.text("old.backup")],
        &["member", "show", &crate::support::member(1), "--reveal"],
        &["account", "passwd"],
    ] {
        let told = room.call(args).code(75);
        let process = format!("进程 {}", std::process::id());
        assert!(told.err.contains("窗口") && told.err.contains(&process), "{}", told.err);
        assert!(told.out.is_empty(), "{args:?}");
    }
    assert_eq!(std::fs::read(room.data("tuanzhuan.db")).unwrap(), before);
    drop(held);
    room.call(&["transfer", "approve", &number]).code(0);
}

/// Commands wait for each other; what succeeded is there, and nothing else.
#[test]
fn many_commands_at_once_take_turns() {
    let room = Room::new();
    let start = |n: usize| {
        let name = format!("南京某某学院第 {n} 团支部");
        let code = format!("N{n}");
        let add = [
            "org",
            "add",
            "--name",
            &name,
            "--kind",
            "branch",
            "--superior",
            "Z2",
            "--code",
            &code,
        ];
        room.command(&add).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    };
    let children: Vec<_> = (0..8).map(start).collect();
    let codes: Vec<i32> =
        children.into_iter().map(|mut child| child.wait().unwrap().code().unwrap()).collect();
    assert!(codes.iter().all(|code| matches!(code, 0 | 75)), "{codes:?}");
    let listed = room.call(&["org", "list", "--json"]).code(0).json();
    let made = listed["rows"].as_array().unwrap().iter();
    let n_made = made.filter(|row| row["code"].as_str().unwrap().starts_with('N')).count();
    assert_eq!(n_made, codes.iter().filter(|code| **code == 0).count(), "{codes:?}");
    room.sound();
}

#[test]
fn a_killed_holder_leaves_nothing_to_clear() {
    for _ in 0..5 {
        let room = Room::new();
        // Asks for a password on a pipe that stays open, holding the data meanwhile.
        let words = ["--data-dir", &room.text("office"), "--as", &crate::support::admin()];
        let mut holder = command(&[&words[..], &["--password-stdin", "backup"]].concat())
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        wait_until_held(&room);
        room.call(&["transfer", "approve", &room.number()]).code(75);
        kill_process(Pid::from_raw(holder.id().try_into().unwrap()).unwrap(), Signal::KILL)
            .unwrap();
        holder.wait().unwrap();
        room.call(&["transfer", "approve", &room.number()]).code(0);
    }
}

fn wait_until_held(room: &Room) {
    let path = room.data("station.lock");
    let is_held = || std::fs::File::open(&path).is_ok_and(|file| file.try_lock().is_err());
    while !is_held() {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
}

/// The invented office's clock can be set: every act works at odd times, in order of its number.
#[test]
fn odd_clocks_break_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().display().to_string();
    let prepare =
        ["--data-dir", &data, "demo", "--prepare", "--members", "60", "--transfers", "30"];
    ended(command(&prepare), "").code(0);
    let demo = format!("{data}/demo");
    let at = |time: &str, args: &[&str]| {
        let mut call: Command = command(&[&["--data-dir", &demo, "--yes"], args].concat());
        call.env("TUANZHUAN_NOW", time);
        ended(call, "")
    };
    let times = [
        "2026-06-02T10:30:00",
        "1970-01-01T00:00:00",
        "2038-01-19T03:14:08",
        "2026-06-02T10:29:59",
        "1969-12-31T23:59:59",
        "9999-12-31T23:59:59",
        "0001-01-01T00:00:00",
        "2026-03-29T02:30:00",
    ];
    for (n, time) in times.iter().enumerate() {
        let (code, name) = (format!("K{n}"), format!("第 {n} 团支部"));
        at(time, &["org", "add", "--name", &name, "--kind", "branch", "--code", &code]).code(0);
        at(time, &["transfer", "list"]).code(0);
        at(time, &["stats"]).code(0);
        at(time, &["backup", &format!("{data}/{n}.backup")]).code(0);
        at(time, &["verify"]).code(0);
    }
    say(&format!("odd clocks: {} times", times.len()));
}
