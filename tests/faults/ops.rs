//! The acts that are broken off, and what must hold afterwards.

use std::process::Command;

use crate::room::{NEW_PASSWORD, Room, write_private};
use crate::support::{PASSWORD, command, ended};

/// An act: how to call it, and what must hold after it was broken off. The last argument of the
/// check says whether the program said that it was done; then it must be done.
pub struct Op {
    pub name: &'static str,
    pub args: fn(&Room) -> Vec<String>,
    /// What it reads from standard input, as a file of the room.
    pub stdin: Option<&'static str>,
    pub check: fn(&Room, bool),
}

impl Op {
    /// The call as it is made without any fault.
    pub fn command(&self, room: &Room) -> Command {
        let words = (self.args)(room);
        let mut command = command(&words.iter().map(String::as_str).collect::<Vec<_>>());
        if let Some(name) = self.stdin {
            command.stdin(std::fs::File::open(room.path(name)).unwrap());
        }
        command
    }
}

fn words(room: &Room, args: &[&str]) -> Vec<String> {
    room.words(args)
}

/// One of two numbers, and the second where it was said to be done.
#[track_caller]
fn old_or_new(found: &serde_json::Value, (old, new): (i64, i64), done: bool) {
    let found = found.as_i64().unwrap();
    assert!(found == new || (found == old && !done), "{found}, not {old} or {new}; done: {done}");
}

pub const SUBMIT: Op = Op {
    name: "submit",
    args: |room| words(room, &["transfer", "submit", "--file", &room.text("second.json")]),
    stdin: None,
    check: |room, done| old_or_new(&room.sound()["transfers"], (1, 2), done),
};

pub const APPROVE: Op = Op {
    name: "approve",
    args: |room| words(room, &["transfer", "approve", &room.number()]),
    stdin: None,
    check: |room, done| {
        room.sound();
        let card = room.call(&["transfer", "show", &room.number(), "--json"]).code(0).json();
        let stage = card["stage"].as_str().unwrap();
        let events = card["events"].as_array().unwrap().len();
        let new = (stage, events) == ("destination_review", 2);
        assert!(new || (!done && (stage, events) == ("origin_review", 1)), "{stage} {events}");
    },
};

/// The same where it is the first act of a day: the backup of the day is made before it.
pub const FIRST_OF_DAY: Op = Op {
    name: "approve, first of the day",
    args: |room| {
        room.begin_day();
        (APPROVE.args)(room)
    },
    stdin: None,
    check: |room, done| {
        (APPROVE.check)(room, done);
        room.call(&["backup", "list", "--check"]).code(0);
        room.call(&["backup"]).code(0);
        assert_eq!(leftovers(room), [""; 0]);
    },
};

pub const IMPORT: Op = Op {
    name: "import",
    args: |room| words(room, &["member", "import", &room.text("import.csv"), "--skip-bad"]),
    stdin: None,
    check: |room, done| old_or_new(&room.sound()["members"], (4, 6), done),
};

pub const EXPORT: Op = Op {
    name: "export",
    args: |room| {
        let file = room.text("out.csv");
        words(room, &["transfer", "export", "--stage", "origin_review", "-o", &file])
    },
    stdin: None,
    check: |room, done| {
        room.sound();
        match std::fs::read_to_string(room.path("out.csv")) {
            Ok(text) => assert!(text.contains(&room.number()) && text.ends_with("\r\n"), "{text}"),
            Err(_) => assert!(!done, "it was said to be there"),
        }
        // What was left behind hinders nobody.
        let again = (EXPORT.args)(room);
        let again: Vec<&str> = again.iter().map(String::as_str).chain(["--overwrite"]).collect();
        ended(command(&again), "").code(0);
    },
};

pub const BACKUP: Op = Op {
    name: "backup",
    args: |room| words(room, &["backup", &room.text("office/backups/x.backup")]),
    stdin: None,
    check: |room, done| {
        room.sound();
        let found = room.call(&["backup", "list", "--check", "--json"]).code(0).json();
        let rows = found["rows"].as_array().unwrap();
        assert!(rows.iter().all(|row| row["sound"] == true), "{rows:?}");
        let is_there = rows.iter().any(|row| row["path"].as_str().unwrap().ends_with("x.backup"));
        assert!(is_there || !done, "it was said to be there");
        // The next one that is made here clears what this one left.
        room.call(&["backup", &room.text("office/backups/y.backup")]).code(0);
        assert_eq!(leftovers(room), [""; 0]);
    },
};

fn leftovers(room: &Room) -> Vec<String> {
    let entries = std::fs::read_dir(room.path("office/backups")).unwrap();
    let names = entries.map(|e| e.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| name.starts_with('.')).collect()
}

pub const RESTORE: Op = Op {
    name: "restore",
    args: |room| words(room, &["restore", &room.text("old.backup")]),
    stdin: None,
    check: |room, done| {
        old_or_new(&room.sound()["members"], (4, 3), done);
        // Whatever was left in between, it can be done again.
        room.call(&["restore", &room.text("old.backup")]).code(0);
        assert_eq!(room.sound()["members"], 3);
    },
};

pub const PASSWORD_CHANGE: Op = Op {
    name: "password change",
    args: |room| {
        std::fs::write(room.path("passwords"), format!("{PASSWORD}\n{NEW_PASSWORD}\n")).unwrap();
        let (data, admin) = (room.text("office"), crate::support::admin());
        let call = ["--data-dir", &data, "--as", &admin, "--password-stdin", "account", "passwd"];
        call.map(str::to_owned).to_vec()
    },
    stdin: Some("passwords"),
    check: |room, done| {
        let opens = |password: &str| {
            room.forgive();
            write_private(&room.path("admin.pw"), password);
            room.call(&["verify"]).code
        };
        match (opens(PASSWORD), opens(NEW_PASSWORD)) {
            (5, 0) => {}
            (0, 5) => assert!(!done, "the old password opens after it was said to be changed"),
            other => panic!("exactly one of the two must open: {other:?}"),
        }
    },
};

pub const ALL: [&Op; 8] =
    [&SUBMIT, &APPROVE, &FIRST_OF_DAY, &IMPORT, &EXPORT, &BACKUP, &RESTORE, &PASSWORD_CHANGE];
