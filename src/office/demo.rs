//! The invented office.

use std::sync::Arc;

use super::{Office, Places};
use crate::domain::fault::Fault;
use crate::domain::ids::Now;
use crate::rules::Rules;

/// How large the invented office is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoSize {
    /// Organisations.
    pub n_orgs: usize,
    /// Members.
    pub n_members: usize,
    /// Transfers.
    pub n_transfers: usize,
    /// Seed.
    pub seed: u64,
}

impl Default for DemoSize {
    fn default() -> Self {
        Self { n_orgs: 200, n_members: 1000, n_transfers: 200, seed: 1 }
    }
}

/// An account of the invented office.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoAccount {
    /// Role.
    pub role: crate::domain::account::Role,
    /// ID number.
    pub id_number: &'static str,
    /// Name.
    pub name: &'static str,
    /// Password.
    pub password: &'static str,
    /// What the account shows.
    pub what: &'static str,
}

/// Its accounts.
pub const DEMO_ACCOUNTS: &[DemoAccount] = &[];

/// Whether an invented office lies there.
pub fn is_demo(places: &Places) -> bool {
    places.demo_key().exists()
}

pub(super) fn open_demo(_places: &Places, _rules: &Arc<Rules>) -> Result<Office, Fault> {
    Err(Fault::new(crate::domain::fault::FaultKind::Failed, "stub"))
}

/// Makes it.
///
/// # Errors
/// Where it cannot be written.
pub fn make_demo(_places: &Places, _size: DemoSize, _now: Now) -> Result<(), Fault> {
    Ok(())
}
