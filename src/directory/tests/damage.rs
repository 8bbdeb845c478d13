//! Damaged, foreign and outlandish files: each has its fault, and none makes the program panic.

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

use super::super::block::Bits;
use super::super::columns::Codes;
use super::super::file::Key;
use super::super::layout::{HEADER_BYTES, Header, MAGIC, Section};
use super::super::postings::List;
use super::super::{Directory, DirectoryFault, Listing, OrgNo};
use super::{directory, office};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::organisation::OrgKind;
use crate::domain::progress::unwatched;

/// The bytes of a small directory, and where to put others.
fn bytes() -> (TempDir, PathBuf, Vec<u8>) {
    let (dir, _directory) = directory(&office());
    let path = dir.path().join(Directory::file_name(1));
    let bytes = fs::read(&path).unwrap();
    (dir, path, bytes)
}

/// Opens other bytes: files are replaced and never changed, as the program does it.
fn opened(path: &Path, bytes: &[u8]) -> Result<Directory, DirectoryFault> {
    fs::remove_file(path).unwrap();
    fs::write(path, bytes).unwrap();
    Directory::open(path)
}

fn fault(path: &Path, bytes: &[u8]) -> Option<DirectoryFault> {
    opened(path, bytes).err()
}

const NAME: &str = "organisations-1.tzd";

#[test]
fn a_file_that_ends_early_is_told_wherever_it_ends() {
    let (_dir, path, bytes) = bytes();
    let truncated = Some(DirectoryFault::Truncated(NAME.to_owned()));
    for length in (0..bytes.len()).step_by(13).chain([0, 7, 8, HEADER_BYTES, bytes.len() - 1]) {
        assert_eq!(fault(&path, &bytes[..length]), truncated, "{length}");
    }
}

#[test]
fn what_is_no_directory_is_told() {
    let (dir, path, mut bytes) = bytes();
    let foreign = Some(DirectoryFault::NotDirectory(NAME.to_owned()));
    for other in ["组织编号,上级编号", "PK\u{3}\u{4}", "SQLite format 3\0"] {
        assert_eq!(fault(&path, other.as_bytes()), foreign);
    }
    let missing = Directory::open(&dir.path().join("organisations-2.tzd")).err();
    assert_eq!(missing, Some(DirectoryFault::Missing("organisations-2.tzd".to_owned())));
    bytes.push(0);
    assert_eq!(fault(&path, &bytes), Some(DirectoryFault::Damaged(Section::Header)));
    assert!(matches!(Directory::open(dir.path()), Err(DirectoryFault::Unreadable(..))));
}

#[test]
fn other_versions_are_told_apart() {
    let (_dir, path, mut bytes) = bytes();
    bytes[8] = 2;
    assert_eq!(fault(&path, &bytes), Some(DirectoryFault::Newer(NAME.to_owned())));
    assert_eq!(fault(&path, &bytes[..40]), Some(DirectoryFault::Newer(NAME.to_owned())));
    bytes[8] = 0;
    assert_eq!(fault(&path, &bytes), Some(DirectoryFault::Older(NAME.to_owned())));
}

#[test]
fn each_changed_byte_of_the_header_is_told() {
    let (_dir, path, bytes) = bytes();
    for at in 0..HEADER_BYTES {
        let mut changed = bytes.clone();
        changed[at] ^= 0x41;
        let fault = fault(&path, &changed).unwrap_or_else(|| panic!("byte {at} was not told"));
        let wanted = match at {
            0..8 => DirectoryFault::NotDirectory(NAME.to_owned()),
            8..12 => DirectoryFault::Newer(NAME.to_owned()),
            _ => DirectoryFault::Damaged(Section::Header),
        };
        assert_eq!(fault, wanted, "byte {at}");
    }
}

/// Rewrites the header of a file after a change that its checksum should not tell.
fn with_header(bytes: &[u8], change: impl FnOnce(&mut Header)) -> Vec<u8> {
    let mut header = Header::decoded(bytes, bytes.len() as u64, NAME).unwrap();
    change(&mut header);
    let mut changed = header.encoded();
    changed.extend(&bytes[HEADER_BYTES..]);
    changed
}

#[test]
fn a_header_that_contradicts_itself_is_told() {
    let (_dir, path, bytes) = bytes();
    let damaged = Some(DirectoryFault::Damaged(Section::Header));
    let changes: [fn(&mut Header); 5] = [
        |header| header.rows += 1,
        |header| header.places[0].offset = u64::MAX,
        |header| header.places[3].length = header.file_bytes,
        |header| header.places[9].offset = 3,
        |header| header.file_bytes -= 1,
    ];
    for change in changes {
        assert_eq!(fault(&path, &with_header(&bytes, change)), damaged);
    }
    let other = with_header(&bytes, |header| header.generation = 5);
    assert!(opened(&path, &other).is_ok());
    assert_eq!(Directory::at(path.parent().unwrap(), 1).err(), damaged);
}

/// Which section a byte of the file belongs to.
fn section_at(bytes: &[u8], at: usize) -> Option<Section> {
    let header = Header::decoded(bytes, bytes.len() as u64, NAME).unwrap();
    Section::ALL.into_iter().find(|section| header.range(*section).contains(&at))
}

/// Calls everything that reads; answers do not matter, coming back does.
fn read_everything(directory: &Directory) {
    let mut bits = Bits::new();
    let mut all = |list: Option<List<'_>>| {
        if let Some(list) = list {
            for block in list.blocks().into_iter().chain([0, 9]) {
                list.fill(block, &mut bits);
                list.and(block, &mut bits);
                list.count_in(block);
            }
        }
    };
    directory.text_lists(0, u64::MAX).flatten().for_each(|(_, list)| all(Some(list)));
    directory.sound_lists(0, u32::MAX).flatten().for_each(|(_, list)| all(Some(list)));
    for kind in OrgKind::ALL {
        all(directory.list(Key::Kind(*kind)).ok().flatten());
    }
    all(directory.list(Key::Text(2 << 32)).ok().flatten());
    all(directory.list(Key::Sound(3 << 12)).ok().flatten());
    for text in ["3", "32", "zj", "江苏省团委", "没有", "zj-10", ""] {
        directory.find(text).ok();
        directory.codes_from(text, 9).ok();
        if let Ok(Codes::Many(list)) = directory.with_prefix(text) {
            all(Some(list));
        }
    }
    for no in (0..9).chain([u32::MAX]).map(OrgNo) {
        directory.entry(no).ok();
        directory.chain(no).ok();
        directory.below(no).ok();
    }
    directory.of_length(directory.longest() + 9);
    directory.alphabet().iter().for_each(|(_, bigram)| {
        directory.is_frequent(u64::from(bigram) << 32);
    });
}

#[test]
fn changed_bytes_are_told_by_verify_and_never_panic() {
    let (_dir, path, bytes) = bytes();
    // A step that is prime to the sizes in the file meets every kind of byte.
    for (round, at) in (HEADER_BYTES..bytes.len()).step_by(3).enumerate() {
        let mut changed = bytes.clone();
        changed[at] ^= [0xFF, 0x01, 0x80, 0x10][round % 4];
        let section = section_at(&bytes, at).unwrap();
        match opened(&path, &changed) {
            Err(fault) => assert_eq!(fault, DirectoryFault::Damaged(section)),
            Ok(directory) => {
                let verified = directory.verify(&mut unwatched);
                assert_eq!(verified, Err(DirectoryFault::Damaged(section)));
                assert!(directory.listing(&mut unwatched).is_err());
                read_everything(&directory);
            }
        }
    }
}

#[test]
fn whole_stretches_of_rubbish_never_panic() {
    let (_dir, path, bytes) = bytes();
    for (round, start) in (HEADER_BYTES..bytes.len()).step_by(37).enumerate() {
        let mut changed = bytes.clone();
        let end = (start + 64).min(changed.len());
        changed[start..end].fill([0xFF, 0x00, 0x80, 0x7F][round % 4]);
        if let Ok(directory) = opened(&path, &changed) {
            read_everything(&directory);
        }
    }
}

#[test]
fn every_byte_of_the_file_is_under_a_checksum() {
    let (_dir, _path, bytes) = bytes();
    assert!((HEADER_BYTES..bytes.len()).all(|at| section_at(&bytes, at).is_some()));
}

#[test]
fn superiors_in_a_circle_end() {
    let (_dir, path, bytes) = bytes();
    let header = Header::decoded(&bytes, bytes.len() as u64, NAME).unwrap();
    let parents = header.range(Section::Parents);
    let mut changed = bytes;
    changed[parents].as_chunks_mut::<4>().0.iter_mut().enumerate().for_each(|(no, parent)| {
        *parent = ((no as u32 + 1) % 7).to_le_bytes();
    });
    let directory = opened(&path, &changed).unwrap();
    for no in (0..7).map(OrgNo) {
        assert_eq!(directory.chain(no), Err(DirectoryFault::Damaged(Section::Parents)));
    }
}

#[test]
fn the_newest_good_generation_is_taken() {
    let (dir, path, bytes) = bytes();
    fs::write(dir.path().join("organisations-3.tzd"), &bytes[..200]).unwrap();
    fs::write(dir.path().join("organisations-03.tzd"), MAGIC).unwrap();
    fs::write(dir.path().join("organisations-x.tzd"), MAGIC).unwrap();
    assert_eq!(Directory::generations(dir.path()), [3, 1]);
    assert_eq!(Directory::newest(dir.path()).unwrap().unwrap().generation(), 1);
    fs::remove_file(path).unwrap();
    let truncated = DirectoryFault::Truncated("organisations-3.tzd".to_owned());
    assert_eq!(Directory::newest(dir.path()).unwrap().err(), Some(truncated));
    assert!(Directory::newest(&dir.path().join("gone")).is_none());
}

#[test]
fn verifying_can_be_stopped() {
    let (_dir, directory) = directory(&office());
    let stopped = directory.verify(&mut |_| std::ops::ControlFlow::Break(()));
    assert_eq!(stopped, Ok(false));
    let listing = directory.listing(&mut |_| std::ops::ControlFlow::Break(()));
    assert_eq!(listing.err(), Some(DirectoryFault::Stopped));
    assert_eq!(directory.listing(&mut unwatched).unwrap().len(), directory.len());
}

#[test]
fn every_fault_says_what_to_do() {
    let name = || NAME.to_owned();
    let faults = [
        (DirectoryFault::Missing(name()), FaultKind::NotFound),
        (DirectoryFault::NotDirectory(name()), FaultKind::Damaged),
        (DirectoryFault::Truncated(name()), FaultKind::Damaged),
        (DirectoryFault::Newer(name()), FaultKind::Damaged),
        (DirectoryFault::Older(name()), FaultKind::Damaged),
        (DirectoryFault::Damaged(Section::Names), FaultKind::Damaged),
        (DirectoryFault::Busy, FaultKind::Busy),
        (DirectoryFault::Stopped, FaultKind::Stopped),
        (DirectoryFault::TooBig, FaultKind::Failed),
        (DirectoryFault::NotForest, FaultKind::Rule),
        (DirectoryFault::Changed, FaultKind::Failed),
    ];
    for (fault, kind) in faults {
        let told = Fault::from(fault);
        assert_eq!(told.kind, kind);
        assert!(told.sentence.contains("名单") && told.sentence.contains("导入"), "{told}");
    }
}
