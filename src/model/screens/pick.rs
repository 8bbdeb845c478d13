//! 选择: finding one member or organisation among very many.
//!
//! The search box keeps the keys; up and down move the list (ux.md 6.3.5). Organisations come from
//! the database and the directory alike, and one that stands in the directory only is given by
//! code and name.

mod remarks;

use crate::domain::member::MemberRow;
use crate::domain::org_search::{MOST_HITS, OrgHit, OrgHits, OrgSearch, Within};
use crate::domain::organisation::OrgKind;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::browse::{Browse, Effected};
use crate::model::effect::{Effect, MemberQuery, OrgScope, Reply, Ticket};
use crate::model::layer::{Ctx, Given, Out};

/// Rows of the terminal that are not results: title, search pane, frame and heading of the
/// results, the pane for comparing, message, keys.
const CHROME: u16 = 14;

/// Organisations asked for at first; more are fetched when somebody scrolls to them.
const FIRST_PAGE: usize = 50;

/// Most organisations shown of each way in which they come near.
const NEAR_ROWS: usize = 5;

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
    Org(OrgHit),
    /// An organisation that only comes near what was typed.
    Near(OrgHit),
    /// The search text itself, for an organisation that is known nowhere here.
    Typed(String),
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
enum After {
    Member((String, i64)),
    /// Organisations are asked for anew with a larger limit: their order is of nearness.
    Limit(usize),
}

/// Whether a full name typed by hand may be taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Typing {
    /// It may: the destination can lie outside of all that is known.
    Allowed,
    /// Only what was found can be taken.
    Refused,
}

impl From<bool> for Typing {
    fn from(allowed: bool) -> Self {
        if allowed { Self::Allowed } else { Self::Refused }
    }
}

/// Whether somebody moved to the selected row, or it only stands where the list begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Selected {
    ByHand,
    ByItself,
}

/// 选择
pub struct Pick {
    /// What is looked for.
    pub wanted: Wanted,
    /// Whether the typed text itself may be taken.
    pub typing: Typing,
    /// Among which organisations is looked.
    pub within: Within,
    /// Organisations of this kind only.
    pub kind: Option<OrgKind>,
    /// Full name of the region that the last answer is limited to, if it is.
    pub place: Option<String>,
    /// How many organisations the directory holds; zero without one.
    pub n_listed: u32,
    /// Search box and results.
    list: Browse<Found, After>,
    /// What to say of the last answer: old names, and what comes near where nothing fits.
    remarks: Vec<String>,
    selected: Selected,
    ticket: Ticket,
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
        let within = match &wanted {
            Wanted::Member | Wanted::Org(OrgScope::Anywhere) => Within::Nation,
            Wanted::Org(OrgScope::Mine) => Within::Mine,
            Wanted::Org(OrgScope::BranchesBelow(org)) => Within::Below(*org),
        };
        let branches = matches!(wanted, Wanted::Org(OrgScope::BranchesBelow(_)));
        Self {
            wanted,
            typing,
            within,
            kind: branches.then_some(OrgKind::Branch),
            place: None,
            n_listed: 0,
            list: Browse::new(initial, Focus::Search),
            remarks: Vec::new(),
            selected: Selected::ByItself,
            ticket: Ticket::default(),
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

    /// Whether an action never does anything here.
    pub fn lacks(&self, action: Action) -> bool {
        match action {
            Action::Options => {
                matches!(self.wanted, Wanted::Member | Wanted::Org(OrgScope::BranchesBelow(_)))
            }
            Action::NextView => !matches!(self.wanted, Wanted::Org(OrgScope::Anywhere)),
            _ => false,
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

    /// How many were found, without what only comes near and what was typed.
    pub fn n_found(&self) -> usize {
        let found = |row: &&Found| matches!(row, Found::Member(_) | Found::Org(_));
        self.list.table.rows.iter().filter(found).count()
    }

    /// What to say of the last answer.
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match input {
            Input::Do(Action::Enter) => self.choose(),
            Input::Do(Action::Back) => self.forgotten().pop(),
            Input::Do(Action::Options) if !self.lacks(Action::Options) => self.next_kind(ctx),
            Input::Do(Action::NextView) if !self.lacks(Action::NextView) => self.next_range(ctx),
            Input::Do(Action::NextPane | Action::PreviousPane) => {
                Out::nothing().say("这里只有一个列表。上下键移动，Enter 选定，Esc 返回。")
            }
            other => self.list_key(&other, ctx),
        }
    }

    fn list_key(&mut self, input: &Input, ctx: &mut Ctx<'_>) -> Out {
        match self.list.act(input) {
            Effected::Question => self.ask_anew(ctx),
            Effected::Selection => {
                self.selected = Selected::ByHand;
                self.more(ctx)
            }
            Effected::Done | Effected::Nothing => Out::nothing(),
        }
    }

    fn next_kind(&mut self, ctx: &mut Ctx<'_>) -> Out {
        // From the bottom up: branches are what people look for most.
        let mut kinds = OrgKind::ALL.iter().rev().copied();
        self.kind = match self.kind {
            None => kinds.next(),
            Some(now) => kinds.skip_while(|kind| *kind != now).nth(1),
        };
        self.list.table.rewind();
        self.ask_anew(ctx)
    }

    fn next_range(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.within = match self.within {
            Within::Nation => Within::Province,
            Within::Province => Within::City,
            Within::City => Within::Mine,
            Within::Mine | Within::Below(_) | Within::Under(_) => Within::Nation,
        };
        self.list.table.rewind();
        self.ask_anew(ctx)
    }

    fn ask_anew(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.selected = Selected::ByItself;
        self.offer_typed();
        self.ask(ctx)
    }

    /// Tells the world that the answer under way is not wanted any more.
    fn forgotten(&self) -> Out {
        if self.list.table.loading {
            return Out::nothing().effect(Effect::Forget(self.ticket));
        }
        Out::nothing()
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match reply {
            Reply::Members(ticket, rows, next) => {
                let rows = rows.iter().cloned().map(Found::Member).collect();
                self.take(*ticket, rows, next.clone().map(After::Member));
                Out::nothing()
            }
            Reply::OrgHits(ticket, hits) if self.list.awaits(*ticket) => self.take_hits(hits),
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
        let question = self.ask(ctx);
        match self.wanted {
            Wanted::Org(_) => question.effect(Effect::Prefetch),
            Wanted::Member => question,
        }
    }

    fn ask(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.ticket = self.list.ask(ctx);
        Out::nothing().effect(self.question(None))
    }

    fn more(&mut self, ctx: &mut Ctx<'_>) -> Out {
        let Some((ticket, after)) = self.list.ask_more(ctx) else { return Out::nothing() };
        self.ticket = ticket;
        Out::nothing().effect(self.question(Some(after)))
    }

    fn question(&self, after: Option<After>) -> Effect {
        let text = self.list.text();
        match (&self.wanted, after) {
            (Wanted::Member, after) => {
                let after = match after {
                    Some(After::Member(after)) => Some(after),
                    Some(After::Limit(_)) | None => None,
                };
                let query = MemberQuery { search: text, after, ..MemberQuery::default() };
                Effect::FindMembers(self.ticket, query)
            }
            (Wanted::Org(_), after) => {
                let limit = match after {
                    Some(After::Limit(limit)) => limit,
                    Some(After::Member(_)) | None => FIRST_PAGE,
                };
                let (kind, within) = (self.kind, self.within.clone());
                Effect::SearchOrgs(self.ticket, OrgSearch { text, kind, within, limit })
            }
        }
    }

    /// Takes organisations. Those of an earlier page are there already and stay as they are.
    fn take_hits(&mut self, hits: &OrgHits) -> Out {
        let known = if self.list.appends() { self.n_found() } else { 0 };
        let rows: Vec<Found> = hits.rows.iter().skip(known).cloned().map(Found::Org).collect();
        let asked = (known + rows.len()).max(FIRST_PAGE);
        let next = (hits.more && asked < MOST_HITS).then(|| (asked * 2).min(MOST_HITS));
        self.remarks = remarks::of(hits);
        self.place.clone_from(&hits.place);
        self.n_listed = hits.n_listed;
        self.take(self.ticket, rows, next.map(After::Limit));
        self.offer_near(hits);
        // More of the same will follow: what stands there is read, but not taken yet.
        self.list.table.loading = !hits.finished;
        match &hits.warning {
            Some(warning) => Out::nothing().warn(warning.clone()),
            None if hits.more && asked >= MOST_HITS => {
                Out::nothing().say(format!("只列前 {MOST_HITS} 条，请再加字词。"))
            }
            None => Out::nothing(),
        }
    }

    fn take(&mut self, ticket: Ticket, rows: Vec<Found>, next: Option<After>) {
        if !self.list.awaits(ticket) {
            return;
        }
        let place = self.list.table.selected;
        self.drop_extras();
        self.list.take(ticket, rows, next);
        self.offer_typed();
        let last = self.list.table.rows.len().saturating_sub(1);
        self.list.table.selected = place.min(last);
    }

    /// What comes near stands below the row for typing by hand, so that Enter never takes it
    /// unseen.
    fn offer_near(&mut self, hits: &OrgHits) {
        if !hits.rows.is_empty() {
            return;
        }
        let near = hits.suggestions.iter().flat_map(|s| s.rows.iter().take(NEAR_ROWS));
        for row in near.cloned().map(Found::Near) {
            if !self.list.table.rows.contains(&row) {
                self.list.table.rows.push(row);
            }
        }
    }

    fn drop_extras(&mut self) {
        let found = |row: &Found| matches!(row, Found::Member(_) | Found::Org(_));
        self.list.table.rows.retain(found);
    }

    /// The text itself is the last row, where typing by hand is allowed.
    fn offer_typed(&mut self) {
        self.drop_extras();
        let text = self.list.text();
        if self.typing == Typing::Allowed && !text.is_empty() {
            self.list.table.rows.push(Found::Typed(text));
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
            Some(Found::Near(_)) if self.selected == Selected::ByItself => {
                Out::nothing().say("没有完全相符的，下面是相近的。请用上下键选定再按 Enter。")
            }
            Some(Found::Org(row) | Found::Near(row)) => {
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

#[cfg(test)]
mod tests;
