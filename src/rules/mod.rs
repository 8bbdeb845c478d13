//! The rule file: reasons, fields, destinations, limits; loading and plain-sentence faults.

mod figures;

pub use figures::{Figure, GraduateCounts};
