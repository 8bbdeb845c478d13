//! 发起转接: from what was typed to a request that the store takes.

use super::{NamedOrg, Session};
use crate::domain::account::Role;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::form::{ExternalSystem, FieldId, Initiator, Reason, TransferForm};
use crate::domain::id_number::{DocumentKind, IdNumber, normal_form};
use crate::domain::ids::{MemberId, TransferId};
use crate::domain::member::{Member, MemberState, Profile};
use crate::domain::order::FormHeader;
use crate::domain::organisation::{OrgKind, OrgPath, Organisation};
use crate::domain::person_name::PersonName;
use crate::domain::phone::mask_phone;
use crate::domain::text::{clean_line, clean_text};
use crate::domain::transfer::Contact;
use crate::domain::workflow::{Stage, next_party, next_path};
use crate::rules::{CheckupFacts, DestinationFacts, Finding, Severity};
use crate::store::{Goal, Request, Transferee};

/// A request that was handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// Row.
    pub id: TransferId,
    /// Number.
    pub number: String,
    /// First stage.
    pub stage: Stage,
    /// Who moves next, in words.
    pub next: String,
}

/// What a form aims at, before anything is written.
enum Aim {
    /// An organisation of the database or the directory.
    Organisation(Box<NamedOrg>),
    /// One that is known in neither, by its full name.
    Typed(String),
    /// 特殊单位
    SpecialUnit,
}

impl Session<'_> {
    /// The header of the form for a member (domain.md B1.2).
    ///
    /// # Errors
    /// Where the member is not in scope.
    pub fn header(&self, id: MemberId) -> Result<FormHeader, Fault> {
        let member = self.desk().member(id)?;
        let branch = self.office.store.organisation(member.branch)?;
        Ok(FormHeader {
            member: id,
            masked_id: member.id_number.masked(),
            masked_phone: mask_phone(&member.phone),
            id_number: member.id_number.reveal().to_owned(),
            name: member.name,
            branch: self.office.store.contact_of(Some(branch.id))?,
            superior: self.office.store.contact_of(branch.parent)?,
        })
    }

    /// 转接体检: everything that stands against a form or wants a look.
    ///
    /// # Errors
    /// Where a field is at fault, or the member or destination is not to be found.
    pub fn check_up(&self, form: &TransferForm) -> Result<Vec<Finding>, Fault> {
        let form = self.prepare(form)?;
        let (transferee, aim) = (self.transferee(&form)?, self.aim(&form)?);
        self.findings(&form, &transferee, &aim)
    }

    /// Hands a form in.
    ///
    /// # Errors
    /// Where a field is at fault, the check-up blocks, or this person may not make the request.
    pub fn submit(
        &self,
        form: &TransferForm,
        draft: Option<TransferId>,
    ) -> Result<Submitted, Fault> {
        let form = self.prepare(form)?;
        let (transferee, aim) = (self.transferee(&form)?, self.aim(&form)?);
        let findings = self.findings(&form, &transferee, &aim)?;
        refuse_blocked(&findings)?;
        let initiator = form.initiated_by.unwrap_or(Initiator::Member);
        // A destination of the directory alone comes into the database with the request, or not
        // at all.
        let (id, number, stage) = self.office.store.atomically(|| {
            let goal = self.goal(aim)?;
            self.desk().submit(&Request { form, transferee, goal, initiator, draft })
        })?;
        Ok(Submitted { id, number, stage, next: self.next_words(id)? })
    }

    /// Keeps what was typed as a draft.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn save_draft(
        &self,
        draft: Option<TransferId>,
        form: &TransferForm,
    ) -> Result<(TransferId, String), Fault> {
        self.desk().save_draft(draft, &cleaned(form))
    }

    /// Who moves next, in words, with name and telephone where they are known.
    ///
    /// # Errors
    /// Where the transfer is not in scope.
    pub fn next_words(&self, id: TransferId) -> Result<String, Fault> {
        let facts = self.desk().transfer(id)?.facts;
        let stage = facts.stage.label();
        let (Some(party), Some(path)) = (next_party(&facts), next_path(&facts)) else {
            return Ok(match next_party(&facts) {
                Some(party) => format!("{stage}（{}）", party.label()),
                None if facts.stage == Stage::Completed => "已办完，没有下一步。".to_owned(),
                None => format!("{stage}，没有下一步。"),
            });
        };
        let side = self.office.store.contact_of(path.ids().last())?.organisation;
        let contact = self.nearest_contact(path)?;
        let mut words = if side.is_empty() { party.label().to_owned() } else { side.clone() };
        for part in [&contact.organisation, &contact.name, &contact.phone] {
            if !part.is_empty() && *part != side {
                words = words + " " + part;
            }
        }
        Ok(format!("{stage}（{words}）"))
    }

    /// Whom to call for an organisation: its own contact, else the nearest one above that has any.
    fn nearest_contact(&self, path: &OrgPath) -> Result<Contact, Fault> {
        let mut nearest = Contact::default();
        for id in path.ids().collect::<Vec<_>>().into_iter().rev() {
            let contact = self.office.store.contact_of(Some(id))?;
            if !contact.name.is_empty() || !contact.phone.is_empty() {
                return Ok(contact);
            }
            if nearest.organisation.is_empty() {
                nearest = contact;
            }
        }
        Ok(nearest)
    }

    /// Cleans, drops hidden answers, fills in who asks, and refuses faulty fields.
    fn prepare(&self, form: &TransferForm) -> Result<TransferForm, Fault> {
        let mut form = cleaned(form);
        if form.member.is_empty() && self.actor.role == Role::Member {
            self.actor.id_number.reveal().clone_into(&mut form.member);
        }
        if form.initiated_by.is_none() {
            form.initiated_by = Some(self.initiator_of(&form)?);
        }
        let faults = self.rules().check_form(&form);
        if faults.is_empty() {
            return Ok(form);
        }
        let said: Vec<&str> = faults.iter().map(|f| f.sentence.as_str()).collect();
        Err(Fault::new(FaultKind::Rule, said.join("\n")))
    }

    /// Tells from who fills in whose request it is, where the form does not say.
    fn initiator_of(&self, form: &TransferForm) -> Result<Initiator, Fault> {
        if self.actor.role == Role::Member {
            return Ok(Initiator::Member);
        }
        let here = self.desk().find_member(&form.member)?;
        let in_scope = here.is_some_and(|m| self.actor.org_path.contains(&m.branch_path));
        let arrives = !form.member_name.is_empty() || !form.origin_typed.is_empty();
        Ok(if in_scope && !arrives { Initiator::Origin } else { Initiator::Destination })
    }

    /// Whose membership moves. Somebody outside the scope can only be taken in by the whole number.
    fn transferee(&self, form: &TransferForm) -> Result<Transferee, Fault> {
        let found = self.desk().find_member(&form.member)?;
        let arriving = form.initiated_by == Some(Initiator::Destination);
        match found {
            Some(member) if member.state == MemberState::Active => {
                self.known(member, arriving, form)
            }
            _ if arriving => arrival(form),
            _ => Ok(Transferee::Member(Box::new(self.desk().member_by_number(&form.member)?))),
        }
    }

    /// A member whose record is here. Somebody of another office is taken in by the whole number;
    /// a name that is given with it must be the right one, as on the official form.
    fn known(
        &self,
        member: Member,
        arriving: bool,
        form: &TransferForm,
    ) -> Result<Transferee, Fault> {
        let own = member.id_number == self.actor.id_number;
        let mine = own || self.actor.org_path.contains(&member.branch_path);
        if !mine && !arriving {
            return Ok(Transferee::Member(Box::new(self.desk().member(member.id)?)));
        }
        let given = PersonName::parse(&form.member_name);
        if form.member_name.is_empty() || given.is_ok_and(|name| name.as_str() == member.name) {
            return Ok(Transferee::Member(Box::new(member)));
        }
        let sentence = "转出人姓名和身份证号对不上。请对照证件核对姓名和 18 位号码。";
        Err(Fault::new(FaultKind::Rule, sentence))
    }

    /// What a form aims at. Nothing is written for it.
    fn aim(&self, form: &TransferForm) -> Result<Aim, Fault> {
        if form.reason == Some(Reason::SpecialUnit) {
            return Ok(Aim::SpecialUnit);
        }
        if !form.destination_typed.is_empty() {
            // A name typed by hand that is in the database after all is that organisation.
            let known = self.office.store.find_organisation(&form.destination_typed).ok();
            return Ok(match known.filter(|org| org.managed && form.external_system.is_none()) {
                Some(org) => Aim::Organisation(Box::new(NamedOrg::here(org))),
                None => Aim::Typed(form.destination_typed.clone()),
            });
        }
        if form.destination.is_empty() && form.initiated_by == Some(Initiator::Destination) {
            let own = self.office.store.organisation(self.actor.org)?;
            return Ok(Aim::Organisation(Box::new(NamedOrg::here(own))));
        }
        Ok(Aim::Organisation(Box::new(self.look_up_organisation(&form.destination)?)))
    }

    fn goal(&self, aim: Aim) -> Result<Goal, Fault> {
        Ok(match aim {
            Aim::Organisation(named) => Goal::Organisation(Box::new(self.adopted(*named)?)),
            Aim::Typed(name) => Goal::Typed(name),
            Aim::SpecialUnit => Goal::SpecialUnit,
        })
    }

    fn findings(
        &self,
        form: &TransferForm,
        transferee: &Transferee,
        aim: &Aim,
    ) -> Result<Vec<Finding>, Fault> {
        let empty = Profile::default();
        let desk = self.desk();
        let today = self.now.today();
        let facts = match transferee {
            Transferee::Member(member) => CheckupFacts {
                form,
                name: &member.name,
                id_number: Some(member.id_number.clone()),
                document: member.document,
                phone: &member.phone,
                profile: &member.profile,
                open_transfer: desk.open_transfer(&member.id_number)?,
                only_administrator: desk
                    .is_only_administrator(member.id_number.reveal(), member.branch)?,
                origin_is_beijing: self.rules().external_of(&member.branch_name)
                    == Some(ExternalSystem::Beijing),
                destination: self.destination_facts(aim, Some(member))?,
                today,
            },
            Transferee::Arrival { name, id_number, origin } => CheckupFacts {
                form,
                name,
                id_number: Some(id_number.clone()),
                document: id_number.kind(),
                phone: "",
                profile: &empty,
                open_transfer: desk.open_transfer(id_number)?,
                only_administrator: false,
                origin_is_beijing: self.rules().external_of(origin)
                    == Some(ExternalSystem::Beijing),
                destination: None,
                today,
            },
        };
        Ok(self.rules().checkup(&facts))
    }

    fn destination_facts(
        &self,
        aim: &Aim,
        member: Option<&Member>,
    ) -> Result<Option<DestinationFacts>, Fault> {
        Ok(match aim {
            Aim::SpecialUnit => None,
            Aim::Typed(name) => Some(DestinationFacts {
                full_name: name.clone(),
                kind: OrgKind::Committee,
                is_own_branch: false,
                is_present_school: false,
                is_hollow: false,
                verified_days: None,
                outside: true,
            }),
            Aim::Organisation(named) => Some(self.facts_of(named, member)?),
        })
    }

    fn facts_of(
        &self,
        named: &NamedOrg,
        member: Option<&Member>,
    ) -> Result<DestinationFacts, Fault> {
        let org = &named.organisation;
        let verified = chrono::NaiveDate::parse_from_str(&org.verified_on, "%Y-%m-%d").ok();
        Ok(DestinationFacts {
            full_name: org.full_name.clone(),
            kind: org.kind,
            is_own_branch: member.is_some_and(|m| m.branch == org.id),
            is_present_school: match member {
                Some(member) => self.same_school(org, member)?,
                None => false,
            },
            // Of one in the directory alone nobody here can know whether it has members.
            is_hollow: !org.managed && org.n_members == 0 && !named.is_listed_only(),
            verified_days: verified.map(|day| (self.now.today() - day).num_days()),
            outside: false,
        })
    }

    /// Whether a destination belongs to the member's own school: they share the nearest committee
    /// above the member's branch.
    fn same_school(&self, org: &Organisation, member: &Member) -> Result<bool, Fault> {
        for id in member.branch_path.ids().collect::<Vec<_>>().into_iter().rev() {
            let above = self.office.store.organisation(id)?;
            if above.kind == OrgKind::Committee {
                return Ok(above.path.contains(&org.path));
            }
        }
        Ok(false)
    }
}

fn arrival(form: &TransferForm) -> Result<Transferee, Fault> {
    let rule = |sentence: String| Fault::new(FaultKind::Rule, sentence);
    let name = PersonName::parse(&form.member_name).map_err(|f| rule(f.to_string()))?;
    let number = normal_form(&form.member);
    let kind =
        if number.chars().count() == 18 { DocumentKind::ResidentCard } else { DocumentKind::Other };
    let id_number = IdNumber::parse_as(kind, &number).map_err(|f| rule(f.to_string()))?;
    if form.origin_typed.is_empty() {
        return Err(rule("还没填转出团组织全称。请填对方原来所在团组织的完整名称。".to_owned()));
    }
    Ok(Transferee::Arrival {
        name: name.as_str().to_owned(),
        id_number,
        origin: form.origin_typed.clone(),
    })
}

fn refuse_blocked(findings: &[Finding]) -> Result<(), Fault> {
    let blocks: Vec<&str> = findings
        .iter()
        .filter(|f| f.severity == Severity::Block)
        .map(|f| f.sentence.as_str())
        .collect();
    if blocks.is_empty() { Ok(()) } else { Err(Fault::new(FaultKind::Rule, blocks.join("\n"))) }
}

/// The one cleaning at the boundary: every text of a form passes here, from screen, file or draft.
fn cleaned(form: &TransferForm) -> TransferForm {
    let mut form = form.clone();
    for field in FieldId::ALL {
        let text = form.get(*field).to_owned();
        let clean = match field {
            FieldId::Member => normal_form(&text),
            FieldId::Remark => clean_text(&text).text,
            _ => clean_line(&text).text,
        };
        form.set(*field, &clean);
    }
    form
}
