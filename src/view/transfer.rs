//! What the screens draw of one transfer: its columns, its progress bar, its lines.

use chrono::Datelike;
use ratatui::style::Style;

use super::table::{CellCtx, Column, Width};
use super::theme::Theme;
use super::width::short_org;
use crate::domain::account::Actor;
use crate::domain::ids::{Moment, Now};
use crate::domain::transfer::{ProgressState, TransferCard, TransferRow};
use crate::domain::workflow::Stage;
use crate::model::words::{Limit, Waiting, operation, short_step, steps, waiting};
use crate::rules::Rules;

/// The seven official columns where there are few columns of screen: 申请 and 完成/等 are short.
pub const NARROW: &[Column<TransferRow>] = &[
    Column::new("转出人", Width::Exact(8), transferee),
    Column::new("转出团组织", Width::Share(1), origin),
    Column::new("转入团组织", Width::Share(1), destination),
    Column::new("申请", Width::Exact(5), |row, ctx| short_day(row.applied_at, ctx.now)),
    Column {
        style: Some(wait_style),
        ..Column::new("完成/等", Width::Exact(8), |row, ctx| {
            done_or_waiting(row, ctx, short_day)
        })
    },
    Column::new("处理状态", Width::Exact(14), stage),
    Column::new("操作", Width::Exact(4), next),
];

/// The same with whole days under their full titles.
pub const WIDE: &[Column<TransferRow>] = &[
    Column::new("转出人", Width::Exact(8), transferee),
    Column::new("转出团组织", Width::Share(1), origin),
    Column::new("转入团组织", Width::Share(1), destination),
    Column::new("申请时间", Width::Exact(10), |row, ctx| whole_day(row.applied_at, ctx.now)),
    Column {
        style: Some(wait_style),
        ..Column::new("完成时间", Width::Exact(10), |row, ctx| {
            done_or_waiting(row, ctx, whole_day)
        })
    },
    Column::new("处理状态", Width::Exact(14), stage),
    Column::new("操作", Width::Exact(4), next),
];

/// From so many display columns of the list on, whole days leave the organisations no less room than
/// an 80-column terminal gives them.
const WIDE_FROM: u16 = 96;

/// The columns for a list of this width.
pub fn columns_for(cols: u16) -> &'static [Column<TransferRow>] {
    if cols < WIDE_FROM { NARROW } else { WIDE }
}

fn transferee(row: &TransferRow, _: &CellCtx<'_>) -> String {
    row.transferee.clone()
}

fn origin(row: &TransferRow, ctx: &CellCtx<'_>) -> String {
    short_org(&row.origin, ctx.cols)
}

fn destination(row: &TransferRow, ctx: &CellCtx<'_>) -> String {
    short_org(&row.destination, ctx.cols)
}

fn stage(row: &TransferRow, _: &CellCtx<'_>) -> String {
    row.facts.stage.label().to_owned()
}

fn next(row: &TransferRow, ctx: &CellCtx<'_>) -> String {
    ctx.actor.map_or("查看", |actor: &Actor| operation(&row.facts, actor)).to_owned()
}

fn done_or_waiting(
    row: &TransferRow,
    ctx: &CellCtx<'_>,
    day: fn(Option<Moment>, Now) -> String,
) -> String {
    waiting(row, ctx.now, ctx.rules).map_or_else(|| day(row.done_at, ctx.now), Waiting::text)
}

fn wait_style(row: &TransferRow, ctx: &CellCtx<'_>) -> Style {
    match waiting(row, ctx.now, ctx.rules).map(|waiting| waiting.limit) {
        Some(Limit::Overdue) => ctx.theme.bad(),
        Some(Limit::Remind) => ctx.theme.warn(),
        Some(Limit::Within) | None => Style::new(),
    }
}

/// `05-25`, with the year where it is not this one's, empty where there is no instant.
pub fn short_day(at: Option<Moment>, now: Now) -> String {
    let Some(at) = at else { return String::new() };
    let day = now.local(at).date();
    let form = if day.year() == now.today().year() { "%m-%d" } else { "%y-%m" };
    day.format(form).to_string()
}

/// `2020-05-25`, empty where there is no instant.
pub fn whole_day(at: Option<Moment>, now: Now) -> String {
    at.map(|at| now.local(at).format("%Y-%m-%d").to_string()).unwrap_or_default()
}

/// `2020-05-17 20:35:44` as the official form has it, empty where there is no instant.
pub fn second(at: Option<Moment>, now: Now) -> String {
    at.map(|at| now.local(at).format("%Y-%m-%d %H:%M:%S").to_string()).unwrap_or_default()
}

/// `05-25 20:35`, with the year where it is not this one's.
pub fn minute(at: Moment, now: Now) -> String {
    let local = now.local(at);
    let this_year = local.year() == now.today().year();
    local.format(if this_year { "%m-%d %H:%M" } else { "%Y-%m-%d %H:%M" }).to_string()
}

/// The mark of a step.
pub fn mark(state: ProgressState, theme: Theme) -> &'static str {
    match state {
        ProgressState::Done => theme.done(),
        ProgressState::Now => theme.pointer(),
        ProgressState::Later => " ",
        ProgressState::Skipped => "-",
        ProgressState::Stopped => theme.cross(),
    }
}

/// The five steps in one line: `[✓]提交--[►]转出审批(等3天)--[ ]转入审批--[ ]分配支部--[ ]完成`.
pub fn progress_line(card: &TransferCard, theme: Theme, now: Now, rules: &Rules) -> String {
    let waited = waiting(&card.row, now, rules).map(Waiting::text);
    let parts = steps(card).into_iter().map(|step| {
        let waited = waited.as_deref().filter(|_| step.state == ProgressState::Now);
        let waited = waited.map(|text| format!("({text})")).unwrap_or_default();
        format!("[{}]{}{waited}", mark(step.state, theme), short_step(step.label))
    });
    parts.collect::<Vec<_>>().join("--")
}

/// The same, one step a line, with who did it and when.
pub fn progress_steps(card: &TransferCard, theme: Theme, now: Now, rules: &Rules) -> Vec<String> {
    let mut events = card.events.iter().filter(|event| event.from != event.to);
    let mut lines = Vec::new();
    for step in steps(card) {
        let text = short_step(step.label);
        let detail = match step.state {
            ProgressState::Done | ProgressState::Stopped if step.label != "完成" => {
                events.next().map(|event| format!("  {} {}", minute(event.at, now), event.actor))
            }
            ProgressState::Now => waiting(&card.row, now, rules).map(|w| format!("  {}", w.text())),
            ProgressState::Skipped => Some("  不需要".to_owned()),
            ProgressState::Done | ProgressState::Stopped | ProgressState::Later => None,
        };
        let mark = mark(step.state, theme);
        lines.push(format!("[{mark}] {text}{}", detail.unwrap_or_default()));
    }
    lines
}

/// The words for 转出原因 as the rule file has them, empty in an unfinished draft.
pub fn reason<'a>(row: &TransferRow, rules: &'a Rules) -> &'a str {
    row.reason.map_or("", |reason| rules.reason(reason).label())
}

/// How a stage looks where it stands alone.
pub fn stage_style(stage: Stage, theme: Theme) -> Style {
    match stage {
        Stage::Completed => theme.good(),
        Stage::Returned | Stage::Withdrawn | Stage::Lapsed => theme.warn(),
        Stage::Draft
        | Stage::OriginReview
        | Stage::DestinationReview
        | Stage::ProvinceReview
        | Stage::ExternalReceipt
        | Stage::Placement => theme.strong(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::sample::{at, card, row};

    const PLAIN: Theme = Theme { ascii: false, plain: true };
    const ASCII: Theme = Theme { ascii: true, plain: true };

    #[test]
    fn a_wider_list_never_gives_the_organisations_less_room() {
        let organisations = |cols: u16| {
            let fixed: usize = columns_for(cols)
                .iter()
                .map(|column| match column.width {
                    Width::Exact(n) => n + 1,
                    Width::Share(_) => 1,
                })
                .sum();
            usize::from(cols) - fixed
        };
        for cols in 78..200 {
            assert!(organisations(cols) >= organisations(78), "{cols}");
        }
    }

    #[test]
    fn the_bar_has_marks_that_ascii_can_replace() {
        let rules = Rules::national();
        let line =
            progress_line(&card(1, Stage::DestinationReview), PLAIN, at(2020, 5, 18), &rules);
        assert_eq!(line, "[✓]提交--[✓]转出审批--[►]转入审批(等1天)--[ ]分配支部--[ ]完成");
        let line = progress_line(&card(1, Stage::Completed), ASCII, at(2020, 6, 2), &rules);
        assert_eq!(line, "[v]提交--[v]转出审批--[v]转入审批--[v]分配支部--[v]完成");
        let line = progress_line(&card(1, Stage::Returned), PLAIN, at(2020, 6, 2), &rules);
        assert_eq!(line, "[✓]提交--[✓]转出审批--[✗]转入审批--[ ]分配支部--[ ]完成");
    }

    #[test]
    fn steps_name_who_did_them_and_when() {
        let rules = Rules::national();
        let card = card(1, Stage::DestinationReview);
        let lines = progress_steps(&card, PLAIN, at(2020, 5, 18), &rules);
        assert_eq!(lines[0], "[✓] 提交  05-17 11:00 孔维嘉");
        assert_eq!(lines[1], "[✓] 转出审批  05-17 12:00 王莉茜");
        assert_eq!(lines[2], "[►] 转入审批  等1天");
        assert_eq!(lines[3], "[ ] 分配支部");
    }

    #[test]
    fn days_are_short_and_tell_another_year() {
        let now = at(2020, 6, 2);
        assert_eq!(short_day(Some(at(2020, 5, 25).moment), now), "05-25");
        assert_eq!(short_day(Some(at(2019, 5, 25).moment), now), "19-05");
        assert_eq!(short_day(None, now), "");
        assert_eq!(whole_day(row(1, Stage::Completed).done_at, now), "2020-05-25");
        assert_eq!(second(Some(at(2019, 5, 25).moment), now), "2019-05-25 10:00:00");
        assert_eq!(second(None, now), "");
        assert_eq!(minute(at(2019, 5, 25).moment, now), "2019-05-25 10:00");
    }
}
