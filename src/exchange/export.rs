//! Tables to files: `.xlsx`, `.csv`, `.json` or `.pdf` by the extension, whole or not at all.
//!
//! Rows come one at a time and are not kept, so that a register of any size needs little memory.
//! The file appears under its name only when it is complete and on the disk.

mod csv_file;
mod json_file;
mod pdf_file;
mod xlsx_file;

#[cfg(test)]
mod tests;

use std::fmt::Display;
use std::fs::File;
use std::io::{self, Read as _, Seek as _, Write as _};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};
use tempfile::NamedTempFile;

use super::letter::{OwnFont, PaperFault};

/// Number in a JSON export by which a reader knows its form.
pub const SCHEMA: u32 = 1;

/// What an export holds, apart from its rows.
#[derive(Debug, Clone, Copy)]
pub struct ExportTable<'t> {
    /// Name of the sheet in a workbook; at most 31 characters, none of `[]:*?/\`.
    pub sheet_name: &'t str,
    /// The columns in order.
    pub columns: &'t [ExportColumn],
    /// The end of the history when the file was made, where the form has a place for it; CSV has
    /// none.
    pub history_head: Option<&'t str>,
    /// The office's own font for what is printed; the built-in one where it names none.
    pub own_font: Option<&'t OwnFont>,
    /// How the name of the file begins while it is being written, beside its target.
    pub scratch_prefix: &'t str,
}

/// A column of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ExportColumn {
    /// Key in JSON.
    pub id: &'static str,
    /// Header in the other forms.
    pub header: &'static str,
    /// Width in a workbook, in columns of the screen: a Han character takes two.
    pub width_columns: u16,
}

/// Rows of an export, each with a text for every column; missing ones at the end are empty.
pub type ExportRows<'r, E> = dyn Iterator<Item = Result<Vec<String>, E>> + 'r;

/// Whether a file of that name may be replaced.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Overwrite {
    /// It may.
    Yes,
    /// It may not.
    No,
}

impl From<bool> for Overwrite {
    /// From the answer to 「同名文件已有时替换」.
    fn from(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }
}

/// Whether ID numbers and telephones leave in the clear (domain.md A6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Disclosure {
    /// Masked: the default.
    Masked,
    /// In full, which the caller has to record.
    Full,
}

/// Why there is no file. `Display` is the whole Chinese sentence. Nothing is left behind.
#[derive(Debug, thiserror::Error)]
pub enum ExportFault<E> {
    /// The extension is none of ours.
    #[error("不知道「{}」要存成什么。文件名请以 .xlsx、.csv、.json 或 .pdf 结尾。", .0.display())]
    UnknownExtension(PathBuf),
    /// There is a file of that name.
    #[error("「{}」已经有了，没有动它。请换一个文件名；要替换它，就选「同名文件已有时替换」（命令行用 --overwrite）。", .0.display())]
    Exists(PathBuf),
    /// The name is a symbolic link, which would lead the file elsewhere.
    #[error("「{}」是一个链接，不是文件，没有写。请直接写真正的文件名。", .0.display())]
    Link(PathBuf),
    /// The disk or the system refused.
    #[error("写不成「{}」：{}。请改好后再导出一次。", .path.display(), cause_in_words(.cause))]
    CannotWrite {
        /// The file wanted.
        path: PathBuf,
        /// What the system said.
        cause: io::Error,
    },
    /// More rows than a workbook can hold.
    #[error("超过 {0} 行，.xlsx 放不下。请导出成 .csv，或分几次导出。")]
    TooManyRows(u64),
    /// A text that is too long for a cell of a workbook.
    #[error("第 {row} 行「{header}」太长，.xlsx 的一格最多 32767 个字。请导出成 .csv。")]
    CellTooLong {
        /// Row of the export from one, without the header.
        row: u64,
        /// Header of the column.
        header: &'static str,
    },
    /// A paper that is no PDF by its name.
    #[error("「{}」不是 .pdf 文件名，没有打印。请把文件名写成以 .pdf 结尾。", .0.display())]
    NotPdf(PathBuf),
    /// What cannot be printed.
    #[error("{0}")]
    Paper(PaperFault),
    /// The rows could not be had.
    #[error("{0}")]
    Source(E),
}

/// A file that is on the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Rows of the table.
    pub n_rows: u64,
    /// SHA-256 of the bytes, taken before the file had its name: nobody can have put another one in
    /// its place.
    pub sha256: [u8; 32],
}

/// Puts a table on the disk beside the place where it shall appear.
///
/// The file is readable by its owner only, because it names people.
///
/// # Errors
/// As [`ExportFault`] says; nothing is left behind then, and an old file is as it was.
pub fn stage_table<E: Display>(
    path: &Path,
    table: &ExportTable<'_>,
    rows: &mut ExportRows<'_, E>,
    overwrite: Overwrite,
) -> Result<(Written, Staged), ExportFault<E>> {
    let form = Form::of(path).ok_or_else(|| ExportFault::UnknownExtension(path.to_owned()))?;
    check_target(path, overwrite)?;
    let target = Target { path, directory: directory_of(path) };
    let scratch =
        target.scratch(table.scratch_prefix).map_err(|cause| target.cannot_write(cause))?;
    let written = form.write(table, rows, scratch.as_file(), target.directory);
    let n_rows = written.map_err(|stop| target.fault(stop))?;
    let synced = scratch.as_file().sync_all().and_then(|()| sum_of(scratch.as_file()));
    let sha256 = synced.map_err(|cause| target.cannot_write(cause))?;
    let written = Written { n_rows, sha256 };
    Ok((written, Staged { path: path.to_owned(), scratch, overwrite }))
}

/// The SHA-256 of an open file from its beginning, whatever has its name by now.
pub(super) fn sum_of(mut file: &File) -> io::Result<[u8; 32]> {
    let mut hasher = Sha256::new();
    file.rewind()?;
    let mut buffer = vec![0; 64 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hasher.finalize().into()),
            n => hasher.update(buffer.get(..n).unwrap_or_default()),
        }
    }
}

/// A file that is complete and on the disk, and has no name yet: what is recorded of it can be
/// recorded before it appears. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct Staged {
    path: PathBuf,
    scratch: NamedTempFile,
    overwrite: Overwrite,
}

/// Puts the bytes of a PDF on the disk beside the place where it shall appear, under a name that
/// begins with `prefix`.
///
/// # Errors
/// As [`ExportFault`] says; nothing is left behind then.
pub fn stage<E>(
    path: &Path,
    bytes: &[u8],
    (overwrite, prefix): (Overwrite, &str),
) -> Result<Staged, ExportFault<E>> {
    check_paper(path, overwrite)?;
    let target = Target { path, directory: directory_of(path) };
    let filled = target.scratch(prefix).and_then(|mut scratch| {
        scratch.write_all(bytes)?;
        scratch.as_file().sync_all()?;
        Ok(scratch)
    });
    let scratch = filled.map_err(|cause| target.cannot_write(cause))?;
    Ok(Staged { path: path.to_owned(), scratch, overwrite })
}

/// Whether a PDF may be written there, before any work is done for it.
///
/// # Errors
/// Where it may not.
pub fn check_paper<E>(path: &Path, overwrite: Overwrite) -> Result<(), ExportFault<E>> {
    if Form::of(path) != Some(Form::Pdf) {
        return Err(ExportFault::NotPdf(path.to_owned()));
    }
    check_target(path, overwrite)
}

impl Staged {
    /// The SHA-256 of the file.
    ///
    /// # Errors
    /// Where it cannot be read back.
    pub fn sha256<E>(&self) -> Result<[u8; 32], ExportFault<E>> {
        let target = Target { path: &self.path, directory: directory_of(&self.path) };
        sum_of(self.scratch.as_file()).map_err(|cause| target.cannot_write(cause))
    }

    /// Lets it appear under its name.
    ///
    /// # Errors
    /// Where the name was taken meanwhile, or the disk refuses.
    pub fn publish<E>(self) -> Result<(), ExportFault<E>> {
        let target = Target { path: &self.path, directory: directory_of(&self.path) };
        target.publish(self.scratch, self.overwrite)
    }
}

/// The forms of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    Xlsx,
    Csv,
    Json,
    Pdf,
}

impl Form {
    fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?.to_str()?.to_ascii_lowercase();
        match extension.as_str() {
            "xlsx" => Some(Self::Xlsx),
            "csv" => Some(Self::Csv),
            "json" => Some(Self::Json),
            "pdf" => Some(Self::Pdf),
            _ => None,
        }
    }

    fn write<E>(
        self,
        table: &ExportTable<'_>,
        rows: &mut ExportRows<'_, E>,
        file: &File,
        scratch_directory: &Path,
    ) -> Result<u64, Stop<E>> {
        match self {
            Self::Xlsx => xlsx_file::write(table, rows, file, scratch_directory),
            Self::Csv => csv_file::write(table, rows, file),
            Self::Json => json_file::write(table, rows, file),
            Self::Pdf => pdf_file::write(table, rows, file),
        }
    }
}

/// Why a writer stopped; it does not know the path.
enum Stop<E> {
    Io(io::Error),
    TooManyRows(u64),
    CellTooLong { row: u64, header: &'static str },
    Paper(PaperFault),
    Source(E),
}

impl<E> From<PaperFault> for Stop<E> {
    fn from(fault: PaperFault) -> Self {
        Self::Paper(fault)
    }
}

impl<E> From<io::Error> for Stop<E> {
    fn from(cause: io::Error) -> Self {
        Self::Io(cause)
    }
}

fn check_target<E>(path: &Path, overwrite: Overwrite) -> Result<(), ExportFault<E>> {
    let Ok(found) = path.symlink_metadata() else { return Ok(()) };
    if found.is_symlink() {
        return Err(ExportFault::Link(path.to_owned()));
    }
    match overwrite {
        Overwrite::No => Err(ExportFault::Exists(path.to_owned())),
        Overwrite::Yes => Ok(()),
    }
}

fn directory_of(path: &Path) -> &Path {
    path.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

struct Target<'p> {
    path: &'p Path,
    directory: &'p Path,
}

impl Target<'_> {
    /// A file beside the target, so that renaming cannot cross a disk; 0600 by `tempfile`.
    fn scratch(&self, prefix: &str) -> io::Result<NamedTempFile> {
        tempfile::Builder::new().prefix(prefix).tempfile_in(self.directory)
    }

    fn publish<E>(
        &self,
        scratch: NamedTempFile,
        overwrite: Overwrite,
    ) -> Result<(), ExportFault<E>> {
        let renamed = match overwrite {
            Overwrite::Yes => scratch.persist(self.path),
            Overwrite::No => scratch.persist_noclobber(self.path),
        };
        renamed.map_err(|fault| match fault.error.kind() {
            io::ErrorKind::AlreadyExists => ExportFault::Exists(self.path.to_owned()),
            _ => self.cannot_write(fault.error),
        })?;
        self.sync_directory().map_err(|cause| self.cannot_write(cause))
    }

    /// The new name must outlive a power cut too. Only Unix opens directories as files.
    fn sync_directory(&self) -> io::Result<()> {
        if cfg!(unix) { File::open(self.directory)?.sync_all() } else { Ok(()) }
    }

    fn cannot_write<E>(&self, cause: io::Error) -> ExportFault<E> {
        ExportFault::CannotWrite { path: self.path.to_owned(), cause }
    }

    fn fault<E>(&self, stop: Stop<E>) -> ExportFault<E> {
        match stop {
            Stop::Io(cause) => self.cannot_write(cause),
            Stop::TooManyRows(limit) => ExportFault::TooManyRows(limit),
            Stop::CellTooLong { row, header } => ExportFault::CellTooLong { row, header },
            Stop::Paper(fault) => ExportFault::Paper(fault),
            Stop::Source(source) => ExportFault::Source(source),
        }
    }
}

/// The causes that people can do something about, in words; the others as the system says them.
fn cause_in_words(cause: &io::Error) -> String {
    match cause.kind() {
        io::ErrorKind::NotFound => "没有这个文件夹".to_owned(),
        io::ErrorKind::PermissionDenied => "没有在这个文件夹里写的权限".to_owned(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "磁盘满了".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "这个磁盘只能读".to_owned(),
        io::ErrorKind::IsADirectory => "这是一个文件夹".to_owned(),
        io::ErrorKind::NotADirectory => "路径中间有一段不是文件夹".to_owned(),
        io::ErrorKind::InvalidFilename => "文件名太长或有不能用的字".to_owned(),
        _ => cause.to_string(),
    }
}
