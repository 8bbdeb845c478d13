//! Finding the rows of a page: a walk along the index of its order, or few rows sorted.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{CachedStatement, Row};

use super::clause::Clause;
use super::narrow::{Ids, Narrow};
use super::order::{Order, Run, sign, word};
use crate::domain::filter::{CursorKey, Direction, Start, TransferQuery};
use crate::rules::Rules;
use crate::store::Desk;
use crate::store::fault::{Stored, Told};

/// When a question is asked in another way. The figures were measured on a million transfers.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Pace {
    /// So many rows that do not fit may be read before it is looked for a better way.
    pub(in crate::store) patience: usize,
    /// Where fewer than one row in so many fits, the fitting ones are gathered before the walk.
    pub(in crate::store) rare: i64,
    /// Reading and sorting a row takes about as long as stepping over so many in an index.
    pub(in crate::store) steps_per_row: usize,
}

impl Default for Pace {
    fn default() -> Self {
        Self { patience: 400, rare: 8, steps_per_row: 30 }
    }
}

/// What is read of each row.
pub(super) struct Shape<T> {
    /// Columns of the table `t` and those joined.
    pub(super) columns: String,
    /// How many.
    pub(super) width: usize,
    /// Joins.
    pub(super) join: &'static str,
    /// Reads them.
    pub(super) read: fn(&Row<'_>) -> Result<T, rusqlite::Error>,
}

/// A row, and its place in the order.
pub(super) struct Found<T> {
    pub(super) item: T,
    pub(super) key: CursorKey,
    pub(super) id: i64,
}

/// A question that is ready to be read.
struct Plan<'q, T> {
    clause: Clause,
    order: Order,
    narrows: Vec<Narrow>,
    query: &'q TransferQuery,
    way: Direction,
    shape: &'q Shape<T>,
}

impl Desk<'_> {
    /// The first rows of a question in the way it is read, one more than its limit where there are.
    pub(super) fn find<T>(
        &self,
        query: &TransferQuery,
        rules: &Rules,
        shape: &Shape<T>,
    ) -> Stored<Vec<Found<T>>> {
        let tallied = self.tallied()?;
        let spans = self.spans(query, rules, &tallied);
        if spans.is_empty() {
            return Ok(Vec::new());
        }
        let clause = self.clause(query, rules)?;
        let narrows = self.narrows(query, (&spans, &tallied))?;
        let column = query.sort.column;
        let bounds = spans.iter().map(|span| (span.stage, span.bound(column))).collect();
        let order = Order::new(column, bounds);
        let way = if query.start.is_backwards() {
            query.sort.direction.reversed()
        } else {
            query.sort.direction
        };
        let plan = Plan { clause, order, narrows, query, way, shape };
        plan.run(self)
    }
}

impl<T> Plan<'_, T> {
    fn need(&self) -> usize {
        self.query.limit + 1
    }

    fn run(mut self, desk: &Desk<'_>) -> Stored<Vec<Found<T>>> {
        let n_rows = desk.store.last_transfer()?;
        let pace = desk.store.pace;
        let few = |n: i64| n.saturating_mul(pace.rare) < n_rows;
        let at_hand = |narrow: &Narrow, n: i64| narrow.rows.is_some() && n * 2 < n_rows;
        let rare = |narrow: &&Narrow| narrow.estimate.is_some_and(|n| few(n) || at_hand(narrow, n));
        let known: Vec<&Narrow> = self.narrows.iter().filter(rare).collect();
        let held = if known.is_empty() { None } else { desk.store.gather(&known, &self.clause)? };
        if let Some(held) = held.as_ref().filter(|held| self.are_few(held, n_rows, pace)) {
            return self.sort(desk, held);
        }
        // Most of all rows may be everybody's to see: gathering these helps nobody.
        self.narrows.retain(|narrow| narrow.estimate.is_none_or(|n| n * 2 < n_rows));
        self.walk(desk, held, n_rows)
    }

    /// Whether reading them all is quicker than walking on until a page is together.
    fn are_few(&self, held: &Ids, n_rows: i64, pace: Pace) -> bool {
        let n_rows = usize::try_from(n_rows).unwrap_or(usize::MAX);
        let steps = self.need().saturating_mul(n_rows) / held.len().max(1);
        let page = pace.steps_per_row.saturating_mul(self.need());
        held.len().saturating_mul(pace.steps_per_row) <= steps.min(n_rows).max(page)
    }

    /// Walks along the index of the order, stepping over what is not among those held.
    fn walk(&self, desk: &Desk<'_>, mut held: Option<Ids>, n_rows: i64) -> Stored<Vec<Found<T>>> {
        let pace = desk.store.pace;
        let mut reader = Reader::new(desk, self)?;
        let (mut found, mut n_unfit) = (Vec::new(), 0);
        for (run, at_start) in self.order.runs(self.query.start.cursor(), self.way) {
            let mut statement = self.open(desk, run, at_start)?;
            let mut rows = statement.raw_query();
            while let Some(row) = rows.next().told()? {
                let id: i64 = row.get(0).told()?;
                if held.as_ref().is_some_and(|held| !held.contains(id)) {
                    continue;
                }
                if let Some(item) = reader.read(id)? {
                    let key = self.order.key(run, key_of(row.get_ref(1).told()?));
                    found.push(Found { item, key, id });
                    if found.len() == self.need() {
                        return Ok(found);
                    }
                    continue;
                }
                n_unfit += 1;
                if n_unfit == pace.patience {
                    held = desk.store.gather(&self.all(), &self.clause)?;
                    if let Some(held) = held.as_ref().filter(|ids| self.are_few(ids, n_rows, pace))
                    {
                        return self.sort(desk, held);
                    }
                }
            }
        }
        Ok(found)
    }

    fn all(&self) -> Vec<&Narrow> {
        self.narrows.iter().collect()
    }

    fn with_row(&self) -> bool {
        matches!(self.query.start, Start::At(_))
    }

    fn open<'d>(&self, desk: &Desk<'d>, run: &Run, at_start: bool) -> Stored<CachedStatement<'d>> {
        let from = at_start.then(|| sign(self.way, self.with_row()));
        let sql = self.order.sql(run, from, self.way);
        let mut statement = desk.store.connection.prepare_cached(&sql).told()?;
        self.clause.give(&mut statement)?;
        if let (Some(cursor), true) = (self.query.start.cursor(), at_start) {
            place(&mut statement, &self.order.stored(cursor), cursor.id)?;
        }
        Ok(statement)
    }

    /// Reads all that are held and sorts them.
    fn sort(&self, desk: &Desk<'_>, held: &Ids) -> Stored<Vec<Found<T>>> {
        let key = self.order.expression();
        let start = self.query.start.cursor();
        let from = start.map_or(String::new(), |_| {
            format!(" AND ({key}, t.id) {} (:key, :row)", sign(self.way, self.with_row()))
        });
        let (shape, way) = (self.shape, word(self.way));
        let sql = format!(
            "SELECT {}, {key}, t.id FROM json_each(:held) h CROSS JOIN transfers t ON t.id = h.value {}
             WHERE {}{from} ORDER BY {key} {way}, t.id {way} LIMIT {}",
            shape.columns,
            shape.join,
            self.clause.text(),
            self.need()
        );
        let mut statement = desk.store.connection.prepare_cached(&sql).told()?;
        self.clause.give(&mut statement)?;
        if let Some(at) = statement.parameter_index(":held").told()? {
            statement.raw_bind_parameter(at, held.list()).told()?;
        }
        if let Some(cursor) = start {
            place(&mut statement, &cursor.key, cursor.id)?;
        }
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next().told()? {
            let key = key_of(row.get_ref(shape.width).told()?);
            let id = row.get(shape.width + 1).told()?;
            found.push(Found { item: (shape.read)(row).told()?, key, id });
        }
        Ok(found)
    }
}

/// Reads single rows that fit.
struct Reader<'d, T> {
    statement: CachedStatement<'d>,
    at: usize,
    read: fn(&Row<'_>) -> Result<T, rusqlite::Error>,
}

impl<'d, T> Reader<'d, T> {
    fn new(desk: &Desk<'d>, plan: &Plan<'_, T>) -> Stored<Self> {
        let sql = format!(
            "SELECT {} FROM transfers t {} WHERE t.id = :this AND {}",
            plan.shape.columns,
            plan.shape.join,
            plan.clause.text()
        );
        let mut statement = desk.store.connection.prepare_cached(&sql).told()?;
        plan.clause.give(&mut statement)?;
        let at = statement.parameter_index(":this").told()?.unwrap_or(1);
        Ok(Self { statement, at, read: plan.shape.read })
    }

    fn read(&mut self, id: i64) -> Stored<Option<T>> {
        self.statement.raw_bind_parameter(self.at, id).told()?;
        let mut rows = self.statement.raw_query();
        rows.next().told()?.map(self.read).transpose().told()
    }
}

/// Gives a statement the place where a page begins.
fn place(statement: &mut CachedStatement<'_>, key: &CursorKey, id: i64) -> Stored<()> {
    let key = match key {
        CursorKey::Text(text) => Value::Text(text.clone()),
        CursorKey::Number(number) => Value::Integer(*number),
    };
    for (name, value) in [(":key", key), (":row", Value::Integer(id))] {
        if let Some(at) = statement.parameter_index(name).told()? {
            statement.raw_bind_parameter(at, value).told()?;
        }
    }
    Ok(())
}

fn key_of(value: ValueRef<'_>) -> CursorKey {
    match value {
        ValueRef::Text(text) => CursorKey::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Integer(number) => CursorKey::Number(number),
        ValueRef::Null | ValueRef::Real(_) | ValueRef::Blob(_) => CursorKey::Number(0),
    }
}

#[cfg(test)]
impl Desk<'_> {
    /// The statements of an order over all stages, with the index that each should read.
    pub(in crate::store) fn statements(
        &self,
        column: crate::domain::filter::SortColumn,
        from: Option<&str>,
        way: Direction,
    ) -> Vec<(String, &'static str)> {
        let stages = crate::domain::workflow::Stage::ALL;
        let order = Order::new(column, stages.iter().map(|s| (*s, String::new())).collect());
        let sql = |(run, _): (&Run, bool)| (order.sql(run, from, way), order.index());
        order.runs(None, way).into_iter().map(sql).collect()
    }
}
