//! The story carried out: every move in the order of time, each through the same functions that
//! people use.

use super::cast::Cast;
use super::chance::{Chance, lines, words};
use super::organisations::{Place, Tree};
use super::people::{Person, mobile};
use super::scenes::{By, End, From, Scene, To};
use super::story::{Aim, school_of, unit_of};
use crate::domain::account::Actor;
use crate::domain::fault::Fault;
use crate::domain::form::{Initiator, Reason, TransferForm};
use crate::domain::ids::{Moment, Now, OrgId, TransferId};
use crate::domain::member::Member;
use crate::domain::workflow::{Act, Stage};
use crate::office::{Office, Session};
use crate::store::{Goal, Request, Ruling, Transferee};

const DISTRICTS: &str = include_str!("../../../assets/demo/districts.txt");
const ROADS: &str = include_str!("../../../assets/demo/roads.txt");
const EMPLOYERS: &str = include_str!("../../../assets/demo/employers.txt");
const RETURNS: &str = include_str!("../../../assets/demo/returns.txt");
const WITHDRAWALS: &str = include_str!("../../../assets/demo/withdrawals.txt");
const LAPSES: &str = include_str!("../../../assets/demo/lapses.txt");
const REMARKS: &str = include_str!("../../../assets/demo/remarks.txt");

/// Whose account a member's own request comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Account {
    /// A clerk fills it in for the member.
    Clerk,
    /// One of the members with an account.
    Own(usize),
    /// The member who is shown.
    Shown,
}

/// One transfer to be.
pub(super) struct Case {
    pub(super) scene: Scene,
    pub(super) person: Person,
    pub(super) aim: Aim,
    pub(super) account: Account,
    /// Where somebody from elsewhere comes from.
    origin: &'static str,
    /// When each move is made, the submission first.
    pub(super) moments: Vec<Moment>,
    seed: u64,
    id: TransferId,
    stage: Stage,
}

impl Case {
    pub(super) fn new(
        scene: Scene,
        person: Person,
        aim: Aim,
        (origin, moments, seed): (&'static str, Vec<Moment>, u64),
    ) -> Self {
        Self {
            scene,
            person,
            aim,
            account: Account::Clerk,
            origin,
            moments,
            seed,
            id: TransferId(0),
            stage: Stage::Draft,
        }
    }
}

/// Carries the cases out.
pub(super) struct Play<'a> {
    pub(super) office: &'a Office,
    pub(super) tree: &'a Tree,
    pub(super) cast: &'a Cast,
    /// The row of each organisation of the tree.
    pub(super) rows: &'a [OrgId],
    pub(super) now: Now,
    pub(super) care: Care,
}

/// How a request is handed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Care {
    /// As a person does it: fields, check-up, submission.
    CheckedUp,
    /// Straight to the store, for offices so large that every second counts. The scenes are the
    /// same as those that pass the check-up in a small office.
    Straight,
}

impl Play<'_> {
    /// All moves of all cases, oldest first, so that the history and the running numbers are in the
    /// order of time.
    pub(super) fn perform(&self, cases: &mut [Case]) -> Result<(), Fault> {
        let mut moves: Vec<(Moment, usize, usize)> = Vec::new();
        for (i, case) in cases.iter().enumerate() {
            moves.extend(case.moments.iter().enumerate().map(|(step, at)| (*at, i, step)));
        }
        moves.sort_unstable();
        for (at, i, step) in moves {
            let Some(case) = cases.get_mut(i) else { continue };
            let now = Now { moment: at, ..self.now };
            match step {
                0 => self.begin(case, now)?,
                _ => self.go_on(case, now)?,
            }
        }
        Ok(())
    }

    fn begin(&self, case: &mut Case, now: Now) -> Result<(), Fault> {
        let form = self.form(case, &mut Chance::new(case.seed, 5));
        let number = form.member.clone();
        let session = Session {
            office: self.office,
            actor: self.applicant(case),
            now,
            assurance: crate::office::Assurance::SignedIn,
        };
        if case.scene.end == End::Draft {
            return session.save_draft(None, &form).map(drop);
        }
        (case.id, case.stage) = match self.care {
            Care::CheckedUp => session.submit(&form, None).map(|done| (done.id, done.stage))?,
            Care::Straight => {
                let desk = session.desk();
                let request = self.request(case, form, desk.find_member(&number)?)?;
                desk.submit(&request).map(|(id, _, stage)| (id, stage))?
            }
        };
        Ok(())
    }

    fn request(
        &self,
        case: &Case,
        form: TransferForm,
        known: Option<Member>,
    ) -> Result<Request, Fault> {
        let transferee = match known {
            Some(member) => Transferee::Member(Box::new(member)),
            None => Transferee::Arrival {
                name: case.person.name.clone(),
                id_number: case.person.id_number.clone(),
                origin: case.origin.to_owned(),
            },
        };
        let goal = match case.aim {
            Aim::Node(node) => {
                let id = self.rows.get(node).copied().unwrap_or(OrgId(0));
                Goal::Organisation(Box::new(self.office.store.organisation(id)?))
            }
            Aim::Typed(name, _) => Goal::Typed(name.to_owned()),
            Aim::Nowhere => Goal::SpecialUnit,
        };
        let initiator = form.initiated_by.unwrap_or(Initiator::Member);
        Ok(Request { form, transferee, goal, initiator, draft: None })
    }

    /// One move on, or the move that ends it.
    fn go_on(&self, case: &mut Case, now: Now) -> Result<(), Fault> {
        let chance = &mut Chance::new(case.seed, 6 + now.moment.0.unsigned_abs());
        let day = now.today().format("%Y-%m-%d").to_string();
        let (act, reason) = next_move(case, chance);
        let actor = match act {
            Act::Withdraw | Act::Lapse => self.applicant(case),
            _ => self.decider(case),
        };
        let ruling = Ruling {
            act,
            seen: None,
            reason,
            branch: (act == Act::Place).then(|| self.branch_below(case.aim, chance)).flatten(),
            date: if matches!(act, Act::RecordAccepted | Act::RecordRefused) { &day } else { "" },
        };
        case.stage = self.office.store.desk(actor, now).decide(case.id, ruling)?;
        Ok(())
    }

    fn applicant(&self, case: &Case) -> &Actor {
        let cast = self.cast;
        match (case.scene.by, case.account) {
            (_, Account::Shown) => &cast.member,
            (By::Both, _) => &cast.superior,
            (By::Destination, _) => self.receiver(case),
            (By::Member, Account::Own(at)) => cast.members.get(at).unwrap_or(&cast.operator),
            (By::Member, Account::Clerk) if self.is_of_university(case.person.node) => {
                &cast.operator
            }
            (By::Member, Account::Clerk) | (By::Origin, _) => {
                self.cast.over(self.tree, case.person.node)
            }
        }
    }

    fn decider(&self, case: &Case) -> &Actor {
        let outside = case.scene.from == From::Outside;
        match case.stage {
            Stage::ProvinceReview => &self.cast.province,
            Stage::DestinationReview | Stage::Placement => self.receiver(case),
            Stage::ExternalReceipt if outside => self.receiver(case),
            _ => self.cast.over(self.tree, case.person.node),
        }
    }

    fn receiver(&self, case: &Case) -> &Actor {
        match case.aim {
            Aim::Node(node) => self.cast.over(self.tree, node),
            Aim::Typed(..) | Aim::Nowhere => &self.cast.superior,
        }
    }

    fn is_of_university(&self, node: usize) -> bool {
        self.tree.upwards(node).any(|at| self.tree.nodes[at].place == Place::University)
    }

    fn branch_below(&self, aim: Aim, chance: &mut Chance) -> Option<OrgId> {
        let Aim::Node(top) = aim else { return None };
        let nodes = match self.tree.nodes[top].place {
            Place::University => self.tree.of(Place::Class),
            _ => self.children(top),
        };
        let node = nodes.get(chance.below(nodes.len()))?;
        self.rows.get(*node).copied()
    }

    fn children(&self, top: usize) -> Vec<usize> {
        let nodes = self.tree.nodes.iter().enumerate();
        nodes.filter(|(_, node)| node.parent == Some(top)).map(|(i, _)| i).collect()
    }

    fn form(&self, case: &Case, chance: &mut Chance) -> TransferForm {
        let scene = &case.scene;
        let mut form = TransferForm {
            member: case.person.id_number.reveal().to_owned(),
            initiated_by: Some(match scene.by {
                By::Member => Initiator::Member,
                By::Origin | By::Both => Initiator::Origin,
                By::Destination => Initiator::Destination,
            }),
            contact_phone: mobile(chance),
            reason: Some(scene.reason),
            ..TransferForm::default()
        };
        if scene.from == From::Outside {
            form.member_name.clone_from(&case.person.name);
            form.origin_typed = case.origin.to_owned();
        }
        self.name_destination(&mut form, case.aim);
        self.answer(&mut form, case, chance);
        form
    }

    fn name_destination(&self, form: &mut TransferForm, aim: Aim) {
        match aim {
            Aim::Node(node) => form.destination.clone_from(&self.tree.nodes[node].name),
            Aim::Typed(name, system) => {
                form.external_system = system;
                form.destination_typed = name.to_owned();
            }
            Aim::Nowhere => {}
        }
    }

    /// What the reason asks for.
    fn answer(&self, form: &mut TransferForm, case: &Case, chance: &mut Chance) {
        match case.scene.reason {
            Reason::FurtherStudy => {
                let from_class = self.is_of_university(case.person.node);
                let route = if from_class { "bachelor_to_master" } else { "college_to_university" };
                form.further_study = route.to_owned();
                form.school = school_of(self.tree, case.aim);
            }
            Reason::EmployedWithOrg | Reason::AbroadOfficial => form.employer = self.unit(case.aim),
            Reason::EmployedWithoutOrg => {
                form.employer = chance.word(&words(EMPLOYERS)).to_owned();
                form.address = address(chance);
            }
            Reason::AbroadPrivate | Reason::Unemployed => form.address = address(chance),
            Reason::AbroadStudy | Reason::SpecialUnit => {}
            Reason::Other => form.remark = why(case).to_owned(),
        }
    }

    fn unit(&self, aim: Aim) -> String {
        match aim {
            Aim::Node(node) => unit_of(&self.tree.nodes[node].name),
            Aim::Typed(name, _) => unit_of(name),
            Aim::Nowhere => String::new(),
        }
    }
}

fn why(case: &Case) -> &'static str {
    match case.scene.from {
        From::Student | From::Graduate => "转专业，转到新班级的团支部。",
        From::Resident => "工作调动，住址随之变更。",
        From::Outside => "随家人搬迁到本街道居住。",
    }
}

fn address(chance: &mut Chance) -> String {
    let (district, road) = (chance.word(&words(DISTRICTS)), chance.word(&words(ROADS)));
    format!("江苏省云州市{district}{road}{}号", 1 + chance.below(280))
}

/// What is done next, and the words that go with it.
fn next_move(case: &Case, chance: &mut Chance) -> (Act, &'static str) {
    match case.scene.end {
        End::Returned(at) if at == case.stage => {
            let external = at == Stage::ExternalReceipt;
            let act = if external { Act::RecordRefused } else { Act::Return };
            (act, return_reason(case, chance))
        }
        End::Withdrawn(at) if at == case.stage => (Act::Withdraw, chance.word(&lines(WITHDRAWALS))),
        End::Lapsed(at) if at == case.stage => (Act::Lapse, chance.word(&lines(LAPSES))),
        End::Draft
        | End::At(_)
        | End::Completed
        | End::Returned(_)
        | End::Withdrawn(_)
        | End::Lapsed(_) => onward(case.stage, chance),
    }
}

/// A reason that the receiving side would give.
fn return_reason(case: &Case, chance: &mut Chance) -> &'static str {
    let side = match case.scene.to {
        _ if case.stage != Stage::DestinationReview => "any",
        To::Township | To::TownshipItself | To::YouthHome => "township",
        To::Company | To::CompanyCommittee => "company",
        To::OtherSchool | To::University => "school",
        _ => "any",
    };
    let said = lines(RETURNS).into_iter().filter_map(|line| line.split_once(' '));
    let said: Vec<&str> = said.filter(|(of, _)| *of == side).map(|(_, said)| said).collect();
    chance.word(&said)
}

fn onward(stage: Stage, chance: &mut Chance) -> (Act, &'static str) {
    match stage {
        Stage::Placement => (Act::Place, ""),
        Stage::ExternalReceipt => (Act::RecordAccepted, ""),
        _ if chance.one_in(4) => (Act::Approve, chance.word(&lines(REMARKS))),
        _ => (Act::Approve, ""),
    }
}
