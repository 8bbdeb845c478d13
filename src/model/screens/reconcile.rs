//! 对账: what a list of the official site and this database say differently, one kind at a time.

use std::path::PathBuf;

use super::decide::{decide, results};
use super::open;
use super::record::Record;
use super::ways;
use crate::domain::reconcile::{Difference, Reconciled, Reconciliation};
use crate::domain::transfer::TransferRow;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::effect::{Effect, Reply, Ticket};
use crate::model::layer::{Ctx, Given, Out};
use crate::model::table::Table;

/// Rows of the terminal that are not rows of the list: title, tabs, frame and heading, details,
/// message, keys.
pub const CHROME: u16 = 12;

/// How far the comparison is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// The file is being read.
    Reading,
    /// It could not be; the sentence says why.
    Unreadable(String),
    /// Compared.
    Compared,
    /// Told to stop.
    Stopped,
}

/// 对账
pub struct Reconcile {
    /// How far.
    pub phase: Phase,
    /// Which kind is listed.
    pub listed: Difference,
    /// The lines of that kind.
    pub table: Table<Reconciled>,
    /// The whole comparison, once made.
    pub found: Option<Reconciliation>,
    /// What is being done, how far, of how many (zero where unknown).
    pub progress: Option<(String, usize, usize)>,
    path: PathBuf,
    ticket: Ticket,
    /// Whether a decision was begun from here, so that its results are told here.
    deciding: bool,
}

impl Reconcile {
    /// The comparison with a file.
    pub fn new(path: PathBuf) -> Self {
        Self {
            phase: Phase::Reading,
            listed: Difference::DoneThere,
            table: Table::default(),
            found: None,
            progress: None,
            path,
            ticket: Ticket::default(),
            deciding: false,
        }
    }

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
        "对账".to_owned()
    }

    /// How many lines each kind has, in the order of the tabs.
    pub fn counts(&self) -> [(Difference, usize); 7] {
        Difference::ALL.map(|d| (d, self.found.as_ref().map_or(0, |found| found.count(d))))
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        let Some(action) = input.action() else { return Out::nothing().say(NO_TYPING) };
        if let Some(why) = self.refusal(action) {
            return Out::nothing().warn(why);
        }
        match action {
            Action::Back => self.leave(),
            Action::Left | Action::PreviousView => self.turn(-1),
            Action::Right | Action::NextView => self.turn(1),
            Action::Refresh => self.enter(ctx).say("正在重新对账。"),
            Action::Enter => self.open(),
            Action::Mark => self.mark(Action::Down),
            Action::MarkUp => self.mark(Action::Up),
            Action::MarkDown => self.mark(Action::Down),
            Action::New => self.make(),
            Action::Decide => self.decide(ctx),
            Action::Export => {
                Out::nothing().push(Record::export_reconciled(self.chosen_or_all()).into())
            }
            other => {
                self.table.moved(other);
                Out::nothing()
            }
        }
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match reply {
            Reply::Reconciled(ticket, found) if *ticket == self.ticket => self.take(found),
            Reply::Progress(what, done, of) if self.phase == Phase::Reading => {
                self.progress = Some((what.clone(), *done, *of));
                Out::nothing()
            }
            Reply::Stopped if self.phase == Phase::Reading => {
                (self.phase, self.progress) = (Phase::Stopped, None);
                self.table.loading = false;
                Out::nothing().say("已取消。按 5 重新对账，Esc 返回。")
            }
            Reply::Failed(ticket, fault) if *ticket == Some(self.ticket) => {
                self.phase = Phase::Unreadable(fault.sentence.clone());
                self.progress = None;
                self.table.loading = false;
                Out::nothing()
            }
            Reply::Decided(act, found) => {
                let told = std::mem::take(&mut self.deciding);
                let said = if told { results(*act, found) } else { Out::nothing() };
                self.enter(ctx).and(said)
            }
            Reply::Submitted { .. } => self.enter(ctx),
            _ => Out::nothing(),
        }
    }

    /// Takes what a picker gave: the member of a transfer that is to be made here as well.
    #[expect(clippy::needless_pass_by_value, reason = "every screen takes what is given alike")]
    pub fn given(&mut self, given: Given, _ctx: &mut Ctx<'_>) -> Out {
        match given {
            Given::Member(id, _) => Out::nothing().push(ways::apply_for(id)),
            Given::Org(..) | Given::Typed(_) | Given::Option(_) => Out::nothing(),
        }
    }

    /// Has the lists compared, when it comes to the top.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        (self.phase, self.progress) = (Phase::Reading, None);
        self.ticket = ctx.ticket();
        Out::nothing().effect(Effect::Reconcile(self.ticket, self.path.clone()))
    }

    fn take(&mut self, found: &Reconciliation) -> Out {
        let first = self.found.is_none();
        self.found = Some(found.clone());
        (self.phase, self.progress) = (Phase::Compared, None);
        if first {
            // It opens on what needs somebody; where nothing does, on what agrees.
            let first = Difference::ALL.into_iter().find(|d| found.count(*d) > 0);
            self.listed = first.unwrap_or(Difference::Same);
        }
        self.list();
        match found.left_out {
            0 if found.nameless > 0 => {
                Out::nothing().say(format!("名单里有 {} 行没有姓名，没有核对。", found.nameless))
            }
            0 => Out::nothing(),
            n => Out::nothing().warn(format!(
                "这里独有的太多，另有 {n} 单没有列出：这份名单可能不是同一个范围的。"
            )),
        }
    }

    fn list(&mut self) {
        let Some(found) = &self.found else { return };
        let rows = found.rows.iter().filter(|row| row.difference == self.listed).cloned().collect();
        self.table.replace(rows, false);
    }

    fn turn(&mut self, by: isize) -> Out {
        let kinds: Vec<Difference> = self
            .counts()
            .into_iter()
            .filter(|(difference, n)| *n > 0 || *difference == self.listed)
            .map(|(difference, _)| difference)
            .collect();
        let at = kinds.iter().position(|d| *d == self.listed).unwrap_or(0);
        let to = at.saturating_add_signed(by).min(kinds.len().saturating_sub(1));
        self.listed = kinds.get(to).copied().unwrap_or(self.listed);
        self.table.marked.clear();
        self.table.rewind();
        self.list();
        Out::nothing()
    }

    fn mark(&mut self, then: Action) -> Out {
        if let Some(row) = self.table.current() {
            let key = key(row);
            self.table.toggle(key);
        }
        self.table.moved(then);
        match self.table.marked.len() {
            0 => Out::nothing().say("没有选中的了。"),
            n => Out::nothing().say(format!("已选 {n} 条。按 8 一起办理，按 9 导出。")),
        }
    }

    fn open(&self) -> Out {
        let Some(row) = self.table.current() else { return Out::nothing() };
        match &row.here {
            Some(ours) => Out::nothing().push(open::card(ours.id)),
            None => Out::nothing().push(ways::text("官网名单里的一条", sentences(row))),
        }
    }

    /// The marked lines, else the selected one.
    fn chosen(&self) -> Vec<&Reconciled> {
        let marked: Vec<_> =
            self.table.rows.iter().filter(|row| self.table.marked.contains(&key(row))).collect();
        if marked.is_empty() { self.table.current().into_iter().collect() } else { marked }
    }

    fn chosen_or_all(&self) -> Vec<Reconciled> {
        if self.table.marked.is_empty() {
            return self.table.rows.clone();
        }
        self.chosen().into_iter().cloned().collect()
    }

    fn decide(&mut self, ctx: &Ctx<'_>) -> Out {
        let rows: Vec<TransferRow> =
            self.chosen().into_iter().filter_map(|row| row.here.clone()).collect();
        let Some(session) = ctx.session else { return Out::nothing() };
        self.deciding = true;
        Out::nothing().push(decide(&rows, &session.actor, ctx.now, ctx.rules).into())
    }

    /// Makes here what the list has and this database has not: the person is picked first.
    fn make(&self) -> Out {
        let name = self.table.current().and_then(|row| row.there.as_ref());
        let name = name.map_or("", |there| there.transferee.as_str());
        Out::nothing().push(open::member(name))
    }

    /// Esc stops the reading, and leaves where nothing goes on.
    fn leave(&mut self) -> Out {
        if self.phase == Phase::Reading {
            return Out::nothing().effect(Effect::Cancel).say("正在取消..");
        }
        Out::nothing().pop()
    }

    /// Why an action is not possible now.
    pub fn refusal(&self, action: Action) -> Option<String> {
        let none = self.table.rows.is_empty().then(|| "这一类没有。按左右键看别的。".to_owned());
        match action {
            Action::Find | Action::Sort => Some(NO_TYPING.to_owned()),
            Action::Decide => none.or_else(|| {
                let no_ours = self.chosen().iter().all(|row| row.here.is_none());
                no_ours
                    .then(|| "这几条只在官网名单里，这里没有可办的。按 2 在这里补建。".to_owned())
            }),
            Action::New => none.or_else(|| {
                let only_there = self.table.current().is_some_and(|row| row.here.is_none());
                (!only_there).then(|| "这一条在这里已经有了，不用补建。".to_owned())
            }),
            Action::Export | Action::Mark => none,
            _ => None,
        }
    }

    fn fit(&mut self, ctx: &Ctx<'_>) {
        self.table.fit(usize::from(ctx.size.1.saturating_sub(CHROME)));
    }
}

const NO_TYPING: &str = "左右键换一类，空格选中，8 办理，2 补建，9 导出，5 重新对账。";

/// Key of a line: our transfer, or the row of the list below zero.
pub fn key(row: &Reconciled) -> i64 {
    let there = row.there.as_ref().map_or(0, |t| -i64::try_from(t.row).unwrap_or(0));
    row.here.as_ref().map_or(there, |ours| ours.id.0)
}

/// A line of the list in full.
fn sentences(row: &Reconciled) -> Vec<String> {
    let Some(there) = &row.there else { return Vec::new() };
    let day = there.applied_on.map_or_else(String::new, |day| day.to_string());
    [
        ("名单第几行", there.row.to_string()),
        ("转出人", there.transferee.clone()),
        ("转出团组织", there.origin.clone()),
        ("转入团组织", there.destination.clone()),
        ("申请时间", day),
        ("处理状态", there.status.clone()),
        ("怎么办", row.difference.advice().to_owned()),
    ]
    .into_iter()
    .filter(|(_, text)| !text.is_empty())
    .map(|(label, text)| format!("{label}：{text}"))
    .collect()
}
