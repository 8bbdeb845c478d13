//! Faults that meet a window: the data directory vanishes (R08), the disk is slow (R33), the
//! terminal is poor (R36), another process changes the key; and R37, that nothing is ever sent
//! anywhere.

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::room::{Room, has_strace, say, second_admin};
use crate::support::{command, ended, member};
use crate::terminal::{Start, Terminal};

/// The invented office in a window, on the list with the details of its first row.
fn demo(program: &str, data: &Path, words: &[&str]) -> Terminal {
    let window = Start::program(program, data, words).go();
    wait_for_list(&window);
    window
}

fn wait_for_list(window: &Terminal) {
    window.wait_until("the list with details", |screen| {
        screen.contains("[待我办 ") && screen.contains("下一步：")
    });
}

fn program() -> &'static str {
    env!("CARGO_BIN_EXE_tuanzhuan")
}

/// Everything below a directory, by name.
fn names(dir: &Path) -> Vec<String> {
    let mut found: Vec<String> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    found.sort();
    found
}

/// R08: the directory of the data is taken away under a window, as a stick that is pulled. It says
/// so, makes nothing anew, and goes on when it is back.
#[test]
fn a_directory_that_vanishes_under_a_window_is_told_and_nothing_is_made_anew() {
    let dir = tempfile::tempdir().unwrap();
    let mut window = demo(program(), dir.path(), &["demo", "--seed", "7"]);
    let (data, aside) = (dir.path().join("demo"), dir.path().join("pulled"));
    window.keys("<down><down>8");
    window.wait_for("╔ 办理转接");
    std::fs::rename(&data, &aside).unwrap();
    window.keys("1");
    window.wait_for("不在了");
    assert!(!window.screen().contains("已同意"), "{window:?}");
    window.keys("1");
    window.wait_gone("知道了");
    assert!(!data.exists(), "{:?}", names(dir.path()));
    std::fs::rename(&aside, &data).unwrap();
    window.keys("8");
    window.wait_for("╔ 办理转接");
    window.keys("1");
    window.wait_for("已同意");
    window.keys("<c-q>");
    assert_eq!(window.wait_exit(), 0);
    let demo = data.display().to_string();
    ended(command(&["--data-dir", &demo, "verify"]), "").code(0);
}

/// The same where it does not come back: the window ends as ever and leaves nothing behind.
#[test]
fn a_window_whose_directory_is_gone_for_good_ends_cleanly() {
    let dir = tempfile::tempdir().unwrap();
    let mut window = demo(program(), dir.path(), &["demo", "--seed", "7"]);
    let aside = dir.path().join("pulled");
    std::fs::rename(dir.path().join("demo"), &aside).unwrap();
    window.keys("<down><c-q>");
    assert_eq!(window.wait_exit(), 0);
    assert_eq!(window.left_behind(), [""; 0]);
    assert!(!dir.path().join("demo").exists(), "{:?}", names(dir.path()));
    std::fs::rename(&aside, dir.path().join("demo")).unwrap();
    let demo = dir.path().join("demo").display().to_string();
    ended(command(&["--data-dir", &demo, "verify"]), "").code(0);
}

/// R33: every sync takes half a second. Keys are answered all the same, and pressing twice does
/// nothing twice.
#[test]
fn a_slow_disk_delays_no_key_and_nothing_is_done_twice() {
    if !has_strace() {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let mut made = demo(program(), dir.path(), &["demo", "--seed", "7"]);
    made.keys("<c-q>");
    made.wait_exit();
    let data = dir.path().join("demo").display().to_string();
    let before = n_entries(&data);
    let inject = "inject=fsync,fdatasync:delay_enter=500000";
    let below = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", inject];
    let words = [&below[..], &[program(), "demo"]].concat();
    let mut window = demo("strace", dir.path(), &words);
    window.keys("<down><down>8");
    window.wait_for("╔ 办理转接");
    let began = Instant::now();
    window.keys("1");
    window.wait_for("正在保存");
    let row = window.row_with("►");
    // The second and third press are for what may stand there once the first is on its way.
    window.keys("11<esc><up>");
    window.wait_until("the cursor moves", |screen| !screen.contains(&row));
    assert!(!window.screen().contains("已同意"), "the key waited for the disk: {window:?}");
    window.wait_for("已同意");
    assert!(began.elapsed() > Duration::from_millis(500), "the disk was not slow");
    window.keys("<c-q>");
    assert_eq!(window.wait_exit(), 0);
    let after = n_entries(&data);
    assert_eq!(after - before, 1, "one decision, one entry");
}

/// Entries of the history about decisions.
fn n_entries(data: &str) -> i64 {
    let found = ended(command(&["--data-dir", data, "verify", "--json"]), "").code(0).json();
    found["counts"]["events"].as_i64().unwrap()
}

/// R36: where no screen can be drawn the window says so plainly, and commands work.
#[test]
fn where_nothing_can_be_drawn_it_says_so_and_commands_work() {
    let room = Room::new();
    let (data, number) = (room.text("office"), room.number());
    let plain = |name: &str, value: &str| {
        let mut window = command(&["--data-dir", &data]);
        window.env_remove("LANG").env_remove("LC_ALL").env_remove("LC_CTYPE").env(name, value);
        let told = ended(window, "");
        assert_eq!(told.code, 69, "{name}={value}: {told:?}");
        assert!(told.out.is_empty() && told.err.lines().count() == 1, "{told:?}");
        assert!(!told.err.contains("E-PANIC"), "{told:?}");
        let mut list = room.command(&["transfer", "list"]);
        list.env_remove("LANG").env_remove("LC_ALL").env_remove("LC_CTYPE").env(name, value);
        let listed = ended(list, "").code(0);
        assert!(listed.out.contains(&number), "{listed:?}");
    };
    for (name, value) in
        [("LC_ALL", "C"), ("LANG", "C"), ("TERM", "dumb"), ("TERM", ""), ("LC_ALL", "POSIX")]
    {
        plain(name, value);
    }
    // A terminal that cannot, and one whose locale cannot.
    for (name, value) in [("TERM", "dumb"), ("LC_ALL", "C"), ("LC_ALL", "en_US.ISO-8859-1")] {
        let mut window = Start::new(&room.path("office"), &[]).with(name, value).go();
        window.wait_for("--help");
        assert_eq!(window.wait_exit(), 69, "{name}={value}: {window:?}");
        assert_eq!(window.left_behind(), [""; 0]);
    }
}

/// Another process changes the key of the database under a window that only looks: nothing is
/// called damaged, and signing in again is all there is to do.
#[test]
fn a_window_that_looks_is_told_when_the_key_is_changed() {
    let room = Room::new();
    let now = tuanzhuan::app::world::Clock::system().now();
    let places = tuanzhuan::office::Places::below(&room.path("office"));
    let held = tuanzhuan::office::Station::required(
        &places.data,
        tuanzhuan::office::Occupant::Screen,
        now,
    )
    .unwrap();
    let mut window = Start::new(&room.path("office"), &[]).go();
    window.wait_for("1 只读打开");
    window.keys("1");
    window.wait_for("F8 登录");
    sign_in(&mut window);
    window.wait_for("[待我办 ");
    drop(held);
    room.call(&["account", "remove", &second_admin()]).code(0);
    window.keys("/A");
    window.wait_for("没有损坏");
    assert!(!window.screen().contains("请停止录入"), "{window:?}");
    window.keys("<enter>");
    window.wait_for("F8 登录");
    sign_in(&mut window);
    window.wait_for("[待我办 ");
    window.keys("<c-q>");
    assert_eq!(window.wait_exit(), 0);
    room.sound();
}

fn sign_in(window: &mut Terminal) {
    window.type_text(&crate::support::admin());
    window.keys("<enter>");
    window.type_text(crate::support::PASSWORD);
    window.keys("<enter>");
}

/// R37: no call of any kind opens a way to another machine.
#[test]
fn nothing_asks_for_the_network() {
    if !has_strace() {
        return;
    }
    let room = Room::new();
    let (number, form) = (room.number(), room.text("second.json"));
    let mut n_calls = 0;
    for args in [
        &["transfer", "submit", "--file", &form][..],
        &["transfer", "approve", &number],
        &["transfer", "list"],
        &["member", "import", &room.text("import.csv"), "--skip-bad"],
        &["member", "show", &member(1), "--reveal"],
        &["member", "export", "-o", &room.text("out.xlsx")],
        &["transfer", "export", "-o", &room.text("out.csv")],
        &["org", "search", "数学系"],
        &["backup"],
        &["verify"],
        &["account", "remove", &second_admin()],
        &["restore", &room.text("old.backup")],
    ] {
        let plain = room.command(args);
        let sockets = sockets_of(&room, plain.get_program(), plain.get_args());
        assert_eq!(sockets, [""; 0], "{args:?}");
        n_calls += 1;
    }
    let dir = tempfile::tempdir().unwrap();
    let log = dir.path().join("net");
    let shown = log.display().to_string();
    let below = ["-f", "-qq", "-e", "trace=network", "-o", &shown, program(), "demo"];
    let mut window = demo("strace", dir.path(), &below);
    window.keys("<down>8");
    window.wait_for("╔ 办理转接");
    window.keys("1<c-q>");
    window.wait_exit();
    assert_eq!(of_network(&std::fs::read_to_string(&log).unwrap()), [""; 0]);
    say(&format!("network: {n_calls} commands and a window, no socket"));
}

fn sockets_of<'a>(
    room: &Room,
    program: &std::ffi::OsStr,
    args: impl Iterator<Item = &'a std::ffi::OsStr>,
) -> Vec<String> {
    let log = room.path("net");
    let mut below = Command::new("strace");
    below.args(["-f", "-qq", "-e", "trace=network", "-o"]).arg(&log).arg(program).args(args);
    below.env_remove("TUANZHUAN_NOW").env_remove("TUANZHUAN_DATA_DIR").stdin(Stdio::null());
    let done = below.output().unwrap();
    assert!(done.status.success(), "{done:?}");
    of_network(&std::fs::read_to_string(log).unwrap())
}

/// Calls that speak of anything but this machine's own pairs of sockets.
fn of_network(log: &str) -> Vec<String> {
    let own = ["socketpair(AF_UNIX", "sendto(", "recvfrom(", "shutdown(", "getsockopt("];
    let is_own = |line: &&str| own.iter().any(|call| line.contains(call));
    log.lines().filter(|line| line.contains('(') && !is_own(line)).map(str::to_owned).collect()
}
