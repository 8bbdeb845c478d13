//! Effects performed: the bridge from what the screens ask to the use cases.

mod files;
mod session;
mod telling;

use std::ops::ControlFlow;
use std::path::PathBuf;

use super::long_work::{Meanwhile, erase, search_organisations};
use super::settings;
use super::world::Clock;
use crate::domain::fault::{Fault, FaultKind};
use crate::exchange::read_parser::Parser;
use crate::model::effect::{Arrival, Effect, Reply, Settings, Ticket};
use crate::office::{BackupJob, Door, Entry, Interrupter, PreparedImport, PreparedOffice};
use crate::vault::KdfCost;

/// Everything an effect may touch. One thread owns it.
pub struct World {
    door: Door,
    clock: Clock,
    prepared: Option<PreparedOffice>,
    import: Option<PreparedImport>,
    /// Who reads workbooks.
    parser: Parser,
}

type Outcome = Result<Vec<Reply>, Fault>;

impl World {
    /// The world behind a door.
    pub fn new(door: Door, clock: Clock) -> Self {
        Self { door, clock, prepared: None, import: None, parser: Parser::default() }
    }

    /// The same with workbooks read by a process of their own.
    pub fn reading_apart(self) -> Self {
        Self { parser: super::parser::in_process(), ..self }
    }

    /// The door, for the first screen.
    pub fn door(&mut self) -> &mut Door {
        &mut self.door
    }

    /// What breaks off a statement of the database, if it is open.
    pub fn interrupter(&self) -> Option<Interrupter> {
        self.door.interrupter()
    }

    /// Today's date, local.
    pub fn today(&self) -> chrono::NaiveDate {
        self.clock.now().today()
    }

    /// Whether somebody is signed in.
    pub fn is_signed_in(&self) -> bool {
        self.door.session(self.clock.now()).is_ok()
    }

    /// The backup of today, if it is still to be made.
    pub fn daily_backup(&self) -> Option<BackupJob> {
        self.door.daily_backup(self.clock.now())
    }

    /// Where the directory in force lies, and its generation, once somebody is signed in.
    pub fn directory_place(&self) -> Option<(PathBuf, u64)> {
        let session = self.door.session(self.clock.now()).ok()?;
        session.directory_generation().map(|g| (self.door.places().data.clone(), g))
    }

    /// Performs an effect to its end, whatever comes in between.
    pub fn perform(&mut self, effect: Effect) -> Vec<Reply> {
        let tell = &mut |_| ControlFlow::Continue(());
        let mut meanwhile = Meanwhile { tell, is_unwanted: &|| false };
        self.perform_with(effect, &mut meanwhile)
    }

    /// Performs an effect. A fault becomes a reply that names the question it belongs to.
    pub fn perform_with(&mut self, effect: Effect, meanwhile: &mut Meanwhile<'_>) -> Vec<Reply> {
        let ticket = ticket_of(&effect);
        if effect.writes()
            && let Err(fault) = self.door.must_write(self.clock.now())
        {
            // A draft is kept by itself now and then: nobody is stopped for it.
            let is_draft = matches!(effect, Effect::SaveDraft(..));
            let said = match self.door.viewing() {
                Some(_) => "这个窗口只能看，草稿没有保存。".to_owned(),
                None => fault.sentence.clone(),
            };
            return vec![if is_draft { Reply::Warned(said) } else { Reply::Failed(ticket, fault) }];
        }
        let mut replies = match self.outcome(effect, meanwhile) {
            Ok(replies) => replies,
            Err(fault) => self.told(ticket, fault),
        };
        // An act on several rows tells of each, so a fault of the disk may be among them.
        if self.door.is_suspect() {
            replies.extend(self.after_disk());
        }
        replies.extend(self.door.take_warnings().into_iter().map(Reply::Warned));
        replies
    }

    fn outcome(&mut self, effect: Effect, meanwhile: &mut Meanwhile<'_>) -> Outcome {
        match effect {
            Effect::PrepareOffice(_) | Effect::ConfirmOffice(_) | Effect::AbandonOffice => {
                self.set_up(effect)
            }
            Effect::SignIn { .. } | Effect::ChangePassword { .. } | Effect::Lock | Effect::Seal => {
                self.at_the_door(effect)
            }
            Effect::ResetAccount(_) | Effect::RemoveAccount(_) => self.keys(&effect),
            Effect::AcceptCorrection { .. } | Effect::EraseMember { .. } => {
                self.rights(effect, meanwhile)
            }
            Effect::PreviewImport(..)
            | Effect::SurveyImport(..)
            | Effect::SaveBadRows
            | Effect::RunImport
            | Effect::UndoImport(_) => self.importing(effect, meanwhile),
            Effect::SearchOrgs(ticket, search) => {
                let session = self.door.session(self.clock.now())?;
                search_organisations(session, (ticket, &search), meanwhile)
            }
            Effect::Export(..)
            | Effect::ExportHistory { .. }
            | Effect::Reconcile(..)
            | Effect::ExportReconciled { .. }
            | Effect::Print(..) => self.files(effect, meanwhile),
            Effect::SaveSettings(chosen) => self.keep_settings(&chosen),
            Effect::BackUp => {
                let (path, found) = self.door.session(self.clock.now())?.back_up_here()?;
                Ok(vec![Reply::BackedUp(format!(
                    "已备份并检查过：团员 {} 人，转接 {} 单，在 {}。",
                    found.n_members,
                    found.n_transfers,
                    path.display()
                ))])
            }
            Effect::Restore(path) => {
                let sentence = self.door.restore(&path, self.clock.now())?;
                Ok(vec![Reply::Restored(sentence)])
            }
            Effect::Redraw
            | Effect::Quit
            | Effect::Forget(_)
            | Effect::Cancel
            | Effect::Prefetch => Ok(Vec::new()),
            other => session::perform(self.door.session(self.clock.now())?, other),
        }
    }

    /// Has the password given again before full numbers leave the program.
    fn confirm(&mut self, password: &str) -> Result<(), Fault> {
        if password.is_empty() {
            let sentence = "写完整号码前要再输一遍自己的登录密码。请填好「自己的登录密码」再导出。";
            return Err(Fault::new(FaultKind::Rule, sentence));
        }
        self.door.confirm_password(password, self.clock.now())
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
                let looks = self.view_only();
                Ok(vec![
                    looks,
                    match entry {
                        Entry::MustChange { name, opens_database } => {
                            Reply::MustChangePassword { name, opens_database }
                        }
                        Entry::Welcome(actor) => Reply::SignedIn(self.arrival(actor)),
                    },
                ])
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
        let mut notice =
            drafts.map_or_else(String::new, |_| "有没提交的草稿，按 2 可以接着填。".to_owned());
        let session = self.door.session(self.clock.now());
        let asked = session.and_then(|session| session.n_corrections_to_decide());
        let asked = asked.unwrap_or_default();
        if asked > 0 {
            notice += &format!("有 {asked} 件更正申请等你核准：按 0，选「更正、登记、提醒」。");
        }
        let session = self.door.session(self.clock.now());
        let due = session.and_then(|session| session.n_reminders()).unwrap_or_default();
        if due > 0 {
            notice += &format!("有 {due} 项到期提醒：按 0，选「更正、登记、提醒」。");
        }
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

    /// What needs the password again, because it changes who somebody is or erases them.
    fn rights(&mut self, effect: Effect, meanwhile: &mut Meanwhile<'_>) -> Outcome {
        let now = self.clock.now();
        match effect {
            Effect::AcceptCorrection { id, verdict, password } => {
                if !password.is_empty() {
                    self.door.confirm_password(&password, now)?;
                }
                let before = self.door.session(now)?.actor().id_number.clone();
                let done = self.door.accept_correction(id, &verdict, &password, now)?;
                if self.door.session(now)?.actor().id_number != before {
                    // The sign-in name is another one: whoever it is shows that they know it.
                    self.door.lock();
                    let said = format!("{}请用新证件号重新登录。", done.sentence);
                    return Ok(vec![Reply::Locked, Reply::Warned(said)]);
                }
                Ok(vec![match done.code {
                    Some(code) => {
                        Reply::AccountIssued { name: done.name, code, sentence: done.sentence }
                    }
                    None => Reply::Stored(done.sentence),
                }])
            }
            Effect::EraseMember { id, reason, password } => {
                if password.is_empty() {
                    let sentence = "删除个人信息前要再输一遍自己的登录密码。请填好再办。";
                    return Err(Fault::new(FaultKind::Rule, sentence));
                }
                self.door.confirm_password(&password, now)?;
                erase(self.door.session(now)?, (id, &reason), meanwhile)
            }
            _ => Ok(Vec::new()),
        }
    }

    fn keep_settings(&self, chosen: &Settings) -> Outcome {
        settings::keep(self.door.places(), chosen, super::world::no_colour())?;
        Ok(vec![Reply::Stored("设置已保存。".to_owned())])
    }
}

/// The ticket of a question, so that a fault can be told to the screen that asked.
pub(super) fn ticket_of(effect: &Effect) -> Option<Ticket> {
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
        | Effect::SearchOrgs(t, _)
        | Effect::LoadMember(t, _)
        | Effect::LoadOrg(t, _)
        | Effect::LoadAccounts(t)
        | Effect::LoadAudit(t, ..)
        | Effect::LoadLetters(t, _)
        | Effect::LoadCorrections(t, _)
        | Effect::LoadExports(t, _)
        | Effect::LoadReminders(t)
        | Effect::SurveyImport(t, ..)
        | Effect::PreviewImport(t, ..)
        | Effect::Reconcile(t, _) => Some(*t),
        _ => None,
    }
}

fn nothing_prepared() -> Fault {
    Fault::new(FaultKind::Failed, "还没有生成恢复密钥。请回到上一步重新提交。")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::account::Role;
    use crate::domain::ids::{Moment, Now};
    use crate::domain::order::{AccountEntry, OfficeEntry};
    use crate::domain::testing::id_number;
    use crate::office::Places;

    const PASSWORD: &str = "Spring-River-2026";

    fn entry(n: u32) -> AccountEntry {
        AccountEntry {
            id_number: id_number(n).reveal().to_owned(),
            name: "李静".to_owned(),
            phone: String::new(),
            role: Role::Administrator,
            org: "某某学院团委".to_owned(),
        }
    }

    fn world(dir: &std::path::Path) -> World {
        let now = Now { moment: Moment(1_780_000_000), offset: 8 * 3600 };
        let places = Places::below(dir);
        let office = OfficeEntry {
            org: "某某学院团委".to_owned(),
            kind: crate::domain::organisation::OrgKind::Committee,
            name: "周敏".to_owned(),
            id_number: id_number(29).reveal().to_owned(),
            phone: String::new(),
            password: PASSWORD.to_owned().into(),
        };
        let made = PreparedOffice::make(&places, &office, KdfCost::DEMO, now).unwrap();
        made.put_in_place().unwrap();
        drop(made);
        let mut world = World::new(Door::new(places).unwrap(), Clock::frozen(now));
        let replies = world.perform(Effect::SignIn {
            id_number: office.id_number,
            password: PASSWORD.to_owned().into(),
        });
        assert!(replies.iter().any(|reply| matches!(reply, Reply::SignedIn(_))), "{replies:?}");
        world
    }

    #[test]
    fn what_the_door_has_to_say_comes_with_the_answer() {
        let dir = tempfile::tempdir().unwrap();
        let mut world = world(dir.path());
        world.perform(Effect::AddAccount(entry(30)));
        let replies = world.perform(Effect::LoadAccounts(Ticket(1)));
        let [Reply::Accounts(_, accounts)] = replies.as_slice() else {
            unreachable!("{replies:?}")
        };
        let id = accounts.iter().find(|account| account.name == "李静").unwrap().id;
        let replies = world.perform(Effect::RemoveAccount(id));
        let [Reply::Stored(done), Reply::Warned(said)] = replies.as_slice() else {
            unreachable!("{replies:?}")
        };
        assert!(done.contains("李静") && said.contains("以前的备份"), "{done} {said}");
    }
}
