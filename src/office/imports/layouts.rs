//! What was chosen for the columns of a layout, kept beside the settings: whoever gets the same table
//! every month says once what its columns are.

use std::io::Write;

use super::super::Places;
use crate::exchange::columns::{ColumnPlan, KnownField};
use crate::exchange::sheet_file::Memory;

/// Most layouts that are remembered.
const MOST: usize = 200;

/// What an import could teach: the fingerprint of its header, and what was chosen by hand.
pub(super) struct Learnt {
    fingerprint: String,
    said: Vec<String>,
    is_known: bool,
}

impl Learnt {
    /// What a plan could teach.
    pub(super) fn of<F: KnownField>(plan: &ColumnPlan<F>) -> Self {
        Self {
            fingerprint: plan.fingerprint.clone(),
            said: plan.said.clone(),
            is_known: plan.remembered,
        }
    }
}

/// What was chosen before. A file that cannot be read counts as none: it only saves a few keys.
pub(super) fn load(places: &Places) -> Memory {
    let text = std::fs::read_to_string(places.layouts_file()).unwrap_or_default();
    toml::from_str(&text).unwrap_or_default()
}

/// Keeps what was chosen for an import that was written. Where that does not work, the next import
/// asks again, and the one that was written stays written.
pub(super) fn keep(places: &Places, learnt: &Learnt) {
    if learnt.is_known || learnt.said.is_empty() {
        return;
    }
    let mut memory = load(places);
    memory.insert(learnt.fingerprint.clone(), learnt.said.clone());
    while memory.len() > MOST {
        memory.pop_first();
    }
    let Ok(text) = toml::to_string(&memory) else { return };
    write(places, &text).unwrap_or_default();
}

fn write(places: &Places, text: &str) -> std::io::Result<()> {
    let mut beside = tempfile::NamedTempFile::new_in(&places.config)?;
    beside.write_all(text.as_bytes())?;
    beside.as_file().sync_all()?;
    beside.persist(places.layouts_file())?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learnt(fingerprint: &str) -> Learnt {
        let said = vec!["C=name".to_owned(), "D=ignore".to_owned()];
        Learnt { fingerprint: fingerprint.to_owned(), said, is_known: false }
    }

    #[test]
    fn choices_are_kept_and_a_spoilt_file_counts_as_none() {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::below(dir.path());
        assert!(load(&places).is_empty());
        keep(&places, &learnt("a"));
        assert!(load(&places).is_empty(), "without its directory");
        places.make().unwrap();
        keep(&places, &learnt("a"));
        keep(&places, &learnt("b"));
        keep(&places, &Learnt { is_known: true, ..learnt("c") });
        assert_eq!(load(&places).len(), 2);
        assert_eq!(load(&places)["a"], ["C=name", "D=ignore"]);
        std::fs::write(places.layouts_file(), "no [toml").unwrap();
        assert!(load(&places).is_empty());
    }

    #[test]
    fn the_memory_has_an_end() {
        let dir = tempfile::tempdir().unwrap();
        let places = Places::below(dir.path());
        places.make().unwrap();
        (0..MOST + 3).for_each(|n| keep(&places, &learnt(&format!("{n:04}"))));
        assert_eq!(load(&places).len(), MOST);
    }
}
