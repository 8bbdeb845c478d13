//! A search finds what a plain scan finds, in the same order, whatever is typed.

use pinyin::{Pinyin, ToPinyinMulti};
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::sample::{Row, directory, named, names, scan};
use super::*;
use crate::directory::Why;
use crate::domain::name_search::Synonyms;

const PLACES: &[&str] = &[
    "重庆",
    "长安",
    "长沙",
    "单县",
    "朝阳",
    "六安",
    "乐清",
    "吕梁",
    "绿园",
    "女山",
    "西安",
    "鄂州",
    "常州",
    "杭州",
    "广州",
    "赣州",
    "恩施",
    "安阳",
    "襄阳",
    "天宁",
    "武进",
    "台州",
    "蔚县",
    "番禺",
    "市",
    "省",
    "区",
    "县",
    "镇",
    "街道",
    "自治州",
    "沙坪坝",
    "艾力",
    "古丽·米热",
    "热·艾",
    "𠮷野",
];

const WORDS: &[&str] = &[
    "大学",
    "学院",
    "职业技术",
    "中学",
    "小学",
    "第一",
    "二中",
    "李公朴",
    "曾氏",
    "朴",
    "团委",
    "团支部",
    "团总支",
    "团工委",
    "流动团员",
    "2021级",
    "3班",
    "24级20",
    "A区",
    "IT",
    "(5)班",
    "IT-2",
    "会计",
    "音乐",
    "厦门",
    "儿童",
    "（乙）",
    "ü",
    "·",
    "嗯",
    "Ａ座",
    "行",
    "银行",
    "解放军",
    "o2o",
    "哦",
];

fn name() -> impl Strategy<Value = String> {
    let place = prop::collection::vec(select(PLACES), 0..3);
    let word = prop::collection::vec(select(WORDS), 1..4);
    (place, word).prop_map(|(places, words)| places.concat() + &words.concat())
}

fn row() -> impl Strategy<Value = (String, String, OrgKind, Index, bool)> {
    let code = prop_oneof![
        5 => "[12][0-9]{1,6}",
        1 => "[a-cA-C][0-9]{0,3}-[0-9]",
        1 => Just(String::new()),
    ];
    (name(), code, select(OrgKind::ALL), any::<Index>(), prop::bool::weighted(0.03))
}

fn rows(most: usize) -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec(row(), 5..most).prop_map(|rows| {
        let whole = rows.into_iter().enumerate();
        let row = |(index, (name, code, kind, above, root)): (usize, (_, _, _, Index, bool))| Row {
            code,
            name,
            kind,
            parent: (index > 0 && !root).then(|| above.index(index) as u32),
        };
        whole.map(row).collect()
    })
}

/// How one character of a name is typed.
#[derive(Debug, Clone, Copy)]
enum Typing {
    Character,
    Initial,
    Double,
    Full,
    Partial,
}

/// What is typed for some characters of a name.
#[derive(Debug, Clone)]
enum Typed {
    Part { of: Index, start: Index, length: usize, ways: Vec<Typing>, reading: Index },
    Code { of: Index, length: usize },
    Letters(String),
    Text(String),
}

fn typing() -> impl Strategy<Value = Vec<Typing>> {
    use Typing::{Character, Double, Full, Initial, Partial};
    let all = |way: Typing| Just(vec![way; 8]);
    prop_oneof![
        4 => all(Character),
        3 => all(Initial),
        2 => all(Full),
        1 => prop::collection::vec(select(vec![Character, Initial, Double, Full]), 8),
        1 => prop::collection::vec(select(vec![Full, Partial]), 8),
    ]
}

fn typed() -> impl Strategy<Value = Typed> {
    let part = (any::<Index>(), any::<Index>(), 1..9usize, typing(), any::<Index>());
    prop_oneof![
        12 => part.prop_map(|(of, start, length, ways, reading)| {
            Typed::Part { of, start, length, ways, reading }
        }),
        1 => (any::<Index>(), 1..8usize).prop_map(|(of, length)| Typed::Code { of, length }),
        1 => "[acehilnosuxz]{1,6}".prop_map(Typed::Letters),
        1 => "[州市学团部支安a2'ü·]{1,4}".prop_map(Typed::Text),
    ]
}

impl Typed {
    fn text(&self, rows: &[Row]) -> String {
        match self {
            Self::Letters(text) | Self::Text(text) => text.clone(),
            Self::Code { of, length } => of.get(rows).code.chars().take(*length).collect(),
            Self::Part { of, start, length, ways, reading } => {
                let name: Vec<char> = of.get(rows).name.chars().collect();
                let part = name.iter().skip(start.index(name.len())).take(*length);
                part.zip(ways).map(|(c, way)| spelt(*c, *way, reading)).collect()
            }
        }
    }
}

fn spelt(c: char, way: Typing, reading: &Index) -> String {
    let readings: Vec<&str> =
        c.to_pinyin_multi().into_iter().flatten().map(Pinyin::plain).collect();
    let own = c.to_string();
    let full = if readings.is_empty() { own.as_str() } else { *reading.get(&readings) };
    let full = full.replace('ü', ["v", "u", "yu", "ü"][reading.index(4)]);
    let letters = match way {
        Typing::Character => return own,
        Typing::Initial => 1,
        Typing::Double if full.chars().nth(1) == Some('h') => 2,
        Typing::Double => 1,
        Typing::Full => full.len(),
        Typing::Partial => 1 + reading.index(full.chars().count()),
    };
    full.chars().take(letters).collect()
}

/// One search with everything that may be asked for.
#[derive(Debug, Clone)]
struct Asked {
    terms: Vec<Typed>,
    kind: Option<OrgKind>,
    under: Option<Index>,
    home: Option<Index>,
    recent: Vec<Index>,
    limit: usize,
    checks: u32,
}

fn asked() -> impl Strategy<Value = Asked> {
    let terms = prop_oneof![
        4 => prop::collection::vec(typed(), 1..2),
        2 => prop::collection::vec(typed(), 2..4),
    ];
    let maybe = || prop::option::weighted(0.3, any::<Index>());
    let kind = prop::option::weighted(0.2, select(OrgKind::ALL));
    let recent = prop::collection::vec(any::<Index>(), 0..3);
    (terms, kind, maybe(), maybe(), recent, 0..30usize, 1..500u32).prop_map(
        |(terms, kind, under, home, recent, limit, checks)| Asked {
            terms,
            kind,
            under,
            home,
            recent,
            limit,
            checks,
        },
    )
}

fn check(directory: &Directory, rows: &[Row], asked: &Asked) -> Result<(), TestCaseError> {
    let typed: Vec<String> = asked.terms.iter().map(|term| term.text(rows)).collect();
    let typed = typed.join(" ");
    let synonyms: Synonyms = [("常州", "杭州"), ("朝阳区", "六安市")].into_iter().collect();
    let text = NameQuery::parse_with(&typed, &synonyms);
    let number = |index: &Index| OrgNo(index.index(directory.len() as usize) as u32);
    let recent: Vec<OrgNo> = asked.recent.iter().map(number).collect();
    let query = Query {
        text: &text,
        kind: asked.kind,
        under: asked.under.as_ref().map(number),
        home: asked.home.as_ref().map(number),
        recent: &recent,
        limit: asked.limit,
    };
    let wanted = scan(directory, query);
    let mut search = directory.search(query);
    while search.advance(asked.checks).unwrap() == Step::Unfinished {
        let best = search.hits().rows;
        prop_assert_eq!(Some(best.as_slice()), wanted.rows.get(..best.len()));
    }
    let found = search.hits();
    let shown = (names(directory, &found.rows), names(directory, &wanted.rows));
    prop_assert_eq!(found, wanted, "{:?} {:?}", typed, shown);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_search_is_a_scan(rows in rows(200), all in prop::collection::vec(asked(), 60)) {
        let (_folder, directory) = directory(rows.clone());
        for asked in &all {
            check(&directory, &rows, asked)?;
        }
    }
}

const RANKED: &[(&str, Option<u32>)] = &[
    ("中国共产主义青年团中央委员会", None),
    ("江苏省团委", Some(0)),
    ("常州市团委", Some(1)),
    ("常州", Some(2)),
    ("常州市天宁区团工委", Some(2)),
    ("常州市天宁区常州第一中学团委", Some(4)),
    ("常州市武进区李公朴小学团支部", Some(2)),
    ("江苏省常州工程学院团委", Some(2)),
    ("长洲区团委", Some(0)),
    ("梧州市长洲区团委", Some(8)),
    ("重庆市团委", Some(0)),
    ("重庆市单县路小学团支部", Some(10)),
    ("湖北省襄阳市团委", Some(0)),
];

fn found(directory: &Directory, query: Query<'_>) -> Vec<String> {
    let hits = directory.search(query).finish().unwrap();
    names(directory, &hits.rows).into_iter().map(str::to_owned).collect()
}

fn plain(text: &NameQuery) -> Query<'_> {
    Query { text, kind: None, under: None, home: None, recent: &[], limit: 20 }
}

#[test]
fn hits_come_in_the_order_of_nearness_and_then_of_length() {
    let (_folder, directory) = named(RANKED);
    let cases: &[(&str, &[&str])] = &[
        (
            "常州",
            &[
                "常州",
                "常州市团委",
                "常州市天宁区团工委",
                "常州市天宁区常州第一中学团委",
                "常州市武进区李公朴小学团支部",
                "江苏省常州工程学院团委",
            ],
        ),
        (
            "changzhou",
            &[
                "常州",
                "常州市团委",
                "长洲区团委",
                "常州市天宁区团工委",
                "常州市天宁区常州第一中学团委",
                "常州市武进区李公朴小学团支部",
                "梧州市长洲区团委",
                "江苏省常州工程学院团委",
            ],
        ),
        ("lgpxx", &["常州市武进区李公朴小学团支部"]),
        ("ligongpiao", &["常州市武进区李公朴小学团支部"]),
        ("zqs shanx", &["重庆市单县路小学团支部"]),
        ("tn cz", &["常州市天宁区团工委", "常州市天宁区常州第一中学团委"]),
        ("8", &["江苏省常州工程学院团委"]),
        ("没有", &[]),
        ("zzz", &[]),
    ];
    for (typed, wanted) in cases {
        assert_eq!(found(&directory, plain(&NameQuery::parse(typed))), *wanted, "{typed}");
    }
    let one = found(&directory, plain(&NameQuery::parse("1")));
    assert_eq!(one.first().map(String::as_str), Some("中国共产主义青年团中央委员会"));
    assert_eq!(one.len(), 5, "codes 1, 10, 11, 12 and 13: {one:?}");
}

#[test]
fn home_and_what_was_used_come_first_among_the_equally_near() {
    let (_folder, directory) = named(RANKED);
    let number = |name: &str| directory.find(name).unwrap().unwrap();
    let text = NameQuery::parse("团委");
    let recent = [number("重庆市团委"), number("常州市天宁区常州第一中学团委")];
    let query = Query { home: Some(number("常州市团委")), recent: &recent, ..plain(&text) };
    let wanted = [
        "常州市天宁区常州第一中学团委",
        "常州市团委",
        "江苏省常州工程学院团委",
        "重庆市团委",
        "江苏省团委",
        "长洲区团委",
        "梧州市长洲区团委",
        "湖北省襄阳市团委",
    ];
    assert_eq!(found(&directory, query), wanted);
    let whole = NameQuery::parse("常州");
    let query = Query { home: Some(number("江苏省常州工程学院团委")), ..plain(&whole) };
    assert_eq!(
        found(&directory, query).first().map(String::as_str),
        Some("常州"),
        "nearness first"
    );
    let query =
        Query {
            under: Some(number("重庆市团委")), kind: Some(OrgKind::Branch), ..plain(&text)
        };
    assert!(found(&directory, query).is_empty());
    let branch = NameQuery::parse("xx");
    let query =
        Query {
            under: Some(number("重庆市团委")), kind: Some(OrgKind::Branch), ..plain(&branch)
        };
    assert_eq!(found(&directory, query), ["重庆市单县路小学团支部"]);
}

#[test]
fn old_names_find_what_bears_the_new_one() {
    let (_folder, directory) = named(RANKED);
    let synonyms: Synonyms = [("襄樊", "襄阳"), ("沙市", "荆州")].into_iter().collect();
    for (typed, wanted) in [("襄樊", 1), ("襄樊市 团委", 1), ("沙市", 0), ("xf", 0)] {
        let text = NameQuery::parse_with(typed, &synonyms);
        assert_eq!(found(&directory, plain(&text)).len(), wanted, "{typed}");
    }
}

#[test]
fn an_empty_query_finds_everyone_and_says_that_there_are_more() {
    let (_folder, directory) = named(RANKED);
    let text = NameQuery::parse(" ");
    let hits = directory.search(Query { limit: 5, ..plain(&text) }).finish().unwrap();
    assert_eq!((hits.rows, hits.more), ((0..5).map(OrgNo).collect(), true));
    assert_eq!(found(&directory, plain(&text)).len(), RANKED.len());
}

#[test]
fn what_may_have_been_meant_is_suggested() {
    let (_folder, directory) = named(RANKED);
    let school = "常州市武进区李公朴小学团支部";
    let cases: &[(&str, &[(Why, &str)])] = &[
        ("李公扑小学", &[(Why::NearlySpelled, school)]),
        ("李公小学", &[(Why::NearlySpelled, school)]),
        ("李公朴的小学", &[(Why::NearlySpelled, school)]),
        ("常武李公朴", &[(Why::InOrder, school)]),
        (
            "常州 李公扑小学",
            &[(Why::WithoutTerm("李公扑小学".to_owned()), "常州"), (Why::NearlySpelled, school)],
        ),
        ("lgp 不存在", &[(Why::WithoutTerm("不存在".to_owned()), school)]),
        (
            "cz 李公扑小学",
            &[(Why::WithoutTerm("李公扑小学".to_owned()), "常州"), (Why::NearlySpelled, school)],
        ),
        ("zzz", &[]),
        ("", &[]),
        ("朴公李", &[]),
    ];
    for (typed, wanted) in cases {
        let told = directory.suggest(typed, 10_000).unwrap();
        let first = |s: &crate::directory::Suggestion| {
            (s.why.clone(), names(&directory, &s.rows)[0].to_owned())
        };
        let told: Vec<_> = told.iter().map(first).collect();
        let wanted: Vec<_> =
            wanted.iter().map(|(why, name)| (why.clone(), (*name).to_owned())).collect();
        assert_eq!(told, wanted, "{typed}");
    }
    assert!(directory.suggest("李公扑小学", 0).unwrap().is_empty(), "no time, no answer");
}
