//! Searching organisations: hits of the directory, mapped to rows of the database, merged with the
//! rows that the directory does not have as they are here.

mod ground;
mod near;
mod public;

pub use public::{has_directory, search_directory};

use std::ops::ControlFlow;

use self::ground::{Ground, Region};
use super::Session;
use super::directory::unusable;
use crate::directory::{Directory, DirectoryFault, OrgNo, Query, Step};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::OrgId;
use crate::domain::name_search::{NameQuery, Nearness, Score};
use crate::domain::org_search::{MOST_HITS, OrgHit, OrgHits, OrgSearch, Superior, Within};
use crate::domain::organisation::{OrgPath, OrgState};
use crate::store::{Recogniser, Scanned};

/// Names that are checked before somebody else may have a word: about 8 milliseconds.
const SLICE: u32 = 10_000;

/// Rows of the database between two looks at whether the search is still wanted.
const SCAN_STRIDE: usize = 4096;

/// What a search tells while it goes on.
pub enum Between {
    /// The first slice did not reach the end; this is the best so far.
    First(OrgHits),
    /// Another slice is done.
    Still,
}

/// Asked between the slices of a search whether it is still wanted.
pub type Wanted<'a> = dyn FnMut(Between) -> ControlFlow<()> + 'a;

/// What can go wrong: the directory's faults only take the directory out of the search.
enum Trouble {
    Directory(DirectoryFault),
    Other(Fault),
}

impl From<DirectoryFault> for Trouble {
    fn from(fault: DirectoryFault) -> Self {
        Self::Directory(fault)
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        Self::Other(fault)
    }
}

impl Session<'_> {
    /// Organisations by what people type, the nearest first; nothing where the search was broken
    /// off. Where the directory cannot be used, the database alone is searched, and the answer
    /// says so once.
    ///
    /// # Errors
    /// Where the organisation to look below is unknown, or the database cannot be read.
    pub fn search_organisations(
        &self,
        search: &OrgSearch,
        wanted: &mut Wanted<'_>,
    ) -> Result<Option<OrgHits>, Fault> {
        let (directory, warning) = self.directory_or_warning();
        let told = |hits: OrgHits, warning| OrgHits { warning, ..hits };
        match self.attempt(search, directory.as_deref(), wanted) {
            Ok(hits) => Ok(hits.map(|hits| told(hits, warning))),
            Err(Trouble::Other(fault)) => Err(fault),
            Err(Trouble::Directory(fault)) => {
                self.office.shelf.spoil(fault);
                let (_, warning) = self.directory_or_warning();
                match self.attempt(search, None, wanted) {
                    Ok(hits) => Ok(hits.map(|hits| told(hits, warning))),
                    Err(Trouble::Other(fault)) => Err(fault),
                    Err(Trouble::Directory(fault)) => Err(unusable(fault)),
                }
            }
        }
    }

    fn attempt(
        &self,
        search: &OrgSearch,
        directory: Option<&Directory>,
        wanted: &mut Wanted<'_>,
    ) -> Result<Option<OrgHits>, Trouble> {
        let ground = Ground::of(*self, search, directory)?;
        let mut work = Work {
            recogniser: self.desk().recogniser(),
            session: *self,
            query: NameQuery::parse_with(&search.text, self.rules().synonyms()),
            limit: search.limit.clamp(1, MOST_HITS),
            search,
            ground,
        };
        work.run(wanted)
    }
}

/// The place of a hit among the others, best first (ranking of the search, with what was used of
/// late and the order of the tree in it).
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    nearness: Nearness,
    abroad: bool,
    unused: bool,
    length: usize,
    listed: bool,
    place: String,
}

/// Where a hit came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Source {
    Row(OrgId),
    Number(OrgNo),
}

/// One search.
struct Work<'a, 'd> {
    session: Session<'a>,
    search: &'a OrgSearch,
    query: NameQuery,
    limit: usize,
    ground: Ground<'d>,
    recogniser: Recogniser<'a>,
}

impl Work<'_, '_> {
    fn run(&mut self, wanted: &mut Wanted<'_>) -> Result<Option<OrgHits>, Trouble> {
        let Some(own) = self.scan(&self.query, wanted)? else { return Ok(None) };
        let Some((numbers, more)) = self.walk(&own, wanted)? else { return Ok(None) };
        let mut hits = self.merged(&own, &numbers, more)?;
        hits.finished = true;
        if hits.rows.is_empty() && !self.query.is_empty() {
            hits.suggestions = self.suggestions(wanted)?;
        }
        Ok(Some(hits))
    }

    /// The rows of the database that fit, those only that the directory does not show as they are.
    fn scan(
        &self,
        query: &NameQuery,
        wanted: &mut Wanted<'_>,
    ) -> Result<Option<Vec<(Rank, Source)>>, Trouble> {
        let scanned =
            if self.ground.directory.is_some() { Scanned::Unlisted } else { Scanned::All };
        let whole = [None];
        let trees: Vec<Option<&OrgPath>> = match &self.ground.under {
            None => whole.to_vec(),
            Some(region) => region.paths.iter().map(Some).collect(),
        };
        let (mut found, mut n, mut broken) = (Vec::new(), 0_usize, false);
        for tree in trees {
            let desk = self.session.desk();
            desk.scan_organisations((scanned, tree, self.search.kind), &mut |row| {
                n += 1;
                if let Some(score) = query.matches(row.full_name, row.code) {
                    let rank = self.rank_of_row(score.nearness(), row.full_name, row.path);
                    found.push((rank, Source::Row(row.id)));
                }
                if n.is_multiple_of(SCAN_STRIDE) && wanted(Between::Still).is_break() {
                    broken = true;
                    return ControlFlow::Break(());
                }
                ControlFlow::Continue(())
            })?;
        }
        found.sort_unstable();
        found.dedup();
        Ok((!broken).then_some(found))
    }

    fn rank_of_row(&self, nearness: Nearness, name: &str, path: &str) -> Rank {
        let place = OrgPath::from_stored(path.to_owned());
        let home = self.ground.home.as_ref().is_some_and(|home| home.holds(&place));
        Rank {
            nearness,
            abroad: !home,
            unused: !self.ground.recent.contains(name),
            length: name.chars().count(),
            listed: false,
            place: path.to_owned(),
        }
    }

    /// The hits of the directory, in slices.
    fn walk(
        &mut self,
        own: &[(Rank, Source)],
        wanted: &mut Wanted<'_>,
    ) -> Result<Option<(Vec<OrgNo>, bool)>, Trouble> {
        let Some(directory) = self.ground.directory else { return Ok(Some((Vec::new(), false))) };
        let query = self.query.clone();
        let recent = self.ground.recent_numbers.clone();
        let number = |region: &Option<Region>| region.as_ref().and_then(|r| r.no);
        let mut search = directory.search(Query {
            text: &query,
            kind: self.search.kind,
            under: number(&self.ground.under),
            home: number(&self.ground.home),
            recent: &recent,
            // Some of its hits are shown as they are in the database instead, or not at all.
            limit: self.limit + own.len().min(self.limit),
        });
        let mut first = true;
        while search.advance(SLICE)? == Step::Unfinished {
            let between = if std::mem::take(&mut first) {
                let hits = search.hits();
                Between::First(self.merged(own, &hits.rows, true)?)
            } else {
                Between::Still
            };
            if wanted(between).is_break() {
                return Ok(None);
            }
        }
        let hits = search.hits();
        Ok(Some((hits.rows, hits.more)))
    }

    /// Both sources in one order, as rows to show.
    fn merged(
        &mut self,
        own: &[(Rank, Source)],
        numbers: &[OrgNo],
        more: bool,
    ) -> Result<OrgHits, Trouble> {
        let mut theirs = Vec::with_capacity(numbers.len());
        for no in numbers {
            theirs.push((self.rank_of_number(*no)?, Source::Number(*no)));
        }
        let mut all: Vec<&(Rank, Source)> = own.iter().chain(&theirs).collect();
        all.sort();
        let mut hits = self.empty();
        for (_, source) in all {
            if hits.rows.len() == self.limit {
                hits.more = true;
                break;
            }
            hits.rows.extend(self.shown(*source)?);
        }
        hits.more |= more;
        Ok(hits)
    }

    fn empty(&self) -> OrgHits {
        OrgHits {
            synonyms: renamed(&self.query),
            place: self.ground.under.as_ref().map(|region| region.name.clone()),
            n_listed: self.ground.n_listed,
            ..OrgHits::default()
        }
    }

    fn rank_of_number(&self, no: OrgNo) -> Result<Rank, Trouble> {
        let Some(directory) = self.ground.directory else { return Err(gone().into()) };
        let entry = directory.entry(no)?;
        let score = self.query.matches(entry.full_name, entry.code);
        Ok(Rank {
            nearness: score.map_or(Nearness::Sound, Score::nearness),
            abroad: !self.ground.below(no, self.ground.home.as_ref())?,
            unused: !self.ground.recent_numbers.contains(&no),
            length: entry.full_name.chars().count(),
            listed: true,
            place: format!("{:010}", no.0),
        })
    }

    /// A row to show; none for a hit of the directory that is closed or otherwise in the database.
    fn shown(&mut self, source: Source) -> Result<Option<OrgHit>, Trouble> {
        match source {
            Source::Row(id) => Ok(self.recogniser.row(id)?.map(|known| known.hit)),
            Source::Number(no) => self.shown_number(no),
        }
    }

    fn shown_number(&mut self, no: OrgNo) -> Result<Option<OrgHit>, Trouble> {
        let Some(directory) = self.ground.directory else { return Ok(None) };
        let entry = directory.entry(no)?;
        let known = self.recogniser.listed_as(entry.code, entry.full_name)?;
        let superior = superior_of(directory, no)?;
        Ok(match known {
            Some(known) if known.listed && known.hit.state == OrgState::Active => {
                let superior = known.hit.superior.clone().or(superior);
                Some(OrgHit { superior, ..known.hit })
            }
            Some(_) => None,
            None if self.wants_rows() => None,
            None => Some(listed_hit(directory, no)?),
        })
    }

    /// Whether only what has a row can be used: what one administers is in the database.
    fn wants_rows(&self) -> bool {
        match self.search.within {
            Within::Mine | Within::Below(_) => true,
            Within::Nation | Within::Province | Within::City | Within::Under(_) => false,
        }
    }
}

/// The old names in a query with the new ones that are looked for as well.
fn renamed(query: &NameQuery) -> Vec<(String, String)> {
    let pairs = query.terms().iter().filter_map(|term| {
        let newer = term.spellings().get(1)?;
        Some((term.typed().to_owned(), newer.text().to_owned()))
    });
    pairs.collect()
}

fn gone() -> Fault {
    Fault::new(FaultKind::Failed, "全国组织目录刚刚换过。请再查一次。")
}

/// An organisation of the directory alone, as a hit.
pub(super) fn listed_hit(directory: &Directory, no: OrgNo) -> Result<OrgHit, DirectoryFault> {
    let entry = directory.entry(no)?;
    Ok(OrgHit {
        id: None,
        code: entry.code.to_owned(),
        full_name: entry.full_name.to_owned(),
        kind: entry.kind,
        superior: superior_of(directory, no)?,
        managed: false,
        n_members: 0,
        administrator: String::new(),
        state: OrgState::Active,
    })
}

fn superior_of(directory: &Directory, no: OrgNo) -> Result<Option<Superior>, DirectoryFault> {
    let Some(above) = directory.parent(no)? else { return Ok(None) };
    let entry = directory.entry(above)?;
    Ok(Some(Superior { code: entry.code.to_owned(), full_name: entry.full_name.to_owned() }))
}

#[cfg(test)]
mod tests;
