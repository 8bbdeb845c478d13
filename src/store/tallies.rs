//! Counts of transfers, read from the tallies that the database keeps by triggers.
//!
//! A tally knows organisations and accounts, but not what is a person's own membership: of these
//! there are a handful for anybody, and they are looked at one by one.

mod audit;

use rusqlite::{Row, params};

use super::fault::{Stored, Told};
use super::scope::TURN;
use super::transfers::OPEN;
use super::{Desk, Store};
use crate::domain::account::Role;
use crate::domain::filter::{Counts, View};
use crate::domain::ids::OrgId;
use crate::domain::workflow::Stage;
use crate::rules::Rules;

/// A number for each stage.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct ByStage([i64; Stage::ALL.len()]);

impl ByStage {
    fn add(&mut self, stage: Stage, n: i64) {
        if let Some(of_stage) = self.0.get_mut(stage as usize) {
            *of_stage += n;
        }
    }

    fn of(&self, stage: Stage) -> i64 {
        self.0.get(stage as usize).copied().unwrap_or(0)
    }

    fn sum(&self) -> i64 {
        self.0.iter().sum()
    }

    /// Of some stages.
    pub(super) fn of_all(&self, stages: &[Stage]) -> i64 {
        stages.iter().map(|stage| self.of(*stage)).sum()
    }
}

/// The tallies of a person: those of the organisation and those of the account.
#[derive(Debug, Default)]
pub(super) struct Tallied {
    seen: ByStage,
    turn: ByStage,
    side: ByStage,
    kept: ByStage,
    astray: ByStage,
    abroad: ByStage,
}

impl Tallied {
    /// Transfers that an organisation and all below it have a part in.
    pub(super) fn seen_by(store: &Store, org: OrgId) -> Stored<ByStage> {
        const SQL: &str = "SELECT kind, stage, n FROM tallies WHERE holder = $1 AND kind = 'seen'";
        let mut tallied = Self::default();
        let mut statement = store.connection.prepare_cached(SQL).told()?;
        let mut rows = statement.query([org.0]).told()?;
        while let Some(row) = rows.next().told()? {
            tallied.read(row).told()?;
        }
        Ok(tallied.seen)
    }

    /// Whether the person has drafts.
    pub(super) fn has_drafts(&self) -> bool {
        self.kept.of(Stage::Draft) > 0
    }

    /// Transfers of some stages that a person in an office may see, but for a handful of their own.
    pub(super) fn visible(&self, stages: &[Stage]) -> i64 {
        [self.seen, self.kept, self.astray].iter().map(|tally| tally.of_all(stages)).sum()
    }

    /// Transfers of some stages that the person or the organisation began, but for a handful of
    /// their own.
    pub(super) fn made(&self, stages: &[Stage]) -> i64 {
        [self.side, self.kept, self.abroad].iter().map(|tally| tally.of_all(stages)).sum()
    }

    /// Whose move it is in some stages: so many times this organisation's or that of one below it.
    pub(super) fn turn(&self, stages: &[Stage]) -> i64 {
        self.turn.of_all(stages)
    }

    /// What is in the person's own hands alone.
    pub(super) fn kept(&self, stages: &[Stage]) -> i64 {
        self.kept.of_all(stages)
    }

    fn read(&mut self, row: &Row<'_>) -> Result<(), rusqlite::Error> {
        let (kind, stage, n): (String, String, i64) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let stage = Stage::from_id(&stage).unwrap_or(Stage::Draft);
        match kind.as_str() {
            "seen" => self.seen.add(stage, n),
            "turn" => self.turn.add(stage, n),
            "side" => self.side.add(stage, n),
            "kept" => self.kept.add(stage, n),
            "astray" => self.astray.add(stage, n),
            "abroad" => self.abroad.add(stage, n),
            _ => {}
        }
        Ok(())
    }
}

/// What a person's own transfers add to the tallies.
#[derive(Debug, Default)]
struct Own {
    seen: ByStage,
    overdue: i64,
    initiated: i64,
    waiting: i64,
}

impl Desk<'_> {
    /// The tallies of this person.
    pub(super) fn tallied(&self) -> Stored<Tallied> {
        const ORG: &str = "SELECT kind, stage, sum(n) FROM tallies
            WHERE holder = $1 AND kind IN ('seen', 'turn', 'side') GROUP BY kind, stage";
        const ACCOUNT: &str = "SELECT kind, stage, sum(n) FROM tallies
            WHERE holder = $1 AND kind IN ('kept', 'astray', 'abroad') GROUP BY kind, stage";
        let mut tallied = Tallied::default();
        let org = self.actor.org_path.ids().last().map_or(0, |org| org.0);
        for (sql, holder) in [(ORG, org), (ACCOUNT, self.actor.account.0)] {
            let mut statement = self.store.connection.prepare_cached(sql).told()?;
            let mut rows = statement.query([holder]).told()?;
            while let Some(row) = rows.next().told()? {
                tallied.read(row).told()?;
            }
        }
        Ok(tallied)
    }

    /// How many transfers an organisation and all below it have a part in, whoever may see them.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn count_below(&self, org: OrgId) -> Stored<i64> {
        Ok(Tallied::seen_by(self.store, org)?.sum())
    }

    /// How many transfers each view has.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn counts(&self, rules: &Rules) -> Stored<Counts> {
        if self.actor.role == Role::Member {
            return self
                .counted_one_by_one(rules, "(t.applicant_id = :me OR t.person_number = :id)");
        }
        let tallied = self.tallied()?;
        let own = self.own(rules)?;
        let of = |stage| {
            tallied.seen.of(stage)
                + tallied.kept.of(stage)
                + tallied.astray.of(stage)
                + own.seen.of(stage)
        };
        let mut overdue = own.overdue;
        for (stage, before) in self.limits(rules) {
            overdue += self.standing(stage, before, &tallied)?;
        }
        let of_view = |view: &View| match view {
            View::Waiting if self.actor.role == Role::Administrator => {
                tallied.turn.sum() - own.waiting
            }
            View::Waiting => 0,
            View::Initiated => tallied.made(Stage::ALL) + own.initiated,
            View::Overdue => overdue,
            View::Returned => of(Stage::Returned),
            View::Completed => of(Stage::Completed),
            View::All => tallied.visible(Stage::ALL) + own.seen.sum(),
        };
        let mut counts = Counts { views: [0; 6], drafts: of(Stage::Draft) };
        for (count, view) in counts.views.iter_mut().zip(View::ALL) {
            *count = of_view(view);
        }
        Ok(counts)
    }

    /// How many of those that the tallies know have stood in a stage since before an instant. Those
    /// that have not are of a few days only, so they are taken from all.
    fn standing(&self, stage: Stage, before: i64, tallied: &Tallied) -> Stored<i64> {
        const SINCE: &str = "SELECT coalesce(sum(n), 0) FROM tallies
            WHERE holder = $1 AND kind = 'since' AND $2 = stage AND day >= $3";
        const ASTRAY: &str = "SELECT coalesce(sum(n), 0) FROM tallies
            WHERE holder = $1 AND kind = 'astray' AND $2 = stage AND day >= $3";
        if before <= 0 {
            return Ok(0);
        }
        let day = day_of(before);
        let mut n = tallied.seen.of(stage) + tallied.astray.of(stage);
        let org = self.actor.org_path.ids().last().map_or(0, |org| org.0);
        for (sql, holder) in [(SINCE, org), (ASTRAY, self.actor.account.0)] {
            let mut statement = self.store.connection.prepare_cached(sql).told()?;
            let values = params![holder, stage.id(), day];
            n -= statement.query_row(values, |r| r.get::<_, i64>(0)).told()?;
        }
        Ok(n + self.standing_on(stage, (start_of(day), before))?)
    }

    /// The days of the tallies are China's. Where the clock here is set otherwise, its days begin
    /// at another hour, and what lies between is counted one by one.
    fn standing_on(&self, stage: Stage, (from, before): (i64, i64)) -> Stored<i64> {
        if from >= before {
            return Ok(0);
        }
        let mut clause = self.scoped();
        clause.and(format!("t.stage = '{}' AND t.stage <> 'draft'", stage.id()));
        clause.and(format!("t.since >= {from} AND t.since < {before}"));
        // The person's own are counted elsewhere, where no organisation sees them.
        clause.and(format!("({IN_RANGE}) OR t.applicant_id = :me"));
        let sql = format!(
            "SELECT count(*) FROM transfers t INDEXED BY transfers_waiting WHERE {}",
            clause.text()
        );
        let mut statement = self.store.connection.prepare_cached(&sql).told()?;
        clause.give(&mut statement)?;
        let mut rows = statement.raw_query();
        rows.next().told()?.map_or(Ok(0), |row| row.get(0)).told()
    }

    /// This person's own transfers, as far as the tallies of organisation and account lack them, or
    /// have them where a person must not act on the own membership.
    fn own(&self, rules: &Rules) -> Stored<Own> {
        let sql = format!(
            "SELECT t.stage, t.since, t.applicant_id = :me,
                ({IN_RANGE}), (({IN_RANGE}) AND t.applicant_path = :own_path),
                t.stage IN {OPEN} AND ({TURN}) >= :lo AND ({TURN}) < :hi
             FROM transfers t INDEXED BY transfers_person
             WHERE t.person_number = :id AND t.stage <> 'draft' AND t.stopped_in <> 'draft'"
        );
        let clause = self.scoped();
        let mut statement = self.store.connection.prepare_cached(&sql).told()?;
        clause.give(&mut statement)?;
        let limits = self.limits(rules);
        let mut own = Own::default();
        let mut rows = statement.raw_query();
        while let Some(row) = rows.next().told()? {
            own.add(row, &limits).told()?;
        }
        Ok(own)
    }

    /// The counts of the views by looking at each transfer that meets a condition.
    pub(super) fn counted_one_by_one(&self, rules: &Rules, condition: &str) -> Stored<Counts> {
        let mut clause = self.scoped();
        clause.and(condition);
        let sums: Vec<String> = View::ALL
            .iter()
            .map(|view| format!("count(*) FILTER (WHERE {})", self.view(*view, rules)))
            .collect();
        let sql = format!(
            "SELECT {}, count(*) FILTER (WHERE t.stage = 'draft') FROM transfers t WHERE {}",
            sums.join(", "),
            clause.text()
        );
        let mut statement = self.store.connection.prepare_cached(&sql).told()?;
        clause.give(&mut statement)?;
        let mut rows = statement.raw_query();
        let mut counts = Counts::default();
        if let Some(row) = rows.next().told()? {
            counts.drafts = row.get(View::ALL.len()).told()?;
            for (i, view) in counts.views.iter_mut().enumerate() {
                *view = row.get(i).told()?;
            }
        }
        Ok(counts)
    }
}

impl Own {
    fn add(&mut self, row: &Row<'_>, limits: &[(Stage, i64)]) -> Result<(), rusqlite::Error> {
        let stage = Stage::from_id(&row.get::<_, String>(0)?).unwrap_or(Stage::Draft);
        let since: i64 = row.get(1)?;
        let (mine, in_range, on_side): (bool, bool, bool) = (row.get(2)?, row.get(3)?, row.get(4)?);
        if !mine && !in_range {
            self.seen.add(stage, 1);
            let limit = limits.iter().find(|(of, _)| *of == stage);
            self.overdue += i64::from(limit.is_some_and(|(_, before)| since < *before));
        }
        self.initiated += i64::from(!mine && !on_side);
        self.waiting += i64::from(row.get::<_, bool>(5)?);
        Ok(())
    }
}

/// Whether a side of a transfer is in the person's range, in SQL.
const IN_RANGE: &str = "(t.origin_path >= :lo AND t.origin_path < :hi)
    OR (t.destination_path >= :lo AND t.destination_path < :hi)
    OR (t.province_path >= :lo AND t.province_path < :hi)";

/// Seconds that China Standard Time is ahead.
const CHINA: i64 = 28_800;

const DAY: i64 = 86_400;

/// The day of an instant in the tallies, as their triggers reckon it.
fn day_of(instant: i64) -> i64 {
    (instant + CHINA) / DAY
}

fn start_of(day: i64) -> i64 {
    day * DAY - CHINA
}
