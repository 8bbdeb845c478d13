//! What a small form does once it is without fault.

use std::path::PathBuf;

use super::{Purpose, Record, Then};
use crate::domain::account::Role;
use crate::domain::correction::CorrectionVerdict;
use crate::domain::id_number::{DocumentKind, IdNumber};
use crate::domain::ids::BatchId;
use crate::domain::organisation::{OrgEntry, OrgKind};
use crate::domain::text::narrow;
use crate::model::effect::{AccountEntry, Decision, Effect, MemberAnswers, Settings};
use crate::model::layer::{Given, Out};
use crate::model::screens::open;

/// Full numbers leave only with a reason.
const REASON_MISSING: &str = "写完整号码要写明做什么用，记入导出登记。请在这里写好再导出。";

/// Full numbers leave only with the password given again.
const PASSWORD_MISSING: &str = "写完整号码前要再输一遍自己的登录密码。请在这里填好再导出。";

impl Record {
    /// Checks that look at two fields, or at what the form is for.
    pub(super) fn check_together(&mut self) {
        let fault = match &self.purpose {
            Purpose::ChangePassword => self.passwords_fault(),
            Purpose::AddMember => {
                let kind = document(&self.form.text("document"));
                Some(("id_number", self.number_fault(kind)))
            }
            Purpose::CorrectMember(_, _, kind) => Some(("id_number", self.number_fault(*kind))),
            Purpose::Export(_) => {
                let asked = self.form.text("full_ids") == "yes";
                let without = asked && self.form.text("reason").trim().is_empty();
                let missing = asked && self.form.secret("password").is_empty();
                if without {
                    Some(("reason", Some(REASON_MISSING.to_owned())))
                } else {
                    Some(("password", missing.then(|| PASSWORD_MISSING.to_owned())))
                }
            }
            Purpose::Print(..) => self.print_fault(),
            Purpose::LetterReceipt(_)
            | Purpose::EditMember(..)
            | Purpose::AcceptCorrection(_)
            | Purpose::RefuseCorrection(_)
            | Purpose::EraseMember(_)
            | Purpose::AddOrg
            | Purpose::EditOrg(..)
            | Purpose::AddAccount
            | Purpose::AskReason(_)
            | Purpose::AskReceipt(_)
            | Purpose::UndoImport
            | Purpose::ImportPath(_)
            | Purpose::ExportHistory(_)
            | Purpose::ReconcilePath
            | Purpose::ExportReconciled(_)
            | Purpose::Settings => None,
        };
        if let Some((id, Some(sentence))) = fault {
            self.form.set_fault(id, Some(sentence));
        }
    }

    fn passwords_fault(&self) -> Option<(&'static str, Option<String>)> {
        let [current, new, repeat] = ["current", "new", "repeat"].map(|id| self.form.text(id));
        if new != repeat {
            let sentence = "两次输入的新密码不一样。请把第二次重新输入。";
            return Some(("repeat", Some(sentence.to_owned())));
        }
        let same = !new.is_empty() && new == current;
        same.then(|| ("new", Some("新密码和现在的一样。请另想一个。".to_owned())))
    }

    /// Whether the number is right for its document; an empty one is for the star to say.
    fn number_fault(&self, kind: DocumentKind) -> Option<String> {
        let text = self.form.text("id_number");
        let typed = !text.trim().is_empty();
        typed.then(|| IdNumber::parse_as(kind, &text).err().map(|fault| fault.to_string()))?
    }

    /// Asks the world for what the form is for.
    pub(super) fn release(&mut self) -> Out {
        let of = |id| self.form.text(id).trim().to_owned();
        let effect = match self.purpose.clone() {
            Purpose::ChangePassword => Effect::ChangePassword {
                current: self.form.secret("current"),
                new: self.form.secret("new"),
            },
            Purpose::AddMember => Effect::SaveMember(None, self.member_answers(None)),
            Purpose::EditMember(id, base) => {
                Effect::SaveMember(Some(id), self.member_answers(Some(*base)))
            }
            Purpose::CorrectMember(id, number, _) => {
                let typed = of("id_number");
                let id_number = if typed.is_empty() { number } else { typed };
                let (reason, evidence) = (of("reason"), of("evidence"));
                Effect::AskCorrection { id, name: of("name"), id_number, reason, evidence }
            }
            Purpose::AcceptCorrection(id) => Effect::AcceptCorrection {
                id,
                verdict: CorrectionVerdict { id_number: of("id_number"), remark: of("remark") },
                password: self.form.secret("password"),
            },
            Purpose::RefuseCorrection(id) => Effect::RefuseCorrection(id, of("reason")),
            Purpose::EraseMember(id) => Effect::EraseMember {
                id,
                reason: of("reason"),
                password: self.form.secret("password"),
            },
            Purpose::AddOrg => Effect::SaveOrg(None, self.org_entry()),
            Purpose::EditOrg(id, _) => Effect::SaveOrg(Some(id), self.org_entry()),
            Purpose::AddAccount => Effect::AddAccount(self.account_entry()),
            Purpose::AskReason(then) => return self.with_reason(then, of("reason")),
            Purpose::AskReceipt(decision) => {
                let (reason, date) = (of("reason"), narrow(&of("date")));
                Effect::Decide(Decision { reason, date, ..decision })
            }
            Purpose::UndoImport => Effect::UndoImport(batch(&of("batch"))),
            Purpose::ImportPath(kind) => {
                return Out::nothing().pop().push(open::import(kind, path(&of("path"))));
            }
            Purpose::ExportHistory(asked) => {
                let (path, overwrite) = (path(&of("path")), of("overwrite") == "yes");
                Effect::ExportHistory { asked, path, overwrite }
            }
            Purpose::ReconcilePath => {
                return Out::nothing().pop().push(open::reconcile(path(&of("path"))));
            }
            Purpose::ExportReconciled(lines) => {
                let (path, overwrite) = (path(&of("path")), of("overwrite") == "yes");
                Effect::ExportReconciled { lines, path, overwrite }
            }
            Purpose::Print(kind, ids) => self.print_order(kind, ids),
            Purpose::LetterReceipt(id) => Effect::NoteReceipt(id, narrow(&of("date"))),
            Purpose::Export(_) => match self.export_order() {
                Some(order) => Effect::PreviewExport(order),
                None => return Out::nothing(),
            },
            Purpose::Settings => Effect::SaveSettings(self.settings_chosen()),
        };
        self.waiting = true;
        Out::nothing().effect(effect).say("正在办理..")
    }

    fn with_reason(&mut self, then: Then, reason: String) -> Out {
        let effect = match then {
            Then::Give => return Out::nothing().give(Given::Typed(reason)),
            Then::Decide(decision) => Effect::Decide(Decision { reason, ..decision }),
            Then::RetireMember(id) => Effect::RetireMember(id, reason),
            Then::RetireOrg(id) => Effect::RetireOrg(id, reason),
            Then::NoteExportDeleted(id) => Effect::NoteExportDeleted(id, reason),
        };
        self.waiting = true;
        Out::nothing().effect(effect).say("正在办理..")
    }

    /// The answers as typed; what this form does not show stays as it was.
    fn member_answers(&self, base: Option<MemberAnswers>) -> MemberAnswers {
        let mut answers = base.unwrap_or_default();
        let parts: [(&str, &mut String); 13] = [
            ("name", &mut answers.name),
            ("document", &mut answers.document),
            ("id_number", &mut answers.id_number),
            ("branch", &mut answers.branch),
            ("ethnic_group", &mut answers.ethnic_group),
            ("political_status", &mut answers.political_status),
            ("education", &mut answers.education),
            ("joined_on", &mut answers.joined_on),
            ("league_post", &mut answers.league_post),
            ("membership_number", &mut answers.membership_number),
            ("authentication", &mut answers.authentication),
            ("fees_paid_to", &mut answers.fees_paid_to),
            ("graduation_mark", &mut answers.graduation_mark),
        ];
        for (id, part) in parts {
            if let Some(field) = self.form.get(id) {
                field.answer().trim().clone_into(part);
            }
        }
        let phone = self.form.text("phone");
        if !phone.trim().is_empty() {
            phone.trim().clone_into(&mut answers.phone);
        }
        answers
    }

    fn org_entry(&self) -> OrgEntry {
        let of = |id| self.form.text(id).trim().to_owned();
        OrgEntry {
            code: of("code"),
            superior: of("superior"),
            kind: OrgKind::from_id(&of("kind")),
            full_name: of("full_name"),
            short_name: of("short_name"),
            contact_name: of("contact_name"),
            contact_phone: of("contact_phone"),
            graduates_on: of("graduates_on"),
        }
    }

    fn account_entry(&self) -> AccountEntry {
        let of = |id| self.form.text(id).trim().to_owned();
        AccountEntry {
            id_number: of("id_number"),
            name: of("name"),
            phone: of("phone"),
            role: Role::from_id(&of("role")).unwrap_or(Role::Member),
            org: of("org"),
        }
    }

    fn settings_chosen(&self) -> Settings {
        let yes = |id| self.form.text(id) == "yes";
        let minutes = narrow(&self.form.text("minutes")).trim().parse();
        Settings {
            plain: yes("plain"),
            lock_after_minutes: minutes.unwrap_or(Settings::default().lock_after_minutes),
            ascii: yes("ascii"),
        }
    }
}

fn document(id: &str) -> DocumentKind {
    if id == "other" { DocumentKind::Other } else { DocumentKind::ResidentCard }
}

/// The number of an import; zero, which no import has, where the form's check let nothing through.
fn batch(text: &str) -> BatchId {
    BatchId(narrow(text).trim().parse().unwrap_or(0))
}

/// A path as typed, or as terminals paste a dragged file: in quotes.
pub(super) fn path(text: &str) -> PathBuf {
    let quoted = |mark| text.strip_prefix(mark).and_then(|rest| rest.strip_suffix(mark));
    PathBuf::from(quoted('"').or_else(|| quoted('\'')).unwrap_or(text))
}
