//! The verdict on every row of a long list, superiors first.

use std::collections::HashMap;

use super::compare::{InDatabase, InDirectory};
use super::rows::ListRows;
use crate::directory::{Entry, Listing};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::OrgId;
use crate::domain::organisation::{OrgEntry, OrgKind};
use crate::exchange::columns::KnownField;
use crate::exchange::fault::RowFault;
use crate::exchange::fields::OrgField;
use crate::exchange::org_index::OrgIndex;
use crate::exchange::org_tree::{Arranged, Faults, NOBODY, OrgRows, refuse_below, refuse_superior};
use crate::store::Desk;

/// Added to the number of a superior that is not in the list.
const OUTER: u32 = 1 << 31;
/// Most superiors that a list may have outside of itself. More are no superiors but a wrong column.
const MOST_OUTER: usize = 100_000;

/// What becomes of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fate {
    /// It must be mended.
    Bad,
    /// It is in the database, as it is there.
    Here,
    /// The present directory holds it, as it is there.
    Listed,
    /// The present directory holds it, and the database gets it: its superior is managed here now.
    Adopted,
    /// It takes the place of a row of the present directory.
    Changed,
    /// It is new.
    New,
}

/// The superior of a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Above {
    /// There is none.
    Root,
    /// A row of the list.
    Row(u32),
    /// An organisation outside of the list.
    Outer(u32),
}

/// The superiors of all rows, in four bytes each.
pub(super) struct Parents(Vec<u32>);

impl Parents {
    /// The superior of a row.
    pub(super) fn of(&self, at: u32) -> Above {
        match self.0.get(at as usize).copied().unwrap_or(NOBODY) {
            NOBODY => Above::Root,
            row if row & OUTER == 0 => Above::Row(row),
            outer => Above::Outer(outer - OUTER),
        }
    }
}

/// An organisation outside of the list that rows of it name as their superior.
pub(super) struct Outer {
    /// The code or full name that the list gives.
    pub text: String,
    /// What it is.
    pub known: Known,
}

/// What a superior outside of the list is.
pub(super) enum Known {
    /// An organisation of the database.
    Here { id: OrgId, kind: OrgKind, is_managed: bool },
    /// A row of the present directory.
    Listed { row: u32, kind: OrgKind, is_managed: bool, way: Way },
    /// Nothing may be added below it, or it does not exist.
    Refused(Fault),
}

/// The way from the nearest organisation that is here down to one of the present directory.
#[derive(Default)]
pub(super) struct Way {
    /// The organisation that is here; none where there is none.
    pub top: Option<OrgId>,
    /// Those below it, the highest first.
    pub down: Vec<OrgEntry>,
}

/// Everything that verdicts are built on.
pub(super) struct Case<'a> {
    pub desk: Desk<'a>,
    pub rows: &'a ListRows,
    pub index: &'a OrgIndex,
    pub here: &'a InDatabase,
    pub listed: &'a InDirectory,
    pub old: Option<&'a dyn Listing>,
    pub parents: &'a Parents,
    pub outers: &'a [Outer],
}

/// The verdicts.
pub(super) struct Verdicts {
    /// What becomes of each row.
    pub fates: Vec<Fate>,
    /// Whether each row stands below an organisation that is managed here.
    pub managed: Vec<bool>,
}

impl Verdicts {
    /// What becomes of a row.
    pub(super) fn fate(&self, at: u32) -> Fate {
        self.fates.get(at as usize).copied().unwrap_or(Fate::Bad)
    }

    /// Whether the database gets a row.
    pub(super) fn goes_here(&self, at: u32) -> bool {
        let managed = self.managed.get(at as usize).copied().unwrap_or_default();
        managed && matches!(self.fate(at), Fate::New | Fate::Changed | Fate::Adopted)
    }
}

/// Finds the superiors that are not in the list: in the database, else they are to be looked for in
/// the present directory.
pub(super) fn outer_superiors(
    desk: Desk<'_>,
    rows: &ListRows,
    arranged: &mut Arranged,
    listed: &mut InDirectory,
) -> Result<(Parents, Vec<Outer>), Fault> {
    let mut numbers: HashMap<String, u32> = HashMap::new();
    let mut outers = Vec::new();
    let mut parents = std::mem::take(&mut arranged.parents);
    for (at, parent) in (0u32..).zip(&mut parents).filter(|(_, parent)| **parent == NOBODY) {
        let text = rows.superior(at);
        if text.is_empty() {
            continue;
        }
        if let Some(number) = numbers.get(text) {
            *parent = OUTER + number;
            continue;
        }
        if outers.len() == MOST_OUTER {
            return Err(too_many());
        }
        let number = u32::try_from(outers.len()).unwrap_or_default();
        numbers.insert(text.to_owned(), number);
        outers.push(Outer { text: text.to_owned(), known: in_database(desk, text, listed) });
        *parent = OUTER + number;
    }
    Ok((Parents(parents), outers))
}

fn too_many() -> Fault {
    let sentence = format!(
        "有超过 {MOST_OUTER} 个上级不在名单里，这不像一份组织名单。请核对「上级编号」列有没有选错，或名单有没有截断。"
    );
    Fault::new(FaultKind::Damaged, sentence)
}

fn in_database(desk: Desk<'_>, text: &str, listed: &mut InDirectory) -> Known {
    match desk.superior_named(text) {
        Ok(Some(org)) => {
            listed.want_own(org.id, &org.code, &org.full_name);
            Known::Here { id: org.id, kind: org.kind, is_managed: org.managed }
        }
        Ok(None) => {
            listed.want(text);
            let sentence = format!(
                "没有找到组织「{text}」。请改成名单里或库里的编号或全称；还没有的，先导入它的上级。"
            );
            Known::Refused(Fault::new(FaultKind::NotFound, sentence))
        }
        Err(fault) => Known::Refused(fault),
    }
}

/// Takes what the present directory says of superiors that neither list nor database has.
pub(super) fn settle_outer(
    desk: Desk<'_>,
    outers: &mut [Outer],
    listed: &InDirectory,
    old: &dyn Listing,
) -> Result<(), Fault> {
    for outer in outers {
        let unknown =
            matches!(&outer.known, Known::Refused(fault) if fault.kind == FaultKind::NotFound);
        if let Some(row) = listed.find(&outer.text).filter(|_| unknown) {
            outer.known = in_directory(desk, old, row)?;
        }
    }
    Ok(())
}

/// A row of the directory is managed where the nearest organisation above it that is here is.
fn in_directory(desk: Desk<'_>, old: &dyn Listing, row: u32) -> Result<Known, Fault> {
    let kind = old.entry(row).kind;
    let mut way = Way { top: None, down: vec![owned(old.entry(row))] };
    let mut is_managed = false;
    let mut above = old.parent(row);
    while let Some(next) = above {
        let entry = old.entry(next);
        let named = if entry.code.is_empty() { entry.full_name } else { entry.code };
        match desk.superior_named(named) {
            Ok(Some(org)) => {
                (way.top, is_managed) = (Some(org.id), org.managed);
                break;
            }
            Ok(None) => way.down.push(owned(entry)),
            Err(fault) => return Ok(Known::Refused(fault)),
        }
        above = old.parent(next);
    }
    way.down.reverse();
    Ok(Known::Listed { row, kind, is_managed, way })
}

fn owned(entry: Entry<'_>) -> OrgEntry {
    OrgEntry {
        code: entry.code.to_owned(),
        full_name: entry.full_name.to_owned(),
        short_name: entry.short_name.to_owned(),
        kind: Some(entry.kind),
        ..OrgEntry::default()
    }
}

/// Goes through the rows in their order and says what becomes of each.
pub(super) fn judge(case: &Case<'_>, order: &[u32], faults: &mut Faults) -> Verdicts {
    let n = case.rows.len() as usize;
    let mut verdicts = Verdicts { fates: vec![Fate::Bad; n], managed: vec![false; n] };
    for at in order {
        let (fate, managed) = case.judge_row(*at, &verdicts, faults);
        verdicts.fates[*at as usize] = fate;
        verdicts.managed[*at as usize] = managed;
    }
    verdicts
}

/// What a row's superior is, as far as it matters below it.
struct Superior {
    /// Kind, where the list itself has not looked at it.
    kind: Option<OrgKind>,
    is_managed: bool,
}

impl Case<'_> {
    fn judge_row(&self, at: u32, verdicts: &Verdicts, faults: &mut Faults) -> (Fate, bool) {
        if faults.is_refused(at) {
            return (Fate::Bad, false);
        }
        if self.here.id(at).is_some() {
            return (Fate::Here, self.here.is_managed(at));
        }
        let Some(superior) = self.superior(at, verdicts, faults) else { return (Fate::Bad, false) };
        if let Some(sentence) = self.misplaced(at, &superior) {
            refuse_superior(self.rows, faults, at, || sentence);
            return (Fate::Bad, false);
        }
        let fate = match self.beside_old(at, faults) {
            Fate::Listed if superior.is_managed => Fate::Adopted,
            fate => fate,
        };
        (fate, superior.is_managed && fate != Fate::Bad)
    }

    /// The superior of a row; none where the row is refused for it.
    fn superior(&self, at: u32, verdicts: &Verdicts, faults: &mut Faults) -> Option<Superior> {
        match self.parents.of(at) {
            Above::Root => Some(Superior { kind: None, is_managed: false }),
            Above::Row(parent) if verdicts.fate(parent) == Fate::Bad => {
                refuse_below(self.rows, faults, at, parent);
                None
            }
            Above::Row(parent) if self.here.id(parent).is_some() => {
                self.superior_here(at, parent, faults)
            }
            Above::Row(parent) => {
                let is_managed = verdicts.managed.get(parent as usize).copied().unwrap_or_default();
                let kind = self.old.filter(|_| verdicts.fate(parent) == Fate::Listed);
                let row = self.listed.row(parent);
                let kind = kind.zip(row).map(|(old, row)| old.entry(row).kind);
                Some(Superior { kind, is_managed })
            }
            Above::Outer(number) => match &self.outers.get(number as usize)?.known {
                Known::Here { kind, is_managed, .. } | Known::Listed { kind, is_managed, .. } => {
                    Some(Superior { kind: Some(*kind), is_managed: *is_managed })
                }
                Known::Refused(fault) => {
                    refuse_superior(self.rows, faults, at, || fault.sentence.clone());
                    None
                }
            },
        }
    }

    fn superior_here(&self, at: u32, parent: u32, faults: &mut Faults) -> Option<Superior> {
        if self.here.is_closed(parent) {
            refuse_superior(self.rows, faults, at, || self.why_closed(parent));
            return None;
        }
        let is_managed = self.here.is_managed(parent);
        Some(Superior { kind: self.here.kind(parent), is_managed })
    }

    fn why_closed(&self, parent: u32) -> String {
        let name = self.rows.full_name(parent);
        let code = self.rows.code(parent);
        let named = [code, name].into_iter().filter(|text| !text.is_empty());
        let fault = named.filter_map(|text| self.desk.superior_named(text).err()).next();
        fault.map_or_else(
            || format!("「{name}」已停用，不能再往里添加。请选在用的组织。"),
            |fault| fault.sentence,
        )
    }

    /// Why a row may not stand below a superior that is not new.
    fn misplaced(&self, at: u32, superior: &Superior) -> Option<String> {
        let (own, above) = (self.rows.kind(at)?, superior.kind?);
        let given = self.rows.superior(at);
        (!own.may_stand_below(above)).then(|| {
            let (own, above) = (own.label(), above.label());
            format!("「{given}」是{above}，下面不能设{own}。请换一个上级组织，或改组织类别。")
        })
    }

    fn beside_old(&self, at: u32, faults: &mut Faults) -> Fate {
        let Some(old) = self.old else { return Fate::New };
        let (coded, named) = (self.listed.by_code(at), self.listed.by_name(at));
        let Some(row) = coded else {
            return if named.is_some() { Fate::Listed } else { Fate::New };
        };
        if let Some(other) = named.filter(|other| *other != row && self.keeps_name(old, *other)) {
            faults.add(at, || self.name_is_taken(at, old.entry(other)));
            return Fate::Bad;
        }
        let is_same =
            self.rows.entry(at) == old.entry(row) && self.old_parent(at) == old.parent(row);
        if is_same { Fate::Listed } else { Fate::Changed }
    }

    /// Whether a row of the present directory stays as it is: the list says nothing of its code.
    fn keeps_name(&self, old: &dyn Listing, row: u32) -> bool {
        self.index.by_code(self.rows, old.entry(row).code).is_none()
    }

    fn name_is_taken(&self, at: u32, other: Entry<'_>) -> RowFault {
        let (line, name) = (self.rows.line(at), self.rows.full_name(at));
        let sentence = format!(
            "原来的名单里另有一个没有编号的「{}」，分不清是哪一个。请核对编号 {}，或改组织全称。",
            other.full_name,
            self.rows.code(at)
        );
        RowFault::from_sentence(line, OrgField::FullName.label().to_owned(), name, &sentence)
    }

    /// The row of the present directory that a row of the list is, or stands for.
    pub(super) fn old_row(&self, at: u32) -> Option<u32> {
        if self.here.id(at).is_some() && !self.here.is_by_code(at) {
            return self.listed.by_name(at);
        }
        self.listed.row(at)
    }

    /// The row of the present directory that the superior of a row is.
    fn old_parent(&self, at: u32) -> Option<u32> {
        match self.parents.of(at) {
            Above::Root => None,
            Above::Row(parent) => self.old_row(parent),
            Above::Outer(number) => {
                let outer = self.outers.get(number as usize)?;
                match &outer.known {
                    Known::Listed { row, .. } => Some(*row),
                    Known::Here { id, .. } => self.listed.find_own(*id),
                    Known::Refused(_) => None,
                }
            }
        }
    }
}
