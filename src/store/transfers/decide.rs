//! Deciding: the stage, the event and what follows from completion, in one transaction.

use rusqlite::{OptionalExtension, params};

use crate::domain::fault::Fault;
use crate::domain::id_number::IdNumber;
use crate::domain::ids::{OrgId, TransferId};
use crate::domain::member::{MemberEntry, MemberState, Profile};
use crate::domain::organisation::{OrgKind, OrgState, Organisation};
use crate::domain::transfer::TransferRow;
use crate::domain::workflow::{Act, Destination, Facts, Given, Move, Stage, advance};
use crate::store::Desk;
use crate::store::chain::Deed;
use crate::store::fault::{Stored, Told, conflict, rule};
use crate::store::members::stored_id;
use crate::store::organisations::no_branch;

/// One act on one transfer, with what the person gave.
#[derive(Debug, Clone, Copy)]
pub struct Ruling<'a> {
    /// What.
    pub act: Act,
    /// The stage that the person saw; none where there was nothing to see.
    pub seen: Option<Stage>,
    /// Reason or remark, empty where none was given.
    pub reason: &'a str,
    /// The branch of a placement; with an approval the member is placed right after.
    pub branch: Option<OrgId>,
    /// The day of an outcome decided outside, checked, `YYYY-MM-DD`.
    pub date: &'a str,
}

/// What completion needs to know.
struct Ending {
    member: Option<i64>,
    number: String,
    name: String,
    destination: Option<i64>,
    is_branch: bool,
    mode: String,
}

impl Desk<'_> {
    /// Decides one transfer. Returns the stage it reached.
    ///
    /// # Errors
    /// As [`advance`], or where the branch cannot take the member. Nothing is written then.
    pub fn decide(&self, id: TransferId, ruling: Ruling<'_>) -> Stored<Stage> {
        self.store.atomically(|| {
            let reached = self.rule_on(id, ruling)?;
            let place_too = ruling.act == Act::Approve && ruling.branch.is_some();
            if place_too && reached == Stage::Placement {
                return self
                    .rule_on(id, Ruling { act: Act::Place, seen: None, reason: "", ..ruling });
            }
            Ok(reached)
        })
    }

    fn rule_on(&self, id: TransferId, ruling: Ruling<'_>) -> Stored<Stage> {
        if ruling.act == Act::Submit {
            return Err(rule("草稿不能在这里直接提交。请打开草稿，核对后从填写页提交。"));
        }
        let row = self.transfer(id)?;
        check_seen(row.facts.stage, ruling.seen)?;
        let reason = ruling.reason.trim();
        let given = Given {
            reason: !reason.is_empty(),
            branch: ruling.branch.is_some(),
            date: !ruling.date.is_empty(),
        };
        let step = advance(&row.facts, self.actor, ruling.act, given)?;
        let branch = match (ruling.act, ruling.branch) {
            (Act::Place, Some(branch)) => Some(self.receiving_branch(&row.facts, branch)?),
            _ => None,
        };
        self.write_move(&row, step, reason)?;
        self.note(&deed(&row, ruling, step, branch.as_ref()))?;
        if step.to == Stage::Completed {
            self.complete(id, branch.as_ref())?;
        }
        Ok(step.to)
    }

    /// A branch in use below the destination (domain.md A2.4).
    fn receiving_branch(&self, facts: &Facts, id: OrgId) -> Stored<Organisation> {
        let branch = self.store.organisation(id)?;
        let below = matches!(
            &facts.destination, Destination::Managed { path, .. } if path.contains(&branch.path));
        if branch.kind != OrgKind::Branch {
            return Err(no_branch(&branch));
        }
        if branch.state == OrgState::Retired {
            return Err(rule(format!(
                "「{}」已停用，不能接收团员。请选在用的团支部。",
                branch.full_name
            )));
        }
        if !below {
            return Err(rule(format!(
                "「{}」不在转入组织下面。请在转入组织下面选一个团支部。",
                branch.full_name
            )));
        }
        Ok(branch)
    }

    fn write_move(&self, row: &TransferRow, step: Move, reason: &str) -> Stored<()> {
        const UPDATE: &str =
            "UPDATE transfers SET stage = $1, since = $2, done_at = $3, stopped_in = $4,
                closing_reason = $5 WHERE id = $6 AND stage = $7";
        let ended = step.to.is_final();
        let stopped = ended && step.to != Stage::Completed;
        let at = self.now.moment.0;
        let values = params![
            step.to.id(),
            at,
            if ended { at } else { 0 },
            if stopped { step.from.id() } else { "" },
            if stopped { reason } else { "" },
            row.id.0,
            step.from.id()
        ];
        match self.store.connection.execute(UPDATE, values).told()? {
            1 => Ok(()),
            _ => Err(moved_meanwhile()),
        }
    }

    /// What completion does to the member, in the transaction of the completing event
    /// (domain.md A2.9, A2.11).
    pub(super) fn complete(&self, id: TransferId, placed: Option<&Organisation>) -> Stored<()> {
        const DONE: &str =
            "UPDATE transfers SET done_at = $1, placed_in = $2, member_id = $3 WHERE id = $4";
        let ending = self.ending(id)?;
        let home = match (placed, ending.destination) {
            _ if ending.mode != "managed" => None,
            (Some(branch), _) => Some(branch.id),
            (None, Some(destination)) if ending.is_branch => Some(OrgId(destination)),
            (None, _) => return Err(rule("还没选团支部。团员只能落在团支部，请选一个。")),
        };
        let member = match home {
            Some(branch) => Some(self.settle(&ending, branch)?),
            None => self.see_off(&ending)?,
        };
        let place = match home {
            Some(branch) => self.store.organisation(branch)?.full_name,
            None => String::new(),
        };
        let values = params![self.now.moment.0, place, member, id.0];
        self.store.connection.execute(DONE, values).map(drop).told()
    }

    fn ending(&self, id: TransferId) -> Stored<Ending> {
        const SQL: &str = "SELECT member_id, person_number, person_name, destination_id,
                destination_is_branch, destination_mode FROM transfers WHERE id = $1";
        self.store
            .connection
            .query_row(SQL, [id.0], |r| {
                Ok(Ending {
                    member: r.get(0)?,
                    number: r.get(1)?,
                    name: r.get(2)?,
                    destination: r.get(3)?,
                    is_branch: r.get(4)?,
                    mode: r.get(5)?,
                })
            })
            .told()
    }

    /// The member belongs to the branch now: an existing record moves or is revived, a person from
    /// outside gets one. Never two records for one ID number.
    fn settle(&self, ending: &Ending, branch: OrgId) -> Stored<i64> {
        const MOVE: &str =
            "UPDATE members SET branch_id = $1, state = 'active' WHERE id_number = $2 RETURNING id";
        const ACCOUNT: &str =
            "UPDATE accounts SET org_id = $1 WHERE id_number = $2 AND role = 'member'";
        self.check_arrival(ending)?;
        let moved: Option<i64> = self
            .store
            .connection
            .query_row(MOVE, params![branch.0, ending.number], |r| r.get(0))
            .optional()
            .told()?;
        self.store.connection.execute(ACCOUNT, params![branch.0, ending.number]).told()?;
        match moved {
            Some(id) => Ok(id),
            None => self.take_in(ending, branch),
        }
    }

    /// An arrival takes nobody out of a branch here that was never asked.
    fn check_arrival(&self, ending: &Ending) -> Stored<()> {
        let found = self.store.member_by_number(&ending.number)?;
        match found.filter(|m| ending.member.is_none() && m.state == MemberState::Active) {
            None => Ok(()),
            Some(member) => Err(conflict(format!(
                "{} 这期间已在本库的团支部录入，不能再按外来转入办完。请登记失效，再按本库团员发起转接。",
                member.name
            ))),
        }
    }

    fn take_in(&self, ending: &Ending, branch: OrgId) -> Stored<i64> {
        let id_number: IdNumber = stored_id(&ending.number).told()?;
        let entry = MemberEntry {
            name: ending.name.clone(),
            document: id_number.kind(),
            id_number,
            phone: String::new(),
            profile: Profile::default(),
        };
        Ok(self.store.insert_member(&entry, branch, None)?.0)
    }

    /// The member has left for outside: kept with the history, out of the current lists.
    fn see_off(&self, ending: &Ending) -> Stored<Option<i64>> {
        const LEAVE: &str = "UPDATE members SET state = 'transferred_out' WHERE id_number = $1";
        self.store.connection.execute(LEAVE, [&ending.number]).told()?;
        Ok(ending.member)
    }
}

fn deed(row: &TransferRow, ruling: Ruling<'_>, step: Move, branch: Option<&Organisation>) -> Deed {
    let mut details = Vec::new();
    if !ruling.date.is_empty() {
        details.push(format!("对方办理日期 {}", ruling.date));
    }
    if let Some(branch) = branch {
        details.push(format!("分配到 {}", branch.full_name));
    }
    Deed {
        action: ruling.act.id().to_owned(),
        transfer: Some(row.id),
        member: None,
        on_behalf_of: step.on_behalf_of,
        object: row.number.clone(),
        from: Some(step.from),
        to: Some(step.to),
        reason: ruling.reason.trim().to_owned(),
        detail: details.join("，"),
    }
}

/// An act means the step that was on the screen. Somebody who agreed to one must not have agreed
/// to the next, because another window was quicker.
fn check_seen(now: Stage, seen: Option<Stage>) -> Stored<()> {
    match seen {
        Some(seen) if seen != now => Err(conflict(format!(
            "没有办成：这一单已经不在「{}」，现在是「{}」。请刷新后再看。",
            seen.label(),
            now.label()
        ))),
        Some(_) | None => Ok(()),
    }
}

fn moved_meanwhile() -> Fault {
    conflict("没有办成：这一单刚刚被别人办过。请刷新后看最新进度。")
}
