//! Members: one record for one number, changed in the open.

use super::fixture::*;
use crate::domain::fault::FaultKind;
use crate::domain::form::Initiator;
use crate::domain::member::{GraduationMark, MemberState, Profile};
use crate::domain::testing::id_number;
use crate::store::MemberFilter;

fn names(office: &Office, who: u32, filter: &MemberFilter) -> Vec<String> {
    let (rows, _) = office.as_(who, |d| d.members(filter)).unwrap();
    rows.into_iter().map(|row| row.name).collect()
}

#[test]
fn a_list_of_members_ends_at_the_own_scope() {
    let office = Office::new();
    let seen = |who| names(&office, who, &MemberFilter::default());
    assert_eq!(seen(BRANCH_A), ["李雷", "单雄", "曾可", "周敏"]);
    assert_eq!(seen(BRANCH_B), ["阿依古丽", "李雷"]);
    assert_eq!(seen(OPERATOR).len(), 6);
    assert_eq!(seen(MEMBER), ["周敏"]);
    assert_eq!(seen(TOWNSHIP), ["何晓"]);
    assert_eq!(seen(ROOT).len(), 10);
    let elsewhere = MemberFilter { under: Some(office.org("B1").path), ..MemberFilter::default() };
    assert!(names(&office, BRANCH_A, &elsewhere).is_empty());
    assert_eq!(names(&office, UNIVERSITY, &elsewhere).len(), 2);
}

#[test]
fn members_are_found_as_people_type_them() {
    let office = Office::new();
    let number = id_number(2).reveal().to_lowercase();
    for text in ["单雄", "shan", "sx", number.as_str()] {
        let filter = MemberFilter { search: text.to_owned(), ..MemberFilter::default() };
        assert_eq!(names(&office, UNIVERSITY, &filter), ["单雄"], "{text}");
        assert!(names(&office, BRANCH_B, &filter).is_empty(), "{text}");
    }
}

#[test]
fn pages_of_members_have_no_gaps_even_among_namesakes() {
    let office = Office::new();
    for n in 100..140 {
        office.put_member(n, "李雷", "B2");
    }
    let whole = names(&office, UNIVERSITY, &MemberFilter::default());
    let mut filter = MemberFilter { limit: Some(7), ..MemberFilter::default() };
    let mut seen = Vec::new();
    loop {
        let (rows, next) = office.as_(UNIVERSITY, |d| d.members(&filter)).unwrap();
        seen.extend(rows.into_iter().map(|row| (row.id, row.name)));
        filter.after = next;
        if filter.after.is_none() {
            break;
        }
    }
    assert_eq!(seen.iter().map(|(_, name)| name.clone()).collect::<Vec<_>>(), whole);
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), 49);
}

#[test]
fn a_row_shows_its_open_transfer_and_no_number() {
    let office = Office::new();
    office.send(BRANCH_A, 2, "T", Initiator::Member);
    let filter = MemberFilter { search: "单雄".to_owned(), ..MemberFilter::default() };
    let (rows, _) = office.as_(BRANCH_A, |d| d.members(&filter)).unwrap();
    assert_eq!(rows[0].open_transfer, "ZJ20200602-0001");
    assert!(!format!("{rows:?}").contains(id_number(2).reveal()));
}

#[test]
fn one_record_for_one_number() {
    let office = Office::new();
    let add = |who, n, branch| office.as_(who, |d| d.add_member(&entry(n, "新人"), branch));
    let id = add(BRANCH_A, 60, "A1").unwrap();
    assert_eq!(office.member(60).id, id);
    assert_eq!(office.one::<String>("SELECT action FROM events"), "member_add");
    let fault = add(BRANCH_A, 2, "A1").unwrap_err();
    assert_eq!(fault.kind, FaultKind::Conflict);
    assert!(fault.sentence.contains("江海大学文学院一班团支部"), "{fault}");
    let fault = add(BRANCH_A, 7, "A1").unwrap_err();
    assert_eq!(fault.kind, FaultKind::Conflict);
    assert!(!fault.sentence.contains("理学院"), "where it is stays hidden: {fault}");
    assert_eq!(kind(add(BRANCH_A, 61, "B1")), FaultKind::NotAllowed);
    assert_eq!(kind(add(MEMBER, 61, "A1")), FaultKind::NotAllowed);
    assert_eq!(kind(add(UNIVERSITY, 61, "GA")), FaultKind::Rule);
    assert_eq!(kind(add(UNIVERSITY, 61, "没有")), FaultKind::NotFound);
    add(OPERATOR, 61, "江海大学文学院二班团支部").unwrap();
}

#[test]
fn records_open_in_scope_only() {
    let office = Office::new();
    let id = office.member(7).id;
    let number = id_number(7);
    for (who, sees) in [(BRANCH_B, true), (UNIVERSITY, true), (BRANCH_A, false), (MEMBER, false)] {
        assert_eq!(office.as_(who, |d| d.member(id)).is_ok(), sees, "{who}");
        let by_number = office.as_(who, |d| d.member_by_number(number.reveal()));
        assert_eq!(by_number.is_ok(), sees, "{who}");
        if let Err(fault) = by_number {
            assert!(!fault.sentence.contains(number.reveal()), "{fault}");
        }
    }
    let own = office.as_(MEMBER, |d| d.own_record()).unwrap().unwrap();
    assert_eq!(office.as_(MEMBER, |d| d.member(own.id)), Ok(own));
}

#[test]
fn the_free_parts_are_edited_by_the_office() {
    let office = Office::new();
    let id = office.member(2).id;
    let profile = Profile {
        education: "本科".to_owned(),
        graduation_mark: GraduationMark::Delayed,
        ..Profile::default()
    };
    let edit = |who| office.as_(who, |d| d.edit_member(id, "13900001111", &profile));
    assert_eq!(kind(edit(BRANCH_B)), FaultKind::NotFound);
    edit(OPERATOR).unwrap();
    let member = office.member(2);
    assert_eq!((member.phone.as_str(), &member.profile), ("13900001111", &profile));
    assert_eq!(office.one::<String>("SELECT action FROM events"), "member_edit");
    let own = office.member(MEMBER).id;
    let myself = office.as_(MEMBER, |d| d.edit_member(own, "", &profile));
    assert_eq!(kind(myself), FaultKind::NotAllowed);
}

#[test]
fn an_open_transfer_holds_the_record() {
    let office = Office::new();
    office.send(BRANCH_A, 2, "T", Initiator::Member);
    let id = office.member(2).id;
    let retired = office.as_(BRANCH_A, |d| d.retire_member(id, "离团"));
    assert_eq!(kind(retired), FaultKind::Conflict);
    assert_eq!(office.member(2).state, MemberState::Active);
}

#[test]
fn taking_out_of_use_needs_a_reason_and_keeps_the_record() {
    let office = Office::new();
    let id = office.member(3).id;
    let retire = |who, reason: &str| office.as_(who, |d| d.retire_member(id, reason));
    assert_eq!(kind(retire(BRANCH_A, "")), FaultKind::Rule);
    assert_eq!(kind(retire(OPERATOR, "离团")), FaultKind::NotAllowed);
    assert_eq!(kind(retire(BRANCH_B, "离团")), FaultKind::NotFound);
    retire(BRANCH_A, "离团").unwrap();
    assert_eq!(office.member(3).state, MemberState::Retired);
    assert!(!names(&office, BRANCH_A, &MemberFilter::default()).contains(&"李雷".to_owned()));
    let former = MemberFilter { former: true, ..MemberFilter::default() };
    assert!(names(&office, BRANCH_A, &former).contains(&"李雷".to_owned()));
}

#[test]
fn a_number_of_elsewhere_gives_no_name_away() {
    let office = Office::new();
    let fault = office.as_(BRANCH_A, |d| d.add_member(&entry(7, "新人"), "A1")).unwrap_err();
    assert!(!fault.sentence.contains("阿依古丽"), "{fault}");
}
