//! Draws [`TextPage`].

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Line;

use crate::model::screens::text::TextPage;
use crate::view::Scene;
use crate::view::theme::Focused;
use crate::view::width::{Fit, fit, width, wrap};

/// What a heading begins with.
const HEADING: &str = "# ";

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &TextPage,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let pane = scene.theme.pane(screen.title.as_str(), Focused::Yes);
    let inner = pane.inner(area);
    frame.render_widget(pane, area);
    let cols = usize::from(inner.width.saturating_sub(2));
    let rows = screen.lines.iter().skip(screen.top).flat_map(|text| rows_of(text, cols, scene));
    let mut left = inner;
    for line in rows.take(usize::from(inner.height)) {
        frame.render_widget(line, Rect { height: 1, ..left });
        left.y += 1;
    }
    say_more(screen, scene, frame, area);
    Some(Position::new(inner.x, inner.y))
}

fn rows_of<'a>(text: &str, cols: usize, scene: Scene<'_>) -> Vec<Line<'a>> {
    if let Some(heading) = text.strip_prefix(HEADING) {
        return vec![Line::styled(
            fit(&format!(" {heading}"), cols, Fit::Tail),
            scene.theme.strong(),
        )];
    }
    let rows = if width(text) <= cols { vec![text.to_owned()] } else { wrap(text, cols) };
    rows.into_iter().map(|row| Line::raw(format!(" {row}"))).collect()
}

/// Tells in the lower border that there is more above or below.
fn say_more(screen: &TextPage, scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) {
    let (cols, room) = (usize::from(area.width.saturating_sub(4)), usize::from(area.height) - 2);
    let rows = screen.lines.iter().skip(screen.top).map(|text| rows_of(text, cols, scene).len());
    let words = match (screen.top > 0, rows.sum::<usize>() > room) {
        (false, false) => return,
        (false, true) => " 下面还有，按下键或 PgDn ",
        (true, true) => " 上下都还有，按上下键 ",
        (true, false) => " 到底了，按上键往回看 ",
    };
    let y = area.bottom().saturating_sub(1);
    let cols = u16::try_from(width(words)).unwrap_or(0).min(area.width.saturating_sub(4));
    frame.render_widget(Line::raw(words), Rect { x: area.x + 2, y, width: cols, height: 1 });
}

#[cfg(test)]
mod tests {
    use crate::domain::account::Role;
    use crate::model::screens::audit::Audit;
    use crate::model::screens::text;
    use crate::view::testing::{cursor, desk, dump, press};

    #[test]
    fn help_opens_over_a_screen_and_scrolls() {
        let (mut state, _) = desk(Audit::default(), Role::Administrator);
        press(&mut state, "1");
        let lines = dump(&state, 80, 24);
        assert!(lines[1].contains("帮助：操作记录"), "{lines:#?}");
        assert!(lines[2].contains("列表：能做什么"), "{lines:#?}");
        assert!(lines[21].contains("下面还有"), "{lines:#?}");
        assert_eq!(cursor(&state, 80, 24), (1, 2));
        press(&mut state, "<end>");
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("Ctrl+Q") && lines.contains("到底了"), "{lines}");
        press(&mut state, "<esc>");
        assert!(dump(&state, 80, 24)[2].contains("操作记录（新的在前"));
    }

    #[test]
    fn the_end_of_the_guide_can_be_read_at_the_smallest_size() {
        let (mut state, _) = desk(text::guide(), Role::Administrator);
        assert!(dump(&state, 80, 24)[2].contains("先知道三件事"));
        press(&mut state, "<end>");
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("再清旧电脑"), "{lines}");
    }

    #[test]
    fn a_code_is_on_the_screen() {
        let (state, _) =
            desk(text::codes("李静", "A1B2-C3D4", "2 天内有效。"), Role::Administrator);
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("A1B2-C3D4") && lines.contains("只显示这一次"), "{lines}");
    }
}
