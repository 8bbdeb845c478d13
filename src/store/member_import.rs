//! Imports of members: rows looked at with few questions to the database, and written as one batch.

use std::collections::{HashMap, HashSet};

use rusqlite::OptionalExtension;

use super::Desk;
use super::chain::Deed;
use super::fault::{Stored, Told};
use super::imports::ImportOutcome;
use super::members::MemberInsert;
use super::transfers::OPEN;
use crate::domain::fault::Fault;
use crate::domain::ids::{BatchId, OrgId};
use crate::domain::member::MemberEntry;
use crate::domain::organisation::{OrgKind, OrgPath};
use crate::domain::packed_number::packed;

/// From how many questions on it is cheaper to read all numbers of the database once.
const ASKED_ONE_BY_ONE: usize = 2_000;
/// How many branches are remembered: those of a county, whose rows stand together.
const BRANCHES: usize = 4_096;

/// What the database says of a member's row before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberScreening {
    /// It can be written, to this branch.
    Good(OrgId),
    /// The person is there already; the sentence says where.
    Present(String),
    /// The branch does not fit.
    Bad(Fault),
}

/// Looks the rows of a register up, in memory that does not grow with it.
pub struct MemberScreener<'a> {
    desk: Desk<'a>,
    branches: HashMap<String, Result<OrgId, Fault>>,
    n_asked: usize,
    numbers: Option<Numbers>,
}

impl<'a> Desk<'a> {
    /// A look-up for the rows of one register.
    pub fn member_screener(&self) -> MemberScreener<'a> {
        MemberScreener { desk: *self, branches: HashMap::new(), n_asked: 0, numbers: None }
    }

    /// Writes members that were screened, in one transaction. The branch of each is a code or name.
    ///
    /// # Errors
    /// Where one row cannot be written; then none is.
    pub fn import_members(
        &self,
        rows: &[(MemberEntry, String)],
        file: &str,
    ) -> Stored<ImportOutcome> {
        let mut screener = self.member_screener();
        let find = |row: &(MemberEntry, String)| screener.branch(&row.1);
        let branches: Vec<OrgId> = rows.iter().map(find).collect::<Result<_, _>>()?;
        self.write_members((file, rows.len()), branches.clone(), |writer| {
            let rows = rows.iter().zip(&branches);
            rows.into_iter().try_for_each(|((entry, _), branch)| writer.write(entry, *branch))
        })
    }

    /// Writes members that were screened, in one transaction: `write` hands over each of the
    /// `n_rows` of the file. `branches` are those they go to, in any order and as often as it likes.
    ///
    /// # Errors
    /// As `write`, or where there are no rows, a branch does not fit any more, or a row cannot be
    /// written; then nothing is.
    pub fn write_members(
        &self,
        (file, n_rows): (&str, usize),
        branches: Vec<OrgId>,
        write: impl FnOnce(&mut MemberWriter<'_>) -> Stored<()>,
    ) -> Stored<ImportOutcome> {
        self.store.atomically(|| {
            let batch = self.open_batch("members", file, n_rows)?;
            self.check_branches(branches)?;
            write(&mut MemberWriter { insert: self.store.member_insert()?, batch })?;
            let detail = format!("{file}，{n_rows} 人");
            self.note(&Deed::new("member_import", format!("第 {batch} 批")).detail(detail))?;
            Ok(ImportOutcome { batch, n_rows })
        })
    }

    /// A branch may have been taken out of use between the look and the writing.
    fn check_branches(&self, mut branches: Vec<OrgId>) -> Stored<()> {
        const SQL: &str = "SELECT path FROM organisations
            WHERE id = $1 AND kind = 'branch' AND state = 'active'";
        branches.sort_unstable();
        branches.dedup();
        let mut statement = self.store.connection.prepare_cached(SQL).told()?;
        for branch in branches {
            let path = statement.query_row([branch.0], |r| r.get(0)).optional().told()?;
            if !path.is_some_and(|path| self.covers(&OrgPath::from_stored(path))) {
                let code = self.store.organisation(branch)?.code;
                self.branch_in_scope(&code)?;
            }
        }
        Ok(())
    }

    /// The branch with that code, else with that full name, asked for nothing but what decides. None
    /// where only [`Desk::branch_in_scope`] can say what is wrong.
    fn branch_quickly(&self, text: &str) -> Stored<Option<OrgId>> {
        const WAYS: [&str; 2] = [
            "SELECT id, kind, path FROM organisations WHERE code = $1 AND state = 'active'",
            "SELECT id, kind, path FROM organisations WHERE full_name = $1 AND state = 'active'",
        ];
        for way in WAYS {
            let mut statement = self.store.connection.prepare_cached(way).told()?;
            let found: Option<(i64, String, String)> = statement
                .query_row([text.trim()], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
                .optional()
                .told()?;
            if let Some((id, kind, path)) = found {
                let fits = kind == OrgKind::Branch.id() && self.covers(&OrgPath::from_stored(path));
                return Ok(fits.then_some(OrgId(id)));
            }
        }
        Ok(None)
    }
}

impl MemberScreener<'_> {
    /// What the database says of a member's row.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn look(&mut self, entry: &MemberEntry, branch: &str) -> Stored<MemberScreening> {
        let branch = match self.branch(branch) {
            Ok(branch) => branch,
            Err(fault) => return Ok(MemberScreening::Bad(fault)),
        };
        let there = self.presence(entry.id_number.reveal())?;
        Ok(there.map_or(MemberScreening::Good(branch), MemberScreening::Present))
    }

    fn branch(&mut self, text: &str) -> Result<OrgId, Fault> {
        if let Some(known) = self.branches.get(text) {
            return known.clone();
        }
        let found = match self.desk.branch_quickly(text)? {
            Some(branch) => Ok(branch),
            None => self.desk.branch_in_scope(text).map(|branch| branch.id),
        };
        if self.branches.len() >= BRANCHES {
            self.branches.clear();
        }
        self.branches.insert(text.to_owned(), found.clone());
        found
    }

    fn presence(&mut self, number: &str) -> Stored<Option<String>> {
        if self.n_asked < ASKED_ONE_BY_ONE {
            self.n_asked += 1;
            return self.desk.presence(number);
        }
        let numbers = match self.numbers.take() {
            Some(numbers) => numbers,
            None => Numbers::of(&self.desk)?,
        };
        let may_be_there = self.numbers.insert(numbers).contains(number);
        if may_be_there { self.desk.presence(number) } else { Ok(None) }
    }
}

/// The numbers of all members, and of everybody with an open transfer.
struct Numbers {
    packed: Vec<u64>,
    texts: HashSet<String>,
}

impl Numbers {
    fn of(desk: &Desk<'_>) -> Stored<Self> {
        let mut numbers = Self { packed: Vec::new(), texts: HashSet::new() };
        numbers.take(desk, "SELECT id_number FROM members")?;
        numbers
            .take(desk, &format!("SELECT person_number FROM transfers WHERE stage IN {OPEN}"))?;
        numbers.packed.sort_unstable();
        Ok(numbers)
    }

    fn take(&mut self, desk: &Desk<'_>, sql: &str) -> Stored<()> {
        let mut statement = desk.store.connection.prepare(sql).told()?;
        let mut rows = statement.query([]).told()?;
        while let Some(row) = rows.next().told()? {
            let number = row.get_ref(0).told()?.as_str().unwrap_or_default();
            match packed(number) {
                Some(number) => self.packed.push(number),
                None => drop(self.texts.insert(number.to_owned())),
            }
        }
        Ok(())
    }

    fn contains(&self, number: &str) -> bool {
        packed(number).map_or_else(
            || self.texts.contains(number),
            |number| self.packed.binary_search(&number).is_ok(),
        )
    }
}

/// Takes the rows of a batch.
pub struct MemberWriter<'a> {
    insert: MemberInsert<'a>,
    batch: BatchId,
}

impl MemberWriter<'_> {
    /// Writes a member that was checked.
    ///
    /// # Errors
    /// Where it cannot be written, as when the number has come into the database meanwhile.
    pub fn write(&mut self, entry: &MemberEntry, branch: OrgId) -> Stored<()> {
        self.insert.run(entry, branch, Some(self.batch))
    }
}
