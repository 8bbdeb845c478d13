//! Searching the directory.
//!
//! Hits come in the order of nearness, then those below the own region, then those used recently,
//! then by rank. One pass is made for each nearness and region, each in the order of rank, and the
//! search stops as soon as it has enough. A pass goes through candidates only, and compares each
//! with the query, so that the answer is that of a plain scan.

use std::borrow::Cow;
use std::ops::Range;

use crate::domain::name_search::{NameQuery, Nearness, folded};
use crate::domain::organisation::OrgKind;

use super::fault::DirectoryFault;
use super::file::Key;
use super::node::Node;
use super::plan::TermPlan;
use super::walk::{Checks, Next, Walk, common, holds, without};
use super::{Directory, OrgNo};

/// What is looked for, and where.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// What was typed; an empty one finds everything.
    pub text: &'a NameQuery,
    /// Only organisations of this kind.
    pub kind: Option<OrgKind>,
    /// Only this organisation and those below it.
    pub under: Option<OrgNo>,
    /// This organisation and those below it come first among equally near ones.
    pub home: Option<OrgNo>,
    /// These come first among equally near ones, after home is taken into account.
    pub recent: &'a [OrgNo],
    /// No more than so many.
    pub limit: usize,
}

/// What was found, the best first.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Hits {
    /// The organisations.
    pub rows: Vec<OrgNo>,
    /// Whether there are more than these, or may be as long as the search is unfinished.
    pub more: bool,
}

/// Whether a search goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// There may be more.
    Unfinished,
    /// Everything that was wanted is found.
    Done,
}

/// One search. It is advanced in slices, so that a key pressed meanwhile is never kept waiting.
#[derive(Debug)]
pub struct Search<'a> {
    directory: &'a Directory,
    query: Query<'a>,
    prepared: Option<Prepared<'a>>,
    rows: Vec<OrgNo>,
    done: bool,
}

/// What a search needs before its first pass.
#[derive(Debug)]
struct Prepared<'a> {
    terms: Vec<TermPlan<'a>>,
    /// Whether a code can match, so that codes are read.
    codes: bool,
    /// Where each pass looks: below home and elsewhere, or everywhere.
    regions: Vec<Vec<Range<u32>>>,
    recent: Vec<Recent>,
    pass: usize,
    walk: Option<Walk<'a>>,
}

/// A recently used organisation that matches.
#[derive(Debug)]
struct Recent {
    row: u32,
    nearness: Nearness,
    region: usize,
}

/// All of them, best first.
const NEARNESSES: [Nearness; 5] = [
    Nearness::Whole,
    Nearness::Prefix,
    Nearness::Substring,
    Nearness::SoundPrefix,
    Nearness::Sound,
];

/// What opening a pass counts as.
const CHECKS_OF_PASS: u32 = 20;

impl Directory {
    /// Begins a search; nothing is read yet.
    pub const fn search<'a>(&'a self, query: Query<'a>) -> Search<'a> {
        Search { directory: self, query, prepared: None, rows: Vec::new(), done: false }
    }
}

impl<'a> Search<'a> {
    /// Goes on for so many checks, of which comparing one name is one: 10,000 take about 8 ms.
    ///
    /// # Errors
    /// A part of the directory that cannot be read.
    pub fn advance(&mut self, checks: u32) -> Result<Step, DirectoryFault> {
        let mut prepared = match self.prepared.take() {
            Some(prepared) => prepared,
            None => Prepared::new(self.directory, self.query)?,
        };
        let mut checks = Checks(checks.max(1));
        while !self.done && !checks.are_spent() {
            self.go_on(&mut prepared, &mut checks)?;
        }
        self.prepared = Some(prepared);
        Ok(if self.done { Step::Done } else { Step::Unfinished })
    }

    /// The best so far.
    pub fn hits(&self) -> Hits {
        let rows = self.rows.iter().take(self.query.limit).copied().collect();
        Hits { rows, more: self.rows.len() > self.query.limit || !self.done }
    }

    /// Searches to the end, however long it takes.
    ///
    /// # Errors
    /// As [`Self::advance`].
    pub fn finish(mut self) -> Result<Hits, DirectoryFault> {
        while self.advance(u32::MAX)? == Step::Unfinished {}
        Ok(self.hits())
    }

    /// Opens a pass, or goes through some of one.
    fn go_on(
        &mut self,
        prepared: &mut Prepared<'a>,
        checks: &mut Checks,
    ) -> Result<(), DirectoryFault> {
        let Some((nearness, region)) = prepared.present() else {
            self.done = true;
            return Ok(());
        };
        let Some(mut walk) = prepared.walk.take() else {
            checks.spend(CHECKS_OF_PASS);
            self.rows.extend(prepared.recent_of(nearness, region));
            prepared.open(self.query, self.directory, nearness, region)?;
            return Ok(());
        };
        while self.rows.len() <= self.query.limit {
            match walk.next(checks) {
                Next::Row(row) => {
                    checks.spend(1);
                    if prepared.fits(self.query, self.directory, row, nearness)? {
                        self.rows.push(OrgNo(row));
                    }
                }
                Next::Paused => {
                    prepared.walk = Some(walk);
                    return Ok(());
                }
                Next::End => {
                    prepared.pass += 1;
                    return Ok(());
                }
            }
        }
        self.done = true;
        Ok(())
    }
}

impl<'a> Prepared<'a> {
    fn new(directory: &'a Directory, query: Query<'a>) -> Result<Self, DirectoryFault> {
        let plans = query.text.terms().iter().map(|term| TermPlan::new(directory, term));
        let terms: Vec<_> = plans.collect::<Result<_, _>>()?;
        let codes = terms.iter().any(|term| term.codes().is_some());
        let regions = regions(directory, query)?;
        let mut prepared = Self { terms, codes, regions, recent: Vec::new(), pass: 0, walk: None };
        prepared.recent = prepared.recent_matches(directory, query)?;
        Ok(prepared)
    }

    fn recent_matches(
        &self,
        directory: &Directory,
        query: Query<'_>,
    ) -> Result<Vec<Recent>, DirectoryFault> {
        let mut rows: Vec<u32> = query.recent.iter().map(|no| no.0).collect();
        rows.sort_unstable();
        rows.dedup();
        let mut found = Vec::new();
        for row in rows {
            let Some(region) = self.regions.iter().position(|region| holds(region, row)) else {
                continue;
            };
            let fits = query.kind.is_none_or(|kind| directory.kind(OrgNo(row)) == Ok(kind));
            let nearness = self.nearness(directory, row, Nearness::Sound)?;
            if let Some(nearness) = nearness.filter(|_| fits) {
                found.push(Recent { row, nearness, region });
            }
        }
        Ok(found)
    }

    /// The pass that is being made.
    fn present(&self) -> Option<(Nearness, usize)> {
        let regions = self.regions.len();
        let nearness = NEARNESSES.get(self.pass.checked_div(regions)?)?;
        Some((*nearness, self.pass % regions))
    }

    fn recent_of(&self, nearness: Nearness, region: usize) -> impl Iterator<Item = OrgNo> {
        let fits = move |recent: &&Recent| recent.nearness == nearness && recent.region == region;
        self.recent.iter().filter(fits).map(|recent| OrgNo(recent.row))
    }

    /// Begins to walk through the candidates of a pass, or leaves it out.
    fn open(
        &mut self,
        query: Query<'_>,
        directory: &'a Directory,
        nearness: Nearness,
        region: usize,
    ) -> Result<(), DirectoryFault> {
        let region = self.regions.get(region).cloned().unwrap_or_default();
        let node = match self.node(directory, nearness)? {
            Some(node) if !region.is_empty() => of_kind(directory, query.kind, node)?,
            Some(_) | None => None,
        };
        match node {
            Some(node) => self.walk = Some(Walk::new(node, region)),
            None => self.pass += 1,
        }
        Ok(())
    }

    /// Those whose worst term can match with just this nearness.
    fn node(
        &mut self,
        directory: &'a Directory,
        nearness: Nearness,
    ) -> Result<Option<Node<'a>>, DirectoryFault> {
        match self.terms.as_mut_slice() {
            [] => {
                let everyone = Node::range(0..directory.len());
                Ok((nearness == Nearness::Whole).then_some(everyone))
            }
            [only] => only.exactly(nearness),
            several => together(several, nearness),
        }
    }

    fn fits(
        &self,
        query: Query<'_>,
        directory: &Directory,
        row: u32,
        nearness: Nearness,
    ) -> Result<bool, DirectoryFault> {
        if self.recent.iter().any(|recent| recent.row == row) {
            return Ok(false);
        }
        if let Some(kind) = query.kind
            && directory.kind(OrgNo(row))? != kind
        {
            return Ok(false);
        }
        if nearness <= Nearness::Substring && !self.codes {
            let name = directory.name_bytes(OrgNo(row))?;
            if self.terms.iter().any(|plan| plan.term().is_absent_from(name)) {
                return Ok(false);
            }
        }
        match self.terms.as_slice() {
            [only] => {
                let (name, code) = self.folded(directory, row)?;
                Ok(only.term().is_just(nearness, &name, &code))
            }
            _ => Ok(self.nearness(directory, row, nearness)? == Some(nearness)),
        }
    }

    fn folded<'d>(
        &self,
        directory: &'d Directory,
        row: u32,
    ) -> Result<(Cow<'d, str>, Cow<'d, str>), DirectoryFault> {
        let code = if self.codes { directory.code(OrgNo(row))? } else { "" };
        Ok((folded(directory.name(OrgNo(row))?), folded(code)))
    }

    /// How near an organisation is, as far as it is at least so near.
    fn nearness(
        &self,
        directory: &Directory,
        row: u32,
        limit: Nearness,
    ) -> Result<Option<Nearness>, DirectoryFault> {
        let (name, code) = self.folded(directory, row)?;
        let mut worst = Nearness::Whole;
        for plan in &self.terms {
            let found = if limit <= Nearness::Substring {
                plan.term().literal_nearness(&name, &code)
            } else {
                plan.term().nearness(&name, &code)
            };
            let Some(found) = found else { return Ok(None) };
            worst = worst.max(found);
        }
        Ok(Some(worst))
    }
}

/// Those of a kind; a kind that nobody has finds nobody.
pub(super) fn of_kind<'a>(
    directory: &'a Directory,
    kind: Option<OrgKind>,
    node: Node<'a>,
) -> Result<Option<Node<'a>>, DirectoryFault> {
    let Some(kind) = kind else { return Ok(Some(node)) };
    let list = directory.list(Key::Kind(kind))?;
    Ok(list.and_then(|list| Node::all([node, Node::List(list)])))
}

/// Where to look: below home first, then everywhere else below `under`.
pub(super) fn regions(
    directory: &Directory,
    query: Query<'_>,
) -> Result<Vec<Vec<Range<u32>>>, DirectoryFault> {
    let everyone = 0..directory.len();
    let under = match query.under {
        Some(under) => directory.below(under)?,
        None => vec![everyone],
    };
    let Some(home) = query.home else { return Ok(vec![under]) };
    let home = directory.below(home)?;
    Ok(vec![common(&under, &home), without(&under, &home)])
}

/// Those that match all terms, at least one of them with just this nearness.
fn together<'a>(
    terms: &mut [TermPlan<'a>],
    nearness: Nearness,
) -> Result<Option<Node<'a>>, DirectoryFault> {
    let mut any = false;
    for term in terms.iter_mut() {
        any |= term.exactly(nearness)?.is_some();
    }
    let mut nodes = Vec::new();
    for term in terms.iter_mut() {
        match term.up_to(nearness)? {
            Some(node) if any => nodes.push(node),
            Some(_) | None => return Ok(None),
        }
    }
    if nearness <= Nearness::Prefix {
        match by_codes(terms) {
            Some(more) => nodes.extend(more),
            None => return Ok(None),
        }
    }
    Ok(Node::all(nodes))
}

/// A name cannot begin with each of two terms unless one begins with the other, so one of the two
/// must be the beginning of the code; nothing where that cannot be.
fn by_codes<'a>(terms: &[TermPlan<'a>]) -> Option<Vec<Node<'a>>> {
    let mut nodes = Vec::new();
    for (at, term) in terms.iter().enumerate() {
        for other in terms.iter().skip(at + 1).filter(|other| !agree(term, other)) {
            let codes = term.codes().into_iter().chain(other.codes()).cloned();
            nodes.push(Node::any(codes)?);
        }
    }
    Some(nodes)
}

/// Whether a name can begin with both.
fn agree(term: &TermPlan<'_>, other: &TermPlan<'_>) -> bool {
    let texts = |plan: &TermPlan<'_>| -> Vec<String> {
        plan.term().spellings().iter().map(|s| s.text().to_owned()).collect()
    };
    let others = texts(other);
    let agrees = |a: &String| others.iter().any(|b| a.starts_with(b) || b.starts_with(a));
    texts(term).iter().any(agrees)
}

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
