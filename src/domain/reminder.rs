//! Reminders about data that is kept longer than it should be (个人信息保护法 art. 19, 47). They make
//! a notice and nothing else: nothing is deleted by itself.

use chrono::NaiveDate;

use super::ids::Moment;
use super::labels::labelled;

labelled! {
    /// What is to be looked at.
    pub enum ReminderKind {
        /// Members who left or were taken out of use longer ago than the limit.
        Former = "former" / "离开已满保存期限的团员",
        /// Members beyond League age.
        Overage = "overage" / "超过团龄、没有团内职务的团员",
        /// Files with full numbers that should be deleted.
        Exports = "exports" / "该删除的完整号码导出",
        /// Backups that a withdrawn key still opens.
        Backups = "backups" / "旧密钥的备份",
    }
}

impl ReminderKind {
    /// What to do about it, and where.
    pub fn next(self) -> &'static str {
        match self {
            Self::Former => "核对后在团员详情里用「删除个人信息」抹去；还要留的写明依据。",
            Self::Overage => "请核对：离团的停用，担任团内职务的补填，保留团籍的不用办。",
            Self::Exports => "用完请把文件和副本删掉，再在「导出登记」里登记。",
            Self::Backups => "请确认新备份能用，再把旧的销毁：以前的密码还打得开它们。",
        }
    }
}

/// Members that a reminder is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    /// Left before this instant.
    Former(Moment),
    /// Born on this day or before.
    Overage(NaiveDate),
}

/// A reminder.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reminder {
    /// What about.
    pub kind: ReminderKind,
    /// How many.
    pub n: usize,
    /// Whether there are more than were counted.
    pub more: bool,
    /// The first of them, by name.
    pub first: Vec<String>,
}

impl Reminder {
    /// How many, in words.
    pub fn count(&self) -> String {
        let more = if self.more { "以上" } else { "" };
        format!("{}{more}", self.n)
    }
}
