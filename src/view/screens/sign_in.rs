//! Draws [`SignIn`]: a calm title and two fields in the middle.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::model::screens::sign_in::SignIn;
use crate::view::Scene;
use crate::view::form::{self, Panel};
use crate::view::width::center;

/// Columns and rows of the pane; a fault may need two more rows.
const PANE: (u16, u16) = (60, 11);

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &SignIn,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let top = area.y + area.height.saturating_sub(PANE.1 + 5) / 3;
    let line = |y: u16| Rect::new(area.x, y.min(area.bottom().saturating_sub(1)), area.width, 1);
    form::headline("团转", scene.theme, frame, line(top));
    words("团组织关系转接", frame, line(top + 1));
    let pane = Rect::new(
        area.x + area.width.saturating_sub(PANE.0) / 2,
        top + 3,
        PANE.0.min(area.width),
        PANE.1.min(area.bottom().saturating_sub(top + 3)),
    );
    let intro = intro(screen);
    let title = if screen.locked { "屏幕已锁" } else { "登录" };
    let button = if screen.waiting { "正在核对.." } else { "F8 登录" };
    let panel = Panel { title, intro: &intro, buttons: &[button] };
    let cursor = form::draw(&screen.form, panel, scene.theme, frame, pane);
    words("F4 操作指南    F3 忘记密码    Ctrl+Q 退出", frame, line(pane.bottom() + 1));
    if screen.waiting { None } else { cursor }
}

fn intro(screen: &SignIn) -> Vec<String> {
    let line = match (screen.has_office, screen.locked) {
        (false, _) => "本机还没有设置组织。请按 F10 首次设置。",
        (true, true) => "请重新登录，没填完的草稿都在。",
        (true, false) => "第一次登录：密码是身份证号码后 8 位。",
    };
    vec![line.to_owned(), String::new()]
}

fn words(text: &str, frame: &mut Frame<'_>, area: Rect) {
    frame.render_widget(Line::from(center(text, usize::from(area.width))), area);
}
