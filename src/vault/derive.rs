//! From a password to keys (security.md 4.2), and what a derivation may cost.

use std::time::{Duration, Instant};

use argon2::{Algorithm, Argon2, Params, Version};
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use unicode_normalization::UnicodeNormalization;
use zeroize::Zeroizing;

use super::fault::VaultFault;
use super::signing::SigningRoot;

/// What one Argon2id run may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KdfCost {
    /// Memory, KiB; 8 for each lane up to 1 GiB.
    pub memory_kib: u32,
    /// Passes over the memory, 1 to 20.
    pub passes: u32,
    /// Lanes, 1 to 8.
    pub lanes: u32,
}

/// The bounds are checked before anything is derived: a hostile file must not be able to ask for
/// all memory or an hour of work (security.md 4.2).
const MOST_MEMORY_KIB: u32 = 1024 * 1024;
const MOST_PASSES: u32 = 20;
const MOST_LANES: u32 = 8;
/// The lowest memory a slow machine is calibrated down to: 19 MiB, as OWASP advises.
const LEAST_CALIBRATED_KIB: u32 = 19 * 1024;
const FASTEST: Duration = Duration::from_millis(300);
const SLOWEST: Duration = Duration::from_secs(1);

impl KdfCost {
    /// 64 MiB, 3 passes, 1 lane: about a third of a second on one office core.
    pub const STANDARD: Self = Self { memory_kib: 64 * 1024, passes: 3, lanes: 1 };

    /// Next to nothing. Only for tests and for a demonstration with invented people.
    pub const DEMO: Self = Self { memory_kib: 8, passes: 1, lanes: 1 };

    /// A cost that takes between 0.3 and 1 second on this machine, measured with one standard run.
    ///
    /// # Errors
    /// [`VaultFault::NotEnoughMemory`] when even the measuring run gets no memory.
    pub fn calibrated() -> Result<Self, VaultFault> {
        let start = Instant::now();
        stretch(Self::STANDARD, "calibration", &[0; 32])?;
        Ok(Self::STANDARD.fitted(start.elapsed()))
    }

    /// Scales a cost whose run took `measured` into the wanted range: more passes on a fast
    /// machine, less memory on a slow one.
    fn fitted(self, measured: Duration) -> Self {
        let taken = measured.as_millis().max(1);
        if measured < FASTEST {
            let wanted = (u128::from(self.passes) * FASTEST.as_millis()).div_ceil(taken);
            return Self { passes: clamped(wanted, self.passes, MOST_PASSES), ..self };
        }
        if measured <= SLOWEST {
            return self;
        }
        let wanted = u128::from(self.memory_kib) * SLOWEST.as_millis() / taken;
        Self { memory_kib: clamped(wanted, LEAST_CALIBRATED_KIB, self.memory_kib), ..self }
    }

    /// Refuses a cost that no honest file holds.
    ///
    /// # Errors
    /// [`VaultFault::OutOfBounds`] naming the figure, its value and its limits.
    pub fn checked(self) -> Result<Self, VaultFault> {
        within("核对密码的轮数", self.passes, 1, MOST_PASSES)?;
        within("核对密码的并行数", self.lanes, 1, MOST_LANES)?;
        within("核对密码的内存（KB）", self.memory_kib, 8 * self.lanes, MOST_MEMORY_KIB)?;
        Ok(self)
    }
}

fn clamped(wanted: u128, least: u32, most: u32) -> u32 {
    u32::try_from(wanted).unwrap_or(u32::MAX).clamp(least, most)
}

fn within(item: &'static str, have: u32, least: u32, most: u32) -> Result<(), VaultFault> {
    if (least..=most).contains(&have) {
        return Ok(());
    }
    let (have, least, most) = (u64::from(have), u64::from(least), u64::from(most));
    Err(VaultFault::OutOfBounds { item, have, least, most })
}

/// An account's number in the one form every derivation uses: no blanks around it, capital X.
pub(super) fn normalised_id(id_number: &str) -> Zeroizing<String> {
    Zeroizing::new(id_number.trim().to_uppercase())
}

/// A password in NFKC, so that full-width letters and composed characters from another input
/// method are the same password. The buffer is large enough not to be moved while it grows.
pub(super) fn normalised_password(password: &str) -> Zeroizing<String> {
    let mut text = Zeroizing::new(String::with_capacity(password.len() * 4 + 64));
    text.extend(password.nfkc());
    text
}

#[cfg(test)]
thread_local! {
    static DERIVATIONS: std::cell::Cell<u64> = const { std::cell::Cell::new(0) };
}

/// How many Argon2id runs this thread has made, for tests that compare the work of two answers.
#[cfg(test)]
pub(crate) fn derivations() -> u64 {
    DERIVATIONS.with(std::cell::Cell::get)
}

/// Notes an Argon2id run; does nothing outside tests.
pub(super) fn count_derivation() {
    #[cfg(test)]
    DERIVATIONS.with(|n| n.set(n.get() + 1));
}

/// One Argon2id run over the normalised password. The cost is checked here too, so that no caller
/// can forget to.
pub(super) fn stretch(
    cost: KdfCost,
    password: &str,
    salt: &[u8; 32],
) -> Result<Zeroizing<[u8; 32]>, VaultFault> {
    let cost = cost.checked()?;
    let params = Params::new(cost.memory_kib, cost.passes, cost.lanes, Some(32))
        .map_err(|error| refused(&error, cost))?;
    let mut out = Zeroizing::new([0u8; 32]);
    count_derivation();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(normalised_password(password).as_bytes(), salt, out.as_mut_slice())
        .map_err(|error| refused(&error, cost))?;
    Ok(out)
}

/// Of the derivation's failures only the lack of memory can happen with checked costs.
fn refused(error: &argon2::Error, cost: KdfCost) -> VaultFault {
    if matches!(error, argon2::Error::OutOfMemory) {
        return VaultFault::NotEnoughMemory { mib: cost.memory_kib.div_ceil(1024) };
    }
    VaultFault::Internal { step: "argon2" }
}

/// HMAC-SHA-256 over the parts joined; only the last part may vary in length. A key shorter than the hash's
/// block is defined to be padded with zeros, which makes this infallible.
pub(super) fn hmac(key: &[u8; 32], parts: &[&[u8]]) -> [u8; 32] {
    let mut block = Zeroizing::new([0u8; 64]);
    block[..32].copy_from_slice(key);
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    parts.iter().for_each(|part| mac.update(part));
    mac.finalize().into_bytes().into()
}

/// The pseudo-random key of one login, from which a slot's tag and wrapping key are expanded.
pub(super) struct Root(Zeroizing<[u8; 32]>);

impl Root {
    /// From a password: `HKDF-Extract(Argon2id(password, HMAC(vault_salt, id)) || device.key)`.
    pub(super) fn from_password(
        cost: KdfCost,
        vault_salt: &[u8; 32],
        device_key: &[u8; 32],
        (id_number, password): (&str, &str),
    ) -> Result<Self, VaultFault> {
        let salt = hmac(vault_salt, &[normalised_id(id_number).as_bytes()]);
        let stretched = stretch(cost, password, &salt)?;
        let mut both = Zeroizing::new([0u8; 64]);
        both[..32].copy_from_slice(stretched.as_slice());
        both[32..].copy_from_slice(device_key);
        Ok(Self::extract(both.as_slice()))
    }

    /// From the recovery key, which holds enough chance not to need stretching and works on a
    /// machine without the old `device.key`.
    pub(super) fn from_recovery(recovery: &[u8; 20]) -> Self {
        Self::extract(recovery)
    }

    /// From the database key, for the key file's own seal.
    pub(super) fn from_database_key(key: &[u8; 32]) -> Self {
        Self::extract(key)
    }

    fn extract(material: &[u8]) -> Self {
        let (mut prk, _) = Hkdf::<Sha256>::extract(None, material);
        let mut kept = Zeroizing::new([0u8; 32]);
        kept.copy_from_slice(&prk);
        prk.fill(0);
        Self(kept)
    }

    /// The tag by which a slot is found.
    pub(super) fn tag(&self) -> Result<Zeroizing<[u8; 16]>, VaultFault> {
        self.expand(&[b"tag"])
    }

    /// The key that wraps a slot's private key.
    pub(super) fn wrapping_key(
        &self,
        vault_id: &[u8; 16],
        slot_id: &[u8; 8],
    ) -> Result<Zeroizing<[u8; 32]>, VaultFault> {
        self.expand(&[b"kek", vault_id, slot_id])
    }

    /// What the person signs with. One derivation serves one account, so nothing more is bound in.
    pub(super) fn signing(&self) -> Result<SigningRoot, VaultFault> {
        self.expand(&[b"sign"]).map(SigningRoot::new)
    }

    /// From a stretched password that is only checked, for the verifier of an account.
    pub(super) fn from_stretched(stretched: &[u8; 32]) -> Self {
        Self::extract(stretched)
    }

    /// What is stored to check such a password against. The stretched password itself must not be:
    /// it leads to the signing key.
    pub(super) fn check(&self) -> Result<Zeroizing<[u8; 32]>, VaultFault> {
        self.expand(&[b"check"])
    }

    /// The key of the key file's message authentication code.
    pub(super) fn seal_key(&self) -> Result<Zeroizing<[u8; 32]>, VaultFault> {
        self.expand(&[b"keyfile"])
    }

    fn expand<const N: usize>(&self, info: &[&[u8]]) -> Result<Zeroizing<[u8; N]>, VaultFault> {
        let mut out = Zeroizing::new([0u8; N]);
        Hkdf::<Sha256>::from_prk(self.0.as_slice())
            .ok()
            .and_then(|hkdf| hkdf.expand_multi_info(info, out.as_mut_slice()).ok())
            .ok_or(VaultFault::Internal { step: "hkdf" })?;
        Ok(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn costs_outside_the_bounds_are_refused_before_deriving() {
        let cases = [
            KdfCost { memory_kib: MOST_MEMORY_KIB + 1, passes: 1, lanes: 1 },
            KdfCost { memory_kib: u32::MAX, passes: 1, lanes: 1 },
            KdfCost { memory_kib: 15, passes: 1, lanes: 2 },
            KdfCost { memory_kib: 64, passes: 0, lanes: 1 },
            KdfCost { memory_kib: 64, passes: 21, lanes: 1 },
            KdfCost { memory_kib: 64, passes: 1, lanes: 0 },
            KdfCost { memory_kib: 128, passes: 1, lanes: 9 },
            KdfCost { memory_kib: 128, passes: 1, lanes: u32::MAX },
        ];
        for cost in cases {
            let fault = stretch(cost, "whatever", &[0; 32]).unwrap_err();
            assert!(matches!(fault, VaultFault::OutOfBounds { .. }), "{cost:?}: {fault}");
        }
        assert!(KdfCost::STANDARD.checked().is_ok() && KdfCost::DEMO.checked().is_ok());
    }

    #[test]
    fn calibration_fits_fast_and_slow_machines() {
        let fit = |ms| KdfCost::STANDARD.fitted(Duration::from_millis(ms));
        assert_eq!(fit(400), KdfCost::STANDARD);
        assert_eq!(fit(100).passes, 9);
        assert_eq!(fit(0).passes, MOST_PASSES);
        assert_eq!(fit(2000).memory_kib, 32 * 1024);
        assert_eq!(fit(60_000).memory_kib, LEAST_CALIBRATED_KIB);
        for ms in [0, 1, 299, 300, 1000, 1001, 1_000_000] {
            assert!(fit(ms).checked().is_ok());
        }
    }

    #[test]
    fn hmac_agrees_with_rfc_4231_case_2() {
        let mut key = [0u8; 32];
        key[..4].copy_from_slice(b"Jefe");
        let mac = hmac(&key, &[b"what do ya want ", b"for nothing?"]);
        assert_eq!(mac[..4], [0x5b, 0xdc, 0xc1, 0x46]);
        assert_eq!(mac[28..], [0x64, 0xec, 0x38, 0x43]);
    }

    #[test]
    fn spelling_of_account_and_password_is_forgiven() {
        let root = |id, password| {
            let login = (id, password);
            Root::from_password(KdfCost::DEMO, &[1; 32], &[2; 32], login).unwrap().tag().unwrap()
        };
        assert_eq!(root(" 11010120040102003x ", "Ａbc１"), root("11010120040102003X", "Abc1"));
        assert_ne!(root("11010120040102003X", "Abc1"), root("11010120040102003X", "abc1"));
    }

    #[test]
    fn tag_and_keys_depend_on_every_ingredient() {
        let tag = |salt, device, id, password| {
            let login = (id, password);
            *Root::from_password(KdfCost::DEMO, &[salt; 32], &[device; 32], login)
                .unwrap()
                .tag()
                .unwrap()
        };
        let base = tag(1, 2, "A", "p");
        let others =
            [tag(9, 2, "A", "p"), tag(1, 9, "A", "p"), tag(1, 2, "B", "p"), tag(1, 2, "A", "q")];
        assert!(others.iter().all(|other| *other != base));
        let root = Root::from_recovery(&[3; 20]);
        let key = |vault, slot| *root.wrapping_key(&[vault; 16], &[slot; 8]).unwrap();
        assert!(key(1, 1) != key(1, 2) && key(1, 1) != key(2, 1));
    }
}
