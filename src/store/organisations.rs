//! Organisations: reading, making, changing, retiring.
//!
//! The list of organisations is public among offices, so everybody may look destinations up; only
//! what is in scope can be changed.

use rusqlite::{OptionalExtension, Row, named_params, params};

use super::chain::Deed;
use super::fault::{Stored, Told, conflict, not_allowed, not_found, rule};
use super::scope::may_administer;
use super::{Desk, Store};
use crate::domain::fault::Fault;
use crate::domain::ids::{BatchId, OrgId};
use crate::domain::organisation::{OrgEntry, OrgKind, OrgPath, OrgRow, OrgState, Organisation};

const COLUMNS: &str = "o.id, o.code, o.parent_id, o.path, o.kind, o.full_name, o.short_name,
    o.contact_name, o.contact_phone, o.graduates_on, o.verified_on, o.state,
    (SELECT count(*) FROM members m WHERE m.branch_id = o.id AND m.state = 'active')";

/// Whether an organisation may have the full name of another one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Namesake {
    /// What is typed by hand must not: it is most likely the same organisation again.
    Refused,
    /// What comes from a list may, where it has a code of its own: real lists have many such.
    WithOwnCode,
}

/// A full name that more than one organisation has names none of them.
pub fn namesakes(name: &str, one: &str, other: &str) -> Fault {
    conflict(format!(
        "不止一个组织的全称是「{name}」（编号 {one}、{other} 等），分不清是哪一个。请改用编号。"
    ))
}

/// Most rows of one page of a picker or list.
const PAGE: usize = 100;

impl Store {
    /// An organisation by row.
    ///
    /// # Errors
    /// Where there is none.
    pub fn organisation(&self, id: OrgId) -> Stored<Organisation> {
        let sql = format!("SELECT {COLUMNS} FROM organisations o WHERE o.id = $1");
        let mut statement = self.connection.prepare_cached(&sql).told()?;
        let found = statement.query_row([id.0], organisation_of).optional().told()?;
        let found =
            found.ok_or_else(|| not_found("组织", &id.to_string(), "请刷新列表后再选。"))?;
        self.with_managed(found)
    }

    /// An organisation by code or full name, those in use first.
    ///
    /// # Errors
    /// Where there is none.
    pub fn find_organisation(&self, text: &str) -> Stored<Organisation> {
        // One after the other, as each has an index; the last one reads all and is seldom reached.
        const WAYS: [&str; 4] = [
            "o.code = $1 AND o.state = 'active'",
            "o.full_name = $1 AND o.state = 'active'",
            "o.code = $1",
            "o.full_name = $1",
        ];
        let text = text.trim();
        for way in WAYS {
            let sql =
                format!("SELECT {COLUMNS} FROM organisations o WHERE {way} ORDER BY o.id LIMIT 2");
            let mut statement = self.connection.prepare_cached(&sql).told()?;
            let found = statement.query_map([text], organisation_of).told()?;
            let mut found: Vec<Organisation> = found.collect::<Result<_, _>>().told()?;
            if let [one, other] = found.as_slice() {
                return Err(namesakes(text, &one.code, &other.code));
            }
            if let Some(found) = found.pop() {
                return self.with_managed(found);
            }
        }
        Err(not_found("组织", text, "请改成库里的编号或全称；还没有的，先在「组织」里添加或导入。"))
    }

    fn with_managed(&self, mut org: Organisation) -> Stored<Organisation> {
        org.managed = self.is_managed(&org.path)?;
        Ok(org)
    }

    /// Makes the first organisation of a database.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn add_root(&self, entry: &OrgEntry) -> Stored<Organisation> {
        self.insert_organisation(entry, None, None, Namesake::Refused)
    }

    /// Writes an organisation that was checked. The code is given by the program where it is empty.
    pub(super) fn insert_organisation(
        &self,
        entry: &OrgEntry,
        parent: Option<&Organisation>,
        batch: Option<BatchId>,
        namesake: Namesake,
    ) -> Stored<Organisation> {
        const INSERT: &str = "INSERT INTO organisations (code, parent_id, path, kind, full_name,
                short_name, contact_name, contact_phone, graduates_on, batch_id)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
        const NEXT: &str = "SELECT coalesce(max(id), 0) + 1 FROM organisations";
        let kind = entry.kind.unwrap_or(OrgKind::Branch);
        self.check_entry(entry, kind, parent, (None, namesake))?;
        let id = OrgId(self.connection.query_row(NEXT, [], |r| r.get(0)).told()?);
        let code = if entry.code.is_empty() { format!("T{:08}", id.0) } else { entry.code.clone() };
        let path = parent.map_or_else(|| OrgPath::root(id), |p| p.path.child(id));
        self.connection
            .prepare_cached(INSERT)
            .told()?
            .execute(params![
                code,
                parent.map(|p| p.id.0),
                path.as_str(),
                kind.id(),
                entry.full_name,
                entry.short_name,
                entry.contact_name,
                entry.contact_phone,
                entry.graduates_on,
                batch.map(|b| b.0)
            ])
            .told()?;
        self.organisation(OrgId(self.connection.last_insert_rowid()))
    }

    fn check_entry(
        &self,
        entry: &OrgEntry,
        kind: OrgKind,
        parent: Option<&Organisation>,
        (own, namesake): (Option<OrgId>, Namesake),
    ) -> Stored<()> {
        // A name may come back after its organisation was retired, a code never.
        const NAME: &str = "SELECT full_name FROM organisations
            WHERE full_name = $1 AND id <> $2 AND state = 'active'";
        const CODE: &str = "SELECT full_name FROM organisations WHERE code = $1 AND id <> $2";
        if entry.full_name.trim().is_empty() {
            return Err(rule("还没填组织全称。请填完整的组织全称。"));
        }
        if let Some(parent) = parent.filter(|p| !kind.may_stand_below(p.kind)) {
            return Err(rule(format!(
                "「{}」是{}，下面不能设{}。请换一个上级组织，或改组织类别。",
                parent.full_name,
                parent.kind.label(),
                kind.label()
            )));
        }
        if namesake == Namesake::Refused || entry.code.is_empty() {
            self.check_taken(NAME, "组织全称", &entry.full_name, own)?;
        }
        self.check_taken(CODE, "组织编号", &entry.code, own)
    }

    fn check_taken(&self, sql: &str, label: &str, text: &str, own: Option<OrgId>) -> Stored<()> {
        let own = own.map_or(0, |o| o.0);
        let taken: Option<String> = self
            .connection
            .prepare_cached(sql)
            .told()?
            .query_row(params![text, own], |r| r.get(0))
            .optional()
            .told()?;
        match taken {
            Some(name) if !text.is_empty() => Err(conflict(format!(
                "{label}「{text}」已经有了（{name}）。同一个组织不要重复建；确实是另一个，请改{label}。"
            ))),
            Some(_) | None => Ok(()),
        }
    }
}

impl Desk<'_> {
    /// A page of organisations in tree order whose name or code fits the text, below `under`.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn organisations(
        &self,
        search: &str,
        filter: &OrgFilter,
        after: Option<&str>,
    ) -> Stored<(Vec<OrgRow>, Option<String>)> {
        const SQL: &str = "SELECT o.id, o.code, o.full_name, o.kind, o.path, o.state,
                coalesce((SELECT a.name FROM accounts a WHERE a.org_id = o.id AND a.role = 'administrator'
                    AND a.state <> 'removed' ORDER BY a.id LIMIT 1), o.contact_name),
                (SELECT count(*) FROM members m WHERE m.branch_id = o.id AND m.state = 'active')
            FROM organisations o
            WHERE o.path > :after AND (:under = '' OR (o.path >= :under AND o.path < :end))
              AND (:kind = '' OR o.kind = :kind) AND (o.state = 'active' OR :retired)
              AND (:search = '' OR name_match(:search, o.full_name, o.code))
            ORDER BY o.path LIMIT :limit";
        let mut statement = self.store.connection.prepare_cached(SQL).told()?;
        let (under, end) = filter
            .under
            .as_ref()
            .map_or_else(Default::default, |p| (p.as_str().to_owned(), p.range_end()));
        let limit = filter.limit.unwrap_or(PAGE);
        let rows = statement
            .query_map(
                named_params! {":after": after.unwrap_or(""), ":under": under, ":end": end,
                ":kind": filter.kind.map_or("", OrgKind::id), ":retired": filter.retired,
                ":search": search.trim(), ":limit": limit + 1},
                row_of,
            )
            .told()?;
        let mut rows: Vec<OrgRow> = rows.collect::<Result<_, _>>().told()?;
        let more = rows.len() > limit;
        rows.truncate(limit);
        for row in &mut rows {
            row.managed = self.store.is_managed(&row.path)?;
        }
        let next = rows.last().filter(|_| more).map(|r| r.path.as_str().to_owned());
        Ok((rows, next))
    }

    /// Makes an organisation.
    ///
    /// # Errors
    /// Where its superior is unknown or out of scope, or its name or code is taken.
    pub fn add_organisation(&self, entry: &OrgEntry) -> Stored<Organisation> {
        let parent = self.superior_of(entry)?;
        self.store.atomically(|| {
            let org =
                self.store.insert_organisation(entry, parent.as_ref(), None, Namesake::Refused)?;
            self.note(&Deed::new("org_add", org.full_name.clone()))?;
            Ok(org)
        })
    }

    /// The superior an entry names. Entries below organisations that nobody here administers are
    /// plain directory entries, which every administrator may add (domain.md A2.12).
    pub(super) fn superior_of(&self, entry: &OrgEntry) -> Stored<Option<Organisation>> {
        self.check_administrator()?;
        if entry.superior.is_empty() {
            return Ok(None);
        }
        let parent = self.store.find_organisation(&entry.superior)?;
        check_in_use(&parent)?;
        if self.store.is_managed(&parent.path)? {
            self.check_mine(&parent.path, &parent.full_name)?;
        }
        Ok(Some(parent))
    }

    pub(super) fn check_mine(&self, path: &OrgPath, name: &str) -> Stored<()> {
        if may_administer(self.actor, path) {
            return Ok(());
        }
        Err(not_allowed(format!("「{name}」不在你管理的范围内。请由它的管理员或上级管理员来改。")))
    }

    /// Changes what may be changed of an organisation; kind and place in the tree stay.
    ///
    /// # Errors
    /// Where it is out of scope or the new name or code is taken.
    pub fn edit_organisation(&self, id: OrgId, entry: &OrgEntry) -> Stored<Organisation> {
        const UPDATE: &str = "UPDATE organisations SET code = $1, full_name = $2, short_name = $3,
                contact_name = $4, contact_phone = $5, graduates_on = $6, verified_on = $7,
                listed = listed AND code = $1 AND full_name = $2 AND short_name = $3
            WHERE id = $8";
        let old = self.store.organisation(id)?;
        self.check_mine(&old.path, &old.full_name)?;
        let code = if entry.code.is_empty() { &old.code } else { &entry.code };
        self.store.check_entry(entry, old.kind, None, (Some(id), Namesake::Refused))?;
        self.store.atomically(|| {
            let values = params![
                code,
                entry.full_name,
                entry.short_name,
                entry.contact_name,
                entry.contact_phone,
                entry.graduates_on,
                // Who edits an entry has looked at it: that is what the check-up wants to know.
                self.now.today().to_string(),
                id.0
            ];
            self.store.connection.execute(UPDATE, values).told()?;
            let detail = if old.full_name == entry.full_name {
                String::new()
            } else {
                format!("全称由「{}」改为「{}」", old.full_name, entry.full_name)
            };
            self.note(&Deed::new("org_edit", entry.full_name.clone()).detail(detail))?;
            self.store.organisation(id)
        })
    }

    /// Closes an empty organisation: no members, nothing in use below it, no open transfer.
    ///
    /// # Errors
    /// Where it is not empty or out of scope.
    pub fn retire_organisation(&self, id: OrgId, reason: &str) -> Stored<()> {
        const UPDATE: &str = "UPDATE organisations SET state = 'retired' WHERE id = $1";
        let org = self.store.organisation(id)?;
        self.check_mine(&org.path, &org.full_name)?;
        if org.path == self.actor.org_path {
            return Err(rule("不能停用自己所在的组织。请由上级管理员办理。"));
        }
        self.store.atomically(|| {
            self.check_empty(&org)?;
            self.store.connection.execute(UPDATE, [id.0]).told()?;
            self.note(&Deed::new("org_retire", org.full_name.clone()).reason(reason)).map(drop)
        })
    }

    fn check_empty(&self, org: &Organisation) -> Stored<()> {
        const SQL: &str = "SELECT
            (SELECT count(*) FROM members WHERE branch_id = $1 AND state = 'active'),
            (SELECT count(*) FROM organisations WHERE parent_id = $1 AND state = 'active'),
            (SELECT count(*) FROM transfers WHERE (origin_id = $1 OR destination_id = $1) AND stage IN
                ('origin_review', 'destination_review', 'province_review', 'external_receipt', 'placement'))";
        let (members, children, open): (i64, i64, i64) = self
            .store
            .connection
            .query_row(SQL, [org.id.0], |r| Ok((r.get(0)?, r.get(1)?, r.get(2)?)))
            .told()?;
        if members + children + open == 0 {
            return Ok(());
        }
        Err(rule(format!(
            "「{}」还不能停用：有在册团员 {members} 人、下级组织 {children} 个、在办转接 {open} 单，都应为 0。请先转出或办完。",
            org.full_name
        )))
    }
}

/// Which organisations a list shows.
#[derive(Debug, Clone, Default)]
pub struct OrgFilter {
    /// At or below this path.
    pub under: Option<OrgPath>,
    /// Of this kind.
    pub kind: Option<OrgKind>,
    /// Closed ones too.
    pub retired: bool,
    /// Most rows; a page where it is not said.
    pub limit: Option<usize>,
}

fn organisation_of(row: &Row<'_>) -> Result<Organisation, rusqlite::Error> {
    Ok(Organisation {
        id: OrgId(row.get(0)?),
        code: row.get(1)?,
        parent: row.get::<_, Option<i64>>(2)?.map(OrgId),
        path: OrgPath::from_stored(row.get(3)?),
        kind: OrgKind::from_id(&row.get::<_, String>(4)?).unwrap_or(OrgKind::Branch),
        full_name: row.get(5)?,
        short_name: row.get(6)?,
        contact_name: row.get(7)?,
        contact_phone: row.get(8)?,
        graduates_on: row.get(9)?,
        verified_on: row.get(10)?,
        state: OrgState::from_id(&row.get::<_, String>(11)?).unwrap_or(OrgState::Retired),
        managed: false,
        n_members: row.get(12)?,
    })
}

fn row_of(row: &Row<'_>) -> Result<OrgRow, rusqlite::Error> {
    Ok(OrgRow {
        id: OrgId(row.get(0)?),
        code: row.get(1)?,
        full_name: row.get(2)?,
        kind: OrgKind::from_id(&row.get::<_, String>(3)?).unwrap_or(OrgKind::Branch),
        path: OrgPath::from_stored(row.get(4)?),
        state: OrgState::from_id(&row.get::<_, String>(5)?).unwrap_or(OrgState::Retired),
        administrator: row.get(6)?,
        n_members: row.get(7)?,
        managed: false,
    })
}

/// The fault of an organisation that is no branch where a branch is needed.
pub(super) fn no_branch(org: &Organisation) -> Fault {
    rule(format!(
        "「{}」是{}，不是团支部。团员只能落在团支部，请在它下面选一个团支部。",
        org.full_name,
        org.kind.label()
    ))
}

/// Refuses a retired organisation: nothing new hangs on it, or it would not stay empty.
pub(super) fn check_in_use(org: &Organisation) -> Stored<()> {
    match org.state {
        OrgState::Active => Ok(()),
        OrgState::Retired => {
            Err(rule(format!("「{}」已停用，不能再往里添加。请选在用的组织。", org.full_name)))
        }
    }
}
