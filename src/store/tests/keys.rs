//! Who is in the list of slots, what was tried in vain, and how far the history goes.

use super::fixture::*;
use crate::domain::account::Role;
use crate::domain::fault::FaultKind;
use crate::domain::ids::Moment;
use crate::domain::testing::id_number;
use crate::store::{Attempts, Credentials, KeyChange, Store};

fn slots(office: &Office) -> Vec<String> {
    let mut slots: Vec<String> =
        office.store.listed_slots().unwrap().into_iter().map(|(slot, _)| slot).collect();
    slots.sort();
    slots
}

fn list(office: &Office, who: u32, slot: &str, pk: u8) {
    let account = office.actor(who).account;
    let at = START.moment;
    office.store.list_slot((slot, &[pk; 32]), Some(account), "周敏", at).unwrap();
}

fn point(office: &Office, who: u32, slot: &str) {
    let account = office.actor(who).account;
    office.store.set_credentials(account, &Credentials::Slot(slot.to_owned())).unwrap();
}

#[test]
fn a_slot_is_served_only_while_its_account_points_at_it() {
    let office = Office::new();
    office.store.list_slot(("paper", &[1; 32]), None, "周敏", START.moment).unwrap();
    for (who, slot) in [(UNIVERSITY, "u"), (BRANCH_A, "a"), (OPERATOR, "o")] {
        list(&office, who, slot, 2);
        assert!(!slots(&office).contains(&slot.to_owned()), "{slot}: nobody points at it");
        point(&office, who, slot);
    }
    assert_eq!(slots(&office), ["a", "paper", "u"], "an operator's password opens nothing");
    list(&office, UNIVERSITY, "u", 3);
    assert_eq!(slots(&office), ["a", "paper", "u", "u"], "while a password is changed");
    let account = office.actor(UNIVERSITY).account;
    office.store.keep_only_slot(account, ("u", &[3; 32])).unwrap();
    let listed = office.store.listed_slots().unwrap();
    assert!(listed.contains(&("u".to_owned(), [3; 32])) && listed.len() == 3);
    point(&office, UNIVERSITY, "another");
    assert_eq!(slots(&office), ["a", "paper"]);
}

#[test]
fn resets_and_removals_strike_the_slot_and_only_removals_ask_for_a_new_key() {
    let office = Office::new();
    for (who, slot) in [(BRANCH_A, "a"), (BRANCH_B, "b")] {
        list(&office, who, slot, 2);
        point(&office, who, slot);
    }
    let [a, b] = [BRANCH_A, BRANCH_B].map(|who| office.actor(who).account);
    office.as_(UNIVERSITY, |d| d.reset_account(a, "code", Moment(i64::MAX))).unwrap();
    assert_eq!(slots(&office), ["b"]);
    assert_eq!(office.store.key_change().unwrap(), KeyChange::Settled);
    let operator = office.actor(OPERATOR).account;
    office.as_(UNIVERSITY, |d| d.remove_account(operator)).unwrap();
    assert_eq!(office.store.key_change().unwrap(), KeyChange::Settled, "an operator knew no key");
    office.as_(UNIVERSITY, |d| d.remove_account(b)).unwrap();
    assert!(slots(&office).is_empty());
    assert_eq!(office.store.key_change().unwrap(), KeyChange::Due);
    office.store.set_key_change(KeyChange::Settled).unwrap();
    office.as_(UNIVERSITY, |d| d.remove_account(a)).unwrap();
    assert_eq!(office.store.key_change().unwrap(), KeyChange::Due, "they knew it before the reset");
}

#[test]
fn failures_are_kept_for_known_and_unknown_and_strangers_are_bounded() {
    let office = Office::new();
    let known = id_number(UNIVERSITY);
    let three = Attempts { failures: 3, failed_at: Moment(5) };
    office.store.note_attempts(known.reveal(), three).unwrap();
    for n in 0..1100 {
        let one = Attempts { failures: 1, failed_at: Moment(100 + n) };
        office.store.note_attempts(&format!("stranger {n}"), one).unwrap();
    }
    assert_eq!(office.one::<i64>("SELECT count(*) FROM attempts"), 1001);
    assert_eq!(office.store.attempts(known.reveal()).unwrap(), three, "the oldest, but known");
    assert_eq!(office.store.attempts("stranger 99").unwrap(), Attempts::default());
    assert_eq!(office.store.attempts("stranger 1099").unwrap().failures, 1);
    office.store.forget_attempts(known.reveal()).unwrap();
    assert_eq!(office.store.attempts(known.reveal()).unwrap(), Attempts::default());
    let text = office.one::<String>("SELECT group_concat(who) FROM attempts");
    assert!(!text.contains("stranger"), "what was typed is not kept");
}

#[test]
fn a_new_account_and_a_reset_begin_without_failures() {
    let office = Office::new();
    let new = office.account(500, Role::Operator, "A1");
    let id = new.id_number.clone();
    let many = Attempts { failures: 9, failed_at: Moment(5) };
    office.store.note_attempts(id.reveal(), many).unwrap();
    let account = office.as_(UNIVERSITY, |d| d.add_account(&new, "hash")).unwrap();
    assert_eq!(office.store.attempts(id.reveal()).unwrap(), Attempts::default());
    office.store.note_attempts(id.reveal(), many).unwrap();
    office.as_(UNIVERSITY, |d| d.reset_account(account, "code", Moment(1))).unwrap();
    assert_eq!(office.store.attempts(id.reveal()).unwrap(), Attempts::default());
}

#[test]
fn the_end_of_the_history_and_the_latest_time_are_known() {
    let office = Office::new();
    assert_eq!(office.store.last_entry().unwrap(), (0, [0; 32]));
    assert_eq!(office.store.entry_hash(1).unwrap(), None);
    for n in 1..=3 {
        let deed = crate::store::Deed::new("backup", "每日");
        office.store.record_unsigned(START.moment, "", &deed).unwrap();
        let (seq, head) = office.store.last_entry().unwrap();
        assert_eq!((seq, office.store.entry_hash(seq).unwrap()), (n, Some(head)));
    }
    assert_eq!(office.store.seen_at().unwrap(), Moment(i64::MIN));
    for (seen, latest) in [(50, 50), (20, 50), (60, 60), (-9, 60)] {
        office.store.see(Moment(seen)).unwrap();
        assert_eq!(office.store.seen_at().unwrap(), Moment(latest));
    }
}

#[test]
fn a_rekeyed_file_opens_with_the_new_key_only_and_is_whole() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("a.db");
    let key = |byte: &str| format!("x'{}'", byte.repeat(32));
    let (old, new) = (key("a1"), key("b2"));
    let office = Office::on(Store::create(&path, &old).unwrap());
    let before = office.store.verify().unwrap();
    office.store.rekey(&new).unwrap();
    assert_eq!(office.store.verify().unwrap(), before, "the connection goes on");
    drop(office);
    assert_eq!(Store::open(&path, &old).map(drop).unwrap_err().kind, FaultKind::Damaged);
    let (store, which) = Store::open_with_one(&path, &[&old, &new]).unwrap();
    store.check_file().unwrap();
    assert_eq!((store.verify().unwrap(), which), (before, 1));
    drop(store);
    assert_eq!(Store::open_with_one(&path, &[&new, &old]).unwrap().1, 0);
    let none = Store::open_with_one(&path, &[&old, &key("c3")]).map(drop).unwrap_err();
    assert_eq!(none.kind, FaultKind::Damaged);
    let gone = Store::open_with_one(&dir.path().join("none"), &[&old, &new]).map(drop);
    assert_eq!(gone.unwrap_err().kind, FaultKind::NotFound);
    assert!(Store::open_with_one(&path, &[]).is_err());
}
