//! The backup of the day, and damage that offers it, as somebody meets them on the screen.

use std::path::PathBuf;

use tuanzhuan::domain::ids::{Moment, Now};
use tuanzhuan::domain::organisation::OrgKind;
use tuanzhuan::office::{OfficeEntry, Places, PreparedOffice, list_backups};
use tuanzhuan::vault::KdfCost;

use super::demo;
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
            password: who.password.to_owned().into(),
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

/// R06: a commit whose sync fails is no success; the data is opened anew, checked, and from then on
/// only looked at. Where every sync fails, it is closed.
#[test]
fn an_error_of_the_disk_ends_writing_on_the_screen() {
    if std::process::Command::new("strace").arg("-V").output().is_err() {
        return;
    }
    for (which, sentence) in [("1", "现在只能看"), ("1+", "磁盘读写出错")] {
        let dir = tempfile::tempdir().unwrap();
        let mut whole = demo::open(demo::start(dir.path()));
        whole.keys("<c-q>");
        whole.wait_exit();
        let inject = format!("inject=fsync,fdatasync:error=EIO:when={which}");
        let program = env!("CARGO_BIN_EXE_tuanzhuan");
        let words = ["-f", "-qq", "-o", "/dev/null", "-e", "trace=fsync,fdatasync", "-e", &inject];
        let words = [&words[..], &[program, "demo"]].concat();
        let mut window = demo::open(Start::program("strace", dir.path(), &words));
        window.keys("<down><down>8");
        window.wait_for("╔ 办理转接");
        window.keys("1");
        window.wait_for(sentence);
        assert!(!window.screen().contains("已同意"), "{window:?}");
        window.keys("1");
        window.wait_gone("知道了");
        window.keys("<c-q>");
        assert_eq!(window.wait_exit(), 0);
        let mut again = demo::open(demo::start_again(dir.path()));
        again.keys("<down><down>8");
        again.wait_for("1 同意");
        again.keys("1");
        again.wait_for("已同意");
        again.keys("<c-q>");
        assert_eq!(again.wait_exit(), 0);
    }
}
