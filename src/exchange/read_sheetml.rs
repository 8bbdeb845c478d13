//! The XML of Excel 2003 (「XML 表格 2003」), which some systems export under the name `.xls`.

use std::io::Write;

use chrono::NaiveDate;

use super::read_markup::{Markup, Piece, Tag, is_named, unescaped};
use super::read_parser::Task;
use super::read_wire::{Halt, Looked, LookedSheet, RawCell, WireWriter};
use super::sheet::{CHARACTER_LIMIT, COLUMN_LIMIT, SheetFaultCause};

/// Most sheets that are told.
const SHEETS: usize = 200;
/// Most hidden rows that are told of a sheet.
const HIDDEN: usize = 100_000;

/// Reads a workbook of XML.
pub(super) fn read<W: Write>(text: &str, task: Task, wire: &mut WireWriter<W>) -> Result<(), Halt> {
    let mut book = Book::default();
    match task {
        Task::Look => {
            book.read(text, &mut |_, _, _| Ok(()))?;
            wire.looked(&Looked { label: "XML 表格".to_owned(), sheets: book.sheets })
        }
        Task::Rows(wanted) => book.read(text, &mut |sheet, number, cells| {
            if sheet != wanted {
                return Ok(());
            }
            wire.row(u32::try_from(number).unwrap_or(u32::MAX), cells)
        }),
    }
}

type OnRow<'a> = dyn FnMut(usize, usize, &[RawCell]) -> Result<(), Halt> + 'a;

#[derive(Default)]
struct Book {
    sheets: Vec<LookedSheet>,
    number: usize,
    cells: Vec<RawCell>,
    /// Column of the next cell.
    column: usize,
    across: usize,
    data: Option<(Kind, String)>,
    in_visible: bool,
    next_column: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    Number,
    Day,
    Yes,
}

impl Book {
    fn read(&mut self, text: &str, on_row: &mut OnRow<'_>) -> Result<(), Halt> {
        for piece in Markup::of(text) {
            match piece {
                Piece::Text(text) => self.text(text),
                Piece::Open(tag) => {
                    self.opened(&tag)?;
                    if tag.is_closed() && tag.is("row") {
                        self.end_row(on_row)?;
                    }
                }
                Piece::Close(name) if is_named(name, "row") => self.end_row(on_row)?,
                Piece::Close(name) if is_named(name, "data") => self.end_data()?,
                Piece::Close(name) if is_named(name, "cell") => self.column += 1 + self.across,
                Piece::Close(_) => self.in_visible = false,
            }
        }
        Ok(())
    }

    fn opened(&mut self, tag: &Tag<'_>) -> Result<(), Halt> {
        if tag.is("worksheet") {
            let name = tag.attribute("Name").unwrap_or_default().chars().take(100).collect();
            if self.sheets.len() >= SHEETS {
                return Err(SheetFaultCause::Inflated.into());
            }
            self.sheets.push(LookedSheet { name, is_grid: true, ..LookedSheet::default() });
            (self.number, self.next_column) = (0, 0);
        } else if tag.is("row") {
            self.begin_row(tag);
        } else if tag.is("column") {
            self.column_of(tag);
        } else if tag.is("cell") {
            self.begin_cell(tag);
        } else if tag.is("data") {
            self.data = Some((kind_of(tag), String::new()));
        } else if tag.is("visible") {
            self.in_visible = true;
        } else if tag.is("autofiltercolumn")
            && let Some(sheet) = self.sheets.last_mut()
        {
            sheet.is_filtered = true;
        }
        Ok(())
    }

    fn begin_row(&mut self, tag: &Tag<'_>) {
        self.number = tag.number("Index").unwrap_or(self.number + 1).min(u32::MAX as usize);
        (self.column, self.across) = (0, 0);
        self.cells.clear();
        if is_hidden(tag)
            && let Some(sheet) = self.sheets.last_mut()
            && sheet.hidden_rows.len() < HIDDEN
        {
            sheet.hidden_rows.push(u32::try_from(self.number).unwrap_or(u32::MAX));
        }
    }

    fn column_of(&mut self, tag: &Tag<'_>) {
        let first = tag.number("Index").map_or(self.next_column, |index| index.saturating_sub(1));
        let n = tag.number("Span").unwrap_or(0).min(COLUMN_LIMIT) + 1;
        self.next_column = first.saturating_add(n);
        if let Some(sheet) = self.sheets.last_mut().filter(|_| is_hidden(tag)) {
            let columns = (first..first.saturating_add(n)).take_while(|c| *c < COLUMN_LIMIT);
            sheet.hidden_columns.extend(columns.filter_map(|c| u16::try_from(c).ok()));
            sheet.hidden_columns.truncate(COLUMN_LIMIT);
        }
    }

    fn begin_cell(&mut self, tag: &Tag<'_>) {
        self.column = tag.number("Index").map_or(self.column, |index| index.saturating_sub(1));
        self.across = tag.number("MergeAcross").unwrap_or(0).min(COLUMN_LIMIT);
        if self.across > 0
            && let Some(sheet) = self.sheets.last_mut()
        {
            sheet.is_merged = true;
        }
        if tag.is_closed() {
            self.column = self.column.saturating_add(1 + self.across);
        }
    }

    fn text(&mut self, text: &str) {
        if let Some((_, data)) = self.data.as_mut().filter(|(_, d)| d.len() <= 4 * CHARACTER_LIMIT)
        {
            data.push_str(&unescaped(text));
        }
        let word = text.trim();
        let hides = self.in_visible && matches!(word, "SheetHidden" | "SheetVeryHidden");
        if let Some(sheet) = self.sheets.last_mut().filter(|_| hides) {
            sheet.is_hidden = true;
        }
    }

    fn end_data(&mut self) -> Result<(), Halt> {
        let Some((kind, text)) = self.data.take() else { return Ok(()) };
        if text.trim().is_empty() {
            return Ok(());
        }
        if self.column >= COLUMN_LIMIT {
            let found = self.column.saturating_add(1);
            return Err(SheetFaultCause::TooManyColumns { row: self.number, found }.into());
        }
        if self.cells.len() <= self.column {
            self.cells.resize(self.column + 1, RawCell::Empty);
        }
        if let Some(slot) = self.cells.get_mut(self.column) {
            *slot = cell_of(kind, text);
        }
        if let Some(sheet) = self.sheets.last_mut() {
            sheet.has_content = true;
        }
        Ok(())
    }

    fn end_row(&mut self, on_row: &mut OnRow<'_>) -> Result<(), Halt> {
        let Some(sheet) = self.sheets.len().checked_sub(1) else { return Ok(()) };
        on_row(sheet, self.number, &self.cells)?;
        self.cells.clear();
        Ok(())
    }
}

fn is_hidden(tag: &Tag<'_>) -> bool {
    tag.attribute("Hidden").is_some_and(|value| value != "0")
}

fn kind_of(tag: &Tag<'_>) -> Kind {
    match tag.attribute("Type").unwrap_or_default().as_ref() {
        "Number" => Kind::Number,
        "DateTime" => Kind::Day,
        "Boolean" => Kind::Yes,
        _ => Kind::Text,
    }
}

fn cell_of(kind: Kind, text: String) -> RawCell {
    let plain = text.trim();
    match kind {
        Kind::Text => RawCell::Text(text),
        Kind::Number => plain.parse().map_or(RawCell::Text(text), RawCell::Number),
        Kind::Day => {
            let day: Option<NaiveDate> = plain.get(..10).and_then(|day| day.parse().ok());
            day.map_or(RawCell::Text(text), RawCell::Date)
        }
        Kind::Yes => RawCell::Text(if plain == "1" { "是" } else { "否" }.to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Cell;
    use super::super::testing::{kept, read_sheet};
    use super::*;

    const BOOK: &str = "<?xml version=\"1.0\"?><?mso-application progid=\"Excel.Sheet\"?>\
        <!DOCTYPE a [<!ENTITY lol \"lol\"><!ENTITY x SYSTEM \"file:///etc/hostname\">]>\
        <Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\" xmlns:ss=\"urn:schemas-microsoft-com:office:spreadsheet\">\
        <Worksheet ss:Name=\"底稿\"><Table><Row><Cell><Data ss:Type=\"String\">x</Data></Cell></Row></Table>\
        <WorksheetOptions><Visible>SheetHidden</Visible></WorksheetOptions></Worksheet>\
        <Worksheet ss:Name=\"名单\"><Table><Column/><Column ss:Hidden=\"1\"/>\
        <Row ss:Index=\"2\"><Cell><Data ss:Type=\"String\">姓名</Data></Cell><Cell ss:Index=\"3\"><Data ss:Type=\"String\">入团</Data></Cell></Row>\
        <Row ss:Hidden=\"1\"><Cell ss:MergeAcross=\"1\"><Data ss:Type=\"String\">张&#x4DAE;&x;</Data></Cell><Cell><Data ss:Type=\"DateTime\">2017-12-01T00:00:00.000</Data></Cell></Row>\
        <Row><Cell/><Cell><Data ss:Type=\"Number\">3.2E17</Data></Cell></Row></Table></Worksheet></Workbook>";

    #[test]
    fn rows_and_cells_stand_where_they_are_told_to() {
        let sheet = read_sheet(BOOK.as_bytes(), "x.xls").unwrap();
        assert_eq!(sheet.encoding, "XML 表格");
        assert_eq!(sheet.rows.iter().map(|row| row.number).collect::<Vec<_>>(), [2, 3, 4]);
        assert_eq!(sheet.rows[0].cell(2).text(), "入团");
        assert_eq!(sheet.rows[1].cell(0).text(), "张䶮&x;", "nothing is expanded");
        assert!(matches!(sheet.rows[1].cell(2), Cell::Date(_)));
        assert!(matches!(sheet.rows[2].cell(1), Cell::Number { .. }));
    }

    #[test]
    fn what_is_hidden_is_told() {
        let (_dir, file) = kept(BOOK.as_bytes(), "x.xls");
        assert_eq!(
            (file.sheet_names(), file.sheet_place()),
            (vec!["底稿".to_owned(), "名单".to_owned()], 1)
        );
        assert_eq!(file.hidden_rows(), [3]);
        let notes = file.notes().join("");
        assert!(notes.contains("「底稿」") && notes.contains("B 列"), "{notes}");
    }

    #[test]
    fn places_far_away_are_refused() {
        let far = BOOK.replace("ss:Index=\"3\"", "ss:Index=\"99999999999\"");
        assert!(matches!(
            read_sheet(far.as_bytes(), "x").unwrap_err().cause,
            SheetFaultCause::TooManyColumns { .. }
        ));
    }
}
