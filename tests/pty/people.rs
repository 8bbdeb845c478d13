//! Invented people and files for the story.

use std::path::Path;

use tuanzhuan::domain::id_number::check_character;

/// An ID number with its right check character. County 320199 is given to no place, so none of
/// these numbers can be anybody's.
pub fn id_number(birthday: &str, order: u32) -> String {
    let first_17 = format!("320199{birthday}{order:03}");
    let check = char::from(check_character(first_17.as_bytes()));
    format!("{first_17}{check}")
}

/// The same with a check character that is wrong.
pub fn mistyped(number: &str) -> String {
    let check = if number.ends_with('0') { "1" } else { "0" };
    let first_17: String = number.chars().take(17).collect();
    first_17 + check
}

/// The password that the office hands out: the last eight characters of the ID number.
pub fn initial_password(number: &str) -> String {
    number.chars().skip(10).collect()
}

/// Somebody with an account.
pub struct Person {
    pub name: &'static str,
    pub number: String,
    pub phone: &'static str,
    /// The password that the person chooses.
    pub password: &'static str,
}

/// The administrator at the top.
pub fn superior() -> Person {
    let number = id_number("19880612", 101);
    Person { name: "沈知远", number, phone: "13300000001", password: "Qing-feng 71 shan" }
}

/// The administrator of the branch.
pub fn branch_administrator() -> Person {
    let number = id_number("19970305", 204);
    Person { name: "顾晓岚", number, phone: "13300000021", password: "Bai-yun 35 xi" }
}

/// The operator, who fills in and decides nothing.
pub fn clerk() -> Person {
    let number = id_number("19950717", 506);
    Person { name: "孟远舟", number, phone: "13300000031", password: "zhou1995x" }
}

/// The member who moves.
pub fn member() -> (&'static str, String) {
    ("韩小满", id_number("20020411", 11))
}

/// Name of the organisation at the top.
pub const TOP: &str = "共青团云州市委员会";
/// The branch that the member leaves.
pub const BRANCH: &str = "云州理工学院会计1班团支部";
/// The organisation that the member goes to, and its branch.
pub const STREET: &str = "云州市南湖街道团工委";
pub const STREET_BRANCH: &str = "南湖街道流动团员团支部";

/// A directory of organisations as a spreadsheet of a Chinese Windows saves it: GB 18030.
pub fn write_organisations(path: &Path) {
    let text = format!(
        "组织编号,上级组织,组织全称,组织类别\r\n\
         S01,{TOP},云州理工学院团委,团委\r\n\
         B01,S01,{BRANCH},团支部\r\n\
         J01,{TOP},{STREET},团工委\r\n\
         J02,J01,{STREET_BRANCH},团支部\r\n"
    );
    let (bytes, _, lossy) = encoding_rs::GB18030.encode(&text);
    assert!(!lossy);
    std::fs::write(path, bytes).unwrap();
}

/// A register of members in UTF-8 with a mark at its start; its fourth row holds a wrong number.
pub fn write_members(path: &Path) {
    let (name, number) = member();
    let second = id_number("20020412", 12);
    let wrong = mistyped(&id_number("20020413", 13));
    let text = format!(
        "\u{feff}姓名,身份证号,手机号,所在团支部编号\n\
         {name},{number},13300000011,B01\n\
         陆子衿,{second},13300000012,B01\n\
         钱一诺,{wrong},13300000013,B01\n"
    );
    std::fs::write(path, text).unwrap();
}
