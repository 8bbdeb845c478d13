//! What is true without a computer: no IO, no clock, no SQL, no screen.

pub mod name_search;
pub mod text;
