//! What a person may see, as SQL. Every list goes through here.
//!
//! The parameters are named and bound by the caller with [`Desk::bounds`]: `:lo` and `:hi` are the
//! range of organisation paths in scope, `:me` the own account, `:id` the own ID number.

use super::fault::{Stored, Told, not_allowed};
use super::{Desk, Store};
use crate::domain::account::{Actor, Role};
use crate::domain::ids::OrgId;
use crate::domain::organisation::OrgPath;

/// The values behind the named parameters of a scoped statement.
pub(super) struct Bounds {
    pub lo: String,
    pub hi: String,
    pub me: i64,
    pub id: String,
}

impl Desk<'_> {
    /// The person's range. A member's is empty: members see what is their own only.
    pub(super) fn bounds(&self) -> Bounds {
        let (lo, hi) = match self.actor.role {
            Role::Member => (String::new(), String::new()),
            Role::Operator | Role::Administrator => {
                (self.actor.org_path.as_str().to_owned(), self.actor.org_path.range_end())
            }
        };
        Bounds { lo, hi, me: self.actor.account.0, id: self.actor.id_number.reveal().to_owned() }
    }

    /// Whether an organisation is in the person's range.
    pub(super) fn covers(&self, path: &OrgPath) -> bool {
        self.actor.role != Role::Member && self.actor.org_path.contains(path)
    }

    /// Refuses everybody but administrators.
    pub(super) fn check_administrator(&self) -> Stored<()> {
        if self.actor.role == Role::Administrator {
            return Ok(());
        }
        Err(not_allowed(format!(
            "你的身份是{}，这一项要由管理员办理。请联系本组织或上级的管理员。",
            self.actor.role.label()
        )))
    }
}

/// Which transfers a person may see: with a side in range, filled in by them, or their own. Drafts
/// are their author's alone, those taken back before they were handed in too.
pub(super) const TRANSFERS: &str = "(t.applicant_id = :me
        OR (t.stage <> 'draft' AND t.stopped_in <> 'draft')) AND (
    (t.origin_path >= :lo AND t.origin_path < :hi)
    OR (t.destination_path >= :lo AND t.destination_path < :hi)
    OR (t.province_path >= :lo AND t.province_path < :hi)
    OR t.applicant_id = :me OR t.person_number = :id)";

/// The organisation whose move it is, in SQL; empty where it is nobody's. `waiting_agrees_with_the_table`
/// holds it against [`crate::domain::workflow::next_act`]; the index `transfers_turn` and the
/// tallies are on this very expression.
pub(super) const TURN: &str = "CASE stage WHEN 'origin_review' THEN origin_path \
    WHEN 'destination_review' THEN destination_path WHEN 'placement' THEN destination_path \
    WHEN 'external_receipt' THEN CASE origin_mode WHEN 'managed' THEN origin_path ELSE destination_path END \
    WHEN 'province_review' THEN CASE province_path WHEN '' THEN origin_path ELSE province_path END \
    ELSE '' END";

/// Whether it is this person's organisation's move, with somebody else's membership, in SQL.
pub(super) fn waiting() -> String {
    format!("t.person_number <> :id AND ({TURN}) >= :lo AND ({TURN}) < :hi")
}

impl Store {
    /// Whether an organisation is managed here: it, or one above it, has an administrator
    /// (domain.md A2.10).
    pub(super) fn is_managed(&self, path: &OrgPath) -> Stored<bool> {
        const SQL: &str = "SELECT EXISTS (SELECT 1 FROM accounts
            WHERE org_id = $1 AND role = 'administrator' AND state <> 'removed')";
        let mut statement = self.connection.prepare_cached(SQL).told()?;
        for OrgId(id) in path.ids() {
            if statement.query_row([id], |r| r.get(0)).told()? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The province-level root above an organisation, if it is managed here.
    pub(super) fn province_above(&self, path: &OrgPath) -> Stored<Option<OrgPath>> {
        const SQL: &str = "SELECT path FROM organisations WHERE id = $1 AND kind = 'province_root'";
        for OrgId(id) in path.ids() {
            let found: Option<String> = rusqlite::OptionalExtension::optional(
                self.connection.query_row(SQL, [id], |r| r.get(0)),
            )
            .told()?;
            if let Some(found) = found.map(OrgPath::from_stored) {
                return Ok(self.is_managed(&found)?.then_some(found));
            }
        }
        Ok(None)
    }
}

/// Whether a person may administer things at `path`.
pub(super) fn may_administer(actor: &Actor, path: &OrgPath) -> bool {
    actor.role == Role::Administrator && actor.org_path.contains(path)
}
