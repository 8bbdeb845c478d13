//! The terminal shell: loop, effects, clock and signals.

pub mod world;
