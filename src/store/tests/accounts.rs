//! Accounts: who gives access, to whom, and who takes it back.

use super::fixture::*;
use crate::domain::account::{AccountState, Role};
use crate::domain::fault::FaultKind;
use crate::domain::ids::{AccountId, Moment};
use crate::domain::testing::id_number;
use crate::store::{Credentials, NewAccount};

fn add(office: &Office, who: u32, new: &NewAccount) -> Result<AccountId, FaultKind> {
    office.as_(who, |d| d.add_account(new, "hash")).map_err(|fault| fault.kind)
}

#[test]
fn administrators_give_access_in_their_scope() {
    let office = Office::new();
    let cases = [
        (UNIVERSITY, Role::Operator, "A1", None),
        (UNIVERSITY, Role::Member, "A1", None),
        (UNIVERSITY, Role::Administrator, "A2", None),
        (BRANCH_A, Role::Member, "A1", None),
        (BRANCH_A, Role::Member, "B1", Some(FaultKind::NotAllowed)),
        (BRANCH_A, Role::Operator, "GA", Some(FaultKind::NotAllowed)),
        (OPERATOR, Role::Member, "A1", Some(FaultKind::NotAllowed)),
        (MEMBER, Role::Member, "A1", Some(FaultKind::NotAllowed)),
        (UNIVERSITY, Role::Member, "GA", Some(FaultKind::Rule)),
        (UNIVERSITY, Role::Administrator, "X", Some(FaultKind::NotAllowed)),
    ];
    for (i, (who, role, org, refused)) in cases.into_iter().enumerate() {
        let new = office.account(500 + u32::try_from(i).unwrap(), role, org);
        assert_eq!(add(&office, who, &new).err(), refused, "{who} {role:?} {org}");
    }
}

#[test]
fn one_account_for_one_person() {
    let office = Office::new();
    let again = office.account(MEMBER, Role::Operator, "A1");
    assert_eq!(add(&office, UNIVERSITY, &again), Err(FaultKind::Conflict));
    let id = office.actor(MEMBER).account;
    office.as_(BRANCH_A, |d| d.remove_account(id)).unwrap();
    assert_eq!(add(&office, UNIVERSITY, &again), Ok(id), "the same row, in use once more");
    assert_eq!(office.actor(MEMBER).role, Role::Operator);
}

#[test]
fn a_new_account_must_choose_and_then_sits() {
    let office = Office::new();
    let id = add(&office, UNIVERSITY, &office.account(500, Role::Operator, "A1")).unwrap();
    let sit = || office.store.sitting(id_number(500).reveal()).unwrap().unwrap();
    assert_eq!((sit().account.state, sit().verifier.as_str()), (AccountState::Initial, "hash"));
    assert_eq!(sit().made_at, START.moment);
    office.store.set_credentials(id, &Credentials::Verifier("own".to_owned())).unwrap();
    let now = sit();
    assert_eq!((now.account.state, now.verifier.as_str()), (AccountState::Active, "own"));
    office.store.set_credentials(id, &Credentials::Slot("s1".to_owned())).unwrap();
    assert_eq!((sit().verifier.as_str(), sit().account.slot.as_deref()), ("", Some("s1")));
}

#[test]
fn a_reset_puts_a_code_in_the_place_of_the_password() {
    let office = Office::new();
    let id = office.actor(BRANCH_A).account;
    office.store.set_credentials(id, &Credentials::Slot("s9".to_owned())).unwrap();
    let until = Moment(START.moment.0 + 2 * 86_400);
    let slot = office.as_(UNIVERSITY, |d| d.reset_account(id, "code", until)).unwrap();
    assert_eq!(slot.as_deref(), Some("s9"));
    let now = office.store.sitting(id_number(BRANCH_A).reveal()).unwrap().unwrap();
    assert_eq!((now.verifier.as_str(), now.account.slot), ("code", None));
    assert_eq!(now.account.code_until, Some(until));
    assert_eq!(now.account.state, AccountState::Initial);
}

#[test]
fn nobody_resets_or_removes_themselves_or_a_neighbour() {
    let office = Office::new();
    let until = Moment(0);
    for who in [BRANCH_A, UNIVERSITY, ROOT] {
        let own = office.actor(who).account;
        assert_eq!(kind(office.as_(who, |d| d.remove_account(own))), FaultKind::Rule);
        assert_eq!(kind(office.as_(who, |d| d.reset_account(own, "c", until))), FaultKind::Rule);
    }
    let other = office.actor(BRANCH_B).account;
    assert_eq!(kind(office.as_(BRANCH_A, |d| d.remove_account(other))), FaultKind::NotFound);
    let above = office.actor(UNIVERSITY).account;
    assert_eq!(
        kind(office.as_(BRANCH_A, |d| d.reset_account(above, "c", until))),
        FaultKind::NotFound
    );
    assert_eq!(kind(office.as_(OPERATOR, |d| d.remove_account(other))), FaultKind::NotAllowed);
}

#[test]
fn a_removed_account_sits_nowhere_and_stays_in_the_history() {
    let office = Office::new();
    let id = office.actor(MEMBER).account;
    office.as_(BRANCH_A, |d| d.remove_account(id)).unwrap();
    assert!(office.store.sitting(id_number(MEMBER).reveal()).unwrap().is_none());
    let listed = office.as_(UNIVERSITY, |d| d.accounts()).unwrap();
    assert!(listed.iter().all(|account| account.id != id));
    assert_eq!(office.one::<i64>("SELECT count(*) FROM accounts WHERE state = 'removed'"), 1);
    assert_eq!(kind(office.as_(BRANCH_A, |d| d.remove_account(id))), FaultKind::NotFound);
}

#[test]
fn the_list_ends_at_the_own_scope() {
    let office = Office::new();
    let seen = |who| {
        let listed = office.as_(who, |d| d.accounts()).unwrap();
        listed.into_iter().map(|a| a.id_number.reveal().to_owned()).collect::<Vec<_>>()
    };
    let numbers = |people: &[u32]| -> Vec<String> {
        people.iter().map(|n| id_number(*n).reveal().to_owned()).collect()
    };
    assert_eq!(seen(BRANCH_A), numbers(&[BRANCH_A, MEMBER]));
    assert_eq!(seen(TOWNSHIP), numbers(&[TOWNSHIP]));
    assert_eq!(seen(ROOT).len(), 7);
    assert_eq!(kind(office.as_(OPERATOR, |d| d.accounts())), FaultKind::NotAllowed);
}

#[test]
fn the_only_administrator_of_a_branch_is_known() {
    let office = Office::new();
    let branch = office.org("A1").id;
    let only = |n| {
        office.as_(UNIVERSITY, |d| d.is_only_administrator(id_number(n).reveal(), branch)).unwrap()
    };
    assert!(only(BRANCH_A) && !only(MEMBER) && !only(UNIVERSITY));
    let second = add(&office, UNIVERSITY, &office.account(500, Role::Administrator, "A1")).unwrap();
    assert!(!only(BRANCH_A));
    office.as_(UNIVERSITY, |d| d.remove_account(second)).unwrap();
    assert!(only(BRANCH_A));
}
