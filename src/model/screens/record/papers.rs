//! Forms about papers: where a print goes, and the day on a receipt.

use super::checks::day_fault;
use super::release::path;
use super::{Purpose, Record};
use crate::domain::ids::TransferId;
use crate::domain::letter::{PaperKind, PrintOrder, PrintRun};
use crate::model::effect::Effect;
use crate::model::form::Field;
use crate::model::layer::Out;
use crate::model::screens::choice::Choice;

/// Full numbers leave only with the password given again.
const PASSWORD_MISSING: &str =
    "打印完整号码前要再输一遍自己的登录密码。请填好，或把「证件号码」改成遮掩。";
const PATH: usize = 500;
const DAY: usize = 24;
const MASKED: [(&str, &str); 2] = [("no", "完整"), ("yes", "遮掩")];
const NO_YES: [(&str, &str); 2] = [("no", "否"), ("yes", "是")];

impl Record {
    /// 打印 of a paper for some transfers.
    pub fn print(kind: PaperKind, ids: Vec<TransferId>) -> Self {
        let title = format!("打印{}", kind.label());
        let n = ids.len();
        let fields = vec![
            Field::line("path", "存为", PATH).required().with(file_name(kind)),
            Field::choice("masked", "证件号码", MASKED).with("no"),
            Field::secret("password", "自己的登录密码").hint("印完整号码时要填"),
            Field::choice("overwrite", "同名文件已有时替换", NO_YES).with("no"),
        ];
        let what = match kind {
            PaperKind::Letter => {
                format!("{n} 单，每单一页：存根、介绍信、回执。编号按年和开具组织排，补打不变。")
            }
            PaperKind::Retention | PaperKind::Notice => format!("{n} 单，存成一个 PDF 文件。"),
        };
        Self::page(&title, Purpose::Print(kind, ids), fields)
            .saying(&[&what, "纸上一般印完整号码，好让对方核对；每一份都记入操作记录。"])
    }

    /// The day on which a receipt says that the member was taken in.
    pub fn letter_receipt(id: TransferId, whose: &str) -> Self {
        let day =
            Field::line("date", "接收日期", DAY).required().hint("年-月-日").checked(day_fault);
        Self::popup("登记介绍信回执", Purpose::LetterReceipt(id), vec![day])
            .saying(&[whose, "照回执上写的日期填；填错了再登记一次，以后一次为准。"])
    }

    pub(super) fn print_fault(&self) -> Option<(&'static str, Option<String>)> {
        let full = self.form.text("masked") == "no";
        let missing = full && self.form.secret("password").is_empty();
        Some(("password", missing.then(|| PASSWORD_MISSING.to_owned())))
    }

    pub(super) fn print_order(&self, kind: PaperKind, ids: Vec<TransferId>) -> Effect {
        let of = |id| self.form.text(id).trim().to_owned();
        let order = PrintOrder {
            kind,
            ids,
            path: path(&of("path")),
            masked: of("masked") == "yes",
            overwrite: of("overwrite") == "yes",
        };
        Effect::Print(order, self.form.secret("password"))
    }
}

fn file_name(kind: PaperKind) -> &'static str {
    match kind {
        PaperKind::Letter => "介绍信.pdf",
        PaperKind::Retention => "保留组织关系申请表.pdf",
        PaperKind::Notice => "流动团员告知书.pdf",
    }
}

/// What a run became: a sentence where all went well, else a list.
pub(super) fn printed(run: &PrintRun) -> Out {
    let n = run.n_printed();
    let path = run.path.as_ref().map(|path| path.display().to_string());
    let done = path.map_or_else(
        || "一份也没有打印，没有留下文件。".to_owned(),
        |path| format!("已打印 {n} 份：{path}"),
    );
    if n == run.results.len() {
        return Out::nothing().pop().say(done);
    }
    let failed = run.results.iter().filter_map(|printed| printed.outcome.as_ref().err());
    let lines = std::iter::once(done).chain(failed.map(|fault| fault.sentence.clone()));
    Out::nothing().pop().push(Choice::notice("打印结果", lines.collect()).into()).say("")
}
