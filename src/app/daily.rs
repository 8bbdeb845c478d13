//! The backup of the day, on a thread of its own, so that no key waits for it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;
use std::time::{Duration, Instant};

use chrono::NaiveDate;

use super::Incoming;
use super::perform::World;
use crate::model::effect::Reply;

/// Makes the backup of the day, once somebody has signed in.
pub(super) struct Daily {
    inbox: Sender<Incoming>,
    /// The last day on which it was looked whether there is one.
    looked_on: Option<NaiveDate>,
    /// Set by a thread that could not make it.
    failed: Arc<AtomicBool>,
    /// Not tried before, where it failed.
    again: Option<Instant>,
}

/// How long after a failure it is tried again: somebody may have made room.
const PAUSE: Duration = Duration::from_secs(15 * 60);

impl Daily {
    /// One that warns into `inbox`.
    pub(super) fn new(inbox: Sender<Incoming>) -> Self {
        Self { inbox, looked_on: None, failed: Arc::default(), again: None }
    }

    /// Makes it where somebody is signed in and today has none yet. The end of the program ends it;
    /// what it left is removed by the next one.
    pub(super) fn perhaps(&mut self, world: &World) {
        let today = world.today();
        if self.failed.swap(false, Ordering::Relaxed) {
            self.again = Some(Instant::now() + PAUSE);
        }
        if self.again.is_some_and(|at| at <= Instant::now()) {
            (self.again, self.looked_on) = (None, None);
        }
        if self.looked_on == Some(today) || !world.is_signed_in() {
            return;
        }
        self.looked_on = Some(today);
        let Some(job) = world.daily_backup() else { return };
        let (inbox, failed) = (self.inbox.clone(), self.failed.clone());
        let made = std::thread::Builder::new().name("backup".to_owned()).spawn(move || {
            if let Err(fault) = job.run() {
                failed.store(true, Ordering::Relaxed);
                let said = format!("今天的自动备份没有做成。{}", fault.sentence);
                // The loop may be gone already, and then nobody needs to know.
                inbox.send(Incoming::Reply(Box::new(Reply::Warned(said)))).unwrap_or(());
            }
        });
        if made.is_err() {
            let said =
                "今天的自动备份没有做成：系统开不了新的线程。请稍后重新打开程序。".to_owned();
            self.inbox.send(Incoming::Reply(Box::new(Reply::Warned(said)))).unwrap_or(());
        }
    }
}
