//! From what SQLite says to what a person can use.

use rusqlite::{Error, ErrorCode};

use crate::domain::fault::{Fault, FaultKind};

/// The result of everything the store does.
pub type Stored<T> = Result<T, Fault>;

/// Turns an error of SQLite into a fault. The cause keeps SQLite's words, which name tables and
/// never people's data.
pub fn of_sqlite(error: &Error) -> Fault {
    let (kind, sentence) = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            (FaultKind::Busy, "另一个窗口正在写入，已等 3 秒。请稍后再试；数据没有丢。")
        }
        Some(ErrorCode::NotADatabase) => (
            FaultKind::Damaged,
            "数据库打不开：文件损坏，或者密钥不是这一份的。请用「恢复备份」找回，原文件请不要删除。",
        ),
        Some(ErrorCode::DatabaseCorrupt) => {
            (FaultKind::Damaged, "数据库文件有损坏。请停止录入，用最近的备份恢复；原文件请保留。")
        }
        Some(ErrorCode::DiskFull) => (
            FaultKind::CannotWrite,
            "磁盘满了，这一步没有保存，原来的数据没有动。请腾出空间后再办一次。",
        ),
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => (
            FaultKind::CannotWrite,
            "现在只能看，不能写入，这一步没有保存。请检查数据目录的权限，关掉别的窗口后重新打开。",
        ),
        Some(ErrorCode::SystemIoFailure) => (
            FaultKind::Disk,
            "读写磁盘时出错，这一步没有保存。请检查磁盘或网络盘，重新打开后再办。",
        ),
        Some(ErrorCode::CannotOpen) => (
            FaultKind::NotFound,
            "找不到数据库文件。请检查数据目录；如果移动过，请移回原处或恢复备份。",
        ),
        _ => (
            FaultKind::Failed,
            "程序没有办成这一步，数据没有改动。请再试一次；仍不行请把操作记录交给维护的人。",
        ),
    };
    Fault::new(kind, sentence).because(error)
}

/// Adds the conversion to results of SQLite.
pub trait Told<T> {
    /// The same result with a fault that people can read.
    ///
    /// # Errors
    /// As the result it is called on.
    fn told(self) -> Stored<T>;
}

impl<T> Told<T> for Result<T, Error> {
    fn told(self) -> Stored<T> {
        self.map_err(|error| of_sqlite(&error))
    }
}

/// 「没有找到……」
pub fn not_found(what: &str, given: &str, next: &str) -> Fault {
    Fault::new(FaultKind::NotFound, format!("没有找到{what}「{given}」。{next}"))
}

/// A refusal by a rule of the trade.
pub fn rule(sentence: impl Into<String>) -> Fault {
    Fault::new(FaultKind::Rule, sentence)
}

/// Somebody was faster, or it exists already.
pub fn conflict(sentence: impl Into<String>) -> Fault {
    Fault::new(FaultKind::Conflict, sentence)
}

/// Outside what the signed-in person may do.
pub fn not_allowed(sentence: impl Into<String>) -> Fault {
    Fault::new(FaultKind::NotAllowed, sentence)
}
