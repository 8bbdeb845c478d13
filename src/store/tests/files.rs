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
