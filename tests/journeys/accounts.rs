//! 账号: adding, resetting, removing.

use crate::rehearsal::{Rehearsal, Who};

#[test]
fn accounts_are_listed() {
    journey!(Committee, "04", "accounts-list");
    journey!(Committee, "04<down>8", "account-acts");
}

#[test]
fn an_account_is_added() {
    let mut office = journey!(Committee, "042", "account-add");
    office.keys("钟意<enter>320199200403040014<enter>13812345678<enter><right><right><enter>");
    office.keys("<f7>青年教工<enter>");
    picture!(office, "account-add-filled");
    office.keys("<f8>");
    picture!(office, "account-added");
}

#[test]
fn a_reset_shows_a_code_once() {
    let mut office = Rehearsal::office(Who::Committee);
    office.keys("04<down>81");
    office.must_show("一次性验证码");
    office.must_show("许沐晴");
    office.keys("<esc>");
    office.must_show("待启用");
}

#[test]
fn an_account_is_removed() {
    let mut office = Rehearsal::office(Who::Committee);
    office.keys("04<down>82");
    picture!(office, "account-remove");
    office.keys("1");
    picture!(office, "account-removed");
}
