//! 团员: the roster, searched as one types.

use super::page::{Page, Task, member_offers};
use super::ways::{self, Offer};
use crate::domain::ids::MemberId;
use crate::domain::member::MemberRow;
use crate::domain::reminder::ReminderKind;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::browse::{Browse, Effected, NOT_FOUND};
use crate::model::effect::{Effect, ImportKind, MemberQuery, Reply};
use crate::model::layer::{Ctx, Given, Out};

/// Rows of the terminal that are not rows of the list: title, search, frame, header, message, keys.
pub(super) const CHROME: u16 = 7;

/// Who is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shown {
    /// Members of today.
    #[default]
    Current,
    /// With those who left or were taken out of use.
    All,
}

impl Shown {
    /// The word on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Current => "在册",
            Self::All => "全部",
        }
    }

    /// The other one.
    pub fn other(self) -> Self {
        match self {
            Self::Current => Self::All,
            Self::All => Self::Current,
        }
    }
}

/// 团员
#[derive(Default)]
pub struct Members {
    /// The list.
    pub list: Browse<MemberRow, (String, i64)>,
    /// Who is listed.
    pub shown: Shown,
    /// Only those that a reminder is about.
    pub only: Option<ReminderKind>,
}

impl Members {
    /// Those that a reminder is about.
    pub fn due(kind: ReminderKind) -> Self {
        Self { shown: Shown::All, only: Some(kind), ..Self::default() }
    }

    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::List
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        self.list.focus()
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        self.only.map_or("团员", ReminderKind::label).to_owned()
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match self.list.act(&input) {
            Effected::Question => self.enter(ctx),
            Effected::Selection => self.more(ctx),
            Effected::Done => Out::nothing(),
            Effected::Nothing => self.other_key(input, ctx),
        }
    }

    fn other_key(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        let Some(action) = input.action() else { return Out::nothing() };
        match action {
            Action::Back => Out::nothing().pop(),
            Action::New => Out::nothing().push(ways::add_member()),
            Action::Refresh => self.enter(ctx),
            Action::Sort => self.toggle(ctx),
            Action::Enter => self.with_current(|row| Out::nothing().push(open(row.id).into())),
            Action::Decide => Out::nothing().push(self.popup()),
            other => self.refusal(other).map_or_else(Out::nothing, |why| Out::nothing().say(why)),
        }
    }

    /// Why an action is not possible here.
    pub fn refusal(&self, action: Action) -> Option<String> {
        (action == Action::Export).then(|| NO_EXPORT.to_owned())
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match reply {
            Reply::Members(ticket, rows, next) => {
                self.list.take(*ticket, rows.clone(), next.clone());
                Out::nothing()
            }
            Reply::Failed(ticket, _) => {
                self.list.failed(*ticket);
                Out::nothing()
            }
            Reply::Stored(_)
            | Reply::Imported { .. }
            | Reply::Decided(..)
            | Reply::Submitted { .. } => self.enter(ctx),
            _ => Out::nothing(),
        }
    }

    /// Takes what the popup gave.
    pub fn given(&mut self, given: Given, _ctx: &mut Ctx<'_>) -> Out {
        let Given::Option(id) = given else { return Out::nothing() };
        if id == IMPORT {
            return Out::nothing().push(ways::import_path(ImportKind::Members));
        }
        let Some(task) = Task::from_id(&id) else { return Out::nothing() };
        self.with_current(|row| Out::nothing().push(open(row.id).then(task).into()))
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        let ticket = self.list.ask(ctx);
        Out::nothing().effect(Effect::FindMembers(ticket, self.query(None, ctx)))
    }

    fn more(&mut self, ctx: &mut Ctx<'_>) -> Out {
        let Some((ticket, after)) = self.list.ask_more(ctx) else { return Out::nothing() };
        Out::nothing().effect(Effect::FindMembers(ticket, self.query(Some(after), ctx)))
    }

    fn query(&self, after: Option<(String, i64)>, ctx: &Ctx<'_>) -> MemberQuery {
        let due = self.only.and_then(|kind| ctx.rules.due(kind, ctx.now));
        MemberQuery { search: self.list.text(), former: self.shown == Shown::All, due, after }
    }

    fn fit(&mut self, ctx: &Ctx<'_>) {
        self.list.table.fit(usize::from(ctx.size.1.saturating_sub(CHROME)));
    }

    fn toggle(&mut self, ctx: &mut Ctx<'_>) -> Out {
        if self.only.is_some() {
            return Out::nothing().say("这里只列出提醒里的人。按 Esc 返回。");
        }
        self.shown = self.shown.other();
        self.list.table.rewind();
        self.enter(ctx).say(format!("现在列出{}团员。再按一次换回来。", self.shown.label()))
    }

    fn with_current(&self, f: impl FnOnce(&MemberRow) -> Out) -> Out {
        match self.list.table.current() {
            Some(row) => f(row),
            None if !self.list.text().is_empty() => Out::nothing().say(NOT_FOUND),
            None if self.only.is_some() => Out::nothing().say(NONE_DUE),
            None => Out::nothing().say(EMPTY),
        }
    }

    fn popup(&self) -> crate::model::layer::Layer {
        let row = self.list.table.current();
        let lines = row.map(|row| format!("{}  {}", row.name, row.branch_name));
        ways::choice("办理", lines.into_iter().collect(), offers(row))
    }
}

const IMPORT: &str = "import";
const NO_EXPORT: &str = "名册不在这里导出。转接清单请在转接列表按 9 导出。";

/// What to do where the list is empty.
pub const EMPTY: &str = "名册里还没有人。按 2 添加一名团员，或按 8 导入名册。";

/// What is said where nobody is due any more.
pub const NONE_DUE: &str = "这一项已经没有人要办了。按 Esc 返回。";

fn open(id: MemberId) -> Page {
    Page::member(id)
}

/// What can be done from the list: to the selected member, and to the roster.
fn offers(row: Option<&MemberRow>) -> Vec<Offer> {
    let mut offers =
        row.map_or_else(Vec::new, |row| member_offers(&row.name, row.state, &row.open_transfer));
    offers.push(Offer::new(IMPORT, "导入名册"));
    offers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::member::MemberState;
    use crate::model::effect::Ticket;
    use crate::model::testing::{Desk, member_row, moves, only};

    fn loaded(desk: &mut Desk) -> Members {
        let mut screen = Members::default();
        screen.enter(&mut desk.ctx());
        let rows = vec![member_row(4, "孔维嘉"), member_row(5, "王凡")];
        screen.reply(&Reply::Members(Ticket(1), rows, None), &mut desk.ctx());
        screen
    }

    #[test]
    fn chinese_typed_in_the_list_searches() {
        let mut desk = Desk::at_nine();
        let mut screen = loaded(&mut desk);
        let out = screen.act(Input::Type("孔".to_owned()), &mut desk.ctx());
        assert!(matches!(only(&out), Effect::FindMembers(Ticket(2), q) if q.search == "孔"));
        assert_eq!(screen.focus(), Focus::Search);
        let stale = Reply::Members(Ticket(1), vec![], None);
        screen.reply(&stale, &mut desk.ctx());
        assert_eq!(screen.list.table.rows.len(), 2);
    }

    #[test]
    fn former_members_are_asked_for_by_the_sort_key() {
        let mut desk = Desk::at_nine();
        let mut screen = loaded(&mut desk);
        let out = screen.act(Input::Do(Action::Sort), &mut desk.ctx());
        assert!(matches!(only(&out), Effect::FindMembers(_, q) if q.former));
        let out = screen.act(Input::Do(Action::Sort), &mut desk.ctx());
        assert!(matches!(only(&out), Effect::FindMembers(_, q) if !q.former));
    }

    #[test]
    fn enter_opens_the_selected_member() {
        let mut desk = Desk::at_nine();
        let mut screen = loaded(&mut desk);
        screen.act(Input::Do(Action::Down), &mut desk.ctx());
        let out = screen.act(Input::Do(Action::Enter), &mut desk.ctx());
        assert_eq!(moves(&out), ["push 团员详情"]);
        let out = screen.given(Given::Option("edit".to_owned()), &mut desk.ctx());
        assert_eq!(moves(&out), ["push 团员详情"]);
    }

    #[test]
    fn an_empty_list_says_what_fills_it() {
        let mut desk = Desk::at_nine();
        let mut screen = Members::default();
        screen.enter(&mut desk.ctx());
        let out = screen.act(Input::Do(Action::Enter), &mut desk.ctx());
        assert_eq!(moves(&out), [format!("say {EMPTY}")]);
        screen.act(Input::Type("孔".to_owned()), &mut desk.ctx());
        let out = screen.act(Input::Do(Action::Enter), &mut desk.ctx());
        assert_eq!(moves(&out), [format!("say {NOT_FOUND}")]);
        assert_eq!(offers(None).len(), 1);
    }

    #[test]
    fn nothing_starts_for_somebody_who_left() {
        let mut row = member_row(4, "孔维嘉");
        row.state = MemberState::TransferredOut;
        let refused = offers(Some(&row)).iter().filter(|offer| offer.refusal.is_some()).count();
        assert_eq!(refused, 3);
    }

    #[test]
    fn a_change_elsewhere_asks_again() {
        let mut desk = Desk::at_nine();
        let mut screen = loaded(&mut desk);
        let out = screen.reply(&Reply::Stored("已保存。".to_owned()), &mut desk.ctx());
        assert!(matches!(only(&out), Effect::FindMembers(Ticket(2), _)));
    }
}
