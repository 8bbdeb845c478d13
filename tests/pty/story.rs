//! The whole story of one office: set up, import, submit, decide, export, and come back.

use std::path::Path;

use calamine::{Data, Reader, open_workbook_auto};

use super::people::*;
use super::terminal::{Start, Terminal};

/// What a picker says while it looks.
const BUSY: &str = "还在查找";

/// Where the story stands: the data, and the window in which it happens.
struct Office {
    dir: tempfile::TempDir,
    window: Terminal,
}

impl Office {
    fn open() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let window = Start::new(dir.path(), &[]).go();
        Self { dir, window }
    }

    fn file(&self, name: &str) -> std::path::PathBuf {
        self.dir.path().join(name)
    }

    /// Fills a form field by field; each text is left with Enter.
    fn fill(&mut self, texts: &[&str]) {
        for text in texts {
            self.window.type_text(text);
            self.window.keys("<enter>");
        }
    }

    fn menu(&mut self, entry: char, then: &str) {
        self.window.keys("0");
        self.window.wait_for("╔ 菜单");
        self.window.keys(&entry.to_string());
        self.window.wait_for(then);
    }

    fn lock(&mut self) {
        self.window.keys("0");
        self.window.wait_for("╔ 菜单");
        self.window.keys("<end><up><enter>");
        self.window.wait_for("已锁屏");
    }

    fn sign_in(&mut self, number: &str, password: &str) {
        self.fill(&[number, password]);
    }

    /// Types into a picker what is wanted, and takes it when it is the row under the cursor.
    fn pick(&mut self, what: &str, then: &str) {
        self.window.type_text(what);
        loop {
            self.window.wait_for(&format!("►  {what}"));
            self.window.keys("<enter>");
            // The row may stand there while the search for the last character is under way.
            self.window.wait_until(then, |screen| screen.contains(then) || screen.contains(BUSY));
            if self.window.screen().contains(then) {
                return;
            }
            // Any key takes the sentence away.
            self.window.keys("<end>");
            self.window.wait_gone(BUSY);
        }
    }

    fn first_sign_in(&mut self, person: &Person) {
        self.sign_in(&person.number, &initial_password(&person.number));
        self.window.wait_for("第一次登录要先换成自己的密码");
        self.fill(&[person.password, person.password]);
        self.window.keys("<enter>");
        self.window.wait_for("密码已改");
    }
}

#[test]
fn a_member_moves_from_first_run_to_the_exported_list() {
    let mut office = Office::open();
    set_up(&mut office);
    import(&mut office);
    add_accounts(&mut office);
    office.lock();
    submit(&mut office);
    office.lock();
    approve_as_branch(&mut office);
    office.lock();
    place_as_superior(&mut office);
    export(&mut office);
    office.window.keys("<c-q>");
    assert_eq!(office.window.wait_exit(), 0);
    read_back(&office.file("办结.xlsx"));
    come_back(&mut office);
}

fn set_up(office: &mut Office) {
    let who = superior();
    office.window.wait_for("请按 F10 首次设置");
    office.window.keys("<f10>");
    office.window.wait_for("第 1 步，共 3 步：组织");
    office.fill(&[TOP]);
    office.window.keys("2<enter><enter>");
    office.window.wait_for("第 2 步，共 3 步：管理员");
    office.fill(&[who.name, &who.number, who.phone, who.password, who.password]);
    office.window.keys("<enter>");
    office.window.wait_for("第 3 步，共 3 步：恢复密钥");
    let key = recovery_key(&office.window.screen());
    assert!(!office.file("data/vault.keys").exists(), "nothing stands before the key is typed");
    office.window.type_text(&key);
    office.window.keys("<f8>");
    office.window.wait_for("单位已建好");
}

/// The key as a person copies it: the groups of four that stand wide apart.
fn recovery_key(screen: &str) -> String {
    let is_group = |word: &&str| word.len() == 4 && word.chars().all(|c| c.is_ascii_alphanumeric());
    let groups: Vec<&str> = screen.split_whitespace().filter(is_group).collect();
    assert_eq!(groups.len(), 9, "{screen}");
    groups.join("-")
}

fn import(office: &mut Office) {
    let (organisations, members) = (office.file("组织.csv"), office.file("名册.csv"));
    write_organisations(&organisations);
    write_members(&members);
    office.menu('6', "导入组织名单");
    office.window.type_text(&organisations.display().to_string());
    office.window.keys("<f8>");
    office.window.wait_for("可导入 4，要改 0");
    assert!(office.window.screen().contains("GB18030"));
    office.window.keys("8");
    office.window.wait_for("已导入 4 行");
    office.window.keys("<esc>");
    office.window.wait_for("[待我办 0]");
    office.menu('5', "导入团员名册");
    office.window.type_text(&members.display().to_string());
    office.window.keys("<f8>");
    office.window.wait_for("可导入 2，要改 1");
    let row = office.window.row_with("钱一诺");
    assert!(row.contains(" 4 ") && row.contains("身份证号第 18 位"), "{row}");
    office.window.keys("8");
    office.window.wait_for("只导入没问题的 2 行");
    office.window.keys("1");
    office.window.wait_for("已导入 2 行");
    office.window.keys("<esc>");
    office.window.wait_for("[待我办 0]");
}

fn add_accounts(office: &mut Office) {
    office.menu('4', "在用账号");
    add_account(office, &branch_administrator(), '3', BRANCH);
    add_account(office, &clerk(), '2', "云州理工学院团委");
    office.window.keys("<esc>");
    office.window.wait_for("[待我办 0]");
}

fn add_account(office: &mut Office, who: &Person, role: char, at: &str) {
    office.window.keys("2");
    office.window.wait_for("╔ 添加账号");
    office.fill(&[who.name, &who.number, who.phone]);
    office.window.keys(&format!("{role}<enter><f7>"));
    office.window.wait_for("选择组织");
    office.pick(at, "╔ 添加账号");
    office.window.keys("<f8>");
    office.window.wait_for(&format!("已为 {} 开设账号", who.name));
    office.window.keys("<esc>");
    office.window.wait_for("在用账号");
}

fn submit(office: &mut Office) {
    let (name, _) = member();
    office.first_sign_in(&clerk());
    office.window.keys("21");
    office.window.wait_for("╔ 发起转接");
    office.window.keys("<f7>");
    office.window.wait_for("选择团员");
    office.pick(name, "╔ 发起转接");
    office.window.wait_for(BRANCH);
    office.fill(&["13300000011"]);
    office.window.keys("<enter><f4>");
    office.window.wait_for("╔ 转出原因");
    office.window.keys("7");
    office.window.wait_for("以下由「未就业」决定");
    office.window.keys("<enter>");
    office.fill(&["云州市南湖街道槐荫里 8 号"]);
    office.window.keys("<f7>");
    office.window.wait_for("选择组织");
    office.pick(STREET, "╔ 发起转接");
    office.window.keys("<down>");
    office.fill(&["本人已联系街道"]);
    office.window.keys("<enter>");
    office.window.wait_for("不能提交 0 项");
    assert!(!office.window.screen().contains("正在做转接体检"), "{:?}", office.window);
    office.window.keys("<enter>");
    office.window.wait_for("看进度");
    assert!(office.window.screen().contains("已提交 ZJ"));
    office.window.keys("<esc>");
    office.window.wait_gone("看进度");
    office.window.keys("<esc>");
    office.window.wait_for("我发起 1");
}

fn approve_as_branch(office: &mut Office) {
    office.first_sign_in(&branch_administrator());
    office.window.wait_for("[待我办 1]");
    office.window.wait_for("►  韩小满");
    office.window.keys("8");
    office.window.wait_for("╔ 办理转接");
    office.window.keys("1");
    office.window.wait_for("已同意");
}

fn place_as_superior(office: &mut Office) {
    let who = superior();
    office.sign_in(&who.number, who.password);
    office.window.wait_for("►  韩小满");
    office.window.keys("8");
    office.window.wait_for("同意并分配团支部");
    office.window.keys("2");
    office.window.wait_for("选择团支部");
    office.window.wait_for(STREET_BRANCH);
    office.pick(STREET_BRANCH, "已同意");
}

fn export(office: &mut Office) {
    office.window.keys("<left><left>");
    office.window.wait_for("[已完成 1]");
    office.window.keys("<f9>");
    office.window.wait_for("╔ 导出");
    let path = office.file("办结.xlsx");
    office.window.keys("<f2>");
    office.window.type_text(&path.display().to_string());
    office.window.keys("<f8>");
    office.window.wait_for("导出预览");
    office.window.keys("1");
    office.window.wait_for("已导出 1 ");
}

fn read_back(path: &Path) {
    let mut book = open_workbook_auto(path).unwrap();
    let sheet = book.worksheet_range_at(0).unwrap().unwrap();
    let texts = |row: &[Data]| row.iter().map(ToString::to_string).collect::<Vec<_>>();
    let rows: Vec<Vec<String>> = sheet.rows().map(texts).collect();
    let header: Vec<&str> = rows[0].iter().take(7).map(String::as_str).collect();
    let wanted = ["转出人", "转出团组织", "转入团组织", "申请时间", "完成时间", "处理状态", "操作"];
    assert_eq!(header, wanted);
    let [_, row] = &rows[..] else { panic!("one row: {rows:?}") };
    assert_eq!([&row[0], &row[1], &row[2], &row[5]], ["韩小满", BRANCH, STREET, "已完成"]);
    let (_, number) = member();
    assert!(row.iter().any(|cell| cell == "320***************"), "{row:?}");
    assert!(!row.iter().any(|cell| cell.contains(&number)), "{row:?}");
    assert!(row.iter().any(|cell| cell == STREET_BRANCH), "{row:?}");
}

fn come_back(office: &mut Office) {
    office.window = Start::new(office.dir.path(), &[]).go();
    office.window.wait_for("►*身份证号码");
    let who = clerk();
    office.sign_in(&who.number, who.password);
    office.window.wait_for("这台机器还没有由管理员开启");
    office.window.keys("<up><up>");
    office.window.wait_for("►*身份证号码");
    office.window.keys("<f2>");
    let who = branch_administrator();
    office.sign_in(&who.number, who.password);
    office.window.wait_for("[待我办 0]");
    office.window.keys("<c-q>");
    assert_eq!(office.window.wait_exit(), 0);
    assert_eq!(office.window.left_behind(), [""; 0]);
}
