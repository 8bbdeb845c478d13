//! The layout of a directory file: a header with a table of sections, then the sections.
//!
//! | at | what |
//! |---|---|
//! | 0 | magic, 8 bytes, of which no text conversion leaves all alone |
//! | 8 | version of the format |
//! | 12 | length of the header |
//! | 16 | length of the file |
//! | 24 | generation |
//! | 32 | rows |
//! | 36 | count of sections |
//! | 40 | for each section its offset, its length and the CRC-32 of its bytes |
//! | end | CRC-32 of all of the header before it |
//!
//! All numbers are little-endian.

use std::ops::Range;

use super::bytes::{u32_from, u64_from};
use super::fault::DirectoryFault;

/// What a directory file begins with.
pub(super) const MAGIC: [u8; 8] = *b"\x89TZD\r\n\x1a\n";

/// The version that this program writes and reads.
pub(super) const VERSION: u32 = 1;

/// Bytes of one section in the table.
const PLACE_BYTES: usize = 20;

/// Bytes before the table.
const FIXED_BYTES: usize = 40;

/// Length of the whole header.
pub(super) const HEADER_BYTES: usize = FIXED_BYTES + Section::ALL.len() * PLACE_BYTES + 4;

/// The parts of a directory file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Section {
    /// Magic, version, counts and the table of the others.
    Header,
    /// Every character of the folded names, ascending.
    Alphabet,
    /// Bigrams that are so frequent that trigrams begin with them, ascending.
    Frequent,
    /// For each length of name the first number that has it, and the count of rows after the last.
    Lengths,
    /// Where each name ends in the names.
    NameEnds,
    /// Full names one after the other.
    Names,
    /// Where each code ends in the codes.
    CodeEnds,
    /// Codes one after the other.
    Codes,
    /// Numbers in the order of the codes, those without a code left out.
    CodeOrder,
    /// For each bucket of the names' hash where it ends in the slots.
    NameBuckets,
    /// Numbers by the bucket of their name.
    NameSlots,
    /// Kind of each.
    Kinds,
    /// Superior of each.
    Parents,
    /// Place in the tree of each, depth first.
    Places,
    /// Last place in the tree that is below each.
    Lasts,
    /// How many bytes of the full name's end are the short name of each.
    ShortLengths,
    /// Numbers whose short name is no end of the full name, ascending.
    ShortRows,
    /// Where each such short name ends.
    ShortEnds,
    /// Such short names one after the other.
    Shorts,
    /// Lists of the grams of names.
    TextLists,
    /// Keys of these.
    TextKeys,
    /// First keys of their blocks.
    TextIndex,
    /// Lists of the grams of sounds.
    SoundLists,
    /// Keys of these.
    SoundKeys,
    /// First keys of their blocks.
    SoundIndex,
    /// Lists of what begins with a short prefix of a code.
    CodeLists,
    /// Keys of these.
    CodeKeys,
    /// First keys of their blocks.
    CodeIndex,
    /// Lists of the kinds.
    KindLists,
    /// Keys of these.
    KindKeys,
    /// First keys of their blocks.
    KindIndex,
}

impl Section {
    /// Those that stand in the table, in its order.
    pub(super) const ALL: [Self; 30] = [
        Self::Alphabet,
        Self::Frequent,
        Self::Lengths,
        Self::NameEnds,
        Self::Names,
        Self::CodeEnds,
        Self::Codes,
        Self::CodeOrder,
        Self::NameBuckets,
        Self::NameSlots,
        Self::Kinds,
        Self::Parents,
        Self::Places,
        Self::Lasts,
        Self::ShortLengths,
        Self::ShortRows,
        Self::ShortEnds,
        Self::Shorts,
        Self::TextLists,
        Self::TextKeys,
        Self::TextIndex,
        Self::SoundLists,
        Self::SoundKeys,
        Self::SoundIndex,
        Self::CodeLists,
        Self::CodeKeys,
        Self::CodeIndex,
        Self::KindLists,
        Self::KindKeys,
        Self::KindIndex,
    ];

    /// The word for it on the screen.
    pub fn label(self) -> &'static str {
        match self {
            Self::Header => "文件头",
            Self::Alphabet => "用字表",
            Self::Frequent => "常用词表",
            Self::Lengths => "名称长度表",
            Self::NameEnds | Self::Names => "组织全称",
            Self::CodeEnds | Self::Codes => "组织编号",
            Self::CodeOrder => "编号次序",
            Self::NameBuckets | Self::NameSlots => "全称索引",
            Self::Kinds => "组织类别",
            Self::Parents => "上级",
            Self::Places | Self::Lasts => "层级次序",
            Self::ShortLengths | Self::ShortRows | Self::ShortEnds | Self::Shorts => "组织简称",
            Self::TextLists | Self::TextKeys | Self::TextIndex => "文字索引",
            Self::SoundLists | Self::SoundKeys | Self::SoundIndex => "拼音索引",
            Self::CodeLists | Self::CodeKeys | Self::CodeIndex => "编号索引",
            Self::KindLists | Self::KindKeys | Self::KindIndex => "类别索引",
        }
    }

    /// Bytes of one row where every row has as many.
    const fn row_bytes(self) -> Option<u64> {
        match self {
            Self::NameEnds
            | Self::CodeEnds
            | Self::Parents
            | Self::Places
            | Self::Lasts
            | Self::NameSlots => Some(4),
            Self::Kinds | Self::ShortLengths => Some(1),
            Self::Header
            | Self::Alphabet
            | Self::Frequent
            | Self::Lengths
            | Self::Names
            | Self::Codes
            | Self::CodeOrder
            | Self::NameBuckets
            | Self::ShortRows
            | Self::ShortEnds
            | Self::Shorts
            | Self::TextLists
            | Self::TextKeys
            | Self::TextIndex
            | Self::SoundLists
            | Self::SoundKeys
            | Self::SoundIndex
            | Self::CodeLists
            | Self::CodeKeys
            | Self::CodeIndex
            | Self::KindLists
            | Self::KindKeys
            | Self::KindIndex => None,
        }
    }
}

/// Where a section is and what its bytes add up to.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Place {
    pub(super) offset: u64,
    pub(super) length: u64,
    pub(super) crc: u32,
}

/// The header, checked.
#[derive(Debug, Clone)]
pub(super) struct Header {
    pub(super) generation: u64,
    pub(super) rows: u32,
    pub(super) file_bytes: u64,
    pub(super) places: [Place; Section::ALL.len()],
}

impl Header {
    /// The bytes of the header.
    pub(super) fn encoded(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(HEADER_BYTES);
        out.extend(MAGIC);
        out.extend(VERSION.to_le_bytes());
        out.extend((HEADER_BYTES as u32).to_le_bytes());
        out.extend(self.file_bytes.to_le_bytes());
        out.extend(self.generation.to_le_bytes());
        out.extend(self.rows.to_le_bytes());
        out.extend((Section::ALL.len() as u32).to_le_bytes());
        for place in &self.places {
            out.extend(place.offset.to_le_bytes());
            out.extend(place.length.to_le_bytes());
            out.extend(place.crc.to_le_bytes());
        }
        let crc = crc32fast::hash(&out);
        out.extend(crc.to_le_bytes());
        out
    }

    /// Reads and checks the beginning of a file, of which `file_bytes` are really there. `file` is
    /// how faults name it.
    pub(super) fn decoded(
        start: &[u8],
        file_bytes: u64,
        file: &str,
    ) -> Result<Self, DirectoryFault> {
        recognised(start, file)?;
        let bytes =
            start.get(..HEADER_BYTES).ok_or_else(|| DirectoryFault::Truncated(file.to_owned()))?;
        let header = Self::of(bytes).ok_or(DirectoryFault::Damaged(Section::Header))?;
        if file_bytes < header.file_bytes {
            return Err(DirectoryFault::Truncated(file.to_owned()));
        }
        if file_bytes == header.file_bytes && header.is_sound() {
            Ok(header)
        } else {
            Err(DirectoryFault::Damaged(Section::Header))
        }
    }

    fn of(bytes: &[u8]) -> Option<Self> {
        let (content, crc) = bytes.split_at_checked(HEADER_BYTES - 4)?;
        let whole = crc32fast::hash(content) == u32_from(crc, 0)?
            && u32_from(content, 12)? as usize == HEADER_BYTES
            && u32_from(content, 36)? as usize == Section::ALL.len();
        if !whole {
            return None;
        }
        let mut places = [Place::default(); Section::ALL.len()];
        for (index, place) in places.iter_mut().enumerate() {
            let at = FIXED_BYTES + index * PLACE_BYTES;
            place.offset = u64_from(content, at)?;
            place.length = u64_from(content, at + 8)?;
            place.crc = u32_from(content, at + 16)?;
        }
        let (generation, rows) = (u64_from(content, 24)?, u32_from(content, 32)?);
        Some(Self { generation, rows, file_bytes: u64_from(content, 16)?, places })
    }

    /// Whether every section lies in the file and has the length that the rows ask for.
    fn is_sound(&self) -> bool {
        let inside = |place: &Place| {
            place.offset >= HEADER_BYTES as u64
                && place.offset.checked_add(place.length).is_some_and(|end| end <= self.file_bytes)
        };
        let fits = |section: &Section| {
            let wanted = section.row_bytes().map(|bytes| bytes * u64::from(self.rows));
            wanted.is_none_or(|wanted| self.place(*section).length == wanted)
        };
        self.places.iter().all(inside) && Section::ALL.iter().all(fits)
    }

    /// A section's place; that of the header itself is empty.
    pub(super) fn place(&self, section: Section) -> Place {
        let index = (section as usize).checked_sub(1);
        index.and_then(|index| self.places.get(index)).copied().unwrap_or_default()
    }

    /// Where a section's bytes are in the mapped file.
    pub(super) fn range(&self, section: Section) -> Range<usize> {
        let place = self.place(section);
        place.offset as usize..(place.offset + place.length) as usize
    }
}

/// Tells what is no directory from what is one of another version, or the beginning of one.
fn recognised(start: &[u8], file: &str) -> Result<(), DirectoryFault> {
    let file = || file.to_owned();
    let Some(magic) = start.first_chunk::<8>() else {
        let cut = MAGIC.starts_with(start);
        return Err(if cut {
            DirectoryFault::Truncated(file())
        } else {
            DirectoryFault::NotDirectory(file())
        });
    };
    if *magic != MAGIC {
        return Err(DirectoryFault::NotDirectory(file()));
    }
    match u32_from(start, 8).ok_or_else(|| DirectoryFault::Truncated(file()))? {
        newer if newer > VERSION => Err(DirectoryFault::Newer(file())),
        older if older < VERSION => Err(DirectoryFault::Older(file())),
        _same => Ok(()),
    }
}
