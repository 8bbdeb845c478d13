//! Every form but the transfer: records, passwords, reasons, file names, settings.

pub mod checks;
mod declare;
mod papers;
mod preview;
mod release;
mod rights;

use super::{open, pick::Typing, text};
use crate::domain::filter::TransferQuery;
use crate::domain::id_number::DocumentKind;
use crate::domain::ids::{CorrectionId, ExportId, MemberId, OrgId, TransferId};
use crate::domain::letter::PaperKind;
use crate::domain::reconcile::Reconciled;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::effect::{Decision, Effect, ImportKind, MemberAnswers, OrgScope, Reply, Ticket};
use crate::model::form::{Field, FieldKind, Form, FormEvent, LookupKind};
use crate::model::layer::{Ctx, Given, Out};

use preview::{WRITE, previewed};

/// What a form is for.
#[derive(Debug, Clone, PartialEq)]
pub enum Purpose {
    /// 改密码
    ChangePassword,
    /// 添加团员
    AddMember,
    /// The free parts of a record; the answers that the form does not show.
    EditMember(MemberId, Box<MemberAnswers>),
    /// Asking for another name or ID number; the number in force and its kind.
    CorrectMember(MemberId, String, DocumentKind),
    /// 同意更正
    AcceptCorrection(CorrectionId),
    /// 不同意更正, or taking the own request back.
    RefuseCorrection(CorrectionId),
    /// 删除个人信息
    EraseMember(MemberId),
    /// 添加组织
    AddOrg,
    /// 修改组织, and the organisation directly above.
    EditOrg(OrgId, Option<OrgId>),
    /// 添加账号
    AddAccount,
    /// A reason.
    AskReason(Then),
    /// The day, and a reason, of an outcome decided outside.
    AskReceipt(Decision),
    /// The number of an import to take back as a whole.
    UndoImport,
    /// A file to import.
    ImportPath(ImportKind),
    /// 导出
    Export(Box<TransferQuery>),
    /// 操作记录, as far as it answers what was typed.
    ExportHistory(String),
    /// A list of the official site to compare.
    ReconcilePath,
    /// Lines of a comparison for a file.
    ExportReconciled(Vec<Reconciled>),
    /// 打印
    Print(PaperKind, Vec<TransferId>),
    /// The day on the receipt of a transfer's letter.
    LetterReceipt(TransferId),
    /// 设置
    Settings,
}

/// What a reason is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Then {
    /// For the layer below, as [`Given::Typed`].
    Give,
    /// For a decision.
    Decide(Decision),
    /// To take a member out of use.
    RetireMember(MemberId),
    /// To close an organisation.
    RetireOrg(OrgId),
    /// To enter that a file and its copies were deleted.
    NoteExportDeleted(ExportId),
}

/// Why a password is changed.
#[derive(Clone, PartialEq, Eq)]
pub enum Change {
    /// Somebody wants to.
    Wanted {
        /// Whether the password opens the database and needs the stricter policy.
        opens_database: bool,
    },
    /// At the first sign-in, with the password just typed.
    Forced {
        /// Whether the password opens the database and needs the stricter policy.
        opens_database: bool,
        /// The password in force.
        current: crate::model::effect::Password,
    },
}

/// How much room a form takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Page,
    Popup,
}

/// 表单
pub struct Record {
    /// The fields.
    pub form: Form,
    /// What it is for.
    pub purpose: Purpose,
    /// Heading.
    pub title: String,
    /// Lines above the fields.
    pub intro: Vec<String>,
    /// Whether an answer is awaited.
    pub waiting: bool,
    style: Style,
    asked: &'static str,
    superior: Option<Ticket>,
}

impl Record {
    fn new(title: &str, purpose: Purpose, fields: Vec<Field>) -> Self {
        Self {
            form: Form::new(fields),
            purpose,
            title: title.to_owned(),
            intro: Vec::new(),
            waiting: false,
            style: Style::Page,
            asked: "",
            superior: None,
        }
    }

    fn page(title: &str, purpose: Purpose, fields: Vec<Field>) -> Self {
        Self::new(title, purpose, fields)
    }

    fn popup(title: &str, purpose: Purpose, fields: Vec<Field>) -> Self {
        Self { style: Style::Popup, ..Self::new(title, purpose, fields) }
    }

    fn saying(mut self, lines: &[&str]) -> Self {
        self.intro = lines.iter().map(|line| (*line).to_owned()).chain([String::new()]).collect();
        self
    }

    /// Whether it is drawn over the layer below.
    pub fn is_popup(&self) -> bool {
        self.style == Style::Popup
    }

    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::Form
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        Focus::Text
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        self.title.clone()
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        match &self.purpose {
            Purpose::EditOrg(_, Some(above)) => {
                let above = *above;
                let ticket = ctx.ticket();
                self.superior = Some(ticket);
                Out::nothing().effect(Effect::LoadOrg(ticket, above))
            }
            Purpose::AskReceipt(_) | Purpose::LetterReceipt(_) => {
                let today = ctx.now.today().format("%Y-%m-%d").to_string();
                if let Some(field) = self.form.get_mut("date") {
                    field.set_answer(&today);
                }
                Out::nothing()
            }
            Purpose::EditOrg(_, None)
            | Purpose::ChangePassword
            | Purpose::AddMember
            | Purpose::EditMember(..)
            | Purpose::CorrectMember(..)
            | Purpose::AcceptCorrection(_)
            | Purpose::RefuseCorrection(_)
            | Purpose::EraseMember(_)
            | Purpose::AddOrg
            | Purpose::AddAccount
            | Purpose::AskReason(_)
            | Purpose::UndoImport
            | Purpose::ImportPath(_)
            | Purpose::Export(_)
            | Purpose::ExportHistory(_)
            | Purpose::ReconcilePath
            | Purpose::ExportReconciled(_)
            | Purpose::Print(..)
            | Purpose::Settings => Out::nothing(),
        }
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, _ctx: &mut Ctx<'_>) -> Out {
        if self.waiting {
            return self.while_waiting(&input);
        }
        let events = self.form.act(input);
        events.into_iter().fold(Out::nothing(), |out, event| out.and(self.happened(event)))
    }

    /// Esc stops an export; all else that a form does is done at once.
    fn while_waiting(&self, input: &Input) -> Out {
        match (&self.purpose, input) {
            (
                Purpose::Export(_)
                | Purpose::ExportHistory(_)
                | Purpose::ExportReconciled(_)
                | Purpose::Print(..),
                Input::Do(Action::Back),
            ) => Out::nothing().effect(Effect::Cancel).say("正在取消.."),
            _ => Out::nothing(),
        }
    }

    fn happened(&mut self, event: FormEvent) -> Out {
        match event {
            FormEvent::Submit => self.submit(),
            FormEvent::Cancel => Out::nothing().pop(),
            FormEvent::Expand(id) => self.expand(id),
            FormEvent::Lookup(id, search) => self.look_up(id, &search),
            FormEvent::Said(text) => Out::nothing().say(text),
            FormEvent::Warned(text) => Out::nothing().warn(text),
            FormEvent::Left(id) => {
                self.check_left(id);
                Out::nothing()
            }
            FormEvent::Changed(_) | FormEvent::Save | FormEvent::SameAsLast(_) => Out::nothing(),
            FormEvent::Unknown => Out::nothing().say("这个键在这里没有用。按 F1 看帮助。"),
        }
    }

    /// The shared checks, as far as they are about the field that was left.
    fn check_left(&mut self, id: &'static str) {
        let others: Vec<_> = self.form.faulty();
        self.check_together();
        for other in self.form.faulty() {
            if other != id && !others.contains(&other) {
                self.form.set_fault(other, None);
            }
        }
    }

    fn submit(&mut self) -> Out {
        self.check_together();
        match self.form.to_first_fault() {
            Some(sentence) => Out::nothing().warn(sentence),
            None => self.release(),
        }
    }

    fn expand(&mut self, id: &'static str) -> Out {
        let Some(popup) = self.form.get(id).and_then(open::options) else {
            return Out::nothing();
        };
        self.asked = id;
        Out::nothing().push(popup)
    }

    fn look_up(&mut self, id: &'static str, search: &str) -> Out {
        let Some(FieldKind::Lookup { what, .. }) = self.form.get(id).map(|f| &f.kind) else {
            return Out::nothing();
        };
        let picker = match what {
            LookupKind::Member => open::member(search),
            LookupKind::Organisation | LookupKind::Branch => {
                open::organisation(OrgScope::Mine, search, Typing::Refused)
            }
        };
        self.asked = id;
        Out::nothing().push(picker)
    }

    /// Takes what the layer above gave.
    pub fn given(&mut self, given: Given, _ctx: &mut Ctx<'_>) -> Out {
        match given {
            Given::Option(option) if option == WRITE => return self.write_export(),
            Given::Option(option) => self.form.choose(self.asked, &option),
            Given::Org(_, code, full_name) => {
                let key = if code.is_empty() { &full_name } else { &code };
                self.form.look_up(self.asked, key, &full_name);
            }
            Given::Member(..) | Given::Typed(_) => {}
        }
        Out::nothing()
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, _ctx: &mut Ctx<'_>) -> Out {
        match reply {
            Reply::Org(ticket, org) if self.superior == Some(*ticket) => {
                self.superior = None;
                if let Some(field) = self.form.get_mut("superior") {
                    field.set_lookup(&org.code, &org.full_name);
                    field.note.clear();
                }
                Out::nothing()
            }
            _ if self.waiting => self.answered(reply),
            _ => Out::nothing(),
        }
    }

    fn answered(&mut self, reply: &Reply) -> Out {
        match reply {
            Reply::Stored(sentence) => Out::nothing().pop().say(sentence.clone()),
            // The layers below tell how each transfer fared.
            Reply::Decided(..) => Out::nothing().pop(),
            Reply::AccountIssued { name, code, sentence } => {
                let page = text::codes(name, code, sentence);
                Out::nothing().pop().push(page.into()).say("")
            }
            Reply::Exported { path, n_rows, n_drafts } => {
                let drafts = match n_drafts {
                    0 => String::new(),
                    n => format!("（其中草稿 {n} 行，还没有提交）"),
                };
                let said = format!("已导出 {n_rows} 行{drafts}：{}", path.display());
                Out::nothing().pop().say(said)
            }
            Reply::Printed(run) => papers::printed(run),
            Reply::ExportPreview(preview) => {
                self.waiting = false;
                Out::nothing().push(previewed(preview)).say("")
            }
            Reply::PasswordChanged(_) => Out::nothing().pop().say("密码已改。下次用新密码登录。"),
            Reply::Progress(what, done, _) => {
                let paper = matches!(self.purpose, Purpose::Print(..));
                let unit = if paper { "份" } else { "行" };
                Out::nothing().say(format!("正在{what}：已写 {done} {unit}。按 Esc 取消。"))
            }
            Reply::Stopped => {
                self.waiting = false;
                Out::nothing().say("已取消，没有留下文件。")
            }
            Reply::Failed(..) => {
                self.waiting = false;
                Out::nothing()
            }
            _ => Out::nothing(),
        }
    }
}

#[cfg(test)]
mod tests;
