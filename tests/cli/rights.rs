//! Corrections by two people, the ledger of exports, reminders.

use crate::support::{admin, keys, member, office};

#[test]
fn a_correction_is_asked_for_and_accepted() {
    let office = office();
    let id = member(2);
    let ask = ["member", "correct", &id, "--name", "孔维一"];
    office.admin(&ask).code(7);
    let asked = [&ask[..], &["--reason", "录入时写错", "--evidence", "身份证原件"]].concat();
    let done = office.operator(&asked).code(0);
    assert!(done.out.contains("第 1 号") && done.err.contains("记录还没有改"), "{}", done.err);
    office.admin(&[&ask[..], &["--reason", "又一次"]].concat()).code(6);
    let rows = office.admin(&["member", "corrections", "--json"]).code(0).json();
    let row = &rows["rows"][0];
    assert_eq!((&row["new_name"], &row["state"]), (&"孔维一".into(), &"open".into()));
    assert!(keys(row).contains(&"old_id_number") && !rows.to_string().contains(&id));
    office.operator(&["member", "correct-accept", "1"]).code(5);
    let done = office.admin(&["member", "correct-accept", "1", "--remark", "已核对"]).code(0);
    assert!(done.out.contains("已更正"), "{}", done.out);
    office.admin(&["member", "correct-accept", "1"]).code(6);
    let shown = office.admin(&["member", "show", &id, "--json"]).code(0).json();
    assert_eq!(shown["name"], "孔维一");
    assert_eq!(
        office.admin(&["member", "corrections", "--json"]).json()["rows"],
        serde_json::json!([])
    );
    let all = office.admin(&["member", "corrections", "--all", "--json"]).code(0).json();
    assert_eq!(all["rows"][0]["state"], "accepted");
    office.admin(&["verify"]).code(0);
}

#[test]
fn the_only_administrator_accepts_the_own_request_and_types_the_number_twice() {
    let office = office();
    let (old, new) = (member(2), member(40));
    let ask = ["member", "correct", &old, "--id", &new, "--reason", "按身份证更正"];
    office.admin(&ask).code(0);
    office.admin(&["member", "correct-accept", "1"]).code(7);
    office.admin(&["member", "correct-accept", "1", "--id", &member(41)]).code(7);
    office.admin(&["member", "correct-accept", "1", "--id", &new]).code(0);
    office.admin(&["member", "show", &old]).code(4);
    office.admin(&["member", "show", &new]).code(0);
    let all = office.admin(&["member", "corrections", "--all", "--json"]).code(0).json();
    assert_eq!(all["rows"][0]["alone"], true);
    let history = office.admin(&["history", "list", "--action", "member_correct", "--json"]);
    let detail = history.code(0).json()["rows"][0]["detail"].as_str().unwrap().to_owned();
    assert!(detail.contains("没有第二位管理员") && !detail.contains(&old), "{detail}");
    assert!(!detail.contains(&new), "{detail}");
}

#[test]
fn a_request_is_refused_with_a_reason() {
    let office = office();
    let ask = ["member", "correct", &member(2), "--name", "孔维一", "--reason", "写错"];
    office.operator(&ask).code(0);
    office.admin(&["member", "correct-refuse", "1"]).code(7);
    office.admin(&["member", "correct-refuse", "1", "--remark", "证件上不是"]).code(0);
    office.admin(&["member", "correct-refuse", "9", "--remark", "x"]).code(4);
    office.operator(&ask).code(0);
    let taken_back = office.operator(&["member", "correct-refuse", "2"]).code(0);
    assert!(taken_back.out.contains("已撤回"), "{}", taken_back.out);
}

#[test]
fn every_export_is_in_the_ledger() {
    let office = office();
    let (csv, masked) = (office.text("名册.csv"), office.text("遮掩.csv"));
    let full = ["member", "export", "-o", &csv, "--full-ids", "--reason", "报上级核对"];
    let done = office.admin(&full).code(0);
    assert!(!done.err.contains("没有写"), "{}", done.err);
    office.admin(&["transfer", "export", "-o", &masked]).code(0);
    let rows = office.admin(&["history", "exports", "--json"]).code(0).json();
    let row = &rows["rows"][1];
    assert_eq!((&row["disclosure"], &row["reason"]), (&"full".into(), &"报上级核对".into()));
    assert_eq!((&row["path"], &row["whereabouts"]), (&csv.clone().into(), &"there".into()));
    assert_eq!(rows["rows"][0]["disclosure"], "masked");
    assert_eq!(row["sha256"].as_str().unwrap().len(), 64);
    assert!(!rows.to_string().contains(&admin()));
    office.admin(&["history", "export-deleted", "1"]).code(6);
    std::fs::remove_file(&csv).unwrap();
    office.admin(&["history", "export-deleted", "1", "--remark", "核对完"]).code(0);
    let text = office.admin(&["history", "exports"]).code(0).out;
    assert!(text.contains("已登记删除"), "{text}");
    office.admin(&["history", "export-deleted", "7"]).code(4);
}

#[test]
fn drafts_in_an_export_are_told() {
    let office = office();
    let form = office.form("表单.json", &member(1), &[]);
    office.admin(&["transfer", "submit", "--file", &form, "--draft"]).code(0);
    let file = office.text("草稿.csv");
    let done = office.admin(&["transfer", "export", "--stage", "draft", "-o", &file]).code(0);
    assert!(done.err.contains("其中草稿 1 行"), "{}", done.err);
}

#[test]
fn what_is_due_is_printed_for_who_is_signed_in() {
    let office = office();
    let found = office.admin(&["paper", "retention", "--json"]).code(0).json();
    assert_eq!(keys(&found), ["limits", "paper", "rows"]);
    assert_eq!(found["limits"]["age"], 28);
    office.admin(&["paper", "retention"]).code(0);
    let refused = office.operator(&["paper", "retention"]).code(5);
    assert!(refused.out.is_empty() && refused.err.contains("管理员"), "{}", refused.err);
    let stranger = crate::support::ended(crate::support::command(&["paper", "retention"]), "");
    assert_ne!(stranger.code, 0);
}

#[test]
fn keys_that_nobody_vouched_for_are_a_note_and_no_fault() {
    let office = office();
    let found = office.admin(&["verify", "--json"]).code(0);
    let names = found.json()["unvouched_keys"].as_array().unwrap().len();
    assert!(names >= 1 && found.err.contains("还没有人担保"), "{}", found.err);
    let number = office.operator(&["account", "key-number"]).code(0).out;
    let id = crate::support::operator();
    office.admin(&["account", "confirm-key", &id, "--number", "0000"]).code(7);
    office.operator(&["account", "confirm-key", &admin(), "--number", "0000"]).code(5);
    office.admin(&["account", "confirm-key", &id, "--number", number.trim()]).code(0);
    let found = office.admin(&["verify", "--json"]).code(0).json();
    assert_eq!(found["unvouched_keys"].as_array().unwrap().len(), names - 1);
}
