//! Imports of members: rows looked at with few questions to the database, and written as one batch.

use std::collections::{HashMap, HashSet};
use std::hash::Hash;

use rusqlite::OptionalExtension;

use super::chain::Deed;
use super::fault::{Stored, Told, conflict};
use super::imports::ImportOutcome;
use super::members::MemberInsert;
use super::roomy::Roomy;
use super::transfers::OPEN;
use super::{Desk, Store};
use crate::domain::fault::Fault;
use crate::domain::ids::{BatchId, OrgId};
use crate::domain::member::MemberEntry;
use crate::domain::organisation::{OrgKind, OrgPath};
use crate::domain::packed_number::packed;

/// From how many questions on it is cheaper to read all numbers of the database once.
const ASKED_ONE_BY_ONE: usize = 2_000;
/// How many branches are remembered: those of a province, in some megabytes.
const BRANCHES: usize = 1 << 17;
/// How many names that are no branch are remembered, with what is wrong with them.
const NO_BRANCHES: usize = 1 << 10;
/// How many rows are looked at in one transaction: far less than anybody waits who wants to write.
const READ_AT_ONCE: usize = 1 << 12;
/// How many rows one statement writes: enough that what it costs to begin one does not count.
const AT_ONCE: usize = 32;

/// What the database says of a member's row before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MemberScreening {
    /// It can be written, to this branch.
    Good(OrgId),
    /// The person is there already; the sentence says where.
    Present(String),
    /// The person is on the way here by a transfer; the sentence says by which.
    Moving(String),
    /// The branch does not fit.
    Bad(Fault),
}

/// Looks the rows of a register up, in memory that does not grow with it.
pub struct MemberScreener<'a> {
    desk: Desk<'a>,
    branches: HashMap<Box<str>, OrgId>,
    no_branches: HashMap<String, Fault>,
    n_asked: usize,
    numbers: Option<Numbers>,
    /// Rows looked at since the transaction began that they are read in, if there is one.
    reading: Option<usize>,
}

impl<'a> Desk<'a> {
    /// A look-up for the rows of one register.
    pub fn member_screener(&self) -> MemberScreener<'a> {
        MemberScreener {
            desk: *self,
            branches: HashMap::new(),
            no_branches: HashMap::new(),
            n_asked: 0,
            numbers: None,
            reading: None,
        }
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
        let _roomy = Roomy::begin(self.store)?;
        let _unchecked = Unchecked::begin(self.store)?;
        self.store.atomically(|| {
            let batch = self.open_batch("members", file, n_rows)?;
            self.check_branches(branches)?;
            let mut writer = MemberWriter::new(self.store, batch, n_rows)?;
            write(&mut writer)?;
            writer.finish()?;
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
            "SELECT min(id), kind, path FROM organisations WHERE full_name = $1 AND state = 'active'
                GROUP BY full_name HAVING count(*) = 1",
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
        self.read_on()?;
        let branch = match self.branch(branch) {
            Ok(branch) => branch,
            Err(fault) => return Ok(MemberScreening::Bad(fault)),
        };
        let there = self.presence(entry.id_number.reveal())?;
        let Some(said) = there else { return Ok(MemberScreening::Good(branch)) };
        let is_member = self.desk.store.member_by_number(entry.id_number.reveal())?.is_some();
        Ok(if is_member { MemberScreening::Present(said) } else { MemberScreening::Moving(said) })
    }

    /// Lets others write until the next look.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn pause(&mut self) -> Stored<()> {
        match self.reading.take() {
            Some(_) => self.desk.store.connection.execute_batch("COMMIT").told(),
            None => Ok(()),
        }
    }

    /// Many rows are read in one transaction: each question by itself would lock the file and read
    /// its first page again. Others can write in between.
    fn read_on(&mut self) -> Stored<()> {
        if self.reading.is_some_and(|n| n >= READ_AT_ONCE) {
            self.pause()?;
        }
        if self.reading.is_none() && self.desk.store.connection.is_autocommit() {
            self.desk.store.connection.execute_batch("BEGIN").told()?;
            self.reading = Some(0);
        }
        self.reading = self.reading.map(|n| n + 1);
        Ok(())
    }

    fn branch(&mut self, text: &str) -> Result<OrgId, Fault> {
        if let Some(known) = self.branches.get(text) {
            return Ok(*known);
        }
        if let Some(known) = self.no_branches.get(text) {
            return Err(known.clone());
        }
        let found = match self.desk.branch_quickly(text)? {
            Some(branch) => Ok(branch),
            None => self.desk.branch_in_scope(text).map(|branch| branch.id),
        };
        match &found {
            Ok(branch) => remember(&mut self.branches, BRANCHES, (text.into(), *branch)),
            Err(fault) => {
                remember(&mut self.no_branches, NO_BRANCHES, (text.to_owned(), fault.clone()));
            }
        }
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

impl Drop for MemberScreener<'_> {
    fn drop(&mut self) {
        // Nothing was written that could be lost.
        self.pause().unwrap_or_default();
    }
}

/// Keeps at most so many: when they are full, it begins again.
fn remember<K: Eq + Hash, V>(known: &mut HashMap<K, V>, most: usize, (key, value): (K, V)) {
    if known.len() >= most {
        known.clear();
    }
    known.insert(key, value);
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
    many: MemberInsert<'a>,
    one: MemberInsert<'a>,
    batch: BatchId,
    n_left: usize,
    /// How many of those that are left come after the last full statement.
    n_single: usize,
}

impl<'a> MemberWriter<'a> {
    fn new(store: &'a Store, batch: BatchId, n_rows: usize) -> Stored<Self> {
        let (many, one) = (store.member_insert(AT_ONCE)?, store.member_insert(1)?);
        Ok(Self { many, one, batch, n_left: n_rows, n_single: n_rows % AT_ONCE })
    }

    /// Writes a member that was checked.
    ///
    /// # Errors
    /// Where it or one shortly before cannot be written, as when its number has come into the
    /// database meanwhile; where there are more than were announced.
    pub fn write(&mut self, entry: &MemberEntry, branch: OrgId) -> Stored<()> {
        let insert = if self.n_left > self.n_single { &mut self.many } else { &mut self.one };
        self.n_left = self.n_left.checked_sub(1).ok_or_else(miscounted)?;
        insert.put(entry, branch, Some(self.batch))
    }

    /// Rows of a statement that never became full would be missing.
    fn finish(self) -> Stored<()> {
        if self.n_left == 0 { Ok(()) } else { Err(miscounted()) }
    }
}

fn miscounted() -> Fault {
    conflict("名册的行数和检查时不一样，什么也没有写入。请重新检查一遍，再导入。".to_owned())
}

/// While it lives, SQLite neither looks for the branch and the batch of each row, which an import has
/// looked for itself in the same transaction, nor compares the words of each row with lists, which
/// are those of the program's own types. Both together cost more than writing the row.
struct Unchecked<'a> {
    store: &'a Store,
}

impl<'a> Unchecked<'a> {
    const OFF: &'static str = "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON";
    const ON: &'static str = "PRAGMA foreign_keys = ON; PRAGMA ignore_check_constraints = OFF";

    /// Must stand before the transaction; inside of one it changes nothing.
    fn begin(store: &'a Store) -> Stored<Self> {
        let begun = Self { store };
        store.connection.execute_batch(Self::OFF).told()?;
        Ok(begun)
    }
}

impl Drop for Unchecked<'_> {
    fn drop(&mut self) {
        // It cannot fail: the transaction has ended.
        self.store.connection.execute_batch(Self::ON).unwrap_or_default();
    }
}
