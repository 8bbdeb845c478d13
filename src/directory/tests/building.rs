//! Building: who is refused, what stops it, and that nothing is left behind.

use std::cell::Cell;
use std::fs;
use std::ops::ControlFlow;
use std::path::Path;

use super::super::{Directory, DirectoryFault, Entry, Listing, build};
use super::{Row, Sample, office};
use crate::domain::progress::unwatched;

fn files(dir: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(dir)
        .unwrap()
        .map(|file| file.unwrap().file_name().into_string().unwrap())
        .filter(|name| name != ".organisations.building")
        .collect();
    names.sort();
    names
}

#[test]
fn an_unpublished_file_is_no_directory_and_goes() {
    let dir = tempfile::tempdir().unwrap();
    let built = build(&office(), dir.path(), 3, &mut unwatched).unwrap();
    assert_eq!(built.generation(), 3);
    assert!(Directory::newest(dir.path()).is_none());
    assert!(Directory::open(built.path()).is_ok());
    let left = files(dir.path());
    assert!(matches!(left.as_slice(), [one] if one.starts_with(".organisations-3.building-")));
    drop(built);
    assert_eq!(files(dir.path()), Vec::<String>::new());
}

#[cfg(unix)]
#[test]
fn nobody_else_reads_the_file() {
    use std::os::unix::fs::PermissionsExt;
    let dir = tempfile::tempdir().unwrap();
    let built = build(&office(), dir.path(), 3, &mut unwatched).unwrap();
    assert_eq!(fs::metadata(built.path()).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn two_builds_never_meet_and_leftovers_are_removed() {
    let dir = tempfile::tempdir().unwrap();
    let leftover = dir.path().join(".organisations-2.building-abc");
    fs::write(&leftover, "half").unwrap();
    let built = build(&office(), dir.path(), 3, &mut unwatched).unwrap();
    assert!(!leftover.exists());
    let second = build(&office(), dir.path(), 3, &mut unwatched);
    assert_eq!(second.err(), Some(DirectoryFault::Busy));
    assert!(built.path().exists());
    built.publish().unwrap();
    assert_eq!(files(dir.path()), ["organisations-3.tzd"]);
    build(&office(), dir.path(), 4, &mut unwatched).unwrap().publish().unwrap();
    assert_eq!(files(dir.path()), ["organisations-3.tzd", "organisations-4.tzd"]);
}

#[test]
fn stopping_at_any_report_leaves_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let mut reports = 0;
    build(&office(), dir.path(), 3, &mut |progress| {
        assert!(progress.done <= progress.total && !progress.step.is_empty());
        reports += 1;
        ControlFlow::Continue(())
    })
    .unwrap();
    assert!(reports >= 5);
    for stop in 0..reports {
        let mut left = stop;
        let stopped = build(&office(), dir.path(), 3, &mut |_| {
            if left == 0 {
                return ControlFlow::Break(());
            }
            left -= 1;
            ControlFlow::Continue(())
        });
        assert_eq!(stopped.err(), Some(DirectoryFault::Stopped));
        assert_eq!(files(dir.path()), Vec::<String>::new());
    }
}

#[test]
fn circles_and_superiors_outside_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for parents in [[Some(1), Some(0)], [None, Some(1)], [None, Some(2)]] {
        let rows = parents.map(|parent| Row::new("", "团", parent));
        let refused = build(&Sample(rows.to_vec()), dir.path(), 1, &mut unwatched);
        assert_eq!(refused.err(), Some(DirectoryFault::NotForest), "{parents:?}");
    }
}

/// A list that gives longer names, or shorter ones, the second time it is read.
struct Fickle {
    reads: Cell<u32>,
    names: [&'static str; 2],
}

impl Listing for Fickle {
    fn len(&self) -> u32 {
        1
    }

    fn entry(&self, _: u32) -> Entry<'_> {
        let read = self.reads.replace(self.reads.get() + 1);
        let full_name = self.names[usize::from(read > 0)];
        let kind = crate::domain::organisation::OrgKind::Branch;
        Entry { code: "", full_name, short_name: "", kind }
    }

    fn parent(&self, _: u32) -> Option<u32> {
        None
    }
}

#[test]
fn a_list_that_changes_while_it_is_read_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    for names in [["团", "团支部"], ["团支部", "团"]] {
        let listing = Fickle { reads: Cell::new(0), names };
        let refused = build(&listing, dir.path(), 1, &mut unwatched);
        assert_eq!(refused.err(), Some(DirectoryFault::Changed));
    }
    assert_eq!(files(dir.path()), Vec::<String>::new());
}

#[test]
fn names_too_long_for_the_format_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    let sample = Sample(vec![Row::new("", &"团".repeat(60_001), None)]);
    let refused = build(&sample, dir.path(), 1, &mut unwatched);
    assert_eq!(refused.err(), Some(DirectoryFault::TooBig));
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let refused = build(&office(), &dir.path().join("gone"), 1, &mut unwatched);
    assert!(matches!(refused.err(), Some(DirectoryFault::Unwritable(_))));
}
