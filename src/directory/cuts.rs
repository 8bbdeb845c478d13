//! What a name must have for some reading of a term.
//!
//! There may be thousands of readings, so they are not listed. Every reading has exactly one edge
//! across each letter; what that edge and its neighbours ask of a name, taken together over all
//! edges across one letter, is asked of every name that matches: that is a cut. A cut is made
//! wider, up to whole readings, as long as it stays within a number, and the most telling cuts
//! make the candidates.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::domain::name_search::Nearness;

use super::Directory;
use super::fault::DirectoryFault;
use super::file::Key;
use super::grams::{sound_key, text_key};
use super::lattice::{BEGINNING, Lattice};
use super::node::Node;
use super::postings::List;
use super::sounds::{Pairs, Sounds};

/// A set of characters up to this size is looked up by its characters, a larger one by its sound.
const SMALL: usize = 64;

/// So many cuts are taken into account.
const MOST_CUTS: usize = 3;

/// In a long term only so many cuts are weighed.
const MOST_WEIGHED: usize = 12;

/// A cut is made to say more only as long as it stays within so many windows.
const MOST_WINDOWS: usize = 48;

/// So many sets of pairs are looked up for one window, the smallest first; trigrams are cheaper.
const MOST_PAIR_SETS: usize = 2;

/// So many trigrams are looked up for one window.
const MOST_TRIGRAMS: usize = 6;

/// Edges that follow each other; the first may be the beginning of a name.
#[derive(Debug, Clone)]
struct Window {
    edges: Vec<usize>,
    /// No more names than so many have it.
    most: u64,
}

/// Windows of which every reading has one.
#[derive(Debug, Clone)]
struct Cut {
    windows: Vec<Window>,
    /// Whether the windows are the readings themselves.
    whole: bool,
}

impl Cut {
    fn most(&self) -> u64 {
        self.windows.iter().map(|window| window.most).sum()
    }
}

/// On which side a window is made one wider.
#[derive(Debug, Clone, Copy)]
enum Side {
    Left,
    Right,
}

/// The cuts of one term.
#[derive(Debug)]
pub(super) struct Cuts<'a> {
    directory: &'a Directory,
    sounds: &'a Sounds,
    lattice: Lattice,
    pairs: BTreeMap<(usize, usize), Option<Pairs>>,
    /// The names with one of the pairs of two edges, where they were asked for.
    sets: BTreeMap<(usize, usize), Option<Rc<Node<'a>>>>,
    trigrams: BTreeMap<u32, Option<List<'a>>>,
}

impl<'a> Cuts<'a> {
    /// The cuts of a term; nothing where no name of the directory can be read so.
    pub(super) fn new(
        directory: &'a Directory,
        sounds: &'a Sounds,
        letters: &[char],
    ) -> Option<Self> {
        Some(Self {
            directory,
            sounds,
            lattice: Lattice::new(directory, sounds, letters)?,
            pairs: BTreeMap::new(),
            sets: BTreeMap::new(),
            trigrams: BTreeMap::new(),
        })
    }

    /// What a name must have to match from its start, or anywhere in it.
    pub(super) fn node(&mut self, nearness: Nearness) -> Result<Option<Node<'a>>, DirectoryFault> {
        let mut cuts = Vec::new();
        if nearness == Nearness::SoundPrefix {
            cuts.push(self.cut(vec![BEGINNING])?);
        }
        let step = self.lattice.len().div_ceil(MOST_WEIGHED).max(1);
        for letter in (0..self.lattice.len()).step_by(step) {
            if cuts.last().is_some_and(|cut: &Cut| cut.whole || cut.windows.is_empty()) {
                break;
            }
            cuts.push(self.cut(self.lattice.across(letter))?);
        }
        if cuts.iter().any(|cut| cut.windows.is_empty()) {
            return Ok(None);
        }
        if let Some(whole) = cuts.iter().position(|cut| cut.whole) {
            cuts = vec![cuts.swap_remove(whole)];
        }
        cuts.sort_by_cached_key(Cut::most);
        cuts.truncate(MOST_CUTS);
        let mut nodes = Vec::new();
        for cut in &cuts {
            let mut windows = Vec::new();
            for window in &cut.windows {
                windows.push(self.window_node(window)?);
            }
            nodes.extend(Node::any(windows));
        }
        Ok(Node::all(nodes))
    }

    /// The cut through some edges, its windows made as wide as their number allows.
    fn cut(&mut self, edges: Vec<usize>) -> Result<Cut, DirectoryFault> {
        let window = |edge: usize| Window { most: self.names_with(edge), edges: vec![edge] };
        let mut windows: Vec<Window> = edges.into_iter().map(window).collect();
        let (mut left, mut right) = (true, true);
        while left || right {
            if right {
                right = self.widen(&mut windows, Side::Right)?;
            }
            if left {
                left = self.widen(&mut windows, Side::Left)?;
            }
        }
        let ends =
            |window: &Window| [Side::Left, Side::Right].map(|side| self.beside(window, side));
        let whole = windows.iter().all(|window| ends(window).iter().all(|more| more.is_empty()));
        Ok(Cut { windows, whole })
    }

    /// Makes every window wider that can be, and leaves out those that no name has; tells whether
    /// that can be done again.
    fn widen(&mut self, windows: &mut Vec<Window>, side: Side) -> Result<bool, DirectoryFault> {
        let mut wider = Vec::new();
        let mut any = false;
        for window in windows.iter() {
            let more = self.beside(window, side).to_vec();
            if more.is_empty() {
                wider.push(window.clone());
            }
            for edge in more {
                any = true;
                wider.extend(self.widened(window, edge, side)?);
            }
            if wider.len() > MOST_WINDOWS {
                return Ok(false);
            }
        }
        *windows = wider;
        Ok(any)
    }

    /// The edges by which a window can be made wider; none where the term ends.
    fn beside(&self, window: &Window, side: Side) -> &[usize] {
        match side {
            Side::Left => window.edges.first().map_or(&[], |edge| self.lattice.before(*edge)),
            Side::Right => window.edges.last().map_or(&[], |edge| self.lattice.after(*edge)),
        }
    }

    /// A window with one more edge; nothing where no name has it.
    fn widened(
        &mut self,
        window: &Window,
        edge: usize,
        side: Side,
    ) -> Result<Option<Window>, DirectoryFault> {
        let mut edges = window.edges.clone();
        let (pair, three) = match side {
            Side::Left => {
                edges.insert(0, edge);
                (edges.get(..2), edges.get(..3))
            }
            Side::Right => {
                edges.push(edge);
                let last =
                    |count: usize| edges.len().checked_sub(count).and_then(|at| edges.get(at..));
                (last(2), last(3))
            }
        };
        let mut most = window.most;
        if let Some(&[a, b]) = pair {
            most = self.weigh_pairs(a, b).map_or(most, |names| most.min(names));
        }
        if let Some(key) = three.and_then(|three| self.trigram_of(three)) {
            most = self.trigram(key)?.map_or(0, |list| most.min(u64::from(list.len())));
        }
        Ok((most > 0).then_some(Window { edges, most }))
    }

    /// No more names than so many have a character of an edge; all have a beginning.
    fn names_with(&self, edge: usize) -> u64 {
        let all = u64::from(self.directory.len());
        let chars =
            self.lattice.edge(edge).filter(|_| edge != BEGINNING).map(|edge| edge.chars.iter());
        let counts = chars.map(|chars| chars.map(|code| u64::from(self.sounds.count(*code))).sum());
        counts.unwrap_or(all).min(all)
    }

    /// No more names than so many have one of the pairs of two edges.
    fn weigh_pairs(&mut self, a: usize, b: usize) -> Option<u64> {
        if !self.pairs.contains_key(&(a, b)) {
            let (first, second) = (self.lattice.edge(a)?, self.lattice.edge(b)?);
            let small = first.chars.len() <= SMALL || second.chars.len() <= SMALL;
            let pairs = small.then(|| self.sounds.pairs(&first.chars, &second.chars)).flatten();
            self.pairs.insert((a, b), pairs);
        }
        self.pairs.get(&(a, b))?.as_ref().map(|pairs| pairs.most)
    }

    fn trigram_of(&self, edges: &[usize]) -> Option<u32> {
        let &[a, b, c] = edges else { return None };
        let letter = |index: usize| self.lattice.edge(index).and_then(|edge| edge.letter);
        Some(sound_key(letter(a)?, letter(b)?, letter(c)?))
    }

    fn trigram(&mut self, key: u32) -> Result<Option<List<'a>>, DirectoryFault> {
        if let Some(known) = self.trigrams.get(&key) {
            return Ok(known.clone());
        }
        let list = self.directory.list(Key::Sound(key))?;
        self.trigrams.insert(key, list.clone());
        Ok(list)
    }

    /// The names that a window is in, as far as the lists tell.
    fn window_node(&mut self, window: &Window) -> Result<Node<'a>, DirectoryFault> {
        let edges = window.edges.as_slice();
        let mut asked = Vec::new();
        for (a, b) in self.smallest_pairs(edges) {
            asked.extend(self.set(a, b)?.map(Node::Shared));
        }
        let keys = edges.windows(3).filter_map(|three| self.trigram_of(three));
        let mut trigrams: Vec<_> =
            keys.filter_map(|key| self.trigrams.get(&key).cloned().flatten()).collect();
        trigrams.sort_by_key(List::len);
        asked.extend(trigrams.into_iter().take(MOST_TRIGRAMS).map(Node::List));
        match edges {
            [only] => asked.extend(self.single(*only)?),
            [a, b] if asked.is_empty() => asked.extend(self.two_sounds(*a, *b)?),
            _ => {}
        }
        let everyone = || Node::range(0..self.directory.len());
        Ok(Node::all(asked).unwrap_or_else(everyone))
    }

    fn smallest_pairs(&self, edges: &[usize]) -> Vec<(usize, usize)> {
        let neighbours = edges.iter().copied().zip(edges.iter().copied().skip(1));
        let known = |at: &(usize, usize)| self.pairs.get(at).and_then(Option::as_ref);
        let mut found: Vec<_> = neighbours.filter(|at| known(at).is_some()).collect();
        found.sort_by_key(|at| known(at).map(|pairs| (pairs.most, pairs.keys.len())));
        found.truncate(MOST_PAIR_SETS);
        found
    }

    /// The names with one of the pairs of two edges; windows share it.
    fn set(&mut self, a: usize, b: usize) -> Result<Option<Rc<Node<'a>>>, DirectoryFault> {
        if let Some(known) = self.sets.get(&(a, b)) {
            return Ok(known.clone());
        }
        let node = match self.pairs.get(&(a, b)) {
            Some(Some(pairs)) => self.texts(&pairs.keys)?,
            Some(None) | None => None,
        };
        let node = node.map(Rc::new);
        self.sets.insert((a, b), node.clone());
        Ok(node)
    }

    fn texts(&self, keys: &[u64]) -> Result<Option<Node<'a>>, DirectoryFault> {
        let lists = keys.iter().map(|key| self.directory.list(Key::Text(*key)));
        let lists: Vec<_> = lists.collect::<Result<_, _>>()?;
        Ok(Node::lists_of(lists.into_iter().flatten().collect()))
    }

    /// The names with one of an edge's characters; a large set goes by its letter.
    fn single(&self, index: usize) -> Result<Option<Node<'a>>, DirectoryFault> {
        let Some(edge) = self.lattice.edge(index) else { return Ok(None) };
        match edge.letter.filter(|_| edge.chars.len() > SMALL) {
            Some(letter) => {
                let list = self.directory.list(Key::Sound(sound_key(letter, 0, 0)))?;
                Ok(list.map(Node::List))
            }
            None => self.texts(&edge.chars.iter().map(|c| text_key(&[*c])).collect::<Vec<_>>()),
        }
    }

    /// Two letters in a row, whatever follows them. Where one has no letter nothing can be said.
    fn two_sounds(&self, a: usize, b: usize) -> Result<Option<Node<'a>>, DirectoryFault> {
        let letter = |index: usize| self.lattice.edge(index).and_then(|edge| edge.letter);
        let Some((a, b)) = letter(a).zip(letter(b)) else { return Ok(None) };
        let lists = self.directory.sound_lists(sound_key(a, b, 0), sound_key(a, b + 1, 0));
        let lists = lists.map(|item| item.map(|(_, list)| list));
        Ok(Node::lists_of(lists.collect::<Result<_, _>>()?))
    }
}
