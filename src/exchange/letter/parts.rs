//! 团员组织关系介绍信: counterfoil, letter and receipt on one upright sheet, with lines to cut
//! along and the number across the first of them, where the seal goes over both halves.

use super::blocks::{Block, STEPS, Type, blocks, height};
use super::face::Faces;
use super::sheet::{A4, Ink, Mark, Sheet, Stroke};
use super::template::{COUNTERFOIL, Filled, FilledLine, LETTER, RECEIPT, SEAM};

/// From the left and right edge; printers need half of it.
const MARGIN: f32 = 46.0;
/// Top and height of each part. Between them lie the lines to cut along.
const PARTS: [(&str, f32, f32); 3] =
    [(COUNTERFOIL, 34.0, 206.0), (LETTER, 280.0, 288.0), (RECEIPT, 604.0, 204.0)];
const CUTS: [f32; 2] = [260.0, 586.0];
const SMALL: f32 = 8.5;
const SEAM_SIZE: f32 = 10.5;
/// Between a line to cut along and what interrupts it.
const CUT_GAP: f32 = 8.0;
const CUT_HERE: &str = "沿此线裁开，下联由接收组织盖章后退回";
const ON_NEXT: &str = "（下转附页）";

/// The sheet of a letter, and further ones only where a template holds more than a part can.
/// `remark` stands at the top of each part: that it is a reprint.
pub fn letter_sheets(faces: &Faces, filled: &Filled, remark: &str) -> Vec<Sheet> {
    let mut sheet = Sheet::upright();
    let mut rest = Vec::new();
    for (name, top, room) in PARTS {
        let over = put_part(faces, &mut sheet, filled.part(name), (top, room));
        if !over.is_empty() {
            rest.push((name, over));
        }
        put_remark(faces, &mut sheet, remark, top);
    }
    let seam: Vec<&str> =
        filled.part(SEAM).iter().filter_map(|l| l.cells.first()).map(String::as_str).collect();
    put_cut(faces, &mut sheet, CUTS[0], &seam.join("　"), (SEAM_SIZE, Ink::Black));
    put_cut(faces, &mut sheet, CUTS[1], CUT_HERE, (SMALL, Ink::Grey));
    let mut sheets = vec![sheet];
    sheets.extend(rest.into_iter().flat_map(|(name, over)| annex(faces, name, over)));
    sheets
}

/// Puts a part where it belongs, in the largest type that fits. Gives back what does not even fit
/// in the smallest.
fn put_part(
    faces: &Faces,
    sheet: &mut Sheet,
    lines: &[FilledLine],
    (top, room): (f32, f32),
) -> Vec<Block> {
    let width = A4.0 - 2.0 * MARGIN;
    let set = |ty: &Type| blocks(faces, lines, *ty, width);
    let fitting = STEPS.iter().map(set).find(|blocks| height(blocks) <= room);
    let blocks = fitting.unwrap_or_else(|| STEPS.last().map(set).unwrap_or_default());
    let (foot, text): (Vec<Block>, Vec<Block>) = blocks.into_iter().partition(|b| b.at_foot);
    let room_for_text = room - height(&foot);
    let over = put_text(faces, sheet, text, (top, room_for_text));
    let mut y = top + room - height(&foot);
    for block in foot {
        y += put(sheet, y, block);
    }
    over
}

fn put_text(
    faces: &Faces,
    sheet: &mut Sheet,
    text: Vec<Block>,
    (top, room): (f32, f32),
) -> Vec<Block> {
    let cut = height(&text) > room;
    let room = if cut { room - SMALL * 1.4 } else { room };
    let (mut y, mut over) = (top, Vec::new());
    for block in text {
        if !over.is_empty() || y + block.height > top + room + 0.01 {
            over.push(block);
        } else {
            y += put(sheet, y, block);
        }
    }
    if cut {
        let x = A4.0 - MARGIN - faces.width(ON_NEXT, SMALL);
        sheet.marks.push(small((x, y + SMALL), ON_NEXT, Ink::Black));
    }
    over
}

fn put(sheet: &mut Sheet, y: f32, block: Block) -> f32 {
    let moved = block.marks.into_iter().map(|mark| mark.moved((MARGIN, y)));
    sheet.marks.extend(moved);
    block.height
}

fn small(at: (f32, f32), text: &str, ink: Ink) -> Mark {
    Mark::Text { at, size: SMALL, text: text.to_owned(), ink }
}

fn put_remark(faces: &Faces, sheet: &mut Sheet, remark: &str, top: f32) {
    if faces.missing(remark).is_none() && !remark.is_empty() {
        sheet.marks.push(small((MARGIN, top - 2.0), remark, Ink::Black));
    }
}

/// A dashed line with words in its middle.
fn put_cut(faces: &Faces, sheet: &mut Sheet, y: f32, words: &str, (size, ink): (f32, Ink)) {
    let half = (faces.width(words, size) / 2.0).min(A4.0 / 2.0 - MARGIN);
    let middle = A4.0 / 2.0;
    let at = (middle - half, y + size * 0.36);
    sheet.marks.push(Mark::Text { at, size, text: words.to_owned(), ink });
    let ends = [(0.0, middle - half - CUT_GAP), (middle + half + CUT_GAP, A4.0)];
    for (from, to) in ends {
        let stroke = Stroke::Dashed;
        sheet.marks.push(Mark::Line { from: (from, y), to: (to, y), stroke });
    }
}

/// Sheets with what a part had no room for.
fn annex(faces: &Faces, name: &str, blocks: Vec<Block>) -> Vec<Sheet> {
    let heading = format!("{name}附页");
    let begin = || {
        let mut sheet = Sheet::upright();
        let x = (A4.0 - faces.width(&heading, SEAM_SIZE)) / 2.0;
        let text = heading.clone();
        sheet.marks.push(Mark::Text { at: (x, 50.0), size: SEAM_SIZE, text, ink: Ink::Black });
        sheet
    };
    let (first, last) = (70.0, A4.1 - 50.0);
    let (mut sheets, mut sheet, mut y) = (Vec::new(), begin(), first);
    for block in blocks {
        if y + block.height > last && y > first {
            sheets.push(std::mem::replace(&mut sheet, begin()));
            y = first;
        }
        y += put(&mut sheet, y, block);
    }
    sheets.push(sheet);
    sheets
}
