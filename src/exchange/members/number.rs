//! ID numbers as they stand in a cell.

use crate::domain::id_number::{DocumentKind, IdFault, IdNumber, check_character, normal_form};

/// Length of the ID numbers that were given out until 1999.
const OLD_ID_LENGTH: usize = 15;

/// The sentence for a number where an ID belongs: refused even if it happens to fit
/// (security.md 6.1).
pub(super) const SPOILT: &str = "身份证号在表里是数字，Excel 已丢失后几位，无法还原。\
    请把这一列设为「文本」格式，再对照证件重新录入 18 位号码。";

pub(super) fn parse_id(kind: DocumentKind, text: &str) -> Result<(IdNumber, Age), String> {
    let plain = normal_form(text);
    if kind == DocumentKind::ResidentCard && is_old_id(&plain) {
        let raised = IdNumber::parse(&raised(&plain)).map_err(|_| {
            "身份证号是 15 位的旧号码，而且里面的地区或出生日期不对。请对照现在的证件填 18 位号码。"
        })?;
        return Ok((raised, Age::Old));
    }
    let parsed = IdNumber::parse_as(kind, text).map_err(|fault| match fault {
        IdFault::Spreadsheet(_) => {
            "身份证号像被 Excel 存成过数字，后几位已丢失，无法还原。请对照证件重新录入 18 位号码。"
                .to_owned()
        }
        IdFault::OtherDocument(_) if plain.is_empty() => {
            "还没填证件号码。请对照证件填写。".to_owned()
        }
        // The sentence of the domain repeats the number, which a report must not.
        IdFault::OtherDocument(_) => {
            "证件号码应为 5 到 20 位的字母或数字。请对照证件改正。".to_owned()
        }
        other => other.to_string(),
    });
    parsed.map(|number| (number, Age::New))
}

/// Whether a number was given in its old form of 15 digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Age {
    Old,
    New,
}

/// The number of 18 characters that belongs to an old one: only people born before 2000 have such.
fn raised(old: &str) -> String {
    let (region, rest) = old.split_at_checked(6).unwrap_or((old, ""));
    let first_17 = format!("{region}19{rest}");
    let check = char::from(check_character(first_17.as_bytes()));
    format!("{first_17}{check}")
}

fn is_old_id(text: &str) -> bool {
    text.len() == OLD_ID_LENGTH && text.bytes().all(|b| b.is_ascii_digit())
}
