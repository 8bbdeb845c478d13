//! Removing an account with its key: the order of security.md 4.5, and ending what broke off.
//!
//! ```text
//! account removed, key change due    the database, in one transaction
//! slot removed                       the key file: from here the password is dead for these files
//! both keys in every slot            the key file
//! every page under the new key       the database, in one transaction
//! opened anew and checked
//! the old key gone                   the key file
//! the change noted                   the database
//! ```
//!
//! Wherever it breaks off, every other way in opens the data, the removed one does not, and the next
//! administrator who signs in ends it. A copy of the files that was made before stays readable with
//! the removed password: no program can change that, and the screen says so.

use std::collections::BTreeSet;

use super::{Door, Occasion, Office};
use crate::domain::account::{Account, Actor, Role};
use crate::domain::fault::Fault;
use crate::domain::ids::{AccountId, Now};
use crate::store::{Deed, KeyChange, Store};
use crate::vault::{DatabaseKey, SlotId, SlotKey};

/// A step that is done and will not be lost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    AccountRemoved,
    SlotRemoved,
    BothKeysWritten,
    DatabaseRekeyed,
    DatabaseOpened,
    OldKeyDropped,
    Noted,
}

impl Step {
    /// All of them, in their order.
    #[cfg(test)]
    pub(super) const ALL: [Self; 7] = [
        Self::AccountRemoved,
        Self::SlotRemoved,
        Self::BothKeysWritten,
        Self::DatabaseRekeyed,
        Self::DatabaseOpened,
        Self::OldKeyDropped,
        Self::Noted,
    ];
}

/// Told after every step; where it fails nothing more is done, as if the process had died there.
pub(super) type Watcher<'a> = &'a mut dyn FnMut(Step) -> Result<(), Fault>;

/// Watches nothing.
fn unwatched(_: Step) -> Result<(), Fault> {
    Ok(())
}

impl Door {
    /// Takes an account out of use, with its key slot, and changes the database key that its holder
    /// knew.
    ///
    /// # Errors
    /// Where nobody is signed in, the store refuses, or it is the last slot. Nothing changes then.
    /// Where the files cannot be written, the account is removed all the same; what is left to do is
    /// told as a warning, and done at the next sign-in.
    pub fn remove_account(&mut self, id: AccountId, now: Now) -> Result<Account, Fault> {
        self.remove_account_watched(id, now, &mut unwatched)
    }

    /// The same, told after every step.
    pub(super) fn remove_account_watched(
        &mut self,
        id: AccountId,
        now: Now,
        at: Watcher<'_>,
    ) -> Result<Account, Fault> {
        self.must_write(now)?;
        let account = self.session(now)?.desk().account_to_change(id)?;
        self.check_not_last(&account)?;
        if account.role == Role::Administrator {
            self.session(now)?.back_up_before(Occasion::BeforeRotation)?;
        }
        let slot = self.session(now)?.desk().remove_account(id)?;
        at(Step::AccountRemoved)?;
        // An administrator whose password was reset has no slot any more, but knew the key.
        if account.role == Role::Administrator && !self.is_demo() {
            let changed = self.change_key_after(slot, now, at);
            self.warnings
                .push(changed.map_or_else(|fault| unfinished(&fault), |()| CHANGED.into()));
        }
        Ok(account)
    }

    fn change_key_after(
        &mut self,
        slot: Option<String>,
        now: Now,
        at: Watcher<'_>,
    ) -> Result<(), Fault> {
        let (office, actor) = self.opened()?;
        office.drop_slot(slot)?;
        at(Step::SlotRemoved)?;
        office.change_key(actor, now, at)
    }

    /// Ends what broke off: a change of the key, slots that are in no list, a change that is due.
    /// What cannot be ended is told; the data is served either way.
    pub(super) fn settle_keys(&mut self, actor: &Actor, now: Now) {
        let Some(office) = self.office.as_mut().filter(|office| office.viewing.is_none()) else {
            return;
        };
        match office.settle_keys(actor, now) {
            Ok(said) => self.warnings.extend(said),
            Err(fault) => self.warnings.push(unfinished(&fault)),
        }
    }
}

const CHANGED: &str =
    "数据库密钥已更换。以前的备份和拷贝仍能用原来的密码打开，请现在做一份新备份，旧的收好或销毁。";

fn unfinished(fault: &Fault) -> String {
    format!(
        "更换数据库密钥还没有做完：{}账号已停用，数据都在。下次管理员登录时程序会接着做完。",
        fault.sentence
    )
}

impl Office {
    /// The slots that are served.
    pub(super) fn trusted_slots(&self) -> Result<BTreeSet<SlotKey>, Fault> {
        let listed = self.store.listed_slots()?.into_iter();
        Ok(listed.map(|(slot, public_key)| SlotKey { slot: SlotId(slot), public_key }).collect())
    }

    fn settle_keys(&mut self, actor: &Actor, now: Now) -> Result<Option<String>, Fault> {
        let Some(vault) = &self.vault else { return Ok(None) };
        if vault.is_changing_key() {
            self.end_key_change(actor, now)?;
            // Whoever was removed meanwhile held a slot with the new key in it.
            if self.drop_foreign_slots(actor, now)?.is_some() {
                self.change_key(actor, now, &mut unwatched)?;
            }
            return Ok(Some("上次没做完的更换数据库密钥已经做完。".to_owned()));
        }
        let said = self.drop_foreign_slots(actor, now)?;
        if self.store.key_change()? == KeyChange::Due {
            self.change_key(actor, now, &mut unwatched)?;
            return Ok(Some("移除账号后没做完的更换数据库密钥已经做完。".to_owned()));
        }
        Ok(said)
    }

    /// A slot that is in no list is what a crash left behind, or what somebody smuggled in.
    fn drop_foreign_slots(&mut self, actor: &Actor, now: Now) -> Result<Option<String>, Fault> {
        let trusted = self.trusted_slots()?;
        let Some(vault) = &mut self.vault else { return Ok(None) };
        let dropped = vault.drop_foreign_slots(&self.key, &trusted)?;
        if dropped.is_empty() {
            return Ok(None);
        }
        let n = dropped.len();
        let deed = Deed::new("slot_drop", format!("{n} 个"));
        self.desk(actor, now).record(&deed)?;
        Ok(Some(format!(
            "密钥文件里有 {n} 个钥匙位不在账号名单上，已作废并记入操作记录。若最近没有重置过管理员的密码，请查一下谁动过这台机器。"
        )))
    }

    /// Brings the database under a new key that is sealed only to the slots of the list.
    fn change_key(&mut self, actor: &Actor, now: Now, at: Watcher<'_>) -> Result<(), Fault> {
        let trusted = self.trusted_slots()?;
        if let Some(vault) = &mut self.vault {
            let new = vault.begin_key_change(&self.key, &trusted)?;
            at(Step::BothKeysWritten)?;
            self.rekey(new, at)?;
        }
        self.note_key_change(actor, now)?;
        at(Step::Noted)
    }

    /// Goes on where a change broke off: the database is under the one key or the other.
    fn end_key_change(&mut self, actor: &Actor, now: Now) -> Result<(), Fault> {
        let Some(new) = self.newest_key.take() else { return Ok(()) };
        let left = self.rekey(new.clone(), &mut unwatched);
        if left.is_err() {
            self.newest_key = Some(new);
        }
        left?;
        self.note_key_change(actor, now)
    }

    fn rekey(&mut self, new: DatabaseKey, at: Watcher<'_>) -> Result<(), Fault> {
        if self.key != new {
            self.rewrite(&new)?;
        }
        at(Step::DatabaseRekeyed)?;
        self.key = new;
        self.store = Store::open(&self.places.database(), &self.key.pragma_literal())?;
        self.store.check_file()?;
        at(Step::DatabaseOpened)?;
        if let Some(vault) = &mut self.vault {
            vault.finish_key_change(&self.key)?;
        }
        at(Step::OldKeyDropped)
    }

    /// Writes every page anew. Where that fails, the file is asked which key it is under: under the
    /// old one the change is given up, so that the vault can be worked with; it stays due.
    fn rewrite(&mut self, new: &DatabaseKey) -> Result<(), Fault> {
        let Err(fault) = self.store.rekey(&new.pragma_literal()) else { return Ok(()) };
        let path = self.places.database();
        if let Ok(store) = Store::open(&path, &self.key.pragma_literal()) {
            // The connection that failed may be left with the new key in its hands.
            self.store = store;
            let vault = self.vault.as_mut();
            let given_up = vault.map_or(Ok(()), |vault| vault.abandon_key_change(new, &self.key));
            // If even that fails both keys stay, and the next sign-in tries again.
            given_up.unwrap_or_default();
            return Err(fault);
        }
        // The failure came after the commit: the file is under the new key.
        Store::open(&path, &new.pragma_literal()).map(drop).map_err(|_| fault)
    }

    fn note_key_change(&self, actor: &Actor, now: Now) -> Result<(), Fault> {
        self.store.atomically(|| {
            self.store.set_key_change(KeyChange::Settled)?;
            let deed = Deed::new("key_change", actor.org_name.clone());
            self.desk(actor, now).record(&deed)
        })
    }
}
