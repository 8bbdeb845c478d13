//! placeholder
/// k
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "stands in until the real one is merged")]
pub enum Key {
    Char(char),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    Home,
    End,
    Insert,
    F(u8),
}
/// p
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "stands in until the real one is merged")]
pub struct Press {
    pub key: Key,
    pub ctrl: bool,
    pub alt: bool,
    pub shift: bool,
}
impl Press {
    /// A key without modifiers.
    pub fn plain(key: Key) -> Self {
        Self { key, ctrl: false, alt: false, shift: false }
    }
}
/// l
#[expect(missing_docs, reason = "stands in until the real one is merged")]
pub enum ListChar {
    Ascii(char),
    Chinese(char),
}
/// n
pub fn normalise_for_list(c: char) -> ListChar {
    if c.is_ascii() { ListChar::Ascii(c) } else { ListChar::Chinese(c) }
}
