//! One cell put right in the preview: the file stays as it is, and every row is checked again.

use super::{Import, Phase};
use crate::domain::intake::Mend;
use crate::keys::action::Action;
use crate::keys::table::Input;
use crate::model::effect::ImportVerdict;
use crate::model::layer::{Ctx, Out};
use crate::model::text_field::{Motion, TextField};

/// Most characters that are typed into a cell: an organisation's full name fits.
const LIMIT: usize = 120;

/// A cell being put right.
pub struct Mending {
    /// Row in the file.
    pub row: usize,
    /// Header of the column.
    pub column: String,
    /// What is wrong, with the remedy.
    pub reason: String,
    /// What is typed.
    pub field: TextField,
}

impl Import {
    /// Begins to put right the first cell of the selected row that is at fault.
    pub(super) fn mend(&mut self) -> Out {
        match self.target() {
            Ok(mending) => {
                self.mending = Some(mending);
                Out::nothing().say("输入改好的内容，按 Enter 重新检查这一行；按 Esc 不改。")
            }
            Err(why) => Out::nothing().warn(why),
        }
    }

    fn target(&self) -> Result<Mending, String> {
        if self.phase != Phase::Checked {
            return Err("现在不能改。要改的话，先让检查结束，或按 Enter 重新检查。".to_owned());
        }
        let row = self.table.current().ok_or("没有要改的行。")?;
        let faults = match &row.verdict {
            ImportVerdict::Bad(faults) => faults,
            ImportVerdict::Good => return Err(format!("第 {} 行没有问题，不用改。", row.row)),
            ImportVerdict::Present(_) => {
                return Err(format!("第 {} 行是重复的，不会写入，不用改。", row.row));
            }
        };
        let (column, shown, reason) =
            faults.first().ok_or("这一行的问题没有列出，请先改别的行。")?;
        if !self.has_column(column) {
            return Err(format!(
                "文件里没有「{column}」这一列，这里改不了。按 4 可以一次说清楚，或在原文件里补上这一列。"
            ));
        }
        let mut field = TextField::line(Some(LIMIT));
        // A masked number cannot be put right in part: it is typed anew.
        if !shown.contains('*') {
            field.set_value(shown);
        }
        let (column, reason) = (column.clone(), reason.clone());
        Ok(Mending { row: row.row, column, reason, field })
    }

    fn has_column(&self, column: &str) -> bool {
        let columns = self.preview.as_ref().map(|preview| preview.columns.as_slice());
        columns.unwrap_or_default().iter().any(|(header, _)| header == column)
    }

    /// Takes an input while a cell is being put right; none where it is not for the cell.
    pub(super) fn mending_act(&mut self, input: &Input, ctx: &mut Ctx<'_>) -> Option<Out> {
        let mending = self.mending.as_mut()?;
        let field = &mut mending.field;
        let moved = |_: bool| Some(Out::nothing());
        match input {
            Input::Type(text) => {
                let said = field.insert(text);
                Some(if said.is_empty() { Out::nothing() } else { Out::nothing().say(said) })
            }
            Input::Do(Action::Back) => {
                self.mending = None;
                Some(Out::nothing().say("没有改。"))
            }
            Input::Do(Action::Enter | Action::Decide) => Some(self.settle(ctx)),
            Input::Do(Action::Backspace) => moved(field.backspace()),
            Input::Do(Action::Delete) => moved(field.delete()),
            Input::Do(Action::Left) => moved(field.go(Motion::Left)),
            Input::Do(Action::Right) => moved(field.go(Motion::Right)),
            Input::Do(Action::First) => moved(field.go(Motion::Home)),
            Input::Do(Action::Last) => moved(field.go(Motion::End)),
            Input::Do(Action::Undo) => moved(field.undo()),
            Input::Do(Action::Redo) => moved(field.redo()),
            Input::Do(_) | Input::Unknown => {
                Some(Out::nothing().say("正在改一格。按 Enter 改好，按 Esc 不改。"))
            }
        }
    }

    fn settle(&mut self, ctx: &mut Ctx<'_>) -> Out {
        let Some(Mending { row, column, field, .. }) = self.mending.take() else {
            return Out::nothing();
        };
        let text = field.value().trim().to_owned();
        self.manner.mends.retain(|mend| mend.row != row || mend.column != column);
        let said = format!("第 {row} 行「{column}」改好了，正在重新检查。原文件没有动。");
        self.manner.mends.push(Mend { row, column, text });
        self.at_row = Some(row);
        self.enter(ctx).say(said)
    }
}
