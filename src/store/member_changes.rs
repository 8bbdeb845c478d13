//! Changes of a member's record: the free parts, and taking it out of use.

use rusqlite::params;

use super::Desk;
use super::chain::Deed;
use super::fault::{Stored, Told, conflict, not_allowed, rule};
use crate::domain::account::Role;
use crate::domain::ids::MemberId;
use crate::domain::member::{Member, Profile};

impl Desk<'_> {
    /// Changes the free parts of a record: telephone and profile. Name and ID number are
    /// corrected by request, and the branch changes by a transfer.
    ///
    /// # Errors
    /// Where the member is out of scope.
    pub fn edit_member(&self, id: MemberId, phone: &str, profile: &Profile) -> Stored<()> {
        const UPDATE: &str =
            "UPDATE members SET phone = $1, ethnic_group = $2, political_status = $3,
                education = $4, joined_on = $5, league_post = $6, membership_number = $7,
                authentication = $8, fees_paid_to = $9, graduation_mark = $10 WHERE id = $11";
        let old = self.member_to_change(id)?;
        self.store.atomically(|| {
            let p = profile;
            let values = params![
                phone,
                p.ethnic_group,
                p.political_status,
                p.education,
                p.joined_on,
                p.league_post,
                p.membership_number,
                p.authentication.id(),
                p.fees_paid_to,
                p.graduation_mark.id(),
                id.0
            ];
            self.store.connection.execute(UPDATE, values).told()?;
            self.note(&Deed::new("member_edit", old.name.clone()).about(id)).map(drop)
        })
    }

    pub(super) fn member_to_change(&self, id: MemberId) -> Stored<Member> {
        let member = self.member(id)?;
        if self.actor.role == Role::Member || !self.covers(&member.branch_path) {
            return Err(not_allowed(
                "团员记录由团支部的经办人或管理员修改。请把要改的内容告诉他们。",
            ));
        }
        Ok(member)
    }

    /// Takes a member out of use.
    ///
    /// # Errors
    /// Without a reason, out of scope, or during an open transfer.
    pub fn retire_member(&self, id: MemberId, reason: &str) -> Stored<()> {
        const UPDATE: &str = "UPDATE members SET state = 'retired' WHERE id = $1";
        self.check_administrator()?;
        let member = self.member_to_change(id)?;
        if reason.trim().is_empty() {
            return Err(rule("还没写停用的原因。请写清楚，例如「重复录入」或「离团」。"));
        }
        self.store.atomically(|| {
            if let Some(open) = self.store.open_transfer_of(member.id_number.reveal())? {
                return Err(conflict(format!(
                    "{} 有一单在办（{open}），办完或撤销后才能停用。",
                    member.name
                )));
            }
            self.store.connection.execute(UPDATE, [id.0]).told()?;
            self.note(&Deed::new("member_retire", member.name.clone()).about(id).reason(reason))
                .map(drop)
        })
    }
}
