//! What a page does with answers, tasks and time.

use super::*;
use crate::domain::organisation::OrgKind;
use crate::model::testing::{Desk, member, member_row, moves, only, organisation};

fn loaded(desk: &mut Desk) -> Page {
    let mut page = Page::member(MemberId(4));
    page.enter(&mut desk.ctx());
    let reply = Reply::Member(Ticket(1), Box::new(member(4, "孔维嘉")));
    let out = page.reply(&reply, &mut desk.ctx());
    assert!(matches!(only(&out), Effect::FindMembers(Ticket(2), q) if q.search == "孔维嘉"));
    page
}

fn revealed(desk: &Desk) -> Reply {
    let (id_number, phone) = ("320102200001020417".to_owned(), "18625201029".to_owned());
    Reply::Revealed { id_number, phone, until: Moment(desk.now.moment.0 + 10) }
}

#[test]
fn numbers_are_hidden_when_their_time_is_over() {
    let mut desk = Desk::at_nine();
    let mut page = loaded(&mut desk);
    let out = page.act(Input::Do(Action::Reveal), &mut desk.ctx());
    assert!(*only(&out) == Effect::Reveal(RevealTarget::Member(MemberId(4))));
    page.reply(&revealed(&desk), &mut desk.ctx());
    assert_eq!(page.deadline(), Some(Moment(desk.now.moment.0 + 10)));
    desk.wait(9);
    page.due(&mut desk.ctx());
    assert!(page.revealed.is_some());
    desk.wait(1);
    page.due(&mut desk.ctx());
    assert_eq!((page.revealed.as_ref(), page.deadline()), (None, None));
}

#[test]
fn numbers_that_another_page_asked_for_are_not_taken() {
    let mut desk = Desk::at_nine();
    let mut page = loaded(&mut desk);
    page.reply(&revealed(&desk), &mut desk.ctx());
    assert_eq!(page.revealed, None);
}

#[test]
fn a_stale_record_is_dropped() {
    let mut desk = Desk::at_nine();
    let mut page = loaded(&mut desk);
    page.act(Input::Do(Action::Refresh), &mut desk.ctx());
    let stale = Reply::Member(Ticket(1), Box::new(member(4, "旧名")));
    assert!(page.reply(&stale, &mut desk.ctx()).effects.is_empty());
    assert_eq!(page.name(), "孔维嘉");
}

#[test]
fn an_open_transfer_keeps_another_from_starting() {
    let mut desk = Desk::at_nine();
    let mut page = loaded(&mut desk);
    let mut row = member_row(4, "孔维嘉");
    row.open_transfer = "ZJ20200521-0003".to_owned();
    let rows = vec![member_row(5, "孔维嘉"), row];
    page.reply(&Reply::Members(Ticket(2), rows, None), &mut desk.ctx());
    let out = page.given(Given::Option("transfer".to_owned()), &mut desk.ctx());
    assert!(moves(&out)[0].contains("ZJ20200521-0003"), "{:?}", moves(&out));
}

#[test]
fn taking_out_of_use_asks_for_the_reason_first() {
    let mut desk = Desk::at_nine();
    let mut page = loaded(&mut desk);
    let out = page.given(Given::Option("retire".to_owned()), &mut desk.ctx());
    assert_eq!((out.effects.len(), out.nav.len()), (0, 1));
    assert!(moves(&out)[0].contains("停用 孔维嘉"), "{:?}", moves(&out));
}

#[test]
fn a_task_from_a_list_waits_for_the_record() {
    let mut desk = Desk::at_nine();
    let mut page = Page::org(OrgId(5)).then(Task::AddBelow);
    page.enter(&mut desk.ctx());
    let branch = organisation(5, "某某学院2017级13班团支部", OrgKind::Branch);
    let out = page.reply(&Reply::Org(Ticket(1), Box::new(branch)), &mut desk.ctx());
    assert!(matches!(only(&out), Effect::LoadOrg(Ticket(2), OrgId(1))));
    assert!(moves(&out)[0].starts_with("say 团支部下面不能再设组织"));
    let root = organisation(1, "某某学院团委", OrgKind::Committee);
    page.reply(&Reply::Org(Ticket(2), Box::new(root)), &mut desk.ctx());
    assert!(matches!(&page.content, Content::Org(_, superior) if superior == "某某学院团委"));
}

#[test]
fn whatever_was_stored_may_be_this_record() {
    let mut desk = Desk::at_nine();
    let mut page = loaded(&mut desk);
    let out = page.reply(&Reply::Stored("已保存。".to_owned()), &mut desk.ctx());
    assert!(matches!(only(&out), Effect::LoadMember(Ticket(3), MemberId(4))));
}

#[test]
fn every_task_is_found_by_its_identifier() {
    for task in Task::ALL {
        assert_eq!(Task::from_id(task.id()), Some(*task));
    }
}
