//! The program's memory: state, layers and `update`.
//!
//! [`update`] turns a message into effects and changes nothing but the [`State`]. Screens are
//! values on a stack; a popup holds the effect that it would release.

pub mod browse;
pub mod effect;
pub mod form;
pub mod layer;
pub mod message;
pub mod reply;
#[cfg(test)]
pub mod sample;
pub mod screens;
pub mod state;
pub mod table;
pub mod text_field;
pub mod window;
pub mod words;

#[cfg(test)]
pub mod testing;

pub use state::{Msg, State, update};
