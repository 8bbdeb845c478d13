//! What can be done to a member or an organisation, and why not now.

use crate::domain::member::MemberState;
use crate::domain::organisation::{OrgKind, OrgState};
use crate::model::screens::ways::Offer;

/// What can be done to a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Change what may be changed freely.
    Edit,
    /// Correct a member's name or ID number, with a reason.
    Correct,
    /// Begin a transfer.
    Transfer,
    /// Make an organisation below this one.
    AddBelow,
    /// Make an administrator of this organisation.
    Appoint,
    /// Take out of use, with a reason.
    Retire,
    /// Erase what is known of a member who is no longer in use.
    Erase,
}

const MEMBER_TASKS: &[Task] =
    &[Task::Transfer, Task::Edit, Task::Correct, Task::Retire, Task::Erase];
const ORG_TASKS: &[Task] = &[Task::Edit, Task::AddBelow, Task::Appoint, Task::Retire];

impl Task {
    pub(super) const ALL: &'static [Self] = &[
        Self::Edit,
        Self::Correct,
        Self::Transfer,
        Self::AddBelow,
        Self::Appoint,
        Self::Retire,
        Self::Erase,
    ];

    /// The identifier that a popup hands back.
    pub fn id(self) -> &'static str {
        match self {
            Self::Edit => "edit",
            Self::Correct => "correct",
            Self::Transfer => "transfer",
            Self::AddBelow => "add_below",
            Self::Appoint => "appoint",
            Self::Retire => "retire",
            Self::Erase => "erase",
        }
    }

    /// The task of an identifier.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|task| task.id() == id)
    }

    fn label(self) -> &'static str {
        match self {
            Self::Edit => "修改",
            Self::Correct => "申请更正姓名或证件号",
            Self::Transfer => "发起转接",
            Self::AddBelow => "新建下级组织",
            Self::Appoint => "设管理员",
            Self::Retire => "停用（须写原因）",
            Self::Erase => "删除个人信息（本人要求、期满）",
        }
    }
}

/// What can be done to a member in this state; `open` is the number of an open transfer.
pub fn member_offers(name: &str, state: MemberState, open: &str) -> Vec<Offer> {
    let here = match state {
        MemberState::Active => None,
        MemberState::TransferredOut | MemberState::Retired => {
            Some(format!("{name}{}，不在册，不能再办。", state.label()))
        }
    };
    let under_way = (!open.is_empty())
        .then(|| format!("{name}已有一单在办（{open}）。请到转接列表查看那一单。"));
    let in_use = (state == MemberState::Active)
        .then(|| format!("{name}还在册，个人信息正在使用。请先停用，或办完转出，再删除。"));
    let refusal = |task: Task| match task {
        Task::Transfer | Task::Retire => here.clone().or_else(|| under_way.clone()),
        // Whoever left may still have a wrong record put right.
        Task::Correct => None,
        Task::Erase => in_use.clone(),
        Task::Edit | Task::AddBelow | Task::Appoint => here.clone(),
    };
    offers(MEMBER_TASKS, refusal)
}

/// What can be done to an organisation.
pub fn org_offers(kind: OrgKind, state: OrgState) -> Vec<Offer> {
    let retired = (state == OrgState::Retired).then(|| "这个组织已停用，不能再办。".to_owned());
    let leaf = (kind == OrgKind::Branch)
        .then(|| "团支部下面不能再设组织。请到它的上级那里新建。".to_owned());
    offers(ORG_TASKS, |task| match task {
        Task::AddBelow => retired.clone().or_else(|| leaf.clone()),
        Task::Edit
        | Task::Correct
        | Task::Transfer
        | Task::Appoint
        | Task::Retire
        | Task::Erase => retired.clone(),
    })
}

fn offers(tasks: &[Task], refusal: impl Fn(Task) -> Option<String>) -> Vec<Offer> {
    tasks.iter().map(|task| Offer::new(task.id(), task.label()).unless(refusal(*task))).collect()
}
