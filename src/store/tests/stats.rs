//! The figures of a graduating season on a case small enough to count by hand.

use super::fixture::*;
use crate::domain::fault::FaultKind;
use crate::domain::form::{Initiator, Reason, TransferForm};
use crate::domain::ids::{Moment, Now};
use crate::domain::workflow::Act;
use crate::rules::GraduateCounts;
use crate::store::Request;

fn graduating() -> Office {
    let office = Office::new();
    office
        .behind(
            "UPDATE organisations SET graduates_on = '2020-06' WHERE code IN ('A1', 'B1');
             UPDATE organisations SET graduates_on = '2021-06' WHERE code = 'A2';
             UPDATE members SET graduation_mark = 'delayed' WHERE name = '周敏';
             UPDATE members SET graduation_mark = 'teacher' WHERE name = '曾可';",
        )
        .unwrap();
    office
}

fn send(office: &Office, who: u32, member: u32, goal: &str, reason: Reason) {
    let request = Request {
        form: TransferForm { reason: Some(reason), ..form(member) },
        ..office.request(member, goal, Initiator::Origin)
    };
    office.submit(who, &request).unwrap();
}

fn counts(office: &Office, who: u32, under: &str) -> GraduateCounts {
    let path = office.org(under).path;
    office.as_(who, |d| d.graduate_counts(2020, &path)).unwrap()
}

#[test]
fn a_small_season_counts_right() {
    let office = graduating();
    send(&office, BRANCH_A, 2, "T", Reason::EmployedWithOrg);
    let id = office.as_(TOWNSHIP, |d| d.transfer_by_number("ZJ20200602-0001")).unwrap().id;
    office.place(TOWNSHIP, id, Act::Approve, "TF").unwrap();
    send(&office, BRANCH_A, 3, "X1", Reason::FurtherStudy);
    send(&office, BRANCH_B, 6, "A2", Reason::Other);
    let wanted = GraduateCounts {
        graduates: 6,
        delayed: 1,
        teachers: 1,
        initiated: 3,
        completed: 1,
        to_employer: 1,
        further_study: 1,
        received: 1,
        decided_received: 0,
    };
    assert_eq!(counts(&office, UNIVERSITY, "U"), wanted);
    let township = counts(&office, TOWNSHIP, "T");
    assert_eq!((township.received, township.decided_received), (1, 1));
    assert_eq!(township.graduates, 0);
}

#[test]
fn the_figures_end_at_the_own_scope() {
    let office = graduating();
    assert_eq!(counts(&office, BRANCH_A, "U").graduates, 4);
    assert_eq!(counts(&office, BRANCH_B, "U").graduates, 2);
    assert_eq!(counts(&office, UNIVERSITY, "A1").graduates, 4);
    let next = office.org("U").path;
    let next = office.as_(UNIVERSITY, |d| d.graduate_counts(2021, &next)).unwrap();
    assert_eq!(next.graduates, 2);
}

#[test]
fn who_came_or_left_in_another_year_is_counted_there() {
    let office = graduating();
    let long_ago = Now { moment: Moment(START.moment.0 - 2 * 366 * 86_400), ..START };
    let then = |who, member, goal: &str| {
        let request = office.request(member, goal, Initiator::Origin);
        let (id, ..) = office.at(long_ago, who, |d| d.submit(&request)).unwrap();
        id
    };
    // Into A1 from a branch that graduates later; out of A1 for outside; both two years ago.
    then(UNIVERSITY, 4, "A1");
    let out = then(BRANCH_A, 2, "X1");
    office.at(long_ago, BRANCH_A, |d| d.decide(out, full(Act::RecordAccepted, None))).unwrap();
    let found = counts(&office, BRANCH_A, "A1");
    assert_eq!((found.graduates, found.initiated, found.completed), (4, 0, 0));
}

#[test]
fn a_member_reads_no_figures() {
    let office = graduating();
    let path = office.org("A1").path;
    let asked = office.as_(MEMBER, |d| d.graduate_counts(2020, &path));
    assert_eq!(kind(asked), FaultKind::NotAllowed);
}
