//! The list that the official site exports: seven columns, one transfer a row.

use chrono::NaiveDate;

use super::columns::{ColumnOverride, ColumnPlan, ReadFault, recognise};
use super::dates::calendar_part;
use super::export::ExportColumn;
use super::fields::OfficialField;
use super::registers::columns;
use super::sheet::{Cell, SheetFault, SheetFaultCause, SheetRow};
use super::sheet_file::SheetFile;
use crate::domain::ids::Now;
use crate::domain::progress::Progress;
use crate::domain::reconcile::{OfficialRow, Reconciled};
use crate::domain::transfer::TransferRow;

/// Most rows of a list, which are all kept while they are compared: some years of a province.
const MOST_ROWS: usize = 200_000;
/// Most characters of a name that are kept and compared; the longest official ones have about 60.
const MOST_CHARACTERS: usize = 120;

/// The rows of an official list that name somebody, and how many name nobody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfficialList {
    /// The rows.
    pub rows: Vec<OfficialRow>,
    /// Rows without a name.
    pub nameless: usize,
}

/// Reads an official list. `watch` is told how far it is, and may end it with an error.
///
/// # Errors
/// Where the file cannot be read or lacks a column, or where the watch says so.
pub fn read_official<E: From<ReadFault>>(
    file: &SheetFile,
    overrides: &[ColumnOverride],
    mut watch: impl FnMut(Progress) -> Result<(), E>,
) -> Result<OfficialList, E> {
    const STRIDE: usize = 1 << 12;
    let mut source = file.rows().map_err(ReadFault::Sheet)?;
    let plan = recognise::<OfficialField>(&mut source, overrides)?;
    let (mut rows, mut n_read) = (Vec::new(), 0_usize);
    while let Some(row) = source.next_row().map_err(ReadFault::Sheet)? {
        rows.extend(row_of(&plan, row));
        if rows.len() > MOST_ROWS {
            let cause = SheetFaultCause::TooManyRows(MOST_ROWS);
            let fault = SheetFault { file_name: file.name().to_owned(), cause };
            return Err(ReadFault::Sheet(fault).into());
        }
        n_read += 1;
        if n_read.is_multiple_of(STRIDE) {
            watch(source.progress("读取名单"))?;
        }
    }
    let nameless = n_read - rows.len();
    Ok(OfficialList { rows, nameless })
}

/// A row, if it names somebody.
fn row_of(plan: &ColumnPlan<OfficialField>, row: &SheetRow) -> Option<OfficialRow> {
    let text = |field| plan.text(row, field).chars().take(MOST_CHARACTERS).collect::<String>();
    let transferee = text(OfficialField::Transferee);
    (!transferee.is_empty()).then(|| OfficialRow {
        row: row.number,
        transferee,
        origin: text(OfficialField::Origin),
        destination: text(OfficialField::Destination),
        applied_on: day_of(plan.cell(row, OfficialField::AppliedOn)),
        status: text(OfficialField::Status),
    })
}

/// The day of a cell; a time of day behind it is passed over.
fn day_of(cell: &Cell) -> Option<NaiveDate> {
    let part = calendar_part(cell).ok()?;
    NaiveDate::from_ymd_opt(part.year, part.month, part.day?)
}

/// Columns of a comparison, in the order of [`reconciled_cells`].
pub const RECONCILED_COLUMNS: &[ExportColumn] = columns! {
    "difference" "对账结果" 12
    "transferee" "转出人" 12
    "origin" "转出团组织" 50
    "destination" "转入团组织" 50
    "there_row" "名单行号" 8
    "there_applied_on" "名单申请时间" 12
    "there_status" "名单处理状态" 16
    "number" "本库编号" 18
    "here_applied_on" "本库申请时间" 12
    "here_stage" "本库处理状态" 14
    "advice" "怎么办" 60
};

/// A line of a comparison.
pub fn reconciled_cells(line: &Reconciled, now: Now) -> Vec<String> {
    let (there, here) = (line.there.as_ref(), line.here.as_ref());
    let either = |of_there: fn(&OfficialRow) -> &String, of_here: fn(&TransferRow) -> &String| {
        there.map(of_there).or_else(|| here.map(of_here)).cloned().unwrap_or_default()
    };
    let day = |day: Option<NaiveDate>| day.map_or_else(String::new, |day| day.to_string());
    vec![
        line.difference.label().to_owned(),
        either(|t| &t.transferee, |h| &h.transferee),
        either(|t| &t.origin, |h| &h.origin),
        either(|t| &t.destination, |h| &h.destination),
        there.map_or_else(String::new, |t| t.row.to_string()),
        day(there.and_then(|t| t.applied_on)),
        there.map_or_else(String::new, |t| t.status.clone()),
        here.map_or_else(String::new, |h| h.number.clone()),
        day(here.and_then(|h| h.applied_at).map(|at| now.local(at).date())),
        here.map_or_else(String::new, |h| h.facts.stage.label().to_owned()),
        line.difference.advice().to_owned(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<OfficialList, ReadFault> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("名单.csv");
        std::fs::write(&path, text).unwrap();
        read_official(&SheetFile::open(&path).map_err(ReadFault::Sheet)?, &[], |_| Ok(()))
    }

    #[test]
    fn the_seven_columns_are_read_under_either_name() {
        for who in ["转出人", "姓名"] {
            let list = read(&format!(
                "组织关系转接列表,,,,,,\n{who},转出团组织,转入团组织,申请时间,完成时间,处理状态,操作\n\
                 王凡,甲团支部,乙团支部,2020-03-06 10:20:30,2020-03-07,已完成,查看\n\
                 ,丙,丁,,,已完成,查看\n孔维嘉,甲,乙,2020年3月6日,,待转出组织审批,查看\n"
            ))
            .unwrap();
            assert_eq!((list.rows.len(), list.nameless), (2, 1));
            let day = NaiveDate::from_ymd_opt(2020, 3, 6);
            let first = &list.rows[0];
            assert_eq!((first.row, first.transferee.as_str()), (3, "王凡"));
            assert_eq!((first.applied_on, first.status.as_str()), (day, "已完成"));
            assert_eq!(list.rows[1].applied_on, day);
        }
    }

    #[test]
    fn a_list_without_end_is_refused_and_a_name_without_end_is_cut() {
        let head = "转出人,转出团组织,转入团组织,处理状态\n";
        let long = format!("{head}王凡,{},乙,已完成\n", "甲".repeat(5_000));
        assert_eq!(read(&long).unwrap().rows[0].origin.chars().count(), MOST_CHARACTERS);
        let many = format!("{head}{}", "王凡,甲,乙,已完成\n".repeat(MOST_ROWS + 1));
        let said = read(&many).unwrap_err().to_string();
        assert!(said.contains("超过 200000 行"), "{said}");
    }

    #[test]
    fn another_table_is_refused_with_what_is_missing() {
        let said = read("姓名,身份证号,手机号\n王凡,1,2\n").unwrap_err().to_string();
        assert!(said.contains("转出团组织"), "{said}");
    }
}
