//! Imports: read, check every row, show; write only what was consented to.
//!
//! A file is read twice: once to check and show it, once to write it. In between only a few bytes a
//! row are kept.

use std::path::Path;

use self::members::PreparedMembers;
use self::org_lists::{BULK, PreparedOrganisations};
use super::{Occasion, Session, io_fault};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::order::{ImportKind, ImportPreview, ImportVerdict};
use crate::domain::progress::Watch;
use crate::exchange::columns::{ColumnOverride, ReadFault};
use crate::exchange::fault::RowFault;
use crate::exchange::members::MemberOptions;
use crate::exchange::sheet::{SheetFault, SheetFaultCause};
use crate::exchange::sheet_file::SheetFile;
use crate::store::ImportOutcome;

mod listing;
mod members;
mod org_lists;

pub use org_lists::Undone;

/// What the user says about a file beyond its name.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// `COLUMN=FIELD` pairs.
    pub columns: Vec<String>,
    /// Branch of rows that name none.
    pub branch: Option<String>,
}

/// A file that was read and checked, ready to be written. Nothing has been written.
pub struct PreparedImport {
    /// What to show.
    pub preview: ImportPreview,
    rows: Rows,
}

enum Rows {
    Members(PreparedMembers),
    Organisations(PreparedOrganisations),
}

impl Session<'_> {
    /// Reads a file and checks every row against the rules and the database. Nothing is written,
    /// whether it ends well or not.
    ///
    /// # Errors
    /// Where the file cannot be read, is no sheet, or lacks a column; where the watch says stop.
    pub fn prepare_import(
        &self,
        kind: ImportKind,
        path: &Path,
        options: &ImportOptions,
        watch: &mut Watch<'_>,
    ) -> Result<PreparedImport, Fault> {
        let sheet = SheetFile::open(path).map_err(|fault| sheet_fault(path, &fault))?;
        let overrides: Vec<ColumnOverride> = options
            .columns
            .iter()
            .map(|text| ColumnOverride::parse(text))
            .collect::<Result<_, _>>()
            .map_err(|f| Fault::new(FaultKind::Usage, f.to_string()))?;
        match kind {
            ImportKind::Members => {
                let options = MemberOptions { overrides, branch: options.branch.clone() };
                let (preview, rows) = self.prepare_members(sheet, path, options, watch)?;
                Ok(PreparedImport { preview, rows: Rows::Members(rows) })
            }
            ImportKind::Organisations => {
                let (preview, rows) =
                    self.prepare_organisations(sheet, path, &overrides, BULK, watch)?;
                Ok(PreparedImport { preview, rows: Rows::Organisations(rows) })
            }
        }
    }

    /// Writes the good rows of a prepared import, in one transaction.
    ///
    /// # Errors
    /// Where there are none, the file has changed, one cannot be written, or the watch says stop;
    /// then none is.
    pub fn run_import(
        &self,
        import: &PreparedImport,
        watch: &mut Watch<'_>,
    ) -> Result<ImportOutcome, Fault> {
        self.must_write()?;
        if import.preview.counts.0 > BULK {
            self.back_up_before(Occasion::BeforeImport)?;
        }
        let file = &import.preview.file;
        match &import.rows {
            Rows::Members(rows) => self.run_members(rows, file, watch),
            Rows::Organisations(rows) => self.run_organisations(rows, file, watch),
        }
    }
}

/// The fault of a file with the kind that decides the exit code.
pub(super) fn sheet_fault(path: &Path, fault: &SheetFault) -> Fault {
    let kind = match &fault.cause {
        SheetFaultCause::Unreadable(kind) => {
            return io_fault("打不开文件", path, &std::io::Error::from(*kind));
        }
        SheetFaultCause::Folder | SheetFaultCause::NoFile => FaultKind::NotFound,
        SheetFaultCause::TooBig(_) => FaultKind::Rule,
        SheetFaultCause::Changed => FaultKind::Conflict,
        SheetFaultCause::Empty
        | SheetFaultCause::OldWorkbook
        | SheetFaultCause::WebPage
        | SheetFaultCause::NotText
        | SheetFaultCause::Undecodable
        | SheetFaultCause::LostCharacter { .. }
        | SheetFaultCause::TooManyRows(_)
        | SheetFaultCause::TooManyColumns { .. }
        | SheetFaultCause::TooManyCells
        | SheetFaultCause::RowTooLong { .. }
        | SheetFaultCause::CellTooLong { .. }
        | SheetFaultCause::Inflated
        | SheetFaultCause::Broken(_)
        | SheetFaultCause::NoVisibleSheet => FaultKind::Damaged,
    };
    Fault::new(kind, fault.to_string())
}

/// The fault of a file that is no register.
pub(super) fn read_fault(path: &Path, fault: &ReadFault) -> Fault {
    match fault {
        ReadFault::Sheet(fault) => sheet_fault(path, fault),
        ReadFault::Columns(fault) => Fault::new(FaultKind::Damaged, fault.to_string()),
    }
}

fn bad(faults: Vec<RowFault>) -> ImportVerdict {
    let words = |f: RowFault| {
        (f.column, f.value, format!("{}。{}", f.reason, f.remedy).replace("。。", "。"))
    };
    ImportVerdict::Bad(faults.into_iter().map(words).collect())
}

fn unfit(column: &str, value: String, fault: Fault) -> ImportVerdict {
    ImportVerdict::Bad(vec![(column.to_owned(), value, fault.sentence)])
}

#[cfg(test)]
mod tests;
