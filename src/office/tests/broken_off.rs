//! What a crash or another process leaves, and how somebody goes on from there.

use super::keys::{SECOND, account_of, activate, appoint, at, enter, second};
use super::*;
use crate::domain::account::Role;
use crate::domain::filter::{TransferQuery, View};

const FRESH: &str = "Lantern-7-boats";

/// An office with its recovery key on paper.
fn with_paper() -> (tempfile::TempDir, Places, String) {
    let (dir, mut door) = office("某某学院团委");
    enter(&mut door, at(1));
    let new = door.new_recovery_key(at(1)).unwrap();
    let paper = new.text().to_string();
    door.put_recovery_key(new, at(1)).unwrap();
    let places = door.places().clone();
    (dir, places, paper)
}

fn opens(places: &Places, password: &str, seconds: i64) -> bool {
    let mut door = Door::new(places.clone()).unwrap();
    door.knock(ADMIN, password, at(seconds)).is_ok()
}

/// Behind the key file and before the list in the database: the password is in force in the one and
/// unknown in the other.
#[test]
fn a_recovery_that_broke_off_behind_the_key_file_is_done_again_with_the_same_password() {
    for new_machine in [false, true] {
        let (dir, places, paper) = with_paper();
        let places = match new_machine {
            true => Places { config: dir.path().join("other"), ..places },
            false => places,
        };
        let old = std::fs::read(places.database()).unwrap();
        recover(&places, &paper, (ADMIN, FRESH), at(10)).unwrap();
        let keys = std::fs::read(places.key_file()).unwrap();
        std::fs::write(places.database(), old).unwrap();
        assert!(!opens(&places, FRESH, 20), "nobody listed the slot");
        let told = recover(&places, &paper, (ADMIN, FRESH), at(90));
        assert!(told.is_ok(), "new machine: {new_machine}: {told:?}");
        assert_eq!(std::fs::read(places.key_file()).unwrap(), keys, "the slot stands already");
        assert!(opens(&places, FRESH, 200));
        assert!(!opens(&places, PASSWORD, 400));
        let mut door = Door::new(places).unwrap();
        door.knock(ADMIN, FRESH, at(4000)).unwrap();
        door.session(at(4000)).unwrap().verify().unwrap();
    }
}

/// The first try may also have been with another password.
#[test]
fn a_recovery_that_broke_off_is_done_again_with_another_password() {
    let (_dir, places, paper) = with_paper();
    let old = std::fs::read(places.database()).unwrap();
    recover(&places, &paper, (ADMIN, FRESH), at(10)).unwrap();
    std::fs::write(places.database(), old).unwrap();
    recover(&places, &paper, (ADMIN, "Kite-moon-7boats"), at(90)).unwrap();
    assert!(opens(&places, "Kite-moon-7boats", 100));
    assert!(!opens(&places, FRESH, 200));
}

#[test]
fn a_window_that_looks_is_told_of_a_changed_key_and_not_of_damage() {
    let (_dir, mut door) = office("某某学院团委");
    enter(&mut door, at(1));
    let id = appoint(&door, &second(), Role::Administrator, at(1));
    activate(&mut door, &second(), SECOND, at(2));
    enter(&mut door, at(3));
    let mut looks = Door::new(door.places().clone()).unwrap();
    enter(&mut looks, at(4));
    assert!(looks.viewing().is_some());
    assert!(looks.left_behind(at(4)).is_none(), "nothing has changed yet");
    assert_eq!(account_of(&door, &second(), at(5)), id);
    door.remove_account(id, at(5)).unwrap();
    let list = |door: &Door| {
        let session = door.session(at(6)).unwrap();
        let query = TransferQuery::of(View::All);
        session.desk().transfers(&query, session.rules()).and_then(|_| session.verify())
    };
    list(&looks).unwrap_err();
    let told = looks.left_behind(at(6)).unwrap().sentence;
    assert!(told.contains("没有损坏") && told.contains("重新登录"), "{told}");
    assert!(looks.is_sealed());
    enter(&mut looks, at(7));
    list(&looks).unwrap();
    // Whoever signs in without having looked meets no damage either.
    assert!(looks.left_behind(at(8)).is_none());
    let id = appoint(&door, &super::keys::operator(), Role::Administrator, at(9));
    activate(&mut door, &super::keys::operator(), SECOND, at(10));
    enter(&mut door, at(11));
    door.remove_account(id, at(11)).unwrap();
    enter(&mut looks, at(12));
    list(&looks).unwrap();
}

/// R08: nothing is written beside the data, and nothing made anew.
#[test]
fn a_directory_that_is_taken_away_is_told_and_worked_with_when_it_is_back() {
    let (dir, mut door) = office("某某学院团委");
    enter(&mut door, at(1));
    let aside = dir.path().join("aside");
    std::fs::rename(&door.places().data, &aside).unwrap();
    let told = door.must_write(at(2)).unwrap_err();
    assert_eq!(told.kind, crate::domain::fault::FaultKind::CannotWrite);
    assert!(told.sentence.contains("不在了"), "{told}");
    assert!(door.daily_backup(at(2)).is_none());
    door.lock();
    assert!(door.knock(ADMIN, PASSWORD, at(3)).unwrap_err().sentence.contains("不在了"));
    assert!(!door.places().data.exists());
    // Another directory in its place is not ours.
    std::fs::create_dir(&door.places().data).unwrap();
    std::fs::write(door.places().data.join("station.lock"), b"").unwrap();
    assert!(door.must_write(at(4)).is_err());
    std::fs::remove_dir_all(&door.places().data).unwrap();
    std::fs::rename(&aside, &door.places().data).unwrap();
    enter(&mut door, at(5));
    door.must_write(at(5)).unwrap();
    door.session(at(5)).unwrap().verify().unwrap();
}
