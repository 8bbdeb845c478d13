//! Edits by table and by random walks.

use super::*;
use crate::domain::text::columns;
use proptest::prelude::*;

fn line_with(text: &str) -> TextField {
    let mut field = TextField::line(None);
    field.set_value(text);
    field
}

fn go(field: &mut TextField, motion: Motion, times: usize) {
    (0..times).for_each(|_| {
        field.go(motion);
    });
}

/// The value with a bar at the cursor.
fn drawn(field: &TextField) -> String {
    [field.head(), "|", field.tail()].concat()
}

#[test]
fn typing_and_erasing_work_by_whole_characters() {
    let mut field = TextField::line(None);
    assert_eq!(field.insert("孔维e\u{301}"), "");
    assert_eq!(drawn(&field), "孔维é|");
    assert!(field.backspace());
    assert_eq!(drawn(&field), "孔维|");
    go(&mut field, Motion::Left, 1);
    assert!(field.delete());
    assert_eq!(drawn(&field), "孔|");
    assert!(!field.delete());
    field.clear();
    assert!(field.is_empty() && !field.backspace());
}

#[test]
fn the_cursor_never_enters_a_character() {
    let mut field = line_with("a🇨🇳क्षि𠮷");
    let mut stops = vec![field.cursor];
    while field.go(Motion::Left) {
        stops.push(field.cursor);
    }
    assert_eq!(stops.len(), field.count() + 1);
    assert_eq!(stops.last(), Some(&0));
}

#[test]
fn pasted_text_is_cleaned() {
    let mut field = TextField::line(None);
    assert_eq!(field.insert("王\u{200b}凡\r\n李\u{1b}雷 "), "");
    assert_eq!(field.value(), "王凡 李雷 ");
    let mut paragraph = TextField::paragraph(None);
    paragraph.insert("一\r\n二\r三");
    assert_eq!(paragraph.value(), "一\n二\n三");
}

#[test]
fn what_does_not_fit_is_handed_back() {
    let mut field = TextField::line(Some(3));
    assert_eq!(field.insert("孔维嘉王凡"), "王凡");
    assert_eq!(field.insert("x"), "x");
    assert_eq!((field.value(), field.count()), ("孔维嘉", 3));
    assert_eq!(field.replace("李雷韩梅梅"), "梅梅");
    let mut flags = TextField::line(Some(1));
    flags.insert("🇨");
    assert_eq!(flags.insert("🇳🇨"), "🇳🇨");
    assert_eq!(flags.count(), 1);
}

#[test]
fn motions_follow_lines_and_words() {
    let mut field = TextField::paragraph(None);
    field.set_value("南京 2017级 ab\n第二行，完");
    let cases = [
        (Motion::WordLeft, "南京 2017级 ab\n第二行，|完"),
        (Motion::WordLeft, "南京 2017级 ab\n第二行|，完"),
        (Motion::Home, "南京 2017级 ab\n|第二行，完"),
        (Motion::Left, "南京 2017级 ab|\n第二行，完"),
        (Motion::Home, "|南京 2017级 ab\n第二行，完"),
        (Motion::WordRight, "南京| 2017级 ab\n第二行，完"),
        (Motion::WordRight, "南京 2017|级 ab\n第二行，完"),
        (Motion::End, "南京 2017级 ab|\n第二行，完"),
        (Motion::Right, "南京 2017级 ab\n|第二行，完"),
        (Motion::End, "南京 2017级 ab\n第二行，完|"),
    ];
    for (motion, want) in cases {
        field.go(motion);
        assert_eq!(drawn(&field), want, "{motion:?}");
    }
}

#[test]
fn a_run_of_typing_is_one_step() {
    let mut field = TextField::line(None);
    for c in ["孔", "维", "嘉"] {
        field.insert(c);
    }
    field.backspace();
    field.backspace();
    field.insert("凡");
    assert_eq!(field.value(), "孔凡");
    for want in ["孔", "孔维嘉", ""] {
        assert!(field.undo());
        assert_eq!(field.value(), want);
    }
    assert!(!field.undo());
    for want in ["孔维嘉", "孔", "孔凡"] {
        assert!(field.redo());
        assert_eq!(field.value(), want);
    }
    assert!(!field.redo());
    field.undo();
    field.insert("x");
    assert!(!field.redo(), "a new edit closes the way forward");
}

#[test]
fn clearing_and_replacing_can_be_undone() {
    let mut field = line_with("南京晓庄学院");
    field.clear();
    field.replace("江苏理工学院");
    assert!(field.undo() && field.is_empty());
    assert!(field.undo());
    assert_eq!(drawn(&field), "南京晓庄学院|");
    assert!(!field.undo(), "setting a value starts a new history");
}

#[test]
fn a_secret_is_neither_shown_nor_remembered() {
    let mut field = TextField::secret();
    field.insert("密码abc");
    assert_eq!(field.visible(20), Visible { text: "*****".to_owned(), cursor_col: 5 });
    assert_eq!(field.wrapped(20), ["*****"]);
    assert_eq!(field.cursor_at(20), (0, 5));
    assert!(!field.undo());
    assert!(!format!("{field:?}").contains("密码"));
}

#[test]
fn a_line_that_fits_stands_still() {
    let mut field = line_with("孔维嘉");
    assert_eq!(field.visible(8), Visible { text: "孔维嘉".to_owned(), cursor_col: 6 });
    field.go(Motion::Left);
    assert_eq!(field.visible(8).cursor_col, 4);
    assert_eq!(line_with("").visible(8), Visible { text: String::new(), cursor_col: 0 });
    assert_eq!(field.visible(0), Visible { text: String::new(), cursor_col: 0 });
}

#[test]
fn a_long_line_scrolls_and_cuts_no_character() {
    let mut field = line_with("a江苏省常州市武进区");
    assert_eq!(field.visible(10), Visible { text: " 武进区".to_owned(), cursor_col: 7 });
    go(&mut field, Motion::Home, 1);
    assert_eq!(field.visible(10), Visible { text: "a江苏省常 ".to_owned(), cursor_col: 0 });
}

#[test]
fn a_paragraph_wraps_with_a_place_for_the_cursor() {
    let mut field = TextField::paragraph(None);
    field.set_value("江苏省常州\n\n武a进区");
    assert_eq!(field.wrapped(7), ["江苏省", "常州", "", "武a进", "区"]);
    assert_eq!(field.cursor_at(7), (4, 2));
    let mut seen = vec![field.cursor_at(7)];
    while field.go(Motion::Left) {
        seen.push(field.cursor_at(7));
    }
    seen.reverse();
    let want = [
        (0, 0),
        (0, 2),
        (0, 4),
        (1, 0),
        (1, 2),
        (1, 4),
        (2, 0),
        (3, 0),
        (3, 2),
        (3, 3),
        (4, 0),
        (4, 2),
    ];
    assert_eq!(seen, want);
}

#[derive(Debug, Clone)]
enum Step {
    Insert(String),
    Replace(String),
    Backspace,
    Delete,
    Clear,
    Undo,
    Redo,
    Go(Motion),
}

fn some_text() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[一-龥a-z0-9 ，\n]{1,4}",
        2 => "[\u{300}\u{301}🇨🇳👨\u{200d}\u{1100}\u{1161}\u{fe0f}ｶﾞ]{1,4}",
        1 => any::<String>(),
    ]
}

fn some_motion() -> impl Strategy<Value = Motion> {
    prop::sample::select(vec![
        Motion::Left,
        Motion::Right,
        Motion::Home,
        Motion::End,
        Motion::WordLeft,
        Motion::WordRight,
    ])
}

fn some_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        6 => some_text().prop_map(Step::Insert),
        1 => some_text().prop_map(Step::Replace),
        3 => Just(Step::Backspace),
        2 => Just(Step::Delete),
        1 => Just(Step::Clear),
        2 => Just(Step::Undo),
        1 => Just(Step::Redo),
        5 => some_motion().prop_map(Step::Go),
    ]
}

fn take_step(field: &mut TextField, step: &Step) {
    match step {
        Step::Insert(text) => drop(field.insert(text)),
        Step::Replace(text) => drop(field.replace(text)),
        Step::Backspace => drop(field.backspace().then_some(())),
        Step::Delete => drop(field.delete().then_some(())),
        Step::Clear => field.clear(),
        Step::Undo => drop(field.undo().then_some(())),
        Step::Redo => drop(field.redo().then_some(())),
        Step::Go(motion) => drop(field.go(*motion).then_some(())),
    }
}

fn is_boundary(field: &TextField) -> bool {
    let mut starts = field.value.grapheme_indices(true).map(|(at, _)| at);
    field.cursor == field.value.len() || starts.any(|at| at == field.cursor)
}

fn assert_drawable(field: &TextField, width: u16) {
    let visible = field.visible(width);
    assert!(columns(&visible.text) <= usize::from(width));
    assert!(visible.cursor_col < width);
    let rows = field.wrapped(width);
    let (row, col) = field.cursor_at(width);
    assert!(usize::from(row) < rows.len() && col < width);
    assert!(rows.iter().all(|text| columns(text) <= usize::from(width)));
}

proptest! {
    #[test]
    fn random_edits_keep_every_promise(
        kind in 0..3,
        limit in prop::option::of(0_usize..12),
        steps in prop::collection::vec(some_step(), 1..40),
        width in 1_u16..40,
    ) {
        let mut field = match kind {
            0 => TextField::line(limit),
            1 => TextField::paragraph(limit),
            _ => TextField::secret(),
        };
        for step in &steps {
            take_step(&mut field, step);
            prop_assert!(is_boundary(&field), "{step:?}");
            prop_assert!(kind == 1 || !field.value().contains('\n'));
            assert_drawable(&field, width);
        }
        while field.redo() {}
        let whole_way_forward = field.value().to_owned();
        while field.undo() {}
        while field.redo() {}
        prop_assert_eq!(field.value(), whole_way_forward);
    }

    #[test]
    fn inserting_never_exceeds_the_limit(
        limit in 0_usize..8,
        pieces in prop::collection::vec((some_text(), some_motion()), 1..12),
    ) {
        let mut field = TextField::line(Some(limit));
        for (piece, motion) in pieces {
            field.insert(&piece);
            prop_assert!(field.count() <= limit);
            field.go(motion);
        }
    }

    #[test]
    fn the_text_left_of_the_cursor_is_what_the_column_says(text in "[一-龥a-z]{0,30}", width in 4_u16..30) {
        let field = line_with(&text);
        let visible = field.visible(width);
        prop_assert_eq!(usize::from(visible.cursor_col), columns(&visible.text));
    }
}
