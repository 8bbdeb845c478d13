//! What is left in memory after sealing (R31). Other tests run in the same process, so the secrets
//! looked for here are this test's own.
#![cfg(target_os = "linux")]

use std::io::{Read, Seek, SeekFrom};

use zeroize::Zeroizing;

use super::keys::*;
use super::*;

/// Bytes of memory that are looked at together.
const PIECE: usize = 1 << 20;

/// A secret with all its bits turned, so that the search does not find what it looks for in itself.
fn turned(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().map(|byte| !byte).collect()
}

/// How often a turned secret stands in the writable memory of this process.
fn found(turned: &[u8]) -> usize {
    let maps = std::fs::read_to_string("/proc/self/maps").unwrap();
    let writable = maps.lines().filter(|line| line.contains(" rw"));
    let ranges = writable.filter_map(|line| line.split_whitespace().next()?.split_once('-'));
    ranges
        .map(|(from, to)| {
            let [from, to] = [from, to].map(|hex| u64::from_str_radix(hex, 16).unwrap());
            found_between(from, to, turned)
        })
        .sum()
}

fn found_between(from: u64, to: u64, turned: &[u8]) -> usize {
    let mut memory = std::fs::File::open("/proc/self/mem").unwrap();
    // Wiped afterwards; pieces overlap, so that nothing is missed where two meet.
    let mut piece = Zeroizing::new(vec![0u8; PIECE]);
    let (mut at, mut n) = (from, 0);
    while at < to {
        let length = usize::try_from(to - at).unwrap().min(PIECE);
        memory.seek(SeekFrom::Start(at)).unwrap();
        if memory.read_exact(&mut piece[..length]).is_err() {
            // What another thread has given back meanwhile holds nothing.
            return n;
        }
        let bytes = &piece[..length];
        n += memchr::memchr_iter(!turned[0], bytes)
            .filter_map(|i| bytes.get(i..i + turned.len()))
            .filter(|window| window.iter().zip(turned).all(|(a, b)| *a == !*b))
            .count();
        at += (PIECE - turned.len()) as u64;
    }
    n
}

#[test]
fn sealing_leaves_neither_key_nor_password_in_memory() {
    // Put together here, so that it stands in no constant.
    let own = Zeroizing::new(["Quarry", "lamp", "39"].join("-"));
    let (_dir, mut door) = peopled();
    door.change_password(PASSWORD, &own, now()).unwrap();
    let raw = {
        let key = door.office.as_ref().unwrap().key.pragma_literal();
        let digit = |c: u8| char::from(c).to_digit(16).unwrap() as u8;
        let pairs = key.as_bytes()[2..66].chunks_exact(2);
        Zeroizing::new(pairs.map(|pair| digit(pair[0]) << 4 | digit(pair[1])).collect::<Vec<u8>>())
    };
    let hex = Zeroizing::new(raw.iter().map(|byte| format!("{byte:02x}")).collect::<String>());
    let wanted =
        [("key", turned(&raw)), ("hex", turned(hex.as_bytes())), ("own", turned(own.as_bytes()))];
    assert!(
        wanted.iter().all(|(name, secret)| found(secret) > 0 || *name == "hex"),
        "it can search"
    );
    drop((raw, hex));
    assert!(found(&wanted[0].1) > 0, "the key of an open office is there");
    for _ in 0..3 {
        door.seal();
        door.knock(ADMIN, &own, now()).unwrap();
    }
    door.seal();
    drop(own);
    for (name, secret) in &wanted {
        assert_eq!(found(secret), 0, "{name}");
    }
}
