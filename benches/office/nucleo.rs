//! The matcher of a picker that people know from editors, over names prepared in memory as that
//! picker prepares them, on two threads. The picker itself does more.

use nucleo_matcher::pattern::{Atom, AtomKind, CaseMatching, Normalization};
use nucleo_matcher::{Config, Matcher, Utf32String};

use crate::corpus::Corpus;

/// The names.
pub struct Pile(Vec<Utf32String>);

impl Pile {
    /// Prepares them.
    pub fn of(corpus: &Corpus) -> Self {
        Self((0..corpus.n()).map(|rank| Utf32String::from(corpus.name_at(rank))).collect())
    }

    /// How many of the best hits there are, fifty at most.
    pub fn search(&self, text: &str) -> usize {
        let (first, second) = self.0.split_at(self.0.len() / 2);
        let mut hits = std::thread::scope(|scope| {
            let other = scope.spawn(|| scored(first, text));
            let mut hits = scored(second, text);
            hits.extend(other.join().unwrap_or_default());
            hits
        });
        hits.sort_unstable_by(|a, b| b.cmp(a));
        hits.truncate(50);
        hits.len()
    }
}

fn scored(names: &[Utf32String], text: &str) -> Vec<u16> {
    let mut matcher = Matcher::new(Config::DEFAULT);
    let (case, form) = (CaseMatching::Ignore, Normalization::Smart);
    let atom = Atom::new(text, case, form, AtomKind::Substring, false);
    names.iter().filter_map(|name| atom.score(name.slice(..), &mut matcher)).collect()
}
