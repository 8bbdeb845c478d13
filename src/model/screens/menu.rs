//! 菜单: every screen and every action that is not about one row.

use super::choice::{Choice, ChoiceItem, Release};
use super::doors::Door;
use crate::domain::account::Role;
use crate::domain::filter::{TransferQuery, View};
use crate::model::effect::{Effect, ImportKind};
use crate::model::layer::Ctx;

/// How many messages are shown again.
const MESSAGES: usize = 12;

/// Who may use an entry.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Who {
    /// Everybody.
    All,
    /// Who fills in for an organisation.
    Office,
    /// Administrators.
    Administrators,
}

impl Who {
    fn refusal(self, role: Role) -> Option<String> {
        let why = match (self, role) {
            (Self::All, _) | (Self::Office, Role::Operator | Role::Administrator) => return None,
            (Self::Administrators, Role::Administrator) => return None,
            (Self::Office, Role::Member) => {
                "这一项由经办人和管理员使用。你的转接在「个人中心」里办。"
            }
            (Self::Administrators, Role::Operator | Role::Member) => {
                "这一项由管理员使用。需要时请联系本组织的管理员。"
            }
        };
        Some(why.to_owned())
    }
}

/// 菜单: every screen and action in reach; what the role may not use is listed with the reason.
pub fn menu(ctx: &Ctx<'_>, messages: &[String]) -> Choice {
    let role = ctx.session.map_or(Role::Member, |session| session.actor.role);
    // The passwords of the demo open nothing: its key lies beside it.
    let opens_database = role == Role::Administrator && ctx.session.is_some_and(|s| !s.demo);
    let options = entries(messages, opens_database, role)
        .into_iter()
        // Of the office's work nothing is a member's, so that it would only stand in the way.
        .filter(|(_, who, _)| role != Role::Member || *who == Who::All)
        .map(|(label, who, release)| ChoiceItem::new(label, release).unless(who.refusal(role)))
        .collect();
    Choice::new("菜单", Vec::new(), options)
}

/// 更正、登记、提醒: what people may ask for about their data, and what left the program.
pub fn rights(role: Role) -> Choice {
    let item = |label, who: Who, door| {
        ChoiceItem::new(label, Release::Open(door)).unless(who.refusal(role))
    };
    let options = vec![
        item("更正申请（姓名、证件号）", Who::All, Door::Corrections),
        item("导出登记（哪些文件离开了程序）", Who::Office, Door::Exports),
        item("到期提醒（该删除、该核对的）", Who::Administrators, Door::Reminders),
    ];
    Choice::new("更正、登记、提醒", Vec::new(), options)
}

fn entries(
    messages: &[String],
    opens_database: bool,
    role: Role,
) -> Vec<(&'static str, Who, Release)> {
    let open = |label, who, door| (label, who, Release::Open(door));
    // Members have one of the three only, which needs no popup.
    let rights = match role {
        Role::Member => open("更正申请", Who::All, Door::Corrections),
        Role::Operator | Role::Administrator => {
            open("更正、登记、提醒", Who::Office, Door::Rights(role))
        }
    };
    vec![
        open("转接列表", Who::Office, Door::Home),
        open("团员", Who::Office, Door::Members),
        open("组织", Who::Office, Door::Organisations),
        open("账号", Who::Administrators, Door::Accounts),
        open("导入团员", Who::Administrators, Door::Import(ImportKind::Members)),
        open("导入组织", Who::Administrators, Door::Import(ImportKind::Organisations)),
        open("导出转接", Who::Office, Door::Export(TransferQuery::of(View::All))),
        open("操作记录", Who::Office, Door::Audit),
        open("设置", Who::All, Door::Settings),
        open("个人中心", Who::All, Door::Centre),
        open("对账（和官网名单核对）", Who::Office, Door::Reconcile),
        open("介绍信和回执", Who::Office, Door::Letters),
        rights,
        open("修改密码", Who::All, Door::Password { opens_database }),
        ("立即备份", Who::Administrators, Release::Effect(Effect::BackUp)),
        open("撤销一批导入", Who::Administrators, Door::UndoImport),
        open("操作指南", Who::All, Door::Guide),
        open("数据说明（存了什么，谁能看）", Who::All, Door::Papers),
        open("消息（最近说过的话）", Who::All, Door::Notice("消息", recent(messages))),
        ("锁屏", Who::All, Release::Effect(Effect::Lock)),
        ("退出", Who::All, Release::Effect(Effect::Quit)),
    ]
}

fn recent(messages: &[String]) -> Vec<String> {
    if messages.is_empty() {
        return vec!["还没有消息。".to_owned()];
    }
    messages.iter().rev().take(MESSAGES).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::BatchId;
    use crate::model::effect::Reply;
    use crate::model::layer::Layer;
    use crate::model::screens::home::Home;
    use crate::view::testing::{desk, dump, press, reply};

    #[test]
    fn the_menu_opens_screens_and_shows_what_a_role_may_not_use() {
        let (mut state, _) = desk(Home::default(), Role::Operator);
        press(&mut state, "0");
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("2 团员") && lines.contains("(4 账号)"), "{lines}");
        press(&mut state, "4");
        assert!(state.message.text.contains("由管理员使用"));
        press(&mut state, "2");
        assert!(matches!(state.top(), Layer::Members(_)));
    }

    #[test]
    fn a_backup_is_made_from_the_menu() {
        let (mut state, _) = desk(Home::default(), Role::Administrator);
        assert!(press(&mut state, "0<end><up><up><up><up><up><up><enter>") == [Effect::BackUp]);
        let made = Reply::BackedUp("在 /x/手工.backup。".to_owned());
        drop(reply(&mut state, made));
        assert!(dump(&state, 80, 24).join("").contains("/x/手工.backup"));
        let (mut state, _) = desk(Home::default(), Role::Operator);
        assert!(press(&mut state, "0<end><up><up><up><up><up><up><enter>").is_empty());
        assert!(state.message.text.contains("由管理员使用"));
    }

    #[test]
    fn a_member_reaches_every_entry_by_its_digit() {
        let (mut state, _) = desk(Home::default(), Role::Member);
        press(&mut state, "0");
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("1 设置") && lines.contains("4 修改密码"), "{lines}");
        assert!(lines.contains("9 退出") && !lines.contains("账号"), "{lines}");
    }

    #[test]
    fn a_whole_import_is_taken_back_by_its_number() {
        let (mut state, _) = desk(Home::default(), Role::Administrator);
        press(&mut state, "0<end><up><up><up><up><up><enter>");
        assert!(press(&mut state, "零<f8>").is_empty());
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("批次号应是 1 或更大的整数"), "{lines}");
        assert!(press(&mut state, "<c-u>3<f8>") == [Effect::UndoImport(BatchId(3))]);
    }

    #[test]
    fn the_password_is_changed_from_the_menu_under_the_policy_it_needs() {
        for (role, demo, least) in [
            (Role::Administrator, false, "不少于 12 个字"),
            (Role::Administrator, true, "不少于 8 个字"),
            (Role::Operator, false, "不少于 8 个字"),
        ] {
            let (mut state, _) = desk(Home::default(), role);
            state.session.as_mut().unwrap().demo = demo;
            press(&mut state, "0<end><up><up><up><up><up><up><up><enter>");
            let lines = dump(&state, 80, 24).join("\n");
            assert!(lines.contains("现在的密码") && lines.contains(least), "{lines}");
        }
    }

    #[test]
    fn entries_beyond_nine_are_reached_by_arrows() {
        let (mut state, _) = desk(Home::default(), Role::Administrator);
        press(&mut state, "<esc>0<end><up><up><enter>");
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("消息") && lines.contains("Ctrl+Q"), "{lines}");
        press(&mut state, "<esc>0<end>");
        assert!(press(&mut state, "<enter>") == [Effect::Quit]);
    }
}
