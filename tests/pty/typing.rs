//! Typing, pasting, resizing and losing the machine in the middle of a form.

use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::demo;

#[test]
fn a_draft_is_kept_within_a_moment_and_offered_after_the_machine_died() {
    let dir = tempfile::tempdir().unwrap();
    let mut window = demo::open(demo::start(dir.path()));
    demo::open_form(&mut window);
    window.type_text("13300000099");
    let typed = Instant::now();
    window.wait_for("草稿已存");
    let took = typed.elapsed();
    assert!(took < Duration::from_millis(2500), "{took:?}");
    window.kill(Signal::KILL);
    window.wait_exit();
    let mut window = demo::open(demo::start_again(dir.path()));
    assert!(window.screen().contains("有没提交的草稿"));
    window.keys("2");
    window.wait_for("╔ 新建");
    window.keys("1");
    window.wait_for("接着填");
    window.keys("1");
    window.wait_for("13300000099");
    window.keys("<c-q>");
    assert_eq!(window.wait_exit(), 0);
}

/// What was typed in the last second is on disk although nobody waited for it.
#[test]
fn leaving_at_once_loses_nothing() {
    for leave in ["quit", "term"] {
        let dir = tempfile::tempdir().unwrap();
        let mut window = demo::open(demo::start(dir.path()));
        demo::open_form(&mut window);
        window.type_text("13300000098");
        window.wait_for("13300000098");
        match leave {
            "quit" => window.keys("<c-q>"),
            _ => window.kill(Signal::TERM),
        }
        assert_eq!(window.wait_exit(), 0);
        let mut window = demo::open(demo::start_again(dir.path()));
        window.keys("2");
        window.wait_for("╔ 新建");
        window.keys("1");
        window.wait_for("接着填");
        window.keys("1");
        window.wait_for("13300000098");
    }
}

#[test]
fn a_paste_of_many_lines_fills_one_field_and_submits_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut window = demo::open(demo::start(dir.path()));
    demo::open_form(&mut window);
    window.paste("133000\r\n00097\r\n");
    window.wait_for("已并成一行");
    assert!(window.row_with("►*常用联系人").contains("133000"), "{window:?}");
    window.keys("<c-z>");
    window.wait_until("an empty field", |screen| {
        screen.contains("►*常用联系人") && !screen.contains("133000")
    });
}

/// Input methods put their window where the cursor is.
#[test]
fn the_cursor_stands_behind_what_was_typed() {
    let dir = tempfile::tempdir().unwrap();
    let mut window = demo::open(demo::start(dir.path()));
    window.keys("3");
    // Behind 「 查找：」, which is seven columns wide.
    window.wait_cursor((2, 7));
    window.type_text("孔维嘉a");
    window.wait_cursor((2, 14));
    window.keys("<left><left>");
    window.wait_cursor((2, 11));
    window.keys("<bs>");
    window.wait_for("孔嘉a");
    window.wait_cursor((2, 9));
}

#[test]
fn a_small_window_says_so_and_keeps_what_was_typed() {
    let dir = tempfile::tempdir().unwrap();
    let mut window = demo::open(demo::start(dir.path()));
    demo::open_form(&mut window);
    window.type_text("1330000");
    window.wait_for("1330000");
    window.resize(60, 20);
    window.wait_for("窗口太小：现在 60x20");
    window.resize(80, 24);
    window.wait_until("the whole form again", |screen| {
        screen.contains("1330000") && screen.contains("╔ 发起转接") && screen.contains("F8")
    });
    window.type_text("0096");
    window.wait_for("13300000096");
    window.resize(120, 40);
    window.wait_for("13300000096");
    assert!(!window.screen().contains("窗口太小"));
}
