//! People with passwords of their own, copies of the data, and what a thief has.

use super::*;
use crate::domain::account::Role;
use crate::domain::id_number::IdNumber;
use crate::domain::ids::{AccountId, Moment};
use crate::domain::order::AccountEntry;
use crate::domain::testing::id_number;
use crate::exchange::export::{Disclosure, Overwrite};
use crate::vault::{Vault, derivations, initial_password};

/// The second administrator's own password.
pub(in crate::office) const SECOND: &str = "Stone-5rivers-red";
/// An operator's.
pub(super) const OPERATOR: &str = "moonkite7";

pub(super) fn at(seconds: i64) -> Now {
    Now { moment: Moment(now().moment.0 + seconds), ..now() }
}

/// The number of the second administrator.
pub(in crate::office) fn second() -> IdNumber {
    id_number(30)
}

/// The number of the operator.
pub(super) fn operator() -> IdNumber {
    id_number(31)
}

/// Signs the administrator in.
pub(in crate::office) fn enter(door: &mut Door, now: Now) {
    door.knock(ADMIN, PASSWORD, now).unwrap();
}

/// Gives somebody an account, with the initial password.
pub(super) fn appoint(door: &Door, id: &IdNumber, role: Role, now: Now) -> AccountId {
    let session = door.session(now).unwrap();
    let entry = AccountEntry {
        id_number: id.reveal().to_owned(),
        name: "李静".to_owned(),
        phone: String::new(),
        role,
        org: session.actor().org_name.clone(),
    };
    session.add_account(&entry).unwrap();
    account_of(door, id, now)
}

pub(super) fn account_of(door: &Door, id: &IdNumber, now: Now) -> AccountId {
    let accounts = door.session(now).unwrap().desk().accounts().unwrap();
    accounts.into_iter().find(|account| account.id_number == *id).unwrap().id
}

/// Lets somebody choose their own password while the database is open.
pub(super) fn activate(door: &mut Door, id: &IdNumber, password: &str, now: Now) {
    let initial = initial_password(id.reveal());
    assert!(matches!(door.knock(id.reveal(), &initial, now), Ok(Entry::MustChange { .. })));
    door.change_password(&initial, password, now).unwrap();
}

/// An office with two administrators and an operator, the first one signed in.
pub(in crate::office) fn peopled() -> (tempfile::TempDir, Door) {
    let (dir, mut door) = office("某某学院团委");
    appoint(&door, &second(), Role::Administrator, now());
    appoint(&door, &operator(), Role::Operator, now());
    activate(&mut door, &second(), SECOND, now());
    activate(&mut door, &operator(), OPERATOR, now());
    enter(&mut door, now());
    (dir, door)
}

/// How often the history tells of this.
pub(super) fn number_of(door: &Door, word: &str) -> usize {
    let session = door.session(now()).unwrap();
    let mut before = None;
    let mut n = 0;
    loop {
        let (rows, next) = session.desk().audit(before).unwrap();
        n += rows.iter().filter(|row| row.action == word).count();
        match next {
            Some(next) => before = Some(next),
            None => return n,
        }
    }
}

/// A door to the same files, as after the program was ended and started again.
pub(super) fn restarted(door: Door) -> Door {
    let places = door.places().clone();
    drop(door);
    Door::new(places).unwrap()
}

/// What is copied when only the data directory is.
pub(super) fn copy_data(from: &Places, to: &Places) {
    crate::office::places::make_private(&to.data).unwrap();
    for entry in std::fs::read_dir(&from.data).unwrap().map(Result::unwrap) {
        std::fs::copy(entry.path(), to.data.join(entry.file_name())).unwrap();
    }
}

#[test]
fn a_stolen_copy_of_the_data_cannot_even_be_guessed_at() {
    let (dir, mut door) = peopled();
    let members: Vec<IdNumber> = (500..560).map(id_number).collect();
    let rows = members.iter().map(|id| format!("孔维,{},甲\n", id.reveal())).collect::<String>();
    let orgs =
        file(&dir, "组织编号,上级组织,组织全称,组织类别\n甲,某某学院团委,一班团支部,团支部\n");
    import(&door, ImportKind::Organisations, &orgs);
    import(&door, ImportKind::Members, &file(&dir, &format!("姓名,身份证号,所在团支部\n{rows}")));
    for id in members.iter().take(20) {
        appoint(&door, id, Role::Operator, now());
    }
    door.seal();
    let thief = tempfile::tempdir().unwrap();
    let stolen = Places::below(thief.path());
    copy_data(door.places(), &stolen);
    let own_key = std::fs::read(dir.path().join("config/device.key")).unwrap();
    let mut tries = 0;
    for with_strange_key in [false, true] {
        if with_strange_key {
            // A machine of the thief's own, with a key of its own.
            let other = stolen.data.join("../elsewhere");
            Vault::create(&other, &stolen.config, KdfCost::DEMO, ADMIN, PASSWORD).unwrap();
            assert_ne!(std::fs::read(stolen.config.join("device.key")).unwrap(), own_key);
        }
        let mut theirs = Door::new(stolen.clone()).unwrap();
        let admin = IdNumber::parse(ADMIN).unwrap();
        let everybody = members.iter().chain([&admin]);
        for (n, id) in (0i64..).zip(everybody) {
            for password in [&*initial_password(id.reveal()), PASSWORD, SECOND, OPERATOR, ""] {
                let before = derivations();
                assert!(theirs.knock(id.reveal(), password, at(n)).is_err());
                assert_eq!(derivations(), before, "nothing to compare a guess with");
                tries += 1;
            }
        }
        assert!(theirs.is_sealed());
    }
    assert_eq!(tries, 2 * 61 * 5);
    // The thief of the whole machine: initial passwords still open nothing.
    let mut sealed = restarted(door);
    for (n, id) in (0i64..).zip(&members) {
        assert!(sealed.knock(id.reveal(), &initial_password(id.reveal()), at(n)).is_err());
        assert!(sealed.is_sealed());
    }
    enter(&mut sealed, at(0));
}

fn import(door: &Door, kind: ImportKind, path: &std::path::Path) {
    let session = door.session(now()).unwrap();
    let options = ImportOptions::default();
    let import = session.prepare_import(kind, path, &options, &mut unwatched).unwrap();
    session.run_import(&import, &mut unwatched).unwrap();
}

#[test]
fn full_numbers_leave_only_with_the_password_just_given() {
    let (dir, mut door) = peopled();
    let manner =
        ExportManner { disclosure: Disclosure::Full, overwrite: Overwrite::Yes, reason: "" };
    let masked = ExportManner { disclosure: Disclosure::Masked, ..manner };
    let path = dir.path().join("out.csv");
    let write = |door: &Door, manner, now| {
        door.session(now).unwrap().export_members(&path, manner).map(drop)
    };
    assert!(write(&door, manner, at(10)).is_ok(), "signed in ten seconds ago");
    std::fs::remove_file(&path).unwrap();
    let refused = write(&door, manner, at(61)).unwrap_err();
    assert_eq!(refused.kind, FaultKind::NotAllowed);
    assert!(refused.sentence.contains("再输一遍自己的密码"), "{refused}");
    assert!(write(&door, manner, at(-5)).is_err(), "a clock set back is no proof");
    assert!(!path.exists());
    assert!(write(&door, masked, at(61)).is_ok());
    let before = derivations();
    let wrong = door.confirm_password(SECOND, at(62)).unwrap_err();
    assert!(wrong.sentence.contains("密码不对"), "{wrong}");
    assert_eq!(derivations(), before + 1);
    assert!(write(&door, manner, at(62)).is_err());
    let waits = door.confirm_password(PASSWORD, at(62)).unwrap_err();
    assert!(waits.sentence.contains("请等"), "tries here count as at the door: {waits}");
    door.confirm_password(PASSWORD, at(64)).unwrap();
    assert!(write(&door, manner, at(64)).is_ok());
    door.lock();
    assert!(door.confirm_password(PASSWORD, at(65)).is_err());
}

#[test]
fn sealing_leaves_nothing_open() {
    let (_dir, mut door) = peopled();
    assert!(!door.is_sealed());
    door.lock();
    assert!(!door.is_sealed(), "locked is open for the next person");
    assert!(door.session(now()).is_err());
    door.knock(operator().reveal(), OPERATOR, now()).unwrap();
    door.seal();
    assert!(door.is_sealed() && door.session(now()).is_err());
    let fault = door.knock(operator().reveal(), OPERATOR, now()).unwrap_err();
    assert!(fault.sentence.contains("由管理员开启"), "{fault}");
    enter(&mut door, at(1));
}
