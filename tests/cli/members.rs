//! `member`.

use crate::support::{Office, id_number, keys, member, office, roster};

fn count(office: &Office) -> usize {
    let list = office.admin(&["member", "list", "--json"]).code(0).json();
    list["rows"].as_array().unwrap().len()
}

#[test]
fn a_bad_row_stops_an_import_unless_it_is_skipped() {
    let office = office();
    let bad = format!("{}孔维坏,32010220090101,13900000009,B1,2024-05\n", roster(5..=6));
    let file = office.write("bad.csv", &bad);
    let refused = office.admin(&["member", "import", &file]).code(7);
    assert!(refused.out.contains("第 4 行") && refused.out.contains("身份证号"), "{}", refused.out);
    assert_eq!(count(&office), 4);
    let dry = office.admin(&["member", "import", &file, "--dry-run", "--skip-bad", "--json"]);
    let dry = dry.code(3).json();
    assert_eq!(dry["counts"], serde_json::json!({"good": 2, "bad": 1, "present": 0}));
    assert_eq!(
        keys(&dry["rejected"][0]),
        ["key", "name", "problems", "row", "verdict", "verdict_label"]
    );
    assert_eq!((&dry["written"], &dry["batch"]), (&0.into(), &serde_json::Value::Null));
    assert_eq!(count(&office), 4);
    let done = office.admin(&["member", "import", &file, "--skip-bad", "--json"]).code(3).json();
    assert_eq!(done["written"], 2);
    let again = office.admin(&["member", "import", &file, "--skip-bad"]).code(3);
    assert!(again.out.contains("重复") && again.err.contains("没有改动"), "{again:?}");
    assert_eq!(count(&office), 6);
    let batch = done["batch"].to_string();
    office.admin(&["member", "import", "--undo", &batch]).code(0);
    assert_eq!(count(&office), 4);
    office.admin(&["member", "import", "--undo", &batch]).code(6);
}

#[test]
fn an_import_takes_columns_and_branch_from_the_call() {
    let office = office();
    let sheet = format!("学生,证件号码\n孔维新,{}\n", member(9));
    let file = office.write("odd.csv", &sheet);
    office.admin(&["member", "import", &file]).code(74);
    let args = ["member", "import", &file, "--map", "学生=name", "--branch", "B2"];
    let done = office.admin(&args).code(0);
    assert!(done.out.contains("批次号"), "{}", done.out);
    office.admin(&["member", "import", &file, "--map", "学生"]).code(2);
    office.admin(&["member", "import", &office.text("none.csv")]).code(4);
    let listed = office.admin(&["member", "list", "--branch", "B2", "--json"]).code(0).json();
    assert_eq!(listed["rows"][0]["name"], "孔维新");
}

#[test]
fn members_are_shown_masked() {
    let office = office();
    let id = member(1);
    let shown = office.admin(&["member", "show", &id, "--json"]).code(0);
    let document = shown.json();
    assert_eq!((&document["name"], &document["state"]), (&"孔维甲".into(), &"active".into()));
    assert_eq!(document["state_label"], "在册");
    assert!(!shown.out.contains(&id) && !shown.out.contains("13900000001"));
    let text = office.admin(&["member", "show", &id]).code(0).out;
    assert!(text.contains("姓名：孔维甲") && !text.contains(&id));
    let revealed = office.admin(&["member", "show", &id, "--reveal"]).code(0).out;
    assert!(revealed.contains(&id) && revealed.contains("13900000001"));
    let unknown = office.admin(&["member", "show", &id_number(999)]).code(4);
    assert!(!unknown.err.contains(&id_number(999)));
}

#[test]
fn members_are_made_and_changed() {
    let office = office();
    let id = member(20);
    let add = ["member", "add", "--name", "古丽米热·艾力", "--id", &id, "--branch", "B2"];
    office.admin(&[&add[..], &["--joined-on", "2023-05"]].concat()).code(0);
    office.admin(&add).code(6);
    let wrong = ["member", "add", "--name", "王凡", "--id", "123", "--branch", "B2"];
    office.admin(&wrong).code(7);
    office.admin(&["member", "edit", &id, "--education", "本科"]).code(0);
    let shown = office.admin(&["member", "show", &id, "--json"]).code(0).json();
    assert_eq!((&shown["education"], &shown["joined_on"]), (&"本科".into(), &"2023-05".into()));
    office.admin(&["member", "edit", &id, "--name", "古丽", "--remark", "按身份证更正"]).code(2);
    office.admin(&["member", "retire", &id, "--remark", "重复录入"]).code(0);
    let file = office.text("members.json");
    let done = office.admin(&["member", "export", "-o", &file, "--full-ids"]).code(0);
    assert!(done.err.contains("没有写导出完整号码的原因"), "{}", done.err);
    assert!(std::fs::read_to_string(&file).unwrap().contains(&member(1)));
}
