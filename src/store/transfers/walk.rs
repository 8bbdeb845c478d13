//! Finding the rows of a page: a walk along the index of its order, or few rows sorted.

use rusqlite::types::{Value, ValueRef};
use rusqlite::{CachedStatement, Row};

use super::clause::Clause;
use super::narrow::{Ids, Known, Narrow, Span};
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
    spans: Vec<Span>,
    known: Known,
    query: &'q TransferQuery,
    way: Direction,
    shape: &'q Shape<T>,
}

/// One run of its order: the next rows are all from it until it ends.
struct Part<'p, T> {
    plan: &'p Plan<'p, T>,
    run: &'p Run,
    at_start: bool,
    need: usize,
    n_rows: usize,
    narrows: Vec<Narrow>,
}

impl Desk<'_> {
    /// The first rows of a question in the way it is read, one more than its limit where there are.
    pub(super) fn find<T>(
        &self,
        query: &TransferQuery,
        rules: &Rules,
        shape: &Shape<T>,
    ) -> Stored<Vec<Found<T>>> {
        let known = self.known(query)?;
        let spans = self.spans(query, rules, &known.mine);
        let clause = self.clause(query, rules)?;
        let column = query.sort.column;
        let bounds = spans.iter().map(|span| (span.stage, span.bound(column))).collect();
        let order = Order::new(column, bounds);
        let way = if query.start.is_backwards() {
            query.sort.direction.reversed()
        } else {
            query.sort.direction
        };
        Plan { clause, order, spans, known, query, way, shape }.find(self)
    }
}

impl<T> Plan<'_, T> {
    fn find(&self, desk: &Desk<'_>) -> Stored<Vec<Found<T>>> {
        let (mut found, need) = (Vec::new(), self.query.limit + 1);
        for (run, at_start) in self.order.runs(self.query.start.cursor(), self.way) {
            let spans: Vec<&Span> =
                self.spans.iter().filter(|span| run.stages().contains(&span.stage)).collect();
            let narrows = desk.narrows(self.query, &spans, &self.known)?;
            let n_rows = usize::try_from(self.known.n_rows(run.stages())).unwrap_or(0);
            let need = need - found.len();
            let part = Part { plan: self, run, at_start, need, n_rows, narrows };
            found.extend(part.find(desk)?);
            if found.len() > self.query.limit {
                break;
            }
        }
        Ok(found)
    }

    fn with_row(&self) -> bool {
        matches!(self.query.start, Start::At(_))
    }
}

impl<T> Part<'_, T> {
    fn find(mut self, desk: &Desk<'_>) -> Stored<Vec<Found<T>>> {
        let rare = desk.store.pace.rare;
        let n_rows = i64::try_from(self.n_rows).unwrap_or(i64::MAX);
        let is_rare = |narrow: &&Narrow| {
            let few = |n: i64| n.saturating_mul(rare) < n_rows || n == 0;
            narrow.estimate.is_some_and(|n| few(n) || narrow.rows.is_some() && n * 2 < n_rows)
        };
        let rare: Vec<&Narrow> = self.narrows.iter().filter(is_rare).collect();
        let held = desk.store.gather(&rare, &self.plan.clause)?;
        if let Some(held) = held.as_ref().filter(|held| self.are_few(held, desk)) {
            return self.sort(desk, held);
        }
        // Most of all rows may be everybody's to see: gathering these helps nobody.
        self.narrows.retain(|narrow| narrow.estimate.is_none_or(|n| n * 2 < n_rows));
        self.walk(desk, held)
    }

    /// Whether reading them all is quicker than walking on until a page is together.
    fn are_few(&self, held: &Ids, desk: &Desk<'_>) -> bool {
        let steps_per_row = desk.store.pace.steps_per_row;
        let steps = self.need.saturating_mul(self.n_rows) / held.len().max(1);
        let page = steps_per_row.saturating_mul(self.need);
        held.len().saturating_mul(steps_per_row) <= steps.min(self.n_rows).max(page)
    }

    /// Walks along the index of the order, stepping over what is not among those held. Where that
    /// takes longer than reading them all, since they are all at the other end, they are read.
    fn walk(&self, desk: &Desk<'_>, mut held: Option<Ids>) -> Stored<Vec<Found<T>>> {
        let pace = desk.store.pace;
        let mut reader = Reader::new(desk, self.plan)?;
        let (mut found, mut n_unfit, mut n_left) = (Vec::new(), 0, patience(held.as_ref(), pace));
        let mut statement = self.open(desk)?;
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().told()? {
            let id: i64 = row.get(0).told()?;
            if let Some(held) = held.as_ref().filter(|held| !held.contains(id)) {
                n_left -= 1;
                if n_left == 0 {
                    return self.sort(desk, held);
                }
                continue;
            }
            if let Some(item) = reader.read(id)? {
                let key = self.plan.order.key(self.run, key_of(row.get_ref(1).told()?));
                found.push(Found { item, key, id });
                if found.len() == self.need {
                    break;
                }
                continue;
            }
            n_unfit += 1;
            if n_unfit == pace.patience {
                let all: Vec<&Narrow> = self.narrows.iter().collect();
                held = desk.store.gather(&all, &self.plan.clause)?;
                if let Some(held) = held.as_ref().filter(|held| self.are_few(held, desk)) {
                    return self.sort(desk, held);
                }
                n_left = patience(held.as_ref(), pace);
            }
        }
        Ok(found)
    }

    /// The row numbers of the run in order, from the start on.
    fn open<'d>(&self, desk: &Desk<'d>) -> Stored<CachedStatement<'d>> {
        let plan = self.plan;
        let from = self.at_start.then(|| sign(plan.way, plan.with_row()));
        let sql = plan.order.sql(self.run, from, plan.way);
        let mut statement = desk.store.connection.prepare_cached(&sql).told()?;
        plan.clause.give(&mut statement)?;
        self.place(&mut statement)?;
        Ok(statement)
    }

    /// Reads all that are held and sorts them.
    fn sort(&self, desk: &Desk<'_>, held: &Ids) -> Stored<Vec<Found<T>>> {
        let plan = self.plan;
        let (shape, way, key) = (plan.shape, word(plan.way), plan.order.column());
        let from = self.at_start.then(|| {
            format!(" AND (t.{key}, t.id) {} (:key, :row)", sign(plan.way, plan.with_row()))
        });
        let stages: Vec<String> =
            self.run.stages().iter().map(|stage| format!("'{}'", stage.id())).collect();
        let sql = format!(
            "SELECT {}, t.{key}, t.id
             FROM json_each(:held) h CROSS JOIN transfers t ON t.id = h.value {}
             WHERE t.stage IN ({}) AND {}{} ORDER BY t.{key} {way}, t.id {way} LIMIT {}",
            shape.columns,
            shape.join,
            stages.join(", "),
            plan.clause.text(),
            from.unwrap_or_default(),
            self.need
        );
        let mut statement = desk.store.connection.prepare_cached(&sql).told()?;
        plan.clause.give(&mut statement)?;
        if let Some(at) = statement.parameter_index(":held").told()? {
            statement.raw_bind_parameter(at, held.list()).told()?;
        }
        self.place(&mut statement)?;
        let mut rows = statement.raw_query();
        let mut found = Vec::new();
        while let Some(row) = rows.next().told()? {
            let key = plan.order.key(self.run, key_of(row.get_ref(shape.width).told()?));
            let id = row.get(shape.width + 1).told()?;
            found.push(Found { item: (shape.read)(row).told()?, key, id });
        }
        Ok(found)
    }

    /// Gives a statement the place where the page begins, if that is in this run.
    fn place(&self, statement: &mut CachedStatement<'_>) -> Stored<()> {
        let Some(cursor) = self.plan.query.start.cursor().filter(|_| self.at_start) else {
            return Ok(());
        };
        let key = match self.plan.order.stored(cursor) {
            CursorKey::Text(text) => Value::Text(text),
            CursorKey::Number(number) => Value::Integer(number),
        };
        for (name, value) in [(":key", key), (":row", Value::Integer(cursor.id))] {
            if let Some(at) = statement.parameter_index(name).told()? {
                statement.raw_bind_parameter(at, value).told()?;
            }
        }
        Ok(())
    }
}

/// How many rows may be stepped over before those held are read and sorted.
fn patience(held: Option<&Ids>, pace: Pace) -> usize {
    held.map_or(usize::MAX, |held| held.len().saturating_mul(pace.steps_per_row)).max(1)
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
