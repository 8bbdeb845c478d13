//! Display columns: measuring, cutting, padding and wrapping text that is mostly Chinese.
//!
//! A cut is always marked by `..` (an ellipsis has no certain width), never falls within a
//! character, and never within a number: 13班 must not become 3班.

mod number;
mod wrap;

use unicode_segmentation::UnicodeSegmentation;

use crate::domain::text::{columns, grapheme_columns};
use number::Bond;

pub use wrap::wrap;

/// What stands where something was cut off.
const CUT: &str = "..";

/// What every name begins with and what therefore tells nothing.
const LEAGUE: [&str; 2] = ["中国共产主义青年团", "共青团"];

/// What most names end with and what tells little.
const ENDINGS: [&str; 2] = ["团支部", "委员会"];

/// Which end of a text is cut off when it does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fit {
    /// The end goes: names of people, remarks.
    Tail,
    /// The front goes: names of organisations, whose fronts are all alike.
    Head,
}

/// The number of display columns of a text; control characters have none.
pub fn width(text: &str) -> usize {
    columns(text)
}

/// The text in exactly so many columns: cut if it is wider, filled with spaces if narrower.
pub fn fit(text: &str, cols: usize, how: Fit) -> String {
    if width(text) <= cols {
        return padded_right(text, cols);
    }
    if cols <= CUT.len() {
        return ".".repeat(cols);
    }
    let kept = kept_part(text, cols - CUT.len(), how);
    let marked = match how {
        Fit::Tail => [kept, CUT],
        Fit::Head => [CUT, kept],
    };
    padded_right(&marked.concat(), cols)
}

/// The text at the right of so many columns, for numbers; unchanged if it is wider.
pub fn pad_left(text: &str, cols: usize) -> String {
    [&spaces(cols.saturating_sub(width(text))), text].concat()
}

/// The text in the middle of so many columns, the odd space on the right; unchanged if wider.
pub fn center(text: &str, cols: usize) -> String {
    let free = cols.saturating_sub(width(text));
    [&spaces(free / 2), text, &spaces(free - free / 2)].concat()
}

/// The name of an organisation in exactly so many columns, shortened by meaning before it is cut.
///
/// In this order, and only as far as needed: the words for the League, the province, the city
/// and the county at the front, the kind of organisation at the end, and then a cut from the
/// front that keeps numbers whole.
pub fn short_org(name: &str, cols: usize) -> String {
    let mut short = name.to_owned();
    for shorten in [without_league, without_place, without_place, without_place, without_ending] {
        if width(&short) <= cols {
            break;
        }
        short = shorten(&short);
    }
    fit(&short, cols, Fit::Head)
}

fn spaces(count: usize) -> String {
    " ".repeat(count)
}

fn padded_right(text: &str, cols: usize) -> String {
    [text, &spaces(cols.saturating_sub(width(text)))].concat()
}

/// The longest part from one end that fits and ends at a place where cutting tells no untruth.
///
/// First a whole year and class are kept together, then only a number and its unit; a class that
/// fits in no way is left out altogether.
fn kept_part(text: &str, room: usize, how: Fit) -> &str {
    let kept = |bond| longest_part(text, room, how, bond);
    [Bond::Loose, Bond::Close].into_iter().map(kept).find(|part| !part.is_empty()).unwrap_or("")
}

fn longest_part(text: &str, room: usize, how: Fit, weakest: Bond) -> &str {
    let total = width(text);
    let (mut before, mut left) = (0, "");
    for (at, grapheme) in text.grapheme_indices(true) {
        let Some((head, tail)) = text.split_at_checked(at) else { continue };
        if number::bond(head, tail) < weakest {
            match how {
                Fit::Tail if before <= room => left = head,
                Fit::Head if total - before <= room => return tail,
                Fit::Tail | Fit::Head => {}
            }
        }
        before += grapheme_columns(grapheme);
    }
    left
}

fn without_league(name: &str) -> String {
    let rest = LEAGUE.iter().find_map(|words| name.strip_prefix(words));
    rest.filter(|rest| !rest.is_empty()).unwrap_or(name).to_owned()
}

/// The kind at the end goes, and inner 团支部 with it: 某小学团支部2017级13班团支部.
fn without_ending(name: &str) -> String {
    let rest = ENDINGS.iter().find_map(|ending| name.strip_suffix(ending)).unwrap_or(name);
    let rest = rest.replace("团支部", "");
    if rest.is_empty() { name.to_owned() } else { rest }
}

/// The words that end the name of a place, with the fewest characters such a name has.
const PLACES: [(&str, usize); 9] = [
    ("省", 2),
    ("自治区", 4),
    ("特别行政区", 7),
    ("自治州", 5),
    ("市", 3),
    ("县", 2),
    ("区", 2),
    ("旗", 3),
    ("盟", 3),
];

/// Words that end like a place and are none, or no administrative one.
const NO_PLACES: [&str; 14] = [
    "城市", "社区", "校区", "园区", "小区", "厂区", "地区", "片区", "景区", "联盟", "红旗", "军区",
    "库区", "街区",
];

/// The longest name of a province, city or county that is looked for, in characters.
const LONGEST_PLACE: usize = 12;

/// The fewest characters that must remain, so that the rest still names something.
const LEAST_REST: usize = 3;

fn without_place(name: &str) -> String {
    let ends = name.char_indices().take(LONGEST_PLACE).map(|(at, c)| at + c.len_utf8());
    let parts = ends.filter_map(|end| name.split_at_checked(end));
    let found = parts.into_iter().find(|(place, _)| is_place(place));
    match found {
        Some((_, rest)) if rest.chars().count() >= LEAST_REST => rest.to_owned(),
        Some(_) | None => name.to_owned(),
    }
}

fn is_place(text: &str) -> bool {
    let length = text.chars().count();
    let ends = |(word, least): &(&str, usize)| text.ends_with(word) && length >= *least;
    PLACES.iter().any(ends) && !NO_PLACES.iter().any(|word| text.ends_with(word))
}

#[cfg(test)]
mod tests;
