//! The old names of the built-in rule file, read without the rest of it: a search of the public
//! directory as one process is over before a whole rule file is read.

use super::NATIONAL;
use crate::domain::name_search::Synonyms;

/// Old names with the new ones, as the built-in rule file has them. A test compares them with what
/// the whole file gives.
pub fn usual_synonyms() -> Synonyms {
    let tables = NATIONAL.split("[[synonyms]]\n").skip(1);
    let pairs = tables.map(|table| {
        // The table ends where another begins.
        let lines = table.lines().take_while(|line| !line.starts_with('['));
        let value = |name: &str| {
            let mut lines = lines.clone();
            lines.find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"'))
        };
        (value("old").unwrap_or_default(), value("new").unwrap_or_default())
    });
    pairs.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Rules;

    #[test]
    fn they_are_those_of_the_whole_file() {
        let usual = usual_synonyms();
        assert_eq!(usual, *Rules::national().synonyms());
        assert_ne!(usual, Synonyms::default());
    }
}
