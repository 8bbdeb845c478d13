//! Journeys: what people do with the whole program, from keys to screen, each on an office of its
//! own. Every picture beside them is a promise: a change in one is a change of what people see.

#![expect(clippy::unwrap_used, reason = "a journey ends where its ground is missing")]

#[path = "support/rehearsal.rs"]
mod rehearsal;

/// Compares the screen of a rehearsal with the picture of this name.
macro_rules! picture {
    ($rehearsal:expr, $name:literal) => {
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!($name, $rehearsal.picture())
        })
    };
}

/// In the office of somebody: keys, and then the screen against the picture of this name.
macro_rules! journey {
    ($who:ident, $keys:expr, $name:literal) => {{
        let mut rehearsal = crate::rehearsal::Rehearsal::office(crate::rehearsal::Who::$who);
        rehearsal.keys($keys);
        picture!(rehearsal, $name);
        rehearsal
    }};
}

#[path = "journeys"]
mod journeys {
    mod accounts;
    mod decisions;
    mod doors;
    mod files;
    mod forms;
    mod home;
    mod letters;
    mod own;
    mod pages;
    mod reconciling;
    mod registers;
    mod rights;
    mod sizes;
}
