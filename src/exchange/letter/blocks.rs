//! Lines of a template as blocks: each with a height, and what lies where within it.

use super::face::Faces;
use super::lines::lines;
use super::sheet::{Ink, Mark, Stroke, frame};
use super::template::{FilledLine, Shape};

/// Sizes of the type from the usual one down to the smallest that can be read on paper.
pub(super) const STEPS: [Type; 10] = [
    Type { size: 12.5, leading: 1.75 },
    Type { size: 12.0, leading: 1.75 },
    Type { size: 11.5, leading: 1.75 },
    Type { size: 11.0, leading: 1.6 },
    Type { size: 10.5, leading: 1.5 },
    Type { size: 10.0, leading: 1.45 },
    Type { size: 9.5, leading: 1.4 },
    Type { size: 9.0, leading: 1.35 },
    Type { size: 8.5, leading: 1.3 },
    Type { size: 8.0, leading: 1.25 },
];

/// Width and height of the place for a seal.
const SEAL: (f32, f32) = (104.0, 52.0);
/// Between the sign-off and that place.
const SEAL_GAP: f32 = 14.0;
const SEAL_WORDS: &str = "盖章处";
const SEAL_SIZE: f32 = 8.5;
/// A title is so much larger than the text.
const TITLE: f32 = 1.4;
/// Above the baseline, of the height of a line.
const ASCENT: f32 = 0.72;
/// Inside a cell of a table.
const PAD: f32 = 5.0;
/// Width of a cell with a label, in ems.
const LABEL: f32 = 8.4;

/// Size and line height.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Type {
    /// In points.
    pub size: f32,
    /// Height of a line, in sizes.
    pub leading: f32,
}

impl Type {
    pub(super) fn line(self) -> f32 {
        self.size * self.leading
    }
}

/// Something with a height that stays together; its marks are seen from its top left corner.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Block {
    pub height: f32,
    pub marks: Vec<Mark>,
    /// Whether it belongs at the foot of its part.
    pub at_foot: bool,
}

/// The blocks of some lines in a column of this width.
pub(super) fn blocks(faces: &Faces, all: &[FilledLine], ty: Type, width: f32) -> Vec<Block> {
    let setter = Setter { faces, ty, width };
    all.iter().flat_map(|line| setter.set(line)).collect()
}

/// How high blocks are together.
pub(super) fn height(blocks: &[Block]) -> f32 {
    blocks.iter().map(|block| block.height).sum()
}

struct Setter<'f> {
    faces: &'f Faces,
    ty: Type,
    width: f32,
}

/// Where a line stands in its column.
#[derive(Clone, Copy)]
enum Side {
    Left,
    Middle,
    Right,
}

impl Setter<'_> {
    fn set(&self, line: &FilledLine) -> Vec<Block> {
        let text = line.cells.first().map_or("", String::as_str);
        match line.shape {
            Shape::Title => self.text(text, TITLE, Side::Middle),
            Shape::Right => self.text(text, 1.0, Side::Right),
            Shape::Body => self.text(text, 1.0, Side::Left),
            Shape::Gap => vec![Block { height: self.ty.line() / 2.0, ..Block::default() }],
            Shape::Sign => vec![self.sign(&line.cells)],
            Shape::Row(least) => vec![self.row(least, &line.cells)],
        }
    }

    /// A block for each line of a text.
    fn text(&self, text: &str, scale: f32, side: Side) -> Vec<Block> {
        let ty = Type { size: self.ty.size * scale, ..self.ty };
        let block = |text: String| Block {
            height: ty.line(),
            marks: vec![self.line(&text, ty, (0.0, 0.0), (self.width, side))],
            at_foot: false,
        };
        lines(self.faces, text, ty.size, self.width).into_iter().map(block).collect()
    }

    fn line(&self, text: &str, ty: Type, at: (f32, f32), (room, side): (f32, Side)) -> Mark {
        let spare = (room - self.faces.width(text, ty.size)).max(0.0);
        let shift = match side {
            Side::Left => 0.0,
            Side::Middle => spare / 2.0,
            Side::Right => spare,
        };
        Mark::Text {
            at: (at.0 + shift, at.1 + ty.line() * ASCENT),
            size: ty.size,
            text: text.to_owned(),
            ink: Ink::Black,
        }
    }

    /// Who and when at the right, beside a dashed place for the seal.
    fn sign(&self, cells: &[String]) -> Block {
        let room = self.width - SEAL.0 - SEAL_GAP;
        let line = self.ty.line();
        let mut marks = Vec::new();
        let texts = cells.iter().flat_map(|cell| lines(self.faces, cell, self.ty.size, room));
        let texts: Vec<String> = texts.collect();
        let height = (SEAL.1 + 4.0).max(texts.len() as f32 * line);
        let top = (height - texts.len() as f32 * line) / 2.0;
        for (n, text) in texts.iter().enumerate() {
            let at = (0.0, top + n as f32 * line);
            marks.push(self.line(text, self.ty, at, (room, Side::Right)));
        }
        let corner = (self.width - SEAL.0, (height - SEAL.1) / 2.0);
        marks.extend(frame(corner, SEAL, Stroke::Dashed));
        let words = self.faces.width(SEAL_WORDS, SEAL_SIZE);
        marks.push(Mark::Text {
            at: (corner.0 + (SEAL.0 - words) / 2.0, corner.1 + (SEAL.1 + SEAL_SIZE * 0.7) / 2.0),
            size: SEAL_SIZE,
            text: SEAL_WORDS.to_owned(),
            ink: Ink::Grey,
        });
        Block { height, marks, at_foot: true }
    }

    /// A row of a table: labels are narrow, contents share the rest.
    fn row(&self, least: usize, cells: &[String]) -> Block {
        let line = self.ty.line();
        let label = self.ty.size * LABEL;
        let n_pairs = (cells.len() / 2).max(1) as f32;
        let content = (self.width - label * n_pairs) / n_pairs;
        let width = |at: usize| if at.is_multiple_of(2) { label } else { content };
        let set = |(at, cell): (usize, &String)| {
            let text = cell.strip_prefix('>').unwrap_or(cell);
            lines(self.faces, text, self.ty.size, width(at) - 2.0 * PAD)
        };
        let set: Vec<Vec<String>> = cells.iter().enumerate().map(set).collect();
        let n_lines = set.iter().map(Vec::len).max().unwrap_or(1).max(least);
        let height = n_lines as f32 * line + PAD;
        let mut block = Block { height, ..Block::default() };
        let mut left = 0.0;
        for (at, (cell, texts)) in cells.iter().zip(&set).enumerate() {
            let width = width(at);
            let stand = match (at.is_multiple_of(2), cell.starts_with('>')) {
                (true, _) => Stand::Label,
                (false, true) => Stand::Foot,
                (false, false) => Stand::Top,
            };
            self.cell(&mut block, (left, width), stand, texts);
            left += width;
        }
        block
    }

    fn cell(&self, block: &mut Block, (left, width): (f32, f32), stand: Stand, texts: &[String]) {
        let line = self.ty.line();
        let used = texts.len() as f32 * line;
        let (top, side) = match stand {
            Stand::Label => ((block.height - used) / 2.0, Side::Left),
            Stand::Top => (PAD / 2.0, Side::Left),
            Stand::Foot => (block.height - used - PAD / 2.0, Side::Right),
        };
        for (n, text) in texts.iter().enumerate().filter(|(_, text)| !text.is_empty()) {
            let at = (left + PAD, top + n as f32 * line);
            block.marks.push(self.line(text, self.ty, at, (width - 2.0 * PAD, side)));
        }
        block.marks.extend(frame((left, 0.0), (width, block.height), Stroke::Solid));
    }
}

/// Where a text stands in its cell.
#[derive(Clone, Copy)]
enum Stand {
    Label,
    Top,
    Foot,
}
