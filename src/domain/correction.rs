//! Corrections of a name or an ID number: asked for by one person, decided by another (个人信息保护法
//! art. 46).

use super::id_number::IdNumber;
use super::ids::{AccountId, CorrectionId, MemberId, Moment};
use super::labels::labelled;
use super::organisation::OrgPath;

labelled! {
    /// Where a request stands.
    pub enum CorrectionState {
        /// Waits for a second person.
        Open = "open" / "待核准",
        /// The record was changed.
        Accepted = "accepted" / "已更正",
        /// It was not.
        Refused = "refused" / "未同意",
        /// Whoever asked took it back.
        Withdrawn = "withdrawn" / "已撤回",
    }
}

/// What is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrectionEntry {
    /// The name as it should be.
    pub name: String,
    /// The ID number as it should be.
    pub id_number: IdNumber,
    /// Why.
    pub reason: String,
    /// What it is shown by, such as 「身份证原件」; may be empty.
    pub evidence: String,
}

/// A request as it is kept. Numbers are masked by whoever shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Correction {
    /// Its number.
    pub id: CorrectionId,
    /// Whose record.
    pub member: MemberId,
    /// Full name of the branch.
    pub branch_name: String,
    /// Path of the branch.
    pub branch_path: OrgPath,
    /// Name when it was asked for.
    pub old_name: String,
    /// ID number when it was asked for.
    pub old_number: IdNumber,
    /// Name wanted.
    pub new_name: String,
    /// ID number wanted.
    pub new_number: IdNumber,
    /// Why.
    pub reason: String,
    /// What it is shown by.
    pub evidence: String,
    /// Who asked.
    pub asked_by: String,
    /// Their account.
    pub asker: AccountId,
    /// When.
    pub asked_at: Moment,
    /// Where it stands.
    pub state: CorrectionState,
    /// Who decided, empty while nobody has.
    pub decided_by: String,
    /// When.
    pub decided_at: Option<Moment>,
    /// What they said.
    pub remark: String,
    /// Whether there was no second administrator.
    pub alone: bool,
}

impl Correction {
    /// Whether the ID number changes, and not the name alone.
    pub fn changes_number(&self) -> bool {
        self.old_number != self.new_number
    }

    /// What changes, in words; numbers are masked.
    pub fn words(&self) -> String {
        let name = (self.old_name != self.new_name)
            .then(|| format!("姓名「{}」改为「{}」", self.old_name, self.new_name));
        let number = self.changes_number().then(|| {
            let (old, new) = (self.old_number.masked(), self.new_number.masked());
            format!("证件号 {old} 改为 {new}")
        });
        name.into_iter().chain(number).collect::<Vec<_>>().join("，")
    }
}

/// Who decides a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decider {
    /// An administrator who neither asked nor is the person.
    Second,
    /// The only administrator there is; the password is given again, and the record says so.
    Alone,
}

/// What a decision on a request says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CorrectionVerdict {
    /// The new ID number, typed a second time from the document; empty where it stays.
    pub id_number: String,
    /// Remark, or why not.
    pub remark: String,
}

/// Which requests are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CorrectionsShown {
    /// Those that wait.
    Open,
    /// All.
    All,
}
