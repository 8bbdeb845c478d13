//! R31: after a full run no file, log or output holds a password, a key or a number in the clear;
//! and what a process shows of itself to others.

use std::path::Path;
use std::process::Stdio;

use rustix::process::{DumpableBehavior, dumpable_behavior};

use crate::room::{NEW_PASSWORD, Room, say};
use crate::support::{PASSWORD, admin, command, ended, member};

/// Every file below a directory.
fn files(dir: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { files(&path, found) } else { found.push(path) }
    }
}

fn holds(bytes: &[u8], text: &str) -> bool {
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    [text.as_bytes(), &wide].iter().any(|part| bytes.windows(part.len()).any(|w| w == *part))
}

/// What no file and no output may hold.
fn secrets() -> Vec<String> {
    let numbers = (1..=6).map(member).chain([admin()]);
    let last = (1..=6).map(|n| member(n).chars().skip(10).collect());
    [PASSWORD, NEW_PASSWORD, "wrong-Password-9", "13900000001", "13900139000"]
        .map(str::to_owned)
        .into_iter()
        .chain(numbers)
        .chain(last)
        .collect()
}

#[test]
fn after_a_full_run_nothing_is_left_in_the_clear() {
    let room = Room::new();
    let form = room.text("second.json");
    let number = room.number();
    let (csv, json) = (room.text("office/out.csv"), room.text("office/out.json"));
    let mut said = String::new();
    for args in [
        &["transfer", "submit", "--file", &form][..],
        &["transfer", "approve", &number],
        &["transfer", "list"],
        &["transfer", "show", &number, "--json"],
        &["member", "import", &room.text("import.csv"), "--skip-bad"],
        &["member", "list"],
        &["member", "list", "--search", &member(2)],
        &["member", "show", &member(1)],
        &["transfer", "export", "--stage", "origin_review", "-o", &csv],
        &["member", "export", "-o", &json],
        &["account", "list"],
        &["backup"],
        &["backup", "list"],
        &["verify"],
        &["org", "show", "没有这个"],
        &["member", "show", &member(99)],
        &["restore", &room.text("old.backup")],
    ] {
        let done = room.call(args);
        said += &format!("{}{}", done.out, done.err);
    }
    let words =
        ["--data-dir", &room.text("office"), "--as", &admin(), "--password-stdin", "verify"];
    let wrong = ended(command(&words), "wrong-Password-9\n").code(5);
    said += &wrong.err;
    let mut found = Vec::new();
    files(&room.path("office"), &mut found);
    let device = std::fs::read_to_string(room.path("office/config/device.key")).unwrap();
    let device = device.split_whitespace().last().unwrap().to_owned();
    for secret in secrets() {
        assert!(!said.contains(&secret), "an output holds {secret}");
        for path in &found {
            let bytes = std::fs::read(path).unwrap();
            assert!(!holds(&bytes, &secret), "{} holds {secret}", path.display());
        }
    }
    for path in found.iter().filter(|path| !path.ends_with("device.key")) {
        assert!(!holds(&std::fs::read(path).unwrap(), &device), "{}", path.display());
    }
    say(&format!("secrets: {} words in {} files and all output", secrets().len(), found.len()));
}

#[test]
fn a_process_shows_others_nothing_and_leaves_no_image_of_itself() {
    let room = Room::new();
    let words =
        ["--data-dir", &room.text("office"), "--as", &admin(), "--password-stdin", "verify"];
    let mut child = command(&words).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    let of = |name: &str| std::fs::read_to_string(format!("/proc/{}/{name}", child.id())).unwrap();
    let has_core = || {
        let limits = of("limits");
        let line = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        line.split_whitespace().nth(4) != Some("0")
    };
    let others_may_read = || !of("status").lines().any(|line| line == "Umask:\t0077");
    let end = std::time::Instant::now() + std::time::Duration::from_secs(20);
    while has_core() || others_may_read() {
        assert!(std::time::Instant::now() < end, "{} {}", of("limits"), of("status"));
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(!of("cmdline").contains(PASSWORD) && !of("environ").contains(PASSWORD));
    child.kill().unwrap();
    child.wait().unwrap();
    tuanzhuan::app::world::keep_private();
    assert_eq!(dumpable_behavior().unwrap(), DumpableBehavior::NotDumpable);
}

#[test]
fn directories_and_files_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt;
    let room = Room::new();
    room.call(&["backup"]).code(0);
    for name in ["", "/data", "/config", "/backups", "/logs"].map(|d| format!("office{d}")) {
        let mode = room.path(&name).metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
    let mut found = Vec::new();
    files(&room.path("office"), &mut found);
    for path in &found {
        let mode = path.metadata().unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{}", path.display());
    }
    let loose = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(room.path("office/data"), loose).unwrap();
    let told = room.call(&["transfer", "list"]).code(0);
    assert!(told.err.contains("已改成只有本人"), "{}", told.err);
    assert_eq!(room.path("office/data").metadata().unwrap().permissions().mode() & 0o777, 0o700);
}
