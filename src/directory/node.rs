//! What organisations are candidates of a query, worked out block by block from lists.
//!
//! A node promises to miss nothing; that it holds nothing else it does not promise. Every
//! candidate is compared with the query afterwards, so a long list that would take out little is
//! better left alone.

use std::ops::Range;
use std::rc::Rc;

use super::block::{BLOCK, Bits};
use super::postings::List;

/// Taking one list into account costs about as much as comparing so many names.
const NAMES_PER_LIST: u32 = 4;

/// A set of organisations.
#[derive(Debug, Clone)]
pub(super) enum Node<'a> {
    /// Those in a list.
    List(List<'a>),
    /// Those named one by one, ascending.
    Rows(Vec<u32>),
    /// Those in ascending ranges.
    Ranges(Vec<Range<u32>>),
    /// Those in any of several sets.
    Any(Vec<Self>),
    /// Those in all of several sets, the smallest first, each with how many lists it takes.
    All(Vec<(Self, u32)>),
    /// Those in a set that is part of several.
    Shared(Rc<Self>),
}

impl<'a> Node<'a> {
    /// The union; nothing where nothing is united.
    pub(super) fn any(nodes: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut nodes: Vec<Self> = nodes.into_iter().collect();
        match nodes.len() {
            0 => None,
            1 => nodes.pop(),
            2.. => Some(Self::Any(nodes)),
        }
    }

    /// What is in all of them, of which there must be one.
    pub(super) fn all(nodes: impl IntoIterator<Item = Self>) -> Option<Self> {
        let mut flat = Vec::new();
        for node in nodes {
            match node {
                Self::All(inner) => flat.extend(inner),
                other => {
                    let lists = other.lists();
                    flat.push((other, lists));
                }
            }
        }
        flat.sort_by_cached_key(|(node, lists)| (node.most(), *lists));
        match flat.len() {
            0 => None,
            1 => flat.pop().map(|(only, _)| only),
            2.. => Some(Self::All(flat)),
        }
    }

    /// Those in one range.
    pub(super) fn range(range: Range<u32>) -> Self {
        Self::Ranges(std::iter::once(range).collect())
    }

    /// The lists of a family of keys.
    pub(super) fn lists_of(lists: Vec<List<'a>>) -> Option<Self> {
        Self::any(lists.into_iter().map(Self::List))
    }

    /// No more than so many are in.
    pub(super) fn most(&self) -> u64 {
        match self {
            Self::List(list) => u64::from(list.len()),
            Self::Rows(rows) => rows.len() as u64,
            Self::Ranges(ranges) => {
                ranges.iter().map(|range| u64::from(range.end - range.start)).sum()
            }
            Self::Any(nodes) => nodes.iter().map(Self::most).sum(),
            Self::All(nodes) => nodes.iter().map(|(node, _)| node.most()).min().unwrap_or(0),
            Self::Shared(node) => node.most(),
        }
    }

    /// How many lists a block takes to work out.
    pub(super) fn lists(&self) -> u32 {
        match self {
            Self::List(_) | Self::Rows(_) | Self::Ranges(_) => 1,
            Self::Any(nodes) => nodes.iter().map(Self::lists).sum(),
            Self::All(nodes) => nodes.iter().map(|(_, lists)| *lists).sum(),
            Self::Shared(node) => node.lists(),
        }
    }

    /// What is in a block, nothing where nothing is.
    pub(super) fn block(&self, block: u16) -> Option<Bits> {
        if !self.may_be_in(block) {
            return None;
        }
        if let Self::All(nodes) = self {
            return intersection(nodes, block);
        }
        let mut bits = Bits::new();
        self.add(block, &mut bits).then_some(bits)
    }

    /// Adds what is in a block; tells whether anything is.
    fn add(&self, block: u16, bits: &mut Bits) -> bool {
        match self {
            Self::List(list) => list.add(block, bits),
            Self::Rows(rows) => {
                let rows = in_block(rows, block);
                rows.iter().for_each(|row| bits.set(*row as u16));
                !rows.is_empty()
            }
            Self::Ranges(ranges) => add_ranges(ranges, block, bits),
            Self::Any(nodes) => {
                let mut any = false;
                for node in nodes {
                    any |= node.add(block, bits);
                }
                any
            }
            Self::All(_) => self.block(block).inspect(|both| bits.or(both)).is_some(),
            Self::Shared(node) => node.add(block, bits),
        }
    }

    /// Keeps what is in a block; tells whether anything is left.
    fn keep(&self, block: u16, bits: &mut Bits) -> bool {
        match self {
            Self::List(list) => list.and(block, bits),
            Self::Shared(node) => node.keep(block, bits),
            Self::Rows(_) | Self::Ranges(_) | Self::Any(_) | Self::All(_) => {
                match self.block(block) {
                    Some(own) => bits.and(&own),
                    None => bits.clear(),
                }
                !bits.is_empty()
            }
        }
    }

    /// Whether anything may be in a block: cheap to tell, and never wrong about there being none.
    fn may_be_in(&self, block: u16) -> bool {
        match self {
            Self::List(list) => list.count_in(block) > 0,
            Self::Rows(rows) => !in_block(rows, block).is_empty(),
            Self::Ranges(ranges) => {
                let start = u32::from(block) * BLOCK;
                ranges.iter().any(|range| range.start < start + BLOCK && start < range.end)
            }
            Self::Any(nodes) => nodes.iter().any(|node| node.may_be_in(block)),
            Self::All(nodes) => nodes.iter().all(|(node, _)| node.may_be_in(block)),
            Self::Shared(node) => node.may_be_in(block),
        }
    }
}

/// The smallest set's part of a block, less what the others take out, as long as it is worth it.
fn intersection(nodes: &[(Node<'_>, u32)], block: u16) -> Option<Bits> {
    let ((first, _), others) = nodes.split_first()?;
    let mut bits = first.block(block)?;
    for (node, lists) in others {
        let left = bits.count();
        if left > lists.saturating_mul(NAMES_PER_LIST) && !node.keep(block, &mut bits) {
            return None;
        }
    }
    Some(bits)
}

fn in_block(rows: &[u32], block: u16) -> &[u32] {
    let block = u32::from(block);
    let start = rows.partition_point(|row| row / BLOCK < block);
    let end = rows.partition_point(|row| row / BLOCK <= block);
    rows.get(start..end).unwrap_or_default()
}

fn add_ranges(ranges: &[Range<u32>], block: u16, bits: &mut Bits) -> bool {
    let start = u32::from(block) * BLOCK;
    let mut any = false;
    for range in ranges {
        let inside = range.start.saturating_sub(start)..range.end.saturating_sub(start).min(BLOCK);
        any |= inside.start < inside.end;
        bits.set_range(inside);
    }
    any
}
