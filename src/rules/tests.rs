use chrono::NaiveDate;

use super::*;
use crate::domain::name_search::NameQuery;

#[test]
fn the_built_in_file_has_no_faults() {
    let said: Vec<_> =
        Rules::parse(NATIONAL).err().unwrap_or_default().iter().map(ToString::to_string).collect();
    assert_eq!(said, Vec::<String>::new());
    assert_eq!(Rules::national(), Rules::load_override(NATIONAL).unwrap());
}

#[test]
fn each_reason_stands_in_its_place_and_is_labelled_as_in_the_domain() {
    let rules = Rules::national();
    for reason in Reason::ALL {
        let rule = rules.reason(*reason);
        assert_eq!((rule.reason, rule.label()), (*reason, reason.label()));
        assert!(rule.enabled() && !rule.help().is_empty() && !rule.source().is_empty());
        assert_eq!(rule.graduate(), *reason != Reason::Other);
        assert!(rule.year() >= 2019);
    }
    let order: Vec<_> = rules.reasons().iter().map(|r| r.reason).collect();
    assert_eq!(order, Reason::ALL);
}

#[test]
fn lists_of_the_built_in_file() {
    let rules = Rules::national();
    assert_eq!(rules.routes().len(), 10);
    let verbatim = "高等职业(专科)院校升普通高校(本科)";
    assert_eq!(rules.route_label("college_to_university"), Some(verbatim));
    assert_eq!(rules.route(verbatim).map(|r| r.id.as_str()), Some("college_to_university"));
    assert_eq!(rules.route_label("nowhere"), None);
    assert_eq!(rules.externals().len(), 3);
    assert_eq!(rules.system_roots()[0].label, "全国铁道团委");
    assert_eq!(rules.general_labels(), ["工作", "搬迁"]);
    assert_eq!(rules.letter_days(), 90);
    assert_eq!(rules.age_limit(), 28);
    let months: Vec<_> = rules.retentions().iter().map(|r| r.months).collect();
    assert_eq!(months, [6, 12, 60]);
    assert_eq!(rules.retention("unemployed").map(|r| r.months), Some(6));
}

#[test]
fn old_names_are_searched_as_new_ones() {
    let rules = Rules::national();
    let renamed = |old: &str| rules.old_names().iter().find(|s| s.old == old);
    assert_eq!(renamed("思茅").map(|s| (s.new.as_str(), s.since)), Some(("普洱", 2007)));
    assert!(rules.old_names().iter().all(|s| !s.source.is_empty()));
    let found = |typed: &str, name: &str| {
        NameQuery::parse_with(typed, rules.synonyms()).matches(name, "").is_some()
    };
    assert!(found("襄樊 团委", "湖北省襄阳市团委"));
    assert!(found("崇文区", "北京市东城区团委"));
    assert!(found("天宁街道学社衔接临时团支部", "天宁街道流动团员团支部"));
    assert!(!found("崇文", "北京市东城区团委"));
}

#[test]
fn deadlines_come_by_the_name_of_their_calendar() {
    let rules = Rules::national();
    let calendar = rules.calendar("guangdong_school_2021").unwrap();
    let day = |m, d| NaiveDate::from_ymd_opt(2024, m, d).unwrap();
    let (next, deadline) = calendar.next(day(7, 1)).unwrap();
    assert_eq!((next, deadline.percent), (day(9, 30), Some(95)));
    assert_eq!(calendar.next(day(6, 30)).map(|n| n.0), Some(day(6, 30)));
    assert_eq!(calendar.next(day(10, 31)), None);
    assert_eq!(rules.calendar("全国 2021").map(|c| c.deadlines.len()), Some(2));
    assert_eq!(rules.calendar("某地"), None);
}

#[test]
fn only_stages_that_wait_for_somebody_have_limits() {
    let rules = Rules::national();
    for stage in Stage::ALL {
        let wanted = stage.is_open().then_some((7, 15));
        assert_eq!(rules.remind_days(*stage).zip(rules.overdue_days(*stage)), wanted, "{stage:?}");
    }
    let own = "\n[[stage_limit]]\nid = \"external_receipt\"\nremind_days = 5\noverdue_days = 10\n";
    let rules = Rules::parse(&(NATIONAL.to_owned() + own)).unwrap();
    assert_eq!(rules.overdue_days(Stage::ExternalReceipt), Some(10));
    assert_eq!(rules.overdue_days(Stage::Placement), Some(15));
    assert!(rules.limits_basis().help.contains("说法"));
}

/// The built-in file with one passage replaced by another.
fn broken(from: &str, to: &str) -> Vec<String> {
    assert!(NATIONAL.contains(from), "the passage is not in the file: {from}");
    let faults = Rules::parse(&NATIONAL.replacen(from, to, 1)).expect_err(to);
    faults.iter().map(ToString::to_string).collect()
}

/// What is written, what stands there instead, and words that the faults must hold.
type Slip = (&'static str, &'static str, &'static [&'static str]);

/// Slips of typing: keys, identifiers and kinds of value.
const SLIPS: &[Slip] = &[
    ("version = \"2024.1\"", "version = ", &["第 7 行", "读不懂", "TOML"]),
    ("version = \"2024.1\"", "verison = \"1\"", &["「version」没有写", "「verison」不是认得的键"]),
    ("year = 2024\n", "year = \"今年\"\n", &["「year」现在是「今年」", "整数"]),
    (
        "id = \"other\"\nlabel = \"其他\"\norder",
        "id = \"moving\"\nlabel = \"其他\"\norder",
        &["现在是「moving」", "应该是 further_study、", "没有「other」"],
    ),
    ("remind_days = 7", "remind_days = -7", &["limits 的 remind_days」现在是 -7", "1 到"]),
    ("{ id = \"school\",", "{ id = \"scool\",", &["reason(further_study)", "「scool」", "之一"]),
    (
        "source = \"form_2020\"\nyear = 2020\nhelp = \"可不填，最多",
        "source = \"form_1920\"\nyear = 2020\nhelp = \"可不填，最多",
        &["field(remark) 的 source」现在是「form_1920」", "[[source]]"],
    ),
    ("severity = \"block\"", "severity = \"stop\"", &["guard 第 1 项", "「stop」", "warn、block"]),
    ("classes = [\"township\", \"community\"]", "classes = [\"village\"]", &["现在是「village」"]),
    ("order = 7\nenabled = true", "order = 7\nenabled = \"yes\"", &["「yes」", "true 或 false"]),
    (
        "label = \"初中升普通高中\"",
        "label = \"\"",
        &["route(junior_to_senior) 的 label」现在是空的"],
    ),
    ("[[external]]\nid = \"fujian\"", "[[external]]\nid = \"xiamen\"", &["没有「fujian」"]),
    ("[[check]]\nid = \"fees\"", "[[check]]\nid = \"fee\"", &["「fee」", "没有「fees」"]),
    ("valid_days = 90", "valid_days = 0", &["letter 的 valid_days」现在是 0"]),
    ("match = \"last\"", "match = \"first\"", &["现在是「first」", "anywhere、last"]),
    ("joined = [2015, 2016]", "joined = []", &["joined」是空的"]),
    ("old = \"襄樊\"\n", "", &["synonyms 第", "old」没有写"]),
    ("old = \"襄樊\"", "old = \"襄\"", &["old」现在是「襄」", "至少有两个字"]),
    ("since = 2007", "since = \"早年\"", &["since」现在是「早年」"]),
];

/// Entries that are well written each and cannot all be true.
const CONTRADICTIONS: &[Slip] = &[
    (
        "id = \"other\"\nlabel = \"其他\"\norder",
        "id = \"unemployed\"\nlabel = \"其他\"\norder",
        &["「unemployed」出现了不止一次", "没有「other」"],
    ),
    ("remind_days = 7", "remind_days = 20", &["不能大于 overdue_days（15）"]),
    (
        "{ id = \"school\",",
        "{ id = \"school\", label = \"校\", required = false, help = \"无\" }, { id = \"school\",",
        &["「school」一处必填、一处不必填"],
    ),
    (
        "{ id = \"school\",",
        "{ id = \"school\", label = \"校\", required = true, help = \"无\" }, { id = \"school\",",
        &["「school」写了不止一次"],
    ),
    (
        "label = \"转入组织\", required = true",
        "label = \"转入组织\", required = false",
        &["reason(abroad_official)", "destination", "必填"],
    ),
    (
        "fields = []",
        "fields = [{ id = \"employer\", label = \"单位\", required = true, help = \"无\" }]",
        &["reason(special_unit)", "「employer」", "请删去这一项"],
    ),
    (
        "label = \"备注\"\nrequired = false",
        "label = \"备注\"\nrequired = true",
        &["field(remark) 的 required」现在是 true"],
    ),
    ("except = [\"present_school\"]", "", &["和 except 都写了或都没写"]),
    ("month = 8, day = 31", "month = 9, day = 31", &["day」现在是 31", "这个月里有"]),
    ("join_block_below = 12", "join_block_below = 20", &["不能大于 join_warn_below"]),
    ("new = \"普洱\"", "new = \"思茅\"", &["new」现在是「思茅」", "与 old 不同"]),
    ("old = \"思茅\"", "old = \"襄樊\"", &["「襄樊」出现了不止一次"]),
];

#[test]
fn every_fault_of_a_file_is_a_sentence() {
    for (from, to, wanted) in SLIPS.iter().chain(CONTRADICTIONS) {
        let said = broken(from, to);
        for words in *wanted {
            assert!(said.iter().any(|s| s.contains(words)), "{to}: no 「{words}」 in {said:#?}");
        }
        assert!(said.iter().all(|s| s.ends_with('。')), "{said:?}");
        assert!(said.len() <= 3, "one slip makes few faults: {said:#?}");
    }
}

#[test]
fn all_faults_come_at_once_and_an_empty_file_names_what_is_missing() {
    let text = NATIONAL
        .replace("remind_days = 7", "remind_days = -7")
        .replace("valid_days = 90", "valid_days = \"x\"")
        .replace("limit = 28", "limits = 28");
    assert_eq!(Rules::parse(&text).expect_err("three slips").len(), 4);
    let empty: Vec<_> =
        Rules::parse("").expect_err("empty").iter().map(|f| f.place.clone()).collect();
    for place in ["version", "year", "reason", "field", "route", "limits", "letter", "age", "check"]
    {
        assert!(empty.iter().any(|p| p == place), "{place} in {empty:?}");
    }
}

#[test]
fn strange_texts_are_faults_and_never_a_panic() {
    for text in
        ["\u{0}", "reason = 3", "reason = [1, 2]", "limits = []", "[[reason]]", "field = {}"]
    {
        assert!(Rules::parse(text).is_err(), "{text:?}");
    }
}

#[test]
fn a_file_without_some_line_is_read_or_refused_with_sentences() {
    let lines: Vec<_> = NATIONAL.lines().collect();
    for gone in (0..lines.len()).step_by(9) {
        let text: Vec<_> = lines.iter().enumerate().filter(|(i, _)| *i != gone).collect();
        let text: String = text.iter().map(|(_, line)| format!("{line}\n")).collect();
        let said = Rules::parse(&text).err().unwrap_or_default();
        assert!(said.iter().all(|f| f.to_string().ends_with('。')), "{}", lines[gone]);
    }
}
