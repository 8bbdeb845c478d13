//! Getting in: which passwords open the database, which are checked inside it, and how wrong ones
//! slow down and lock (security.md 0.2, 4.3; domain.md A5).

use std::sync::Arc;

use super::backups::{finish_restore, keep_old_version};
use super::{
    Interrupter, Occupant, Office, Patience, Places, Session, Station, Viewing, is_demo, load_rules,
};
use crate::domain::account::{AccountState, Actor, Role};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::id_number::normal_form;
use crate::domain::ids::{Moment, Now};
use crate::rules::Rules;
use crate::store::{Credentials, Deed, Sitting, Store};
use crate::vault::{
    AttemptsFile, DatabaseKey, Gate, KdfCost, PersonalFacts, PolicyFault, SlotId, Vault,
    VaultFault, Verifier, check_login_password, check_slot_password, gate,
};
use zeroize::Zeroizing;

mod hold;

/// The way in, and who is in.
pub struct Door {
    places: Places,
    rules: Arc<Rules>,
    office: Option<Office>,
    actor: Option<Actor>,
    /// Somebody whose password was right and who must choose a new one first.
    guest: Option<Sitting>,
    /// Who will sign in as soon as the office that is being set up is in place.
    expected: Option<(String, Zeroizing<String>)>,
    occupant: Occupant,
    /// The lock on the data directory, once there is something to lock.
    station: Option<Station>,
    /// Why the data is only looked at, where it is.
    viewing: Option<Viewing>,
    /// What should be known before anybody works here.
    warnings: Vec<String>,
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
        let rules = load_rules(&places)?;
        let mut door = Self {
            places,
            rules,
            office: None,
            actor: None,
            guest: None,
            expected: None,
            occupant,
            station: None,
            viewing: None,
            warnings: Vec::new(),
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
        if !self.has_office() {
            let sentence =
                "这里还没有建立单位。请先做「首次设置」，或用 --data-dir 指到已有数据的目录。";
            return Err(Fault::new(FaultKind::NotFound, sentence));
        }
        self.look_for_room();
        self.claim(Patience::Short)?;
        self.actor = None;
        self.guest = None;
        let id = normal_form(id_number);
        let sitting = match self.office.take() {
            Some(office) => self.check_inside(office, &id, password, now)?,
            None => self.unseal(&id, password, now)?,
        };
        self.seat(sitting, now)
    }

    /// Opens the sealed database with a slot password.
    fn unseal(&mut self, id: &str, password: &str, now: Now) -> Result<Sitting, Fault> {
        let opened = Vault::open(&self.places.data, &self.places.config);
        let vault = opened.map_err(|fault| self.name_keys(fault))?;
        let mark = vault.account_mark(id)?;
        let mut attempts = AttemptsFile::load(&self.places.data);
        pass(attempts.gate(&mark, now.moment.0))?;
        let unlocked = match vault.unlock(id, password) {
            Ok(unlocked) => unlocked,
            Err(VaultFault::WrongPassword) => {
                self.noted(attempts.record_failure(&mark, now.moment.0))?;
                return Err(wrong());
            }
            Err(fault) => return Err(self.name_keys(fault)),
        };
        // Failures that cannot be forgotten now are forgotten next time; nobody is kept out for it.
        attempts.record_success(&mark, now.moment.0).unwrap_or_default();
        let office = match self.open_office(vault, unlocked.key, now) {
            Ok(office) => office,
            Err(fault) => return Err(self.name_damage(fault)),
        };
        let sitting = office.store.sitting(id)?;
        self.office = Some(office);
        let fits = |s: &Sitting| s.account.slot.as_deref() == Some(unlocked.slot.0.as_str());
        sitting.filter(fits).ok_or_else(|| {
            self.office = None;
            wrong()
        })
    }

    /// Where nothing can be written, a count that cannot be kept keeps nobody out.
    fn noted(&self, kept: Result<(), VaultFault>) -> Result<(), Fault> {
        if self.viewing.is_some() { Ok(()) } else { kept.map_err(Fault::from) }
    }

    fn open_office(&self, vault: Vault, key: DatabaseKey, now: Now) -> Result<Office, Fault> {
        let (path, literal) = (self.places.database(), key.pragma_literal());
        let store = if self.viewing.is_some() {
            Store::open_to_view(&path, &literal)?
        } else {
            let mut before = |old: &Store| keep_old_version(&self.places, old, &literal, now);
            Store::open_bringing_up(&path, &literal, &mut before)?
        };
        Ok(Office {
            store,
            key,
            vault: Some(vault),
            rules: self.rules.clone(),
            places: self.places.clone(),
            shelf: super::directory::Shelf::default(),
            viewing: self.viewing.clone(),
        })
    }

    /// Checks an account inside the opened database. The office stays open whatever comes out.
    fn check_inside(
        &mut self,
        office: Office,
        id: &str,
        password: &str,
        now: Now,
    ) -> Result<Sitting, Fault> {
        let office = self.office.insert(office);
        let Some(sitting) = office.store.sitting(id)? else {
            // The same work as for a known account, so that the time tells nothing.
            Verifier::make(password, office.cost())?;
            return Err(wrong());
        };
        pass(gate(sitting.failures, sitting.failed_at.0, now.moment.0, sitting.failed_at.0))?;
        let right = match (&sitting.account.slot, &office.vault) {
            (Some(slot), Some(vault)) => match vault.unlock(id, password) {
                Ok(unlocked) => unlocked.slot.0 == *slot,
                Err(VaultFault::WrongPassword) => false,
                Err(fault) => return Err(fault.into()),
            },
            _ => Verifier::verify(&sitting.verifier, password),
        };
        if !right && office.viewing.is_some() {
            // The count cannot be kept here, so whoever opened the database has to open it again.
            if !office.is_demo() {
                self.office = None;
            }
            return Err(wrong());
        }
        if !right {
            office.store.note_attempt(sitting.account.id, sitting.failures + 1, now.moment)?;
            return Err(wrong());
        }
        if sitting.account.code_until.is_some_and(|until| until < now.moment) {
            let sentence =
                "这个一次性验证码已过期（有效期 2 天）。请联系本组织或上级管理员重新发一个。";
            return Err(Fault::new(FaultKind::NotAllowed, sentence));
        }
        if sitting.failures > 0 && office.viewing.is_none() {
            office.store.note_attempt(sitting.account.id, 0, Moment(0))?;
        }
        Ok(sitting)
    }

    fn seat(&mut self, sitting: Sitting, now: Now) -> Result<Entry, Fault> {
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
        self.actor = Some(actor.clone());
        // Who only looks leaves no entry: what would show a number in the clear is refused there.
        if self.viewing.is_none() {
            let entry = Deed::new("sign_in", actor.name.clone());
            match self.session(now)?.desk().record(&entry) {
                Err(fault) if fault.kind == FaultKind::CannotWrite => self.only_look(Viewing::Full),
                recorded => {
                    recorded?;
                    self.record_restore(now)?;
                }
            }
        }
        Ok(Entry::Welcome(actor))
    }

    fn opens_database(&self, actor: &Actor) -> bool {
        actor.role == Role::Administrator && !self.is_demo()
    }

    /// Remembers who sets up an office, so that the password need not be typed a third time.
    pub fn expect(&mut self, id_number: String, password: String) {
        self.expected = Some((id_number, Zeroizing::new(password)));
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

    /// Chooses a new password: the guest's first one, or another for whoever is signed in.
    ///
    /// # Errors
    /// Where the password in force is wrong, or the new one does not meet the policy.
    pub fn change_password(&mut self, current: &str, new: &str, now: Now) -> Result<Actor, Fault> {
        self.must_write(now)?;
        let id = match (&self.guest, &self.actor) {
            (Some(guest), _) => guest.actor.id_number.clone(),
            (None, Some(actor)) => actor.id_number.clone(),
            (None, None) => return Err(wrong()),
        };
        let office = self.office.take().ok_or_else(wrong)?;
        let sitting = self.check_inside(office, id.reveal(), current, now)?;
        let opens = self.opens_database(&sitting.actor);
        check_policy(&sitting, current, new, opens)?;
        let office = self.office.as_mut().ok_or_else(wrong)?;
        office.set_password(&sitting, new, opens)?;
        let first = sitting.account.state == AccountState::Initial;
        let actor = office.store.sitting(id.reveal())?.ok_or_else(wrong)?.actor;
        self.guest = None;
        self.actor = Some(actor.clone());
        let deed = if first { "account_activate" } else { "password_change" };
        self.session(now)?.desk().record(&Deed::new(deed, actor.name.clone()))?;
        Ok(actor)
    }

    /// Leaves the session; the database stays open for the next person.
    pub fn lock(&mut self) {
        self.actor = None;
        self.guest = None;
    }

    /// Closes the database and forgets the key. The invented office cannot be sealed.
    pub fn seal(&mut self) {
        self.lock();
        if !self.is_demo() {
            self.office = None;
        }
    }

    /// The signed-in person at a moment.
    ///
    /// # Errors
    /// Where nobody is signed in.
    pub fn session(&self, now: Now) -> Result<Session<'_>, Fault> {
        match (&self.office, &self.actor) {
            (Some(office), Some(actor)) => Ok(Session { office, actor, now }),
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

impl Office {
    /// What a password hash inside the database costs.
    pub(super) fn cost(&self) -> KdfCost {
        if self.is_demo() { KdfCost::DEMO } else { KdfCost::STANDARD }
    }

    /// The slot is written before the account points at it: a crash between leaves a password that
    /// opens nothing, never an account that cannot get in.
    fn set_password(&mut self, sitting: &Sitting, new: &str, opens: bool) -> Result<(), Fault> {
        let (account, id) = (&sitting.account, sitting.account.id_number.reveal());
        let cost = self.cost();
        let credentials = match (&mut self.vault, &account.slot) {
            (Some(vault), Some(slot)) if opens => {
                vault.change_password(&self.key, &SlotId(slot.clone()), id, new)?;
                Credentials::Slot(slot.clone())
            }
            (Some(vault), None) if opens => {
                Credentials::Slot(vault.add_slot(&self.key, id, new)?.0)
            }
            _ => Credentials::Verifier(Verifier::make(new, cost)?),
        };
        self.store.atomically(|| self.store.set_credentials(account.id, &credentials))
    }

    /// Removes the key slot of an account that was reset or removed.
    pub(super) fn drop_slot(&mut self, slot: Option<String>) -> Result<(), Fault> {
        match (&mut self.vault, slot) {
            (Some(vault), Some(slot)) => match vault.remove_slot(&self.key, &SlotId(slot)) {
                // After a recovery on another machine the slot is gone already.
                Ok(()) | Err(VaultFault::UnknownSlot) => Ok(()),
                Err(fault) => Err(fault.into()),
            },
            _ => Ok(()),
        }
    }
}

fn check_policy(sitting: &Sitting, current: &str, new: &str, opens: bool) -> Result<(), Fault> {
    let rule = |sentence: String| Fault::new(FaultKind::Rule, sentence);
    if new == current {
        return Err(rule("新密码和现在的一样。请换一个没用过的密码。".to_owned()));
    }
    let account = &sitting.account;
    let facts = PersonalFacts {
        id_number: account.id_number.reveal(),
        phone: &account.phone,
        name: &account.name,
    };
    let faults: Vec<PolicyFault> =
        if opens { check_slot_password(new, &facts) } else { check_login_password(new, &facts) };
    faults.first().map_or(Ok(()), |fault| Err(rule(fault.sentence())))
}

fn wrong() -> Fault {
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
