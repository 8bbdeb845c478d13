//! What happens in the demo: a table of scenes, and each scene given its people, its destination
//! and its days.

use super::chance::{Chance, lines};
use super::organisations::{OTHER_SCHOOL, Place, Tree, UNIVERSITY};
use super::people::{Person, Registry};
use super::play::Case;
use super::scenes::{Age, By, End, From, SCENES, Scene, To};
use crate::domain::fault::Fault;
use crate::domain::form::{ExternalSystem, Initiator, Reason};
use crate::domain::ids::{AccountId, Moment, Now, OrgId};
use crate::domain::organisation::{OrgKind, OrgPath};
use crate::domain::workflow::{Destination, Facts, Origin, Stage};

const ELSEWHERE: &str = include_str!("../../../assets/demo/elsewhere.txt");
const ORIGINS: &str = include_str!("../../../assets/demo/origins.txt");

/// Members without a case so far, and those who come from elsewhere.
#[derive(Default)]
pub(super) struct Pools {
    /// The class of the branch administrator who is shown.
    pub(super) homeroom: Vec<Person>,
    pub(super) graduates: Vec<Person>,
    pub(super) students: Vec<Person>,
    pub(super) residents: Vec<Person>,
}

impl Pools {
    pub(super) fn shuffle(&mut self, chance: &mut Chance) {
        chance.shuffle(&mut self.graduates);
        chance.shuffle(&mut self.students);
        chance.shuffle(&mut self.residents);
    }

    /// Somebody for a scene; none where everybody has a case already.
    fn draw(&mut self, scene: &Scene) -> Option<Person> {
        match scene.from {
            From::Outside => None,
            From::Resident => self.residents.pop(),
            From::Student => self.students.pop().or_else(|| self.graduates.pop()),
            From::Graduate if scene.end == End::At(Stage::OriginReview) => {
                self.homeroom.pop().or_else(|| self.draw_graduate())
            }
            From::Graduate => self.draw_graduate(),
        }
    }

    fn draw_graduate(&mut self) -> Option<Person> {
        self.graduates.pop().or_else(|| self.homeroom.pop()).or_else(|| self.students.pop())
    }
}

/// Where a case goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// An organisation of the tree.
    Node(usize),
    /// An organisation that is typed.
    Typed(&'static str, Option<ExternalSystem>),
    /// 特殊单位.
    Nowhere,
}

/// Gives people, destinations and days to as many scenes as there are to be transfers.
pub(super) struct Planner<'a> {
    pub(super) tree: &'a Tree,
    pub(super) registry: &'a mut Registry,
    pub(super) pools: Pools,
    pub(super) chance: Chance,
    pub(super) now: Now,
    places: std::collections::BTreeMap<Place, Vec<usize>>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(
        tree: &'a Tree,
        registry: &'a mut Registry,
        pools: Pools,
        (chance, now): (Chance, Now),
    ) -> Self {
        let mut places: std::collections::BTreeMap<Place, Vec<usize>> = Default::default();
        for (i, node) in tree.nodes.iter().enumerate() {
            places.entry(node.place).or_default().push(i);
        }
        Self { tree, registry, pools, chance, now, places }
    }

    /// The cases, in the proportions of the table.
    pub(super) fn plan(&mut self, n: usize) -> Result<Vec<Case>, Fault> {
        let whole: usize = SCENES.iter().map(|scene| scene.n).sum();
        let (mut cases, mut share) = (Vec::with_capacity(n), 0);
        for scene in SCENES {
            share += scene.n;
            while cases.len() < share * n / whole {
                let case = self.case(scene)?;
                cases.push(case);
            }
        }
        Ok(cases)
    }

    /// A case of a scene. When every member has one already, somebody new comes from elsewhere.
    fn case(&mut self, scene: &Scene) -> Result<Case, Fault> {
        match self.pools.draw(scene) {
            Some(person) => Ok(self.fill(*scene, person)),
            None => {
                let person = self.registry.arrival()?;
                let spare = Scene {
                    from: From::Outside,
                    reason: Reason::Other,
                    to: To::Township,
                    by: By::Destination,
                    end: End::Completed,
                    ..*scene
                };
                let scene = if scene.from == From::Outside { *scene } else { spare };
                Ok(self.fill(scene, person))
            }
        }
    }

    /// A case for a person who is given.
    pub(super) fn fill(&mut self, scene: Scene, person: Person) -> Case {
        let aim = self.aim(&scene, person.node);
        let is_branch = match aim {
            Aim::Node(node) => self.tree.nodes[node].place.kind() == OrgKind::Branch,
            Aim::Typed(..) | Aim::Nowhere => false,
        };
        let n_moves = moves(&scene, is_branch);
        let origin = match scene.from {
            From::Outside => self.chance.word(&lines(ORIGINS)),
            From::Graduate | From::Student | From::Resident => "",
        };
        let moments = self.moments(scene.age, n_moves);
        Case::new(scene, person, aim, (origin, moments, self.chance.below(1 << 40) as u64))
    }

    fn aim(&mut self, scene: &Scene, own: usize) -> Aim {
        let place = match scene.to {
            To::Nowhere => return Aim::Nowhere,
            To::Beijing => return self.typed("beijing", scene.reason),
            To::Guangdong => return self.typed("guangdong", scene.reason),
            To::Fujian => return self.typed("fujian", scene.reason),
            To::Typed => return self.typed("other", scene.reason),
            To::Township => Place::TownshipFloating,
            To::TownshipItself => Place::Township,
            To::YouthHome => Place::YouthHome,
            To::Company => Place::CompanyBranch,
            To::CompanyCommittee => Place::CompanyCommittee,
            To::OtherSchool => Place::OtherSchool,
            To::University => Place::University,
            To::Class => Place::Class,
            To::StudyAbroad => Place::StudyAbroad,
            To::FarSchool => Place::FarSchool,
        };
        self.node_of(place, own)
    }

    /// One of the places, more often the first, whose administrator is one of those shown; never
    /// the person's own branch.
    fn node_of(&mut self, place: Place, own: usize) -> Aim {
        let nodes = self.places.get(&place).map_or(&[][..], Vec::as_slice);
        let others: usize = nodes.len();
        let drawn = if self.chance.one_in(3) { 0 } else { self.chance.below(others) };
        let node = nodes.get(drawn).copied().unwrap_or(0);
        if node == own && others > 1 {
            return Aim::Node(nodes.get((drawn + 1) % others).copied().unwrap_or(0));
        }
        Aim::Node(node)
    }

    fn typed(&mut self, system: &str, reason: Reason) -> Aim {
        let kind = if reason == Reason::FurtherStudy { "school" } else { "employer" };
        let known: Vec<(&str, &str, &'static str)> = lines(ELSEWHERE)
            .into_iter()
            .filter_map(|line| {
                let mut words = line.split_whitespace();
                Some((words.next()?, words.next()?, words.next()?))
            })
            .filter(|(of, what, _)| *of == system && *what == kind)
            .collect();
        let name = known.get(self.chance.below(known.len())).map_or("", |(_, _, name)| *name);
        Aim::Typed(name, ExternalSystem::from_id(system))
    }

    /// When each move is made: the last as long ago as the scene says, the others some days before
    /// it, all in office hours.
    fn moments(&mut self, age: Age, n_moves: usize) -> Vec<Moment> {
        let last = match age {
            Age::Fresh => self.chance.below(7),
            Age::Late => 8 + self.chance.below(7),
            Age::Overdue => 16 + self.chance.below(20),
            Age::Any => self.chance.below(110),
        };
        let mut days = last;
        let mut moments = vec![self.chance.office_hour(self.now, days)];
        for _ in 0..n_moves {
            days += self.chance.below(5);
            moments.push(self.chance.office_hour(self.now, days));
        }
        moments.sort_unstable();
        moments
    }
}

/// How many moves follow the submission until the scene has reached its end.
fn moves(scene: &Scene, is_branch: bool) -> usize {
    let route = route(scene, is_branch);
    let place = |stage: Stage| route.iter().position(|s| *s == stage).unwrap_or(0);
    match scene.end {
        End::Draft => 0,
        End::Completed => place(Stage::Completed),
        End::At(stage) => place(stage),
        End::Returned(stage) | End::Withdrawn(stage) | End::Lapsed(stage) => place(stage) + 1,
    }
}

/// The stages of a scene, from the same table that moves the real ones.
fn route(scene: &Scene, is_branch: bool) -> Vec<Stage> {
    let path = OrgPath::root(OrgId(1));
    let outside = matches!(scene.from, From::Outside);
    let destination = match scene.to {
        To::Nowhere => Destination::SpecialUnit { province: None },
        To::Beijing | To::Guangdong | To::Fujian | To::Typed | To::FarSchool => {
            Destination::Outside
        }
        To::Township
        | To::TownshipItself
        | To::YouthHome
        | To::Company
        | To::CompanyCommittee
        | To::OtherSchool
        | To::University
        | To::Class
        | To::StudyAbroad => Destination::Managed { path: path.clone(), is_branch },
    };
    let facts = Facts {
        stage: Stage::Draft,
        origin: if outside { Origin::Outside } else { Origin::Managed(path) },
        destination,
        initiator: Initiator::Member,
        applicant: AccountId(0),
        applicant_path: None,
        origin_consents: matches!(scene.by, By::Origin | By::Both),
        destination_consents: matches!(scene.by, By::Destination | By::Both),
        is_own: false,
    };
    facts.route()
}

/// The school of a further study, from the name of the destination.
pub(super) fn school_of(tree: &Tree, aim: Aim) -> String {
    match aim {
        Aim::Node(node) => match tree.nodes[node].place {
            Place::OtherSchool => OTHER_SCHOOL.to_owned(),
            Place::University => UNIVERSITY.to_owned(),
            _ => unit_of(&tree.nodes[node].name),
        },
        Aim::Typed(name, _) => unit_of(name),
        Aim::Nowhere => String::new(),
    }
}

/// A name without what makes it an organisation of the League.
pub(super) fn unit_of(name: &str) -> String {
    let ends = ["团总支", "团工委", "团委", "生产一部团支部", "团支部"];
    let unit = ends.iter().find_map(|end| name.strip_suffix(end));
    unit.unwrap_or(name).to_owned()
}
