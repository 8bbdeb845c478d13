//! `keys`: every screen, action and key. The list is made by asking the key table what each key
//! does, so that it cannot tell anything else than what the screens do.

use serde_json::{Value, json};

use super::output::{Exit, Output, Said};
use crate::keys::action::Action;
use crate::keys::normalise::{Key, Press};
use crate::keys::table::{Focus, Input, Screen, read, rows_of};

/// Everything that is asked about, in the order of the list.
fn candidates() -> Vec<Press> {
    let function = (1..=12).map(Key::F);
    let named = [
        Key::Enter,
        Key::Esc,
        Key::Tab,
        Key::BackTab,
        Key::Up,
        Key::Down,
        Key::Left,
        Key::Right,
        Key::PageUp,
        Key::PageDown,
        Key::Home,
        Key::End,
    ];
    let typed = (' '..='~').map(Key::Char);
    let ctrl = ('a'..='z').map(|c| Press { ctrl: true, ..Press::plain(Key::Char(c)) });
    let marking = [Key::Up, Key::Down].map(|key| Press { shift: true, ..Press::plain(key) });
    function.chain(named).chain(typed).map(Press::plain).chain(ctrl).chain(marking).collect()
}

/// An action of a screen with the keys that do it.
struct Entry {
    action: Action,
    label: &'static str,
    keys: Vec<String>,
}

pub(super) fn run(out: &mut Output) -> Said {
    let screens: Vec<(Screen, &str, Vec<Entry>)> =
        Screen::ALL.iter().map(|(screen, name)| (*screen, *name, entries_of(*screen))).collect();
    let documents: Vec<Value> = screens
        .iter()
        .map(|(screen, name, entries)| {
            let keys: Vec<Value> = entries.iter().map(document_of).collect();
            json!({"screen": snake(&format!("{screen:?}")), "screen_label": name, "keys": keys})
        })
        .collect();
    out.answer(&json!({"screens": documents}), |out| {
        for (_, name, entries) in &screens {
            let cells = |e: &Entry| vec![format!("  {}", e.label), e.keys.join("  ")];
            let rows: Vec<Vec<String>> = entries.iter().map(cells).collect();
            out.table(&[name, ""], &rows)?;
        }
        Ok(())
    })?;
    Ok(Exit::DONE)
}

fn document_of(entry: &Entry) -> Value {
    let action = match entry.action {
        Action::Choose(_) => "choose".to_owned(),
        action => snake(&format!("{action:?}")),
    };
    json!({"action": action, "action_label": entry.label, "keys": entry.keys})
}

fn entries_of(screen: Screen) -> Vec<Entry> {
    let focus = focus_of(screen);
    let mut entries: Vec<Entry> = Vec::new();
    for press in candidates() {
        let Input::Do(action) = read(screen, focus, press) else { continue };
        let key = name_of(press);
        let known = entries.iter_mut().find(|entry| entry.action == action);
        if let Some(entry) = known {
            entry.keys.push(key);
        } else {
            entries.push(Entry { action, label: label_of(screen, action), keys: vec![key] });
        }
    }
    entries
}

/// What usually has the focus on a screen.
fn focus_of(screen: Screen) -> Focus {
    match screen {
        Screen::Setup | Screen::SignIn | Screen::Apply | Screen::Form => Focus::Text,
        Screen::Pick => Focus::Search,
        Screen::Popup => Focus::Choices,
        Screen::Home
        | Screen::Card
        | Screen::List
        | Screen::Page
        | Screen::Import
        | Screen::Text
        | Screen::Centre => Focus::List,
    }
}

/// The word of the footer, or a general one for what no footer shows.
fn label_of(screen: Screen, action: Action) -> &'static str {
    let row = rows_of(screen).find(|row| row.action == action);
    row.map_or_else(|| general_label(action), |row| row.label)
}

fn general_label(action: Action) -> &'static str {
    match action {
        Action::Help => "帮助",
        Action::New => "新建",
        Action::Find => "查找",
        Action::Options => "选项",
        Action::Refresh => "刷新",
        Action::NextPane => "下一格",
        Action::PreviousPane => "上一格",
        Action::Pick => "选择",
        Action::Decide => "办理",
        Action::Export => "导出",
        Action::Print => "打印",
        Action::Menu => "菜单",
        Action::Enter => "打开、确定",
        Action::Back => "返回",
        Action::Up => "上一行",
        Action::Down => "下一行",
        Action::Left => "向左",
        Action::Right => "向右",
        Action::PageUp => "上一页",
        Action::PageDown => "下一页",
        Action::First => "第一行",
        Action::Last => "最后一行",
        Action::Mark => "选中",
        Action::MarkUp => "向上选中",
        Action::MarkDown => "向下选中",
        Action::MarkAll => "全选",
        Action::NextView => "下一个视图",
        Action::PreviousView => "上一个视图",
        Action::Sort => "排序",
        Action::Save => "存草稿",
        Action::Undo => "撤销",
        Action::Redo => "重做",
        Action::SameAsLast => "同上一单",
        Action::Clear => "清空",
        Action::Backspace => "删前一个字",
        Action::Delete => "删后一个字",
        Action::Reveal => "看号码",
        Action::Lock => "锁屏",
        Action::Quit => "退出",
        Action::Redraw => "重画",
        Action::Choose(_) => "选这一项",
    }
}

fn name_of(press: Press) -> String {
    let key = match press.key {
        Key::Char(' ') => "空格".to_owned(),
        Key::Char(c) if press.ctrl => c.to_ascii_uppercase().to_string(),
        Key::Char(c) => c.to_string(),
        Key::F(n) => format!("F{n}"),
        key => format!("{key:?}"),
    };
    let held = if press.ctrl { "Ctrl+" } else { "" };
    let shift = if press.shift { "Shift+" } else { "" };
    format!("{held}{shift}{key}")
}

/// `SignIn` as `sign_in`.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (i, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && i > 0 {
            snake.push('_');
        }
        snake.push(c.to_ascii_lowercase());
    }
    snake
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_key_table_is_listed() {
        for (screen, name) in Screen::ALL {
            let entries = entries_of(*screen);
            for row in rows_of(*screen) {
                let entry = entries.iter().find(|entry| entry.action == row.action);
                let keys = entry.map(|entry| entry.keys.as_slice()).unwrap_or_default();
                let wanted = row.ctrl.map(|c| format!("Ctrl+{}", c.to_ascii_uppercase()));
                let slot = (row.slot > 0).then(|| format!("F{}", row.slot));
                for key in wanted.into_iter().chain(slot) {
                    assert!(keys.contains(&key), "{name} {}: {key}", row.label);
                }
            }
        }
    }

    #[test]
    fn names_become_identifiers() {
        assert_eq!(snake("SignIn"), "sign_in");
        assert_eq!(name_of(Press { ctrl: true, ..Press::plain(Key::Char('s')) }), "Ctrl+S");
    }
}
