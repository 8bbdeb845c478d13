//! The import of a register of members.

use std::path::{Path, PathBuf};

use super::layouts::Learnt;
use super::listing::Listing;
use super::{bad, read_fault, sheet_fault, unfit};
use crate::domain::fault::Fault;
use crate::domain::ids::OrgId;
use crate::domain::order::{ImportPreview, ImportVerdict};
use crate::domain::progress::{Pace, Stopped, Watch};
use crate::exchange::doubles::{Double, Numbers};
use crate::exchange::members::{MemberOptions, MemberRowIn, MemberRows};
use crate::exchange::sheet::{SheetFault, SheetFaultCause};
use crate::exchange::sheet_file::SheetFile;
use crate::office::Session;
use crate::store::{ImportOutcome, MemberScreener, MemberScreening, MemberWriter};

/// How many rows are checked between two reports.
const STRIDE: usize = 1 << 13;

/// A register that was checked.
pub(super) struct PreparedMembers {
    path: PathBuf,
    sheet: SheetFile,
    options: MemberOptions,
    fates: Vec<Fate>,
}

/// What becomes of a row, in eight bytes: there are as many as rows in the file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Fate(i64);

impl Fate {
    const BAD: Self = Self(0);
    const PRESENT: Self = Self(-1);
    const MOVING: Self = Self(-2);

    /// The branch it is written to, if it is; the rows of a table count from one.
    fn branch(self) -> Option<OrgId> {
        (self.0 > 0).then_some(OrgId(self.0))
    }

    /// What the row counted as, without the words.
    fn verdict(self) -> ImportVerdict {
        match self {
            Self::BAD => ImportVerdict::Bad(Vec::new()),
            Self::PRESENT | Self::MOVING => ImportVerdict::Present(String::new()),
            Self(_) => ImportVerdict::Good,
        }
    }
}

/// What the check has found so far.
struct Check<'a> {
    screener: MemberScreener<'a>,
    listing: Listing,
    numbers: Numbers,
    fates: Vec<Fate>,
}

impl Check<'_> {
    fn add(&mut self, row: &MemberRowIn<'_>) -> Result<(), Fault> {
        if let Some(number) = row.number() {
            self.numbers.add(number.reveal(), self.fates.len(), row.row());
        }
        let (fate, verdict) = match &row.entry {
            Err(faults) => (Fate::BAD, bad(faults.clone())),
            Ok((entry, branch)) => match self.screener.look(entry, branch)? {
                MemberScreening::Present(said) => (Fate::PRESENT, ImportVerdict::Present(said)),
                MemberScreening::Moving(said) => {
                    self.listing.is_moving();
                    (Fate::MOVING, ImportVerdict::Present(said))
                }
                MemberScreening::Bad(fault) => {
                    (Fate::BAD, unfit("所在团支部", branch.clone(), fault))
                }
                MemberScreening::Good(branch) => (Fate(branch.0), ImportVerdict::Good),
            },
        };
        self.fates.push(fate);
        if row.is_raised && row.entry.is_ok() {
            self.listing.is_raised(row.row());
        }
        self.listing.add(row.row(), verdict, || shown(row));
        Ok(())
    }

    /// Refuses the rows that share their number.
    fn refuse(&mut self, doubles: &[Double]) {
        for same in doubles.chunk_by(|a, b| a.place == b.place) {
            let Some(Double { place, row, .. }) = same.first() else { continue };
            if let Some(fate) = self.fates.get_mut(*place) {
                self.listing.recount(*row, &fate.verdict());
                if *fate == Fate::MOVING {
                    self.listing.is_not_moving();
                }
                self.listing.is_double();
                *fate = Fate::BAD;
            }
        }
    }

    /// Lists them. What else is wrong with them stands in the file only, so that it is read again,
    /// as far as its rows are listed.
    fn list(&mut self, doubles: &[Double], mut rows: MemberRows) -> Result<(), SheetFault> {
        let mut groups = doubles.chunk_by(|a, b| a.place == b.place).peekable();
        while let Some([first, ..]) = groups.peek() {
            if !self.listing.keeps_problem(first.row) {
                break;
            }
            let Some(row) = rows.next_row()? else { break };
            if let Some(group) = groups.next_if(|group| group.iter().all(|d| d.row == row.row())) {
                self.listing.keep(row.row(), bad(row.faults_with(group)), || shown(&row));
            }
        }
        Ok(())
    }
}

fn shown(row: &MemberRowIn<'_>) -> (String, String) {
    let shown = row.shown();
    (shown.name, shown.masked_id)
}

impl Session<'_> {
    pub(super) fn prepare_members(
        &self,
        sheet: SheetFile,
        path: &Path,
        options: MemberOptions,
        watch: &mut Watch<'_>,
    ) -> Result<(ImportPreview, Learnt, PreparedMembers), Fault> {
        let start =
            || MemberRows::start(&sheet, &options).map_err(|fault| read_fault(path, &fault));
        let told = |fault: SheetFault| sheet_fault(path, &fault);
        let desk = self.desk();
        let mut check = Check {
            screener: desk.member_screener(),
            listing: Listing::default(),
            numbers: Numbers::default(),
            fates: Vec::new(),
        };
        let mut rows = start()?;
        while let Some(row) = rows.next_row().map_err(told)? {
            check.add(&row)?;
            if check.fates.len().is_multiple_of(STRIDE) {
                report(watch, &rows)?;
            }
        }
        check.screener.pause()?;
        let doubles = std::mem::take(&mut check.numbers).doubles();
        if !doubles.is_empty() {
            check.refuse(&doubles);
            check.list(&doubles, start()?).map_err(told)?;
        }
        let preview = check.listing.preview(&sheet, rows.plan());
        let learnt = Learnt::of(rows.plan());
        let fates = check.fates;
        let path = path.to_owned();
        Ok((preview, learnt, PreparedMembers { path, sheet, options, fates }))
    }

    pub(super) fn run_members(
        &self,
        import: &PreparedMembers,
        file: &str,
        watch: &mut Watch<'_>,
    ) -> Result<ImportOutcome, Fault> {
        let mut branches: Vec<OrgId> = Vec::new();
        let mut n_rows = 0;
        for branch in import.fates.iter().filter_map(|fate| fate.branch()) {
            n_rows += 1;
            if branches.last() != Some(&branch) {
                branches.push(branch);
            }
        }
        let mut pace = Pace::begin(watch, "写入", n_rows as u64)?;
        self.desk()
            .write_members((file, n_rows), branches, |writer| import.write(writer, &mut pace))
    }
}

fn report(watch: &mut Watch<'_>, rows: &MemberRows) -> Result<(), Stopped> {
    if watch(rows.progress("检查")).is_break() { Err(Stopped) } else { Ok(()) }
}

impl PreparedMembers {
    /// Reads the file again and writes the rows that were found good. Where it no longer holds them,
    /// it has changed.
    fn write(&self, writer: &mut MemberWriter<'_>, pace: &mut Pace<'_, '_>) -> Result<(), Fault> {
        let start = MemberRows::start(&self.sheet, &self.options);
        let mut rows = start.map_err(|fault| read_fault(&self.path, &fault))?;
        let mut fates = self.fates.iter();
        while let Some(row) = rows.next_row().map_err(|fault| sheet_fault(&self.path, &fault))? {
            let fate = fates.next().ok_or_else(|| self.changed())?;
            let Some(branch) = fate.branch() else { continue };
            let (entry, _) = row.entry.as_ref().map_err(|_| self.changed())?;
            writer.write(entry, branch)?;
            pace.step()?;
        }
        if fates.next().is_none() { Ok(()) } else { Err(self.changed()) }
    }

    fn changed(&self) -> Fault {
        let file_name = self.sheet.name().to_owned();
        sheet_fault(&self.path, &SheetFault { file_name, cause: SheetFaultCause::Changed })
    }
}
