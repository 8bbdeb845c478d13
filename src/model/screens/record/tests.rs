use super::*;
use crate::domain::account::Role;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::TransferId;
use crate::domain::organisation::OrgKind;
use crate::domain::testing::id_number;
use crate::domain::workflow::Act;
use crate::model::effect::Settings;
use crate::model::layer::Layer;
use crate::model::state::{Msg, State, update};
use crate::model::testing::{member, organisation};
use crate::view::testing::{desk, dump, now, press, reply};

/// A form over a page of text, so that closing it can be seen.
fn over(record: Record) -> State {
    let page = text::guide();
    let (mut state, _) = desk(page, Role::Administrator);
    state.layers.push(record.into());
    state
}

/// Tells the form that it came to the top.
fn entered(state: &mut State) -> Vec<Effect> {
    let rules = std::sync::Arc::clone(&state.rules);
    let (mut tickets, size) = (40, (80, 24));
    let mut ctx = Ctx { now: now(), session: None, rules: &rules, size, tickets: &mut tickets };
    state.layers.last_mut().unwrap().enter(&mut ctx).effects
}

fn record(state: &mut State) -> &mut Record {
    match state.layers.last_mut().unwrap() {
        Layer::Record(record) => record,
        _ => panic!("the form is on top"),
    }
}

fn write(state: &mut State, id: &str, text: &str) {
    record(state).form.focus_on(id);
    drop(update(state, Msg::Paste(text.to_owned()), now()));
}

fn decision(act: Act) -> Decision {
    let (reason, date) = (String::new(), String::new());
    Decision { ids: vec![TransferId(3)], seen: Vec::new(), act, reason, branch: None, date }
}

#[test]
fn a_reason_is_needed_and_goes_with_the_decision() {
    let record = Record::ask_reason("退回 1 单", Then::Decide(decision(Act::Return)));
    assert!(record.is_popup());
    let mut state = over(record);
    assert!(press(&mut state, "<f8>").is_empty());
    assert!(dump(&state, 80, 24).join("").contains("还没填「原因」"));
    write(&mut state, "reason", "团组织选错了");
    let effects = press(&mut state, "<enter><enter>");
    assert!(matches!(&effects[..], [Effect::Decide(d)] if d.reason == "团组织选错了"));
    drop(reply(&mut state, Reply::Decided(Act::Return, Vec::new())));
    assert_eq!(state.layers.len(), 1);
}

#[test]
fn a_reason_can_be_given_to_the_layer_below_or_retire_somebody() {
    let mut state = over(Record::ask_reason("停用", Then::RetireMember(MemberId(4))));
    write(&mut state, "reason", "重复录入");
    let effects = press(&mut state, "<f8>");
    assert!(matches!(&effects[..], [Effect::RetireMember(MemberId(4), r)] if r == "重复录入"));
    let mut state = over(Record::ask_reason("说明", Then::Give));
    write(&mut state, "reason", "甲");
    assert!(press(&mut state, "<f8>").is_empty());
    assert_eq!(state.layers.len(), 1);
}

#[test]
fn a_receipt_carries_day_and_reason() {
    let mut state = over(Record::ask_receipt(decision(Act::RecordRefused)));
    assert!(entered(&mut state).is_empty());
    assert_eq!(record(&mut state).form.text("date"), "2020-06-02");
    assert!(press(&mut state, "<f8>").is_empty());
    write(&mut state, "reason", "对方电话告知");
    let effects = press(&mut state, "<f8>");
    assert!(matches!(&effects[..], [Effect::Decide(d)] if d.date == "2020-06-02"));
    let mut state = over(Record::ask_receipt(decision(Act::RecordAccepted)));
    write(&mut state, "date", "６月２日");
    assert!(press(&mut state, "<f8>").is_empty());
    assert!(record(&mut state).form.get("date").unwrap().fault.is_some());
}

#[test]
fn a_new_member_is_checked_by_the_kind_of_document() {
    let mut state = over(Record::add_member());
    write(&mut state, "name", "李雷");
    write(&mut state, "id_number", "H12345678");
    record(&mut state).form.look_up("branch", "0013", "某某团支部");
    assert!(press(&mut state, "<f8>").is_empty());
    assert!(record(&mut state).form.get("id_number").unwrap().fault.is_some());
    record(&mut state).form.choose("document", "other");
    let effects = press(&mut state, "<f8>");
    let [Effect::SaveMember(None, answers)] = &effects[..] else { panic!("stores") };
    assert_eq!((answers.branch.as_str(), answers.document.as_str()), ("0013", "other"));
    drop(reply(&mut state, Reply::Stored("已添加李雷。".to_owned())));
    assert_eq!((state.layers.len(), state.message.text.as_str()), (1, "已添加李雷。"));
}

#[test]
fn changing_a_record_keeps_what_is_not_shown() {
    let lei = member(4, "李雷");
    let mut state = over(Record::edit_member(&lei));
    let screen = dump(&state, 80, 24).join("\n");
    assert!(screen.contains("186****1029") && !screen.contains("18625201029"), "{screen}");
    assert!(!screen.contains(lei.id_number.reveal()), "{screen}");
    write(&mut state, "education", "本科");
    let effects = press(&mut state, "<f8>");
    let [Effect::SaveMember(Some(MemberId(4)), answers)] = &effects[..] else { panic!("stores") };
    assert_eq!(answers.phone, "18625201029");
    assert_eq!(answers.id_number, lei.id_number.reveal());
    assert_eq!((answers.education.as_str(), answers.joined_on.as_str()), ("本科", "2015-05"));
}

#[test]
fn a_correction_needs_a_reason_and_may_leave_the_number() {
    let lei = member(4, "李雷");
    let mut state = over(Record::correct_member(&lei));
    write(&mut state, "reason", "户口本上是蕾");
    write(&mut state, "id_number", "123");
    assert!(press(&mut state, "<f8>").is_empty());
    let effects = press(&mut state, "<f2><f8>");
    assert!(matches!(&effects[..],
        [Effect::AskCorrection { id_number, .. }] if id_number == lei.id_number.reveal()));
}

#[test]
fn an_organisation_is_not_stored_before_its_superior_is_known() {
    let org = organisation(13, "某某学院化工系团总支", OrgKind::GeneralBranch);
    let above = organisation(1, "某某学院团委", OrgKind::Committee);
    let mut state = over(Record::edit_org(&org));
    let effects = entered(&mut state);
    let [Effect::LoadOrg(ticket, _)] = effects[..] else { panic!("asks for the superior") };
    assert!(press(&mut state, "<f8>").is_empty());
    drop(reply(&mut state, Reply::Org(ticket, Box::new(above.clone()))));
    let effects = press(&mut state, "<f8>");
    assert!(matches!(&effects[..],
        [Effect::SaveOrg(Some(OrgId(13)), entry)] if entry.superior == above.code));
}

#[test]
fn a_new_account_shows_its_code_until_dismissed() {
    let org = organisation(1, "某某学院团委", OrgKind::Committee);
    let mut state = over(Record::add_account(Some(&org)));
    write(&mut state, "name", "韩梅");
    write(&mut state, "id_number", id_number(8).reveal());
    write(&mut state, "role", "3");
    let effects = press(&mut state, "<f8>");
    assert!(
        matches!(&effects[..], [Effect::AddAccount(entry)] if entry.role == Role::Administrator)
    );
    let (name, code) = ("韩梅".to_owned(), "ABCDE-23456".to_owned());
    drop(reply(&mut state, Reply::AccountIssued { name, code, sentence: "请转告。".to_owned() }));
    let screen = dump(&state, 80, 24).join("");
    assert!(screen.contains("ABCDE-23456") && !screen.contains("正在办理"), "{screen}");
}

#[test]
fn files_and_settings_are_read_as_typed() {
    let mut state = over(Record::import_path(ImportKind::Members));
    write(&mut state, "path", "'/tmp/名单.xlsx'");
    drop(press(&mut state, "<f8>"));
    assert!(matches!(state.top(), Layer::Import(_)));
    let settings = Settings::default();
    let mut state = over(Record::settings(&settings));
    write(&mut state, "ascii", "2");
    let effects = press(&mut state, "<f8>");
    assert!(matches!(&effects[..],
        [Effect::SaveSettings(s)] if s.ascii && s.lock_after_minutes == 5));
    assert!(state.settings.ascii);
}

#[test]
fn a_failure_lets_the_person_go_on() {
    let mut state = over(Record::change_password(&Change::Wanted { opens_database: true }));
    write(&mut state, "current", "alt alt alt");
    write(&mut state, "new", "kran blau sieb ofen");
    write(&mut state, "repeat", "kran blau sieb ofem");
    assert!(press(&mut state, "<f8>").is_empty());
    write(&mut state, "repeat", "");
    let effects = press(&mut state, "<f2>kran blau sieb ofen<f8>");
    assert!(matches!(effects[..], [Effect::ChangePassword { .. }]));
    let fault = Fault::new(FaultKind::NotAllowed, "现在的密码不对。请再输一遍。");
    drop(reply(&mut state, Reply::Failed(None, fault)));
    assert!(!record(&mut state).waiting);
    assert_eq!(state.layers.len(), 2);
}

#[test]
fn popups_keep_their_border_over_the_page_below() {
    let record = Record::ask_reason("退回 1 单", Then::Decide(decision(Act::Return)));
    let screen = dump(&over(record), 80, 24).join("\n");
    for wanted in
        ["╔ 退回 1 单 ", "*原因", "0/200", "原样显示给对方", "[ F8 确定 ]", "[ Esc 不办了 ]"]
    {
        assert!(screen.contains(wanted), "{wanted}\n{screen}");
    }
}

#[test]
fn a_day_typed_after_the_one_that_stands_there_is_seen_and_refused() {
    let mut state = over(Record::ask_receipt(decision(Act::RecordAccepted)));
    drop(entered(&mut state));
    write(&mut state, "date", "2020-05-30");
    assert!(press(&mut state, "<f8>").is_empty(), "the day of today is not recorded instead");
    assert!(dump(&state, 80, 24).join("").contains("2020-06-022020-05-30"));
}
