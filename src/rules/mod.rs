//! The rule file: reasons, fields, destinations, limits; loading and plain-sentence faults.
