//! 更正申请, 导出登记, 到期提醒, 删除个人信息.

use crate::rehearsal::{Rehearsal, Who};

/// The way to 更正、登记、提醒 in the menu of an administrator.
const RIGHTS: &str = "0<end><up><up><up><up><up><up><up><up><enter>";

/// Somebody of the class asks for another name.
fn asked() -> Rehearsal {
    let mut office = Rehearsal::office(Who::Branch);
    office.keys("02邓鸿飞<enter>83<up><up><f2>邓洪飞<enter><enter>户口簿上是洪。<f8>");
    office.must_show("邓鸿飞");
    office
}

#[test]
fn a_correction_is_accepted_by_a_second_administrator() {
    let mut office = asked();
    office.keys(&format!("<esc><esc>{RIGHTS}1<enter>1<f8>"));
    office.must_show("不能由你核准");
    let mut office = asked();
    office.walk_in(Who::Committee);
    office.keys(RIGHTS);
    picture!(office, "rights-menu");
    office.keys("1");
    picture!(office, "corrections-list");
    office.keys("<enter>");
    picture!(office, "correction-popup");
    office.keys("1");
    picture!(office, "correction-accept");
    office.keys("<f8>");
    office.must_show("没有等着核准的");
    office.keys("<esc>02邓洪飞<enter>");
    office.must_show("邓洪飞");
}

#[test]
fn a_member_asks_for_themselves() {
    let mut office = Rehearsal::office(Who::Member);
    office.keys("03");
    office.must_show("更正自己的按 2");
    office.keys("2");
    picture!(office, "correction-own");
    office.keys("<up><up><f2>甲乙丙<enter><enter>身份证上是这样。<f8><esc>");
    office.must_show("待核准");
}

/// The form for a file with full numbers, filled but for the password, and where it will lie.
fn export_in_full() -> (Rehearsal, std::path::PathBuf) {
    let mut office = Rehearsal::office(Who::Committee);
    let csv = office.path("转接.csv");
    office.keys("9<f2>").paste(&csv.to_string_lossy()).keys("<enter><right><f8>");
    office.must_show("写明做什么用");
    office.keys("报上级核对<f8>");
    office.must_show("再输一遍自己的登录密码");
    (office, csv)
}

#[test]
fn an_export_in_full_needs_reason_and_the_right_password() {
    let (mut office, csv) = export_in_full();
    office.keys("wrong-password<f8>");
    for words in ["导出预览", "谁拿到文件谁就看得到", "前 3 行"] {
        office.must_show(words);
    }
    office.keys("1");
    office.must_show("密码不对");
    assert!(!csv.exists(), "a wrong password lets nothing out, in the invented office too");
    let (mut office, csv) = export_in_full();
    office.keys("Yanshi-2468<f8>1");
    office.must_show("已导出");
    assert!(csv.exists());
    office.keys(&format!("{RIGHTS}2"));
    picture!(office, "exports-list");
    office.keys("<enter>");
    office.must_show("报上级核对");
}

#[test]
fn who_left_is_erased_with_the_password_again() {
    let mut office = Rehearsal::office(Who::Branch);
    office.keys("02邓鸿飞<enter>85");
    office.must_show("还在册");
    office.keys("<esc>84离团。<f8>85");
    picture!(office, "member-erase");
    office.keys("本人书面申请。<f8>");
    office.must_show("登录密码");
    office.keys("Yanshi-2468<f8>");
    office.must_show("已删除");
    office.keys("<esc>");
    office.must_show("没有找到");
}

#[test]
fn what_is_due_leads_to_its_rows() {
    let mut office = Rehearsal::office(Who::Committee);
    office.keys(&format!("{RIGHTS}3"));
    picture!(office, "reminders");
}
