//! The transfer form as it stands now: header, then the fields that the rules ask for.

use super::Apply;
use crate::domain::form::{FieldId, REMARK_LIMIT};
use crate::domain::id_number::mask_id;
use crate::model::effect::FormHeader;
use crate::model::form::{Field, LookupKind};
use crate::rules::{FieldRule, OriginKind, Rules};

/// Where a choice says 「none of them」.
pub(super) const NO: &str = "no";
/// Most characters of names of schools and employers, and of addresses.
const NAME_LIMIT: usize = 100;
/// An ID number with a few blanks between its groups.
const NUMBER_LIMIT: usize = 24;

impl Apply {
    /// Every field, in the order of the paper form.
    pub(super) fn fields(&self, rules: &Rules) -> Vec<Field> {
        let mut fields = self.header_fields();
        let asked = self.asked_fields(rules);
        let mut after_reason = false;
        for rule in asked {
            let Some(mut field) = self.input(&rule, rules) else { continue };
            if rule.id == FieldId::Remark {
                field = field.ruled("");
            } else if after_reason {
                field = field.ruled(self.ruled_words(rules));
                after_reason = false;
            }
            after_reason |= rule.id == FieldId::Reason;
            fields.push(field);
        }
        fields
    }

    /// What the rules ask for; nothing that the header holds already.
    pub(super) fn asked_fields(&self, rules: &Rules) -> Vec<FieldRule> {
        let origin = if self.arrives { OriginKind::Elsewhere } else { OriginKind::InDatabase };
        let mut asked = rules.fields_for(&self.answers, origin);
        asked.retain(|rule| self.arrives || rule.id != FieldId::Member);
        asked
    }

    fn ruled_words(&self, rules: &Rules) -> String {
        let label = self.answers.reason.map_or("", |reason| rules.reason(reason).label());
        format!("以下由「{label}」决定")
    }

    /// The header of the official form, filled from the record (domain.md B1.2).
    fn header_fields(&self) -> Vec<Field> {
        let applied = Field::fixed("applied_at", "申请时间", self.applied_at.clone());
        if self.arrives {
            // Where somebody arrives is not asked: it is where the clerk works.
            let here = Field::fixed("own_organisation", "申请转入组织", self.at.clone());
            return vec![here.note("本组织"), applied];
        }
        let header = self.header_in_force();
        let of = |text: fn(&FormHeader) -> &str| header.map_or("", text).to_owned();
        let masked = header.map_or_else(|| mask_id(&self.answers.member), |h| h.masked_id.clone());
        let fixed = Field::fixed;
        vec![
            self.transferee(header),
            fixed("id", "转出人身份证号码", masked),
            fixed("phone", "转出人手机号", of(|h| &h.masked_phone)).beside(),
            fixed("branch", "转出团支部", of(|h| &h.branch.organisation)).note("自动带出"),
            fixed("branch_admin", "转出团支部管理员", of(|h| &h.branch.name)),
            fixed("branch_phone", "转出团支部联系方式", of(|h| &h.branch.phone)).beside(),
            fixed("superior", "转出团支部的直属上级联系方式", of(|h| &h.superior.phone)),
            applied.beside(),
        ]
    }

    fn transferee(&self, header: Option<&FormHeader>) -> Field {
        let label = "转出人姓名";
        let unknown = mask_id(&self.answers.member);
        let name = header.map_or(unknown, |header| header.name.clone());
        if self.own {
            return Field::fixed("member", label, name);
        }
        Field::lookup("member", label, LookupKind::Member)
            .required()
            .hint("F7 选团员")
            .looked_up(&self.answers.member, &name)
    }

    fn input(&self, rule: &FieldRule, rules: &Rules) -> Option<Field> {
        let (id, label) = (rule.id.id(), rule.label.clone());
        let answer = self.answers.get(rule.id);
        let field = match rule.id {
            FieldId::InitiatedBy => return None,
            FieldId::Member => {
                Field::line(id, "转出人身份证号码", NUMBER_LIMIT).complete_at(18).with(answer)
            }
            FieldId::ContactPhone => {
                Field::line(id, label, NUMBER_LIMIT).complete_at(11).with(answer)
            }
            FieldId::MemberName
            | FieldId::OriginTyped
            | FieldId::School
            | FieldId::Employer
            | FieldId::Address
            | FieldId::DestinationTyped => Field::line(id, label, NAME_LIMIT).with(answer),
            FieldId::ExternalSystem => Field::choice(id, label, externals(rules))
                .with(if answer.is_empty() { NO } else { answer }),
            FieldId::Reason => {
                let reasons = rules.reasons();
                let options = reasons.iter().map(|rule| (rule.reason.id(), rule.label()));
                Field::choice(id, label, options).with(answer)
            }
            FieldId::FurtherStudy => {
                let routes = rules.routes().iter().map(|route| (&*route.id, &*route.label));
                let known = rules.route(answer).map_or("", |route| &route.id);
                Field::choice(id, label, routes).with(known)
            }
            FieldId::Destination => Field::lookup(id, label, LookupKind::Organisation)
                .hint("F7 选组织")
                .looked_up(answer, answer),
            FieldId::Remark => Field::paragraph(id, label, REMARK_LIMIT).with(answer),
        };
        Some(if rule.required { field.required() } else { field })
    }
}

fn externals(rules: &Rules) -> Vec<(String, String)> {
    let none = (NO.to_owned(), "否".to_owned());
    let each =
        rules.externals().iter().map(|rule| (rule.system.id().to_owned(), rule.label.clone()));
    std::iter::once(none).chain(each).collect()
}
