//! Draws [`Letters`].

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::domain::letter::{LetterRow, LetterState, LetterView};
use crate::model::screens::letters::Letters;
use crate::view::Scene;
use crate::view::browse::{self, empty_words};
use crate::view::table::{Column, Look, Width};
use crate::view::width::short_org;

const COLUMNS: &[Column<LetterRow>] = &[
    Column::new("编号", Width::Exact(9), |row, _| row.number.to_string()),
    Column::new("转出人", Width::Exact(8), |row, _| row.transferee.clone()),
    Column::new("转入组织", Width::Share(1), |row, ctx| short_org(&row.destination, ctx.cols)),
    Column::new("有效期至", Width::Exact(10), |row, _| row.valid_until.to_string()),
    Column::new("回执", Width::Exact(10), |row, _| {
        row.receipt_on.map_or_else(String::new, |day| day.to_string())
    }),
    Column::new("状态", Width::Exact(9), |row, ctx| {
        let state = row.state(ctx.now.today());
        let mark = if state == LetterState::Overdue { "!" } else { "" };
        format!("{}{mark}", state.label())
    }),
];

const REMARK: &str = "姓名 组织 编号，如 2020-0013";

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Letters,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let empty = empty_words(&screen.list.text(), nothing_in(screen.view));
    let look = Look { columns: COLUMNS, key: |row| row.id, empty: &empty };
    let views = LetterView::ALL.iter().map(|view| {
        if *view == screen.view { format!("[{}]", view.label()) } else { view.label().to_owned() }
    });
    let title = format!("介绍信 {}（左右换视图）", views.collect::<Vec<_>>().join(" "));
    browse::draw(&screen.list, (&title, REMARK), &look, scene, frame, area)
}

fn nothing_in(view: LetterView) -> &'static str {
    match view {
        LetterView::Awaited => {
            "没有在等回执的介绍信。开介绍信：在转接列表选中一单或几单，按 7 打印。"
        }
        LetterView::Overdue => "没有过了有效期还没有回执的介绍信。",
        LetterView::All => "还没有开过介绍信。在转接列表选中一单或几单，按 7 打印。",
    }
}
