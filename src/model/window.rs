//! The part of a long list that is in memory: some pages in a row, wherever in the list they lie.
//!
//! A list of a million rows is read from both ends and in the middle; what lies far from the
//! selected row is let go, and read again when somebody goes back there.

use std::collections::VecDeque;

use super::table::Table;

/// Most rows that are kept.
pub const MOST_ROWS: usize = 2000;

/// What becomes of the rows that are there when others come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// They go; the list begins with the new ones.
    First,
    /// They go; the list ends with the new ones.
    Last,
    /// They go; the new ones are the same part of the list, but for so many rows before it.
    Again {
        /// Rows of the old part that the new one leaves out.
        n_left_out: usize,
    },
    /// The new ones stand after them.
    After,
    /// The new ones stand before them.
    Before,
}

/// One page that was read, and the places of its outer rows.
#[derive(Debug, Clone, PartialEq)]
struct Part<C> {
    n_rows: usize,
    previous: Option<C>,
    next: Option<C>,
}

/// Where the rows of a table lie in the whole list.
#[derive(Debug, Clone, PartialEq)]
pub struct Window<C> {
    parts: VecDeque<Part<C>>,
    n_before: Option<usize>,
    n_after: Option<usize>,
}

/// A page as it comes.
#[derive(Debug, Clone, PartialEq)]
pub struct Delivery<T, C> {
    /// Rows.
    pub rows: Vec<T>,
    /// The place of the first one, where rows stand before it.
    pub previous: Option<C>,
    /// The place of the last one, where rows stand after it.
    pub next: Option<C>,
}

impl<C> Default for Window<C> {
    fn default() -> Self {
        Self { parts: VecDeque::new(), n_before: Some(0), n_after: None }
    }
}

impl<C: Clone> Window<C> {
    /// The first row's place, where rows stand before it.
    pub fn previous(&self) -> Option<&C> {
        self.parts.front()?.previous.as_ref()
    }

    /// The last row's place, where rows stand after it.
    pub fn next(&self) -> Option<&C> {
        self.parts.back()?.next.as_ref()
    }

    /// Rows of the list before those in memory, where that is known; `total` is of the whole list.
    pub fn n_before(&self, total: Option<usize>) -> Option<usize> {
        let n_rows: usize = self.parts.iter().map(|part| part.n_rows).sum();
        let from_end = || total?.checked_sub(self.n_after? + n_rows);
        self.n_before.or_else(from_end)
    }

    /// Rows of the list after those in memory, where that is known.
    pub fn n_after(&self) -> Option<usize> {
        self.n_after
    }

    /// What to read to have the same place again: the page of a row and those beside it. Gives the
    /// place of its first row (none for the list's first row), how many rows, and how many of those
    /// in memory stand before it.
    pub fn around(&self, selected: usize) -> (Option<&C>, usize, usize) {
        let mut starts = Vec::new();
        let mut n = 0;
        for part in &self.parts {
            starts.push(n);
            n += part.n_rows;
        }
        let at = starts.partition_point(|start| *start <= selected).saturating_sub(1);
        let first = at.saturating_sub(1);
        let (from, until) =
            (starts.get(first).copied().unwrap_or(0), starts.get(at + 2).copied().unwrap_or(n));
        let place = self.parts.get(first).and_then(|part| part.previous.as_ref());
        (place, until - from, from)
    }

    /// Takes a page into a table. Gives back the rows that were let go for it.
    pub fn take<T>(
        &mut self,
        table: &mut Table<T>,
        arrival: Arrival,
        page: Delivery<T, C>,
    ) -> Vec<T> {
        let part = Part { n_rows: page.rows.len(), previous: page.previous, next: page.next };
        let gone = match arrival {
            Arrival::After => {
                self.append(table, part, page.rows);
                self.trim_front(table)
            }
            Arrival::Before => {
                self.prepend(table, part, page.rows);
                self.trim_back(table)
            }
            Arrival::First | Arrival::Last | Arrival::Again { .. } => {
                self.replace(table, arrival, part, page.rows)
            }
        };
        table.has_more = self.next().is_some();
        table.has_less = self.previous().is_some();
        table.loading = false;
        gone
    }

    fn replace<T>(
        &mut self,
        table: &mut Table<T>,
        arrival: Arrival,
        part: Part<C>,
        rows: Vec<T>,
    ) -> Vec<T> {
        let (at_start, at_end) = (part.previous.is_none(), part.next.is_none());
        self.n_before = match arrival {
            _ if at_start => Some(0),
            Arrival::Again { n_left_out } => self.n_before.map(|n| n + n_left_out),
            Arrival::First | Arrival::Last | Arrival::After | Arrival::Before => None,
        };
        self.n_after = at_end.then_some(0);
        self.parts = VecDeque::from([part]);
        table.selected = match arrival {
            Arrival::Again { n_left_out } => table.selected.saturating_sub(n_left_out),
            Arrival::Last => rows.len(),
            Arrival::First | Arrival::After | Arrival::Before => table.selected,
        };
        let gone = std::mem::take(&mut table.rows);
        table.replace(rows, false);
        gone
    }

    fn append<T>(&mut self, table: &mut Table<T>, part: Part<C>, rows: Vec<T>) {
        self.n_after = match part.next {
            None => Some(0),
            Some(_) => self.n_after.and_then(|n| n.checked_sub(rows.len())),
        };
        // An empty page only says that there is no more.
        match self.parts.back_mut() {
            Some(last) if part.n_rows == 0 => last.next = None,
            Some(_) | None => self.parts.push_back(part),
        }
        table.append(rows, false);
    }

    fn prepend<T>(&mut self, table: &mut Table<T>, part: Part<C>, rows: Vec<T>) {
        self.n_before = match part.previous {
            None => Some(0),
            Some(_) => self.n_before.and_then(|n| n.checked_sub(rows.len())),
        };
        match self.parts.front_mut() {
            Some(first) if part.n_rows == 0 => first.previous = None,
            Some(_) | None => self.parts.push_front(part),
        }
        table.prepend(rows);
    }

    /// Lets pages at the beginning go, but none that is on the screen.
    fn trim_front<T>(&mut self, table: &mut Table<T>) -> Vec<T> {
        let mut gone = Vec::new();
        while let Some(n) = self.parts.front().map(|part| part.n_rows) {
            if self.parts.len() < 2 || table.rows.len() - n < MOST_ROWS || table.top < n {
                break;
            }
            self.parts.pop_front();
            self.n_before = self.n_before.map(|before| before + n);
            gone.extend(table.drop_front(n));
        }
        gone
    }

    /// Lets pages at the end go, but none that is on the screen.
    fn trim_back<T>(&mut self, table: &mut Table<T>) -> Vec<T> {
        let mut gone = Vec::new();
        while let Some(n) = self.parts.back().map(|part| part.n_rows) {
            let rest = table.rows.len() - n;
            let seen = (table.top + table.height).max(table.selected + 1);
            if self.parts.len() < 2 || rest < MOST_ROWS || seen > rest {
                break;
            }
            self.parts.pop_back();
            self.n_after = self.n_after.map(|after| after + n);
            gone.extend(table.drop_back(n));
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::action::Action;

    const PAGE: usize = 100;

    /// A list of numbers that is read like the store's.
    fn read(n: usize, from: Option<usize>, way: Arrival) -> Delivery<usize, usize> {
        let (start, end) = match way {
            Arrival::After => (from.unwrap() + 1, (from.unwrap() + 1 + PAGE).min(n)),
            Arrival::Before => (from.unwrap().saturating_sub(PAGE), from.unwrap()),
            Arrival::First | Arrival::Again { .. } => {
                (from.unwrap_or(0), (from.unwrap_or(0) + PAGE).min(n))
            }
            Arrival::Last => (n.saturating_sub(PAGE), n),
        };
        let previous = (start > 0 && start < end).then_some(start);
        let next = (end < n && start < end).then(|| end - 1);
        Delivery { rows: (start..end).collect(), previous, next }
    }

    struct Desk {
        n: usize,
        table: Table<usize>,
        window: Window<usize>,
        n_gone: usize,
    }

    impl Desk {
        fn new(n: usize) -> Self {
            let table = Table { height: 20, ..Table::default() };
            let mut desk = Self { n, table, window: Window::default(), n_gone: 0 };
            desk.ask(Arrival::First, None);
            desk
        }

        fn ask(&mut self, way: Arrival, from: Option<usize>) {
            let page = read(self.n, from, way);
            self.n_gone += self.window.take(&mut self.table, way, page).len();
            self.check();
        }

        fn press(&mut self, action: Action) {
            self.table.moved(action);
            if self.table.wants_more() {
                self.ask(Arrival::After, self.window.next().copied());
            }
            if self.table.wants_less() {
                self.ask(Arrival::Before, self.window.previous().copied());
            }
        }

        /// The rows are a part of the list without gaps, and everybody knows which.
        fn check(&self) {
            let rows = &self.table.rows;
            assert!(rows.windows(2).all(|pair| pair[0] + 1 == pair[1]), "{rows:?}");
            assert!(rows.len() <= MOST_ROWS + PAGE, "{}", rows.len());
            let first = rows.first().copied().unwrap_or(0);
            assert_eq!(self.window.n_before(Some(self.n)), Some(first));
            assert_eq!(self.table.has_less, first > 0);
            assert_eq!(self.table.has_more, rows.last().is_some_and(|last| last + 1 < self.n));
            let seen = self.table.top..self.table.top + self.table.height.min(rows.len());
            assert!(rows.is_empty() || seen.contains(&self.table.selected));
        }
    }

    #[test]
    fn going_down_and_up_through_everything_keeps_few_rows_and_misses_none() {
        let mut desk = Desk::new(7_345);
        let mut at = 0;
        while at < 7_344 {
            desk.press(Action::PageDown);
            let now = *desk.table.current().unwrap();
            assert_eq!(now, (at + 19).min(7_344));
            at = now;
        }
        assert!(desk.n_gone > 5_000);
        while at > 0 {
            desk.press(Action::PageUp);
            let now = *desk.table.current().unwrap();
            assert_eq!(now, at.saturating_sub(19));
            at = now;
        }
        assert!(!desk.table.has_less);
    }

    #[test]
    fn the_end_is_one_page_away_and_so_is_the_beginning() {
        let mut desk = Desk::new(1_000_000);
        desk.ask(Arrival::Last, None);
        assert_eq!(desk.table.current(), Some(&999_999));
        assert_eq!(desk.window.n_after(), Some(0));
        for _ in 0..10 {
            desk.press(Action::PageUp);
        }
        assert_eq!(desk.table.current(), Some(&(999_999 - 190)));
        desk.table.rewind();
        desk.ask(Arrival::First, None);
        assert_eq!((desk.table.current(), desk.table.rows.len()), (Some(&0), PAGE));
    }

    #[test]
    fn a_place_is_read_again_with_what_stands_around_it() {
        let mut desk = Desk::new(5_000);
        while desk.table.selected < 450 {
            desk.press(Action::PageDown);
        }
        let selected = *desk.table.current().unwrap();
        let (place, n_rows, n_left_out) = desk.window.around(desk.table.selected);
        assert_eq!((place, n_left_out), (Some(&300), 300));
        assert!((200..=300).contains(&n_rows), "{n_rows}");
        desk.ask(Arrival::Again { n_left_out }, Some(300));
        // The page that answers is shorter here than the store's would be.
        desk.press(Action::Down);
        assert!(desk.table.current().unwrap().abs_diff(selected) <= 100);
    }

    #[test]
    fn short_and_empty_lists_have_nothing_beside_them() {
        for n in [0, 1, PAGE] {
            let mut desk = Desk::new(n);
            assert_eq!((desk.window.next(), desk.window.previous()), (None, None));
            desk.ask(Arrival::Last, None);
            assert_eq!(desk.window.around(desk.table.selected), (None, n, 0));
        }
    }

    #[test]
    fn a_list_that_became_shorter_ends_where_it_ends() {
        let mut desk = Desk::new(200);
        desk.n = 100;
        desk.ask(Arrival::After, Some(99));
        assert_eq!((desk.table.rows.len(), desk.table.has_more), (100, false));
    }
}
