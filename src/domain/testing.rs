//! Invented people for the tests of this folder.

use super::account::{Actor, Role};
use super::id_number::{IdNumber, check_character};
use super::ids::{AccountId, OrgId};
use super::organisation::{OrgKind, OrgPath};

/// An invented ID number with a right check character; `n` tells people apart.
pub fn id_number(n: u32) -> IdNumber {
    let first_17 = format!("320102200001{:02}{:03}", 1 + n / 1000 % 28, n % 1000);
    let check = char::from(check_character(first_17.as_bytes()));
    IdNumber::parse(&format!("{first_17}{check}")).expect("the invented number is well formed")
}

/// Somebody with a role at an organisation.
pub fn actor(role: Role, at: &OrgPath) -> Actor {
    Actor {
        account: AccountId(7),
        name: "周敏".to_owned(),
        id_number: id_number(7),
        role,
        org: at.ids().last().unwrap_or(OrgId(1)),
        org_path: at.clone(),
        org_name: "某某学院团委".to_owned(),
        org_kind: OrgKind::Committee,
        member: None,
    }
}
