//! The public directory alone, as anybody may search it.

use super::near::{SUGGESTED, SUGGESTION_CHECKS, likeness_of};
use super::{listed_hit, renamed};
use crate::directory::{Directory, DirectoryFault, OrgNo, Query};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::name_search::NameQuery;
use crate::domain::org_search::{MOST_HITS, MOST_NEAR, OrgHits, OrgSearch, OrgSuggestion, Within};
use crate::office::Places;
use crate::office::directory::unusable;
use crate::rules::usual_synonyms;

/// Whether there is a directory that anybody may search.
pub fn has_directory(places: &Places) -> bool {
    !Directory::generations(&places.data).is_empty()
}

/// Searches the newest directory alone: it is public, so nobody needs to sign in, and neither the
/// database nor a setting is read. Old names are those that the program came with.
///
/// # Errors
/// Where the directory cannot be used, or the organisation to look below is not in it.
pub fn search_directory(places: &Places, search: &OrgSearch) -> Result<OrgHits, Fault> {
    let newest = Directory::newest(&places.data)
        .unwrap_or(Err(DirectoryFault::Missing(Directory::file_name(0))));
    let directory = newest.map_err(unusable)?;
    let under = match &search.within {
        Within::Under(text) => {
            let found = directory.find(text).map_err(unusable)?;
            Some(found.ok_or_else(|| unknown_region(text))?)
        }
        Within::Nation | Within::Province | Within::City | Within::Mine | Within::Below(_) => None,
    };
    listed_hits(&directory, search, under).map_err(unusable)
}

fn listed_hits(
    directory: &Directory,
    search: &OrgSearch,
    under: Option<OrgNo>,
) -> Result<OrgHits, DirectoryFault> {
    let query = NameQuery::parse_with(&search.text, &usual_synonyms());
    let limit = search.limit.clamp(1, MOST_HITS);
    let (kind, text) = (search.kind, &query);
    let question = Query { text, kind, under, home: None, recent: &[], limit };
    let found = directory.search(question).finish()?;
    let mut hits = OrgHits {
        more: found.more,
        finished: true,
        synonyms: renamed(&query),
        n_listed: directory.len(),
        ..OrgHits::default()
    };
    for no in found.rows {
        hits.rows.push(listed_hit(directory, no)?);
    }
    if hits.rows.is_empty() && !query.is_empty() {
        let question = Query { limit: MOST_NEAR, ..question };
        for suggestion in directory.suggest_for(question, SUGGESTION_CHECKS)? {
            let n = suggestion.rows.len();
            let rows = suggestion.rows.iter().take(SUGGESTED);
            let rows = rows.map(|no| listed_hit(directory, *no)).collect::<Result<_, _>>()?;
            hits.suggestions.push(OrgSuggestion { likeness: likeness_of(suggestion.why), rows, n });
        }
    }
    Ok(hits)
}

fn unknown_region(text: &str) -> Fault {
    let sentence =
        format!("全国组织目录里没有「{text}」。请改成目录里的编号或全称，或去掉这个范围再查。");
    Fault::new(FaultKind::NotFound, sentence)
}
