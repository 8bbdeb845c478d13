//! The program's memory: state, layers and `update`.

pub mod text_field;
