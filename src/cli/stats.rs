//! `stats`: 学社衔接 figures with their formulas.

use chrono::Datelike;
use clap::Args;
use serde_json::{Value, json};

use super::Call;
use super::output::{Exit, Output, Said, Stop};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::organisation::Organisation;
use crate::office::Session;
use crate::rules::{Figure, GraduateCounts};

/// Identifiers of the figures, in the order of [`GraduateCounts::figures`].
const FIGURE_IDS: [&str; 4] = ["initiated_rate", "decided_rate", "completed_rate", "employer_rate"];

#[derive(Args)]
pub(super) struct StatsOrder {
    #[arg(long, value_name = "Y", value_parser = clap::value_parser!(i32).range(1950..=2200), help = "毕业年份，默认今年")]
    year: Option<i32>,
    #[arg(long, value_name = "ORG", help = "组织的编号或全称，默认自己的组织")]
    org: Option<String>,
}

pub(super) fn run(call: &mut Call<'_>, order: &StatsOrder) -> Said {
    let door = call.sign_in()?;
    let session = call.session(&door)?;
    let year = order.year.unwrap_or_else(|| call.now().today().year());
    let org = organisation(&session, order.org.as_deref())?;
    let counts = session.desk().graduate_counts(year, &org.path)?;
    call.out.answer(&document_of(year, &org, &counts), |out| print(out, year, &org, &counts))?;
    Ok(Exit::DONE)
}

fn organisation(session: &Session<'_>, text: Option<&str>) -> Result<Organisation, Fault> {
    let Some(text) = text else { return session.organisation(session.actor().org) };
    let org = session.look_up_organisation(text)?.organisation;
    if session.actor().org_path.contains(&org.path) {
        return Ok(org);
    }
    let sentence = format!(
        "「{}」不在你管理的范围内，看不了它的统计。请换成自己的组织或它的下级。",
        org.full_name
    );
    Err(Fault::new(FaultKind::NotAllowed, sentence))
}

fn print(
    out: &mut Output,
    year: i32,
    org: &Organisation,
    counts: &GraduateCounts,
) -> Result<(), Stop> {
    out.line(&format!("{year} 年 {}", org.full_name))?;
    out.line(&format!("应转人数  {} 人（{}）", counts.due(), GraduateCounts::DUE_FORMULA))?;
    counts.figures().iter().try_for_each(|figure| {
        let Figure { label, formula, part, whole } = figure;
        out.line(&format!("{label}  {}  {part} ÷ {whole}（{formula}）", figure.percent()))
    })
}

fn document_of(year: i32, org: &Organisation, counts: &GraduateCounts) -> Value {
    let figures: Vec<Value> = FIGURE_IDS
        .iter()
        .zip(counts.figures())
        .map(|(id, figure)| {
            json!({
                "id": id, "label": figure.label, "formula": figure.formula, "part": figure.part,
                "whole": figure.whole, "share": figure.share(), "percent": figure.percent(),
            })
        })
        .collect();
    json!({
        "year": year,
        "organisation": {"code": org.code, "full_name": org.full_name},
        "due": counts.due(), "due_formula": GraduateCounts::DUE_FORMULA,
        "counts": {
            "graduates": counts.graduates, "delayed": counts.delayed, "teachers": counts.teachers,
            "initiated": counts.initiated, "received": counts.received,
            "decided_received": counts.decided_received, "completed": counts.completed,
            "to_employer": counts.to_employer, "further_study": counts.further_study,
        },
        "figures": figures,
    })
}
