//! What the world answers to what the screens ask.

use std::path::PathBuf;

use super::effect::Ticket;
use crate::domain::account::{Account, Actor};
use crate::domain::correction::Correction;
use crate::domain::disclosure::{ExportPreview, ExportRecord};
use crate::domain::fault::Fault;
use crate::domain::filter::{Counts, Page};
use crate::domain::form::TransferForm;
use crate::domain::ids::{BatchId, Moment, TransferId};
use crate::domain::intake::ImportLayout;
use crate::domain::letter::{LetterRow, PrintRun};
use crate::domain::member::{Member, MemberRow};
use crate::domain::order::*;
use crate::domain::org_search::OrgHits;
use crate::domain::organisation::{OrgRow, Organisation};
use crate::domain::reconcile::Reconciliation;
use crate::domain::reminder::Reminder;
use crate::domain::transfer::{AuditRow, TransferCard, TransferRow};
use crate::domain::workflow::{Act, Stage};
use crate::rules::Finding;

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
