//! Handing a request in: who may, which way it goes, and its first event.

use rusqlite::{named_params, params};

use crate::domain::authority::standing;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::form::{Initiator, Reason, TransferForm};
use crate::domain::id_number::IdNumber;
use crate::domain::ids::TransferId;
use crate::domain::member::{Member, MemberState};
use crate::domain::name_key::name_key;
use crate::domain::organisation::{OrgKind, OrgPath, OrgState, Organisation};
use crate::domain::workflow::{
    Act, Destination, Facts, Given, Move, Origin, Stage, advance, consents,
};
use crate::store::Desk;
use crate::store::chain::Deed;
use crate::store::fault::{Stored, Told, conflict, not_allowed, rule};

/// A request that was checked against the rule file and resolved to rows.
#[derive(Debug, Clone)]
pub struct Request {
    /// The answers, those of hidden fields dropped.
    pub form: TransferForm,
    /// Whose membership moves.
    pub transferee: Transferee,
    /// Where to.
    pub goal: Goal,
    /// Whose request it is.
    pub initiator: Initiator,
    /// The draft it was, which keeps its number.
    pub draft: Option<TransferId>,
}

/// Whose membership moves.
#[derive(Debug, Clone)]
pub enum Transferee {
    /// A member whose record is here.
    Member(Box<Member>),
    /// Somebody whose record is elsewhere (办理转入, domain.md A2.10).
    Arrival {
        /// Name.
        name: String,
        /// ID number.
        id_number: IdNumber,
        /// Full name of the origin.
        origin: String,
    },
}

impl Transferee {
    fn id_number(&self) -> &IdNumber {
        match self {
            Self::Member(member) => &member.id_number,
            Self::Arrival { id_number, .. } => id_number,
        }
    }

    fn name(&self) -> &str {
        match self {
            Self::Member(member) => &member.name,
            Self::Arrival { name, .. } => name,
        }
    }
}

/// Where the membership moves to.
#[derive(Debug, Clone)]
pub enum Goal {
    /// An organisation of this database.
    Organisation(Box<Organisation>),
    /// An organisation elsewhere, by its full name.
    Typed(String),
    /// 特殊单位: nothing about it is stored.
    SpecialUnit,
}

/// What is written of a new transfer, beside the answers.
struct Opening {
    facts: Facts,
    origin_id: Option<i64>,
    origin_name: String,
    destination_name: String,
    destination_id: Option<i64>,
}

impl Desk<'_> {
    /// Hands a request in. Returns its row, number and first stage.
    ///
    /// # Errors
    /// Where this person may not make it, the member has an open transfer, or the destination
    /// cannot be one.
    pub fn submit(&self, request: &Request) -> Stored<(TransferId, String, Stage)> {
        // All inside one transaction, so that no second window changes what was checked.
        self.store.atomically(|| {
            let transferee = self.as_recorded(&request.transferee)?;
            let request = &Request { transferee, ..request.clone() };
            let opening = self.opening(request)?;
            self.check_maker(request, &opening.facts)?;
            self.check_goal(request)?;
            check_sides(&opening.facts)?;
            let made = advance(&opening.facts, self.actor, Act::Submit, Given::default())?;
            self.check_open(request)?;
            self.hand_in(request, &opening, made)
        })
    }

    fn hand_in(
        &self,
        request: &Request,
        opening: &Opening,
        made: Move,
    ) -> Stored<(TransferId, String, Stage)> {
        let (id, number) = self.write(request, opening, made.to)?;
        let deed = Deed {
            action: Act::Submit.id().to_owned(),
            transfer: Some(id),
            member: None,
            on_behalf_of: made.on_behalf_of,
            object: number.clone(),
            from: Some(Stage::Draft),
            to: Some(made.to),
            reason: String::new(),
            detail: consent_words(&opening.facts).to_owned(),
        };
        self.note(&deed)?;
        if made.to == Stage::Completed {
            self.complete(id, None)?;
        }
        Ok((id, number, made.to))
    }

    /// The transferee as the record has it now. Whoever is in a branch here is a member on the way
    /// out of it and no arrival, so that the branch is asked; a record that has changed since the
    /// form was opened is not sent on from where it was.
    fn as_recorded(&self, transferee: &Transferee) -> Stored<Transferee> {
        let found = self.store.member_by_number(transferee.id_number().reveal())?;
        match (transferee, found) {
            (Transferee::Arrival { name, .. }, Some(member))
                if member.state == MemberState::Active =>
            {
                if member.name == *name {
                    return Ok(Transferee::Member(Box::new(member)));
                }
                Err(rule("姓名和证件号对不上本库里的记录。请对照证件核对姓名和证件号。"))
            }
            (Transferee::Arrival { .. }, _) => Ok(transferee.clone()),
            (Transferee::Member(old), Some(member))
                if (member.id, member.branch, member.state) == (old.id, old.branch, old.state) =>
            {
                Ok(Transferee::Member(Box::new(member)))
            }
            (Transferee::Member(old), _) => Err(conflict(format!(
                "{} 的记录刚刚有变动，没有提交。请重新打开这一单，核对所在团支部后再提交。",
                old.name
            ))),
        }
    }

    fn opening(&self, request: &Request) -> Stored<Opening> {
        let (origin, origin_id, origin_name) = self.origin(&request.transferee)?;
        let (destination, destination_id, destination_name) =
            self.destination(&request.goal, &origin)?;
        let is_own = *request.transferee.id_number() == self.actor.id_number;
        let (origin_consents, destination_consents) =
            consents(self.actor, request.initiator, (&origin, &destination), is_own);
        let applicant_path = applying_side(request.initiator, &origin, &destination);
        let facts = Facts {
            stage: Stage::Draft,
            origin,
            destination,
            initiator: request.initiator,
            applicant: self.actor.account,
            applicant_path,
            origin_consents,
            destination_consents,
            is_own,
        };
        Ok(Opening { facts, origin_id, origin_name, destination_name, destination_id })
    }

    fn origin(&self, transferee: &Transferee) -> Stored<(Origin, Option<i64>, String)> {
        match transferee {
            Transferee::Arrival { origin, .. } => Ok((Origin::Outside, None, origin.clone())),
            Transferee::Member(member) => {
                let managed = self.store.is_managed(&member.branch_path)?;
                let origin = if managed {
                    Origin::Managed(member.branch_path.clone())
                } else {
                    Origin::Outside
                };
                Ok((origin, Some(member.branch.0), member.branch_name.clone()))
            }
        }
    }

    fn destination(
        &self,
        goal: &Goal,
        origin: &Origin,
    ) -> Stored<(Destination, Option<i64>, String)> {
        Ok(match goal {
            Goal::Typed(name) => (Destination::Outside, None, name.clone()),
            Goal::SpecialUnit => {
                let province = match origin {
                    Origin::Managed(path) => self.store.province_above(path)?,
                    Origin::Outside => None,
                };
                (
                    Destination::SpecialUnit { province },
                    None,
                    Reason::SpecialUnit.label().to_owned(),
                )
            }
            Goal::Organisation(org) => {
                let is_branch = org.kind == OrgKind::Branch;
                let destination = if org.managed {
                    Destination::Managed { path: org.path.clone(), is_branch }
                } else {
                    Destination::Outside
                };
                (destination, Some(org.id.0), org.full_name.clone())
            }
        })
    }

    /// Whether this person may make the request (domain.md A2.1, A5).
    fn check_maker(&self, request: &Request, facts: &Facts) -> Stored<()> {
        let fills_in = |path: &OrgPath| standing(self.actor, path).may_fill_in();
        let over_origin = matches!(&facts.origin, Origin::Managed(path) if fills_in(path));
        let over_destination =
            matches!(&facts.destination, Destination::Managed { path, .. } if fills_in(path));
        let (may, whose) = match request.initiator {
            Initiator::Member => {
                (facts.is_own || over_origin, "团员本人，或转出团支部的经办人、管理员")
            }
            Initiator::Origin => (over_origin, "转出团支部或其上级的经办人、管理员"),
            Initiator::Destination => (over_destination, "转入组织或其上级的经办人、管理员"),
        };
        if may {
            return Ok(());
        }
        Err(not_allowed(format!(
            "这一单要由{whose}发起，你现在的身份（{}，{}）发起不了。请联系对方，或换身份登录。",
            self.actor.role.label(),
            self.actor.org_name
        )))
    }

    fn check_goal(&self, request: &Request) -> Stored<()> {
        if let Transferee::Member(member) = &request.transferee {
            if member.state != MemberState::Active {
                return Err(rule(format!(
                    "{} 现在是「{}」，不在册，不能发起转出。请先用「办理转入」接回来。",
                    member.name,
                    member.state.label()
                )));
            }
            if matches!(&request.goal, Goal::Organisation(org) if org.id == member.branch) {
                return Err(rule("转入组织就是现在的团支部。请选另一个组织；不用换的话不必转接。"));
            }
        }
        match &request.goal {
            Goal::Organisation(org) if org.state == OrgState::Retired => Err(rule(format!(
                "「{}」已停用，不能作为转入组织。请选在用的组织。",
                org.full_name
            ))),
            Goal::Organisation(_) | Goal::Typed(_) | Goal::SpecialUnit => Ok(()),
        }
    }

    /// Told inside the transaction; the unique index stands behind it.
    fn check_open(&self, request: &Request) -> Stored<()> {
        match self.store.open_transfer_of(request.transferee.id_number().reveal())? {
            None => Ok(()),
            Some(open) => Err(conflict(format!(
                "{} 已有一单在办（{open}）。一个人同时只能有一单；请先办完那一单，或撤销后再发起。",
                request.transferee.name()
            ))),
        }
    }

    fn write(
        &self,
        request: &Request,
        opening: &Opening,
        to: Stage,
    ) -> Stored<(TransferId, String)> {
        let (id, number) = match request.draft {
            Some(draft) => (draft, self.own_draft(draft)?),
            None => self.new_draft()?,
        };
        self.write_answers(id, &request.form)?;
        self.write_route(id, opening)?;
        self.write_person(id, &request.transferee, to)?;
        Ok((id, number))
    }

    fn write_route(&self, id: TransferId, opening: &Opening) -> Stored<()> {
        const UPDATE: &str = "UPDATE transfers SET origin_id = :origin_id, origin_path = :origin_path,
                origin_name = :origin_name, origin_mode = :origin_mode, destination_id = :destination_id,
                destination_path = :destination_path, destination_name = :destination_name,
                destination_is_branch = :is_branch, destination_mode = :destination_mode,
                province_path = :province, initiator = :initiator, applicant_id = :applicant,
                applicant_path = :applicant_path, origin_consents = :origin_consents,
                destination_consents = :destination_consents
            WHERE id = :id";
        let f = &opening.facts;
        let (origin_mode, origin_path) = match &f.origin {
            Origin::Managed(path) => ("managed", path.as_str()),
            Origin::Outside => ("outside", ""),
        };
        let (destination_mode, destination_path, is_branch, province) = match &f.destination {
            Destination::Managed { path, is_branch } => ("managed", path.as_str(), *is_branch, ""),
            Destination::Outside => ("outside", "", false, ""),
            Destination::SpecialUnit { province } => {
                ("special_unit", "", false, province.as_ref().map_or("", OrgPath::as_str))
            }
        };
        let values = named_params! {
            ":id": id.0, ":origin_id": opening.origin_id, ":origin_path": origin_path,
            ":origin_name": opening.origin_name, ":origin_mode": origin_mode,
            ":destination_id": opening.destination_id, ":destination_path": destination_path,
            ":destination_name": opening.destination_name, ":is_branch": is_branch,
            ":destination_mode": destination_mode, ":province": province,
            ":initiator": f.initiator.id(), ":applicant": f.applicant.0,
            ":applicant_path": f.applicant_path.as_ref().map_or("", OrgPath::as_str),
            ":origin_consents": f.origin_consents, ":destination_consents": f.destination_consents,
        };
        self.store.connection.execute(UPDATE, values).map(drop).told()
    }

    fn write_person(&self, id: TransferId, transferee: &Transferee, to: Stage) -> Stored<()> {
        const UPDATE: &str =
            "UPDATE transfers SET member_id = $1, person_number = $2, person_name = $3,
                name_key = $4, stage = $5, applied_at = $6, since = $6 WHERE id = $7";
        let member = match transferee {
            Transferee::Member(member) => Some(member.id.0),
            Transferee::Arrival { .. } => None,
        };
        let values = params![
            member,
            transferee.id_number().reveal(),
            transferee.name(),
            name_key(transferee.name()),
            to.id(),
            self.now.moment.0,
            id.0
        ];
        let written = self.store.connection.execute(UPDATE, values);
        written.map(drop).map_err(|error| one_open(transferee, &error))
    }
}

/// Refuses a move between two sides of which none is managed here: nobody could decide or record
/// anything about it (domain.md A2.10).
fn check_sides(facts: &Facts) -> Stored<()> {
    let here = matches!(facts.origin, Origin::Managed(_))
        || matches!(facts.destination, Destination::Managed { .. });
    if here {
        return Ok(());
    }
    Err(rule(
        "转出、转入两边在本库都没有管理员，这一单在这里没有人能办。请联系转出团支部的上级，先开设管理员账号。",
    ))
}

/// The organisation that applies: the side for which a request is made, also where somebody above
/// it makes it (代办, domain.md A2.2).
fn applying_side(
    initiator: Initiator,
    origin: &Origin,
    destination: &Destination,
) -> Option<OrgPath> {
    match (initiator, origin, destination) {
        (Initiator::Origin, Origin::Managed(path), _)
        | (Initiator::Destination, _, Destination::Managed { path, .. }) => Some(path.clone()),
        (Initiator::Member | Initiator::Origin | Initiator::Destination, _, _) => None,
    }
}

/// The unique index speaks where a second window was faster.
fn one_open(transferee: &Transferee, error: &rusqlite::Error) -> Fault {
    let code = error.sqlite_error().map(|e| e.extended_code);
    if code == Some(rusqlite::ffi::SQLITE_CONSTRAINT_UNIQUE) {
        let sentence =
            format!("{} 已有一单在办。一个人同时只能有一单；请刷新后看那一单。", transferee.name());
        return Fault::new(FaultKind::Conflict, sentence).because(error);
    }
    crate::store::fault::of_sqlite(error)
}

fn consent_words(facts: &Facts) -> &'static str {
    match (facts.origin_consents, facts.destination_consents) {
        (false, false) => "",
        (true, false) => "转出方发起，免转出审批",
        (false, true) => "转入方发起，免转入审批",
        (true, true) => "两方都由同一管理员管理，免两方审批",
    }
}
