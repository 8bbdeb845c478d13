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
        self.list.focus()
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        "操作记录".to_owned()
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
        match input.action() {
            Some(Action::Back) => Out::nothing().pop(),
            Some(Action::Refresh) => self.enter(ctx),
            Some(Action::Enter) => self.open(ctx.now),
            Some(Action::Export) => Out::nothing().push(ways::export_history(&self.list.text())),
            Some(action) => {
                self.refusal(action).map_or_else(Out::nothing, |why| Out::nothing().say(why))
            }
            None => Out::nothing(),
        }
    }

    /// Why an action is not possible here: nobody edits history.
    pub fn refusal(&self, action: Action) -> Option<String> {
        matches!(action, Action::New | Action::Decide | Action::Sort).then(|| READ_ONLY.to_owned())
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match reply {
            // What matches little comes in short pages; the screen is filled all the same.
            Reply::Audit(ticket, rows, next) if self.list.take(*ticket, rows.clone(), *next) => {
                return self.more(ctx);
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
        Out::nothing().effect(Effect::LoadAudit(ticket, self.list.text(), None))
    }

    fn more(&mut self, ctx: &mut Ctx<'_>) -> Out {
        let Some((ticket, before)) = self.list.ask_more(ctx) else { return Out::nothing() };
        Out::nothing().effect(Effect::LoadAudit(ticket, self.list.text(), Some(before)))
    }

    fn open(&self, now: Now) -> Out {
        let Some(row) = self.list.table.current() else { return Out::nothing() };
        Out::nothing().push(ways::text("操作记录", sentences(row, now)))
    }

    fn fit(&mut self, ctx: &Ctx<'_>) {
        self.list.table.fit(usize::from(ctx.size.1.saturating_sub(CHROME)));
    }
}

const READ_ONLY: &str = "操作记录由程序自动记下，只供查看和导出，不能添加、改动或换顺序。";

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
        assert!(
            *only(&screen.enter(&mut desk.ctx()))
                == Effect::LoadAudit(Ticket(1), String::new(), None)
        );
        let rows = (100..200).rev().map(row).collect();
        screen.reply(&Reply::Audit(Ticket(1), rows, Some(100)), &mut desk.ctx());
        let out = screen.act(Input::Do(Action::Last), &mut desk.ctx());
        assert!(*only(&out) == Effect::LoadAudit(Ticket(2), String::new(), Some(100)));
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
        assert!(*only(&out) == Effect::LoadAudit(Ticket(2), String::new(), None));
    }

    #[test]
    fn typing_asks_anew_and_short_pages_are_filled_up() {
        let mut desk = Desk::at_nine();
        let mut screen = Audit::default();
        screen.enter(&mut desk.ctx());
        let out = screen.act(Input::Type("导出".to_owned()), &mut desk.ctx());
        let asked = |ticket, before| Effect::LoadAudit(Ticket(ticket), "导出".to_owned(), before);
        assert!(*only(&out) == asked(2, None));
        let out =
            screen.reply(&Reply::Audit(Ticket(2), vec![row(900)], Some(700)), &mut desk.ctx());
        assert!(*only(&out) == asked(3, Some(700)), "one row does not fill the screen");
        let out = screen.reply(&Reply::Audit(Ticket(3), vec![], Some(500)), &mut desk.ctx());
        assert!(*only(&out) == asked(4, Some(500)));
        screen.reply(&Reply::Audit(Ticket(4), vec![row(3)], None), &mut desk.ctx());
        let seqs: Vec<i64> = screen.list.table.rows.iter().map(|row| row.seq).collect();
        assert_eq!(seqs, [900, 3]);
        let stale = screen.reply(&Reply::Audit(Ticket(1), vec![row(9)], Some(1)), &mut desk.ctx());
        assert!(stale.effects.is_empty());
    }

    #[test]
    fn it_can_be_exported_but_not_changed() {
        let mut desk = Desk::at_nine();
        let mut screen = Audit::default();
        let out = screen.act(Input::Do(Action::Export), &mut desk.ctx());
        assert_eq!(moves(&out), ["push 导出操作记录"]);
        for action in [Action::New, Action::Decide, Action::Sort] {
            let out = screen.act(Input::Do(action), &mut desk.ctx());
            assert!(moves(&out)[0].starts_with("say 操作记录由程序"));
        }
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
