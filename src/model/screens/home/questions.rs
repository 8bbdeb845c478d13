//! What the list asks: its view, its search text, its order, and the next page.

use super::{Home, SEARCH_LIMIT};
use crate::domain::filter::{Sort, SortColumn, Start, TransferQuery, View};
use crate::domain::ids::TransferId;
use crate::keys::action::Action;
use crate::model::effect::Effect;
use crate::model::layer::{Ctx, Given, Out};
use crate::model::screens::choice::{Choice, ChoiceItem, Release};
use crate::model::text_field::Motion;
use crate::model::window::{Arrival, Window};

/// Most rows that a refresh reads again to keep the place.
const REFRESH_LIMIT: usize = 1000;

impl Home {
    pub(super) fn switch(&mut self, by: isize, ctx: &mut Ctx<'_>) -> Out {
        let n = View::ALL.len();
        let at = View::ALL.iter().position(|view| *view == self.view).unwrap_or(0);
        let to = (at + n).saturating_add_signed(by) % n;
        self.view = View::ALL.get(to).copied().unwrap_or(View::All);
        self.ask(ctx)
    }

    pub(super) fn start_search(&mut self) -> Out {
        self.searching = true;
        Out::nothing().say("输入姓名、拼音、首字母、组织或单号，边输边找。Esc 清空。")
    }

    pub(super) fn typed(&mut self, text: &str, ctx: &mut Ctx<'_>) -> Out {
        let hint = !self.searching;
        self.searching = true;
        let rest = self.search.insert(text);
        let out = self.ask(ctx);
        if !rest.is_empty() {
            return out.warn(format!("查找内容最多 {SEARCH_LIMIT} 个字，多出的没有收下。"));
        }
        let typed = self.search.value();
        if hint {
            out.say(format!("正在查找「{typed}」。想用快捷键请直接按 F 键，或先按 Esc。"))
        } else {
            out
        }
    }

    /// Keys that mean something else while the search text has them.
    pub(super) fn edit_search(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Option<Out> {
        let changed = match action {
            Action::Backspace => self.search.backspace(),
            Action::Delete => self.search.delete(),
            Action::Clear => self.search.emptied(),
            Action::Undo => self.search.undo(),
            Action::Redo => self.search.redo(),
            Action::Left | Action::Right => {
                let motion = if action == Action::Left { Motion::Left } else { Motion::Right };
                self.search.go(motion);
                false
            }
            Action::NextPane | Action::PreviousPane => {
                self.searching = false;
                false
            }
            _ => return None,
        };
        Some(if changed { self.ask(ctx) } else { Out::nothing() })
    }

    /// Esc climbs one step: search text, search box, marks. It never leaves the program.
    pub(super) fn back(&mut self, ctx: &mut Ctx<'_>) -> Out {
        if !self.search.is_empty() {
            self.search.set_value("");
            return self.ask(ctx).say("已清空查找。");
        }
        if self.searching {
            self.searching = false;
            return Out::nothing();
        }
        if !self.table.marked.is_empty() {
            self.table.marked.clear();
            return Out::nothing().say("已取消选中。");
        }
        Out::nothing().say("这里是第一屏。退出请按 Ctrl+Q，锁屏在菜单（0）里。")
    }

    pub(super) fn sort_popup(&self) -> Choice {
        let item = |column: &SortColumn| {
            let current = *column == self.sort.column;
            let word = if current { "，再选一次就反过来" } else { "" };
            let given = Given::Option(column.id().to_owned());
            ChoiceItem::new(format!("{}{word}", column.label()), Release::Give(given))
        };
        let now = vec![format!("现在按 {}", self.order_words())];
        let mut popup = Choice::new("排序", now, SortColumn::ALL.iter().map(item).collect());
        let at = SortColumn::ALL.iter().position(|column| *column == self.sort.column);
        popup.selected = at.unwrap_or(0);
        popup
    }

    /// The order in words, with its direction where that is not in the words.
    pub fn order_words(&self) -> String {
        use crate::domain::filter::Direction::{Ascending, Descending};
        let name = self.sort.column.label();
        match (self.sort.column, self.sort.direction) {
            (SortColumn::Waiting, Ascending) => name.to_owned(),
            (SortColumn::Waiting, Descending) => "等待最短".to_owned(),
            (_, Ascending) => format!("{name} 升"),
            (_, Descending) => format!("{name} 降"),
        }
    }

    /// The question that the screen shows the answer of.
    pub fn query(&self) -> TransferQuery {
        TransferQuery {
            search: self.search.value().trim().to_owned(),
            sort: self.sort,
            ..TransferQuery::of(self.view)
        }
    }

    /// A new question, from its first row.
    pub(super) fn ask(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.table.rewind();
        self.aside.clear();
        // The places of the old question mean nothing in the new one.
        self.window = Window::default();
        self.load(Arrival::First, self.query(), ctx)
    }

    fn load(&mut self, arrival: Arrival, query: TransferQuery, ctx: &mut Ctx<'_>) -> Out {
        self.list = ctx.ticket();
        self.asked_for = arrival;
        self.table.loading = true;
        Out::nothing().effect(Effect::LoadTransfers(self.list, query))
    }

    /// The same question again, keeping the place.
    pub(super) fn reload(&mut self, ctx: &mut Ctx<'_>) -> Out {
        let query = self.query();
        let (place, n_rows, n_left_out) = self.window.around(self.table.selected);
        let limit = n_rows.clamp(query.limit, REFRESH_LIMIT);
        let start = place.cloned().map_or(Start::First, Start::At);
        let again = Arrival::Again { n_left_out };
        let list = self.load(again, TransferQuery { start, limit, ..query }, ctx);
        list.effect(Effect::LoadCounts(ctx.ticket()))
    }

    /// Asks for the page after or before, where the selection comes near the end of what is there.
    pub(super) fn load_more(&mut self, ctx: &mut Ctx<'_>) -> Out {
        let next = self.window.next().filter(|_| self.table.wants_more());
        let previous = self.window.previous().filter(|_| self.table.wants_less());
        let (arrival, start) = match (next, previous) {
            (Some(next), _) => (Arrival::After, Start::After(next.clone())),
            (None, Some(previous)) => (Arrival::Before, Start::Before(previous.clone())),
            (None, None) => return Out::nothing(),
        };
        let query = TransferQuery { start, ..self.query() };
        self.load(arrival, query, ctx)
    }

    /// The last row of the whole list, wherever in it one is.
    pub(super) fn go_to_end(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.table.moved(Action::Last);
        if !self.table.has_more {
            return Out::nothing();
        }
        let query = TransferQuery { start: Start::Last, ..self.query() };
        self.load(Arrival::Last, query, ctx)
    }

    /// The first row of the whole list.
    pub(super) fn go_to_start(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.table.moved(Action::First);
        if !self.table.has_less {
            return Out::nothing();
        }
        self.load(Arrival::First, self.query(), ctx)
    }

    /// Asks for the details of a newly selected row; older answers fall to their tickets.
    pub(super) fn follow_selection(
        &mut self,
        before: Option<TransferId>,
        ctx: &mut Ctx<'_>,
    ) -> Out {
        match self.selected_id() {
            Some(id) if Some(id) != before => self.load_card(id, ctx),
            _ => Out::nothing(),
        }
    }

    pub(super) fn load_card(&mut self, id: TransferId, ctx: &mut Ctx<'_>) -> Out {
        self.card_ticket = ctx.ticket();
        Out::nothing().effect(Effect::LoadCard(self.card_ticket, id))
    }

    /// Takes the order that was chosen: another column, or the same one the other way round.
    pub fn given(&mut self, given: Given, ctx: &mut Ctx<'_>) -> Out {
        let Given::Option(id) = given else { return Out::nothing() };
        let Some(column) = SortColumn::from_id(&id) else { return Out::nothing() };
        self.sort = if column == self.sort.column {
            Sort { direction: self.sort.direction.reversed(), ..self.sort }
        } else {
            Sort { column, ..Sort::default() }
        };
        let said = format!("现在按 {} 排。", self.order_words());
        self.ask(ctx).say(said)
    }
}
