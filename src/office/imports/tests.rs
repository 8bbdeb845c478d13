//! Imports of members: many rows, numbers that stand twice, files that change, work that is stopped.

use std::ops::ControlFlow;
use std::path::PathBuf;

use super::*;
use crate::domain::disclosure::{Shown, Whereabouts};
use crate::domain::id_number::check_character;
use crate::domain::intake::Mend;
use crate::domain::order::ImportRow;
use crate::domain::progress::{Progress, unwatched};
use crate::office::tests::{now, office};

const BRANCHES: usize = 40;

/// An office with branches, its session, and a folder.
fn with_branches(work: impl FnOnce(&Session<'_>, &Path)) {
    let (dir, door) = office("某某学院团委");
    let session = door.session(now()).unwrap();
    let mut list = "组织编号,上级组织,组织全称,组织类别\n".to_owned();
    for n in 0..BRANCHES {
        list += &format!("B{n},某某学院团委,某某学院 {n} 班团支部,团支部\n");
    }
    let path = kept(dir.path(), &list);
    let options = ImportOptions::default();
    let import =
        session.prepare_import(ImportKind::Organisations, &path, &options, &mut unwatched).unwrap();
    session.run_import(&import, &mut unwatched).unwrap();
    work(&session, dir.path());
}

fn kept(dir: &Path, text: &str) -> PathBuf {
    let path = dir.join("名单.csv");
    std::fs::write(&path, text).unwrap();
    path
}

fn line(n: usize) -> String {
    let first = format!("3201022000{:02}{:02}{:03}", 1 + n / 28_000, 1 + n / 1000 % 28, n % 1000);
    let last = char::from(check_character(first.as_bytes()));
    format!("王凡,{first}{last},18625201029,B{}\n", n % BRANCHES)
}

fn register(lines: impl Iterator<Item = String>) -> String {
    format!("姓名,身份证号,手机号,所在团支部\n{}", lines.collect::<String>())
}

fn look(session: &Session<'_>, path: &Path) -> PreparedImport {
    let options = ImportOptions::default();
    session.prepare_import(ImportKind::Members, path, &options, &mut unwatched).unwrap()
}

#[test]
fn faults_among_many_rows_are_counted_and_the_others_written() {
    const N: usize = 20_000;
    with_branches(|session, dir| {
        // Every hundredth phone number is too short, every thousandth branch unknown, and each
        // thousandth row has the number of the row before.
        let fault = |n: usize| match n {
            _ if n % 1000 == 500 => line(n).replace(&format!(",B{}", n % BRANCHES), ",Z"),
            _ if n % 1000 == 700 => line(n - 1),
            _ if n % 100 == 3 => line(n).replace("1029,", "102,"),
            _ => line(n),
        };
        let path = kept(dir, &register((0..N).map(fault)));
        let import = look(session, &path);
        let n_bad = N / 1000 + 2 * (N / 1000) + N / 100;
        assert_eq!(import.preview.counts, (N - n_bad, n_bad, 0));
        let wrong = |row: &&ImportRow| matches!(row.verdict, ImportVerdict::Bad(_));
        let bad: Vec<_> = import.preview.rows.iter().filter(wrong).collect();
        assert_eq!(bad.len(), n_bad);
        // Of the first thousand good rows, two turned out to share their number with another.
        assert_eq!(import.preview.unlisted(), (N - n_bad - 998, 0));
        assert!(import.preview.rows.is_sorted_by_key(|row| row.row));
        let rows: Vec<_> = bad.iter().map(|row| row.row - 2).take(12).collect();
        assert_eq!(rows, [3, 103, 203, 303, 403, 500, 503, 603, 699, 700, 703, 803]);
        let ImportVerdict::Bad(faults) = &bad[9].verdict else { unreachable!("it is bad") };
        assert!(faults[0].2.contains("第 701 行和第 702 行"), "{faults:?}");
        let done = session.run_import(&import, &mut unwatched).unwrap();
        assert_eq!(done.n_rows, N - n_bad);
        // Now those that were written are there, and the others as wrong as before.
        assert_eq!(look(session, &path).preview.counts, (0, n_bad, N - n_bad));
        assert_eq!(session.undo_import(done.batch).map(|undone| undone.n_rows), Ok(N - n_bad));
        assert_eq!(look(session, &path).preview.counts, (N - n_bad, n_bad, 0));
    });
}

#[test]
fn a_number_that_stands_twice_spoils_rows_whatever_they_were() {
    with_branches(|session, dir| {
        session
            .run_import(&look(session, &kept(dir, &register((0..3).map(line)))), &mut unwatched)
            .unwrap();
        let lines =
            [line(1), line(2), line(7), line(7).replace("18625201029", "1"), line(2), line(8)];
        let import = look(session, &kept(dir, &register(lines.into_iter())));
        assert_eq!(import.preview.counts, (1, 4, 1));
        let faults = import.preview.rows.iter().map(|row| match &row.verdict {
            ImportVerdict::Good => 0,
            ImportVerdict::Present(_) => 9,
            ImportVerdict::Bad(faults) => faults.len(),
        });
        assert_eq!(faults.collect::<Vec<_>>(), [9, 1, 1, 2, 1, 0]);
    });
}

#[test]
fn a_file_that_changed_after_the_check_is_not_written() {
    with_branches(|session, dir| {
        let text = register((0..50).map(line));
        let path = kept(dir, &text);
        let import = look(session, &path);
        for changed in [
            text.replacen("王凡", "李静", 1),
            register((0..49).map(line)),
            register((0..51).map(line)),
            text.replacen("18625201029", "1862520102", 1) + "\n",
        ] {
            kept(dir, &changed);
            let fault = session.run_import(&import, &mut unwatched).unwrap_err();
            assert_eq!(fault.kind, FaultKind::Conflict, "{fault}");
        }
        kept(dir, &text);
        assert_eq!(look(session, &path).preview.counts, (50, 0, 0), "nothing was written");
        assert_eq!(session.run_import(&import, &mut unwatched).unwrap().n_rows, 50);
    });
}

#[test]
fn work_that_is_stopped_leaves_nothing() {
    const N: usize = 40_000;
    with_branches(|session, dir| {
        let path = kept(dir, &register((0..N).map(line)));
        let mut n_reports = 0;
        let mut stop_at_third = |progress: Progress| {
            n_reports += 1;
            assert!(progress.done <= progress.total);
            if n_reports < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let options = ImportOptions::default();
        let stopped = session
            .prepare_import(ImportKind::Members, &path, &options, &mut stop_at_third)
            .map(|import| import.preview.counts)
            .unwrap_err();
        assert_eq!(stopped.kind, FaultKind::Stopped);
        let import = look(session, &path);
        n_reports = 0;
        let mut stop_at_third = |_: Progress| {
            n_reports += 1;
            if n_reports < 3 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        };
        let stopped = session.run_import(&import, &mut stop_at_third).unwrap_err();
        assert_eq!((stopped.kind, n_reports), (FaultKind::Stopped, 3));
        assert_eq!(look(session, &path).preview.counts, (N, 0, 0));
    });
}

#[test]
fn a_cell_put_right_in_the_preview_is_written_so_and_the_file_stays() {
    with_branches(|session, dir| {
        let text = register([line(0), line(1).replace("18625201029", "1"), line(2)].into_iter());
        let path = kept(dir, &text);
        assert_eq!(look(session, &path).preview.counts, (2, 1, 0));
        let mend = |column: &str| Mend {
            row: 3,
            column: column.to_owned(),
            text: "18625201029".to_owned(),
        };
        let manner = ImportManner { mends: vec![mend("手机号")], ..ImportManner::default() };
        let options = ImportOptions { manner, ..ImportOptions::default() };
        let prepare =
            || session.prepare_import(ImportKind::Members, &path, &options, &mut unwatched);
        let import = prepare().unwrap();
        assert_eq!(import.preview.counts, (3, 0, 0));
        assert_eq!(session.run_import(&import, &mut unwatched).unwrap().n_rows, 3);
        assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
        let again = prepare().unwrap().preview;
        assert_eq!((again.counts, again.duplicates.in_database), ((0, 0, 3), 3));
    });
}

#[test]
fn rows_to_be_mended_are_saved_as_mended_so_far_and_entered_in_the_ledger() {
    with_branches(|session, dir| {
        let spoilt = line(1).replace("18625201029", "1").replace("王凡", "王3");
        let path = kept(dir, &register([line(0), spoilt].into_iter()));
        let text = "18625201029".to_owned();
        let mend = Mend { row: 3, column: "手机号".to_owned(), text };
        let manner = ImportManner { mends: vec![mend], ..ImportManner::default() };
        let options = ImportOptions { manner, ..ImportOptions::default() };
        let import =
            session.prepare_import(ImportKind::Members, &path, &options, &mut unwatched).unwrap();
        assert_eq!(import.preview.counts, (1, 1, 0));
        let wanted = dir.join("要改的.csv");
        let (saved, n_rows) = session.save_bad_rows(&import, Some(&wanted)).unwrap();
        assert_eq!((saved.as_path(), n_rows), (wanted.as_path(), 1));
        let found = std::fs::read_to_string(&wanted).unwrap();
        let rows: Vec<_> = found.lines().collect();
        assert!(rows[0].ends_with("姓名,身份证号,手机号,所在团支部,原文件第几行,要改什么"));
        assert!(rows[1].contains(",18625201029,B1,3,"), "{found}");
        assert_eq!(rows.len(), 2);
        let (ledger, _) = session.exports(None).unwrap();
        let entry = &ledger[0];
        assert_eq!((ledger.len(), entry.n_rows, entry.shown), (1, 1, Shown::Full));
        assert_eq!((entry.reason.as_str(), entry.whereabouts), ("要改的行", Whereabouts::There));
        assert!(entry.path.ends_with("要改的.csv") && entry.fields.ends_with("要改什么"));
        // A file that could not be written is not entered.
        let again = session.save_bad_rows(&import, Some(&wanted)).unwrap_err();
        assert_eq!(again.kind, FaultKind::Conflict);
        let (beside, _) = session.save_bad_rows(&import, None).unwrap();
        assert_eq!(beside, dir.join("名单-要改的行.xlsx"));
        assert_eq!(session.exports(None).unwrap().0.len(), 2);
    });
}
