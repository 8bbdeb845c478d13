//! Lists of transfers: scoped, filtered, sorted, paged by key and never by offset.

use super::row;
use super::walk::{Found, Shape};
use crate::domain::filter::{Cursor, Page, Start, TransferQuery};
use crate::domain::transfer::TransferRow;
use crate::rules::Rules;
use crate::store::Desk;
use crate::store::fault::Stored;

impl Desk<'_> {
    /// A page of transfers.
    ///
    /// # Errors
    /// Where it cannot be read, or the organisation asked for is unknown.
    pub fn transfers(&self, query: &TransferQuery, rules: &Rules) -> Stored<Page<TransferRow>> {
        let shape = Shape {
            columns: row::COLUMNS.to_owned(),
            width: row::WIDTH,
            join: "",
            read: row::read,
        };
        let mut found = self.find(query, rules, &shape)?;
        let more = found.len() > query.limit;
        found.truncate(query.limit);
        if query.start.is_backwards() {
            found.reverse();
        }
        let (first, last) = (found.first().map(cursor), found.last().map(cursor));
        let (previous, next) = match &query.start {
            Start::First => (None, last.filter(|_| more)),
            Start::After(_) | Start::At(_) => (first, last.filter(|_| more)),
            Start::Before(_) => (first.filter(|_| more), last),
            Start::Last => (first.filter(|_| more), None),
        };
        Ok(Page { rows: found.into_iter().map(|row| row.item).collect(), previous, next })
    }
}

fn cursor<T>(row: &Found<T>) -> Cursor {
    Cursor { key: row.key.clone(), id: row.id }
}
