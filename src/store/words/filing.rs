//! Gathering what rows are filed under, some thousands at a time, to write it or to check it.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use rusqlite::{Statement, params};

use super::{Searched, Store, Stored, Told};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::progress::{Progress, Watch};
use crate::domain::words::{BLOCK_BITS, Growing, Word, decode, encode};

/// Bytes of sets that are gathered before they are handed on.
const GATHERED: usize = 24 << 20;

/// About what a gathered word takes beside its set.
const OVERHEAD: usize = 64;

/// A report is made after so many rows.
const REPORTED: u64 = 20_000;

/// What is done with the sets of a block: they come in the order of their words.
type HandOn = fn(&Store, Searched, i64, Vec<(u64, Growing)>) -> Stored<()>;

/// Gathers the rows of a list by their words.
pub(super) struct Filer<'a, 'w> {
    store: &'a Store,
    list: Searched,
    hand_on: HandOn,
    watch: &'a mut Watch<'w>,
    total: u64,
    done: u64,
    /// The rows of a block by their words.
    gathered: HashMap<u64, Growing, BuildHasherDefault<Spread>>,
    n_bytes: usize,
    block: i64,
}

impl<'a, 'w> Filer<'a, 'w> {
    pub(super) fn new(
        store: &'a Store,
        list: Searched,
        hand_on: HandOn,
        watch: &'a mut Watch<'w>,
    ) -> Self {
        let gathered = HashMap::default();
        Self { store, list, hand_on, watch, total: 0, done: 0, gathered, n_bytes: 0, block: 0 }
    }

    /// About how many rows will come, for the reports.
    pub(super) fn expect(&mut self, n_rows: i64) {
        self.total = u64::try_from(n_rows).unwrap_or_default();
    }

    /// Takes rows, which come in ascending order.
    pub(super) fn take(&mut self, which: &str, filed: i64) -> Stored<()> {
        let sql = format!("{}{which}", self.list.texts());
        let mut statement = self.store.connection.prepare(&sql).told()?;
        let mut rows = statement.query([filed]).told()?;
        let mut words = Vec::new();
        while let Some(row) = rows.next().told()? {
            let id: i64 = row.get(0).told()?;
            if id >> BLOCK_BITS != self.block || self.n_bytes > GATHERED {
                self.hand_on()?;
                self.block = id >> BLOCK_BITS;
            }
            self.list.add_words(row, &mut words).told()?;
            let low = u32::try_from(id & ((1 << BLOCK_BITS) - 1)).unwrap_or_default();
            for word in words.drain(..) {
                self.gather(word, low);
            }
            self.report()?;
        }
        self.hand_on()
    }

    fn gather(&mut self, word: Word, row: u32) {
        let rows = self.gathered.entry(word.number()).or_default();
        let before = rows.stored().len();
        rows.push(row);
        // A set that turned into a bitmap does not grow any more.
        self.n_bytes += rows.stored().len().saturating_sub(before);
        self.n_bytes += if before == 0 { OVERHEAD } else { 0 };
    }

    fn report(&mut self) -> Stored<()> {
        self.done += 1;
        if !self.done.is_multiple_of(REPORTED) {
            return Ok(());
        }
        let progress = Progress { step: "编排检索", done: self.done, total: self.total };
        if (self.watch)(progress).is_break() {
            let sentence = "已经停下，这一步没有保存，原来的数据没有动。";
            return Err(Fault::new(FaultKind::Failed, sentence));
        }
        Ok(())
    }

    fn hand_on(&mut self) -> Stored<()> {
        let mut gathered: Vec<(u64, Growing)> = self.gathered.drain().collect();
        self.n_bytes = 0;
        gathered.sort_unstable_by_key(|(word, _)| *word);
        (self.hand_on)(self.store, self.list, self.block, gathered)
    }
}

/// The first key of a block.
fn start_of(block: i64) -> i64 {
    block << Word::BITS
}

/// Writes sets, together with what is filed already.
pub(super) fn write_block(
    store: &Store,
    list: Searched,
    block: i64,
    gathered: Vec<(u64, Growing)>,
) -> Stored<()> {
    let mut look = store.connection.prepare_cached(list.look()).told()?;
    let mut put = store.connection.prepare_cached(list.put()).told()?;
    let start = start_of(block);
    let is_new = !look.exists([start, start | ((1 << Word::BITS) - 1)]).told()?;
    for (word, rows) in gathered {
        let key = start | i64::try_from(word).unwrap_or_default();
        if is_new {
            put.execute(params![key, rows.stored()]).told()?;
        } else if let Some(both) = with_filed(&mut look, key, rows.stored())? {
            put.execute(params![key, both]).told()?;
        }
    }
    Ok(())
}

/// Holds sets against what is filed.
pub(super) fn check_block(
    store: &Store,
    list: Searched,
    block: i64,
    gathered: Vec<(u64, Growing)>,
) -> Stored<()> {
    let mut look = store.connection.prepare_cached(list.look()).told()?;
    for (word, rows) in gathered {
        let key = start_of(block) | i64::try_from(word).unwrap_or_default();
        if with_filed(&mut look, key, rows.stored())?.is_some() {
            return Err(Fault::new(FaultKind::Damaged, MISSING));
        }
    }
    Ok(())
}

/// A search that misses rows is worse than none.
const MISSING: &str = "检索用的表缺了内容，按姓名、编号或单位查找时可能漏掉记录；记录本身没有少。\
    请用 verify --rebuild 重新编排。";

/// A set together with what is filed already; nothing if that is all of it.
fn with_filed(look: &mut Statement<'_>, key: i64, rows: &[u8]) -> Stored<Option<Vec<u8>>> {
    let mut found = look.query([key, key]).told()?;
    let Some(row) = found.next().told()? else { return Ok(Some(rows.to_vec())) };
    let filed = row.get_ref(0).told()?.as_blob().unwrap_or_default();
    let mut both: Vec<u32> = decode(filed).collect();
    let n_filed = both.len();
    both.extend(decode(rows));
    both.sort_unstable();
    both.dedup();
    Ok((both.len() > n_filed).then(|| encode(&both)))
}

/// Spreads words over a table, quicker than the usual way, which every character would pay for.
#[derive(Default)]
struct Spread(u64);

impl Hasher for Spread {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.write_u64(u64::from(*byte)));
    }

    fn write_u64(&mut self, word: u64) {
        let mixed = (self.0 ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        self.0 = mixed ^ (mixed >> 32);
    }
}
