//! 办理: one act on some transfers, one result each.

use chrono::NaiveDate;

use super::Session;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::id_number::normal_form;
use crate::domain::ids::TransferId;
use crate::domain::order::{Decision, DecisionResult};
use crate::domain::text::clean_text;
use crate::domain::workflow::Stage;
use crate::store::Ruling;

/// Most characters of a reason; what a person reads in one look.
const REASON_LIMIT: usize = 200;

impl Session<'_> {
    /// Decides each transfer on its own: what fails leaves the others alone.
    ///
    /// # Errors
    /// Where the reason or the date is at fault, which concerns all of them.
    pub fn decide(&self, decision: &Decision) -> Result<Vec<DecisionResult>, Fault> {
        let reason = checked_reason(&decision.reason)?;
        let date = self.checked_date(&decision.date)?;
        let (act, branch) = (decision.act, decision.branch);
        let ruling = |seen| Ruling { act, seen, reason: &reason, branch, date: &date };
        let seen = decision.seen.iter().copied().map(Some).chain(std::iter::repeat(None));
        decision.ids.iter().zip(seen).map(|(id, seen)| self.decide_one(*id, ruling(seen))).collect()
    }

    fn decide_one(&self, id: TransferId, ruling: Ruling<'_>) -> Result<DecisionResult, Fault> {
        let row = match self.desk().transfer(id) {
            Ok(row) => row,
            Err(fault) => return Ok(unknown(id, fault)),
        };
        let outcome = self.desk().decide(id, ruling).and_then(|stage| self.reached(id, stage));
        Ok(DecisionResult { id, number: row.number, transferee: row.transferee, outcome })
    }

    fn reached(&self, id: TransferId, stage: Stage) -> Result<(Stage, String), Fault> {
        Ok((stage, self.next_words(id)?))
    }

    /// A day that has come, as ISO text; empty where none was given.
    fn checked_date(&self, text: &str) -> Result<String, Fault> {
        let text = normal_form(text).replace(['/', '.'], "-");
        if text.is_empty() {
            return Ok(text);
        }
        let rule = |sentence: String| Fault::new(FaultKind::Rule, sentence);
        let day = NaiveDate::parse_from_str(&text, "%Y-%m-%d").map_err(|_| {
            rule(format!("日期「{text}」看不懂。请写成 2020-06-02 这样的年-月-日。"))
        })?;
        if day > self.now.today() {
            return Err(rule(format!(
                "日期 {day} 在今天（{}）之后。请填对方已经办理的那一天。",
                self.now.today()
            )));
        }
        Ok(day.format("%Y-%m-%d").to_string())
    }
}

fn checked_reason(text: &str) -> Result<String, Fault> {
    let text = clean_text(text).text;
    let n = text.chars().count();
    if n <= REASON_LIMIT {
        return Ok(text);
    }
    let sentence =
        format!("原因最多 {REASON_LIMIT} 个字，现在 {n} 个，请删 {} 个。", n - REASON_LIMIT);
    Err(Fault::new(FaultKind::Rule, sentence))
}

fn unknown(id: TransferId, fault: Fault) -> DecisionResult {
    DecisionResult { id, number: String::new(), transferee: String::new(), outcome: Err(fault) }
}
