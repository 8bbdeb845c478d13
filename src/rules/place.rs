//! What the name of an organisation tells: the kind of place, and the system it belongs to.

use super::Rules;
use super::types::{Matching, PlaceClass, SystemRoot};
use crate::domain::form::ExternalSystem;
use crate::domain::id_number::normal_form;

/// How full names may begin before the place; they say nothing about it.
const LEAGUE: [&str; 3] = ["中国共产主义青年团", "共青团", "团"];

/// How full names end (domain.md B4).
const ENDINGS: [&str; 5] = ["团支部", "团总支", "团委", "团工委", "委员会"];

/// What a short name lacks.
const ABBREVIATED: &str = "像是简称，开头没有省市";

impl Rules {
    /// The kinds of place that a name tells of; several where a floating branch names its street.
    /// Never [`PlaceClass::PresentSchool`], which no name tells.
    pub fn classify(&self, name: &str) -> Vec<PlaceClass> {
        let text = without(&normal_form(name), &self.words.ignored);
        let mut found: Vec<_> = self
            .classes
            .iter()
            .filter(|rule| rule.matching == Matching::Anywhere)
            .filter(|rule| rule.words.iter().any(|word| text.contains(&normal_form(word))))
            .map(|rule| rule.class)
            .collect();
        found.extend(self.last_class(&text));
        found
    }

    /// The class whose word ends last; of two that end together the longer one, so that 科学院 is
    /// not taken for 学院.
    fn last_class(&self, text: &str) -> Option<PlaceClass> {
        let rules = self.classes.iter().filter(|rule| rule.matching == Matching::Last);
        rules
            .flat_map(|rule| rule.words.iter().map(move |word| (rule.class, normal_form(word))))
            .filter_map(|(class, word)| Some((text.rfind(&word)? + word.len(), word.len(), class)))
            .max_by_key(|(end, length, _)| (*end, *length))
            .map(|(_, _, class)| class)
    }

    /// The root by system that a name belongs to beyond doubt.
    pub(super) fn system_root_named(&self, name: &str) -> Option<&SystemRoot> {
        let text = normal_form(name);
        self.roots.iter().find(|root| root.names.iter().any(|n| text.contains(&normal_form(n))))
    }

    fn may_go_by_system(&self, text: &str) -> bool {
        let words = |root: &SystemRoot| root.names.iter().chain(&root.keywords).cloned().collect();
        self.roots.iter().flat_map(|root| -> Vec<String> { words(root) }).any(|w| text.contains(&w))
    }

    /// The external system that a name begins with. A branch office, a street named after a
    /// province and an organisation that goes by system (全国铁道团委) do not count.
    pub fn external_of(&self, name: &str) -> Option<ExternalSystem> {
        let text = without(&normal_form(name), &self.words.streets);
        if self.may_go_by_system(&text) {
            return None;
        }
        let office = self.words.branch_offices.iter().any(|word| text.contains(word.as_str()));
        let named = self.externals.iter().find(|rule| {
            let short = rule.short.iter().filter(|_| !office);
            rule.names.iter().chain(short).any(|start| begins_with(&text, start))
        });
        named.map(|rule| rule.system)
    }

    /// The other province or system that a name begins with, although it should belong to
    /// `system`. A name that also holds the word of the system leaves a doubt and is let pass.
    pub(super) fn other_region(&self, name: &str, system: ExternalSystem) -> Option<String> {
        let text = without(&normal_form(name), &self.words.streets);
        if text.contains(self.external_label(system)) {
            return None;
        }
        if let Some(other) = self.external_of(name).filter(|other| *other != system) {
            return Some(self.external_label(other).to_owned());
        }
        self.words.provinces.iter().find(|province| begins_with(&text, province)).cloned()
    }

    /// What any full name lacks, as the first half of a sentence.
    pub(super) fn lacks(&self, name: &str) -> Option<&'static str> {
        let text = normal_form(name);
        if !ENDINGS.iter().any(|ending| text.ends_with(ending)) {
            return Some("没有写明是团支部、团总支、团工委还是团委");
        }
        (text.chars().count() < 6).then_some(ABBREVIATED)
    }

    /// What a name typed by hand lacks beside that: where it is. It is not asked of organisations
    /// in this database, which are found by their code, nor of schools, whose names are unique.
    pub(super) fn typed_lacks(&self, name: &str) -> Option<&'static str> {
        let text = normal_form(name);
        let placed = self.begins_with_region(&text)
            || self.may_go_by_system(&text)
            || self.classify(name) == [PlaceClass::School];
        self.lacks(name).or((!placed).then_some(ABBREVIATED))
    }

    fn begins_with_region(&self, text: &str) -> bool {
        let names = self.externals.iter().flat_map(|rule| rule.names.iter().chain(&rule.short));
        names.chain(&self.words.provinces).any(|name| begins_with(text, name))
    }
}

fn begins_with(text: &str, place: &str) -> bool {
    let bare = LEAGUE.iter().filter_map(|league| text.strip_prefix(league));
    bare.chain([text]).any(|text| text.starts_with(place))
}

/// The text without some words; a mark stands in their place, so that their neighbours do not
/// join to a word that nobody wrote.
fn without(text: &str, words: &[String]) -> String {
    words.iter().fold(text.to_owned(), |text, word| text.replace(word.as_str(), "·"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_tell_the_kind_of_place() {
        use PlaceClass::*;
        let rules = Rules::national();
        for (name, wanted) in [
            ("江苏省常州市天宁区天宁街道流动团员团支部", &[Floating, Township][..]),
            ("江苏省常州市武进区高新区北区李公朴小学团支部", &[School]),
            ("河海街道孙中山职业技术学校团委", &[School]),
            ("共青团武进区湖塘镇委员会", &[Township]),
            ("湖塘镇　中心小学团支部", &[School]),
            ("新北区河海街道飞龙社区团支部", &[Community]),
            ("新北区薛家镇丁家村学社衔接临时团支部", &[Floating, Community]),
            ("学院路街道团工委", &[Township]),
            ("大学城社区团支部", &[Community]),
            ("河海街道大学生流动团员团支部", &[Floating, Township]),
            ("武进区流动团员团支部", &[Floating]),
            ("天宁区青年之家团支部", &[YouthHome]),
            ("南京晓庄学院出国（境）学习研究团员团支部", &[StudyAbroad, School]),
            ("南京晓庄学院信息工程学院2020级软件1班团支部", &[School]),
            ("景德镇陶瓷大学团委", &[School]),
            ("景德镇市团委", &[]),
            ("镇江市团委", &[]),
            ("常州农村商业银行团委", &[Employer]),
            ("天宁街道社区卫生服务中心团支部", &[Employer]),
            ("江苏省农业科学院团委", &[Employer]),
            ("中关村街道团工委", &[Township]),
            ("中关村中学团委", &[School]),
            ("某某新材料有限公司团支部", &[Employer]),
        ] {
            assert_eq!(rules.classify(name), wanted, "{name}");
        }
    }

    #[test]
    fn names_tell_the_external_system() {
        use ExternalSystem::*;
        let rules = Rules::national();
        for (name, wanted) in [
            ("北京市海淀区某某街道团工委", Some(Beijing)),
            ("北京大学团委", Some(Beijing)),
            ("共青团北京市委员会", Some(Beijing)),
            ("团广东省委", Some(Guangdong)),
            ("深圳市龙华区某某团委", Some(Guangdong)),
            ("福建某某学院团委", Some(Fujian)),
            ("厦门市某某学校团委", Some(Fujian)),
            ("北京路街道流动团员团支部", None),
            ("北京银行南京分行团委", None),
            ("北京铁路局某某段团委", None),
            ("全国铁道团委", None),
            ("北京市中央和国家机关团委某部团支部", None),
            ("江苏省南京市北京东路小学团支部", None),
        ] {
            assert_eq!(rules.external_of(name), wanted, "{name}");
        }
    }

    #[test]
    fn incomplete_names_are_told() {
        let rules = Rules::national();
        for (name, typed, wanted) in [
            ("江苏省常州市武进区李公朴小学团支部", true, None),
            ("南京晓庄学院团委", true, None),
            ("全国铁道团委", true, None),
            ("天宁街道流动团员团支部", true, Some("像是简称")),
            ("天宁街道流动团员团支部", false, None),
            ("李公朴小学", false, Some("没有写明")),
            ("一班团支部", false, Some("像是简称")),
        ] {
            let found = if typed { rules.typed_lacks(name) } else { rules.lacks(name) };
            assert_eq!(found.is_some(), wanted.is_some(), "{name}: {found:?}");
            assert!(found.unwrap_or("").starts_with(wanted.unwrap_or("")), "{name}");
        }
    }
}
