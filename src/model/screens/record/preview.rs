//! What an export will write, looked at before it is written.

use super::Record;
use crate::domain::disclosure::{ExportPreview, Shown};
use crate::model::effect::{Effect, ExportOrder};
use crate::model::layer::{Given, Layer, Out};
use crate::model::screens::choice::{Choice, ChoiceItem, Release};

/// What the popup hands back where the file shall be written.
pub(super) const WRITE: &str = "write_export";

/// Columns of the first rows that are shown: those that every list of transfers has.
const COLUMNS: usize = 6;

/// The popup with path, masking, columns and the first rows.
pub(super) fn previewed(preview: &ExportPreview) -> Layer {
    let numbers = match preview.shown {
        Shown::Masked => "号码：遮掩",
        Shown::Full => "号码：完整，谁拿到文件谁就看得到；用完要删除并登记",
    };
    let mut lines = vec![
        format!("文件：{}", preview.path.display()),
        format!("共 {} 行，{} 列。{numbers}", preview.n_rows, preview.columns.len()),
        format!("列：{}", preview.columns.join("、")),
        String::new(),
    ];
    lines.push(if preview.first.is_empty() {
        "没有可写的行，文件里只有表头。".to_owned()
    } else {
        format!("前 {} 行（预览里号码一律遮掩）：", preview.first.len())
    });
    lines.extend(preview.first.iter().map(|row| row_words(row)));
    let write = Release::Give(Given::Option(WRITE.to_owned()));
    let items =
        vec![ChoiceItem::new("写出文件", write), ChoiceItem::new("返回修改", Release::Close)];
    Choice::new("导出预览", lines, items).into()
}

fn row_words(row: &[String]) -> String {
    let cells = row.iter().take(COLUMNS).filter(|cell| !cell.is_empty());
    cells.map(String::as_str).collect::<Vec<_>>().join(" | ")
}

impl Record {
    /// Writes what was looked at.
    pub(super) fn write_export(&mut self) -> Out {
        let Some(order) = self.export_order() else { return Out::nothing() };
        self.waiting = true;
        let password = self.form.secret("password");
        Out::nothing().effect(Effect::Export(order, password)).say("正在办理..")
    }

    /// The export as the form says it; none where the form is for something else.
    pub(super) fn export_order(&self) -> Option<ExportOrder> {
        let super::Purpose::Export(query) = &self.purpose else { return None };
        let of = |id| self.form.text(id).trim().to_owned();
        Some(ExportOrder {
            query: (**query).clone(),
            path: super::release::path(&of("path")),
            full_ids: of("full_ids") == "yes",
            reason: of("reason"),
            overwrite: of("overwrite") == "yes",
        })
    }
}
