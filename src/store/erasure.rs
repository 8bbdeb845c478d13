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

/// The numbers that the person has, or had before a correction. A former one that is somebody
/// else's now leads to them: the person's own transfers and account followed the correction, so
/// whatever has that number is not the person's.
const NUMBERS: &str = "SELECT ?2 UNION SELECT old_number FROM corrections
    WHERE member_id = ?1 AND state = 'accepted'
        AND NOT EXISTS (SELECT 1 FROM members WHERE id <> ?1 AND id_number = old_number)
        AND NOT EXISTS (SELECT 1 FROM accounts WHERE state <> 'removed' AND id_number = old_number)
        AND NOT EXISTS (SELECT 1 FROM transfers
            WHERE person_number = old_number AND member_id IS NOT ?1)";

/// The entries that speak of a person: about the record, about the transfers, of and about the
/// account, and those in whose texts the number or telephone stands. An account's own entries name
/// nobody but the person, so a removed one is found by name. Where the name can mean nobody else it
/// is looked for in every text.
const ENTRIES: &str = "SELECT seq, salt, actor, object, reason, detail FROM events
    WHERE salt IS NOT NULL AND (member_id = ?1
        OR transfer_id IN (SELECT id FROM transfers WHERE person_number IN (SELECT * FROM numbers)
            OR member_id = ?1)
        OR account_id IN (SELECT id FROM accounts WHERE id_number IN (SELECT * FROM numbers))
        OR EXISTS (SELECT 1 FROM numbers WHERE instr(object || reason || detail, number))
        OR (?4 <> '' AND instr(object || reason || detail, ?4))
        OR (?5 AND instr(actor || '|' || object || '|' || reason || '|' || detail, ?3))
        OR (object = ?3 AND action LIKE 'account\\_%' ESCAPE '\\'
            AND NOT EXISTS (SELECT 1 FROM accounts WHERE name = ?3
                AND id_number NOT IN (SELECT * FROM numbers))))";

/// The names that the person has, or had before a correction, and of each whether no other person
/// and no organisation of the database has a name with this one in it. Names are words and places
/// too: such a one says nothing about whom a text means.
const NAMES: &str = "SELECT called, length(called) > 1
    AND NOT EXISTS (SELECT 1 FROM members WHERE id <> ?1 AND instr(name, called))
    AND NOT EXISTS (SELECT 1 FROM accounts WHERE instr(name, called)
        AND id_number NOT IN (SELECT * FROM numbers))
    AND NOT EXISTS (SELECT 1 FROM organisations WHERE instr(full_name || '|' || short_name, called))
    AND NOT EXISTS (SELECT 1 FROM transfers
        WHERE instr(origin_name || '|' || destination_name, called)
            OR (instr(person_name, called) AND member_id IS NOT ?1
                AND person_number NOT IN (SELECT * FROM numbers)))
    FROM (SELECT ?3 AS called UNION SELECT old_name FROM corrections
        WHERE member_id = ?1 AND state = 'accepted')";

/// A name of the person.
struct Called {
    name: String,
    /// Whether a text with it can mean nobody and nothing else.
    unmistakable: bool,
}

/// A statement that may name `numbers`.
fn with_numbers(sql: &str) -> String {
    format!("WITH numbers (number) AS ({NUMBERS}) {sql}")
}

impl Desk<'_> {
    /// Erases what is known of a member who is no longer in use here. Returns how many entries of
    /// the history lost their texts.
    ///
    /// # Errors
    /// Where this person is no administrator over the branch, no reason is given, or the member is
    /// in use: current members, open transfers, waiting corrections and accounts come first.
    pub fn erase_member(&self, id: MemberId, reason: &str, watch: &mut Watch<'_>) -> Stored<usize> {
        self.check_administrator()?;
        let member = self.member_to_change(id)?;
        self.check_erasable(&member, reason)?;
        self.store.atomically(|| {
            let mut n = 0;
            for called in self.names_of(&member)? {
                n += self.erase_entries(&member, &called)?;
                self.erase_contact(&member, &called)?;
                self.erase_in_lists(&member, &called)?;
            }
            self.forget_tries(&member)?;
            self.erase_rows(&member)?;
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
        if let Some(asked) = self.open_correction(member.id)? {
            return Err(conflict(format!(
                "{} 还有一条更正申请等着核准（第 {asked} 号）。请先办完那一条。",
                member.name
            )));
        }
        match self.store.sitting(number)? {
            Some(_) => Err(conflict(format!("{} 还有账号。请先移除账号。", member.name))),
            None => Ok(()),
        }
    }

    fn names_of(&self, member: &Member) -> Stored<Vec<Called>> {
        let mut statement = self.store.connection.prepare(&with_numbers(NAMES)).told()?;
        let values = params![member.id.0, member.id_number.reveal(), member.name];
        let rows = statement
            .query_map(values, |r| Ok(Called { name: r.get(0)?, unmistakable: r.get(1)? }));
        rows.told()?.collect::<Result<_, _>>().told()
    }

    fn erase_entries(&self, member: &Member, called: &Called) -> Stored<usize> {
        const UPDATE: &str = "UPDATE events SET salt = NULL, digest = ?1, actor = '', object = '',
                reason = '', detail = '' WHERE seq = ?2";
        let connection = &self.store.connection;
        let mut statement = connection.prepare(&with_numbers(ENTRIES)).told()?;
        let (number, phone) = (member.id_number.reveal(), &member.phone);
        let values = params![member.id.0, number, called.name, phone, called.unmistakable];
        let rows = statement.query_map(values, |r| {
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

    fn forget_tries(&self, member: &Member) -> Stored<()> {
        let connection = &self.store.connection;
        let mut statement = connection.prepare(NUMBERS).told()?;
        let values = params![member.id.0, member.id_number.reveal()];
        let numbers = statement.query_map(values, |r| r.get::<_, String>(0)).told()?;
        let numbers: Vec<String> = numbers.collect::<Result<_, _>>().told()?;
        numbers.iter().try_for_each(|number| self.store.forget_attempts(number))
    }

    /// The person as contact of organisations: anywhere by name and telephone together; by either
    /// alone only in the person's branch and the organisations above it, since elsewhere a namesake
    /// or a telephone of the office is as likely.
    fn erase_contact(&self, member: &Member, called: &Called) -> Stored<()> {
        const BOTH: &str = "UPDATE organisations SET contact_name = '', contact_phone = ''
            WHERE ?1 <> '' AND contact_phone = ?1 AND contact_name IN (?2, '')";
        const NAME: &str = "UPDATE organisations SET contact_name = '', contact_phone = ''
            WHERE contact_name = ?2 AND substr(?1, 1, length(path)) = path";
        const PHONE: &str = "UPDATE organisations SET contact_phone = ''
            WHERE ?1 <> '' AND contact_phone = ?1 AND substr(?2, 1, length(path)) = path";
        let (connection, phone) = (&self.store.connection, member.phone.as_str());
        let (name, path) = (called.name.as_str(), member.branch_path.as_str());
        for (sql, values) in [(BOTH, [phone, name]), (NAME, [path, name]), (PHONE, [phone, path])] {
            connection.execute(sql, values).told()?;
        }
        Ok(())
    }

    /// Names of files and reasons that people typed, and who entered a key slot.
    fn erase_in_lists(&self, member: &Member, called: &Called) -> Stored<()> {
        const SLOTS: &str = "UPDATE slot_pks SET added_by = ?4 WHERE added_by = ?3
            AND NOT EXISTS (SELECT 1 FROM accounts WHERE name = ?3
                AND id_number NOT IN (SELECT * FROM numbers))";
        const FILES: &str = "UPDATE batches SET file_name = ?4
            WHERE (?5 AND instr(file_name, ?3))
                OR EXISTS (SELECT 1 FROM numbers WHERE instr(file_name, number))";
        const EXPORTS: &str = "UPDATE exports SET path = ?4, reason = ''
            WHERE (?5 AND instr(path || '|' || reason, ?3))
                OR EXISTS (SELECT 1 FROM numbers WHERE instr(path || '|' || reason, number))";
        const ORDERS: &str = "UPDATE corrections SET remark = '', reason = '', evidence = ''
            WHERE ?5 AND member_id <> ?1 AND instr(remark || '|' || reason || '|' || evidence, ?3)";
        let number = member.id_number.reveal();
        let values = params![member.id.0, number, called.name, GONE, called.unmistakable];
        for sql in [SLOTS, FILES, EXPORTS, ORDERS] {
            let sql = with_numbers(sql);
            let mut statement = self.store.connection.prepare(&sql).told()?;
            let n = statement.parameter_count();
            let used = values.get(..n).unwrap_or(values);
            statement.execute(used).told()?;
        }
        Ok(())
    }

    fn erase_rows(&self, member: &Member) -> Stored<()> {
        const TRANSFERS: &str = "UPDATE transfers SET person_number = '', person_name = ?3,
                name_key = '', contact_phone = '', further_study = '', school = '', employer = '',
                address = '', destination_typed = '', origin_typed = '', remark = '',
                closing_reason = '' WHERE person_number IN (SELECT * FROM numbers) OR member_id = ?1";
        const ACCOUNTS: &str = "UPDATE accounts SET id_number = ?4, name = ?3, phone = ''
            WHERE id_number IN (SELECT * FROM numbers)";
        const CORRECTIONS: &str = "UPDATE corrections SET old_name = ?3, new_name = ?3,
                old_number = ?4, new_number = ?4, reason = '', evidence = '', remark = ''
            WHERE member_id = ?1";
        const MEMBERS: &str = "UPDATE members SET id_number = ?1, document = 'other', name = ?2,
                name_key = '', phone = '', ethnic_group = '', political_status = '',
                education = '', joined_on = '', league_post = '', membership_number = '',
                fees_paid_to = '', authentication = 'unknown', graduation_mark = 'none'
            WHERE id = ?3";
        let connection = &self.store.connection;
        let (id, number) = (member.id.0, member.id_number.reveal());
        let stand_in = format!("DELETED{id:08}");
        connection.execute(&with_numbers(TRANSFERS), params![id, number, GONE]).told()?;
        connection.execute(&with_numbers(ACCOUNTS), params![id, number, GONE, stand_in]).told()?;
        connection.execute(CORRECTIONS, params![id, number, GONE, stand_in]).told()?;
        connection.execute(MEMBERS, params![stand_in, GONE, id]).map(drop).told()
    }
}
