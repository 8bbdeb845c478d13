//! 关系转接: the list of transfers, where the day's work is found and done.

mod deeds;
mod questions;

use std::collections::BTreeSet;

use super::decide::results;
use super::doors::Door;
use crate::domain::account::Actor;
use crate::domain::filter::{Cursor, Page, Sort, View};
use crate::domain::ids::TransferId;
use crate::domain::transfer::{TransferCard, TransferRow};
use crate::domain::workflow::Act;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::effect::{DecisionResult, Effect, Reply, Ticket};
use crate::model::layer::{Ctx, Out};
use crate::model::state::Session;
use crate::model::table::Table;
use crate::model::text_field::TextField;
use crate::model::window::{Arrival, Delivery, Window};

/// From so many columns the details stand beside the list and not below it.
pub const SIDE_FROM: u16 = 100;

/// Rows of the detail strip below the list, its frame included.
pub const STRIP: u16 = 7;

/// Most characters of a search text.
const SEARCH_LIMIT: usize = 40;

/// The list of transfers.
pub struct Home {
    /// The view that is shown.
    pub view: View,
    /// Its order.
    pub sort: Sort,
    /// The search text; empty for none.
    pub search: TextField,
    /// Whether keys go to the search text.
    pub searching: bool,
    /// The rows.
    pub table: Table<TransferRow>,
    /// The details of a row, maybe of one that is not selected any more.
    pub card: Option<Box<TransferCard>>,
    actor: Option<Actor>,
    window: Window<Cursor>,
    /// Marked rows that were let go, or lie outside what a refresh read again.
    aside: Vec<TransferRow>,
    list: Ticket,
    asked_for: Arrival,
    card_ticket: Ticket,
    /// Whether this screen opened the decision whose results will come.
    deciding: bool,
    counts_are_old: bool,
    last_submission: Option<(TransferId, String)>,
}

impl Default for Home {
    fn default() -> Self {
        Self {
            view: View::Waiting,
            sort: Sort::default(),
            search: TextField::line(Some(SEARCH_LIMIT)),
            searching: false,
            table: Table::default(),
            card: None,
            actor: None,
            window: Window::default(),
            aside: Vec::new(),
            list: Ticket::default(),
            asked_for: Arrival::First,
            card_ticket: Ticket::default(),
            deciding: false,
            counts_are_old: false,
            last_submission: None,
        }
    }
}

impl Home {
    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::Home
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        if self.searching { Focus::Search } else { Focus::List }
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        "关系转接".to_owned()
    }

    /// The details of the selected row, once they are here.
    pub fn details(&self) -> Option<&TransferCard> {
        let current = self.table.current()?;
        self.card.as_deref().filter(|card| card.row.id == current.id)
    }

    /// Rows of the list pane below its heading, for a terminal of this size.
    fn list_height((cols, rows): (u16, u16)) -> usize {
        // Title, message, footer, the two lines above the list, its frame and its heading.
        let around = if cols < SIDE_FROM { 8 + STRIP } else { 8 };
        usize::from(rows.saturating_sub(around))
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.look_at(ctx);
        self.reload(ctx)
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        self.look_at(ctx);
        let before = self.selected_id();
        let out = match input {
            Input::Type(text) => self.typed(&text, ctx),
            Input::Do(action) => self.act_on(action, ctx),
            Input::Unknown => Out::nothing(),
        };
        let counts = if std::mem::take(&mut self.counts_are_old) {
            Out::nothing().effect(Effect::LoadCounts(ctx.ticket()))
        } else {
            Out::nothing()
        };
        let card = self.follow_selection(before, ctx);
        out.and(card).and(self.load_more(ctx)).and(counts)
    }

    fn look_at(&mut self, ctx: &Ctx<'_>) {
        self.actor = ctx.session.map(|session| session.actor.clone());
        self.table.fit(Self::list_height(ctx.size));
    }

    fn selected_id(&self) -> Option<TransferId> {
        self.table.current().map(|row| row.id)
    }

    fn act_on(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Out {
        if let Some(refusal) = self.refusal(action) {
            return Out::nothing().warn(refusal);
        }
        if self.searching
            && let Some(out) = self.edit_search(action, ctx)
        {
            return out;
        }
        match action {
            Action::Mark => self.mark(Action::Down),
            Action::MarkUp | Action::MarkDown => self.mark(action),
            Action::MarkAll => self.mark_all(),
            Action::NextView | Action::Right | Action::NextPane => self.switch(1, ctx),
            Action::PreviousView | Action::Left | Action::PreviousPane => self.switch(-1, ctx),
            Action::First => self.go_to_start(ctx),
            Action::Last => self.go_to_end(ctx),
            Action::Find => self.start_search(),
            Action::Enter => self.open_selected(),
            Action::Back => self.back(ctx),
            Action::Refresh => self.reload(ctx).say("已刷新。"),
            Action::New => Out::nothing().push(self.new_popup().into()),
            Action::Sort => Out::nothing().push(self.sort_popup().into()),
            Action::Decide => self.open_decide(ctx),
            Action::Print => self.open_print(),
            Action::Export => Out::nothing().push(Door::Export(self.query()).open()),
            Action::Undo => self.undo(),
            Action::Redo => Out::nothing().say("这里没有可以重做的。"),
            other => {
                self.table.moved(other);
                Out::nothing()
            }
        }
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        match reply {
            Reply::Transfers(ticket, page) if *ticket == self.list => self.take_rows(page, ctx),
            Reply::Card(ticket, card) if *ticket == self.card_ticket => {
                self.card = Some(card.clone());
                Out::nothing()
            }
            Reply::Failed(Some(ticket), _) if *ticket == self.list => {
                self.table.loading = false;
                Out::nothing()
            }
            Reply::Decided(act, results) => self.take_results(*act, results, ctx),
            Reply::Submitted { id, number, .. } => {
                self.last_submission = Some((*id, number.clone()));
                self.reload(ctx)
            }
            Reply::Imported { .. } => self.reload(ctx),
            Reply::DraftSaved { .. } => {
                self.counts_are_old = true;
                Out::nothing()
            }
            _ => Out::nothing(),
        }
    }

    fn take_rows(&mut self, page: &Page<TransferRow>, ctx: &mut Ctx<'_>) -> Out {
        self.look_at(ctx);
        let (kept, was_first) = (self.selected_id(), self.is_at_start());
        let Page { rows, previous, next } = page.clone();
        let delivery = Delivery { rows, previous, next };
        let gone = self.window.take(&mut self.table, self.asked_for, delivery);
        let replaced = !matches!(self.asked_for, Arrival::After | Arrival::Before);
        if matches!(self.asked_for, Arrival::Again { .. }) && !was_first {
            self.select(kept);
        }
        self.set_aside(gone);
        match self.selected_id() {
            Some(id) if replaced || Some(id) != kept => self.load_card(id, ctx),
            _ => Out::nothing(),
        }
    }

    /// Whether the selected row is the first of the whole list.
    fn is_at_start(&self) -> bool {
        self.table.selected == 0 && !self.table.has_less
    }

    /// Keeps those of the rows that go which are marked: whoever decides means these too.
    fn set_aside(&mut self, gone: Vec<TransferRow>) {
        self.aside.extend(gone);
        let (marked, rows) = (&self.table.marked, &self.table.rows);
        if !self.aside.is_empty() {
            let loaded: BTreeSet<TransferId> = rows.iter().map(|row| row.id).collect();
            self.aside.retain(|row| marked.contains(&row.id.0) && !loaded.contains(&row.id));
        }
    }

    /// The place of the selected row in the whole list, from one on, where it is known.
    pub fn place(&self, total: Option<usize>) -> Option<usize> {
        Some(self.window.n_before(total)? + self.table.selected + 1)
    }

    /// The same from the end.
    pub fn place_from_end(&self) -> Option<usize> {
        Some(self.window.n_after()? + self.table.rows.len().checked_sub(self.table.selected)?)
    }

    /// Keeps the selection on the same transfer after a refresh.
    fn select(&mut self, kept: Option<TransferId>) {
        let at = self.table.rows.iter().position(|row| Some(row.id) == kept);
        if let Some(at) = at {
            self.table.selected = at;
            self.table.fit(self.table.height);
        }
    }

    fn take_results(&mut self, act: Act, found: &[DecisionResult], ctx: &mut Ctx<'_>) -> Out {
        if act != Act::Submit {
            self.last_submission = None;
        }
        for result in found {
            if result.outcome.is_ok() {
                self.table.marked.remove(&result.id.0);
            } else if found.len() > 1 {
                self.table.marked.insert(result.id.0);
            }
        }
        let said =
            if std::mem::take(&mut self.deciding) { results(act, found) } else { Out::nothing() };
        self.reload(ctx).and(said)
    }
}

/// How many transfers a view has, as last told.
pub fn count_of(session: Option<&Session>, view: View) -> i64 {
    session.map_or(0, |session| session.counts.of(view))
}

#[cfg(test)]
mod tests;
