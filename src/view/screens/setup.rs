//! Draws [`Setup`].

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::model::screens::setup::{Setup, Step};
use crate::view::Scene;
use crate::view::form::{self, Panel};

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Setup,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let next = match (screen.waiting, screen.step) {
        (true, _) => "请稍等..",
        (false, Step::Office | Step::Administrator) => "F8 下一步",
        (false, Step::Recovery) => "F8 建立",
    };
    let intro = screen.intro();
    let buttons = [next, "Esc 退一步"];
    let panel = Panel { title: screen.title(), intro: &intro, buttons: &buttons };
    let cursor = form::draw(screen.form(), panel, scene.theme, frame, area);
    if screen.waiting { None } else { cursor }
}
