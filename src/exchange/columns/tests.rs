//! Headers as offices write them, and sheets without them.

use super::super::fields::MemberField;
use super::super::testing::kept;
use super::*;

fn plan(text: &str, maps: &[&str]) -> Result<ColumnPlan<MemberField>, ColumnFault> {
    let (_dir, file) = kept(text.as_bytes(), "x");
    let maps: Vec<_> = maps.iter().map(|m| ColumnOverride::parse(m).unwrap()).collect();
    recognise(&mut file.rows().unwrap(), &maps).map_err(|fault| match fault {
        ReadFault::Columns(fault) => fault,
        ReadFault::Sheet(fault) => unreachable!("{fault}"),
    })
}

fn columns(plan: &ColumnPlan<MemberField>) -> Vec<(MemberField, usize)> {
    let mut found: Vec<_> = plan.matched.iter().map(|(f, i, _)| (*f, *i)).collect();
    found.sort_by_key(|(_, index)| *index);
    found
}

#[test]
fn headers_are_known_in_any_order_and_dress() {
    use MemberField::*;
    let found = plan("某某团委名单\n,,\n*身份证号码（必填）,联系 电话,团员姓名,爱好,序号\n", &[]);
    let found = found.unwrap();
    assert_eq!(found.header_row, 3);
    assert_eq!(columns(&found), [(IdNumber, 0), (Phone, 1), (Name, 2)]);
    assert_eq!(found.unmapped, [UnmappedColumn { index: 3, header: "爱好".to_owned() }]);
    assert_eq!(found.header(IdNumber), "*身份证号码（必填）");
    assert_eq!(found.header(Joined), "入团时间");
}

#[test]
fn the_better_name_wins_and_the_other_is_reported() {
    let found = plan("姓名,电话,手机号,身份证号\n", &[]).unwrap();
    assert!(columns(&found).contains(&(MemberField::Phone, 2)));
    assert_eq!(found.unmapped[0].header, "电话");
}

#[test]
fn the_user_can_say_what_a_column_is() {
    let text = "学生,身份证号,电话,电话\n";
    let found = plan(text, &["学生=name", "D=忽略"]).unwrap();
    assert!(columns(&found).contains(&(MemberField::Name, 0)));
    assert!(columns(&found).contains(&(MemberField::Phone, 2)));
    assert!(plan("姓名,备用,身份证号", &["备用=姓名"]).is_ok_and(|found| {
        columns(&found).contains(&(MemberField::Name, 1)) && found.unmapped[0].header == "姓名"
    }));
}

#[test]
fn each_fault_says_what_to_do() {
    for (text, maps, wanted) in [
        ("甲,乙\n丙,丁\n", vec![], "没找到表头"),
        ("姓名,民族\n", vec![], "没有「身份证号」这一列，现在的列是：姓名、民族"),
        ("姓名,身份证号,姓名\n", vec![], "「姓名」这个列名出现了两次"),
        ("姓名,身份证号\n", vec!["姓名=nme"], "字段「nme」不认得"),
        ("姓名,身份证号\n", vec!["学号=name"], "列「学号」表里没有"),
    ] {
        let said = plan(text, &maps).expect_err(text).to_string();
        assert!(said.contains(wanted), "{said}");
    }
    assert!(ColumnOverride::parse("姓名").is_err());
}

#[test]
fn rows_that_are_people_are_shown_without_their_numbers() {
    let number = super::super::testing::id(7);
    let end: String = number.chars().skip(10).collect();
    let (_dir, file) = kept(format!("甲,{number}\n乙,{number}\n").as_bytes(), "x");
    let found = survey::<MemberField>(&mut file.rows().unwrap(), &[]).unwrap();
    let shown = format!("{found:?}");
    assert!(shown.contains("甲") && !shown.contains(&end), "{shown}");
    let refused = plan(&format!("姓名,手机号,{number}\n"), &[]).unwrap_err().to_string();
    assert!(!refused.contains(&end), "{refused}");
}
