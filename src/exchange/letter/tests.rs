//! What lies where on the sheets, and what is refused.

use super::sheet::Mark;
use super::template::{COUNTERFOIL, LETTER, RECEIPT};
use super::*;
use crate::domain::letter::PaperKind;

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

/// A name with 120 characters.
fn long(n: usize) -> String {
    "某某省某某市某某区某某街道某某社区第一二三四五六七八九十".chars().cycle().take(n).collect()
}

#[test]
fn dump_for_eyes() {
    let Ok(dir) = std::env::var("LETTER_DUMP") else { return };
    let faces = faces();
    let mut file = PdfFile::new(&faces, "介绍信");
    let sheets = |v: &Values, r: &str| letter_sheets(&faces, &template(PaperKind::Letter).fill(v), r);
    sheets(&values(), "").iter().for_each(|s| file.add(s));
    let mut v = values();
    for slot in [Slot::Origin, Slot::Destination, Slot::Addressee, Slot::Issuer] {
        v.put(slot, long(120));
    }
    sheets(&v, "补打（第 2 次）").iter().for_each(|s| file.add(s));
    sheets(&Values::default(), "").iter().for_each(|s| file.add(s));
    for kind in [PaperKind::Retention, PaperKind::Notice] {
        for v in [values(), v.clone()] {
            form_sheets(&faces, &template(kind).fill(&v)).iter().for_each(|s| file.add(s));
        }
    }
    std::fs::write(format!("{dir}/a.pdf"), file.finish().unwrap()).unwrap();
}
