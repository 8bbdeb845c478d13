//! Which column of a sheet holds what: headers in any order, under their usual names.

mod fault;
mod known;

use super::fault::masked_where_id;
use super::sheet::{Cell, SheetRow};
use super::sheet_file::SheetRows;
use crate::domain::id_number::normal_form;
use crate::domain::intake::letters;
use known::{fingerprint, is_official, recall};

pub use fault::{ColumnFault, ReadFault};
pub use known::{Survey, survey};

/// Within how many rows with content the header must stand: titles and notes come before it.
const HEADER_WITHIN: usize = 10;
/// Within how many rows with content a header is looked for that somebody chose.
const CHOSEN_WITHIN: usize = 200;
/// How many known headers make a row the header. One alone may be a title.
const KNOWN_AT_LEAST: usize = 2;
/// What the user gives for a column that shall not be read.
const IGNORE: [&str; 2] = ["忽略", "ignore"];

/// A kind of column that an import knows.
pub trait KnownField: Copy + Eq + std::fmt::Debug + 'static {
    /// Every field with its names.
    fn specs() -> &'static [FieldSpec<Self>];

    /// Headers that are usual and carry nothing that is imported.
    fn ignored() -> &'static [&'static str];

    /// What a sheet of such columns is, as in 「团员名册」; none where that need not be said.
    fn register() -> Option<&'static str> {
        None
    }

    /// The names of this field.
    fn spec(self) -> Option<&'static FieldSpec<Self>> {
        Self::specs().iter().find(|spec| spec.field == self)
    }

    /// Our own name of this field, the first of its headers.
    fn label(self) -> &'static str {
        self.spec().and_then(|spec| spec.headers.first()).copied().unwrap_or_default()
    }
}

/// The names of a field.
#[derive(Debug)]
pub struct FieldSpec<F> {
    /// Which.
    pub field: F,
    /// Identifier for `--map COLUMN=FIELD` and for JSON.
    pub id: &'static str,
    /// Usual headers, our own first; an earlier one wins over a later one.
    pub headers: &'static [&'static str],
    /// Whether an import can do without.
    pub need: Need,
}

/// Whether an import can do without a column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It cannot.
    Required,
    /// It can.
    Optional,
}

/// What the user says about a column: `--map COLUMN=FIELD`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnOverride {
    /// Header, or the letters of the column such as `C`.
    pub column: String,
    /// Identifier or name of the field, or 「忽略」.
    pub field: String,
}

impl ColumnOverride {
    /// Parses `COLUMN=FIELD`.
    ///
    /// # Errors
    /// [`ColumnFault::Override`] where a side is missing.
    pub fn parse(text: &str) -> Result<Self, ColumnFault> {
        match text.rsplit_once('=') {
            Some((column, field)) if !column.trim().is_empty() && !field.trim().is_empty() => {
                Ok(Self { column: column.trim().to_owned(), field: field.trim().to_owned() })
            }
            Some(_) | None => Err(ColumnFault::Override(text.to_owned())),
        }
    }
}

/// A column that is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnmappedColumn {
    /// Position from zero.
    pub index: usize,
    /// Header as the file has it.
    pub header: String,
}

/// Where each field stands in a sheet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPlan<F> {
    /// Row number of the header in the file.
    pub header_row: usize,
    /// Fields with their columns from zero and their headers.
    pub matched: Vec<(F, usize, String)>,
    /// Columns whose header is not known, to be shown before the import.
    pub unmapped: Vec<UnmappedColumn>,
    /// What the header is known by, whatever its dress.
    pub fingerprint: String,
    /// What was said about columns, with the letters of each: `C=name`.
    pub said: Vec<String>,
    /// Whether that was said of the same header before, and not now.
    pub remembered: bool,
}

impl<F: KnownField> ColumnPlan<F> {
    /// The cell of a field; empty where the sheet has no such column.
    pub fn cell<'r>(&self, row: &'r SheetRow, field: F) -> &'r Cell {
        self.find(field).map_or(&Cell::Empty, |(_, column, _)| row.cell(*column))
    }

    /// The text of a field.
    pub fn text(&self, row: &SheetRow, field: F) -> String {
        self.cell(row, field).text()
    }

    /// The header of a field as the file has it, or our name for it.
    pub fn header(&self, field: F) -> String {
        self.find(field).map_or_else(|| field.label().to_owned(), |(_, _, header)| header.clone())
    }

    /// The column of a header or of a field's word, from zero.
    fn place_of(&self, column: &str) -> Option<usize> {
        let is = |(field, _, header): &&(F, usize, String)| {
            header == column || (header.is_empty() && field.label() == column)
        };
        self.matched.iter().find(is).map(|(_, index, _)| *index)
    }

    /// Whether the sheet has a column for the field.
    pub fn has(&self, field: F) -> bool {
        self.find(field).is_some()
    }

    /// Headers with what they are taken for, those not read last.
    pub fn shown(&self) -> Vec<(String, String)> {
        let known = self
            .matched
            .iter()
            .map(|(field, _, header)| (header.clone(), field.label().to_owned()));
        let left = self.unmapped.iter().map(|column| (column.header.clone(), String::new()));
        known.chain(left).collect()
    }

    fn find(&self, field: F) -> Option<&(F, usize, String)> {
        self.matched.iter().find(|(known, ..)| *known == field)
    }
}

/// Finds the header and what its columns hold; the next rows are the data. Where nothing is said
/// about columns, what was chosen for the same header before counts.
///
/// # Errors
/// As [`ColumnFault`] says, or where the first rows cannot be read.
pub fn recognise<F: KnownField>(
    rows: &mut SheetRows,
    overrides: &[ColumnOverride],
) -> Result<ColumnPlan<F>, ReadFault> {
    let (chosen, memory) = (rows.chosen_header(), rows.memory());
    let first = rows.look_ahead(chosen.map_or(HEADER_WITHIN, |_| CHOSEN_WITHIN))?;
    let recalled = if overrides.is_empty() { recall::<F>(first, chosen, &memory) } else { None };
    let (at, plan) = match recalled {
        Some((at, overrides)) => {
            let plan = plan_at(first, at, &overrides)?;
            (at, ColumnPlan { remembered: true, ..plan })
        }
        None => {
            let at = header_of::<F>(first, chosen, overrides)?;
            (at, plan_at(first, at, overrides)?)
        }
    };
    let header = first.get(at).cloned().unwrap_or_default();
    rows.skip(at + 1);
    rows.settle_mends(|column| plan.place_of(column).or_else(|| column_named(&header, column)));
    Ok(plan)
}

fn header_of<F: KnownField>(
    first: &[SheetRow],
    chosen: Option<usize>,
    overrides: &[ColumnOverride],
) -> Result<usize, ColumnFault> {
    match chosen {
        Some(number) => {
            let at = first.iter().position(|row| row.number == number);
            at.ok_or(ColumnFault::NoSuchRow(number))
        }
        None => header_at::<F>(first, overrides),
    }
}

fn plan_at<F: KnownField>(
    first: &[SheetRow],
    at: usize,
    overrides: &[ColumnOverride],
) -> Result<ColumnPlan<F>, ColumnFault> {
    let header = first.get(at).ok_or_else(no_header::<F>)?;
    let plan = plan_of(header, overrides, &wishes_of::<F>(overrides)?)?;
    check_required(&plan, header)?;
    Ok(plan)
}

/// What a column is wished to be: a field, or nothing.
type Wish<F> = Option<F>;

fn wishes_of<F: KnownField>(overrides: &[ColumnOverride]) -> Result<Vec<Wish<F>>, ColumnFault> {
    overrides.iter().map(|given| wish_of(&given.field)).collect()
}

fn wish_of<F: KnownField>(given: &str) -> Result<Wish<F>, ColumnFault> {
    if IGNORE.contains(&given) {
        return Ok(None);
    }
    let spec = F::specs().iter().find(|spec| spec.id == given || spec.headers.contains(&given));
    spec.map(|spec| Some(spec.field)).ok_or_else(|| ColumnFault::UnknownField {
        given: given.to_owned(),
        allowed: F::specs().iter().map(|spec| spec.id).collect::<Vec<_>>().join("、"),
    })
}

fn header_at<F: KnownField>(
    first: &[SheetRow],
    overrides: &[ColumnOverride],
) -> Result<usize, ColumnFault> {
    let is_known = |cell: &Cell| {
        let header = canonical(&cell.text());
        rank_of::<F>(&header).is_some()
            || F::ignored().contains(&header.as_str())
            || overrides.iter().any(|o| canonical(&o.column) == header && !header.is_empty())
    };
    let known = |row: &SheetRow| row.cells.iter().filter(|cell| is_known(cell)).count();
    let register = F::register().filter(|_| first.iter().any(is_official));
    if let Some(register) = register {
        return Err(ColumnFault::Official(register));
    }
    first.iter().map(known).position(|n| n >= KNOWN_AT_LEAST).ok_or_else(no_header::<F>)
}

fn no_header<F: KnownField>() -> ColumnFault {
    let examples: Vec<_> =
        F::specs().iter().take(3).map(|spec| format!("「{}」", spec.field.label())).collect();
    ColumnFault::NoHeader(examples.join(""))
}

/// A header without blanks, stars and remarks in brackets: `*身份证号（必填）` is 身份证号.
fn canonical(header: &str) -> String {
    let narrow = normal_form(header);
    let bare = narrow.split(['(', '[', '【', ':']).next().unwrap_or_default();
    bare.trim_matches('*').to_owned()
}

/// The field of a header, and how good a name it is for it; lower is better.
fn rank_of<F: KnownField>(header: &str) -> Option<(F, usize)> {
    let rank = |spec: &FieldSpec<F>| spec.headers.iter().position(|known| *known == header);
    F::specs().iter().find_map(|spec| rank(spec).map(|rank| (spec.field, rank)))
}

fn plan_of<F: KnownField>(
    header: &SheetRow,
    overrides: &[ColumnOverride],
    wishes: &[Wish<F>],
) -> Result<ColumnPlan<F>, ColumnFault> {
    let wished = wished_columns(header, overrides, wishes)?;
    let mut plan = ColumnPlan {
        header_row: header.number,
        matched: vec![],
        unmapped: vec![],
        fingerprint: fingerprint(header),
        said: wished.iter().map(|(index, wish)| said_of(*index, *wish)).collect(),
        remembered: false,
    };
    plan.matched.extend(
        wished.iter().filter_map(|(index, wish)| {
            wish.map(|field| (field, *index, header.cell(*index).text()))
        }),
    );
    let by_wish = plan.matched.len();
    for (index, cell) in header.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
        if !wished.iter().any(|(taken, _)| *taken == index) {
            place(&mut plan, by_wish, index, cell.text())?;
        }
    }
    Ok(plan)
}

fn said_of<F: KnownField>(index: usize, wish: Wish<F>) -> String {
    let field = wish.and_then(KnownField::spec).map_or("ignore", |spec| spec.id);
    format!("{}={field}", letters(index))
}

fn wished_columns<F: KnownField>(
    header: &SheetRow,
    overrides: &[ColumnOverride],
    wishes: &[Wish<F>],
) -> Result<Vec<(usize, Wish<F>)>, ColumnFault> {
    let pairs = overrides.iter().zip(wishes);
    pairs
        .map(|(given, wish)| {
            let index = column_named(header, &given.column);
            index.map(|index| (index, *wish)).ok_or_else(|| ColumnFault::NoSuchColumn {
                given: given.column.clone(),
                present: joined(header),
            })
        })
        .collect()
}

/// The column with that header; else the one with those letters, `A` being the first.
fn column_named(header: &SheetRow, given: &str) -> Option<usize> {
    let wanted = canonical(given);
    let named = header.cells.iter().position(|cell| canonical(&cell.text()) == wanted);
    named.or_else(|| {
        let letters = wanted.len() <= 2 && wanted.bytes().all(|b| b.is_ascii_uppercase());
        let place = |sum: usize, b: u8| sum * 26 + usize::from(b - b'A') + 1;
        let index = wanted.bytes().filter(|_| letters).fold(0, place).checked_sub(1)?;
        (index < header.cells.len()).then_some(index)
    })
}

/// Puts a column where its header belongs. Of two columns for one field the better name wins and
/// the other is reported; the same name twice is nothing that a program may decide.
fn place<F: KnownField>(
    plan: &mut ColumnPlan<F>,
    by_wish: usize,
    index: usize,
    header: String,
) -> Result<(), ColumnFault> {
    let name = canonical(&header);
    let Some((field, rank)) = rank_of::<F>(&name) else {
        if !F::ignored().contains(&name.as_str()) {
            plan.unmapped.push(UnmappedColumn { index, header });
        }
        return Ok(());
    };
    let Some(at) = plan.matched.iter().position(|(known, ..)| *known == field) else {
        plan.matched.push((field, index, header));
        return Ok(());
    };
    let rival = plan.matched[at].clone();
    let rival_rank = rank_of::<F>(&canonical(&rival.2)).map_or(usize::MAX, |(_, rank)| rank);
    if at >= by_wish && rival_rank == rank {
        return Err(ColumnFault::Twice { header });
    }
    let loser = if at < by_wish || rival_rank < rank {
        (index, header)
    } else {
        plan.matched[at] = (field, index, header);
        (rival.1, rival.2)
    };
    plan.unmapped.push(UnmappedColumn { index: loser.0, header: loser.1 });
    Ok(())
}

fn check_required<F: KnownField>(
    plan: &ColumnPlan<F>,
    header: &SheetRow,
) -> Result<(), ColumnFault> {
    let required = F::specs().iter().filter(|spec| spec.need == Need::Required);
    let missing: Vec<_> =
        required.filter(|spec| !plan.has(spec.field)).map(|spec| spec.field.label()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(ColumnFault::Missing { missing: missing.join("」「"), present: joined(header) })
}

/// The texts of a row; it may be no header at all, but people with their numbers.
fn joined(header: &SheetRow) -> String {
    let texts = header.cells.iter().map(|cell| masked_where_id(&cell.shown()));
    texts.filter(|text| !text.is_empty()).collect::<Vec<_>>().join("、")
}

#[cfg(test)]
mod tests;
