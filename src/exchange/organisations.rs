//! Organisations from a sheet, and the order in which a tree can be built from them.

use std::collections::{HashMap, VecDeque};

use super::columns::{ColumnOverride, ColumnPlan, KnownField, ReadFault, recognise};
use super::dates::month_of;
use super::fault::RowFault;
use super::fields::OrgField;
use super::sheet::SheetRow;
use super::sheet_file::SheetRows;
use crate::domain::organisation::{OrgEntry, OrgKind};
use crate::domain::phone::Phone;

/// Most characters of a full name; the longest official ones have about 60.
const NAME_LIMIT: usize = 120;
/// How many names of a circle a sentence repeats.
const CIRCLE_SHOWN: usize = 5;

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

fn read_row(plan: &ColumnPlan<OrgField>, row: &SheetRow) -> OrgRowIn {
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

/// Puts superiors before those below them, whatever the order in the file, and refuses what makes
/// no tree: a code or full name twice, a circle, a kind that may not stand there. Rows below a
/// refused row are refused too, because they would have nowhere to stand.
///
/// A superior that is not in the file is left for the store to look up; a row without one is a
/// root. Takes time in proportion to the number of rows. Refused rows that cannot be reached from
/// a root come last.
pub fn arrange(mut rows: Vec<OrgRowIn>) -> Vec<OrgRowIn> {
    let index = Index::build(&mut rows);
    let parents: Vec<Option<usize>> =
        rows.iter().map(|row| index.find(&row.shown.superior)).collect();
    let order = from_the_roots(&mut rows, &parents);
    let order = with_circles(&mut rows, &parents, order);
    let mut places: Vec<Option<OrgRowIn>> = rows.into_iter().map(Some).collect();
    order.into_iter().filter_map(|at| places.get_mut(at).and_then(Option::take)).collect()
}

/// Rows by code and by full name; the first of a name keeps it.
struct Index {
    by_code: HashMap<String, usize>,
    by_name: HashMap<String, usize>,
}

impl Index {
    fn build(rows: &mut [OrgRowIn]) -> Self {
        let mut index = Self {
            by_code: HashMap::with_capacity(rows.len()),
            by_name: HashMap::with_capacity(rows.len()),
        };
        for at in 0..rows.len() {
            let shown = rows[at].shown.clone();
            let code = claim(&mut index.by_code, &shown.code, at);
            let name = claim(&mut index.by_name, &shown.full_name, at);
            for (taken, field) in [(code, OrgField::Code), (name, OrgField::FullName)] {
                if let Some(first) = taken {
                    let first = rows[first].row;
                    refuse_twice(&mut rows[at], field, first);
                }
            }
        }
        index
    }

    /// A code goes before a name, as everywhere (cli.md).
    fn find(&self, superior: &str) -> Option<usize> {
        let known = |map: &HashMap<String, usize>| map.get(superior).copied();
        if superior.is_empty() {
            None
        } else {
            known(&self.by_code).or_else(|| known(&self.by_name))
        }
    }
}

/// The row that has the text already; none where it is now this row's or empty.
fn claim(map: &mut HashMap<String, usize>, text: &str, at: usize) -> Option<usize> {
    if text.is_empty() {
        return None;
    }
    let first = *map.entry(text.to_owned()).or_insert(at);
    (first != at).then_some(first)
}

fn refuse_twice(row: &mut OrgRowIn, field: OrgField, first: usize) {
    let (at, label) = (row.row, field.label());
    let value =
        if field == OrgField::Code { row.shown.code.clone() } else { row.shown.full_name.clone() };
    let sentence = format!("第 {first} 行和第 {at} 行的{label}相同。请只留一行，或改正其中一个。");
    refuse(row, field, &value, &sentence);
}

fn refuse(row: &mut OrgRowIn, field: OrgField, value: &str, sentence: &str) {
    let fault = RowFault::from_sentence(row.row, field.label().to_owned(), value, sentence);
    match &mut row.entry {
        Ok(_) => row.entry = Err(vec![fault]),
        Err(faults) => faults.push(fault),
    }
}

fn from_the_roots(rows: &mut [OrgRowIn], parents: &[Option<usize>]) -> Vec<usize> {
    let mut below: Vec<Vec<usize>> = vec![Vec::new(); rows.len()];
    let mut waiting = VecDeque::new();
    for (at, parent) in parents.iter().enumerate() {
        match parent {
            Some(parent) => below[*parent].push(at),
            None => waiting.push_back(at),
        }
    }
    let mut order = Vec::with_capacity(rows.len());
    while let Some(at) = waiting.pop_front() {
        order.push(at);
        for child in &below[at] {
            check_place(rows, *child, at);
            waiting.push_back(*child);
        }
    }
    order
}

fn check_place(rows: &mut [OrgRowIn], child: usize, parent: usize) {
    let line = rows[parent].row;
    let above = rows[parent].entry.as_ref().map(|entry| entry.kind).map_err(|_| ());
    let row = &mut rows[child];
    let given = row.shown.superior.clone();
    let Ok(above) = above else {
        let sentence = format!("上级在第 {line} 行，那一行还有问题。请先改好那一行。");
        return refuse(row, OrgField::Superior, &given, &sentence);
    };
    let own = row.entry.as_ref().ok().and_then(|entry| entry.kind);
    let (Some(own), Some(above)) = (own, above) else { return };
    if !own.may_stand_below(above) {
        let (own, above) = (own.label(), above.label());
        let sentence =
            format!("{own}不能直接在{above}下面，上级在第 {line} 行。请核对组织类别，或改上级。");
        refuse(row, OrgField::Superior, &given, &sentence);
    }
}

/// Whoever no root reaches stands in a circle or below one.
fn with_circles(
    rows: &mut [OrgRowIn],
    parents: &[Option<usize>],
    mut order: Vec<usize>,
) -> Vec<usize> {
    let mut seen = vec![false; rows.len()];
    order.iter().for_each(|at| seen[*at] = true);
    let unreached: Vec<usize> = (0..rows.len()).filter(|at| !seen[*at]).collect();
    let circles = circles_among(&unreached, parents, &mut seen);
    let mut in_circle = vec![false; rows.len()];
    for circle in &circles {
        circle.iter().for_each(|at| in_circle[*at] = true);
        refuse_circle(rows, circle);
    }
    for at in unreached.iter().filter(|at| !in_circle[**at]) {
        let given = rows[*at].shown.superior.clone();
        let sentence = "上级那几行绕成了一圈，这一行没有地方放。请先改好那几行。";
        refuse(&mut rows[*at], OrgField::Superior, &given, sentence);
    }
    order.extend(unreached);
    order
}

/// Follows superiors upwards. Each row is walked once, because a walk ends at a row that an
/// earlier one has seen.
fn circles_among(
    unreached: &[usize],
    parents: &[Option<usize>],
    seen: &mut [bool],
) -> Vec<Vec<usize>> {
    let mut circles = Vec::new();
    for start in unreached {
        let mut walk = Vec::new();
        let mut next = Some(*start);
        while let Some(at) = next.filter(|at| !seen[*at]) {
            seen[at] = true;
            walk.push(at);
            next = parents[at];
        }
        let closed = next.and_then(|at| walk.iter().position(|walked| *walked == at));
        circles.extend(closed.map(|from| walk.split_off(from)));
    }
    circles
}

fn refuse_circle(rows: &mut [OrgRowIn], circle: &[usize]) {
    let named = circle
        .iter()
        .take(CIRCLE_SHOWN)
        .map(|at| format!("第 {} 行「{}」", rows[*at].row, rows[*at].shown.full_name));
    let named = named.collect::<Vec<_>>().join("、");
    let more = if circle.len() > CIRCLE_SHOWN { "等" } else { "" };
    let sentence = format!(
        "上级绕成了一圈：{named}{more} {} 行互为上级。请改正其中一行的上级。",
        circle.len()
    );
    for at in circle {
        let given = rows[*at].shown.superior.clone();
        refuse(&mut rows[*at], OrgField::Superior, &given, &sentence);
    }
}

#[cfg(test)]
mod tests;
