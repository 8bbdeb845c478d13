//! Draws [`Apply`]: the form, or the page that is read before handing in.

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;
use ratatui::widgets::Paragraph;

use crate::model::screens::apply::{Apply, Phase, ReviewLine, blocked};
use crate::rules::{Finding, Severity};
use crate::view::Scene;
use crate::view::form::{self, Panel};
use crate::view::theme::{Focused, Theme};
use crate::view::width::{Fit, fit, width, wrap};

/// The widest label of the form.
const LABEL: usize = 30;

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Apply,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    match &screen.phase {
        Phase::Filling | Phase::Checking(_) | Phase::Sending => filling(screen, scene, frame, area),
        Phase::Reviewing { findings, top } => {
            reviewing(screen, (findings, *top), scene, frame, area)
        }
        Phase::Done { sentence, .. } => done(sentence, scene, frame, area),
    }
}

fn filling(
    screen: &Apply,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let title = title(screen, scene);
    let buttons = ["F8 提交", "Ctrl+S 存草稿", "Esc 返回"];
    let panel = Panel { title: &title, intro: &[], buttons: &buttons };
    let cursor = form::draw(&screen.form, panel, scene.theme, frame, area);
    if screen.phase == Phase::Filling { cursor } else { None }
}

/// `发起转接  必填 5/6 已填好  草稿已存 10:32:07`
fn title(screen: &Apply, scene: Scene<'_>) -> String {
    let (filled, required) = screen.form.progress();
    let mut title = format!("{}  必填 {filled}/{required} 已填好", screen.crumb());
    if let Some(at) = screen.saved_at {
        title += &format!("  草稿已存 {}", scene.state.now.local(at).format("%H:%M:%S"));
    }
    title
}

fn reviewing(
    screen: &Apply,
    (findings, top): (&[Finding], usize),
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let title = if blocked(findings) {
        "提交前核对  现在还不能提交"
    } else {
        "提交前核对"
    };
    let block = scene.theme.pane(title, Focused::Yes);
    let inner = block.inner(area);
    let cols = usize::from(inner.width);
    let page = screen.review(findings);
    let mut lines: Vec<Line<'_>> =
        page.iter().flat_map(|line| rows(line, scene.theme, cols)).collect();
    let height = usize::from(inner.height).saturating_sub(1);
    let foot = lines.pop().unwrap_or_default();
    let top = top.min(lines.len().saturating_sub(height));
    let more =
        if lines.len() > top + height { "  (下面还有，按下键或 PgDn 翻看)" } else { "" };
    let seen: Vec<Line<'_>> = lines.into_iter().skip(top).take(height).collect();
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(seen), inner);
    let y = inner.bottom().saturating_sub(1);
    let mut foot = foot;
    foot.push_span(more);
    frame.render_widget(foot, Rect::new(inner.x, y, inner.width, 1));
    Some(Position::new(inner.x, y))
}

fn rows(line: &ReviewLine, theme: Theme, cols: usize) -> Vec<Line<'static>> {
    match line {
        ReviewLine::Heading(text) => vec![Line::styled(format!(" {text}"), theme.strong())],
        ReviewLine::Note(text) => vec![Line::styled(format!(" {text}"), theme.strong())],
        ReviewLine::Finding(severity, text, rule) => finding(*severity, text, rule, (theme, cols)),
        ReviewLine::Answer(label, text) => answer(label, text, cols),
    }
}

/// A mark and a word, so that nothing hangs on colour; the rule below where something is amiss.
fn finding(
    severity: Severity,
    text: &str,
    rule: &str,
    (theme, cols): (Theme, usize),
) -> Vec<Line<'static>> {
    let (mark, style) = match severity {
        Severity::Pass => (theme.done(), theme.good()),
        Severity::Warn => ("!", theme.warn()),
        Severity::Block => (theme.cross(), theme.bad()),
    };
    let head = format!(" {mark} {} ", fit(severity.label(), 8, Fit::Tail));
    let indent = width(&head);
    let room = cols.saturating_sub(indent + 1);
    let mut lines: Vec<Line<'static>> = Vec::new();
    for (i, part) in wrap(text, room).into_iter().enumerate() {
        let before = if i == 0 { head.clone() } else { " ".repeat(indent) };
        lines.push(Line::styled(format!("{before}{part}"), style));
    }
    if severity != Severity::Pass && !rule.is_empty() {
        let rule = format!("依据：{rule}");
        let rule = wrap(&rule, room).into_iter();
        lines.extend(
            rule.map(|part| Line::styled(format!("{}{part}", " ".repeat(indent)), theme.dim())),
        );
    }
    lines
}

fn answer(label: &str, text: &str, cols: usize) -> Vec<Line<'static>> {
    let room = cols.saturating_sub(LABEL + 5);
    let parts = wrap(text, room);
    let each = parts.into_iter().enumerate().map(|(i, part)| {
        let label = if i == 0 { label } else { "" };
        Line::from(format!("   {} {part}", fit(label, LABEL, Fit::Tail)))
    });
    each.collect()
}

fn done(sentence: &str, scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) -> Option<Position> {
    let block = scene.theme.pane("已提交", Focused::Yes);
    let inner = block.inner(area);
    let mut lines = vec![String::new()];
    lines.extend(wrap(sentence, usize::from(inner.width).saturating_sub(4)));
    lines.extend([String::new(), "Enter 看可做的事    Esc 返回".to_owned()]);
    let lines: Vec<Line<'_>> = lines.iter().map(|text| Line::from(format!("  {text}"))).collect();
    let row = u16::try_from(lines.len()).unwrap_or(1).saturating_sub(1);
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(lines), inner);
    Some(Position::new(inner.x + 2, inner.y + row))
}
