//! Workbooks: texts only, so that no number loses digits and no formula runs.

use std::fs::File;
use std::io;
use std::path::Path;

use rust_xlsxwriter::{
    DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use super::super::sheet::CHARACTER_LIMIT;
use super::{ExportColumn, ExportRows, ExportTable, Stop};

/// Rows of a sheet below its header.
const ROW_LIMIT: u32 = 1_048_575;
/// Columns added to the width for the arrow of the filter.
const FILTER_ARROW: u16 = 3;
/// Background of the header, a light grey that prints well.
const HEADER_BACKGROUND: u32 = 0x00E7_E6E6;

pub(super) fn write<E>(
    table: &ExportTable<'_>,
    rows: &mut ExportRows<'_, E>,
    file: &File,
    scratch_directory: &Path,
) -> Result<u64, Stop<E>> {
    let mut book = Workbook::new();
    // The rows pass through a file without a name; it must not lie in a directory for everybody.
    book.set_tempdir(scratch_directory).map_err(io_error)?;
    book.set_properties(&neutral_properties(table.history_head).map_err(io_error)?);
    let sheet = book.add_worksheet_with_constant_memory().map_err(io_error)?;
    prepare(sheet, table).map_err(io_error)?;
    let count = write_rows(sheet, table.columns, rows)?;
    let last_column = u16::try_from(table.columns.len()).unwrap_or(u16::MAX).saturating_sub(1);
    sheet.autofilter(0, 0, count, last_column).map_err(io_error)?;
    book.save_to_writer(file).map_err(io_error)?;
    Ok(u64::from(count))
}

/// No author and no hour: the file says nothing about who made it when. The end of the history stands
/// among the properties of the document, where it is in nobody's way.
fn neutral_properties(history_head: Option<&str>) -> Result<DocProperties, XlsxError> {
    let day = ExcelDateTime::from_ymd(2020, 1, 1)?;
    let neutral = DocProperties::new().set_creation_datetime(&day);
    Ok(match history_head {
        Some(head) => neutral.set_comment(format!("操作记录末条 {head}")),
        None => neutral,
    })
}

fn prepare(sheet: &mut Worksheet, table: &ExportTable<'_>) -> Result<(), XlsxError> {
    let header = Format::new()
        .set_bold()
        .set_background_color(HEADER_BACKGROUND)
        .set_border_bottom(FormatBorder::Thin)
        .set_align(FormatAlign::VerticalCenter)
        .set_num_format("@");
    // `@` keeps a number a text, also when somebody edits the cell.
    let text = Format::new().set_num_format("@");
    sheet.set_name(table.sheet_name)?.set_freeze_panes(1, 0)?;
    for (at, column) in (0..).zip(table.columns) {
        sheet.set_column_width(at, column.width_columns + FILTER_ARROW)?;
        sheet.set_column_format(at, &text)?;
        sheet.write_string_with_format(0, at, column.header, &header)?;
    }
    Ok(())
}

fn write_rows<E>(
    sheet: &mut Worksheet,
    columns: &[ExportColumn],
    rows: &mut ExportRows<'_, E>,
) -> Result<u32, Stop<E>> {
    let mut count = 0;
    for row in rows {
        let row = row.map_err(Stop::Source)?;
        if count >= ROW_LIMIT {
            return Err(Stop::TooManyRows(u64::from(ROW_LIMIT)));
        }
        count += 1;
        for ((at, column), cell) in (0..).zip(columns).zip(row) {
            if cell.len() > CHARACTER_LIMIT && cell.chars().count() > CHARACTER_LIMIT {
                return Err(Stop::CellTooLong { row: count.into(), header: column.header });
            }
            // The cell takes the format of its column, which is looked up by number; a format given
            // here would be hashed anew for each cell.
            sheet.write_string(count, at, cell).map_err(io_error)?;
        }
    }
    Ok(count)
}

fn io_error(fault: XlsxError) -> io::Error {
    match fault {
        XlsxError::IoError(cause) => cause,
        other => io::Error::other(other.to_string()),
    }
}
