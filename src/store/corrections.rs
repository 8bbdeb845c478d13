//! Corrections of a name or ID number: asking, and deciding by a second person.

use rusqlite::{OptionalExtension, Row, ToSql, named_params, params};

use super::Desk;
use super::accounts::Credentials;
use super::chain::Deed;
use super::fault::{Stored, Told, conflict, not_allowed, not_found, rule};
use super::members::stored_id;
use crate::domain::account::Role;
use crate::domain::correction::{
    Correction, CorrectionEntry, CorrectionState, CorrectionsShown, Decider,
};
use crate::domain::id_number::IdNumber;
use crate::domain::ids::{AccountId, CorrectionId, MemberId, Moment};
use crate::domain::member::Member;
use crate::domain::name_key::name_key;
use crate::domain::organisation::OrgPath;

const COLUMNS: &str =
    "c.id, c.member_id, o.full_name, o.path, c.old_name, c.old_number, c.new_name,
    c.new_number, c.reason, c.evidence, coalesce(a.name, ''), c.asked_by, c.asked_at, c.state,
    coalesce(d.name, ''), c.decided_at, c.remark, c.alone
    FROM corrections c JOIN members m ON m.id = c.member_id
    JOIN organisations o ON o.id = m.branch_id
    LEFT JOIN accounts a ON a.id = c.asked_by LEFT JOIN accounts d ON d.id = c.decided_by";

const SCOPE: &str = "((o.path >= :lo AND o.path < :hi) OR m.id_number = :id OR c.asked_by = :me)";

/// Most requests that a list holds; the newest are shown.
const MOST: i64 = 500;

/// What becomes of the account of somebody whose ID number, the sign-in name, changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignIn<'a> {
    /// It signs in with the same password, or there is none.
    Kept,
    /// A new initial password, or a one-time code until then; a key slot is withdrawn.
    Anew(&'a str, Option<Moment>),
    /// Another key slot, which stands in the list already.
    Slot(&'a str, &'a [u8; 32]),
}

impl Desk<'_> {
    /// Asks for another name or ID number. Nothing of the record changes yet.
    ///
    /// # Errors
    /// Where this is neither the person nor somebody who fills in for the branch, nothing would
    /// change, no reason is given, the number is taken, or a request is waiting already.
    pub fn ask_correction(&self, id: MemberId, entry: &CorrectionEntry) -> Stored<CorrectionId> {
        const INSERT: &str = "INSERT INTO corrections (member_id, asked_at, asked_by, old_name,
                old_number, new_name, new_number, reason, evidence)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";
        let member = self.member(id)?;
        self.check_asking(&member, entry)?;
        let values = params![
            id.0,
            self.now.moment.0,
            self.actor.account.0,
            member.name,
            member.id_number.reveal(),
            entry.name,
            entry.id_number.reveal(),
            entry.reason.trim(),
            entry.evidence.trim()
        ];
        self.store.atomically(|| {
            self.store.connection.execute(INSERT, values).told()?;
            let asked = CorrectionId(self.store.connection.last_insert_rowid());
            let words = self.correction(asked)?.words();
            let shown = match entry.evidence.trim() {
                "" => String::new(),
                evidence => format!("，依据：{evidence}"),
            };
            let deed = Deed::new("correction_ask", member.name.clone())
                .about(id)
                .detail(format!("第 {asked} 号申请：{words}{shown}"))
                .reason(entry.reason.trim());
            self.note(&deed)?;
            Ok(asked)
        })
    }

    fn check_asking(&self, member: &Member, entry: &CorrectionEntry) -> Stored<()> {
        let own = member.id_number == self.actor.id_number;
        if !own && (self.actor.role == Role::Member || !self.covers(&member.branch_path)) {
            return Err(not_allowed(
                "更正由本人，或团支部的经办人、管理员申请。请把要改的内容告诉他们。",
            ));
        }
        if entry.reason.trim().is_empty() {
            return Err(rule(
                "还没写更正的原因。更正姓名或证件号会留痕，请写清楚，例如「录入时写错」。",
            ));
        }
        if member.name == entry.name && member.id_number == entry.id_number {
            return Err(rule(
                "姓名和证件号都和现在一样，没有要更正的。请改好再提交；不用改就按 Esc 返回。",
            ));
        }
        if member.id_number != entry.id_number {
            self.check_number_free(&entry.id_number)?;
        }
        match self.open_correction(member.id)? {
            Some(open) => Err(conflict(format!(
                "{} 已有一条更正申请等着核准（第 {open} 号）。请先办完那一条，再申请。",
                member.name
            ))),
            None => Ok(()),
        }
    }

    /// The number of the request about a member that waits, if one does.
    pub(super) fn open_correction(&self, id: MemberId) -> Stored<Option<CorrectionId>> {
        const SQL: &str = "SELECT id FROM corrections WHERE member_id = $1 AND state = 'open'";
        let found = self.store.connection.query_row(SQL, [id.0], |r| r.get(0)).optional().told()?;
        Ok(found.map(CorrectionId))
    }

    fn check_number_free(&self, number: &IdNumber) -> Stored<()> {
        const HELD: &str = "SELECT EXISTS (SELECT 1 FROM accounts WHERE id_number = $1)";
        if let Some(there) = self.presence(number.reveal())? {
            return Err(conflict(there));
        }
        let held = self.store.connection.query_row(HELD, [number.reveal()], |r| r.get(0)).told()?;
        if held {
            return Err(conflict(format!(
                "{} 已经是另一个账号的登录名。请先弄清两条是不是同一个人。",
                number.masked()
            )));
        }
        Ok(())
    }

    /// The requests in scope, the newest first.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn corrections(&self, shown: CorrectionsShown) -> Stored<Vec<Correction>> {
        let which = match shown {
            CorrectionsShown::Open => "c.state = 'open'",
            CorrectionsShown::All => "1",
        };
        let sql =
            format!("SELECT {COLUMNS} WHERE {SCOPE} AND {which} ORDER BY c.id DESC LIMIT {MOST}");
        let b = self.bounds();
        let values = named_params! {":lo": b.lo, ":hi": b.hi, ":id": b.id, ":me": b.me};
        let mut statement = self.store.connection.prepare_cached(&sql).told()?;
        let rows = statement.query_map(values, correction_of).told()?;
        rows.collect::<Result<_, _>>().told()
    }

    /// A request in scope.
    ///
    /// # Errors
    /// Where there is none.
    pub fn correction(&self, id: CorrectionId) -> Stored<Correction> {
        let sql = format!("SELECT {COLUMNS} WHERE c.id = :wanted AND {SCOPE}");
        let b = self.bounds();
        let values: &[(&str, &dyn ToSql)] = named_params! {":wanted": id.0, ":lo": b.lo,
        ":hi": b.hi, ":id": b.id, ":me": b.me};
        let found = self.store.connection.query_row(&sql, values, correction_of).optional();
        let next = "请用「更正申请」的列表核对编号。";
        found.told()?.ok_or_else(|| not_found("更正申请", &format!("第 {id} 号"), next))
    }

    /// As whom this person decides a request.
    ///
    /// # Errors
    /// Where somebody else has to.
    pub fn decider_of(&self, asked: &Correction) -> Stored<Decider> {
        const OTHERS: &str =
            "SELECT count(*) FROM accounts a JOIN organisations o ON o.id = a.org_id
            WHERE a.role = 'administrator' AND a.state = 'active' AND a.id <> $1
                AND a.id_number <> $2 AND substr($3, 1, length(o.path)) = o.path";
        self.check_administrator()?;
        if !self.covers(&asked.branch_path) {
            return Err(not_allowed("这条更正由团支部的管理员或上级管理员核准。请告诉他们。"));
        }
        let concerned =
            asked.asker == self.actor.account || asked.old_number == self.actor.id_number;
        if !concerned {
            return Ok(Decider::Second);
        }
        let values = params![asked.asker.0, asked.old_number.reveal(), asked.branch_path.as_str()];
        let others: i64 = self.store.connection.query_row(OTHERS, values, |r| r.get(0)).told()?;
        if others == 0 {
            // Where somebody else asked about the only one who can decide, two people are at it.
            let alone = asked.asker == self.actor.account;
            return Ok(if alone { Decider::Alone } else { Decider::Second });
        }
        Err(not_allowed(
            "这条更正是你自己申请的，或者改的是你本人的记录，不能由你核准。请另一位管理员或上级管理员办理。",
        ))
    }

    /// Changes the record as asked for. The person's transfers follow: the number in all of them,
    /// since it says whose they are; the name in those that are not closed. So does the account.
    /// Returns the key slot that must be removed, if there was one.
    ///
    /// # Errors
    /// Where somebody else has to decide, it is decided already, the record has changed meanwhile,
    /// or the number is taken.
    pub fn accept_correction(
        &self,
        id: CorrectionId,
        remark: &str,
        sign_in: SignIn<'_>,
    ) -> Stored<Option<String>> {
        self.store.atomically(|| {
            let (asked, decider) = self.check_acceptable(id)?;
            self.rename(&asked)?;
            let slot = self.follow_with_account(&asked, sign_in)?;
            self.close_correction(&asked, CorrectionState::Accepted, remark, decider)?;
            let alone = match decider {
                Decider::Second => "",
                Decider::Alone => "；没有第二位管理员，申请的人再次输入密码后核准",
            };
            let detail = format!("第 {id} 号申请：{}{alone}", asked.words());
            let deed = Deed::new("member_correct", asked.new_name.clone())
                .about(asked.member)
                .detail(detail)
                .reason(remark.trim());
            self.note(&deed)?;
            Ok(slot)
        })
    }

    /// What has to hold in the database before a request is accepted; for whoever has to write
    /// outside of it first.
    ///
    /// # Errors
    /// As [`Desk::accept_correction`].
    pub fn check_acceptable(&self, id: CorrectionId) -> Stored<(Correction, Decider)> {
        let asked = self.waiting_correction(id)?;
        let decider = self.decider_of(&asked)?;
        self.check_as_asked(&asked)?;
        if asked.changes_number() {
            self.check_number_free(&asked.new_number)?;
        }
        Ok((asked, decider))
    }

    fn waiting_correction(&self, id: CorrectionId) -> Stored<Correction> {
        let asked = self.correction(id)?;
        if asked.state == CorrectionState::Open {
            return Ok(asked);
        }
        Err(conflict(format!(
            "第 {id} 号更正申请已经办过了：{}。请刷新列表。",
            asked.state.label()
        )))
    }

    fn check_as_asked(&self, asked: &Correction) -> Stored<()> {
        let now = self.member(asked.member)?;
        if now.name == asked.old_name && now.id_number == asked.old_number {
            return Ok(());
        }
        Err(conflict(format!(
            "{} 的记录在申请以后又改过，这条申请不能再用。请不同意它，按现在的记录重新申请。",
            now.name
        )))
    }

    fn rename(&self, asked: &Correction) -> Stored<()> {
        const MEMBER: &str =
            "UPDATE members SET name = $1, name_key = $2, id_number = $3 WHERE id = $4";
        const NUMBERS: &str = "UPDATE transfers SET person_number = $1 WHERE person_number = $2";
        const NAMES: &str = "UPDATE transfers SET person_name = $1, name_key = $2
            WHERE person_number = $3 AND stage IN ('draft', 'origin_review', 'destination_review',
                'province_review', 'external_receipt', 'placement')";
        let connection = &self.store.connection;
        let (name, key) = (&asked.new_name, name_key(&asked.new_name));
        let (old, new) = (asked.old_number.reveal(), asked.new_number.reveal());
        connection.execute(MEMBER, params![name, key, new, asked.member.0]).told()?;
        if old != new {
            connection.execute(NUMBERS, [new, old]).told()?;
        }
        connection.execute(NAMES, params![name, key, new]).map(drop).told()
    }

    fn follow_with_account(
        &self,
        asked: &Correction,
        sign_in: SignIn<'_>,
    ) -> Stored<Option<String>> {
        const UPDATE: &str = "UPDATE accounts SET id_number = $1, name = $2 WHERE id_number = $3";
        let (old, new) = (asked.old_number.reveal(), asked.new_number.reveal());
        let sitting = self.store.sitting(old)?;
        self.store.connection.execute(UPDATE, [new, &asked.new_name, old]).told()?;
        let Some(account) = sitting.map(|s| s.account).filter(|_| old != new) else {
            return Ok(None);
        };
        self.store.forget_attempts(old)?;
        match sign_in {
            SignIn::Kept => Ok(None),
            SignIn::Anew(verifier, until) => {
                self.issue_anew(&account, verifier, until)?;
                Ok(account.slot)
            }
            SignIn::Slot(slot, pk) => {
                self.store.keep_only_slot(account.id, (slot, pk))?;
                self.store.set_credentials(account.id, &Credentials::Slot(slot.to_owned()))?;
                Ok(account.slot)
            }
        }
    }

    /// Leaves the record as it is. Whoever asked may take the request back in the same way.
    ///
    /// # Errors
    /// Where this person neither administers the branch nor asked, no reason is given, or it is
    /// decided already.
    pub fn refuse_correction(&self, id: CorrectionId, remark: &str) -> Stored<()> {
        let asked = self.waiting_correction(id)?;
        let own = asked.asker == self.actor.account;
        if !own {
            self.check_administrator()?;
            if !self.covers(&asked.branch_path) {
                return Err(not_allowed("这条更正由团支部的管理员或上级管理员办理。"));
            }
        }
        if !own && remark.trim().is_empty() {
            return Err(rule("还没写不同意的原因。请写清楚，申请的人会看到。"));
        }
        let (state, action) = if own {
            (CorrectionState::Withdrawn, "correction_withdraw")
        } else {
            (CorrectionState::Refused, "correction_refuse")
        };
        self.store.atomically(|| {
            self.close_correction(&asked, state, remark, Decider::Second)?;
            let deed = Deed::new(action, asked.old_name.clone())
                .about(asked.member)
                .detail(format!("第 {id} 号申请：{}", asked.words()))
                .reason(remark.trim());
            self.note(&deed).map(drop)
        })
    }

    fn close_correction(
        &self,
        asked: &Correction,
        state: CorrectionState,
        remark: &str,
        decider: Decider,
    ) -> Stored<()> {
        const UPDATE: &str = "UPDATE corrections SET state = $1, decided_at = $2, decided_by = $3,
            remark = $4, alone = $5 WHERE id = $6";
        let values = params![
            state.id(),
            self.now.moment.0,
            self.actor.account.0,
            remark.trim(),
            decider == Decider::Alone,
            asked.id.0
        ];
        self.store.connection.execute(UPDATE, values).map(drop).told()
    }
}

fn correction_of(r: &Row<'_>) -> Result<Correction, rusqlite::Error> {
    let text = |i: usize| r.get::<_, String>(i);
    Ok(Correction {
        id: CorrectionId(r.get(0)?),
        member: MemberId(r.get(1)?),
        branch_name: text(2)?,
        branch_path: OrgPath::from_stored(text(3)?),
        old_name: text(4)?,
        old_number: stored_id(&text(5)?)?,
        new_name: text(6)?,
        new_number: stored_id(&text(7)?)?,
        reason: text(8)?,
        evidence: text(9)?,
        asked_by: text(10)?,
        asker: AccountId(r.get(11)?),
        asked_at: Moment(r.get(12)?),
        state: CorrectionState::from_id(&text(13)?).unwrap_or(CorrectionState::Open),
        decided_by: text(14)?,
        decided_at: r.get::<_, Option<i64>>(15)?.map(Moment),
        remark: text(16)?,
        alone: r.get(17)?,
    })
}
