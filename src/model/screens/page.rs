//! 详情: one member or organisation, and everything that can be done to it.

mod tasks;

use super::ways::{self, Offer};
use crate::domain::ids::{MemberId, Moment, OrgId};
use crate::domain::member::Member;
use crate::domain::organisation::Organisation;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::effect::{Effect, MemberQuery, Reply, RevealTarget, Ticket};
use crate::model::layer::{Ctx, Given, Out};

pub use tasks::{Task, member_offers, org_offers};

/// Whose page it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A member's.
    Member(MemberId),
    /// An organisation's.
    Org(OrgId),
}

/// The record as far as it has arrived.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// On its way.
    Loading,
    /// A member, with the number of the open transfer, empty where there is none.
    Member(Box<Member>, String),
    /// An organisation, with the full name of its superior, empty where there is none.
    Org(Box<Organisation>, String),
    /// It could not be read; the sentence says why.
    Failed(String),
}

/// Numbers in the clear, and until when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revealed {
    /// ID number.
    pub id_number: String,
    /// Telephone.
    pub phone: String,
    /// Until when they may be shown.
    pub until: Moment,
}

/// 详情
pub struct Page {
    /// Whose.
    pub subject: Subject,
    /// The record.
    pub content: Content,
    /// Numbers in the clear, while they may be seen.
    pub revealed: Option<Revealed>,
    then: Option<Task>,
    ticket: Ticket,
    side_ticket: Ticket,
    asked_to_reveal: bool,
}

impl Page {
    /// The page of a member.
    pub fn member(id: MemberId) -> Self {
        Self::of(Subject::Member(id))
    }

    /// The page of an organisation.
    pub fn org(id: OrgId) -> Self {
        Self::of(Subject::Org(id))
    }

    /// Does something as soon as the record is there: the lists' 办理 goes through here.
    pub fn then(mut self, task: Task) -> Self {
        self.then = Some(task);
        self
    }

    fn of(subject: Subject) -> Self {
        Self {
            subject,
            content: Content::Loading,
            revealed: None,
            then: None,
            ticket: Ticket::default(),
            side_ticket: Ticket::default(),
            asked_to_reveal: false,
        }
    }

    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::Page
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        Focus::List
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        match self.subject {
            Subject::Member(_) => "团员详情".to_owned(),
            Subject::Org(_) => "组织详情".to_owned(),
        }
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        let Some(action) = input.action() else { return Out::nothing() };
        match action {
            Action::Back => Out::nothing().pop(),
            Action::Refresh => self.enter(ctx),
            Action::New => self.perform(Task::Edit),
            Action::Reveal => self.reveal(),
            Action::Decide | Action::Enter => self.offer(),
            _ => Out::nothing(),
        }
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        match reply {
            Reply::Member(ticket, member) if *ticket == self.ticket => {
                self.content = Content::Member(member.clone(), String::new());
                self.ask_open_transfer(member, ctx).and(self.do_then())
            }
            Reply::Members(ticket, rows, _) if *ticket == self.side_ticket => {
                self.note_open_transfer(rows);
                Out::nothing()
            }
            Reply::Org(ticket, org) if *ticket == self.ticket => {
                self.content = Content::Org(org.clone(), String::new());
                self.ask_superior(org, ctx).and(self.do_then())
            }
            Reply::Org(ticket, org) if *ticket == self.side_ticket => {
                self.note_superior(&org.full_name);
                Out::nothing()
            }
            Reply::Failed(Some(ticket), fault) if *ticket == self.ticket => {
                self.content = Content::Failed(fault.sentence.clone());
                Out::nothing()
            }
            other => self.later_reply(other, ctx),
        }
    }

    fn later_reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        match reply {
            Reply::Revealed { id_number, phone, until } if self.asked_to_reveal => {
                self.asked_to_reveal = false;
                let (id_number, phone) = (id_number.clone(), phone.clone());
                self.revealed = Some(Revealed { id_number, phone, until: *until });
                Out::nothing()
            }
            Reply::Stored(_) | Reply::Submitted { .. } => self.enter(ctx),
            _ => Out::nothing(),
        }
    }

    /// Takes what the layer above gave: a task that was chosen.
    pub fn given(&mut self, given: Given, _ctx: &mut Ctx<'_>) -> Out {
        match given {
            Given::Option(id) => Task::from_id(&id).map_or_else(Out::nothing, |t| self.perform(t)),
            Given::Typed(_) | Given::Member(..) | Given::Org(..) => Out::nothing(),
        }
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.ticket = ctx.ticket();
        Out::nothing().effect(match self.subject {
            Subject::Member(id) => Effect::LoadMember(self.ticket, id),
            Subject::Org(id) => Effect::LoadOrg(self.ticket, id),
        })
    }

    /// Why an action is not possible here.
    pub fn refusal(&self, action: Action) -> Option<String> {
        let nothing_hidden = matches!(self.subject, Subject::Org(_)) && action == Action::Reveal;
        nothing_hidden.then(|| NOTHING_HIDDEN.to_owned())
    }

    /// When it wants to be told that time has passed.
    pub fn deadline(&self) -> Option<Moment> {
        self.revealed.as_ref().map(|revealed| revealed.until)
    }

    /// Hides the numbers when their time is over.
    pub fn due(&mut self, ctx: &mut Ctx<'_>) -> Out {
        if self.deadline().is_some_and(|until| ctx.now.moment >= until) {
            self.revealed = None;
        }
        Out::nothing()
    }

    /// A member's record holds no transfers; the list's row does, and is found by name.
    fn ask_open_transfer(&mut self, member: &Member, ctx: &mut Ctx<'_>) -> Out {
        self.side_ticket = ctx.ticket();
        let query =
            MemberQuery { search: member.name.clone(), former: true, ..MemberQuery::default() };
        Out::nothing().effect(Effect::FindMembers(self.side_ticket, query))
    }

    fn note_open_transfer(&mut self, rows: &[crate::domain::member::MemberRow]) {
        if let Content::Member(member, open) = &mut self.content
            && let Some(row) = rows.iter().find(|row| row.id == member.id)
        {
            open.clone_from(&row.open_transfer);
        }
    }

    fn ask_superior(&mut self, org: &Organisation, ctx: &mut Ctx<'_>) -> Out {
        let Some(parent) = org.parent else { return Out::nothing() };
        self.side_ticket = ctx.ticket();
        Out::nothing().effect(Effect::LoadOrg(self.side_ticket, parent))
    }

    fn note_superior(&mut self, name: &str) {
        if let Content::Org(_, superior) = &mut self.content {
            name.clone_into(superior);
        }
    }

    fn do_then(&mut self) -> Out {
        self.then.take().map_or_else(Out::nothing, |task| self.perform(task))
    }

    fn reveal(&mut self) -> Out {
        match self.subject {
            Subject::Member(id) => {
                self.asked_to_reveal = true;
                Out::nothing().effect(Effect::Reveal(RevealTarget::Member(id)))
            }
            Subject::Org(_) => Out::nothing().say(NOTHING_HIDDEN),
        }
    }

    fn offers(&self) -> Vec<Offer> {
        match &self.content {
            Content::Member(m, open) => member_offers(&m.name, m.state, open),
            Content::Org(org, _) => org_offers(org.kind, org.state),
            Content::Loading | Content::Failed(_) => Vec::new(),
        }
    }

    fn name(&self) -> &str {
        match &self.content {
            Content::Member(member, _) => &member.name,
            Content::Org(org, _) => &org.full_name,
            Content::Loading | Content::Failed(_) => "",
        }
    }

    fn offer(&self) -> Out {
        let offers = self.offers();
        if offers.is_empty() {
            return Out::nothing().warn("记录还没有读出来，现在不能办理。请按 5 刷新后再试。");
        }
        Out::nothing().push(ways::choice("办理", vec![self.name().to_owned()], offers))
    }

    fn perform(&self, task: Task) -> Out {
        let offer = self.offers().into_iter().find(|offer| offer.id == task.id());
        if let Some(refusal) = offer.and_then(|offer| offer.refusal) {
            return Out::nothing().warn(refusal);
        }
        match &self.content {
            Content::Member(member, _) => member_task(member, task),
            Content::Org(org, _) => org_task(org, task),
            Content::Loading | Content::Failed(_) => Out::nothing(),
        }
    }
}

const NOTHING_HIDDEN: &str = "组织的电话本来就没有遮住，不用按这个键。";

fn member_task(member: &Member, task: Task) -> Out {
    Out::nothing().push(match task {
        Task::Edit => ways::edit_member(member),
        Task::Correct => ways::correct_member(member),
        Task::Transfer => ways::apply_for(member.id),
        Task::Retire => ways::retire_member(member),
        Task::Erase => ways::erase_member(member),
        Task::AddBelow | Task::Appoint => return Out::nothing(),
    })
}

fn org_task(org: &Organisation, task: Task) -> Out {
    Out::nothing().push(match task {
        Task::Edit => ways::edit_org(org),
        Task::AddBelow => ways::add_org(Some(org)),
        Task::Appoint => ways::add_account(Some(org)),
        Task::Retire => ways::retire_org(org),
        Task::Correct | Task::Transfer | Task::Erase => return Out::nothing(),
    })
}

#[cfg(test)]
mod tests;
