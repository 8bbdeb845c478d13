//! Draws [`CardPage`].

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::model::screens::card::CardPage;
use crate::view::Scene;

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    _screen: &CardPage,
    _scene: Scene<'_>,
    _frame: &mut Frame<'_>,
    _area: Rect,
) -> Option<Position> {
    None
}
