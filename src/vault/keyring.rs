//! The vault itself: create, open, unlock, and change who can unlock.

use std::path::{Path, PathBuf};

use super::derive::{KdfCost, Root, hmac, normalised_id};
use super::device::DeviceKey;
use super::disk;
use super::fault::VaultFault;
use super::file::{Body, KeyFile, checked_count};
use super::key::{DatabaseKey, Hex, random, same_bytes};
use super::lockout::AccountMark;
use super::place::{KEY_FILE, PREVIOUS, prepare, prepare_device, read_key_file};
use super::policy::{PersonalFacts, check_slot_password};
use super::recovery::RecoveryKey;
use super::signing::SigningRoot;
use super::slots::{Generation, Slot, SlotId, SlotKind};

/// A vault whose key file has been read and found whole. It holds no secret.
#[derive(Debug)]
pub struct Vault {
    data_dir: PathBuf,
    config_dir: PathBuf,
    file: KeyFile,
}

/// What a successful unlocking gives.
#[derive(Debug)]
pub struct Unlocked {
    /// Opens the database; the newest where the key is being changed.
    pub key: DatabaseKey,
    /// The older key, which may still be the database's: a change broke off before or while the
    /// database was brought under the new one.
    pub older: Option<DatabaseKey>,
    /// The slot that opened, by which the account is found in the database.
    pub slot: SlotId,
    /// The slot's public key, which the list inside the database must hold.
    pub public_key: [u8; 32],
    /// What the person signs with. The recovery key's is nobody's.
    pub signing: SigningRoot,
}

/// What the previous key file is good for after a change.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Previous {
    /// It opens for nobody who should not; it stays as `vault.keys.bak`.
    Keep,
    /// It still opens with a password that was just withdrawn, so it is replaced too, once the
    /// new file is safely down.
    Withdraw,
}

impl Vault {
    /// Makes a vault with one administrator and a recovery key. A `device.key` that this machine
    /// has already is used as it is; nothing is ever overwritten.
    ///
    /// # Errors
    /// [`VaultFault::WeakPassword`], [`VaultFault::OutOfBounds`] for the cost,
    /// [`VaultFault::VaultExists`] when the directory holds a key file or the backup of one,
    /// [`VaultFault::DeviceKeyInsideData`], or a failed write.
    pub fn create(
        data_dir: &Path,
        config_dir: &Path,
        cost: KdfCost,
        id_number: &str,
        password: &str,
    ) -> Result<(Self, Unlocked, RecoveryKey), VaultFault> {
        let cost = cost.checked()?;
        refuse_weak(id_number, password)?;
        prepare(data_dir, config_dir)?;
        let device = DeviceKey::load_or_create(config_dir)?;
        let vault_id = Hex(*random::<16>()?);
        let mut body = Body {
            vault_id,
            vault_salt: Hex(*random::<32>()?),
            device_mark: device.mark(&vault_id),
            cost,
            slots: Vec::new(),
        };
        let (key, recovery) = (DatabaseKey::random()?, RecoveryKey::random()?);
        let root = login_root(&body, &device, id_number, password)?;
        let first = Slot::new(&vault_id, Slot::fresh_id()?, SlotKind::Password, &root, (1, &key))?;
        let (slot, public_key) = (first.slot_id(), first.pk.0);
        body.slots = vec![first, recovery_slot(&vault_id, &recovery, (1, &key))?];
        let file = KeyFile::sealed(body, &key)?;
        disk::write_new(&data_dir.join(KEY_FILE), &file.bytes()?)?;
        let (data_dir, config_dir) = (data_dir.to_path_buf(), config_dir.to_path_buf());
        let signing = root.signing()?;
        let unlocked = Unlocked { key, older: None, slot, public_key, signing };
        Ok((Self { data_dir, config_dir, file }, unlocked, recovery))
    }

    /// Reads the key file. `device.key` is looked for only when a password needs it.
    ///
    /// # Errors
    /// [`VaultFault::NoKeyFile`], [`VaultFault::DamagedKeyFile`], [`VaultFault::NewerFormat`],
    /// [`VaultFault::OutOfBounds`], or a failed read. Nothing is created or repaired.
    pub fn open(data_dir: &Path, config_dir: &Path) -> Result<Self, VaultFault> {
        let path = data_dir.join(KEY_FILE);
        let file = read_key_file(&path)?;
        Ok(Self { data_dir: data_dir.to_path_buf(), config_dir: config_dir.to_path_buf(), file })
    }

    /// Opens with an administrator's password: one derivation whatever the number of slots, and
    /// every tag is compared, so neither answer nor time tells an unknown account from a wrong
    /// password. The seal of the file is checked before anything is handed out.
    ///
    /// # Errors
    /// [`VaultFault::WrongPassword`]; [`VaultFault::NoDeviceKey`], `DamagedDeviceKey` or
    /// `ForeignDeviceKey` before any derivation; [`VaultFault::DamagedKeyFile`] or `BrokenSeal`.
    pub fn unlock(&self, id_number: &str, password: &str) -> Result<Unlocked, VaultFault> {
        let root = login_root(self.body(), &self.device()?, id_number, password)?;
        let slot = tagged(self.body(), &root)?.ok_or(VaultFault::WrongPassword)?;
        let opened = slot.open(&self.body().vault_id, &root);
        self.unlocked(slot, opened.unwrap_or_default(), root.signing()?)
    }

    /// Opens with the printed recovery key, on any machine. Afterwards, where the password was
    /// forgotten: [`Vault::change_password`]; where the machine is new:
    /// [`Vault::replace_device_key`].
    ///
    /// # Errors
    /// Those of [`RecoveryKey::parse`], [`VaultFault::WrongRecoveryKey`],
    /// [`VaultFault::BrokenSeal`].
    pub fn unlock_with_recovery(&self, text: &str) -> Result<Unlocked, VaultFault> {
        let root = RecoveryKey::parse(text)?.root();
        let mut recovery = self.body().slots.iter().filter(|slot| slot.kind == SlotKind::Recovery);
        let found =
            recovery.find_map(|slot| Some((slot, slot.open(&self.body().vault_id, &root)?)));
        let (slot, keys) = found.ok_or(VaultFault::WrongRecoveryKey)?;
        self.unlocked(slot, keys, root.signing()?)
    }

    /// What an opened slot gives; the newest key seals the file.
    fn unlocked(
        &self,
        slot: &Slot,
        mut keys: Vec<DatabaseKey>,
        signing: SigningRoot,
    ) -> Result<Unlocked, VaultFault> {
        let newest = keys.pop();
        let key = newest.ok_or_else(|| VaultFault::DamagedKeyFile { path: self.path() })?;
        self.check_seal(&key)?;
        let (slot, public_key) = (slot.slot_id(), slot.pk.0);
        Ok(Unlocked { key, older: keys.pop(), slot, public_key, signing })
    }

    /// Whether the file in memory is the one that was sealed under this database key. Unlocking
    /// and every change do this already.
    ///
    /// # Errors
    /// [`VaultFault::BrokenSeal`].
    pub fn check_seal(&self, key: &DatabaseKey) -> Result<(), VaultFault> {
        if self.file.seal_fits(key)? {
            return Ok(());
        }
        Err(VaultFault::BrokenSeal { path: self.path() })
    }

    /// Settles a vault that was opened with the recovery key on a machine whose `device.key` is
    /// missing or another one. This machine's key is used, or made where there is none; all
    /// password slots are dropped, since none of them can be opened without the old `device.key`,
    /// and the given account gets the first new one. Other administrators are added again with
    /// their new passwords.
    ///
    /// # Errors
    /// [`VaultFault::DeviceKeyFits`] when nothing is lost here, otherwise as [`Vault::add_slot`].
    pub fn replace_device_key(
        &mut self,
        key: &DatabaseKey,
        id_number: &str,
        password: &str,
    ) -> Result<(SlotId, SigningRoot), VaultFault> {
        self.check_settled(key)?;
        refuse_weak(id_number, password)?;
        prepare_device(&self.data_dir, &self.config_dir)?;
        let device = DeviceKey::load_or_create(&self.config_dir)?;
        let mut body = self.body().clone();
        let mark = device.mark(&body.vault_id);
        if body.device_mark == mark {
            return Err(VaultFault::DeviceKeyFits);
        }
        body.device_mark = mark;
        body.slots.retain(|slot| slot.kind == SlotKind::Recovery);
        let (slot, signing) = new_password_slot(&body, &device, key, (id_number, password), None)?;
        let id = slot.slot_id();
        body.slots.insert(0, slot);
        self.commit(key, body, Previous::Withdraw)?;
        Ok((id, signing))
    }

    /// The password slots, in the order they were made.
    #[must_use]
    pub fn slots(&self) -> Vec<SlotId> {
        self.body().password_slots().map(Slot::slot_id).collect()
    }

    /// The X25519 public key of a password slot, for the list inside the database.
    #[must_use]
    pub fn public_key(&self, slot: &SlotId) -> Option<[u8; 32]> {
        let place = self.place_of(slot).ok()?;
        Some(self.body().slots[place].pk.0)
    }

    /// The vault's random identifier in hex; not secret.
    #[must_use]
    pub fn id(&self) -> String {
        self.body().vault_id.text()
    }

    /// What a password check costs here: one figure for slots and for the hashes inside the
    /// database, so that every kind of account takes the same time.
    #[must_use]
    pub fn cost(&self) -> KdfCost {
        self.body().cost
    }

    /// The name of an account in [`super::AttemptsFile`], keyed by `device.key` so that a copy of
    /// the data directory does not tell whose it is.
    ///
    /// # Errors
    /// The faults of `device.key`; without it no password can be tried anyway.
    pub fn account_mark(&self, id_number: &str) -> Result<AccountMark, VaultFault> {
        let id = normalised_id(id_number);
        let device = self.device()?;
        let mark = hmac(device.bytes(), &[b"attempts", &self.body().vault_id.0, id.as_bytes()]);
        Ok(AccountMark(Hex(mark).text()))
    }

    pub(super) fn body(&self) -> &Body {
        &self.file.body
    }

    pub(super) fn config_dir(&self) -> &Path {
        &self.config_dir
    }

    pub(super) fn path(&self) -> PathBuf {
        self.data_dir.join(KEY_FILE)
    }

    /// This machine's key, if it is the one the slots were made with.
    pub(super) fn device(&self) -> Result<DeviceKey, VaultFault> {
        let device = DeviceKey::load(&self.config_dir)?;
        if same_bytes(&device.mark(&self.body().vault_id).0, &self.body().device_mark.0) {
            return Ok(device);
        }
        Err(VaultFault::ForeignDeviceKey { path: DeviceKey::path(&self.config_dir) })
    }

    pub(super) fn place_of(&self, slot: &SlotId) -> Result<usize, VaultFault> {
        let is_it = |known: &Slot| known.kind == SlotKind::Password && known.slot_id() == *slot;
        self.body().slots.iter().position(is_it).ok_or(VaultFault::UnknownSlot)
    }

    /// Seals and writes a changed body. Memory follows only when the disk has it.
    pub(super) fn commit(
        &mut self,
        key: &DatabaseKey,
        body: Body,
        previous: Previous,
    ) -> Result<(), VaultFault> {
        checked_count(body.slots.len())?;
        let file = KeyFile::sealed(body, key)?;
        let (bytes, backup) = (file.bytes()?, self.data_dir.join(PREVIOUS));
        disk::sweep(&self.data_dir);
        disk::replace(&backup, &self.file.bytes()?)?;
        disk::replace(&self.path(), &bytes)?;
        self.file = file;
        match previous {
            Previous::Keep => Ok(()),
            Previous::Withdraw => disk::replace(&backup, &bytes)
                .or_else(|_| std::fs::remove_file(&backup))
                .map_err(|_| VaultFault::PreviousStays { path: backup }),
        }
    }
}

fn refuse_weak(id_number: &str, password: &str) -> Result<(), VaultFault> {
    let facts = PersonalFacts { id_number, ..PersonalFacts::default() };
    let faults = check_slot_password(password, &facts);
    if faults.is_empty() { Ok(()) } else { Err(VaultFault::WeakPassword(faults)) }
}

fn login_root(
    body: &Body,
    device: &DeviceKey,
    id_number: &str,
    password: &str,
) -> Result<Root, VaultFault> {
    let login = (id_number, password);
    Root::from_password(body.cost, &body.vault_salt.0, device.bytes(), login)
}

/// The slot with this login's tag. All slots are compared, found or not.
fn tagged<'a>(body: &'a Body, root: &Root) -> Result<Option<&'a Slot>, VaultFault> {
    let tag = root.tag()?;
    let fits = |slot: &Slot| slot.tag.is_some_and(|known| same_bytes(&known.0, &tag));
    Ok(body.slots.iter().fold(None, |found, slot| if fits(slot) { Some(slot) } else { found }))
}

pub(super) fn new_password_slot(
    body: &Body,
    device: &DeviceKey,
    key: &DatabaseKey,
    (id_number, password): (&str, &str),
    replaced: Option<Hex<8>>,
) -> Result<(Slot, SigningRoot), VaultFault> {
    refuse_weak(id_number, password)?;
    let root = login_root(body, device, id_number, password)?;
    if tagged(body, &root)?.is_some() {
        return Err(VaultFault::PasswordInUse);
    }
    let id = replaced.map_or_else(Slot::fresh_id, Ok)?;
    let slot = Slot::new(&body.vault_id, id, SlotKind::Password, &root, (body.generation(), key))?;
    Ok((slot, root.signing()?))
}

pub(super) fn recovery_slot(
    vault_id: &Hex<16>,
    recovery: &RecoveryKey,
    key: Generation<'_>,
) -> Result<Slot, VaultFault> {
    Slot::new(vault_id, Slot::fresh_id()?, SlotKind::Recovery, &recovery.root(), key)
}
