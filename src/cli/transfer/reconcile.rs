//! `transfer reconcile`: the list of the official site beside the transfers here.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::super::imports::ReadingFlags;
use super::super::output::{Exit, Said, note};
use super::super::watch::watched;
use super::super::{Call, org};
use crate::domain::reconcile::{Difference, Reconciled, Reconciliation};
use crate::exchange::export::Overwrite;

#[derive(Args)]
pub(in crate::cli) struct ReconcileOrder {
    #[arg(
        value_name = "FILE",
        help = "官网导出的转接名单（转出人、转出团组织、转入团组织、申请时间、完成时间、处理状态）"
    )]
    file: PathBuf,
    #[arg(long, value_name = "D", value_parser = difference, help = "只要这些差别，可以多次；默认除 same（一致）以外的全部")]
    only: Vec<Difference>,
    #[command(flatten)]
    reading: ReadingFlags,
    #[arg(short, long, value_name = "FILE", help = "写到 .xlsx、.csv 或 .json 文件")]
    output: Option<PathBuf>,
    #[arg(long, help = "替换已有的文件")]
    overwrite: bool,
}

fn difference(text: &str) -> Result<Difference, String> {
    Difference::ALL.into_iter().find(|d| d.id() == text).ok_or_else(|| {
        let known = Difference::ALL.map(|d| format!("{}（{}）", d.id(), d.label()));
        format!("可以用：{}", known.join("、"))
    })
}

pub(super) fn run(call: &mut Call<'_>, order: &ReconcileOrder) -> Said {
    // What leaves as a file is recorded, and so needs a door that may write.
    let door = if order.output.is_some() { call.sign_in_to_write()? } else { call.sign_in()? };
    let session = call.session(&door)?;
    let options = order.reading.options(None);
    let found = watched(|watch| session.reconcile(&order.file, &options, watch))?;
    let lines: Vec<Reconciled> =
        found.rows.iter().filter(|row| wanted(order, row)).cloned().collect();
    if let Some(path) = &order.output {
        let target = (path.as_path(), Overwrite::from(order.overwrite));
        let done = watched(|watch| session.export_reconciliation(&lines, target, watch))?;
        note(&summary(&found));
        return org::exported(call, &done);
    }
    let now = session.now();
    let document = json!({
        "file": found.file_name, "rows_in_file": found.n_there, "left_out": found.left_out,
        "nameless": found.nameless,
        "counts": Difference::ALL.map(|d| (d.id().to_owned(), json!(found.count(d)))).into_iter()
            .collect::<serde_json::Map<String, Value>>(),
        "rows": lines.iter().map(document_of).collect::<Vec<_>>(),
    });
    call.out.answer(&document, |out| {
        let rows: Vec<Vec<String>> = lines
            .iter()
            .map(|line| crate::exchange::official::reconciled_cells(line, now))
            .map(|mut cells| {
                cells.truncate(SHOWN.len());
                cells
            })
            .collect();
        out.table(&SHOWN, &rows)?;
        out.line(&summary(&found))
    })?;
    Ok(Exit::DONE)
}

/// The columns of the table on a terminal, the first ones of the file's.
const SHOWN: [&str; 10] = [
    "对账结果",
    "转出人",
    "转出团组织",
    "转入团组织",
    "名单行号",
    "名单申请时间",
    "名单处理状态",
    "本库编号",
    "本库申请时间",
    "本库处理状态",
];

fn wanted(order: &ReconcileOrder, row: &Reconciled) -> bool {
    if order.only.is_empty() {
        return row.difference != Difference::Same;
    }
    order.only.contains(&row.difference)
}

fn summary(found: &Reconciliation) -> String {
    let counts: Vec<String> = Difference::ALL
        .into_iter()
        .map(|d| (d.label(), found.count(d)))
        .filter(|(_, n)| *n > 0)
        .map(|(label, n)| format!("{label} {n}"))
        .collect();
    let nameless = match found.nameless {
        0 => String::new(),
        n => format!("另有 {n} 行没有姓名，没有核对。"),
    };
    let rest = match found.left_out {
        0 => String::new(),
        n => format!("这里独有的太多，另有 {n} 单没有列出：这份名单可能不是同一个范围的。"),
    };
    format!("名单 {} 行：{}。{nameless}{rest}", found.n_there, counts.join("，"))
}

fn document_of(line: &Reconciled) -> Value {
    let (there, here) = (line.there.as_ref(), line.here.as_ref());
    json!({
        "difference": line.difference.id(), "difference_label": line.difference.label(),
        "transferee": there.map(|t| &t.transferee).or_else(|| here.map(|h| &h.transferee)),
        "origin": there.map(|t| &t.origin).or_else(|| here.map(|h| &h.origin)),
        "destination": there.map(|t| &t.destination).or_else(|| here.map(|h| &h.destination)),
        "row": there.map(|t| t.row), "status": there.map(|t| &t.status),
        "applied_on": there.and_then(|t| t.applied_on).map(|day| day.to_string()),
        "number": here.map(|h| &h.number), "stage": here.map(|h| h.facts.stage.id()),
        "stage_label": here.map(|h| h.facts.stage.label()),
        "advice": line.difference.advice(),
    })
}
