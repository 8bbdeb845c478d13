//! Every page of a very large list: in each order, of each state, at any depth, both ways.
//!
//! A page is of 50 rows, as a screen is. Cold pages count: each question is asked at places that
//! were not asked for before.

use std::time::Instant;

use anyhow::Result;
use tuanzhuan::domain::filter::{
    Cursor, CursorKey, Direction, Sort, SortColumn, Start, TransferQuery, View,
};
use tuanzhuan::domain::form::Reason;
use tuanzhuan::domain::ids::{Moment, OrgId};
use tuanzhuan::domain::workflow::Stage;
use tuanzhuan::office::Session;
use tuanzhuan::store::OrgFilter;

use crate::Effort;
use crate::ground::{Ground, told, world_of_account};
use crate::report::{Report, Row, quantile};
use crate::starting::ms;

/// Processor time of this thread, where the system tells it: neighbours on the machine are then no
/// part of the figure. The time by the clock elsewhere.
struct Spent {
    clock: Instant,
    on_cpu: Option<u64>,
}

impl Spent {
    fn now() -> Self {
        Self { clock: Instant::now(), on_cpu: Self::nanos() }
    }

    fn nanos() -> Option<u64> {
        // The figure is brought up to date when the processor is handed on.
        std::thread::yield_now();
        let text = std::fs::read_to_string("/proc/thread-self/schedstat").ok()?;
        text.split(' ').next()?.parse().ok()
    }

    fn ms(&self) -> f64 {
        let wall = ms(self.clock.elapsed());
        let on_cpu = Self::nanos().zip(self.on_cpu);
        on_cpu.map_or(wall, |(now, then)| (now - then) as f64 / 1e6)
    }
}

/// Rows of a page.
const PAGE: usize = 50;

/// Where a page lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    First,
    Middle,
    Last,
}

/// Measures pages, counts and filters for the office's administrator, then for those of smaller
/// organisations.
pub fn measure(ground: &Ground, effort: Effort, report: &mut Report) -> Result<()> {
    for account in 0..3 {
        let (mut world, actor, clock) = world_of_account(&ground.large, account)?;
        let session = world.door().session(clock.now()).map_err(told)?;
        let who = format!("{} ({})", actor.org_name, actor.role.label());
        let all = session.desk().counts(session.rules()).map_err(told)?.of(View::All);
        report.note(format!("{who} sees {all} transfers"));
        counts(&session, effort, &who, report)?;
        pages(&session, effort, &who, report)?;
        filters(&session, effort, &who, report)?;
    }
    Ok(())
}

fn counts(session: &Session<'_>, effort: Effort, who: &str, report: &mut Report) -> Result<()> {
    let mut taken = Vec::new();
    for _ in 0..effort.n_rounds.max(10) {
        let start = Spent::now();
        session.desk().counts(session.rules()).map_err(told)?;
        taken.push(start.ms());
    }
    report.spread(&format!("{who}: counts of all views"), &taken, "ms", Some(1.0));
    Ok(())
}

fn pages(session: &Session<'_>, effort: Effort, who: &str, report: &mut Report) -> Result<()> {
    let (mut all, mut by_depth) = (Vec::new(), [Vec::new(), Vec::new(), Vec::new()]);
    for column in SortColumn::ALL {
        let mut of_column = Vec::new();
        for stages in std::iter::once(Vec::new()).chain(Stage::ALL.iter().map(|s| vec![*s])) {
            for direction in [Direction::Ascending, Direction::Descending] {
                let sort = Sort { column: *column, direction };
                let query = TransferQuery {
                    sort,
                    stages: stages.clone(),
                    limit: PAGE,
                    ..TransferQuery::of(View::All)
                };
                for depth in [Depth::First, Depth::Middle, Depth::Last] {
                    let taken = times(session, effort, &query, depth)?;
                    by_depth[depth as usize].extend(&taken);
                    of_column.extend(taken);
                }
            }
        }
        report.spread(&format!("{who}: any page by {}", column.id()), &of_column, "ms", Some(1.0));
        all.extend(of_column);
    }
    report.spread(&format!("{who}: any page"), &all, "ms", Some(1.0));
    let [first, _, last] = by_depth.map(|taken| quantile(&taken, 0.5));
    report.add(Row::new(format!("{who}: last page beside first"), last, "ms").times(first, 3.0));
    Ok(())
}

/// A page at a depth, and those after it or before it: pages that were not read before.
fn times(
    session: &Session<'_>,
    effort: Effort,
    query: &TransferQuery,
    depth: Depth,
) -> Result<Vec<f64>> {
    let mut start = match depth {
        Depth::First => Start::First,
        Depth::Middle => middle(session, query)?,
        Depth::Last => Start::Last,
    };
    let mut taken = Vec::new();
    for _ in 0..effort.n_rounds.div_ceil(4) {
        let query = TransferQuery { start: start.clone(), ..query.clone() };
        let begun = Spent::now();
        let page = session.desk().transfers(&query, session.rules()).map_err(told)?;
        taken.push(begun.ms());
        let on = if depth == Depth::Last {
            page.previous.map(Start::Before)
        } else {
            page.next.map(Start::After)
        };
        let Some(on) = on else { break };
        start = on;
    }
    Ok(taken)
}

/// A place between the first and the last row.
fn middle(session: &Session<'_>, query: &TransferQuery) -> Result<Start> {
    let at = |start| {
        let query = TransferQuery { start, limit: 1, ..query.clone() };
        session.desk().transfers(&query, session.rules()).map_err(told)
    };
    let (first, last) = (at(Start::First)?.next, at(Start::Last)?.previous);
    let key = match (first.map(|c| c.key), last.map(|c| c.key)) {
        (Some(CursorKey::Number(a)), Some(CursorKey::Number(b))) => {
            CursorKey::Number(a.midpoint(b))
        }
        (Some(CursorKey::Text(_)), _) if query.sort.column == SortColumn::Transferee => {
            CursorKey::Text("m".to_owned())
        }
        (Some(CursorKey::Text(_)), _) => CursorKey::Text("江海".to_owned()),
        _ => return Ok(Start::First),
    };
    Ok(Start::After(Cursor { key, id: 0 }))
}

/// Organisations of very different sizes below the reader's own, with how many transfers they have.
fn sizes(session: &Session<'_>) -> Result<Vec<(OrgId, i64)>> {
    let filter = OrgFilter { limit: Some(1_000), ..OrgFilter::default() };
    let (orgs, _) = session.desk().organisations("", &filter, None).map_err(told)?;
    let mut sized = Vec::new();
    for org in orgs {
        let n = session.desk().count_below(org.id).map_err(told)?;
        sized.push((org.id, n));
    }
    sized.sort_by_key(|(_, n)| *n);
    let wanted = [100, 300, 1_000, 3_000, 10_000, 30_000, 100_000, 300_000];
    let nearest = |n: &i64| sized.iter().copied().find(|(_, of)| of >= n);
    let mut found: Vec<(OrgId, i64)> = wanted.iter().filter_map(nearest).collect();
    found.dedup();
    Ok(found)
}

fn filters(session: &Session<'_>, effort: Effort, who: &str, report: &mut Report) -> Result<()> {
    let now = session.now();
    let ago = |days: i64| Moment(now.moment.0 - days * 86_400);
    let of = |view| TransferQuery { limit: PAGE, ..TransferQuery::of(view) };
    let mut cases: Vec<(String, TransferQuery)> =
        View::ALL.iter().map(|view| (format!("view {}", view.id()), of(*view))).collect();
    for reason in [Reason::FurtherStudy, Reason::SpecialUnit] {
        let query = TransferQuery { reason: Some(reason), ..of(View::All) };
        cases.push((format!("reason {}", reason.id()), query));
    }
    cases.push((
        "waiting 30 days".to_owned(),
        TransferQuery { waiting_days: Some(30), ..of(View::All) },
    ));
    let (from, before) = (Some(ago(60)), Some(ago(30)));
    cases.push((
        "done in a month".to_owned(),
        TransferQuery { done_from: from, done_before: before, ..of(View::All) },
    ));
    for (org, n) in sizes(session)? {
        cases.push((
            format!("an organisation of {n}"),
            TransferQuery { org: Some(org), ..of(View::All) },
        ));
    }
    for (name, query) in cases {
        let (mut first, mut rest) = (Vec::new(), Vec::new());
        for column in SortColumn::ALL {
            for direction in [Direction::Ascending, Direction::Descending] {
                let query =
                    TransferQuery { sort: Sort { column: *column, direction }, ..query.clone() };
                for depth in [Depth::First, Depth::Last] {
                    let mut taken = times(session, effort, &query, depth)?.into_iter();
                    first.extend(taken.next());
                    rest.extend(taken);
                }
            }
        }
        report.spread(&format!("{who}: {name}, first page"), &first, "ms", Some(16.7));
        report.spread(&format!("{who}: {name}, next pages"), &rest, "ms", Some(16.7));
    }
    Ok(())
}
