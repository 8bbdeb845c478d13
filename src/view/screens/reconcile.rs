//! Draws [`Reconcile`].

use chrono::{Datelike, NaiveDate};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};

use crate::domain::ids::Now;
use crate::domain::reconcile::{Difference, Reconciled};
use crate::model::screens::reconcile::{Phase, Reconcile, key};
use crate::view::Scene;
use crate::view::table::{self, Column, Look, Width};
use crate::view::theme::Focused;
use crate::view::width::{Fit, fit, short_org, wrap};

const COLUMNS: &[Column<Reconciled>] = &[
    Column::new("转出人", Width::Exact(8), |row, _| either(row, 0)),
    Column::new("转出团组织", Width::Share(1), |row, ctx| {
        short_org(&either(row, 1), ctx.cols)
    }),
    Column::new("转入团组织", Width::Share(1), |row, ctx| {
        short_org(&either(row, 2), ctx.cols)
    }),
    Column::new("申请", Width::Exact(5), |row, ctx| {
        day(row, ctx.now).map_or_else(String::new, |day| short(day, ctx.now))
    }),
    Column::new("官网名单", Width::Exact(14), |row, _| {
        row.there.as_ref().map_or_else(|| "没有".to_owned(), |there| there.status.clone())
    }),
    Column::new("这里", Width::Exact(14), |row, _| {
        row.here.as_ref().map_or("没有", |here| here.facts.stage.label()).to_owned()
    }),
];

/// Name, origin or destination, as the list has it where it has the row.
fn either(row: &Reconciled, part: usize) -> String {
    let there = row.there.as_ref().map(|t| [&t.transferee, &t.origin, &t.destination]);
    let here = row.here.as_ref().map(|h| [&h.transferee, &h.origin, &h.destination]);
    let parts = there.or(here);
    parts.and_then(|parts| parts.get(part).copied().cloned()).unwrap_or_default()
}

fn day(row: &Reconciled, now: Now) -> Option<NaiveDate> {
    let here = || row.here.as_ref()?.applied_at.map(|at| now.local(at).date());
    row.there.as_ref().and_then(|there| there.applied_on).or_else(here)
}

/// `05-25`, with the year where it is not this one's.
fn short(day: NaiveDate, now: Now) -> String {
    let form = if day.year() == now.today().year() { "%m-%d" } else { "%y-%m" };
    day.format(form).to_string()
}

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Reconcile,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let parts = [Constraint::Length(1), Constraint::Min(4), Constraint::Length(6)];
    let [tabs_area, list, below] = Layout::vertical(parts).areas(area);
    frame.render_widget(tabs(screen, scene), tabs_area);
    let file = screen.found.as_ref().map_or("", |found| found.file_name.as_str());
    let title = format!("{}  {file}  {}", screen.listed.label(), table::place(&screen.table, None));
    let pane = scene.theme.pane(title, Focused::Yes);
    let inner = pane.inner(list);
    frame.render_widget(pane, list);
    let empty = empty(screen);
    let look = Look { columns: COLUMNS, key, empty: &empty };
    let cursor = table::draw(&screen.table, &look, scene, frame, inner);
    details(screen, scene, frame, below);
    cursor
}

/// The kinds that have lines, and the one that is shown.
fn tabs(screen: &Reconcile, scene: Scene<'_>) -> Line<'static> {
    let mut spans = vec![Span::raw(" ")];
    let shown = |(difference, n): &(_, usize)| *n > 0 || *difference == screen.listed;
    for (difference, n) in screen.counts().into_iter().filter(shown) {
        let text = format!("{} {n}", difference.label());
        spans.push(if difference == screen.listed {
            Span::styled(format!("[{text}]"), scene.theme.strong())
        } else {
            Span::raw(format!(" {text} "))
        });
    }
    Line::from(spans)
}

fn empty(screen: &Reconcile) -> Vec<String> {
    match &screen.phase {
        Phase::Reading => vec!["正在对账，按 Esc 取消。".to_owned()],
        Phase::Unreadable(_) => vec![
            "这份名单没有读成，原因在下面。".to_owned(),
            "处理好以后按 5 再试，或按 Esc 返回。".to_owned(),
        ],
        Phase::Stopped => vec!["已取消。按 5 重新对账，Esc 返回。".to_owned()],
        Phase::Compared => vec!["这一类没有。按左右键看别的。".to_owned()],
    }
}

fn details(screen: &Reconcile, scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) {
    let pane = scene.theme.pane("怎么办", Focused::No);
    let inner = pane.inner(area);
    frame.render_widget(pane, area);
    let cols = usize::from(inner.width.saturating_sub(2));
    let mut lines = match (&screen.progress, screen.table.current()) {
        (Some((step, done, 0)), _) => vec![format!("正在{step}：{done}。按 Esc 取消。")],
        (Some((step, done, of)), _) => vec![format!("正在{step}：{done}/{of}。按 Esc 取消。")],
        (None, None) => match &screen.phase {
            Phase::Unreadable(sentence) => vec![sentence.clone()],
            Phase::Reading | Phase::Compared | Phase::Stopped => {
                vec!["左右键换一类看。这里只是核对，不会改动任何一单。".to_owned()]
            }
        },
        (None, Some(row)) => about(row),
    };
    lines = lines.iter().flat_map(|line| wrap(line, cols)).collect();
    for (y, text) in (inner.y..inner.bottom()).zip(lines) {
        let line = Rect { x: inner.x + 1, y, width: inner.width.saturating_sub(2), height: 1 };
        frame.render_widget(Line::raw(fit(&text, cols, Fit::Tail)), line);
    }
}

fn about(row: &Reconciled) -> Vec<String> {
    let there = row.there.as_ref().map(|there| format!("名单第 {} 行", there.row));
    let here = row.here.as_ref().map(|here| format!("本库 {}", here.number));
    let both = [there, here].into_iter().flatten().collect::<Vec<_>>().join("，");
    let key = match row.difference {
        Difference::DoneThere => "（按 8 办理）",
        Difference::OnlyThere => "（按 2 补建）",
        Difference::DoneHere
        | Difference::Otherwise
        | Difference::OnlyHere
        | Difference::Unclear
        | Difference::Same => "",
    };
    vec![
        format!("{}{key}", row.difference.advice()),
        format!("转出：{}", either(row, 1)),
        format!("转入：{}", either(row, 2)),
        both,
    ]
}
