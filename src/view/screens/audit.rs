//! Draws [`Audit`].

use ratatui::Frame;
use ratatui::layout::{Position, Rect};

use crate::domain::transfer::AuditRow;
use crate::model::screens::audit::Audit;
use crate::view::Scene;
use crate::view::browse;
use crate::view::table::{Column, Look, Width};

const COLUMNS: &[Column<AuditRow>] = &[
    Column::new("时间", Width::Exact(16), |row, ctx| {
        ctx.now.local(row.at).format("%Y-%m-%d %H:%M").to_string()
    }),
    Column::new("谁", Width::Exact(8), |row, _| row.actor.clone()),
    Column::new("做了什么", Width::Exact(14), |row, _| row.action.clone()),
    Column::new("对象", Width::Share(1), |row, _| row.object.clone()),
    Column::new("说明", Width::Share(1), |row, _| row.detail.clone()),
];

const NOTHING_FOUND: &str = "没有这样的记录。按 Esc 清掉，或换个问法：";
const HOW_TO_ASK: &str = "人名写全；做了什么，如「导出」；日期写成 2026-11-22，从那天起。";

/// Draws the screen into `area` and says where the cursor belongs.
pub fn draw(
    screen: &Audit,
    scene: Scene<'_>,
    frame: &mut Frame<'_>,
    area: Rect,
) -> Option<Position> {
    let empty = if screen.list.text().is_empty() {
        vec!["还没有记录。办过的事会自动记在这里。".to_owned()]
    } else {
        vec![NOTHING_FOUND.to_owned(), HOW_TO_ASK.to_owned()]
    };
    let look = Look { columns: COLUMNS, key: |row| row.seq, empty: &empty };
    browse::draw(&screen.list, (TITLE, REMARK), &look, scene, frame, area)
}

const TITLE: &str = "操作记录（新的在前，Enter 看全文）";

/// What can be typed; short enough for 80 columns.
const REMARK: &str = "人名 操作 编号 日期，如 查看和导出";

#[cfg(test)]
mod tests {
    use crate::domain::account::Role;
    use crate::domain::transfer::AuditRow;
    use crate::model::effect::{Reply, Ticket};
    use crate::model::screens::audit::Audit;
    use crate::view::testing::{desk, dump, now, press, reply};

    #[test]
    fn entries_are_listed_and_open_in_full() {
        let (mut state, _) = desk(Audit::default(), Role::Administrator);
        let row = AuditRow {
            seq: 9,
            at: now().moment,
            actor: "周敏".to_owned(),
            action: "退回".to_owned(),
            object: "ZJ20200521-0003".to_owned(),
            detail: "转入组织选错了，请改选街道的流动团员团支部，再交一次。".to_owned(),
        };
        reply(&mut state, Reply::Audit(Ticket(1), vec![row], None));
        let lines = dump(&state, 80, 24);
        assert!(lines[4].contains("2020-06-02 10:00 周敏     退回"), "{lines:#?}");
        assert!(!lines[4].contains("再交一次"));
        press(&mut state, "<enter>");
        let lines = dump(&state, 80, 24).join("\n");
        assert!(lines.contains("再交一次。"), "{lines}");
    }
}
