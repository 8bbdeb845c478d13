//! 操作记录: reading it, and writing it to a file.

use std::cell::Cell;
use std::path::Path;

use super::exports::{Sheet, paged, report};
use super::{ExportDone, ExportManner, Session};
use crate::domain::fault::Fault;
use crate::domain::history::HistoryQuery;
use crate::domain::progress::Watch;
use crate::exchange::export::{Disclosure, Overwrite};
use crate::exchange::history::{HISTORY_COLUMNS, history_cells};

impl Session<'_> {
    /// Writes the entries that answer a question, as far as this person may see them, to a file by
    /// its extension. It holds no full number; that it was written is an entry of the history too.
    ///
    /// # Errors
    /// Where the file cannot be written, or the work was stopped.
    pub fn export_history(
        &self,
        query: &HistoryQuery,
        (path, overwrite): (&Path, Overwrite),
        watch: &mut Watch<'_>,
    ) -> Result<ExportDone, Fault> {
        let manner = ExportManner { disclosure: Disclosure::Masked, overwrite, reason: "" };
        let desk = self.desk();
        let rows = paged(|before| desk.history(query, before));
        let mut n = 0;
        let mut rows = rows.map(|row| {
            report(watch, &mut n)?;
            Ok(history_cells(row?, self.now))
        });
        let table =
            Sheet { name: "操作记录", columns: HISTORY_COLUMNS, n_drafts: &Cell::new(0) };
        self.write(&table, &mut rows, path, manner)
    }
}
