//! Why the columns of a sheet cannot be told.

use crate::exchange::sheet::SheetFault;

/// Why the columns cannot be told. `Display` is the whole Chinese sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ColumnFault {
    /// No row looks like a header.
    #[error(
        "前 10 行里没找到表头。表头至少要有两个认得的列名，例如{0}。请补上表头，或指明哪一列是什么（界面里按 4，命令行用 --map 列名=字段）。"
    )]
    NoHeader(String),
    /// The row that somebody chose for the header is not there, or empty.
    #[error("第 {0} 行没有内容，或者太靠后，不能当表头。请填表头在文件里的行号。")]
    NoSuchRow(usize),
    /// The list of transfers that the official site exports.
    #[error(
        "这是官网导出的转接列表（转出人、转出团组织、转入团组织……），不是{0}，没有导入。要和这里的转接核对，用菜单里的「对账」（命令行是 transfer reconcile）；要导入，请换成{0}的文件。"
    )]
    Official(&'static str),
    /// A required column is missing.
    #[error(
        "表里没有「{missing}」这一列，现在的列是：{present}。请补上这一列，或指明是哪一列（界面里按 4，命令行用 --map 列名=字段）。"
    )]
    Missing {
        /// The fields, joined.
        missing: String,
        /// The headers, joined.
        present: String,
    },
    /// Two columns under one name.
    #[error(
        "「{header}」这个列名出现了两次。请改掉其中一个，或说明不读哪一列（界面里按 4，命令行用 --map 列名=忽略）。"
    )]
    Twice {
        /// The header.
        header: String,
    },
    /// `--map` names a field that does not exist.
    #[error("--map 里的字段「{given}」不认得。可以用：{allowed}。")]
    UnknownField {
        /// As given.
        given: String,
        /// The identifiers.
        allowed: String,
    },
    /// `--map` names a column that the sheet does not have.
    #[error(
        "--map 里的列「{given}」表里没有，现在的列是：{present}。请照表头写，或写列的字母，如 C。"
    )]
    NoSuchColumn {
        /// As given.
        given: String,
        /// The headers, joined.
        present: String,
    },
    /// `--map` is not of the form `COLUMN=FIELD`.
    #[error("--map 应写成 列名=字段，现在是「{0}」。例如 --map 学生姓名=name。")]
    Override(String),
}

/// Why a file cannot be read as a register. `Display` is the whole Chinese sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadFault {
    /// The file itself.
    #[error(transparent)]
    Sheet(#[from] SheetFault),
    /// Its columns.
    #[error(transparent)]
    Columns(#[from] ColumnFault),
}
