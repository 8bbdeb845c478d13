//! Consistent copies of the live database, and the check of a database's health.

use std::path::Path;
use std::time::Duration;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, OpenFlags};

use super::fault::{Stored, Told};
use super::open::key_order;
use super::{Expectations, Store};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::history::Head;

/// What a check of the database found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Verification {
    /// Members, all states.
    pub n_members: i64,
    /// Transfers, all stages.
    pub n_transfers: i64,
    /// Events, all of whose hashes fit.
    pub n_events: i64,
    /// Those of them that are signed; every signature fits.
    pub n_signed: i64,
    /// The end of the history.
    pub head: Option<Head>,
}

/// Pages that are copied at a time: a commit of another connection waits for no more.
const PAGES: std::ffi::c_int = 1024;

/// Steps after which the rest is copied at once. Each commit of another connection begins the copy
/// anew, so somebody who never stops working would never get a backup.
const MOST_STEPS: usize = 4_000;

/// Times that a lock of another connection is waited for, as long as any statement waits and 20 ms.
const MOST_WAITS: usize = 20;

/// Copies step by step, giving way to whoever writes in between.
fn paced(backup: &Backup<'_, '_>) -> Stored<()> {
    let (mut steps, mut waits) = (0, 0);
    loop {
        let pages = if steps < MOST_STEPS { PAGES } else { -1 };
        match backup.step(pages).told()? {
            StepResult::Done => return Ok(()),
            StepResult::Busy | StepResult::Locked if waits < MOST_WAITS => {
                waits += 1;
                std::thread::sleep(Duration::from_millis(20));
            }
            StepResult::Busy | StepResult::Locked => {
                let sentence = "数据一直有人在写，备份没有做成。请稍后再试；数据没有动。";
                return Err(Fault::new(FaultKind::Busy, sentence));
            }
            _ => steps += 1,
        }
    }
}

impl Store {
    /// Copies the live database, encrypted with the same key, to a file that does not exist yet.
    ///
    /// # Errors
    /// Where a file stands there already, or it cannot be written.
    pub fn copy_to(&self, path: &Path, key: &str) -> Stored<()> {
        if path.exists() {
            let sentence = format!("{} 已经存在，没有覆盖。请换一个文件名。", path.display());
            return Err(Fault::new(FaultKind::Conflict, sentence));
        }
        super::open::make_private_file(path)?;
        let mut copy = Connection::open(path).told()?;
        copy.pragma_update(None, "cipher_log_level", "NONE").told()?;
        copy.execute_batch(&key_order("PRAGMA key = ", key)).told()?;
        {
            let backup = Backup::new(&self.connection, &mut copy).told()?;
            paced(&backup)?;
        }
        copy.close().map_err(|(_, error)| error).told()
    }

    /// Copies the database as it is, whatever version it has, and checks the copy's pages. The
    /// chain of events is not looked at, since only its own version knows how.
    ///
    /// # Errors
    /// As [`Store::copy_to`], and where a page of the copy is damaged.
    pub fn copy_as_it_is(&self, path: &Path, key: &str) -> Stored<Verification> {
        const COUNTS: &str = "SELECT (SELECT count(*) FROM members),
            (SELECT count(*) FROM transfers), (SELECT count(*) FROM events)";
        self.copy_to(path, key)?;
        let copy = Self::unprepared(path, key)?;
        copy.check_file()?;
        let counts = |r: &rusqlite::Row<'_>| {
            Ok(Verification {
                n_members: r.get(0)?,
                n_transfers: r.get(1)?,
                n_events: r.get(2)?,
                n_signed: 0,
                head: None,
            })
        };
        copy.connection.query_row(COUNTS, [], counts).told()
    }

    fn unprepared(path: &Path, key: &str) -> Stored<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags).told()?;
        connection.pragma_update(None, "cipher_log_level", "NONE").told()?;
        connection.execute_batch(&key_order("PRAGMA key = ", key)).told()?;
        let (gathered, pace, suspect) = Default::default();
        Ok(Self { connection, fresh: false, gathered, pace, suspect })
    }

    /// Bytes that the database takes on disk.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn bytes(&self) -> Stored<u64> {
        const SQL: &str = "SELECT (SELECT page_count FROM pragma_page_count) *
                                  CAST((SELECT * FROM pragma_page_size) AS INTEGER)";
        self.connection.query_row(SQL, [], |r| r.get(0)).told()
    }

    /// As [`Store::verify_against`], with nothing known from outside.
    ///
    /// # Errors
    /// Naming the first thing that is damaged.
    pub fn verify(&self) -> Stored<Verification> {
        self.verify_against(Expectations::default())
    }

    /// Checks pages, references between rows, and the whole history.
    ///
    /// # Errors
    /// Naming the first thing that is damaged.
    pub fn verify_against(&self, wanted: Expectations<'_>) -> Stored<Verification> {
        const COUNTS: &str =
            "SELECT (SELECT count(*) FROM members), (SELECT count(*) FROM transfers)";
        self.check_file()?;
        self.check_references()?;
        let proven = self.prove_history(wanted)?;
        let (n_members, n_transfers) =
            self.connection.query_row(COUNTS, [], |r| Ok((r.get(0)?, r.get(1)?))).told()?;
        Ok(Verification {
            n_members,
            n_transfers,
            n_events: proven.n_events,
            n_signed: proven.n_signed,
            head: proven.head,
        })
    }

    /// Checks the file alone: its structure, and each page's authentication.
    ///
    /// # Errors
    /// Where a page is damaged.
    pub fn check_file(&self) -> Stored<()> {
        let found: String =
            self.connection.query_row("PRAGMA integrity_check(1)", [], |r| r.get(0)).told()?;
        if found == "ok" {
            return self.check_pages();
        }
        let sentence =
            "数据库文件有损坏，完整性检查没有通过。请停止录入，用最近的备份恢复；原文件请保留。";
        Err(Fault::new(FaultKind::Damaged, sentence).because(found))
    }

    /// SQLCipher's own check of each page's authentication; it answers no row where all are well.
    fn check_pages(&self) -> Stored<()> {
        let mut statement = self.connection.prepare("PRAGMA cipher_integrity_check").told()?;
        let mut rows = statement.query([]).told()?;
        match rows.next().told()? {
            None => Ok(()),
            Some(row) => {
                let what: String = row.get(0).unwrap_or_default();
                let sentence = "数据库有被改动或损坏的页，校验没有通过。请停止录入，用最近的备份恢复；原文件请保留。";
                Err(Fault::new(FaultKind::Damaged, sentence).because(what))
            }
        }
    }

    pub(super) fn check_references(&self) -> Stored<()> {
        let mut statement = self.connection.prepare("PRAGMA foreign_key_check").told()?;
        let mut rows = statement.query([]).told()?;
        match rows.next().told()? {
            None => Ok(()),
            Some(row) => {
                let table: String = row.get(0).told()?;
                let sentence = format!(
                    "数据表「{table}」里有找不到对应项的记录。请停止录入，用最近的备份恢复；原文件请保留。"
                );
                Err(Fault::new(FaultKind::Damaged, sentence))
            }
        }
    }
}
