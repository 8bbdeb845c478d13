//! Imports: read, check every row, show; write only what was consented to.
//!
//! A file is read twice: once to check and show it, once to write it. In between only a few bytes a
//! row are kept.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use self::layouts::Learnt;
use self::members::PreparedMembers;
use self::org_lists::{BULK, PreparedOrganisations};
use super::{Occasion, Session, io_fault};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::intake::{ImportLayout, ImportManner, LayoutColumn, letters};
use crate::domain::order::{ImportKind, ImportPreview, ImportVerdict};
use crate::domain::progress::Watch;
use crate::exchange::columns::{ColumnOverride, KnownField, ReadFault, survey};
use crate::exchange::fault::RowFault;
use crate::exchange::fields::{MemberField, OrgField};
use crate::exchange::members::MemberOptions;
use crate::exchange::read_parser::Parser;
use crate::exchange::sheet::{Ending, SheetFault, SheetFaultCause};
use crate::exchange::sheet_file::SheetFile;
use crate::store::ImportOutcome;

mod bad_rows;
mod layouts;
mod listing;
mod members;
mod org_lists;

pub use org_lists::Undone;

/// How a file is to be read.
#[derive(Debug, Clone, Default)]
pub struct ImportOptions {
    /// What the user says about it beyond its name.
    pub manner: ImportManner,
    /// Who reads workbooks.
    pub parser: Parser,
}

impl ImportOptions {
    pub(super) fn overrides(&self) -> Result<Vec<ColumnOverride>, Fault> {
        let given = self.manner.columns.iter().map(|text| ColumnOverride::parse(text));
        given.collect::<Result<_, _>>().map_err(|f| Fault::new(FaultKind::Usage, f.to_string()))
    }
}

/// A file that was read and checked, ready to be written. Nothing has been written.
pub struct PreparedImport {
    /// What to show.
    pub preview: ImportPreview,
    rows: Rows,
    sheet: SheetFile,
    overrides: Vec<ColumnOverride>,
    path: PathBuf,
    learnt: Learnt,
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
        let overrides = options.overrides()?;
        let sheet = self.sheet_of(path, options)?;
        let (again, said) = (sheet.clone(), overrides.clone());
        let (preview, learnt, rows) = match kind {
            ImportKind::Members => {
                let options = MemberOptions { overrides, branch: options.manner.branch.clone() };
                let (preview, learnt, rows) = self.prepare_members(sheet, path, options, watch)?;
                (preview, learnt, Rows::Members(rows))
            }
            ImportKind::Organisations => {
                let (preview, learnt, rows) =
                    self.prepare_organisations(sheet, path, &overrides, BULK, watch)?;
                (preview, learnt, Rows::Organisations(rows))
            }
        };
        let path = path.to_owned();
        Ok(PreparedImport { preview, rows, sheet: again, overrides: said, path, learnt })
    }

    /// What a file could be taken for, whether it makes a register or not.
    ///
    /// # Errors
    /// Where the file cannot be read, or is no sheet.
    pub fn survey_import(
        &self,
        kind: ImportKind,
        path: &Path,
        options: &ImportOptions,
    ) -> Result<ImportLayout, Fault> {
        let overrides = options.overrides()?;
        let sheet = self.sheet_of(path, options)?;
        let told = |fault: SheetFault| sheet_fault(path, &fault);
        let mut rows = sheet.rows().map_err(told)?;
        let (survey, fields) = match kind {
            ImportKind::Members => {
                (survey::<MemberField>(&mut rows, &overrides), words_of::<MemberField>())
            }
            ImportKind::Organisations => {
                (survey::<OrgField>(&mut rows, &overrides), words_of::<OrgField>())
            }
        };
        let survey = survey.map_err(told)?;
        let column = |(place, (header, field)): (usize, (String, &str))| LayoutColumn {
            letters: letters(place),
            header,
            field: field.to_owned(),
        };
        Ok(ImportLayout {
            text: sheet.text_form(),
            sheets: sheet.sheet_names(),
            sheet: sheet.sheet_place(),
            header_row: survey.header_row,
            head: survey.head,
            columns: survey.columns.into_iter().enumerate().map(column).collect(),
            fields,
            n_hidden: sheet.hidden_rows().len(),
        })
    }

    pub(super) fn sheet_of(
        &self,
        path: &Path,
        options: &ImportOptions,
    ) -> Result<SheetFile, Fault> {
        let sheet = SheetFile::open_as(path, &options.manner, options.parser);
        let sheet = sheet.map_err(|fault| sheet_fault(path, &fault))?;
        Ok(sheet.remembering(Arc::new(layouts::load(&self.office.places))))
    }

    /// Writes the rows that are to be mended into a file of their own, with what is wrong with each,
    /// so that they can be handed back to whoever sent them. Says where, and how many.
    ///
    /// # Errors
    /// Where there are none, the file has changed, or the new one cannot be written or entered in
    /// the ledger of exports; one that is there already is never touched.
    pub fn save_bad_rows(
        &self,
        import: &PreparedImport,
        path: Option<&Path>,
    ) -> Result<(PathBuf, usize), Fault> {
        bad_rows::save(self, import, path)
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
        let outcome = match &import.rows {
            Rows::Members(rows) => self.run_members(rows, file, watch),
            Rows::Organisations(rows) => self.run_organisations(rows, file, watch),
        }?;
        layouts::keep(&self.office.places, &import.learnt);
        Ok(outcome)
    }
}

fn words_of<F: KnownField>() -> Vec<String> {
    F::specs().iter().map(|spec| spec.field.label().to_owned()).collect()
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
        | SheetFaultCause::OpenQuote { .. }
        | SheetFaultCause::Locked
        | SheetFaultCause::Alien(_)
        | SheetFaultCause::NoTable
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
        SheetFaultCause::NoSuchSheet { .. } | SheetFaultCause::OtherEncoding(_) => FaultKind::Usage,
        SheetFaultCause::Fallen(Ending::NotStarted) => FaultKind::Failed,
        SheetFaultCause::Fallen(_) => FaultKind::Damaged,
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
