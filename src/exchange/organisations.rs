//! Organisations from a sheet, and the order in which a tree can be built from them.

use super::columns::{ColumnOverride, ColumnPlan, ReadFault, recognise};
use super::dates::month_of;
use super::fault::RowFault;
use super::fields::OrgField;
use super::org_tree::{Faults, OrgRows, arrange_rows};
use super::sheet::SheetRow;
use super::sheet_file::SheetRows;
use crate::domain::organisation::{OrgEntry, OrgKind};
use crate::domain::phone::Phone;
use crate::domain::progress::unwatched;

/// Most characters of a full name; the longest official ones have about 60.
const NAME_LIMIT: usize = 120;

/// A directory of organisations as read; nothing is stored yet.
#[derive(Debug, Clone, PartialEq)]
pub struct OrgSheet {
    /// Which column holds what.
    pub plan: ColumnPlan<OrgField>,
    /// The rows with content, superiors before those below them; see [`arrange`].
    pub rows: Vec<OrgRowIn>,
}

/// A row of a directory of organisations.
#[derive(Debug, Clone, PartialEq)]
pub struct OrgRowIn {
    /// Row in the file, from one.
    pub row: usize,
    /// What the row says, or everything wrong with it.
    pub entry: Result<OrgEntry, Vec<RowFault>>,
    /// What others refer to it by, faulty rows included.
    pub shown: ShownOrganisation,
}

/// How a row is recognised, on the screen and by the rows below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownOrganisation {
    /// Code as given, may be empty.
    pub code: String,
    /// Full name as given.
    pub full_name: String,
    /// Code or full name of the superior as given, empty for a root.
    pub superior: String,
}

/// Reads and arranges organisations.
///
/// # Errors
/// Where the columns cannot be told or the file cannot be read to its end. Faults of rows are in
/// the rows.
pub fn read_organisations(
    source: &mut SheetRows,
    overrides: &[ColumnOverride],
) -> Result<OrgSheet, ReadFault> {
    let plan = recognise(source, overrides)?;
    let mut rows = Vec::new();
    while let Some(row) = source.next_row()? {
        rows.push(read_row(&plan, row));
    }
    Ok(OrgSheet { rows: arrange(rows), plan })
}

/// Reads one row, and says everything that is wrong with it by itself.
pub fn read_row(plan: &ColumnPlan<OrgField>, row: &SheetRow) -> OrgRowIn {
    let text = |field| plan.text(row, field);
    let mut faults = Vec::new();
    let mut note = |field, sentence: String| {
        let (column, value) = (plan.header(field), text(field));
        faults.push(RowFault::from_sentence(row.number, column, &value, &sentence));
    };
    let full_name = text(OrgField::FullName);
    check_name(&full_name).unwrap_or_else(|sentence| note(OrgField::FullName, sentence));
    let kind = kind_of(&text(OrgField::Kind), &text(OrgField::Level), &full_name);
    let kind = kind.map_err(|sentence| note(OrgField::Kind, sentence)).ok();
    let graduates_on = month_of(plan.cell(row, OrgField::Graduates));
    let graduates_on = graduates_on.map_err(|f| note(OrgField::Graduates, f.to_string()));
    let shown = ShownOrganisation {
        code: text(OrgField::Code),
        full_name,
        superior: superior_of(&text(OrgField::Superior)),
    };
    let entry = OrgEntry {
        code: shown.code.clone(),
        superior: shown.superior.clone(),
        kind,
        full_name: shown.full_name.clone(),
        short_name: text(OrgField::ShortName),
        contact_name: text(OrgField::ContactName),
        contact_phone: phone_of(text(OrgField::ContactPhone)),
        graduates_on: graduates_on.unwrap_or_default(),
    };
    let entry = if faults.is_empty() { Ok(entry) } else { Err(faults) };
    OrgRowIn { row: row.number, entry, shown }
}

fn check_name(name: &str) -> Result<(), String> {
    match name.chars().count() {
        0 => Err("还没填组织全称。请填团组织的全称。".to_owned()),
        1..=NAME_LIMIT => Ok(()),
        n => Err(format!(
            "组织全称最多 {NAME_LIMIT} 个字，现在 {n} 个。请删短，或核对列有没有错位。"
        )),
    }
}

/// Directories put a dash or 无 where a root has no superior.
fn superior_of(text: &str) -> String {
    if matches!(text, "无" | "-" | "—" | "——" | "/" | "0") {
        String::new()
    } else {
        text.to_owned()
    }
}

/// The contact of another office is kept as it is written where it is no single number: it is for
/// people to read, and a directory must not fail for it.
fn phone_of(text: String) -> String {
    Phone::parse(&text).map_or(text, |phone| phone.reveal().to_owned())
}

/// The kind by its word; by the full name where the column is empty or missing.
fn kind_of(kind: &str, level: &str, full_name: &str) -> Result<OrgKind, String> {
    let found = if kind.is_empty() { kind_by_name(full_name) } else { kind_by_word(kind) };
    let found = found.ok_or_else(|| kind_fault(kind))?;
    let is_province = found == OrgKind::Committee && level.starts_with('省');
    Ok(if is_province { OrgKind::ProvinceRoot } else { found })
}

/// Words of directories, and the codes of the national system (domain.md B4).
fn kind_by_word(word: &str) -> Option<OrgKind> {
    match word {
        "支部"
        | "毕业班团支部"
        | "毕业生团支部"
        | "毕业生团组织"
        | "流动团员团支部"
        | "01TZB"
        | "06BYBTZB" => Some(OrgKind::Branch),
        "总支" | "02TZZ" => Some(OrgKind::GeneralBranch),
        "基层团委" | "03TW" => Some(OrgKind::Committee),
        "工委" | "04TGW" => Some(OrgKind::WorkingCommittee),
        "团省委" | "省团委" => Some(OrgKind::ProvinceRoot),
        other => OrgKind::from_label(other).or_else(|| OrgKind::from_id(other)),
    }
}

fn kind_by_name(name: &str) -> Option<OrgKind> {
    // The longer endings come first: 总支部 ends in 支部 too.
    let endings: [(&[&str], OrgKind); 5] = [
        (&["团省委", "省委员会"], OrgKind::ProvinceRoot),
        (&["团总支", "总支部委员会", "总支部"], OrgKind::GeneralBranch),
        (&["团支部", "支部委员会", "支部"], OrgKind::Branch),
        (&["团工委", "工作委员会"], OrgKind::WorkingCommittee),
        (&["团委", "委员会"], OrgKind::Committee),
    ];
    let fits = |ends: &[&str]| ends.iter().any(|end| name.ends_with(end));
    endings.into_iter().find(|(ends, _)| fits(ends)).map(|(_, kind)| kind)
}

fn kind_fault(given: &str) -> String {
    let words = OrgKind::ALL.iter().map(|kind| kind.label()).collect::<Vec<_>>().join("」「");
    if given.is_empty() {
        return format!("还没填组织类别，从全称也看不出来。请填「{words}」中的一个。");
    }
    format!("组织类别「{given}」不认得，可以填「{words}」。请改成其中一个。")
}

/// Puts superiors before those below them and refuses what makes no tree; see [`arrange_rows`].
pub fn arrange(mut rows: Vec<OrgRowIn>) -> Vec<OrgRowIn> {
    let mut faults = Faults::keeping(usize::MAX);
    for (at, row) in (0u32..).zip(&rows) {
        let known = row.entry.as_ref().err();
        known.into_iter().flatten().for_each(|fault| faults.add(at, || fault.clone()));
    }
    let Ok(arranged) = arrange_rows(&rows.as_slice(), &mut faults, &mut unwatched) else {
        return rows;
    };
    for same in faults.kept().chunk_by(|(one, _), (other, _)| one == other) {
        let row = same.first().and_then(|(at, _)| rows.get_mut(*at as usize));
        if let Some(row) = row {
            row.entry = Err(same.iter().map(|(_, fault)| fault.clone()).collect());
        }
    }
    let mut places: Vec<Option<OrgRowIn>> = rows.into_iter().map(Some).collect();
    let mut take = |at: u32| places.get_mut(at as usize).and_then(Option::take);
    arranged.order.into_iter().filter_map(&mut take).collect()
}

impl OrgRows for &[OrgRowIn] {
    fn len(&self) -> u32 {
        u32::try_from(<[OrgRowIn]>::len(self)).unwrap_or(u32::MAX)
    }

    fn line(&self, at: u32) -> usize {
        self.get(at as usize).map_or(0, |row| row.row)
    }

    fn code(&self, at: u32) -> &str {
        self.get(at as usize).map_or("", |row| &row.shown.code)
    }

    fn full_name(&self, at: u32) -> &str {
        self.get(at as usize).map_or("", |row| &row.shown.full_name)
    }

    fn superior(&self, at: u32) -> &str {
        self.get(at as usize).map_or("", |row| &row.shown.superior)
    }

    fn kind(&self, at: u32) -> Option<OrgKind> {
        self.get(at as usize).and_then(|row| row.entry.as_ref().ok()?.kind)
    }
}

#[cfg(test)]
mod tests;
