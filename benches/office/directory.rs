//! Finding an organisation in the national list: in this process, then as a whole process beside
//! the programs that search lines.

pub mod processes;

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Result;
use tuanzhuan::directory::{Built, Directory, Query, Section, Step, build};
use tuanzhuan::domain::fault::Fault;
use tuanzhuan::domain::name_search::NameQuery;

use crate::corpus::{self, Corpus};
use crate::fts::Fts;
use crate::ground;
use crate::nucleo;
use crate::queries::{HOSTILE, Kind, LENGTHS, Queries};
use crate::report::{Report, Row, median, quantile};
use crate::{Effort, kernel, nation, progress};

/// Rows of a picker.
const LIMIT: usize = 50;

/// Names that are looked at before the person's next key is: the program's own slice.
const SLICE: u32 = 10_000;

/// A frame, ms.
const FRAME: f64 = 16.7;

/// Measures every size; the largest in full.
pub fn measure(target: &Path, effort: &Effort, report: &mut Report) -> Result<()> {
    let Some((largest, smaller)) = effort.orgs.split_last() else { return Ok(()) };
    for n_orgs in smaller {
        let (ground, _) = prepare(target, *n_orgs, report)?;
        latencies(&ground, effort, report)?;
    }
    let (ground, build) = prepare(target, *largest, report)?;
    latencies(&ground, effort, report)?;
    answers(&ground, effort, report)?;
    other_ways(&ground, report)?;
    hostile(&ground, report)?;
    beside_fts(&ground, build, target, report)?;
    beside_nucleo(&ground, report)?;
    processes::measure(&ground, target, effort, report)
}

/// One list with its directory.
struct Ground {
    label: String,
    list: PathBuf,
    corpus: Corpus,
    queries: Queries,
    /// What `--data-dir` takes.
    dir: PathBuf,
    file: PathBuf,
    directory: Directory,
}

fn told(fault: impl Into<Fault>) -> anyhow::Error {
    ground::told(fault.into())
}

/// Builds the directory anew, and tells what it takes; returns that too, CPU seconds.
fn prepare(target: &Path, n_orgs: usize, report: &mut Report) -> Result<(Ground, f64)> {
    let list = nation::list(target, n_orgs)?;
    progress("reading the list");
    let corpus = corpus::read(&list)?;
    let label = label_of(corpus.n());
    let dir = target.join("directories").join(&label);
    let data = dir.join("data");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    fs::create_dir_all(&data)?;
    progress(&format!("building the directory of {label}"));
    let (cpu, start) = (kernel::process_time(), Instant::now());
    let mut watch = |_| ControlFlow::Continue(());
    build(&corpus, &data, 1, &mut watch).and_then(Built::publish).map_err(told)?;
    let (cpu, wall) = ((kernel::process_time() - cpu).as_secs_f64(), start.elapsed().as_secs_f64());
    let file = data.join(Directory::file_name(1));
    let directory = Directory::open(&file).map_err(told)?;
    report.add(Row::new(format!("{label}: build, processor"), cpu, "s"));
    report.add(Row::new(format!("{label}: build, wall"), wall, "s"));
    let share = |n: f64| n / corpus.n_bytes() as f64 * 100.0;
    let n_bytes = file.metadata()?.len() as f64;
    report.add(Row::new(format!("{label}: whole file of the names' bytes"), share(n_bytes), "%"));
    let text = Row::new(
        format!("{label}: text index of the names' bytes"),
        share(text_bytes(&directory)),
        "%",
    );
    report.add(text.at_most(35.0).only_at(is_national(&corpus)));
    let sound = share(bytes_of(&directory, &SOUND));
    report.add(Row::new(format!("{label}: pinyin index of the names' bytes"), sound, "%"));
    progress("drawing queries");
    let queries = Queries::draw(&corpus, 60);
    Ok((Ground { label, list, corpus, queries, dir, file, directory }, cpu))
}

/// The parts of the file that find pieces of names.
const TEXT: [Section; 5] = [
    Section::Alphabet,
    Section::Frequent,
    Section::TextLists,
    Section::TextKeys,
    Section::TextIndex,
];

/// The parts of the file that find sounds.
const SOUND: [Section; 3] = [Section::SoundLists, Section::SoundKeys, Section::SoundIndex];

fn bytes_of(directory: &Directory, sections: &[Section]) -> f64 {
    sections.iter().map(|section| directory.section_bytes(*section)).sum::<usize>() as f64
}

fn text_bytes(directory: &Directory) -> f64 {
    bytes_of(directory, &TEXT)
}

/// Whether a list is as long as the country's, which is what the targets are meant for that are told
/// in another's time or in the list's own size.
fn is_national(corpus: &Corpus) -> bool {
    corpus.n() >= 4_000_000
}

fn label_of(n: usize) -> String {
    match n {
        n if n >= 1_000_000 => format!("{:.1}M", n as f64 / 1e6),
        n => format!("{}k", n / 1000),
    }
}

impl Ground {
    fn row(&self, name: impl std::fmt::Display, figure: f64, unit: &str) -> Row {
        Row::new(format!("{}: {name}", self.label), figure, unit)
    }

    fn search(&self, text: &str) -> Result<usize> {
        let parsed = NameQuery::parse(text);
        let found = self.directory.search(asked(&parsed)).finish().map_err(told)?;
        Ok(found.rows.len())
    }

    /// Processor ms of a query, and the wall ms: the middle ones of some times.
    fn time(&self, times: usize, mut ask: impl FnMut() -> Result<()>) -> Result<(f64, f64)> {
        let (mut cpu, mut wall) = (Vec::new(), Vec::new());
        for _ in 0..times.max(1) {
            let (before, start) = (kernel::thread_time(), Instant::now());
            ask()?;
            cpu.push((kernel::thread_time() - before).as_secs_f64() * 1e3);
            wall.push(start.elapsed().as_secs_f64() * 1e3);
        }
        Ok((median(&cpu), median(&wall)))
    }

    /// Processor ms of each text, and the wall ms.
    fn times<'a>(
        &self,
        times: usize,
        texts: impl IntoIterator<Item = &'a str>,
    ) -> Result<(Vec<f64>, Vec<f64>)> {
        let mut all = (Vec::new(), Vec::new());
        for text in texts {
            let (cpu, wall) = self.time(times, || self.search(text).map(drop))?;
            all.0.push(cpu);
            all.1.push(wall);
        }
        Ok(all)
    }

    fn texts(&self, length: usize) -> impl Iterator<Item = &str> {
        let of_length = move |text: &&crate::queries::Text| text.length == length;
        self.queries.pieces.iter().filter(of_length).map(|text| text.text.as_str())
    }
}

fn asked(text: &NameQuery) -> Query<'_> {
    Query { text, kind: None, under: None, home: None, recent: &[], limit: LIMIT }
}

/// Pieces of names by length, all of them together with the hostile ones.
fn latencies(ground: &Ground, effort: &Effort, report: &mut Report) -> Result<()> {
    progress(&format!("searching in {}", ground.label));
    let opened =
        ground.time(effort.n_rounds, || Directory::open(&ground.file).map(drop).map_err(told))?;
    report.add(ground.row("open, warm", opened.1, "ms"));
    let (mut all, mut walls) = (Vec::new(), Vec::new());
    for length in LENGTHS {
        let (cpu, wall) = ground.times(effort.n_rounds, ground.texts(length))?;
        let name = format!("piece of {length}");
        report.add(ground.row(format!("{name}, median"), median(&cpu), "ms"));
        let p99 = ground.row(format!("{name}, p99"), quantile(&cpu, 0.99), "ms");
        report.add(p99.at_most(1.0));
        all.extend(cpu);
        walls.extend(wall);
    }
    let (cpu, wall) = ground.times(effort.n_rounds, HOSTILE)?;
    all.extend(cpu);
    walls.extend(wall);
    report.add(ground.row(format!("all {} texts, median", all.len()), median(&all), "ms"));
    report.add(ground.row("all texts, p99", quantile(&all, 0.99), "ms").at_most(1.0));
    report.add(ground.row("all texts, worst", quantile(&all, 1.0), "ms").at_most(FRAME));
    let slow = walls.iter().filter(|ms| **ms > FRAME).count() as f64;
    report.add(ground.row("texts over a frame of wall time", slow, "").at_most(0.0));
    Ok(())
}

/// The same hits as a plain scan of all names.
fn answers(ground: &Ground, effort: &Effort, report: &mut Report) -> Result<()> {
    progress("comparing with a plain scan");
    let is_text = |text: &&str| !text.bytes().all(|b| b.is_ascii());
    let pieces = ground.queries.pieces.iter().map(|text| text.text.as_str());
    let step = ground.queries.pieces.len().div_ceil(effort.n_compared).max(1);
    let texts: Vec<&str> = pieces.step_by(step).chain(HOSTILE).filter(is_text).collect();
    let mut n_wrong = 0.0;
    for text in &texts {
        let parsed = NameQuery::parse(text);
        let hits = ground.directory.search(asked(&parsed)).finish().map_err(told)?;
        let entry = |no: &_| ground.directory.entry(*no).map_err(told);
        let codes: Vec<&str> =
            hits.rows.iter().map(|no| Ok(entry(no)?.code)).collect::<Result<_>>()?;
        if codes != ground.corpus.first_hits(text, LIMIT) {
            progress(&format!("「{text}」 has other hits than a plain scan"));
            n_wrong += 1.0;
        }
    }
    let name = format!("texts of {} whose hits differ from a plain scan", texts.len());
    report.add(ground.row(name, n_wrong, "").at_most(0.0));
    Ok(())
}

fn other_ways(ground: &Ground, report: &mut Report) -> Result<()> {
    progress("pinyin, beginnings, several terms");
    let queries = &ground.queries;
    for (name, texts, most) in [
        ("initials", &queries.initials, Some(2.0)),
        ("whole pinyin", &queries.pinyin, None),
        ("beginning of a name", &queries.prefixes, Some(0.1)),
        ("terms in another order", &queries.shuffled, Some(4.0)),
    ] {
        let (cpu, _) = ground.times(5, texts.iter().map(String::as_str))?;
        report.spread(&format!("{}: {name}", ground.label), &cpu, "ms", most);
    }
    for (name, texts) in [
        ("misspelt, what is offered", &queries.misspelt),
        ("abridged, what is offered", &queries.abridged),
    ] {
        let mut all = Vec::new();
        for text in texts {
            let offer = || ground.directory.suggest(text, SLICE).map(drop).map_err(told);
            all.push(ground.time(5, offer)?.0);
        }
        report.spread(&format!("{}: {name}", ground.label), &all, "ms", Some(4.0));
    }
    Ok(())
}

/// What is hard takes slices, and between them a key is answered.
fn hostile(ground: &Ground, report: &mut Report) -> Result<()> {
    let mut slices = Vec::new();
    for text in HOSTILE.iter().copied().chain(ground.queries.pieces.iter().map(|t| t.text.as_str()))
    {
        let parsed = NameQuery::parse(text);
        let mut search = ground.directory.search(asked(&parsed));
        loop {
            let before = kernel::thread_time();
            let step = search.advance(SLICE).map_err(told)?;
            slices.push((kernel::thread_time() - before).as_secs_f64() * 1e3);
            if matches!(step, Step::Done) {
                break;
            }
        }
    }
    let worst = quantile(&slices, 1.0);
    report.add(ground.row("longest slice of any search", worst, "ms").at_most(8.0));
    Ok(())
}

fn beside_fts(ground: &Ground, build: f64, target: &Path, report: &mut Report) -> Result<()> {
    progress("building SQLite's index of the same names");
    let dir = target.join("peers");
    fs::create_dir_all(&dir)?;
    let fts = Fts::build(&ground.corpus, &dir.join("names.db"))?;
    let who = "FTS5 trigram";
    let third = 1.0 / 3.0;
    let is_large = is_national(&ground.corpus);
    let row = ground.row("build", build, "s").beside(who, fts.build);
    report.add(row.times(third).only_at(is_large));
    let n_bytes = text_bytes(&ground.directory) / 1e6;
    report.add(ground.row("index", n_bytes, "MB").beside(who, fts.n_bytes / 1e6));
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    let pieces = ground.queries.pieces.iter().map(|text| text.text.as_str());
    for text in pieces.chain(HOSTILE).filter(|text| text.chars().count() >= 3) {
        ours.push(ground.time(5, || ground.search(text).map(drop))?.0);
        theirs.push(ground.time(5, || fts.search(text).map(drop))?.0);
    }
    let beside = |name, share| {
        let peer = quantile(&theirs, share);
        ground.row(name, quantile(&ours, share), "ms").beside(who, peer)
    };
    report.add(beside("pieces of 3 and more, median", 0.5));
    report.add(beside("pieces of 3 and more, p99", 0.99).times(1.0 / 20.0).only_at(is_large));
    report.add(beside("pieces of 3 and more, worst", 1.0));
    Ok(())
}

fn beside_nucleo(ground: &Ground, report: &mut Report) -> Result<()> {
    progress("nucleo on two threads");
    let pile = nucleo::Pile::of(&ground.corpus);
    let texts: Vec<&str> = ground
        .queries
        .pieces
        .iter()
        .filter(|text| text.kind == Kind::Sampled && text.length >= 2)
        .step_by(20)
        .map(|text| text.text.as_str())
        .collect();
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for text in texts {
        ours.push(ground.time(5, || ground.search(text).map(drop))?.1);
        let start = Instant::now();
        pile.search(text);
        theirs.push(start.elapsed().as_secs_f64() * 1e3);
    }
    let row = ground.row("piece, median of wall time", median(&ours), "ms");
    let row = row.beside("nucleo's matcher, 2 threads", median(&theirs)).times(1.0 / 500.0);
    report.add(row.only_at(is_national(&ground.corpus)));
    Ok(())
}
