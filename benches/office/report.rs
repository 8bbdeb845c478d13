//! Figures, and how they are shown.

use std::fmt::Write as _;

use anyhow::Result;
use serde::{Deserialize, Serialize};
use serde_json::json;
use unicode_width::UnicodeWidthStr as _;

/// What a figure should not exceed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// Told for knowing only.
    None,
    /// So much, in the figure's own unit.
    AtMost(f64),
    /// So many times the peer's figure of the same run.
    TimesPeer(f64),
}

/// What another program, or the same one in another way, takes in the same run.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Beside {
    /// Who.
    pub name: String,
    /// Its figure in the row's unit; none where that program is not installed.
    pub figure: Option<f64>,
}

/// One figure.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Row {
    name: String,
    unit: String,
    measured: f64,
    peer: Option<Beside>,
    target: Target,
}

impl Row {
    /// A figure without target or peer.
    pub fn new(name: impl Into<String>, measured: f64, unit: &str) -> Self {
        let (name, unit) = (name.into(), unit.to_owned());
        Self { name, unit, measured, peer: None, target: Target::None }
    }

    /// What it should not exceed.
    pub fn at_most(self, most: f64) -> Self {
        Self { target: Target::AtMost(most), ..self }
    }

    /// Another's figure of the same run; none where it is not installed.
    pub fn beside(self, name: impl Into<String>, figure: impl Into<Option<f64>>) -> Self {
        Self { peer: Some(Beside { name: name.into(), figure: figure.into() }), ..self }
    }

    /// How many times the other's figure it should not exceed.
    pub fn times(self, most: f64) -> Self {
        Self { target: Target::TimesPeer(most), ..self }
    }

    /// The same row without its target, unless what was measured is as large as the target is meant
    /// for: what another program takes grows with the size, and ours hardly does.
    pub fn only_at(self, is_large: bool) -> Self {
        Self { target: if is_large { self.target } else { Target::None }, ..self }
    }

    /// [`Row::at_most`], where there is a limit.
    pub fn within(self, most: Option<f64>) -> Self {
        match most {
            Some(most) => self.at_most(most),
            None => self,
        }
    }

    fn ratio(&self) -> Option<f64> {
        let peer = self.peer.as_ref().and_then(|peer| peer.figure);
        peer.filter(|peer| *peer > 0.0).map(|peer| self.measured / peer)
    }

    fn verdict(&self) -> &'static str {
        let met = match self.target {
            Target::None => return "",
            Target::AtMost(most) => self.measured <= most,
            Target::TimesPeer(most) => match self.ratio() {
                Some(ratio) => ratio <= most,
                None => return "no peer",
            },
        };
        if met { "met" } else { "MISSED" }
    }

    fn target_text(&self) -> String {
        match self.target {
            Target::None => String::new(),
            Target::AtMost(most) => self.with_unit(most),
            Target::TimesPeer(most) => format!("{} x", short(most)),
        }
    }

    fn peer_text(&self) -> String {
        let Some(peer) = &self.peer else { return String::new() };
        let figure =
            peer.figure.map_or_else(|| "not installed".to_owned(), |figure| self.with_unit(figure));
        format!("{}: {figure}", peer.name)
    }

    fn with_unit(&self, figure: f64) -> String {
        format!("{} {}", short(figure), self.unit).trim_end().to_owned()
    }

    fn cells(&self) -> [String; 6] {
        [
            self.name.clone(),
            self.with_unit(self.measured),
            self.peer_text(),
            self.ratio().map(short).unwrap_or_default(),
            self.target_text(),
            self.verdict().to_owned(),
        ]
    }
}

/// Three digits that matter, and no zeros behind the point that say nothing.
fn short(figure: f64) -> String {
    let before = if figure == 0.0 { 0.0 } else { figure.abs().log10().floor() + 1.0 };
    let decimals = (3.0 - before).clamp(0.0, 9.0) as usize;
    let text = format!("{figure:.decimals$}");
    match text.contains('.') {
        true => text.trim_end_matches('0').trim_end_matches('.').to_owned(),
        false => text,
    }
}

/// The figures of one section.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct Report {
    rows: Vec<Row>,
    notes: Vec<String>,
}

impl Report {
    /// Adds a figure.
    pub fn add(&mut self, row: Row) {
        self.rows.push(row);
    }

    /// Adds a remark.
    pub fn note(&mut self, text: impl Into<String>) {
        let text = text.into();
        if !self.notes.contains(&text) {
            self.notes.push(text);
        }
    }

    /// Adds median, 99th percentile and worst of some samples; the percentile has the target.
    pub fn spread(&mut self, name: &str, samples: &[f64], unit: &str, most: Option<f64>) {
        self.add(Row::new(format!("{name}, median"), median(samples), unit));
        self.add(Row::new(format!("{name}, p99"), quantile(samples, 0.99), unit).within(most));
        self.add(Row::new(format!("{name}, worst"), quantile(samples, 1.0), unit));
    }
}

/// The figures of a run: each section with what it is called.
pub struct Whole {
    /// How much was measured, in words.
    pub effort: String,
    /// The sections.
    pub sections: Vec<(String, Report)>,
}

impl Whole {
    /// As a table with the remarks below it.
    pub fn text(&self) -> String {
        let heads = ["figure", "measured", "peer", "ratio", "target", ""].map(str::to_owned);
        let mut lines = vec![heads];
        for (name, report) in &self.sections {
            lines.push([const { String::new() }; 6]);
            lines.push([
                name.to_uppercase(),
                "".into(),
                "".into(),
                "".into(),
                "".into(),
                "".into(),
            ]);
            lines.extend(report.rows.iter().map(Row::cells));
        }
        let wide: [usize; 6] =
            std::array::from_fn(|i| lines.iter().map(|line| line[i].width()).max().unwrap_or(0));
        let mut out = String::new();
        for line in &lines {
            let text: String = line.iter().zip(wide).enumerate().map(aligned).collect();
            // Writing to a string cannot fail.
            writeln!(out, "{}", text.trim_end()).unwrap_or_default();
        }
        for note in self.sections.iter().flat_map(|(_, report)| &report.notes) {
            writeln!(out, "- {note}").unwrap_or_default();
        }
        out + &self.summary()
    }

    fn summary(&self) -> String {
        let verdicts: Vec<&str> =
            self.sections.iter().flat_map(|(_, report)| &report.rows).map(Row::verdict).collect();
        let n = |verdict| verdicts.iter().filter(|v| **v == verdict).count();
        let (met, missed, absent) = (n("met"), n("MISSED"), n("no peer"));
        format!(
            "\n{met} targets met, {missed} missed, {absent} without their peer; {}\n",
            self.effort
        )
    }

    /// As one JSON document.
    pub fn json(&self) -> Result<String> {
        let section = |(name, report): &(String, Report)| {
            let rows: Vec<_> = report
                .rows
                .iter()
                .map(|row| {
                    json!({
                        "name": row.name, "unit": row.unit, "measured": row.measured,
                        "peer": row.peer, "ratio": row.ratio(), "target": row.target,
                        "verdict": row.verdict(),
                    })
                })
                .collect();
            json!({"section": name, "rows": rows, "notes": report.notes})
        };
        let sections: Vec<_> = self.sections.iter().map(section).collect();
        let document = json!({"effort": self.effort, "sections": sections});
        Ok(serde_json::to_string_pretty(&document)? + "\n")
    }
}

fn aligned((i, (cell, wide)): (usize, (&String, usize))) -> String {
    let pad = " ".repeat(wide - cell.width());
    match i {
        0 => format!("{cell}{pad}"),
        2 | 5 => format!("  {cell}{pad}"),
        _ => format!("  {pad}{cell}"),
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
