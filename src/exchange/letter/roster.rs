//! Registers as tables on lying sheets, with the header on each of them.
//!
//! How many sheets there are is known only at the end, so that rows are laid out first; a register
//! for print is short, and a longer one is refused in time.

use super::face::Faces;
use super::fault::PaperFault;
use super::lines::lines;
use super::pdf::PdfFile;
use super::sheet::{A4, Ink, Mark, Sheet, Stroke};

/// Most rows that are printed: a thousand sheets would help nobody.
pub(in crate::exchange) const MOST_ROWS: usize = 20_000;

const MARGIN: f32 = 30.0;
const TOP: f32 = 62.0;
const FOOT: f32 = 40.0;
const SIZE: f32 = 7.5;
const LINE: f32 = 10.5;
const PAD: f32 = 2.5;
const TITLE: f32 = 14.0;
/// What every column gets beside its share, in points.
const LEAST: f32 = 12.0;
/// Widths of the columns of a sheet together, in columns of a screen.
const MOST_WIDE: f32 = 205.0;

/// What is printed, apart from the rows.
#[derive(Debug, Clone, Copy)]
pub(in crate::exchange) struct Roster<'r> {
    /// Heading.
    pub title: &'r str,
    /// Headers with their usual widths in columns of a screen.
    pub columns: &'r [(&'r str, u16)],
    /// What stands at the foot of each sheet; may be empty.
    pub remark: &'r str,
}

/// Lays rows out; [`Table::finish`] makes the file.
pub(in crate::exchange) struct Table<'f> {
    faces: &'f Faces,
    roster: Roster<'f>,
    widths: Vec<f32>,
    sheets: Vec<Sheet>,
    y: f32,
}

impl<'f> Table<'f> {
    /// A table without rows.
    pub fn new(faces: &'f Faces, roster: Roster<'f>) -> Self {
        let widths = widths(roster.columns);
        let mut table = Self { faces, roster, widths, sheets: Vec::new(), y: 0.0 };
        table.begin();
        table
    }

    fn begin(&mut self) {
        let mut sheet = Sheet::lying();
        let x = (sheet.size.0 - self.faces.width(self.roster.title, TITLE)) / 2.0;
        let text = self.roster.title.to_owned();
        sheet.marks.push(Mark::Text { at: (x, TOP - 20.0), size: TITLE, text, ink: Ink::Black });
        self.sheets.push(sheet);
        self.y = TOP;
        let headers: Vec<String> =
            self.roster.columns.iter().map(|(header, _)| (*header).to_owned()).collect();
        let set = self.set(&headers);
        self.put(&set);
        self.rule(TOP);
    }

    /// Adds a row, the `row`th from one.
    ///
    /// # Errors
    /// Where a cell has a character without a glyph, or no sheet is high enough for it.
    pub fn add(&mut self, row: usize, cells: &[String]) -> Result<(), PaperFault> {
        let pairs = cells.iter().zip(self.roster.columns);
        let missing = pairs
            .filter_map(|(cell, (header, _))| self.faces.missing(cell).map(|c| (c, *header)))
            .next();
        if let Some((character, header)) = missing {
            let name = cells.first().map_or("", String::as_str);
            let whose = format!("第 {row} 行（{name}）「{header}」");
            return Err(PaperFault::NoGlyph { whose, character });
        }
        let set = self.set(cells);
        if height(&set) > A4.0 - FOOT - TOP - 3.0 * LINE {
            let sentence =
                format!("第 {row} 行有一格太长，一页纸放不下，没有打印。请导出成 .xlsx 或 .csv。");
            return Err(PaperFault::TooLong(sentence));
        }
        self.put(&set);
        Ok(())
    }

    /// Each cell in lines of its column's width.
    fn set(&self, cells: &[String]) -> Vec<Vec<String>> {
        let pairs = self.widths.iter().zip(cells);
        pairs.map(|(width, cell)| lines(self.faces, cell, SIZE, width - 2.0 * PAD)).collect()
    }

    fn put(&mut self, set: &[Vec<String>]) {
        let height = height(set);
        if self.y + height > A4.0 - FOOT && self.y > TOP + LINE + PAD + 0.01 {
            self.begin();
        }
        let (y, mut left) = (self.y, MARGIN);
        let Some(sheet) = self.sheets.last_mut() else { return };
        for (width, texts) in self.widths.iter().zip(set) {
            for (n, text) in texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
                let at = (left + PAD, y + (n as f32 + 0.78) * LINE);
                let text = text.clone();
                sheet.marks.push(Mark::Text { at, size: SIZE, text, ink: Ink::Black });
            }
            left += width;
        }
        self.uprights(y, height);
        self.y += height;
        self.rule(self.y);
    }

    fn uprights(&mut self, y: f32, height: f32) {
        let Some(sheet) = self.sheets.last_mut() else { return };
        let mut x = MARGIN;
        let mut upright = |x: f32| {
            let (from, to) = ((x, y), (x, y + height));
            sheet.marks.push(Mark::Line { from, to, stroke: Stroke::Solid });
        };
        upright(x);
        for width in &self.widths {
            x += width;
            upright(x);
        }
    }

    fn rule(&mut self, y: f32) {
        let right = MARGIN + self.widths.iter().sum::<f32>();
        if let Some(sheet) = self.sheets.last_mut() {
            let (from, to) = ((MARGIN, y), (right, y));
            sheet.marks.push(Mark::Line { from, to, stroke: Stroke::Solid });
        }
    }

    /// The sheets, numbered.
    pub fn sheets(mut self) -> Vec<Sheet> {
        let n = self.sheets.len();
        for (at, sheet) in (1..).zip(&mut self.sheets) {
            let y = sheet.size.1 - FOOT / 2.0;
            let text = format!("第 {at} 页，共 {n} 页");
            let x = sheet.size.0 - MARGIN - self.faces.width(&text, SIZE);
            sheet.marks.push(Mark::Text { at: (x, y), size: SIZE, text, ink: Ink::Black });
            if self.faces.missing(self.roster.remark).is_none() {
                let text = self.roster.remark.to_owned();
                sheet.marks.push(Mark::Text { at: (MARGIN, y), size: SIZE, text, ink: Ink::Grey });
            }
        }
        self.sheets
    }

    /// The file.
    ///
    /// # Errors
    /// Where a font cannot be embedded.
    pub fn finish(self) -> Result<Vec<u8>, PaperFault> {
        let (faces, title) = (self.faces, self.roster.title);
        let mut file = PdfFile::new(faces, title);
        self.sheets().iter().for_each(|sheet| file.add(sheet));
        file.finish()
    }
}

/// How many of the columns a lying sheet has room for, from the first on: a table of all of them
/// would break every number.
pub(in crate::exchange) fn n_fitting(columns: &[(&str, u16)]) -> usize {
    let mut sum = 0.0;
    let fits = |column: &&(&str, u16)| {
        sum += weight(column);
        sum <= MOST_WIDE
    };
    columns.iter().take_while(fits).count()
}

/// Very wide columns wrap well, so that they give way to the others.
fn weight((_, width): &(&str, u16)) -> f32 {
    f32::from((*width).clamp(4, 36))
}

/// How high a row is.
fn height(set: &[Vec<String>]) -> f32 {
    set.iter().map(Vec::len).max().unwrap_or(1).max(1) as f32 * LINE + PAD
}

/// Widths that fill the sheet, nearly in the proportions of the usual ones.
fn widths(columns: &[(&str, u16)]) -> Vec<f32> {
    let room = A4.1 - 2.0 * MARGIN;
    let all: f32 = columns.iter().map(weight).sum();
    let spare = (room - LEAST * columns.len() as f32).max(0.0);
    columns.iter().map(|column| LEAST + spare * weight(column) / all.max(1.0)).collect()
}
