//! What lies where on a sheet. Points, from the top left corner; the text's place is its baseline.

/// A4.
pub(super) const A4: (f32, f32) = (595.28, 841.89);

/// How dark something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ink {
    /// To be read.
    Black,
    /// To be seen and written over.
    Grey,
}

/// How a line is drawn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stroke {
    /// Through.
    Solid,
    /// In dashes: to be cut, or to be stamped on.
    Dashed,
}

/// One thing on a sheet.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Mark {
    /// A line of text.
    Text {
        /// Where it begins, and its baseline.
        at: (f32, f32),
        /// Size of the type.
        size: f32,
        /// The characters.
        text: String,
        /// How dark.
        ink: Ink,
    },
    /// A straight line.
    Line {
        /// From here.
        from: (f32, f32),
        /// To there.
        to: (f32, f32),
        /// How.
        stroke: Stroke,
    },
}

impl Mark {
    /// The same, moved.
    pub(super) fn moved(mut self, by: (f32, f32)) -> Self {
        let shift = |p: &mut (f32, f32)| *p = (p.0 + by.0, p.1 + by.1);
        match &mut self {
            Self::Text { at, .. } => shift(at),
            Self::Line { from, to, .. } => {
                shift(from);
                shift(to);
            }
        }
        self
    }
}

/// A sheet of paper.
#[derive(Debug, Clone, PartialEq)]
pub struct Sheet {
    pub(super) size: (f32, f32),
    pub(super) marks: Vec<Mark>,
}

impl Sheet {
    /// An empty sheet of A4, upright.
    pub(super) fn upright() -> Self {
        Self { size: A4, marks: Vec::new() }
    }

    /// An empty sheet of A4, lying.
    pub(super) fn lying() -> Self {
        Self { size: (A4.1, A4.0), marks: Vec::new() }
    }

    /// Its texts from top to bottom, for tests and for who looks for a word.
    pub fn texts(&self) -> impl Iterator<Item = &str> {
        self.marks.iter().filter_map(|mark| match mark {
            Mark::Text { text, .. } => Some(text.as_str()),
            Mark::Line { .. } => None,
        })
    }
}

/// The four sides of a rectangle.
pub(super) fn frame((x, y): (f32, f32), (w, h): (f32, f32), stroke: Stroke) -> [Mark; 4] {
    let corners = [(x, y), (x + w, y), (x + w, y + h), (x, y + h)];
    let side = |i: usize| Mark::Line { from: corners[i], to: corners[(i + 1) % 4], stroke };
    [side(0), side(1), side(2), side(3)]
}
