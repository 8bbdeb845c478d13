//! What of the data this process may use: held by its lock, only looked at, or damaged.

use std::path::{Path, PathBuf};

use super::super::backups::{
    is_recorded_now, is_unrecorded, keep_old_version, newest_backup, put_in_place, sweep,
};
use super::super::demo::open_demo;
use super::super::station::Claimed;
use super::super::{Office, Patience, Station, Viewing, ground, is_demo, unfinished};
use super::Door;
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{Moment, Now};
use crate::store::{Deed, Store};
use crate::vault::{AccountMark, AttemptsFile, DatabaseKey, Unlocked, Vault, VaultFault};

impl Door {
    /// Asks for the data directory, if there is something in it and it is not ours yet.
    pub(super) fn claim(&mut self, patience: Patience) -> Result<(), Fault> {
        if self.station.is_some() || !self.has_office() {
            return Ok(());
        }
        self.viewing = match Station::of(&self.places, self.occupant, patience)? {
            Claimed::Held(station) => {
                self.station = Some(station);
                self.stop_looking()?;
                self.warnings.extend(ground::warnings(&self.places));
                sweep(&self.places.backups);
                unfinished::sweep(&self.places.data);
                None
            }
            Claimed::Viewing(why) => Some(why),
        };
        Ok(())
    }

    /// What was opened for looking cannot be written: it is closed, and opened anew by whoever signs
    /// in next.
    fn stop_looking(&mut self) -> Result<(), Fault> {
        if self.office.as_ref().is_some_and(|office| office.viewing.is_some()) {
            self.office = None;
            if is_demo(&self.places) {
                self.office = Some(open_demo(&self.places, &self.rules, None)?);
            }
        }
        Ok(())
    }

    /// Why the data can only be looked at, where it is so.
    pub fn viewing(&self) -> Option<&Viewing> {
        self.viewing.as_ref()
    }

    /// Refuses a writing act where the data can only be looked at, or its directory is gone.
    ///
    /// # Errors
    /// Saying who holds the data, or what cannot be written.
    pub fn must_write(&self, now: Now) -> Result<(), Fault> {
        self.viewing.as_ref().map_or(Ok(()), |why| Err(why.refusal(now)))?;
        self.must_be_there()
    }

    /// Refuses to work on a directory that was taken away under this window (R08): what is written
    /// would go where nobody looks for it. Nothing is made anew; once it is back the work goes on.
    pub(super) fn must_be_there(&self) -> Result<(), Fault> {
        if self.station.as_ref().is_none_or(|station| station.is_at(&self.places.data)) {
            return Ok(());
        }
        let sentence = format!(
            "数据目录 {} 现在不在了，或者换成了另一个，这一步没有保存，也没有新建任何东西。请把移动盘插回原处，或把目录移回原处，再办一次。",
            self.places.data.display()
        );
        Err(Fault::new(FaultKind::CannotWrite, sentence))
    }

    /// A window that only looks is left behind when another process changes the key of the database:
    /// its pages cannot be read any more, and nothing is damaged. The data is closed then, and whoever
    /// signs in next opens it with the new key.
    pub fn left_behind(&mut self, now: Now) -> Option<Fault> {
        let office = self.office.as_ref().filter(|office| office.viewing.is_some())?;
        let since = office.vault.as_ref()?.other_key_since()?;
        self.seal();
        let at = now.local(Moment(since)).format("%m-%d %H:%M");
        let sentence = format!(
            "数据密钥在 {at} 由另一个窗口或命令换过了（移除管理员时会换），数据没有损坏。请重新登录，接着看。"
        );
        Some(Fault::new(FaultKind::NotAllowed, sentence))
    }

    /// Whether the disk failed under something that was to be saved.
    pub fn is_suspect(&self) -> bool {
        self.office.as_ref().is_some_and(|office| office.store.is_suspect())
    }

    /// Stops writing after an error of the disk (R06): the database is closed, opened anew so that
    /// an unfinished transaction is taken back, checked, and from here on only looked at. A failed
    /// sync is never tried again, since a second success would prove nothing. Returns what was found.
    pub fn distrust(&mut self) -> String {
        self.viewing = Some(Viewing::Distrusted);
        let Some(office) = self.office.take() else {
            return "磁盘读写出错，已停止写入。请检查磁盘，关掉程序再重新打开。".to_owned();
        };
        let (path, key) = (self.places.database(), office.key.pragma_literal());
        let Office { store, key: owned, newest_key, vault, rules, places, shelf, pen, .. } = office;
        drop(store);
        let checked = Store::open(&path, &key).and_then(|store| store.verify());
        let opened = checked.and_then(|_| Store::open_to_view(&path, &key));
        match opened {
            Ok(store) => {
                let viewing = self.viewing.clone();
                self.office = Some(Office {
                    store,
                    key: owned,
                    newest_key,
                    vault,
                    rules,
                    places,
                    shelf,
                    viewing,
                    pen,
                });
                "磁盘读写出错，刚才这一步没有保存。已关闭重开并检查过：之前保存的都完好。现在只能看；请检查磁盘，关掉程序再重新打开。".to_owned()
            }
            Err(fault) => {
                self.lock();
                format!("磁盘读写出错，已停止使用这份数据。{}", fault.sentence)
            }
        }
    }

    /// A key file that is damaged or gone; anything else about keys is no damage.
    pub(super) fn name_keys(&mut self, fault: VaultFault) -> Fault {
        let damaged = matches!(
            fault,
            VaultFault::NoKeyFile { .. }
                | VaultFault::DamagedKeyFile { .. }
                | VaultFault::BrokenSeal { .. }
        );
        let fault = Fault::from(fault);
        if damaged { self.name_damage(fault) } else { fault }
    }

    /// Remembers what is damaged, and names the newest backup beside it (R11).
    pub(super) fn name_damage(&mut self, fault: Fault) -> Fault {
        // Another version's database is whole: a backup in its place would lose what it holds.
        if !matches!(fault.kind, FaultKind::Damaged | FaultKind::NotFound) {
            return fault;
        }
        self.damage = Some(fault.sentence.clone());
        let sentence = match newest_backup(&self.places) {
            None => fault.sentence,
            Some(found) => format!(
                "{}最近一份检查过的备份：{}。恢复请用「tuanzhuan restore {}」，现在的数据会另存。",
                fault.sentence,
                found.words(),
                found.path.display()
            ),
        };
        Fault { sentence, ..fault }
    }

    /// What is damaged, if the last knock found that, and the newest backup with its words.
    pub fn take_damage(&mut self) -> Option<(String, Option<(PathBuf, String)>)> {
        let sentence = self.damage.take()?;
        let newest = newest_backup(&self.places);
        Some((sentence, newest.map(|found| (found.path.clone(), found.words()))))
    }

    /// Puts a backup in the place of the data, which is kept; returns where, in a sentence.
    ///
    /// # Errors
    /// Where another window holds the data, or the backup cannot be put in place.
    pub fn restore(&mut self, path: &Path, now: Now) -> Result<String, Fault> {
        self.must_write(now)?;
        self.lock();
        self.office = None;
        let station = match self.station.take() {
            Some(station) => station,
            None => {
                self.places.make()?;
                Station::required(&self.places.data, self.occupant, now)?
            }
        };
        let kept = put_in_place(&self.places, path, now, station);
        // Whatever came of it: what lies there now is what this window works on.
        self.claim(Patience::Short)?;
        Ok(kept?.map_or_else(
            || "备份已经恢复。".to_owned(),
            |old| format!("备份已经恢复，原来的数据在 {}。", old.display()),
        ))
    }

    /// Counts a wrong password, if this window may write anything at all.
    pub(super) fn note_failure(
        &self,
        attempts: &mut AttemptsFile,
        mark: &AccountMark,
        now: Now,
    ) -> Result<(), Fault> {
        if self.viewing.is_some() {
            return Ok(());
        }
        Ok(attempts.record_failure(mark, now.moment.0)?)
    }

    pub(super) fn only_look(&mut self, why: Viewing) {
        if let Some(office) = &mut self.office {
            office.viewing = Some(why.clone());
        }
        self.viewing = Some(why);
    }

    /// There may be room again since somebody signed in last.
    pub(super) fn look_for_room(&mut self) {
        if self.viewing == Some(Viewing::Full) {
            self.viewing = None;
            if let Some(office) = &mut self.office {
                office.viewing = None;
            }
        }
    }

    pub(super) fn record_restore(&self, now: Now) -> Result<(), Fault> {
        if is_unrecorded(&self.places) {
            self.session(now)?.desk().record(&Deed::new("restore", "数据库"))?;
            is_recorded_now(&self.places);
        }
        Ok(())
    }

    /// The office behind a vault that was opened.
    pub(super) fn open_office(
        &self,
        vault: Vault,
        unlocked: &Unlocked,
        now: Now,
    ) -> Result<Office, Fault> {
        let path = self.places.database();
        let (store, key) = with_fitting_key(unlocked, &mut |key| {
            if self.viewing.is_some() {
                return Store::open_to_view(&path, key);
            }
            let mut before = |old: &Store| keep_old_version(&self.places, old, key, now);
            Store::open_bringing_up(&path, key, &mut before)
        })?;
        Ok(Office {
            store,
            key,
            newest_key: unlocked.older.is_some().then(|| unlocked.key.clone()),
            vault: Some(vault),
            pen: None,
            rules: self.rules.clone(),
            places: self.places.clone(),
            shelf: super::super::directory::Shelf::default(),
            viewing: self.viewing.clone(),
        })
    }
}

/// Opens the database with the key that fits: the newest, or the one before it where a change of the
/// key broke off.
pub(in crate::office) fn with_fitting_key(
    unlocked: &Unlocked,
    open: &mut dyn FnMut(&str) -> Result<Store, Fault>,
) -> Result<(Store, DatabaseKey), Fault> {
    let keys: Vec<&DatabaseKey> = std::iter::once(&unlocked.key).chain(&unlocked.older).collect();
    let texts: Vec<_> = keys.iter().map(|key| key.pragma_literal()).collect();
    let texts: Vec<&str> = texts.iter().map(|text| text.as_str()).collect();
    let (store, which) = Store::open_with_one(&texts, open)?;
    let key = keys.get(which).copied().unwrap_or(&unlocked.key);
    Ok((store, key.clone()))
}
