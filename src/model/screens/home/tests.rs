use super::*;
use crate::domain::account::Role;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::filter::{Counts, CursorKey, Direction, SortColumn, Start, TransferQuery};
use crate::domain::workflow::Stage;
use crate::model::layer::Layer;
use crate::model::sample::{card, row};
use crate::model::state::State;
use crate::view::testing::{cursor, desk, dump, press, reply, resize};
use crate::view::width::width;

/// The last question for rows among some effects.
fn question(effects: &[Effect]) -> (Ticket, TransferQuery) {
    effects
        .iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::LoadTransfers(ticket, query) => Some((*ticket, query.clone())),
            _ => None,
        })
        .expect("rows are asked for")
}

fn card_ticket(effects: &[Effect]) -> (Ticket, TransferId) {
    effects
        .iter()
        .rev()
        .find_map(|effect| match effect {
            Effect::LoadCard(ticket, id) => Some((*ticket, *id)),
            _ => None,
        })
        .expect("details are asked for")
}

fn rows() -> Vec<TransferRow> {
    vec![
        row(1, Stage::DestinationReview),
        row(2, Stage::DestinationReview),
        row(3, Stage::Placement),
        row(4, Stage::OriginReview),
    ]
}

fn next_page() -> Option<Cursor> {
    Some(Cursor { key: CursorKey::Number(7), id: 4 })
}

/// A home with four rows and the details of the first.
fn open() -> State {
    open_with(rows(), None)
}

fn open_with(rows: Vec<TransferRow>, next: Option<Cursor>) -> State {
    let (mut state, effects) = desk(Home::default(), Role::Administrator);
    let (ticket, _) = question(&effects);
    let effects = reply(&mut state, Reply::Transfers(ticket, Page { rows, previous: None, next }));
    if effects.iter().any(|effect| matches!(effect, Effect::LoadCard(..))) {
        let (ticket, id) = card_ticket(&effects);
        reply(&mut state, Reply::Card(ticket, Box::new(card(id.0, Stage::DestinationReview))));
    }
    state
}

fn home(state: &State) -> &Home {
    let Layer::Home(home) = &state.layers[0] else { panic!("home is at the bottom") };
    home
}

#[test]
fn at_80_columns_all_seven_columns_and_the_strip_are_there() {
    let mut state = open();
    press(&mut state, "<down> <up><up>");
    let lines = dump(&state, 80, 24);
    assert!(lines.iter().all(|line| width(line) == 80), "{lines:#?}");
    assert!(lines[1].contains("[待我办 3]  我发起 12  超期 1  已退回 2  已完成 214  全部 229"));
    assert!(lines[2].starts_with(" 查找：") && lines[2].contains("排序：等待最久"), "{}", lines[2]);
    assert!(lines[2].trim_end().ends_with("1/4 条"), "{}", lines[2]);
    assert!(lines[3].starts_with("╔ 待我办 (3) ═"), "{}", lines[3]);
    assert_eq!(
        lines[4],
        "║   转出人   转出团组织      转入团组织      申请  完成/等  处理状态       操作║"
    );
    assert!(lines[5].starts_with("║►  孔维嘉   "), "{}", lines[5]);
    assert!(lines[5].contains("13班") && !lines[5].contains(" 3班"), "{}", lines[5]);
    assert!(lines[5].contains("05-17 等16天"), "{}", lines[5]);
    assert!(lines[5].ends_with("转入组织审批   办理║"), "{}", lines[5]);
    assert!(lines[6].starts_with("║ * 王凡"), "{}", lines[6]);
    assert!(lines[7].contains("古丽米..") && lines[7].ends_with("分配║"), "{}", lines[7]);
    assert!(lines[8].ends_with("转出组织审批   查看║"), "{}", lines[8]);
    assert_eq!(cursor(&state, 80, 24), (1, 5));
    assert!(lines[15].starts_with("┌ 详情 ─"), "{}", lines[15]);
}

#[test]
fn the_strip_tells_progress_and_who_moves_next() {
    let state = open();
    let lines = dump(&state, 80, 24);
    assert!(lines[16].contains("孔维嘉  身份证 320***************  手机 186****0029  原因：升学"));
    assert!(lines[17].contains("转出：江苏省常州市武进区湖塘镇李公朴小学团支部2017级13班团支部"));
    assert!(lines[19].contains("[✓]提交--[✓]转出审批--[►]转入审批(等16天"), "{}", lines[19]);
    assert!(
        lines[20].contains("下一步：由你审批（按 8）。联系 王莉茜 13300000072"),
        "{}",
        lines[20]
    );
    assert!(lines[23].contains("8办理") && lines[23].contains("9导出"), "{}", lines[23]);
}

#[test]
fn at_120_columns_details_stand_beside_and_at_160_the_days_are_whole() {
    let mut state = open();
    resize(&mut state, 120, 40);
    press(&mut state, "<down><up>");
    let lines = dump(&state, 120, 40);
    assert!(lines.iter().all(|line| width(line) == 120), "{lines:#?}");
    assert!(lines[4].contains("申请  完成/等  处理状态       操作║"), "{}", lines[4]);
    assert!(lines[5].contains("05-17 等16天"), "{}", lines[5]);
    assert!(lines[5].contains("13班"), "{}", lines[5]);
    let all = lines.join("\n");
    for wanted in ["┌ 详情与进度 ─", "[✓] 提交  05-17 11:00 孔维嘉", "[►] 转入审批  等16天"]
    {
        assert!(all.contains(wanted), "{wanted}\n{all}");
    }
    resize(&mut state, 160, 40);
    let lines = dump(&state, 160, 40);
    assert!(lines[4].contains("申请时间   完成时间   处理状态       操作║"), "{}", lines[4]);
    assert!(lines[5].contains("2020-05-17 等16天"), "{}", lines[5]);
}

#[test]
fn ascii_borders_and_marks_are_enough() {
    let mut state = open();
    state.settings.ascii = true;
    let all = dump(&state, 80, 24).join("\n");
    assert!(!all.contains(['╔', '│', '►', '✓']), "{all}");
    assert!(all.contains("[v]提交--[v]转出审批--[>]转入审批"), "{all}");
}

#[test]
fn typing_chinese_searches_and_stale_answers_are_dropped() {
    let mut state = open();
    let (first, query) = question(&press(&mut state, "孔"));
    assert_eq!(query.search, "孔");
    assert!(state.message.text.contains("正在查找「孔」"));
    let (second, query) = question(&press(&mut state, "w8"));
    assert_eq!(query.search, "孔w8");
    assert!(first < second);
    let page =
        |id| Page { rows: vec![row(id, Stage::DestinationReview)], previous: None, next: None };
    assert!(reply(&mut state, Reply::Transfers(first, page(2))).is_empty());
    assert!(home(&state).table.loading);
    reply(&mut state, Reply::Transfers(second, page(1)));
    assert_eq!(home(&state).table.current().unwrap().id, TransferId(1));
    assert_eq!(cursor(&state, 80, 24), (11, 2));
    assert!(dump(&state, 80, 24)[2].contains("查找：孔w8"));
    let (_, query) = question(&press(&mut state, "<bs>"));
    assert_eq!(query.search, "孔w");
}

#[test]
fn escape_clears_the_search_then_leaves_it_then_stays() {
    let mut state = open();
    press(&mut state, "/孔");
    assert_eq!(home(&state).focus(), Focus::Search);
    assert_eq!(question(&press(&mut state, "<esc>")).1.search, "");
    assert!(home(&state).searching);
    press(&mut state, "<esc>");
    assert!(!home(&state).searching);
    press(&mut state, "<esc>");
    assert!(state.message.text.contains("Ctrl+Q"));
}

#[test]
fn arrows_move_rows_while_typing_and_details_follow() {
    let mut state = open();
    press(&mut state, "<f3>");
    let effects = press(&mut state, "<down><down>");
    let (ticket, id) = card_ticket(&effects);
    assert_eq!(id, TransferId(3));
    let Effect::LoadCard(older, TransferId(2)) = effects[0] else { panic!("row two was passed") };
    reply(&mut state, Reply::Card(older, Box::new(card(2, Stage::Placement))));
    assert_eq!(home(&state).details().map(|card| card.row.id), None);
    reply(&mut state, Reply::Card(ticket, Box::new(card(3, Stage::Placement))));
    assert_eq!(home(&state).details().map(|card| card.row.id), Some(TransferId(3)));
}

#[test]
fn views_are_switched_by_arrows_brackets_and_tab() {
    let mut state = open();
    for (keys, wanted) in [
        ("<right>", View::Initiated),
        ("]", View::Overdue),
        ("<tab>", View::Returned),
        ("[", View::Overdue),
        ("<left><left><left>", View::All),
    ] {
        assert_eq!(question(&press(&mut state, keys)).1.view, wanted, "{keys}");
    }
    assert!(dump(&state, 80, 24)[1].contains("[全部 229]"));
}

#[test]
fn the_next_page_is_asked_for_near_the_end() {
    let many: Vec<_> = (1..=60).map(|id| row(id, Stage::DestinationReview)).collect();
    let mut state = open_with(many, next_page());
    assert!(!press(&mut state, "<down>").iter().any(|e| matches!(e, Effect::LoadTransfers(..))));
    let effects = press(&mut state, "<pgdn><pgdn><pgdn><pgdn><pgdn><pgdn>");
    let (ticket, query) = question(&effects);
    assert_eq!(Some(query.start), next_page().map(Start::After));
    assert!(!press(&mut state, "<up>").iter().any(|e| matches!(e, Effect::LoadTransfers(..))));
    let more = (61..=70).map(|id| row(id, Stage::DestinationReview)).collect();
    let page = Page { rows: more, previous: at(61), next: None };
    reply(&mut state, Reply::Transfers(ticket, page));
    assert_eq!((home(&state).table.rows.len(), home(&state).table.has_more), (70, false));
}

fn at(id: i64) -> Option<Cursor> {
    Some(Cursor { key: CursorKey::Number(id), id })
}

/// Some rows of a list of a million.
fn part(ids: std::ops::RangeInclusive<i64>) -> Page<TransferRow> {
    let (previous, next) = (at(*ids.start()), at(*ids.end()));
    let (first, last) = (*ids.start() == 1, *ids.end() == 1_000_000);
    let rows = ids.map(|id| row(id, Stage::DestinationReview)).collect();
    Page { rows, previous: previous.filter(|_| !first), next: next.filter(|_| !last) }
}

/// The whole list of a million, shown from its first page.
fn open_million() -> State {
    let mut state = open_with(part(1..=100).rows, at(100));
    let counts = Counts { views: [1_000_000; 6], drafts: 0 };
    let effects = press(&mut state, "5");
    let ticket = effects.iter().find_map(|effect| match effect {
        Effect::LoadCounts(ticket) => Some(*ticket),
        _ => None,
    });
    reply(&mut state, Reply::Counts(ticket.unwrap(), counts));
    let (ticket, _) = question(&effects);
    reply(&mut state, Reply::Transfers(ticket, part(1..=100)));
    state
}

fn shown(state: &State) -> (i64, usize) {
    let table = &home(state).table;
    (table.current().unwrap().id.0, table.rows.len())
}

#[test]
fn end_and_home_are_one_page_away_in_a_million() {
    let mut state = open_million();
    assert!(dump(&state, 100, 30)[2].contains(" 1/1000000 条"));
    let (ticket, query) = question(&press(&mut state, "<end>"));
    assert_eq!((query.start, query.limit), (Start::Last, 100));
    let effects = reply(&mut state, Reply::Transfers(ticket, part(999_901..=1_000_000)));
    assert_eq!(card_ticket(&effects).1, TransferId(1_000_000));
    assert_eq!(shown(&state), (1_000_000, 100));
    assert!(dump(&state, 100, 30)[2].contains("1000000/1000000 条"));
    let (ticket, query) = question(&press(&mut state, "<home>"));
    assert_eq!(query.start, Start::First);
    reply(&mut state, Reply::Transfers(ticket, part(1..=100)));
    assert_eq!(shown(&state), (1, 100));
}

#[test]
fn from_the_end_one_reads_backwards() {
    let mut state = open_million();
    let (ticket, _) = question(&press(&mut state, "<end>"));
    reply(&mut state, Reply::Transfers(ticket, part(999_901..=1_000_000)));
    let mut effects = Vec::new();
    while !effects.iter().any(|effect| matches!(effect, Effect::LoadTransfers(..))) {
        effects = press(&mut state, "<pgup>");
    }
    let (ticket, query) = question(&effects);
    assert_eq!(Some(query.start), at(999_901).map(Start::Before));
    let (selected, _) = shown(&state);
    reply(&mut state, Reply::Transfers(ticket, part(999_801..=999_900)));
    assert_eq!(shown(&state), (selected, 200));
}

#[test]
fn a_late_page_of_an_old_place_is_dropped() {
    let mut state = open_million();
    let mut effects = Vec::new();
    while !effects.iter().any(|effect| matches!(effect, Effect::LoadTransfers(..))) {
        effects = press(&mut state, "<pgdn>");
    }
    let (old, _) = question(&effects);
    let (new, _) = question(&press(&mut state, "<end>"));
    assert!(reply(&mut state, Reply::Transfers(old, part(101..=200))).is_empty());
    reply(&mut state, Reply::Transfers(new, part(999_901..=1_000_000)));
    assert_eq!(shown(&state), (1_000_000, 100));
}

#[test]
fn a_refresh_in_the_middle_reads_the_middle_again() {
    let mut state = open_million();
    for i in 1..12 {
        let mut effects = Vec::new();
        while !effects.iter().any(|effect| matches!(effect, Effect::LoadTransfers(..))) {
            effects = press(&mut state, "<pgdn>");
        }
        reply(
            &mut state,
            Reply::Transfers(question(&effects).0, part(i * 100 + 1..=i * 100 + 100)),
        );
    }
    let (selected, n) = shown(&state);
    assert_eq!(n, 1200);
    let (ticket, query) = question(&press(&mut state, "5"));
    let Start::At(place) = query.start else { panic!("the middle is asked for") };
    assert!(place.id > 800 && query.limit <= 300, "{place:?} {}", query.limit);
    let limit = i64::try_from(query.limit).unwrap();
    reply(&mut state, Reply::Transfers(ticket, part(place.id..=place.id + limit - 1)));
    assert_eq!(shown(&state).0, selected);
    assert_eq!(home(&state).place(None), usize::try_from(selected).ok());
}

#[test]
fn marked_rows_that_were_let_go_are_decided_with_the_others() {
    let mut state = open_million();
    press(&mut state, "  ");
    let (ticket, _) = question(&press(&mut state, "<end>"));
    reply(&mut state, Reply::Transfers(ticket, part(999_901..=1_000_000)));
    press(&mut state, " 8");
    let effects = press(&mut state, "1");
    let [Effect::Decide(decision)] = &effects[..] else { panic!("the batch is decided") };
    let mut ids: Vec<i64> = decision.ids.iter().map(|id| id.0).collect();
    ids.sort_unstable();
    assert_eq!(ids, [1, 2, 1_000_000]);
}

#[test]
fn a_search_that_is_read_from_its_end_says_so() {
    let mut state = open_million();
    let (ticket, _) = question(&press(&mut state, "孔"));
    reply(&mut state, Reply::Transfers(ticket, part(1..=100)));
    let text = dump(&state, 100, 30)[2].clone();
    assert!(text.contains("1/100 条以上"), "{text}");
    let (ticket, query) = question(&press(&mut state, "<tab><end>"));
    assert_eq!(query.search, "孔");
    reply(&mut state, Reply::Transfers(ticket, part(999_901..=1_000_000)));
    press(&mut state, "<up>");
    let text = dump(&state, 100, 30)[2].clone();
    assert!(text.contains("倒数第 2 条"), "{text}");
}

#[test]
fn marks_are_counted_and_mark_all_says_what_is_not_loaded() {
    let mut state = open_with(rows(), next_page());
    press(&mut state, "  ");
    assert!(state.message.text.starts_with("已选 2 条。按 8 一起办理"));
    press(&mut state, "6");
    assert!(state.message.text.contains("已选 4 条。只选了已经读出来的"), "{}", state.message.text);
    assert!(dump(&state, 80, 24)[2].contains("已选 4"));
    press(&mut state, "6");
    assert!(home(&state).table.marked.is_empty());
    press(&mut state, "<s-up>");
    assert_eq!(home(&state).table.marked.len(), 1);
}

#[test]
fn what_is_awaited_elsewhere_is_bracketed_and_says_whom() {
    let mut state = open();
    press(&mut state, "<end>");
    assert!(dump(&state, 80, 24)[23].contains("(8办理)"));
    assert!(press(&mut state, "8").is_empty());
    assert!(state.message.text.starts_with("不能办理：这一单正等转出团支部"));
    assert_eq!(state.layers.len(), 1);
}

fn result(id: i64, outcome: Result<(Stage, String), Fault>) -> DecisionResult {
    let row = row(id, Stage::DestinationReview);
    DecisionResult { id: row.id, number: row.number, transferee: row.transferee, outcome }
}

#[test]
fn a_batch_shows_every_result_and_keeps_the_failed_marked() {
    let mut state = open();
    press(&mut state, "  8");
    let effects = press(&mut state, "1");
    let [Effect::Decide(decision)] = &effects[..] else { panic!("the batch is decided") };
    assert_eq!((decision.act, decision.ids.len()), (Act::Approve, 2));
    let fault = Fault::new(FaultKind::Conflict, "这一单 10:31 已由李静同意。已为你刷新。");
    let found = vec![result(1, Ok((Stage::Placement, String::new()))), result(2, Err(fault))];
    let effects = reply(&mut state, Reply::Decided(Act::Approve, found));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::LoadTransfers(..))));
    assert_eq!(home(&state).table.marked.iter().copied().collect::<Vec<_>>(), [2]);
    let all = dump(&state, 80, 24).join("\n");
    for wanted in ["同意：办成 1 条，未办 1 条", "已由李静同意", "知道了"] {
        assert!(all.contains(wanted), "{wanted}\n{all}");
    }
    press(&mut state, "<enter>");
    assert_eq!(state.layers.len(), 1);
}

#[test]
fn one_result_is_a_sentence_and_results_of_other_screens_are_not_repeated() {
    let mut state = open();
    press(&mut state, "81");
    let found = vec![result(1, Ok((Stage::Placement, "由你分配团支部".to_owned())))];
    reply(&mut state, Reply::Decided(Act::Approve, found.clone()));
    assert!(state.message.text.contains("孔维嘉：已同意，现在是「分配团支部」"));
    press(&mut state, "<down>");
    reply(&mut state, Reply::Decided(Act::Approve, found));
    assert_eq!(state.message.text, "");
}

#[test]
fn a_placement_picks_a_branch_and_then_decides() {
    let mut state = open();
    press(&mut state, "<down><down>8");
    let effects = press(&mut state, "1");
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Decide(_))));
    assert!(matches!(state.top(), Layer::Pick(_)));
    state.layers.pop();
    let given = crate::model::layer::Given::Org(
        Some(crate::domain::ids::OrgId(99)),
        "C".to_owned(),
        "1班团支部".to_owned(),
    );
    let mut tickets = 0;
    let mut ctx = Ctx {
        now: state.now,
        session: state.session.as_ref(),
        rules: &state.rules,
        size: (80, 24),
        tickets: &mut tickets,
    };
    let out = state.layers[1].given(given, &mut ctx);
    let [Effect::Decide(decision)] = &out.effects[..] else { panic!("the branch decides") };
    assert_eq!(decision.branch, Some(crate::domain::ids::OrgId(99)));
    assert_eq!((decision.act, decision.ids.as_slice()), (Act::Place, &[TransferId(3)][..]));
}

#[test]
fn sorting_by_the_same_column_turns_it_round() {
    let mut state = open();
    let (_, query) = question(&press(&mut state, "4<home><enter>"));
    assert_eq!(query.sort.column, SortColumn::Transferee);
    assert_eq!(query.sort.direction, Direction::Ascending);
    let (_, query) = question(&press(&mut state, "4<enter>"));
    assert_eq!(query.sort.direction, Direction::Descending);
    assert!(dump(&state, 80, 24)[2].contains("排序：转出人 降"));
}

#[test]
fn new_offers_what_the_role_and_the_own_record_allow() {
    let mut state = open();
    press(&mut state, "2");
    let all = dump(&state, 80, 24).join("\n");
    for wanted in ["► 1 办理转出", "2 办理转入", "(3 本人转接)"] {
        assert!(all.contains(wanted), "{wanted}\n{all}");
    }
    press(&mut state, "3");
    assert!(state.message.text.contains("没有你本人的团员档案"));
    press(&mut state, "1");
    assert!(matches!(state.top(), Layer::Apply(_)));
}

#[test]
fn the_last_submission_can_be_taken_back_once() {
    let mut state = open();
    press(&mut state, "<c-z>");
    assert!(state.message.text.contains("没有可以撤销的上一步"));
    let submitted = Reply::Submitted {
        id: TransferId(8),
        number: "ZJ20200602-0013".to_owned(),
        stage: Stage::OriginReview,
        next: "转出方".to_owned(),
    };
    assert!(!reply(&mut state, submitted).is_empty());
    press(&mut state, "<c-z>");
    assert!(dump(&state, 80, 24).join("\n").contains("► 1 撤销 ZJ20200602-0013"));
    let effects = press(&mut state, "1");
    let [Effect::Decide(decision)] = &effects[..] else { panic!("it is withdrawn") };
    assert_eq!((decision.act, decision.reason.as_str()), (Act::Withdraw, "撤销刚才的提交"));
    let found = vec![result(8, Ok((Stage::Withdrawn, String::new())))];
    reply(&mut state, Reply::Decided(Act::Withdraw, found));
    press(&mut state, "<c-z>");
    assert!(state.message.text.contains("没有可以撤销的上一步"));
}

#[test]
fn enter_opens_the_page_and_goes_on_with_an_own_draft() {
    let mut state = open();
    press(&mut state, "<enter>");
    assert!(matches!(state.top(), Layer::Card(_)));
    let mut draft = row(1, Stage::Draft);
    draft.facts.applicant = crate::domain::ids::AccountId(7);
    let mut state = open_with(vec![draft], None);
    assert!(dump(&state, 80, 24)[5].contains("续填"));
    press(&mut state, "<enter>");
    assert!(matches!(state.top(), Layer::Apply(_)));
}

#[test]
fn empty_views_teach() {
    let mut state = open_with(vec![], None);
    let all = dump(&state, 80, 24).join("\n");
    for wanted in ["没有等你办的转接", "按 2 新建", "(8办理)", "(9导出)"] {
        assert!(all.contains(wanted), "{wanted}\n{all}");
    }
    assert!(!all.contains("导入团员"), "an office that has transfers needs no first list\n{all}");
    if let Some(session) = &mut state.session {
        session.counts = Counts::default();
    }
    let all = dump(&state, 80, 24).join("\n");
    assert!(all.contains("先「导入组织」，再「导入团员」"), "{all}");
    let (ticket, _) = question(&press(&mut state, "孔"));
    reply(&mut state, Reply::Transfers(ticket, Page { rows: vec![], previous: None, next: None }));
    assert!(dump(&state, 80, 24).join("\n").contains("没有找到「孔」"));
}

#[test]
fn a_refresh_stays_on_the_same_transfer() {
    let mut state = open();
    press(&mut state, "<down><down>");
    let (ticket, _) = question(&press(&mut state, "5"));
    let mut moved = rows();
    moved.rotate_right(1);
    reply(&mut state, Reply::Transfers(ticket, Page { rows: moved, previous: None, next: None }));
    assert_eq!(home(&state).table.current().unwrap().id, TransferId(3));
    assert_eq!(home(&state).table.selected, 3);
}
