//! Short lists: each row is looked up in the database.

use std::collections::{HashMap, HashSet};

use super::super::unfit;
use crate::domain::fault::Fault;
use crate::domain::order::ImportVerdict;
use crate::domain::organisation::OrgEntry;
use crate::store::{Screener, Screening};

/// Screens organisations one after the other, superiors first.
pub(super) struct OrgSieve<'a> {
    screener: Screener<'a>,
    /// Codes and names of the rows that will be written.
    names: HashSet<String>,
    /// Codes that the file gives to organisations which are here under another code: rows below
    /// them hang on what is here.
    aliases: HashMap<String, String>,
}

impl<'a> OrgSieve<'a> {
    /// One that has seen no row yet.
    pub(super) fn new(screener: Screener<'a>) -> Self {
        Self { screener, names: HashSet::new(), aliases: HashMap::new() }
    }

    /// What becomes of a row; a good one goes to `good`.
    pub(super) fn pass(
        &mut self,
        mut entry: OrgEntry,
        good: &mut Vec<OrgEntry>,
    ) -> Result<ImportVerdict, Fault> {
        let in_file = self.names.contains(&entry.superior);
        if let Some(known) = self.aliases.get(&entry.superior).filter(|_| !in_file) {
            entry.superior.clone_from(known);
        }
        Ok(match self.screener.organisation(&entry, in_file)? {
            Screening::Present { said, code } => {
                self.aliases.insert(entry.code, code);
                ImportVerdict::Present(said)
            }
            Screening::Bad(fault) => unfit("上级组织", entry.superior, fault),
            Screening::Good => {
                self.names.insert(entry.code.clone());
                self.names.insert(entry.full_name.clone());
                good.push(entry);
                ImportVerdict::Good
            }
        })
    }
}
