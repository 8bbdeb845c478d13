//! What the screens ask of the world, and what the world answers.
//!
//! `update` returns [`Effect`]s and never touches the world; the shell performs them and sends
//! [`Reply`]s back. A [`Ticket`] tells an answer that is still wanted from a stale one.

use std::path::PathBuf;

use crate::domain::correction::{CorrectionVerdict, CorrectionsShown};
use crate::domain::filter::TransferQuery;
use crate::domain::form::TransferForm;
use crate::domain::ids::{AccountId, BatchId, CorrectionId, ExportId, MemberId, OrgId, TransferId};
use crate::domain::intake::ImportManner;
use crate::domain::letter::{LetterQuery, PrintOrder};
use crate::domain::org_search::OrgSearch;
use crate::domain::organisation::OrgEntry;
use crate::domain::reconcile::Reconciled;

pub use super::reply::{Arrival, Reply};
pub use crate::domain::order::*;

/// Ties an answer to its question. Tickets grow, so an older answer is a stale one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Ticket(pub u64);

/// A password on its way to the world, wiped from memory after use.
pub type Password = zeroize::Zeroizing<String>;

/// Something the world shall do.
#[derive(Clone, PartialEq)]
pub enum Effect {
    /// Stage a new office; nothing is in place until the recovery key was typed back.
    PrepareOffice(OfficeEntry),
    /// Put the staged office in place; the text is the recovery key as typed back.
    ConfirmOffice(String),
    /// Throw the staged office away.
    AbandonOffice,
    /// Sign in.
    SignIn {
        /// ID number.
        id_number: String,
        /// Password.
        password: Password,
    },
    /// Choose a new password, at first sign-in or later.
    ChangePassword {
        /// The password in force.
        current: Password,
        /// The new one.
        new: Password,
    },
    /// Leave the session, keep the database open for the next person.
    Lock,
    /// Close the database and forget the key.
    Seal,
    /// A page of transfers.
    LoadTransfers(Ticket, TransferQuery),
    /// The counts of the views.
    LoadCounts(Ticket),
    /// One transfer with its history.
    LoadCard(Ticket, TransferId),
    /// ID number and telephone in the clear, recorded.
    Reveal(RevealTarget),
    /// The form header of a member.
    LoadHeader(Ticket, MemberId),
    /// The signed-in person's own member record.
    LoadOwnRecord(Ticket),
    /// The check-up of a form.
    CheckUp(Ticket, TransferForm),
    /// Keep a draft.
    SaveDraft(Option<TransferId>, TransferForm),
    /// The newest draft of this person.
    LoadLatestDraft(Ticket),
    /// A draft's answers.
    LoadDraft(Ticket, TransferId),
    /// Hand in.
    Submit(Option<TransferId>, TransferForm),
    /// Decide.
    Decide(Decision),
    /// Take a decision back: undo of the last user action.
    FindMembers(Ticket, MemberQuery),
    /// Organisations of the database, in the order of the tree.
    FindOrgs(Ticket, OrgQuery),
    /// Organisations of the database and the directory, the nearest first.
    SearchOrgs(Ticket, OrgSearch),
    /// The question with this ticket is not wanted any more. It passes whatever waits.
    Forget(Ticket),
    /// Stop the long work that was asked for; nothing of it stays. It passes whatever waits.
    Cancel,
    /// Read the directory ahead, since it will be searched soon.
    Prefetch,
    /// A member's record.
    LoadMember(Ticket, MemberId),
    /// Make a member, or change the free parts of one.
    SaveMember(Option<MemberId>, MemberAnswers),
    /// Ask for another name or ID number, which a second person decides.
    AskCorrection {
        /// Whose.
        id: MemberId,
        /// New name.
        name: String,
        /// New ID number.
        id_number: String,
        /// Why.
        reason: String,
        /// What it is shown by.
        evidence: String,
    },
    /// The requests in scope.
    LoadCorrections(Ticket, CorrectionsShown),
    /// Accept a request.
    AcceptCorrection {
        /// Which.
        id: CorrectionId,
        /// The number typed again, and a remark.
        verdict: CorrectionVerdict,
        /// The signed-in person's password; looked at only where there is no second administrator.
        password: Password,
    },
    /// Refuse a request, or take the own one back, with a reason.
    RefuseCorrection(CorrectionId, String),
    /// Erase what is known of a member who is no longer in use.
    EraseMember {
        /// Whom.
        id: MemberId,
        /// Why.
        reason: String,
        /// The signed-in person's password, given again.
        password: Password,
    },
    /// A page of the ledger of exports, before this entry.
    LoadExports(Ticket, Option<i64>),
    /// Enter that a file and its copies were deleted, with a remark.
    NoteExportDeleted(ExportId, String),
    /// What is kept longer than it should be.
    LoadReminders(Ticket),
    /// What an export would write.
    PreviewExport(ExportOrder),
    /// Take a member out of use, with a reason.
    RetireMember(MemberId, String),
    /// An organisation.
    LoadOrg(Ticket, OrgId),
    /// Make or change an organisation.
    SaveOrg(Option<OrgId>, OrgEntry),
    /// Close an organisation.
    RetireOrg(OrgId, String),
    /// The accounts in scope.
    LoadAccounts(Ticket),
    /// Make an account.
    AddAccount(AccountEntry),
    /// Issue a one-time code.
    ResetAccount(AccountId),
    /// Remove an account.
    RemoveAccount(AccountId),
    /// A page of 操作记录, before this entry.
    LoadAudit(Ticket, String, Option<i64>),
    /// Write the entries that answer what was typed to a file.
    ExportHistory {
        /// What was typed.
        asked: String,
        /// The file.
        path: PathBuf,
        /// Whether a file of that name may go.
        overwrite: bool,
    },
    /// Compare a list of the official site with the transfers here.
    Reconcile(Ticket, PathBuf),
    /// Write lines of a comparison to a file.
    ExportReconciled {
        /// The lines.
        lines: Vec<Reconciled>,
        /// The file.
        path: PathBuf,
        /// Whether a file of that name may go.
        overwrite: bool,
    },
    /// Read a file and check every row; writes nothing.
    PreviewImport(Ticket, ImportKind, PathBuf, Box<ImportManner>),
    /// What a file could be taken for; writes nothing.
    SurveyImport(Ticket, ImportKind, PathBuf, Box<ImportManner>),
    /// Write the rows of the last preview that are to be mended to a file beside the one imported.
    SaveBadRows,
    /// Write the good rows of the last preview, in one transaction.
    RunImport,
    /// Take a whole import back.
    UndoImport(BatchId),
    /// Write an export. The password is the signed-in person's, given again; it is looked at only
    /// where full numbers are asked for.
    Export(ExportOrder, Password),
    /// Print papers. The password is the signed-in person's, given again; it is looked at only where
    /// full numbers are printed.
    Print(PrintOrder, Password),
    /// A page of letters of introduction.
    LoadLetters(Ticket, LetterQuery),
    /// Note the receipt of a transfer's letter; the day as typed.
    NoteReceipt(TransferId, String),
    /// Make a backup in the folder of backups.
    BackUp,
    /// Put a backup in the place of damaged data; what was there is kept.
    Restore(PathBuf),
    /// Keep a setting.
    SaveSettings(Settings),
    /// Draw everything again.
    Redraw,
    /// End the program.
    Quit,
}

impl Effect {
    /// Whether it changes the data, so that a window that only looks refuses it.
    #[expect(clippy::too_many_lines, reason = "each effect is named, so that none is forgotten")]
    pub fn writes(&self) -> bool {
        match self {
            Self::ChangePassword { .. }
            | Self::Reveal(_)
            | Self::SaveDraft(..)
            | Self::Submit(..)
            | Self::Decide(_)
            | Self::SaveMember(..)
            | Self::AskCorrection { .. }
            | Self::AcceptCorrection { .. }
            | Self::RefuseCorrection(..)
            | Self::EraseMember { .. }
            | Self::NoteExportDeleted(..)
            | Self::RetireMember(..)
            | Self::SaveOrg(..)
            | Self::RetireOrg(..)
            | Self::AddAccount(_)
            | Self::ResetAccount(_)
            | Self::RemoveAccount(_)
            | Self::PreviewImport(..)
            | Self::SurveyImport(..)
            | Self::SaveBadRows
            | Self::RunImport
            | Self::UndoImport(_)
            | Self::Export(..)
            | Self::ExportHistory { .. }
            | Self::ExportReconciled { .. }
            | Self::Print(..)
            | Self::NoteReceipt(..)
            | Self::BackUp => true,
            // Setting up and restoring ask for the directory themselves.
            Self::PrepareOffice(_)
            | Self::ConfirmOffice(_)
            | Self::AbandonOffice
            | Self::Restore(_)
            | Self::SignIn { .. }
            | Self::Lock
            | Self::Seal
            | Self::LoadTransfers(..)
            | Self::LoadCounts(_)
            | Self::LoadCard(..)
            | Self::LoadHeader(..)
            | Self::LoadOwnRecord(_)
            | Self::CheckUp(..)
            | Self::LoadLatestDraft(_)
            | Self::LoadDraft(..)
            | Self::FindMembers(..)
            | Self::FindOrgs(..)
            | Self::SearchOrgs(..)
            | Self::Forget(_)
            | Self::Cancel
            | Self::Prefetch
            | Self::LoadMember(..)
            | Self::LoadOrg(..)
            | Self::LoadAccounts(_)
            | Self::LoadAudit(..)
            | Self::Reconcile(..)
            | Self::LoadLetters(..)
            | Self::LoadCorrections(..)
            | Self::LoadExports(..)
            | Self::LoadReminders(_)
            | Self::PreviewExport(_)
            | Self::SaveSettings(_)
            | Self::Redraw
            | Self::Quit => false,
        }
    }
}

/// Settings that people choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// No colour, from `NO_COLOR`.
    pub plain: bool,
    /// Minutes without a key until the screen locks.
    pub lock_after_minutes: u32,
    /// Borders and marks of ASCII only.
    pub ascii: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self { plain: false, lock_after_minutes: 5, ascii: false }
    }
}
