//! Wrong passwords, unknown numbers, passwords that end, and clocks that go wrong.

use super::keys::*;
use super::*;
use crate::domain::account::Role;
use crate::domain::testing::id_number;
use crate::vault::{derivations, initial_password, one_time_code};

/// A number that nobody has.
fn stranger() -> String {
    id_number(77).reveal().to_owned()
}

/// What a try answers and how many derivations it takes.
fn tried(door: &mut Door, id: &str, password: &str, now: Now) -> (String, u64) {
    let before = derivations();
    let said = match door.knock(id, password, now) {
        Ok(Entry::Welcome(actor)) => format!("welcome {}", actor.role.id()),
        Ok(Entry::MustChange { .. }) => "must change".to_owned(),
        Err(fault) => fault.sentence,
    };
    (said, derivations() - before)
}

const WRONG: &str = "账号或密码不对，或者这台机器还没有由管理员开启。";

#[test]
fn unknown_and_wrong_are_one_answer_at_one_price() {
    let (_dir, mut door) = peopled();
    let waiting = id_number(40);
    appoint(&door, &waiting, Role::Operator, now());
    let ids = [ADMIN, second().reveal(), operator().reveal(), waiting.reveal(), &stranger(), ""]
        .map(str::to_owned);
    for open in [true, false] {
        if !open {
            door.seal();
        }
        // The waits grow as one, for who exists and for who does not.
        for (failures, wait) in [(1, 1), (2, 2), (3, 4), (4, 8), (5, 600), (6, 1200)] {
            let start = i64::from(!open) * 100_000 + failures * 2000;
            for id in &ids {
                assert_eq!(tried(&mut door, id, "no-such-Word1", at(start)), (WRONG.to_owned(), 1));
                let (said, n) = tried(&mut door, id, "no-such-Word1", at(start + wait - 1));
                assert!(said.starts_with("密码连续输错，请等"), "{said}");
                assert_eq!(n, 0);
            }
        }
        assert_eq!(door.is_sealed(), !open);
    }
}

#[test]
fn lockout_survives_a_restart_and_a_clock_set_back() {
    for sealed in [true, false] {
        let (_dir, mut door) = peopled();
        let who = if sealed { ADMIN.to_owned() } else { operator().reveal().to_owned() };
        let right = if sealed { PASSWORD } else { OPERATOR };
        let restart = |door: Door, now: Now| {
            let mut door = restarted(door);
            if !sealed {
                door.knock(second().reveal(), SECOND, now).unwrap();
                door.lock();
            }
            door
        };
        door = restart(door, at(0));
        for n in 1..=5 {
            assert_eq!(tried(&mut door, &who, "no-such-Word1", at(n * 20)).0, WRONG);
            door = restart(door, at(n * 20));
        }
        let waits = |door: &mut Door, now| tried(door, &who, right, now).0.contains("请等");
        assert!(waits(&mut door, at(100 + 599)));
        // The clock is set back by a day: the wait begins anew from there and is not shorter.
        door = restart(door, at(-86_400));
        assert!(waits(&mut door, at(-86_400)));
        door = restart(door, at(-86_400 + 599));
        assert!(waits(&mut door, at(-86_400 + 599)));
        let (said, _) = tried(&mut door, &who, right, at(-86_400 + 600));
        assert!(said.starts_with("welcome"), "nobody is locked out for ever: {said}");
    }
}

#[test]
fn an_initial_password_lasts_14_days_and_five_tries() {
    let (_dir, mut door) = peopled();
    let [late, clumsy, wary] = [41, 42, 43].map(id_number);
    for id in [&late, &clumsy, &wary] {
        appoint(&door, id, Role::Operator, now());
    }
    let initial = |id: &crate::domain::id_number::IdNumber| initial_password(id.reveal());
    let day = 86_400;
    assert_eq!(tried(&mut door, late.reveal(), &initial(&late), at(14 * day)).0, "must change");
    let (said, n) = tried(&mut door, late.reveal(), &initial(&late), at(14 * day + 1));
    assert!(said.contains("14 天") && n == 1, "{said}");
    for n in 1..=5 {
        assert_eq!(tried(&mut door, clumsy.reveal(), "12345678", at(n * 60)).0, WRONG);
    }
    let (said, _) = tried(&mut door, clumsy.reveal(), &initial(&clumsy), at(3600));
    assert!(said.contains("停用"), "{said}");
    let (said, _) = tried(&mut door, clumsy.reveal(), &initial(&clumsy), at(7200));
    assert!(said.contains("停用"), "a right try does not revive it: {said}");
    assert_eq!(tried(&mut door, clumsy.reveal(), "12345678", at(7300)).0, WRONG);
    // Four wrong tries and a right one are forgiven.
    for n in 1..=4 {
        assert_eq!(tried(&mut door, wary.reveal(), "12345678", at(n * 60)).0, WRONG);
    }
    assert_eq!(tried(&mut door, wary.reveal(), &initial(&wary), at(3600)).0, "must change");
    // The administrator helps with a code, which begins anew.
    enter(&mut door, at(8000));
    let account = account_of(&door, &clumsy, at(8000));
    let (_, code) = door.reset_account(account, at(8000)).unwrap();
    assert_eq!(tried(&mut door, clumsy.reveal(), &code, at(8001)).0, "must change");
}

#[test]
fn initial_passwords_and_codes_are_good_for_one_change() {
    let (_dir, mut door) = peopled();
    let id = id_number(44);
    let account = appoint(&door, &id, Role::Operator, now());
    let initial = initial_password(id.reveal());
    activate(&mut door, &id, "kitemoon8", at(1));
    assert_eq!(tried(&mut door, id.reveal(), &initial, at(2)).0, WRONG);
    enter(&mut door, at(100));
    let (_, code) = door.reset_account(account, at(100)).unwrap();
    assert_eq!(tried(&mut door, id.reveal(), "kitemoon8", at(200)).0, WRONG, "the old one is gone");
    assert_eq!(tried(&mut door, id.reveal(), &code, at(300)).0, "must change");
    assert_eq!(door.session(at(300)).map(drop).unwrap_err().kind, FaultKind::NotAllowed);
    let weak = door.change_password(&code, &initial, at(301)).unwrap_err();
    assert_eq!(weak.kind, FaultKind::Rule);
    assert!(door.change_password(&code, &code, at(302)).is_err());
    door.change_password(&code, "kitemoon9", at(303)).unwrap();
    assert_eq!(tried(&mut door, id.reveal(), &code, at(400)).0, WRONG);
    assert_ne!(code, *one_time_code().unwrap());
}

#[test]
fn a_clock_set_back_revives_no_code() {
    let (_dir, mut door) = peopled();
    let id = id_number(45);
    let account = appoint(&door, &id, Role::Operator, now());
    let (_, code) = door.reset_account(account, now()).unwrap();
    let day = 86_400;
    // Somebody signed in after the code had ended; then the clock goes back to before its end.
    enter(&mut door, at(2 * day + 10));
    let mut door = restarted(door);
    enter(&mut door, at(day));
    door.lock();
    let (said, _) = tried(&mut door, id.reveal(), &code, at(day));
    assert!(said.contains("过期"), "{said}");
    // A code that is issued now counts from the latest time seen, so it is not born dead.
    enter(&mut door, at(day));
    let (_, code) = door.reset_account(account, at(day)).unwrap();
    assert_eq!(tried(&mut door, id.reveal(), &code, at(day + 1)).0, "must change");
}

#[test]
fn odd_clocks_never_panic() {
    let (_dir, mut door) = peopled();
    let far = |seconds| Now { moment: crate::domain::ids::Moment(seconds), offset: 0 };
    for moment in [0, -1, i64::from(i32::MAX) + 1, 4_102_444_800, 253_402_300_799] {
        drop(door.knock(&stranger(), "x", far(moment)));
        drop(door.knock(ADMIN, PASSWORD, far(moment)));
        assert!(door.session(far(moment)).is_ok());
        let account = account_of(&door, &operator(), far(moment));
        door.reset_account(account, far(moment)).unwrap();
        door.seal();
    }
}
