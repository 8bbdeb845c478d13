//! Lists of transfers: pages in every order, with every stage, at every depth; counts; text; and
//! the same on a database that is not encrypted.

use std::cell::RefCell;
use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use rusqlite::Connection;
use tuanzhuan::domain::filter::{
    Cursor, CursorKey, Direction, Page, Sort, SortColumn, Start, TransferQuery, View,
};
use tuanzhuan::domain::form::Reason;
use tuanzhuan::domain::ids::{Moment, OrgId};
use tuanzhuan::domain::transfer::TransferRow;
use tuanzhuan::domain::workflow::Stage;
use tuanzhuan::office::{DEMO_ACCOUNTS, DemoAccount, Session};
use tuanzhuan::store::{OrgFilter, Store};

use crate::ground::{Ground, database_of, overseer, told, world_for};
use crate::report::{Report, Row, median, quantile};
use crate::starting::ms;
use crate::{Effort, kernel, progress};

/// Rows of a page.
const LIMIT: usize = 50;

/// So many transfers the targets are meant for that are told in another's time.
const LARGE: i64 = 900_000;

/// A peer's page: what a list shows, without the program's scope.
const SHOWN: &str = "SELECT id, number, person_name, origin_name, destination_name, reason, applied_at, done_at, stage,
    since, person_number, initiator, destination_mode FROM transfers";

/// Measures every size for who sees all of it; the largest in full, and for others too.
pub fn measure(target: &Path, effort: &Effort, report: &mut Report) -> Result<()> {
    let ground = Ground::prepare(target, effort)?;
    let all = overseer()?;
    for (n, dir) in &ground.sizes {
        asked(dir, all, (&label_of(*n), effort), |lists| lists.measure(report))?;
    }
    let (n, dir) = ground.largest()?;
    // A school, a class, a street: much, little, and something of everything.
    for account in [0, 2, 3].iter().filter_map(|nth| DEMO_ACCOUNTS.get(*nth)) {
        let label = format!("{} for {}", label_of(n), account.label);
        asked(dir, account, (&label, effort), |lists| lists.measure(report))?;
    }
    let (path, key) = database_of(dir)?;
    progress("copies of the database, encrypted and in the clear");
    let peers = target.join("peers");
    let sealed = copy((&path, &key), &peers.join("sealed.db"), Some(&key))?;
    let clear = copy((&path, &key), &peers.join("clear.db"), None)?;
    asked(dir, all, (&label_of(n), effort), |lists| {
        lists.beside_offset(&sealed, report)?;
        lists.beside_like(&sealed, report)
    })?;
    let opened = openings(effort.n_rounds, (&path, &key))?;
    let name = format!("{}: open of the encrypted database", label_of(n));
    report.add(Row::new(name, opened, "ms").at_most(10.0));
    encrypted(&label_of(n), &sealed, &clear, report)
}

/// Lets an account in and asks in its name.
fn asked(
    dir: &Path,
    account: &DemoAccount,
    (label, effort): (&str, &Effort),
    ask: impl FnOnce(&Lists<'_>) -> Result<()>,
) -> Result<()> {
    progress(&format!("lists: {label}"));
    let (mut world, _, clock) = world_for(dir, account)?;
    let session = world.door().session(clock.now()).map_err(told)?;
    let (label, times) = (label.to_owned(), effort.n_rounds.min(7));
    ask(&Lists { session, label, times, walls: RefCell::default() })
}

fn label_of(n: usize) -> String {
    match n {
        n if n >= 1_000_000 => format!("{}M", n / 1_000_000),
        n => format!("{}k", n / 1000),
    }
}

/// The lists of one office.
struct Lists<'a> {
    session: Session<'a>,
    label: String,
    /// Times that each page is read.
    times: usize,
    /// Every page by the clock, ms.
    walls: RefCell<Vec<f64>>,
}

/// Where in the list a page is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Depth {
    First,
    Middle,
    Last,
}

impl Depth {
    const ALL: [Self; 3] = [Self::First, Self::Middle, Self::Last];
}

/// Milliseconds of pages.
#[derive(Default)]
struct Pages {
    all: Vec<f64>,
    first: Vec<f64>,
    last: Vec<f64>,
}

impl Lists<'_> {
    fn row(&self, name: impl std::fmt::Display, figure: f64, unit: &str) -> Row {
        Row::new(format!("{}: {name}", self.label), figure, unit)
    }

    fn page(&self, query: &TransferQuery) -> Result<Page<TransferRow>> {
        self.session.desk().transfers(query, self.session.rules()).map_err(told)
    }

    fn time(&self, query: &TransferQuery) -> Result<f64> {
        samples(self.times, || self.page(query).map(drop)).map(|samples| median(&samples))
    }

    fn measure(&self, report: &mut Report) -> Result<()> {
        self.counts(report)?;
        let mut pages = Pages::default();
        for column in SortColumn::ALL {
            let before = pages.all.len();
            for query in whole_lists() {
                self.orders(&query, *column, &mut pages)?;
            }
            let of_column = pages.all.get(before..).unwrap_or_default();
            let name = format!("pages by {}, p99", column.id());
            report.add(self.row(name, quantile(of_column, 0.99), "ms").at_most(1.0));
        }
        let name = format!("{}: any of {} pages", self.label, pages.all.len());
        report.spread(&name, &pages.all, "ms", Some(1.0));
        let walls = quantile(&self.walls.borrow(), 0.99);
        report.add(self.row("the same by the clock, p99", walls, "ms").at_most(16.7));
        let last = self.row("last page, median", median(&pages.last), "ms");
        report.add(last.beside("first page", median(&pages.first)).times(3.0));
        self.filters(report)?;
        self.text(report)
    }

    fn counts(&self, report: &mut Report) -> Result<()> {
        let counts = || self.session.desk().counts(self.session.rules()).map_err(told);
        let shown = counts()?;
        let shown: Vec<String> =
            View::ALL.iter().map(|view| format!("{} {}", view.id(), shown.of(*view))).collect();
        report.note(format!("{}: sees {}", self.label, shown.join(", ")));
        let taken = samples(self.times * 3, || counts().map(drop))?;
        report.spread(&format!("{}: counts of all views", self.label), &taken, "ms", Some(1.0));
        Ok(())
    }

    /// One order both ways at every depth.
    fn orders(&self, query: &TransferQuery, column: SortColumn, pages: &mut Pages) -> Result<()> {
        for direction in [Direction::Ascending, Direction::Descending] {
            let query = TransferQuery { sort: Sort { column, direction }, ..query.clone() };
            for depth in Depth::ALL {
                let taken = self.run(&query, depth)?;
                match depth {
                    Depth::First => pages.first.extend(taken.first()),
                    Depth::Last => pages.last.extend(taken.first()),
                    Depth::Middle => {}
                }
                pages.all.extend(taken);
            }
        }
        Ok(())
    }

    /// A page at a depth and those that follow it, each read once: pages count that nobody has read.
    fn run(&self, query: &TransferQuery, depth: Depth) -> Result<Vec<f64>> {
        let mut start = match depth {
            Depth::First => Start::First,
            Depth::Middle => self.middle(query)?,
            Depth::Last => Start::Last,
        };
        let mut taken = Vec::new();
        for _ in 0..self.times {
            let query = TransferQuery { start: start.clone(), ..query.clone() };
            let (begun, spent) = (Instant::now(), kernel::thread_time());
            let page = self.page(&query)?;
            taken.push(ms(kernel::thread_time() - spent));
            self.walls.borrow_mut().push(ms(begun.elapsed()));
            let on = match depth {
                Depth::Last => page.previous.map(Start::Before),
                Depth::First | Depth::Middle => page.next.map(Start::After),
            };
            let Some(on) = on else { break };
            start = on;
        }
        Ok(taken)
    }

    /// A place between the first and the last row.
    fn middle(&self, query: &TransferQuery) -> Result<Start> {
        let at = |start| self.page(&TransferQuery { start, limit: 1, ..query.clone() });
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

    /// What the list is narrowed by apart from view and stage.
    fn filters(&self, report: &mut Report) -> Result<()> {
        let now = self.session.now();
        let ago = |days: i64| Some(Moment(now.moment.0 - days * 86_400));
        let of_reason = |reason| TransferQuery { reason: Some(reason), ..list(View::All) };
        let mut cases = vec![
            of_reason(Reason::FurtherStudy),
            of_reason(Reason::SpecialUnit),
            TransferQuery { waiting_days: Some(30), ..list(View::All) },
            TransferQuery { done_from: ago(60), done_before: ago(30), ..list(View::All) },
        ];
        for org in self.organisations()? {
            cases.push(TransferQuery { org: Some(org), ..list(View::All) });
        }
        let mut pages = Pages::default();
        for query in &cases {
            for column in SortColumn::ALL {
                self.orders(query, *column, &mut pages)?;
            }
        }
        let name = format!("{}: pages of a reason, a time or an organisation", self.label);
        report.spread(&name, &pages.all, "ms", Some(16.7));
        Ok(())
    }

    /// Organisations of very different sizes.
    fn organisations(&self) -> Result<Vec<OrgId>> {
        let filter = OrgFilter { limit: Some(500), ..OrgFilter::default() };
        let desk = self.session.desk();
        let (orgs, _) = desk.organisations("", &filter, None).map_err(told)?;
        Ok(orgs.iter().step_by(orgs.len().div_ceil(6).max(1)).map(|org| org.id).collect())
    }

    /// Names of people, organisations and numbers in the search line.
    fn text(&self, report: &mut Report) -> Result<()> {
        let texts = self.texts()?;
        let time = |text: &String| self.time(&searched(text));
        let taken = texts.iter().map(time).collect::<Result<Vec<f64>>>()?;
        let name = format!("{}: page of a text, {} texts", self.label, taken.len());
        report.spread(&name, &taken, "ms", Some(2.0));
        let mut slowest: Vec<_> = texts.iter().zip(&taken).collect();
        slowest.sort_by(|a, b| b.1.total_cmp(a.1));
        let told: Vec<_> =
            slowest.iter().take(6).map(|(text, ms)| format!("{text} {ms:.1}")).collect();
        report.note(format!("{}: slowest texts, ms: {}", self.label, told.join(", ")));
        Ok(())
    }

    /// Common and rare texts, of what the list itself shows, and some that are nowhere.
    fn texts(&self) -> Result<Vec<String>> {
        let page = self.page(&TransferQuery { limit: 400, ..list(View::All) })?;
        let cut = |text: &str, n: usize| text.chars().rev().skip(3).take(n).collect::<String>();
        let turned = |text: String| text.chars().rev().collect::<String>();
        let fixed = ["云州", "学院", "团支部", "wan", "wx", "鑫鑫鑫", "qqq", "云州 wan"];
        let mut texts: Vec<String> = fixed.map(str::to_owned).to_vec();
        for row in page.rows.iter().step_by(20) {
            texts.push(row.transferee.clone());
            texts.push(row.number.clone());
            texts.push(turned(cut(&row.origin, 4)));
            texts.push(turned(cut(&row.destination, 3)));
        }
        texts.retain(|text| !text.is_empty());
        Ok(texts)
    }

    fn beside_offset(&self, sql: &Sql, report: &mut Report) -> Result<()> {
        progress("the end of the list by OFFSET");
        let sort = Sort { column: SortColumn::AppliedAt, direction: Direction::Ascending };
        let ours = self.time(&TransferQuery { sort, start: Start::Last, ..list(View::All) })?;
        let n = sql.count()?;
        let page =
            format!("{SHOWN} ORDER BY applied_at, id LIMIT {LIMIT} OFFSET {}", n - LIMIT as i64);
        let theirs = median(&samples(5, || sql.rows(&page).map(drop))?);
        let row = self.row("last page by application", ours, "ms").beside("OFFSET", theirs);
        report.add(row.times(1.0 / 200.0).only_at(n >= LARGE));
        Ok(())
    }

    fn beside_like(&self, sql: &Sql, report: &mut Report) -> Result<()> {
        progress("a text by LIKE");
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let is_large = sql.count()? >= LARGE;
        let rare = self.texts()?.into_iter().filter(|text| !text.is_ascii());
        for text in rare.step_by(8).take(5).chain(["鑫鑫鑫".to_owned()]) {
            ours.push(self.time(&searched(&text))?);
            let like = ["person_name", "origin_name", "destination_name"]
                .map(|column| format!("{column} LIKE '%{text}%'"))
                .join(" OR ");
            let page =
                format!("{SHOWN} WHERE {like} ORDER BY applied_at DESC, id DESC LIMIT {LIMIT}");
            theirs.push(median(&samples(3, || sql.rows(&page).map(drop))?));
        }
        let row = self.row("page of a text, median of 6", median(&ours), "ms");
        report.add(row.beside("LIKE", median(&theirs)));
        let (worst, theirs) = (quantile(&ours, 1.0), quantile(&theirs, 1.0));
        let row = self.row("page of a text, the slowest of 6", worst, "ms").beside("LIKE", theirs);
        report.add(row.times(1.0 / 300.0).only_at(is_large));
        Ok(())
    }
}

/// A page of a view, as long as a screen is high.
fn list(view: View) -> TransferQuery {
    TransferQuery { limit: LIMIT, ..TransferQuery::of(view) }
}

/// Every view, then every stage.
fn whole_lists() -> impl Iterator<Item = TransferQuery> {
    let stage = |stage: &Stage| TransferQuery { stages: vec![*stage], ..list(View::All) };
    View::ALL.iter().map(|view| list(*view)).chain(Stage::ALL.iter().map(stage))
}

fn searched(text: &str) -> TransferQuery {
    TransferQuery { search: text.to_owned(), ..list(View::All) }
}

/// A copy of the database without the program around it.
struct Sql(Connection);

impl Sql {
    fn open(path: &Path, key: Option<&str>) -> Result<Self> {
        let connection = Connection::open(path)?;
        if let Some(key) = key {
            connection.pragma_update(None, "key", key)?;
        }
        connection.execute_batch("PRAGMA cache_size = -65536; PRAGMA query_only = ON;")?;
        Ok(Self(connection))
    }

    fn count(&self) -> Result<i64> {
        Ok(self.0.query_row("SELECT count(*) FROM transfers", [], |row| row.get(0))?)
    }

    fn rows(&self, sql: &str) -> Result<usize> {
        let mut statement = self.0.prepare_cached(sql)?;
        let width = statement.column_count();
        let mut rows = statement.query([])?;
        let mut n = 0;
        while let Some(row) = rows.next()? {
            for i in 0..width {
                row.get_ref(i)?;
            }
            n += 1;
        }
        Ok(n)
    }
}

/// The same pages on both copies.
fn encrypted(label: &str, sealed: &Sql, clear: &Sql, report: &mut Report) -> Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for at in spots(clear)? {
        let page =
            format!("{SHOWN} WHERE (applied_at, id) > {at} ORDER BY applied_at, id LIMIT {LIMIT}");
        ours.extend(samples(5, || sealed.rows(&page).map(drop))?);
        theirs.extend(samples(5, || clear.rows(&page).map(drop))?);
    }
    for (name, share) in [("median", 0.5), ("p99", 0.99)] {
        let (ours, theirs) = (quantile(&ours, share), quantile(&theirs, share));
        let name = format!("{label}: page of the encrypted database, {name}");
        report.add(Row::new(name, ours, "ms").beside("in the clear", theirs).times(3.0));
    }
    Ok(())
}

/// A copy of the transfers with the index of one order, under a key or in the clear: what a peer
/// that pages by number or searches by LIKE needs, and nothing else.
fn copy((path, key): (&Path, &str), to: &Path, new_key: Option<&str>) -> Result<Sql> {
    fs::create_dir_all(to.parent().context("no folder")?)?;
    if to.exists() {
        fs::remove_file(to)?;
    }
    let connection = Connection::open(path)?;
    connection.pragma_update(None, "key", key)?;
    let (file, new_key) = (to.to_string_lossy(), new_key.unwrap_or_default());
    connection.execute("ATTACH DATABASE $1 AS copy KEY $2", [&*file, new_key])?;
    connection.execute_batch(
        "PRAGMA copy.synchronous = OFF;
         CREATE TABLE copy.transfers AS SELECT * FROM main.transfers ORDER BY id;
         CREATE INDEX copy.applied ON transfers (applied_at, id);",
    )?;
    drop(connection);
    Sql::open(to, Some(new_key).filter(|key| !key.is_empty()))
}

/// Places all over the list, as SQL pairs of its order.
fn spots(sql: &Sql) -> Result<Vec<String>> {
    let most: i64 = sql.0.query_row("SELECT max(rowid) FROM transfers", [], |row| row.get(0))?;
    let pair = |i: i64| {
        let ask =
            "SELECT format('(%d, %d)', applied_at, id) FROM transfers WHERE rowid >= $1 LIMIT 1";
        Ok(sql.0.query_row(ask, [1 + (most - 1) * i / 100], |row| row.get(0))?)
    };
    (0..100).map(pair).collect()
}

/// Milliseconds of some runs, of this thread's processor time.
fn samples(n: usize, mut work: impl FnMut() -> Result<()>) -> Result<Vec<f64>> {
    let sample = |_| {
        let before = kernel::thread_time();
        work()?;
        Ok(ms(kernel::thread_time() - before))
    };
    (0..n.max(1)).map(sample).collect::<Result<_>>().context("a question of the list failed")
}

/// Milliseconds of openings of an encrypted database with its first question, by the clock.
pub fn openings(n: usize, (path, key): (&Path, &str)) -> Result<f64> {
    let sample = |_| {
        let start = Instant::now();
        Store::open(path, key).map(drop).map_err(told)?;
        Ok(ms(start.elapsed()))
    };
    Ok(median(&(0..n.max(1)).map(sample).collect::<Result<Vec<_>>>()?))
}
