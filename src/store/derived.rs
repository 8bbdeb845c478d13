//! What is kept beside the records so that no answer has to read them all: the tallies, and the words
//! that rows are found by. It can always be made anew.

use super::Store;
use super::fault::Stored;
use super::roomy::Roomy;
use crate::domain::progress::Watch;

impl Store {
    /// Holds tallies and words against the records.
    ///
    /// # Errors
    /// Where they differ: the records are right, but counts or searches may not be.
    pub fn check_derived(&self) -> Stored<()> {
        self.check_tallies()?;
        self.check_words()
    }

    /// Makes tallies and words anew, in one transaction.
    ///
    /// # Errors
    /// Where it cannot be written, or the watch asked to stop.
    pub fn rebuild_derived(&self, watch: &mut Watch<'_>) -> Stored<()> {
        let _roomy = Roomy::begin(self)?;
        self.atomically(|| {
            self.rebuild_tallies()?;
            self.file_anew(watch)
        })
    }
}
