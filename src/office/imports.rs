//! Imports: read, check every row, show; write only what was consented to.
//!
//! A file is read twice: once to check and show it, once to write it. In between only a few bytes a
//! row are kept.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use self::listing::Listing;
use self::members::PreparedMembers;
use super::{Session, io_fault};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::order::{ImportKind, ImportPreview, ImportVerdict};
use crate::domain::organisation::OrgEntry;
use crate::domain::progress::Watch;
use crate::exchange::columns::{ColumnOverride, ReadFault};
use crate::exchange::fault::RowFault;
use crate::exchange::members::MemberOptions;
use crate::exchange::organisations::{arrange, read_organisations};
use crate::exchange::sheet::{SheetFault, SheetFaultCause};
use crate::exchange::sheet_file::SheetFile;
use crate::store::{ImportOutcome, Screener, Screening};

mod listing;
mod members;

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
    Organisations(Vec<OrgEntry>),
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
            ImportKind::Organisations => self.prepare_organisations(&sheet, &overrides, path),
        }
    }

    fn prepare_organisations(
        &self,
        sheet: &SheetFile,
        overrides: &[ColumnOverride],
        path: &Path,
    ) -> Result<PreparedImport, Fault> {
        let mut source = sheet.rows().map_err(|fault| sheet_fault(path, &fault))?;
        let read =
            read_organisations(&mut source, overrides).map_err(|fault| read_fault(path, &fault))?;
        let desk = self.desk();
        let mut sieve =
            OrgSieve { screener: desk.screener(), names: HashSet::new(), aliases: HashMap::new() };
        let (mut listing, mut good) = (Listing::default(), Vec::new());
        for row in arrange(read.rows) {
            let verdict = match row.entry {
                Err(faults) => bad(faults),
                Ok(entry) => sieve.pass(entry, &mut good)?,
            };
            let (name, key) = (row.shown.full_name, row.shown.code);
            listing.add(row.row, verdict, || (name, key));
        }
        let preview = listing.preview(sheet, read.plan.shown());
        Ok(PreparedImport { preview, rows: Rows::Organisations(good) })
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
        let file = &import.preview.file;
        match &import.rows {
            Rows::Members(rows) => self.run_members(rows, file, watch),
            Rows::Organisations(rows) => self.desk().import_organisations(rows, file),
        }
    }
}

/// Screens organisations one after the other, superiors first.
struct OrgSieve<'a> {
    screener: Screener<'a>,
    /// Codes and names of the rows that will be written.
    names: HashSet<String>,
    /// Codes that the file gives to organisations which are here under another code: rows below
    /// them hang on what is here.
    aliases: HashMap<String, String>,
}

impl OrgSieve<'_> {
    fn pass(
        &mut self,
        mut entry: OrgEntry,
        good: &mut Vec<OrgEntry>,
    ) -> Result<ImportVerdict, Fault> {
        let in_file = self.names.contains(&entry.superior);
        if let Some(known) = self.aliases.get(&entry.superior).filter(|_| !in_file) {
            entry.superior.clone_from(known);
        }
        Ok(match self.screener.organisation(&entry, in_file)? {
            Screening::Present(said) => {
                self.aliases.insert(entry.code, entry.full_name);
                ImportVerdict::Present(said)
            }
            Screening::Bad(fault) => unfit("上级组织", entry.superior, fault),
            Screening::Good => {
                self.names.insert(entry.code.clone());
                self.names.insert(entry.full_name.clone());
                good.push(entry);
                ImportVerdict::Good
            }
        })
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
