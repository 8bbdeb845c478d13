//! The acts on transfers: one result for each number.

use chrono::NaiveDate;
use clap::Args;
use serde_json::{Value, json};

use super::super::output::{Exit, Said, Stop};
use super::super::{Call, args, code_of};
use crate::domain::fault::Fault;
use crate::domain::ids::OrgId;
use crate::domain::order::{Decision, DecisionResult};
use crate::domain::workflow::{Act, Stage};
use crate::office::Session;

#[derive(Args)]
pub(in crate::cli) struct Numbers {
    #[arg(value_name = "NUMBER", required = true, help = "编号，如 ZJ20200602-0013，可以几个")]
    numbers: Vec<String>,
}

#[derive(Args)]
pub(in crate::cli) struct ApproveOrder {
    #[command(flatten)]
    numbers: Numbers,
    #[arg(long, value_name = "BRANCH", help = "同意后随即分配到这个团支部")]
    place: Option<String>,
    #[arg(long, value_name = "T", default_value = "", hide_default_value = true, help = "备注")]
    remark: String,
}

#[derive(Args)]
pub(in crate::cli) struct ReasonOrder {
    #[command(flatten)]
    numbers: Numbers,
    #[arg(
        long,
        value_name = "T",
        default_value = "",
        hide_default_value = true,
        help = "原因，对方会原样看到"
    )]
    remark: String,
}

#[derive(Args)]
pub(in crate::cli) struct PlaceOrder {
    #[arg(value_name = "NUMBER", help = "编号")]
    number: String,
    #[arg(value_name = "BRANCH", help = "团支部的编号或全称")]
    branch: String,
}

#[derive(Args)]
pub(in crate::cli) struct ReceiptOrder {
    #[arg(value_name = "NUMBER", required = true, help = "编号，可以几个")]
    numbers: Vec<String>,
    #[arg(long, required_unless_present = "refused", help = "对方已接收")]
    accepted: bool,
    #[arg(long, conflicts_with = "accepted", help = "对方不接收，要写原因")]
    refused: bool,
    #[arg(long, value_name = "DATE", value_parser = args::day, help = "对方办理的日期")]
    on: NaiveDate,
    #[arg(long, value_name = "T", default_value = "", hide_default_value = true, help = "原因")]
    remark: String,
}

pub(super) fn approve(call: &mut Call<'_>, order: ApproveOrder) -> Said {
    run(call, &order.numbers.numbers, order.place.as_deref(), &decision(Act::Approve, order.remark))
}

pub(super) fn send_back(call: &mut Call<'_>, order: ReasonOrder) -> Said {
    run(call, &order.numbers.numbers, None, &decision(Act::Return, order.remark))
}

pub(super) fn withdraw(call: &mut Call<'_>, order: ReasonOrder) -> Said {
    run(call, &order.numbers.numbers, None, &decision(Act::Withdraw, order.remark))
}

pub(super) fn lapse(call: &mut Call<'_>, order: ReasonOrder) -> Said {
    run(call, &order.numbers.numbers, None, &decision(Act::Lapse, order.remark))
}

pub(super) fn place(call: &mut Call<'_>, order: PlaceOrder) -> Said {
    let decision = decision(Act::Place, String::new());
    run(call, &[order.number], Some(&order.branch), &decision)
}

pub(super) fn receipt(call: &mut Call<'_>, order: ReceiptOrder) -> Said {
    let act = if order.refused { Act::RecordRefused } else { Act::RecordAccepted };
    let date = order.on.format("%Y-%m-%d").to_string();
    run(call, &order.numbers, None, &Decision { date, ..decision(act, order.remark) })
}

fn decision(act: Act, reason: String) -> Decision {
    Decision { ids: Vec::new(), seen: Vec::new(), act, reason, branch: None, date: String::new() }
}

/// How one number fared.
struct Fared {
    number: String,
    transferee: String,
    outcome: Result<(Stage, String), Fault>,
}

fn run(call: &mut Call<'_>, numbers: &[String], branch: Option<&str>, decision: &Decision) -> Said {
    let door = call.sign_in_to_write()?;
    let session = call.session(&door)?;
    let branch = branch.map(|text| session.find_organisation(text)).transpose()?;
    let branch: Option<OrgId> = branch.map(|org| org.id);
    let decision = Decision { branch, ..decision.clone() };
    let mut all = Vec::new();
    for number in numbers {
        all.push(decide_one(&session, number, &decision)?);
    }
    tell(call, &all)
}

fn decide_one(session: &Session<'_>, number: &str, decision: &Decision) -> Result<Fared, Fault> {
    let failed = |fault| Fared {
        number: number.trim().to_uppercase(),
        transferee: String::new(),
        outcome: Err(fault),
    };
    let row = match session.desk().transfer_by_number(number) {
        Ok(row) => row,
        Err(fault) => return Ok(failed(fault)),
    };
    let results = session.decide(&Decision { ids: vec![row.id], ..decision.clone() })?;
    let fared = |r: DecisionResult| Fared {
        number: row.number.clone(),
        transferee: r.transferee,
        outcome: r.outcome,
    };
    results.into_iter().next().map(fared).ok_or_else(|| {
        let sentence = format!("「{number}」没有办成。请看这一单的最新进度后再办。");
        Fault::new(crate::domain::fault::FaultKind::Failed, sentence)
    })
}

/// One line for each number. A single one that failed is a plain refusal.
fn tell(call: &mut Call<'_>, all: &[Fared]) -> Said {
    let n_failed = all.iter().filter(|fared| fared.outcome.is_err()).count();
    let first = all.iter().find_map(|fared| fared.outcome.as_ref().err().cloned());
    if all.len() == 1
        && let Some(fault) = first
    {
        return Err(Stop::Fault(fault));
    }
    let documents: Vec<Value> = all.iter().map(document_of).collect();
    call.out.answer(&json!({"results": documents}), |out| {
        all.iter().try_for_each(|fared| out.line(&line_of(fared)))
    })?;
    Ok(match first {
        None => Exit::DONE,
        Some(fault) if n_failed == all.len() => Exit(code_of(fault.kind)),
        Some(_) => Exit::REJECTED,
    })
}

fn line_of(fared: &Fared) -> String {
    let Fared { number, transferee, outcome } = fared;
    match outcome {
        Ok((stage, next)) => {
            format!("{number}  {transferee}  {}  下一步：{next}", stage.label())
        }
        Err(fault) => format!("{number}  没有办：{}", fault.sentence),
    }
}

fn document_of(fared: &Fared) -> Value {
    let Fared { number, transferee, outcome } = fared;
    match outcome {
        Ok((stage, next)) => json!({
            "number": number, "transferee": transferee, "ok": true,
            "stage": stage.id(), "stage_label": stage.label(), "next": next,
        }),
        Err(fault) => json!({
            "number": number, "transferee": transferee, "ok": false,
            "error": fault.sentence, "code": code_of(fault.kind),
        }),
    }
}
