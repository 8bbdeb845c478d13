use super::*;
use crate::keys::action::Action;
use crate::keys::table::Input;

fn form() -> Form {
    let phone = |text: &str| crate::domain::phone::Phone::parse(text).err().map(|e| e.to_string());
    Form::new(vec![
        Field::fixed("office", "团组织", "某某学院团委"),
        Field::line("phone", "手机号", 20).required().complete_at(11).checked(phone),
        Field::choice("outside", "是否库外", [("no", "否"), ("yes", "是")]).with("no"),
        Field::choice("reason", "原因", ["a", "b", "c", "d"].map(|id| (id, id))).required(),
        Field::lookup("destination", "申请转入组织", LookupKind::Organisation).required(),
        Field::secret("password", "密码"),
        Field::paragraph("remark", "备注", 5),
    ])
}

fn press(form: &mut Form, action: Action) -> Vec<FormEvent> {
    form.act(Input::Do(action))
}

fn write(form: &mut Form, text: &str) -> Vec<FormEvent> {
    form.act(Input::Type(text.to_owned()))
}

fn focus(form: &Form) -> &'static str {
    form.focused().map_or("button", |f| f.id)
}

#[test]
fn enter_walks_to_the_button_and_submits_only_there() {
    let mut f = form();
    let mut walked = vec![focus(&f)];
    for _ in 0..6 {
        assert!(!press(&mut f, Action::Enter).contains(&FormEvent::Submit));
        walked.push(focus(&f));
    }
    assert_eq!(
        walked,
        ["phone", "outside", "reason", "destination", "password", "remark", "button"]
    );
    assert_eq!(press(&mut f, Action::Enter), [FormEvent::Submit]);
    press(&mut f, Action::Up);
    assert_eq!(focus(&f), "remark");
    press(&mut f, Action::PreviousPane);
    assert_eq!(focus(&f), "password");
}

#[test]
fn a_field_is_checked_when_left_and_not_while_typing() {
    let mut f = form();
    write(&mut f, "1825201029");
    assert_eq!(f.get("phone").unwrap().fault, None);
    assert_eq!(f.get("phone").unwrap().live_hint(), "10/11 位");
    press(&mut f, Action::Enter);
    assert!(f.get("phone").unwrap().fault.as_deref().unwrap().contains("少 1 位"));
    press(&mut f, Action::Up);
    write(&mut f, "3");
    press(&mut f, Action::Down);
    assert_eq!(f.get("phone").unwrap().fault, None);
}

#[test]
fn f8_marks_everything_and_f3_walks_from_fault_to_fault() {
    let mut f = form();
    press(&mut f, Action::Enter);
    assert_eq!(press(&mut f, Action::Decide), [FormEvent::Submit]);
    assert_eq!(f.faulty(), ["phone", "reason", "destination"]);
    let said = f.to_first_fault().unwrap();
    assert_eq!(said, "还有 3 处要改（按 F3 到下一处）：手机号、原因、申请转入组织。");
    assert_eq!(focus(&f), "phone");
    press(&mut f, Action::Find);
    assert_eq!(focus(&f), "reason");
    press(&mut f, Action::Find);
    press(&mut f, Action::Find);
    assert_eq!(focus(&f), "phone");
    assert_eq!(f.progress(), (0, 3));
}

#[test]
fn choices_switch_expand_and_take_digits() {
    let mut f = form();
    f.focus_on("outside");
    assert_eq!(press(&mut f, Action::Right), [FormEvent::Changed("outside")]);
    assert_eq!(f.text("outside"), "yes");
    assert_eq!(press(&mut f, Action::Right), []);
    f.focus_on("reason");
    assert!(matches!(press(&mut f, Action::Right)[..], [FormEvent::Said(_)]));
    assert_eq!(press(&mut f, Action::Options), [FormEvent::Expand("reason")]);
    assert_eq!(write(&mut f, "３"), [FormEvent::Changed("reason")]);
    assert_eq!(f.text("reason"), "c");
    press(&mut f, Action::Right);
    assert_eq!(write(&mut f, "9"), [FormEvent::Expand("reason")]);
    assert_eq!(f.text("reason"), "c");
}

#[test]
fn a_telephone_typed_on_choices_changes_nothing() {
    for before in ["", "a", "d"] {
        let mut f = form();
        f.focus_on("reason");
        if !before.is_empty() {
            f.choose("reason", before);
        }
        let warned: Vec<_> =
            "18625201029".chars().flat_map(|c| write(&mut f, &c.to_string())).collect();
        assert_eq!(f.text("reason"), before);
        assert!(
            matches!(warned.last(), Some(FormEvent::Warned(s)) if s.contains("「原因」")),
            "{warned:?}"
        );
        press(&mut f, Action::Up);
        f.focus_on("reason");
        assert_eq!(write(&mut f, "2"), [FormEvent::Changed("reason")]);
        assert_eq!(f.text("reason"), "b");
    }
}

#[test]
fn typing_on_a_lookup_opens_its_picker_with_that_text() {
    let mut f = form();
    f.focus_on("destination");
    assert_eq!(write(&mut f, "常"), [FormEvent::Lookup("destination", "常".to_owned())]);
    assert_eq!(press(&mut f, Action::Pick), [FormEvent::Lookup("destination", String::new())]);
    f.look_up("destination", "3204", "天宁街道团工委");
    assert_eq!((f.text("destination").as_str(), f.progress()), ("3204", (1, 3)));
    assert_eq!(press(&mut f, Action::Backspace), [FormEvent::Changed("destination")]);
    assert!(f.get("destination").unwrap().is_empty());
}

#[test]
fn undo_takes_back_typing_first_and_then_choices() {
    let mut f = form();
    f.choose("reason", "b");
    f.focus_on("phone");
    write(&mut f, "1");
    press(&mut f, Action::Undo);
    assert_eq!((f.text("phone").as_str(), f.text("reason").as_str()), ("", "b"));
    assert_eq!(press(&mut f, Action::Undo), [FormEvent::Changed("reason")]);
    assert_eq!((f.text("reason").as_str(), focus(&f)), ("", "reason"));
    press(&mut f, Action::Redo);
    assert_eq!(f.text("reason"), "b");
    f.focus_on("phone");
    press(&mut f, Action::Redo);
    assert_eq!(f.text("phone"), "1");
}

#[test]
fn limits_count_characters_and_a_pasted_line_break_submits_nothing() {
    let mut f = form();
    f.focus_on("remark");
    let events = write(&mut f, "𠮷田\n王凡李雷");
    assert_eq!(f.text("remark"), "𠮷田\n王凡");
    assert_eq!(f.get("remark").unwrap().live_hint(), "5/5");
    assert!(
        matches!(&events[..], [FormEvent::Changed(_), FormEvent::Warned(s)] if s.contains("2 个"))
    );
    f.focus_on("phone");
    let events = write(&mut f, "18625201029\r\n王凡\r\n");
    assert_eq!(focus(&f), "phone");
    assert!(
        matches!(&events[..], [FormEvent::Changed(_), FormEvent::Said(s)] if s.contains("2 行"))
    );
}

#[test]
fn two_dots_alone_ask_for_the_last_answer() {
    for dots in ["..", "。。"] {
        let mut f = form();
        write(&mut f, dots);
        assert_eq!(press(&mut f, Action::Enter), [FormEvent::SameAsLast(Some("phone"))]);
    }
}

#[test]
fn other_fields_keep_the_focus_and_the_text_under_edit() {
    let mut f = form();
    write(&mut f, "18");
    let mut fields = vec![Field::line("first", "新", 9).required()];
    fields.extend(form().fields.into_iter().map(|mut field| {
        if field.id == "phone" {
            field.set_answer("18");
        }
        field
    }));
    f.replace_fields(fields);
    assert_eq!(focus(&f), "phone");
    press(&mut f, Action::Undo);
    assert_eq!(f.text("phone"), "");
}

#[test]
fn hidden_and_fixed_fields_are_passed_over() {
    let mut f = form();
    f.get_mut("outside").unwrap().hidden = true;
    press(&mut f, Action::Enter);
    assert_eq!(focus(&f), "reason");
    assert_eq!(press(&mut f, Action::Back), [FormEvent::Cancel]);
}
