//! The members: made branch by branch, imported in rolls, and sorted into those the story may use.

use super::DemoSize;
use super::cast::{self, Cast};
use super::chance::Chance;
use super::organisations::{Place, Tree};
use super::people::{Person, Registry};
use super::story::Pools;
use crate::domain::account::Actor;
use crate::domain::fault::Fault;
use crate::domain::ids::Now;
use crate::domain::member::MemberEntry;
use crate::office::Office;

/// How many of the branch administrator's class are kept for requests that wait for a decision.
const N_HOMEROOM: usize = 10;

/// Most rows of one import, so that a large office needs no more memory than a small one.
const CHUNK: usize = 5_000;

/// Members of every branch: four of five in the university, the others in the city.
pub(super) fn populate(
    office: &Office,
    tree: &Tree,
    cast: &Cast,
    registry: &mut Registry,
    (size, now): (DemoSize, Now),
) -> Result<Pools, Fault> {
    let mut homes = Homes::of(tree);
    let mut rolls = [
        Roll { office, by: &cast.superior, now, file: "在校团员名册.xlsx", rows: Vec::new() },
        Roll {
            office,
            by: cast.over(tree, tree.first(Place::City)),
            now,
            file: "云州市团员名册.xlsx",
            rows: Vec::new(),
        },
    ];
    let [school, city] = &mut rolls;
    for account in cast::students() {
        let number = cast::parse(account.id_number)?;
        let name = account.name.to_owned();
        let entry = registry.entry(number, name, "汉族", Place::GraduatingClass);
        school.add(entry, tree.code(homes.homeroom))?;
    }
    let mut pools = Pools::default();
    for i in 0..size.n_members.saturating_sub(cast::students().len()) {
        let node = homes.next(i);
        let entry = registry.member(tree, node)?;
        let id_number = entry.id_number.clone();
        homes.sort_in(&mut pools, Person { id_number, name: entry.name.clone(), node }, tree);
        let roll = if tree.nodes[node].entered > 0 { &mut *school } else { &mut *city };
        roll.add(entry, tree.code(node))?;
    }
    school.write()?;
    city.write()?;
    pools.shuffle(&mut Chance::new(size.seed, 8));
    Ok(pools)
}

/// Rows of a member import that are not written yet.
struct Roll<'a> {
    office: &'a Office,
    by: &'a Actor,
    now: Now,
    file: &'static str,
    rows: Vec<(MemberEntry, String)>,
}

impl Roll<'_> {
    fn add(&mut self, entry: MemberEntry, branch: String) -> Result<(), Fault> {
        self.rows.push((entry, branch));
        if self.rows.len() < CHUNK { Ok(()) } else { self.write() }
    }

    fn write(&mut self) -> Result<(), Fault> {
        if !self.rows.is_empty() {
            self.office.store.desk(self.by, self.now).import_members(&self.rows, self.file)?;
        }
        self.rows.clear();
        Ok(())
    }
}

/// The branches in which members are put, by turns.
struct Homes {
    classes: Vec<usize>,
    city: Vec<usize>,
    homeroom: usize,
    turns: [usize; 2],
}

impl Homes {
    fn of(tree: &Tree) -> Self {
        let (mut classes, mut city) = (Vec::new(), Vec::new());
        for (i, node) in tree.nodes.iter().enumerate() {
            match node.place {
                Place::GraduatingClass | Place::Class => classes.push(i),
                Place::TownshipFloating
                | Place::YouthHome
                | Place::CompanyBranch
                | Place::OtherSchoolBranch
                | Place::GraduateFloating
                | Place::Staff => city.push(i),
                _ => {}
            }
        }
        let homeroom = tree.first(Place::GraduatingClass);
        Self { classes, city, homeroom, turns: [0, 0] }
    }

    fn next(&mut self, i: usize) -> usize {
        let in_city = i % 5 == 4;
        let nodes = if in_city { &self.city } else { &self.classes };
        let turn = &mut self.turns[usize::from(in_city)];
        *turn += 1;
        nodes.get((*turn - 1) % nodes.len().max(1)).copied().unwrap_or(self.homeroom)
    }

    fn sort_in(&self, pools: &mut Pools, person: Person, tree: &Tree) {
        let pool = match tree.nodes[person.node].place {
            Place::GraduatingClass
                if person.node == self.homeroom && pools.homeroom.len() < N_HOMEROOM =>
            {
                &mut pools.homeroom
            }
            Place::GraduatingClass => &mut pools.graduates,
            Place::Class => &mut pools.students,
            // They stay: nobody of the university's own asks to be taken in by it.
            Place::GraduateFloating | Place::Staff => return,
            _ => &mut pools.residents,
        };
        pool.push(person);
    }
}
