//! The invented office: a university committee with everything around it, its people, and their
//! transfers in every stage, so that the program can be tried without anybody's data.
//!
//! | file | what lives there |
//! |---|---|
//! | `chance.rs` | repeatable chance |
//! | `organisations.rs`, `people.rs`, `roll.rs`, `cast.rs` | who there is |
//! | `scenes.rs`, `story.rs`, `play.rs` | what happens: the table, the plan, the moves |
//!
//! Everything goes through the same functions that people use, with the check-up, so that no
//! transfer here could not have been made by hand. It is built in a folder beside its place and
//! moved there when it is whole; a half-built one never counts.

mod cast;
mod chance;
mod organisations;
mod people;
mod play;
mod roll;
mod scenes;
mod story;
#[cfg(test)]
mod tests;

pub use cast::{DEMO_ACCOUNTS, DemoAccount};

use std::collections::BTreeMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::places::make_private;
use super::setup::sync_dir;
use super::{Occupant, Office, Places, Station, Viewing, io_fault};
use crate::domain::account::Actor;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::form::Reason;
use crate::domain::ids::{Now, OrgId};
use crate::domain::member::age_on;
use crate::domain::workflow::Stage;
use crate::rules::Rules;
use crate::store::{OrgFilter, Store};
use crate::vault::DatabaseKey;
use cast::Cast;
use chance::Chance;
use organisations::{Place, Tree};
use people::{Person, Registry};
use play::{Account, Care, Case, Play};
use scenes::{Age, By, End, From, Scene, To};
use story::Planner;

/// How large the invented office is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoSize {
    /// Organisations; 40 where fewer are asked for, since the story needs them.
    pub n_orgs: usize,
    /// Members.
    pub n_members: usize,
    /// Transfers, drafts included. Where they outnumber the members, people come from elsewhere.
    pub n_transfers: usize,
    /// The same seed at the same time gives the same office.
    pub seed: u64,
}

impl Default for DemoSize {
    fn default() -> Self {
        Self { n_orgs: 60, n_members: 1200, n_transfers: 240, seed: 2020 }
    }
}

impl DemoSize {
    /// How the size is kept in the database.
    fn text(self) -> String {
        format!("{}/{}/{}/{}", self.n_orgs, self.n_members, self.n_transfers, self.seed)
    }
}

/// Most transfers that go through the check-up one by one.
const MOST_CHECKED: usize = 5_000;

/// How many members get an account of their own.
const N_MEMBER_ACCOUNTS: usize = 12;

/// Whether an invented office lies there.
pub fn is_demo(places: &Places) -> bool {
    places.demo_key().exists()
}

/// Opens the invented office with the key that lies open beside it.
///
/// # Errors
/// Where the key cannot be read, or the database is damaged.
pub(super) fn open_demo(
    places: &Places,
    rules: &Arc<Rules>,
    viewing: Option<Viewing>,
) -> Result<Office, Fault> {
    let path = places.demo_key();
    let text = std::fs::read_to_string(&path)
        .map_err(|error| io_fault("读不了演示数据的密钥", &path, &error))?;
    let key = parse_key(&text).ok_or_else(|| {
        let sentence = format!(
            "演示数据的密钥文件 {} 不完整，应是 64 位十六进制数字。请删去演示目录，再运行 tuanzhuan demo。",
            path.display()
        );
        Fault::new(FaultKind::Damaged, sentence)
    })?;
    let open = if viewing.is_some() { Store::open_to_view } else { Store::open };
    let store = open(&places.database(), &key.pragma_literal())?;
    Ok(Office {
        store,
        key,
        newest_key: None,
        vault: None,
        pen: None,
        rules: rules.clone(),
        places: places.clone(),
        shelf: super::directory::Shelf::default(),
        viewing,
    })
}

/// Makes the invented office in `places`, which are its own ([`Places::demo`]). One of the same
/// size and seed is kept as it is, with whatever was tried in it; one of another size is replaced
/// and kept as `data.previous`. Whoever gives no size should open what is there ([`is_demo`]).
///
/// # Errors
/// Where a real office lies there, or it cannot be written. Nothing counts then.
pub fn make_demo(places: &Places, size: DemoSize, now: Now) -> Result<(), Fault> {
    if is_demo(places) && size_of(places)? == size.text() {
        return Ok(());
    }
    refuse_real(places)?;
    places.make()?;
    let _station = match is_demo(places) {
        true => Some(Station::required(&places.data, Occupant::Command, now)?),
        false => None,
    };
    let staging = Places { data: places.data.with_extension("tmp"), ..places.clone() };
    clear(&staging.data)?;
    make_private(&staging.data)?;
    let care = if size.n_transfers > MOST_CHECKED { Care::Straight } else { Care::CheckedUp };
    build(&staging, size, now, care)?;
    put_in_place(&staging.data, &places.data)
}

fn size_of(places: &Places) -> Result<String, Fault> {
    let office = open_demo(places, &Arc::new(Rules::national()), Some(Viewing::ReadOnly))?;
    Ok(office.store.meta("demo_size")?.unwrap_or_default())
}

/// A real office is never overwritten by an invented one.
fn refuse_real(places: &Places) -> Result<(), Fault> {
    let real = places.key_file().exists() || (places.database().exists() && !is_demo(places));
    if !real {
        return Ok(());
    }
    let sentence = format!(
        "{} 里是正式数据，没有改动。演示数据要放在另一个目录，请用 --data-dir 换一个。",
        places.data.display()
    );
    Err(Fault::new(FaultKind::Conflict, sentence))
}

fn clear(dir: &Path) -> Result<(), Fault> {
    match std::fs::remove_dir_all(dir) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(io_fault("清理不了上次没做完的演示数据", dir, &error))
        }
        Ok(()) | Err(_) => Ok(()),
    }
}

fn put_in_place(staging: &Path, data: &Path) -> Result<(), Fault> {
    let told = |error: std::io::Error| io_fault("放不了演示数据", data, &error);
    let previous: PathBuf = data.with_extension("previous");
    // An empty folder is no previous demo, and goes.
    if std::fs::remove_dir(data).is_err() {
        clear(&previous)?;
        std::fs::rename(data, &previous).map_err(told)?;
    }
    std::fs::rename(staging, data).map_err(told)?;
    data.parent().map_or(Ok(()), sync_dir)
}

fn build(places: &Places, size: DemoSize, now: Now, care: Care) -> Result<(), Fault> {
    let key = DatabaseKey::random()?;
    let store = Store::create(&places.database(), &key.pragma_literal())?;
    let rules = Arc::new(Rules::national());
    let hex = key.pragma_literal().trim_matches(|c| c == 'x' || c == '\'').to_owned();
    let office = Office {
        store,
        key,
        newest_key: None,
        vault: None,
        pen: None,
        rules,
        places: places.clone(),
        shelf: super::directory::Shelf::default(),
        viewing: None,
    };
    office.store.atomically(|| {
        office.store.set_meta("demo", "1")?;
        office.store.set_meta("demo_size", &size.text())?;
        fill(&office, size, now, care)
    })?;
    write_key(&places.demo_key(), &hex)
}

fn write_key(path: &Path, hex: &str) -> Result<(), Fault> {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(path).and_then(|mut file| {
        file.write_all(hex.as_bytes())?;
        file.sync_all()
    });
    written.map_err(|error| io_fault("写不了演示数据的密钥", path, &error))
}

fn parse_key(text: &str) -> Option<DatabaseKey> {
    let digits: Vec<u32> = text.trim().chars().map(|c| c.to_digit(16)).collect::<Option<_>>()?;
    let bytes: Vec<u8> = digits
        .chunks_exact(2)
        .filter_map(|pair| u8::try_from(pair.first()? * 16 + pair.get(1)?).ok())
        .collect();
    let whole = digits.len() == 64;
    bytes.try_into().ok().filter(|_| whole).map(DatabaseKey::from_bytes)
}

/// Everything that is in the office, in the order in which it would have come about.
fn fill(office: &Office, size: DemoSize, now: Now, care: Care) -> Result<(), Fault> {
    let tree = Tree::plant(size, now);
    let ago = |days: usize| Now { moment: Chance::new(size.seed, 9).office_hour(now, days), ..now };
    let entries = tree.entries(size.seed);
    office.store.add_root(entries.first().unwrap_or(&Default::default()))?;
    let province = cast::found(office, &tree, ago(200))?;
    let rest = entries.get(1..).unwrap_or_default();
    office.store.desk(&province, ago(199)).import_organisations(rest, "组织名录.xlsx")?;
    let mut cast = cast::hire(office, &tree, &province, (size.seed, ago(198)))?;
    let mut registry = Registry::new(size.seed, now);
    let pools = roll::populate(office, &tree, &cast, &mut registry, (size, ago(190)))?;
    let mut planner = Planner::new(&tree, &mut registry, pools, (Chance::new(size.seed, 7), now));
    let mut cases = plan(&mut planner, size.n_transfers, (&cast.member, now))?;
    give_accounts(office, &tree, &mut cast, &mut cases, ago(150))?;
    let rows = rows_of(office, &tree, &province, now)?;
    Play { office, tree: &tree, cast: &cast, rows: &rows, now, care }.perform(&mut cases)
}

/// The row of each organisation of the tree. One list, since looking each up by its code would read
/// the whole table every time.
fn rows_of(office: &Office, tree: &Tree, by: &Actor, now: Now) -> Result<Vec<OrgId>, Fault> {
    let filter = OrgFilter { limit: Some(tree.nodes.len()), ..OrgFilter::default() };
    let (found, _) = office.store.desk(by, now).organisations("", &filter, None)?;
    let rows: BTreeMap<String, OrgId> = found.into_iter().map(|org| (org.code, org.id)).collect();
    let row = |node| rows.get(&tree.code(node)).copied();
    (0..tree.nodes.len())
        .map(|node| {
            row(node).ok_or_else(|| Fault::new(FaultKind::Failed, "演示数据里缺一个组织。"))
        })
        .collect()
}

/// The cases of the table, after those of the member who is shown.
fn plan(
    planner: &mut Planner<'_>,
    n: usize,
    (member, now): (&Actor, Now),
) -> Result<Vec<Case>, Fault> {
    let own = own_story(planner, member, now);
    let own: Vec<Case> = own.into_iter().take(n).collect();
    let mut cases = planner.plan(n - own.len())?;
    cases.extend(own);
    Ok(cases)
}

/// A request that was returned, and the one that followed it. It is left out where the test clock
/// stands in a year in which the person shown would be too young or too old.
fn own_story(planner: &mut Planner<'_>, member: &Actor, now: Now) -> Vec<Case> {
    let age = member.id_number.birthday().and_then(|born| age_on(born, now.today()));
    if !age.is_some_and(|age| (16..28).contains(&age)) {
        return Vec::new();
    }
    let node = planner.tree.first(Place::GraduatingClass);
    let person = Person { id_number: member.id_number.clone(), name: member.name.clone(), node };
    let scene = |end| Scene {
        n: 1,
        from: From::Graduate,
        reason: Reason::EmployedWithoutOrg,
        to: To::Township,
        by: By::Member,
        end,
        age: Age::Fresh,
    };
    let ends = [
        (End::Returned(Stage::DestinationReview), &[20, 17, 12][..]),
        (End::At(Stage::OriginReview), &[2][..]),
    ];
    let story = ends.into_iter().map(|(end, days)| {
        let mut case = planner.fill(scene(end), person.clone());
        case.account = Account::Shown;
        case.moments = days.iter().map(|d| planner.chance.office_hour(now, *d)).collect();
        case
    });
    story.collect()
}

/// Some of the members' own requests come from accounts of their own.
fn give_accounts(
    office: &Office,
    tree: &Tree,
    cast: &mut Cast,
    cases: &mut [Case],
    now: Now,
) -> Result<(), Fault> {
    let mut own: Vec<&mut Case> = cases
        .iter_mut()
        .filter(|case| case.scene.by == By::Member && case.scene.from == From::Graduate)
        .filter(|case| case.account == Account::Clerk && case.scene.end != End::Draft)
        .collect();
    let step = (own.len() / N_MEMBER_ACCOUNTS).max(1);
    for case in own.iter_mut().step_by(step).take(N_MEMBER_ACCOUNTS) {
        case.account = Account::Own(cast.admit(office, tree, &case.person, now)?);
    }
    Ok(())
}
