//! What went wrong, in one shape for every shell: a kind that decides the exit code, and a whole
//! Chinese sentence that decides nothing but helps.

use super::workflow::Refusal;

/// The kinds a caller can tell apart; each has its exit code in the command line's contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FaultKind {
    /// Anything without a kind of its own.
    Failed,
    /// The call's words are off.
    Usage,
    /// No such thing, or none that this person may see.
    NotFound,
    /// Not signed in, or not allowed.
    NotAllowed,
    /// Somebody was faster, or it exists already.
    Conflict,
    /// A rule of the trade refuses.
    Rule,
    /// The terminal cannot be used.
    Terminal,
    /// The output cannot be written.
    CannotWrite,
    /// The database or an input file is damaged.
    Damaged,
    /// The database is whole and of another version of the program.
    OtherVersion,
    /// Another window is writing.
    Busy,
    /// The disk failed below a read or a write: what it holds is not known until it was checked.
    Disk,
    /// The person stopped it; nothing was written.
    Stopped,
}

/// A fault with its sentence. The cause is for the log and never holds personal data.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{sentence}")]
pub struct Fault {
    /// Kind.
    pub kind: FaultKind,
    /// Which item, what it is, what it should be, what to do.
    pub sentence: String,
    /// The technical cause, for the log.
    pub cause: Option<String>,
}

impl Fault {
    /// A fault of a kind with its sentence.
    pub fn new(kind: FaultKind, sentence: impl Into<String>) -> Self {
        Self { kind, sentence: sentence.into(), cause: None }
    }

    /// Adds the technical cause.
    pub fn because(mut self, cause: impl std::fmt::Display) -> Self {
        self.cause = Some(cause.to_string());
        self
    }
}

impl From<Refusal> for Fault {
    fn from(refusal: Refusal) -> Self {
        let kind = match refusal {
            Refusal::Ended(..) | Refusal::NotNow(..) | Refusal::TooLateToWithdraw => {
                FaultKind::Conflict
            }
            Refusal::NotYours(_) | Refusal::Own | Refusal::Operator(_) => FaultKind::NotAllowed,
            Refusal::NoReason(_) | Refusal::NoBranch | Refusal::NoDate => FaultKind::Rule,
        };
        Self::new(kind, refusal.to_string())
    }
}
