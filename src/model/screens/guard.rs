//! Popups about the data as a whole: somebody else holds it, it is damaged, it was restored.

use std::path::PathBuf;

use super::choice::{Choice, ChoiceItem, Release};
use crate::model::effect::Effect;

/// Somebody else writes, or nothing can be written: go on looking, or leave.
pub fn occupied(why: &str) -> Choice {
    let lines = vec![
        why.to_owned(),
        "现在打开只能看：能查询和浏览，不能办理、导入、导出或看完整号码。".to_owned(),
    ];
    let items = vec![
        ChoiceItem::new("只读打开", Release::Close),
        ChoiceItem::new("退出", Release::Effect(Effect::Quit)),
    ];
    Choice::new("只能看", lines, items)
}

/// The data is damaged or gone: what is, and the backup that could take its place.
pub fn damaged(sentence: &str, backup: Option<&(PathBuf, String)>) -> Choice {
    let mut lines = vec![sentence.to_owned()];
    let mut items = Vec::new();
    match backup {
        Some((path, words)) => {
            lines.push(format!("最近一份检查过的备份：{words}。"));
            lines.push("恢复后，备份之后办的事要重新办；现在的数据不删，另存在旁边。".to_owned());
            let restore = Release::Effect(Effect::Restore(path.clone()));
            items.push(ChoiceItem::new("先不动", Release::Close));
            items.push(ChoiceItem::new("用这份备份恢复", restore));
        }
        None => {
            lines.push(
                "备份目录里没有可用的备份。如果别处有，请退出后用「tuanzhuan restore 文件」恢复。"
                    .to_owned(),
            );
            items.push(ChoiceItem::new("知道了", Release::Close));
        }
    }
    items.push(ChoiceItem::new("退出", Release::Effect(Effect::Quit)));
    Choice::new("数据有损坏", lines, items)
}

/// A backup was made.
pub fn backed_up(sentence: &str) -> Choice {
    let next = "可以把它复制到移动硬盘。它是加密的，恢复密钥要另外放。";
    Choice::notice("已经备份", vec![sentence.to_owned(), next.to_owned()])
}

/// A backup was put in place.
pub fn restored(sentence: &str) -> Choice {
    Choice::notice("已经恢复", vec![sentence.to_owned(), "请重新登录，看一遍再继续。".to_owned()])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;
    use crate::model::effect::Reply;
    use crate::model::screens::home::Home;
    use crate::model::screens::sign_in::SignIn;
    use crate::view::testing::{desk, dump, press, reply};

    #[test]
    fn a_window_that_only_looks_says_why_and_shows_it_on_every_screen() {
        let (mut state, _) = desk(Home::default(), Role::Administrator);
        assert!(!dump(&state, 80, 24)[0].contains("只读"));
        drop(state.view_only("数据正由一个已经打开的窗口（a@b 进程 7）使用。".to_owned()));
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("进程 7") && lines.contains("1 只读打开"), "{lines}");
        assert!(press(&mut state, "1").is_empty());
        assert!(dump(&state, 80, 24)[0].contains("只读"), "{:?}", dump(&state, 80, 24)[0]);
    }

    #[test]
    fn leaving_is_the_other_choice() {
        let (mut state, _) = desk(Home::default(), Role::Administrator);
        drop(state.view_only("数据目录不能写入。".to_owned()));
        assert!(press(&mut state, "2") == [Effect::Quit]);
    }

    #[test]
    fn damage_names_itself_and_a_backup_is_never_restored_by_habit() {
        let (mut state, _) = desk(SignIn::new(true, false), Role::Administrator);
        state.session = None;
        let path = PathBuf::from("/x/a.backup");
        let told = Reply::Damaged {
            sentence: "数据库文件是空的。".to_owned(),
            backup: Some((path.clone(), "2026-06-01 做的，团员 4 人".to_owned())),
        };
        drop(reply(&mut state, told.clone()));
        let lines = dump(&state, 80, 24).join("\n");
        for wanted in ["数据库文件是空的", "团员 4 人", "► 1 先不动", "2 用这份备份恢复", "3 退出"]
        {
            assert!(lines.contains(wanted), "{wanted}\n{lines}");
        }
        assert!(press(&mut state, "<enter>").is_empty());
        drop(reply(&mut state, told));
        assert!(press(&mut state, "2") == [Effect::Restore(path)]);
        drop(reply(&mut state, Reply::Restored("原来的数据在 /x/before。".to_owned())));
        assert!(dump(&state, 80, 24).join("").contains("/x/before"));
    }

    #[test]
    fn without_a_backup_the_command_is_named() {
        let (mut state, _) = desk(SignIn::new(true, false), Role::Administrator);
        let told = Reply::Damaged { sentence: "坏了。".to_owned(), backup: None };
        drop(reply(&mut state, told));
        assert!(dump(&state, 80, 24).join("").contains("tuanzhuan restore"));
    }
}
