//! What is true without a computer: no IO, no clock, no SQL, no screen.

pub mod account;
pub mod authority;
pub mod correction;
pub mod disclosure;
pub mod fault;
pub mod filter;
pub mod form;
pub mod history;
pub mod id_number;
pub mod ids;
pub mod intake;
pub(crate) mod labels;
pub mod letter;
pub mod member;
pub mod name_key;
pub mod name_search;
pub mod order;
pub mod org_search;
pub mod organisation;
pub mod packed_number;
pub mod paper;
pub mod person_name;
pub mod phone;
pub mod progress;
pub mod reconcile;
pub mod reminder;
pub mod text;
pub mod transfer;
pub mod words;
pub mod workflow;

#[cfg(test)]
pub mod testing;
