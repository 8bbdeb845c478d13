//! Papers of transfers: the letter of introduction, its receipt, the forms beside it.

use std::path::PathBuf;

use chrono::NaiveDate;
use clap::Args;
use serde_json::{Value, json};

use super::super::output::{Exit, Said, Stop, note};
use super::super::watch::watched;
use super::super::{Call, args, code_of};
use crate::domain::fault::Fault;
use crate::domain::ids::TransferId;
use crate::domain::letter::{
    LetterQuery, LetterRow, LetterView, PaperKind, PrintOrder, PrintRun, Printed,
};
use crate::office::Session;

#[derive(Args)]
pub(in crate::cli) struct LetterOrder {
    #[arg(
        value_name = "NUMBER",
        required = true,
        help = "编号，如 ZJ20200602-0013，可以几个，打在一个文件里"
    )]
    numbers: Vec<String>,
    #[command(flatten)]
    file: FileFlags,
}

#[derive(Args)]
pub(in crate::cli) struct PaperOrder {
    #[arg(value_name = "NUMBER", required = true, help = "编号，可以几个，打在一个文件里")]
    numbers: Vec<String>,
    #[arg(long, value_name = "KIND", value_parser = paper, help = "retention（保留组织关系申请表）或 notice（流动团员管理服务告知书）")]
    kind: PaperKind,
    #[command(flatten)]
    file: FileFlags,
}

#[derive(Args)]
struct FileFlags {
    #[arg(short, long, value_name = "FILE", help = ".pdf 文件")]
    output: PathBuf,
    #[arg(long, help = "遮掩证件号码；不写就是完整号码，会记入操作记录")]
    masked: bool,
    #[arg(long, help = "替换已有的文件")]
    overwrite: bool,
}

#[derive(Args)]
pub(in crate::cli) struct LettersOrder {
    #[arg(long, conflicts_with = "awaited", help = "只要过了有效期还没有回执的")]
    overdue: bool,
    #[arg(long, help = "只要还没有回执的")]
    awaited: bool,
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "",
        hide_default_value = true,
        help = "姓名、组织名、转接编号或介绍信编号"
    )]
    search: String,
}

#[derive(Args)]
pub(in crate::cli) struct LetterReceiptOrder {
    #[arg(value_name = "NUMBER", help = "转接编号，或介绍信编号（如 2020-0013）")]
    number: String,
    #[arg(long, value_name = "DATE", value_parser = args::day, help = "回执上写的接收日期")]
    on: NaiveDate,
}

/// Reads a kind of paper that is no letter.
fn paper(text: &str) -> Result<PaperKind, String> {
    let found = PaperKind::from_id(text).or_else(|| PaperKind::from_label(text));
    found.filter(|kind| *kind != PaperKind::Letter).ok_or_else(|| {
        "可以用：retention（保留组织关系申请表）、notice（流动团员管理服务告知书）；介绍信用 transfer letter".to_owned()
    })
}

pub(super) fn letter(call: &mut Call<'_>, order: LetterOrder) -> Said {
    print(call, PaperKind::Letter, &order.numbers, order.file)
}

pub(super) fn form(call: &mut Call<'_>, order: PaperOrder) -> Said {
    print(call, order.kind, &order.numbers, order.file)
}

fn print(call: &mut Call<'_>, kind: PaperKind, numbers: &[String], file: FileFlags) -> Said {
    let door = call.sign_in_to_write()?;
    let session = call.session(&door)?;
    let (mut ids, mut unknown) = (Vec::new(), Vec::new());
    for number in numbers {
        match session.desk().transfer_by_number(number) {
            Ok(row) if ids.contains(&row.id) => {}
            Ok(row) => ids.push(row.id),
            Err(fault) => unknown.push(failed(number, fault)),
        }
    }
    let FileFlags { output, masked, overwrite } = file;
    let mut run = if ids.is_empty() {
        PrintRun { path: None, results: Vec::new() }
    } else {
        let order = PrintOrder { kind, ids, path: output, masked, overwrite };
        watched(|watch| session.print(&order, watch))?
    };
    run.results.extend(unknown);
    tell(call, &run)
}

fn failed(number: &str, fault: Fault) -> Printed {
    let number = number.trim().to_uppercase();
    Printed { number, transferee: String::new(), outcome: Err(fault) }
}

/// One line for each transfer. A single one that failed is a plain refusal.
fn tell(call: &mut Call<'_>, run: &PrintRun) -> Said {
    let first = run.results.iter().find_map(|printed| printed.outcome.as_ref().err().cloned());
    if let (1, Some(fault)) = (run.results.len(), first.clone()) {
        return Err(Stop::Fault(fault));
    }
    let path = run.path.as_ref().map(|path| path.display().to_string());
    let papers: Vec<Value> = run.results.iter().map(document_of).collect();
    let document = json!({"path": path, "pages": run.n_printed(), "papers": papers});
    call.out.answer(&document, |out| {
        run.results.iter().try_for_each(|printed| out.line(&line_of(printed)))?;
        path.iter().try_for_each(|path| out.line(&format!("已打印 {} 份：{path}", run.n_printed())))
    })?;
    Ok(match first {
        None => Exit::DONE,
        Some(fault) if run.path.is_none() => Exit(code_of(fault.kind)),
        Some(_) => Exit::REJECTED,
    })
}

fn line_of(printed: &Printed) -> String {
    let Printed { number, transferee, outcome } = printed;
    match outcome {
        Ok(paper) => format!("{number}  {transferee}  {}", paper.words()),
        Err(fault) => format!("{number}  {transferee}  没有打印：{}", fault.sentence),
    }
}

fn document_of(printed: &Printed) -> Value {
    let Printed { number, transferee, outcome } = printed;
    match outcome {
        Ok(paper) => json!({
            "number": number, "transferee": transferee, "ok": true,
            "letter": paper.letter.map(|(letter, _)| letter.to_string()),
            "valid_until": paper.letter.map(|(_, until)| until.to_string()),
            "printed": paper.times,
            "replaces": paper.replaces.map(|old| old.to_string()),
        }),
        Err(fault) => json!({
            "number": number, "transferee": transferee, "ok": false,
            "error": fault.sentence, "code": code_of(fault.kind),
        }),
    }
}

pub(super) fn list(call: &mut Call<'_>, order: &LettersOrder) -> Said {
    let door = call.sign_in()?;
    let session = call.session(&door)?;
    let view = match (order.overdue, order.awaited) {
        (true, _) => LetterView::Overdue,
        (false, true) => LetterView::Awaited,
        (false, false) => LetterView::All,
    };
    let rows = all_letters(&session, view, &order.search)?;
    let documents: Vec<Value> = rows.iter().map(|row| letter_document(&session, row)).collect();
    call.out.answer(&json!({"rows": documents}), |out| {
        let headers =
            ["介绍信", "转接编号", "转出人", "转入组织", "开具", "有效期至", "回执", "状态"];
        let cells: Vec<Vec<String>> = rows.iter().map(|row| cells_of(&session, row)).collect();
        out.table(&headers, &cells)
    })?;
    if rows.is_empty() && !call.out.is_json() {
        note("没有这样的介绍信。用 transfer letter 打印后会列在这里。");
    }
    Ok(Exit::DONE)
}

fn all_letters(
    session: &Session<'_>,
    view: LetterView,
    search: &str,
) -> Result<Vec<LetterRow>, Fault> {
    let (mut all, mut after) = (Vec::new(), None);
    loop {
        let query = LetterQuery { view, search: search.to_owned(), after };
        let (rows, next) = session.letters(&query)?;
        all.extend(rows);
        after = next;
        if after.is_none() {
            return Ok(all);
        }
    }
}

fn cells_of(session: &Session<'_>, row: &LetterRow) -> Vec<String> {
    let day = |day: NaiveDate| day.format("%Y-%m-%d").to_string();
    vec![
        row.number.to_string(),
        row.transfer_number.clone(),
        row.transferee.clone(),
        row.destination.clone(),
        day(row.issued_on),
        day(row.valid_until),
        row.receipt_on.map_or_else(String::new, day),
        row.state(session.now().today()).label().to_owned(),
    ]
}

fn letter_document(session: &Session<'_>, row: &LetterRow) -> Value {
    let state = row.state(session.now().today());
    json!({
        "letter": row.number.to_string(), "number": row.transfer_number,
        "transferee": row.transferee, "issuer": row.issuer, "destination": row.destination,
        "stage": row.stage.id(), "stage_label": row.stage.label(),
        "issued_on": row.issued_on.to_string(), "valid_until": row.valid_until.to_string(),
        "receipt_on": row.receipt_on.map(|day| day.to_string()), "printed": row.times,
        "state": state.id(), "state_label": state.label(),
    })
}

pub(super) fn receipt(call: &mut Call<'_>, order: &LetterReceiptOrder) -> Said {
    let door = call.sign_in_to_write()?;
    let session = call.session(&door)?;
    let id: TransferId = session.desk().transfer_of_paper(&order.number)?;
    let row = session.note_receipt(id, order.on)?;
    call.out.answer(&letter_document(&session, &row), |out| {
        out.line(&format!(
            "已登记回执：{}，介绍信第 {} 号，{} 于 {} 接收",
            row.transferee, row.number, row.destination, order.on
        ))
    })?;
    Ok(Exit::DONE)
}
