//! What the rows hold, written in the order of their numbers, with their grams.

use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread::{self, Scope, ScopedJoinHandle};

use crate::domain::organisation::OrgKind;
use crate::domain::progress::Watch;

use super::super::block::BLOCK;
use super::super::columns::{SHORT_ELSEWHERE, bucket_of};
use super::super::fault::DirectoryFault;
use super::super::file::kind_code;
use super::super::keys::Keys;
use super::super::layout::Section;
use super::super::postings::Writing;
use super::super::{Entry, Listing};
use super::grams::{Grams, SoundGrams, TextGrams};
use super::output::{Output, SectionWriter};
use super::report;
use super::segments::Segments;
use super::survey::{Survey, short_length};

/// Names of one bucket of the hash, on average.
const BUCKET_NAMES: u32 = 4;

/// The names of one block of numbers.
#[derive(Debug)]
pub(super) struct Names {
    pub(super) block: u16,
    text: String,
    ends: Vec<u32>,
}

impl Names {
    /// The names in the order of their numbers.
    pub(super) fn iter(&self) -> impl Iterator<Item = &str> {
        let mut start = 0;
        self.ends.iter().map(move |end| {
            let name = self.text.get(start..*end as usize).unwrap_or_default();
            start = *end as usize;
            name
        })
    }
}

/// The sorted grams of all names.
pub(super) struct Written {
    pub(super) texts: Segments,
    pub(super) sounds: Segments,
}

/// Writes all columns that come from the rows themselves, and the lists of the kinds.
pub(super) fn write(
    listing: &dyn Listing,
    rows: Vec<u32>,
    survey: Survey,
    output: &mut Output,
    watch: &mut Watch<'_>,
) -> Result<Written, DirectoryFault> {
    let mut columns = Columns::new(output, &survey)?;
    let folder = output.folder();
    let texts = TextGrams::new(survey.alphabet, survey.frequent, Segments::new(folder)?);
    let sounds = SoundGrams::new(Segments::new(folder)?);
    let written = thread::scope(|scope| {
        let (texts, sounds) = (Worker::new(scope, texts), Worker::new(scope, sounds));
        let sent = send_blocks(listing, &rows, &mut columns, watch, |names| {
            texts.send(&names) && sounds.send(&names)
        });
        let written =
            Written { texts: texts.finished()?.segments, sounds: sounds.finished()?.segments };
        sent.map(|()| written)
    })?;
    drop(rows);
    columns.close(output)?;
    Ok(written)
}

/// Reads the rows block by block; what a block holds is written, its names are sent on. Ends early
/// where they are not taken any more, as the one who should take them has a fault to tell.
fn send_blocks(
    listing: &dyn Listing,
    rows: &[u32],
    columns: &mut Columns,
    watch: &mut Watch<'_>,
    mut send: impl FnMut(Arc<Names>) -> bool,
) -> Result<(), DirectoryFault> {
    for (block, rows_of_block) in rows.chunks(BLOCK as usize).enumerate() {
        report(watch, "写入组织", (block * BLOCK as usize) as u64, rows.len() as u64)?;
        let mut names = Names { block: block as u16, text: String::new(), ends: Vec::new() };
        for row in rows_of_block {
            let entry = listing.entry(*row);
            columns.put(&entry)?;
            names.text.push_str(entry.full_name);
            names.ends.push(names.text.len() as u32);
        }
        columns.end_block(names.block);
        if !send(Arc::new(names)) {
            break;
        }
    }
    Ok(())
}

/// A thread that takes the grams of blocks.
struct Worker<'scope, G> {
    sender: SyncSender<Arc<Names>>,
    thread: ScopedJoinHandle<'scope, Result<G, DirectoryFault>>,
}

impl<'scope, G: Grams + Send + 'scope> Worker<'scope, G> {
    fn new(scope: &'scope Scope<'scope, '_>, grams: G) -> Self {
        let (sender, receiver) = sync_channel(0);
        Self { sender, thread: scope.spawn(move || taken(grams, &receiver)) }
    }

    /// False where the thread has ended, which it only does by a fault.
    fn send(&self, names: &Arc<Names>) -> bool {
        self.sender.send(Arc::clone(names)).is_ok()
    }

    fn finished(self) -> Result<G, DirectoryFault> {
        drop(self.sender);
        self.thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }
}

fn taken<G: Grams>(mut grams: G, blocks: &Receiver<Arc<Names>>) -> Result<G, DirectoryFault> {
    for names in blocks {
        grams.take(&names)?;
    }
    Ok(grams)
}

/// The columns while they are written side by side.
struct Columns {
    names: Texts,
    codes: Texts,
    kinds: SectionWriter,
    short_lengths: SectionWriter,
    shorts: Texts,
    short_rows: SectionWriter,
    row: u32,
    /// The bucket of each name.
    buckets: Vec<u32>,
    bucket_count: usize,
    by_kind: Vec<Kind>,
}

/// The numbers of a kind: those of this block, and all before.
#[derive(Default)]
struct Kind {
    here: Vec<u16>,
    all: Writing,
}

impl Columns {
    fn new(output: &mut Output, survey: &Survey) -> Result<Self, DirectoryFault> {
        let rows = output.rows();
        let count = u64::from(rows);
        Ok(Self {
            names: Texts::new(
                output,
                [Section::Names, Section::NameEnds],
                survey.name_bytes,
                rows,
            )?,
            codes: Texts::new(
                output,
                [Section::Codes, Section::CodeEnds],
                survey.code_bytes,
                rows,
            )?,
            kinds: output.section(Section::Kinds, count)?,
            short_lengths: output.section(Section::ShortLengths, count)?,
            shorts: Texts::new(
                output,
                [Section::Shorts, Section::ShortEnds],
                survey.short_bytes,
                survey.shorts,
            )?,
            short_rows: output.section(Section::ShortRows, u64::from(survey.shorts) * 4)?,
            row: 0,
            buckets: Vec::with_capacity(rows as usize),
            bucket_count: rows.div_ceil(BUCKET_NAMES) as usize,
            by_kind: OrgKind::ALL.iter().map(|_| Kind::default()).collect(),
        })
    }

    fn put(&mut self, entry: &Entry<'_>) -> Result<(), DirectoryFault> {
        self.names.put(entry.full_name)?;
        self.codes.put(entry.code)?;
        let kind = kind_code(entry.kind);
        self.kinds.put(&[kind])?;
        if let Some(kind) = self.by_kind.get_mut(usize::from(kind)) {
            kind.here.push(self.row as u16);
        }
        let length = short_length(entry);
        self.short_lengths.put(&[length.unwrap_or(SHORT_ELSEWHERE)])?;
        if length.is_none() {
            self.shorts.put(entry.short_name)?;
            self.short_rows.put(&self.row.to_le_bytes())?;
        }
        self.buckets.push(bucket_of(entry.full_name, self.bucket_count));
        self.row += 1;
        Ok(())
    }

    fn end_block(&mut self, block: u16) {
        for kind in &mut self.by_kind {
            kind.all.push_numbers(block, &kind.here);
            kind.here.clear();
        }
    }

    fn close(self, output: &mut Output) -> Result<(), DirectoryFault> {
        self.names.close(output)?;
        self.codes.close(output)?;
        self.kinds.close(output)?;
        self.short_lengths.close(output)?;
        self.shorts.close(output)?;
        self.short_rows.close(output)?;
        write_buckets(&self.buckets, self.bucket_count, output)?;
        write_kinds(self.by_kind, output)
    }
}

/// Texts one after the other, and where they end.
struct Texts {
    texts: SectionWriter,
    ends: SectionWriter,
    end: u32,
}

impl Texts {
    fn new(
        output: &mut Output,
        [texts, ends]: [Section; 2],
        bytes: u64,
        count: u32,
    ) -> Result<Self, DirectoryFault> {
        let texts = output.section(texts, bytes)?;
        Ok(Self { texts, ends: output.section(ends, u64::from(count) * 4)?, end: 0 })
    }

    fn put(&mut self, text: &str) -> Result<(), DirectoryFault> {
        self.texts.put(text.as_bytes())?;
        self.end += text.len() as u32;
        self.ends.put(&self.end.to_le_bytes())
    }

    fn close(self, output: &mut Output) -> Result<(), DirectoryFault> {
        self.texts.close(output)?;
        self.ends.close(output)
    }
}

/// Writes the numbers by the bucket of their name, and where each bucket ends.
fn write_buckets(buckets: &[u32], count: usize, output: &mut Output) -> Result<(), DirectoryFault> {
    let mut ends = vec![0_u32; count];
    for bucket in buckets {
        if let Some(count) = ends.get_mut(*bucket as usize) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    output.put_numbers(Section::NameBuckets, &ends)?;
    let mut slots = vec![0; buckets.len()];
    for (number, bucket) in buckets.iter().enumerate().rev() {
        let Some(end) = ends.get_mut(*bucket as usize) else { continue };
        *end -= 1;
        if let Some(slot) = slots.get_mut(*end as usize) {
            *slot = number as u32;
        }
    }
    output.put_numbers(Section::NameSlots, &slots)
}

fn write_kinds(kinds: Vec<Kind>, output: &mut Output) -> Result<(), DirectoryFault> {
    let (mut keys, mut lists) = (Keys::default(), Vec::new());
    for (code, mut kind) in kinds.into_iter().enumerate() {
        let (start, count) = (lists.len(), kind.all.count());
        if count > 0 {
            kind.all.finish(&mut lists);
            keys.push(code as u64, count, lists.len() - start);
        }
    }
    output.put(Section::KindLists, &lists)?;
    output.put(Section::KindKeys, &keys.keys)?;
    output.put(Section::KindIndex, &keys.index)
}
