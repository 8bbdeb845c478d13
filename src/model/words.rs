//! What lists, pages and popups say about a transfer, derived from its facts in one place.

use crate::domain::account::Actor;
use crate::domain::ids::Now;
use crate::domain::transfer::{Contact, ProgressStep, TransferCard, TransferRow, progress};
use crate::domain::workflow::{
    Act, Facts, Origin, Party, Stage, next_act, next_party, offer, offers,
};
use crate::rules::Rules;

/// How long a transfer has stood in its stage. It makes colours and marks and decides nothing
/// (domain.md A2.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting {
    /// Whole days.
    pub days: i64,
    /// Which limit of the rule file is passed.
    pub limit: Limit,
}

/// A limit of the rule file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Limit {
    /// None is passed.
    Within,
    /// It is time to remind somebody.
    Remind,
    /// Overdue.
    Overdue,
}

impl Waiting {
    /// 「等12天」, with 「!」 where it is overdue, so that colour is not needed to tell.
    pub fn text(self) -> String {
        let mark = if self.limit == Limit::Overdue { "!" } else { "" };
        if self.days == 0 { "今天".to_owned() } else { format!("等{}天{mark}", self.days) }
    }
}

/// How long an open transfer has been waiting; none for drafts and for what has ended.
pub fn waiting(row: &TransferRow, now: Now, rules: &Rules) -> Option<Waiting> {
    let stage = row.facts.stage;
    let days = row.since.days_until(now.moment);
    let passed = |limit: Option<i64>| limit.is_some_and(|limit| days >= limit);
    let limit = match (passed(rules.overdue_days(stage)), passed(rules.remind_days(stage))) {
        (true, _) => Limit::Overdue,
        (false, true) => Limit::Remind,
        (false, false) => Limit::Within,
    };
    stage.is_open().then_some(Waiting { days, limit })
}

/// The 操作 column: what this person can do next.
pub fn operation(facts: &Facts, actor: &Actor) -> &'static str {
    match next_act(facts, actor) {
        Some(Act::Submit) => "续填",
        Some(Act::Approve) => "办理",
        Some(Act::Place) => "分配",
        Some(Act::RecordAccepted) => "登记",
        Some(Act::Return | Act::Withdraw | Act::RecordRefused | Act::Lapse) | None => "查看",
    }
}

/// Whether this person may open a new draft with the same answers (domain.md A2, 已退回).
pub fn may_apply_again(facts: &Facts, actor: &Actor) -> bool {
    let ended = matches!(facts.stage, Stage::Returned | Stage::Withdrawn | Stage::Lapsed);
    let as_draft = Facts { stage: Stage::Draft, ..facts.clone() };
    ended && offer(&as_draft, actor, Act::Submit).is_ok()
}

/// Why this person can do nothing with a transfer, or none where there is something to do.
pub fn nothing_to_do(facts: &Facts, actor: &Actor) -> Option<String> {
    let possible = offers(facts, actor).iter().any(|(_, step)| step.is_ok());
    if possible || may_apply_again(facts, actor) {
        return None;
    }
    if facts.stage.is_final() {
        let stage = facts.stage.label();
        return Some(format!("不能办理：这一单{stage}，没有下一步了。按 Enter 看详情。"));
    }
    let party = next_party(facts).map_or("对方", Party::label);
    Some(format!("不能办理：这一单正等{party}办理。按 Enter 看详情和联系电话。"))
}

/// The steps of the progress bar; of a transfer that ended early, with the step it ended in.
pub fn steps(card: &TransferCard) -> Vec<ProgressStep> {
    progress(&card.row.facts, card.stopped_in)
}

/// A step's name where there are few columns.
pub fn short_step(label: &'static str) -> &'static str {
    match label {
        "提交接转申请" => "提交",
        "转出组织审批" => "转出审批",
        "转入组织审批" => "转入审批",
        "分配团支部" => "分配支部",
        "待转出方系统转出" => "对方转出",
        "待对方系统接收" => "对方接收",
        "省级团委审核" => "省级审核",
        other => other,
    }
}

/// Who moves next, with a telephone number where one is known; or how it ended.
pub fn next_step(card: &TransferCard, actor: &Actor) -> String {
    let facts = &card.row.facts;
    if facts.stage.is_final() {
        return ending(card);
    }
    let party = next_party(facts);
    let (who, contact) = match own_move(facts, actor) {
        Some(words) => (words.to_owned(), other_side(card, party)),
        None => {
            let label = party.map_or("对方", Party::label);
            (format!("下一步：由{label}办理。"), party.and_then(|party| contact_of(card, party)))
        }
    };
    // Nobody is told to ring themselves up.
    let contact = contact.filter(|contact| contact.name != actor.name);
    who + &contact.map(called).unwrap_or_default()
}

/// The placement or the reason, as the last line of a transfer that has ended.
fn ending(card: &TransferCard) -> String {
    match card.row.facts.stage {
        Stage::Completed if card.placed_in.is_empty() => {
            format!("已完成，现在属于{}。", card.row.destination)
        }
        Stage::Completed => format!("已完成，现在属于{}。", card.placed_in),
        stage if card.closing_reason.is_empty() => format!("{}。", closed_by(card, stage)),
        stage => format!("{}：{}", closed_by(card, stage), card.closing_reason),
    }
}

/// 「转入方已退回」: who sent it back follows from where it stood; the rest ends by the applicant.
fn closed_by(card: &TransferCard, stage: Stage) -> String {
    let side = match (stage, card.stopped_in) {
        (Stage::Returned, Some(Stage::OriginReview)) => "转出方",
        (Stage::Returned, Some(Stage::DestinationReview | Stage::Placement)) => "转入方",
        (Stage::Returned, Some(Stage::ProvinceReview)) => "省级团委",
        (Stage::Returned, Some(Stage::ExternalReceipt)) => "对方",
        _ => "",
    };
    format!("{side}{}", stage.label())
}

fn own_move(facts: &Facts, actor: &Actor) -> Option<&'static str> {
    match next_act(facts, actor)? {
        Act::Submit => Some("下一步：由你填完后提交（按 8）。"),
        Act::Approve => Some("下一步：由你审批（按 8）。"),
        Act::Place => Some("下一步：由你分配团支部（按 8）。"),
        Act::RecordAccepted => Some("下一步：由你登记对方的结果（按 8）。"),
        Act::Return | Act::Withdraw | Act::RecordRefused | Act::Lapse => None,
    }
}

/// Whom to ask while the own side decides: the other side of the transfer.
fn other_side(card: &TransferCard, party: Option<Party>) -> Option<&Contact> {
    let party = match party? {
        Party::Destination => Party::Origin,
        Party::Origin | Party::Recorder | Party::RecorderForProvince => Party::Destination,
        Party::Applicant | Party::Province => return None,
    };
    contact_of(card, party)
}

fn contact_of(card: &TransferCard, party: Party) -> Option<&Contact> {
    let reachable = |contact: &&Contact| !contact.phone.is_empty();
    let origin = [&card.origin_contact, &card.superior_contact];
    let origin = origin.into_iter().find(reachable);
    let destination = Some(&card.destination_contact).filter(reachable);
    match party {
        Party::Origin | Party::RecorderForProvince => origin,
        Party::Destination => destination,
        Party::Recorder => match card.row.facts.origin {
            Origin::Managed(_) => origin,
            Origin::Outside => destination,
        },
        Party::Applicant | Party::Province => None,
    }
}

fn called(contact: &Contact) -> String {
    let name = if contact.name.is_empty() { &contact.organisation } else { &contact.name };
    format!("联系 {name} {}", contact.phone)
}

/// What is said once a transfer is handed in: its number and who moves next.
pub fn handed_in(number: &str, next: &str) -> String {
    format!("已提交 {number}。下一步：{}。", next.trim_end_matches('。'))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;
    use crate::domain::ids::Moment;
    use crate::domain::testing::actor;
    use crate::model::sample::{at, card, own_path, row};

    #[test]
    fn nobody_is_told_to_ring_themselves_up() {
        let me = actor(Role::Administrator, &own_path());
        let mut card = card(1, Stage::DestinationReview);
        assert!(next_step(&card, &me).contains("联系"));
        card.origin_contact.name.clone_from(&me.name);
        assert_eq!(next_step(&card, &me), "下一步：由你审批（按 8）。");
    }

    #[test]
    fn the_mark_comes_with_the_limit_and_not_before() {
        let (rules, now) = (Rules::national(), at(2020, 6, 2));
        let overdue = rules.overdue_days(Stage::OriginReview).unwrap_or(15);
        let row_of = |days: i64| TransferRow {
            since: Moment(now.moment.0 - days * 86_400),
            ..row(1, Stage::OriginReview)
        };
        let text = |days| waiting(&row_of(days), now, &rules).unwrap().text();
        assert_eq!(text(0), "今天");
        assert_eq!(text(1), "等1天");
        assert_eq!(text(overdue), format!("等{overdue}天!"));
        assert_eq!(waiting(&row(1, Stage::Completed), now, &rules), None);
        assert_eq!(waiting(&row(1, Stage::Draft), now, &rules), None);
    }

    #[test]
    fn what_one_can_do_follows_the_table() {
        let admin = actor(Role::Administrator, &own_path());
        let operator = actor(Role::Operator, &own_path());
        for (stage, wanted) in [
            (Stage::DestinationReview, "办理"),
            (Stage::Placement, "分配"),
            (Stage::Completed, "查看"),
            (Stage::OriginReview, "查看"),
        ] {
            assert_eq!(operation(&row(1, stage).facts, &admin), wanted, "{stage:?}");
            assert_eq!(operation(&row(1, stage).facts, &operator), "查看");
        }
    }

    #[test]
    fn a_refusal_names_who_is_awaited() {
        let admin = actor(Role::Administrator, &own_path());
        let said = |stage| nothing_to_do(&row(1, stage).facts, &admin);
        assert_eq!(said(Stage::DestinationReview), None);
        assert!(said(Stage::OriginReview).unwrap().contains("转出团支部或其上级的管理员"));
        assert!(said(Stage::Completed).unwrap().contains("没有下一步"));
    }

    #[test]
    fn the_next_step_names_a_telephone_of_the_right_side() {
        let admin = actor(Role::Administrator, &own_path());
        let mine = next_step(&card(1, Stage::DestinationReview), &admin);
        assert_eq!(mine, "下一步：由你审批（按 8）。联系 王莉茜 13300000072");
        let theirs = next_step(&card(1, Stage::OriginReview), &admin);
        assert!(theirs.ends_with("联系 王莉茜 13300000072"), "{theirs}");
        let mut done = card(1, Stage::Completed);
        done.placed_in = "某学院2020级1班团支部".to_owned();
        assert_eq!(next_step(&done, &admin), "已完成，现在属于某学院2020级1班团支部。");
        let mut returned = card(1, Stage::Returned);
        returned.closing_reason = "材料不全".to_owned();
        assert_eq!(next_step(&returned, &admin), "转入方已退回：材料不全");
    }
}
