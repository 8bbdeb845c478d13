//! However it ends, the terminal is as it was; and it ends.

use std::time::Duration;

use rustix::process::Signal;

use super::demo;
use super::terminal::Start;

#[test]
fn quitting_and_being_told_to_end_give_the_terminal_back() {
    let dir = tempfile::tempdir().unwrap();
    for signal in [None, Some(Signal::TERM), Some(Signal::HUP), Some(Signal::INT)] {
        let mut window = demo::open(demo::start_again(dir.path()));
        match signal {
            None => window.keys("<c-q>"),
            Some(signal) => window.kill(signal),
        }
        assert_eq!(window.wait_exit(), 0, "{signal:?}");
        assert_eq!(window.left_behind(), [""; 0], "{signal:?}");
    }
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_speaks() {
    let dir = tempfile::tempdir().unwrap();
    let mut window = demo::start(dir.path()).with("TUANZHUAN_PANIC", "1").go();
    assert_eq!(window.wait_exit(), 1);
    assert_eq!(window.left_behind(), [""; 0]);
    window.wait_for("E-PANIC");
    assert!(!window.screen().contains("待我办"), "{window:?}");
}

#[test]
fn the_second_interrupt_ends_it() {
    let dir = tempfile::tempdir().unwrap();
    let mut window = demo::open(demo::start(dir.path()));
    window.keys("<c-c>");
    window.wait_for("再按一次 Ctrl+C");
    window.keys("<down><c-c>");
    window.wait_for("再按一次 Ctrl+C");
    window.keys("<c-c>");
    assert_eq!(window.wait_exit(), 0);
    assert_eq!(window.left_behind(), [""; 0]);
}

/// With the signal ignored, as below `nohup`, only the terminal itself tells that it is gone.
#[test]
fn a_vanished_terminal_ends_it() {
    let dir = tempfile::tempdir().unwrap();
    let script = format!("trap '' HUP; exec '{}' demo", env!("CARGO_BIN_EXE_tuanzhuan"));
    let mut window = demo::open(Start::program("/bin/sh", dir.path(), &["-c", &script]));
    window.vanish();
    assert!(window.wait_exit_within(Duration::from_secs(3)).is_some(), "it goes on for nobody");
}

#[test]
fn a_stopped_program_takes_the_terminal_over_again() {
    let dir = tempfile::tempdir().unwrap();
    let mut window = demo::open(demo::start(dir.path()));
    window.kill(Signal::STOP);
    window.forget();
    window.kill(Signal::CONT);
    demo::wait_for_list(&window);
    window.keys("<c-q>");
    assert_eq!(window.wait_exit(), 0);
    assert_eq!(window.left_behind(), [""; 0]);
}

/// A program that nobody touches costs nothing: no timer, no redrawing.
#[test]
fn it_sleeps_while_nobody_does_anything() {
    let dir = tempfile::tempdir().unwrap();
    let window = demo::open(demo::start(dir.path()));
    let before = ticks(window.process_id());
    assert!(window.stays_silent(Duration::from_secs(2)), "{window:?}");
    let spent = ticks(window.process_id()) - before;
    assert!(spent <= 1, "{spent} ticks");
}

/// CPU time of a process and its threads in ticks of the clock: fields 14 and 15 of its line.
fn ticks(process: u32) -> u64 {
    let Ok(line) = std::fs::read_to_string(format!("/proc/{process}/stat")) else { return 0 };
    let (_, after_name) = line.rsplit_once(") ").unwrap();
    let fields: Vec<&str> = after_name.split(' ').collect();
    fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
}

#[test]
fn terminals_that_cannot_show_it_are_told_so() {
    let dir = tempfile::tempdir().unwrap();
    for (term, sentence) in [("linux", "没有汉字字库"), ("dumb", "TERM=dumb 的终端画不了界面")]
    {
        let mut window = demo::start_again(dir.path()).with("TERM", term).go();
        assert_eq!(window.wait_exit(), 69, "{term}");
        window.wait_for(sentence);
        assert_eq!(window.left_behind(), [""; 0], "{term}");
    }
}

#[test]
fn without_a_terminal_it_refuses() {
    let dir = tempfile::tempdir().unwrap();
    let script = format!("'{}' < /dev/null", env!("CARGO_BIN_EXE_tuanzhuan"));
    let mut window = Start::program("/bin/sh", dir.path(), &["-c", &script]).go();
    assert_eq!(window.wait_exit(), 69);
    window.wait_for("不是终端");
}

#[test]
fn a_window_that_is_too_small_at_the_start_says_so_and_grows() {
    let dir = tempfile::tempdir().unwrap();
    let mut window = demo::start(dir.path()).sized(60, 20).go();
    window.wait_for("窗口太小：现在 60x20");
    window.resize(80, 24);
    demo::wait_for_list(&window);
    window.resize(60, 20);
    window.wait_for("窗口太小");
    window.keys("<c-q>");
    assert_eq!(window.wait_exit(), 0);
}
