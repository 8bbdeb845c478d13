//! The new file while it is written: sections whose length is known beside each other, others one
//! after the other.

use std::fs::File;
use std::io::{BufWriter, Read, Seek, SeekFrom, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use super::super::fault::DirectoryFault;
use super::super::layout::{HEADER_BYTES, Header, Place, Section};
use super::{BUILDING, UNFINISHED};

/// The new file with the table of the sections that are in it.
#[derive(Debug)]
pub(super) struct Output {
    file: NamedTempFile,
    header: Header,
}

impl Output {
    /// A new file that nobody else may read, under a name that says what it is.
    pub(super) fn new(dir: &Path, generation: u64, rows: u32) -> Result<Self, DirectoryFault> {
        let prefix = format!("{UNFINISHED}{generation}{BUILDING}");
        let file = tempfile::Builder::new().prefix(&prefix).tempfile_in(dir);
        let places = [Place::default(); Section::ALL.len()];
        let header = Header { generation, rows, file_bytes: HEADER_BYTES as u64, places };
        Ok(Self { file: file.map_err(DirectoryFault::writing)?, header })
    }

    /// How many rows it will have.
    pub(super) const fn rows(&self) -> u32 {
        self.header.rows
    }

    /// The folder in which it is.
    pub(super) fn folder(&self) -> &Path {
        self.file.path().parent().unwrap_or(Path::new("."))
    }

    /// Sets room aside for a section of known length. Several may be written side by side.
    pub(super) fn section(
        &mut self,
        section: Section,
        length: u64,
    ) -> Result<SectionWriter, DirectoryFault> {
        let writer = self.writer(section, Some(length))?;
        self.header.file_bytes += length;
        Ok(writer)
    }

    /// Begins a section of unknown length. It must be closed before any other begins.
    pub(super) fn last_section(
        &mut self,
        section: Section,
    ) -> Result<SectionWriter, DirectoryFault> {
        self.writer(section, None)
    }

    /// Writes a section at once.
    pub(super) fn put(&mut self, section: Section, bytes: &[u8]) -> Result<(), DirectoryFault> {
        let mut writer = self.section(section, bytes.len() as u64)?;
        writer.put(bytes)?;
        writer.close(self)
    }

    /// Writes a section of numbers at once.
    pub(super) fn put_numbers(
        &mut self,
        section: Section,
        numbers: &[u32],
    ) -> Result<(), DirectoryFault> {
        let mut writer = self.section(section, numbers.len() as u64 * 4)?;
        for number in numbers {
            writer.put(&number.to_le_bytes())?;
        }
        writer.close(self)
    }

    /// Reads a section back that is closed.
    pub(super) fn read(&self, section: Section) -> Result<Vec<u8>, DirectoryFault> {
        let place = self.header.place(section);
        let mut bytes = Vec::with_capacity(place.length as usize);
        let mut file = self.file.reopen().map_err(DirectoryFault::writing)?;
        file.seek(SeekFrom::Start(place.offset)).map_err(DirectoryFault::writing)?;
        file.take(place.length).read_to_end(&mut bytes).map_err(DirectoryFault::writing)?;
        Ok(bytes)
    }

    /// Writes the header and brings everything to the disk.
    pub(super) fn finish(mut self) -> Result<NamedTempFile, DirectoryFault> {
        let header = self.header.encoded();
        let file = self.file.as_file_mut();
        file.seek(SeekFrom::Start(0)).map_err(DirectoryFault::writing)?;
        file.write_all(&header).map_err(DirectoryFault::writing)?;
        file.sync_all().map_err(DirectoryFault::writing)?;
        Ok(self.file)
    }

    fn writer(
        &self,
        section: Section,
        length: Option<u64>,
    ) -> Result<SectionWriter, DirectoryFault> {
        let offset = self.header.file_bytes;
        let mut file = self.file.reopen().map_err(DirectoryFault::writing)?;
        file.seek(SeekFrom::Start(offset)).map_err(DirectoryFault::writing)?;
        let out = BufWriter::with_capacity(1 << 18, file);
        Ok(SectionWriter {
            out,
            section,
            offset,
            length,
            written: 0,
            crc: crc32fast::Hasher::new(),
        })
    }
}

/// A section while it is written.
#[derive(Debug)]
pub(super) struct SectionWriter {
    out: BufWriter<File>,
    section: Section,
    offset: u64,
    length: Option<u64>,
    written: u64,
    crc: crc32fast::Hasher,
}

impl SectionWriter {
    /// Adds bytes. More than were set aside for would end in the next section, so they are refused.
    pub(super) fn put(&mut self, bytes: &[u8]) -> Result<(), DirectoryFault> {
        self.written += bytes.len() as u64;
        if self.length.is_some_and(|length| self.written > length) {
            return Err(DirectoryFault::Changed);
        }
        self.crc.update(bytes);
        self.out.write_all(bytes).map_err(DirectoryFault::writing)
    }

    /// Ends the section and enters it in the table.
    pub(super) fn close(mut self, output: &mut Output) -> Result<(), DirectoryFault> {
        self.out.flush().map_err(DirectoryFault::writing)?;
        match self.length {
            Some(length) if length != self.written => return Err(DirectoryFault::Changed),
            Some(_) => {}
            None => output.header.file_bytes += self.written,
        }
        let index = (self.section as usize).checked_sub(1);
        if let Some(place) = index.and_then(|index| output.header.places.get_mut(index)) {
            let crc = self.crc.finalize();
            *place = Place { offset: self.offset, length: self.written, crc };
        }
        Ok(())
    }
}
