//! `demo`, and commands inside the invented office.

use crate::support::{Office, command, ended, keys};

#[test]
fn the_invented_office_needs_no_password() {
    let office = Office::empty();
    let dir = office.text("there");
    let small = ["--orgs", "40", "--members", "60", "--transfers", "20", "--seed", "7"];
    let prepare = [&["--data-dir", &dir, "demo", "--prepare", "--json"], &small[..]].concat();
    let at = |args: &[&str]| {
        let mut call = command(args);
        call.env("TUANZHUAN_NOW", "2020-06-02T10:30:00").env("NO_COLOR", "1");
        ended(call, "")
    };
    let made = at(&prepare).code(0).json();
    assert_eq!(keys(&made), ["accounts", "directory"]);
    let demo = made["directory"].as_str().unwrap();
    assert!(demo.starts_with(&dir));
    let inside = |args: &[&str]| at(&[&["--data-dir", demo], args].concat());

    let list = inside(&["transfer", "list", "--json", "--limit", "1000"]).code(0);
    assert!(list.err.is_empty(), "{}", list.err);
    assert!(!list.json()["rows"].as_array().unwrap().is_empty());
    assert!(inside(&["verify"]).code(0).out.contains("完好"));
    assert!(inside(&["stats"]).code(0).out.starts_with("2020"), "the clock of the test holds");
    every_account_signs_in(&office, demo, &made);
    // Without a size the office is opened as it stands.
    let again = at(&["--data-dir", &dir, "demo", "--prepare"]).code(0);
    assert!(again.out.contains(demo) && again.out.contains("密码"));
    at(&["--data-dir", &dir, "demo"]).code(69);
}

fn every_account_signs_in(office: &Office, demo: &str, made: &serde_json::Value) {
    for account in made["accounts"].as_array().unwrap() {
        let text = |key: &str| account[key].as_str().unwrap().to_owned();
        let (id, role) = (text("id_number"), text("role"));
        let file = office.write("demo.pw", &text("password"));
        let base = ["--data-dir", demo, "--as", &id];
        let call = |args: &[&str]| ended(command(&[&base[..], args].concat()), "");
        call(&["--password-file", &file, "transfer", "list"]).code(0);
        let wanted = if role == "administrator" { 0 } else { 5 };
        call(&["account", "list"]).code(wanted);
    }
    let nobody = ["--data-dir", demo, "--as", "320102200001010011", "org", "list"];
    ended(command(&nobody), "").code(5);
}
