//! Drafts: kept within a second of each change, seen by their author only.

use std::borrow::Cow;

use rusqlite::{OptionalExtension, named_params, params};

use super::row;
use crate::domain::form::{ExternalSystem, Initiator, Reason, TransferForm};
use crate::domain::ids::TransferId;
use crate::store::Desk;
use crate::store::fault::{Stored, Told, not_found};

impl Desk<'_> {
    /// Keeps answers as a draft, a new one or the one named. Returns its row and number.
    ///
    /// # Errors
    /// Where the draft is no draft of this person, or it cannot be written.
    pub fn save_draft(
        &self,
        draft: Option<TransferId>,
        form: &TransferForm,
    ) -> Stored<(TransferId, String)> {
        self.store.atomically(|| {
            let (id, number) = match draft {
                Some(id) => (id, self.own_draft(id)?),
                None => self.new_draft()?,
            };
            self.write_answers(id, form)?;
            self.name_draft(id, form)?;
            Ok((id, number))
        })
    }

    /// The newest draft of this person.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn latest_draft(&self) -> Stored<Option<(TransferId, TransferForm)>> {
        const SQL: &str = "SELECT id FROM transfers WHERE stage = 'draft' AND applicant_id = $1
            ORDER BY since DESC, id DESC LIMIT 1";
        let found: Option<i64> = self
            .store
            .connection
            .query_row(SQL, [self.actor.account.0], |r| r.get(0))
            .optional()
            .told()?;
        found.map(TransferId).map(|id| Ok((id, self.draft(id)?))).transpose()
    }

    /// The answers of a draft of this person.
    ///
    /// # Errors
    /// Where there is none.
    pub fn draft(&self, id: TransferId) -> Stored<TransferForm> {
        self.own_draft(id)?;
        let sql = format!("SELECT {} FROM transfers t WHERE t.id = $1", row::FORM_COLUMNS);
        self.store.connection.query_row(&sql, [id.0], |r| row::read_form(r, 0)).told()
    }

    /// The answers of a transfer in scope with the ID number, for 「再次申请」.
    ///
    /// # Errors
    /// Where there is none in scope.
    pub fn answers(&self, id: TransferId) -> Stored<TransferForm> {
        self.transfer(id)?;
        let sql = format!("SELECT {} FROM transfers t WHERE t.id = $1", row::FORM_COLUMNS);
        self.store.connection.query_row(&sql, [id.0], |r| row::read_form(r, 0)).told()
    }

    /// The number of a draft of this person.
    pub(super) fn own_draft(&self, id: TransferId) -> Stored<String> {
        const SQL: &str =
            "SELECT number FROM transfers WHERE id = $1 AND stage = 'draft' AND applicant_id = $2";
        let found = self
            .store
            .connection
            .query_row(SQL, [id.0, self.actor.account.0], |r| r.get(0))
            .optional()
            .told()?;
        found.ok_or_else(|| {
            not_found("草稿", &id.to_string(), "可能已经提交或撤销。请刷新列表看看。")
        })
    }

    pub(super) fn new_draft(&self) -> Stored<(TransferId, String)> {
        const INSERT: &str =
            "INSERT INTO transfers (number, stage, applicant_id, applied_at, since)
            VALUES ($1, 'draft', $2, $3, $3)";
        let number = self.store.next_number(self.now)?;
        let values = params![number, self.actor.account.0, self.now.moment.0];
        self.store.connection.execute(INSERT, values).told()?;
        Ok((TransferId(self.store.connection.last_insert_rowid()), number))
    }

    /// Writes what was typed. Who it is about is written elsewhere once it is known.
    pub(super) fn write_answers(&self, id: TransferId, form: &TransferForm) -> Stored<()> {
        const UPDATE: &str =
            "UPDATE transfers SET person_number = :member, origin_typed = :origin_typed,
                initiator = :initiator, contact_phone = :phone, external_system = :system,
                reason = :reason, further_study = :route, school = :school, employer = :employer,
                address = :address, destination_text = :destination, destination_typed = :typed,
                remark = :remark, since = :at
            WHERE id = :id";
        let form = storable(form);
        let values = named_params! {
            ":id": id.0, ":member": form.member, ":origin_typed": form.origin_typed,
            ":initiator": form.initiated_by.map_or("", Initiator::id),
            ":phone": form.contact_phone,
            ":system": form.external_system.map_or("", ExternalSystem::id),
            ":reason": form.reason.map_or("", Reason::id), ":route": form.further_study,
            ":school": form.school, ":employer": form.employer, ":address": form.address,
            ":destination": form.destination, ":typed": form.destination_typed,
            ":remark": form.remark, ":at": self.now.moment.0,
        };
        self.store.connection.execute(UPDATE, values).map(drop).told()
    }

    /// What the list shows of a draft: names as far as they are known.
    fn name_draft(&self, id: TransferId, form: &TransferForm) -> Stored<()> {
        const UPDATE: &str =
            "UPDATE transfers SET person_name = $1, name_key = $2, origin_name = $3,
                destination_name = $4 WHERE id = $5";
        let known = self.store.member_by_number(&form.member)?.filter(|m| self.may_see(m));
        let (name, origin) = known
            .map_or((form.member_name.clone(), form.origin_typed.clone()), |m| {
                (m.name, m.branch_name)
            });
        let destination = self.draft_destination(form);
        let key = crate::domain::name_key::name_key(&name);
        let values = params![name, key, origin, destination, id.0];
        self.store.connection.execute(UPDATE, values).map(drop).told()
    }

    fn draft_destination(&self, form: &TransferForm) -> String {
        if form.reason == Some(Reason::SpecialUnit) {
            return Reason::SpecialUnit.label().to_owned();
        }
        match self.store.find_organisation(&form.destination) {
            Ok(org) if !form.destination.is_empty() => org.full_name,
            // What stands in the directory alone comes in when the form is handed in.
            Err(_) if form.destination_typed.is_empty() => form.destination.clone(),
            Ok(_) | Err(_) => form.destination_typed.clone(),
        }
    }
}

/// The answers as they may be written down: of a special unit neither name nor place, not even in
/// a draft (domain.md A3).
fn storable(form: &TransferForm) -> Cow<'_, TransferForm> {
    if form.reason != Some(Reason::SpecialUnit) {
        return Cow::Borrowed(form);
    }
    Cow::Owned(TransferForm {
        school: String::new(),
        employer: String::new(),
        address: String::new(),
        destination: String::new(),
        destination_typed: String::new(),
        ..form.clone()
    })
}
