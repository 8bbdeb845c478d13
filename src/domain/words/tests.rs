//! Every row that fits a search is found by its plan, whatever is typed.

use std::collections::BTreeMap;
use std::convert::Infallible;

use super::*;
use proptest::prelude::*;

/// Rows filed under their words, as a store does it.
#[derive(Default)]
struct Files(BTreeMap<Word, Vec<u32>>);

impl Files {
    fn file(&mut self, row: u32, words: Vec<Word>) {
        for word in words {
            self.0.entry(word).or_default().push(row);
        }
    }

    fn look(&self, (first, last): Words) -> Option<Bits> {
        let mut bits = Bits::default();
        let mut any = false;
        for rows in self.0.range(first..=last).map(|(_, rows)| rows) {
            any = true;
            rows.iter().for_each(|row| bits.insert(*row));
        }
        any.then_some(bits)
    }

    fn find(&self, typed: &str, fields: Fields) -> Vec<u32> {
        let plan = Plan::of(&RowQuery::parse(typed), fields).unwrap();
        let found = plan.find::<Infallible>(&mut |words| Ok(self.look(words))).unwrap();
        let mut bytes = vec![0; BITMAP];
        found.iter().for_each(|found| found.put_into(&mut bytes));
        decode(&bytes).collect()
    }
}

type Transfer = (String, String, [String; 2]);

fn words_of((person, number, sides): &Transfer) -> Vec<Word> {
    let mut words = Vec::new();
    of_person(person, &mut words);
    of_number(number, &mut words);
    sides.iter().for_each(|side| of_text(side, &mut words));
    words
}

fn is_found(typed: &str, row: &Transfer) -> bool {
    let mut files = Files::default();
    files.file(7, words_of(row));
    files.find(typed, Fields::Transfer) == [7]
}

fn row(person: &str) -> Transfer {
    let sides = ["江苏省常州市天宁区团委", "李公朴小学2017级13班团支部"];
    (person.to_owned(), "ZJ20200602-0013".to_owned(), sides.map(str::to_owned))
}

fn fits(typed: &str, (person, number, sides): &Transfer) -> bool {
    RowQuery::parse(typed).fits_transfer(person, number, [&sides[0], &sides[1]])
}

#[test]
fn what_is_typed_finds_the_rows_that_are_meant() {
    let cases = [
        ("王小明", "王小明 wxm wang wangxiaoming xiaom 王xm wx明 wxiaoming 小 w wangx ming"),
        ("单小雨", "shan dan sxy dxy 单xy danxiaoyu"),
        ("吕佳", "lv lvj lu luj lü lyu lyujia lvjia"),
        ("张志超", "zhzhch zzc zhangzhic zzhch zhang zh"),
        ("古丽米热·艾力", "glmral 古丽米热艾力 热·艾 热•艾 reai gulimireaili · 艾力"),
        ("欧阳娜娜", "oynn ouyangna ou'yang 欧阳n"),
        ("Anna李", "anna ann ｎｎａ annal annali"),
        (
            "王小明",
            "常州 天宁区 13班 2017级 zj2020 2020 20200602 20200602-0013 zj20200602-00 0013 00",
        ),
    ];
    for (person, typed) in cases {
        for typed in typed.split(' ') {
            assert!(fits(typed, &row(person)), "{typed} should fit {person}");
            assert!(is_found(typed, &row(person)), "{typed} should find {person}");
        }
    }
    assert!(fits("李公朴 wxm 常州 zj2020", &row("王小明")));
    assert!(is_found("李公朴 wxm 常州 zj2020", &row("王小明")));
}

#[test]
fn what_is_not_meant_does_not_fit() {
    for typed in
        ["王明", "mingxiao", "zj", "z", "czs", "0602", "zj0013", "常州 王二", "013", "州常"]
    {
        assert!(!fits(typed, &row("王小明")), "{typed}");
    }
}

#[test]
fn words_narrow_what_is_typed_to_what_is_meant() {
    for typed in ["王明", "wangming", "xiaowang", "zhang", "czs", "zj0013", "常州 wxh", "xm 王二"]
    {
        assert!(!is_found(typed, &row("王小明")), "{typed}");
    }
}

#[test]
fn numbers_of_another_build_are_verified_always() {
    let odd = ("王小明".to_owned(), "2020-13".to_owned(), [String::new(), String::new()]);
    assert!(fits("2020-1", &odd) && is_found("2020-1", &odd) && is_found("13", &odd));
}

#[test]
fn every_reading_is_a_known_syllable_of_letters() {
    for syllable in SYLLABLES.iter().filter(|s| s.starts_with(|c: char| c.is_ascii_lowercase())) {
        let short = syllable.chars().count() <= LONGEST_SYLLABLE;
        assert!(short && Word::syllable(syllable.chars()).is_some(), "{syllable}");
    }
    assert!(SYLLABLES.len() > 400);
}

#[test]
fn words_stay_within_their_bits() {
    let mut words = words_of(&row("古丽米热·艾力"));
    of_text("\u{10FFFF}\u{10FFFF}", &mut words);
    of_number("ZJ99999999-99999999999999", &mut words);
    of_number("x", &mut words);
    assert!(words.iter().all(|word| word.number() < 1 << Word::BITS));
}

#[test]
fn a_hostile_search_looks_up_no_more_than_a_few_hundred_words() {
    for typed in ["a".repeat(63), "ang".repeat(20), "zhuang".repeat(10), "团".repeat(4_000)] {
        let mut n = 0;
        let all = |_: Words| -> Result<Option<Bits>, Infallible> {
            n += 1;
            let mut bits = Bits::default();
            bits.insert(1);
            Ok(Some(bits))
        };
        let mut all = all;
        Plan::of(&RowQuery::parse(&typed), Fields::Transfer).unwrap().find(&mut all).unwrap();
        assert!(n < 600, "{n} for {typed}");
    }
}

fn person() -> impl Strategy<Value = String> {
    let surname =
        prop::sample::select(vec!["王", "单", "曾", "解", "区", "仇", "吕", "张", "欧阳"]);
    let given = prop::sample::select(vec![
        "小明", "明", "长乐", "曾", "雨", "行重", "子涵", "安娜", "女", "力", "𠮷", "A", "丽·热",
    ]);
    let minority = prop::sample::select(vec!["古丽米热·艾力", "阿依•古丽", "买买提", "O'Neil"]);
    prop_oneof![4 => (surname, given).prop_map(|(s, g)| format!("{s}{g}")), 1 => minority.prop_map(str::to_owned)]
}

fn organisation() -> impl Strategy<Value = String> {
    let place = prop::sample::select(vec!["江苏省常州市", "重庆市", "天宁区", "Ａ区", ""]);
    let body = prop::sample::select(vec!["李公朴小学", "王小明小学", "长乐街道", "团委・机关"]);
    let class = prop::sample::select(vec!["2017级13班团支部", "（5）班", "团委", "团支部2"]);
    (place, body, class).prop_map(|(p, b, c)| format!("{p}{b}{c}"))
}

fn transfer() -> impl Strategy<Value = Transfer> {
    let number = prop_oneof![
        9 => (0..3_u32, 1..40_u32).prop_map(|(day, n)| format!("ZJ2020060{day}-{n:04}")),
        1 => Just("旧-2020-7".to_owned()),
    ];
    (person(), number, [organisation(), organisation()])
}

/// Something of a row as people type it: a part of a text, by characters, syllables, initials, or a
/// mixture of these, perhaps cut off, perhaps spoilt.
fn typed_of(row: &Transfer, choice: &[u8]) -> String {
    let at = |i: usize| usize::from(choice.get(i).copied().unwrap_or(0));
    let texts = [&row.0, &row.0, &row.1, &row.2[0], &row.2[1]];
    let text: Vec<char> = texts[at(0) % texts.len()].chars().collect();
    let start = at(1) % text.len().max(1);
    let length = 1 + at(2) % 6;
    let mut typed = String::new();
    for (i, c) in text.iter().skip(start).take(length).enumerate() {
        let reading = c.to_pinyin_multi().map(|m| m.get(at(3 + i) / 8 % m.count()).plain());
        match (at(3 + i) % 4, reading) {
            (1, Some(reading)) => typed.push_str(reading),
            (2, Some(reading)) => typed.extend(reading.chars().take(1)),
            (3, Some(reading)) => typed.extend(reading.chars().take(2)),
            _ => typed.push(*c),
        }
    }
    if at(10) % 4 == 0 {
        typed.pop();
    }
    if at(11) % 16 == 0 { format!("{typed}x") } else { typed }
}

proptest! {
    #[test]
    fn whatever_fits_is_found(
        rows in prop::collection::vec(transfer(), 1..40),
        choices in prop::collection::vec(
            (any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 12)), 1..4)
    ) {
        let mut files = Files::default();
        let mut people = Files::default();
        for (i, row) in (0..).zip(&rows) {
            files.file(i, words_of(row));
            let mut words = Vec::new();
            of_person(&row.0, &mut words);
            people.file(i, words);
        }
        let base = choices[0].0.index(rows.len());
        let terms = choices.iter().map(|(_, choice)| typed_of(&rows[base], choice));
        let typed = terms.collect::<Vec<_>>().join(" ");
        prop_assume!(!RowQuery::parse(&typed).is_empty());
        let found = files.find(&typed, Fields::Transfer);
        let named = people.find(&typed, Fields::Person);
        for (i, row) in (0..).zip(&rows) {
            prop_assert!(!fits(&typed, row) || found.contains(&i), "{typed:?} {row:?}");
            let fits = RowQuery::parse(&typed).fits_person(&row.0);
            prop_assert!(!fits || named.contains(&i), "{typed:?} {row:?}");
        }
    }

    #[test]
    fn any_part_of_any_name_is_found(name in "\\PC{1,8}", start in 0..8_usize, n in 1..6_usize) {
        let typed: String = name.chars().skip(start).take(n).collect();
        let row = row(&name);
        prop_assume!(!RowQuery::parse(&typed).is_empty());
        prop_assert!(!fits(&typed, &row) || is_found(&typed, &row), "{typed:?} {name:?}");
    }
}
