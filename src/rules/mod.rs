//! The rule file: reasons, fields, destinations, limits; loading and plain-sentence faults.
pub mod checkup;
/// stands in
pub struct Rules;
