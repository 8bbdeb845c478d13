//! `backup`, `restore`, `verify`, `recover`.

use crate::support::{PASSWORD, admin, command, ended, keys, office, pause};

#[test]
fn a_backup_is_restored_and_the_old_data_kept() {
    let office = office();
    let file = office.text("a.backup");
    let made = office.admin(&["backup", &file, "--json"]).code(0).json();
    assert_eq!(made["counts"]["members"], 4);
    office.admin(&["backup", &file]).code(73);
    office.operator(&["backup", &office.text("b.backup")]).code(5);
    let add = ["org", "add", "--name", "南京某某学院数学系三班团支部", "--kind", "branch"];
    office.admin(&[&add[..], &["--superior", "Z2", "--code", "B3"]].concat()).code(0);
    let asked = office.call(&["restore", &file], "").code(2);
    assert!(asked.err.contains("--yes") && asked.err.contains("团员 4 人"), "{}", asked.err);
    office.admin(&["org", "show", "B3"]).code(0);
    let done = office.call(&["restore", &file, "--yes", "--json"], "").code(0).json();
    assert_eq!(keys(&done), ["counts", "kept", "made_at", "organisation", "replaced"]);
    assert!(std::path::Path::new(done["kept"].as_str().unwrap()).join("tuanzhuan.db").exists());
    office.admin(&["org", "show", "B3"]).code(4);
    let sound = office.admin(&["verify", "--json"]).code(0).json();
    assert_eq!((&sound["ok"], &sound["counts"]["members"]), (&true.into(), &4.into()));
    assert!(office.admin(&["verify", "--rebuild"]).code(0).out.contains("完好"));
    office.operator(&["verify", "--rebuild"]).code(5);
}

#[test]
fn damage_is_told_apart() {
    let office = office();
    let no_backup = office.write("no.backup", "x");
    office.call(&["restore", &no_backup, "--yes"], "").code(74);
    office.call(&["restore", &office.text("none.backup"), "--yes"], "").code(4);
    let database = office.path("office/data/tuanzhuan.db");
    let mut bytes = std::fs::read(&database).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(7);
    std::fs::write(&database, &bytes).unwrap();
    let damaged = office.admin(&["verify"]).code(74);
    assert!(damaged.out.is_empty() && damaged.err.contains("备份"), "{damaged:?}");
}

#[test]
fn the_recovery_key_opens_a_backup_on_another_machine() {
    let office = crate::support::Office::empty();
    let admin = admin();
    let init = ["init", "--org", "某某学院团委", "--kind", "committee", "--name", "周敏"];
    let rest = ["--id", &admin, "--password-stdin", "--json"];
    let made = office.call(&[&init[..], &rest].concat(), &format!("{PASSWORD}\n")).code(0).json();
    let key = office.write("key", made["recovery_key"].as_str().unwrap());
    let file = office.text("a.backup");
    office.admin(&["backup", &file]).code(0);
    let (there, opens) = (office.text("there"), office.text("admin.pw"));
    let on = |args: &[&str], stdin: &str| {
        ended(command(&[&["--data-dir", &there], args].concat()), stdin)
    };
    let restored = on(&["restore", &file, "--yes"], "").code(0);
    assert!(restored.err.contains("recover"), "{}", restored.err);
    let who = ["--as", &admin, "--password-file", &opens];
    on(&[&who[..], &["org", "list"]].concat(), "").code(74);
    let recover = ["--as", &admin, "--password-stdin", "recover", "--recovery-key-file"];
    let wrong = office.write("wrong", "AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA-AAAA");
    assert_ne!(on(&[&recover[..], &[&wrong]].concat(), "River-9stones-blue\n").code, 0);
    on(&[&recover[..], &[&key]].concat(), "River-9stones-blue\n").code(0);
    on(&[&who[..], &["org", "list"]].concat(), "").code(5);
    office.write("admin.pw", "River-9stones-blue");
    pause();
    on(&[&who[..], &["org", "list"]].concat(), "").code(0);
}

#[test]
fn a_new_recovery_key_takes_the_place_of_the_old_one() {
    let office = crate::support::office();
    office.operator(&["account", "recovery-key", "--yes"]).code(5);
    office.admin(&["account", "recovery-key"]).code(2);
    let made = office.admin(&["account", "recovery-key", "--yes", "--json"]).code(0);
    let key = office.write("key", made.json()["recovery_key"].as_str().unwrap());
    office.admin(&["verify"]).code(0);
    office.admin(&["backup", &office.text("after.backup")]).code(0);
    let admin = admin();
    let recover = ["--as", &admin, "--password-stdin", "recover", "--recovery-key-file", &key];
    office.call(&recover, "River-9stones-blue\n").code(0);
    office.admin(&["account", "recovery-key", "--yes"]).code(5);
    office.write("admin.pw", "River-9stones-blue");
    pause();
    office.admin(&["account", "recovery-key", "--yes"]).code(0);
    let late = office.call(&recover, "Stone-9rivers-blue\n");
    assert!(late.code != 0 && late.err.contains("后来换过新的"), "{late:?}");
}
