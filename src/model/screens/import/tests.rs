//! What the preview does until something is written, and the preview that other tests show.

use super::*;
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
    assert!(matches!(only(&out), Effect::PreviewImport(Ticket(1), ImportKind::Members, _)));
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
