//! `config`: where things lie, and the rule file.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Call;
use super::output::{Exit, Said};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::letter::PaperKind;
use crate::exchange::letter::Template;
use crate::office::{Places, io_fault, load_faces, load_rules, load_template, template_path};
use crate::rules::{NATIONAL, Rules};

#[derive(Subcommand)]
pub(super) enum ConfigOrder {
    #[command(about = "列出各个目录和文件")]
    Path,
    #[command(about = "输出在用的规则文件，可以照着改")]
    Show,
    #[command(about = "检查规则文件，逐条列出要改的地方")]
    Check(CheckOrder),
    #[command(about = "输出介绍信等文书的模板，可以照着改")]
    Template(TemplateOrder),
}

#[derive(Args)]
pub(super) struct TemplateOrder {
    #[arg(value_name = "KIND", value_parser = paper, help = "letter（介绍信）、retention（保留组织关系申请表）或 notice（流动团员告知书）")]
    kind: PaperKind,
}

fn paper(text: &str) -> Result<PaperKind, String> {
    PaperKind::from_id(text).ok_or_else(|| {
        let known: Vec<String> =
            PaperKind::ALL.iter().map(|k| format!("{}（{}）", k.id(), k.label())).collect();
        format!("可以用：{}", known.join("、"))
    })
}

#[derive(Args)]
pub(super) struct CheckOrder {
    #[arg(value_name = "FILE", help = "规则文件；不写就检查配置目录里的")]
    file: Option<PathBuf>,
}

pub(super) fn run(call: &mut Call<'_>, order: ConfigOrder) -> Said {
    match order {
        ConfigOrder::Path => path(call),
        ConfigOrder::Show => show(call),
        ConfigOrder::Check(order) => check(call, &order),
        ConfigOrder::Template(order) => template(call, &order),
    }
}

fn path(call: &mut Call<'_>) -> Said {
    let places = &call.places;
    let all = [
        ("data", "数据", places.data.clone()),
        ("database", "数据库", places.database()),
        ("config", "配置", places.config.clone()),
        ("rules", "规则文件", places.rules_file()),
        ("settings", "设置", places.settings_file()),
        ("letters", "文书模板", places.letters_dir()),
        ("backups", "备份", places.backups.clone()),
        ("logs", "日志", places.logs.clone()),
    ];
    let shown = |path: &Path| path.display().to_string();
    let document: serde_json::Map<String, Value> =
        all.iter().map(|(id, _, path)| ((*id).to_owned(), json!(shown(path)))).collect();
    call.out.answer(&Value::Object(document), |out| {
        all.iter().try_for_each(|(_, label, path)| out.line(&format!("{label}：{}", shown(path))))
    })?;
    Ok(Exit::DONE)
}

fn show(call: &mut Call<'_>) -> Said {
    let rules = load_rules(&call.places)?;
    let own = own_text(&call.places.rules_file())?;
    let document = document_of(&rules, own.is_some());
    call.out.answer(&document, |out| out.line(own.as_deref().unwrap_or(NATIONAL).trim_end()))?;
    Ok(Exit::DONE)
}

fn document_of(rules: &Rules, is_own: bool) -> Value {
    let reasons: Vec<Value> = rules
        .reasons()
        .iter()
        .map(|rule| json!({"reason": rule.reason.id(), "reason_label": rule.label()}))
        .collect();
    json!({
        "title": rules.title(), "version": rules.version(), "year": rules.year(),
        "built_in": !is_own, "reasons": reasons, "age_limit": rules.age_limit(),
        "letter_days": rules.letter_days(),
    })
}

/// The template in force as it is, so that it can be piped into a file and changed.
fn template(call: &mut Call<'_>, order: &TemplateOrder) -> Said {
    let path = template_path(&call.places, order.kind);
    let own = own_text(&path)?;
    load_template(&call.places, order.kind)?;
    let text = own.as_deref().unwrap_or_else(|| Template::built_in_text(order.kind));
    let document = json!({"kind": order.kind.id(), "kind_label": order.kind.label(),
        "built_in": own.is_none(), "file": path.display().to_string(), "text": text});
    call.out.answer(&document, |out| out.line(text.trim_end()))?;
    Ok(Exit::DONE)
}

/// What is wrong with the office's own templates and font; nothing where it has none.
fn paper_faults(places: &Places) -> Vec<String> {
    let templates = PaperKind::ALL.iter().map(|kind| load_template(places, *kind).err());
    let font = std::iter::once_with(|| load_faces(places).err());
    templates.chain(font).flatten().map(|fault| fault.sentence).collect()
}

fn check(call: &mut Call<'_>, order: &CheckOrder) -> Said {
    let papers = if order.file.is_none() { paper_faults(&call.places) } else { Vec::new() };
    if !papers.is_empty() {
        return Err(Fault::new(FaultKind::Damaged, papers.join("\n")).into());
    }
    let path = order.file.clone().unwrap_or_else(|| call.places.rules_file());
    let text = match own_text(&path)? {
        Some(text) => text,
        None if order.file.is_none() => return built_in(call),
        None => {
            let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
            return Err(io_fault("读不了规则文件", &path, &missing).into());
        }
    };
    let faults: Vec<String> = match Rules::load_override(&text) {
        Ok(_) => Vec::new(),
        Err(faults) => faults.iter().map(ToString::to_string).collect(),
    };
    let shown = path.display().to_string();
    let document = json!({"file": shown, "ok": faults.is_empty(), "faults": faults});
    call.out.answer(&document, |out| {
        faults.iter().try_for_each(|fault| out.line(fault))?;
        if faults.is_empty() {
            out.line(&format!("规则文件 {shown} 没有问题"))
        } else {
            Ok(())
        }
    })?;
    Ok(if faults.is_empty() { Exit::DONE } else { Exit::DAMAGED })
}

fn built_in(call: &mut Call<'_>) -> Said {
    let document = json!({"file": Value::Null, "ok": true, "faults": []});
    call.out.answer(&document, |out| out.line("没有自己的规则文件，用的是内置的，没有问题"))?;
    Ok(Exit::DONE)
}

fn own_text(path: &Path) -> Result<Option<String>, Fault> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(io_fault("读不了规则文件", path, &error)),
    }
}
