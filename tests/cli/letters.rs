//! `transfer letter`, `letters`, `letter-receipt`, `paper`, and registers as PDF.

use serde_json::Value;

use crate::pdf::{n_pages, text_of};
use crate::support::{Office, member, office};

/// A transfer whose origin has agreed.
fn approved(office: &Office, n: u32) -> String {
    let number = office.submitted(&member(n));
    office.admin(&["transfer", "approve", &number]).code(0);
    number
}

fn text(office: &Office, name: &str) -> String {
    text_of(&std::fs::read(office.path(name)).unwrap())
}

/// Names of files that begin with a dot or end in `.pdf`.
fn papers_in(office: &Office) -> Vec<String> {
    let entries = std::fs::read_dir(office.path(".")).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    names.filter(|name| name.starts_with('.') || name.ends_with(".pdf")).collect()
}

/// The letters as they are listed, newest first.
fn listed(office: &Office, flags: &[&str]) -> Vec<Value> {
    let list = ["transfer", "letters", "--json"];
    let rows = office.admin(&[&list[..], flags].concat()).code(0).json();
    rows["rows"].as_array().unwrap().clone()
}

/// Whether this is the first number of a year.
fn is_first(letter: &Value) -> bool {
    letter.as_str().is_some_and(|number| number.len() == 9 && number.ends_with("-0001"))
}

#[test]
fn a_letter_is_printed_numbered_and_recorded() {
    let office = office();
    let number = approved(&office, 1);
    let file = office.text("a.pdf");
    let made = office.admin(&["transfer", "letter", &number, "-o", &file, "--json"]).code(0);
    let made = made.json();
    let paper = &made["papers"][0];
    assert!(is_first(&paper["letter"]) && paper["printed"] == 1, "{paper}");
    let first = paper["letter"].as_str().unwrap().to_owned();
    let bytes = std::fs::read(office.path("a.pdf")).unwrap();
    assert!(bytes.starts_with(b"%PDF-") && n_pages(&bytes) == 1);
    let said = text_of(&bytes).replace('\n', "");
    for wanted in [
        "团员组织关系介绍信（存根）",
        "兹有孔维甲同志",
        &format!("居民身份证号码 {}", member(1)),
        &format!("第 {first} 号"),
        "由南京某某学院计算机系一班团支部转往你处",
        "南京某某学院数学系团总支：",
        "2024年5月入团",
        "本介绍信自开具之日起 90 天内有效",
        "团员组织关系介绍信（回执）",
        &number,
    ] {
        assert!(said.contains(wanted), "{wanted}\n{said}");
    }
    assert!(!said.contains('?'), "every glyph has its character\n{said}");
    let again = ["transfer", "letter", &number, "-o"];
    let taken = office.admin(&[&again[..], &[&file]].concat()).code(73);
    assert!(taken.err.contains("已经有了"), "{}", taken.err);
    office.admin(&[&again[..], &[&file, "--overwrite"]].concat()).code(0);
    let said = text(&office, "a.pdf").replace('\n', "");
    assert!(said.contains(&format!("第 {first} 号")) && said.contains("补打（第 2 次）"), "{said}");
    let history = office.admin(&["history", "list", "--json"]).code(0).out;
    assert!(history.contains("打印介绍信") && history.contains("完整号码"), "{history}");
    assert!(!history.contains(&member(1)), "no full number in the history");
    let sound = office.admin(&["verify", "--json"]).code(0).json();
    assert_eq!(sound["ok"], true);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_a_paper() {
    use std::os::unix::fs::PermissionsExt;
    let office = office();
    let number = approved(&office, 1);
    office.admin(&["transfer", "letter", &number, "-o", &office.text("a.pdf")]).code(0);
    let mode = std::fs::metadata(office.path("a.pdf")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn letters_wait_for_the_origin_and_end_with_the_transfer() {
    let office = office();
    let (early, file) = (office.submitted(&member(1)), office.text("a.pdf"));
    let letter = |number: &str| office.admin(&["transfer", "letter", number, "-o", &file]);
    let said = letter(&early).code(7).err;
    assert!(said.contains(&early) && said.contains("转出组织同意后再开"), "{said}");
    office.admin(&["transfer", "return", &early, "--remark", "材料不全"]).code(0);
    assert!(letter(&early).code(7).err.contains("已退回"));
    assert!(letter("ZJ20200101-0001").code(4).err.contains("ZJ20200101-0001"));
    let ready = approved(&office, 2);
    let who = ["transfer", "letter", &ready, "-o", &file];
    assert!(office.operator(&who).code(5).err.contains("管理员"));
    let masked = [&who[..], &["--masked"]].concat();
    assert!(office.operator(&masked).code(5).err.contains("管理员开具"));
    office.admin(&["transfer", "letter", &ready, "-o", &office.text("a.doc")]).code(2);
    office.admin(&["transfer", "letter", &ready]).code(2);
    assert!(papers_in(&office).is_empty(), "{:?}", papers_in(&office));
    let made = office.admin(&[&who[..], &["--json"]].concat()).code(0).json();
    assert!(is_first(&made["papers"][0]["letter"]), "what was refused used no number: {made}");
}

#[test]
fn a_file_that_cannot_be_written_uses_no_number() {
    let office = office();
    let number = approved(&office, 1);
    let nowhere = office.text("nowhere/a.pdf");
    let said = office.admin(&["transfer", "letter", &number, "-o", &nowhere]).code(73).err;
    assert!(said.contains("没有这个文件夹"), "{said}");
    assert!(listed(&office, &[]).is_empty());
}

#[test]
fn several_letters_go_into_one_file_and_the_refused_are_listed() {
    let office = office();
    let (a, b) = (approved(&office, 1), approved(&office, 2));
    let early = office.submitted(&member(3));
    let file = office.text("many.pdf");
    let run = |numbers: &[&str], file: &str| {
        office.admin(&[&["transfer", "letter"], numbers, &["-o", file]].concat())
    };
    let said = run(&[&a, &b, &early, "ZJ1", &a], &file).code(3).out;
    assert_eq!(said.matches("有效期至").count(), 2, "{said}");
    assert!(said.contains("不能开介绍信") && said.contains("已打印 2 份"), "{said}");
    let bytes = std::fs::read(office.path("many.pdf")).unwrap();
    assert_eq!(n_pages(&bytes), 2);
    let all = text_of(&bytes).replace('\n', "");
    assert!(all.contains("兹有孔维甲同志") && all.contains("兹有孔维乙同志"));
    run(&[&early, &early.to_lowercase(), "ZJ1"], &office.text("none.pdf")).code(7);
    assert_eq!(papers_in(&office), ["many.pdf"]);
}

#[test]
fn masked_papers_hold_no_full_number() {
    let office = office();
    let number = approved(&office, 1);
    let file = office.text("a.pdf");
    office.admin(&["transfer", "letter", &number, "-o", &file, "--masked"]).code(0);
    let said = text(&office, "a.pdf").replace('\n', "");
    assert!(said.contains("320***************") && !said.contains(&member(1)), "{said}");
    let history = office.admin(&["history", "list"]).code(0).out;
    assert!(history.contains("遮掩号码"), "{history}");
}

/// Gives the first member a name with a character that no font here has.
fn renamed(office: &Office) {
    let ask = ["member", "correct", &member(1), "--name", "孔𪨊", "--reason", "以身份证为准"];
    office.operator(&ask).code(0);
    office.admin(&["member", "correct-accept", "1"]).code(0);
}

#[test]
fn a_character_without_a_glyph_is_refused_by_name() {
    let office = office();
    let (a, b) = (approved(&office, 1), approved(&office, 2));
    renamed(&office);
    // The request keeps the name it was made with; a new one takes the new name.
    office.admin(&["transfer", "withdraw", &a, "--remark", "重办"]).code(0);
    let c = approved(&office, 1);
    let file = office.text("a.pdf");
    let said = office.admin(&["transfer", "letter", &c, "-o", &file]).code(7).err;
    for part in ["孔𪨊的", "「𪨊」", "U+2AA0A", "letter_font"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert!(papers_in(&office).is_empty());
    let both = office.admin(&["transfer", "letter", &c, &b, "-o", &file, "--json"]).code(3).json();
    assert_eq!(both["papers"][0]["ok"], false);
    assert!(is_first(&both["papers"][1]["letter"]), "{both}");
}

#[test]
fn receipts_come_back_and_are_listed() {
    let office = office();
    let (a, b) = (approved(&office, 1), approved(&office, 2));
    let file = office.text("a.pdf");
    office.admin(&["transfer", "letter", &a, &b, "-o", &file]).code(0);
    let states = |flags: &[&str]| -> Vec<String> {
        let rows = listed(&office, flags);
        rows.iter().map(|row| row["state"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(states(&[]), ["awaited", "awaited"]);
    let receipt =
        |number: &str, on: &str| office.admin(&["transfer", "letter-receipt", number, "--on", on]);
    let newest = listed(&office, &[]).swap_remove(0);
    let [today, second] = ["issued_on", "letter"].map(|key| newest[key].as_str().unwrap());
    assert!(receipt(&a, "2999-01-01").code(7).err.contains("在今天"));
    assert!(receipt(&a, "2020-01-01").code(7).err.contains("之前"));
    receipt(&a, "昨天").code(2);
    assert!(receipt(&a, today).code(0).out.contains("孔维甲"));
    receipt(second, today).code(0);
    receipt("1999-0002", today).code(4);
    let early = office.submitted(&member(3));
    assert!(receipt(&early, today).code(4).err.contains("还没有开过介绍信"));
    office.operator(&["transfer", "letter-receipt", &a, "--on", today]).code(5);
    assert_eq!(states(&[]), ["received", "received"]);
    assert!(states(&["--awaited"]).is_empty() && states(&["--overdue"]).is_empty());
    assert_eq!(states(&["--search", "孔维甲"]), ["received"]);
    assert!(office.admin(&["verify"]).code(0).out.contains("完好"));
}

#[test]
fn an_own_template_is_used_or_refused_with_its_line() {
    let office = office();
    let number = approved(&office, 1);
    let built_in = office.admin(&["config", "template", "letter"]).code(0).out;
    let place = office.admin(&["config", "path", "--json"]).code(0).json();
    let dir = std::path::PathBuf::from(place["letters"].as_str().unwrap());
    std::fs::create_dir_all(&dir).unwrap();
    let own = dir.join("letter.txt");
    std::fs::write(&own, built_in.replace("请予接收", "望接洽为盼")).unwrap();
    office.admin(&["config", "check"]).code(0);
    let file = office.text("a.pdf");
    let run = || office.admin(&["transfer", "letter", &number, "-o", &file, "--overwrite"]);
    run().code(0);
    assert!(text(&office, "a.pdf").replace('\n', "").contains("望接洽为盼"));
    std::fs::write(&own, built_in.replacen("{性别}", "{性別}", 1)).unwrap();
    let said = run().code(74).err;
    assert!(said.contains("letter.txt 第 ") && said.contains("{性別}"), "{said}");
    assert!(office.admin(&["config", "check"]).code(74).err.contains("{性別}"));
    std::fs::remove_file(&own).unwrap();
    let settings = std::path::PathBuf::from(place["settings"].as_str().unwrap());
    std::fs::write(settings, "letter_font = \"/没有/这个.ttf\"\n").unwrap();
    let said = run().code(74).err;
    assert!(said.contains("/没有/这个.ttf") && said.contains("letter_font"), "{said}");
}

#[test]
fn the_other_papers_are_filled_from_the_transfer() {
    let office = office();
    let number = office.submitted(&member(1));
    for (kind, title) in
        [("retention", "保留团员组织关系申请表"), ("notice", "流动团员管理服务告知书")]
    {
        let name = format!("{kind}.pdf");
        let file = office.text(&name);
        office.admin(&["transfer", "paper", &number, "--kind", kind, "-o", &file]).code(0);
        let said = text(&office, &name).replace('\n', "");
        assert!(
            said.contains(title) && said.contains("孔维甲") && said.contains(&number),
            "{said}"
        );
    }
    let file = office.text("x.pdf");
    let paper = ["transfer", "paper", &number, "-o", &file, "--kind"];
    office.admin(&[&paper[..], &["letter"]].concat()).code(2);
    office.operator(&[&paper[..], &["notice"]].concat()).code(5);
    office.operator(&[&paper[..], &["notice", "--masked"]].concat()).code(0);
    let history = office.admin(&["history", "list"]).code(0).out;
    assert!(
        history.contains("打印文书") && history.contains("流动团员管理服务告知书"),
        "{history}"
    );
}

#[test]
fn registers_are_printed_masked_with_numbered_pages() {
    let office = office();
    let file = office.text("名册.pdf");
    office.admin(&["member", "export", "-o", &file]).code(0);
    let said = text(&office, "名册.pdf");
    for wanted in
        ["姓名", "所在团支部", "孔维甲", "孔维丁", "320***************", "第 1 页，共 1 页"]
    {
        assert!(said.contains(wanted), "{wanted}\n{said}");
    }
    assert!(!said.contains(&member(1)));
    office.admin(&["member", "export", "-o", &file]).code(73);
    renamed(&office);
    let said = office.admin(&["member", "export", "-o", &file, "--overwrite"]).code(7).err;
    assert!(said.contains("孔𪨊") && said.contains("「姓名」"), "{said}");
    assert!(text(&office, "名册.pdf").contains("孔维甲"), "the old file is as it was");
    assert_eq!(papers_in(&office), ["名册.pdf"]);
}
