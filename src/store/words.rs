//! Searching transfers and members by the words their rows are filed under.
//!
//! Rows are filed some hundreds at a time, in the transaction that makes them too many to be read
//! with every search; until then the newest ones are simply looked at. What the words find is
//! verified by `row_match`, so a search is exact however the files stand.

mod filing;

use rusqlite::types::Value;
use rusqlite::{CachedStatement, OptionalExtension, Row, ToSql, params};

use super::Store;
use super::fault::{Stored, Told};
use crate::domain::progress::{Watch, unwatched};
use crate::domain::words::{
    BITMAP, BLOCK_BITS, Bits, Fields, Plan, RowQuery, Word, Words, numbers_in, of_number,
    of_person, of_text,
};
use filing::{Filer, check_block, write_block};

/// As many rows may be waiting to be filed: to look at them takes a search two milliseconds.
const MOST_UNFILED: i64 = 512;

/// A list that is searched by words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Searched {
    /// `transfers`, called `t`.
    Transfers,
    /// `members`, called `m`.
    Members,
}

/// What a search found, to be put into a statement and verified by it.
#[derive(Debug, Clone)]
pub(super) struct Search {
    /// The condition that rows of the list fit, naming the parameters in `values`.
    pub condition: String,
    /// `:search` and `:found`.
    pub values: [(&'static str, Value); 2],
    /// So few rows can fit that all are read and sorted. Otherwise they are met on a walk along an
    /// index of the order, which tests the condition without reading rows.
    pub few: bool,
}

impl Search {
    /// The values as parameters.
    pub(super) fn params(&self) -> impl Iterator<Item = (&'static str, &dyn ToSql)> {
        self.values.iter().map(|(name, value)| (*name, value as &dyn ToSql))
    }
}

impl Store {
    /// The transfers that can fit a search: of row n the bit n % 8 of the byte n / 8; nothing where
    /// everything is asked for. Whoever shows them verifies them with `row_match`.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn search_transfers(&self, typed: &str) -> Stored<Option<Vec<u8>>> {
        Ok(self.found(Searched::Transfers, typed)?.map(|found| found.bits))
    }

    /// What a search for members found, or nothing where everything is asked for. A whole ID number
    /// finds its owner.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub(super) fn search_members(&self, typed: &str) -> Stored<Option<Search>> {
        let Some(mut found) = self.found(Searched::Members, typed)? else { return Ok(None) };
        found.add(self.owner(&typed.trim().to_ascii_uppercase())?);
        let verified = "(m.id_number = upper(:search) OR row_match(:search, m.name, '', '', ''))";
        Ok(Some(found.search("m.id", typed, verified)))
    }

    fn found(&self, list: Searched, typed: &str) -> Stored<Option<Found>> {
        let Some(plan) = Plan::of(&RowQuery::parse(typed), list.fields()) else { return Ok(None) };
        let (filed, last) = self.filing(list)?;
        let mut found = Found::up_to(last)?;
        let mut files = Files::of(self, list)?;
        for block in 0..found.blocks() {
            let rows = plan.find(&mut |words| files.look(block, words))?;
            found.put(block, rows.as_ref());
        }
        found.add(filed + 1..=last);
        found.add(self.unfiled(list)?);
        Ok(Some(found))
    }

    /// The row of a member with a whole ID number.
    fn owner(&self, number: &str) -> Stored<Option<i64>> {
        const OWNER: &str = "SELECT id FROM members WHERE id_number = $1";
        let mut statement = self.connection.prepare_cached(OWNER).told()?;
        statement.query_row([number], |r| r.get(0)).optional().told()
    }

    /// Up to which row the list is filed, and its last row.
    fn filing(&self, list: Searched) -> Stored<(i64, i64)> {
        let mut statement = self.connection.prepare_cached(list.state()).told()?;
        statement.query_row([], |r| Ok((r.get(0)?, r.get(1)?))).told()
    }

    /// The rows that were changed since they were filed.
    fn unfiled(&self, list: Searched) -> Stored<Vec<i64>> {
        let mut statement = self.connection.prepare_cached(list.unfiled()).told()?;
        let rows = statement.query_map([], |r| r.get(0)).told()?;
        rows.collect::<Result<_, _>>().told()
    }

    /// Files the rows of both lists, if so many are not that a search would notice. The one place
    /// where transactions are committed calls it.
    pub(super) fn file_if_many(&self) -> Stored<()> {
        for list in [Searched::Transfers, Searched::Members] {
            let (filed, last) = self.filing(list)?;
            let changed = i64::try_from(self.unfiled(list)?.len()).unwrap_or(i64::MAX);
            if (last - filed).saturating_add(changed) > MOST_UNFILED {
                self.file(list, &mut unwatched)?;
            }
        }
        Ok(())
    }

    /// Files all rows of both lists under their words, which a million rows take some seconds for.
    /// To be called within the transaction that made them.
    ///
    /// # Errors
    /// Where it cannot be written, or the watch asked to stop.
    pub fn file_all(&self, watch: &mut Watch<'_>) -> Stored<()> {
        self.atomically(|| {
            self.file(Searched::Transfers, watch)?;
            self.file(Searched::Members, watch)
        })
    }

    /// Files all rows of both lists once more: what is filed stays, what is missing is added.
    ///
    /// # Errors
    /// Where it cannot be written, or the watch asked to stop.
    pub fn file_anew(&self, watch: &mut Watch<'_>) -> Stored<()> {
        self.atomically(|| {
            self.connection.execute("UPDATE filings SET upto = 0", []).told()?;
            self.file_all(watch)
        })
    }

    /// Whether every row that counts as filed stands under all its words.
    ///
    /// # Errors
    /// Where one does not: the data are right, but a search may miss it.
    pub(in crate::store) fn check_words(&self) -> Stored<()> {
        for list in [Searched::Transfers, Searched::Members] {
            let (filed, _) = self.filing(list)?;
            let settled = format!("id <= $1 AND id NOT IN ({}) ORDER BY id", list.unfiled());
            Filer::new(self, list, check_block, &mut unwatched).take(&settled, filed)?;
        }
        Ok(())
    }

    fn file(&self, list: Searched, watch: &mut Watch<'_>) -> Stored<()> {
        let (filed, last) = self.filing(list)?;
        let mut filer = Filer::new(self, list, write_block, watch);
        filer.expect(last - filed);
        filer.take("id > $1 ORDER BY id", filed)?;
        let changed = format!("id <= $1 AND id IN ({}) ORDER BY id", list.unfiled());
        filer.take(&changed, filed)?;
        self.connection.execute(list.clear(), []).told()?;
        const DONE: &str = "UPDATE filings SET upto = max(upto, $1) WHERE list = $2";
        self.connection.execute(DONE, params![last, list.name()]).map(drop).told()
    }
}

impl Searched {
    const fn fields(self) -> Fields {
        match self {
            Self::Transfers => Fields::Transfer,
            Self::Members => Fields::Person,
        }
    }

    const fn name(self) -> &'static str {
        match self {
            Self::Transfers => "transfers",
            Self::Members => "members",
        }
    }

    /// The texts of rows, their number first.
    const fn texts(self) -> &'static str {
        match self {
            Self::Transfers => {
                "SELECT id, person_name, number, origin_name, destination_name FROM transfers WHERE "
            }
            Self::Members => "SELECT id, name FROM members WHERE ",
        }
    }

    const fn look(self) -> &'static str {
        match self {
            Self::Transfers => "SELECT ids FROM transfer_words WHERE key BETWEEN $1 AND $2",
            Self::Members => "SELECT ids FROM member_words WHERE key BETWEEN $1 AND $2",
        }
    }

    const fn put(self) -> &'static str {
        match self {
            Self::Transfers => "INSERT OR REPLACE INTO transfer_words (key, ids) VALUES ($1, $2)",
            Self::Members => "INSERT OR REPLACE INTO member_words (key, ids) VALUES ($1, $2)",
        }
    }

    /// Rows that were changed since they were filed.
    const fn unfiled(self) -> &'static str {
        match self {
            Self::Transfers => "SELECT id FROM transfers_unfiled",
            Self::Members => "SELECT id FROM members_unfiled",
        }
    }

    const fn clear(self) -> &'static str {
        match self {
            Self::Transfers => "DELETE FROM transfers_unfiled",
            Self::Members => "DELETE FROM members_unfiled",
        }
    }

    const fn state(self) -> &'static str {
        match self {
            Self::Transfers => {
                "SELECT upto, (SELECT coalesce(max(id), 0) FROM transfers) FROM filings WHERE list = 'transfers'"
            }
            Self::Members => {
                "SELECT upto, (SELECT coalesce(max(id), 0) FROM members) FROM filings WHERE list = 'members'"
            }
        }
    }

    fn add_words(self, row: &Row<'_>, words: &mut Vec<Word>) -> Result<(), rusqlite::Error> {
        let text = |i: usize| -> Result<&str, rusqlite::Error> { Ok(row.get_ref(i)?.as_str()?) };
        of_person(text(1)?, words);
        if self == Self::Transfers {
            of_number(text(2)?, words);
            of_text(text(3)?, words);
            of_text(text(4)?, words);
        }
        Ok(())
    }
}

/// The key of a word in a block of rows.
fn key(block: i64, word: Word) -> i64 {
    // A word takes 45 bits, so the sum stays below the sign for 2^18 blocks.
    (block << Word::BITS) | i64::try_from(word.number()).unwrap_or_default()
}

/// The sets that are filed, read one after another.
struct Files<'a> {
    statement: CachedStatement<'a>,
}

impl<'a> Files<'a> {
    fn of(store: &'a Store, list: Searched) -> Stored<Self> {
        Ok(Self { statement: store.connection.prepare_cached(list.look()).told()? })
    }

    fn look(&mut self, block: i64, (first, last): Words) -> Stored<Option<Bits>> {
        let keys = [key(block, first), key(block, last)];
        let mut rows = self.statement.query(keys).told()?;
        let mut found: Option<Bits> = None;
        while let Some(row) = rows.next().told()? {
            let stored = row.get_ref(0).told()?.as_blob().unwrap_or_default();
            found.get_or_insert_default().add(stored);
        }
        Ok(found)
    }
}

/// The rows that can fit: a bit for each row of the list.
struct Found {
    bits: Vec<u8>,
    last: i64,
}

impl Found {
    /// None of the rows up to the last one.
    fn up_to(last: i64) -> Stored<Self> {
        let blocks = usize::try_from((last >> BLOCK_BITS) + 1).unwrap_or_default();
        Ok(Self { bits: vec![0; blocks * BITMAP], last })
    }

    fn blocks(&self) -> i64 {
        (self.last >> BLOCK_BITS) + 1
    }

    fn put(&mut self, block: i64, rows: Option<&Bits>) {
        let start = usize::try_from(block).unwrap_or_default() * BITMAP;
        if let Some((rows, place)) = rows.zip(self.bits.get_mut(start..)) {
            rows.put_into(place);
        }
    }

    fn add(&mut self, rows: impl IntoIterator<Item = i64>) {
        for row in rows {
            let byte = usize::try_from(row >> 3).ok().and_then(|at| self.bits.get_mut(at));
            if let Some(byte) = byte {
                *byte |= 1 << (row & 7);
            }
        }
    }

    fn count(&self) -> usize {
        let words = self.bits.as_chunks::<8>().0;
        words.iter().map(|word| u64::from_le_bytes(*word).count_ones() as usize).sum()
    }

    fn search(self, id: &str, typed: &str, verified: &str) -> Search {
        let few = self.count() <= few_of(self.last);
        let (condition, found) = if few {
            let found = format!("{id} IN (SELECT value FROM json_each(:found))");
            (found, Value::Text(self.list()))
        } else {
            (format!("is_among(:found, {id})"), Value::Blob(self.bits))
        };
        Search {
            condition: format!("{condition} AND {verified}"),
            values: [(":search", Value::Text(typed.trim().to_owned())), (":found", found)],
            few,
        }
    }

    /// The rows as a list in JSON.
    fn list(&self) -> String {
        let rows: Vec<String> = numbers_in(&self.bits).map(|row| row.to_string()).collect();
        format!("[{}]", rows.join(","))
    }
}

/// How many rows are few in a list of `last`: to read n rows where they lie takes n steps, and to
/// meet a hundred of them in another order about 100 · last / n much shorter ones.
fn few_of(last: i64) -> usize {
    usize::try_from((2 * last.max(0)).isqrt()).unwrap_or_default().max(300)
}

/// Whether the bit of a row is set, for SQL.
pub(super) fn is_among(bits: &[u8], row: i64) -> bool {
    let byte = usize::try_from(row >> 3).ok().and_then(|at| bits.get(at));
    byte.is_some_and(|byte| byte >> (row & 7) & 1 != 0)
}
