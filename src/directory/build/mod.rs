//! Writing a new directory file from a list, with memory that grows by some tens of bytes a row.
//!
//! First the list is surveyed and its tree arranged, so that the number of every row is known.
//! Then the rows are read in the order of their numbers: what they hold goes to the file at once,
//! and the grams of each 65,536 names are sorted, in threads of their own, to temporary files.
//! Last these are merged to lists.

mod arrange;
mod codes;
mod grams;
mod output;
mod rows;
mod segments;
mod survey;

use std::fs::{self, File, OpenOptions};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use crate::domain::progress::{Progress, Watch};

use super::Listing;
use super::fault::DirectoryFault;
use super::file::Directory;
use super::layout::Section;
use arrange::Arranged;
use output::Output;
use survey::Survey;

/// The most rows of a list.
const MOST_ROWS: u32 = 60_000_000;

/// The file whose lock says that a build is under way. It stays, empty.
const LOCK: &str = ".organisations.building";

/// A directory file that is whole but not yet under its name. Dropped, it is removed.
#[derive(Debug)]
pub struct Built {
    file: NamedTempFile,
    dir: PathBuf,
    generation: u64,
    /// Held until the file is published or removed, so that builds never meet.
    _lock: File,
}

impl Built {
    /// Where the file is now.
    pub fn path(&self) -> &Path {
        self.file.path()
    }

    /// Which generation it will be.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// Gives the file its generation's name and returns where it is then.
    ///
    /// # Errors
    /// [`DirectoryFault::Unwritable`]; the file is removed then.
    pub fn publish(self) -> Result<PathBuf, DirectoryFault> {
        let path = self.dir.join(Directory::file_name(self.generation));
        self.file.persist(&path).map_err(|failed| DirectoryFault::writing(failed.error))?;
        sync_folder(&self.dir).map_err(DirectoryFault::writing)?;
        Ok(path)
    }
}

/// Builds a directory file from a list, in a folder, as a generation. All of it is on the disk
/// when this returns; [`Built::publish`] makes it the one that is found.
///
/// # Errors
/// [`DirectoryFault::Stopped`] where the watch stopped it, [`DirectoryFault::Busy`] where another
/// build is under way in this folder, [`DirectoryFault::NotForest`], [`DirectoryFault::TooBig`] or
/// [`DirectoryFault::Changed`] for the list, [`DirectoryFault::Unwritable`] for the disk. Nothing
/// is left behind then.
pub fn build(
    listing: &dyn Listing,
    dir: &Path,
    generation: u64,
    watch: &mut Watch<'_>,
) -> Result<Built, DirectoryFault> {
    let lock = lock(dir)?;
    remove_leftovers(dir);
    let survey = Survey::of(listing, watch)?;
    let arranged = Arranged::of(listing, &survey, watch)?;
    let mut output = Output::new(dir, generation, listing.len())?;
    survey.write(&mut output)?;
    arranged.write(listing, &mut output, watch)?;
    let rows = rows::write(listing, arranged.into_rows(), survey, &mut output, watch)?;
    rows.texts.write(
        &mut output,
        [Section::TextLists, Section::TextKeys, Section::TextIndex],
        watch,
    )?;
    rows.sounds.write(
        &mut output,
        [Section::SoundLists, Section::SoundKeys, Section::SoundIndex],
        watch,
    )?;
    codes::write(&mut output, watch)?;
    let file = output.finish()?;
    Ok(Built { file, dir: dir.to_owned(), generation, _lock: lock })
}

/// Reports progress; a wish to stop becomes a fault, so that `?` hands it up.
fn report(
    watch: &mut Watch<'_>,
    step: &'static str,
    done: u64,
    total: u64,
) -> Result<(), DirectoryFault> {
    match watch(Progress { step, done, total }) {
        ControlFlow::Continue(()) => Ok(()),
        ControlFlow::Break(()) => Err(DirectoryFault::Stopped),
    }
}

fn lock(dir: &Path) -> Result<File, DirectoryFault> {
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(dir.join(LOCK));
    let file = file.map_err(DirectoryFault::writing)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => Err(DirectoryFault::Busy),
        Err(fs::TryLockError::Error(cause)) => Err(DirectoryFault::writing(cause)),
    }
}

/// How the names of unfinished files begin; a generation follows.
const UNFINISHED: &str = ".organisations-";

/// What stands in the names of unfinished files.
const BUILDING: &str = ".building-";

/// Removes what builds left that were killed: nobody builds while we hold the lock. What cannot be
/// removed stays and does no harm.
fn remove_leftovers(dir: &Path) {
    for file in fs::read_dir(dir).into_iter().flatten().flatten() {
        let name = file.file_name();
        let name = name.to_string_lossy();
        if name.starts_with(UNFINISHED) && name.contains(BUILDING) {
            fs::remove_file(file.path()).ok();
        }
    }
}

#[cfg(unix)]
fn sync_folder(dir: &Path) -> io::Result<()> {
    File::open(dir)?.sync_all()
}

#[cfg(not(unix))]
fn sync_folder(_: &Path) -> io::Result<()> {
    Ok(())
}
