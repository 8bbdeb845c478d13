//! The ledger of exports: which files with data left the program, and what became of them.

use super::ids::{ExportId, Moment};
use super::labels::labelled;

labelled! {
    /// Whether numbers stand in a file in the clear.
    pub enum Shown {
        /// Masked.
        Masked = "masked" / "遮掩",
        /// In full.
        Full = "full" / "完整号码",
    }
}

labelled! {
    /// What is known of a file now.
    pub enum Whereabouts {
        /// It lies where it was written.
        There = "there" / "还在",
        /// Nothing lies there; copies may be elsewhere.
        Gone = "gone" / "不在原处",
        /// Somebody entered that it and its copies were deleted.
        Deleted = "deleted" / "已登记删除",
    }
}

/// A file that was written out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportRecord {
    /// Its number in the ledger.
    pub id: ExportId,
    /// When.
    pub at: Moment,
    /// Who.
    pub actor: String,
    /// What, such as 「转接」.
    pub what: String,
    /// Where it was written.
    pub path: String,
    /// SHA-256 of its bytes, in hex.
    pub sha256: String,
    /// Rows.
    pub n_rows: i64,
    /// Of these, drafts.
    pub n_drafts: i64,
    /// Headers of its columns.
    pub fields: String,
    /// Masked or in full.
    pub shown: Shown,
    /// Why, as far as it was said.
    pub reason: String,
    /// When it was entered as deleted.
    pub deleted_at: Option<Moment>,
    /// What is known of it now.
    pub whereabouts: Whereabouts,
}

/// A file that is entered in the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewExport {
    /// What, such as 「转接」.
    pub what: String,
    /// Where it was written.
    pub path: String,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Rows.
    pub n_rows: i64,
    /// Of these, drafts.
    pub n_drafts: i64,
    /// Headers of its columns.
    pub fields: String,
    /// Masked or in full.
    pub shown: Shown,
    /// Why; may be empty.
    pub reason: String,
}

/// What an export will write, for looking at before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportPreview {
    /// Where.
    pub path: std::path::PathBuf,
    /// Rows.
    pub n_rows: i64,
    /// Masked or in full.
    pub shown: Shown,
    /// Headers of the columns.
    pub columns: Vec<String>,
    /// The first rows, as they will stand in the file.
    pub first: Vec<Vec<String>>,
}
