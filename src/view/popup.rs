//! Making room for a popup over a screen full of wide characters.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::widgets::{Clear, Widget};

use super::width::width;

/// Empties an area for a popup, together with the halves of wide characters at its edges.
///
/// A wide character that begins one column left of the area covers its first column: ratatui
/// 0.30.2 then never sends what the popup draws there, and the whole left border is missing
/// (ratatui issue 2526). Such a character is replaced by a space, and so is what is left of one
/// that the right edge cuts. Call this once for each popup, before drawing it.
pub fn clear_area(buffer: &mut Buffer, area: Rect) {
    let area = area.intersection(buffer.area);
    if area.is_empty() {
        return;
    }
    for y in area.top()..area.bottom() {
        if area.left() > buffer.area.left() && is_wide(buffer, area.left() - 1, y) {
            blank(buffer, area.left() - 1, y);
        }
        if area.right() < buffer.area.right() && is_wide(buffer, area.right() - 1, y) {
            blank(buffer, area.right(), y);
        }
    }
    Clear.render(area, buffer);
}

fn is_wide(buffer: &Buffer, x: u16, y: u16) -> bool {
    buffer.cell((x, y)).is_some_and(|cell| width(cell.symbol()) > 1)
}

fn blank(buffer: &mut Buffer, x: u16, y: u16) {
    if let Some(cell) = buffer.cell_mut((x, y)) {
        cell.set_symbol(" ");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ratatui::Terminal;
    use ratatui::backend::TestBackend;
    use ratatui::style::Style;
    use ratatui::widgets::Block;

    const ROW: &str = "a中文中文中文中文中文";

    /// A terminal as it really behaves: a wide character covers the cell after it, and writing
    /// on either half destroys the other.
    fn terminal_after(frames: &[Buffer]) -> Vec<String> {
        let area = frames[0].area;
        let mut cells = vec![vec![" ".to_owned(); area.width.into()]; area.height.into()];
        let mut before = Buffer::empty(area);
        for frame in frames {
            for (x, y, cell) in before.diff_iter(frame) {
                put(&mut cells[usize::from(y)], usize::from(x), cell.symbol());
            }
            before = frame.clone();
        }
        cells.iter().map(|row| row.concat()).collect()
    }

    fn put(row: &mut [String], x: usize, symbol: &str) {
        if row[x].is_empty() && x > 0 {
            row[x - 1] = " ".to_owned();
        }
        if width(&row[x]) > 1 && x + 1 < row.len() {
            row[x + 1] = " ".to_owned();
        }
        row[x] = symbol.to_owned();
        if width(symbol) > 1 && x + 1 < row.len() {
            if width(&row[x + 1]) > 1 && x + 2 < row.len() {
                row[x + 2] = " ".to_owned();
            }
            row[x + 1] = String::new();
        }
    }

    fn page() -> Buffer {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 22, 5));
        for y in 0..5 {
            buffer.set_string(0, y, ROW, Style::default());
        }
        buffer
    }

    fn popup_on(mut buffer: Buffer, area: Rect, clear: fn(&mut Buffer, Rect)) -> Buffer {
        clear(&mut buffer, area);
        Block::bordered().render(area, &mut buffer);
        buffer
    }

    fn plain_clear(buffer: &mut Buffer, area: Rect) {
        Clear.render(area, buffer);
    }

    fn borders_in(rows: &[String]) -> usize {
        rows.iter().map(|row| row.matches(['│', '┌', '┐', '└', '┘']).count()).sum()
    }

    #[test]
    fn the_plain_clear_loses_the_left_border() {
        let popup = popup_on(page(), Rect::new(4, 1, 9, 3), plain_clear);
        assert_eq!(borders_in(&terminal_after(&[page(), popup])), 3, "ratatui may be repaired");
    }

    #[test]
    fn both_borders_are_whole_wherever_the_popup_stands() {
        for x in 0..8 {
            for wide in 4..12 {
                let area = Rect::new(x, 1, wide, 3);
                let rows = terminal_after(&[page(), popup_on(page(), area, clear_area)]);
                assert_eq!(borders_in(&rows), 6, "{area:?} {rows:#?}");
                assert!(rows.iter().all(|row| width(row) == 22), "{rows:#?}");
            }
        }
    }

    #[test]
    fn closing_the_popup_restores_the_page() {
        let popup = popup_on(page(), Rect::new(4, 1, 10, 3), clear_area);
        let rows = terminal_after(&[page(), popup, page()]);
        assert_eq!(rows, terminal_after(&[page()]));
    }

    #[test]
    fn the_row_of_the_border_is_whole_in_a_real_terminal_loop() {
        let mut terminal = Terminal::new(TestBackend::new(22, 3)).unwrap();
        let draw = |frame: &mut ratatui::Frame<'_>| {
            for y in 0..3 {
                frame.buffer_mut().set_string(0, y, ROW, Style::default());
            }
        };
        terminal.draw(draw).unwrap();
        terminal
            .draw(|frame| {
                draw(frame);
                let area = Rect::new(4, 0, 9, 3);
                clear_area(frame.buffer_mut(), area);
                frame.render_widget(Block::bordered(), area);
            })
            .unwrap();
        let shown = terminal.backend().buffer();
        let row: Vec<&str> = [3, 4, 12].map(|x| shown[(x, 1)].symbol()).to_vec();
        assert_eq!(row, [" ", "│", "│"]);
    }

    proptest! {
        #[test]
        fn no_area_panics(x in 0_u16..40, y in 0_u16..10, wide in 0_u16..60, high in 0_u16..10) {
            clear_area(&mut page(), Rect::new(x, y, wide, high));
        }
    }
}
