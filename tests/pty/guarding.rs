//! The backup of the day, and damage that offers it, as somebody meets them on the screen.

use std::path::PathBuf;

use tuanzhuan::domain::ids::{Moment, Now};
use tuanzhuan::domain::organisation::OrgKind;
use tuanzhuan::office::{OfficeEntry, Places, PreparedOffice, list_backups};
use tuanzhuan::vault::KdfCost;

use super::people::superior;
use super::terminal::{Start, Terminal};

struct Office {
    dir: tempfile::TempDir,
}

impl Office {
    fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let who = superior();
        let entry = OfficeEntry {
            org: "某某学院团委".to_owned(),
            kind: OrgKind::Committee,
            name: who.name.to_owned(),
            id_number: who.number.clone(),
            phone: String::new(),
            password: who.password.to_owned(),
        };
        let now = Now { moment: Moment(1_780_000_000), offset: 8 * 3600 };
        let places = Places::below(dir.path());
        let prepared = PreparedOffice::make(&places, &entry, KdfCost::DEMO, now).unwrap();
        prepared.put_in_place().unwrap();
        Self { dir }
    }

    fn places(&self) -> Places {
        Places::below(self.dir.path())
    }

    fn window(&self) -> Terminal {
        let window = Start::new(self.dir.path(), &[]).go();
        window.wait_for("F8 登录");
        window
    }

    fn sign_in(window: &mut Terminal) {
        let who = superior();
        window.type_text(&who.number);
        window.keys("<enter>");
        window.type_text(who.password);
        window.keys("<enter>");
    }

    fn wait_for_backup(&self) -> PathBuf {
        loop {
            if let Some(found) = list_backups(&self.places()).first() {
                return found.path.clone();
            }
            std::thread::sleep(std::time::Duration::from_millis(20));
        }
    }
}

#[test]
fn the_first_opening_of_a_day_makes_a_backup_and_damage_offers_it() {
    let office = Office::new();
    let mut window = office.window();
    Office::sign_in(&mut window);
    window.wait_for("待我办");
    let backup = office.wait_for_backup();
    assert!(backup.to_string_lossy().contains("-daily."), "{}", backup.display());
    window.keys("<c-q>");
    assert_eq!(window.wait_exit(), 0);
    std::fs::write(office.places().database(), b"").unwrap();
    let mut window = office.window();
    Office::sign_in(&mut window);
    window.wait_for("数据有损坏");
    window.wait_for("2 用这份备份恢复");
    assert!(window.screen().contains("数据库文件是空的"), "{window:?}");
    assert_eq!(std::fs::read(office.places().database()).unwrap(), b"", "nothing is made anew");
    window.keys("2");
    window.wait_for("已经恢复");
    window.keys("<enter>");
    window.wait_for("F8 登录");
    Office::sign_in(&mut window);
    window.wait_for("待我办");
    window.keys("<c-q>");
    assert_eq!(window.wait_exit(), 0);
    let aside = std::fs::read_dir(office.dir.path()).unwrap().flatten();
    let aside = aside.filter(|e| e.file_name().to_string_lossy().starts_with("data.before-"));
    assert_eq!(aside.count(), 1, "the damaged data is kept");
}

#[test]
fn a_window_on_an_office_that_a_command_holds_opens_when_it_is_done() {
    let office = Office::new();
    let held = tuanzhuan::office::Station::required(
        &office.places().data,
        tuanzhuan::office::Occupant::Command,
        Now { moment: Moment(0), offset: 0 },
    )
    .unwrap();
    let start = Start::new(office.dir.path(), &[]).go();
    std::thread::sleep(std::time::Duration::from_millis(300));
    drop(held);
    start.wait_for("F8 登录");
    assert!(!start.screen().contains("只读"), "{start:?}");
}
