//! The office's use of the directory: opened at the first need, kept, and never in the way of work
//! that does without it.

use std::cell::RefCell;
use std::sync::Arc;

use super::{Places, Session};
use crate::directory::{Directory, DirectoryFault, Entry, OrgNo};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::OrgId;
use crate::domain::org_search::Superior;
use crate::domain::organisation::{OrgPath, OrgState, Organisation};
use crate::domain::progress::Watch;
use crate::store::{ListedOrg, namesakes};

/// The row of an organisation that has none in the database: SQLite gives none below one.
const NO_ROW: OrgId = OrgId(0);

/// The directory in force, opened when it is needed first.
#[derive(Default)]
pub(super) struct Shelf(RefCell<Held>);

#[derive(Default)]
struct Held {
    generation: Option<u64>,
    directory: Option<Result<Arc<Directory>, Fault>>,
    /// Whether the fault was told already.
    told: bool,
}

impl Shelf {
    /// The directory of a generation, as it was opened before or is now.
    fn take(&self, places: &Places, generation: u64) -> Result<Arc<Directory>, Fault> {
        let mut held = self.0.borrow_mut();
        if held.generation != Some(generation) {
            *held = Held { generation: Some(generation), ..Held::default() };
        }
        let open = || Directory::at(&places.data, generation).map(Arc::new).map_err(unusable);
        held.directory.get_or_insert_with(open).clone()
    }

    /// Puts a directory away that turned out to be damaged while it was read.
    pub(super) fn spoil(&self, fault: DirectoryFault) {
        let mut held = self.0.borrow_mut();
        (held.directory, held.told) = (Some(Err(unusable(fault))), false);
    }

    /// The fault's sentence, once.
    fn tell(&self, fault: &Fault) -> Option<String> {
        let told = std::mem::replace(&mut self.0.borrow_mut().told, true);
        (!told).then(|| fault.sentence.clone())
    }
}

/// An organisation that was named, wherever it is known.
#[derive(Debug, Clone)]
pub struct NamedOrg {
    /// The organisation. One of the directory alone has no row: its path begins with its nearest
    /// superior in the database.
    pub organisation: Organisation,
    /// The organisation directly above, none for a root.
    pub superior: Option<Superior>,
    /// The way from the root down to it, where it stands in the directory alone; else empty.
    chain: Vec<ListedOrg>,
}

impl NamedOrg {
    /// One of the database, of whose superior nothing is asked.
    pub(super) fn here(organisation: Organisation) -> Self {
        Self { organisation, superior: None, chain: Vec::new() }
    }

    /// Whether it stands in the directory alone.
    pub fn is_listed_only(&self) -> bool {
        !self.chain.is_empty()
    }
}

impl Session<'_> {
    /// The generation of the directory that belongs to the database; none where no national list
    /// was imported.
    pub fn directory_generation(&self) -> Option<u64> {
        self.office.store.directory_generation().ok().filter(|generation| *generation > 0)
    }

    /// The directory in force, if there is one.
    ///
    /// # Errors
    /// Where there should be one and it cannot be used.
    pub(super) fn directory(&self) -> Result<Option<Arc<Directory>>, Fault> {
        let generation = self.directory_generation();
        generation.map(|g| self.office.shelf.take(&self.office.places, g)).transpose()
    }

    /// The directory for a search, and what is wrong with it where it cannot be used and nobody was
    /// told yet.
    pub(super) fn directory_or_warning(&self) -> (Option<Arc<Directory>>, Option<String>) {
        match self.directory() {
            Ok(directory) => (directory, None),
            Err(fault) => (None, self.office.shelf.tell(&fault)),
        }
    }

    /// Compares the directory with its checksums. The number of its organisations; none where there
    /// is no directory.
    ///
    /// # Errors
    /// Where it cannot be used.
    pub fn verify_directory(&self, watch: &mut Watch<'_>) -> Result<Option<u32>, Fault> {
        let Some(directory) = self.directory().map_err(damaged)? else { return Ok(None) };
        directory.verify(watch).map_err(|fault| damaged(unusable(fault)))?;
        Ok(Some(directory.len()))
    }

    /// An organisation by code or full name: of the database, else of the directory. Nothing is
    /// written.
    ///
    /// # Errors
    /// Where there is none.
    pub fn look_up_organisation(&self, text: &str) -> Result<NamedOrg, Fault> {
        let unknown = match self.find_organisation(text) {
            Ok(organisation) => return self.named(organisation),
            Err(fault) if fault.kind == FaultKind::NotFound => fault,
            Err(fault) => return Err(fault),
        };
        match self.directory_or_warning() {
            (Some(directory), _) => match self.listed(&directory, text.trim()) {
                Ok(named) => named?.ok_or(unknown),
                Err(fault) => Err(unusable(fault)),
            },
            (None, Some(warning)) => {
                let sentence = format!("{}{warning}", unknown.sentence);
                Err(Fault { sentence, ..unknown })
            }
            (None, None) => Err(unknown),
        }
    }

    fn named(&self, organisation: Organisation) -> Result<NamedOrg, Fault> {
        let superior = organisation.parent.map(|id| self.organisation(id)).transpose()?;
        let superior = superior.map(|s| Superior { code: s.code, full_name: s.full_name });
        Ok(NamedOrg { organisation, superior, chain: Vec::new() })
    }

    /// The organisation of the directory, with a fault of the database inside and one of the
    /// directory outside.
    fn listed(
        &self,
        directory: &Directory,
        text: &str,
    ) -> Result<Result<Option<NamedOrg>, Fault>, DirectoryFault> {
        if text.is_empty() {
            return Ok(Ok(None));
        }
        let Some(no) = directory.find(text)? else { return Ok(Ok(None)) };
        if let (Entry { code, full_name, .. }, Some(other)) =
            (directory.entry(no)?, directory.namesake(text)?)
            && full_name == text
        {
            return Ok(Err(namesakes(text, code, directory.entry(other)?.code)));
        }
        let chain = chain_of(directory, no)?;
        Ok(self.as_organisation(chain))
    }

    /// What the check-up and the pages need of an organisation that has no row.
    fn as_organisation(&self, chain: Vec<ListedOrg>) -> Result<Option<NamedOrg>, Fault> {
        let Some((own, above)) = chain.split_last() else { return Ok(None) };
        // The directory may call it by a name or code under which it is here after all.
        if let Some(known) = self.office.store.organisation_listed_as(own)? {
            return self.named(known).map(Some);
        }
        let mut nearest = None;
        for listed in above.iter().rev() {
            nearest = self.office.store.organisation_listed_as(listed)?;
            if nearest.is_some() {
                break;
            }
        }
        let path = nearest.as_ref().map_or_else(|| OrgPath::root(NO_ROW), |o| o.path.child(NO_ROW));
        let superior = above.last();
        let superior =
            superior.map(|s| Superior { code: s.code.clone(), full_name: s.full_name.clone() });
        let organisation = Organisation {
            id: NO_ROW,
            code: own.code.clone(),
            parent: None,
            path,
            kind: own.kind,
            full_name: own.full_name.clone(),
            short_name: own.short_name.clone(),
            contact_name: String::new(),
            contact_phone: String::new(),
            graduates_on: String::new(),
            verified_on: String::new(),
            state: OrgState::Active,
            managed: nearest.is_some_and(|o| o.managed),
            n_members: 0,
        };
        Ok(Some(NamedOrg { organisation, superior, chain }))
    }

    /// The organisation with its row: taken into the database where it stands in the directory
    /// alone. Belongs into the transaction of what refers to it.
    ///
    /// # Errors
    /// Where it cannot be taken in.
    pub(super) fn adopted(&self, named: NamedOrg) -> Result<Organisation, Fault> {
        if named.is_listed_only() {
            return self.desk().adopt(&named.chain);
        }
        Ok(named.organisation)
    }
}

/// The way from the root to an organisation of the directory.
fn chain_of(directory: &Directory, no: OrgNo) -> Result<Vec<ListedOrg>, DirectoryFault> {
    directory.chain(no)?.into_iter().map(|no| listed(directory, no)).collect()
}

/// An entry of the directory, as the store takes it in.
pub(super) fn listed(directory: &Directory, no: OrgNo) -> Result<ListedOrg, DirectoryFault> {
    let entry = directory.entry(no)?;
    Ok(ListedOrg {
        code: entry.code.to_owned(),
        full_name: entry.full_name.to_owned(),
        short_name: entry.short_name.to_owned(),
        kind: entry.kind,
    })
}

/// A directory that cannot be used, as the person at the desk hears it.
pub(super) fn unusable(fault: DirectoryFault) -> Fault {
    let mut told = Fault::from(fault);
    told.sentence =
        format!("全国组织目录用不了：{}。其他功能照常。", told.sentence.trim_end_matches('。'));
    told
}

/// To whoever asks whether all is sound, a missing directory is damage too.
fn damaged(fault: Fault) -> Fault {
    Fault { kind: FaultKind::Damaged, ..fault }
}
