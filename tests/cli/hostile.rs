//! Whatever somebody hands in: read rightly, or refused in one sentence, within bounds, with nothing
//! written.

use std::fmt::Write;
use std::path::Path;
use std::time::{Duration, Instant};

use tuanzhuan::exchange::sheet::{Alien, Ending, SheetFaultCause};

use crate::support::hostile::*;
use crate::support::{Ended, Office, office};

/// Longest that a file may take.
const PATIENCE: Duration = Duration::from_secs(20);
/// Most memory of a process, in KiB.
const MEMORY: i64 = 600 * 1024;

/// What becomes of a file.
enum Outcome {
    /// So many rows are good, bad and present; the output has these words too.
    Rows(usize, usize, usize, &'static str),
    /// It is refused with exactly this.
    Refused(SheetFaultCause),
    /// It is refused with a sentence that has these words.
    Says(&'static str),
}

use Outcome::{Refused, Rows, Says};

/// The files lie in a folder of their own, so that what else appears is seen.
struct Place {
    office: Office,
    folder: tempfile::TempDir,
}

impl Place {
    fn new() -> Self {
        let office = office();
        let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
        std::fs::set_permissions(office.path("admin.pw"), private).unwrap();
        Self { office, folder: tempfile::tempdir().unwrap() }
    }

    /// Checks what becomes of a file.
    #[track_caller]
    fn is(&self, name: &str, bytes: &[u8], outcome: &Outcome) {
        let path = self.folder.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        self.is_at(&path, &[], outcome);
        std::fs::remove_file(&path).unwrap();
        assert_eq!(std::fs::read_dir(self.folder.path()).unwrap().count(), 0, "{name} left more");
    }

    #[track_caller]
    fn is_at(&self, path: &Path, more: &[&str], outcome: &Outcome) {
        let shown = path.display().to_string();
        let began = Instant::now();
        let args = [&["member", "import", &shown, "--dry-run", "--skip-bad"], more].concat();
        let ended = self.office.admin(&args);
        assert!(began.elapsed() < PATIENCE, "{shown} took {:?}", began.elapsed());
        check(&shown, &ended, outcome);
    }
}

#[track_caller]
fn check(path: &str, ended: &Ended, outcome: &Outcome) {
    match outcome {
        Rows(good, bad, present, words) => {
            let wanted = format!("可导入 {good} 行，要改 {bad} 行，重复 {present} 行");
            let said = &ended.out;
            assert!(said.contains(&wanted) && said.contains(words), "{path}: {ended:?}");
            assert_eq!(ended.code, if bad + present > 0 { 3 } else { 0 }, "{path}: {ended:?}");
        }
        Refused(cause) => {
            assert!(ended.err.trim_end().ends_with(&format!("」{cause}")), "{path}: {ended:?}");
            assert!(ended.code != 0 && ended.out.is_empty(), "{path}: {ended:?}");
        }
        Says(words) => {
            assert!(ended.err.contains(words), "{path}: {ended:?}");
            assert!(ended.code != 0 && ended.out.is_empty(), "{path}: {ended:?}");
        }
    }
    let lines = ended.err.trim_end().lines().count();
    assert!(lines <= 1, "one sentence is enough: {ended:?}");
    assert!(!ended.err.contains("panicked"), "{ended:?}");
}

/// The largest process that ended so far, and those that it waited for.
fn memory() -> i64 {
    let usage = nix::sys::resource::getrusage(nix::sys::resource::UsageWho::RUSAGE_CHILDREN);
    usage.unwrap().max_rss()
}

#[test]
fn odd_files_of_offices_are_read() {
    let place = Place::new();
    let grid = register();
    let comma = text(&grid, ",", "\n");
    let two = Rows(2, 0, 0, "");
    let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
    let titled = format!("某某团委团员名单,,,,\n制表：2024 年,,,,\n\n{comma}");
    let mixed = comma.replacen('\n', "\r\n", 1).replacen("05\n", "05\r", 1);
    for (name, bytes) in [
        ("utf8.csv", comma.clone().into_bytes()),
        ("marked.csv", marked(b"\xEF\xBB\xBF", comma.as_bytes())),
        ("marked twice.csv", marked(b"\xEF\xBB\xBF\xEF\xBB\xBF", comma.as_bytes())),
        ("gb.csv", gb(&comma)),
        ("wide.txt", marked(b"\xFF\xFE", &utf16(&text(&grid, "\t", "\r\n"), u16::to_le_bytes))),
        ("wide other.txt", marked(b"\xFE\xFF", &utf16(&comma, u16::to_be_bytes))),
        ("wide unmarked.txt", utf16(&text(&grid, "\t", "\r\n"), u16::to_le_bytes)),
        ("wide unmarked other.txt", utf16(&comma, u16::to_be_bytes)),
        ("semicolon.csv", text(&grid, ";", "\r\n").into_bytes()),
        ("pasted.txt", text(&grid, "\t", "\n").into_bytes()),
        ("old line ends.csv", text(&grid, ",", "\r").into_bytes()),
        ("mixed line ends.csv", mixed.into_bytes()),
        ("titled.csv", titled.into_bytes()),
        ("book.xlsx", book(sheet_xml(&grid, "").as_bytes(), "")),
        ("book by another name.csv", book(sheet_xml(&grid, "").as_bytes(), "")),
        ("text by another name.xlsx", comma.clone().into_bytes()),
        ("old.xls", old_book_of(&grid)),
        ("page.xls", page(&grid, "utf-8").into_bytes()),
        ("page in gb.xls", gb(&page(&grid, "gb2312"))),
        ("xml.xls", sheetml(&grid, "").into_bytes()),
    ] {
        place.is(name, &bytes, &two);
    }
}

#[test]
fn odd_cells_are_cleaned_or_refused() {
    let place = Place::new();
    let grid = register();
    let with = |row: usize, column: usize, text: &str| {
        let mut grid = grid.clone();
        grid[row][column] = text.to_owned();
        grid
    };
    let comma = |grid: &Grid| text(grid, ",", "\n").into_bytes();
    let wide = |text: &str| text.replace(|c: char| c.is_ascii_digit(), "９");
    for (name, bytes, outcome) in [
        (
            "escapes.csv",
            comma(&with(1, 0, "孔\u{1b}[31m维\u{202E}新\u{200B}")),
            Rows(1, 1, 0, "里有"),
        ),
        ("escape in header.csv", comma(&with(0, 0, "姓\u{1b}名\u{202E}")), Rows(2, 0, 0, "")),
        (
            "encoded escape.xlsx",
            book(sheet_xml(&with(1, 0, "孔_x001B_维新"), "").as_bytes(), ""),
            Rows(2, 0, 0, ""),
        ),
        ("dots.csv", comma(&with(2, 0, "古丽米热•艾力")), Rows(2, 0, 0, "")),
        ("rare.csv", gb(&text(&with(1, 0, "𠮷䶮"), ",", "\n")), Rows(2, 0, 0, "")),
        (
            "phone in full width.csv",
            comma(&with(1, 2, &wide("13900000011"))),
            Rows(1, 1, 0, "手机号"),
        ),
        (
            "lost.csv",
            comma(&with(1, 0, "孔\u{FFFD}")),
            Refused(SheetFaultCause::LostCharacter { row: 2 }),
        ),
        ("number.csv", comma(&with(1, 1, "3.20102E+17")), Rows(1, 1, 0, "后几位已丢失")),
        ("zeros.csv", comma(&with(1, 1, "320102200901010000")), Rows(1, 1, 0, "后几位已丢失")),
        ("apostrophes.csv", comma(&with(1, 1, &format!("'{}' ", grid[1][1]))), Rows(2, 0, 0, "")),
        ("old number.csv", comma(&with(1, 1, "320102900307123")), Rows(2, 0, 0, "已升为 18 位")),
        (
            "twice.csv",
            comma(&with(2, 1, &grid[1][1])),
            Rows(0, 2, 0, "文件里自己重复（算在要改里） 2 行"),
        ),
        (
            "known.csv",
            comma(&with(1, 1, &crate::support::member(1))),
            Rows(1, 0, 1, "库里已有 1 行"),
        ),
    ] {
        place.is(name, &bytes, &outcome);
    }
}

#[test]
fn a_number_for_an_id_is_refused_with_the_reason() {
    let place = Place::new();
    let number = format!(
        "<row r=\"1\">{}</row><row r=\"2\"><c r=\"A2\" t=\"str\"><f>X()</f><v>孔维新</v></c><c r=\"B2\"><v>320102200901010119</v></c><c r=\"D2\" t=\"str\"><f>1+1</f><v>B1</v></c></row>",
        "<c r=\"A1\" t=\"inlineStr\"><is><t>姓名</t></is></c><c r=\"B1\" t=\"inlineStr\"><is><t>身份证号</t></is></c><c r=\"D1\" t=\"inlineStr\"><is><t>所在团支部</t></is></c>"
    );
    place.is(
        "numeric.xlsx",
        &book(sheet_of(&number, "").as_bytes(), ""),
        &Rows(0, 1, 0, "Excel 已丢失后几位"),
    );
    let cells = [
        (0, 0, OldCell::Text("姓名")),
        (0, 1, OldCell::Text("身份证号")),
        (0, 2, OldCell::Text("团支部")),
        (1, 0, OldCell::Text("孔维新")),
        (1, 1, OldCell::Number(3.2010220090101e17)),
        (1, 2, OldCell::Text("B1")),
    ];
    place.is("numeric.xls", &old_book(&cells), &Rows(0, 1, 0, "Excel 已丢失后几位"));
}

#[test]
fn hidden_things_are_told_and_chosen() {
    let place = Place::new();
    let xml =
        sheet_xml(&register(), "<mergeCells count=\"1\"><mergeCell ref=\"A5:B5\"/></mergeCells>");
    let hidden = xml.replace("<row r=\"3\">", "<row r=\"3\" hidden=\"1\">");
    let path = place.folder.path().join("hidden.xlsx");
    std::fs::write(&path, book(hidden.as_bytes(), "")).unwrap();
    place.is_at(&path, &[], &Rows(2, 0, 0, "第 3 行在表里被隐藏，也会导入"));
    place.is_at(&path, &["--skip-hidden"], &Rows(1, 0, 0, "第 3 行在表里被隐藏，不导入"));
    place.is_at(&path, &["--sheet", "名单"], &Rows(2, 0, 0, "合并的格子"));
    place.is_at(&path, &["--sheet", "2"], &Says("里没有工作表「2」，现在有：名单"));
    let two = text(&register(), ",", "\n");
    let path = place.folder.path().join("header.csv");
    std::fs::write(&path, format!("姓名,身份证号,说明\n{two}")).unwrap();
    place.is_at(&path, &["--header-row", "2"], &Rows(2, 0, 0, ""));
    place.is_at(&path, &["--header-row", "9"], &Says("第 9 行没有内容"));
    place.is_at(&path, &["--encoding", "utf-16le"], &Says("不是按「UTF-16」存的"));
    place.is_at(&path, &["--delimiter", "tab"], &Says("没找到表头"));
}

#[test]
fn what_is_no_table_says_what_it_is() {
    let place = Place::new();
    let alien = |alien| Refused(SheetFaultCause::Alien(alien));
    let zip = |name: &str| archive(&[(name, b"<a/>"), ("mimetype", b"x")]);
    let locked = compound("EncryptedPackage", &[7; 5000]);
    let broken = |words| Says(words);
    let whole = book(sheet_xml(&register(), "").as_bytes(), "");
    let old = old_book_of(&register());
    for (name, bytes, outcome) in [
        ("empty.csv", Vec::new(), Refused(SheetFaultCause::Empty)),
        ("empty.xlsx", Vec::new(), Refused(SheetFaultCause::Empty)),
        ("blank.csv", b"\xEF\xBB\xBF\n , \n".to_vec(), Refused(SheetFaultCause::Empty)),
        ("a.pdf", b"%PDF-1.7\n%\xE2\xE3\n".to_vec(), alien(Alien::Pdf)),
        ("a.png", b"\x89PNG\r\n\x1a\n\0\0".to_vec(), alien(Alien::Picture)),
        ("a.csv", b"\xFF\xD8\xFF\xE0".to_vec(), alien(Alien::Picture)),
        ("a.rar", b"Rar!\x1a\x07\0".to_vec(), alien(Alien::Archive)),
        ("a.gz", b"\x1f\x8b\x08\0".to_vec(), alien(Alien::Archive)),
        ("a.docx", zip("word/document.xml"), alien(Alien::Document)),
        ("a.doc", compound("WordDocument", b"x"), alien(Alien::Document)),
        ("a.pptx", zip("ppt/presentation.xml"), alien(Alien::Slides)),
        ("a.xlsb", zip("xl/workbook.bin"), alien(Alien::BinaryWorkbook)),
        ("a.ods", zip("content.xml"), alien(Alien::OpenDocument)),
        ("a.zip", zip("名单.xlsx"), alien(Alien::Archive)),
        ("slip.xlsx", zip("../../../../tmp/x.xlsx"), alien(Alien::Archive)),
        ("a.mht", b"MIME-Version: 1.0\r\n".to_vec(), alien(Alien::SavedPage)),
        ("other.xls", compound("Contents", b"x"), alien(Alien::Compound)),
        ("locked.xlsx", locked, Refused(SheetFaultCause::Locked)),
        ("no table.xls", b"<html>expired</html>".to_vec(), Refused(SheetFaultCause::NoTable)),
        ("other.xml", b"<?xml version='1.0'?><a/>".to_vec(), alien(Alien::Xml)),
        ("zeros.csv", "姓名,身份证号\n孔\0".into(), Refused(SheetFaultCause::NotText)),
        ("noise.csv", b"\xC4\xE3\xFF\xFF,a\n".to_vec(), Refused(SheetFaultCause::Undecodable)),
        ("cut.xlsx", whole[..whole.len() / 2].to_vec(), broken("打不开，可能没有存完或已损坏")),
        ("cut.xls", old[..900].to_vec(), alien(Alien::Compound)),
    ] {
        place.is(name, &bytes, &outcome);
    }
    let official = "转出人,转出团组织,转入团组织,申请时间,完成时间,处理状态,操作\n张三,甲,乙,2024-06-01,,审批中,查看\n";
    place.is("official.csv", official.as_bytes(), &Says("官网导出的转接列表"));
}

#[test]
fn texts_that_mean_harm_are_refused() {
    let place = Place::new();
    let wide = format!("姓名,身份证号{}x\n", ",".repeat(10_000));
    let mut open = text(&register(), ",", "\n").replacen("B1", "\"B1", 1);
    (0..1000).for_each(|n| writeln!(open, "孔维新,{n}").unwrap());
    let long = "a".repeat(100 * 1024 * 1024);
    let columns = SheetFaultCause::TooManyColumns { row: 1, found: 10_002 };
    place.is("wide.csv", wide.as_bytes(), &Refused(columns));
    place.is("open quote.csv", open.as_bytes(), &Refused(SheetFaultCause::OpenQuote { row: 2 }));
    place.is("one line.csv", long.as_bytes(), &Refused(SheetFaultCause::RowTooLong { row: 1 }));
    let cell = format!("姓名,身份证号\n{},1\n", "字".repeat(40_000));
    let cause = SheetFaultCause::CellTooLong { row: 2, column: 1 };
    place.is("long cell.csv", cell.as_bytes(), &Refused(cause));
    let name = "名\u{1b}[2J\u{202E}单.csv";
    place.is(name, b"\0\0\0\0", &Says("「名[2J单.csv」"));
}

#[test]
fn workbooks_that_mean_harm_are_refused() {
    let place = Place::new();
    let broken = |words| Says(words);
    let rows = |more: &str| sheet_of(more, "");
    let far = rows("<row r=\"1048576\"><c r=\"XFD1048576\"><v>1</v></c></row>");
    let cause = SheetFaultCause::TooManyColumns { row: 1_048_576, found: 16_384 };
    place.is("far corner.xlsx", &book(far.as_bytes(), ""), &Refused(cause));
    let beyond = rows("<row r=\"1\"><c r=\"XFE1\"><v>1</v></c></row>");
    place.is("beyond.xlsx", &book(beyond.as_bytes(), ""), &Says("」"));
    let grid = sheet_xml(&register(), "");
    let liar = "<sst count=\"4294967295\" uniqueCount=\"4294967295\"><si><t>a</t></si></sst>";
    let room = Refused(SheetFaultCause::Fallen(Ending::OutOfMemory));
    place.is("counts that lie.xlsx", &book(grid.as_bytes(), liar), &room);
    let laughs = "<?xml version=\"1.0\"?><!DOCTYPE l [<!ENTITY a \"haha\"><!ENTITY b \"&a;&a;&a;&a;\"><!ENTITY x SYSTEM \"file:///etc/hostname\">]><sst><si><t>&b;&x;</t></si></sst>";
    place.is("laughs.xlsx", &book(grid.as_bytes(), laughs), &broken("打不开"));
    let prologue = "<!DOCTYPE l [<!ENTITY a \"haha\"><!ENTITY x SYSTEM \"file:///etc/hostname\">]>";
    let mut named = register();
    named[1][4] = "&x;".to_owned();
    place.is("laughs.xls", sheetml(&named, prologue).as_bytes(), &Rows(1, 1, 0, "「&x;」"));
    let bomb = book(&vec![b' '; 300 * 1024 * 1024], "");
    place.is("bomb.xlsx", &bomb, &Refused(SheetFaultCause::Inflated));
    let many: Vec<(String, Vec<u8>)> =
        (0..300).map(|n| (format!("xl/media/{n}.png"), vec![0; 10])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(n, c)| (n.as_str(), c.as_slice())).collect();
    let crowd = book_with(grid.as_bytes(), "", &many);
    place.is("crowd.xlsx", &crowd, &Refused(SheetFaultCause::Inflated));
    let nested =
        book_with(grid.as_bytes(), "", &[("xl/embeddings/a.zip", &bomb), ("../../x", b"x")]);
    place.is("nested.xlsx", &nested, &Rows(2, 0, 0, ""));
    let mut lying = bomb;
    for at in (0..lying.len() - 4).rev() {
        if lying[at..].starts_with(b"PK\x01\x02") {
            lying[at + 24..at + 28].copy_from_slice(&9_u32.to_le_bytes());
        }
    }
    place.is("sizes that lie.xlsx", &lying, &Says("」"));
    let mut cells = String::new();
    for n in 1..=23_000 {
        write!(cells, "<row r=\"{n}\">{}</row>", "<c><v>1</v></c>".repeat(220)).unwrap();
    }
    let cause = Refused(SheetFaultCause::Inflated);
    place.is("cells.xlsx", &book(rows(&cells).as_bytes(), ""), &cause);
    assert!(memory() < MEMORY, "{} KiB", memory());
}

#[test]
fn old_workbooks_and_pages_that_mean_harm_are_refused() {
    let place = Place::new();
    let corner = [(0, 0, OldCell::Text("姓名")), (65_535, 255, OldCell::Text("x"))];
    let room = Refused(SheetFaultCause::Fallen(Ending::OutOfMemory));
    place.is("far corner.xls", &old_book(&corner), &room);
    let mut loops = old_book_of(&register());
    // Every sector of the table is followed by itself.
    let table = loops.len() - 512;
    (0..120u32).for_each(|n| {
        let at = table + n as usize * 4;
        loops[at..at + 4].copy_from_slice(&n.to_le_bytes());
    });
    place.is("loop.xls", &loops, &Says("」"));
    let wide = format!("<table><tr>{}</table>", "<td>x".repeat(10_000));
    let cause = SheetFaultCause::TooManyColumns { row: 1, found: 10_000 };
    place.is("wide.xls", wide.as_bytes(), &Refused(cause));
    let deep = "<table><tr><td>".repeat(200_000);
    place.is("deep.xls", deep.as_bytes(), &Refused(SheetFaultCause::NoTable));
    let spans = "<table>".to_owned() + &"<tr><td colspan=9999 rowspan=99999>x".repeat(2000);
    let cause = SheetFaultCause::TooManyColumns { row: 2, found: 257 };
    place.is("spans.xls", spans.as_bytes(), &Refused(cause));
    let tags = "<a \"".repeat(200_000);
    place.is("tags.xls", tags.as_bytes(), &Refused(SheetFaultCause::NoTable));
    assert!(memory() < MEMORY, "{} KiB", memory());
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_never_read() {
    let place = Place::new();
    let path = |name: &str| place.folder.path().join(name);
    place.is_at(place.folder.path(), &[], &Refused(SheetFaultCause::Folder));
    place.is_at(Path::new("/dev/zero"), &[], &Refused(SheetFaultCause::NoFile));
    let pipe = path("pipe.csv");
    nix::unistd::mkfifo(&pipe, nix::sys::stat::Mode::S_IRWXU).unwrap();
    place.is_at(&pipe, &[], &Refused(SheetFaultCause::NoFile));
    let (one, other) = (path("one.csv"), path("other.csv"));
    std::os::unix::fs::symlink(&one, &other).unwrap();
    std::os::unix::fs::symlink(&other, &one).unwrap();
    place.is_at(&one, &[], &Says("打不开文件"));
    place.is_at(&path("none.csv"), &[], &Says("没有这个文件"));
}

#[test]
fn rows_to_be_mended_come_back_in_a_file_that_can_be_imported() {
    let place = Place::new();
    let mut grid = register();
    grid[2][2] = "139".to_owned();
    let path = place.folder.path().join("名单.xls");
    std::fs::write(&path, old_book_of(&grid)).unwrap();
    for name in ["bad.xlsx", "bad.csv"] {
        let bad = place.folder.path().join(name);
        let (path, bad_text) = (path.display().to_string(), bad.display().to_string());
        let args = ["member", "import", &path, "--dry-run", "--skip-bad", "--save-bad", &bad_text];
        let said = place.office.admin(&args).code(3);
        assert!(said.err.contains("要改的 1 行已另存为"), "{said:?}");
        place.is_at(&bad, &[], &Rows(0, 1, 0, "手机号"));
        place.office.admin(&args).code(6);
    }
}

#[test]
fn what_a_column_is_called_is_remembered() {
    let place = Place::new();
    let path = place.folder.path().join("名单.csv");
    let named = |n: u32| {
        let id = crate::support::member(n);
        format!("名,证号,支部\n孔维新,{id},B1\n")
    };
    std::fs::write(&path, named(31)).unwrap();
    place.is_at(&path, &[], &Says("没找到表头"));
    let shown = path.display().to_string();
    let maps = ["--map", "名=name", "--map", "证号=id_number", "--map", "支部=branch"];
    place.office.admin(&[&["member", "import", &shown], &maps[..]].concat()).code(0);
    std::fs::write(&path, named(32)).unwrap();
    place.is_at(&path, &[], &Rows(1, 0, 0, "沿用上次"));
    place.office.admin(&["member", "import", &shown]).code(0);
    let again = place.office.admin(&["member", "import", &shown]);
    assert!(again.err.contains("没有改动"), "{again:?}");
    // A list of organisations with such a header is another thing.
    place.office.admin(&["org", "import", &shown, "--dry-run"]).code(74);
}
