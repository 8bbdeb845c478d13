//! Members (团员).

use chrono::NaiveDate;

use super::id_number::{DocumentKind, IdNumber};
use super::ids::{MemberId, OrgId};
use super::labels::labelled;
use super::organisation::OrgPath;

labelled! {
    /// Where a member stands. Nobody is ever deleted.
    pub enum MemberState {
        /// Belongs to a branch here.
        Active = "active" / "在册",
        /// Left for an organisation outside this database (domain.md A2.11).
        TransferredOut = "transferred_out" / "已转出",
        /// Entered by mistake, or left the League; kept with the history.
        Retired = "retired" / "已停用",
    }
}

labelled! {
    /// Whether the electronic application of a member who joined in 2020 or later is authenticated.
    pub enum Authentication {
        /// Not recorded.
        Unknown = "unknown" / "未登记",
        /// 已认证
        Authenticated = "authenticated" / "已认证",
        /// 未认证
        Missing = "missing" / "未认证",
    }
}

labelled! {
    /// Marks that take a member out of the count of graduates due (domain.md B2.1).
    pub enum GraduationMark {
        /// No mark: goes by the branch's expected month.
        None = "none" / "无",
        /// 延迟毕业, still transferable.
        Delayed = "delayed" / "延迟毕业",
        /// 教师
        Teacher = "teacher" / "教师",
    }
}

/// A member as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Row.
    pub id: MemberId,
    /// Name.
    pub name: String,
    /// Document kind and number.
    pub document: DocumentKind,
    /// ID number, the key between systems.
    pub id_number: IdNumber,
    /// Telephone, may be empty.
    pub phone: String,
    /// The branch; for members who left, the last one.
    pub branch: OrgId,
    /// Full name of the branch.
    pub branch_name: String,
    /// Path of the branch.
    pub branch_path: OrgPath,
    /// Everything else that is entered.
    pub profile: Profile,
    /// Where the member stands.
    pub state: MemberState,
}

/// The parts of a member's record that may be edited freely. Texts may be empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profile {
    /// 民族
    pub ethnic_group: String,
    /// 政治面貌
    pub political_status: String,
    /// 学历
    pub education: String,
    /// Month of joining `YYYY-MM`.
    pub joined_on: String,
    /// 团内职务; empty means none is held.
    pub league_post: String,
    /// 发展团员编号
    pub membership_number: String,
    /// State of the electronic application.
    pub authentication: Authentication,
    /// Month `YYYY-MM` up to which fees are paid.
    pub fees_paid_to: String,
    /// Exclusion from the graduates due.
    pub graduation_mark: GraduationMark,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            ethnic_group: String::new(),
            political_status: String::new(),
            education: String::new(),
            joined_on: String::new(),
            league_post: String::new(),
            membership_number: String::new(),
            authentication: Authentication::Unknown,
            fees_paid_to: String::new(),
            graduation_mark: GraduationMark::None,
        }
    }
}

/// What is entered to make a member: parsed, so it can be stored as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberEntry {
    /// Name.
    pub name: String,
    /// Document kind.
    pub document: DocumentKind,
    /// ID number.
    pub id_number: IdNumber,
    /// Telephone, may be empty.
    pub phone: String,
    /// The rest.
    pub profile: Profile,
}

/// A picker's or list's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    /// Row.
    pub id: MemberId,
    /// Name.
    pub name: String,
    /// Masked ID number.
    pub masked_id: String,
    /// Masked telephone.
    pub masked_phone: String,
    /// Full name of the branch.
    pub branch_name: String,
    /// Month of joining.
    pub joined_on: String,
    /// 团内职务
    pub league_post: String,
    /// Where the member stands.
    pub state: MemberState,
    /// Number of the open transfer, empty where there is none.
    pub open_transfer: String,
}

/// Full years between two days; the age on a day.
pub fn age_on(born: NaiveDate, day: NaiveDate) -> Option<u32> {
    day.years_since(born)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_changes_on_the_birthday() {
        let born = NaiveDate::from_ymd_opt(1992, 6, 3).unwrap();
        let day = |d| NaiveDate::from_ymd_opt(2020, 6, d).unwrap();
        assert_eq!(age_on(born, day(2)), Some(27));
        assert_eq!(age_on(born, day(3)), Some(28));
    }
}
