//! Whole processes, weighed: time, processor time and memory.
//!
//! The kernel tells what children took only for all of them together, and a process counts as large
//! as whoever started it. So each is started by a small process of its own, this program with
//! [`FLAG`] as its first word.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, bail, ensure};
use serde::{Deserialize, Serialize};

use crate::kernel;
use crate::report::median;

/// The first word of the small process.
pub const FLAG: &str = "--weigh";

/// What a process took.
#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
pub struct Cost {
    /// From the start to the end, seconds.
    pub wall: f64,
    /// Processor time of all its threads, seconds.
    pub cpu: f64,
    /// The most memory it held, MiB, mapped files included.
    pub peak: f64,
    /// How it ended.
    pub code: i32,
}

/// A process to be weighed.
#[derive(Debug, Clone)]
pub struct Task {
    program: OsString,
    args: Vec<OsString>,
    input: PathBuf,
    output: PathBuf,
}

impl Task {
    /// A program and its words, with nothing to read and nobody to read it.
    pub fn new<I>(program: impl AsRef<OsStr>, args: I) -> Self
    where
        I: IntoIterator,
        I::Item: AsRef<OsStr>,
    {
        Self {
            program: program.as_ref().to_owned(),
            args: args.into_iter().map(|arg| arg.as_ref().to_owned()).collect(),
            input: "/dev/null".into(),
            output: "/dev/null".into(),
        }
    }

    /// Reads a file.
    pub fn reading(self, path: &Path) -> Self {
        Self { input: path.to_owned(), ..self }
    }

    /// Writes a file.
    pub fn writing(self, path: &Path) -> Self {
        Self { output: path.to_owned(), ..self }
    }

    /// Runs it once. Whether it found anything (1) and whether some rows were there already (3) is its
    /// own matter, everything else must succeed.
    pub fn run(&self) -> Result<Cost> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(FLAG).arg(&self.input).arg(&self.output).arg(&self.program).args(&self.args);
        let output = command.stdin(Stdio::null()).stderr(Stdio::piped()).output()?;
        let said = || String::from_utf8_lossy(&output.stderr).trim().to_owned();
        ensure!(output.status.success(), "{}: {}", self.program.display(), said());
        let cost: Cost = serde_json::from_slice(&output.stdout)?;
        ensure!(
            matches!(cost.code, 0 | 1 | 3),
            "{} ended with {}: {}",
            self.program.display(),
            cost.code,
            said()
        );
        Ok(cost)
    }
}

/// The small process: starts one program, waits, and tells what it took on the standard output.
pub fn weigh(mut words: impl Iterator<Item = OsString>) -> Result<()> {
    let (Some(input), Some(output), Some(program)) = (words.next(), words.next(), words.next())
    else {
        bail!("{FLAG} INPUT OUTPUT PROGRAM WORDS...")
    };
    let sink = OpenOptions::new().write(true).create(true).truncate(true).open(&output)?;
    let mut command = Command::new(&program);
    command.args(words).stdin(File::open(&input)?).stdout(sink);
    for name in ["TUANZHUAN_NOW", "TUANZHUAN_DATA_DIR", "FZF_DEFAULT_OPTS", "RIPGREP_CONFIG_PATH"] {
        command.env_remove(name);
    }
    let start = Instant::now();
    let status = command.status().with_context(|| program.display().to_string())?;
    let wall = start.elapsed().as_secs_f64();
    let ended = kernel::ended_children()?;
    let code = status.code().unwrap_or(-1);
    let cost = Cost { wall, cpu: ended.cpu.as_secs_f64(), peak: ended.peak_mib, code };
    crate::say(&serde_json::to_string(&cost)?)
}

/// Several runs of one task.
#[derive(Debug, Clone, Default)]
pub struct Runs(pub Vec<Cost>);

impl Runs {
    /// The median time, seconds.
    pub fn wall(&self) -> f64 {
        median(&self.0.iter().map(|cost| cost.wall).collect::<Vec<_>>())
    }

    /// The median processor time, seconds.
    pub fn cpu(&self) -> f64 {
        median(&self.0.iter().map(|cost| cost.cpu).collect::<Vec<_>>())
    }

    /// The median of the most memory, MiB.
    pub fn peak(&self) -> f64 {
        median(&self.0.iter().map(|cost| cost.peak).collect::<Vec<_>>())
    }
}

/// Runs tasks in turns, so that whatever else the machine does falls on all of them alike. A task
/// that is not there (its program is not installed) has no runs.
pub fn alternate(rounds: usize, tasks: &[Option<Task>]) -> Result<Vec<Option<Runs>>> {
    let mut runs: Vec<Option<Runs>> =
        tasks.iter().map(|task| task.as_ref().map(|_| Runs::default())).collect();
    for _ in 0..rounds {
        for (task, runs) in tasks.iter().zip(&mut runs) {
            if let (Some(task), Some(runs)) = (task, runs) {
                runs.0.push(task.run()?);
            }
        }
    }
    Ok(runs)
}
