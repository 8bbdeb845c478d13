//! 组织: the organisations in scope, in the order of their tree.

use super::members::CHROME;
use super::page::{Page, Task, org_offers};
use super::ways::{self, Offer};
use crate::domain::organisation::OrgRow;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::browse::{Browse, Effected, NOT_FOUND};
use crate::model::effect::{Effect, ImportKind, OrgQuery, OrgScope, Reply};
use crate::model::layer::{Ctx, Given, Layer, Out};

/// 组织
#[derive(Default)]
pub struct Organisations {
    /// The list.
    pub list: Browse<OrgRow, String>,
}

impl Organisations {
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
        "组织".to_owned()
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
            Action::New => Out::nothing().push(ways::add_org(None)),
            Action::Refresh => self.enter(ctx),
            Action::Enter => self.with_current(|row| Out::nothing().push(Page::org(row.id).into())),
            Action::Decide => Out::nothing().push(self.popup()),
            other => self.refusal(other).map_or_else(Out::nothing, |why| Out::nothing().say(why)),
        }
    }

    /// Why an action is not possible here.
    pub fn refusal(&self, action: Action) -> Option<String> {
        match action {
            Action::Sort => Some("组织按上下级排列，不能换顺序。要找一个组织，直接打字。"),
            Action::Export => Some("组织不在这里导出。转接清单请在转接列表按 9 导出。"),
            _ => None,
        }
        .map(str::to_owned)
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match reply {
            Reply::Orgs(ticket, rows, next) => {
                self.list.take(*ticket, rows.clone(), next.clone());
                Out::nothing()
            }
            Reply::Failed(ticket, _) => {
                self.list.failed(*ticket);
                Out::nothing()
            }
            Reply::Stored(_) | Reply::Imported { .. } | Reply::AccountIssued { .. } => {
                self.enter(ctx)
            }
            _ => Out::nothing(),
        }
    }

    /// Takes what the popup gave.
    pub fn given(&mut self, given: Given, _ctx: &mut Ctx<'_>) -> Out {
        let Given::Option(id) = given else { return Out::nothing() };
        if id == IMPORT {
            return Out::nothing().push(ways::import_path(ImportKind::Organisations));
        }
        let Some(task) = Task::from_id(&id) else { return Out::nothing() };
        self.with_current(|row| Out::nothing().push(Page::org(row.id).then(task).into()))
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        let ticket = self.list.ask(ctx);
        Out::nothing().effect(Effect::FindOrgs(ticket, self.query(None)))
    }

    fn more(&mut self, ctx: &mut Ctx<'_>) -> Out {
        let Some((ticket, after)) = self.list.ask_more(ctx) else { return Out::nothing() };
        Out::nothing().effect(Effect::FindOrgs(ticket, self.query(Some(after))))
    }

    fn query(&self, after: Option<String>) -> OrgQuery {
        OrgQuery { search: self.list.text(), scope: OrgScope::Mine, after }
    }

    fn fit(&mut self, ctx: &Ctx<'_>) {
        self.list.table.fit(usize::from(ctx.size.1.saturating_sub(CHROME)));
    }

    fn with_current(&self, f: impl FnOnce(&OrgRow) -> Out) -> Out {
        match self.list.table.current() {
            Some(row) => f(row),
            None if !self.list.text().is_empty() => Out::nothing().say(NOT_FOUND),
            None => Out::nothing().say(EMPTY),
        }
    }

    fn popup(&self) -> Layer {
        let row = self.list.table.current();
        let lines = row.map(|row| row.full_name.clone());
        ways::choice("办理", lines.into_iter().collect(), offers(row))
    }
}

const IMPORT: &str = "import";

/// What to do where the list is empty.
pub const EMPTY: &str = "这里还没有组织。按 2 添加一个，或按 8 导入组织名单。";

fn offers(row: Option<&OrgRow>) -> Vec<Offer> {
    let mut offers = row.map_or_else(Vec::new, |row| org_offers(row.kind, row.state));
    offers.push(Offer::new(IMPORT, "导入组织名单"));
    offers
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::organisation::OrgKind;
    use crate::model::effect::Ticket;
    use crate::model::testing::{Desk, moves, only, org_row};

    fn loaded(desk: &mut Desk) -> Organisations {
        let mut screen = Organisations::default();
        screen.enter(&mut desk.ctx());
        let rows = vec![
            org_row(1, "某某学院团委", OrgKind::Committee),
            org_row(13, "某某学院2017级13班团支部", OrgKind::Branch),
        ];
        screen.reply(&Reply::Orgs(Ticket(1), rows, None), &mut desk.ctx());
        screen
    }

    #[test]
    fn searching_asks_among_the_own_organisations() {
        let mut desk = Desk::at_nine();
        let mut screen = loaded(&mut desk);
        let out = screen.act(Input::Type("13班".to_owned()), &mut desk.ctx());
        let Effect::FindOrgs(ticket, query) = only(&out) else { unreachable!("a search") };
        assert_eq!((*ticket, query.search.as_str()), (Ticket(2), "13班"));
        assert_eq!(query.scope, OrgScope::Mine);
    }

    #[test]
    fn nothing_is_made_below_a_branch() {
        let branch = org_row(13, "某某学院2017级13班团支部", OrgKind::Branch);
        let refused: Vec<_> =
            offers(Some(&branch)).into_iter().filter(|o| o.refusal.is_some()).collect();
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].id, "add_below");
    }

    #[test]
    fn enter_and_tasks_lead_to_the_page() {
        let mut desk = Desk::at_nine();
        let mut screen = loaded(&mut desk);
        let out = screen.act(Input::Do(Action::Enter), &mut desk.ctx());
        assert_eq!(moves(&out), ["push 组织详情"]);
        let out = screen.given(Given::Option("appoint".to_owned()), &mut desk.ctx());
        assert_eq!(moves(&out), ["push 组织详情"]);
        let out = screen.act(Input::Do(Action::Back), &mut desk.ctx());
        assert_eq!(moves(&out), ["pop"]);
    }
}
