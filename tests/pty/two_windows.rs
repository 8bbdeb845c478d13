//! Two windows on the same data: the later decision is told of the earlier one.

use super::demo;

#[test]
fn a_transfer_is_decided_once() {
    let dir = tempfile::tempdir().unwrap();
    let mut first = demo::open(demo::start(dir.path()));
    let mut second = demo::open(demo::start_again(dir.path()));
    for window in [&mut first, &mut second] {
        window.keys("<down><down>8");
        window.wait_for("╔ 办理转接");
    }
    assert_eq!(first.row_with("转出人 "), second.row_with("转出人 "));
    first.keys("1");
    first.wait_for("已同意");
    second.keys("1");
    second.wait_for("这一单已经不在「转出组织审批」");
    for window in [&mut first, &mut second] {
        window.keys("<c-q>");
        assert_eq!(window.wait_exit(), 0);
    }
}
