//! Files of the vault: read within limits, written whole or not at all (security.md 5).

use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::Path;

use tempfile::NamedTempFile;
use zeroize::Zeroizing;

use super::fault::VaultFault;

/// Names the temporary files, so that leftovers of a killed process can be told and removed.
const TEMP_PREFIX: &str = ".tuanzhuan-vault-";

/// Reads a regular file of at most `most` bytes. Links, pipes and larger files are refused with
/// [`io::ErrorKind::InvalidInput`].
pub(super) fn read_small(path: &Path, most: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let facts = fs::symlink_metadata(path)?;
    if !facts.is_file() || facts.len() > most {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut bytes = Zeroizing::new(Vec::with_capacity(4096));
    // The file may grow between the look and the reading.
    File::open(path)?.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    Ok(bytes)
}

/// Makes a directory only its owner can enter, whose name lasts through a power cut. One that exists
/// is left as it is.
pub(super) fn ensure_dir(path: &Path) -> Result<(), VaultFault> {
    let is_missing = |dir: &&Path| !dir.as_os_str().is_empty() && !dir.exists();
    let missing: Vec<&Path> = path.ancestors().take_while(is_missing).collect();
    let made = private_dir_builder().create(path);
    // A parent that may be entered and not read cannot be synced; the work goes on all the same.
    let sync = |dir| match sync_parent(dir) {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Ok(()),
        synced => synced,
    };
    made.and_then(|()| missing.into_iter().try_for_each(sync))
        .map_err(|error| VaultFault::writing(path, &error))
}

#[cfg(unix)]
fn private_dir_builder() -> fs::DirBuilder {
    use std::os::unix::fs::DirBuilderExt;
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true).mode(0o700);
    builder
}

#[cfg(not(unix))]
fn private_dir_builder() -> fs::DirBuilder {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    builder
}

/// Writes a file that must not exist yet. A link in its place counts as existing.
///
/// # Errors
/// [`VaultFault::VaultExists`] when the name is taken, else [`VaultFault::CannotWrite`].
pub(super) fn write_new(path: &Path, bytes: &[u8]) -> Result<(), VaultFault> {
    let staged = stage(path, bytes).map_err(|error| VaultFault::writing(path, &error))?;
    match staged.persist_noclobber(path) {
        Ok(_) => sync_parent(path).map_err(|error| VaultFault::writing(path, &error)),
        Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => {
            Err(VaultFault::VaultExists { path: path.to_path_buf() })
        }
        Err(failed) => Err(VaultFault::writing(path, &failed.error)),
    }
}

/// Replaces a file: under its name there is the old content or the new one, never half of one.
///
/// # Errors
/// [`VaultFault::CannotWrite`]; a failed sync is not tried again, since a second success would
/// prove nothing (security.md 1, PostgreSQL).
pub(super) fn replace(path: &Path, bytes: &[u8]) -> Result<(), VaultFault> {
    let write = || -> io::Result<()> {
        stage(path, bytes)?.persist(path).map_err(|failed| failed.error)?;
        sync_parent(path)
    };
    write().map_err(|error| VaultFault::writing(path, &error))
}

/// Removes what a process killed in the middle of writing left behind. The caller is the only
/// writer of the directory; a leftover that cannot be removed does no harm.
pub(super) fn sweep(dir: &Path) {
    let Ok(entries) = fs::read_dir(dir) else { return };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(TEMP_PREFIX) {
            fs::remove_file(entry.path()).ok();
        }
    }
}

/// The bytes in a synced temporary file of the same directory, readable by its owner only.
fn stage(path: &Path, bytes: &[u8]) -> io::Result<NamedTempFile> {
    let mut temp = tempfile::Builder::new().prefix(TEMP_PREFIX).tempfile_in(parent(path))?;
    temp.write_all(bytes)?;
    temp.as_file().sync_all()?;
    Ok(temp)
}

fn parent(path: &Path) -> &Path {
    path.parent().filter(|dir| !dir.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// Makes the new directory entry last through a power cut.
#[cfg(unix)]
fn sync_parent(path: &Path) -> io::Result<()> {
    File::open(parent(path))?.sync_all()
}

/// Elsewhere a directory cannot be opened for syncing.
#[cfg(not(unix))]
fn sync_parent(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_never_overwrites() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        write_new(&path, b"first").unwrap();
        assert!(matches!(write_new(&path, b"second"), Err(VaultFault::VaultExists { .. })));
        assert_eq!(fs::read(&path).unwrap(), b"first");
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1, "no temporary file stays");
    }

    #[test]
    fn a_failed_replacement_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        fs::create_dir_all(path.join("in the way")).unwrap();
        assert!(matches!(replace(&path, b"new"), Err(VaultFault::CannotWrite { .. })));
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 1);
    }

    #[test]
    fn reading_is_bounded() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("a");
        replace(&path, &[0; 11]).unwrap();
        assert_eq!(read_small(&path, 11).unwrap().len(), 11);
        assert_eq!(read_small(&path, 10).unwrap_err().kind(), io::ErrorKind::InvalidInput);
        assert_eq!(read_small(dir.path(), 10).unwrap_err().kind(), io::ErrorKind::InvalidInput);
    }

    #[test]
    fn leftovers_are_swept_and_other_files_kept() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join(format!("{TEMP_PREFIX}x1")), b"half").unwrap();
        fs::write(dir.path().join("kept"), b"whole").unwrap();
        sweep(dir.path());
        let names: Vec<_> =
            fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        assert_eq!(names, ["kept"]);
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_may_read_and_links_are_not_followed() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let inner = dir.path().join("x").join("y");
        ensure_dir(&inner).unwrap();
        let path = inner.join("a");
        replace(&path, b"secret").unwrap();
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&inner), mode(&path)), (0o700, 0o600));
        let link = inner.join("link");
        std::os::unix::fs::symlink(&path, &link).unwrap();
        assert!(read_small(&link, 100).is_err());
        assert!(write_new(&link, b"other").is_err());
    }
}
