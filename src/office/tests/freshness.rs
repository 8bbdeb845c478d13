//! Older copies put back, and a memory that fails.

use super::keys::*;
use super::*;
use crate::domain::account::Role;
use crate::domain::testing::id_number;
use crate::vault::Vault;

#[test]
fn an_older_copy_put_back_is_noticed() {
    let (dir, door) = peopled();
    let places = door.places().clone();
    let aside =
        Places { config: places.config.clone(), ..Places::below(&dir.path().join("aside")) };
    copy_data(&places, &aside);
    appoint(&door, &id_number(90), Role::Operator, now());
    let mut door = restarted(door);
    enter(&mut door, at(5));
    assert!(door.take_warnings().is_empty(), "going on is no reason to warn");
    drop(door);
    copy_data(&aside, &places);
    let mut door = Door::new(places.clone()).unwrap();
    enter(&mut door, at(10));
    let said = door.take_warnings();
    assert!(said.len() == 1 && said[0].contains("比这台机器上次看到的旧"), "{said:?}");
    assert_eq!(number_of(&door, "发现数据比上次看到的旧"), 1);
    let mut door = restarted(door);
    enter(&mut door, at(20));
    assert!(door.take_warnings().is_empty(), "told once, and it stands in the history");
    // Another history of the same length is noticed as well.
    drop(door);
    let elsewhere = Places { data: aside.data.clone(), ..Places::below(&dir.path().join("other")) };
    std::fs::create_dir_all(&elsewhere.config).unwrap();
    std::fs::copy(places.config.join("device.key"), elsewhere.config.join("device.key")).unwrap();
    let mut other = Door::new(elsewhere).unwrap();
    for n in 0..10 {
        enter(&mut other, at(1000 + n));
        other.seal();
    }
    drop(other);
    copy_data(&aside, &places);
    let mut door = Door::new(places).unwrap();
    enter(&mut door, at(30));
    let said = door.take_warnings();
    assert!(said.len() == 1 && said[0].contains("不一样"), "{said:?}");
}

#[test]
fn a_memory_that_cannot_be_read_or_written_stops_nobody() {
    let (_dir, mut door) = peopled();
    let places = door.places().clone();
    let name = format!("seen-{}.json", Vault::open(&places.data, &places.config).unwrap().id());
    let path = places.config.join(name);
    door.seal();
    std::fs::write(&path, "nonsense").unwrap();
    enter(&mut door, at(1));
    assert!(door.take_warnings()[0].contains("读不出来"));
    door.seal();
    enter(&mut door, at(2));
    assert!(door.take_warnings().is_empty());
    door.seal();
    std::fs::remove_file(&path).unwrap();
    std::fs::create_dir_all(path.join("in the way")).unwrap();
    enter(&mut door, at(3));
    assert!(!door.take_warnings().is_empty());
    assert!(door.session(at(3)).is_ok());
}
