//! Long lists of organisations: compared with what is here, written in one pass, taken back.

use std::collections::HashSet;

use rusqlite::{ErrorCode, OptionalExtension, Statement, named_params, params};

use super::chain::Deed;
use super::fault::{Stored, Told, conflict};
use super::imports::ImportOutcome;
use super::roomy::Roomy;
use super::scope::may_administer;
use super::{Desk, Store};
use crate::domain::fault::{Fault, FaultKind};
use crate::domain::ids::{BatchId, OrgId};
use crate::domain::organisation::{OrgEntry, OrgKind, OrgPath, OrgState, Organisation};

/// Which generation of the directory is the current one; absent or `0` where there is none.
const GENERATION: &str = "directory_generation";

/// An organisation as a comparison with a list sees it.
#[derive(Debug, Clone, Copy)]
pub struct OrgLine<'a> {
    /// Row.
    pub id: OrgId,
    /// Code.
    pub code: &'a str,
    /// Full name.
    pub full_name: &'a str,
    /// Short name.
    pub short_name: &'a str,
    /// The organisation above.
    pub parent: Option<OrgId>,
    /// Kind.
    pub kind: OrgKind,
    /// In use or retired.
    pub state: OrgState,
    /// Whether the directory holds it as it is here.
    pub is_listed: bool,
    /// Whether it is managed here.
    pub is_managed: bool,
    /// Whether the signed-in person administers it.
    pub is_mine: bool,
}

/// What a list was checked against. A list is not written where this has moved on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Basis {
    /// The current generation of the directory, zero for none.
    pub generation: u64,
    last_event: i64,
}

/// A list that is about to be written.
#[derive(Debug, Clone, Copy)]
pub struct ListOrder<'a> {
    /// Name of the file.
    pub file: &'a str,
    /// How many organisations of it are new, here or in the directory.
    pub n_rows: usize,
    /// What it was checked against.
    pub basis: Basis,
    /// The generation of the directory that it makes.
    pub generation: u64,
}

/// An organisation to be written, checked before.
#[derive(Debug, Clone, Copy)]
pub struct NewOrganisation<'a> {
    /// Code; the program gives one where it is empty.
    pub code: &'a str,
    /// Full name.
    pub full_name: &'a str,
    /// Short name.
    pub short_name: &'a str,
    /// Kind.
    pub kind: OrgKind,
}

/// Where an organisation stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgPlace {
    /// Row.
    pub id: OrgId,
    /// The way from the root.
    pub path: OrgPath,
}

/// The generation of the directory to go back to.
pub struct Return<'a> {
    /// Its number, zero for none.
    pub generation: u64,
    /// Whether it holds an organisation: code, full name, kind.
    pub holds: &'a mut dyn FnMut(&str, &str, OrgKind) -> Stored<bool>,
}

impl Store {
    /// The current generation of the directory; zero where there is none.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn directory_generation(&self) -> Stored<u64> {
        let text = self.meta(GENERATION)?;
        Ok(text.and_then(|text| text.parse().ok()).unwrap_or_default())
    }

    /// How many organisations in use the directory does not hold as they are here.
    ///
    /// # Errors
    /// Where they cannot be counted.
    pub fn n_unlisted(&self) -> Stored<usize> {
        const SQL: &str =
            "SELECT count(*) FROM organisations WHERE listed = 0 AND state = 'active'";
        self.connection.query_row(SQL, [], |r| r.get(0)).told()
    }

    /// The generations of the directory that a batch made and replaced, if it made one.
    ///
    /// # Errors
    /// Where they cannot be read.
    pub fn generations_of(&self, batch: BatchId) -> Stored<Option<(u64, u64)>> {
        const SQL: &str = "SELECT generation, generation_before FROM batches
            WHERE id = $1 AND generation > 0";
        let found = self.connection.query_row(SQL, [batch.0], |r| Ok((r.get(0)?, r.get(1)?)));
        found.optional().told()
    }

    /// Where an organisation stands that is here under a code or, where `code` is empty or unknown,
    /// under a full name.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn place_of(&self, code: &str, full_name: &str) -> Stored<Option<OrgPlace>> {
        const SQL: &str = "SELECT id, path FROM organisations WHERE code = $1
            UNION ALL SELECT id, path FROM organisations WHERE full_name = $2 AND state = 'active'
            LIMIT 1";
        let mut statement = self.connection.prepare_cached(SQL).told()?;
        statement.query_row([code, full_name], place_of).optional().told()
    }

    /// Where an organisation stands.
    ///
    /// # Errors
    /// Where there is none.
    pub fn place(&self, id: OrgId) -> Stored<OrgPlace> {
        const SQL: &str = "SELECT id, path FROM organisations WHERE id = $1";
        self.connection.prepare_cached(SQL).told()?.query_row([id.0], place_of).told()
    }

    /// Makes another generation the current one, and marks what it does not hold.
    pub(super) fn return_to(&self, back: &mut Return<'_>) -> Stored<()> {
        const LISTED: &str = "SELECT id, code, full_name, kind FROM organisations WHERE listed = 1";
        const UNLIST: &str = "UPDATE organisations SET listed = 0 WHERE id = $1";
        let mut left = Vec::new();
        let mut listed = self.connection.prepare(LISTED).told()?;
        let mut rows = listed.query([]).told()?;
        while let Some(row) = rows.next().told()? {
            let text = |i| row.get_ref(i).and_then(|v| Ok(v.as_str()?));
            let kind = OrgKind::from_id(text(3).told()?).unwrap_or(OrgKind::Branch);
            if !(back.holds)(text(1).told()?, text(2).told()?, kind)? {
                left.push(row.get::<_, i64>(0).told()?);
            }
        }
        let mut unlist = self.connection.prepare(UNLIST).told()?;
        for id in left {
            unlist.execute([id]).told()?;
        }
        self.set_meta(GENERATION, &back.generation.to_string())
    }
}

fn place_of(row: &rusqlite::Row<'_>) -> Result<OrgPlace, rusqlite::Error> {
    Ok(OrgPlace { id: OrgId(row.get(0)?), path: OrgPath::from_stored(row.get(1)?) })
}

impl Desk<'_> {
    /// What a list is checked against from now on.
    ///
    /// # Errors
    /// Where the person may not import organisations, or it cannot be read.
    pub fn basis(&self) -> Stored<Basis> {
        const LAST: &str = "SELECT coalesce(max(seq), 0) FROM events";
        self.check_administrator()?;
        let last_event = self.store.connection.query_row(LAST, [], |r| r.get(0)).told()?;
        Ok(Basis { generation: self.store.directory_generation()?, last_event })
    }

    /// Shows every organisation, one after the other, oldest first.
    ///
    /// # Errors
    /// As `see`, or where they cannot be read.
    pub fn each_organisation(&self, see: &mut dyn FnMut(OrgLine<'_>) -> Stored<()>) -> Stored<()> {
        const ALL: &str =
            "SELECT id, code, full_name, short_name, parent_id, kind, state, listed, path
            FROM organisations ORDER BY id";
        let offices = self.store.administered()?;
        let mut statement = self.store.connection.prepare(ALL).told()?;
        let mut rows = statement.query([]).told()?;
        while let Some(row) = rows.next().told()? {
            let text = |i| row.get_ref(i).and_then(|v| Ok(v.as_str()?)).told();
            let path = OrgPath::from_stored(text(8)?.to_owned());
            see(OrgLine {
                id: OrgId(row.get(0).told()?),
                code: text(1)?,
                full_name: text(2)?,
                short_name: text(3)?,
                parent: row.get::<_, Option<i64>>(4).told()?.map(OrgId),
                kind: OrgKind::from_id(text(5)?).unwrap_or(OrgKind::Branch),
                state: OrgState::from_id(text(6)?).unwrap_or(OrgState::Retired),
                is_listed: row.get(7).told()?,
                is_managed: path.ids().any(|id| offices.contains(&id)),
                is_mine: may_administer(self.actor, &path),
            })?;
        }
        Ok(())
    }

    /// The superior that a row of a list names by code or full name, if it is here.
    ///
    /// # Errors
    /// Where nothing may be added below it.
    pub fn superior_named(&self, text: &str) -> Stored<Option<Organisation>> {
        match self.superior_of(&OrgEntry { superior: text.to_owned(), ..OrgEntry::default() }) {
            Err(fault) if fault.kind == FaultKind::NotFound => Ok(None),
            found => found,
        }
    }

    /// Writes a long list in one transaction: its organisations, the number of the directory's new
    /// generation, the batch, the event. Last before the end `publish` puts the new directory in its
    /// place: where that fails nothing is written, and where the end fails the old number counts.
    ///
    /// # Errors
    /// As `write` and `publish`, or where something here has changed since the list was checked.
    pub fn import_list(
        &self,
        order: &ListOrder<'_>,
        write: impl FnOnce(&mut ListWriter<'_>) -> Stored<()>,
        publish: impl FnOnce() -> Stored<()>,
    ) -> Stored<ImportOutcome> {
        self.check_administrator()?;
        let _roomy = Roomy::begin(self.store)?;
        self.store.atomically(|| {
            self.check_unchanged(order.basis)?;
            let batch = self.open_batch("organisations", order.file, order.n_rows)?;
            self.store.mark_batch(batch, order)?;
            write(&mut self.store.list_writer(batch)?)?;
            self.store.list_everything()?;
            self.store.set_meta(GENERATION, &order.generation.to_string())?;
            let detail = format!("{}，{} 个", order.file, order.n_rows);
            self.note(&Deed::new("org_import", format!("第 {batch} 批")).detail(detail))?;
            publish()?;
            Ok(ImportOutcome { batch, n_rows: order.n_rows })
        })
    }

    fn check_unchanged(&self, basis: Basis) -> Stored<()> {
        const SINCE: &str = "SELECT EXISTS (SELECT 1 FROM events WHERE seq > $1
            AND (action LIKE 'org\\_%' ESCAPE '\\' OR action IN ('import_undo', 'account_add', 'account_remove')))";
        let moved: bool =
            self.store.connection.query_row(SINCE, [basis.last_event], |r| r.get(0)).told()?;
        if !moved && self.store.directory_generation()? == basis.generation {
            return Ok(());
        }
        Err(conflict("检查名单以后，组织又有改动，所以没有写入。请重新检查一遍，再导入。"))
    }
}

impl Store {
    /// Organisations that have an administrator of their own.
    fn administered(&self) -> Stored<HashSet<OrgId>> {
        const SQL: &str = "SELECT DISTINCT org_id FROM accounts
            WHERE role = 'administrator' AND state <> 'removed'";
        let mut statement = self.connection.prepare(SQL).told()?;
        let rows = statement.query_map([], |r| r.get(0).map(OrgId)).told()?;
        rows.collect::<Result<_, _>>().told()
    }

    fn mark_batch(&self, batch: BatchId, order: &ListOrder<'_>) -> Stored<()> {
        const SQL: &str =
            "UPDATE batches SET generation = $1, generation_before = $2 WHERE id = $3";
        let values = params![order.generation, order.basis.generation, batch.0];
        self.connection.execute(SQL, values).map(drop).told()
    }

    /// A new generation holds everything that is in use here.
    fn list_everything(&self) -> Stored<()> {
        const SQL: &str =
            "UPDATE organisations SET listed = 1 WHERE listed = 0 AND state = 'active'";
        self.connection.execute(SQL, []).map(drop).told()
    }

    fn list_writer(&self, batch: BatchId) -> Stored<ListWriter<'_>> {
        const NEXT: &str = "SELECT coalesce(max(id), 0) + 1 FROM organisations";
        const INSERT: &str = "INSERT INTO organisations
                (id, code, parent_id, path, kind, full_name, short_name, batch_id, listed)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 1)";
        const CONTACTS: &str = "UPDATE organisations
            SET contact_name = :name, contact_phone = :phone, graduates_on = :month WHERE id = :id";
        Ok(ListWriter {
            store: self,
            batch,
            next: self.connection.query_row(NEXT, [], |r| r.get(0)).told()?,
            insert: self.connection.prepare(INSERT).told()?,
            contacts: self.connection.prepare(CONTACTS).told()?,
        })
    }
}

/// Writes the organisations of a list, superiors first.
pub struct ListWriter<'a> {
    store: &'a Store,
    batch: BatchId,
    next: i64,
    insert: Statement<'a>,
    contacts: Statement<'a>,
}

impl<'a> ListWriter<'a> {
    /// The database, for looking up where known organisations stand.
    pub fn store(&self) -> &'a Store {
        self.store
    }

    /// Writes an organisation below another, or as a root.
    ///
    /// # Errors
    /// Where its code or name is taken after all, or it cannot be written.
    pub fn put(
        &mut self,
        parent: Option<&OrgPlace>,
        org: &NewOrganisation<'_>,
    ) -> Stored<OrgPlace> {
        let id = OrgId(self.next);
        let path = parent.map_or_else(|| OrgPath::root(id), |parent| parent.path.child(id));
        let given = if org.code.is_empty() { format!("T{:08}", id.0) } else { String::new() };
        let values = params![
            id.0,
            if given.is_empty() { org.code } else { &given },
            parent.map(|parent| parent.id.0),
            path.as_str(),
            org.kind.id(),
            org.full_name,
            org.short_name,
            self.batch.0
        ];
        self.insert.execute(values).map_err(|error| taken(&error, org.full_name))?;
        self.next += 1;
        Ok(OrgPlace { id, path })
    }

    /// Adds the contact and the month of graduation to an organisation that was written.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn contacts(&mut self, id: OrgId, entry: &OrgEntry) -> Stored<()> {
        let values = named_params! {":name": entry.contact_name, ":phone": entry.contact_phone,
        ":month": entry.graduates_on, ":id": id.0};
        self.contacts.execute(values).map(drop).told()
    }
}

fn taken(error: &rusqlite::Error, name: &str) -> Fault {
    if error.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) {
        let sentence = format!(
            "「{name}」的编号或全称库里已经有了，所以整份名单都没有写入。请重新检查一遍，再导入。"
        );
        return conflict(sentence).because(error);
    }
    super::fault::of_sqlite(error)
}
