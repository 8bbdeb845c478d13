//! The program's memory: state, layers and `update`.
