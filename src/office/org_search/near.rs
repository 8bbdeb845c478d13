//! What comes near, where nothing fits.

use super::ground::Region;
use super::{Source, Trouble, Wanted, Work};
use crate::directory::{Query, Why};
use crate::domain::org_search::{Likeness, MOST_NEAR, OrgSuggestion};

/// Names that are checked at most for suggestions.
pub(super) const SUGGESTION_CHECKS: u32 = 40_000;

/// Hits that are shown of each suggestion.
pub(super) const SUGGESTED: usize = 5;

/// Terms beyond which no search without one of them is tried in the database alone.
const MOST_TERMS: usize = 4;

impl Work<'_, '_> {
    /// What comes near, where nothing fits.
    pub(super) fn suggestions(
        &mut self,
        wanted: &mut Wanted<'_>,
    ) -> Result<Vec<OrgSuggestion>, Trouble> {
        let Some(directory) = self.ground.directory else { return self.without_terms(wanted) };
        let mut near = Vec::new();
        let text = self.query.clone();
        let number = |region: &Option<Region>| region.as_ref().and_then(|r| r.no);
        let question = Query {
            text: &text,
            kind: self.search.kind,
            under: number(&self.ground.under),
            home: number(&self.ground.home),
            recent: &[],
            limit: MOST_NEAR,
        };
        for suggestion in directory.suggest_for(question, SUGGESTION_CHECKS)? {
            let likeness = likeness_of(suggestion.why);
            let mut rows = Vec::new();
            for no in suggestion.rows.iter().take(SUGGESTED) {
                rows.extend(self.shown_number(*no)?);
            }
            near.push(OrgSuggestion { likeness, rows, n: suggestion.rows.len() });
        }
        Ok(near)
    }

    /// The same for the database alone: what fits without one of the terms.
    fn without_terms(&mut self, wanted: &mut Wanted<'_>) -> Result<Vec<OrgSuggestion>, Trouble> {
        let n = self.query.terms().len();
        let mut near = Vec::new();
        if !(2..=MOST_TERMS).contains(&n) {
            return Ok(near);
        }
        for (i, term) in self.query.terms().iter().enumerate() {
            let Some(found) = self.scan(&self.query.without(i), wanted)? else { break };
            let mut rows = Vec::new();
            for (_, source) in found.iter().take(SUGGESTED) {
                if let Source::Row(id) = source {
                    rows.extend(self.recogniser.row(*id)?.map(|known| known.hit));
                }
            }
            let likeness = Likeness::Without(term.typed().to_owned());
            near.push(OrgSuggestion { likeness, rows, n: found.len().min(MOST_NEAR) });
        }
        near.retain(|suggestion| !suggestion.rows.is_empty());
        Ok(near)
    }
}

/// Why the directory suggests something.
pub(super) fn likeness_of(why: Why) -> Likeness {
    match why {
        Why::WithoutTerm(term) => Likeness::Without(term),
        Why::NearlySpelled => Likeness::Spelled,
        Why::InOrder => Likeness::InOrder,
    }
}
