//! What the preview does until something is written, and the preview that other tests show.

use super::*;
use crate::domain::intake::{
    Delimiter, Duplicates, HiddenRows, LayoutColumn, Mend, SheetChoice, TextEncoding,
};
use crate::model::layer::Nav;
use crate::model::testing::{Desk, failure, moves, only};

fn row(row: usize, name: &str, verdict: ImportVerdict) -> ImportRow {
    ImportRow { row, name: name.to_owned(), key: "320***************".to_owned(), verdict }
}

/// A preview with every kind of verdict.
pub fn preview() -> ImportPreview {
    let fault = (
        "身份证号".to_owned(),
        "320***".to_owned(),
        "应为 18 位，现在 17 位，少 1 位。请对照证件补全。".to_owned(),
    );
    ImportPreview {
        file: "2020届毕业生.csv".to_owned(),
        format: "CSV，GB18030".to_owned(),
        columns: vec![
            ("姓名".to_owned(), "姓名".to_owned()),
            ("证件号".to_owned(), "身份证号".to_owned()),
            ("宿舍".to_owned(), String::new()),
        ],
        counts: (1, 1, 1),
        duplicates: Duplicates { in_database: 1, ..Duplicates::default() },
        sheet: String::new(),
        delimiter: "逗号".to_owned(),
        header_row: 1,
        notes: vec!["第 5 行在表里被隐藏，也会导入。".to_owned()],
        rows: vec![
            row(2, "李雷", ImportVerdict::Good),
            row(41, "孔维嘉", ImportVerdict::Bad(vec![fault])),
            row(58, "王凡", ImportVerdict::Present("王凡已在名册里。".to_owned())),
        ],
    }
}

fn checked(desk: &mut Desk, preview: ImportPreview) -> Import {
    let mut screen = Import::new(ImportKind::Members, PathBuf::from("a/2020届毕业生.csv"));
    let out = screen.enter(&mut desk.ctx());
    assert!(matches!(only(&out), Effect::PreviewImport(Ticket(1), ImportKind::Members, ..)));
    screen.reply(&Reply::Preview(Ticket(1), Box::new(preview)), &mut desk.ctx());
    screen
}

fn press(screen: &mut Import, action: Action, desk: &mut Desk) -> Out {
    screen.act(Input::Do(action), &mut desk.ctx())
}

#[test]
fn only_problems_are_listed_until_all_are_asked_for() {
    let mut desk = Desk::at_nine();
    let mut screen = checked(&mut desk, preview());
    let rows = |s: &Import| s.table.rows.iter().map(|r| r.row).collect::<Vec<_>>();
    assert_eq!(rows(&screen), [41, 58]);
    press(&mut screen, Action::Down, &mut desk);
    press(&mut screen, Action::NextPane, &mut desk);
    assert_eq!(rows(&screen), [2, 41, 58]);
    assert_eq!(screen.table.current().map(|r| r.row), Some(58));
}

#[test]
fn bad_rows_are_asked_about_before_the_good_ones_are_written() {
    let mut desk = Desk::at_nine();
    let mut screen = checked(&mut desk, preview());
    let out = press(&mut screen, Action::Decide, &mut desk);
    assert_eq!((out.effects.len(), out.nav.len()), (0, 1));
    let out = screen.given(Given::Option("go".to_owned()), &mut desk.ctx());
    assert!(*only(&out) == Effect::RunImport);
    assert!(screen.given(Given::Option("go".to_owned()), &mut desk.ctx()).effects.is_empty());
}

#[test]
fn a_file_without_faults_is_written_at_once_and_can_be_taken_back() {
    let mut desk = Desk::at_nine();
    let mut clean = preview();
    clean.rows.truncate(1);
    clean.counts = (1, 0, 0);
    let mut screen = checked(&mut desk, clean);
    assert!(*only(&press(&mut screen, Action::Decide, &mut desk)) == Effect::RunImport);
    let done = Reply::Imported { batch: BatchId(3), n_rows: 1 };
    let out = screen.reply(&done, &mut desk.ctx());
    assert!(moves(&out)[0].contains("Ctrl+Z"));
    let out = press(&mut screen, Action::Undo, &mut desk);
    assert!(*only(&out) == Effect::UndoImport(BatchId(3)));
    screen.reply(&Reply::Stored("已撤销第 3 批。".to_owned()), &mut desk.ctx());
    assert_eq!(screen.phase, Phase::Undone);
    assert!(press(&mut screen, Action::Undo, &mut desk).effects.is_empty());
}

#[test]
fn nothing_is_written_when_no_row_is_good() {
    let mut desk = Desk::at_nine();
    let mut bad = preview();
    bad.counts = (0, 2, 1);
    let mut screen = checked(&mut desk, bad);
    let out = press(&mut screen, Action::Decide, &mut desk);
    assert!(out.effects.is_empty() && moves(&out)[0].starts_with("say 没有一行"));
}

#[test]
fn leaving_says_that_nothing_was_written() {
    let mut desk = Desk::at_nine();
    let mut screen = checked(&mut desk, preview());
    let out = press(&mut screen, Action::Back, &mut desk);
    assert_eq!(moves(&out), ["pop", "say 没有导入，什么都没有写入。"]);
}

#[test]
fn esc_stops_what_goes_on_and_says_that_nothing_was_written() {
    for reading in [true, false] {
        let mut desk = Desk::at_nine();
        let mut screen = checked(&mut desk, preview());
        if reading {
            screen.phase = Phase::Reading;
        } else {
            screen.write();
        }
        let out = press(&mut screen, Action::Back, &mut desk);
        assert!(*only(&out) == Effect::Cancel);
        assert!(press(&mut screen, Action::Back, &mut desk).effects.is_empty(), "once");
        assert!(screen.refusal(Action::Decide).is_some());
        let out = screen.reply(&Reply::Stopped, &mut desk.ctx());
        assert_eq!(moves(&out), ["say 已取消，什么都没有写入。"]);
        assert_eq!(screen.phase, Phase::Stopped);
        assert_eq!(moves(&press(&mut screen, Action::Back, &mut desk))[0], "pop");
    }
}

#[test]
fn cancelling_too_late_names_the_way_back() {
    let mut desk = Desk::at_nine();
    let mut screen = checked(&mut desk, preview());
    screen.write();
    press(&mut screen, Action::Back, &mut desk);
    let done = Reply::Imported { batch: BatchId(3), n_rows: 1 };
    let out = screen.reply(&done, &mut desk.ctx());
    assert!(moves(&out).last().is_some_and(|said| said.contains("取消晚了一步")));
    assert_eq!(screen.phase, Phase::Written(BatchId(3), 1));
}

#[test]
fn the_title_tells_how_far_it_is() {
    let mut desk = Desk::at_nine();
    let mut screen = Import::new(ImportKind::Members, PathBuf::from("a.csv"));
    screen.enter(&mut desk.ctx());
    let progress = Reply::Progress("检查".to_owned(), 120, 312);
    screen.reply(&progress, &mut desk.ctx());
    assert_eq!(screen.crumb(), "导入名册（正在检查 120/312）");
}

#[test]
fn an_unreadable_file_can_be_tried_again_and_stale_answers_are_dropped() {
    let mut desk = Desk::at_nine();
    let mut screen = Import::new(ImportKind::Members, PathBuf::from("a.csv"));
    screen.enter(&mut desk.ctx());
    screen.reply(&failure(Ticket(1)), &mut desk.ctx());
    assert!(matches!(screen.phase, Phase::Unreadable(_)));
    let out = press(&mut screen, Action::Enter, &mut desk);
    assert!(matches!(only(&out), Effect::PreviewImport(Ticket(2), ..)));
    screen.reply(&Reply::Preview(Ticket(1), Box::new(preview())), &mut desk.ctx());
    assert_eq!(screen.phase, Phase::Reading);
}

#[test]
fn every_fault_of_a_row_has_its_sentence() {
    let preview = preview();
    let texts: Vec<_> = preview.rows.iter().flat_map(remedies).collect();
    assert_eq!(texts.len(), 3);
    assert!(texts[1].starts_with("第 41 行「身份证号」：应为 18 位"));
    assert!(texts[2].contains("已在名册里"));
}

#[test]
fn a_cell_is_put_right_and_all_is_checked_again() {
    let mut desk = Desk::at_nine();
    let mut screen = checked(&mut desk, preview());
    press(&mut screen, Action::New, &mut desk);
    let mending =
        screen.mending.as_ref().map(|m| (m.row, m.column.clone(), m.field.value().to_owned()));
    assert_eq!(mending, None, "there is no such column in this preview");
    let mut other = preview();
    let fault = ("姓名".to_owned(), "孔3".to_owned(), "姓名里有「3」。请改正。".to_owned());
    other.rows[1].verdict = ImportVerdict::Bad(vec![fault]);
    let mut screen = checked(&mut Desk::at_nine(), other.clone());
    press(&mut screen, Action::New, &mut desk);
    assert_eq!(screen.focus(), Focus::Text);
    assert_eq!(screen.mending.as_ref().map(|m| m.field.value()), Some("孔3"));
    press(&mut screen, Action::Backspace, &mut desk);
    screen.act(Input::Type("维嘉".to_owned()), &mut desk.ctx());
    let out = press(&mut screen, Action::Enter, &mut desk);
    let Effect::PreviewImport(ticket, _, _, manner) = only(&out) else { unreachable!("it checks") };
    let mend = Mend { row: 41, column: "姓名".to_owned(), text: "孔维嘉".to_owned() };
    assert_eq!((manner.mends.as_slice(), screen.focus()), (&[mend][..], Focus::List));
    screen.reply(&Reply::Preview(*ticket, Box::new(other)), &mut desk.ctx());
    assert_eq!(screen.table.current().map(|row| row.row), Some(41));
    press(&mut screen, Action::New, &mut desk);
    press(&mut screen, Action::Back, &mut desk);
    assert!(screen.mending.is_none() && screen.phase == Phase::Checked);
}

#[test]
fn a_masked_number_is_typed_anew_and_other_rows_are_left_alone() {
    let mut desk = Desk::at_nine();
    let mut masked = preview();
    masked.columns.push(("身份证号".to_owned(), "身份证号".to_owned()));
    let mut screen = checked(&mut desk, masked);
    press(&mut screen, Action::New, &mut desk);
    assert_eq!(screen.mending.as_ref().map(|m| m.field.value()), Some(""));
    press(&mut screen, Action::Back, &mut desk);
    press(&mut screen, Action::Down, &mut desk);
    let out = press(&mut screen, Action::New, &mut desk);
    assert!(moves(&out)[0].contains("重复"), "{:?}", moves(&out));
}

fn layout() -> ImportLayout {
    let column = |letters: &str, header: &str, field: &str| LayoutColumn {
        letters: letters.to_owned(),
        header: header.to_owned(),
        field: field.to_owned(),
    };
    ImportLayout {
        text: Some((TextEncoding::Gb18030, Delimiter::Comma)),
        header_row: Some(2),
        head: vec![(1, "某某团委名单".to_owned()), (2, "学生、证件号".to_owned())],
        columns: vec![column("A", "学生", ""), column("B", "证件号", "身份证号")],
        fields: vec!["姓名".to_owned(), "身份证号".to_owned()],
        n_hidden: 3,
        ..ImportLayout::default()
    }
}

#[test]
fn how_a_file_is_read_can_be_chosen_even_where_it_was_not_understood() {
    let mut desk = Desk::at_nine();
    let mut screen = Import::new(ImportKind::Members, PathBuf::from("a.csv"));
    screen.enter(&mut desk.ctx());
    screen.reply(&failure(Ticket(1)), &mut desk.ctx());
    let out = press(&mut screen, Action::Options, &mut desk);
    let Effect::SurveyImport(ticket, ..) = only(&out) else { unreachable!("it asks") };
    let out = screen.reply(&Reply::Layout(*ticket, Box::new(layout())), &mut desk.ctx());
    assert_eq!(moves(&out), ["push 怎么读这个文件"]);
    let mut given = |id: &str| {
        let out = screen.given(Given::Option(id.to_owned()), &mut desk.ctx());
        let manner = out.effects.iter().find_map(|effect| match effect {
            Effect::PreviewImport(_, _, _, manner) => Some(manner.as_ref().clone()),
            _ => None,
        });
        (out.nav.iter().any(|nav| matches!(nav, Nav::Push(_))), manner)
    };
    for id in ["encodings", "delimiters", "sheets", "headers", "columns", "column:A", "branch"] {
        assert_eq!(given(id), (true, None), "{id}");
    }
    let read = |(_, manner): (bool, Option<ImportManner>)| manner.unwrap();
    assert_eq!(read(given("encoding:utf-8")).encoding, Some(TextEncoding::Utf8));
    assert_eq!(read(given("delimiter:tab")).delimiter, Some(Delimiter::Tab));
    assert_eq!(read(given("header:1")).header_row, Some(1));
    assert_eq!(read(given("field:A=姓名")).columns, ["B=身份证号", "A=姓名"]);
    assert_eq!(read(given("field:A=身份证号")).columns, ["B=忽略", "A=身份证号"]);
    assert_eq!(read(given("hidden")).hidden, HiddenRows::Left);
    assert_eq!(read(given("sheet:2")).sheet, Some(SheetChoice::Place(2)));
    assert_eq!(read(given("auto")), ImportManner::default());
}

#[test]
fn many_columns_come_in_pages_that_fit() {
    let mut desk = Desk::at_nine();
    let mut screen = checked(&mut desk, preview());
    let column = |n: usize| LayoutColumn {
        letters: crate::domain::intake::letters(n),
        header: format!("列{n}"),
        field: String::new(),
    };
    let wide = ImportLayout { columns: (0..40).map(column).collect(), ..layout() };
    screen.survey_ticket = Ticket(9);
    screen.reply(&Reply::Layout(Ticket(9), Box::new(wide)), &mut desk.ctx());
    let mut n_offered = |id: &str| {
        let out = screen.given(Given::Option(id.to_owned()), &mut desk.ctx());
        out.nav.into_iter().find_map(|nav| match nav {
            Nav::Push(layer) => match *layer {
                crate::model::layer::Layer::Choice(choice) => Some(choice.options.len()),
                _ => None,
            },
            _ => None,
        })
    };
    assert_eq!(
        ["columns", "columns:14", "columns:28"].map(&mut n_offered),
        [Some(15), Some(15), Some(12)]
    );
}

#[test]
fn rows_to_be_mended_are_saved_only_where_there_are_some() {
    let mut desk = Desk::at_nine();
    let mut screen = checked(&mut desk, preview());
    assert!(*only(&press(&mut screen, Action::Export, &mut desk)) == Effect::SaveBadRows);
    let saved = Reply::BadRowsSaved { path: PathBuf::from("/x/a.xlsx"), n_rows: 1 };
    let said = moves(&screen.reply(&saved, &mut desk.ctx()))[0].clone();
    assert!(said.contains("/x/a.xlsx") && !said.contains("不在里面"), "{said}");
    let mut long = preview();
    long.counts = (1, 12_345, 1);
    let mut screen = checked(&mut Desk::at_nine(), long);
    let saved = Reply::BadRowsSaved { path: PathBuf::from("/x/a.xlsx"), n_rows: 10_000 };
    let said = moves(&screen.reply(&saved, &mut desk.ctx()))[0].clone();
    assert!(said.contains("还有 2345 行要改的不在里面"), "{said}");
    let mut clean = preview();
    clean.counts = (1, 0, 1);
    let mut screen = checked(&mut Desk::at_nine(), clean);
    assert!(press(&mut screen, Action::Export, &mut desk).effects.is_empty());
}
