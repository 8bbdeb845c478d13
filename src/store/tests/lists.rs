//! Lists: each row once on every way through the pages, and nothing beyond the own scope.

use std::collections::{BTreeMap, BTreeSet};

use super::fixture::*;
use super::generated::{allowed, bare, full_office};
use crate::domain::filter::{Direction, Sort, SortColumn, Start, TransferQuery, View};
use crate::domain::form::{Initiator, Reason};
use crate::domain::ids::{Moment, Now};
use crate::domain::testing::id_number;
use crate::domain::transfer::TransferRow;
use crate::domain::workflow::{Facts, Stage, next_act};
use crate::rules::Rules;

/// After the last of the generated days.
const LATE: Now = Now { moment: Moment(START.moment.0 + 20 * 86_400), ..START };

fn rows(office: &Office, who: u32, query: &TransferQuery) -> Vec<TransferRow> {
    let rules = Rules::national();
    office.at(LATE, who, |d| d.transfers(query, &rules)).unwrap().rows
}

fn all(view: View) -> TransferQuery {
    TransferQuery { limit: 10_000, ..TransferQuery::of(view) }
}

fn ids(rows: &[TransferRow]) -> BTreeSet<i64> {
    rows.iter().map(|row| row.id.0).collect()
}

#[test]
fn pages_give_each_row_once_in_the_order_of_one_big_page() {
    let office = full_office();
    let rules = Rules::national();
    for column in SortColumn::ALL {
        for direction in [Direction::Ascending, Direction::Descending] {
            let sort = Sort { column: *column, direction };
            let whole = rows(&office, UNIVERSITY, &TransferQuery { sort, ..all(View::All) });
            assert!(whole.len() > 150);
            let mut query = TransferQuery { sort, limit: 17, ..TransferQuery::of(View::All) };
            let mut paged = Vec::new();
            loop {
                let page = office.at(LATE, UNIVERSITY, |d| d.transfers(&query, &rules)).unwrap();
                assert!(page.rows.len() <= 17);
                paged.extend(page.rows);
                let Some(next) = page.next else { break };
                query.start = Start::After(next);
            }
            assert_eq!(paged, whole, "{sort:?}");
        }
    }
}

#[test]
fn stages_are_sorted_as_the_work_goes_and_not_by_the_alphabet() {
    let sort = Sort { column: SortColumn::Stage, direction: Direction::Ascending };
    let found = rows(&full_office(), UNIVERSITY, &TransferQuery { sort, ..all(View::All) });
    let rank = |row: &TransferRow| Stage::ALL.iter().position(|s| *s == row.facts.stage);
    let ranks: Vec<_> = found.iter().map(rank).collect();
    assert!(ranks.is_sorted(), "{ranks:?}");
    assert!(ranks.first() < ranks.last());
}

#[test]
fn every_view_can_be_read_in_every_order_by_everybody() {
    let office = full_office();
    for who in EVERYBODY {
        for view in View::ALL {
            let usual = rows(&office, who, &all(*view));
            for column in SortColumn::ALL {
                let sort = Sort { column: *column, direction: Direction::Descending };
                let first = TransferQuery { sort, limit: 5, ..TransferQuery::of(*view) };
                let page = office.at(LATE, who, |d| d.transfers(&first, &Rules::national()));
                let page = page.unwrap();
                let n = match page.next {
                    None => page.rows.len(),
                    Some(next) => {
                        let start = Start::After(next);
                        5 + rows(&office, who, &TransferQuery { sort, start, ..all(*view) }).len()
                    }
                };
                assert_eq!(n, usual.len(), "{view:?} {column:?}");
            }
        }
    }
}

#[test]
fn a_last_page_that_is_full_has_no_next() {
    let office = full_office();
    let n = rows(&office, TOWNSHIP, &all(View::All)).len();
    let rules = Rules::national();
    let query = TransferQuery { limit: n, ..TransferQuery::of(View::All) };
    let page = office.at(LATE, TOWNSHIP, |d| d.transfers(&query, &rules)).unwrap();
    assert_eq!((page.rows.len(), page.next), (n, None));
}

#[test]
fn everybody_sees_exactly_what_is_theirs() {
    let office = full_office();
    let everything = bare(&office);
    for who in EVERYBODY {
        let wanted: BTreeSet<i64> =
            everything.iter().filter(|row| allowed(&office, who, row)).map(|row| row.id).collect();
        assert_eq!(ids(&rows(&office, who, &all(View::All))), wanted, "{who}");
        assert!(!wanted.is_empty() && wanted.len() < everything.len(), "{who}");
        let one_by_one = everything.iter().filter(|row| {
            office.as_(who, |d| d.transfer(crate::domain::ids::TransferId(row.id))).is_ok()
        });
        assert_eq!(one_by_one.map(|row| row.id).collect::<BTreeSet<_>>(), wanted, "{who}");
    }
}

#[test]
fn waiting_agrees_with_the_table() {
    let office = full_office();
    let people: BTreeMap<i64, String> =
        bare(&office).into_iter().map(|row| (row.id, row.person)).collect();
    let everything = rows(&office, ROOT, &all(View::All));
    for who in EVERYBODY {
        let actor = office.actor(who);
        let mine = |row: &&TransferRow| {
            let is_own = people[&row.id.0] == id_number(who).reveal();
            let facts = Facts { is_own, ..row.facts.clone() };
            facts.stage != Stage::Draft && next_act(&facts, &actor).is_some()
        };
        let wanted: BTreeSet<i64> = everything.iter().filter(mine).map(|row| row.id.0).collect();
        assert_eq!(ids(&rows(&office, who, &all(View::Waiting))), wanted, "{who}");
    }
}

#[test]
fn the_views_are_what_their_names_say() {
    let office = full_office();
    let rules = Rules::national();
    for who in EVERYBODY {
        let actor = office.actor(who);
        for row in rows(&office, who, &all(View::All)) {
            let f = &row.facts;
            let own_side = f.applicant_path.as_ref() == Some(&actor.org_path);
            let waited = LATE.days_since(row.since);
            let overdue =
                f.stage.is_open() && rules.overdue_days(f.stage).is_some_and(|days| waited >= days);
            let initiated =
                f.applicant == actor.account || f.is_own || (own_side && f.stage != Stage::Draft);
            for (view, wanted) in [
                (View::Initiated, initiated),
                (View::Returned, f.stage == Stage::Returned),
                (View::Completed, f.stage == Stage::Completed),
                (View::Overdue, overdue),
            ] {
                let query = TransferQuery { search: row.number.clone(), ..all(view) };
                let found = ids(&rows(&office, who, &query)).contains(&row.id.0);
                assert_eq!(found, wanted, "{who} {view:?} {row:?}");
            }
            if row.id.0 > 60 {
                break;
            }
        }
    }
}

#[test]
fn counts_are_the_lengths_of_the_views() {
    let office = full_office();
    let rules = Rules::national();
    for who in EVERYBODY {
        let counts = office.at(LATE, who, |d| d.counts(&rules)).unwrap();
        for view in View::ALL {
            let n = i64::try_from(rows(&office, who, &all(*view)).len()).unwrap();
            assert_eq!(counts.of(*view), n, "{who} {view:?}");
            let counted = office.at(LATE, who, |d| d.count_transfers(&all(*view), &rules));
            assert_eq!(counted, Ok(n));
        }
        assert_eq!(counts.drafts, 1, "{who}");
    }
}

#[test]
fn an_export_hands_out_what_the_list_shows() {
    let office = full_office();
    let rules = Rules::national();
    let mut seen = Vec::new();
    let mut after: Option<TransferRow> = None;
    loop {
        let page = office
            .at(LATE, BRANCH_B, |d| d.export_page(&all(View::All), &rules, after.as_ref()))
            .unwrap();
        let Some(last) = page.last() else { break };
        after = Some(last.row.clone());
        seen.extend(page.iter().map(|out| out.row.id.0));
    }
    assert_eq!(
        seen.into_iter().collect::<BTreeSet<_>>(),
        ids(&rows(&office, BRANCH_B, &all(View::All)))
    );
}

#[test]
fn transfers_are_found_as_people_type_them() {
    let office = Office::new();
    office.send(UNIVERSITY, 2, "T", Initiator::Member);
    office.send(UNIVERSITY, 7, "T", Initiator::Member);
    let found = |text: &str| -> Vec<String> {
        let query = TransferQuery { search: text.to_owned(), ..all(View::All) };
        rows(&office, UNIVERSITY, &query).into_iter().map(|row| row.transferee).collect()
    };
    for text in ["单雄", "shanxiong", "sx", "0001", "zj20200602-0001", "文学院", "sx 天宁"] {
        assert_eq!(found(text), ["单雄"], "{text}");
    }
    assert_eq!(found("天宁").len(), 2);
    assert!(found("tianning").is_empty(), "letters are for people");
    assert_eq!(found("  ").len(), 2);
    assert!(found("没有这个人").is_empty());
    assert!(found("' OR 1 --").is_empty());
}

#[test]
fn filters_narrow_one_by_one() {
    let office = full_office();
    let everything = rows(&office, ROOT, &all(View::All));
    let org = office.org("B1");
    let in_org = |row: &TransferRow| {
        use crate::domain::workflow::{Destination, Origin};
        let from = matches!(&row.facts.origin, Origin::Managed(p) if org.path.contains(p));
        let to = matches!(
            &row.facts.destination, Destination::Managed { path, .. } if org.path.contains(path));
        from || to
    };
    let edge = Moment(START.moment.0 + 5 * 86_400);
    let day = 86_400;
    type Test<'a> = Box<dyn Fn(&TransferRow) -> bool + 'a>;
    let cases: Vec<(TransferQuery, Test<'_>)> = vec![
        (
            TransferQuery { stages: vec![Stage::Placement, Stage::Lapsed], ..all(View::All) },
            Box::new(|r| matches!(r.facts.stage, Stage::Placement | Stage::Lapsed)),
        ),
        (
            TransferQuery { reason: Some(Reason::SpecialUnit), ..all(View::All) },
            Box::new(|r| r.reason == Some(Reason::SpecialUnit)),
        ),
        (
            TransferQuery { waiting_days: Some(12), ..all(View::All) },
            Box::new(|r| r.facts.stage.is_open() && LATE.moment.0 - r.since.0 >= 12 * day),
        ),
        (
            TransferQuery { done_from: Some(edge), ..all(View::All) },
            Box::new(|r| r.done_at.is_some_and(|at| at >= edge)),
        ),
        (
            TransferQuery { done_before: Some(edge), ..all(View::All) },
            Box::new(|r| r.done_at.is_some_and(|at| at < edge)),
        ),
        (TransferQuery { org: Some(org.id), ..all(View::All) }, Box::new(in_org)),
    ];
    for (query, fits) in cases {
        let wanted: BTreeSet<i64> = everything.iter().filter(|r| fits(r)).map(|r| r.id.0).collect();
        assert!(!wanted.is_empty(), "{query:?}");
        assert_eq!(ids(&rows(&office, ROOT, &query)), wanted, "{query:?}");
    }
}

#[test]
fn an_office_whose_administrator_left_is_not_everybodys() {
    let office = Office::new();
    office.send(TOWNSHIP, 9, "X1", Initiator::Origin);
    office
        .behind("UPDATE accounts SET state = 'removed' WHERE name IN ('街道管理员', '省管理员')")
        .unwrap();
    assert!(rows(&office, UNIVERSITY, &all(View::All)).is_empty());
    let counts = office.at(LATE, UNIVERSITY, |d| d.counts(&Rules::national())).unwrap();
    assert_eq!(counts.of(View::All), 0);
}

#[test]
fn an_export_comes_to_its_end_through_drafts() {
    let office = Office::new();
    for _ in 0..520 {
        office.as_(BRANCH_A, |d| d.save_draft(None, &form(2))).unwrap();
    }
    let rules = Rules::national();
    let page = |after: Option<&TransferRow>| {
        office.at(LATE, BRANCH_A, |d| d.export_page(&all(View::All), &rules, after)).unwrap()
    };
    let first = page(None);
    let second = page(first.last().map(|out| &out.row));
    assert_eq!(first.len() + second.len(), 520);
    assert!(page(second.last().map(|out| &out.row)).is_empty());
}

#[test]
fn nobody_waits_longest_for_what_has_ended() {
    let sort = Sort { column: SortColumn::Waiting, direction: Direction::Ascending };
    let found = rows(&full_office(), UNIVERSITY, &TransferQuery { sort, ..all(View::All) });
    let ended: Vec<bool> = found.iter().map(|row| row.facts.stage.is_final()).collect();
    assert!(ended.is_sorted() && ended.contains(&false) && ended.contains(&true), "{ended:?}");
}
