//! Deciding, and what completion does to the member.

use super::fixture::*;
use crate::domain::fault::FaultKind;
use crate::domain::form::Initiator;
use crate::domain::ids::TransferId;
use crate::domain::member::MemberState;
use crate::domain::workflow::{Act, Origin, Stage};
use crate::store::{Request, Ruling};

fn to_township(office: &Office) -> TransferId {
    office.send(MEMBER, MEMBER, "T", Initiator::Member)
}

#[test]
fn the_whole_way_moves_the_member_and_the_account() {
    let office = Office::new();
    let id = to_township(&office);
    assert_eq!(office.decide(BRANCH_A, id, Act::Approve), Ok(Stage::DestinationReview));
    assert_eq!(office.member(MEMBER).branch, office.org("A1").id);
    assert_eq!(office.decide(TOWNSHIP, id, Act::Approve), Ok(Stage::Placement));
    assert_eq!(office.place(TOWNSHIP, id, Act::Place, "TF"), Ok(Stage::Completed));
    assert_eq!(office.member(MEMBER).branch, office.org("TF").id);
    assert_eq!(office.actor(MEMBER).org_path, office.org("TF").path);
    let card = office.as_(TOWNSHIP, |d| d.card(id)).unwrap();
    assert_eq!(card.placed_in, "天宁街道流动团员团支部");
    assert_eq!(card.closing_reason, "");
    assert_eq!(card.stopped_in, None);
}

#[test]
fn agreeing_with_a_branch_places_at_once() {
    let office = Office::new();
    let id = to_township(&office);
    office.decide(BRANCH_A, id, Act::Approve).unwrap();
    assert_eq!(office.place(TOWNSHIP, id, Act::Approve, "TF"), Ok(Stage::Completed));
    assert_eq!(office.one::<i64>("SELECT count(*) FROM events"), 4);
}

#[test]
fn an_act_decides_the_step_that_was_seen_and_no_later_one() {
    let office = Office::new();
    let id = to_township(&office);
    let seen = Ruling { seen: Some(Stage::OriginReview), ..full(Act::Approve, None) };
    assert_eq!(office.as_(ROOT, |d| d.decide(id, seen)), Ok(Stage::DestinationReview));
    let again = office.as_(ROOT, |d| d.decide(id, seen));
    assert!(again.as_ref().is_err_and(|fault| fault.sentence.contains("刷新")), "{again:?}");
    assert_eq!(kind(again), FaultKind::Conflict);
    assert_eq!(office.stage(id), "destination_review");
}

#[test]
fn a_member_lands_only_in_a_branch_below_the_destination() {
    let office = Office::new();
    let id = to_township(&office);
    office.decide(BRANCH_A, id, Act::Approve).unwrap();
    let events = office.one::<i64>("SELECT count(*) FROM events");
    for wrong in ["B1", "T", "P", "X1"] {
        assert_eq!(kind(office.place(TOWNSHIP, id, Act::Approve, wrong)), FaultKind::Rule);
        assert_eq!(office.stage(id), "destination_review", "nothing of {wrong} stays");
        assert_eq!(office.one::<i64>("SELECT count(*) FROM events"), events);
    }
    office.behind("UPDATE organisations SET state = 'retired' WHERE code = 'TF'").unwrap();
    assert_eq!(kind(office.place(TOWNSHIP, id, Act::Approve, "TF")), FaultKind::Rule);
    assert_eq!(
        kind(office.as_(TOWNSHIP, |d| d.decide(id, full(Act::Place, None)))),
        FaultKind::Conflict
    );
}

#[test]
fn ends_need_their_reason_and_keep_it() {
    for (who, act, to) in [
        (BRANCH_A, Act::Return, Stage::Returned),
        (MEMBER, Act::Withdraw, Stage::Withdrawn),
        (MEMBER, Act::Lapse, Stage::Lapsed),
    ] {
        let office = Office::new();
        let id = to_township(&office);
        let blank = Ruling { reason: " \u{3000}", ..full(act, None) };
        assert_eq!(kind(office.as_(who, |d| d.decide(id, blank))), FaultKind::Rule, "{act:?}");
        assert_eq!(office.stage(id), "origin_review");
        let said = Ruling { reason: " 信息有误 ", ..full(act, None) };
        assert_eq!(office.as_(who, |d| d.decide(id, said)), Ok(to));
        let card = office.as_(MEMBER, |d| d.card(id)).unwrap();
        assert_eq!(card.closing_reason, "信息有误");
        assert_eq!(card.stopped_in, Some(Stage::OriginReview));
        assert_eq!(card.row.done_at, Some(START.moment));
        assert_eq!(office.member(MEMBER).state, MemberState::Active);
        to_township(&office);
    }
}

#[test]
fn only_the_applying_side_takes_back() {
    let office = Office::new();
    let id = to_township(&office);
    for who in [ROOT, UNIVERSITY, BRANCH_A, OPERATOR] {
        assert_eq!(kind(office.decide(who, id, Act::Withdraw)), FaultKind::NotAllowed, "{who}");
    }
    assert_eq!(kind(office.decide(BRANCH_B, id, Act::Withdraw)), FaultKind::NotFound);
    office.decide(BRANCH_A, id, Act::Approve).unwrap();
    office.decide(TOWNSHIP, id, Act::Approve).unwrap();
    assert_eq!(kind(office.decide(MEMBER, id, Act::Withdraw)), FaultKind::Conflict, "too late");
}

#[test]
fn nobody_decides_about_themselves_or_for_others() {
    let office = Office::new();
    let id = office.send(BRANCH_A, BRANCH_A, "T", Initiator::Origin);
    assert_eq!(kind(office.decide(BRANCH_A, id, Act::Approve)), FaultKind::NotAllowed);
    assert_eq!(kind(office.decide(OPERATOR, id, Act::Approve)), FaultKind::NotAllowed);
    assert_eq!(kind(office.decide(TOWNSHIP, id, Act::Approve)), FaultKind::NotAllowed);
    assert_eq!(office.decide(UNIVERSITY, id, Act::Approve), Ok(Stage::DestinationReview));
    assert_eq!(kind(office.decide(UNIVERSITY, id, Act::Approve)), FaultKind::NotAllowed);
}

#[test]
fn what_the_outside_accepted_has_left() {
    let office = Office::new();
    let id = office.send(BRANCH_A, 2, "X1", Initiator::Origin);
    let undated = Ruling { date: "", ..full(Act::RecordAccepted, None) };
    assert_eq!(kind(office.as_(BRANCH_A, |d| d.decide(id, undated))), FaultKind::Rule);
    assert_eq!(office.decide(BRANCH_A, id, Act::RecordAccepted), Ok(Stage::Completed));
    let member = office.member(2);
    assert_eq!(member.state, MemberState::TransferredOut);
    assert_eq!(member.branch, office.org("A1").id, "the last branch is kept");
    let card = office.as_(BRANCH_A, |d| d.card(id)).unwrap();
    assert_eq!(card.events.len(), 2);
    assert!(card.events[1].reason.contains("2020-06-02"));
    assert_eq!(card.placed_in, "");
}

#[test]
fn what_the_outside_refused_stays() {
    let office = Office::new();
    let id = office.send(BRANCH_A, 2, "X1", Initiator::Origin);
    assert_eq!(office.decide(BRANCH_A, id, Act::RecordRefused), Ok(Stage::Returned));
    assert_eq!(office.member(2).state, MemberState::Active);
}

fn arriving(office: &Office, n: u32, goal: &str) -> TransferId {
    let request = Request {
        transferee: arrival(n, "新来"),
        ..office.request(2, goal, Initiator::Destination)
    };
    let (id, stage) = office.submit(UNIVERSITY, &request).unwrap();
    assert_eq!(stage, Stage::ExternalReceipt);
    id
}

#[test]
fn a_stranger_gets_a_record_on_completion() {
    let office = Office::new();
    let id = arriving(&office, 50, "GB");
    let row = office.as_(UNIVERSITY, |d| d.transfer(id)).unwrap();
    assert_eq!(row.facts.origin, Origin::Outside);
    assert_eq!(row.transferee, "新来");
    let number = crate::domain::testing::id_number(50);
    assert_eq!(office.store.member_by_number(number.reveal()).unwrap(), None);
    assert_eq!(office.decide(UNIVERSITY, id, Act::RecordAccepted), Ok(Stage::Placement));
    assert_eq!(office.place(UNIVERSITY, id, Act::Place, "B2"), Ok(Stage::Completed));
    let member = office.member(50);
    assert_eq!((member.name.as_str(), member.branch), ("新来", office.org("B2").id));
    let linked: i64 = office.one("SELECT member_id FROM transfers");
    assert_eq!(linked, member.id.0);
}

#[test]
fn somebody_who_left_comes_back_to_the_same_record() {
    let office = Office::new();
    let out = office.send(BRANCH_A, 2, "X1", Initiator::Origin);
    office.decide(BRANCH_A, out, Act::RecordAccepted).unwrap();
    let before = office.member(2);
    let back = arriving(&office, 2, "B1");
    assert_eq!(office.decide(UNIVERSITY, back, Act::RecordAccepted), Ok(Stage::Completed));
    let after = office.member(2);
    assert_eq!((after.id, after.state), (before.id, MemberState::Active));
    assert_eq!(after.branch, office.org("B1").id);
    assert_eq!(office.one::<i64>("SELECT count(*) FROM members WHERE name = '单雄'"), 1);
}

#[test]
fn a_failed_event_leaves_nothing() {
    let office = Office::new();
    let id = office.send(UNIVERSITY, MEMBER, "T", Initiator::Origin);
    office
        .behind(
            "CREATE TRIGGER no_more BEFORE INSERT ON events WHEN new.to_stage = 'completed'
         BEGIN SELECT RAISE(ABORT, 'full'); END",
        )
        .unwrap();
    assert_eq!(kind(office.place(TOWNSHIP, id, Act::Approve, "TF")), FaultKind::Failed);
    assert_eq!(office.stage(id), "destination_review");
    assert_eq!(office.member(MEMBER).branch, office.org("A1").id);
    assert_eq!(office.actor(MEMBER).org, office.org("A1").id);
    assert_eq!(office.n_proven(), 1);
    let direct = office.request(4, "B1", Initiator::Origin);
    assert_eq!(kind(office.submit(UNIVERSITY, &direct)), FaultKind::Failed);
    assert_eq!(office.one::<i64>("SELECT count(*) FROM transfers"), 1);
    assert_eq!(office.member(4).branch, office.org("A2").id);
}

#[test]
fn a_failed_move_of_the_member_leaves_nothing() {
    let office = Office::new();
    let id = office.send(UNIVERSITY, MEMBER, "T", Initiator::Origin);
    office.decide(TOWNSHIP, id, Act::Approve).unwrap();
    office
        .behind(
            "CREATE TRIGGER no_move BEFORE UPDATE OF branch_id ON members
         BEGIN SELECT RAISE(ABORT, 'full'); END",
        )
        .unwrap();
    assert!(office.place(TOWNSHIP, id, Act::Place, "TF").is_err());
    assert_eq!(office.stage(id), "placement");
    assert_eq!(office.n_proven(), 2);
}

#[test]
fn numbers_are_revealed_in_scope_only_and_pages_hide_them() {
    let office = Office::new();
    let id = to_township(&office);
    let (number, phone) = office.as_(TOWNSHIP, |d| d.numbers_of(id)).unwrap();
    assert_eq!((number.as_str(), phone.as_str()), (form(MEMBER).member.as_str(), "13800000000"));
    assert_eq!(kind(office.as_(BRANCH_B, |d| d.numbers_of(id))), FaultKind::NotFound);
    let card = office.as_(TOWNSHIP, |d| d.card(id)).unwrap();
    assert!(!format!("{card:?}").contains(&number));
    assert_eq!(card.origin_contact.name, "曾可");
    assert_eq!(card.destination_contact.name, "街道管理员");
    assert_eq!(card.superior_contact.organisation, "江海大学文学院团总支");
}

#[test]
fn a_draft_is_not_handed_in_by_deciding() {
    let office = Office::new();
    let (id, _) = office.as_(MEMBER, |d| d.save_draft(None, &form(MEMBER))).unwrap();
    assert_eq!(kind(office.decide(MEMBER, id, Act::Submit)), FaultKind::Rule);
    assert_eq!(office.stage(id), "draft");
}
