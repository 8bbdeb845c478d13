//! A list of more rows than one block has.

use super::super::block::{BLOCK, Bits};
use super::super::columns::Codes;
use super::super::file::Key;
use super::super::grams::{START, letter, sound_key, text_key};
use super::super::postings::List;
use super::super::{Directory, OrgNo};
use super::{Row, Sample, directory};
use crate::domain::organisation::OrgKind;

const ROWS: u32 = 67_000;

/// Two counties with schools, and classes in the schools; each number is a name of its own.
fn counties() -> Sample {
    let mut rows = vec![Row::new("", "东团委", None), Row::new("", "西团委", None)];
    for class in 2..ROWS {
        let county = class % 3 / 2;
        let side = if county == 0 { '东' } else { '西' };
        let name = format!("{side}中学{}班", class / 3);
        let mut row = Row::new(&format!("{class}"), &name, Some(county));
        row.kind = if class % 100 == 0 { OrgKind::Committee } else { OrgKind::Branch };
        rows.push(row);
    }
    Sample(rows)
}

fn numbers(list: Option<List<'_>>) -> Vec<u32> {
    let list = list.unwrap();
    let (mut all, mut bits) = (Vec::new(), Bits::new());
    for block in list.blocks() {
        list.fill(block, &mut bits);
        all.extend(bits.iter().map(|low| u32::from(block) * BLOCK + u32::from(low)));
    }
    assert_eq!(list.len() as usize, all.len());
    all
}

fn named(directory: &Directory, has: impl Fn(&str) -> bool) -> Vec<u32> {
    (0..directory.len()).filter(|no| has(directory.name(OrgNo(*no)).unwrap())).collect()
}

/// One test, as building takes a while.
#[test]
fn nothing_stops_at_the_border_of_a_block() {
    let (_dir, directory) = directory(&counties());
    assert_eq!(directory.len(), ROWS);
    check_grams(&directory);
    check_codes_and_kinds(&directory);
    check_tree(&directory);
}

fn check_grams(directory: &Directory) {
    let text = |gram: &str, start: &[u16]| {
        let codes = gram.chars().map(|c| directory.alphabet().code(c).unwrap());
        text_key(&start.iter().copied().chain(codes).collect::<Vec<_>>())
    };
    for gram in ["东", "中", "中学", "9", "77", "9班"] {
        let list = directory.list(Key::Text(text(gram, &[]))).unwrap();
        assert_eq!(numbers(list), named(directory, |name| name.contains(gram)), "{gram}");
    }
    for gram in ["西", "西中"] {
        let list = directory.list(Key::Text(text(gram, &[START]))).unwrap();
        assert_eq!(numbers(list), named(directory, |name| name.starts_with(gram)), "{gram}");
    }
    assert!(directory.is_frequent(text("中学", &[])) && !directory.is_frequent(text("东团", &[])));
    let list = directory.list(Key::Text(text("中学9", &[]))).unwrap();
    assert_eq!(numbers(list), named(directory, |name| name.contains("中学9")));
    assert!(directory.list(Key::Text(text("东团委", &[]))).unwrap().is_none());
    let sound = ['z', 'x', '7'].map(|c| letter(c).unwrap());
    let list = directory.list(Key::Sound(sound_key(sound[0], sound[1], sound[2]))).unwrap();
    assert_eq!(numbers(list), named(directory, |name| name.contains("中学7")));
}

fn check_codes_and_kinds(directory: &Directory) {
    let Codes::Many(list) = directory.with_prefix("6").unwrap() else { panic!("few") };
    let starts = |no: &u32| directory.code(OrgNo(*no)).unwrap().starts_with('6');
    assert_eq!(numbers(Some(list)), (0..ROWS).filter(starts).collect::<Vec<_>>());
    assert!(matches!(directory.with_prefix("66").unwrap(), Codes::Many(_)));
    let Codes::Few(few) = directory.with_prefix("666").unwrap() else { panic!("many") };
    assert_eq!(few.len(), 111);
    let committees = numbers(directory.list(Key::Kind(OrgKind::Committee)).unwrap());
    let kind = |no: &u32| directory.kind(OrgNo(*no)).unwrap() == OrgKind::Committee;
    assert_eq!(committees, (0..ROWS).filter(kind).collect::<Vec<_>>());
}

fn check_tree(directory: &Directory) {
    let west = directory.find("西团委").unwrap().unwrap();
    let below: Vec<u32> = directory.below(west).unwrap().into_iter().flatten().collect();
    assert_eq!(below, named(directory, |name| name.starts_with('西')));
    let last = directory.find("66999").unwrap().unwrap();
    assert_eq!(directory.name(last).unwrap(), "东中学22333班");
    assert_eq!(directory.find("西中学22332班").unwrap(), directory.find("66998").unwrap());
}
