//! Directories built, read back and damaged.

mod building;
mod damage;
mod wide;
mod whole;

use tempfile::TempDir;

use crate::domain::organisation::OrgKind;
use crate::domain::progress::unwatched;

use super::{Directory, Entry, Listing, build};

/// A row of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Row {
    pub(super) code: String,
    pub(super) name: String,
    pub(super) short: String,
    pub(super) kind: OrgKind,
    pub(super) parent: Option<u32>,
}

impl Row {
    /// A branch with a code and a full name, below another row.
    pub(super) fn new(code: &str, name: &str, parent: Option<u32>) -> Self {
        let (code, name) = (code.to_owned(), name.to_owned());
        Self { code, name, short: String::new(), kind: OrgKind::Branch, parent }
    }
}

/// A list in memory.
#[derive(Debug, Clone)]
pub(super) struct Sample(pub(super) Vec<Row>);

impl Listing for Sample {
    fn len(&self) -> u32 {
        self.0.len() as u32
    }

    fn entry(&self, row: u32) -> Entry<'_> {
        let row = &self.0[row as usize];
        Entry { code: &row.code, full_name: &row.name, short_name: &row.short, kind: row.kind }
    }

    fn parent(&self, row: u32) -> Option<u32> {
        self.0[row as usize].parent
    }
}

/// A directory of a list, in a folder that goes with it.
pub(super) fn directory(sample: &Sample) -> (TempDir, Directory) {
    let dir = tempfile::tempdir().unwrap();
    build(sample, dir.path(), 1, &mut unwatched).unwrap().publish().unwrap();
    let directory = Directory::at(dir.path(), 1).unwrap();
    (dir, directory)
}

/// A small office with something of everything.
pub(super) fn office() -> Sample {
    let mut rows = vec![
        Row::new("1", "共青团中央", None),
        Row::new("32", "江苏省团委", Some(0)),
        Row::new("3204", "江苏省常州市团委", Some(1)),
        Row::new("ZJ-9", "江苏省常州市李公朴小学团总支", Some(2)),
        Row::new("", "江苏省常州市李公朴小学团总支2022级1班团支部", Some(3)),
        Row::new("zj-10", "江苏省常州市买买提·艾力团支部", Some(2)),
        Row::new("33", "浙江省团委", Some(0)),
    ];
    rows[0].short = "团中央".to_owned();
    rows[1].short = "共青团江苏省委员会".to_owned();
    rows[1].kind = OrgKind::ProvinceRoot;
    rows[2].kind = OrgKind::Committee;
    rows[3].kind = OrgKind::GeneralBranch;
    Sample(rows)
}
