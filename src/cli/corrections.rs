//! `member correct…` and `member erase`: the rights of the person whose data it is.

use clap::Args;
use serde_json::{Value, json};

use super::Call;
use super::output::{Exit, Said, note};
use super::watch::watched;
use super::who::tell_warnings;
use crate::domain::correction::{Correction, CorrectionVerdict, CorrectionsShown};
use crate::domain::ids::{CorrectionId, Moment, Now};

#[derive(Args)]
pub(super) struct CorrectOrder {
    #[arg(value_name = "ID", help = "现在的证件号")]
    who: String,
    #[arg(long, default_value = "", hide_default_value = true, help = "应为的姓名；不写就不改")]
    name: String,
    #[arg(
        long,
        value_name = "ID_NUMBER",
        default_value = "",
        hide_default_value = true,
        help = "应为的证件号；不写就不改"
    )]
    id: String,
    #[arg(long, value_name = "T", default_value = "", hide_default_value = true, help = "原因")]
    reason: String,
    #[arg(
        long,
        value_name = "T",
        default_value = "",
        hide_default_value = true,
        help = "依据，例如「身份证原件」"
    )]
    evidence: String,
}

#[derive(Args)]
pub(super) struct ListOrder {
    #[arg(long, help = "办过的也列出")]
    all: bool,
}

#[derive(Args)]
pub(super) struct AcceptOrder {
    #[arg(value_name = "N", help = "申请的编号")]
    n: i64,
    #[arg(
        long,
        value_name = "ID_NUMBER",
        default_value = "",
        hide_default_value = true,
        help = "照证件再输一遍新证件号；改证件号时要写"
    )]
    id: String,
    #[arg(long, value_name = "T", default_value = "", hide_default_value = true, help = "备注")]
    remark: String,
}

#[derive(Args)]
pub(super) struct RefuseOrder {
    #[arg(value_name = "N", help = "申请的编号")]
    n: i64,
    #[arg(long, value_name = "T", default_value = "", hide_default_value = true, help = "原因")]
    remark: String,
}

#[derive(Args)]
pub(super) struct EraseOrder {
    #[arg(value_name = "ID", help = "证件号")]
    id: String,
    #[arg(long, value_name = "T", default_value = "", hide_default_value = true, help = "原因")]
    remark: String,
}

pub(super) fn ask(call: &mut Call<'_>, order: &CorrectOrder) -> Said {
    let door = call.sign_in_to_write()?;
    let session = call.session(&door)?;
    let member = session.desk().member_by_number(&order.who)?;
    let id = session.ask_correction(
        member.id,
        (&order.name, &order.id),
        (&order.reason, &order.evidence),
    )?;
    let asked = session.desk().correction(id)?;
    let document = document_of(&asked, call.now());
    call.out
        .answer(&document, |out| out.line(&format!("已申请更正，第 {id} 号：{}", asked.words())))?;
    note(&format!(
        "记录还没有改。要由另一位管理员用「member correct-accept {id}」核准；没有第二位管理员时由申请的人再输密码核准。"
    ));
    Ok(Exit::DONE)
}

pub(super) fn list(call: &mut Call<'_>, order: &ListOrder) -> Said {
    let door = call.sign_in()?;
    let shown = if order.all { CorrectionsShown::All } else { CorrectionsShown::Open };
    let rows = call.session(&door)?.desk().corrections(shown)?;
    let now = call.now();
    let documents: Vec<Value> = rows.iter().map(|row| document_of(row, now)).collect();
    call.out.answer(&json!({"rows": documents}), |out| {
        let cells: Vec<Vec<String>> = rows.iter().map(|row| cells_of(row, now)).collect();
        let heads = ["编号", "申请时间", "申请人", "改什么", "原因", "依据", "状态", "核准人"];
        out.table(&heads, &cells)
    })?;
    Ok(Exit::DONE)
}

fn document_of(row: &Correction, now: Now) -> Value {
    let iso = |at: Moment| now.local(at).format("%Y-%m-%dT%H:%M:%S").to_string();
    json!({
        "id": row.id.0, "branch": row.branch_name,
        "old_name": row.old_name, "new_name": row.new_name,
        "old_id_number": row.old_number.masked(), "new_id_number": row.new_number.masked(),
        "changes_id_number": row.changes_number(),
        "reason": row.reason, "evidence": row.evidence,
        "asked_by": row.asked_by, "asked_at": iso(row.asked_at),
        "state": row.state.id(), "state_label": row.state.label(),
        "decided_by": Some(&row.decided_by).filter(|name| !name.is_empty()),
        "decided_at": row.decided_at.map(iso), "remark": row.remark, "alone": row.alone,
    })
}

fn cells_of(row: &Correction, now: Now) -> Vec<String> {
    vec![
        row.id.to_string(),
        now.local(row.asked_at).format("%Y-%m-%d %H:%M").to_string(),
        row.asked_by.clone(),
        row.words(),
        row.reason.clone(),
        row.evidence.clone(),
        row.state.label().to_owned(),
        row.decided_by.clone(),
    ]
}

pub(super) fn accept(call: &mut Call<'_>, order: &AcceptOrder) -> Said {
    let (mut door, password) = call.sign_in_keeping_password()?;
    let verdict = CorrectionVerdict { id_number: order.id.clone(), remark: order.remark.clone() };
    let done = door.accept_correction(CorrectionId(order.n), &verdict, &password, call.now())?;
    tell_warnings(&mut door);
    let document = json!({"id": order.n, "name": done.name, "code": done.code,
        "state": "accepted", "state_label": "已更正"});
    call.out.answer(&document, |out| {
        out.line(&done.sentence)?;
        done.code.iter().try_for_each(|code| out.line(code))
    })?;
    Ok(Exit::DONE)
}

pub(super) fn refuse(call: &mut Call<'_>, order: &RefuseOrder) -> Said {
    let door = call.sign_in_to_write()?;
    let session = call.session(&door)?;
    let id = CorrectionId(order.n);
    session.refuse_correction(id, &order.remark)?;
    let row = session.desk().correction(id)?;
    let document = document_of(&row, call.now());
    call.out.answer(&document, |out| {
        out.line(&format!("第 {id} 号更正申请：{}，记录没有改", row.state.label()))
    })?;
    Ok(Exit::DONE)
}

pub(super) fn erase(call: &mut Call<'_>, order: &EraseOrder) -> Said {
    let door = call.sign_in_to_write()?;
    let session = call.session(&door)?;
    let member = session.desk().member_by_number(&order.id)?;
    call.consent(&format!(
        "将删除 {}（{}）的个人信息，转接和操作记录里的也一并抹去，不能恢复；以前的备份和导出文件要另外销毁。",
        member.name,
        member.id_number.masked()
    ))?;
    let n = watched(|watch| session.erase_member(member.id, &order.remark, watch))?;
    call.out.answer(&json!({"entries": n}), |out| {
        out.line(&format!("已删除，操作记录里抹去了 {n} 条的文字，序号和校验值保留"))
    })?;
    Ok(Exit::DONE)
}
