//! The rows of a list as they are read: few in memory, many in a spool.

use std::path::Path;

use super::super::super::io_fault;
use crate::directory::{Entry, Spool, SpoolRow, SpoolWriter};
use crate::domain::fault::Fault;
use crate::domain::organisation::OrgKind;
use crate::domain::progress::{Stopped, Watch};
use crate::exchange::columns::ColumnPlan;
use crate::exchange::fields::OrgField;
use crate::exchange::org_tree::{Faults, OrgRows};
use crate::exchange::organisations::{OrgRowIn, read_row};
use crate::exchange::sheet::SheetFault;
use crate::exchange::sheet_file::SheetRows;

/// How many rows pass between two reports.
const STRIDE: usize = 1 << 13;
/// In place of a kind: none was told.
const NO_KIND: u8 = u8::MAX;

/// A list as read.
pub(super) enum Read {
    /// Few rows, in full.
    Few(Vec<OrgRowIn>),
    /// Many rows, with the faults that each has by itself.
    Many(ListRows, Faults),
}

/// Why a list cannot be read.
pub(super) enum ReadStop {
    /// The file.
    Sheet(SheetFault),
    /// The spool, or the person who stopped it.
    Fault(Fault),
}

impl From<SheetFault> for ReadStop {
    fn from(fault: SheetFault) -> Self {
        Self::Sheet(fault)
    }
}

impl From<Fault> for ReadStop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// Reads the rows that follow the header. From `few` rows on they go to a spool in `dir`, and
/// `kept` faults are kept.
pub(super) fn read(
    source: &mut SheetRows,
    plan: &ColumnPlan<OrgField>,
    limits: (usize, usize),
    dir: &Path,
    watch: &mut Watch<'_>,
) -> Result<Read, ReadStop> {
    let (few, kept) = limits;
    let mut rows = Vec::new();
    let mut long: Option<Spooling<'_>> = None;
    let mut n = 0;
    loop {
        if n % STRIDE == 0 && watch(source.progress("读取名单")).is_break() {
            return Err(Fault::from(Stopped).into());
        }
        let Some(row) = source.next_row()? else { break };
        n += 1;
        let row = read_row(plan, row);
        match &mut long {
            Some(spooling) => spooling.add(row)?,
            None if rows.len() < few => rows.push(row),
            None => {
                let mut spooling = Spooling::begin(dir, kept)?;
                for row in std::mem::take(&mut rows).into_iter().chain([row]) {
                    spooling.add(row)?;
                }
                long = Some(spooling);
            }
        }
    }
    Ok(match long {
        None => Read::Few(rows),
        Some(spooling) => spooling.finish()?,
    })
}

/// Many rows on their way into a spool.
struct Spooling<'a> {
    dir: &'a Path,
    writer: SpoolWriter,
    kinds: Vec<u8>,
    lines: Vec<u32>,
    faults: Faults,
}

impl<'a> Spooling<'a> {
    fn begin(dir: &'a Path, kept: usize) -> Result<Self, Fault> {
        let writer = SpoolWriter::begin(dir).map_err(|error| unwritable(dir, &error))?;
        let faults = Faults::keeping(kept);
        Ok(Self { dir, writer, kinds: Vec::new(), lines: Vec::new(), faults })
    }

    fn add(&mut self, row: OrgRowIn) -> Result<(), Fault> {
        let at = u32::try_from(self.lines.len()).unwrap_or(u32::MAX);
        let (kind, short_name) = match row.entry {
            Ok(entry) => (entry.kind.map_or(NO_KIND, number_of), entry.short_name),
            Err(faults) => {
                faults.into_iter().for_each(|fault| self.faults.add(at, || fault));
                (NO_KIND, String::new())
            }
        };
        let texts = SpoolRow {
            code: &row.shown.code,
            superior: &row.shown.superior,
            full_name: &row.shown.full_name,
            short_name: &short_name,
        };
        self.kinds.push(kind);
        self.lines.push(u32::try_from(row.row).unwrap_or(u32::MAX));
        self.writer.add(&texts).map_err(|error| unwritable(self.dir, &error))
    }

    fn finish(self) -> Result<Read, Fault> {
        let spool = self.writer.finish().map_err(|error| unwritable(self.dir, &error))?;
        Ok(Read::Many(ListRows { spool, kinds: self.kinds, lines: self.lines }, self.faults))
    }
}

pub(super) fn unwritable(dir: &Path, error: &std::io::Error) -> Fault {
    io_fault("写不了临时文件，目录", dir, error)
}

/// A kind as one byte.
pub(super) fn number_of(kind: OrgKind) -> u8 {
    let place = OrgKind::ALL.iter().position(|known| *known == kind);
    place.and_then(|place| u8::try_from(place).ok()).unwrap_or(NO_KIND)
}

/// The kind of a byte.
pub(super) fn kind_of(number: u8) -> Option<OrgKind> {
    OrgKind::ALL.get(usize::from(number)).copied()
}

/// Many rows of a list: their texts in a spool, some bytes of each in memory.
pub(super) struct ListRows {
    spool: Spool,
    kinds: Vec<u8>,
    lines: Vec<u32>,
}

impl ListRows {
    /// A row as the directory holds it.
    pub(super) fn entry(&self, at: u32) -> Entry<'_> {
        let SpoolRow { code, full_name, short_name, .. } = self.spool.row(at);
        let kind = self.kind(at).unwrap_or(OrgKind::Branch);
        Entry { code, full_name, short_name, kind }
    }
}

impl OrgRows for ListRows {
    fn len(&self) -> u32 {
        self.spool.len()
    }

    fn line(&self, at: u32) -> usize {
        self.lines.get(at as usize).map_or(0, |line| *line as usize)
    }

    fn code(&self, at: u32) -> &str {
        self.spool.row(at).code
    }

    fn full_name(&self, at: u32) -> &str {
        self.spool.row(at).full_name
    }

    fn superior(&self, at: u32) -> &str {
        self.spool.row(at).superior
    }

    fn kind(&self, at: u32) -> Option<OrgKind> {
        self.kinds.get(at as usize).and_then(|number| kind_of(*number))
    }
}
