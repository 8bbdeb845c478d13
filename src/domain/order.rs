//! What people hand in and ask for, as plain values: entries of forms, decisions, queries, and what
//! is shown of them. Screens, command line and use cases share these words.

use std::path::{Path, PathBuf};

use super::account::Role;
use super::fault::Fault;
use super::filter::TransferQuery;
use super::ids::{MemberId, OrgId, TransferId};
use super::intake::Duplicates;
use super::organisation::OrgKind;
use super::reminder::Due;
use super::transfer::Contact;
use super::workflow::{Act, Stage};

/// First-run entries of the office and its administrator.
#[derive(Clone, PartialEq, Eq)]
pub struct OfficeEntry {
    /// Full name of the first organisation.
    pub org: String,
    /// Its kind.
    pub kind: OrgKind,
    /// Name of the administrator.
    pub name: String,
    /// ID number of the administrator.
    pub id_number: String,
    /// Telephone, may be empty.
    pub phone: String,
    /// Password of the administrator, wiped from memory when dropped.
    pub password: zeroize::Zeroizing<String>,
}

/// What somebody does to some transfers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// To which.
    pub ids: Vec<TransferId>,
    /// The stage of each as it was shown, in the order of `ids`. One that has moved on meanwhile
    /// stays, since nobody decided that step. Empty where nothing was shown.
    pub seen: Vec<Stage>,
    /// What.
    pub act: Act,
    /// Reason or remark; empty where none is needed.
    pub reason: String,
    /// The branch for a placement; with an approval it is placed right after.
    pub branch: Option<OrgId>,
    /// The day `YYYY-MM-DD` of an outcome decided outside.
    pub date: String,
}

/// How one transfer of a decision fared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DecisionResult {
    /// Which.
    pub id: TransferId,
    /// Its number.
    pub number: String,
    /// Name of the transferee.
    pub transferee: String,
    /// The stage it reached and who moves next, or why it stayed.
    pub outcome: Result<(Stage, String), Fault>,
}

/// What kind of file is imported.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ImportKind {
    /// A roster.
    Members,
    /// An organisation list.
    Organisations,
}

/// A row of the import preview.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportRow {
    /// Row in the file, counted from one.
    pub row: usize,
    /// Name of the person or organisation as far as it is known.
    pub name: String,
    /// Masked ID number, or code.
    pub key: String,
    /// Good, bad or already there.
    pub verdict: ImportVerdict,
}

/// What the preview says of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImportVerdict {
    /// Can be imported.
    Good,
    /// Must be mended: column, value shown, reason with remedy.
    Bad(Vec<(String, String, String)>),
    /// In the database already; the sentence says where.
    Present(String),
}

/// The preview of an import. Nothing has been written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportPreview {
    /// File name.
    pub file: String,
    /// Encoding or format that was recognised.
    pub format: String,
    /// Header and field of each mapped column, and headers that are ignored.
    pub columns: Vec<(String, String)>,
    /// How many rows are good, bad, present.
    pub counts: (usize, usize, usize),
    /// How many of the bad and present ones are duplicates of what.
    pub duplicates: Duplicates,
    /// Name of the sheet that was read; empty in a text file.
    pub sheet: String,
    /// What stands between the cells of a text file; empty in a workbook.
    pub delimiter: String,
    /// Row of the header, from one.
    pub header_row: usize,
    /// Whole sentences about what is hidden, left unread or was mended unasked.
    pub notes: Vec<String>,
    /// The first rows with problems and the first good ones, in file order: all of a short file.
    pub rows: Vec<ImportRow>,
}

impl ImportPreview {
    /// What to say of a file with rows that are to be mended: they come from those that are listed,
    /// so that of a very long file some are missing.
    pub fn saved_in_words(&self, path: &Path, n_rows: usize) -> String {
        let saved =
            format!("要改的 {n_rows} 行已另存为 {}，改好后可以直接导入它。", path.display());
        match self.counts.1.saturating_sub(n_rows) {
            0 => saved,
            n => format!("{saved}还有 {n} 行要改的不在里面，请把原文件分成几份，再分别导入。"),
        }
    }

    /// How many rows are counted and not listed: good ones, and those with problems.
    pub fn unlisted(&self) -> (usize, usize) {
        let (good, bad, present) = self.counts;
        let is_good = |row: &&ImportRow| row.verdict == ImportVerdict::Good;
        let n_good = self.rows.iter().filter(is_good).count();
        let n_problems = self.rows.len() - n_good;
        (good.saturating_sub(n_good), (bad + present).saturating_sub(n_problems))
    }
}

/// Answers of a member form, raw; the world parses them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberAnswers {
    /// Name; empty texts mean 「not given」 throughout.
    pub name: String,
    /// `resident` or `other`.
    pub document: String,
    /// ID number.
    pub id_number: String,
    /// Telephone.
    pub phone: String,
    /// Code or full name of the branch.
    pub branch: String,
    /// 民族
    pub ethnic_group: String,
    /// 政治面貌
    pub political_status: String,
    /// 学历
    pub education: String,
    /// Month of joining.
    pub joined_on: String,
    /// 团内职务
    pub league_post: String,
    /// 发展团员编号
    pub membership_number: String,
    /// Identifier of [`crate::domain::member::Authentication`].
    pub authentication: String,
    /// Month fees are paid to.
    pub fees_paid_to: String,
    /// Identifier of [`crate::domain::member::GraduationMark`].
    pub graduation_mark: String,
}

/// A new account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountEntry {
    /// ID number.
    pub id_number: String,
    /// Name.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// Role.
    pub role: Role,
    /// Code or full name of the organisation.
    pub org: String,
}

/// An export of transfers to a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExportOrder {
    /// Which.
    pub query: TransferQuery,
    /// Where; the extension decides the format.
    pub path: PathBuf,
    /// Full ID numbers, an explicit choice that is recorded.
    pub full_ids: bool,
    /// Why full numbers are needed; may be empty on the command line.
    pub reason: String,
    /// Replace an existing file.
    pub overwrite: bool,
}

/// What a picker looks among.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OrgScope {
    /// Everything: destinations.
    Anywhere,
    /// What the signed-in person administers or fills in for.
    Mine,
    /// Branches below this organisation: placement.
    BranchesBelow(OrgId),
}

/// The header of the transfer form, filled from the member (domain.md B1.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormHeader {
    /// The member.
    pub member: MemberId,
    /// Name.
    pub name: String,
    /// ID number in the clear: it becomes the form's answer and is shown masked.
    pub id_number: String,
    /// Mask of it.
    pub masked_id: String,
    /// Masked telephone.
    pub masked_phone: String,
    /// Branch with its administrator and telephone.
    pub branch: Contact,
    /// The organisation above the branch.
    pub superior: Contact,
}

/// Whose numbers are shown in the clear.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RevealTarget {
    /// A member's.
    Member(MemberId),
    /// The transferee's.
    Transfer(TransferId),
}

/// A question for members.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MemberQuery {
    /// Search text.
    pub search: String,
    /// Include those who left or were taken out of use.
    pub former: bool,
    /// Only those that a reminder is about.
    pub due: Option<Due>,
    /// Page begins after this name key and row.
    pub after: Option<(String, i64)>,
}

/// A question for organisations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgQuery {
    /// Search text.
    pub search: String,
    /// Among which.
    pub scope: OrgScope,
    /// Page begins after this rank (tree path).
    pub after: Option<String>,
}
