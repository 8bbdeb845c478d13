//! Doors: how popups and lists open the other screens, as values that can be compared.
//!
//! A popup holds a door and not a built screen, so that a screen is built when it is opened and
//! not while somebody is still choosing.

use super::apply::{Apply, Opening};
use super::choice::Choice;
use super::{
    accounts::Accounts,
    audit::Audit,
    card::CardPage,
    centre::Centre,
    corrections::Corrections,
    exports::Exports,
    home::Home,
    letters::Letters,
    members::Members,
    organisations::Organisations,
    pick::Pick,
    record::{Change, Record, Then},
    reminders::Reminders,
    text, ways,
};
use crate::domain::account::Role;
use crate::domain::filter::TransferQuery;
use crate::domain::ids::{OrgId, TransferId};
use crate::domain::letter::PaperKind;
use crate::domain::reminder::ReminderKind;
use crate::model::effect::{Decision, ImportKind, OrgScope, Settings};
use crate::model::layer::Layer;

/// With what 发起转接 begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Preset {
    /// 办理转出: pick one of the own members.
    Departure,
    /// 办理转入: somebody whose record is elsewhere.
    Arrival,
    /// The signed-in person's own transfer.
    Own,
    /// A draft, to go on with.
    Draft(TransferId),
    /// 再次申请: a new draft with the answers of one that ended.
    Again(TransferId),
}

/// A screen that can be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Door {
    /// 转接列表, in place of everything.
    Home,
    /// One transfer.
    Card(TransferId),
    /// 发起转接
    Apply(Preset),
    /// Asks for the reason of a decision and releases it.
    Reason(Decision),
    /// Asks for the day, and the reason where one is needed, of an outcome decided outside.
    Receipt(Decision),
    /// Picks a branch below this organisation.
    Branch(OrgId),
    /// 团员
    Members,
    /// 组织
    Organisations,
    /// 账号
    Accounts,
    /// 导入
    Import(ImportKind),
    /// Asks which import to take back as a whole.
    UndoImport,
    /// 导出 of what this question finds.
    Export(TransferQuery),
    /// 对账: asks for the list.
    Reconcile,
    /// 操作记录
    Audit,
    /// 介绍信
    Letters,
    /// Asks for the file of a print.
    Print(PaperKind, Vec<TransferId>),
    /// Asks for the day on a letter's receipt.
    LetterReceipt(TransferId, String),
    /// 更正申请
    Corrections,
    /// 导出登记
    Exports,
    /// 到期提醒
    Reminders,
    /// 团员, those alone that a reminder is about.
    MembersDue(ReminderKind),
    /// 更正、登记、提醒: the three before, as somebody with this role may use them.
    Rights(Role),
    /// 数据说明
    Papers,
    /// 设置
    Settings,
    /// 修改密码, and whether the password opens the database.
    Password {
        /// Whether it needs the stricter policy.
        opens_database: bool,
    },
    /// 个人中心
    Centre,
    /// 操作指南
    Guide,
    /// Lines to read.
    Notice(&'static str, Vec<String>),
}

impl Door {
    /// Builds the screen behind it.
    pub fn open(self) -> Layer {
        match self {
            Self::Home => Home::default().into(),
            Self::Card(id) => CardPage::new(id).into(),
            Self::Apply(preset) => open_apply(preset),
            Self::Reason(decision) => ask_reason(decision),
            Self::Receipt(decision) => ask_receipt(decision),
            Self::Branch(destination) => pick_branch(destination),
            Self::Members => Members::default().into(),
            Self::Organisations => Organisations::default().into(),
            Self::Accounts => Accounts::default().into(),
            Self::Import(kind) => open_import(kind),
            Self::UndoImport => Record::undo_import().into(),
            Self::Export(query) => open_export(query),
            Self::Reconcile => Record::reconcile_path().into(),
            Self::Audit => Audit::default().into(),
            Self::Letters => Letters::default().into(),
            Self::Print(kind, ids) => Record::print(kind, ids).into(),
            Self::LetterReceipt(id, whose) => Record::letter_receipt(id, &whose).into(),
            Self::Corrections => Corrections::default().into(),
            Self::Exports => Exports::default().into(),
            Self::Reminders => Reminders::default().into(),
            Self::MembersDue(kind) => Members::due(kind).into(),
            Self::Rights(role) => super::menu::rights(role).into(),
            Self::Settings => Record::settings(&Settings::default()).into(),
            Self::Password { opens_database } => {
                Record::change_password(&Change::Wanted { opens_database }).into()
            }
            Self::Centre => Centre::default().into(),
            Self::Guide => text::guide().into(),
            Self::Papers => text::papers().into(),
            Self::Notice(title, lines) => Choice::notice(title, lines).into(),
        }
    }
}

fn open_apply(preset: Preset) -> Layer {
    let opening = match preset {
        Preset::Departure => Opening::Blank,
        Preset::Arrival => Opening::Arrival,
        Preset::Own => Opening::Own,
        Preset::Draft(id) => Opening::Draft(id),
        Preset::Again(id) => Opening::Again(id),
    };
    Apply::new(opening).into()
}

fn ask_reason(decision: Decision) -> Layer {
    let title = format!("{} {} 单", decision.act.label(), decision.ids.len());
    Record::ask_reason(&title, Then::Decide(decision)).into()
}

fn ask_receipt(decision: Decision) -> Layer {
    Record::ask_receipt(decision).into()
}

fn pick_branch(destination: OrgId) -> Layer {
    Pick::org(OrgScope::BranchesBelow(destination), "", false).into()
}

fn open_import(kind: ImportKind) -> Layer {
    ways::import_path(kind)
}

fn open_export(query: TransferQuery) -> Layer {
    Record::export(query).into()
}
