//! What needs nobody signed in: help, usage, keys, completions, configuration, set-up.

use std::process::Stdio;

use crate::support::{Office, PASSWORD, command, ended, id_number, keys};

#[test]
fn help_is_an_answer_and_a_wrong_word_is_not() {
    let help = ended(command(&["--help"]), "").code(0);
    assert!(help.out.contains("组织关系转接") && help.err.is_empty());
    for args in [&["transfer", "frob"][..], &["--frob"], &["org", "search"], &["member", "import"]]
    {
        let wrong = ended(command(args), "").code(2);
        assert!(wrong.out.is_empty() && !wrong.err.is_empty());
    }
    let office = Office::empty();
    for args in [&["transfer", "list", "--stage", "x"][..], &["transfer", "list", "--limit", "0"]] {
        office.call(args, "").code(2);
    }
}

#[test]
fn keys_lists_screens_actions_and_keys() {
    let text = ended(command(&["keys"]), "").code(0).out;
    assert!(text.contains("转接列表") && text.contains("F8"));
    let document = ended(command(&["keys", "--json"]), "").code(0).json();
    let screens = document["screens"].as_array().unwrap();
    assert!(screens.len() > 10);
    for screen in screens {
        assert_eq!(keys(screen), ["keys", "screen", "screen_label"]);
        assert!(!screen["keys"].as_array().unwrap().is_empty(), "{screen}");
    }
}

#[test]
fn completions_and_manual_are_printed() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(ended(command(&["completions", shell]), "").code(0).out.contains("tuanzhuan"));
    }
    assert!(ended(command(&["man"]), "").code(0).out.contains(".TH"));
    ended(command(&["completions", "dos"]), "").code(2);
}

#[test]
fn a_closed_pipe_ends_quietly() {
    for args in [&["keys"][..], &["completions", "bash"], &["man"], &["--help"]] {
        let mut child =
            command(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let done = child.wait_with_output().unwrap();
        assert_eq!((done.status.code(), done.stderr.len()), (Some(0), 0), "{args:?}");
    }
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_with_130() {
    use std::io::{Read, Write};
    let office = crate::support::office();
    let (data, admin) = (office.text("office"), crate::support::admin());
    let args = ["--data-dir", &data, "--as", &admin, "--password-stdin", "transfer", "check"];
    let mut call = command(&[&args[..], &["--file", "-"]].concat());
    let piped = call.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().unwrap();
    // The password goes in, the form never comes: the call waits for it.
    child.stdin.as_mut().unwrap().write_all(format!("{PASSWORD}\n").as_bytes()).unwrap();
    std::thread::sleep(std::time::Duration::from_millis(1500));
    let pid = rustix::process::Pid::from_child(&child);
    rustix::process::kill_process(pid, rustix::process::Signal::INT).unwrap();
    let code = child.wait().unwrap().code();
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    assert_eq!((code, said.as_str()), (Some(130), ""));
}

#[test]
fn without_an_office_nothing_can_be_asked() {
    let office = Office::empty();
    let none = office.admin(&["org", "list"]).code(4);
    assert!(none.err.contains("还没有建立单位"), "{}", none.err);
    assert!(!office.path("office").join("data").join("tuanzhuan.db").exists());
}

#[test]
fn the_interface_needs_a_terminal() {
    let office = Office::empty();
    assert!(office.call(&[], "").code(69).err.contains("不是终端"));
}

#[test]
fn the_test_clock_is_ignored_outside_the_invented_office() {
    let office = Office::empty();
    let mut call = command(&["--data-dir", &office.text("office"), "config", "path"]);
    call.env("TUANZHUAN_NOW", "2020-06-02T10:30:00");
    assert!(ended(call, "").code(0).err.contains("TUANZHUAN_NOW"));
}

#[test]
fn the_configuration_is_shown_and_checked() {
    let office = Office::empty();
    let path = office.call(&["config", "path", "--json"], "").code(0).json();
    assert!(path["database"].as_str().unwrap().starts_with(&office.text("office")));
    assert!(office.call(&["config", "show"], "").code(0).out.contains("[[reason]]"));
    let shown = office.call(&["config", "show", "--json"], "").code(0).json();
    assert_eq!((&shown["built_in"], &shown["age_limit"]), (&true.into(), &28.into()));
    office.call(&["config", "check"], "").code(0);
    let own = office.write("rules.toml", "frob = 1");
    let faults = office.call(&["config", "check", &own, "--json"], "").code(74).json();
    assert!(faults["faults"].to_string().contains("frob"), "{faults}");
    office.call(&["config", "check", &office.text("none.toml")], "").code(4);
    // The own file of the configuration directory holds for every command.
    std::fs::create_dir_all(office.path("office/config")).unwrap();
    office.write("office/config/rules.toml", "frob = 1");
    office.call(&["config", "show"], "").code(74);
}

fn init(office: &Office, name: &str, password: &str) -> crate::support::Ended {
    let id = id_number(7);
    let args = ["init", "--org", "某某学院团委", "--kind", "committee", "--name", name];
    let rest = ["--id", &id, "--json", "--password-stdin"];
    office.call(&[&args[..], &rest].concat(), &format!("{password}\n"))
}

#[test]
fn init_makes_an_office_once() {
    let office = Office::empty();
    assert!(init(&office, "周敏", "12345678").code(7).err.contains("密码"));
    assert!(!office.path("office/data/vault.keys").exists());
    let made = init(&office, "周敏", PASSWORD).code(0);
    let document = made.json();
    let wanted =
        ["administrator", "data_dir", "kind", "kind_label", "organisation", "recovery_key"];
    assert_eq!(keys(&document), wanted);
    assert_eq!(document["recovery_key"].as_str().unwrap().split('-').count(), 9);
    assert!(!made.err.contains(document["recovery_key"].as_str().unwrap()));
    init(&office, "周敏", PASSWORD).code(6);
    let nobody = office.call(&["org", "list"], "").code(5);
    assert!(nobody.err.contains("--as"), "{}", nobody.err);
    let id = id_number(7);
    office.call(&["--as", &id, "--password-stdin", "org", "list"], "wrong\n").code(5);
    office.call(&["--as", &id, "--password-file", "none.pw", "org", "list"], "").code(4);
}
