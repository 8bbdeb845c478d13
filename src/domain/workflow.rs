//! Stages and moves: the one table that decides (domain.md A2).
//!
//! [`STEPS`] says who may do what in which stage, [`Facts::route`] in which order the stages of one
//! transfer come, and [`advance`] is the only way from one stage to the next. The store calls it
//! inside the transaction that writes the event, so no second window can race it.

use super::account::{Actor, Role};
use super::authority::{Standing, standing};
use super::form::Initiator;
use super::ids::{AccountId, OrgId};
use super::labels::labelled;
use super::organisation::OrgPath;

labelled! {
    /// Where a transfer stands.
    pub enum Stage {
        /// Being filled in.
        Draft = "draft" / "草稿",
        /// The origin side decides.
        OriginReview = "origin_review" / "转出组织审批",
        /// The destination side decides.
        DestinationReview = "destination_review" / "转入组织审批",
        /// The province decides about a special unit.
        ProvinceReview = "province_review" / "省级团委审核",
        /// Decided outside this database; its outcome is recorded here.
        ExternalReceipt = "external_receipt" / "待对方系统接收",
        /// The destination picks a branch below it.
        Placement = "placement" / "分配团支部",
        /// Final: the member belongs to the new branch.
        Completed = "completed" / "已完成",
        /// Final: one side sent it back.
        Returned = "returned" / "已退回",
        /// Final: taken back by the applying party.
        Withdrawn = "withdrawn" / "已撤销",
        /// Final: recorded that the official system voided it.
        Lapsed = "lapsed" / "已失效",
    }
}

impl Stage {
    /// Whether nothing can be done any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Completed | Self::Returned | Self::Withdrawn | Self::Lapsed)
    }

    /// Whether the transfer is under way: submitted and not final. A member has at most one such.
    pub fn is_open(self) -> bool {
        self != Self::Draft && !self.is_final()
    }
}

labelled! {
    /// What can be done to a transfer.
    pub enum Act {
        /// Hand in.
        Submit = "submit" / "提交",
        /// Agree.
        Approve = "approve" / "同意",
        /// Send back with a reason.
        Return = "return" / "退回",
        /// Pick the branch.
        Place = "place" / "分配团支部",
        /// Take back.
        Withdraw = "withdraw" / "撤销",
        /// Record that the outside accepted.
        RecordAccepted = "record_accepted" / "登记对方已接收",
        /// Record that the outside refused.
        RecordRefused = "record_refused" / "登记对方不接收",
        /// Record that the official system voided it.
        Lapse = "lapse" / "登记失效",
    }
}

/// Who may perform a step.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Party {
    /// The side that applied.
    Applicant,
    /// Administrators with authority over the origin branch.
    Origin,
    /// Administrators with authority over the destination.
    Destination,
    /// Administrators of the province-level root.
    Province,
    /// The side managed here, which records what the outside decided.
    Recorder,
    /// The origin side, where the province-level root is not managed here.
    RecorderForProvince,
}

impl Party {
    /// The words for 「由……办理」.
    pub fn label(self) -> &'static str {
        match self {
            Self::Applicant => "发起方",
            Self::Origin => "转出团支部或其上级的管理员",
            Self::Destination => "转入组织或其上级的管理员",
            Self::Province => "省级团委的管理员",
            Self::Recorder => "本地一方的管理员",
            Self::RecorderForProvince => "转出方的管理员（代为登记省级团委的结果）",
        }
    }
}

/// What a step needs beside the person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// Nothing.
    Nothing,
    /// A reason, shown to the other side word for word.
    Reason,
    /// A branch below the destination.
    Branch,
    /// The day on which the outside decided.
    Date,
    /// That day, and the reason.
    DateAndReason,
}

/// Where a step leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// The stage after this one on the transfer's own route.
    Next,
    /// Always this stage.
    To(Stage),
}

/// One row of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Stage it starts from.
    pub from: Stage,
    /// What is done.
    pub act: Act,
    /// By whom.
    pub by: Party,
    /// Where it leads.
    pub to: Target,
    /// What it needs.
    pub needs: Needs,
}

const fn step(from: Stage, act: Act, by: Party, to: Target, needs: Needs) -> Step {
    Step { from, act, by, to, needs }
}

/// Every move there is. Nothing else decides, and nothing moves by the passing of time.
#[rustfmt::skip]
pub const STEPS: &[Step] = &[
    step(Stage::Draft,             Act::Submit,         Party::Applicant,           Target::Next,                 Needs::Nothing),
    step(Stage::Draft,             Act::Withdraw,       Party::Applicant,           Target::To(Stage::Withdrawn), Needs::Reason),
    step(Stage::OriginReview,      Act::Approve,        Party::Origin,              Target::Next,                 Needs::Nothing),
    step(Stage::OriginReview,      Act::Return,         Party::Origin,              Target::To(Stage::Returned),  Needs::Reason),
    step(Stage::OriginReview,      Act::Withdraw,       Party::Applicant,           Target::To(Stage::Withdrawn), Needs::Reason),
    step(Stage::OriginReview,      Act::Lapse,          Party::Applicant,           Target::To(Stage::Lapsed),    Needs::Reason),
    step(Stage::DestinationReview, Act::Approve,        Party::Destination,         Target::Next,                 Needs::Nothing),
    step(Stage::DestinationReview, Act::Return,         Party::Destination,         Target::To(Stage::Returned),  Needs::Reason),
    step(Stage::DestinationReview, Act::Withdraw,       Party::Applicant,           Target::To(Stage::Withdrawn), Needs::Reason),
    step(Stage::DestinationReview, Act::Lapse,          Party::Applicant,           Target::To(Stage::Lapsed),    Needs::Reason),
    step(Stage::ProvinceReview,    Act::Approve,        Party::Province,            Target::Next,                 Needs::Nothing),
    step(Stage::ProvinceReview,    Act::Return,         Party::Province,            Target::To(Stage::Returned),  Needs::Reason),
    step(Stage::ProvinceReview,    Act::RecordAccepted, Party::RecorderForProvince, Target::Next,                 Needs::Date),
    step(Stage::ProvinceReview,    Act::RecordRefused,  Party::RecorderForProvince, Target::To(Stage::Returned),  Needs::DateAndReason),
    step(Stage::ProvinceReview,    Act::Withdraw,       Party::Applicant,           Target::To(Stage::Withdrawn), Needs::Reason),
    step(Stage::ProvinceReview,    Act::Lapse,          Party::Applicant,           Target::To(Stage::Lapsed),    Needs::Reason),
    step(Stage::ExternalReceipt,   Act::RecordAccepted, Party::Recorder,            Target::Next,                 Needs::Date),
    step(Stage::ExternalReceipt,   Act::RecordRefused,  Party::Recorder,            Target::To(Stage::Returned),  Needs::DateAndReason),
    step(Stage::ExternalReceipt,   Act::Withdraw,       Party::Applicant,           Target::To(Stage::Withdrawn), Needs::Reason),
    step(Stage::ExternalReceipt,   Act::Lapse,          Party::Applicant,           Target::To(Stage::Lapsed),    Needs::Reason),
    step(Stage::Placement,         Act::Place,          Party::Destination,         Target::To(Stage::Completed), Needs::Branch),
    step(Stage::Placement,         Act::Lapse,          Party::Applicant,           Target::To(Stage::Lapsed),    Needs::Reason),
];

/// Where the membership comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// A branch managed here.
    Managed(OrgPath),
    /// Another office's branch: it lets go outside this database (domain.md A2.10).
    Outside,
}

/// Where the membership goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// An organisation managed here.
    Managed {
        /// Its path.
        path: OrgPath,
        /// Whether it is itself a branch, which needs no placement (domain.md A2.4).
        is_branch: bool,
    },
    /// An organisation or system outside this database.
    Outside,
    /// 特殊单位: the province decides; no unit is named (domain.md A3).
    SpecialUnit {
        /// The province-level root above the origin, if it is managed here.
        province: Option<OrgPath>,
    },
}

/// All that the table needs to know of one transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Where it stands.
    pub stage: Stage,
    /// Where it comes from.
    pub origin: Origin,
    /// Where it goes.
    pub destination: Destination,
    /// Whose request it is.
    pub initiator: Initiator,
    /// The account that filled it in.
    pub applicant: AccountId,
    /// The organisation for which it was filled in; none for a member's own request.
    pub applicant_path: Option<OrgPath>,
    /// The origin's consent lies in the request itself (domain.md A2.1).
    pub origin_consents: bool,
    /// The destination's consent lies in the request itself.
    pub destination_consents: bool,
    /// The transferee is the person who asks now.
    pub is_own: bool,
}

impl Facts {
    /// The stages this transfer goes through, in order, [`Stage::Completed`] last.
    pub fn route(&self) -> Vec<Stage> {
        let origin = match self.origin {
            Origin::Outside => Some(Stage::ExternalReceipt),
            Origin::Managed(_) => (!self.origin_consents).then_some(Stage::OriginReview),
        };
        let (destination, placement) = match self.destination {
            Destination::SpecialUnit { .. } => (Some(Stage::ProvinceReview), None),
            Destination::Outside => (Some(Stage::ExternalReceipt), None),
            Destination::Managed { is_branch, .. } => (
                (!self.destination_consents).then_some(Stage::DestinationReview),
                (!is_branch).then_some(Stage::Placement),
            ),
        };
        [origin, destination, placement, Some(Stage::Completed)].into_iter().flatten().collect()
    }

    fn stage_after(&self, stage: Stage) -> Stage {
        let route = self.route();
        let next = match route.iter().position(|s| *s == stage) {
            Some(at) => route.get(at + 1),
            None => route.first(),
        };
        next.copied().unwrap_or(Stage::Completed)
    }
}

/// Why an act is not possible. `Display` is the whole Chinese sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The transfer has ended.
    #[error("没有办成：这一单{}，不能再{}。请刷新后看最新进度；需要的话可以再次申请。", .0.label(), .1.label())]
    Ended(Stage, Act),
    /// The act does not belong to the stage.
    #[error("没有办成：这一单现在是「{}」，这一步不能{}。请刷新后看最新进度。", .0.label(), .1.label())]
    NotNow(Stage, Act),
    /// Taking back after the destination has decided.
    #[error("没有办成：转入方已经同意，不能再撤销。需要更改的话，请联系转入组织。")]
    TooLateToWithdraw,
    /// The step is another side's.
    #[error("这一步要由{}办理，你现在的身份办不了。请联系对方，或请上级办理。", .0.label())]
    NotYours(Party),
    /// Nobody decides about the own membership (domain.md A2.3).
    #[error("这是你本人的转接，不能由自己审批。请由上级或另一位管理员办理。")]
    Own,
    /// An operator fills in and decides nothing (domain.md A2.1).
    #[error("经办人可以填报，不能审批。请由{}办理。", .0.label())]
    Operator(Party),
    /// A reason is missing (domain.md A2.6).
    #[error("还没写{}的原因。原因会原样显示给对方，请写清楚再办。", .0.label())]
    NoReason(Act),
    /// No branch was picked.
    #[error("还没选团支部。团员只能落在团支部，请在转入组织下面选一个团支部。")]
    NoBranch,
    /// No day was given.
    #[error("还没填对方办理的日期。请填对方接收或退回的那一天，例如 2020-06-02。")]
    NoDate,
}

/// What the person gave beside the act itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Given {
    /// A reason that is not blank.
    pub reason: bool,
    /// A branch.
    pub branch: bool,
    /// A day.
    pub date: bool,
}

/// A move that is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Move {
    /// From here.
    pub from: Stage,
    /// To there.
    pub to: Stage,
    /// The organisation for which the actor acts from above (代办), if it is so.
    pub on_behalf_of: Option<OrgId>,
}

/// Decides about one act: the only way a stage changes.
///
/// # Errors
/// The first reason why not: the stage, then the person, then what is missing.
pub fn advance(facts: &Facts, actor: &Actor, act: Act, given: Given) -> Result<Move, Refusal> {
    let step = offer(facts, actor, act)?;
    check_given(step, given)?;
    let to = match step.to {
        Target::Next => facts.stage_after(step.from),
        Target::To(stage) => stage,
    };
    Ok(Move { from: facts.stage, to, on_behalf_of: on_behalf_of(facts, actor, step.by) })
}

/// Whether the stage and the person allow an act, whatever else it needs.
///
/// # Errors
/// Why not.
pub fn offer(facts: &Facts, actor: &Actor, act: Act) -> Result<Step, Refusal> {
    let rows: Vec<Step> =
        STEPS.iter().copied().filter(|s| s.from == facts.stage && s.act == act).collect();
    let mut refusal = refusal_of_stage(facts.stage, act);
    for step in rows {
        match check_person(facts, actor, step) {
            Ok(()) => return Ok(step),
            Err(why) => refusal = why,
        }
    }
    Err(refusal)
}

/// Every act of the stage with what speaks against it, in the order of the table.
pub fn offers(facts: &Facts, actor: &Actor) -> Vec<(Act, Result<Step, Refusal>)> {
    STEPS
        .iter()
        .filter(|s| s.from == facts.stage)
        .map(|s| (s.act, offer(facts, actor, s.act)))
        .collect()
}

/// The act that moves the transfer on, if this person may do it: what 待我办 lists.
pub fn next_act(facts: &Facts, actor: &Actor) -> Option<Act> {
    [Act::Submit, Act::Approve, Act::Place, Act::RecordAccepted]
        .into_iter()
        .find(|act| offer(facts, actor, *act).is_ok())
}

/// The party whose move it is.
pub fn next_party(facts: &Facts) -> Option<Party> {
    let province_here =
        matches!(&facts.destination, Destination::SpecialUnit { province: Some(_) });
    STEPS
        .iter()
        .filter(|s| s.from == facts.stage && s.by != Party::Applicant || s.act == Act::Submit)
        .find(|s| s.from == facts.stage && (s.by != Party::Province || province_here))
        .map(|s| s.by)
}

/// The organisation whose administrators move next, if it is managed here.
pub fn next_path(facts: &Facts) -> Option<&OrgPath> {
    next_party(facts).and_then(|party| side(facts, party))
}

fn refusal_of_stage(stage: Stage, act: Act) -> Refusal {
    match (stage, act) {
        (Stage::Placement, Act::Withdraw) => Refusal::TooLateToWithdraw,
        _ if stage.is_final() => Refusal::Ended(stage, act),
        _ => Refusal::NotNow(stage, act),
    }
}

fn check_person(facts: &Facts, actor: &Actor, step: Step) -> Result<(), Refusal> {
    if step.by == Party::Applicant {
        return if is_applicant(facts, actor) { Ok(()) } else { Err(Refusal::NotYours(step.by)) };
    }
    if facts.is_own {
        return Err(Refusal::Own);
    }
    match side(facts, step.by).map(|path| standing(actor, path)) {
        Some(Standing::Own | Standing::OnBehalf) => Ok(()),
        Some(Standing::Clerk) => Err(Refusal::Operator(step.by)),
        Some(Standing::Stranger) | None => Err(Refusal::NotYours(step.by)),
    }
}

/// The organisation whose administrators are the party, if it is managed here.
fn side(facts: &Facts, party: Party) -> Option<&OrgPath> {
    let origin = match &facts.origin {
        Origin::Managed(path) => Some(path),
        Origin::Outside => None,
    };
    let destination = match &facts.destination {
        Destination::Managed { path, .. } => Some(path),
        Destination::Outside | Destination::SpecialUnit { .. } => None,
    };
    match (party, &facts.destination) {
        (Party::Origin, _) => origin,
        (Party::Destination, _) => destination,
        (Party::Recorder, _) => origin.or(destination),
        (Party::Province, Destination::SpecialUnit { province }) => province.as_ref(),
        (Party::RecorderForProvince, Destination::SpecialUnit { province: None }) => origin,
        (Party::Province | Party::RecorderForProvince | Party::Applicant, _) => None,
    }
}

fn is_applicant(facts: &Facts, actor: &Actor) -> bool {
    if facts.applicant == actor.account || (facts.initiator == Initiator::Member && facts.is_own) {
        return true;
    }
    actor.role != Role::Member
        && facts.initiator != Initiator::Member
        && facts.applicant_path.as_ref().is_some_and(|path| standing(actor, path).may_fill_in())
}

fn check_given(step: Step, given: Given) -> Result<(), Refusal> {
    let (reason, date) = match step.needs {
        Needs::Nothing => (false, false),
        Needs::Reason => (true, false),
        Needs::Branch => return if given.branch { Ok(()) } else { Err(Refusal::NoBranch) },
        Needs::Date => (false, true),
        Needs::DateAndReason => (true, true),
    };
    match (date && !given.date, reason && !given.reason) {
        (true, _) => Err(Refusal::NoDate),
        (_, true) => Err(Refusal::NoReason(step.act)),
        _ => Ok(()),
    }
}

fn on_behalf_of(facts: &Facts, actor: &Actor, party: Party) -> Option<OrgId> {
    let path = match party {
        Party::Applicant => facts.applicant_path.as_ref(),
        other => side(facts, other),
    }?;
    (standing(actor, path) == Standing::OnBehalf).then(|| path.ids().last()).flatten()
}

/// Which of the two reviews a new request need not pass, because the side that would review it
/// makes it (domain.md A2.1). Nobody consents for the own membership (A2.3).
pub fn consents(
    actor: &Actor,
    initiator: Initiator,
    (origin, destination): (&Origin, &Destination),
    is_own: bool,
) -> (bool, bool) {
    if initiator == Initiator::Member || is_own {
        return (false, false);
    }
    let over_origin = matches!(origin, Origin::Managed(path) if standing(actor, path).may_decide());
    let over_destination = matches!(
        destination, Destination::Managed { path, .. } if standing(actor, path).may_decide());
    (over_origin, over_destination)
}

#[cfg(test)]
mod tests;
