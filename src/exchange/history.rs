//! The export of the history, as the screen shows it.

use super::export::ExportColumn;
use super::registers::columns;
use crate::domain::ids::Now;
use crate::domain::transfer::AuditRow;

/// Columns of the export, in the order of [`history_cells`].
pub const HISTORY_COLUMNS: &[ExportColumn] = columns! {
    "seq" "序号" 10
    "at" "时间" 19
    "actor" "谁" 12
    "action" "做了什么" 18
    "object" "对象" 40
    "detail" "说明" 60
};

/// A row of the export.
pub fn history_cells(row: AuditRow, now: Now) -> Vec<String> {
    let at = now.local(row.at).format("%Y-%m-%d %H:%M:%S").to_string();
    vec![row.seq.to_string(), at, row.actor, row.action, row.object, row.detail]
}
