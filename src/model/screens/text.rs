//! A page of text: help, the guide, a one-time code.

use crate::domain::paper::Paper;
use crate::domain::text::columns;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, KeyRow, Screen, rows_of};
use crate::model::effect::Reply;
use crate::model::layer::{Ctx, Given, Layer, Out};
use crate::rules::Rules;

/// Rows and columns of the terminal that are not text: frame, title, message, keys; frame, margin.
const CHROME: (u16, u16) = (5, 5);

/// The guide, written for people and shipped with the program.
const GUIDE: &str = include_str!("../../../assets/help/guide.md");

/// A page of text
#[derive(Default)]
pub struct TextPage {
    /// Title of the frame.
    pub title: String,
    /// Paragraphs, each broken into rows when drawn. One that begins with 「# 」 is a heading.
    pub lines: Vec<String>,
    /// The paragraph at the top of the screen.
    pub top: usize,
}

impl TextPage {
    /// A page.
    pub fn new(title: impl Into<String>, lines: Vec<String>) -> Self {
        Self { title: title.into(), lines, top: 0 }
    }

    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::Text
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        Focus::List
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        self.title.clone()
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        let page = usize::from(ctx.size.1.saturating_sub(CHROME.0 + 1)).max(1);
        let lowest = self.lowest(ctx.size);
        let Some(action) = input.action() else { return Out::nothing() };
        let top = match action {
            Action::Enter | Action::Back | Action::Help => return Out::nothing().pop(),
            Action::Up => self.top.saturating_sub(1),
            Action::Down => self.top + 1,
            Action::PageUp => self.top.saturating_sub(page),
            Action::PageDown => self.top + page,
            Action::First => 0,
            Action::Last => lowest,
            _ => return Out::nothing(),
        };
        self.top = top.min(lowest);
        Out::nothing()
    }

    /// Takes an answer of the world: a page of text waits for none.
    pub fn reply(&mut self, _reply: &Reply, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }

    /// Takes what the layer above gave.
    pub fn given(&mut self, _given: Given, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }

    /// The last paragraph that may stand at the top: from there the rest fits. Rows are counted a
    /// little generously, since breaking at words can need one row more than the columns say.
    fn lowest(&self, (cols, rows): (u16, u16)) -> usize {
        let (cols, rows) = (cols.saturating_sub(CHROME.1), rows.saturating_sub(CHROME.0));
        let room = usize::from(cols).saturating_sub(2).max(1);
        let mut left = usize::from(rows);
        for (at, line) in self.lines.iter().enumerate().rev() {
            let needed = columns(line).div_ceil(room).max(1);
            if needed > left {
                return at + 1;
            }
            left -= needed;
        }
        0
    }
}

/// The papers of the office, one after the other.
pub fn papers() -> TextPage {
    TextPage::new("数据说明", Paper::ALL.iter().flat_map(|paper| paper.lines()).collect())
}

/// The help page of a layer: the field in hand, what can be done there, and its keys.
pub fn help(top: &Layer, rules: &Rules) -> TextPage {
    let screen = top.screen();
    let name = Screen::ALL.iter().find(|(s, _)| *s == screen).map_or("", |(_, name)| *name);
    let mut lines = field_help(top, rules);
    lines.push(format!("# {name}：能做什么"));
    lines.extend(about(screen).iter().map(|line| (*line).to_owned()));
    lines.extend([String::new(), "# 本页按键".to_owned()]);
    lines.extend(rows_of(screen).map(|row| key_line(row, screen)));
    lines.extend([String::new(), "# 到处都一样的按键".to_owned()]);
    lines.extend(moving(screen).iter().map(|(keys, does)| pair(keys, does)));
    TextPage::new(format!("帮助：{}", top.crumb()), lines)
}

/// Why the field in hand of the transfer form is asked for, as the rule file tells it.
fn field_help(top: &Layer, rules: &Rules) -> Vec<String> {
    let Layer::Apply(apply) = top else { return Vec::new() };
    let asked = rules.fields(&apply.answers);
    let focused = apply.form.focused();
    let Some(rule) = asked.iter().find(|rule| focused.is_some_and(|f| f.id == rule.id.id())) else {
        return Vec::new();
    };
    let basis = format!("出处：{}（{} 年起）", rule.source, rule.year);
    vec![format!("# 本项：{}", rule.label), rule.help.clone(), basis, String::new()]
}

/// 操作指南
pub fn guide() -> TextPage {
    TextPage::new("操作指南", GUIDE.lines().map(str::to_owned).collect())
}

/// Shows a one-time code until it is dismissed; it is kept nowhere.
pub fn codes(name: &str, code: &str, sentence: &str) -> TextPage {
    let mut lines = vec![format!("# {name}"), String::new()];
    if !code.is_empty() {
        lines.extend([format!("    {code}"), String::new()]);
    }
    lines.push(sentence.to_owned());
    if !code.is_empty() {
        lines.push("验证码只显示这一次，离开本页就再也看不到。请当面或打电话告诉本人。".to_owned());
    }
    lines.extend([String::new(), "按 Enter 或 Esc 返回。".to_owned()]);
    TextPage::new(if code.is_empty() { "账号" } else { "一次性验证码" }, lines)
}

/// One row of the key table in words.
fn key_line(row: &KeyRow, screen: Screen) -> String {
    let mut keys = Vec::new();
    if row.slot > 0 {
        keys.push(format!("F{}", row.slot));
        if !types(screen) {
            keys.push((row.slot % 10).to_string());
        }
    }
    keys.extend(row.ctrl.map(|c| format!("Ctrl+{}", c.to_ascii_uppercase())));
    pair(&keys.join("  "), row.label)
}

fn pair(keys: &str, does: &str) -> String {
    let gap = 24usize.saturating_sub(columns(keys)).max(1);
    format!("  {keys}{}{does}", " ".repeat(gap))
}

/// Whether digits are typed there instead of standing for F-keys.
fn types(screen: Screen) -> bool {
    match screen {
        Screen::Setup | Screen::SignIn | Screen::Apply | Screen::Form | Screen::Pick => true,
        Screen::Home
        | Screen::Card
        | Screen::List
        | Screen::Page
        | Screen::Import
        | Screen::Popup
        | Screen::Text
        | Screen::Centre => false,
    }
}

const ANYWHERE: &[(&str, &str)] = &[
    ("Ctrl+G 再按数字", "和同号的 F 键一样，键盘没有 F 键时用"),
    ("Ctrl+L", "重画屏幕"),
    ("Ctrl+Q", "退出（草稿都已保存）"),
];

const IN_FORMS: &[(&str, &str)] = &[
    ("Enter  下键  Tab", "下一项（不会误提交）"),
    ("上键  Shift+Tab", "上一项"),
    ("左右键", "移动光标，换选项"),
    ("Esc", "返回"),
];

const IN_LISTS: &[(&str, &str)] = &[
    ("上下键  j k", "上一行、下一行"),
    ("PgUp PgDn Home End", "翻页，到头，到尾"),
    ("Enter", "打开、选定"),
    ("Esc", "返回；正在查找时先清掉查找"),
    ("直接打汉字", "查找；也可按 F3 再打拼音首字母"),
];

fn moving(screen: Screen) -> Vec<(&'static str, &'static str)> {
    let own = if types(screen) && screen != Screen::Pick { IN_FORMS } else { IN_LISTS };
    own.iter().chain(ANYWHERE).copied().collect()
}

/// A few sentences on what can be done on a screen.
fn about(screen: Screen) -> &'static [&'static str] {
    match screen {
        Screen::Setup => &[
            "第一次用时，在这里登记本单位和管理员，并抄下恢复密钥。",
            "恢复密钥能打开整个库，请抄在纸上锁好；忘了密码又没有它，数据就再也打不开。",
        ],
        Screen::SignIn => &[
            "用身份证号和密码登录。第一次登录的密码是身份证号后 8 位（X 用大写），登录后要马上换。",
            "忘记密码时，请本组织的管理员或上级管理员在「账号」里重置，拿一次性验证码登录。",
        ],
        Screen::Home => &[
            "这里列出和你有关的转接。「待我办」里都是等你动手的，等得最久的在最前面。",
            "空格选中几条，按 8 一起办理，按 7 一起打印；办错了按 Ctrl+Z。方括号换视图。",
        ],
        Screen::Card => &[
            "这里是一单转接的全部内容、走到哪一步、经过了谁。按 8 办理，能办什么由这一步决定。",
            "号码平时遮住，按 7 看 10 秒，谁看过会记下来。",
        ],
        Screen::Apply => &[
            "填转接申请。带 * 的必填；换转出原因会增减下面的项目，已填的内容都留着。",
            "填完按 F8 提交，不急就按 Esc，草稿会自动存好。",
        ],
        Screen::Form => &["逐项填写，Enter 到下一项，F8 提交。有错会指出是哪一项、怎么改。"],
        Screen::Pick => &[
            "打汉字、拼音首字母或编号来找，空格表示「并且」；上下键移动，Enter 选定。",
            "选组织时按 F6 换范围（全国、本省、本市、我管理的），按 F4 换类型。",
            "选之前看一眼下面的「核对」，全称和上级都对再选。Esc 返回，原来的值不变。",
        ],
        Screen::List => &[
            "直接打字就查找。按 2 添加，Enter 看详情，按 8 办理选中的一条。",
            "只列出你管理范围内的。页脚没有的键在这里不能用；怎么办写在每一条的详情里。",
        ],
        Screen::Page => &[
            "这里是一条记录的全部内容。按 2 修改，按 8 看还能办什么。",
            "号码平时遮住，按 7 看 10 秒，谁看过会记下来。",
        ],
        Screen::Import => &[
            "这里只是预览，什么都还没有写入。先看结论，再逐行看「怎么改」，按 6 换看全部行。",
            "按 8 导入没有问题的行，要么全写入、要么全不写；写入后 Ctrl+Z 整批撤销。",
            "大的文件要等一会儿，上面有进度；按 Esc 取消，取消了就什么都没有写入。",
            "要改的请在原文件里改好、存盘，再按 Enter 重新检查。",
        ],
        Screen::Popup => &["按数字直接选，或用上下键移到那一项再按 Enter。Esc 不选。"],
        Screen::Text => &["上下键、PgUp、PgDn 翻看，Esc 或 Enter 返回。"],
        Screen::Centre => &["这里是你自己的团员信息和你发起的转接。按 2 发起转接，按 8 办理。"],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::screens::apply::{Apply, Opening};
    use crate::model::screens::{audit::Audit, pick::Pick};
    use crate::model::testing::{Desk, moves, rules};

    fn act(page: &mut TextPage, action: Action) -> Out {
        page.act(Input::Do(action), &mut Desk::at_nine().ctx())
    }

    #[test]
    fn help_names_every_key_of_the_screen() {
        let page = help(&Audit::default().into(), &rules());
        assert_eq!(page.title, "帮助：操作记录");
        for row in rows_of(Screen::List) {
            assert!(page.lines.iter().any(|line| line.ends_with(row.label)), "{}", row.label);
        }
        let text = page.lines.join("\n");
        assert!(text.contains("F8  8") && text.contains("F10  0  Ctrl+P"));
    }

    #[test]
    fn help_in_the_transfer_form_begins_with_the_field_in_hand() {
        let mut apply = Apply::new(Opening::Blank);
        apply.enter(&mut Desk::at_nine().ctx());
        let page = help(&apply.into(), &rules());
        assert!(page.lines[0].starts_with("# 本项："), "{:?}", page.lines);
        assert!(page.lines[2].starts_with("出处："), "{:?}", page.lines);
    }

    #[test]
    fn digits_are_no_keys_where_they_are_typed() {
        let page = help(&Pick::member("").into(), &rules());
        let find = page.lines.iter().find(|line| line.ends_with("查找")).unwrap();
        assert!(find.contains("F3  Ctrl+F"), "{find}");
    }

    #[test]
    fn every_screen_has_a_sentence() {
        for (screen, name) in Screen::ALL {
            assert!(!about(*screen).is_empty(), "{name}");
        }
    }

    #[test]
    fn scrolling_stops_where_the_rest_fits() {
        let lines = (0..30).map(|n| format!("第 {n} 段")).collect();
        let mut page = TextPage::new("x", lines);
        act(&mut page, Action::Up);
        assert_eq!(page.top, 0);
        act(&mut page, Action::Last);
        assert_eq!(page.top, 11);
        act(&mut page, Action::Down);
        assert_eq!(page.top, 11);
        act(&mut page, Action::PageUp);
        assert_eq!(page.top, 0);
        let mut short = TextPage::new("x", vec!["一段".to_owned()]);
        act(&mut short, Action::PageDown);
        assert_eq!(short.top, 0);
    }

    #[test]
    fn long_paragraphs_count_as_the_rows_they_need() {
        let mut page = TextPage::new("x", vec!["长".repeat(400); 4]);
        act(&mut page, Action::Last);
        assert_eq!(page.top, 3);
    }

    #[test]
    fn enter_and_esc_go_back() {
        let mut page = guide();
        assert_eq!(moves(&act(&mut page, Action::Enter)), ["pop"]);
        assert_eq!(moves(&act(&mut page, Action::Back)), ["pop"]);
    }

    #[test]
    fn a_code_is_shown_with_what_to_do_and_an_initial_password_without() {
        let page = codes("李静", "A1B2-C3D4", "2 天内有效。");
        assert!(page.lines.iter().any(|line| line.contains("A1B2-C3D4")));
        let page = codes("李静", "", "初始密码是身份证号后 8 位。");
        assert!(!page.lines.iter().any(|line| line.contains("只显示这一次")));
    }
}
