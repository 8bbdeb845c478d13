//! The whole process while it is worked in and while it is left alone: repaints, memory, idleness.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::ground::Ground;
use crate::report::{Report, Row};
use crate::starting::{HOME, ms};
use crate::terminal::{Watched, program};
use crate::{Effort, progress};

const SIZE: (u16, u16) = (80, 24);
const DOWN: &str = "\x1b[B";
const UP: &str = "\x1b[A";

/// A morning in short: down the list, to its end, through the views, a search, a page of details,
/// every order. Each is a key as a terminal sends it.
const BROWSING: [&str; 24] = [
    "\x1b[B", "\x1b[B", "\x1b[6~", "\x1b[6~", "\x1b[F", "\x1b[H", "\x1b[C", "\x1b[C", "\x1b[C",
    "\x1b[C", "\x1b[C", "\x1b[F", "\x1bOR", "w", "a", "\x1b", "\x1b", "\r", "\x1b", "4", "1", "4",
    "3", "\x1b[C",
];

/// Measures the demo of everybody and the large one.
pub fn measure(ground: &Ground, effort: &Effort, report: &mut Report) -> Result<()> {
    memory(&ground.usual, "demo", 24.0, effort, report)?;
    let (n, largest) = ground.largest()?;
    memory(largest, &format!("{n} transfers"), 40.0, effort, report)?;
    report.note(
        "memory counts every page of the program's own file that was read; the private part does not",
    );
    repaints(largest, effort, report)
}

fn memory(dir: &Path, name: &str, most: f64, effort: &Effort, report: &mut Report) -> Result<()> {
    progress(&format!("memory and rest of the {name}"));
    let mut watched = program(dir, &["demo"], SIZE)?;
    watched.wait_for(HOME)?;
    tell_memory(&watched, &format!("memory, {name}, at home"), most, report)?;
    for key in BROWSING {
        watched.answer(key)?;
    }
    tell_memory(&watched, &format!("memory, {name}, after browsing"), most, report)?;
    idle(&mut watched, name, effort, report)?;
    watched.quit()
}

fn tell_memory(watched: &Watched, name: &str, most: f64, report: &mut Report) -> Result<()> {
    let memory = watched.process()?.memory()?;
    let mib = |kib: f64| kib / 1024.0;
    for (what, kib) in [("held", memory.rss), ("peak", memory.peak)] {
        report.add(Row::new(format!("{name}: {what}"), mib(kib), "MiB"));
    }
    let private = Row::new(format!("{name}: private"), mib(memory.anonymous), "MiB");
    report.add(private.at_most(most));
    Ok(())
}

fn idle(watched: &mut Watched, name: &str, effort: &Effort, report: &mut Report) -> Result<()> {
    let process = watched.process()?;
    watched.leave_alone(Duration::from_millis(500));
    let before = process.usage()?;
    let shown = watched.leave_alone(Duration::from_secs(effort.idle_secs));
    let after = process.usage()?;
    let name = format!("idle {} s, {name}", effort.idle_secs);
    let cpu = (after.cpu_ns - before.cpu_ns) as f64 / 1e6;
    report.add(Row::new(format!("{name}: processor"), cpu, "ms").at_most(1.0));
    report.add(Row::new(format!("{name}: to the terminal"), shown as f64, "B").at_most(0.0));
    let written = (after.written - before.written) as f64;
    report.add(Row::new(format!("{name}: to anything"), written, "B").at_most(0.0));
    let switches = (after.switches - before.switches) as f64;
    report.add(Row::new(format!("{name}: switches"), switches, "").at_most(0.0));
    Ok(())
}

/// From the key to the first byte of the repaint, as the terminal gets it: the selection moves with
/// the key, and the details of the row follow as soon as they are read.
fn repaints(dir: &Path, effort: &Effort, report: &mut Report) -> Result<()> {
    progress("keys in the whole process");
    let mut watched = program(dir, &["demo"], SIZE)?;
    watched.wait_for(HOME)?;
    let (mut first, mut whole) = (Vec::new(), Vec::new());
    for i in 0..effort.n_keys {
        let (at, shown) = watched.answer(if i % 20 < 15 { DOWN } else { UP })?;
        first.push(ms(shown.first - at));
        whole.push(ms(shown.stable - at));
    }
    report.spread("cursor key to repaint, whole process", &first, "ms", Some(16.7));
    report.spread("cursor key to details, whole process", &whole, "ms", None);
    watched.quit()
}
