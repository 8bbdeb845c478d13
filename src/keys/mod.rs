//! What keys mean: normalisation, actions and the key table.

pub mod action;
pub mod normalise;
pub mod notation;
pub mod table;
