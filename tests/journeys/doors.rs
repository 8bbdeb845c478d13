//! Getting in and out: sign-in, lock, first run, the first password, small terminals.

use crate::rehearsal::{Rehearsal, Who};

fn sign_in(office: &mut Rehearsal, who: Who, password: &str) {
    let keys = format!("{}<enter>{password}<f8>", who.account().id_number);
    office.keys(&keys);
}

#[test]
fn a_wrong_password_and_then_the_right_one() {
    let mut office = Rehearsal::door();
    picture!(office, "sign-in");
    sign_in(&mut office, Who::Committee, "Yanshi-1357");
    picture!(office, "sign-in-wrong");
    let mut office = office.again(60);
    sign_in(&mut office, Who::Committee, Who::Committee.account().password);
    office.must_show("待我办 18");
}

#[test]
fn help_for_a_forgotten_password() {
    let mut office = Rehearsal::door();
    office.keys("<f3>");
    picture!(office, "sign-in-forgotten");
}

#[test]
fn the_screen_locks_by_the_menu_and_when_idle() {
    let mut office = Rehearsal::office(Who::Committee);
    office.keys("0<end><up><enter>");
    picture!(office, "locked");
    office.must_not_show("陶韵寒");
    let mut office = Rehearsal::office(Who::Committee);
    office.pass(299);
    office.must_show("陶韵寒");
    office.pass(2);
    office.must_not_show("陶韵寒");
    office.must_show("屏幕已锁");
}

#[test]
fn locking_by_key_keeps_what_was_typed_last() {
    let mut office = Rehearsal::office(Who::Branch);
    office.keys("21邓鸿飞<enter>13912345");
    office.keys("<c-w>");
    office.must_show("屏幕已锁");
    office.must_not_show("邓鸿飞");
    office.keys("320199200210150129<enter>Yanshi-2468<enter>");
    office.keys("21");
    office.must_show("接着填");
    office.keys("1");
    office.must_show("13912345");
}

#[test]
fn a_small_terminal_is_told_and_nothing_acts() {
    let mut office = Rehearsal::office(Who::Branch);
    office.keys("21邓鸿飞<enter>1391234");
    office.resize(60, 20);
    picture!(office, "too-small");
    office.keys("567<f8><enter><esc>");
    office.resize(80, 24);
    picture!(office, "grown-again");
    office.must_not_show("1391234567");
}

#[test]
fn leaving_asks_twice_or_takes_ctrl_q() {
    let mut office = Rehearsal::office(Who::Committee);
    office.keys("<c-c>");
    office.must_show("再按一次 Ctrl+C");
    assert!(!office.ended);
    office.keys("<c-c>");
    assert!(office.ended);
    let mut office = Rehearsal::office(Who::Committee);
    office.keys("<c-q>");
    assert!(office.ended);
}

#[test]
fn an_initial_password_must_be_changed_at_once() {
    let mut office = Rehearsal::office(Who::Committee);
    office.keys("042钟意<enter>320199200403040014<enter>13812345678<enter><right><enter>");
    office.keys("<f7>青年教工<enter><f8>");
    office.keys("<esc><esc>0<end><up><enter>");
    office.keys("320199200403040014<enter>03040014<f8>");
    picture!(office, "first-password");
    office.keys("12345678<enter>12345678<f8>");
    picture!(office, "first-password-weak");
    office.keys("<esc><up>");
    office.keys("<c-u>Qingnian-2468<down><c-u>Qingnian-2468<f8>");
    office.must_show("密码已改");
}

#[test]
fn a_first_run_makes_an_office_in_three_steps() {
    let mut office = Rehearsal::nothing();
    picture!(office, "first-run");
    office.keys("<f10>");
    picture!(office, "first-run-step-1");
    office.keys("云州青年团委<enter><f4>2<f8>");
    picture!(office, "first-run-step-2");
    office.keys("沈知远<enter>320199200403040014<enter>13812345678<enter>");
    office.keys("Chenguang-2468-Hx<enter>Chenguang-2468-Hx<f8>");
    office.must_show("第 3 步，共 3 步：恢复密钥");
    let key = recovery_key(&office);
    assert_eq!(key.len(), 36, "{key}");
    let (first, rest) = key.split_at(1);
    let wrong = if first == "A" { "B" } else { "A" };
    office.keys(&format!("{wrong}{rest}<f8>"));
    office.must_show("! ");
    office.must_show("第 3 步");
    office.keys(&format!("<enter><c-u>{}<f8>", key.to_lowercase()));
    picture!(office, "first-run-done");
    assert!(office.path("data").join("vault.keys").exists());

    // The office stands: its administrator signs in with the password, and no set-up begins again.
    let mut office = office.again(60);
    office.must_not_show("还没有设置组织");
    office.keys("320199200403040014<enter>Chenguang-2468-Hx<f8>");
    office.must_show("云州青年团委 沈知远");
    office.must_show("离线");
}

/// The recovery key as it stands on the screen, without the blanks between its groups.
fn recovery_key(office: &Rehearsal) -> String {
    let screen = office.screen();
    let groups = screen.split_whitespace().filter(|word| {
        word.len() == 4 && word.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit())
    });
    groups.collect()
}
