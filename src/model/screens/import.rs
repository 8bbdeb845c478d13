//! 导入预览: every row of a file is checked and shown before anything is written.

mod manner;
mod mend;
mod refusal;
mod words;

use std::path::PathBuf;

use self::words::{GO, NO_TYPING, confirmation};
use crate::domain::fault::Fault;
use crate::domain::ids::BatchId;
use crate::domain::intake::{ImportLayout, ImportManner};
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::effect::{
    Effect, ImportKind, ImportPreview, ImportRow, ImportVerdict, Reply, Ticket,
};
use crate::model::layer::{Ctx, Given, Out};
use crate::model::table::Table;

pub use mend::Mending;
pub use words::remedies;

/// Rows of the terminal that are not rows of the file: title, 结论, frame and heading, 怎么改,
/// message, keys.
const CHROME: u16 = 17;

/// How far the import is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// The file is being read and checked.
    Reading,
    /// It could not be read; the sentence says why.
    Unreadable(String),
    /// Checked; nothing has been written.
    Checked,
    /// The good rows are being written.
    Writing,
    /// Written: the batch and how many rows.
    Written(BatchId, usize),
    /// Written and taken back.
    Undone,
    /// Told to stop, and not stopped yet.
    Stopping,
    /// Stopped; nothing was written.
    Stopped,
}

/// Which rows are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Listed {
    /// Those that need a look.
    Problems,
    /// All.
    All,
}

/// 导入预览
pub struct Import {
    /// What kind of file.
    pub kind: ImportKind,
    /// How far.
    pub phase: Phase,
    /// Rows listed.
    pub table: Table<ImportRow>,
    /// Which rows are listed.
    pub listed: Listed,
    /// File, format, columns and counts, once checked.
    pub preview: Option<ImportPreview>,
    /// What is being done, how far, of how many (zero where unknown).
    pub progress: Option<(String, usize, usize)>,
    /// The cell being put right, if one is.
    pub mending: Option<Mending>,
    path: PathBuf,
    ticket: Ticket,
    /// What was chosen about the file.
    manner: ImportManner,
    /// What it could be taken for, once that was asked.
    layout: Option<ImportLayout>,
    survey_ticket: Ticket,
    /// Row to be selected after the next check.
    at_row: Option<usize>,
}

impl Import {
    /// The preview of a file.
    pub fn new(kind: ImportKind, path: PathBuf) -> Self {
        Self {
            kind,
            phase: Phase::Reading,
            table: Table::default(),
            listed: Listed::Problems,
            preview: None,
            progress: None,
            mending: None,
            path,
            ticket: Ticket::default(),
            manner: ImportManner::default(),
            layout: None,
            survey_ticket: Ticket::default(),
            at_row: None,
        }
    }

    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::Import
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        if self.mending.is_some() { Focus::Text } else { Focus::List }
    }

    /// Its part of the breadcrumb; says whether something is written already.
    pub fn crumb(&self) -> String {
        let (what, how) = (self.what(), self.how_far());
        format!("导入{what}（{how}）")
    }

    fn what(&self) -> &'static str {
        match self.kind {
            ImportKind::Members => "名册",
            ImportKind::Organisations => "组织名单",
        }
    }

    fn how_far(&self) -> String {
        let doing = match &self.phase {
            Phase::Reading => "正在检查",
            Phase::Writing => "正在写入",
            Phase::Unreadable(_) | Phase::Checked => return "还没有写入".to_owned(),
            Phase::Written(..) => return "已写入".to_owned(),
            Phase::Undone => return "已撤销".to_owned(),
            Phase::Stopping => return "正在取消".to_owned(),
            Phase::Stopped => return "已取消".to_owned(),
        };
        match &self.progress {
            Some((_, done, 0)) => format!("{doing} {done} 行"),
            Some((_, done, of)) => format!("{doing} {done}/{of}"),
            None => doing.to_owned(),
        }
    }

    /// Name of the file.
    pub fn file(&self) -> String {
        self.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
    }

    /// Counts of good, bad and present rows.
    pub fn counts(&self) -> (usize, usize, usize) {
        self.preview.as_ref().map_or((0, 0, 0), |preview| preview.counts)
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        if let Some(out) = self.mending_act(&input, ctx) {
            return out;
        }
        let Some(action) = input.action() else { return Out::nothing().say(NO_TYPING) };
        match action {
            Action::Back => self.leave(),
            Action::NextPane | Action::PreviousPane => self.toggle(),
            Action::Decide => self.decide(),
            Action::Undo => self.undo(),
            Action::New => self.mend(),
            Action::Options => self.survey(ctx),
            Action::Export => self.save_bad(),
            Action::Enter => self.enter_key(ctx),
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
            Reply::Preview(ticket, preview) if *ticket == self.ticket => {
                // It may come just before the wish to stop arrives: it writes nothing either way.
                self.check_done(preview);
                Out::nothing()
            }
            Reply::Layout(ticket, layout) if *ticket == self.survey_ticket => self.surveyed(layout),
            Reply::BadRowsSaved { path, n_rows } => {
                let preview = self.preview.as_ref();
                preview.map_or_else(Out::nothing, |p| {
                    Out::nothing().say(p.saved_in_words(path, *n_rows))
                })
            }
            Reply::Progress(what, done, of) if self.is_busy() => {
                self.progress = Some((what.clone(), *done, *of));
                Out::nothing()
            }
            Reply::Imported { batch, n_rows } if self.phase == Phase::Writing => {
                self.written(*batch, *n_rows)
            }
            // The last row was written before the wish to stop arrived.
            Reply::Imported { batch, n_rows } if self.phase == Phase::Stopping => {
                let out = self.written(*batch, *n_rows);
                out.say("取消晚了一步，已经全部写完。不要的话按 Ctrl+Z 整批撤销。")
            }
            Reply::Stopped if self.is_busy() => {
                self.phase = Phase::Stopped;
                self.progress = None;
                Out::nothing().say("已取消，什么都没有写入。")
            }
            Reply::Stored(_) => self.perhaps_undone(),
            Reply::Failed(ticket, fault) => {
                self.failed(*ticket, fault);
                Out::nothing()
            }
            _ => Out::nothing(),
        }
    }

    /// Takes what the confirmation gave.
    pub fn given(&mut self, given: Given, ctx: &mut Ctx<'_>) -> Out {
        match given {
            Given::Option(id) if id == GO => self.write(),
            Given::Option(id) => self.chosen(&id, ctx).unwrap_or_default(),
            Given::Org(_, code, name) => self.branch_given(&code, &name, ctx),
            Given::Typed(_) | Given::Member(..) => Out::nothing(),
        }
    }

    /// Has the file checked, when it comes to the top. Nothing is read twice unasked.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        self.phase = Phase::Reading;
        self.progress = None;
        self.mending = None;
        self.ticket = ctx.ticket();
        let (path, manner) = (self.path.clone(), Box::new(self.manner.clone()));
        Out::nothing().effect(Effect::PreviewImport(self.ticket, self.kind, path, manner))
    }

    fn is_busy(&self) -> bool {
        matches!(self.phase, Phase::Reading | Phase::Writing | Phase::Stopping)
    }

    fn check_done(&mut self, preview: &ImportPreview) {
        self.phase = Phase::Checked;
        self.progress = None;
        let (_, bad, present) = preview.counts;
        self.listed = if bad + present == 0 { Listed::All } else { Listed::Problems };
        self.preview = Some(preview.clone());
        self.list();
        if let Some(row) = self.at_row.take() {
            self.select_near(row);
        }
    }

    fn list(&mut self) {
        let Some(preview) = &self.preview else { return };
        let wanted = |row: &&ImportRow| {
            self.listed == Listed::All || !matches!(row.verdict, ImportVerdict::Good)
        };
        let rows = preview.rows.iter().filter(wanted).cloned().collect();
        self.table.rewind();
        self.table.replace(rows, false);
    }

    fn toggle(&mut self) -> Out {
        let here = self.table.current().map(|row| row.row);
        self.listed = match self.listed {
            Listed::Problems => Listed::All,
            Listed::All => Listed::Problems,
        };
        self.list();
        self.select(here);
        Out::nothing()
    }

    /// Keeps the selected row when more or fewer rows are listed.
    fn select(&mut self, row: Option<usize>) {
        let place = self.table.rows.iter().position(|r| Some(r.row) == row);
        self.table.selected = place.unwrap_or(0);
        self.table.fit(self.table.height);
    }

    /// Selects a row of the file, or the next one that is listed.
    fn select_near(&mut self, row: usize) {
        let last = self.table.rows.len().saturating_sub(1);
        let place = self.table.rows.iter().position(|listed| listed.row >= row);
        self.table.selected = place.unwrap_or(last);
        self.table.fit(self.table.height);
    }

    fn save_bad(&self) -> Out {
        match self.refusal(Action::Export) {
            Some(why) => Out::nothing().warn(why),
            None => Out::nothing().effect(Effect::SaveBadRows),
        }
    }

    fn decide(&mut self) -> Out {
        if let Some(why) = self.refusal(Action::Decide) {
            return Out::nothing().warn(why);
        }
        match self.counts() {
            (_, 0, 0) => self.write(),
            counts => Out::nothing().push(confirmation(counts)),
        }
    }

    fn write(&mut self) -> Out {
        if self.phase != Phase::Checked {
            return Out::nothing();
        }
        self.phase = Phase::Writing;
        self.progress = None;
        Out::nothing().effect(Effect::RunImport)
    }

    fn written(&mut self, batch: BatchId, n_rows: usize) -> Out {
        self.phase = Phase::Written(batch, n_rows);
        self.progress = None;
        Out::nothing()
            .say(format!("已导入 {n_rows} 行（第 {batch} 批）。按 Ctrl+Z 整批撤销，Esc 返回。"))
    }

    fn undo(&mut self) -> Out {
        match self.phase {
            Phase::Written(batch, _) => Out::nothing().effect(Effect::UndoImport(batch)),
            Phase::Reading | Phase::Unreadable(_) | Phase::Checked => {
                Out::nothing().say("还什么都没有写入，不用撤销。按 Esc 返回。")
            }
            Phase::Writing => Out::nothing().say("正在写入。按 Esc 取消；写完以后按 Ctrl+Z 撤销。"),
            Phase::Stopping | Phase::Stopped => {
                Out::nothing().say("什么都没有写入，不用撤销。按 Esc 返回。")
            }
            Phase::Undone => Out::nothing().say("这一批已经撤销过了。"),
        }
    }

    /// While this screen is on top, the only thing it can have stored is the undoing.
    fn perhaps_undone(&mut self) -> Out {
        if matches!(self.phase, Phase::Written(..)) {
            self.phase = Phase::Undone;
        }
        Out::nothing()
    }

    /// Enter checks the file again, where that can help.
    fn enter_key(&mut self, ctx: &mut Ctx<'_>) -> Out {
        match self.phase {
            Phase::Checked | Phase::Unreadable(_) | Phase::Undone | Phase::Stopped => {
                self.enter(ctx).say("正在重新检查文件。")
            }
            Phase::Reading | Phase::Writing | Phase::Stopping => Out::nothing(),
            Phase::Written(..) => Out::nothing().pop(),
        }
    }

    /// Esc stops what goes on, and leaves where nothing does.
    fn leave(&mut self) -> Out {
        match self.phase {
            Phase::Reading | Phase::Writing => {
                self.phase = Phase::Stopping;
                Out::nothing().effect(Effect::Cancel).say("正在取消..")
            }
            Phase::Stopping => Out::nothing().say("正在取消，请稍等；写一半是不会的。"),
            Phase::Unreadable(_) | Phase::Checked | Phase::Stopped => {
                Out::nothing().pop().say("没有导入，什么都没有写入。")
            }
            Phase::Written(..) | Phase::Undone => Out::nothing().pop(),
        }
    }

    fn failed(&mut self, ticket: Option<Ticket>, fault: &Fault) {
        match self.phase {
            // Whether it failed by itself or not: one transaction leaves nothing behind.
            Phase::Stopping if ticket.is_none_or(|t| t == self.ticket) => {
                self.phase = Phase::Stopped;
            }
            Phase::Reading if ticket == Some(self.ticket) => {
                self.phase = Phase::Unreadable(fault.sentence.clone());
                self.table.loading = false;
            }
            // One transaction: a failure while writing leaves nothing behind.
            Phase::Writing if ticket.is_none() => self.phase = Phase::Checked,
            _ => return,
        }
        self.progress = None;
    }

    fn fit(&mut self, ctx: &Ctx<'_>) {
        self.table.fit(usize::from(ctx.size.1.saturating_sub(CHROME)));
    }
}

#[cfg(test)]
pub(crate) mod tests;
