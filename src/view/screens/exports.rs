//! Draws [`Exports`].

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::domain::disclosure::ExportRecord;
use crate::model::screens::exports::{EMPTY, Exports};
use crate::view::Scene;
use crate::view::browse;
use crate::view::table::{Column, Look, Width};

const COLUMNS: &[Column<ExportRecord>] = &[
    Column::new("时间", Width::Exact(16), |row, ctx| {
        ctx.now.local(row.at).format("%Y-%m-%d %H:%M").to_string()
    }),
    Column::new("谁", Width::Exact(8), |row, _| row.actor.clone()),
    Column::new("内容", Width::Exact(8), |row, _| row.what.clone()),
    Column::new("行数", Width::Exact(6), |row, _| row.n_rows.to_string()),
    Column::new("号码", Width::Exact(8), |row, _| row.shown.label().to_owned()),
    Column::new("现状", Width::Exact(10), |row, _| row.whereabouts.label().to_owned()),
    Column::new("文件", Width::Share(1), |row, _| {
        row.path.rsplit(['/', '\\']).next().unwrap_or_default().to_owned()
    }),
];

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Exports,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let empty = browse::empty_words(&screen.list.text(), EMPTY);
    let look = Look { columns: COLUMNS, key: |row| row.id.0, empty: &empty };
    let words = ("导出登记（新的在前）", "Enter 看详细、登记删除");
    browse::draw(&screen.list, words, &look, scene, frame, area)
}
