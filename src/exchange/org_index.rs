//! Rows of a list by code and by full name, in tables that hold numbers only.

use std::collections::HashSet;
use std::hash::{BuildHasher, Hasher, RandomState};

use super::columns::KnownField;
use super::fault::RowFault;
use super::fields::OrgField;
use super::org_tree::{Faults, OrgRows};
use crate::domain::name_search::{fold, folded};
use crate::domain::progress::{Pace, Stopped, Watch};

/// Rows by code and by full name; the first of a name keeps it. Names are the same where only width
/// or case differs.
///
/// Two organisations may have the very same full name where each has a code of its own: real lists
/// have many such, as 「……街道机关团支部」. A name alone then names neither.
#[derive(Debug)]
pub struct OrgIndex {
    codes: Table,
    names: Table,
    /// Those of the rows that keep a name which share it with another.
    shared: HashSet<u32>,
    hasher: RandomState,
}

impl OrgIndex {
    pub(super) fn build(
        rows: &dyn OrgRows,
        faults: &mut Faults,
        watch: &mut Watch<'_>,
    ) -> Result<Self, Stopped> {
        let hasher = RandomState::new();
        let mut index = Self {
            codes: Table::for_rows(rows.len()),
            names: Table::for_rows(rows.len()),
            shared: HashSet::new(),
            hasher,
        };
        let mut pace = Pace::begin(watch, "核对编号和全称", u64::from(rows.len()))?;
        for at in 0..rows.len() {
            pace.step()?;
            if let Some(first) = index.claim_code(rows, at) {
                refuse_twice(rows, faults, OrgField::Code, (first, at));
            }
            match index.claim_name(rows, at) {
                Some(first) if are_namesakes(rows, first, at) => {
                    index.shared.insert(first);
                }
                Some(first) => refuse_twice(rows, faults, OrgField::FullName, (first, at)),
                None => {}
            }
        }
        Ok(index)
    }

    /// The row that has the code already; none where it is now this row's or empty.
    fn claim_code(&mut self, rows: &dyn OrgRows, at: u32) -> Option<u32> {
        let code = rows.code(at);
        let hash = self.hasher.hash_one(code);
        if code.is_empty() {
            return None;
        }
        self.codes.claim(hash, at, |row| rows.code(row) == code)
    }

    fn claim_name(&mut self, rows: &dyn OrgRows, at: u32) -> Option<u32> {
        let name = rows.full_name(at);
        let hash = self.hash_of_name(name);
        if name.is_empty() {
            return None;
        }
        self.names.claim(hash, at, |row| are_alike(rows.full_name(row), name))
    }

    /// The row with that code.
    pub fn by_code(&self, rows: &dyn OrgRows, code: &str) -> Option<u32> {
        let hash = self.hasher.hash_one(code);
        self.codes.find(hash, |row| rows.code(row) == code).filter(|_| !code.is_empty())
    }

    /// The row with exactly that full name.
    pub fn by_name(&self, rows: &dyn OrgRows, name: &str) -> Option<u32> {
        let found = self.names.find(self.hash_of_name(name), |row| rows.full_name(row) == name);
        found.filter(|_| !name.is_empty())
    }

    /// A code goes before a name, as everywhere (cli.md).
    pub(super) fn superior(&self, rows: &dyn OrgRows, given: &str) -> Named {
        if let Some(row) = self.by_code(rows, given) {
            return Named::One(row);
        }
        match self.by_name(rows, given) {
            Some(row) if self.shared.contains(&row) => Named::Several,
            Some(row) => Named::One(row),
            None => Named::None,
        }
    }

    fn hash_of_name(&self, name: &str) -> u64 {
        let mut hasher = self.hasher.build_hasher();
        hasher.write(folded(name).as_bytes());
        hasher.finish()
    }
}

/// What a text means among the rows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Named {
    /// No row.
    None,
    /// One row.
    One(u32),
    /// A full name that several rows have.
    Several,
}

fn are_namesakes(rows: &dyn OrgRows, first: u32, at: u32) -> bool {
    let (one, other) = (rows.code(first), rows.code(at));
    !one.is_empty()
        && !other.is_empty()
        && one != other
        && rows.full_name(first) == rows.full_name(at)
}

fn are_alike(one: &str, other: &str) -> bool {
    one == other || one.chars().map(fold).eq(other.chars().map(fold))
}

/// A hash table that holds nothing but numbers of rows: eight bytes for a slot, four slots for
/// three rows. Half of a slot is a part of the hash, so that texts are compared only where they
/// are very likely the same.
#[derive(Debug)]
struct Table {
    slots: Vec<u64>,
}

impl Table {
    fn for_rows(rows: u32) -> Self {
        let rows = rows as usize;
        Self { slots: vec![0; rows + rows / 3 + 1] }
    }

    /// The row that is there already; else none, and `at` is there now.
    fn claim(&mut self, hash: u64, at: u32, same: impl Fn(u32) -> bool) -> Option<u32> {
        match self.seek(hash, same) {
            Ok(row) => Some(row),
            Err(free) => {
                if let Some(slot) = self.slots.get_mut(free) {
                    *slot = (hash << 32) | (u64::from(at) + 1);
                }
                None
            }
        }
    }

    fn find(&self, hash: u64, same: impl Fn(u32) -> bool) -> Option<u32> {
        self.seek(hash, same).ok()
    }

    /// The row, or the free slot where it would stand. There is always a free one.
    fn seek(&self, hash: u64, same: impl Fn(u32) -> bool) -> Result<u32, usize> {
        let n = self.slots.len();
        // The high half of the hash chooses the slot, the low half is kept in it.
        let mut at = usize::try_from(((hash >> 32) * n as u64) >> 32).unwrap_or_default();
        loop {
            let slot = self.slots.get(at).copied().unwrap_or_default();
            let row = u32::try_from(slot & u64::from(u32::MAX)).unwrap_or_default();
            let Some(row) = row.checked_sub(1) else { return Err(at) };
            if slot >> 32 == hash & u64::from(u32::MAX) && same(row) {
                return Ok(row);
            }
            at = if at + 1 == n { 0 } else { at + 1 };
        }
    }
}

fn refuse_twice(rows: &dyn OrgRows, faults: &mut Faults, field: OrgField, pair: (u32, u32)) {
    let (first, at) = pair;
    faults.add(at, || {
        let label = field.label();
        let text = |row| if field == OrgField::Code { rows.code(row) } else { rows.full_name(row) };
        let how = if text(first) == text(at) { "相同" } else { "只差全角半角或大小写" };
        let sentence = format!(
            "第 {} 行和第 {} 行的{label}{how}。请只留一行，或改正其中一个。",
            rows.line(first),
            rows.line(at)
        );
        RowFault::from_sentence(rows.line(at), label.to_owned(), text(at), &sentence)
    });
}
