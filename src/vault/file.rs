//! The key file's content: its form, its limits and its two seals.
//!
//! `{"format":1,"body":{…},"mac":"…","sum":"…"}` in one canonical spelling without blanks. `sum`
//! is an unkeyed SHA-256 that tells a damaged disk from a wrong password before anybody types
//! one; `mac` is keyed by the database key and finds what somebody edited on purpose. Because the
//! spelling is canonical, no byte of the file can change without one of the two noticing.

use std::path::Path;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::derive::{KdfCost, Root, hmac};
use super::fault::VaultFault;
use super::key::{DatabaseKey, Hex, same_bytes};
use super::slots::{Slot, SlotKind};

/// The largest key file that is read at all, bytes.
pub(super) const MOST_BYTES: u64 = 64 * 1024;
/// The largest number of slots, recovery included.
pub(super) const MOST_SLOTS: usize = 64;
/// The format this program writes.
const FORMAT: u32 = 1;

/// All that the vault remembers outside the database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Body {
    pub(super) vault_id: Hex<16>,
    pub(super) vault_salt: Hex<32>,
    /// Tells whether a machine's `device.key` is this vault's; says nothing about its bytes.
    pub(super) device_mark: Hex<8>,
    /// One cost for all password slots, so that a login is one derivation whatever their number.
    pub(super) cost: KdfCost,
    pub(super) slots: Vec<Slot>,
}

/// The body with the seal it was read or written with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct KeyFile {
    format: u32,
    pub(super) body: Body,
    mac: Hex<32>,
    sum: Hex<32>,
}

/// Read first, so that a later format is told from damage.
#[derive(Deserialize)]
struct Probe {
    format: u32,
}

impl KeyFile {
    /// Seals a body with the database key.
    pub(super) fn sealed(body: Body, key: &DatabaseKey) -> Result<Self, VaultFault> {
        let mac = body.mac(key)?;
        let sum = body.sum(&mac)?;
        Ok(Self { format: FORMAT, body, mac, sum })
    }

    /// Reads a key file's bytes; `path` is only for the sentence.
    ///
    /// # Errors
    /// Damage, a later format, or figures outside the bounds. Nothing is derived before all of it
    /// has been checked.
    pub(super) fn parse(path: &Path, bytes: &[u8]) -> Result<Self, VaultFault> {
        let damaged = || VaultFault::DamagedKeyFile { path: path.to_path_buf() };
        let probe: Probe = serde_json::from_slice(bytes).map_err(|_| damaged())?;
        if probe.format > FORMAT {
            let (have, path) = (probe.format, path.to_path_buf());
            return Err(VaultFault::NewerFormat { path, have, known: FORMAT });
        }
        let file: Self = serde_json::from_slice(bytes).map_err(|_| damaged())?;
        if file.format != FORMAT
            || file.bytes()? != bytes
            || file.sum != file.body.sum(&file.mac)?
            || !file.body.is_sane()
        {
            return Err(damaged());
        }
        file.body.cost.checked()?;
        checked_count(file.body.slots.len())?;
        Ok(file)
    }

    /// The canonical spelling.
    pub(super) fn bytes(&self) -> Result<Vec<u8>, VaultFault> {
        serde_json::to_vec(self).map_err(|_| VaultFault::Internal { step: "key file" })
    }

    /// Whether the seal fits the body under this database key.
    pub(super) fn seal_fits(&self, key: &DatabaseKey) -> Result<bool, VaultFault> {
        Ok(same_bytes(&self.mac.0, &self.body.mac(key)?.0))
    }
}

/// Refuses more slots than a file may hold.
pub(super) fn checked_count(slots: usize) -> Result<(), VaultFault> {
    if slots <= MOST_SLOTS {
        return Ok(());
    }
    let (have, most) = (slots as u64, MOST_SLOTS as u64);
    Err(VaultFault::OutOfBounds { item: "能打开数据的账号数", have, least: 1, most })
}

impl Body {
    /// The number of the newest database key; every slot holds the same ones.
    pub(super) fn generation(&self) -> u32 {
        self.slots.iter().flat_map(Slot::generations).max().unwrap_or(1)
    }

    /// Whether the database key is being changed, so that the file holds two.
    pub(super) fn is_changing_key(&self) -> bool {
        self.slots.iter().any(|slot| slot.keys.len() > 1)
    }

    /// Every password slot has a tag, no recovery slot has one, identifiers are unique, and all
    /// slots hold the same one or two keys.
    fn is_sane(&self) -> bool {
        let tags = self.slots.iter().all(|slot| match slot.kind {
            SlotKind::Password => slot.tag.is_some(),
            SlotKind::Recovery => slot.tag.is_none(),
        });
        let ids: std::collections::BTreeSet<_> = self.slots.iter().map(|slot| slot.id.0).collect();
        tags && ids.len() == self.slots.len() && self.holds_the_same_keys()
    }

    fn holds_the_same_keys(&self) -> bool {
        let newest = self.generation();
        let wanted = match self.is_changing_key() {
            true => vec![newest.saturating_sub(1), newest],
            false => vec![newest],
        };
        newest > 0 && self.slots.iter().all(|slot| slot.generations() == wanted)
    }

    fn mac(&self, key: &DatabaseKey) -> Result<Hex<32>, VaultFault> {
        let seal_key = Root::from_database_key(key.bytes()).seal_key()?;
        Ok(Hex(hmac(&seal_key, &[&FORMAT.to_be_bytes(), &self.bytes()?])))
    }

    fn sum(&self, mac: &Hex<32>) -> Result<Hex<32>, VaultFault> {
        Ok(Hex(Sha256::new().chain_update(self.bytes()?).chain_update(mac.0).finalize().into()))
    }

    fn bytes(&self) -> Result<Vec<u8>, VaultFault> {
        serde_json::to_vec(self).map_err(|_| VaultFault::Internal { step: "key file" })
    }

    /// The slots that passwords open.
    pub(super) fn password_slots(&self) -> impl Iterator<Item = &Slot> {
        self.slots.iter().filter(|slot| slot.kind == SlotKind::Password)
    }
}

#[cfg(test)]
impl KeyFile {
    /// A file as somebody would leave it who edits it knowingly: the unkeyed sum is made to fit,
    /// the seal cannot be.
    pub(super) fn edited(&self, edit: impl FnOnce(&mut Body)) -> Self {
        let mut file = self.clone();
        edit(&mut file.body);
        file.sum = file.body.sum(&file.mac).unwrap();
        file
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> (KeyFile, DatabaseKey) {
        let key = DatabaseKey::from_bytes([7; 32]);
        let vault_id = Hex([1; 16]);
        let root = Root::from_recovery(&[9; 20]);
        let slot = Slot::new(&vault_id, Hex([2; 8]), SlotKind::Recovery, &root, (1, &key)).unwrap();
        let body = Body {
            vault_id,
            vault_salt: Hex([3; 32]),
            device_mark: Hex([4; 8]),
            cost: KdfCost::DEMO,
            slots: vec![slot],
        };
        (KeyFile::sealed(body, &key).unwrap(), key)
    }

    fn parse(bytes: &[u8]) -> Result<KeyFile, VaultFault> {
        KeyFile::parse(Path::new("vault.keys"), bytes)
    }

    #[test]
    fn what_is_written_is_read() {
        let (file, key) = file();
        let again = parse(&file.bytes().unwrap()).unwrap();
        assert_eq!(again, file);
        assert!(again.seal_fits(&key).unwrap());
        assert!(!again.seal_fits(&DatabaseKey::from_bytes([8; 32])).unwrap());
    }

    #[test]
    fn another_spelling_of_the_same_content_is_damage() {
        let (file, _) = file();
        let mut bytes = file.bytes().unwrap();
        bytes.push(b'\n');
        assert!(matches!(parse(&bytes), Err(VaultFault::DamagedKeyFile { .. })));
    }

    #[test]
    fn hostile_figures_are_refused_although_the_sum_fits() {
        let (file, _) = file();
        let edits: [fn(&mut Body); 4] = [
            |body| body.cost.memory_kib = u32::MAX,
            |body| body.cost.passes = 1000,
            |body| body.cost.lanes = 0,
            |body| {
                body.slots = vec![body.slots[0].clone(); 65];
                (0u8..).zip(&mut body.slots).for_each(|(n, slot)| slot.id = Hex([n; 8]));
            },
        ];
        for edit in edits {
            let bytes = file.edited(edit).bytes().unwrap();
            let fault = parse(&bytes).unwrap_err();
            assert!(matches!(fault, VaultFault::OutOfBounds { .. }), "{fault}");
        }
    }

    #[test]
    fn a_full_file_stays_below_the_size_limit() {
        let (file, _) = file();
        let full = file.edited(|body| {
            body.slots[0].tag = Some(Hex([0; 16]));
            let twin = body.slots[0].keys[0].clone();
            body.slots[0].keys.push(twin);
            body.slots = vec![body.slots[0].clone(); MOST_SLOTS];
        });
        assert!((full.bytes().unwrap().len() as u64) < MOST_BYTES);
    }

    #[test]
    fn a_later_format_is_not_called_damage() {
        let later = br#"{"format":2,"news":[]}"#;
        assert!(matches!(parse(later), Err(VaultFault::NewerFormat { have: 2, .. })));
    }

    #[test]
    fn twin_slots_and_missing_tags_are_damage() {
        let (file, _) = file();
        let twins = file.edited(|body| body.slots.push(body.slots[0].clone()));
        let tagged = file.edited(|body| body.slots[0].tag = Some(Hex([0; 16])));
        for odd in [twins, tagged] {
            assert!(matches!(parse(&odd.bytes().unwrap()), Err(VaultFault::DamagedKeyFile { .. })));
        }
    }

    #[test]
    fn slots_with_different_keys_are_damage() {
        let (file, _) = file();
        let edits: [fn(&mut Body); 5] = [
            |body| body.slots[0].keys.clear(),
            |body| body.slots[0].keys[0].generation = 0,
            |body| body.slots[0].keys = vec![body.slots[0].keys[0].clone(); 2],
            |body| body.slots[0].keys = vec![body.slots[0].keys[0].clone(); 3],
            |body| {
                let mut other = body.slots[0].clone();
                other.id = Hex([9; 8]);
                other.keys[0].generation = 2;
                body.slots.push(other);
            },
        ];
        for edit in edits {
            let fault = parse(&file.edited(edit).bytes().unwrap()).unwrap_err();
            assert!(matches!(fault, VaultFault::DamagedKeyFile { .. }), "{fault}");
        }
    }
}
