//! 个人中心: the own record and the own transfers.

use super::decide::{decide, results};
use super::doors::{Door, Preset};
use crate::domain::account::{Actor, Role};
use crate::domain::filter::{TransferQuery, View};
use crate::domain::ids::TransferId;
use crate::domain::member::Member;
use crate::domain::transfer::TransferRow;
use crate::domain::workflow::{Act, next_act};
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::effect::{Effect, Reply, Ticket};
use crate::model::layer::{Ctx, Given, Out};
use crate::model::table::Table;
use crate::model::words::nothing_to_do;

/// Rows of the pane with the record, its frame included.
pub const RECORD: u16 = 10;

/// Rows of the pane with the progress of the selected transfer, its frame included.
pub const PROGRESS: u16 = 4;

/// The own record, as far as it is known.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Own {
    /// Not here yet.
    #[default]
    Reading,
    /// This person is no member in this database.
    None,
    /// The record.
    Here(Box<Member>),
}

/// 个人中心
#[derive(Default)]
pub struct Centre {
    /// The own record.
    pub own: Own,
    /// The own transfers, newest first.
    pub table: Table<TransferRow>,
    actor: Option<Actor>,
    record: Ticket,
    list: Ticket,
    deciding: bool,
}

impl Centre {
    /// Which keys hold.
    pub fn screen(&self) -> Screen {
        Screen::Centre
    }

    /// What has the focus.
    pub fn focus(&self) -> Focus {
        Focus::List
    }

    /// Its part of the breadcrumb.
    pub fn crumb(&self) -> String {
        "个人中心".to_owned()
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.look_at(ctx);
        (self.record, self.list) = (ctx.ticket(), ctx.ticket());
        let query = TransferQuery::of(self.view());
        Out::nothing()
            .effect(Effect::LoadOwnRecord(self.record))
            .effect(Effect::LoadTransfers(self.list, query))
    }

    /// A member's scope holds the own transfers only; others see what they filled in.
    fn view(&self) -> View {
        match self.actor.as_ref().map(|actor| actor.role) {
            Some(Role::Operator | Role::Administrator) => View::Initiated,
            Some(Role::Member) | None => View::All,
        }
    }

    fn look_at(&mut self, ctx: &Ctx<'_>) {
        self.actor = ctx.session.map(|session| session.actor.clone());
        // Title, message, footer, the frame and the heading of the list.
        let around = RECORD + PROGRESS + 6;
        self.table.fit(usize::from(ctx.size.1.saturating_sub(around)));
    }

    /// Takes an input.
    #[expect(clippy::needless_pass_by_value, reason = "every screen takes its input alike")]
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        self.look_at(ctx);
        let Input::Do(action) = input else {
            return Out::nothing().say("这里不能输入文字。请按数字或 F 键。");
        };
        if let Some(refusal) = self.refusal(action) {
            return Out::nothing().warn(refusal);
        }
        match action {
            Action::Back => self.back(),
            Action::Refresh => self.enter(ctx).say("已刷新。"),
            Action::New => Out::nothing().push(Door::Apply(Preset::Own).open()),
            Action::Enter => self.open_selected(),
            Action::Decide => self.open_decide(ctx),
            other => {
                self.table.moved(other);
                Out::nothing()
            }
        }
    }

    /// For members this is the first screen, which Esc does not leave.
    fn back(&self) -> Out {
        match self.actor.as_ref().map(|actor| actor.role) {
            Some(Role::Member) | None => {
                Out::nothing().say("这里是第一屏。退出请按 Ctrl+Q，锁屏在菜单（0）里。")
            }
            Some(Role::Operator | Role::Administrator) => Out::nothing().pop(),
        }
    }

    fn open_selected(&mut self) -> Out {
        let (Some(row), Some(actor)) = (self.table.current(), &self.actor) else {
            return Out::nothing().say("还没有转接。按 2 发起。");
        };
        self.deciding = false;
        let door = match next_act(&row.facts, actor) {
            Some(Act::Submit) => Door::Apply(Preset::Draft(row.id)),
            _ => Door::Card(row.id),
        };
        Out::nothing().push(door.open())
    }

    fn open_decide(&mut self, ctx: &Ctx<'_>) -> Out {
        let (Some(row), Some(actor)) = (self.table.current(), &self.actor) else {
            return Out::nothing();
        };
        let popup = decide(std::slice::from_ref(row), actor, ctx.now, ctx.rules);
        self.deciding = true;
        Out::nothing().push(popup.into())
    }

    /// Why an action is not possible now.
    pub fn refusal(&self, action: Action) -> Option<String> {
        match (action, self.table.current(), &self.actor) {
            (Action::New, _, _) => self.no_request(),
            (Action::Decide, None, _) => Some("还没有转接。按 2 发起。".to_owned()),
            (Action::Decide, Some(row), Some(actor)) => nothing_to_do(&row.facts, actor),
            _ => None,
        }
    }

    fn no_request(&self) -> Option<String> {
        if self.own == Own::None {
            let why = "本库里没有你的团员档案，不能发起本人转接。请联系所在团支部的管理员登记。";
            return Some(why.to_owned());
        }
        let open = self.table.rows.iter().find(|row| row.facts.is_own && row.facts.stage.is_open());
        open.map(|row| {
            let stage = row.facts.stage.label();
            format!("你已有一单在办（{} {stage}）。选中它按 Enter 看进度。", row.number)
        })
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        match reply {
            Reply::OwnRecord(ticket, own) if *ticket == self.record => {
                self.own = own.clone().map_or(Own::None, Own::Here);
                Out::nothing()
            }
            Reply::Transfers(ticket, page) if *ticket == self.list => {
                self.table.replace(page.rows.clone(), page.next.is_some());
                Out::nothing()
            }
            Reply::Failed(Some(ticket), _) if *ticket == self.list => {
                self.table.loading = false;
                Out::nothing()
            }
            Reply::Decided(act, found) => {
                let mine = std::mem::take(&mut self.deciding);
                let said = if mine { results(*act, found) } else { Out::nothing() };
                self.enter(ctx).and(said)
            }
            Reply::Submitted { .. } | Reply::DraftSaved { .. } => self.enter(ctx),
            _ => Out::nothing(),
        }
    }

    /// Expects nothing.
    pub fn given(&mut self, _given: Given, _ctx: &mut Ctx<'_>) -> Out {
        Out::nothing()
    }

    /// The selected transfer.
    pub fn selected(&self) -> Option<TransferId> {
        self.table.current().map(|row| row.id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::filter::Page;
    use crate::domain::id_number::DocumentKind;
    use crate::domain::ids::{MemberId, OrgId};
    use crate::domain::member::{MemberState, Profile};
    use crate::domain::testing::id_number;
    use crate::domain::workflow::Stage;
    use crate::model::layer::Layer;
    use crate::model::sample::{own_path, row};
    use crate::model::state::State;
    use crate::view::testing::{desk, dump, press, reply};

    fn member() -> Member {
        Member {
            id: MemberId(1),
            name: "孔维嘉".to_owned(),
            document: DocumentKind::ResidentCard,
            id_number: id_number(1),
            phone: "18600000029".to_owned(),
            branch: OrgId(9),
            branch_name: "李公朴小学团支部2017级13班团支部".to_owned(),
            branch_path: own_path(),
            profile: Profile { joined_on: "2016-05".to_owned(), ..Profile::default() },
            state: MemberState::Active,
        }
    }

    fn open(rows: Vec<TransferRow>, own: Option<Member>) -> State {
        let (mut state, effects) = desk(Centre::default(), Role::Member);
        let [Effect::LoadOwnRecord(record), Effect::LoadTransfers(list, query)] = &effects[..]
        else {
            panic!("the own record and the own transfers are asked for")
        };
        assert_eq!(query.view, View::All);
        reply(&mut state, Reply::OwnRecord(*record, own.map(Box::new)));
        reply(&mut state, Reply::Transfers(*list, Page::whole(rows)));
        state
    }

    fn own_row(stage: Stage) -> TransferRow {
        let mut row = row(1, stage);
        row.facts.is_own = true;
        row
    }

    #[test]
    fn the_own_record_is_masked_and_the_progress_is_shown() {
        let state = open(vec![own_row(Stage::OriginReview)], Some(member()));
        let lines = dump(&state, 80, 24).join("\n");
        for wanted in [
            "个人中心",
            "320***************",
            "186****0029",
            "2016-05",
            "李公朴小学",
            "[✓]提交--[►]转出审批(等16天",
            "(2发起)",
        ] {
            assert!(lines.contains(wanted), "{wanted}\n{lines}");
        }
        assert!(!lines.contains(id_number(1).reveal()));
    }

    #[test]
    fn an_open_transfer_forbids_a_second_one_and_can_be_withdrawn() {
        let mut state = open(vec![own_row(Stage::OriginReview)], Some(member()));
        press(&mut state, "2");
        assert!(state.message.text.contains("已有一单在办"), "{}", state.message.text);
        press(&mut state, "8");
        let Layer::Choice(popup) = state.top() else { panic!("办理 opens") };
        let withdraw = popup.options.iter().find(|o| o.label.starts_with("撤销")).unwrap();
        assert_eq!(withdraw.refusal, None);
        assert!(popup.options[0].refusal.as_ref().unwrap().contains("你本人"));
    }

    #[test]
    fn an_empty_list_names_the_key_and_strangers_are_told_whom_to_ask() {
        let mut state = open(vec![], Some(member()));
        assert!(dump(&state, 80, 24).join("\n").contains("按 2 发起"));
        press(&mut state, "2");
        assert!(matches!(state.top(), Layer::Apply(_)));
        let mut stranger = open(vec![], None);
        press(&mut stranger, "2");
        assert!(stranger.message.text.contains("没有你的团员档案"));
        press(&mut stranger, "<esc>");
        assert!(matches!(stranger.top(), Layer::Centre(_)));
    }

    #[test]
    fn enter_opens_the_page_and_a_draft_is_gone_on_with() {
        let mut state = open(vec![own_row(Stage::OriginReview)], Some(member()));
        press(&mut state, "<enter>");
        assert!(matches!(state.top(), Layer::Card(_)));
        let mut state = open(vec![own_row(Stage::Draft)], Some(member()));
        press(&mut state, "<enter>");
        assert!(matches!(state.top(), Layer::Apply(_)));
    }
}
