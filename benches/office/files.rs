//! Files in and out, as whole processes: registers of members read, lists of transfers written.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, BufWriter, Write as _};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};
use tuanzhuan::domain::id_number::check_character;
use tuanzhuan::domain::workflow::Stage;

use crate::chance::Chance;
use crate::ground::{
    Ground, ID_NUMBER, PASSWORD, demo_places, overseer, schema, seal, write_password,
};
use crate::peers::Peer;
use crate::report::{Report, Row};
use crate::weigh::{Runs, Task, alternate};
use crate::{Effort, progress};

/// The top of the office that registers are read into.
const TOP: &str = "共青团云州理工学院委员会";

/// Branches of that office.
const N_BRANCHES: usize = 1_000;

/// Rows that Python is asked to handle; more would take it many minutes.
const MOST_FOR_PYTHON: usize = 100_000;

/// Runs of each task.
const ROUNDS: usize = 5;

const SURNAMES: &str = include_str!("../../assets/demo/surnames.txt");
const GIVEN_NAMES: &str = include_str!("../../assets/demo/given_names.txt");

/// Writes the rows of a CSV file into a workbook as it goes.
const PYTHON_WRITES: &str = "
import csv, sys, openpyxl
book = openpyxl.Workbook(write_only=True)
sheet = book.create_sheet()
for row in csv.reader(open(sys.argv[1], encoding='utf-8-sig', newline='')):
    sheet.append(row)
book.save(sys.argv[2])
";

/// Reads every cell of a workbook as it goes, and keeps none.
const PYTHON_READS: &str = "
import sys, openpyxl
book = openpyxl.load_workbook(sys.argv[1], read_only=True)
print(sum(1 for row in book.active.iter_rows(values_only=True)))
";

/// Measures both ways.
pub fn measure(target: &Path, effort: &Effort, report: &mut Report) -> Result<()> {
    let dir = target.join("files");
    fs::create_dir_all(&dir)?;
    imports(target, &dir, effort, report)?;
    exports(target, &dir, effort, report)
}

fn label_of(n: usize) -> String {
    match n {
        n if n >= 1_000_000 => format!("{}M", n / 1_000_000),
        n => format!("{}k", n / 1000),
    }
}

/// A call of the program on an office, signed in.
pub fn ours(dir: &Path, (id, password): (&str, &Path), words: &[OsString]) -> Task {
    let mut all: Vec<OsString> = vec!["--data-dir".into(), dir.into(), "--as".into(), id.into()];
    all.extend(["--yes".into(), "--password-file".into(), password.into()]);
    all.extend(words.iter().cloned());
    Task::new(env!("CARGO_BIN_EXE_tuanzhuan"), all)
}

/// Words of a command line, of texts and paths alike.
pub fn words<const N: usize>(words: [&dyn AsRef<std::ffi::OsStr>; N]) -> Vec<OsString> {
    words.iter().map(|word| word.as_ref().to_owned()).collect()
}

fn rounds_of(task: Option<Task>, more: [Option<Task>; 1]) -> Result<(Runs, Option<Runs>)> {
    let [peer] = more;
    let mut runs = alternate(ROUNDS, &[task, peer])?.into_iter();
    let ours = runs.next().flatten().context("ours did not run")?;
    Ok((ours, runs.next().flatten()))
}

/// A row of processor time beside a peer's.
fn beside(name: &str, ours: &Runs, peer: &str, theirs: Option<&Runs>, most: f64) -> Row {
    Row::new(format!("{name}, processor"), ours.cpu(), "s")
        .beside(peer, theirs.map(Runs::cpu))
        .times(most)
}

// --- Reading -----------------------------------------------------------------------------------

/// An office that nobody is registered in yet.
struct Empty {
    template: PathBuf,
    work: PathBuf,
    password: PathBuf,
}

impl Empty {
    /// With its branches, made once.
    fn prepare(target: &Path, dir: &Path) -> Result<Self> {
        let template = target.join(schema()).join("register");
        let password = dir.join("password");
        write_password(&password, PASSWORD)?;
        let office = Self { template, work: dir.join("register"), password };
        let done = office.template.join("done");
        if !done.exists() {
            progress("building an office to read registers into, once");
            seal(&office.template, TOP)?;
            let list = dir.join("branches.csv");
            write_branches(&list)?;
            let import = words([&"org", &"import", &list]);
            let cost = ours(&office.template, (ID_NUMBER, &office.password), &import).run()?;
            ensure!(cost.code == 0, "the branches were not read");
            fs::write(done, "")?;
        }
        Ok(office)
    }

    /// A register read into a fresh copy of the office, several times, in turns with a peer.
    fn reads(&self, register: &Path, peer: Option<&Task>) -> Result<(Runs, Option<Runs>)> {
        let (mut mine, mut theirs) = (Runs::default(), peer.map(|_| Runs::default()));
        let import = words([&"member", &"import", &register]);
        for _ in 0..ROUNDS {
            self.refresh()?;
            let cost = ours(&self.work, (ID_NUMBER, &self.password), &import).run()?;
            ensure!(cost.code == 0, "{} was not read", register.display());
            mine.0.push(cost);
            if let (Some(peer), Some(theirs)) = (peer, &mut theirs) {
                theirs.0.push(peer.run()?);
            }
        }
        Ok((mine, theirs))
    }

    fn refresh(&self) -> Result<()> {
        if self.work.exists() {
            fs::remove_dir_all(&self.work)?;
        }
        copy_folder(&self.template, &self.work)
    }
}

/// Copies a folder with what is in it.
pub fn copy_folder(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let (path, name) = {
            let entry = entry?;
            (entry.path(), entry.file_name())
        };
        match path.is_dir() {
            true => copy_folder(&path, &to.join(name))?,
            false => fs::copy(&path, to.join(name)).map(drop)?,
        }
    }
    // The key file refuses to be read where others could.
    Ok(fs::set_permissions(to, from.metadata()?.permissions())?)
}

fn write_branches(path: &Path) -> Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "组织编号,上级组织,组织全称,组织类别")?;
    for i in 0..N_BRANCHES {
        writeln!(out, "ZB{i:05},{TOP},云州理工学院第{i}团支部,团支部")?;
    }
    Ok(out.flush()?)
}

/// A register of so many invented people.
fn write_register(path: &Path, n: usize) -> Result<()> {
    const HEAD: &str = "姓名,身份证号,手机号,所在团支部,入团时间,民族,政治面貌,学历";
    let mut chance = Chance::new(11);
    let (surnames, given): (Vec<&str>, Vec<&str>) =
        (SURNAMES.split_whitespace().collect(), GIVEN_NAMES.split_whitespace().collect());
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "{HEAD}")?;
    for i in 0..n {
        let name =
            [chance.often(&surnames), chance.of(&given)].map(Option::unwrap_or_default).concat();
        let (year, month, day) = (2000 + i / 1000 % 9, 1 + i / 9_000 % 12, 1 + i / 108_000 % 28);
        let head = format!("320199{year}{month:02}{day:02}{:03}", i % 1000);
        let check = char::from(check_character(head.as_bytes()));
        let phone = 13_800_000_000_usize + i;
        let branch = i * N_BRANCHES / n;
        writeln!(
            out,
            "{name},{head}{check},{phone},ZB{branch:05},{}-05,汉族,共青团员,大学本科",
            year + 14
        )?;
    }
    Ok(out.flush()?)
}

fn write_workbook(register: &Path, path: &Path) -> Result<()> {
    let mut book = rust_xlsxwriter::Workbook::new();
    let sheet = book.add_worksheet_with_constant_memory()?;
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(register)?;
    for (row, record) in (0..).zip(reader.records()) {
        for (column, cell) in (0..).zip(&record?) {
            sheet.write_string(row, column, cell)?;
        }
    }
    Ok(book.save(path)?)
}

fn imports(target: &Path, dir: &Path, effort: &Effort, report: &mut Report) -> Result<()> {
    let office = Empty::prepare(target, dir)?;
    let n = effort.n_rows.min(MOST_FOR_PYTHON);
    let (csv, xlsx) =
        (dir.join(format!("register-{n}.csv")), dir.join(format!("register-{n}.xlsx")));
    if !xlsx.exists() {
        write_register(&csv, n)?;
        write_workbook(&csv, &xlsx)?;
    }
    progress("reading registers");
    let label = label_of(n);
    let database = dir.join("import.db");
    let sqlite = Peer::Sqlite.then(|_| sqlite_imports(&csv, &database));
    let (small, theirs) = office.reads(&csv, sqlite.as_ref())?;
    let name = format!("members from CSV, {label}");
    report.add(beside(&name, &small, "sqlite3 .import", theirs.as_ref(), 1.5));
    report.add(Row::new(format!("{name}, memory"), small.peak(), "MiB"));
    let python =
        Peer::Openpyxl.then(|python| Task::new(python, words([&"-c", &PYTHON_READS, &xlsx])));
    let (ours, theirs) = office.reads(&xlsx, python.as_ref())?;
    let name = format!("members from XLSX, {label}");
    report.add(beside(&name, &ours, "openpyxl reading only", theirs.as_ref(), 0.1));
    report.add(Row::new(format!("{name}, memory"), ours.peak(), "MiB").at_most(48.0));
    if effort.n_rows > n {
        larger_import(&office, (&csv, n, &small), (dir, effort.n_rows), report)?;
    }
    Ok(())
}

/// Reads a CSV file into a table of the same columns that is not there yet.
pub fn sqlite_imports(csv: &Path, database: &Path) -> Task {
    let import = format!(".import {} members", csv.display());
    Task::new("sqlite3", words([&database, &".mode csv", &"DROP TABLE IF EXISTS members", &import]))
}

fn larger_import(
    office: &Empty,
    (_, n, small): (&Path, usize, &Runs),
    (dir, n_rows): (&Path, usize),
    report: &mut Report,
) -> Result<()> {
    let csv = dir.join(format!("register-{n_rows}.csv"));
    if !csv.exists() {
        write_register(&csv, n_rows)?;
    }
    progress(&format!("reading a register of {n_rows}"));
    let (large, _) = office.reads(&csv, None)?;
    let (name, times) =
        (format!("members from CSV, {}", label_of(n_rows)), n_rows as f64 / n as f64);
    let row = Row::new(format!("{name}, processor"), large.cpu(), "s");
    report.add(row.beside(format!("{times} x {}", label_of(n)), small.cpu() * times));
    report.add(Row::new(format!("{name}, wall"), large.wall(), "s"));
    report.add(
        Row::new(format!("{name}, memory"), large.peak(), "MiB").beside(label_of(n), small.peak()),
    );
    Ok(())
}

// --- Writing -----------------------------------------------------------------------------------

/// An office with transfers, and who sees all of them.
struct Source {
    n: usize,
    dir: PathBuf,
    id: &'static str,
    password: PathBuf,
}

impl Source {
    fn new(n: usize, dir: &Path, files: &Path) -> Result<Self> {
        let places = demo_places(dir);
        let dir = places.data.parent().context("no folder of the demo")?.to_owned();
        let province = overseer()?;
        let password = files.join("password-of-the-province");
        write_password(&password, province.password)?;
        Ok(Self { n, dir, id: province.id_number, password })
    }

    fn writes(&self, file: &Path) -> Task {
        let mut all = words([&"transfer", &"export", &"--overwrite", &"-o", &file]);
        for stage in Stage::ALL.iter().filter(|stage| **stage != Stage::Draft) {
            all.extend(words([&"--stage", &stage.id()]));
        }
        ours(&self.dir, (self.id, &self.password), &all)
    }
}

/// Everything of an office as CSV, once.
pub fn list_of(office: &Path, file: &Path) -> Result<()> {
    let files = file.parent().context("no folder")?;
    Source::new(0, office, files)?.writes(file).run().map(drop)
}

fn exports(target: &Path, dir: &Path, effort: &Effort, report: &mut Report) -> Result<()> {
    let ground = Ground::prepare(target, effort)?;
    let most = effort.n_rows.min(MOST_FOR_PYTHON);
    let fits = |(n, _): &&(usize, PathBuf)| *n <= most;
    let (n, office) = ground.sizes.iter().rev().find(fits).context("no office to write from")?;
    let source = Source::new(*n, office, dir)?;
    progress(&format!("writing {n} transfers"));
    let (csv, xlsx) = (dir.join("transfers.csv"), dir.join("transfers.xlsx"));
    source.writes(&csv).run()?;
    let rows = BufReader::new(File::open(&csv)?).lines().count().saturating_sub(1);
    report.note(format!("the files of transfers have {rows} rows and 21 columns"));
    let label = label_of(*n);
    let theirs = dir.join("openpyxl.xlsx");
    let python = Peer::Openpyxl
        .then(|python| Task::new(python, words([&"-c", &PYTHON_WRITES, &csv, &theirs])));
    let (small, python) = rounds_of(Some(source.writes(&xlsx)), [python])?;
    let name = format!("transfers to XLSX, {label}");
    report.add(beside(&name, &small, "openpyxl write-only", python.as_ref(), 1.0 / 8.0));
    report.add(Row::new(format!("{name}, memory"), small.peak(), "MiB").at_most(24.0));
    let sqlite =
        if Peer::Sqlite.found().is_some() { Some(sqlite_writes(&csv, dir)?) } else { None };
    let (ours, sqlite) = rounds_of(Some(source.writes(&dir.join("again.csv"))), [sqlite])?;
    let name = format!("transfers to CSV, {label}");
    report.add(beside(&name, &ours, "sqlite3 -csv", sqlite.as_ref(), 0.5));
    report.add(Row::new(format!("{name}, memory"), ours.peak(), "MiB"));
    let (largest, office) = ground.largest()?;
    if largest > source.n {
        let large = Source::new(largest, office, dir)?;
        larger_export(&large, (&source, &small), &xlsx, report)?;
    }
    Ok(())
}

fn larger_export(
    large: &Source,
    (source, small): (&Source, &Runs),
    file: &Path,
    report: &mut Report,
) -> Result<()> {
    progress(&format!("writing {} transfers", large.n));
    let (runs, _) = rounds_of(Some(large.writes(file)), [None])?;
    let name = format!("transfers to XLSX, {}", label_of(large.n));
    let row = Row::new(format!("{name}, processor"), runs.cpu(), "s");
    let most = large.n as f64 / source.n as f64 * 1.1;
    report.add(row.beside(label_of(source.n), small.cpu()).times(most));
    report.add(Row::new(format!("{name}, memory"), runs.peak(), "MiB").at_most(24.0));
    Ok(())
}

/// The same rows from a database of the peer's own, in the clear.
fn sqlite_writes(csv: &Path, dir: &Path) -> Result<Task> {
    let database = dir.join("export.db");
    if database.exists() {
        fs::remove_file(&database)?;
    }
    let import = format!(".import {} transfers", csv.display());
    let made = Command::new("sqlite3").arg(&database).args([".mode csv", &import]).status()?;
    ensure!(made.success(), "sqlite3 did not take the rows");
    let ask = words([&"-csv", &"-header", &database, &"SELECT * FROM transfers"]);
    Ok(Task::new("sqlite3", ask).writing(&dir.join("sqlite.csv")))
}
