//! 办理: the popup over one or several transfers, and what is said of the results.
//!
//! Which acts are listed is read off the table of moves (`domain::workflow`); this file adds only
//! the words and what each act still has to ask for.

use super::choice::{Choice, ChoiceItem, Release};
use super::doors::{Door, Preset};
use crate::domain::account::Actor;
use crate::domain::ids::{Now, OrgId};
use crate::domain::transfer::TransferRow;
use crate::domain::workflow::{
    Act, Destination, Facts, Given, Needs, Origin, STEPS, Stage, advance, offer,
};
use crate::model::effect::{Decision, DecisionResult, Effect};
use crate::model::layer::Out;
use crate::model::words::{may_apply_again, waiting};
use crate::rules::Rules;

/// Acts in the order in which they are listed: what moves on first, what ends last.
const ORDER: [Act; 7] = [
    Act::Approve,
    Act::Place,
    Act::RecordAccepted,
    Act::Return,
    Act::RecordRefused,
    Act::Withdraw,
    Act::Lapse,
];

/// How many names a heading gives before it counts.
const NAMES: usize = 4;

/// 办理转接 for these rows; an act applies to all of them and each gets its own answer.
pub fn decide(rows: &[TransferRow], actor: &Actor, now: Now, rules: &Rules) -> Choice {
    let mut options = Vec::new();
    options.extend(go_on(rows, actor));
    for act in ORDER {
        options.extend(item(rows, actor, act));
        if act == Act::Approve {
            options.extend(approve_and_place(rows, actor));
        }
    }
    let ends = |at: usize| matches!(ORDER.get(at), Some(Act::Withdraw | Act::Lapse));
    let first =
        ORDER.iter().position(|act| item(rows, actor, *act).is_some_and(|i| i.refusal.is_none()));
    let only_ends = first.is_none_or(ends);
    options.extend(again(rows, actor));
    let mut choice = Choice::new("办理转接", heading(rows, actor, now, rules), options)
        .noting("写下的原因会原样显示给对方。");
    if only_ends {
        // Enter without a look must not lead towards ending a request.
        choice.selected = 0;
    }
    choice
}

/// What is said of a decision: a sentence for one row, a page for several.
pub fn results(act: Act, results: &[DecisionResult]) -> Out {
    match results {
        [] => Out::nothing(),
        [one] => match &one.outcome {
            Ok(reached) => Out::nothing().say(reached_by(act, &one.transferee, reached)),
            Err(fault) => Out::nothing().warn(format!("{}：{}", one.transferee, fault.sentence)),
        },
        many => {
            let (done, left) = (count(many, true), count(many, false));
            let verdict = format!("{}：办成 {done} 条，未办 {left} 条", act.label());
            let rest = if left > 0 { "。未办的还选着，改好后可以再办" } else { "" };
            Out::nothing()
                .say(format!("{verdict}{rest}。"))
                .push(Choice::notice(verdict, result_lines(many)).into())
        }
    }
}

fn reached_by(act: Act, name: &str, (stage, next): &(Stage, String)) -> String {
    let done = format!("已{}", act.label());
    let ended = stage.is_final() || next.is_empty();
    let next_words = if ended { String::new() } else { format!("下一步：{next}") };
    // The stage is told once, in whichever place it stands.
    let told = stage.label() == done || (!ended && next.starts_with(stage.label()));
    let now = if told { String::new() } else { format!("，现在是「{}」", stage.label()) };
    format!("{name}：{done}{now}。{next_words}")
}

fn count(results: &[DecisionResult], done: bool) -> usize {
    results.iter().filter(|result| result.outcome.is_ok() == done).count()
}

/// Every row with its answer, those that stayed first because they want something.
fn result_lines(results: &[DecisionResult]) -> Vec<String> {
    let line = |result: &DecisionResult| {
        let words = match &result.outcome {
            Ok((stage, next)) if stage.is_final() || next.is_empty() => {
                format!("办成：{}", stage.label())
            }
            Ok((_, next)) => format!("办成，下一步 {next}"),
            Err(fault) => format!("未办：{}", fault.sentence.trim_start_matches("没有办成：")),
        };
        format!("{} {} {words}", result.number, result.transferee)
    };
    let (done, left): (Vec<_>, Vec<_>) = results.iter().partition(|r| r.outcome.is_ok());
    left.into_iter().chain(done).map(line).collect()
}

fn heading(rows: &[TransferRow], actor: &Actor, now: Now, rules: &Rules) -> Vec<String> {
    let [row] = rows else {
        let names: Vec<&str> = rows.iter().take(NAMES).map(|row| row.transferee.as_str()).collect();
        let more = if rows.len() > NAMES { "等" } else { "" };
        return vec![format!("共 {} 条：{}{more}", rows.len(), names.join("、"))];
    };
    let date = row.applied_at.map(|at| now.local(at).format("%Y-%m-%d").to_string());
    let applied = date.map(|date| format!("    申请 {date}")).unwrap_or_default();
    let waited = waiting(row, now, rules).map(|w| format!("    {}", w.text())).unwrap_or_default();
    let mut lines = vec![
        format!("转出人 {}{applied}{waited}", row.transferee),
        format!("转出   {}", row.origin),
        format!("转入   {}", row.destination),
        format!("现在   {}", row.facts.stage.label()),
    ];
    if acts_on_behalf(&row.facts, actor) {
        lines.push("代办   你替下级组织办理，会这样记进操作记录。".to_owned());
    }
    lines
}

const EVERYTHING: Given = Given { reason: true, branch: true, date: true };

/// Whether the first act that is possible would be another organisation's.
fn acts_on_behalf(facts: &Facts, actor: &Actor) -> bool {
    let mut possible = ORDER.iter().filter_map(|act| advance(facts, actor, *act, EVERYTHING).ok());
    possible.next().is_some_and(|moved| moved.on_behalf_of.is_some())
}

fn decision(rows: &[TransferRow], act: Act) -> Decision {
    let ids = rows.iter().map(|row| row.id).collect();
    let seen = rows.iter().map(|row| row.facts.stage).collect();
    Decision { ids, seen, act, reason: String::new(), branch: None, date: String::new() }
}

fn needs_of(stage: Stage, act: Act) -> Option<Needs> {
    STEPS.iter().find(|step| step.from == stage && step.act == act).map(|step| step.needs)
}

/// One act, if the stage of any row has it; in brackets where no row allows it.
fn item(rows: &[TransferRow], actor: &Actor, act: Act) -> Option<ChoiceItem> {
    let having: Vec<&TransferRow> =
        rows.iter().filter(|row| needs_of(row.facts.stage, act).is_some()).collect();
    let first = having.first()?;
    let answers = having.iter().map(|row| offer(&row.facts, actor, act));
    let possible = answers.clone().filter(Result::is_ok).count();
    let refusal = answers.filter_map(Result::err).next().filter(|_| possible == 0);
    let needs = needs_of(first.facts.stage, act)?;
    let (release, blocked) = release_of(rows, act, needs);
    let refusal = refusal.map(|why| why.to_string()).or(blocked);
    let act = act_label(act, &having);
    Some(ChoiceItem::new(label_of(act, needs, (possible, rows.len())), release).unless(refusal))
}

/// Who arrives is let go by the outside; who leaves is taken in by it.
fn act_label(act: Act, rows: &[&TransferRow]) -> &'static str {
    let arrive = rows.iter().all(|row| row.facts.origin == Origin::Outside);
    match act {
        Act::RecordAccepted if arrive => "登记对方已转出",
        Act::RecordRefused if arrive => "登记对方不转出",
        _ => act.label(),
    }
}

fn label_of(act: &str, needs: Needs, (possible, all): (usize, usize)) -> String {
    let asks = match needs {
        Needs::Nothing => "",
        Needs::Reason => "（须写原因）",
        Needs::Branch => "（选一个团支部）",
        Needs::Date => "（须填日期）",
        Needs::DateAndReason => "（须填日期和原因）",
    };
    let part = match possible {
        n if n == 0 || n == all => String::new(),
        n => format!("，{all} 条里 {n} 条可办"),
    };
    format!("{act}{asks}{part}")
}

fn release_of(rows: &[TransferRow], act: Act, needs: Needs) -> (Release, Option<String>) {
    let decision = decision(rows, act);
    match needs {
        Needs::Nothing => (Release::Effect(Effect::Decide(decision)), None),
        Needs::Reason => (Release::Open(Door::Reason(decision)), None),
        Needs::Date | Needs::DateAndReason => (Release::Open(Door::Receipt(decision)), None),
        Needs::Branch => placing(rows, decision),
    }
}

/// A placement picks below one destination, so rows of several are placed one after the other.
fn placing(rows: &[TransferRow], decision: Decision) -> (Release, Option<String>) {
    let mut destinations: Vec<Option<OrgId>> =
        rows.iter().map(|row| destination_of(&row.facts)).collect();
    destinations.dedup();
    match destinations.as_slice() {
        [Some(destination)] => (Release::Place(decision, *destination), None),
        _ => {
            let why = "选中的几条转入组织不同，不能一起分配。请按转入组织分开选、分开办。";
            (Release::Close, Some(why.to_owned()))
        }
    }
}

fn destination_of(facts: &Facts) -> Option<OrgId> {
    match &facts.destination {
        Destination::Managed { path, .. } => path.ids().last(),
        Destination::Outside | Destination::SpecialUnit { .. } => None,
    }
}

/// 同意并分配团支部, where placement is what follows and this person may do it too.
fn approve_and_place(rows: &[TransferRow], actor: &Actor) -> Option<ChoiceItem> {
    let fits = |row: &TransferRow| {
        let next = advance(&row.facts, actor, Act::Approve, EVERYTHING);
        let placed = Facts { stage: Stage::Placement, ..row.facts.clone() };
        next.is_ok_and(|moved| moved.to == Stage::Placement)
            && offer(&placed, actor, Act::Place).is_ok()
    };
    if rows.is_empty() || !rows.iter().all(fits) {
        return None;
    }
    let (release, blocked) = placing(rows, decision(rows, Act::Approve));
    Some(ChoiceItem::new("同意并分配团支部（选一个团支部）", release).unless(blocked))
}

/// Going on with a draft is the form's business.
fn go_on(rows: &[TransferRow], actor: &Actor) -> Option<ChoiceItem> {
    let [row] = rows else { return None };
    let refusal = offer(&row.facts, actor, Act::Submit).err().map(|why| why.to_string());
    let item = ChoiceItem::new("续填并提交", Release::Open(Door::Apply(Preset::Draft(row.id))));
    (row.facts.stage == Stage::Draft).then(|| item.unless(refusal))
}

fn again(rows: &[TransferRow], actor: &Actor) -> Option<ChoiceItem> {
    let [row] = rows else { return None };
    let ended = row.facts.stage.is_final() && row.facts.stage != Stage::Completed;
    let refusal = (!may_apply_again(&row.facts, actor))
        .then(|| "再次申请要由原来的发起方来做。请联系发起方。".to_owned());
    let item = ChoiceItem::new("再次申请", Release::Open(Door::Apply(Preset::Again(row.id))));
    ended.then(|| item.unless(refusal))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;
    use crate::domain::fault::{Fault, FaultKind};
    use crate::domain::ids::TransferId;
    use crate::domain::testing::actor;
    use crate::model::layer::Nav;
    use crate::model::sample::{at, own_path, row};

    fn popup(rows: &[TransferRow]) -> Choice {
        let admin = actor(Role::Administrator, &own_path());
        decide(rows, &admin, at(2020, 6, 2), &Rules::national())
    }

    fn labels(popup: &Choice) -> Vec<String> {
        let mark = |item: &ChoiceItem| if item.refusal.is_some() { "-" } else { "" };
        popup.options.iter().map(|item| format!("{}{}", mark(item), item.label)).collect()
    }

    #[test]
    fn who_arrives_is_let_go_and_not_taken_in() {
        let mut coming = row(1, Stage::ExternalReceipt);
        coming.facts.origin = Origin::Outside;
        let found = labels(&popup(&[coming])).join("\n");
        assert!(found.contains("登记对方已转出（须填日期）"), "{found}");
        assert!(found.contains("登记对方不转出（须填日期和原因）"), "{found}");
        assert!(!found.contains("接收"), "{found}");
    }

    #[test]
    fn the_reviewer_sees_what_the_table_offers() {
        let popup = popup(&[row(1, Stage::DestinationReview)]);
        assert_eq!(
            labels(&popup),
            [
                "同意",
                "同意并分配团支部（选一个团支部）",
                "退回（须写原因）",
                "-撤销（须写原因）",
                "-登记失效（须写原因）"
            ]
        );
        assert!(popup.lines[0].contains("等16天"), "{:?}", popup.lines);
        let wanted = Decision { ..decision(&[row(1, Stage::DestinationReview)], Act::Approve) };
        assert!(popup.options[0].release == Release::Effect(Effect::Decide(wanted.clone())));
        assert!(popup.options[1].release == Release::Place(wanted, OrgId(5)));
    }

    #[test]
    fn nothing_is_offered_that_the_person_may_not_do() {
        let waiting_elsewhere = popup(&[row(1, Stage::OriginReview)]);
        assert!(waiting_elsewhere.options.iter().all(|item| item.refusal.is_some()));
        let mut own = row(1, Stage::DestinationReview);
        own.facts.is_own = true;
        let own = popup(&[own]);
        assert!(own.options[0].refusal.as_ref().unwrap().contains("你本人"));
        assert!(!labels(&own).iter().any(|label| label.contains("同意并分配")));
    }

    #[test]
    fn enter_does_not_lead_towards_ending_a_request() {
        let mut mine = row(1, Stage::OriginReview);
        mine.facts.applicant = crate::domain::ids::AccountId(7);
        let popup = popup(&[mine]);
        let labels = labels(&popup);
        let withdraw = labels.iter().position(|label| label.starts_with("撤销")).unwrap();
        assert!(popup.options[withdraw].refusal.is_none(), "{labels:?}");
        assert_eq!(popup.selected, 0);
        assert!(popup.options[0].refusal.is_some());
    }

    #[test]
    fn a_batch_applies_to_all_and_counts_what_is_possible() {
        let mixed = popup(&[row(1, Stage::DestinationReview), row(2, Stage::Placement)]);
        assert_eq!(mixed.lines, ["共 2 条：孔维嘉、王凡"]);
        assert_eq!(labels(&mixed)[0], "同意，2 条里 1 条可办");
        let Release::Effect(Effect::Decide(decision)) = &mixed.options[0].release else {
            panic!("a batch is decided at once")
        };
        assert_eq!(decision.ids, [TransferId(1), TransferId(2)]);
        assert_eq!(decision.seen, [Stage::DestinationReview, Stage::Placement]);
    }

    #[test]
    fn rows_of_two_destinations_are_not_placed_together() {
        let mut other = row(2, Stage::Placement);
        let path = own_path().child(OrgId(77));
        other.facts.destination = Destination::Managed { path, is_branch: false };
        let popup = popup(&[row(1, Stage::Placement), other]);
        assert!(popup.options[0].refusal.as_ref().unwrap().contains("转入组织不同"));
    }

    #[test]
    fn ends_can_be_applied_for_again_by_those_who_applied() {
        let mut mine = row(1, Stage::Returned);
        assert_eq!(labels(&popup(&[mine.clone()])), ["-再次申请"]);
        mine.facts.applicant = crate::domain::ids::AccountId(7);
        assert_eq!(labels(&popup(&[mine.clone()])), ["再次申请"]);
        mine.facts.stage = Stage::Draft;
        assert_eq!(labels(&popup(&[mine])), ["续填并提交", "撤销（须写原因）"]);
    }

    #[test]
    fn acting_for_an_organisation_below_is_said_before() {
        let mut below = row(1, Stage::DestinationReview);
        let path = own_path().child(OrgId(77));
        below.facts.destination = Destination::Managed { path, is_branch: true };
        assert!(popup(&[below]).lines.iter().any(|line| line.starts_with("代办")));
        // One may withdraw for others here, but what one came for is one's own business.
        let own = popup(&[row(1, Stage::DestinationReview)]);
        assert!(!own.lines.iter().any(|line| line.starts_with("代办")), "{:?}", own.lines);
    }

    fn result(id: i64, outcome: Result<(Stage, String), Fault>) -> DecisionResult {
        let row = row(id, Stage::Placement);
        let (number, transferee) = (row.number, row.transferee);
        DecisionResult { id: TransferId(id), number, transferee, outcome }
    }

    #[test]
    fn results_are_a_sentence_for_one_and_a_page_for_many() {
        let done = result(1, Ok((Stage::Placement, "由你分配团支部".to_owned())));
        let left = result(2, Err(Fault::new(FaultKind::Conflict, "这一单已由李静同意。")));
        let out = results(Act::Approve, std::slice::from_ref(&done));
        assert!(matches!(&out.nav[..], [Nav::Say(m)] if m.text.contains("现在是「分配团支部」")));
        let moved = (Stage::DestinationReview, "转入组织审批（枫林街道团工委）".to_owned());
        let out = results(Act::Approve, &[result(1, Ok(moved))]);
        let told = "孔维嘉：已同意。下一步：转入组织审批（枫林街道团工委）";
        assert!(matches!(&out.nav[..], [Nav::Say(m)] if m.text == told));
        let out = results(Act::Withdraw, &[result(1, Ok((Stage::Withdrawn, String::new())))]);
        assert!(matches!(&out.nav[..], [Nav::Say(m)] if m.text == "孔维嘉：已撤销。"));
        let over = result(1, Ok((Stage::Completed, "已办完，没有下一步。".to_owned())));
        let out = results(Act::Place, &[over]);
        assert!(matches!(&out.nav[..], [Nav::Say(m)] if !m.text.contains("下一步")));
        let out = results(Act::Approve, &[done, left]);
        let [Nav::Say(message), Nav::Push(layer)] = &out.nav[..] else { panic!("a page opens") };
        assert!(message.text.contains("办成 1 条，未办 1 条"), "{}", message.text);
        let crate::model::layer::Layer::Choice(page) = layer.as_ref() else { panic!("a popup") };
        assert!(page.lines[0].contains("王凡 未办：这一单已由李静同意。"), "{:?}", page.lines);
        assert!(page.lines[1].contains("孔维嘉 办成"));
    }
}
