//! The values that a rule file holds, once it was found to be without fault.

use chrono::{Datelike, NaiveDate};

use crate::domain::form::{ExternalSystem, FieldId, Reason};
use crate::domain::labels::labelled;

/// What stands behind a rule: what the help key says, and who says so since when.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Basis {
    /// One line for the help key.
    pub help: String,
    /// Title of the source.
    pub source: String,
    /// The year from which the rule is valid.
    pub year: i64,
}

impl Basis {
    /// 「规则（来源，年份 年起）」 for one line on the screen.
    pub fn line(&self) -> String {
        format!("{}（{}，{} 年起）", self.help, self.source, self.year)
    }
}

labelled! {
    /// How grave a finding is.
    pub enum Severity {
        /// In order.
        Pass = "pass" / "通过",
        /// Can be submitted after reading the rule.
        Warn = "warn" / "提醒",
        /// Cannot be submitted.
        Block = "block" / "不能提交",
    }
}

labelled! {
    /// What kind of place an organisation belongs to, as far as its name tells.
    pub enum PlaceClass {
        /// 流动团员团支部, also 学社衔接临时团支部 as it was called in 2019.
        Floating = "floating" / "流动团员团支部",
        /// 青年之家
        YouthHome = "youth_home" / "青年之家",
        /// 出国（境）学习研究团员团支部
        StudyAbroad = "study_abroad" / "出国（境）学习研究团员团支部",
        /// 乡镇街道
        Township = "township" / "乡镇街道",
        /// 村社区
        Community = "community" / "村社区",
        /// A school of any level.
        School = "school" / "学校",
        /// Any other employer.
        Employer = "employer" / "工作单位",
        /// The school in which the member is now; no name tells that, the facts do.
        PresentSchool = "present_school" / "团员现在的学校",
    }
}

labelled! {
    /// The lines of 转接体检, in the order in which they are shown (domain.md A4).
    pub enum CheckItem {
        /// ID number.
        IdNumber = "id_number" / "身份证号",
        /// The member's own telephone.
        Phone = "phone" / "手机号",
        /// 常用联系人的联系方式
        ContactPhone = "contact_phone" / "常用联系人的联系方式",
        /// Name.
        Name = "name" / "姓名",
        /// Another transfer under way.
        OpenTransfer = "open_transfer" / "在办转接",
        /// 28 or older.
        Age = "age" / "年龄",
        /// 团内职务
        LeaguePost = "league_post" / "团内职务",
        /// The last administrator leaves.
        OnlyAdministrator = "only_administrator" / "管理员",
        /// The electronic application.
        Authentication = "authentication" / "入团志愿书认证",
        /// 发展团员编号
        MembershipNumber = "membership_number" / "发展团员编号",
        /// Age at joining.
        JoiningAge = "joining_age" / "入团年龄",
        /// Fees.
        Fees = "fees" / "团费",
        /// Nobody there to receive.
        Hollow = "hollow" / "转入组织有无人接收",
        /// When somebody last checked the entry.
        Verified = "verified" / "转入组织核对日期",
        /// Whether the name is complete.
        FullName = "full_name" / "转入组织全称",
        /// Whether it agrees with the reason.
        Destination = "destination" / "转入组织与转出原因",
    }
}

/// A field as the form asks for it now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRule {
    /// Which.
    pub id: FieldId,
    /// Its label; the same field has another one under another reason.
    pub label: String,
    /// Whether it carries a star.
    pub required: bool,
    /// One line for the help key.
    pub help: String,
    /// Title of the source.
    pub source: String,
    /// The year from which the rule is valid.
    pub year: i64,
}

/// Places that a reason does not go to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct GuardRule {
    pub(super) severity: Severity,
    pub(super) scope: GuardScope,
    pub(super) sentence: String,
    pub(super) basis: Basis,
}

/// Whether a guard names the places it stands before or those it lets pass.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum GuardScope {
    AnyOf(Vec<PlaceClass>),
    NoneOf(Vec<PlaceClass>),
}

/// A reason with everything that hangs on it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReasonRule {
    /// Which.
    pub reason: Reason,
    pub(super) label: String,
    pub(super) order: i64,
    pub(super) enabled: bool,
    pub(super) graduate: bool,
    pub(super) fields: Vec<FieldRule>,
    pub(super) guards: Vec<GuardRule>,
    pub(super) basis: Basis,
}

impl ReasonRule {
    /// A reason of which the file says nothing: its own word, switched off.
    pub(super) fn unnamed(reason: Reason) -> Self {
        Self {
            reason,
            label: reason.label().to_owned(),
            order: 0,
            enabled: false,
            graduate: false,
            fields: Vec::new(),
            guards: Vec::new(),
            basis: Basis::default(),
        }
    }

    /// The word on the screen.
    pub fn label(&self) -> &str {
        &self.label
    }

    /// One line for the help key.
    pub fn help(&self) -> &str {
        &self.basis.help
    }

    /// Title of the source.
    pub fn source(&self) -> &str {
        &self.basis.source
    }

    /// The year from which the rule is valid.
    pub fn year(&self) -> i64 {
        self.basis.year
    }

    /// Whether it is offered.
    pub fn enabled(&self) -> bool {
        self.enabled
    }

    /// Whether it is one of the graduates' form.
    pub fn graduate(&self) -> bool {
        self.graduate
    }
}

/// A choice of a list, such as a further-study route.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// Identifier, stored.
    pub id: String,
    /// The words on the screen.
    pub label: String,
}

/// One of the systems that run apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExternalRule {
    /// Which.
    pub system: ExternalSystem,
    /// The words on the screen.
    pub label: String,
    /// Why it matters.
    pub basis: Basis,
    pub(super) names: Vec<String>,
    pub(super) short: Vec<String>,
}

/// A province-level root that goes by system and not by place, such as 全国铁道团委.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SystemRoot {
    /// Identifier.
    pub id: String,
    /// Its name.
    pub label: String,
    /// Why it matters.
    pub basis: Basis,
    pub(super) names: Vec<String>,
    pub(super) keywords: Vec<String>,
}

/// Words that tell the kind of a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClassRule {
    pub(super) class: PlaceClass,
    pub(super) matching: Matching,
    pub(super) words: Vec<String>,
}

labelled! {
    /// How the words of a class are looked for.
    pub enum Matching {
        /// Anywhere in the name.
        Anywhere = "anywhere" / "任意位置",
        /// Only if no word of another such class ends later.
        Last = "last" / "最后出现",
    }
}

/// Words that belong to no single system or class.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Words {
    pub(super) ignored: Vec<String>,
    pub(super) streets: Vec<String>,
    pub(super) branch_offices: Vec<String>,
    pub(super) provinces: Vec<String>,
}

/// An old name that people go on typing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Synonym {
    /// As it was called.
    pub old: String,
    /// As it is called now.
    pub new: String,
    /// The year of the change.
    pub since: i64,
    /// Title of the source.
    pub source: String,
}

/// How long something is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Retention {
    /// Identifier.
    pub id: String,
    /// The words on the screen.
    pub label: String,
    /// For how many months.
    pub months: u32,
    /// Why.
    pub basis: Basis,
}

/// A set of deadlines that an office picks by its identifier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    /// Identifier.
    pub id: String,
    /// The words on the screen.
    pub label: String,
    /// In the order of the file.
    pub deadlines: Vec<Deadline>,
    /// Where they come from.
    pub basis: Basis,
}

impl Calendar {
    /// The first deadline of this calendar year that is not over yet.
    pub fn next(&self, today: NaiveDate) -> Option<(NaiveDate, &Deadline)> {
        let dated = |d| Some((Deadline::on(d, today.year())?, d));
        self.deadlines.iter().filter_map(dated).filter(|(day, _)| *day >= today).min_by_key(|d| d.0)
    }
}

/// One deadline, the same day in every year.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deadline {
    /// Month, 1 to 12.
    pub month: u32,
    /// Day of the month.
    pub day: u32,
    /// How many of a hundred must be done, none where nothing is counted.
    pub percent: Option<u32>,
    /// What must be done.
    pub what: String,
}

impl Deadline {
    /// The day in a year.
    pub fn on(&self, year: i32) -> Option<NaiveDate> {
        NaiveDate::from_ymd_opt(year, self.month, self.day)
    }
}

/// All plain numbers of the file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Numbers {
    pub(super) remind_days: Option<i64>,
    pub(super) overdue_days: Option<i64>,
    pub(super) limits: Basis,
    pub(super) stages: Vec<StageLimit>,
    pub(super) letter_days: i64,
    pub(super) letter: Basis,
    pub(super) age_limit: i64,
    pub(super) join_block_below: i64,
    pub(super) join_warn_below: i64,
    pub(super) stale_days: i64,
    pub(super) former_days: i64,
    pub(super) export_days: i64,
    pub(super) personal_data: Basis,
    pub(super) authenticated_from: i64,
    pub(super) membership: MembershipNumbers,
}

/// Limits of one stage that differ from the common ones.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StageLimit {
    pub(super) stage: crate::domain::workflow::Stage,
    pub(super) remind_days: i64,
    pub(super) overdue_days: i64,
}

/// What 发展团员编号 looks like by the year of joining (domain.md B5.2).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct MembershipNumbers {
    pub(super) required_from: i64,
    pub(super) digits: i64,
    pub(super) either_year_from: i64,
    pub(super) least_characters: i64,
    pub(super) long_digits: i64,
    pub(super) long_numbers: Vec<(String, Vec<i64>)>,
}
