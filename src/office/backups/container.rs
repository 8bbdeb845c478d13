//! The file of a backup: a header line, a manifest line in JSON, then the files one after the other,
//! each with its length and SHA-256 in the manifest. They are encrypted as they lie on disk.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{cannot_write, no_backup};
use crate::domain::fault::{Fault, FaultKind};
use crate::office::io_fault;
use crate::office::setup::sync_dir;

const MAGIC: &str = "tuanzhuan-backup-1";

/// Most bytes of the manifest line that are read.
const MANIFEST_LIMIT: usize = 16 * 1024;

/// How temporary files of ours begin, so that leftovers of a killed process can be told.
pub(super) const TEMP_PREFIX: &str = ".tuanzhuan-backup-";

/// What may be in a backup. Nothing else is ever unpacked, whatever a manifest says.
const KNOWN: [&str; 3] = ["tuanzhuan.db", "vault.keys", "demo.key"];

/// What a backup says of itself.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Manifest {
    pub made_at: NaiveDateTime,
    pub org: String,
    pub members: i64,
    pub transfers: i64,
    pub events: i64,
    /// The end of the history in it.
    #[serde(default)]
    pub head: Option<String>,
    /// The number of the database key it is under; none in the invented office.
    #[serde(default)]
    pub generation: Option<u32>,
    pub files: Vec<Part>,
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Part {
    pub name: String,
    pub bytes: u64,
    sha256: String,
}

impl Part {
    /// A file as it lies on disk.
    pub fn of(path: &Path) -> Result<Self, Fault> {
        let told = |error: std::io::Error| io_fault("读不了文件", path, &error);
        let mut file = File::open(path).map_err(told)?;
        let (bytes, sha256) = digest(&mut file).map_err(told)?;
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        Ok(Self { name, bytes, sha256 })
    }
}

/// Writes a container under its name, whole or not at all. A file that stands there stays.
pub(super) fn write(path: &Path, manifest: &Manifest, files: &[PathBuf]) -> Result<(), Fault> {
    let told = |error: std::io::Error| cannot_write(path, &error);
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut out = tempfile::Builder::new().prefix(TEMP_PREFIX).tempfile_in(folder).map_err(told)?;
    // Whoever sweeps the folder meanwhile sees that it is no leftover.
    out.as_file().lock().map_err(told)?;
    let line = serde_json::to_string(manifest).map_err(|error| {
        Fault::new(FaultKind::Failed, "备份清单写不出来。请再试一次。").because(error)
    })?;
    writeln!(out, "{MAGIC}\n{line}").map_err(told)?;
    for file in files {
        let mut source = File::open(file).map_err(told)?;
        std::io::copy(&mut source, &mut out).map_err(told)?;
    }
    out.as_file().sync_all().map_err(told)?;
    out.persist_noclobber(path).map_err(|error| told(error.error))?;
    sync_dir(folder)
}

/// Reads what a backup says of itself; the file stands behind it, at the first part.
pub(super) fn open(path: &Path) -> Result<(Manifest, File), Fault> {
    let told = |error: std::io::Error| io_fault("打不开备份", path, &error);
    let mut file = File::open(path).map_err(told)?;
    let magic = read_line(&mut file).map_err(told)?;
    if magic != MAGIC {
        return Err(no_backup(path, "它不是本程序的备份"));
    }
    let line = read_line(&mut file).map_err(told)?;
    let manifest: Manifest = serde_json::from_str(&line)
        .map_err(|error| no_backup(path, "清单读不懂").because(error))?;
    if manifest.files.iter().any(|part| !KNOWN.contains(&part.name.as_str())) {
        return Err(no_backup(path, "里面有不认识的文件"));
    }
    Ok((manifest, file))
}

/// Reads a whole backup and compares each part with its sum.
pub(super) fn check(path: &Path) -> Result<Manifest, Fault> {
    let (manifest, mut file) = open(path)?;
    for part in &manifest.files {
        let told = |error: std::io::Error| io_fault("读不了备份", path, &error);
        let found = digest(&mut (&mut file).take(part.bytes)).map_err(told)?;
        if found != (part.bytes, part.sha256.clone()) {
            return Err(differs(path, part));
        }
    }
    Ok(manifest)
}

fn read_line(file: &mut File) -> std::io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0_u8; 1];
    while line.len() < MANIFEST_LIMIT && file.read(&mut byte)? == 1 && byte[0] != b'\n' {
        line.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}

/// Takes the next part out of a backup.
pub(super) fn unpack(file: &mut File, part: &Part, into: &Path, path: &Path) -> Result<(), Fault> {
    let target = into.join(&part.name);
    let told = |error: std::io::Error| cannot_write(&target, &error);
    let mut out = tempfile::NamedTempFile::new_in(into).map_err(told)?;
    let mut limited = file.take(part.bytes);
    std::io::copy(&mut limited, &mut out).map_err(told)?;
    out.as_file().sync_all().map_err(told)?;
    let mut back = out.reopen().map_err(told)?;
    let (bytes, sha256) = digest(&mut back).map_err(told)?;
    if bytes != part.bytes || sha256 != part.sha256 {
        return Err(differs(path, part));
    }
    out.persist(&target).map(drop).map_err(|error| told(error.error))
}

fn differs(path: &Path, part: &Part) -> Fault {
    no_backup(path, &format!("里面的 {} 和清单对不上", part.name))
}

fn digest(source: &mut impl Read) -> std::io::Result<(u64, String)> {
    let mut hasher = Sha256::new();
    let mut buffer = vec![0_u8; 64 * 1024];
    let mut bytes = 0;
    loop {
        let n = source.read(&mut buffer)?;
        if n == 0 {
            return Ok((bytes, hex(&hasher.finalize())));
        }
        bytes += n as u64;
        hasher.update(buffer.get(..n).unwrap_or_default());
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}
