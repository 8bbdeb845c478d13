//! `account`.

use crate::support::{
    OPERATOR_PASSWORD, PASSWORD, admin, id_number, keys, office, operator, pause,
};

#[test]
fn accounts_are_made_reset_and_removed() {
    let office = office();
    let listed = office.admin(&["account", "list", "--json"]).code(0).json();
    let rows = listed["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 2);
    let wanted = [
        "id_number",
        "name",
        "one_time_code",
        "opens_database",
        "organisation",
        "role",
        "role_label",
        "state",
        "state_label",
    ];
    assert_eq!(keys(&rows[0]), wanted);
    assert!(!listed.to_string().contains(&operator()));
    office.operator(&["account", "list"]).code(5);
    let add = ["account", "add", "--name", "李静", "--role", "operator", "--org", "B1", "--id"];
    office.admin(&[&add[..], &[&operator()]].concat()).code(6);
    office.admin(&["account", "reset", &id_number(999)]).code(4);
    office.admin(&["account", "reset", &admin()]).code(7);
    let code = office.admin(&["account", "reset", &operator()]).code(0).out;
    assert_eq!(code.lines().count(), 1);
    office.operator(&["org", "list"]).code(5);
    pause();
    let (opens, admin, operator) = (office.text("admin.pw"), admin(), operator());
    let by = ["--opened-by", &admin, "--opened-by-password-file", &opens];
    let args = [&by[..], &["--as", &operator, "--password-stdin"]].concat();
    let with_code = office.call(&[&args[..], &["org", "list"]].concat(), &code).code(5);
    assert!(with_code.err.contains("account passwd"), "{}", with_code.err);
    let stdin = format!("{code}{OPERATOR_PASSWORD}\n");
    office.call(&[&args[..], &["account", "passwd"]].concat(), &stdin).code(0);
    office.operator(&["org", "list"]).code(0);
    office.admin(&["account", "remove", &operator]).code(0);
    office.operator(&["org", "list"]).code(5);
}

#[test]
fn the_own_password_is_changed() {
    let office = office();
    let admin = admin();
    let args = ["--as", &admin, "--password-stdin", "account", "passwd"];
    office.call(&args, &format!("{PASSWORD}\nshort\n")).code(7);
    office.call(&args, &format!("{PASSWORD}\nRiver-9stones-blue\n")).code(0);
    office.admin(&["org", "list"]).code(5);
    office.write("admin.pw", "River-9stones-blue\n");
    pause();
    office.admin(&["org", "list"]).code(0);
    office.call(&["--as", &admin, "--opened-by", &admin, "org", "list"], "").code(2);
}

#[test]
fn a_new_administrator_opens_the_database_alone() {
    let office = office();
    let (admin, new) = (admin(), id_number(30));
    let add =
        ["account", "add", "--name", "吴昊", "--role", "administrator", "--org", "Z2", "--id"];
    office.admin(&[&add[..], &[&new]].concat()).code(0);
    let opens = office.text("admin.pw");
    let initial: String = new.chars().skip(10).collect();
    let by = ["--opened-by", &admin, "--opened-by-password-file", &opens, "--as", &new];
    let stdin = format!("{initial}\nStone-5rivers-red\n");
    office.call(&[&by[..], &["--password-stdin", "account", "passwd"]].concat(), &stdin).code(0);
    let file = office.write("new.pw", "Stone-5rivers-red");
    let alone = ["--as", &new, "--password-file", &file, "account", "list", "--json"];
    let listed = office.call(&alone, "").code(0).json();
    assert_eq!(listed["rows"].as_array().unwrap().len(), 1, "the own organisation only");
}
