//! Files: the import preview, the import, taking it back; exports.

use crate::rehearsal::{Rehearsal, Who};

const HEAD: &str = "姓名,身份证号,手机号,所在团支部\n";
const BRANCH: &str = "云州理工学院青年教工团支部";

fn office_with(rows: &[&str]) -> Rehearsal {
    let mut office = Rehearsal::office(Who::Committee);
    let text = rows.iter().fold(HEAD.to_owned(), |text, row| format!("{text}{row},{BRANCH}\n"));
    let path = office.file("团员.csv", text.as_bytes());
    office.keys("05").paste(&path.to_string_lossy());
    office.keys("<f8>");
    office
}

#[test]
fn a_preview_tells_what_is_wrong_and_writes_nothing() {
    let rows = [
        "钟意,320199200403040014,13812345678",
        "钟意,320199200403040014,13812345678",
        "李雷,320199199901010000,13812345678",
        "韩梅,3.20102E+17,1381234",
        "顾一帆,320199200210150129,13812345678",
    ];
    let mut office = office_with(&rows);
    picture!(office, "import-preview");
    office.keys("<down>");
    picture!(office, "import-preview-second");
    office.keys("6");
    picture!(office, "import-preview-all");
    office.keys("<esc>");
    office.keys("<esc>02钟意");
    office.must_show("没有找到");
}

#[test]
fn an_import_is_run_and_taken_back() {
    let mut office =
        office_with(&["钟意,320199200403040014,13812345678", "李雷,320199199901010000,1381"]);
    office.keys("8");
    picture!(office, "import-confirm");
    office.keys("1");
    picture!(office, "import-done");
    office.keys("<c-z>");
    picture!(office, "import-undo");
    office.keys("<esc><esc>02钟意");
    office.must_show("没有找到");
}

#[test]
fn a_file_that_is_not_there_is_told() {
    let mut office = Rehearsal::office(Who::Committee);
    office.keys("05没有这个文件.csv<f8>");
    office.must_show("没有这个文件");
}

/// The first line of a csv file that was exported, without the mark of its encoding.
fn head_of(office: &Rehearsal, name: &str) -> String {
    let text = std::fs::read_to_string(office.path(name)).unwrap();
    text.trim_start_matches('\u{feff}').lines().next().unwrap().to_owned()
}

#[test]
fn exports_begin_with_the_seven_columns() {
    let mut office = journey!(Committee, "9", "export-form");
    let (csv, xlsx) = (office.path("转接.csv"), office.path("转接.xlsx"));
    office.keys("<f2>").paste(&csv.to_string_lossy()).keys("<f8>");
    office.must_show("导出预览");
    assert!(!csv.exists(), "looked at before it is written");
    office.keys("1");
    office.must_show("18");
    let head = head_of(&office, "转接.csv");
    assert!(head.starts_with(SEVEN), "{head}");
    office.keys("9<f2>").paste(&xlsx.to_string_lossy()).keys("<f8>1");
    assert!(std::fs::read(xlsx).unwrap().starts_with(b"PK"));
}

const SEVEN: &str = "转出人,转出团组织,转入团组织,申请时间,完成时间,处理状态,操作";

#[test]
fn an_export_replaces_nothing_unasked() {
    let mut office = Rehearsal::office(Who::Committee);
    let path = office.file("转接.csv", b"kept");
    office.keys("9<f2>").paste(&path.to_string_lossy()).keys("<f8>1");
    assert_eq!(std::fs::read(&path).unwrap(), b"kept");
    office.must_show("已有");
}
