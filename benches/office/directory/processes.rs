//! The same as whole processes: memory, first searches, one question, reading the list.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::{Context as _, Result};
use tuanzhuan::directory::Directory;
use tuanzhuan::domain::name_search::NameQuery;
use tuanzhuan::domain::progress::unwatched;

use super::{FRAME, Ground, asked, is_national, told};
use crate::files::{self, words};
use crate::ground::{ID_NUMBER, PASSWORD, seal, write_password};
use crate::peers::Peer;
use crate::process::Process;
use crate::queries::{HOSTILE, Kind};
use crate::report::{Report, median};
use crate::weigh::{Runs, Task, alternate};
use crate::{Effort, kernel, nation, probe, progress};

/// Measures all of it.
pub(super) fn measure(
    ground: &Ground,
    target: &Path,
    effort: &Effort,
    report: &mut Report,
) -> Result<()> {
    memory(ground, report)?;
    cold(ground, effort, report)?;
    question(ground, target, effort, report)?;
    national_import(ground, target, report)
}

/// A process of its own that asks everything once tells how much of its memory is its own.
fn memory(ground: &Ground, report: &mut Report) -> Result<()> {
    let texts = ground.dir.join("texts");
    let pieces = ground.queries.pieces.iter().map(|text| text.text.as_str());
    fs::write(&texts, pieces.chain(HOSTILE).collect::<Vec<_>>().join("\n"))?;
    let kib: f64 = probe::call("directory-memory", &[&ground.file, &texts])?;
    report.add(
        ground.row("private memory of a process that searched", kib / 1024.0, "MiB").at_most(25.0),
    );
    Ok(())
}

/// The other side of [`memory`].
pub fn memory_probe(file: &Path, texts: &Path) -> Result<f64> {
    let directory = Directory::open(file).map_err(told)?;
    for text in fs::read_to_string(texts)?.lines() {
        let parsed = NameQuery::parse(text);
        directory.search(asked(&parsed)).finish().map_err(told)?;
    }
    Ok(Process::of(std::process::id()).memory()?.anonymous)
}

/// The first search of a process when the disk has to be read, and after the file was read ahead.
fn cold(ground: &Ground, effort: &Effort, report: &mut Report) -> Result<()> {
    progress("first searches on a cold file");
    let text = rare_text(ground)?;
    // A file that is mapped here stays in memory, so it is a copy that is forgotten.
    let copy = ground.file.with_extension("copy");
    fs::copy(&ground.file, &copy)?;
    let (mut first, mut ahead) = (Vec::new(), Vec::new());
    for _ in 0..effort.n_starts {
        first.push(probe::call::<f64>("directory-first", &[&copy, Path::new(text)])?);
        ahead.push(probe::call::<f64>("directory-ahead", &[&copy, Path::new(text)])?);
    }
    fs::remove_file(&copy)?;
    let name = "first search of a process, file not in memory";
    report.add(ground.row(name, median(&first), "ms").at_most(100.0));
    let name = "first search of a process, file read ahead";
    report.add(ground.row(name, median(&ahead), "ms").at_most(FRAME));
    Ok(())
}

/// Drops the file from the kernel's cache, then opens and searches; ms.
pub fn first_probe(file: &Path, text: &str, ahead: bool) -> Result<f64> {
    kernel::forget(file)?;
    let start = Instant::now();
    let directory = Directory::open(file).map_err(told)?;
    let start = if ahead {
        directory.verify(&mut unwatched).map_err(told)?;
        Instant::now()
    } else {
        start
    };
    let parsed = NameQuery::parse(text);
    directory.search(asked(&parsed)).finish().map_err(told)?;
    Ok(start.elapsed().as_secs_f64() * 1e3)
}

fn rare_text(ground: &Ground) -> Result<&str> {
    let mut pieces = ground.queries.pieces.iter();
    let rare = pieces.find(|text| text.kind == Kind::Rare && text.length == 3);
    rare.map(|text| text.text.as_str()).context("the list has no rare text")
}

/// One question as a whole process, names in the kernel's cache.
fn question(ground: &Ground, target: &Path, effort: &Effort, report: &mut Report) -> Result<()> {
    let text = rare_text(ground)?;
    progress(&format!("「{text}」 as a whole process"));
    let names = nation::names_of(&ground.list, target)?;
    let ours = words([&"--data-dir", &ground.dir, &"org", &"search", &text, &"--limit", &"50"]);
    let fixed: [&dyn AsRef<OsStr>; 5] = [&"-F", &"-m50", &"--", &text, &names];
    let filter = words([&"--exact", &"--filter", &text]);
    let tasks = [
        Some(Task::new(env!("CARGO_BIN_EXE_tuanzhuan"), ours)),
        Peer::Ripgrep.then(|rg| Task::new(rg, words(fixed))),
        Peer::Grep.then(|grep| Task::new(grep, words(fixed))),
        Peer::Fzf.then(|fzf| Task::new(fzf, filter).reading(&names)),
    ];
    let [ours, peers @ ..] = &alternate(effort.n_starts.min(7), &tasks)?[..] else {
        return Ok(());
    };
    let ours = ours.as_ref().context("ours did not run")?;
    report.add(ground.row("org search as a process, memory", ours.peak(), "MiB"));
    let targets = [
        ("rg -F -m50", Some(0.1)),
        ("grep -F -m50", None),
        ("fzf --exact --filter", Some(1.0 / 500.0)),
    ];
    for ((name, most), theirs) in targets.into_iter().zip(peers) {
        let of = |figure: fn(&Runs) -> f64| theirs.as_ref().map(|runs| figure(runs) * 1e3);
        let row = ground.row("org search as a process, wall", ours.wall() * 1e3, "ms");
        let row = row.beside(name, of(Runs::wall));
        report.add(match most {
            Some(most) => row.times(most).only_at(is_national(&ground.corpus)),
            None => row,
        });
        let row = ground.row("org search as a process, processor", ours.cpu() * 1e3, "ms");
        report.add(row.beside(name, of(Runs::cpu)));
    }
    Ok(())
}

/// The whole list read into the office of a county, as a person would.
fn national_import(ground: &Ground, target: &Path, report: &mut Report) -> Result<()> {
    progress("reading the whole list into an office");
    let county = ground.corpus.county().context("the list has no county")?;
    let (office, password) = (target.join("county"), target.join("county-password"));
    if office.exists() {
        fs::remove_dir_all(&office)?;
    }
    seal(&office, county)?;
    write_password(&password, PASSWORD)?;
    let import = words([&"org", &"import", &ground.list]);
    let cost = files::ours(&office, (ID_NUMBER, &password), &import).run()?;
    let database = target.join("peers").join("list.db");
    let theirs =
        Peer::Sqlite.then(|_| files::sqlite_imports(&ground.list, &database).run()).transpose()?;
    let row = ground.row("org import, one run, processor", cost.cpu, "s");
    report.add(row.beside("sqlite3 .import", theirs.map(|cost| cost.cpu)));
    report.add(ground.row("org import, one run, wall", cost.wall, "s"));
    report.add(ground.row("org import, memory", cost.peak, "MiB"));
    Ok(())
}
