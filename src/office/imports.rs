//! Imports: read, check every row, show; write only what was consented to.

use std::collections::{HashMap, HashSet};
use std::path::Path;

use super::{Session, io_fault};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::member::MemberEntry;
use crate::domain::order::{ImportKind, ImportPreview, ImportRow, ImportVerdict};
use crate::domain::organisation::OrgEntry;
use crate::exchange::columns::{ColumnOverride, ColumnPlan, KnownField, ReadFault};
use crate::exchange::fault::RowFault;
use crate::exchange::members::{MemberOptions, read_members};
use crate::exchange::organisations::{arrange, read_organisations};
use crate::exchange::sheet::{SheetFault, SheetFaultCause};
use crate::exchange::sheet_file::SheetFile;
use crate::store::{ImportOutcome, Screener, Screening};

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
    Members(Vec<(MemberEntry, String)>),
    Organisations(Vec<OrgEntry>),
}

impl Session<'_> {
    /// Reads a file and checks every row against the rules and the database.
    ///
    /// # Errors
    /// Where the file cannot be read, is no sheet, or lacks a column.
    pub fn prepare_import(
        &self,
        kind: ImportKind,
        path: &Path,
        options: &ImportOptions,
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
                self.prepare_members(&sheet, &options, path)
            }
            ImportKind::Organisations => self.prepare_organisations(&sheet, &overrides, path),
        }
    }

    fn prepare_members(
        &self,
        sheet: &SheetFile,
        options: &MemberOptions,
        path: &Path,
    ) -> Result<PreparedImport, Fault> {
        let mut source = sheet.rows().map_err(|fault| sheet_fault(path, &fault))?;
        let read = read_members(&mut source, options).map_err(|fault| read_fault(path, &fault))?;
        let desk = self.desk();
        let mut screener = desk.screener();
        let (mut rows, mut good) = (Vec::new(), Vec::new());
        for row in read.rows {
            let verdict = match row.entry {
                Err(faults) => bad(faults),
                Ok((entry, branch)) => match screener.member(&entry, &branch)? {
                    Screening::Present(said) => ImportVerdict::Present(said),
                    Screening::Bad(fault) => unfit("所在团支部", branch, fault),
                    Screening::Good => {
                        good.push((entry, branch));
                        ImportVerdict::Good
                    }
                },
            };
            rows.push(ImportRow {
                row: row.row,
                name: row.shown.name,
                key: row.shown.masked_id,
                verdict,
            });
        }
        let columns = columns_of(&read.plan);
        Ok(PreparedImport { preview: preview(sheet, columns, rows), rows: Rows::Members(good) })
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
        let (mut rows, mut good) = (Vec::new(), Vec::new());
        for row in arrange(read.rows) {
            let verdict = match row.entry {
                Err(faults) => bad(faults),
                Ok(entry) => sieve.pass(entry, &mut good)?,
            };
            rows.push(ImportRow {
                row: row.row,
                name: row.shown.full_name,
                key: row.shown.code,
                verdict,
            });
        }
        rows.sort_by_key(|row| row.row);
        let columns = columns_of(&read.plan);
        Ok(PreparedImport {
            preview: preview(sheet, columns, rows),
            rows: Rows::Organisations(good),
        })
    }

    /// Writes the good rows of a prepared import, in one transaction.
    ///
    /// # Errors
    /// Where there are none, or one cannot be written; then none is.
    pub fn run_import(&self, import: &PreparedImport) -> Result<ImportOutcome, Fault> {
        let file = &import.preview.file;
        match &import.rows {
            Rows::Members(rows) => self.desk().import_members(rows, file),
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

fn columns_of<F: KnownField>(plan: &ColumnPlan<F>) -> Vec<(String, String)> {
    plan.shown()
}

fn preview(
    sheet: &SheetFile,
    columns: Vec<(String, String)>,
    rows: Vec<ImportRow>,
) -> ImportPreview {
    let count =
        |wanted: fn(&ImportVerdict) -> bool| rows.iter().filter(|r| wanted(&r.verdict)).count();
    let counts = (
        count(|v| *v == ImportVerdict::Good),
        count(|v| matches!(v, ImportVerdict::Bad(_))),
        count(|v| matches!(v, ImportVerdict::Present(_))),
    );
    let (file, format) = (sheet.name().to_owned(), sheet.encoding().to_owned());
    ImportPreview { file, format, columns, counts, rows }
}
