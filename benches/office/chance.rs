//! Chance that can be repeated: the same seed gives the same list on every machine.

/// A generator of the splitmix64 kind.
pub struct Chance(u64);

impl Chance {
    /// A stream of its own for each purpose.
    pub fn new(purpose: u64) -> Self {
        Self(2020 ^ purpose.wrapping_mul(0xA076_1D64_78BD_642F))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `n`; zero where `n` is zero.
    pub fn below(&mut self, n: usize) -> usize {
        usize::try_from(self.next() % n.max(1) as u64).unwrap_or(0)
    }

    /// A number below `n` of which the small ones come up much more often, as words of a language.
    pub fn skewed(&mut self, n: usize) -> usize {
        let (a, b) = (self.below(n), self.below(n));
        a.min(b).min(self.below(n))
    }

    /// One of a list.
    pub fn of<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        list.get(self.below(list.len())).copied()
    }

    /// One of a list, the first ones more often.
    pub fn often<T: Copy>(&mut self, list: &[T]) -> Option<T> {
        list.get(self.skewed(list.len())).copied()
    }
}
