//! What stands around a search: the region to look in, the own region, what was used of late.

use std::collections::HashSet;

use super::Trouble;
use crate::directory::{Directory, DirectoryFault, OrgNo};
use crate::domain::fault::Fault;
use crate::domain::ids::OrgId;
use crate::domain::org_search::{OrgSearch, Within};
use crate::domain::organisation::{OrgKind, OrgPath, Organisation};
use crate::office::Session;
use crate::office::directory::listed;
use crate::store::ListedOrg;

/// A region: where it is in the directory, in the database, and its name.
#[derive(Debug, Clone, Default)]
pub(super) struct Region {
    pub no: Option<OrgNo>,
    /// It can be several trees: those that were set up here have no row above them.
    pub paths: Vec<OrgPath>,
    pub name: String,
}

impl Region {
    pub fn holds(&self, path: &OrgPath) -> bool {
        self.paths.iter().any(|region| region.contains(path))
    }
}

/// What stands around a search.
pub(super) struct Ground<'d> {
    /// The directory, where it can answer.
    pub directory: Option<&'d Directory>,
    /// The region to look in, if not everywhere.
    pub under: Option<Region>,
    /// The own region, which comes first.
    pub home: Option<Region>,
    /// Destinations of late, by full name and by number.
    pub recent: HashSet<String>,
    pub recent_numbers: Vec<OrgNo>,
    /// How many organisations the directory holds.
    pub n_listed: u32,
}

impl<'d> Ground<'d> {
    pub fn of(
        session: Session<'_>,
        search: &OrgSearch,
        directory: Option<&'d Directory>,
    ) -> Result<Self, Trouble> {
        let own = own_regions(session, directory)?;
        let home = own.city.clone().or_else(|| own.province.clone());
        let under = match &search.within {
            Within::Nation => None,
            Within::Province => own.province,
            Within::City => own.city,
            Within::Mine => Some(region_of_row(session, session.actor().org, directory)?),
            Within::Below(org) => Some(region_of_row(session, *org, directory)?),
            Within::Under(text) => Some(region_named(session, text, directory)?),
        };
        let latest = session.desk().recent_destinations()?;
        let mut recent_numbers = Vec::new();
        for (code, name) in &latest {
            if let Some(no) = number_of(directory, code, name)? {
                recent_numbers.push(no);
            }
        }
        Ok(Self {
            // A region that the directory does not know is searched in the database alone.
            directory: directory.filter(|_| under.as_ref().is_none_or(|u| u.no.is_some())),
            under,
            home,
            recent: latest.into_iter().map(|(_, name)| name).collect(),
            recent_numbers,
            n_listed: directory.map_or(0, Directory::len),
        })
    }

    pub fn below(&self, no: OrgNo, region: Option<&Region>) -> Result<bool, DirectoryFault> {
        match (self.directory, region.and_then(|r| r.no)) {
            (Some(directory), Some(above)) => directory.is_below(no, above),
            _ => Ok(false),
        }
    }
}

fn number_of(
    directory: Option<&Directory>,
    code: &str,
    full_name: &str,
) -> Result<Option<OrgNo>, DirectoryFault> {
    let Some(directory) = directory else { return Ok(None) };
    let by_code = if code.is_empty() { None } else { directory.find(code)? };
    by_code.map_or_else(|| directory.find(full_name), |no| Ok(Some(no)))
}

/// The province and the city of the signed-in person's organisation.
///
/// The province is the last province-level root on the way to it; where the list knows no such
/// kind, it is what stands directly below the national root, or the root itself where that is no
/// national one. The city is what stands directly below the province.
#[derive(Default)]
struct OwnRegions {
    province: Option<Region>,
    city: Option<Region>,
}

fn own_regions(session: Session<'_>, directory: Option<&Directory>) -> Result<OwnRegions, Trouble> {
    let way = own_way(session, directory)?;
    let root_is_national = way.first().is_some_and(|(_, region)| is_national(&region.name));
    let by_kind = way.iter().rposition(|(kind, _)| *kind == OrgKind::ProvinceRoot);
    let province = by_kind.unwrap_or(usize::from(root_is_national));
    let at = |i: usize| way.get(i).map(|(_, region)| region.clone());
    Ok(OwnRegions { province: at(province), city: at(province + 1) })
}

fn is_national(name: &str) -> bool {
    ["中央委员会", "团中央"].iter().any(|word| name.contains(word))
}

/// The way from the root to the own organisation: in the directory as far as it is known there,
/// since the database may begin below the province.
fn own_way(
    session: Session<'_>,
    directory: Option<&Directory>,
) -> Result<Vec<(OrgKind, Region)>, Trouble> {
    let mut here = Vec::new();
    for id in session.actor().org_path.ids() {
        here.push(session.organisation(id)?);
    }
    let root = session.actor().org_path.ids().next().map(OrgPath::root);
    for org in here.iter().rev() {
        let Some(directory) = directory else { break };
        let Some(no) = number_of(Some(directory), &org.code, &org.full_name)? else { continue };
        let mut way = Vec::new();
        for no in directory.chain(no)? {
            let entry = directory.entry(no)?;
            let row = here.iter().find(|o| o.full_name == entry.full_name || o.code == entry.code);
            let paths = match row {
                Some(row) => vec![row.path.clone()],
                None => rows_of(session, &listed(directory, no)?)?
                    .into_iter()
                    .chain(root.clone())
                    .collect(),
            };
            let name = entry.full_name.to_owned();
            way.push((entry.kind, Region { no: Some(no), paths, name }));
        }
        return Ok(way);
    }
    let region = |org: Organisation| {
        (org.kind, Region { no: None, paths: vec![org.path], name: org.full_name })
    };
    Ok(here.into_iter().map(region).collect())
}

fn rows_of(session: Session<'_>, listed: &ListedOrg) -> Result<Option<OrgPath>, Fault> {
    Ok(session.office.store.organisation_listed_as(listed)?.map(|org| org.path))
}

fn region_of_row(
    session: Session<'_>,
    id: OrgId,
    directory: Option<&Directory>,
) -> Result<Region, Trouble> {
    let org = session.organisation(id)?;
    let no = number_of(directory, &org.code, &org.full_name)?;
    Ok(Region { no, paths: vec![org.path], name: org.full_name })
}

fn region_named(
    session: Session<'_>,
    text: &str,
    directory: Option<&Directory>,
) -> Result<Region, Trouble> {
    let named = session.look_up_organisation(text)?;
    let listed_only = named.is_listed_only();
    let org = named.organisation;
    let no = number_of(directory, &org.code, &org.full_name)?;
    let paths = if listed_only { Vec::new() } else { vec![org.path] };
    Ok(Region { no, paths, name: org.full_name })
}
