//! Imports: looked at, written as a whole, taken back as a whole.

use super::fixture::*;
use crate::domain::fault::FaultKind;
use crate::domain::form::Initiator;
use crate::domain::id_number::{DocumentKind, IdNumber};
use crate::domain::ids::{BatchId, OrgId};
use crate::domain::member::MemberEntry;
use crate::domain::organisation::{OrgEntry, OrgKind, OrgPath};
use crate::store::{
    ListOrder, MemberFilter, MemberScreening, NewOrganisation, OrgPlace, Request, Screening,
};

fn people(numbers: &[u32], branch: &str) -> Vec<(MemberEntry, String)> {
    numbers.iter().map(|n| (entry(*n, "新人"), branch.to_owned())).collect()
}

fn tree() -> Vec<OrgEntry> {
    vec![
        org_entry("N", "U", OrgKind::GeneralBranch, "江海大学医学院团总支"),
        org_entry("N1", "N", OrgKind::Branch, "江海大学医学院一班团支部"),
        org_entry("", "江海大学医学院团总支", OrgKind::Branch, "江海大学医学院二班团支部"),
    ]
}

fn import_people(office: &Office, who: u32, numbers: &[u32]) -> Result<BatchId, FaultKind> {
    let rows = people(numbers, "A1");
    let done = office.as_(who, |d| d.import_members(&rows, "名册.xlsx"));
    done.map(|outcome| outcome.batch).map_err(|fault| fault.kind)
}

#[test]
fn rows_of_members_are_screened() {
    let office = Office::new();
    let actor = office.actor(BRANCH_A);
    let desk = office.store.desk(&actor, START);
    let mut screener = desk.member_screener();
    let mut look = |n, branch: &str| screener.look(&entry(n, "新人"), branch).unwrap();
    let a1 = office.org("A1");
    assert_eq!(look(60, "A1"), MemberScreening::Good(a1.id));
    assert_eq!(look(60, &a1.full_name), MemberScreening::Good(a1.id));
    assert!(matches!(look(2, "A1"), MemberScreening::Present(text) if text.contains("一班")));
    assert!(matches!(look(7, "A1"), MemberScreening::Present(text) if text.contains("别的组织")));
    for (branch, wanted) in [
        ("B1", FaultKind::NotAllowed),
        ("GA", FaultKind::Rule),
        ("没有", FaultKind::NotFound),
        ("B1", FaultKind::NotAllowed),
    ] {
        assert!(matches!(look(60, branch), MemberScreening::Bad(fault) if fault.kind == wanted));
    }
}

#[test]
fn a_long_register_is_screened_as_a_short_one() {
    let office = Office::new();
    let mut stranger = entry(99, "外宾");
    stranger.document = DocumentKind::Other;
    stranger.id_number = IdNumber::parse_other("H12345678").unwrap();
    let rows = [(stranger.clone(), "A1".to_owned())];
    office.as_(BRANCH_A, |d| d.import_members(&rows, "名册.xlsx")).unwrap();
    let coming = office.request(2, "B1", Initiator::Destination);
    let coming = Request { transferee: arrival(98, "来人"), ..coming };
    office.submit(UNIVERSITY, &coming).unwrap();
    let actor = office.actor(BRANCH_A);
    let desk = office.store.desk(&actor, START);
    let mut screener = desk.member_screener();
    for n in 0..2_500 {
        // Enough branches to be forgotten again.
        let branch = format!("没有{n}");
        assert!(matches!(screener.look(&entry(60, "新人"), &branch), Ok(MemberScreening::Bad(_))));
        let found = screener.look(&entry(60, "新人"), "A1").unwrap();
        assert!(matches!(found, MemberScreening::Good(_)), "{n}");
        let said = |found| match found {
            Ok(MemberScreening::Present(said) | MemberScreening::Moving(said)) => said,
            other => unreachable!("{other:?}"),
        };
        if n % 500 == 499 {
            assert!(said(screener.look(&entry(2, "新人"), "A1")).contains("一班"), "{n}");
            assert!(said(screener.look(&entry(7, "新人"), "A1")).contains("别的组织"), "{n}");
            assert!(said(screener.look(&stranger, "A1")).contains("外宾"), "{n}");
            assert!(said(screener.look(&entry(98, "来人"), "A1")).contains("正在转入"), "{n}");
        }
    }
}

#[test]
fn rows_of_organisations_are_screened() {
    let office = Office::new();
    let actor = office.actor(UNIVERSITY);
    let desk = office.store.desk(&actor, START);
    let mut screener = desk.screener();
    let mut look = |code: &str, superior: &str, name: &str, in_file| {
        let entry = org_entry(code, superior, OrgKind::Branch, name);
        screener.organisation(&entry, in_file).unwrap()
    };
    assert_eq!(look("", "GA", "新支部", false), Screening::Good);
    assert_eq!(look("", "同文件", "新支部", true), Screening::Good);
    assert_eq!(look("", "", "新支部", false), Screening::Good);
    assert!(matches!(look("A1", "GA", "新支部", false), Screening::Present { .. }));
    assert!(matches!(look("", "GA", "江海大学团委", true), Screening::Present { .. }));
    assert!(matches!(look("", "没有", "新支部", false), Screening::Bad(_)));
    assert!(matches!(look("", "T", "新支部", false), Screening::Bad(_)));
}

#[test]
fn an_import_is_one_batch_and_one_event() {
    let office = Office::new();
    let batch = import_people(&office, OPERATOR, &[60, 61, 62]).unwrap();
    assert_eq!(office.one::<i64>("SELECT count(*) FROM members WHERE batch_id IS NOT NULL"), 3);
    assert_eq!(office.one::<String>("SELECT detail FROM events"), "名册.xlsx，3 人");
    assert_eq!(office.as_(OPERATOR, |d| d.undo_import(batch, None)), Ok(3));
    assert_eq!(office.one::<i64>("SELECT count(*) FROM members"), 11);
    assert_eq!(kind(office.as_(OPERATOR, |d| d.undo_import(batch, None))), FaultKind::Conflict);
    import_people(&office, BRANCH_A, &[60, 61]).unwrap();
}

#[test]
fn every_row_of_a_statement_is_written_whatever_their_number() {
    let office = Office::new();
    for n_rows in [1, 31, 32, 33, 64, 71] {
        let numbers: Vec<u32> = (100..100 + n_rows).collect();
        let batch = import_people(&office, BRANCH_A, &numbers).unwrap();
        let sql = format!("SELECT count(DISTINCT id_number) FROM members WHERE batch_id = {batch}");
        assert_eq!(office.one::<u32>(&sql), n_rows);
        assert_eq!(office.as_(BRANCH_A, |d| d.undo_import(batch, None)), Ok(n_rows as usize));
    }
    let numbers: Vec<u32> = (100..160).chain([100]).chain(160..200).collect();
    assert_eq!(import_people(&office, BRANCH_A, &numbers), Err(FaultKind::Failed));
    assert_eq!(office.one::<i64>("SELECT count(*) FROM members"), 11);
    let checks = |pragma: &str| office.one::<i64>(&format!("PRAGMA {pragma}"));
    assert_eq!((checks("foreign_keys"), checks("ignore_check_constraints")), (1, 0));
}

#[test]
fn rows_take_the_places_of_others_that_were_taken_back() {
    let office = Office::new();
    let numbers: Vec<u32> = (100..140).collect();
    for _ in 0..3 {
        let batch = import_people(&office, BRANCH_A, &numbers).unwrap();
        let filter = MemberFilter { search: "新人".to_owned(), ..MemberFilter::default() };
        let (found, _) = office.as_(BRANCH_A, |d| d.members(&filter)).unwrap();
        assert_eq!(found.len(), 40);
        assert_eq!(office.as_(BRANCH_A, |d| d.undo_import(batch, None)), Ok(40));
    }
}

#[test]
fn a_look_lets_others_write_when_it_pauses() {
    let office = Office::new();
    let actor = office.actor(BRANCH_A);
    let desk = office.store.desk(&actor, START);
    let mut screener = desk.member_screener();
    screener.look(&entry(60, "新人"), "A1").unwrap();
    screener.pause().unwrap();
    import_people(&office, BRANCH_A, &[60]).unwrap();
    let found = screener.look(&entry(60, "新人"), "A1").unwrap();
    assert!(matches!(found, MemberScreening::Present(_)), "{found:?}");
    drop(screener);
    import_people(&office, BRANCH_A, &[61]).unwrap();
}

#[test]
fn rows_that_were_announced_and_do_not_come_are_missed() {
    let office = Office::new();
    let branch = office.org("A1").id;
    let written = office.as_(BRANCH_A, |d| {
        d.write_members(("名册.csv", 40), vec![branch], |writer| {
            (100..139).try_for_each(|n| writer.write(&entry(n, "新人"), branch))
        })
    });
    assert_eq!(kind(written), FaultKind::Conflict);
    assert_eq!(office.one::<i64>("SELECT count(*) FROM members"), 11);
}

#[test]
fn a_bad_row_midway_leaves_nothing() {
    let office = Office::new();
    let counts = || -> (i64, i64, i64, i64) {
        (
            office.one("SELECT count(*) FROM members"),
            office.one("SELECT count(*) FROM organisations"),
            office.one("SELECT count(*) FROM batches"),
            office.one("SELECT count(*) FROM events"),
        )
    };
    let before = counts();
    assert!(import_people(&office, BRANCH_A, &[60, 2, 61]).is_err());
    assert!(import_people(&office, MEMBER, &[60]).is_err());
    assert!(import_people(&office, BRANCH_B, &[60]).is_err());
    assert!(import_people(&office, BRANCH_A, &[]).is_err());
    let mut rows = tree();
    rows.push(org_entry("", "GA", OrgKind::Branch, "江海大学团委"));
    let done = office.as_(UNIVERSITY, |d| d.import_organisations(&rows, "组织.csv"));
    assert_eq!(kind(done), FaultKind::Conflict);
    assert_eq!(counts(), before);
}

#[test]
fn organisations_stand_below_rows_of_their_own_file() {
    let office = Office::new();
    let done = office.as_(UNIVERSITY, |d| d.import_organisations(&tree(), "组织.csv")).unwrap();
    assert_eq!(done.n_rows, 3);
    let (top, second) = (office.org("N"), office.org("江海大学医学院二班团支部"));
    assert!(top.path.contains(&second.path) && office.org("U").path.contains(&top.path));
    assert_eq!(second.parent, Some(top.id));
    assert!(office.org("N1").managed);
    assert_eq!(office.as_(UNIVERSITY, |d| d.undo_import(done.batch, None)), Ok(3));
    assert!(office.store.find_organisation("N").is_err());
    office.store.verify().unwrap();
    let beside = office.as_(TOWNSHIP, |d| d.import_organisations(&tree(), "组织.csv"));
    assert_eq!(kind(beside), FaultKind::NotAllowed);
}

#[test]
fn what_is_built_upon_is_not_taken_back() {
    let office = Office::new();
    let batch = import_people(&office, BRANCH_A, &[60, 61]).unwrap();
    office.send(BRANCH_A, 60, "T", Initiator::Member);
    assert_eq!(kind(office.as_(BRANCH_A, |d| d.undo_import(batch, None))), FaultKind::Conflict);
    let tree = office.as_(UNIVERSITY, |d| d.import_organisations(&tree(), "组织.csv")).unwrap();
    office.put_member(70, "新人", "N1");
    assert_eq!(
        kind(office.as_(UNIVERSITY, |d| d.undo_import(tree.batch, None))),
        FaultKind::Conflict
    );
    assert!(office.store.find_organisation("N").is_ok());
}

#[test]
fn a_batch_is_taken_back_by_its_own_side() {
    let office = Office::new();
    let batch = import_people(&office, BRANCH_A, &[60]).unwrap();
    for (who, wanted) in [
        (BRANCH_B, FaultKind::NotFound),
        (TOWNSHIP, FaultKind::NotFound),
        (MEMBER, FaultKind::NotAllowed),
    ] {
        assert_eq!(kind(office.as_(who, |d| d.undo_import(batch, None))), wanted, "{who}");
    }
    assert_eq!(kind(office.as_(ROOT, |d| d.undo_import(BatchId(99), None))), FaultKind::NotFound);
    office.as_(UNIVERSITY, |d| d.undo_import(batch, None)).unwrap();
}

#[test]
fn a_list_whose_end_fails_is_not_there() {
    let office = Office::new();
    let actor = office.actor(ROOT);
    let desk = office.store.desk(&actor, START);
    let basis = desk.basis().unwrap();
    let order = ListOrder { file: "名单.csv", n_rows: 1, basis, generation: 4 };
    let org = NewOrganisation {
        code: "N",
        full_name: "江海大学医学院团总支",
        short_name: "",
        kind: OrgKind::GeneralBranch,
    };
    let place = |id| OrgPlace { id, path: OrgPath::root(id) };
    // A superior that is not there is noticed at the very end only, after the publishing.
    let mut published = 0;
    let done = desk.import_list(
        &order,
        |writer| {
            let later = "PRAGMA defer_foreign_keys = ON";
            writer.store().connection.execute_batch(later).unwrap();
            writer.put(Some(&place(OrgId(9999))), &org).map(drop)
        },
        || {
            published += 1;
            Ok(())
        },
    );
    assert!(done.is_err() && published == 1);
    assert_eq!(office.store.directory_generation(), Ok(0), "the old number counts");
    assert!(office.store.find_organisation("N").is_err());
    assert_eq!(office.store.n_unlisted(), Ok(12));
    let top = office.store.place_of("U", "").unwrap().unwrap();
    let put = |name: &'static str| {
        let org = NewOrganisation { full_name: name, ..org };
        desk.import_list(&order, |writer| writer.put(Some(&top), &org).map(drop), || Ok(()))
    };
    let taken = NewOrganisation { code: "U", ..org };
    let put_taken =
        desk.import_list(&order, |writer| writer.put(Some(&top), &taken).map(drop), || Ok(()));
    assert_eq!(kind(put_taken), FaultKind::Conflict, "a code that is taken after all");
    put("江海大学医学院团总支").unwrap();
    assert_eq!(office.store.directory_generation(), Ok(4));
    assert_eq!((office.store.n_unlisted(), office.org("N").parent), (Ok(0), Some(top.id)));
    assert_eq!(kind(put("江海大学法学院团总支")), FaultKind::Conflict, "checked before that list");
}
