//! Files and directories in memory: what a disk holds, or may hold after its power was cut.

use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;
use std::rc::Rc;

use crate::trace::Change;

/// A file or directory, whatever names it has.
pub type Id = usize;

/// Bytes that are copied only where they are changed.
pub type Content = Rc<Vec<u8>>;

#[derive(Clone)]
pub enum Node {
    File(Content),
    Dir(BTreeMap<String, Id>),
}

/// Files and directories below a root.
#[derive(Clone)]
pub struct Tree {
    nodes: Vec<Node>,
}

/// What of a disk's smallest unit is never torn.
const SECTOR: usize = 512;

impl Tree {
    pub const ROOT: Id = 0;

    /// Everything below a directory.
    pub fn read(root: &Path) -> Self {
        let mut tree = Self { nodes: vec![Node::Dir(BTreeMap::new())] };
        tree.read_into(Self::ROOT, root);
        tree
    }

    fn read_into(&mut self, dir: Id, path: &Path) {
        for entry in std::fs::read_dir(path).unwrap() {
            let entry = entry.unwrap();
            let name = entry.file_name().to_string_lossy().into_owned();
            let node = if entry.path().is_dir() {
                let node = self.add(Node::Dir(BTreeMap::new()));
                self.read_into(node, &entry.path());
                node
            } else {
                self.add(Node::File(Rc::new(std::fs::read(entry.path()).unwrap())))
            };
            self.apply(&Change::Enter { dir, name, node });
        }
    }

    /// Puts everything into an empty directory, for its owner alone.
    pub fn write(&self, path: &Path) {
        self.write_from(Self::ROOT, path);
    }

    fn write_from(&self, dir: Id, path: &Path) {
        for (name, node) in self.entries(dir) {
            let path = path.join(name);
            match self.node(*node) {
                Node::Dir(_) => {
                    std::fs::DirBuilder::new().mode(0o700).create(&path).unwrap();
                    self.write_from(*node, &path);
                }
                Node::File(bytes) => {
                    let mut options = std::fs::OpenOptions::new();
                    let mut file =
                        options.write(true).create_new(true).mode(0o600).open(&path).unwrap();
                    std::io::Write::write_all(&mut file, bytes).unwrap();
                }
            }
        }
    }

    pub fn add(&mut self, node: Node) -> Id {
        self.nodes.push(node);
        self.nodes.len() - 1
    }

    pub fn node(&self, id: Id) -> &Node {
        &self.nodes[id]
    }

    /// The bytes of a file; none of a directory.
    pub fn bytes(&self, id: Id) -> &[u8] {
        match self.node(id) {
            Node::File(bytes) => bytes,
            Node::Dir(_) => &[],
        }
    }

    fn entries(&self, id: Id) -> &BTreeMap<String, Id> {
        match self.node(id) {
            Node::Dir(entries) => entries,
            Node::File(_) => panic!("a file has no entries"),
        }
    }

    pub fn entry(&self, dir: Id, name: &str) -> Option<Id> {
        self.entries(dir).get(name).copied()
    }

    fn dir(&mut self, id: Id) -> &mut BTreeMap<String, Id> {
        match &mut self.nodes[id] {
            Node::Dir(entries) => entries,
            Node::File(_) => panic!("a file has no entries"),
        }
    }

    fn file(&mut self, id: Id) -> &mut Vec<u8> {
        match &mut self.nodes[id] {
            Node::File(bytes) => Rc::make_mut(bytes),
            Node::Dir(_) => panic!("a directory has no bytes"),
        }
    }

    /// Does all of a change.
    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::Write { file, at, bytes } => {
                let content = self.file(*file);
                if content.len() < at + bytes.len() {
                    content.resize(at + bytes.len(), 0);
                }
                content[*at..at + bytes.len()].copy_from_slice(bytes);
            }
            Change::Length { file, bytes } => self.file(*file).resize(*bytes, 0),
            Change::Enter { dir, name, node } => {
                self.dir(*dir).insert(name.clone(), *node);
            }
            Change::Leave { dir, name } => {
                self.dir(*dir).remove(name);
            }
            Change::Move { from, to, node } => {
                // Where its first name was never kept, the second is all the same.
                if self.entry(from.0, &from.1) == Some(*node) {
                    self.dir(from.0).remove(&from.1);
                }
                self.dir(to.0).insert(to.1.clone(), *node);
            }
            Change::SyncFile(_) | Change::SyncDir(_) | Change::Said => {}
        }
    }

    /// Does a writing only in the sectors that are kept. The file may have grown all the same.
    pub fn tear(&mut self, change: &Change, grows: bool, mut keeps: impl FnMut() -> bool) {
        let Change::Write { file, at, bytes } = change else { return };
        let content = self.file(*file);
        let end = at + bytes.len();
        if grows && content.len() < end {
            content.resize(end, 0);
        }
        let mut begin = *at;
        while begin < end {
            let stop = ((begin / SECTOR + 1) * SECTOR).min(end);
            if keeps() {
                if content.len() < stop {
                    content.resize(stop, 0);
                }
                content[begin..stop].copy_from_slice(&bytes[begin - at..stop - at]);
            }
            begin = stop;
        }
    }

    /// Equal for trees that hold the same under the same names.
    pub fn fingerprint(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.hash_from(Self::ROOT, &mut hasher);
        hasher.finish()
    }

    fn hash_from(&self, dir: Id, hasher: &mut DefaultHasher) {
        for (name, node) in self.entries(dir) {
            name.hash(hasher);
            match self.node(*node) {
                Node::File(bytes) => bytes.hash(hasher),
                Node::Dir(_) => self.hash_from(*node, hasher),
            }
        }
        0xff_u8.hash(hasher);
    }
}
