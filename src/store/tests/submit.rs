//! Handing in: who may, which reviews are skipped, drafts, and one open transfer for a person.

use super::fixture::*;
use crate::domain::fault::FaultKind;
use crate::domain::filter::{TransferQuery, View};
use crate::domain::form::{Initiator, Reason, TransferForm};
use crate::domain::member::MemberState;
use crate::domain::workflow::{Destination, Stage};
use crate::rules::Rules;
use crate::store::{Goal, Request};

/// The first stage, or the kind of the refusal.
fn first(who: u32, member: u32, goal: &str, initiator: Initiator) -> Result<Stage, FaultKind> {
    let office = Office::new();
    let made = office.submit(who, &office.request(member, goal, initiator));
    let n: i64 = office.one("SELECT count(*) FROM transfers");
    assert_eq!(n, i64::from(made.is_ok()));
    made.map(|(_, stage)| stage).map_err(|fault| fault.kind)
}

#[test]
fn who_may_ask_for_what_and_where_it_begins() {
    use Initiator::{Destination as In, Member as Own, Origin as Out};
    let no = Err(FaultKind::NotAllowed);
    let (origin, review) = (Ok(Stage::OriginReview), Ok(Stage::DestinationReview));
    // A member of A1 goes to the township, which the university does not administer.
    let cases = [
        (MEMBER, Own, origin),
        (MEMBER, Out, no),
        (MEMBER, In, no),
        (OPERATOR, Own, origin),
        (OPERATOR, Out, origin),
        (OPERATOR, In, no),
        (BRANCH_A, Own, origin),
        (BRANCH_A, Out, review),
        (BRANCH_A, In, no),
        (UNIVERSITY, Own, origin),
        (UNIVERSITY, Out, review),
        (UNIVERSITY, In, no),
        (BRANCH_B, Own, no),
        (BRANCH_B, Out, no),
        (BRANCH_B, In, no),
        (TOWNSHIP, Own, no),
        (TOWNSHIP, Out, no),
        (TOWNSHIP, In, origin),
        (ROOT, Own, origin),
        (ROOT, Out, Ok(Stage::Placement)),
        (ROOT, In, Ok(Stage::Placement)),
    ];
    for (who, initiator, wanted) in cases {
        assert_eq!(first(who, MEMBER, "T", initiator), wanted, "{who} {initiator:?}");
    }
}

#[test]
fn nobody_consents_for_the_own_membership() {
    assert_eq!(first(BRANCH_A, BRANCH_A, "T", Initiator::Origin), Ok(Stage::OriginReview));
    assert_eq!(first(BRANCH_A, BRANCH_A, "T", Initiator::Member), Ok(Stage::OriginReview));
}

#[test]
fn who_holds_both_sides_moves_the_member_at_once() {
    let office = Office::new();
    let request = office.request(MEMBER, "B2", Initiator::Origin);
    let (id, stage) = office.submit(UNIVERSITY, &request).unwrap();
    assert_eq!(stage, Stage::Completed);
    assert_eq!(office.member(MEMBER).branch, office.org("B2").id);
    assert_eq!(office.actor(MEMBER).org, office.org("B2").id);
    let card = office.as_(UNIVERSITY, |d| d.card(id)).unwrap();
    assert_eq!(card.placed_in, "江海大学理学院二班团支部");
    assert_eq!(card.row.done_at, Some(START.moment));
    assert_eq!(card.events.len(), 1);
    assert!(card.events[0].reason.contains("免两方审批"));
}

#[test]
fn an_unmanaged_destination_is_received_outside() {
    let office = Office::new();
    let request = office.request(2, "X1", Initiator::Origin);
    let (id, stage) = office.submit(BRANCH_A, &request).unwrap();
    assert_eq!(stage, Stage::ExternalReceipt);
    let row = office.as_(BRANCH_A, |d| d.transfer(id)).unwrap();
    assert_eq!(row.facts.destination, Destination::Outside);
    assert_eq!(row.destination, "远山大学一班团支部");
}

#[test]
fn some_goals_are_none() {
    let office = Office::new();
    let ask = |member, goal| office.submit(ROOT, &office.request(member, goal, Initiator::Member));
    assert_eq!(kind(ask(2, "A1")), FaultKind::Rule, "the own branch");
    office.behind("UPDATE organisations SET state = 'retired' WHERE code = 'TF'").unwrap();
    assert_eq!(kind(ask(2, "TF")), FaultKind::Rule, "a retired one");
    office.behind("UPDATE members SET state = 'transferred_out' WHERE name = '王芳'").unwrap();
    assert_eq!(office.member(4).state, MemberState::TransferredOut);
    assert_eq!(kind(ask(4, "B1")), FaultKind::Rule, "somebody who left");
}

#[test]
fn a_person_has_one_open_transfer() {
    let office = Office::new();
    office.send(BRANCH_A, 2, "T", Initiator::Member);
    let fault = office.submit(ROOT, &office.request(2, "B1", Initiator::Origin)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Conflict);
    assert!(fault.sentence.contains("ZJ20200602-0001，转出组织审批"), "{fault}");
    assert_eq!(office.one::<i64>("SELECT count(*) FROM transfers"), 1);
    assert_eq!(office.one::<i64>("SELECT count(*) FROM events"), 1);
}

#[test]
fn the_index_stands_behind_the_check() {
    let office = Office::new();
    office.send(BRANCH_A, 2, "T", Initiator::Member);
    let copy = "INSERT INTO transfers (number, stage, person_number, initiator, applicant_id,
            applied_at, since)
        SELECT 'ZJ-2', stage, person_number, initiator, applicant_id, 0, 0 FROM transfers";
    assert!(office.behind(copy).unwrap_err().to_string().contains("UNIQUE"));
    // A window that was faster, after the check: a trigger plays it.
    office
        .behind(
            "CREATE TRIGGER faster AFTER INSERT ON transfers WHEN new.number NOT LIKE 'ZJ-%' BEGIN
                INSERT INTO transfers (number, stage, person_number, initiator, applicant_id,
                    applied_at, since)
                SELECT 'ZJ-' || new.id, 'placement', id_number, 'member', 1, 0, 0
                FROM members WHERE name = '王芳'; END",
        )
        .unwrap();
    let fault = office.submit(ROOT, &office.request(4, "T", Initiator::Member)).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Conflict);
    assert!(fault.sentence.contains("已有一单在办"), "{fault}");
    assert_eq!(office.one::<i64>("SELECT count(*) FROM transfers"), 1);
}

#[test]
fn numbers_run_through_the_day() {
    let office = Office::new();
    for (member, number) in [(2, "ZJ20200602-0001"), (3, "ZJ20200602-0002")] {
        let request = office.request(member, "T", Initiator::Member);
        assert_eq!(office.as_(ROOT, |d| d.submit(&request)).unwrap().1, number);
    }
}

#[test]
fn a_draft_keeps_its_number_when_handed_in() {
    let office = Office::new();
    let (id, number) = office.as_(BRANCH_A, |d| d.save_draft(None, &form(2))).unwrap();
    office.as_(BRANCH_A, |d| d.save_draft(None, &form(3))).unwrap();
    let request = Request { draft: Some(id), ..office.request(2, "T", Initiator::Origin) };
    let made = office.as_(BRANCH_A, |d| d.submit(&request)).unwrap();
    assert_eq!(made, (id, number, Stage::DestinationReview));
    let again = office.as_(BRANCH_A, |d| d.save_draft(Some(id), &form(2)));
    assert_eq!(kind(again), FaultKind::NotFound);
}

#[test]
fn a_draft_is_seen_and_changed_by_its_author_only() {
    let office = Office::new();
    let (id, number) = office.as_(BRANCH_A, |d| d.save_draft(None, &form(MEMBER))).unwrap();
    for who in EVERYBODY {
        let sees = who == BRANCH_A;
        assert_eq!(office.as_(who, |d| d.transfer(id)).is_ok(), sees, "{who}");
        assert_eq!(office.as_(who, |d| d.transfer_by_number(&number)).is_ok(), sees, "{who}");
        assert_eq!(office.as_(who, |d| d.draft(id)).is_ok(), sees, "{who}");
        assert_eq!(office.as_(who, |d| d.card(id)).is_ok(), sees, "{who}");
        assert_eq!(office.as_(who, |d| d.answers(id)).is_ok(), sees, "{who}");
        assert_eq!(office.as_(who, |d| d.numbers_of(id)).is_ok(), sees, "{who}");
        assert_eq!(office.as_(who, |d| d.latest_draft()).unwrap().is_some(), sees, "{who}");
        let saved = office.as_(who, |d| d.save_draft(Some(id), &form(2)));
        assert_eq!(saved.is_ok(), sees, "{who}");
        let request = Request { draft: Some(id), ..office.request(4, "T", Initiator::Member) };
        assert!(sees || office.submit(who, &request).is_err(), "{who}");
    }
}

#[test]
fn a_draft_gives_its_answers_back() {
    let office = Office::new();
    let answers = TransferForm {
        initiated_by: Some(Initiator::Origin),
        reason: Some(Reason::FurtherStudy),
        school: "远山大学".to_owned(),
        address: "远山市".to_owned(),
        destination: "T".to_owned(),
        further_study: "bachelor".to_owned(),
        ..form(2)
    };
    let (id, _) = office.as_(BRANCH_A, |d| d.save_draft(None, &answers)).unwrap();
    assert_eq!(office.as_(BRANCH_A, |d| d.draft(id)).unwrap(), answers);
    assert_eq!(office.as_(BRANCH_A, |d| d.latest_draft()).unwrap(), Some((id, answers)));
    let row = office.as_(BRANCH_A, |d| d.transfer(id)).unwrap();
    assert_eq!((row.transferee.as_str(), row.destination.as_str()), ("单雄", "天宁街道团工委"));
    assert_eq!(row.applied_at, None);
}

#[test]
fn a_special_unit_goes_to_the_province_and_leaves_no_name() {
    let office = Office::new();
    let special = Request {
        form: TransferForm { reason: Some(Reason::SpecialUnit), ..form(2) },
        goal: Goal::SpecialUnit,
        ..office.request(2, "T", Initiator::Origin)
    };
    let (id, stage) = office.submit(UNIVERSITY, &special).unwrap();
    assert_eq!(stage, Stage::ProvinceReview);
    let row = office.as_(ROOT, |d| d.transfer(id)).unwrap();
    assert_eq!(row.destination, "转往特殊单位团组织");
    let province = Some(office.org("P").path);
    assert_eq!(row.facts.destination, Destination::SpecialUnit { province });
    let n: i64 = office.one(
        "SELECT count(*) FROM transfers WHERE destination_id IS NULL AND destination_path = ''
            AND destination_text = '' AND employer = ''",
    );
    assert_eq!(n, 1);
}

#[test]
fn the_last_answers_can_be_taken_again() {
    let office = Office::new();
    assert_eq!(office.as_(BRANCH_A, |d| d.last_submitted()).unwrap(), None);
    let id = office.send(BRANCH_A, 2, "T", Initiator::Origin);
    let last = office.as_(BRANCH_A, |d| d.last_submitted()).unwrap();
    assert_eq!(last, Some((id, Some(Reason::Other))));
    let answers = office.as_(BRANCH_A, |d| d.answers(id)).unwrap();
    assert_eq!(answers.member, form(2).member);
}

#[test]
fn a_withdrawn_draft_stays_its_authors() {
    let office = Office::new();
    let (id, number) = office.as_(BRANCH_A, |d| d.save_draft(None, &form(MEMBER))).unwrap();
    office.decide(BRANCH_A, id, crate::domain::workflow::Act::Withdraw).unwrap();
    for who in EVERYBODY {
        let sees = who == BRANCH_A;
        assert_eq!(office.as_(who, |d| d.transfer_by_number(&number)).is_ok(), sees, "{who}");
        let (rows, _) = office.as_(who, |d| d.audit(None)).unwrap();
        assert!(who != MEMBER || rows.is_empty(), "the transferee learns nothing of it");
        let query = TransferQuery::of(View::All);
        let page = office.as_(who, |d| d.transfers(&query, &Rules::national())).unwrap();
        assert_eq!(page.rows.len(), usize::from(sees), "{who}");
    }
}

#[test]
fn a_draft_about_a_special_unit_keeps_no_name_either() {
    let office = Office::new();
    let secret = TransferForm {
        reason: Some(Reason::SpecialUnit),
        employer: "某部队".to_owned(),
        address: "某地".to_owned(),
        school: "某校".to_owned(),
        destination: "T".to_owned(),
        destination_typed: "某部队团委".to_owned(),
        ..form(2)
    };
    let (id, _) = office.as_(BRANCH_A, |d| d.save_draft(None, &secret)).unwrap();
    let kept: String = office.one(
        "SELECT employer || address || school || destination_text || destination_typed
            || destination_name FROM transfers",
    );
    assert_eq!(kept, "转往特殊单位团组织");
    let withdrawn = office.decide(BRANCH_A, id, crate::domain::workflow::Act::Withdraw);
    assert_eq!(withdrawn, Ok(Stage::Withdrawn));
}

#[test]
fn who_applies_from_above_applies_for_the_side_below() {
    let office = Office::new();
    let id = office.send(UNIVERSITY, 2, "T", Initiator::Origin);
    let card = office.as_(UNIVERSITY, |d| d.card(id)).unwrap();
    assert_eq!(card.events[0].on_behalf_of, "江海大学文学院一班团支部");
    assert_eq!(card.row.facts.applicant_path, Some(office.org("A1").path));
    let mine = TransferQuery::of(View::Initiated);
    for (who, n) in [(BRANCH_A, 1), (UNIVERSITY, 1), (BRANCH_B, 0), (OPERATOR, 0), (TOWNSHIP, 0)] {
        let page = office.as_(who, |d| d.transfers(&mine, &Rules::national())).unwrap();
        assert_eq!(page.rows.len(), n, "{who}");
    }
    let taken_back = office.decide(BRANCH_A, id, crate::domain::workflow::Act::Withdraw);
    assert_eq!(taken_back, Ok(Stage::Withdrawn));
    let into = office.send(UNIVERSITY, 9, "B1", Initiator::Destination);
    let card = office.as_(BRANCH_B, |d| d.card(into)).unwrap();
    assert_eq!(card.events[0].on_behalf_of, "江海大学理学院一班团支部");
}

#[test]
fn a_refused_special_unit_is_not_called_a_second_request() {
    let office = Office::new();
    let named = Request {
        form: TransferForm { reason: Some(Reason::SpecialUnit), ..form(2) },
        ..office.request(2, "T", Initiator::Origin)
    };
    let fault = office.submit(BRANCH_A, &named).unwrap_err();
    assert!(!fault.sentence.contains("已有一单在办"), "{fault}");
    assert_eq!(office.one::<i64>("SELECT count(*) FROM transfers"), 0);
}

#[test]
fn whoever_is_in_a_branch_here_does_not_arrive_from_outside() {
    let office = Office::new();
    let arriving = |name: &str| Request {
        transferee: arrival(2, name),
        ..office.request(2, "B1", Initiator::Destination)
    };
    assert_eq!(kind(office.submit(BRANCH_B, &arriving("别人"))), FaultKind::Rule);
    let (id, stage) = office.submit(BRANCH_B, &arriving("单雄")).unwrap();
    assert_eq!(stage, Stage::OriginReview, "the branch here is asked");
    let row = office.as_(BRANCH_B, |d| d.transfer(id)).unwrap();
    assert_eq!(row.origin, "江海大学文学院一班团支部");
}

#[test]
fn whoever_is_about_to_arrive_is_not_added_by_hand() {
    let office = Office::new();
    let arriving = Request {
        transferee: arrival(50, "新来"),
        ..office.request(2, "B1", Initiator::Destination)
    };
    let (id, _) = office.submit(BRANCH_B, &arriving).unwrap();
    let added = office.as_(BRANCH_A, |d| d.add_member(&entry(50, "新来"), "A1"));
    assert_eq!(kind(added), FaultKind::Conflict);
    // Even where another way was found, the record of another branch is not taken over.
    office.put_member(50, "新来", "A1");
    let done = office.decide(BRANCH_B, id, crate::domain::workflow::Act::RecordAccepted);
    assert_eq!(kind(done), FaultKind::Conflict);
    assert_eq!(office.member(50).branch, office.org("A1").id);
}

#[test]
fn a_record_that_moved_meanwhile_is_not_sent_on() {
    let office = Office::new();
    let old = office.request(2, "T", Initiator::Member);
    office.send(UNIVERSITY, 2, "B1", Initiator::Origin);
    assert_eq!(office.member(2).branch, office.org("B1").id);
    assert_eq!(kind(office.submit(ROOT, &old)), FaultKind::Conflict);
}

#[test]
fn a_draft_remembers_that_nobody_said_whose_request_it_is() {
    let office = Office::new();
    let (id, _) = office.as_(BRANCH_A, |d| d.save_draft(None, &form(2))).unwrap();
    assert_eq!(office.as_(BRANCH_A, |d| d.draft(id)).unwrap().initiated_by, None);
}

#[test]
fn a_move_between_two_strangers_is_not_this_offices() {
    let office = Office::new();
    let account = office.account(10, crate::domain::account::Role::Member, "X1");
    office.store.add_first_account(&account, "", START.moment).unwrap();
    for goal in [Goal::Typed("北山市某团委".to_owned()), Goal::SpecialUnit] {
        let request = Request { goal, ..office.request(10, "T", Initiator::Member) };
        assert_eq!(kind(office.submit(10, &request)), FaultKind::Rule);
    }
    let here = office.submit(10, &office.request(10, "T", Initiator::Member)).unwrap();
    assert_eq!(here.1, Stage::ExternalReceipt);
}
