//! Families of lists: a table of keys, a few bytes each, and their lists one after the other.
//!
//! Keys stand in blocks of 64, each written as its difference from the one before, with the count
//! and the bytes of its list. An index holds for every block its first key and where its keys and
//! its lists begin, so a key is found by a binary search and one short walk.

use super::bytes::{Varints, partition, put_varint, u32_from, u64_from};
use super::postings::List;

/// Keys in one block.
const STEP: usize = 64;

/// Bytes of a block in the index: first key, start of its keys, start of its lists.
const ENTRY_BYTES: usize = 20;

/// A family of lists in the file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Family<'a> {
    pub(super) index: &'a [u8],
    pub(super) keys: &'a [u8],
    pub(super) lists: &'a [u8],
}

/// A place in a family from which keys are read on.
#[derive(Debug, Clone, Copy)]
struct Cursor<'a> {
    block: usize,
    left: usize,
    read: Varints<'a>,
    key: u64,
    list: usize,
}

/// A key with its list, as the table tells.
struct Found<'a> {
    key: u64,
    list: List<'a>,
}

impl<'a> Family<'a> {
    /// The list of a key; nothing where the key is not there, `None` outside where it cannot be
    /// read.
    pub(super) fn list(&self, key: u64) -> Option<Option<List<'a>>> {
        let Some(mut cursor) = self.cursor(key)? else { return Some(None) };
        loop {
            match self.next(&mut cursor)? {
                Some(found) if found.key < key => {}
                Some(found) if found.key == key => return Some(Some(found.list)),
                Some(_) | None => return Some(None),
            }
        }
    }

    /// The keys of a range with their lists, ascending. The last item is `None` where they cannot
    /// be read on.
    pub(super) fn range(self, from: u64, to: u64) -> impl Iterator<Item = Option<(u64, List<'a>)>> {
        let (mut cursor, mut failed) = match self.cursor_or_start(from) {
            Some(cursor) => (cursor, false),
            None => (None, true),
        };
        std::iter::from_fn(move || {
            if failed {
                failed = false;
                return Some(None);
            }
            loop {
                match self.next(cursor.as_mut()?) {
                    Some(Some(found)) if found.key < from => {}
                    Some(Some(found)) if found.key < to => {
                        return Some(Some((found.key, found.list)));
                    }
                    Some(Some(_) | None) => cursor = None,
                    None => {
                        cursor = None;
                        return Some(None);
                    }
                }
            }
        })
    }

    fn blocks(&self) -> usize {
        self.index.len() / ENTRY_BYTES
    }

    /// The beginning of the block in which a key must be, if it is anywhere.
    fn cursor(&self, key: u64) -> Option<Option<Cursor<'a>>> {
        let after = partition(0, self.blocks(), |block| {
            Some(u64_from(self.index, block * ENTRY_BYTES)? <= key)
        })?;
        after.checked_sub(1).map_or(Some(None), |block| self.start(block).map(Some))
    }

    fn cursor_or_start(&self, key: u64) -> Option<Option<Cursor<'a>>> {
        match self.cursor(key)? {
            None if self.blocks() > 0 => self.start(0).map(Some),
            found => Some(found),
        }
    }

    fn start(&self, block: usize) -> Option<Cursor<'a>> {
        let at = block * ENTRY_BYTES;
        let keys = u32_from(self.index, at + 8)? as usize;
        let list = usize::try_from(u64_from(self.index, at + 12)?).ok()?;
        let read = Varints(self.keys.get(keys..)?);
        Some(Cursor { block, left: STEP, read, key: u64_from(self.index, at)?, list })
    }

    /// The next key, nothing after the last; `None` outside where it cannot be read.
    fn next(&self, cursor: &mut Cursor<'a>) -> Option<Option<Found<'a>>> {
        if cursor.left == 0 {
            if cursor.block + 1 >= self.blocks() {
                return Some(None);
            }
            *cursor = self.start(cursor.block + 1)?;
        }
        if cursor.read.0.is_empty() {
            return Some(None);
        }
        cursor.left -= 1;
        cursor.key = cursor.key.checked_add(cursor.read.next()?)?;
        let count = u32::try_from(cursor.read.next()?).ok()?;
        let bytes = usize::try_from(cursor.read.next()?).ok()?;
        let end = cursor.list.checked_add(bytes)?;
        let list = List::new(count, self.lists.get(cursor.list..end)?);
        cursor.list = end;
        Some(Some(Found { key: cursor.key, list }))
    }
}

/// The keys of a family while they are put together, in ascending order.
#[derive(Debug, Default)]
pub(super) struct Keys {
    pub(super) index: Vec<u8>,
    pub(super) keys: Vec<u8>,
    in_block: usize,
    last: u64,
    lists: u64,
}

impl Keys {
    /// Adds a key with the count and the bytes of its list, which stands after those before.
    pub(super) fn push(&mut self, key: u64, count: u32, bytes: usize) {
        if self.in_block.is_multiple_of(STEP) {
            self.index.extend(key.to_le_bytes());
            self.index.extend((self.keys.len() as u32).to_le_bytes());
            self.index.extend(self.lists.to_le_bytes());
            self.last = key;
        }
        put_varint(&mut self.keys, key - self.last);
        put_varint(&mut self.keys, u64::from(count));
        put_varint(&mut self.keys, bytes as u64);
        self.last = key;
        self.in_block += 1;
        self.lists += bytes as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn family(keys: &[u64]) -> (Keys, Vec<u8>) {
        let mut out = Keys::default();
        for key in keys {
            out.push(*key, 1, 1);
        }
        (out, keys.iter().map(|key| (key % 100) as u8).collect())
    }

    #[test]
    fn every_key_is_found_and_no_other() {
        let keys: Vec<u64> = (0..1_000).map(|i| 5 + i * i * 3).collect();
        for count in [0, 1, 63, 64, 65, 128, 1_000] {
            let keys = &keys[..count];
            let (out, lists) = family(keys);
            let family = Family { index: &out.index, keys: &out.keys, lists: &lists };
            for key in keys {
                let list = family.list(*key).unwrap().unwrap();
                assert_eq!(list.short(), Some([(key % 100) as u32].as_slice()));
                assert!(family.list(key + 1).unwrap().is_none());
            }
            assert!(family.list(0).unwrap().is_none());
            assert!(family.list(u64::MAX).unwrap().is_none());
            for (from, to) in [(0, u64::MAX), (0, 6), (17, 18), (30, 3_000), (9, 9)] {
                let read: Vec<u64> = family.range(from, to).map(|item| item.unwrap().0).collect();
                let wanted = keys.iter().copied().filter(|key| (from..to).contains(key));
                assert_eq!(read, wanted.collect::<Vec<_>>());
            }
        }
    }

    #[test]
    fn damaged_keys_are_told_and_never_panic() {
        let keys: Vec<u64> = (0..200).map(|i| i * 1_000).collect();
        let (out, lists) = family(&keys);
        for at in 0..out.keys.len() {
            let mut bytes = out.keys.clone();
            bytes[at] = 0xFF;
            let family = Family { index: &out.index, keys: &bytes, lists: &lists };
            family.list(150_000);
            family.range(0, u64::MAX).for_each(drop);
            let family =
                Family { index: &out.index, keys: &out.keys[..at], lists: &lists[..at / 4] };
            family.list(150_000);
            family.range(0, u64::MAX).for_each(drop);
        }
        let mut index = out.index.clone();
        index[8..12].fill(0xFF);
        let family = Family { index: &index, keys: &out.keys, lists: &lists };
        assert!(family.list(1_000).is_none());
        assert!(family.range(0, 9).any(|item| item.is_none()));
    }
}
