//! Which reason may lead where (domain.md A3).

use super::Rules;
use super::checkup::Finding;
use super::types::{Basis, CheckItem, GuardRule, GuardScope, PlaceClass, Severity};
use crate::domain::form::{ExternalSystem, FieldId, Initiator, Reason, TransferForm};
use crate::domain::organisation::OrgKind;

/// What is known of the destination.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DestinationFacts {
    /// Full name, picked or typed.
    pub full_name: String,
    /// Kind.
    pub kind: OrgKind,
    /// Whether it is the branch in which the member is.
    pub is_own_branch: bool,
    /// Whether it belongs to the school in which the member is.
    pub is_present_school: bool,
    /// Whether it has neither administrator nor members.
    pub is_hollow: bool,
    /// Days since somebody last checked the entry; none where nobody ever did.
    pub verified_days: Option<i64>,
    /// Whether it is outside this database and was typed.
    pub outside: bool,
}

impl Rules {
    /// What stands against this destination, gravest first; empty where nothing does.
    pub fn guard(&self, form: &TransferForm, facts: &DestinationFacts) -> Vec<Finding> {
        let plain = own_branch(facts).or_else(|| names_unit(form, facts));
        let mut findings: Vec<_> = plain
            .map(|sentence| self.against(Severity::Block, sentence, None))
            .or_else(|| self.contradiction(form, facts))
            .into_iter()
            .chain(self.against_reason(form, facts))
            .collect();
        findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
        findings
    }

    fn against(&self, severity: Severity, sentence: String, basis: Option<&Basis>) -> Finding {
        let basis = basis.or_else(|| self.check_basis(CheckItem::Destination));
        Finding {
            severity,
            item: CheckItem::Destination.label().to_owned(),
            sentence,
            rule: basis.map(Basis::line).unwrap_or_default(),
        }
    }

    fn against_reason(&self, form: &TransferForm, facts: &DestinationFacts) -> Vec<Finding> {
        let Some(reason) = form.reason else { return Vec::new() };
        let classes = self.classes_of(facts);
        let finding = |guard: &GuardRule| {
            let sentence = guard.sentence.replace("{destination}", &facts.full_name);
            self.against(guard.severity, sentence, Some(&guard.basis))
        };
        let guards = self.reason(reason).guards.iter();
        guards.filter(|guard| stands_before(&guard.scope, &classes)).map(finding).collect()
    }

    /// A province's name tells no kind of place: 景德镇市 is no township.
    fn classes_of(&self, facts: &DestinationFacts) -> Vec<PlaceClass> {
        let mut classes = match facts.kind {
            OrgKind::ProvinceRoot => Vec::new(),
            OrgKind::Committee
            | OrgKind::WorkingCommittee
            | OrgKind::GeneralBranch
            | OrgKind::Branch => self.classify(&facts.full_name),
        };
        if facts.is_present_school {
            classes.push(PlaceClass::PresentSchool);
        }
        classes
    }

    /// 是否属于北京/广东/福建 against the name, both ways.
    fn contradiction(&self, form: &TransferForm, facts: &DestinationFacts) -> Option<Finding> {
        if form.initiated_by == Some(Initiator::Destination) {
            return None; // The question is not asked: the destination is the one that applies.
        }
        let name = &facts.full_name;
        let (system, sentence) = match form.external_system {
            None => {
                let found = self.external_of(name)?;
                (found, self.should_be_external(name, found))
            }
            Some(system) => (system, self.should_not_be_external(name, system)?),
        };
        let rule = self.externals.iter().find(|rule| rule.system == system);
        Some(self.against(Severity::Block, sentence, rule.map(|rule| &rule.basis)))
    }

    fn should_be_external(&self, name: &str, found: ExternalSystem) -> String {
        let system = self.external_label(found);
        format!(
            "「转入组织是否属于北京/广东/福建」现在是「否」，转入组织「{name}」却属于{system}。\
             请改为「是（{system}）」并手填对方系统里的全称；确实不属于的，请核对全称。"
        )
    }

    fn should_not_be_external(&self, name: &str, system: ExternalSystem) -> Option<String> {
        let chosen = self.external_label(system);
        let root = self.system_root_named(name).map(|root| root.label.clone());
        let found = root.or_else(|| self.other_region(name, system))?;
        Some(format!(
            "「转入组织是否属于北京/广东/福建」现在是「{chosen}」，转入组织「{name}」却属于{found}。\
             请改这一项，或核对转入组织全称。"
        ))
    }
}

fn stands_before(scope: &GuardScope, classes: &[PlaceClass]) -> bool {
    match scope {
        GuardScope::AnyOf(blocked) => classes.iter().any(|class| blocked.contains(class)),
        GuardScope::NoneOf(let_pass) => !classes.iter().any(|class| let_pass.contains(class)),
    }
}

fn own_branch(facts: &DestinationFacts) -> Option<String> {
    facts.is_own_branch.then(|| {
        format!("转入组织「{}」就是团员现在的团支部，不用转接。请改选转入组织。", facts.full_name)
    })
}

/// A special unit is neither named nor placed, so that nothing of it can leak.
fn names_unit(form: &TransferForm, facts: &DestinationFacts) -> Option<String> {
    let telling =
        [FieldId::Employer, FieldId::Address, FieldId::Destination, FieldId::DestinationTyped];
    let named = !facts.full_name.is_empty() || telling.iter().any(|f| !form.get(*f).is_empty());
    (form.reason == Some(Reason::SpecialUnit) && named).then(|| {
        "「转往特殊单位团组织」不填也不保存单位名称和地点，现在填了。请删去后再提交。".to_owned()
    })
}

#[cfg(test)]
mod tests;
