//! A search finds exactly what a plain look at every row finds, however the rows are filed.

use std::collections::BTreeSet;

use super::fixture::*;
use super::generated::full_office;
use crate::domain::correction::CorrectionEntry;
use crate::domain::fault::FaultKind;
use crate::domain::filter::{SortColumn, Start, TransferQuery, View};
use crate::domain::form::Initiator;
use crate::domain::progress::unwatched;
use crate::domain::testing::id_number;
use crate::domain::words::RowQuery;
use crate::rules::Rules;
use crate::store::{MemberFilter, SignIn};

const TYPED: &[&str] = &[
    "李",
    "王芳",
    "单",
    "曾",
    "sx",
    "dx",
    "lilei",
    "lil",
    "l",
    "zengke",
    "李l",
    "晓明",
    "xiaom",
    "江海",
    "文学院",
    "天宁街道",
    "团支部",
    "团工委",
    "支部",
    "一班 李",
    "li 天宁",
    "zj",
    "zj2020",
    "2020",
    "0013",
    "00",
    "20200602-0",
    "202006",
    "zj20200602-0001",
    "没有",
    "北山市",
    "a",
    "二班 理",
    "远山大学 单",
    "ay",
    "特殊",
    "1",
    "李雷 李雷",
    "lei 江海 zj",
    "fang",
];

fn ids(office: &Office, who: u32, typed: &str, view: View) -> BTreeSet<i64> {
    let query =
        TransferQuery { search: typed.to_owned(), limit: 10_000, ..TransferQuery::of(view) };
    let page = office.as_(who, |d| d.transfers(&query, &Rules::national())).unwrap();
    page.rows.into_iter().map(|row| row.id.0).collect()
}

/// Every search of everybody finds what fits of the rows of the view, looked at one by one.
fn check_transfers(office: &Office) {
    let asked: Vec<_> = TYPED.iter().map(|typed| (typed, RowQuery::parse(typed))).collect();
    let mut n_found = 0;
    for (who, view) in [(ROOT, View::All), (UNIVERSITY, View::Waiting)] {
        let query = TransferQuery { limit: 10_000, ..TransferQuery::of(view) };
        let rows = office.as_(who, |d| d.transfers(&query, &Rules::national())).unwrap().rows;
        for (typed, asked) in &asked {
            let fits = rows.iter().filter(|row| {
                let sides = [row.origin.as_str(), row.destination.as_str()];
                asked.fits_transfer(&row.transferee, &row.number, sides)
            });
            let wanted: BTreeSet<i64> = fits.map(|row| row.id.0).collect();
            assert_eq!(ids(office, who, typed, view), wanted, "{typed} {who} {view:?}");
            n_found += wanted.len();
        }
    }
    assert!(n_found > 2_500, "{n_found}");
}

fn filed(office: &Office) -> i64 {
    office.one("SELECT sum(upto) FROM filings")
}

#[test]
fn a_search_finds_what_a_look_at_every_row_finds() {
    let office = full_office();
    office.behind("DELETE FROM transfer_words; UPDATE filings SET upto = 0").unwrap();
    check_transfers(&office);
    office.store.file_all(&mut unwatched).unwrap();
    assert!(filed(&office) > 700);
    check_transfers(&office);
    office
        .behind(
            "UPDATE transfers SET person_name = '孔维嘉' WHERE id % 7 = 0;
             UPDATE transfers SET origin_name = '北山大学团委' WHERE id % 5 = 0;",
        )
        .unwrap();
    let other = "SELECT count(*) FROM transfers_unfiled WHERE id % 7 AND id % 5";
    assert_eq!(office.one::<i64>(other), 0);
    check_transfers(&office);
    assert!(ids(&office, ROOT, "kwj 北山", View::All).len() > 5);
    office.store.file_all(&mut unwatched).unwrap();
    assert_eq!(office.one::<i64>("SELECT count(*) FROM transfers_unfiled"), 0);
    check_transfers(&office);
    assert!(ids(&office, ROOT, "kwj 北山", View::All).len() > 5);
}

#[test]
fn a_search_can_be_read_page_by_page_in_every_order() {
    let office = full_office();
    for is_filed in [false, true] {
        for (typed, n_least) in [("江海", 300), ("li", 20), ("支部 wang", 20)] {
            let whole = ids(&office, ROOT, typed, View::All);
            assert!(whole.len() >= n_least, "{typed} {}", whole.len());
            for column in SortColumn::ALL {
                let mut query = TransferQuery::of(View::All);
                query.search = typed.to_owned();
                query.sort.column = *column;
                let mut seen = Vec::new();
                loop {
                    let page = office.as_(ROOT, |d| d.transfers(&query, &Rules::national()));
                    let page = page.unwrap();
                    seen.extend(page.rows.into_iter().map(|row| row.id.0));
                    let Some(next) = page.next else { break };
                    query.start = Start::After(next);
                }
                assert_eq!(seen.len(), whole.len(), "{typed} {column:?} {is_filed}");
                assert_eq!(seen.into_iter().collect::<BTreeSet<_>>(), whole);
            }
        }
        office.store.file_all(&mut unwatched).unwrap();
    }
}

#[test]
fn an_export_and_its_count_search_alike() {
    let office = full_office();
    let rules = Rules::national();
    for typed in ["江海", "li", "lilei 天宁", "没有"] {
        let query = TransferQuery { search: typed.to_owned(), ..TransferQuery::of(View::All) };
        let found = ids(&office, ROOT, typed, View::All);
        assert_eq!(
            office.as_(ROOT, |d| d.count_transfers(&query, &rules)),
            Ok(i64::try_from(found.len()).unwrap())
        );
        let page = office.as_(ROOT, |d| d.export_page(&query, &rules, None)).unwrap();
        let exported: BTreeSet<i64> = page.iter().map(|out| out.row.id.0).collect();
        assert_eq!(exported, found);
    }
}

fn members(office: &Office, typed: &str) -> Vec<String> {
    page_by_page(office, typed, 100)
}

fn page_by_page(office: &Office, typed: &str, limit: usize) -> Vec<String> {
    let mut filter =
        MemberFilter { search: typed.to_owned(), limit: Some(limit), ..Default::default() };
    let mut names = Vec::new();
    loop {
        let (rows, next) = office.as_(ROOT, |d| d.members(&filter)).unwrap();
        names.extend(rows.into_iter().map(|row| row.name));
        filter.after = next;
        if filter.after.is_none() {
            return names;
        }
    }
}

#[test]
fn members_are_found_as_by_a_look_at_every_name() {
    let office = full_office();
    let everybody = members(&office, "");
    assert!(everybody.len() > 300);
    for _ in 0..2 {
        for typed in TYPED {
            let asked = RowQuery::parse(typed);
            let wanted: Vec<_> =
                everybody.iter().filter(|name| asked.fits_person(name)).cloned().collect();
            assert_eq!(members(&office, typed), wanted, "{typed}");
        }
        office.store.file_all(&mut unwatched).unwrap();
    }
}

#[test]
fn a_corrected_name_is_found_at_once() {
    let office = Office::new();
    office.store.file_all(&mut unwatched).unwrap();
    let member = office.member(2);
    let wanted = CorrectionEntry {
        name: "山雄伟".to_owned(),
        id_number: id_number(2),
        reason: "按身份证更正".to_owned(),
        evidence: String::new(),
    };
    let asked = office.as_(UNIVERSITY, |d| d.ask_correction(member.id, &wanted)).unwrap();
    office.as_(ROOT, |d| d.accept_correction(asked, "", SignIn::Kept)).unwrap();
    assert!(members(&office, "单雄").is_empty());
    assert_eq!(members(&office, "shanxw"), ["山雄伟"]);
    office.store.file_all(&mut unwatched).unwrap();
    assert_eq!(members(&office, "雄伟"), ["山雄伟"]);
    assert_eq!(office.one::<i64>("SELECT count(*) FROM members_unfiled"), 0);
    office.as_(UNIVERSITY, |d| d.edit_member(member.id, "13912345678", &member.profile)).unwrap();
    assert_eq!(office.one::<i64>("SELECT count(*) FROM members_unfiled"), 0, "no text changed");
}

#[test]
fn a_row_in_the_place_of_a_removed_one_is_found() {
    let office = Office::new();
    let import = |numbers: [u32; 3], name: &str| {
        let rows: Vec<_> = numbers.map(|n| (entry(n, name), "A1".to_owned())).into();
        office.as_(BRANCH_A, |d| d.import_members(&rows, "名册.csv")).unwrap().batch
    };
    let batch = import([60, 61, 62], "孔维嘉");
    office.store.file_all(&mut unwatched).unwrap();
    assert_eq!(members(&office, "孔维").len(), 3);
    office.as_(BRANCH_A, |d| d.undo_import(batch, None)).unwrap();
    assert!(members(&office, "孔维").is_empty());
    import([63, 64, 65], "欧阳长乐");
    assert_eq!(members(&office, "oycl").len(), 3);
    assert!(members(&office, "孔维").is_empty());
    office.store.file_all(&mut unwatched).unwrap();
    assert_eq!(members(&office, "ouyangzl").len(), 3);
}

#[test]
fn rows_are_filed_when_they_become_too_many_to_look_at() {
    let office = Office::new();
    let add = |numbers: std::ops::Range<u32>| {
        let rows: Vec<_> = numbers.map(|n| (entry(n, "孔维嘉"), "A1".to_owned())).collect();
        office.as_(BRANCH_A, |d| d.import_members(&rows, "名册.csv")).unwrap();
    };
    add(1000..1200);
    assert_eq!(filed(&office), 0);
    add(1200..1600);
    assert_eq!(filed(&office), 611);
    assert_eq!(members(&office, "kwj").len(), 600);
    office.send(BRANCH_A, 2, "T", Initiator::Member);
    assert_eq!(filed(&office), 611);
}

#[test]
fn filing_that_is_stopped_leaves_things_as_they_were() {
    let office = Office::new();
    let rows: Vec<_> = (0..25_000).map(|n| format!("({n}, '孔维嘉')")).collect();
    let insert = format!(
        "WITH new(n, name) AS (VALUES {})
         INSERT INTO members (id_number, document, name, name_key, branch_id)
         SELECT 'P' || n, 'other', name, 'kong', 5 FROM new",
        rows.join(", ")
    );
    office.behind(&insert).unwrap();
    let mut n = 0;
    let stopped = office.store.file_all(&mut |progress| {
        n += 1;
        assert_eq!((progress.done, progress.total), (20_000, 25_011));
        std::ops::ControlFlow::Break(())
    });
    assert!(stopped.is_err() && n == 1);
    assert_eq!(filed(&office), 0);
    assert_eq!(office.one::<i64>("SELECT count(*) FROM member_words"), 0);
    assert_eq!(page_by_page(&office, "孔维嘉", 20_000).len(), 25_000);
}

#[test]
fn what_is_missing_is_filed_anew() {
    let office = full_office();
    office.store.file_all(&mut unwatched).unwrap();
    let content = "SELECT group_concat(key || hex(ids)) FROM transfer_words";
    let all: String = office.one(content);
    office.store.check_derived().unwrap();
    for list in ["transfer_words", "member_words"] {
        let one = format!("(SELECT max(key) FROM {list})");
        let kept: Vec<u8> = office.one(&format!("SELECT ids FROM {list} WHERE key = {one}"));
        let key: i64 = office.one(&format!("SELECT {one}"));
        office.behind(&format!("DELETE FROM {list} WHERE key = {key}")).unwrap();
        assert_eq!(kind(office.store.check_derived()), FaultKind::Damaged, "{list}");
        let hex: String = kept.iter().map(|byte| format!("{byte:02x}")).collect();
        office.behind(&format!("INSERT INTO {list} VALUES ({key}, x'{hex}')")).unwrap();
        office.store.check_derived().unwrap();
    }
    office.behind("DELETE FROM transfer_words WHERE key % 3 = 0").unwrap();
    let changes = || office.one::<i64>("SELECT total_changes()");
    let before = changes();
    office.store.file_anew(&mut unwatched).unwrap();
    let n_words: i64 = office.one("SELECT count(*) FROM transfer_words");
    assert!(changes() - before < n_words * 2 / 3, "what was there is not written again");
    assert_eq!(office.one::<String>(content), all);
    check_transfers(&office);
}

#[test]
fn a_small_scope_lists_the_same_members_as_a_walk() {
    let office = Office::new();
    for n in 1000..1400 {
        office.put_member(n, ["李雷", "王芳", "单可"][n as usize % 3], "B2");
    }
    for who in EVERYBODY {
        for under in [None, Some("P"), Some("GA"), Some("A1"), Some("B2"), Some("X1")] {
            for typed in ["", "l", "李", "王 f"] {
                let actor = office.actor(who);
                let below = under.map(|code| office.org(code).path);
                let sees = |row: &(String, String, String)| {
                    let in_scope = actor.role != crate::domain::account::Role::Member
                        && row.1.starts_with(actor.org_path.as_str());
                    (in_scope || row.2 == actor.id_number.reveal())
                        && below.as_ref().is_none_or(|below| row.1.starts_with(below.as_str()))
                        && RowQuery::parse(typed).fits_person(&row.0)
                };
                let sql = "SELECT m.name, o.path, m.id_number FROM members m
                    JOIN organisations o ON o.id = m.branch_id ORDER BY m.name_key, m.id";
                let mut statement = office.store.connection.prepare(sql).unwrap();
                let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)));
                let wanted: Vec<String> =
                    rows.unwrap().map(Result::unwrap).filter(sees).map(|row| row.0).collect();
                let filter = MemberFilter {
                    search: typed.to_owned(),
                    under: below.clone(),
                    limit: Some(1000),
                    ..Default::default()
                };
                let (found, _) = office.as_(who, |d| d.members(&filter)).unwrap();
                let found: Vec<String> = found.into_iter().map(|row| row.name).collect();
                assert_eq!(found, wanted, "{who} {under:?} {typed}");
            }
        }
    }
}
