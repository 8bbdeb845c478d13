//! Changing the database key: the steps that touch the key file (security.md 4.5).
//!
//! ```text
//! remove_slot        one key, the withdrawn slot gone
//! begin_key_change   two keys in every slot, sealed by the new one     (database still under the old)
//! finish_key_change  the new key alone                                 (database under the new)
//! ```
//!
//! Whoever opens any slot in between gets both keys, and exactly one of them opens the database,
//! wherever the steps broke off. Nobody's password is needed: the new key is sealed to public keys.
//! It is sealed only to those that the encrypted database lists, so a slot that somebody smuggled
//! into the file gets nothing.

use std::collections::BTreeSet;
use std::path::Path;

use super::fault::VaultFault;
use super::file::Body;
use super::key::DatabaseKey;
use super::keyring::{Previous, Vault};
use super::place::read_key_file;
use super::slots::{Slot, SlotId, SlotKind};

/// A slot with its public key, as the list inside the database holds it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct SlotKey {
    /// The slot.
    pub slot: SlotId,
    /// Its X25519 public key.
    pub public_key: [u8; 32],
}

impl Vault {
    /// Whether the key is being changed: two keys are handed out, and nothing else may be changed.
    #[must_use]
    pub fn is_changing_key(&self) -> bool {
        self.body().is_changing_key()
    }

    /// Since when (seconds since 1970) the key file on the disk holds another database key than this
    /// one does: another process changed it. None where it is the same, or cannot be read.
    #[must_use]
    pub fn other_key_since(&self) -> Option<i64> {
        let path = self.path();
        let now = read_key_file(&path).ok()?;
        if now.body.generation() == self.body().generation() {
            return None;
        }
        let written = path.metadata().and_then(|meta| meta.modified()).ok()?;
        let since = written.duration_since(std::time::UNIX_EPOCH).ok()?;
        i64::try_from(since.as_secs()).ok()
    }

    /// All slots with their public keys, the recovery key's included.
    #[must_use]
    pub fn slot_keys(&self) -> Vec<SlotKey> {
        self.body().slots.iter().map(slot_key).collect()
    }

    /// The slots of the file that the list does not hold: nobody who signs in through one is served.
    #[must_use]
    pub fn foreign_slots(&self, trusted: &BTreeSet<SlotKey>) -> Vec<SlotId> {
        let keys = self.slot_keys().into_iter();
        keys.filter(|key| !trusted.contains(key)).map(|key| key.slot).collect()
    }

    /// Takes every slot away that the list does not hold. Returns which.
    ///
    /// # Errors
    /// [`VaultFault::LastSlot`] where no password slot would stay, the seal's, or a failed write.
    pub fn drop_foreign_slots(
        &mut self,
        key: &DatabaseKey,
        trusted: &BTreeSet<SlotKey>,
    ) -> Result<Vec<SlotId>, VaultFault> {
        self.check_settled(key)?;
        let foreign = self.foreign_slots(trusted);
        if !foreign.is_empty() {
            let body = without_foreign(self.body(), trusted)?;
            self.commit(key, body, Previous::Withdraw)?;
        }
        Ok(foreign)
    }

    /// Draws a new database key and seals it to every slot of the list, beside the one in force.
    ///
    /// # Errors
    /// [`VaultFault::LastSlot`] where the list leaves no password slot,
    /// [`VaultFault::KeyChangeUnderWay`], the seal's, or a failed write. Nothing changes then.
    pub fn begin_key_change(
        &mut self,
        key: &DatabaseKey,
        trusted: &BTreeSet<SlotKey>,
    ) -> Result<DatabaseKey, VaultFault> {
        self.check_settled(key)?;
        let mut body = without_foreign(self.body(), trusted)?;
        let new = DatabaseKey::random()?;
        let next = body.generation().checked_add(1);
        let next = next.ok_or(VaultFault::Internal { step: "generation" })?;
        let vault_id = body.vault_id;
        body.slots.iter_mut().try_for_each(|slot| slot.seal_also(&vault_id, (next, &new)))?;
        self.commit(&new, body, Previous::Withdraw)?;
        Ok(new)
    }

    /// Drops the older key, once the database opens with the new one.
    ///
    /// # Errors
    /// The seal's, or a failed write; both keys stay then.
    pub fn finish_key_change(&mut self, new: &DatabaseKey) -> Result<(), VaultFault> {
        self.check_seal(new)?;
        let newest = self.body().generation();
        self.keep_one_key(new, newest)
    }

    /// Drops the new key again, where the database could not be brought under it.
    ///
    /// # Errors
    /// The new key's seal, or a failed write; both keys stay then.
    pub fn abandon_key_change(
        &mut self,
        new: &DatabaseKey,
        old: &DatabaseKey,
    ) -> Result<(), VaultFault> {
        self.check_seal(new)?;
        let older = self.body().slots.iter().flat_map(Slot::generations).min();
        self.keep_one_key(old, older.unwrap_or(1))
    }

    fn keep_one_key(&mut self, key: &DatabaseKey, generation: u32) -> Result<(), VaultFault> {
        if !self.is_changing_key() {
            return Ok(());
        }
        let mut body = self.body().clone();
        let kept = |slot: &mut Slot| slot.keys.retain(|sealed| sealed.generation == generation);
        body.slots.iter_mut().for_each(kept);
        self.commit(key, body, Previous::Withdraw)
    }

    /// Whether this key seals the file and no change of it is under way: what every change needs.
    pub(super) fn check_settled(&self, key: &DatabaseKey) -> Result<(), VaultFault> {
        self.check_seal(key)?;
        if self.is_changing_key() { Err(VaultFault::KeyChangeUnderWay) } else { Ok(()) }
    }
}

/// The number of the database key that a key file was sealed for last, as the file says: enough to
/// tell an old file from the one in force, and no proof of anything. None where it cannot be read.
#[must_use]
pub fn key_generation(path: &Path) -> Option<u32> {
    read_key_file(path).ok().map(|file| file.body.generation())
}

fn slot_key(slot: &Slot) -> SlotKey {
    SlotKey { slot: slot.slot_id(), public_key: slot.pk.0 }
}

fn without_foreign(body: &Body, trusted: &BTreeSet<SlotKey>) -> Result<Body, VaultFault> {
    let mut body = body.clone();
    body.slots.retain(|slot| trusted.contains(&slot_key(slot)));
    if body.slots.iter().any(|slot| slot.kind == SlotKind::Password) {
        return Ok(body);
    }
    Err(VaultFault::LastSlot)
}
