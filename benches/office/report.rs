//! Figures, and how they are shown.

use std::fmt::Write as _;

use anyhow::Result;
use serde_json::{Value, json};

use crate::Effort;

/// What a figure should not exceed.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    /// Told for knowing only.
    None,
    /// So much, in the figure's own unit.
    AtMost(f64),
    /// So many times the peer's figure of the same run.
    TimesPeer(f64),
}

/// One figure.
pub struct Row {
    name: String,
    unit: &'static str,
    measured: f64,
    peer: Option<f64>,
    target: Target,
}

impl Row {
    /// A figure without target or peer.
    pub fn new(name: impl Into<String>, measured: f64, unit: &'static str) -> Self {
        Self { name: name.into(), unit, measured, peer: None, target: Target::None }
    }

    /// What it should not exceed.
    pub fn at_most(self, most: f64) -> Self {
        Self { target: Target::AtMost(most), ..self }
    }

    /// What another program takes in the same run.
    pub fn beside(self, peer: f64) -> Self {
        Self { peer: Some(peer), ..self }
    }

    /// How many times the peer's figure it should not exceed.
    pub fn times(self, peer: f64, most: f64) -> Self {
        Self { target: Target::TimesPeer(most), ..self.beside(peer) }
    }

    fn ratio(&self) -> Option<f64> {
        self.peer.filter(|peer| *peer > 0.0).map(|peer| self.measured / peer)
    }

    fn verdict(&self) -> &'static str {
        let met = match self.target {
            Target::None => return "",
            Target::AtMost(most) => self.measured <= most,
            Target::TimesPeer(most) => self.ratio().is_some_and(|ratio| ratio <= most),
        };
        if met { "met" } else { "MISSED" }
    }

    fn target_text(&self) -> String {
        match self.target {
            Target::None => String::new(),
            Target::AtMost(most) => format!("{most} {}", self.unit),
            Target::TimesPeer(most) => format!("{most} x"),
        }
    }

    fn cells(&self) -> [String; 6] {
        let shown = |n: f64| format!("{n:.2} {}", self.unit);
        [
            self.name.clone(),
            shown(self.measured),
            self.peer.map(shown).unwrap_or_default(),
            self.ratio().map(|ratio| format!("{ratio:.2}")).unwrap_or_default(),
            self.target_text(),
            self.verdict().to_owned(),
        ]
    }

    fn json(&self) -> Value {
        let (at_most, times_peer) = match self.target {
            Target::None => (None, None),
            Target::AtMost(most) => (Some(most), None),
            Target::TimesPeer(most) => (None, Some(most)),
        };
        json!({
            "name": self.name, "unit": self.unit, "measured": self.measured, "peer": self.peer,
            "ratio": self.ratio(), "at_most": at_most, "times_peer": times_peer,
            "verdict": self.verdict(),
        })
    }
}

/// All figures of a run.
pub struct Report {
    effort: Effort,
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Report {
    /// None yet.
    pub fn new(effort: Effort) -> Self {
        Self { effort, rows: Vec::new(), notes: Vec::new() }
    }

    /// Adds a figure.
    pub fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Adds a remark.
    pub fn note(&mut self, text: impl Into<String>) {
        self.notes.push(text.into());
    }

    /// Adds median, 99th percentile and worst of some samples; the percentile has the target.
    pub fn spread(&mut self, name: &str, samples: &[f64], unit: &'static str, most: Option<f64>) {
        self.add(Row::new(format!("{name}, median"), quantile(samples, 0.5), unit));
        let p99 = Row::new(format!("{name}, p99"), quantile(samples, 0.99), unit);
        self.add(match most {
            Some(most) => p99.at_most(most),
            None => p99,
        });
        self.add(Row::new(format!("{name}, max"), quantile(samples, 1.0), unit));
    }

    /// As a table.
    pub fn text(&self) -> String {
        let heads = ["figure", "measured", "peer", "ratio", "target", ""].map(str::to_owned);
        let lines: Vec<[String; 6]> =
            std::iter::once(heads).chain(self.rows.iter().map(Row::cells)).collect();
        let mut out = String::new();
        for line in &lines {
            let mut text = String::new();
            for (i, cell) in line.iter().enumerate() {
                let wide = lines.iter().map(|line| line[i].chars().count()).max().unwrap_or(0);
                let pad = " ".repeat(wide - cell.chars().count());
                let shown = if i == 0 { format!("{cell}{pad}") } else { format!("  {pad}{cell}") };
                text += &shown;
            }
            // Writing to a string cannot fail.
            writeln!(out, "{}", text.trim_end()).unwrap_or_default();
        }
        let notes = self.notes.iter().map(|note| format!("- {note}\n")).collect::<String>();
        out + "\n" + &notes
    }

    /// As one JSON document.
    pub fn json(&self) -> Result<String> {
        let effort = self.effort;
        let rows: Vec<Value> = self.rows.iter().map(Row::json).collect();
        let document = json!({
            "transfers": effort.n_transfers, "starts": effort.n_starts, "rounds": effort.n_rounds,
            "rows": rows, "notes": self.notes,
        });
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }
}

/// The smallest sample that is not exceeded by this share of all samples; zero for none.
pub fn quantile(samples: &[f64], share: f64) -> f64 {
    let mut sorted = samples.to_vec();
    sorted.sort_by(f64::total_cmp);
    let nth = (share * sorted.len() as f64).ceil() as usize;
    sorted.get(nth.saturating_sub(1)).copied().unwrap_or(0.0)
}

/// The middle one of some samples.
pub fn median(samples: &[f64]) -> f64 {
    quantile(samples, 0.5)
}
