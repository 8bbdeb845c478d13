//! The rows of a file that are to be mended, in a file of their own beside it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::{PreparedImport, sheet_fault};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::order::ImportVerdict;
use crate::exchange::row_file::{RowFileFault, write_rows};
use crate::exchange::sheet::Cell;
use crate::office::io_fault;

/// Column of the row in the file that was imported.
const ROW: &str = "原文件第几行";
/// Column of what is wrong.
const REASON: &str = "要改什么";
/// How many names are tried where a file is there already.
const TRIES: usize = 99;

/// Saves them under a name, or under one of its own beside the file that was imported.
pub(super) fn save(
    import: &PreparedImport,
    path: Option<&Path>,
) -> Result<(PathBuf, usize), Fault> {
    let reasons = reasons(import);
    if reasons.is_empty() {
        let sentence = "没有要改的行，不用另存。";
        return Err(Fault::new(FaultKind::Rule, sentence));
    }
    let rows = rows(import, &reasons)?;
    let n_rows = rows.len() - 1;
    let names = match path {
        Some(path) => vec![path.to_owned()],
        None => (1..=TRIES).map(|n| name(&import.path, n)).collect(),
    };
    for path in names {
        match write_rows(&path, &rows) {
            Ok(()) => return Ok((path, n_rows)),
            Err(RowFileFault::Exists) => {}
            Err(RowFileFault::Extension) => {
                let sentence = "另存要改的行：文件名请以 .xlsx 或 .csv 结尾。";
                return Err(Fault::new(FaultKind::Usage, sentence));
            }
            Err(RowFileFault::Io(error)) => {
                return Err(io_fault("存不了要改的行", &path, &error));
            }
        }
    }
    let sentence = "同名文件已经有了，没有动它。请换一个文件名，或先移走旧的。";
    Err(Fault::new(FaultKind::Conflict, sentence))
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

/// The header and the rows as the file has them, each with its place and its reasons. What follows
/// the columns of the header is left out.
fn rows(
    import: &PreparedImport,
    reasons: &BTreeMap<usize, String>,
) -> Result<Vec<Vec<String>>, Fault> {
    let told = |fault| sheet_fault(&import.path, &fault);
    let mut source = import.sheet.rows().map_err(told)?;
    let mut rows: Vec<Vec<String>> = Vec::new();
    let mut width = 0;
    while let Some(row) = source.next_row().map_err(told)? {
        let is_header = row.number == import.preview.header_row;
        let reason = match reasons.get(&row.number) {
            Some(reason) => reason.as_str(),
            None if is_header => REASON,
            None => continue,
        };
        let mut cells: Vec<String> = row.cells.iter().map(Cell::text).collect();
        if is_header {
            width = cells.len();
        }
        cells.resize(width, String::new());
        cells.push(if is_header { ROW.to_owned() } else { row.number.to_string() });
        cells.push(reason.to_owned());
        rows.push(cells);
    }
    Ok(rows)
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
