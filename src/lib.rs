//! 团转 `tuanzhuan`: transfers of Youth League membership, worked through in a terminal.
//!
//! # The map, in reading order
//!
//! | module | what lives there | may import |
//! |---|---|---|
//! | [`domain`] | what is true without a computer: stages, authority, people, numbers | nothing of ours |
//! | [`rules`] | the rule file: reasons, fields, destinations, limits, the check-up | `domain` |
//! | [`vault`] | key slots, passwords, the recovery key, what people sign with | nothing of ours |
//! | [`store`] | the encrypted database; the only home of SQL | `domain`, `rules` |
//! | [`directory`] | the national list of organisations: a public file of its own, mapped and searched | `domain` |
//! | [`exchange`] | sheets, forms and papers: bytes to domain and back | `domain`, `rules` |
//! | [`office`] | the use cases: what a signed-in person can do, once for screen and command line | the above |
//! | [`keys`] | what keys mean | `domain` |
//! | [`model`] | the program's memory: state, layers, `update` | `domain`, `rules`, `keys` |
//! | [`view`] | state to cells | `model`, `keys`, `rules`, `domain` |
//! | [`app`] | the terminal shell: loop, effects, clock, signals | all |
//! | [`cli`] | the command shell | all |
//!
//! # Data flow
//!
//! ```text
//! key event -> keys -> Press --+
//! worker -------------> Reply -+-> model::update(&mut State, Msg, Now) -> Vec<Effect>
//!    ^                                                                      |
//!    +--------- app::perform(Effect, &mut World) -> office -> store, vault -+
//! inbox empty: view::frame(&State, &mut Frame)
//! command line: cli -> office -> text or JSON
//! ```
//!
//! # Invariants, as absences
//!
//! `update` never touches the world. `view` never changes the state. Nothing is deleted, only
//! retired; an import that is taken back whole is the one exception, and leaves its event. No stage
//! changes outside [`domain::workflow`], and none without an event. Who may import whom is a test
//! (`tests/architecture.rs`).

pub mod app;
pub mod cli;
pub mod directory;
pub mod domain;
pub mod exchange;
pub mod keys;
pub mod model;
pub mod office;
pub mod rules;
pub mod store;
pub mod vault;
pub mod view;
