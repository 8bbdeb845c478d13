//! All ways in which a term can be read by sound.
//!
//! An edge is one character of the name: it accounts for the letters from its start to its end,
//! and may be any of a set of characters. A reading is a way along edges from the first letter to
//! the last.

use super::Directory;
use super::grams::{NAME_START, START, Sound, letter, sound};
use super::sounds::{Codes, Sounds};

/// The longest syllable, `zhuang` and its like.
const LONGEST_SYLLABLE: usize = 6;

/// The number of the edge that is no character: the beginning of a name.
pub(super) const BEGINNING: usize = 0;

#[derive(Debug)]
pub(super) struct Edge {
    start: usize,
    end: usize,
    pub(super) chars: Codes,
    /// The letter that the sounds' lists have for it, if they have one.
    pub(super) letter: Option<u8>,
}

/// The readings of one term.
#[derive(Debug)]
pub(super) struct Lattice {
    letters: Vec<char>,
    /// The first is the beginning of the name.
    edges: Vec<Edge>,
    /// The edges that start at each letter, and those that end before it.
    starting: Vec<Vec<usize>>,
    ending: Vec<Vec<usize>>,
}

impl Lattice {
    /// The readings of a term; nothing where no name of the directory can be read so.
    pub(super) fn new(directory: &Directory, sounds: &Sounds, letters: &[char]) -> Option<Self> {
        let beginning =
            Edge { start: usize::MAX, end: 0, chars: vec![START], letter: Some(NAME_START) };
        let mut lattice = Self {
            letters: letters.to_vec(),
            edges: vec![beginning],
            starting: vec![Vec::new(); letters.len() + 1],
            ending: vec![Vec::new(); letters.len() + 1],
        };
        for start in 0..letters.len() {
            lattice.add_edges(directory, sounds, start);
        }
        lattice.drop_dead_ends();
        lattice.connect();
        (!lattice.starting_at(0).is_empty()).then_some(lattice)
    }

    /// How many letters the term has.
    pub(super) const fn len(&self) -> usize {
        self.letters.len()
    }

    fn add_edges(&mut self, directory: &Directory, sounds: &Sounds, start: usize) {
        let letters = self.letters.clone();
        let Some(first) = letters.get(start).copied() else { return };
        if !first.is_ascii_lowercase() {
            let code = directory.alphabet().code(first);
            self.add(start, 1, code.into_iter().collect(), literal_letter(first));
            return;
        }
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

    /// One of the edges.
    pub(super) fn edge(&self, index: usize) -> Option<&Edge> {
        self.edges.get(index)
    }

    /// The edges that can follow one.
    pub(super) fn after(&self, index: usize) -> &[usize] {
        self.edge(index).map_or(&[], |edge| self.starting_at(edge.end))
    }

    /// The edges that one can follow.
    pub(super) fn before(&self, index: usize) -> &[usize] {
        let ending = self.edge(index).and_then(|edge| self.ending.get(edge.start));
        ending.map_or(&[], Vec::as_slice)
    }

    /// The edges across a letter.
    pub(super) fn across(&self, letter: usize) -> Vec<usize> {
        let real = self.edges.iter().enumerate().skip(1);
        real.filter(|(_, edge)| edge.start <= letter && letter < edge.end).map(|(i, _)| i).collect()
    }
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
