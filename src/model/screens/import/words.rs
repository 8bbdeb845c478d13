//! What the preview asks and says.

use crate::model::effect::{ImportRow, ImportVerdict};
use crate::model::layer::Layer;
use crate::model::screens::ways::{self, Offer};

/// Given back where the good rows shall be written.
pub(super) const GO: &str = "go";
pub(super) const NO_TYPING: &str =
    "按 2 可以在这里改选中行的那一格；要改的多，就在原文件里改好、存盘，再按 Enter 重新检查。";

pub(super) fn confirmation((good, bad, present): (usize, usize, usize)) -> Layer {
    let lines = vec![
        format!("可导入 {good} 行，要改 {bad} 行，重复 {present} 行。"),
        "要改的和重复的都不会写入。改好文件后可以再导一次，不会重复。".to_owned(),
    ];
    let offers = vec![
        Offer::new(GO, format!("只导入没问题的 {good} 行")),
        Offer::new("back", "先不导入，回去看问题"),
    ];
    ways::choice("导入", lines, offers)
}

/// What to do about a row, one sentence for each fault.
pub fn remedies(row: &ImportRow) -> Vec<String> {
    match &row.verdict {
        ImportVerdict::Good => vec![format!("第 {} 行没有问题，可以导入。", row.row)],
        ImportVerdict::Present(sentence) => vec![format!("第 {} 行重复：{sentence}", row.row)],
        ImportVerdict::Bad(faults) => faults.iter().map(|fault| remedy(row.row, fault)).collect(),
    }
}

fn remedy(row: usize, (column, shown, reason): &(String, String, String)) -> String {
    let shown = if shown.is_empty() { String::new() } else { format!("（现在是 {shown}）") };
    format!("第 {row} 行「{column}」：{reason}{shown}")
}
