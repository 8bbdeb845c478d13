//! `transfer` and `stats`.

use calamine::Reader;

use crate::support::{Office, id_number, keys, member, office};

#[test]
fn a_transfer_goes_all_the_way_to_the_sheet() {
    let office = office();
    let form = office.form("form.json", &member(1), &[]);
    let check = office.operator(&["transfer", "check", "--file", &form, "--json"]).code(0).json();
    assert_eq!(check["blocked"], false);
    let wanted = ["item", "rule", "sentence", "severity", "severity_label"];
    assert_eq!(keys(&check["findings"][0]), wanted);
    let made = office.operator(&["transfer", "submit", "--file", &form, "--json"]).code(0).json();
    assert_eq!(keys(&made), ["next", "number", "stage", "stage_label"]);
    assert_eq!(
        (&made["stage"], &made["stage_label"]),
        (&"origin_review".into(), &"转出组织审批".into())
    );
    let number = made["number"].as_str().unwrap();
    assert!(
        number.starts_with("ZJ") && made["next"].as_str().unwrap().contains("计算机系一班"),
        "{made}"
    );

    office.operator(&["transfer", "submit", "--file", &form]).code(7);
    let operator = office.operator(&["transfer", "approve", number]).code(5);
    assert!(operator.out.is_empty() && !operator.err.is_empty());

    let approved = office.admin(&["transfer", "approve", number, "--json"]).code(0).json();
    assert_eq!(approved["results"][0]["stage"], "destination_review");
    office.admin(&["transfer", "place", number, "B2"]).code(6);
    office.admin(&["transfer", "approve", number]).code(0);
    office.admin(&["transfer", "place", number, "Z2"]).code(7);
    office.admin(&["transfer", "place", number, "B9"]).code(4);
    let placed = office.admin(&["transfer", "place", number, "B2"]).code(0);
    assert!(placed.out.starts_with(number) && placed.out.contains("已完成"), "{}", placed.out);
    office.admin(&["transfer", "approve", number]).code(6);

    let card = office.admin(&["transfer", "show", number, "--json"]).code(0);
    shown_in_full(&card.json(), &card.out);
    exported(&office, number);
}

fn shown_in_full(card: &serde_json::Value, text: &str) {
    for key in [
        "number",
        "stage",
        "stage_label",
        "transferee",
        "origin",
        "destination",
        "applied_at",
        "done_at",
        "form",
        "contacts",
        "steps",
        "events",
        "actions",
        "placed_in",
        "next",
    ] {
        assert!(card.get(key).is_some(), "{key} is missing");
    }
    assert_eq!((&card["stage"], &card["form"]["reason"]), (&"completed".into(), &"other".into()));
    assert_eq!(card["placed_in"], "南京某某学院数学系一班团支部");
    let acts: Vec<&str> =
        card["events"].as_array().unwrap().iter().map(|e| e["action"].as_str().unwrap()).collect();
    assert_eq!(acts, ["submit", "approve", "approve", "place"]);
    assert_eq!(card["steps"].as_array().unwrap().len(), 5);
    assert!(!text.contains(&member(1)) && !text.contains("13900139000"));
}

fn exported(office: &Office, number: &str) {
    let file = office.text("done.xlsx");
    office.admin(&["transfer", "export", "-o", &file]).code(0);
    let mut book = calamine::open_workbook_auto(&file).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let rows: Vec<Vec<String>> =
        sheet.rows().map(|row| row.iter().map(ToString::to_string).collect()).collect();
    let seven = ["转出人", "转出团组织", "转入团组织", "申请时间", "完成时间", "处理状态", "操作"];
    assert_eq!(rows[0][..7], seven);
    assert_eq!(rows.len(), 2);
    assert_eq!(rows[1][0], "孔维甲");
    assert!(rows[1].contains(&number.to_owned()) && !rows[1].contains(&member(1)));
    office.admin(&["transfer", "export", "-o", &file]).code(73);
    let early = office.text("early.csv");
    office.admin(&["transfer", "export", "--to", "2020-01-01", "--full-ids", "-o", &early]).code(0);
    assert_eq!(std::fs::read_to_string(&early).unwrap().lines().count(), 1);
    let stats = office.admin(&["stats", "--json"]).code(0).json();
    assert_eq!(keys(&stats), ["counts", "due", "due_formula", "figures", "organisation", "year"]);
    assert_eq!(stats["figures"][0]["id"], "initiated_rate");
    assert!(
        office.admin(&["stats", "--year", "2020", "--org", "Z1"]).code(0).out.contains("发起率 =")
    );
    office.admin(&["stats", "--org", "C1"]).code(5);
}

#[test]
fn several_numbers_get_a_line_each() {
    let office = office();
    let (first, second) = (office.submitted(&member(1)), office.submitted(&member(2)));
    let some = office.admin(&["transfer", "approve", &first, "ZJ19990101-0001", &second]).code(3);
    let lines: Vec<&str> = some.out.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(
        lines[0].starts_with(&first)
            && lines[1].contains("没有办")
            && lines[2].starts_with(&second)
    );
    office.admin(&["transfer", "approve", "ZJ19990101-0001", "ZJ19990101-0002"]).code(4);
    office.admin(&["transfer", "return", &first]).code(7);
    office.admin(&["transfer", "return", &first, "--remark", "材料不全"]).code(0);
    let done = office.admin(&["transfer", "approve", &second, "--place", "B2", "--json"]).code(0);
    assert_eq!(done.json()["results"][0]["stage"], "completed");
    let third = office.submitted(&member(3));
    office.admin(&["transfer", "withdraw", &third, "--remark", "填错了"]).code(0);
    office.admin(&["transfer", "lapse", &third, "--remark", "系统已作废"]).code(6);
    let text = office.admin(&["transfer", "show", &first]).code(0).out;
    assert!(text.contains("材料不全") && text.contains("进度："), "{text}");
}

#[test]
fn what_the_outside_decided_is_recorded() {
    let office = office();
    let change = [("initiated_by", "origin"), ("destination", "C1")];
    let form = office.form("form.json", &member(1), &change);
    let made = office.admin(&["transfer", "submit", "--file", &form, "--json"]).code(0).json();
    assert_eq!(made["stage"], "external_receipt");
    let number = made["number"].as_str().unwrap();
    office.admin(&["transfer", "receipt", number, "--on", "2024-01-02"]).code(2);
    office.admin(&["transfer", "receipt", number, "--accepted"]).code(2);
    office.admin(&["transfer", "receipt", number, "--refused", "--on", "2024-01-02"]).code(7);
    office.admin(&["transfer", "receipt", number, "--accepted", "--on", "2999-01-02"]).code(7);
    office.admin(&["transfer", "receipt", number, "--accepted", "--on", "2024-01-02"]).code(0);
    let shown = office.admin(&["member", "show", &member(1), "--json"]).code(0).json();
    assert_eq!(shown["state"], "transferred_out");
    let form = office.form("form.json", &member(2), &change);
    let made = office.admin(&["transfer", "submit", "--file", &form, "--json"]).code(0).json();
    let number = made["number"].as_str().unwrap();
    office.admin(&["transfer", "withdraw", number, "--remark", "不转了"]).code(0);
}

#[test]
fn forms_are_refused_with_the_field_named() {
    let office = office();
    let file = |change: &[(&str, &str)]| office.form("form.json", &member(1), change);
    let submit = |form: &str| office.admin(&["transfer", "submit", "--file", form]);
    let extra = submit(&file(&[("school", "某某大学")])).code(7);
    assert!(extra.err.contains("新学校名称"), "{}", extra.err);
    assert!(submit(&file(&[("frob", "x")])).code(7).err.contains("frob"));
    submit(&file(&[("remark", "")])).code(7);
    submit(&file(&[("destination", "B9")])).code(4);
    submit(&file(&[("member", &id_number(999))])).code(4);
    submit(&office.write("half.json", "{\"member\": ")).code(74);
    submit(&office.text("none.json")).code(4);
    let own = file(&[("destination", "B1")]);
    let check = office.admin(&["transfer", "check", "--file", &own]).code(7);
    assert!(check.out.contains("不能提交"), "{}", check.out);
    let listed = office.admin(&["transfer", "list", "--json"]).code(0).json();
    assert!(listed["rows"].as_array().unwrap().is_empty(), "nothing was written");
}

#[test]
fn a_form_comes_from_standard_input_after_the_password() {
    let office = office();
    let form = std::fs::read_to_string(office.form("form.json", &member(1), &[])).unwrap();
    let admin = crate::support::admin();
    let args = ["--as", &admin, "--password-stdin", "transfer", "submit", "--file", "-", "--draft"];
    let stdin = format!("{}\n{form}", crate::support::PASSWORD);
    let draft = office.call(&args, &stdin).code(0);
    assert!(draft.out.contains("草稿"), "{}", draft.out);
}

#[test]
fn lists_are_filtered_sorted_and_paged() {
    let office = office();
    let numbers: Vec<String> = (1..=3).map(|n| office.submitted(&member(n))).collect();
    let list = |args: &[&str]| {
        let args = [&["transfer", "list", "--json"], args].concat();
        office.admin(&args).code(0).json()
    };
    let sort = ["--sort", "transferee:desc", "--limit", "2"];
    let first = list(&sort);
    assert_eq!(keys(&first), ["next", "rows"]);
    assert_eq!(first["rows"].as_array().unwrap().len(), 2);
    let next = first["next"].as_str().unwrap();
    let second = list(&[&sort[..], &["--after", next]].concat());
    assert_eq!(
        (second["rows"].as_array().unwrap().len(), &second["next"]),
        (1, &serde_json::Value::Null)
    );
    let mut seen: Vec<&str> = first["rows"]
        .as_array()
        .unwrap()
        .iter()
        .chain(second["rows"].as_array().unwrap())
        .map(|r| r["number"].as_str().unwrap())
        .collect();
    seen.sort_unstable();
    assert_eq!(seen, numbers);
    office.admin(&["transfer", "list", "--after", next]).code(2);
    for (args, n) in [
        (&["--stage", "completed"][..], 0),
        (&["--stage", "completed", "--stage", "origin_review", "--mine"], 3),
        (&["--reason", "other", "--org", "Z2", "--search", "kwb"], 1),
        (&["--waiting", "1"], 0),
    ] {
        assert_eq!(list(args)["rows"].as_array().unwrap().len(), n, "{args:?}");
    }
    let table = office.admin(&["transfer", "list"]).code(0).out;
    let header: Vec<&str> = table.lines().next().unwrap().split_whitespace().collect();
    let wanted =
        ["编号", "转出人", "转出团组织", "转入团组织", "申请时间", "完成时间", "处理状态", "操作"];
    assert_eq!(header, wanted);
    assert_eq!(table.lines().count(), 4);
}

#[test]
fn a_list_of_the_official_site_is_compared() {
    let office = office();
    let form = office.form("form.json", &member(1), &[]);
    let made = office.operator(&["transfer", "submit", "--file", &form, "--json"]).code(0).json();
    let number = made["number"].as_str().unwrap();
    let shown = office.admin(&["transfer", "show", number, "--json"]).code(0).json();
    let [who, from, to] =
        ["transferee", "origin", "destination"].map(|key| shown[key].as_str().unwrap().to_owned());
    let day = shown["applied_at"].as_str().unwrap().split('T').next().unwrap().to_owned();
    let list = office.path("官网.csv");
    let text = format!(
        "转出人,转出团组织,转入团组织,申请时间,完成时间,处理状态,操作\n\
         {who},{from},{to},{day},,已完成,查看\n无人知,甲,乙,{day},,已完成,查看\n"
    );
    std::fs::write(&list, text).unwrap();
    let list = list.to_str().unwrap();
    let found = office.admin(&["transfer", "reconcile", list, "--json"]).code(0).json();
    assert_eq!(keys(&found), ["counts", "file", "left_out", "nameless", "rows", "rows_in_file"]);
    assert_eq!(
        (&found["counts"]["done_there"], &found["counts"]["only_there"]),
        (&1.into(), &1.into())
    );
    assert_eq!(found["rows"][0]["number"], number);
    let only = office.admin(&["transfer", "reconcile", list, "--only", "only_there"]).code(0);
    assert!(only.out.contains("无人知") && !only.out.contains(number), "{}", only.out);
    office.admin(&["transfer", "reconcile", list, "--only", "nothing"]).code(2);
    let out = office.path("对账.csv");
    office.admin(&["transfer", "reconcile", list, "-o", out.to_str().unwrap()]).code(0);
    let written = std::fs::read_to_string(&out).unwrap();
    assert!(written.contains("官网完成") && written.contains(number), "{written}");
    let missing = office.path("没有.csv");
    office.admin(&["transfer", "reconcile", missing.to_str().unwrap()]).code(4);
}
