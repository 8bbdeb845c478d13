//! What searching organisations needs of the database: the rows that hits of the directory mean,
//! those that the directory does not know as they are here, and what was used of late.

use std::collections::HashMap;
use std::ops::ControlFlow;

use rusqlite::{OptionalExtension, Row, named_params};

use super::Desk;
use super::fault::{Stored, Told};
use crate::domain::ids::OrgId;
use crate::domain::org_search::{OrgHit, Superior};
use crate::domain::organisation::{OrgKind, OrgPath, OrgState};

/// So many of the newest transfers are looked at for what was used of late.
const RECENT_TRANSFERS: i64 = 300;

/// Most organisations that count as used of late.
const MOST_RECENT: usize = 50;

/// An organisation of the database, as a search meets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownOrg {
    /// What is shown of it.
    pub hit: OrgHit,
    /// Its way from the root.
    pub path: OrgPath,
    /// Whether the directory has it exactly as it is here.
    pub listed: bool,
}

/// A row of a scan.
pub struct ScannedOrg<'a> {
    /// Row.
    pub id: OrgId,
    /// Code.
    pub code: &'a str,
    /// Full name.
    pub full_name: &'a str,
    /// The way from the root, as stored.
    pub path: &'a str,
}

/// Which rows are scanned. Closed ones never are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scanned {
    /// Those that the directory does not have as they are here.
    Unlisted,
    /// All: there is no directory to search.
    All,
}

/// Looks up the organisations of one search, remembering what is managed between them.
pub struct Recogniser<'a> {
    desk: Desk<'a>,
    managed: HashMap<OrgId, bool>,
}

const KNOWN: &str = "SELECT o.id, o.code, o.full_name, o.kind, o.path, o.state, o.listed,
        coalesce((SELECT a.name FROM accounts a WHERE a.org_id = o.id AND a.role = 'administrator'
            AND a.state <> 'removed' ORDER BY a.id LIMIT 1), o.contact_name),
        (SELECT count(*) FROM members m WHERE m.branch_id = o.id AND m.state = 'active'),
        p.code, p.full_name
    FROM organisations o LEFT JOIN organisations p ON p.id = o.parent_id WHERE o.id = $1";

impl<'a> Desk<'a> {
    /// A look-up for the hits of one search.
    pub fn recogniser(&self) -> Recogniser<'a> {
        Recogniser { desk: *self, managed: HashMap::new() }
    }

    /// Shows every organisation in use, below a path and of a kind where these are given, until
    /// `visit` breaks off.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn scan_organisations(
        &self,
        (scanned, under, kind): (Scanned, Option<&OrgPath>, Option<OrgKind>),
        visit: &mut dyn FnMut(ScannedOrg<'_>) -> ControlFlow<()>,
    ) -> Stored<()> {
        const ALL: &str = "SELECT o.id, o.code, o.full_name, o.path FROM organisations o
            WHERE o.state = 'active' AND (:under = '' OR (o.path >= :under AND o.path < :end))
              AND (:kind = '' OR o.kind = :kind)";
        const UNLISTED: &str = "SELECT o.id, o.code, o.full_name, o.path FROM organisations o
            WHERE o.listed = 0 AND o.state = 'active'
              AND (:under = '' OR (+o.path >= :under AND +o.path < :end))
              AND (:kind = '' OR o.kind = :kind)";
        let sql = match scanned {
            Scanned::All => ALL,
            Scanned::Unlisted => UNLISTED,
        };
        let (lo, hi) = under.map_or_else(Default::default, |p| (p.as_str(), p.range_end()));
        let mut statement = self.store.connection.prepare_cached(sql).told()?;
        let values =
            named_params! {":under": lo, ":end": hi, ":kind": kind.map_or("", OrgKind::id)};
        let mut rows = statement.query(values).told()?;
        while let Some(row) = rows.next().told()? {
            let text = |i: usize| row.get_ref(i).map(|value| value.as_str().unwrap_or_default());
            let scanned = ScannedOrg {
                id: OrgId(row.get(0).told()?),
                code: text(1).told()?,
                full_name: text(2).told()?,
                path: text(3).told()?,
            };
            if visit(scanned).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Codes and full names of the destinations of the newest transfers that this person asked for
    /// or that leave what is in scope, the newest first.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn recent_destinations(&self) -> Stored<Vec<(String, String)>> {
        const SQL: &str = "SELECT o.code, o.full_name FROM (
                SELECT id, destination_id, origin_path, applicant_id FROM transfers
                ORDER BY id DESC LIMIT :most) t
            JOIN organisations o ON o.id = t.destination_id
            WHERE t.applicant_id = :me OR (t.origin_path >= :lo AND t.origin_path < :hi)
            ORDER BY t.id DESC";
        let bounds = self.bounds();
        let mut statement = self.store.connection.prepare_cached(SQL).told()?;
        let values = named_params! {":most": RECENT_TRANSFERS, ":me": bounds.me,
        ":lo": bounds.lo, ":hi": bounds.hi};
        let rows = statement.query_map(values, |r| Ok((r.get(0)?, r.get(1)?))).told()?;
        let mut recent: Vec<(String, String)> = Vec::new();
        for row in rows {
            let row = row.told()?;
            if recent.len() < MOST_RECENT && !recent.contains(&row) {
                recent.push(row);
            }
        }
        Ok(recent)
    }
}

impl Recogniser<'_> {
    /// The organisation of the database that an entry of the directory means.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn listed_as(&mut self, code: &str, full_name: &str) -> Stored<Option<KnownOrg>> {
        match self.desk.store.row_listed_as(code, full_name)? {
            Some(id) => self.row(id),
            None => Ok(None),
        }
    }

    /// An organisation by row.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn row(&mut self, id: OrgId) -> Stored<Option<KnownOrg>> {
        let mut statement = self.desk.store.connection.prepare_cached(KNOWN).told()?;
        let Some(mut known) = statement.query_row([id.0], known_of).optional().told()? else {
            return Ok(None);
        };
        known.hit.managed = self.is_managed(&known.path)?;
        Ok(Some(known))
    }

    /// As [`Store::is_managed`](super::Store), asked once for each organisation of a way.
    fn is_managed(&mut self, path: &OrgPath) -> Stored<bool> {
        for id in path.ids() {
            let managed = match self.managed.get(&id) {
                Some(managed) => *managed,
                None => {
                    let managed = self.desk.store.is_managed(&OrgPath::root(id))?;
                    self.managed.insert(id, managed);
                    managed
                }
            };
            if managed {
                return Ok(true);
            }
        }
        Ok(false)
    }
}

fn known_of(row: &Row<'_>) -> Result<KnownOrg, rusqlite::Error> {
    let superior: Option<String> = row.get(9)?;
    let name: Option<String> = row.get(10)?;
    Ok(KnownOrg {
        hit: OrgHit {
            id: Some(OrgId(row.get(0)?)),
            code: row.get(1)?,
            full_name: row.get(2)?,
            kind: OrgKind::from_id(&row.get::<_, String>(3)?).unwrap_or(OrgKind::Branch),
            superior: superior.zip(name).map(|(code, full_name)| Superior { code, full_name }),
            managed: false,
            n_members: row.get(8)?,
            administrator: row.get(7)?,
            state: OrgState::from_id(&row.get::<_, String>(5)?).unwrap_or(OrgState::Retired),
        },
        path: OrgPath::from_stored(row.get(4)?),
        listed: row.get(6)?,
    })
}
