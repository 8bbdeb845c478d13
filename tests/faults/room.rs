//! An office to break, made once and copied for every case.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;
use tuanzhuan::domain::ids::{Moment, Now};
use tuanzhuan::domain::organisation::OrgKind;
use tuanzhuan::office::{OfficeEntry, Places, PreparedOffice};
use tuanzhuan::vault::KdfCost;

use crate::support::{Ended, PASSWORD, admin, command, copy_dir, ended, id_number, member, roster};

/// The password that the change of passwords sets.
pub const NEW_PASSWORD: &str = "River-9stones-blue";
/// The second administrator's password.
pub const SECOND_PASSWORD: &str = "Stone-5rivers-red";

/// The second administrator, whose slot opens the database as well.
pub fn second_admin() -> String {
    id_number(30)
}

/// A directory with an office below `office` and the files of the cases beside it.
pub struct Room {
    dir: TempDir,
}

impl Room {
    /// A copy of the office: two administrators, two branches, four members, one transfer handed in,
    /// a backup that has three members only, and the automatic backup of today.
    pub fn new() -> Self {
        static MADE: OnceLock<Room> = OnceLock::new();
        let dir = TempDir::new().unwrap();
        copy_dir(MADE.get_or_init(make).dir.path(), dir.path());
        Self { dir }
    }

    /// A room that somebody else furnished.
    pub fn at(dir: TempDir) -> Self {
        Self { dir }
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    pub fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    pub fn data(&self, name: &str) -> PathBuf {
        self.path("office/data").join(name)
    }

    /// The words of a call as the administrator.
    pub fn words(&self, args: &[&str]) -> Vec<String> {
        let (data, file, admin) = (self.text("office"), self.text("admin.pw"), admin());
        let who = ["--data-dir", &data, "--as", &admin, "--password-file", &file, "--yes"];
        who.iter().chain(args).map(|word| (*word).to_owned()).collect()
    }

    /// Calls as the administrator.
    pub fn call(&self, args: &[&str]) -> Ended {
        ended(self.command(args), "")
    }

    pub fn command(&self, args: &[&str]) -> Command {
        let words = self.words(args);
        command(&words.iter().map(String::as_str).collect::<Vec<_>>())
    }

    /// The counts of `verify`, which must find everything whole without any step before it.
    #[track_caller]
    pub fn sound(&self) -> Value {
        let found = self.call(&["verify", "--json"]).code(0).json();
        found["counts"].clone()
    }

    /// The number of the transfer that was handed in.
    pub fn number(&self) -> String {
        std::fs::read_to_string(self.path("number")).unwrap()
    }

    /// As if nobody had written today yet, so that the next act makes the backup of the day first.
    pub fn begin_day(&self) {
        std::fs::remove_dir_all(self.path("office/backups")).unwrap();
    }

    /// Forgets failed attempts, so that no case waits for another.
    pub fn forgive(&self) {
        std::fs::remove_file(self.data("attempts.json")).unwrap_or_default();
    }
}

fn make() -> Room {
    let room = Room { dir: TempDir::new().unwrap() };
    let write = |name: &str, text: &str| write_private(&room.path(name), text);
    write("admin.pw", PASSWORD);
    write("paper", &found(&room.path("office")));
    write("new.pw", NEW_PASSWORD);
    write(
        "orgs.csv",
        "组织全称,组织编号,上级组织,组织类别\n\
         南京某某学院计算机系一班团支部,B1,南京某某学院团委,团支部\n\
         南京某某学院数学系团总支,Z2,南京某某学院团委,团总支\n",
    );
    write("few.csv", &roster(1..=3));
    write("more.csv", &roster(4..=4));
    write("import.csv", &roster(5..=6));
    room.call(&["org", "import", &room.text("orgs.csv")]).code(0);
    activate_second(&room);
    room.call(&["member", "import", &room.text("few.csv")]).code(0);
    room.call(&["backup", &room.text("old.backup")]).code(0);
    room.call(&["member", "import", &room.text("more.csv")]).code(0);
    for (file, n) in [("form.json", 1), ("second.json", 2)] {
        let form = serde_json::json!({
            "member": member(n), "initiated_by": "member", "contact_phone": "13900139000",
            "reason": "other", "destination": "Z2", "remark": "换专业"
        });
        write(file, &form.to_string());
    }
    let form = room.text("form.json");
    let made = room.call(&["transfer", "submit", "--file", &form, "--json"]).code(0).json();
    write("number", made["number"].as_str().unwrap());
    room
}

/// Makes the second administrator, who chooses a password at once.
fn activate_second(room: &Room) {
    let (data, file, first, second) =
        (room.text("office"), room.text("admin.pw"), admin(), second_admin());
    let add =
        ["account", "add", "--name", "吴昊", "--role", "administrator", "--org", "Z2", "--id"];
    room.call(&[&add[..], &[&second]].concat()).code(0);
    let initial: String = second.chars().skip(10).collect();
    let by = ["--data-dir", &data, "--opened-by", &first, "--opened-by-password-file", &file];
    let change = ["--as", &second, "--password-stdin", "account", "passwd"];
    let passwords = format!("{initial}\n{SECOND_PASSWORD}\n");
    ended(command(&[&by[..], &change].concat()), &passwords).code(0);
    write_private(&room.path("second.pw"), SECOND_PASSWORD);
}

/// Writes a file that only its owner may read, as the program wants password files.
pub fn write_private(path: &Path, text: &str) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).unwrap();
}

/// Founds an office and returns its recovery key. The key derivation is the cheapest: what is tried
/// here is everything but its cost.
fn found(dir: &Path) -> String {
    let entry = OfficeEntry {
        org: "南京某某学院团委".to_owned(),
        kind: OrgKind::Committee,
        name: "周敏".to_owned(),
        id_number: admin(),
        phone: String::new(),
        password: PASSWORD.to_owned().into(),
    };
    let now = Now { moment: Moment(1_780_000_000), offset: 8 * 3600 };
    let office = PreparedOffice::make(&Places::below(dir), &entry, KdfCost::DEMO, now).unwrap();
    office.put_in_place().unwrap();
    office.recovery_key()
}

/// Times as many points as usual, of `TUANZHUAN_FAULTS`: a number, or `all`.
#[expect(clippy::disallowed_methods, reason = "the one switch of these tests")]
pub fn factor() -> usize {
    match std::env::var("TUANZHUAN_FAULTS") {
        Ok(all) if all == "all" => 1000,
        told => told.ok().and_then(|n| n.parse().ok()).unwrap_or(1),
    }
}

/// Whether calls can be followed and broken off here.
pub fn has_strace() -> bool {
    let found = Command::new("strace").arg("-V").stdout(std::process::Stdio::null()).status();
    if found.is_err() {
        say("no strace, so nothing is broken off at chosen calls");
    }
    found.is_ok()
}

/// Says something that is seen although the test passes.
pub fn say(text: &str) {
    use std::io::Write;
    writeln!(std::io::stderr(), "faults: {text}").unwrap_or_default();
}

/// Whether this process may mount.
pub fn is_root() -> bool {
    rustix::process::getuid().is_root()
}
