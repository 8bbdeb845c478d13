//! A list with a search box: typing asks anew, moving near the end asks for the next page.
//!
//! Answers are taken by ticket only, so that a slow answer to an earlier question never replaces
//! the answer to the last one.

use super::effect::Ticket;
use super::layer::Ctx;
use super::table::Table;
use super::text_field::{Motion, TextField};
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input};

/// Most characters of a search text; a longer one finds nothing and only slows the store down.
const SEARCH_LIMIT: usize = 60;

/// What is said where a row is asked for and the search found none.
pub const NOT_FOUND: &str = "没有找到，这里没有可选的。换个字词再查，或按 Esc 清掉查找。";

/// A searched list of `T`, paged by cursors of `C`.
pub struct Browse<T, C> {
    /// The rows.
    pub table: Table<T>,
    /// What is looked for.
    pub search: TextField,
    /// Whether the search box has the keys.
    pub searching: bool,
    ticket: Ticket,
    next: Option<C>,
    appends: bool,
}

/// What an input did to a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effected {
    /// The question is another one: ask for its first page.
    Question,
    /// The selection moved: ask for the next page if it is wanted.
    Selection,
    /// Something that needs nothing more.
    Done,
    /// The input is not for lists.
    Nothing,
}

impl<T, C> Default for Browse<T, C> {
    fn default() -> Self {
        Self::new("", Focus::List)
    }
}

impl<T, C> Browse<T, C> {
    /// A list that looks for a text; `focus` says whether the search box has the keys.
    pub fn new(text: &str, focus: Focus) -> Self {
        let mut search = TextField::line(Some(SEARCH_LIMIT));
        search.set_value(text);
        Self {
            table: Table::default(),
            search,
            searching: focus == Focus::Search,
            ticket: Ticket::default(),
            next: None,
            appends: false,
        }
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        if self.searching { Focus::Search } else { Focus::List }
    }

    /// The search text without outer blanks.
    pub fn text(&self) -> String {
        self.search.value().trim().to_owned()
    }

    /// A ticket for the first page.
    pub fn ask(&mut self, ctx: &mut Ctx<'_>) -> Ticket {
        self.ticket = ctx.ticket();
        self.appends = false;
        self.table.loading = true;
        self.ticket
    }

    /// A ticket for the next page and where it begins, if one is wanted now.
    pub fn ask_more(&mut self, ctx: &mut Ctx<'_>) -> Option<(Ticket, C)> {
        if !self.table.wants_more() {
            return None;
        }
        let after = self.next.take()?;
        let ticket = self.ask(ctx);
        self.appends = true;
        Some((ticket, after))
    }

    /// Whether an answer with this ticket is still wanted.
    pub fn awaits(&self, ticket: Ticket) -> bool {
        ticket == self.ticket
    }

    /// Whether the answer that is awaited is a further page.
    pub fn appends(&self) -> bool {
        self.appends
    }

    /// Takes a page; false for an answer that is no longer wanted.
    pub fn take(&mut self, ticket: Ticket, rows: Vec<T>, next: Option<C>) -> bool {
        if !self.awaits(ticket) {
            return false;
        }
        let has_more = next.is_some();
        self.next = next;
        if std::mem::take(&mut self.appends) {
            self.table.append(rows, has_more);
        } else {
            self.table.replace(rows, has_more);
        }
        true
    }

    /// Shows these of the rows that have arrived, and where the next page begins: for lists that are
    /// searched here.
    pub fn show(&mut self, rows: Vec<T>, next: Option<C>) {
        let has_more = next.is_some();
        self.next = next;
        self.appends = false;
        self.table.replace(rows, has_more);
    }

    /// Notes that a question failed, so that the list no longer looks as if it waited.
    pub fn failed(&mut self, ticket: Option<Ticket>) {
        if ticket == Some(self.ticket) {
            self.table.loading = false;
        }
    }

    /// Takes the inputs that every list takes.
    pub fn act(&mut self, input: &Input) -> Effected {
        match input {
            Input::Type(text) => {
                self.searching = true;
                self.edit(|search| search.insert(text).is_empty())
            }
            Input::Do(Action::Find) => {
                self.searching = true;
                Effected::Done
            }
            Input::Do(Action::Back) => self.leave_search(),
            Input::Do(action) if self.searching => self.search_key(*action),
            Input::Do(action) => self.movement(*action),
            Input::Unknown => Effected::Nothing,
        }
    }

    fn search_key(&mut self, action: Action) -> Effected {
        match action {
            Action::Backspace => self.edit(TextField::backspace),
            Action::Delete => self.edit(TextField::delete),
            Action::Clear => self.edit(TextField::emptied),
            Action::Undo => self.edit(TextField::undo),
            Action::Redo => self.edit(TextField::redo),
            Action::Left => self.go(Motion::Left),
            Action::Right => self.go(Motion::Right),
            Action::First => self.go(Motion::Home),
            Action::Last => self.go(Motion::End),
            other => self.movement(other),
        }
    }

    fn movement(&mut self, action: Action) -> Effected {
        if self.table.moved(action) { Effected::Selection } else { Effected::Nothing }
    }

    fn go(&mut self, motion: Motion) -> Effected {
        self.search.go(motion);
        Effected::Done
    }

    /// Edits the search text; only a change of what is looked for asks anew.
    fn edit(&mut self, change: impl FnOnce(&mut TextField) -> bool) -> Effected {
        let before = self.text();
        change(&mut self.search);
        if self.text() == before {
            return Effected::Done;
        }
        self.table.rewind();
        Effected::Question
    }

    /// Esc leaves the search first and the screen next (ux.md 6.2).
    fn leave_search(&mut self) -> Effected {
        if !self.searching && self.search.is_empty() {
            return Effected::Nothing;
        }
        self.searching = false;
        self.edit(TextField::emptied)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::Desk;

    fn typed(list: &mut Browse<u8, u8>, text: &str) -> Effected {
        list.act(&Input::Type(text.to_owned()))
    }

    #[test]
    fn typing_asks_anew_and_blanks_do_not() {
        let mut list = Browse::<u8, u8>::default();
        assert_eq!(typed(&mut list, "孔"), Effected::Question);
        assert_eq!(list.focus(), Focus::Search);
        assert_eq!(typed(&mut list, " "), Effected::Done);
        assert_eq!(list.act(&Input::Do(Action::Backspace)), Effected::Done);
        assert_eq!(list.act(&Input::Do(Action::Backspace)), Effected::Question);
        assert_eq!(list.act(&Input::Do(Action::Undo)), Effected::Question);
        assert_eq!(list.text(), "孔");
        assert_eq!(list.act(&Input::Do(Action::Clear)), Effected::Question);
        assert_eq!((list.text(), list.focus()), (String::new(), Focus::Search));
        assert_eq!(list.act(&Input::Do(Action::Undo)), Effected::Question);
        assert_eq!(list.text(), "孔");
    }

    #[test]
    fn esc_leaves_the_search_before_the_screen() {
        let mut list = Browse::<u8, u8>::default();
        typed(&mut list, "孔");
        let esc = Input::Do(Action::Back);
        assert_eq!(list.act(&esc), Effected::Question);
        assert_eq!((list.focus(), list.text().as_str()), (Focus::List, ""));
        assert_eq!(list.act(&esc), Effected::Nothing);
    }

    #[test]
    fn a_stale_answer_changes_nothing() {
        let (mut desk, mut list) = (Desk::at_nine(), Browse::<u8, u8>::default());
        let old = list.ask(&mut desk.ctx());
        let new = list.ask(&mut desk.ctx());
        assert!(!list.take(old, vec![1], None));
        assert!(list.table.loading && list.table.rows.is_empty());
        assert!(list.take(new, vec![2], None));
        assert_eq!(list.table.rows, [2]);
    }

    #[test]
    fn the_next_page_is_added_and_asked_for_once() {
        let (mut desk, mut list) = (Desk::at_nine(), Browse::<u8, u8>::default());
        let first = list.ask(&mut desk.ctx());
        list.take(first, (0..30).collect(), Some(30));
        assert_eq!(list.ask_more(&mut desk.ctx()), None);
        list.act(&Input::Do(Action::Last));
        let (ticket, after) = list.ask_more(&mut desk.ctx()).unwrap();
        assert_eq!(after, 30);
        assert_eq!(list.ask_more(&mut desk.ctx()), None);
        assert!(list.take(ticket, vec![30, 31], None));
        assert_eq!((list.table.rows.len(), list.table.has_more), (32, false));
    }

    #[test]
    fn up_and_down_move_the_list_while_typing_stays_in_the_box() {
        let (mut desk, mut list) = (Desk::at_nine(), Browse::<u8, u8>::new("x", Focus::Search));
        let ticket = list.ask(&mut desk.ctx());
        list.take(ticket, vec![1, 2], None);
        assert_eq!(list.act(&Input::Do(Action::Down)), Effected::Selection);
        assert_eq!(list.act(&Input::Do(Action::Left)), Effected::Done);
        assert_eq!((list.focus(), list.table.current()), (Focus::Search, Some(&2)));
    }
}
