//! The acts that are broken off, and what must hold afterwards.

use std::process::Command;

use crate::room::{NEW_PASSWORD, Room, second_admin, write_private};
use crate::support::{PASSWORD, command, ended, member};

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
    check: |room, done| match which_opens(room) {
        (5, 0) => {}
        (0, 5) => assert!(!done, "the old password opens after it was said to be changed"),
        other => panic!("exactly one of the two must open: {other:?}"),
    },
};

/// How a call ends with the old password and with the new one.
fn which_opens(room: &Room) -> (i32, i32) {
    let opens = |password: &str| {
        room.forgive();
        write_private(&room.path("admin.pw"), password);
        room.call(&["verify"]).code
    };
    (opens(PASSWORD), opens(NEW_PASSWORD))
}

/// A new password by the recovery key, on a machine that has another device key.
pub const RECOVER: Op = Op {
    name: "recovery on a new machine",
    args: |room| {
        let config = room.path("office/config");
        std::fs::remove_dir_all(&config).unwrap();
        recover_words(room)
    },
    stdin: None,
    check: |room, done| {
        // Between the key file and the list in the database only the recovery key opens, and the
        // same password is taken again.
        let before = which_opens(room);
        assert!(before == (5, 0) || !done, "{before:?}");
        if before != (5, 0) {
            let words = recover_words(room);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            ended(command(&words), "").code(0);
            assert_eq!(which_opens(room), (5, 0));
        }
        room.sound();
    },
};

fn recover_words(room: &Room) -> Vec<String> {
    let (data, admin) = (room.text("office"), crate::support::admin());
    let (password, paper) = (room.text("new.pw"), room.text("paper"));
    let who = ["--data-dir", &data, "--as", &admin, "--password-file", &password];
    let what = ["recover", "--recovery-key-file", &paper];
    who.iter().chain(&what).map(|word| (*word).to_owned()).collect()
}

/// The number of rows from which on a list makes a directory file of its own, and some more.
const LONG: usize = 10_040;

/// The last organisation of the long list.
pub fn last_listed() -> String {
    format!("南京某某学院第 {} 团支部", LONG - 1)
}

/// A list that is long enough for a directory file.
pub const LIST: Op = Op {
    name: "long list",
    args: |room| {
        let mut text = "组织编号,上级组织,组织全称,组织类别\n".to_owned();
        for n in 0..LONG {
            text.push_str(&format!("L{n},Z2,南京某某学院第 {n} 团支部,团支部\n"));
        }
        std::fs::write(room.path("list.csv"), text).unwrap();
        words(room, &["org", "import", &room.text("list.csv")])
    },
    stdin: None,
    check: |room, done| {
        room.sound();
        let found = room.call(&["org", "show", &last_listed()]);
        assert!(found.code == 0 || (found.code == 4 && !done), "{found:?}; done: {done}");
        // Whatever was left in between, the same list goes in, and once only.
        let again = room.call(&["org", "import", &room.text("list.csv")]);
        assert!(matches!(again.code, 0 | 3), "{} {:?}", again.code, again.err.lines().last());
        room.call(&["org", "show", &last_listed()]).code(0);
        let directories = std::fs::read_dir(room.path("office/data")).unwrap().flatten();
        let names = directories.map(|e| e.file_name().to_string_lossy().into_owned());
        let n = names.filter(|name| name.starts_with("directory")).count();
        assert!(n <= 2, "{n} directory files");
    },
};

pub const ERASE: Op = Op {
    name: "erase",
    args: |room| {
        room.call(&["member", "retire", &member(3), "--remark", "退团"]).code(0);
        words(room, &["member", "erase", &member(3), "--remark", "本人申请删除"])
    },
    stdin: None,
    check: |room, done| {
        room.sound();
        let found = room.call(&["member", "show", &member(3)]).code;
        assert!(found == 4 || (found == 0 && !done), "{found}; done: {done}");
        let listed = room.call(&["history", "list", "--json"]).code(0).out;
        assert!(found == 0 || !listed.contains("孔维丙"), "the history still names them");
    },
};

/// Removal of an administrator, with a new database key for all others.
pub const REMOVE: Op = Op {
    name: "remove an administrator",
    args: |room| words(room, &["account", "remove", &second_admin()]),
    stdin: None,
    check: |room, done| {
        let (data, file) = (room.text("office"), room.text("second.pw"));
        let second = second_admin();
        let who = ["--data-dir", &data, "--as", &second, "--password-file", &file];
        let by_second = ended(command(&[&who[..], &["org", "list"]].concat()), "").code;
        room.forgive();
        room.sound();
        let listed = room.call(&["account", "list"]).code(0).out.contains("吴昊");
        assert_eq!(by_second, if listed { 0 } else { 5 });
        assert!(!listed || !done, "they were said to be removed");
    },
};

/// A second administrator's password is withdrawn for a one-time code.
pub const RESET: Op = Op {
    name: "reset an administrator",
    args: |room| words(room, &["account", "reset", &second_admin()]),
    stdin: None,
    check: |room, done| {
        let (data, file) = (room.text("office"), room.text("second.pw"));
        let second = second_admin();
        let who = ["--data-dir", &data, "--as", &second, "--password-file", &file];
        let by_second = ended(command(&[&who[..], &["org", "list"]].concat()), "").code;
        assert!(by_second == 5 || (by_second == 0 && !done), "{by_second}; done: {done}");
        room.forgive();
        room.sound();
        assert!(room.call(&["account", "list"]).code(0).out.contains("吴昊"));
    },
};

/// The office is made on a disk that has none.
pub const INIT: Op = Op {
    name: "set-up",
    args: |room| {
        std::fs::remove_dir_all(room.path("office")).unwrap();
        std::fs::write(room.path("passwords"), format!("{PASSWORD}\n")).unwrap();
        init_words(room)
    },
    stdin: Some("passwords"),
    check: |room, done| {
        let has_office = room.data("tuanzhuan.db").exists();
        assert!(has_office || !done, "it was said to be made");
        if !has_office {
            let words = init_words(room);
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            ended(command(&words), &format!("{PASSWORD}\n")).code(0);
        }
        room.sound();
    },
};

fn init_words(room: &Room) -> Vec<String> {
    let (data, admin) = (room.text("office"), crate::support::admin());
    let init = ["--data-dir", &data, "init", "--org", "南京某某学院团委", "--kind", "committee"];
    let rest = ["--name", "周敏", "--id", &admin, "--password-stdin"];
    init.iter().chain(&rest).map(|word| (*word).to_owned()).collect()
}

pub const ALL: [&Op; 12] = [
    &SUBMIT,
    &APPROVE,
    &FIRST_OF_DAY,
    &IMPORT,
    &EXPORT,
    &BACKUP,
    &RESTORE,
    &PASSWORD_CHANGE,
    &REMOVE,
    &ERASE,
    &RECOVER,
    &RESET,
];
