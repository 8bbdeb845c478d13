//! Draws [`Accounts`].

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::domain::account::Account;
use crate::model::screens::accounts::{Accounts, EMPTY};
use crate::model::screens::members::Shown;
use crate::view::Scene;
use crate::view::browse;
use crate::view::table::{CellCtx, Column, Look, Width};
use crate::view::width::short_org;

const COLUMNS: &[Column<Account>] = &[
    Column::new("姓名", Width::Exact(12), |row, _| row.name.clone()),
    Column::new("角色", Width::Exact(6), |row, _| row.role.label().to_owned()),
    Column::new("组织", Width::Share(1), |row, ctx| short_org(&row.org_name, ctx.cols)),
    Column::new("状态", Width::Exact(6), |row, _| row.state.label().to_owned()),
    Column::new("验证码有效至", Width::Exact(16), code_until),
];

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Accounts,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let empty = browse::empty_words(&screen.list.text(), EMPTY);
    let look = Look { columns: COLUMNS, key: |row| row.id.0, empty: &empty };
    let title = match screen.shown {
        Shown::Current => "在用账号",
        Shown::All => "全部账号",
    };
    let words = (title, "Enter 重置密码、移除");
    browse::draw(&screen.list, words, &look, scene, frame, area)
}

/// Until when the one-time code holds; one that is over says so in words.
fn code_until(row: &Account, ctx: &CellCtx<'_>) -> String {
    match row.code_until {
        None => String::new(),
        Some(until) if until <= ctx.now.moment => "已过期".to_owned(),
        Some(until) => ctx.now.local(until).format("%Y-%m-%d %H:%M").to_string(),
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::account::{Account, AccountState, Role};
    use crate::domain::ids::{AccountId, Moment, OrgId};
    use crate::domain::testing::id_number;
    use crate::model::effect::{Effect, Reply, Ticket};
    use crate::model::sample::own_path;
    use crate::model::screens::accounts::Accounts;
    use crate::view::testing::{desk, dump, now, press, reply};

    fn account(n: i64, name: &str, hours: i64) -> Account {
        Account {
            id: AccountId(n),
            id_number: id_number(41),
            name: name.to_owned(),
            phone: String::new(),
            role: Role::Operator,
            org: OrgId(5),
            org_name: "某某学院团委".to_owned(),
            org_path: own_path(),
            state: AccountState::Initial,
            code_until: Some(Moment(now().moment.0 + hours * 3600)),
            slot: None,
        }
    }

    #[test]
    fn a_password_is_reset_with_two_keys_and_the_code_is_shown() {
        let (mut state, _) = desk(Accounts::default(), Role::Administrator);
        reply(&mut state, Reply::Accounts(Ticket(1), vec![account(1, "李静", 48)]));
        assert!(press(&mut state, "<enter>").is_empty());
        assert!(press(&mut state, "1") == [Effect::ResetAccount(AccountId(1))]);
        let (name, code) = ("李静".to_owned(), "A1B2-C3D4".to_owned());
        let sentence = "2 天内有效。".to_owned();
        reply(&mut state, Reply::AccountIssued { name, code, sentence });
        assert!(dump(&state, 80, 24).join("").contains("A1B2-C3D4"));
        press(&mut state, "<esc>");
        assert!(!dump(&state, 80, 24).join("").contains("A1B2-C3D4"));
    }

    #[test]
    fn accounts_show_role_state_and_how_long_a_code_holds() {
        let (mut state, _) = desk(Accounts::default(), Role::Administrator);
        let accounts = vec![account(1, "李静", 48), account(2, "王凡", -1)];
        reply(&mut state, Reply::Accounts(Ticket(1), accounts));
        let lines = dump(&state, 80, 24);
        assert!(lines[4].contains("李静") && lines[4].contains("经办人"), "{lines:#?}");
        assert!(lines[4].contains("待启用") && lines[4].contains("2020-06-04 10:00"), "{lines:#?}");
        assert!(lines[5].contains("已过期"), "{lines:#?}");
        assert!(!lines.join("").contains("320102"), "no ID number is on the screen");
    }
}
