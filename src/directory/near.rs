//! What may have been meant where nothing was found: one term too many, one slip of typing, or
//! characters with others left out between them.

use std::ops::Range;

use crate::domain::name_search::{NameQuery, Term, folded};

use super::fault::DirectoryFault;
use super::node::Node;
use super::plan::{At, TermPlan, characters, has_dots, text};
use super::search::{Query, Step, of_kind, regions};
use super::walk::{Checks, Next, Walk};
use super::{Directory, OrgNo};

/// So many organisations of each kind of suggestion, where nobody says otherwise.
const FEW: usize = 5;

/// In a shorter term a slip leaves too little to go by.
const SHORTEST_MISSPELLED: usize = 3;

/// One character cannot have others between.
const SHORTEST_WITH_GAPS: usize = 2;

/// Organisations that may have been meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suggestion {
    /// The organisations, the likeliest first.
    pub rows: Vec<OrgNo>,
    /// In which way they differ from what was typed.
    pub why: Why,
}

/// In which way organisations differ from what was typed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Why {
    /// They match all terms but this one.
    WithoutTerm(String),
    /// One character is wrong, missing or too many.
    NearlySpelled,
    /// They have the characters in this order, with others between.
    InOrder,
}

impl Directory {
    /// What may have been meant by a text that nothing matches, after at most so many checks; a
    /// few organisations for each way to be wrong. What is found by then is returned.
    ///
    /// # Errors
    /// A part of the directory that cannot be read.
    pub fn suggest(&self, text: &str, checks: u32) -> Result<Vec<Suggestion>, DirectoryFault> {
        let text = NameQuery::parse(text);
        let query =
            Query { text: &text, kind: None, under: None, home: None, recent: &[], limit: FEW };
        self.suggest_for(query, checks)
    }

    /// As [`Self::suggest`], for a query with its synonyms, its kind, its place and its limit.
    ///
    /// # Errors
    /// As [`Self::suggest`].
    pub fn suggest_for(
        &self,
        query: Query<'_>,
        checks: u32,
    ) -> Result<Vec<Suggestion>, DirectoryFault> {
        let share = checks / 3;
        let mut found = self.without_a_term(query, share)?;
        found.extend(self.nearly_spelled(query, share)?);
        let known: Vec<OrgNo> = found.iter().flat_map(|s| s.rows.iter().copied()).collect();
        found.extend(self.in_order(query, &known, share)?);
        Ok(found)
    }

    /// The term of which the least was typed is the first to be doubted.
    fn without_a_term(
        &self,
        query: Query<'_>,
        checks: u32,
    ) -> Result<Vec<Suggestion>, DirectoryFault> {
        let terms = query.text.terms();
        if terms.len() < 2 {
            return Ok(Vec::new());
        }
        let mut order: Vec<usize> = (0..terms.len()).collect();
        order.sort_by_key(|index| terms.get(*index).map_or(0, length));
        let share = checks / order.len() as u32;
        let mut found = Vec::new();
        for (index, term) in order.into_iter().filter_map(|index| Some((index, terms.get(index)?)))
        {
            let text = query.text.without(index);
            let rows = self.best_of(Query { text: &text, ..query }, share)?;
            if !rows.is_empty() {
                found.push(Suggestion { rows, why: Why::WithoutTerm(term.typed().to_owned()) });
            }
        }
        Ok(found)
    }

    fn best_of(&self, query: Query<'_>, checks: u32) -> Result<Vec<OrgNo>, DirectoryFault> {
        let mut search = self.search(query);
        let _step: Step = search.advance(checks)?;
        Ok(search.hits().rows)
    }

    fn nearly_spelled(
        &self,
        query: Query<'_>,
        checks: u32,
    ) -> Result<Option<Suggestion>, DirectoryFault> {
        let terms = query.text.terms();
        let doubtful = |(_, term): &(usize, &Term)| is_text(term, SHORTEST_MISSPELLED);
        let doubtful: Vec<_> = terms.iter().enumerate().filter(doubtful).collect();
        let share = checks / (doubtful.len() as u32).max(1);
        let mut rows = Vec::new();
        for (index, term) in doubtful {
            let Some(node) = self.with_half(term.typed())? else { continue };
            let sought = Sought { query, others: query.text.without(index), known: &[] };
            let wanted: Vec<char> = term.typed().chars().collect();
            let is_near = |name: &str| is_one_slip_away(&wanted, name).then_some(0);
            rows.extend(sought.gather(self, node, share, Stop::AtLimit, is_near)?);
        }
        rows.sort_unstable();
        rows.dedup();
        Ok(suggestion(rows, query.limit, Why::NearlySpelled))
    }

    /// One slip leaves one half of a term as it is.
    fn with_half(&self, term: &str) -> Result<Option<Node<'_>>, DirectoryFault> {
        let chars: Vec<char> = term.chars().collect();
        let (first, second) = chars.split_at(chars.len() / 2);
        let mut nodes = Vec::new();
        for half in [first, second] {
            nodes.extend(text(self, &half.iter().collect::<String>(), At::Anywhere)?);
        }
        Ok(Node::any(nodes))
    }

    /// All terms may have gaps at once: whoever leaves characters out does so everywhere.
    fn in_order(
        &self,
        query: Query<'_>,
        known: &[OrgNo],
        checks: u32,
    ) -> Result<Option<Suggestion>, DirectoryFault> {
        let gappy = |term: &&Term| is_text(term, SHORTEST_WITH_GAPS);
        let texts: Vec<&str> = query.text.terms().iter().filter(gappy).map(Term::typed).collect();
        let others = query.text.terms().iter().enumerate().filter(|(_, term)| !gappy(term));
        let others = query.text.only(others.map(|(index, _)| index));
        let mut nodes = Vec::new();
        for text in &texts {
            match characters(self, text)? {
                Some(node) => nodes.push(node),
                None => return Ok(None),
            }
        }
        let Some(node) = Node::all(nodes) else { return Ok(None) };
        let wanted: Vec<Vec<char>> = texts.iter().map(|text| text.chars().collect()).collect();
        let in_all =
            |name: &str| wanted.iter().try_fold(0, |sum, term| Some(sum + gaps(term, name)?));
        let sought = Sought { query, others, known };
        let rows = sought.gather(self, node, checks, Stop::AtEnd, in_all)?;
        Ok(suggestion(rows, query.limit, Why::InOrder))
    }
}

/// Terms that a suggestion must match as always, and where it may come from.
struct Sought<'a> {
    query: Query<'a>,
    others: NameQuery,
    known: &'a [OrgNo],
}

/// When enough is found.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The first are the best.
    AtLimit,
    /// A better one may come last.
    AtEnd,
}

impl Sought<'_> {
    /// The candidates that a function gives a distance to, the smallest distance first.
    fn gather(
        &self,
        directory: &Directory,
        node: Node<'_>,
        checks: u32,
        stop: Stop,
        distance: impl Fn(&str) -> Option<u32>,
    ) -> Result<Vec<(u32, OrgNo)>, DirectoryFault> {
        let mut found: Vec<(u32, OrgNo)> = Vec::new();
        let Some(node) = self.node(directory, node)? else { return Ok(found) };
        let mut walk = Walk::new(node, self.mask(directory)?);
        let mut checks = Checks(checks);
        while let Next::Row(row) = walk.next(&mut checks) {
            checks.spend(1);
            let no = OrgNo(row);
            let name = directory.name(no)?;
            let Some(distance) = distance(&folded(name)) else { continue };
            if self.fits(directory, no, name)? {
                found.push((distance, no));
            }
            if stop == Stop::AtLimit && found.len() >= self.query.limit {
                break;
            }
        }
        found.sort_unstable();
        Ok(found)
    }

    fn node<'d>(
        &self,
        directory: &'d Directory,
        node: Node<'d>,
    ) -> Result<Option<Node<'d>>, DirectoryFault> {
        let mut nodes = vec![node];
        for term in self.others.terms() {
            if let [only] = term.spellings()
                && !only.has_letter()
                && TermPlan::new(directory, term)?.codes().is_none()
                && !has_dots(directory)
            {
                let Some(literal) = text(directory, only.text(), At::Anywhere)? else {
                    return Ok(None);
                };
                nodes.push(literal);
            }
        }
        Node::all(nodes).map_or(Ok(None), |node| of_kind(directory, self.query.kind, node))
    }

    fn mask(&self, directory: &Directory) -> Result<Vec<Range<u32>>, DirectoryFault> {
        let all = regions(directory, Query { home: None, ..self.query })?;
        Ok(all.into_iter().flatten().collect())
    }

    fn fits(&self, directory: &Directory, no: OrgNo, name: &str) -> Result<bool, DirectoryFault> {
        let of_kind = match self.query.kind {
            Some(kind) => directory.kind(no)? == kind,
            None => true,
        };
        let matches = || Ok(self.others.matches(name, directory.code(no)?).is_some());
        Ok(of_kind && !self.known.contains(&no) && matches()?)
    }
}

fn suggestion(rows: Vec<(u32, OrgNo)>, limit: usize, why: Why) -> Option<Suggestion> {
    let rows: Vec<OrgNo> = rows.into_iter().take(limit).map(|(_, no)| no).collect();
    (!rows.is_empty()).then_some(Suggestion { rows, why })
}

fn length(term: &Term) -> usize {
    term.typed().chars().count()
}

/// Whether a term is text of some length; letters are spelt by sound, where slips differ.
fn is_text(term: &Term, shortest: usize) -> bool {
    length(term) >= shortest && !term.typed().contains(|c: char| c.is_ascii_lowercase())
}

/// Whether some part of a name becomes the term by changing, adding or leaving out one character.
fn is_one_slip_away(term: &[char], name: &str) -> bool {
    let mut column: Vec<usize> = (0..=term.len()).collect();
    for c in name.chars() {
        let mut diagonal = 0;
        let mut above = 0;
        for (wanted, cell) in term.iter().zip(column.iter_mut().skip(1)) {
            let best = (diagonal + usize::from(*wanted != c)).min(above + 1).min(*cell + 1);
            diagonal = std::mem::replace(cell, best);
            above = best;
        }
        if column.last().is_some_and(|slips| *slips <= 1) {
            return true;
        }
    }
    false
}

/// The fewest gaps with which a name has a term's characters in order; nothing where it has not.
fn gaps(term: &[char], name: &str) -> Option<u32> {
    /// For one beginning of the term: the fewest gaps with its last character right here, and
    /// anywhere up to here.
    #[derive(Clone, Copy)]
    struct Cell {
        here: Option<u32>,
        best: Option<u32>,
    }
    let mut cells = vec![Cell { here: None, best: None }; term.len()];
    for c in name.chars() {
        let mut before: Option<Cell> = None;
        for (place, (wanted, cell)) in term.iter().zip(cells.iter_mut()).enumerate() {
            let old = *cell;
            cell.here = match before {
                _ if *wanted != c => None,
                None if place == 0 => Some(0),
                None => None,
                Some(before) => {
                    let after_gap = before.best.map(|gaps| gaps + 1);
                    before.here.into_iter().chain(after_gap).min()
                }
            };
            cell.best = cell.here.into_iter().chain(old.best).min();
            before = Some(old);
        }
    }
    cells.last().and_then(|cell| cell.best)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_slip_is_forgiven_and_two_are_not() {
        let near = |term: &str, name: &str| {
            is_one_slip_away(&term.chars().collect::<Vec<_>>(), &folded(name))
        };
        for term in ["李公仆小学", "李公小学", "李公朴的小学", "李公朴小学", "公朴小学", "学李公朴"]
        {
            assert!(near(term, "常州市李公朴小学团支部"), "{term}");
        }
        for term in ["李公仆中学", "李大学院", "朴公李小学"] {
            assert!(!near(term, "常州市李公朴小学团支部"), "{term}");
        }
    }

    #[test]
    fn gaps_are_counted_the_kindest_way() {
        let count = |term: &str, name: &str| gaps(&term.chars().collect::<Vec<_>>(), name);
        let name = "常州市武进区李公朴小学";
        assert_eq!(count("常武李公朴", name), Some(2));
        assert_eq!(count("常州市", name), Some(0));
        assert_eq!(count("常小", name), Some(1));
        assert_eq!(count("朴常", name), None);
        assert_eq!(count("甲乙", "甲丙甲乙"), Some(0));
        assert_eq!(count("甲乙丙", "甲乙甲丙乙丙"), Some(1));
        assert_eq!(count("", name), None);
    }
}
