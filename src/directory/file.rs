//! A directory file that is open: finding it, its sections, its lists.

use std::fs::{self, File};
use std::io::Read;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::OnceLock;

use crate::domain::organisation::OrgKind;
use crate::domain::progress::{Progress, Watch};

use super::bytes::{partition, u32_at, u64_from};
use super::fault::{DirectoryFault, shown};
use super::grams::Alphabet;
use super::keys::Family;
use super::layout::{HEADER_BYTES, Header, Section};
use super::map::Map;
use super::postings::List;
use super::sounds::Sounds;

/// Bytes that are checked between two reports.
const CHECKED_AT_ONCE: usize = 4 << 20;

/// A directory file, mapped. It is shared, never changed, and cheap to open.
#[derive(Debug)]
pub struct Directory {
    map: Map,
    header: Header,
    alphabet: OnceLock<Alphabet>,
    sounds: OnceLock<Sounds>,
}

/// What a list is of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Key {
    /// Names with a gram of text, by [`super::grams::text_key`].
    Text(u64),
    /// Names with a gram of sound, by [`super::grams::sound_key`].
    Sound(u32),
    /// Organisations of a kind.
    Kind(OrgKind),
}

/// The names of directory files begin and end so.
const FILE_NAME: (&str, &str) = ("organisations-", ".tzd");

impl Directory {
    /// Opens a file. Only its header and its smallest tables are read, so that it takes less than
    /// a millisecond; what is damaged elsewhere is told by [`Self::verify`] or when it is read.
    ///
    /// # Errors
    /// Each thing that can be wrong with the file has its own fault.
    pub fn open(path: &Path) -> Result<Self, DirectoryFault> {
        let told = |cause| DirectoryFault::reading(path, &cause);
        let mut file = File::open(path).map_err(told)?;
        let length = file.metadata().map_err(told)?.len();
        let mut start = Vec::with_capacity(HEADER_BYTES);
        file.by_ref().take(HEADER_BYTES as u64).read_to_end(&mut start).map_err(told)?;
        let header = Header::decoded(&start, length, &shown(path))?;
        let map = Map::of(&file).map_err(told)?;
        let directory = Self { map, header, alphabet: OnceLock::new(), sounds: OnceLock::new() };
        directory.check_small_tables()?;
        Ok(directory)
    }

    /// Opens the newest generation in a folder that can be opened; the fault of the newest where
    /// none can, nothing where there is none.
    pub fn newest(dir: &Path) -> Option<Result<Self, DirectoryFault>> {
        let mut newest = None;
        for generation in Self::generations(dir) {
            match Self::at(dir, generation) {
                Ok(directory) => return Some(Ok(directory)),
                Err(fault) => newest = newest.or(Some(fault)),
            }
        }
        newest.map(Err)
    }

    /// Opens one generation in a folder.
    ///
    /// # Errors
    /// As [`Self::open`]; also where the file is of another generation than its name says.
    pub fn at(dir: &Path, generation: u64) -> Result<Self, DirectoryFault> {
        let directory = Self::open(&dir.join(Self::file_name(generation)))?;
        if directory.generation() == generation {
            Ok(directory)
        } else {
            Err(DirectoryFault::Damaged(Section::Header))
        }
    }

    /// The generations of which there is a file in a folder, newest first.
    pub fn generations(dir: &Path) -> Vec<u64> {
        let files = fs::read_dir(dir).into_iter().flatten().flatten();
        let names = files.filter_map(|file| file.file_name().into_string().ok());
        let mut found: Vec<u64> = names.filter_map(|name| generation_of(&name)).collect();
        found.sort_unstable_by(|a, b| b.cmp(a));
        found
    }

    /// The name of a generation's file, such as `organisations-7.tzd`.
    pub fn file_name(generation: u64) -> String {
        format!("{}{generation}{}", FILE_NAME.0, FILE_NAME.1)
    }

    /// Which generation this is; every build is one more than the one before.
    pub const fn generation(&self) -> u64 {
        self.header.generation
    }

    /// How many organisations.
    pub const fn len(&self) -> u32 {
        self.header.rows
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.header.rows == 0
    }

    /// Compares every section with its checksum, which also brings the file into memory; false
    /// where the watch stopped it.
    ///
    /// # Errors
    /// The first section that is not as it was written.
    pub fn verify(&self, watch: &mut Watch<'_>) -> Result<bool, DirectoryFault> {
        let total = self.header.file_bytes;
        let mut done = 0;
        for section in Section::ALL {
            let mut crc = crc32fast::Hasher::new();
            for bytes in self.section(section).chunks(CHECKED_AT_ONCE) {
                let report = Progress { step: "核对组织名单", done, total };
                if watch(report) == ControlFlow::Break(()) {
                    return Ok(false);
                }
                crc.update(bytes);
                done += bytes.len() as u64;
            }
            if crc.finalize() != self.header.place(section).crc {
                return Err(DirectoryFault::Damaged(section));
            }
        }
        Ok(true)
    }

    /// The characters of the names, with their codes in keys.
    pub(super) fn alphabet(&self) -> &Alphabet {
        self.alphabet.get_or_init(|| {
            let codes = self.section(Section::Alphabet).as_chunks().0.iter();
            let chars = codes.filter_map(|code| char::from_u32(u32::from_le_bytes(*code)));
            Alphabet::new(chars.collect())
        })
    }

    /// By which sounds the characters of the names are typed.
    pub(super) fn sounds_of_names(&self) -> Result<&Sounds, DirectoryFault> {
        if let Some(sounds) = self.sounds.get() {
            return Ok(sounds);
        }
        let sounds = Sounds::of(self)?;
        Ok(self.sounds.get_or_init(|| sounds))
    }

    /// The list of a key; nothing where no organisation has it.
    pub(super) fn list(&self, key: Key) -> Result<Option<List<'_>>, DirectoryFault> {
        let (family, key, section) = match key {
            Key::Text(key) => (self.texts(), key, Section::TextKeys),
            Key::Sound(key) => (self.sounds(), u64::from(key), Section::SoundKeys),
            Key::Kind(kind) => (self.kinds(), u64::from(kind_code(kind)), Section::KindKeys),
        };
        family.list(key).ok_or(DirectoryFault::Damaged(section))
    }

    /// The text keys from one up to another, with their lists, ascending: all bigrams that begin
    /// with one character, for instance.
    pub(super) fn text_lists(
        &self,
        from: u64,
        to: u64,
    ) -> impl Iterator<Item = Result<(u64, List<'_>), DirectoryFault>> {
        let items = self.texts().range(from, to);
        items.map(|item| item.ok_or(DirectoryFault::Damaged(Section::TextKeys)))
    }

    /// The sound keys from one up to another, with their lists, ascending.
    pub(super) fn sound_lists(
        &self,
        from: u32,
        to: u32,
    ) -> impl Iterator<Item = Result<(u32, List<'_>), DirectoryFault>> {
        let items = self.sounds().range(u64::from(from), u64::from(to));
        items.map(|item| {
            let (key, list) = item.ok_or(DirectoryFault::Damaged(Section::SoundKeys))?;
            Ok((key as u32, list))
        })
    }

    /// Whether trigrams begin with a bigram, given by its key.
    pub(super) fn is_frequent(&self, bigram: u64) -> bool {
        let frequent = self.section(Section::Frequent);
        let at = |index| u64_from(frequent, index * 8);
        let place = partition(0, frequent.len() / 8, |index| Some(at(index)? < bigram));
        place.and_then(at) == Some(bigram)
    }

    /// How many bytes a part of the file takes.
    pub fn section_bytes(&self, section: Section) -> usize {
        self.section(section).len()
    }

    pub(super) fn section(&self, section: Section) -> &[u8] {
        self.map.bytes().get(self.header.range(section)).unwrap_or_default()
    }

    /// The `row`-th number of a section that consists of numbers of 32 bits.
    pub(super) fn number(&self, section: Section, row: u32) -> Result<u32, DirectoryFault> {
        u32_at(self.section(section), row as usize).ok_or(DirectoryFault::Damaged(section))
    }

    fn texts(&self) -> Family<'_> {
        self.family(Section::TextIndex, Section::TextKeys, Section::TextLists)
    }

    fn sounds(&self) -> Family<'_> {
        self.family(Section::SoundIndex, Section::SoundKeys, Section::SoundLists)
    }

    pub(super) fn codes(&self) -> Family<'_> {
        self.family(Section::CodeIndex, Section::CodeKeys, Section::CodeLists)
    }

    fn kinds(&self) -> Family<'_> {
        self.family(Section::KindIndex, Section::KindKeys, Section::KindLists)
    }

    fn family(&self, index: Section, keys: Section, lists: Section) -> Family<'_> {
        let [index, keys, lists] = [index, keys, lists].map(|section| self.section(section));
        Family { index, keys, lists }
    }

    /// The table of lengths ascends and covers all rows, since every search relies on it.
    fn check_small_tables(&self) -> Result<(), DirectoryFault> {
        let lengths = self.section(Section::Lengths).as_chunks().0;
        let mut starts = lengths.iter().map(|start| u32::from_le_bytes(*start));
        let sorted = starts.clone().is_sorted();
        if sorted && starts.next() == Some(0) && starts.next_back() == Some(self.len()) {
            Ok(())
        } else {
            Err(DirectoryFault::Damaged(Section::Lengths))
        }
    }
}

fn generation_of(file_name: &str) -> Option<u64> {
    let digits = file_name.strip_prefix(FILE_NAME.0)?.strip_suffix(FILE_NAME.1)?;
    let generation = digits.parse().ok()?;
    (Directory::file_name(generation) == file_name).then_some(generation)
}

/// How the file holds a kind.
pub(super) const fn kind_code(kind: OrgKind) -> u8 {
    match kind {
        OrgKind::ProvinceRoot => 0,
        OrgKind::Committee => 1,
        OrgKind::WorkingCommittee => 2,
        OrgKind::GeneralBranch => 3,
        OrgKind::Branch => 4,
    }
}

/// The kind that the file holds so.
pub(super) fn kind_of(code: u8) -> Option<OrgKind> {
    OrgKind::ALL.iter().copied().find(|kind| kind_code(*kind) == code)
}
