//! What becomes of the data when something goes wrong: the real binary, killed at chosen writes,
//! syncs and renames, on full and read-only disks, on damaged files, beside another window.
//!
//! The whole file is meant to run in a few minutes; `TUANZHUAN_FAULTS=n` tries n times as many
//! points, `TUANZHUAN_FAULTS=all` every one. What a machine cannot do (no strace, no root) is skipped, and says so.

#![cfg(target_os = "linux")]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where its ground is missing")]

#[expect(dead_code, reason = "the tests of the command line use the rest")]
mod support;

#[path = "faults/chance.rs"]
mod chance;
#[path = "faults/damage.rs"]
mod damage;
#[path = "faults/disk.rs"]
mod disk;
#[path = "faults/kill.rs"]
mod kill;
#[path = "faults/looks.rs"]
mod looks;
#[path = "faults/ops.rs"]
mod ops;
#[path = "faults/power.rs"]
mod power;
#[path = "faults/privacy.rs"]
mod privacy;
#[path = "faults/room.rs"]
mod room;
#[path = "faults/scarce.rs"]
mod scarce;
#[path = "faults/scenes.rs"]
mod scenes;
#[expect(dead_code, reason = "the tests of the screen use the rest")]
#[path = "support/terminal.rs"]
mod terminal;
#[path = "faults/trace.rs"]
mod trace;
#[path = "faults/tree.rs"]
mod tree;
#[path = "faults/windows.rs"]
mod windows;
