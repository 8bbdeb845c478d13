//! Texts at the boundary: what a cell may carry in, and what a spreadsheet must not run.

use crate::domain::text::clean_line;

/// From how many digits on a spreadsheet spoils a number that it is let read as one: an Excel
/// value keeps 15 digits and shows 12 or more as `3.2E+17`.
const DIGITS_SPOILT_FROM: usize = 12;

/// A cell as one clean line: what can steer a terminal or hide text is gone (security.md 6.3).
pub fn plain_text(text: &str) -> String {
    clean_line(text).text
}

/// Whether [`plain_text`] would only trim. True for nearly every cell of a register and cheap to
/// find out; it may be false for a text that is left as it is.
pub fn is_plain(text: &str) -> bool {
    text.chars().all(is_plain_character)
}

fn is_plain_character(c: char) -> bool {
    matches!(c, ' '..='~' | '\u{3001}'..='\u{3029}' | '\u{4E00}'..='\u{9FFF}' | '\u{FF01}'..='\u{FF5E}')
}

/// Puts `'` before a text that a spreadsheet would run or spoil when it opens a CSV file
/// (OWASP ASVS 1.2.10, CWE-1236).
pub fn guarded(text: &str) -> String {
    if needs_guard(text) { format!("'{text}") } else { text.to_owned() }
}

/// Takes off exactly what [`guarded`] puts on, and leaves every other `'` where it is.
pub fn unguarded(text: &str) -> &str {
    match text.strip_prefix('\'') {
        Some(rest) if needs_guard(rest) => rest,
        Some(_) | None => text,
    }
}

/// A text that already begins with `'` counts by what follows, so that taking one off is exact.
fn needs_guard(text: &str) -> bool {
    let text = text.trim_start_matches('\'');
    text.starts_with(['\t', '\r', '\n']) || begins_as_formula(text) || is_long_number(text)
}

fn begins_as_formula(text: &str) -> bool {
    begins_with_sign(text) || (!is_plain(text) && begins_with_sign(&clean_line(text).text))
}

fn begins_with_sign(text: &str) -> bool {
    text.trim_start().starts_with(['=', '+', '-', '@', '＝', '＋', '－', '＠'])
}

fn is_long_number(text: &str) -> bool {
    let digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    text.chars().all(digit) && text.chars().count() >= DIGITS_SPOILT_FROM
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_and_long_numbers_are_guarded_and_nothing_else() {
        for risky in [
            "=1+1",
            "+86",
            "-2",
            "@SUM(A1)",
            "＝1",
            "＋1",
            "－1",
            "＠a",
            "  =1",
            "\u{3000}=1",
            "\u{200B}=1",
            "=\u{338}1",
            "\tx",
            "\rx",
            "\nx",
            "320102200001015539",
            "１２３４５６７８９０１２",
            "'=1",
            "''=1",
        ] {
            let out = guarded(risky);
            assert_eq!(out, format!("'{risky}"), "{risky:?}");
            assert_eq!(unguarded(&out), risky, "{risky:?}");
        }
        for tame in ["王凡", "18625201029", "O'Neil", "'quoted'", "", "a=b", "2020-03-06"] {
            assert_eq!(guarded(tame), tame);
            assert_eq!(unguarded(tame), tame);
        }
    }

    #[test]
    fn what_steers_a_terminal_is_dropped() {
        assert_eq!(plain_text(" 王\u{1b}[31m凡\u{202E}\u{200B}\u{206E} "), "王[31m凡");
        assert_eq!(plain_text("一\r\n二\t三"), "一 二 三");
        assert_eq!(plain_text("\u{3000}"), "");
    }

    #[test]
    fn what_counts_as_plain_is_left_as_it_is() {
        for c in (char::MIN..=char::MAX).filter(|c| is_plain_character(*c)) {
            let text = format!("e{c}e");
            assert_eq!(plain_text(&text), text, "{c:?}");
        }
    }
}
