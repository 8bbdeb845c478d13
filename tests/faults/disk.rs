//! Full and read-only disks, in a mount namespace of the test's own; root only.

use std::process::{Command, Output};

use crate::ops;
use crate::room::{Room, is_root, say};

/// Runs a script in a namespace of its own, where mounts are nobody else's business. None where
/// this machine does not allow it.
fn apart(script: &str) -> Option<Output> {
    if !is_root() {
        say("not root, so no disk is filled and none made read-only");
        return None;
    }
    let run = |script: &str| {
        Command::new("unshare")
            .args(["-m", "sh", "-ec", script])
            .env_remove("TUANZHUAN_NOW")
            .output()
    };
    let may_mount = run("mount -t tmpfs none /mnt").is_ok_and(|tried| tried.status.success());
    if !may_mount {
        say("this machine allows no mounts, so no disk is filled and none made read-only");
        return None;
    }
    Some(run(script).unwrap())
}

fn text(output: &Output) -> String {
    let [out, err] = [&output.stdout, &output.stderr].map(|bytes| String::from_utf8_lossy(bytes));
    format!("{out}{err}")
}

/// A call of the program in a script.
fn quoted(words: &[String]) -> String {
    let quote = |word: &String| format!("'{word}'");
    let words: Vec<String> = words.iter().map(quote).collect();
    format!("'{}' {}", env!("CARGO_BIN_EXE_tuanzhuan"), words.join(" "))
}

/// R05: on a full disk an act says so and changes nothing, looking still works, and after room was
/// made the same act is done.
#[test]
fn a_full_disk_refuses_keeps_everything_and_recovers() {
    let mut n_cases = 0;
    for op in
        [&ops::SUBMIT, &ops::APPROVE, &ops::FIRST_OF_DAY, &ops::IMPORT, &ops::BACKUP, &ops::RESTORE]
    {
        let room = Room::new();
        let office = room.text("office");
        let (act, verify) = (quoted(&(op.args)(&room)), quoted(&room.words(&["verify"])));
        let kept = room.text("kept");
        let script = format!(
            "cp -a '{office}' '{kept}'; mount -t tmpfs -o size=24m,mode=700 none '{office}'
             cp -a '{kept}/.' '{office}/'; sha256sum '{office}/data/tuanzhuan.db' > /mnt/before 2>/dev/null || true
             dd if=/dev/zero of='{office}/filler' bs=4k 2>/dev/null || true
             code=0; {act} || code=$?; echo \"full: $code\"
             {verify}; test ! -e '{office}/backups/x.backup'
             rm '{office}/filler'
             {act}; echo \"again: $?\"; {verify}"
        );
        let Some(done) = apart(&script) else { return };
        let said = text(&done);
        assert!(done.status.success(), "{}: {said}", op.name);
        assert!(said.contains("full: 73"), "{}: {said}", op.name);
        assert!(said.contains("空间"), "{}: {said}", op.name);
        assert!(said.contains("again: 0"), "{}: {said}", op.name);
        n_cases += 1;
    }
    say(&format!("full disk: {n_cases} cases"));
}

/// An export to a full disk leaves nothing under its name.
#[test]
fn an_export_to_a_full_disk_leaves_no_file() {
    let room = Room::new();
    let there = room.text("there");
    std::fs::create_dir(room.path("there")).unwrap();
    let file = format!("{there}/out.csv");
    let export =
        quoted(&room.words(&["transfer", "export", "--stage", "origin_review", "-o", &file]));
    let script = format!(
        "mount -t tmpfs -o size=64k none '{there}'; dd if=/dev/zero of='{there}/filler' bs=4k 2>/dev/null || true
         code=0; {export} || code=$?; echo \"full: $code\"; ls -A '{there}'
         rm '{there}/filler'; {export}; ls -A '{there}'"
    );
    let Some(done) = apart(&script) else { return };
    let said = text(&done);
    assert!(done.status.success() && said.contains("full: 73"), "{said}");
    let listed: Vec<&str> =
        said.lines().filter(|line| *line == "filler" || line.ends_with("out.csv")).collect();
    assert_eq!(listed[0], "filler", "{said}");
    assert!(said.trim_end().contains("out.csv"), "{said}");
}

/// R07: what cannot be written opens for looking; every writing act says so and changes nothing.
#[test]
fn a_read_only_disk_is_looked_at() {
    let room = Room::new();
    let office = room.text("office");
    let call = |args: &[&str]| quoted(&room.words(args));
    let form = room.text("second.json");
    let reads = [
        call(&["verify"]),
        call(&["transfer", "list"]),
        call(&["transfer", "show", &room.number()]),
        call(&["transfer", "check", "--file", &form]),
        call(&["member", "list"]),
        call(&["org", "list"]),
        call(&["account", "list"]),
        call(&["stats"]),
        call(&["member", "import", &room.text("import.csv"), "--dry-run"]),
    ];
    let writes = [
        call(&["transfer", "submit", "--file", &form]),
        call(&["transfer", "approve", &room.number()]),
        call(&["member", "import", &room.text("import.csv")]),
        call(&["transfer", "export", "-o", &room.text("out.csv")]),
        call(&["backup", &room.text("out.backup")]),
        call(&["member", "show", &crate::support::member(1), "--reveal"]),
        quoted(&(ops::PASSWORD_CHANGE.args)(&room)) + &format!(" < '{}'", room.text("passwords")),
        call(&["restore", &room.text("old.backup")]),
    ];
    let told = |calls: &[String]| {
        let each = |call: &String| format!("code=0; {call} || code=$?; echo \"code: $code\"\n");
        calls.iter().map(each).collect::<String>()
    };
    let script = format!(
        "mount --bind '{office}' '{office}'; mount -o remount,ro,bind '{office}'\n{}echo ==\n{}",
        told(&reads),
        told(&writes)
    );
    let before = std::fs::read(room.data("tuanzhuan.db")).unwrap();
    let Some(done) = apart(&script) else { return };
    let said = text(&done);
    let out = String::from_utf8_lossy(&done.stdout).into_owned();
    let (read, written) = out.split_once("==").unwrap();
    let codes = |part: &str| -> Vec<String> {
        part.lines().filter_map(|line| Some(line.strip_prefix("code: ")?.to_owned())).collect()
    };
    let read = codes(read);
    assert_eq!(read.len(), reads.len(), "{said}");
    assert!(read.iter().all(|code| code == "0" || code == "3"), "{read:?} {said}");
    assert_eq!(codes(written), vec!["73"; writes.len()], "{said}");
    assert_eq!(std::fs::read(room.data("tuanzhuan.db")).unwrap(), before);
    assert!(!room.path("out.csv").exists() && !room.path("out.backup").exists());
    room.sound();
    say(&format!("read-only disk: {} readings, {} writings", reads.len(), writes.len()));
}

/// R08: a directory that is gone is never made anew by an act.
#[test]
fn a_directory_that_vanished_is_told_and_not_made_anew() {
    let room = Room::new();
    std::fs::rename(room.path("office/data"), room.path("elsewhere")).unwrap();
    for args in [&["transfer", "list"][..], &["transfer", "approve", "ZJ1"], &["backup"]] {
        let told = room.call(args).code(4);
        assert!(!told.err.is_empty(), "{told:?}");
    }
    assert!(!room.data("tuanzhuan.db").exists() && !room.data("vault.keys").exists());
}
