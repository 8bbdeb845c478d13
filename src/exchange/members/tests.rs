//! Each fault of a row, and what is mended without asking.

use rust_xlsxwriter::{Format, Workbook};

use super::super::doubles::Numbers;
use super::super::testing::{id, id_from, kept};
use super::*;

const HEADER: &str =
    "姓名,身份证号,手机号,所在团支部,入团时间,证件类型,性别,出生日期,毕业标记,志愿书认证";

fn read(lines: &str) -> Vec<Read> {
    rows_of(format!("{HEADER}\n{lines}\n").as_bytes(), &MemberOptions::default())
}

/// A row with what is said of it, the numbers that stand twice included.
#[derive(Debug)]
struct Read {
    row: usize,
    entry: Result<(MemberEntry, String), Vec<RowFault>>,
    shown: ShownMember,
}

fn rows_of(bytes: &[u8], options: &MemberOptions) -> Vec<Read> {
    let (_dir, file) = kept(bytes, "名单.csv");
    let mut numbers = Numbers::default();
    each(&file, options, |place, row| {
        row.number().iter().for_each(|number| numbers.add(number.reveal(), place, row.row()));
    });
    let doubles = numbers.doubles();
    let mut found = Vec::new();
    each(&file, options, |place, row| {
        let own: Vec<_> = doubles.iter().filter(|d| d.place == place).copied().collect();
        let faults = row.faults_with(&own);
        let entry = if faults.is_empty() { row.entry.clone() } else { Err(faults) };
        found.push(Read { row: row.row(), entry, shown: row.shown() });
    });
    found
}

fn each(file: &SheetFile, options: &MemberOptions, mut work: impl FnMut(usize, &MemberRowIn<'_>)) {
    let mut rows = MemberRows::start(file, options).unwrap();
    let mut place = 0;
    while let Some(row) = rows.next_row().unwrap() {
        work(place, &row);
        place += 1;
    }
}

fn faults(line: &str) -> Vec<RowFault> {
    let rows = read(line);
    assert_eq!(rows.len(), 1, "{line}");
    rows[0].entry.clone().expect_err(line)
}

#[test]
fn a_good_row_becomes_an_entry() {
    let rows =
        read(&format!("王 凡,'{},186-2520-1029,B01,2017.12,,男,2000-01-01,延迟毕业,是", {
            id_from("32010220000101553")
        }));
    let (entry, branch) = rows[0].entry.clone().unwrap();
    assert_eq!((rows[0].row, branch.as_str(), entry.name.as_str()), (2, "B01", "王凡"));
    assert_eq!(entry.phone, "18625201029");
    assert_eq!(entry.profile.joined_on, "2017-12");
    assert_eq!(entry.profile.graduation_mark, GraduationMark::Delayed);
    assert_eq!(entry.profile.authentication, Authentication::Authenticated);
    assert_eq!(rows[0].shown.masked_id, "320***************");
}

#[test]
fn each_fault_names_row_column_and_remedy() {
    let good = id_from("32010220000101553");
    let tail = if good.ends_with('1') { '2' } else { '1' };
    let wrong = format!("{}{tail}", good.chars().take(17).collect::<String>());
    let cases = [
        (format!(",{good},,B"), "姓名", "还没填姓名", "证件上的姓名"),
        (format!("王凡3,{good},,B"), "姓名", "里有「3」", "对照证件"),
        ("王凡,,,B".to_owned(), "身份证号", "还没填身份证号", "18 位"),
        ("王凡,32010220000101539,,B".to_owned(), "身份证号", "现在 17 位，少 1 位", "对照证件"),
        ("王凡,3.20102E+17,,B".to_owned(), "身份证号", "后几位已丢失", "重新录入"),
        ("王凡,320102200001010000,,B".to_owned(), "身份证号", "后几位已丢失", "重新录入"),
        (format!("王凡,{wrong},,B"), "身份证号", "第 18 位与前 17 位对不上", "逐位"),
        ("王凡,320102001301553,,B".to_owned(), "身份证号", "15 位的旧号码", "18 位号码"),
        ("王凡,999999200001015531,,B".to_owned(), "身份证号", "开头「99」", "前 6 位"),
        (format!("王凡,{good},1825201029,B"), "手机号", "少 1 位", "核对"),
        (format!("王凡,{good},,"), "所在团支部", "还没填所在的团支部", "--branch"),
        (format!("王凡,{good},,B,2017"), "入团时间", "看不出是哪年哪月", "2017-12"),
        (format!("王凡,{good},,B,2017.1"), "入团时间", "1 月还是 10 月", "2017-10"),
        (format!("王凡,{good},,B,,军官证"), "证件类型", "不认得", "其中一个"),
        ("王凡,一二三,,B,,其他".to_owned(), "身份证号", "5 到 20 位", "对照证件"),
        (format!("王凡,{good},,B,,,女"), "性别", "第 17 位对不上", "对照证件"),
        (format!("王凡,{good},,B,,,,2000-01-02"), "出生日期", "对不上", "对照证件"),
        (format!("王凡,{good},,B,,,,,毕业"), "毕业标记", "「毕业」不认得", "留空"),
        (format!("王凡,{good},,B,,,,,,好"), "志愿书认证", "「好」不认得", "留空"),
    ];
    for (line, column, reason, remedy) in cases {
        let found = faults(&line);
        assert_eq!(found.len(), 1, "{line}: {found:?}");
        let fault = &found[0];
        assert_eq!((fault.row, fault.column.as_str()), (2, column), "{line}");
        assert!(fault.reason.contains(reason), "{line}: {fault}");
        assert!(fault.remedy.contains(remedy), "{line}: {fault}");
        assert!(!fault.to_string().contains("。。"), "{fault}");
    }
}

#[test]
fn all_faults_of_a_row_come_together_and_no_number_leaks() {
    let found = faults("王,32010220000101539,123,,昨天");
    let columns: Vec<_> = found.iter().map(|f| f.column.as_str()).collect();
    assert_eq!(columns, ["姓名", "身份证号", "手机号", "所在团支部", "入团时间"]);
    assert!(found.iter().all(|f| !format!("{f:?}").contains("20000101")));
}

#[test]
fn a_number_in_a_wrong_column_is_masked_too() {
    let number = id(4);
    let rows = read(&format!("{number},王凡,{number}号,B"));
    assert!(!format!("{:?}", rows[0]).contains(&number), "{:?}", rows[0]);
    assert!(rows[0].shown.name.starts_with("320***"));
}

#[test]
fn one_number_twice_spoils_every_row_of_it() {
    let (one, other) = (id(1), id(2));
    let rows = read(&format!(
        "王凡,{one},,B\n\n李静,{other},,B\n孔维嘉,'{},,B\n周敏,{one},1,B",
        one.to_lowercase()
    ));
    let good: Vec<_> = rows.iter().filter(|r| r.entry.is_ok()).map(|r| r.row).collect();
    assert_eq!(good, [4]);
    let last = rows.iter().find(|r| r.row == 6).unwrap().entry.clone().unwrap_err();
    assert_eq!(last.len(), 2, "a duplicate is named beside the other faults");
    assert!(last[1].reason.contains("第 2 行和第 6 行"), "{}", last[1]);
    let first = rows[0].entry.clone().unwrap_err();
    assert_eq!(first.len(), 2);
    assert!(first[0].reason.contains("第 2 行和第 5 行"), "{}", first[0]);
}

#[test]
fn a_number_in_the_id_column_of_a_workbook_is_always_refused() {
    let mut book = Workbook::new();
    let page = book.add_worksheet();
    let as_date = Format::new().set_num_format("yyyy-mm");
    for (column, header) in
        ["姓名", "身份证号", "联系电话", "团支部", "入团年月"].iter().enumerate()
    {
        page.write(0, column as u16, *header).unwrap();
    }
    for row in 1..=2 {
        page.write(row, 0, "王凡").unwrap();
        page.write(row, 2, 18_625_201_029_f64).unwrap();
        page.write(row, 3, 12).unwrap();
        page.write_number_with_format(row, 4, 43_070.0, &as_date).unwrap();
    }
    page.write(1, 1, 320_102_200_001_015_539_f64).unwrap();
    page.write(2, 1, id(5)).unwrap();
    let rows = rows_of(&book.save_to_buffer().unwrap(), &MemberOptions::default());
    let fault = rows[0].entry.clone().unwrap_err();
    assert!(
        fault[0].reason.starts_with("身份证号在表里是数字，Excel 已丢失后几位"),
        "{}",
        fault[0]
    );
    assert_eq!(fault[0].value, "320***************");
    let (entry, branch) = rows[1].entry.clone().unwrap();
    assert_eq!((entry.phone.as_str(), branch.as_str()), ("18625201029", "12"));
    assert_eq!(entry.profile.joined_on, "2017-12");
}

#[test]
fn other_documents_and_a_given_branch_are_taken() {
    let text = format!(
        "姓名,证件号码,证件类型,出生年月\n陈一,h12345678,其他,\n林二,{},,2000年1月\n",
        { id_from("32010220000131553") }
    );
    let options = MemberOptions { branch: Some("B9".to_owned()), ..Default::default() };
    let rows = rows_of(text.as_bytes(), &options);
    let (entry, branch) = rows[0].entry.clone().unwrap();
    assert_eq!((entry.document, entry.id_number.reveal()), (DocumentKind::Other, "H12345678"));
    assert_eq!(branch, "B9");
    assert!(rows[1].entry.is_ok());
}

/// What stands in the cells of name, number, phone and month, and what is kept of it; none where the
/// row is refused.
#[test]
fn each_way_of_writing_a_cell_has_its_outcome() {
    let good = id_from("32010220000101553");
    let wide: String =
        good.chars().map(|c| char::from_u32(u32::from(c) + 0xFEE0).unwrap_or(c)).collect();
    let old = "320102900307123";
    let raised = id_from("32010219900307123");
    let kept = |name: &str, number: &str, month: &str| {
        Some((name.to_owned(), number.to_owned(), month.to_owned()))
    };
    let plain = kept("王凡", &good, "2017-12");
    for (name, number, month, wanted) in [
        ("王凡", good.as_str(), "2017.12", plain.clone()),
        ("　王 凡 ", &good, "2017年12月", plain.clone()),
        ("王凡'", &format!("'{good}'"), "201712", plain.clone()),
        ("王凡", &wide, "２０１７－１２－１", plain.clone()),
        ("王凡", &format!("{good}  "), "2017-12-1", plain.clone()),
        ("王凡", &good.to_lowercase(), "43070", plain.clone()),
        ("王凡", &good, "2017/12/1 00:00:00", plain),
        ("王凡", old, "", kept("王凡", &raised, "")),
        ("古丽米热•艾力", &good, "", kept("古丽米热·艾力", &good, "")),
        ("古丽米热⋅艾力", &good, "", kept("古丽米热·艾力", &good, "")),
        ("古丽米热.艾力", &good, "", kept("古丽米热·艾力", &good, "")),
        ("𠮷田䶮", &good, "", kept("𠮷田䶮", &good, "")),
        ("王\u{1b}[31m凡", &good, "", None),
        ("王凡", "3.2E+17", "", None),
        ("王凡", "3.20102E17", "", None),
        ("王凡", "320102200001010000", "", None),
        ("王凡", "320102900332123", "", None),
        ("王凡", &good, "2017.1", None),
        ("王凡", &good, "17-12", None),
    ] {
        let rows = read(&format!("{name},{number},,B,{month}"));
        let entry = rows[0].entry.as_ref().ok().map(|(entry, _)| {
            let number = entry.id_number.reveal().to_owned();
            (entry.name.clone(), number, entry.profile.joined_on.clone())
        });
        assert_eq!(entry, wanted, "{name} {number} {month}: {:?}", rows[0].entry);
    }
}
