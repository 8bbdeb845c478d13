//! From what was typed to the words that every row which fits is filed under.

use super::row_query::RowQuery;
use super::{Bits, LONGEST_SYLLABLE, Letters, SYLLABLES, Word, Words, letter_number};

/// Most characters of a term that are looked up. A row that fits the whole term fits its beginning.
const LONGEST_TEXT: usize = 24;

/// Most letters of a term that are looked up by sound, for the same reason.
const LONGEST_SOUND: usize = 16;

/// Terms of more letters than this are not compared by sound at all.
const LONGEST_COMPARED: usize = 63;

/// Which words the rows of a list are filed under.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fields {
    /// A person's name.
    Person,
    /// A person's name, a number, and names of organisations.
    Transfer,
}

/// What rows have to be filed under.
#[derive(Debug, Clone)]
pub enum Plan {
    /// One of a range of words.
    Words(Words),
    /// All of these.
    All(Vec<Self>),
    /// One of these at least.
    Any(Vec<Self>),
    /// What can be heard in one of the ways of reading a term.
    Heard(Heard),
}

impl Plan {
    /// The plan of a search, or nothing if everything is asked for.
    pub fn of(query: &RowQuery, fields: Fields) -> Option<Self> {
        let terms: Vec<Self> = query.terms().map(|term| Self::of_term(term, fields)).collect();
        (!terms.is_empty()).then_some(Self::All(terms))
    }

    fn of_term(term: &str, fields: Fields) -> Self {
        let mut ways = vec![literal(term)];
        ways.extend(Heard::of(term).map(Self::Heard));
        if fields == Fields::Transfer {
            ways.extend(number(term));
        }
        Self::Any(ways)
    }

    /// The rows that meet the plan, nothing if none does. `look` answers with the rows that are
    /// filed under one of the words.
    ///
    /// # Errors
    /// As `look`.
    pub fn find<E>(&self, look: &mut Look<'_, E>) -> Result<Option<Bits>, E> {
        match self {
            Self::Words(words) => look(*words),
            Self::All(plans) => {
                let mut found: Option<Bits> = None;
                for plan in plans {
                    let Some(next) = plan.find(look)? else { return Ok(None) };
                    found = match found {
                        None => Some(next),
                        Some(before) => match before.and(&next) {
                            None => return Ok(None),
                            both => both,
                        },
                    };
                }
                Ok(found)
            }
            Self::Any(plans) => {
                let mut found = None;
                for plan in plans {
                    found = either(found, plan.find(look)?);
                }
                Ok(found)
            }
            Self::Heard(heard) => heard.find(look),
        }
    }
}

/// Answers which rows are filed under one of the words of a range.
pub type Look<'a, E> = dyn FnMut(Words) -> Result<Option<Bits>, E> + 'a;

fn either(one: Option<Bits>, other: Option<Bits>) -> Option<Bits> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.or(&other)),
        (one, other) => one.or(other),
    }
}

/// The term stands in one of the names as it is. Dots are left out: they separate no pair.
fn literal(term: &str) -> Plan {
    let text: Vec<char> = term.chars().filter(|c| *c != '·').take(LONGEST_TEXT).collect();
    let word = |word| Plan::Words((word, word));
    match text.as_slice() {
        [] => word(Word::character('·')),
        [single] => word(Word::character(*single)),
        _ => {
            let pairs = text.iter().zip(text.iter().skip(1));
            Plan::All(pairs.map(|(a, b)| word(Word::pair(*a, *b))).collect())
        }
    }
}

/// The term begins a number, with or without `zj`, or a running number.
fn number(term: &str) -> Option<Plan> {
    if !term.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let odd = Plan::Words((Word::ODD_NUMBER, Word::ODD_NUMBER));
    let bare = term.strip_prefix("zj");
    let digits = bare.unwrap_or(term);
    let by_day = match digits.split_once('-') {
        None => Word::days(digits).map(Plan::Words),
        Some((day, running)) => both(day, running),
    };
    let by_running = if bare.is_none() { Word::runnings(digits).map(Plan::Words) } else { None };
    Some(Plan::Any([Some(odd), by_day, by_running].into_iter().flatten().collect()))
}

fn both(day: &str, running: &str) -> Option<Plan> {
    let parts = [Word::days(day)?, Word::runnings(running)?];
    Some(Plan::All(parts.map(Plan::Words).into()))
}

/// All ways of reading a term, character by character: each step is a character itself, an initial,
/// or a syllable, the last of which may be a part of one.
#[derive(Debug, Clone)]
pub struct Heard {
    steps: Vec<Step>,
    length: usize,
}

/// One character of a name, as one way of reading accounts for it.
#[derive(Debug, Clone)]
struct Step {
    start: usize,
    end: usize,
    /// The character itself, if it was typed.
    character: Option<char>,
    /// One of the initials of the character.
    letter: u8,
    /// What the row is filed under for this character alone.
    words: Option<Words>,
}

impl Heard {
    /// The ways of reading a term; nothing if it cannot fit otherwise than as it stands.
    fn of(term: &str) -> Option<Self> {
        let sounded = term.chars().filter(|c| !matches!(c, '\'' | '’'));
        let letters: Vec<char> = sounded.map(|c| if c == 'ü' { 'v' } else { c }).collect();
        let differs = letters.len() != term.chars().count();
        let has_letter = letters.iter().any(char::is_ascii_lowercase);
        if letters.len() > LONGEST_COMPARED || !(differs || has_letter) {
            return None;
        }
        let letters: Vec<char> =
            letters.into_iter().filter(|c| *c != '·').take(LONGEST_SOUND).collect();
        let steps = (0..letters.len()).flat_map(|start| steps_from(&letters, start)).collect();
        (!letters.is_empty()).then_some(Self { steps, length: letters.len() })
    }

    /// The rows for which some way of reading can be followed from the start to the end: for each
    /// step, those that can be followed so far. Ways that no row follows are left at once.
    fn find<E>(&self, look: &mut Look<'_, E>) -> Result<Option<Bits>, E> {
        let mut reached: Vec<Reached> = Vec::with_capacity(self.steps.len());
        let mut found = None;
        for step in &self.steps {
            let here = self.reach(step, &reached, look)?;
            if let (true, Reached::Rows(rows)) = (step.end == self.length, &here) {
                found = either(found, Some(rows.clone()));
            }
            reached.push(here);
        }
        Ok(found)
    }

    /// The rows that can be followed through a step. What is filed for the step alone is looked up
    /// first: for most ways of reading that is nothing.
    fn reach<E>(
        &self,
        step: &Step,
        reached: &[Reached],
        look: &mut Look<'_, E>,
    ) -> Result<Reached, E> {
        let alone = match step.words.map(&mut *look).transpose()? {
            None => Reached::Anything,
            Some(None) => return Ok(Reached::Nothing),
            Some(Some(rows)) => Reached::Rows(rows),
        };
        if step.start == 0 {
            return Ok(alone);
        }
        let so_far = self.followed(step, reached, look)?;
        let rows = match alone {
            Reached::Rows(alone) => so_far.and_then(|so_far| alone.and(&so_far)),
            Reached::Anything => so_far,
            Reached::Nothing => None,
        };
        Ok(rows.map_or(Reached::Nothing, Reached::Rows))
    }

    /// Where the steps that end at this one's start lead by way of the pair of neighbours.
    fn followed<E>(
        &self,
        step: &Step,
        reached: &[Reached],
        look: &mut Look<'_, E>,
    ) -> Result<Option<Bits>, E> {
        let mut so_far = None;
        for (before, reached) in self.steps.iter().zip(reached) {
            if before.end != step.start || matches!(reached, Reached::Nothing) {
                continue;
            }
            let pair = step.word_after(before);
            let filed = look((pair, pair))?;
            so_far = either(so_far, filed.and_then(|filed| reached.narrowed(filed)));
        }
        Ok(so_far)
    }
}

/// Which rows can be followed to a step.
enum Reached {
    Anything,
    Rows(Bits),
    Nothing,
}

impl Reached {
    /// Those of some rows that are reached.
    fn narrowed(&self, rows: Bits) -> Option<Bits> {
        match self {
            Self::Anything => Some(rows),
            Self::Rows(reached) => rows.and(reached),
            Self::Nothing => None,
        }
    }
}

impl Step {
    /// The pair of neighbours that this step and the one before it make.
    fn word_after(&self, before: &Self) -> Word {
        match (before.character, self.character) {
            (Some(first), Some(second)) => Word::pair(first, second),
            _ => Word::initials(before.letter, self.letter),
        }
    }
}

/// The steps that can begin at a place of a term.
fn steps_from(letters: &[char], start: usize) -> Vec<Step> {
    let rest = letters.get(start..).unwrap_or_default();
    let Some(first) = rest.first().copied() else { return Vec::new() };
    let word = Word::character(first);
    let itself = Step {
        start,
        end: start + 1,
        character: Some(first),
        letter: Letters::of(first).any(),
        words: Some((word, word)),
    };
    let mut steps = vec![itself];
    if let Some(letter) = letter_number(first) {
        let step = |n: usize, words| Step { start, end: start + n, character: None, letter, words };
        let sounds = (1..=rest.len().min(LONGEST_SYLLABLE))
            .filter_map(|n| Some((n, sound(rest, n, start == 0)?)));
        steps.extend(sounds.map(|(n, words)| step(n, words)));
    }
    steps
}

/// What the first letters of a rest can be: an initial, a syllable, or at the end a part of one.
/// The inner answer is what is filed for it, which an initial leaves to the pairs of initials.
fn sound(rest: &[char], n: usize, alone: bool) -> Option<Option<Words>> {
    let letters = rest.get(..n)?;
    let text: String = letters.iter().collect();
    let is_initial = matches!(letters, [_] | ['z' | 'c' | 's', 'h']);
    if n == rest.len() {
        let beginning = SYLLABLES.range(text.clone()..).next();
        beginning.filter(|syllable| syllable.starts_with(&text))?;
        let left_to_pairs = n == 1 && !alone;
        return Some(Word::syllables(letters.iter().copied()).filter(|_| !left_to_pairs));
    }
    if is_initial {
        return Some(None);
    }
    let syllable = SYLLABLES.contains(&text).then(|| Word::syllable(text.chars())).flatten()?;
    Some(Some((syllable, syllable)))
}
