//! Draws [`Centre`].

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::Line;

use crate::domain::account::Role;
use crate::domain::id_number::DocumentKind;
use crate::domain::ids::Now;
use crate::domain::member::Member;
use crate::domain::phone::mask_phone;
use crate::domain::transfer::{ProgressState, TransferRow, progress};
use crate::model::screens::centre::{Centre, Own, PROGRESS, RECORD};
use crate::model::words::{short_step, waiting};
use crate::rules::Rules;
use crate::view::Scene;
use crate::view::table::{self, Look};
use crate::view::theme::{Focused, Theme};
use crate::view::transfer::{columns_for, mark};
use crate::view::width::{Fit, fit};

/// Columns of the labels.
const LABEL: usize = 14;

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Centre,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let parts = [Constraint::Length(RECORD), Constraint::Min(4), Constraint::Length(PROGRESS)];
    let [record_area, list_area, progress_area] = Layout::vertical(parts).areas(area);
    pane(scene, frame, record_area, "我的档案", record(screen));
    let cursor = list(screen, scene, frame, list_area);
    let lines = screen.table.current().map_or_else(Vec::new, |row| {
        let state = scene.state;
        vec![bar(row, scene.theme, state.now, &state.rules), format!("转入：{}", row.destination)]
    });
    pane(scene, frame, progress_area, "进度", lines);
    cursor
}

fn pane(scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect, title: &str, lines: Vec<String>) {
    let block = scene.theme.pane(title, Focused::No);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let cols = usize::from(inner.width.saturating_sub(2));
    for (y, text) in (inner.y..inner.bottom()).zip(lines) {
        let line = Rect { x: inner.x + 1, y, width: inner.width.saturating_sub(2), height: 1 };
        frame.render_widget(Line::raw(fit(&text, cols, Fit::Tail)), line);
    }
}

fn list(screen: &Centre, scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) -> Option<Position> {
    let member = scene.state.session.as_ref().is_none_or(|s| s.actor.role == Role::Member);
    // Who acts for an organisation started transfers of others too.
    let title = if member { "我的转接" } else { "我发起的转接" };
    let block = scene.theme.pane(title, Focused::Yes);
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let empty = [
        "还没有转接。按 2 发起：选转出原因和转入组织，提交后由双方审批。".to_owned(),
        "不知道转到哪里？按 1 看帮助。".to_owned(),
    ];
    let look = Look { columns: columns_for(inner.width), key: |row| row.id.0, empty: &empty };
    table::draw(&screen.table, &look, scene, frame, inner)
}

fn record(screen: &Centre) -> Vec<String> {
    match &screen.own {
        Own::Reading => vec!["正在读取".to_owned()],
        Own::None => vec![
            "本库里没有你的团员档案。".to_owned(),
            "请联系所在团支部的管理员，用你的身份证号登记后再来。".to_owned(),
        ],
        Own::Here(member) => rows(member),
    }
}

fn document(kind: DocumentKind) -> &'static str {
    match kind {
        DocumentKind::ResidentCard => "身份证号码",
        DocumentKind::Other => "证件号码",
    }
}

/// Two fields a line; the branch takes a whole one.
fn rows(member: &Member) -> Vec<String> {
    let profile = &member.profile;
    let sex = member.id_number.sex().map_or("", |sex| sex.label());
    let pairs = [
        (("姓名", member.name.clone()), ("性别", sex.to_owned())),
        (
            (document(member.document), member.id_number.masked()),
            ("手机号", mask_phone(&member.phone)),
        ),
        (("民族", profile.ethnic_group.clone()), ("政治面貌", profile.political_status.clone())),
        (("学历", profile.education.clone()), ("团内职务", profile.league_post.clone())),
        (
            ("入团时间", profile.joined_on.clone()),
            ("发展团员编号", profile.membership_number.clone()),
        ),
        (
            ("入团志愿书", profile.authentication.label().to_owned()),
            ("团费交至", profile.fees_paid_to.clone()),
        ),
        (
            ("毕业标记", profile.graduation_mark.label().to_owned()),
            ("状态", member.state.label().to_owned()),
        ),
    ];
    let mut lines = vec![format!("{}{}", fit("所在团支部", LABEL, Fit::Tail), member.branch_name)];
    lines.extend(pairs.into_iter().map(|(left, right)| field(&left, 38) + &field(&right, 38)));
    lines
}

fn field((label, value): &(&str, String), cols: usize) -> String {
    let value = if value.is_empty() { "未填" } else { value };
    fit(&format!("{}{value}", fit(label, LABEL, Fit::Tail)), cols, Fit::Tail)
}

/// The five steps from the row alone; how it ended is on the page behind Enter.
fn bar(row: &TransferRow, theme: Theme, now: Now, rules: &Rules) -> String {
    if row.facts.stage.is_final() && row.done_at.is_some() {
        let done = progress(&row.facts, None)
            .iter()
            .all(|step| matches!(step.state, ProgressState::Done | ProgressState::Skipped));
        if !done {
            return format!("{}。按 Enter 看原因，按 8 可以再次申请。", row.facts.stage.label());
        }
    }
    let waited = waiting(row, now, rules).map(|w| format!("({})", w.text())).unwrap_or_default();
    let parts = progress(&row.facts, None).into_iter().map(|step| {
        let waited = if step.state == ProgressState::Now { waited.as_str() } else { "" };
        format!("[{}]{}{waited}", mark(step.state, theme), short_step(step.label))
    });
    parts.collect::<Vec<_>>().join("--")
}
