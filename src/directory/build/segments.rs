//! A temporary file with the sorted lists of each block, and their merge to lists of all blocks.
//!
//! The file has no name, so nothing of it stays however the program ends.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom, Write};
use std::path::Path;

use crate::domain::progress::Watch;

use super::super::block::{BITMAP_BYTES, Container, Shape, encode};
use super::super::bytes::put_varint;
use super::super::fault::DirectoryFault;
use super::super::keys::Keys;
use super::super::layout::Section;
use super::super::postings::Writing;
use super::output::Output;
use super::report;

/// Keys between two reports.
const REPORTED: u64 = 1 << 14;

/// Bytes of each block that are read at once.
const READ_AT_ONCE: usize = 1 << 15;

/// The lists of blocks, one block after the other.
#[derive(Debug)]
pub(super) struct Segments {
    file: File,
    /// The blocks with the ends of their bytes.
    ends: Vec<(u16, u64)>,
    block: u16,
    bytes: Vec<u8>,
    body: Vec<u8>,
    last: u64,
}

impl Segments {
    pub(super) fn new(dir: &Path) -> Result<Self, DirectoryFault> {
        let file = tempfile::tempfile_in(dir).map_err(DirectoryFault::writing)?;
        let (ends, bytes, body) = (Vec::new(), Vec::new(), Vec::new());
        Ok(Self { file, ends, block: 0, bytes, body, last: 0 })
    }

    /// Begins a block; blocks come in ascending order.
    pub(super) fn begin(&mut self, block: u16) {
        self.block = block;
        self.bytes.clear();
        self.last = 0;
    }

    /// Adds what a key has in the block: ascending numbers. Keys come in ascending order.
    pub(super) fn push(&mut self, key: u64, numbers: &[u16]) {
        self.body.clear();
        let shape = encode(numbers, &mut self.body);
        put_varint(&mut self.bytes, key - self.last);
        put_varint(&mut self.bytes, (numbers.len() as u64) << 2 | u64::from(shape.code()));
        if shape != Shape::Bitmap {
            put_varint(&mut self.bytes, self.body.len() as u64);
        }
        self.bytes.extend_from_slice(&self.body);
        self.last = key;
    }

    /// Ends a block.
    pub(super) fn end(&mut self) -> Result<(), DirectoryFault> {
        self.file.write_all(&self.bytes).map_err(DirectoryFault::writing)?;
        let start = self.ends.last().map_or(0, |(_, end)| *end);
        self.ends.push((self.block, start + self.bytes.len() as u64));
        Ok(())
    }

    /// Merges all blocks to the sections of a family: lists, keys and index.
    pub(super) fn write(
        self,
        output: &mut Output,
        [lists, keys, index]: [Section; 3],
        watch: &mut Watch<'_>,
    ) -> Result<(), DirectoryFault> {
        let mut out = output.last_section(lists)?;
        let (mut table, mut list, mut bytes) = (Keys::default(), Writing::default(), Vec::new());
        let mut merge = Merge::new(&self).map_err(DirectoryFault::writing)?;
        let mut written = 0_u64;
        while let Some(key) = merge.next(&mut list).map_err(DirectoryFault::writing)? {
            if written.is_multiple_of(REPORTED) {
                report(watch, "写入索引", merge.taken, merge.total)?;
            }
            bytes.clear();
            let count = list.count();
            list.finish(&mut bytes);
            table.push(key, count, bytes.len());
            out.put(&bytes)?;
            written += 1;
        }
        out.close(output)?;
        output.put(keys, &table.keys)?;
        output.put(index, &table.index)
    }
}

/// The blocks side by side, each at its next key.
struct Merge<'a> {
    parts: Vec<Part<'a>>,
    /// The next key of each part with its place among the parts.
    heads: BinaryHeap<Reverse<(u64, usize)>>,
    body: Vec<u8>,
    /// Bytes taken so far, and all.
    taken: u64,
    total: u64,
}

impl<'a> Merge<'a> {
    fn new(segments: &'a Segments) -> io::Result<Self> {
        let mut start = 0;
        let mut parts = Vec::new();
        for (block, end) in &segments.ends {
            let slice = Slice { file: &segments.file, at: start, end: *end };
            parts.push(Part { block: *block, read: BufReader::with_capacity(READ_AT_ONCE, slice) });
            start = *end;
        }
        let mut heads = BinaryHeap::new();
        for (index, part) in parts.iter_mut().enumerate() {
            heads.extend(part.key(0)?.map(|key| Reverse((key, index))));
        }
        Ok(Self { parts, heads, body: Vec::new(), taken: 0, total: start })
    }

    /// Puts the list of the next key together and returns the key; nothing after the last.
    fn next(&mut self, list: &mut Writing) -> io::Result<Option<u64>> {
        let Some(&Reverse((key, _))) = self.heads.peek() else { return Ok(None) };
        while let Some(mut head) = self.heads.peek_mut()
            && head.0.0 == key
        {
            let Some(part) = self.parts.get_mut(head.0.1) else { break };
            self.taken += part.take(list, &mut self.body)?;
            match part.key(key)? {
                Some(next) => head.0.0 = next,
                None => drop(std::collections::binary_heap::PeekMut::pop(head)),
            }
        }
        Ok(Some(key))
    }
}

/// One block while it is merged.
struct Part<'a> {
    block: u16,
    read: BufReader<Slice<'a>>,
}

impl Part<'_> {
    /// The next key; nothing at the end.
    fn key(&mut self, last: u64) -> io::Result<Option<u64>> {
        Ok(self.varint()?.map(|more| last + more))
    }

    /// Takes the container of the current key; tells how many bytes it has.
    fn take(&mut self, list: &mut Writing, body: &mut Vec<u8>) -> io::Result<u64> {
        let head = self.varint()?.ok_or(io::ErrorKind::UnexpectedEof)?;
        let count = (head >> 2) as u32;
        let shape = Shape::from_code((head & 3) as u32).ok_or(io::ErrorKind::InvalidData)?;
        let bytes = match shape {
            Shape::Bitmap => BITMAP_BYTES as u64,
            Shape::Singles | Shape::Runs => self.varint()?.ok_or(io::ErrorKind::UnexpectedEof)?,
        };
        body.clear();
        body.resize(bytes as usize, 0);
        self.read.read_exact(body)?;
        list.push(self.block, count, Container { shape, bytes: body });
        Ok(bytes)
    }

    fn varint(&mut self) -> io::Result<Option<u64>> {
        let (mut number, mut shift) = (0, 0);
        loop {
            let mut byte = [0];
            if self.read.read(&mut byte)? == 0 {
                return Ok(None);
            }
            let [byte] = byte;
            number |= u64::from(byte & 0x7F) << shift;
            shift += 7;
            if byte & 0x80 == 0 || shift > 63 {
                return Ok(Some(number));
            }
        }
    }
}

/// A part of a file that several read by turns.
struct Slice<'a> {
    file: &'a File,
    at: u64,
    end: u64,
}

impl Read for Slice<'_> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file;
        file.seek(SeekFrom::Start(self.at))?;
        let read = file.take(self.end - self.at).read(into)?;
        self.at += read as u64;
        Ok(read)
    }
}
