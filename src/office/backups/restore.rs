//! Restoring: unpacked into a new directory, compared, swapped; the old one is kept. Killed at any
//! moment, the next start finds the old data or the new, whole.

use std::path::{Path, PathBuf};

use super::{Found, container, enough_space};
use crate::directory::Directory;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::Now;
use crate::office::places::make_private;
use crate::office::setup::sync_dir;
use crate::office::{Occupant, Places, Station, io_fault};

/// Says that a new directory is complete, so that an interrupted swap may be finished.
const COMPLETE: &str = "restore.complete";

/// Says that the data was restored, until the history does.
const RESTORED: &str = "restored";

/// What restoring would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RestorePreview {
    /// When the backup was made, local time.
    pub made_at: String,
    /// Whose it is.
    pub org: String,
    /// Members in it.
    pub n_members: i64,
    /// Transfers in it.
    pub n_transfers: i64,
    /// Whether there is data now that would be set aside.
    pub replaces: bool,
    /// The bytes of the database now, where there is one; it says how much would be set aside.
    pub bytes_now: Option<u64>,
}

/// Looks into a backup without changing anything. Every part is compared with its sum.
///
/// # Errors
/// Where it is no backup, or damaged.
pub fn preview_restore(places: &Places, path: &Path) -> Result<RestorePreview, Fault> {
    let manifest = container::check(path)?;
    let now = std::fs::metadata(places.database()).ok();
    let found = Found::of(path, &manifest);
    Ok(RestorePreview {
        made_at: found.made_at.format("%Y-%m-%d %H:%M:%S").to_string(),
        org: found.org,
        n_members: found.n_members,
        n_transfers: found.n_transfers,
        replaces: has_data(places),
        bytes_now: now.map(|meta| meta.len()),
    })
}

fn has_data(places: &Places) -> bool {
    places.database().exists() || places.key_file().exists()
}

/// Puts a backup in place. The data that was there is kept in a folder beside, which is returned.
///
/// # Errors
/// Where another process holds the data, the backup is damaged, there is no room for it, or it
/// cannot be put in place; the old data is as it was then.
pub fn restore(places: &Places, path: &Path, now: Now) -> Result<Option<PathBuf>, Fault> {
    finish_restore(places)?;
    places.make()?;
    let station = Station::required(&places.data, Occupant::Command, now)?;
    put_in_place(places, path, now, station)
}

/// The same for whoever holds the data already; the hold ends with the old directory.
pub(in crate::office) fn put_in_place(
    places: &Places,
    path: &Path,
    now: Now,
    station: Station,
) -> Result<Option<PathBuf>, Fault> {
    let fresh = fresh_of(places);
    unpack_into(&fresh, places, path)?;
    let had = has_data(places);
    let old = free_name(places, now);
    let told = |error: std::io::Error| io_fault("换不了数据目录", &places.data, &error);
    if had {
        std::fs::rename(&places.data, &old).map_err(told)?;
        // One after the other also for a power cut, which could keep the second step alone.
        sync_dir(places.data.parent().unwrap_or(&places.data))?;
    } else {
        remove_dir(&places.data)?;
    }
    if let Err(error) = std::fs::rename(&fresh, &places.data) {
        if had {
            // The old data goes back; what cannot be put back is named by the first error.
            std::fs::rename(&old, &places.data).map_err(told)?;
        }
        return Err(told(error));
    }
    drop(station);
    settle(places)?;
    Ok(had.then_some(old))
}

/// Finishes a swap that was killed between its two steps: the old data is aside, the new is
/// complete and not yet in its place. Costs a look where nothing of the kind happened.
///
/// # Errors
/// Where the directory cannot be moved.
pub fn finish_restore(places: &Places) -> Result<(), Fault> {
    let fresh = fresh_of(places);
    if places.data.exists() || !fresh.join(COMPLETE).exists() {
        return Ok(());
    }
    let told = |error: std::io::Error| io_fault("换不了数据目录", &places.data, &error);
    std::fs::rename(&fresh, &places.data).map_err(told)?;
    settle(places)
}

fn settle(places: &Places) -> Result<(), Fault> {
    sync_dir(places.data.parent().unwrap_or(&places.data))?;
    // From here on it only tells whoever signs in next. Where it stays, nothing is lost by it.
    std::fs::rename(places.data.join(COMPLETE), places.data.join(RESTORED)).unwrap_or_default();
    Ok(())
}

/// Whether the data was restored and the history does not say so yet: restoring needs nobody signed
/// in, so whoever signs in next records it.
pub(in crate::office) fn is_unrecorded(places: &Places) -> bool {
    places.data.join(RESTORED).exists()
}

/// The history says so now.
pub(in crate::office) fn is_recorded_now(places: &Places) {
    std::fs::remove_file(places.data.join(RESTORED)).unwrap_or_default();
}

fn fresh_of(places: &Places) -> PathBuf {
    places.data.with_extension("restoring")
}

/// A name for the old data that nothing has yet.
fn free_name(places: &Places, now: Now) -> PathBuf {
    let stamp = now.local(now.moment).format("%Y%m%d-%H%M%S").to_string();
    let name = |n: u32| {
        let more = if n == 0 { String::new() } else { format!("-{n}") };
        places.data.with_extension(format!("before-{stamp}{more}"))
    };
    (0..).map(name).find(|path| !path.exists()).unwrap_or_else(|| name(0))
}

/// Unpacks a backup into a directory of its own and marks it complete at the very end.
fn unpack_into(fresh: &Path, places: &Places, path: &Path) -> Result<(), Fault> {
    let (manifest, mut file) = container::open(path)?;
    let bytes: u64 = manifest.files.iter().map(|part| part.bytes).sum();
    enough_space(&places.data, bytes)?;
    remove_dir(fresh)?;
    make_private(fresh)?;
    for part in &manifest.files {
        container::unpack(&mut file, part, fresh, path)?;
    }
    keep_directories(&places.data, fresh);
    // Whoever was made to wait still waits after a restore.
    std::fs::copy(places.data.join("attempts.json"), fresh.join("attempts.json"))
        .map(drop)
        .unwrap_or_default();
    sync_dir(fresh)?;
    std::fs::File::create(fresh.join(COMPLETE))
        .and_then(|mark| mark.sync_all())
        .map_err(|error| super::cannot_write(fresh, &error))?;
    sync_dir(fresh)
}

/// The directory of organisations is public and in no backup: what is here stays in use. Where it
/// cannot be kept, the first search says that it has to be imported again.
fn keep_directories(from: &Path, to: &Path) {
    for generation in Directory::generations(from) {
        let name = Directory::file_name(generation);
        let (old, new) = (from.join(&name), to.join(&name));
        // Such a file never changes, so two folders can share it.
        let linked = std::fs::hard_link(&old, &new);
        linked.or_else(|_| std::fs::copy(&old, &new).map(drop)).unwrap_or_default();
    }
}

fn remove_dir(dir: &Path) -> Result<(), Fault> {
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            let fault = io_fault("清理不了目录", dir, &error);
            Err(Fault { kind: FaultKind::CannotWrite, ..fault })
        }
        _ => Ok(()),
    }
}
