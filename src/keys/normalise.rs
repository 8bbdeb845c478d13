//! From what terminals and input methods send to what a person pressed.
//!
//! A Chinese input method sends full-width digits and Chinese punctuation, and terminals disagree
//! about modifiers. All of that ends here: the rest of the program knows only [`Press`].

use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

/// A key, without modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Key {
    /// A character as committed; a letter with Ctrl is always small.
    Char(char),
    /// Enter.
    Enter,
    /// Escape.
    Esc,
    /// Tab.
    Tab,
    /// Shift and Tab.
    BackTab,
    /// Backspace.
    Backspace,
    /// Delete.
    Delete,
    /// Arrow up.
    Up,
    /// Arrow down.
    Down,
    /// Arrow left.
    Left,
    /// Arrow right.
    Right,
    /// Page up.
    PageUp,
    /// Page down.
    PageDown,
    /// Home.
    Home,
    /// End.
    End,
    /// Insert.
    Insert,
    /// A function key, from 1.
    F(u8),
}

/// One press of a key with its modifiers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Press {
    /// The key.
    pub key: Key,
    /// Whether Ctrl was held.
    pub ctrl: bool,
    /// Whether Alt was held; never set for a character.
    pub alt: bool,
    /// Whether Shift was held; never set for a character or [`Key::BackTab`].
    pub shift: bool,
}

impl Press {
    /// The key alone.
    pub const fn plain(key: Key) -> Self {
        Self { key, ctrl: false, alt: false, shift: false }
    }

    /// A character alone.
    pub const fn char(c: char) -> Self {
        Self::plain(Key::Char(c))
    }

    /// Ctrl with a letter.
    pub const fn ctrl(letter: char) -> Self {
        Self { ctrl: true, ..Self::char(letter.to_ascii_lowercase()) }
    }

    /// The character that this press types into a text, if it types one.
    pub const fn typed(self) -> Option<char> {
        match self {
            Self { key: Key::Char(c), ctrl: false, alt: false, .. } => Some(c),
            _ => None,
        }
    }
}

/// The presses that a terminal event stands for; none for releases and keys of no use here.
///
/// One event may stand for two: after Esc a second key sent at once arrives as Alt and that key.
/// Alt with a digit is the function key of that number (0 is F10), for keyboards without them.
pub fn from_crossterm(event: KeyEvent) -> Vec<Press> {
    if event.kind == KeyEventKind::Release || has_foreign_modifier(event.modifiers) {
        return Vec::new();
    }
    match key_of(event.code) {
        Some(Key::Char(c)) => char_presses(c, event.modifiers),
        Some(key) => vec![named_press(key, event.modifiers)],
        None => Vec::new(),
    }
}

/// The command key of a Mac and its like belong to the system.
fn has_foreign_modifier(modifiers: KeyModifiers) -> bool {
    modifiers.intersects(KeyModifiers::SUPER | KeyModifiers::HYPER | KeyModifiers::META)
}

const fn key_of(code: KeyCode) -> Option<Key> {
    Some(match code {
        KeyCode::Char(c) => Key::Char(c),
        KeyCode::Enter => Key::Enter,
        KeyCode::Esc => Key::Esc,
        KeyCode::Tab => Key::Tab,
        KeyCode::BackTab => Key::BackTab,
        KeyCode::Backspace => Key::Backspace,
        KeyCode::Delete => Key::Delete,
        KeyCode::Up => Key::Up,
        KeyCode::Down => Key::Down,
        KeyCode::Left => Key::Left,
        KeyCode::Right => Key::Right,
        KeyCode::PageUp => Key::PageUp,
        KeyCode::PageDown => Key::PageDown,
        KeyCode::Home => Key::Home,
        KeyCode::End => Key::End,
        KeyCode::Insert => Key::Insert,
        KeyCode::F(number) => Key::F(number),
        KeyCode::Null
        | KeyCode::CapsLock
        | KeyCode::ScrollLock
        | KeyCode::NumLock
        | KeyCode::PrintScreen
        | KeyCode::Pause
        | KeyCode::Menu
        | KeyCode::KeypadBegin
        | KeyCode::Media(_)
        | KeyCode::Modifier(_) => return None,
    })
}

const fn named_press(key: Key, modifiers: KeyModifiers) -> Press {
    let (key, shift) = match (key, modifiers.contains(KeyModifiers::SHIFT)) {
        (Key::Tab, true) | (Key::BackTab, _) => (Key::BackTab, false),
        (key, shift) => (key, shift),
    };
    let ctrl = modifiers.contains(KeyModifiers::CONTROL);
    let alt = modifiers.contains(KeyModifiers::ALT);
    Press { key, ctrl, alt, shift }
}

/// Shift is ignored: the character says it already, and terminals report it for Ｘ too.
fn char_presses(c: char, modifiers: KeyModifiers) -> Vec<Press> {
    let ctrl = modifiers.contains(KeyModifiers::CONTROL);
    match (ctrl, modifiers.contains(KeyModifiers::ALT)) {
        (false, false) => vec![plain_char(c)],
        (true, false) => vec![ctrl_char(c)],
        (false, true) => alt_char(c),
        // AltGr on Windows arrives as Ctrl and Alt; with a letter it is a chord not ours.
        (true, true) if c.is_ascii_alphanumeric() => Vec::new(),
        (true, true) => vec![plain_char(c)],
    }
}

/// Control characters reach us as characters where a paste is not recognised as one.
const fn plain_char(c: char) -> Press {
    Press::plain(match c {
        '\r' | '\n' => Key::Enter,
        '\t' => Key::Tab,
        '\u{8}' | '\u{7f}' => Key::Backspace,
        '\u{1b}' => Key::Esc,
        other => Key::Char(other),
    })
}

/// These letters are the same bytes as keys, so a newer terminal that tells them apart must not
/// make them mean something else.
const fn ctrl_char(c: char) -> Press {
    match c.to_ascii_lowercase() {
        'h' => Press::plain(Key::Backspace),
        'i' => Press::plain(Key::Tab),
        'j' | 'm' => Press::plain(Key::Enter),
        '[' => Press::plain(Key::Esc),
        control if control.is_ascii_control() => plain_char(control),
        letter => Press::ctrl(letter),
    }
}

fn alt_char(c: char) -> Vec<Press> {
    match ascii_form(c).to_digit(10) {
        Some(digit) => vec![Press::plain(function_key(digit))],
        None => vec![Press::plain(Key::Esc), plain_char(c)],
    }
}

/// The function key that a digit stands for: 1 to 9 for F1 to F9, 0 for F10.
pub fn function_key(digit: u32) -> Key {
    Key::F(u8::try_from(digit).ok().filter(|number| *number > 0).unwrap_or(10))
}

/// What a character means while a list, not a text, has the focus.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ListChar {
    /// A key as on the keyboard, whatever form the input method gave it.
    Ascii(char),
    /// Text, which starts a search.
    Chinese(char),
}

/// Reads a character as a key of the keyboard where an input method may have changed it.
///
/// Only for lists and menus; in a text field a character is itself.
pub const fn normalise_for_list(c: char) -> ListChar {
    let plain = ascii_form(c);
    if plain.is_ascii() { ListChar::Ascii(plain) } else { ListChar::Chinese(c) }
}

const fn ascii_form(c: char) -> char {
    match c {
        // The block of full-width forms repeats ASCII at a fixed distance, except for ￥ below.
        '\u{FF01}'..='\u{FF5E}' => match char::from_u32(c as u32 - 0xFEE0) {
            Some(plain) => plain,
            None => c,
        },
        '\u{3000}' | '\u{A0}' => ' ',
        '、' => '/',
        '。' => '.',
        '【' => '[',
        '】' => ']',
        '「' => '{',
        '」' => '}',
        '《' => '<',
        '》' => '>',
        '·' => '`',
        '￥' | '¥' => '$',
        '“' | '”' => '"',
        '‘' | '’' => '\'',
        '—' => '_',
        '…' => '^',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::MediaKeyCode;
    use proptest::prelude::*;

    const NONE: KeyModifiers = KeyModifiers::NONE;
    const CTRL: KeyModifiers = KeyModifiers::CONTROL;
    const ALT: KeyModifiers = KeyModifiers::ALT;
    const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

    fn presses(code: KeyCode, modifiers: KeyModifiers) -> Vec<Press> {
        from_crossterm(KeyEvent::new(code, modifiers))
    }

    #[test]
    fn events_become_presses() {
        let plain = Press::plain;
        let cases = [
            (KeyCode::Char('a'), NONE, vec![Press::char('a')]),
            (KeyCode::Char('A'), SHIFT, vec![Press::char('A')]),
            (KeyCode::Char('Ｘ'), SHIFT, vec![Press::char('Ｘ')]),
            (KeyCode::Char('孔'), NONE, vec![Press::char('孔')]),
            (KeyCode::Char('s'), CTRL, vec![Press::ctrl('s')]),
            (KeyCode::Char('S'), CTRL | SHIFT, vec![Press::ctrl('s')]),
            (KeyCode::Char('h'), CTRL, vec![plain(Key::Backspace)]),
            (KeyCode::Char('i'), CTRL, vec![plain(Key::Tab)]),
            (KeyCode::Char('m'), CTRL, vec![plain(Key::Enter)]),
            (KeyCode::Char('j'), CTRL, vec![plain(Key::Enter)]),
            (KeyCode::Char('\r'), NONE, vec![plain(Key::Enter)]),
            (KeyCode::Char('8'), ALT, vec![plain(Key::F(8))]),
            (KeyCode::Char('0'), ALT, vec![plain(Key::F(10))]),
            (KeyCode::Char('８'), ALT, vec![plain(Key::F(8))]),
            (KeyCode::Char('k'), ALT, vec![plain(Key::Esc), Press::char('k')]),
            (KeyCode::Char('孔'), ALT, vec![plain(Key::Esc), Press::char('孔')]),
            (KeyCode::Char('@'), CTRL | ALT, vec![Press::char('@')]),
            (KeyCode::Char('k'), CTRL | ALT, vec![]),
            (KeyCode::Char('c'), KeyModifiers::SUPER, vec![]),
            (KeyCode::Tab, SHIFT, vec![plain(Key::BackTab)]),
            (KeyCode::BackTab, SHIFT, vec![plain(Key::BackTab)]),
            (KeyCode::Up, SHIFT, vec![Press { shift: true, ..plain(Key::Up) }]),
            (KeyCode::Left, ALT, vec![Press { alt: true, ..plain(Key::Left) }]),
            (KeyCode::Left, CTRL, vec![Press { ctrl: true, ..plain(Key::Left) }]),
            (KeyCode::F(8), NONE, vec![plain(Key::F(8))]),
            (KeyCode::Null, NONE, vec![]),
            (KeyCode::Media(MediaKeyCode::Play), NONE, vec![]),
        ];
        for (code, modifiers, want) in cases {
            assert_eq!(presses(code, modifiers), want, "{code:?} {modifiers:?}");
        }
    }

    #[test]
    fn releases_are_dropped_and_repeats_kept() {
        let event = |kind| KeyEvent::new_with_kind(KeyCode::Char('8'), NONE, kind);
        assert_eq!(from_crossterm(event(KeyEventKind::Press)).len(), 1);
        assert_eq!(from_crossterm(event(KeyEventKind::Repeat)).len(), 1);
        assert!(from_crossterm(event(KeyEventKind::Release)).is_empty());
    }

    #[test]
    fn only_plain_characters_are_typed() {
        assert_eq!(Press::char('孔').typed(), Some('孔'));
        assert_eq!(Press::ctrl('s').typed(), None);
        assert_eq!(Press::plain(Key::Enter).typed(), None);
    }

    #[test]
    fn an_input_method_does_not_change_the_keys_of_a_list() {
        let table =
            "８8　 、/。.【[】]《<》>；;：:，,？?！!（(）)·`￥$“\"”\"‘'’'—_…^Ｘx＋+～~「{」}";
        let pairs: Vec<char> = table.replace('x', "X").chars().collect();
        for pair in pairs.chunks(2) {
            let [wide, plain] = pair else { panic!("odd table") };
            assert_eq!(normalise_for_list(*wide), ListChar::Ascii(*plain), "{wide}");
        }
    }

    #[test]
    fn ascii_is_itself_and_other_text_starts_a_search() {
        for c in ' '..='~' {
            assert_eq!(normalise_for_list(c), ListChar::Ascii(c));
        }
        for c in ['就', '孔', '𠮷', 'é', '①'] {
            assert_eq!(normalise_for_list(c), ListChar::Chinese(c));
        }
    }

    proptest! {
        #[test]
        fn characters_carry_neither_alt_nor_shift(c in any::<char>(), bits in 0_u8..64) {
            for press in presses(KeyCode::Char(c), KeyModifiers::from_bits_truncate(bits)) {
                prop_assert!(!press.alt && !press.shift);
                prop_assert!(press.key != Key::Char('\r') && press.key != Key::Char('\n'));
            }
        }
    }
}
