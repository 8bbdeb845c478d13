//! Why an action is not possible now.

use super::{Import, Phase};
use crate::keys::action::Action;

impl Import {
    /// Why an action is not possible now.
    pub fn refusal(&self, action: Action) -> Option<String> {
        match action {
            Action::Decide => {}
            Action::Export | Action::New => {
                let none = self.phase != Phase::Checked || self.counts().1 == 0;
                return none.then(|| "没有要改的行。".to_owned());
            }
            Action::Options => {
                let written = matches!(self.phase, Phase::Written(..) | Phase::Writing);
                return written.then(|| {
                    "已经导入过了，读法不用再改。要换读法重导，先按 Ctrl+Z 整批撤销。".to_owned()
                });
            }
            _ => return None,
        }
        Some(match &self.phase {
            Phase::Checked if self.counts().0 > 0 => return None,
            Phase::Checked => self.nothing_good(),
            Phase::Reading => "还在检查文件，请等结论出来再提交。".to_owned(),
            Phase::Unreadable(sentence) => sentence.clone(),
            Phase::Writing => "正在写入，请稍等。".to_owned(),
            Phase::Written(..) => "已经导入过了。按 Esc 返回，Ctrl+Z 整批撤销。".to_owned(),
            Phase::Undone => "这一批已撤销。要重新导入，按 Enter 再检查一遍。".to_owned(),
            Phase::Stopping => "正在取消，请稍等。".to_owned(),
            Phase::Stopped => {
                "已取消，什么都没有写入。要重新导入，按 Enter 再检查一遍。".to_owned()
            }
        })
    }

    fn nothing_good(&self) -> String {
        match self.counts() {
            (_, 0, present) if present > 0 => {
                "这些行都已经有了，没有要写入的。再导一次也不会有变化。".to_owned()
            }
            _ => "没有一行可以导入。请照「怎么改」改好，再检查一遍。".to_owned(),
        }
    }
}
