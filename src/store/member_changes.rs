//! Changes of a member's record: the free parts, corrections, and taking it out of use.

use rusqlite::params;

use super::Desk;
use super::chain::Deed;
use super::fault::{Stored, Told, conflict, not_allowed, rule};
use crate::domain::account::Role;
use crate::domain::id_number::IdNumber;
use crate::domain::ids::MemberId;
use crate::domain::member::{Member, Profile};
use crate::domain::name_key::name_key;

impl Desk<'_> {
    /// Changes the free parts of a record: telephone and profile. Name, ID number and branch have
    /// ways of their own.
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

    /// Corrects name or ID number, recorded with old and new (the number masked) and the reason.
    ///
    /// # Errors
    /// Without a reason, out of scope, or where the new number is taken; and a new number during an
    /// open transfer or while an account signs in with the old one.
    pub fn correct_member(
        &self,
        id: MemberId,
        (name, number): (&str, &IdNumber),
        reason: &str,
    ) -> Stored<()> {
        const UPDATE: &str =
            "UPDATE members SET name = $1, name_key = $2, id_number = $3 WHERE id = $4";
        self.check_administrator()?;
        let old = self.member_to_change(id)?;
        if reason.trim().is_empty() {
            return Err(rule(
                "还没写更正的原因。更正姓名或证件号会留痕，请写清依据，例如「按身份证更正」。",
            ));
        }
        if old.name == name && old.id_number == *number {
            return Err(rule(
                "姓名和证件号都和现在一样，没有要更正的。请改好再提交；不用改就按 Esc 返回。",
            ));
        }
        self.store.atomically(|| {
            if old.id_number != *number {
                self.check_number_free(&old, number)?;
            }
            let values = params![name, name_key(name), number.reveal(), id.0];
            self.store.connection.execute(UPDATE, values).told()?;
            let detail = format!(
                "姓名「{}」改为「{name}」，证件号{}",
                old.name,
                if old.id_number == *number { "不变" } else { "已更正" }
            );
            self.note(&Deed::new("member_correct", name).about(id).detail(detail).reason(reason))
                .map(drop)
        })
    }

    fn check_number_free(&self, old: &Member, number: &IdNumber) -> Stored<()> {
        if let Some(there) = self.presence(number.reveal())? {
            return Err(conflict(there));
        }
        // The number tells whose account it is, and by it nobody decides about themselves.
        if let Some(there) = self.store.sitting(old.id_number.reveal())? {
            return Err(conflict(format!(
                "{} 有账号（{}），登录名就是证件号。请先移除账号，更正证件号以后再开设。",
                old.name,
                there.account.role.label()
            )));
        }
        match self.store.open_transfer_of(old.id_number.reveal())? {
            Some(open) => Err(conflict(format!(
                "{} 有一单在办（{open}），办完或撤销后才能更正证件号。",
                old.name
            ))),
            None => Ok(()),
        }
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
