//! Faults as the screen hears them, with what they mean for the whole window.

use super::World;
use crate::app::log;
use crate::domain::fault::{Fault, FaultKind};
use crate::model::effect::{Reply, Ticket};

impl World {
    /// A fault as replies.
    pub(super) fn told(&mut self, ticket: Option<Ticket>, fault: Fault) -> Vec<Reply> {
        if fault.kind == FaultKind::Stopped {
            return vec![Reply::Stopped];
        }
        if let Some(cause) = &fault.cause {
            log::write(self.door.places(), cause);
        }
        if let Some(why) = self.door.left_behind(self.clock.now()) {
            self.import = None;
            return vec![Reply::Locked, Reply::Failed(None, why)];
        }
        if let Some((sentence, backup)) = self.door.take_damage() {
            return vec![Reply::Damaged { sentence, backup }];
        }
        vec![Reply::Failed(ticket, fault)]
    }

    /// Whether the data is only looked at, as it is now.
    pub(super) fn view_only(&self) -> Reply {
        Reply::ViewOnly(self.door.viewing().map(|why| why.notice(self.clock.now())))
    }

    /// After an error of the disk nothing more is written (R06), and what was found is told.
    pub(super) fn after_disk(&mut self) -> Vec<Reply> {
        let sentence = self.door.distrust();
        let mut replies = vec![self.view_only()];
        if !self.is_signed_in() {
            replies.push(Reply::Locked);
        }
        replies.push(Reply::Failed(None, Fault::new(FaultKind::Disk, sentence)));
        replies
    }
}
