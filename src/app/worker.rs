//! The thread that owns the world, so that no commit, search or key derivation ever holds a key.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

use super::Incoming;
use super::attention::{Attention, Place, is_question};
use super::daily::Daily;
use super::long_work::Meanwhile;
use super::perform::{World, ticket_of};
use super::prefetch::Prefetch;
use crate::model::effect::{Effect, Reply};

/// The way to the worker.
pub(super) struct Worker {
    /// Effects go in here; answers come out of the inbox.
    orders: Option<Sender<Order>>,
    /// What passes the queue.
    attention: Arc<Attention>,
    /// How many orders were given.
    given: Place,
    /// Closed when the worker has ended.
    ended: Receiver<()>,
}

/// An effect with its place among all that were given.
type Order = (Place, Effect);

impl Worker {
    /// Gives an order. False where the worker is gone.
    pub(super) fn order(&mut self, effect: Effect) -> bool {
        match effect {
            Effect::Cancel => self.attention.cancel(self.given),
            Effect::Forget(ticket) => self.attention.forget(ticket),
            effect => {
                self.attention.overtake(&effect);
                self.given += 1;
                let given = self.given;
                return self.orders.as_ref().is_some_and(|o| o.send((given, effect)).is_ok());
            }
        }
        true
    }

    /// Takes no more orders and waits until those given are done, but no longer than `patience`.
    pub(super) fn finish(&mut self, patience: Duration) {
        self.orders = None;
        // Nothing is ever sent: what comes is the end of the worker, or of the patience.
        self.ended.recv_timeout(patience).unwrap_or_default();
    }
}

/// Starts the worker, which answers into `inbox`.
pub(super) fn start(world: World, inbox: Sender<Incoming>) -> std::io::Result<Worker> {
    let (sender, orders) = channel();
    let (last_breath, ended) = channel();
    let attention = Arc::new(Attention::default());
    let shared = attention.clone();
    std::thread::Builder::new().name("worker".to_owned()).spawn(move || {
        let _last_breath: Sender<()> = last_breath;
        let prefetch = Prefetch::new(inbox.clone());
        let daily = Daily::new(inbox.clone());
        Bench { world, inbox, attention: shared, prefetch, daily }.work(&orders);
    })?;
    Ok(Worker { orders: Some(sender), attention, given: 0, ended })
}

/// The worker with what it holds.
struct Bench {
    world: World,
    inbox: Sender<Incoming>,
    attention: Arc<Attention>,
    prefetch: Prefetch,
    daily: Daily,
}

impl Bench {
    fn work(mut self, orders: &Receiver<Order>) {
        let mut waiting = Vec::new();
        while let Some(order) = next(&mut waiting, orders) {
            if order.1 == Effect::Prefetch {
                self.prefetch.again();
            } else if !self.perform(order) {
                return;
            }
            // What somebody waits for comes first: the home screen is drawn before this.
            if waiting.is_empty() {
                self.prefetch.perhaps(&mut self.world);
                self.daily.perhaps(&self.world);
            }
        }
    }

    /// Performs an order and answers, unless nobody wants the answer. False where the loop is gone.
    fn perform(&mut self, (place, effect): Order) -> bool {
        let (ticket, interrupter) = (ticket_of(&effect), self.world.interrupter());
        self.attention.begin((place, &effect), ticket, interrupter);
        let (inbox, attention) = (&self.inbox, &self.attention);
        // Where nobody listens any more, there is nothing to go on for.
        let tell = &mut |reply| match inbox.send(Incoming::Reply(Box::new(reply))) {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        };
        let mut meanwhile = Meanwhile { tell, is_unwanted: &|| attention.is_unwanted() };
        let replies = self.world.perform_with(effect, &mut meanwhile);
        if self.attention.end() {
            return true;
        }
        replies.into_iter().all(|reply| self.tell(reply))
    }

    fn tell(&self, reply: Reply) -> bool {
        self.inbox.send(Incoming::Reply(Box::new(reply))).is_ok()
    }
}

/// The effect to perform now. What has come in the meantime is looked at before each one, so that
/// a question that was overtaken while another was being answered is dropped too.
fn next(waiting: &mut Vec<Order>, orders: &Receiver<Order>) -> Option<Order> {
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
fn most_urgent(waiting: &[Order]) -> usize {
    let questions = waiting.iter().take_while(|(_, effect)| is_question(effect));
    let first = |(_, (_, effect)): &(usize, &Order)| !matches!(effect, Effect::LoadCounts(_));
    questions.enumerate().find(first).map_or(0, |(i, _)| i)
}

/// Drops questions that a later one of the same kind has overtaken: while somebody types, only the
/// newest search is worth the work.
fn fresh(batch: Vec<Order>) -> Vec<Order> {
    let overtaken = |i: usize, effect: &Effect| {
        is_question(effect)
            && batch
                .iter()
                .skip(i + 1)
                .any(|(_, later)| std::mem::discriminant(later) == std::mem::discriminant(effect))
    };
    let keep: Vec<bool> = batch.iter().enumerate().map(|(i, (_, e))| !overtaken(i, e)).collect();
    batch.into_iter().zip(keep).filter_map(|(order, keep)| keep.then_some(order)).collect()
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

    fn orders(effects: Vec<Effect>) -> Vec<Order> {
        effects.into_iter().zip(1..).map(|(effect, place)| (place, effect)).collect()
    }

    fn effects(orders: Vec<Order>) -> Vec<Effect> {
        orders.into_iter().map(|(_, effect)| effect).collect()
    }

    fn performed(sent: Vec<Effect>) -> Vec<Effect> {
        let (sender, receiver) = channel();
        orders(sent).into_iter().for_each(|order| sender.send(order).unwrap());
        drop(sender);
        let mut waiting = Vec::new();
        effects(std::iter::from_fn(|| next(&mut waiting, &receiver)).collect())
    }

    #[test]
    fn only_the_newest_of_a_question_is_kept_and_no_order_is_lost() {
        let counts = || Effect::LoadCounts(Ticket(2));
        let kept = fresh(orders(vec![list(1), Effect::Lock, counts(), list(3), Effect::Lock]));
        let wanted = [Effect::Lock, counts(), list(3), Effect::Lock];
        assert!(effects(kept) == wanted);
    }

    #[test]
    fn counting_lets_questions_pass_but_no_order() {
        let done = performed(vec![Effect::LoadCounts(Ticket(1)), list(2), Effect::Lock, list(3)]);
        // The first list was overtaken by the second, which waits for the lock.
        assert!(done == [Effect::LoadCounts(Ticket(1)), Effect::Lock, list(3)]);
    }

    #[test]
    fn the_list_comes_before_the_counts() {
        let card = || Effect::LoadCard(Ticket(3), TransferId(7));
        let done = performed(vec![Effect::LoadCounts(Ticket(1)), list(2), card()]);
        assert!(done == [list(2), card(), Effect::LoadCounts(Ticket(1))]);
    }
}
