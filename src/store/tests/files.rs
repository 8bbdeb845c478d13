//! The file: its key, its header, its copies, and what happens to a damaged one.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::fixture::*;
use crate::domain::fault::FaultKind;
use crate::domain::form::Initiator;
use crate::store::Store;

const KEY: &str = "x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'";
const OTHER: &str = "x'ff0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'";

fn filled() -> (TempDir, PathBuf) {
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("office.db");
    let office = Office::on(Store::create(&path, KEY).unwrap());
    office.send(UNIVERSITY, 2, "B1", Initiator::Origin);
    (room, path)
}

fn pragma(store: &Store, name: &str) -> String {
    let value: rusqlite::types::Value =
        store.connection.pragma_query_value(None, name, |r| r.get(0)).unwrap();
    format!("{value:?}")
}

fn refusal(path: &Path, key: &str) -> crate::domain::fault::Fault {
    Store::open(path, key).err().unwrap()
}

#[test]
fn opening_never_makes_a_file() {
    let room = tempfile::tempdir().unwrap();
    let path = room.path().join("office.db");
    assert_eq!(refusal(&path, KEY).kind, FaultKind::NotFound);
    assert!(!path.exists());
}

#[test]
fn creating_never_overwrites() {
    let (_room, path) = filled();
    let before = fs::read(&path).unwrap();
    assert_eq!(Store::create(&path, KEY).err().unwrap().kind, FaultKind::Conflict);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn the_file_gives_nothing_away_and_opens_with_its_key() {
    let (_room, path) = filled();
    let bytes = fs::read(&path).unwrap();
    assert!(!bytes.starts_with(b"SQLite format 3"));
    assert!(!bytes.windows(12).any(|w| w == "单雄江海".as_bytes() || w == b"CREATE TABLE"));
    let store = Store::open(&path, KEY).unwrap();
    assert!(!store.is_fresh());
    let found = store.verify().unwrap();
    assert_eq!((found.n_members, found.n_transfers, found.n_events), (11, 1, 1));
    assert!(!path.with_extension("db-journal").exists());
}

#[test]
fn a_wrong_key_is_told_and_changes_nothing() {
    let (_room, path) = filled();
    let before = fs::read(&path).unwrap();
    assert_eq!(refusal(&path, OTHER).kind, FaultKind::Damaged);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn the_pragmas_are_in_force() {
    let (_room, path) = filled();
    let store = Store::open(&path, KEY).unwrap();
    for (name, wanted) in [
        ("journal_mode", "Text(\"delete\")"),
        ("synchronous", "Integer(3)"),
        ("foreign_keys", "Integer(1)"),
        ("secure_delete", "Integer(1)"),
        ("trusted_schema", "Integer(0)"),
        ("application_id", "Integer(1416977000)"),
    ] {
        assert_eq!(pragma(&store, name), wanted, "{name}");
    }
}

#[test]
fn a_newer_version_is_refused_and_left_alone() {
    let (_room, path) = filled();
    let store = Store::open(&path, KEY).unwrap();
    store.connection.pragma_update(None, "user_version", 99).unwrap();
    drop(store);
    let before = fs::read(&path).unwrap();
    let fault = refusal(&path, KEY);
    assert!(fault.sentence.contains("99"), "{fault}");
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn a_copy_opens_with_the_same_key_and_equals() {
    let (room, path) = filled();
    let store = Store::open(&path, KEY).unwrap();
    store.set_meta("name", "江海大学").unwrap();
    let copy = room.path().join("copy.db");
    store.copy_to(&copy, KEY).unwrap();
    assert!(!fs::read(&copy).unwrap().starts_with(b"SQLite format 3"));
    let copied = Store::open(&copy, KEY).unwrap();
    assert_eq!(copied.verify(), store.verify());
    assert_eq!(copied.meta("name").unwrap().as_deref(), Some("江海大学"));
    assert_eq!(copied.meta("other").unwrap(), None);
    assert_eq!(refusal(&copy, OTHER).kind, FaultKind::Damaged);
}

#[test]
fn a_flipped_byte_is_found_wherever_it_is() {
    let (_room, path) = filled();
    let whole = fs::read(&path).unwrap();
    for place in [100, 5000, whole.len() / 2, whole.len() - 200] {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x40;
        fs::write(&path, &bytes).unwrap();
        let checked = Store::open(&path, KEY).and_then(|store| store.verify());
        assert_eq!(kind(checked), FaultKind::Damaged, "at {place} of {}", whole.len());
    }
}

#[test]
fn a_shortened_file_is_damaged() {
    let (_room, path) = filled();
    let whole = fs::read(&path).unwrap();
    fs::write(&path, &whole[..whole.len() - 4096]).unwrap();
    let checked = Store::open(&path, KEY).and_then(|store| store.verify());
    assert_eq!(kind(checked), FaultKind::Damaged);
}

#[test]
fn a_row_that_points_nowhere_is_damage() {
    let office = Office::new();
    office
        .behind("PRAGMA foreign_keys = OFF; UPDATE members SET branch_id = 999 WHERE id = 1")
        .unwrap();
    let fault = office.store.verify().unwrap_err();
    assert_eq!(fault.kind, FaultKind::Damaged);
    assert!(fault.sentence.contains("members"), "{fault}");
}

#[test]
fn a_second_window_waits_and_then_says_so() {
    let (_room, path) = filled();
    let first = Store::open(&path, KEY).unwrap();
    let second = Store::open(&path, KEY).unwrap();
    second.connection.busy_timeout(std::time::Duration::ZERO).unwrap();
    first.connection.execute_batch("BEGIN IMMEDIATE").unwrap();
    assert_eq!(kind(second.atomically(|| second.set_meta("a", "b"))), FaultKind::Busy);
    first.connection.execute_batch("ROLLBACK").unwrap();
    second.atomically(|| second.set_meta("a", "b")).unwrap();
}

#[test]
fn what_only_looks_cannot_write_and_what_is_not_ours_is_refused() {
    let (_room, path) = filled();
    let before = fs::read(&path).unwrap();
    let looking = Store::open_to_view(&path, KEY).unwrap();
    assert_eq!(looking.verify().unwrap().n_members, 11);
    assert_eq!(kind(looking.set_meta("a", "b")), FaultKind::CannotWrite);
    let act = || looking.set_meta("a", "b");
    assert_eq!(kind(looking.atomically(act)), FaultKind::CannotWrite);
    drop(looking);
    assert_eq!(fs::read(&path).unwrap(), before);
    let store = Store::open(&path, KEY).unwrap();
    store.connection.pragma_update(None, "application_id", 7).unwrap();
    drop(store);
    assert!(refusal(&path, KEY).sentence.contains("不是本程序的"));
}

#[test]
fn a_database_without_encryption_or_without_tables_is_never_taken_for_ours() {
    let room = tempfile::tempdir().unwrap();
    let plain = room.path().join("plain.db");
    let open = |path: &Path| rusqlite::Connection::open(path).unwrap();
    open(&plain).execute_batch("CREATE TABLE t (a); INSERT INTO t VALUES (1)").unwrap();
    let before = fs::read(&plain).unwrap();
    assert!(before.starts_with(b"SQLite format 3"));
    assert_eq!(refusal(&plain, KEY).kind, FaultKind::Damaged);
    assert_eq!(fs::read(&plain).unwrap(), before);
    let empty = room.path().join("empty.db");
    let connection = open(&empty);
    connection.pragma_update(None, "key", KEY).unwrap();
    connection.execute_batch("CREATE TABLE t (a); DROP TABLE t").unwrap();
    drop(connection);
    let before = fs::read(&empty).unwrap();
    assert_eq!(refusal(&empty, KEY).kind, FaultKind::Damaged);
    assert_eq!(fs::read(&empty).unwrap(), before, "never an empty new database");
}

#[test]
fn an_emptied_file_is_damage_and_not_a_new_database() {
    let (_room, path) = filled();
    fs::write(&path, b"").unwrap();
    assert_eq!(refusal(&path, KEY).kind, FaultKind::Damaged);
    assert_eq!(fs::read(&path).unwrap(), b"");
}

#[test]
fn a_copy_never_overwrites() {
    let (room, path) = filled();
    let store = Store::open(&path, KEY).unwrap();
    let copy = room.path().join("copy.db");
    fs::write(&copy, "别的文件").unwrap();
    assert_eq!(kind(store.copy_to(&copy, KEY)), FaultKind::Conflict);
    assert_eq!(fs::read(&copy).unwrap(), "别的文件".as_bytes());
}

#[test]
fn an_older_version_is_shown_before_it_is_changed_and_a_failed_step_changes_nothing() {
    use crate::store::open::Manner;
    let (_room, path) = filled();
    let mut store = Store::open(&path, KEY).unwrap();
    let ground = include_str!("../../../assets/sql/0001_ground.sql");
    let version = |store: &Store| pragma(store, "user_version");
    let refuse = &mut |_: &Store| Err(crate::store::fault::rule("没有备份"));
    let steps = [ground, "CREATE TABLE later (a) STRICT"];
    assert_eq!(kind(store.migrate(Manner::Write, &steps, refuse)), FaultKind::Rule);
    assert_eq!(version(&store), "Integer(1)");
    let mut shown = 0;
    let broken = [ground, "CREATE TABLE later (a INTEGER) STRICT; INSERT INTO nowhere VALUES (1)"];
    let before = &mut |store: &Store| {
        shown += 1;
        assert_eq!(version(store), "Integer(1)");
        Ok(())
    };
    store.migrate(Manner::Write, &broken, before).unwrap_err();
    assert_eq!(version(&store), "Integer(1)");
    assert_eq!(kind(store.migrate(Manner::View, &broken, before)), FaultKind::OtherVersion);
    let dangling = [ground, "UPDATE members SET branch_id = 999 WHERE id = 1"];
    store.connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    store.migrate(Manner::Write, &dangling, before).unwrap_err();
    assert_eq!(version(&store), "Integer(1)");
    let good = [ground, "CREATE TABLE later (a INTEGER) STRICT"];
    store.migrate(Manner::Write, &good, before).unwrap();
    assert_eq!((version(&store), shown), ("Integer(2)".to_owned(), 3));
}
