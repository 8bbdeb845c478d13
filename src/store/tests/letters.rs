//! Letters of introduction: numbers, reprints, receipts, scope.

use chrono::NaiveDate;

use super::fixture::*;
use crate::domain::fault::FaultKind;
use crate::domain::form::Initiator;
use crate::domain::ids::{Moment, Now, TransferId};
use crate::domain::letter::{LetterNumber, LetterQuery, LetterState, LetterView};
use crate::domain::workflow::Act;

fn number(year: i32, seq: u32) -> LetterNumber {
    LetterNumber { year, seq }
}

fn day(y: i32, m: u32, d: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(y, m, d).unwrap()
}

fn later(days: i64) -> Now {
    Now { moment: Moment(START.moment.0 + days * 86_400), ..START }
}

fn all(view: LetterView) -> LetterQuery {
    LetterQuery { view, search: String::new(), after: None }
}

/// Requests of three members to the township, under way.
fn three(office: &Office) -> [TransferId; 3] {
    [2, 3, 4].map(|n| office.send(UNIVERSITY, n, "TF", Initiator::Origin))
}

#[test]
fn numbers_run_within_a_year_and_an_issuer() {
    let office = Office::new();
    let [a, b, c] = three(&office);
    let issue = |now, who, id| office.at(now, who, |d| d.issue_letter(id, 90)).unwrap();
    assert_eq!(issue(START, UNIVERSITY, a).number, number(2020, 1));
    assert_eq!(issue(START, UNIVERSITY, b).number, number(2020, 2));
    assert_eq!(issue(START, BRANCH_A, c).number, number(2020, 1), "a branch counts for itself");
    let again = issue(later(1), UNIVERSITY, a);
    assert_eq!((again.number, again.times), (number(2020, 1), 2));
    assert_eq!((again.issued_on, again.valid_until), (day(2020, 6, 2), day(2020, 8, 31)));
    let next_year = office.send(UNIVERSITY, 5, "TF", Initiator::Origin);
    assert_eq!(issue(later(300), UNIVERSITY, next_year).number, number(2021, 1));
}

#[test]
fn a_letter_that_ran_out_is_replaced_unless_its_receipt_came() {
    let office = Office::new();
    let [a, b, _] = three(&office);
    let issue = |now, id| office.at(now, UNIVERSITY, |d| d.issue_letter(id, 90)).unwrap();
    issue(START, a);
    issue(START, b);
    assert_eq!(issue(later(90), a).times, 2, "the last day still counts");
    office.at(later(91), UNIVERSITY, |d| d.note_receipt(b, day(2020, 7, 1))).unwrap();
    assert_eq!(issue(later(91), b).number, number(2020, 2));
    let new = issue(later(91), a);
    assert_eq!((new.number, new.replaces), (number(2020, 3), Some(number(2020, 1))));
    let (rows, _) = office.at(later(91), UNIVERSITY, |d| d.letters(&all(LetterView::All))).unwrap();
    let today = later(91).today();
    let states: Vec<_> = rows.iter().map(|row| (row.number.seq, row.state(today))).collect();
    use LetterState::*;
    assert_eq!(states, [(3, Awaited), (2, Received), (1, Replaced)]);
    let of = |text: &str| office.at(later(91), UNIVERSITY, |d| d.transfer_of_paper(text));
    assert_eq!(kind(of("2020-0001")), FaultKind::Conflict, "its paper is not the one in force");
    assert_eq!(of("2020-0003"), Ok(a));
}

#[test]
fn receipts_are_noted_once_there_is_a_letter_and_not_before_it() {
    let office = Office::new();
    let [a, b, _] = three(&office);
    let note = |id, on| office.as_(UNIVERSITY, |d| d.note_receipt(id, on));
    assert_eq!(kind(note(a, day(2020, 6, 2))), FaultKind::NotFound);
    office.as_(UNIVERSITY, |d| d.issue_letter(a, 90)).unwrap();
    assert_eq!(kind(note(a, day(2020, 6, 1))), FaultKind::Rule);
    let before = office.n_proven();
    note(a, day(2020, 6, 2)).unwrap();
    assert_eq!(note(a, day(2020, 6, 3)).unwrap().receipt_on, Some(day(2020, 6, 3)));
    assert_eq!(office.n_proven(), before + 2);
    let said: String = office.one("SELECT detail FROM events ORDER BY seq DESC LIMIT 1");
    assert!(said.contains("2020-06-03") && said.contains("原登记 2020-06-02"), "{said}");
    assert_eq!(kind(note(b, day(2020, 6, 2))), FaultKind::NotFound);
}

#[test]
fn letters_are_seen_by_the_side_that_issues_them() {
    let office = Office::new();
    let [a, ..] = three(&office);
    office.as_(UNIVERSITY, |d| d.issue_letter(a, 90)).unwrap();
    let seen = |who| office.as_(who, |d| d.letters(&all(LetterView::All))).unwrap().0.len();
    let by: Vec<usize> = EVERYBODY.iter().map(|who| seen(*who)).collect();
    // Province, university, branch of origin, other branch, township, operator of the school, member.
    assert_eq!(by, [1, 1, 1, 0, 0, 1, 0]);
    let note = |who| office.as_(who, |d| d.note_receipt(a, day(2020, 6, 2)));
    assert_eq!(kind(note(TOWNSHIP)), FaultKind::NotFound);
    assert_eq!(kind(note(BRANCH_B)), FaultKind::NotFound);
}

#[test]
fn lists_know_what_is_awaited_overdue_and_void() {
    let office = Office::new();
    let [a, b, c] = three(&office);
    for id in [a, b, c] {
        office.as_(UNIVERSITY, |d| d.issue_letter(id, 90)).unwrap();
    }
    office.as_(UNIVERSITY, |d| d.note_receipt(a, day(2020, 6, 2))).unwrap();
    office.decide(UNIVERSITY, b, Act::Withdraw).unwrap();
    let seqs = |now, view| -> Vec<u32> {
        let (rows, _) = office.at(now, UNIVERSITY, |d| d.letters(&all(view))).unwrap();
        rows.iter().map(|row| row.number.seq).collect()
    };
    assert_eq!(seqs(START, LetterView::Awaited), [3]);
    assert!(seqs(later(90), LetterView::Overdue).is_empty());
    assert_eq!(seqs(later(91), LetterView::Overdue), [3]);
    assert_eq!(seqs(later(91), LetterView::All), [3, 2, 1]);
    let found = |search: &str| {
        let query = LetterQuery { search: search.to_owned(), ..all(LetterView::All) };
        office.as_(UNIVERSITY, |d| d.letters(&query)).unwrap().0.len()
    };
    assert_eq!(
        (found("单雄"), found("shanxiong"), found("2020-0002"), found("没有")),
        (1, 1, 1, 0)
    );
    let void = office.as_(UNIVERSITY, |d| d.note_receipt(b, day(2020, 6, 2)));
    assert_eq!(kind(void), FaultKind::Conflict);
    let of = |text: &str| office.as_(UNIVERSITY, |d| d.transfer_of_paper(text));
    assert_eq!(of(" 2020-0003 "), Ok(c));
    assert_eq!(kind(of("2020-0009")), FaultKind::NotFound);
    let doubled = office.send(UNIVERSITY, 6, "TF", Initiator::Origin);
    office.as_(BRANCH_B, |d| d.issue_letter(doubled, 90)).unwrap();
    assert_eq!(kind(of("2020-0001")), FaultKind::Conflict);
}

#[test]
fn numbers_are_never_changed_or_removed_behind_the_program() {
    let office = Office::new();
    let [a, b, _] = three(&office);
    office.as_(UNIVERSITY, |d| d.issue_letter(a, 90)).unwrap();
    for sql in [
        "DELETE FROM letters",
        "UPDATE letters SET seq = 9",
        "UPDATE letters SET year = 2019",
        "UPDATE letters SET valid_until = '2030-01-01'",
        "UPDATE letters SET n_printed = 0",
        "UPDATE letters SET transfer_id = transfer_id + 1",
    ] {
        assert!(office.behind(sql).is_err(), "{sql}");
    }
    let double = format!(
        "INSERT INTO letters (transfer_id, issuer_id, issuer_name, year, seq, issued_on, issued_at,
            account_id, valid_days, valid_until)
         SELECT {b}, issuer_id, issuer_name, year, seq, issued_on, issued_at, account_id,
            valid_days, valid_until FROM letters"
    );
    assert!(office.behind(&double).is_err(), "no number twice");
}
