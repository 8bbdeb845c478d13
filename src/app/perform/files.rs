//! Effects that are about files: what leaves, what comes in, and what is only compared.

use super::{Outcome, World};
use crate::app::long_work::{
    Meanwhile, export, export_history, export_reconciled, full_path, print, reconcile,
};
use crate::domain::fault::{Fault, FaultKind};
use crate::model::effect::{Effect, Reply};
use crate::office::ImportOptions;

impl World {
    /// Files that leave, and the list of the official site, which comes in to be looked at only.
    pub(super) fn files(&mut self, effect: Effect, meanwhile: &mut Meanwhile<'_>) -> Outcome {
        match &effect {
            Effect::Export(order, password) if order.full_ids => self.confirm(password)?,
            Effect::Print(order, password) if !order.masked => self.confirm(password)?,
            _ => {}
        }
        let session = self.door.session(self.clock.now())?;
        match effect {
            Effect::Export(order, _) => export(session, order, meanwhile),
            Effect::Print(order, _) => print(session, order, meanwhile),
            Effect::ExportHistory { asked, path, overwrite } => {
                export_history(session, &asked, (&path, overwrite.into()), meanwhile)
            }
            Effect::ExportReconciled { lines, path, overwrite } => {
                export_reconciled(session, &lines, (&path, overwrite.into()), meanwhile)
            }
            Effect::Reconcile(ticket, path) => {
                reconcile(session, (ticket, &path), self.parser, meanwhile)
            }
            _ => Ok(Vec::new()),
        }
    }

    pub(super) fn importing(&mut self, effect: Effect, meanwhile: &mut Meanwhile<'_>) -> Outcome {
        let session = self.door.session(self.clock.now())?;
        match effect {
            Effect::SurveyImport(ticket, kind, path, manner) => {
                let options = ImportOptions { manner: *manner, parser: self.parser };
                let layout = session.survey_import(kind, &full_path(&path), &options)?;
                Ok(vec![Reply::Layout(ticket, Box::new(layout))])
            }
            Effect::SaveBadRows => {
                let prepared = self.import.as_ref().ok_or_else(nothing_previewed)?;
                let (path, n_rows) = session.save_bad_rows(prepared, None)?;
                Ok(vec![Reply::BadRowsSaved { path, n_rows }])
            }
            Effect::PreviewImport(ticket, kind, path, manner) => {
                let path = full_path(&path);
                let options = ImportOptions { manner: *manner, parser: self.parser };
                let watch = &mut |progress| meanwhile.report(progress);
                let prepared = session.prepare_import(kind, &path, &options, watch)?;
                let preview = prepared.preview.clone();
                self.import = Some(prepared);
                Ok(vec![Reply::Preview(ticket, Box::new(preview))])
            }
            Effect::RunImport => {
                let prepared = self.import.take().ok_or_else(nothing_previewed)?;
                match session.run_import(&prepared, &mut |p| meanwhile.report(p)) {
                    Ok(done) => {
                        Ok(vec![Reply::Imported { batch: done.batch, n_rows: done.n_rows }])
                    }
                    Err(fault) => {
                        self.import = Some(prepared);
                        Err(fault)
                    }
                }
            }
            Effect::UndoImport(batch) => {
                let undone = session.undo_import(batch)?;
                let n = undone.n_rows;
                let stays = if undone.directory_stays {
                    "全国组织目录没有退回上一份：上一份已经不在，或后来又导入过。"
                } else {
                    ""
                };
                let said = format!("已撤销第 {batch} 批导入，{n} 行都收回了。{stays}");
                Ok(vec![Reply::Stored(said)])
            }
            _ => Ok(Vec::new()),
        }
    }
}

fn nothing_previewed() -> Fault {
    Fault::new(FaultKind::Failed, "没有可以导入的预览，什么也没有写入。请重新选择文件。")
}
