//! The table of what people type and what they expect to find.

use super::*;
use pinyin::ToPinyinMulti;
use proptest::prelude::*;

const TIANNING: &str = "江苏省常州市天宁区天宁街道流动团员团支部";
const COLLEGE: &str = "常州工程学院团委";
const CLASS: &str = "李公朴小学团支部2017级13班团支部";

fn found(query: &str, name: &str, code: &str) -> bool {
    NameQuery::parse(query).matches(name, code).is_some()
}

const ALL: [Nearness; 5] = [
    Nearness::Whole,
    Nearness::Prefix,
    Nearness::Substring,
    Nearness::SoundPrefix,
    Nearness::Sound,
];

/// What is typed, and a name that it must find.
const FOUND: &[(&str, &str)] = &[
    ("", "刘梅"),
    ("   ", "刘梅"),
    ("\u{3000}", "刘梅"),
    ("刘", "刘梅"),
    ("刘梅", "刘梅"),
    ("liumei", "刘梅"),
    ("LiuMei", "刘梅"),
    ("ｌｍ", "刘梅"),
    ("lm", "刘梅"),
    ("lium", "刘梅"),
    ("liume", "刘梅"),
    ("lmei", "刘梅"),
    ("刘mei", "刘梅"),
    ("刘m", "刘梅"),
    ("l梅", "刘梅"),
    ("liu mei", "刘梅"),
    ("mei liu", "刘梅"),
    ("czgcxy", COLLEGE),
    ("changzhougongcheng", COLLEGE),
    ("chzgch", COLLEGE),
    ("gongchengxy tw", COLLEGE),
    ("常州 tnjd ld", TIANNING),
    ("tnjd　常州", TIANNING),
    ("常州tnjd", "常州天宁街道团工委"),
    ("天宁jd流动", TIANNING),
    ("江苏 流动团员", TIANNING),
    ("cq", "重庆市沙坪坝区团委"),
    ("chongqing", "重庆市沙坪坝区团委"),
    ("zhongqing", "重庆市沙坪坝区团委"),
    ("zq", "重庆市沙坪坝区团委"),
    ("ligongpu", "李公朴"),
    ("ligongpiao", "李公朴"),
    ("lgp", "李公朴"),
    ("piao", "朴秀英"),
    ("shanxiaoyu", "单小雨"),
    ("danxiaoyu", "单小雨"),
    ("zengyu", "曾雨"),
    ("cy", "曾雨"),
    ("xielei", "解雷"),
    ("qiumin", "仇敏"),
    ("zhamin", "查敏"),
    ("renjing", "任静"),
    ("ouyan", "区燕"),
    ("ge", "盖平"),
    ("yuchi", "尉迟平"),
    ("changle", "长乐"),
    ("zhangyue", "长乐"),
    ("moqi", "万俟明"),
    ("lvjia", "吕佳"),
    ("lüjia", "吕佳"),
    ("lujia", "吕佳"),
    ("lyujia", "吕佳"),
    ("xi'an", "西安"),
    ("xian", "西安"),
    ("glmral", "古丽米热·艾力"),
    ("gulimire", "古丽米热·艾力"),
    ("古丽米热艾力", "古丽米热·艾力"),
    ("古丽米热・艾力", "古丽米热·艾力"),
    ("热·艾", "古丽米热•艾力"),
    ("aili", "古丽米热·艾力"),
    ("𠮷", "王𠮷"),
    ("w𠮷", "王𠮷"),
    ("wei", "李𬀩"),
    ("2017j13b", CLASS),
    ("lgpxx 13班", CLASS),
    ("１３班", CLASS),
    ("(5)班", "高三（5）班"),
    ("gs(5)b", "高三（5）班"),
    ("a", "A班"),
];

#[test]
fn what_is_typed_finds_what_is_meant() {
    for (query, name) in FOUND {
        assert!(found(query, name, "3204020017"), "{query:?} should find {name}");
    }
}

#[test]
fn what_is_not_meant_is_not_found() {
    let cases = [
        ("刘梅梅", "刘梅"),
        ("liumeili", "刘梅"),
        ("ml", "刘梅"),
        ("iu", "刘梅"),
        ("liei", "刘梅"),
        ("刘 王", "刘梅"),
        ("梅刘", "刘梅"),
        ("tnjdx", "天宁街道团工委"),
        ("jdtn", "天宁街道团工委"),
        ("qq", "重庆市"),
        ("14班", CLASS),
        ("𠮷", "王吉"),
        ("zzzz", TIANNING),
        ("·", "刘梅"),
        ("ll", "李𬀩莉"),
    ];
    for (query, name) in cases {
        assert!(!found(query, name, ""), "{query:?} should not find {name}");
    }
}

#[test]
fn a_code_matches_from_its_beginning() {
    assert!(found("3204020017", TIANNING, "3204020017"));
    assert!(found("320402", TIANNING, "3204020017"));
    assert!(found("３204 tnjd", TIANNING, "3204020017"));
    assert!(!found("0017", TIANNING, "3204020017"));
    assert!(found("ab-1", TIANNING, "AB-12"));
    assert!(!found("99", TIANNING, "3204020017"));
}

#[test]
fn nearer_matches_come_first() {
    let names = ["小刘梅", "刘梅", "柳美", "刘梅花", "赵柳美", "周刘梅花"];
    let query = NameQuery::parse("刘梅");
    let nearness = |q: &NameQuery, n: &str| q.matches(n, "").map(Score::nearness);
    assert_eq!(nearness(&query, "刘梅"), Some(Nearness::Whole));
    assert_eq!(nearness(&query, "刘梅花"), Some(Nearness::Prefix));
    assert_eq!(nearness(&query, "小刘梅"), Some(Nearness::Substring));
    let sound = NameQuery::parse("liumei");
    assert_eq!(nearness(&sound, "柳美"), Some(Nearness::SoundPrefix));
    assert_eq!(nearness(&sound, "赵柳美"), Some(Nearness::Sound));
    let mut ordered: Vec<_> =
        names.iter().filter_map(|n| Some((sound.matches(n, "")?, *n))).collect();
    ordered.sort();
    let ordered: Vec<_> = ordered.into_iter().map(|(_, n)| n).collect();
    assert_eq!(ordered, ["刘梅", "柳美", "刘梅花", "小刘梅", "赵柳美", "周刘梅花"]);
}

#[test]
fn folding_overlooks_no_character() {
    for c in '\0'..=char::MAX {
        let alone = c.to_string();
        assert_eq!(folded(&alone), fold(c).to_string(), "{c:?}");
    }
}

#[test]
fn an_empty_query_scores_all_alike() {
    let query = NameQuery::parse("");
    assert!(query.is_empty());
    assert_eq!(query.matches("刘梅", "1"), query.matches(TIANNING, "2"));
}

#[test]
fn old_names_find_what_bears_the_new_one() {
    let synonyms: Synonyms = [
        ("襄樊", "襄阳"),
        ("学社衔接临时团支部", "流动团员团支部"),
        ("崇文区", "东城区"),
        ("", "空"),
    ]
    .into_iter()
    .collect();
    let cases = [
        ("襄樊", "湖北省襄阳市团委", Some(Nearness::Substring)),
        ("襄樊", "襄樊学院团委", Some(Nearness::Prefix)),
        ("襄樊学院", "襄阳学院", Some(Nearness::Whole)),
        ("襄樊市团wei", "湖北省襄阳市团委", Some(Nearness::Sound)),
        ("天宁街道学社衔接临时团支部", TIANNING, Some(Nearness::Substring)),
        ("襄樊崇文区", "襄阳东城区", Some(Nearness::Whole)),
        ("襄阳", "襄樊学院团委", None),
        ("崇文", "北京市东城区团委", None),
        ("空", "刘梅", None),
    ];
    for (query, name, nearness) in cases {
        let query = NameQuery::parse_with(query, &synonyms);
        assert_eq!(query.matches(name, "").map(Score::nearness), nearness, "{query:?} {name}");
    }
    let query = NameQuery::parse_with("襄樊", &synonyms);
    assert_eq!(query.highlight("湖北省襄阳市"), vec![3..5]);
    assert_eq!(query.terms().first().map(Term::typed), Some("襄樊"));
}

#[test]
fn many_old_names_do_not_explode() {
    let pairs = ["甲", "乙", "丙", "丁", "戊", "己", "庚"].map(|old| (old, "新"));
    let synonyms: Synonyms = pairs.into_iter().collect();
    let query = NameQuery::parse_with("甲乙丙丁戊己庚", &synonyms);
    assert!(query.terms().iter().all(|term| term.spellings().len() <= 8));
}

#[test]
fn literal_matches_are_marked() {
    let marks = |query: &str, name: &str| -> Vec<(usize, usize)> {
        let marks = NameQuery::parse(query).highlight(name);
        marks.into_iter().map(|range| (range.start, range.end)).collect()
    };
    assert_eq!(marks("天宁 流动", "天宁区天宁街道流动团员"), [(0, 2), (3, 5), (7, 9)]);
    assert_eq!(marks("天宁街 宁街道", "天宁街道"), [(0, 4)]);
    assert_eq!(marks("（5）", "高三(5)班"), [(2, 5)]);
    assert_eq!(marks("野", "𠮷野"), [(1, 2)]);
    assert!(marks("tnjd", "天宁街道").is_empty());
    assert!(marks("", "天宁街道").is_empty());
}

#[test]
fn a_hostile_query_stays_cheap() {
    let name = "啊".repeat(5_000);
    let query = NameQuery::parse(&format!("{}b", "a".repeat(60)));
    assert!(query.matches(&name, "").is_none());
    assert!(NameQuery::parse(&"a".repeat(5_000)).matches(&name, "").is_none());
}

proptest! {
    #[test]
    fn just_one_nearness_is_right(
        query in "[刘柳梅lium·'ＬÜa-c州]{1,4}",
        name in "[刘柳梅单重·•LＭa州市ü]{0,6}",
        code in "[a-c]{0,3}",
    ) {
        let synonyms: Synonyms = [("州", "单")].into_iter().collect();
        let query = NameQuery::parse_with(&query, &synonyms);
        let found = query.matches(&name, &code).map(Score::nearness);
        let (plain, code) = (folded(&name), folded(&code));
        for term in query.terms().iter().filter(|_| query.terms().len() == 1) {
            for nearness in ALL {
                prop_assert_eq!(term.is_just(nearness, &plain, &code), found == Some(nearness));
            }
            let literal = term.literal_nearness(&plain, "");
            prop_assert!(literal.is_none() || !term.is_absent_from(name.as_bytes()));
        }
    }

    #[test]
    fn no_query_panics(query in any::<String>(), name in any::<String>()) {
        let query = NameQuery::parse(&query);
        let score = query.matches(&name, "");
        let marks = query.highlight(&name);
        prop_assert!(marks.iter().all(|r| r.end <= name.chars().count()));
        prop_assert!(score.is_some() || !query.is_empty());
    }

    #[test]
    fn every_name_is_found_by_its_first_readings(name in "[一-龥]{1,6}") {
        let readings = || name.chars().filter_map(|c| c.to_pinyin_multi().map(|m| m.get(0).plain()));
        prop_assume!(readings().count() == name.chars().count());
        let full: String = readings().collect();
        let initials: String = readings().filter_map(|r| r.chars().next()).collect();
        prop_assert!(found(&full, &name, ""));
        prop_assert!(found(&initials, &name, ""));
        prop_assert!(found(&name, &name, ""));
    }
}
