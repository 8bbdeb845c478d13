//! stands in
/// f
pub enum Fit {
    /// t
    Tail,
    /// h
    Head,
}
/// f
pub fn fit(t: &str, _c: usize, _f: Fit) -> String {
    t.to_owned()
}
/// w
pub fn width(t: &str) -> usize {
    t.len()
}
