//! Erasing, the ledger of exports, and reminders.

use chrono::NaiveDate;
use rusqlite::Connection;
use rusqlite::backup::Backup;

use super::fixture::*;
use crate::domain::correction::CorrectionEntry;
use crate::domain::disclosure::{NewExport, Shown};
use crate::domain::fault::FaultKind;
use crate::domain::form::Initiator;
use crate::domain::ids::{Moment, Now};
use crate::domain::progress::unwatched;
use crate::domain::reminder::Due;
use crate::domain::testing::id_number;
use crate::domain::workflow::Act;
use crate::store::{Attempts, Deed, MemberFilter, SignIn};

/// Every byte of the database, free pages too, as somebody with the key would find them.
fn bytes_of(office: &Office) -> Vec<u8> {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("plain.db");
    let mut copy = Connection::open(&path).unwrap();
    Backup::new(&office.store.connection, &mut copy)
        .unwrap()
        .run_to_completion(1000, std::time::Duration::ZERO, None)
        .unwrap();
    drop(copy);
    std::fs::read(path).unwrap()
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

fn new_export(shown: Shown, path: &str) -> NewExport {
    NewExport {
        what: "转接".to_owned(),
        path: path.to_owned(),
        sha256: [7; 32],
        n_rows: 3,
        n_drafts: 1,
        fields: "转出人、转出团组织".to_owned(),
        shown,
        reason: "报上级核对".to_owned(),
    }
}

#[test]
fn nothing_of_an_erased_person_is_left_in_any_byte() {
    let office = Office::new();
    let (old, new) = (id_number(60), id_number(61));
    let (name, phone) = ("欧阳牧云", "13912340060");
    let made = crate::domain::member::MemberEntry { phone: phone.to_owned(), ..entry(60, name) };
    let id = office.as_(BRANCH_A, |d| d.add_member(&made, "A1")).unwrap();
    // An account that did things, tries at its door, a slot it entered.
    let account = office.account(60, crate::domain::account::Role::Operator, "GA");
    let account = crate::store::NewAccount { name: name.to_owned(), ..account };
    let account = office.as_(UNIVERSITY, |d| d.add_account(&account, "hash")).unwrap();
    office.store.list_slot(("paper", &[1; 32]), None, name, START.moment).unwrap();
    office.as_(60, |d| d.record(&Deed::new("reveal", "李雷"))).unwrap();
    // Another number before, transfers under both, a contact of the branch.
    let closed = office.send(BRANCH_A, 60, "T", Initiator::Member);
    office.decide(BRANCH_A, closed, Act::Withdraw).unwrap();
    let corrected = CorrectionEntry {
        name: name.to_owned(),
        id_number: new.clone(),
        reason: format!("{name}的号码录错"),
        evidence: "身份证".to_owned(),
    };
    let asked = office.as_(BRANCH_A, |d| d.ask_correction(id, &corrected)).unwrap();
    office.as_(UNIVERSITY, |d| d.accept_correction(asked, "已核对", SignIn::Kept)).unwrap();
    let again = office.send(BRANCH_A, 61, "T", Initiator::Member);
    office.decide(BRANCH_A, again, Act::Withdraw).unwrap();
    for number in [&old, &new] {
        let tries = Attempts { failures: 2, failed_at: START.moment };
        office.store.note_attempts(number.reveal(), tries).unwrap();
    }
    let contacts = format!(
        "UPDATE organisations SET contact_name = '{name}', contact_phone = '{phone}' WHERE code = 'A1';
         UPDATE organisations SET contact_name = '{name}', contact_phone = '' WHERE code = 'GA';
         UPDATE organisations SET contact_name = '{name}', contact_phone = '13900001234' WHERE code = 'TF'"
    );
    office.behind(&contacts).unwrap();
    // Names of files and texts that others typed.
    let path = format!("/x/{name}.xlsx");
    let deed = Deed::new("export", format!("转接 {name}.xlsx"));
    office.as_(ROOT, |d| d.enter_export(&new_export(Shown::Full, &path), &deed)).unwrap();
    let batch = vec![(entry(62, "新人"), "A1".to_owned())];
    office.as_(UNIVERSITY, |d| d.import_members(&batch, &format!("{name}班.xlsx"))).unwrap();
    let typed = Deed::new("org_edit", "一班").reason(format!("电话改为 {phone}"));
    office.as_(ROOT, |d| d.record(&typed)).unwrap();
    office.store.file_all(&mut unwatched).unwrap();

    office.as_(UNIVERSITY, |d| d.remove_account(account)).unwrap();
    office.as_(BRANCH_A, |d| d.retire_member(id, "离团")).unwrap();
    let erase = || office.as_(ROOT, |d| d.erase_member(id, "本人书面申请", &mut unwatched));
    erase().unwrap();
    // The same name with another telephone, far from the branch, is somebody else.
    office.behind("UPDATE organisations SET contact_name = '' WHERE code = 'TF'").unwrap();
    let bytes = bytes_of(&office);
    let who = |number: &crate::domain::id_number::IdNumber| -> i64 {
        let tries = office.store.attempts(number.reveal()).unwrap();
        i64::from(tries.failures)
    };
    assert_eq!((who(&old), who(&new)), (0, 0), "tries at the door");
    for text in [name, phone, old.reveal(), new.reveal()] {
        assert!(!holds(&bytes, text), "{text} is still in the database");
    }
    assert!(holds(&bytes, "李雷") && holds(&bytes, "13900001234"), "others stay");
    assert_eq!(office.n_proven(), office.one::<i64>("SELECT count(*) FROM events"));
}

#[test]
fn a_namesake_keeps_what_is_theirs() {
    let office = Office::new();
    // Two people called 李雷: 3 in A1, 6 in B1.
    office.behind("UPDATE organisations SET contact_name = '李雷', contact_phone = '13700000006' WHERE code = 'B1'").unwrap();
    office.as_(BRANCH_B, |d| d.record(&Deed::new("org_edit", "李雷"))).unwrap();
    let id = office.member(3).id;
    office.as_(BRANCH_A, |d| d.retire_member(id, "离团")).unwrap();
    office.as_(ROOT, |d| d.erase_member(id, "本人书面申请", &mut unwatched)).unwrap();
    assert_eq!(office.member(6).name, "李雷");
    let kept: i64 = office.one("SELECT count(*) FROM events WHERE object = '李雷'");
    assert_eq!(kept, 1, "what was done to the other one");
    assert_eq!(office.org("B1").contact_name, "李雷");
}

#[test]
fn a_waiting_correction_comes_before_erasing() {
    let office = Office::new();
    let id = office.member(3).id;
    let wanted = CorrectionEntry {
        name: "李磊".to_owned(),
        id_number: id_number(3),
        reason: "写错".to_owned(),
        evidence: String::new(),
    };
    let asked = office.as_(BRANCH_A, |d| d.ask_correction(id, &wanted)).unwrap();
    office.as_(BRANCH_A, |d| d.retire_member(id, "离团")).unwrap();
    let erase = || office.as_(ROOT, |d| d.erase_member(id, "本人申请", &mut unwatched));
    assert_eq!(kind(erase()), FaultKind::Conflict);
    office.as_(BRANCH_A, |d| d.refuse_correction(asked, "")).unwrap();
    erase().unwrap();
    let left: i64 = office.one("SELECT count(*) FROM corrections WHERE old_name = '李雷'");
    assert_eq!(left, 0);
}

#[test]
fn the_ledger_is_kept_scoped_and_tells_what_was_deleted() {
    let office = Office::new();
    let enter = |who, shown, path: &str| {
        let deed = Deed::new("export", path);
        office.as_(who, |d| d.enter_export(&new_export(shown, path), &deed)).unwrap()
    };
    let full = enter(BRANCH_A, Shown::Full, "/x/a.xlsx");
    enter(ROOT, Shown::Masked, "/x/b.xlsx");
    let seen = |who| office.as_(who, |d| d.exports(None)).unwrap().0;
    assert_eq!(seen(ROOT).len(), 2);
    assert_eq!(seen(BRANCH_B).len(), 0);
    let [row] = &seen(BRANCH_A)[..] else { panic!("the own one") };
    assert_eq!((row.n_rows, row.n_drafts, row.shown), (3, 1, Shown::Full));
    assert_eq!(row.sha256, "07".repeat(32));
    assert!(office.behind("DELETE FROM exports").is_err(), "never removed");
    let before = |at| office.as_(ROOT, |d| d.full_exports_before(Moment(at), 9)).unwrap().len();
    assert_eq!((before(START.moment.0), before(START.moment.0 + 1)), (0, 1));
    let delete = |who| office.as_(who, |d| d.note_export_deleted(full, "用完"));
    assert_eq!(kind(delete(BRANCH_B)), FaultKind::NotFound);
    delete(UNIVERSITY).unwrap();
    assert_eq!(kind(delete(UNIVERSITY)), FaultKind::Conflict);
    assert_eq!(before(START.moment.0 + 1), 0);
    let action: String = office.one("SELECT action FROM events ORDER BY seq DESC LIMIT 1");
    assert_eq!(action, "export_gone");
}

#[test]
fn reminders_find_who_left_long_ago_and_who_is_too_old() {
    let office = Office::new();
    let due = |who, due| office.as_(who, |d| d.members_due(due, 9)).unwrap();
    let (retired, gone) = (office.member(3).id, office.member(4).id);
    let later = Now { moment: Moment(START.moment.0 + 1000), ..START };
    office.as_(BRANCH_A, |d| d.retire_member(retired, "离团")).unwrap();
    office.at(later, UNIVERSITY, |d| d.retire_member(gone, "离团")).unwrap();
    let former = |at| Due::Former(Moment(at));
    assert!(due(ROOT, former(START.moment.0 - 1)).is_empty());
    assert_eq!(due(ROOT, former(START.moment.0)), ["李雷"]);
    assert_eq!(due(ROOT, former(later.moment.0)).len(), 2);
    assert!(due(BRANCH_B, former(later.moment.0)).is_empty(), "elsewhere");
    office.as_(ROOT, |d| d.erase_member(retired, "期满", &mut unwatched)).unwrap();
    assert!(due(ROOT, former(START.moment.0)).is_empty(), "erased people are not reminded of");

    let born = id_number(2).birthday().unwrap();
    let old = |day: NaiveDate| due(BRANCH_A, Due::Overage(day));
    assert!(!old(born.pred_opt().unwrap()).contains(&"单雄".to_owned()));
    assert!(old(born).contains(&"单雄".to_owned()), "on the very birthday");
    office.behind("UPDATE members SET league_post = '支部书记' WHERE name = '单雄'").unwrap();
    assert!(!old(born).contains(&"单雄".to_owned()), "who holds a post stays");
    let filter =
        MemberFilter { former: true, due: Some(former(later.moment.0)), ..MemberFilter::default() };
    let (rows, _) = office.as_(ROOT, |d| d.members(&filter)).unwrap();
    assert_eq!(rows.iter().map(|row| row.name.as_str()).collect::<Vec<_>>(), ["王芳"]);
}
