//! A file as memory: the one place of the program that needs `unsafe`.

use std::fs::File;
use std::io;

use memmap2::Mmap;

/// The bytes of a directory file, read by the system when they are touched.
#[derive(Debug)]
pub(super) struct Map(Mmap);

impl Map {
    /// Maps a whole file for reading.
    #[expect(unsafe_code, reason = "mapping is the point: half a gigabyte that is never loaded")]
    pub(super) fn of(file: &File) -> io::Result<Self> {
        // SAFETY: a mapping may only be read while nobody changes or shortens the file below it.
        // A directory file is written under another name, finished, and then renamed to its own;
        // from then on nothing opens it for writing. A new generation is a new file, and an old
        // one is unlinked, which leaves mapped bytes as they are.
        let map = unsafe { Mmap::map(file)? };
        Ok(Self(map))
    }

    /// All bytes.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }
}
