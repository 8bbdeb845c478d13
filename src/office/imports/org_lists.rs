//! Lists of organisations. A short one goes into the database alone. A long one, such as that of
//! the whole country, makes a new directory, and the database gets what is managed here.

mod compare;
mod few;
mod judge;
mod merged;
mod rows;
mod write;

pub use write::Undone;

use std::path::Path;

use self::compare::{InDatabase, InDirectory};
use self::few::{FewRows, OrgSieve};
use self::judge::{Case, Fate, Outer, Parents, Verdicts, judge, outer_superiors, settle_outer};
use self::merged::Merged;
use self::rows::{ListRows, Read, ReadStop};
use super::layouts::Learnt;
use super::listing::Listing as Shown;
use super::{bad, read_fault, sheet_fault};
use crate::directory::{Directory, DirectoryFault, Listing, Rows};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::order::{ImportPreview, ImportVerdict};
use crate::domain::progress::{Stopped, Watch};
use crate::exchange::columns::{ColumnOverride, ColumnPlan, recognise};
use crate::exchange::fault::RowFault;
use crate::exchange::fields::OrgField;
use crate::exchange::org_index::OrgIndex;
use crate::exchange::org_tree::{Faults, OrgRows, arrange_rows};
use crate::exchange::organisations::{OrgRowIn, arrange};
use crate::exchange::sheet_file::SheetFile;
use crate::office::Session;
use crate::store::Basis;

/// Most organisations that go into the database alone, those counted in that are there already and
/// in no directory: reading so many for a search takes no time that anybody notices.
pub(super) const BULK: usize = 10_000;
/// Most faults whose sentences are kept: more than anybody mends by hand.
const FAULTS_KEPT: usize = 10_000;

/// A checked list of organisations.
pub(super) enum PreparedOrganisations {
    /// A short one: the rows to be written.
    Few(FewRows),
    /// A long one.
    Many(Box<PreparedList>),
}

/// A long list that was checked: its texts in a temporary file, and what becomes of each row.
pub(super) struct PreparedList {
    sheet: SheetFile,
    plan: ColumnPlan<OrgField>,
    rows: ListRows,
    n_good: usize,
    checked: Checked,
    basis: Basis,
    old: Option<Directory>,
}

/// What the checks of a long list found.
struct Checked {
    /// Superiors before those below them.
    order: Vec<u32>,
    parents: Parents,
    outers: Vec<Outer>,
    here: InDatabase,
    verdicts: Verdicts,
    merged: Merged,
}

/// A file with what its columns hold.
struct Source {
    sheet: SheetFile,
    plan: ColumnPlan<OrgField>,
}

impl Session<'_> {
    /// Reads a list and checks every row. More than `few` organisations, those counted in that are
    /// here and in no directory, make a long list.
    pub(super) fn prepare_organisations(
        &self,
        sheet: SheetFile,
        path: &Path,
        overrides: &[ColumnOverride],
        few: usize,
        watch: &mut Watch<'_>,
    ) -> Result<(ImportPreview, Learnt, PreparedOrganisations), Fault> {
        let mut source = sheet.rows().map_err(|fault| sheet_fault(path, &fault))?;
        let plan = recognise(&mut source, overrides).map_err(|fault| read_fault(path, &fault))?;
        let few = few.saturating_sub(self.office.store.n_unlisted()?);
        let dir = &self.office.places.data;
        let limits = (few, FAULTS_KEPT);
        let read =
            rows::read(&mut source, &plan, limits, dir, watch).map_err(|stop| match stop {
                ReadStop::Sheet(fault) => sheet_fault(path, &fault),
                ReadStop::Fault(fault) => fault,
            })?;
        let learnt = Learnt::of(&plan);
        let source = Source { sheet, plan };
        let (preview, rows) = match read {
            Read::Few(rows) => self.prepare_few(&source, rows)?,
            Read::Many(rows, faults) => self.prepare_many(source, rows, faults, watch)?,
        };
        Ok((preview, learnt, rows))
    }

    fn prepare_few(
        &self,
        source: &Source,
        rows: Vec<OrgRowIn>,
    ) -> Result<(ImportPreview, PreparedOrganisations), Fault> {
        let (mut sieve, mut shown) = (OrgSieve::new(*self), Shown::default());
        for row in arrange(rows) {
            let verdict = match row.entry {
                Err(faults) => bad(faults),
                Ok(entry) => sieve.pass(entry)?,
            };
            let (name, key) = (row.shown.full_name, row.shown.code);
            shown.add(row.row, verdict, || (name, key));
        }
        let preview = shown.preview(&source.sheet, &source.plan);
        Ok((preview, PreparedOrganisations::Few(sieve.finish())))
    }

    fn prepare_many(
        &self,
        source: Source,
        rows: ListRows,
        faults: Faults,
        watch: &mut Watch<'_>,
    ) -> Result<(ImportPreview, PreparedOrganisations), Fault> {
        let basis = self.desk().basis()?;
        let old = self.directory_of(basis.generation);
        let listing = old.as_ref().map(|old| whole(old, watch)).transpose()?.flatten();
        let old_rows = listing.as_ref().map(|rows| rows as &dyn Listing);
        let has_directory = listing.is_some();
        let (preview, checked) = self.check(&source, &rows, faults, old_rows, watch)?;
        let list = PreparedList {
            sheet: source.sheet,
            plan: source.plan,
            rows,
            n_good: preview.counts.0,
            checked,
            basis,
            old: old.filter(|_| has_directory),
        };
        Ok((preview, PreparedOrganisations::Many(Box::new(list))))
    }

    fn check(
        &self,
        source: &Source,
        rows: &ListRows,
        mut faults: Faults,
        old: Option<&dyn Listing>,
        watch: &mut Watch<'_>,
    ) -> Result<(ImportPreview, Checked), Fault> {
        let desk = self.desk();
        let mut arranged = arrange_rows(rows, &mut faults, watch)?;
        let mut listed = InDirectory::default();
        let (parents, mut outers) = outer_superiors(desk, rows, &mut arranged, &mut listed)?;
        let list = (rows, &arranged.index);
        let here = self.compare_here(list, &mut listed, old.is_some(), watch)?;
        if let Some(old) = old {
            listed.compare(old, list, &here, watch)?;
            settle_outer(desk, &mut outers, &listed, old)?;
        }
        let case = Case {
            desk,
            rows,
            index: &arranged.index,
            here: &here,
            listed: &listed,
            old,
            parents: &parents,
            outers: &outers,
        };
        let (verdicts, merged) = settled(&case, &arranged.order, &mut faults)?;
        let preview = self.preview_many(source, &case, &verdicts, &mut faults)?;
        let order = arranged.order;
        Ok((preview, Checked { order, parents, outers, here, verdicts, merged }))
    }

    /// The database beside a list. Where an organisation that no directory holds stands below one
    /// that it does hold, the latter is to be looked for there.
    fn compare_here(
        &self,
        list: (&ListRows, &OrgIndex),
        listed: &mut InDirectory,
        has_directory: bool,
        watch: &mut Watch<'_>,
    ) -> Result<InDatabase, Fault> {
        let dir = &self.office.places.data;
        let here = InDatabase::compare(self.desk(), list, has_directory, dir, watch)?;
        let overlay = &here.overlay;
        for own in (0..overlay.len()).filter(|_| has_directory) {
            let entry = overlay.entry(own);
            listed.want(entry.code);
            listed.want(entry.full_name);
            if let Some(parent) = overlay.parent(own).filter(|id| overlay.find(*id).is_none()) {
                let parent = self.organisation(parent)?;
                listed.want_own(parent.id, &parent.code, &parent.full_name);
            }
        }
        Ok(here)
    }

    /// A generation of the directory, where it can be opened. One that cannot is built anew.
    fn directory_of(&self, generation: u64) -> Option<Directory> {
        Directory::at(&self.office.places.data, generation).ok().filter(|_| generation > 0)
    }

    fn preview_many(
        &self,
        source: &Source,
        case: &Case<'_>,
        verdicts: &Verdicts,
        faults: &mut Faults,
    ) -> Result<ImportPreview, Fault> {
        let mut shown = Shown::default();
        let mut kept = faults.kept().iter().peekable();
        for at in 0..case.rows.len() {
            let line = case.rows.line(at);
            let mut own = Vec::new();
            while let Some((_, fault)) = kept.next_if(|(row, _)| *row == at) {
                own.push(fault.clone());
            }
            let verdict = match verdicts.fate(at) {
                Fate::New | Fate::Changed | Fate::Adopted => ImportVerdict::Good,
                Fate::Bad => bad(with_word(own, line)),
                Fate::Here | Fate::Listed if !shown.keeps_problem(line) => {
                    ImportVerdict::Present(String::new())
                }
                Fate::Here | Fate::Listed => self.present(case, at)?,
            };
            let texts = || (case.rows.full_name(at).to_owned(), case.rows.code(at).to_owned());
            shown.add(line, verdict, texts);
        }
        Ok(shown.preview(&source.sheet, &source.plan))
    }

    fn present(&self, case: &Case<'_>, at: u32) -> Result<ImportVerdict, Fault> {
        let said = |name: &str, code: &str| {
            ImportVerdict::Present(format!("已有「{name}」（编号 {code}），不用再导。"))
        };
        if let Some(id) = case.here.id(at) {
            let org = self.organisation(id)?;
            return Ok(said(&org.full_name, &org.code));
        }
        let entry = case.old.zip(case.old_row(at)).map(|(old, row)| old.entry(row));
        Ok(entry.map_or_else(|| said("", ""), |entry| said(entry.full_name, entry.code)))
    }
}

/// Verdicts and the directory that they make. Where rows of the list make no tree with those of the
/// present directory they are refused, and all is judged again.
fn settled(
    case: &Case<'_>,
    order: &[u32],
    faults: &mut Faults,
) -> Result<(Verdicts, Merged), Fault> {
    loop {
        let verdicts = judge(case, order, faults);
        if let Some(merged) = Merged::of(case, &verdicts, faults)? {
            return Ok((verdicts, merged));
        }
    }
}

/// The rows of a directory, if none of it is damaged.
fn whole<'d>(directory: &'d Directory, watch: &mut Watch<'_>) -> Result<Option<Rows<'d>>, Fault> {
    match directory.listing(watch) {
        Ok(rows) => Ok(Some(rows)),
        Err(DirectoryFault::Stopped) => Err(Stopped.into()),
        Err(fault) => {
            let fault = Fault::from(fault);
            if fault.kind == FaultKind::Damaged { Ok(None) } else { Err(fault) }
        }
    }
}

/// A row whose faults were too many to be kept says so.
fn with_word(mut faults: Vec<RowFault>, line: usize) -> Vec<RowFault> {
    if faults.is_empty() {
        let sentence = "这份名单要改的地方太多，这一行的没有列出。请先改好列出的。";
        faults.push(RowFault::from_sentence(line, String::new(), "", sentence));
    }
    faults
}

#[cfg(test)]
mod tests;
