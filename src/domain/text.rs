//! The one boundary where text from outside becomes text of ours.
//!
//! Everything typed, pasted, imported or read from a file name passes through here, so that no
//! escape sequence, no invisible character and no reversed text can reach the screen, the
//! database or an export (promise R27), and so that two names that look alike compare alike.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::is_nfc;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// How many stacked accents a letter may carry; more than this is decoration that overprints the
/// neighbouring lines.
const MOST_ACCENTS: usize = 2;

/// Text that is safe to store and show, with what had to be changed to make it so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cleaned {
    /// The text after cleaning.
    pub text: String,
    /// What was changed, each kind once, in the order of first meeting.
    pub changed: Vec<Change>,
}

/// One kind of change that cleaning made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// C0, DEL and C1 control characters were dropped.
    Controls,
    /// Zero-width characters, fillers, tags and the like were dropped.
    Invisible,
    /// Characters that reverse the direction of text were dropped.
    Direction,
    /// Tabs, no-break and full-width spaces became plain spaces.
    Spaces,
    /// Line ends of other systems became ours, or became spaces in a one-line text.
    LineBreaks,
    /// Accents beyond the second on one letter were dropped.
    Accents,
    /// Letters stored in pieces were put together (NFC).
    Composed,
    /// Space at the start or the end was dropped.
    Trimmed,
}

impl Change {
    /// The words shown to the person whose text was changed.
    pub const fn phrase(self) -> &'static str {
        match self {
            Self::Controls => "去掉了控制字符",
            Self::Invisible => "去掉了看不见的字符",
            Self::Direction => "去掉了颠倒文字方向的字符",
            Self::Spaces => "特殊空格改成了普通空格",
            Self::LineBreaks => "换行统一了写法",
            Self::Accents => "去掉了多余的附加符号",
            Self::Composed => "拆开存放的字符合成了一个",
            Self::Trimmed => "去掉了首尾的空格",
        }
    }
}

/// What becomes of a line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Breaks {
    /// It stays, written as `\n`.
    Keep,
    /// It becomes one space.
    Space,
}

/// Cleans a text that must be a single line: line breaks become spaces, the ends are trimmed.
pub fn clean_line(text: &str) -> Cleaned {
    trimmed(clean_piece(text, Breaks::Space))
}

/// Cleans a text of several lines: `\r\n` and `\r` become `\n`, the ends are trimmed.
pub fn clean_text(text: &str) -> Cleaned {
    trimmed(clean_piece(text, Breaks::Keep))
}

/// Cleans a piece on its way into a larger text, so without trimming: a typed space is a space.
pub fn clean_piece(text: &str, breaks: Breaks) -> Cleaned {
    let mut cleaned = scrubbed(text, breaks);
    if !is_nfc(&cleaned.text) {
        cleaned.text = cleaned.text.nfc().collect();
        note(&mut cleaned.changed, Change::Composed);
    }
    without_excess_accents(cleaned)
}

/// Folds full-width and other compatibility forms to the plain ones (NFKC).
///
/// Only for identity numbers, telephone numbers, dates and codes, where １ means 1. Names and
/// addresses must never pass through here: it would replace characters that people really bear.
pub fn narrow(text: &str) -> String {
    text.nfkc().collect()
}

/// The number of characters as a reader counts them (graphemes).
pub fn count_characters(text: &str) -> usize {
    text.graphemes(true).count()
}

/// The number of terminal columns of one grapheme; a control character takes none.
///
/// The measure is that of ratatui 0.30.2, since whoever measures otherwise than the painter
/// misplaces the cursor: it adds a column for the half-width sound marks U+FF9E and U+FF9F, even
/// now that unicode-width counts them itself. A test in `view::width` compares the two.
pub fn grapheme_columns(grapheme: &str) -> usize {
    if grapheme.chars().any(char::is_control) {
        return 0;
    }
    let marks = grapheme.chars().filter(|c| matches!(c, '\u{FF9E}' | '\u{FF9F}')).count();
    grapheme.width() + marks
}

/// The number of terminal columns of a text.
pub fn columns(text: &str) -> usize {
    text.graphemes(true).map(grapheme_columns).sum()
}

/// The private-use characters in a text.
///
/// They are accepted, since some identity cards were printed with them, but look different or
/// empty on another computer, so the person should be told.
pub fn private_use_characters(text: &str) -> Vec<char> {
    text.chars().filter(|c| is_private_use(*c)).collect()
}

const fn is_private_use(c: char) -> bool {
    matches!(c, '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{FFFFD}' | '\u{100000}'..='\u{10FFFD}')
}

/// What cleaning does with one character.
enum Verdict {
    Keep,
    Break,
    Space,
    Drop(Change),
}

fn verdict(c: char) -> Verdict {
    if is_line_break(c) {
        Verdict::Break
    } else if is_odd_space(c) {
        Verdict::Space
    } else if c.is_control() {
        Verdict::Drop(Change::Controls)
    } else if is_direction(c) {
        Verdict::Drop(Change::Direction)
    } else if is_invisible(c) {
        Verdict::Drop(Change::Invisible)
    } else {
        Verdict::Keep
    }
}

/// Vertical tab and form feed are the soft line and page breaks of office programs.
const fn is_line_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{0B}' | '\u{0C}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

const fn is_odd_space(c: char) -> bool {
    matches!(
        c,
        '\t' | '\u{A0}' | '\u{1680}' | '\u{2000}'
            ..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
    )
}

const fn is_direction(c: char) -> bool {
    matches!(
        c,
        '\u{61C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}'
    )
}

/// Zero-width characters, soft hyphen, joiners, fillers that look like nothing, variation
/// selectors, tags and the places Unicode promises never to fill.
const fn is_invisible(c: char) -> bool {
    matches!(
        c,
        '\u{AD}' | '\u{34F}' | '\u{115F}' | '\u{1160}' | '\u{180E}' | '\u{3164}' | '\u{FFA0}'
            | '\u{200B}'..='\u{200D}'
            | '\u{2060}'..='\u{2065}'
            | '\u{206A}'..='\u{206F}'
            | '\u{FE00}'..='\u{FE0F}'
            | '\u{FEFF}'
            | '\u{FFF0}'..='\u{FFFB}'
            | '\u{FFFE}'
            | '\u{FFFF}'
            | '\u{E0000}'..='\u{E0FFF}'
    )
}

/// Only the general accents are counted: scripts such as Tibetan stack real letters.
const fn is_accent(c: char) -> bool {
    matches!(
        c,
        '\u{300}'..='\u{36F}'
            | '\u{1AB0}'..='\u{1AFF}'
            | '\u{1DC0}'..='\u{1DFF}'
            | '\u{20D0}'..='\u{20FF}'
            | '\u{FE20}'..='\u{FE2F}'
    )
}

fn note(changed: &mut Vec<Change>, change: Change) {
    if !changed.contains(&change) {
        changed.push(change);
    }
}

fn scrubbed(text: &str, breaks: Breaks) -> Cleaned {
    let mut cleaned = Cleaned { text: String::with_capacity(text.len()), changed: Vec::new() };
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let pair = c == '\r' && chars.next_if_eq(&'\n').is_some();
        match verdict(c) {
            Verdict::Keep => cleaned.text.push(c),
            Verdict::Space => cleaned.replace(' ', Change::Spaces),
            Verdict::Drop(change) => note(&mut cleaned.changed, change),
            Verdict::Break if breaks == Breaks::Space => cleaned.replace(' ', Change::LineBreaks),
            Verdict::Break if c == '\n' && !pair => cleaned.text.push(c),
            Verdict::Break => cleaned.replace('\n', Change::LineBreaks),
        }
    }
    cleaned
}

impl Cleaned {
    fn replace(&mut self, by: char, change: Change) {
        self.text.push(by);
        note(&mut self.changed, change);
    }
}

fn without_excess_accents(mut cleaned: Cleaned) -> Cleaned {
    let mut run = 0;
    let before = cleaned.text.len();
    cleaned.text.retain(|c| {
        run = if is_accent(c) { run + 1 } else { 0 };
        run <= MOST_ACCENTS
    });
    if cleaned.text.len() != before {
        note(&mut cleaned.changed, Change::Accents);
    }
    cleaned
}

fn trimmed(mut cleaned: Cleaned) -> Cleaned {
    let inner = cleaned.text.trim();
    if inner.len() != cleaned.text.len() {
        cleaned.text = inner.to_owned();
        note(&mut cleaned.changed, Change::Trimmed);
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_clean_text_is_left_alone() {
        for text in ["", "孔维嘉", "古丽米热·艾力", "江苏省 常州市", "𠮷野𬀩", "２０１７级（五）班"]
        {
            assert_eq!(clean_line(text), Cleaned { text: text.to_owned(), changed: vec![] });
        }
    }

    #[test]
    fn lines_are_cleaned() {
        let cases: &[(&str, &str, &[Change])] = &[
            ("\u{1b}[31m红", "[31m红", &[Change::Controls]),
            ("a\u{0}b\u{7f}c\u{9b}d", "abcd", &[Change::Controls]),
            ("孔\u{200b}维\u{feff}嘉", "孔维嘉", &[Change::Invisible]),
            ("王\u{e0041}凡\u{e0101}", "王凡", &[Change::Invisible]),
            ("\u{202e}凡王\u{2069}\u{61c}", "凡王", &[Change::Direction]),
            ("王\u{a0}凡", "王 凡", &[Change::Spaces]),
            ("王\u{3000}凡", "王 凡", &[Change::Spaces]),
            ("王\t凡", "王 凡", &[Change::Spaces]),
            ("  王凡 ", "王凡", &[Change::Trimmed]),
            ("王凡\u{3000}", "王凡", &[Change::Spaces, Change::Trimmed]),
            ("王\r\n凡\u{2028}李", "王 凡 李", &[Change::LineBreaks]),
            ("e\u{301}", "é", &[Change::Composed]),
            ("王\u{301}\u{302}\u{303}\u{304}", "王\u{301}\u{302}", &[Change::Accents]),
            ("\u{200b}\u{3164}", "", &[Change::Invisible]),
        ];
        for (dirty, text, changed) in cases {
            let want = Cleaned { text: (*text).to_owned(), changed: changed.to_vec() };
            assert_eq!(clean_line(dirty), want, "{dirty:?}");
        }
    }

    #[test]
    fn texts_keep_their_lines() {
        let cases = [
            ("一\n二", "一\n二", vec![]),
            ("一\r\n二\r三", "一\n二\n三", vec![Change::LineBreaks]),
            ("一\u{2029}二\u{b}三", "一\n二\n三", vec![Change::LineBreaks]),
            ("一\n\n二\n", "一\n\n二", vec![Change::Trimmed]),
        ];
        for (dirty, text, changed) in cases {
            assert_eq!(clean_text(dirty), Cleaned { text: text.to_owned(), changed }, "{dirty:?}");
        }
    }

    #[test]
    fn a_piece_keeps_its_outer_spaces() {
        assert_eq!(clean_piece(" 王\n", Breaks::Space).text, " 王 ");
        assert_eq!(clean_piece(" 王\r\n", Breaks::Keep).text, " 王\n");
    }

    #[test]
    fn narrow_folds_what_an_input_method_widens() {
        for (wide, plain) in
            [("３２０１０２", "320102"), ("Ｘ", "X"), ("２０２０－０６", "2020-06")]
        {
            assert_eq!(narrow(wide), plain);
        }
    }

    #[test]
    fn characters_are_counted_as_read() {
        for (text, count) in [("", 0), ("孔维嘉", 3), ("e\u{301}", 1), ("𠮷a", 2), ("a\nb", 3)]
        {
            assert_eq!(count_characters(text), count, "{text:?}");
        }
    }

    #[test]
    fn columns_are_those_of_the_painter() {
        for (text, count) in [("", 0), ("孔a", 3), ("古·艾", 5), ("\u{1b}a", 1), ("ﾆ", 1)] {
            assert_eq!(columns(text), count, "{text:?}");
        }
    }

    #[test]
    fn private_use_characters_are_found() {
        assert_eq!(private_use_characters("王\u{E123}\u{F0001}凡"), ['\u{E123}', '\u{F0001}']);
        assert!(private_use_characters("𠮷野").is_empty());
    }

    #[test]
    fn every_change_has_its_own_phrase() {
        let all = [
            Change::Controls,
            Change::Invisible,
            Change::Direction,
            Change::Spaces,
            Change::LineBreaks,
            Change::Accents,
            Change::Composed,
            Change::Trimmed,
        ];
        let phrases: std::collections::HashSet<_> = all.iter().map(|c| c.phrase()).collect();
        assert_eq!(phrases.len(), all.len());
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing_more(text in any::<String>()) {
            let line = clean_line(&text).text;
            let again = clean_line(&line);
            prop_assert!(again.changed.is_empty(), "{:?}", again.changed);
            prop_assert_eq!(again.text, line);
            let text = clean_text(&text).text;
            prop_assert!(clean_text(&text).changed.is_empty());
        }

        #[test]
        fn nothing_unsafe_is_left(text in r"[\PC\x00-\x20\u{7f}-\u{a0}\u{2000}-\u{206f}]{0,40}") {
            let line = clean_line(&text).text;
            prop_assert!(!line.chars().any(|c| c.is_control() || is_direction(c)
                || is_invisible(c) || is_odd_space(c) || is_line_break(c)));
            let text = clean_text(&text).text;
            prop_assert!(!text.chars().any(|c| c != '\n' && c.is_control()));
        }

        #[test]
        fn an_unchanged_text_reports_no_change(text in any::<String>()) {
            let cleaned = clean_line(&text);
            prop_assert_eq!(cleaned.changed.is_empty(), cleaned.text == text);
        }
    }
}
