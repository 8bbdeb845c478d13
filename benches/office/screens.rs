//! Other programs that show a long list on the screen, and keys that are pressed while ours works.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result};

use crate::ground::Ground;
use crate::peers::Peer;
use crate::report::{Report, Row, median, quantile};
use crate::starting::{HOME, ms};
use crate::terminal::{Size, Watched, program};
use crate::{Effort, progress};

const SIZE: Size = (200, 60);
const DOWN: &str = "\x1b[B";
const PAGE: &str = "\x1b[6~";

/// One screen of one program.
#[derive(Default)]
struct Screen {
    start: Vec<f64>,
    down: Vec<f64>,
    page: Vec<f64>,
}

impl Screen {
    /// Starts, waits until the list stands, and presses keys; to the end of each repaint.
    fn watch(&mut self, mut watched: Watched, text: &str, n_keys: usize) -> Result<Watched> {
        let shown = watched.wait_for(text)?;
        self.start.push(ms(shown.stable - watched.started));
        for _ in 0..n_keys {
            for (key, samples) in [(DOWN, &mut self.down), (PAGE, &mut self.page)] {
                let (at, shown) = watched.answer(key)?;
                samples.push(ms(shown.stable - at));
            }
        }
        Ok(watched)
    }
}

/// Measures both.
pub fn measure(ground: &Ground, target: &Path, effort: &Effort, report: &mut Report) -> Result<()> {
    let (_, largest) = ground.largest()?;
    beside_lists(largest, target, effort, report)?;
    while_exporting(largest, target, report)
}

/// Ours on the database, the others on a file of the same rows.
fn beside_lists(dir: &Path, target: &Path, effort: &Effort, report: &mut Report) -> Result<()> {
    let file = target.join("files").join("shown.csv");
    std::fs::create_dir_all(file.parent().context("no folder")?)?;
    crate::files::list_of(dir, &file)?;
    let file = file.to_str().context("the target folder has no name in UTF-8")?;
    progress("screens of other programs");
    let mut ours = Screen::default();
    let mut others = [(Peer::Csvlens, 20.0), (Peer::Visidata, 50.0)]
        .map(|(peer, times)| (peer, times, peer.then(|program| (program, Screen::default()))));
    for _ in 0..effort.n_starts.min(5) {
        ours.watch(program(dir, &["demo"], SIZE)?, HOME, effort.n_keys / 20)?.quit()?;
        for (_, _, screen) in &mut others {
            if let Some((program, screen)) = screen {
                let watched = Watched::start(program, &[file], SIZE)?;
                screen.watch(watched, HOME, effort.n_keys / 20)?.kill()?;
            }
        }
    }
    for (peer, times, screen) in &others {
        let of = |figure: fn(&Screen) -> &Vec<f64>| screen.as_ref().map(|(_, s)| median(figure(s)));
        let name = peer.name();
        let row = Row::new("start to the list, 200x60", median(&ours.start), "ms");
        report.add(row.beside(name, of(|s| &s.start)).times(1.0 / times));
        let row = Row::new("cursor key to painted, 200x60", median(&ours.down), "ms");
        report.add(row.beside(name, of(|s| &s.down)).times(1.2));
        let row = Row::new("page key to painted, 200x60", median(&ours.page), "ms");
        report.add(row.beside(name, of(|s| &s.page)).times(1.0));
    }
    Ok(())
}

/// Keys while everything that is there is written to a file.
fn while_exporting(dir: &Path, target: &Path, report: &mut Report) -> Result<()> {
    progress("keys while a file is written");
    let file = target.join("files").join("meanwhile.csv");
    if file.exists() {
        std::fs::remove_file(&file)?;
    }
    let mut watched = program(dir, &["demo"], SIZE)?;
    watched.wait_for(HOME)?;
    // 全部, 导出, 清空, the path, 提交.
    for keys in ["\x1b[D", "9", "\x1bOQ"] {
        watched.answer(keys)?;
    }
    watched.answer(file.to_str().context("the target folder has no name in UTF-8")?)?;
    watched.press("\x1b[19~")?;
    let (start, mut taken) = (Instant::now(), Vec::new());
    while !file.exists() && start.elapsed() < Duration::from_secs(300) {
        let at = watched.press(DOWN)?;
        match watched.next_piece(Duration::from_millis(250)) {
            Some(seen) => taken.push(ms(seen - at)),
            None => taken.push(250.0),
        }
        watched.leave_alone(Duration::from_millis(30));
    }
    let name = format!("key to repaint while a file is written, {} keys", taken.len());
    report.add(Row::new(format!("{name}, median"), median(&taken), "ms"));
    report.add(Row::new(format!("{name}, p99"), quantile(&taken, 0.99), "ms").at_most(16.7));
    watched.kill()
}
