//! One transfer with its answers, contacts and history.

use rusqlite::{OptionalExtension, Row, named_params};

use super::row;
use crate::domain::fault::Fault;
use crate::domain::id_number::mask_id;
use crate::domain::ids::{Moment, OrgId, TransferId};
use crate::domain::phone::mask_phone;
use crate::domain::transfer::{Contact, TransferCard, TransferEvent, TransferRow};
use crate::domain::workflow::{Act, Stage};
use crate::store::fault::{Stored, Told, not_found};
use crate::store::scope::TRANSFERS;
use crate::store::{Desk, Store};

/// What only the page needs, beside the light row and the answers.
struct Rest {
    member_phone: String,
    origin: Option<OrgId>,
    destination: Option<OrgId>,
    placed_in: String,
    closing_reason: String,
    stopped_in: Option<Stage>,
}

impl Desk<'_> {
    /// The row of a number `ZJ…` in scope.
    ///
    /// # Errors
    /// Where there is none in scope.
    pub fn transfer_by_number(&self, number: &str) -> Stored<TransferRow> {
        let number = number.trim().to_uppercase();
        self.transfer_where("t.number = :what", &number)?.ok_or_else(|| no_transfer(&number))
    }

    /// The row of a transfer in scope.
    ///
    /// # Errors
    /// Where there is none in scope.
    pub fn transfer(&self, id: TransferId) -> Stored<TransferRow> {
        let what = id.to_string();
        self.transfer_where("t.id = :what", &what)?.ok_or_else(|| no_transfer(&what))
    }

    fn transfer_where(&self, condition: &str, what: &str) -> Stored<Option<TransferRow>> {
        let sql =
            format!("SELECT {} FROM transfers t WHERE {condition} AND {TRANSFERS}", row::COLUMNS);
        let b = self.bounds();
        let params =
            named_params! {":lo": b.lo, ":hi": b.hi, ":me": b.me, ":id": b.id, ":what": what};
        self.store
            .connection
            .prepare_cached(&sql)
            .told()?
            .query_row(params, row::read)
            .optional()
            .told()
    }

    /// Everything of a transfer in scope.
    ///
    /// # Errors
    /// Where there is none in scope.
    pub fn card(&self, id: TransferId) -> Stored<TransferCard> {
        let light = self.transfer(id)?;
        let sql = format!(
            "SELECT {}, coalesce(m.phone, ''), t.origin_id, t.destination_id, t.placed_in,
                t.closing_reason, t.stopped_in
             FROM transfers t LEFT JOIN members m ON m.id = t.member_id WHERE t.id = $1",
            row::FORM_COLUMNS
        );
        let (form, rest) = self
            .store
            .connection
            .query_row(&sql, [id.0], |r| Ok((row::read_form(r, 0)?, rest_of(r)?)))
            .told()?;
        let origin_contact = self.store.contact_of(rest.origin)?;
        let superior = match rest.origin {
            Some(origin) => self.store.organisation(origin)?.parent,
            None => None,
        };
        let mut form = form;
        let masked_id = mask_id(&form.member);
        // The number itself never leaves with a page; a recorded reveal asks for it.
        form.member.clone_from(&masked_id);
        Ok(TransferCard {
            row: light,
            form,
            masked_id,
            masked_phone: mask_phone(&rest.member_phone),
            origin_contact,
            superior_contact: self.store.contact_of(superior)?,
            destination_contact: self.store.contact_of(rest.destination)?,
            placed_in: rest.placed_in,
            closing_reason: rest.closing_reason,
            stopped_in: rest.stopped_in,
            events: self.store.events_of(id)?,
        })
    }

    /// ID number and telephone of a transferee in the clear. The caller records it.
    ///
    /// # Errors
    /// Where the transfer is not in scope.
    pub fn numbers_of(&self, id: TransferId) -> Stored<(String, String)> {
        const SQL: &str = "SELECT t.person_number, coalesce(m.phone, t.contact_phone)
            FROM transfers t LEFT JOIN members m ON m.id = t.member_id WHERE t.id = $1";
        self.transfer(id)?;
        self.store.connection.query_row(SQL, [id.0], |r| Ok((r.get(0)?, r.get(1)?))).told()
    }
}

impl Store {
    /// Whom to call at an organisation: its first administrator, else the contact of its entry.
    ///
    /// # Errors
    /// Where it cannot be read.
    pub fn contact_of(&self, org: Option<OrgId>) -> Stored<Contact> {
        const SQL: &str = "SELECT o.full_name, coalesce(a.name, o.contact_name),
                CASE WHEN coalesce(a.phone, '') <> '' THEN a.phone ELSE o.contact_phone END
            FROM organisations o LEFT JOIN accounts a ON a.id = (SELECT min(b.id) FROM accounts b
                WHERE b.org_id = o.id AND b.role = 'administrator' AND b.state <> 'removed')
            WHERE o.id = $1";
        let Some(org) = org else { return Ok(Contact::default()) };
        self.connection
            .prepare_cached(SQL)
            .told()?
            .query_row([org.0], |r| {
                Ok(Contact { organisation: r.get(0)?, name: r.get(1)?, phone: r.get(2)? })
            })
            .told()
    }

    fn events_of(&self, id: TransferId) -> Stored<Vec<TransferEvent>> {
        const SQL: &str =
            "SELECT seq, at, actor, behalf_name, action, from_stage, to_stage, reason, detail
            FROM events WHERE transfer_id = $1 AND to_stage <> '' ORDER BY seq";
        let mut statement = self.connection.prepare_cached(SQL).told()?;
        let rows = statement.query_map([id.0], event_of).told()?;
        rows.collect::<Result<_, _>>().told()
    }
}

fn rest_of(row: &Row<'_>) -> Result<Rest, rusqlite::Error> {
    const AT: usize = 15;
    Ok(Rest {
        member_phone: row.get(AT)?,
        origin: row.get::<_, Option<i64>>(AT + 1)?.map(OrgId),
        destination: row.get::<_, Option<i64>>(AT + 2)?.map(OrgId),
        placed_in: row.get(AT + 3)?,
        closing_reason: row.get(AT + 4)?,
        stopped_in: Stage::from_id(&row.get::<_, String>(AT + 5)?),
    })
}

fn event_of(row: &Row<'_>) -> Result<TransferEvent, rusqlite::Error> {
    let stage =
        |i: usize| row.get::<_, String>(i).map(|s| Stage::from_id(&s).unwrap_or(Stage::Draft));
    let (reason, detail): (String, String) = (row.get(7)?, row.get(8)?);
    let joined =
        [detail, reason].into_iter().filter(|s| !s.is_empty()).collect::<Vec<_>>().join("；");
    Ok(TransferEvent {
        seq: row.get(0)?,
        at: Moment(row.get(1)?),
        actor: row.get(2)?,
        on_behalf_of: row.get(3)?,
        act: Act::from_id(&row.get::<_, String>(4)?).unwrap_or(Act::Submit),
        from: stage(5)?,
        to: stage(6)?,
        reason: joined,
    })
}

fn no_transfer(what: &str) -> Fault {
    not_found("转接", what, "请核对编号，例如 ZJ20200602-0013；也可能不在你能看的范围内。")
}
