//! Whatever stands in a file, the program answers and does not fall over: good files are changed at
//! random in every way that files break, and whatever reads them must come to an end with an answer.
//!
//! `cargo test` tries some hundred changes of each. `FUZZ_SECONDS=600 cargo test --release --test
//! fuzz` goes on for ten minutes with each, and tells how many it tried. What fails is made small and
//! shown.

#![expect(clippy::unwrap_used, reason = "what stands beside the tests helps them only")]

#[expect(dead_code, reason = "it serves the tests of the command line as well")]
mod support;

#[path = "fuzz/change.rs"]
mod change;
#[path = "fuzz/readers.rs"]
mod readers;
#[path = "fuzz/texts.rs"]
mod texts;
