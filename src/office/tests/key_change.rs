//! Removing an account changes the database key, and may break off anywhere.

use std::path::Path;

use super::keys::*;
use super::*;
use crate::domain::account::Role;
use crate::domain::ids::AccountId;
use crate::domain::testing::id_number;
use crate::office::key_change::Step;
use crate::store::KeyChange;
use crate::vault::{DatabaseKey, SlotId, SlotKey, Vault};

fn id_of_second(door: &Door) -> AccountId {
    account_of(door, &second(), now())
}

/// Which database key a vault's files stand under.
fn key_of(places: &Places, id: &str, password: &str) -> DatabaseKey {
    Vault::open(&places.data, &places.config).unwrap().unlock(id, password).unwrap().key
}

fn opens(places: &Places, key: &DatabaseKey) -> bool {
    Store::open(&places.database(), &key.pragma_literal()).is_ok()
}

/// The disk as it was right after a step, with the machine's own keys.
fn snapshot(door_places: &Places, into: &Path) -> Places {
    let places = Places { config: door_places.config.clone(), ..Places::below(into) };
    copy_data(door_places, &places);
    places
}

#[test]
fn wherever_a_removal_breaks_off_exactly_the_right_people_get_in() {
    let (dir, mut door) = peopled();
    let places = door.places().clone();
    let old = key_of(&places, second().reveal(), SECOND);
    let (id, events) = (id_of_second(&door), door.session(now()).unwrap().verify().unwrap());
    let mut deaths = Vec::new();
    let removed = door.remove_account_watched(id, at(1), &mut |step| {
        let into = dir.path().join(format!("{step:?}"));
        deaths.push((step, snapshot(&places, &into)));
        Ok(())
    });
    removed.unwrap();
    let steps: Vec<Step> = deaths.iter().map(|(step, _)| *step).collect();
    assert_eq!(steps, Step::ALL);
    assert!(door.take_warnings()[0].contains("以前的备份"), "what a change cannot do is said");
    drop(door);
    // What this machine saw last is not yet in the files as they were at an earlier step.
    let forget = || {
        for entry in std::fs::read_dir(&places.config).unwrap().map(Result::unwrap) {
            if entry.file_name().to_string_lossy().starts_with("seen-") {
                std::fs::remove_file(entry.path()).unwrap();
            }
        }
    };
    for (step, places) in deaths {
        forget();
        let mut door = Door::new(places.clone()).unwrap();
        let refused = door.knock(second().reveal(), SECOND, at(10)).unwrap_err();
        assert!(refused.sentence.starts_with("账号或密码不对"), "{step:?}: {refused}");
        assert!(door.is_sealed(), "{step:?}");
        enter(&mut door, at(20));
        let said = door.take_warnings();
        let left = !matches!(step, Step::Noted);
        assert_eq!(said.iter().any(|s| s.contains("做完")), left, "{step:?}: {said:?}");
        assert_eq!(said.len(), usize::from(left), "{step:?}: {said:?}");
        let found = door.session(at(20)).unwrap().verify().unwrap();
        assert_eq!(found.n_members, events.n_members, "{step:?}");
        assert!(found.n_events > events.n_events, "{step:?}");
        assert_eq!(number_of(&door, "更换数据库密钥"), 1, "{step:?}");
        assert_eq!(door.office.as_ref().unwrap().store.key_change().unwrap(), KeyChange::Settled);
        assert!(door.knock(second().reveal(), SECOND, at(60)).is_err(), "{step:?}: inside too");
        door.knock(operator().reveal(), OPERATOR, at(60)).unwrap();
        let new = key_of(&places, ADMIN, PASSWORD);
        assert!(opens(&places, &new) && !opens(&places, &old), "{step:?}");
        let vault = Vault::open(&places.data, &places.config).unwrap();
        assert!(!vault.is_changing_key() && vault.slots().len() == 1, "{step:?}");
        let mut door = restarted(door);
        enter(&mut door, at(100));
        assert!(door.take_warnings().is_empty(), "{step:?}: nothing is left to do");
        assert_eq!(number_of(&door, "更换数据库密钥"), 1, "{step:?}");
    }
}

#[test]
fn who_is_removed_while_a_change_is_under_way_is_locked_out_too() {
    const THIRD: &str = "Meadow-6-lanterns";
    let (_dir, mut door) = peopled();
    let places = door.places().clone();
    let third = id_number(32);
    let third_id = appoint(&door, &third, Role::Administrator, now());
    activate(&mut door, &third, THIRD, now());
    enter(&mut door, now());
    let id = id_of_second(&door);
    door.remove_account_watched(id, at(1), &mut |step| match step {
        Step::DatabaseOpened => Err(Fault::new(FaultKind::CannotWrite, "磁盘满了。")),
        _ => Ok(()),
    })
    .unwrap();
    let known = key_of(&places, third.reveal(), THIRD);
    assert!(opens(&places, &known), "the slot holds the key that the change brings");
    door.remove_account(third_id, at(2)).unwrap();
    drop(door);
    let mut door = Door::new(places.clone()).unwrap();
    enter(&mut door, at(20));
    assert!(door.knock(third.reveal(), THIRD, at(30)).is_err());
    door.seal();
    assert!(door.knock(third.reveal(), THIRD, at(100)).is_err());
    assert!(!opens(&places, &known), "a key that they knew is not in force");
    assert_eq!(Vault::open(&places.data, &places.config).unwrap().slots().len(), 1);
}

#[test]
fn the_recovery_key_opens_wherever_a_removal_breaks_off() {
    let dir = tempfile::tempdir().unwrap();
    let places = Places::below(dir.path());
    let entry = OfficeEntry {
        org: "某某学院团委".to_owned(),
        kind: crate::domain::organisation::OrgKind::Committee,
        name: "周敏".to_owned(),
        id_number: ADMIN.to_owned(),
        phone: String::new(),
        password: PASSWORD.to_owned().into(),
    };
    let prepared = PreparedOffice::make(&places, &entry, KdfCost::DEMO, now()).unwrap();
    let paper = prepared.recovery_key();
    prepared.put_in_place().unwrap();
    let mut door = Door::new(places.clone()).unwrap();
    enter(&mut door, now());
    let id = appoint(&door, &second(), Role::Administrator, now());
    activate(&mut door, &second(), SECOND, now());
    enter(&mut door, now());
    let mut deaths = Vec::new();
    door.remove_account_watched(id, at(1), &mut |step| {
        deaths.push((step, snapshot(&places, &dir.path().join(format!("{step:?}")))));
        Ok(())
    })
    .unwrap();
    let mut n = 0;
    for (step, files) in deaths {
        // On this machine, and on a new one.
        for config in [places.config.clone(), dir.path().join(format!("new{n}"))] {
            n += 1;
            let own = dir.path().join(format!("copy{n}"));
            let copy = Places { config, ..Places::below(&own) };
            copy_data(&files, &copy);
            let fresh = format!("Meadow-{n}-clouds");
            let by_second = recover(&copy, &paper, (second().reveal(), &fresh), at(2));
            assert_eq!(by_second.unwrap_err().kind, FaultKind::NotAllowed, "{step:?}");
            recover(&copy, &paper, (ADMIN, &fresh), at(2)).unwrap();
            let mut door = Door::new(copy).unwrap();
            assert!(door.knock(ADMIN, PASSWORD, at(3)).is_err(), "{step:?}");
            door.knock(ADMIN, &fresh, at(10)).unwrap();
            assert_eq!(number_of(&door, "更换数据库密钥"), 1, "{step:?}: ended at the sign-in");
            door.session(at(10)).unwrap().verify().unwrap();
        }
    }
    assert_eq!(n, 14);
}

#[test]
fn a_disk_that_refuses_leaves_the_account_removed_and_the_rest_for_later() {
    let (_dir, mut door) = peopled();
    let id = id_of_second(&door);
    let places = door.places().clone();
    // Something lies where the previous key file belongs, so that no key file can be written.
    let bak = places.data.join("vault.keys.bak");
    std::fs::remove_file(&bak).unwrap();
    std::fs::create_dir_all(bak.join("in the way")).unwrap();
    door.remove_account(id, at(1)).unwrap();
    let said = door.take_warnings();
    assert!(said[0].contains("还没有做完"), "{said:?}");
    assert!(door.session(at(1)).unwrap().verify().is_ok());
    door.seal();
    assert!(door.knock(second().reveal(), SECOND, at(2)).is_err(), "its slot is served no more");
    enter(&mut door, at(10));
    assert!(door.take_warnings()[0].contains("还没有做完"));
    std::fs::remove_dir_all(&bak).unwrap();
    door.seal();
    enter(&mut door, at(20));
    assert!(door.take_warnings().iter().any(|s| s.contains("已经做完")));
    assert_eq!(Vault::open(&places.data, &places.config).unwrap().slots().len(), 1);
}

#[test]
fn a_database_that_cannot_be_rewritten_stays_under_its_key() {
    let (_dir, mut door) = peopled();
    let (id, places) = (id_of_second(&door), door.places().clone());
    let old = key_of(&places, ADMIN, PASSWORD);
    // Somebody else is writing for longer than one waits.
    let (stop, stopped) = std::sync::mpsc::channel::<()>();
    let (path, key) = (places.database(), old.pragma_literal());
    let mut waiting = Some((stopped, path, key));
    let mut writer = None;
    door.remove_account_watched(id, at(1), &mut |step| {
        if let (Step::BothKeysWritten, Some((stopped, path, key))) =
            (step, waiting.take_if(|_| step == Step::BothKeysWritten))
        {
            let (begun, has_begun) = std::sync::mpsc::channel();
            writer = Some(std::thread::spawn(move || {
                let other = Store::open(&path, &key).unwrap();
                other
                    .atomically(|| {
                        begun.send(()).unwrap();
                        stopped.recv().unwrap_or_default();
                        Ok(())
                    })
                    .unwrap();
            }));
            has_begun.recv().unwrap();
        }
        Ok(())
    })
    .unwrap();
    assert!(door.take_warnings()[0].contains("还没有做完"));
    drop(stop);
    writer.unwrap().join().unwrap();
    assert!(opens(&places, &old));
    assert!(!Vault::open(&places.data, &places.config).unwrap().is_changing_key(), "given up");
    assert!(door.session(at(1)).unwrap().verify().is_ok());
    assert!(door.change_password(PASSWORD, "River-9-stones", at(2)).is_ok(), "work goes on");
    door.seal();
    door.knock(ADMIN, "River-9-stones", at(3)).unwrap();
    assert!(door.take_warnings().iter().any(|s| s.contains("已经做完")));
    assert!(!opens(&places, &old));
}

#[test]
fn a_reset_takes_the_slot_and_leaves_the_key() {
    let (_dir, mut door) = peopled();
    let (id, places) = (id_of_second(&door), door.places().clone());
    let old = key_of(&places, ADMIN, PASSWORD);
    let (_, code) = door.reset_account(id, at(1)).unwrap();
    assert!(door.take_warnings().is_empty());
    assert_eq!(key_of(&places, ADMIN, PASSWORD), old);
    assert_eq!(Vault::open(&places.data, &places.config).unwrap().slots().len(), 1);
    door.seal();
    for password in [SECOND, code.as_str()] {
        assert!(door.knock(second().reveal(), password, at(2)).is_err(), "a code opens no vault");
        door.seal();
    }
    enter(&mut door, at(10));
    assert!(matches!(door.knock(second().reveal(), &code, at(11)), Ok(Entry::MustChange { .. })));
    door.change_password(&code, "Meadow-5-clouds", at(12)).unwrap();
    door.seal();
    door.knock(second().reveal(), "Meadow-5-clouds", at(20)).unwrap();
    // Removed after a reset: no slot any more, but the key they knew is changed all the same.
    door.seal();
    enter(&mut door, at(30));
    door.reset_account(id, at(31)).unwrap();
    door.remove_account(id, at(32)).unwrap();
    assert!(!opens(&places, &old));
}

#[test]
fn the_last_slot_and_the_own_account_stay() {
    let (_dir, mut door) = peopled();
    let id = id_of_second(&door);
    let own = account_of(&door, &crate::domain::id_number::IdNumber::parse(ADMIN).unwrap(), now());
    assert_eq!(door.reset_account(own, at(1)).unwrap_err().kind, FaultKind::Rule);
    assert_eq!(door.remove_account(own, at(1)).unwrap_err().kind, FaultKind::Rule);
    // The own slot is gone from the file, as after a recovery elsewhere: the other one is the last.
    let office = door.office.as_mut().unwrap();
    let slot = office.store.sitting(ADMIN).unwrap().unwrap().account.slot.unwrap();
    office.vault.as_mut().unwrap().remove_slot(&office.key, &SlotId(slot)).unwrap();
    for fault in [door.reset_account(id, at(2)).err(), door.remove_account(id, at(2)).err()] {
        let fault = fault.unwrap();
        assert!(fault.kind == FaultKind::Rule && fault.sentence.contains("最后一个"), "{fault}");
    }
    assert_eq!(id_of_second(&door), id, "nothing changed");
}

#[test]
fn foreign_slots_are_never_served() {
    let (_dir, mut door) = peopled();
    let places = door.places().clone();
    let key = door.office.as_ref().unwrap().key.clone();
    door.seal();
    // Somebody who once knew the database key writes slots into the file and seals it.
    let mut vault = Vault::open(&places.data, &places.config).unwrap();
    let (stranger, word) = (id_number(66), "Lantern-7-boats");
    for id in [stranger.reveal(), ADMIN, operator().reveal()] {
        vault.add_slot(&key, id, word).unwrap();
    }
    for (n, id) in (0..).zip([stranger.reveal(), ADMIN, operator().reveal()]) {
        assert!(vault.unlock(id, word).is_ok(), "the file itself would let them in");
        let fault = door.knock(id, word, at(n)).unwrap_err();
        assert!(fault.sentence.starts_with("账号或密码不对"), "{fault}");
        assert!(door.is_sealed());
    }
    enter(&mut door, at(10));
    assert!(door.take_warnings()[0].contains("3 个钥匙位不在账号名单上"));
    assert_eq!(number_of(&door, "作废不在名单上的钥匙位"), 1);
    assert_eq!(Vault::open(&places.data, &places.config).unwrap().slots().len(), 2);
    // A slot of the list with another key pair inside is foreign too.
    door.seal();
    let slot = {
        enter(&mut door, at(20));
        let office = door.office.as_ref().unwrap();
        office.store.sitting(second().reveal()).unwrap().unwrap().account.slot.unwrap()
    };
    door.seal();
    let mut vault = Vault::open(&places.data, &places.config).unwrap();
    vault.change_password(&key, &SlotId(slot), second().reveal(), word).unwrap();
    assert!(door.knock(second().reveal(), word, at(30)).is_err());
    assert!(door.is_sealed());
}

#[test]
fn a_forged_recovery_key_opens_nothing() {
    let (_dir, door) = peopled();
    let places = door.places().clone();
    let key = door.office.as_ref().unwrap().key.clone();
    drop(door);
    let mut vault = Vault::open(&places.data, &places.config).unwrap();
    let forged = vault.replace_recovery_key(&key).unwrap();
    assert!(vault.unlock_with_recovery(&forged.to_text()).is_ok());
    let refused = recover(&places, &forged.to_text(), (ADMIN, "Lantern-7-boats"), at(1));
    assert_eq!(refused.unwrap_err().kind, FaultKind::NotAllowed);
    let mut door = Door::new(places).unwrap();
    enter(&mut door, at(2));
}

#[test]
fn a_new_recovery_key_puts_an_end_to_the_old_one_wherever_it_breaks_off() {
    let (_dir, mut door) = peopled();
    let places = door.places().clone();
    let mut papers = Vec::new();
    // What was shown and never put in force is nothing.
    papers.push((door.new_recovery_key(now()).unwrap().text(), false));
    for good in [false, true] {
        let new = door.new_recovery_key(now()).unwrap();
        papers.push((new.text(), good));
        door.put_recovery_key(new, now()).unwrap();
    }
    assert!(door.new_recovery_key(at(61)).is_err(), "with the password just given only");
    door.knock(operator().reveal(), OPERATOR, at(70)).unwrap();
    let refused = door.new_recovery_key(at(70)).map(drop).unwrap_err();
    assert_eq!(refused.kind, FaultKind::NotAllowed);
    enter(&mut door, at(80));
    assert_eq!(number_of(&door, "更换恢复密钥"), 2);
    door.session(at(80)).unwrap().verify().unwrap();
    // Listed, and then the process died: the one before still opens.
    let new = door.new_recovery_key(at(80)).unwrap();
    let office = door.office.as_ref().unwrap();
    let SlotKey { slot, public_key } = new.planned.key();
    office.store.list_slot((&slot.0, &public_key), None, "周敏", now().moment).unwrap();
    papers.push((new.text(), false));
    drop(door);
    for (n, (paper, good)) in papers.into_iter().enumerate() {
        let done = recover(&places, &paper, (ADMIN, &format!("Lantern-{n}-boats")), at(90));
        assert_eq!(done.is_ok(), good, "{n}");
    }
}

#[test]
fn a_password_change_that_breaks_off_locks_nobody_out() {
    const NEW: &str = "Meadow-5-clouds";
    // After: the list only, the list and the file.
    for written in [1, 2] {
        let (_dir, mut door) = peopled();
        let office = door.office.as_mut().unwrap();
        let sitting = office.store.sitting(ADMIN).unwrap().unwrap();
        let slot = SlotId(sitting.account.slot.clone().unwrap());
        let vault = office.vault.as_mut().unwrap();
        let (planned, _) = vault.plan_slot(&office.key, Some(&slot), (ADMIN, NEW)).unwrap();
        let new = planned.key();
        let listed = (new.slot.0.as_str(), &new.public_key);
        office.store.list_slot(listed, Some(sitting.account.id), "周敏", now().moment).unwrap();
        if written == 2 {
            vault.put_slot(&office.key, planned).unwrap();
        }
        let mut door = restarted(door);
        let (works, dead) = if written == 1 { (PASSWORD, NEW) } else { (NEW, PASSWORD) };
        assert!(door.knock(ADMIN, dead, at(1)).is_err());
        door.knock(ADMIN, works, at(10)).unwrap();
        // With the new password in force the signing key is another one than was entered.
        assert_eq!(door.take_warnings().len(), written - 1);
        door.change_password(works, "River-9-stones", at(11)).unwrap();
        assert!(door.session(at(11)).unwrap().verify().is_ok());
        door.seal();
        door.knock(ADMIN, "River-9-stones", at(12)).unwrap();
    }
}

#[test]
fn a_first_password_that_breaks_off_can_be_chosen_again() {
    let (_dir, mut door) = office("某某学院团委");
    let id = appoint(&door, &second(), Role::Administrator, now());
    let office = door.office.as_mut().unwrap();
    let (planned, _) = office
        .vault
        .as_ref()
        .unwrap()
        .plan_slot(&office.key, None, (second().reveal(), SECOND))
        .unwrap();
    let key = planned.key();
    office.store.list_slot((&key.slot.0, &key.public_key), Some(id), "李静", now().moment).unwrap();
    office.vault.as_mut().unwrap().put_slot(&office.key, planned).unwrap();
    let mut door = restarted(door);
    assert!(door.knock(second().reveal(), SECOND, at(1)).is_err(), "no account points at it");
    enter(&mut door, at(2));
    assert_eq!(door.take_warnings().len(), 1);
    activate(&mut door, &second(), SECOND, at(10));
    door.seal();
    door.knock(second().reveal(), SECOND, at(11)).unwrap();
}
