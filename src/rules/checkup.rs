//! stands in
/// f
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {}
