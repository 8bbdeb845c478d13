//! What every screen has: title line, message line, numbered footer.

use chrono::{Datelike, NaiveDate};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};

use super::Scene;
use super::width::{Fit, fit, short_org, width, wrap};
use crate::keys::action::Action;
use crate::keys::table::{KeyRow, rows_of};
use crate::model::layer::Layer;
use crate::model::state::{SMALLEST, Session};

/// Title, body, message and footer, top to bottom.
pub fn areas(all: Rect) -> [Rect; 4] {
    let lines =
        [Constraint::Length(1), Constraint::Min(1), Constraint::Length(1), Constraint::Length(1)];
    Layout::vertical(lines).areas(all)
}

/// Breadcrumb and who, the date at the right. The date changes with a key only, never by a timer.
pub fn title(scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) {
    let state = scene.state;
    let crumbs: Vec<String> =
        state.layers.iter().filter(|l| !l.is_popup()).map(Layer::crumb).collect();
    let right = day(state.now.today()) + " ";
    let cols = usize::from(area.width).saturating_sub(width(&right) + 1);
    let crumbs = format!(" {}", trail(crumbs, cols.saturating_sub(LEAST_WHO)));
    let left = match &state.session {
        Some(session) => {
            let mark = mark_of(state.viewing.is_some(), session);
            crumbs.clone() + &who(session, mark, cols.saturating_sub(width(&crumbs)))
        }
        None if state.viewing.is_some() => crumbs + " | 只读",
        None => crumbs,
    };
    let text = fit(&left, cols, Fit::Tail) + " " + &right;
    frame.render_widget(Line::styled(text, scene.theme.strong()), area);
}

/// Least columns for who is signed in.
const LEAST_WHO: usize = 26;

/// Fewest columns in which the name of an organisation still tells something.
const LEAST_ORG: usize = 8;

/// The breadcrumb; where it is too long its beginning gives way, since Esc leads there anyway.
fn trail(mut crumbs: Vec<String>, cols: usize) -> String {
    let mut cut = "";
    while crumbs.len() > 1 && cut.len() + width(&crumbs.join(" > ")) > cols {
        crumbs.remove(0);
        cut = ".. > ";
    }
    format!("{cut}{}", crumbs.join(" > "))
}

/// What is particular about this window: it only looks, or the office is invented.
fn mark_of(only_looks: bool, session: &Session) -> &'static str {
    match (only_looks, session.demo) {
        (true, _) => "只读",
        (false, true) => "演示",
        (false, false) => "离线",
    }
}

/// Organisation and name, whether the office is invented, and drafts. The name of the organisation
/// gives way first: who is signed in, and where, must be seen on every screen.
fn who(session: &Session, mark: &str, cols: usize) -> String {
    let person = format!("{} | {mark}", session.actor.name);
    let drafts = match session.counts.drafts {
        0 => String::new(),
        n => format!(" | 草稿 {n}"),
    };
    let org = &session.actor.org_name;
    for rest in [format!("{person}{drafts}"), person.clone()] {
        let room = cols.saturating_sub(width(&rest) + " |  ".len());
        if room >= LEAST_ORG.min(width(org)) {
            let org = if width(org) <= room { org.clone() } else { short_org(org, room) };
            return format!(" | {} {rest}", org.trim_end());
        }
    }
    format!(" | {person}")
}

/// `2020-06-02 周二`
pub fn day(date: NaiveDate) -> String {
    let names = ["一", "二", "三", "四", "五", "六", "日"];
    let name = names.get(date.weekday().num_days_from_monday() as usize).copied().unwrap_or("");
    format!("{} 周{name}", date.format("%Y-%m-%d"))
}

/// Most lines of a message. The second one takes the place of the lower border above it.
const MOST_LINES: usize = 2;

/// The only line for messages; it covers no data. A sentence ends in what to do next, so one that
/// does not fit takes the border above as well.
pub fn message(scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) {
    let message = &scene.state.message;
    if message.text.is_empty() {
        return;
    }
    let cols = usize::from(area.width);
    let (mark, style) = if message.warning {
        (" ! ", scene.theme.bad())
    } else {
        (" ", ratatui::style::Style::new())
    };
    let lines = wrap(&message.text.replace('\n', " "), cols.saturating_sub(mark.len() + 1));
    let n = lines.len().min(MOST_LINES);
    let top = area.y.saturating_sub(u16::try_from(n.saturating_sub(1)).unwrap_or(0));
    for (i, (y, text)) in (top..=area.y).zip(lines.iter().take(n)).enumerate() {
        let row = Rect { y, height: 1, ..area };
        let mark = if i == 0 { mark.to_owned() } else { " ".repeat(mark.len()) };
        let cut = if lines.len() > n && i + 1 == n { ".." } else { "" };
        let text = fit(&format!("{text}{cut}"), cols.saturating_sub(mark.len()), Fit::Tail);
        frame.render_widget(Line::from(vec![Span::raw(mark), Span::styled(text, style)]), row);
    }
}

/// The numbered actions of the top screen, in the same places everywhere.
pub fn footer(scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) {
    let top = scene.state.top();
    let spans = match top {
        Layer::Choice(_) => vec![Span::raw(" 数字直接选  上下键移动  Enter 选定  Esc 返回")],
        _ => numbered(scene),
    };
    frame.render_widget(Line::from(spans), area);
}

fn numbered(scene: Scene<'_>) -> Vec<Span<'static>> {
    let top = scene.state.top();
    let mut items: Vec<Span<'static>> = vec![Span::raw(" ")];
    let typing = top.focus() != crate::keys::table::Focus::List;
    // Before anybody is signed in the menu is no menu: the key sets the office up, or does nothing.
    let menu = scene.state.session.is_some() || matches!(top, Layer::SignIn(_));
    let here = |row: &&KeyRow| {
        row.slot > 0 && !top.lacks(row.action) && (menu || row.action != Action::Menu)
    };
    for row in rows_of(top.screen()).filter(here) {
        let key = match (typing, row.slot) {
            (true, n) => format!("F{n}"),
            (false, 10) => "0".to_owned(),
            (false, n) => n.to_string(),
        };
        let blocked = top.refusal(row.action).is_some();
        let text =
            if blocked { format!("({key}{}) ", row.label) } else { format!("{key}{} ", row.label) };
        items.push(if blocked { Span::styled(text, scene.theme.dim()) } else { Span::raw(text) });
    }
    // Nothing lies behind the sign-in screen.
    let back = if matches!(top, Layer::SignIn(_)) { "Ctrl+Q退出" } else { "Esc返回" };
    items.push(Span::raw(back));
    items
}

/// Below the smallest size nothing acts; the notice says so and how to go on.
pub fn too_small(scene: Scene<'_>, frame: &mut Frame<'_>) {
    let (cols, rows) = scene.state.size;
    let text = format!(
        "窗口太小：现在 {cols}x{rows}，至少要 {}x{}。请把窗口拉大。内容都在，拉大后接着办。退出按 Ctrl+Q。",
        SMALLEST.0, SMALLEST.1
    );
    // The notice is wrapped here, since the library lets a wide character stand half outside.
    for (line, row) in wrap(&text, usize::from(cols)).into_iter().zip(frame.area().rows()) {
        if width(&line) <= usize::from(row.width) {
            frame.render_widget(Line::raw(line), row);
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::account::Role;
    use crate::model::screens::audit::Audit;
    use crate::model::screens::home::Home;
    use crate::model::screens::record::Record;
    use crate::model::screens::sign_in::SignIn;
    use crate::model::state::Message;
    use crate::view::testing::{desk, dump, press, resize};
    use crate::view::width::width;

    #[test]
    fn a_long_organisation_gives_way_to_who_is_signed_in() {
        let (mut state, _) = desk(Home::default(), Role::Administrator);
        let session = state.session.as_mut().unwrap();
        session.demo = true;
        session.actor.name = "顾一帆".to_owned();
        session.actor.org_name = "云州理工学院信息工程学院2022级软件工程1班团支部".to_owned();
        let title = dump(&state, 80, 24).remove(0);
        assert!(title.contains("2022级软件工程1班 顾一帆 | 演示 | 草稿 1 "), "{title}");
        assert!(title.ends_with("周二 "), "{title}");
        press(&mut state, "1");
        let title = dump(&state, 80, 24).remove(0);
        assert!(
            title.contains(" > 帮助：关系转接 | ..") && title.contains("顾一帆 | 演示"),
            "{title}"
        );
    }

    #[test]
    fn the_notice_of_a_small_terminal_stays_inside() {
        let (mut state, _) = desk(Home::default(), Role::Administrator);
        for cols in [1, 2, 3, 20, 60, 79] {
            resize(&mut state, cols, 24);
            for line in dump(&state, cols, 24) {
                assert!(width(&line) <= usize::from(cols), "{cols}: {line}");
            }
        }
    }

    #[test]
    fn a_message_that_is_long_keeps_its_ending() {
        let (mut state, _) = desk(Home::default(), Role::Administrator);
        let text = "批次号应是 1 或更大的整数，现在是「零」。批次号在导入完成时给出，操作记录里也能查到；请照那里给出的填。";
        state.message = Message::warning(text);
        let lines = dump(&state, 80, 24);
        assert!(
            lines[21].starts_with(" ! 批次号") && lines[22].trim_end().ends_with("给出的填。"),
            "{lines:#?}"
        );
        state.message = Message::note("短的。");
        let lines = dump(&state, 80, 24);
        assert!(lines[21].starts_with('└') && lines[22].trim_end() == " 短的。", "{lines:#?}");
    }

    #[test]
    fn the_footer_names_no_key_that_never_does_anything_there() {
        let (state, _) = desk(Audit::default(), Role::Administrator);
        let footer = dump(&state, 80, 24)[23].clone();
        assert_eq!(footer.trim_end(), " 1帮助 3查找 5刷新 9导出 0菜单 Esc返回");
        let (state, _) = desk(Record::undo_import(), Role::Administrator);
        let footer = dump(&state, 80, 24)[23].clone();
        let (mut state, _) = desk(SignIn::locked(), Role::Administrator);
        state.session = None;
        let lines = dump(&state, 80, 24);
        assert!(!lines[23].contains("首次设置") && lines[23].contains("Ctrl+Q退出"), "{lines:#?}");
        assert!(!footer.contains("F4") && !footer.contains("F7"), "{footer}");
    }
}
