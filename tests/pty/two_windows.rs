//! Two windows on the same data: the second is told who was first, and only looks.

use rustix::process::Signal;

use super::demo;

#[test]
fn the_second_window_names_the_first_and_only_looks() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = demo::open(demo::start(dir.path()));
    let mut second = demo::start_again(dir.path()).go();
    second.wait_for("1 只读打开");
    let process = format!("进程 {}", first.process_id());
    second.wait_for(&process);
    second.keys("1");
    demo::wait_for_list(&second);
    second.wait_for("| 只读");
    for window in [&mut first, &mut second] {
        window.keys("<down><down>8");
        window.wait_for("╔ 办理转接");
    }
    assert_eq!(first.row_with("转出人 "), second.row_with("转出人 "));
    second.keys("1");
    second.wait_for("只能看");
    first.keys("1");
    first.wait_for("已同意");
    for window in [&mut first, &mut second] {
        window.keys("<c-q>");
        assert_eq!(window.wait_exit(), 0);
    }
}

#[test]
fn leaving_is_offered_and_a_killed_window_holds_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = demo::open(demo::start(dir.path()));
    let mut second = demo::start_again(dir.path()).go();
    second.wait_for("2 退出");
    second.keys("2");
    assert_eq!(second.wait_exit(), 0);
    assert_eq!(second.left_behind(), [""; 0]);
    first.kill(Signal::KILL);
    first.wait_exit();
    let mut third = demo::open(demo::start_again(dir.path()));
    assert!(!third.screen().contains("只读"), "{third:?}");
    third.keys("<c-q>");
    assert_eq!(third.wait_exit(), 0);
}
