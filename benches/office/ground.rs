//! The offices that are measured on. They are built once and kept below the target folder, so that
//! the first run is long and the others are not.

use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, ensure};
use tuanzhuan::app::perform::World;
use tuanzhuan::app::world::Clock;
use tuanzhuan::domain::account::Actor;
use tuanzhuan::domain::fault::Fault;
use tuanzhuan::domain::organisation::OrgKind;
use tuanzhuan::office::{
    DEMO_ACCOUNTS, DemoAccount, DemoSize, Door, OfficeEntry, Places, PreparedOffice, is_demo,
};
use tuanzhuan::vault::KdfCost;

use crate::{Effort, progress};

/// The sign-in name of the office with a password: of a county that is given to no place.
pub const ID_NUMBER: &str = "320199198806121011";

/// Its password.
pub const PASSWORD: &str = "Shuiniao-Qiao-4820";

/// Where the offices lie.
pub struct Ground {
    /// The demo as everybody gets it.
    pub usual: PathBuf,
    /// The demo with more and more transfers, each with how many.
    pub sizes: Vec<(usize, PathBuf)>,
    /// An office with a password whose derivation costs next to nothing, so that what comes after
    /// it can be measured alone. The work after the derivation is that of any other office.
    pub sealed: PathBuf,
}

impl Ground {
    /// Builds what is not there yet.
    pub fn prepare(target: &Path, effort: &Effort) -> Result<Self> {
        let dir = target.join(schema());
        let sized = |n: &usize| (*n, dir.join(format!("large-{n}")));
        let ground = Self {
            usual: dir.join("usual"),
            sizes: effort.transfers.iter().map(sized).collect(),
            sealed: dir.join("sealed"),
        };
        demo(&ground.usual, DemoSize::default())?;
        for (n_transfers, dir) in &ground.sizes {
            large(dir, *n_transfers)?;
        }
        seal(&ground.sealed, "共青团云州理工学院委员会")?;
        Ok(ground)
    }

    /// The largest demo.
    pub fn largest(&self) -> Result<(usize, &Path)> {
        let (n, dir) = self.sizes.last().context("no office was asked for")?;
        Ok((*n, dir))
    }
}

/// Most transfers that are made by the use cases one by one; more are copies of these.
const MOST_MADE: usize = 25_000;

/// Builds a large office: made whole or, where it is very large, multiplied in a folder beside it,
/// so that one that was left half done never counts.
fn large(dir: &Path, n_transfers: usize) -> Result<()> {
    if is_demo(&demo_places(dir)) {
        return Ok(());
    }
    let n_made = n_transfers.min(MOST_MADE);
    let (n_orgs, n_members) = ((n_made / 20).max(60), (n_made / 2).max(1200));
    let size = DemoSize { n_orgs, n_members, n_transfers: n_made, ..DemoSize::default() };
    if n_made == n_transfers {
        return demo(dir, size);
    }
    let begun = dir.with_extension("begun");
    if begun.exists() {
        std::fs::remove_dir_all(&begun)?;
    }
    demo(&begun, size)?;
    let start = Instant::now();
    crate::loader::multiply(&demo_places(&begun), n_transfers)?;
    progress(&format!("{n_transfers} transfers in {:.0} s", start.elapsed().as_secs_f64()));
    Ok(std::fs::rename(&begun, dir)?)
}

/// A mark of the schema: an office that was built with another one would be measured wrongly.
pub fn schema() -> String {
    let mut hasher = DefaultHasher::new();
    include_str!("../../assets/sql/0001_ground.sql").hash(&mut hasher);
    format!("{:08x}", hasher.finish() as u32)
}

/// The places of the demo below a directory that is given to `--data-dir`.
pub fn demo_places(dir: &Path) -> Places {
    Places::below(dir).demo()
}

/// Builds a demo by the program itself, in a process of its own: built in here, a large one would
/// leave this process large, and every start measured afterwards would pay for the larger fork. That
/// cost is the same for ours and for the peer, so it would make the ratio look better than it is.
fn demo(dir: &Path, size: DemoSize) -> Result<()> {
    if is_demo(&demo_places(dir)) {
        return Ok(());
    }
    progress(&format!("building an office of {} transfers, once", size.n_transfers));
    let start = Instant::now();
    let mut command = Command::new(env!("CARGO_BIN_EXE_tuanzhuan"));
    command.arg("--data-dir").arg(dir).args(["demo", "--prepare"]).stdout(Stdio::null());
    let sizes =
        [("--orgs", size.n_orgs), ("--members", size.n_members), ("--transfers", size.n_transfers)];
    for (name, n) in sizes {
        command.arg(name).arg(n.to_string());
    }
    let built = command.status()?;
    ensure!(built.success(), "the demo was not built: {built}");
    progress(&format!("built in {:.0} s", start.elapsed().as_secs_f64()));
    Ok(())
}

/// Sets up an office with a password, whose first organisation is called so.
pub fn seal(dir: &Path, org: &str) -> Result<()> {
    let places = Places::below(dir);
    if places.key_file().exists() {
        return Ok(());
    }
    let entry = OfficeEntry {
        org: org.to_owned(),
        kind: OrgKind::Committee,
        name: "沈知远".to_owned(),
        id_number: ID_NUMBER.to_owned(),
        phone: String::new(),
        password: PASSWORD.to_owned().into(),
    };
    let now = Clock::system().now();
    let office = PreparedOffice::make(&places, &entry, KdfCost::DEMO, now).map_err(told)?;
    office.put_in_place().map_err(told)
}

/// The world of a demo with its first account let in, as the program itself opens it.
pub fn world_of(dir: &Path) -> Result<(World, Actor, Clock)> {
    let first = DEMO_ACCOUNTS.first().context("the demo has no account")?;
    world_for(dir, first)
}

/// The world of a demo with an account let in.
pub fn world_for(dir: &Path, account: &DemoAccount) -> Result<(World, Actor, Clock)> {
    let mut door = Door::new(demo_places(dir)).map_err(told)?;
    let actor = door.walk_in(account.id_number).map_err(told)?;
    let clock = Clock::system();
    Ok((World::new(door, clock), actor, clock))
}

/// The account that sees all of a demo.
pub fn overseer() -> Result<&'static DemoAccount> {
    DEMO_ACCOUNTS.get(1).context("the demo has no account of the province")
}

/// The database of a demo and its raw key, as SQLCipher takes it.
pub fn database_of(dir: &Path) -> Result<(PathBuf, String)> {
    let places = demo_places(dir);
    let key = std::fs::read_to_string(places.demo_key())?;
    Ok((places.database(), format!("x'{}'", key.trim())))
}

/// A fault of the program, with its cause.
pub fn told(fault: Fault) -> anyhow::Error {
    anyhow!("{} ({})", fault.sentence, fault.cause.unwrap_or_default())
}

/// Writes a password into a file that only its owner may read: the program takes no other.
pub fn write_password(path: &Path, password: &str) -> Result<()> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    Ok(options.open(path)?.write_all(password.as_bytes())?)
}
