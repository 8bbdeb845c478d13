//! Papers for the office: what data is kept, who may see what, what to do after a loss. In the terms
//! of 个人信息保护法 and of 等级保护 (security.md 3); no legal advice.
//!
//! What the program can tell about itself is asked of the rules and not typed again: who may decide
//! what comes from [`STEPS`] and [`standing`]; a test of the store holds the inventory against the
//! columns of the tables.

use super::account::{Actor, Role};
use super::authority::{Standing, standing};
use super::id_number::{IdNumber, mask_id};
use super::ids::{AccountId, OrgId};
use super::labels::labelled;
use super::organisation::{OrgKind, OrgPath};
use super::phone::mask_phone;
use super::workflow::{Party, STEPS};

labelled! {
    /// A paper.
    pub enum Paper {
        /// Which fields, why, how protected, how long.
        Inventory = "inventory" / "数据清单",
        /// Who may see and do what.
        Access = "access" / "谁能看什么",
        /// After a loss or a leak.
        Loss = "loss" / "丢失或泄露后怎么办",
    }
}

impl Paper {
    /// The paper in paragraphs; one that begins with `# ` is a heading.
    pub fn lines(self) -> Vec<String> {
        match self {
            Self::Inventory => inventory(),
            Self::Access => access(),
            Self::Loss => LOSS.iter().map(|line| (*line).to_owned()).collect(),
        }
    }
}

/// How a kind of data is protected, beside the encryption of the whole file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Guard {
    /// By the encryption and by who may see the row.
    Encrypted,
    /// Masked wherever it is shown, too.
    Masked,
    /// Only something to check against is kept.
    Checked,
}

/// A kind of personal data.
#[derive(Debug, Clone, Copy)]
pub struct Item {
    /// Table of the database.
    pub table: &'static str,
    /// Columns of it.
    pub columns: &'static [&'static str],
    /// What it is called.
    pub label: &'static str,
    /// What it is needed for.
    pub purpose: &'static str,
    /// How it is protected.
    pub guard: Guard,
}

const fn item(
    table: &'static str,
    columns: &'static [&'static str],
    label: &'static str,
    purpose: &'static str,
    guard: Guard,
) -> Item {
    Item { table, columns, label, purpose, guard }
}

/// All personal data that the database holds.
#[rustfmt::skip]
pub const ITEMS: &[Item] = &[
    item("members", &["name", "name_key"], "姓名（含拼音，供查找）", "确认是谁，办理转接，联系", Guard::Encrypted),
    item("members", &["id_number", "document"], "证件号码和证件类型", "一人只有一条记录；官方系统按它对人", Guard::Masked),
    item("members", &["phone"], "手机号", "联系本人", Guard::Masked),
    item("members", &["branch_id", "state"], "所在团支部，是否在册", "团组织关系本身", Guard::Encrypted),
    item("members", &["ethnic_group", "political_status", "education"], "民族、政治面貌、学历", "官方名册的项目", Guard::Encrypted),
    item("members", &["joined_on", "league_post", "membership_number", "authentication", "fees_paid_to", "graduation_mark"],
        "入团年月、团内职务、编号、志愿书、团费、毕业标记", "转接前核对材料", Guard::Encrypted),
    item("transfers", &["person_name", "name_key"], "转接人姓名", "办理和查找转接", Guard::Encrypted),
    item("transfers", &["person_number"], "转接人证件号码", "同一人不能同时有两单；办结时落到本人的记录", Guard::Masked),
    item("transfers", &["contact_phone"], "联系方式", "对方组织联系本人", Guard::Masked),
    item("transfers", &["school", "employer", "address", "further_study"], "学校、工作单位、详细地址、毕业去向", "官方申请表的项目；特殊单位的一律不存", Guard::Encrypted),
    item("transfers", &["origin_name", "destination_name", "destination_text", "destination_typed", "origin_typed", "placed_in"], "从哪里转到哪里", "转接本身", Guard::Encrypted),
    item("transfers", &["remark", "closing_reason"], "备注、退回原因", "告诉对方", Guard::Encrypted),
    item("accounts", &["name", "phone"], "账号持有人的姓名、手机号", "知道是谁办的，能找到人", Guard::Encrypted),
    item("accounts", &["id_number"], "账号持有人的证件号码（登录名）", "一人一个账号", Guard::Masked),
    item("accounts", &["verifier", "slot"], "密码", "登录", Guard::Checked),
    item("attempts", &["who"], "输错密码时所打的证件号码", "挡住猜密码的人", Guard::Checked),
    item("slot_pks", &["added_by"], "谁登记的钥匙位", "事后能查清谁能打开数据库", Guard::Encrypted),
    item("corrections", &["old_name", "new_name"], "更正申请：原来和更正后的姓名", "改名要两个人办，事后能查清改了什么", Guard::Encrypted),
    item("corrections", &["old_number", "new_number"], "更正申请：原来和更正后的证件号码", "改号码要两个人办，事后能查清改了什么", Guard::Masked),
    item("corrections", &["reason", "evidence", "remark"], "更正的原因、依据和答复", "说明为什么改", Guard::Encrypted),
    item("exports", &["path", "reason"], "导出登记：文件在哪里，做什么用", "知道哪些文件带着数据离开了程序，到期提醒删除", Guard::Encrypted),
    item("organisations", &["contact_name", "contact_phone"], "组织的联系人和电话", "组织之间联系", Guard::Encrypted),
    item("events", &["actor", "object", "reason", "detail"], "操作记录：谁、对谁、原因", "事后能查清谁做了什么（等级保护的安全审计）", Guard::Encrypted),
];

impl Guard {
    fn words(self) -> String {
        match self {
            Self::Encrypted => "整库加密，按管理范围可见".to_owned(),
            Self::Masked => format!(
                "整库加密；界面、查找、导出默认遮住（如 {}、{}），看全部号码要逐条看，并记入操作记录",
                mask_id("320102200901010017"),
                mask_phone("13900139000")
            ),
            Self::Checked => "不存原文，只存不能倒推的核对值".to_owned(),
        }
    }
}

fn inventory() -> Vec<String> {
    let mut lines = vec![
        "# 数据清单".to_owned(),
        "供填写个人信息保护影响评估（个人信息保护法第五十五、五十六条）和回答检查用。处理者是使用本程序的团组织；程序不连网，数据不经过任何第三方。".to_owned(),
        "# 保存哪些个人信息，为什么，怎样保护".to_owned(),
    ];
    for guard in [Guard::Masked, Guard::Encrypted, Guard::Checked] {
        lines.push(format!("【{}】", guard.words()));
        let of = ITEMS.iter().filter(|item| item.guard == guard);
        lines.extend(of.map(|item| format!("- {}：{}。", item.label, item.purpose)));
    }
    lines.extend(KEEPING.iter().map(|line| (*line).to_owned()));
    lines
}

const KEEPING: &[&str] = &[
    "# 保存多久",
    "- 在册团员：在册期间。转出、停用以后，满规则文件里的期限会在「到期提醒」里列出，由管理员核对后删掉（团员详情，办理；或「tuanzhuan member erase」）；本人要求删除的，核实后照办（第四十七条）。",
    "- 转接单：作为办理凭据，随本单位档案期限。",
    "- 操作记录：不少于六个月（网络安全法对日志的要求），程序没有清除记录的办法；删除个人信息时，记录里涉及本人的文字一并抹去，序号、时间、做了什么和校验值保留。",
    "- 导出的文件：每一份记在「导出登记」里；完整号码的到期提醒删除，删掉以后登记。",
    "- 备份：每一份备份都是当时的全部数据，删除个人信息不会改到以前的备份。请按期限销毁旧备份。",
    "# 放在哪里",
    "数据目录里是加密的数据库和钥匙文件；另有一个机器密钥在配置目录，不随数据目录走。只拿到数据目录或备份的人，没有机器密钥和密码（或恢复密钥）打不开。",
];

/// The roles at an organisation, and how they stand towards organisations around it.
fn access() -> Vec<String> {
    let top = OrgPath::root(OrgId(1));
    let own = top.child(OrgId(2));
    let (below, beside) = (own.child(OrgId(3)), top.child(OrgId(4)));
    let mut lines = vec![
        "# 谁能看什么".to_owned(),
        "一人一个账号；能看到的名册、转接和操作记录由身份和所在组织决定，列表、查找、统计、导出都一样。".to_owned(),
        "# 对哪些组织能做什么".to_owned(),
    ];
    for role in Role::ALL.iter().rev() {
        let at = |path: &OrgPath| {
            let somebody = somebody(*role, &own)?;
            Some(words_of(standing(&somebody, path), *role))
        };
        let said =
            [("本组织", &own), ("下级组织", &below), ("上级组织", &top), ("其他组织", &beside)]
                .map(|(label, path)| format!("{label}：{}", at(path).unwrap_or_default()));
        lines.push(format!("- {}：{}。", role.label(), said.join("；")));
    }
    lines.push(
        "转接的双方各自看到对方填写的内容；除此以外看不到对方的名册。任何人都不能审批自己的转接。"
            .to_owned(),
    );
    lines.push("# 转接的每一步由谁办".to_owned());
    lines.extend(steps());
    lines.extend(LIMITS.iter().map(|line| (*line).to_owned()));
    lines
}

fn words_of(standing: Standing, role: Role) -> &'static str {
    match (standing.may_decide(), standing.may_fill_in(), role) {
        (true, ..) => "可看、可填、可审批",
        (false, true, _) => "可看、可填，不能审批",
        (false, false, Role::Member) => "只有本人的记录和转接",
        (false, false, Role::Operator | Role::Administrator) => "看不到",
    }
}

/// Each act with the parties that may do it, in the order of the table.
fn steps() -> Vec<String> {
    let mut said: Vec<(String, Vec<Party>)> = Vec::new();
    for step in STEPS {
        let what = step.act.label().to_owned();
        match said.iter_mut().find(|(known, _)| *known == what) {
            Some((_, by)) if by.contains(&step.by) => {}
            Some((_, by)) => by.push(step.by),
            None => said.push((what, vec![step.by])),
        }
    }
    let line = |(what, by): (String, Vec<Party>)| {
        let by: Vec<&str> = by.into_iter().map(Party::label).collect();
        format!("- {what}：{}", by.join("；或"))
    };
    said.into_iter().map(line).collect()
}

/// Somebody with a role, to ask the rules about. None where the invented number is none.
fn somebody(role: Role, at: &OrgPath) -> Option<Actor> {
    Some(Actor {
        account: AccountId(0),
        name: String::new(),
        id_number: IdNumber::parse("11010119900307803X").ok()?,
        role,
        org: OrgId(2),
        org_path: at.clone(),
        org_name: String::new(),
        org_kind: OrgKind::Committee,
        member: None,
    })
}

const LIMITS: &[&str] = &[
    "# 另外的限制",
    "- 看一个人的完整号码：能看到这个人的经办人、管理员和本人；一次一人，几秒后遮上，记入操作记录。",
    "- 导出完整号码、备份：只有管理员；要再输密码、写明用途，记入操作记录和导出登记：是谁、什么时候、哪个文件、多少行。",
    "- 更正姓名或证件号：一个人申请，另一位管理员核准，号码两人各输一遍；没有第二位管理员的，同一位再输密码办，并照实记下。",
    "- 删除个人信息：只有管理员，要再输密码。",
    "- 开账号、重置密码、移除账号：本组织和上级的管理员；不能对自己办。重置以后，办理的人也不能冒用本人签名。",
    "- 操作记录：每一条都有本人的签名，不能改、不能删；「tuanzhuan verify」全部重算一遍。",
    "# 程序管不到的",
    "- 同一个数据库里，范围限制由程序执行。管理员的密码能打开整个文件：两个单位不要共用一份数据。",
    "- 同一个系统用户下的其他程序、看得见屏幕的人、已经交出去的导出文件和备份。",
];

const LOSS: &[&str] = &[
    "# 丢失或泄露后怎么办",
    "个人信息保护法第五十七条：发生或可能发生泄露、篡改、丢失，要立即补救，并通知主管部门和本人。先做下面几步，写下每一步的时间和经手人。",
    "# 马上做",
    "1. 停止录入，不要删除、不要覆盖任何文件。报告本单位负责人和上级团组织。",
    "2. 弄清丢的是什么：整台电脑、数据目录、备份、导出的表格、恢复密钥，还是密码。",
    "# 丢了电脑",
    "- 拿到电脑的人还要知道管理员的密码才能打开；密码弱、贴在电脑上，就当作已经泄露。",
    "- 在另一台电脑上用备份和恢复密钥恢复，马上改密码，移除不再用的账号，重新备份，销毁旧备份。",
    "# 丢了备份或数据目录（移动硬盘、云盘）",
    "- 没有机器密钥和密码，或者没有恢复密钥，打不开。恢复密钥和备份放在一起丢的，当作已经泄露。",
    "# 密码或恢复密钥被人知道了",
    "- 本人马上改密码；不在的，由上级管理员重置。移除账号会换数据库的钥匙，但以前拷走的文件仍能用旧密码打开。恢复密钥被人看过的，用「tuanzhuan account recovery-key」换一个，旧的那张作废。",
    "# 导出的表格给错了人",
    "- 请对方删除并书面确认。在「导出登记」里看是哪一份、多少行、号码是否遮住，文件在哪里；收回删除后登记。",
    "# 查清楚",
    "- 「tuanzhuan verify」：数据有没有被改过、少没少；有纸上或导出文件里记的「操作记录末条」，加 --head 一起核对。",
    "- 「tuanzhuan history list --since 日期 --action disclosures」：这天以来谁看过完整号码、导出或备份过。在程序里：操作记录，打「查看和导出 日期」。",
    "- 「tuanzhuan paper inventory」：涉及哪些个人信息。",
    "# 通知里写什么",
    "1. 涉及的个人信息种类、人数、原因、可能的危害；2. 已经采取的补救办法，本人可以怎样减轻危害；3. 联系人和电话。",
    "采取的办法能有效避免危害的，可以不通知本人；主管部门认为可能造成危害的，有权要求通知。",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_paper_has_headings_and_no_number_in_the_clear() {
        for paper in Paper::ALL {
            let text = paper.lines().join("\n");
            assert!(text.starts_with("# ") && text.contains("\n# "), "{text}");
            assert!(
                !text.contains("13900139000") && !text.contains("320102200901010017"),
                "{text}"
            );
        }
    }

    #[test]
    fn who_may_decide_comes_from_the_rules() {
        let text = access().join("\n");
        for said in [
            "管理员：本组织：可看、可填、可审批；下级组织：可看、可填、可审批；上级组织：看不到；其他组织：看不到",
            "经办人：本组织：可看、可填，不能审批",
            "团员：本组织：只有本人的记录和转接",
            "- 分配团支部：转入组织或其上级的管理员",
        ] {
            assert!(text.contains(said), "{said}\n{text}");
        }
        for step in STEPS {
            assert!(text.contains(&format!("- {}：", step.act.label())));
            assert!(text.contains(step.by.label()));
        }
    }
}
