//! 转接体检: what is looked at before a transfer is submitted (domain.md A4).

use chrono::NaiveDate;

use super::Rules;
use super::guard::DestinationFacts;
use super::record::{self, Verdict, block, pass, warn};
use super::types::{Basis, CheckItem, Severity};
use crate::domain::form::{Initiator, Reason, TransferForm};
use crate::domain::id_number::{DocumentKind, IdFault, IdNumber};
use crate::domain::member::{Authentication, Profile};
use crate::domain::person_name::PersonName;
use crate::domain::phone::Phone;

/// One line of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How grave.
    pub severity: Severity,
    /// What was looked at.
    pub item: String,
    /// What was found, what should be, what to do; holds no ID number or telephone in the clear.
    pub sentence: String,
    /// The rule with its source and year.
    pub rule: String,
}

/// Everything that is looked at. For somebody whose record is elsewhere (办理转入) the profile is
/// the default one, and what is missing in it makes warnings only.
#[derive(Debug, Clone)]
pub struct CheckupFacts<'a> {
    /// The answers.
    pub form: &'a TransferForm,
    /// Name of the transferee.
    pub name: &'a str,
    /// The parsed number; none makes the number of the form be looked at.
    pub id_number: Option<IdNumber>,
    /// Kind of document.
    pub document: DocumentKind,
    /// Telephone of the transferee, may be empty.
    pub phone: &'a str,
    /// The rest of the record.
    pub profile: &'a Profile,
    /// Number and stage of the open transfer, for people.
    pub open_transfer: Option<String>,
    /// Whether the branch would be left without an administrator.
    pub only_administrator: bool,
    /// Whether the origin belongs to Beijing's system.
    pub origin_is_beijing: bool,
    /// The destination; none where it is not chosen or not asked.
    pub destination: Option<DestinationFacts>,
    /// The day of looking.
    pub today: NaiveDate,
}

impl CheckupFacts<'_> {
    pub(super) fn id_number(&self) -> Result<IdNumber, IdFault> {
        match &self.id_number {
            Some(number) => Ok(number.clone()),
            None => IdNumber::parse_as(self.document, &self.form.member),
        }
    }
}

impl Rules {
    /// The whole list: every item of [`CheckItem::ALL`] in that order, passes too. The last item
    /// holds the findings of [`Rules::guard`] and may have several lines. Faults of single fields
    /// are the business of [`Rules::check_form`].
    pub fn checkup(&self, facts: &CheckupFacts<'_>) -> Vec<Finding> {
        CheckItem::ALL.iter().flat_map(|item| self.look_at(*item, facts)).collect()
    }

    fn look_at(&self, item: CheckItem, facts: &CheckupFacts<'_>) -> Vec<Finding> {
        let verdict = match item {
            CheckItem::IdNumber => id_number(facts),
            CheckItem::Phone => phone(facts.phone),
            CheckItem::ContactPhone => contact_phone(&facts.form.contact_phone),
            CheckItem::Name => name(facts.name),
            CheckItem::OpenTransfer => open_transfer(facts.open_transfer.as_deref()),
            CheckItem::Age => record::age(&self.numbers, facts),
            CheckItem::LeaguePost => league_post(facts),
            CheckItem::OnlyAdministrator => only_administrator(facts),
            CheckItem::Authentication => self.authentication(facts),
            CheckItem::MembershipNumber => record::membership(&self.numbers.membership, facts),
            CheckItem::JoiningAge => record::joining_age(&self.numbers, facts),
            CheckItem::Fees => record::fees(facts),
            CheckItem::Hollow => of_destination(facts, hollow),
            CheckItem::Verified => of_destination(facts, |d| self.verified(d)),
            CheckItem::FullName => of_destination(facts, |d| self.full_name(d)),
            CheckItem::Destination => return self.destination(facts),
        };
        vec![self.finding(item, verdict)]
    }

    fn finding(&self, item: CheckItem, (severity, sentence): Verdict) -> Finding {
        let rule = self.check_basis(item).map(Basis::line).unwrap_or_default();
        Finding { severity, item: item.label().to_owned(), sentence, rule }
    }

    fn destination(&self, facts: &CheckupFacts<'_>) -> Vec<Finding> {
        let Some(destination) = facts.destination.as_ref() else {
            let verdict = no_destination(facts.form);
            return vec![self.finding(CheckItem::Destination, verdict)];
        };
        let findings = self.guard(facts.form, destination);
        if findings.is_empty() {
            let verdict = pass("转入组织与转出原因相符。");
            return vec![self.finding(CheckItem::Destination, verdict)];
        }
        findings
    }

    fn authentication(&self, facts: &CheckupFacts<'_>) -> Verdict {
        let from = self.numbers.authenticated_from;
        let state = facts.profile.authentication;
        match record::joined(facts.profile) {
            _ if state == Authentication::Authenticated => pass("入团志愿书已认证。"),
            Err(why) => warn(format!("{why}无法核对入团志愿书要不要认证。请补上入团年月。")),
            Ok(day) if record::year(day) < from => {
                pass(format!("{} 年入团，不要求电子入团志愿书认证。", record::year(day)))
            }
            Ok(day) => warn(format!(
                "{} 年入团，入团志愿书现在是「{}」。{from} 年起入团的应先认证，请上传认证后再转，或确认已认证并登记。",
                record::year(day),
                state.label()
            )),
        }
    }

    fn verified(&self, destination: &DestinationFacts) -> Verdict {
        let limit = self.numbers.stale_days;
        let call = "请先打电话核对，并登记核对日期。";
        match destination.verified_days {
            None => warn(format!("没有登记过什么时候核对过「{}」。{call}", destination.full_name)),
            Some(days) if days > limit => warn(format!(
                "「{}」上次核对是 {days} 天前，超过 {limit} 天。{call}",
                destination.full_name
            )),
            Some(days) => pass(format!("{days} 天前核对过。")),
        }
    }

    fn full_name(&self, destination: &DestinationFacts) -> Verdict {
        let name = &destination.full_name;
        let lack = if destination.outside { self.typed_lacks(name) } else { self.lacks(name) };
        match lack {
            None => pass(format!("「{name}」。")),
            Some(lack) => {
                warn(format!("转入组织「{name}」{lack}，对方可能查不到。请向对方问准全称。"))
            }
        }
    }
}

fn id_number(facts: &CheckupFacts<'_>) -> Verdict {
    match (facts.id_number(), facts.document) {
        (Err(fault), _) => block(fault.to_string()),
        (Ok(number), DocumentKind::ResidentCard) => {
            pass(format!("{}，位数、地区、生日和末位都对得上。", number.masked()))
        }
        (Ok(number), DocumentKind::Other) => {
            pass(format!("{}，非大陆证件，不核对末位。", number.masked()))
        }
    }
}

fn phone(text: &str) -> Verdict {
    if text.trim().is_empty() {
        return warn("转出人没有登记手机号，对方联系不到本人。请补上。");
    }
    telephone(text)
}

fn contact_phone(text: &str) -> Verdict {
    if text.trim().is_empty() {
        return block("还没填「常用联系人的联系方式」。请填 11 位手机号，或带区号的座机号。");
    }
    telephone(text)
}

fn telephone(text: &str) -> Verdict {
    match Phone::parse(text) {
        Err(fault) => block(fault.to_string()),
        Ok(phone) if phone.in_known_range() => pass(format!("{}。", phone.masked())),
        Ok(phone) => warn(format!(
            "{} 的第 2 位不是 3 到 9，不像现有的手机号段。请核对；确实是这个号码的可以继续。",
            phone.masked()
        )),
    }
}

fn name(text: &str) -> Verdict {
    match PersonName::parse(text) {
        Ok(name) => pass(format!("{name}。")),
        Err(fault) => block(fault.to_string()),
    }
}

fn open_transfer(open: Option<&str>) -> Verdict {
    match open {
        None => pass("没有在办的转接。"),
        Some(open) => {
            block(format!("已有一单在办：{open}。同时只能有一单，请先办完或撤销那一单。"))
        }
    }
}

fn league_post(facts: &CheckupFacts<'_>) -> Verdict {
    let post = facts.profile.league_post.trim();
    if post.is_empty() {
        pass("没有担任团内职务。")
    } else if facts.origin_is_beijing {
        block(format!(
            "现在担任「{post}」。转出组织属于北京系统，不免去职务就转不出。请先免去职务，再登记。"
        ))
    } else {
        warn(format!("现在担任「{post}」。应先免去团内职务再转出，请免职后更新登记。"))
    }
}

fn only_administrator(facts: &CheckupFacts<'_>) -> Verdict {
    if facts.only_administrator {
        block("是转出团支部唯一的管理员，转走后没有人能办理。请先增加一名管理员，再转出。")
    } else {
        pass("转出后团支部仍有管理员，或本人不是管理员。")
    }
}

fn of_destination(
    facts: &CheckupFacts<'_>,
    look: impl FnOnce(&DestinationFacts) -> Verdict,
) -> Verdict {
    facts.destination.as_ref().map_or_else(|| no_destination(facts.form), look)
}

fn no_destination(form: &TransferForm) -> Verdict {
    if form.reason == Some(Reason::SpecialUnit) {
        pass("转往特殊单位，不填转入组织，这一项不适用。")
    } else if form.initiated_by == Some(Initiator::Destination) {
        pass("由转入组织发起，这一项不适用。")
    } else {
        warn("还没选转入组织，无法核对。请选好后再看一遍。")
    }
}

fn hollow(destination: &DestinationFacts) -> Verdict {
    let name = &destination.full_name;
    if destination.outside {
        pass(format!("「{name}」不在本库，这一项不适用。"))
    } else if destination.is_hollow {
        warn(format!(
            "「{name}」没有管理员，也没有团员，可能没有人接收。请先打电话确认，或改选它的上级。"
        ))
    } else {
        pass(format!("「{name}」有人接收。"))
    }
}

#[cfg(test)]
mod tests;
