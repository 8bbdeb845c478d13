//! One key slot: a key pair that a password or the recovery key unwraps, and the database key
//! sealed to its public half.
//!
//! The indirection lets the database key be changed without anybody's password: a new key is
//! sealed to public keys (security.md 0, decision 3).

use std::convert::Infallible;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305};
use hpke::aead::ChaCha20Poly1305;
use hpke::kdf::HkdfSha256;
use hpke::kem::X25519HkdfSha256;
use hpke::rand_core::{TryCryptoRng, TryRng};
use hpke::{Deserializable, Kem, OpModeR, OpModeS, Serializable};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::derive::{Root, hmac};
use super::fault::VaultFault;
use super::key::{DatabaseKey, Hex, random};

/// Names one slot for the account list; random, so it says nothing about the person.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SlotId(pub String);

/// What unwraps a slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum SlotKind {
    /// An administrator's own password together with `device.key`.
    Password,
    /// The printed recovery key, without `device.key`.
    Recovery,
}

impl SlotKind {
    fn label(self) -> &'static [u8] {
        match self {
            Self::Password => b"password",
            Self::Recovery => b"recovery",
        }
    }
}

/// A slot as it stands in the key file. Nothing in it is secret by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Slot {
    pub(super) id: Hex<8>,
    pub(super) kind: SlotKind,
    /// Only password slots are looked up by tag.
    pub(super) tag: Option<Hex<16>>,
    /// The X25519 public key.
    pub(super) pk: Hex<32>,
    nonce: Hex<24>,
    wrapped_sk: Hex<48>,
    /// The database key, sealed; two while it is being changed, the older one first.
    pub(super) keys: Vec<SealedKey>,
}

/// A database key sealed to a slot's public key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SealedKey {
    /// Which one; 1 until the key is changed for the first time.
    pub(super) generation: u32,
    encapped: Hex<32>,
    sealed: Hex<48>,
}

/// A database key with its number in the order of changes.
pub(super) type Generation<'a> = (u32, &'a DatabaseKey);

/// Separates this use of the sealing scheme from every other one.
const PURPOSE: &[u8] = b"tuanzhuan vault 1";

impl Slot {
    /// A slot with a new key pair that `root` unwraps. Pass the old `id` to replace a slot.
    ///
    /// # Errors
    /// [`VaultFault::NoRandomness`]; other failures of the ciphers cannot happen on these lengths.
    pub(super) fn new(
        vault_id: &Hex<16>,
        id: Hex<8>,
        kind: SlotKind,
        root: &Root,
        key: Generation<'_>,
    ) -> Result<Self, VaultFault> {
        let seed = random::<32>()?;
        let (sk, pk) = X25519HkdfSha256::derive_keypair(seed.as_slice());
        let nonce = Hex(*random::<24>()?);
        let wrapping = root.wrapping_key(&vault_id.0, &id.0)?;
        let secret = Zeroizing::new(<[u8; 32]>::from(sk.to_bytes()));
        let wrapped_sk = wrap(&wrapping, &nonce, &bound(vault_id, id, kind.label()), &secret)?;
        let keys = vec![seal(&pk, (vault_id, id), key)?];
        let tag = match kind {
            SlotKind::Password => Some(Hex(*root.tag()?)),
            SlotKind::Recovery => None,
        };
        let pk = Hex(pk.to_bytes().into());
        Ok(Self { id, kind, tag, pk, nonce, wrapped_sk, keys })
    }

    /// Seals one more database key to this slot; nobody's password is needed for that.
    ///
    /// # Errors
    /// [`VaultFault::NoRandomness`], or a public key that is none.
    pub(super) fn seal_also(
        &mut self,
        vault_id: &Hex<16>,
        key: Generation<'_>,
    ) -> Result<(), VaultFault> {
        let pk = <X25519HkdfSha256 as Kem>::PublicKey::from_bytes(&self.pk.0)
            .map_err(|_| VaultFault::Internal { step: "public key" })?;
        self.keys.push(seal(&pk, (vault_id, self.id), key)?);
        Ok(())
    }

    /// The numbers of the keys sealed here.
    pub(super) fn generations(&self) -> Vec<u32> {
        self.keys.iter().map(|key| key.generation).collect()
    }

    /// A random identifier for a new slot.
    pub(super) fn fresh_id() -> Result<Hex<8>, VaultFault> {
        Ok(Hex(*random::<8>()?))
    }

    /// The identifier as other parts of the program hold it.
    pub(super) fn slot_id(&self) -> SlotId {
        SlotId(self.id.text())
    }

    /// Unwraps the private key and opens every database key sealed here, in the order of the file.
    /// `None` when `root` is not this slot's or any byte of the slot was changed.
    pub(super) fn open(&self, vault_id: &Hex<16>, root: &Root) -> Option<Vec<DatabaseKey>> {
        let wrapping = root.wrapping_key(&vault_id.0, &self.id.0).ok()?;
        let aad = bound(vault_id, self.id, self.kind.label());
        let payload = Payload { msg: &self.wrapped_sk.0, aad: &aad };
        let cipher = XChaCha20Poly1305::new((&*wrapping).into());
        let secret = Zeroizing::new(cipher.decrypt(&self.nonce.0.into(), payload).ok()?);
        let sk = <X25519HkdfSha256 as Kem>::PrivateKey::from_bytes(&secret).ok()?;
        self.keys.iter().map(|key| key.open((vault_id, self.id), &sk)).collect()
    }
}

impl SealedKey {
    fn open(
        &self,
        (vault_id, slot): (&Hex<16>, Hex<8>),
        sk: &<X25519HkdfSha256 as Kem>::PrivateKey,
    ) -> Option<DatabaseKey> {
        let encapped = <X25519HkdfSha256 as Kem>::EncappedKey::from_bytes(&self.encapped.0).ok()?;
        let aad = bound(vault_id, slot, &self.generation.to_be_bytes());
        let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
            &OpModeR::Base,
            sk,
            &encapped,
            PURPOSE,
            &self.sealed.0,
            &aad,
        );
        let bytes = Zeroizing::new(opened.ok()?);
        DatabaseKey::from_slice(&bytes)
    }
}

/// Ties a ciphertext to its vault, its slot and one more fact, so that none can be moved. The
/// first two have a fixed length, so the parts cannot be confused.
fn bound(vault_id: &Hex<16>, id: Hex<8>, fact: &[u8]) -> Vec<u8> {
    [vault_id.0.as_slice(), &id.0, fact].concat()
}

fn wrap(
    wrapping: &Zeroizing<[u8; 32]>,
    nonce: &Hex<24>,
    aad: &[u8],
    secret: &Zeroizing<[u8; 32]>,
) -> Result<Hex<48>, VaultFault> {
    let cipher = XChaCha20Poly1305::new((&**wrapping).into());
    cipher
        .encrypt(&nonce.0.into(), Payload { msg: secret.as_slice(), aad })
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .map(Hex)
        .ok_or(VaultFault::Internal { step: "wrap" })
}

fn seal(
    pk: &<X25519HkdfSha256 as Kem>::PublicKey,
    (vault_id, slot): (&Hex<16>, Hex<8>),
    (generation, key): Generation<'_>,
) -> Result<SealedKey, VaultFault> {
    let aad = bound(vault_id, slot, &generation.to_be_bytes());
    let mut entropy = DrawnEntropy::draw()?;
    hpke::single_shot_seal_with_rng::<ChaCha20Poly1305, HkdfSha256, X25519HkdfSha256>(
        &OpModeS::Base,
        pk,
        PURPOSE,
        key.bytes(),
        &aad,
        &mut entropy,
    )
    .ok()
    .and_then(|(encapped, bytes)| {
        let (encapped, sealed) = (Hex(encapped.to_bytes().into()), Hex(bytes.try_into().ok()?));
        Some(SealedKey { generation, encapped, sealed })
    })
    .ok_or(VaultFault::Internal { step: "seal" })
}

/// Random bytes for the sealing library, which wants a source that cannot fail. The system's can,
/// and its adapter panics then; so the seed is drawn here, where failing is a fault, and stretched
/// with HMAC over a counter.
struct DrawnEntropy {
    seed: Zeroizing<[u8; 32]>,
    blocks: u64,
}

impl DrawnEntropy {
    fn draw() -> Result<Self, VaultFault> {
        Ok(Self { seed: random()?, blocks: 0 })
    }

    fn fill(&mut self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let block = Zeroizing::new(hmac(&self.seed, &[&self.blocks.to_be_bytes()]));
            self.blocks = self.blocks.wrapping_add(1);
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
    }
}

impl TryRng for DrawnEntropy {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.fill(&mut bytes);
        Ok(u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        Ok(u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, out: &mut [u8]) -> Result<(), Infallible> {
        self.fill(out);
        Ok(())
    }
}

impl TryCryptoRng for DrawnEntropy {}

#[cfg(test)]
mod tests {
    use super::*;

    const VAULT: Hex<16> = Hex([4; 16]);

    fn slot(root: &Root, key: &DatabaseKey) -> Slot {
        Slot::new(&VAULT, Hex([5; 8]), SlotKind::Recovery, root, (1, key)).unwrap()
    }

    #[test]
    fn only_the_right_root_opens() {
        let (root, key) = (Root::from_recovery(&[1; 20]), DatabaseKey::random().unwrap());
        let slot = slot(&root, &key);
        assert_eq!(slot.open(&VAULT, &root), Some(vec![key]));
        assert_eq!(slot.open(&VAULT, &Root::from_recovery(&[2; 20])), None);
        assert_eq!(slot.open(&Hex([9; 16]), &root), None);
    }

    #[test]
    fn a_slot_cannot_be_relabelled() {
        let (root, key) = (Root::from_recovery(&[1; 20]), DatabaseKey::random().unwrap());
        let good = slot(&root, &key);
        let tampered: [fn(&mut Slot); 8] = [
            |slot| slot.id.0[0] ^= 1,
            |slot| slot.kind = SlotKind::Password,
            |slot| slot.keys[0].generation = 2,
            |slot| slot.nonce.0[0] ^= 1,
            |slot| slot.wrapped_sk.0[0] ^= 1,
            |slot| slot.keys[0].encapped.0[0] ^= 1,
            |slot| slot.keys[0].encapped.0 = [0; 32],
            |slot| slot.keys[0].sealed.0[47] ^= 1,
        ];
        for tamper in tampered {
            let mut slot = good.clone();
            tamper(&mut slot);
            assert_eq!(slot.open(&VAULT, &root), None);
        }
    }

    #[test]
    fn sealing_twice_gives_different_bytes() {
        let (root, key) = (Root::from_recovery(&[1; 20]), DatabaseKey::random().unwrap());
        let (first, second) = (slot(&root, &key), slot(&root, &key));
        assert_ne!(first.pk, second.pk);
        assert_ne!(first.keys[0].encapped, second.keys[0].encapped);
        assert_ne!(first.keys[0].sealed, second.keys[0].sealed);
    }

    #[test]
    fn a_second_key_is_sealed_without_any_password() {
        let (root, key) = (Root::from_recovery(&[1; 20]), DatabaseKey::random().unwrap());
        let mut slot = slot(&root, &key);
        let next = DatabaseKey::random().unwrap();
        slot.seal_also(&VAULT, (2, &next)).unwrap();
        assert_eq!(slot.generations(), [1, 2]);
        assert_eq!(slot.open(&VAULT, &root), Some(vec![key, next]));
        slot.keys.swap(0, 1);
        slot.keys[0].generation = 1;
        assert_eq!(slot.open(&VAULT, &root), None, "a sealed key cannot be called another");
    }
}
