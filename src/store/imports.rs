//! Imports: rows looked at first, written in one transaction, taken back as a whole.

use std::collections::HashMap;

use rusqlite::{OptionalExtension, params};

use super::Desk;
use super::chain::Deed;
use super::fault::{Stored, Told, conflict, not_found, rule};
use super::org_lists::Return;
use super::organisations::Namesake;
use crate::domain::fault::Fault;
use crate::domain::ids::BatchId;
use crate::domain::organisation::{OrgEntry, OrgPath, Organisation};

/// What an import wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ImportOutcome {
    /// Its batch.
    pub batch: BatchId,
    /// Rows written.
    pub n_rows: usize,
}

/// What the database says of a row before it is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Screening {
    /// It can be written.
    Good,
    /// It is there already.
    Present {
        /// Where, as a sentence.
        said: String,
        /// The code that it has here.
        code: String,
    },
    /// It refers to something that does not fit.
    Bad(Fault),
}

/// Looks rows up against the database, remembering organisations between rows.
pub struct Screener<'a> {
    desk: Desk<'a>,
    superiors: HashMap<String, Result<(), Fault>>,
}

impl<'a> Desk<'a> {
    /// A look-up for the rows of one file.
    pub fn screener(&self) -> Screener<'a> {
        Screener { desk: *self, superiors: HashMap::new() }
    }

    /// Writes organisations that were arranged parents first and screened, in one transaction.
    ///
    /// # Errors
    /// Where one row cannot be written; then none is.
    pub fn import_organisations(&self, rows: &[OrgEntry], file: &str) -> Stored<ImportOutcome> {
        let mut known: HashMap<String, Organisation> = HashMap::new();
        self.store.atomically(|| {
            let batch = self.open_batch("organisations", file, rows.len())?;
            for entry in rows {
                let parent = match known.get(&entry.superior) {
                    Some(parent) => Some(parent.clone()),
                    None => self.superior_of(entry)?,
                };
                let org = self.store.insert_organisation(
                    entry,
                    parent.as_ref(),
                    Some(batch),
                    Namesake::WithOwnCode,
                )?;
                known.insert(org.code.clone(), org.clone());
                known.insert(org.full_name.clone(), org);
            }
            let detail = format!("{file}，{} 个", rows.len());
            self.note(&Deed::new("org_import", format!("第 {batch} 批")).detail(detail))?;
            Ok(ImportOutcome { batch, n_rows: rows.len() })
        })
    }

    pub(super) fn open_batch(&self, kind: &str, file: &str, n_rows: usize) -> Stored<BatchId> {
        const INSERT: &str = "INSERT INTO batches (kind, at, account_id, file_name, n_rows)
            VALUES ($1, $2, $3, $4, $5)";
        if n_rows == 0 {
            return Err(rule("没有可以导入的行，什么也没有写入。请按提示改好文件再导入。"));
        }
        let values = params![kind, self.now.moment.0, self.actor.account.0, file, n_rows];
        self.store.connection.execute(INSERT, values).told()?;
        Ok(BatchId(self.store.connection.last_insert_rowid()))
    }

    /// Takes a whole import back: its rows go, as if the file had not been imported, and the history
    /// says so. Refused where something has been built on a row since. An import that made a
    /// generation of the directory goes back to the one before, where `back` says which that is.
    ///
    /// # Errors
    /// Where the batch is unknown, taken back already, another's, or in use.
    pub fn undo_import(&self, batch: BatchId, back: Option<Return<'_>>) -> Stored<usize> {
        const UNDONE: &str = "UPDATE batches SET undone_at = $1 WHERE id = $2";
        self.check_clerk()?;
        let (kind, n_rows) = self.batch_to_undo(batch)?;
        self.store.atomically(|| {
            self.check_unused(&kind, batch)?;
            self.remove_rows(&kind, batch)?;
            if let Some(mut back) = back {
                self.store.return_to(&mut back)?;
            }
            self.store.connection.execute(UNDONE, params![self.now.moment.0, batch.0]).told()?;
            let deed =
                Deed::new("import_undo", format!("第 {batch} 批")).detail(format!("{n_rows} 行"));
            self.note(&deed)?;
            Ok(n_rows)
        })
    }

    /// Kind and rows of a batch that this person may take back.
    fn batch_to_undo(&self, batch: BatchId) -> Stored<(String, usize)> {
        const FIND: &str = "SELECT b.kind, b.n_rows, b.undone_at, o.path FROM batches b
            JOIN accounts a ON a.id = b.account_id JOIN organisations o ON o.id = a.org_id WHERE b.id = $1";
        let found: Option<(String, usize, Option<i64>, String)> = self
            .store
            .connection
            .query_row(FIND, [batch.0], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?, r.get(3)?)))
            .optional()
            .told()?;
        let mine = |path: &str| self.covers(&OrgPath::from_stored(path.to_owned()));
        let next = "批次号在导入完成时给出，操作记录里也能查到。";
        match found {
            Some((kind, n_rows, None, path)) if mine(&path) => Ok((kind, n_rows)),
            Some((_, _, Some(_), path)) if mine(&path) => {
                Err(conflict(format!("第 {batch} 批已经撤销过了，不用再撤。")))
            }
            Some(_) | None => Err(not_found("导入批次", &batch.to_string(), next)),
        }
    }

    fn check_unused(&self, kind: &str, batch: BatchId) -> Stored<()> {
        const MEMBERS: &str = "SELECT count(*) FROM members m WHERE m.batch_id = $1
            AND (EXISTS (SELECT 1 FROM transfers t WHERE t.person_number = m.id_number OR t.member_id = m.id)
                OR EXISTS (SELECT 1 FROM corrections c WHERE c.member_id = m.id))";
        const ORGS: &str = "SELECT count(*) FROM organisations o WHERE o.batch_id = $1 AND (
            EXISTS (SELECT 1 FROM members m WHERE m.branch_id = o.id)
            OR EXISTS (SELECT 1 FROM accounts a WHERE a.org_id = o.id)
            OR EXISTS (SELECT 1 FROM transfers t WHERE t.origin_id = o.id OR t.destination_id = o.id)
            OR EXISTS (SELECT 1 FROM events e WHERE e.behalf_id = o.id)
            OR EXISTS (SELECT 1 FROM organisations c WHERE c.parent_id = o.id
                       AND (c.batch_id IS NULL OR c.batch_id <> o.batch_id)))";
        let sql = if kind == "members" { MEMBERS } else { ORGS };
        let used: i64 = self.store.connection.query_row(sql, [batch.0], |r| r.get(0)).told()?;
        if used == 0 {
            return Ok(());
        }
        Err(conflict(format!(
            "第 {batch} 批里有 {used} 条已经用上了（有转接、团员、账号或下级），不能整批撤销。请逐条停用。"
        )))
    }

    fn remove_rows(&self, kind: &str, batch: BatchId) -> Stored<()> {
        let sql = if kind == "members" {
            "DELETE FROM members WHERE batch_id = $1"
        } else {
            // Children first: the longest paths go before the shorter ones they hang on.
            "DELETE FROM organisations WHERE batch_id = $1"
        };
        self.store.connection.execute_batch("PRAGMA defer_foreign_keys = ON").told()?;
        self.store.connection.execute(sql, [batch.0]).map(drop).told()
    }

    /// Refuses members: only clerks and administrators import.
    pub(super) fn check_clerk(&self) -> Stored<()> {
        if self.actor.role == crate::domain::account::Role::Member {
            return self.check_administrator();
        }
        Ok(())
    }
}

impl Screener<'_> {
    /// What the database says of an organisation's row. `in_file` tells whether its superior stands
    /// in the same file.
    ///
    /// # Errors
    /// Where the database cannot be read.
    pub fn organisation(&mut self, entry: &OrgEntry, in_file: bool) -> Stored<Screening> {
        const TAKEN: &str = "SELECT full_name, code FROM organisations
            WHERE (full_name = $1 AND state = 'active') OR (code = $2 AND $2 <> '')
            ORDER BY code = $2 DESC LIMIT 1";
        let taken: Option<(String, String)> = self
            .desk
            .store
            .connection
            .prepare_cached(TAKEN)
            .told()?
            .query_row([&entry.full_name, &entry.code], |r| Ok((r.get(0)?, r.get(1)?)))
            .optional()
            .told()?;
        if let Some((name, code)) = taken {
            let said = format!("已有「{name}」（编号 {code}），不用再导。");
            return Ok(Screening::Present { said, code });
        }
        if in_file || entry.superior.is_empty() {
            return Ok(Screening::Good);
        }
        let desk = self.desk;
        let known = self
            .superiors
            .entry(entry.superior.clone())
            .or_insert_with(|| desk.superior_of(entry).map(drop));
        Ok(known.clone().map_or_else(Screening::Bad, |()| Screening::Good))
    }
}
