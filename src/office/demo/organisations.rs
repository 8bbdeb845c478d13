//! The invented tree: a province, a city, a university with its colleges and classes, streets and
//! companies, another school, and a school of another province that nobody here administers.

use chrono::Datelike;

use super::DemoSize;
use super::chance::{Chance, lines, words};
use super::people::{office_phone, person_name};
use crate::domain::ids::Now;
use crate::domain::organisation::{OrgEntry, OrgKind};

const COLLEGES: &str = include_str!("../../../assets/demo/colleges.txt");
const DISTRICTS: &str = include_str!("../../../assets/demo/districts.txt");
const STREETS: &str = include_str!("../../../assets/demo/streets.txt");
const COMPANIES: &str = include_str!("../../../assets/demo/companies.txt");
const COMPANY_KINDS: &str = include_str!("../../../assets/demo/company_kinds.txt");

/// The university that the superior of the demo administers.
pub(super) const UNIVERSITY: &str = "云州理工学院";

/// The other school: a destination that is a committee, so that placement is needed.
pub(super) const OTHER_SCHOOL: &str = "云州师范学院";

/// Fewest organisations with which every kind of place occurs.
const LEAST: usize = 40;

/// What part an organisation plays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Province,
    City,
    University,
    College,
    GraduateFloating,
    StudyAbroad,
    Staff,
    Township,
    TownshipFloating,
    YouthHome,
    CompanyCommittee,
    CompanyBranch,
    OtherSchool,
    OtherSchoolBranch,
    FarProvince,
    FarSchool,
    /// A class of the graduating year.
    GraduatingClass,
    /// A class of a later year.
    Class,
}

impl Place {
    /// The kind of organisation that plays it.
    pub(super) fn kind(self) -> OrgKind {
        match self {
            Self::Province | Self::FarProvince => OrgKind::ProvinceRoot,
            Self::City
            | Self::University
            | Self::OtherSchool
            | Self::FarSchool
            | Self::CompanyCommittee => OrgKind::Committee,
            Self::Township => OrgKind::WorkingCommittee,
            Self::College => OrgKind::GeneralBranch,
            Self::GraduateFloating
            | Self::StudyAbroad
            | Self::Staff
            | Self::TownshipFloating
            | Self::YouthHome
            | Self::CompanyBranch
            | Self::OtherSchoolBranch
            | Self::GraduatingClass
            | Self::Class => OrgKind::Branch,
        }
    }
}

/// An organisation of the tree.
pub(super) struct Node {
    pub(super) place: Place,
    pub(super) name: String,
    pub(super) parent: Option<usize>,
    /// Year in which a class entered; zero elsewhere.
    pub(super) entered: i32,
}

/// The tree, parents before children.
pub(super) struct Tree {
    pub(super) nodes: Vec<Node>,
}

impl Tree {
    /// As many organisations as asked for, but never fewer than the story needs. What is asked for
    /// beyond the frame becomes classes.
    pub(super) fn plant(size: DemoSize, now: Now) -> Self {
        let n = size.n_orgs.max(LEAST);
        let mut tree = Self { nodes: Vec::with_capacity(n) };
        let city = tree.plant_top();
        let colleges = tree.plant_university(city, (n / 15).clamp(4, 24));
        tree.plant_townships(city, (n / 20).clamp(3, 200));
        tree.plant_companies(city, (n / 25).clamp(3, 400));
        tree.plant_schools(city);
        tree.plant_classes(&colleges, n, now.today().year());
        tree
    }

    fn add(&mut self, place: Place, parent: Option<usize>, name: impl Into<String>) -> usize {
        self.nodes.push(Node { place, name: name.into(), parent, entered: 0 });
        self.nodes.len() - 1
    }

    fn plant_top(&mut self) -> usize {
        let province = self.add(Place::Province, None, "共青团江苏省委员会");
        self.add(Place::City, Some(province), "共青团江苏省云州市委员会")
    }

    fn plant_university(&mut self, city: usize, n_colleges: usize) -> Vec<College> {
        let root = self.add(Place::University, Some(city), format!("{UNIVERSITY}团委"));
        let named = |name: &str| format!("{UNIVERSITY}{name}团支部");
        self.add(Place::GraduateFloating, Some(root), named("毕业生流动团员"));
        self.add(Place::StudyAbroad, Some(root), named("出国（境）学习研究团员"));
        self.add(Place::Staff, Some(root), named("青年教工"));
        let mut colleges = Vec::new();
        for line in lines(COLLEGES).into_iter().take(n_colleges) {
            let mut words = line.split_whitespace();
            let name = words.next().unwrap_or("");
            let full = format!("{UNIVERSITY}{name}团总支");
            let node = self.add(Place::College, Some(root), full);
            colleges.push(College { node, name, majors: words.collect() });
        }
        colleges
    }

    fn plant_townships(&mut self, city: usize, n: usize) {
        let (districts, streets) = (words(DISTRICTS), words(STREETS));
        for i in 0..n {
            let district = districts.get(i % districts.len()).copied().unwrap_or("");
            // Seven steps on for each round of the six districts, so that no pair comes twice.
            let street =
                streets.get((i + i / districts.len()) % streets.len()).copied().unwrap_or("");
            let stem = format!("云州市{district}{street}街道");
            let node = self.add(Place::Township, Some(city), format!("{stem}团工委"));
            let floating = format!("{stem}流动团员团支部");
            self.add(Place::TownshipFloating, Some(node), floating);
            self.add(Place::YouthHome, Some(node), format!("{stem}青年之家团支部"));
        }
    }

    fn plant_companies(&mut self, city: usize, n: usize) {
        let (names, kinds) = (words(COMPANIES), words(COMPANY_KINDS));
        for i in 0..n {
            let name = names.get(i % names.len()).copied().unwrap_or("");
            let kind = kinds.get((i + i / names.len()) % kinds.len()).copied().unwrap_or("");
            let stem = format!("云州市{name}{kind}");
            let parent = if i % 2 == 0 {
                let committee = format!("{stem}团委");
                let node = self.add(Place::CompanyCommittee, Some(city), committee);
                self.add(Place::CompanyBranch, Some(node), format!("{stem}生产一部团支部"));
                continue;
            } else {
                city
            };
            self.add(Place::CompanyBranch, Some(parent), format!("{stem}团支部"));
        }
    }

    fn plant_schools(&mut self, city: usize) {
        let school = self.add(Place::OtherSchool, Some(city), format!("{OTHER_SCHOOL}团委"));
        for name in ["研究生", "新生"] {
            let full = format!("{OTHER_SCHOOL}{name}团支部");
            self.add(Place::OtherSchoolBranch, Some(school), full);
        }
        let far = self.add(Place::FarProvince, None, "共青团浙江省委员会");
        self.add(Place::FarSchool, Some(far), "浙江越溪师范学院团委");
    }

    /// The first year is the graduating one, so the first class of the first college graduates.
    fn plant_classes(&mut self, colleges: &[College], n: usize, year: i32) {
        for i in 0..n.saturating_sub(self.nodes.len()) {
            let (cohort, rest) = (i % 4, i / 4);
            let (college, rest) = (&colleges[rest % colleges.len()], rest / colleges.len());
            let major = college.majors.get(rest % college.majors.len().max(1)).unwrap_or(&"");
            let number = 1 + rest / college.majors.len().max(1);
            let entered = year - 4 + i32::try_from(cohort).unwrap_or(0);
            let place = if cohort == 0 { Place::GraduatingClass } else { Place::Class };
            let name = format!("{UNIVERSITY}{}{entered}级{major}{number}班团支部", college.name);
            let node = self.add(place, Some(college.node), name);
            self.nodes[node].entered = entered;
        }
    }

    /// The organisations that play a part.
    pub(super) fn of(&self, place: Place) -> Vec<usize> {
        (0..self.nodes.len()).filter(|i| self.nodes[*i].place == place).collect()
    }

    /// The first organisation that plays a part.
    pub(super) fn first(&self, place: Place) -> usize {
        self.nodes.iter().position(|node| node.place == place).unwrap_or(0)
    }

    /// The code of an organisation.
    pub(super) fn code(&self, node: usize) -> String {
        format!("YZ{:06}", node + 1)
    }

    /// An organisation and those above it, itself first.
    pub(super) fn upwards(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        std::iter::successors(Some(node), |at| self.nodes[*at].parent)
    }

    /// What the import of the organisations holds: everything but the first, which is made by hand.
    pub(super) fn entries(&self, seed: u64) -> Vec<OrgEntry> {
        let mut chance = Chance::new(seed, 2);
        (0..self.nodes.len()).map(|node| self.entry(node, &mut chance)).collect()
    }

    fn entry(&self, node: usize, chance: &mut Chance) -> OrgEntry {
        let it = &self.nodes[node];
        let graduates_on = match it.entered {
            0 => String::new(),
            entered => format!("{}-06", entered + 4),
        };
        OrgEntry {
            code: self.code(node),
            superior: it.parent.map_or_else(String::new, |parent| self.code(parent)),
            kind: Some(it.place.kind()),
            full_name: it.name.clone(),
            short_name: String::new(),
            contact_name: person_name(chance).0,
            contact_phone: office_phone(node),
            graduates_on,
        }
    }
}

struct College {
    node: usize,
    name: &'static str,
    majors: Vec<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_organisations_share_a_name_and_parents_come_first() {
        let noon =
            chrono::NaiveDate::from_ymd_opt(2026, 7, 8).and_then(|d| d.and_hms_opt(12, 0, 0));
        let now = Now::from_local(noon.unwrap(), 8 * 3600);
        for n_orgs in [0, 40, 60, 1_000, 12_000] {
            let tree = Tree::plant(DemoSize { n_orgs, ..DemoSize::default() }, now);
            assert_eq!(tree.nodes.len(), n_orgs.max(LEAST));
            let names: std::collections::HashSet<&str> =
                tree.nodes.iter().map(|node| node.name.as_str()).collect();
            assert_eq!(names.len(), tree.nodes.len());
            for (i, node) in tree.nodes.iter().enumerate() {
                assert!(node.parent.is_none_or(|parent| parent < i));
            }
        }
    }
}
