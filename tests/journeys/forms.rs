//! 发起转接: the fields of each reason, the check-up, drafts and handing in.

use crate::rehearsal::{Rehearsal, Who};

/// A form of the branch with a member, a telephone number and the cursor on the reason.
fn form() -> Rehearsal {
    let mut office = Rehearsal::office(Who::Branch);
    office.keys("21邓鸿飞<enter>13912345678<enter><enter>");
    office
}

/// The same with a reason chosen in the popup and the cursor where it then belongs.
fn with_reason(digit: char) -> Rehearsal {
    let mut office = form();
    office.keys(&format!("<f4>{digit}"));
    office
}

#[test]
fn a_form_begins_with_the_member() {
    journey!(Branch, "21", "form-empty");
    journey!(Branch, "21邓", "form-member-picker");
    picture!(form(), "form-member-filled");
    let mut office = form();
    office.keys("<f4>");
    picture!(office, "form-reason-popup");
}

#[test]
fn each_reason_asks_for_its_own_fields() {
    picture!(with_reason('1'), "form-reason-1");
    picture!(with_reason('2'), "form-reason-2");
    picture!(with_reason('3'), "form-reason-3");
    picture!(with_reason('4'), "form-reason-4");
    picture!(with_reason('5'), "form-reason-5");
    picture!(with_reason('6'), "form-reason-6");
    picture!(with_reason('7'), "form-reason-7");
    picture!(with_reason('8'), "form-reason-8");
    picture!(with_reason('9'), "form-reason-9");
}

#[test]
fn another_reason_keeps_what_was_filled_in() {
    let mut office = with_reason('3');
    office.keys("<enter>云州市禾木装饰工作室<up><f4>1");
    office.must_not_show("禾木");
    office.keys("<f4>3");
    office.must_show("云州市禾木装饰工作室");
}

#[test]
fn the_other_systems_ask_for_a_full_name_by_hand() {
    let mut office = Rehearsal::office(Who::Branch);
    office.keys("21邓鸿飞<enter>13912345678<enter><f4>2<enter><f4>1");
    picture!(office, "form-other-system");
}

#[test]
fn an_arrival_asks_who_and_from_where() {
    journey!(Township, "22", "form-arrival");
    journey!(Township, "22<down><down><down><down><f4>1", "form-arrival-reason");
}

#[test]
fn a_fault_is_told_at_its_field_and_by_f8() {
    let mut office = Rehearsal::office(Who::Branch);
    office.keys("21邓鸿飞<enter>1391234567<enter>");
    picture!(office, "form-fault-on-leaving");
    office.keys("<f8>");
    picture!(office, "form-faults-at-submit");
}

#[test]
fn the_check_up_and_the_summary_come_before_handing_in() {
    let mut office = with_reason('3');
    office.keys("<enter>云州市禾木装饰工作室<enter>江苏省云州市竹里区柳岸路276号<enter>枫林");
    picture!(office, "form-organisation-picker");
    office.keys("<enter><f8>");
    picture!(office, "form-check-up");
    office.keys("<end>");
    picture!(office, "form-summary");
    office.keys("<enter>");
    picture!(office, "form-submitted");
    office.keys("2");
    picture!(office, "form-progress");
    office.keys("<esc>");
    office.must_show("我发起 9");
}

#[test]
fn a_submission_is_taken_back_at_once() {
    let mut office = with_reason('3');
    office
        .keys("<enter>禾木工作室<enter>江苏省云州市竹里区柳岸路276号<enter>枫林<enter><f8><enter>");
    office.keys("<esc><esc><c-z>");
    picture!(office, "form-undo");
    office.keys("1");
    office.must_show("已撤销");
}

#[test]
fn what_forbids_handing_in_is_told_with_the_way_back() {
    let mut office = Rehearsal::office(Who::Branch);
    office.keys("21朱杰<enter>13912345678<enter><enter><f4>3<enter>");
    office.keys("禾木<enter>江苏省云州市竹里区柳岸路276号<enter>枫林<enter><f8>");
    picture!(office, "form-check-up-blocked");
    office.keys("<enter>");
    office.must_show("发起转接");
}

#[test]
fn a_draft_outlives_the_program() {
    let mut office = with_reason('3');
    office.keys("<enter>云州市禾木装饰工作室");
    office.pass(2);
    let mut office = office.again(60);
    office.walk_in(Who::Branch);
    office.must_show("草稿 1");
    office.keys("21");
    picture!(office, "form-draft-offered");
    office.keys("1");
    picture!(office, "form-draft-resumed");
}
