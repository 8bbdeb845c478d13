//! The accounts: those that are shown with their passwords, and those that stand behind them.

use std::collections::BTreeMap;

use super::chance::Chance;
use super::organisations::{Place, Tree};
use super::people::{Person, mobile, person_name};
use crate::domain::account::{Actor, Role};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::id_number::{IdNumber, check_character};
use crate::domain::ids::Now;
use crate::office::Office;
use crate::store::{Credentials, Deed, NewAccount};
use crate::vault::{Verifier, initial_password};

/// An account of the demo that is shown with its password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DemoAccount {
    /// Which role it is and where, in words.
    pub label: &'static str,
    /// ID number, the sign-in name.
    pub id_number: &'static str,
    /// Name.
    pub name: &'static str,
    /// Password.
    pub password: &'static str,
    /// What the account shows.
    pub what: &'static str,
}

/// The accounts to try. The first is the one that `demo` opens with. County 320199 is given to no
/// place, so none of these numbers can be anybody's.
pub const DEMO_ACCOUNTS: &[DemoAccount] = &[
    DemoAccount {
        label: "校团委管理员",
        id_number: "320199198806121011",
        name: "沈知远",
        password: "Yanshi-2468",
        what: "云州理工学院团委：待我办、超期、各学院的转接、学社衔接统计",
    },
    DemoAccount {
        label: "省级团委管理员",
        id_number: "320199198509232030",
        name: "陆鸣谦",
        password: "Yanshi-2468",
        what: "共青团江苏省委员会：审核转往特殊单位的申请，看全部数据",
    },
    DemoAccount {
        label: "团支部管理员",
        id_number: "320199200210150129",
        name: "顾一帆",
        password: "Yanshi-2468",
        what: "毕业班团支部：审批本支部团员的转出，办理转出",
    },
    DemoAccount {
        label: "街道团工委管理员",
        id_number: "320199199103084044",
        name: "何秋禾",
        password: "Yanshi-2468",
        what: "街道团工委：接收毕业团员，分配团支部，办理转入",
    },
    DemoAccount {
        label: "校团委经办人",
        id_number: "320199199507175065",
        name: "许沐晴",
        password: "Yanshi-2468",
        what: "云州理工学院团委：代团员填报，看草稿；不能审批",
    },
    DemoAccount {
        label: "团员",
        id_number: "320199200211030241",
        name: "林若溪",
        password: "Yanshi-2468",
        what: "毕业班团员：自己的一单被退回过，又重新申请，正在审批",
    },
];

/// Who plays which part. `DEMO_ACCOUNTS` stands in the same order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Part {
    Superior,
    Province,
    Branch,
    Township,
    Operator,
    Member,
}

const PARTS: [Part; 6] =
    [Part::Superior, Part::Province, Part::Branch, Part::Township, Part::Operator, Part::Member];

fn shown(part: Part) -> &'static DemoAccount {
    &DEMO_ACCOUNTS[part as usize]
}

/// The students among the accounts that are shown: they are members of the first graduating class.
pub(super) fn students() -> [&'static DemoAccount; 2] {
    [shown(Part::Branch), shown(Part::Member)]
}

/// Everybody who acts in the story.
pub(super) struct Cast {
    /// Administrators, by the organisation they administer.
    pub(super) administrators: BTreeMap<usize, Actor>,
    pub(super) operator: Actor,
    /// The member who is shown.
    pub(super) member: Actor,
    /// Further members with an account, in the order of their making.
    pub(super) members: Vec<Actor>,
    pub(super) province: Actor,
    pub(super) superior: Actor,
    n_made: u32,
}

impl Cast {
    /// The administrator nearest above an organisation, or of it.
    pub(super) fn over(&self, tree: &Tree, node: usize) -> &Actor {
        let nearest = tree.upwards(node).find_map(|at| self.administrators.get(&at));
        nearest.unwrap_or(&self.province)
    }
}

/// Makes the first account: the administrator of the province, who makes the others.
pub(super) fn found(office: &Office, tree: &Tree, now: Now) -> Result<Actor, Fault> {
    let account = shown(Part::Province);
    let root = office.store.find_organisation(&tree.code(tree.first(Place::Province)))?;
    let new = NewAccount {
        id_number: parse(account.id_number)?,
        name: account.name.to_owned(),
        phone: mobile(&mut Chance::new(1, 10)),
        role: Role::Administrator,
        org: root.id,
    };
    let id = office.store.add_first_account(&new, "", now.moment)?;
    let verifier = Verifier::make(account.password, office.cost())?;
    office.store.set_credentials(id, &Credentials::Verifier(verifier))?;
    let deed = Deed::new("office_create", root.full_name);
    office.store.record_unsigned(now.moment, account.name, &deed)?;
    actor(office, account.id_number)
}

/// Makes the other accounts.
pub(super) fn hire(
    office: &Office,
    tree: &Tree,
    province: &Actor,
    (seed, now): (u64, Now),
) -> Result<Cast, Fault> {
    let mut hiring = Hiring { office, tree, by: province, now, chance: Chance::new(seed, 4), n: 0 };
    let mut actors = Vec::new();
    for part in PARTS {
        actors.push(match part {
            Part::Province => province.clone(),
            other => hiring.hire_shown(other)?,
        });
    }
    let mut administrators = BTreeMap::new();
    for (part, actor) in PARTS.iter().zip(&actors) {
        if !matches!(part, Part::Operator | Part::Member) {
            administrators.insert(place_of(tree, *part), actor.clone());
        }
    }
    for node in others(tree) {
        administrators.insert(node, hiring.hire_other(node)?);
    }
    hiring.hire_sleeping(tree.first(Place::GraduateFloating))?;
    let of = |part: Part| actors[part as usize].clone();
    Ok(Cast {
        operator: of(Part::Operator),
        member: of(Part::Member),
        superior: of(Part::Superior),
        province: province.clone(),
        members: Vec::new(),
        n_made: hiring.n,
        administrators,
    })
}

/// Where else somebody administers: the city and the other school, a college, a company, and some
/// of the townships. The rest is done from above.
fn others(tree: &Tree) -> Vec<usize> {
    let first = [Place::City, Place::OtherSchool, Place::College, Place::CompanyCommittee];
    let mut nodes: Vec<usize> = first.into_iter().map(|place| tree.first(place)).collect();
    nodes.extend(tree.of(Place::Township).into_iter().skip(1).take(4));
    // The first college keeps to the superior, so that the home screen has its day's work.
    let college = tree.of(Place::College).into_iter().next_back();
    nodes.retain(|node| *node != tree.first(Place::College));
    nodes.extend(college);
    nodes
}

fn place_of(tree: &Tree, part: Part) -> usize {
    tree.first(match part {
        Part::Superior | Part::Operator => Place::University,
        Part::Province => Place::Province,
        Part::Branch | Part::Member => Place::GraduatingClass,
        Part::Township => Place::Township,
    })
}

struct Hiring<'a> {
    office: &'a Office,
    tree: &'a Tree,
    by: &'a Actor,
    now: Now,
    chance: Chance,
    n: u32,
}

impl Hiring<'_> {
    fn hire_shown(&mut self, part: Part) -> Result<Actor, Fault> {
        let account = shown(part);
        let role = match part {
            Part::Operator => Role::Operator,
            Part::Member => Role::Member,
            Part::Superior | Part::Province | Part::Branch | Part::Township => Role::Administrator,
        };
        let person = Person {
            id_number: parse(account.id_number)?,
            name: account.name.to_owned(),
            node: place_of(self.tree, part),
        };
        self.hire(&person, role, account.password)
    }

    fn hire_other(&mut self, node: usize) -> Result<Actor, Fault> {
        let person = self.somebody(node)?;
        self.hire(&person, Role::Administrator, DEMO_ACCOUNTS[0].password)
    }

    /// Somebody whose account was made and who has not signed in yet.
    fn hire_sleeping(&mut self, node: usize) -> Result<(), Fault> {
        let person = self.somebody(node)?;
        self.enter(&person, Role::Administrator, &initial_password(person.id_number.reveal()))
    }

    /// An invented official, too old to be a member.
    fn somebody(&mut self, node: usize) -> Result<Person, Fault> {
        self.n += 1;
        let first_17 = format!("3201991987{:02}15{:03}", 1 + self.n % 12, 300 + self.n);
        let check = char::from(check_character(first_17.as_bytes()));
        let id_number = parse(&format!("{first_17}{check}"))?;
        Ok(Person { id_number, name: person_name(&mut self.chance).0, node })
    }

    fn hire(&mut self, person: &Person, role: Role, password: &str) -> Result<Actor, Fault> {
        self.enter(person, role, password)?;
        activate(self.office, &person.id_number, password, self.now)
    }

    fn enter(&mut self, person: &Person, role: Role, password: &str) -> Result<(), Fault> {
        let phone = mobile(&mut self.chance);
        enter(self.office, self.tree, (self.by, self.now), (person, role, &phone), password)
    }
}

impl Cast {
    /// Gives a member an account, so that a request can be the member's very own.
    pub(super) fn admit(
        &mut self,
        office: &Office,
        tree: &Tree,
        person: &Person,
        now: Now,
    ) -> Result<usize, Fault> {
        let password = DEMO_ACCOUNTS[0].password;
        let new = (person, Role::Member, "");
        enter(office, tree, (&self.province, now), new, password)?;
        self.members.push(activate(office, &person.id_number, password, now)?);
        self.n_made += 1;
        Ok(self.members.len() - 1)
    }
}

fn enter(
    office: &Office,
    tree: &Tree,
    (by, now): (&Actor, Now),
    (person, role, phone): (&Person, Role, &str),
    password: &str,
) -> Result<(), Fault> {
    let org = office.store.find_organisation(&tree.code(person.node))?;
    let new = NewAccount {
        id_number: person.id_number.clone(),
        name: person.name.clone(),
        phone: phone.to_owned(),
        role,
        org: org.id,
    };
    let verifier = Verifier::make(password, office.cost())?;
    office.store.desk(by, now).add_account(&new, &verifier).map(drop)
}

/// The person has chosen a password.
fn activate(office: &Office, id: &IdNumber, password: &str, now: Now) -> Result<Actor, Fault> {
    let made = actor(office, id.reveal())?;
    let verifier = Verifier::make(password, office.cost())?;
    office.store.set_credentials(made.account, &Credentials::Verifier(verifier))?;
    let deed = Deed::new("account_activate", made.name.clone());
    office.store.desk(&made, now).record(&deed)?;
    Ok(made)
}

pub(super) fn actor(office: &Office, id_number: &str) -> Result<Actor, Fault> {
    let sitting = office.store.sitting(id_number)?;
    sitting.map(|s| s.actor).ok_or_else(|| Fault::new(FaultKind::Failed, "演示数据里缺一个账号。"))
}

pub(super) fn parse(id_number: &str) -> Result<IdNumber, Fault> {
    IdNumber::parse(id_number).map_err(|f| Fault::new(FaultKind::Failed, f.to_string()))
}
