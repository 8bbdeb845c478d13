use super::*;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::form::{ExternalSystem, FieldId, Reason};
use crate::domain::ids::{Now, OrgId};
use crate::domain::testing::id_number;
use crate::domain::transfer::Contact;
use crate::domain::workflow::Stage;
use crate::model::layer::Layer;
use crate::model::state::{Msg, State, update};
use crate::rules::Severity;
use crate::view::testing::{desk, dump, now, press, reply};

mod next;

const DESTINATION: &str = "江苏省南京市某某学院团委";

fn header() -> FormHeader {
    let contact = |organisation: &str, name: &str, phone: &str| crate::domain::transfer::Contact {
        organisation: organisation.to_owned(),
        name: name.to_owned(),
        phone: phone.to_owned(),
    };
    let number = id_number(41);
    FormHeader {
        member: MemberId(4),
        name: "李雷".to_owned(),
        masked_id: number.masked(),
        id_number: number.reveal().to_owned(),
        masked_phone: "186****1029".to_owned(),
        branch: contact("江苏省常州市某某小学2017级13班团支部", "韩梅", "13311000071"),
        superior: Contact { phone: "13311000028".to_owned(), ..Contact::default() },
    }
}

/// A form with 李雷 in it.
fn filled(role: Role) -> State {
    let (mut state, effects) = desk(Apply::new(Opening::Member(MemberId(4))), role);
    for effect in effects {
        if let Effect::LoadHeader(ticket, _) = effect {
            drop(reply(&mut state, Reply::Header(ticket, Box::new(header()))));
        }
    }
    state
}

fn apply(state: &State) -> &Apply {
    match state.layers.first().unwrap() {
        Layer::Apply(apply) => apply,
        _ => panic!("the form is at the bottom"),
    }
}

fn apply_mut(state: &mut State) -> &mut Apply {
    match state.layers.first_mut().unwrap() {
        Layer::Apply(apply) => apply,
        _ => panic!("the form is at the bottom"),
    }
}

fn write(state: &mut State, text: &str) {
    drop(update(state, Msg::Paste(text.to_owned()), now()));
}

fn at(seconds: i64) -> Now {
    Now { moment: Moment(now().moment.0 + seconds), ..now() }
}

/// Chooses a reason as its popup does.
fn choose_reason(state: &mut State, reason: Reason) {
    apply_mut(state).form.focus_on("reason");
    let place = state.rules.reasons().iter().position(|rule| rule.reason == reason).unwrap();
    write(state, &(place + 1).to_string());
}

fn pick_destination(state: &mut State) {
    apply_mut(state).form.focus_on("destination");
    drop(press(state, "<f7>"));
    give(state, Given::Org(Some(OrgId(9)), "3201".to_owned(), DESTINATION.to_owned()));
}

/// Closes the layer above and hands this down, as a picker does.
fn give(state: &mut State, given: Given) {
    assert!(state.layers.len() > 1, "something was opened");
    state.layers.pop();
    let rules = std::sync::Arc::clone(&state.rules);
    let (mut tickets, session) = (900, state.session.clone());
    let mut ctx = Ctx {
        now: now(),
        session: session.as_ref(),
        rules: &rules,
        size: (80, 24),
        tickets: &mut tickets,
    };
    drop(apply_mut(state).given(given, &mut ctx));
}

/// 李雷 goes to another school, everything filled in.
fn complete() -> State {
    let mut state = filled(Role::Administrator);
    write(&mut state, "18625201029");
    choose_reason(&mut state, Reason::FurtherStudy);
    apply_mut(&mut state).form.focus_on("further_study");
    write(&mut state, "1");
    apply_mut(&mut state).form.focus_on("school");
    write(&mut state, "南京某某学院");
    pick_destination(&mut state);
    state
}

fn finding(severity: Severity, item: &str) -> Finding {
    let (item, sentence) = (item.to_owned(), "说明。".to_owned());
    Finding { severity, item, sentence, rule: "规则（来源，2020 年起）".to_owned() }
}

/// Presses F8 and answers 转接体检.
fn checked(state: &mut State, findings: Vec<Finding>) {
    let effects = press(state, "<f8>");
    let [Effect::CheckUp(ticket, _)] = &effects[..] else { panic!("{}", state.message.text) };
    drop(reply(state, Reply::Findings(*ticket, findings)));
}

#[test]
fn a_telephone_typed_on_the_reason_leaves_it_as_it_was() {
    let mut state = filled(Role::Administrator);
    choose_reason(&mut state, Reason::FurtherStudy);
    apply_mut(&mut state).form.focus_on("outside");
    apply_mut(&mut state).form.focus_on("reason");
    drop(press(&mut state, "18625201029"));
    assert_eq!(apply_mut(&mut state).form.text("reason"), Reason::FurtherStudy.id());
    assert!(state.message.text.contains("选项没有变"), "{}", state.message.text);
    // Typed quickly, most of it arrives as one text.
    for parts in [["1862520102", "9"], ["1", "8625201029"]] {
        apply_mut(&mut state).form.focus_on("reason");
        parts.iter().for_each(|part| write(&mut state, part));
        assert_eq!(apply_mut(&mut state).form.text("reason"), Reason::FurtherStudy.id());
        assert_eq!(state.layers.len(), 1, "no list of options took the rest");
    }
}

#[test]
fn the_header_is_filled_from_the_record_and_masked() {
    let state = filled(Role::Administrator);
    let screen = dump(&state, 80, 24).join("\n");
    for wanted in [
        "转出人姓名",
        "李雷",
        "转出人身份证号码",
        "320***************",
        "转出人手机号 186****1029",
        "转出团支部",
        "江苏省常州市某某小学2017级13班团支部",
        "转出团支部管理员",
        "韩梅",
        "转出团支部联系方式 13311000071",
        "转出团支部的直属上级联系方式",
        "13311000028",
        "申请时间 2020-06-02 10:00:00",
    ] {
        assert!(screen.contains(wanted), "{wanted}\n{screen}");
    }
    assert!(!screen.contains(header().id_number.as_str()));
    assert_eq!(apply(&state).form.focused().unwrap().id, "contact_phone");
}

#[test]
fn each_reason_shows_its_fields_and_stars() {
    let cases: [(Reason, &[&str]); 9] = [
        (
            Reason::FurtherStudy,
            &["*毕业去向", "*新学校名称", " 新学校所在地详细地址", "*申请转入组织"],
        ),
        (Reason::EmployedWithOrg, &["*工作单位名称", " 工作单位所在地详细地址", "*申请转入组织"]),
        (
            Reason::EmployedWithoutOrg,
            &["*工作单位名称", "*工作单位所在地详细地址", "*申请转入组织"],
        ),
        (Reason::AbroadOfficial, &[" 工作单位名称", " 工作单位所在地详细地址", "*转入组织"]),
        (Reason::AbroadPrivate, &["*户籍地或居住地详细地址", "*申请转入组织"]),
        (Reason::AbroadStudy, &["*申请转入组织"]),
        (Reason::Unemployed, &["*户籍地或居住地详细地址", "*申请转入组织"]),
        (Reason::SpecialUnit, &[]),
        (Reason::Other, &["*申请转入组织", "*备注"]),
    ];
    for (reason, wanted) in cases {
        let mut state = filled(Role::Administrator);
        choose_reason(&mut state, reason);
        let screen = dump(&state, 80, 24).join("\n");
        let common = ["*常用联系人的联系方式", "转入组织是否属于北京/广东/福建", "*转出原因"];
        for label in common.iter().chain(wanted) {
            assert!(screen.contains(label), "{reason:?}: {label}\n{screen}");
        }
        for hanzi in ["备注", "0/100", "F8 提交"] {
            assert!(screen.contains(hanzi), "{reason:?}: {hanzi}\n{screen}");
        }
        let special = reason == Reason::SpecialUnit;
        assert_eq!(screen.contains("申请转入组织") || screen.contains("*转入组织 "), !special);
    }
}

#[test]
fn another_reason_says_what_it_changes_and_keeps_what_it_hides() {
    let mut state = complete();
    choose_reason(&mut state, Reason::Unemployed);
    assert_eq!(state.message.text, "按「未就业」收起 2 项（内容留着，换回来还在）。");
    assert_eq!(apply(&state).form.focused().unwrap().id, "reason");
    assert_eq!(apply(&state).answers.school, "南京某某学院");
    apply_mut(&mut state).form.focus_on("address");
    write(&mut state, "江苏省常州市某某路 8 号");
    let effects = press(&mut state, "<f8>");
    let [Effect::CheckUp(_, sent)] = &effects[..] else { panic!("{}", state.message.text) };
    assert_eq!((sent.school.as_str(), sent.further_study.as_str()), ("", ""));
    assert_eq!(sent.destination, DESTINATION);
    assert_eq!(sent.member, header().id_number);
}

#[test]
fn the_draft_is_kept_within_a_second_and_one_write_at_a_time() {
    let mut state = filled(Role::Administrator);
    assert_eq!(apply(&state).deadline(), None);
    write(&mut state, "1");
    assert_eq!(apply(&state).deadline(), Some(at(1).moment));
    write(&mut state, "8");
    assert!(update(&mut state, Msg::Due, now()).is_empty());
    let effects = update(&mut state, Msg::Due, at(1));
    assert!(matches!(&effects[..], [Effect::SaveDraft(None, form)] if form.contact_phone == "18"));
    write(&mut state, "6");
    assert_eq!(apply(&state).deadline(), None);
    assert!(update(&mut state, Msg::Due, at(3)).is_empty());
    let (id, at_2) = (TransferId(7), at(2).moment);
    drop(reply(&mut state, Reply::DraftSaved { id, at: at_2 }));
    assert!(dump(&state, 80, 24)[1].contains("草稿已存 10:00:02"));
    let effects = update(&mut state, Msg::Due, at(3));
    assert!(matches!(&effects[..], [Effect::SaveDraft(Some(TransferId(7)), _)]));
}

#[test]
fn esc_keeps_what_is_not_on_disk_yet() {
    let mut state = filled(Role::Administrator);
    write(&mut state, "186");
    let effects = press(&mut state, "<esc>");
    assert!(matches!(&effects[..], [Effect::SaveDraft(None, _)]));
    let mut state = filled(Role::Administrator);
    assert!(press(&mut state, "<c-s><esc>").len() == 1);
}

#[test]
fn enter_submits_from_no_text_field_and_neither_does_a_pasted_line_break() {
    let mut state = complete();
    apply_mut(&mut state).form.focus_on("contact_phone");
    for _ in 0..9 {
        if apply(&state).form.on_button() {
            break;
        }
        assert!(press(&mut state, "<enter>").is_empty());
    }
    assert!(apply(&state).form.on_button());
    apply_mut(&mut state).form.focus_on("school");
    write(&mut state, "甲\r\n乙\n");
    assert_eq!(apply(&state).phase, Phase::Filling);
    assert_eq!(apply(&state).form.focused().unwrap().id, "school");
}

#[test]
fn a_remark_is_limited_by_characters() {
    let mut state = filled(Role::Administrator);
    apply_mut(&mut state).form.focus_on("remark");
    write(&mut state, &"𠮷".repeat(103));
    assert_eq!(apply(&state).answers.remark.chars().count(), 100);
    assert!(state.message.text.contains("备注") && state.message.text.contains("3 个"));
    assert!(dump(&state, 80, 24).join("").contains("100/100"));
}

#[test]
fn f8_jumps_to_the_first_fault_and_lists_the_rest() {
    let mut state = filled(Role::Administrator);
    write(&mut state, "1825201029");
    choose_reason(&mut state, Reason::Unemployed);
    assert!(press(&mut state, "<f8>").is_empty());
    assert_eq!(apply(&state).form.focused().unwrap().id, "contact_phone");
    assert_eq!(
        state.message.text,
        "还有 3 处要改（按 F3 到下一处）：常用联系人的联系方式、户籍地或居住地详细地址、申请转入组织。"
    );
    let screen = dump(&state, 80, 24).join("\n");
    assert!(screen.contains("现在 10 位") && screen.contains("10/11 位"), "{screen}");
}

#[test]
fn a_typed_destination_and_an_external_system_ask_for_the_full_name() {
    let mut state = complete();
    apply_mut(&mut state).form.focus_on("destination");
    drop(press(&mut state, "<f7>"));
    give(&mut state, Given::Typed("某某市另一学院团委".to_owned()));
    assert_eq!(apply(&state).answers.destination, "");
    assert_eq!(apply(&state).answers.get(FieldId::DestinationTyped), "某某市另一学院团委");
    let mut state = complete();
    apply_mut(&mut state).form.focus_on("external_system");
    write(&mut state, "2");
    let system = apply(&state).answers.external_system;
    assert_eq!(system, Some(ExternalSystem::ALL[0]));
    assert!(apply(&state).form.get("destination").is_none());
    assert!(apply(&state).form.get("destination_typed").unwrap().required);
}

#[test]
fn the_check_up_is_read_before_anything_is_handed_in() {
    let mut state = complete();
    let findings = vec![finding(Severity::Pass, "姓名"), finding(Severity::Warn, "团内职务")];
    checked(&mut state, findings);
    let screen = dump(&state, 80, 24).join("\n");
    assert_eq!(state.message.text, "");
    for wanted in
        ["转接体检：通过 1 项，提醒 1 项", "! 提醒", "✓ 通过", "依据：规则（来源", "按 Enter 提交"]
    {
        assert!(screen.contains(wanted), "{wanted}\n{screen}");
    }
    let effects = press(&mut state, "<down><enter>");
    assert!(matches!(&effects[..], [Effect::Submit(None, form)] if form.member_name.is_empty()));
    let (number, next) = ("ZJ20200602-0013".to_owned(), "由转入组织审批".to_owned());
    let stage = Stage::DestinationReview;
    drop(reply(&mut state, Reply::Submitted { id: TransferId(3), number, stage, next }));
    let sentence = "已提交 ZJ20200602-0013。下一步：由转入组织审批。";
    let said = dump(&state, 80, 24).join("\n");
    assert_eq!(said.matches(sentence).count(), 1, "once and not three times\n{said}");
    assert!(!said.contains("正在提交"), "{said}");
    assert_eq!(state.messages.last().map(String::as_str), Some(sentence));
    assert!(matches!(state.top(), Layer::Choice(_)));
    give(&mut state, Given::Option("again".to_owned()));
    drop(press(&mut state, "<c-d>"));
    assert_eq!(apply(&state).answers.school, "南京某某学院");
    assert_eq!(apply(&state).answers.member, "");
}

#[test]
fn a_block_leads_back_to_its_field() {
    let mut state = complete();
    checked(&mut state, vec![finding(Severity::Block, "转入组织与转出原因")]);
    assert!(dump(&state, 80, 24).join("").contains("✗ 不能提交"));
    assert!(press(&mut state, "<enter>").is_empty());
    assert_eq!(apply(&state).phase, Phase::Filling);
    assert_eq!(apply(&state).form.focused().unwrap().id, "destination");
}

#[test]
fn a_failure_leads_back_with_its_sentence() {
    let mut state = complete();
    checked(&mut state, vec![]);
    drop(press(&mut state, "<enter>"));
    let fault = Fault::new(FaultKind::Busy, "另一个窗口正在写入。");
    drop(reply(&mut state, Reply::Failed(None, fault)));
    assert_eq!(apply(&state).phase, Phase::Filling);
    assert!(state.message.warning);
}

#[test]
fn the_newest_draft_is_offered_and_taken_over() {
    let (mut state, effects) = desk(Apply::new(Opening::Blank), Role::Administrator);
    let [Effect::LoadLatestDraft(ticket)] = effects[..] else { panic!("asks for a draft") };
    let mut answers = TransferForm { school: "某某学院".to_owned(), ..TransferForm::default() };
    answers.reason = Some(Reason::FurtherStudy);
    drop(reply(&mut state, Reply::Draft(ticket, Some((TransferId(5), answers)))));
    assert!(matches!(state.top(), Layer::Choice(_)));
    give(&mut state, Given::Option("resume".to_owned()));
    assert_eq!(apply(&state).form.text("school"), "某某学院");
    assert_eq!(apply(&state).saving.draft, Some(TransferId(5)));
}

#[test]
fn a_member_is_the_transferee_and_cannot_pick_another() {
    let (mut state, effects) = desk(Apply::new(Opening::Blank), Role::Member);
    let own = effects.iter().find_map(|e| match e {
        Effect::LoadOwnRecord(ticket) => Some(*ticket),
        _ => None,
    });
    drop(reply(&mut state, Reply::OwnRecord(own.unwrap(), None)));
    assert!(state.message.warning);
    assert!(!apply(&state).form.get("member").unwrap().takes_focus());
}

#[test]
fn an_arrival_names_the_person_and_the_origin() {
    let (mut state, _) = desk(Apply::new(Opening::Arrival), Role::Administrator);
    let ids: Vec<_> = apply(&state).form.fields.iter().map(|f| f.id).collect();
    for wanted in ["member", "member_name", "origin_typed", "contact_phone", "reason"] {
        assert!(ids.contains(&wanted), "{wanted} in {ids:?}");
    }
    assert!(!ids.contains(&"destination") && !ids.contains(&"external_system"));
    assert!(press(&mut state, "<f8>").is_empty());
    assert!(state.message.text.contains("转出人姓名"), "{}", state.message.text);
}

#[test]
fn a_field_that_is_reached_says_what_belongs_in_it() {
    let mut state = complete();
    apply_mut(&mut state).form.focus_on("further_study");
    drop(press(&mut state, "<enter>"));
    assert_eq!(state.message.text, "新学校名称：录取通知书上的学校全称");
}

#[test]
fn a_returned_transfer_is_copied_into_a_new_draft() {
    let (mut state, effects) = desk(Apply::new(Opening::Again(TransferId(3))), Role::Administrator);
    let [Effect::LoadCard(ticket, TransferId(3))] = effects[..] else { panic!("loads it") };
    let mut card = crate::model::sample::card(3, Stage::Returned);
    card.form.member = header().id_number;
    card.form.destination = "3201".to_owned();
    card.row.destination = DESTINATION.to_owned();
    let effects = reply(&mut state, Reply::Card(ticket, Box::new(card)));
    assert!(matches!(&effects[..], [Effect::FindMembers(_, q)] if q.search == header().id_number));
    assert_eq!(apply(&state).answers.destination, DESTINATION);
    assert_eq!((apply(&state).saving.draft, apply(&state).deadline().is_some()), (None, true));
}
