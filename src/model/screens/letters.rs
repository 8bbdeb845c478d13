//! 介绍信: the letters of introduction that were issued, and whether their receipts came back.

use super::choice::{Choice, ChoiceItem, Release};
use super::doors::Door;
use super::members::CHROME;
use crate::domain::account::Role;
use crate::domain::ids::TransferId;
use crate::domain::letter::{LetterQuery, LetterRow, LetterView, PaperKind, no_letter};
use crate::domain::transfer::TransferRow;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::browse::{Browse, Effected, NOT_FOUND};
use crate::model::effect::{Effect, Reply};
use crate::model::layer::{Ctx, Given, Out};

/// 介绍信
pub struct Letters {
    /// The letters.
    pub list: Browse<LetterRow, i64>,
    /// Which of them.
    pub view: LetterView,
    role: Role,
}

impl Default for Letters {
    fn default() -> Self {
        Self { list: Browse::default(), view: LetterView::Awaited, role: Role::Member }
    }
}

impl Letters {
    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::List
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        self.list.focus()
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        "介绍信".to_owned()
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match self.list.act(&input) {
            Effected::Question => self.enter(ctx),
            Effected::Selection => self.more(ctx),
            Effected::Done => Out::nothing(),
            Effected::Nothing => self.other_key(input, ctx),
        }
    }

    fn other_key(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        let Some(action) = input.action() else { return Out::nothing() };
        match action {
            Action::Back => Out::nothing().pop(),
            Action::Refresh => self.enter(ctx).say("已刷新。"),
            Action::NextView | Action::Right | Action::NextPane => self.switch(1, ctx),
            Action::PreviousView | Action::Left | Action::PreviousPane => self.switch(-1, ctx),
            Action::Enter => {
                self.with_current(|row| Out::nothing().push(Door::Card(row.transfer).open()))
            }
            Action::Decide => self.with_current(|row| Out::nothing().push(self.popup(row).into())),
            other => self.refusal(other).map_or_else(Out::nothing, |why| Out::nothing().say(why)),
        }
    }

    fn with_current(&self, work: impl FnOnce(&LetterRow) -> Out) -> Out {
        match self.list.table.current() {
            Some(row) => work(row),
            None if self.list.text().is_empty() => Out::nothing().say(EMPTY),
            None => Out::nothing().say(NOT_FOUND),
        }
    }

    fn popup(&self, row: &LetterRow) -> Choice {
        let administrators = (self.role != Role::Administrator)
            .then(|| "这一项由管理员办理。需要时请联系本组织的管理员。".to_owned());
        let whose = format!("{} 的介绍信第 {} 号", row.transferee, row.number);
        let receipt = Release::Open(Door::LetterReceipt(row.transfer, whose.clone()));
        let replaced = row.replaced.then(|| "这一封已经重开，回执记在新的那一封上。".to_owned());
        let options = vec![
            ChoiceItem::new("登记回执", receipt).unless(administrators.clone().or(replaced)),
            ChoiceItem::new("补打，编号不变（过期的重开）", Release::Open(again(row.transfer)))
                .unless(administrators),
            ChoiceItem::new("看这一单转接", Release::Open(Door::Card(row.transfer))),
        ];
        Choice::new("介绍信", vec![whose], options)
    }

    fn switch(&mut self, by: isize, ctx: &mut Ctx<'_>) -> Out {
        let all = LetterView::ALL;
        let at = all.iter().position(|view| *view == self.view).unwrap_or(0);
        let next = at.cast_signed() + by;
        let len = all.len().cast_signed();
        let next = next.rem_euclid(len).cast_unsigned();
        self.view = all.get(next).copied().unwrap_or(self.view);
        self.list.table.rewind();
        self.enter(ctx)
    }

    /// Why an action is not possible here.
    pub fn refusal(&self, action: Action) -> Option<String> {
        match action {
            Action::New => Some(EMPTY.to_owned()),
            Action::Export => Some("要补打这一封，请按 8 再选「补打」。".to_owned()),
            _ => None,
        }
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match reply {
            Reply::Letters(ticket, rows, next) => {
                self.list.take(*ticket, rows.clone(), *next);
                Out::nothing()
            }
            Reply::Failed(ticket, _) => {
                self.list.failed(*ticket);
                Out::nothing()
            }
            Reply::Stored(_) | Reply::Printed(_) | Reply::Decided(..) => self.enter(ctx),
            _ => Out::nothing(),
        }
    }

    /// Takes what the layer above gave: nothing is chosen here.
    pub fn given(&mut self, _given: Given, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        self.role = ctx.session.map_or(Role::Member, |session| session.actor.role);
        let ticket = self.list.ask(ctx);
        Out::nothing().effect(Effect::LoadLetters(ticket, self.query(None)))
    }

    fn more(&mut self, ctx: &mut Ctx<'_>) -> Out {
        let Some((ticket, after)) = self.list.ask_more(ctx) else { return Out::nothing() };
        Out::nothing().effect(Effect::LoadLetters(ticket, self.query(Some(after))))
    }

    fn query(&self, after: Option<i64>) -> LetterQuery {
        LetterQuery { view: self.view, search: self.list.text(), after }
    }

    fn fit(&mut self, ctx: &Ctx<'_>) {
        self.list.table.fit(usize::from(ctx.size.1.saturating_sub(CHROME)));
    }
}

const EMPTY: &str = "介绍信从转接列表里开：选中一单或几单，按 7 打印。";

fn again(transfer: TransferId) -> Door {
    Door::Print(PaperKind::Letter, vec![transfer])
}

/// 打印: which paper, for these transfers.
pub fn print_popup(rows: &[&TransferRow], role: Role) -> Choice {
    let ids: Vec<TransferId> = rows.iter().map(|row| row.id).collect();
    let item = |kind: PaperKind| {
        ChoiceItem::new(kind.label(), Release::Open(Door::Print(kind, ids.clone())))
    };
    let lines = match rows {
        [one] => vec![format!("{}  {}", one.number, one.transferee)],
        several => vec![format!("选中的 {} 单，打在一个文件里", several.len())],
    };
    let options = vec![
        item(PaperKind::Letter).unless(why_no_letter(rows, role)),
        item(PaperKind::Retention),
        item(PaperKind::Notice),
    ];
    Choice::new("打印", lines, options)
}

/// Why none of them can have a letter, as far as a screen can know.
fn why_no_letter(rows: &[&TransferRow], role: Role) -> Option<String> {
    if role != Role::Administrator {
        let sentence = "介绍信由转出方的管理员开具。需要时请联系本组织的管理员。";
        return Some(sentence.to_owned());
    }
    let mut refusals = rows.iter().map(|row| no_letter(&row.number, &row.facts));
    let first = refusals.next()??;
    refusals.all(|refusal| refusal.is_some()).then_some(first)
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;
    use crate::domain::letter::{LetterNumber, PrintRun, Printed, PrintedPaper};
    use crate::domain::workflow::Stage;
    use crate::model::effect::Ticket;
    use crate::model::layer::Layer;
    use crate::model::sample::card;
    use crate::model::testing::{Desk, moves, only};
    use crate::view::testing::{desk, dump, press, reply};

    fn day(m: u32, d: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2020, m, d).unwrap()
    }

    fn row(id: i64) -> LetterRow {
        LetterRow {
            id,
            transfer: TransferId(id),
            transfer_number: format!("ZJ20200517-000{id}"),
            stage: Stage::ExternalReceipt,
            number: LetterNumber { year: 2020, seq: 13 },
            issuer: "某某学院团委".to_owned(),
            transferee: "孔维嘉".to_owned(),
            destination: "北京市某某区团委".to_owned(),
            issued_on: day(2, 1),
            valid_until: day(5, 1),
            receipt_on: None,
            times: 1,
            replaced: false,
        }
    }

    fn query(view: LetterView) -> LetterQuery {
        LetterQuery { view, search: String::new(), after: None }
    }

    #[test]
    fn overdue_letters_stand_out_and_empty_lists_say_where_letters_come_from() {
        let (mut state, effects) = desk(Letters::default(), Role::Administrator);
        assert!(effects == [Effect::LoadLetters(Ticket(1), query(LetterView::Awaited))]);
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("[待回执]") && lines.contains("逾期未回"), "{lines}");
        reply(&mut state, Reply::Letters(Ticket(1), vec![row(1)], None));
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("2020-0013 孔维嘉   北京市某某区团委"), "{lines}");
        assert!(lines.contains("2020-05-01") && lines.contains("逾期未回!"), "{lines}");
        reply(&mut state, Reply::Letters(Ticket(1), Vec::new(), None));
        assert!(dump(&state, 80, 24).join("\n").contains("按 7 打印"));
    }

    #[test]
    fn views_are_switched_and_stale_answers_dropped() {
        let mut desk = Desk::at_nine();
        let mut screen = Letters::default();
        screen.enter(&mut desk.ctx());
        let out = screen.act(Input::Do(Action::Right), &mut desk.ctx());
        assert!(*only(&out) == Effect::LoadLetters(Ticket(2), query(LetterView::Overdue)));
        let out = screen.act(Input::Do(Action::Left), &mut desk.ctx());
        let out = out.and(screen.act(Input::Do(Action::Left), &mut desk.ctx()));
        let all = Effect::LoadLetters(Ticket(4), query(LetterView::All));
        assert!(out.effects.last() == Some(&all));
        screen.reply(&Reply::Letters(Ticket(2), vec![row(1)], None), &mut desk.ctx());
        assert!(screen.list.table.rows.is_empty());
    }

    #[test]
    fn a_receipt_is_noted_with_its_day() {
        let (mut state, _) = desk(Letters::default(), Role::Administrator);
        reply(&mut state, Reply::Letters(Ticket(1), vec![row(7)], None));
        press(&mut state, "81");
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("接收日期") && lines.contains("2020-06-02"), "{lines}");
        let sent = press(&mut state, "<c-u>2020-05-20<f8>");
        assert!(sent == [Effect::NoteReceipt(TransferId(7), "2020-05-20".to_owned())]);
        let answered = reply(&mut state, Reply::Stored("已登记。".to_owned()));
        assert!(matches!(state.top(), Layer::Letters(_)));
        assert!(matches!(answered.as_slice(), [Effect::LoadLetters(..)]));
    }

    #[test]
    fn an_operator_looks_and_does_not_issue() {
        let (mut state, _) = desk(Letters::default(), Role::Operator);
        reply(&mut state, Reply::Letters(Ticket(1), vec![row(7)], None));
        press(&mut state, "81");
        assert!(state.message.text.contains("由管理员办理"), "{}", state.message.text);
        let shown = card(1, Stage::ExternalReceipt);
        let popup = print_popup(&[&shown.row], Role::Operator);
        assert!(popup.options[0].refusal.is_some() && popup.options[1].refusal.is_none());
    }

    #[test]
    fn a_popup_refuses_letters_only_where_no_transfer_can_have_one() {
        let (early, ready) = (card(1, Stage::OriginReview), card(2, Stage::ExternalReceipt));
        let refusal = |rows: &[&TransferRow]| {
            print_popup(rows, Role::Administrator).options[0].refusal.clone()
        };
        assert!(refusal(&[&early.row]).unwrap().contains("还在转出组织审批"));
        assert_eq!(refusal(&[&early.row, &ready.row]), None);
        assert_eq!(refusal(&[&ready.row]), None);
    }

    #[test]
    fn full_numbers_need_the_password_and_masked_ones_do_not() {
        let mut desk = Desk::at_nine();
        let mut form = super::super::record::Record::print(PaperKind::Letter, vec![TransferId(1)]);
        let out = form.act(Input::Do(Action::Decide), &mut desk.ctx());
        assert!(
            out.effects.is_empty() && moves(&out)[0].contains("自己的登录密码"),
            "{:?}",
            moves(&out)
        );
        form.form.choose("masked", "yes");
        let out = form.act(Input::Do(Action::Decide), &mut desk.ctx());
        let Effect::Print(order, _) = only(&out) else { panic!("it is printed") };
        assert!(order.masked && order.path.ends_with("介绍信.pdf"));
    }

    #[test]
    fn what_was_left_out_is_told_by_name() {
        let mut desk = Desk::at_nine();
        let printed = |outcome| Printed {
            number: "ZJ1".to_owned(),
            transferee: "孔维嘉".to_owned(),
            outcome,
        };
        let paper = PrintedPaper { letter: None, times: 1, replaces: None };
        let refused = crate::domain::fault::Fault::new(
            crate::domain::fault::FaultKind::Rule,
            "ZJ2 还是草稿。",
        );
        let answer = |results, path: Option<&str>, desk: &mut Desk| {
            let mut form =
                super::super::record::Record::print(PaperKind::Notice, vec![TransferId(1)]);
            form.form.choose("masked", "yes");
            form.act(Input::Do(Action::Decide), &mut desk.ctx());
            let run = PrintRun { path: path.map(Into::into), results };
            moves(&form.reply(&Reply::Printed(run), &mut desk.ctx()))
        };
        let all = answer(vec![printed(Ok(paper.clone()))], Some("/x.pdf"), &mut desk);
        assert_eq!(all, ["pop", "say 已打印 1 份：/x.pdf"]);
        let some =
            answer(vec![printed(Ok(paper)), printed(Err(refused))], Some("/x.pdf"), &mut desk);
        assert_eq!(some, ["pop", "push 打印结果", "say "]);
    }
}
