//! 办理: every act, what each asks for, and who may not.

use crate::rehearsal::{Rehearsal, Who};

#[test]
fn a_departure_is_approved() {
    let mut office = journey!(Branch, "8", "decide-popup");
    office.keys("1");
    picture!(office, "decide-approved");
}

#[test]
fn a_transfer_is_returned_with_a_reason() {
    let mut office = journey!(Branch, "82", "decide-return-reason");
    office.keys("<f8>");
    picture!(office, "decide-return-without-reason");
    office.keys("联系电话不对，请核实后再报。<f8>");
    office.must_show("已退回");
    office.keys("】】】朱杰<enter>");
    picture!(office, "decide-returned-card");
}

#[test]
fn an_arrival_is_placed_in_a_branch() {
    let mut office = journey!(Committee, "3郭鹏程<f8>", "decide-place-popup");
    office.keys("1");
    picture!(office, "decide-place-picker");
    office.keys("青年教工<enter>");
    picture!(office, "decide-placed");
}

#[test]
fn approving_and_placing_go_together() {
    let mut office = journey!(Committee, "3陶明月<f8>", "decide-approve-and-place");
    office.keys("2<enter>");
    office.must_show("已完成");
}

#[test]
fn a_transfer_is_withdrawn_by_those_who_made_it() {
    let mut office = Rehearsal::office(Who::Member);
    office.keys("<down>83单位有变，重新申请。<f8>");
    picture!(office, "decide-withdrawn");
}

#[test]
fn an_outcome_in_another_system_is_recorded() {
    let mut office = journey!(Committee, "81", "decide-receipt-accepted");
    office.keys("<f2>2026-06-03<f8>");
    picture!(office, "decide-receipt-in-the-future");
    office.keys("<f2>2026-06-01<f8>");
    office.must_show("陶韵寒：已登记对方已接收");
    let mut office = journey!(Committee, "82", "decide-receipt-refused");
    office.keys("<down>对方查无此人。<f8>");
    office.must_show("陶韵寒：已登记对方不接收");
}

#[test]
fn a_transfer_lapses() {
    let mut office = Rehearsal::office(Who::Committee);
    office.keys("84对方系统超过时限，已失效。<f8>");
    picture!(office, "decide-lapsed");
}

#[test]
fn the_province_reviews_special_units() {
    let mut office = journey!(Province, "8", "decide-province-popup");
    office.keys("1");
    picture!(office, "decide-province-approved");
}

#[test]
fn what_one_may_not_do_is_told_with_the_reason() {
    journey!(Operator, "[何宇轩<f8>", "refused-operator");
    let mut office = Rehearsal::office(Who::Branch);
    office.keys("3朱杰<f8>1<esc><esc>[朱杰<f8>");
    picture!(office, "refused-other-side");
    journey!(Member, "8", "own-ended-popup");
    let mut office = journey!(Member, "<down>8", "refused-own-transfer");
    office.keys("1");
    picture!(office, "refused-own-approval");
}

#[test]
fn several_rows_are_decided_at_once_and_each_has_its_result() {
    let mut office = journey!(Branch, "  8", "decide-several");
    office.keys("1");
    picture!(office, "decide-several-results");
    office.keys("1");
    office.must_show("1/7 条");
    let mut office = Rehearsal::office(Who::Committee);
    office.keys("  8");
    picture!(office, "decide-several-mixed");
    office.keys("1");
    picture!(office, "decide-several-mixed-results");
}

#[test]
fn everything_in_the_view_is_marked() {
    let mut office = journey!(Branch, "6", "decide-all-marked");
    office.keys("6");
    office.must_show("已全部取消选中");
}
