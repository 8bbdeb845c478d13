//! The command line against its contract: the real binary, real files, real passwords.

#![expect(clippy::unwrap_used, reason = "what stands beside the tests helps them only")]

mod support;

#[path = "support/pdf.rs"]
mod pdf;

#[path = "cli/accounts.rs"]
mod accounts;
#[path = "cli/data.rs"]
mod data;
#[path = "cli/demo.rs"]
mod demo;
#[path = "cli/directory.rs"]
mod directory;
#[path = "cli/history.rs"]
mod history;
#[cfg(unix)]
#[path = "cli/hostile.rs"]
mod hostile;
#[cfg(target_os = "linux")]
#[path = "cli/key_change.rs"]
mod key_change;
#[path = "cli/letters.rs"]
mod letters;
#[path = "cli/members.rs"]
mod members;
#[path = "cli/organisations.rs"]
mod organisations;
#[path = "cli/plain.rs"]
mod plain;
#[path = "cli/rights.rs"]
mod rights;
#[path = "cli/transfers.rs"]
mod transfers;
