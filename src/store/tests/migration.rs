//! R16: a database of each schema that was ever handed out is brought up to the next version whole,
//! or stays as it was, wherever that breaks off.
//!
//! The schema texts are the migrations themselves: they are only ever added to. A database of an old
//! version is made from them here, with rows in every table, so that no opaque file lies in the
//! repository.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use rusqlite::functions::FunctionFlags;
use rusqlite::types::Value;
use sha2::{Digest, Sha256};

use super::fixture::*;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::form::Initiator;
use crate::domain::progress::unwatched;
use crate::domain::testing::id_number;
use crate::store::open::Manner;
use crate::store::{Attempts, KeyChange, Pen, Store};

const KEY: &str = "x'000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f'";

/// The schema as it will be handed out first.
const GROUND: &str = include_str!("../../../assets/sql/0001_ground.sql");

/// Versions that were handed out, with the SHA-256 of their texts: from then on such a text never
/// changes. There is none yet.
const RELEASED: &[(usize, &str)] = &[];

/// A step as the next version might bring: a new table, a column, rows written anew, an index.
const NEXT: [&str; 6] = [
    "CREATE TABLE trial_letters (id INTEGER PRIMARY KEY, transfer_id INTEGER NOT NULL
        REFERENCES transfers (id), text TEXT NOT NULL) STRICT",
    "INSERT INTO trial_letters (transfer_id, text) SELECT id, hex(zeroblob(3000)) FROM transfers",
    "ALTER TABLE organisations ADD COLUMN trial_note TEXT NOT NULL DEFAULT ''",
    "UPDATE organisations SET trial_note = hex(zeroblob(2000))",
    "UPDATE members SET phone = '13800000009'",
    "CREATE INDEX trial_letters_of ON trial_letters (transfer_id)",
];

/// A database of version 1 with rows in every table.
fn released(dir: &Path) -> PathBuf {
    let path = dir.join("office.db");
    let office = Office::on(Store::create(&path, KEY).unwrap());
    for n in [2, 3, 4] {
        office.send(UNIVERSITY, n, "B1", Initiator::Origin);
    }
    let failed = Attempts { failures: 2, failed_at: START.moment };
    office.store.note_attempts(id_number(2).reveal(), failed).unwrap();
    office.store.list_slot(("slot", &[7; 32]), None, "某人", START.moment).unwrap();
    office.store.set_key_change(KeyChange::Due).unwrap();
    let university = office.actor(UNIVERSITY);
    let pen = Pen::new(university.account, &[9; 32]);
    let desk = office.store.desk(&university, START).signing_with(Some(&pen));
    desk.enrol(&[5; 32], "首次登记").unwrap();
    office.store.rebuild_derived(&mut unwatched).unwrap();
    office
        .behind(
            "UPDATE members SET name = '单雄信' WHERE name = '单雄';
             UPDATE transfers SET person_name = '单雄信' WHERE person_name = '单雄'",
        )
        .unwrap();
    let batch = format!(
        "INSERT INTO batches (kind, at, account_id, file_name, n_rows)
         VALUES ('members', 0, {}, '名册.csv', 1)",
        university.account
    );
    office.behind(&batch).unwrap();
    let papers = format!(
        "INSERT INTO corrections (member_id, asked_at, asked_by, old_name, old_number, new_name,
             new_number, reason)
         SELECT id, 0, {account}, name, id_number, '单雄', id_number, '更正' FROM members LIMIT 1;
         INSERT INTO exports (seq, at, account_id, what, path, sha256, n_rows, fields, disclosure)
         SELECT max(seq), 0, {account}, '团员', '/x/团员.csv', zeroblob(32), 1, '姓名', 'masked' FROM events;
         INSERT INTO letters (transfer_id, issuer_id, issuer_name, year, seq, issued_on, issued_at,
             account_id, valid_days, valid_until)
         SELECT t.id, a.org_id, '某某团委', 2020, 1, '2020-06-02', 0, a.id, 90, '2020-08-31'
         FROM transfers t, accounts a WHERE a.id = {account} LIMIT 1",
        account = university.account
    );
    office.behind(&papers).unwrap();
    path
}

/// Every row of every table, as text.
fn dump(store: &Store) -> BTreeMap<String, Vec<String>> {
    let connection = &store.connection;
    let mut names = connection
        .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")
        .unwrap();
    let names: Vec<String> =
        names.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
    let rows = |table: &String| {
        let mut statement = connection.prepare(&format!("SELECT * FROM {table}")).unwrap();
        let n = statement.column_count();
        let row = |r: &rusqlite::Row<'_>| {
            let values = (0..n).map(|i| r.get::<_, Value>(i)).collect::<Result<Vec<_>, _>>()?;
            Ok(format!("{values:?}"))
        };
        let mut rows: Vec<String> =
            statement.query_map([], row).unwrap().map(Result::unwrap).collect();
        rows.sort();
        rows
    };
    names.iter().map(|table| (table.clone(), rows(table))).collect()
}

/// The step, with a look behind each of its statements.
fn watched_step() -> String {
    let looked = |(i, sql): (usize, &&str)| format!("{sql}; SELECT behind({i});");
    NEXT.iter().enumerate().map(looked).collect()
}

/// Calls something behind each statement of the step, which fails where that says so.
fn watch(store: &Store, mut behind: impl FnMut(usize) -> bool + Send + 'static) {
    let seen = move |ctx: &rusqlite::functions::Context<'_>| {
        let i = usize::try_from(ctx.get::<i64>(0)?).unwrap();
        if behind(i) { Ok(1) } else { Err(rusqlite::Error::InvalidQuery) }
    };
    let seen = std::sync::Mutex::new(seen);
    let call = move |ctx: &rusqlite::functions::Context<'_>| (seen.lock().unwrap())(ctx);
    let flags = FunctionFlags::SQLITE_UTF8;
    store.connection.create_scalar_function("behind", 1, flags, call).unwrap();
}

fn kept(_: &Store) -> Result<(), Fault> {
    Ok(())
}

#[test]
fn a_text_that_was_handed_out_never_changes() {
    for (version, sum) in RELEASED {
        let text = [GROUND][*version - 1];
        let found: String =
            Sha256::digest(text.as_bytes()).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(found, *sum, "version {version}");
    }
}

#[test]
fn the_old_database_has_rows_in_every_table() {
    let dir = tempfile::tempdir().unwrap();
    let path = released(dir.path());
    let store = Store::open(&path, KEY).unwrap();
    let empty = dump(&store).into_iter().filter(|(_, rows)| rows.is_empty());
    assert_eq!(empty.map(|(table, _)| table).collect::<Vec<_>>(), [""; 0]);
    store.verify().unwrap();
}

#[test]
fn the_step_carries_every_row_on() {
    let dir = tempfile::tempdir().unwrap();
    let path = released(dir.path());
    let mut store = Store::open(&path, KEY).unwrap();
    let before = dump(&store);
    watch(&store, |_| true);
    store.migrate(Manner::Write, &[GROUND, &watched_step()], &mut kept).unwrap();
    let after = dump(&store);
    for (table, rows) in &before {
        assert_eq!(after[table].len(), rows.len(), "{table}");
    }
    assert_eq!(after["trial_letters"].len(), 3);
    drop(store);
    // From here on the version before refuses it, and changes nothing.
    let bytes = fs::read(&path).unwrap();
    let refused = Store::open(&path, KEY).err().unwrap();
    assert_eq!(refused.kind, FaultKind::OtherVersion);
    assert!(refused.sentence.contains("更新的版本"), "{refused}");
    assert_eq!(Store::open_to_view(&path, KEY).err().unwrap().kind, FaultKind::OtherVersion);
    assert_eq!(fs::read(&path).unwrap(), bytes);
}

/// A process that dies leaves the files as they are at that moment: they are copied behind every
/// statement, with the journal, and opened.
#[test]
fn killed_behind_any_statement_it_is_the_old_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = released(dir.path());
    let mut store = Store::open(&path, KEY).unwrap();
    let before = dump(&store);
    // So little that pages reach the file before the end.
    store.connection.pragma_update(None, "cache_size", 4).unwrap();
    let (from, to) = (path.clone(), dir.path().to_path_buf());
    watch(&store, move |i| {
        let there = to.join(i.to_string());
        fs::create_dir(&there).unwrap();
        for name in ["office.db", "office.db-journal"] {
            fs::copy(from.with_file_name(name), there.join(name)).unwrap();
        }
        true
    });
    let whole = fs::read(&path).unwrap();
    store.migrate(Manner::Write, &[GROUND, &watched_step()], &mut kept).unwrap();
    let mut n_touched = 0;
    for i in 0..NEXT.len() {
        let copy = dir.path().join(i.to_string()).join("office.db");
        n_touched += usize::from(fs::read(&copy).unwrap() != whole);
        let old = Store::open(&copy, KEY).unwrap();
        assert_eq!(dump(&old), before, "behind statement {i}");
        old.verify().unwrap();
    }
    assert!(n_touched > 0, "no death was in the middle of the writing");
}

#[test]
fn failing_behind_any_statement_it_is_the_old_one_and_is_worked_with() {
    for broken in 0..NEXT.len() {
        let dir = tempfile::tempdir().unwrap();
        let path = released(dir.path());
        let mut store = Store::open(&path, KEY).unwrap();
        let before = dump(&store);
        watch(&store, move |i| i != broken);
        store.migrate(Manner::Write, &[GROUND, &watched_step()], &mut kept).unwrap_err();
        assert_eq!(dump(&store), before, "behind statement {broken}");
        store.verify().unwrap();
        drop(store);
        let again = Store::open(&path, KEY).unwrap();
        assert_eq!(dump(&again), before);
        // And nothing hinders it from being done after all.
        let mut again = again;
        watch(&again, |_| true);
        again.migrate(Manner::Write, &[GROUND, &watched_step()], &mut kept).unwrap();
    }
}

/// What is kept before the change is the old version, whole, and without it nothing is changed.
#[test]
fn the_old_version_is_kept_before_anything_is_changed() {
    let dir = tempfile::tempdir().unwrap();
    let path = released(dir.path());
    let copy = dir.path().join("kept.db");
    let mut store = Store::open(&path, KEY).unwrap();
    let before = dump(&store);
    watch(&store, |_| true);
    let steps = [GROUND, &watched_step()];
    let full = |_: &Store| Err(Fault::new(FaultKind::CannotWrite, "磁盘满了。"));
    let refused = store.migrate(Manner::Write, &steps, &mut { full });
    assert_eq!(refused.unwrap_err().kind, FaultKind::CannotWrite);
    assert_eq!(dump(&store), before);
    let n_kept = Rc::new(Cell::new(0));
    let counted = n_kept.clone();
    let mut keep = |old: &Store| {
        counted.set(counted.get() + 1);
        old.copy_as_it_is(&copy, KEY).map(drop)
    };
    store.migrate(Manner::Write, &steps, &mut keep).unwrap();
    store.migrate(Manner::Write, &steps, &mut keep).unwrap();
    assert_eq!(n_kept.get(), 1, "once, and not where there is nothing to change");
    assert_eq!(dump(&Store::open(&copy, KEY).unwrap()), before);
}
