//! The tree of a list: who stands below whom, and which rows make no tree.
//!
//! It works with numbers of rows and is lent their texts, so that a list of the whole country costs
//! some numbers a row. A short list in memory and a long one in a file are arranged by the same
//! rules, which say the same sentences.

use super::columns::KnownField;
use super::fault::RowFault;
use super::fields::OrgField;
use super::org_index::{Named, OrgIndex};
use crate::domain::organisation::OrgKind;
use crate::domain::progress::{Pace, Stopped, Watch};

/// In place of a row: none.
pub const NOBODY: u32 = u32::MAX;
/// How many names of a circle a sentence repeats.
const CIRCLE_SHOWN: usize = 5;

/// Rows of a list, by number from zero.
pub trait OrgRows {
    /// How many.
    fn len(&self) -> u32;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row in the file, from one.
    fn line(&self, at: u32) -> usize;

    /// Code as given, may be empty.
    fn code(&self, at: u32) -> &str;

    /// Full name as given.
    fn full_name(&self, at: u32) -> &str;

    /// Code or full name of the superior as given, empty for a root.
    fn superior(&self, at: u32) -> &str;

    /// Kind, where one was told.
    fn kind(&self, at: u32) -> Option<OrgKind>;
}

/// What is wrong with the rows of a list. Which rows are refused is known exactly; of the
/// sentences only so many are kept.
#[derive(Debug)]
pub struct Faults {
    kept: Vec<(u32, RowFault)>,
    most: usize,
    refused: Vec<bool>,
    n_refused: usize,
}

impl Faults {
    /// None yet, of which `most` will be kept.
    pub fn keeping(most: usize) -> Self {
        Self { kept: Vec::new(), most, refused: Vec::new(), n_refused: 0 }
    }

    /// Refuses a row. The fault is written out only where it is kept.
    pub fn add(&mut self, at: u32, fault: impl FnOnce() -> RowFault) {
        let place = at as usize;
        if self.refused.len() <= place {
            self.refused.resize(place + 1, false);
        }
        if let Some(refused) = self.refused.get_mut(place).filter(|refused| !**refused) {
            *refused = true;
            self.n_refused += 1;
        }
        if self.kept.len() < self.most {
            self.kept.push((at, fault()));
        }
    }

    /// Whether a row is refused.
    pub fn is_refused(&self, at: u32) -> bool {
        self.refused.get(at as usize).copied().unwrap_or_default()
    }

    /// How many rows are refused.
    pub fn n_refused(&self) -> usize {
        self.n_refused
    }

    /// The faults that were kept, each with its row by number, in the order of the rows.
    pub fn kept(&mut self) -> &[(u32, RowFault)] {
        self.kept.sort_by_key(|(at, _)| *at);
        &self.kept
    }
}

/// A list whose rows were put in order.
#[derive(Debug)]
pub struct Arranged {
    /// Every row, superiors before those below them, depth first, siblings as in the file. Rows
    /// that no root reaches come last.
    pub order: Vec<u32>,
    /// The row above each; [`NOBODY`] for a root and where the superior is not in the list.
    pub parents: Vec<u32>,
    /// Rows by code and by full name.
    pub index: OrgIndex,
}

/// Puts superiors before those below them, whatever the order in the file, and refuses what makes
/// no tree: a code twice, a full name twice without codes of their own, a circle, a kind that may not stand there. Rows below a
/// refused row are refused too, because they would have nowhere to stand.
///
/// A superior that is not in the file is left to be looked up elsewhere. Takes time in proportion to
/// the number of rows.
///
/// # Errors
/// Where the watch stops it.
pub fn arrange_rows(
    rows: &dyn OrgRows,
    faults: &mut Faults,
    watch: &mut Watch<'_>,
) -> Result<Arranged, Stopped> {
    let index = OrgIndex::build(rows, faults, watch)?;
    let mut pace = Pace::begin(watch, "核对上级", u64::from(rows.len()))?;
    let mut parents = Vec::with_capacity(rows.len() as usize);
    for at in 0..rows.len() {
        pace.step()?;
        parents.push(match index.superior(rows, rows.superior(at)) {
            Named::One(row) => row,
            Named::None => NOBODY,
            Named::Several => {
                refuse_superior(rows, faults, at, || {
                    let given = rows.superior(at);
                    format!(
                        "名单里有几行的全称都是「{given}」，分不清上级是哪一个。请改填上级的编号。"
                    )
                });
                NOBODY
            }
        });
    }
    let order = order_of(&parents, |child, parent| check_place(rows, faults, child, parent));
    let order = with_circles(rows, faults, &parents, order);
    Ok(Arranged { order, parents, index })
}

/// Refuses a row for its superior.
pub fn refuse_superior(
    rows: &dyn OrgRows,
    faults: &mut Faults,
    at: u32,
    sentence: impl FnOnce() -> String,
) {
    faults.add(at, || {
        let label = OrgField::Superior.label().to_owned();
        RowFault::from_sentence(rows.line(at), label, rows.superior(at), &sentence())
    });
}

/// Says that the row above has a fault of its own.
pub fn refuse_below(rows: &dyn OrgRows, faults: &mut Faults, child: u32, parent: u32) {
    refuse_superior(rows, faults, child, || {
        format!("上级在第 {} 行，那一行还有问题。请先改好那一行。", rows.line(parent))
    });
}

fn check_place(rows: &dyn OrgRows, faults: &mut Faults, child: u32, parent: u32) {
    if faults.is_refused(parent) {
        return refuse_below(rows, faults, child, parent);
    }
    let (Some(own), Some(above)) = (rows.kind(child), rows.kind(parent)) else { return };
    if !faults.is_refused(child) && !own.may_stand_below(above) {
        refuse_superior(rows, faults, child, || {
            let (own, above, line) = (own.label(), above.label(), rows.line(parent));
            format!("{own}不能直接在{above}下面，上级在第 {line} 行。请核对组织类别，或改上级。")
        });
    }
}

/// Rows from the roots down, depth first, siblings by number. Each row below another is told to
/// `seen` with the one above it. Rows that no root reaches are left out.
pub fn order_of(parents: &[u32], mut seen: impl FnMut(u32, u32)) -> Vec<u32> {
    let tree = Children::of(parents);
    let mut order = Vec::with_capacity(parents.len());
    let mut next = tree.first_root;
    while next != NOBODY {
        order.push(next);
        let parent = at(parents, next);
        if parent != NOBODY {
            seen(next, parent);
        }
        next = tree.after(parents, next);
    }
    order
}

/// First child and next sibling of every row.
struct Children {
    first_root: u32,
    first: Vec<u32>,
    next: Vec<u32>,
}

impl Children {
    fn of(parents: &[u32]) -> Self {
        let n = parents.len();
        let mut tree = Self { first_root: NOBODY, first: vec![NOBODY; n], next: vec![NOBODY; n] };
        // From the last to the first, so that the first is pushed in front of the others.
        let numbers = 0..u32::try_from(n).unwrap_or(NOBODY);
        for (child, parent) in numbers.zip(parents).rev() {
            let head = match tree.first.get_mut(*parent as usize) {
                Some(first) => first,
                None => &mut tree.first_root,
            };
            let sibling = std::mem::replace(head, child);
            if let Some(next) = tree.next.get_mut(child as usize) {
                *next = sibling;
            }
        }
        tree
    }

    /// The row after `row`: its first child, or the next sibling of the nearest row upwards.
    fn after(&self, parents: &[u32], row: u32) -> u32 {
        let child = at(&self.first, row);
        if child != NOBODY {
            return child;
        }
        let mut row = row;
        while row != NOBODY && at(&self.next, row) == NOBODY {
            row = at(parents, row);
        }
        if row == NOBODY { NOBODY } else { at(&self.next, row) }
    }
}

fn at(rows: &[u32], row: u32) -> u32 {
    rows.get(row as usize).copied().unwrap_or(NOBODY)
}

/// Whoever no root reaches stands in a circle or below one.
fn with_circles(
    rows: &dyn OrgRows,
    faults: &mut Faults,
    parents: &[u32],
    mut order: Vec<u32>,
) -> Vec<u32> {
    if order.len() == parents.len() {
        return order;
    }
    let (unreached, circles) = circles_of(parents, &order);
    let mut in_circle = vec![false; parents.len()];
    for circle in &circles {
        circle.iter().for_each(|row| in_circle[*row as usize] = true);
        refuse_circle(rows, faults, circle);
    }
    for row in unreached.iter().filter(|row| !in_circle[**row as usize]) {
        refuse_superior(rows, faults, *row, || {
            "上级那几行绕成了一圈，这一行没有地方放。请先改好那几行。".to_owned()
        });
    }
    order.extend(unreached);
    order
}

/// The rows that are not in the order, and the circles among them. Each row is walked once, because
/// a walk ends at a row that an earlier one has seen.
pub fn circles_of(parents: &[u32], order: &[u32]) -> (Vec<u32>, Vec<Vec<u32>>) {
    let mut seen = vec![false; parents.len()];
    order.iter().for_each(|row| seen[*row as usize] = true);
    let unreached: Vec<u32> =
        (0u32..).zip(&seen).filter(|(_, seen)| !**seen).map(|(row, _)| row).collect();
    let mut circles = Vec::new();
    for start in &unreached {
        let mut walk = Vec::new();
        let mut next = *start;
        while next != NOBODY && !std::mem::replace(&mut seen[next as usize], true) {
            walk.push(next);
            next = at(parents, next);
        }
        let closed = walk.iter().position(|walked| *walked == next);
        circles.extend(closed.map(|from| walk.split_off(from)));
    }
    (unreached, circles)
}

fn refuse_circle(rows: &dyn OrgRows, faults: &mut Faults, circle: &[u32]) {
    let named = circle
        .iter()
        .take(CIRCLE_SHOWN)
        .map(|row| format!("第 {} 行「{}」", rows.line(*row), rows.full_name(*row)));
    let named = named.collect::<Vec<_>>().join("、");
    let more = if circle.len() > CIRCLE_SHOWN { "等" } else { "" };
    let sentence = format!(
        "上级绕成了一圈：{named}{more} {} 行互为上级。请改正其中一行的上级。",
        circle.len()
    );
    for row in circle {
        refuse_superior(rows, faults, *row, || sentence.clone());
    }
}
