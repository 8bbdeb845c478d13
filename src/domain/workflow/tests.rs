use std::collections::BTreeSet;

use super::super::testing::actor;
use super::*;

fn root() -> OrgPath {
    OrgPath::root(OrgId(1))
}

fn origin_branch() -> OrgPath {
    root().child(OrgId(2)).child(OrgId(21))
}

fn destination_committee() -> OrgPath {
    root().child(OrgId(3))
}

fn facts(stage: Stage) -> Facts {
    Facts {
        stage,
        origin: Origin::Managed(origin_branch()),
        destination: Destination::Managed { path: destination_committee(), is_branch: false },
        initiator: Initiator::Origin,
        applicant: AccountId(99),
        applicant_path: Some(origin_branch()),
        origin_consents: false,
        destination_consents: false,
        is_own: false,
    }
}

fn everything() -> Given {
    Given { reason: true, branch: true, date: true }
}

#[test]
fn one_outcome_for_each_stage_act_and_side() {
    let keys: BTreeSet<_> = STEPS.iter().map(|s| (s.from, s.act, format!("{:?}", s.by))).collect();
    assert_eq!(keys.len(), STEPS.len());
}

#[test]
fn exactly_the_final_stages_have_no_exit() {
    for stage in Stage::ALL {
        let exits = STEPS.iter().filter(|s| s.from == *stage).count();
        assert_eq!(exits == 0, stage.is_final(), "{stage:?}");
    }
}

#[test]
fn every_stage_is_reachable() {
    let mut seen = BTreeSet::from([Stage::Draft]);
    let special =
        Facts { destination: Destination::SpecialUnit { province: None }, ..facts(Stage::Draft) };
    let outside = Facts { destination: Destination::Outside, ..facts(Stage::Draft) };
    for f in [facts(Stage::Draft), special, outside] {
        seen.extend(f.route());
    }
    seen.extend(STEPS.iter().filter_map(|s| match s.to {
        Target::To(stage) => Some(stage),
        Target::Next => None,
    }));
    assert_eq!(seen, Stage::ALL.iter().copied().collect());
}

#[test]
fn reasons_are_needed_where_the_trade_needs_them() {
    for s in STEPS {
        let wants = matches!(s.act, Act::Return | Act::Withdraw | Act::Lapse | Act::RecordRefused);
        assert_eq!(matches!(s.needs, Needs::Reason | Needs::DateAndReason), wants, "{s:?}");
    }
}

#[test]
fn routes_follow_who_asks_and_where_it_goes() {
    use Stage::*;
    let branch = Destination::Managed { path: destination_committee(), is_branch: true };
    let special = Destination::SpecialUnit { province: None };
    let base = facts(Draft);
    let cases: Vec<(Facts, Vec<Stage>)> = vec![
        (base.clone(), vec![OriginReview, DestinationReview, Placement, Completed]),
        (
            Facts { destination: branch.clone(), ..base.clone() },
            vec![OriginReview, DestinationReview, Completed],
        ),
        (
            Facts { origin_consents: true, ..base.clone() },
            vec![DestinationReview, Placement, Completed],
        ),
        (
            Facts { destination_consents: true, ..base.clone() },
            vec![OriginReview, Placement, Completed],
        ),
        (
            Facts {
                origin_consents: true,
                destination_consents: true,
                destination: branch.clone(),
                ..base.clone()
            },
            vec![Completed],
        ),
        (
            Facts { destination: Destination::Outside, ..base.clone() },
            vec![OriginReview, ExternalReceipt, Completed],
        ),
        (
            Facts { destination: special, ..base.clone() },
            vec![OriginReview, ProvinceReview, Completed],
        ),
        (
            Facts { origin: Origin::Outside, destination_consents: true, ..base.clone() },
            vec![ExternalReceipt, Placement, Completed],
        ),
        (
            Facts { origin: Origin::Outside, destination: branch, ..base },
            vec![ExternalReceipt, DestinationReview, Completed],
        ),
    ];
    for (facts, route) in cases {
        assert_eq!(facts.route(), route, "{facts:?}");
    }
}

#[test]
fn the_full_way_in_order() {
    let boss = actor(Role::Administrator, &root());
    let mut f = facts(Stage::OriginReview);
    let mut seen = vec![];
    for act in [Act::Approve, Act::Approve, Act::Place] {
        let step = advance(&f, &boss, act, everything()).unwrap();
        seen.push((step.to, step.on_behalf_of));
        f.stage = step.to;
    }
    let (from, to) = (Some(OrgId(21)), Some(OrgId(3)));
    assert_eq!(
        seen,
        [(Stage::DestinationReview, from), (Stage::Placement, to), (Stage::Completed, to)]
    );
    assert_eq!(
        advance(&f, &boss, Act::Approve, everything()),
        Err(Refusal::Ended(Stage::Completed, Act::Approve))
    );
}

#[test]
fn each_side_decides_its_own_stage_only() {
    let origin = actor(Role::Administrator, &origin_branch());
    let destination = actor(Role::Administrator, &destination_committee());
    let clerk = actor(Role::Operator, &origin_branch());
    let cases = [
        (Stage::OriginReview, &origin, Act::Approve, Ok(Stage::DestinationReview)),
        (Stage::OriginReview, &destination, Act::Approve, Err(Refusal::NotYours(Party::Origin))),
        (Stage::OriginReview, &clerk, Act::Approve, Err(Refusal::Operator(Party::Origin))),
        (Stage::DestinationReview, &destination, Act::Approve, Ok(Stage::Placement)),
        (
            Stage::DestinationReview,
            &origin,
            Act::Return,
            Err(Refusal::NotYours(Party::Destination)),
        ),
        (Stage::Placement, &destination, Act::Place, Ok(Stage::Completed)),
        (
            Stage::Placement,
            &destination,
            Act::Approve,
            Err(Refusal::NotNow(Stage::Placement, Act::Approve)),
        ),
        (Stage::Placement, &origin, Act::Withdraw, Err(Refusal::TooLateToWithdraw)),
        (Stage::DestinationReview, &origin, Act::Withdraw, Ok(Stage::Withdrawn)),
        (Stage::DestinationReview, &clerk, Act::Withdraw, Ok(Stage::Withdrawn)),
        (
            Stage::DestinationReview,
            &destination,
            Act::Withdraw,
            Err(Refusal::NotYours(Party::Applicant)),
        ),
    ];
    for (stage, who, act, wanted) in cases {
        let got = advance(&facts(stage), who, act, everything()).map(|m| m.to);
        assert_eq!(got, wanted, "{stage:?} {act:?} by {:?} at {:?}", who.role, who.org_path);
    }
}

#[test]
fn nobody_decides_about_the_own_membership() {
    let boss = actor(Role::Administrator, &root());
    for stage in
        [Stage::OriginReview, Stage::DestinationReview, Stage::Placement, Stage::ExternalReceipt]
    {
        let own = Facts { is_own: true, initiator: Initiator::Member, ..facts(stage) };
        for (act, offered) in offers(&own, &boss) {
            let by_applicant = matches!(act, Act::Withdraw | Act::Lapse);
            assert_eq!(offered.is_ok(), by_applicant, "{stage:?} {act:?}");
        }
    }
    let managed = (Origin::Managed(origin_branch()), Destination::Outside);
    assert_eq!(consents(&boss, Initiator::Origin, (&managed.0, &managed.1), true), (false, false));
    assert_eq!(consents(&boss, Initiator::Origin, (&managed.0, &managed.1), false), (true, false));
}

#[test]
fn the_initiators_side_is_not_asked_again() {
    let origin = Origin::Managed(origin_branch());
    let destination = Destination::Managed { path: destination_committee(), is_branch: true };
    let at = |role, path: &OrgPath| actor(role, path);
    let cases = [
        (at(Role::Administrator, &origin_branch()), Initiator::Origin, (true, false)),
        (at(Role::Administrator, &destination_committee()), Initiator::Destination, (false, true)),
        (at(Role::Administrator, &root()), Initiator::Origin, (true, true)),
        (at(Role::Operator, &origin_branch()), Initiator::Origin, (false, false)),
        (at(Role::Administrator, &root()), Initiator::Member, (false, false)),
    ];
    for (who, initiator, wanted) in cases {
        assert_eq!(
            consents(&who, initiator, (&origin, &destination), false),
            wanted,
            "{initiator:?}"
        );
    }
}

#[test]
fn missing_things_are_named_after_stage_and_person() {
    let boss = actor(Role::Administrator, &root());
    let nothing = Given::default();
    let cases = [
        (Stage::OriginReview, Act::Return, Refusal::NoReason(Act::Return)),
        (Stage::Placement, Act::Place, Refusal::NoBranch),
        (Stage::OriginReview, Act::Withdraw, Refusal::NoReason(Act::Withdraw)),
    ];
    for (stage, act, wanted) in cases {
        assert_eq!(advance(&facts(stage), &boss, act, nothing), Err(wanted));
    }
    let outside = Facts { destination: Destination::Outside, ..facts(Stage::ExternalReceipt) };
    assert_eq!(advance(&outside, &boss, Act::RecordRefused, nothing), Err(Refusal::NoDate));
    let dated = Given { date: true, ..nothing };
    assert_eq!(
        advance(&outside, &boss, Act::RecordRefused, dated),
        Err(Refusal::NoReason(Act::RecordRefused))
    );
    assert_eq!(
        advance(&outside, &boss, Act::RecordAccepted, dated).map(|m| m.to),
        Ok(Stage::Completed)
    );
}

#[test]
fn the_province_decides_or_its_answer_is_recorded() {
    let province = root();
    let special = |province| Facts {
        destination: Destination::SpecialUnit { province },
        ..facts(Stage::ProvinceReview)
    };
    let boss = actor(Role::Administrator, &province);
    let branch = actor(Role::Administrator, &origin_branch());
    let here = special(Some(province));
    let elsewhere = special(None);
    let to = |f, who, act| advance(f, who, act, everything()).map(|m| m.to);
    assert_eq!(to(&here, &boss, Act::Approve), Ok(Stage::Completed));
    assert_eq!(to(&here, &branch, Act::Approve), Err(Refusal::NotYours(Party::Province)));
    assert!(to(&here, &branch, Act::RecordAccepted).is_err());
    assert_eq!(to(&elsewhere, &branch, Act::RecordAccepted), Ok(Stage::Completed));
    assert_eq!(next_party(&here), Some(Party::Province));
    assert_eq!(next_party(&elsewhere), Some(Party::RecorderForProvince));
}

#[test]
fn every_refusal_is_a_sentence_with_a_next_step() {
    let refusals = [
        Refusal::Ended(Stage::Completed, Act::Return),
        Refusal::NotNow(Stage::Placement, Act::Approve),
        Refusal::TooLateToWithdraw,
        Refusal::NotYours(Party::Province),
        Refusal::Own,
        Refusal::Operator(Party::Origin),
        Refusal::NoReason(Act::Lapse),
        Refusal::NoBranch,
        Refusal::NoDate,
    ];
    for refusal in refusals {
        let said = refusal.to_string();
        assert!(said.ends_with('。') && said.contains('请') || said.contains("需要"), "{said}");
    }
}
