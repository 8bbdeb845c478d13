//! Trees from shuffled rows, and rows that make none.

use super::super::testing::kept;
use super::*;

const HEADER: &str =
    "组织编号,上级编号,组织全称,组织简称,组织类别,层级,地区代码,联系人,联系电话,毕业时间";

fn read(lines: &str) -> Vec<OrgRowIn> {
    rows_of(&format!("{HEADER}\n{lines}\n"))
}

fn rows_of(text: &str) -> Vec<OrgRowIn> {
    let (_dir, file) = kept(text.as_bytes(), "组织.csv");
    read_organisations(&mut file.rows().unwrap(), &[]).unwrap().rows
}

fn sentence(rows: &[OrgRowIn], row: usize) -> String {
    let found = rows.iter().find(|r| r.row == row).unwrap();
    let faults = found.entry.clone().expect_err("must be refused");
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn superiors_come_first_whatever_the_order_of_the_file() {
    let rows = read(
        "3,某某学院团委,某某学院2017级13班团支部,13班,团支部,,,王莉茜,0519-86330000,2020年6月\n\
         2,1,某某学院团委,,团委,,,,,\n\
         ,,某某省团委,,团委,省,320000,,,\n\
         1,某某省团委,某某市团委,,团委,市,,,,\n\
         9,外面的编号,另一团支部,,01TZB,,,,微信,",
    );
    let order: Vec<_> = rows.iter().map(|r| r.row).collect();
    assert_eq!(order, [4, 5, 3, 2, 6]);
    let entry = rows[3].entry.clone().unwrap();
    assert_eq!((entry.code.as_str(), entry.superior.as_str()), ("3", "某某学院团委"));
    assert_eq!(
        (entry.contact_phone.as_str(), entry.graduates_on.as_str()),
        ("0519-86330000", "2020-06")
    );
    assert_eq!(rows[0].entry.clone().unwrap().kind, Some(OrgKind::ProvinceRoot));
    let outside = rows[4].entry.clone().unwrap();
    assert_eq!((outside.superior.as_str(), outside.contact_phone.as_str()), ("外面的编号", "微信"));
}

#[test]
fn each_fault_is_named_with_its_rows() {
    let rows = read(
        "1,,甲团委,,团委,,,,,\n\
         1,,乙团委,,团委,,,,,\n\
         ,,甲团委,,团委,,,,,\n\
         3,1,,,团委,,,,,\n\
         4,1,丁,,小组,,,,,\n\
         5,1,戊,,,,,,,\n\
         6,7,己团总支,,团总支,,,,,\n\
         7,1,庚团支部,,团支部,,,,,\n\
         8,4,辛团支部,,团支部,,,,,\n\
         9,1,壬团支部,,团支部,,,,,某年",
    );
    for (row, wanted) in [
        (3, "第 2 行和第 3 行的组织编号相同"),
        (4, "第 2 行和第 4 行的组织全称相同"),
        (5, "还没填组织全称"),
        (6, "组织类别「小组」不认得"),
        (7, "从全称也看不出来"),
        (8, "团总支不能直接在团支部下面，上级在第 9 行"),
        (10, "上级在第 6 行，那一行还有问题"),
        (11, "看不出是哪年哪月"),
    ] {
        let said = sentence(&rows, row);
        assert!(said.contains(wanted), "{said}");
        assert!(!said.contains("。。"), "{said}");
    }
    let good: Vec<_> = rows.iter().filter(|r| r.entry.is_ok()).map(|r| r.row).collect();
    assert_eq!(good, [2, 9]);
}

#[test]
fn circles_are_named_and_what_hangs_below_them_too() {
    let rows = read(
        "1,3,甲团委,,团委,,,,,\n2,1,乙团委,,团委,,,,,\n3,2,丙团委,,团委,,,,,\n\
         4,3,丁团支部,,团支部,,,,,\n5,5,戊团委,,团委,,,,,\n6,,己团委,,团委,,,,,",
    );
    assert_eq!(rows.iter().filter(|r| r.entry.is_ok()).count(), 1);
    let said = sentence(&rows, 2);
    assert!(said.contains("绕成了一圈") && said.contains("第 3 行「乙团委」"), "{said}");
    assert!(sentence(&rows, 5).contains("没有地方放"));
    assert!(sentence(&rows, 6).contains("1 行互为上级"));
    assert_eq!(rows.len(), 6);
}

#[test]
fn kinds_are_read_from_the_name_where_no_column_has_them() {
    for (name, kind) in [
        ("某某省委员会", OrgKind::ProvinceRoot),
        ("某某学院总支部委员会", OrgKind::GeneralBranch),
        ("某某支部委员会", OrgKind::Branch),
        ("某某开发区工作委员会", OrgKind::WorkingCommittee),
        ("某某学院委员会", OrgKind::Committee),
    ] {
        let text = format!("全称,上级\n{name},无\n");
        let rows = rows_of(&text);
        let entry = rows[0].entry.clone().unwrap();
        assert_eq!((entry.kind, entry.superior.as_str()), (Some(kind), ""), "{name}");
    }
}

#[test]
fn a_long_chain_and_a_wide_tree_take_linear_time() {
    let shown = |code: usize, superior: usize| ShownOrganisation {
        code: code.to_string(),
        full_name: format!("{code}团委"),
        superior: superior.to_string(),
    };
    let row = |code: usize, superior: usize| OrgRowIn {
        row: code,
        entry: Ok(OrgEntry { kind: Some(OrgKind::Committee), ..OrgEntry::default() }),
        shown: shown(code, superior),
    };
    let n = 100_000;
    let chain = arrange((0..n).map(|i| row(i, i + 1)).collect());
    assert_eq!((chain[0].row, chain[n - 1].row), (n - 1, 0));
    let wide = arrange((0..n).map(|i| row(i, 7)).rev().collect());
    assert_eq!(wide.iter().filter(|r| r.entry.is_err()).count(), n, "7 stands below itself");
    let circle = arrange((0..n).map(|i| row(i, (i + 1) % n)).collect());
    assert!(circle.iter().all(|r| r.entry.is_err()));
}
