//! What is done from the list: marking, opening, new transfers, 办理 and undo.

use super::Home;
use crate::domain::account::Role;
use crate::domain::transfer::TransferRow;
use crate::domain::workflow::{Act, next_act};
use crate::keys::action::Action;
use crate::model::effect::{Decision, Effect};
use crate::model::layer::{Ctx, Out};
use crate::model::screens::choice::{Choice, ChoiceItem, Release};
use crate::model::screens::decide::decide;
use crate::model::screens::doors::{Door, Preset};
use crate::model::screens::letters::print_popup;
use crate::model::words::nothing_to_do;

impl Home {
    pub(super) fn mark(&mut self, then: Action) -> Out {
        if let Some(row) = self.table.current() {
            let key = row.id.0;
            self.table.toggle(key);
        }
        self.table.moved(then);
        self.say_marks()
    }

    pub(super) fn mark_all(&mut self) -> Out {
        let keys: Vec<i64> = self.table.rows.iter().map(|row| row.id.0).collect();
        if keys.iter().all(|key| self.table.marked.contains(key)) {
            self.table.marked.clear();
            return Out::nothing().say("已全部取消选中。");
        }
        self.table.marked.extend(keys);
        let (n, more) = (self.table.marked.len(), self.table.has_more || self.table.has_less);
        let rest = if more {
            "只选了已经读出来的；往下翻页，再按一次 6 接着选"
        } else {
            "按 8 一起办理"
        };
        Out::nothing().say(format!("已选 {n} 条。{rest}。"))
    }

    fn say_marks(&self) -> Out {
        match self.table.marked.len() {
            0 => Out::nothing().say("没有选中的了。"),
            n => Out::nothing().say(format!("已选 {n} 条。按 8 一起办理，空格取消一条。")),
        }
    }

    /// The rows a decision is about: the marked ones that were loaded, else the selected one.
    fn chosen(&self) -> Vec<&TransferRow> {
        let seen = self.table.rows.iter().chain(&self.aside);
        let marked: Vec<_> = seen.filter(|row| self.table.marked.contains(&row.id.0)).collect();
        if marked.is_empty() { self.table.current().into_iter().collect() } else { marked }
    }

    pub(super) fn open_selected(&mut self) -> Out {
        let (Some(row), Some(actor)) = (self.table.current(), &self.actor) else {
            return Out::nothing().say("列表是空的。按 2 新建，或用左右键换个视图。");
        };
        self.deciding = false;
        let door = match next_act(&row.facts, actor) {
            Some(Act::Submit) => Door::Apply(Preset::Draft(row.id)),
            _ => Door::Card(row.id),
        };
        Out::nothing().push(door.open())
    }

    pub(super) fn new_popup(&self) -> Choice {
        let actor = self.actor.as_ref();
        let office = actor.is_some_and(|actor| actor.role != Role::Member);
        let only_office =
            (!office).then(|| "这一项由经办人和管理员使用。你本人的转接请选 3。".to_owned());
        let no_record = actor.is_none_or(|actor| actor.member.is_none()).then(|| {
            "本库里没有你本人的团员档案，办不了本人转接。请在「团员」里先建档案。".to_owned()
        });
        let item = |label, preset| ChoiceItem::new(label, Release::Open(Door::Apply(preset)));
        let options = vec![
            item("办理转出（先选团员）", Preset::Departure).unless(only_office.clone()),
            item("办理转入（团员档案在外地）", Preset::Arrival).unless(only_office),
            item("本人转接", Preset::Own).unless(no_record),
        ];
        Choice::new("新建转接", Vec::new(), options)
    }

    pub(super) fn open_decide(&mut self, ctx: &Ctx<'_>) -> Out {
        let rows: Vec<TransferRow> = self.chosen().into_iter().cloned().collect();
        let Some(actor) = &self.actor else { return Out::nothing() };
        let popup = decide(&rows, actor, ctx.now, ctx.rules);
        self.deciding = true;
        Out::nothing().push(popup.into())
    }

    pub(super) fn open_print(&self) -> Out {
        let Some(actor) = &self.actor else { return Out::nothing() };
        Out::nothing().push(print_popup(&self.chosen(), actor.role).into())
    }

    pub(super) fn undo(&mut self) -> Out {
        let Some((id, number)) = self.last_submission.clone() else {
            return Out::nothing()
                .say("没有可以撤销的上一步。已经办的，请选中那一条按 8，看能不能撤销或退回。");
        };
        let decision = Decision {
            ids: vec![id],
            seen: Vec::new(),
            act: Act::Withdraw,
            reason: "撤销刚才的提交".to_owned(),
            branch: None,
            date: String::new(),
        };
        self.deciding = true;
        let options = vec![
            ChoiceItem::new(format!("撤销 {number}"), Release::Effect(Effect::Decide(decision))),
            ChoiceItem::new("不撤销", Release::Close),
        ];
        let lines = vec!["对方会看到原因「撤销刚才的提交」。".to_owned()];
        Out::nothing().push(Choice::new("撤销刚才的提交", lines, options).into())
    }

    /// Why an action is not possible now.
    pub fn refusal(&self, action: Action) -> Option<String> {
        match action {
            Action::Decide => self.no_decision(),
            Action::Print if self.chosen().is_empty() => {
                Some("列表是空的，没有可打印的。请换个视图，或清空查找。".to_owned())
            }
            Action::Export if self.table.rows.is_empty() => {
                Some("列表是空的，没有可导出的。请换个视图，或清空查找。".to_owned())
            }
            _ => None,
        }
    }

    fn no_decision(&self) -> Option<String> {
        let rows = self.chosen();
        let Some(first) = rows.first() else {
            return Some("列表里没有可办的转接。按 2 新建，或用左右键换个视图。".to_owned());
        };
        let Some(actor) = &self.actor else { return Some("请先登录。".to_owned()) };
        let why_not = |row: &&TransferRow| nothing_to_do(&row.facts, actor).is_some();
        if rows.iter().all(why_not) { nothing_to_do(&first.facts, actor) } else { None }
    }
}
