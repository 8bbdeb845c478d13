//! Papers: a letter printed from the list, its receipt, and the list of letters.

use crate::rehearsal::{Rehearsal, Who};

const PASSWORD: &str = "Yanshi-2468";

/// The first transfer of the list, with the file for its letter typed in.
fn printing(office: &mut Rehearsal) {
    let path = office.path("介绍信.pdf");
    office.keys("71<f2>").paste(&path.to_string_lossy());
}

#[test]
fn a_letter_is_printed_and_its_receipt_noted() {
    let mut office = journey!(Committee, "7", "print-popup");
    office.keys("1");
    picture!(office, "print-letter");
    office.keys("<f8>");
    office.must_show("自己的登录密码");
    let path = office.path("介绍信.pdf");
    office.keys("<esc>");
    printing(&mut office);
    office.keys("<down><down>").paste(PASSWORD).keys("<f8>");
    office.must_show("已打印 1 份");
    assert!(std::fs::read(&path).unwrap().starts_with(b"%PDF-"));
    office.menu("介绍信和回执");
    picture!(office, "letters");
    office.keys("8");
    picture!(office, "letter-acts");
    office.keys("1<f8>");
    office.must_show("已登记回执");
    office.must_show("没有在等回执的介绍信");
    office.keys("<left>");
    picture!(office, "letters-all");
}

#[test]
fn several_letters_tell_which_were_left_out() {
    let mut office = Rehearsal::office(Who::Committee);
    office.keys("6");
    printing(&mut office);
    office.keys("<down><down>").paste(PASSWORD).keys("<f8>");
    office.must_show("打印结果");
    office.must_show("已打印 4 份");
    office.must_show("不能开介绍信");
    let bytes = std::fs::read(office.path("介绍信.pdf")).unwrap();
    assert!(bytes.starts_with(b"%PDF-"));
}

#[test]
fn a_letter_replaces_no_file_unasked_and_keeps_its_number() {
    let mut office = Rehearsal::office(Who::Committee);
    let path = office.file("介绍信.pdf", b"kept");
    printing(&mut office);
    office.keys("<down><down>").paste(PASSWORD).keys("<f8>");
    office.must_show("已经有了");
    assert_eq!(std::fs::read(&path).unwrap(), b"kept");
}

#[test]
fn the_page_of_a_transfer_prints_its_papers() {
    let mut office = Rehearsal::office(Who::Committee);
    office.keys("<enter>9");
    office.must_show("保留组织关系申请表");
    office.keys("3");
    let path = office.path("告知书.pdf");
    office.keys("<f2>").paste(&path.to_string_lossy());
    office.keys("<down><down>").paste(PASSWORD).keys("<f8>");
    office.must_show("已打印 1 份");
    assert!(std::fs::read(path).unwrap().starts_with(b"%PDF-"));
}

#[test]
fn a_member_prints_no_letter() {
    let mut office = Rehearsal::office(Who::Operator);
    office.keys("]71");
    office.must_show("由转出方的管理员开具");
}
