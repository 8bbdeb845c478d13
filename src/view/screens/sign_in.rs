//! Draws [`SignIn`].

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::model::screens::sign_in::SignIn;
use crate::view::Scene;

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    _screen: &SignIn,
    _scene: Scene<'_>,
    _frame: &mut Frame<'_>,
    _area: Rect,
) -> Option<Position> {
    None
}
