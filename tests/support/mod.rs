//! What tests of the real binary share: a call, an office made once, invented people.

#[path = "hostile.rs"]
pub mod hostile;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

use serde_json::Value;
use tempfile::TempDir;

/// The administrator's password; it meets the policy of passwords that open the database.
pub const PASSWORD: &str = "Kite-moon-7boats";
/// The operator's password, checked inside the opened database.
pub const OPERATOR_PASSWORD: &str = "river7stone";

/// An invented ID number with a right check character, born in 2009; `n` tells people apart.
pub fn id_number(n: u32) -> String {
    const WEIGHTS: [u32; 17] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    const CHECKS: [char; 11] = ['1', '0', 'X', '9', '8', '7', '6', '5', '4', '3', '2'];
    let digits = format!("320102200901{:02}{:03}", 1 + n / 1000 % 28, n % 1000);
    let values = digits.chars().filter_map(|c| c.to_digit(10));
    let sum: u32 = values.zip(WEIGHTS).map(|(digit, weight)| digit * weight).sum();
    format!("{digits}{}", CHECKS[(sum % 11) as usize])
}

/// The administrator.
pub fn admin() -> String {
    id_number(7)
}

/// The operator of the first branch.
pub fn operator() -> String {
    id_number(8)
}

/// A member of the first branch, 1 to 4.
pub fn member(n: u32) -> String {
    id_number(100 + n)
}

/// How a call ended.
#[derive(Debug)]
pub struct Ended {
    /// Exit code.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ended {
    /// The same, where the exit code is as wanted.
    #[track_caller]
    pub fn code(self, wanted: i32) -> Self {
        assert_eq!(self.code, wanted, "out: {}\nerr: {}", self.out, self.err);
        self
    }

    /// The JSON document of standard output.
    #[track_caller]
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).expect("standard output is one JSON document")
    }
}

/// Calls the binary without any of the caller's environment that it reads.
pub fn command(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tuanzhuan"));
    command.args(args).stdin(Stdio::null());
    for name in ["TUANZHUAN_NOW", "TUANZHUAN_DATA_DIR", "NO_COLOR"] {
        command.env_remove(name);
    }
    command
}

/// Runs a call to its end. No stream may ever hold an escape sequence.
pub fn ended(mut command: Command, stdin: &str) -> Ended {
    use std::io::Write;
    let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = piped.spawn().expect("the binary starts");
    let mut pipe = child.stdin.take().expect("its input is a pipe");
    // A call that fails before it reads closes the pipe; that is its right.
    pipe.write_all(stdin.as_bytes()).unwrap_or_default();
    drop(pipe);
    let done = child.wait_with_output().expect("the binary ends");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
    let code = done.status.code().expect("no signal ended it");
    let ended = Ended { code, out: text(done.stdout), err: text(done.stderr) };
    assert!(!ended.out.contains('\u{1b}') && !ended.err.contains('\u{1b}'), "{ended:?}");
    ended
}

/// An office in a directory of its own, with files for its imports beside it.
pub struct Office {
    dir: TempDir,
}

impl Office {
    /// A directory without an office.
    pub fn empty() -> Self {
        let dir = TempDir::new().expect("a temporary directory");
        std::fs::write(dir.path().join("admin.pw"), PASSWORD).expect("it can be written");
        std::fs::write(dir.path().join("operator.pw"), OPERATOR_PASSWORD).expect("likewise");
        Self { dir }
    }

    /// A path in the directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.dir.path().join(name)
    }

    /// A path in the directory as text.
    pub fn text(&self, name: &str) -> String {
        self.path(name).display().to_string()
    }

    /// Writes a file in the directory and returns its path.
    pub fn write(&self, name: &str, content: &str) -> String {
        std::fs::write(self.path(name), content).expect("the directory can be written");
        self.text(name)
    }

    /// Calls the binary in this directory as nobody.
    pub fn call(&self, args: &[&str], stdin: &str) -> Ended {
        let data = self.text("office");
        ended(command(&[&["--data-dir", &data], args].concat()), stdin)
    }

    /// Calls it as the administrator.
    pub fn admin(&self, args: &[&str]) -> Ended {
        let (admin, file) = (admin(), self.text("admin.pw"));
        self.call(&[&["--as", &admin, "--password-file", &file], args].concat(), "")
    }

    /// Calls it as the operator, the database being opened by the administrator.
    pub fn operator(&self, args: &[&str]) -> Ended {
        let (admin, operator) = (admin(), operator());
        let (opens, file) = (self.text("admin.pw"), self.text("operator.pw"));
        let by = ["--opened-by", &admin, "--opened-by-password-file", &opens];
        let who = ["--as", &operator, "--password-file", &file];
        self.call(&[&by, &who, args].concat(), "")
    }

    /// The form of a member's request to the second branch's superior, in a file.
    pub fn form(&self, name: &str, member: &str, change: &[(&str, &str)]) -> String {
        let mut form = serde_json::json!({
            "member": member, "initiated_by": "member", "contact_phone": "13900139000",
            "reason": "other", "destination": "Z2", "remark": "换专业"
        });
        for (field, value) in change {
            form[*field] = Value::from(*value);
        }
        self.write(name, &form.to_string())
    }

    /// Hands a form in and returns its number.
    pub fn submitted(&self, member: &str) -> String {
        let form = self.form("form.json", member, &[]);
        let done = self.admin(&["transfer", "submit", "--file", &form, "--json"]).code(0);
        done.json()["number"].as_str().expect("a number").to_owned()
    }
}

/// An office with an administrator, an operator, two branches and four members. It is made once;
/// every call gets a copy.
pub fn office() -> Office {
    static MADE: OnceLock<Office> = OnceLock::new();
    let made = MADE.get_or_init(make);
    let copy = Office::empty();
    copy_dir(&made.path("office"), &copy.path("office"));
    copy
}

fn make() -> Office {
    let office = Office::empty();
    let (admin, operator) = (admin(), operator());
    let init = ["init", "--org", "南京某某学院团委", "--kind", "committee", "--name", "周敏"];
    let rest = ["--id", &admin, "--phone", "13800138000", "--password-stdin"];
    office.call(&[&init[..], &rest].concat(), &format!("{PASSWORD}\n")).code(0);
    let orgs = office.write(
        "orgs.csv",
        "组织全称,组织编号,上级组织,组织类别\n\
         南京某某学院计算机系一班团支部,B1,Z1,团支部\n\
         南京某某学院计算机系团总支,Z1,南京某某学院团委,团总支\n\
         南京某某学院数学系团总支,Z2,南京某某学院团委,团总支\n\
         南京某某学院数学系一班团支部,B2,Z2,团支部\n\
         江苏省常州市天宁区团委,C1,,团委\n",
    );
    office.admin(&["org", "import", &orgs]).code(0);
    let roster = office.write("roster.csv", &roster(1..=4));
    office.admin(&["member", "import", &roster]).code(0);
    let add = ["account", "add", "--id", &operator, "--name", "李静", "--role", "operator"];
    office.admin(&[&add[..], &["--org", "B1"]].concat()).code(0);
    let opens = office.text("admin.pw");
    let by = ["--opened-by", &admin, "--opened-by-password-file", &opens];
    let change = ["--as", &operator, "--password-stdin", "account", "passwd"];
    let initial: String = operator.chars().skip(10).collect();
    let passwords = format!("{initial}\n{OPERATOR_PASSWORD}\n");
    office.call(&[&by[..], &change].concat(), &passwords).code(0);
    office
}

/// A roster of members of the first branch.
pub fn roster(people: std::ops::RangeInclusive<u32>) -> String {
    let names = ["甲", "乙", "丙", "丁", "戊", "己"];
    let mut text = "姓名,身份证号,手机号,所在团支部,入团时间\n".to_owned();
    for n in people {
        let name = names[(n as usize - 1) % names.len()];
        text.push_str(&format!("孔维{name},{},1390000000{n},B1,2024-05\n", member(n)));
    }
    text
}

/// Copies a directory with all that is below it.
pub fn copy_dir(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).expect("the directory can be made");
    let mode = std::fs::metadata(from).expect("it is there").permissions();
    std::fs::set_permissions(to, mode).expect("it is ours");
    for entry in std::fs::read_dir(from).expect("the directory can be read") {
        let entry = entry.expect("its entries too");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_dir(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).expect("the file can be copied");
        }
    }
}

/// Waits until a wrong password is forgiven: the program makes people wait a second after one.
pub fn pause() {
    std::thread::sleep(std::time::Duration::from_millis(2100));
}

/// The keys of a JSON object.
pub fn keys(value: &Value) -> Vec<&str> {
    value.as_object().map(|o| o.keys().map(String::as_str).collect()).unwrap_or_default()
}
