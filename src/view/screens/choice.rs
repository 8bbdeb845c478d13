//! Draws [`Choice`].

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::model::screens::choice::{Choice, ChoiceItem};
use crate::view::Scene;
use crate::view::popup::clear_area;
use crate::view::theme::Focused;
use crate::view::width::{Fit, fit, width, wrap};

/// Columns that the frame and the margin of the popup take.
const FRAME: u16 = 4;

/// Least and most columns inside.
const INSIDE: (usize, usize) = (40, 70);

/// Draws the popup in the middle of `area` and says where the chosen option is.
pub fn draw(
    screen: &Choice,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let cols = columns(screen).min(usize::from(area.width.saturating_sub(FRAME + 2)));
    let note = note_of(screen, cols);
    let rows_around = screen.options.len() + note.len() + 2;
    let room = usize::from(area.height).saturating_sub(rows_around + 1);
    let above = above(screen, cols, room);
    let gap = usize::from(!above.is_empty());
    let above_rows = above.len() + gap;
    let popup = centred(area, cols, above.len() + gap + rows_around);
    clear_area(frame.buffer_mut(), popup);
    let block = scene.theme.pane(screen.title.clone(), Focused::Yes);
    let inner = block.inner(popup);
    frame.render_widget(block, popup);
    let inner = Rect { x: inner.x + 1, width: inner.width.saturating_sub(2), ..inner };
    let mut y = inner.y;
    let mut put = |line: Line<'static>| {
        let at = Rect { y, height: 1, ..inner }.intersection(inner);
        frame.render_widget(line, at);
        y += 1;
        at.y
    };
    for line in above {
        put(Line::raw(line));
    }
    if gap > 0 {
        put(Line::raw(""));
    }
    let mut cursor = None;
    let rows = usize::from(inner.height).saturating_sub(above_rows + note.len());
    let shown = seen(screen.options.len(), screen.selected, rows);
    for (at, item) in screen.options.iter().enumerate().filter(|(at, _)| shown.contains(at)) {
        let chosen = at == screen.selected;
        let row = put(option(scene, (at, item), chosen, cols));
        if chosen {
            cursor = Some(Position::new(inner.x, row));
        }
    }
    for line in note {
        put(Line::styled(line, scene.theme.dim()));
    }
    cursor
}

/// One option: `► 1 同意`, in brackets where it is not possible.
fn option(
    scene: Scene<'_>,
    (at, item): (usize, &ChoiceItem),
    chosen: bool,
    cols: usize,
) -> Line<'static> {
    let pointer = if chosen { scene.theme.pointer() } else { " " };
    let words = words(at, item);
    let line = Line::raw(fit(&format!("{pointer} {words}"), cols, Fit::Tail));
    match (chosen, item.refusal.is_some()) {
        (true, _) => line.style(scene.theme.selected()),
        (false, true) => line.style(scene.theme.dim()),
        (false, false) => line,
    }
}

/// The options that are seen where not all fit: those around the chosen one.
fn seen(n: usize, selected: usize, rows: usize) -> std::ops::Range<usize> {
    let first = (selected + 1).saturating_sub(rows).min(n.saturating_sub(rows));
    first..first + rows.min(n)
}

fn words(at: usize, item: &ChoiceItem) -> String {
    let number = if at < 9 { (at + 1).to_string() } else { " ".to_owned() };
    match &item.refusal {
        Some(_) => format!("({number} {})", item.label),
        None => format!("{number} {}", item.label),
    }
}

fn columns(screen: &Choice) -> usize {
    let options = screen.options.iter().enumerate().map(|(at, item)| width(&words(at, item)) + 2);
    let lines = screen.lines.iter().map(|line| width(line));
    options.chain(lines).max().unwrap_or(0).clamp(INSIDE.0, INSIDE.1)
}

/// The lines above the options, wrapped, from the first one shown to the last that fits.
fn above(screen: &Choice, cols: usize, room: usize) -> Vec<String> {
    let from = |first: usize| -> Vec<String> {
        screen.lines.iter().skip(first).flat_map(|line| wrap(line, cols)).collect()
    };
    let all = from(0);
    // Lines that all fit do not scroll away.
    let mut lines = if all.len() <= room { all } else { from(screen.scroll) };
    if lines.len() > room && room > 1 {
        lines.truncate(room - 1);
        lines.push("还有，按 PgDn 往下看。".to_owned());
    }
    lines
}

/// The remark below, or why the chosen option is not possible.
fn note_of(screen: &Choice, cols: usize) -> Vec<String> {
    let refusal = screen.options.get(screen.selected).and_then(|item| item.refusal.as_ref());
    let note = refusal.unwrap_or(&screen.note);
    if note.is_empty() {
        return Vec::new();
    }
    let mut lines = vec![String::new()];
    lines.extend(wrap(note, cols));
    lines
}

fn centred(area: Rect, cols: usize, rows: usize) -> Rect {
    let width = u16::try_from(cols).unwrap_or(u16::MAX).saturating_add(FRAME).min(area.width);
    let height = u16::try_from(rows).unwrap_or(u16::MAX).min(area.height);
    let x = area.x + (area.width - width) / 2;
    let y = area.y + (area.height - height) / 2;
    Rect { x, y, width, height }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chosen_option_is_always_seen() {
        assert_eq!(seen(5, 4, 9), 0..5);
        assert_eq!(seen(25, 0, 20), 0..20);
        assert_eq!(seen(25, 20, 20), 1..21);
        assert_eq!(seen(25, 24, 20), 5..25);
    }
}
