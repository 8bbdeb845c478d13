//! 账号: who may sign in, and help for those who forgot their password.

use super::members::{CHROME, Shown};
use super::ways::{self, Offer};
use crate::domain::account::{Account, AccountState, Role};
use crate::domain::ids::AccountId;
use crate::domain::name_search::NameQuery;
use crate::keys::action::Action;
use crate::keys::table::{Focus, Input, Screen};
use crate::model::browse::{Browse, Effected};
use crate::model::effect::{Effect, Reply};
use crate::model::layer::{Ctx, Given, Layer, Out};

/// 账号
#[derive(Default)]
pub struct Accounts {
    /// The accounts that match the search.
    pub list: Browse<Account, ()>,
    /// Whether removed accounts are listed too.
    pub shown: Shown,
    all: Vec<Account>,
    /// The account a popup asks about, and what was chosen for it.
    chosen: Option<AccountId>,
    awaits_code: bool,
}

impl Accounts {
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
        "账号".to_owned()
    }

    /// Takes an input.
    pub fn act(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match self.list.act(&input) {
            Effected::Question => {
                self.filter();
                Out::nothing()
            }
            Effected::Selection | Effected::Done => Out::nothing(),
            Effected::Nothing => self.other_key(input, ctx),
        }
    }

    fn other_key(&mut self, input: Input, ctx: &mut Ctx<'_>) -> Out {
        let Some(action) = input.action() else { return Out::nothing() };
        match action {
            Action::Back => Out::nothing().pop(),
            Action::New => Out::nothing().push(ways::add_account(None)),
            Action::Refresh => self.enter(ctx),
            Action::Enter | Action::Decide => self.popup(),
            Action::Sort => self.toggle(),
            other => self.refusal(other).map_or_else(Out::nothing, |why| Out::nothing().say(why)),
        }
    }

    /// Why an action is not possible here.
    pub fn refusal(&self, action: Action) -> Option<String> {
        (action == Action::Export).then(|| "账号不能导出。".to_owned())
    }

    /// Takes an answer of the world.
    pub fn reply(&mut self, reply: &Reply, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        match reply {
            Reply::Accounts(ticket, accounts) => {
                if self.list.awaits(*ticket) {
                    self.all.clone_from(accounts);
                    self.filter();
                }
                Out::nothing()
            }
            Reply::AccountIssued { name, code, sentence } => {
                let shown = self.show_code(name, code, sentence);
                shown.and(self.enter(ctx))
            }
            Reply::Failed(ticket, _) => {
                self.list.failed(*ticket);
                Out::nothing()
            }
            Reply::Stored(said) => self.enter(ctx).say(said.clone()),
            _ => Out::nothing(),
        }
    }

    /// Only a reset asked for here is shown here: the form for a new account shows its own.
    fn show_code(&mut self, name: &str, code: &str, sentence: &str) -> Out {
        if !std::mem::take(&mut self.awaits_code) {
            return Out::nothing();
        }
        Out::nothing().push(super::text::codes(name, code, sentence).into())
    }

    /// Takes what the popup gave.
    pub fn given(&mut self, given: Given, _ctx: &mut Ctx<'_>) -> Out {
        let Given::Option(id) = given else { return Out::nothing() };
        let Some(account) = self.chosen.take() else { return Out::nothing() };
        match id.as_str() {
            RESET => {
                self.awaits_code = true;
                Out::nothing().effect(Effect::ResetAccount(account))
            }
            REMOVE => {
                self.chosen = Some(account);
                Out::nothing().push(self.confirm_removal(account))
            }
            REMOVE_FOR_SURE => Out::nothing().effect(Effect::RemoveAccount(account)),
            _ => Out::nothing(),
        }
    }

    /// Asks for its data, when it comes to the top.
    pub fn enter(&mut self, ctx: &mut Ctx<'_>) -> Out {
        self.fit(ctx);
        let ticket = self.list.ask(ctx);
        Out::nothing().effect(Effect::LoadAccounts(ticket))
    }

    fn fit(&mut self, ctx: &Ctx<'_>) {
        self.list.table.fit(usize::from(ctx.size.1.saturating_sub(CHROME)));
    }

    fn toggle(&mut self) -> Out {
        self.shown = self.shown.other();
        self.filter();
        let what = match self.shown {
            Shown::Current => "在用的",
            Shown::All => "全部（含已移除）",
        };
        Out::nothing().say(format!("现在列出{what}账号。再按一次换回来。"))
    }

    /// There are few accounts, so they are all here and are searched here.
    fn filter(&mut self) {
        let query = NameQuery::parse(&self.list.text());
        let hit = |a: &&Account| query.matches(&format!("{} {}", a.name, a.org_name), "").is_some();
        let listed = |a: &&Account| self.shown == Shown::All || a.state != AccountState::Removed;
        let rows = self.all.iter().filter(listed).filter(hit).cloned().collect();
        self.list.table.replace(rows, false);
    }

    fn popup(&mut self) -> Out {
        let Some(account) = self.list.table.current() else { return Out::nothing().say(EMPTY) };
        let lines = vec![
            format!("{}  {}", account.name, account.role.label()),
            account.org_name.clone(),
            "重置后程序给一个一次性验证码，2 天内有效。".to_owned(),
        ];
        let offers = offers(account);
        self.chosen = Some(account.id);
        Out::nothing().push(ways::choice("账号", lines, offers))
    }

    /// Removing cannot be taken back, so it is asked about by name.
    fn confirm_removal(&self, id: AccountId) -> Layer {
        let account = self.all.iter().find(|a| a.id == id);
        let name = account.map_or("", |a| a.name.as_str());
        let mut lines = vec![
            format!("将移除{name}的账号。"),
            "以后不能再用它登录；办过的事和记录都留着。".to_owned(),
        ];
        if account.is_some_and(|a| a.role == Role::Administrator) {
            lines.push("数据库密钥会一起更换；以前的备份和拷贝".to_owned());
            lines.push("仍能用原来的密码打开。".to_owned());
        }
        let offers =
            vec![Offer::new("keep", "不移除"), Offer::new(REMOVE_FOR_SURE, format!("移除{name}"))];
        ways::choice("移除账号", lines, offers)
    }
}

const RESET: &str = "reset";
const REMOVE: &str = "remove";
const REMOVE_FOR_SURE: &str = "remove_for_sure";

/// What to do where the list is empty.
pub const EMPTY: &str = "还没有别的账号。按 2 添加一个。";

fn offers(account: &Account) -> Vec<Offer> {
    let removed = (account.state == AccountState::Removed)
        .then(|| format!("{}的账号已移除。需要时请按 2 重新添加。", account.name));
    vec![
        Offer::new(RESET, "重置密码").unless(removed.clone()),
        Offer::new(REMOVE, "移除").unless(removed),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ids::OrgId;
    use crate::domain::organisation::OrgPath;
    use crate::domain::testing::id_number;
    use crate::model::effect::Ticket;
    use crate::model::testing::{Desk, moves, only};

    fn account(n: i64, name: &str, state: AccountState) -> Account {
        Account {
            id: AccountId(n),
            id_number: id_number(41),
            name: name.to_owned(),
            phone: String::new(),
            role: Role::Operator,
            org: OrgId(1),
            org_name: "某某学院团委".to_owned(),
            org_path: OrgPath::root(OrgId(1)),
            state,
            code_until: None,
            slot: None,
        }
    }

    fn loaded(desk: &mut Desk) -> Accounts {
        let mut screen = Accounts::default();
        screen.enter(&mut desk.ctx());
        let accounts = vec![
            account(1, "周敏", AccountState::Active),
            account(2, "李静", AccountState::Initial),
            account(3, "王凡", AccountState::Removed),
        ];
        screen.reply(&Reply::Accounts(Ticket(1), accounts), &mut desk.ctx());
        screen
    }

    fn names(screen: &Accounts) -> Vec<&str> {
        screen.list.table.rows.iter().map(|a| a.name.as_str()).collect()
    }

    fn given(screen: &mut Accounts, id: &str, desk: &mut Desk) -> Out {
        screen.given(Given::Option(id.to_owned()), &mut desk.ctx())
    }

    #[test]
    fn the_search_is_done_here_and_hears_pinyin() {
        let mut desk = Desk::at_nine();
        let mut screen = loaded(&mut desk);
        assert_eq!(names(&screen), ["周敏", "李静"]);
        screen.act(Input::Do(Action::Find), &mut desk.ctx());
        let out = screen.act(Input::Type("lj".to_owned()), &mut desk.ctx());
        assert!(out.effects.is_empty());
        assert_eq!(names(&screen), ["李静"]);
    }

    #[test]
    fn removed_accounts_are_shown_on_request() {
        let mut desk = Desk::at_nine();
        let mut screen = loaded(&mut desk);
        screen.act(Input::Do(Action::Sort), &mut desk.ctx());
        assert_eq!(names(&screen), ["周敏", "李静", "王凡"]);
        assert!(offers(&screen.all[2]).iter().all(|offer| offer.refusal.is_some()));
    }

    #[test]
    fn a_reset_shows_its_code_once() {
        let mut desk = Desk::at_nine();
        let mut screen = loaded(&mut desk);
        screen.act(Input::Do(Action::Enter), &mut desk.ctx());
        let out = given(&mut screen, "reset", &mut desk);
        assert!(*only(&out) == Effect::ResetAccount(AccountId(1)));
        let reply = Reply::AccountIssued {
            name: "周敏".to_owned(),
            code: "A1B2-C3D4".to_owned(),
            sentence: "2 天内有效。".to_owned(),
        };
        assert_eq!(moves(&screen.reply(&reply, &mut desk.ctx())), ["push 一次性验证码"]);
        assert!(moves(&screen.reply(&reply, &mut desk.ctx())).is_empty());
    }

    #[test]
    fn removing_is_asked_about_before_it_is_done() {
        let mut desk = Desk::at_nine();
        let mut screen = loaded(&mut desk);
        screen.act(Input::Do(Action::Enter), &mut desk.ctx());
        let out = given(&mut screen, "remove", &mut desk);
        assert_eq!((out.effects.len(), out.nav.len()), (0, 1));
        let out = given(&mut screen, "remove_for_sure", &mut desk);
        assert!(*only(&out) == Effect::RemoveAccount(AccountId(1)));
        assert!(given(&mut screen, "remove_for_sure", &mut desk).effects.is_empty());
    }

    #[test]
    fn a_stale_answer_is_dropped() {
        let mut desk = Desk::at_nine();
        let mut screen = loaded(&mut desk);
        screen.enter(&mut desk.ctx());
        screen.reply(&Reply::Accounts(Ticket(1), vec![]), &mut desk.ctx());
        assert_eq!(screen.all.len(), 3);
    }
}
