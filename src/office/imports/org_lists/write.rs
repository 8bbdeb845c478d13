//! Writing a long list: a new directory, and what of it is managed here. Nothing counts before the
//! last step, and before that everything is on the disk.

use std::collections::HashMap;
use std::path::Path;

use super::judge::{Above, Known, Way};
use super::merged::MergedListing;
use super::{PreparedList, PreparedOrganisations, whole};
use crate::directory::{Built, Directory, DirectoryFault, Entry, Listing, build};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{BatchId, OrgId};
use crate::domain::organisation::OrgKind;
use crate::domain::progress::{Pace, Stopped, Watch};
use crate::exchange::fields::OrgField;
use crate::exchange::org_tree::OrgRows;
use crate::exchange::organisations::read_row;
use crate::exchange::sheet::SheetFault;
use crate::office::Session;
use crate::store::{
    ImportOutcome, ListOrder, ListWriter, NewOrganisation, OrgPlace, Return, Stored,
};

/// How many places of superiors are remembered.
const PLACES_KEPT: usize = 4096;

/// What the taking back of an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Undone {
    /// Rows of the import.
    pub n_rows: usize,
    /// The import made a directory that stays the current one, because the one before is gone or
    /// another import has followed.
    pub directory_stays: bool,
}

impl Session<'_> {
    /// Writes a checked list.
    pub(in crate::office::imports) fn run_organisations(
        &self,
        prepared: &PreparedOrganisations,
        file: &str,
        watch: &mut Watch<'_>,
    ) -> Result<ImportOutcome, Fault> {
        match prepared {
            PreparedOrganisations::Few(rows) => rows.write(*self, file),
            PreparedOrganisations::Many(list) => self.run_list(list, file, watch),
        }
    }

    fn run_list(
        &self,
        list: &PreparedList,
        file: &str,
        watch: &mut Watch<'_>,
    ) -> Result<ImportOutcome, Fault> {
        let built = self.build(list, watch)?;
        self.commit(list, file, built, watch)
    }

    /// Puts a directory that was built in its place, with what goes into the database.
    pub(super) fn commit(
        &self,
        list: &PreparedList,
        file: &str,
        built: Built,
        watch: &mut Watch<'_>,
    ) -> Result<ImportOutcome, Fault> {
        let dir = &self.office.places.data;
        let generation = built.generation();
        let basis = list.basis;
        let order = ListOrder { file, n_rows: list.n_good, basis, generation };
        let done = self.desk().import_list(
            &order,
            |writer| Writing::of(list, writer).write(watch),
            || built.publish().map(drop).map_err(told),
        );
        match &done {
            Ok(_) => {
                remove_generations(dir, |other| ![generation, basis.generation].contains(&other));
            }
            Err(_) => remove_generations(dir, |other| other == generation),
        }
        done
    }

    pub(super) fn build(&self, list: &PreparedList, watch: &mut Watch<'_>) -> Result<Built, Fault> {
        let dir = &self.office.places.data;
        let newest = Directory::generations(dir).first().copied().unwrap_or_default();
        let generation = newest.max(list.basis.generation) + 1;
        let old = list.old.as_ref().map(|old| whole(old, watch)).transpose()?.flatten();
        let merged = MergedListing {
            merged: &list.checked.merged,
            rows: &list.rows,
            overlay: &list.checked.here.overlay,
            old: old.as_ref().map(|rows| rows as &dyn Listing),
        };
        build(&merged, dir, generation, watch).map_err(told)
    }

    /// Takes a whole import back. One that made a directory goes back to the one before, where that
    /// is still there and no other import has followed.
    ///
    /// # Errors
    /// Where the batch is unknown, taken back already, another's, or in use.
    pub fn undo_import(&self, batch: BatchId) -> Result<Undone, Fault> {
        self.must_write()?;
        let store = &self.office.store;
        let dir = &self.office.places.data;
        let current = store.directory_generation()?;
        let made = store.generations_of(batch)?;
        let back = made.filter(|(made, _)| *made == current).and_then(|(_, before)| {
            let directory = Directory::at(dir, before).ok();
            (before == 0 || directory.is_some()).then_some((before, directory))
        });
        let directory_stays = made.is_some() && back.is_none();
        let Some((generation, directory)) = back else {
            let n_rows = self.desk().undo_import(batch, None)?;
            return Ok(Undone { n_rows, directory_stays });
        };
        let mut holds = |code: &str, name: &str, kind: OrgKind| {
            directory.as_ref().map_or(Ok(false), |directory| holds(directory, code, name, kind))
        };
        let back = Return { generation, holds: &mut holds };
        let n_rows = self.desk().undo_import(batch, Some(back))?;
        remove_generations(dir, |other| other == current);
        Ok(Undone { n_rows, directory_stays })
    }
}

/// Whether a directory holds an organisation of the database as it is there. A row without a code
/// is the organisation of its name.
fn holds(directory: &Directory, code: &str, name: &str, kind: OrgKind) -> Stored<bool> {
    let coded = directory.find_code(code).map_err(told)?;
    let named = if coded.is_none() { directory.find_name(name).map_err(told)? } else { None };
    let Some(no) = coded.or(named) else { return Ok(false) };
    let entry = directory.entry(no).map_err(told)?;
    let is_coded = entry.code == code || entry.code.is_empty();
    Ok(is_coded && entry.full_name == name && entry.kind == kind)
}

/// The fault of a directory; what a person stopped is no failure.
fn told(fault: DirectoryFault) -> Fault {
    match fault {
        DirectoryFault::Stopped => Stopped.into(),
        other => other.into(),
    }
}

/// Removes files that nothing needs any more. One that stays for now goes at the next import.
fn remove_generations(dir: &Path, needless: impl Fn(u64) -> bool) {
    for generation in Directory::generations(dir).into_iter().filter(|other| needless(*other)) {
        std::fs::remove_file(dir.join(Directory::file_name(generation))).unwrap_or_default();
    }
}

/// The rows of a list on their way into the database.
struct Writing<'l, 'w, 's> {
    list: &'l PreparedList,
    writer: &'w mut ListWriter<'s>,
    /// The superiors of the next row that were written just now.
    above: Vec<(u32, OrgPlace)>,
    /// Places of superiors that were there before.
    known: HashMap<u32, OrgPlace>,
    /// For each row the organisation that it became; only where contacts follow.
    written: Vec<u32>,
}

impl<'l, 'w, 's> Writing<'l, 'w, 's> {
    fn of(list: &'l PreparedList, writer: &'w mut ListWriter<'s>) -> Self {
        let personal = [OrgField::ContactName, OrgField::ContactPhone, OrgField::Graduates];
        let n =
            if personal.iter().any(|field| list.plan.has(*field)) { list.rows.len() } else { 0 };
        let written = vec![0; n as usize];
        Self { list, writer, above: Vec::new(), known: HashMap::new(), written }
    }

    fn write(mut self, watch: &mut Watch<'_>) -> Result<(), Fault> {
        let list = self.list;
        let mine = list.checked.order.iter().filter(|at| list.checked.verdicts.goes_here(**at));
        let total = mine.clone().count() as u64;
        let mut pace = Pace::begin(watch, "写入数据库", total)?;
        for at in mine {
            pace.step()?;
            self.put(*at)?;
        }
        if self.written.iter().any(|id| *id > 0) {
            self.write_contacts(watch)?;
        }
        Ok(())
    }

    fn put(&mut self, at: u32) -> Result<(), Fault> {
        let parent = self.place_above(at)?;
        let place = self.writer.put(parent.as_ref(), &new(self.list.rows.entry(at)))?;
        if let Some(id) = self.written.get_mut(at as usize) {
            *id = u32::try_from(place.id.0).unwrap_or_default();
        }
        self.above.push((at, place));
        Ok(())
    }

    /// Where the superior of a row stands. Rows come depth first, so that one of this list is among
    /// those just written.
    fn place_above(&mut self, at: u32) -> Result<Option<OrgPlace>, Fault> {
        let list = self.list;
        match list.checked.parents.of(at) {
            Above::Root => Ok(None),
            Above::Row(parent) if list.checked.verdicts.goes_here(parent) => {
                while self.above.last().is_some_and(|(above, _)| *above != parent) {
                    self.above.pop();
                }
                Ok(self.above.last().map(|(_, place)| place.clone()))
            }
            Above::Row(parent) => {
                let id = list.checked.here.id(parent).ok_or_else(lost)?;
                self.remembered(parent, |writer| writer.store().place(id)).map(Some)
            }
            Above::Outer(number) => {
                let outer = list.checked.outers.get(number as usize).ok_or_else(lost)?;
                match &outer.known {
                    Known::Here { id, .. } => {
                        let id = *id;
                        self.remembered(u32::MAX - number, |writer| writer.store().place(id))
                    }
                    Known::Listed { way, .. } => {
                        self.remembered(u32::MAX - number, |writer| adopt(writer, way))
                    }
                    Known::Refused(fault) => Err(fault.clone()),
                }
                .map(Some)
            }
        }
    }

    fn remembered(
        &mut self,
        key: u32,
        find: impl FnOnce(&mut ListWriter<'s>) -> Stored<OrgPlace>,
    ) -> Stored<OrgPlace> {
        if let Some(place) = self.known.get(&key) {
            return Ok(place.clone());
        }
        let place = find(self.writer)?;
        if self.known.len() >= PLACES_KEPT {
            self.known.clear();
        }
        self.known.insert(key, place.clone());
        Ok(place)
    }

    /// Contacts and months of graduation are in no temporary file, so the list is read once more.
    fn write_contacts(&mut self, watch: &mut Watch<'_>) -> Result<(), Fault> {
        let list = self.list;
        let mut source = list.sheet.rows().map_err(|fault| changed(&fault))?;
        let mut pace = Pace::begin(watch, "写入联系人", u64::from(list.rows.len()))?;
        let mut at = 0;
        // To the end, which is where it shows whether the file is still the same.
        while let Some(row) = source.next_row().map_err(|fault| changed(&fault))? {
            if row.number <= list.plan.header_row {
                continue;
            }
            pace.step()?;
            let id = self.written.get(at as usize).copied().unwrap_or_default();
            if row.number != list.rows.line(at) {
                return Err(lost());
            }
            if let Some(entry) = (id > 0).then(|| read_row(&list.plan, row).entry.ok()).flatten() {
                self.writer.contacts(OrgId(i64::from(id)), &entry)?;
            }
            at += 1;
        }
        Ok(())
    }
}

fn new(entry: Entry<'_>) -> NewOrganisation<'_> {
    let Entry { code, full_name, short_name, kind } = entry;
    NewOrganisation { code, full_name, short_name, kind }
}

/// Takes an organisation of the present directory into the database, with those above it.
fn adopt(writer: &mut ListWriter<'_>, way: &Way) -> Stored<OrgPlace> {
    let mut place = writer.store().place(way.top.ok_or_else(lost)?)?;
    for org in &way.down {
        let there = writer.store().place_of(&org.code, &org.full_name)?;
        place = match there {
            Some(there) => there,
            None => writer.put(
                Some(&place),
                &NewOrganisation {
                    code: &org.code,
                    full_name: &org.full_name,
                    short_name: &org.short_name,
                    kind: org.kind.unwrap_or(OrgKind::Branch),
                },
            )?,
        };
    }
    Ok(place)
}

fn lost() -> Fault {
    let sentence = "检查名单以后，组织又有改动，所以没有写入。请重新检查一遍，再导入。";
    Fault::new(FaultKind::Conflict, sentence)
}

fn changed(fault: &SheetFault) -> Fault {
    Fault::new(FaultKind::Conflict, fault.to_string())
}
