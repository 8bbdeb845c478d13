//! Draws [`Reminders`].

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::domain::reminder::Reminder;
use crate::model::screens::reminders::{EMPTY, Reminders};
use crate::view::Scene;
use crate::view::browse;
use crate::view::table::{Column, Look, Width};

const COLUMNS: &[Column<Reminder>] = &[
    Column::new("提醒", Width::Exact(32), |row, _| row.kind.label().to_owned()),
    Column::new("多少", Width::Exact(8), |row, _| row.count()),
    Column::new("其中", Width::Share(1), |row, _| row.first.join("、")),
];

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Reminders,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let empty = vec![EMPTY.to_owned()];
    let look = Look { columns: COLUMNS, key: |row| row.kind as i64, empty: &empty };
    let words = ("到期提醒（Enter 去看）", "期限在规则文件里；程序不会自己删除");
    browse::draw(&screen.list, words, &look, scene, frame, area)
}
