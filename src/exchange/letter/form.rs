//! Papers of one part: text and tables that flow over as many upright sheets as they need.

use super::blocks::{Type, blocks};
use super::face::Faces;
use super::sheet::{A4, Ink, Mark, Sheet};
use super::template::{BODY, Filled};

const MARGIN: f32 = 56.0;
const TOP: f32 = 50.0;
const FOOT: f32 = 46.0;
const TYPE: Type = Type { size: 11.5, leading: 1.65 };
const SMALL: f32 = 8.5;

/// The sheets of a filled form.
pub fn form_sheets(faces: &Faces, filled: &Filled) -> Vec<Sheet> {
    let blocks = blocks(faces, filled.part(BODY), TYPE, A4.0 - 2.0 * MARGIN);
    let (mut sheets, mut sheet, mut y) = (Vec::new(), Sheet::upright(), TOP);
    for block in blocks {
        if y + block.height > A4.1 - FOOT && y > TOP {
            sheets.push(std::mem::replace(&mut sheet, Sheet::upright()));
            y = TOP;
        }
        let height = block.height;
        sheet.marks.extend(block.marks.into_iter().map(|mark| mark.moved((MARGIN, y))));
        y += height;
    }
    sheets.push(sheet);
    number(faces, &mut sheets);
    sheets
}

/// Numbers the sheets where there are several.
fn number(faces: &Faces, sheets: &mut [Sheet]) {
    let n = sheets.len();
    if n < 2 {
        return;
    }
    for (at, sheet) in (1..).zip(sheets) {
        let text = format!("第 {at} 页，共 {n} 页");
        let x = (sheet.size.0 - faces.width(&text, SMALL)) / 2.0;
        let at = (x, sheet.size.1 - FOOT / 2.0);
        sheet.marks.push(Mark::Text { at, size: SMALL, text, ink: Ink::Black });
    }
}
