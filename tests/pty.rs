//! The program as people meet it: the real binary in a pseudo-terminal.

#![cfg(unix)]
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test ends where its ground is missing")]

#[path = "pty/demo.rs"]
mod demo;
#[path = "pty/ending.rs"]
mod ending;
#[path = "pty/guarding.rs"]
mod guarding;
#[path = "pty/importing.rs"]
mod importing;
#[path = "pty/people.rs"]
mod people;
#[path = "pty/story.rs"]
mod story;
#[path = "support/terminal.rs"]
mod terminal;
#[path = "pty/two_windows.rs"]
mod two_windows;
#[path = "pty/typing.rs"]
mod typing;
