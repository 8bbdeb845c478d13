//! Backups by hand and by themselves, their damage, and restoring, on a real office.

use super::*;
use crate::domain::ids::{Moment, Now};
use crate::office::tests::{ADMIN, PASSWORD, now, office};
use crate::office::{Door, Places, Viewing};

fn later(days: i64) -> Now {
    Now { moment: Moment(now().moment.0 + days * 86_400), ..now() }
}

fn daily(door: &Door, now: Now) -> PathBuf {
    door.daily_backup(now).unwrap().run().unwrap()
}

fn names(places: &Places) -> Vec<String> {
    list_backups(places)
        .iter()
        .map(|b| b.path.file_name().unwrap().to_string_lossy().into_owned())
        .collect()
}

#[test]
fn a_day_gets_one_backup_that_is_whole_and_private() {
    let (_dir, door) = office("某某学院团委");
    let places = door.places().clone();
    let path = daily(&door, now());
    check_backup(&path).unwrap();
    assert!(door.daily_backup(now()).is_none(), "there is one of today");
    assert!(door.daily_backup(later(1)).is_some());
    assert_eq!(names(&places), ["tuanzhuan-20260602-103000-daily.backup"]);
    let found = &list_backups(&places)[0];
    assert_eq!((found.occasion, found.n_members), (Some(Occasion::Daily), 0));
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        assert_eq!(path.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }
    let left = std::fs::read_dir(&places.backups).unwrap().count();
    assert_eq!(left, 1, "nothing but the backup stays");
}

#[test]
fn old_ones_go_and_what_people_made_stays() {
    let (_dir, door) = office("某某学院团委");
    let places = door.places().clone();
    let own = places.backups.join("毕业前.backup");
    door.session(now()).unwrap().back_up(&own).unwrap();
    std::fs::create_dir(places.backups.join(format!("{TEMP_PREFIX}killed"))).unwrap();
    for day in 0..12 {
        daily(&door, later(day));
    }
    drop(door);
    assert!(own.exists() && Door::new(places.clone()).unwrap().viewing().is_none());
    assert!(!places.backups.join(format!("{TEMP_PREFIX}killed")).exists());
    // 2 to 13 June 2026: the last seven days, of which the first is the Sunday of its week.
    assert_eq!(names(&places).len(), 1 + 7, "{:?}", names(&places));
    assert!(names(&places).contains(&"tuanzhuan-20260613-103000-daily.backup".to_owned()));
}

#[test]
fn a_step_whose_backup_cannot_be_made_is_not_taken() {
    let (_dir, door) = office("某某学院团委");
    let places = door.places().clone();
    std::fs::remove_dir_all(&places.backups).unwrap();
    std::fs::write(&places.backups, "in the way").unwrap();
    let fault = door.session(now()).unwrap().back_up_before(Occasion::BeforeImport).unwrap_err();
    assert!(fault.sentence.contains("导入前自动备份没有做成"), "{fault}");
}

#[test]
fn keys_that_change_while_a_copy_is_made_are_noticed() {
    let (_dir, door) = office("某某学院团委");
    let places = door.places();
    let job = door.session(now()).unwrap().backup_job(Occasion::BeforeRotation);
    let copy = places.backups.join("vault.keys");
    std::fs::copy(places.key_file(), &copy).unwrap();
    job.check_keys(&copy).unwrap();
    std::fs::write(places.key_file(), "another").unwrap();
    let fault = job.check_keys(&copy).unwrap_err();
    assert!(fault.sentence.contains("密钥正在更换"), "{fault}");
}

#[test]
fn room_is_looked_for_before_anything_is_written() {
    let dir = Path::new("/somewhere");
    assert!(room(dir, 100 * 1024 * 1024, 50 * 1024 * 1024).is_ok());
    let fault = room(dir, 10 * 1024 * 1024, 50 * 1024 * 1024).unwrap_err();
    assert_eq!(fault.kind, FaultKind::CannotWrite);
    for part in ["/somewhere", "还剩 10 MB", "需要 66 MB", "什么也没有写"] {
        assert!(fault.sentence.contains(part), "{fault}");
    }
}

#[test]
fn damage_names_itself_and_the_newest_backup_that_is_sound() {
    let (_dir, mut door) = office("某某学院团委");
    let places = door.places().clone();
    let sound = daily(&door, now());
    let damaged = daily(&door, later(1));
    let mut bytes = std::fs::read(&damaged).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle] ^= 1;
    std::fs::write(&damaged, bytes).unwrap();
    door.seal();
    let whole = std::fs::read(places.database()).unwrap();
    let cases: [(&str, Box<dyn Fn()>); 4] = [
        ("空的", Box::new(|| std::fs::write(places.database(), b"").unwrap())),
        ("打不开", Box::new(|| std::fs::write(places.database(), [7; 8192]).unwrap())),
        ("没有找到", Box::new(|| std::fs::remove_file(places.database()).unwrap())),
        ("密钥文件", Box::new(|| std::fs::write(places.key_file(), b"{}").unwrap())),
    ];
    for (words, harm) in cases {
        std::fs::write(places.database(), &whole).unwrap();
        harm();
        let fault = door.knock(ADMIN, PASSWORD, later(2)).unwrap_err();
        assert!(fault.sentence.contains(words), "{fault}");
        assert!(fault.sentence.contains(&format!("restore {}", sound.display())), "{fault}");
        let (said, backup) = door.take_damage().unwrap();
        assert!(!said.contains("restore") && backup.unwrap().0 == sound, "{said}");
    }
    let said = door.restore(&sound, later(3)).unwrap();
    assert!(said.contains("before-20260605"), "{said}");
    door.knock(ADMIN, PASSWORD, later(3)).unwrap();
    door.session(later(3)).unwrap().verify().unwrap();
    let restored = |door: &Door| {
        let (rows, _) = door.session(later(3)).unwrap().desk().audit(None).unwrap();
        rows.iter().filter(|row| row.action == "恢复备份").count()
    };
    assert_eq!(restored(&door), 1, "the history says so");
    door.lock();
    door.knock(ADMIN, PASSWORD, later(3)).unwrap();
    assert_eq!(restored(&door), 1, "once");
}

#[test]
fn a_wrong_password_is_no_damage() {
    let (_dir, mut door) = office("某某学院团委");
    door.seal();
    door.knock(ADMIN, "nothing-like-it", now()).unwrap_err();
    assert!(door.take_damage().is_none());
}

#[test]
fn a_swap_that_was_killed_between_its_steps_is_finished() {
    let (_dir, door) = office("某某学院团委");
    let places = door.places().clone();
    let path = daily(&door, now());
    drop(door);
    restore(&places, &path, now()).unwrap();
    // As a kill between the two renames leaves it: the new one complete, nothing in its place.
    let fresh = places.data.with_extension("restoring");
    std::fs::rename(&places.data, &fresh).unwrap();
    std::fs::write(fresh.join("restore.complete"), "").unwrap();
    let mut door = Door::new(places.clone()).unwrap();
    assert!(door.has_office() && !fresh.exists());
    door.knock(ADMIN, PASSWORD, now()).unwrap();
    // One that is not complete never counts.
    drop(door);
    std::fs::rename(&places.data, &fresh).unwrap();
    finish_restore(&places).unwrap();
    assert!(!places.data.exists() && fresh.exists());
}

#[test]
fn a_backup_that_differs_from_its_manifest_replaces_nothing() {
    let (_dir, door) = office("某某学院团委");
    let places = door.places().clone();
    let path = daily(&door, now());
    drop(door);
    let whole = std::fs::read(&path).unwrap();
    let before = std::fs::read(places.database()).unwrap();
    for place in [0, 5, 30, 400, whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[place] ^= 0x20;
        std::fs::write(&path, &bytes).unwrap();
        // A blank of the manifest may turn into another blank; then it says the same.
        if restore(&places, &path, now()).is_err() {
            assert_eq!(std::fs::read(places.database()).unwrap(), before, "at {place}");
        }
    }
    for n in [0, 10, 200, whole.len() / 2, whole.len() - 1] {
        std::fs::write(&path, &whole[..n]).unwrap();
        assert!(preview_restore(&places, &path).is_err(), "{n} bytes");
        assert!(restore(&places, &path, now()).is_err(), "{n} bytes");
        assert_eq!(std::fs::read(places.database()).unwrap(), before, "{n} bytes");
    }
}

#[test]
fn a_second_window_only_looks_and_every_writing_act_says_so() {
    let (dir, first) = office("某某学院团委");
    let mut second = Door::new(first.places().clone()).unwrap();
    assert!(matches!(second.viewing(), Some(Viewing::Occupied(_))));
    second.knock(ADMIN, PASSWORD, now()).unwrap();
    let session = second.session(now()).unwrap();
    assert_eq!(session.desk().accounts().unwrap().len(), 1);
    let events = session.verify().unwrap().n_events;
    let faults = [
        session.back_up(&dir.path().join("a.backup")).unwrap_err(),
        session.desk().record(&Deed::new("reveal", "某人")).unwrap_err(),
        session
            .save_org(
                None,
                &crate::domain::organisation::OrgEntry {
                    kind: Some(crate::domain::organisation::OrgKind::Branch),
                    full_name: "某某学院一班团支部".to_owned(),
                    ..Default::default()
                },
            )
            .unwrap_err(),
    ];
    for fault in faults {
        assert!(fault.sentence.contains("只能看"), "{fault}");
    }
    assert!(second.daily_backup(now()).is_none());
    let fault = second.change_password(PASSWORD, "Lake-5-mountains!", now()).unwrap_err();
    assert_eq!(fault.kind, FaultKind::Busy);
    assert!(second.restore(&dir.path().join("a.backup"), now()).is_err());
    let session = second.session(now()).unwrap();
    assert_eq!(session.verify().unwrap().n_events, events, "nothing was written");
    drop(first);
    second.lock();
    second.knock(ADMIN, PASSWORD, now()).unwrap();
    assert!(second.viewing().is_none(), "nobody is before it any more");
    second.session(now()).unwrap().desk().record(&Deed::new("reveal", "某人")).unwrap();
    let places = second.places().clone();
    drop(second);
    let mut third = Door::new(places).unwrap();
    assert!(third.viewing().is_none());
    third.knock(ADMIN, PASSWORD, now()).unwrap();
}

#[test]
fn after_an_error_of_the_disk_what_was_saved_is_checked_and_nothing_more_written() {
    let (_dir, mut door) = office("某某学院团委");
    let said = door.distrust();
    assert!(said.contains("检查过") && said.contains("只能看"), "{said}");
    assert!(door.session(now()).is_ok(), "whoever looks goes on looking");
    assert!(door.must_write(now()).is_err());
    let record = door.session(now()).unwrap().desk().record(&Deed::new("reveal", "某人"));
    assert!(record.is_err());
}

#[test]
fn an_older_version_is_kept_before_it_is_changed() {
    let (_dir, door) = office("某某学院团委");
    let session = door.session(now()).unwrap();
    let key = session.office.key.pragma_literal();
    let places = door.places();
    keep_old_version(places, &session.office.store, &key, now()).unwrap();
    assert_eq!(names(places), ["tuanzhuan-20260602-103000-before-migration.backup"]);
    check_backup(&list_backups(places)[0].path).unwrap();
    let fault = keep_old_version(places, &session.office.store, &key, now()).unwrap_err();
    assert_eq!(fault.kind, FaultKind::CannotWrite, "a backup is never written over");
}
