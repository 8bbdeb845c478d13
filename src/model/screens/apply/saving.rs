//! Keeping the draft: within a second of a change, one write at a time.

use super::{Apply, Phase};
use crate::domain::form::TransferForm;
use crate::domain::ids::{Moment, TransferId};
use crate::model::effect::Effect;
use crate::model::layer::{Ctx, Out};

/// How long a change may wait before it is kept, in seconds (ux.md 6.5).
const DELAY: i64 = 1;
/// How long a failed write waits for the next try, in seconds.
const RETRY: i64 = 10;

/// What is known of the draft on disk.
#[derive(Debug, Clone, Default)]
pub(super) struct Saving {
    /// Its row, once it has one.
    pub(super) draft: Option<TransferId>,
    /// When the newest change must be on disk; none where everything is.
    due: Option<Moment>,
    /// Whether a write is on its way. A second one before its answer would make a second draft.
    in_flight: bool,
    /// Whether the screen closes after the answer.
    leaving: bool,
}

impl Apply {
    /// When the draft must be kept.
    pub fn deadline(&self) -> Option<Moment> {
        if self.saving.in_flight { None } else { self.saving.due }
    }

    /// Is told that its deadline has come.
    pub fn due(&mut self, ctx: &mut Ctx<'_>) -> Out {
        match self.deadline() {
            Some(deadline) if deadline <= ctx.now.moment => self.save(),
            _ => Out::nothing(),
        }
    }

    pub(super) fn mark_dirty(&mut self, now: Moment) {
        self.saving.due.get_or_insert(Moment(now.0 + DELAY));
    }

    pub(super) fn forget_changes(&mut self) {
        self.saving.due = None;
    }

    /// Keeps the draft now, unless a write is on its way or nothing was filled in.
    pub(super) fn save(&mut self) -> Out {
        if self.saving.in_flight {
            return Out::nothing();
        }
        self.saving.due = None;
        if is_blank(&self.answers) && self.saving.draft.is_none() {
            return Out::nothing();
        }
        self.saving.in_flight = true;
        Out::nothing().effect(Effect::SaveDraft(self.saving.draft, self.answers.clone()))
    }

    /// Closes the screen; the draft simply stays.
    pub(super) fn leave(&mut self) -> Out {
        let dirty = self.saving.due.is_some();
        if dirty && self.saving.in_flight {
            self.saving.leaving = true;
            return Out::nothing();
        }
        let saved = if dirty { self.save() } else { Out::nothing() };
        saved.pop()
    }

    pub(super) fn draft_saved(&mut self, id: TransferId, at: Moment) -> Out {
        if !std::mem::take(&mut self.saving.in_flight) {
            return Out::nothing();
        }
        self.saved_at = Some(at);
        if !matches!(self.phase, Phase::Done { .. }) {
            self.saving.draft = Some(id);
        }
        if std::mem::take(&mut self.saving.leaving) { self.leave() } else { Out::nothing() }
    }

    /// A write may have failed; it is tried again after a while.
    pub(super) fn save_failed(&mut self, now: Moment) {
        self.saving.leaving = false;
        if std::mem::take(&mut self.saving.in_flight) {
            self.saving.due = Some(Moment(now.0 + RETRY));
        }
    }
}

/// Whether nothing was filled in yet.
pub(super) fn is_blank(answers: &TransferForm) -> bool {
    let nothing = TransferForm { initiated_by: answers.initiated_by, ..TransferForm::default() };
    *answers == nothing
}
