//! First-run set-up. Everything is made in a folder beside its place and moved there when the
//! recovery key was typed back; the key file goes last, because its presence says that an office
//! stands here. A crash on the way leaves nothing that counts.

use std::path::PathBuf;

use super::credentials::fingerprint;
use super::places::make_private;
use super::{Occupant, OfficeEntry, Places, Station, io_fault};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::id_number::IdNumber;
use crate::domain::ids::Now;
use crate::domain::organisation::OrgEntry;
use crate::domain::person_name::PersonName;
use crate::domain::phone::Phone;
use crate::store::{Deed, NewAccount, Store};
use crate::vault::{
    KdfCost, PersonalFacts, RecoveryKey, SlotKey, Unlocked, Vault, check_slot_password,
};

/// An office that is ready to be put in place.
pub struct PreparedOffice {
    places: Places,
    staging: PathBuf,
    recovery: RecoveryKey,
    /// Nobody else sets up an office here meanwhile.
    station: Station,
}

impl PreparedOffice {
    /// Makes an office in the staging folder: keys, database, first organisation, administrator.
    ///
    /// # Errors
    /// Where an entry is at fault, an office stands here already, or nothing can be written.
    pub fn make(
        places: &Places,
        entry: &OfficeEntry,
        cost: KdfCost,
        now: Now,
    ) -> Result<Self, Fault> {
        refuse_existing(places)?;
        let person = Person::parse(entry)?;
        places.make()?;
        let station = Station::required(&places.data, Occupant::Screen, now)?;
        refuse_existing(places)?;
        clear_stale(places)?;
        let staging = places.data.join("setup.tmp");
        make_private(&staging)?;
        let id = person.id_number.reveal();
        let (vault, unlocked, recovery) =
            Vault::create(&staging, &places.config, cost, id, &entry.password)?;
        fill(&staging, (&vault, &unlocked), entry, &person, now)?;
        Ok(Self { places: places.clone(), staging, recovery, station })
    }

    /// The recovery key for showing, once.
    pub fn recovery_key(&self) -> String {
        self.recovery.to_text().to_string()
    }

    /// Puts the office in place, if the recovery key was typed back.
    ///
    /// # Errors
    /// Where the key differs, or a file cannot be moved.
    pub fn confirm(&self, typed: &str) -> Result<(), Fault> {
        if !self.recovery.is_typed_back(typed)? {
            let sentence = "输入的恢复密钥和上面显示的不一样。请对照纸上抄下的重新输入，可以不分大小写、不打横线。";
            return Err(Fault::new(FaultKind::Rule, sentence));
        }
        self.put_in_place()
    }

    /// Puts the office in place without asking; for the command line, which prints the key.
    ///
    /// # Errors
    /// Where a file cannot be moved.
    pub fn put_in_place(&self) -> Result<(), Fault> {
        refuse_existing(&self.places)?;
        for name in ["tuanzhuan.db", "vault.keys"] {
            let (from, to) = (self.staging.join(name), self.places.data.join(name));
            std::fs::rename(&from, &to).map_err(|error| io_fault("放不了文件", &to, &error))?;
            // One after the other also for a power cut: keys without data would be no office.
            sync_dir(&self.places.data)?;
        }
        clear_stale(&self.places)?;
        self.station.release();
        Ok(())
    }

    /// Throws the staged office away.
    ///
    /// # Errors
    /// Where it cannot be removed.
    pub fn abandon(self) -> Result<(), Fault> {
        clear_stale(&self.places)
    }
}

/// Ends a set-up that broke off between its two last steps: the database is in its place, and the
/// keys that go with it are not. The recovery key was typed back by then.
///
/// # Errors
/// Where the keys cannot be moved.
pub(super) fn finish_setup(places: &Places) -> Result<(), Fault> {
    let keys = places.data.join("setup.tmp").join("vault.keys");
    if places.key_file().exists() || !places.database().exists() || !keys.exists() {
        return Ok(());
    }
    let to = places.key_file();
    std::fs::rename(keys, &to).map_err(|error| io_fault("放不了文件", &to, &error))?;
    sync_dir(&places.data)
}

/// Removes what an interrupted set-up left behind.
///
/// # Errors
/// Where it cannot be removed.
pub fn clear_stale(places: &Places) -> Result<(), Fault> {
    let staging = places.data.join("setup.tmp");
    match std::fs::remove_dir_all(&staging) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(io_fault("清理不了上次没做完的设置", &staging, &error))
        }
        _ => Ok(()),
    }
}

fn refuse_existing(places: &Places) -> Result<(), Fault> {
    let taken = [places.key_file(), places.database()].into_iter().find(|path| path.exists());
    taken.map_or(Ok(()), |path| {
        let sentence = format!(
            "这里已经有数据了（{}），没有改动。请直接登录；要另建一个单位，请用 --data-dir 换一个目录。",
            path.display()
        );
        Err(Fault::new(FaultKind::Conflict, sentence))
    })
}

struct Person {
    id_number: IdNumber,
    name: PersonName,
    phone: String,
}

impl Person {
    /// Parses the administrator's entries and checks the password against the policy.
    fn parse(entry: &OfficeEntry) -> Result<Self, Fault> {
        let rule = |sentence: String| Fault::new(FaultKind::Rule, sentence);
        if entry.org.trim().is_empty() {
            return Err(rule("还没填组织全称。请填本单位团组织的全称。".to_owned()));
        }
        let name = PersonName::parse(&entry.name).map_err(|f| rule(f.to_string()))?;
        let id_number = IdNumber::parse(&entry.id_number).map_err(|f| rule(f.to_string()))?;
        let phone = match entry.phone.trim() {
            "" => String::new(),
            text => Phone::parse(text).map_err(|f| rule(f.to_string()))?.reveal().to_owned(),
        };
        let facts =
            PersonalFacts { id_number: id_number.reveal(), phone: &phone, name: name.as_str() };
        let faults = check_slot_password(&entry.password, &facts);
        if let Some(fault) = faults.first() {
            return Err(rule(fault.sentence()));
        }
        Ok(Self { id_number, name, phone })
    }
}

fn fill(
    staging: &std::path::Path,
    (vault, unlocked): (&Vault, &Unlocked),
    entry: &OfficeEntry,
    person: &Person,
    now: Now,
) -> Result<(), Fault> {
    let store = Store::create(&staging.join("tuanzhuan.db"), &unlocked.key.pragma_literal())?;
    let org = OrgEntry {
        kind: Some(entry.kind),
        full_name: entry.org.trim().to_owned(),
        contact_name: person.name.as_str().to_owned(),
        contact_phone: person.phone.clone(),
        ..OrgEntry::default()
    };
    found(&store, &org, person, (&vault.slot_keys(), unlocked), now)
}

fn found(
    store: &Store,
    org: &OrgEntry,
    person: &Person,
    (keys, unlocked): (&[SlotKey], &Unlocked),
    now: Now,
) -> Result<(), Fault> {
    let name = person.name.as_str();
    store.atomically(|| {
        let root = store.add_root(org)?;
        let new = NewAccount {
            id_number: person.id_number.clone(),
            name: name.to_owned(),
            phone: person.phone.clone(),
            role: crate::domain::account::Role::Administrator,
            org: root.id,
        };
        let slot = &unlocked.slot;
        let account = store.add_first_account(&new, &slot.0, now.moment)?;
        for key in keys {
            // The other one is the recovery key's, which is nobody's.
            let holder = (key.slot == *slot).then_some(account);
            store.list_slot((&key.slot.0, &key.public_key), holder, name, now.moment)?;
        }
        let marks: Vec<String> = keys.iter().map(|key| fingerprint(&key.public_key)).collect();
        let deed = Deed::new("office_create", root.full_name).detail(marks.join("；"));
        store.record_unsigned(now.moment, name, &deed)?;
        let Some(first) = store.sitting(person.id_number.reveal())? else { return Ok(()) };
        super::pens::enrol(store, &first.actor, &unlocked.signing, now, "首次登记").map(drop)
    })
}

/// Makes a rename in a directory durable.
pub(super) fn sync_dir(dir: &std::path::Path) -> Result<(), Fault> {
    #[cfg(unix)]
    std::fs::File::open(dir)
        .and_then(|dir| dir.sync_all())
        .map_err(|error| io_fault("写不了目录", dir, &error))?;
    #[cfg(not(unix))]
    let _ = dir;
    Ok(())
}
