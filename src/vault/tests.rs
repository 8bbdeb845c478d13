//! The vault as a whole, on real files with a derivation that costs nothing.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::file::KeyFile;
use super::*;

mod changing;
mod reading;
mod seeing;

const LI: &str = "11010120040102003X";
const WANG: &str = "110101200503041238";
const STRONG: &str = "Lantern-7-boats";
const OTHER: &str = "River-9-stones";

/// One machine with one vault.
struct Office {
    root: TempDir,
    vault: Vault,
    opened: Unlocked,
    recovery: RecoveryKey,
}

impl Office {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let (vault, opened, recovery) = create(root.path()).unwrap();
        Self { root, vault, opened, recovery }
    }

    fn data(&self) -> PathBuf {
        self.root.path().join("data")
    }

    fn config(&self) -> PathBuf {
        self.root.path().join("config")
    }

    fn file(&self, name: &str) -> PathBuf {
        self.data().join(name)
    }

    fn reopened(&self) -> Vault {
        Vault::open(&self.data(), &self.config()).unwrap()
    }
}

fn create(root: &Path) -> Result<(Vault, Unlocked, RecoveryKey), VaultFault> {
    Vault::create(&root.join("data"), &root.join("config"), KdfCost::DEMO, LI, STRONG)
}

#[test]
fn a_created_vault_opens_again() {
    let office = Office::new();
    let opened = office.reopened().unlock("11010120040102003x ", STRONG).unwrap();
    assert_eq!(opened.key, office.opened.key);
    assert_eq!(opened.slot, office.opened.slot);
    assert_eq!(office.vault.slots(), std::slice::from_ref(&office.opened.slot));
    office.reopened().check_seal(&opened.key).unwrap();
}

#[test]
fn wrong_password_and_unknown_account_are_told_alike() {
    let office = Office::new();
    let wrong = office.vault.unlock(LI, OTHER).unwrap_err();
    let unknown = office.vault.unlock(WANG, STRONG).unwrap_err();
    let initial = office.vault.unlock(LI, &initial_password(LI)).unwrap_err();
    assert_eq!(wrong.to_string(), "账号或密码不对，或者这台机器还没有由管理员开启。");
    assert!(wrong == VaultFault::WrongPassword && unknown == wrong && initial == wrong);
}

#[test]
fn creating_never_overwrites() {
    let office = Office::new();
    let before = fs::read(office.file("vault.keys")).unwrap();
    let fault = create(office.root.path()).unwrap_err();
    assert_eq!(fault, VaultFault::VaultExists { path: office.file("vault.keys") });
    assert_eq!(fs::read(office.file("vault.keys")).unwrap(), before);
    fs::rename(office.file("vault.keys"), office.file("vault.keys.bak")).unwrap();
    let fault = create(office.root.path()).unwrap_err();
    assert_eq!(fault, VaultFault::VaultExists { path: office.file("vault.keys.bak") });
}

#[test]
fn two_vaults_on_one_machine_share_its_key() {
    let office = Office::new();
    let device = fs::read(office.config().join("device.key")).unwrap();
    let second = office.root.path().join("second");
    let made = Vault::create(&second, &office.config(), KdfCost::DEMO, LI, STRONG).unwrap();
    assert_eq!(fs::read(office.config().join("device.key")).unwrap(), device);
    assert_ne!(made.1.key, office.opened.key);
    assert!(office.vault.unlock(LI, STRONG).is_ok());
}

#[test]
fn the_machine_key_may_not_lie_with_the_data() {
    let root = tempfile::tempdir().unwrap();
    for config in ["data", "data/inside", "data/../data/inside"] {
        let (data, config) = (root.path().join("data"), root.path().join(config));
        let fault = Vault::create(&data, &config, KdfCost::DEMO, LI, STRONG).unwrap_err();
        assert_eq!(fault, VaultFault::DeviceKeyInsideData { path: config });
    }
    assert!(!root.path().join("data/vault.keys").exists());
}

#[test]
fn several_slots_open_the_same_key() {
    let mut office = Office::new();
    let key = office.opened.key.clone();
    let second = office.vault.add_slot(&key, WANG, OTHER).unwrap();
    let again = office.reopened();
    assert_eq!(again.unlock(LI, STRONG).unwrap().key, key);
    let opened = again.unlock(WANG, OTHER).unwrap();
    assert_eq!((opened.key, opened.slot), (key, second.clone()));
    assert_eq!(again.slots(), [office.opened.slot.clone(), second.clone()]);
    assert_ne!(again.public_key(&second), again.public_key(&office.opened.slot));
    assert_eq!(again.unlock(WANG, STRONG).unwrap_err(), VaultFault::WrongPassword);
}

#[test]
fn weak_and_initial_passwords_never_get_a_slot() {
    let mut office = Office::new();
    let key = office.opened.key.clone();
    let before = fs::read(office.file("vault.keys")).unwrap();
    for id in [LI, WANG, "33010620060708901X"] {
        let fault = office.vault.add_slot(&key, id, &initial_password(id)).unwrap_err();
        assert!(matches!(fault, VaultFault::WeakPassword(_)), "{fault}");
        let code = one_time_code().unwrap();
        assert!(office.vault.add_slot(&key, id, &code).is_err());
        let slot = office.opened.slot.clone();
        assert!(office.vault.change_password(&key, &slot, id, &initial_password(id)).is_err());
    }
    assert_eq!(fs::read(office.file("vault.keys")).unwrap(), before);
    let root = tempfile::tempdir().unwrap();
    let made = Vault::create(
        &root.path().join("d"),
        &root.path().join("c"),
        KdfCost::DEMO,
        LI,
        &initial_password(LI),
    );
    assert!(matches!(made, Err(VaultFault::WeakPassword(_))));
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0, "nothing was made");
}

#[test]
fn a_changed_password_replaces_the_old_one() {
    let mut office = Office::new();
    let (key, slot) = (office.opened.key.clone(), office.opened.slot.clone());
    let old_pk = office.vault.public_key(&slot);
    office.vault.change_password(&key, &slot, LI, OTHER).unwrap();
    let again = office.reopened();
    assert_eq!(again.unlock(LI, STRONG).unwrap_err(), VaultFault::WrongPassword);
    let opened = again.unlock(LI, OTHER).unwrap();
    assert_eq!((opened.key, opened.slot), (key.clone(), slot.clone()));
    assert_ne!(again.public_key(&slot), old_pk);
    let fault = office.vault.change_password(&key, &slot, LI, OTHER).unwrap_err();
    assert_eq!(fault, VaultFault::PasswordInUse);
}

#[test]
fn removing_kills_the_password_in_the_kept_file_too() {
    let mut office = Office::new();
    let key = office.opened.key.clone();
    let second = office.vault.add_slot(&key, WANG, OTHER).unwrap();
    office.vault.remove_slot(&key, &second).unwrap();
    assert_eq!(office.reopened().unlock(WANG, OTHER).unwrap_err(), VaultFault::WrongPassword);
    fs::copy(office.file("vault.keys.bak"), office.file("vault.keys")).unwrap();
    assert_eq!(office.reopened().unlock(WANG, OTHER).unwrap_err(), VaultFault::WrongPassword);
    assert_eq!(office.vault.remove_slot(&key, &second).unwrap_err(), VaultFault::UnknownSlot);
}

#[test]
fn the_last_password_slot_and_the_recovery_slot_stay() {
    let mut office = Office::new();
    let (key, slot) = (office.opened.key.clone(), office.opened.slot.clone());
    assert_eq!(office.vault.remove_slot(&key, &slot).unwrap_err(), VaultFault::LastSlot);
    let recovery = office.vault.unlock_with_recovery(&office.recovery.to_text()).unwrap();
    let fault = office.vault.remove_slot(&key, &recovery.slot).unwrap_err();
    assert_eq!(fault, VaultFault::UnknownSlot);
}

#[test]
fn the_previous_file_is_kept_and_opens() {
    let mut office = Office::new();
    let before = fs::read(office.file("vault.keys")).unwrap();
    let key = office.opened.key.clone();
    office.vault.add_slot(&key, WANG, OTHER).unwrap();
    assert_eq!(fs::read(office.file("vault.keys.bak")).unwrap(), before);
    fs::copy(office.file("vault.keys.bak"), office.file("vault.keys")).unwrap();
    assert!(office.reopened().unlock(LI, STRONG).is_ok());
}

#[test]
fn a_failed_write_changes_nothing() {
    let mut office = Office::new();
    let key = office.opened.key.clone();
    fs::create_dir_all(office.file("vault.keys.bak").join("in the way")).unwrap();
    let fault = office.vault.add_slot(&key, WANG, OTHER).unwrap_err();
    assert!(matches!(fault, VaultFault::CannotWrite { .. }), "{fault}");
    assert_eq!(office.vault.slots().len(), 1);
    assert_eq!(office.reopened().slots().len(), 1);
}

#[test]
fn the_recovery_key_opens_without_the_machine_key() {
    let office = Office::new();
    fs::remove_dir_all(office.config()).unwrap();
    let vault = office.reopened();
    let path = office.config().join("device.key");
    let fault = vault.unlock(LI, STRONG).unwrap_err();
    assert_eq!(fault, VaultFault::NoDeviceKey { path });
    assert!(fault.to_string().contains("恢复密钥"));
    let text = office.recovery.to_text().to_lowercase().replace('-', " ");
    assert_eq!(vault.unlock_with_recovery(&text).unwrap().key, office.opened.key);
    let stranger = RecoveryKey::random().unwrap().to_text();
    let fault = vault.unlock_with_recovery(&stranger).unwrap_err();
    assert_eq!(fault, VaultFault::WrongRecoveryKey);
}

#[test]
fn a_new_machine_is_settled_after_recovery() {
    let mut office = Office::new();
    let key = office.opened.key.clone();
    office.vault.add_slot(&key, WANG, OTHER).unwrap();
    fs::remove_dir_all(office.config()).unwrap();
    let mut vault = office.reopened();
    let (slot, _) = vault.replace_device_key(&key, LI, "Meadow-5-clouds").unwrap();
    let again = office.reopened();
    assert_eq!(again.slots(), [slot]);
    assert_eq!(again.unlock(LI, "Meadow-5-clouds").unwrap().key, key);
    assert_eq!(again.unlock(LI, STRONG).unwrap_err(), VaultFault::WrongPassword);
    assert_eq!(again.unlock_with_recovery(&office.recovery.to_text()).unwrap().key, key);
    let fault = vault.replace_device_key(&key, LI, OTHER).unwrap_err();
    assert_eq!(fault, VaultFault::DeviceKeyFits);
}

#[test]
fn another_machines_key_is_named_as_such() {
    let (office, stranger) = (Office::new(), Office::new());
    let path = stranger.config().join("device.key");
    let vault = Vault::open(&office.data(), &stranger.config()).unwrap();
    assert_eq!(vault.unlock(LI, STRONG).unwrap_err(), VaultFault::ForeignDeviceKey { path });
}

#[test]
fn a_replaced_recovery_key_is_dead() {
    let mut office = Office::new();
    let key = office.opened.key.clone();
    let new = office.vault.replace_recovery_key(&key).unwrap();
    let again = office.reopened();
    let old = again.unlock_with_recovery(&office.recovery.to_text()).unwrap_err();
    assert_eq!(old, VaultFault::WrongRecoveryKey);
    assert_eq!(again.unlock_with_recovery(&new.to_text()).unwrap().key, key);
    assert!(again.unlock(LI, STRONG).is_ok());
}

#[test]
fn a_missing_key_file_is_named_and_not_made() {
    let root = tempfile::tempdir().unwrap();
    let path = root.path().join("vault.keys");
    let fault = Vault::open(root.path(), root.path()).unwrap_err();
    assert_eq!(fault, VaultFault::NoKeyFile { path });
    assert_eq!(fs::read_dir(root.path()).unwrap().count(), 0);
}

#[test]
fn every_flipped_byte_is_a_fault() {
    let office = Office::new();
    let good = fs::read(office.file("vault.keys")).unwrap();
    for place in 0..good.len() {
        for mask in [0x01, 0x20, 0x80, 0xff] {
            let mut bytes = good.clone();
            bytes[place] ^= mask;
            fs::write(office.file("vault.keys"), &bytes).unwrap();
            let opened = Vault::open(&office.data(), &office.config());
            assert!(opened.is_err(), "byte {place} with {mask:#x}");
        }
    }
    for length in 0..good.len() {
        fs::write(office.file("vault.keys"), &good[..length]).unwrap();
        let fault = Vault::open(&office.data(), &office.config()).unwrap_err();
        let path = office.file("vault.keys");
        assert_eq!(fault, VaultFault::DamagedKeyFile { path });
    }
    fs::write(office.file("vault.keys"), good.repeat(100)).unwrap();
    assert!(Vault::open(&office.data(), &office.config()).is_err());
}

#[test]
fn every_knowing_edit_is_a_fault_when_unlocking() {
    let mut office = Office::new();
    let key = office.opened.key.clone();
    office.vault.add_slot(&key, WANG, OTHER).unwrap();
    let path = office.file("vault.keys");
    let good = fs::read(&path).unwrap();
    let whole = KeyFile::parse(&path, &good).unwrap();
    let body = serde_json::to_vec(&whole.body).unwrap();
    let mut reached = 0;
    for place in 0..body.len() {
        let mut changed = body.clone();
        changed[place] ^= 1;
        let Ok(edited) = serde_json::from_slice(&changed) else { continue };
        let file = whole.edited(|body| *body = edited);
        fs::write(&path, file.bytes().unwrap()).unwrap();
        let Ok(vault) = Vault::open(&office.data(), &office.config()) else { continue };
        assert!(vault.unlock(LI, STRONG).is_err(), "byte {place}");
        assert!(vault.unlock_with_recovery(&office.recovery.to_text()).is_err(), "byte {place}");
        reached += 1;
    }
    assert!(reached > 1000, "only {reached} edits got as far as unlocking");
}

#[test]
fn a_stranger_to_the_seal_changes_nothing() {
    let mut office = Office::new();
    let stranger = DatabaseKey::random().unwrap();
    let path = office.file("vault.keys");
    let before = fs::read(&path).unwrap();
    let slot = office.opened.slot.clone();
    let broken = VaultFault::BrokenSeal { path: path.clone() };
    assert_eq!(office.vault.check_seal(&stranger).unwrap_err(), broken);
    assert_eq!(office.vault.add_slot(&stranger, WANG, OTHER).unwrap_err(), broken);
    assert_eq!(office.vault.remove_slot(&stranger, &slot).unwrap_err(), broken);
    assert_eq!(office.vault.change_password(&stranger, &slot, LI, OTHER).unwrap_err(), broken);
    assert_eq!(fs::read(&path).unwrap(), before);
}

#[test]
fn there_is_room_for_sixty_four_slots_and_no_more() {
    let mut office = Office::new();
    let key = office.opened.key.clone();
    for n in 2..64 {
        office.vault.add_slot(&key, &format!("account {n}"), OTHER).unwrap();
    }
    let fault = office.vault.add_slot(&key, "one more", OTHER).unwrap_err();
    assert!(matches!(fault, VaultFault::OutOfBounds { have: 65, most: 64, .. }), "{fault}");
    assert_eq!(office.reopened().unlock("account 63", OTHER).unwrap().key, key);
}

#[test]
fn no_file_holds_the_number_or_the_password() {
    let office = Office::new();
    let mark = office.vault.account_mark(LI).unwrap();
    AttemptsFile::load(&office.data()).record_failure(&mark, 1000).unwrap();
    for dir in [office.data(), office.config()] {
        for entry in fs::read_dir(dir).unwrap() {
            let text = fs::read_to_string(entry.unwrap().path()).unwrap();
            assert!(!text.contains(LI) && !text.contains(STRONG));
        }
    }
    assert_eq!(mark, office.reopened().account_mark(" 11010120040102003x").unwrap());
    assert_ne!(mark, office.vault.account_mark(WANG).unwrap());
}

#[cfg(unix)]
#[test]
fn files_and_directories_are_for_the_owner_only() {
    use std::os::unix::fs::PermissionsExt;
    let mut office = Office::new();
    let key = office.opened.key.clone();
    office.vault.add_slot(&key, WANG, OTHER).unwrap();
    let mode = |path: PathBuf| fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode(office.data()), mode(office.config())), (0o700, 0o700));
    let files = ["vault.keys", "vault.keys.bak"].map(|name| mode(office.file(name)));
    assert_eq!(files, [0o600; 2]);
    assert_eq!(mode(office.config().join("device.key")), 0o600);
}

/// The first format with invented people, written once and never again: if this fails, vaults
/// that people have would no longer open.
#[test]
fn the_first_format_opens_for_ever() {
    let root = tempfile::tempdir().unwrap();
    fs::write(root.path().join("vault.keys"), include_bytes!("fixtures/vault-1.keys")).unwrap();
    fs::write(root.path().join("device.key"), include_bytes!("fixtures/device-1.key")).unwrap();
    let vault = Vault::open(root.path(), root.path()).unwrap();
    let key = "x'e1f3bfe64f2a9191122fd27ff47e6bdcb4aed84444533c06b05df4446fad1922'";
    let recovery = "DRVR-MWPD-XRS7-HV5Q-X6K4-6WH3-H8V0-RN48-3B8X";
    assert_eq!(*vault.unlock(LI, STRONG).unwrap().key.pragma_literal(), key);
    assert_eq!(*vault.unlock(WANG, OTHER).unwrap().key.pragma_literal(), key);
    assert_eq!(*vault.unlock_with_recovery(recovery).unwrap().key.pragma_literal(), key);
}
