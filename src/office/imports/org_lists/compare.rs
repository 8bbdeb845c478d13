//! A long list beside what is known already: the database and the present directory. Both are
//! walked once from end to end and looked up in the list, which is in memory as numbers.

use std::collections::HashMap;
use std::path::Path;

use super::rows::{ListRows, kind_of, number_of, unwritable};
use crate::directory::{Entry, Listing, Spool, SpoolRow, SpoolWriter};
use crate::domain::fault::Fault;
use crate::domain::ids::OrgId;
use crate::domain::organisation::{OrgKind, OrgState};
use crate::domain::progress::{Pace, Watch};
use crate::exchange::org_index::OrgIndex;
use crate::exchange::org_tree::{NOBODY, OrgRows};
use crate::store::{Desk, OrgLine};

const MANAGED: u8 = 1;
const CLOSED: u8 = 2;
const BY_CODE: u8 = 4;
const KIND_SHIFT: u8 = 3;

/// In place of a row: more than one.
const SEVERAL: u32 = NOBODY - 1;

/// What the database says of the rows of a list.
pub(super) struct InDatabase {
    /// For each row of the list the organisation that it is here, zero where it is not.
    ids: Vec<u32>,
    /// For each row that is here: whether managed, whether nothing may be added below it, kind.
    marks: Vec<u8>,
    /// Organisations that no directory holds as they are here.
    pub overlay: Overlay,
}

impl InDatabase {
    /// Looks every organisation of the database up in the list. Without a directory all of them
    /// are overlay.
    pub(super) fn compare(
        desk: Desk<'_>,
        list: (&ListRows, &OrgIndex),
        has_directory: bool,
        dir: &Path,
        watch: &mut Watch<'_>,
    ) -> Result<Self, Fault> {
        let (rows, index) = list;
        let n = rows.len() as usize;
        let mut known = Self { ids: vec![0; n], marks: vec![0; n], overlay: Overlay::default() };
        let mut pace = Pace::begin(watch, "对照数据库", 0)?;
        let mut writer = SpoolWriter::begin(dir).map_err(|error| unwritable(dir, &error))?;
        desk.each_organisation(&mut |org| {
            pace.step()?;
            let is_active = org.state == OrgState::Active;
            // A code says more than a name: an organisation whose code is in the list is that row
            // and none of its namesakes.
            let coded = index.by_code(rows, org.code);
            let named = index.by_name(rows, org.full_name).filter(|_| is_active && coded.is_none());
            named.into_iter().for_each(|at| known.mark(at, &org, 0));
            coded.into_iter().for_each(|at| known.mark(at, &org, BY_CODE));
            if is_active && !(org.is_listed && has_directory) {
                known.overlay.note(&org);
                let texts = SpoolRow {
                    code: org.code,
                    superior: "",
                    full_name: org.full_name,
                    short_name: org.short_name,
                };
                writer.add(&texts).map_err(|error| unwritable(dir, &error))?;
            }
            Ok(())
        })?;
        known.overlay.spool = Some(writer.finish().map_err(|error| unwritable(dir, &error))?);
        Ok(known)
    }

    fn mark(&mut self, at: u32, org: &OrgLine<'_>, how: u8) {
        let place = at as usize;
        let closed = org.state == OrgState::Retired || (org.is_managed && !org.is_mine);
        let bits = how | (u8::from(org.is_managed) * MANAGED) | (u8::from(closed) * CLOSED);
        if let (Some(id), Some(mark)) = (self.ids.get_mut(place), self.marks.get_mut(place)) {
            if *mark & BY_CODE > how {
                return;
            }
            *id = u32::try_from(org.id.0).unwrap_or_default();
            *mark = bits | (number_of(org.kind) << KIND_SHIFT);
        }
    }

    /// The organisation that a row is here.
    pub(super) fn id(&self, at: u32) -> Option<OrgId> {
        let id = self.ids.get(at as usize).copied().filter(|id| *id > 0)?;
        Some(OrgId(i64::from(id)))
    }

    fn marked(&self, at: u32) -> u8 {
        self.marks.get(at as usize).copied().unwrap_or_default()
    }

    /// Whether the organisation that a row is here is managed here.
    pub(super) fn is_managed(&self, at: u32) -> bool {
        self.marked(at) & MANAGED != 0
    }

    /// Whether this person may add nothing below the organisation that a row is here.
    pub(super) fn is_closed(&self, at: u32) -> bool {
        self.marked(at) & CLOSED != 0
    }

    /// Whether a row and what it is here have the same code, and not only the same name.
    pub(super) fn is_by_code(&self, at: u32) -> bool {
        self.marked(at) & BY_CODE != 0
    }

    /// The kind of the organisation that a row is here.
    pub(super) fn kind(&self, at: u32) -> Option<OrgKind> {
        kind_of(self.marked(at) >> KIND_SHIFT)
    }
}

/// Organisations of the database that go into the next directory as they are here.
#[derive(Default)]
pub(super) struct Overlay {
    spool: Option<Spool>,
    ids: Vec<u32>,
    parents: Vec<u32>,
    kinds: Vec<u8>,
}

impl Overlay {
    fn note(&mut self, org: &OrgLine<'_>) {
        let number = |id: OrgId| u32::try_from(id.0).unwrap_or_default();
        self.ids.push(number(org.id));
        self.parents.push(org.parent.map_or(0, number));
        self.kinds.push(number_of(org.kind));
    }

    /// How many.
    pub(super) fn len(&self) -> u32 {
        u32::try_from(self.ids.len()).unwrap_or(u32::MAX)
    }

    /// Which of them an organisation is. They stand in the order of the database.
    pub(super) fn find(&self, id: OrgId) -> Option<u32> {
        let id = u32::try_from(id.0).ok()?;
        self.ids.binary_search(&id).ok().and_then(|at| u32::try_from(at).ok())
    }

    /// The organisation above one of them.
    pub(super) fn parent(&self, at: u32) -> Option<OrgId> {
        let id = self.parents.get(at as usize).copied().filter(|id| *id > 0)?;
        Some(OrgId(i64::from(id)))
    }

    /// One of them as the directory holds it.
    pub(super) fn entry(&self, at: u32) -> Entry<'_> {
        let row = self.spool.as_ref().map(|spool| spool.row(at)).unwrap_or_default();
        let kind = self.kinds.get(at as usize).and_then(|number| kind_of(*number));
        let kind = kind.unwrap_or(OrgKind::Branch);
        Entry { code: row.code, full_name: row.full_name, short_name: row.short_name, kind }
    }
}

/// Rows of the present directory by a text that was looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    by_code: u32,
    by_name: u32,
}

impl Found {
    const NOTHING: Self = Self { by_code: NOBODY, by_name: NOBODY };

    /// A code goes before a name; a name that several have names none.
    pub(super) fn row(self) -> Option<u32> {
        [self.by_code, self.by_name].into_iter().find(|row| *row < SEVERAL)
    }
}

/// What the present directory says of the rows of a list, and of texts that are not in it.
#[derive(Default)]
pub(super) struct InDirectory {
    codes: Vec<u32>,
    names: Vec<u32>,
    wanted: HashMap<String, Found>,
    own: HashMap<OrgId, (String, String)>,
}

impl InDirectory {
    /// A text to look for, as a code and as a full name.
    pub(super) fn want(&mut self, text: &str) {
        if !text.is_empty() && !self.wanted.contains_key(text) {
            self.wanted.insert(text.to_owned(), Found::NOTHING);
        }
    }

    /// Looks every row of the present directory up in the list and among the texts looked for.
    pub(super) fn compare(
        &mut self,
        old: &dyn Listing,
        list: (&ListRows, &OrgIndex),
        here: &InDatabase,
        watch: &mut Watch<'_>,
    ) -> Result<(), Fault> {
        let (rows, index) = list;
        self.codes = vec![NOBODY; rows.len() as usize];
        self.names = vec![NOBODY; rows.len() as usize];
        let mut pace = Pace::begin(watch, "对照原来的名单", u64::from(old.len()))?;
        for row in 0..old.len() {
            pace.step()?;
            let Entry { code, full_name, .. } = old.entry(row);
            let coded = index.by_code(rows, code);
            note(&mut self.codes, coded, row);
            let named = index.by_name(rows, full_name).filter(|at| {
                // Where both have codes, and other ones, they only have the same name.
                let has_code = !code.is_empty() && !rows.code(*at).is_empty();
                coded.is_none() && (!has_code || here.id(*at).is_some())
            });
            note(&mut self.names, named, row);
            if let Some(found) = self.wanted.get_mut(code) {
                found.by_code = row;
            }
            if let Some(found) = self.wanted.get_mut(full_name) {
                found.by_name = if found.by_name == NOBODY { row } else { SEVERAL };
            }
        }
        Ok(())
    }

    /// The row of the present directory with this row's code.
    pub(super) fn by_code(&self, at: u32) -> Option<u32> {
        self.codes.get(at as usize).copied().filter(|row| *row != NOBODY)
    }

    /// The row of the present directory with this row's full name.
    pub(super) fn by_name(&self, at: u32) -> Option<u32> {
        self.names.get(at as usize).copied().filter(|row| *row != NOBODY)
    }

    /// The row of the present directory that a row of the list is.
    pub(super) fn row(&self, at: u32) -> Option<u32> {
        self.by_code(at).or_else(|| self.by_name(at))
    }

    /// Where a text that was looked for stands.
    pub(super) fn find(&self, text: &str) -> Option<u32> {
        self.wanted.get(text).copied().and_then(Found::row)
    }

    /// An organisation of the database to look for.
    pub(super) fn want_own(&mut self, id: OrgId, code: &str, full_name: &str) {
        self.want(code);
        self.want(full_name);
        self.own.entry(id).or_insert_with(|| (code.to_owned(), full_name.to_owned()));
    }

    /// Where an organisation of the database stands that was looked for.
    pub(super) fn find_own(&self, id: OrgId) -> Option<u32> {
        self.own.get(&id).and_then(|(code, full_name)| self.find_either(code, full_name))
    }

    /// The row with a code, or else with a full name; both were looked for.
    pub(super) fn find_either(&self, code: &str, full_name: &str) -> Option<u32> {
        let coded = self.wanted.get(code).map(|found| found.by_code);
        let named = self.wanted.get(full_name).map(|found| found.by_name);
        coded.into_iter().chain(named).find(|row| *row < SEVERAL)
    }
}

fn note(rows: &mut [u32], at: Option<u32>, row: u32) {
    if let Some(place) = at.and_then(|at| rows.get_mut(at as usize)) {
        *place = row;
    }
}
