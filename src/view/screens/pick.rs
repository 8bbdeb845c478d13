//! Draws [`Pick`].

use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::Line;

use crate::domain::member::MemberRow;
use crate::domain::org_search::{OrgHit, Within};
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

/// Columns from which on superiors have a column of their own.
const WIDE: u16 = 100;

const NAME: Column<Found> = Column::new("名称", Width::Share(3), name);
const KIND: Column<Found> =
    Column::new("类型", Width::Exact(8), |row, _| org(row, |o| o.kind.label().to_owned()));
const SUPERIOR: Column<Found> =
    Column::new("上级组织", Width::Share(2), |row, ctx| org(row, |o| superior(o, ctx.cols)));
const ADMINISTRATOR: Column<Found> =
    Column::new("管理员", Width::Exact(10), |row, _| org(row, |o| o.administrator.clone()));
const MEMBERS: Column<Found> = Column::new("团员", Width::Exact(5), |row, _| org(row, members));

const ORG_COLUMNS: &[Column<Found>] = &[NAME, KIND, ADMINISTRATOR, MEMBERS];
const WIDE_ORG_COLUMNS: &[Column<Found>] = &[NAME, SUPERIOR, KIND, ADMINISTRATOR, MEMBERS];

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
    let pane = scene.theme.pane(search_title(screen), Focused::Yes);
    let inner = pane.inner(area);
    frame.render_widget(pane, area);
    let [first, second] = Layout::vertical([Constraint::Length(1); 2]).areas(inner);
    let cols = usize::from(second.width);
    frame.render_widget(Line::raw(fit(&range(screen, cols), cols, Fit::Tail)), second);
    browse::search_line(screen.search(), "汉字、拼音首字母、编号；空格=并且", scene, frame, first)
}

fn search_title(screen: &Pick) -> String {
    match screen.n_listed {
        0 => "查找".to_owned(),
        n => format!("查找  全国目录 {} 个组织", grouped(n)),
    }
}

/// A count with commas, as people read large ones.
fn grouped(n: u32) -> String {
    let digits = n.to_string();
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// Among which organisations is looked, and of which kind.
fn range(screen: &Pick, cols: usize) -> String {
    let among = match &screen.wanted {
        Wanted::Member => return " 范围：我管理范围内的在册团员".to_owned(),
        Wanted::Org(OrgScope::BranchesBelow(_)) => {
            return " 范围：转入组织下面的团支部".to_owned();
        }
        Wanted::Org(OrgScope::Mine) => "我管理的组织和下级".to_owned(),
        Wanted::Org(OrgScope::Anywhere) => place(screen),
    };
    let kind = screen.kind.map_or("全部", |kind| kind.label());
    let rest = format!("  类型：{kind}");
    let room = cols.saturating_sub(crate::view::width::width(&rest) + 7);
    format!(" 范围：{}{rest}", fit(&among, room, Fit::Tail).trim_end())
}

fn place(screen: &Pick) -> String {
    let label = screen.within.label();
    match (&screen.within, &screen.place) {
        (Within::Nation, _) => format!("{label}（和本库）"),
        (_, Some(name)) => format!("{label}（{name}）"),
        (_, None) if screen.table().loading => label.to_owned(),
        (_, None) => format!("{label}（没有更小的范围，按全国查）"),
    }
}

fn draw_results(screen: &Pick, scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) {
    let table = screen.table();
    let more = if table.has_more { "+" } else { "" };
    let title = format!("结果 {}{more} 条", screen.n_found());
    let pane = scene.theme.pane(title, Focused::No);
    let inner = pane.inner(area);
    frame.render_widget(pane, area);
    let columns = match screen.wanted {
        Wanted::Member => MEMBER_COLUMNS,
        Wanted::Org(_) if area.width >= WIDE => WIDE_ORG_COLUMNS,
        Wanted::Org(_) => ORG_COLUMNS,
    };
    let empty = ["没有找到。".to_owned()];
    let look = Look { columns, key, empty: &empty };
    table::draw(table, &look, scene, frame, inner);
    if !table.loading {
        draw_hints(screen, scene, frame, inner);
    }
}

/// The remarks and hints stand at the bottom of the results, as far as rows leave room for them.
fn draw_hints(screen: &Pick, scene: Scene<'_>, frame: &mut Frame<'_>, area: Rect) {
    let last = (screen.typing == Typing::Allowed).then_some(HINT_TYPED);
    let usual: Vec<&str> = match screen.wanted {
        Wanted::Org(OrgScope::Anywhere) => HINTS.iter().copied().chain(last).collect(),
        Wanted::Org(_) | Wanted::Member => Vec::new(),
    };
    let remarks: Vec<&str> = screen.remarks().iter().map(String::as_str).collect();
    let used = screen.table().rows.len().max(1) + 2;
    let room = usize::from(area.height).saturating_sub(used);
    let both: Vec<&str> = remarks.iter().chain(&usual).copied().collect();
    let hints = if both.len() <= room { both } else { remarks };
    if hints.len() > room {
        return;
    }
    let n = u16::try_from(hints.len()).unwrap_or(0);
    let mut line = Rect { y: area.bottom() - n, height: 1, ..area };
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
    let cols = usize::from(inner.width).saturating_sub(1);
    let texts = match screen.table().current() {
        Some(Found::Org(row)) => compare_org("", row, cols),
        Some(Found::Near(row)) => compare_org("（相近）", row, cols),
        Some(Found::Member(row)) => compare_member(row),
        Some(Found::Typed(text)) => [
            format!("手工填写：{text}"),
            "这里没有它的记录。全称要和对方系统里的一字不差，请先问清楚再选。".to_owned(),
        ],
        None => [String::new(), String::new()],
    };
    let mut line = Rect { height: 1, ..inner };
    for text in texts {
        frame.render_widget(Line::raw(format!(" {}", fit(&text, cols, Fit::Tail))), line);
        line.y += 1;
    }
}

fn compare_org(mark: &str, row: &OrgHit, cols: usize) -> [String; 2] {
    let whose = match (row.managed, row.id) {
        (true, _) => "本库管理",
        (false, Some(_)) => "本库不管理，由对方系统办",
        (false, None) => "来自全国目录，由对方系统办",
    };
    let hollow = row.id.is_some() && row.administrator.is_empty() && row.n_members == 0;
    let hollow = if hollow { "  留意：没有管理员也没有团员!" } else { "" };
    let code = if row.code.is_empty() { String::new() } else { format!("编号 {}  ", row.code) };
    let (head, tail) = (format!("{code}上级："), format!("  {whose}{hollow}"));
    let width = crate::view::width::width;
    let room = cols.saturating_sub(width(&head) + width(&tail)).max(12);
    let above = match superior(row, room) {
        name if name.is_empty() => "（最上级）".to_owned(),
        name => name.trim_end().to_owned(),
    };
    [format!("全称：{mark}{}", row.full_name), format!("{head}{above}{tail}")]
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
        Found::Near(row) => {
            format!("相近：{}", short_org(&row.full_name, ctx.cols.saturating_sub(6)))
        }
        Found::Typed(text) => format!("手工填写：{text}"),
    }
}

fn superior(row: &OrgHit, cols: usize) -> String {
    row.superior.as_ref().map_or_else(String::new, |s| short_org(&s.full_name, cols))
}

/// How many members it has, as far as anybody here can know.
fn members(row: &OrgHit) -> String {
    let n = row.id.map_or_else(|| "-".to_owned(), |_| row.n_members.to_string());
    pad_left(&n, 4)
}

fn org(row: &Found, text: impl FnOnce(&OrgHit) -> String) -> String {
    match row {
        Found::Org(row) | Found::Near(row) => text(row),
        Found::Member(_) | Found::Typed(_) => String::new(),
    }
}

fn member(row: &Found, text: impl FnOnce(&MemberRow) -> String) -> String {
    match row {
        Found::Member(row) => text(row),
        Found::Org(_) | Found::Near(_) | Found::Typed(_) => String::new(),
    }
}

/// Pickers have no marks, so no row needs a key of its own.
fn key(_: &Found) -> i64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;
    use crate::domain::org_search::{Likeness, OrgHits, OrgSuggestion};
    use crate::domain::organisation::OrgKind;
    use crate::model::effect::{Reply, Ticket};
    use crate::model::testing::{hits, member_row, org_hit};
    use crate::view::testing::{cursor, desk, dump, press, reply, resize};

    const STREET: &str = "江苏省常州市天宁区天宁街道流动团员团支部";

    fn answer(n: u64, hits: OrgHits) -> Reply {
        Reply::OrgHits(Ticket(n), Box::new(hits))
    }

    #[test]
    fn organisations_are_compared_before_one_is_taken() {
        let pick = Pick::org(OrgScope::Anywhere, "天宁", true);
        let (mut state, _) = desk(pick, Role::Administrator);
        let mut row = org_hit(17, STREET, OrgKind::Branch);
        row.administrator.clear();
        row.n_members = 0;
        reply(&mut state, answer(1, hits(vec![row])));
        let lines = dump(&state, 80, 24);
        assert!(lines[2].contains("查找：天宁"), "{lines:#?}");
        assert!(lines[3].contains("范围：全国（和本库）  类型：全部"), "{lines:#?}");
        assert!(lines[5].contains("结果 1 条"), "{lines:#?}");
        assert!(lines[7].starts_with("│►") && lines[7].contains("流动团员"), "{lines:#?}");
        assert!(lines[8].contains("手工填写：天宁"), "{lines:#?}");
        assert!(lines.join("").contains("换叫法"), "{lines:#?}");
        assert!(lines[19].contains("全称：江苏省常州市天宁区"), "{lines:#?}");
        assert!(lines[20].contains("江苏省委员会") && lines[20].contains("留意"), "{lines:#?}");
        assert!(lines[23].contains("F4类型") && lines[23].contains("F6范围"), "{lines:#?}");
        assert_eq!(cursor(&state, 80, 24), (12, 2));
    }

    #[test]
    fn one_of_the_directory_says_so_and_a_wide_window_shows_superiors() {
        let pick = Pick::org(OrgScope::Anywhere, "天宁", true);
        let (mut state, _) = desk(pick, Role::Administrator);
        let mut row = org_hit(17, STREET, OrgKind::Branch);
        (row.id, row.managed, row.n_members) = (None, false, 0);
        row.administrator.clear();
        let many = OrgHits { n_listed: 4_300_000, more: true, ..hits(vec![row]) };
        reply(&mut state, answer(1, many));
        let lines = dump(&state, 80, 24);
        assert!(lines[1].contains("全国目录 4,300,000 个组织"), "{lines:#?}");
        assert!(lines[5].contains("结果 1+ 条") && lines[7].contains(" -"), "{lines:#?}");
        assert!(lines[20].contains("来自全国目录") && !lines[20].contains("留意"), "{lines:#?}");
        resize(&mut state, 120, 40);
        let lines = dump(&state, 120, 40);
        assert!(lines[6].contains("上级组织") && lines[7].contains("江苏省"), "{lines:#?}");
    }

    #[test]
    fn the_range_names_its_region() {
        let pick = Pick::org(OrgScope::Anywhere, "天宁", true);
        let (mut state, _) = desk(pick, Role::Administrator);
        press(&mut state, "<f6><f4>");
        let place = OrgHits { place: Some("江苏省团委".to_owned()), ..hits(vec![]) };
        reply(&mut state, answer(3, place));
        let lines = dump(&state, 80, 24);
        assert!(lines[3].contains("范围：本省（江苏省团委）  类型：团支部"), "{lines:#?}");
        press(&mut state, "<c-r>");
        reply(&mut state, answer(4, hits(vec![])));
        assert!(dump(&state, 80, 24)[3].contains("本市（没有更小的范围，按全国查）"));
    }

    #[test]
    fn nothing_found_says_what_to_try() {
        let pick = Pick::org(OrgScope::Anywhere, "没有的", false);
        let (mut state, _) = desk(pick, Role::Administrator);
        reply(&mut state, answer(1, hits(vec![])));
        let lines = dump(&state, 80, 24).join("\n");
        for wanted in ["没有找到", "流动团员团支部", "系统团委", "乡镇街道"] {
            assert!(lines.contains(wanted), "{wanted}\n{lines}");
        }
        assert!(!lines.contains("手工填写"), "{lines}");
    }

    #[test]
    fn what_comes_near_is_marked_so() {
        let pick = Pick::org(OrgScope::Anywhere, "天宁 没有", true);
        let (mut state, _) = desk(pick, Role::Administrator);
        let row = org_hit(17, STREET, OrgKind::Branch);
        let likeness = Likeness::Without("没有".to_owned());
        let suggestions = vec![OrgSuggestion { likeness, rows: vec![row], n: 1 }];
        reply(&mut state, answer(1, OrgHits { suggestions, ..hits(vec![]) }));
        let lines = dump(&state, 80, 24);
        assert!(lines[5].contains("结果 0 条"), "{lines:#?}");
        assert!(lines[7].contains("手工填写") && lines[8].contains("相近："), "{lines:#?}");
        assert!(lines.join("").contains("去掉「没有」能找到 1 条"), "{lines:#?}");
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
