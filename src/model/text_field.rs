//! A text field that is right for Chinese: it counts characters as a reader does, places the
//! cursor by display columns and never splits a character.
//!
//! The painter asks [`TextField::visible`] or [`TextField::wrapped`] for text and cursor and puts
//! the real terminal cursor there, because that is where an input method opens its window.

mod layout;

use std::fmt;

use unicode_segmentation::UnicodeSegmentation;
use zeroize::Zeroize;

use crate::domain::text::{Breaks, clean_piece, count_characters};

pub use layout::Visible;

/// How many undo steps one field remembers; beyond this the oldest is forgotten.
const MOST_STEPS: usize = 100;

/// How many characters a password may have when its field sets no other limit.
const SECRET_LIMIT: usize = 128;

/// The bytes set aside for a password, so that growing does not leave copies of it in memory.
const SECRET_ROOM: usize = 4 * SECRET_LIMIT;

/// A text under edit, with its cursor and its own undo history.
#[derive(Clone, PartialEq, Eq)]
pub struct TextField {
    kind: Kind,
    limit: Option<usize>,
    value: String,
    /// A byte offset into the value, always on a character boundary as a reader sees it.
    cursor: usize,
    undo: Vec<Snapshot>,
    redo: Vec<Snapshot>,
    last: Edit,
}

/// What kind of text the field holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// One line.
    Line,
    /// Several lines.
    Paragraph,
    /// One line that is never shown, logged or remembered.
    Secret,
}

#[derive(Clone, PartialEq, Eq)]
struct Snapshot {
    value: String,
    cursor: usize,
}

/// What the last act was: a run of typing or of erasing is one undo step.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Edit {
    Typing,
    Erasing,
    Other,
}

/// One way of moving the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Motion {
    /// One character back.
    Left,
    /// One character forward.
    Right,
    /// To the start of the line.
    Home,
    /// To the end of the line.
    End,
    /// To the start of the word, number or run of Chinese before the cursor.
    WordLeft,
    /// Past the end of the word, number or run of Chinese after the cursor.
    WordRight,
}

impl TextField {
    /// An empty one-line field of at most so many characters.
    pub const fn line(limit: Option<usize>) -> Self {
        Self::new(Kind::Line, limit)
    }

    /// An empty field of several lines of at most so many characters, line breaks included.
    pub const fn paragraph(limit: Option<usize>) -> Self {
        Self::new(Kind::Paragraph, limit)
    }

    /// An empty password field: shown as `*`, without undo, wiped from memory when dropped.
    pub fn secret() -> Self {
        let mut field = Self::new(Kind::Secret, Some(SECRET_LIMIT));
        field.value.reserve(SECRET_ROOM);
        field
    }

    const fn new(kind: Kind, limit: Option<usize>) -> Self {
        Self {
            kind,
            limit,
            value: String::new(),
            cursor: 0,
            undo: Vec::new(),
            redo: Vec::new(),
            last: Edit::Other,
        }
    }

    /// What kind of text the field holds.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// The most characters the field takes, if there is a limit.
    pub const fn limit(&self) -> Option<usize> {
        self.limit
    }

    /// The text as it stands: clean, but not trimmed while it is being typed.
    pub fn value(&self) -> &str {
        &self.value
    }

    /// Whether nothing was typed.
    pub const fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    /// The number of characters as a reader counts them.
    pub fn count(&self) -> usize {
        count_characters(&self.value)
    }

    /// Starts afresh with this text, cleaned and cut to the limit; the cursor stands at its end
    /// and the history is empty. For a change that can be undone see [`TextField::replace`].
    pub fn set_value(&mut self, text: &str) {
        self.put("", 0);
        self.take(text);
        self.undo.clear();
        self.redo.clear();
        self.last = Edit::Other;
    }

    /// Replaces the whole text as one undoable step, for example by the choice of a picker.
    /// Returns what did not fit.
    pub fn replace(&mut self, text: &str) -> String {
        self.remember(Edit::Other);
        self.put("", 0);
        self.take(text)
    }

    /// Inserts typed or pasted text at the cursor and returns what did not fit.
    ///
    /// The text is cleaned first; in a one-line field line breaks become spaces.
    pub fn insert(&mut self, text: &str) -> String {
        let single = text.graphemes(true).nth(1).is_none();
        self.remember(if single { Edit::Typing } else { Edit::Other });
        self.take(text)
    }

    /// Removes the character before the cursor; says whether there was one.
    pub fn backspace(&mut self) -> bool {
        let start = self.before(self.cursor);
        self.erase(start, self.cursor)
    }

    /// Removes the character after the cursor; says whether there was one.
    pub fn delete(&mut self) -> bool {
        let end = self.after(self.cursor);
        self.erase(self.cursor, end)
    }

    /// Empties the field (Ctrl+U); undoable.
    pub fn clear(&mut self) {
        if !self.is_empty() {
            self.remember(Edit::Other);
            self.put("", 0);
        }
    }

    /// Empties the field as [`TextField::clear`] does; says whether there was something.
    pub fn emptied(&mut self) -> bool {
        let was_filled = !self.is_empty();
        self.clear();
        was_filled
    }

    /// Moves the cursor; says whether it moved, so that a form may use the key otherwise.
    pub fn go(&mut self, motion: Motion) -> bool {
        let from = self.cursor;
        self.cursor = match motion {
            Motion::Left => self.before(from),
            Motion::Right => self.after(from),
            Motion::Home => self.head().rfind('\n').map_or(0, |at| at + 1),
            Motion::End => self.tail().find('\n').map_or(self.value.len(), |at| from + at),
            Motion::WordLeft => from - run_length(self.head().graphemes(true).rev()),
            Motion::WordRight => from + run_length(self.tail().graphemes(true)),
        };
        self.last = Edit::Other;
        self.cursor != from
    }

    /// Takes back the last step in this field; says whether there was one.
    pub fn undo(&mut self) -> bool {
        let Some(earlier) = self.undo.pop() else { return false };
        self.redo.push(self.snapshot());
        self.restore(earlier);
        true
    }

    /// Does again what was taken back; says whether there was anything.
    pub fn redo(&mut self) -> bool {
        let Some(later) = self.redo.pop() else { return false };
        self.undo.push(self.snapshot());
        self.restore(later);
        true
    }

    /// Cleans, cuts to the room left, inserts, and returns what was not taken.
    fn take(&mut self, text: &str) -> String {
        let breaks = if self.kind == Kind::Paragraph { Breaks::Keep } else { Breaks::Space };
        let mut piece = clean_piece(text, breaks).text;
        let room = self.limit.map_or(usize::MAX, |limit| limit.saturating_sub(self.count()));
        let fitting = piece.grapheme_indices(true).nth(room).map_or(piece.len(), |(at, _)| at);
        let refused = piece.split_off(fitting);
        self.value.insert_str(self.cursor, &piece);
        self.cursor = self.snapped(self.cursor + piece.len());
        if self.kind == Kind::Secret {
            piece.zeroize();
        }
        refused
    }

    fn erase(&mut self, start: usize, end: usize) -> bool {
        if start >= end {
            return false;
        }
        self.remember(Edit::Erasing);
        self.value.replace_range(start..end, "");
        self.cursor = self.snapped(start);
        true
    }

    fn put(&mut self, value: &str, cursor: usize) {
        if self.kind == Kind::Secret {
            self.value.zeroize();
        }
        self.value.clear();
        self.value.push_str(value);
        self.cursor = cursor;
    }

    /// Remembers the text before an edit, unless the edit goes on with the one before.
    fn remember(&mut self, edit: Edit) {
        let goes_on = edit == self.last && edit != Edit::Other;
        self.last = edit;
        if goes_on || self.kind == Kind::Secret {
            return;
        }
        self.redo.clear();
        if self.undo.len() == MOST_STEPS {
            self.undo.remove(0);
        }
        self.undo.push(self.snapshot());
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot { value: self.value.clone(), cursor: self.cursor }
    }

    fn restore(&mut self, snapshot: Snapshot) {
        self.value = snapshot.value;
        self.cursor = snapshot.cursor;
        self.last = Edit::Other;
    }

    fn head(&self) -> &str {
        self.value.get(..self.cursor).unwrap_or_default()
    }

    fn tail(&self) -> &str {
        self.value.get(self.cursor..).unwrap_or_default()
    }

    fn before(&self, place: usize) -> usize {
        let starts = self.value.grapheme_indices(true).map(|(at, _)| at);
        starts.take_while(|at| *at < place).last().unwrap_or(0)
    }

    fn after(&self, place: usize) -> usize {
        self.snapped(place + 1)
    }

    /// The first character boundary at or after a byte offset: an edit may have joined the
    /// characters on its two sides.
    fn snapped(&self, place: usize) -> usize {
        let mut starts = self.value.grapheme_indices(true).map(|(at, _)| at);
        starts.find(|at| *at >= place).unwrap_or(self.value.len())
    }
}

impl Drop for TextField {
    fn drop(&mut self) {
        if self.kind == Kind::Secret {
            self.value.zeroize();
        }
    }
}

/// Never shows the text: fields hold names, numbers and passwords, and this may reach a log.
impl fmt::Debug for TextField {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("TextField")
            .field("kind", &self.kind)
            .field("limit", &self.limit)
            .finish_non_exhaustive()
    }
}

/// What a character counts as when moving by words.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Space,
    Latin,
    Chinese,
    Mark,
}

fn class(grapheme: &str) -> Class {
    match grapheme.chars().next() {
        Some(c) if c.is_ascii_alphanumeric() => Class::Latin,
        Some(c) if c.is_alphanumeric() => Class::Chinese,
        Some(c) if c.is_whitespace() => Class::Space,
        Some(_) | None => Class::Mark,
    }
}

/// The bytes of the spaces at the start and of the run of one class that follows them.
fn run_length<'a>(graphemes: impl Iterator<Item = &'a str>) -> usize {
    let mut run = None;
    let mut length = 0;
    for grapheme in graphemes {
        let class = class(grapheme);
        if run.is_some_and(|run| run != class) {
            break;
        }
        run = (class != Class::Space).then_some(class);
        length += grapheme.len();
    }
    length
}

#[cfg(test)]
mod tests;
