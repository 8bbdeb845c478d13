//! `history`: who did what, and who looked at or took out what.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::output::{Exit, Said, note};
use super::watch::watched;
use super::{Call, args, ledger, org};
use crate::domain::history::{HistoryGroup, HistoryQuery, actions_of, end_of};
use crate::domain::id_number::normal_form;
use crate::domain::ids::Now;
use crate::domain::transfer::AuditRow;
use crate::exchange::export::Overwrite;

#[derive(Subcommand)]
pub(super) enum HistoryOrder {
    #[command(about = "列出操作记录，新的在前")]
    List(ListOrder),
    #[command(about = "把操作记录导出到文件")]
    Export(ExportOrder),
    #[command(about = "导出登记：哪些文件带着数据离开了程序")]
    Exports(ledger::LedgerOrder),
    #[command(about = "登记一份导出的文件和副本都已删除")]
    ExportDeleted(ledger::DeletedOrder),
}

#[derive(Args)]
pub(super) struct Narrowing {
    #[arg(long, value_name = "D", value_parser = args::day, help = "从这一天起")]
    since: Option<NaiveDate>,
    #[arg(long, value_name = "D", value_parser = args::day, help = "到这一天为止（含这一天）")]
    until: Option<NaiveDate>,
    #[arg(long, value_name = "ID_NUMBER", help = "只要这个人做的")]
    who: Option<String>,
    #[arg(
        long,
        value_name = "A",
        value_parser = action,
        help = "只要这一种：操作的名称，或 disclosures（谁看过完整号码、导出或备份过）、decisions、accounts、registers、upkeep"
    )]
    action: Option<Actions>,
    #[arg(long, value_name = "NUMBER", help = "只要这一单转接的")]
    transfer: Option<String>,
}

#[derive(Args)]
pub(super) struct ListOrder {
    #[command(flatten)]
    narrowing: Narrowing,
    #[arg(long, value_name = "N", default_value = "100", value_parser = args::count, help = "最多几条")]
    limit: usize,
    #[arg(long, value_name = "SEQ", help = "接着上一页；用上一页给出的 next")]
    before: Option<i64>,
}

#[derive(Args)]
pub(super) struct ExportOrder {
    #[command(flatten)]
    narrowing: Narrowing,
    #[arg(short, long, value_name = "FILE", help = "文件名，以 .xlsx、.csv、.json 或 .pdf 结尾")]
    output: PathBuf,
    #[arg(long, help = "同名文件已有时替换")]
    overwrite: bool,
}

/// The actions that a word means.
#[derive(Clone)]
pub(super) struct Actions(Vec<&'static str>);

fn action(text: &str) -> Result<Actions, String> {
    let found = actions_of(text);
    if !found.is_empty() {
        return Ok(Actions(found));
    }
    let groups: Vec<String> =
        HistoryGroup::ALL.iter().map(|g| format!("{}（{}）", g.id(), g.label())).collect();
    Err(format!("没有这种操作。可以用操作的名称，例如「导出」，或这些：{}", groups.join("、")))
}

impl Narrowing {
    fn query(self, now: Now) -> HistoryQuery {
        HistoryQuery {
            since: self.since.map(|day| now.start_of(day)),
            before: self.until.and_then(|day| end_of(day, now)),
            who: self.who.as_deref().map(normal_form),
            actions: self.action.map(|actions| actions.0).unwrap_or_default(),
            transfer: self.transfer.as_deref().map(normal_form),
            words: Vec::new(),
        }
    }
}

pub(super) fn run(call: &mut Call<'_>, order: HistoryOrder) -> Said {
    match order {
        HistoryOrder::List(order) => list(call, order),
        HistoryOrder::Export(order) => export(call, order),
        HistoryOrder::Exports(order) => ledger::list(call, &order),
        HistoryOrder::ExportDeleted(order) => ledger::deleted(call, &order),
    }
}

fn list(call: &mut Call<'_>, order: ListOrder) -> Said {
    let door = call.sign_in()?;
    let (session, now) = (call.session(&door)?, call.now());
    let query = order.narrowing.query(now);
    let (mut rows, mut next) = (Vec::new(), order.before);
    loop {
        let (page, after) = session.desk().history(&query, next)?;
        rows.extend(page);
        next = after;
        if next.is_none() || rows.len() >= order.limit {
            break;
        }
    }
    if rows.len() > order.limit {
        rows.truncate(order.limit);
        next = rows.last().map(|row| row.seq);
    }
    print(call, &rows, next)
}

fn print(call: &mut Call<'_>, rows: &[AuditRow], next: Option<i64>) -> Said {
    let now = call.now();
    let documents: Vec<Value> = rows.iter().map(|row| document_of(row, now)).collect();
    call.out.answer(&json!({"rows": documents, "next": next}), |out| {
        let cells: Vec<Vec<String>> = rows.iter().map(|row| cells_of(row, now)).collect();
        out.table(&["序号", "时间", "谁", "做了什么", "对象", "说明"], &cells)
    })?;
    if let Some(next) = next.filter(|_| !call.out.is_json()) {
        note(&format!("还有更早的：--before {next}"));
    }
    Ok(Exit::DONE)
}

fn document_of(row: &AuditRow, now: Now) -> Value {
    json!({
        "seq": row.seq, "at": now.local(row.at).format("%Y-%m-%dT%H:%M:%S").to_string(),
        "actor": row.actor, "action": row.action, "object": row.object, "detail": row.detail,
    })
}

fn cells_of(row: &AuditRow, now: Now) -> Vec<String> {
    let at = now.local(row.at).format("%Y-%m-%d %H:%M:%S").to_string();
    let [actor, action, object, detail] =
        [&row.actor, &row.action, &row.object, &row.detail].map(Clone::clone);
    vec![row.seq.to_string(), at, actor, action, object, detail]
}

fn export(call: &mut Call<'_>, order: ExportOrder) -> Said {
    let door = call.sign_in()?;
    let query = order.narrowing.query(call.now());
    let overwrite = if order.overwrite { Overwrite::Yes } else { Overwrite::No };
    let session = call.session(&door)?;
    let target = (order.output.as_path(), overwrite);
    let done = watched(|watch| session.export_history(&query, target, watch))?;
    org::exported(call, &done)
}
