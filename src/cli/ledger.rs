//! `history exports` and `history export-deleted`: which files with data left the program.

use clap::Args;
use serde_json::{Value, json};

use super::output::{Exit, Said, note};
use super::{Call, args};
use crate::domain::disclosure::ExportRecord;
use crate::domain::ids::{ExportId, Moment, Now};

#[derive(Args)]
pub(super) struct LedgerOrder {
    #[arg(long, value_name = "N", default_value = "100", value_parser = args::count, help = "最多几条")]
    limit: usize,
    #[arg(long, value_name = "N", help = "接着上一页；用上一页给出的 next")]
    before: Option<i64>,
}

#[derive(Args)]
pub(super) struct DeletedOrder {
    #[arg(value_name = "N", help = "导出登记的编号")]
    n: i64,
    #[arg(long, value_name = "T", default_value = "", hide_default_value = true, help = "备注")]
    remark: String,
}

pub(super) fn list(call: &mut Call<'_>, order: &LedgerOrder) -> Said {
    let door = call.sign_in()?;
    let session = call.session(&door)?;
    let (mut rows, mut next) = (Vec::new(), order.before);
    loop {
        let (page, after) = session.exports(next)?;
        rows.extend(page);
        next = after;
        if next.is_none() || rows.len() >= order.limit {
            break;
        }
    }
    if rows.len() > order.limit {
        rows.truncate(order.limit);
        next = rows.last().map(|row| row.id.0);
    }
    let now = call.now();
    let documents: Vec<Value> = rows.iter().map(|row| document_of(row, now)).collect();
    call.out.answer(&json!({"rows": documents, "next": next}), |out| {
        let cells: Vec<Vec<String>> = rows.iter().map(|row| cells_of(row, now)).collect();
        out.table(&["编号", "时间", "谁", "内容", "行数", "号码", "原因", "现状", "文件"], &cells)
    })?;
    if let Some(next) = next.filter(|_| !call.out.is_json()) {
        note(&format!("还有更早的：--before {next}"));
    }
    Ok(Exit::DONE)
}

fn document_of(row: &ExportRecord, now: Now) -> Value {
    let iso = |at: Moment| now.local(at).format("%Y-%m-%dT%H:%M:%S").to_string();
    json!({
        "id": row.id.0, "at": iso(row.at), "actor": row.actor, "what": row.what,
        "path": row.path, "sha256": row.sha256, "rows": row.n_rows, "drafts": row.n_drafts,
        "fields": row.fields.split('、').collect::<Vec<_>>(),
        "disclosure": row.shown.id(), "disclosure_label": row.shown.label(),
        "reason": row.reason, "deleted_at": row.deleted_at.map(iso),
        "whereabouts": row.whereabouts.id(), "whereabouts_label": row.whereabouts.label(),
    })
}

fn cells_of(row: &ExportRecord, now: Now) -> Vec<String> {
    vec![
        row.id.to_string(),
        now.local(row.at).format("%Y-%m-%d %H:%M").to_string(),
        row.actor.clone(),
        row.what.clone(),
        row.n_rows.to_string(),
        row.shown.label().to_owned(),
        row.reason.clone(),
        row.whereabouts.label().to_owned(),
        row.path.clone(),
    ]
}

pub(super) fn deleted(call: &mut Call<'_>, order: &DeletedOrder) -> Said {
    let door = call.sign_in_to_write()?;
    let session = call.session(&door)?;
    let id = ExportId(order.n);
    session.note_export_deleted(id, &order.remark)?;
    let row = session.desk().export(id)?;
    let document = document_of(&row, call.now());
    call.out.answer(&document, |out| out.line(&format!("第 {id} 号导出已登记为删除")))?;
    Ok(Exit::DONE)
}
