//! `transfer check` and `transfer submit`.

use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::super::output::{Exit, Said};
use super::super::{Call, who};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::form::TransferForm;
use crate::domain::workflow::Stage;
use crate::exchange::form::{FORM_BYTE_LIMIT, FormFault, read_form};
use crate::office::io_fault;
use crate::rules::{Finding, Severity};

#[derive(Args)]
pub(in crate::cli) struct FormOrder {
    #[arg(long, value_name = "FORM.json", help = "表单文件；- 表示标准输入")]
    file: PathBuf,
}

#[derive(Args)]
pub(in crate::cli) struct SubmitOrder {
    #[command(flatten)]
    form: FormOrder,
    #[arg(long, help = "只存草稿，不提交")]
    draft: bool,
}

pub(super) fn check(call: &mut Call<'_>, order: &FormOrder) -> Said {
    let door = call.sign_in()?;
    let form = form_of(order)?;
    let findings = call.session(&door)?.check_up(&form)?;
    let blocked = findings.iter().any(|f| f.severity == Severity::Block);
    let documents: Vec<Value> = findings.iter().map(document_of).collect();
    call.out.answer(&json!({"blocked": blocked, "findings": documents}), |out| {
        for finding in &findings {
            let Finding { severity, item, sentence, rule } = finding;
            out.line(&format!("{}  {item}：{sentence}（依据：{rule}）", severity.label()))?;
        }
        Ok(())
    })?;
    Ok(if blocked { Exit::RULE } else { Exit::DONE })
}

fn document_of(finding: &Finding) -> Value {
    json!({
        "severity": finding.severity.id(), "severity_label": finding.severity.label(),
        "item": finding.item, "sentence": finding.sentence, "rule": finding.rule,
    })
}

pub(super) fn submit(call: &mut Call<'_>, order: &SubmitOrder) -> Said {
    let door = call.sign_in_to_write()?;
    let form = form_of(&order.form)?;
    let session = call.session(&door)?;
    let (number, stage, next) = if order.draft {
        let (_, number) = session.save_draft(None, &form)?;
        (number, Stage::Draft, "已存草稿，还没有提交。".to_owned())
    } else {
        let submitted = session.submit(&form, None)?;
        (submitted.number, submitted.stage, submitted.next)
    };
    let document = json!({
        "number": number, "stage": stage.id(), "stage_label": stage.label(), "next": next,
    });
    call.out.answer(&document, |out| out.line(&format!("{number}  下一步：{next}")))?;
    Ok(Exit::DONE)
}

/// The form of a file or of what is left of standard input after the password.
fn form_of(order: &FormOrder) -> Result<TransferForm, Fault> {
    let bytes = if order.file == Path::new("-") {
        who::rest_of_stdin(FORM_BYTE_LIMIT)?
    } else {
        read_limited(&order.file)?
    };
    read_form(&bytes).map_err(|fault| told(&fault))
}

fn read_limited(path: &Path) -> Result<Vec<u8>, Fault> {
    use std::io::Read;
    let told = |error: std::io::Error| io_fault("打不开表单", path, &error);
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(told)?;
    file.take(FORM_BYTE_LIMIT as u64 + 1).read_to_end(&mut bytes).map_err(told)?;
    Ok(bytes)
}

/// A file that is no form is damaged; a form that says what it may not say breaks a rule.
fn told(fault: &FormFault) -> Fault {
    let kind = match fault {
        FormFault::TooBig(_)
        | FormFault::NotUtf8
        | FormFault::Syntax { .. }
        | FormFault::NotAnObject(_) => FaultKind::Damaged,
        FormFault::UnknownField { .. }
        | FormFault::WrongType { .. }
        | FormFault::UnknownChoice { .. } => FaultKind::Rule,
    };
    Fault::new(kind, fault.to_string())
}
