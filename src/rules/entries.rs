//! Entries of the rule file that need no source of their own, and what must hold inside them.

use super::fault::RuleFault;
use super::read::Item;
use super::types::{Basis, ClassRule, Deadline, FieldRule, Matching, PlaceClass, StageLimit};
use crate::domain::form::{FieldId, Reason};
use crate::domain::workflow::Stage;

/// Most days that personal data of somebody who left may be kept unreminded: a hundred years.
pub(super) const MOST_KEPT: i64 = 36_500;

/// Most days that a limit of the file may have.
pub(super) const MOST_DAYS: i64 = 3650;

/// Fields that a reason may ask for.
const BY_REASON: [FieldId; 6] = [
    FieldId::FurtherStudy,
    FieldId::School,
    FieldId::Employer,
    FieldId::Address,
    FieldId::Destination,
    FieldId::Remark,
];

pub(super) fn field_rule(id: FieldId, label: String, required: bool, basis: Basis) -> FieldRule {
    FieldRule { id, label, required, help: basis.help, source: basis.source, year: basis.year }
}

/// The fields of a reason; they share its source and year.
pub(super) fn reason_fields(
    item: &Item<'_>,
    reason: Option<Reason>,
    basis: &Basis,
) -> Vec<FieldRule> {
    let read = |field: &Item<'_>| {
        let basis = Basis { help: field.text("help"), ..basis.clone() };
        let id = field.choice("id", &BY_REASON, FieldId::id);
        let (label, required) = (field.text("label"), field.flag("required"));
        Some(field_rule(id?, label, required, basis))
    };
    let fields: Vec<_> = item.each_good("fields", read);
    check_stars(item, &fields);
    if let Some(reason) = reason {
        check_destination(item, reason, &fields);
    }
    fields
}

/// A field that stands twice is a slip; with two different stars nobody could tell which counts.
fn check_stars(item: &Item<'_>, fields: &[FieldRule]) {
    for (i, field) in fields.iter().enumerate() {
        let Some(earlier) = fields.iter().take(i).find(|other| other.id == field.id) else {
            continue;
        };
        let how = if earlier.required == field.required {
            "写了不止一次"
        } else {
            "一处必填、一处不必填"
        };
        item.note(
            RuleFault::new(
                &item.place("fields"),
                format!("里「{}」{how}", field.id.id()),
                "每项只能写一次",
            )
            .remedy("请留下一条，删去另一条"),
        );
    }
}

/// A request needs a destination to find its way; a special unit must not have one, nor anything
/// that tells which unit it is.
fn check_destination(item: &Item<'_>, reason: Reason, fields: &[FieldRule]) {
    if reason == Reason::SpecialUnit {
        for field in fields.iter().filter(|f| f.id != FieldId::Remark) {
            let found = format!("里有「{}」", field.id.id());
            item.note(
                RuleFault::new(&item.place("fields"), found, "转往特殊单位不填单位名称和地点")
                    .remedy("请删去这一项"),
            );
        }
        return;
    }
    let destination = fields.iter().find(|f| f.id == FieldId::Destination);
    if destination.is_none_or(|f| !f.required) {
        let found = "里没有必填的「destination」";
        item.note(
            RuleFault::new(&item.place("fields"), found, "除转往特殊单位外，转入组织都要必填")
                .remedy("请补上 { id = \"destination\", required = true } 这一项"),
        );
    }
}

/// The classes that a name can tell.
pub(super) fn named_classes() -> impl Iterator<Item = PlaceClass> {
    PlaceClass::ALL.iter().copied().filter(|class| *class != PlaceClass::PresentSchool)
}

pub(super) fn class(item: &Item<'_>) -> Option<ClassRule> {
    let ids: Vec<_> = named_classes().collect();
    let class = item.choice("id", &ids, PlaceClass::id);
    let matching = item.choice("match", Matching::ALL, Matching::id);
    let words = item.texts("words");
    item.text("label");
    if words.is_empty() {
        item.fault("words", "是空的", "应该至少有一个词");
    }
    Some(ClassRule { class: class?, matching: matching?, words })
}

/// Days until a reminder and until overdue.
pub(super) fn limit_days(item: &Item<'_>) -> (i64, i64) {
    let remind = item.number("remind_days", 1, MOST_DAYS);
    let overdue = item.number("overdue_days", 1, MOST_DAYS);
    if remind > overdue {
        let wanted = format!("不能大于 overdue_days（{overdue}）");
        item.fault("remind_days", format!("现在是 {remind}"), wanted);
    }
    (remind, overdue)
}

pub(super) fn stage_limit(item: &Item<'_>) -> Option<StageLimit> {
    let open: Vec<_> = Stage::ALL.iter().copied().filter(|stage| stage.is_open()).collect();
    let stage = item.choice("id", &open, Stage::id);
    let (remind_days, overdue_days) = limit_days(item);
    Some(StageLimit { stage: stage?, remind_days, overdue_days })
}

pub(super) fn deadline(item: &Item<'_>) -> Deadline {
    let small = |n: i64| u32::try_from(n).unwrap_or(1);
    let deadline = Deadline {
        month: small(item.number("month", 1, 12)),
        day: small(item.number("day", 1, 31)),
        percent: item.number_if_any("percent", 1, 100).map(small),
        what: item.text("what"),
    };
    // A leap year, so that 29 February may be written.
    if deadline.on(2024).is_none() {
        item.fault("day", format!("现在是 {}", deadline.day), "应该是这个月里有的一天");
    }
    deadline
}
