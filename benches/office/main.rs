//! What the program costs a person: how long it takes to stand on the screen, how long a key takes
//! to be drawn, how much memory it holds, what it does while nobody touches it; and how it bears a
//! country of organisations and a million transfers, beside other programs.
//!
//! `cargo bench` measures everything at the usual sizes; `-- --quick` at small ones, `-- --full` at
//! those of the country; `--only=start,lists` some sections; `--json` prints JSON in place of the
//! table. What each row means is in `benches/README.md`.

mod chance;
mod corpus;
mod desk;
mod directory;
mod files;
mod fts;
mod ground;
mod kernel;
mod loader;
mod nation;
mod nucleo;
mod pages;
mod peers;
mod probe;
mod process;
mod queries;
mod report;
mod resting;
mod screens;
mod signing;
mod starting;
mod terminal;
mod weigh;

use std::ffi::OsString;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, bail, ensure};

use ground::Ground;
use report::{Report, Whole};

/// How much is measured.
#[derive(Debug, Clone)]
pub struct Effort {
    /// What it is called.
    pub name: &'static str,
    /// Starts of each process, alternating with the peer's.
    pub n_starts: usize,
    /// Times that the script of keys is gone through, and that each question is asked.
    pub n_rounds: usize,
    /// Keys whose repaint is timed in the whole process.
    pub n_keys: usize,
    /// Seconds without a key.
    pub idle_secs: u64,
    /// Texts whose hits are compared with a plain scan.
    pub n_compared: usize,
    /// Sizes of the list of organisations, ascending; the largest is measured in full.
    pub orgs: Vec<usize>,
    /// Transfers of the offices, ascending; the largest is measured in full.
    pub transfers: Vec<usize>,
    /// Rows of the files that are written and read.
    pub n_rows: usize,
}

impl Effort {
    fn full() -> Self {
        Self {
            name: "full",
            n_compared: 200,
            orgs: vec![100_000, 1_000_000, 4_300_000],
            transfers: vec![10_000, 100_000, 1_000_000],
            n_rows: 1_000_000,
            ..Self::usual()
        }
    }

    fn usual() -> Self {
        Self {
            name: "usual",
            n_starts: 11,
            n_rounds: 20,
            n_keys: 300,
            idle_secs: 10,
            n_compared: 100,
            orgs: vec![100_000, 1_000_000],
            transfers: vec![10_000, 100_000],
            n_rows: 100_000,
        }
    }

    fn quick() -> Self {
        Self {
            name: "quick",
            n_starts: 5,
            n_rounds: 5,
            n_keys: 60,
            idle_secs: 3,
            n_compared: 50,
            orgs: vec![100_000],
            transfers: vec![10_000],
            n_rows: 10_000,
        }
    }

    /// Transfers of the largest office.
    pub fn n_transfers(&self) -> usize {
        self.transfers.last().copied().unwrap_or(0)
    }
}

/// The sections, each measured in a process of its own, so that none leaves the next one large.
const SECTIONS: [(&str, &str); 6] = [
    ("search", "the list of organisations"),
    ("lists", "lists of transfers"),
    ("start", "start, keys, rest"),
    ("desk", "keys in one process"),
    ("files", "files"),
    ("signing", "signing in"),
];

/// What was asked for on the command line.
struct Order {
    effort: Effort,
    words: Vec<String>,
    json: bool,
    only: Vec<String>,
}

impl Order {
    fn parse(words: Vec<String>) -> Result<Self> {
        let has = |flag: &str| words.iter().any(|word| word == flag);
        let effort = match (has("--quick"), has("--full")) {
            (true, false) => Effort::quick(),
            (false, true) => Effort::full(),
            (false, false) => Effort::usual(),
            (true, true) => bail!("--quick and --full exclude each other"),
        };
        let only = words.iter().find_map(|word| word.strip_prefix("--only="));
        let only: Vec<String> =
            only.map(|names| names.split(',').map(str::to_owned).collect()).unwrap_or_default();
        let unknown = only.iter().find(|name| SECTIONS.iter().all(|(known, _)| known != name));
        if let Some(name) = unknown {
            bail!(
                "no section is called {name}; there are {}",
                SECTIONS.map(|(id, _)| id).join(", ")
            );
        }
        let json = has("--json");
        Ok(Self { effort, words, json, only })
    }

    fn wants(&self, section: &str) -> bool {
        self.only.is_empty() || self.only.iter().any(|name| name == section)
    }
}

fn main() -> Result<()> {
    let mut words = std::env::args_os().skip(1).peekable();
    match words.peek().and_then(|word| word.to_str()) {
        Some(weigh::FLAG) => return weigh::weigh(words.skip(1)),
        Some(probe::FLAG) => return probe::answer(words.skip(1)),
        Some("--section") => return section(words.skip(1)),
        Some(_) | None => {}
    }
    let words: Vec<String> = std::env::args().skip(1).collect();
    // `cargo test --all-targets` runs this without the flag, and unoptimised figures mislead.
    if !words.iter().any(|word| word == "--bench") {
        return say("measured by `cargo bench` only\n");
    }
    let order = Order::parse(words)?;
    let whole = run(&order)?;
    let json = whole.json()?;
    std::fs::write(target()?.join("figures.json"), &json)?;
    say(&if order.json { json } else { whole.text() })
}

fn run(order: &Order) -> Result<Whole> {
    let mut machine = Report::default();
    peers::introduce(&mut machine);
    let mut sections = vec![("machine".to_owned(), machine)];
    for (id, name) in SECTIONS.iter().filter(|(id, _)| order.wants(id)) {
        sections.push(((*name).to_owned(), child(order, id)?));
    }
    Ok(Whole { effort: format!("effort {}", order.effort.name), sections })
}

/// Runs a section as a process. One that fails says so in the table, and the others are not lost.
fn child(order: &Order, id: &str) -> Result<Report> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg("--section").arg(id).args(&order.words).stdin(Stdio::null());
    let output = command.stderr(Stdio::inherit()).output()?;
    if output.status.success() {
        return serde_json::from_slice(&output.stdout).context("a section told no figures");
    }
    let mut report = Report::default();
    report.note(format!("section {id} FAILED: {}", output.status));
    Ok(report)
}

/// One section, with its figures as JSON on the standard output; those up to a fault count.
fn section(words: impl Iterator<Item = OsString>) -> Result<()> {
    let words: Vec<String> = words.map(|word| word.to_string_lossy().into_owned()).collect();
    let (id, words) = words.split_first().context("which section?")?;
    let effort = Order::parse(words.to_vec())?.effort;
    let mut report = Report::default();
    if let Err(fault) = measure(id, &effort, &mut report) {
        report.note(format!("section {id} FAILED on the way: {fault:#}"));
    }
    say(&serde_json::to_string(&report)?)
}

fn measure(id: &str, effort: &Effort, report: &mut Report) -> Result<()> {
    let target = &target()?;
    match id {
        "search" => directory::measure(target, effort, report),
        "lists" => pages::measure(target, effort, report),
        "start" => {
            let ground = Ground::prepare(target, effort)?;
            starting::measure(&ground, effort, report)?;
            resting::measure(&ground, effort, report)?;
            screens::measure(&ground, target, effort, report)
        }
        "desk" => desk::measure(&Ground::prepare(target, effort)?, effort, report),
        "files" => files::measure(target, effort, report),
        "signing" => signing::measure(effort, report),
        other => bail!("no section is called {other}"),
    }
}

/// The folder of everything that is made to measure on.
fn target() -> Result<PathBuf> {
    let build = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().context("no target folder")?;
    let target = build.join("bench-office");
    std::fs::create_dir_all(&target)?;
    ensure!(target.is_dir(), "{} is no folder", target.display());
    Ok(target)
}

/// Writes to the standard output.
pub fn say(text: &str) -> Result<()> {
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}

/// Tells on the error stream how far it is.
pub fn progress(text: &str) {
    // A reader who has closed the error stream does not want to know.
    writeln!(std::io::stderr(), "{text}").unwrap_or_default();
}
