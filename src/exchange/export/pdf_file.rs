//! Registers for print.

use std::fs::File;
use std::io::Write;

use super::super::letter::roster::{MOST_ROWS, Roster, Table, n_fitting};
use super::super::letter::{Faces, PaperFault};
use super::{ExportRows, ExportTable, Stop};

pub(super) fn write<E>(
    table: &ExportTable<'_>,
    rows: &mut ExportRows<'_, E>,
    mut file: &File,
) -> Result<u64, Stop<E>> {
    let faces = Faces::new(table.own_font)?;
    let columns: Vec<(&str, u16)> =
        table.columns.iter().map(|column| (column.header, column.width_columns)).collect();
    let (printed, left_out) = columns.split_at(n_fitting(&columns));
    let remark = remark(table, left_out.len());
    let roster = Roster { title: table.sheet_name, columns: printed, remark: &remark };
    let mut paper = Table::new(&faces, roster);
    let mut count = 0;
    for row in rows {
        let mut row = row.map_err(Stop::Source)?;
        if count >= MOST_ROWS {
            return Err(too_many().into());
        }
        count += 1;
        row.resize(printed.len(), String::new());
        paper.add(count, &row)?;
    }
    file.write_all(&paper.finish()?)?;
    Ok(count as u64)
}

/// What stands at the foot: the end of the history, and what has no room on the sheet.
fn remark(table: &ExportTable<'_>, n_left_out: usize) -> String {
    let head = table.history_head.map(|head| format!("操作记录末条 {head}"));
    let left_out = (n_left_out > 0)
        .then(|| format!("纸面放不下，后面 {n_left_out} 列没有印；要全部内容请导出 .xlsx"));
    head.into_iter().chain(left_out).collect::<Vec<_>>().join("　")
}

fn too_many() -> PaperFault {
    PaperFault::TooLong(format!(
        "超过 {MOST_ROWS} 行，不适合打印。请导出成 .xlsx 或 .csv，或分几次打印。"
    ))
}
