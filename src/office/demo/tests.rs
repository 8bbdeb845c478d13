use std::collections::BTreeSet;

use super::*;
use crate::domain::filter::{TransferQuery, View};
use crate::domain::id_number::IdNumber;
use crate::domain::transfer::TransferRow;
use crate::office::{Door, Entry, Session};
use crate::rules::Severity;
use crate::store::MemberFilter;
use crate::vault::{PersonalFacts, check_login_password};

fn now() -> Now {
    let day = chrono::NaiveDate::from_ymd_opt(2026, 7, 8).unwrap();
    Now::from_local(day.and_hms_opt(10, 30, 0).unwrap(), 8 * 3600)
}

fn small(seed: u64) -> DemoSize {
    DemoSize { n_orgs: 40, n_members: 200, n_transfers: 60, seed }
}

fn made(size: DemoSize) -> (tempfile::TempDir, Places) {
    let dir = tempfile::tempdir().unwrap();
    let places = Places::below(dir.path()).demo();
    make_demo(&places, size, now()).unwrap();
    (dir, places)
}

/// The administrator of the province sees everything but others' drafts.
fn rows_of(session: &Session<'_>, view: View) -> Vec<TransferRow> {
    let query = TransferQuery { limit: 10_000, ..TransferQuery::of(view) };
    session.desk().transfers(&query, session.rules()).unwrap().rows
}

fn account(label: &str) -> &'static DemoAccount {
    DEMO_ACCOUNTS.iter().find(|a| a.label == label).unwrap()
}

fn door_of(places: &Places, label: &str) -> Door {
    let mut door = Door::new(places.clone()).unwrap();
    door.walk_in(account(label).id_number).unwrap();
    door
}

#[test]
fn the_default_demo_holds_every_stage_and_reason_and_is_sound() {
    let (_dir, places) = made(DemoSize::default());
    let mut door = door_of(&places, "省级团委管理员");
    let all = rows_of(&door.session(now()).unwrap(), View::All);
    let mut stages: BTreeSet<Stage> = all.iter().map(|row| row.facts.stage).collect();
    let reasons: BTreeSet<Reason> = all.iter().filter_map(|row| row.reason).collect();
    assert_eq!(reasons.len(), Reason::ALL.len(), "{reasons:?}");
    let found = door.session(now()).unwrap().verify().unwrap();
    assert_eq!((found.n_transfers, found.n_members >= 1200), (240, true));
    assert!(all.iter().all(|row| row.since < now().moment));

    door.walk_in(DEMO_ACCOUNTS[0].id_number).unwrap();
    let session = door.session(now()).unwrap();
    stages.extend(rows_of(&session, View::All).iter().map(|row| row.facts.stage));
    assert_eq!(stages.len(), Stage::ALL.len(), "{stages:?}");
    let (waiting, overdue) = (rows_of(&session, View::Waiting), rows_of(&session, View::Overdue));
    assert!((12..=22).contains(&waiting.len()), "{}", waiting.len());
    assert!((3..=12).contains(&overdue.len()), "{}", overdue.len());
    let counts = session.desk().counts(session.rules()).unwrap();
    assert!(counts.drafts >= 1);
    for label in ["团支部管理员", "街道团工委管理员", "省级团委管理员"] {
        door.walk_in(account(label).id_number).unwrap();
        assert!(!rows_of(&door.session(now()).unwrap(), View::Waiting).is_empty(), "{label}");
    }
}

#[test]
fn every_account_signs_in_with_its_printed_password() {
    let (_dir, places) = made(small(1));
    let mut door = Door::new(places).unwrap();
    for account in DEMO_ACCOUNTS {
        let entry = door.knock(account.id_number, account.password, now()).unwrap();
        assert!(matches!(entry, Entry::Welcome(actor) if actor.name == account.name));
        IdNumber::parse(account.id_number).unwrap();
        let facts = PersonalFacts { id_number: account.id_number, name: account.name, phone: "" };
        assert_eq!(check_login_password(account.password, &facts), []);
    }
}

#[test]
fn the_member_has_a_returned_request_and_an_open_one() {
    let (_dir, places) = made(small(1));
    let door = door_of(&places, "团员");
    let session = door.session(now()).unwrap();
    let stages: Vec<Stage> =
        rows_of(&session, View::All).iter().map(|row| row.facts.stage).collect();
    assert_eq!(stages, [Stage::Returned, Stage::OriginReview]);
}

#[test]
fn the_same_seed_gives_the_same_office_and_another_one_another() {
    let seen = |seed| {
        let (_dir, places) = made(small(seed));
        let door = door_of(&places, "省级团委管理员");
        let session = door.session(now()).unwrap();
        let filter = MemberFilter { former: true, limit: Some(10_000), ..MemberFilter::default() };
        let members = session.desk().members(&filter).unwrap().0;
        (format!("{:?}", rows_of(&session, View::All)), format!("{members:?}"))
    };
    assert_eq!(seen(3), seen(3));
    assert_ne!(seen(3), seen(4));
}

/// Large offices leave the check-up out; nothing else may differ.
#[test]
fn the_straight_way_gives_the_same_transfers() {
    let (_dir, places) = made(small(1));
    let dir = tempfile::tempdir().unwrap();
    let straight = Places::below(dir.path());
    straight.make().unwrap();
    build(&straight, small(1), now(), Care::Straight).unwrap();
    let seen = |places: &Places| {
        let door = door_of(places, "省级团委管理员");
        let session = door.session(now()).unwrap();
        format!("{:?}", rows_of(&session, View::All))
    };
    assert_eq!(seen(&places), seen(&straight));
}

#[test]
fn what_was_tried_is_kept_until_another_size_is_asked_for() {
    let (_dir, places) = made(small(1));
    let key = std::fs::read(places.demo_key()).unwrap();
    make_demo(&places, small(1), now()).unwrap();
    assert_eq!(std::fs::read(places.demo_key()).unwrap(), key);
    make_demo(&places, small(2), now()).unwrap();
    assert_ne!(std::fs::read(places.demo_key()).unwrap(), key);
    let previous = places.data.with_extension("previous");
    assert_eq!(std::fs::read(previous.join("demo.key")).unwrap(), key);
    assert!(!places.data.with_extension("tmp").exists());
    let door = door_of(&places, "省级团委管理员");
    assert!(door.session(now()).unwrap().verify().is_ok());
}

#[test]
fn a_real_office_is_never_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let places = Places::below(dir.path());
    places.make().unwrap();
    std::fs::write(places.key_file(), "x").unwrap();
    let fault = make_demo(&places, small(1), now()).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Conflict);
    assert!(places.key_file().exists());
}

#[cfg(unix)]
#[test]
fn the_key_file_is_the_owners_alone_and_a_cut_one_is_told() {
    use std::os::unix::fs::PermissionsExt;
    let (_dir, places) = made(small(1));
    let mode = std::fs::metadata(places.demo_key()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    std::fs::write(places.demo_key(), "abc").unwrap();
    let fault = Door::new(places).err().unwrap();
    assert_eq!(fault.kind, FaultKind::Damaged);
}

/// Open transfers, looked at again as if they were handed in now: only that they are open stands
/// against them.
#[test]
fn no_transfer_goes_against_the_rules() {
    let (_dir, places) = made(small(1));
    let door = door_of(&places, "省级团委管理员");
    let session = door.session(now()).unwrap();
    let mut looked_at = 0;
    for row in rows_of(&session, View::All).iter().filter(|row| row.facts.stage.is_open()) {
        let form = session.desk().answers(row.id).unwrap();
        assert_eq!(session.rules().check_form(&form), [], "{row:?}");
        let blocks: Vec<_> = session
            .check_up(&form)
            .unwrap()
            .into_iter()
            .filter(|finding| finding.severity == Severity::Block)
            .collect();
        assert!(blocks.iter().all(|f| f.item == "在办转接"), "{blocks:?}");
        looked_at += 1;
    }
    assert!(looked_at > 8, "{looked_at}");
}

#[test]
fn odd_sizes_and_odd_clocks_still_give_a_sound_office() {
    for (n_members, n_transfers, year) in [(0, 0, 2020), (3, 40, 2015), (60, 130, 2040)] {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::below(dir.path()).demo();
        let day = chrono::NaiveDate::from_ymd_opt(year, 2, 28).unwrap();
        let now = Now::from_local(day.and_hms_opt(0, 1, 0).unwrap(), 8 * 3600);
        let size = DemoSize { n_orgs: 1, n_members, n_transfers, seed: 1 };
        make_demo(&places, size, now).unwrap();
        let door = door_of(&places, "省级团委管理员");
        let found = door.session(now).unwrap().verify().unwrap();
        assert_eq!(found.n_transfers, i64::try_from(n_transfers).unwrap());
    }
}

#[test]
fn no_two_organisations_of_a_large_demo_bear_one_name() {
    let tree = Tree::plant(DemoSize { n_orgs: 8000, ..DemoSize::default() }, now());
    let names: BTreeSet<&str> = tree.nodes.iter().map(|node| node.name.as_str()).collect();
    assert_eq!(names.len(), tree.nodes.len());
}
