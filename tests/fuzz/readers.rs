//! Files: registers, keys, backups, the directory of organisations.

use std::path::Path;

use encoding_rs::{GB18030, UTF_16LE};
use rust_xlsxwriter::Workbook;
use tempfile::TempDir;
use tuanzhuan::directory::{Directory, Entry, Listing, Query, build};
use tuanzhuan::domain::name_search::NameQuery;
use tuanzhuan::domain::organisation::OrgKind;
use tuanzhuan::domain::progress::unwatched;
use tuanzhuan::exchange::members::{MemberOptions, MemberRows};
use tuanzhuan::exchange::sheet_file::SheetFile;
use tuanzhuan::office::{Places, preview_restore};
use tuanzhuan::vault::{KdfCost, Vault};

use crate::change::withstands;
use crate::support::{self, PASSWORD};
use crate::texts::is_harmful;

/// A folder that is written to again and again.
fn folder() -> TempDir {
    tempfile::tempdir().unwrap()
}

fn register() -> Vec<[String; 6]> {
    let header = ["姓名", "身份证号", "手机号", "所在团支部", "入团时间", "性别"];
    let mut rows = vec![header.map(str::to_owned)];
    for n in 0..12 {
        let month = ["2017.12", "2017年12月", "201712", "2017-12-04"][n as usize % 4];
        let row = ["王凡", &support::id_number(n), "18625201029", "某某学院一班团支部", month, ""];
        rows.push(row.map(str::to_owned));
    }
    rows
}

fn as_text() -> String {
    let mut writer = csv::Writer::from_writer(Vec::new());
    register().iter().for_each(|row| writer.write_record(row).unwrap());
    String::from_utf8(writer.into_inner().unwrap()).unwrap()
}

fn as_workbook() -> Vec<u8> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    for (y, row) in register().iter().enumerate() {
        for (x, text) in row.iter().enumerate() {
            sheet.write_string(u32::try_from(y).unwrap(), u16::try_from(x).unwrap(), text).unwrap();
        }
    }
    workbook.save_to_buffer().unwrap()
}

/// Reads a register to its end, or until it is refused.
fn read_register(path: &Path) {
    let Ok(file) = SheetFile::open(path) else { return };
    let Ok(mut rows) = MemberRows::start(&file, &MemberOptions::default()) else { return };
    while let Ok(Some(row)) = rows.next_row() {
        match &row.entry {
            Ok((entry, branch)) => {
                let texts = [&entry.name, branch, &entry.phone, &entry.profile.education];
                for text in texts {
                    assert!(!text.chars().any(|c| is_harmful(c) || c == '\u{fffd}'), "{text:?}");
                }
            }
            Err(faults) => {
                for fault in faults {
                    let said = fault.to_string();
                    assert!(!said.chars().any(is_harmful), "{said:?}");
                }
            }
        }
    }
}

#[test]
fn registers_as_text_are_read_or_refused() {
    let (dir, text) = (folder(), as_text());
    let path = dir.path().join("名册.csv");
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert!(UTF_16LE.decode_without_bom_handling(&wide).0 == text);
    let good = vec![
        text.as_bytes().to_vec(),
        [b"\xef\xbb\xbf".as_slice(), text.replace(',', "\t").as_bytes()].concat(),
        GB18030.encode(&text).0.into_owned(),
        [b"\xff\xfe".as_slice(), &wide].concat(),
    ];
    withstands("register as text", good, |bytes| {
        std::fs::write(&path, bytes).unwrap();
        read_register(&path);
    });
}

#[test]
fn registers_as_workbooks_are_read_or_refused() {
    let dir = folder();
    let path = dir.path().join("名册.xlsx");
    withstands("register as workbook", vec![as_workbook()], |bytes| {
        std::fs::write(&path, bytes).unwrap();
        read_register(&path);
    });
}

#[test]
fn pages_and_xml_are_read_or_refused() {
    let dir = folder();
    let path = dir.path().join("名册.xls");
    let grid = support::hostile::register();
    let good = vec![
        support::hostile::page(&grid, "utf-8").into_bytes(),
        support::hostile::gb(&support::hostile::page(&grid, "gb2312")),
        support::hostile::sheetml(&grid, "").into_bytes(),
    ];
    withstands("page or XML", good, |bytes| {
        std::fs::write(&path, bytes).unwrap();
        read_register(&path);
    });
}

/// What reads old workbooks may ask for any memory and be ended for it, so it is tried as the program
/// uses it: in a process with limits, which comes to an end whatever it is given.
#[test]
fn old_workbooks_are_read_or_refused() {
    use tuanzhuan::exchange::read_parser::read_any_stream;
    let dir = folder();
    let path = dir.path().join("名册.xls");
    let good = vec![support::hostile::old_book_of(&support::hostile::register())];
    withstands("old workbook", good, |bytes| {
        std::fs::write(&path, bytes).unwrap();
        for task in ["look", "0"] {
            let mut command = support::command(&["__parse", "compound", task]);
            let ended = command.stdin(std::fs::File::open(&path).unwrap()).output().unwrap();
            let is_whole = read_any_stream(&ended.stdout);
            assert!(!is_whole || ended.status.success(), "{:?}", ended.status);
        }
    });
}

#[test]
fn a_stream_of_rows_is_read_or_refused() {
    use tuanzhuan::exchange::read_parser::{BookKind, ParseOrder, Task, read_any_stream, serve};
    let dir = folder();
    let path = dir.path().join("名册.xlsx");
    std::fs::write(&path, as_workbook()).unwrap();
    let streams = [Task::Look, Task::Rows(0)].map(|task| {
        let order = ParseOrder { kind: BookKind::Archive, task };
        let mut stream = Vec::new();
        serve(order, std::fs::File::open(&path).unwrap(), &mut stream);
        assert!(read_any_stream(&stream));
        stream
    });
    withstands("stream of rows", streams.to_vec(), |bytes| {
        read_any_stream(bytes);
    });
}

#[test]
fn a_key_file_that_opens_is_the_one_that_was_written() {
    let (dir, elsewhere) = (folder(), folder());
    let (data, config) = (dir.path().join("data"), elsewhere.path().join("config"));
    drop(Vault::create(&data, &config, KdfCost::DEMO, &support::admin(), PASSWORD).unwrap());
    let path = data.join("vault.keys");
    let good = std::fs::read(&path).unwrap();
    withstands("key file", vec![good.clone()], |bytes| {
        std::fs::write(&path, bytes).unwrap();
        let opened = Vault::open(&data, &config);
        assert_eq!(opened.is_ok(), bytes == good, "{opened:?}");
    });
}

#[test]
fn backups_are_looked_into_or_refused() {
    let office = support::office();
    let backup = office.text("good.backup");
    office.admin(&["backup", &backup]).code(0);
    let good = std::fs::read(&backup).unwrap();
    // Header and manifest stand in the beginning; the rest is only copied and summed.
    let good = good[..good.len().min(4096)].to_vec();
    let dir = folder();
    let (path, places) = (dir.path().join("a.backup"), Places::below(&dir.path().join("office")));
    withstands("backup", vec![good], |bytes| {
        std::fs::write(&path, bytes).unwrap();
        if let Err(fault) = preview_restore(&places, &path) {
            assert!(!fault.sentence.chars().any(is_harmful), "{}", fault.sentence);
        }
    });
}

/// A tree of a province, cities and schools.
struct Invented(Vec<(String, String, OrgKind, Option<u32>)>);

impl Listing for Invented {
    fn len(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap()
    }

    fn entry(&self, row: u32) -> Entry<'_> {
        let (code, full_name, kind, _) = &self.0[row as usize];
        Entry { code, full_name, short_name: "", kind: *kind }
    }

    fn parent(&self, row: u32) -> Option<u32> {
        self.0[row as usize].3
    }
}

fn invented() -> Invented {
    let mut rows = vec![("1".to_owned(), "江苏省团委".to_owned(), OrgKind::ProvinceRoot, None)];
    for city in ["云州市", "白滩市", "中桥市"] {
        let parent = u32::try_from(rows.len()).ok();
        rows.push((format!("C{city}"), format!("{city}团委"), OrgKind::Committee, Some(0)));
        for n in 0..120 {
            let name = format!("{city}长江大学环境学院20{}级环境科学{n}班团支部", 20 + n % 7);
            rows.push((format!("B{city}{n}"), name, OrgKind::Branch, parent));
        }
    }
    Invented(rows)
}

#[test]
fn a_damaged_directory_answers_or_says_so() {
    let dir = folder();
    let built = build(&invented(), dir.path(), 1, &mut unwatched).unwrap();
    let good = std::fs::read(built.publish().unwrap()).unwrap();
    let path = dir.path().join("damaged.tzd");
    withstands("directory", vec![good], |bytes| {
        std::fs::write(&path, bytes).unwrap();
        let Ok(directory) = Directory::open(&path) else { return };
        for typed in ["云州", "环境科学12班", "czs", "huanjing", "团", "B云州市7", "没有这个"]
        {
            let text = NameQuery::parse(typed);
            let query =
                Query { text: &text, kind: None, under: None, home: None, recent: &[], limit: 50 };
            // Wrong hits of a damaged file are possible, an end is certain.
            drop(directory.search(query).finish());
            drop(directory.suggest(typed, 2_000));
        }
        drop(directory.verify(&mut unwatched));
    });
}
