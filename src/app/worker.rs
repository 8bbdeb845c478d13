//! The thread that owns the world, so that no commit, search or key derivation ever holds a key.

use std::sync::mpsc::{Receiver, Sender, channel};

use super::Incoming;
use super::perform::World;
use crate::model::effect::Effect;

/// Starts the worker. Effects go in through the sender; answers come out of `inbox`.
pub(super) fn start(mut world: World, inbox: Sender<Incoming>) -> std::io::Result<Sender<Effect>> {
    let (sender, orders) = channel();
    std::thread::Builder::new().name("worker".to_owned()).spawn(move || {
        while let Some(batch) = next_batch(&orders) {
            for effect in fresh(batch) {
                for reply in world.perform(effect) {
                    if inbox.send(Incoming::Reply(Box::new(reply))).is_err() {
                        return;
                    }
                }
            }
        }
    })?;
    Ok(sender)
}

/// Waits for an order and takes whatever else is waiting with it.
fn next_batch(orders: &Receiver<Effect>) -> Option<Vec<Effect>> {
    let first = orders.recv().ok()?;
    Some(std::iter::once(first).chain(orders.try_iter()).collect())
}

/// Drops questions that a later one of the same kind has overtaken: while somebody types, only the
/// newest search is worth the work.
fn fresh(batch: Vec<Effect>) -> Vec<Effect> {
    let overtaken = |i: usize, effect: &Effect| {
        is_question(effect)
            && batch
                .iter()
                .skip(i + 1)
                .any(|later| std::mem::discriminant(later) == std::mem::discriminant(effect))
    };
    let keep: Vec<bool> = batch.iter().enumerate().map(|(i, e)| !overtaken(i, e)).collect();
    batch.into_iter().zip(keep).filter_map(|(effect, keep)| keep.then_some(effect)).collect()
}

fn is_question(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::LoadTransfers(..)
            | Effect::LoadCounts(_)
            | Effect::LoadCard(..)
            | Effect::FindMembers(..)
            | Effect::FindOrgs(..)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::{TransferQuery, View};
    use crate::model::effect::Ticket;

    #[test]
    fn only_the_newest_of_a_question_is_kept_and_no_order_is_lost() {
        let ask = |n| Effect::LoadTransfers(Ticket(n), TransferQuery::of(View::All));
        let kept =
            fresh(vec![ask(1), Effect::Lock, Effect::LoadCounts(Ticket(2)), ask(3), Effect::Lock]);
        let wanted = [Effect::Lock, Effect::LoadCounts(Ticket(2)), ask(3), Effect::Lock];
        assert!(kept == wanted);
    }
}
