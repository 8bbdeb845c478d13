//! What the message line says.

/// The one line for messages.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Message {
    /// Empty where there is nothing to say.
    pub text: String,
    /// Whether something is wrong.
    pub warning: bool,
}

impl Message {
    /// Tells something.
    pub fn note(text: impl Into<String>) -> Self {
        Self { text: text.into(), warning: false }
    }

    /// Tells what is wrong.
    pub fn warning(text: impl Into<String>) -> Self {
        Self { text: text.into(), warning: true }
    }
}
