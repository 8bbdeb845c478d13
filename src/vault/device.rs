//! `device.key`: the second secret, which stays on the machine when the data directory is copied.

use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::derive::hmac;
use super::disk;
use super::fault::VaultFault;
use super::key::{Hex, random};

const NAME: &str = "device.key";
/// The first word of the file, so that a stray text file is not taken for a key.
const MARK: &str = "tuanzhuan-device-key-1 ";

/// 32 random bytes that belong to this machine. Several vaults on one machine may share them:
/// every vault derives with a salt of its own.
pub(super) struct DeviceKey(Zeroizing<[u8; 32]>);

impl DeviceKey {
    /// Where the key lies.
    pub(super) fn path(config_dir: &Path) -> PathBuf {
        config_dir.join(NAME)
    }

    /// Reads the key of this machine.
    pub(super) fn load(config_dir: &Path) -> Result<Self, VaultFault> {
        let path = Self::path(config_dir);
        let bytes = match disk::read_small(&path, 200) {
            Ok(bytes) => bytes,
            Err(error) => return Err(absent(path, &error)),
        };
        let text = std::str::from_utf8(&bytes).ok();
        text.and_then(|text| text.strip_prefix(MARK))
            .and_then(|digits| Hex::<32>::parse(digits.trim_end()))
            .map(|hex| Self(Zeroizing::new(hex.0)))
            .ok_or(VaultFault::DamagedDeviceKey { path })
    }

    /// Reads the key or, when there is none, makes one. An existing file is never overwritten,
    /// not even a damaged one.
    pub(super) fn load_or_create(config_dir: &Path) -> Result<Self, VaultFault> {
        match Self::load(config_dir) {
            Err(VaultFault::NoDeviceKey { path }) => {
                disk::ensure_dir(config_dir)?;
                let key = Self(random()?);
                let text = Zeroizing::new(format!("{MARK}{}\n", Hex(*key.0).text()));
                disk::write_new(&path, text.as_bytes())?;
                Ok(key)
            }
            other => other,
        }
    }

    /// The bytes, for derivation.
    pub(super) fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// What a vault keeps to recognise the key of its machine.
    pub(super) fn mark(&self, vault_id: &Hex<16>) -> Hex<8> {
        let [a, b, c, d, e, f, g, h, ..] = hmac(&self.0, &[b"mark", &vault_id.0]);
        Hex([a, b, c, d, e, f, g, h])
    }
}

fn absent(path: PathBuf, error: &io::Error) -> VaultFault {
    if error.kind() == io::ErrorKind::NotFound {
        return VaultFault::NoDeviceKey { path };
    }
    if error.kind() == io::ErrorKind::InvalidInput {
        return VaultFault::DamagedDeviceKey { path };
    }
    VaultFault::reading(&path, error)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_made_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        assert!(matches!(DeviceKey::load(dir.path()), Err(VaultFault::NoDeviceKey { .. })));
        let made = DeviceKey::load_or_create(dir.path()).unwrap();
        let again = DeviceKey::load_or_create(dir.path()).unwrap();
        assert_eq!(made.bytes(), again.bytes());
        assert_ne!(made.mark(&Hex([0; 16])), made.mark(&Hex([1; 16])));
    }

    #[test]
    fn a_damaged_key_is_named_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = DeviceKey::path(dir.path());
        for content in [b"".as_slice(), b"tuanzhuan-device-key-1 00", &[0xff; 90], &[b'a'; 300]] {
            std::fs::write(&path, content).unwrap();
            let fault = DeviceKey::load_or_create(dir.path()).err().unwrap();
            assert_eq!(fault, VaultFault::DamagedDeviceKey { path: path.clone() });
            assert_eq!(std::fs::read(&path).unwrap(), content);
        }
    }
}
