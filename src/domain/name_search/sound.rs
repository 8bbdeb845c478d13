//! Matching by sound: full pinyin, initials, every reading of a character, half-typed syllables.

use std::collections::BTreeMap;
use std::fmt;
use std::ops::RangeInclusive;
use std::sync::LazyLock;

use pinyin::ToPinyinMulti;

use super::Nearness;

/// The longest term that is tried by sound; positions in it are the bits of one word.
const LONGEST_SOUND: usize = 63;

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

/// A term as it is compared by sound.
#[derive(Clone, Default)]
pub(super) struct Sounded {
    letters: Vec<char>,
    /// For each place and each reading how much of the rest the reading accounts for: bit n says
    /// n letters.
    amounts: Vec<u8>,
}

impl fmt::Debug for Sounded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Sounded").field(&self.letters).finish()
    }
}

impl Sounded {
    /// Prepares a term; one that is too long sounds like nothing.
    pub(super) fn new(letters: Vec<char>) -> Self {
        if letters.len() > LONGEST_SOUND {
            return Self::default();
        }
        if !letters.iter().any(char::is_ascii_lowercase) {
            return Self { letters, amounts: Vec::new() };
        }
        let known = READINGS.texts.len();
        let mut amounts = vec![0; letters.len() * known];
        for (place, row) in amounts.chunks_mut(known.max(1)).enumerate() {
            let rest = letters.get(place..).unwrap_or_default();
            for (amount, reading) in row.iter_mut().zip(&READINGS.texts) {
                if reading.chars().next() == rest.first().copied() {
                    *amount = consumed(rest, reading) as u8;
                }
            }
        }
        Self { letters, amounts }
    }

    pub(super) fn letters(&self) -> &[char] {
        &self.letters
    }

    /// How a folded name sounds like the term, if it does.
    pub(super) fn nearness(&self, name: &str) -> Option<Nearness> {
        let whole: Places = 1 << self.letters.len();
        let (mut from_start, mut inside): (Places, Places) = (1, 0);
        let mut found = None;
        for c in name.chars() {
            let heard = Heard::of(c);
            from_start = self.step(from_start, c, heard);
            if from_start & whole != 0 {
                return Some(Nearness::SoundPrefix);
            }
            inside = self.step(inside | 1, c, heard);
            if inside & whole != 0 {
                found = Some(Nearness::Sound);
            }
            if found.is_some() && from_start == 0 {
                break;
            }
        }
        found
    }

    /// Whether a folded name begins with what sounds like the term.
    pub(super) fn starts(&self, name: &str) -> bool {
        let whole: Places = 1 << self.letters.len();
        let mut places: Places = 1;
        for c in name.chars() {
            places = self.step(places, c, Heard::of(c));
            if places == 0 || places & whole != 0 {
                break;
            }
        }
        places & whole != 0
    }

    /// The places reached after one more character of the name.
    fn step(&self, places: Places, c: char, heard: Heard) -> Places {
        let mut reached = if c == '·' { places & !1 } else { 0 };
        let mut left = places;
        while left != 0 {
            let place = left.trailing_zeros();
            left &= left - 1;
            let Some(next) = self.letters.get(place as usize).copied() else { continue };
            if next == c {
                reached |= 1 << (place + 1);
            }
            if heard.initials & letter_bit(next) != 0 {
                reached |= self.amount(place as usize, c, heard) << place;
            }
        }
        reached
    }

    /// How much of the rest of the term the readings of a character can account for.
    fn amount(&self, place: usize, c: char, heard: Heard) -> Places {
        if let Some(readings) = heard.readings {
            let row = place * READINGS.texts.len();
            let of = |id: &u16| self.amounts.get(row + usize::from(*id)).copied().unwrap_or(0);
            return readings.iter().fold(0, |amounts, id| amounts | Places::from(of(id)));
        }
        let rest = self.letters.get(place..).unwrap_or_default();
        let readings = c.to_pinyin_multi().into_iter().flatten();
        readings.fold(0, |amounts, reading| amounts | consumed(rest, reading.plain()))
    }
}

/// A set of small letters, bit 0 for a.
pub type Letters = u32;

/// The bit of a small letter; none for any other character.
pub const fn letter_bit(c: char) -> Letters {
    if c.is_ascii_lowercase() { 1 << (c as u32 - 'a' as u32) } else { 0 }
}

/// The common block, to which nearly every character of a name belongs.
const COMMON: RangeInclusive<char> = '\u{4E00}'..='\u{9FFF}';

/// The readings of the common characters, looked up once: a list has millions of names.
static READINGS: LazyLock<Readings> = LazyLock::new(Readings::new);

struct Readings {
    /// Every reading there is, each once.
    texts: Vec<&'static str>,
    /// The initials of each common character: most characters of most names are dismissed by them.
    initials: Vec<Letters>,
    /// The readings of the common characters one after the other, by their places in `texts`.
    ids: Vec<u16>,
    /// For each common character where its readings begin, and where those of the last end.
    starts: Vec<u32>,
}

impl Readings {
    fn new() -> Self {
        let mut known = BTreeMap::new();
        let mut all = Self {
            texts: Vec::new(),
            initials: COMMON.map(initials_of_readings).collect(),
            ids: Vec::new(),
            starts: vec![0],
        };
        for c in COMMON {
            for reading in c.to_pinyin_multi().into_iter().flatten() {
                let text = reading.plain();
                let id = *known.entry(text).or_insert_with(|| {
                    all.texts.push(text);
                    all.texts.len() as u16 - 1
                });
                all.ids.push(id);
            }
            all.starts.push(all.ids.len() as u32);
        }
        all
    }
}

/// What is known of how one character sounds.
#[derive(Clone, Copy)]
struct Heard {
    initials: Letters,
    /// Its readings, if it is a common character.
    readings: Option<&'static [u16]>,
}

impl Heard {
    fn of(c: char) -> Self {
        let readings: &'static Readings = &READINGS;
        let index = (c as usize).wrapping_sub(*COMMON.start() as usize);
        let Some(initials) = readings.initials.get(index) else {
            return Self { initials: initials_of_readings(c), readings: None };
        };
        let at = |index: usize| readings.starts.get(index).map_or(0, |start| *start as usize);
        let ids = readings.ids.get(at(index)..at(index + 1)).unwrap_or_default();
        Self { initials: *initials, readings: Some(ids) }
    }
}

/// The initials of all readings of a character.
pub fn initials(c: char) -> Letters {
    Heard::of(c).initials
}

fn initials_of_readings(c: char) -> Letters {
    if c.is_ascii() {
        return 0;
    }
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
