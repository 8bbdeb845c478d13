//! Styles and marks by meaning. The terminal's own palette wins: only named colours are used, and
//! nothing is told by colour alone (ux.md 6.4).

use ratatui::style::{Color, Modifier, Style};
use ratatui::symbols::border;
use ratatui::widgets::{Block, Borders};

use crate::model::effect::Settings;

/// Styles and marks of one drawing.
#[derive(Debug, Clone, Copy)]
pub struct Theme {
    /// Borders and marks of ASCII only.
    pub ascii: bool,
    /// No colour at all (`NO_COLOR`).
    pub plain: bool,
}

const ASCII_BORDER: border::Set<'_> = border::Set {
    top_left: "+",
    top_right: "+",
    bottom_left: "+",
    bottom_right: "+",
    vertical_left: "|",
    vertical_right: "|",
    horizontal_top: "-",
    horizontal_bottom: "-",
};

const ASCII_FOCUS: border::Set<'_> =
    border::Set { horizontal_top: "=", horizontal_bottom: "=", ..ASCII_BORDER };

impl Theme {
    /// The theme that the settings ask for.
    pub fn of(settings: &Settings) -> Self {
        Self { ascii: settings.ascii, plain: settings.plain }
    }

    /// The frame of a pane: doubled where the focus is.
    pub fn pane<'a>(self, title: impl Into<String>, focused: Focused) -> Block<'a> {
        let set = match (self.ascii, focused) {
            (false, Focused::Yes) => border::DOUBLE,
            (false, Focused::No) => border::PLAIN,
            (true, Focused::Yes) => ASCII_FOCUS,
            (true, Focused::No) => ASCII_BORDER,
        };
        let title: String = title.into();
        let block = Block::new().borders(Borders::ALL).border_set(set);
        if title.is_empty() { block } else { block.title(format!(" {title} ")) }
    }

    /// The mark before the selected row.
    pub fn pointer(self) -> &'static str {
        if self.ascii { ">" } else { "►" }
    }

    /// The mark of a step that is over.
    pub fn done(self) -> &'static str {
        if self.ascii { "v" } else { "✓" }
    }

    /// The mark of something that failed.
    pub fn cross(self) -> &'static str {
        if self.ascii { "x" } else { "✗" }
    }

    /// The selected row.
    pub fn selected(self) -> Style {
        Style::new().add_modifier(Modifier::REVERSED)
    }

    /// Headings and matches.
    pub fn strong(self) -> Style {
        Style::new().add_modifier(Modifier::BOLD)
    }

    /// What is not possible or less important.
    pub fn dim(self) -> Style {
        Style::new().add_modifier(Modifier::DIM)
    }

    /// Something is wrong.
    pub fn bad(self) -> Style {
        self.coloured(Color::Red).add_modifier(Modifier::BOLD)
    }

    /// Something wants a look.
    pub fn warn(self) -> Style {
        self.coloured(Color::Yellow)
    }

    /// Something is done.
    pub fn good(self) -> Style {
        self.coloured(Color::Green)
    }

    fn coloured(self, colour: Color) -> Style {
        if self.plain { Style::new() } else { Style::new().fg(colour) }
    }
}

/// Whether a pane has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focused {
    /// It has.
    Yes,
    /// It has not.
    No,
}

impl From<bool> for Focused {
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}
