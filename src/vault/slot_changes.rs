//! Who can unlock: making a slot for an account, giving it a new password, taking it away.

use super::fault::VaultFault;
use super::key::DatabaseKey;
use super::keyring::{Previous, Vault, new_password_slot, recovery_slot};
use super::recovery::RecoveryKey;
use super::rotate::SlotKey;
use super::signing::SigningRoot;
use super::slots::{Slot, SlotId, SlotKind};

/// A password slot that has been made and is not in the file yet: its public key is entered in the
/// list inside the database first, so that a crash between the two never locks anybody out.
#[derive(Debug)]
pub struct PlannedSlot(Slot);

impl PlannedSlot {
    /// The slot with its public key.
    #[must_use]
    pub fn key(&self) -> SlotKey {
        SlotKey { slot: self.0.slot_id(), public_key: self.0.pk.0 }
    }
}

impl Vault {
    /// Makes a slot for an account without writing anything: a new one, or one in the place of
    /// `replaced`, which keeps its identifier and gets a new key pair. With it comes what the
    /// account signs with once the slot is its own.
    ///
    /// # Errors
    /// [`VaultFault::WeakPassword`] (the initial password always is),
    /// [`VaultFault::PasswordInUse`], [`VaultFault::UnknownSlot`], the faults of `device.key`,
    /// [`VaultFault::KeyChangeUnderWay`], [`VaultFault::BrokenSeal`].
    pub fn plan_slot(
        &self,
        key: &DatabaseKey,
        replaced: Option<&SlotId>,
        (id_number, password): (&str, &str),
    ) -> Result<(PlannedSlot, SigningRoot), VaultFault> {
        self.check_settled(key)?;
        let id = replaced.map(|slot| self.place_of(slot)).transpose()?;
        let id = id.map(|place| self.body().slots[place].id);
        let device = self.device()?;
        let (slot, signing) =
            new_password_slot(self.body(), &device, key, (id_number, password), id)?;
        Ok((PlannedSlot(slot), signing))
    }

    /// Draws a new recovery key with its slot, without writing anything: it can be shown, and its
    /// public key listed, before the old one is dead.
    ///
    /// # Errors
    /// [`VaultFault::KeyChangeUnderWay`], [`VaultFault::BrokenSeal`], [`VaultFault::NoRandomness`].
    pub fn plan_recovery_key(
        &self,
        key: &DatabaseKey,
    ) -> Result<(RecoveryKey, PlannedSlot), VaultFault> {
        self.check_settled(key)?;
        let (body, recovery) = (self.body(), RecoveryKey::random()?);
        let slot = recovery_slot(&body.vault_id, &recovery, (body.generation(), key))?;
        Ok((recovery, PlannedSlot(slot)))
    }

    /// Replaces the recovery key; the printed one is dead from here on.
    ///
    /// # Errors
    /// Those of [`Vault::plan_recovery_key`] and [`Vault::put_slot`].
    pub fn replace_recovery_key(&mut self, key: &DatabaseKey) -> Result<RecoveryKey, VaultFault> {
        let (recovery, planned) = self.plan_recovery_key(key)?;
        self.put_slot(key, planned)?;
        Ok(recovery)
    }

    /// Writes a planned slot, in the place of the one it replaces if there is one; a recovery key's
    /// in the place of every other recovery key's.
    ///
    /// # Errors
    /// [`VaultFault::OutOfBounds`] beyond 64 slots, the seal's, or a failed write. Nothing changes
    /// then.
    pub fn put_slot(
        &mut self,
        key: &DatabaseKey,
        planned: PlannedSlot,
    ) -> Result<SlotId, VaultFault> {
        self.check_settled(key)?;
        let slot = planned.0;
        let id = slot.slot_id();
        let mut body = self.body().clone();
        let previous = match (slot.kind, self.place_of(&id)) {
            (SlotKind::Recovery, _) => {
                body.slots.retain(|slot| slot.kind == SlotKind::Password);
                body.slots.push(slot);
                Previous::Withdraw
            }
            (SlotKind::Password, Ok(place)) => {
                body.slots[place] = slot;
                Previous::Withdraw
            }
            (SlotKind::Password, Err(_)) => {
                body.slots.push(slot);
                Previous::Keep
            }
        };
        self.commit(key, body, previous)?;
        Ok(id)
    }

    /// Lets one more account open the vault.
    ///
    /// # Errors
    /// Those of [`Vault::plan_slot`] and [`Vault::put_slot`]. Nothing changes then.
    pub fn add_slot(
        &mut self,
        key: &DatabaseKey,
        id_number: &str,
        password: &str,
    ) -> Result<SlotId, VaultFault> {
        let (planned, _) = self.plan_slot(key, None, (id_number, password))?;
        self.put_slot(key, planned)
    }

    /// Gives a slot a new password and a new key pair. The slot keeps its identifier; its public
    /// key changes, so whoever keeps a list of those has to renew it.
    ///
    /// # Errors
    /// As [`Vault::add_slot`], and [`VaultFault::UnknownSlot`].
    pub fn change_password(
        &mut self,
        key: &DatabaseKey,
        slot: &SlotId,
        id_number: &str,
        new_password: &str,
    ) -> Result<(), VaultFault> {
        let (planned, _) = self.plan_slot(key, Some(slot), (id_number, new_password))?;
        self.put_slot(key, planned).map(drop)
    }

    /// Takes a slot away. From here the password is dead for the files in the data directory, the
    /// kept previous key file included; for copies made earlier it is not.
    ///
    /// # Errors
    /// [`VaultFault::UnknownSlot`] (the recovery slot cannot be removed),
    /// [`VaultFault::LastSlot`], [`VaultFault::BrokenSeal`], or a failed write.
    pub fn remove_slot(&mut self, key: &DatabaseKey, slot: &SlotId) -> Result<(), VaultFault> {
        self.check_settled(key)?;
        let place = self.place_of(slot)?;
        self.check_not_last(slot)?;
        let mut body = self.body().clone();
        body.slots.remove(place);
        self.commit(key, body, Previous::Withdraw)
    }

    /// Whether another password slot would stay if this one went.
    ///
    /// # Errors
    /// [`VaultFault::LastSlot`].
    pub fn check_not_last(&self, slot: &SlotId) -> Result<(), VaultFault> {
        let stays = |other: &Slot| other.slot_id() != *slot;
        if self.body().password_slots().any(stays) { Ok(()) } else { Err(VaultFault::LastSlot) }
    }
}
