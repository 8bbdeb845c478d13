//! 选择: finding one member or organisation among very many.
//!
//! The search box keeps the keys; up and down move the list (ux.md 6.3.5).

use std::collections::HashMap;

use crate::domain::ids::OrgId;
use crate::domain::member::MemberRow;
use crate::domain::organisation::OrgRow;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::browse::{Browse, Effected};
use crate::model::effect::{Effect, MemberQuery, OrgQuery, OrgScope, Reply, Ticket};
use crate::model::layer::{Ctx, Given, Out};

/// Rows of the terminal that are not results: title, search pane, frame and heading of the
/// results, the pane for comparing, message, keys.
const CHROME: u16 = 14;

/// What is looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// A current member.
    Member,
    /// An organisation.
    Org(OrgScope),
}

/// What stands in the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A member.
    Member(MemberRow),
    /// An organisation.
    Org(OrgRow),
    /// The search text itself, for an organisation that is not in this database.
    Typed(String),
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
enum After {
    Member((String, i64)),
    Org(String),
}

/// Whether a full name typed by hand may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    /// It may: the destination can lie outside this database.
    Allowed,
    /// Only what was found can be taken.
    Refused,
}

impl From<bool> for Typing {
    fn from(allowed: bool) -> Self {
        if allowed { Self::Allowed } else { Self::Refused }
    }
}

/// 选择
pub struct Pick {
    /// What is looked for.
    pub wanted: Wanted,
    /// Search box and results.
    list: Browse<Found, After>,
    /// Whether the typed text itself may be taken.
    pub typing: Typing,
    superiors: HashMap<OrgId, String>,
    superior_ticket: Ticket,
}

impl Pick {
    /// Looks for a member.
    pub fn member(initial: &str) -> Self {
        Self::new(Wanted::Member, initial, Typing::Refused)
    }

    /// Looks for an organisation within a scope.
    pub fn org(scope: OrgScope, initial: &str, typing: impl Into<Typing>) -> Self {
        Self::new(Wanted::Org(scope), initial, typing.into())
    }

    fn new(wanted: Wanted, initial: &str, typing: Typing) -> Self {
        Self {
            wanted,
            list: Browse::new(initial, Focus::Search),
            typing,
            superiors: HashMap::new(),
            superior_ticket: Ticket::default(),
        }
    }

    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::Pick
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        Focus::Search
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        match &self.wanted {
            Wanted::Member => "选择团员".to_owned(),
            Wanted::Org(OrgScope::BranchesBelow(_)) => "选择团支部".to_owned(),
            Wanted::Org(OrgScope::Anywhere | OrgScope::Mine) => "选择组织".to_owned(),
        }
    }

    /// The results.
    pub fn table(&self) -> &crate::model::table::Table<Found> {
        &self.list.table
    }

    /// The search box.
    pub fn search(&self) -> &crate::model::text_field::TextField {
        &self.list.search
    }

    /// How many were found, without the row for typing by hand.
    pub fn n_found(&self) -> usize {
        self.list.table.rows.iter().filter(|row| !matches!(row, Found::Typed(_))).count()
    }

    /// Full name of the superior of a row, as far as it is known.
    pub fn superior(&self, row: &OrgRow) -> Option<&str> {
        superior_of(row).and_then(|id| self.superiors.get(&id)).map(String::as_str)
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match input {
            Input::Do(Action::Enter) => self.choose(),
            Input::Do(Action::Back) => Out::nothing().pop(),
            Input::Do(Action::NextPane | Action::PreviousPane) => {
                Out::nothing().say("这里只有一个列表。上下键移动，Enter 选定，Esc 返回。")
            }
            other => self.list_key(&other, ctx),
        }
    }

    fn list_key(&mut self, input: &Input, ctx: &mut Ctx<'_>) -> Out {
        match self.list.act(input) {
            Effected::Question => {
                self.offer_typed();
                self.enter(ctx)
            }
            Effected::Selection => self.more(ctx).and(self.ask_superior(ctx)),
            Effected::Done | Effected::Nothing => Out::nothing(),
        }
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match reply {
            Reply::Members(ticket, rows, next) => {
                let rows = rows.iter().cloned().map(Found::Member).collect();
                self.take((*ticket, rows, next.clone().map(After::Member)), ctx)
            }
            Reply::Orgs(ticket, rows, next) => {
                let rows = rows.iter().cloned().map(Found::Org).collect();
                self.take((*ticket, rows, next.clone().map(After::Org)), ctx)
            }
            Reply::Org(ticket, org) if *ticket == self.superior_ticket => {
                self.superiors.insert(org.id, org.full_name.clone());
                Out::nothing()
            }
            Reply::Failed(ticket, _) => {
                self.list.failed(*ticket);
                Out::nothing()
            }
            _ => Out::nothing(),
        }
    }

    /// Takes what the layer above gave: nothing opens above a picker.
    pub fn given(&mut self, _given: Given, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        let ticket = self.list.ask(ctx);
        Out::nothing().effect(self.question(ticket, None))
    }

    fn more(&mut self, ctx: &mut Ctx<'_>) -> Out {
        let Some((ticket, after)) = self.list.ask_more(ctx) else { return Out::nothing() };
        Out::nothing().effect(self.question(ticket, Some(after)))
    }

    fn question(&self, ticket: Ticket, after: Option<After>) -> Effect {
        let search = self.list.text();
        match (&self.wanted, after) {
            (Wanted::Member, Some(After::Member(after))) => {
                let query = MemberQuery { search, former: false, after: Some(after) };
                Effect::FindMembers(ticket, query)
            }
            (Wanted::Member, Some(After::Org(_)) | None) => {
                Effect::FindMembers(ticket, MemberQuery { search, former: false, after: None })
            }
            (Wanted::Org(scope), after) => {
                let after = after.and_then(After::into_org);
                Effect::FindOrgs(ticket, OrgQuery { search, scope: scope.clone(), after })
            }
        }
    }

    fn take(
        &mut self,
        (ticket, rows, next): (Ticket, Vec<Found>, Option<After>),
        ctx: &mut Ctx<'_>,
    ) -> Out {
        let place = self.list.table.selected;
        self.drop_typed();
        if !self.list.take(ticket, rows, next) {
            self.offer_typed();
            self.list.table.selected = place;
            return Out::nothing();
        }
        self.offer_typed();
        self.ask_superior(ctx)
    }

    fn drop_typed(&mut self) {
        self.list.table.rows.retain(|row| !matches!(row, Found::Typed(_)));
    }

    /// The text itself is the last row, where typing by hand is allowed.
    fn offer_typed(&mut self) {
        self.drop_typed();
        let text = self.list.text();
        if self.typing == Typing::Allowed && !text.is_empty() {
            self.list.table.rows.push(Found::Typed(text));
        }
    }

    /// Asks for the name of the superior once; a row holds its path only.
    fn ask_superior(&mut self, ctx: &mut Ctx<'_>) -> Out {
        let Some(Found::Org(row)) = self.list.table.current() else { return Out::nothing() };
        match superior_of(row) {
            Some(id) if !self.superiors.contains_key(&id) => {
                self.superior_ticket = ctx.ticket();
                Out::nothing().effect(Effect::LoadOrg(self.superior_ticket, id))
            }
            Some(_) | None => Out::nothing(),
        }
    }

    /// Takes the selected row, unless it answers an earlier question: what is read on the screen
    /// and what was typed must belong together.
    fn choose(&self) -> Out {
        if self.list.table.loading {
            return Out::nothing().say("还在查找。结果出来以后再按 Enter。");
        }
        match self.list.table.current() {
            Some(Found::Member(row)) => {
                Out::nothing().give(Given::Member(row.id, row.name.clone()))
            }
            Some(Found::Org(row)) => {
                let (code, name) = (row.code.clone(), row.full_name.clone());
                Out::nothing().give(Given::Org(row.id, code, name))
            }
            Some(Found::Typed(text)) => Out::nothing().give(Given::Typed(text.clone())),
            None => Out::nothing().say("没有可选的。请换个字词再查，或按 Esc 返回。"),
        }
    }

    fn fit(&mut self, ctx: &Ctx<'_>) {
        self.list.table.fit(usize::from(ctx.size.1.saturating_sub(CHROME)));
    }
}

impl After {
    fn into_org(self) -> Option<String> {
        match self {
            Self::Org(after) => Some(after),
            Self::Member(_) => None,
        }
    }
}

/// The organisation directly above a row.
fn superior_of(row: &OrgRow) -> Option<OrgId> {
    let way: Vec<OrgId> = row.path.ids().collect();
    way.iter().rev().nth(1).copied()
}

#[cfg(test)]
mod tests;
