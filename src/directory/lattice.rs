//! All ways in which a term can be read by sound, and what a name must have for one of them.
//!
//! An edge is one character of the name: it accounts for the letters from its start to its end,
//! and may be any of a set of characters. A reading is a way along edges from the first letter to
//! the last. There may be thousands of them, so they are not listed. Every reading has exactly one
//! edge across each letter; what that edge and its neighbours ask of a name, taken together over
//! all edges across one letter, is asked of every name that matches: that is a cut, and a few of
//! the most telling cuts make the candidates.

use std::collections::BTreeMap;

use crate::domain::name_search::Nearness;

use super::Directory;
use super::fault::DirectoryFault;
use super::file::Key;
use super::grams::{NAME_START, START, Sound, letter, sound, sound_key, text_key};
use super::node::Node;
use super::postings::List;
use super::sounds::{Codes, Pairs, Sounds};

/// A set of characters up to this size is looked up by its characters, a larger one by its sound.
const SMALL: usize = 64;

/// The longest syllable, `zhuang` and its like.
const LONGEST_SYLLABLE: usize = 6;

/// So many cuts are taken into account, where they take more than a few lists.
const MOST_CUTS: usize = 3;

/// A cut of so few lists is always worth it.
const FEW_LISTS: usize = 4;

/// In a long term only so many cuts are weighed.
const MOST_WEIGHED: usize = 24;

#[derive(Debug)]
struct Edge {
    start: usize,
    end: usize,
    chars: Codes,
    /// The letter that the sounds' lists have for it, if they have one.
    letter: Option<u8>,
}

/// Up to three edges that follow each other; the first may be the beginning of a name.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Window(Vec<usize>);

/// The readings of one term.
#[derive(Debug)]
pub(super) struct Lattice<'a> {
    directory: &'a Directory,
    sounds: &'a Sounds,
    letters: Vec<char>,
    /// The first is no character: it is the beginning of the name.
    edges: Vec<Edge>,
    /// The edges that start at each letter, and those that end before it.
    starting: Vec<Vec<usize>>,
    ending: Vec<Vec<usize>>,
    pairs: BTreeMap<(usize, usize), Option<Pairs>>,
    trigrams: BTreeMap<u32, Option<List<'a>>>,
}

/// One cut with what it costs and says.
struct Cut {
    windows: Vec<Window>,
    most: u64,
    lists: usize,
}

impl<'a> Lattice<'a> {
    /// The readings of a term; nothing where no name of the directory can be read so.
    pub(super) fn new(
        directory: &'a Directory,
        sounds: &'a Sounds,
        letters: &[char],
    ) -> Option<Self> {
        let beginning =
            Edge { start: usize::MAX, end: 0, chars: vec![START], letter: Some(NAME_START) };
        let mut lattice = Self {
            directory,
            sounds,
            letters: letters.to_vec(),
            edges: vec![beginning],
            starting: vec![Vec::new(); letters.len() + 1],
            ending: vec![Vec::new(); letters.len() + 1],
            pairs: BTreeMap::new(),
            trigrams: BTreeMap::new(),
        };
        for start in 0..letters.len() {
            lattice.add_edges(start);
        }
        lattice.drop_dead_ends();
        lattice.connect();
        (!lattice.starting_at(0).is_empty()).then_some(lattice)
    }

    /// What a name must have to match from its start, or anywhere in it.
    pub(super) fn node(&mut self, nearness: Nearness) -> Result<Option<Node<'a>>, DirectoryFault> {
        let mut cuts = Vec::new();
        if nearness == Nearness::SoundPrefix {
            cuts.push(self.windows_at_start());
        }
        let step = self.letters.len().div_ceil(MOST_WEIGHED).max(1);
        for at in (0..self.letters.len()).step_by(step) {
            cuts.push(self.windows_across(at));
        }
        let mut weighed = Vec::new();
        for mut windows in cuts {
            windows.sort();
            windows.dedup();
            let cut = self.weigh(windows)?;
            if cut.windows.is_empty() {
                return Ok(None);
            }
            weighed.push(cut);
        }
        self.best(weighed)
    }

    fn best(&self, mut cuts: Vec<Cut>) -> Result<Option<Node<'a>>, DirectoryFault> {
        cuts.sort_by_key(|cut| (cut.most, cut.lists));
        let mut taken: Vec<Cut> = Vec::new();
        for cut in cuts {
            let worth_it = taken.len() < MOST_CUTS || cut.lists <= FEW_LISTS;
            if worth_it && taken.iter().all(|known| known.windows != cut.windows) {
                taken.push(cut);
            }
        }
        let mut nodes = Vec::new();
        for cut in &taken {
            let windows = cut.windows.iter().map(|window| self.window_node(window));
            nodes.extend(Node::any(windows.collect::<Result<Vec<_>, _>>()?));
        }
        Ok(Node::all(nodes))
    }

    fn add_edges(&mut self, start: usize) {
        let letters = self.letters.clone();
        let Some(first) = letters.get(start).copied() else { return };
        if !first.is_ascii_lowercase() {
            let code = self.directory.alphabet().code(first);
            self.add(start, 1, code.into_iter().collect(), literal_letter(first));
            return;
        }
        let sounds = self.sounds;
        self.add(start, 1, sounds.of_letter(first).to_vec(), letter(first));
        let left = letters.len() - start;
        for length in 2..=left.min(LONGEST_SYLLABLE) {
            let typed: String = letters.iter().skip(start).take(length).collect();
            let double = matches!(typed.as_str(), "zh" | "ch" | "sh");
            let chars = if double || length == left {
                sounds.of_beginning(&typed)
            } else {
                sounds.of_syllable(&typed).to_vec()
            };
            self.add(start, length, chars, letter(first));
        }
    }

    fn add(&mut self, start: usize, length: usize, chars: Codes, letter: Option<u8>) {
        if !chars.is_empty() {
            self.edges.push(Edge { start, end: start + length, chars, letter });
        }
    }

    /// Keeps the edges by which the last letter can be reached from the first.
    fn drop_dead_ends(&mut self) {
        let length = self.letters.len();
        let mut to = vec![false; length + 1];
        let mut from = to.clone();
        mark(&mut to, 0);
        mark(&mut from, length);
        for edge in self.edges.iter().skip(1).filter(|edge| edge.start < length) {
            if to.get(edge.start) == Some(&true) {
                mark(&mut to, edge.end);
            }
        }
        for edge in self.edges.iter().skip(1).rev() {
            if from.get(edge.end) == Some(&true) {
                mark(&mut from, edge.start);
            }
        }
        let marked = |places: &[bool], place: usize| places.get(place) == Some(&true);
        let alive = |edge: &Edge| {
            edge.start == usize::MAX || (marked(&to, edge.start) && marked(&from, edge.end))
        };
        self.edges.retain(alive);
    }

    fn connect(&mut self) {
        for (index, edge) in self.edges.iter().enumerate().skip(1) {
            if let Some(starting) = self.starting.get_mut(edge.start) {
                starting.push(index);
            }
            if let Some(ending) = self.ending.get_mut(edge.end) {
                ending.push(index);
            }
        }
    }

    fn starting_at(&self, place: usize) -> &[usize] {
        self.starting.get(place).map_or(&[], Vec::as_slice)
    }

    fn edge(&self, index: usize) -> Option<&Edge> {
        self.edges.get(index)
    }

    fn after(&self, index: usize) -> &[usize] {
        self.edge(index).map_or(&[], |edge| self.starting_at(edge.end))
    }

    fn before(&self, index: usize) -> &[usize] {
        let ending = self.edge(index).and_then(|edge| self.ending.get(edge.start));
        ending.map_or(&[], Vec::as_slice)
    }

    fn windows_at_start(&self) -> Vec<Window> {
        let firsts = self.starting_at(0).iter();
        firsts.flat_map(|first| widened(&[0, *first], self.after(*first), Side::Right)).collect()
    }

    /// For each edge across a letter, the edge with its neighbours.
    fn windows_across(&self, letter: usize) -> Vec<Window> {
        let real = self.edges.iter().enumerate().skip(1);
        let across = real.filter(|(_, edge)| edge.start <= letter && letter < edge.end);
        across.flat_map(|(index, _)| self.windows_around(index)).collect()
    }

    fn windows_around(&self, index: usize) -> Vec<Window> {
        match (self.before(index), self.after(index)) {
            ([], []) => vec![Window(vec![index])],
            ([], after) => {
                let wider = |next: &usize| widened(&[index, *next], self.after(*next), Side::Right);
                after.iter().flat_map(wider).collect()
            }
            (before, []) => {
                let wider = |last: &usize| widened(&[*last, index], self.before(*last), Side::Left);
                before.iter().flat_map(wider).collect()
            }
            (before, after) => {
                let wider = |last: &usize| widened(&[*last, index], after, Side::Right);
                before.iter().flat_map(wider).collect()
            }
        }
    }

    /// Leaves out the windows that no name has, and adds up the others.
    fn weigh(&mut self, windows: Vec<Window>) -> Result<Cut, DirectoryFault> {
        let mut cut = Cut { windows: Vec::new(), most: 0, lists: 0 };
        for window in windows {
            let (most, lists) = self.weigh_window(&window)?;
            if most > 0 {
                cut.most += most;
                cut.lists += lists;
                cut.windows.push(window);
            }
        }
        Ok(cut)
    }

    /// No more names than so many have it, and so many lists tell which.
    fn weigh_window(&mut self, window: &Window) -> Result<(u64, usize), DirectoryFault> {
        let (mut most, mut lists) = (u64::from(self.directory.len()), 0);
        for (a, b) in window.0.iter().zip(window.0.iter().skip(1)) {
            if let Some((names, keys)) = self.weigh_pairs(*a, *b) {
                most = most.min(names);
                lists += keys;
            }
        }
        if let Some(key) = self.trigram_of(window) {
            most = most.min(self.trigram(key)?.map_or(0, |list| u64::from(list.len())));
            lists += 1;
        }
        if let &[only] = window.0.as_slice() {
            let edge = self.edge(only);
            let counts = edge.iter().flat_map(|edge| &edge.chars).map(|c| self.sounds.count(*c));
            most = most.min(counts.map(u64::from).sum());
            lists += edge.map_or(0, |edge| edge.chars.len().min(SMALL));
        }
        Ok((most, lists.max(1)))
    }

    /// No more names than so many have one of the pairs of two edges, and how many pairs those are.
    fn weigh_pairs(&mut self, a: usize, b: usize) -> Option<(u64, usize)> {
        if !self.pairs.contains_key(&(a, b)) {
            let (first, second) = (self.edge(a)?, self.edge(b)?);
            let small = first.chars.len() <= SMALL || second.chars.len() <= SMALL;
            let pairs = small.then(|| self.sounds.pairs(&first.chars, &second.chars)).flatten();
            self.pairs.insert((a, b), pairs);
        }
        let pairs = self.pairs.get(&(a, b))?.as_ref()?;
        Some((pairs.most, pairs.keys.len()))
    }

    fn trigram_of(&self, window: &Window) -> Option<u32> {
        let &[a, b, c] = window.0.as_slice() else { return None };
        let letter = |index: usize| self.edge(index).and_then(|edge| edge.letter);
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

    fn window_node(&self, window: &Window) -> Result<Node<'a>, DirectoryFault> {
        let mut asked = Vec::new();
        for (a, b) in window.0.iter().zip(window.0.iter().skip(1)) {
            if let Some(Some(pairs)) = self.pairs.get(&(*a, *b)) {
                asked.extend(self.texts(&pairs.keys)?);
            }
        }
        let key = self.trigram_of(window);
        let trigram = key.and_then(|key| self.trigrams.get(&key).cloned().flatten());
        asked.extend(trigram.map(Node::List));
        match window.0.as_slice() {
            [only] => asked.extend(self.single(*only)?),
            [a, b] if asked.is_empty() => asked.extend(self.two_sounds(*a, *b)?),
            _ => {}
        }
        let everyone = || Node::Ranges(vec![0..self.directory.len()]);
        Ok(Node::all(asked).unwrap_or_else(everyone))
    }

    fn texts(&self, keys: &[u64]) -> Result<Option<Node<'a>>, DirectoryFault> {
        let lists = keys.iter().map(|key| self.directory.list(Key::Text(*key)));
        let lists: Vec<_> = lists.collect::<Result<_, _>>()?;
        Ok(Node::lists_of(lists.into_iter().flatten().collect()))
    }

    /// The names with one of an edge's characters; a large set goes by its letter.
    fn single(&self, index: usize) -> Result<Option<Node<'a>>, DirectoryFault> {
        let Some(edge) = self.edge(index) else { return Ok(None) };
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
        let letter = |index: usize| self.edge(index).and_then(|edge| edge.letter);
        let Some((a, b)) = letter(a).zip(letter(b)) else { return Ok(None) };
        let lists = self.directory.sound_lists(sound_key(a, b, 0), sound_key(a, b + 1, 0));
        let lists = lists.map(|item| item.map(|(_, list)| list));
        Ok(Node::lists_of(lists.collect::<Result<_, _>>()?))
    }
}

/// On which side a window is made one wider.
#[derive(Clone, Copy)]
enum Side {
    Left,
    Right,
}

fn widened(window: &[usize], more: &[usize], side: Side) -> Vec<Window> {
    if more.is_empty() {
        return vec![Window(window.to_vec())];
    }
    let wider = |index: &usize| match side {
        Side::Left => [&[*index], window].concat(),
        Side::Right => [window, &[*index]].concat(),
    };
    more.iter().map(|index| Window(wider(index))).collect()
}

fn mark(places: &mut [bool], place: usize) {
    if let Some(mark) = places.get_mut(place) {
        *mark = true;
    }
}

/// The letter of a character that stands for itself: a polyphone is in the lists by each of its
/// letters, so any one will do.
fn literal_letter(c: char) -> Option<u8> {
    match sound(c) {
        Sound::Letters(letters) => Some(letters.trailing_zeros() as u8),
        Sound::Silent | Sound::Break => None,
    }
}
