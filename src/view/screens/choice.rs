//! Draws [`Choice`].

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::model::screens::choice::Choice;
use crate::view::Scene;

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    _screen: &Choice,
    _scene: Scene<'_>,
    _frame: &mut Frame<'_>,
    _area: Rect,
) -> Option<Position> {
    None
}
