//! Draws [`Members`].

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::model::screens::members::Members;
use crate::view::Scene;

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    _screen: &Members,
    _scene: Scene<'_>,
    _frame: &mut Frame<'_>,
    _area: Rect,
) -> Option<Position> {
    None
}
