//! Which passwords may be chosen (security.md 3, "Password policy").

use zeroize::Zeroizing;

use super::codes::initial_password;
use super::common::{CORES, WHOLE};
use super::derive::normalised_password;

/// What an attacker who has the roster knows of the person; a password must not be built on it.
/// An unknown fact is left empty.
#[derive(Debug, Clone, Copy, Default)]
pub struct PersonalFacts<'a> {
    /// The identity number; the birthday is part of it.
    pub id_number: &'a str,
    /// The mobile number.
    pub phone: &'a str,
    /// The name, in Chinese characters or letters.
    pub name: &'a str,
}

/// One reason why a password was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PolicyFault {
    /// Too few characters, and for a slot password not enough words either.
    TooShort {
        /// Characters now.
        have: usize,
        /// Characters wanted.
        least: usize,
    },
    /// More characters than anybody types; most likely something was pasted.
    TooLong {
        /// Characters now.
        have: usize,
        /// Characters allowed.
        most: usize,
    },
    /// Not varied enough.
    TooFewClasses {
        /// Kinds of characters now.
        have: usize,
        /// Kinds wanted.
        least: usize,
    },
    /// Five or more consecutive characters of the identity number or the birthday in it.
    HoldsIdNumber,
    /// Five or more consecutive digits of the phone number.
    HoldsPhone,
    /// The whole name, or five consecutive characters of it.
    HoldsName,
    /// Among the passwords that are tried first.
    TooCommon,
    /// The initial password again.
    StillInitial,
}

impl PolicyFault {
    /// What it is, what it should be, and the next step, in plain Chinese.
    #[must_use]
    pub fn sentence(&self) -> String {
        match self {
            Self::TooShort { have, least: SLOT_LENGTH } => format!(
                "密码现在 {have} 个字，应不少于 {SLOT_LENGTH} 个字，或用空格隔开的 {SLOT_WORDS} 个不同的词。请再加长一些。"
            ),
            Self::TooShort { have, least } => {
                format!("密码现在 {have} 个字，应不少于 {least} 个字。请再加长一些。")
            }
            Self::TooLong { have, most } => {
                format!("密码现在 {have} 个字，最多 {most} 个字。请看看是不是多粘贴了内容。")
            }
            Self::TooFewClasses { have, least } => format!(
                "密码现在只有 {have} 类字符，应不少于 {least} 类：大写字母、小写字母、数字、符号或空格、汉字。请换掉或补上几个字。"
            ),
            Self::HoldsIdNumber => {
                "密码里有身份证号或生日中连着的 5 位，应当没有，因为名册上就能查到。请换掉这一段。"
                    .to_owned()
            }
            Self::HoldsPhone => "密码里有手机号中连着的 5 位，应当没有。请换掉这一段。".to_owned(),
            Self::HoldsName => "密码里有本人的姓名，应当没有。请换掉这一段。".to_owned(),
            Self::TooCommon => {
                "密码是很常见的一个，别人最先试的就是这些。请换一个自己想的。".to_owned()
            }
            Self::StillInitial => {
                "新密码就是初始密码（身份证号后 8 位），应当换成别的。请另想一个。".to_owned()
            }
        }
    }
}

const SLOT_LENGTH: usize = 12;
const SLOT_WORDS: usize = 4;
const SLOT_CLASSES: usize = 3;
const LOGIN_LENGTH: usize = 8;
const LOGIN_CLASSES: usize = 2;
const MOST_LENGTH: usize = 128;
/// How many consecutive characters of a personal fact make a password guessable.
const RUN: usize = 5;

/// Checks a password that is to open the database: at least 12 characters or 4 different words,
/// three classes of characters, nothing out of the person's records, not a common one. Empty when
/// it may be used.
#[must_use]
pub fn check_slot_password(password: &str, facts: &PersonalFacts<'_>) -> Vec<PolicyFault> {
    let text = normalised_password(password);
    let mut faults = Vec::new();
    if words(&text) < SLOT_WORDS {
        faults.extend(too_short(&text, SLOT_LENGTH));
    }
    faults.extend(too_long(&text));
    faults.extend(too_uniform(&text, SLOT_CLASSES));
    faults.extend(personal(&text, facts));
    if is_common(&text) {
        faults.push(PolicyFault::TooCommon);
    }
    faults
}

/// Checks a password that is only verified inside the opened database: at least 8 characters and
/// two classes, not a common one, not the initial password again. Empty when it may be used.
#[must_use]
pub fn check_login_password(password: &str, facts: &PersonalFacts<'_>) -> Vec<PolicyFault> {
    let text = normalised_password(password);
    let mut faults: Vec<_> = too_short(&text, LOGIN_LENGTH).into_iter().collect();
    faults.extend(too_long(&text));
    faults.extend(too_uniform(&text, LOGIN_CLASSES));
    if is_common(&text) {
        faults.push(PolicyFault::TooCommon);
    }
    if text.eq_ignore_ascii_case(&initial_password(facts.id_number)) {
        faults.push(PolicyFault::StillInitial);
    }
    faults
}

fn too_short(text: &str, least: usize) -> Option<PolicyFault> {
    let have = text.chars().count();
    (have < least).then_some(PolicyFault::TooShort { have, least })
}

fn too_long(text: &str) -> Option<PolicyFault> {
    let have = text.chars().count();
    (have > MOST_LENGTH).then_some(PolicyFault::TooLong { have, most: MOST_LENGTH })
}

fn too_uniform(text: &str, least: usize) -> Option<PolicyFault> {
    let have = classes(text);
    (have < least).then_some(PolicyFault::TooFewClasses { have, least })
}

/// How many of the five kinds occur: capitals, small letters, digits, symbols and blanks, and
/// everything beyond ASCII.
fn classes(text: &str) -> usize {
    let kinds: [fn(char) -> bool; 5] = [
        |letter| letter.is_ascii_uppercase(),
        |letter| letter.is_ascii_lowercase(),
        |letter| letter.is_ascii_digit(),
        |letter| letter.is_ascii() && !letter.is_ascii_alphanumeric(),
        |letter| !letter.is_ascii(),
    ];
    kinds.into_iter().filter(|kind| text.chars().any(kind)).count()
}

/// Different words between blanks or symbols: three letters, or two characters beyond ASCII.
fn words(text: &str) -> usize {
    let long_enough = |word: &&str| {
        let least = if word.is_ascii() { 3 } else { 2 };
        word.chars().count() >= least && word.chars().all(char::is_alphabetic)
    };
    let lower = Zeroizing::new(text.to_lowercase());
    let parts = lower.split(|letter: char| !letter.is_alphanumeric()).filter(long_enough);
    parts.collect::<std::collections::BTreeSet<_>>().len()
}

fn personal(text: &str, facts: &PersonalFacts<'_>) -> Vec<PolicyFault> {
    let text = squeezed(text);
    let name = squeezed(facts.name);
    // Two Chinese characters are a name; two or three Latin letters are in half of all words.
    let least = if name.is_ascii() { 4 } else { 2 };
    let whole_name = name.chars().count() >= least && text.contains(name.as_str());
    let found = [
        (shares_run(&text, &squeezed(facts.id_number)), PolicyFault::HoldsIdNumber),
        (shares_run(&text, &squeezed(facts.phone)), PolicyFault::HoldsPhone),
        (whole_name || shares_run(&text, &name), PolicyFault::HoldsName),
    ];
    found.into_iter().filter_map(|(holds, fault)| holds.then_some(fault)).collect()
}

/// Letters and digits only, in lower case, so that dashes in a date or a phone number hide nothing.
fn squeezed(text: &str) -> Zeroizing<String> {
    let text = normalised_password(text);
    let letters = text.chars().filter(|letter| letter.is_alphanumeric());
    Zeroizing::new(letters.flat_map(char::to_lowercase).collect())
}

/// Whether `text` holds any [`RUN`] consecutive characters of `fact`.
fn shares_run(text: &str, fact: &str) -> bool {
    let fact: Zeroizing<Vec<char>> = Zeroizing::new(fact.chars().collect());
    fact.windows(RUN).any(|run| text.contains(run.iter().collect::<String>().as_str()))
}

/// Compares the whole and its core, without the digits and symbols people put around it.
fn is_common(text: &str) -> bool {
    let lower = Zeroizing::new(text.to_lowercase());
    let core = lower.trim_matches(|letter: char| !letter.is_alphabetic());
    WHOLE.contains(&lower.as_str())
        || WHOLE.contains(&lower.trim_end_matches(|letter: char| !letter.is_alphanumeric()))
        || CORES.contains(&core)
}

#[cfg(test)]
mod tests {
    use super::*;

    const FACTS: PersonalFacts<'static> =
        PersonalFacts { id_number: "11010120040102003X", phone: "13800138000", name: "王一凡" };

    #[test]
    fn slot_passwords_that_may_be_used() {
        for good in
            ["Lantern-7-boats", "今天的Tea不加糖2勺半", "river Stone lamp moth", "Ab3 Ab3 xyzw"]
        {
            assert_eq!(check_slot_password(good, &FACTS), [], "{good}");
        }
    }

    #[test]
    fn slot_passwords_that_may_not() {
        use PolicyFault as F;
        let cases: &[(&str, &[F])] = &[
            ("", &[F::TooShort { have: 0, least: 12 }, F::TooFewClasses { have: 0, least: 3 }]),
            ("Kite7-boats", &[F::TooShort { have: 11, least: 12 }]),
            ("lanternboats", &[F::TooFewClasses { have: 1, least: 3 }]),
            ("lantern7boats", &[F::TooFewClasses { have: 2, least: 3 }]),
            ("Kite-20040102-x", &[F::HoldsIdNumber]),
            ("Kite-2004-01-02", &[F::HoldsIdNumber]),
            ("Kite-moon-040102", &[F::HoldsIdNumber]),
            ("Kite-moon-2003x", &[F::HoldsIdNumber]),
            ("Kite-moon-00138", &[F::HoldsPhone]),
            ("Kite-moon-138 0013", &[F::HoldsPhone]),
            ("Kite-王一凡-moon", &[F::HoldsName]),
            ("Password!2345", &[F::TooCommon]),
            (
                "0102003X",
                &[
                    F::TooShort { have: 8, least: 12 },
                    F::TooFewClasses { have: 2, least: 3 },
                    F::HoldsIdNumber,
                ],
            ),
            ("1qaz@WSX3edc", &[F::TooCommon]),
        ];
        for (password, faults) in cases {
            assert_eq!(check_slot_password(password, &FACTS), *faults, "{password}");
        }
    }

    #[test]
    fn four_words_count_only_when_they_are_words_and_differ() {
        let slot = |password| check_slot_password(password, &PersonalFacts::default());
        assert_eq!(slot("我们 大家 今天 Tea"), []);
        assert!(!slot("a B c d").is_empty());
        assert!(!slot("茶水 茶水 茶水 A").is_empty());
        assert_eq!(slot(&"长A1".repeat(50)), [PolicyFault::TooLong { have: 150, most: 128 }]);
    }

    #[test]
    fn full_width_spelling_hides_nothing() {
        let faults = check_slot_password("Kite-moon-２００４０１", &FACTS);
        assert_eq!(faults, [PolicyFault::HoldsIdNumber]);
    }

    #[test]
    fn a_short_latin_name_is_no_reason() {
        let named = |name| {
            check_slot_password(
                "Lily-7-boats!",
                &PersonalFacts { name, ..PersonalFacts::default() },
            )
        };
        assert_eq!(named("Li"), []);
        assert_eq!(named("Lily"), [PolicyFault::HoldsName]);
    }

    #[test]
    fn unknown_facts_refuse_nothing() {
        assert_eq!(check_slot_password("Lantern-7-boats", &PersonalFacts::default()), []);
    }

    #[test]
    fn login_passwords() {
        use PolicyFault as F;
        let cases: &[(&str, &[F])] = &[
            ("moonkite7", &[]),
            ("moon 茶", &[F::TooShort { have: 6, least: 8 }]),
            ("moonkites", &[F::TooFewClasses { have: 1, least: 2 }]),
            ("0102003X", &[F::StillInitial]),
            ("0102003x", &[F::StillInitial]),
            ("12345678", &[F::TooFewClasses { have: 1, least: 2 }, F::TooCommon]),
            ("admin888", &[F::TooCommon]),
        ];
        for (password, faults) in cases {
            assert_eq!(check_login_password(password, &FACTS), *faults, "{password}");
        }
    }

    #[test]
    fn sentences_say_what_is_and_what_should_be() {
        let slot = PolicyFault::TooShort { have: 9, least: 12 }.sentence();
        assert!(
            slot.contains("现在 9 个字") && slot.contains("不少于 12") && slot.contains("4 个")
        );
        let login = PolicyFault::TooShort { have: 6, least: 8 }.sentence();
        assert!(login.contains("不少于 8") && !login.contains("词"));
    }
}
