//! Corrections with what hangs on a sign-in name, exports in the ledger, and reminders.

use super::keys::*;
use super::*;
use crate::domain::account::Role;
use crate::domain::correction::CorrectionVerdict;
use crate::domain::disclosure::Whereabouts;
use crate::domain::filter::{TransferQuery, View};
use crate::domain::id_number::IdNumber;
use crate::domain::ids::{CorrectionId, MemberId};
use crate::domain::order::{ExportOrder, MemberAnswers};
use crate::domain::organisation::{OrgEntry, OrgKind};
use crate::domain::reminder::ReminderKind;
use crate::domain::testing::id_number;
use crate::exchange::export::{Disclosure, Overwrite};
use crate::vault::initial_password;

/// A branch, and a member in it with this number.
fn member(door: &Door, id: &IdNumber, name: &str) -> MemberId {
    let session = door.session(now()).unwrap();
    let branch = OrgEntry {
        code: "B1".to_owned(),
        superior: session.actor().org_name.clone(),
        kind: Some(OrgKind::Branch),
        full_name: "某某学院一班团支部".to_owned(),
        ..OrgEntry::default()
    };
    if session.find_organisation("B1").is_err() {
        session.save_org(None, &branch).unwrap();
    }
    let answers = MemberAnswers {
        name: name.to_owned(),
        document: "resident".to_owned(),
        id_number: id.reveal().to_owned(),
        branch: "B1".to_owned(),
        ..MemberAnswers::default()
    };
    session.add_member(&answers).unwrap()
}

fn ask(door: &Door, id: MemberId, number: &IdNumber) -> CorrectionId {
    let session = door.session(now()).unwrap();
    session.ask_correction(id, ("", number.reveal()), ("按身份证更正", "身份证原件")).unwrap()
}

fn verdict(number: &IdNumber) -> CorrectionVerdict {
    CorrectionVerdict { id_number: number.reveal().to_owned(), remark: String::new() }
}

fn admin_number() -> IdNumber {
    IdNumber::parse(ADMIN).unwrap()
}

#[test]
fn the_only_administrator_corrects_the_own_number_and_signs_in_with_it() {
    let (_dir, mut door) = office("某某学院团委");
    let new = id_number(77);
    let id = member(&door, &admin_number(), "周敏");
    let asked = ask(&door, id, &new);
    let accept = |door: &mut Door, password: &str, now| {
        door.accept_correction(asked, &verdict(&new), password, now)
    };
    let late = accept(&mut door, PASSWORD, at(120)).unwrap_err();
    assert!(late.sentence.contains("再输一遍自己的密码"), "{late}");
    door.confirm_password(PASSWORD, at(130)).unwrap();
    let other = door.accept_correction(asked, &verdict(&id_number(78)), PASSWORD, at(130));
    assert!(other.unwrap_err().sentence.contains("不一样"));
    assert!(accept(&mut door, "", at(130)).unwrap_err().sentence.contains("密码"));
    let wrong = accept(&mut door, "Quite-wrong-1", at(130)).unwrap_err();
    assert_eq!(wrong.kind, FaultKind::NotAllowed);
    let done = accept(&mut door, PASSWORD, at(130)).unwrap();
    assert_eq!(done.code, None);
    assert_eq!(door.session(at(131)).unwrap().actor().id_number, new);
    let found = door.session(at(131)).unwrap().verify().unwrap();
    assert_eq!(found.n_events - found.n_signed, 1, "ask, correction and the new key are signed");
    let mut door = restarted(door);
    assert!(door.knock(ADMIN, PASSWORD, at(200)).is_err(), "the old number is nobody's");
    assert!(matches!(door.knock(new.reveal(), PASSWORD, at(300)), Ok(Entry::Welcome(_))));
    assert_eq!(door.take_warnings(), [""; 0], "no slot is left over, no key is replaced");
    assert!(door.session(at(300)).unwrap().verify().is_ok());
}

#[test]
fn a_second_administrator_decides_and_accounts_follow() {
    let (_dir, mut door) = peopled();
    // The first administrator asks about the second, the operator, and a fresh account.
    let fresh = id_number(40);
    appoint(&door, &fresh, Role::Operator, now());
    let people = [(second(), "李静", 81), (operator(), "李静", 82), (fresh, "李静", 83)];
    let asked: Vec<CorrectionId> = people
        .iter()
        .map(|(old, name, new)| ask(&door, member(&door, old, name), &id_number(*new)))
        .collect();
    let refused = door.accept_correction(asked[1], &verdict(&id_number(82)), "", now());
    assert_eq!(refused.unwrap_err().kind, FaultKind::NotAllowed, "asked for it");
    door.knock(second().reveal(), SECOND, now()).unwrap();
    for (n, new) in [(1, 82), (2, 83)] {
        let done = door.accept_correction(asked[n], &verdict(&id_number(new)), "", now()).unwrap();
        assert_eq!(done.code, None, "these passwords open no slot");
    }
    door.lock();
    assert!(matches!(door.knock(id_number(82).reveal(), OPERATOR, now()), Ok(Entry::Welcome(_))));
    assert_eq!(door.take_warnings(), [""; 0], "the same pen signs");
    // Nobody else is left for the second administrator's own number, which the first one asked for.
    door.knock(second().reveal(), SECOND, now()).unwrap();
    let own = verdict(&id_number(81));
    assert!(door.accept_correction(asked[0], &own, "", now()).is_err(), "needs the password");
    door.accept_correction(asked[0], &own, SECOND, now()).unwrap();
    let rows = door.session(now()).unwrap().desk().correction(asked[0]).unwrap();
    assert!(!rows.alone);
    door.lock();
    assert!(door.knock(id_number(81).reveal(), SECOND, now()).is_ok());
    door.lock();
    let initial = initial_password(id_number(83).reveal());
    let entry = door.knock(id_number(83).reveal(), &initial, now());
    assert!(matches!(entry, Ok(Entry::MustChange { .. })), "the new number's last eight");
}

#[test]
fn whose_password_has_a_slot_gets_a_code() {
    let (_dir, mut door) = peopled();
    let third = id_number(32);
    appoint(&door, &third, Role::Administrator, now());
    activate(&mut door, &third, "Cloud-9mirrors-up", now());
    enter(&mut door, now());
    let id = member(&door, &second(), "李静");
    let asked = ask(&door, id, &id_number(81));
    door.knock(third.reveal(), "Cloud-9mirrors-up", now()).unwrap();
    let done = door.accept_correction(asked, &verdict(&id_number(81)), "", now()).unwrap();
    let code = done.code.unwrap();
    let mut door = restarted(door);
    assert!(door.knock(second().reveal(), SECOND, now()).is_err());
    assert!(door.knock(id_number(81).reveal(), SECOND, at(30)).is_err(), "the slot is gone");
    door.knock(ADMIN, PASSWORD, at(60)).unwrap();
    door.lock();
    let entry = door.knock(id_number(81).reveal(), &code, at(61));
    assert!(matches!(entry, Ok(Entry::MustChange { opens_database: true, .. })), "{entry:?}");
    door.change_password(&code, "Grove-5maples-red", at(61)).unwrap();
    let mut door = restarted(door);
    assert!(door.knock(id_number(81).reveal(), "Grove-5maples-red", at(90)).is_ok());
    assert!(door.session(at(90)).unwrap().verify().is_ok());
}

#[test]
fn nobody_gets_a_code_for_an_account_above_them() {
    let (_dir, mut door) = office("某某学院团委");
    let id = member(&door, &admin_number(), "周敏");
    // Two administrators of the branch below; the person is the administrator above.
    for n in [50, 51] {
        let entry = crate::domain::order::AccountEntry {
            id_number: id_number(n).reveal().to_owned(),
            name: "李静".to_owned(),
            phone: String::new(),
            role: Role::Administrator,
            org: "B1".to_owned(),
        };
        door.session(now()).unwrap().add_account(&entry).unwrap();
        door.lock();
        activate(&mut door, &id_number(n), SECOND, now());
        enter(&mut door, now());
    }
    door.knock(id_number(50).reveal(), SECOND, now()).unwrap();
    let asked = ask(&door, id, &id_number(77));
    door.knock(id_number(51).reveal(), SECOND, now()).unwrap();
    let refused = door.accept_correction(asked, &verdict(&id_number(77)), "", now()).unwrap_err();
    assert!(refused.sentence.contains("上级管理员核准"), "{refused}");
}

#[test]
fn every_export_is_entered_and_its_file_is_looked_for() {
    let (dir, door) = peopled();
    let path = dir.path().join("名册.csv");
    let session = door.session(now()).unwrap();
    let manner = ExportManner {
        disclosure: Disclosure::Full,
        overwrite: Overwrite::No,
        reason: "报上级核对",
    };
    session.export_members(&path, manner).unwrap();
    let row = |door: &Door| door.session(now()).unwrap().exports(None).unwrap().0[0].clone();
    let entered = row(&door);
    assert_eq!((entered.reason.as_str(), entered.whereabouts), ("报上级核对", Whereabouts::There));
    let sum: String = {
        use sha2::Digest as _;
        let bytes = std::fs::read(&path).unwrap();
        sha2::Sha256::digest(bytes).iter().map(|b| format!("{b:02x}")).collect()
    };
    assert_eq!(entered.sha256, sum);
    let deleted =
        |door: &Door| door.session(now()).unwrap().note_export_deleted(entered.id, "核对完");
    assert!(deleted(&door).unwrap_err().sentence.contains("还在原处"));
    let later = at(8 * 86_400);
    let kinds = |door: &Door, now| -> Vec<ReminderKind> {
        let reminders = door.session(now).unwrap().reminders().unwrap();
        reminders.into_iter().map(|reminder| reminder.kind).collect()
    };
    assert!(kinds(&door, now()).is_empty());
    assert_eq!(kinds(&door, later), [ReminderKind::Exports]);
    assert_eq!(door.session(later).unwrap().n_reminders(), Ok(1));
    std::fs::remove_file(&path).unwrap();
    assert_eq!(row(&door).whereabouts, Whereabouts::Gone);
    deleted(&door).unwrap();
    assert_eq!(row(&door).whereabouts, Whereabouts::Deleted);
    assert!(kinds(&door, later).is_empty());
}

#[test]
fn a_replaced_file_is_entered_as_gone_and_names_carry_nothing_that_steers() {
    let (dir, door) = office("某某学院团委");
    member(&door, &id_number(40), "王小明");
    let session = door.session(now()).unwrap();
    let path = dir.path().join("名\u{1b}[31m\u{202e}册.csv");
    let manner =
        ExportManner { disclosure: Disclosure::Full, overwrite: Overwrite::Yes, reason: "核对" };
    session.export_members(&path, manner).unwrap();
    session.export_members(&path, manner).unwrap();
    let (rows, _) = session.exports(None).unwrap();
    let states: Vec<_> = rows.iter().map(|row| row.whereabouts).collect();
    assert_eq!(states[1], Whereabouts::Deleted, "{states:?}");
    let query = crate::domain::history::HistoryQuery::parse("", now());
    let (entries, _) = session.desk().history(&query, None).unwrap();
    let texts = entries.iter().map(|e| format!("{}{}{}", e.action, e.object, e.detail));
    let texts: String = texts.collect();
    assert!(texts.contains("册.csv") && !texts.contains(['\u{1b}', '\u{202e}']), "{texts:?}");
}

#[test]
fn a_file_that_cannot_be_entered_replaces_nothing() {
    let (dir, door) = office("某某学院团委");
    member(&door, &id_number(40), "王小明");
    let session = door.session(now()).unwrap();
    let path = dir.path().join("团员.csv");
    std::fs::write(&path, "旧的").unwrap();
    let manner =
        ExportManner { disclosure: Disclosure::Masked, overwrite: Overwrite::Yes, reason: "" };
    session.office.store.refuse_exports();
    session.export_members(&path, manner).unwrap_err();
    assert_eq!(std::fs::read_to_string(&path).unwrap(), "旧的");
    let left = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name());
    assert!(left.into_iter().all(|name| !name.to_string_lossy().starts_with(".export-")));
}

#[test]
fn a_file_that_could_not_get_its_name_is_entered_as_gone() {
    let (dir, door) = office("某某学院团委");
    member(&door, &id_number(40), "王小明");
    let path = dir.path().join("团员.csv");
    std::fs::create_dir_all(path.join("不空")).unwrap();
    let manner =
        ExportManner { disclosure: Disclosure::Masked, overwrite: Overwrite::Yes, reason: "" };
    let session = door.session(now()).unwrap();
    session.export_members(&path, manner).unwrap_err();
    let (rows, _) = session.exports(None).unwrap();
    assert_eq!(rows[0].whereabouts, Whereabouts::Deleted);
}

#[test]
fn what_an_export_will_write_is_shown_masked_and_leaves_no_trace() {
    let (dir, door) = peopled();
    let session = door.session(now()).unwrap();
    let order = ExportOrder {
        query: TransferQuery::of(View::All),
        path: dir.path().join("转接.csv"),
        full_ids: true,
        reason: String::new(),
        overwrite: false,
    };
    let before = session.verify().unwrap().n_events;
    let preview = session.preview_export(&order).unwrap();
    assert_eq!((preview.n_rows, preview.first.len()), (0, 0));
    assert_eq!(preview.columns[0], "转出人");
    assert!(!order.path.exists());
    assert_eq!(session.verify().unwrap().n_events, before);
    let mut door = door;
    door.knock(operator().reveal(), OPERATOR, now()).unwrap();
    let refused = door.session(now()).unwrap().preview_export(&order).unwrap_err();
    assert_eq!(refused.kind, FaultKind::NotAllowed);
}

#[test]
fn erasing_needs_the_password_just_given() {
    let (_dir, mut door) = office("某某学院团委");
    let id = member(&door, &id_number(60), "欧阳牧云");
    door.session(now()).unwrap().desk().retire_member(id, "离团").unwrap();
    let erase = |door: &Door, now| {
        door.session(now).unwrap().erase_member(id, "本人书面申请", &mut unwatched)
    };
    assert_eq!(erase(&door, at(120)).unwrap_err().kind, FaultKind::NotAllowed);
    door.confirm_password(PASSWORD, at(121)).unwrap();
    erase(&door, at(121)).unwrap();
}

#[test]
fn backups_of_before_a_change_of_the_key_are_marked_and_reminded_of() {
    let (_dir, mut door) = peopled();
    door.session(now()).unwrap().back_up_here().unwrap();
    let old_keys = |door: &Door| -> Vec<bool> {
        list_backups(door.places()).iter().map(|found| found.old_key).collect()
    };
    assert_eq!(old_keys(&door), [false]);
    let id = account_of(&door, &second(), at(60));
    door.remove_account(id, at(60)).unwrap();
    door.session(at(61)).unwrap().back_up_here().unwrap();
    assert_eq!(old_keys(&door), [false, true, true], "newest first; one was made just before");
    let reminders = door.session(at(61)).unwrap().reminders().unwrap();
    assert_eq!((reminders[0].kind, reminders[0].n), (ReminderKind::Backups, 2));
}

#[test]
fn an_older_copy_is_kept_in_mind_for_the_check() {
    let (dir, door) = peopled();
    assert_eq!(door.older_copy(), None);
    let places = door.places().clone();
    let aside =
        Places { config: places.config.clone(), ..Places::below(&dir.path().join("aside")) };
    copy_data(&places, &aside);
    appoint(&door, &id_number(90), Role::Operator, now());
    drop(door);
    copy_data(&aside, &places);
    let mut door = Door::new(places).unwrap();
    enter(&mut door, at(10));
    assert!(door.older_copy().is_some_and(|said| said.contains("现在只到")));
    assert!(door.session(at(10)).unwrap().verify().is_ok(), "it is whole, and older");
}

/// Behind the key file and before the database: the new slot stands, the old number is in force.
#[test]
fn a_correction_of_the_own_number_that_broke_off_is_done_again_with_the_same_password() {
    let (_dir, mut door) = office("某某学院团委");
    let new = id_number(77);
    let id = member(&door, &admin_number(), "周敏");
    let asked = ask(&door, id, &new);
    let actor = door.session(now()).unwrap().actor().clone();
    let inside = door.office.as_mut().unwrap();
    let vault = inside.vault.as_mut().unwrap();
    let (planned, _) = vault.plan_slot(&inside.key, None, (new.reveal(), PASSWORD)).unwrap();
    let key = planned.key();
    let listed = (key.slot.0.as_str(), &key.public_key);
    inside.store.list_slot(listed, Some(actor.account), &actor.name, now().moment).unwrap();
    vault.put_slot(&inside.key, planned).unwrap();

    door.accept_correction(asked, &verdict(&new), PASSWORD, now()).unwrap();
    let mut door = restarted(door);
    assert!(door.knock(ADMIN, PASSWORD, at(100)).is_err());
    assert!(matches!(door.knock(new.reveal(), PASSWORD, at(200)), Ok(Entry::Welcome(_))));
    assert_eq!(door.take_warnings(), [""; 0], "no slot is left over, no key is replaced");
    assert!(door.session(at(200)).unwrap().verify().is_ok());
}

#[test]
fn a_correction_of_the_own_number_that_is_refused_writes_no_slot() {
    let (_dir, mut door) = office("某某学院团委");
    let new = id_number(77);
    let id = member(&door, &admin_number(), "周敏");
    let asked = ask(&door, id, &new);
    let keys = std::fs::read(door.places().key_file()).unwrap();
    // Somebody else has the number by now.
    let other = member(&door, &new, "王小明");
    let accept = |door: &mut Door| {
        door.accept_correction(asked, &verdict(&new), PASSWORD, now()).unwrap_err()
    };
    assert_eq!(accept(&mut door).kind, FaultKind::Conflict);
    assert_eq!(std::fs::read(door.places().key_file()).unwrap(), keys, "the number is taken");
    assert_ne!(other, id);
    door.session(now()).unwrap().refuse_correction(asked, "号码是别人的").unwrap();
    assert_eq!(accept(&mut door).kind, FaultKind::Conflict);
    assert_eq!(std::fs::read(door.places().key_file()).unwrap(), keys, "it is decided");
}

#[test]
fn whoever_administers_nothing_is_told_so_and_not_that_nothing_is_due() {
    let (_dir, mut door) = peopled();
    door.knock(operator().reveal(), OPERATOR, now()).unwrap();
    let session = door.session(now()).unwrap();
    let told = session.reminders().unwrap_err();
    assert_eq!(told.kind, FaultKind::NotAllowed);
    assert!(told.sentence.contains("管理员"), "{told}");
    assert_eq!(session.n_reminders(), Ok(0), "signing in tells nothing");
}
