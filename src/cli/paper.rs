//! `paper`: what the office prints and files.

use clap::Args;
use serde_json::json;

use super::output::{Exit, Output, Said};
use crate::domain::paper::Paper;

#[derive(Args)]
pub(super) struct PaperOrder {
    #[arg(
        value_name = "PAPER",
        value_parser = paper,
        help = "inventory（数据清单）、access（谁能看什么）或 loss（丢失或泄露后怎么办）"
    )]
    paper: Paper,
}

fn paper(text: &str) -> Result<Paper, String> {
    Paper::from_id(text).or_else(|| Paper::from_label(text)).ok_or_else(|| {
        let known: Vec<String> =
            Paper::ALL.iter().map(|p| format!("{}（{}）", p.id(), p.label())).collect();
        format!("可以用：{}", known.join("、"))
    })
}

/// Prints a paper. It names nobody, so nobody has to sign in.
pub(super) fn run(out: &mut Output, order: &PaperOrder) -> Said {
    let lines = order.paper.lines();
    let document = json!({"paper": order.paper.id(), "lines": lines});
    out.answer(&document, |out| {
        lines.iter().try_for_each(|line| match line.strip_prefix("# ") {
            Some(heading) => out.line(&format!("\n{heading}")),
            None => out.line(line),
        })
    })?;
    Ok(Exit::DONE)
}
