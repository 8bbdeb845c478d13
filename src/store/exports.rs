//! The ledger of exports: every file with data in it that left the program.

use std::path::Path;

use rusqlite::{Row, named_params, params};

use super::Desk;
use super::chain::Deed;
use super::fault::{Stored, Told, conflict, not_found};
use crate::domain::disclosure::{ExportRecord, NewExport, Shown, Whereabouts};
use crate::domain::ids::{ExportId, Moment};

const COLUMNS: &str = "x.id, x.at, coalesce(a.name, ''), x.what, x.path, x.sha256, x.n_rows,
    x.n_drafts, x.fields, x.disclosure, x.reason, x.deleted_at FROM exports x
    JOIN accounts a ON a.id = x.account_id JOIN organisations o ON o.id = a.org_id";

const SCOPE: &str = "((o.path >= :lo AND o.path < :hi) OR x.account_id = :me)";

/// Rows of one page.
const PAGE: usize = 100;

/// A page of the ledger, and where the next one begins.
pub type ExportsPage = (Vec<ExportRecord>, Option<i64>);

impl Desk<'_> {
    /// Enters a file in the ledger and in the history.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn enter_export(&self, new: &NewExport, deed: &Deed) -> Stored<ExportId> {
        const INSERT: &str = "INSERT INTO exports (seq, at, account_id, what, path, sha256, n_rows,
                n_drafts, fields, disclosure, reason)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
        self.store.atomically(|| {
            let seq = self.note(deed)?;
            let values = params![
                seq,
                self.now.moment.0,
                self.actor.account.0,
                new.what,
                new.path,
                new.sha256,
                new.n_rows,
                new.n_drafts,
                new.fields,
                new.shown.id(),
                new.reason
            ];
            self.store.connection.execute(INSERT, values).told()?;
            Ok(ExportId(self.store.connection.last_insert_rowid()))
        })
    }

    /// Files in scope that were entered before this one under the same path and are not entered as
    /// deleted.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn exports_at(&self, path: &str, before: ExportId) -> Stored<Vec<ExportId>> {
        let sql = format!(
            "SELECT x.id FROM exports x JOIN accounts a ON a.id = x.account_id
             JOIN organisations o ON o.id = a.org_id
             WHERE x.path = :path AND x.id < :before AND x.deleted_at IS NULL AND {SCOPE}"
        );
        let b = self.bounds();
        let values = named_params! {":path": path, ":before": before.0, ":lo": b.lo, ":hi": b.hi,
        ":me": b.me};
        let mut statement = self.store.connection.prepare_cached(&sql).told()?;
        let rows = statement.query_map(values, |r| r.get(0).map(ExportId)).told()?;
        rows.collect::<Result<_, _>>().told()
    }

    /// A page of the ledger in scope, older than `before`, the newest first.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn exports(&self, before: Option<i64>) -> Stored<ExportsPage> {
        let sql = format!(
            "SELECT {COLUMNS} WHERE x.id < :before AND {SCOPE} ORDER BY x.id DESC LIMIT :limit"
        );
        let (b, limit) = (self.bounds(), i64::try_from(PAGE + 1).unwrap_or(i64::MAX));
        let before = before.unwrap_or(i64::MAX);
        let values = named_params! {":before": before, ":limit": limit, ":lo": b.lo, ":hi": b.hi,
        ":me": b.me};
        let mut statement = self.store.connection.prepare_cached(&sql).told()?;
        let rows = statement.query_map(values, record_of).told()?;
        let mut rows: Vec<ExportRecord> = rows.collect::<Result<_, _>>().told()?;
        let more = rows.len() > PAGE;
        rows.truncate(PAGE);
        let next = rows.last().filter(|_| more).map(|row| row.id.0);
        Ok((rows, next))
    }

    /// Files with full numbers in scope that were written before this instant and are not entered as
    /// deleted; at most so many.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn full_exports_before(&self, at: Moment, most: usize) -> Stored<Vec<ExportRecord>> {
        let sql = format!(
            "SELECT {COLUMNS} WHERE x.disclosure = 'full' AND x.deleted_at IS NULL AND x.at < :at
             AND {SCOPE} ORDER BY x.at LIMIT :limit"
        );
        let (b, limit) = (self.bounds(), i64::try_from(most).unwrap_or(i64::MAX));
        let values =
            named_params! {":at": at.0, ":limit": limit, ":lo": b.lo, ":hi": b.hi, ":me": b.me};
        let mut statement = self.store.connection.prepare_cached(&sql).told()?;
        let rows = statement.query_map(values, record_of).told()?;
        rows.collect::<Result<_, _>>().told()
    }

    /// A file of the ledger in scope.
    ///
    /// # Errors
    /// Where there is none.
    pub fn export(&self, id: ExportId) -> Stored<ExportRecord> {
        let sql = format!("SELECT {COLUMNS} WHERE x.id = :wanted AND {SCOPE}");
        let b = self.bounds();
        let values = named_params! {":wanted": id.0, ":lo": b.lo, ":hi": b.hi, ":me": b.me};
        let mut statement = self.store.connection.prepare_cached(&sql).told()?;
        let mut rows = statement.query_map(values, record_of).told()?;
        match rows.next() {
            Some(row) => row.told(),
            None => {
                let next = "请用「导出登记」核对编号。";
                Err(not_found("导出登记", &format!("第 {id} 号"), next))
            }
        }
    }

    /// Enters that a file and its copies were deleted.
    ///
    /// # Errors
    /// Where it is out of scope, or was entered already.
    pub fn note_export_deleted(&self, id: ExportId, remark: &str) -> Stored<()> {
        const UPDATE: &str = "UPDATE exports SET deleted_at = $1, deleted_by = $2 WHERE id = $3";
        let found = self.export(id)?;
        if found.deleted_at.is_some() {
            return Err(conflict(format!("第 {id} 号导出已经登记过删除了，不用再登记。")));
        }
        self.store.atomically(|| {
            let values = params![self.now.moment.0, self.actor.account.0, id.0];
            self.store.connection.execute(UPDATE, values).told()?;
            let name = file_name(&found.path);
            let deed = Deed::new("export_gone", format!("{} {name}", found.what))
                .detail(format!("导出登记第 {id} 号"))
                .reason(remark.trim());
            self.note(&deed).map(drop)
        })
    }
}

/// The last part of a path.
fn file_name(path: &str) -> String {
    let name = Path::new(path).file_name();
    name.map_or_else(|| path.to_owned(), |name| name.to_string_lossy().into_owned())
}

fn record_of(r: &Row<'_>) -> Result<ExportRecord, rusqlite::Error> {
    let sha256: [u8; 32] = r.get(5)?;
    let deleted_at = r.get::<_, Option<i64>>(11)?.map(Moment);
    Ok(ExportRecord {
        id: ExportId(r.get(0)?),
        at: Moment(r.get(1)?),
        actor: r.get(2)?,
        what: r.get(3)?,
        path: r.get(4)?,
        sha256: sha256.iter().map(|byte| format!("{byte:02x}")).collect(),
        n_rows: r.get(6)?,
        n_drafts: r.get(7)?,
        fields: r.get(8)?,
        shown: Shown::from_id(&r.get::<_, String>(9)?).unwrap_or(Shown::Full),
        reason: r.get(10)?,
        deleted_at,
        // Whether the file lies there is not the store's to know.
        whereabouts: if deleted_at.is_some() { Whereabouts::Deleted } else { Whereabouts::Gone },
    })
}

#[cfg(test)]
impl crate::store::Store {
    /// Lets no file be entered any more, as a disk that has just become full would.
    pub fn refuse_exports(&self) {
        const TRIGGER: &str = "CREATE TEMP TRIGGER refused BEFORE INSERT ON main.exports
            BEGIN SELECT RAISE(ABORT, 'refused'); END";
        self.connection.execute_batch(TRIGGER).unwrap();
    }
}
