//! What a signed-in person asks of the office.

use crate::app::long_work::full_path;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::history::HistoryQuery;
use crate::domain::ids::{MemberId, OrgId};
use crate::domain::organisation::{OrgEntry, OrgKind};
use crate::model::effect::{
    Effect, ExportOrder, MemberAnswers, MemberQuery, OrgQuery, OrgScope, Reply, Ticket,
};
use crate::office::Session;
use crate::store::{MemberFilter, OrgFilter};

/// Asks or does it.
///
/// # Errors
/// As the use case.
pub(super) fn perform(session: Session<'_>, effect: Effect) -> Result<Vec<Reply>, Fault> {
    let desk = session.desk();
    Ok(vec![match effect {
        Effect::LoadTransfers(t, query) => {
            Reply::Transfers(t, desk.transfers(&query, session.rules())?)
        }
        Effect::LoadCounts(t) => Reply::Counts(t, desk.counts(session.rules())?),
        Effect::LoadCard(t, id) => Reply::Card(t, Box::new(desk.card(id)?)),
        Effect::LoadHeader(t, id) => Reply::Header(t, Box::new(session.header(id)?)),
        Effect::LoadOwnRecord(t) => Reply::OwnRecord(t, desk.own_record()?.map(Box::new)),
        Effect::CheckUp(t, form) => Reply::Findings(t, session.check_up(&form)?),
        Effect::LoadLatestDraft(t) => Reply::Draft(t, desk.latest_draft()?),
        Effect::LoadDraft(t, id) => Reply::Draft(t, Some((id, desk.draft(id)?))),
        Effect::FindMembers(t, query) => members(t, session, query)?,
        Effect::FindOrgs(t, query) => organisations(t, session, &query)?,
        Effect::LoadMember(t, id) => Reply::Member(t, Box::new(desk.member(id)?)),
        Effect::LoadOrg(t, id) => Reply::Org(t, Box::new(session.organisation(id)?)),
        Effect::LoadAccounts(t) => Reply::Accounts(t, desk.accounts()?),
        Effect::LoadAudit(t, asked, before) => {
            let query = HistoryQuery::parse(&asked, session.now());
            let (rows, next) = desk.history(&query, before)?;
            Reply::Audit(t, rows, next)
        }
        Effect::LoadLetters(t, query) => {
            let (rows, next) = session.letters(&query)?;
            Reply::Letters(t, rows, next)
        }
        Effect::LoadCorrections(t, shown) => Reply::Corrections(t, desk.corrections(shown)?),
        Effect::LoadExports(t, before) => {
            let (rows, next) = session.exports(before)?;
            Reply::Exports(t, rows, next)
        }
        Effect::LoadReminders(t) => Reply::Reminders(t, session.reminders()?),
        Effect::PreviewExport(order) => {
            let order = ExportOrder { path: full_path(&order.path), ..order };
            Reply::ExportPreview(Box::new(session.preview_export(&order)?))
        }
        other => writing(session, other)?,
    }])
}

fn writing(session: Session<'_>, effect: Effect) -> Result<Reply, Fault> {
    Ok(match effect {
        Effect::Reveal(target) => {
            let (id_number, phone, until) = session.reveal(target)?;
            Reply::Revealed { id_number, phone, until }
        }
        Effect::SaveDraft(draft, form) => {
            let (id, _) = session.save_draft(draft, &form)?;
            Reply::DraftSaved { id, at: session.now().moment }
        }
        Effect::Submit(draft, form) => {
            let done = session.submit(&form, draft)?;
            Reply::Submitted {
                id: done.id,
                number: done.number,
                stage: done.stage,
                next: done.next,
            }
        }
        Effect::Decide(decision) => Reply::Decided(decision.act, session.decide(&decision)?),
        Effect::NoteReceipt(id, day) => {
            let row = session.note_receipt_typed(id, &day)?;
            Reply::Stored(format!("已登记回执：{} 的介绍信第 {} 号。", row.transferee, row.number))
        }
        Effect::AddAccount(entry) => {
            let sentence = session.add_account(&entry)?;
            Reply::AccountIssued { name: entry.name, code: String::new(), sentence }
        }
        Effect::SaveMember(id, answers) => save_member(session, id, &answers)?,
        Effect::AskCorrection { id, name, id_number, reason, evidence } => {
            let asked = session.ask_correction(id, (&name, &id_number), (&reason, &evidence))?;
            Reply::Stored(format!(
                "已申请更正（第 {asked} 号），等另一位管理员在「更正申请」里核准。记录现在还没有改。"
            ))
        }
        Effect::RefuseCorrection(id, remark) => {
            session.refuse_correction(id, &remark)?;
            Reply::Stored(format!("第 {id} 号更正申请已结束，记录没有改。"))
        }
        Effect::NoteExportDeleted(id, remark) => {
            session.note_export_deleted(id, &remark)?;
            Reply::Stored(format!("第 {id} 号导出已登记为删除。"))
        }
        Effect::RetireMember(id, reason) => {
            session.desk().retire_member(id, &reason)?;
            Reply::Stored("已停用，记录和历史都保留。".to_owned())
        }
        Effect::SaveOrg(id, entry) => save_org(session, id, &entry)?,
        Effect::RetireOrg(id, reason) => {
            session.desk().retire_organisation(id, &reason)?;
            Reply::Stored("已停用这个组织，历史都保留。".to_owned())
        }
        _ => {
            return Err(Fault::new(
                FaultKind::Failed,
                "这一步还没有接上。请把操作过程告诉维护的人。",
            ));
        }
    })
}

fn save_member(
    session: Session<'_>,
    id: Option<MemberId>,
    answers: &MemberAnswers,
) -> Result<Reply, Fault> {
    match id {
        Some(id) => session.edit_member(id, answers)?,
        None => drop(session.add_member(answers)?),
    }
    let what = if id.is_some() { "已修改" } else { "已添加团员" };
    Ok(Reply::Stored(format!("{what} {}。", answers.name)))
}

fn save_org(session: Session<'_>, id: Option<OrgId>, entry: &OrgEntry) -> Result<Reply, Fault> {
    let org = session.save_org(id, entry)?;
    let what = if id.is_some() { "已修改" } else { "已添加组织" };
    Ok(Reply::Stored(format!("{what}「{}」，编号 {}。", org.full_name, org.code)))
}

fn members(ticket: Ticket, session: Session<'_>, query: MemberQuery) -> Result<Reply, Fault> {
    let filter = MemberFilter {
        search: query.search,
        former: query.former,
        due: query.due,
        after: query.after,
        ..MemberFilter::default()
    };
    let (rows, next) = session.desk().members(&filter)?;
    Ok(Reply::Members(ticket, rows, next))
}

fn organisations(ticket: Ticket, session: Session<'_>, query: &OrgQuery) -> Result<Reply, Fault> {
    let filter = match query.scope {
        OrgScope::Anywhere => OrgFilter::default(),
        OrgScope::Mine => {
            OrgFilter { under: Some(session.actor().org_path.clone()), ..OrgFilter::default() }
        }
        OrgScope::BranchesBelow(org) => OrgFilter {
            under: Some(session.organisation(org)?.path),
            kind: Some(OrgKind::Branch),
            ..OrgFilter::default()
        },
    };
    let (rows, next) =
        session.desk().organisations(&query.search, &filter, query.after.as_deref())?;
    Ok(Reply::Orgs(ticket, rows, next))
}
