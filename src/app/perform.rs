//! Effects performed: the bridge from what the screens ask to the use cases.

use std::path::{Path, PathBuf};

use super::settings;
use super::world::Clock;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{MemberId, OrgId};
use crate::domain::organisation::{OrgEntry, OrgKind};
use crate::domain::progress::Watch;
use crate::model::effect::{
    Arrival, Effect, ExportOrder, MemberAnswers, MemberQuery, OrgQuery, OrgScope, Reply, Settings,
    Ticket,
};
use crate::office::{Door, Entry, ImportOptions, PreparedImport, PreparedOffice, Session};
use crate::store::{MemberFilter, OrgFilter};
use crate::vault::KdfCost;

/// Everything an effect may touch. One thread owns it.
pub struct World {
    door: Door,
    clock: Clock,
    prepared: Option<PreparedOffice>,
    import: Option<PreparedImport>,
}

type Outcome = Result<Vec<Reply>, Fault>;

impl World {
    /// The world behind a door.
    pub fn new(door: Door, clock: Clock) -> Self {
        Self { door, clock, prepared: None, import: None }
    }

    /// The door, for the first screen.
    pub fn door(&mut self) -> &mut Door {
        &mut self.door
    }

    /// Performs an effect. A fault becomes a reply that names the question it belongs to. Long work
    /// tells the watch how far it is, and stops where the watch says so.
    pub fn perform(&mut self, effect: Effect, watch: &mut Watch<'_>) -> Vec<Reply> {
        let ticket = ticket_of(&effect);
        self.outcome(effect, watch).unwrap_or_else(|fault| {
            if let Some(cause) = &fault.cause {
                super::log::write(self.door.places(), cause);
            }
            vec![Reply::Failed(ticket, fault)]
        })
    }

    fn outcome(&mut self, effect: Effect, watch: &mut Watch<'_>) -> Outcome {
        match effect {
            Effect::PrepareOffice(_) | Effect::ConfirmOffice(_) | Effect::AbandonOffice => {
                self.set_up(effect)
            }
            Effect::SignIn { .. } | Effect::ChangePassword { .. } | Effect::Lock | Effect::Seal => {
                self.at_the_door(effect)
            }
            Effect::ResetAccount(_) | Effect::RemoveAccount(_) => self.keys(&effect),
            Effect::PreviewImport(..) | Effect::RunImport | Effect::UndoImport(_) => {
                self.importing(effect, watch)
            }
            Effect::SaveSettings(chosen) => self.keep_settings(&chosen),
            Effect::Redraw | Effect::Quit => Ok(Vec::new()),
            other => in_session(self.door.session(self.clock.now())?, other),
        }
    }

    fn set_up(&mut self, effect: Effect) -> Outcome {
        let now = self.clock.now();
        match effect {
            Effect::PrepareOffice(entry) => {
                let made =
                    PreparedOffice::make(self.door.places(), &entry, KdfCost::calibrated()?, now)?;
                let recovery_key = made.recovery_key();
                self.prepared = Some(made);
                // The password just chosen signs in as soon as the office is in place.
                self.door.expect(entry.id_number, entry.password);
                Ok(vec![Reply::OfficePrepared { recovery_key }])
            }
            Effect::ConfirmOffice(typed) => {
                let prepared = self.prepared.as_ref().ok_or_else(nothing_prepared)?;
                prepared.confirm(&typed)?;
                self.prepared = None;
                let actor = self.door.enter_expected(now)?;
                let notice = "单位已建好。接下来：按 0 打开菜单，导入组织和团员名册。".to_owned();
                Ok(vec![Reply::OfficeReady(Arrival { actor, demo: false, notice })])
            }
            _ => {
                let prepared = self.prepared.take();
                prepared.map_or(Ok(()), PreparedOffice::abandon)?;
                Ok(Vec::new())
            }
        }
    }

    fn at_the_door(&mut self, effect: Effect) -> Outcome {
        let now = self.clock.now();
        match effect {
            Effect::SignIn { id_number, password } => {
                let entry = self.door.knock(&id_number, &password, now)?;
                Ok(vec![match entry {
                    Entry::MustChange { name, opens_database } => {
                        Reply::MustChangePassword { name, opens_database }
                    }
                    Entry::Welcome(actor) => Reply::SignedIn(self.arrival(actor)),
                }])
            }
            Effect::ChangePassword { current, new } => {
                let actor = self.door.change_password(&current, &new, now)?;
                let mut arrival = self.arrival(actor);
                "密码已改好。下次请用新密码登录。".clone_into(&mut arrival.notice);
                Ok(vec![Reply::PasswordChanged(arrival)])
            }
            Effect::Seal => {
                self.door.seal();
                self.import = None;
                Ok(vec![Reply::Locked])
            }
            _ => {
                self.door.lock();
                self.import = None;
                Ok(vec![Reply::Locked])
            }
        }
    }

    /// What the first screen needs where somebody is in already.
    pub fn arrival(&self, actor: crate::domain::account::Actor) -> Arrival {
        let drafts = self
            .door
            .session(self.clock.now())
            .and_then(|session| session.desk().latest_draft())
            .unwrap_or_default();
        let notice =
            drafts.map_or_else(String::new, |_| "有没提交的草稿，按 2 可以接着填。".to_owned());
        Arrival { actor, demo: self.door.is_demo(), notice }
    }

    fn keys(&mut self, effect: &Effect) -> Outcome {
        let now = self.clock.now();
        match effect {
            Effect::ResetAccount(id) => {
                let (account, code) = self.door.reset_account(*id, now)?;
                let sentence = format!(
                    "请把这个一次性验证码交给 {} 本人，2 天内有效，登录后要马上改密码。",
                    account.name
                );
                Ok(vec![Reply::AccountIssued { name: account.name, code, sentence }])
            }
            Effect::RemoveAccount(id) => {
                let account = self.door.remove_account(*id, now)?;
                Ok(vec![Reply::Stored(format!("已移除 {} 的账号，原密码不能再用。", account.name))])
            }
            _ => Ok(Vec::new()),
        }
    }

    fn importing(&mut self, effect: Effect, watch: &mut Watch<'_>) -> Outcome {
        let session = self.door.session(self.clock.now())?;
        match effect {
            Effect::PreviewImport(ticket, kind, path) => {
                let path = full_path(&path);
                let options = ImportOptions::default();
                let prepared = session.prepare_import(kind, &path, &options, watch)?;
                let preview = prepared.preview.clone();
                self.import = Some(prepared);
                Ok(vec![Reply::Preview(ticket, Box::new(preview))])
            }
            Effect::RunImport => {
                let prepared = self.import.take().ok_or_else(nothing_previewed)?;
                match session.run_import(&prepared, watch) {
                    Ok(done) => {
                        Ok(vec![Reply::Imported { batch: done.batch, n_rows: done.n_rows }])
                    }
                    Err(fault) => {
                        self.import = Some(prepared);
                        Err(fault)
                    }
                }
            }
            Effect::UndoImport(batch) => {
                let n = session.undo_import(batch)?.n_rows;
                Ok(vec![Reply::Stored(format!("已撤销第 {batch} 批导入，{n} 行都收回了。"))])
            }
            _ => Ok(Vec::new()),
        }
    }

    fn keep_settings(&self, chosen: &Settings) -> Outcome {
        settings::keep(self.door.places(), chosen, super::world::no_colour())?;
        Ok(vec![Reply::Stored("设置已保存。".to_owned())])
    }
}

fn in_session(session: Session<'_>, effect: Effect) -> Outcome {
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
        Effect::LoadAudit(t, before) => {
            let (rows, next) = desk.audit(before)?;
            Reply::Audit(t, rows, next)
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
        Effect::Export(order) => {
            // Told in full: where a bare name lands is known to nobody at the screen.
            let order = ExportOrder { path: full_path(&order.path), ..order };
            let done = session.export_transfers(&order)?;
            Reply::Exported { path: done.path, n_rows: done.n_rows }
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

/// The ticket of a question, so that a fault can be told to the screen that asked.
fn ticket_of(effect: &Effect) -> Option<Ticket> {
    match effect {
        Effect::LoadTransfers(t, _)
        | Effect::LoadCounts(t)
        | Effect::LoadCard(t, _)
        | Effect::LoadHeader(t, _)
        | Effect::LoadOwnRecord(t)
        | Effect::CheckUp(t, _)
        | Effect::LoadLatestDraft(t)
        | Effect::LoadDraft(t, _)
        | Effect::FindMembers(t, _)
        | Effect::FindOrgs(t, _)
        | Effect::LoadMember(t, _)
        | Effect::LoadOrg(t, _)
        | Effect::LoadAccounts(t)
        | Effect::LoadAudit(t, _)
        | Effect::PreviewImport(t, ..) => Some(*t),
        _ => None,
    }
}

fn nothing_prepared() -> Fault {
    Fault::new(FaultKind::Failed, "还没有生成恢复密钥。请回到上一步重新提交。")
}

fn nothing_previewed() -> Fault {
    Fault::new(FaultKind::Failed, "没有可以导入的预览，什么也没有写入。请重新选择文件。")
}

/// A name of a file from a form, from the root on.
fn full_path(path: &Path) -> PathBuf {
    let typed = typed_path(path);
    std::path::absolute(&typed).unwrap_or(typed)
}

/// Reads the name of a file as people type or drag it: quotes around it and a leading `~` are
/// forgiven.
fn typed_path(path: &Path) -> PathBuf {
    let text = path.to_string_lossy();
    let text = text.trim().trim_matches(['"', '\'', '“', '”']);
    let home = directories::BaseDirs::new();
    match (text.strip_prefix("~/"), home) {
        (Some(rest), Some(home)) => home.home_dir().join(rest),
        _ => PathBuf::from(text),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_from_the_root_on_and_quotes_are_forgiven() {
        let full = full_path(Path::new("转接.xlsx"));
        assert!(full.is_absolute() && full.ends_with("转接.xlsx"), "{}", full.display());
        assert_eq!(full_path(Path::new("\"/某处/名册.csv\"")), Path::new("/某处/名册.csv"));
        let home = directories::BaseDirs::new().unwrap().home_dir().join("名册.csv");
        assert_eq!(full_path(Path::new("~/名册.csv")), home);
    }
}
