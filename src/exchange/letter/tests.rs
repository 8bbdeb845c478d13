//! What lies where on the sheets, and what is refused.

use super::lines::lines;
use super::roster::{Roster, Table};
use super::sheet::{A4, Mark};
use super::*;
use crate::domain::letter::PaperKind;

const BLANKS: &str = "____";

fn faces() -> Faces {
    Faces::new(None).unwrap()
}

fn values() -> Values {
    let mut values = Values::default();
    for (slot, text) in [
        (Slot::Number, "2020-0013"),
        (Slot::Addressee, "某某市天宁区青龙街道团工委"),
        (Slot::Name, "孔维嘉"),
        (Slot::Sex, "男"),
        (Slot::EthnicGroup, "汉族"),
        (Slot::Born, "2000年1月"),
        (Slot::Document, "居民身份证"),
        (Slot::IdNumber, "320102200001010011"),
        (Slot::JoinedOn, "2015年5月"),
        (Slot::MembershipNumber, "201500000001"),
        (Slot::Origin, "某某大学机械工程学院2016级车辆工程1班团支部"),
        (Slot::Destination, "某某市天宁区青龙街道团工委"),
        (Slot::Reason, "已落实工作单位（工作单位无团组织）"),
        (Slot::FeesPaidTo, "2020年6月"),
        (Slot::ValidDays, "90"),
        (Slot::ValidUntil, "2020年8月31日"),
        (Slot::Issuer, "某某大学团委"),
        (Slot::IssuedOn, "2020年6月2日"),
        (Slot::Clerk, "周敏"),
        (Slot::Contact, "周敏"),
        (Slot::ContactPhone, "0509-83285101"),
        (Slot::Transfer, "ZJ20200602-0013"),
    ] {
        values.put(slot, text);
    }
    values
}

fn template(kind: PaperKind) -> Template {
    Template::read(kind, "内置", Template::built_in_text(kind).as_bytes()).unwrap()
}

fn letters(values: &Values) -> Vec<Sheet> {
    letter_sheets(&faces(), &template(PaperKind::Letter).fill(values), "")
}

/// A name of so many characters.
fn long(n: usize) -> String {
    "某某省某某市某某区某某街道某某社区第一二三四五六七八九十".chars().cycle().take(n).collect()
}

/// The texts of a sheet with the boxes they fill: left, top, right, bottom, size.
fn boxes(faces: &Faces, sheet: &Sheet) -> Vec<(String, [f32; 5])> {
    let texts = sheet.marks.iter().filter_map(|mark| match mark {
        Mark::Text { at, size, text, .. } => Some((at, *size, text)),
        Mark::Line { .. } => None,
    });
    texts
        .map(|(at, size, text)| {
            let right = at.0 + faces.width(text, size);
            (text.clone(), [at.0, at.1 - size * 0.8, right, at.1 + size * 0.15, size])
        })
        .collect()
}

/// Everything lies on the paper, nothing over anything else.
fn check_places(sheet: &Sheet) {
    let faces = faces();
    let boxes = boxes(&faces, sheet);
    for (at, (text, [left, top, right, bottom, _])) in boxes.iter().enumerate() {
        assert!(*left >= 20.0 && *right <= sheet.size.0 - 20.0, "{text}: {left} to {right}");
        assert!(*top >= 15.0 && *bottom <= sheet.size.1 - 15.0, "{text}: {top} to {bottom}");
        for (other, [l, t, r, b, _]) in boxes.iter().skip(at + 1) {
            let apart = right <= l || r <= left || bottom <= t || b <= top;
            assert!(apart, "「{text}」 lies over 「{other}」");
        }
    }
}

/// The texts of a sheet in one, blanks at the ends of lines taken out.
fn run_on(sheet: &Sheet) -> String {
    sheet.texts().collect()
}

#[test]
fn a_letter_has_three_parts_and_its_number_across_the_first_cut() {
    let sheets = letters(&values());
    let [sheet] = sheets.as_slice() else { panic!("one sheet") };
    check_places(sheet);
    let texts: Vec<&str> = sheet.texts().collect();
    assert_eq!(texts.iter().filter(|text| text.contains("第 2020-0013 号")).count(), 4);
    assert_eq!(texts.iter().filter(|text| **text == "盖章处").count(), 3);
    let all = run_on(sheet);
    for wanted in [
        "团员组织关系介绍信（存根）",
        "居民身份证号码 320102200001010011",
        "至2020年8月31日止",
        "由某某大学机械工程学院2016级车辆工程1班团支部转往你处",
        "团费已交至 2020年6月",
        "团员组织关系介绍信（回执）",
        "______年____月____日",
    ] {
        assert!(all.contains(wanted), "{wanted}\n{all}");
    }
    let seam = boxes(&faces(), sheet).into_iter().find(|(text, _)| text.contains("骑缝"));
    let (_, [_, top, _, bottom, _]) = seam.unwrap();
    let cut = sheet.marks.iter().find_map(|mark| match mark {
        Mark::Line { from, to, .. } if from.0 == 0.0 && from.1 == to.1 => Some(from.1),
        Mark::Line { .. } | Mark::Text { .. } => None,
    });
    let cut = cut.unwrap();
    assert!(top < cut && cut < bottom, "the cut goes through the number: {top} {cut} {bottom}");
}

#[test]
fn long_names_shrink_the_type_and_stay_in_their_part() {
    let mut values = values();
    for slot in [Slot::Origin, Slot::Destination, Slot::Addressee, Slot::Issuer] {
        values.put(slot, long(120));
    }
    values.put(Slot::Reason, long(40));
    let sheets = letters(&values);
    let [sheet] = sheets.as_slice() else { panic!("one sheet") };
    check_places(sheet);
    assert!(run_on(sheet).contains(&long(120)), "no character of a name is lost");
    let sizes = boxes(&faces(), sheet).into_iter().map(|(_, place)| place[4]);
    assert!(sizes.fold(99.0, f32::min) >= 8.0, "type stays large enough to read");
}

#[test]
fn what_is_not_known_stays_a_blank_line() {
    let sheets = letters(&Values::default());
    let [sheet] = sheets.as_slice() else { panic!("one sheet") };
    check_places(sheet);
    assert!(run_on(sheet).contains(&format!("兹有{BLANKS}")));
}

#[test]
fn a_reprint_says_so_on_each_part() {
    let filled = template(PaperKind::Letter).fill(&values());
    let sheets = letter_sheets(&faces(), &filled, "补打（第 2 次）");
    check_places(&sheets[0]);
    assert_eq!(sheets[0].texts().filter(|text| text.starts_with("补打")).count(), 3);
}

#[test]
fn a_template_that_is_too_long_goes_on_overleaf() {
    let text = Template::built_in_text(PaperKind::Letter);
    let extra: String = (0..90).map(|n| format!("补充说明第 {n} 条：{}。\n", long(30))).collect();
    let text = text.replace("经办人：{经办人}", &format!("{extra}经办人：{{经办人}}"));
    let template = Template::read(PaperKind::Letter, "自己的", text.as_bytes()).unwrap();
    let sheets = letter_sheets(&faces(), &template.fill(&values()), "");
    assert!(sheets.len() > 1, "{}", sheets.len());
    sheets.iter().for_each(check_places);
    let all: String = sheets.iter().map(run_on).collect();
    assert!((0..90).all(|n| all.contains(&format!("补充说明第 {n} 条"))));
    assert!(all.contains("（下转附页）") && all.contains("存根附页"));
}

#[test]
fn forms_fit_and_flow() {
    for kind in [PaperKind::Retention, PaperKind::Notice] {
        let filled = template(kind).fill(&values());
        let sheets = form_sheets(&faces(), &filled);
        assert_eq!(sheets.len(), 1, "{kind:?}");
        sheets.iter().for_each(check_places);
        assert!(run_on(&sheets[0]).contains("孔维嘉"));
    }
    let long_text = format!("[正文]\n= 题\n{{姓名}}\n{}", "　　一段话。\n".repeat(120));
    let template = Template::read(PaperKind::Notice, "x", long_text.as_bytes()).unwrap();
    let sheets = form_sheets(&faces(), &template.fill(&values()));
    assert!(sheets.len() > 2);
    sheets.iter().for_each(check_places);
    assert!(run_on(&sheets[1]).contains(&format!("第 2 页，共 {} 页", sheets.len())));
}

#[test]
fn lines_obey_the_rules_of_chinese_print() {
    let faces = faces();
    let text = "兹有（张三）同志，系“共青团员”，号码 320102200001010011，于 2020年6月2日《转出》。至 ______年____月____日 止！Supercalifragilisticexpialidocious";
    for room in 24..400 {
        let room = room as f32;
        let set = lines(&faces, text, 12.0, room);
        let joined: String = set.concat();
        let plain = |text: &str| text.replace(' ', "");
        assert_eq!(plain(&joined), plain(text), "nothing is lost at {room}");
        for (n, line) in set.iter().enumerate() {
            assert!(faces.width(line, 12.0) <= room + 0.01, "{line} at {room}");
            let (first, last) = (line.chars().next().unwrap(), line.chars().last().unwrap());
            // Where a line is shorter than what must stay together, there is no other way.
            if room >= 150.0 {
                assert!(!"，。）”》！".contains(first), "{line} at {room}");
                assert!(n + 1 == set.len() || !"（“《".contains(last), "{line} at {room}");
                assert!(!"年月日".contains(first), "{line} at {room}");
            }
        }
    }
    assert_eq!(lines(&faces, "", 12.0, 100.0), [""]);
}

#[test]
fn rare_characters_of_names_have_glyphs_and_others_are_named() {
    let faces = faces();
    for name in
        ["䶮", "𬭎", "㛃", "㐱", "王喆", "阿依古丽·买买提", "赵珺", "李祎", "陳國強", "堃頔"]
    {
        assert_eq!(faces.missing(name), None, "{name}");
    }
    assert_eq!(faces.missing("张𪨊"), Some('𪨊'));
    let whose = "张某的介绍信「姓名」".to_owned();
    let said = PaperFault::NoGlyph { whose, character: '𪨊' }.to_string();
    for part in ["张某的介绍信", "「𪨊」", "U+2AA0A", "letter_font"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    assert_eq!(faces.missing("a\u{7}b"), Some('\u{7}'));
}

#[test]
fn an_own_font_is_read_or_refused_with_its_path() {
    assert_eq!(OwnFont::of("/x/a.ttc#2").path(), std::path::Path::new("/x/a.ttc"));
    assert_eq!(OwnFont::of("/x/a#b.ttf").path(), std::path::Path::new("/x/a#b.ttf"));
    let home = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = home.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path.display().to_string()
    };
    let font = include_bytes!("../../../assets/fonts/NotoSerifSC-Letter.ttf");
    let good = write("own.ttf", font);
    let own = Faces::new(Some(&OwnFont::of(&good))).unwrap();
    assert_eq!(own.glyph('张').unwrap().face, 0);
    assert_eq!(own.missing("张𪨊"), Some('𪨊'));
    let cut = write("cut.ttf", &font[..5000]);
    let bad = [write("text.ttf", b"no font"), write("empty.ttf", b""), format!("{good}#7")];
    let dir = home.path().display().to_string();
    for path in bad.into_iter().chain([dir, "/没有/这个.ttf".to_owned()]) {
        let said = Faces::new(Some(&OwnFont::of(&path))).err().unwrap().to_string();
        let shown = path.trim_end_matches("#7");
        assert!(said.contains(shown) && said.contains("letter_font"), "{said}");
    }
    // A font that ends early has no glyphs left, or is refused; the built-in one stands in.
    if let Ok(faces) = Faces::new(Some(&OwnFont::of(&cut))) {
        assert_eq!(faces.missing("张三"), None);
    }
}

#[test]
fn faults_of_templates_name_the_line() {
    let good = Template::built_in_text(PaperKind::Letter);
    let line_of = |part: &str| good.lines().position(|line| line.contains(part)).unwrap() + 1;
    let first_line_of = |part: &str| good.lines().position(|line| line == part).unwrap() + 1;
    let sex = line_of("{性别}");
    let cases = [
        (good.replacen("{性别}", "{姓別}", 1), sex, "不认识「{姓別}」"),
        (good.replacen("[骑缝]", "[騎缝]", 1), first_line_of("[骑缝]"), "可以用：存根、骑缝"),
        (good.replacen("[骑缝]", "[存根]", 1), first_line_of("[骑缝]"), "前面已经有了"),
        (good.replacen("{有效期至}", "", 3), first_line_of("[介绍信]"), "没有 {有效期至}"),
        (good.replacen("{性别}", "{性别", 1), sex, "花括号要成对"),
        (good.replacen("{性别}", "性别}", 1), sex, "花括号要成对"),
        (format!("开头\n{good}"), 1, "前面少了「[存根]」"),
        (good.split_once("[回执]").unwrap().0.to_owned(), 0, "还没有「[回执]」"),
    ];
    for (text, line, part) in cases {
        let said = Template::read(PaperKind::Letter, "letter.txt", text.as_bytes());
        let said = said.err().unwrap().to_string();
        assert!(said.contains(part), "{part}: {said}");
        assert!(line == 0 || said.contains(&format!("第 {line} 行")), "{line}: {said}");
        assert!(said.contains("letter.txt"));
    }
    let row = |row: &str| {
        let text = format!("[正文]\n{{姓名}}\n{row}\n");
        Template::read(PaperKind::Notice, "x", text.as_bytes()).map(drop).map_err(|f| f.to_string())
    };
    assert!(row("|2:姓名|{姓名}|").is_ok() && row("{编号}").unwrap_err().contains("不认识"));
    assert!(row("|姓名|{姓名}").unwrap_err().contains("竖线"));
    assert!(row("|姓名|").unwrap_err().contains("相间"));
    assert!(row("|99:姓名|x|").unwrap_err().contains("1 到 30"));
}

#[test]
fn templates_of_other_editors_are_read_or_refused() {
    let good = Template::built_in_text(PaperKind::Letter);
    let read = |bytes: &[u8]| Template::read(PaperKind::Letter, "x", bytes);
    let windows = format!("\u{feff}{}", good.replace('\n', "\r\n"));
    assert_eq!(read(windows.as_bytes()), read(good.as_bytes()));
    let (gbk, _, _) = encoding_rs::GB18030.encode("[存根]\n姓名");
    assert!(read(&gbk).err().unwrap().to_string().contains("UTF-8"));
    assert!(read(&vec![b'#'; 70 << 10]).err().unwrap().to_string().contains("字节"));
    let strange = good.replace("请予接收", "请予𪨊收");
    let said = read(strange.as_bytes()).unwrap().check_glyphs(&faces()).err().unwrap();
    assert!(said.to_string().contains("「𪨊」"));
}

#[test]
fn the_file_says_nothing_about_who_made_it() {
    let faces = faces();
    let mut file = PdfFile::new(&faces, "介绍信");
    letters(&values()).iter().for_each(|sheet| file.add(sheet));
    assert_eq!(file.n_sheets(), 1);
    let bytes = file.finish().unwrap();
    assert!(bytes.starts_with(b"%PDF-") && bytes.len() < 200_000, "{}", bytes.len());
    let text = String::from_utf8_lossy(&bytes);
    for word in ["CreationDate", "ModDate", "/Author", "/Creator", "/Producer"] {
        assert!(!text.contains(word), "{word}");
    }
    let mut again = PdfFile::new(&faces, "介绍信");
    letters(&values()).iter().for_each(|sheet| again.add(sheet));
    assert!(again.finish().unwrap() == bytes, "the same paper has the same bytes");
}

const COLUMNS: [(&str, u16); 3] = [("姓名", 12), ("身份证号", 20), ("所在团支部", 50)];

fn row(branch: &str) -> [String; 3] {
    ["孔维嘉".to_owned(), "320***************".to_owned(), branch.to_owned()]
}

#[test]
fn a_register_has_its_header_on_each_sheet() {
    let faces = faces();
    let roster = Roster { title: "团员", columns: &COLUMNS, remark: "操作记录末条 1:00" };
    let mut table = Table::new(&faces, roster);
    for n in 1..=150 {
        table.add(n, &row(&long(n % 130))).unwrap();
    }
    let sheets = table.sheets();
    assert!(sheets.len() > 3);
    for (n, sheet) in (1..).zip(&sheets) {
        check_places(sheet);
        assert_eq!(sheet.size, (A4.1, A4.0));
        let all = run_on(sheet);
        let foot = format!("第 {n} 页，共 {} 页", sheets.len());
        assert!(all.starts_with("团员姓名身份证号") && all.contains(&foot), "{all}");
    }
    let names: usize = sheets.iter().map(|s| s.texts().filter(|t| *t == "孔维嘉").count()).sum();
    assert_eq!(names, 150);
}

#[test]
fn a_register_refuses_what_it_cannot_print() {
    let faces = faces();
    let roster = Roster { title: "团员", columns: &COLUMNS, remark: "" };
    let mut table = Table::new(&faces, roster);
    let said = table.add(7, &row("某某𪨊")).unwrap_err().to_string();
    assert!(said.contains("第 7 行（孔维嘉）「所在团支部」") && said.contains("U+2AA0A"), "{said}");
    let said = table.add(8, &row(&long(9_000))).unwrap_err().to_string();
    assert!(said.contains("第 8 行") && said.contains("太长"), "{said}");
}
