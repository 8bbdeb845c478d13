//! The rows of a list on their way into a directory: texts in a private file, some bytes of memory
//! for each row.
//!
//! The file has no name where the system allows that, and is gone when it is closed: a crash leaves
//! nothing behind. Only what a directory publishes is written to it, no contacts.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::bytes::{Varints, put_varint};
use super::map::Map;

/// How many rows share a full position; the others are told from it in half the bytes.
const ROWS_A_BASE: usize = 4096;
/// Texts of a row.
const TEXTS: usize = 4;

/// The texts of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpoolRow<'a> {
    /// Code, may be empty.
    pub code: &'a str,
    /// Code or full name of the superior, empty for a root.
    pub superior: &'a str,
    /// Full name.
    pub full_name: &'a str,
    /// Short name, may be empty.
    pub short_name: &'a str,
}

impl<'a> SpoolRow<'a> {
    fn texts(&self) -> [&'a str; TEXTS] {
        [self.code, self.superior, self.full_name, self.short_name]
    }
}

/// A spool that is being filled.
pub struct SpoolWriter {
    out: BufWriter<File>,
    starts: Starts,
    position: u64,
    row: Vec<u8>,
}

impl SpoolWriter {
    /// Begins one in a folder.
    ///
    /// # Errors
    /// Where the folder cannot be written to.
    pub fn begin(dir: &Path) -> io::Result<Self> {
        let out = BufWriter::with_capacity(1 << 18, tempfile::tempfile_in(dir)?);
        Ok(Self { out, starts: Starts::default(), position: 0, row: Vec::new() })
    }

    /// Adds a row.
    ///
    /// # Errors
    /// Where the disk is full or fails.
    pub fn add(&mut self, row: &SpoolRow<'_>) -> io::Result<()> {
        self.row.clear();
        for text in row.texts() {
            put_varint(&mut self.row, text.len() as u64);
        }
        for text in row.texts() {
            self.row.extend_from_slice(text.as_bytes());
        }
        self.starts.add(self.position)?;
        self.position += self.row.len() as u64;
        self.out.write_all(&self.row)
    }

    /// Ends the filling.
    ///
    /// # Errors
    /// Where the disk is full or fails.
    pub fn finish(self) -> io::Result<Spool> {
        let Self { out, starts, position, .. } = self;
        let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        // An empty file cannot be mapped everywhere.
        let map = if position == 0 { None } else { Some(Map::of(&file)?) };
        Ok(Spool { starts, map })
    }
}

/// A filled spool.
#[derive(Debug)]
pub struct Spool {
    starts: Starts,
    map: Option<Map>,
}

impl Spool {
    /// How many rows.
    pub fn len(&self) -> u32 {
        u32::try_from(self.starts.within.len()).unwrap_or(u32::MAX)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.starts.within.is_empty()
    }

    /// A row's texts; empty ones beyond the end.
    pub fn row(&self, at: u32) -> SpoolRow<'_> {
        self.read(at).unwrap_or_default()
    }

    fn read(&self, at: u32) -> Option<SpoolRow<'_>> {
        let start = usize::try_from(self.starts.of(at as usize)?).ok()?;
        let mut numbers = Varints(self.map.as_ref()?.bytes().get(start..)?);
        let mut lengths = [0; TEXTS];
        for length in &mut lengths {
            *length = usize::try_from(numbers.next()?).ok()?;
        }
        let mut rest = numbers.0;
        let mut texts = [""; TEXTS];
        for (text, length) in texts.iter_mut().zip(lengths) {
            let (bytes, after) = rest.split_at_checked(length)?;
            *text = std::str::from_utf8(bytes).ok()?;
            rest = after;
        }
        let [code, superior, full_name, short_name] = texts;
        Some(SpoolRow { code, superior, full_name, short_name })
    }
}

/// Where each row begins, in four bytes a row.
#[derive(Debug, Default)]
struct Starts {
    bases: Vec<u64>,
    within: Vec<u32>,
}

impl Starts {
    fn add(&mut self, start: u64) -> io::Result<()> {
        if self.within.len().is_multiple_of(ROWS_A_BASE) {
            self.bases.push(start);
        }
        let base = self.bases.last().copied().unwrap_or_default();
        // Cells have 32,767 characters at most, so that so many rows stay far below four gigabytes.
        self.within.push(u32::try_from(start - base).map_err(io::Error::other)?);
        Ok(())
    }

    fn of(&self, at: usize) -> Option<u64> {
        Some(self.bases.get(at / ROWS_A_BASE)? + u64::from(*self.within.get(at)?))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_come_back_and_no_file_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mut writer = SpoolWriter::begin(dir.path()).unwrap();
        let names: Vec<String> = (0..10_000).map(|n| format!("第{n}团支部")).collect();
        for name in &names {
            let row =
                SpoolRow { code: "𠮷", superior: "", full_name: name, short_name: "支部" };
            writer.add(&row).unwrap();
        }
        let spool = writer.finish().unwrap();
        assert_eq!((spool.len(), spool.is_empty()), (10_000, false));
        for (at, name) in (0..).zip(&names) {
            let row = spool.row(at);
            assert_eq!((row.code, row.superior, row.full_name), ("𠮷", "", name.as_str()));
        }
        assert_eq!(spool.row(10_000), SpoolRow::default());
        drop(spool);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
        assert!(SpoolWriter::begin(dir.path()).unwrap().finish().unwrap().is_empty());
    }
}
