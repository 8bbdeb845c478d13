//! Reading the directory ahead on a thread of its own: the first search then finds it in memory,
//! and damage is told before somebody relies on it.

use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::Sender;

use super::Incoming;
use super::perform::World;
use crate::directory::Directory;
use crate::domain::fault::Fault;
use crate::model::effect::Reply;

/// Reads the directory ahead, once after somebody signed in and again when it is asked for.
pub(super) struct Prefetch {
    inbox: Sender<Incoming>,
    /// The generation that was read last.
    done: Option<u64>,
    /// Whether a thread is reading.
    busy: Arc<AtomicBool>,
}

impl Prefetch {
    /// One that warns into `inbox`.
    pub(super) fn new(inbox: Sender<Incoming>) -> Self {
        Self { inbox, done: None, busy: Arc::default() }
    }

    /// Asks for reading once more.
    pub(super) fn again(&mut self) {
        self.done = None;
    }

    /// Reads ahead where somebody is signed in, there is a directory, and this one was not read.
    pub(super) fn perhaps(&mut self, world: &mut World) {
        let Some((place, generation)) = world.directory_place() else { return };
        if self.done == Some(generation) || self.busy.swap(true, Ordering::Relaxed) {
            return;
        }
        self.done = Some(generation);
        let (inbox, busy) = (self.inbox.clone(), self.busy.clone());
        let reading = std::thread::Builder::new().name("prefetch".to_owned()).spawn(move || {
            if let Err(fault) = read(&place, generation) {
                // The loop may be gone already, and then nobody needs to know.
                inbox.send(Incoming::Reply(Box::new(Reply::Warned(fault.sentence)))).unwrap_or(());
            }
            busy.store(false, Ordering::Relaxed);
        });
        if reading.is_err() {
            // Without a thread the first search waits for the disk; nothing is wrong with it.
            self.busy.store(false, Ordering::Relaxed);
        }
    }
}

fn read(place: &Path, generation: u64) -> Result<(), Fault> {
    let directory = Directory::at(place, generation)?;
    directory.verify(&mut |_| ControlFlow::Continue(()))?;
    Ok(())
}
