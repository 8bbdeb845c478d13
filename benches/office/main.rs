//! What the program costs a person: how long it takes to stand on the screen, how long a key takes
//! to be drawn, how much memory it holds, and what it does while nobody touches it.
//!
//! `cargo bench` runs everything; `cargo bench -- --quick` runs fewer rounds on a smaller office;
//! `--json` prints JSON in place of the table. What each row means is in `benches/README.md`.

mod desk;
mod ground;
mod lists;
mod loader;
mod process;
mod report;
mod resting;
mod starting;
mod terminal;

use std::io::Write as _;

use anyhow::Result;

use report::Report;

/// How much is measured.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Starts of each process, alternating with the peer's.
    pub n_starts: usize,
    /// Times that the script of keys is gone through.
    pub n_rounds: usize,
    /// Keys whose repaint is timed in the whole process.
    pub n_keys: usize,
    /// Seconds without a key.
    pub idle_secs: u64,
    /// Transfers of the large office.
    pub n_transfers: usize,
}

impl Effort {
    const FULL: Self =
        Self { n_starts: 15, n_rounds: 20, n_keys: 300, idle_secs: 10, n_transfers: 100_000 };
    const QUICK: Self =
        Self { n_starts: 5, n_rounds: 3, n_keys: 60, idle_secs: 3, n_transfers: 5_000 };
}

/// What was asked for on the command line.
struct Order {
    effort: Effort,
    json: bool,
}

fn main() -> Result<()> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let has = |flag: &str| args.iter().any(|arg| arg == flag);
    // `cargo test --all-targets` runs this without the flag, and unoptimised figures mislead.
    if !has("--bench") {
        return say("measured by `cargo bench` only\n");
    }
    let effort = if has("--quick") { Effort::QUICK } else { Effort::FULL };
    let order = Order { effort: sized(effort)?, json: has("--json") };
    let report = measure(order.effort)?;
    say(&if order.json { report.json()? } else { report.text() })
}

#[expect(clippy::disallowed_methods, reason = "a benchmark has no world to read it through")]
fn sized(effort: Effort) -> Result<Effort> {
    match std::env::var("BENCH_TRANSFERS") {
        Ok(text) => Ok(Effort { n_transfers: text.parse()?, ..effort }),
        Err(_) => Ok(effort),
    }
}

fn measure(effort: Effort) -> Result<Report> {
    let mut report = Report::new(effort);
    let ground = ground::Ground::prepare(effort.n_transfers)?;
    if only("lists") {
        lists::measure(&ground, effort, &mut report)?;
        return Ok(report);
    }
    // Whole processes first, while this one is small: a larger parent takes longer to spawn from.
    starting::measure(&ground, effort, &mut report)?;
    resting::measure(&ground, effort, &mut report)?;
    desk::measure(&ground, effort, &mut report)?;
    lists::measure(&ground, effort, &mut report)?;
    Ok(report)
}

/// Whether one part alone was asked for.
fn only(part: &str) -> bool {
    std::env::args().any(|arg| arg == format!("--only={part}"))
}

fn say(text: &str) -> Result<()> {
    Ok(std::io::stdout().lock().write_all(text.as_bytes())?)
}

/// Tells on the error stream how far it is.
fn progress(text: &str) {
    // A reader who has closed the error stream does not want to know.
    writeln!(std::io::stderr(), "{text}").unwrap_or_default();
}
