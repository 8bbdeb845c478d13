//! The tree of a list, and the number of each row: by the length of the name, then by the tree.

use crate::domain::progress::Watch;

use super::super::Listing;
use super::super::columns::NONE;
use super::super::fault::DirectoryFault;
use super::super::layout::Section;
use super::output::{Output, SectionWriter};
use super::report;
use super::survey::Survey;

/// Rows between two reports.
const REPORTED: usize = 1 << 18;

/// Which row has which number, and where rows stand in the tree.
#[derive(Debug)]
pub(super) struct Arranged {
    tree: Tree,
    /// The first number of each length, and the count of rows.
    lengths: Vec<u32>,
    /// The rows by number.
    rows: Vec<u32>,
    /// The numbers by row.
    numbers: Vec<u32>,
}

impl Arranged {
    pub(super) fn of(
        listing: &dyn Listing,
        survey: &Survey,
        watch: &mut Watch<'_>,
    ) -> Result<Self, DirectoryFault> {
        let tree = Tree::of(listing, watch)?;
        let lengths = starts(&survey.lengths);
        let mut next = lengths.clone();
        let mut rows = vec![0; survey.lengths.len()];
        let mut numbers = rows.clone();
        for row in tree.in_order() {
            let length = survey.lengths.get(row as usize).copied().unwrap_or_default();
            let Some(number) = next.get_mut(usize::from(length)) else { continue };
            put(&mut rows, *number, row);
            put(&mut numbers, row, *number);
            *number += 1;
        }
        Ok(Self { tree, lengths, rows, numbers })
    }

    /// Writes the lengths and where everything stands in the tree.
    pub(super) fn write(
        &self,
        listing: &dyn Listing,
        output: &mut Output,
        watch: &mut Watch<'_>,
    ) -> Result<(), DirectoryFault> {
        output.put_numbers(Section::Lengths, &self.lengths)?;
        let bytes = self.rows.len() as u64 * 4;
        let mut parents = output.section(Section::Parents, bytes)?;
        let mut places = output.section(Section::Places, bytes)?;
        let mut lasts = output.section(Section::Lasts, bytes)?;
        for (number, &row) in self.rows.iter().enumerate() {
            if number.is_multiple_of(REPORTED) {
                report(watch, "排列组织", number as u64, self.rows.len() as u64)?;
            }
            let parent = listing.parent(row).map_or(NONE, |parent| at(&self.numbers, parent));
            put_number(&mut parents, parent)?;
            put_number(&mut places, at(&self.tree.places, row))?;
            put_number(&mut lasts, at(&self.tree.lasts, row))?;
        }
        parents.close(output)?;
        places.close(output)?;
        lasts.close(output)
    }

    /// The rows by number, which is all that is needed from now on.
    pub(super) fn into_rows(self) -> Vec<u32> {
        self.rows
    }
}

/// For each length the count of rows that are shorter, and at last the count of all.
fn starts(lengths: &[u16]) -> Vec<u32> {
    let longest = lengths.iter().copied().max().unwrap_or_default();
    let mut starts = vec![0; usize::from(longest) + 2];
    for length in lengths {
        if let Some(count) = starts.get_mut(usize::from(*length) + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    starts
}

/// Where rows stand in the tree, depth first.
#[derive(Debug)]
struct Tree {
    /// The place of each row.
    places: Vec<u32>,
    /// The last place below each row.
    lasts: Vec<u32>,
}

impl Tree {
    fn of(listing: &dyn Listing, watch: &mut Watch<'_>) -> Result<Self, DirectoryFault> {
        let Family { first_root, firsts, nexts } = Family::of(listing, watch)?;
        let mut places = vec![0; firsts.len()];
        // The last place of a row is known when its children have been taken, so that both can
        // stand in the same slot, one after the other.
        let mut lasts = firsts;
        let (mut place, mut above) = (0, Vec::new());
        let mut row = first_root;
        loop {
            while row != NONE {
                put(&mut places, row, place);
                place += 1;
                above.push(row);
                row = at(&lasts, row);
            }
            let Some(done) = above.pop() else { break };
            put(&mut lasts, done, place - 1);
            row = at(&nexts, done);
        }
        // Rows of a circle hang from no root, so they were never reached.
        let whole = place as usize == places.len();
        whole.then_some(Self { places, lasts }).ok_or(DirectoryFault::NotForest)
    }

    /// The rows in the order of the tree.
    fn in_order(&self) -> Vec<u32> {
        let mut rows = vec![0; self.places.len()];
        for (row, place) in self.places.iter().enumerate() {
            put(&mut rows, *place, row as u32);
        }
        rows
    }
}

/// For each row its first child and its next sibling, in the order of the list.
struct Family {
    first_root: u32,
    firsts: Vec<u32>,
    nexts: Vec<u32>,
}

impl Family {
    fn of(listing: &dyn Listing, watch: &mut Watch<'_>) -> Result<Self, DirectoryFault> {
        let count = listing.len() as usize;
        let (mut firsts, mut nexts) = (vec![NONE; count], vec![NONE; count]);
        let mut first_root = NONE;
        for row in (0..listing.len()).rev() {
            let seen = count - row as usize - 1;
            if seen.is_multiple_of(REPORTED) {
                report(watch, "排列组织", seen as u64, count as u64)?;
            }
            let first = match listing.parent(row) {
                None => &mut first_root,
                Some(parent) => firsts.get_mut(parent as usize).ok_or(DirectoryFault::NotForest)?,
            };
            put(&mut nexts, row, *first);
            *first = row;
        }
        Ok(Self { first_root, firsts, nexts })
    }
}

fn at(numbers: &[u32], index: u32) -> u32 {
    numbers.get(index as usize).copied().unwrap_or(NONE)
}

fn put(numbers: &mut [u32], index: u32, number: u32) {
    if let Some(slot) = numbers.get_mut(index as usize) {
        *slot = number;
    }
}

fn put_number(out: &mut SectionWriter, number: u32) -> Result<(), DirectoryFault> {
    out.put(&number.to_le_bytes())
}
