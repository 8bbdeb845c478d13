//! 转接详情: one transfer with everything that is known of it.

use super::decide::{decide, results};
use super::doors::{Door, Preset};
use super::letters::print_popup;
use crate::domain::account::Actor;
use crate::domain::ids::{Moment, TransferId};
use crate::domain::text::columns;
use crate::domain::transfer::TransferCard;
use crate::domain::workflow::Stage;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::effect::{Effect, Reply, RevealTarget, Ticket};
use crate::model::layer::{Ctx, Given, Out};
use crate::model::words::{may_apply_again, nothing_to_do};

/// Numbers in the clear, and until when they may be seen.
#[derive(Clone, PartialEq, Eq)]
pub struct Clear {
    /// ID number.
    pub id_number: String,
    /// Telephone.
    pub phone: String,
    /// Until when.
    pub until: Moment,
}

/// One transfer.
#[derive(Default)]
pub struct CardPage {
    id: Option<TransferId>,
    /// The transfer, once it is here.
    pub card: Option<Box<TransferCard>>,
    /// Numbers in the clear, while they are shown.
    pub clear: Option<Clear>,
    /// First line shown.
    pub scroll: usize,
    actor: Option<Actor>,
    ticket: Ticket,
    asked_to_reveal: bool,
    deciding: bool,
}

impl CardPage {
    /// The page of a transfer.
    pub fn new(id: TransferId) -> Self {
        Self { id: Some(id), ..Self::default() }
    }

    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::Card
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        Focus::List
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        let name = self.card.as_ref().map(|card| card.row.transferee.as_str());
        name.map_or_else(|| "转接详情".to_owned(), |name| format!("转接详情 {name}"))
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.actor = ctx.session.map(|session| session.actor.clone());
        let Some(id) = self.id else { return Out::nothing() };
        self.ticket = ctx.ticket();
        Out::nothing().effect(Effect::LoadCard(self.ticket, id))
    }

    /// Takes an input.
    #[expect(clippy::needless_pass_by_value, reason = "every screen takes its input alike")]
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        let Input::Do(action) = input else {
            return Out::nothing().say("这里不能输入文字。按 Esc 回列表后可以直接输入来查找。");
        };
        if let Some(refusal) = self.refusal(action) {
            return Out::nothing().warn(refusal);
        }
        match action {
            Action::Back | Action::Left => Out::nothing().pop(),
            Action::Refresh => self.enter(ctx).say("已刷新。"),
            Action::Reveal => self.reveal(),
            Action::Decide => self.open_decide(ctx),
            Action::New => self.again(),
            Action::Print => self.print(),
            other => {
                self.scroll_by(other, ctx.size);
                Out::nothing()
            }
        }
    }

    fn scroll_by(&mut self, action: Action, size: (u16, u16)) {
        let page = usize::from(size.1).saturating_sub(7);
        let last = self.lines_at_most(size).saturating_sub(page);
        self.scroll = match action {
            Action::Up => self.scroll.saturating_sub(1),
            Action::Down | Action::Enter => (self.scroll + 1).min(last),
            Action::PageUp => self.scroll.saturating_sub(page),
            Action::PageDown | Action::Mark => (self.scroll + page).min(last),
            Action::First => 0,
            Action::Last => last,
            _ => self.scroll,
        };
    }

    /// Lines of the page, with room to spare: the view wraps and stops at the real end.
    fn lines_at_most(&self, size: (u16, u16)) -> usize {
        let Some(card) = &self.card else { return 0 };
        let room = usize::from(size.0).saturating_sub(30).max(1);
        let wrapped = |text: &str| columns(text) / room + 1;
        let long = [&card.closing_reason, &card.form.remark, &card.row.origin, &card.placed_in];
        let events: usize = card.events.iter().map(|event| 1 + wrapped(&event.reason)).sum();
        26 + long.into_iter().map(|text| wrapped(text)).sum::<usize>() + events
    }

    fn reveal(&mut self) -> Out {
        let Some(id) = self.id else { return Out::nothing() };
        self.asked_to_reveal = true;
        Out::nothing().effect(Effect::Reveal(RevealTarget::Transfer(id)))
    }

    fn open_decide(&mut self, ctx: &Ctx<'_>) -> Out {
        let (Some(card), Some(actor)) = (&self.card, &self.actor) else { return Out::nothing() };
        let popup = decide(std::slice::from_ref(&card.row), actor, ctx.now, ctx.rules);
        self.deciding = true;
        Out::nothing().push(popup.into())
    }

    fn print(&self) -> Out {
        let (Some(card), Some(actor)) = (&self.card, &self.actor) else { return Out::nothing() };
        Out::nothing().push(print_popup(&[&card.row], actor.role).into())
    }

    fn again(&self) -> Out {
        let Some(id) = self.id else { return Out::nothing() };
        Out::nothing().push(Door::Apply(Preset::Again(id)).open())
    }

    /// Why an action is not possible now.
    pub fn refusal(&self, action: Action) -> Option<String> {
        let asks = [Action::Decide, Action::New, Action::Reveal, Action::Print];
        let matters = asks.contains(&action);
        let (Some(card), Some(actor)) = (&self.card, &self.actor) else {
            return matters.then(|| "这一单还没有读出来。请稍等，或按 5 再读一次。".to_owned());
        };
        let facts = &card.row.facts;
        match action {
            Action::Decide => nothing_to_do(facts, actor),
            Action::New if may_apply_again(facts, actor) => None,
            Action::New => Some(no_second_request(facts.stage)),
            Action::Reveal if self.clear.is_some() => {
                Some("号码已经显示着，十秒后自动遮住。".to_owned())
            }
            _ => None,
        }
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        match reply {
            Reply::Card(ticket, card) if *ticket == self.ticket => {
                self.card = Some(card.clone());
                Out::nothing()
            }
            Reply::Revealed { id_number, phone, until } if self.asked_to_reveal => {
                self.asked_to_reveal = false;
                let (id_number, phone) = (id_number.clone(), phone.clone());
                self.clear = Some(Clear { id_number, phone, until: *until });
                Out::nothing().say("号码显示十秒，已记入操作记录。")
            }
            Reply::Failed(None, _) => {
                self.asked_to_reveal = false;
                Out::nothing()
            }
            Reply::Decided(act, found) => {
                let mine = std::mem::take(&mut self.deciding);
                let said = if mine { results(*act, found) } else { Out::nothing() };
                self.enter(ctx).and(said)
            }
            Reply::Submitted { .. } => self.enter(ctx),
            _ => Out::nothing(),
        }
    }

    /// Expects nothing.
    pub fn given(&mut self, _given: Given, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }

    /// When it wants to be told that time has passed.
    pub fn deadline(&self) -> Option<Moment> {
        self.clear.as_ref().map(|clear| clear.until)
    }

    /// Hides the numbers once their time is over.
    pub fn due(&mut self, ctx: &mut Ctx<'_>) -> Out {
        if self.deadline().is_some_and(|until| ctx.now.moment >= until) {
            self.clear = None;
        }
        Out::nothing()
    }
}

fn no_second_request(stage: Stage) -> String {
    match stage {
        Stage::Returned | Stage::Withdrawn | Stage::Lapsed => {
            "再次申请要由原来的发起方来做。请联系发起方。".to_owned()
        }
        Stage::Draft => "这一单还是草稿，直接按 8 续填就可以。".to_owned(),
        _ => "这一单没有退回、撤销或失效，不用再次申请。".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;
    use crate::model::layer::Layer;
    use crate::model::sample::card;
    use crate::model::state::{Msg, State, update};
    use crate::view::testing::{desk, dump, now, press, reply};

    fn open(stage: Stage) -> State {
        let (mut state, effects) = desk(CardPage::new(TransferId(1)), Role::Administrator);
        let Some(Effect::LoadCard(ticket, TransferId(1))) = effects.first() else {
            panic!("the page asks for its transfer")
        };
        let mut shown = card(1, stage);
        shown.closing_reason = "录取通知书看不清".to_owned();
        reply(&mut state, Reply::Card(*ticket, Box::new(shown)));
        state
    }

    #[test]
    fn the_page_shows_labels_masks_progress_and_history() {
        let state = open(Stage::DestinationReview);
        let lines = dump(&state, 80, 24).join("\n");
        for wanted in [
            "ZJ20200517-0001",
            "[✓]提交--[✓]转出审批--[►]转入审批(等16天",
            "由你审批（按 8）",
            "320***************",
            "186****0029",
            "转出原因",
            "升学",
            "新学校名称",
            "王莉茜 13300000072",
        ] {
            assert!(lines.contains(wanted), "{wanted}\n{lines}");
        }
        assert!(!lines.contains("18600000029"), "the contact number is masked too\n{lines}");
    }

    #[test]
    fn the_end_of_the_page_has_the_events_and_stops_there() {
        let mut state = open(Stage::Returned);
        press(&mut state, "<end>");
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("05-17 12:00 王莉茜  同意"), "{lines}");
        press(&mut state, "<home>");
        assert!(dump(&state, 80, 24).join("\n").contains("转入方已退回：录取通知书看不清"));
    }

    #[test]
    fn numbers_are_seen_for_ten_seconds_only() {
        let mut state = open(Stage::DestinationReview);
        assert!(press(&mut state, "7") == [Effect::Reveal(RevealTarget::Transfer(TransferId(1)))]);
        let until = Moment(now().moment.0 + 10);
        let (id_number, phone) = ("320102200001010011".to_owned(), "18600000029".to_owned());
        reply(&mut state, Reply::Revealed { id_number, phone, until });
        assert!(dump(&state, 80, 24).join("\n").contains("320102200001010011"));
        assert_eq!(state.deadline(), Some(until));
        let later = crate::domain::ids::Now { moment: until, ..now() };
        drop(update(&mut state, Msg::Due, later));
        assert!(!dump(&state, 80, 24).join("\n").contains("320102200001010011"));
    }

    #[test]
    fn what_is_not_possible_is_bracketed_and_says_why() {
        let mut state = open(Stage::OriginReview);
        assert!(dump(&state, 80, 24)[23].contains("(8办理)"));
        press(&mut state, "8");
        assert!(state.message.text.contains("正等转出团支部"), "{}", state.message.text);
        press(&mut state, "2");
        assert!(state.message.text.contains("不用再次申请"));
        let mut mine = open(Stage::DestinationReview);
        press(&mut mine, "8");
        assert!(matches!(mine.top(), Layer::Choice(_)));
    }

    #[test]
    fn an_answer_to_an_older_question_is_dropped() {
        let (mut state, _) = desk(CardPage::new(TransferId(1)), Role::Administrator);
        let stale = Ticket(9_999);
        reply(&mut state, Reply::Card(stale, Box::new(card(1, Stage::Placement))));
        assert!(dump(&state, 80, 24).join("\n").contains("正在读取"));
    }
}
