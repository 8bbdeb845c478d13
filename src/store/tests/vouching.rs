//! Whose signing keys count as vouched for, and whose key may be vouched for by whom.

use super::fixture::*;
use crate::domain::fault::FaultKind;
use crate::domain::testing::id_number;
use crate::store::{Deed, Pen, key_text};

fn pen(office: &Office, n: u32, seed: u8) -> Pen {
    Pen::new(office.actor(n).account, &[seed; 32])
}

fn enrol(office: &Office, n: u32, seed: u8) -> Pen {
    let pen = pen(office, n, seed);
    let actor = office.actor(n);
    office.store.desk(&actor, START).signing_with(Some(&pen)).enrol(&[seed; 32], "登记").unwrap();
    pen
}

/// A change of the password: the old key names the new one.
fn succeed(office: &Office, n: u32, old: &Pen, seed: u8) -> Pen {
    let named = key_text(&pen(office, n, seed).public_key());
    let deed = Deed::new("password_change", "本人").detail(format!("签名公钥 {named}"));
    let actor = office.actor(n);
    office.store.desk(&actor, START).signing_with(Some(old)).record(&deed).unwrap();
    enrol(office, n, seed)
}

fn number(office: &Office, n: u32) -> String {
    office.as_(n, |d| d.own_key_number()).unwrap().unwrap()
}

fn vouch(office: &Office, who: u32, n: u32) -> crate::store::Stored<String> {
    let number = number(office, n);
    office.as_(who, |d| d.vouch(id_number(n).reveal(), &number))
}

fn unvouched(office: &Office) -> Vec<String> {
    office.store.unvouched_signers().unwrap()
}

#[test]
fn a_key_that_nobody_vouches_for_vouches_for_no_successor() {
    let office = Office::new();
    let first = enrol(&office, BRANCH_B, 1);
    assert_eq!(unvouched(&office), ["理管理员"]);
    let second = succeed(&office, BRANCH_B, &first, 2);
    assert_eq!(unvouched(&office), ["理管理员"], "it came of one that nobody knows");
    succeed(&office, BRANCH_B, &second, 3);
    assert_eq!(unvouched(&office), ["理管理员"], "nor two steps later");
    vouch(&office, UNIVERSITY, BRANCH_B).unwrap();
    assert!(unvouched(&office).is_empty());
}

#[test]
fn a_chain_of_keys_holds_from_the_one_that_was_vouched_for() {
    let office = Office::new();
    let first = enrol(&office, BRANCH_B, 1);
    vouch(&office, UNIVERSITY, BRANCH_B).unwrap();
    let second = succeed(&office, BRANCH_B, &first, 2);
    succeed(&office, BRANCH_B, &second, 3);
    assert!(unvouched(&office).is_empty());
    // A key that somebody put there breaks the chain, whatever comes after it.
    let strange = enrol(&office, BRANCH_B, 4);
    assert_eq!(unvouched(&office), ["理管理员"]);
    succeed(&office, BRANCH_B, &strange, 5);
    assert_eq!(unvouched(&office), ["理管理员"]);
}

#[test]
fn only_administrators_vouch() {
    let office = Office::new();
    let key = enrol(&office, BRANCH_B, 1);
    for who in [OPERATOR, MEMBER, BRANCH_B] {
        let deed = Deed::new("key_vouch", "理管理员").detail(key_text(&key.public_key()));
        office.as_(who, |d| d.record(&deed)).unwrap();
        assert_eq!(unvouched(&office), ["理管理员"], "{who}");
    }
}

#[test]
fn accounts_of_other_organisations_answer_like_none() {
    let office = Office::new();
    for (n, seed) in [(ROOT, 1), (BRANCH_A, 2), (BRANCH_B, 3)] {
        enrol(&office, n, seed);
    }
    let number = number(&office, BRANCH_A);
    let probe = |who, number: &str| {
        office.as_(who, |d| d.vouch(id_number(BRANCH_A).reveal(), number)).unwrap_err()
    };
    let told = [probe(BRANCH_B, &number), probe(BRANCH_B, "1"), probe(TOWNSHIP, &number)];
    vouch(&office, UNIVERSITY, BRANCH_A).unwrap();
    vouch(&office, BRANCH_A, ROOT).unwrap();
    let account = office.actor(BRANCH_A).account;
    office.as_(UNIVERSITY, |d| d.remove_account(account)).unwrap();
    let gone = probe(BRANCH_B, &number);
    assert_eq!(gone.kind, FaultKind::NotFound);
    for told in told {
        assert_eq!((told.kind, told.sentence), (gone.kind, gone.sentence.clone()));
    }
}

#[test]
fn the_key_in_force_counts_and_no_row_beside_it() {
    let office = Office::new();
    let first = enrol(&office, BRANCH_B, 1);
    vouch(&office, UNIVERSITY, BRANCH_B).unwrap();
    enrol(&office, BRANCH_B, 2);
    let late = format!(
        "INSERT INTO signers (account_id, public_key, from_seq, until_seq)
            VALUES ({}, x'{}', 1000000, {})",
        first.account(),
        key_text(&first.public_key()),
        i64::MAX
    );
    office.behind(&late).unwrap();
    assert_eq!(unvouched(&office), ["理管理员"]);
}
