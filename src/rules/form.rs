//! Which fields the form asks for now, and what is wrong with the answers (domain.md B1.2).

use super::Rules;
use super::types::FieldRule;
use crate::domain::form::{FieldFault, FieldId, Initiator, REMARK_LIMIT, Reason, TransferForm};
use crate::domain::id_number::{IdNumber, normal_form};
use crate::domain::person_name::PersonName;
use crate::domain::phone::Phone;

/// Where the record of the transferee is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OriginKind {
    /// In this database: picking the member is enough.
    InDatabase,
    /// Elsewhere (办理转入 from outside): name and origin are typed.
    Elsewhere,
}

impl OriginKind {
    /// Tells it from the answers: who names the person and the origin brings in somebody whose
    /// record is elsewhere, unless the form says that it is not the destination's request.
    pub fn of(form: &TransferForm) -> Self {
        let may_arrive = matches!(form.initiated_by, None | Some(Initiator::Destination));
        let names = given(form, FieldId::MemberName) || given(form, FieldId::OriginTyped);
        if may_arrive && names { Self::Elsewhere } else { Self::InDatabase }
    }
}

/// How the destination is named, which decides what the form asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum DestinationEntry {
    /// Not asked: 办理转入, a special unit, or no reason yet.
    NotAsked,
    /// Picked from this database.
    Picked,
    /// Typed in full.
    Typed,
}

impl Rules {
    /// The fields that the form asks for now, in order. The origin is told from the answers, see
    /// [`OriginKind::of`].
    pub fn fields(&self, form: &TransferForm) -> Vec<FieldRule> {
        self.fields_for(form, OriginKind::of(form))
    }

    /// The fields that the form asks for now, in order.
    ///
    /// 转入组织 is not asked of the destination side, nor whether it belongs to another system:
    /// it is the organisation that applies. A destination outside this database is typed; once
    /// something is typed, `destination_typed` takes the star from `destination`.
    pub fn fields_for(&self, form: &TransferForm, origin: OriginKind) -> Vec<FieldRule> {
        let mut fields = self.common(&[FieldId::Member]);
        if origin == OriginKind::Elsewhere {
            fields.extend(self.common(&[FieldId::MemberName, FieldId::OriginTyped]));
        }
        fields.extend(self.common(&[FieldId::ContactPhone]));
        if !is_arrival(form, origin) {
            fields.extend(self.common(&[FieldId::ExternalSystem]));
        }
        fields.extend(self.common(&[FieldId::Reason]));
        let (by_reason, remark) = self.reason_fields(form);
        fields.extend(by_reason);
        fields.extend(self.destination_fields(form, origin));
        fields.extend(remark);
        fields
    }

    /// What the answers of one field are short of; for leaving that field.
    pub fn check_field(&self, form: &TransferForm, field: FieldId) -> Option<FieldFault> {
        let sentence = match self.fields(form).iter().find(|rule| rule.id == field) {
            Some(rule) if given(form, field) => self.fault_of_answer(form, rule),
            Some(rule) => rule.required.then(|| self.missing(form, rule)).flatten(),
            None => self.not_asked(form, field),
        };
        sentence.map(|sentence| FieldFault { field, sentence })
    }

    /// All faults of the form, in the order of [`FieldId::ALL`].
    pub fn check_form(&self, form: &TransferForm) -> Vec<FieldFault> {
        FieldId::ALL.iter().filter_map(|field| self.check_field(form, *field)).collect()
    }

    /// The form without the answers that nobody asks for. Screens keep them, so that going back
    /// to another reason loses nothing; what is submitted goes through here.
    pub fn without_hidden(&self, form: &TransferForm) -> TransferForm {
        let mut kept = form.clone();
        for field in FieldId::ALL.iter().filter(|field| self.not_asked(form, **field).is_some()) {
            kept.set(*field, "");
        }
        kept
    }

    fn common(&self, ids: &[FieldId]) -> Vec<FieldRule> {
        self.common.iter().filter(|field| ids.contains(&field.id)).cloned().collect()
    }

    /// What the reason asks for beside the destination, and the remark: some reasons star it.
    fn reason_fields(&self, form: &TransferForm) -> (Vec<FieldRule>, Vec<FieldRule>) {
        let own: &[FieldRule] = form.reason.map_or(&[], |reason| &self.reason(reason).fields);
        let (mut remark, rest): (Vec<_>, Vec<_>) = own
            .iter()
            .filter(|field| field.id != FieldId::Destination)
            .cloned()
            .partition(|field| field.id == FieldId::Remark);
        if remark.is_empty() {
            remark = self.common(&[FieldId::Remark]);
        }
        (rest, remark)
    }

    fn destination_fields(&self, form: &TransferForm, origin: OriginKind) -> Vec<FieldRule> {
        let own: &[FieldRule] = form.reason.map_or(&[], |reason| &self.reason(reason).fields);
        let picked = own.iter().filter(|field| field.id == FieldId::Destination).cloned();
        match destination_entry(form, origin) {
            DestinationEntry::NotAsked => Vec::new(),
            DestinationEntry::Picked => picked.collect(),
            DestinationEntry::Typed if form.external_system.is_some() => {
                self.common(&[FieldId::DestinationTyped])
            }
            DestinationEntry::Typed => picked
                .map(|field| FieldRule { required: false, ..field })
                .chain(self.common(&[FieldId::DestinationTyped]))
                .collect(),
        }
    }

    /// The sentence about a filled field that is not asked for.
    fn not_asked(&self, form: &TransferForm, field: FieldId) -> Option<String> {
        let kept = matches!(field, FieldId::InitiatedBy)
            || form.reason.is_none() && !is_about_person(field)
            || field == FieldId::Destination && is_arrival(form, OriginKind::of(form));
        let asked = self.fields(form).iter().any(|rule| rule.id == field);
        if kept || asked || !given(form, field) {
            return None;
        }
        Some(format!("{}不需要「{}」，请删去。", self.why_not_asked(form, field), field.label()))
    }

    fn why_not_asked(&self, form: &TransferForm, field: FieldId) -> String {
        match field {
            FieldId::MemberName | FieldId::OriginTyped => "转出人的记录在本库时".to_owned(),
            FieldId::ExternalSystem => "由转入组织发起时".to_owned(),
            FieldId::DestinationTyped if is_arrival(form, OriginKind::of(form)) => {
                "由转入组织发起时".to_owned()
            }
            FieldId::Destination if form.external_system.is_some() => {
                let system = form.external_system.map_or("", |s| self.external_label(s));
                format!("转入组织属于{system}时要手填「转入组织全称」，")
            }
            _ => form.reason.map_or_else(String::new, |r| format!("「{}」", self.reason(r).label)),
        }
    }

    fn missing(&self, form: &TransferForm, rule: &FieldRule) -> Option<String> {
        let next = match rule.id {
            // 否 is an answer, and it is the one that an empty field gives.
            FieldId::ExternalSystem | FieldId::InitiatedBy => return None,
            FieldId::Member => "请选一名团员，或填 18 位身份证号",
            FieldId::MemberName => "请填证件上的姓名",
            FieldId::OriginTyped => "请填现在所在团支部的全称",
            FieldId::ContactPhone => "请填 11 位手机号，或带区号的座机号",
            FieldId::Reason | FieldId::FurtherStudy => "请选一个",
            FieldId::School => "请填录取通知书上的全称",
            FieldId::Employer => "请填单位全称",
            FieldId::Address => "请填到路名和门牌",
            FieldId::Destination => "请选一个；不在本库的，请填「转入组织全称」",
            FieldId::DestinationTyped => "请向对方问准全称再填",
            FieldId::Remark => "请写明转接的原因",
        };
        let because = match (rule.id, form.reason) {
            (FieldId::Remark, Some(reason)) => {
                format!("，「{}」必须填", self.reason(reason).label)
            }
            _ => String::new(),
        };
        Some(format!("还没填「{}」{because}。{next}。", rule.label))
    }

    fn fault_of_answer(&self, form: &TransferForm, rule: &FieldRule) -> Option<String> {
        let text = form.get(rule.id);
        match rule.id {
            FieldId::Member => member_fault(text),
            FieldId::MemberName => PersonName::parse(text).err().map(|e| e.to_string()),
            FieldId::ContactPhone => {
                Phone::parse(text).err().map(|e| format!("「{}」：{e}", rule.label))
            }
            FieldId::Reason => self.reason_fault(form.reason?),
            FieldId::FurtherStudy => self.route_fault(text),
            FieldId::DestinationTyped => both_destinations(form),
            FieldId::Remark => remark_fault(text),
            FieldId::OriginTyped
            | FieldId::InitiatedBy
            | FieldId::ExternalSystem
            | FieldId::School
            | FieldId::Employer
            | FieldId::Address
            | FieldId::Destination => None,
        }
    }

    fn reason_fault(&self, reason: Reason) -> Option<String> {
        let rule = self.reason(reason);
        (!rule.enabled).then(|| {
            format!("「转出原因」现在是「{}」，规则文件里没有启用。请改选一个。", rule.label)
        })
    }

    fn route_fault(&self, text: &str) -> Option<String> {
        if self.route(text).is_some() {
            return None;
        }
        let known: Vec<_> = self.routes.iter().map(|r| format!("{} {}", r.id, r.label)).collect();
        Some(format!(
            "「毕业去向」现在是「{text}」，规则文件里没有这一项。请从这些里选：{}。",
            known.join("、")
        ))
    }
}

/// Whether the destination side applies, so that it is known where the member goes.
fn is_arrival(form: &TransferForm, origin: OriginKind) -> bool {
    origin == OriginKind::Elsewhere || form.initiated_by == Some(Initiator::Destination)
}

fn is_about_person(field: FieldId) -> bool {
    matches!(field, FieldId::MemberName | FieldId::OriginTyped)
}

fn destination_entry(form: &TransferForm, origin: OriginKind) -> DestinationEntry {
    let needs_none = matches!(form.reason, None | Some(Reason::SpecialUnit));
    if needs_none || is_arrival(form, origin) {
        DestinationEntry::NotAsked
    } else if form.external_system.is_some() || given(form, FieldId::DestinationTyped) {
        DestinationEntry::Typed
    } else {
        DestinationEntry::Picked
    }
}

fn given(form: &TransferForm, field: FieldId) -> bool {
    !form.get(field).trim().is_empty()
}

/// A resident card must pass every check. Other documents are letters and digits of another
/// length; a long row of digits is no such document but a card that was cut or misread.
fn member_fault(text: &str) -> Option<String> {
    let fault = IdNumber::parse(text).err()?;
    let typed = normal_form(text);
    let like_card = typed.chars().count() == 18
        || typed.chars().count() >= 12 && typed.trim_end_matches('X').chars().all(is_digit);
    let other = !like_card && IdNumber::parse_other(text).is_ok();
    (!other).then(|| fault.to_string())
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

fn both_destinations(form: &TransferForm) -> Option<String> {
    let both = form.external_system.is_none() && given(form, FieldId::Destination);
    both.then(|| {
        "「申请转入组织」和「转入组织全称」都填了，只能填一个。请删去其中一个。".to_owned()
    })
}

fn remark_fault(text: &str) -> Option<String> {
    let n = text.chars().count();
    let over = n.checked_sub(REMARK_LIMIT).filter(|over| *over > 0)?;
    Some(format!("备注最多 {REMARK_LIMIT} 个字，现在 {n} 个，请删 {over} 个。"))
}

#[cfg(test)]
mod tests;
