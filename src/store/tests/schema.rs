//! The tables: their lists, their strictness, and what they refuse by themselves.

use std::collections::BTreeSet;

use super::fixture::*;
use crate::domain::account::{AccountState, Role};
use crate::domain::correction::CorrectionState;
use crate::domain::disclosure::Shown;
use crate::domain::form::{ExternalSystem, Initiator, Reason};
use crate::domain::member::{Authentication, GraduationMark, MemberState};
use crate::domain::organisation::{OrgKind, OrgState};
use crate::domain::paper::ITEMS;
use crate::domain::workflow::Stage;
use crate::store::Store;

const GROUND: &str = include_str!("../../../assets/sql/0001_ground.sql");

/// The body of a table.
fn table(name: &str) -> &'static str {
    let after = GROUND.split_once(&format!("CREATE TABLE {name} (")).unwrap().1;
    after.split_once(") STRICT").unwrap().0
}

/// The quoted words of a column's CHECK list, the empty one left out.
fn listed(table_name: &str, column: &str) -> BTreeSet<String> {
    let list = table(table_name).split_once(&format!("CHECK ({column} IN (")).unwrap().1;
    let list = list.split_once("))").unwrap().0;
    let words = list.split(',').map(|w| w.trim().trim_matches('\'').to_owned());
    words.filter(|w| !w.is_empty()).collect()
}

fn ids<T: Copy>(all: &[T], id: fn(T) -> &'static str) -> BTreeSet<String> {
    all.iter().map(|value| id(*value).to_owned()).collect()
}

#[test]
fn the_lists_of_the_tables_are_those_of_the_program() {
    let cases = [
        ("organisations", "kind", ids(OrgKind::ALL, OrgKind::id)),
        ("organisations", "state", ids(OrgState::ALL, OrgState::id)),
        ("members", "authentication", ids(Authentication::ALL, Authentication::id)),
        ("members", "graduation_mark", ids(GraduationMark::ALL, GraduationMark::id)),
        ("members", "state", ids(MemberState::ALL, MemberState::id)),
        ("accounts", "role", ids(Role::ALL, Role::id)),
        ("accounts", "state", ids(AccountState::ALL, AccountState::id)),
        ("corrections", "state", ids(CorrectionState::ALL, CorrectionState::id)),
        ("exports", "disclosure", ids(Shown::ALL, Shown::id)),
        ("transfers", "stage", ids(Stage::ALL, Stage::id)),
        ("transfers", "initiator", ids(Initiator::ALL, Initiator::id)),
        ("transfers", "external_system", ids(ExternalSystem::ALL, ExternalSystem::id)),
        ("transfers", "reason", ids(Reason::ALL, Reason::id)),
    ];
    for (table, column, wanted) in cases {
        assert_eq!(listed(table, column), wanted, "{table}.{column}");
    }
}

#[test]
fn the_open_stages_are_the_same_everywhere() {
    let open: BTreeSet<String> =
        Stage::ALL.iter().filter(|s| s.is_open()).map(|s| s.id().to_owned()).collect();
    let words = |list: &str| -> BTreeSet<String> {
        list.split(',').map(|w| w.trim_matches([' ', '(', ')', '\'']).to_owned()).collect()
    };
    for index in ["one_open_transfer", "transfers_turn"] {
        let made = GROUND.split_once(&format!("INDEX {index} ")).unwrap().1;
        let list = made.split_once("stage IN ").unwrap().1.split_once(';').unwrap().0;
        assert_eq!(words(list), open, "{index}");
    }
    assert_eq!(words(crate::store::transfers::OPEN), open);
}

#[test]
fn every_table_is_strict() {
    let store = Store::in_memory().unwrap();
    let loose: i64 = store
        .connection
        .query_row(
            "SELECT count(*) FROM pragma_table_list
             WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%' AND strict = 0",
            [],
            |r| r.get(0),
        )
        .unwrap();
    assert_eq!(loose, 0);
}

#[test]
fn the_version_is_that_of_the_last_migration() {
    assert_eq!(Office::new().one::<i64>("PRAGMA user_version"), 1);
}

#[test]
fn values_outside_the_lists_are_refused_by_the_database() {
    let office = Office::new();
    for sql in [
        "UPDATE organisations SET kind = 'club'",
        "UPDATE organisations SET full_name = '' WHERE id = 1",
        "UPDATE members SET state = 'gone'",
        "UPDATE members SET branch_id = 4711",
        "UPDATE accounts SET role = 'king'",
        "UPDATE accounts SET verifier = 'a', slot = 'b'",
        "UPDATE members SET batch_id = 'x'",
    ] {
        assert!(office.behind(sql).is_err(), "{sql}");
    }
}

#[test]
fn transfers_are_never_deleted() {
    let office = Office::new();
    office.send(UNIVERSITY, 2, "B1", Initiator::Member);
    assert!(office.behind("DELETE FROM transfers").is_err());
}

#[test]
fn a_special_unit_has_no_place_to_be_stored_in() {
    let office = Office::new();
    let id = office.send(UNIVERSITY, 2, "B1", Initiator::Member);
    let set = |what: &str| office.behind(&format!("UPDATE transfers SET {what} WHERE id = {id}"));
    set("reason = 'special_unit'").unwrap_err();
    set("reason = 'special_unit', destination_id = NULL").unwrap();
    for column in ["employer", "address", "school", "destination_typed"] {
        set(&format!("{column} = '某部队'")).unwrap_err();
    }
}

/// What says nothing about a person by itself: numbers of rows, stages, times, paths.
const TECHNICAL: &[(&str, &str)] = &[
    ("members", "id batch_id"),
    ("accounts", "id role org_id state code_until made_at"),
    ("attempts", "failures failed_at known"),
    ("slot_pks", "slot pk account_id added_at"),
    ("corrections", "id member_id asked_at asked_by state decided_at decided_by alone"),
    (
        "exports",
        "id seq at account_id what sha256 n_rows n_drafts fields disclosure deleted_at deleted_by",
    ),
    (
        "transfers",
        "id number stage member_id origin_id origin_path destination_id destination_path
         destination_is_branch origin_mode destination_mode province_path initiator applicant_id
         applicant_path origin_consents destination_consents external_system reason applied_at
         done_at since stopped_in",
    ),
    (
        "organisations",
        "id code parent_id path kind full_name short_name graduates_on verified_on state batch_id
         listed",
    ),
    (
        "events",
        "seq at account_id scope_path behalf_id behalf_name action transfer_id member_id from_stage
         to_stage salt digest prev_hash hash signature",
    ),
];

#[test]
fn the_inventory_names_every_column_that_speaks_of_people() {
    let office = Office::new();
    for (table, technical) in TECHNICAL {
        let mut statement =
            office.store.connection.prepare(&format!("PRAGMA table_info({table})")).unwrap();
        let columns: BTreeSet<String> =
            statement.query_map([], |r| r.get(1)).unwrap().map(Result::unwrap).collect();
        let of_table = ITEMS.iter().filter(|item| item.table == *table);
        let listed = of_table.flat_map(|item| item.columns).map(|c| (*c).to_owned());
        let known: BTreeSet<String> =
            listed.chain(technical.split_whitespace().map(str::to_owned)).collect();
        assert_eq!(columns, known, "{table}");
    }
}
