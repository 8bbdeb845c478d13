//! `org`.

use crate::support::{keys, office};

#[test]
fn organisations_are_found_by_what_people_type() {
    let office = office();
    for text in ["数学系一班", "sxxyb", "shuxuexi yiban", "B2", "sx 一班"] {
        let found = office.admin(&["org", "search", text, "--json"]).code(0).json();
        assert_eq!(found["rows"][0]["code"], "B2", "{text}: {found}");
    }
    let found =
        office.admin(&["org", "search", "一班", "--kind", "branch", "--under", "Z1", "--json"]);
    let found = found.code(0).json();
    assert_eq!(found["rows"].as_array().unwrap().len(), 1);
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
    assert!(office.admin(&["org", "search", "没有这样的组织"]).code(0).out.lines().count() == 1);
}

#[test]
fn organisations_are_listed_and_shown() {
    let office = office();
    let all = office.admin(&["org", "list", "--json"]).code(0).json();
    assert_eq!(all["rows"].as_array().unwrap().len(), 6);
    let below = office.admin(&["org", "list", "--under", "Z2", "--json"]).code(0).json();
    assert_eq!(below["rows"].as_array().unwrap().len(), 2);
    let shown =
        office.admin(&["org", "show", "南京某某学院数学系一班团支部", "--json"]).code(0).json();
    assert_eq!((&shown["code"], &shown["superior"]["code"]), (&"B2".into(), &"Z2".into()));
    assert_eq!((&shown["kind"], &shown["kind_label"]), (&"branch".into(), &"团支部".into()));
    assert!(office.admin(&["org", "show", "B9"]).code(4).err.contains("B9"));
}

#[test]
fn organisations_are_made_changed_and_retired() {
    let office = office();
    let add = ["org", "add", "--name", "南京某某学院数学系二班团支部", "--kind", "branch"];
    office.admin(&[&add[..], &["--superior", "Z2", "--code", "B3"]].concat()).code(0);
    office.admin(&[&add[..], &["--superior", "Z2"]].concat()).code(6);
    office
        .admin(&[
            "org",
            "add",
            "--name",
            "某某总支",
            "--kind",
            "general_branch",
            "--superior",
            "B3",
        ])
        .code(7);
    let edited =
        office.admin(&["org", "edit", "B3", "--graduates-on", "2027-06", "--json"]).code(0);
    assert_eq!(edited.json()["graduates_on"], "2027-06");
    office.admin(&["org", "retire", "B1"]).code(7);
    office.admin(&["org", "retire", "B3"]).code(0);
    let file = office.text("orgs-out.csv");
    assert_eq!(office.admin(&["org", "export", "-o", &file]).code(0).out.trim(), file);
    assert!(std::fs::read_to_string(&file).unwrap().contains("南京某某学院数学系一班团支部"));
    office.admin(&["org", "export", "-o", &file]).code(73);
    office.admin(&["org", "export", "-o", &file, "--overwrite"]).code(0);
    office.admin(&["org", "export", "-o", &office.text("orgs.doc")]).code(2);
}
