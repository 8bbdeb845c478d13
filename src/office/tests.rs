//! Use cases that no room below them can show alone.

use chrono::NaiveDate;

use super::*;
use crate::domain::order::{ImportKind, ImportVerdict};
use crate::domain::progress::unwatched;
use crate::vault::KdfCost;

mod broken_off;
mod door;
mod freshness;
mod key_change;
pub(super) mod keys;
mod memory;
mod rights;

pub(super) const ADMIN: &str = "320102198801015536";
pub(super) const PASSWORD: &str = "Spring-River-2026";

pub(super) fn now() -> Now {
    let day = NaiveDate::from_ymd_opt(2026, 6, 2).unwrap();
    Now::from_local(day.and_hms_opt(10, 30, 0).unwrap(), 8 * 3600)
}

/// A real office with its administrator signed in.
pub(super) fn office(org: &str) -> (tempfile::TempDir, Door) {
    let dir = tempfile::tempdir().unwrap();
    let places = Places::below(dir.path());
    let entry = OfficeEntry {
        org: org.to_owned(),
        kind: crate::domain::organisation::OrgKind::Committee,
        name: "周敏".to_owned(),
        id_number: ADMIN.to_owned(),
        phone: String::new(),
        password: PASSWORD.to_owned().into(),
    };
    let prepared = PreparedOffice::make(&places, &entry, KdfCost::DEMO, now()).unwrap();
    assert!(!places.key_file().exists(), "nothing counts before the key was typed back");
    assert!(prepared.confirm("0000 0000 0000 0000 0000 0000 0000 0000 0000").is_err());
    prepared.confirm(&prepared.recovery_key().to_lowercase()).unwrap();
    let mut door = Door::new(places).unwrap();
    assert!(matches!(door.knock(ADMIN, PASSWORD, now()), Ok(Entry::Welcome(_))));
    (dir, door)
}

fn file(dir: &tempfile::TempDir, text: &str) -> std::path::PathBuf {
    let path = dir.path().join("list.csv");
    std::fs::write(&path, text).unwrap();
    path
}

#[test]
fn rows_hang_on_what_is_here_under_another_code() {
    let (dir, door) = office("某某学院团委");
    let path = file(
        &dir,
        "组织编号,上级编号,组织全称,组织类别\n1,,某某学院团委,团委\n2,1,某某学院一班团支部,团支部\n",
    );
    let session = door.session(now()).unwrap();
    let import = session
        .prepare_import(ImportKind::Organisations, &path, &ImportOptions::default(), &mut unwatched)
        .unwrap();
    assert_eq!(import.preview.counts, (1, 0, 1));
    assert!(matches!(import.preview.rows[0].verdict, ImportVerdict::Present(_)));
    session.run_import(&import, &mut unwatched).unwrap();
    let branch = session.find_organisation("某某学院一班团支部").unwrap();
    assert_eq!(branch.parent, Some(session.actor().org));
}

#[test]
fn class_branches_stand_below_the_branch_of_a_school() {
    let (dir, door) = office("某某区团委");
    let path = file(
        &dir,
        "组织编号,上级组织,组织全称,组织类别\nA,某某区团委,某某小学团支部,团支部\nB,A,某某小学团支部2017级13班团支部,团支部\n",
    );
    let session = door.session(now()).unwrap();
    let import = session
        .prepare_import(ImportKind::Organisations, &path, &ImportOptions::default(), &mut unwatched)
        .unwrap();
    assert_eq!(import.preview.counts, (2, 0, 0));
}

#[test]
fn wrong_passwords_slow_down_and_the_sentence_tells_nothing() {
    let (_dir, mut door) = office("某某学院团委");
    door.seal();
    let wrong = door.knock(ADMIN, "nothing-like-it", now()).unwrap_err();
    let unknown = door.knock("320102199505051238", "nothing-like-it", now()).unwrap_err();
    assert_eq!(wrong.sentence, unknown.sentence);
    let waiting = door.knock(ADMIN, PASSWORD, now()).unwrap_err();
    assert!(waiting.sentence.contains("请等"), "{waiting}");
    let later = Now { moment: crate::domain::ids::Moment(now().moment.0 + 60), ..now() };
    assert!(door.knock(ADMIN, PASSWORD, later).is_ok());
}
