//! Keys as text, for journeys in tests and for the help: `3<down>8 1<enter><c-s>`.
//!
//! A character stands for itself; what is not a character stands in angle brackets, with `c-`,
//! `a-` and `s-` for Ctrl, Alt and Shift. `<lt>` is the character `<`.

use std::fmt;

use super::normalise::{Key, Press};

/// The names of the keys that are no characters.
const NAMES: [(&str, Key); 16] = [
    ("enter", Key::Enter),
    ("esc", Key::Esc),
    ("tab", Key::Tab),
    ("backtab", Key::BackTab),
    ("bs", Key::Backspace),
    ("del", Key::Delete),
    ("up", Key::Up),
    ("down", Key::Down),
    ("left", Key::Left),
    ("right", Key::Right),
    ("pgup", Key::PageUp),
    ("pgdn", Key::PageDown),
    ("home", Key::Home),
    ("end", Key::End),
    ("ins", Key::Insert),
    ("lt", Key::Char('<')),
];

/// A key text that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadNotation {
    /// A `<` without its `>`.
    #[error("按键写法「<{0}」缺少右边的 >。「<」本身请写成 <lt>")]
    Unclosed(String),
    /// A name in brackets that is no key.
    #[error("没有叫 <{0}> 的按键。可用的名称如 <enter> <down> <f8> <c-s>")]
    Unknown(String),
}

/// Reads a key text.
///
/// # Errors
///
/// [`BadNotation`] for an open bracket and for an unknown name.
pub fn parse_keys(text: &str) -> Result<Vec<Press>, BadNotation> {
    let mut presses = Vec::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = rest.strip_prefix(c).unwrap_or_default();
        if c != '<' {
            presses.push(Press::char(c));
            continue;
        }
        let Some((name, after)) = rest.split_once('>') else {
            return Err(BadNotation::Unclosed(rest.to_owned()));
        };
        presses.push(named(name).ok_or_else(|| BadNotation::Unknown(name.to_owned()))?);
        rest = after;
    }
    Ok(presses)
}

/// Writes presses so that [`parse_keys`] reads them back.
pub fn print_keys(presses: &[Press]) -> String {
    presses.iter().map(ToString::to_string).collect()
}

impl fmt::Display for Press {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let bare = !(self.ctrl || self.alt || self.shift);
        if let Key::Char(c) = self.key
            && bare
            && c != '<'
        {
            return write!(f, "{c}");
        }
        write!(f, "<{}{}>", modifiers(self), name_of(self.key))
    }
}

fn modifiers(press: &Press) -> String {
    let held = [(press.ctrl, "c-"), (press.alt, "a-"), (press.shift, "s-")];
    held.iter().filter(|(held, _)| *held).map(|(_, text)| *text).collect()
}

fn name_of(key: Key) -> String {
    let listed = NAMES.iter().find(|(_, named)| *named == key);
    match (listed, key) {
        (Some((name, _)), _) => (*name).to_owned(),
        (None, Key::F(number)) => format!("f{number}"),
        // `>` would close the bracket, so it has a name, needed only with a modifier.
        (None, Key::Char('>')) => "gt".to_owned(),
        (None, Key::Char(c)) => c.to_string(),
        (None, other) => format!("{other:?}"),
    }
}

fn named(name: &str) -> Option<Press> {
    let (mut press, mut rest) = (Press::plain(Key::Esc), name);
    loop {
        // A lone character after a prefix is the key itself, as in `<c-c>`.
        let (held, after) = match rest.split_once('-') {
            Some((prefix, after)) if !after.is_empty() => (prefix, after),
            Some(_) | None => break,
        };
        match held {
            "c" => press.ctrl = true,
            "a" => press.alt = true,
            "s" => press.shift = true,
            _ => return None,
        }
        rest = after;
    }
    press.key = key_named(rest)?;
    Some(press)
}

fn key_named(name: &str) -> Option<Key> {
    let listed = NAMES.iter().find(|(listed, _)| *listed == name).map(|(_, key)| *key);
    listed.or_else(|| function_key(name)).or_else(|| single_char(name))
}

fn function_key(name: &str) -> Option<Key> {
    name.strip_prefix('f')?.parse().ok().map(Key::F)
}

fn single_char(name: &str) -> Option<Key> {
    let mut chars = name.chars();
    match (chars.next(), chars.next()) {
        (Some(c), None) => Some(Key::Char(c)),
        _ if name == "gt" => Some(Key::Char('>')),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_journey_is_read() {
        let want = [
            Press::plain(Key::Down),
            Press::char('8'),
            Press::char(' '),
            Press::char('1'),
            Press::plain(Key::Enter),
            Press::ctrl('s'),
            Press::plain(Key::F(8)),
            Press::char('孔'),
            Press::char('<'),
            Press::char('>'),
            Press { shift: true, ..Press::plain(Key::Up) },
            Press { ctrl: true, alt: true, ..Press::plain(Key::Left) },
            Press::ctrl('-'),
        ];
        let text = "<down>8 1<enter><c-s><f8>孔<lt>><s-up><c-a-left><c-->";
        assert_eq!(parse_keys(text), Ok(want.to_vec()));
        assert_eq!(print_keys(&want), text);
        assert_eq!(parse_keys(""), Ok(vec![]));
    }

    #[test]
    fn bad_texts_are_refused() {
        let unknown = |name: &str| Err(BadNotation::Unknown(name.to_owned()));
        assert_eq!(parse_keys("1<down"), Err(BadNotation::Unclosed("down".to_owned())));
        assert_eq!(parse_keys("<"), Err(BadNotation::Unclosed(String::new())));
        for name in ["dwon", "", "x-s", "c-", "fx", "f999", "c-dwon"] {
            assert_eq!(parse_keys(&format!("<{name}>")), unknown(name), "{name}");
        }
    }

    fn some_press() -> impl Strategy<Value = Press> {
        let names: Vec<Key> = NAMES.iter().map(|(_, key)| *key).collect();
        let key = prop_oneof![
            prop::sample::select(names),
            any::<char>().prop_map(Key::Char),
            any::<u8>().prop_map(Key::F),
        ];
        let held = any::<(bool, bool, bool)>();
        (key, held).prop_map(|(key, (ctrl, alt, shift))| Press { key, ctrl, alt, shift })
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(presses in prop::collection::vec(some_press(), 0..20)) {
            prop_assert_eq!(parse_keys(&print_keys(&presses)), Ok(presses));
        }

        #[test]
        fn no_text_panics(text in "[<>a-z0-9孔-]{0,30}") {
            if let Ok(presses) = parse_keys(&text) {
                prop_assert_eq!(parse_keys(&print_keys(&presses)), Ok(presses));
            }
        }
    }
}
