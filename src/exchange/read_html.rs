//! Tables of web pages, which portals call `.xls`, and the XML of Excel 2003.

use std::fs::File;
use std::io::{Read, Write};

use encoding_rs::{Encoding, GB18030, UTF_8, UTF_16LE};

use super::read_markup::{Markup, Piece, Tag, is_named, unescaped};
use super::read_parser::{Task, broken};
use super::read_sheetml;
use super::read_wire::{Halt, Looked, LookedSheet, RawCell, WireWriter};
use super::sheet::{Alien, BYTE_LIMIT, CHARACTER_LIMIT, SheetFaultCause};

/// How deep tables may stand in each other; deeper ones are not read.
const DEPTH: usize = 32;
/// Most tables of a page that are told.
const TABLES: usize = 200;
/// Most cells that are kept of a row: enough to say how many there are too many.
const CELLS: usize = 20_000;
/// Most rows that a cell may reach down.
const SPAN: usize = 100_000;
/// Most hidden rows that are told.
const HIDDEN: usize = 100_000;
/// Within how many bytes a page names its encoding.
const HEAD: usize = 4096;

/// Reads a page or a document of XML.
pub(super) fn read<W: Write>(file: File, task: Task, wire: &mut WireWriter<W>) -> Result<(), Halt> {
    let mut bytes = Vec::new();
    let mut file = file.take(BYTE_LIMIT + 1);
    file.read_to_end(&mut bytes).map_err(|cause| broken(&cause))?;
    let text = decoded(&bytes)?;
    drop(bytes);
    let root = Markup::of(&text).find_map(|piece| match piece {
        Piece::Open(tag) => Some(tag.name().to_ascii_lowercase()),
        Piece::Close(_) | Piece::Text(_) => None,
    });
    match root.as_deref() {
        Some(name) if is_named(name, "workbook") => read_sheetml::read(&text, task, wire),
        Some("pkg:package") => Err(SheetFaultCause::Alien(Alien::Document).into()),
        _ => read_page(&text, task, wire),
    }
}

fn decoded(bytes: &[u8]) -> Result<String, SheetFaultCause> {
    let strictly = |encoding: &'static Encoding| {
        let (text, had_errors) = encoding.decode_with_bom_removal(bytes);
        (!had_errors).then(|| text.into_owned())
    };
    if let Some((marked, _)) = Encoding::for_bom(bytes) {
        return strictly(marked).ok_or(SheetFaultCause::Undecodable);
    }
    if bytes.get(1) == Some(&0) {
        return strictly(UTF_16LE).ok_or(SheetFaultCause::Undecodable);
    }
    let named = encoding_named(bytes.get(..HEAD).unwrap_or(bytes));
    let tried = [named, Some(UTF_8), Some(GB18030)];
    tried.into_iter().flatten().find_map(strictly).ok_or(SheetFaultCause::Undecodable)
}

/// The encoding that the head of a page names: `charset=gb2312`, `encoding="GBK"`. One of sixteen
/// bits cannot be meant, since the name itself was readable.
fn encoding_named(head: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let after = ["charset=", "encoding="]
        .into_iter()
        .find_map(|word| head.split_once(word).map(|(_, after)| after))?;
    let label: String = after
        .trim_start_matches(['"', '\'', ' '])
        .chars()
        .take_while(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
        .collect();
    Encoding::for_label(label.as_bytes()).filter(|found| found.is_ascii_compatible())
}

fn read_page<W: Write>(text: &str, task: Task, wire: &mut WireWriter<W>) -> Result<(), Halt> {
    match task {
        Task::Look => {
            let mut sheets: Vec<LookedSheet> = Vec::new();
            Tables::default().read(text, &mut |row| {
                note(&mut sheets, row);
                Ok(())
            })?;
            if !sheets.iter().any(|sheet| sheet.has_content) {
                let is_xml = text.trim_start().starts_with("<?xml");
                let is_page = text.to_ascii_lowercase().contains("<html");
                return Err(match is_xml && !is_page {
                    true => SheetFaultCause::Alien(Alien::Xml).into(),
                    false => SheetFaultCause::NoTable.into(),
                });
            }
            wire.looked(&Looked { label: "HTML 表格".to_owned(), sheets })
        }
        Task::Rows(wanted) => Tables::default().read(text, &mut |row| {
            if row.table != wanted {
                return Ok(());
            }
            wire.row(u32::try_from(row.number).unwrap_or(u32::MAX), row.cells)
        }),
    }
}

fn note(sheets: &mut Vec<LookedSheet>, row: &PageRow<'_>) {
    if row.table >= TABLES {
        return;
    }
    while sheets.len() <= row.table {
        let name = format!("第 {} 个表格", sheets.len() + 1);
        sheets.push(LookedSheet { name, is_grid: true, ..LookedSheet::default() });
    }
    let Some(sheet) = sheets.get_mut(row.table) else { return };
    let is_text = |cell: &RawCell| matches!(cell, RawCell::Text(text) if !text.trim().is_empty());
    sheet.has_content |= row.cells.iter().any(is_text);
    sheet.is_merged |= row.is_merged;
    if row.is_hidden && sheet.hidden_rows.len() < HIDDEN {
        sheet.hidden_rows.push(u32::try_from(row.number).unwrap_or(u32::MAX));
    }
}

/// A row of a table of a page.
struct PageRow<'a> {
    /// Which table, in the order in which they begin.
    table: usize,
    /// Row in it, from one.
    number: usize,
    cells: &'a [RawCell],
    is_hidden: bool,
    is_merged: bool,
}

type OnRow<'a> = dyn FnMut(&PageRow<'_>) -> Result<(), Halt> + 'a;

/// The tables that are open.
#[derive(Default)]
struct Tables {
    open: Vec<Table>,
    n_tables: usize,
    /// Tables that are open and too deep to be read.
    too_deep: usize,
}

#[derive(Default)]
struct Table {
    place: usize,
    number: usize,
    cells: Vec<RawCell>,
    /// How many more rows a cell from above reaches down into, for each column.
    reach: Vec<usize>,
    cell: Option<OpenCell>,
    in_row: bool,
    is_hidden: bool,
    is_merged: bool,
}

struct OpenCell {
    text: String,
    across: usize,
    down: usize,
}

impl Tables {
    fn read(mut self, text: &str, on_row: &mut OnRow<'_>) -> Result<(), Halt> {
        for piece in Markup::of(text) {
            match piece {
                Piece::Text(text) => self.text(text),
                Piece::Open(tag) => self.opened(&tag, on_row)?,
                Piece::Close(name) => self.closed(name, on_row)?,
            }
        }
        while let Some(mut table) = self.open.pop() {
            table.end_row(on_row)?;
        }
        Ok(())
    }

    fn text(&mut self, text: &str) {
        let cell = self.open.last_mut().and_then(|table| table.cell.as_mut());
        if let Some(cell) = cell.filter(|cell| cell.text.len() <= 4 * CHARACTER_LIMIT) {
            cell.text.push_str(&unescaped(text));
        }
    }

    fn opened(&mut self, tag: &Tag<'_>, on_row: &mut OnRow<'_>) -> Result<(), Halt> {
        if tag.is("table") {
            self.begin_table();
            return Ok(());
        }
        let Some(table) = self.open.last_mut().filter(|_| self.too_deep == 0) else {
            return Ok(());
        };
        if tag.is("tr") {
            table.end_row(on_row)?;
            table.begin_row(is_hidden(tag));
        } else if tag.is("td") || tag.is("th") {
            table.begin_cell(tag);
        } else if ["br", "p", "div", "li"].iter().any(|name| tag.is(name)) {
            self.text(" ");
        }
        Ok(())
    }

    fn begin_table(&mut self) {
        if self.open.len() >= DEPTH {
            self.too_deep += 1;
            return;
        }
        self.open.push(Table { place: self.n_tables, ..Table::default() });
        self.n_tables += 1;
    }

    fn closed(&mut self, name: &str, on_row: &mut OnRow<'_>) -> Result<(), Halt> {
        if is_named(name, "table") {
            if self.too_deep > 0 {
                self.too_deep -= 1;
            } else if let Some(mut table) = self.open.pop() {
                table.end_row(on_row)?;
            }
        } else if let Some(table) = self.open.last_mut() {
            if is_named(name, "tr") {
                table.end_row(on_row)?;
            } else if is_named(name, "td") || is_named(name, "th") {
                table.end_cell();
            }
        }
        Ok(())
    }
}

fn is_hidden(tag: &Tag<'_>) -> bool {
    let style = tag.attribute("style").unwrap_or_default().replace(' ', "").to_ascii_lowercase();
    style.contains("display:none") || tag.attribute("hidden").is_some()
}

impl Table {
    fn begin_row(&mut self, is_hidden: bool) {
        self.number += 1;
        self.in_row = true;
        self.is_hidden = is_hidden;
        self.is_merged = false;
    }

    fn begin_cell(&mut self, tag: &Tag<'_>) {
        self.end_cell();
        if !self.in_row {
            self.begin_row(false);
        }
        let span = |name, most| tag.number(name).unwrap_or(1).clamp(1, most);
        let (across, down) = (span("colspan", 256), span("rowspan", SPAN));
        self.is_merged |= across > 1 || down > 1;
        self.cell = Some(OpenCell { text: String::new(), across, down });
    }

    /// Puts the open cell into the next place that no cell from above reaches into. What it covers
    /// beyond its first place stays empty, as in a workbook.
    fn end_cell(&mut self) {
        let Some(OpenCell { text, across, down }) = self.cell.take() else { return };
        self.skip_covered();
        let mut cell = RawCell::Text(one_line(&text));
        for _ in 0..across.min(CELLS.saturating_sub(self.cells.len())) {
            let column = self.cells.len();
            self.cells.push(std::mem::replace(&mut cell, RawCell::Empty));
            if down > 1 {
                self.reach.resize(self.reach.len().max(column + 1), 0);
                if let Some(reach) = self.reach.get_mut(column) {
                    *reach = down;
                }
            }
        }
    }

    fn skip_covered(&mut self) {
        while self.reach.get(self.cells.len()).is_some_and(|rows| *rows > 0) {
            self.cells.push(RawCell::Empty);
        }
    }

    fn end_row(&mut self, on_row: &mut OnRow<'_>) -> Result<(), Halt> {
        self.end_cell();
        if !std::mem::take(&mut self.in_row) {
            return Ok(());
        }
        let (table, number) = (self.place, self.number);
        let (is_hidden, is_merged) = (self.is_hidden, self.is_merged);
        on_row(&PageRow { table, number, cells: &self.cells, is_hidden, is_merged })?;
        self.cells.clear();
        self.reach.iter_mut().for_each(|rows| *rows = rows.saturating_sub(1));
        Ok(())
    }
}

/// Blanks and line ends of a page are one blank.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Cell;
    use super::super::sheet_file::SheetFile;
    use super::super::testing::{kept, read_sheet};
    use super::*;

    fn rows(page: &str) -> Vec<(usize, Vec<String>)> {
        let sheet = read_sheet(page.as_bytes(), "名单.xls").unwrap();
        sheet.rows.iter().map(|r| (r.number, r.cells.iter().map(Cell::text).collect())).collect()
    }

    fn texts(row: &[&str]) -> Vec<String> {
        row.iter().map(|text| (*text).to_owned()).collect()
    }

    #[test]
    fn a_table_of_a_portal_is_read() {
        let page = "<html><head><meta charset=utf-8><style>td{a<b}</style></head><body>\
            <table border=1><TR><th>姓名<th>证件号&nbsp;码</tr>\
            <tr><td> 张\n 䶮 </td><td x:num='1'>3201&#48;<br>2</td></tr>\
            <tr style='display: none'><td>藏<td>1<tr><td colspan=2>合<td>尾</table>";
        let found = rows(page);
        assert_eq!(found[0], (1, texts(&["姓名", "证件号 码"])));
        assert_eq!(found[1], (2, texts(&["张 䶮", "32010 2"])));
        assert_eq!(found[2], (3, texts(&["藏", "1"])));
        assert_eq!(found[3], (4, texts(&["合", "", "尾"])));
    }

    #[test]
    fn cells_that_reach_down_keep_the_columns_in_place() {
        let page = "<table><tr><td rowspan=2>甲<td>1<tr><td>2<tr><td>乙<td>3</table>";
        let found: Vec<_> = rows(page).into_iter().map(|row| row.1).collect();
        assert_eq!(found, [texts(&["甲", "1"]), texts(&["", "2"]), texts(&["乙", "3"])]);
    }

    #[test]
    fn the_encoding_is_that_which_the_page_names() {
        let page = "<meta http-equiv=Content-Type content='text/html; charset=gb2312'>\
            <table><tr><td>姓名<td>团支部</table>";
        let (bytes, _, _) = GB18030.encode(page);
        let sheet = read_sheet(&bytes, "x.xls").unwrap();
        assert_eq!(
            (sheet.encoding.as_str(), sheet.rows[0].cell(1).text().as_str()),
            ("HTML 表格", "团支部")
        );
        let unnamed = page.replace("charset=gb2312", "");
        let (bytes, _, _) = GB18030.encode(&unnamed);
        assert_eq!(read_sheet(&bytes, "x").unwrap().rows[0].cell(0).text(), "姓名");
        let cause = read_sheet(b"<table><tr><td>\xFF\xFF\xFF<td>a</table>", "x").unwrap_err().cause;
        assert_eq!(cause, SheetFaultCause::Undecodable);
    }

    #[test]
    fn the_table_with_content_is_chosen_and_hidden_rows_are_told() {
        let page = "<table><tr><td></table><table><tr><td>姓名<tr hidden><td>藏</table><table><tr><td>外<table><tr><td>内</table></table>";
        let (_dir, file) = kept(page.as_bytes(), "x.xls");
        assert_eq!((file.sheet_names().len(), file.sheet_place()), (4, 1));
        assert_eq!(file.hidden_rows(), [2]);
        assert!(file.notes().iter().any(|note| note.contains("第 2 行")), "{:?}", file.notes());
        let _: SheetFile = file;
    }

    #[test]
    fn pages_without_a_table_and_hostile_ones_are_refused() {
        let cause = |page: &str| read_sheet(page.as_bytes(), "x.xls").unwrap_err().cause;
        assert_eq!(cause("<html>登录已过期</html>"), SheetFaultCause::NoTable);
        assert_eq!(cause("<?xml version='1.0'?><a>1</a>"), SheetFaultCause::Alien(Alien::Xml));
        let wide = format!("<table><tr>{}</table>", "<td>x".repeat(300));
        assert_eq!(cause(&wide), SheetFaultCause::TooManyColumns { row: 1, found: 300 });
        let deep = "<table><tr><td>a".repeat(5000);
        assert!(read_sheet(deep.as_bytes(), "x").is_ok());
        let wide = "<table><tr><td colspan=999999999 rowspan=999999999>a<tr><td>b</table>";
        assert!(matches!(cause(wide), SheetFaultCause::TooManyColumns { row: 2, found: 257 }));
        let lost = "<table><tr><td>&#xD800;<td>b</table>";
        assert_eq!(cause(lost), SheetFaultCause::LostCharacter { row: 1 });
    }
}
