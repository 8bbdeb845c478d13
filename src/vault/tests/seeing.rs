//! What a machine remembers, and what answers cost.

use super::*;

#[test]
fn what_was_seen_is_kept_for_each_vault_beside_the_machine_key() {
    let office = Office::new();
    assert_eq!(office.vault.seen().unwrap(), None);
    let seen = Seen { seq: 7, head: [9; 32], at: 1_800_000_000 };
    office.vault.remember(&seen).unwrap();
    assert_eq!(office.reopened().seen().unwrap(), Some(seen));
    let later = Seen { seq: 8, ..seen };
    office.vault.remember(&later).unwrap();
    assert_eq!(office.reopened().seen().unwrap(), Some(later));
    let second = office.root.path().join("second");
    let (other, ..) = Vault::create(&second, &office.config(), KdfCost::DEMO, LI, STRONG).unwrap();
    assert_eq!(other.seen().unwrap(), None);
    let (of_one, of_other) = (seen_file(&office.vault), seen_file(&other));
    fs::copy(office.config().join(of_one), office.config().join(of_other)).unwrap();
    assert!(matches!(other.seen(), Err(VaultFault::DamagedSeen { .. })), "another vault's");
}

fn seen_file(vault: &Vault) -> String {
    format!("seen-{}.json", vault.id())
}

#[test]
fn a_damaged_memory_is_told_and_replaced() {
    let office = Office::new();
    let seen = Seen { seq: 7, head: [9; 32], at: 5 };
    office.vault.remember(&seen).unwrap();
    let path = office.config().join(seen_file(&office.vault));
    let good = fs::read(&path).unwrap();
    for place in 0..good.len() {
        let mut bytes = good.clone();
        bytes[place] ^= 1;
        fs::write(&path, bytes).unwrap();
        let found = office.vault.seen();
        assert!(matches!(found, Err(VaultFault::DamagedSeen { .. })), "byte {place}: {found:?}");
    }
    for bytes in [b"".to_vec(), vec![b'{'; 2000]] {
        fs::write(&path, bytes).unwrap();
        assert!(matches!(office.vault.seen(), Err(VaultFault::DamagedSeen { .. })));
    }
    office.vault.remember(&seen).unwrap();
    assert_eq!(office.vault.seen().unwrap(), Some(seen));
}

#[test]
fn one_derivation_for_every_answer_and_none_without_the_machine_key() {
    let mut office = Office::new();
    let key = office.opened.key.clone();
    for n in 0..20 {
        office.vault.add_slot(&key, &format!("account {n}"), OTHER).unwrap();
    }
    let cost_of = |act: &dyn Fn() -> bool| {
        let before = derivations();
        (act(), derivations() - before)
    };
    let vault = office.reopened();
    for (id, password, opens) in [
        (LI, STRONG, true),
        (LI, OTHER, false),
        (WANG, OTHER, false),
        ("", "", false),
        (LI, &initial_password(LI), false),
        ("account 19", OTHER, true),
    ] {
        assert_eq!(cost_of(&|| vault.unlock(id, password).is_ok()), (opens, 1), "{id}");
    }
    fs::remove_dir_all(office.config()).unwrap();
    assert_eq!(cost_of(&|| vault.unlock(LI, STRONG).is_ok()), (false, 0));
    assert_eq!(cost_of(&|| vault.account_mark(LI).is_ok()), (false, 0));
}
