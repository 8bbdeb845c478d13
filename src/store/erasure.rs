//! Erasing what is known of a person who asks for it (个人信息保护法 art. 47), with the history
//! intact.
//!
//! What is kept, and why: the rows themselves, since transfers and entries are counted and chained;
//! of an entry its number, time, account, act and hash, and the digest of the texts that went, with
//! no salt left to guess them by; of a transfer from which organisation to which. Copies made
//! earlier, backups and exports, are not reached. The sets of rows by which lists are searched are
//! made anew, because they would still say which characters the name had.

use rusqlite::params;

use super::Desk;
use super::chain::{Deed, personal_digest};
use super::fault::{Stored, Told, conflict, rule};
use crate::domain::ids::MemberId;
use crate::domain::member::{Member, MemberState};
use crate::domain::progress::Watch;

/// What stands where a name stood.
const GONE: &str = "（已删除）";

/// The entries that speak of a person: about the record, about the transfers, of and about the
/// account. An account's own entries name nobody but the person, so a removed one is found by name.
const ENTRIES: &str = "SELECT seq, salt, actor, object, reason, detail FROM events
    WHERE salt IS NOT NULL AND (member_id = $1
        OR transfer_id IN (SELECT id FROM transfers WHERE person_number = $2)
        OR account_id IN (SELECT id FROM accounts WHERE id_number = $2)
        OR (object = $3 AND action LIKE 'account\\_%' ESCAPE '\\'
            AND NOT EXISTS (SELECT 1 FROM accounts WHERE name = $3 AND id_number <> $2)))";

impl Desk<'_> {
    /// Erases what is known of a member who is no longer in use here. Returns how many entries of
    /// the history lost their texts.
    ///
    /// # Errors
    /// Where this person is no administrator over the branch, no reason is given, or the member is
    /// in use: current members, open transfers and accounts come first.
    pub fn erase_member(&self, id: MemberId, reason: &str, watch: &mut Watch<'_>) -> Stored<usize> {
        self.check_administrator()?;
        let member = self.member_to_change(id)?;
        self.check_erasable(&member, reason)?;
        self.store.atomically(|| {
            let number = member.id_number.reveal();
            let n = self.erase_entries(id, number, &member.name)?;
            self.erase_rows(id, number)?;
            let forget = "DELETE FROM transfer_words; DELETE FROM member_words;";
            self.store.connection.execute_batch(forget).told()?;
            self.store.file_anew(watch)?;
            let deed = Deed::new("member_erase", format!("第 {id} 号档案"))
                .detail(format!("抹去 {n} 条记录里的文字"))
                .reason(reason.trim());
            self.note(&deed)?;
            Ok(n)
        })
    }

    fn check_erasable(&self, member: &Member, reason: &str) -> Stored<()> {
        if reason.trim().is_empty() {
            return Err(rule("还没写删除的原因。请写明依据，例如「本人书面申请」，不要写姓名。"));
        }
        if member.state == MemberState::Active {
            return Err(rule(format!(
                "{} 还在册，个人信息正在使用，不能删除。请先停用，或办完转出。",
                member.name
            )));
        }
        let number = member.id_number.reveal();
        if let Some(open) = self.store.open_transfer_of(number)? {
            return Err(conflict(format!(
                "{} 有一单在办（{open}），办完后才能删除。",
                member.name
            )));
        }
        match self.store.sitting(number)? {
            Some(_) => Err(conflict(format!("{} 还有账号。请先移除账号。", member.name))),
            None => Ok(()),
        }
    }

    fn erase_entries(&self, id: MemberId, number: &str, name: &str) -> Stored<usize> {
        const UPDATE: &str = "UPDATE events SET salt = NULL, digest = $1, actor = '', object = '',
                reason = '', detail = '' WHERE seq = $2";
        let connection = &self.store.connection;
        let mut statement = connection.prepare(ENTRIES).told()?;
        let rows = statement.query_map(params![id.0, number, name], |r| {
            let salt: Vec<u8> = r.get(1)?;
            let texts: [String; 4] = [r.get(2)?, r.get(3)?, r.get(4)?, r.get(5)?];
            let digest = personal_digest(&salt, texts.each_ref().map(String::as_str));
            Ok((r.get::<_, i64>(0)?, digest))
        });
        let found: Vec<(i64, [u8; 32])> = rows.told()?.collect::<Result<_, _>>().told()?;
        for (seq, digest) in &found {
            connection.execute(UPDATE, params![digest, seq]).told()?;
        }
        Ok(found.len())
    }

    fn erase_rows(&self, id: MemberId, number: &str) -> Stored<()> {
        const TRANSFERS: &str = "UPDATE transfers SET person_number = '', person_name = $1,
                name_key = '', contact_phone = '', further_study = '', school = '', employer = '',
                address = '', destination_typed = '', origin_typed = '', remark = '',
                closing_reason = '' WHERE person_number = $2";
        const ACCOUNTS: &str =
            "UPDATE accounts SET id_number = $1, name = $2, phone = '' WHERE id_number = $3";
        const MEMBERS: &str = "UPDATE members SET id_number = $1, document = 'other', name = $2,
                name_key = '', phone = '', ethnic_group = '', political_status = '',
                education = '', joined_on = '', league_post = '', membership_number = '',
                fees_paid_to = '', authentication = 'unknown', graduation_mark = 'none'
            WHERE id = $3";
        let connection = &self.store.connection;
        let stand_in = format!("DELETED{:08}", id.0);
        connection.execute(TRANSFERS, [GONE, number]).told()?;
        connection.execute(ACCOUNTS, [stand_in.as_str(), GONE, number]).told()?;
        connection.execute(MEMBERS, params![stand_in, GONE, id.0]).map(drop).told()
    }
}
