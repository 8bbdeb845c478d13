//! Work that is measured in a process of its own, where nothing else lies in memory: this program
//! with [`FLAG`] as its first word.

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::directory::processes;

/// The first word of such a process.
pub const FLAG: &str = "--probe";

/// Runs a probe and takes its answer.
pub fn call<T: DeserializeOwned>(name: &str, words: &[&Path]) -> Result<T> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(FLAG).arg(name).args(words).stdin(Stdio::null()).stderr(Stdio::inherit());
    let output = command.output()?;
    ensure!(output.status.success(), "the probe {name} ended with {}", output.status);
    serde_json::from_slice(&output.stdout).with_context(|| format!("the probe {name}"))
}

/// The other side: does what the words say, and tells on the standard output.
pub fn answer(mut words: impl Iterator<Item = OsString>) -> Result<()> {
    let name = words.next().unwrap_or_default();
    let words: Vec<OsString> = words.collect();
    match (name.to_str().unwrap_or_default(), words.as_slice()) {
        ("directory-memory", [file, texts]) => {
            tell(&processes::memory_probe(file.as_ref(), texts.as_ref())?)
        }
        ("directory-first", [file, text]) => {
            tell(&processes::first_probe(file.as_ref(), &text.to_string_lossy(), false)?)
        }
        ("directory-ahead", [file, text]) => {
            tell(&processes::first_probe(file.as_ref(), &text.to_string_lossy(), true)?)
        }
        (name, words) => bail!("no probe is called {name} {words:?}"),
    }
}

fn tell(figure: &impl Serialize) -> Result<()> {
    crate::say(&serde_json::to_string(figure)?)
}
