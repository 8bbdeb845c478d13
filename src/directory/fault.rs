//! What can be wrong with a directory file, each with its whole sentence.

use std::io;
use std::path::Path;

use crate::domain::fault::{Fault, FaultKind};

use super::layout::Section;

/// Why a directory cannot be opened, read or built.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DirectoryFault {
    /// There is no such file.
    #[error("本机没有全国组织名单文件（{0}）。名单由导入全国组织表得到，请导入全国组织表")]
    Missing(String),
    /// The file is something else.
    #[error(
        "{0} 不是全国组织名单文件，应该是由本程序导入全国组织表得到的文件，请重新导入全国组织名单"
    )]
    NotDirectory(String),
    /// The file ends too early.
    #[error("全国组织名单文件 {0} 不完整，后面缺了一部分，请重新导入全国组织名单")]
    Truncated(String),
    /// A later version of the program made the file.
    #[error(
        "全国组织名单文件 {0} 由更新版本的程序生成，本版本读不了，请升级程序，或用本版本重新导入全国组织名单"
    )]
    Newer(String),
    /// An earlier version of the program made the file.
    #[error(
        "全国组织名单文件 {0} 由旧版本的程序生成，本版本不再使用这种格式，请重新导入全国组织名单"
    )]
    Older(String),
    /// A part of the file is not as it was written.
    #[error("全国组织名单文件的「{}」部分已损坏，内容与生成时不同，请重新导入全国组织名单", .0.label())]
    Damaged(Section),
    /// The file cannot be read.
    #[error("全国组织名单文件 {0} 读不出来，请检查磁盘和文件权限后再试")]
    Unreadable(String, Cause),
    /// A new file cannot be written.
    #[error("全国组织名单写不到磁盘上，原来的名单没有变动，请检查剩余空间和目录权限后重新导入")]
    Unwritable(Cause),
    /// Another window is building one.
    #[error("另一个窗口正在生成全国组织名单，本次没有改动任何内容，请等它完成后再导入")]
    Busy,
    /// Somebody asked to stop.
    #[error("已停止生成全国组织名单，原来的名单没有变动，需要时请重新导入")]
    Stopped,
    /// The list is larger than the format allows.
    #[error(
        "组织名单超过了名单文件能容纳的大小（六千万行、名称共 4 GB、单个名称六万字），请核对表格后重新导入"
    )]
    TooBig,
    /// The superiors of the list make no tree.
    #[error(
        "组织名单里有的组织沿上级走不到最上一级，上级关系应该是一棵树，请检查这些行的上级后重新导入"
    )]
    NotForest,
    /// The list changed while it was read.
    #[error("组织名单在读取途中变了，应该从头到尾不变，请等它写完后重新导入")]
    Changed,
}

/// The technical cause of a fault, for the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cause(String);

impl Cause {
    pub(super) fn of(cause: &io::Error) -> Self {
        Self(cause.to_string())
    }
}

impl DirectoryFault {
    /// A fault in reading a file that should be there.
    pub(super) fn reading(path: &Path, cause: &io::Error) -> Self {
        let file = shown(path);
        match cause.kind() {
            io::ErrorKind::NotFound => Self::Missing(file),
            _ => Self::Unreadable(file, Cause::of(cause)),
        }
    }

    /// A fault in writing a new file.
    #[expect(clippy::needless_pass_by_value, reason = "stands in map_err")]
    pub(super) fn writing(cause: io::Error) -> Self {
        Self::Unwritable(Cause::of(&cause))
    }

    const fn kind(&self) -> FaultKind {
        match self {
            Self::Missing(_) => FaultKind::NotFound,
            Self::NotDirectory(_)
            | Self::Truncated(_)
            | Self::Newer(_)
            | Self::Older(_)
            | Self::Damaged(_) => FaultKind::Damaged,
            Self::Unwritable(_) => FaultKind::CannotWrite,
            Self::Busy => FaultKind::Busy,
            Self::NotForest => FaultKind::Rule,
            Self::Stopped => FaultKind::Stopped,
            Self::Unreadable(..) | Self::TooBig | Self::Changed => FaultKind::Failed,
        }
    }
}

/// A file's name without its folders, which are nobody's concern.
pub(super) fn shown(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

impl From<DirectoryFault> for Fault {
    fn from(fault: DirectoryFault) -> Self {
        let told = Self::new(fault.kind(), fault.to_string());
        match fault {
            DirectoryFault::Unreadable(_, cause) | DirectoryFault::Unwritable(cause) => {
                told.because(cause.0)
            }
            DirectoryFault::Missing(_)
            | DirectoryFault::NotDirectory(_)
            | DirectoryFault::Truncated(_)
            | DirectoryFault::Newer(_)
            | DirectoryFault::Older(_)
            | DirectoryFault::Damaged(_)
            | DirectoryFault::Busy
            | DirectoryFault::Stopped
            | DirectoryFault::TooBig
            | DirectoryFault::NotForest
            | DirectoryFault::Changed => told,
        }
    }
}
