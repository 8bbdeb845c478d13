//! Transfers (团组织关系转接) as lists, pages and the history show them.

use super::form::{Reason, TransferForm};
use super::ids::{Moment, TransferId};
use super::workflow::{Act, Facts, Stage};

/// A light row of the list: the seven official columns and what decides the 操作 column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferRow {
    /// Row.
    pub id: TransferId,
    /// Number `ZJ20200602-0013`.
    pub number: String,
    /// 转出人
    pub transferee: String,
    /// Full name of 转出团组织.
    pub origin: String,
    /// Full name of 转入团组织; 「转往特殊单位」 where none may be named.
    pub destination: String,
    /// 申请时间; none for a draft.
    pub applied_at: Option<Moment>,
    /// 完成时间, also the time of any other end.
    pub done_at: Option<Moment>,
    /// Since when it stands in its stage.
    pub since: Moment,
    /// 转出原因; none in an unfinished draft.
    pub reason: Option<Reason>,
    /// What the table of moves needs to know; holds the stage.
    pub facts: Facts,
}

/// Everything that the detail page shows of one transfer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferCard {
    /// The light row.
    pub row: TransferRow,
    /// The answers.
    pub form: TransferForm,
    /// Masked ID number of the transferee, empty in an unfinished draft.
    pub masked_id: String,
    /// Masked telephone of the transferee.
    pub masked_phone: String,
    /// Contact of the origin branch.
    pub origin_contact: Contact,
    /// Contact of the organisation directly above the origin branch.
    pub superior_contact: Contact,
    /// Contact of the destination.
    pub destination_contact: Contact,
    /// Full name of the branch the member was placed in, empty until then.
    pub placed_in: String,
    /// Side and reason of a return, reason of a withdrawal or lapse; empty otherwise.
    /// Reason of a return, withdrawal or lapse, word for word; empty otherwise.
    pub closing_reason: String,
    /// The stage in which it was returned, withdrawn or voided.
    pub stopped_in: Option<Stage>,
    /// The events, oldest first.
    pub events: Vec<TransferEvent>,
}

/// Whom to call at an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Contact {
    /// Full name of the organisation, may be empty.
    pub organisation: String,
    /// Name of the administrator or contact, may be empty.
    pub name: String,
    /// Telephone, may be empty. Offices publish these numbers to each other, so the form shows them.
    pub phone: String,
}

/// One line of the timeline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferEvent {
    /// Position in the whole history.
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// Name of who did it.
    pub actor: String,
    /// Full name of the organisation acted for from above, empty where there is none (代办).
    pub on_behalf_of: String,
    /// What was done.
    pub act: Act,
    /// From which stage.
    pub from: Stage,
    /// To which stage.
    pub to: Stage,
    /// Reason or remark, word for word.
    pub reason: String,
}

/// One of the five official steps as the progress bar draws it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgressStep {
    /// 提交接转申请, 转出组织审批 and so on.
    pub label: &'static str,
    /// Whether it is over.
    pub state: ProgressState,
}

/// How far a step of the progress bar is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProgressState {
    /// Over.
    Done,
    /// It is this step's turn.
    Now,
    /// Yet to come.
    Later,
    /// Not needed for this transfer.
    Skipped,
    /// The transfer ended here without success.
    Stopped,
}

/// The five official steps 提交接转申请 - 转出组织审批 - 转入组织审批 - 分配团支部 - 完成, with the
/// reviews that happen elsewhere in the place of the one they stand for.
///
/// `stopped_in` is the stage in which a returned, withdrawn or lapsed transfer stood before.
pub fn progress(facts: &Facts, stopped_in: Option<Stage>) -> Vec<ProgressStep> {
    let route = facts.route();
    let place = |stage: Stage| route.iter().position(|s| *s == stage);
    let at = stopped_in.unwrap_or(facts.stage);
    let here = place(at);
    let stopped = facts.stage.is_final() && facts.stage != Stage::Completed;
    let state = |stage: Option<Stage>| match stage.and_then(place) {
        None => ProgressState::Skipped,
        Some(_) if facts.stage == Stage::Completed => ProgressState::Done,
        Some(_) if at == Stage::Draft => ProgressState::Later,
        Some(i) if Some(i) < here => ProgressState::Done,
        Some(i) if Some(i) == here && stopped => ProgressState::Stopped,
        Some(i) if Some(i) == here => ProgressState::Now,
        Some(_) => ProgressState::Later,
    };
    let submitted = match at {
        Stage::Draft if stopped => ProgressState::Stopped,
        Stage::Draft => ProgressState::Now,
        _ => ProgressState::Done,
    };
    let (origin, destination) = (origin_step(facts), destination_step(facts));
    let placement = Some(Stage::Placement);
    vec![
        ProgressStep { label: "提交接转申请", state: submitted },
        ProgressStep { label: origin.1, state: state(origin.0) },
        ProgressStep { label: destination.1, state: state(destination.0) },
        ProgressStep { label: "分配团支部", state: state(placement) },
        ProgressStep { label: "完成", state: state(Some(Stage::Completed)) },
    ]
}

fn origin_step(facts: &Facts) -> (Option<Stage>, &'static str) {
    match facts.origin {
        super::workflow::Origin::Outside => (Some(Stage::ExternalReceipt), "待转出方系统转出"),
        super::workflow::Origin::Managed(_) => (Some(Stage::OriginReview), "转出组织审批"),
    }
}

fn destination_step(facts: &Facts) -> (Option<Stage>, &'static str) {
    match facts.destination {
        super::workflow::Destination::Managed { .. } => {
            (Some(Stage::DestinationReview), "转入组织审批")
        }
        super::workflow::Destination::Outside => (Some(Stage::ExternalReceipt), "待对方系统接收"),
        super::workflow::Destination::SpecialUnit { .. } => {
            (Some(Stage::ProvinceReview), "省级团委审核")
        }
    }
}

/// One entry of 操作记录, transfers and everything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuditRow {
    /// Position in the whole history.
    pub seq: i64,
    /// When.
    pub at: Moment,
    /// Name of who did it.
    pub actor: String,
    /// What was done, in Chinese.
    pub action: String,
    /// To what: a transfer number, a masked person, an organisation.
    pub object: String,
    /// Details or reason.
    pub detail: String,
}

#[cfg(test)]
mod tests {
    use super::super::form::Initiator;
    use super::super::ids::{AccountId, OrgId};
    use super::super::organisation::OrgPath;
    use super::super::workflow::{Destination, Origin};
    use super::*;

    fn facts(stage: Stage, is_branch: bool) -> Facts {
        let path = OrgPath::root(OrgId(1));
        Facts {
            stage,
            origin: Origin::Managed(path.clone()),
            destination: Destination::Managed { path, is_branch },
            initiator: Initiator::Member,
            applicant: AccountId(1),
            applicant_path: None,
            origin_consents: false,
            destination_consents: false,
            is_own: false,
        }
    }

    #[test]
    fn the_bar_follows_the_route() {
        use ProgressState::*;
        let cases = [
            (facts(Stage::Draft, false), None, [Now, Later, Later, Later, Later]),
            (facts(Stage::OriginReview, false), None, [Done, Now, Later, Later, Later]),
            (facts(Stage::DestinationReview, true), None, [Done, Done, Now, Skipped, Later]),
            (facts(Stage::Placement, false), None, [Done, Done, Done, Now, Later]),
            (facts(Stage::Completed, true), None, [Done, Done, Done, Skipped, Done]),
            (
                facts(Stage::Returned, false),
                Some(Stage::DestinationReview),
                [Done, Done, Stopped, Later, Later],
            ),
            (
                facts(Stage::Withdrawn, false),
                Some(Stage::Draft),
                [Stopped, Later, Later, Later, Later],
            ),
        ];
        for (facts, stopped_in, wanted) in cases {
            let states: Vec<_> = progress(&facts, stopped_in).iter().map(|s| s.state).collect();
            assert_eq!(states, wanted, "{:?}", facts.stage);
        }
    }

    #[test]
    fn reviews_elsewhere_stand_in_their_place() {
        let outside =
            Facts { destination: Destination::Outside, ..facts(Stage::ExternalReceipt, false) };
        let bar = progress(&outside, None);
        assert_eq!((bar[2].label, bar[2].state), ("待对方系统接收", ProgressState::Now));
        let arriving = Facts {
            origin: Origin::Outside,
            destination_consents: true,
            ..facts(Stage::ExternalReceipt, false)
        };
        let bar = progress(&arriving, None);
        assert_eq!((bar[1].label, bar[1].state), ("待转出方系统转出", ProgressState::Now));
        assert_eq!(bar[2].state, ProgressState::Skipped);
    }
}
