//! A list of organisations in memory, in the order of rank, for a plain scan to be held against.

use std::collections::HashMap;
use std::ops::Range;
use std::path::Path;

use anyhow::{Context as _, Result};
use tuanzhuan::directory::{Entry, Listing};
use tuanzhuan::domain::organisation::OrgKind;

/// The list.
pub struct Corpus {
    text: String,
    rows: Vec<Line>,
    /// Rows in the order of rank: length of the name, then the order of the tree.
    ranked: Vec<u32>,
    /// The names in the order of rank, one a line.
    names: String,
    /// Where each name of `names` begins, and where the last one ends.
    starts: Vec<u32>,
}

struct Line {
    code: Range<u32>,
    name: Range<u32>,
    short: Range<u32>,
    parent: Option<u32>,
    kind: OrgKind,
}

impl Corpus {
    /// Reads a list whose superiors stand before those below them.
    pub fn read(list: &Path) -> Result<Self> {
        let mut reader = csv::Reader::from_path(list)?;
        let (mut text, mut rows) = (String::new(), Vec::new());
        let mut by_code = HashMap::new();
        let mut record = csv::StringRecord::new();
        while reader.read_record(&mut record)? {
            let mut keep = |i: usize| {
                let start = text.len() as u32;
                text += record.get(i).unwrap_or_default();
                start..text.len() as u32
            };
            let (code, name, short) = (keep(0), keep(2), keep(3));
            let kind = kind_of(record.get(4).unwrap_or_default());
            let parent = by_code.get(record.get(1).unwrap_or_default()).copied();
            by_code.insert(record.get(0).unwrap_or_default().to_owned(), rows.len() as u32);
            rows.push(Line { code, name, short, parent, kind });
        }
        drop(by_code);
        let mut corpus =
            Self { text, rows, ranked: Vec::new(), names: String::new(), starts: Vec::new() };
        corpus.rank();
        Ok(corpus)
    }

    fn rank(&mut self) {
        let mut ranked: Vec<(u16, u32, u32)> = (0..)
            .zip(self.tree_order())
            .map(|(at, row)| {
                let length = self.piece(&self.rows[row as usize].name).chars().count();
                (length as u16, at, row)
            })
            .collect();
        ranked.sort_unstable();
        self.ranked = ranked.into_iter().map(|(_, _, row)| row).collect();
        for row in &self.ranked {
            self.starts.push(self.names.len() as u32);
            let name = &self.rows[*row as usize].name;
            self.names += self.text.get(name.start as usize..name.end as usize).unwrap_or_default();
            self.names.push('\n');
        }
        self.starts.push(self.names.len() as u32);
    }

    /// Rows depth first, roots and siblings in the order of the list.
    fn tree_order(&self) -> Vec<u32> {
        let n = self.rows.len();
        let (mut first, mut next) = (vec![u32::MAX; n], vec![u32::MAX; n]);
        let mut roots = Vec::new();
        for row in (0..n).rev() {
            match self.rows[row].parent {
                Some(parent) => {
                    next[row] = first[parent as usize];
                    first[parent as usize] = row as u32;
                }
                None => roots.push(row as u32),
            }
        }
        let (mut order, mut waiting) = (Vec::with_capacity(n), roots);
        while let Some(row) = waiting.pop() {
            order.push(row);
            if self.rows[row as usize].parent.is_some() && next[row as usize] != u32::MAX {
                waiting.push(next[row as usize]);
            }
            if first[row as usize] != u32::MAX {
                waiting.push(first[row as usize]);
            }
        }
        order
    }

    /// The name of some county's committee: a place whose office keeps a small part of the list.
    pub fn county(&self) -> Option<&str> {
        let chain = |row: u32| {
            let up = |row: &u32| self.rows.get(*row as usize).and_then(|line| line.parent);
            std::iter::successors(Some(row), up).collect::<Vec<_>>()
        };
        let half = self.rows.len() as u32 / 2;
        (half..self.rows.len() as u32).find_map(|row| {
            let chain = chain(row);
            let above = chain.get(chain.len().checked_sub(4)?)?;
            let name = self.piece(&self.rows[*above as usize].name);
            (name.ends_with("县团委") || name.ends_with("区团委")).then_some(name)
        })
    }

    fn piece(&self, range: &Range<u32>) -> &str {
        self.text.get(range.start as usize..range.end as usize).unwrap_or_default()
    }

    /// How many.
    pub fn n(&self) -> usize {
        self.rows.len()
    }

    /// Bytes of all names.
    pub fn n_bytes(&self) -> usize {
        self.names.len() - self.rows.len()
    }

    /// The name at a place of the order of rank.
    pub fn name_at(&self, rank: usize) -> &str {
        let bounds = self.starts.get(rank).zip(self.starts.get(rank + 1));
        let name = bounds.and_then(|(a, b)| self.names.get(*a as usize..*b as usize - 1));
        name.unwrap_or_default()
    }

    /// The code at a place of the order of rank.
    pub fn code_at(&self, rank: usize) -> &str {
        self.ranked.get(rank).map_or("", |row| self.piece(&self.rows[*row as usize].code))
    }

    /// In how many names a text occurs; counting ends above `most`.
    pub fn n_holding(&self, text: &str, most: usize) -> usize {
        self.holding(text).take(most + 1).count()
    }

    /// The places in the order of rank whose names hold a text, each once.
    pub fn holding<'a>(&'a self, text: &'a str) -> impl Iterator<Item = usize> + 'a {
        let finder = memchr::memmem::Finder::new(text.as_bytes());
        let mut at = 0;
        std::iter::from_fn(move || {
            let found = at + finder.find(self.names.as_bytes().get(at..)?)?;
            let rank = self.starts.partition_point(|start| *start as usize <= found) - 1;
            at = *self.starts.get(rank + 1)? as usize;
            Some(rank)
        })
    }

    /// What a plain scan says are the first hits of a text of Chinese characters: whole names, then
    /// beginnings, then the others, each by length and then by the tree. Digits alone are no such
    /// text: they may be the beginning of a code as well.
    pub fn first_hits(&self, text: &str, limit: usize) -> Vec<&str> {
        let by_name = |rank: &usize| match self.name_at(*rank) {
            name if name == text => 0,
            name if name.starts_with(text) => 1,
            _ => 2,
        };
        let mut found: [Vec<usize>; 3] = Default::default();
        for rank in self.holding(text) {
            let class = &mut found[by_name(&rank)];
            if class.len() < limit {
                class.push(rank);
            }
        }
        found.iter().flatten().take(limit).map(|rank| self.code_at(*rank)).collect()
    }
}

impl Listing for Corpus {
    fn len(&self) -> u32 {
        self.rows.len() as u32
    }

    fn entry(&self, row: u32) -> Entry<'_> {
        let line = &self.rows[row as usize];
        Entry {
            code: self.piece(&line.code),
            full_name: self.piece(&line.name),
            short_name: self.piece(&line.short),
            kind: line.kind,
        }
    }

    fn parent(&self, row: u32) -> Option<u32> {
        self.rows[row as usize].parent
    }
}

fn kind_of(label: &str) -> OrgKind {
    OrgKind::from_label(label).unwrap_or(OrgKind::Branch)
}

/// The list at a path, or why it cannot be read.
pub fn read(list: &Path) -> Result<Corpus> {
    Corpus::read(list).with_context(|| list.display().to_string())
}
