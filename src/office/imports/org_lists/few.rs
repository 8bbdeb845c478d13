//! Short lists: each row is looked up in the database, and a superior that is not there in the
//! directory.

use std::collections::{HashMap, HashSet};

use super::super::unfit;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::order::ImportVerdict;
use crate::domain::organisation::OrgEntry;
use crate::office::{NamedOrg, Session};
use crate::store::{ImportOutcome, Screener, Screening};

/// The rows of a short list that are to be written.
#[derive(Default)]
pub(in crate::office::imports) struct FewRows {
    /// Superiors before those below them.
    rows: Vec<OrgEntry>,
    /// Superiors that the directory alone has. They come into the database with the list.
    adopted: Vec<NamedOrg>,
}

impl FewRows {
    /// Writes them, in one transaction.
    pub(super) fn write(&self, session: Session<'_>, file: &str) -> Result<ImportOutcome, Fault> {
        session.office.store.atomically(|| {
            for named in &self.adopted {
                session.adopted(named.clone())?;
            }
            session.desk().import_organisations(&self.rows, file)
        })
    }
}

/// Screens organisations one after the other, superiors first.
pub(super) struct OrgSieve<'a> {
    session: Session<'a>,
    screener: Screener<'a>,
    /// Codes and names of the rows that will be written.
    names: HashSet<String>,
    /// Codes that the file gives to organisations which are here under another code: rows below
    /// them hang on what is here.
    aliases: HashMap<String, String>,
    /// Superiors that were found in the directory alone.
    listed: HashSet<String>,
    good: FewRows,
}

impl<'a> OrgSieve<'a> {
    /// One that has seen no row yet.
    pub(super) fn new(session: Session<'a>) -> Self {
        Self {
            session,
            screener: session.desk().screener(),
            names: HashSet::new(),
            aliases: HashMap::new(),
            listed: HashSet::new(),
            good: FewRows::default(),
        }
    }

    /// What becomes of a row; a good one is kept.
    pub(super) fn pass(&mut self, mut entry: OrgEntry) -> Result<ImportVerdict, Fault> {
        let in_file = self.names.contains(&entry.superior);
        if let Some(known) = self.aliases.get(&entry.superior).filter(|_| !in_file) {
            entry.superior.clone_from(known);
        }
        let is_known = in_file || self.listed.contains(&entry.superior);
        Ok(match self.screener.organisation(&entry, is_known)? {
            Screening::Present { said, code } => {
                self.aliases.insert(entry.code, code);
                ImportVerdict::Present(said)
            }
            Screening::Bad(fault) if fault.kind == FaultKind::NotFound => {
                match self.superior_listed(&entry) {
                    Ok(()) => return self.pass(entry),
                    Err(fault) => unfit("上级组织", entry.superior, fault),
                }
            }
            Screening::Bad(fault) => unfit("上级组织", entry.superior, fault),
            Screening::Good => {
                self.names.insert(entry.code.clone());
                self.names.insert(entry.full_name.clone());
                self.good.rows.push(entry);
                ImportVerdict::Good
            }
        })
    }

    /// The rows that passed.
    pub(super) fn finish(self) -> FewRows {
        self.good
    }

    /// Looks a superior up in the directory. The directory may also know what is here by another
    /// code, and then the superior is what is here.
    fn superior_listed(&mut self, entry: &OrgEntry) -> Result<(), Fault> {
        let named = self.session.look_up_organisation(&entry.superior)?;
        let org = &named.organisation;
        if !named.is_listed_only() {
            self.aliases.insert(entry.superior.clone(), org.full_name.clone());
            return Ok(());
        }
        if org.managed && !self.session.actor().org_path.contains(&org.path) {
            let sentence = format!(
                "「{}」不在你管理的范围内。请由它的管理员或上级管理员来改。",
                org.full_name
            );
            return Err(Fault::new(FaultKind::NotAllowed, sentence));
        }
        self.listed.insert(entry.superior.clone());
        self.good.adopted.push(named);
        Ok(())
    }
}
