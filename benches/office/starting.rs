//! From the start of the process to the screens, beside a small program that does nothing but say
//! its version.

use std::path::Path;
use std::time::Duration;

use anyhow::Result;

use crate::ground::{Ground, ID_NUMBER, PASSWORD, database_of};
use crate::pages::openings;
use crate::report::{Report, Row, median};
use crate::terminal::{Size, Watched, program};
use crate::{Effort, progress};

/// The smallest terminal that is worked in, and a large one.
pub const SIZES: [Size; 2] = [(80, 24), (200, 60)];

/// What stands on the sign-in screen and nowhere before it.
const SIGN_IN: &str = "身份证号码";

/// What stands on the home screen, in the frame of the list.
pub const HOME: &str = "转出人";

/// F8 as a terminal sends it: 登录.
const SUBMIT: &str = "\x1b[19~";

/// The program that ours is held against.
struct Peer {
    program: &'static str,
    args: &'static [&'static str],
}

impl Peer {
    fn find() -> Self {
        let sqlite = Self { program: "sqlite3", args: &["-version"] };
        let there = std::process::Command::new(sqlite.program).args(sqlite.args).output().is_ok();
        if there { sqlite } else { Self { program: "/bin/echo", args: &["3.0"] } }
    }

    fn name(&self) -> String {
        format!("{} {}", self.program, self.args.join(" "))
    }

    fn run(&self, size: Size) -> Result<f64> {
        let mut watched = Watched::start(self.program, self.args, size)?;
        let shown = watched.wait_for("")?;
        let taken = ms(shown.stable - watched.started);
        watched.ended()?;
        Ok(taken)
    }
}

/// Samples of one way of starting, in milliseconds.
#[derive(Default)]
struct Samples {
    /// Until the screen was there for the first time.
    seen: Vec<f64>,
    /// Until it did not change any more.
    stable: Vec<f64>,
}

/// What an office of one size takes.
struct Office<'a> {
    name: String,
    dir: &'a Path,
    /// Opening its database and asking the first question, ms.
    opened: f64,
    samples: Samples,
}

impl<'a> Office<'a> {
    fn new(name: String, dir: &'a Path, n: usize) -> Result<Self> {
        let (path, key) = database_of(dir)?;
        let opened = openings(n, (&path, &key))?;
        Ok(Self { name, dir, opened, samples: Samples::default() })
    }
}

/// Measures starts and sign-ins.
pub fn measure(ground: &Ground, effort: &Effort, report: &mut Report) -> Result<()> {
    let peer = Peer::find();
    report.note(format!("the peer of every start is `{}`, alternating with ours", peer.name()));
    for size in SIZES {
        progress(&format!("starting processes at {}x{}", size.0, size.1));
        start_at(ground, effort, &peer, (size, report))?;
    }
    Ok(())
}

fn start_at(
    ground: &Ground,
    effort: &Effort,
    peer: &Peer,
    (size, report): (Size, &mut Report),
) -> Result<()> {
    let (mut beside, mut inside, mut door) = (Vec::new(), Samples::default(), Samples::default());
    let mut offices = vec![Office::new("demo".to_owned(), &ground.usual, effort.n_starts)?];
    for (n, dir) in &ground.sizes {
        offices.push(Office::new(format!("{n} transfers"), dir, effort.n_starts)?);
    }
    for _ in 0..effort.n_starts {
        beside.push(peer.run(size)?);
        sign_in(&ground.sealed, size, &mut door, &mut inside)?;
        beside.push(peer.run(size)?);
        for office in &mut offices {
            open(office.dir, size, &mut office.samples)?;
        }
    }
    let (at, beside) = (format!("{}x{}", size.0, size.1), median(&beside));
    let mut tell = |name: &str, figure: f64, most: f64| {
        let name = format!("{name}, {at}");
        report.add(Row::new(name.clone(), figure, "ms").beside(peer.name(), beside).times(most));
        report.add(Row::new(format!("{name}, in a frame"), figure, "ms").at_most(16.7));
    };
    tell("start to sign-in", median(&door.stable), 2.5);
    tell("unlocked to home, new office", median(&inside.stable), 2.5);
    for office in &offices {
        let taken = median(&office.samples.stable) - office.opened;
        tell(&format!("start to home less the opening, {}", office.name), taken, 2.5);
    }
    for office in &offices {
        let name = format!("start to home, {}, {at}", office.name);
        let seen = median(&office.samples.seen);
        report.add(Row::new(format!("{name}: first seen"), seen, "ms").beside(peer.name(), beside));
        report.add(Row::new(format!("{name}: opening"), office.opened, "ms").at_most(10.0));
    }
    growth(&offices, &at, report);
    Ok(())
}

/// The largest office beside the one before it.
fn growth(offices: &[Office<'_>], at: &str, report: &mut Report) {
    if let [.., smaller, largest] = offices {
        let stable = |office: &Office<'_>| median(&office.samples.stable);
        let row = Row::new(
            format!("start to home, {}, {at}: stable", largest.name),
            stable(largest),
            "ms",
        );
        report.add(row.beside(smaller.name.clone(), stable(smaller)).times(1.1));
    }
}

/// Starts at the sign-in screen, signs in, and measures both.
fn sign_in(dir: &Path, size: Size, door: &mut Samples, inside: &mut Samples) -> Result<()> {
    let mut watched = program(dir, &[], size)?;
    let shown = watched.wait_for(SIGN_IN)?;
    door.seen.push(ms(shown.seen - watched.started));
    door.stable.push(ms(shown.stable - watched.started));
    watched.answer(&format!("{ID_NUMBER}\r{PASSWORD}"))?;
    let at = watched.press(SUBMIT)?;
    let shown = watched.wait_for(HOME)?;
    inside.seen.push(ms(shown.seen - at));
    inside.stable.push(ms(shown.stable - at));
    watched.quit()
}

fn open(dir: &Path, size: Size, samples: &mut Samples) -> Result<()> {
    let mut watched = program(dir, &["demo"], size)?;
    let shown = watched.wait_for(HOME)?;
    samples.seen.push(ms(shown.seen - watched.started));
    samples.stable.push(ms(shown.stable - watched.started));
    watched.quit()
}

/// Milliseconds.
pub fn ms(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}
