//! What a directory holds of each organisation, and the organisations of a name, a code, a length
//! or a part of the tree.

use std::cmp::Ordering;
use std::ops::Range;

use crate::domain::name_search::fold;
use crate::domain::organisation::OrgKind;
use crate::domain::progress::Watch;

use super::bytes::partition;
use super::fault::DirectoryFault;
use super::file::{Directory, kind_of};
use super::layout::Section;
use super::postings::List;
use super::{Entry, Listing, OrgNo};

/// What a parent, a place or a row is where there is none.
pub(super) const NONE: u32 = u32::MAX;

/// In the lengths of short names: the short name is in a table of its own.
pub(super) const SHORT_ELSEWHERE: u8 = u8::MAX;

/// A prefix of more codes than this has a list of its own.
pub(super) const FEW_CODES: u32 = 1_024;

/// The organisations whose code begins with a prefix.
#[derive(Debug)]
pub(super) enum Codes<'a> {
    /// At most [`FEW_CODES`], in the order of rank.
    Few(Vec<OrgNo>),
    /// More.
    Many(List<'a>),
}

impl Directory {
    /// What is known of an organisation.
    ///
    /// # Errors
    /// The section that is damaged; a number of another file counts as damage.
    pub fn entry(&self, no: OrgNo) -> Result<Entry<'_>, DirectoryFault> {
        Ok(Entry {
            code: self.code(no)?,
            full_name: self.name(no)?,
            short_name: self.short_name(no)?,
            kind: self.kind(no)?,
        })
    }

    /// Its superior; none for a root.
    ///
    /// # Errors
    /// The section that is damaged, which includes a superior that stands behind in the tree.
    pub fn parent(&self, no: OrgNo) -> Result<Option<OrgNo>, DirectoryFault> {
        let parent = self.number(Section::Parents, no.0)?;
        if parent == NONE {
            return Ok(None);
        }
        let (above, below) = (self.place(OrgNo(parent))?, self.place(no)?);
        let ascends = above < below;
        ascends.then_some(Some(OrgNo(parent))).ok_or(DirectoryFault::Damaged(Section::Parents))
    }

    /// The organisations on the way from its root, that first and itself last.
    ///
    /// # Errors
    /// The section that is damaged. Every step goes forward in the tree, so it ends always.
    pub fn chain(&self, no: OrgNo) -> Result<Vec<OrgNo>, DirectoryFault> {
        let mut chain = vec![no];
        let mut at = no;
        while let Some(parent) = self.parent(at)? {
            chain.push(parent);
            at = parent;
        }
        chain.reverse();
        Ok(chain)
    }

    /// The organisation of a code or, where no code is the same, of a full name; the first by rank
    /// where several have it.
    ///
    /// # Errors
    /// The section that is damaged.
    pub fn find(&self, code_or_full_name: &str) -> Result<Option<OrgNo>, DirectoryFault> {
        match self.find_code(code_or_full_name)? {
            Some(no) => Ok(Some(no)),
            None => self.find_name(code_or_full_name),
        }
    }

    /// The organisation of a code, written as in the list.
    ///
    /// # Errors
    /// The section that is damaged.
    pub fn find_code(&self, code: &str) -> Result<Option<OrgNo>, DirectoryFault> {
        for index in self.code_range(code)? {
            let no = self.coded(index)?;
            let found = self.code(no)?;
            if found == code {
                return Ok(Some(no));
            }
            if found.chars().count() > code.chars().count() {
                break;
            }
        }
        Ok(None)
    }

    /// The first organisation by rank of a full name, written as in the list.
    ///
    /// # Errors
    /// The section that is damaged.
    pub fn find_name(&self, full_name: &str) -> Result<Option<OrgNo>, DirectoryFault> {
        Ok(self.named(full_name)?.0)
    }

    /// Another organisation with the very same full name as one that was found by it.
    ///
    /// # Errors
    /// The section that is damaged.
    pub fn namesake(&self, full_name: &str) -> Result<Option<OrgNo>, DirectoryFault> {
        Ok(self.named(full_name)?.1)
    }

    /// The first two organisations of a full name.
    fn named(&self, full_name: &str) -> Result<(Option<OrgNo>, Option<OrgNo>), DirectoryFault> {
        let buckets = self.section(Section::NameBuckets).len() / 4;
        if buckets == 0 || full_name.is_empty() {
            return Ok((None, None));
        }
        let bucket = bucket_of(full_name, buckets);
        let end = self.number(Section::NameBuckets, bucket)?;
        let start = match bucket.checked_sub(1) {
            Some(before) => self.number(Section::NameBuckets, before)?,
            None => 0,
        };
        let mut first = None;
        for slot in start..end {
            let no = OrgNo(self.number(Section::NameSlots, slot)?);
            if self.name_bytes(no)? == full_name.as_bytes() {
                if first.is_some() {
                    return Ok((first, Some(no)));
                }
                first = Some(no);
            }
        }
        Ok((first, None))
    }

    /// The directory as a list to build the next one from, in the order of the tree, so that
    /// superiors stand before what is below them. Everything is verified before, as a list cannot
    /// tell of damage.
    ///
    /// # Errors
    /// The section that is damaged; [`DirectoryFault::Stopped`] where the watch stopped it.
    pub fn listing(&self, watch: &mut Watch<'_>) -> Result<Rows<'_>, DirectoryFault> {
        if !self.verify(watch)? {
            return Err(DirectoryFault::Stopped);
        }
        let mut numbers = vec![0; self.len() as usize];
        for no in 0..self.len() {
            let place = self.place(OrgNo(no))? as usize;
            let slot = numbers.get_mut(place).ok_or(DirectoryFault::Damaged(Section::Places))?;
            *slot = no;
        }
        Ok(Rows { directory: self, numbers })
    }

    pub(super) fn name(&self, no: OrgNo) -> Result<&str, DirectoryFault> {
        let bytes = self.name_bytes(no)?;
        str::from_utf8(bytes).map_err(|_| DirectoryFault::Damaged(Section::Names))
    }

    pub(super) fn name_bytes(&self, no: OrgNo) -> Result<&[u8], DirectoryFault> {
        self.text(Section::Names, Section::NameEnds, no.0)
    }

    pub(super) fn code(&self, no: OrgNo) -> Result<&str, DirectoryFault> {
        let bytes = self.text(Section::Codes, Section::CodeEnds, no.0)?;
        str::from_utf8(bytes).map_err(|_| DirectoryFault::Damaged(Section::Codes))
    }

    pub(super) fn kind(&self, no: OrgNo) -> Result<OrgKind, DirectoryFault> {
        let code = self.section(Section::Kinds).get(no.0 as usize).copied();
        code.and_then(kind_of).ok_or(DirectoryFault::Damaged(Section::Kinds))
    }

    /// The numbers whose full name has so many characters; all of them in the order of the tree.
    pub(super) fn of_length(&self, chars: usize) -> Range<u32> {
        let start = |length| self.number(Section::Lengths, length);
        let length = u32::try_from(chars).unwrap_or(NONE - 1);
        match (start(length), start(length + 1)) {
            (Ok(start), Ok(end)) => start..end,
            (Ok(_) | Err(_), Ok(_) | Err(_)) => self.len()..self.len(),
        }
    }

    /// How many characters the longest full name has.
    pub(super) fn longest(&self) -> usize {
        (self.section(Section::Lengths).len() / 4).saturating_sub(2)
    }

    /// The numbers of an organisation and all below it: ascending ranges, one for a length at most.
    pub(super) fn below(&self, no: OrgNo) -> Result<Vec<Range<u32>>, DirectoryFault> {
        let (first, last) = (self.place(no)?, self.number(Section::Lasts, no.0)?);
        if first >= last {
            let own = no.0..no.0 + 1;
            return Ok(vec![own]);
        }
        let mut found = Vec::new();
        for length in 0..=self.longest() {
            let numbers = self.of_length(length);
            let start = self.first_at(numbers.clone(), first)?;
            let most = (last - first).saturating_add(1);
            let end = self.first_at(
                start..numbers.end.min(start.saturating_add(most)),
                last.saturating_add(1),
            )?;
            if start < end {
                found.push(start..end);
            }
        }
        Ok(found)
    }

    /// Whether an organisation is another one or below it.
    pub fn is_below(&self, no: OrgNo, above: OrgNo) -> Result<bool, DirectoryFault> {
        let place = self.place(no)?;
        Ok(self.place(above)? <= place && place <= self.number(Section::Lasts, above.0)?)
    }

    /// The organisations whose folded code begins with a folded prefix.
    pub(super) fn with_prefix(&self, prefix: &str) -> Result<Codes<'_>, DirectoryFault> {
        let range = self.code_range(prefix)?;
        if range.len() as u32 > FEW_CODES {
            let list = self.codes().list(code_key(&range));
            let list = list.ok_or(DirectoryFault::Damaged(Section::CodeKeys))?;
            return list.map(Codes::Many).ok_or(DirectoryFault::Damaged(Section::CodeKeys));
        }
        let mut found = range.map(|index| self.coded(index)).collect::<Result<Vec<_>, _>>()?;
        found.sort_unstable();
        Ok(Codes::Few(found))
    }

    /// At most `most` of the organisations whose folded code begins with a folded prefix, in the
    /// order of the codes.
    pub(super) fn codes_from(
        &self,
        prefix: &str,
        most: usize,
    ) -> Result<Vec<OrgNo>, DirectoryFault> {
        self.code_range(prefix)?.take(most).map(|index| self.coded(index)).collect()
    }

    fn short_name(&self, no: OrgNo) -> Result<&str, DirectoryFault> {
        let damaged = DirectoryFault::Damaged(Section::ShortLengths);
        let length = self.section(Section::ShortLengths).get(no.0 as usize).copied();
        let bytes = match length.ok_or_else(|| damaged.clone())? {
            SHORT_ELSEWHERE => self.short_elsewhere(no)?,
            length => {
                let name = self.name_bytes(no)?;
                let start = name.len().checked_sub(usize::from(length));
                start.and_then(|start| name.get(start..)).ok_or_else(|| damaged.clone())?
            }
        };
        str::from_utf8(bytes).map_err(|_| damaged)
    }

    fn short_elsewhere(&self, no: OrgNo) -> Result<&[u8], DirectoryFault> {
        let rows = self.section(Section::ShortRows).len() / 4;
        let at = |row: usize| self.number(Section::ShortRows, row as u32);
        let row = partition(0, rows, |row| Some(at(row).ok()? < no.0)).unwrap_or(rows);
        if at(row)? != no.0 {
            return Err(DirectoryFault::Damaged(Section::ShortRows));
        }
        self.text(Section::Shorts, Section::ShortEnds, row as u32)
    }

    /// The `row`-th of the texts that stand one after the other in a section.
    fn text(&self, texts: Section, ends: Section, row: u32) -> Result<&[u8], DirectoryFault> {
        let end = self.number(ends, row)? as usize;
        let start = match row.checked_sub(1) {
            Some(before) => self.number(ends, before)? as usize,
            None => 0,
        };
        self.section(texts).get(start..end).ok_or(DirectoryFault::Damaged(ends))
    }

    fn place(&self, no: OrgNo) -> Result<u32, DirectoryFault> {
        self.number(Section::Places, no.0)
    }

    /// The first number of a range of one length whose place is not before `place`.
    fn first_at(&self, numbers: Range<u32>, place: u32) -> Result<u32, DirectoryFault> {
        let before = |no: usize| Some(self.place(OrgNo(no as u32)).ok()? < place);
        let found = partition(numbers.start as usize, numbers.end as usize, before);
        found.map(|no| no as u32).ok_or(DirectoryFault::Damaged(Section::Places))
    }

    /// The organisation at an index of the order of codes.
    fn coded(&self, index: u32) -> Result<OrgNo, DirectoryFault> {
        self.number(Section::CodeOrder, index).map(OrgNo)
    }

    /// Which part of the order of codes begins with a prefix. An empty prefix has none.
    fn code_range(&self, prefix: &str) -> Result<Range<u32>, DirectoryFault> {
        if prefix.is_empty() {
            return Ok(0..0);
        }
        let count = self.section(Section::CodeOrder).len() / 4;
        let code = |index: usize| self.coded(index as u32).and_then(|no| self.code(no)).ok();
        let start = partition(0, count, |i| Some(beside(code(i)?, prefix) == Ordering::Less));
        let end = start.and_then(|start| {
            partition(start, count, |i| Some(beside(code(i)?, prefix) != Ordering::Greater))
        });
        let range = start.zip(end).map(|(start, end)| start as u32..end as u32);
        range.ok_or(DirectoryFault::Damaged(Section::CodeOrder))
    }
}

/// How a code stands to those that begin with a prefix; both are folded for it.
fn beside(code: &str, prefix: &str) -> Ordering {
    let mut code = code.chars().map(fold);
    for wanted in prefix.chars().map(fold) {
        match code.next().map_or(Ordering::Less, |found| found.cmp(&wanted)) {
            Ordering::Equal => {}
            other => return other,
        }
    }
    Ordering::Equal
}

/// The key of a list of codes: the part of their order that begins with a prefix.
pub(super) fn code_key(range: &Range<u32>) -> u64 {
    u64::from(range.start) << 32 | u64::from(range.end)
}

/// The bucket of a name, by the 64-bit hash of Fowler, Noll and Vo (variant 1a), which will be the
/// same in every version.
pub(super) fn bucket_of(name: &str, buckets: usize) -> u32 {
    let hash = name.bytes().fold(0xCBF2_9CE4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01B3)
    });
    ((u128::from(hash ^ hash >> 29) * buckets as u128) >> 64) as u32
}

/// A directory as a list, in the order of its tree.
#[derive(Debug)]
pub struct Rows<'a> {
    directory: &'a Directory,
    /// The numbers in the order of the tree.
    numbers: Vec<u32>,
}

impl Rows<'_> {
    /// The organisation of a row.
    pub fn number(&self, row: u32) -> Option<OrgNo> {
        self.numbers.get(row as usize).copied().map(OrgNo)
    }
}

impl Listing for Rows<'_> {
    fn len(&self) -> u32 {
        self.numbers.len() as u32
    }

    fn entry(&self, row: u32) -> Entry<'_> {
        let entry = self.number(row).and_then(|no| self.directory.entry(no).ok());
        let nothing = Entry { code: "", full_name: "", short_name: "", kind: OrgKind::Branch };
        entry.unwrap_or(nothing)
    }

    fn parent(&self, row: u32) -> Option<u32> {
        let parent = self.directory.parent(self.number(row)?).ok()??;
        self.directory.place(parent).ok()
    }
}
