//! What can go wrong with the keys, said in the words the person reads.

use std::io;
use std::path::{Path, PathBuf};

use thiserror::Error;

use super::policy::PolicyFault;

/// Everything the vault can refuse or fail at. The `Display` sentence is meant for the screen; it
/// names files and figures, never a password, a key or an identity number.
///
/// A wrong password, an unknown identity number and an account that has no slot are deliberately
/// one variant (security.md 4.2): telling them apart would tell a stranger who has an account.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum VaultFault {
    /// There is no `vault.keys` where one was expected.
    #[error("没有找到密钥文件 {}。它应当和数据文件放在同一个目录里。若旁边有 vault.keys.bak，请复制一份并改名为 vault.keys；否则请从最近的备份恢复。", .path.display())]
    NoKeyFile {
        /// Where the file should be.
        path: PathBuf,
    },
    /// The key file is not what this program wrote: bytes are missing or changed.
    #[error("密钥文件 {} 已损坏，内容不完整或被改动过。请先把它另存一份，再用同目录的 vault.keys.bak 或最近的备份里的那份替换它；数据文件不要动。", .path.display())]
    DamagedKeyFile {
        /// The damaged file.
        path: PathBuf,
    },
    /// The file reads well but its seal does not fit the database key: somebody edited it.
    #[error("密钥文件 {} 的封印对不上：它在本程序之外被改过，或者换成了别处的文件。请用同目录的 vault.keys.bak 或最近的备份里的那份替换它，并查一下谁动过这台机器。", .path.display())]
    BrokenSeal {
        /// The edited file.
        path: PathBuf,
    },
    /// The key file was written by a later version of the program.
    #[error("密钥文件 {} 是第 {have} 版格式，现在的程序只认得第 {known} 版。请换用较新的程序打开；这份文件没有改动。", .path.display())]
    NewerFormat {
        /// The file.
        path: PathBuf,
        /// The version it claims.
        have: u32,
        /// The newest version this program knows.
        known: u32,
    },
    /// A figure in a file lies outside what the program is willing to act on.
    #[error(
        "「{item}」现在是 {have}，应在 {least} 到 {most} 之间，所以没有照办。若它来自密钥文件，请用备份里的那份替换。"
    )]
    OutOfBounds {
        /// The figure's name on the screen.
        item: &'static str,
        /// What was found.
        have: u64,
        /// The smallest value accepted.
        least: u64,
        /// The largest value accepted.
        most: u64,
    },
    /// Wrong password, unknown account, or an account without a slot on this machine.
    #[error("账号或密码不对，或者这台机器还没有由管理员开启。")]
    WrongPassword,
    /// `device.key` is not on this machine.
    #[error("这台机器上没有 {}，只凭密码打不开数据。换了机器或重装了系统时，请改用恢复密钥打开，再为这台机器重新设置密码。", .path.display())]
    NoDeviceKey {
        /// Where it should be.
        path: PathBuf,
    },
    /// `device.key` is there but cannot be read as one.
    #[error("机器密钥 {} 已损坏。有备份就用备份替换；没有的话，请把它改名移开，再用恢复密钥打开。", .path.display())]
    DamagedDeviceKey {
        /// The damaged file.
        path: PathBuf,
    },
    /// `device.key` belongs to another machine or another vault.
    #[error("机器密钥 {} 不是这份数据的。数据若是从别的机器拷来的，请用恢复密钥打开，再为这台机器重新设置密码。", .path.display())]
    ForeignDeviceKey {
        /// The file that does not fit.
        path: PathBuf,
    },
    /// A replacement was asked for although this machine's key fits.
    #[error("这台机器的机器密钥没有丢，也对得上，不需要更换。忘了密码时，请直接设置新密码。")]
    DeviceKeyFits,
    /// The second secret would travel with the data.
    #[error("配置目录 {} 在数据目录里面。机器密钥必须放在数据目录之外，否则数据被拷走时钥匙也一起被拷走；请另选一个配置目录。", .path.display())]
    DeviceKeyInsideData {
        /// The configuration directory that was asked for.
        path: PathBuf,
    },
    /// A vault is here already; creating never overwrites.
    #[error("{} 已经存在，这里建过库了，没有覆盖它。请直接打开，或另选一个空目录。", .path.display())]
    VaultExists {
        /// The file that is in the way.
        path: PathBuf,
    },
    /// A password that may not open the database.
    #[error("{}", sentences(.0))]
    WeakPassword(Vec<PolicyFault>),
    /// The same account already opens this vault with this very password.
    #[error("新密码和这个账号现在的密码一样。请换一个没有用过的密码。")]
    PasswordInUse,
    /// No password slot has this identifier.
    #[error("这个账号在本机没有开启，或者已经被撤下。请刷新账号列表后再看一遍。")]
    UnknownSlot,
    /// Removing the last password slot would leave only the recovery key.
    #[error(
        "这是最后一个能用密码打开数据的账号，没有撤下它。请先为另一位管理员开启，再撤下这一位。"
    )]
    LastSlot,
    /// A change of the database key broke off and must be ended before anything else is changed.
    #[error(
        "上次更换数据库密钥没有做完，现在还留着新旧两把，所以先不改动。请腾出磁盘空间、检查目录权限，再由管理员重新登录一次，程序会接着做完。"
    )]
    KeyChangeUnderWay,
    /// What this machine saw last cannot be read, so nothing can be compared with it.
    #[error("记着上次看到哪里的文件 {} 读不出来，这一次判断不了数据是不是旧的。程序从这次登录起重新记；若没有人动过它，请检查磁盘。", .path.display())]
    DamagedSeen {
        /// The file.
        path: PathBuf,
    },
    /// A recovery key that is too short, too long, or holds a character that is never used.
    #[error(
        "恢复密钥应为 36 个字（9 组，每组 4 个），现在认出 {have} 个。请对照纸上的原文从头看一遍；字母 U 不会出现。"
    )]
    RecoveryKeyShape {
        /// How many usable characters were found.
        have: usize,
    },
    /// The check group does not fit the eight groups before it.
    #[error("恢复密钥的最后一组与前面八组对不上，其中有字抄错了。请对照纸上的原文从头逐组看一遍。")]
    RecoveryKeyMistyped,
    /// A well-formed recovery key of some other vault, or one that was replaced.
    #[error(
        "恢复密钥没有抄错，但它打不开这份数据：可能是另一份数据的，或者后来换过新的。请找出最近一次打印的那张。"
    )]
    WrongRecoveryKey,
    /// Reading failed below us.
    #[error("读不了 {}：{cause}。请处理好后再试一次。", .path.display())]
    CannotRead {
        /// The file.
        path: PathBuf,
        /// The operating system's reason in plain words.
        cause: String,
    },
    /// Writing failed below us; the old content is there, or the whole of the new one when only the
    /// last sync failed.
    #[error("没有写成 {}：{cause}。磁盘上仍是一份完整的内容，不会只有半份。请处理好后重新打开，看一遍再继续。", .path.display())]
    CannotWrite {
        /// The file or directory.
        path: PathBuf,
        /// The operating system's reason in plain words.
        cause: String,
    },
    /// The change is made, but the kept previous key file still honours the withdrawn secret.
    #[error("改动已经生效，但旧的 {} 换不掉也删不掉，它还认原来的密码。请手工删除这个文件。", .path.display())]
    PreviousStays {
        /// The file to delete by hand.
        path: PathBuf,
    },
    /// The key derivation could not get its memory.
    #[error("内存不够：核对密码要用 {mib} MB，现在拿不到。请关掉一些别的程序再试一次。")]
    NotEnoughMemory {
        /// Memory wanted, MiB.
        mib: u32,
    },
    /// The operating system gave no random bytes.
    #[error("系统没有给出随机数，没有生成钥匙，什么也没有改动。请重启机器后再试一次。")]
    NoRandomness,
    /// A step that cannot fail did; nothing was changed.
    #[error("程序在「{step}」这一步出了问题，什么也没有改动。请把这句话告诉维护程序的人。")]
    Internal {
        /// The step, for the maintainer.
        step: &'static str,
    },
}

impl VaultFault {
    /// Wraps a failed read.
    pub(super) fn reading(path: &Path, error: &io::Error) -> Self {
        Self::CannotRead { path: path.to_path_buf(), cause: cause(error) }
    }

    /// Wraps a failed write.
    pub(super) fn writing(path: &Path, error: &io::Error) -> Self {
        Self::CannotWrite { path: path.to_path_buf(), cause: cause(error) }
    }
}

/// All faults of a password in one line, in the order they were found.
fn sentences(faults: &[PolicyFault]) -> String {
    faults.iter().map(PolicyFault::sentence).collect()
}

/// The operating system speaks English; these are the causes an office really meets.
const CAUSES: &[(io::ErrorKind, &str)] = &[
    (io::ErrorKind::PermissionDenied, "没有权限"),
    (io::ErrorKind::NotFound, "文件或目录不在了（移动盘是不是拔掉了）"),
    (io::ErrorKind::StorageFull, "磁盘已满"),
    (io::ErrorKind::QuotaExceeded, "磁盘配额用完了"),
    (io::ErrorKind::ReadOnlyFilesystem, "磁盘是只读的"),
    (io::ErrorKind::NotADirectory, "路径当中有一段不是目录"),
    (io::ErrorKind::IsADirectory, "这个位置是一个目录"),
    (io::ErrorKind::AlreadyExists, "同名的文件已经存在"),
    (io::ErrorKind::InvalidInput, "它不是普通文件，或大得不正常"),
];

/// The reason in plain words, with the system's number for the log.
fn cause(error: &io::Error) -> String {
    let words =
        CAUSES.iter().find(|(kind, _)| *kind == error.kind()).map_or("磁盘读写出错", |(_, w)| w);
    match error.raw_os_error() {
        Some(code) => format!("{words}（系统代码 {code}）"),
        None => words.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_name_the_file_and_the_next_step() {
        let path = PathBuf::from("库").join("vault.keys");
        let text = VaultFault::DamagedKeyFile { path }.to_string();
        assert!(text.contains("vault.keys 已损坏") && text.contains("vault.keys.bak"), "{text}");
    }

    #[test]
    fn system_causes_are_said_in_chinese() {
        let full = io::Error::from(io::ErrorKind::StorageFull);
        let text = VaultFault::writing(Path::new("vault.keys"), &full).to_string();
        assert_eq!(
            text,
            "没有写成 vault.keys：磁盘已满。磁盘上仍是一份完整的内容，不会只有半份。请处理好后重新打开，看一遍再继续。"
        );
        assert_eq!(cause(&io::Error::other("odd")), "磁盘读写出错");
    }

    #[test]
    fn several_policy_faults_become_one_message() {
        let faults = vec![PolicyFault::TooCommon, PolicyFault::TooFewClasses { have: 1, least: 3 }];
        let text = VaultFault::WeakPassword(faults).to_string();
        assert!(text.contains("常见") && text.contains("3 类"), "{text}");
    }
}
