//! The two directories of a vault and the names in them.

use std::io;
use std::path::Path;

use super::disk;
use super::fault::VaultFault;
use super::file::{KeyFile, MOST_BYTES};

/// The key file, in the data directory.
pub(super) const KEY_FILE: &str = "vault.keys";
/// The key file as it was before the last change.
pub(super) const PREVIOUS: &str = "vault.keys.bak";

/// Reads and checks a key file.
pub(super) fn read_key_file(path: &Path) -> Result<KeyFile, VaultFault> {
    let bytes = disk::read_small(path, MOST_BYTES).map_err(|error| unread(path, &error))?;
    KeyFile::parse(path, &bytes)
}

/// Makes both directories and refuses one that holds a vault, or the backup of one: writing there
/// would soon overwrite the only keys to somebody's data.
pub(super) fn prepare(data_dir: &Path, config_dir: &Path) -> Result<(), VaultFault> {
    disk::ensure_dir(data_dir)?;
    for name in [KEY_FILE, PREVIOUS] {
        let path = data_dir.join(name);
        if path.symlink_metadata().is_ok() {
            return Err(VaultFault::VaultExists { path });
        }
    }
    prepare_device(data_dir, config_dir)
}

/// Makes the configuration directory and refuses one inside the data directory.
pub(super) fn prepare_device(data_dir: &Path, config_dir: &Path) -> Result<(), VaultFault> {
    disk::ensure_dir(config_dir)?;
    let real = |path: &Path| path.canonicalize().map_err(|error| VaultFault::reading(path, &error));
    if real(config_dir)?.starts_with(real(data_dir)?) {
        return Err(VaultFault::DeviceKeyInsideData { path: config_dir.to_path_buf() });
    }
    Ok(())
}

fn unread(path: &Path, error: &io::Error) -> VaultFault {
    let path = path.to_path_buf();
    if error.kind() == io::ErrorKind::NotFound {
        return VaultFault::NoKeyFile { path };
    }
    if error.kind() == io::ErrorKind::InvalidInput {
        return VaultFault::DamagedKeyFile { path };
    }
    VaultFault::reading(&path, error)
}
