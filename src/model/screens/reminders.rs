//! 到期提醒: data that is kept longer than it should be, with the way to the rows.

use super::choice::Choice;
use super::doors::Door;
use super::members::CHROME;
use crate::domain::reminder::{Reminder, ReminderKind};
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::browse::{Browse, Effected};
use crate::model::effect::{Effect, Reply};
use crate::model::layer::{Ctx, Given, Out};

/// What is said where nothing is due.
pub const EMPTY: &str = "没有到期要看的：没有满期限的旧档案、超龄团员、旧的完整导出和旧密钥备份。";

const READ_ONLY: &str = "提醒由程序按规则文件里的期限算出来。选中一项按 Enter 去办。";

/// 到期提醒
#[derive(Default)]
pub struct Reminders {
    /// The reminders.
    pub list: Browse<Reminder, ()>,
}

impl Reminders {
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
        "到期提醒".to_owned()
    }

    /// Takes an input. Four rows at most need no search.
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        if matches!(input, Input::Type(_) | Input::Do(Action::Find)) {
            return Out::nothing().say(READ_ONLY);
        }
        match self.list.act(&input) {
            Effected::Question | Effected::Selection | Effected::Done => Out::nothing(),
            Effected::Nothing => self.other_key(input, ctx),
        }
    }

    fn other_key(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        match input.action() {
            Some(Action::Back) => Out::nothing().pop(),
            Some(Action::Refresh) => self.enter(ctx),
            Some(Action::Enter | Action::Decide) => self.open(),
            Some(Action::New | Action::Sort | Action::Export) => Out::nothing().say(READ_ONLY),
            Some(_) | None => Out::nothing(),
        }
    }

    fn open(&self) -> Out {
        let Some(row) = self.list.table.current() else { return Out::nothing().say(EMPTY) };
        let next = row.kind.next();
        match row.kind {
            ReminderKind::Former | ReminderKind::Overage => {
                Out::nothing().push(Door::MembersDue(row.kind).open()).say(next)
            }
            ReminderKind::Exports => Out::nothing().push(Door::Exports.open()).say(next),
            ReminderKind::Backups => {
                let mut lines = vec!["这些备份是换数据库密钥以前做的：".to_owned()];
                lines.extend(row.first.iter().cloned());
                if row.n > row.first.len() || row.more {
                    lines.push(format!(
                        "共 {} 份；用「tuanzhuan backup list」看全部。",
                        row.count()
                    ));
                }
                lines.push(next.to_owned());
                Out::nothing().push(Choice::notice("旧密钥的备份", lines).into())
            }
        }
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match reply {
            Reply::Reminders(ticket, rows) => {
                self.list.take(*ticket, rows.clone(), None);
                Out::nothing()
            }
            Reply::Failed(ticket, _) => {
                self.list.failed(*ticket);
                Out::nothing()
            }
            Reply::Stored(_) => self.enter(ctx),
            _ => Out::nothing(),
        }
    }

    /// Takes what the layer above gave: nothing is chosen here.
    pub fn given(&mut self, _given: Given, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        let ticket = self.list.ask(ctx);
        Out::nothing().effect(Effect::LoadReminders(ticket))
    }

    fn fit(&mut self, ctx: &Ctx<'_>) {
        self.list.table.fit(usize::from(ctx.size.1.saturating_sub(CHROME)));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;
    use crate::model::effect::Ticket;
    use crate::model::layer::Layer;
    use crate::view::testing::{desk, dump, press, reply};

    fn reminder(kind: ReminderKind, n: usize) -> Reminder {
        Reminder { kind, n, more: false, first: vec!["王凡".to_owned(), "李雷".to_owned()] }
    }

    #[test]
    fn each_reminder_leads_to_its_rows() {
        let (mut state, _) = desk(Reminders::default(), Role::Administrator);
        let rows = ReminderKind::ALL.iter().map(|kind| reminder(*kind, 2)).collect();
        reply(&mut state, Reply::Reminders(Ticket(1), rows));
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("超过团龄") && lines.contains("王凡、李雷"), "{lines}");
        let effects = press(&mut state, "<enter>");
        assert!(
            matches!(&effects[..], [Effect::FindMembers(_, query)] if query.due.is_some()),
            "only those who are due"
        );
        assert!(matches!(state.top(), Layer::Members(_)));
        press(&mut state, "<esc><down><down><enter>");
        assert!(matches!(state.top(), Layer::Exports(_)));
        press(&mut state, "<esc><down><enter>");
        assert!(dump(&state, 80, 24).join("").contains("以前的密码"));
    }

    #[test]
    fn nothing_due_is_said() {
        let (mut state, _) = desk(Reminders::default(), Role::Administrator);
        reply(&mut state, Reply::Reminders(Ticket(1), vec![]));
        assert!(dump(&state, 80, 24).join("").contains("没有到期要看的"));
    }
}
