//! 对账: the list of the official site beside the transfers in scope.

use std::cell::Cell;
use std::path::Path;

use super::Session;
use super::exports::{ExportDone, ExportManner, Sheet, paged, report};
use super::imports::{ImportOptions, read_fault};
use crate::domain::fault::Fault;
use crate::domain::filter::{Direction, Sort, SortColumn, Start, TransferQuery, View};
use crate::domain::progress::{Progress, Stopped, Watch};
use crate::domain::reconcile::{Reconciled, Reconciler, Reconciliation};
use crate::exchange::columns::ReadFault;
use crate::exchange::export::{Disclosure, Overwrite};
use crate::exchange::official::{RECONCILED_COLUMNS, read_official, reconciled_cells};

/// Rows read at once.
const PAGE: usize = 500;

/// Why a list was not read to its end.
enum Broken {
    File(ReadFault),
    Stopped,
}

impl From<ReadFault> for Broken {
    fn from(fault: ReadFault) -> Self {
        Self::File(fault)
    }
}

impl Session<'_> {
    /// Compares a list of the official site with the transfers in scope. Nothing is written.
    ///
    /// # Errors
    /// Where the file cannot be read or is no such list, or the watch says stop.
    pub fn reconcile(
        &self,
        path: &Path,
        options: &ImportOptions,
        watch: &mut Watch<'_>,
    ) -> Result<Reconciliation, Fault> {
        let file = self.sheet_of(path, options)?;
        let list = read_official(&file, &options.overrides()?, |progress| {
            if watch(progress).is_break() { Err(Broken::Stopped) } else { Ok(()) }
        });
        let list = list.map_err(|broken| match broken {
            Broken::File(fault) => read_fault(path, &fault),
            Broken::Stopped => Stopped.into(),
        })?;
        let nameless = list.nameless;
        let mut reconciler = Reconciler::new(list.rows, self.now);
        self.show_all(&mut reconciler, watch)?;
        let file_name = file.name().to_owned();
        Ok(Reconciliation { file_name, nameless, ..reconciler.finish() })
    }

    fn show_all(&self, reconciler: &mut Reconciler, watch: &mut Watch<'_>) -> Result<(), Fault> {
        let desk = self.desk();
        let all = TransferQuery {
            sort: Sort { column: SortColumn::AppliedAt, direction: Direction::Ascending },
            limit: PAGE,
            ..TransferQuery::of(View::All)
        };
        let total = u64::try_from(desk.count_transfers(&all, self.rules())?).unwrap_or(0);
        let mut done = 0;
        let rows = paged(|start| {
            let start = start.map_or(Start::First, Start::After);
            let page = desk.transfers(&TransferQuery { start, ..all.clone() }, self.rules())?;
            Ok((page.rows, page.next))
        });
        for row in rows {
            reconciler.see(row?);
            done += 1;
            if done % (1 << 12) == 0 && watch(Progress { step: "对账", done, total }).is_break() {
                return Err(Stopped.into());
            }
        }
        Ok(())
    }

    /// Writes lines of a comparison to a file.
    ///
    /// # Errors
    /// As [`Session::export_transfers`].
    pub fn export_reconciliation(
        &self,
        lines: &[Reconciled],
        (path, overwrite): (&Path, Overwrite),
        watch: &mut Watch<'_>,
    ) -> Result<ExportDone, Fault> {
        let mut n = 0;
        let mut rows = lines.iter().map(|line| {
            report(watch, &mut n)?;
            Ok(reconciled_cells(line, self.now))
        });
        let manner = ExportManner { disclosure: Disclosure::Masked, overwrite, reason: "" };
        let sheet = Sheet { name: "对账", columns: RECONCILED_COLUMNS, n_drafts: &Cell::new(0) };
        self.write(&sheet, &mut rows, path, manner)
    }
}
