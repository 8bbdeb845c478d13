//! Old names of places and of organisations, which people go on typing for years.

use super::folded;

/// As many spellings of one term are tried at most; a real term has an old name or two in it.
const MOST_SPELLINGS: usize = 8;

/// Pairs of an old name and the new one, in the order of the rule file.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Synonyms {
    pairs: Vec<(String, String)>,
}

impl<'a> FromIterator<(&'a str, &'a str)> for Synonyms {
    /// Takes pairs of old and new; one without an old name is left out.
    fn from_iter<I: IntoIterator<Item = (&'a str, &'a str)>>(pairs: I) -> Self {
        let meant = pairs.into_iter().filter(|(old, _)| !old.is_empty());
        let pairs = meant.map(|(old, new)| (folded(old).into_owned(), folded(new).into_owned()));
        Self { pairs: pairs.collect() }
    }
}

impl Synonyms {
    /// A folded term and all it becomes when old names in it are replaced by new ones. Rows that
    /// still bear the old name go on being found, because what was typed stays the first.
    pub(super) fn spellings(&self, text: String) -> Vec<String> {
        let mut spellings = vec![text];
        for (old, new) in &self.pairs {
            for i in 0..spellings.len() {
                self.add(&mut spellings, i, old, new);
            }
        }
        spellings
    }

    fn add(&self, spellings: &mut Vec<String>, from: usize, old: &str, new: &str) {
        let Some(text) = spellings.get(from).filter(|text| text.contains(old)) else { return };
        let renamed = text.replace(old, new);
        if spellings.len() < MOST_SPELLINGS && !spellings.contains(&renamed) {
            spellings.push(renamed);
        }
    }
}
