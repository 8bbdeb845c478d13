//! 个人中心: a member's own record and transfers.

use crate::rehearsal::{Rehearsal, Who};

#[test]
fn a_member_sees_the_own_record_and_transfers() {
    let mut office = journey!(Member, "", "own-centre");
    office.keys("2");
    picture!(office, "own-refused-while-under-way");
    office.keys("<enter>");
    picture!(office, "own-card");
}

#[test]
fn a_member_applies_anew_after_withdrawing() {
    let mut office = Rehearsal::office(Who::Member);
    office.keys("83单位有变。<f8>2");
    picture!(office, "own-form");
    office.keys("13912345678<enter><enter><f4>3<enter>禾木工作室<enter>");
    office.keys("江苏省云州市竹里区柳岸路276号<enter>枫林<enter><f8>");
    picture!(office, "own-check-up");
    office.keys("<enter>");
    office.must_show("已提交 ZJ20260602-");
    office.keys("<esc><esc>");
    office.must_show("转出组织审批");
}

#[test]
fn an_administrator_has_a_centre_too() {
    let mut office = Rehearsal::office(Who::Branch);
    office.menu("个人中心");
    picture!(office, "own-centre-of-administrator");
}
