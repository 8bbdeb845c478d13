use super::*;
use crate::domain::form::ExternalSystem;
use crate::domain::testing::id_number;

fn rules() -> Rules {
    Rules::national()
}

fn form(reason: Reason) -> TransferForm {
    TransferForm { reason: Some(reason), ..TransferForm::default() }
}

/// The fields with their stars, as domain.md B1.2 writes them.
fn starred(form: &TransferForm) -> Vec<String> {
    let star = |f: &FieldRule| if f.required { "*" } else { "" };
    rules().fields(form).iter().map(|f| format!("{}{}", star(f), f.label)).collect()
}

const HEAD: [&str; 4] =
    ["*转出人", "*常用联系人的联系方式", "*转入组织是否属于北京/广东/福建", "*转出原因"];

#[test]
fn every_reason_asks_for_its_fields_with_their_stars() {
    use Reason::*;
    let cases: [(Reason, &[&str]); 9] = [
        (
            FurtherStudy,
            &["*毕业去向", "*新学校名称", "新学校所在地详细地址", "*申请转入组织", "备注"],
        ),
        (EmployedWithOrg, &["*工作单位名称", "工作单位所在地详细地址", "*申请转入组织", "备注"]),
        (
            EmployedWithoutOrg,
            &["*工作单位名称", "*工作单位所在地详细地址", "*申请转入组织", "备注"],
        ),
        (AbroadOfficial, &["工作单位名称", "工作单位所在地详细地址", "*转入组织", "备注"]),
        (AbroadPrivate, &["*户籍地或居住地详细地址", "*申请转入组织", "备注"]),
        (AbroadStudy, &["*申请转入组织", "备注"]),
        (Unemployed, &["*户籍地或居住地详细地址", "*申请转入组织", "备注"]),
        (SpecialUnit, &["备注"]),
        (Other, &["*申请转入组织", "*备注"]),
    ];
    assert_eq!(cases.len(), Reason::ALL.len());
    for (reason, wanted) in cases {
        let wanted: Vec<_> = HEAD.iter().chain(wanted).map(ToString::to_string).collect();
        assert_eq!(starred(&form(reason)), wanted, "{reason:?}");
        let explained = rules()
            .fields(&form(reason))
            .iter()
            .all(|f| !f.help.is_empty() && !f.source.is_empty() && f.year >= 2018);
        assert!(explained, "{reason:?}");
    }
    assert_eq!(starred(&TransferForm::default())[4..], ["备注".to_owned()]);
}

#[test]
fn an_external_destination_is_typed() {
    let mut form = form(Reason::Unemployed);
    form.external_system = Some(ExternalSystem::Fujian);
    assert_eq!(starred(&form)[5..], ["*转入组织全称".to_owned(), "备注".to_owned()]);
    form.external_system = None;
    form.destination_typed = "某省某市某某团委".to_owned();
    assert_eq!(starred(&form)[5..7], ["申请转入组织".to_owned(), "*转入组织全称".to_owned()]);
    form.reason = Some(Reason::SpecialUnit);
    form.external_system = Some(ExternalSystem::Beijing);
    assert_eq!(starred(&form)[4..], ["备注".to_owned()]);
}

#[test]
fn an_arrival_names_person_and_origin_and_no_destination() {
    let mut arrival = form(Reason::Unemployed);
    arrival.initiated_by = Some(Initiator::Destination);
    let wanted =
        ["*转出人", "*常用联系人的联系方式", "*转出原因", "*户籍地或居住地详细地址", "备注"];
    assert_eq!(starred(&arrival), wanted);
    arrival.member_name = "王凡".to_owned();
    assert_eq!(starred(&arrival)[1..3], ["*转出人姓名".to_owned(), "*转出团组织全称".to_owned()]);
    assert_eq!(
        rules().fields_for(&form(Reason::Unemployed), OriginKind::Elsewhere)[1].id,
        FieldId::MemberName
    );
    arrival.destination = "JS-01".to_owned();
    let kept = rules().without_hidden(&arrival);
    assert_eq!(kept.destination, "JS-01", "an administrator may name an organisation below");
    arrival.initiated_by = Some(Initiator::Origin);
    assert_eq!(OriginKind::of(&arrival), OriginKind::InDatabase);
}

fn complete(reason: Reason) -> TransferForm {
    let mut form = form(reason);
    let member = id_number(3).reveal().to_owned();
    for rule in rules().fields(&form) {
        let text = match rule.id {
            FieldId::Member => member.as_str(),
            FieldId::ContactPhone => "0519-86330000",
            FieldId::FurtherStudy => "college_to_university",
            FieldId::ExternalSystem | FieldId::Reason => continue,
            _ => "某某",
        };
        form.set(rule.id, text);
    }
    form
}

#[test]
fn a_complete_form_has_no_faults_and_each_gap_is_named() {
    for reason in Reason::ALL {
        let full = complete(*reason);
        assert_eq!(rules().check_form(&full), [], "{reason:?}");
        assert_eq!(rules().without_hidden(&full), full);
        for rule in rules().fields(&full) {
            let mut short = full.clone();
            short.set(rule.id, "  ");
            let optional = matches!(rule.id, FieldId::ExternalSystem) || !rule.required;
            let fault = rules().check_field(&short, rule.id);
            assert_eq!(fault.is_none(), optional, "{reason:?} {:?}", rule.id);
            let begin = format!("还没填「{}」", rule.label);
            assert!(fault.is_none_or(|f| f.sentence.starts_with(&begin)), "{:?}", rule.id);
        }
    }
}

#[test]
fn answers_are_checked_and_the_sentence_says_what_to_do() {
    let card = id_number(3).reveal().to_owned();
    let cut: String = card.chars().take(17).collect();
    let long = "字".repeat(103);
    for (field, text, wanted) in [
        (FieldId::Member, cut.as_str(), Some("现在 17 位，少 1 位")),
        (FieldId::Member, "H12345678", None),
        (FieldId::Member, "81000019900101001X", Some("身份证号")),
        (FieldId::Member, "王凡", Some("身份证号")),
        (FieldId::ContactPhone, "1825201029", Some("少 1 位")),
        (FieldId::FurtherStudy, "幼儿园升小学", Some("「毕业去向」现在是「幼儿园升小学」")),
        (FieldId::FurtherStudy, "高等职业（专科）院校升普通高校（本科）", None),
        (FieldId::Remark, long.as_str(), Some("备注最多 100 个字，现在 103 个，请删 3 个。")),
        (FieldId::Remark, "", None),
        (FieldId::Employer, "某某厂", Some("「升学」不需要「工作单位名称」，请删去。")),
        (FieldId::DestinationTyped, "某某团委", Some("只能填一个")),
        (FieldId::MemberName, "王凡", Some("不需要「转出人姓名」，请删去。")),
    ] {
        let mut form = complete(Reason::FurtherStudy);
        form.initiated_by = Some(Initiator::Member);
        form.set(field, text);
        let faults = rules().check_form(&form);
        let sentence = faults.first().map(|f| f.sentence.as_str());
        assert_eq!(sentence.is_some(), wanted.is_some(), "{field:?} {text}: {sentence:?}");
        assert!(sentence.unwrap_or("").contains(wanted.unwrap_or("")), "{field:?}: {sentence:?}");
        assert!(faults.iter().all(|f| f.field == field), "{faults:?}");
    }
    let mut name = complete(Reason::Unemployed);
    name.set(FieldId::MemberName, "王");
    assert!(rules().check_form(&name).iter().any(|f| f.field == FieldId::MemberName));
}

#[test]
fn an_external_system_takes_no_picked_destination() {
    let mut form = complete(Reason::Unemployed);
    form.external_system = Some(ExternalSystem::Beijing);
    let faults = rules().check_form(&form);
    let fields: Vec<_> = faults.iter().map(|f| f.field).collect();
    assert_eq!(fields, [FieldId::Destination, FieldId::DestinationTyped]);
    assert!(faults[0].sentence.contains("属于北京"), "{}", faults[0].sentence);
    form = rules().without_hidden(&form);
    form.destination_typed = "北京市某某团委".to_owned();
    assert_eq!(rules().check_form(&form), []);
}

#[test]
fn an_unemployed_member_names_no_school() {
    let mut form = complete(Reason::Unemployed);
    form.school = "某某学院".to_owned();
    let faults = rules().check_form(&form);
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].sentence, "「未就业」不需要「新学校名称」，请删去。");
    assert_eq!(rules().without_hidden(&form).school, "");
    form.reason = None;
    assert_eq!(rules().without_hidden(&form).school, "某某学院");
}

#[test]
fn a_reason_that_is_switched_off_is_not_accepted() {
    let off = super::super::NATIONAL.replacen(
        "order = 7\nenabled = true",
        "order = 7\nenabled = false",
        1,
    );
    let rules = Rules::parse(&off).unwrap();
    assert_eq!(rules.reasons().len(), 8);
    let faults = rules.check_form(&complete(Reason::Unemployed));
    assert!(faults[0].sentence.contains("没有启用"), "{faults:?}");
}
