//! What names are found by: the characters of the folded name and the initial letters of its
//! sounds, alone and in twos and threes.
//!
//! Of the text, every character and every pair of neighbours is a gram, and those three in a row
//! that begin with a frequent pair. Of the sounds, every letter and every three in a row are,
//! where the end of an unbroken run counts as one more letter; a polyphone gives each of its
//! letters. Both begin with a sentinel, so that a gram can say "at the beginning".

use std::sync::LazyLock;

use pinyin::ToPinyinMulti;

use crate::domain::name_search::fold;

/// The code of the beginning of a name, as if it were a character.
pub(super) const START: u16 = 1;

/// The code of the first character of the alphabet.
const FIRST: usize = 2;

/// The most characters an alphabet can hold.
pub(super) const MOST_CHARACTERS: usize = u16::MAX as usize - FIRST;

/// The characters that occur in folded names, each with its code.
#[derive(Debug, Clone)]
pub(super) struct Alphabet {
    chars: Vec<char>,
    /// The codes of the characters below U+10000.
    common: Box<[u16]>,
}

impl Alphabet {
    /// The alphabet of ascending characters.
    pub(super) fn new(chars: Vec<char>) -> Self {
        let mut common = vec![0; 0x1_0000].into_boxed_slice();
        for (index, c) in chars.iter().enumerate() {
            if let Some(code) = common.get_mut(*c as usize) {
                *code = code_at(index);
            }
        }
        Self { chars, common }
    }

    /// The code of a folded character; none where no name has it.
    pub(super) fn code(&self, c: char) -> Option<u16> {
        match self.common.get(c as usize) {
            Some(0) => None,
            Some(code) => Some(*code),
            None => self.chars.binary_search(&c).ok().map(code_at),
        }
    }

    /// Every character with its code, ascending.
    pub(super) fn iter(&self) -> impl Iterator<Item = (char, u16)> + '_ {
        self.chars.iter().enumerate().map(|(index, c)| (*c, code_at(index)))
    }
}

const fn code_at(index: usize) -> u16 {
    (index + FIRST) as u16
}

/// The key of one, two or three codes in a row. A gram's longer ones follow it at once, so the
/// keys that begin with it are a range: from its own to that of its last code plus one.
pub(super) fn text_key(codes: &[u16]) -> u64 {
    let at = |place| u64::from(codes.get(place).copied().unwrap_or(0));
    at(0) << 32 | at(1) << 16 | at(2)
}

/// The letters that a character may be typed by, as a set: bit n is letter n.
pub(super) type Letters = u64;

/// The letter that stands for the end of an unbroken run.
pub(super) const RUN_END: u8 = 37;

/// The letter that stands for the beginning of a name.
pub(super) const NAME_START: u8 = 38;

/// The number of an ASCII letter or digit, from 1 to 36.
pub(super) const fn letter(c: char) -> Option<u8> {
    match c {
        'a'..='z' => Some(c as u8 - b'a' + 1),
        '0'..='9' => Some(c as u8 - b'0' + 27),
        _ => None,
    }
}

/// The key of one, two or three letters in a row; zero stands for none.
pub(super) const fn sound_key(first: u8, second: u8, third: u8) -> u32 {
    (first as u32) << 12 | (second as u32) << 6 | third as u32
}

/// The number after the greatest key of a sound.
pub(super) const SOUND_KEYS: usize = 1 << 18;

/// What a folded character is to the sounds of a name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sound {
    /// It is typed by one of these letters.
    Letters(Letters),
    /// It is passed over, as people leave dots out.
    Silent,
    /// Nothing is typed for it: a run of sounds ends.
    Break,
}

/// What a folded character is to the sounds of a name.
pub(super) fn sound(c: char) -> Sound {
    match COMMON.get((c as usize).wrapping_sub(COMMON_START)) {
        Some(0) => Sound::Break,
        Some(letters) => Sound::Letters(*letters),
        None => rare_sound(c),
    }
}

/// The common block, to which nearly every character of a name belongs.
const COMMON_START: usize = 0x4E00;

static COMMON: LazyLock<Vec<Letters>> =
    LazyLock::new(|| ('\u{4E00}'..='\u{9FFF}').map(initials).collect());

fn rare_sound(c: char) -> Sound {
    match (c, letter(c)) {
        ('·', _) => Sound::Silent,
        (_, Some(letter)) => Sound::Letters(1 << letter),
        (_, None) => match initials(c) {
            0 => Sound::Break,
            letters => Sound::Letters(letters),
        },
    }
}

fn initials(c: char) -> Letters {
    let readings = c.to_pinyin_multi().into_iter().flatten();
    let firsts = readings.filter_map(|reading| reading.plain().chars().next());
    firsts.filter_map(letter).fold(0, |letters, letter| letters | 1 << letter)
}

/// Hands out the keys of the text of a name whose codes are given, the sentinel first. The same
/// key may come several times.
pub(super) fn text_grams(
    codes: &[u16],
    is_frequent: impl Fn(u16, u16) -> bool,
    mut take: impl FnMut(u64),
) {
    for (place, &first) in codes.iter().enumerate() {
        let second = codes.get(place + 1).copied();
        if first != START {
            take(text_key(&[first]));
        }
        let Some(second) = second else { continue };
        take(text_key(&[first, second]));
        if let Some(&third) = codes.get(place + 2)
            && (first == START || is_frequent(first, second))
        {
            take(text_key(&[first, second, third]));
        }
    }
}

/// Makes `codes` those of a name, the sentinel first.
pub(super) fn codes_of(name: &str, alphabet: &Alphabet, codes: &mut Vec<u16>) {
    codes.clear();
    codes.push(START);
    codes.extend(name.chars().filter_map(|c| alphabet.code(fold(c))));
}

/// Hands out the keys of the sounds of a name. The same key may come several times.
pub(super) fn sound_grams(name: &str, mut take: impl FnMut(u32)) {
    let (mut before, mut last): (Letters, Letters) = (0, 1 << NAME_START);
    for c in name.chars().map(fold) {
        let now = match sound(c) {
            Sound::Silent => continue,
            Sound::Break => 0,
            Sound::Letters(letters) => letters,
        };
        step(before, last, now, &mut take);
        (before, last) = (last, now);
    }
    step(before, last, 0, &mut take);
}

/// One more letter, or the end of a run where there is none.
fn step(before: Letters, last: Letters, now: Letters, take: &mut impl FnMut(u32)) {
    each(now, |letter| take(sound_key(letter, 0, 0)));
    let now = if now == 0 { 1 << RUN_END } else { now };
    each(before, |a| each(last, |b| each(now, |c| take(sound_key(a, b, c)))));
}

fn each(letters: Letters, mut take: impl FnMut(u8)) {
    let mut left = letters;
    while left != 0 {
        take(left.trailing_zeros() as u8);
        left &= left - 1;
    }
}
