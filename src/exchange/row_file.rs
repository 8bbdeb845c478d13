//! Rows of texts as a file, whatever their columns are: what an import hands back to be mended.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, XlsxError};
use tempfile::NamedTempFile;

use super::export::sum_of;
use super::text::guarded;

/// Why there is no file. Nothing is left behind then.
#[derive(Debug)]
pub enum RowFileFault {
    /// There is a file of that name.
    Exists,
    /// The extension is neither `.xlsx` nor `.csv`.
    Extension,
    /// The disk or the system refused.
    Io(io::Error),
}

impl From<io::Error> for RowFileFault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

/// A file that is complete and on the disk, and has no name yet: it can be recorded before it
/// appears. Dropped, it leaves nothing behind.
#[derive(Debug)]
pub struct StagedRows {
    path: PathBuf,
    scratch: NamedTempFile,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
}

impl StagedRows {
    /// Lets it appear under its name.
    ///
    /// # Errors
    /// As [`RowFileFault`] says; a file that is there is never touched.
    pub fn publish(self) -> Result<(), RowFileFault> {
        match self.scratch.persist_noclobber(self.path) {
            Ok(_) => Ok(()),
            Err(fault) if fault.error.kind() == io::ErrorKind::AlreadyExists => {
                Err(RowFileFault::Exists)
            }
            Err(fault) => Err(RowFileFault::Io(fault.error)),
        }
    }
}

/// Puts rows on the disk, the first being the header, beside the place where they shall appear and
/// under a name that begins with `prefix`. The file is readable by its owner only, because it names
/// people.
///
/// # Errors
/// As [`RowFileFault`] says; nothing is left behind then.
pub fn stage_rows(
    path: &Path,
    rows: &[Vec<String>],
    prefix: &str,
) -> Result<StagedRows, RowFileFault> {
    let extension = path.extension().map(|e| e.to_string_lossy().to_ascii_lowercase());
    let write = match extension.as_deref() {
        Some("xlsx") => write_workbook,
        Some("csv") => write_text,
        Some(_) | None => return Err(RowFileFault::Extension),
    };
    if path.symlink_metadata().is_ok() {
        return Err(RowFileFault::Exists);
    }
    let parent = path.parent().filter(|dir| !dir.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    let scratch = tempfile::Builder::new().prefix(prefix).tempfile_in(parent)?;
    write(scratch.as_file(), rows)?;
    scratch.as_file().sync_all()?;
    let sha256 = sum_of(scratch.as_file())?;
    Ok(StagedRows { path: path.to_owned(), scratch, sha256 })
}

fn write_workbook(file: &File, rows: &[Vec<String>]) -> io::Result<()> {
    let mut book = Workbook::new();
    fill(&mut book, rows).map_err(io_error)?;
    book.save_to_writer(file).map_err(io_error)
}

/// Texts only, so that no number loses digits and no formula runs.
fn fill(book: &mut Workbook, rows: &[Vec<String>]) -> Result<(), XlsxError> {
    let day = ExcelDateTime::from_ymd(2020, 1, 1)?;
    book.set_properties(&DocProperties::new().set_creation_datetime(&day));
    let (text, head) =
        (Format::new().set_num_format("@"), Format::new().set_num_format("@").set_bold());
    let sheet = book.add_worksheet();
    sheet.set_name("要改的行")?.set_freeze_panes(1, 0)?;
    for (at, row) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(row) {
            let format = if at == 0 { &head } else { &text };
            sheet.write_string_with_format(at, column, cell, format)?;
        }
    }
    Ok(())
}

fn io_error(fault: XlsxError) -> io::Error {
    match fault {
        XlsxError::IoError(cause) => cause,
        other => io::Error::other(other.to_string()),
    }
}

fn write_text(file: &File, rows: &[Vec<String>]) -> io::Result<()> {
    let mut out = BufWriter::new(file);
    out.write_all(b"\xEF\xBB\xBF")?;
    let ends = csv::Terminator::CRLF;
    let mut sheet = csv::WriterBuilder::new().terminator(ends).flexible(true).from_writer(out);
    for row in rows {
        sheet.write_record(row.iter().map(|cell| guarded(cell)))?;
    }
    sheet.flush()
}

#[cfg(test)]
mod tests {
    use super::super::sheet::Cell;
    use super::super::sheet_file::SheetFile;
    use super::*;

    #[test]
    fn rows_come_back_as_they_went_and_nothing_is_replaced() {
        let dir = tempfile::tempdir().unwrap();
        let row = |cells: [&str; 2]| cells.map(str::to_owned).to_vec();
        let rows = [row(["姓名", "号"]), row(["=1+1", "320102200001015531"])];
        for name in ["a.xlsx", "a.csv"] {
            let path = dir.path().join(name);
            stage_rows(&path, &rows, ".export-").unwrap().publish().unwrap();
            let file = SheetFile::open(&path).unwrap();
            let mut source = file.rows().unwrap();
            for wanted in &rows {
                let found = source.next_row().unwrap().unwrap();
                assert_eq!(&found.cells.iter().map(Cell::text).collect::<Vec<_>>(), wanted);
            }
            let again = stage_rows(&path, &rows, ".export-");
            assert!(matches!(again, Err(RowFileFault::Exists)));
        }
        let other = dir.path().join("a.txt");
        assert!(matches!(stage_rows(&other, &rows, ""), Err(RowFileFault::Extension)));
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 2);
    }
}
