use super::*;
use crate::domain::ids::{Moment, TransferId};
use crate::model::sample;

fn now() -> Now {
    sample::at(2020, 6, 2)
}

fn day(text: &str) -> NaiveDate {
    NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
}

fn there(row: usize, who: &str, applied: &str, status: &str) -> OfficialRow {
    OfficialRow {
        row,
        transferee: who.to_owned(),
        origin: "甲团支部".to_owned(),
        destination: "乙团支部".to_owned(),
        applied_on: (!applied.is_empty()).then(|| day(applied)),
        status: status.to_owned(),
    }
}

fn here(id: i64, who: &str, applied: &str, stage: Stage) -> TransferRow {
    let noon = day(applied).and_hms_opt(4, 0, 0).unwrap().and_utc().timestamp();
    TransferRow {
        id: TransferId(id),
        transferee: who.to_owned(),
        origin: "甲团支部".to_owned(),
        destination: "乙团支部".to_owned(),
        applied_at: Some(Moment(noon)),
        ..sample::row(id, stage)
    }
}

fn compare(theirs: Vec<OfficialRow>, ours: Vec<TransferRow>) -> Reconciliation {
    let mut reconciler = Reconciler::new(theirs, now());
    ours.into_iter().for_each(|row| reconciler.see(row));
    reconciler.finish()
}

fn said(theirs: Vec<OfficialRow>, ours: Vec<TransferRow>) -> Vec<(Difference, usize, i64)> {
    let rows = compare(theirs, ours).rows.into_iter();
    let of =
        |r: Reconciled| (r.difference, r.there.map_or(0, |t| t.row), r.here.map_or(0, |h| h.id.0));
    rows.map(of).collect()
}

#[test]
fn each_pair_of_standings_says_its_difference() {
    let cases = [
        ("已完成", Stage::Completed, Difference::Same),
        ("已完成", Stage::DestinationReview, Difference::DoneThere),
        ("待转入组织审批", Stage::Completed, Difference::DoneHere),
        ("待转入组织审批", Stage::Placement, Difference::Same),
        ("未完成", Stage::Placement, Difference::Same),
        ("转入退回", Stage::OriginReview, Difference::Otherwise),
        ("审批不通过", Stage::Completed, Difference::Otherwise),
        ("已撤销", Stage::Withdrawn, Difference::Same),
        ("???", Stage::Completed, Difference::Unclear),
        ("", Stage::OriginReview, Difference::Unclear),
    ];
    for (status, stage, wanted) in cases {
        let rows = said(
            vec![there(2, "王凡", "2020-05-21", status)],
            vec![here(1, "王凡", "2020-05-21", stage)],
        );
        assert_eq!(rows, [(wanted, 2, 1)], "{status} {stage:?}");
    }
}

#[test]
fn our_own_words_are_understood() {
    for stage in [
        Stage::OriginReview,
        Stage::DestinationReview,
        Stage::ProvinceReview,
        Stage::ExternalReceipt,
        Stage::Placement,
        Stage::Completed,
        Stage::Returned,
        Stage::Withdrawn,
        Stage::Lapsed,
    ] {
        assert_eq!(Standing::of_words(stage.label()), Standing::of_stage(stage), "{stage:?}");
    }
}

#[test]
fn blanks_widths_and_a_few_days_are_no_difference() {
    let mut row = there(2, "王 凡", "2020-05-23", "已完成");
    row.origin = "甲　团支部".to_owned();
    let ours = here(1, "王凡", "2020-05-21", Stage::Completed);
    assert_eq!(said(vec![row.clone()], vec![ours.clone()]), [(Difference::Same, 2, 1)]);
    row.applied_on = None;
    assert_eq!(said(vec![row.clone()], vec![ours.clone()]), [(Difference::Same, 2, 1)]);
    row.applied_on = Some(day("2020-03-01"));
    let found = said(vec![row.clone()], vec![ours.clone()]);
    assert_eq!(found[0], (Difference::OnlyThere, 2, 0), "another application of the same person");
    row.applied_on = Some(day("2020-05-23"));
    row.destination = "丙团支部".to_owned();
    assert_eq!(said(vec![row.clone()], vec![ours.clone()]), [(Difference::Same, 2, 1)]);
    row.origin = "丁团支部".to_owned();
    assert_eq!(said(vec![row], vec![ours])[0].0, Difference::OnlyThere);
}

#[test]
fn two_applications_of_one_person_each_find_their_own() {
    let theirs =
        vec![there(2, "王凡", "2020-05-21", "已退回"), there(3, "王凡", "2020-05-25", "已完成")];
    let ours = vec![
        here(7, "王凡", "2020-05-25", Stage::Completed),
        here(8, "王凡", "2020-05-21", Stage::Returned),
    ];
    assert_eq!(said(theirs, ours), [(Difference::Same, 2, 8), (Difference::Same, 3, 7)]);
}

#[test]
fn namesakes_that_fit_equally_well_are_left_to_a_person() {
    let theirs = vec![there(2, "王凡", "2020-05-21", "已完成")];
    let ours = vec![
        here(7, "王凡", "2020-05-21", Stage::Completed),
        here(8, "王凡", "2020-05-21", Stage::OriginReview),
    ];
    let rows = said(theirs, ours);
    assert_eq!(rows[0], (Difference::Unclear, 2, 7));
    let both =
        vec![there(2, "王凡", "2020-05-21", "已完成"), there(3, "王凡", "2020-05-21", "已完成")];
    let ours = vec![
        here(7, "王凡", "2020-05-21", Stage::Completed),
        here(8, "王凡", "2020-05-21", Stage::Completed),
    ];
    assert_eq!(said(both, ours), [(Difference::Same, 2, 7), (Difference::Same, 3, 8)]);
}

#[test]
fn ours_are_missed_only_where_the_list_should_have_them() {
    let theirs =
        vec![there(2, "王凡", "2020-05-10", "已完成"), there(3, "李雷", "2020-05-20", "已完成")];
    let ours = vec![
        here(1, "王凡", "2020-05-10", Stage::Completed),
        here(4, "孔维嘉", "2020-05-15", Stage::Completed),
        // Before the first day of the list, and of a standing that the list does not tell.
        here(5, "孔维嘉", "2020-05-09", Stage::Completed),
        here(6, "孔维嘉", "2020-05-15", Stage::OriginReview),
        here(7, "李雷", "2020-05-15", Stage::Draft),
    ];
    let rows = said(theirs, ours);
    assert_eq!(
        rows,
        [(Difference::OnlyThere, 3, 0), (Difference::OnlyHere, 0, 4), (Difference::Same, 2, 1)]
    );
}

#[test]
fn a_list_of_another_year_does_not_fill_the_memory() {
    let theirs = vec![there(2, "王凡", "", "已完成")];
    let ours = (0..MOST_ONLY_HERE as i64 + 5)
        .map(|id| here(id + 1, "孔维嘉", "2020-05-15", Stage::Completed))
        .collect();
    let found = compare(theirs, ours);
    assert_eq!((found.count(Difference::OnlyHere), found.left_out), (MOST_ONLY_HERE, 5));
}

#[test]
fn one_name_a_thousand_times_is_left_to_a_person_and_keeps_nobody_waiting() {
    let theirs = (0..1_000).map(|n| there(n + 2, "王凡", "2020-05-21", "已完成")).collect();
    let ours = (0..1_000).map(|id| here(id + 1, "王凡", "2020-05-21", Stage::Completed)).collect();
    assert_eq!(compare(theirs, ours).count(Difference::Unclear), 1_000);
}
