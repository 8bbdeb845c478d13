//! 团员 and 组织.

use crate::rehearsal::{Rehearsal, Who};

#[test]
fn members_are_listed_and_found() {
    journey!(Branch, "02", "members-list");
    journey!(Branch, "02<c-t>", "members-all");
    journey!(Branch, "023deng", "members-search");
    journey!(Branch, "023没有这个人<enter>", "members-search-nothing");
}

#[test]
fn a_member_has_a_page() {
    let mut office = journey!(Branch, "02邓鸿飞<enter>", "member-page");
    office.keys("7");
    office.must_show("过一会儿自动遮住");
    office.pass(11);
    office.must_show("410***************");
    office.keys("8");
    picture!(office, "member-acts");
}

#[test]
fn a_member_is_added() {
    let mut office = journey!(Branch, "022", "member-add");
    office.keys("<f8>");
    picture!(office, "member-add-faults");
    office.keys("<esc>2钟意<enter><enter>320199200403040014<enter>13812345678<enter>");
    picture!(office, "member-add-filled");
    office.keys("<f7><enter><f8>");
    picture!(office, "member-added");
}

#[test]
fn a_member_is_edited_corrected_and_retired() {
    let mut office = journey!(Branch, "02邓鸿飞<enter>2", "member-edit");
    office.keys("<f2>13812345678<f8>");
    office.must_show("已修改");
    let mut office = Rehearsal::office(Who::Branch);
    office.keys("02邓鸿飞<enter>8");
    office.keys("3");
    picture!(office, "member-correct");
    office.keys("<up><up><f2>邓洪飞<enter><enter>户口簿上是洪。<f8>");
    picture!(office, "member-corrected");
    office.keys("84");
    picture!(office, "member-retire");
    office.keys("重复登记。<f8>");
    picture!(office, "member-retired");
}

#[test]
fn organisations_are_listed_and_found() {
    journey!(Committee, "03", "organisations-list");
    journey!(Committee, "03信息", "organisations-search");
    let mut office = journey!(Committee, "03<down><enter>", "organisation-page");
    office.keys("8");
    picture!(office, "organisation-acts");
}

#[test]
fn an_organisation_is_added_and_edited() {
    let mut office = journey!(Committee, "032", "organisation-add");
    office.keys("<f7>信息工程学院团总支<enter><enter>");
    office.keys("云州理工学院信息工程学院2026级人工智能1班团支部<enter><f4>");
    picture!(office, "organisation-kinds");
    office.keys("5<f8>");
    picture!(office, "organisation-added");
    let mut office = journey!(Committee, "03<down><enter>2", "organisation-edit");
    office.keys("<end>0519-86330000<f8>");
    office.must_show("组织详情");
}

#[test]
fn an_organisation_is_retired_when_it_is_empty() {
    let mut office = Rehearsal::office(Who::Committee);
    office.keys("03青年教工<enter>84不再设立。<f8>");
    picture!(office, "organisation-not-retired");
}
