//! A few hundred transfers in every stage, made by chance and by the rules.

use std::collections::BTreeSet;

use super::fixture::*;
use crate::domain::form::{Initiator, Reason, TransferForm};
use crate::domain::ids::{Moment, Now, TransferId};
use crate::domain::testing::id_number;
use crate::domain::workflow::{Act, Stage};
use crate::store::{Goal, Request, Transferee};

/// A small generator of numbers, the same on every run.
pub struct Chance(u64);

impl Chance {
    /// The next number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % n
    }

    /// One of some.
    pub fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }
}

const SURNAMES: [&str; 6] = ["李", "王", "单", "曾", "周", "阿"];
const NAMES: [&str; 5] = ["雷", "芳", "敏", "晓明", "可"];

/// A generator with a seed.
pub fn chance(seed: u64) -> Chance {
    Chance(seed)
}

/// A day or two on, so that many share a second.
pub fn later(chance: &mut Chance) -> Now {
    let days = i64::try_from(chance.below(12)).unwrap();
    Now { moment: Moment(START.moment.0 + days * 86_400), ..START }
}

fn goal(office: &Office, chance: &mut Chance) -> Goal {
    match chance.below(10) {
        0 => Goal::SpecialUnit,
        1 => Goal::Typed("北山市某团委".to_owned()),
        _ => {
            let code =
                chance.pick(&["P", "U", "GA", "GB", "A1", "A2", "B1", "B2", "T", "TF", "X1"]);
            Goal::Organisation(Box::new(office.org(code)))
        }
    }
}

/// A request by chance.
pub fn request(office: &Office, n: u32, chance: &mut Chance) -> Request {
    let name = format!("{}{}", chance.pick(&SURNAMES), chance.pick(&NAMES));
    let transferee = if chance.below(8) == 0 {
        arrival(n, &name)
    } else {
        let branch = chance.pick(&["A1", "A2", "B1", "B2", "TF"]);
        office.put_member(n, &name, branch);
        Transferee::Member(Box::new(office.member(n)))
    };
    let goal = goal(office, chance);
    let reason =
        if matches!(goal, Goal::SpecialUnit) { Reason::SpecialUnit } else { Reason::Other };
    let form = TransferForm { reason: Some(reason), ..form(n) };
    Request { form, transferee, goal, initiator: chance.pick(Initiator::ALL), draft: None }
}

/// Whatever may be done next, a few times.
pub fn move_on(office: &Office, id: TransferId, chance: &mut Chance) {
    for _ in 0..chance.below(9) {
        let (who, act) = (chance.pick(&EVERYBODY), chance.pick(Act::ALL));
        if act == Act::Submit || (matches!(act, Act::Lapse | Act::Withdraw) && chance.below(2) == 0)
        {
            continue;
        }
        let branch = office.org(chance.pick(&["A1", "B2", "TF"])).id;
        let branch = (act == Act::Place || chance.below(3) == 0).then_some(branch);
        office.at(later(chance), who, |d| d.decide(id, full(act, branch))).ok();
    }
}

/// An office in full swing.
pub fn full_office() -> Office {
    let office = Office::new();
    let mut chance = Chance(2020);
    for (i, who) in EVERYBODY.iter().enumerate() {
        let n = u32::try_from(i).unwrap() + 2;
        office.as_(*who, |d| d.save_draft(None, &form(n))).unwrap();
    }
    for n in 1000..1420 {
        let request = request(&office, n, &mut chance);
        let made = EVERYBODY
            .iter()
            .cycle()
            .skip(chance.below(7))
            .take(7)
            .find_map(|who| office.at(later(&mut chance), *who, |d| d.submit(&request)).ok());
        if let Some((id, ..)) = made {
            move_on(&office, id, &mut chance);
        }
    }
    for (who, member) in [(MEMBER, MEMBER), (BRANCH_A, BRANCH_A)] {
        office.send(who, member, "T", Initiator::Member);
    }
    office
}

/// What decides who may see a transfer, read without any scope.
pub struct Bare {
    /// Row.
    pub id: i64,
    stage: String,
    stopped_in: String,
    paths: [String; 3],
    applicant: i64,
    /// ID number of the transferee.
    pub person: String,
}

/// All of them.
pub fn bare(office: &Office) -> Vec<Bare> {
    let sql = "SELECT id, stage, stopped_in, origin_path, destination_path, province_path,
        applicant_id, person_number FROM transfers";
    let mut statement = office.store.connection.prepare(sql).unwrap();
    let rows = statement.query_map([], |r| {
        Ok(Bare {
            id: r.get(0)?,
            stage: r.get(1)?,
            stopped_in: r.get(2)?,
            paths: [r.get(3)?, r.get(4)?, r.get(5)?],
            applicant: r.get(6)?,
            person: r.get(7)?,
        })
    });
    rows.unwrap().map(Result::unwrap).collect()
}

/// The rule of who sees what, once more and plainly.
pub fn allowed(office: &Office, who: u32, row: &Bare) -> bool {
    let actor = office.actor(who);
    if row.applicant == actor.account.0 {
        return true;
    }
    if row.stage == "draft" || row.stopped_in == "draft" {
        return false;
    }
    let office_side = actor.role != crate::domain::account::Role::Member
        && row.paths.iter().any(|path| path.starts_with(actor.org_path.as_str()));
    office_side || row.person == id_number(who).reveal()
}

#[test]
fn every_stage_is_there() {
    let office = full_office();
    let mut statement =
        office.store.connection.prepare("SELECT DISTINCT stage FROM transfers").unwrap();
    let found: BTreeSet<String> =
        statement.query_map([], |r| r.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(found, Stage::ALL.iter().map(|s| s.id().to_owned()).collect());
    assert!(office.one::<i64>("SELECT count(*) FROM transfers") > 300);
    office.store.verify().unwrap();
}

#[test]
fn members_and_their_transfers_agree() {
    let office = full_office();
    let astray = "SELECT count(*) FROM transfers t JOIN members m ON m.id_number = t.person_number
        JOIN organisations o ON o.id = m.branch_id
        WHERE t.stage = 'completed' AND t.id = (SELECT max(l.id) FROM transfers l
            WHERE l.person_number = t.person_number AND l.stage = 'completed')
          AND NOT ((t.placed_in = o.full_name AND m.state = 'active')
                   OR (t.placed_in = '' AND m.state = 'transferred_out'))";
    assert_eq!(office.one::<i64>(astray), 0);
    let early = "SELECT count(*) FROM transfers t WHERE t.origin_mode = 'outside'
        AND t.stage <> 'completed'
        AND EXISTS (SELECT 1 FROM members m WHERE m.id_number = t.person_number)";
    assert_eq!(office.one::<i64>(early), 0, "an arrival has no record before it is complete");
}
