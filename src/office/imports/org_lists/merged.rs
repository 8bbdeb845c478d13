//! The rows of the next directory: those of the present one, of the database and of the list, each
//! organisation once.

use std::collections::HashMap;

use super::compare::{InDirectory, Overlay};
use super::judge::{Above, Case, Fate, Known, Verdicts};
use super::rows::ListRows;
use crate::directory::{Entry, Listing};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::OrgId;
use crate::exchange::org_tree::{Faults, NOBODY, OrgRows, circles_of, order_of, refuse_superior};

/// Where a row of the next directory comes from, in four bytes.
const LIST: u32 = 1 << 30;
const DATABASE: u32 = 2 << 30;
const NUMBER: u32 = LIST - 1;

/// Which rows the next directory has, and what stands below what.
#[derive(Default)]
pub(super) struct Merged {
    sources: Vec<u32>,
    parents: Vec<u32>,
}

/// The next directory with the texts behind its numbers.
pub(super) struct MergedListing<'a> {
    pub merged: &'a Merged,
    pub rows: &'a ListRows,
    pub overlay: &'a Overlay,
    pub old: Option<&'a dyn Listing>,
}

impl Listing for MergedListing<'_> {
    fn len(&self) -> u32 {
        u32::try_from(self.merged.sources.len()).unwrap_or(u32::MAX)
    }

    fn entry(&self, row: u32) -> Entry<'_> {
        let source = self.merged.sources.get(row as usize).copied().unwrap_or_default();
        match (source & !NUMBER, self.old) {
            (LIST, _) => self.rows.entry(source & NUMBER),
            (DATABASE, _) => self.overlay.entry(source & NUMBER),
            (_, Some(old)) => old.entry(source),
            (_, None) => self.overlay.entry(NUMBER),
        }
    }

    fn parent(&self, row: u32) -> Option<u32> {
        self.merged.parents.get(row as usize).copied().filter(|parent| *parent != NOBODY)
    }
}

/// Where each organisation went.
struct Places {
    old: Vec<u32>,
    list: Vec<u32>,
    overlay: Vec<u32>,
}

impl Merged {
    /// Puts the rows together. Rows of the list that make no tree with those that stay are refused,
    /// and then there is nothing: judge again.
    pub(super) fn of(
        case: &Case<'_>,
        verdicts: &Verdicts,
        faults: &mut Faults,
    ) -> Result<Option<Self>, Fault> {
        let mut merged = Self::default();
        let mut places = merged.gather(case, verdicts)?;
        place_aliases(case, verdicts, &mut places);
        merged.parents = vec![NOBODY; merged.sources.len()];
        let before = faults.n_refused();
        merged.link_old(case, &places, faults);
        merged.link_list(case, verdicts, &places)?;
        merged.link_overlay(case, &places)?;
        merged.link_roots(case, verdicts, &places);
        merged.refuse_circles(case, faults);
        Ok((faults.n_refused() == before).then_some(merged))
    }

    fn add(&mut self, source: u32) -> u32 {
        self.sources.push(source);
        u32::try_from(self.sources.len() - 1).unwrap_or(NOBODY)
    }

    /// The rows in order: those of the present directory, changed where they are, then what is here
    /// and not in it, then the new ones.
    fn gather(&mut self, case: &Case<'_>, verdicts: &Verdicts) -> Result<Places, Fault> {
        let overlay = &case.here.overlay;
        let n_old = case.old.map_or(0, Listing::len);
        if n_old.max(overlay.len()).max(case.rows.len()) >= NUMBER {
            return Err(Fault::new(FaultKind::Rule, "名单太长，装不下。请分成几份导入。"));
        }
        let mut places = Places {
            old: vec![NOBODY; n_old as usize],
            list: vec![NOBODY; case.rows.len() as usize],
            overlay: vec![NOBODY; overlay.len() as usize],
        };
        let mine = overlay_in_old(overlay, case.listed);
        let changed = changed_in_old(case, verdicts, n_old);
        for old in 0..n_old {
            let at = changed.get(old as usize).copied().unwrap_or(NOBODY);
            let row = match mine.get(&old) {
                Some(own) => self.add(DATABASE | own),
                None if at != NOBODY => self.add(LIST | at),
                None => self.add(old),
            };
            places.old[old as usize] = row;
            if let Some(own) = mine.get(&old) {
                places.overlay[*own as usize] = row;
            } else if at != NOBODY {
                places.list[at as usize] = row;
            }
        }
        for own in 0..overlay.len() {
            if places.overlay[own as usize] == NOBODY {
                places.overlay[own as usize] = self.add(DATABASE | own);
            }
        }
        for at in 0..case.rows.len() {
            if verdicts.fate(at) == Fate::New {
                places.list[at as usize] = self.add(LIST | at);
            }
        }
        Ok(places)
    }

    fn link_old(&mut self, case: &Case<'_>, places: &Places, faults: &mut Faults) {
        let Some(old) = case.old else { return };
        for child in 0..old.len() {
            let row = place_in(&places.old, Some(child));
            let parent = place_in(&places.old, old.parent(child));
            let source = self.sources.get(row as usize).copied().unwrap_or(LIST);
            if source & !NUMBER == 0 {
                self.parents[row as usize] = parent;
                self.check_old(case, child, parent, faults);
            }
        }
    }

    /// A changed row must still be one below which the rows that stay may stand.
    fn check_old(&self, case: &Case<'_>, child: u32, parent: u32, faults: &mut Faults) {
        let source = self.sources.get(parent as usize).copied().unwrap_or_default();
        let (LIST, Some(old)) = (source & !NUMBER, case.old) else { return };
        let Entry { full_name, kind, .. } = old.entry(child);
        let above = case.rows.entry(source & NUMBER).kind;
        if !kind.may_stand_below(above) {
            refuse_superior(case.rows, faults, source & NUMBER, || {
                let (own, above) = (kind.label(), above.label());
                format!(
                    "{above}下面不能有{own}，而原来的名单里「{full_name}」在它下面。请核对组织类别，或把那一个也写进名单。"
                )
            });
        }
    }

    fn link_list(
        &mut self,
        case: &Case<'_>,
        verdicts: &Verdicts,
        places: &Places,
    ) -> Result<(), Fault> {
        for at in 0..case.rows.len() {
            if !matches!(verdicts.fate(at), Fate::New | Fate::Changed) {
                continue;
            }
            let parent = match case.parents.of(at) {
                Above::Root => NOBODY,
                Above::Row(parent) => placed(place_in(&places.list, Some(parent)))?,
                Above::Outer(number) => placed(outer_place(case, places, number))?,
            };
            let row = place_in(&places.list, Some(at));
            self.parents[row as usize] = parent;
        }
        Ok(())
    }

    fn link_overlay(&mut self, case: &Case<'_>, places: &Places) -> Result<(), Fault> {
        for own in 0..case.here.overlay.len() {
            let Some(parent) = case.here.overlay.parent(own) else { continue };
            let row = place_in(&places.overlay, Some(own));
            let above = own_place(case, places, parent, case.listed.find_own(parent));
            self.parents[row as usize] = placed(above)?;
        }
        Ok(())
    }

    /// An office is the root of its own database, and stands in the country where the list says.
    fn link_roots(&mut self, case: &Case<'_>, verdicts: &Verdicts, places: &Places) {
        for at in (0..case.rows.len()).filter(|at| verdicts.fate(*at) == Fate::Here) {
            let row = place_in(&places.list, Some(at));
            let parent = match case.parents.of(at) {
                Above::Root => NOBODY,
                Above::Row(parent) => place_in(&places.list, Some(parent)),
                Above::Outer(number) => outer_place(case, places, number),
            };
            if parent != NOBODY && self.is_root(row) && !self.is_at_or_below(parent, row) {
                self.parents[row as usize] = parent;
            }
        }
    }

    fn is_root(&self, row: u32) -> bool {
        self.parents.get(row as usize) == Some(&NOBODY)
    }

    fn is_at_or_below(&self, row: u32, above: u32) -> bool {
        let parent = |row: &u32| self.parents.get(*row as usize).copied();
        std::iter::successors(Some(row), parent)
            .take_while(|row| *row != NOBODY)
            .take(self.parents.len())
            .any(|row| row == above)
    }

    /// A row of the list may name as its superior what stands below it in the present directory.
    fn refuse_circles(&self, case: &Case<'_>, faults: &mut Faults) {
        if case.old.is_none() {
            return;
        }
        let order = order_of(&self.parents, |_, _| ());
        if order.len() == self.parents.len() {
            return;
        }
        let (_, circles) = circles_of(&self.parents, &order);
        let sources = circles.iter().flatten().filter_map(|row| self.sources.get(*row as usize));
        for source in sources.filter(|source| **source & !NUMBER == LIST) {
            refuse_superior(case.rows, faults, source & NUMBER, || {
                "原来的名单里，这个上级又在这一行下面，绕成了一圈。请改正上级，或把上级那一行也写进名单。".to_owned()
            });
        }
    }
}

/// Rows of the list that are there under another code or name already stand for what is there.
fn place_aliases(case: &Case<'_>, verdicts: &Verdicts, places: &mut Places) {
    for at in 0..case.rows.len() {
        let place = match (verdicts.fate(at), case.here.id(at)) {
            (Fate::Here, Some(id)) => own_place(case, places, id, case.old_row(at)),
            (Fate::Listed | Fate::Adopted, _) => place_in(&places.old, case.old_row(at)),
            (Fate::Here | Fate::Bad | Fate::New | Fate::Changed, _) => continue,
        };
        places.list[at as usize] = place;
    }
}

fn place_in(places: &[u32], at: Option<u32>) -> u32 {
    at.and_then(|at| places.get(at as usize)).copied().unwrap_or(NOBODY)
}

/// Organisations of the database by the row of the present directory that they take the place of.
fn overlay_in_old(overlay: &Overlay, listed: &InDirectory) -> HashMap<u32, u32> {
    let row = |own: u32| {
        let Entry { code, full_name, .. } = overlay.entry(own);
        listed.find_either(code, full_name).map(|row| (row, own))
    };
    (0..overlay.len()).filter_map(row).collect()
}

/// Rows of the list by the row of the present directory that they take the place of.
fn changed_in_old(case: &Case<'_>, verdicts: &Verdicts, n_old: u32) -> Vec<u32> {
    let mut changed = vec![NOBODY; n_old as usize];
    for at in (0..case.rows.len()).filter(|at| verdicts.fate(*at) == Fate::Changed) {
        if let Some(place) = case.listed.by_code(at).and_then(|row| changed.get_mut(row as usize)) {
            *place = at;
        }
    }
    changed
}

fn outer_place(case: &Case<'_>, places: &Places, number: u32) -> u32 {
    let Some(outer) = case.outers.get(number as usize) else { return NOBODY };
    match &outer.known {
        Known::Listed { row, .. } => place_in(&places.old, Some(*row)),
        Known::Here { id, .. } => own_place(case, places, *id, case.listed.find_own(*id)),
        Known::Refused(_) => NOBODY,
    }
}

/// The place of an organisation of the database: its own, or that of the row of the present
/// directory that holds it.
fn own_place(case: &Case<'_>, places: &Places, id: OrgId, old: Option<u32>) -> u32 {
    match case.here.overlay.find(id) {
        Some(own) => place_in(&places.overlay, Some(own)),
        None => place_in(&places.old, old),
    }
}

/// A superior that is known must have a place.
fn placed(place: u32) -> Result<u32, Fault> {
    if place != NOBODY {
        return Ok(place);
    }
    let sentence = "原来的全国组织名单和库里对不上，所以没有导入。请先运行 tuanzhuan verify 查看。";
    Err(Fault::new(FaultKind::Damaged, sentence))
}
