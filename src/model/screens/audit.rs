//! 操作记录: who did what, the newest first. Nothing can be changed or removed here.

use super::members::CHROME;
use super::ways;
use crate::domain::ids::Now;
use crate::domain::transfer::AuditRow;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::browse::{Browse, Effected};
use crate::model::effect::{Effect, Reply};
use crate::model::layer::{Ctx, Given, Out};

/// 操作记录
#[derive(Default)]
pub struct Audit {
    /// The entries.
    pub list: Browse<AuditRow, i64>,
}

impl Audit {
    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::List
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        Focus::List
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        "操作记录".to_owned()
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        if matches!(input, Input::Type(_)) {
            return Out::nothing().say(NO_SEARCH);
        }
        match input.action() {
            Some(Action::Back) => Out::nothing().pop(),
            Some(Action::Refresh) => self.enter(ctx),
            Some(Action::Enter) => self.open(ctx.now),
            Some(action) => match self.refusal(action) {
                Some(why) => Out::nothing().say(why),
                None => self.movement(action, ctx),
            },
            None => Out::nothing(),
        }
    }

    fn movement(&mut self, action: Action, ctx: &mut Ctx<'_>) -> Out {
        match self.list.act(&Input::Do(action)) {
            Effected::Selection => self.more(ctx),
            Effected::Question | Effected::Done | Effected::Nothing => Out::nothing(),
        }
    }

    /// Why an action is not possible here: nobody edits history.
    pub fn refusal(&self, action: Action) -> Option<String> {
        match action {
            Action::Find => Some(NO_SEARCH),
            Action::New | Action::Decide | Action::Sort | Action::Export => Some(READ_ONLY),
            _ => None,
        }
        .map(str::to_owned)
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match reply {
            Reply::Audit(ticket, rows, next) => {
                self.list.take(*ticket, rows.clone(), *next);
            }
            Reply::Failed(ticket, _) => self.list.failed(*ticket),
            // What was done in a screen above is in the record when somebody comes back to it.
            Reply::Stored(_)
            | Reply::Imported { .. }
            | Reply::Decided(..)
            | Reply::Submitted { .. }
            | Reply::Exported { .. }
            | Reply::AccountIssued { .. } => return self.enter(ctx),
            _ => {}
        }
        Out::nothing()
    }

    /// Takes what the layer above gave: nothing is chosen here.
    pub fn given(&mut self, _given: Given, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        let ticket = self.list.ask(ctx);
        Out::nothing().effect(Effect::LoadAudit(ticket, None))
    }

    fn more(&mut self, ctx: &mut Ctx<'_>) -> Out {
        let Some((ticket, before)) = self.list.ask_more(ctx) else { return Out::nothing() };
        Out::nothing().effect(Effect::LoadAudit(ticket, Some(before)))
    }

    fn open(&self, now: Now) -> Out {
        let Some(row) = self.list.table.current() else { return Out::nothing() };
        Out::nothing().push(ways::text("操作记录", sentences(row, now)))
    }

    /// The list has no search line, so one more row fits.
    fn fit(&mut self, ctx: &Ctx<'_>) {
        self.list.table.fit(usize::from((ctx.size.1 + 1).saturating_sub(CHROME)));
    }
}

const READ_ONLY: &str = "操作记录由程序自动记下，只供查看，不能添加、改动、换顺序或导出。";
const NO_SEARCH: &str = "操作记录不能打字查找，按时间从新到旧排。用上下键和翻页键看。";

/// One entry in full: the list cuts long texts.
fn sentences(row: &AuditRow, now: Now) -> Vec<String> {
    [
        ("序号", row.seq.to_string()),
        ("时间", now.local(row.at).format("%Y-%m-%d %H:%M:%S").to_string()),
        ("谁", row.actor.clone()),
        ("做了什么", row.action.clone()),
        ("对象", row.object.clone()),
        ("说明", row.detail.clone()),
    ]
    .into_iter()
    .filter(|(_, text)| !text.is_empty())
    .map(|(label, text)| format!("{label}：{text}"))
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::Moment;
    use crate::model::effect::Ticket;
    use crate::model::testing::{Desk, failure, moves, only};

    fn row(seq: i64) -> AuditRow {
        AuditRow {
            seq,
            at: Moment(1_591_059_600),
            actor: "周敏".to_owned(),
            action: "同意".to_owned(),
            object: "ZJ20200521-0003".to_owned(),
            detail: String::new(),
        }
    }

    #[test]
    fn older_entries_are_asked_for_near_the_end() {
        let mut desk = Desk::at_nine();
        let mut screen = Audit::default();
        assert!(*only(&screen.enter(&mut desk.ctx())) == Effect::LoadAudit(Ticket(1), None));
        let rows = (100..200).rev().map(row).collect();
        screen.reply(&Reply::Audit(Ticket(1), rows, Some(100)), &mut desk.ctx());
        let out = screen.act(Input::Do(Action::Last), &mut desk.ctx());
        assert!(*only(&out) == Effect::LoadAudit(Ticket(2), Some(100)));
        screen.reply(&Reply::Audit(Ticket(2), vec![row(99)], None), &mut desk.ctx());
        assert_eq!(screen.list.table.rows.len(), 101);
    }

    #[test]
    fn an_entry_is_shown_in_full_without_empty_lines() {
        let mut desk = Desk::at_nine();
        let mut screen = Audit::default();
        screen.enter(&mut desk.ctx());
        screen.reply(&Reply::Audit(Ticket(1), vec![row(7)], None), &mut desk.ctx());
        let out = screen.act(Input::Do(Action::Enter), &mut desk.ctx());
        assert_eq!(moves(&out), ["push 操作记录"]);
        let lines = sentences(&row(7), desk.now);
        assert_eq!(lines.len(), 5);
        assert_eq!(lines[1], "时间：2020-06-02 09:00:00");
    }

    #[test]
    fn what_is_done_meanwhile_is_read_again() {
        let mut desk = Desk::at_nine();
        let mut screen = Audit::default();
        screen.enter(&mut desk.ctx());
        let out = screen.reply(&Reply::Stored("已撤销。".to_owned()), &mut desk.ctx());
        assert!(*only(&out) == Effect::LoadAudit(Ticket(2), None));
    }

    #[test]
    fn typing_and_adding_are_answered_in_words() {
        let mut desk = Desk::at_nine();
        let mut screen = Audit::default();
        let out = screen.act(Input::Type("孔".to_owned()), &mut desk.ctx());
        assert_eq!(moves(&out), [format!("say {NO_SEARCH}")]);
        let out = screen.act(Input::Do(Action::New), &mut desk.ctx());
        assert!(moves(&out)[0].starts_with("say 操作记录由程序"));
    }

    #[test]
    fn a_failure_ends_the_waiting() {
        let mut desk = Desk::at_nine();
        let mut screen = Audit::default();
        screen.enter(&mut desk.ctx());
        screen.reply(&failure(Ticket(1)), &mut desk.ctx());
        assert!(!screen.list.table.loading);
    }
}
