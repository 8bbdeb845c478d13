//! 对账: the list of the official site beside the transfers here.

use crate::rehearsal::{Rehearsal, Who};

/// All transfers of the office as a list of the official site, each line changed by `change`.
fn official(office: &mut Rehearsal, change: impl Fn(usize, String) -> Option<String>) -> String {
    let made = office.path("全部.csv");
    // 全部 is the last view, and what it finds is written.
    office.keys("<right><right><right><right><right>9<f2>").paste(&made.to_string_lossy());
    office.keys("<f8>1");
    let text = std::fs::read_to_string(&made).unwrap();
    let seven = |line: &str| line.split(',').take(7).collect::<Vec<_>>().join(",");
    let mut lines = text.trim_start_matches('\u{feff}').lines().map(seven);
    let head = lines.next().unwrap();
    let rows = lines.filter(|line| !line.contains("草稿")).enumerate();
    let rows: Vec<String> = rows.filter_map(|(n, line)| change(n, line)).collect();
    let text = format!("{head}\n{}\n", rows.join("\n"));
    let path = office.file("官网名单.csv", text.as_bytes());
    path.to_string_lossy().into_owned()
}

fn compare(office: &mut Rehearsal, path: &str) {
    office.menu("对账").paste(path);
    office.keys("<f8>");
}

#[test]
fn what_was_exported_agrees_with_what_is_here() {
    let mut office = Rehearsal::office(Who::Committee);
    let path = official(&mut office, |_, line| Some(line));
    compare(&mut office, &path);
    office.must_show("[一致 ");
    for kind in ["官网完成", "这里完成", "结果不同", "名单独有", "这里独有", "认不准"]
    {
        office.must_not_show(kind);
    }
}

#[test]
fn differences_are_listed_by_kind_and_decided_from_there() {
    let mut office = Rehearsal::office(Who::Committee);
    let path = official(&mut office, |n, line| {
        let done = line.replace("转出组织审批", "已完成").replace("分配团支部", "已完成");
        match n % 40 {
            7 => None,
            11 => Some(line.replace("已完成", "待转入组织审批")),
            _ => Some(done),
        }
    });
    std::fs::write(
        &path,
        std::fs::read_to_string(&path).unwrap()
            + "赵无名,甲团支部,乙团支部,2026-05-20,,已完成,查看\n",
    )
    .unwrap();
    compare(&mut office, &path);
    picture!(office, "reconcile");
    office.keys("<right>");
    office.must_show("[这里完成 ");
    office.keys("8");
    office.must_not_show("正在");
    office.keys("<esc><right>");
    picture!(office, "reconcile-only-there");
    office.keys("8");
    office.must_show("按 2 在这里补建");
    office.keys("<enter>");
    office.must_show("赵无名");
    office.keys("<esc>2");
    office.must_show("赵无名");
}

#[test]
fn another_file_is_refused_with_what_is_missing() {
    let mut office = Rehearsal::office(Who::Committee);
    let path = office.file("团员.csv", "姓名,身份证号\n王凡,1\n".as_bytes());
    compare(&mut office, &path.to_string_lossy());
    picture!(office, "reconcile-refused");
}
