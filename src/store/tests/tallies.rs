//! The counts that are kept: the same as counting, whoever did what in whatever order.

use super::fixture::*;
use super::generated::{Chance, chance, full_office, later, move_on, request};
use crate::domain::fault::FaultKind;
use crate::domain::ids::{Moment, Now};
use crate::domain::progress::unwatched;
use crate::domain::workflow::Act;
use crate::rules::Rules;

/// So many days after the beginning, where the clock is so many hours ahead of UTC.
fn after(days: i64, hours: i32) -> Now {
    Now { moment: Moment(START.moment.0 + days * 86_400), offset: hours * 3600 }
}

#[track_caller]
fn counts_agree(office: &Office) {
    let rules = Rules::national();
    for who in EVERYBODY {
        for (days, hours) in [(1, 8), (6, 8), (9, 0), (13, 9), (16, -7), (20, 8), (45, 14)] {
            let kept = office.at(after(days, hours), who, |d| d.counts(&rules)).unwrap();
            let counted =
                office.at(after(days, hours), who, |d| d.counted_one_by_one(&rules, "1")).unwrap();
            assert_eq!(kept, counted, "{who} after {days} days at {hours}");
        }
    }
    office.store.check_tallies().unwrap();
}

/// Something that somebody does.
fn one_step(office: &Office, n: u32, chance: &mut Chance) {
    let who = chance.pick(&EVERYBODY);
    let now = later(chance);
    match chance.below(9) {
        0 => drop(office.at(now, who, |d| d.save_draft(None, &form(2 + n % 8)))),
        1 => {
            if let Ok(Some((id, _))) = office.at(now, who, |d| d.latest_draft()) {
                let act = chance.pick(&[Act::Withdraw, Act::Lapse]);
                drop(office.at(now, who, |d| d.decide(id, full(act, None))));
            }
        }
        2 => {
            if let Ok(Some((id, form))) = office.at(now, who, |d| d.latest_draft()) {
                drop(office.at(now, who, |d| d.save_draft(Some(id), &form)));
            }
        }
        3 if n.is_multiple_of(7) => {
            let org = office.org(chance.pick(&["A1", "GA", "T", "U", "B2"])).id;
            let name = chance.pick(&["周敏", "文经办人", "理管理员"]);
            let sql = format!("UPDATE accounts SET org_id = {org} WHERE name = '{name}'");
            office.behind(&sql).unwrap();
        }
        _ => {
            let request = request(office, 2000 + n, chance);
            if let Ok((id, ..)) = office.at(now, who, |d| d.submit(&request)) {
                move_on(office, id, chance);
            }
        }
    }
}

#[test]
fn counts_are_those_of_counting_after_everything_that_happens() {
    for seed in 0..6 {
        let office = Office::new();
        let mut chance = chance(seed);
        for n in 0..90 {
            one_step(&office, n, &mut chance);
            if n % 30 == 29 {
                counts_agree(&office);
            }
        }
    }
}

#[test]
fn own_memberships_are_counted_as_they_are_shown() {
    let office = full_office();
    // Everybody is some transfer's transferee, the clerks of both sides too.
    for (i, who) in EVERYBODY.iter().enumerate() {
        let number = crate::domain::testing::id_number(*who);
        let sql = format!(
            "UPDATE transfers SET person_number = '{}' WHERE id % 41 = {i} AND stage NOT IN {}",
            number.reveal(),
            crate::store::transfers::OPEN
        );
        office.behind(&sql).unwrap();
        let one = format!(
            "UPDATE transfers SET person_number = '{}' WHERE id = (SELECT min(id) FROM transfers
             WHERE id > {} AND stage IN {} AND person_number NOT IN (SELECT id_number FROM accounts))",
            number.reveal(),
            i * 53,
            crate::store::transfers::OPEN
        );
        office.behind(&one).ok();
    }
    counts_agree(&office);
}

#[test]
fn moved_paths_and_hands_take_their_counts_along() {
    let office = full_office();
    for sql in [
        "UPDATE transfers SET origin_path = destination_path WHERE id % 5 = 0",
        "UPDATE transfers SET province_path = '/1/' WHERE id % 7 = 0",
        "UPDATE transfers SET applicant_path = '/1/2/3/' WHERE id % 11 = 0 AND stage <> 'draft'",
        "UPDATE transfers SET applicant_id = 3 WHERE id % 13 = 0",
        "UPDATE transfers SET since = since + 100000 WHERE id % 3 = 0",
        "UPDATE transfers SET origin_path = '', applicant_path = '' WHERE id % 17 = 0",
    ] {
        office.behind(sql).unwrap();
        counts_agree(&office);
    }
}

#[test]
fn nothing_that_is_nought_is_kept() {
    let office = full_office();
    assert_eq!(office.one::<i64>("SELECT count(*) FROM tallies WHERE n <= 0"), 0);
}

#[test]
fn a_wrong_count_is_damage_that_can_be_made_good() {
    let office = full_office();
    office.store.check_derived().unwrap();
    for sql in [
        "UPDATE tallies SET n = n + 1 WHERE holder = 2 AND kind = 'seen' AND stage = 'completed'",
        "DELETE FROM tallies WHERE kind = 'turn' AND holder = 1",
        "INSERT INTO tallies VALUES (99, 'side', 'lapsed', 0, 2)",
        "UPDATE tallies SET day = day + 1000 WHERE kind = 'since' AND holder = 1",
    ] {
        office.behind(sql).unwrap();
        assert_eq!(kind(office.store.check_derived()), FaultKind::Damaged, "{sql}");
        office.store.rebuild_derived(&mut unwatched).unwrap();
        office.store.check_derived().unwrap();
        counts_agree(&office);
    }
}

#[test]
fn what_is_rolled_back_is_not_counted() {
    let office = full_office();
    let before = office.one::<i64>("SELECT sum(n) FROM tallies");
    office.behind("BEGIN; UPDATE transfers SET stage = 'completed'; ROLLBACK").unwrap();
    assert_eq!(office.one::<i64>("SELECT sum(n) FROM tallies"), before);
    counts_agree(&office);
}
