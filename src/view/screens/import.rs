//! Draws [`Import`].

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::Line;

use crate::domain::intake::Duplicates;
use crate::model::effect::{ImportPreview, ImportRow, ImportVerdict};
use crate::model::screens::import::{Import, Listed, Mending, Phase, remedies};
use crate::view::Scene;
use crate::view::table::{self, CellCtx, Column, Look, Width};
use crate::view::theme::Focused;
use crate::view::width::{Fit, fit, pad_left, wrap};

const COLUMNS: &[Column<ImportRow>] = &[
    Column { title: "", width: Width::Exact(1), cell: mark, style: Some(mark_style) },
    Column::new("行", Width::Exact(6), |row, _| pad_left(&row.row.to_string(), 5)),
    Column::new("姓名或名称", Width::Exact(16), |row, _| row.name.clone()),
    Column::new("证件或编号", Width::Exact(18), |row, _| row.key.clone()),
    Column::new("问题", Width::Share(1), |row, _| problem(row, "可导入")),
];
/// The same once they are written: nothing says any more that it can be imported.
const COLUMNS_WRITTEN: &[Column<ImportRow>] = &[
    Column { title: "", width: Width::Exact(1), cell: mark, style: Some(mark_style) },
    Column::new("行", Width::Exact(6), |row, _| pad_left(&row.row.to_string(), 5)),
    Column::new("姓名或名称", Width::Exact(16), |row, _| row.name.clone()),
    Column::new("证件或编号", Width::Exact(18), |row, _| row.key.clone()),
    Column::new("结果", Width::Share(1), |row, _| match row.verdict {
        ImportVerdict::Good => "已导入".to_owned(),
        ImportVerdict::Bad(_) | ImportVerdict::Present(_) => {
            format!("没有写入。{}", problem(row, ""))
        }
    }),
];

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Import,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let has_notes = screen.preview.as_ref().is_some_and(|preview| !notes(preview).is_empty());
    let result_rows = match &screen.phase {
        Phase::Checked if has_notes => 5,
        Phase::Unreadable(_) => 7,
        _ => 4,
    };
    let parts = [Constraint::Length(result_rows), Constraint::Min(4), Constraint::Length(6)];
    let [result, rows, remedy] = Layout::vertical(parts).areas(area);
    let inside = usize::from(result.width).saturating_sub(4);
    draw_lines((&result_title(screen), &conclusion(screen, inside)), scene, frame, result);
    let cursor = draw_rows(screen, scene, frame, rows);
    match &screen.mending {
        Some(mending) => Some(draw_mending(mending, scene, frame, remedy)),
        None => {
            draw_lines(("怎么改", &how_to_mend(screen)), scene, frame, remedy);
            cursor
        }
    }
}

/// The cell being put right: what is wrong, and the text as it is typed.
fn draw_mending(
    mending: &Mending,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Position {
    let title = format!("改第 {} 行「{}」（Enter 改好，Esc 不改）", mending.row, mending.column);
    let pane = scene.theme.pane(title, Focused::Yes);
    let inner = pane.inner(area);
    frame.render_widget(pane, area);
    let cols = inner.width.saturating_sub(4);
    let typed = mending.field.visible(cols);
    let line = Rect { height: 1, ..inner };
    frame.render_widget(Line::raw(format!(" ► {}", typed.text)), line);
    let why = wrap(&mending.reason, usize::from(inner.width).saturating_sub(2));
    for (row, text) in (1..inner.height).zip(why) {
        let line = Rect { y: inner.y + row, height: 1, ..inner };
        frame.render_widget(Line::raw(format!(" {text}")), line);
    }
    Position::new(inner.x + 3 + typed.cursor_col, inner.y)
}

fn result_title(screen: &Import) -> String {
    if screen.progress.is_some() {
        return format!("进度  {}", screen.file());
    }
    let read = screen.preview.as_ref().map_or_else(String::new, how_read);
    format!("结论  {}  {read}", screen.file()).trim_end().to_owned()
}

/// Encoding and delimiter, or the sheet, and where the header stands.
fn how_read(preview: &ImportPreview) -> String {
    let mut said = preview.format.clone();
    if !preview.delimiter.is_empty() {
        said += &format!("，{}", preview.delimiter);
    }
    if !preview.sheet.is_empty() {
        said += &format!("「{}」", preview.sheet);
    }
    format!("{said}，表头第 {} 行", preview.header_row)
}

/// What is hidden or was mended unasked, and which rows are duplicates of what.
fn notes(preview: &ImportPreview) -> String {
    let Duplicates { in_file, in_database, in_transfer } = preview.duplicates;
    let parts = [(in_file, "文件里重复"), (in_database, "库里已有"), (in_transfer, "正在转入")];
    let said = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{what} {n}"));
    let said = said.collect::<Vec<_>>().join("，");
    let nothing_new = preview.counts.0 == 0 && preview.counts.1 == 0 && preview.counts.2 > 0;
    let same = if nothing_new { "都已经有了，再导一次也不会有变化。" } else { "" };
    let stop = if said.is_empty() { "" } else { "。" };
    format!("{same}{}{said}{stop}", preview.notes.join(""))
}

fn conclusion(screen: &Import, cols: usize) -> Vec<String> {
    let (good, bad, present) = screen.counts();
    let counts =
        format!("共 {} 行：可导入 {good}，要改 {bad}，重复 {present}", good + bad + present);
    if let Some((step, done, total)) = &screen.progress {
        return progress(screen, (step, *done, *total), cols);
    }
    match &screen.phase {
        Phase::Reading => vec!["正在逐行检查，这时什么都不会写入。".to_owned()],
        Phase::Unreadable(sentence) => {
            let next = "按 4 换一种读法；文件改好以后按 Enter 再试，或按 Esc 返回。";
            vec![sentence.clone(), next.to_owned()]
        }
        Phase::Checked => {
            let said = screen.preview.as_ref().map_or_else(String::new, notes);
            vec![counts, fit(&columns(screen.preview.as_ref()), cols, Fit::Tail), said]
        }
        Phase::Writing => vec![counts, "正在写入，请稍等。要么全写入，要么全不写。".to_owned()],
        Phase::Written(batch, n) => {
            vec![
                format!("已导入 {n} 行（第 {batch} 批）。Ctrl+Z 整批撤销，Esc 返回。"),
                format!("离开以后要撤销：菜单（0）里的「撤销一批导入」，批次号 {batch}。"),
            ]
        }
        Phase::Undone => {
            vec!["这一批已整批撤销，和没有导入过一样。按 Esc 返回。".to_owned()]
        }
        Phase::Stopping => vec!["正在取消。要么全写入，要么全不写。".to_owned()],
        Phase::Stopped => vec![
            "已取消，什么都没有写入，和没有导入过一样。".to_owned(),
            "按 Enter 重新检查文件，Esc 返回。".to_owned(),
        ],
    }
}

/// How far the work is: its step in words, and a bar where it is known how much there is.
fn progress(
    screen: &Import,
    (step, done, total): (&str, usize, usize),
    cols: usize,
) -> Vec<String> {
    let doing = match screen.phase {
        Phase::Stopping => format!("正在取消：{step}。要么全写入，要么全不写。"),
        Phase::Writing => format!("正在写入：{step}。要么全写入，要么全不写。"),
        Phase::Reading
        | Phase::Unreadable(_)
        | Phase::Checked
        | Phase::Written(..)
        | Phase::Undone
        | Phase::Stopped => format!("正在检查：{step}。这时什么都不会写入。"),
    };
    vec![doing, bar((done, total), cols, screen.phase == Phase::Stopping)]
}

/// `[######......] 52%  2236000/4300000  Esc 取消`
fn bar((done, total): (usize, usize), cols: usize, stopping: bool) -> String {
    let key = if stopping { "" } else { "  Esc 取消" };
    if total == 0 {
        return format!("已处理 {done}{key}");
    }
    let done = done.min(total);
    let percent = done.saturating_mul(100) / total;
    let tail = format!(" {percent:>3}%  {done}/{total}{key}");
    let room = cols.saturating_sub(crate::view::width::width(&tail) + 2).clamp(4, 40);
    let full = room * percent / 100;
    format!("[{}{}]{tail}", "#".repeat(full), ".".repeat(room - full))
}

/// Which columns were understood and which are left out.
fn columns(preview: Option<&ImportPreview>) -> String {
    let Some(preview) = preview else { return String::new() };
    let (unused, used): (Vec<_>, Vec<_>) =
        preview.columns.iter().partition(|(_, field)| field.is_empty());
    let mut text = format!("列已对应 {}/{}：", used.len(), preview.columns.len());
    let pairs = used.iter().map(|(header, field)| match header == field {
        true => field.clone(),
        false => format!("{header}作{field}"),
    });
    text += &pairs.collect::<Vec<_>>().join("、");
    if !unused.is_empty() {
        let names: Vec<&str> = unused.iter().map(|(header, _)| header.as_str()).collect();
        text += &format!("；没用到：{}", names.join("、"));
    }
    text
}

fn draw_rows(
    screen: &Import,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let pane = scene.theme.pane(rows_title(screen), Focused::Yes);
    let inner = pane.inner(area);
    frame.render_widget(pane, area);
    let empty = [empty_words(screen).to_owned()];
    let is_written = matches!(screen.phase, Phase::Written(..));
    let columns = if is_written { COLUMNS_WRITTEN } else { COLUMNS };
    let look = Look { columns, key: row_key, empty: &empty };
    table::draw(&screen.table, &look, scene, frame, inner)
}

/// How many rows there are, and how many of them are listed where that is not all.
fn rows_title(screen: &Import) -> String {
    if screen.preview.is_none() {
        return "文件里的行".to_owned();
    }
    let (good, bad, present) = screen.counts();
    let all = good + bad + present;
    let (good, problems) = screen.preview.as_ref().map_or((0, 0), ImportPreview::unlisted);
    let part = |which: &str, unlisted: usize| match unlisted {
        0 => String::new(),
        _ => format!("，只列出{which} {} 行", screen.table.rows.len()),
    };
    match screen.listed {
        Listed::Problems => {
            format!("有问题的 {} 行{}（按 6 看全部 {all} 行）", bad + present, part("前", problems))
        }
        Listed::All => {
            format!("全部 {all} 行{}（按 6 只看有问题的）", part("其中", good + problems))
        }
    }
}

fn empty_words(screen: &Import) -> &'static str {
    match screen.phase {
        Phase::Unreadable(_) => "文件没有读出来，看上面的原因。",
        Phase::Reading | Phase::Stopping => "还没有检查完。",
        Phase::Stopped => "已取消。按 Enter 重新检查。",
        Phase::Checked => "没有有问题的行。按 8 导入，按 6 看全部。",
        Phase::Writing => "没有有问题的行。",
        Phase::Written(..) => "没有有问题的行，都已导入。按 6 看全部，按 Esc 返回。",
        Phase::Undone => "这一批已整批撤销。按 Enter 重新检查，按 Esc 返回。",
    }
}

fn how_to_mend(screen: &Import) -> Vec<String> {
    let Some(row) = screen.table.current() else { return Vec::new() };
    match (&screen.phase, &row.verdict) {
        (Phase::Written(batch, _), ImportVerdict::Good) => {
            vec![format!("第 {} 行已导入（第 {batch} 批）。", row.row)]
        }
        _ => remedies(row),
    }
}

/// A pane of sentences; where not all fit, the last line says so.
fn draw_lines(
    (title, texts): (&str, &[String]),
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) {
    let pane = scene.theme.pane(title, Focused::No);
    let inner = pane.inner(area);
    frame.render_widget(pane, area);
    let (cols, rows) = (usize::from(inner.width).saturating_sub(2), usize::from(inner.height));
    let mut lines: Vec<String> = texts.iter().flat_map(|text| wrap(text, cols)).collect();
    if lines.len() > rows {
        lines.truncate(rows);
        if let Some(last) = lines.last_mut() {
            *last = fit(&format!("{last}..（还有）"), cols, Fit::Tail);
        }
    }
    let mut line = Rect { height: 1, ..inner };
    for text in lines {
        frame.render_widget(Line::raw(format!(" {text}")), line);
        line.y += 1;
    }
}

fn row_key(row: &ImportRow) -> i64 {
    i64::try_from(row.row).unwrap_or(i64::MAX)
}

/// The mark without colour (ux.md 6.4).
fn mark(row: &ImportRow, _: &CellCtx<'_>) -> String {
    match row.verdict {
        ImportVerdict::Good => " ",
        ImportVerdict::Bad(_) => "!",
        ImportVerdict::Present(_) => "=",
    }
    .to_owned()
}

fn mark_style(row: &ImportRow, ctx: &CellCtx<'_>) -> Style {
    match row.verdict {
        ImportVerdict::Good => Style::new(),
        ImportVerdict::Bad(_) => ctx.theme.bad(),
        ImportVerdict::Present(_) => ctx.theme.warn(),
    }
}

fn problem(row: &ImportRow, good: &str) -> String {
    match &row.verdict {
        ImportVerdict::Good => good.to_owned(),
        ImportVerdict::Present(sentence) => sentence.clone(),
        ImportVerdict::Bad(faults) => match faults.as_slice() {
            [] => "要改".to_owned(),
            [(column, _, reason)] => format!("{column}：{reason}"),
            [(column, ..), ..] => format!("{column}等 {} 处要改", faults.len()),
        },
    }
}

#[cfg(test)]
mod tests {
    use std::path::PathBuf;

    use super::*;
    use crate::domain::account::Role;
    use crate::domain::ids::BatchId;
    use crate::model::effect::{Effect, ImportKind, Reply, Ticket};
    use crate::model::screens::import::tests::preview;
    use crate::model::state::State;
    use crate::view::testing::{cursor, desk, dump, press, reply};

    fn checked() -> State {
        let file = PathBuf::from("2020届毕业生.csv");
        let (mut state, _) = desk(Import::new(ImportKind::Members, file), Role::Administrator);
        reply(&mut state, Reply::Preview(Ticket(1), Box::new(preview())));
        state
    }

    #[test]
    fn all_three_verdicts_are_marked_and_the_selected_row_is_explained() {
        let mut state = checked();
        let lines = dump(&state, 80, 24);
        assert!(lines[0].contains("导入名册（还没有写入）"), "{lines:#?}");
        assert!(
            lines[1].contains("2020届毕业生.csv  CSV，GB18030，逗号，表头第 1 行"),
            "{lines:#?}"
        );
        assert!(lines[2].contains("共 3 行：可导入 1，要改 1，重复 1"), "{lines:#?}");
        assert!(
            lines[3].contains("列已对应 2/3：姓名、证件号作身份证号；没用到：宿舍"),
            "{lines:#?}"
        );
        assert!(lines[4].contains("第 5 行在表里被隐藏，也会导入。库里已有 1。"), "{lines:#?}");
        assert!(lines[6].contains("有问题的 2 行（按 6 看全部 3 行）"), "{lines:#?}");
        assert!(lines[8].starts_with("║►  !    41"), "{lines:#?}");
        assert!(lines[9].starts_with("║   =    58"), "{lines:#?}");
        assert!(lines[17].contains("第 41 行「身份证号」：应为 18 位"), "{lines:#?}");
        assert_eq!(cursor(&state, 80, 24), (1, 8));
        press(&mut state, "6");
        let lines = dump(&state, 80, 24);
        assert!(lines[8].starts_with("║         2") && lines[8].contains("可导入"), "{lines:#?}");
    }

    #[test]
    fn a_long_list_says_how_much_of_it_is_shown() {
        let file = PathBuf::from("2020届毕业生.csv");
        let (mut state, _) = desk(Import::new(ImportKind::Members, file), Role::Administrator);
        let long = ImportPreview { counts: (900_000, 20_000, 80_000), ..preview() };
        reply(&mut state, Reply::Preview(Ticket(1), Box::new(long)));
        let title = |state: &State| dump(state, 80, 24)[6].clone();
        let said = "有问题的 100000 行，只列出前 2 行（按 6 看全部 1000000 行）";
        assert!(title(&state).contains(said), "{}", title(&state));
        press(&mut state, "6");
        let said = "全部 1000000 行，只列出其中 3 行（按 6 只看有问题的）";
        assert!(title(&state).contains(said), "{}", title(&state));
    }

    #[test]
    fn two_digits_import_the_good_rows() {
        let mut state = checked();
        assert!(press(&mut state, "8").is_empty());
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("可导入 1 行，要改 1 行，重复 1 行"), "{lines}");
        assert!(lines.contains("1 只导入没问题的 1 行"), "{lines}");
        assert!(press(&mut state, "1") == [Effect::RunImport]);
        assert!(dump(&state, 80, 24)[0].contains("正在写入"));
        let done = Reply::Imported { batch: BatchId(3), n_rows: 1 };
        reply(&mut state, done);
        assert!(press(&mut state, "<c-z>") == [Effect::UndoImport(BatchId(3))]);
    }

    #[test]
    fn when_it_is_written_the_way_back_is_named() {
        let mut state = checked();
        let Some(crate::model::layer::Layer::Import(screen)) = state.layers.last_mut() else {
            unreachable!("the preview is open")
        };
        screen.phase = Phase::Written(BatchId(3), 297);
        let lines = dump(&state, 80, 24);
        assert!(lines[0].contains("已写入"), "{lines:#?}");
        assert!(lines[2].contains("已导入 297 行（第 3 批）。Ctrl+Z"), "{lines:#?}");
        assert!(lines[3].contains("「撤销一批导入」，批次号 3"), "{lines:#?}");
        press(&mut state, "6");
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("已导入") && !lines.contains("可导入"), "{lines}");
        assert!(lines.contains("没有写入"), "{lines}");
    }

    #[test]
    fn a_cell_is_mended_where_its_remedy_stood() {
        let file = PathBuf::from("2020届毕业生.csv");
        let (mut state, _) = desk(Import::new(ImportKind::Members, file), Role::Administrator);
        let mut wrong = preview();
        let fault = ("姓名".to_owned(), "孔3".to_owned(), "姓名里有「3」。请改正。".to_owned());
        wrong.rows[1].verdict = ImportVerdict::Bad(vec![fault]);
        reply(&mut state, Reply::Preview(Ticket(1), Box::new(wrong)));
        press(&mut state, "2");
        let lines = dump(&state, 80, 24);
        assert!(lines[16].contains("改第 41 行「姓名」（Enter 改好，Esc 不改）"), "{lines:#?}");
        assert!(lines[17].contains("► 孔3") && lines[18].contains("姓名里有「3」"), "{lines:#?}");
        assert_eq!(cursor(&state, 80, 24), (7, 17));
    }

    #[test]
    fn how_far_it_is_shows_as_a_bar() {
        let mut state = checked();
        press(&mut state, "81");
        reply(&mut state, Reply::Progress("写入".to_owned(), 2_236_000, 4_300_000));
        let lines = dump(&state, 80, 24);
        assert!(lines[1].contains("进度") && lines[2].contains("正在写入：写入"), "{lines:#?}");
        let bar = "[####################....................]";
        assert!(lines[3].contains(bar), "{lines:#?}");
        assert!(lines[3].contains(" 52%  2236000/4300000  Esc 取消"), "{lines:#?}");
        reply(&mut state, Reply::Progress("建立索引".to_owned(), 700, 0));
        assert!(dump(&state, 80, 24)[3].contains("已处理 700  Esc 取消"));
        assert!(press(&mut state, "<esc>") == [Effect::Cancel]);
        reply(&mut state, Reply::Stopped);
        let lines = dump(&state, 80, 24);
        assert!(lines[0].contains("已取消") && lines[2].contains("什么都没有写入"), "{lines:#?}");
    }

    #[test]
    fn a_file_that_cannot_be_read_says_what_to_do() {
        let file = PathBuf::from("a.csv");
        let (mut state, _) = desk(Import::new(ImportKind::Members, file), Role::Administrator);
        reply(&mut state, crate::model::testing::failure(Ticket(1)));
        let lines = dump(&state, 80, 24);
        assert!(
            lines[2].contains("另一个窗口正在写入") && lines[3].contains("Enter"),
            "{lines:#?}"
        );
    }
}
