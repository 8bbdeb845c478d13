//! Draws a [`Table`]: columns are values, every width is measured here and nowhere else.
//!
//! ratatui's own table cuts by characters and aligns by bytes of its own choosing; Chinese names
//! need [`fit`], which knows columns and never cuts inside a number.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::Scene;
use super::theme::Theme;
use super::width::{Fit, fit};
use crate::domain::account::Actor;
use crate::domain::ids::Now;
use crate::model::table::Table;
use crate::rules::Rules;

/// Columns before the first cell: the pointer, the mark and a space.
const GUTTER: usize = 3;

/// Columns between two cells.
const GAP: usize = 1;

/// How wide a column is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// Exactly so many display columns.
    Exact(usize),
    /// A share of what the exact ones leave, by weight.
    Share(usize),
}

/// What a cell may look at beside its row.
#[derive(Clone, Copy)]
pub struct CellCtx<'a> {
    /// The time of the drawing.
    pub now: Now,
    /// The rule file in force.
    pub rules: &'a Rules,
    /// Who is signed in.
    pub actor: Option<&'a Actor>,
    /// Styles and marks.
    pub theme: Theme,
    /// Display columns of this cell, for texts that shorten themselves by meaning.
    pub cols: usize,
}

impl<'a> CellCtx<'a> {
    /// What cells of a scene may look at; the columns are filled in for each cell.
    pub fn of(scene: Scene<'a>) -> Self {
        Self {
            now: scene.state.now,
            rules: &scene.state.rules,
            actor: scene.state.session.as_ref().map(|session| &session.actor),
            theme: scene.theme,
            cols: 0,
        }
    }
}

/// Text of a cell.
pub type CellText<T> = fn(&T, &CellCtx<'_>) -> String;

/// Style of a cell.
pub type CellStyle<T> = fn(&T, &CellCtx<'_>) -> Style;

/// One column, as a value.
pub struct Column<T> {
    /// Heading.
    pub title: &'static str,
    /// Width.
    pub width: Width,
    /// Text of the cell; cut at its end where it is wider than the column.
    pub cell: CellText<T>,
    /// Style of the cell. Without one a text ending in 「!」 stands out and all else is plain.
    pub style: Option<CellStyle<T>>,
}

impl<T> Column<T> {
    /// A column without a style of its own.
    pub const fn new(title: &'static str, width: Width, cell: CellText<T>) -> Self {
        Self { title, width, cell, style: None }
    }
}

/// How a table of `T` looks.
pub struct Look<'a, T> {
    /// Columns from the left.
    pub columns: &'a [Column<T>],
    /// Key of a row, to tell whether it is marked.
    pub key: fn(&T) -> i64,
    /// What to say where there are no rows: each line names what to do.
    pub empty: &'a [String],
}

/// Rows of a list that fit into an area of this height below the heading.
pub fn rows_in(height: u16) -> usize {
    usize::from(height).saturating_sub(1).max(1)
}

/// Draws heading and rows into `area` and says where the pointer of the selected row is, or where
/// the first row would begin.
pub fn draw<T>(
    table: &Table<T>,
    look: &Look<'_, T>,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    if area.height < 2 || usize::from(area.width) <= GUTTER {
        return None;
    }
    let widths = widths(look.columns, usize::from(area.width));
    frame.render_widget(heading(look.columns, &widths, scene.theme), line_of(area, 0));
    if table.rows.is_empty() {
        say_empty(table.loading, look.empty, scene, frame, area);
        return Some(Position::new(area.x, area.y + 1));
    }
    let height = rows_in(area.height);
    let top = first_row(table, height);
    for (at, row) in table.rows.iter().enumerate().skip(top).take(height) {
        let line = row_line(table, look, &widths, (at, row), CellCtx::of(scene));
        frame.render_widget(line, line_of(area, at - top + 1));
    }
    let at = u16::try_from(table.selected.saturating_sub(top) + 1).unwrap_or(u16::MAX);
    Some(Position::new(area.x, area.y.saturating_add(at).min(area.bottom() - 1)))
}

/// Where one is: 「3/229」, and how many are known where the last page is not loaded yet.
pub fn place<T>(table: &Table<T>, total: Option<i64>) -> String {
    let at = if table.rows.is_empty() { 0 } else { table.selected + 1 };
    match total {
        Some(total) => format!("{at}/{total} 条"),
        None if table.has_more => format!("{at}/{} 条以上", table.rows.len()),
        None => format!("{at}/{} 条", table.rows.len()),
    }
}

/// The first row on the screen. The terminal may have shrunk since the screen was last told its
/// height, and the selected row must be seen all the same.
fn first_row<T>(table: &Table<T>, height: usize) -> usize {
    let lowest = (table.selected + 1).saturating_sub(height);
    table.top.clamp(lowest, table.selected.max(lowest))
}

/// Display columns of each cell: the exact ones first, the shares from what is left.
fn widths<T>(columns: &[Column<T>], total: usize) -> Vec<usize> {
    let exact: usize = columns.iter().map(|c| exact_of(c.width)).sum();
    let weights: usize = columns.iter().map(|c| weight_of(c.width)).sum();
    let gaps = GAP * columns.len().saturating_sub(1);
    let mut left = total.saturating_sub(GUTTER + gaps + exact);
    let mut weights_left = weights;
    columns
        .iter()
        .map(|column| match column.width {
            Width::Exact(n) => n,
            Width::Share(weight) => {
                let cols = left * weight / weights_left.max(1);
                left -= cols;
                weights_left -= weight;
                cols
            }
        })
        .collect()
}

fn exact_of(width: Width) -> usize {
    match width {
        Width::Exact(n) => n,
        Width::Share(_) => 0,
    }
}

fn weight_of(width: Width) -> usize {
    match width {
        Width::Exact(_) => 0,
        Width::Share(weight) => weight,
    }
}

fn heading<T>(columns: &[Column<T>], widths: &[usize], theme: Theme) -> Line<'static> {
    let titles = columns.iter().zip(widths).map(|(c, cols)| fit(c.title, *cols, Fit::Tail));
    let text = " ".repeat(GUTTER) + &titles.collect::<Vec<_>>().join(" ");
    Line::styled(text, theme.strong())
}

fn row_line<T>(
    table: &Table<T>,
    look: &Look<'_, T>,
    widths: &[usize],
    (at, row): (usize, &T),
    ctx: CellCtx<'_>,
) -> Line<'static> {
    let selected = at == table.selected;
    let pointer = if selected { ctx.theme.pointer() } else { " " };
    let mark = if table.marked.contains(&(look.key)(row)) { "*" } else { " " };
    let mut spans = vec![Span::raw(format!("{pointer}{mark} "))];
    for (column, cols) in look.columns.iter().zip(widths) {
        if spans.len() > 1 {
            spans.push(Span::raw(" ".repeat(GAP)));
        }
        let ctx = CellCtx { cols: *cols, ..ctx };
        let text = (column.cell)(row, &ctx);
        let style = column.style.map_or_else(|| plain_style(&text, ctx.theme), |f| f(row, &ctx));
        spans.push(Span::styled(fit(&text, *cols, Fit::Tail), style));
    }
    let line = Line::from(spans);
    if selected { line.patch_style(ctx.theme.selected()) } else { line }
}

fn plain_style(text: &str, theme: Theme) -> Style {
    if text.ends_with('!') { theme.bad() } else { Style::new() }
}

fn say_empty(loading: bool, empty: &[String], scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) {
    let reading = ["正在读取".to_owned()];
    let lines = if loading { &reading[..] } else { empty };
    for (i, text) in lines.iter().take(rows_in(area.height)).enumerate() {
        let text = " ".repeat(GUTTER) + text;
        let fitted = fit(&text, usize::from(area.width), Fit::Tail);
        frame.render_widget(Line::styled(fitted, scene.theme.dim()), line_of(area, i + 1));
    }
}

fn line_of(area: Rect, at: usize) -> Rect {
    let y = area.y.saturating_add(u16::try_from(at).unwrap_or(u16::MAX));
    Rect { y, height: 1, ..area }.intersection(area)
}

#[cfg(test)]
mod tests {
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use ratatui::style::Modifier;

    use super::*;
    use crate::domain::account::Role;
    use crate::model::screens::sign_in::SignIn;
    use crate::view::testing::{desk, lines_of};
    use crate::view::width::width;

    const COLUMNS: &[Column<(i64, &str)>] = &[
        Column::new("转出人", Width::Exact(8), |row, _| row.1.to_owned()),
        Column::new("转出团组织", Width::Share(2), |row, ctx| {
            format!("{}列{}", ctx.cols, row.1)
        }),
        Column::new("等待", Width::Exact(6), |row, _| format!("等{}天!", row.0)),
    ];

    fn drawn(table: &Table<(i64, &'static str)>) -> (Vec<String>, Option<Position>, bool) {
        let (state, _) = desk(SignIn::locked(), Role::Administrator);
        let scene = Scene { state: &state, theme: Theme { ascii: false, plain: false } };
        let empty = ["还没有转接。按 2 新建。".to_owned()];
        let look = Look { columns: COLUMNS, key: |row| row.0, empty: &empty };
        let mut terminal = Terminal::new(TestBackend::new(30, 4)).unwrap();
        let mut cursor = None;
        terminal.draw(|f| cursor = draw(table, &look, scene, f, f.area())).unwrap();
        let buffer = terminal.backend().buffer();
        let at = cursor.unwrap();
        let reversed = buffer[(at.x, at.y)].modifier.contains(Modifier::REVERSED);
        (lines_of(buffer), cursor, reversed)
    }

    fn table(rows: &[(i64, &'static str)]) -> Table<(i64, &'static str)> {
        let mut table = Table { height: 3, ..Table::default() };
        table.replace(rows.to_vec(), false);
        table
    }

    #[test]
    fn rows_line_up_and_the_selected_one_is_shown_three_ways() {
        let mut t = table(&[(5, "孔维嘉"), (16, "古丽米热·艾力"), (3, "王凡")]);
        t.selected = 1;
        t.toggle(16);
        let (lines, cursor, reversed) = drawn(&t);
        assert_eq!(lines[0], "   转出人   转出团组织  等待  ");
        assert_eq!(lines[1], "   孔维嘉   11列孔维嘉  等5天!");
        assert_eq!(lines[2], "►* 古丽米.. 11列古丽..  等16..");
        assert!(lines.iter().all(|line| width(line) == 30), "{lines:#?}");
        assert_eq!((cursor, reversed), (Some(Position::new(0, 2)), true));
    }

    #[test]
    fn an_empty_list_teaches_and_a_waiting_one_says_so() {
        let (lines, cursor, _) = drawn(&table(&[]));
        assert!(lines[1].contains("按 2 新建"), "{lines:#?}");
        assert_eq!(cursor, Some(Position::new(0, 1)));
        assert!(drawn(&Table::default()).0[1].contains("正在读取"));
    }

    #[test]
    fn a_terminal_that_shrank_still_shows_the_selected_row() {
        let mut t = table(&[(1, "甲"), (2, "乙"), (3, "丙"), (4, "丁"), (5, "戊")]);
        t.fit(10);
        t.selected = 4;
        let (lines, cursor, _) = drawn(&t);
        assert!(lines[3].contains("戊"), "{lines:#?}");
        assert_eq!(cursor, Some(Position::new(0, 3)));
    }

    #[test]
    fn the_place_counts_from_one() {
        assert_eq!(place(&table(&[]), None), "0/0 条");
        assert_eq!(place(&table(&[(1, "甲")]), Some(229)), "1/229 条");
    }
}
