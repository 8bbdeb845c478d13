//! What is known of a header beyond its columns: that it was met before, whose list it is, and what
//! else it could be.

use sha2::{Digest, Sha256};

use super::{
    CHOSEN_WITHIN, ColumnOverride, HEADER_WITHIN, KnownField, canonical, header_of, joined,
    rank_of, wished_columns, wishes_of,
};
use crate::exchange::fault::masked_where_id;
use crate::exchange::sheet::{SheetFault, SheetRow};
use crate::exchange::sheet_file::{Memory, SheetRows};

/// Columns of the list of transfers that the official site exports.
const OFFICIAL: [&str; 7] =
    ["转出人", "转出团组织", "转入团组织", "申请时间", "完成时间", "处理状态", "操作"];
/// How many of them make a header that list's.
const OFFICIAL_AT_LEAST: usize = 5;

/// The first rows of a file, to choose a header from, and what the columns of the likely one hold,
/// however little that is.
///
/// # Errors
/// Where the first rows cannot be read.
pub fn survey<F: KnownField>(
    rows: &mut SheetRows,
    overrides: &[ColumnOverride],
) -> Result<Survey, SheetFault> {
    let chosen = rows.chosen_header();
    let head = rows.look_ahead(chosen.map_or(HEADER_WITHIN, |_| CHOSEN_WITHIN))?;
    let several = |row: &SheetRow| row.cells.iter().filter(|cell| !cell.is_empty()).count() > 1;
    let at = header_of::<F>(head, chosen, overrides).ok();
    let at = at.or_else(|| head.iter().position(several));
    let header = at.and_then(|at| head.get(at)).cloned().unwrap_or_default();
    let wishes = wishes_of::<F>(overrides).unwrap_or_default();
    let wished = wished_columns(&header, overrides, &wishes).unwrap_or_default();
    let columns = header.cells.iter().enumerate().map(|(index, cell)| {
        let wish = wished.iter().find(|(column, _)| *column == index).map(|(_, wish)| *wish);
        let field = wish.unwrap_or_else(|| rank_of::<F>(&canonical(&cell.text())).map(|r| r.0));
        (masked_where_id(&cell.shown()), field.map_or("", F::label))
    });
    let columns = columns.collect();
    let numbered = |row: &SheetRow| (row.number, joined(row));
    let header_row = at.map(|_| header.number);
    Ok(Survey {
        head: head.iter().take(HEADER_WITHIN).map(numbered).collect(),
        header_row,
        columns,
    })
}

/// What the first rows of a file look like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Survey {
    /// Number and text of the first rows with content.
    pub head: Vec<(usize, String)>,
    /// Row of what may be the header.
    pub header_row: Option<usize>,
    /// Header and word of the field of each column, empty where it is not known.
    pub columns: Vec<(String, &'static str)>,
}

/// The header of a layout that was chosen for before, with what was chosen.
pub(super) fn recall<F: KnownField>(
    first: &[SheetRow],
    chosen: Option<usize>,
    memory: &Memory,
) -> Option<(usize, Vec<ColumnOverride>)> {
    let mut rows = first.iter().enumerate();
    rows.find_map(|(at, row)| {
        let said = memory.get(&fingerprint(row)).filter(|_| chosen.is_none_or(|n| n == row.number));
        let parsed = said?.iter().map(|text| ColumnOverride::parse(text));
        let overrides: Vec<_> = parsed.collect::<Result<_, _>>().ok()?;
        // What was chosen for a register of another kind says nothing here.
        wishes_of::<F>(&overrides).ok().map(|_| (at, overrides))
    })
}

/// What a header is known by: its words without their dress, in their order. Only this is kept, so
/// that a row of people that was taken for a header leaves no trace.
pub(super) fn fingerprint(header: &SheetRow) -> String {
    let words: Vec<String> = header.cells.iter().map(|cell| canonical(&cell.text())).collect();
    let digest = Sha256::digest(words.join("\u{1f}").as_bytes());
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

pub(super) fn is_official(row: &SheetRow) -> bool {
    let words: Vec<String> = row.cells.iter().map(|cell| canonical(&cell.text())).collect();
    OFFICIAL.iter().filter(|word| words.iter().any(|found| found == *word)).count()
        >= OFFICIAL_AT_LEAST
}
