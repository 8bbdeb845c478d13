//! What a signed-in person asks of the office.

use crate::domain::fault::{Fault, FaultKind};
use crate::domain::history::HistoryQuery;
use crate::domain::ids::{MemberId, OrgId};
use crate::domain::organisation::{OrgEntry, OrgKind};
use crate::model::effect::{Effect, MemberAnswers, MemberQuery, OrgQuery, OrgScope, Reply, Ticket};
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
        Effect::CorrectMember { id, name, id_number, reason } => {
            session.correct_member(id, &name, &id_number, &reason)?;
            Reply::Stored(format!("已更正为 {name}，操作记录里留有原来的内容和原因。"))
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
