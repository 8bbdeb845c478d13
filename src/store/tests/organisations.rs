//! Organisations: looked up by everybody, changed in scope only.

use super::fixture::*;
use crate::domain::fault::FaultKind;
use crate::domain::form::Initiator;
use crate::domain::organisation::{OrgEntry, OrgKind, OrgState};
use crate::domain::workflow::Act;
use crate::store::OrgFilter;

fn codes(office: &Office, who: u32, search: &str, filter: &OrgFilter) -> Vec<String> {
    let (rows, _) = office.as_(who, |d| d.organisations(search, filter, None)).unwrap();
    rows.into_iter().map(|row| row.code).collect()
}

#[test]
fn an_organisation_is_found_by_row_code_and_name() {
    let office = Office::new();
    let org = office.org("A1");
    assert_eq!(office.store.organisation(org.id), Ok(org.clone()));
    assert_eq!(office.org(" 江海大学文学院一班团支部 "), org);
    assert_eq!((org.managed, org.n_members), (true, 4));
    assert!(!office.org("X1").managed);
    assert!(office.org("TF").managed, "by those above");
    assert_eq!(kind(office.store.find_organisation("没有")), FaultKind::NotFound);
    assert_eq!(office.store.contact_of(Some(org.id)).unwrap().name, "曾可");
    assert_eq!(office.store.contact_of(None).unwrap().name, "");
}

#[test]
fn an_organisation_in_use_stands_before_a_retired_namesake() {
    let office = Office::new();
    let old = office.org("B2");
    office.behind("UPDATE organisations SET state = 'retired' WHERE code = 'B2'").unwrap();
    assert_eq!(office.org(&old.full_name).id, old.id, "alone it is found");
    let entry = org_entry("B3", "GB", OrgKind::Branch, &old.full_name);
    let new = office.as_(UNIVERSITY, |d| d.add_organisation(&entry)).unwrap();
    assert_eq!(office.org(&old.full_name).id, new.id);
    assert_eq!(office.org("B2").id, old.id);
}

#[test]
fn the_list_is_public_and_in_tree_order() {
    let office = Office::new();
    let everything = codes(&office, MEMBER, "", &OrgFilter::default());
    assert_eq!(everything.len(), 12);
    assert_eq!(everything[..4], ["P", "U", "GA", "A1"]);
    assert_eq!(codes(&office, MEMBER, "lxy", &OrgFilter::default()), ["GB", "B1", "B2"]);
    let under = OrgFilter { under: Some(office.org("T").path), ..OrgFilter::default() };
    assert_eq!(codes(&office, MEMBER, "", &under), ["T", "TF"]);
    let branches = OrgFilter { kind: Some(OrgKind::Branch), ..OrgFilter::default() };
    assert_eq!(codes(&office, MEMBER, "", &branches).len(), 6);
    let mut after = None;
    let mut seen = Vec::new();
    let small = OrgFilter { limit: Some(5), ..OrgFilter::default() };
    loop {
        let page = office.as_(MEMBER, |d| d.organisations("", &small, after.as_deref())).unwrap();
        seen.extend(page.0.into_iter().map(|row| row.code));
        after = page.1;
        if after.is_none() {
            break;
        }
    }
    assert_eq!(seen, everything);
}

#[test]
fn new_ones_are_made_below_the_own_and_in_the_directory() {
    let office = Office::new();
    let add = |who, superior: &str, kind, name: &str| {
        office.as_(who, |d| d.add_organisation(&org_entry("", superior, kind, name)))
    };
    let made = add(UNIVERSITY, "GA", OrgKind::Branch, "江海大学文学院三班团支部").unwrap();
    assert!(made.path.as_str().starts_with(office.org("GA").path.as_str()));
    assert!(made.code.starts_with('T') && made.managed);
    add(BRANCH_A, "X", OrgKind::Branch, "远山大学二班团支部").unwrap();
    add(BRANCH_A, "", OrgKind::ProvinceRoot, "共青团远山省委员会").unwrap();
    let cases = [
        (UNIVERSITY, "T", OrgKind::Branch, "甲", FaultKind::NotAllowed),
        (OPERATOR, "GA", OrgKind::Branch, "甲", FaultKind::NotAllowed),
        (UNIVERSITY, "没有", OrgKind::Branch, "甲", FaultKind::NotFound),
        (UNIVERSITY, "GA", OrgKind::Committee, "甲", FaultKind::Rule),
        (UNIVERSITY, "GA", OrgKind::Branch, " ", FaultKind::Rule),
        (UNIVERSITY, "GA", OrgKind::Branch, "江海大学团委", FaultKind::Conflict),
    ];
    for (who, superior, org_kind, name, wanted) in cases {
        assert_eq!(kind(add(who, superior, org_kind, name)), wanted, "{who} {superior} {name}");
    }
    let code = org_entry("B1", "GA", OrgKind::Branch, "甲");
    assert_eq!(kind(office.as_(UNIVERSITY, |d| d.add_organisation(&code))), FaultKind::Conflict);
}

#[test]
fn changes_stay_in_scope_and_are_recorded() {
    let office = Office::new();
    let id = office.org("A2").id;
    let entry = OrgEntry {
        contact_name: "老师".to_owned(),
        graduates_on: "2020-06".to_owned(),
        ..org_entry("", "", OrgKind::Branch, "江海大学文学院研二班团支部")
    };
    let edit = |who, entry: &OrgEntry| office.as_(who, |d| d.edit_organisation(id, entry));
    assert_eq!(kind(edit(BRANCH_A, &entry)), FaultKind::NotAllowed);
    assert_eq!(kind(edit(OPERATOR, &entry)), FaultKind::NotAllowed);
    let taken = OrgEntry { full_name: "江海大学团委".to_owned(), ..entry.clone() };
    assert_eq!(kind(edit(UNIVERSITY, &taken)), FaultKind::Conflict);
    let changed = edit(UNIVERSITY, &entry).unwrap();
    assert_eq!((changed.code.as_str(), changed.graduates_on.as_str()), ("A2", "2020-06"));
    assert!(office.one::<String>("SELECT detail FROM events").contains("研二班"));
    edit(UNIVERSITY, &entry).unwrap();
}

#[test]
fn only_an_empty_one_is_retired() {
    let office = Office::new();
    let retire = |who, code: &str| {
        let id = office.org(code).id;
        office.as_(who, |d| d.retire_organisation(id, "撤并"))
    };
    assert_eq!(kind(retire(UNIVERSITY, "B2")), FaultKind::Rule, "a member");
    assert_eq!(kind(retire(UNIVERSITY, "GB")), FaultKind::Rule, "branches below");
    assert_eq!(kind(retire(UNIVERSITY, "U")), FaultKind::Rule, "the own");
    assert_eq!(kind(retire(BRANCH_B, "B2")), FaultKind::NotAllowed, "the neighbour's");
    office.send(UNIVERSITY, 8, "B1", Initiator::Origin);
    let id = office.send(BRANCH_A, 2, "B2", Initiator::Origin);
    assert_eq!(kind(retire(UNIVERSITY, "B2")), FaultKind::Rule, "somebody on the way");
    office.decide(UNIVERSITY, id, Act::Return).unwrap();
    retire(UNIVERSITY, "B2").unwrap();
    assert_eq!(office.org("B2").state, OrgState::Retired);
    assert!(!codes(&office, MEMBER, "", &OrgFilter::default()).contains(&"B2".to_owned()));
    let retired = OrgFilter { retired: true, ..OrgFilter::default() };
    assert!(codes(&office, MEMBER, "", &retired).contains(&"B2".to_owned()));
}

#[test]
fn nothing_new_hangs_on_a_retired_one() {
    let office = Office::new();
    office.behind("UPDATE organisations SET state = 'retired' WHERE code IN ('A2', 'GB')").unwrap();
    let added = office.as_(UNIVERSITY, |d| d.add_member(&entry(60, "新人"), "A2"));
    assert_eq!(kind(added), FaultKind::Rule);
    let below = org_entry("", "GB", OrgKind::Branch, "江海大学理学院三班团支部");
    assert_eq!(kind(office.as_(UNIVERSITY, |d| d.add_organisation(&below))), FaultKind::Rule);
    let account = office.account(500, crate::domain::account::Role::Operator, "A2");
    assert_eq!(kind(office.as_(UNIVERSITY, |d| d.add_account(&account, "h"))), FaultKind::Rule);
}

#[test]
fn what_the_directory_holds_otherwise_is_marked() {
    let office = Office::new();
    let id = office.org("A2").id;
    office.behind("UPDATE organisations SET listed = 1").unwrap();
    let name = office.org("A2").full_name;
    let edit = |contact: &str, name: &str| {
        let entry = OrgEntry {
            contact_name: contact.to_owned(),
            ..org_entry("", "", OrgKind::Branch, name)
        };
        office.as_(UNIVERSITY, |d| d.edit_organisation(id, &entry)).unwrap();
        office.store.n_unlisted().unwrap()
    };
    assert_eq!(edit("老师", &name), 0, "contacts are in no directory");
    assert_eq!(edit("老师", "江海大学文学院研二班团支部"), 1);
    office
        .as_(UNIVERSITY, |d| d.add_organisation(&org_entry("", "GA", OrgKind::Branch, "新支部")))
        .unwrap();
    assert_eq!(office.store.n_unlisted(), Ok(2));
}
