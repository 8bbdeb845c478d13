//! Searching, adopting, and doing without a directory that is broken.

use std::ops::ControlFlow;

use super::*;
use crate::directory::{Entry, Listing, build};
use crate::domain::account::Role;
use crate::domain::fault::FaultKind;
use crate::domain::form::{Reason, TransferForm};
use crate::domain::order::{AccountEntry, MemberAnswers};
use crate::domain::org_search::Likeness;
use crate::domain::organisation::{OrgEntry, OrgKind};
use crate::domain::progress::unwatched;
use crate::domain::testing::id_number;
use crate::office::tests::{now, office};
use crate::office::{Door, Places};
use OrgKind::{Branch, Committee};

/// Code, superior, full name, kind; superiors first.
type Line = (&'static str, &'static str, &'static str, OrgKind);

/// A country of one city that is ours, one beside it, and one far away.
const COUNTRY: &[Line] = &[
    ("1", "", "中国共产主义青年团中央委员会", Committee),
    ("2", "1", "江海省团委", Committee),
    ("3", "2", "江海省云州市团委", Committee),
    ("4", "3", "云州学院团委", Committee),
    ("5", "3", "云州市天宁街道团支部", Branch),
    ("6", "2", "江海省望州市团委", Committee),
    ("7", "6", "望州市天宁街道团支部", Branch),
    ("8", "1", "远山省团委", Committee),
    ("9", "8", "远山省天宁县团委", Committee),
    ("10", "9", "天宁团支部", Branch),
];

struct Country(&'static [Line]);

impl Listing for Country {
    fn len(&self) -> u32 {
        self.0.len().try_into().unwrap()
    }

    fn entry(&self, row: u32) -> Entry<'_> {
        let (code, _, full_name, kind) = self.0[row as usize];
        Entry { code, full_name, short_name: "", kind }
    }

    fn parent(&self, row: u32) -> Option<u32> {
        let above = self.0[row as usize].1;
        self.0.iter().position(|line| line.0 == above).map(|i| i.try_into().unwrap())
    }
}

/// 云州学院团委 with its administrator, and the country in the directory.
fn ground() -> (tempfile::TempDir, Door) {
    let (dir, door) = office("云州学院团委");
    build(&Country(COUNTRY), &places(&dir).data, 7, &mut unwatched).unwrap().publish().unwrap();
    session(&door).office.store.set_meta("directory_generation", "7").unwrap();
    (dir, door)
}

fn places(dir: &tempfile::TempDir) -> Places {
    Places::below(dir.path())
}

fn session(door: &Door) -> Session<'_> {
    door.session(now()).unwrap()
}

fn search(door: &Door, text: &str, within: Within) -> OrgHits {
    let question = OrgSearch { text: text.to_owned(), kind: None, within, limit: 20 };
    let wanted = &mut |_: Between| ControlFlow::Continue(());
    session(door).search_organisations(&question, wanted).unwrap().unwrap()
}

fn names(hits: &OrgHits) -> Vec<&str> {
    hits.rows.iter().map(|row| row.full_name.as_str()).collect()
}

fn add(door: &Door, superior: &str, name: &str) {
    let entry = OrgEntry {
        superior: superior.to_owned(),
        kind: Some(Branch),
        full_name: name.to_owned(),
        ..OrgEntry::default()
    };
    session(door).save_org(None, &entry).unwrap();
}

fn n_rows(door: &Door) -> usize {
    let filter = crate::store::OrgFilter::default();
    session(door).desk().organisations("", &filter, None).unwrap().0.len()
}

#[test]
fn the_own_city_comes_first_and_the_shorter_name_next() {
    let (_dir, door) = ground();
    let hits = search(&door, "天宁", Within::Nation);
    assert_eq!(
        names(&hits),
        ["天宁团支部", "云州市天宁街道团支部", "远山省天宁县团委", "望州市天宁街道团支部"],
        "a name that begins so is nearer than one of the own city"
    );
    let hits = search(&door, "街道", Within::Nation);
    assert_eq!(names(&hits), ["云州市天宁街道团支部", "望州市天宁街道团支部"]);
    assert_eq!(hits.rows[0].superior.as_ref().unwrap().full_name, "江海省云州市团委");
    assert_eq!((hits.n_listed, hits.finished, hits.more), (10, true, false));
}

#[test]
fn regions_limit_what_is_found() {
    let (_dir, door) = ground();
    let province = search(&door, "天宁", Within::Province);
    assert_eq!(names(&province), ["云州市天宁街道团支部", "望州市天宁街道团支部"]);
    assert_eq!(province.place.as_deref(), Some("江海省团委"));
    let city = search(&door, "天宁", Within::City);
    assert_eq!(names(&city), ["云州市天宁街道团支部"]);
    let under = search(&door, "天宁", Within::Under("远山省团委".to_owned()));
    assert_eq!(names(&under), ["天宁团支部", "远山省天宁县团委"]);
    assert!(names(&search(&door, "天宁", Within::Mine)).is_empty());
    let unknown = OrgSearch { within: Within::Under("没有".to_owned()), ..OrgSearch::default() };
    let told = session(&door).search_organisations(&unknown, &mut |_| ControlFlow::Continue(()));
    assert_eq!(told.unwrap_err().kind, FaultKind::NotFound);
}

#[test]
fn rows_of_the_database_count_where_both_know_an_organisation() {
    let (_dir, door) = ground();
    let own = session(&door).actor().org;
    // The office stands here under a code of its own; the directory's 4 is the same one.
    let hits = search(&door, "云州学院团委", Within::Nation);
    assert_eq!((hits.rows.len(), hits.rows[0].id), (1, Some(own)));
    assert!(hits.rows[0].managed && hits.rows[0].administrator == "周敏");
    add(&door, "云州学院团委", "云州学院天宁班团支部");
    let hits = search(&door, "天宁 支部", Within::City);
    assert_eq!(names(&hits), ["云州学院天宁班团支部", "云州市天宁街道团支部"]);
    let mine = search(&door, "天宁", Within::Mine);
    assert_eq!(names(&mine), ["云州学院天宁班团支部"]);
    let closed = session(&door).find_organisation("云州学院天宁班团支部").unwrap();
    session(&door).desk().retire_organisation(closed.id, "不再设立").unwrap();
    assert!(names(&search(&door, "天宁", Within::Mine)).is_empty());
}

#[test]
fn what_was_used_of_late_passes_what_was_not() {
    let (_dir, door) = ground();
    submit(&door, "望州市天宁街道团支部").unwrap();
    let hits = search(&door, "tnjdtzb", Within::Nation);
    assert_eq!(names(&hits), ["云州市天宁街道团支部", "望州市天宁街道团支部"], "the own city");
    let hits = search(&door, "委", Within::Under("1".to_owned()));
    assert!(hits.rows.iter().all(|row| row.kind == Committee));
    let recent = session(&door).desk().recent_destinations().unwrap();
    assert_eq!(recent, [("7".to_owned(), "望州市天宁街道团支部".to_owned())]);
}

/// A member of a class of ours, and the form that moves them.
fn submit(door: &Door, destination: &str) -> Result<crate::office::Submitted, Fault> {
    let session = session(door);
    if session.find_organisation("云州学院一班团支部").is_err() {
        add(door, "云州学院团委", "云州学院一班团支部");
        let answers = MemberAnswers {
            name: "孔维嘉".to_owned(),
            id_number: id_number(41).reveal().to_owned(),
            branch: "云州学院一班团支部".to_owned(),
            ..MemberAnswers::default()
        };
        session.add_member(&answers).unwrap();
    }
    session.submit(&form(destination), None)
}

fn form(destination: &str) -> TransferForm {
    TransferForm {
        member: id_number(41).reveal().to_owned(),
        contact_phone: "13900139000".to_owned(),
        reason: Some(Reason::Other),
        destination: destination.to_owned(),
        remark: "回原籍".to_owned(),
        ..TransferForm::default()
    }
}

#[test]
fn a_destination_of_the_directory_comes_in_with_the_request_and_not_before() {
    let (_dir, door) = ground();
    let before = n_rows(&door);
    let session = session(&door);
    let named = session.look_up_organisation("7").unwrap();
    assert!(named.is_listed_only() && !named.organisation.managed);
    assert_eq!(named.superior.unwrap().full_name, "江海省望州市团委");
    assert_eq!(n_rows(&door), before, "looking up writes nothing");
    submit(&door, "望州市天宁街道团支部").unwrap();
    let adopted = session.find_organisation("望州市天宁街道团支部").unwrap();
    let way: Vec<String> =
        adopted.path.ids().map(|id| session.organisation(id).unwrap().code).collect();
    assert_eq!(way, ["1", "2", "6", "7"]);
    let hits = search(&door, "望州", Within::Nation);
    assert_eq!(names(&hits), ["望州市天宁街道团支部", "江海省望州市团委"]);
    assert!(hits.rows.iter().all(|row| row.id.is_some()), "once each, with their rows");
}

#[test]
fn a_request_that_is_refused_adopts_nothing() {
    let (_dir, door) = ground();
    submit(&door, "望州市天宁街道团支部").unwrap();
    let before = n_rows(&door);
    let refused = session(&door).submit(&form("天宁团支部"), None).unwrap_err();
    assert!(refused.sentence.contains("在办"), "{refused}");
    assert_eq!(n_rows(&door), before);
    assert!(session(&door).check_up(&form("天宁团支部")).is_ok());
    assert_eq!(n_rows(&door), before);
}

#[test]
fn organisations_and_accounts_can_stand_below_the_directory() {
    let (_dir, door) = ground();
    add(&door, "9", "远山省天宁县某某团支部");
    let made = session(&door).find_organisation("远山省天宁县某某团支部").unwrap();
    let above = session(&door).organisation(made.parent.unwrap()).unwrap();
    assert_eq!((above.code.as_str(), above.full_name.as_str()), ("9", "远山省天宁县团委"));
    let before = n_rows(&door);
    let entry = AccountEntry {
        id_number: "320102199505051238".to_owned(),
        name: "李静".to_owned(),
        phone: String::new(),
        role: Role::Operator,
        org: "天宁团支部".to_owned(),
    };
    let refused = session(&door).add_account(&entry).unwrap_err();
    assert_eq!(refused.kind, FaultKind::NotAllowed, "it is not ours");
    assert_eq!(n_rows(&door), before, "what was refused left nothing");
}

#[test]
fn a_broken_directory_is_told_once_and_all_else_works() {
    let (dir, door) = ground();
    let path = places(&dir).data.join(Directory::file_name(7));
    std::fs::write(&path, b"something else").unwrap();
    let hits = search(&door, "云州", Within::Nation);
    assert_eq!(names(&hits), ["云州学院团委"]);
    let warning = hits.warning.unwrap();
    assert!(warning.contains("重新导入"), "{warning}");
    assert!(search(&door, "云州", Within::Nation).warning.is_none());
    assert!(
        session(&door)
            .verify_directory(&mut unwatched)
            .is_err_and(|f| f.kind == FaultKind::Damaged)
    );
    assert!(
        search_directory(&places(&dir), &OrgSearch::default())
            .is_err_and(|f| f.kind == FaultKind::Damaged)
    );
    std::fs::remove_file(&path).unwrap();
    assert!(!has_directory(&places(&dir)));
}

#[test]
fn anybody_may_search_the_directory() {
    let (dir, door) = ground();
    assert!(has_directory(&places(&dir)));
    let question = OrgSearch { text: "天宁".to_owned(), limit: 2, ..OrgSearch::default() };
    let hits = search_directory(&places(&dir), &question).unwrap();
    assert_eq!((names(&hits).len(), hits.more), (2, true));
    assert!(hits.rows.iter().all(|row| row.id.is_none() && !row.managed));
    assert_eq!(session(&door).verify_directory(&mut unwatched), Ok(Some(10)));
}

#[test]
fn nothing_found_names_what_comes_near() {
    let (_dir, door) = ground();
    let hits = search(&door, "天宁 没有的", Within::Nation);
    assert!(hits.rows.is_empty());
    let near =
        hits.suggestions.iter().find(|s| s.likeness == Likeness::Without("没有的".to_owned()));
    assert!(near.is_some_and(|s| !s.rows.is_empty()), "{:?}", hits.suggestions);
}

#[test]
fn a_search_that_is_not_wanted_ends() {
    let (_dir, door) = ground();
    let parent = session(&door).actor().org_name.clone();
    for i in 0..3 {
        add(&door, &parent, &format!("云州学院{i}班团支部"));
    }
    let question = OrgSearch { text: "班".to_owned(), limit: 2, ..OrgSearch::default() };
    let mut asked = 0;
    let hits = session(&door).search_organisations(&question, &mut |_| {
        asked += 1;
        ControlFlow::Continue(())
    });
    let hits = hits.unwrap().unwrap();
    assert_eq!((hits.rows.len(), hits.more), (2, true));
}
