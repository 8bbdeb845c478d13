//! What keys mean: normalisation, actions and the key table.

pub mod normalise;
pub mod notation;
