//! 操作记录: the history as people read it, newest first.

use rusqlite::{Row, named_params};

use super::Desk;
use super::fault::{Stored, Told};
use crate::domain::ids::Moment;
use crate::domain::transfer::AuditRow;
use crate::domain::workflow::{Act, Stage};

/// Entries of one page.
const PAGE: usize = 100;

/// The words for what is no act of the workflow.
const WORDS: &[(&str, &str)] = &[
    ("office_create", "建立本单位数据库"),
    ("org_add", "添加组织"),
    ("org_edit", "修改组织"),
    ("org_retire", "停用组织"),
    ("org_import", "导入组织"),
    ("member_add", "添加团员"),
    ("member_edit", "修改团员"),
    ("member_correct", "更正姓名或证件号"),
    ("member_retire", "停用团员"),
    ("member_import", "导入团员"),
    ("import_undo", "撤销导入"),
    ("account_add", "开设账号"),
    ("account_reset", "重置密码"),
    ("account_remove", "移除账号"),
    ("account_activate", "启用账号"),
    ("password_change", "修改密码"),
    ("sign_in", "登录"),
    ("signing_key", "登记签名公钥"),
    ("reveal", "查看完整号码"),
    ("export", "导出"),
    ("backup", "备份"),
    ("restore", "恢复备份"),
];

impl Desk<'_> {
    /// A page of entries older than `before`, and where the next page begins. A member sees what
    /// concerns the own transfers only.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn audit(&self, before: Option<i64>) -> Stored<(Vec<AuditRow>, Option<i64>)> {
        const SQL: &str =
            "SELECT e.seq, e.at, e.actor, e.behalf_name, e.action, e.object, e.from_stage,
                e.to_stage, e.reason, e.detail
            FROM events e LEFT JOIN transfers t ON t.id = e.transfer_id
            WHERE e.seq < :before AND (
                (e.scope_path >= :lo AND e.scope_path < :hi) OR e.account_id = :me
                OR (t.origin_path >= :lo AND t.origin_path < :hi)
                OR (t.destination_path >= :lo AND t.destination_path < :hi)
                OR (t.person_number = :id AND t.stopped_in <> 'draft'))
            ORDER BY e.seq DESC LIMIT :limit";
        let b = self.bounds();
        let mut statement = self.store.connection.prepare_cached(SQL).told()?;
        let params = named_params! {":before": before.unwrap_or(i64::MAX), ":lo": b.lo, ":hi": b.hi,
        ":me": b.me, ":id": b.id, ":limit": PAGE + 1};
        let rows = statement.query_map(params, row_of).told()?;
        let mut rows: Vec<AuditRow> = rows.collect::<Result<_, _>>().told()?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next = rows.last().filter(|_| more).map(|row| row.seq);
        Ok((rows, next))
    }
}

/// What an action is called.
pub(super) fn action_words(action: &str) -> &str {
    let act = Act::from_id(action).map(Act::label);
    let word = WORDS.iter().find(|(id, _)| *id == action).map(|(_, word)| *word);
    act.or(word).unwrap_or(action)
}

fn row_of(row: &Row<'_>) -> Result<AuditRow, rusqlite::Error> {
    let text = |i: usize| row.get::<_, String>(i);
    let action = text(4)?;
    let mut details: Vec<String> = Vec::new();
    let behalf = text(3)?;
    if !behalf.is_empty() {
        details.push(format!("代办：{behalf}"));
    }
    let label = |id: &str| Stage::from_id(id).map(Stage::label);
    if let (Some(from), Some(to)) = (label(&text(6)?), label(&text(7)?)) {
        details.push(format!("{from} 到 {to}"));
    }
    details.extend([text(9)?, text(8)?].into_iter().filter(|s| !s.is_empty()));
    Ok(AuditRow {
        seq: row.get(0)?,
        at: Moment(row.get(1)?),
        actor: text(2)?,
        action: action_words(&action).to_owned(),
        object: text(5)?,
        detail: details.join("；"),
    })
}
