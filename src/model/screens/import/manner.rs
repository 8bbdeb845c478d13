//! 怎么读: popups by which encoding, delimiter, sheet, header and columns of a file are chosen, where
//! the program has not understood them as they are meant.

use super::Import;
use crate::domain::intake::{
    Delimiter, HiddenRows, ImportLayout, ImportManner, SheetChoice, TextEncoding,
};
use crate::domain::text::clean_line;
use crate::keys::action::Action;
use crate::model::effect::{Effect, ImportKind, OrgScope};
use crate::model::layer::{Ctx, Given, Layer, Out};
use crate::model::screens::choice::{Choice, ChoiceItem, Release};
use crate::model::screens::pick::Pick;

/// Characters of a row or header that are shown in a choice.
const SHOWN: usize = 24;
/// How many choices stand in a popup at once, so that all of them fit on the smallest terminal.
const AT_ONCE: usize = 14;
/// What a column is called that is not read.
const UNREAD: &str = "不读";

fn offer(id: impl Into<String>, label: impl Into<String>) -> ChoiceItem {
    ChoiceItem::new(label, Release::Give(Given::Option(id.into())))
}

fn popup(title: &str, lines: &[&str], items: Vec<ChoiceItem>) -> Layer {
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    Choice::new(title, lines, items).into()
}

fn short(text: &str) -> String {
    let text = clean_line(text).text;
    let mut kept: String = text.chars().take(SHOWN).collect();
    if kept.len() < text.len() {
        kept.push_str("..");
    }
    kept
}

/// Some of many choices, from one of them on, and a way to those that follow.
fn page(items: Vec<ChoiceItem>, what: &str, from: &str) -> Vec<ChoiceItem> {
    let from: usize = from.parse().unwrap_or(0);
    let left = items.len().saturating_sub(from + AT_ONCE);
    let mut shown: Vec<ChoiceItem> = items.into_iter().skip(from).take(AT_ONCE).collect();
    if left > 0 {
        shown.push(offer(format!("{what}:{}", from + AT_ONCE), format!("后面还有 {left} 个")));
    }
    shown
}

impl Import {
    /// Asks what the file could be taken for.
    pub(super) fn survey(&mut self, ctx: &mut Ctx<'_>) -> Out {
        if let Some(why) = self.refusal(Action::Options) {
            return Out::nothing().warn(why);
        }
        if self.is_busy() {
            return Out::nothing().say("正在检查或写入，请等它结束，或按 Esc 取消。");
        }
        self.survey_ticket = ctx.ticket();
        let manner = Box::new(self.manner.clone());
        let ask = Effect::SurveyImport(self.survey_ticket, self.kind, self.path.clone(), manner);
        Out::nothing().effect(ask)
    }

    /// Opens the popup of what can be chosen.
    pub(super) fn surveyed(&mut self, layout: &ImportLayout) -> Out {
        let mut items = Vec::new();
        if let Some((encoding, delimiter)) = layout.text {
            items.push(offer("encodings", format!("编码：{}", encoding.label())));
            items.push(offer("delimiters", format!("分隔符：{}", delimiter.label())));
        }
        if layout.sheets.len() > 1 {
            let name = layout.sheets.get(layout.sheet).map_or("", String::as_str);
            items.push(offer("sheets", format!("工作表：{}", short(name))));
        }
        let header =
            layout.header_row.map_or("没有找到".to_owned(), |row| format!("第 {row} 行"));
        items.push(offer("headers", format!("表头：{header}")));
        let n_read = layout.columns.iter().filter(|column| !column.field.is_empty()).count();
        let n = layout.columns.len();
        items.push(offer("columns", format!("每一列是什么（{n} 列里认出 {n_read} 列）")));
        if layout.n_hidden > 0 {
            let other = match self.manner.hidden {
                HiddenRows::Taken => "改成不导入",
                HiddenRows::Left => "改成也导入",
            };
            let label = self.manner.hidden.label();
            items.push(offer(
                "hidden",
                format!("隐藏的 {} 行：{label}（{other}）", layout.n_hidden),
            ));
        }
        if self.kind == ImportKind::Members {
            let branch = self.manner.branch.as_deref().unwrap_or("没有定");
            items.push(offer("branch", format!("没写团支部的行归：{}", short(branch))));
        }
        if self.manner != ImportManner::default() {
            items.push(offer("auto", "全部重来：改过的都不要，由程序自己认"));
        }
        self.layout = Some(layout.clone());
        Out::nothing().push(popup(
            "怎么读这个文件",
            &["选一项来改；改完会重新检查，什么都不会写入。"],
            items,
        ))
    }

    /// Takes a choice of these popups; none where it is of another.
    pub(super) fn chosen(&mut self, id: &str, ctx: &mut Ctx<'_>) -> Option<Out> {
        let layout = self.layout.clone().unwrap_or_default();
        let (what, which) = id.split_once(':').unwrap_or((id, ""));
        let manner = &mut self.manner;
        match what {
            "encodings" => return Some(ask_encoding(&layout)),
            "delimiters" => return Some(ask_delimiter(&layout)),
            "sheets" => return Some(ask_sheet(&layout, which)),
            "headers" => return Some(ask_header(&layout)),
            "columns" => return Some(ask_column(&layout, which)),
            "column" => return Some(ask_field(&layout, which)),
            "branch" => {
                let pick = Pick::org(OrgScope::Mine, "", false);
                return Some(Out::nothing().push(pick.into()));
            }
            "encoding" => manner.encoding = TextEncoding::from_id(which),
            "delimiter" => manner.delimiter = Delimiter::from_id(which),
            "sheet" => {
                // Rows, columns and cells were those of the other sheet.
                let branch = manner.branch.take();
                *manner = ImportManner { branch, ..ImportManner::default() };
                manner.sheet = which.parse().ok().map(SheetChoice::Place);
            }
            "header" => {
                manner.columns.clear();
                manner.header_row = which.parse().ok();
            }
            "field" => choose_field(manner, &layout, which),
            "hidden" => {
                manner.hidden = match manner.hidden {
                    HiddenRows::Taken => HiddenRows::Left,
                    HiddenRows::Left => HiddenRows::Taken,
                };
            }
            "auto" => *manner = ImportManner::default(),
            _ => return None,
        }
        Some(self.enter(ctx).say("正在照新的读法重新检查。"))
    }

    /// Takes the branch of the rows that name none.
    pub(super) fn branch_given(&mut self, code: &str, name: &str, ctx: &mut Ctx<'_>) -> Out {
        let text = if code.is_empty() { name } else { code };
        self.manner.branch = Some(text.to_owned());
        self.enter(ctx).say(format!("没写团支部的行都归「{name}」，正在重新检查。"))
    }
}

fn ask_encoding(layout: &ImportLayout) -> Out {
    let now = layout.text.map(|(encoding, _)| encoding);
    let items = TextEncoding::ALL.iter().map(|encoding| {
        let mark = if Some(*encoding) == now { "（现在）" } else { "" };
        offer(format!("encoding:{}", encoding.id()), format!("{}{mark}", encoding.label()))
    });
    Out::nothing().push(popup("编码", &["汉字显示成乱码时换一种。"], items.collect()))
}

fn ask_delimiter(layout: &ImportLayout) -> Out {
    let now = layout.text.map(|(_, delimiter)| delimiter);
    let items = Delimiter::ALL.iter().map(|delimiter| {
        let mark = if Some(*delimiter) == now { "（现在）" } else { "" };
        offer(format!("delimiter:{}", delimiter.id()), format!("{}{mark}", delimiter.label()))
    });
    Out::nothing().push(popup("分隔符", &["一行的内容挤在一列里时换一种。"], items.collect()))
}

fn ask_sheet(layout: &ImportLayout, from: &str) -> Out {
    let items = layout.sheets.iter().enumerate().map(|(at, name)| {
        let mark = if at == layout.sheet { "（现在）" } else { "" };
        offer(format!("sheet:{at}"), format!("{}{mark}", short(name)))
    });
    Out::nothing().push(popup("工作表", &["一次读一张。"], page(items.collect(), "sheets", from)))
}

fn ask_header(layout: &ImportLayout) -> Out {
    let items = layout.head.iter().map(|(row, text)| {
        let mark = if Some(*row) == layout.header_row { "（现在）" } else { "" };
        offer(format!("header:{row}"), format!("第 {row} 行 {}{mark}", short(text)))
    });
    let lines = ["表头是写着「姓名」「身份证号」这些列名的那一行，上面的都跳过。"];
    Out::nothing().push(popup("表头", &lines, items.collect()))
}

fn ask_column(layout: &ImportLayout, from: &str) -> Out {
    let items = layout.columns.iter().map(|column| {
        let field = if column.field.is_empty() { UNREAD } else { &column.field };
        let label = format!("{} 列 {}：{field}", column.letters, short(&column.header));
        offer(format!("column:{}", column.letters), label)
    });
    Out::nothing().push(popup(
        "每一列是什么",
        &["选要改的那一列。"],
        page(items.collect(), "columns", from),
    ))
}

fn ask_field(layout: &ImportLayout, which: &str) -> Out {
    let column = layout.columns.iter().find(|column| column.letters == which);
    let header = column.map_or_else(String::new, |column| short(&column.header));
    let fields = layout.fields.iter();
    let mut items: Vec<ChoiceItem> =
        fields.map(|field| offer(format!("field:{which}={field}"), field.as_str())).collect();
    items.push(offer(format!("field:{which}=忽略"), UNREAD));
    let line = format!("{which} 列，表头写着「{header}」。");
    Out::nothing().push(popup("这一列是什么", &[&line], items))
}

/// One field stands in one column: whatever had it before is not read any more.
fn choose_field(manner: &mut ImportManner, layout: &ImportLayout, which: &str) {
    let Some((column, field)) = which.split_once('=') else { return };
    let said = layout.columns.iter().filter(|known| !known.field.is_empty());
    let mut columns: Vec<(String, String)> =
        said.map(|known| (known.letters.clone(), known.field.clone())).collect();
    columns.retain(|(letters, known)| letters != column && known != field);
    let taken =
        layout.columns.iter().filter(|known| known.field == field && known.letters != column);
    columns.extend(taken.map(|known| (known.letters.clone(), "忽略".to_owned())));
    columns.push((column.to_owned(), field.to_owned()));
    manner.columns =
        columns.into_iter().map(|(letters, word)| format!("{letters}={word}")).collect();
}
