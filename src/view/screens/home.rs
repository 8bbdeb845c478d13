//! Draws [`Home`].

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};

use crate::domain::filter::View;
use crate::domain::transfer::{TransferCard, TransferRow};
use crate::model::screens::home::{Home, SIDE_FROM, STRIP, count_of};
use crate::model::words::next_step;
use crate::view::Scene;
use crate::view::table::{self, Look};
use crate::view::theme::Focused;
use crate::view::transfer::{columns_for, progress_line, progress_steps, reason};
use crate::view::width::{Fit, fit, width, wrap};

/// Display columns of the search text on the screen.
const SEARCH: u16 = 24;

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Home,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let lines = [Constraint::Length(1), Constraint::Length(1), Constraint::Min(3)];
    let [tabs_area, search_area, rest] = Layout::vertical(lines).areas(area);
    frame.render_widget(tabs(screen, scene, tabs_area.width), tabs_area);
    let typing = search(screen, scene, frame, search_area);
    let (list_area, detail_area) = split(rest);
    let row = list(screen, scene, frame, list_area);
    details(screen, scene, frame, detail_area);
    if screen.searching { Some(typing) } else { row }
}

/// Details stand below the list on a narrow terminal and beside it on a wide one.
fn split(area: Rect) -> (Rect, Rect) {
    if area.width < SIDE_FROM {
        let parts = [Constraint::Min(3), Constraint::Length(STRIP)];
        let [list, details] = Layout::vertical(parts).areas(area);
        return (list, details);
    }
    let side = (u32::from(area.width) * 32 / 100).clamp(30, 44);
    let parts = [Constraint::Min(40), Constraint::Length(u16::try_from(side).unwrap_or(44))];
    let [list, details] = Layout::horizontal(parts).areas(area);
    (list, details)
}

fn tabs(screen: &Home, scene: Scene<'_>, cols: u16) -> Line<'static> {
    let session = scene.state.session.as_ref();
    let mut spans = vec![Span::raw(" ")];
    for view in View::ALL {
        let text = format!("{} {}", view.label(), count_of(session, *view));
        spans.push(if *view == screen.view {
            Span::styled(format!("[{text}] "), scene.theme.strong())
        } else {
            Span::raw(format!(" {text} "))
        });
    }
    let used: usize = spans.iter().map(|span| width(&span.content)).sum();
    let hint = "左右 换视图 ";
    let free = usize::from(cols).saturating_sub(used + width(hint));
    if free > 0 {
        spans.push(Span::styled(" ".repeat(free) + hint, scene.theme.dim()));
    }
    Line::from(spans)
}

fn search(screen: &Home, scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) -> Position {
    let label = " 查找：";
    let shown = screen.search.visible(SEARCH);
    let text = fit(&shown.text, usize::from(SEARCH), Fit::Tail);
    let total = screen.search.is_empty().then(|| {
        let count = count_of(scene.state.session.as_ref(), screen.view);
        usize::try_from(count).unwrap_or(0).max(screen.table.rows.len())
    });
    let marked = match screen.table.marked.len() {
        0 => String::new(),
        n => format!("已选 {n}   "),
    };
    let left = format!("   排序：{}   {marked}", screen.order_words());
    let used = width(label) + usize::from(SEARCH) + width(&left) + 1;
    let right = place(screen, total) + " ";
    let used = used + width(&right) - 1;
    let gap = " ".repeat(usize::from(area.width).saturating_sub(used));
    let style = if screen.searching { scene.theme.strong() } else { scene.theme.dim() };
    let line = Line::from(vec![
        Span::styled(label, style),
        Span::raw(text),
        Span::raw(left),
        Span::raw(gap),
        Span::raw(right),
    ]);
    frame.render_widget(line, area);
    let column = u16::try_from(width(label)).unwrap_or(0) + shown.cursor_col;
    Position::new(area.x + column.min(area.width.saturating_sub(1)), area.y)
}

/// Where one is: the selected row among all of them. Of a search nobody knows how much there is before its end was read.
fn place(screen: &Home, total: Option<usize>) -> String {
    let table = &screen.table;
    let Some(at) = screen.place(total).filter(|_| !table.rows.is_empty()) else {
        let from_end = screen.place_from_end().filter(|_| !table.rows.is_empty());
        return from_end.map_or("0/0 条".to_owned(), |n| format!("倒数第 {n} 条"));
    };
    let Some(total) = total else {
        let known = at + table.rows.len() - table.selected - 1;
        let more = if table.has_more { "以上" } else { "" };
        return format!("{at}/{known} 条{more}");
    };
    format!("{at}/{} 条", total.max(at))
}

fn list(screen: &Home, scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) -> Option<Position> {
    let count = count_of(scene.state.session.as_ref(), screen.view);
    let title = format!("{} ({count})", screen.view.label());
    let block = scene.theme.pane(title, Focused::from(!screen.searching));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let count = scene.state.session.as_ref().map_or(0, |session| session.counts.of(View::All));
    let empty = empty(screen, count);
    let look = Look { columns: columns_for(inner.width), key: |row| row.id.0, empty: &empty };
    table::draw(&screen.table, &look, scene, frame, inner)
}

/// What an empty view says: what it means and which key goes on. Where nothing at all was begun yet,
/// the lists come first.
fn empty(screen: &Home, in_office: i64) -> Vec<String> {
    if !screen.search.is_empty() {
        let text = screen.search.value();
        return vec![
            format!("「{}」里没有找到「{text}」。", screen.view.label()),
            "换个写法试试：姓名、拼音首字母、组织名、单号都可以；空格隔开表示并且。".to_owned(),
            "按 Esc 清空查找，按 Tab 再按左右键换到「全部」里找。".to_owned(),
        ];
    }
    let first = match screen.view {
        View::Waiting => "没有等你办的转接。",
        View::Initiated => "你还没有发起过转接。",
        View::Overdue => "没有超期的转接。",
        View::Returned => "没有被退回的转接。",
        View::Completed => "还没有办完的转接。",
        View::All => "这里还没有转接。",
    };
    let mut lines = vec![first.to_owned(), "按 2 新建一单；按左右键看别的视图。".to_owned()];
    if in_office == 0 {
        let import = "从名单开始：按 0 打开菜单，先「导入组织」，再「导入团员」。";
        lines.push(import.to_owned());
    }
    lines
}

fn details(screen: &Home, scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) {
    let beside = area.height > STRIP;
    let title = if beside { "详情与进度" } else { "详情" };
    let block = scene.theme.pane(title, Focused::No);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let cols = usize::from(inner.width.saturating_sub(2));
    let lines = match (screen.table.current(), screen.details()) {
        (None, _) => vec!["选中一条，这里就有它的详情和进度。".to_owned()],
        (Some(row), None) => waiting_lines(row, reason(row, &scene.state.rules), cols, beside),
        (Some(_), Some(card)) if beside => side(card, scene, cols),
        (Some(_), Some(card)) => strip(card, scene),
    };
    for (y, text) in (inner.y..inner.bottom()).zip(lines) {
        let line = Rect { x: inner.x + 1, y, width: inner.width.saturating_sub(2), height: 1 };
        frame.render_widget(Line::raw(fit(&text, cols, Fit::Tail)), line);
    }
}

/// What the row alone tells, until the details are here.
fn waiting_lines(row: &TransferRow, why: &str, cols: usize, beside: bool) -> Vec<String> {
    let mut lines = vec![format!("{}  {why}", row.transferee)];
    for text in [format!("转出：{}", row.origin), format!("转入：{}", row.destination)] {
        lines.extend(if beside { wrap(&text, cols) } else { vec![text] });
    }
    lines.push("正在读取".to_owned());
    lines
}

fn strip(card: &TransferCard, scene: Scene<'_>) -> Vec<String> {
    let row = &card.row;
    let state = scene.state;
    let phone = if card.masked_phone.is_empty() { "未填" } else { &card.masked_phone };
    vec![
        format!(
            "{}  身份证 {}  手机 {phone}  原因：{}",
            row.transferee,
            card.masked_id,
            reason(row, &scene.state.rules)
        ),
        format!("转出：{}", row.origin),
        format!("转入：{}", row.destination),
        progress_line(card, scene.theme, state.now, &state.rules),
        next_line(card, scene),
    ]
}

fn next_line(card: &TransferCard, scene: Scene<'_>) -> String {
    let actor = scene.state.session.as_ref().map(|session| &session.actor);
    actor.map(|actor| next_step(card, actor)).unwrap_or_default()
}

fn side(card: &TransferCard, scene: Scene<'_>, cols: usize) -> Vec<String> {
    let row = &card.row;
    let mut lines = vec![row.transferee.clone(), row.number.clone()];
    let facts = [
        ("身份证", card.masked_id.as_str()),
        ("手机", &card.masked_phone),
        ("原因", reason(row, &scene.state.rules)),
        ("新学校", &card.form.school),
        ("单位", &card.form.employer),
        ("转出", &row.origin),
        ("转入", &row.destination),
        ("落在", &card.placed_in),
    ];
    for (label, value) in facts.into_iter().filter(|(_, value)| !value.is_empty()) {
        lines.extend(labelled(label, value, cols));
    }
    lines.push(String::new());
    lines.extend(progress_steps(card, scene.theme, scene.state.now, &scene.state.rules));
    lines.push(String::new());
    lines.extend(wrap(&next_line(card, scene), cols));
    lines.push(String::new());
    lines.push("Enter 看全部  8 办理".to_owned());
    lines
}

fn labelled(label: &str, value: &str, cols: usize) -> Vec<String> {
    let indent = 7;
    let wrapped = wrap(value, cols.saturating_sub(indent).max(2));
    let head = |i: usize| if i == 0 { fit(label, indent, Fit::Tail) } else { " ".repeat(indent) };
    wrapped.iter().enumerate().map(|(i, text)| head(i) + text).collect()
}
