//! What is read from a directory is what the list said, for lists of every shape.

use std::collections::{BTreeMap, BTreeSet};

use pinyin::ToPinyinMulti;
use proptest::prelude::*;

use super::super::block::{BLOCK, Bits};
use super::super::columns::Codes;
use super::super::file::Key;
use super::super::grams::{NAME_START, RUN_END, START, letter, sound_key, text_key};
use super::super::postings::List;
use super::super::{Directory, OrgNo};
use super::{Row, Sample, directory, office};
use crate::domain::name_search::fold;
use crate::domain::organisation::OrgKind;
use crate::domain::progress::unwatched;

const CHARACTERS: [char; 16] =
    ['常', '州', '市', '团', '委', '重', '行', '2', '0', 'a', 'B', '·', '（', 'Ｘ', '𠀀', '单'];

fn texts(characters: &'static [char], most: usize) -> impl Strategy<Value = String> {
    let one = prop::sample::select(characters);
    prop::collection::vec(one, 0..=most).prop_map(|chars| chars.into_iter().collect())
}

/// Rows in any order, each below one that was drawn before it.
fn samples() -> impl Strategy<Value = Sample> {
    let row = (
        texts(&['1', '2', 'A', 'a', '省'], 4),
        texts(&CHARACTERS, 9),
        texts(&CHARACTERS, 3),
        0..4_u8,
        prop::sample::select(OrgKind::ALL),
        any::<prop::sample::Index>(),
    );
    (prop::collection::vec(row, 0..120), any::<u64>()).prop_map(|(drawn, seed)| {
        let count = drawn.len();
        // A fixed shuffle, so that superiors stand before and behind what is below them.
        let mut places: Vec<usize> = (0..count).collect();
        places.sort_by_key(|place| (*place as u64 + 1).wrapping_mul(seed | 1) >> 7);
        let mut rows = vec![Row::new("", "", None); count];
        for (i, (code, name, other, how, kind, above)) in drawn.into_iter().enumerate() {
            let parent = (how > 0 && i > 0).then(|| places[above.index(i)] as u32);
            let short = match how {
                0 | 1 => name.chars().skip(name.chars().count() / 2).collect(),
                _ => other,
            };
            rows[places[i]] = Row { code, name, short, kind, parent };
        }
        Sample(rows)
    })
}

/// The rows of a list in the order of the tree, written down as simply as it goes.
fn tree_order(sample: &Sample) -> Vec<usize> {
    fn visit(sample: &Sample, above: Option<u32>, order: &mut Vec<usize>) {
        for (row, found) in sample.0.iter().enumerate() {
            if found.parent == above {
                order.push(row);
                visit(sample, Some(row as u32), order);
            }
        }
    }
    let mut order = Vec::new();
    visit(sample, None, &mut order);
    order
}

/// The rows of a list in the order of rank.
fn ranked(sample: &Sample) -> Vec<usize> {
    let mut order = tree_order(sample);
    order.sort_by_key(|row| sample.0[*row].name.chars().count());
    order
}

fn numbers(list: Option<&List<'_>>) -> Vec<u32> {
    let Some(list) = list else { return Vec::new() };
    let (mut all, mut bits) = (Vec::new(), Bits::new());
    for block in list.blocks() {
        assert!(list.fill(block, &mut bits));
        all.extend(bits.iter().map(|low| u32::from(block) * BLOCK + u32::from(low)));
    }
    assert_eq!(all.len() as u32, list.len());
    all
}

/// The keys of text that a name should be found by.
fn text_keys(directory: &Directory, name: &str) -> BTreeSet<u64> {
    let code = |c| directory.alphabet().code(fold(c)).unwrap();
    let codes: Vec<u16> = std::iter::once(START).chain(name.chars().map(code)).collect();
    let mut keys: BTreeSet<u64> = codes.windows(1).chain(codes.windows(2)).map(text_key).collect();
    keys.remove(&text_key(&[START]));
    for three in codes.windows(3) {
        if three[0] == START || directory.is_frequent(text_key(&three[..2])) {
            keys.insert(text_key(three));
        }
    }
    keys
}

/// The keys of sound that a name should be found by, over every way of reading it.
fn sound_keys(name: &str) -> BTreeSet<u32> {
    let mut runs: Vec<Vec<BTreeSet<u8>>> = vec![vec![BTreeSet::from([NAME_START])]];
    for c in name.chars().map(fold).filter(|c| *c != '·') {
        let readings = c.to_pinyin_multi().into_iter().flatten();
        let mut letters: BTreeSet<u8> =
            readings.filter_map(|r| letter(r.plain().chars().next()?)).collect();
        letters.extend(letter(c));
        if letters.is_empty() {
            runs.push(Vec::new());
        } else {
            runs.last_mut().unwrap().push(letters);
        }
    }
    let mut keys = BTreeSet::new();
    for run in &mut runs {
        keys.extend(
            run.iter().flatten().filter(|l| **l != NAME_START).map(|l| sound_key(*l, 0, 0)),
        );
        run.push(BTreeSet::from([RUN_END]));
        for three in run.windows(3) {
            for (a, b) in three[0].iter().flat_map(|a| three[1].iter().map(move |b| (a, b))) {
                keys.extend(three[2].iter().map(|c| sound_key(*a, *b, *c)));
            }
        }
    }
    keys
}

fn check_lists(directory: &Directory, names: &[&str]) {
    let (mut texts, mut sounds) = (BTreeMap::new(), BTreeMap::new());
    for (number, name) in names.iter().enumerate() {
        for key in text_keys(directory, name) {
            texts.entry(key).or_insert_with(Vec::new).push(number as u32);
        }
        for key in sound_keys(name) {
            sounds.entry(key).or_insert_with(Vec::new).push(number as u32);
        }
    }
    let read: BTreeMap<u64, Vec<u32>> = directory
        .text_lists(0, u64::MAX)
        .map(|item| item.map(|(key, list)| (key, numbers(Some(&list)))).unwrap())
        .collect();
    assert_eq!(read, texts);
    let read: BTreeMap<u32, Vec<u32>> = directory
        .sound_lists(0, u32::MAX)
        .map(|item| item.map(|(key, list)| (key, numbers(Some(&list)))).unwrap())
        .collect();
    assert_eq!(read, sounds);
    for (key, wanted) in texts.iter().step_by(7) {
        assert_eq!(numbers(directory.list(Key::Text(*key)).unwrap().as_ref()), *wanted);
    }
    for (key, wanted) in sounds.iter().step_by(7) {
        assert_eq!(numbers(directory.list(Key::Sound(*key)).unwrap().as_ref()), *wanted);
    }
    assert!(directory.list(Key::Text(text_key(&[u16::MAX]))).unwrap().is_none());
    assert!(directory.list(Key::Sound(0)).unwrap().is_none());
}

fn check_rows(directory: &Directory, sample: &Sample, rank: &[usize]) {
    let number = |row: u32| rank.iter().position(|found| *found == row as usize).unwrap() as u32;
    for (no, row) in rank.iter().map(|row| &sample.0[*row]).enumerate() {
        let no = OrgNo(no as u32);
        let entry = directory.entry(no).unwrap();
        assert_eq!((entry.code, entry.full_name), (row.code.as_str(), row.name.as_str()));
        assert_eq!((entry.short_name, entry.kind), (row.short.as_str(), row.kind));
        assert_eq!(directory.parent(no).unwrap().map(|no| no.0), row.parent.map(number));
        let mut chain = vec![no.0];
        let mut above = row.parent;
        while let Some(row) = above {
            chain.insert(0, number(row));
            above = sample.0[row as usize].parent;
        }
        let read: Vec<u32> = directory.chain(no).unwrap().iter().map(|no| no.0).collect();
        assert_eq!(read, chain);
        let length = row.name.chars().count();
        assert!(directory.of_length(length).contains(&no.0) && length <= directory.longest());
        let same_name = rank.iter().position(|other| sample.0[*other].name == row.name);
        let found = directory.find_name(&row.name).unwrap().map(|no| no.0 as usize);
        assert_eq!(found, same_name.filter(|_| !row.name.is_empty()));
    }
}

fn check_below(directory: &Directory, count: u32) {
    let chains: Vec<BTreeSet<OrgNo>> =
        (0..count).map(|no| directory.chain(OrgNo(no)).unwrap().into_iter().collect()).collect();
    for above in (0..count).map(OrgNo) {
        let read: Vec<u32> = directory.below(above).unwrap().into_iter().flatten().collect();
        let wanted = (0..count).filter(|no| chains[*no as usize].contains(&above));
        assert_eq!(read, wanted.collect::<Vec<_>>());
    }
}

fn check_codes(directory: &Directory, sample: &Sample, rank: &[usize]) {
    let codes: Vec<&str> = rank.iter().map(|row| sample.0[*row].code.as_str()).collect();
    let folded = |code: &str| code.chars().map(fold).collect::<String>();
    let prefixes: BTreeSet<String> =
        codes.iter().flat_map(|code| (1..=3).map(|n| code.chars().take(n).collect())).collect();
    for prefix in prefixes.iter().map(String::as_str).chain(["z", "省省省省省"]) {
        let starts = |no: &u32| folded(codes[*no as usize]).starts_with(&folded(prefix));
        let wanted: Vec<u32> =
            (0..codes.len() as u32).filter(|no| !prefix.is_empty() && starts(no)).collect();
        let read = match directory.with_prefix(prefix).unwrap() {
            Codes::Few(found) => found.into_iter().map(|no| no.0).collect(),
            Codes::Many(list) => numbers(Some(&list)),
        };
        assert_eq!(read, wanted);
        let some = directory.codes_from(prefix, 2).unwrap();
        assert_eq!(some.len(), wanted.len().min(2));
        assert!(some.iter().all(|no| wanted.contains(&no.0)));
        let same = codes.iter().position(|code| *code == prefix && !prefix.is_empty());
        assert_eq!(directory.find_code(prefix).unwrap().map(|no| no.0 as usize), same);
    }
}

fn check_kinds(directory: &Directory, sample: &Sample, rank: &[usize]) {
    for kind in OrgKind::ALL {
        let wanted = (0..rank.len()).filter(|no| sample.0[rank[*no]].kind == *kind);
        let wanted: Vec<u32> = wanted.map(|no| no as u32).collect();
        assert_eq!(numbers(directory.list(Key::Kind(*kind)).unwrap().as_ref()), wanted);
    }
}

/// The list that a directory gives is the one it was built from, in the order of its tree.
fn check_listing(directory: &Directory, sample: &Sample) {
    use super::super::Listing;
    let rows = directory.listing(&mut unwatched).unwrap();
    let order = tree_order(sample);
    assert_eq!(rows.len() as usize, order.len());
    for (place, row) in order.iter().enumerate() {
        assert_eq!(rows.entry(place as u32), sample.entry(*row as u32));
        let parent = rows.parent(place as u32);
        assert_eq!(parent.map(|place| order[place as usize] as u32), sample.parent(*row as u32));
        assert!(parent.is_none_or(|parent| (parent as usize) < place));
    }
}

fn check(sample: &Sample) {
    let (_dir, directory) = directory(sample);
    assert_eq!(directory.verify(&mut unwatched), Ok(true));
    assert_eq!((directory.len() as usize, directory.generation()), (sample.0.len(), 1));
    let rank = ranked(sample);
    let names: Vec<&str> = rank.iter().map(|row| sample.0[*row].name.as_str()).collect();
    check_rows(&directory, sample, &rank);
    check_below(&directory, directory.len());
    check_lists(&directory, &names);
    check_codes(&directory, sample, &rank);
    check_kinds(&directory, sample, &rank);
    check_listing(&directory, sample);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn a_directory_says_what_the_list_said(sample in samples()) {
        check(&sample);
    }
}

#[test]
fn an_office_an_empty_list_and_one_row_are_directories() {
    check(&office());
    check(&Sample(Vec::new()));
    check(&Sample(vec![Row::new("", "团", None)]));
}

#[test]
fn a_code_is_found_before_a_name() {
    let mut sample = office();
    sample.0[6].name = "32".to_owned();
    let (_dir, directory) = directory(&sample);
    let found = directory.find("32").unwrap().unwrap();
    assert_eq!(directory.entry(found).unwrap().full_name, "江苏省团委");
    let named = directory.find("江苏省常州市团委").unwrap().unwrap();
    assert_eq!(directory.entry(named).unwrap().code, "3204");
    assert_eq!(directory.find("没有"), Ok(None));
    assert_eq!(directory.find("ZJ-10"), Ok(None));
    assert!(directory.find("zj-10").unwrap().is_some());
}

#[test]
fn a_directory_gives_the_next_generation() {
    let (dir, first) = directory(&office());
    let rows = first.listing(&mut unwatched).unwrap();
    let built = super::build(&rows, dir.path(), 2, &mut unwatched).unwrap();
    built.publish().unwrap();
    let second = Directory::newest(dir.path()).unwrap().unwrap();
    assert_eq!(second.generation(), 2);
    for no in (0..first.len()).map(OrgNo) {
        assert_eq!(first.entry(no), second.entry(no));
        assert_eq!(first.parent(no), second.parent(no));
    }
    assert_eq!(Directory::generations(dir.path()), [2, 1]);
}
