//! What one form leaves to the next, and what popups and the clerk's own place put into it.

use super::*;

/// A second screen, as opened from the list an hour later.
#[test]
fn the_next_form_knows_what_was_handed_in_before_and_the_next_person_does_not() {
    let mut state = complete();
    checked(&mut state, vec![]);
    drop(press(&mut state, "<enter>"));
    let (number, next, stage) = ("ZJ1".to_owned(), String::new(), Stage::DestinationReview);
    drop(reply(&mut state, Reply::Submitted { id: TransferId(3), number, stage, next }));
    let open_and_copy = |state: &mut State| {
        drop(state.reset(Apply::new(Opening::Arrival).into()));
        drop(press(state, "<c-d>"));
        apply(state).answers.school.clone()
    };
    assert_eq!(open_and_copy(&mut state), "南京某某学院");
    drop(reply(&mut state, Reply::Locked));
    assert_eq!(open_and_copy(&mut state), "");
}

#[test]
fn who_is_brought_in_arrives_where_the_clerk_works_and_the_form_says_so() {
    let (state, _) = desk(Apply::new(Opening::Arrival), Role::Administrator);
    let office = state.session.as_ref().unwrap().actor.org_name.clone();
    let screen = dump(&state, 80, 24).join("\n");
    assert!(screen.contains(&format!("{office}  (本组织)")), "{screen}");
}

#[test]
fn a_popup_of_options_opens_on_the_one_in_force() {
    let mut state = complete();
    choose_reason(&mut state, Reason::Unemployed);
    drop(press(&mut state, "<f4>"));
    drop(press(&mut state, "<enter>"));
    assert_eq!(apply(&state).asked, Asked::Nothing);
    assert_eq!(apply(&state).answers.reason, Some(Reason::Unemployed));
}
