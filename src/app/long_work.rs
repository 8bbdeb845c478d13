//! Effects that take their time: searching in slices, exports, and the names of files in forms.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use crate::domain::fault::Fault;
use crate::domain::history::HistoryQuery;
use crate::domain::ids::MemberId;
use crate::domain::letter::PrintOrder;
use crate::domain::org_search::OrgSearch;
use crate::domain::progress::Progress;
use crate::domain::reconcile::Reconciled;
use crate::exchange::export::Overwrite;
use crate::exchange::read_parser::Parser;
use crate::model::effect::{ExportOrder, Reply, Ticket};
use crate::office::{Between, ExportDone, ImportOptions, Session};

/// What can be told and asked while an effect is performed.
pub struct Meanwhile<'a> {
    /// Tells something before the answer is complete; breaks off where nobody listens any more.
    pub tell: &'a mut dyn FnMut(Reply) -> ControlFlow<()>,
    /// Whether the answer, or the work, is not wanted any more.
    pub is_unwanted: &'a dyn Fn() -> bool,
}

impl Meanwhile<'_> {
    pub(super) fn goes_on(&self) -> ControlFlow<()> {
        if (self.is_unwanted)() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    /// Tells how far long work is, and whether to go on with it.
    pub(super) fn report(&mut self, progress: Progress) -> ControlFlow<()> {
        let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        let Progress { step, done, total } = progress;
        (self.tell)(Reply::Progress(step.to_owned(), count(done), count(total)))?;
        self.goes_on()
    }
}

/// Searches in slices. Where the first one does not reach the end, the best so far is told.
pub(super) fn search_organisations(
    session: Session<'_>,
    (ticket, search): (Ticket, &OrgSearch),
    meanwhile: &mut Meanwhile<'_>,
) -> Result<Vec<Reply>, Fault> {
    let between = &mut |between: Between| {
        if let Between::First(hits) = between {
            (meanwhile.tell)(Reply::OrgHits(ticket, Box::new(hits)))?;
        }
        meanwhile.goes_on()
    };
    let hits = session.search_organisations(search, between)?;
    Ok(hits.map(|hits| Reply::OrgHits(ticket, Box::new(hits))).into_iter().collect())
}

/// Writes an export, telling how far it is.
pub(super) fn export(
    session: Session<'_>,
    order: ExportOrder,
    meanwhile: &mut Meanwhile<'_>,
) -> Result<Vec<Reply>, Fault> {
    // Told in full: where a bare name lands is known to nobody at the screen.
    let order = ExportOrder { path: full_path(&order.path), ..order };
    let done = session.export_transfers(&order, &mut |progress| meanwhile.report(progress))?;
    Ok(vec![exported(done)])
}

/// Writes the history to a file, as far as it answers what was typed, telling how far it is.
pub(super) fn export_history(
    session: Session<'_>,
    asked: &str,
    (path, overwrite): (&Path, Overwrite),
    meanwhile: &mut Meanwhile<'_>,
) -> Result<Vec<Reply>, Fault> {
    let query = HistoryQuery::parse(asked, session.now());
    let path = full_path(path);
    let watch = &mut |progress| meanwhile.report(progress);
    let done = session.export_history(&query, (&path, overwrite), watch)?;
    Ok(vec![exported(done)])
}

/// Erases what is known of a member, telling how far it is.
pub(super) fn erase(
    session: Session<'_>,
    (id, reason): (MemberId, &str),
    meanwhile: &mut Meanwhile<'_>,
) -> Result<Vec<Reply>, Fault> {
    let n = session.erase_member(id, reason, &mut |progress| meanwhile.report(progress))?;
    Ok(vec![Reply::Stored(format!(
        "已删除个人信息，操作记录里抹去了 {n} 条的文字。以前的备份和导出的文件请另外销毁。"
    ))])
}

fn exported(done: ExportDone) -> Reply {
    Reply::Exported { path: done.path, n_rows: done.n_rows, n_drafts: done.n_drafts }
}

/// Compares a list of the official site, telling how far it is.
pub(super) fn reconcile(
    session: Session<'_>,
    (ticket, path): (Ticket, &Path),
    parser: Parser,
    meanwhile: &mut Meanwhile<'_>,
) -> Result<Vec<Reply>, Fault> {
    let watch = &mut |progress| meanwhile.report(progress);
    let options = ImportOptions { parser, ..ImportOptions::default() };
    let found = session.reconcile(&full_path(path), &options, watch)?;
    Ok(vec![Reply::Reconciled(ticket, Box::new(found))])
}

/// Writes lines of a comparison to a file.
pub(super) fn export_reconciled(
    session: Session<'_>,
    lines: &[Reconciled],
    (path, overwrite): (&Path, Overwrite),
    meanwhile: &mut Meanwhile<'_>,
) -> Result<Vec<Reply>, Fault> {
    let path = full_path(path);
    let watch = &mut |progress| meanwhile.report(progress);
    let done = session.export_reconciliation(lines, (&path, overwrite), watch)?;
    Ok(vec![exported(done)])
}

/// Prints papers, telling how far it is.
pub(super) fn print(
    session: Session<'_>,
    order: PrintOrder,
    meanwhile: &mut Meanwhile<'_>,
) -> Result<Vec<Reply>, Fault> {
    let order = PrintOrder { path: full_path(&order.path), ..order };
    Ok(vec![Reply::Printed(session.print(&order, &mut |progress| meanwhile.report(progress))?)])
}

/// A name of a file from a form, from the root on.
pub(super) fn full_path(path: &Path) -> PathBuf {
    let typed = typed_path(path);
    std::path::absolute(&typed).unwrap_or(typed)
}

/// Reads the name of a file as people type or drag it: quotes around it and a leading `~` are
/// forgiven.
fn typed_path(path: &Path) -> PathBuf {
    let text = path.to_string_lossy();
    let text = text.trim().trim_matches(['"', '\'', '“', '”']);
    let home = directories::BaseDirs::new();
    match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.home_dir().join(rest),
        _ => PathBuf::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_from_the_root_on_and_quotes_are_forgiven() {
        let full = full_path(Path::new("转接.xlsx"));
        assert!(full.is_absolute() && full.ends_with("转接.xlsx"), "{}", full.display());
        assert_eq!(full_path(Path::new("\"/某处/名册.csv\"")), Path::new("/某处/名册.csv"));
        let home = directories::BaseDirs::new().unwrap().home_dir().join("名册.csv");
        assert_eq!(full_path(Path::new("~/名册.csv")), home);
    }
}
