//! What an act did to the files below a directory, read from a log of strace: every write, cut,
//! sync and change of a name, in their order.

use std::cell::Cell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::tree::{Content, Id, Node, Tree};

/// The calls that are followed. Reading only moves a place in a file.
pub const FOLLOWED: &str = "open,openat,creat,close,dup,dup2,dup3,fcntl,read,lseek,write,writev,\
    pwrite64,ftruncate,truncate,fallocate,copy_file_range,sendfile,fsync,fdatasync,rename,renameat,\
    renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,rmdir,mkdir,mkdirat,mmap,clone,clone3,\
    fork,vfork";

/// Something that a power cut may undo, or that keeps it from doing so.
#[derive(Debug, Clone)]
pub enum Change {
    /// Bytes of a file.
    Write { file: Id, at: usize, bytes: Vec<u8> },
    /// The length of a file.
    Length { file: Id, bytes: usize },
    /// What was written to a file lasts.
    SyncFile(Id),
    /// A name in a directory, of something new or of something that has another name too.
    Enter { dir: Id, name: String, node: Id },
    /// A name is gone.
    Leave { dir: Id, name: String },
    /// One name for another.
    Move { from: (Id, String), to: (Id, String), node: Id },
    /// The names of a directory last.
    SyncDir(Id),
    /// The program said something on its standard output.
    Said,
}

/// What an act did.
pub struct Recording {
    /// Everything as it was before, with empty places for what was made.
    pub before: Tree,
    /// What was done, in order.
    pub changes: Vec<Change>,
}

impl Recording {
    /// Reads a log; `before` is the tree at `root` as it was when the act began.
    pub fn read(before: Tree, root: &Path, log: &str) -> Self {
        let mut reader = Reader {
            root: root.to_path_buf(),
            live: before.clone(),
            before,
            changes: Vec::new(),
            tables: HashMap::new(),
            open: HashMap::new(),
            n_tables: 0,
        };
        let mut begun: HashMap<&str, String> = HashMap::new();
        for line in log.lines() {
            let Some((process, rest)) = line.split_once(' ') else { continue };
            let rest = rest.trim_start();
            if let Some(first) = rest.strip_suffix("<unfinished ...>") {
                begun.insert(process, first.trim_end().to_owned());
            } else if let Some((_, last)) = rest.split_once(" resumed>") {
                let whole = begun.remove(process).unwrap_or_default() + last;
                reader.line(process, &whole);
            } else {
                reader.line(process, rest);
            }
        }
        Self { before: reader.before, changes: reader.changes }
    }

    /// How many changes were made when the program first said something.
    pub fn said_at(&self) -> Option<usize> {
        self.changes.iter().position(|change| matches!(change, Change::Said))
    }

    /// The same act by a program that never syncs.
    pub fn without_syncs(mut self) -> Self {
        self.changes.retain(|c| !matches!(c, Change::SyncFile(_) | Change::SyncDir(_)));
        self
    }
}

/// An open file: what it is and where the next byte goes.
#[derive(Clone)]
struct Open {
    node: Id,
    at: Rc<Cell<usize>>,
    appends: bool,
}

struct Reader {
    root: PathBuf,
    before: Tree,
    live: Tree,
    changes: Vec<Change>,
    /// Which table of descriptors a thread uses.
    tables: HashMap<String, usize>,
    open: HashMap<(usize, i64), Open>,
    n_tables: usize,
}

/// A call that succeeded.
struct Call<'l> {
    name: &'l str,
    args: Vec<&'l str>,
    result: i64,
    table: usize,
}

impl Call<'_> {
    fn number(&self, i: usize) -> i64 {
        number(self.args[i]).unwrap_or_else(|| panic!("{} {:?}", self.name, self.args))
    }

    fn bytes(&self, i: usize) -> Vec<u8> {
        text(self.args[i])
    }
}

impl Reader {
    fn line(&mut self, process: &str, line: &str) {
        let Some((name, rest)) = line.split_once('(') else { return };
        // The result stands in a column of its own.
        let Some((args, result)) = rest.rsplit_once(" = ") else { return };
        let Some(result) = result.split_whitespace().next().and_then(number) else { return };
        if result < 0 {
            return;
        }
        let args = split(args.trim_end().strip_suffix(')').unwrap_or(args));
        let table = self.table(process);
        self.call(&Call { name, args, result, table });
    }

    fn table(&mut self, process: &str) -> usize {
        if let Some(table) = self.tables.get(process) {
            return *table;
        }
        self.n_tables += 1;
        self.tables.insert(process.to_owned(), self.n_tables);
        self.n_tables
    }

    fn call(&mut self, call: &Call<'_>) {
        match call.name {
            "open" | "creat" => self.opened(call, None, 0),
            "openat" => self.opened(call, Some(0), 1),
            "close" => drop(self.open.remove(&(call.table, call.number(0)))),
            "dup" | "dup2" | "dup3" | "fcntl" => self.doubled(call),
            "read" | "lseek" => self.moved_on(call),
            "write" | "writev" | "pwrite64" => self.wrote(call),
            "ftruncate" | "truncate" | "fallocate" => self.cut(call),
            "copy_file_range" | "sendfile" => self.copied(call),
            "fsync" | "fdatasync" => self.synced(call),
            "rename" => self.renamed(call, (None, 0), (None, 1)),
            "renameat" | "renameat2" => self.renamed(call, (Some(0), 1), (Some(2), 3)),
            "link" => self.linked(call, (None, 0), (None, 1)),
            "linkat" => self.linked(call, (Some(0), 1), (Some(2), 3)),
            "unlink" | "rmdir" => self.removed(call, None, 0),
            "unlinkat" => self.removed(call, Some(0), 1),
            "mkdir" => self.made_dir(call, None, 0),
            "mkdirat" => self.made_dir(call, Some(0), 1),
            "symlink" | "symlinkat" => panic!("a link below the data: {:?}", call.args),
            "mmap" => self.mapped(call),
            "clone" | "clone3" | "fork" | "vfork" => self.cloned(call),
            _ => {}
        }
    }

    fn find(&self, call: &Call<'_>, i: usize) -> Option<&Open> {
        self.open.get(&(call.table, call.number(i)))
    }

    /// The directory and the name of a path, where it lies below the root.
    fn place(&self, call: &Call<'_>, dir: Option<usize>, path: usize) -> Option<(Id, String)> {
        let path = PathBuf::from(String::from_utf8(call.bytes(path)).unwrap());
        let (start, below) = match (path.is_absolute(), dir) {
            (true, _) => (Tree::ROOT, path.strip_prefix(&self.root).ok()?.to_path_buf()),
            (false, Some(i)) if !call.args[i].starts_with("AT_FDCWD") => {
                (self.find(call, i)?.node, path)
            }
            (false, _) => return None,
        };
        let mut names: Vec<String> =
            below.components().map(|c| c.as_os_str().to_string_lossy().into_owned()).collect();
        let last = names.pop()?;
        let walk = |dir: Id, name: &String| self.live.entry(dir, name);
        let dir = names.iter().try_fold(start, walk)?;
        Some((dir, last))
    }

    fn make(&mut self, node: &Node) -> Id {
        self.before.add(node.clone());
        self.live.add(node.clone())
    }

    fn change(&mut self, change: Change) {
        self.live.apply(&change);
        self.changes.push(change);
    }

    fn opened(&mut self, call: &Call<'_>, dir: Option<usize>, path: usize) {
        let flags = call.args.get(path + 1).copied().unwrap_or("O_CREAT|O_TRUNC");
        let is_root = call.bytes(path) == self.root.as_os_str().as_encoded_bytes();
        let place = self.place(call, dir, path);
        let key = (call.table, call.result);
        self.open.remove(&key);
        let node = match (is_root, place) {
            (true, _) => Tree::ROOT,
            (false, None) => return,
            (false, Some(_)) if flags.contains("O_TMPFILE") => {
                self.make(&Node::File(Content::default()))
            }
            (false, Some((dir, name))) => match self.live.entry(dir, &name) {
                Some(node) => node,
                None => {
                    assert!(flags.contains("O_CREAT"), "{name} was never made");
                    let node = self.make(&Node::File(Content::default()));
                    self.change(Change::Enter { dir, name, node });
                    node
                }
            },
        };
        if flags.contains("O_TRUNC") && !self.live.bytes(node).is_empty() {
            self.change(Change::Length { file: node, bytes: 0 });
        }
        let appends = flags.contains("O_APPEND");
        self.open.insert(key, Open { node, at: Rc::default(), appends });
    }

    fn doubled(&mut self, call: &Call<'_>) {
        if call.name == "fcntl" && !call.args[1].starts_with("F_DUPFD") {
            return;
        }
        if let Some(open) = self.find(call, 0).cloned() {
            self.open.insert((call.table, call.result), open);
        }
    }

    fn moved_on(&mut self, call: &Call<'_>) {
        let Some(open) = self.find(call, 0) else { return };
        let result = usize::try_from(call.result).unwrap();
        open.at.set(if call.name == "read" { open.at.get() + result } else { result });
    }

    fn wrote(&mut self, call: &Call<'_>) {
        let Some(open) = self.find(call, 0).cloned() else {
            if call.number(0) == 1 {
                self.changes.push(Change::Said);
            }
            return;
        };
        assert!(!call.args[1].ends_with("..."), "the log holds every byte");
        let mut bytes = call.bytes(1);
        bytes.truncate(usize::try_from(call.result).unwrap());
        if call.name == "pwrite64" {
            let at = usize::try_from(call.number(3)).unwrap();
            self.change(Change::Write { file: open.node, at, bytes });
        } else {
            self.append(&open, bytes);
        }
    }

    fn append(&mut self, open: &Open, bytes: Vec<u8>) {
        let at = if open.appends { self.live.bytes(open.node).len() } else { open.at.get() };
        open.at.set(at + bytes.len());
        self.change(Change::Write { file: open.node, at, bytes });
    }

    fn cut(&mut self, call: &Call<'_>) {
        let file = if call.name == "truncate" {
            self.place(call, None, 0).and_then(|(dir, name)| self.live.entry(dir, &name))
        } else {
            self.find(call, 0).map(|open| open.node)
        };
        let Some(file) = file else { return };
        let bytes = match call.name {
            "fallocate" => {
                let end = usize::try_from(call.number(2) + call.number(3)).unwrap();
                self.live.bytes(file).len().max(end)
            }
            _ => usize::try_from(call.number(1)).unwrap(),
        };
        self.change(Change::Length { file, bytes });
    }

    fn copied(&mut self, call: &Call<'_>) {
        let (from, to) = if call.name == "sendfile" { (1, 0) } else { (0, 2) };
        let Some(target) = self.find(call, to).cloned() else { return };
        let n = usize::try_from(call.result).unwrap();
        let source = self.find(call, from).expect("a copy from below the root").clone();
        let at = source.at.get();
        let bytes = self.live.bytes(source.node)[at..at + n].to_vec();
        source.at.set(at + n);
        self.append(&target, bytes);
    }

    fn synced(&mut self, call: &Call<'_>) {
        let Some(open) = self.find(call, 0) else { return };
        let change = match self.live.node(open.node) {
            Node::File(_) => Change::SyncFile(open.node),
            Node::Dir(_) => Change::SyncDir(open.node),
        };
        self.changes.push(change);
    }

    fn renamed(
        &mut self,
        call: &Call<'_>,
        from: (Option<usize>, usize),
        to: (Option<usize>, usize),
    ) {
        let (from, to) = (self.place(call, from.0, from.1), self.place(call, to.0, to.1));
        match (from, to) {
            (Some(from), Some(to)) => {
                let node = self.live.entry(from.0, &from.1).expect("it was there");
                self.change(Change::Move { from, to, node });
            }
            (None, None) => {}
            other => panic!("a rename across the root: {other:?}"),
        }
    }

    fn linked(
        &mut self,
        call: &Call<'_>,
        from: (Option<usize>, usize),
        to: (Option<usize>, usize),
    ) {
        let Some((dir, name)) = self.place(call, to.0, to.1) else { return };
        let from = self.place(call, from.0, from.1).expect("a link from below the root");
        let node = self.live.entry(from.0, &from.1).expect("it was there");
        self.change(Change::Enter { dir, name, node });
    }

    fn removed(&mut self, call: &Call<'_>, dir: Option<usize>, path: usize) {
        if let Some((dir, name)) = self.place(call, dir, path) {
            self.change(Change::Leave { dir, name });
        }
    }

    fn made_dir(&mut self, call: &Call<'_>, dir: Option<usize>, path: usize) {
        if let Some((dir, name)) = self.place(call, dir, path) {
            let node = self.make(&Node::Dir(Default::default()));
            self.change(Change::Enter { dir, name, node });
        }
    }

    /// Bytes that are written through a mapping would be missed.
    fn mapped(&self, call: &Call<'_>) {
        let writes = call.args[2].contains("PROT_WRITE") && call.args[3].contains("MAP_SHARED");
        let is_ours =
            number(call.args[4]).is_some_and(|fd| self.open.contains_key(&(call.table, fd)));
        assert!(!(writes && is_ours), "a mapping is written: {:?}", call.args);
    }

    fn cloned(&mut self, call: &Call<'_>) {
        let child = call.result.to_string();
        if call.args.iter().any(|arg| arg.contains("CLONE_FILES")) {
            self.tables.insert(child, call.table);
            return;
        }
        let table = self.table(&child);
        let ours = self.open.iter().filter(|((of, _), _)| *of == call.table);
        let copies: Vec<_> = ours.map(|((_, fd), open)| ((table, *fd), open.clone())).collect();
        self.open.extend(copies);
    }
}

/// A number in decimal or hexadecimal.
fn number(text: &str) -> Option<i64> {
    match text.strip_prefix("0x") {
        Some(digits) => i64::from_str_radix(digits, 16).ok(),
        None => text.parse().ok(),
    }
}

/// The arguments of a call. Texts are in hexadecimal, so they hold no comma and no bracket.
fn split(args: &str) -> Vec<&str> {
    let (mut parts, mut depth, mut start) = (Vec::new(), 0, 0);
    for (i, byte) in args.bytes().enumerate() {
        match byte {
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            b',' if depth == 0 => {
                parts.push(args.get(start..i).unwrap().trim());
                start = i + 1;
            }
            _ => {}
        }
    }
    parts.push(args.get(start..).unwrap().trim());
    parts
}

/// All texts of an argument, one after the other: `"\x41\x42"`, or several in a list.
fn text(arg: &str) -> Vec<u8> {
    let quoted = arg.split('"').skip(1).step_by(2);
    quoted.flat_map(|digits| digits.split("\\x").skip(1)).map(|hex| byte(hex.as_bytes())).collect()
}

fn byte(hex: &[u8]) -> u8 {
    let digit = |d: u8| if d.is_ascii_digit() { d - b'0' } else { d - b'a' + 10 };
    digit(hex[0]) << 4 | digit(hex[1])
}
