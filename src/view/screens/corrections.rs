//! Draws [`Corrections`].

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::domain::correction::Correction;
use crate::model::screens::corrections::{Corrections, EMPTY};
use crate::model::screens::members::Shown;
use crate::view::Scene;
use crate::view::browse;
use crate::view::table::{Column, Look, Width};

const COLUMNS: &[Column<Correction>] = &[
    Column::new("编号", Width::Exact(4), |row, _| row.id.to_string()),
    Column::new("申请时间", Width::Exact(10), |row, ctx| {
        ctx.now.local(row.asked_at).format("%Y-%m-%d").to_string()
    }),
    Column::new("团员", Width::Exact(8), |row, _| row.old_name.clone()),
    Column::new("改什么", Width::Share(1), |row, _| match row.changes_number() {
        true if row.old_name == row.new_name => "证件号".to_owned(),
        true => format!("证件号，姓名改为{}", row.new_name),
        false => format!("姓名改为{}", row.new_name),
    }),
    Column::new("申请人", Width::Exact(8), |row, _| row.asked_by.clone()),
    Column::new("状态", Width::Exact(6), |row, _| row.state.label().to_owned()),
];

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Corrections,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let searched = screen.list.text();
    let empty = match searched.as_str() {
        "" => EMPTY.iter().map(|line| (*line).to_owned()).collect(),
        _ => browse::empty_words(&searched, ""),
    };
    let look = Look { columns: COLUMNS, key: |row| row.id.0, empty: &empty };
    let title = match screen.shown {
        Shown::Current => "等着核准的更正申请",
        Shown::All => "全部更正申请",
    };
    let words = (title, "Enter 办理  Ctrl+T 换待办/全部");
    browse::draw(&screen.list, words, &look, scene, frame, area)
}
