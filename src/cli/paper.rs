//! `paper`: what the office prints and files.

use clap::Args;
use serde_json::{Value, json};

use super::Call;
use super::args::Global;
use super::output::{Exit, Output, Said};
use crate::domain::paper::Paper;
use crate::domain::reminder::Reminder;

/// The paper that is about the data at hand.
const RETENTION: &str = "retention";

#[derive(Args)]
pub(super) struct PaperOrder {
    #[arg(
        value_name = "PAPER",
        value_parser = topic,
        help = "inventory（数据清单）、access（谁能看什么）、loss（丢失或泄露后怎么办），或 retention（到期提醒，要管理员登录）"
    )]
    topic: Topic,
}

/// What is printed.
#[derive(Clone, Copy)]
enum Topic {
    /// A text that names nobody.
    Paper(Paper),
    /// What is kept longer than it should be.
    Retention,
}

fn topic(text: &str) -> Result<Topic, String> {
    if matches!(text, RETENTION | "到期提醒") {
        return Ok(Topic::Retention);
    }
    let paper = Paper::from_id(text).or_else(|| Paper::from_label(text));
    paper.map(Topic::Paper).ok_or_else(|| {
        let known: Vec<String> =
            Paper::ALL.iter().map(|p| format!("{}（{}）", p.id(), p.label())).collect();
        format!("可以用：{}、{RETENTION}（到期提醒）", known.join("、"))
    })
}

/// Prints a paper. Most name nobody, so nobody has to sign in for them.
pub(super) fn run(global: Global, out: &mut Output, order: &PaperOrder) -> Said {
    match order.topic {
        Topic::Paper(paper) => print(out, paper),
        Topic::Retention => retention(&mut Call::new(global, out)?),
    }
}

fn print(out: &mut Output, paper: Paper) -> Said {
    let lines = paper.lines();
    let document = json!({"paper": paper.id(), "lines": lines});
    out.answer(&document, |out| {
        lines.iter().try_for_each(|line| match line.strip_prefix("# ") {
            Some(heading) => out.line(&format!("\n{heading}")),
            None => out.line(line),
        })
    })?;
    Ok(Exit::DONE)
}

fn retention(call: &mut Call<'_>) -> Said {
    let door = call.sign_in()?;
    let session = call.session(&door)?;
    let reminders = session.reminders()?;
    let rules = session.rules();
    let rows: Vec<Value> = reminders.iter().map(document_of).collect();
    let document = json!({"paper": RETENTION, "rows": rows, "limits": {
        "former_days": rules.former_days(), "age": rules.age_limit(),
        "export_days": rules.export_days(), "basis": rules.personal_data_basis().help,
    }});
    call.out.answer(&document, |out| {
        if reminders.is_empty() {
            return out.line("没有到期要看的。");
        }
        reminders.iter().try_for_each(|reminder| {
            out.line(&format!("{}：{}", reminder.kind.label(), reminder.count()))?;
            out.line(&format!("  {}", reminder.first.join("、")))?;
            out.line(&format!("  {}", reminder.kind.next()))
        })
    })?;
    Ok(Exit::DONE)
}

fn document_of(reminder: &Reminder) -> Value {
    json!({
        "kind": reminder.kind.id(), "kind_label": reminder.kind.label(), "count": reminder.n,
        "more": reminder.more, "first": reminder.first, "next": reminder.kind.next(),
    })
}
