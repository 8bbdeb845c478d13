//! What the screens ask of the world, and what the world answers.
//!
//! `update` returns [`Effect`]s and never touches the world; the shell performs them and sends
//! [`Reply`]s back. A [`Ticket`] tells an answer that is still wanted from a stale one.

use std::path::PathBuf;

use crate::domain::account::{Account, Actor};
use crate::domain::correction::{Correction, CorrectionVerdict, CorrectionsShown};
use crate::domain::disclosure::{ExportPreview, ExportRecord};
use crate::domain::fault::Fault;
use crate::domain::filter::{Counts, Page, TransferQuery};
use crate::domain::form::TransferForm;
use crate::domain::ids::{
    AccountId, BatchId, CorrectionId, ExportId, MemberId, Moment, OrgId, TransferId,
};
use crate::domain::intake::{ImportLayout, ImportManner};
use crate::domain::letter::{LetterQuery, LetterRow, PrintOrder, PrintRun};
use crate::domain::member::{Member, MemberRow};
use crate::domain::org_search::{OrgHits, OrgSearch};
use crate::domain::organisation::{OrgEntry, OrgRow, Organisation};
use crate::domain::reconcile::{Reconciled, Reconciliation};
use crate::domain::reminder::Reminder;
use crate::domain::transfer::{AuditRow, TransferCard, TransferRow};
use crate::domain::workflow::{Act, Stage};
use crate::rules::Finding;

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

/// What the world answers.
#[derive(Debug, Clone, PartialEq)]
pub enum Reply {
    /// The office is staged; this is the recovery key, shown once.
    OfficePrepared {
        /// For display.
        recovery_key: String,
    },
    /// The office is in place and its administrator is signed in.
    OfficeReady(Arrival),
    /// Signed in.
    SignedIn(Arrival),
    /// Right, but a password must be chosen first.
    MustChangePassword {
        /// Who.
        name: String,
        /// Whether the new password will open the database (a slot) and needs the stricter policy.
        opens_database: bool,
    },
    /// The password was changed; the person is signed in.
    PasswordChanged(Arrival),
    /// Locked or sealed.
    Locked,
    /// A page of transfers.
    Transfers(Ticket, Page<TransferRow>),
    /// Counts.
    Counts(Ticket, Counts),
    /// A transfer with its history.
    Card(Ticket, Box<TransferCard>),
    /// Numbers in the clear: ID number and telephone.
    Revealed {
        /// ID number.
        id_number: String,
        /// Telephone.
        phone: String,
        /// Until when they may stay on the screen.
        until: Moment,
    },
    /// A form header.
    Header(Ticket, Box<FormHeader>),
    /// The own record; none where this person is no member here.
    OwnRecord(Ticket, Option<Box<Member>>),
    /// The check-up.
    Findings(Ticket, Vec<Finding>),
    /// The draft is on disk.
    DraftSaved {
        /// Its row.
        id: TransferId,
        /// When.
        at: Moment,
    },
    /// The newest draft, if there is one.
    Draft(Ticket, Option<(TransferId, TransferForm)>),
    /// Handed in.
    Submitted {
        /// Its row.
        id: TransferId,
        /// Its number.
        number: String,
        /// Stage it stands in.
        stage: Stage,
        /// Who moves next, in words.
        next: String,
    },
    /// How each transfer of a decision fared.
    Decided(Act, Vec<DecisionResult>),
    /// Members found.
    Members(Ticket, Vec<MemberRow>, Option<(String, i64)>),
    /// Organisations found.
    Orgs(Ticket, Vec<OrgRow>, Option<String>),
    /// Organisations found, the nearest first. Those of an unfinished search are followed by more.
    OrgHits(Ticket, Box<OrgHits>),
    /// A member.
    Member(Ticket, Box<Member>),
    /// An organisation with its contact.
    Org(Ticket, Box<Organisation>),
    /// Something was stored; the sentence says what.
    Stored(String),
    /// Accounts.
    Accounts(Ticket, Vec<Account>),
    /// A new account with its initial password rule, or a reset with its one-time code.
    AccountIssued {
        /// Whose.
        name: String,
        /// The one-time code, empty where the initial password applies.
        code: String,
        /// What to tell the person.
        sentence: String,
    },
    /// Entries of 操作记录; older ones exist where the flag says so.
    Audit(Ticket, Vec<AuditRow>, Option<i64>),
    /// Requests to correct a name or ID number.
    Corrections(Ticket, Vec<Correction>),
    /// Files of the ledger of exports; older ones exist where the number says so.
    Exports(Ticket, Vec<ExportRecord>, Option<i64>),
    /// What is kept longer than it should be.
    Reminders(Ticket, Vec<Reminder>),
    /// What an export will write.
    ExportPreview(Box<ExportPreview>),
    /// The preview of an import.
    Preview(Ticket, Box<ImportPreview>),
    /// A comparison with a list of the official site.
    Reconciled(Ticket, Box<Reconciliation>),
    /// What a file could be taken for.
    Layout(Ticket, Box<ImportLayout>),
    /// Rows to be mended are in a file of their own.
    BadRowsSaved {
        /// Where.
        path: PathBuf,
        /// Rows.
        n_rows: usize,
    },
    /// An import is done.
    Imported {
        /// Its batch, for undoing.
        batch: BatchId,
        /// Rows written.
        n_rows: usize,
    },
    /// How far a long task is: done, of how many (zero where unknown).
    Progress(String, usize, usize),
    /// Long work was cancelled, and nothing of it stays.
    Stopped,
    /// Something to know that belongs to no question.
    Warned(String),
    /// Whether from here on the data is only looked at; the sentence says why.
    ViewOnly(Option<String>),
    /// The data is damaged or gone, and this is what could be put in its place.
    Damaged {
        /// What is damaged.
        sentence: String,
        /// The newest verified backup and what is in it, in words; none where there is none.
        backup: Option<(PathBuf, String)>,
    },
    /// A backup was made; the sentence says where and what is in it.
    BackedUp(String),
    /// A backup was put in place; the sentence says where the old data is.
    Restored(String),
    /// An export is on disk.
    Exported {
        /// Where.
        path: PathBuf,
        /// Rows.
        n_rows: usize,
        /// Of these, drafts.
        n_drafts: usize,
    },
    /// Papers were printed, or why not.
    Printed(PrintRun),
    /// Letters of introduction; where the next page begins.
    Letters(Ticket, Vec<LetterRow>, Option<i64>),
    /// Something went wrong; the ticket names the question where there was one.
    Failed(Option<Ticket>, Fault),
}

/// Somebody arrives at the desk.
#[derive(Debug, Clone, PartialEq)]
pub struct Arrival {
    /// Who.
    pub actor: Actor,
    /// Whether this is the invented office.
    pub demo: bool,
    /// Things to say on arrival, such as 「上次登录……」; may be empty.
    pub notice: String,
}
