use super::*;
use Severity::{Block, Warn};

fn facts(name: &str) -> DestinationFacts {
    DestinationFacts {
        full_name: name.to_owned(),
        kind: OrgKind::Branch,
        is_own_branch: false,
        is_present_school: false,
        is_hollow: false,
        verified_days: Some(3),
        outside: false,
    }
}

fn form(reason: Reason) -> TransferForm {
    TransferForm { reason: Some(reason), ..TransferForm::default() }
}

const TOWNSHIP: &str = "江苏省常州市武进区湖塘镇团委";
const STREET: &str = "江苏省常州市天宁区天宁街道流动团员团支部";
const VILLAGE: &str = "江苏省常州市新北区薛家镇丁家村团支部";
const COMMUNITY: &str = "江苏省常州市新北区河海街道飞龙社区团支部";
const SCHOOL: &str = "江苏省南京市南京晓庄学院团委";
const COMPANY: &str = "江苏省常州市某某机械有限公司团支部";
const HOME: &str = "江苏省常州市天宁区青年之家团支部";
const COUNTY: &str = "江苏省常州市武进区流动团员团支部";

#[test]
fn reasons_lead_only_where_the_rule_lets_them() {
    use Reason::*;
    for (reason, name, wanted) in [
        (FurtherStudy, TOWNSHIP, Some(Block)),
        (FurtherStudy, STREET, Some(Block)),
        (FurtherStudy, VILLAGE, Some(Block)),
        (FurtherStudy, COMMUNITY, Some(Block)),
        (FurtherStudy, SCHOOL, None),
        (FurtherStudy, "河海街道孙中山职业技术学校团委", None),
        (Unemployed, SCHOOL, Some(Block)),
        (Unemployed, STREET, None),
        (Unemployed, COMMUNITY, None),
        (EmployedWithoutOrg, SCHOOL, Some(Block)),
        (EmployedWithoutOrg, COMPANY, Some(Warn)),
        (EmployedWithoutOrg, STREET, None),
        (EmployedWithoutOrg, VILLAGE, None),
        (EmployedWithoutOrg, HOME, None),
        (EmployedWithoutOrg, COUNTY, None),
        (EmployedWithOrg, TOWNSHIP, Some(Block)),
        (EmployedWithOrg, COMMUNITY, Some(Block)),
        (EmployedWithOrg, COMPANY, None),
        (EmployedWithOrg, "江苏省常州市武进区高新区北区李公朴小学团支部", None),
        (AbroadStudy, STREET, Some(Warn)),
        (AbroadPrivate, STREET, None),
        (AbroadOfficial, COMPANY, None),
        (Other, STREET, None),
    ] {
        let found = Rules::national().guard(&form(reason), &facts(name));
        let severity: Vec<_> = found.iter().map(|f| f.severity).collect();
        assert_eq!(severity, wanted.into_iter().collect::<Vec<_>>(), "{reason:?} {name}");
        assert!(found.iter().all(|f| f.sentence.contains(name) && f.rule.contains(" 年起）")));
    }
}

#[test]
fn study_abroad_stays_at_the_present_school() {
    let own = DestinationFacts { is_present_school: true, ..facts(SCHOOL) };
    assert_eq!(Rules::national().guard(&form(Reason::AbroadStudy), &own), []);
    let other = Rules::national().guard(&form(Reason::AbroadStudy), &facts(SCHOOL));
    assert_eq!(other[0].severity, Warn);
}

#[test]
fn the_own_branch_is_no_destination() {
    let own = DestinationFacts { is_own_branch: true, ..facts(COMPANY) };
    for reason in Reason::ALL {
        let found = Rules::national().guard(&form(*reason), &own);
        assert_eq!(found[0].severity, Block);
        assert!(found[0].sentence.contains("现在的团支部"), "{}", found[0].sentence);
    }
}

#[test]
fn the_answer_about_the_three_systems_agrees_with_the_name() {
    use ExternalSystem::*;
    for (system, name, wanted) in [
        (None, "北京市朝阳区某某机械有限公司团支部", Some("却属于北京")),
        (None, "广东省某某公司团委", Some("却属于广东")),
        (None, "福建某某公司团委", Some("却属于福建")),
        (None, COMPANY, None),
        (None, "全国铁道团委北京局某某公司团委", None),
        (None, "北京银行南京分行团委", None),
        (Some(Beijing), "北京市朝阳区某某公司团支部", None),
        (Some(Beijing), COMPANY, Some("却属于江苏")),
        (Some(Beijing), "广东省某某公司团委", Some("却属于广东")),
        (Some(Beijing), "中央和国家机关团委某某局团支部", Some("却属于中央和国家机关团委")),
        (Some(Guangdong), "广州市某某公司团委", None),
        (Some(Fujian), "上海某某公司团委", Some("却属于上海")),
        (Some(Fujian), "江苏银行福建分行团委", None),
    ] {
        let asked = TransferForm { external_system: system, ..form(Reason::EmployedWithOrg) };
        let found = Rules::national().guard(&asked, &facts(name));
        assert_eq!(found.first().map(|f| f.severity), wanted.map(|_| Block), "{system:?} {name}");
        if let (Some(finding), Some(wanted)) = (found.first(), wanted) {
            assert!(finding.sentence.contains(wanted), "{}", finding.sentence);
            assert!(finding.rule.contains("用自己的系统"), "{}", finding.rule);
        }
    }
    let arrival = TransferForm {
        initiated_by: Some(Initiator::Destination),
        ..form(Reason::EmployedWithOrg)
    };
    assert_eq!(Rules::national().guard(&arrival, &facts("北京市某某公司团委")), []);
}

#[test]
fn a_special_unit_is_not_named() {
    let rules = Rules::national();
    let nameless = facts("");
    assert_eq!(rules.guard(&form(Reason::SpecialUnit), &nameless), []);
    let named = rules.guard(&form(Reason::SpecialUnit), &facts("某某部队"));
    assert_eq!(named[0].severity, Block);
    assert!(!named[0].sentence.contains("部队"), "the sentence must not repeat the name");
    let placed = TransferForm { address: "某地".to_owned(), ..form(Reason::SpecialUnit) };
    assert_eq!(rules.guard(&placed, &nameless)[0].severity, Block);
}

#[test]
fn a_province_is_no_township() {
    let root = DestinationFacts { kind: OrgKind::ProvinceRoot, ..facts("某某镇团委") };
    assert_eq!(Rules::national().guard(&form(Reason::FurtherStudy), &root), []);
}
