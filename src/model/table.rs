//! A list on a screen: rows, the selected one, marks, and where the next page begins.
//!
//! It knows nothing of what its rows mean; screens fill it and read it.

use std::collections::BTreeSet;

use crate::keys::action::Action;

/// A list of `T`, drawn by `view::table`.
#[derive(Debug, Clone, PartialEq)]
pub struct Table<T> {
    /// Rows loaded so far, in order.
    pub rows: Vec<T>,
    /// Index of the selected row; zero where there is none.
    pub selected: usize,
    /// Index of the first row on the screen.
    pub top: usize,
    /// Keys of the marked rows; survive filtering and paging.
    pub marked: BTreeSet<i64>,
    /// Whether the store has more rows after the last one.
    pub has_more: bool,
    /// Whether the store has rows before the first one.
    pub has_less: bool,
    /// Whether an answer is on its way.
    pub loading: bool,
    /// Rows on the screen, as the view last told through [`Table::fit`].
    pub height: usize,
}

impl<T> Default for Table<T> {
    fn default() -> Self {
        Self {
            rows: Vec::new(),
            selected: 0,
            top: 0,
            marked: BTreeSet::new(),
            has_more: false,
            has_less: false,
            loading: true,
            height: 10,
        }
    }
}

impl<T> Table<T> {
    /// The selected row.
    pub fn current(&self) -> Option<&T> {
        self.rows.get(self.selected)
    }

    /// Replaces all rows, keeping the place: the same index, or the last row.
    pub fn replace(&mut self, rows: Vec<T>, has_more: bool) {
        self.rows = rows;
        self.has_more = has_more;
        self.loading = false;
        self.selected = self.selected.min(self.rows.len().saturating_sub(1));
        self.follow();
    }

    /// Adds the next page.
    pub fn append(&mut self, rows: Vec<T>, has_more: bool) {
        self.rows.extend(rows);
        self.has_more = has_more;
        self.loading = false;
    }

    /// Adds the page before, keeping the place.
    pub fn prepend(&mut self, rows: Vec<T>) {
        let n = rows.len();
        self.rows.splice(0..0, rows);
        self.selected += n;
        self.top += n;
        self.loading = false;
    }

    /// Takes so many rows off the beginning, keeping the place.
    pub fn drop_front(&mut self, n: usize) -> Vec<T> {
        self.selected = self.selected.saturating_sub(n);
        self.top = self.top.saturating_sub(n);
        self.rows.drain(..n.min(self.rows.len())).collect()
    }

    /// Takes so many rows off the end.
    pub fn drop_back(&mut self, n: usize) -> Vec<T> {
        self.rows.split_off(self.rows.len().saturating_sub(n))
    }

    /// Goes back to the first row, for a new question.
    pub fn rewind(&mut self) {
        self.selected = 0;
        self.top = 0;
        self.has_less = false;
        self.loading = true;
    }

    /// Says how many rows fit on the screen.
    pub fn fit(&mut self, height: usize) {
        self.height = height.max(1);
        self.follow();
    }

    /// Moves by an action; false where the action is no movement.
    pub fn moved(&mut self, action: Action) -> bool {
        let page = self.height.saturating_sub(1).max(1);
        let last = self.rows.len().saturating_sub(1);
        self.selected = match action {
            Action::Up | Action::MarkUp => self.selected.saturating_sub(1),
            Action::Down | Action::MarkDown => (self.selected + 1).min(last),
            Action::PageUp => self.selected.saturating_sub(page),
            Action::PageDown => (self.selected + page).min(last),
            Action::First => 0,
            Action::Last => last,
            _ => return false,
        };
        self.follow();
        true
    }

    /// Whether the next page should be asked for: the selection is near the end.
    pub fn wants_more(&self) -> bool {
        self.has_more && !self.loading && self.selected + self.height * 2 >= self.rows.len()
    }

    /// Whether the page before should be asked for: the selection is near the beginning.
    pub fn wants_less(&self) -> bool {
        self.has_less && !self.loading && self.selected < self.height * 2
    }

    /// Marks or unmarks a row by its key.
    pub fn toggle(&mut self, key: i64) {
        if !self.marked.remove(&key) {
            self.marked.insert(key);
        }
    }

    /// Keeps the selected row on the screen.
    fn follow(&mut self) {
        if self.selected < self.top {
            self.top = self.selected;
        } else if self.selected >= self.top + self.height {
            self.top = self.selected + 1 - self.height;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table(n: usize) -> Table<usize> {
        let mut table = Table { height: 4, ..Table::default() };
        table.replace((0..n).collect(), false);
        table
    }

    #[test]
    fn the_selected_row_stays_on_the_screen() {
        let mut t = table(10);
        let moves = [
            (Action::Down, 1, 0),
            (Action::PageDown, 4, 1),
            (Action::Last, 9, 6),
            (Action::PageUp, 6, 6),
            (Action::Up, 5, 5),
            (Action::First, 0, 0),
            (Action::Up, 0, 0),
        ];
        for (action, selected, top) in moves {
            assert!(t.moved(action));
            assert_eq!((t.selected, t.top), (selected, top), "{action:?}");
        }
        assert!(!t.moved(Action::Help));
    }

    #[test]
    fn an_answer_keeps_the_place_and_an_empty_one_is_safe() {
        let mut t = table(10);
        t.moved(Action::Last);
        t.replace(vec![1, 2, 3], false);
        assert_eq!(t.current(), Some(&3));
        t.replace(vec![], false);
        assert_eq!((t.current(), t.selected), (None, 0));
    }

    #[test]
    fn more_is_asked_for_near_the_end_only() {
        let mut t = table(40);
        t.has_more = true;
        assert!(!t.wants_more());
        t.moved(Action::Last);
        assert!(t.wants_more());
        t.loading = true;
        assert!(!t.wants_more());
    }
}
