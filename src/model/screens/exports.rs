//! 导出登记: which files with data left the program, and what became of them.

use super::members::CHROME;
use super::record::{Record, Then};
use super::ways::{self, Offer};
use crate::domain::disclosure::{ExportRecord, Whereabouts};
use crate::domain::ids::Now;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::browse::{Browse, Effected};
use crate::model::effect::{Effect, Reply};
use crate::model::layer::{Ctx, Given, Out};

/// What is said where nothing was exported.
pub const EMPTY: &str = "还没有导出过。转接列表里按 9 导出，每一份都自动登记在这里。";

const DELETED: &str = "deleted";
const READ_ONLY: &str = "导出登记由程序自动记下，不能添加。文件删掉以后，选中它按 8 登记。";

/// 导出登记
#[derive(Default)]
pub struct Exports {
    /// The files that match the search.
    pub list: Browse<ExportRecord, i64>,
    all: Vec<ExportRecord>,
    next: Option<i64>,
}

impl Exports {
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
        "导出登记".to_owned()
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match self.list.act(&input) {
            Effected::Question => {
                self.filter();
                Out::nothing()
            }
            Effected::Selection => self.more(ctx),
            Effected::Done => Out::nothing(),
            Effected::Nothing => self.other_key(input, ctx),
        }
    }

    fn other_key(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        let Some(action) = input.action() else { return Out::nothing() };
        match action {
            Action::Back => Out::nothing().pop(),
            Action::Refresh => self.enter(ctx),
            Action::Enter | Action::Decide => self.popup(ctx.now),
            other => self.refusal(other).map_or_else(Out::nothing, |why| Out::nothing().say(why)),
        }
    }

    /// Why an action is not possible here.
    pub fn refusal(&self, action: Action) -> Option<String> {
        match action {
            Action::New | Action::Sort => Some(READ_ONLY.to_owned()),
            Action::Export => {
                let why = "导出登记不再导出。要留一份用「tuanzhuan history exports --json」。";
                Some(why.to_owned())
            }
            _ => None,
        }
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match reply {
            Reply::Exports(ticket, rows, next) if self.list.awaits(*ticket) => {
                if self.list.appends() {
                    self.all.extend(rows.iter().cloned());
                } else {
                    self.all.clone_from(rows);
                }
                self.next = *next;
                self.filter();
                Out::nothing()
            }
            Reply::Failed(ticket, _) => {
                self.list.failed(*ticket);
                Out::nothing()
            }
            Reply::Stored(_) | Reply::Exported { .. } => self.enter(ctx),
            _ => Out::nothing(),
        }
    }

    /// Takes what the popup gave.
    pub fn given(&mut self, given: Given, _ctx: &mut Ctx<'_>) -> Out {
        let (Given::Option(id), Some(row)) = (given, self.list.table.current()) else {
            return Out::nothing();
        };
        if id != DELETED {
            return Out::nothing();
        }
        let title = format!("登记第 {} 号导出已删除", row.id);
        Out::nothing().push(Record::ask_reason(&title, Then::NoteExportDeleted(row.id)).into())
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        let ticket = self.list.ask(ctx);
        Out::nothing().effect(Effect::LoadExports(ticket, None))
    }

    fn more(&mut self, ctx: &mut Ctx<'_>) -> Out {
        let Some((ticket, before)) = self.list.ask_more(ctx) else { return Out::nothing() };
        Out::nothing().effect(Effect::LoadExports(ticket, Some(before)))
    }

    fn fit(&mut self, ctx: &Ctx<'_>) {
        self.list.table.fit(usize::from(ctx.size.1.saturating_sub(CHROME)));
    }

    fn filter(&mut self) {
        let text = self.list.text();
        let hit = |row: &&ExportRecord| {
            [&row.actor, &row.what, &row.path, &row.reason].iter().any(|part| part.contains(&text))
        };
        let rows = self.all.iter().filter(hit).cloned().collect();
        self.list.show(rows, self.next);
    }

    fn popup(&self, now: Now) -> Out {
        let Some(row) = self.list.table.current() else { return Out::nothing().say(EMPTY) };
        let refusal = match row.whereabouts {
            Whereabouts::There => Some("文件还在原处。请先把它和别处的副本删掉，再登记。"),
            Whereabouts::Deleted => Some("已经登记过删除了。"),
            Whereabouts::Gone => None,
        };
        let offer = Offer::new(DELETED, "登记：文件和副本都已删除");
        let offers = vec![offer.unless(refusal.map(str::to_owned))];
        let title = format!("导出登记第 {} 号", row.id);
        Out::nothing().push(ways::choice(&title, lines(row, now), offers))
    }
}

/// A file in full.
fn lines(row: &ExportRecord, now: Now) -> Vec<String> {
    let when = now.local(row.at).format("%Y-%m-%d %H:%M:%S");
    let drafts = match row.n_drafts {
        0 => String::new(),
        n => format!("，其中草稿 {n} 行"),
    };
    let reason = if row.reason.is_empty() { "（没有写）" } else { &row.reason };
    vec![
        format!("{when}  {}", row.actor),
        format!("{}，{} 行{drafts}，号码：{}", row.what, row.n_rows, row.shown.label()),
        format!("原因：{reason}"),
        format!("文件：{}（{}）", row.path, row.whereabouts.label()),
        format!("列：{}", row.fields),
        format!("SHA-256：{}", row.sha256),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;
    use crate::domain::disclosure::Shown;
    use crate::domain::ids::{ExportId, Moment};
    use crate::model::effect::Ticket;
    use crate::view::testing::{desk, dump, press, reply};

    fn row(id: i64, whereabouts: Whereabouts) -> ExportRecord {
        ExportRecord {
            id: ExportId(id),
            at: Moment(1_591_059_600),
            actor: "周敏".to_owned(),
            what: "转接".to_owned(),
            path: "/x/转接.xlsx".to_owned(),
            sha256: "ab".repeat(32),
            n_rows: 18,
            n_drafts: 2,
            fields: "转出人、转出团组织".to_owned(),
            shown: Shown::Full,
            reason: "报上级核对".to_owned(),
            deleted_at: None,
            whereabouts,
        }
    }

    #[test]
    fn files_are_listed_and_entered_as_deleted_once_they_are_gone() {
        let (mut state, _) = desk(Exports::default(), Role::Administrator);
        let rows = vec![row(2, Whereabouts::There), row(1, Whereabouts::Gone)];
        reply(&mut state, Reply::Exports(Ticket(1), rows, None));
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("完整号码") && lines.contains("还在"), "{lines}");
        press(&mut state, "<enter>");
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("报上级核对") && lines.contains("草稿 2 行"), "{lines}");
        press(&mut state, "1");
        assert!(state.message.text.contains("先把它"), "{}", state.message.text);
        press(&mut state, "<esc><down>81");
        let effects = press(&mut state, "上级核对完。<f8>");
        assert!(
            matches!(&effects[..], [Effect::NoteExportDeleted(ExportId(1), why)] if why == "上级核对完。")
        );
    }

    #[test]
    fn an_empty_ledger_says_where_exports_are_made() {
        let (mut state, _) = desk(Exports::default(), Role::Operator);
        reply(&mut state, Reply::Exports(Ticket(1), vec![], None));
        assert!(dump(&state, 80, 24).join("").contains("按 9 导出"));
        press(&mut state, "2");
        assert!(state.message.text.contains("自动记下"));
    }
}
