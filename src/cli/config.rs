//! `config`: where things lie, and the rule file.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::Call;
use super::output::{Exit, Said};
use crate::domain::fault::Fault;
use crate::office::{io_fault, load_rules};
use crate::rules::{NATIONAL, Rules};

#[derive(Subcommand)]
pub(super) enum ConfigOrder {
    #[command(about = "列出各个目录和文件")]
    Path,
    #[command(about = "输出在用的规则文件，可以照着改")]
    Show,
    #[command(about = "检查规则文件，逐条列出要改的地方")]
    Check(CheckOrder),
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

fn check(call: &mut Call<'_>, order: &CheckOrder) -> Said {
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
