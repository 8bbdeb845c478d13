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

/// A correction of a member, asked for and accepted.
fn correct(office: &Office, n: u32, (name, number): (&str, u32)) {
    let id = office.member(n).id;
    let wanted = CorrectionEntry {
        name: name.to_owned(),
        id_number: id_number(number),
        reason: "录入时写错".to_owned(),
        evidence: String::new(),
    };
    let asked = office.as_(BRANCH_A, |d| d.ask_correction(id, &wanted)).unwrap();
    office.as_(ROOT, |d| d.accept_correction(asked, "", SignIn::Kept)).unwrap();
}

fn retire_and_erase(office: &Office, n: u32) {
    let id = office.member(n).id;
    office.as_(BRANCH_A, |d| d.retire_member(id, "离团")).unwrap();
    office.as_(ROOT, |d| d.erase_member(id, "本人书面申请", &mut unwatched)).unwrap();
}

#[test]
fn a_number_that_is_somebody_elses_now_leads_to_nothing_of_theirs() {
    let office = Office::new();
    // Three were entered with the numbers of other people, who came later.
    for (n, new) in [(2, 72), (3, 73), (MEMBER, 71)] {
        let name = office.member(n).name;
        correct(&office, n, (&name, new));
    }
    office.put_member(3, "钱立", "B1");
    let member = office.send(BRANCH_B, 3, "T", Initiator::Member);
    let account = office.account(2, crate::domain::account::Role::Operator, "GB");
    office.as_(UNIVERSITY, |d| d.add_account(&account, "hash")).unwrap();
    office.as_(2, |d| d.record(&Deed::new("reveal", "孙文"))).unwrap();
    let mut request = office.request(3, "T", Initiator::Destination);
    request.transferee = arrival(MEMBER, "吴越");
    request.goal = crate::store::Goal::Organisation(Box::new(office.org("B1")));
    request.form.member = id_number(MEMBER).reveal().to_owned();
    let (arrived, _) = office.submit(BRANCH_B, &request).unwrap();
    let tries = Attempts { failures: 2, failed_at: START.moment };
    office.store.note_attempts(id_number(2).reveal(), tries).unwrap();

    let former = office.actor(71).account;
    office.as_(UNIVERSITY, |d| d.remove_account(former)).unwrap();
    for n in [72, 73, 71] {
        retire_and_erase(&office, n);
    }
    let of = |id, column| -> String {
        office.one(&format!("SELECT {column} FROM transfers WHERE id = {id}"))
    };
    assert_eq!((of(member, "person_name"), of(member, "remark")), ("钱立".into(), "转专业".into()));
    assert_eq!(of(arrived, "person_name"), "吴越");
    assert_eq!(of(arrived, "person_number"), id_number(MEMBER).reveal());
    for id in [member, arrived] {
        let sql = format!("SELECT count(*) FROM events WHERE transfer_id = {id} AND salt IS NULL");
        assert_eq!(office.one::<i64>(&sql), 0, "the history of {id}");
    }
    assert_eq!(office.actor(2).name, "新人", "the account stays theirs");
    assert_eq!(office.one::<i64>("SELECT count(*) FROM events WHERE object = '孙文'"), 1);
    assert_eq!(office.store.attempts(id_number(2).reveal()).unwrap(), tries);
}

#[test]
fn a_name_that_is_also_a_place_is_looked_for_in_no_text() {
    for place in [
        "UPDATE organisations SET full_name = '江宁区街道团工委' WHERE code = 'T'",
        "UPDATE organisations SET short_name = '江宁' WHERE code = 'T'",
        "UPDATE transfers SET origin_name = '江宁区人才市场团支部'",
    ] {
        let office = Office::new();
        office.send(BRANCH_A, 2, "T", Initiator::Member);
        office.behind(place).unwrap();
        office.put_member(60, "江宁", "A1");
        office.as_(ROOT, |d| d.record(&Deed::new("org_edit", "江宁区街道团工委"))).unwrap();
        let deed = Deed::new("export", "江宁区.xlsx");
        let export = new_export(Shown::Masked, "/x/江宁区.xlsx");
        office.as_(ROOT, |d| d.enter_export(&export, &deed)).unwrap();
        retire_and_erase(&office, 60);
        let texts: i64 = office.one("SELECT count(*) FROM events WHERE object LIKE '江宁区%'");
        assert_eq!(texts, 2, "{place}");
        assert_eq!(office.one::<String>("SELECT path FROM exports"), "/x/江宁区.xlsx");
        let own: i64 = office.one("SELECT count(*) FROM events WHERE object = '江宁'");
        assert_eq!(own, 0, "what was done to the record goes by its number");
    }
}

#[test]
fn a_former_name_is_erased_like_the_name() {
    let office = Office::new();
    let (old, new) = ("欧阳牧云", "欧阳木云");
    office.put_member(60, old, "A1");
    let said = Deed::new("org_edit", "一班").reason(format!("{old}不再当联系人"));
    office.as_(ROOT, |d| d.record(&said)).unwrap();
    let path = format!("/x/{old}.xlsx");
    let deed = Deed::new("export", format!("转接 {old}.xlsx"));
    office.as_(ROOT, |d| d.enter_export(&new_export(Shown::Full, &path), &deed)).unwrap();
    let batch = vec![(entry(62, "新人"), "A1".to_owned())];
    office.as_(UNIVERSITY, |d| d.import_members(&batch, &format!("{old}班.xlsx"))).unwrap();
    let contact = format!("UPDATE organisations SET contact_name = '{old}' WHERE code = 'A1'");
    office.behind(&contact).unwrap();
    office.store.list_slot(("paper", &[1; 32]), None, old, START.moment).unwrap();
    correct(&office, 60, (new, 60));
    retire_and_erase(&office, 60);
    let bytes = bytes_of(&office);
    for text in [old, new] {
        assert!(!holds(&bytes, text), "{text} is still in the database");
    }
}

#[test]
fn a_former_name_that_somebody_else_has_is_looked_for_in_no_text() {
    let office = Office::new();
    // 李雷 of A1 is called 欧阳木云 now; the other 李雷 stays in B1.
    correct(&office, 3, ("欧阳木云", 3));
    office.as_(BRANCH_B, |d| d.record(&Deed::new("org_edit", "李雷").reason("换人"))).unwrap();
    retire_and_erase(&office, 3);
    assert_eq!(office.one::<i64>("SELECT count(*) FROM events WHERE object = '李雷'"), 1);
}

#[test]
fn a_contact_elsewhere_goes_only_with_name_and_telephone() {
    let office = Office::new();
    let mine = "13800000000";
    let rows = [
        ("A1", "李雷", "13700000006", "", ""),
        ("U", "李雷", "", "", ""),
        ("GA", "王老师", mine, "王老师", ""),
        ("T", "李雷", mine, "", ""),
        ("TF", "", mine, "", ""),
        ("GB", "李雷", "", "李雷", ""),
        ("B1", "李雷", "13700000006", "李雷", "13700000006"),
        ("X", "王老师", mine, "王老师", mine),
    ];
    for (code, name, phone, ..) in rows {
        let sql = format!(
            "UPDATE organisations SET contact_name = '{name}', contact_phone = '{phone}'
                WHERE code = '{code}'"
        );
        office.behind(&sql).unwrap();
    }
    retire_and_erase(&office, 3);
    for (code, _, _, name, phone) in rows {
        let left = office.org(code);
        let left = (left.contact_name.as_str(), left.contact_phone.as_str());
        assert_eq!(left, (name, phone), "{code}");
    }
}
