//! Draws [`Organisations`].

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::domain::organisation::{OrgRow, OrgState};
use crate::model::screens::organisations::{EMPTY, Organisations};
use crate::view::Scene;
use crate::view::browse;
use crate::view::table::{CellCtx, Column, Look, Width};
use crate::view::width::{pad_left, short_org};

/// Columns by which each level is set in, and the most levels drawn: names need room too.
const INDENT: usize = 2;
const MOST_LEVELS: usize = 6;

const FLAT_NAME: Column<OrgRow> =
    Column::new("名称", Width::Share(1), |row, ctx| short_org(&row.full_name, ctx.cols));
const TREE_NAME: Column<OrgRow> = Column::new("名称", Width::Share(1), tree_name);
const KIND: Column<OrgRow> =
    Column::new("类型", Width::Exact(8), |row, _| row.kind.label().to_owned());
const ADMINISTRATOR: Column<OrgRow> =
    Column::new("管理员", Width::Exact(10), |row, _| row.administrator.clone());
const MEMBERS: Column<OrgRow> =
    Column::new("团员", Width::Exact(5), |row, _| pad_left(&row.n_members.to_string(), 4));
const STATE: Column<OrgRow> =
    Column::new("状态", Width::Exact(4), |row, _| state(row).to_owned());

const TREE: &[Column<OrgRow>] = &[TREE_NAME, KIND, ADMINISTRATOR, MEMBERS, STATE];
const HITS: &[Column<OrgRow>] = &[FLAT_NAME, KIND, ADMINISTRATOR, MEMBERS, STATE];

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Organisations,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let search = screen.list.text();
    // What stands above a hit is not on the screen, so hits are not set in.
    let columns = if search.is_empty() { TREE } else { HITS };
    let empty = browse::empty_words(&search, EMPTY);
    let look = Look { columns, key: |row| row.id.0, empty: &empty };
    browse::draw(&screen.list, ("组织", "按上下级排列"), &look, scene, frame, area)
}

fn tree_name(row: &OrgRow, ctx: &CellCtx<'_>) -> String {
    let own = ctx.actor.map_or(1, |actor| actor.org_path.ids().count());
    let indent = row.path.ids().count().saturating_sub(own).min(MOST_LEVELS) * INDENT;
    " ".repeat(indent) + &short_org(&row.full_name, ctx.cols.saturating_sub(indent))
}

fn state(row: &OrgRow) -> &'static str {
    match row.state {
        OrgState::Active => "",
        OrgState::Retired => row.state.label(),
    }
}

#[cfg(test)]
mod tests {
    use crate::domain::account::Role;
    use crate::domain::ids::OrgId;
    use crate::domain::organisation::{OrgKind, OrgState};
    use crate::model::effect::{Reply, Ticket};
    use crate::model::sample::own_path;
    use crate::model::screens::organisations::Organisations;
    use crate::model::testing::org_row;
    use crate::view::testing::{desk, dump, press, reply};

    #[test]
    fn the_tree_is_set_in_and_hits_are_not() {
        let (mut state, _) = desk(Organisations::default(), Role::Administrator);
        let mut top = org_row(5, "江苏省南京市某某学院团委", OrgKind::Committee);
        top.path = own_path();
        let mut below = org_row(13, "江苏省南京市某某学院2017级13班团支部", OrgKind::Branch);
        below.path = own_path().child(OrgId(13));
        below.state = OrgState::Retired;
        let rows = vec![top, below];
        reply(&mut state, Reply::Orgs(Ticket(1), rows.clone(), None));
        let lines = dump(&state, 80, 24);
        assert!(lines[4].starts_with("║►  江苏省"), "{lines:#?}");
        assert!(lines[5].starts_with("║     ") && lines[5].contains("停用"), "{lines:#?}");
        assert!(lines[4].contains("团委") && lines[4].contains("李静"), "{lines:#?}");
        press(&mut state, "班");
        reply(&mut state, Reply::Orgs(Ticket(2), rows, None));
        let lines = dump(&state, 80, 24);
        assert!(!lines[5].trim_start_matches(['│', '║']).starts_with("     "), "{lines:#?}");
    }
}
