//! What is hidden in a workbook or left unread, in sentences for the preview.

use super::read_wire::{Looked, LookedSheet};
use super::text::plain_text;
use crate::domain::intake::{HiddenRows, letters};

/// How many rows or columns are named one by one.
const NAMED: usize = 8;

/// The sentences about the sheet at `place`, and about those that are not read.
pub(super) fn of(looked: &Looked, place: usize, hidden: HiddenRows) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(sheet) = looked.sheets.get(place) {
        notes.extend(on_rows(sheet, hidden));
        notes.extend(on_columns(sheet));
        if sheet.is_merged {
            let said = "表里有合并的格子，只有左上角那一格有内容，其余按空格子读。";
            notes.push(said.to_owned());
        }
        if sheet.is_hidden {
            notes.push(format!("工作表「{}」在表里是隐藏的。", plain_text(&sheet.name)));
        }
    }
    if looked.label == "XLS" {
        let said = "旧式 .xls 文件看不出哪些行列被隐藏，隐藏的也会读进来。";
        notes.push(said.to_owned());
    }
    notes.extend(on_others(looked, place));
    notes
}

fn on_rows(sheet: &LookedSheet, hidden: HiddenRows) -> Option<String> {
    let becomes = match hidden {
        HiddenRows::Taken => "也会导入",
        HiddenRows::Left => "不导入",
    };
    if sheet.hidden_rows.is_empty() {
        return None;
    }
    let by = if sheet.is_filtered { "被筛选隐藏" } else { "在表里被隐藏" };
    let n = sheet.hidden_rows.len();
    let rows: Vec<String> = sheet.hidden_rows.iter().take(NAMED).map(ToString::to_string).collect();
    let named = rows.join("、");
    Some(match n > NAMED {
        true => format!("第 {named} 行等 {n} 行{by}，{becomes}。"),
        false => format!("第 {named} 行{by}，{becomes}。"),
    })
}

fn on_columns(sheet: &LookedSheet) -> Option<String> {
    let n = sheet.hidden_columns.len();
    let columns = sheet.hidden_columns.iter().take(NAMED);
    let named: Vec<String> = columns.map(|column| letters(usize::from(*column))).collect();
    let more = if n > NAMED { format!("等 {n} 列") } else { " 列".to_owned() };
    (n > 0).then(|| format!("{}{more}在表里被隐藏，也会读。", named.join("、")))
}

fn on_others(looked: &Looked, place: usize) -> Vec<String> {
    let others = looked.sheets.iter().enumerate().filter(|(at, _)| *at != place);
    let read = looked.sheets.get(place).map_or("", |sheet| sheet.name.as_str());
    let why = |sheet: &LookedSheet| match sheet {
        LookedSheet { is_grid: false, .. } => Some("不是表格"),
        LookedSheet { has_content: false, .. } => None,
        LookedSheet { is_hidden: true, .. } => Some("被隐藏"),
        _ => Some("一次只读一张"),
    };
    let said = |(_, sheet): (usize, &LookedSheet)| {
        let name = plain_text(&sheet.name);
        why(sheet).map(|why| format!("没有读「{name}」（{why}），只读了「{}」。", plain_text(read)))
    };
    others.filter_map(said).take(NAMED).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_rows_are_named_and_many_are_counted() {
        let sheet = |n: u32, is_filtered| LookedSheet {
            is_grid: true,
            has_content: true,
            is_filtered,
            hidden_rows: (1..=n).map(|row| row * 2).collect(),
            ..LookedSheet::default()
        };
        let said = |n, filtered, hidden| {
            let looked = Looked { label: "XLSX".to_owned(), sheets: vec![sheet(n, filtered)] };
            of(&looked, 0, hidden).join("")
        };
        assert_eq!(said(2, false, HiddenRows::Taken), "第 2、4 行在表里被隐藏，也会导入。");
        assert_eq!(said(1, true, HiddenRows::Left), "第 2 行被筛选隐藏，不导入。");
        let many = said(20, true, HiddenRows::Taken);
        assert!(many.ends_with("、16 行等 20 行被筛选隐藏，也会导入。"), "{many}");
        assert_eq!(said(0, true, HiddenRows::Taken), "");
    }
}
