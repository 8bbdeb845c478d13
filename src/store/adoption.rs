//! Adoption: organisations of the directory that come into the database because something here
//! refers to them from now on.

use rusqlite::{OptionalExtension, params};

use super::chain::Deed;
use super::fault::{Stored, Told, not_found};
use super::organisations::{Namesake, check_in_use};
use super::{Desk, Store};
use crate::domain::ids::OrgId;
use crate::domain::organisation::{OrgEntry, OrgKind, Organisation};

/// An organisation as the directory has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListedOrg {
    /// Code, may be empty.
    pub code: String,
    /// Full name.
    pub full_name: String,
    /// Short name, may be empty.
    pub short_name: String,
    /// Kind.
    pub kind: OrgKind,
}

impl Store {
    /// The organisation of the database that an entry of the directory means: by code, else by
    /// full name among those in use that are not in the directory themselves, as the directory may
    /// know an organisation by another code than the one that its office was set up with.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn organisation_listed_as(&self, listed: &ListedOrg) -> Stored<Option<Organisation>> {
        let id = self.row_listed_as(&listed.code, &listed.full_name)?;
        id.map(|id| self.organisation(id)).transpose()
    }

    pub(super) fn row_listed_as(&self, code: &str, full_name: &str) -> Stored<Option<OrgId>> {
        const BY_CODE: &str = "SELECT id FROM organisations WHERE code = $1";
        const BY_NAME: &str =
            "SELECT id FROM organisations WHERE full_name = $1 AND state = 'active'
                AND (listed = 0 OR $2 = '')";
        let by_code = if code.is_empty() { None } else { self.row_found(BY_CODE, [code])? };
        by_code.map_or_else(|| self.row_found(BY_NAME, [full_name, code]), |id| Ok(Some(id)))
    }

    fn row_found<const N: usize>(&self, sql: &str, texts: [&str; N]) -> Stored<Option<OrgId>> {
        let mut statement = self.connection.prepare_cached(sql).told()?;
        let values = rusqlite::params_from_iter(texts);
        statement.query_row(values, |r| r.get(0).map(OrgId)).optional().told()
    }
}

impl Desk<'_> {
    /// Takes the last organisation of a chain into the database, with those of its superiors that
    /// are not there yet; the chain begins at the root. What is there already stays as it is. Each
    /// one that comes in leaves an event. Belongs into the transaction of what refers to it.
    ///
    /// # Errors
    /// Where the chain is empty, a superior is closed, or a row cannot be written.
    pub fn adopt(&self, chain: &[ListedOrg]) -> Stored<Organisation> {
        let (mut above, mut missing) = (None, chain);
        for (i, listed) in chain.iter().enumerate().rev() {
            if let Some(known) = self.store.organisation_listed_as(listed)? {
                (above, missing) = (Some(known), chain.get(i + 1..).unwrap_or_default());
                break;
            }
        }
        for listed in missing {
            if let Some(superior) = &above {
                check_in_use(superior)?;
            }
            above = Some(self.take_listed(listed, above.as_ref())?);
        }
        above.ok_or_else(|| not_found("组织", "", "请重新选一个组织。"))
    }

    fn take_listed(
        &self,
        listed: &ListedOrg,
        superior: Option<&Organisation>,
    ) -> Stored<Organisation> {
        const LISTED: &str = "UPDATE organisations SET listed = 1 WHERE id = $1";
        let entry = OrgEntry {
            code: listed.code.clone(),
            kind: Some(listed.kind),
            full_name: listed.full_name.clone(),
            short_name: listed.short_name.clone(),
            ..OrgEntry::default()
        };
        let org = self.store.insert_organisation(&entry, superior, None, Namesake::WithOwnCode)?;
        self.store.connection.execute(LISTED, params![org.id.0]).told()?;
        self.note(&Deed::new("org_add", org.full_name.clone()).detail("取自全国组织目录"))?;
        Ok(org)
    }
}
