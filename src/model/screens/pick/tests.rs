//! What a picker asks for and what it hands back.

use super::*;
use crate::domain::organisation::OrgKind;
use crate::model::testing::{Desk, member_row, moves, only, org_row, organisation};

fn typed(pick: &mut Pick, text: &str, desk: &mut Desk) -> Out {
    pick.act(Input::Type(text.to_owned()), &mut desk.ctx())
}

fn street() -> OrgRow {
    org_row(17, "江苏省常州市天宁区天宁街道流动团员团支部", OrgKind::Branch)
}

fn enter(pick: &mut Pick, desk: &mut Desk) -> Vec<String> {
    moves(&pick.act(Input::Do(Action::Enter), &mut desk.ctx()))
}

#[test]
fn every_change_of_the_text_asks_with_a_new_ticket() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Anywhere, "常州", false);
    let out = pick.enter(&mut desk.ctx());
    assert!(matches!(only(&out), Effect::FindOrgs(Ticket(1), q) if q.search == "常州"));
    let out = typed(&mut pick, " tnjd", &mut desk);
    assert!(matches!(only(&out), Effect::FindOrgs(Ticket(2), q) if q.search == "常州 tnjd"));
    let out = pick.act(Input::Do(Action::Backspace), &mut desk.ctx());
    assert!(matches!(only(&out), Effect::FindOrgs(Ticket(3), _)));
}

#[test]
fn enter_takes_the_row_and_never_a_stale_one() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Anywhere, "", false);
    pick.enter(&mut desk.ctx());
    pick.reply(&Reply::Orgs(Ticket(1), vec![street()], None), &mut desk.ctx());
    typed(&mut pick, "天宁", &mut desk);
    assert!(enter(&mut pick, &mut desk)[0].starts_with("say 还在查找"));
    let answer = |n| Reply::Orgs(Ticket(n), vec![street()], None);
    pick.reply(&answer(1), &mut desk.ctx());
    assert!(enter(&mut pick, &mut desk)[0].starts_with("say 还在查找"));
    pick.reply(&answer(3), &mut desk.ctx());
    assert!(enter(&mut pick, &mut desk)[0].starts_with("give Org(OrgId(17)"));
}

#[test]
fn the_typed_name_is_the_last_row_where_it_is_allowed() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Anywhere, "", true);
    pick.enter(&mut desk.ctx());
    typed(&mut pick, "某某大学团委", &mut desk);
    pick.reply(&Reply::Orgs(Ticket(2), vec![street()], None), &mut desk.ctx());
    assert_eq!((pick.n_found(), pick.table().rows.len()), (1, 2));
    pick.act(Input::Do(Action::Down), &mut desk.ctx());
    assert_eq!(enter(&mut pick, &mut desk), ["give Typed(\"某某大学团委\")"]);
}

#[test]
fn without_leave_nothing_typed_is_given() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Mine, "没有的", false);
    pick.enter(&mut desk.ctx());
    pick.reply(&Reply::Orgs(Ticket(1), vec![], None), &mut desk.ctx());
    assert!(enter(&mut pick, &mut desk)[0].starts_with("say 没有可选的"));
}

#[test]
fn the_next_page_goes_before_the_typed_row() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Anywhere, "团", true);
    pick.enter(&mut desk.ctx());
    let rows = (10..40).map(|n| org_row(n, "团支部", OrgKind::Branch)).collect();
    pick.reply(&Reply::Orgs(Ticket(1), rows, Some("/1/39/".to_owned())), &mut desk.ctx());
    pick.act(Input::Do(Action::PageDown), &mut desk.ctx());
    let out = pick.act(Input::Do(Action::PageDown), &mut desk.ctx());
    let Some(Effect::FindOrgs(ticket, query)) = out.effects.first() else {
        unreachable!("the next page is asked for first")
    };
    assert_eq!(query.after.as_deref(), Some("/1/39/"));
    let more = vec![org_row(40, "团支部", OrgKind::Branch)];
    pick.reply(&Reply::Orgs(*ticket, more, None), &mut desk.ctx());
    assert!(matches!(pick.table().rows.last(), Some(Found::Typed(_))));
    assert_eq!(pick.n_found(), 31);
}

#[test]
fn esc_goes_back_without_a_change_and_members_are_given_by_name() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::member("孔");
    let out = pick.enter(&mut desk.ctx());
    assert!(matches!(only(&out), Effect::FindMembers(Ticket(1), q) if !q.former));
    let rows = vec![member_row(4, "孔维嘉")];
    pick.reply(&Reply::Members(Ticket(1), rows, None), &mut desk.ctx());
    assert_eq!(enter(&mut pick, &mut desk), ["give Member(MemberId(4), \"孔维嘉\")"]);
    let out = pick.act(Input::Do(Action::Back), &mut desk.ctx());
    assert_eq!(moves(&out), ["pop"]);
}

#[test]
fn the_superior_is_asked_for_once() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Anywhere, "", false);
    pick.enter(&mut desk.ctx());
    let rows = vec![street(), org_row(18, "江苏省常州市天宁区团委", OrgKind::Committee)];
    let out = pick.reply(&Reply::Orgs(Ticket(1), rows, None), &mut desk.ctx());
    assert!(matches!(only(&out), Effect::LoadOrg(Ticket(2), OrgId(1))));
    let root = organisation(1, "团江苏省委", OrgKind::ProvinceRoot);
    pick.reply(&Reply::Org(Ticket(2), Box::new(root)), &mut desk.ctx());
    assert_eq!(pick.superior(&street()), Some("团江苏省委"));
    let out = pick.act(Input::Do(Action::Down), &mut desk.ctx());
    assert!(out.effects.is_empty());
}
