//! Files read back, files that must not appear, and texts that must not run.

use std::fs;

use calamine::{Data, Reader, Xlsx};

use super::super::members::{MemberOptions, MemberRows};
use super::super::organisations::read_organisations;
use super::super::registers::{
    MEMBER_COLUMNS, ORGANISATION_COLUMNS, member_cells, organisation_cells,
};
use super::super::sheet_file::SheetFile;
use super::super::testing::id;
use super::*;
use crate::domain::id_number::{DocumentKind, IdNumber};
use crate::domain::member::{Authentication, GraduationMark, MemberEntry, Profile};
use crate::domain::organisation::{OrgEntry, OrgKind};

const COLUMNS: [ExportColumn; 2] = [
    ExportColumn { id: "name", header: "姓名", width_columns: 10 },
    ExportColumn { id: "remark", header: "备注", width_columns: 40 },
];
const TABLE: ExportTable<'_> = ExportTable {
    sheet_name: "名单",
    columns: &COLUMNS,
    history_head: None,
    own_font: None,
    scratch_prefix: ".export-",
};

fn write_table<E: Display>(
    path: &Path,
    table: &ExportTable<'_>,
    rows: &mut ExportRows<'_, E>,
    overwrite: Overwrite,
) -> Result<Written, ExportFault<E>> {
    let (written, staged) = stage_table(path, table, rows, overwrite)?;
    staged.publish()?;
    Ok(written)
}

fn cells(texts: &[&str]) -> Result<Vec<String>, String> {
    Ok(texts.iter().map(|text| (*text).to_owned()).collect())
}

fn write(path: &Path, rows: Vec<Result<Vec<String>, String>>) -> Result<u64, ExportFault<String>> {
    let written = write_table(path, &TABLE, &mut rows.into_iter(), Overwrite::No)?;
    let sum: [u8; 32] = Sha256::digest(fs::read(path).unwrap()).into();
    assert_eq!(written.sha256, sum, "the sum is of the very file");
    Ok(written.n_rows)
}

fn names_in(directory: &Path) -> Vec<String> {
    let entries = fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn csv_is_marked_ends_lines_with_crlf_and_runs_nothing() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.CSV");
    let count =
        write(&path, vec![cells(&["=1+1", "一\"二,三"]), cells(&["320102200001015539"])]).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    assert_eq!(count, 2);
    assert_eq!(text, "\u{FEFF}姓名,备注\r\n'=1+1,\"一\"\"二,三\"\r\n'320102200001015539,\r\n");
}

#[test]
fn json_has_a_schema_and_keys_in_order() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.json");
    write(&path, vec![cells(&["=1", "一\n二"]), cells(&["乙", ""])]).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    let value: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(value["schema"], 1);
    assert_eq!(value["columns"][1]["header"], "备注");
    assert_eq!(value["rows"][0]["name"], "=1");
    assert_eq!(value["rows"][1]["remark"], "");
    assert!(text.find("\"name\":\"=1\"") < text.find("\"remark\":\"一"));
    let empty = home.path().join("b.json");
    write(&empty, vec![]).unwrap();
    let value: serde_json::Value = serde_json::from_slice(&fs::read(&empty).unwrap()).unwrap();
    assert_eq!(value["rows"].as_array().map(Vec::len), Some(0));
}

#[test]
fn workbooks_hold_texts_only() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.xlsx");
    write(&path, vec![cells(&["=1+1", "320102200001015539"]), cells(&["http://a.cn", "张䶮"])])
        .unwrap();
    let bytes = fs::read(&path).unwrap();
    let mut book: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes.as_slice())).unwrap();
    let range = book.worksheet_range("名单").unwrap();
    assert!(range.rows().flatten().all(|cell| matches!(cell, Data::String(_))));
    assert!(book.worksheet_formula("名单").unwrap().rows().flatten().all(String::is_empty));
    let texts: Vec<_> = range.rows().flatten().map(ToString::to_string).collect();
    let wanted = ["姓名", "备注", "=1+1", "320102200001015539", "http://a.cn", "张䶮"];
    assert_eq!(texts, wanted);
    assert_eq!(names_in(home.path()), ["a.xlsx"]);
    let empty = home.path().join("b.xlsx");
    assert_eq!(write(&empty, vec![]).unwrap(), 0);
}

#[test]
fn nothing_is_left_when_the_rows_break_off() {
    for name in ["a.csv", "a.json", "a.xlsx"] {
        let home = tempfile::tempdir().unwrap();
        let path = home.path().join(name);
        let fault = write(&path, vec![cells(&["甲"]), Err("库读不下去".to_owned())]).unwrap_err();
        assert!(matches!(&fault, ExportFault::Source(said) if said == "库读不下去"), "{name}");
        assert_eq!(names_in(home.path()), Vec::<String>::new(), "{name}");
        fs::write(&path, "旧").unwrap();
        let mut rows = [cells(&["甲"]), Err("断".to_owned())].into_iter();
        write_table(&path, &TABLE, &mut rows, Overwrite::Yes).unwrap_err();
        assert_eq!(fs::read_to_string(&path).unwrap(), "旧", "{name}");
    }
}

#[test]
fn old_files_stay_unless_told_otherwise() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.csv");
    fs::write(&path, "旧").unwrap();
    assert!(matches!(write(&path, vec![]), Err(ExportFault::Exists(_))));
    assert_eq!(fs::read_to_string(&path).unwrap(), "旧");
    let mut rows = [cells(&["新"])].into_iter();
    write_table(&path, &TABLE, &mut rows, Overwrite::Yes).unwrap();
    assert!(fs::read_to_string(&path).unwrap().contains('新'));
}

#[test]
fn a_file_that_appears_meanwhile_is_not_replaced() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.csv");
    let mut rows = std::iter::once_with(|| {
        fs::write(&path, "别人的").unwrap();
        cells(&["甲"])
    });
    let fault = write_table(&path, &TABLE, &mut rows, Overwrite::No).unwrap_err();
    assert!(matches!(fault, ExportFault::Exists(_)));
    assert_eq!(fs::read_to_string(&path).unwrap(), "别人的");
    assert_eq!(names_in(home.path()), ["a.csv"]);
}

#[test]
fn faults_name_the_path_and_the_way_out() {
    let home = tempfile::tempdir().unwrap();
    let said = write(&home.path().join("a.doc"), vec![]).unwrap_err().to_string();
    assert!(said.contains("a.doc") && said.contains(".xlsx、.csv、.json 或 .pdf"), "{said}");
    let said = write(&home.path().join("无/a.csv"), vec![]).unwrap_err().to_string();
    assert!(said.contains("没有这个文件夹"), "{said}");
    let long = home.path().join("a.xlsx");
    let said = write(&long, vec![cells(&["甲", &"字".repeat(32_768)])]).unwrap_err().to_string();
    assert!(said.contains("第 1 行「备注」太长"), "{said}");
}

#[cfg(unix)]
#[test]
fn only_the_owner_reads_and_links_are_not_followed() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let home = tempfile::tempdir().unwrap();
    let real = home.path().join("real.csv");
    let link = home.path().join("link.csv");
    write(&real, vec![]).unwrap();
    assert_eq!(fs::metadata(&real).unwrap().permissions().mode() & 0o777, 0o600);
    let before = fs::read(&real).unwrap();
    symlink(&real, &link).unwrap();
    let mut rows = [cells(&["甲"])].into_iter();
    let fault = write_table(&link, &TABLE, &mut rows, Overwrite::Yes).unwrap_err();
    assert!(matches!(fault, ExportFault::Link(_)));
    assert_eq!(fs::read(&real).unwrap(), before);
}

fn members() -> Vec<(MemberEntry, String)> {
    let profile = Profile {
        ethnic_group: "汉族".to_owned(),
        political_status: "共青团员".to_owned(),
        education: "大专".to_owned(),
        joined_on: "2017-12".to_owned(),
        league_post: "书记".to_owned(),
        membership_number: "201732000001".to_owned(),
        authentication: Authentication::Missing,
        fees_paid_to: "2020-05".to_owned(),
        graduation_mark: GraduationMark::Delayed,
    };
    let entry = |n: u32, name: &str, phone: &str, profile: Profile| MemberEntry {
        name: name.to_owned(),
        document: DocumentKind::ResidentCard,
        id_number: IdNumber::parse(&id(n)).unwrap(),
        phone: phone.to_owned(),
        profile,
    };
    let other = MemberEntry {
        document: DocumentKind::Other,
        id_number: IdNumber::parse_other("H12345678").unwrap(),
        ..entry(3, "陈一", "0519-86330000", Profile::default())
    };
    vec![
        (entry(1, "张䶮", "18625201029", profile), "=奇怪的支部".to_owned()),
        (entry(2, "王凡", "", Profile::default()), "B02".to_owned()),
        (other, "320102200001".to_owned()),
    ]
}

#[test]
fn members_come_back_as_they_went() {
    let home = tempfile::tempdir().unwrap();
    let table = ExportTable {
        sheet_name: "团员",
        columns: MEMBER_COLUMNS,
        history_head: None,
        own_font: None,
        scratch_prefix: ".export-",
    };
    for name in ["a.csv", "a.xlsx"] {
        let path = home.path().join(name);
        let all = members();
        let mut rows = all
            .iter()
            .map(|(entry, branch)| Ok::<_, String>(member_cells(entry, branch, Disclosure::Full)));
        write_table(&path, &table, &mut rows, Overwrite::No).unwrap();
        let file = SheetFile::open(&path).unwrap();
        let mut rows = MemberRows::start(&file, &MemberOptions::default()).unwrap();
        assert_eq!(rows.plan().unmapped, [], "{name}");
        let mut back = Vec::new();
        while let Some(row) = rows.next_row().unwrap() {
            back.push(row.entry.unwrap());
        }
        assert_eq!(back, all, "{name}");
    }
}

#[test]
fn organisations_come_back_as_they_went() {
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.csv");
    let entry = |code: &str, superior: &str, kind: OrgKind, full_name: &str| OrgEntry {
        code: code.to_owned(),
        superior: superior.to_owned(),
        kind: Some(kind),
        full_name: full_name.to_owned(),
        short_name: "简".to_owned(),
        contact_name: "王莉茜".to_owned(),
        contact_phone: "13311000072".to_owned(),
        graduates_on: "2020-06".to_owned(),
    };
    let all = [
        entry("320000000000", "", OrgKind::ProvinceRoot, "某某省团委"),
        entry("2", "320000000000", OrgKind::WorkingCommittee, "@团工委"),
        entry("3", "@团工委", OrgKind::Branch, "某某团支部"),
    ];
    let table = ExportTable {
        sheet_name: "组织",
        columns: ORGANISATION_COLUMNS,
        history_head: None,
        own_font: None,
        scratch_prefix: ".export-",
    };
    let mut rows = all.iter().map(|entry| Ok::<_, String>(organisation_cells(entry)));
    write_table(&path, &table, &mut rows, Overwrite::No).unwrap();
    let mut rows = SheetFile::open(&path).unwrap().rows().unwrap();
    let read = read_organisations(&mut rows, &[]).unwrap();
    assert_eq!(read.plan.unmapped, []);
    let back: Vec<_> = read.rows.into_iter().map(|row| row.entry.unwrap()).collect();
    assert_eq!(back, all);
}

#[test]
fn a_masked_register_shows_no_number() {
    let (entry, branch) = members().remove(0);
    let cells = member_cells(&entry, &branch, Disclosure::Masked);
    assert!(cells.contains(&"320***************".to_owned()));
    assert!(cells.contains(&"186****1029".to_owned()));
}

#[test]
fn a_paper_has_the_columns_that_fit_and_says_what_is_left_out() {
    use super::super::letter::roster::n_fitting;
    use super::super::transfers::TRANSFER_COLUMNS;
    let widths = |columns: &'static [ExportColumn]| -> Vec<(&'static str, u16)> {
        columns.iter().map(|column| (column.header, column.width_columns)).collect()
    };
    for columns in [MEMBER_COLUMNS, ORGANISATION_COLUMNS] {
        assert_eq!(n_fitting(&widths(columns)), columns.len());
    }
    let n = n_fitting(&widths(TRANSFER_COLUMNS));
    assert!((8..TRANSFER_COLUMNS.len()).contains(&n), "the official seven and the number: {n}");
    let home = tempfile::tempdir().unwrap();
    let path = home.path().join("a.PDF");
    let table = ExportTable { columns: TRANSFER_COLUMNS, ..TABLE };
    let row = || Ok::<_, String>(vec!["孔维嘉".to_owned(); TRANSFER_COLUMNS.len()]);
    let count = write_table(&path, &table, &mut (0..3).map(|_| row()), Overwrite::No).unwrap();
    assert!(count.n_rows == 3 && fs::read(&path).unwrap().starts_with(b"%PDF-"));
    let bad = write(&home.path().join("b.pdf"), vec![cells(&["孔𪨊"])]).unwrap_err();
    assert!(bad.to_string().contains("第 1 行（孔𪨊）「姓名」"), "{bad}");
    assert_eq!(names_in(home.path()), ["a.PDF"]);
}
