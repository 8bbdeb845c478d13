//! What keys do in each phase of 发起转接.

use super::fields::NO;
use super::saving::Saving;
use super::{Apply, Asked, Opening, Phase, blocked};
use crate::domain::form::{FieldFault, FieldId, TransferForm};
use crate::domain::ids::{Moment, TransferId};
use crate::keys::action::Action;
use crate::keys::table::Input;
use crate::model::effect::{Effect, OrgScope, Ticket};
use crate::model::form::FormEvent;
use crate::model::layer::{Ctx, Given, Out};
use crate::model::screens::open;
use crate::model::screens::pick::Typing;
use crate::model::words::handed_in;
use crate::rules::{Finding, Severity};

/// Answers that 「同上一单」 takes over: what colleagues of one class have in common.
const SHARED: &[FieldId] = &[
    FieldId::ExternalSystem,
    FieldId::Reason,
    FieldId::FurtherStudy,
    FieldId::School,
    FieldId::Employer,
    FieldId::Address,
    FieldId::Destination,
    FieldId::DestinationTyped,
];
/// Rows scrolled by a page key.
const PAGE: usize = 12;
const NOTHING_SUBMITTED: &str = "还没有提交过上一单，没有内容可抄。请自己填。";

impl Apply {
    pub(super) fn act_filling(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        let before = self.form.focused().map(|field| field.id);
        let events = self.form.act(input);
        let out = events
            .into_iter()
            .fold(Out::nothing(), |out, event| out.and(self.happened(event, ctx)));
        let moved = self.form.focused().map(|field| field.id) != before;
        if moved && out.nav.is_empty() { out.and(self.explain(ctx)) } else { out }
    }

    /// One line about the field that has the focus now: what belongs in it, and who says so.
    fn explain(&self, ctx: &Ctx<'_>) -> Out {
        let id = self.form.focused().map_or("", |field| field.id);
        let rule = self.asked_fields(ctx.rules).into_iter().find(|rule| rule.id.id() == id);
        match rule.filter(|rule| !rule.help.is_empty()) {
            Some(rule) => Out::nothing().say(format!("{}：{}", rule.label, rule.help)),
            None => Out::nothing(),
        }
    }

    fn happened(&mut self, event: FormEvent, ctx: &mut Ctx<'_>) -> Out {
        match event {
            FormEvent::Changed(id) => self.changed(id, ctx),
            FormEvent::Left(id) => self.left(id, ctx),
            FormEvent::Submit => self.check(ctx),
            FormEvent::Cancel => self.leave(),
            FormEvent::Save => self.save_on_demand(ctx),
            FormEvent::SameAsLast(field) => self.same_as_last(field, ctx),
            FormEvent::Expand(id) => self.expand(id),
            FormEvent::Lookup(id, search) => self.look_up(id, &search),
            FormEvent::Said(text) => Out::nothing().say(text),
            FormEvent::Warned(text) => Out::nothing().warn(text),
            FormEvent::Unknown => Out::nothing().say("这个键在这里没有用。按 F1 看帮助。"),
        }
    }

    fn changed(&mut self, id: &'static str, ctx: &mut Ctx<'_>) -> Out {
        let Some(field) = FieldId::from_id(id) else { return Out::nothing() };
        let text = self.form.text(id);
        let before = self.shown_ids();
        self.answers.set(field, if text == NO { "" } else { &text });
        self.mark_dirty(ctx.now.moment);
        match field {
            FieldId::Reason => {
                self.rebuild(ctx);
                self.say_what_changed(&before, ctx)
            }
            FieldId::ExternalSystem => {
                self.rebuild(ctx);
                self.say_external(ctx)
            }
            FieldId::Member | FieldId::Destination if !self.arrives => {
                self.rebuild(ctx);
                Out::nothing()
            }
            _ => Out::nothing(),
        }
    }

    fn shown_ids(&self) -> Vec<&'static str> {
        self.form.fields.iter().map(|f| f.id).collect()
    }

    /// 「按「升学」增加 3 项，收起 2 项（内容留着，换回来还在）。」
    fn say_what_changed(&self, before: &[&'static str], ctx: &Ctx<'_>) -> Out {
        let Some(reason) = self.answers.reason else { return Out::nothing() };
        let now = self.shown_ids();
        let added = now.iter().filter(|id| !before.contains(id)).count();
        let dropped = before.iter().filter(|id| !now.contains(id)).count();
        let parts: Vec<String> = [
            (added > 0).then(|| format!("增加 {added} 项")),
            (dropped > 0).then(|| format!("收起 {dropped} 项（内容留着，换回来还在）")),
        ]
        .into_iter()
        .flatten()
        .collect();
        let what = if parts.is_empty() { "项目不变".to_owned() } else { parts.join("，") };
        Out::nothing().say(format!("按「{}」{what}。", ctx.rules.reason(reason).label()))
    }

    fn say_external(&self, ctx: &Ctx<'_>) -> Out {
        let Some(system) = self.answers.external_system else { return Out::nothing() };
        let label = ctx.rules.external_label(system);
        Out::nothing()
            .say(format!("{label}使用另一套系统：请手填转入组织全称，还要在对方系统里办理。"))
    }

    fn left(&mut self, id: &'static str, ctx: &mut Ctx<'_>) -> Out {
        let Some(field) = FieldId::from_id(id) else { return Out::nothing() };
        if field == FieldId::DestinationTyped {
            // Only now: the field may go away when it is emptied, and not under the cursor.
            self.rebuild(ctx);
        }
        let own = self.form.get(id).and_then(|f| f.fault.clone());
        let by_rule = || ctx.rules.check_field(&self.answers, field).map(|fault| fault.sentence);
        let fault = own.or_else(by_rule);
        self.form.set_fault(id, fault);
        Out::nothing()
    }

    /// F8: all fields here first, then 转接体检 by the world.
    fn check(&mut self, ctx: &mut Ctx<'_>) -> Out {
        let answers = ctx.rules.without_hidden(&self.answers);
        let strays: Vec<FieldFault> =
            ctx.rules.check_form(&answers).into_iter().filter(|fault| !self.mark(fault)).collect();
        if let Some(sentence) = self.form.to_first_fault() {
            return Out::nothing().warn(sentence);
        }
        if let Some(stray) = strays.first() {
            return Out::nothing().warn(stray.sentence.clone());
        }
        let ticket = ctx.ticket();
        self.phase = Phase::Checking(ticket);
        Out::nothing().effect(Effect::CheckUp(ticket, answers)).say("正在做转接体检..")
    }

    /// Marks a fault at its field, unless the field has one; false where there is no such field.
    fn mark(&mut self, fault: &FieldFault) -> bool {
        let Some(field) = self.form.get_mut(fault.field.id()) else {
            return fault.field == FieldId::Member;
        };
        field.fault.get_or_insert_with(|| fault.sentence.clone());
        true
    }

    fn save_on_demand(&mut self, ctx: &Ctx<'_>) -> Out {
        if super::is_blank(&self.answers) {
            return Out::nothing().say("还没填内容，没有可存的草稿。");
        }
        self.mark_dirty(ctx.now.moment);
        self.save()
    }

    fn same_as_last(&mut self, field: Option<&'static str>, ctx: &mut Ctx<'_>) -> Out {
        let last = self.last.clone();
        let fields: Vec<FieldId> = match field {
            None => SHARED.to_vec(),
            Some(id) => FieldId::from_id(id).into_iter().collect(),
        };
        for id in &fields {
            match (&last, field) {
                (Some(last), _) => self.answers.set(*id, last.get(*id)),
                (None, Some(_)) => self.answers.set(*id, ""),
                (None, None) => {}
            }
        }
        self.mark_dirty(ctx.now.moment);
        self.rebuild(ctx);
        match last {
            Some(_) => Out::nothing().say("已抄上一单的内容，请核对。"),
            None => Out::nothing().warn(NOTHING_SUBMITTED),
        }
    }

    fn expand(&mut self, id: &'static str) -> Out {
        let Some(popup) = self.form.get(id).and_then(open::options) else {
            return Out::nothing();
        };
        self.asked = Asked::Field(id);
        Out::nothing().push(popup)
    }

    fn look_up(&mut self, id: &'static str, search: &str) -> Out {
        self.asked = Asked::Field(id);
        let picker = match id {
            "member" => open::member(search),
            _ => open::organisation(OrgScope::Anywhere, search, Typing::Allowed),
        };
        Out::nothing().push(picker)
    }

    pub(super) fn took(&mut self, id: &'static str, given: Given, ctx: &mut Ctx<'_>) -> Out {
        match given {
            Given::Option(option) => {
                if self.form.text(id) == option {
                    return Out::nothing();
                }
                self.form.choose(id, &option);
                self.changed(id, ctx)
            }
            Given::Org(_, _, full_name) => {
                self.answers.destination_typed.clear();
                self.form.look_up(id, &full_name, &full_name);
                self.changed(id, ctx)
            }
            Given::Typed(name) => {
                self.answers.destination.clear();
                self.answers.set(FieldId::DestinationTyped, &name);
                self.form.set_fault(id, None);
                self.mark_dirty(ctx.now.moment);
                self.rebuild(ctx);
                Out::nothing().say(format!("转入组织按手填的全称：{name}。请向对方核对。"))
            }
            Given::Member(..) => Out::nothing(),
        }
    }

    pub(super) fn act_waiting(input: &Input) -> Out {
        match input {
            Input::Do(Action::Back) => Out::nothing().say("正在办理，请稍等。"),
            Input::Do(_) | Input::Type(_) | Input::Unknown => Out::nothing(),
        }
    }

    pub(super) fn act_reviewing(&mut self, input: &Input, ctx: &mut Ctx<'_>) -> Out {
        let Phase::Reviewing { findings, top } = &self.phase else { return Out::nothing() };
        let (findings, top) = (findings.clone(), *top);
        let last = self.review_rows(&findings);
        let top = match input {
            Input::Do(Action::Enter | Action::Decide) => return self.confirm(&findings, ctx),
            Input::Do(Action::Back) => {
                self.phase = Phase::Filling;
                return Out::nothing();
            }
            Input::Do(Action::Up) => top.saturating_sub(1),
            Input::Do(Action::Down) => top + 1,
            Input::Do(Action::PageUp) => top.saturating_sub(PAGE),
            Input::Do(Action::PageDown) => top + PAGE,
            Input::Do(Action::First) => 0,
            Input::Do(Action::Last) => last,
            Input::Do(_) | Input::Type(_) | Input::Unknown => {
                return Out::nothing().say("Enter 提交，Esc 回去修改，上下键翻看。");
            }
        };
        self.phase = Phase::Reviewing { findings, top: top.min(last) };
        Out::nothing()
    }

    fn confirm(&mut self, findings: &[Finding], ctx: &mut Ctx<'_>) -> Out {
        if blocked(findings) {
            return self.back_to_block(findings);
        }
        self.forget_changes();
        self.phase = Phase::Sending;
        let answers = ctx.rules.without_hidden(&self.answers);
        Out::nothing().effect(Effect::Submit(self.saving.draft, answers)).say("正在提交..")
    }

    fn back_to_block(&mut self, findings: &[Finding]) -> Out {
        self.phase = Phase::Filling;
        for finding in findings.iter().filter(|f| f.severity == Severity::Block) {
            self.form.set_fault(Self::field_of(finding), Some(finding.sentence.clone()));
        }
        let said = self.form.to_first_fault();
        let first = findings.iter().find(|f| f.severity == Severity::Block);
        let said = said.or_else(|| first.map(|finding| finding.sentence.clone()));
        Out::nothing().warn(said.unwrap_or_default())
    }

    pub(super) fn submitted(&mut self, id: TransferId, number: &str, next: &str) -> Out {
        self.phase = Phase::Done { id, sentence: handed_in(number, next) };
        self.last = Some(self.answers.clone());
        // The page has the sentence; the message line must not still say that it is on its way.
        Out::nothing().say("").and(self.ask_next(id))
    }

    fn ask_next(&mut self, id: TransferId) -> Out {
        self.asked = Asked::Next(id);
        let options = vec![
            ("again".to_owned(), "再发一单".to_owned()),
            ("progress".to_owned(), "看进度".to_owned()),
        ];
        Out::nothing().push(open::choice("接下来", Vec::new(), options))
    }

    pub(super) fn act_done(&mut self, input: &Input) -> Out {
        let Phase::Done { id, .. } = self.phase else { return Out::nothing() };
        match input {
            Input::Do(Action::Back) => Out::nothing().pop(),
            Input::Do(Action::Enter) => self.ask_next(id),
            Input::Do(_) | Input::Type(_) | Input::Unknown => {
                Out::nothing().say("Enter 看可做的事，Esc 返回。")
            }
        }
    }

    /// An empty form in the same screen, so that 「同上一单」 knows the last one.
    pub(super) fn once_more(&mut self, ctx: &mut Ctx<'_>) -> Out {
        let initiated_by = self.answers.initiated_by;
        let member = if self.own { self.answers.member.clone() } else { String::new() };
        self.answers = TransferForm { initiated_by, member, ..TransferForm::default() };
        self.saving = Saving::default();
        self.saved_at = None;
        self.phase = Phase::Filling;
        self.opening = Opening::Blank;
        self.applied_at = ctx.now.local(ctx.now.moment).format("%Y-%m-%d %H:%M:%S").to_string();
        self.form = crate::model::form::Form::default();
        self.rebuild(ctx);
        self.form.focus_first();
        Out::nothing().say("新的一份。与上一单相同的内容按 Ctrl+D 抄过来。")
    }

    /// Goes back to the form after an error; the shell says what went wrong.
    pub(super) fn failed(&mut self, ticket: Option<Ticket>, now: Moment) -> Out {
        self.save_failed(now);
        let waiting = match self.phase {
            Phase::Checking(mine) => ticket == Some(mine),
            Phase::Sending => ticket.is_none(),
            Phase::Filling | Phase::Reviewing { .. } | Phase::Done { .. } => false,
        };
        if waiting {
            self.phase = Phase::Filling;
        }
        Out::nothing()
    }
}
