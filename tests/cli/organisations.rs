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

/// A list long enough to make a directory of its own.
fn long_list(office: &crate::support::Office) -> String {
    let mut list = "组织编号,上级组织,组织全称,组织类别\n".to_owned();
    for n in 0..10_100 {
        list += &format!("N{n},Z1,南京某某学院计算机系第{n}团支部,团支部\n");
    }
    office.write("long.csv", &list)
}

fn directories(office: &crate::support::Office) -> Vec<String> {
    let files = std::fs::read_dir(office.path("office/data")).unwrap();
    let names = files.map(|file| file.unwrap().file_name().to_string_lossy().into_owned());
    names.filter(|name| name.ends_with(".tzd") || name.ends_with(".tmp")).collect()
}

#[test]
fn a_long_list_makes_a_directory_and_is_taken_back() {
    let office = office();
    let list = long_list(&office);
    let dry = office.admin(&["org", "import", &list, "--dry-run", "--json"]).code(0).json();
    assert_eq!((&dry["counts"]["good"], &dry["written"]), (&10_100.into(), &0.into()));
    assert!(directories(&office).is_empty());
    let done = office.admin(&["org", "import", &list, "--json"]).code(0);
    assert!(!done.err.contains("读取"), "no progress where nobody sits: {}", done.err);
    let batch = done.json()["batch"].to_string();
    assert_eq!(directories(&office), ["organisations-1.tzd"]);
    assert!(office.admin(&["org", "show", "N10099"]).code(0).out.contains("本机管理：是"));
    office.admin(&["org", "import", &list]).code(3);
    assert_eq!(directories(&office), ["organisations-1.tzd"], "nothing in it was new");
    office.admin(&["org", "import", "--undo", &batch]).code(0);
    assert!(directories(&office).is_empty());
    office.admin(&["org", "show", "N10099"]).code(4);
}

#[cfg(unix)]
#[test]
fn an_interrupted_import_leaves_nothing() {
    use crate::support::{admin, command};
    use std::time::{Duration, Instant};

    let office = office();
    let (data, password, list) =
        (office.text("office"), office.text("admin.pw"), long_list(&office));
    let who =
        ["--data-dir", &data, "--as", &admin(), "--password-file", &password].map(String::from);
    let mut words: Vec<&str> = who.iter().map(String::as_str).collect();
    words.extend(["org", "import", &list]);
    let mut child = command(&words).spawn().unwrap();
    let lock = office.path("office/data/.organisations.building");
    let begun = Instant::now();
    while !lock.exists() && begun.elapsed() < Duration::from_secs(120) {
        std::thread::sleep(Duration::from_millis(5));
    }
    let process = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(process, rustix::process::Signal::INT).unwrap();
    assert_eq!(child.wait().unwrap().code(), Some(130));
    assert!(directories(&office).is_empty());
    let all = office.admin(&["org", "list", "--json"]).code(0).json();
    assert_eq!(all["rows"].as_array().unwrap().len(), 6);
}
