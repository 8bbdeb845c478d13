//! Matching by sound: full pinyin, initials, every reading of a character, half-typed syllables.

use std::sync::LazyLock;

use pinyin::ToPinyinMulti;

use super::Nearness;

/// The longest term that is tried by sound; positions in it are the bits of one word.
pub(super) const LONGEST_SOUND: usize = 63;

/// How ü is typed: `lv` on a keyboard, `lu` by habit, `lyu` in a passport.
const SPELLINGS_OF_U: [&str; 3] = ["v", "u", "yu"];

/// Every way in which the readings of a character are typed in full, with repetitions.
pub fn spellings_of(c: char) -> Vec<String> {
    let readings = c.to_pinyin_multi().into_iter().flatten();
    readings.flat_map(|reading| spellings(reading.plain())).collect()
}

fn spellings(reading: &str) -> Vec<String> {
    if reading.contains('ü') {
        SPELLINGS_OF_U.iter().map(|written| reading.replace('ü', written)).collect()
    } else {
        vec![reading.to_owned()]
    }
}

/// A set of places in a term: bit p says that its first p characters are accounted for.
///
/// All ways of reading are followed at once, one step for each character of the name, so the
/// work grows with name times term and no query can make it explode.
type Places = u64;

pub(super) fn sound_nearness(letters: &[char], name: &str) -> Option<Nearness> {
    let whole: Places = 1 << letters.len();
    let (mut from_start, mut inside): (Places, Places) = (1, 0);
    let mut found = None;
    for c in name.chars() {
        let initials = initials(c);
        from_start = step(letters, from_start, c, initials);
        if from_start & whole != 0 {
            return Some(Nearness::SoundPrefix);
        }
        inside = step(letters, inside | 1, c, initials);
        if inside & whole != 0 {
            found = Some(Nearness::Sound);
        }
    }
    found
}

/// The places reached after one more character of the name.
fn step(letters: &[char], places: Places, c: char, initials: Letters) -> Places {
    let mut reached = if c == '·' { places & !1 } else { 0 };
    let mut left = places;
    while left != 0 {
        let place = left.trailing_zeros();
        left &= left - 1;
        let rest = letters.get(place as usize..).unwrap_or_default();
        let Some(next) = rest.first().copied() else { continue };
        if next == c {
            reached |= 1 << (place + 1);
        }
        if initials & letter_bit(next) != 0 {
            reached |= heard(rest, c) << place;
        }
    }
    reached
}

/// How much of the rest of a term the readings of a character can account for.
fn heard(rest: &[char], c: char) -> Places {
    let readings = c.to_pinyin_multi().into_iter().flatten();
    readings.fold(0, |amounts, reading| amounts | consumed(rest, reading.plain()))
}

/// A set of small letters, bit 0 for a.
pub type Letters = u32;

/// The bit of a small letter; none for any other character.
pub const fn letter_bit(c: char) -> Letters {
    if c.is_ascii_lowercase() { 1 << (c as u32 - 'a' as u32) } else { 0 }
}

/// The common block, to which nearly every character of a name belongs.
const COMMON: std::ops::RangeInclusive<char> = '\u{4E00}'..='\u{9FFF}';

/// The initials of the common characters: most characters of most names are dismissed by them,
/// without looking up their readings.
static COMMON_INITIALS: LazyLock<Vec<Letters>> =
    LazyLock::new(|| COMMON.map(initials_of_readings).collect());

/// The initials of all readings of a character.
pub fn initials(c: char) -> Letters {
    let index = (c as usize).wrapping_sub(*COMMON.start() as usize);
    COMMON_INITIALS.get(index).copied().unwrap_or_else(|| initials_of_readings(c))
}

fn initials_of_readings(c: char) -> Letters {
    let readings = c.to_pinyin_multi().into_iter().flatten();
    let firsts = readings.filter_map(|reading| reading.plain().chars().next());
    firsts.fold(0, |letters, first| letters | letter_bit(first))
}

/// How much of the rest of a term one reading can account for: bit n says n characters.
fn consumed(rest: &[char], reading: &str) -> Places {
    let mut amounts = initial(rest, reading);
    let spellings = if reading.contains('ü') { SPELLINGS_OF_U.as_slice() } else { &["v"] };
    for spelling in spellings {
        amounts |= spelled(rest, reading, spelling);
    }
    amounts
}

/// The initial alone: one letter, or both letters of zh, ch and sh.
fn initial(rest: &[char], reading: &str) -> Places {
    let mut letters = reading.chars();
    let first = letters.next();
    if first.is_none() || rest.first().copied() != first {
        return 0;
    }
    let double = letters.next() == Some('h') && rest.get(1) == Some(&'h');
    if double { 0b110 } else { 0b010 }
}

/// The full reading, or as much of it as has been typed if the term ends within it.
fn spelled(rest: &[char], reading: &str, spelling_of_u: &str) -> Places {
    let mut taken = 0;
    for letter in reading.chars() {
        let mut alone = [0; 4];
        let alone: &str = letter.encode_utf8(&mut alone);
        let written = if letter == 'ü' { spelling_of_u } else { alone };
        for letter in written.chars() {
            match rest.get(taken) {
                None => return 1 << taken,
                Some(typed) if *typed != letter => return 0,
                Some(_) => taken += 1,
            }
        }
    }
    1 << taken
}
