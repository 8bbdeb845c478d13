//! 发起转接: the transfer form, its draft, 转接体检 and handing in (ux.md 6.5).

mod acts;
mod fields;
mod review;
mod saving;

use crate::domain::account::Role;
use crate::domain::form::{Initiator, TransferForm};
use crate::domain::ids::{MemberId, Moment, TransferId};
use crate::domain::transfer::TransferCard;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::effect::{Effect, FormHeader, MemberQuery, Reply, Ticket};
use crate::model::form::Form;
use crate::model::layer::{Ctx, Given, Out};
use crate::rules::Finding;

pub use review::{ReviewLine, blocked};
use saving::{Saving, is_blank};

/// With what the form opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Opening {
    /// Nothing; the newest draft is offered.
    Blank,
    /// A member that is already picked.
    Member(MemberId),
    /// 办理转入: the destination side brings in somebody whose record is elsewhere.
    Arrival,
    /// A draft.
    Draft(TransferId),
    /// The signed-in person's own transfer, whatever the role.
    Own,
    /// 再次申请: the answers of a transfer that ended.
    Again(TransferId),
}

/// How far the form is.
#[derive(Debug, Clone, PartialEq)]
pub enum Phase {
    /// Being filled in.
    Filling,
    /// 转接体检 is under way.
    Checking(Ticket),
    /// The findings and the summary are read, from this row on.
    Reviewing {
        /// What 转接体检 found.
        findings: Vec<Finding>,
        /// Rows scrolled out above.
        top: usize,
    },
    /// On its way.
    Sending,
    /// Handed in.
    Done {
        /// Its row.
        id: TransferId,
        /// 「已提交 ZJ…。下一步：…」
        sentence: String,
    },
}

/// What a popup or picker above was opened for.
#[derive(Debug, Clone, PartialEq)]
enum Asked {
    Nothing,
    Field(&'static str),
    Resume(TransferId, Box<TransferForm>),
    Next(TransferId),
}

/// Questions that are still open.
#[derive(Debug, Clone, Copy, Default)]
struct Waits {
    header: Option<Ticket>,
    own: Option<Ticket>,
    draft: Option<Ticket>,
    member: Option<Ticket>,
    again: Option<Ticket>,
}

/// 发起转接
pub struct Apply {
    /// The fields as asked for now.
    pub form: Form,
    /// Every answer, those of hidden fields too.
    pub answers: TransferForm,
    /// How far it is.
    pub phase: Phase,
    /// When the draft was last kept.
    pub saved_at: Option<Moment>,
    opening: Opening,
    header: Option<Box<FormHeader>>,
    applied_at: String,
    at: String,
    arrives: bool,
    own: bool,
    saving: Saving,
    waits: Waits,
    asked: Asked,
    last: Option<TransferForm>,
}

impl Default for Apply {
    fn default() -> Self {
        Self::new(Opening::Blank)
    }
}

impl Apply {
    /// A form that opens so.
    pub fn new(opening: Opening) -> Self {
        Self {
            form: Form::default(),
            answers: TransferForm::default(),
            phase: Phase::Filling,
            saved_at: None,
            arrives: opening == Opening::Arrival,
            opening,
            header: None,
            applied_at: String::new(),
            at: String::new(),
            own: false,
            saving: Saving::default(),
            waits: Waits::default(),
            asked: Asked::Nothing,
            last: None,
        }
    }

    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        match self.phase {
            Phase::Filling | Phase::Checking(_) | Phase::Sending => Screen::Apply,
            Phase::Reviewing { .. } | Phase::Done { .. } => Screen::Text,
        }
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        match self.phase {
            Phase::Filling | Phase::Checking(_) | Phase::Sending => Focus::Text,
            Phase::Reviewing { .. } | Phase::Done { .. } => Focus::List,
        }
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        if self.arrives { "办理转入" } else { "发起转接" }.to_owned()
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        let is_member = ctx.session.is_some_and(|s| s.actor.role == Role::Member);
        self.at = ctx.session.map_or(String::new(), |s| s.actor.org_name.clone());
        self.own = is_member || self.opening == Opening::Own;
        self.applied_at = ctx.now.local(ctx.now.moment).format("%Y-%m-%d %H:%M:%S").to_string();
        let start = match self.opening {
            Opening::Blank => self.ask_latest_draft(ctx),
            Opening::Member(id) => self.ask_header(id, ctx),
            Opening::Arrival => {
                self.answers.initiated_by = Some(Initiator::Destination);
                Out::nothing()
            }
            Opening::Draft(id) => {
                let ticket = ctx.ticket();
                self.waits.draft = Some(ticket);
                Out::nothing().effect(Effect::LoadDraft(ticket, id))
            }
            Opening::Own => self.ask_latest_draft(ctx),
            Opening::Again(id) => {
                let ticket = ctx.ticket();
                self.waits.again = Some(ticket);
                Out::nothing().effect(Effect::LoadCard(ticket, id))
            }
        };
        self.rebuild(ctx);
        self.form.focus_first();
        start.and(self.ask_own_record(ctx))
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        match &self.phase {
            Phase::Filling => self.act_filling(input, ctx),
            Phase::Checking(_) | Phase::Sending => Self::act_waiting(&input),
            Phase::Reviewing { .. } => self.act_reviewing(&input, ctx),
            Phase::Done { .. } => self.act_done(&input),
        }
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        match reply {
            Reply::Header(ticket, header) if self.waits.header == Some(*ticket) => {
                self.took_header(header, ctx)
            }
            Reply::OwnRecord(ticket, own) if self.waits.own == Some(*ticket) => match own {
                Some(member) => self.ask_header(member.id, ctx),
                None => Out::nothing()
                    .warn("本库里没有你的团员记录，还不能发起转接。请联系团支部管理员先登记。"),
            },
            Reply::Members(ticket, rows, _) if self.waits.member == Some(*ticket) => {
                let only = rows.first().filter(|_| rows.len() == 1).map(|row| row.id);
                only.map_or_else(Out::nothing, |id| self.ask_header(id, ctx))
            }
            Reply::Draft(ticket, draft) if self.waits.draft == Some(*ticket) => {
                self.took_draft(draft.as_ref(), ctx)
            }
            Reply::Card(ticket, card) if self.waits.again == Some(*ticket) => {
                self.waits.again = None;
                self.mark_dirty(ctx.now.moment);
                self.adopt(again(card), ctx)
            }
            Reply::DraftSaved { id, at } => self.draft_saved(*id, *at),
            Reply::Findings(ticket, findings) if self.phase == Phase::Checking(*ticket) => {
                self.phase = Phase::Reviewing { findings: findings.clone(), top: 0 };
                // The page has the verdict; the line must not still say that it is being made.
                Out::nothing().say("")
            }
            Reply::Submitted { id, number, next, .. } if self.phase == Phase::Sending => {
                self.submitted(*id, number, next)
            }
            Reply::Failed(ticket, _) => self.failed(*ticket, ctx.now.moment),
            _ => Out::nothing(),
        }
    }

    /// Takes what the layer above gave.
    pub fn given(&mut self, given: Given, ctx: &mut Ctx<'_>) -> Out {
        let asked = std::mem::replace(&mut self.asked, Asked::Nothing);
        match (asked, given) {
            (Asked::Field("member"), Given::Member(id, _)) => {
                self.mark_dirty(ctx.now.moment);
                self.ask_header(id, ctx)
            }
            (Asked::Field(id), given) => self.took(id, given, ctx),
            (Asked::Resume(id, answers), Given::Option(choice)) if choice == "resume" => {
                self.saving.draft = Some(id);
                self.adopt(*answers, ctx)
            }
            (Asked::Next(id), Given::Option(choice)) if choice == "progress" => {
                Out::nothing().pop().push(super::open::card(id))
            }
            (Asked::Next(_), Given::Option(_)) => self.once_more(ctx),
            (Asked::Nothing | Asked::Resume(..) | Asked::Next(_), _) => Out::nothing(),
        }
    }

    /// What was handed in last from this screen, for 「同上一单」 in the next one.
    pub fn last(&self) -> Option<&TransferForm> {
        self.last.as_ref()
    }

    /// Is told what this person handed in last, for 「同上一单」.
    pub fn remember(&mut self, last: Option<&TransferForm>) {
        self.last = last.cloned();
    }

    /// The header, if it is that of the person in the form.
    fn header_in_force(&self) -> Option<&FormHeader> {
        self.header.as_deref().filter(|header| header.id_number == self.answers.member)
    }

    fn ask_latest_draft(&mut self, ctx: &mut Ctx<'_>) -> Out {
        let ticket = ctx.ticket();
        self.waits.draft = Some(ticket);
        Out::nothing().effect(Effect::LoadLatestDraft(ticket))
    }

    fn ask_own_record(&mut self, ctx: &mut Ctx<'_>) -> Out {
        if !self.own {
            return Out::nothing();
        }
        let ticket = ctx.ticket();
        self.waits.own = Some(ticket);
        Out::nothing().effect(Effect::LoadOwnRecord(ticket))
    }

    fn ask_header(&mut self, id: MemberId, ctx: &mut Ctx<'_>) -> Out {
        let ticket = ctx.ticket();
        self.waits.header = Some(ticket);
        Out::nothing().effect(Effect::LoadHeader(ticket, id))
    }

    fn took_header(&mut self, header: &FormHeader, ctx: &mut Ctx<'_>) -> Out {
        self.waits.header = None;
        header.id_number.clone_into(&mut self.answers.member);
        self.header = Some(Box::new(header.clone()));
        self.form.set_fault("member", None);
        self.rebuild(ctx);
        self.form.focus_first();
        Out::nothing()
    }

    fn took_draft(&mut self, draft: Option<&(TransferId, TransferForm)>, ctx: &mut Ctx<'_>) -> Out {
        self.waits.draft = None;
        let Some((id, answers)) = draft.filter(|(_, answers)| !is_blank(answers)) else {
            return Out::nothing();
        };
        if matches!(self.opening, Opening::Draft(_)) {
            self.saving.draft = Some(*id);
            return self.adopt(answers.clone(), ctx);
        }
        let described = describe(answers, ctx);
        self.asked = Asked::Resume(*id, Box::new(answers.clone()));
        let options = vec![
            ("resume".to_owned(), format!("接着填 {described}的草稿")),
            ("new".to_owned(), "新填一份".to_owned()),
        ];
        let lines = vec!["上次有一份没填完。不接着填，它也会留着。".to_owned()];
        Out::nothing().push(super::open::choice("草稿", lines, options))
    }

    /// Takes over answers from elsewhere, and looks for the record of the person in them.
    fn adopt(&mut self, answers: TransferForm, ctx: &mut Ctx<'_>) -> Out {
        self.arrives = answers.initiated_by == Some(Initiator::Destination);
        self.answers = answers;
        self.rebuild(ctx);
        self.form.focus_first();
        if self.arrives || self.own || self.answers.member.is_empty() {
            return Out::nothing();
        }
        let ticket = ctx.ticket();
        self.waits.member = Some(ticket);
        let search = self.answers.member.clone();
        let query = MemberQuery { search, ..MemberQuery::default() };
        Out::nothing().effect(Effect::FindMembers(ticket, query))
    }

    fn rebuild(&mut self, ctx: &Ctx<'_>) {
        let fields = self.fields(ctx.rules);
        self.form.replace_fields(fields);
    }
}

/// The answers of a transfer that ended, with the destination by its full name for reading.
fn again(card: &TransferCard) -> TransferForm {
    let mut answers = card.form.clone();
    if !answers.destination.is_empty() {
        card.row.destination.clone_into(&mut answers.destination);
    }
    answers
}

/// Whose draft it is and what about, as far as it tells.
fn describe(answers: &TransferForm, ctx: &Ctx<'_>) -> String {
    let reason = answers.reason.map(|reason| format!("「{}」", ctx.rules.reason(reason).label()));
    let to = [&answers.destination, &answers.destination_typed].into_iter().find(|t| !t.is_empty());
    let to = to.map(|name| format!("转往{name}"));
    let name = Some(answers.member_name.clone()).filter(|name| !name.is_empty());
    let parts: Vec<String> = [name, reason, to].into_iter().flatten().collect();
    if parts.is_empty() { "上次".to_owned() } else { parts.join("、") }
}

#[cfg(test)]
mod tests;
