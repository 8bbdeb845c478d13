//! `transfer show`: all fields, the steps, the events.

use clap::Args;
use serde_json::{Map, Value, json};

use super::super::Call;
use super::super::output::{Exit, Output, Said, Stop, merged};
use super::list::document_of;
use super::{iso, minute};
use crate::domain::fault::Fault;
use crate::domain::form::{ExternalSystem, FieldId, Initiator, Reason};
use crate::domain::order::RevealTarget;
use crate::domain::phone::mask_phone;
use crate::domain::transfer::{
    Contact, ProgressState, ProgressStep, TransferCard, TransferEvent, progress,
};
use crate::domain::workflow::{Stage, offers};
use crate::office::Session;

#[derive(Args)]
pub(in crate::cli) struct ShowOrder {
    #[arg(value_name = "NUMBER", help = "编号，如 ZJ20200602-0013")]
    number: String,
    #[arg(long, help = "显示完整号码；会记入操作记录")]
    reveal: bool,
}

/// Numbers and telephones as they are shown.
struct Shown {
    id_number: String,
    phone: String,
    contact_phone: String,
}

pub(super) fn run(call: &mut Call<'_>, order: &ShowOrder) -> Said {
    let door = if order.reveal { call.sign_in_to_write()? } else { call.sign_in()? };
    let session = call.session(&door)?;
    let row = session.desk().transfer_by_number(&order.number)?;
    let card = session.desk().card(row.id)?;
    let shown = shown(&session, &card, order.reveal)?;
    let next = session.next_words(row.id)?;
    let steps = progress(&card.row.facts, card.stopped_in);
    let document = merged([
        document_of(&session, &card.row),
        json!({"id_number": shown.id_number, "phone": shown.phone, "next": next}),
        json!({"form": form_of(&session, &card, &shown), "contacts": contacts_of(&card)}),
        ending_of(&card),
        json!({"steps": steps.iter().map(step_of).collect::<Vec<_>>()}),
        json!({"actions": actions_of(&session, &card)}),
        json!({"events": card.events.iter().map(|e| event_of(&session, e)).collect::<Vec<_>>()}),
    ]);
    call.out.answer(&document, |out| {
        out.fields(&fields_of(&session, &card, &shown, &next))?;
        print_steps(out, &steps)?;
        card.events.iter().try_for_each(|event| out.line(&line_of(&session, event)))
    })?;
    Ok(Exit::DONE)
}

fn shown(session: &Session<'_>, card: &TransferCard, reveal: bool) -> Result<Shown, Fault> {
    let contact_phone = card.form.contact_phone.clone();
    if !reveal {
        return Ok(Shown {
            id_number: card.masked_id.clone(),
            phone: card.masked_phone.clone(),
            contact_phone: mask_phone(&contact_phone),
        });
    }
    let (id_number, phone, _) = session.reveal(RevealTarget::Transfer(card.row.id))?;
    Ok(Shown { id_number, phone, contact_phone })
}

/// The answers by their names in FORM.json, with the words of what was chosen.
fn form_of(session: &Session<'_>, card: &TransferCard, shown: &Shown) -> Value {
    let mut form = Map::new();
    for field in FieldId::ALL {
        let value = value_of(card, shown, *field);
        let label = words_of(session, card, *field);
        form.insert(field.id().to_owned(), json!(Some(value).filter(|v| !v.is_empty())));
        if let Some(label) = label {
            form.insert(format!("{}_label", field.id()), json!(label));
        }
    }
    Value::Object(form)
}

fn value_of(card: &TransferCard, shown: &Shown, field: FieldId) -> String {
    match field {
        FieldId::Member => shown.id_number.clone(),
        FieldId::ContactPhone => shown.contact_phone.clone(),
        field => card.form.get(field).to_owned(),
    }
}

/// The words of a choice; none for what is typed or not chosen.
fn words_of(session: &Session<'_>, card: &TransferCard, field: FieldId) -> Option<String> {
    let rules = session.rules();
    match field {
        FieldId::Reason => card.form.reason.map(|r: Reason| rules.reason(r).label().to_owned()),
        FieldId::InitiatedBy => card.form.initiated_by.map(|i: Initiator| i.label().to_owned()),
        FieldId::ExternalSystem => {
            card.form.external_system.map(|s: ExternalSystem| rules.external_label(s).to_owned())
        }
        FieldId::FurtherStudy => rules.route_label(&card.form.further_study).map(str::to_owned),
        FieldId::Member
        | FieldId::MemberName
        | FieldId::OriginTyped
        | FieldId::ContactPhone
        | FieldId::School
        | FieldId::Employer
        | FieldId::Address
        | FieldId::Destination
        | FieldId::DestinationTyped
        | FieldId::Remark => None,
    }
}

fn contacts_of(card: &TransferCard) -> Value {
    let contact = |c: &Contact| {
        let known = !c.organisation.is_empty();
        known.then(|| json!({"organisation": c.organisation, "name": c.name, "phone": c.phone}))
    };
    json!({
        "origin": contact(&card.origin_contact),
        "superior": contact(&card.superior_contact),
        "destination": contact(&card.destination_contact),
    })
}

fn ending_of(card: &TransferCard) -> Value {
    json!({
        "placed_in": Some(&card.placed_in).filter(|t| !t.is_empty()),
        "closing_reason": Some(&card.closing_reason).filter(|t| !t.is_empty()),
        "stopped_in": card.stopped_in.map(Stage::id),
        "stopped_in_label": card.stopped_in.map(Stage::label),
    })
}

fn step_of(step: &ProgressStep) -> Value {
    let (id, label) = state_of(step.state);
    json!({"label": step.label, "state": id, "state_label": label})
}

fn state_of(state: ProgressState) -> (&'static str, &'static str) {
    match state {
        ProgressState::Done => ("done", "已过"),
        ProgressState::Now => ("now", "现在"),
        ProgressState::Later => ("later", "未到"),
        ProgressState::Skipped => ("skipped", "不需要"),
        ProgressState::Stopped => ("stopped", "到此为止"),
    }
}

fn actions_of(session: &Session<'_>, card: &TransferCard) -> Vec<Value> {
    let offered = offers(&card.row.facts, session.actor());
    let allowed = offered.into_iter().filter(|(_, offer)| offer.is_ok());
    allowed.map(|(act, _)| json!({"action": act.id(), "action_label": act.label()})).collect()
}

fn event_of(session: &Session<'_>, event: &TransferEvent) -> Value {
    json!({
        "seq": event.seq, "at": iso(session.now(), event.at), "actor": event.actor,
        "on_behalf_of": Some(&event.on_behalf_of).filter(|t| !t.is_empty()),
        "action": event.act.id(), "action_label": event.act.label(),
        "from": event.from.id(), "from_label": event.from.label(),
        "to": event.to.id(), "to_label": event.to.label(),
        "reason": event.reason,
    })
}

fn fields_of(
    session: &Session<'_>,
    card: &TransferCard,
    shown: &Shown,
    next: &str,
) -> Vec<(&'static str, String)> {
    let (row, now) = (&card.row, session.now());
    let when = |at| Option::map_or(at, String::new(), |at| minute(now, at));
    let done_at = row.done_at.filter(|_| row.facts.stage == Stage::Completed);
    let mut fields = vec![
        ("编号", row.number.clone()),
        ("处理状态", row.facts.stage.label().to_owned()),
        ("下一步", next.to_owned()),
        ("转出人", row.transferee.clone()),
        ("身份证号", shown.id_number.clone()),
        ("手机号", shown.phone.clone()),
        ("转出团组织", row.origin.clone()),
        ("转入团组织", row.destination.clone()),
        ("申请时间", when(row.applied_at)),
        ("完成时间", when(done_at)),
        ("接收团支部", card.placed_in.clone()),
        ("原因", card.closing_reason.clone()),
    ];
    // The person and the two organisations stand above, by name.
    let above = [FieldId::Member, FieldId::MemberName, FieldId::OriginTyped, FieldId::Destination];
    for field in FieldId::ALL.iter().filter(|field| !above.contains(field)) {
        let value =
            words_of(session, card, *field).unwrap_or_else(|| value_of(card, shown, *field));
        fields.push((field.label(), value));
    }
    fields
}

fn print_steps(out: &mut Output, steps: &[ProgressStep]) -> Result<(), Stop> {
    let words: Vec<String> =
        steps.iter().map(|step| format!("{}（{}）", step.label, state_of(step.state).1)).collect();
    out.line(&format!("进度：{}", words.join(" - ")))
}

fn line_of(session: &Session<'_>, event: &TransferEvent) -> String {
    let mut line = format!(
        "{}  {}  {}  {} 到 {}",
        minute(session.now(), event.at),
        event.actor,
        event.act.label(),
        event.from.label(),
        event.to.label()
    );
    if !event.on_behalf_of.is_empty() {
        line.push_str(&format!("  代办：{}", event.on_behalf_of));
    }
    if !event.reason.is_empty() {
        line.push_str(&format!("  {}", event.reason.replace('\n', " ")));
    }
    line
}
