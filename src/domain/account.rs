//! Accounts and the person who is signed in (domain.md A5).

use super::id_number::IdNumber;
use super::ids::{AccountId, MemberId, Moment, OrgId};
use super::labels::labelled;
use super::organisation::{OrgKind, OrgPath};

labelled! {
    /// What an account may do.
    pub enum Role {
        /// Own record, own requests.
        Member = "member" / "团员",
        /// Fills in forms for an organisation; decides nothing.
        Operator = "operator" / "经办人",
        /// Administers one organisation and all below it.
        Administrator = "administrator" / "管理员",
    }
}

labelled! {
    /// Where an account stands.
    pub enum AccountState {
        /// Made, with the initial password or a one-time code; must choose a password first.
        Initial = "initial" / "待启用",
        /// In use.
        Active = "active" / "在用",
        /// Removed; kept for the history.
        Removed = "removed" / "已移除",
    }
}

/// An account as listed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Row.
    pub id: AccountId,
    /// ID number of the holder, the sign-in name.
    pub id_number: IdNumber,
    /// Name of the holder.
    pub name: String,
    /// Telephone, may be empty.
    pub phone: String,
    /// Role.
    pub role: Role,
    /// The organisation the role is held in; for members their branch.
    pub org: OrgId,
    /// Its full name.
    pub org_name: String,
    /// Its path.
    pub org_path: OrgPath,
    /// State.
    pub state: AccountState,
    /// When the one-time code ends, if one was issued.
    pub code_until: Option<Moment>,
    /// The key slot that the account's password opens, if it has one.
    pub slot: Option<String>,
}

/// The signed-in person, as every decision about what is allowed sees them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// Account.
    pub account: AccountId,
    /// Name.
    pub name: String,
    /// ID number, to tell an own transfer.
    pub id_number: IdNumber,
    /// Role.
    pub role: Role,
    /// Organisation of the role.
    pub org: OrgId,
    /// Its path.
    pub org_path: OrgPath,
    /// Its full name.
    pub org_name: String,
    /// Its kind.
    pub org_kind: OrgKind,
    /// The own member record here, if there is one.
    pub member: Option<MemberId>,
}
