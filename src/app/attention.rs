//! What loop and worker tell each other past the queue: that a question is not wanted any more,
//! and that long work shall stop. The worker is busy just then, so a message would come too late.

use std::mem::{Discriminant, discriminant};
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::model::effect::{Effect, Ticket};
use crate::office::Interrupter;

/// The place of an order among all that were given.
pub(super) type Place = u64;

/// Shared by the loop, which gives orders, and the worker, which performs them.
#[derive(Default)]
pub(super) struct Attention(Mutex<Facts>);

#[derive(Default)]
struct Facts {
    under_way: Option<UnderWay>,
    /// Long work of this place and of all places before it shall stop.
    cancelled: Place,
}

struct UnderWay {
    place: Place,
    what: Discriminant<Effect>,
    is_question: bool,
    ticket: Option<Ticket>,
    interrupter: Option<Interrupter>,
    unwanted: bool,
}

impl UnderWay {
    fn drop_it(&mut self) {
        self.unwanted = true;
        if let Some(interrupter) = &self.interrupter {
            interrupter.interrupt();
        }
    }
}

impl Attention {
    fn facts(&self) -> MutexGuard<'_, Facts> {
        // Nothing that is done under the lock can leave the facts half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The loop gives an order: a question of the same kind that is being answered is not wanted
    /// any more.
    pub(super) fn overtake(&self, by: &Effect) {
        if !is_question(by) {
            return;
        }
        if let Some(now) = &mut self.facts().under_way
            && now.is_question
            && now.what == discriminant(by)
        {
            now.drop_it();
        }
    }

    /// The loop does not want the answer to a question any more.
    pub(super) fn forget(&self, ticket: Ticket) {
        if let Some(now) = &mut self.facts().under_way
            && now.is_question
            && now.ticket == Some(ticket)
        {
            now.drop_it();
        }
    }

    /// The loop wants long work to stop, up to the order of this place.
    pub(super) fn cancel(&self, place: Place) {
        self.facts().cancelled = place;
    }

    /// The worker begins. Only a question may be interrupted inside the database: an order is
    /// asked to stop between two steps.
    pub(super) fn begin(
        &self,
        (place, effect): (Place, &Effect),
        ticket: Option<Ticket>,
        interrupter: Option<Interrupter>,
    ) {
        let is_question = is_question(effect);
        self.facts().under_way = Some(UnderWay {
            place,
            what: discriminant(effect),
            is_question,
            ticket,
            interrupter: interrupter.filter(|_| is_question),
            unwanted: false,
        });
    }

    /// Whether what the worker does shall stop.
    pub(super) fn is_unwanted(&self) -> bool {
        let facts = self.facts();
        let cancelled = facts.cancelled;
        let stop = |now: &UnderWay| {
            if now.is_question { now.unwanted } else { now.place <= cancelled }
        };
        facts.under_way.as_ref().is_some_and(stop)
    }

    /// The worker has ended; whether nobody wants the answer.
    pub(super) fn end(&self) -> bool {
        self.facts().under_way.take().is_some_and(|now| now.unwanted)
    }
}

/// Whether an effect only reads, so that a later one of its kind makes it superfluous.
pub(super) fn is_question(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::LoadTransfers(..)
            | Effect::LoadCounts(_)
            | Effect::LoadCard(..)
            | Effect::FindMembers(..)
            | Effect::FindOrgs(..)
            | Effect::SearchOrgs(..)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::org_search::OrgSearch;

    fn search(n: u64) -> Effect {
        Effect::SearchOrgs(Ticket(n), OrgSearch::default())
    }

    #[test]
    fn a_question_is_dropped_by_a_later_one_of_its_kind_only() {
        let attention = Attention::default();
        attention.begin((1, &search(7)), Some(Ticket(7)), None);
        attention.overtake(&Effect::LoadCounts(Ticket(8)));
        attention.overtake(&Effect::Lock);
        assert!(!attention.is_unwanted());
        attention.overtake(&search(9));
        assert!(attention.is_unwanted() && attention.end());
        attention.begin((2, &search(9)), Some(Ticket(9)), None);
        attention.forget(Ticket(7));
        assert!(!attention.is_unwanted());
        attention.forget(Ticket(9));
        assert!(attention.end());
    }

    #[test]
    fn cancelling_reaches_what_was_asked_for_before_and_nothing_later() {
        let attention = Attention::default();
        // It still waits in the queue when Esc is pressed.
        attention.cancel(3);
        attention.begin((3, &Effect::RunImport), None, None);
        assert!(attention.is_unwanted());
        assert!(!attention.end(), "what became of it is told");
        attention.begin((4, &Effect::RunImport), None, None);
        assert!(!attention.is_unwanted());
        // An order is never broken off because another follows.
        attention.overtake(&Effect::RunImport);
        assert!(!attention.is_unwanted());
    }
}
