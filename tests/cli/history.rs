//! `history`, `paper`, and what `verify` says of the history.

use crate::support::{admin, command, ended, keys, member, office};

#[test]
fn who_did_what_is_listed_narrowed_and_exported() {
    let office = office();
    let number = office.submitted(&member(1));
    office.admin(&["member", "export", "-o", &office.text("名册.csv")]).code(0);
    let all = office.admin(&["history", "list", "--json"]).code(0).json();
    assert_eq!(keys(&all), ["next", "rows"]);
    assert_eq!(keys(&all["rows"][0]), ["action", "actor", "at", "detail", "object", "seq"]);
    assert_eq!(all["rows"][0]["action"], "登录", "the newest is this very sign-in");
    let list = |args: &[&str]| {
        let json = office.admin(&[&["history", "list", "--json"], args].concat()).code(0).json();
        json["rows"].as_array().unwrap().clone()
    };
    let out = list(&["--action", "disclosures", "--since", "2020-01-01"]);
    assert_eq!(out.len(), 1);
    assert_eq!(out[0]["object"], "团员 名册.csv");
    assert!(out[0]["detail"].as_str().unwrap().contains("遮掩号码，记录末条 "), "{}", out[0]);
    assert!(list(&["--action", "disclosures", "--until", "2020-01-01"]).is_empty());
    assert_eq!(list(&["--transfer", &number]).len(), 1);
    assert_eq!(list(&["--action", "登录", "--limit", "2"]).len(), 2);
    assert!(!list(&["--who", &admin()]).is_empty() && list(&["--who", &member(3)]).is_empty());
    let unknown = office.admin(&["history", "list", "--action", "没有"]).code(2);
    assert!(unknown.err.contains("disclosures"), "{}", unknown.err);
    let shown = office.operator(&["history", "list"]).code(0);
    assert!(!shown.out.contains("开设账号"), "an operator sees the own branch only: {}", shown.out);
    let file = office.text("记录.json");
    let done = office.admin(&["history", "export", "-o", &file, "--json"]).code(0).json();
    let written: serde_json::Value =
        serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    assert_eq!(written["history_head"], done["history_head"]);
    assert_eq!(written["rows"].as_array().unwrap().len() as u64, done["rows"].as_u64().unwrap());
    office.admin(&["history", "export", "-o", &file]).code(73);
}

#[test]
fn a_head_that_was_printed_is_checked() {
    let office = office();
    let found = office.admin(&["verify", "--json"]).code(0).json();
    let head = found["counts"]["history_head"].as_str().unwrap().to_owned();
    let (events, signed) = (&found["counts"]["events"], &found["counts"]["signed"]);
    assert_eq!(events.as_i64().unwrap() - signed.as_i64().unwrap(), 1, "all but the founding");
    let said = office.admin(&["verify", "--head", &head]).code(0).out;
    assert!(said.contains("操作记录末条") && said.contains("有本人签名的"), "{said}");
    let (seq, digits) = head.split_once(':').unwrap();
    let other = format!("{seq}:{}", digits.chars().rev().collect::<String>());
    let refused = office.admin(&["verify", "--head", &other]).code(74).err;
    assert!(refused.contains(&format!("操作记录第 {seq} 条")), "{refused}");
    let later = office.admin(&["verify", "--head", &format!("9999:{digits}")]).code(74).err;
    assert!(later.contains("以前已经记到第 9999 条"), "{later}");
    office.admin(&["verify", "--head", "xyz"]).code(2);
}

#[test]
fn papers_are_printed_without_signing_in() {
    for (paper, holds) in
        [("inventory", "数据清单"), ("access", "不能审批"), ("loss", "第五十七条")]
    {
        let text = ended(command(&["paper", paper]), "").code(0).out;
        assert!(text.contains(holds) && !text.contains("# "), "{text}");
        let json = ended(command(&["paper", paper, "--json"]), "").code(0).json();
        assert_eq!(keys(&json), ["lines", "paper"]);
    }
    ended(command(&["paper", "x"]), "").code(2);
}

#[test]
fn a_member_who_asks_is_erased_and_the_history_holds() {
    let office = office();
    let head = office.admin(&["verify", "--json"]).code(0).json();
    let head = head["counts"]["history_head"].as_str().unwrap().to_owned();
    let erase = ["member", "erase", &member(4), "--remark", "本人书面申请", "--yes"];
    office.admin(&erase).code(7);
    office.admin(&["member", "retire", &member(4), "--remark", "离团"]).code(0);
    let asked = office.admin(&erase[..5]).code(2);
    assert!(asked.err.contains("不能恢复") && !asked.err.contains(&member(4)), "{}", asked.err);
    assert_eq!(office.admin(&[&erase[..], &["--json"]].concat()).code(0).json()["entries"], 1);
    office.admin(&["member", "show", &member(4)]).code(4);
    office.admin(&["verify", "--head", &head]).code(0);
    let file = office.text("all.json");
    office.admin(&["history", "export", "-o", &file]).code(0);
    let written = std::fs::read_to_string(&file).unwrap();
    assert!(written.contains("删除个人信息") && !written.contains("孔维丁"), "{written}");
}
