//! R32: little memory, few descriptors, a small stack: an act is done or told, never half.

use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};

use crate::ops;
use crate::room::{Room, say};

#[test]
fn whatever_is_scarce_an_act_is_whole_or_told() {
    let mut n_cases = 0;
    let descriptors = [4, 5, 6, 7, 8, 10, 12, 16].map(|n| format!("ulimit -n {n}"));
    let memory = [40, 60, 80, 100, 130, 200].map(|mib| format!("ulimit -v {}", mib * 1024));
    let stack = ["ulimit -s 256".to_owned(), "ulimit -f 64".to_owned()];
    for limit in descriptors.iter().chain(&memory).chain(&stack) {
        for op in [&ops::APPROVE, &ops::BACKUP, &ops::RESTORE] {
            let room = Room::new();
            let plain = op.command(&room);
            let done = Command::new("sh")
                .args(["-c", &format!("{limit}; exec \"$0\" \"$@\"")])
                .arg(plain.get_program())
                .args(plain.get_args())
                .arg0("sh")
                .stdin(Stdio::null())
                .output()
                .unwrap();
            let said = String::from_utf8_lossy(&done.stderr).into_owned();
            assert!(!said.contains("panicked") && !said.contains("E-PANIC"), "{limit}: {said}");
            assert!(
                done.status.success() || !said.is_empty() || done.status.code().is_none(),
                "{limit}"
            );
            (op.check)(&room, done.status.success());
            n_cases += 1;
        }
    }
    say(&format!("scarce memory, descriptors, stack, file size: {n_cases} cases"));
}
