//! What is wrong with a rule file, said so that the person who edits it can mend it.

use std::fmt;

/// One fault. `Display` is the whole Chinese sentence: which entry, what stands there, what should
/// stand there, what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleFault {
    /// Where: the names of the tables and keys down to the entry.
    pub place: String,
    /// What stands there, as the second part of a sentence (「现在是……」, 「没有写」).
    pub found: String,
    /// What should stand there (「应该是……」).
    pub wanted: String,
    /// What to do next.
    pub remedy: String,
}

impl RuleFault {
    pub(super) fn new(place: &str, found: impl Into<String>, wanted: impl Into<String>) -> Self {
        Self {
            place: place.to_owned(),
            found: found.into(),
            wanted: wanted.into(),
            remedy: "请改正后重新载入".to_owned(),
        }
    }

    pub(super) fn remedy(mut self, remedy: impl Into<String>) -> Self {
        self.remedy = remedy.into();
        self
    }
}

impl fmt::Display for RuleFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, found, wanted, remedy } = self;
        write!(f, "规则文件的「{place}」{found}，{wanted}。{remedy}。")
    }
}

impl std::error::Error for RuleFault {}
