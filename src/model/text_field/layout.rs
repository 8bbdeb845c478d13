//! Where the text and the cursor of a field stand on the screen, in display columns.

use unicode_segmentation::UnicodeSegmentation;

use super::{Kind, TextField};
use crate::domain::text::{columns, grapheme_columns};

/// How many columns an input method needs right of the cursor to show what is being composed.
const ROOM_TO_COMPOSE: usize = 12;

/// The columns of a Chinese character, which must find room under the cursor.
const WIDE: usize = 2;

/// The part of a one-line field that fits the screen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visible {
    /// The text to draw, at most as wide as asked.
    pub text: String,
    /// The column of the cursor in it, counted from 0, always within the width.
    pub cursor_col: u16,
}

/// One row of a wrapped paragraph, as byte offsets into the value.
struct Row {
    start: usize,
    end: usize,
}

impl TextField {
    /// What is seen of a one-line field through a window so many columns wide.
    ///
    /// A text that does not fit is scrolled by thirds of the window, so that it stands still while one
    /// types; a wide character cut by an edge is drawn as a space. A width of 0 shows nothing.
    pub fn visible(&self, width: u16) -> Visible {
        let width = usize::from(width);
        let shown = self.shown();
        let before = match self.kind {
            Kind::Secret => self.head().graphemes(true).count(),
            Kind::Line | Kind::Paragraph => columns(self.head()),
        };
        let offset = scrolled(before, columns(&shown), width);
        Visible { text: window(&shown, offset, width), cursor_col: column(before - offset, width) }
    }

    /// The rows of a paragraph when at most so many columns wide; never empty.
    ///
    /// Rows stop one column short of the width, so that the cursor has a place after each. Long
    /// lines break between any two characters, as Chinese paper forms do.
    pub fn wrapped(&self, width: u16) -> Vec<String> {
        let room = row_room(width);
        let shown = self.shown();
        let rows = rows(&shown, room);
        let texts = rows.iter().map(|row| shown.get(row.start..row.end).unwrap_or_default());
        texts.map(|text| window(text, 0, room)).collect()
    }

    /// Row and column of the cursor among the rows of [`TextField::wrapped`], counted from 0.
    pub fn cursor_at(&self, width: u16) -> (u16, u16) {
        let shown = self.shown();
        let cursor = match self.kind {
            Kind::Secret => self.head().graphemes(true).count(),
            Kind::Line | Kind::Paragraph => self.cursor,
        };
        let rows = rows(&shown, row_room(width));
        let at = rows.iter().rposition(|row| row.start <= cursor).unwrap_or(0);
        let start = rows.get(at).map_or(0, |row| row.start);
        let before = columns(shown.get(start..cursor).unwrap_or_default());
        (u16::try_from(at).unwrap_or(u16::MAX), column(before, usize::from(width)))
    }

    /// The text as drawn. The dot usual for passwords is two columns wide in some terminals.
    fn shown(&self) -> String {
        match self.kind {
            Kind::Secret => "*".repeat(self.count()),
            Kind::Line | Kind::Paragraph => self.value.clone(),
        }
    }
}

fn column(before: usize, width: usize) -> u16 {
    u16::try_from(before.min(width.saturating_sub(1))).unwrap_or(u16::MAX)
}

/// How many columns are scrolled out on the left.
fn scrolled(before: usize, total: usize, width: usize) -> usize {
    if total + WIDE <= width {
        return 0;
    }
    let third = (width / 3).max(1);
    let last = width.saturating_sub(ROOM_TO_COMPOSE.min(third).max(WIDE));
    (before.saturating_sub(last).div_ceil(third) * third).min(before)
}

/// The columns from `offset` to `offset + width`, with spaces for halves of wide characters.
fn window(text: &str, offset: usize, width: usize) -> String {
    let (mut out, mut at) = (String::new(), 0);
    for grapheme in text.graphemes(true) {
        let (start, end) = (at, at + grapheme_columns(grapheme));
        at = end;
        if start >= offset && end <= offset + width {
            out.push_str(grapheme);
        } else if end > offset && start < offset + width {
            let seen = end.min(offset + width) - start.max(offset);
            out.extend(std::iter::repeat_n(' ', seen));
        }
    }
    out
}

fn row_room(width: u16) -> usize {
    usize::from(width).saturating_sub(1).max(1)
}

fn rows(text: &str, room: usize) -> Vec<Row> {
    let (mut rows, mut start, mut used) = (Vec::new(), 0, 0);
    for (at, grapheme) in text.grapheme_indices(true) {
        let wide = grapheme_columns(grapheme);
        if grapheme == "\n" {
            rows.push(Row { start, end: at });
            (start, used) = (at + grapheme.len(), 0);
        } else if used > 0 && used + wide > room {
            rows.push(Row { start, end: at });
            (start, used) = (at, wide);
        } else {
            used += wide;
        }
    }
    rows.push(Row { start, end: text.len() });
    rows
}
