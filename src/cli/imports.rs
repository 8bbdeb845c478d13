//! Imports of members and organisations: preview, consent, writing, taking back.

use std::path::PathBuf;

use clap::Args;
use serde_json::{Value, json};

use super::output::{Exit, Output, Said, Stop, note};
use super::watch::watched;
use super::{Call, args};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::BatchId;
use crate::domain::intake::{
    Delimiter, Duplicates, HiddenRows, ImportManner, SheetChoice, TextEncoding,
};
use crate::domain::order::{ImportKind, ImportPreview, ImportRow, ImportVerdict};
use crate::office::{ImportOptions, Undone};

#[derive(Args)]
pub(super) struct ImportOrder {
    #[arg(
        value_name = "FILE",
        required_unless_present = "undo",
        help = ".xlsx、.csv、.txt 文件，旧式 .xls 和网页表格也可以"
    )]
    file: Option<PathBuf>,
    #[arg(long, help = "只检查，不写入")]
    dry_run: bool,
    #[arg(long, help = "有错的行跳过，其余写入")]
    skip_bad: bool,
    #[arg(long, value_name = "FILE", help = "把要改的行另存为 .xlsx 或 .csv，写明要改什么")]
    save_bad: Option<PathBuf>,
    #[command(flatten)]
    reading: ReadingFlags,
    #[arg(long, value_name = "BATCH", conflicts_with = "file", help = "整批撤销一次导入")]
    undo: Option<i64>,
}

/// How a table is to be read, where its content does not tell.
#[derive(Args)]
pub(super) struct ReadingFlags {
    #[arg(long, value_name = "COLUMN=FIELD", help = "指明某一列是哪个字段，可以多次")]
    map: Vec<String>,
    #[arg(long, value_name = "NAME|N", help = "读哪张工作表：名称，或第几张")]
    sheet: Option<String>,
    #[arg(long, value_name = "N", value_parser = args::count, help = "表头在文件的第几行")]
    header_row: Option<usize>,
    #[arg(long, value_parser = args::encoding, help = "文字编码：utf-8、gb18030、utf-16le、utf-16be 或 big5")]
    encoding: Option<TextEncoding>,
    #[arg(long, value_parser = args::delimiter, help = "分隔符：comma、semicolon 或 tab")]
    delimiter: Option<Delimiter>,
    #[arg(long, help = "表里隐藏的行不读")]
    skip_hidden: bool,
}

impl ReadingFlags {
    pub(super) fn options(&self, branch: Option<String>) -> ImportOptions {
        let manner = ImportManner {
            columns: self.map.clone(),
            branch,
            sheet: self.sheet.clone().map(SheetChoice::Typed),
            header_row: self.header_row,
            encoding: self.encoding,
            delimiter: self.delimiter,
            hidden: if self.skip_hidden { HiddenRows::Left } else { HiddenRows::Taken },
            mends: Vec::new(),
        };
        ImportOptions { manner, parser: crate::app::parser::in_process() }
    }
}

pub(super) fn run(
    call: &mut Call<'_>,
    kind: ImportKind,
    order: &ImportOrder,
    branch: Option<String>,
) -> Said {
    if let Some(batch) = order.undo {
        return undo(call, BatchId(batch));
    }
    // A file of bad rows is entered in the ledger of exports, even where nothing is imported.
    let enters = !order.dry_run || order.save_bad.is_some();
    let door = if enters { call.sign_in_to_write()? } else { call.sign_in()? };
    let session = call.session(&door)?;
    let options = order.reading.options(branch);
    let file = order.file.clone().unwrap_or_default();
    let prepared = watched(|watch| session.prepare_import(kind, &file, &options, watch))?;
    let preview = &prepared.preview;
    let (good, bad, present) = preview.counts;
    let blocked = bad > 0 && !order.skip_bad;
    let writes = good > 0 && !blocked && !order.dry_run;
    if writes && !call.global.yes && std::io::IsTerminal::is_terminal(&std::io::stdin()) {
        call.consent(&format!("将写入 {good} 行，跳过 {} 行。", bad + present))?;
    }
    if let Some(path) = order.save_bad.as_deref().filter(|_| bad > 0) {
        let (path, n) = session.save_bad_rows(&prepared, Some(path))?;
        note(&preview.saved_in_words(&path, n));
    }
    let run = || watched(|watch| session.run_import(&prepared, watch));
    let outcome = if writes { Some(run()?) } else { None };
    let batch = outcome.map(|o| o.batch.0);
    let written = outcome.map_or(0, |o| o.n_rows);
    call.out.answer(&document(preview, order.dry_run, written, batch), |out| {
        preview.notes.iter().try_for_each(|said| out.line(said))?;
        rejected(out, preview)?;
        let dry = if order.dry_run { "（只检查，没有写入）" } else { "" };
        out.line(&format!("可导入 {good} 行，要改 {bad} 行，重复 {present} 行{dry}"))?;
        duplicates(preview).map_or(Ok(()), |said| out.line(&said))?;
        match batch {
            Some(batch) => out.line(&format!("已导入 {written} 行，批次号 {batch}")),
            None => Ok(()),
        }
    })?;
    Ok(ending(preview, blocked, writes))
}

/// The exit code, with a word on what was not written. A dry run ends as the real one would.
fn ending(preview: &ImportPreview, blocked: bool, wrote: bool) -> Exit {
    let (good, bad, present) = preview.counts;
    if blocked {
        note(&format!(
            "有 {bad} 行要改，什么也没有写入。请改好再导入，或加 --skip-bad 跳过这些行。"
        ));
        return Exit::RULE;
    }
    if good == 0 && present > 0 && !wrote {
        note("这些行数据库里都已经有了，没有改动。");
    }
    if bad + present > 0 { Exit::REJECTED } else { Exit::DONE }
}

/// Which duplicates there are, where there are any.
fn duplicates(preview: &ImportPreview) -> Option<String> {
    let Duplicates { in_file, in_database, in_transfer } = preview.duplicates;
    let parts = [
        (in_file, "文件里自己重复（算在要改里）"),
        (in_database, "库里已有"),
        (in_transfer, "正在转入"),
    ];
    let said = parts.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{what} {n} 行"));
    let said: Vec<String> = said.collect();
    (!said.is_empty()).then(|| format!("其中{}", said.join("，")))
}

fn rejected(out: &mut Output, preview: &ImportPreview) -> Result<(), Stop> {
    for row in &preview.rows {
        let head = format!("第 {} 行 {}", row.row, row.name);
        match &row.verdict {
            ImportVerdict::Good => {}
            ImportVerdict::Present(said) => out.line(&format!("{head}：重复。{said}"))?,
            ImportVerdict::Bad(problems) => {
                for (column, value, reason) in problems {
                    out.line(&format!("{head}「{column}」现在是「{value}」：{reason}"))?;
                }
            }
        }
    }
    match preview.unlisted() {
        (_, 0) => Ok(()),
        (_, n) => out.line(&format!("还有 {n} 行有问题，没有列出。改好上面这些再检查一遍。")),
    }
}

fn document(preview: &ImportPreview, dry_run: bool, written: usize, batch: Option<i64>) -> Value {
    let (good, bad, present) = preview.counts;
    let columns: Vec<Value> = preview
        .columns
        .iter()
        .map(|(header, field)| json!({"header": header, "field": field}))
        .collect();
    let Duplicates { in_file, in_database, in_transfer } = preview.duplicates;
    let rows: Vec<Value> = preview.rows.iter().filter_map(row_of).collect();
    json!({
        "file": preview.file, "format": preview.format, "sheet": preview.sheet,
        "delimiter": preview.delimiter, "header_row": preview.header_row,
        "columns": columns, "notes": preview.notes, "dry_run": dry_run,
        "duplicates": {"in_file": in_file, "in_database": in_database, "in_transfer": in_transfer},
        "counts": {"good": good, "bad": bad, "present": present},
        "rejected": rows, "rejected_not_listed": preview.unlisted().1, "written": written, "batch": batch,
    })
}

fn row_of(row: &ImportRow) -> Option<Value> {
    let (verdict, label, problems) = match &row.verdict {
        ImportVerdict::Good => return None,
        ImportVerdict::Bad(problems) => {
            let problem = |(column, value, reason): &(String, String, String)| json!({"column": column, "value": value, "reason": reason});
            ("bad", "要改", problems.iter().map(problem).collect())
        }
        ImportVerdict::Present(said) => {
            ("present", "重复", vec![json!({"column": "", "value": row.key, "reason": said})])
        }
    };
    Some(json!({
        "row": row.row, "name": row.name, "key": row.key,
        "verdict": verdict, "verdict_label": label, "problems": problems,
    }))
}

fn undo(call: &mut Call<'_>, batch: BatchId) -> Said {
    let door = call.sign_in_to_write()?;
    let session = call.session(&door)?;
    if batch.0 < 1 {
        let sentence =
            format!("批次号应是 1 或更大的整数，现在是 {batch}。请照导入完成时给出的填。");
        return Err(Fault::new(FaultKind::Usage, sentence).into());
    }
    let Undone { n_rows, directory_stays } = session.undo_import(batch)?;
    if directory_stays {
        note("全国组织名单没有退回上一份：上一份已经不在，或后来又导入过。需要时请重新导入名单。");
    }
    call.out.answer(&json!({"batch": batch.0, "removed": n_rows}), |out| {
        out.line(&format!("已撤销第 {batch} 批，{n_rows} 行"))
    })?;
    Ok(Exit::DONE)
}
