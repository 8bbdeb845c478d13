//! Changing good bytes at random, and trying again and again.

use std::time::{Duration, Instant};

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// Tried where nobody asks for more.
const FEW: u32 = 300;

/// Tried between two looks at the clock.
const ROUND: u32 = 500;

/// Pieces that mean something to a reader of some kind.
const PIECES: &[&[u8]] = &[
    b"",
    b"\0",
    b"\"",
    b"\"\"",
    b",",
    b";",
    b"\t",
    b"\r\n",
    b"\n\n",
    b"'",
    b"=1+1",
    b"-1",
    b"0",
    b"18446744073709551616",
    b"1e999",
    b"NaN",
    b"null",
    b"{",
    b"}",
    b"[[",
    b"]]",
    b"\\u0000",
    b"\x1b[31m",
    b"\xff\xfe",
    b"\xef\xbb\xbf",
    b"\x81\x30\x81\x30",
    b"\xff\xff\xff\xff",
    b"<x/>",
    b"&amp;",
    b"_x001B_",
    "\u{202e}".as_bytes(),
    "\u{200b}".as_bytes(),
    "\u{e0041}".as_bytes(),
    "\u{2028}".as_bytes(),
    "e\u{301}\u{302}\u{303}\u{304}".as_bytes(),
    "姓名".as_bytes(),
    "身份证号".as_bytes(),
    "3.2E+17".as_bytes(),
    "2017年12月".as_bytes(),
    "𠮷".as_bytes(),
    "·".as_bytes(),
];

/// One change. Places are shares of the length, so that they mean the same for every file.
#[derive(Debug, Clone)]
enum Change {
    Flip { at: u16, bit: u8 },
    Set { at: u16, to: u8 },
    Insert { at: u16, piece: usize },
    Remove { at: u16, n: u8 },
    Repeat { at: u16, n: u8, times: u8 },
    Move { from: u16, to: u16, n: u8 },
    CutOff { at: u16 },
}

fn any_change() -> impl Strategy<Value = Change> {
    let at = any::<u16>;
    prop_oneof![
        (at(), 0..8_u8).prop_map(|(at, bit)| Change::Flip { at, bit }),
        (at(), any::<u8>()).prop_map(|(at, to)| Change::Set { at, to }),
        (at(), 0..PIECES.len()).prop_map(|(at, piece)| Change::Insert { at, piece }),
        (at(), any::<u8>()).prop_map(|(at, n)| Change::Remove { at, n }),
        (at(), 1..40_u8, 1..9_u8).prop_map(|(at, n, times)| Change::Repeat { at, n, times }),
        (at(), at(), 1..40_u8).prop_map(|(from, to, n)| Change::Move { from, to, n }),
        at().prop_map(|at| Change::CutOff { at }),
    ]
}

impl Change {
    fn apply(&self, bytes: &mut Vec<u8>) {
        let len = bytes.len();
        let place = |share: u16| usize::from(share) * len / (usize::from(u16::MAX) + 1);
        let piece = |at: u16, n: u8| place(at)..(place(at) + usize::from(n)).min(len);
        match *self {
            Self::Flip { at, bit } => alter(bytes, place(at), |byte| byte ^ 1 << bit),
            Self::Set { at, to } => alter(bytes, place(at), |_| to),
            Self::Insert { at, piece } => insert(bytes, place(at), PIECES[piece]),
            Self::Remove { at, n } => drop(bytes.drain(piece(at, n))),
            Self::Repeat { at, n, times } => {
                let again = bytes[piece(at, n)].repeat(usize::from(times));
                insert(bytes, place(at), &again);
            }
            Self::Move { from, to, n } => {
                let moved: Vec<u8> = bytes.drain(piece(from, n)).collect();
                insert(bytes, place(to).min(len - moved.len()), &moved);
            }
            Self::CutOff { at } => bytes.truncate(place(at)),
        }
    }
}

fn alter(bytes: &mut [u8], at: usize, change: impl Fn(u8) -> u8) {
    if let Some(byte) = bytes.get_mut(at) {
        *byte = change(*byte);
    }
}

fn insert(bytes: &mut Vec<u8>, at: usize, piece: &[u8]) {
    bytes.splice(at..at, piece.iter().copied());
}

/// Good bytes with some changes.
fn changed(good: Vec<Vec<u8>>) -> impl Strategy<Value = Vec<u8>> {
    (0..good.len(), vec(any_change(), 0..10)).prop_map(move |(nth, changes)| {
        let mut bytes = good[nth].clone();
        changes.iter().for_each(|change| change.apply(&mut bytes));
        bytes
    })
}

/// How long each reader is tried, where somebody said so.
#[expect(clippy::disallowed_methods, reason = "the rule is the program's; a test has no arguments")]
fn seconds() -> Option<u64> {
    std::env::var("FUZZ_SECONDS").ok()?.parse().ok()
}

/// Tries `read` with changed bytes, some hundred times or as long as [`seconds`] says.
#[expect(clippy::print_stderr, reason = "who asked for a time wants to know how often")]
pub fn withstands(name: &str, good: Vec<Vec<u8>>, read: impl Fn(&[u8])) {
    let bytes = changed(good);
    let mut n_tried = 0;
    let mut try_some = |cases| {
        let config = Config { cases, failure_persistence: None, ..Config::default() };
        let tried = TestRunner::new(config).run(&bytes, |bytes| {
            read(&bytes);
            Ok(())
        });
        assert!(tried.is_ok(), "{name}: {tried:?}");
        n_tried += cases;
    };
    let Some(seconds) = seconds() else { return try_some(FEW) };
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(seconds) {
        try_some(ROUND);
    }
    eprintln!("{name}: {n_tried} tried in {seconds} s");
}
