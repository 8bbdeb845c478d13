//! The key table: one row gives dispatch, footer, help, menu and `tuanzhuan keys` (ux.md 6.2).
//!
//! Digits mirror the F-keys outside text fields, so that every action is in reach with a Chinese
//! input method switched on.

use super::action::Action;
use super::normalise::{Key, ListChar, Press, normalise_for_list};

/// The screens, as far as keys differ between them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Screen {
    /// First-run set-up.
    Setup,
    /// Sign-in and lock.
    SignIn,
    /// The list of transfers.
    Home,
    /// One transfer.
    Card,
    /// The transfer form.
    Apply,
    /// Any other form.
    Form,
    /// Pickers.
    Pick,
    /// A plain list: members, organisations, accounts, records.
    List,
    /// A page of one member or organisation.
    Page,
    /// The import preview.
    Import,
    /// A popup of numbered choices.
    Popup,
    /// A page of text.
    Text,
    /// 个人中心
    Centre,
}

impl Screen {
    /// Every screen, with its name for help and `tuanzhuan keys`.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Setup, "首次设置"),
        (Self::SignIn, "登录"),
        (Self::Home, "转接列表"),
        (Self::Card, "转接详情"),
        (Self::Apply, "发起转接"),
        (Self::Form, "表单"),
        (Self::Pick, "选择"),
        (Self::List, "列表"),
        (Self::Page, "详情"),
        (Self::Import, "导入预览"),
        (Self::Popup, "选项"),
        (Self::Text, "文字"),
        (Self::Centre, "个人中心"),
    ];
}

/// One row: on `screens`, F`slot` and the digit do `action`, called `label`.
#[derive(Debug, Clone, Copy)]
pub struct KeyRow {
    /// Where.
    pub screens: &'static [Screen],
    /// F-key and digit; 10 is F10 and the digit 0; zero means none.
    pub slot: u8,
    /// Ctrl with this letter, if any.
    pub ctrl: Option<char>,
    /// What it does.
    pub action: Action,
    /// Word in the footer.
    pub label: &'static str,
}

use Screen::{Apply, Card, Centre, Form, Home, Import, List, Page, Pick, Setup, SignIn, Text};

const EVERYWHERE: &[Screen] =
    &[Setup, SignIn, Home, Card, Apply, Form, Pick, List, Page, Import, Text, Centre];
const SIGNED_IN: &[Screen] = &[Home, Card, Apply, Form, List, Page, Import, Centre];

#[rustfmt::skip]
/// The numbered actions of every screen. Tested for doubles.
pub const ROWS: &[KeyRow] = &[
    row(EVERYWHERE,                1, None,      Action::Help,       "帮助"),
    row(&[Home],                   2, Some('n'), Action::New,        "新建"),
    row(&[Centre],                 2, Some('n'), Action::New,        "发起"),
    row(&[Card],                   2, Some('n'), Action::New,        "再次申请"),
    row(&[List],                   2, Some('n'), Action::New,        "添加"),
    row(&[Page],                   2, None,      Action::New,        "修改"),
    row(&[Setup, SignIn, Apply, Form], 2, None,  Action::Clear,      "清空"),
    row(&[SignIn],                 3, None,      Action::Find,       "忘记密码"),
    row(&[Home, List, Pick],       3, Some('f'), Action::Find,       "查找"),
    row(&[Setup, Apply, Form],     3, None,      Action::Find,       "下一处"),
    row(&[Home],                   4, None,      Action::Sort,       "排序"),
    row(&[SignIn],                 4, None,      Action::Options,    "操作指南"),
    row(&[Setup, Apply, Form],     4, None,      Action::Options,    "展开"),
    row(&[Home, List, Card, Page, Centre], 5, None, Action::Refresh, "刷新"),
    row(&[Home],                   6, None,      Action::MarkAll,    "全选"),
    row(&[Import],                 2, None,      Action::New,        "改这格"),
    row(&[Import],                 4, None,      Action::Options,    "怎么读"),
    row(&[Import],                 6, None,      Action::NextPane,   "换着看"),
    row(&[Import],                 9, Some('e'), Action::Export,     "另存要改的"),
    row(&[Pick],                   4, Some('k'), Action::Options,    "类型"),
    row(&[Pick],                   6, Some('r'), Action::NextView,   "范围"),
    row(&[Apply, Form],            7, None,      Action::Pick,       "选择"),
    row(&[Card, Page],             7, None,      Action::Reveal,     "看号码"),
    row(&[Home],                   7, None,      Action::Print,      "打印"),
    row(&[Home, Card, Centre],     8, None,      Action::Decide,     "办理"),
    row(&[List, Page],             8, None,      Action::Decide,     "办理"),
    row(&[Setup, Apply, Form],     8, None,      Action::Decide,     "提交"),
    row(&[SignIn],                 8, None,      Action::Decide,     "登录"),
    row(&[Import],                 8, None,      Action::Decide,     "导入"),
    row(&[Home, List],             9, Some('e'), Action::Export,     "导出"),
    row(&[Card],                   9, None,      Action::Print,      "打印"),
    row(SIGNED_IN,                10, Some('p'), Action::Menu,       "菜单"),
    row(&[SignIn],                10, Some('p'), Action::Menu,       "首次设置"),
    row(&[Apply],                  0, Some('s'), Action::Save,       "存草稿"),
    row(&[Apply],                  0, Some('d'), Action::SameAsLast, "同上一单"),
    row(SIGNED_IN,                 0, Some('z'), Action::Undo,       "撤销"),
    row(SIGNED_IN,                 0, Some('y'), Action::Redo,       "重做"),
    row(SIGNED_IN,                 0, Some('w'), Action::Lock,       "锁屏"),
    row(&[Home, List],             0, Some('t'), Action::Sort,       "排序"),
    row(&[Setup, SignIn, Apply, Form], 0, Some('u'), Action::Clear,  "清空本项"),
    row(&[Home, List, Pick],       0, Some('u'), Action::Clear,      "清空查找"),
];

const fn row(
    screens: &'static [Screen],
    slot: u8,
    ctrl: Option<char>,
    action: Action,
    label: &'static str,
) -> KeyRow {
    KeyRow { screens, slot, ctrl, action, label }
}

/// What has the focus, as far as keys differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    /// A list: digits are F-keys, Chinese text starts a search.
    List,
    /// A text field: characters are typed.
    Text,
    /// A search box over a list: characters are typed, up and down move the list.
    Search,
    /// Numbered choices: digits take one.
    Choices,
}

/// A key as a screen receives it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// An action.
    Do(Action),
    /// Text, typed or pasted.
    Type(String),
    /// A key that has no meaning here.
    Unknown,
}

impl Input {
    /// The action, for screens that take no text.
    pub fn action(self) -> Option<Action> {
        match self {
            Self::Do(action) => Some(action),
            Self::Type(_) | Self::Unknown => None,
        }
    }
}

/// Reads a key press on a screen.
pub fn read(screen: Screen, focus: Focus, press: Press) -> Input {
    if let Some(action) = everywhere(press).or_else(|| movement(focus, press)) {
        return Input::Do(action);
    }
    match press.key {
        Key::F(n) => numbered(screen, focus, n),
        Key::Char(c) if press.ctrl => with_ctrl(screen, c),
        Key::Char(c) if matches!(focus, Focus::Text | Focus::Search) => Input::Type(c.to_string()),
        Key::Char(c) => in_list(screen, focus, c),
        _ => Input::Unknown,
    }
}

/// The rows that hold on a screen, numbered ones first and in their order.
pub fn rows_of(screen: Screen) -> impl Iterator<Item = &'static KeyRow> {
    let numbered = ROWS.iter().filter(|row| row.slot > 0);
    numbered
        .chain(ROWS.iter().filter(|row| row.slot == 0))
        .filter(move |row| row.screens.contains(&screen))
}

fn everywhere(press: Press) -> Option<Action> {
    match (press.key, press.ctrl) {
        (Key::Char('q'), true) => Some(Action::Quit),
        (Key::Char('l'), true) => Some(Action::Redraw),
        _ => None,
    }
}

fn movement(focus: Focus, press: Press) -> Option<Action> {
    let marking = press.shift && focus == Focus::List;
    let typing = matches!(focus, Focus::Text | Focus::Search);
    Some(match press.key {
        Key::Enter => Action::Enter,
        Key::Esc => Action::Back,
        Key::Up if marking => Action::MarkUp,
        Key::Down if marking => Action::MarkDown,
        Key::Up => Action::Up,
        Key::Down => Action::Down,
        Key::Left => Action::Left,
        Key::Right => Action::Right,
        Key::PageUp => Action::PageUp,
        Key::PageDown => Action::PageDown,
        Key::Home => Action::First,
        Key::End => Action::Last,
        Key::Tab => Action::NextPane,
        Key::BackTab => Action::PreviousPane,
        Key::Backspace if typing => Action::Backspace,
        Key::Delete if typing => Action::Delete,
        _ => return None,
    })
}

fn numbered(screen: Screen, focus: Focus, n: u8) -> Input {
    if focus == Focus::Choices && (1..=9).contains(&n) {
        return Input::Do(Action::Choose(n));
    }
    rows_of(screen).find(|row| row.slot == n).map_or(Input::Unknown, |row| Input::Do(row.action))
}

fn with_ctrl(screen: Screen, c: char) -> Input {
    rows_of(screen)
        .find(|row| row.ctrl == Some(c.to_ascii_lowercase()))
        .map_or(Input::Unknown, |row| Input::Do(row.action))
}

fn in_list(screen: Screen, focus: Focus, c: char) -> Input {
    match normalise_for_list(c) {
        ListChar::Chinese(c) => Input::Type(c.to_string()),
        ListChar::Ascii(c) => match (c, focus) {
            ('0', _) => numbered(screen, focus, 10),
            ('1'..='9', _) => numbered(screen, focus, c as u8 - b'0'),
            (_, Focus::Choices) => letter(c, focus),
            ('/', _) => Input::Do(Action::Find),
            ('?', _) => Input::Do(Action::Help),
            (':', _) => Input::Do(Action::Menu),
            ('[', _) => Input::Do(Action::PreviousView),
            (']', _) => Input::Do(Action::NextView),
            ('<' | '>', _) => Input::Do(Action::Sort),
            (' ', _) => Input::Do(Action::Mark),
            _ => letter(c, focus),
        },
    }
}

/// Letters move and never change data: an input method commits stray letters (ux.md 6.2).
fn letter(c: char, focus: Focus) -> Input {
    Input::Do(match (c, focus) {
        ('j', _) => Action::Down,
        ('k', _) => Action::Up,
        ('g', Focus::List) => Action::First,
        ('G', Focus::List) => Action::Last,
        ('h', Focus::List) => Action::Back,
        ('l', Focus::List) => Action::Enter,
        _ => return Input::Unknown,
    })
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_key_has_two_meanings_on_a_screen() {
        for (screen, name) in Screen::ALL {
            let mut seen = HashSet::new();
            for row in rows_of(*screen) {
                if row.slot > 0 {
                    assert!(seen.insert(format!("F{}", row.slot)), "{name}: F{}", row.slot);
                }
                if let Some(c) = row.ctrl {
                    assert!(seen.insert(format!("^{c}")), "{name}: ctrl-{c}");
                }
            }
        }
    }

    #[test]
    fn chords_that_terminals_or_input_methods_eat_are_not_bound() {
        for row in ROWS {
            assert!(
                !matches!(row.ctrl, Some('h' | 'i' | 'm' | 'j' | 'v' | 'b' | 'a' | 'c' | 'g')),
                "{row:?}"
            );
        }
    }

    #[test]
    fn digits_mirror_f_keys_outside_text_only() {
        let eight = Press::plain(Key::Char('8'));
        assert_eq!(read(Screen::Home, Focus::List, eight), Input::Do(Action::Decide));
        assert_eq!(
            read(Screen::Home, Focus::List, Press::plain(Key::Char('８'))),
            Input::Do(Action::Decide)
        );
        assert_eq!(read(Screen::Apply, Focus::Text, eight), Input::Type("8".to_owned()));
        assert_eq!(
            read(Screen::Apply, Focus::Text, Press::plain(Key::F(8))),
            Input::Do(Action::Decide)
        );
        assert_eq!(read(Screen::Popup, Focus::Choices, eight), Input::Do(Action::Choose(8)));
    }

    #[test]
    fn erasing_belongs_to_text_only() {
        let back = Press::plain(Key::Backspace);
        assert_eq!(read(Screen::Pick, Focus::Search, back), Input::Do(Action::Backspace));
        assert_eq!(read(Screen::List, Focus::List, back), Input::Unknown);
    }

    #[test]
    fn chinese_in_a_list_is_a_search_and_letters_change_nothing() {
        assert_eq!(
            read(Screen::Home, Focus::List, Press::plain(Key::Char('就'))),
            Input::Type("就".to_owned())
        );
        for c in ('a'..='z').chain('A'..='Z') {
            let meaning = read(Screen::Home, Focus::List, Press::plain(Key::Char(c)));
            let moves = matches!(
                meaning,
                Input::Unknown
                    | Input::Do(
                        Action::Up
                            | Action::Down
                            | Action::First
                            | Action::Last
                            | Action::Back
                            | Action::Enter
                    )
            );
            assert!(moves, "{c}: {meaning:?}");
        }
    }
}
