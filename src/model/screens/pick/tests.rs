//! What a picker asks for and what it hands back.

use super::*;
use crate::domain::ids::OrgId;
use crate::domain::org_search::{Likeness, OrgSuggestion};
use crate::model::testing::{Desk, hits, member_row, moves, only, org_hit};

fn typed(pick: &mut Pick, text: &str, desk: &mut Desk) -> Out {
    pick.act(Input::Type(text.to_owned()), &mut desk.ctx())
}

fn street() -> OrgHit {
    org_hit(17, "江苏省常州市天宁区天宁街道流动团员团支部", OrgKind::Branch)
}

fn answer(ticket: Ticket, rows: Vec<OrgHit>) -> Reply {
    Reply::OrgHits(ticket, Box::new(hits(rows)))
}

fn press(pick: &mut Pick, action: Action, desk: &mut Desk) -> Out {
    pick.act(Input::Do(action), &mut desk.ctx())
}

fn enter(pick: &mut Pick, desk: &mut Desk) -> Vec<String> {
    moves(&press(pick, Action::Enter, desk))
}

fn asked(out: &Out) -> (Ticket, OrgSearch) {
    match out.effects.first() {
        Some(Effect::SearchOrgs(ticket, search)) => (*ticket, search.clone()),
        _ => unreachable!("organisations are searched"),
    }
}

#[test]
fn every_change_of_the_text_asks_with_a_new_ticket() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Anywhere, "常州", false);
    let out = pick.enter(&mut desk.ctx());
    assert_eq!((asked(&out).0, asked(&out).1.text.as_str()), (Ticket(1), "常州"));
    assert!(out.effects[1] == Effect::Prefetch, "the directory will be read soon");
    let out = typed(&mut pick, " tnjd", &mut desk);
    assert_eq!((asked(&out).0, asked(&out).1.text.as_str()), (Ticket(2), "常州 tnjd"));
    let out = press(&mut pick, Action::Backspace, &mut desk);
    assert_eq!(asked(&out).0, Ticket(3));
}

#[test]
fn enter_takes_the_row_and_never_a_stale_one() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Anywhere, "", false);
    pick.enter(&mut desk.ctx());
    pick.reply(&answer(Ticket(1), vec![street()]), &mut desk.ctx());
    typed(&mut pick, "天宁", &mut desk);
    assert!(enter(&mut pick, &mut desk)[0].starts_with("say 还在查找"));
    pick.reply(&answer(Ticket(1), vec![street()]), &mut desk.ctx());
    assert!(enter(&mut pick, &mut desk)[0].starts_with("say 还在查找"));
    pick.reply(&answer(Ticket(2), vec![street()]), &mut desk.ctx());
    assert!(enter(&mut pick, &mut desk)[0].starts_with("give Org(Some(OrgId(17))"));
}

#[test]
fn one_of_the_directory_alone_is_given_without_a_row() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Anywhere, "天宁", true);
    pick.enter(&mut desk.ctx());
    let listed = OrgHit { id: None, ..street() };
    pick.reply(&answer(Ticket(1), vec![listed]), &mut desk.ctx());
    assert!(enter(&mut pick, &mut desk)[0].starts_with("give Org(None, \"3201040017\""));
}

#[test]
fn the_typed_name_is_the_last_row_where_it_is_allowed() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Anywhere, "", true);
    pick.enter(&mut desk.ctx());
    typed(&mut pick, "某某大学团委", &mut desk);
    pick.reply(&answer(Ticket(2), vec![street()]), &mut desk.ctx());
    assert_eq!((pick.n_found(), pick.table().rows.len()), (1, 2));
    press(&mut pick, Action::Down, &mut desk);
    assert_eq!(enter(&mut pick, &mut desk), ["give Typed(\"某某大学团委\")"]);
}

#[test]
fn without_leave_nothing_typed_is_given() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Mine, "没有的", false);
    pick.enter(&mut desk.ctx());
    pick.reply(&answer(Ticket(1), vec![]), &mut desk.ctx());
    assert!(enter(&mut pick, &mut desk)[0].starts_with("say 没有可选的"));
}

#[test]
fn scrolling_asks_for_more_until_too_many_are_listed() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Anywhere, "团", true);
    let (mut ticket, mut search) = asked(&pick.enter(&mut desk.ctx()));
    let mut limits = vec![search.limit];
    let said = loop {
        let rows = (0..search.limit as i64).map(|n| org_hit(n, "团支部", OrgKind::Branch));
        let many = OrgHits { more: true, ..hits(rows.collect()) };
        let out = pick.reply(&Reply::OrgHits(ticket, Box::new(many)), &mut desk.ctx());
        assert_eq!(pick.n_found(), search.limit);
        assert!(matches!(pick.table().rows.last(), Some(Found::Typed(_))));
        let mut out = out;
        // The last pages are gone through until more is asked for.
        while out.effects.is_empty() && pick.table().selected < search.limit {
            out = out.and(press(&mut pick, Action::PageDown, &mut desk));
        }
        if out.effects.is_empty() {
            break moves(&out);
        }
        (ticket, search) = asked(&out);
        limits.push(search.limit);
    };
    assert_eq!(limits, [50, 100, 200, 400, 500]);
    assert_eq!(said, ["say 只列前 500 条，请再加字词。"]);
    assert_eq!(pick.table().selected, 500, "the place is kept while pages come");
}

#[test]
fn an_unfinished_answer_is_shown_and_not_taken() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Anywhere, "班团支部2", true);
    pick.enter(&mut desk.ctx());
    let part = OrgHits { finished: false, more: true, ..hits(vec![street()]) };
    pick.reply(&Reply::OrgHits(Ticket(1), Box::new(part)), &mut desk.ctx());
    assert_eq!(pick.n_found(), 1);
    assert!(enter(&mut pick, &mut desk)[0].starts_with("say 还在查找"));
    pick.reply(&answer(Ticket(1), vec![street(), street()]), &mut desk.ctx());
    assert_eq!(pick.n_found(), 2);
    assert!(enter(&mut pick, &mut desk)[0].starts_with("give"));
}

#[test]
fn ranges_and_kinds_go_round_and_ask_anew() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Anywhere, "团", true);
    pick.enter(&mut desk.ctx());
    let mut turn = |pick: &mut Pick, action| asked(&press(pick, action, &mut desk)).1;
    let ranges: Vec<Within> = (0..4).map(|_| turn(&mut pick, Action::NextView).within).collect();
    assert_eq!(ranges, [Within::Province, Within::City, Within::Mine, Within::Nation]);
    let kinds: Vec<_> = (0..6).map(|_| turn(&mut pick, Action::Options).kind).collect();
    assert_eq!(
        (kinds[0], kinds[4], kinds[5]),
        (Some(OrgKind::Branch), Some(OrgKind::ProvinceRoot), None)
    );
    let mut placing = Pick::org(OrgScope::BranchesBelow(OrgId(9)), "", false);
    let (_, search) = asked(&placing.enter(&mut desk.ctx()));
    assert_eq!((search.within, search.kind), (Within::Below(OrgId(9)), Some(OrgKind::Branch)));
    for action in [Action::NextView, Action::Options] {
        assert!(placing.lacks(action) && press(&mut placing, action, &mut desk).effects.is_empty());
    }
}

#[test]
fn what_only_comes_near_is_taken_by_hand_alone() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Anywhere, "天宁 没有", false);
    pick.enter(&mut desk.ctx());
    let near = OrgSuggestion {
        likeness: Likeness::Without("没有".to_owned()),
        rows: vec![street()],
        n: 1,
    };
    let nothing = OrgHits { suggestions: vec![near], ..hits(vec![]) };
    pick.reply(&Reply::OrgHits(Ticket(1), Box::new(nothing)), &mut desk.ctx());
    assert_eq!(pick.n_found(), 0);
    assert_eq!(pick.remarks(), ["去掉「没有」能找到 1 条，相近的列在上面。"]);
    assert!(enter(&mut pick, &mut desk)[0].starts_with("say 没有完全相符的"));
    press(&mut pick, Action::Down, &mut desk);
    assert!(enter(&mut pick, &mut desk)[0].starts_with("give Org"));
}

#[test]
fn old_names_and_a_broken_directory_are_told() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Anywhere, "襄樊", false);
    pick.enter(&mut desk.ctx());
    let renamed = OrgHits {
        synonyms: vec![("襄樊".to_owned(), "襄阳".to_owned())],
        warning: Some("全国组织目录用不了。".to_owned()),
        ..hits(vec![street()])
    };
    let out = pick.reply(&Reply::OrgHits(Ticket(1), Box::new(renamed)), &mut desk.ctx());
    assert_eq!(moves(&out), ["say 全国组织目录用不了。"]);
    assert!(pick.remarks()[0].contains("「襄樊」现在叫「襄阳」"));
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
    let out = press(&mut pick, Action::Back, &mut desk);
    assert_eq!((moves(&out), out.effects.len()), (vec!["pop".to_owned()], 0));
}

#[test]
fn an_answer_under_way_is_given_up_on_leaving() {
    let mut desk = Desk::at_nine();
    let mut pick = Pick::org(OrgScope::Anywhere, "班", false);
    pick.enter(&mut desk.ctx());
    let out = press(&mut pick, Action::Back, &mut desk);
    assert!(*only(&out) == Effect::Forget(Ticket(1)));
}
