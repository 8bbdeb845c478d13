//! Invented transfers for the tests of screens.

use chrono::NaiveDate;

use crate::domain::form::{Initiator, Reason, TransferForm};
use crate::domain::ids::{AccountId, Moment, Now, OrgId, TransferId};
use crate::domain::organisation::OrgPath;
use crate::domain::transfer::{Contact, TransferCard, TransferEvent, TransferRow};
use crate::domain::workflow::{Act, Destination, Facts, Origin, Stage};

/// Ten in the morning of a day in China.
pub fn at(year: i32, month: u32, day: u32) -> Now {
    let date = NaiveDate::from_ymd_opt(year, month, day).unwrap();
    Now::from_local(date.and_hms_opt(10, 0, 0).unwrap(), 8 * 3600)
}

/// The organisation at which the people of the screen tests have their role.
pub fn own_path() -> OrgPath {
    OrgPath::root(OrgId(1)).child(OrgId(5))
}

/// A transfer of another school's member to [`own_path`], a committee.
pub fn facts(stage: Stage) -> Facts {
    Facts {
        stage,
        origin: Origin::Managed(OrgPath::root(OrgId(2)).child(OrgId(9))),
        destination: Destination::Managed { path: own_path(), is_branch: false },
        initiator: Initiator::Member,
        applicant: AccountId(1),
        applicant_path: None,
        origin_consents: false,
        destination_consents: false,
        is_own: false,
    }
}

/// A row with long organisation names, waiting since 2020-05-17.
pub fn row(id: i64, stage: Stage) -> TransferRow {
    let names = ["孔维嘉", "王凡", "古丽米热·艾力江", "陈明"];
    let name = usize::try_from(id - 1).ok().and_then(|i| names.get(i)).copied();
    let since = at(2020, 5, 17).moment;
    TransferRow {
        id: TransferId(id),
        number: format!("ZJ20200517-{id:04}"),
        transferee: name.unwrap_or("李静").to_owned(),
        origin: "江苏省常州市武进区湖塘镇李公朴小学团支部2017级13班团支部".to_owned(),
        destination: "江苏省南京市南京晓庄学院团委".to_owned(),
        applied_at: (stage != Stage::Draft).then_some(since),
        done_at: stage.is_final().then(|| at(2020, 5, 25).moment),
        since,
        reason: Some(Reason::FurtherStudy),
        facts: facts(stage),
    }
}

/// The whole of [`row`], with its history.
pub fn card(id: i64, stage: Stage) -> TransferCard {
    let row = row(id, stage);
    let stopped = stage.is_final() && stage != Stage::Completed;
    let form = TransferForm {
        reason: Some(Reason::FurtherStudy),
        school: "南京晓庄学院".to_owned(),
        contact_phone: "18600000029".to_owned(),
        remark: "九月入学".to_owned(),
        ..TransferForm::default()
    };
    TransferCard {
        masked_id: "320***************".to_owned(),
        masked_phone: "186****0029".to_owned(),
        origin_contact: contact(&row.origin, "王莉茜", "13300000072"),
        superior_contact: contact("湖塘镇团委", "赵勇", "0519-86330000"),
        destination_contact: contact(&row.destination, "周敏", "025-86178000"),
        placed_in: String::new(),
        closing_reason: String::new(),
        stopped_in: stopped.then_some(Stage::DestinationReview),
        events: vec![event(1, "孔维嘉", Act::Submit), event(2, "王莉茜", Act::Approve)],
        form,
        row,
    }
}

fn contact(organisation: &str, name: &str, phone: &str) -> Contact {
    Contact {
        organisation: organisation.to_owned(),
        name: name.to_owned(),
        phone: phone.to_owned(),
    }
}

fn event(seq: i64, actor: &str, act: Act) -> TransferEvent {
    let (from, to) = match act {
        Act::Submit => (Stage::Draft, Stage::OriginReview),
        _ => (Stage::OriginReview, Stage::DestinationReview),
    };
    TransferEvent {
        seq,
        at: Moment(at(2020, 5, 17).moment.0 + seq * 3600),
        actor: actor.to_owned(),
        on_behalf_of: String::new(),
        act,
        from,
        to,
        reason: String::new(),
    }
}
