//! Changing the database key, and slots that nobody entered.

use std::collections::BTreeSet;

use super::*;

/// The list inside the database, as it would be if every slot of the file were entered.
fn trusted(vault: &Vault) -> BTreeSet<SlotKey> {
    vault.slot_keys().into_iter().collect()
}

/// Every way in opens exactly these keys, newest first.
fn opens(office: &Office, keys: &[&DatabaseKey]) {
    let vault = office.reopened();
    let ways = [
        vault.unlock(LI, STRONG).unwrap(),
        vault.unlock_with_recovery(&office.recovery.to_text()).unwrap(),
    ];
    for way in ways {
        let have: Vec<_> = std::iter::once(&way.key).chain(&way.older).collect();
        assert_eq!(have, keys);
    }
}

#[test]
fn a_changed_key_is_sealed_to_everybody_without_their_passwords() {
    let mut office = Office::new();
    let old = office.opened.key.clone();
    let second = office.vault.add_slot(&old, WANG, OTHER).unwrap();
    office.vault.remove_slot(&old, &second).unwrap();
    opens(&office, &[&old]);
    let list = trusted(&office.vault);
    let new = office.vault.begin_key_change(&old, &list).unwrap();
    assert_ne!(new, old);
    opens(&office, &[&new, &old]);
    assert!(office.reopened().is_changing_key());
    office.vault.finish_key_change(&new).unwrap();
    opens(&office, &[&new]);
    assert!(!office.reopened().is_changing_key());
    assert_eq!(office.reopened().unlock(WANG, OTHER).unwrap_err(), VaultFault::WrongPassword);
    fs::copy(office.file("vault.keys.bak"), office.file("vault.keys")).unwrap();
    opens(&office, &[&new]);
    office.vault.add_slot(&new, WANG, OTHER).unwrap();
    assert_eq!(office.reopened().unlock(WANG, OTHER).unwrap().key, new);
}

#[test]
fn a_key_change_can_be_given_up() {
    let mut office = Office::new();
    let old = office.opened.key.clone();
    let list = trusted(&office.vault);
    let new = office.vault.begin_key_change(&old, &list).unwrap();
    office.vault.abandon_key_change(&new, &old).unwrap();
    opens(&office, &[&old]);
    office.vault.check_seal(&old).unwrap();
    let again = office.vault.begin_key_change(&old, &list).unwrap();
    assert_ne!(again, new);
}

#[test]
fn nothing_else_changes_while_the_key_is_being_changed() {
    let mut office = Office::new();
    let (old, slot) = (office.opened.key.clone(), office.opened.slot.clone());
    let list = trusted(&office.vault);
    let new = office.vault.begin_key_change(&old, &list).unwrap();
    let before = fs::read(office.file("vault.keys")).unwrap();
    let under_way = Some(VaultFault::KeyChangeUnderWay);
    let vault = &mut office.vault;
    assert_eq!(vault.add_slot(&new, WANG, OTHER).err(), under_way);
    assert_eq!(vault.change_password(&new, &slot, LI, OTHER).err(), under_way);
    assert_eq!(vault.remove_slot(&new, &slot).err(), under_way);
    assert_eq!(vault.begin_key_change(&new, &list).err(), under_way);
    assert_eq!(vault.replace_recovery_key(&new).err(), under_way);
    assert_eq!(vault.replace_device_key(&new, LI, OTHER).err(), under_way);
    // The old key seals nothing any more: who knows only that can neither go on nor give up.
    let path = office.file("vault.keys");
    let broken = Some(VaultFault::BrokenSeal { path: path.clone() });
    assert_eq!(office.vault.finish_key_change(&old).err(), broken);
    assert_eq!(office.vault.abandon_key_change(&old, &old).err(), broken);
    assert_eq!(fs::read(path).unwrap(), before);
}

#[test]
fn the_list_is_all_that_a_new_key_is_sealed_to() {
    let mut office = Office::new();
    let key = office.opened.key.clone();
    let list = trusted(&office.vault);
    let smuggled = office.vault.add_slot(&key, WANG, OTHER).unwrap();
    assert_eq!(office.vault.foreign_slots(&list), std::slice::from_ref(&smuggled));
    let new = office.vault.begin_key_change(&key, &list).unwrap();
    office.vault.finish_key_change(&new).unwrap();
    opens(&office, &[&new]);
    assert_eq!(office.reopened().unlock(WANG, OTHER).unwrap_err(), VaultFault::WrongPassword);
    let nobody = BTreeSet::new();
    assert_eq!(office.vault.begin_key_change(&new, &nobody).err(), Some(VaultFault::LastSlot));
    assert_eq!(office.vault.drop_foreign_slots(&new, &nobody).err(), Some(VaultFault::LastSlot));
    opens(&office, &[&new]);
}

#[test]
fn a_slot_with_another_public_key_is_foreign() {
    let mut office = Office::new();
    let key = office.opened.key.clone();
    let second = office.vault.add_slot(&key, WANG, OTHER).unwrap();
    let list = trusted(&office.vault);
    office.vault.change_password(&key, &second, WANG, "Meadow-5-clouds").unwrap();
    assert_eq!(office.vault.drop_foreign_slots(&key, &list).unwrap(), [second]);
    assert_eq!(office.reopened().slots().len(), 1);
    assert!(office.vault.drop_foreign_slots(&key, &list).unwrap().is_empty());
}

#[test]
fn a_planned_slot_is_nothing_before_it_is_put() {
    let mut office = Office::new();
    let (key, slot) = (office.opened.key.clone(), office.opened.slot.clone());
    let (planned, _) = office.vault.plan_slot(&key, Some(&slot), (LI, OTHER)).unwrap();
    let wanted = planned.key();
    assert_eq!(wanted.slot, slot);
    assert!(office.reopened().unlock(LI, STRONG).is_ok());
    assert_ne!(office.vault.public_key(&slot), Some(wanted.public_key));
    office.vault.put_slot(&key, planned).unwrap();
    assert_eq!(office.vault.public_key(&slot), Some(wanted.public_key));
    assert_eq!(office.reopened().unlock(LI, OTHER).unwrap().public_key, wanted.public_key);
}
