//! The page before handing in: 转接体检, then what the other side will see.

use super::Apply;
use crate::domain::text::columns;
use crate::model::form::FieldKind;
use crate::rules::{Finding, Severity};

/// Columns that a line of this page has at 80 columns; wider terminals need fewer rows.
const COLUMNS: usize = 70;

/// One entry of the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReviewLine {
    /// A heading.
    Heading(String),
    /// One line of 转接体检: how grave, what was looked at and found, and the rule behind it.
    Finding(Severity, String, String),
    /// An answer: label and what the other side reads.
    Answer(String, String),
    /// What to do next.
    Note(String),
}

impl ReviewLine {
    fn columns(&self) -> usize {
        match self {
            Self::Heading(text) | Self::Note(text) => columns(text),
            Self::Finding(_, text, rule) => columns(text).max(columns(rule)),
            Self::Answer(label, text) => columns(label) + columns(text),
        }
    }
}

/// Whether something forbids handing in.
pub fn blocked(findings: &[Finding]) -> bool {
    findings.iter().any(|finding| finding.severity == Severity::Block)
}

impl Apply {
    /// The page from top to bottom, the gravest findings first.
    pub fn review(&self, findings: &[Finding]) -> Vec<ReviewLine> {
        let mut page = vec![ReviewLine::Heading(verdict(findings))];
        for severity in [Severity::Block, Severity::Warn, Severity::Pass] {
            let such = findings.iter().filter(|finding| finding.severity == severity);
            page.extend(such.map(|f| {
                let text = format!("{}：{}", f.item, f.sentence);
                ReviewLine::Finding(severity, text, f.rule.clone())
            }));
        }
        page.push(ReviewLine::Heading("对方会看到的内容".to_owned()));
        page.extend(self.answers_shown());
        page.push(ReviewLine::Note(self.next_step(findings)));
        page
    }

    fn answers_shown(&self) -> impl Iterator<Item = ReviewLine> + '_ {
        let said =
            |text: &str| if text.is_empty() { "（未填）".to_owned() } else { text.to_owned() };
        self.form.fields.iter().filter(|f| !f.hidden).map(move |f| {
            let text = match (&f.kind, f.id) {
                (FieldKind::Line(_), "member") => crate::domain::id_number::mask_id(f.answer()),
                _ => said(f.shown()),
            };
            ReviewLine::Answer(f.label.clone(), text)
        })
    }

    fn next_step(&self, findings: &[Finding]) -> String {
        if blocked(findings) {
            "有不能提交的地方。按 Enter 回到要改的那一项。".to_owned()
        } else {
            "按 Enter 提交；按 Esc 回去修改。".to_owned()
        }
    }

    /// An upper bound of the rows that the page can be scrolled.
    pub(super) fn review_rows(&self, findings: &[Finding]) -> usize {
        let rows = |line: &ReviewLine| line.columns().div_ceil(COLUMNS).max(1) + 1;
        self.review(findings).iter().map(rows).sum()
    }

    /// The field that a finding is about.
    pub(super) fn field_of(finding: &Finding) -> &'static str {
        match finding.item.as_str() {
            "常用联系人的联系方式" => "contact_phone",
            item if item.starts_with("转入组织") => "destination",
            _ => "member",
        }
    }
}

fn verdict(findings: &[Finding]) -> String {
    let count = |severity| findings.iter().filter(|f| f.severity == severity).count();
    let (passed, warned) = (count(Severity::Pass), count(Severity::Warn));
    let stopped = count(Severity::Block);
    format!("转接体检：通过 {passed} 项，提醒 {warned} 项，不能提交 {stopped} 项")
}
