//! `transfer list`: filters, order, pages.

use clap::Args;
use serde_json::{Value, json};

use super::super::output::{Exit, Said, merged};
use super::super::{Call, args};
use super::{iso, minute};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::filter::{
    Cursor, CursorKey, Direction, Page, Sort, SortColumn, Start, TransferQuery, View,
};
use crate::domain::form::Reason;
use crate::domain::transfer::TransferRow;
use crate::domain::workflow::{Act, Stage, next_act};
use crate::office::{NamedOrg, Session};

#[derive(Args)]
pub(in crate::cli) struct ListOrder {
    #[arg(long, value_name = "S", value_parser = args::stage, help = "只要这些阶段，可以多次")]
    stage: Vec<Stage>,
    #[arg(long, help = "只要待我办的")]
    mine: bool,
    #[arg(long, value_name = "R", value_parser = args::reason, help = "只要这个转出原因")]
    reason: Option<Reason>,
    #[arg(long, value_name = "ORG", help = "转出或转入在这个组织或它下面")]
    org: Option<String>,
    #[arg(long, value_name = "DAYS", help = "已等了至少这么多天")]
    waiting: Option<u32>,
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true,
        help = "姓名（汉字、拼音、首字母）、组织名里的汉字或单号，空格隔开表示并且"
    )]
    search: String,
    #[arg(long, value_name = "COLUMN[:desc]", value_parser = sort, help = "按哪一列排序；默认 waiting（等得最久的在前）")]
    sort: Option<Sort>,
    #[arg(long, value_name = "N", default_value = "100", value_parser = args::count, help = "最多几单")]
    limit: usize,
    #[arg(long, value_name = "CURSOR", help = "接着上一页；用上一页给出的 next")]
    after: Option<String>,
}

/// Reads `COLUMN` or `COLUMN:desc`.
fn sort(text: &str) -> Result<Sort, String> {
    let (column, direction) = match text.split_once(':') {
        None => (text, Direction::Ascending),
        Some((column, "asc")) => (column, Direction::Ascending),
        Some((column, "desc")) => (column, Direction::Descending),
        Some((_, other)) => return Err(format!("顺序应是 asc 或 desc，现在是「{other}」")),
    };
    let found = SortColumn::from_id(column).map(|column| Sort { column, direction });
    found.ok_or_else(|| {
        let known: Vec<&str> = SortColumn::ALL.iter().map(|c| c.id()).collect();
        format!("列可以用：{}", known.join("、"))
    })
}

pub(super) fn run(call: &mut Call<'_>, order: ListOrder) -> Said {
    let door = call.sign_in()?;
    let session = call.session(&door)?;
    let sort = order.sort.unwrap_or_default();
    let after = order.after.as_deref().map(|text| cursor_of(text, sort)).transpose()?;
    let org = order.org.map(|text| session.look_up_organisation(&text)).transpose()?;
    if org.as_ref().is_some_and(NamedOrg::is_listed_only) {
        // No transfer can name what stands in the directory alone.
        return print(call, &session, &Page { rows: Vec::new(), previous: None, next: None }, sort);
    }
    let query = TransferQuery {
        stages: order.stage,
        reason: order.reason,
        org: org.map(|named| named.organisation.id),
        waiting_days: order.waiting.map(i64::from),
        search: order.search,
        sort,
        start: after.map_or(Start::First, Start::After),
        limit: order.limit,
        ..TransferQuery::of(if order.mine { View::Waiting } else { View::All })
    };
    let page = session.desk().transfers(&query, session.rules())?;
    print(call, &session, &page, sort)
}

fn print(call: &mut Call<'_>, session: &Session<'_>, page: &Page<TransferRow>, sort: Sort) -> Said {
    let next = page.next.as_ref().map(|cursor| text_of(cursor, sort));
    let documents: Vec<Value> = page.rows.iter().map(|row| document_of(session, row)).collect();
    call.out.answer(&json!({"rows": documents, "next": next}), |out| {
        let rows: Vec<Vec<String>> = page.rows.iter().map(|row| cells_of(session, row)).collect();
        let headers = [
            "编号",
            "转出人",
            "转出团组织",
            "转入团组织",
            "申请时间",
            "完成时间",
            "处理状态",
            "操作",
        ];
        out.table(&headers, &rows)
    })?;
    if let Some(next) = next.filter(|_| !call.out.is_json()) {
        super::super::output::note(&format!("还有下一页：--after '{next}'"));
    }
    Ok(Exit::DONE)
}

fn cells_of(session: &Session<'_>, row: &TransferRow) -> Vec<String> {
    let now = session.now();
    let when = |at| Option::map_or(at, String::new(), |at| minute(now, at));
    let act = next_act(&row.facts, session.actor()).map_or("查看", |act| act.label());
    vec![
        row.number.clone(),
        row.transferee.clone(),
        row.origin.clone(),
        row.destination.clone(),
        when(row.applied_at),
        when(row.done_at.filter(|_| row.facts.stage == Stage::Completed)),
        row.facts.stage.label().to_owned(),
        act.to_owned(),
    ]
}

/// A light row as JSON; the whole page of one transfer begins with the same keys.
pub(super) fn document_of(session: &Session<'_>, row: &TransferRow) -> Value {
    let now = session.now();
    let stage = row.facts.stage;
    let act = next_act(&row.facts, session.actor());
    let waiting = stage.is_open().then(|| now.days_since(row.since));
    merged([
        json!({
            "number": row.number, "transferee": row.transferee, "origin": row.origin,
            "destination": row.destination,
            "applied_at": row.applied_at.map(|at| iso(now, at)),
            "done_at": row.done_at.filter(|_| stage == Stage::Completed).map(|at| iso(now, at)),
            "ended_at": row.done_at.map(|at| iso(now, at)),
            "since": iso(now, row.since), "waiting_days": waiting,
        }),
        json!({
            "stage": stage.id(), "stage_label": stage.label(),
            "reason": row.reason.map(Reason::id),
            "reason_label": row.reason.map(|reason| session.rules().reason(reason).label()),
            "initiated_by": row.facts.initiator.id(),
            "initiated_by_label": row.facts.initiator.label(),
            "action": act.map(Act::id), "action_label": act.map(Act::label),
        }),
    ])
}

/// A cursor as opaque text. It names the order, since it means nothing in another one.
fn text_of(cursor: &Cursor, sort: Sort) -> String {
    let order = order_of(sort);
    match &cursor.key {
        CursorKey::Text(text) => format!("{order}:t:{}:{text}", cursor.id),
        CursorKey::Number(number) => format!("{order}:n:{}:{number}", cursor.id),
    }
}

fn cursor_of(text: &str, sort: Sort) -> Result<Cursor, Fault> {
    let usage = |sentence: &str| Fault::new(FaultKind::Usage, sentence);
    let other = "--after 是另一种排序给出的。请用同样的 --sort，或从第一页看起。";
    let unreadable = "--after 看不懂。请原样用上一页给出的 next。";
    let rest = match text.strip_prefix(&order_of(sort)) {
        Some(rest) => rest,
        None if text.contains(':') => return Err(usage(other)),
        None => return Err(usage(unreadable)),
    };
    let mut parts = rest.splitn(4, ':');
    let (nothing, kind, id, key) = (parts.next(), parts.next(), parts.next(), parts.next());
    let id = id.and_then(|id| id.parse().ok());
    let key = match (kind, key) {
        (Some("t"), Some(key)) => Some(CursorKey::Text(key.to_owned())),
        (Some("n"), Some(key)) => key.parse().ok().map(CursorKey::Number),
        _ => None,
    };
    match (nothing, id, key) {
        (Some(""), Some(id), Some(key)) => Ok(Cursor { key, id }),
        _ => Err(usage(unreadable)),
    }
}

fn order_of(sort: Sort) -> String {
    let direction = match sort.direction {
        Direction::Ascending => "asc",
        Direction::Descending => "desc",
    };
    format!("{}:{direction}", sort.column.id())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cursors_go_there_and_back() {
        let sort = sort("transferee:desc").unwrap();
        for key in [CursorKey::Text("wang fan:x".to_owned()), CursorKey::Number(-3)] {
            let cursor = Cursor { key, id: 12 };
            assert_eq!(cursor_of(&text_of(&cursor, sort), sort).ok(), Some(cursor));
        }
    }

    #[test]
    fn a_cursor_of_another_order_is_refused() {
        let text = text_of(&Cursor { key: CursorKey::Number(1), id: 1 }, Sort::default());
        for (text, sort) in [
            (text.as_str(), sort("stage").unwrap()),
            ("x", Sort::default()),
            ("waiting:asc:n:1:x", Sort::default()),
            ("waiting:asc", Sort::default()),
        ] {
            assert_eq!(cursor_of(text, sort).unwrap_err().kind, FaultKind::Usage, "{text}");
        }
    }

    #[test]
    fn an_order_is_a_column_and_a_direction() {
        assert_eq!(sort("done_at:desc").map(|s| s.direction), Ok(Direction::Descending));
        assert!(sort("name").is_err() && sort("stage:up").is_err());
    }
}
