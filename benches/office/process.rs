//! What Linux tells about a process.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context as _, Result};

/// A running process.
pub struct Process {
    root: PathBuf,
}

/// Memory, KiB.
#[derive(Debug, Clone, Copy)]
pub struct Memory {
    /// What is held now, shared pages of the program's own file included.
    pub rss: f64,
    /// The part of it that is the process's alone and not backed by a file.
    pub anonymous: f64,
    /// The most that was ever held.
    pub peak: f64,
}

/// What was used so far.
#[derive(Debug, Clone, Copy)]
pub struct Usage {
    /// Nanoseconds of processor.
    pub cpu_ns: u64,
    /// Times that a thread was put on or taken off a processor.
    pub switches: u64,
    /// Bytes handed to any write, terminal and files alike.
    pub written: u64,
}

impl Process {
    /// By its number.
    pub fn of(pid: u32) -> Self {
        Self { root: PathBuf::from(format!("/proc/{pid}")) }
    }

    /// Its memory.
    pub fn memory(&self) -> Result<Memory> {
        let status = fs::read_to_string(self.root.join("status"))?;
        let kib = |name: &str| figure(&status, name).map(|n| n as f64);
        Ok(Memory { rss: kib("VmRSS:")?, anonymous: kib("RssAnon:")?, peak: kib("VmHWM:")? })
    }

    /// What it used, all threads together.
    pub fn usage(&self) -> Result<Usage> {
        let io = fs::read_to_string(self.root.join("io"))?;
        let mut usage = Usage { cpu_ns: 0, switches: 0, written: figure(&io, "wchar:")? };
        for task in fs::read_dir(self.root.join("task"))? {
            let task = task?.path();
            let ran = fs::read_to_string(task.join("schedstat"))?;
            usage.cpu_ns += ran.split_whitespace().next().unwrap_or("0").parse::<u64>()?;
            let status = fs::read_to_string(task.join("status"))?;
            usage.switches += figure(&status, "voluntary_ctxt_switches:")?;
            usage.switches += figure(&status, "nonvoluntary_ctxt_switches:")?;
        }
        Ok(usage)
    }
}

fn figure(text: &str, name: &str) -> Result<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let word = line.and_then(|rest| rest.split_whitespace().next());
    Ok(word.with_context(|| format!("the kernel tells no {name}"))?.parse()?)
}
