//! `account remove`, killed at the N-th write, sync, rename or removal of a file.
//!
//! `TUANZHUAN_KILLS` says how many of the places are tried (8 unless told); a figure beyond their
//! number tries them all. Without strace nothing can be tried, and the test says so.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::support::{Office, admin, command, copy_dir, ended, id_number, office};

/// The calls by which files change. A call that is killed has not been carried out.
const CALLS: &str = "write,pwrite64,fsync,fdatasync,rename,renameat,renameat2,unlink,ftruncate";

/// The office with a second administrator, whom the first one will remove.
fn ground() -> (Office, String) {
    let (office, second) = (office(), id_number(30));
    let add =
        ["account", "add", "--name", "吴昊", "--role", "administrator", "--org", "Z2", "--id"];
    office.admin(&[&add[..], &[&second]].concat()).code(0);
    let (opens, first) = (office.text("admin.pw"), admin());
    let initial: String = second.chars().skip(10).collect();
    let by = ["--opened-by", &first, "--opened-by-password-file", &opens, "--as", &second];
    let stdin = format!("{initial}\nStone-5rivers-red\n");
    office.call(&[&by[..], &["--password-stdin", "account", "passwd"]].concat(), &stdin).code(0);
    office.write("second.pw", "Stone-5rivers-red");
    (office, second)
}

/// Runs the removal under strace with these options, on the data in `data`.
fn traced(office: &Office, (data, second): (&Path, &str), options: &[&str]) {
    let mut strace = Command::new("strace");
    strace.args(["-f", "-qq", "-e", &format!("trace={CALLS}")]).args(options);
    let call = command(&[]);
    strace.arg(call.get_program()).arg("--data-dir").arg(data);
    strace.args(["--as", &admin(), "--password-file", &office.text("admin.pw")]);
    strace.args(["account", "remove", second]);
    strace.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    strace.status().unwrap();
}

/// Each call that changes files, as often as a whole removal makes it.
fn places(office: &Office, second: &str) -> Vec<(String, usize)> {
    let (data, log) = (office.path("whole"), office.path("log"));
    copy_dir(&office.path("office"), &data);
    traced(office, (&data, second), &["-o", &log.display().to_string()]);
    let log = String::from_utf8_lossy(&std::fs::read(log).unwrap()).into_owned();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    let mut places = Vec::new();
    for line in log.lines() {
        // A line is the process, then the call with its arguments.
        let call = line.split_whitespace().nth(1).and_then(|rest| rest.split('(').next());
        let Some(call) = call.filter(|call| CALLS.split(',').any(|known| known == *call)) else {
            continue;
        };
        let n = counts.entry(call.to_owned()).or_default();
        *n += 1;
        places.push((call.to_owned(), *n));
    }
    places
}

/// After a death: the first administrator gets in and the data is whole; the second one gets in if
/// they are still in the list of accounts, and not otherwise; the next call has nothing to mend.
fn check(office: &Office, (data, second): (&Path, &str), place: &str) -> bool {
    let data = data.display().to_string();
    let call = |who: &str, password: &str, args: &[&str]| {
        let file = office.text(password);
        let who = ["--data-dir", &data, "--as", who, "--password-file", &file];
        ended(command(&[&who, args].concat()), "")
    };
    let by_second = call(second, "second.pw", &["org", "list"]);
    let verified = call(&admin(), "admin.pw", &["verify"]);
    assert_eq!(verified.code, 0, "{place}: {verified:?}");
    let listed = call(&admin(), "admin.pw", &["account", "list"]);
    let mended = listed.err.contains("做完") || listed.err.contains("钥匙位");
    assert!(listed.code == 0 && !mended, "{place}: {listed:?}");
    let removed = !listed.out.contains("吴昊");
    assert_eq!(by_second.code, if removed { 5 } else { 0 }, "{place}: {by_second:?}");
    removed
}

#[test]
fn a_removal_killed_anywhere_leaves_exactly_the_old_or_the_new() {
    if Command::new("strace").arg("-V").output().is_err() {
        println!("skipped: strace is not installed");
        return;
    }
    let (office, second) = ground();
    let places = places(&office, &second);
    assert!(places.len() > 100, "only {} places", places.len());
    let told =
        tuanzhuan::app::world::variable("TUANZHUAN_KILLS").and_then(|text| text.parse().ok());
    let wanted: usize = told.unwrap_or(8).clamp(1, places.len());
    let mut removed = 0;
    for k in 0..wanted {
        let (call, n) = &places[k * places.len() / wanted];
        let place = format!("{call} {n}");
        let data = office.path(&format!("dead{k}"));
        copy_dir(&office.path("office"), &data);
        let inject = format!("inject={call}:signal=KILL:when={n}");
        traced(&office, (&data, &second), &["-o", "/dev/null", "-e", &inject]);
        removed += usize::from(check(&office, (&data, &second), &place));
        std::fs::remove_dir_all(&data).unwrap();
    }
    println!("{wanted} of {} places tried, {removed} after the removal", places.len());
    assert!(wanted < 2 || (removed > 0 && removed < wanted), "deaths on both sides: {removed}");
}
