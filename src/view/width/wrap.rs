//! Breaking text into lines the way Chinese is printed.

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::text::{columns, grapheme_columns};

/// What may not start a line.
const NO_START: &str = "，。；：！？、）」』】》〉”’…—,.;:!?)]}%％·";

/// What may not end a line.
const NO_END: &str = "（「『【《〈“‘([{￥";

/// The lines of a text when at most so many columns wide; at least one.
///
/// No line starts with a closing mark or ends with an opening one, and a run of ASCII (a word, a
/// number, a date) stays whole, unless it is wider than a line. Spaces at a break are dropped;
/// `\n` always breaks. A width of 0 is taken as 1, and a wide character that cannot fit still
/// takes a line of its own, so that nothing is lost unnoticed.
pub fn wrap(text: &str, cols: usize) -> Vec<String> {
    text.split('\n').flat_map(|line| wrapped_line(line, cols.max(1))).collect()
}

fn wrapped_line(line: &str, cols: usize) -> Vec<String> {
    let mut page = Page { lines: Vec::new(), line: String::new(), cols };
    for unit in units(line) {
        page.add(&unit);
    }
    page.finished()
}

struct Page {
    lines: Vec<String>,
    line: String,
    cols: usize,
}

impl Page {
    fn add(&mut self, unit: &str) {
        if self.room() < columns(unit.trim_end()) && !self.line.is_empty() {
            self.end_line();
        }
        if columns(unit.trim_end()) > self.cols {
            unit.graphemes(true).for_each(|grapheme| self.add_grapheme(grapheme));
        } else if !(self.line.is_empty() && unit.trim().is_empty() && !self.lines.is_empty()) {
            self.line.push_str(unit);
        }
    }

    /// For a unit wider than a line, which must break somewhere.
    fn add_grapheme(&mut self, grapheme: &str) {
        if self.room() < grapheme_columns(grapheme) && !self.line.is_empty() {
            self.end_line();
        }
        self.line.push_str(grapheme);
    }

    fn room(&self) -> usize {
        self.cols.saturating_sub(columns(&self.line))
    }

    fn end_line(&mut self) {
        let line = std::mem::take(&mut self.line);
        self.lines.push(line.trim_end().to_owned());
    }

    fn finished(mut self) -> Vec<String> {
        if self.lines.is_empty() || !self.line.trim().is_empty() {
            self.end_line();
        }
        self.lines
    }
}

/// Cuts a line into the pieces that may not be broken further.
fn units(line: &str) -> Vec<String> {
    let mut units: Vec<String> = Vec::new();
    for grapheme in line.graphemes(true) {
        match units.last_mut() {
            Some(last) if is_joined(last, grapheme) => last.push_str(grapheme),
            Some(_) | None => units.push(grapheme.to_owned()),
        }
    }
    units
}

fn is_joined(before: &str, after: &str) -> bool {
    let (Some(left), Some(right)) = (before.chars().next_back(), after.chars().next()) else {
        return false;
    };
    (NO_START.contains(right) && left != ' ')
        || (NO_END.contains(left) && right != ' ')
        || (left.is_ascii_graphic() && right.is_ascii_graphic())
        || (left == ' ' && right == ' ')
}
