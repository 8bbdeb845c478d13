//! Draws what searched lists share: the search line above a framed table.

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};

use super::Scene;
use super::table::{self, Look};
use super::theme::Focused;
use super::width::{Fit, fit, width};
use crate::model::browse::Browse;
use crate::model::text_field::TextField;

/// Words before the search text.
pub const SEARCH: &str = " 查找：";

/// Most columns of the search text on a line that holds a remark too.
const SEARCH_COLS: u16 = 34;

/// Draws search line and table into `area`; the cursor is where the keys go.
pub fn draw<T, C>(
    list: &Browse<T, C>,
    (title, remark): (&str, &str),
    look: &Look<'_, T>,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let [line, rest] = Layout::vertical([Constraint::Length(1), Constraint::Min(3)]).areas(area);
    let typing = search_line(&list.search, remark, scene, frame, line);
    let title = format!("{title}  {}", table::place(&list.table, None));
    let pane = scene.theme.pane(title, Focused::from(!list.searching));
    let inner = pane.inner(rest);
    frame.render_widget(pane, rest);
    let at = table::draw(&list.table, look, scene, frame, inner);
    if list.searching { Some(typing) } else { at }
}

/// Draws a search text with a remark after it, and says where the next character goes.
pub fn search_line(
    search: &TextField,
    remark: &str,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Position {
    let label = u16::try_from(width(SEARCH)).unwrap_or(0);
    let visible = search.visible(SEARCH_COLS);
    let typed = fit(&visible.text, usize::from(SEARCH_COLS), Fit::Tail);
    let room = usize::from(area.width.saturating_sub(label + SEARCH_COLS + 1));
    let line = Line::from(vec![
        Span::raw(SEARCH),
        Span::raw(typed + " "),
        Span::styled(fit(remark, room, Fit::Tail), scene.theme.dim()),
    ]);
    frame.render_widget(line, area);
    Position::new(area.x + label + visible.cursor_col, area.y)
}

/// What an empty list says: what to do, or that nothing matches.
pub fn empty_words(search: &str, otherwise: &str) -> Vec<String> {
    if search.is_empty() {
        return vec![otherwise.to_owned()];
    }
    vec![format!("没有找到「{search}」。换个字词或拼音首字母再查，或按 Esc 清掉查找。")]
}
