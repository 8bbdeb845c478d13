//! Draws a form: star, label, content, hint, and under a field what is wrong with it.
//!
//! The columns follow the paper form: labels are aligned by display width, fixed fields that
//! belong together share a line, and the rows scroll so that the focused field and its fault are
//! always seen (ux.md 6.1, 6.3).

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Paragraph};

use super::theme::Theme;
use super::width::{Fit, center, fit, width, wrap};
use crate::model::form::{Field, FieldKind, Form, MOST_IN_A_ROW};

/// Columns before the label: the pointer and the star.
const MARKS: usize = 2;
/// The widest label of the official form, 转入组织是否属于北京/广东/福建.
const MOST_LABEL: usize = 30;
/// Columns kept free of meaning at the right border.
const MARGIN: usize = 1;

/// What is drawn around the fields.
#[derive(Debug, Clone, Copy)]
pub struct Panel<'a> {
    /// Words in the upper border.
    pub title: &'a str,
    /// Lines above the fields.
    pub intro: &'a [String],
    /// The buttons; the first one is what Enter on it does.
    pub buttons: &'a [&'a str],
}

/// Draws the form into a double-bordered pane and says where the cursor belongs.
pub fn draw(
    form: &Form,
    panel: Panel<'_>,
    theme: Theme,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let block = theme.pane(panel.title, super::theme::Focused::Yes);
    draw_in(form, panel, (theme, block), frame, area)
}

fn draw_in(
    form: &Form,
    panel: Panel<'_>,
    (theme, block): (Theme, Block<'_>),
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let inner = block.inner(area);
    let page = Page::of(form, panel, theme, usize::from(inner.width));
    let height = usize::from(inner.height);
    let top = page.top(height);
    let lines: Vec<Line<'_>> = page.lines.into_iter().skip(top).take(height).collect();
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(lines), inner);
    let (row, col) = page.cursor?;
    let row = u16::try_from(row.checked_sub(top)?).ok()?;
    let col = u16::try_from(col).ok()?;
    Some(Position::new(inner.x + col.min(inner.width.saturating_sub(1)), inner.y + row))
}

/// Rows a form takes without its border, for popups that fit their content.
pub fn height(form: &Form, panel: Panel<'_>, theme: Theme, cols: usize) -> usize {
    Page::of(form, panel, theme, cols).lines.len()
}

/// All rows of a form, before scrolling.
struct Page {
    lines: Vec<Line<'static>>,
    /// First and last row that must be seen: the focused field with its fault.
    focused: (usize, usize),
    cursor: Option<(usize, usize)>,
    theme: Theme,
    cols: usize,
    label_cols: usize,
}

impl Page {
    fn of(form: &Form, panel: Panel<'_>, theme: Theme, cols: usize) -> Self {
        let visible = || form.fields.iter().filter(|f| !f.hidden);
        let label_cols = visible().filter(|f| !f.beside).map(|f| width(&f.label)).max();
        let label_cols = label_cols.unwrap_or(0).min(MOST_LABEL);
        let lines = Vec::new();
        let mut page = Self { lines, focused: (0, 0), cursor: None, theme, cols, label_cols };
        for line in panel.intro {
            let wrapped = wrap(line, cols.saturating_sub(MARKS + MARGIN));
            page.lines.extend(wrapped.into_iter().map(|text| Line::from(format!("  {text}"))));
        }
        let focused = form.focused().map(|f| f.id);
        for field in visible() {
            page.field(field, focused == Some(field.id));
        }
        page.buttons(panel.buttons, form.on_button());
        page
    }

    /// The first row on the screen.
    fn top(&self, height: usize) -> usize {
        let most = self.lines.len().saturating_sub(height);
        // One row below the focused field is kept in sight, so that one sees what comes.
        let wanted = (self.focused.1 + 2).saturating_sub(height);
        wanted.min(most).min(self.focused.0)
    }

    fn field(&mut self, field: &Field, focused: bool) {
        if let Some(words) = &field.ruled {
            self.rule(words);
        }
        if field.beside && self.beside(field) {
            return;
        }
        let start = self.lines.len();
        let (rows, cursor) = content(field, self.room(field));
        for (i, text) in rows.iter().enumerate() {
            let line = self.row(field, text, (i, focused));
            self.lines.push(line);
        }
        self.fault(field);
        if focused {
            self.focused = (start, self.lines.len().saturating_sub(1));
            self.cursor = Some((start + cursor.0, self.before_content() + cursor.1));
        }
    }

    fn before_content(&self) -> usize {
        MARKS + self.label_cols + 1
    }

    /// Columns for the content of a field, beside its hint.
    fn room(&self, field: &Field) -> usize {
        let hint = width(&field.live_hint());
        let taken = self.before_content() + MARGIN + if hint > 0 { hint + 1 } else { 0 };
        self.cols.saturating_sub(taken)
    }

    fn row(&self, field: &Field, text: &str, (i, focused): (usize, bool)) -> Line<'static> {
        let room = self.room(field);
        let first = i == 0;
        let pointer = if focused && first { self.theme.pointer() } else { " " };
        let star = if field.required && first { "*" } else { " " };
        let label = if first { field.label.as_str() } else { "" };
        let label = fit(label, self.label_cols, Fit::Tail);
        let style = if focused && first { self.theme.selected() } else { Style::new() };
        let hint = if first { field.live_hint() } else { String::new() };
        let value = if matches!(field.kind, FieldKind::Fixed(_)) {
            Style::new()
        } else {
            self.theme.strong()
        };
        Line::from(vec![
            Span::raw(format!("{pointer}{star}")),
            Span::styled(label, style),
            Span::raw(" "),
            Span::styled(fit(text, room, Fit::Tail), value),
            Span::styled(format!(" {hint}"), self.theme.dim()),
        ])
    }

    /// Puts a fixed field at the right end of the line before; false where it does not fit.
    fn beside(&mut self, field: &Field) -> bool {
        let text = format!("{} {}", field.label, field.shown());
        let wanted = width(&text) + 2 + MARGIN;
        let Some(line) = self.lines.last_mut() else { return false };
        let written = plain(line);
        let left = self.cols.saturating_sub(wanted);
        if width(written.trim_end()) > left {
            return false;
        }
        let before = fit(written.trim_end(), left, Fit::Tail);
        *line = Line::from(vec![Span::raw(before), Span::raw(format!("  {text}"))]);
        true
    }

    fn fault(&mut self, field: &Field) {
        let Some(sentence) = &field.fault else { return };
        let room = self.cols.saturating_sub(4 + MARGIN);
        for (i, text) in wrap(sentence, room).into_iter().enumerate() {
            let mark = if i == 0 { "! " } else { "  " };
            self.lines.push(Line::styled(format!("  {mark}{text}"), self.theme.bad()));
        }
    }

    fn rule(&mut self, words: &str) {
        let room = self.cols.saturating_sub(MARKS + MARGIN + 1);
        let text = if words.is_empty() { String::new() } else { format!("---- {words} ") };
        let dashes = "-".repeat(room.saturating_sub(width(&text)));
        self.lines.push(Line::styled(format!("  {text}{dashes}"), self.theme.dim()));
    }

    fn buttons(&mut self, buttons: &[&str], focused: bool) {
        self.lines.push(Line::default());
        let mut spans = Vec::new();
        for (i, button) in buttons.iter().enumerate() {
            let here = focused && i == 0;
            let pointer = if here { self.theme.pointer() } else { " " };
            let style = if here { self.theme.selected() } else { Style::new() };
            spans.push(Span::raw(format!("{pointer} ")));
            spans.push(Span::styled(format!("[ {button} ]"), style));
            spans.push(Span::raw("  "));
        }
        self.lines.push(Line::from(spans));
        if focused {
            let row = self.lines.len() - 1;
            self.focused = (row, row);
            self.cursor = Some((row, 0));
        }
    }
}

/// The rows of a field's content, and where the cursor stands among them.
fn content(field: &Field, room: usize) -> (Vec<String>, (usize, usize)) {
    let cols = u16::try_from(room).unwrap_or(u16::MAX);
    match &field.kind {
        FieldKind::Line(text) | FieldKind::Secret(text) => {
            let seen = text.visible(cols);
            (vec![seen.text], (0, usize::from(seen.cursor_col)))
        }
        FieldKind::Paragraph(text) => {
            let (row, col) = text.cursor_at(cols);
            (text.wrapped(cols), (usize::from(row), usize::from(col)))
        }
        FieldKind::Choice { options, chosen } => options_row(options, *chosen, room),
        FieldKind::Lookup { label, .. } => {
            (vec![with_note(&fit(label, room, Fit::Head), &field.note, room)], (0, 0))
        }
        FieldKind::Fixed(text) => {
            (vec![with_note(&fit(text, room, Fit::Head), &field.note, room)], (0, 0))
        }
    }
}

fn with_note(text: &str, note: &str, room: usize) -> String {
    let text = text.trim_end();
    let noted = format!("{text}  ({note})");
    if note.is_empty() || width(&noted) > room { text.to_owned() } else { noted }
}

/// `(o) 否  ( ) 是`, or only the chosen words where there are many or long ones.
fn options_row(
    options: &[(String, String)],
    chosen: Option<usize>,
    room: usize,
) -> (Vec<String>, (usize, usize)) {
    let mark = |i| if chosen == Some(i) { "(o)" } else { "( )" };
    let parts: Vec<_> =
        options.iter().enumerate().map(|(i, (_, label))| format!("{} {label}", mark(i))).collect();
    let row = parts.join("  ");
    if options.len() > MOST_IN_A_ROW || width(&row) > room {
        let label = chosen.and_then(|i| options.get(i)).map_or("", |(_, label)| label);
        return (vec![fit(label, room, Fit::Tail)], (0, 0));
    }
    let before: usize = parts.iter().take(chosen.unwrap_or(0)).map(|p| width(p) + 2).sum();
    (vec![row], (0, before + 1))
}

fn plain(line: &Line<'_>) -> String {
    line.spans.iter().map(|span| span.content.as_ref()).collect()
}

/// A big calm title in the middle of one line.
pub fn headline(text: &str, theme: Theme, frame: &mut Frame<'_>, area: Rect) {
    let spaced: Vec<String> = text.chars().map(String::from).collect();
    let line = center(&spaced.join(" "), usize::from(area.width));
    frame.render_widget(Line::styled(line, theme.strong()), area);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::action::Action;
    use crate::keys::table::Input;
    use crate::model::form::LookupKind;
    use crate::view::testing::lines_of;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;

    const FANCY: Theme = Theme { ascii: false, plain: true };

    fn drawn(form: &Form, theme: Theme, (cols, rows): (u16, u16)) -> (Vec<String>, Position) {
        let mut terminal = Terminal::new(TestBackend::new(cols, rows)).unwrap();
        let mut cursor = None;
        let panel = Panel { title: "表", intro: &[], buttons: &["F8 提交"] };
        terminal.draw(|f| cursor = draw(form, panel, theme, f, f.area())).unwrap();
        (lines_of(terminal.backend().buffer()), cursor.unwrap())
    }

    fn long_form() -> Form {
        let names = ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j"];
        Form::new(names.map(|id| Field::line(id, format!("第 {id} 项"), 9).required()).to_vec())
    }

    #[test]
    fn the_focused_field_its_fault_and_the_cursor_stay_in_sight() {
        let mut form = long_form();
        for step in 0..10 {
            let id = form.focused().unwrap().id;
            form.set_fault(id, Some("要改的地方。".to_owned()));
            let (screen, cursor) = drawn(&form, FANCY, (40, 7));
            let row = screen.iter().position(|line| line.contains('►')).unwrap();
            assert!(screen[row].contains(&format!("*第 {id} 项")), "{step}");
            assert!(screen[row + 1].contains("! 要改的地方。"), "{screen:#?}");
            assert_eq!(usize::from(cursor.y), row);
            drop(form.act(Input::Type("字".to_owned())));
            drop(form.act(Input::Do(Action::Enter)));
        }
        let (screen, cursor) = drawn(&form, FANCY, (40, 7));
        assert!(screen[usize::from(cursor.y)].contains("► [ F8 提交 ]"), "{screen:#?}");
    }

    #[test]
    fn labels_are_aligned_by_columns_and_the_cursor_follows_wide_characters() {
        let mut form = Form::new(vec![
            Field::line("name", "姓名", 9).required(),
            Field::line("address", "详细地址", 9),
        ]);
        let (screen, before) = drawn(&form, FANCY, (40, 8));
        assert!(screen[1].starts_with("║►*姓名     "), "{}", screen[1]);
        assert!(screen[2].starts_with("║  详细地址 "), "{}", screen[2]);
        drop(form.act(Input::Type("王凡".to_owned())));
        let (_, after) = drawn(&form, FANCY, (40, 8));
        assert_eq!((before.x, after.x, after.y), (12, 16, 1));
    }

    #[test]
    fn ascii_needs_no_box_lines() {
        let theme = Theme { ascii: true, plain: true };
        let form = Form::new(vec![
            Field::choice("outside", "库外", [("no", "否"), ("yes", "是")]).with("yes"),
            Field::lookup("org", "组织", LookupKind::Organisation),
        ]);
        let (screen, cursor) = drawn(&form, theme, (40, 8));
        assert!(screen[0].starts_with("+ 表 ="), "{}", screen[0]);
        assert!(screen[1].contains("> 库外 ( ) 否  (o) 是"), "{}", screen[1]);
        assert_eq!(cursor.x, 17);
        assert!(!screen.concat().contains(['║', '►', '═']));
    }

    #[test]
    fn fixed_fields_share_a_line_only_where_they_fit() {
        let pair = || {
            Form::new(vec![
                Field::fixed("id", "号码", "320***************"),
                Field::fixed("phone", "手机", "186****1029").beside(),
                Field::line("x", "项", 9),
            ])
        };
        let (wide, _) = drawn(&pair(), FANCY, (60, 8));
        assert!(wide[1].contains("320*") && wide[1].contains("手机 186****1029"));
        let (narrow, _) = drawn(&pair(), FANCY, (36, 8));
        assert!(!narrow[1].contains("手机") && narrow[2].contains("186****1029"));
    }
}
