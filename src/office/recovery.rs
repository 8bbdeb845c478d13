//! The way in with the recovery key: after a forgotten password, or on a new machine.

use super::backups::keep_old_version;
use super::credentials::fingerprint;
use super::door::with_fitting_key;
use super::pens::enrol;
use super::{Door, Places};
use crate::domain::account::{Actor, Role};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::Now;
use crate::store::{Credentials, Deed, Sitting, Store};
use crate::vault::{
    DatabaseKey, PersonalFacts, PlannedSlot, RecoveryKey, SigningRoot, SlotId, SlotKey, Unlocked,
    Vault, VaultFault, check_slot_password,
};
use zeroize::Zeroizing;

/// Opens the vault with the recovery key and gives an administrator a new password. On a machine
/// without the old `device.key` the other administrators' slots go: they are activated again.
///
/// # Errors
/// Where the key is wrong or was not entered in the list, the account is no administrator's, the
/// password does not meet the policy, or nothing can be written.
pub fn recover(
    places: &Places,
    recovery_key: &str,
    (id, password): (&str, &str),
    now: Now,
) -> Result<Actor, Fault> {
    let mut vault = Vault::open(&places.data, &places.config)?;
    let unlocked = vault.unlock_with_recovery(recovery_key)?;
    let (store, key) = with_fitting_key(&unlocked, &mut |key| {
        let mut before = |old: &Store| keep_old_version(places, old, key, now);
        Store::open_bringing_up(&places.database(), key, &mut before)
    })?;
    check_listed(&store, &unlocked)?;
    let sitting = administrator(&store, id)?;
    check_policy(&sitting, password)?;
    settle(&mut vault, &unlocked, &key)?;
    let (slot, signing) = new_slot(&mut vault, &store, &sitting, (&key, password), now)?;
    let account = sitting.account.id;
    store.atomically(|| {
        store.keep_only_slot(account, (&slot.slot.0, &slot.public_key))?;
        store.set_credentials(account, &Credentials::Slot(slot.slot.0.clone()))?;
        store.forget_attempts(id)?;
        let detail = format!("用恢复密钥，{}", fingerprint(&slot.public_key));
        let deed = Deed::new("password_change", sitting.account.name.clone()).detail(detail);
        let pen = enrol(&store, &sitting.actor, &signing, now, "用恢复密钥重设密码")?;
        store.desk(&sitting.actor, now).signing_with(Some(&pen)).record(&deed)
    })?;
    Ok(sitting.actor)
}

/// A recovery slot that somebody made who once knew the database key opens nothing here.
fn check_listed(store: &Store, unlocked: &Unlocked) -> Result<(), Fault> {
    let ours = (unlocked.slot.0.clone(), unlocked.public_key);
    if store.listed_slots()?.contains(&ours) {
        return Ok(());
    }
    Err(VaultFault::WrongRecoveryKey.into())
}

fn administrator(store: &Store, id: &str) -> Result<Sitting, Fault> {
    let sitting = store.sitting(id)?.filter(|s| s.actor.role == Role::Administrator);
    sitting.ok_or_else(|| {
        let sentence = "这份数据里没有这个管理员账号。请核对 --as 后面的身份证号。";
        Fault::new(FaultKind::NotAllowed, sentence)
    })
}

fn check_policy(sitting: &Sitting, password: &str) -> Result<(), Fault> {
    let account = &sitting.account;
    let facts = PersonalFacts {
        id_number: account.id_number.reveal(),
        phone: &account.phone,
        name: &account.name,
    };
    let faults = check_slot_password(password, &facts);
    faults.first().map_or(Ok(()), |fault| Err(Fault::new(FaultKind::Rule, fault.sentence())))
}

/// Ends a change of the key that broke off in the direction in which the database already stands:
/// here the data shall open, and who is due to be locked out is still noted in the database.
fn settle(vault: &mut Vault, unlocked: &Unlocked, key: &DatabaseKey) -> Result<(), Fault> {
    if !vault.is_changing_key() {
        return Ok(());
    }
    if *key == unlocked.key {
        return Ok(vault.finish_key_change(key)?);
    }
    Ok(vault.abandon_key_change(&unlocked.key, key)?)
}

/// The account's own slot anew, or one made anew; listed before it is written.
fn new_slot(
    vault: &mut Vault,
    store: &Store,
    sitting: &Sitting,
    (key, password): (&DatabaseKey, &str),
    now: Now,
) -> Result<(SlotKey, SigningRoot), Fault> {
    let account = &sitting.account;
    let id = account.id_number.reveal();
    let list = |slot: &SlotKey| {
        let listed = (slot.slot.0.as_str(), &slot.public_key);
        store.list_slot(listed, Some(account.id), &account.name, now.moment)
    };
    match vault.replace_device_key(key, id, password) {
        Err(VaultFault::DeviceKeyFits) => {
            let known = vault.slots();
            let old = account.slot.clone().map(SlotId).filter(|slot| known.contains(slot));
            let (planned, signing) = match vault.plan_slot(key, old.as_ref(), (id, password)) {
                Err(VaultFault::PasswordInUse) => {
                    let (slot, signing) = standing_slot(vault, (id, password))?;
                    list(&slot)?;
                    return Ok((slot, signing));
                }
                planned => planned?,
            };
            let slot = planned.key();
            list(&slot)?;
            vault.put_slot(key, planned)?;
            Ok((slot, signing))
        }
        // Listed afterwards: until then the recovery key, which brought them here, still opens.
        made => {
            let (slot, signing) = made?;
            let public_key = vault.public_key(&slot).unwrap_or_default();
            let slot = SlotKey { slot, public_key };
            list(&slot)?;
            Ok((slot, signing))
        }
    }
}

/// The slot that this very password of this very account opens already: what a recovery, or a
/// correction of the number, that broke off behind the key file left, and nothing that would have to
/// be told from it.
pub(super) fn standing_slot(
    vault: &Vault,
    login: (&str, &str),
) -> Result<(SlotKey, SigningRoot), VaultFault> {
    let opened = vault.unlock(login.0, login.1)?;
    Ok((SlotKey { slot: opened.slot, public_key: opened.public_key }, opened.signing))
}

/// A new recovery key that can be shown and does not count yet.
pub struct NewRecoveryKey {
    key: RecoveryKey,
    pub(super) planned: PlannedSlot,
}

impl NewRecoveryKey {
    /// The key for showing, once.
    pub fn text(&self) -> Zeroizing<String> {
        self.key.to_text()
    }
}

impl Door {
    /// Draws a new recovery key, in the place of one whose paper is lost or was seen. The old one
    /// stays good until [`Door::put_recovery_key`].
    ///
    /// # Errors
    /// Where this person is no administrator, has not just given their password, or the office is
    /// the invented one.
    pub fn new_recovery_key(&self, now: Now) -> Result<NewRecoveryKey, Fault> {
        self.must_write(now)?;
        let session = self.session(now)?;
        if session.actor().role != Role::Administrator {
            let sentence = "换恢复密钥要由管理员办理。请联系本组织的管理员。";
            return Err(Fault::new(FaultKind::NotAllowed, sentence));
        }
        session.check_assurance("换恢复密钥")?;
        let Some(vault) = &session.office.vault else {
            let sentence = "演示数据没有恢复密钥，不用换。";
            return Err(Fault::new(FaultKind::Rule, sentence));
        };
        let (key, planned) = vault.plan_recovery_key(&session.office.key)?;
        Ok(NewRecoveryKey { key, planned })
    }

    /// Puts a new recovery key in force; the old one is dead from here. It is listed first, so that
    /// wherever this breaks off the old one or the new one opens.
    ///
    /// # Errors
    /// Where nothing can be written.
    pub fn put_recovery_key(&mut self, new: NewRecoveryKey, now: Now) -> Result<(), Fault> {
        self.must_write(now)?;
        let (office, actor) = self.opened()?;
        let SlotKey { slot, public_key } = new.planned.key();
        let listed = (slot.0.as_str(), &public_key);
        let store = &office.store;
        store.atomically(|| store.list_slot(listed, None, &actor.name, now.moment))?;
        if let Some(vault) = &mut office.vault {
            vault.put_slot(&office.key, new.planned)?;
        }
        office.store.atomically(|| {
            office.store.keep_only_recovery(listed)?;
            let deed = Deed::new("recovery_key", actor.org_name.clone());
            office.desk(actor, now).record(&deed.detail(fingerprint(&public_key)))
        })
    }
}
