//! Backups: one file that holds the database and its key file, checked after writing; restoring
//! shows what would be replaced, keeps the old data, and works on another machine with the recovery
//! key.
//!
//! The container is a header line, a manifest line in JSON, then the two files one after the other,
//! each with its length and SHA-256 in the manifest. Both are encrypted as they lie on disk.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use chrono::NaiveDateTime;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::setup::sync_dir;
use super::{Places, Session, io_fault};
use crate::directory::Directory;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::history::Head;
use crate::domain::ids::Now;
use crate::store::{Deed, Expectations, Signatures, Store, Verification};

const MAGIC: &str = "tuanzhuan-backup-1";

/// Most bytes of the manifest line that are read.
const MANIFEST_LIMIT: usize = 16 * 1024;

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    made_at: NaiveDateTime,
    org: String,
    members: i64,
    transfers: i64,
    events: i64,
    /// The end of the history in it.
    #[serde(default)]
    head: Option<String>,
    files: Vec<Part>,
}

#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Part {
    name: String,
    bytes: u64,
    sha256: String,
}

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
}

impl Session<'_> {
    /// Writes a consistent, verified backup of the live database.
    ///
    /// # Errors
    /// Where this person is no administrator, a file stands there, or it cannot be written.
    pub fn back_up(&self, path: &Path) -> Result<Verification, Fault> {
        if self.actor.role != crate::domain::account::Role::Administrator {
            let sentence = "备份里有全部数据，要由管理员办理。请联系本组织的管理员。";
            return Err(Fault::new(FaultKind::NotAllowed, sentence));
        }
        if path.exists() {
            let sentence = format!("「{}」已经有了，没有动它。请换一个文件名。", path.display());
            return Err(Fault::new(FaultKind::CannotWrite, sentence));
        }
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let scratch = tempfile::Builder::new()
            .prefix(".backup-")
            .tempdir_in(folder)
            .map_err(|error| cannot_write(path, &error))?;
        let copy = scratch.path().join("tuanzhuan.db");
        let key = self.office.key.pragma_literal();
        self.office.store.copy_to(&copy, &key)?;
        let found = Store::open(&copy, &key)?.verify_against(self.expectations(&[]))?;
        self.pack(path, &copy, found)?;
        let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
        let end = found.head.map(|head| format!("记录末条 {head}")).unwrap_or_default();
        self.desk().record(&Deed::new("backup", name).detail(end))?;
        Ok(found)
    }

    fn pack(&self, path: &Path, copy: &Path, found: Verification) -> Result<(), Fault> {
        let keys = if self.office.is_demo() {
            self.office.places.demo_key()
        } else {
            self.office.places.key_file()
        };
        let files = [copy.to_owned(), keys];
        let manifest = Manifest {
            made_at: self.now.local(self.now.moment),
            org: self.actor.org_name.clone(),
            members: found.n_members,
            transfers: found.n_transfers,
            events: found.n_events,
            head: found.head.map(|head| head.to_string()),
            files: files.iter().map(|file| part_of(file)).collect::<Result<_, _>>()?,
        };
        write_container(path, &manifest, &files)
    }

    /// Checks pages, references and the chain of events.
    ///
    /// # Errors
    /// Naming the first thing that is damaged.
    pub fn verify(&self) -> Result<Verification, Fault> {
        self.verify_with(&[])
    }

    /// As [`Session::verify`], also against ends of the history that were written down before.
    ///
    /// # Errors
    /// As [`Session::verify`].
    pub fn verify_with(&self, heads: &[Head]) -> Result<Verification, Fault> {
        self.office.store.verify_against(self.expectations(heads))
    }

    fn expectations<'h>(&self, heads: &'h [Head]) -> Expectations<'h> {
        let signatures =
            if self.office.is_demo() { Signatures::WhereMade } else { Signatures::Required };
        Expectations { now: self.now, signatures, heads }
    }
}

/// Looks into a backup without changing anything.
///
/// # Errors
/// Where it is no backup, or damaged.
pub fn preview_restore(places: &Places, path: &Path) -> Result<RestorePreview, Fault> {
    let (manifest, _) = open_container(path)?;
    Ok(RestorePreview {
        made_at: manifest.made_at.format("%Y-%m-%d %H:%M:%S").to_string(),
        org: manifest.org,
        n_members: manifest.members,
        n_transfers: manifest.transfers,
        replaces: places.database().exists(),
    })
}

/// Puts a backup in place. The data that was there is kept in a folder beside, which is returned.
///
/// # Errors
/// Where the backup is damaged or cannot be put in place; the old data is as it was then.
pub fn restore(places: &Places, path: &Path, now: Now) -> Result<Option<PathBuf>, Fault> {
    places.make()?;
    let (manifest, mut file) = open_container(path)?;
    let fresh = places.data.with_extension("restoring");
    remove_dir(&fresh)?;
    super::places::make_private(&fresh)?;
    for part in &manifest.files {
        unpack(&mut file, part, &fresh, path)?;
    }
    keep_directories(&places.data, &fresh);
    sync_dir(&fresh)?;
    let stamp = now.local(now.moment).format("%Y%m%d-%H%M%S").to_string();
    let old = places.data.with_extension(format!("before-{stamp}"));
    let had = places.database().exists();
    let told = |error: std::io::Error| io_fault("换不了数据目录", &places.data, &error);
    if had {
        std::fs::rename(&places.data, &old).map_err(told)?;
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
    sync_dir(places.data.parent().unwrap_or(&places.data))?;
    Ok(had.then_some(old))
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
            Err(io_fault("清理不了目录", dir, &error))
        }
        _ => Ok(()),
    }
}

fn part_of(path: &Path) -> Result<Part, Fault> {
    let told = |error: std::io::Error| io_fault("读不了文件", path, &error);
    let mut file = File::open(path).map_err(told)?;
    let (bytes, sha256) = digest(&mut file).map_err(told)?;
    let name = path.file_name().map_or_else(String::new, |n| n.to_string_lossy().into_owned());
    Ok(Part { name, bytes, sha256 })
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

fn write_container(path: &Path, manifest: &Manifest, files: &[PathBuf]) -> Result<(), Fault> {
    let told = |error: std::io::Error| cannot_write(path, &error);
    let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut out = tempfile::NamedTempFile::new_in(folder).map_err(told)?;
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

fn open_container(path: &Path) -> Result<(Manifest, File), Fault> {
    let told = |error: std::io::Error| io_fault("打不开备份", path, &error);
    let mut file = File::open(path).map_err(told)?;
    let magic = read_line(&mut file).map_err(told)?;
    if magic != MAGIC {
        return Err(no_backup(path, "它不是本程序的备份"));
    }
    let line = read_line(&mut file).map_err(told)?;
    let manifest: Manifest = serde_json::from_str(&line)
        .map_err(|error| no_backup(path, "清单读不懂").because(error))?;
    let known = ["tuanzhuan.db", "vault.keys", "demo.key"];
    if manifest.files.iter().any(|part| !known.contains(&part.name.as_str())) {
        return Err(no_backup(path, "里面有不认识的文件"));
    }
    Ok((manifest, file))
}

fn read_line(file: &mut File) -> std::io::Result<String> {
    let mut line = Vec::new();
    let mut byte = [0_u8; 1];
    while line.len() < MANIFEST_LIMIT && file.read(&mut byte)? == 1 && byte[0] != b'\n' {
        line.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&line).into_owned())
}

fn unpack(file: &mut File, part: &Part, into: &Path, path: &Path) -> Result<(), Fault> {
    let target = into.join(&part.name);
    let told = |error: std::io::Error| cannot_write(&target, &error);
    let mut out = tempfile::NamedTempFile::new_in(into).map_err(told)?;
    let mut limited = file.take(part.bytes);
    std::io::copy(&mut limited, &mut out).map_err(told)?;
    out.as_file().sync_all().map_err(told)?;
    let mut back = out.reopen().map_err(told)?;
    let (bytes, sha256) = digest(&mut back).map_err(told)?;
    if bytes != part.bytes || sha256 != part.sha256 {
        return Err(no_backup(path, &format!("里面的 {} 和清单对不上", part.name)));
    }
    out.persist(&target).map(drop).map_err(|error| told(error.error))
}

fn no_backup(path: &Path, why: &str) -> Fault {
    let sentence =
        format!("「{}」不能用来恢复：{why}。现有数据没有动。请换一份备份文件。", path.display());
    Fault::new(FaultKind::Damaged, sentence)
}

fn cannot_write(path: &Path, error: &std::io::Error) -> Fault {
    let fault = io_fault("写不了文件", path, error);
    Fault { kind: FaultKind::CannotWrite, ..fault }
}
