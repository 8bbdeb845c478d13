//! R11, R12: pages flipped, zeroed, swapped and cut, journals that are not ours, keys that changed.

use std::path::Path;

use crate::room::{Room, factor, say};

const PAGE: usize = 4096;

/// A repeatable number below `most`.
fn chance(seed: &mut u64, most: usize) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 33).unwrap() % most
}

/// Harms a file in one of five ways; says how.
fn harm(bytes: &mut Vec<u8>, way: usize, seed: &mut u64) -> String {
    let pages = bytes.len() / PAGE;
    match way {
        0 => {
            let (at, bit) = (chance(seed, bytes.len()), chance(seed, 8));
            bytes[at] ^= 1 << bit;
            format!("bit {bit} of byte {at} flipped")
        }
        1 => {
            let page = chance(seed, pages.max(1));
            let end = bytes.len().min((page + 1) * PAGE);
            bytes[page * PAGE..end].fill(0);
            format!("page {page} zeroed")
        }
        2 => {
            let (a, b) = (chance(seed, pages - 1), pages - 1);
            for i in 0..PAGE {
                bytes.swap(a * PAGE + i, b * PAGE + i);
            }
            format!("pages {a} and {b} swapped")
        }
        3 => {
            let n = chance(seed, bytes.len());
            bytes.truncate(n);
            format!("cut to {n} bytes")
        }
        _ => {
            let page = chance(seed, pages - 1);
            let copy = bytes[page * PAGE..(page + 1) * PAGE].to_vec();
            bytes[(page + 1) * PAGE..(page + 2) * PAGE].copy_from_slice(&copy);
            format!("page {page} written over the next")
        }
    }
}

#[test]
fn a_harmed_database_is_told_and_left_as_it_is() {
    let room = Room::new();
    let whole = std::fs::read(room.data("tuanzhuan.db")).unwrap();
    let mut seed = 20_260_602;
    let n_cases = 60 * factor().min(100);
    for n in 0..n_cases {
        let mut bytes = whole.clone();
        let how = harm(&mut bytes, n % 5, &mut seed);
        std::fs::write(room.data("tuanzhuan.db"), &bytes).unwrap();
        let told = room.call(&["verify"]);
        assert_eq!(told.code, 74, "{how}: {told:?}");
        assert!(told.out.is_empty() && told.err.contains("备份"), "{how}: {told:?}");
        // Signing in may have been recorded before the harm was met; nothing else is written, and
        // never a new database.
        let after = std::fs::read(room.data("tuanzhuan.db")).unwrap();
        assert!(!after.is_empty() || bytes.is_empty(), "{how}");
        room.forgive();
    }
    say(&format!("harmed databases: {n_cases} cases"));
}

#[test]
fn harmed_keys_are_told_and_left_as_they_are() {
    let room = Room::new();
    let whole = std::fs::read(room.data("vault.keys")).unwrap();
    let mut seed = 7;
    let n_cases = 60 * factor().min(100);
    for n in 0..n_cases {
        let mut bytes = whole.clone();
        let how = harm(&mut bytes, if n % 2 == 0 { 0 } else { 3 }, &mut seed);
        std::fs::write(room.data("vault.keys"), &bytes).unwrap();
        let told = room.call(&["transfer", "list"]);
        assert_eq!(told.code, 74, "{how}: {told:?}");
        assert_eq!(std::fs::read(room.data("vault.keys")).unwrap(), bytes, "{how}");
    }
    say(&format!("harmed keys: {n_cases} cases"));
}

/// Whoever writes first on a day makes a backup; damage later names it, and it can be put in place.
#[test]
fn damage_names_the_backup_of_the_day_and_it_is_restored() {
    let room = Room::new();
    room.begin_day();
    room.call(&["transfer", "approve", &room.number()]).code(0);
    let listed = room.call(&["backup", "list", "--check", "--json"]).code(0).json();
    let backup = listed["rows"][0]["path"].as_str().unwrap().to_owned();
    assert!(backup.contains("-daily."), "{backup}");
    for (name, content) in
        [("tuanzhuan.db", &b""[..]), ("tuanzhuan.db", &[0; 9000]), ("vault.keys", b"{}")]
    {
        let whole = std::fs::read(room.data(name)).unwrap();
        std::fs::write(room.data(name), content).unwrap();
        let told = room.call(&["transfer", "list"]).code(74);
        assert!(told.err.contains(&backup), "{name}: {}", told.err);
        std::fs::write(room.data(name), whole).unwrap();
    }
    std::fs::remove_file(room.data("tuanzhuan.db")).unwrap();
    assert!(room.call(&["verify"]).code(4).err.contains(&backup));
    let init = ["init", "--org", "甲", "--kind", "committee", "--name", "乙", "--id"];
    let id = crate::support::admin();
    assert_ne!(room.call(&[&init[..], &[&id]].concat()).code, 0, "never an empty new database");
    let kept = room.call(&["restore", &backup, "--json"]).code(0).json();
    assert!(Path::new(kept["kept"].as_str().unwrap()).join("vault.keys").exists());
    assert_eq!(room.sound()["members"], 4);
}

/// R12: a journal of another database is not played back, and one that is cut does no harm.
#[test]
fn a_strange_journal_changes_nothing() {
    let room = Room::new();
    let before = room.sound();
    for content in [&b""[..], b"x", &[0; 512], &[0xd9; 5000]] {
        std::fs::write(room.data("tuanzhuan.db-journal"), content).unwrap();
        assert_eq!(room.sound()["members"], before["members"], "{} bytes", content.len());
    }
}
