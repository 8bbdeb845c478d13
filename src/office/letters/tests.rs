//! A run of many letters, and one that is stopped.

use chrono::NaiveDate;

use super::*;
use crate::domain::filter::{TransferQuery, View};
use crate::domain::ids::Now;
use crate::domain::letter::LetterView;
use crate::domain::progress::unwatched;
use crate::domain::workflow::Stage;
use crate::office::{DEMO_ACCOUNTS, DemoSize, Door, make_demo};

fn now() -> Now {
    let day = NaiveDate::from_ymd_opt(2026, 7, 8).unwrap();
    Now::from_local(day.and_hms_opt(10, 30, 0).unwrap(), 8 * 3600)
}

fn office() -> (tempfile::TempDir, Door) {
    let dir = tempfile::tempdir().unwrap();
    let places = Places::below(dir.path()).demo();
    let size = DemoSize { n_orgs: 40, n_members: 200, n_transfers: 60, seed: 3 };
    make_demo(&places, size, now()).unwrap();
    let mut door = Door::new(places).unwrap();
    door.walk_in(DEMO_ACCOUNTS[0].id_number).unwrap();
    (dir, door)
}

fn order(session: &Session<'_>, path: PathBuf) -> PrintOrder {
    let query = TransferQuery { limit: 1_000, ..TransferQuery::of(View::All) };
    let rows = session.desk().transfers(&query, session.rules()).unwrap().rows;
    let ids = rows.iter().map(|row| row.id).collect();
    PrintOrder { kind: PaperKind::Letter, ids, path, masked: true, overwrite: false }
}

fn letters(session: &Session<'_>) -> Vec<LetterRow> {
    let query = LetterQuery { view: LetterView::All, search: String::new(), after: None };
    session.letters(&query).unwrap().0
}

#[test]
fn a_stopped_run_leaves_no_file_and_no_number() {
    let (dir, door) = office();
    let session = door.session(now()).unwrap();
    let order = order(&session, dir.path().join("a.pdf"));
    let head = session.office.store.head().unwrap();
    let mut n = 0;
    let stopped = session.print(&order, &mut |progress| {
        n += 1;
        assert_eq!(progress.total, order.ids.len() as u64);
        if n == 3 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    assert_eq!(stopped.unwrap_err().kind, FaultKind::Stopped);
    assert!(letters(&session).is_empty() && session.office.store.head().unwrap() == head);
    let left = std::fs::read_dir(dir.path()).unwrap().map(|e| e.unwrap().file_name());
    assert!(left.into_iter().all(|name| name == "demo"), "nothing lies beside the data");
}

#[test]
fn every_transfer_is_printed_or_told_why_not() {
    let (dir, door) = office();
    let session = door.session(now()).unwrap();
    let order = order(&session, dir.path().join("a.pdf"));
    let run = session.print(&order, &mut unwatched).unwrap();
    assert_eq!(run.results.len(), order.ids.len());
    let printed = letters(&session);
    assert_eq!(printed.len(), run.n_printed());
    let seqs: Vec<u32> = printed.iter().rev().map(|row| row.number.seq).collect();
    assert!(seqs.iter().copied().eq(1..=u32::try_from(seqs.len()).unwrap()), "{seqs:?}");
    let waits = |stage| matches!(stage, Stage::OriginReview | Stage::Returned | Stage::Draft);
    assert!(printed.iter().all(|row| !waits(row.stage)));
    for refused in run.results.iter().filter_map(|printed| printed.outcome.as_ref().err()) {
        let kinds = [FaultKind::Rule, FaultKind::NotAllowed];
        assert!(kinds.contains(&refused.kind) && refused.sentence.contains("介绍信"), "{refused}");
    }
}

#[test]
fn orders_that_are_no_orders_are_refused() {
    let (dir, door) = office();
    let session = door.session(now()).unwrap();
    let order = order(&session, dir.path().join("a.pdf"));
    let run = |order: PrintOrder| session.print(&order, &mut unwatched).unwrap_err();
    let nothing = PrintOrder { ids: Vec::new(), ..order.clone() };
    assert_eq!(run(nothing).kind, FaultKind::Usage);
    let endless = PrintOrder { ids: vec![TransferId(1); MOST + 1], ..order.clone() };
    assert!(run(endless).sentence.contains("最多 1000 单"));
    let word = PrintOrder { path: dir.path().join("a.docx"), ..order };
    assert!(run(word).sentence.contains(".pdf"));
}
