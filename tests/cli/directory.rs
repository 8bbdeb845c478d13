//! The public directory of organisations.

use std::fs;

use tuanzhuan::directory::{Directory, Entry, Listing, build};
use tuanzhuan::domain::organisation::OrgKind;
use tuanzhuan::domain::progress::unwatched;

use crate::support::{Office, keys, member, office};

/// Code, superior, full name, kind; superiors first.
const COUNTRY: &[(&str, &str, &str, OrgKind)] = &[
    ("1", "", "远山省团委", OrgKind::ProvinceRoot),
    ("11", "1", "远山省天宁县团委", OrgKind::Committee),
    ("111", "11", "天宁县流动团员团支部", OrgKind::Branch),
    ("2", "", "江海省团委", OrgKind::ProvinceRoot),
    ("21", "2", "江海省云州市天宁街道团支部", OrgKind::Branch),
];

struct Country;

impl Listing for Country {
    fn len(&self) -> u32 {
        COUNTRY.len().try_into().unwrap_or(0)
    }

    fn entry(&self, row: u32) -> Entry<'_> {
        let (code, _, full_name, kind) = COUNTRY[row as usize];
        Entry { code, full_name, short_name: "", kind }
    }

    fn parent(&self, row: u32) -> Option<u32> {
        let above = COUNTRY[row as usize].1;
        let found = COUNTRY.iter().position(|line| line.0 == above)?;
        found.try_into().ok()
    }
}

/// A data directory with nothing but the directory of organisations in it.
fn country() -> Office {
    let office = Office::empty();
    let data = office.path("office").join("data");
    fs::create_dir_all(&data).expect("the directory can be made");
    let built = build(&Country, &data, 3, &mut unwatched).expect("it can be built");
    built.publish().expect("it can be published");
    office
}

#[test]
fn anybody_may_search_it_without_a_database() {
    let office = country();
    let found = office.call(&["org", "search", "天宁", "--json"], "").code(0).json();
    let codes: Vec<_> = found["rows"].as_array().unwrap().iter().map(|r| &r["code"]).collect();
    assert_eq!(codes, ["111", "11", "21"]);
    let wanted = [
        "administrator",
        "code",
        "full_name",
        "kind",
        "kind_label",
        "managed",
        "members",
        "state",
        "state_label",
        "superior",
    ];
    assert_eq!(keys(&found["rows"][0]), wanted);
    assert_eq!(found["rows"][0]["superior"]["full_name"], "远山省天宁县团委");
    let search = |words: &[&str]| {
        let found = office.call(&[&["org", "search"], words, &["--json"]].concat(), "");
        found.code(0).json()["rows"].as_array().unwrap().len()
    };
    assert_eq!(search(&["tn", "--kind", "branch"]), 2);
    assert_eq!(search(&["天宁", "--under", "江海省团委"]), 1);
    assert_eq!(search(&["天宁", "--limit", "1"]), 1);
    assert_eq!(search(&["学社衔接临时团支部"]), 1, "an old name finds the new one");
    let none = office.call(&["org", "search", "天宁", "没有的"], "").code(0);
    assert!(none.err.contains("去掉「没有的」"), "{}", none.err);
    assert!(
        office.call(&["org", "search", "天宁", "--under", "999"], "").code(4).err.contains("999")
    );
}

#[test]
fn damage_is_told_with_its_exit_code() {
    let office = country();
    let path = office.path("office").join("data").join(Directory::file_name(3));
    let whole = fs::read(&path).expect("it can be read");
    for (bytes, word) in [(&whole[..whole.len() / 2], "不完整"), (b"PK", "不")] {
        fs::write(&path, bytes).expect("it can be written");
        let told = office.call(&["org", "search", "天宁"], "").code(74);
        assert!(told.err.contains(word) && told.err.contains("重新导入"), "{}", told.err);
    }
    fs::remove_file(&path).expect("it can be removed");
    office.call(&["org", "search", "天宁"], "").code(4);
}

/// More rows than go into the database: a list of the nation.
fn long_list(office: &Office) -> String {
    let mut text = "组织编号,上级编号,组织全称,组织类别\nN1,,远山省团委,团委\n".to_owned();
    for n in 2..=10_050 {
        text.push_str(&format!("N{n},N1,远山省第{n}中学团委,团委\n"));
    }
    office.write("nation.csv", &text)
}

#[test]
fn an_office_works_with_organisations_of_the_directory() {
    let office = office();
    let list = long_list(&office);
    office.admin(&["org", "import", &list]).code(0);
    let search = |words: &[&str]| {
        let found = office.admin(&[&["org", "search"], words, &["--json"]].concat()).code(0);
        found.json()["rows"].as_array().unwrap().clone()
    };
    let far = search(&["yss", "7777"]);
    assert_eq!(
        (far.len(), &far[0]["code"], &far[0]["managed"]),
        (1, &"N7777".into(), &false.into())
    );
    assert_eq!(search(&["数学系一班"])[0]["members"], 0, "the database's own are found too");
    assert_eq!(search(&["一班", "--under", "远山省团委"]).len(), 0);
    let shown = office.admin(&["org", "show", "N7777", "--json"]).code(0).json();
    assert_eq!(shown["superior"]["full_name"], "远山省团委");
    let listed = office.admin(&["org", "list", "--under", "N1"]).code(0);
    assert!(listed.out.lines().count() == 1 && listed.err.contains("目录"), "{listed:?}");
    let none = office.admin(&["transfer", "list", "--org", "N7777", "--json"]).code(0).json();
    assert_eq!(none["rows"].as_array().unwrap().len(), 0);
    let rows = || {
        let all = office.admin(&["org", "list", "--json"]).code(0).json();
        all["rows"].as_array().unwrap().len()
    };
    let before = rows();
    let form = office.form("far.json", &member(1), &[("destination", "N7777")]);
    office.admin(&["transfer", "check", "--file", &form]).code(0);
    assert_eq!(rows(), before, "checking writes nothing");
    office.admin(&["transfer", "submit", "--file", &form]).code(0);
    assert_eq!(rows(), before + 2, "the destination comes in with its superior");
    let sent = office.admin(&["transfer", "list", "--json"]).code(0).json();
    assert_eq!(sent["rows"][0]["destination"], "远山省第7777中学团委");
    let sound = office.admin(&["verify", "--json"]).code(0).json();
    assert!(sound["directory"]["organisations"].as_u64().unwrap() > 10_000);
    let data = office.path("office").join("data");
    let path = data.join(Directory::file_name(Directory::generations(&data)[0]));
    let mut bytes = fs::read(&path).expect("it can be read");
    let middle = bytes.len() / 2;
    bytes[middle] ^= 0x20;
    fs::write(&path, bytes).expect("it can be written");
    let damaged = office.admin(&["verify"]).code(74);
    assert!(damaged.err.contains("重新导入"), "{}", damaged.err);
}
