//! Key slots, password derivation and the recovery key.
//!
//! The database is encrypted with 32 random bytes, the [`DatabaseKey`]. `vault.keys` in the data
//! directory holds that key once per administrator, sealed in a slot that the administrator's
//! password opens together with `device.key`, which lies in the configuration directory; and once
//! more for the printed [`RecoveryKey`], which needs neither. Design: security.md 4.1 to 4.4.
//!
//! What this gives, and what it does not:
//! - A copy of the data directory alone cannot be guessed at, since `device.key` is not in it.
//! - Initial passwords and reset codes never get a slot: they fail the policy, and the vault
//!   refuses to make one.
//! - Removing a slot or changing a password does not reach copies made earlier; only changing the
//!   database key ([`Vault::begin_key_change`]) protects what is written afterwards.
//!
//! The vault knows no SQL, no screen and no clock.

mod codes;
mod common;
mod derive;
mod device;
mod disk;
mod fault;
mod file;
mod key;
mod keyring;
mod lockout;
mod place;
pub mod policy;
mod recovery;
mod signing;
mod rotate;
mod seen;
mod slot_changes;
mod slots;
#[cfg(test)]
mod tests;
mod verifier;

pub use codes::{initial_password, one_time_code};
pub use derive::KdfCost;
#[cfg(test)]
pub(crate) use derive::derivations;
pub use fault::VaultFault;
pub use key::DatabaseKey;
pub use keyring::{Unlocked, Vault};
pub use lockout::{AccountMark, AttemptsFile, Gate, gate, wait_after};
pub use policy::{PersonalFacts, PolicyFault, check_login_password, check_slot_password};
pub use recovery::RecoveryKey;
pub use rotate::{SlotKey, key_generation};
pub use seen::Seen;
pub use signing::SigningRoot;
pub use slot_changes::PlannedSlot;
pub use slots::SlotId;
pub use verifier::Verifier;
