//! Draws [`Members`].

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::domain::member::MemberRow;
use crate::domain::reminder::ReminderKind;
use crate::model::screens::members::{EMPTY, Members, NONE_DUE};
use crate::view::Scene;
use crate::view::browse;
use crate::view::table::{Column, Look, Width};
use crate::view::width::short_org;

/// From so many columns on the roster shows two more of its own.
const WIDE: u16 = 100;

const NAME: Column<MemberRow> = Column::new("姓名", Width::Exact(12), |row, _| row.name.clone());
const BRANCH: Column<MemberRow> =
    Column::new("团支部", Width::Share(1), |row, ctx| short_org(&row.branch_name, ctx.cols));
const POST: Column<MemberRow> =
    Column::new("团内职务", Width::Exact(10), |row, _| row.league_post.clone());
const STATE: Column<MemberRow> =
    Column::new("状态", Width::Exact(6), |row, _| row.state.label().to_owned());
const OPEN: Column<MemberRow> =
    Column::new("在办", Width::Exact(15), |row, _| row.open_transfer.clone());
const PHONE: Column<MemberRow> =
    Column::new("手机号", Width::Exact(11), |row, _| row.masked_phone.clone());
const JOINED: Column<MemberRow> =
    Column::new("入团", Width::Exact(7), |row, _| row.joined_on.clone());

const COLUMNS: &[Column<MemberRow>] = &[NAME, BRANCH, POST, STATE, OPEN];
const WIDE_COLUMNS: &[Column<MemberRow>] = &[NAME, BRANCH, PHONE, JOINED, POST, STATE, OPEN];

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Members,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let columns = if area.width >= WIDE { WIDE_COLUMNS } else { COLUMNS };
    let empty = browse::empty_words(
        &screen.list.text(),
        if screen.only.is_some() { NONE_DUE } else { EMPTY },
    );
    let look = Look { columns, key: |row| row.id.0, empty: &empty };
    let title = match screen.only {
        Some(kind) => kind.label().to_owned(),
        None => format!("{}团员", screen.shown.label()),
    };
    let remark = match screen.only {
        Some(ReminderKind::Former) => "Enter 进详情，按 8 删除个人信息",
        Some(_) => "Enter 进详情，按 8 办理",
        None => "Ctrl+T 换在册/全部",
    };
    let words = (title.as_str(), remark);
    browse::draw(&screen.list, words, &look, scene, frame, area)
}

#[cfg(test)]
mod tests {
    use crate::domain::account::Role;
    use crate::model::effect::{Reply, Ticket};
    use crate::model::screens::members::Members;
    use crate::model::testing::member_row;
    use crate::view::testing::{cursor, desk, dump, press, reply, resize};

    fn shown() -> crate::model::State {
        let (mut state, _) = desk(Members::default(), Role::Administrator);
        let mut row = member_row(5, "王凡");
        row.open_transfer = "ZJ20200521-0003".to_owned();
        let rows = vec![member_row(4, "孔维嘉"), row];
        reply(&mut state, Reply::Members(Ticket(1), rows, None));
        state
    }

    #[test]
    fn the_roster_shows_branch_state_and_open_transfer() {
        let state = shown();
        let lines = dump(&state, 80, 24);
        assert!(lines[2].contains("在册团员  1/2 条"), "{lines:#?}");
        assert!(lines[4].starts_with("║►  孔维嘉"), "{lines:#?}");
        assert!(lines[4].contains("2017级13班") && lines[4].contains("在册"), "{lines:#?}");
        assert!(lines[5].contains("ZJ20200521-0003"), "{lines:#?}");
        assert!(lines[23].contains("2添加") && lines[23].contains("8办理"), "{lines:#?}");
        assert_eq!(cursor(&state, 80, 24), (1, 4));
    }

    #[test]
    fn while_searching_the_cursor_is_in_the_box() {
        let mut state = shown();
        press(&mut state, "孔");
        assert_eq!(cursor(&state, 80, 24), (9, 1));
        reply(&mut state, Reply::Members(Ticket(2), vec![], None));
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("没有找到「孔」"), "{lines}");
    }

    #[test]
    fn a_wide_terminal_shows_more_and_no_number_in_the_clear() {
        let mut state = shown();
        resize(&mut state, 120, 36);
        let lines = dump(&state, 120, 36).join("\n");
        assert!(lines.contains("186****1029") && lines.contains("2015-05"), "{lines}");
        assert!(!lines.contains("18625201029"));
    }

    #[test]
    fn the_popup_brackets_a_second_transfer() {
        let mut state = shown();
        press(&mut state, "<down>8");
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("(1 发起转接)") && lines.contains("2 修改"), "{lines}");
        press(&mut state, "1");
        assert!(state.message.text.contains("ZJ20200521-0003"), "{}", state.message.text);
    }

    #[test]
    fn an_empty_roster_names_the_key_that_fills_it() {
        let (mut state, _) = desk(Members::default(), Role::Administrator);
        reply(&mut state, Reply::Members(Ticket(1), vec![], None));
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("按 2 添加一名团员"), "{lines}");
    }
}
