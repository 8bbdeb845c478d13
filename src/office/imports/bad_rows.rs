//! The rows of a file that are to be mended, in a file of their own beside it.

use std::cell::Cell as Count;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{PreparedImport, Rows, read_fault, sheet_fault};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::order::ImportVerdict;
use crate::exchange::columns::recognise;
use crate::exchange::export::{Disclosure, ExportColumn, Overwrite, Written};
use crate::exchange::fields::{MemberField, OrgField};
use crate::exchange::row_file::{RowFileFault, StagedRows, stage_rows};
use crate::exchange::sheet::Cell;
use crate::exchange::sheet_file::SheetRows;
use crate::office::exports::{ExportManner, Sheet};
use crate::office::unfinished::Unfinished;
use crate::office::{Session, io_fault};

/// Column of the row in the file that was imported.
const ROW: &str = "原文件第几行";
/// Column of what is wrong.
const REASON: &str = "要改什么";
/// What the ledger of exports says of the columns: those of the file are its own affair.
const COLUMNS: [ExportColumn; 3] = [column("原文件的各列"), column(ROW), column(REASON)];
/// What the ledger says the file is, and why it was made.
const LEDGER: (&str, &str) = ("导入文件", "要改的行");
/// How many names are tried where a file is there already.
const TRIES: usize = 99;

const fn column(header: &'static str) -> ExportColumn {
    ExportColumn { id: "", header, width_columns: 0 }
}

/// Why a file does not have the name that was tried.
enum Missed {
    Taken,
    Fault(Fault),
}

impl From<Fault> for Missed {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Missed {
    fn of(path: &Path, fault: RowFileFault) -> Self {
        match fault {
            RowFileFault::Exists => Self::Taken,
            RowFileFault::Extension => {
                let sentence = "另存要改的行：文件名请以 .xlsx 或 .csv 结尾。";
                Fault::new(FaultKind::Usage, sentence).into()
            }
            RowFileFault::Io(error) => io_fault("存不了要改的行", path, &error).into(),
        }
    }
}

/// Saves them under a name, or under one of its own beside the file that was imported.
pub(super) fn save(
    session: &Session<'_>,
    import: &PreparedImport,
    path: Option<&Path>,
) -> Result<(PathBuf, usize), Fault> {
    session.must_write()?;
    let reasons = reasons(import);
    if reasons.is_empty() {
        let sentence = "没有要改的行，不用另存。";
        return Err(Fault::new(FaultKind::Rule, sentence));
    }
    let rows = rows(import, &reasons)?;
    let n_rows = rows.len() - 1;
    let names = match path {
        Some(path) => vec![path.to_owned()],
        None => {
            let names = (1..=TRIES).map(|n| name(&import.path, n));
            names.filter(|path| path.symlink_metadata().is_err()).collect()
        }
    };
    for path in names {
        match put(session, &path, &rows) {
            Ok(()) => return Ok((path, n_rows)),
            Err(Missed::Taken) => {}
            Err(Missed::Fault(fault)) => return Err(fault),
        }
    }
    let sentence = "同名文件已经有了，没有动它。请换一个文件名，或先移走旧的。";
    Err(Fault::new(FaultKind::Conflict, sentence))
}

/// Writes them under a name. They are entered before the file has it: a file with full numbers that
/// could not be entered must not be there.
fn put(session: &Session<'_>, path: &Path, rows: &[Vec<String>]) -> Result<(), Missed> {
    let unfinished = Unfinished::begin(&session.office.places, path)?;
    let missed = |fault| Missed::of(path, fault);
    let staged = stage_rows(path, rows, &unfinished.prefix()).map_err(missed)?;
    enter_and_publish(session, path, rows.len() - 1, staged)
}

/// The numbers stand in full as they do in the person's own file, so that no password is asked for.
fn enter_and_publish(
    session: &Session<'_>,
    path: &Path,
    n_rows: usize,
    staged: StagedRows,
) -> Result<(), Missed> {
    let n_rows = u64::try_from(n_rows).unwrap_or(u64::MAX);
    let written = Written { n_rows, sha256: staged.sha256 };
    let (name, reason) = LEDGER;
    let sheet = Sheet { name, columns: &COLUMNS, n_drafts: &Count::new(0) };
    let manner = ExportManner { disclosure: Disclosure::Full, overwrite: Overwrite::No, reason };
    let id = session.enter(&sheet, &written, path, (manner, None))?;
    staged.publish().map_err(|fault| {
        session.desk().note_export_deleted(id, "文件没有写成").unwrap_or_default();
        Missed::of(path, fault)
    })
}

fn name(imported: &Path, n: usize) -> PathBuf {
    let stem = imported.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    let again = if n == 1 { String::new() } else { format!("-{n}") };
    imported.with_file_name(format!("{stem}-要改的行{again}.xlsx"))
}

fn reasons(import: &PreparedImport) -> BTreeMap<usize, String> {
    let bad = import.preview.rows.iter().filter_map(|row| match &row.verdict {
        ImportVerdict::Bad(faults) => {
            let said = faults.iter().map(|(column, _, reason)| format!("{column}：{reason}"));
            Some((row.row, said.collect::<Vec<_>>().join(" ")))
        }
        ImportVerdict::Good | ImportVerdict::Present(_) => None,
    });
    bad.collect()
}

/// The header and the rows as the file has them, with what was put right by hand, each with its
/// place and its reasons. What follows the columns of the header is left out.
fn rows(
    import: &PreparedImport,
    reasons: &BTreeMap<usize, String>,
) -> Result<Vec<Vec<String>>, Fault> {
    let told = |fault| sheet_fault(&import.path, &fault);
    let mut header = header(import)?;
    let width = header.len();
    header.extend([ROW, REASON].map(str::to_owned));
    let mut rows = vec![header];
    let mut source = data(import)?;
    while let Some(row) = source.next_row().map_err(told)? {
        let Some(reason) = reasons.get(&row.number) else { continue };
        let mut cells: Vec<String> = row.cells.iter().map(Cell::text).collect();
        cells.resize(width, String::new());
        cells.extend([row.number.to_string(), reason.clone()]);
        rows.push(cells);
    }
    Ok(rows)
}

/// The cells of the header.
fn header(import: &PreparedImport) -> Result<Vec<String>, Fault> {
    let told = |fault| sheet_fault(&import.path, &fault);
    let mut source = import.sheet.rows().map_err(told)?;
    while let Some(row) = source.next_row().map_err(told)? {
        if row.number == import.preview.header_row {
            return Ok(row.cells.iter().map(Cell::text).collect());
        }
    }
    Ok(Vec::new())
}

/// The rows below the header. What was put right by hand has its place once the columns are known.
fn data(import: &PreparedImport) -> Result<SheetRows, Fault> {
    let mut source = import.sheet.rows().map_err(|fault| sheet_fault(&import.path, &fault))?;
    let recognised = match &import.rows {
        Rows::Members(_) => recognise::<MemberField>(&mut source, &import.overrides).map(drop),
        Rows::Organisations(_) => recognise::<OrgField>(&mut source, &import.overrides).map(drop),
    };
    recognised.map_err(|fault| read_fault(&import.path, &fault))?;
    Ok(source)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_beside_the_file_says_what_is_in_it() {
        let imported = Path::new("某处/名单.2020.xls");
        assert_eq!(name(imported, 1), Path::new("某处/名单.2020-要改的行.xlsx"));
        assert_eq!(name(imported, 3), Path::new("某处/名单.2020-要改的行-3.xlsx"));
    }
}
