//! Small directories for tests, and the plain scan that a search must agree with.

use tempfile::TempDir;

use super::*;
use crate::directory::{Entry, Listing, build};
use crate::domain::progress::unwatched;

/// One row of a list.
#[derive(Debug, Clone)]
pub(in crate::directory) struct Row {
    pub(in crate::directory) code: String,
    pub(in crate::directory) name: String,
    pub(in crate::directory) kind: OrgKind,
    pub(in crate::directory) parent: Option<u32>,
}

/// A list in memory.
#[derive(Debug)]
pub(in crate::directory) struct Rows(pub(in crate::directory) Vec<Row>);

impl Listing for Rows {
    fn len(&self) -> u32 {
        self.0.len() as u32
    }

    fn entry(&self, row: u32) -> Entry<'_> {
        let Row { code, name, kind, .. } = &self.0[row as usize];
        Entry { code, full_name: name, short_name: "", kind: *kind }
    }

    fn parent(&self, row: u32) -> Option<u32> {
        self.0[row as usize].parent
    }
}

/// Builds a directory in a folder that lives as long as the first of the pair.
pub(in crate::directory) fn directory(rows: Vec<Row>) -> (TempDir, Directory) {
    let dir = tempfile::tempdir().unwrap();
    build(&Rows(rows), dir.path(), 1, &mut unwatched).unwrap().publish().unwrap();
    let directory = Directory::at(dir.path(), 1).unwrap();
    (dir, directory)
}

/// A directory of names, each below the one whose place is given, with codes from 1.
pub(in crate::directory) fn named(rows: &[(&str, Option<u32>)]) -> (TempDir, Directory) {
    let row = |(index, (name, parent)): (usize, &(&str, Option<u32>))| Row {
        code: format!("{}", index + 1),
        name: (*name).to_owned(),
        kind: if name.ends_with("支部") { OrgKind::Branch } else { OrgKind::Committee },
        parent: *parent,
    };
    directory(rows.iter().enumerate().map(row).collect())
}

/// The names of organisations.
pub(in crate::directory) fn names<'a>(directory: &'a Directory, rows: &[OrgNo]) -> Vec<&'a str> {
    rows.iter().map(|no| directory.name(*no).unwrap()).collect()
}

/// What a scan of every row finds.
pub(in crate::directory) fn scan(directory: &Directory, query: Query<'_>) -> Hits {
    let below = |no: OrgNo, above: Option<OrgNo>| {
        above.is_none_or(|above| directory.chain(no).unwrap().contains(&above))
    };
    let mut found = Vec::new();
    for no in (0..directory.len()).map(OrgNo) {
        let entry = directory.entry(no).unwrap();
        let score = query.text.matches(entry.full_name, entry.code);
        let wanted = query.kind.is_none_or(|kind| kind == entry.kind) && below(no, query.under);
        if let Some(score) = score.filter(|_| wanted) {
            let home = query.home.is_some() && below(no, query.home);
            found.push((score.nearness(), !home, !query.recent.contains(&no), no));
        }
    }
    found.sort();
    let more = found.len() > query.limit;
    Hits { rows: found.into_iter().take(query.limit).map(|(.., no)| no).collect(), more }
}
