//! The history: what its entries are called, how they are asked for, and its end, by which an old
//! copy is told from the newest.

use std::fmt;
use std::str::FromStr;

use chrono::{Days, NaiveDate};

use super::id_number::normal_form;
use super::ids::{Moment, Now};
use super::labels::labelled;
use super::workflow::Act;

labelled! {
    /// What entries are about, for asking.
    pub enum HistoryGroup {
        /// Data that was looked at in full or left the program.
        Disclosures = "disclosures" / "查看和导出",
        /// What was done to transfers.
        Decisions = "decisions" / "转接办理",
        /// Accounts, passwords, keys, sign-ins.
        Accounts = "accounts" / "账号和密码",
        /// Members and organisations.
        Registers = "registers" / "名册",
        /// The data as a whole.
        Upkeep = "upkeep" / "数据维护",
    }
}

/// What the history calls that which is no act of the workflow: identifier, words, group.
pub const ACTIONS: &[(&str, &str, HistoryGroup)] = &[
    ("office_create", "建立本单位数据库", HistoryGroup::Upkeep),
    ("org_add", "添加组织", HistoryGroup::Registers),
    ("org_edit", "修改组织", HistoryGroup::Registers),
    ("org_retire", "停用组织", HistoryGroup::Registers),
    ("org_import", "导入组织", HistoryGroup::Registers),
    ("member_add", "添加团员", HistoryGroup::Registers),
    ("member_edit", "修改团员", HistoryGroup::Registers),
    ("correction_ask", "申请更正", HistoryGroup::Registers),
    ("correction_refuse", "不同意更正", HistoryGroup::Registers),
    ("correction_withdraw", "撤回更正申请", HistoryGroup::Registers),
    ("member_correct", "更正姓名或证件号", HistoryGroup::Registers),
    ("member_retire", "停用团员", HistoryGroup::Registers),
    ("member_erase", "删除个人信息", HistoryGroup::Registers),
    ("member_import", "导入团员", HistoryGroup::Registers),
    ("import_undo", "撤销导入", HistoryGroup::Registers),
    ("letter_receipt", "登记介绍信回执", HistoryGroup::Decisions),
    ("account_add", "开设账号", HistoryGroup::Accounts),
    ("account_reset", "重置密码", HistoryGroup::Accounts),
    ("account_remove", "移除账号", HistoryGroup::Accounts),
    ("account_activate", "启用账号", HistoryGroup::Accounts),
    ("password_change", "修改密码", HistoryGroup::Accounts),
    ("signing_key", "登记签名公钥", HistoryGroup::Accounts),
    ("key_vouch", "确认签名公钥", HistoryGroup::Accounts),
    ("key_change", "更换数据库密钥", HistoryGroup::Accounts),
    ("recovery_key", "更换恢复密钥", HistoryGroup::Accounts),
    ("slot_drop", "作废不在名单上的钥匙位", HistoryGroup::Accounts),
    ("older_copy", "发现数据比上次看到的旧", HistoryGroup::Upkeep),
    ("sign_in", "登录", HistoryGroup::Accounts),
    ("reveal", "查看完整号码", HistoryGroup::Disclosures),
    ("export", "导出", HistoryGroup::Disclosures),
    ("letter_print", "打印介绍信", HistoryGroup::Disclosures),
    ("paper_print", "打印文书", HistoryGroup::Disclosures),
    ("export_gone", "登记文件已删除", HistoryGroup::Upkeep),
    ("backup", "备份", HistoryGroup::Disclosures),
    ("restore", "恢复备份", HistoryGroup::Upkeep),
];

/// What an action is called; its identifier where it has no words.
pub fn action_words(action: &str) -> &str {
    let act = Act::from_id(action).map(Act::label);
    let word = ACTIONS.iter().find(|(id, ..)| *id == action).map(|(_, word, _)| *word);
    act.or(word).unwrap_or(action)
}

impl HistoryGroup {
    /// The identifiers of its actions.
    pub fn actions(self) -> Vec<&'static str> {
        let words = ACTIONS.iter().filter(|(.., group)| *group == self).map(|(id, ..)| *id);
        match self {
            Self::Decisions => words.chain(Act::ALL.iter().map(|act| act.id())).collect(),
            Self::Disclosures | Self::Accounts | Self::Registers | Self::Upkeep => words.collect(),
        }
    }
}

/// The identifiers of the actions that a word means: a group, an action, or a part of their words.
/// Empty where it means none.
pub fn actions_of(word: &str) -> Vec<&'static str> {
    let group = HistoryGroup::ALL.iter().find(|g| g.id() == word || g.label() == word);
    if let Some(group) = group {
        return group.actions();
    }
    let all = ACTIONS.iter().map(|(id, label, _)| (*id, *label));
    let all = all.chain(Act::ALL.iter().map(|act| (act.id(), act.label())));
    let part = word.chars().count() >= 2;
    let fits = |(id, label): &(&str, &str)| {
        *id == word || *label == word || (part && label.contains(word))
    };
    all.filter(fits).map(|(id, _)| id).collect()
}

/// What is asked of the history. Everything that is given must hold.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HistoryQuery {
    /// Not before.
    pub since: Option<Moment>,
    /// Before.
    pub before: Option<Moment>,
    /// Who did it, by ID number.
    pub who: Option<String>,
    /// One of these actions; all where none is named.
    pub actions: Vec<&'static str>,
    /// The number of a transfer.
    pub transfer: Option<String>,
    /// Parts of the name of who did it or of what it was done to.
    pub words: Vec<String>,
}

impl HistoryQuery {
    /// Reads what was typed: a day (from then on; a second one: until then), the number of a
    /// transfer, an ID number, words of an action, and names, in any order.
    pub fn parse(text: &str, now: Now) -> Self {
        let mut query = Self::default();
        text.split_whitespace().for_each(|word| query.take(word, now));
        query
    }

    fn take(&mut self, word: &str, now: Now) {
        let plain = normal_form(word);
        let actions = actions_of(word);
        if let Some(day) = day_of(&plain) {
            return self.take_day(day, now);
        }
        if is_number(&plain) {
            self.transfer = Some(plain);
        } else if is_id(&plain) {
            self.who = Some(plain);
        } else if actions.is_empty() {
            self.words.push(word.to_owned());
        } else if self.actions.is_empty() {
            self.actions = actions;
        } else {
            self.actions.retain(|action| actions.contains(action));
        }
    }

    fn take_day(&mut self, day: NaiveDate, now: Now) {
        if self.since.is_none() {
            self.since = Some(now.start_of(day));
        } else {
            self.before = end_of(day, now);
        }
    }
}

/// The instant at which the day after `day` begins.
pub fn end_of(day: NaiveDate, now: Now) -> Option<Moment> {
    day.checked_add_days(Days::new(1)).map(|next| now.start_of(next))
}

fn day_of(text: &str) -> Option<NaiveDate> {
    NaiveDate::parse_from_str(&text.replace(['/', '.'], "-"), "%Y-%m-%d").ok()
}

/// Whether this is a transfer's number, as `ZJ20200602-0001`.
fn is_number(text: &str) -> bool {
    text.strip_prefix("ZJ").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
}

fn is_id(text: &str) -> bool {
    text.len() == 18 && text.chars().filter(char::is_ascii_digit).count() >= 17
}

/// A text with every long number masked: what people typed into a reason or a file's name may hold
/// an ID number, and a list never shows one.
pub fn without_long_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut run = String::new();
    for c in text.chars().chain(std::iter::once('\0')) {
        if c.is_ascii_digit() || (matches!(c, 'X' | 'x') && run.len() == 17) {
            run.push(c);
            continue;
        }
        let shown = if run.len() >= 15 { 3 } else { run.len() };
        out.extend(run.chars().enumerate().map(|(i, c)| if i < shown { c } else { '*' }));
        run.clear();
        if c != '\0' {
            out.push(c);
        }
    }
    out
}

/// The end of the history at some moment: how many entries there were, and how the hash of the last
/// one begins. It is printed on what leaves the office, so that a history that was cut short or
/// written anew can be told by a paper of before (security.md 4.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of the last entry.
    pub seq: i64,
    /// The first 8 bytes of its hash.
    pub start: [u8; 8],
}

impl Head {
    /// The head that an entry with this hash makes. None where that is no hash.
    pub fn of(seq: i64, hash: &[u8]) -> Option<Self> {
        Some(Self { seq, start: hash.get(..8)?.try_into().ok()? })
    }

    /// The 16 hex digits.
    pub fn digits(&self) -> String {
        self.start.iter().map(|b| format!("{b:02x}")).collect()
    }
}

impl fmt::Display for Head {
    /// `1234:0123456789abcdef`, as it is printed and typed back.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.seq, self.digits())
    }
}

impl FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        read(text.trim()).ok_or_else(|| {
            "末条应写成 1234:0123456789abcdef 这样：序号、冒号、16 位校验值。请照导出或备份上记的抄"
                .to_owned()
        })
    }
}

fn read(text: &str) -> Option<Head> {
    let (seq, digits) = text.split_once([':', '：'])?;
    let number = u64::from_str_radix(digits, 16)
        .ok()
        .filter(|_| digits.len() == 16 && !digits.contains('+'))?;
    let seq: i64 = seq.parse().ok().filter(|seq| *seq > 0)?;
    Some(Head { seq, start: number.to_be_bytes() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn now() -> Now {
        Now { moment: Moment(1_591_063_200), offset: 8 * 3600 }
    }

    #[test]
    fn what_is_typed_is_told_apart() {
        let query =
            HistoryQuery::parse("2020-06-01 查看和导出 王芳 zj20200602-0001 2020/6/2", now());
        let day = |d| now().start_of(NaiveDate::from_ymd_opt(2020, 6, d).unwrap());
        assert_eq!((query.since, query.before), (Some(day(1)), Some(day(3))));
        assert_eq!(query.actions, ["reveal", "export", "letter_print", "paper_print", "backup"]);
        assert_eq!(query.transfer.as_deref(), Some("ZJ20200602-0001"));
        assert_eq!(query.words, ["王芳"]);
        let query = HistoryQuery::parse("导出 320102200901010017", now());
        assert_eq!(query.actions, ["export"]);
        assert_eq!(query.who.as_deref(), Some("320102200901010017"));
        assert_eq!(HistoryQuery::parse("  ", now()), HistoryQuery::default());
    }

    #[test]
    fn words_of_actions_narrow_each_other() {
        assert!(actions_of("密码").contains(&"password_change"));
        assert_eq!(HistoryQuery::parse("账号和密码 修改密码", now()).actions, ["password_change"]);
        assert!(actions_of("退回").contains(&"return"), "{:?}", actions_of("退回"));
        assert!(actions_of("周").is_empty() && actions_of("没有这样的事").is_empty());
    }

    #[test]
    fn every_action_has_words_and_one_group() {
        let grouped: usize = HistoryGroup::ALL.iter().map(|group| group.actions().len()).sum();
        assert_eq!(grouped, ACTIONS.len() + Act::ALL.len());
        for (id, words, _) in ACTIONS {
            assert_eq!(action_words(id), *words);
            assert!(Act::from_id(id).is_none(), "{id}");
        }
    }

    #[test]
    fn long_numbers_are_masked_wherever_they_stand() {
        for (text, masked) in [
            ("名单320102200901010017.xlsx", "名单320***************.xlsx"),
            ("32010220090101001X 说明", "320*************** 说明"),
            ("32010219880101553", "320**************"),
            ("ZJ20200602-0001，3 行", "ZJ20200602-0001，3 行"),
            ("备份20200602103000", "备份20200602103000"),
            ("", ""),
        ] {
            assert_eq!(without_long_numbers(text), masked);
        }
    }

    #[test]
    fn a_head_is_read_as_it_was_printed() {
        let head = Head::of(1234, &[0x0a; 32]).unwrap();
        assert_eq!(head.to_string(), "1234:0a0a0a0a0a0a0a0a");
        assert_eq!(" 1234：0A0a0a0a0a0a0a0a ".parse(), Ok(head));
        let digits = "0a0a0a0a0a0a0a0a";
        let wrong = [format!("0:{digits}"), format!("x:{digits}"), digits.replacen("0a", "1:+", 1)];
        for wrong in wrong.iter().map(String::as_str).chain(["", "1234", "1234:0a"]) {
            assert!(wrong.parse::<Head>().is_err(), "{wrong}");
        }
        assert_eq!(Head::of(1, &[0; 7]), None);
    }
}
