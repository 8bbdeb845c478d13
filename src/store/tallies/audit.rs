//! Counting all transfers again: to tell whether the tallies are right, and to make them anew.
//!
//! The rules are those of the triggers, once more: what checks them must not be them.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use rusqlite::params;

use super::{Stored, Told, day_of};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::workflow::Stage;
use crate::store::Store;

/// A tally: holder, kind, stage, day.
type Tally = (i64, &'static str, Stage, i64);

/// What of a transfer is counted.
struct Counted {
    stage: Stage,
    since: i64,
    stopped_in_draft: bool,
    applicant: i64,
    applicant_path: String,
    origin: String,
    destination: String,
    province: String,
    origin_managed: bool,
}

/// What is read of each transfer.
const COLUMNS: &str =
    "stage, since, stopped_in = 'draft', applicant_id, applicant_path, origin_path,
    destination_path, province_path, origin_mode = 'managed'";

fn counted(r: &rusqlite::Row<'_>) -> Result<Counted, rusqlite::Error> {
    Ok(Counted {
        stage: Stage::from_id(r.get_ref(0)?.as_str().unwrap_or_default()).unwrap_or(Stage::Draft),
        since: r.get(1)?,
        stopped_in_draft: r.get(2)?,
        applicant: r.get(3)?,
        applicant_path: r.get(4)?,
        origin: r.get(5)?,
        destination: r.get(6)?,
        province: r.get(7)?,
        origin_managed: r.get(8)?,
    })
}

impl Counted {
    /// Everything that this transfer adds one to. `home` is the path of the applicant's account.
    fn tallies(&self, home: Option<&str>, into: &mut Vec<Tally>) {
        into.clear();
        let stage = self.stage;
        if stage == Stage::Draft || self.stopped_in_draft {
            into.push((self.applicant, "kept", stage, 0));
            return;
        }
        let day = if stage.is_open() { day_of(self.since) } else { 0 };
        self.seen(day, into);
        if stage.is_open() {
            into.extend(ids(self.turn()).map(|org| (org, "turn", stage, 0)));
        }
        let side = self.applicant_path.as_str();
        if let Some(org) = ids(side).last().filter(|_| self.touches(side)) {
            into.push((org, "side", stage, 0));
        }
        if let Some(home) = home {
            let touches = self.touches(home);
            if !touches {
                into.push((self.applicant, "astray", stage, day));
            }
            if !touches || side != home {
                into.push((self.applicant, "abroad", stage, 0));
            }
        }
    }

    fn seen(&self, day: i64, into: &mut Vec<Tally>) {
        for path in [&self.origin, &self.destination, &self.province] {
            for org in ids(path) {
                if into.iter().any(|(of, ..)| *of == org) {
                    continue;
                }
                into.push((org, "seen", self.stage, 0));
                if self.stage.is_open() {
                    into.push((org, "since", self.stage, day));
                }
            }
        }
    }

    fn touches(&self, path: &str) -> bool {
        !path.is_empty()
            && [&self.origin, &self.destination, &self.province].iter().any(|p| p.starts_with(path))
    }

    fn turn(&self) -> &str {
        match self.stage {
            Stage::OriginReview => &self.origin,
            Stage::DestinationReview | Stage::Placement => &self.destination,
            Stage::ExternalReceipt if self.origin_managed => &self.origin,
            Stage::ExternalReceipt => &self.destination,
            Stage::ProvinceReview if self.province.is_empty() => &self.origin,
            Stage::ProvinceReview => &self.province,
            Stage::Draft
            | Stage::Completed
            | Stage::Returned
            | Stage::Withdrawn
            | Stage::Lapsed => "",
        }
    }
}

fn ids(path: &str) -> impl Iterator<Item = i64> + '_ {
    path.split('/').filter_map(|part| part.parse().ok())
}

/// A mark of many tallies that does not depend on their order, so that a million transfers are
/// compared without keeping what they add up to.
#[derive(Default, PartialEq, Eq)]
struct Sum(u64);

impl Sum {
    fn add(&mut self, (holder, kind, stage, day): (i64, &str, &str, i64), n: i64) {
        let mut hasher = DefaultHasher::new();
        (holder, kind, stage, day).hash(&mut hasher);
        self.0 = self.0.wrapping_add(hasher.finish().wrapping_mul(n as u64));
    }
}

impl Store {
    /// Counts all transfers again and holds the result against the tallies.
    ///
    /// # Errors
    /// Where they differ: the lists are right, but the numbers beside the views are not.
    pub(in crate::store) fn check_tallies(&self) -> Stored<()> {
        const TALLIES: &str = "SELECT holder, kind, stage, day, n FROM tallies";
        let mut wanted = Sum::default();
        self.each_tally(|(holder, kind, stage, day)| {
            wanted.add((*holder, kind, stage.id(), *day), 1);
        })?;
        let mut kept = Sum::default();
        let mut statement = self.connection.prepare(TALLIES).told()?;
        let mut rows = statement.query([]).told()?;
        while let Some(r) = rows.next().told()? {
            let text = |i| r.get_ref(i).map(|v| v.as_str().unwrap_or_default()).told();
            let (holder, day, n) = (r.get(0).told()?, r.get(3).told()?, r.get(4).told()?);
            kept.add((holder, text(1)?, text(2)?, day), n);
        }
        if wanted == kept {
            return Ok(());
        }
        let sentence = "转接的计数表和转接记录对不上，各视图的条数可能不准；记录本身没有少。请用 verify --rebuild 重新编排。";
        Err(Fault::new(FaultKind::Damaged, sentence))
    }

    /// Makes all tallies anew from the transfers, for whoever has written these with the triggers
    /// off.
    ///
    /// # Errors
    /// Where it cannot be written. Nothing is then.
    pub fn rebuild_tallies(&self) -> Stored<()> {
        const INSERT: &str =
            "INSERT INTO tallies (holder, kind, stage, day, n) VALUES ($1, $2, $3, $4, $5)";
        let mut sums: HashMap<Tally, i64> = HashMap::new();
        self.each_tally(|tally| *sums.entry(*tally).or_default() += 1)?;
        let mut sums: Vec<(Tally, i64)> = sums.into_iter().collect();
        sums.sort_unstable_by_key(|((holder, kind, stage, day), _)| {
            (*holder, *kind, stage.id(), *day)
        });
        self.atomically(|| {
            self.connection.execute("DELETE FROM tallies", []).told()?;
            let mut statement = self.connection.prepare(INSERT).told()?;
            for ((holder, kind, stage, day), n) in sums {
                statement.execute(params![holder, kind, stage.id(), day, n]).told()?;
            }
            Ok(())
        })
    }

    /// Hands out everything that every transfer adds one to.
    fn each_tally(&self, mut each: impl FnMut(&Tally)) -> Stored<()> {
        let homes = self.homes()?;
        let mut statement =
            self.connection.prepare(&format!("SELECT {COLUMNS} FROM transfers")).told()?;
        let mut rows = statement.query([]).told()?;
        let mut tallies = Vec::new();
        while let Some(row) = rows.next().told()? {
            let transfer = counted(row).told()?;
            let home = homes.get(&transfer.applicant).map(String::as_str);
            transfer.tallies(home, &mut tallies);
            tallies.iter().for_each(&mut each);
        }
        Ok(())
    }

    /// The path of each account's organisation.
    fn homes(&self) -> Stored<HashMap<i64, String>> {
        const SQL: &str =
            "SELECT a.id, o.path FROM accounts a JOIN organisations o ON o.id = a.org_id";
        let mut statement = self.connection.prepare(SQL).told()?;
        let rows = statement.query_map([], |r| Ok((r.get(0)?, r.get(1)?))).told()?;
        rows.collect::<Result<_, _>>().told()
    }
}
