//! Long lists: the same as short ones, bad ones refused as a whole, nothing half-built, taken back.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::path::PathBuf;

use super::*;
use crate::directory::OrgNo;
use crate::domain::progress::{Progress, unwatched};
use crate::office::tests::{now, office};
use crate::office::{Door, Undone};
use crate::store::ImportOutcome;

const HEADER: &str = "组织编号,上级编号,组织全称,组织简称,组织类别,联系人,联系电话\n";
const ROOT: &str = "中国共产主义青年团中央委员会";

struct Place {
    dir: tempfile::TempDir,
    door: Door,
}

impl Place {
    fn new(root: &str) -> Self {
        let (dir, door) = office(root);
        Self { dir, door }
    }

    fn session(&self) -> Session<'_> {
        self.door.session(now()).unwrap()
    }

    fn data(&self) -> PathBuf {
        self.session().office.places.data.clone()
    }

    fn file(&self, lines: &str) -> PathBuf {
        let path = self.dir.path().join("名单.csv");
        std::fs::write(&path, format!("{HEADER}{lines}")).unwrap();
        path
    }

    fn prepare(
        &self,
        lines: &str,
        few: usize,
    ) -> Result<(ImportPreview, PreparedOrganisations), Fault> {
        let path = self.file(lines);
        let sheet = SheetFile::open(&path).unwrap();
        let session = self.session();
        let found = session.prepare_organisations(sheet, &path, &[], few, &mut unwatched);
        found.map(|(preview, _, list)| (preview, list))
    }

    /// Imports with every list long (`few` is zero) or none.
    fn import(&self, lines: &str, few: usize) -> Result<(ImportPreview, ImportOutcome), Fault> {
        let (preview, list) = self.prepare(lines, few)?;
        let done = self.session().run_organisations(&list, "名单.csv", &mut unwatched)?;
        Ok((preview, done))
    }

    /// Organisations in use here: name, code, kind, names on the way from the root.
    fn here(&self) -> BTreeMap<String, (String, String)> {
        let mut names = BTreeMap::new();
        let mut found = BTreeMap::new();
        let session = self.session();
        session
            .desk()
            .each_organisation(&mut |org| {
                let above: Option<&String> = org.parent.and_then(|id| names.get(&id));
                let path = format!("{}/{}", above.map_or("", |p| p.as_str()), org.full_name);
                names.insert(org.id, path.clone());
                found.insert(org.full_name.to_owned(), (org.code.to_owned(), path));
                Ok(())
            })
            .unwrap();
        for (name, (_, path)) in &found {
            let stored = session.find_organisation(name).unwrap().path;
            let told = stored.ids().map(|id| session.organisation(id).unwrap().full_name);
            let told: String = told.flat_map(|name| ["/".to_owned(), name]).collect();
            assert_eq!(*path, told, "the stored path is the way of the superiors");
        }
        found
    }

    fn directory(&self) -> Option<Directory> {
        let generation = self.session().office.store.directory_generation().unwrap();
        (generation > 0).then(|| Directory::at(&self.data(), generation).unwrap())
    }

    /// Organisations of the current directory as [`Self::here`] tells them.
    fn listed(&self) -> BTreeMap<String, (String, String)> {
        let Some(directory) = self.directory() else { return BTreeMap::new() };
        (0..directory.len())
            .map(|no| {
                let entry = directory.entry(OrgNo(no)).unwrap();
                let chain = directory.chain(OrgNo(no)).unwrap().into_iter();
                let path = chain.map(|no| directory.entry(no).unwrap().full_name);
                let path: String = path.flat_map(|name| ["/", name]).collect();
                (entry.full_name.to_owned(), (entry.code.to_owned(), path))
            })
            .collect()
    }

    fn files(&self) -> Vec<String> {
        let names = std::fs::read_dir(self.data()).unwrap();
        let mut names: Vec<String> =
            names.map(|f| f.unwrap().file_name().to_string_lossy().into_owned()).collect();
        names.retain(|name| name.contains("org") && !name.ends_with("building"));
        names.sort();
        names
    }
}

fn codes(rows: &BTreeMap<String, (String, String)>) -> Vec<&str> {
    let mut codes: Vec<&str> = rows.values().map(|(code, _)| code.as_str()).collect();
    codes.sort_unstable();
    codes
}

const TREE: &str = "1,,中国共产主义青年团中央委员会,共青团中央,团委,,\n\
    3,2,江苏省常州市团委,常州市团委,团委,,\n\
    2,1,江苏省团委,共青团江苏省委员会,省级团委,,\n\
    5,江苏省常州市某某学院团委,江苏省常州市某某学院一班团支部,一班,团支部,周敏,13900139000\n\
    4,3,江苏省常州市某某学院团委,某某学院团委,团委,,\n";

#[test]
fn what_is_managed_goes_into_both_and_the_rest_into_the_directory() {
    let place = Place::new(ROOT);
    let (preview, done) = place.import(TREE, 0).unwrap();
    assert_eq!((preview.counts, done.n_rows), ((4, 0, 1), 4));
    let here = place.here();
    assert_eq!(codes(&here), ["2", "3", "4", "5", "T00000001"]);
    assert_eq!(here, place.listed(), "the root keeps the code that it has here");
    let branch = place.session().find_organisation("5").unwrap();
    assert_eq!((branch.contact_name.as_str(), branch.managed), ("周敏", true));
    assert_eq!(place.session().office.store.n_unlisted(), Ok(0));
    assert_eq!(place.files(), ["organisations-1.tzd"]);
    let bytes = std::fs::read(place.data().join("organisations-1.tzd")).unwrap();
    let has = |text: &str| bytes.windows(text.len()).any(|part| part == text.as_bytes());
    assert!(has("某某学院") && !has("周敏") && !has("13900139000"), "contacts stay at home");

    let elsewhere = Place::new("某某区团委");
    let (preview, _) = elsewhere.import(TREE, 0).unwrap();
    assert_eq!(preview.counts, (5, 0, 0));
    assert_eq!(codes(&elsewhere.here()), ["T00000001"]);
    assert_eq!(elsewhere.listed().len(), 6, "the own organisation is found there too");
}

#[test]
fn long_and_short_lists_give_the_same() {
    for seed in 0..12u64 {
        let lines = random_list(seed);
        let (short, long) = (Place::new(ROOT), Place::new(ROOT));
        let (told_short, told_long) =
            (short.import(&lines, usize::MAX).unwrap().0, long.import(&lines, 0).unwrap().0);
        assert_eq!(told_short.counts, told_long.counts, "{lines}");
        let bad = |told: &ImportPreview| {
            told.rows
                .iter()
                .filter(|row| matches!(row.verdict, ImportVerdict::Bad(_)))
                .map(|row| row.row)
                .collect::<Vec<_>>()
        };
        assert_eq!(bad(&told_short), bad(&told_long), "{lines}");
        assert_eq!(short.here(), with_unmanaged(&long), "{lines}");
    }
}

/// A short list puts everything here; a long one what is managed, and the rest into the directory.
fn with_unmanaged(place: &Place) -> BTreeMap<String, (String, String)> {
    let mut all = place.listed();
    for (name, row) in place.here() {
        assert_eq!(all.insert(name, row.clone()), Some(row), "what is here is listed as it is");
    }
    all
}

/// Rows below the root, below one another, below nothing, with faults now and then.
fn random_list(seed: u64) -> String {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let mut chance = |n: u64| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state % n
    };
    let mut lines = Vec::new();
    for n in 2..40 {
        let superior = match chance(8) {
            0 => "1".to_owned(),
            1 => ROOT.to_owned(),
            2 => String::new(),
            3 => "没有的组织".to_owned(),
            4 => format!("第{}团委", chance(40)),
            _ => chance(40).to_string(),
        };
        let kind =
            ["团委", "团委", "团委", "团工委", "团总支", "团支部", "小组"][chance(7) as usize];
        let twin = if chance(15) == 0 { chance(40) } else { n };
        // A name that differs in the width of its digits only is refused.
        let wide = |c: char| c.to_digit(10).and_then(|d| char::from_u32(0xFF10 + d)).unwrap_or(c);
        let name =
            if twin == n { n.to_string() } else { twin.to_string().chars().map(wide).collect() };
        lines.push(format!("{n},{superior},第{name}团委,,{kind},,\n"));
    }
    lines.push("1,,中国共产主义青年团中央委员会,,团委,,\n".to_owned());
    lines.concat()
}

#[test]
fn bad_lists_are_told_by_row_and_nothing_is_built() {
    let place = Place::new(ROOT);
    place.import(TREE, 0).unwrap();
    let (here, listed) = (place.here(), place.listed());
    for (lines, row, wanted) in [
        (
            "7,8,甲团委,,团委,,\n8,7,乙团委,,团委,,\n",
            2,
            "第 2 行「甲团委」、第 3 行「乙团委」 2 行互为上级",
        ),
        ("7,7,甲团委,,团委,,\n", 2, "1 行互为上级"),
        ("7,99,甲团委,,团委,,\n", 2, "没有找到组织「99」"),
        ("7,2,甲团委,,团委,,\n7,2,乙团委,,团委,,\n", 3, "第 2 行和第 3 行的组织编号相同"),
        ("7,2,甲团委,,团委,,\n,2,甲团委,,团委,,\n", 3, "第 2 行和第 3 行的组织全称相同"),
        (
            "7,2,甲团委,,团委,,\n8,2,甲团委,,团委,,\n9,甲团委,乙团支部,,团支部,,\n",
            4,
            "分不清上级是哪一个。请改填上级的编号",
        ),
        ("7,2,A团委,,团委,,\n8,2,ａ团委,,团委,,\n", 3, "组织全称只差全角半角或大小写"),
        ("7,2,甲团支部,,团支部,,\n8,7,乙团委,,团委,,\n", 3, "团委不能直接在团支部下面"),
        ("8,5,乙团委,,团委,,\n", 2, "「5」是团支部，下面不能设团委"),
        ("7,99,甲团委,,团委,,\n8,7,乙团支部,,团支部,,\n", 3, "上级在第 2 行，那一行还有问题"),
        ("7,2,,,团委,,\n", 2, "还没填组织全称"),
        ("7,2,甲,,小组,,\n", 2, "组织类别「小组」不认得"),
    ] {
        let (preview, list) = place.prepare(lines, 0).unwrap();
        let found = preview.rows.iter().find(|shown| shown.row == row).unwrap();
        let ImportVerdict::Bad(faults) = &found.verdict else { panic!("{lines}") };
        let said: String = faults.iter().map(|(_, _, reason)| reason.as_str()).collect();
        assert!(said.contains(wanted), "{lines}: {said}");
        if preview.counts.0 == 0 {
            let none = place.session().run_organisations(&list, "名单.csv", &mut unwatched);
            assert_eq!(none.unwrap_err().kind, FaultKind::Rule);
        }
    }
    assert_eq!((place.here(), place.listed()), (here, listed));
    assert_eq!(place.files(), ["organisations-1.tzd"]);
}

#[test]
fn the_office_stands_in_the_directory_where_the_list_says() {
    let place = Place::new("江苏省团委");
    place.import(TREE, 0).unwrap();
    let listed = place.listed();
    assert_eq!(listed["江苏省团委"].1, format!("/{ROOT}/江苏省团委"));
    assert!(place.here()["江苏省团委"].1.starts_with("/江苏省团委"));
}

#[test]
fn organisations_of_one_name_stand_beside_each_other() {
    const TWINS: &str =
        "7,2,江苏省某街道机关团支部,,团支部,,\n8,2,江苏省某街道机关团支部,,团支部,,\n";
    for few in [0, 100] {
        let place = Place::new(ROOT);
        place.import(TREE, few).unwrap();
        let (preview, done) = place.import(TWINS, few).unwrap();
        assert_eq!((preview.counts, done.n_rows), ((2, 0, 0), 2), "few {few}");
        let session = place.session();
        for code in ["7", "8"] {
            assert_eq!(session.find_organisation(code).unwrap().code, code);
        }
        let fault = session.find_organisation("江苏省某街道机关团支部").unwrap_err();
        assert_eq!(fault.kind, FaultKind::Conflict);
        assert!(fault.sentence.contains("编号 7、8 等"), "{}", fault.sentence);
        let (preview, _) = place.prepare(TWINS, few).unwrap();
        assert_eq!(preview.counts, (0, 0, 2), "few {few}: the same list again brings nothing");
    }
}

#[test]
fn files_that_are_no_lists_are_refused_whole() {
    let place = Place::new(ROOT);
    let path = place.dir.path().join("名单.csv");
    let options = super::super::ImportOptions::default();
    for (bytes, kind) in [
        (b"PK\x03\x04 cut off".as_slice(), FaultKind::Damaged),
        (b"\x7fELF\x00\x01\x02", FaultKind::Damaged),
        (b"\xD0\xCF\x11\xE0\xA1", FaultKind::Damaged),
        (b"", FaultKind::Damaged),
        ("姓名,身份证号\n王凡,1\n".as_bytes(), FaultKind::Damaged),
        // A list that ends within a character, and one that ends within a row.
        (
            format!("{HEADER}7,,甲团委,,团委,,\n8,7,乙").as_bytes().split_last().unwrap().1,
            FaultKind::Damaged,
        ),
    ] {
        std::fs::write(&path, bytes).unwrap();
        let told = place.session().prepare_import(
            crate::domain::order::ImportKind::Organisations,
            &path,
            &options,
            &mut unwatched,
        );
        assert_eq!(told.err().map(|fault| fault.kind), Some(kind), "{bytes:?}");
    }
    let (preview, _) = place.prepare("7,,甲团委,,团委,,\n8,7,乙", 0).unwrap();
    assert_eq!(preview.counts, (1, 1, 0), "a row that is cut off lacks its kind");
    assert!(place.files().is_empty());
}

#[test]
fn whoever_stops_it_finds_everything_as_it_was() {
    let place = Place::new(ROOT);
    place.import(TREE, 0).unwrap();
    let before = (place.here(), place.listed());
    let more = "6,4,江苏省常州市某某学院二班团支部,,团支部,李静,\n7,2,甲团委,,团委,,\n";
    let path = place.file(more);
    let run = |stop_at: usize| {
        let mut steps = Vec::new();
        let mut watch = |progress: Progress| {
            steps.push(progress.step);
            if steps.len() == stop_at { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let session = place.session();
        let sheet = SheetFile::open(&path).unwrap();
        let done = session
            .prepare_organisations(sheet, &path, &[], 0, &mut watch)
            .and_then(|(_, _, list)| session.run_organisations(&list, "名单.csv", &mut watch));
        (done, steps)
    };
    let mut seen = Vec::new();
    for stop_at in 1.. {
        let (done, steps) = run(stop_at);
        if steps.len() < stop_at {
            done.unwrap();
            break;
        }
        seen.extend(steps.last().copied());
        assert_eq!(done.unwrap_err().kind, FaultKind::Stopped, "{steps:?}");
        assert_eq!((place.here(), place.listed()), before, "{steps:?}");
        assert_eq!(place.files(), ["organisations-1.tzd"], "{steps:?}");
    }
    for step in ["读取名单", "核对上级", "对照数据库", "对照原来的名单", "写入数据库", "写入联系人"]
    {
        assert!(seen.contains(&step), "{step}: {seen:?}");
    }
    assert_eq!(place.here().len(), 7);
    assert_eq!(place.files(), ["organisations-1.tzd", "organisations-2.tzd"]);
}

#[test]
fn a_directory_that_cannot_be_put_in_place_leaves_the_old_one() {
    let place = Place::new(ROOT);
    place.import(TREE, 0).unwrap();
    let before = (place.here(), place.listed());
    let (_, list) = place.prepare("6,4,某某学院二班团支部,,团支部,,\n", 0).unwrap();
    // What stands in the way of the rename.
    let way = place.data().join("organisations-2.tzd.d");
    std::fs::create_dir(&way).unwrap();
    std::fs::rename(&way, place.data().join("organisations-2.tzd")).unwrap();
    let PreparedOrganisations::Many(many) = &list else { panic!("a long list") };
    let session = place.session();
    let built = session.build(many, &mut unwatched).unwrap();
    assert_eq!(built.generation(), 3, "what lies there is no generation, but its number is used");
    drop(built);
    assert_eq!((place.here(), place.listed()), before, "built and not published");
    std::fs::remove_dir(place.data().join("organisations-2.tzd")).unwrap();
    let built = session.build(many, &mut unwatched).unwrap();
    std::fs::create_dir(place.data().join("organisations-2.tzd")).unwrap();
    let done = session.commit(many, "名单.csv", built, &mut unwatched);
    assert_eq!(done.unwrap_err().kind, FaultKind::CannotWrite);
    assert_eq!((place.here(), place.listed()), before, "not published");
    std::fs::remove_dir(place.data().join("organisations-2.tzd")).unwrap();
    session.run_organisations(&list, "名单.csv", &mut unwatched).unwrap();
    assert_eq!(place.here().len(), 6);
}

#[test]
fn a_crash_between_publishing_and_the_end_leaves_the_old_state() {
    let place = Place::new(ROOT);
    place.import(TREE, 0).unwrap();
    let before = (place.here(), place.listed());
    let (_, list) = place.prepare("6,4,某某学院二班团支部,,团支部,,\n", 0).unwrap();
    let PreparedOrganisations::Many(many) = &list else { panic!("a long list") };
    let session = place.session();
    session.build(many, &mut unwatched).unwrap().publish().unwrap();
    assert_eq!((place.here(), place.listed()), before, "the number in the database decides");
    session.run_organisations(&list, "名单.csv", &mut unwatched).unwrap();
    assert_eq!(place.files(), ["organisations-1.tzd", "organisations-3.tzd"]);
    assert_eq!(place.listed().len(), 6);
}

#[test]
fn taking_it_back_returns_to_the_directory_before() {
    let place = Place::new(ROOT);
    let session = place.session();
    place.import("9,1,乙团委,,团委,,\n1,,中国共产主义青年团中央委员会,,团委,,\n", 100).unwrap();
    let small = place.here();
    let (_, first) = place.import(TREE, 0).unwrap();
    let after_first = (place.here(), place.listed());
    assert_eq!(after_first.1["乙团委"].0, "9", "what was here came along");
    let (_, second) = place.import("6,4,某某学院二班团支部,,团支部,,\n", 0).unwrap();
    let undone = session.undo_import(second.batch).unwrap();
    assert_eq!(undone, Undone { n_rows: 1, directory_stays: false });
    assert_eq!((place.here(), place.listed()), after_first);
    assert_eq!(
        (place.files(), session.office.store.n_unlisted()),
        (vec!["organisations-1.tzd".to_owned()], Ok(0))
    );
    session.undo_import(first.batch).unwrap();
    assert_eq!((place.here(), place.files().len()), (small, 0));
    assert_eq!(session.office.store.n_unlisted(), Ok(2));
    assert!(session.undo_import(first.batch).is_err());
}

#[test]
fn what_was_made_on_is_not_taken_back_and_a_later_list_keeps_its_directory() {
    let place = Place::new(ROOT);
    let session = place.session();
    let (_, first) = place.import(TREE, 0).unwrap();
    let (_, second) = place.import("6,2,某某区团委,,团委,,\n", 0).unwrap();
    assert_eq!(session.undo_import(first.batch).unwrap_err().kind, FaultKind::Conflict);
    std::fs::remove_file(place.data().join("organisations-1.tzd")).unwrap();
    let undone = session.undo_import(second.batch).unwrap();
    assert!(undone.directory_stays, "the one before is gone");
    assert_eq!((place.here().len(), place.listed().len()), (5, 6));
}

#[test]
fn a_list_changes_and_adds_to_the_directory() {
    let place = Place::new("某某区团委");
    place.import(TREE, 0).unwrap();
    let (preview, _) = place.prepare(TREE, 0).unwrap();
    assert_eq!(preview.counts, (0, 0, 5), "{:?}", preview.rows);
    let (preview, _) = place
        .import("3,2,江苏省常州市新团委,常州市团委,团委,,\n6,江苏省团委,江苏省苏州市团委,,团委,,\n7,6,甲团委,,团委,,\n", 0)
        .unwrap();
    assert_eq!(preview.counts, (3, 0, 0));
    let listed = place.listed();
    assert_eq!(listed.len(), 8);
    let branch = &listed["江苏省常州市某某学院一班团支部"].1;
    assert!(branch.contains("/江苏省团委/江苏省常州市新团委/"), "{branch}");
    assert!(!listed.contains_key("江苏省常州市团委"));
    for (lines, wanted) in [
        ("2,4,江苏省团委,,团委,,\n", "绕成了一圈"),
        ("4,2,某某学院,,团支部,,\n6,2,江苏省苏州市团委,,团支部,,\n", "团支部下面不能有团委"),
    ] {
        let (preview, _) = place.prepare(lines, 0).unwrap();
        let said = format!("{:?}", preview.rows);
        assert!(said.contains(wanted), "{said}");
    }
}

#[test]
fn a_superior_that_only_the_directory_has_is_taken_in_with_those_above() {
    let place = Place::new(ROOT);
    // The list that made the directory hung below nothing that is managed here.
    place
        .import("2,,江苏省团委,,省级团委,,\n3,2,常州市团委,,团委,,\n4,3,某某学院团委,,团委,,\n", 0)
        .unwrap();
    assert_eq!(place.here().len(), 1);
    // The province moves below the office.
    let (preview, _) = place
        .import("1,,中国共产主义青年团中央委员会,,团委,,\n2,1,江苏省团委,,省级团委,,\n", 0)
        .unwrap();
    assert_eq!(preview.counts, (1, 0, 1));
    assert_eq!(codes(&place.here()), ["2", "T00000001"]);
    let (preview, done) = place.import("5,4,一班团支部,,团支部,,\n", 0).unwrap();
    assert_eq!((preview.counts.0, done.n_rows), (1, 1));
    let here = place.here();
    assert_eq!(
        here["一班团支部"].1,
        format!("/{ROOT}/江苏省团委/常州市团委/某某学院团委/一班团支部")
    );
    assert_eq!(here, place.listed());
    assert_eq!(place.session().office.store.n_unlisted(), Ok(0));
}

#[test]
fn a_damaged_directory_is_built_anew() {
    let place = Place::new(ROOT);
    place.import(TREE, 0).unwrap();
    std::fs::write(place.data().join("organisations-1.tzd"), b"nothing").unwrap();
    let (preview, _) = place.import(&format!("{TREE}6,2,甲团委,,团委,,\n"), 0).unwrap();
    assert_eq!(preview.counts, (1, 0, 5));
    assert_eq!(place.here(), place.listed());
    assert_eq!(place.listed().len(), 6);
}

#[test]
fn rows_without_a_code_are_told_by_their_names() {
    let place = Place::new(ROOT);
    let lines = format!(",{ROOT},甲团委,,团委,,\n,甲团委,乙团支部,,团支部,,\n");
    place.import(&lines, 0).unwrap();
    assert_eq!(place.here().len(), 3);
    assert!(place.here()["乙团支部"].0.starts_with('T'));
    assert_eq!(place.listed()["乙团支部"].0, "");
    let (preview, _) = place.prepare(&lines, 0).unwrap();
    assert_eq!(preview.counts, (0, 0, 2));
    place.import("7,乙团支部,丙团支部,,团支部,,\n", 0).unwrap();
    assert_eq!((place.here().len(), place.listed().len()), (4, 4));
}

#[test]
fn a_change_between_checking_and_writing_is_noticed() {
    let place = Place::new(ROOT);
    let (_, list) = place.prepare(TREE, 0).unwrap();
    place.import("9,,乙团委,,团委,,\n", 100).unwrap();
    let done = place.session().run_organisations(&list, "名单.csv", &mut unwatched);
    assert_eq!(done.unwrap_err().kind, FaultKind::Conflict);
    assert!(place.files().is_empty());
}

#[test]
fn a_short_list_may_hang_on_what_only_the_directory_has() {
    let place = Place::new("某某区团委");
    place.import(TREE, 0).unwrap();
    assert_eq!(place.here().len(), 1);
    let lines = "6,4,某某学院二班团支部,,团支部,,\n7,江苏省常州市某某学院团委,某某学院三班团支部,,团支部,,\n\
                 8,99,某某学院四班团支部,,团支部,,\n";
    let (preview, done) = place.import(lines, 100).unwrap();
    assert_eq!((preview.counts, done.n_rows), ((2, 1, 0), 2));
    let here = place.here();
    let way = "/中国共产主义青年团中央委员会/江苏省团委/江苏省常州市团委/江苏省常州市某某学院团委";
    assert_eq!(here["某某学院三班团支部"].1, format!("{way}/某某学院三班团支部"));
    assert_eq!((here.len(), place.session().office.store.n_unlisted()), (7, Ok(2)));
    place.session().undo_import(done.batch).unwrap();
    assert_eq!(place.here().len(), 5, "who was taken in stays");
}
