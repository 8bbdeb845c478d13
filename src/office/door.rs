//! Getting in: which passwords open the database, which are checked inside it, and how wrong ones
//! slow down and lock (security.md 0.2, 4.3; domain.md A5).

mod hold;

use std::sync::Arc;

use super::backups::finish_restore;
use super::credentials::spent;
use super::{
    Interrupter, Occupant, Office, Patience, Places, Session, Station, Viewing, is_demo, load_rules,
};
use crate::domain::account::{AccountState, Actor, Role};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::id_number::normal_form;
use crate::domain::ids::{Moment, Now};
use crate::rules::Rules;
use crate::store::{Attempts, Sitting};
use crate::vault::{AttemptsFile, Gate, Seen, SigningRoot, Vault, VaultFault, gate};
pub(super) use hold::with_fitting_key;
use zeroize::Zeroizing;

/// The way in, and who is in.
pub struct Door {
    pub(super) places: Places,
    rules: Arc<Rules>,
    pub(super) office: Option<Office>,
    pub(super) actor: Option<Actor>,
    /// Somebody whose password was right and who must choose a new one first.
    pub(super) guest: Option<Sitting>,
    /// When the person who is in gave their password last.
    pub(super) given_at: Option<Moment>,
    /// What is to be told besides the answers.
    pub(super) warnings: Vec<String>,
    /// What was seen of the history on this machine.
    pub(super) seen: Option<Seen>,
    /// In what the data was older than what this machine saw, when it was opened.
    pub(super) older: Option<String>,
    /// Who will sign in as soon as the office that is being set up is in place.
    expected: Option<(String, Zeroizing<String>)>,
    occupant: Occupant,
    /// The lock on the data directory, once there is something to lock.
    station: Option<Station>,
    /// Why the data is only looked at, where it is.
    viewing: Option<Viewing>,
    /// What of the data is damaged, in a sentence, until somebody asks.
    damage: Option<String>,
}

/// How an attempt to sign in went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// In.
    Welcome(Actor),
    /// Right, but a password must be chosen first.
    MustChange {
        /// Who.
        name: String,
        /// Whether the new password will open the database.
        opens_database: bool,
    },
}

impl Door {
    /// The door of an installation, for a window. Opens nothing yet, save for the invented office.
    ///
    /// # Errors
    /// Where the rule file is at fault, the data lies on a network drive, or the invented office is
    /// damaged.
    pub fn new(places: Places) -> Result<Self, Fault> {
        Self::claiming(places, Occupant::Screen, Patience::Short)
    }

    /// The door for a window or a command. Where another process holds the data it can only be
    /// looked at; [`Door::viewing`] says so.
    ///
    /// # Errors
    /// As [`Door::new`].
    pub fn claiming(places: Places, occupant: Occupant, patience: Patience) -> Result<Self, Fault> {
        finish_restore(&places)?;
        super::setup::finish_setup(&places)?;
        let rules = load_rules(&places)?;
        let mut door = Self {
            places,
            rules,
            office: None,
            actor: None,
            guest: None,
            given_at: None,
            warnings: Vec::new(),
            seen: None,
            older: None,
            expected: None,
            occupant,
            station: None,
            viewing: None,
            damage: None,
        };
        door.claim(patience)?;
        if is_demo(&door.places) {
            let viewing = door.viewing.clone();
            door.office = Some(super::demo::open_demo(&door.places, &door.rules, viewing)?);
        }
        Ok(door)
    }

    /// Where things lie.
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The rule file in force.
    pub fn rules(&self) -> &Arc<Rules> {
        &self.rules
    }

    /// Whether an office stands here.
    pub fn has_office(&self) -> bool {
        // A database whose keys are missing is an office that has to be mended, never a place for
        // a new one.
        self.places.key_file().exists() || self.places.database().exists() || is_demo(&self.places)
    }

    /// Whether this is the invented office.
    pub fn is_demo(&self) -> bool {
        self.office.as_ref().is_some_and(Office::is_demo)
    }

    /// What breaks off a statement of the opened database.
    pub fn interrupter(&self) -> Option<Interrupter> {
        self.office.as_ref().map(|office| office.store.interrupter())
    }

    /// Tries an ID number and a password.
    ///
    /// # Errors
    /// One sentence for every wrong pair, a wait after failures, or what is wrong with the files.
    pub fn knock(&mut self, id_number: &str, password: &str, now: Now) -> Result<Entry, Fault> {
        self.must_be_there()?;
        // With the new key it opens, so there is nothing to tell.
        drop(self.left_behind(now));
        if !self.has_office() {
            let sentence =
                "这里还没有建立单位。请先做「首次设置」，或用 --data-dir 指到已有数据的目录。";
            return Err(Fault::new(FaultKind::NotFound, sentence));
        }
        self.look_for_room();
        self.claim(Patience::Short)?;
        self.nobody();
        let id = normal_form(id_number);
        let (sitting, signing) = match &self.office {
            Some(_) => self.check_inside(&id, password, now)?,
            None => self.unseal(&id, password, now)?,
        };
        self.seat(sitting, &signing, now)
    }

    /// Opens the sealed database with a slot password.
    fn unseal(
        &mut self,
        id: &str,
        password: &str,
        now: Now,
    ) -> Result<(Sitting, SigningRoot), Fault> {
        let opened = Vault::open(&self.places.data, &self.places.config);
        let vault = opened.map_err(|fault| self.name_keys(fault))?;
        let mark = vault.account_mark(id)?;
        let mut attempts = AttemptsFile::load(&self.places.data);
        pass(attempts.gate(&mark, now.moment.0))?;
        let unlocked = match vault.unlock(id, password) {
            Ok(unlocked) => unlocked,
            Err(VaultFault::WrongPassword) => {
                self.note_failure(&mut attempts, &mark, now)?;
                return Err(wrong());
            }
            Err(fault) => return Err(self.name_keys(fault)),
        };
        let opened = self
            .open_office(vault, &unlocked, now)
            .and_then(|office| Ok((office.served(id, &unlocked)?, office)));
        let (sitting, office) = opened.map_err(|fault| self.name_damage(fault))?;
        let Some(sitting) = sitting else {
            // The right password of a slot that nobody entered: it is no account's.
            self.note_failure(&mut attempts, &mark, now)?;
            return Err(wrong());
        };
        if self.viewing.is_none() {
            // What cannot be forgotten now is forgotten next time; nobody is kept out for it.
            attempts.record_success(&mark, now.moment.0).unwrap_or_default();
        }
        self.office = Some(office);
        // What is noted next is signed already.
        let looked = self
            .take_up_pen(&sitting.actor, &unlocked.signing, now)
            .and_then(|()| self.look_at_freshness(&sitting.actor, now));
        match looked {
            Err(fault) if fault.kind == FaultKind::CannotWrite => self.only_look(Viewing::Full),
            Err(fault) => {
                // Whoever comes next has to be looked at in the same way.
                self.office = None;
                return Err(fault);
            }
            Ok(()) => {}
        }
        self.settle_keys(&sitting.actor, now);
        Ok((sitting, unlocked.signing))
    }

    /// Checks an account inside the opened database. It stays open whatever comes out, but for a
    /// wrong password where the data is only looked at.
    pub(super) fn check_inside(
        &mut self,
        id: &str,
        password: &str,
        now: Now,
    ) -> Result<(Sitting, SigningRoot), Fault> {
        let looking = self.viewing.is_some();
        let office = self.office.as_ref().ok_or_else(wrong)?;
        let attempts = office.attempts(id, now)?;
        pass(gate(attempts.failures, attempts.failed_at.0, now.moment.0, attempts.failed_at.0))?;
        let sitting = office.store.sitting(id)?;
        let fits = office.fits(sitting.as_ref(), id, password)?;
        if fits.is_none() && looking {
            // The count cannot be kept here, so whoever opened the database has to open it again.
            if !office.is_demo() {
                self.office = None;
            }
            return Err(wrong());
        }
        let Some(signing) = fits else {
            let failures = attempts.failures.saturating_add(1);
            office.store.note_attempts(id, Attempts { failures, failed_at: now.moment })?;
            return Err(wrong());
        };
        let sitting = sitting.ok_or_else(wrong)?;
        if let Some(fault) = spent(&sitting, attempts, self.later(now)) {
            return Err(fault);
        }
        if attempts.failures > 0 && !looking {
            office.store.forget_attempts(id)?;
        }
        Ok((sitting, signing))
    }

    fn take_up_pen(&mut self, actor: &Actor, signing: &SigningRoot, now: Now) -> Result<(), Fault> {
        let office = self.office.as_mut().ok_or_else(wrong)?;
        let told = office.take_up_pen(actor, signing, now)?;
        self.warnings.extend(told);
        Ok(())
    }

    /// Nobody is in; the database stays as it is.
    fn nobody(&mut self) {
        self.actor = None;
        self.guest = None;
        self.given_at = None;
        if let Some(office) = &mut self.office {
            office.pen = None;
        }
    }

    fn seat(&mut self, sitting: Sitting, signing: &SigningRoot, now: Now) -> Result<Entry, Fault> {
        if sitting.account.state == AccountState::Initial {
            self.must_write(now)?;
            let entry = Entry::MustChange {
                name: sitting.account.name.clone(),
                opens_database: self.opens_database(&sitting.actor),
            };
            self.guest = Some(sitting);
            return Ok(entry);
        }
        let actor = sitting.actor;
        let entered = self.enter(&actor, signing, now);
        if entered.is_err() {
            self.nobody();
        }
        entered.map(|()| Entry::Welcome(actor))
    }

    fn enter(&mut self, actor: &Actor, signing: &SigningRoot, now: Now) -> Result<(), Fault> {
        self.take_up_pen(actor, signing, now)?;
        self.actor = Some(actor.clone());
        self.given_at = Some(now.moment);
        // Who only looks leaves no entry: what would show a number in the clear is refused there.
        if self.viewing.is_none() {
            match self.session(now)?.sign_in() {
                Err(fault) if fault.kind == FaultKind::CannotWrite => self.only_look(Viewing::Full),
                recorded => {
                    recorded?;
                    self.record_restore(now)?;
                }
            }
        }
        self.remember(now);
        Ok(())
    }

    pub(super) fn opens_database(&self, actor: &Actor) -> bool {
        actor.role == Role::Administrator && !self.is_demo()
    }

    /// Remembers who sets up an office, so that the password need not be typed a third time.
    pub fn expect(&mut self, id_number: String, password: Zeroizing<String>) {
        self.expected = Some((id_number, password));
    }

    /// Signs in who was expected.
    ///
    /// # Errors
    /// As [`Door::knock`].
    pub fn enter_expected(&mut self, now: Now) -> Result<Actor, Fault> {
        let (id_number, password) = self.expected.take().ok_or_else(wrong)?;
        match self.knock(&id_number, &password, now)? {
            Entry::Welcome(actor) => Ok(actor),
            Entry::MustChange { .. } => Err(wrong()),
        }
    }

    /// Lets somebody in without a password: the invented office's own way.
    ///
    /// # Errors
    /// Where this is no invented office, or it has no such account.
    pub fn walk_in(&mut self, id_number: &str) -> Result<Actor, Fault> {
        let office = self.office.as_ref().filter(|office| office.is_demo()).ok_or_else(wrong)?;
        let sitting = office.store.sitting(id_number)?.ok_or_else(wrong)?;
        self.actor = Some(sitting.actor.clone());
        Ok(sitting.actor)
    }

    /// Leaves the session; the database stays open for the next person.
    pub fn lock(&mut self) {
        self.remember_end();
        self.nobody();
    }

    /// Closes the database and forgets the key. The invented office cannot be sealed.
    pub fn seal(&mut self) {
        self.lock();
        self.expected = None;
        if !self.is_demo() {
            // Dropping it closes the connection and wipes the key.
            self.office = None;
        }
    }

    /// Whether the key is out of memory: nothing is open, and nobody is in.
    pub fn is_sealed(&self) -> bool {
        self.office.is_none() && self.actor.is_none() && self.guest.is_none()
    }

    /// What is to be told besides the answers, such as that the data is older than last time.
    pub fn take_warnings(&mut self) -> Vec<String> {
        std::mem::take(&mut self.warnings)
    }

    /// The signed-in person at a moment.
    ///
    /// # Errors
    /// Where nobody is signed in.
    pub fn session(&self, now: Now) -> Result<Session<'_>, Fault> {
        match (&self.office, &self.actor) {
            (Some(office), Some(actor)) => {
                Ok(Session { office, actor, now, assurance: self.assurance(now) })
            }
            _ => Err(Fault::new(FaultKind::NotAllowed, "还没有登录。请先用身份证号和密码登录。")),
        }
    }

    /// The opened office, for what changes its keys.
    pub(super) fn opened(&mut self) -> Result<(&mut Office, &Actor), Fault> {
        match (&mut self.office, &self.actor) {
            (Some(office), Some(actor)) => Ok((office, actor)),
            _ => Err(Fault::new(FaultKind::NotAllowed, "还没有登录。请先用身份证号和密码登录。")),
        }
    }
}

pub(super) fn wrong() -> Fault {
    Fault::from(VaultFault::WrongPassword)
}

fn pass(gate: Gate) -> Result<(), Fault> {
    match gate {
        Gate::Open => Ok(()),
        Gate::Wait { seconds } => {
            let wait = if seconds >= 120 {
                format!("{} 分钟", seconds.div_ceil(60))
            } else {
                format!("{seconds} 秒")
            };
            let sentence =
                format!("密码连续输错，请等 {wait}后再试。忘了密码请找本组织或上级管理员重置。");
            Err(Fault::new(FaultKind::NotAllowed, sentence))
        }
    }
}
