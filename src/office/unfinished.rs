//! What a killed export left beside its target: a note in the data directory says where to look, and
//! the next start removes it.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use super::{Places, io_fault};
use crate::domain::fault::{Fault, FaultKind};

/// How a note's name begins; the rest is the mark of one export.
const NOTE: &str = ".unfinished-";

/// A file that is being written outside the data directory. Dropped, it is finished or gone, and
/// nothing is left to remember.
pub(super) struct Unfinished {
    note: PathBuf,
    mark: String,
}

impl Unfinished {
    /// Notes that a file for `target` is being written.
    ///
    /// # Errors
    /// Where the note cannot be written: what nobody would remove is not begun.
    pub fn begin(places: &Places, target: &Path) -> Result<Self, Fault> {
        let mut random = [0; 8];
        getrandom::fill(&mut random)
            .map_err(|_| Fault::new(FaultKind::Failed, "系统给不出随机数。请稍后再试。"))?;
        let mark: String = random.iter().map(|byte| format!("{byte:02x}")).collect();
        let note = places.data.join(format!("{NOTE}{mark}"));
        let target = std::path::absolute(target).unwrap_or_else(|_| target.to_owned());
        let folder = target.parent().unwrap_or(Path::new("."));
        write(&note, folder).map_err(|error| io_fault("记不下正在写的文件", &note, &error))?;
        Ok(Self { note, mark })
    }

    /// How the names of its scratch files begin.
    pub fn prefix(&self) -> String {
        prefix_of(&self.mark)
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        fs::remove_file(&self.note).unwrap_or_default();
    }
}

fn prefix_of(mark: &str) -> String {
    format!(".export-{mark}-")
}

/// A folder whose name is no text is not noted: there is no sure way back to it.
fn write(note: &Path, folder: &Path) -> io::Result<()> {
    let mut file = fs::OpenOptions::new().write(true).create_new(true).open(note)?;
    file.write_all(folder.to_str().unwrap_or_default().as_bytes())?;
    file.sync_all()
}

/// Removes what killed exports left, and their notes. Only whoever has just begun to hold the data
/// may do that. A folder that cannot be reached now keeps its note.
pub(super) fn sweep(data: &Path) {
    for entry in fs::read_dir(data).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(mark) = name.to_str().and_then(|name| name.strip_prefix(NOTE)) else { continue };
        if mark.len() != 16 || !mark.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            continue;
        }
        let folder = fs::read_to_string(entry.path()).unwrap_or_default();
        let Ok(files) = fs::read_dir(&folder) else { continue };
        for file in files.flatten() {
            let is_ours = file.file_name().to_string_lossy().starts_with(&prefix_of(mark));
            if is_ours && file.file_type().is_ok_and(|kind| kind.is_file()) {
                fs::remove_file(file.path()).unwrap_or_default();
            }
        }
        fs::remove_file(entry.path()).unwrap_or_default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_killed_export_left_goes_and_nothing_else() {
        let (data, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let places = Places::below(data.path());
        fs::create_dir_all(&places.data).unwrap();
        let begun = Unfinished::begin(&places, &folder.path().join("转接.xlsx")).unwrap();
        let half = folder.path().join(format!("{}abc", begun.prefix()));
        let others = [".export-0011223344556677-x", "转接.xlsx"].map(|n| folder.path().join(n));
        for path in others.iter().chain([&half]) {
            fs::write(path, "半份").unwrap();
        }
        // Killed: nothing is dropped.
        std::mem::forget(begun);
        sweep(&places.data);
        assert!(!half.exists() && others.iter().all(|path| path.exists()));
        assert_eq!(fs::read_dir(&places.data).unwrap().count(), 0);
        drop(Unfinished::begin(&places, &half).unwrap());
        assert_eq!(fs::read_dir(&places.data).unwrap().count(), 0);
    }
}
