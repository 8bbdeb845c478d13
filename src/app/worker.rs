//! The thread that owns the world, so that no commit, search or key derivation ever holds a key.

use std::ops::ControlFlow;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::Incoming;
use super::perform::World;
use crate::domain::progress::Progress;
use crate::model::effect::{Effect, Reply};

/// The way to the worker.
pub(super) struct Worker {
    /// Effects go in here; answers come out of the inbox.
    orders: Option<Sender<Effect>>,
    /// Closed when the worker has ended.
    ended: Receiver<()>,
}

impl Worker {
    /// Gives an order. False where the worker is gone.
    pub(super) fn order(&self, effect: Effect) -> bool {
        self.orders.as_ref().is_some_and(|orders| orders.send(effect).is_ok())
    }

    /// Takes no more orders and waits until those given are done, but no longer than `patience`.
    pub(super) fn finish(&mut self, patience: Duration) {
        self.orders = None;
        // Nothing is ever sent: what comes is the end of the worker, or of the patience.
        self.ended.recv_timeout(patience).unwrap_or_default();
    }
}

/// Starts the worker, which answers into `inbox`.
pub(super) fn start(mut world: World, inbox: Sender<Incoming>) -> std::io::Result<Worker> {
    let (sender, orders) = channel();
    let (last_breath, ended) = channel();
    std::thread::Builder::new().name("worker".to_owned()).spawn(move || {
        let _last_breath: Sender<()> = last_breath;
        let mut waiting = Vec::new();
        while let Some(effect) = next(&mut waiting, &orders) {
            let mut watch = |progress| tell(&inbox, reply_of(progress));
            for reply in world.perform(effect, &mut watch) {
                if tell(&inbox, reply).is_break() {
                    return;
                }
            }
        }
    })?;
    Ok(Worker { orders: Some(sender), ended })
}

/// Sends a reply. Where nobody takes it any more, there is nothing to go on for.
fn tell(inbox: &Sender<Incoming>, reply: Reply) -> ControlFlow<()> {
    match inbox.send(Incoming::Reply(Box::new(reply))) {
        Ok(()) => ControlFlow::Continue(()),
        Err(_) => ControlFlow::Break(()),
    }
}

fn reply_of(progress: Progress) -> Reply {
    let number = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
    Reply::Progress(progress.step.to_owned(), number(progress.done), number(progress.total))
}

/// The effect to perform now. What has come in the meantime is looked at before each one, so that
/// a question that was overtaken while another was being answered is dropped too.
fn next(waiting: &mut Vec<Effect>, orders: &Receiver<Effect>) -> Option<Effect> {
    if waiting.is_empty() {
        waiting.push(orders.recv().ok()?);
    }
    waiting.extend(orders.try_iter());
    *waiting = fresh(std::mem::take(waiting));
    let first = most_urgent(waiting);
    Some(waiting.remove(first))
}

/// Counting every view looks at every transfer, so it lets the other questions pass. Orders are
/// never overtaken: what is asked after one must see what it did, and after a lock nobody counts.
fn most_urgent(waiting: &[Effect]) -> usize {
    let questions = waiting.iter().take_while(|effect| is_question(effect));
    questions.enumerate().find(|(_, e)| !matches!(e, Effect::LoadCounts(_))).map_or(0, |(i, _)| i)
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
    use crate::domain::ids::TransferId;
    use crate::model::effect::Ticket;

    fn list(n: u64) -> Effect {
        Effect::LoadTransfers(Ticket(n), TransferQuery::of(View::All))
    }

    #[test]
    fn only_the_newest_of_a_question_is_kept_and_no_order_is_lost() {
        let counts = || Effect::LoadCounts(Ticket(2));
        let kept = fresh(vec![list(1), Effect::Lock, counts(), list(3), Effect::Lock]);
        let wanted = [Effect::Lock, counts(), list(3), Effect::Lock];
        assert!(kept == wanted);
    }

    #[test]
    fn counting_lets_questions_pass_but_no_order() {
        let (sender, orders) = channel();
        let sent = [Effect::LoadCounts(Ticket(1)), list(2), Effect::Lock, list(3)];
        sent.into_iter().for_each(|effect| sender.send(effect).unwrap());
        drop(sender);
        let mut waiting = Vec::new();
        let performed: Vec<Effect> = std::iter::from_fn(|| next(&mut waiting, &orders)).collect();
        // The first list was overtaken by the second, which waits for the lock.
        assert!(performed == [Effect::LoadCounts(Ticket(1)), Effect::Lock, list(3)]);
    }

    #[test]
    fn the_list_comes_before_the_counts() {
        let (sender, orders) = channel();
        let card = || Effect::LoadCard(Ticket(3), TransferId(7));
        let sent = [Effect::LoadCounts(Ticket(1)), list(2), card()];
        sent.into_iter().for_each(|effect| sender.send(effect).unwrap());
        drop(sender);
        let mut waiting = Vec::new();
        let performed: Vec<Effect> = std::iter::from_fn(|| next(&mut waiting, &orders)).collect();
        assert!(performed == [list(2), card(), Effect::LoadCounts(Ticket(1))]);
    }
}
