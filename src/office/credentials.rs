//! Passwords of people: checking them, choosing them, giving them again, resetting them.

use super::door::wrong;
use super::{Assurance, Door, Office, Session};
use crate::domain::account::{Account, AccountState, Actor};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{AccountId, Moment, Now};
use crate::store::{Attempts, Credentials, Deed, Pen, Sitting};
use crate::vault::{
    KdfCost, PersonalFacts, PolicyFault, SigningRoot, SlotId, SlotKey, Unlocked, VaultFault,
    Verifier, check_login_password, check_slot_password, one_time_code,
};

/// How long a one-time code is good (domain.md A5).
const CODE_SECONDS: i64 = 2 * 86_400;

/// How long after a password was given it counts as just given, in seconds.
const JUST_NOW: i64 = 60;

/// How long an initial password lets somebody in after the account was made (security.md 4.3).
const INITIAL_SECONDS: i64 = 14 * 86_400;

/// Wrong tries after which an initial password or a code is of no use any more.
const INITIAL_TRIES: u32 = 5;

impl Door {
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
        let (sitting, _) = self.check_inside(id.reveal(), current, now)?;
        let opens = self.opens_database(&sitting.actor);
        check_policy(&sitting, current, new, opens)?;
        let office = self.office.as_mut().ok_or_else(wrong)?;
        office.set_password(&sitting, (new, opens), now)?;
        let actor = office.store.sitting(id.reveal())?.ok_or_else(wrong)?.actor;
        self.guest = None;
        self.actor = Some(actor.clone());
        self.given_at = Some(now.moment);
        self.remember(now);
        Ok(actor)
    }

    /// Has whoever is signed in give their password again, before what is not to be done by
    /// somebody who found the screen open. It counts for a minute; failures count as at the door.
    ///
    /// # Errors
    /// Where it is wrong, a wait after failures, or nobody is signed in.
    pub fn confirm_password(&mut self, password: &str, now: Now) -> Result<(), Fault> {
        let id = self.session(now)?.actor.id_number.clone();
        let wrong_sentence = wrong().sentence;
        match self.check_inside(id.reveal(), password, now) {
            Ok(_) => {
                self.given_at = Some(now.moment);
                Ok(())
            }
            Err(fault) if fault.sentence == wrong_sentence => {
                let sentence = "密码不对，没有办。请再输一遍自己的登录密码。";
                Err(Fault::new(FaultKind::NotAllowed, sentence))
            }
            Err(fault) => Err(fault),
        }
    }

    /// How sure it is who is at the keys. In the invented office nobody has a secret to protect.
    pub(super) fn assurance(&self, now: Now) -> Assurance {
        let fresh = |at: Moment| (0..=JUST_NOW).contains(&(now.moment.0 - at.0));
        if self.is_demo() || self.given_at.is_some_and(fresh) {
            Assurance::PasswordJustGiven
        } else {
            Assurance::SignedIn
        }
    }

    /// Replaces an account's password by a one-time code, which is returned once. The slot goes with
    /// the password; the database key stays, because the person stays (security.md 4.4a).
    ///
    /// # Errors
    /// Where nobody is signed in, the store refuses, or it is the last slot.
    pub fn reset_account(&mut self, id: AccountId, now: Now) -> Result<(Account, String), Fault> {
        self.must_write(now)?;
        let account = self.session(now)?.desk().account_to_change(id)?;
        self.check_not_last(&account)?;
        let code = one_time_code()?;
        let verifier = Verifier::make(&code, self.session(now)?.office.cost())?;
        // From the latest time ever seen, so that a clock that ran ahead once ends no code at once.
        let until = Moment(self.later(now).0.saturating_add(CODE_SECONDS));
        let slot = self.session(now)?.desk().reset_account(id, &verifier, until)?;
        if let Err(fault) = self.opened()?.0.drop_slot(slot) {
            // The code holds, and the slot is served no more: the list does not hold it.
            self.warnings.push(fault.sentence);
        }
        Ok((account, code.to_string()))
    }

    /// The last slot must stay, or nobody but the recovery key could open the data.
    pub(super) fn check_not_last(&self, account: &Account) -> Result<(), Fault> {
        let vault = self.office.as_ref().and_then(|office| office.vault.as_ref());
        match (vault, &account.slot) {
            (Some(vault), Some(slot)) => Ok(vault.check_not_last(&SlotId(slot.clone()))?),
            _ => Ok(()),
        }
    }
}

impl Session<'_> {
    /// Notes that the person has come in, and when.
    pub(super) fn sign_in(&self) -> Result<(), Fault> {
        let store = &self.office.store;
        store.atomically(|| {
            store.see(self.now.moment)?;
            self.desk().record(&Deed::new("sign_in", self.actor.name.clone()))
        })
    }

    /// Whether the password was given just now.
    ///
    /// # Errors
    /// Where it was not; the sentence names what asked for it.
    pub(super) fn check_assurance(&self, what: &str) -> Result<(), Fault> {
        match self.assurance {
            Assurance::PasswordJustGiven => Ok(()),
            Assurance::SignedIn => {
                let sentence = format!("{what}前要再输一遍自己的密码。请重新办理并输入密码。");
                Err(Fault::new(FaultKind::NotAllowed, sentence))
            }
        }
    }
}

impl Office {
    /// What a password hash inside the database costs: as much as opening a slot, so that an account
    /// with a slot, one without, and none at all take the same time.
    pub(super) fn cost(&self) -> KdfCost {
        self.vault.as_ref().map_or(KdfCost::DEMO, crate::vault::Vault::cost)
    }

    /// The failures of a number. Where the clock has been set back to before the last of them, the
    /// wait begins anew from the new time: it is never shortened, and a clock that was wrong for a
    /// day locks nobody out for ever.
    pub(super) fn attempts(&self, id: &str, now: Now) -> Result<Attempts, Fault> {
        let attempts = self.store.attempts(id)?;
        let looking = self.viewing.is_some();
        if looking || attempts.failures == 0 || attempts.failed_at <= now.moment {
            return Ok(attempts);
        }
        let anew = Attempts { failed_at: now.moment, ..attempts };
        self.store.note_attempts(id, anew)?;
        Ok(anew)
    }

    /// What somebody signs with, if the password fits the account: one derivation, whatever the
    /// answer and whoever it is.
    pub(super) fn fits(
        &self,
        sitting: Option<&Sitting>,
        id: &str,
        password: &str,
    ) -> Result<Option<SigningRoot>, Fault> {
        let slot = sitting.and_then(|sitting| sitting.account.slot.as_ref());
        match (sitting, &self.vault) {
            (Some(sitting), Some(vault)) if slot.is_some() => match vault.unlock(id, password) {
                Ok(unlocked) => Ok(self.serves(sitting, &unlocked)?.then_some(unlocked.signing)),
                Err(VaultFault::WrongPassword) => Ok(None),
                Err(fault) => Err(fault.into()),
            },
            (Some(sitting), _) if !sitting.verifier.is_empty() => {
                Ok(Verifier::open(&sitting.verifier, password))
            }
            _ => {
                Verifier::make(password, self.cost())?;
                Ok(None)
            }
        }
    }

    /// Whether an opened slot is the account's and stands in the list with this very public key.
    fn serves(&self, sitting: &Sitting, unlocked: &Unlocked) -> Result<bool, Fault> {
        let key = SlotKey { slot: unlocked.slot.clone(), public_key: unlocked.public_key };
        Ok(sitting.account.slot.as_deref() == Some(unlocked.slot.0.as_str())
            && self.trusted_slots()?.contains(&key))
    }

    /// The account of a number, if an opened slot is its own.
    pub(super) fn served(&self, id: &str, unlocked: &Unlocked) -> Result<Option<Sitting>, Fault> {
        match self.store.sitting(id)? {
            Some(sitting) if self.serves(&sitting, unlocked)? => Ok(Some(sitting)),
            Some(_) | None => Ok(None),
        }
    }

    /// Sets a password, enters the signing key that goes with it, and notes both.
    ///
    /// The slot's public key is listed first, then the slot is written, then the account points at
    /// it: wherever it breaks off, the old password or the new one opens, never neither.
    fn set_password(
        &mut self,
        sitting: &Sitting,
        (new, opens): (&str, bool),
        now: Now,
    ) -> Result<(), Fault> {
        let (account, id) = (&sitting.account, sitting.account.id_number.reveal());
        let Some(vault) = self.vault.as_mut().filter(|_| opens) else {
            let (verifier, signing) = Verifier::make_signing(new, self.cost())?;
            let credentials = Credentials::Verifier(verifier);
            self.pen = self.store.atomically(|| {
                self.store.set_credentials(account.id, &credentials)?;
                self.note_password(sitting, &signing, String::new(), now)
            })?;
            return Ok(());
        };
        let old = account.slot.clone().map(SlotId);
        let (planned, signing) = vault.plan_slot(&self.key, old.as_ref(), (id, new))?;
        let SlotKey { slot, public_key } = planned.key();
        let listed = (slot.0.as_str(), &public_key);
        let store = &self.store;
        store
            .atomically(|| store.list_slot(listed, Some(account.id), &account.name, now.moment))?;
        vault.put_slot(&self.key, planned)?;
        self.pen = self.store.atomically(|| {
            self.store.keep_only_slot(account.id, listed)?;
            self.store.set_credentials(account.id, &Credentials::Slot(slot.0.clone()))?;
            self.note_password(sitting, &signing, fingerprint(&public_key), now)
        })?;
        Ok(())
    }

    /// Notes a new password, and enters the signing key that goes with it. The old pen, where the
    /// person has one in hand, signs the change: it vouches for the new key.
    fn note_password(
        &self,
        sitting: &Sitting,
        signing: &SigningRoot,
        fingerprint: String,
        now: Now,
    ) -> Result<Option<Pen>, Fault> {
        let (account, actor) = (&sitting.account, &sitting.actor);
        let first = account.state == AccountState::Initial;
        let deed = if first { "account_activate" } else { "password_change" };
        let deed = Deed::new(deed, account.name.clone()).detail(fingerprint);
        if self.is_demo() {
            self.desk(actor, now).record(&deed)?;
            return Ok(None);
        }
        let why = "本人设置密码";
        if let Some(old) = self.pen.as_ref().filter(|pen| pen.account() == actor.account) {
            return super::pens::succeed(&self.store, (actor, old), (deed, signing), now, why)
                .map(Some);
        }
        let pen = super::pens::enrol(&self.store, actor, signing, now, why)?;
        self.store.desk(actor, now).signing_with(Some(&pen)).record(&deed)?;
        Ok(Some(pen))
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

/// How a public key is named in the history, so that an entry of the list can be checked against it.
pub(super) fn fingerprint(public_key: &[u8; 32]) -> String {
    let hex: String = public_key.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    format!("钥匙位公钥 {hex}")
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

/// Why a password that fits lets nobody in any more. An initial password and a code end by
/// themselves, and after a few wrong tries.
pub(super) fn spent(sitting: &Sitting, attempts: Attempts, now: Moment) -> Option<Fault> {
    let account = &sitting.account;
    if account.state != AccountState::Initial {
        return None;
    }
    let sentence = if attempts.failures >= INITIAL_TRIES {
        "这个账号的初始密码或一次性验证码已连续输错 5 次，停用了。请联系本组织或上级管理员重置。"
    } else {
        match account.code_until {
            Some(until) if until < now => {
                "这个一次性验证码已过期（有效期 2 天）。请联系本组织或上级管理员重新发一个。"
            }
            None if sitting.made_at.0.saturating_add(INITIAL_SECONDS) < now.0 => {
                "这个账号的初始密码已过期（开设后 14 天内有效）。请联系本组织或上级管理员重置。"
            }
            Some(_) | None => return None,
        }
    };
    Some(Fault::new(FaultKind::NotAllowed, sentence))
}
