//! Draws [`Pick`].

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::Line;

use crate::domain::member::MemberRow;
use crate::domain::organisation::OrgRow;
use crate::model::effect::OrgScope;
use crate::model::screens::pick::{Found, Pick, Typing, Wanted};
use crate::view::Scene;
use crate::view::browse;
use crate::view::table::{self, CellCtx, Column, Look, Width};
use crate::view::theme::Focused;
use crate::view::width::{Fit, fit, pad_left, short_org};

/// What to try where something was not found (ux.md 6.1).
const HINTS: &[&str] = &[
    "没找到？",
    "  换叫法：「流动团员团支部」旧称「学社衔接临时团支部」，两种都能搜",
    "  铁道、民航、央企等系统单位，请按系统团委的名字查，不按地名查",
    "  单位没有团组织：转到单位所在的乡镇街道",
];

/// The last hint, where a name may be typed.
const HINT_TYPED: &str = "  京/粤/闽或库外组织：打出全称，选最后一行「手工填写」";

const ORG_COLUMNS: &[Column<Found>] = &[
    Column::new("名称", Width::Share(1), name),
    Column::new("类型", Width::Exact(8), |row, _| org(row, |o| o.kind.label().to_owned())),
    Column::new("管理员", Width::Exact(10), |row, _| org(row, |o| o.administrator.clone())),
    Column::new("团员", Width::Exact(5), |row, _| {
        org(row, |o| pad_left(&o.n_members.to_string(), 4))
    }),
];

const MEMBER_COLUMNS: &[Column<Found>] = &[
    Column::new("姓名", Width::Exact(12), name),
    Column::new("团支部", Width::Share(1), |row, ctx| {
        member(row, |m| short_org(&m.branch_name, ctx.cols))
    }),
    Column::new("状态", Width::Exact(6), |row, _| member(row, |m| m.state.label().to_owned())),
    Column::new("在办", Width::Exact(15), |row, _| member(row, |m| m.open_transfer.clone())),
];

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Pick,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let parts = [Constraint::Length(4), Constraint::Min(4), Constraint::Length(4)];
    let [search, results, compare] = Layout::vertical(parts).areas(area);
    let cursor = draw_search(screen, scene, frame, search);
    draw_results(screen, scene, frame, results);
    draw_compare(screen, scene, frame, compare);
    Some(cursor)
}

fn draw_search(screen: &Pick, scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) -> Position {
    let pane = scene.theme.pane("查找", Focused::Yes);
    let inner = pane.inner(area);
    frame.render_widget(pane, area);
    let [first, second] = Layout::vertical([Constraint::Length(1); 2]).areas(inner);
    frame.render_widget(Line::raw(format!(" 范围：{}", scope(&screen.wanted))), second);
    browse::search_line(screen.search(), "汉字、拼音首字母、编号；空格=并且", scene, frame, first)
}

fn scope(wanted: &Wanted) -> &'static str {
    match wanted {
        Wanted::Member => "我管理范围内的在册团员",
        Wanted::Org(OrgScope::Anywhere) => "本库全部组织",
        Wanted::Org(OrgScope::Mine) => "我管理的组织和下级",
        Wanted::Org(OrgScope::BranchesBelow(_)) => "转入组织下面的团支部",
    }
}

fn draw_results(screen: &Pick, scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) {
    let table = screen.table();
    let more = if table.has_more { "以上" } else { "" };
    let title = format!("结果 {} 条{more}", screen.n_found());
    let pane = scene.theme.pane(title, Focused::No);
    let inner = pane.inner(area);
    frame.render_widget(pane, area);
    let columns = match screen.wanted {
        Wanted::Member => MEMBER_COLUMNS,
        Wanted::Org(_) => ORG_COLUMNS,
    };
    let empty = ["没有找到。".to_owned()];
    let look = Look { columns, key, empty: &empty };
    table::draw(table, &look, scene, frame, inner);
    if !table.loading {
        draw_hints(screen, scene, frame, inner);
    }
}

/// The hints stand at the bottom of the results, where rows leave room for all of them.
fn draw_hints(screen: &Pick, scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) {
    let last = (screen.typing == Typing::Allowed).then_some(HINT_TYPED);
    let hints: Vec<&str> = match screen.wanted {
        Wanted::Org(OrgScope::Anywhere) => HINTS.iter().copied().chain(last).collect(),
        Wanted::Org(_) | Wanted::Member => return,
    };
    let needed = u16::try_from(hints.len()).unwrap_or(u16::MAX);
    let used = u16::try_from(screen.table().rows.len().max(1)).unwrap_or(u16::MAX);
    if area.height < needed.saturating_add(used).saturating_add(2) {
        return;
    }
    let mut line = Rect { y: area.bottom() - needed, height: 1, ..area };
    for hint in hints {
        let text = fit(&format!("   {hint}"), usize::from(area.width), Fit::Tail);
        frame.render_widget(Line::styled(text, scene.theme.dim()), line);
        line.y += 1;
    }
}

/// What to compare before taking a row: full name, superior, and what may be wrong with it.
fn draw_compare(screen: &Pick, scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) {
    let pane = scene.theme.pane("核对", Focused::No);
    let inner = pane.inner(area);
    frame.render_widget(pane, area);
    let texts = match screen.table().current() {
        Some(Found::Org(row)) => compare_org(row, screen.superior(row)),
        Some(Found::Member(row)) => compare_member(row),
        Some(Found::Typed(text)) => [
            format!("手工填写：{text}"),
            "本库没有它的记录。全称要和对方系统里的一字不差，请先问清楚再选。".to_owned(),
        ],
        None => [String::new(), String::new()],
    };
    let mut line = Rect { height: 1, ..inner };
    for text in texts {
        let cols = usize::from(inner.width).saturating_sub(1);
        frame.render_widget(Line::raw(format!(" {}", fit(&text, cols, Fit::Tail))), line);
        line.y += 1;
    }
}

fn compare_org(row: &OrgRow, superior: Option<&str>) -> [String; 2] {
    let above = match superior {
        Some(name) => short_org(name, 28).trim_end().to_owned(),
        None => "（最上级，或正在查）".to_owned(),
    };
    let managed = if row.managed { "本库管理" } else { "本库不管理，由对方系统办" };
    let hollow = row.administrator.is_empty() && row.n_members == 0;
    let hollow = if hollow { "  留意：没有管理员也没有团员!" } else { "" };
    [
        format!("全称：{}", row.full_name),
        format!("编号 {}  上级：{above}  {managed}{hollow}", row.code),
    ]
}

fn compare_member(row: &MemberRow) -> [String; 2] {
    [
        format!("{}  身份证号 {}  手机号 {}", row.name, row.masked_id, row.masked_phone),
        format!("团支部：{}", row.branch_name),
    ]
}

fn name(row: &Found, ctx: &CellCtx<'_>) -> String {
    match row {
        Found::Member(row) => row.name.clone(),
        Found::Org(row) => short_org(&row.full_name, ctx.cols),
        Found::Typed(text) => format!("手工填写：{text}"),
    }
}

fn org(row: &Found, text: impl FnOnce(&OrgRow) -> String) -> String {
    match row {
        Found::Org(row) => text(row),
        Found::Member(_) | Found::Typed(_) => String::new(),
    }
}

fn member(row: &Found, text: impl FnOnce(&MemberRow) -> String) -> String {
    match row {
        Found::Member(row) => text(row),
        Found::Org(_) | Found::Typed(_) => String::new(),
    }
}

fn key(row: &Found) -> i64 {
    match row {
        Found::Member(row) => row.id.0,
        Found::Org(row) => row.id.0,
        Found::Typed(_) => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;
    use crate::domain::organisation::OrgKind;
    use crate::model::effect::{Reply, Ticket};
    use crate::model::testing::{member_row, org_row, organisation};
    use crate::view::testing::{cursor, desk, dump, press, reply};

    #[test]
    fn organisations_are_compared_before_one_is_taken() {
        let pick = Pick::org(OrgScope::Anywhere, "天宁", true);
        let (mut state, _) = desk(pick, Role::Administrator);
        let mut row = org_row(17, "江苏省常州市天宁区天宁街道流动团员团支部", OrgKind::Branch);
        row.administrator.clear();
        row.n_members = 0;
        reply(&mut state, Reply::Orgs(Ticket(1), vec![row], None));
        let root = organisation(1, "共青团江苏省委员会", OrgKind::ProvinceRoot);
        reply(&mut state, Reply::Org(Ticket(2), Box::new(root)));
        let lines = dump(&state, 80, 24);
        assert!(lines[2].contains("查找：天宁"), "{lines:#?}");
        assert!(lines[5].contains("结果 1 条"), "{lines:#?}");
        assert!(lines[7].starts_with("│►") && lines[7].contains("流动团员"), "{lines:#?}");
        assert!(lines[8].contains("手工填写：天宁"), "{lines:#?}");
        assert!(lines.join("").contains("换叫法"), "{lines:#?}");
        assert!(lines[19].contains("全称：江苏省常州市天宁区"), "{lines:#?}");
        assert!(lines[20].contains("江苏省委员会") && lines[20].contains("留意"), "{lines:#?}");
        assert_eq!(cursor(&state, 80, 24), (12, 2));
    }

    #[test]
    fn nothing_found_says_what_to_try() {
        let pick = Pick::org(OrgScope::Anywhere, "没有的", false);
        let (mut state, _) = desk(pick, Role::Administrator);
        reply(&mut state, Reply::Orgs(Ticket(1), vec![], None));
        let lines = dump(&state, 80, 24).join("\n");
        for wanted in ["没有找到", "流动团员团支部", "系统团委", "乡镇街道"] {
            assert!(lines.contains(wanted), "{wanted}\n{lines}");
        }
        assert!(!lines.contains("手工填写"), "{lines}");
    }

    #[test]
    fn members_are_told_apart_without_their_numbers() {
        let (mut state, _) = desk(Pick::member(""), Role::Administrator);
        let rows = vec![member_row(4, "孔维嘉"), member_row(5, "王凡")];
        reply(&mut state, Reply::Members(Ticket(1), rows, None));
        press(&mut state, "<down>");
        let lines = dump(&state, 80, 24);
        assert!(lines[8].starts_with("│►  王凡"), "{lines:#?}");
        assert!(lines[19].contains("王凡  身份证号 320***************"), "{lines:#?}");
    }
}
