//! Going through the candidates of a query in the order of rank, in slices.

use std::collections::VecDeque;
use std::ops::Range;

use super::block::{BLOCK, Bits};
use super::node::Node;

/// Candidates that are taken out of a block at once.
const AT_ONCE: usize = 256;

/// How much work a slice may still do; comparing one name is one.
#[derive(Debug, Clone, Copy)]
pub(super) struct Checks(pub(super) u32);

impl Checks {
    /// Whether nothing is left.
    pub(super) const fn are_spent(self) -> bool {
        self.0 == 0
    }

    /// Takes some of what is left.
    pub(super) fn spend(&mut self, checks: u32) {
        self.0 = self.0.saturating_sub(checks);
    }
}

/// What comes next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    /// A candidate.
    Row(u32),
    /// The slice is over.
    Paused,
    /// There are no more candidates.
    End,
}

/// The candidates of one set inside a mask.
#[derive(Debug)]
pub(super) struct Walk<'a> {
    node: Node<'a>,
    mask: Vec<Range<u32>>,
    block: u32,
    end: u32,
    /// What working out one block counts as.
    checks: u32,
    /// What of the present block is not yet in `ready`.
    left: Option<Bits>,
    ready: VecDeque<u32>,
}

impl<'a> Walk<'a> {
    /// The candidates of a set in ascending ranges without overlap.
    pub(super) fn new(node: Node<'a>, mask: Vec<Range<u32>>) -> Self {
        let block = mask.first().map_or(0, |range| range.start / BLOCK);
        let end = mask.last().map_or(0, |range| range.end.div_ceil(BLOCK));
        let ranges = Node::Ranges(mask.clone());
        let node = if ranges.most() < node.most() {
            Node::all([node.clone(), ranges]).unwrap_or(node)
        } else {
            node
        };
        let checks = 1 + node.lists();
        Self { node, mask, block, end, checks, left: None, ready: VecDeque::new() }
    }

    /// The next candidate. The names are counted by whoever compares them.
    pub(super) fn next(&mut self, checks: &mut Checks) -> Next {
        loop {
            if checks.are_spent() {
                return Next::Paused;
            }
            if let Some(row) = self.ready.pop_front() {
                return Next::Row(row);
            }
            if self.left.is_some() {
                self.take_some();
            } else if self.block < self.end {
                checks.spend(self.checks);
                self.left = self.node.block(self.block as u16).map(|bits| self.masked(bits));
                self.block += 1;
            } else {
                return Next::End;
            }
        }
    }

    /// The node need not have taken the mask into account, so the mask does.
    fn masked(&self, mut bits: Bits) -> Bits {
        let start = self.block * BLOCK;
        let mut kept = 0;
        for range in &self.mask {
            let inside = |row: u32| row.saturating_sub(start).min(BLOCK);
            bits.clear_range(kept..inside(range.start));
            kept = inside(range.end);
        }
        bits.clear_range(kept..BLOCK);
        bits
    }

    fn take_some(&mut self) {
        let start = (self.block - 1) * BLOCK;
        let Some(bits) = self.left.as_mut() else { return };
        self.ready.extend(bits.iter().take(AT_ONCE).map(|row| start + u32::from(row)));
        match self.ready.back().filter(|_| self.ready.len() == AT_ONCE) {
            Some(last) => bits.clear_range(0..last - start + 1),
            None => self.left = None,
        }
    }
}

/// What is in both of two ascending lists of ranges.
pub(super) fn common(these: &[Range<u32>], those: &[Range<u32>]) -> Vec<Range<u32>> {
    let (mut i, mut j) = (0, 0);
    let mut out = Vec::new();
    while let (Some(a), Some(b)) = (these.get(i), those.get(j)) {
        let both = a.start.max(b.start)..a.end.min(b.end);
        if both.start < both.end {
            out.push(both);
        }
        if a.end <= b.end { i += 1 } else { j += 1 }
    }
    out
}

/// What of an ascending list of ranges is in no range of another.
pub(super) fn without(these: &[Range<u32>], taken: &[Range<u32>]) -> Vec<Range<u32>> {
    let mut gaps = Vec::with_capacity(taken.len() + 1);
    let mut from = 0;
    for range in taken {
        gaps.push(from..range.start);
        from = range.end;
    }
    gaps.push(from..u32::MAX);
    common(these, &gaps)
}

/// Whether a number is in one of ascending ranges.
pub(super) fn holds(ranges: &[Range<u32>], row: u32) -> bool {
    let after = ranges.partition_point(|range| range.end <= row);
    ranges.get(after).is_some_and(|range| range.start <= row)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranges_meet_and_part_as_their_numbers_do() {
        let (a, b) = (vec![0..4, 6..9, 12..20], vec![2..7, 8..13, 19..30]);
        let numbers =
            |ranges: &[Range<u32>]| -> Vec<u32> { ranges.iter().cloned().flatten().collect() };
        let both: Vec<u32> = (0..40).filter(|n| holds(&a, *n) && holds(&b, *n)).collect();
        let first: Vec<u32> = (0..40).filter(|n| holds(&a, *n) && !holds(&b, *n)).collect();
        assert_eq!(numbers(&common(&a, &b)), both);
        assert_eq!(numbers(&without(&a, &b)), first);
        assert_eq!(without(&a, &[]), a);
        assert!(common(&a, &[]).is_empty());
        assert_eq!(both, [2, 3, 6, 8, 12, 19]);
    }

    #[test]
    fn a_walk_goes_on_where_a_slice_ended() {
        let rows: Vec<u32> = (0..200_000).filter(|row| row % 3 == 0).collect();
        let mask = vec![10..40, 65_530..65_600, 131_000..199_000];
        let wanted: Vec<u32> = rows.iter().copied().filter(|row| holds(&mask, *row)).collect();
        let mut walk = Walk::new(Node::Rows(rows), mask);
        let (mut seen, mut slices) = (Vec::new(), 0);
        loop {
            let mut checks = Checks(1_000);
            slices += 1;
            let end = loop {
                match walk.next(&mut checks) {
                    Next::Row(row) => seen.push(row),
                    Next::Paused => break false,
                    Next::End => break true,
                }
                checks.spend(1);
            };
            if end {
                break;
            }
        }
        assert_eq!(seen, wanted);
        assert!(slices > 20);
    }
}
