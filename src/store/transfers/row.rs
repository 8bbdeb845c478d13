//! From a row of the table to what the domain knows of a transfer.

use rusqlite::Row;

use crate::domain::form::{ExternalSystem, Initiator, Reason, TransferForm};
use crate::domain::ids::{AccountId, Moment, TransferId};
use crate::domain::organisation::OrgPath;
use crate::domain::transfer::TransferRow;
use crate::domain::workflow::{Destination, Facts, Origin, Stage};

/// The columns of a light row, for a table called `t`, in the order that [`read`] reads.
pub(super) const COLUMNS: &str = "t.id, t.number, t.person_name, t.origin_name, t.destination_name,
    t.applied_at, t.done_at, t.since, t.reason, t.stage, t.origin_mode, t.origin_path,
    t.destination_mode, t.destination_path, t.destination_is_branch, t.province_path, t.initiator,
    t.applicant_id, t.applicant_path, t.origin_consents, t.destination_consents,
    t.person_number = :id, t.name_key";

/// Where [`COLUMNS`] ends: further columns of a statement begin here.
pub(super) const WIDTH: usize = 23;

/// Reads a light row. What an unknown identifier would mean is decided nowhere: the database's
/// CHECKs allow none.
pub(super) fn read(row: &Row<'_>) -> Result<TransferRow, rusqlite::Error> {
    let facts = facts(row)?;
    let draft = facts.stage == Stage::Draft;
    let done_at: i64 = row.get(6)?;
    Ok(TransferRow {
        id: TransferId(row.get(0)?),
        number: row.get(1)?,
        transferee: row.get(2)?,
        origin: row.get(3)?,
        destination: row.get(4)?,
        applied_at: (!draft).then_some(Moment(row.get(5)?)),
        done_at: (done_at > 0).then_some(Moment(done_at)),
        since: Moment(row.get(7)?),
        reason: Reason::from_id(&row.get::<_, String>(8)?),
        facts,
    })
}

fn facts(row: &Row<'_>) -> Result<Facts, rusqlite::Error> {
    let text = |i: usize| row.get::<_, String>(i);
    let path =
        |i: usize| text(i).map(|p| Some(p).filter(|p| !p.is_empty()).map(OrgPath::from_stored));
    Ok(Facts {
        stage: Stage::from_id(&text(9)?).unwrap_or(Stage::Draft),
        origin: match (text(10)?.as_str(), path(11)?) {
            ("managed", Some(path)) => Origin::Managed(path),
            _ => Origin::Outside,
        },
        destination: match (text(12)?.as_str(), path(13)?) {
            ("special_unit", _) => Destination::SpecialUnit { province: path(15)? },
            ("managed", Some(path)) => Destination::Managed { path, is_branch: row.get(14)? },
            _ => Destination::Outside,
        },
        initiator: Initiator::from_id(&text(16)?).unwrap_or(Initiator::Member),
        applicant: AccountId(row.get(17)?),
        applicant_path: path(18)?,
        origin_consents: row.get(19)?,
        destination_consents: row.get(20)?,
        is_own: row.get(21)?,
    })
}

/// The columns of the answers, in the order that [`read_form`] reads.
pub(super) const FORM_COLUMNS: &str = "t.person_number, t.person_name, t.origin_typed, t.initiator,
    t.contact_phone, t.external_system, t.reason, t.further_study, t.school, t.employer, t.address,
    t.destination_text, t.destination_typed, t.remark, t.member_id";

/// Reads the answers from column `at` on. The name is an answer only where the record is elsewhere.
pub(super) fn read_form(row: &Row<'_>, at: usize) -> Result<TransferForm, rusqlite::Error> {
    let text = |i: usize| row.get::<_, String>(at + i);
    let arrival = !text(2)?.is_empty();
    Ok(TransferForm {
        member: text(0)?,
        member_name: if arrival { text(1)? } else { String::new() },
        origin_typed: text(2)?,
        initiated_by: Initiator::from_id(&text(3)?),
        contact_phone: text(4)?,
        external_system: ExternalSystem::from_id(&text(5)?),
        reason: Reason::from_id(&text(6)?),
        further_study: text(7)?,
        school: text(8)?,
        employer: text(9)?,
        address: text(10)?,
        destination: text(11)?,
        destination_typed: text(12)?,
        remark: text(13)?,
    })
}
