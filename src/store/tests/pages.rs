//! Pages: in every order, of every state, from every place and both ways, the plain sorted list.

use super::fixture::*;
use super::generated::{Chance, chance, full_office};
use crate::domain::filter::{Direction, Page, Sort, SortColumn, Start, TransferQuery, View};
use crate::domain::form::Reason;
use crate::domain::ids::{Moment, Now};
use crate::domain::transfer::TransferRow;
use crate::domain::workflow::Stage;
use crate::rules::Rules;
use crate::store::Stored;
use crate::store::transfers::Pace;

const LATE: Now = Now { moment: Moment(START.moment.0 + 20 * 86_400), ..START };

/// What a column is sorted by, in plain SQL.
fn plainly(column: SortColumn) -> &'static [&'static str] {
    const RANK: &str = "instr('draft origin_review destination_review province_review
        external_receipt placement completed returned withdrawn lapsed', t.stage)";
    match column {
        SortColumn::Transferee => &["t.name_key"],
        SortColumn::Origin => &["t.origin_name"],
        SortColumn::Destination => &["t.destination_name"],
        SortColumn::AppliedAt => &["t.applied_at"],
        SortColumn::DoneAt => &["t.done_at"],
        SortColumn::Stage => &[RANK, "t.since"],
        SortColumn::Waiting => &["(t.done_at > 0)", "t.since"],
    }
}

/// Everything that a question means, filtered and sorted without any of the lists' ways.
fn plain(office: &Office, who: u32, query: &TransferQuery) -> Vec<i64> {
    let rules = Rules::national();
    office.at(LATE, who, |desk| {
        let clause = desk.clause(query, &rules).unwrap();
        let way = if query.sort.direction == Direction::Ascending { "ASC" } else { "DESC" };
        let order: Vec<String> = plainly(query.sort.column)
            .iter()
            .chain(&["t.id"])
            .map(|by| format!("{by} {way}"))
            .collect();
        let sql = format!(
            "SELECT t.id FROM transfers t WHERE {} ORDER BY {}",
            clause.text(),
            order.join(", ")
        );
        let mut statement = office.store.connection.prepare(&sql).unwrap();
        clause.give(&mut statement).unwrap();
        let mut rows = statement.raw_query();
        let mut ids = Vec::new();
        while let Some(row) = rows.next().unwrap() {
            ids.push(row.get(0).unwrap());
        }
        ids
    })
}

fn page(office: &Office, who: u32, query: &TransferQuery) -> Stored<Page<TransferRow>> {
    office.at(LATE, who, |desk| desk.transfers(query, &Rules::national()))
}

fn ids(page: &Page<TransferRow>) -> Vec<i64> {
    page.rows.iter().map(|row| row.id.0).collect()
}

/// All pages from the first on.
fn forwards(office: &Office, who: u32, query: &TransferQuery) -> Vec<i64> {
    let (mut all, mut start) = (Vec::new(), Start::First);
    loop {
        let page =
            page(office, who, &TransferQuery { start: start.clone(), ..query.clone() }).unwrap();
        assert_eq!(page.previous.is_none(), start == Start::First || page.rows.is_empty());
        all.extend(ids(&page));
        let Some(next) = page.next else { return all };
        assert_eq!(page.rows.len(), query.limit);
        start = Start::After(next);
    }
}

/// All pages from the last on, in the order of the list.
fn backwards(office: &Office, who: u32, query: &TransferQuery) -> Vec<i64> {
    let (mut all, mut start) = (Vec::new(), Start::Last);
    loop {
        let page =
            page(office, who, &TransferQuery { start: start.clone(), ..query.clone() }).unwrap();
        assert_eq!(page.next.is_none(), start == Start::Last || page.rows.is_empty());
        all.splice(0..0, ids(&page));
        let Some(previous) = page.previous.clone() else { return all };
        let here = TransferQuery { start: Start::At(previous.clone()), ..query.clone() };
        assert_eq!(ids(&self::page(office, who, &here).unwrap())[..page.rows.len()], ids(&page));
        start = Start::Before(previous);
    }
}

fn question(office: &Office, sort: Sort, chance: &mut Chance) -> TransferQuery {
    let mut query = TransferQuery {
        sort,
        limit: 7 + chance.below(60),
        ..TransferQuery::of(chance.pick(View::ALL))
    };
    if chance.below(2) == 0 {
        query.view = View::All;
    }
    for _ in 0..chance.below(3) * chance.below(3) {
        query.stages.push(chance.pick(Stage::ALL));
    }
    if chance.below(4) == 0 {
        query.reason = Some(chance.pick(&[Reason::Other, Reason::SpecialUnit]));
    }
    if chance.below(4) == 0 {
        let code = chance.pick(&["P", "U", "GA", "GB", "A1", "B1", "T", "TF", "X"]);
        query.org = Some(office.org(code).id);
    }
    if chance.below(6) == 0 {
        query.waiting_days = Some(i64::try_from(chance.below(25)).unwrap());
    }
    let day = |chance: &mut Chance| {
        let n = i64::try_from(chance.below(14)).unwrap();
        Some(Moment(START.moment.0 + n * 86_400))
    };
    if chance.below(6) == 0 {
        query.done_from = day(chance);
    }
    if chance.below(6) == 0 {
        query.done_before = day(chance);
    }
    if chance.below(5) == 0 {
        query.search = chance.pick(&["li", "文学院", "王", "zj2020", "没有"]).to_owned();
    }
    query
}

#[test]
fn pages_are_the_plain_list_cut_into_pieces() {
    let mut office = full_office();
    let usual = Pace::default();
    let paces = [
        usual,
        // Steps over all that does not fit, at once or after a few tries; never sorts.
        Pace { rare: 1, steps_per_row: usize::MAX, ..usual },
        Pace { patience: 3, rare: i64::MAX, steps_per_row: usize::MAX },
        // Tries, and sorts then.
        Pace { patience: 3, rare: i64::MAX, steps_per_row: 0 },
        // Never looks for a better way.
        Pace { patience: usize::MAX, rare: i64::MAX, steps_per_row: 0 },
    ];
    let mut chance = chance(7);
    let mut n_rows = 0;
    for round in 0..3 {
        for column in SortColumn::ALL {
            for direction in [Direction::Ascending, Direction::Descending] {
                let query = question(&office, Sort { column: *column, direction }, &mut chance);
                let who = if round == 1 { UNIVERSITY } else { chance.pick(&EVERYBODY) };
                let wanted = plain(&office, who, &query);
                n_rows += wanted.len();
                for pace in paces {
                    office.store.pace = pace;
                    assert_eq!(
                        forwards(&office, who, &query),
                        wanted,
                        "{round} {who} {query:?} {pace:?}"
                    );
                    assert_eq!(backwards(&office, who, &query), wanted, "{who} {query:?} {pace:?}");
                }
                office.store.pace = usual;
            }
        }
    }
    assert!(n_rows > 1000, "{n_rows}");
}

#[test]
fn every_order_reads_its_index_and_sorts_nothing() {
    let office = full_office();
    office.at(LATE, ROOT, |desk| {
        for column in SortColumn::ALL {
            for way in [Direction::Ascending, Direction::Descending] {
                for from in [None, Some(">"), Some("<=")] {
                    for (sql, index) in desk.statements(*column, from, way) {
                        let plan = plan_of(&office, &sql);
                        let told = plan.join("\n");
                        let arms: Vec<&String> =
                            plan.iter().filter(|line| line.starts_with("SEARCH")).collect();
                        assert!(!arms.is_empty(), "{sql}\n{told}");
                        let drafts = |line: &str| line.contains("transfers_applicant");
                        for line in &arms {
                            let covering = format!("SEARCH transfers USING COVERING INDEX {index}");
                            assert!(line.starts_with(&covering) || drafts(line), "{sql}\n{told}");
                            let entered =
                                from.is_none() || line.contains('>') || line.contains('<');
                            assert!(entered || drafts(line), "{sql}\n{told}");
                        }
                        let sorts = plan.iter().filter(|line| line.contains("TEMP B-TREE")).count();
                        assert!(sorts <= arms.iter().filter(|line| drafts(line)).count(), "{told}");
                    }
                }
            }
        }
    });
}

fn plan_of(office: &Office, sql: &str) -> Vec<String> {
    let mut statement =
        office.store.connection.prepare(&format!("EXPLAIN QUERY PLAN {sql}")).unwrap();
    let mut rows = statement.raw_query();
    let mut lines = Vec::new();
    while let Some(row) = rows.next().unwrap() {
        lines.push(row.get(3).unwrap());
    }
    lines
}

#[test]
fn what_was_gathered_is_forgotten_when_anything_is_written() {
    let office = full_office();
    let query = TransferQuery { limit: 1000, ..TransferQuery::of(View::All) };
    let before = ids(&page(&office, BRANCH_B, &query).unwrap());
    let id = office.one::<i64>("SELECT id FROM transfers WHERE origin_path = '' AND destination_path = ''
        AND province_path = '' AND stage <> 'draft' AND stopped_in <> 'draft' OR 0
        UNION ALL SELECT id FROM transfers WHERE stage = 'completed' AND origin_path NOT LIKE '/1/2/4/%'
        AND destination_path NOT LIKE '/1/2/4/%' AND province_path = '' LIMIT 1");
    assert!(!before.contains(&id));
    let path = office.org("B1").path;
    office
        .behind(&format!("UPDATE transfers SET origin_path = '{}' WHERE id = {id}", path.as_str()))
        .unwrap();
    let after = ids(&page(&office, BRANCH_B, &query).unwrap());
    assert_eq!(after.len(), before.len() + 1);
    assert!(after.contains(&id));
}
