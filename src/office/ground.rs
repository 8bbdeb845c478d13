//! The ground that data lies on: file systems, folders that are synchronised, modes of files, free
//! space, and who this process is.

use std::path::Path;

use super::Places;
use crate::domain::fault::{Fault, FaultKind};

/// Names of folders that a service copies elsewhere, as they stand in paths, with its name.
const SYNC_FOLDERS: &[(&str, &str)] = &[
    ("onedrive", "OneDrive"),
    ("nutstore", "坚果云"),
    ("坚果云", "坚果云"),
    ("baidunetdisk", "百度网盘"),
    ("baidusyncdisk", "百度网盘"),
    ("百度网盘", "百度网盘"),
    ("百度云", "百度网盘"),
    ("wpsdrive", "WPS云盘"),
    ("wps云盘", "WPS云盘"),
    ("wps cloud files", "WPS云盘"),
    ("icloud", "iCloud"),
    ("mobile documents", "iCloud"),
    ("dropbox", "Dropbox"),
];

/// The service that copies what lies below a path, if one of the folders is named so.
pub fn sync_service(path: &Path) -> Option<&'static str> {
    let names = path.components().map(|part| part.as_os_str().to_string_lossy().to_lowercase());
    names.into_iter().find_map(|name| {
        SYNC_FOLDERS.iter().find(|(part, _)| name.contains(part)).map(|(_, service)| *service)
    })
}

/// What kind of file system a magic number of `statfs` names, as far as it matters here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileSystem {
    /// Locks and syncs hold only as far as another machine keeps them (security.md R10).
    Network(&'static str),
    /// Knows no owners, and a pulled stick loses more than the last file.
    Fat,
    /// Anything else.
    Local,
}

/// The kind of a magic number; the list is of `statfs(2)` and `linux/magic.h`.
pub fn file_system(magic: u64) -> FileSystem {
    match magic & 0xffff_ffff {
        0x6969 => FileSystem::Network("NFS"),
        0x517b | 0xff53_4d42 | 0xfe53_4d42 => FileSystem::Network("SMB"),
        0x0102_1997 => FileSystem::Network("9p"),
        0x564c => FileSystem::Network("NCP"),
        0x7375_7245 => FileSystem::Network("Coda"),
        0x5346_414f | 0x6b41_4653 => FileSystem::Network("AFS"),
        0x00c3_6400 => FileSystem::Network("Ceph"),
        0x0bd0_0bd0 => FileSystem::Network("Lustre"),
        0x4d44 | 0x2011_bab0 => FileSystem::Fat,
        _ => FileSystem::Local,
    }
}

/// Refuses a directory on a network file system: two machines would write one database, and
/// neither would notice.
pub(super) fn refuse_network(dir: &Path) -> Result<(), Fault> {
    match kind_of(dir) {
        FileSystem::Network(name) => {
            let sentence = format!(
                "数据目录 {} 在网络盘上（{name}），两台机器同时用会损坏数据，所以没有打开。请把数据放在本机硬盘上，用 --data-dir 指定。",
                dir.display()
            );
            Err(Fault::new(FaultKind::NotAllowed, sentence))
        }
        FileSystem::Fat | FileSystem::Local => Ok(()),
    }
}

#[cfg(target_os = "linux")]
fn kind_of(dir: &Path) -> FileSystem {
    /// The number has another width and sign on each machine; its 32 bits are what counts.
    fn number(raw: impl TryInto<i64>) -> u64 {
        raw.try_into().unwrap_or_default().cast_unsigned()
    }
    let known = rustix::fs::statfs(dir);
    known.map_or(FileSystem::Local, |stat| file_system(number(stat.f_type)))
}

/// Elsewhere the system is not asked.
#[cfg(not(target_os = "linux"))]
fn kind_of(_dir: &Path) -> FileSystem {
    FileSystem::Local
}

/// What should be known about the places before anybody works there; each a sentence.
pub(super) fn warnings(places: &Places) -> Vec<String> {
    let synced = sync_service(&places.data).map(|service| {
        format!(
            "数据目录 {} 在{service}的同步文件夹里：可能被同步坏，也会传到别处。请移到不同步的目录，用 --data-dir 指定。",
            places.data.display()
        )
    });
    let fat = (kind_of(&places.data) == FileSystem::Fat).then(|| {
        format!(
            "数据目录 {} 在 U 盘格式（FAT）的磁盘上：拔盘容易丢数据，别的用户也能读。请移到本机硬盘。",
            places.data.display()
        )
    });
    synced.into_iter().chain(fat).chain(mend_modes(places)).collect()
}

/// Takes away what others may do with directories and files of ours, and says so. What belongs to
/// somebody else cannot be mended and is told as well.
#[cfg(unix)]
fn mend_modes(places: &Places) -> Vec<String> {
    use std::os::unix::fs::PermissionsExt;
    let (mut mended, mut left) = (Vec::new(), Vec::new());
    for path in private_paths(places) {
        let Ok(meta) = std::fs::symlink_metadata(&path) else { continue };
        let mode = meta.permissions().mode();
        if mode & 0o077 == 0 || meta.is_symlink() {
            continue;
        }
        let private = std::fs::Permissions::from_mode(mode & 0o700);
        let done = std::fs::set_permissions(&path, private).is_ok();
        if done { &mut mended } else { &mut left }.push(path.display().to_string());
    }
    let told = |paths: Vec<String>, what: &str| {
        (!paths.is_empty()).then(|| format!("{what}：{}。", paths.join("、")))
    };
    let mended = told(mended, "这些目录或文件原来别的用户也能进或能读，已改成只有本人");
    let left = told(left, "这些目录或文件别的用户也能进或能读，改不了，请看是不是属于别的用户");
    mended.into_iter().chain(left).collect()
}

/// The directories, and the files in those that hold secrets.
#[cfg(unix)]
fn private_paths(places: &Places) -> Vec<std::path::PathBuf> {
    let dirs = [&places.data, &places.config, &places.backups, &places.logs];
    let files = [
        places.database(),
        places.key_file(),
        places.data.join("vault.keys.bak"),
        places.config.join("device.key"),
    ];
    dirs.into_iter().cloned().chain(files).collect()
}

#[cfg(not(unix))]
fn mend_modes(_places: &Places) -> Vec<String> {
    Vec::new()
}

/// Whether this user may write a file, as the system answers; one that is missing is told by
/// whoever opens it.
#[cfg(unix)]
pub(super) fn can_write(path: &Path) -> bool {
    !path.exists() || rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
}

/// Elsewhere a read-only file says so itself.
#[cfg(not(unix))]
pub(super) fn can_write(path: &Path) -> bool {
    std::fs::metadata(path).map_or(true, |meta| !meta.permissions().readonly())
}

/// Bytes that this user may still write below a directory; none where the system does not tell.
#[cfg(unix)]
pub(super) fn free_bytes(dir: &Path) -> Option<u64> {
    let stat = rustix::fs::statvfs(dir).ok()?;
    Some(stat.f_bavail.saturating_mul(stat.f_frsize))
}

/// Elsewhere the write itself will tell.
#[cfg(not(unix))]
pub(super) fn free_bytes(_dir: &Path) -> Option<u64> {
    None
}

/// User, machine and process, for the sentence that names who holds the data.
pub(super) fn who() -> String {
    let process = std::process::id();
    let known: Vec<String> = user().into_iter().chain(machine()).collect();
    format!("{} 进程 {process}", known.join("@")).trim().to_owned()
}

#[cfg(unix)]
fn user() -> Option<String> {
    let number = rustix::process::getuid().as_raw();
    let listed = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = listed.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)? == number.to_string()).then(|| name.to_owned())
    });
    Some(name.unwrap_or_else(|| format!("用户 {number}")))
}

#[cfg(unix)]
fn machine() -> Option<String> {
    Some(rustix::system::uname().nodename().to_string_lossy().into_owned())
}

#[cfg(not(unix))]
fn user() -> Option<String> {
    None
}

#[cfg(not(unix))]
fn machine() -> Option<String> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_systems_of_other_machines_are_known_by_their_numbers() {
        let network = [
            0x6969_u64,
            0x517b,
            0xff53_4d42,
            0xfe53_4d42,
            0x0102_1997,
            0x564c,
            0x7375_7245,
            0x5346_414f,
            0x00c3_6400,
            0x0bd0_0bd0,
            // As a machine gives it whose numbers have a sign.
            0xffff_ffff_ff53_4d42,
        ];
        for magic in network {
            assert!(matches!(file_system(magic), FileSystem::Network(_)), "{magic:x}");
        }
        // ext, xfs, btrfs, tmpfs, overlay, zfs, f2fs, ntfs3.
        for magic in [
            0xef53,
            0x5846_5342,
            0x9123_683e,
            0x0102_1994,
            0x794c_7630,
            0x2fc1_2fc1,
            0xf2f5_2010,
            0x7366_746e,
        ] {
            assert_eq!(file_system(magic), FileSystem::Local, "{magic:x}");
        }
        assert_eq!(
            (file_system(0x4d44), file_system(0x2011_bab0)),
            (FileSystem::Fat, FileSystem::Fat)
        );
    }

    #[test]
    fn synchronised_folders_are_known_by_their_names() {
        for (path, service) in [
            ("/home/a/OneDrive - 某校/团务", Some("OneDrive")),
            ("/home/a/Nutstore Files/团务", Some("坚果云")),
            ("/home/a/我的坚果云/data", Some("坚果云")),
            ("/data/BaiduSyncdisk/x", Some("百度网盘")),
            ("/home/a/WPS云盘/x", Some("WPS云盘")),
            ("/Users/a/Library/Mobile Documents/x", Some("iCloud")),
            ("/Users/a/Library/Mobile Documents/com~apple~CloudDocs", Some("iCloud")),
            ("/home/a/Dropbox/x", Some("Dropbox")),
            ("/home/a/.local/share/tuanzhuan/data", None),
            ("/home/a/文档/团务", None),
        ] {
            assert_eq!(sync_service(Path::new(path)), service, "{path}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn loose_modes_are_mended_once_and_told() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let places = Places::below(dir.path());
        places.make().unwrap();
        std::fs::write(places.key_file(), "x").unwrap();
        let loose = |path: &Path, mode| {
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
        };
        let mode = |path: &Path| path.metadata().unwrap().permissions().mode() & 0o777;
        loose(&places.data, 0o755);
        loose(&places.key_file(), 0o644);
        let said = warnings(&places);
        assert!(said.len() == 1 && said[0].contains("vault.keys"), "{said:?}");
        assert_eq!((mode(&places.data), mode(&places.key_file())), (0o700, 0o600));
        assert_eq!(warnings(&places), [""; 0]);
    }

    #[test]
    fn this_machine_tells_who_we_are_and_how_much_is_free() {
        assert!(who().contains(&std::process::id().to_string()));
        #[cfg(unix)]
        assert!(free_bytes(Path::new("/")).is_some());
    }
}
