//! The order of the codes, and the lists of those prefixes that many codes begin with.

use std::ops::Range;

use crate::domain::name_search::fold;
use crate::domain::progress::Watch;

use super::super::bytes::{partition, u32_at};
use super::super::columns::{FEW_CODES, code_key};
use super::super::fault::DirectoryFault;
use super::super::keys::Keys;
use super::super::layout::Section;
use super::super::postings::Writing;
use super::output::Output;
use super::report;

/// Writes the order of the codes that the file has, and the lists of their prefixes.
pub(super) fn write(output: &mut Output, watch: &mut Watch<'_>) -> Result<(), DirectoryFault> {
    let total = u64::from(output.rows());
    report(watch, "整理组织编号", 0, total)?;
    let codes =
        Codes { bytes: output.read(Section::Codes)?, ends: output.read(Section::CodeEnds)? };
    let order = codes.order(output.rows());
    report(watch, "整理组织编号", total / 2, total)?;
    output.put_numbers(Section::CodeOrder, &order)?;
    write_lists(output, &order, &codes.shared(&order))
}

fn write_lists(
    output: &mut Output,
    order: &[u32],
    ranges: &[Range<u32>],
) -> Result<(), DirectoryFault> {
    let mut out = output.last_section(Section::CodeLists)?;
    let (mut keys, mut list, mut bytes) = (Keys::default(), Writing::default(), Vec::new());
    let mut numbers = Vec::new();
    for range in ranges {
        numbers.clear();
        numbers.extend(order.get(range.start as usize..range.end as usize).unwrap_or_default());
        numbers.sort_unstable();
        list.push_all(&numbers);
        bytes.clear();
        list.finish(&mut bytes);
        keys.push(code_key(range), numbers.len() as u32, bytes.len());
        out.put(&bytes)?;
    }
    out.close(output)?;
    output.put(Section::CodeKeys, &keys.keys)?;
    output.put(Section::CodeIndex, &keys.index)
}

/// All codes, as they are in the file.
struct Codes {
    bytes: Vec<u8>,
    ends: Vec<u8>,
}

impl Codes {
    fn code(&self, number: u32) -> &str {
        let end = |row| u32_at(&self.ends, row as usize).unwrap_or_default() as usize;
        let start = number.checked_sub(1).map_or(0, end);
        let bytes = self.bytes.get(start..end(number)).unwrap_or_default();
        str::from_utf8(bytes).unwrap_or_default()
    }

    fn folded(&self, number: u32) -> impl Iterator<Item = char> + '_ {
        self.code(number).chars().map(fold)
    }

    /// The numbers that have a code, by the folded code and then by rank.
    fn order(&self, rows: u32) -> Vec<u32> {
        let coded = (0..rows).filter(|number| !self.code(*number).is_empty());
        let mut heads: Vec<(u64, u32)> = coded.map(|number| (self.head(number), number)).collect();
        heads.sort_unstable_by(|(head, number), (other_head, other)| {
            let heads = head.cmp(other_head);
            heads
                .then_with(|| self.folded(*number).cmp(self.folded(*other)))
                .then(number.cmp(other))
        });
        heads.into_iter().map(|(_, number)| number).collect()
    }

    /// The first characters of a code as one number that sorts as they do, so that most pairs of
    /// codes are compared without looking at them. Codes are mostly ASCII; a character beyond it
    /// ends the number, as if it were the greatest.
    fn head(&self, number: u32) -> u64 {
        let mut head = 0;
        let mut code = self.folded(number);
        for place in (0..8).rev() {
            let Some(c) = code.next() else { break };
            head |= u64::from(c).min(0x80) << (place * 8);
            if !c.is_ascii() {
                break;
            }
        }
        head
    }

    /// The parts of the order that share a prefix and are too many to be read one by one.
    fn shared(&self, order: &[u32]) -> Vec<Range<u32>> {
        let mut found = Vec::new();
        // Each with how many characters its codes are known to share.
        let mut left = vec![(0..order.len() as u32, 0)];
        while let Some((range, depth)) = left.pop() {
            let mut start = range.start;
            while start < range.end {
                let (here, end) = self.branch(order, start..range.end, depth);
                if here.is_some() && end - start > FEW_CODES {
                    found.push(start..end);
                    left.push((start..end, depth + 1));
                }
                start = end;
            }
        }
        found.sort_unstable_by_key(code_key);
        found.dedup();
        found
    }

    /// The character at a place of a range's first code, and where the codes end that have it too.
    fn branch(&self, order: &[u32], range: Range<u32>, depth: usize) -> (Option<char>, u32) {
        let at = |index: usize| {
            let number = order.get(index).copied().unwrap_or_default();
            self.folded(number).nth(depth)
        };
        let (start, end) = (range.start as usize, range.end as usize);
        let here = at(start);
        let same = partition(start + 1, end, |index| Some(at(index) == here));
        (here, same.map_or(range.end, |end| end as u32))
    }
}
