//! FORM.json: a transfer form as a file (cli.md).

use serde::Serialize;
use serde_json::{Map, Value};

use super::text::plain_text;
use crate::domain::form::{ExternalSystem, FieldId, Initiator, Reason, TransferForm};

/// Most bytes of a form: it holds a dozen short texts.
pub const FORM_BYTE_LIMIT: usize = 256 * 1024;

/// Why a text is no form. `Display` is the whole Chinese sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FormFault {
    /// More than [`FORM_BYTE_LIMIT`].
    #[error("表单文件有 {0} KB，最多 256 KB。请确认选对了文件。")]
    TooBig(usize),
    /// Not UTF-8.
    #[error("表单文件的文字编码不是 UTF-8。请用 UTF-8 编码另存后再试。")]
    NotUtf8,
    /// Not JSON.
    #[error(
        "表单不是完整的 JSON，第 {line} 行第 {column} 列附近读不下去。请检查那里的引号、逗号和括号。"
    )]
    Syntax {
        /// From one.
        line: usize,
        /// From one.
        column: usize,
    },
    /// JSON, but no object.
    #[error(
        "表单应是一个 JSON 对象，形如 {{\"member\": \"…\", \"reason\": \"…\"}}，现在是{0}。请照这个样子改。"
    )]
    NotAnObject(&'static str),
    /// A field that does not exist.
    #[error("表单里的字段「{name}」不认得。可以用：{allowed}。请改正或删去这个字段。")]
    UnknownField {
        /// As given.
        name: String,
        /// The identifiers.
        allowed: String,
    },
    /// A field of a type that it cannot have.
    #[error(
        "表单里的字段「{name}」（{label}）应是文字，要写在英文双引号里，现在是{found}。请改成文字，或写 null。"
    )]
    WrongType {
        /// Identifier.
        name: &'static str,
        /// The word on the screen.
        label: &'static str,
        /// What it is.
        found: &'static str,
    },
    /// A choice that does not exist.
    #[error(
        "表单里的字段「{name}」（{label}）不能是「{given}」。可以用：{allowed}。请改成其中一个。"
    )]
    UnknownChoice {
        /// Identifier.
        name: &'static str,
        /// The word on the screen.
        label: &'static str,
        /// As given.
        given: String,
        /// The identifiers with their words.
        allowed: String,
    },
}

/// Reads a form. Fields that are missing, `null` or empty are not given. What the fields say is
/// not checked here.
///
/// # Errors
/// As [`FormFault`] says.
pub fn read_form(bytes: &[u8]) -> Result<TransferForm, FormFault> {
    if bytes.len() > FORM_BYTE_LIMIT {
        return Err(FormFault::TooBig(bytes.len().div_ceil(1024)));
    }
    let text = std::str::from_utf8(bytes).map_err(|_| FormFault::NotUtf8)?;
    let text = text.strip_prefix('\u{FEFF}').unwrap_or(text);
    let mut form = TransferForm::default();
    for (name, value) in object_of(text)? {
        let field = FieldId::from_id(&name).ok_or_else(|| unknown_field(&name))?;
        let given = text_of(field, &value)?;
        check_choice(field, &given)?;
        form.set(field, &given);
    }
    Ok(form)
}

fn object_of(text: &str) -> Result<Map<String, Value>, FormFault> {
    let parsed: Value = serde_json::from_str(text)
        .map_err(|fault| FormFault::Syntax { line: fault.line(), column: fault.column() })?;
    match parsed {
        Value::Object(fields) => Ok(fields),
        other => Err(FormFault::NotAnObject(type_of(&other))),
    }
}

fn unknown_field(name: &str) -> FormFault {
    let allowed = FieldId::ALL.iter().map(|field| field.id()).collect::<Vec<_>>().join("、");
    FormFault::UnknownField { name: plain_text(name), allowed }
}

fn text_of(field: FieldId, value: &Value) -> Result<String, FormFault> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(plain_text(text)),
        Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            Err(FormFault::WrongType {
                name: field.id(),
                label: field.label(),
                found: type_of(value),
            })
        }
    }
}

fn type_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "空值 null",
        Value::Bool(_) => "真假值",
        Value::Number(_) => "数字",
        Value::String(_) => "文字",
        Value::Array(_) => "列表",
        Value::Object(_) => "对象",
    }
}

fn check_choice(field: FieldId, given: &str) -> Result<(), FormFault> {
    let choices = choices_of(field);
    if given.is_empty() || choices.is_empty() || choices.iter().any(|(id, _)| *id == given) {
        return Ok(());
    }
    let allowed: Vec<_> = choices.iter().map(|(id, label)| format!("{id}（{label}）")).collect();
    Err(FormFault::UnknownChoice {
        name: field.id(),
        label: field.label(),
        given: given.to_owned(),
        allowed: allowed.join("、"),
    })
}

/// Identifiers and words of a field that is chosen; nothing for a field that is typed. The
/// further-study routes are data of the rule file, so they are checked with the rules.
fn choices_of(field: FieldId) -> Vec<(&'static str, &'static str)> {
    match field {
        FieldId::Reason => Reason::ALL.iter().map(|v| (v.id(), v.label())).collect(),
        FieldId::InitiatedBy => Initiator::ALL.iter().map(|v| (v.id(), v.label())).collect(),
        FieldId::ExternalSystem => {
            ExternalSystem::ALL.iter().map(|v| (v.id(), v.label())).collect()
        }
        FieldId::Member
        | FieldId::MemberName
        | FieldId::OriginTyped
        | FieldId::ContactPhone
        | FieldId::FurtherStudy
        | FieldId::School
        | FieldId::Employer
        | FieldId::Address
        | FieldId::Destination
        | FieldId::DestinationTyped
        | FieldId::Remark => Vec::new(),
    }
}

/// FORM.json as it is written: every field, in the order of cli.md, `null` where not given.
#[derive(Serialize)]
struct FormOut<'f> {
    member: Option<&'f str>,
    member_name: Option<&'f str>,
    origin_typed: Option<&'f str>,
    initiated_by: Option<&'f str>,
    contact_phone: Option<&'f str>,
    external_system: Option<&'f str>,
    reason: Option<&'f str>,
    further_study: Option<&'f str>,
    school: Option<&'f str>,
    employer: Option<&'f str>,
    address: Option<&'f str>,
    destination: Option<&'f str>,
    destination_typed: Option<&'f str>,
    remark: Option<&'f str>,
}

/// Writes a form so that [`read_form`] gives it back, indented for people to fill in.
///
/// # Errors
/// None in practice: every field is a text.
pub fn write_form(form: &TransferForm) -> Result<String, serde_json::Error> {
    let given = |field| Some(form.get(field)).filter(|text| !text.is_empty());
    let out = FormOut {
        member: given(FieldId::Member),
        member_name: given(FieldId::MemberName),
        origin_typed: given(FieldId::OriginTyped),
        initiated_by: given(FieldId::InitiatedBy),
        contact_phone: given(FieldId::ContactPhone),
        external_system: given(FieldId::ExternalSystem),
        reason: given(FieldId::Reason),
        further_study: given(FieldId::FurtherStudy),
        school: given(FieldId::School),
        employer: given(FieldId::Employer),
        address: given(FieldId::Address),
        destination: given(FieldId::Destination),
        destination_typed: given(FieldId::DestinationTyped),
        remark: given(FieldId::Remark),
    };
    serde_json::to_string_pretty(&out).map(|text| text + "\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> String {
        read_form(text.as_bytes()).expect_err(text).to_string()
    }

    #[test]
    fn what_is_written_is_read_back() {
        let mut form = TransferForm::default();
        for field in FieldId::ALL {
            form.set(*field, choices_of(*field).first().map_or("甲\"乙", |(id, _)| id));
        }
        for form in [form, TransferForm::default()] {
            let text = write_form(&form).unwrap();
            assert_eq!(read_form(text.as_bytes()), Ok(form));
            assert!(FieldId::ALL.iter().all(|f| text.contains(&format!("\"{}\":", f.id()))));
        }
    }

    #[test]
    fn missing_null_and_marked_files_are_fine() {
        let form =
            read_form("\u{FEFF}{\"reason\":\"unemployed\",\"external_system\":null}".as_bytes());
        let form = form.unwrap();
        assert_eq!((form.reason, form.external_system), (Some(Reason::Unemployed), None));
        assert_eq!(read_form(b"{}"), Ok(TransferForm::default()));
        let form = read_form("{\"remark\":\" 一\\n二\\u001b \"}".as_bytes()).unwrap();
        assert_eq!(form.remark, "一 二");
    }

    #[test]
    fn each_fault_names_the_field_and_what_is_allowed() {
        for (text, wanted) in [
            ("{\"reson\":\"x\"}", "字段「reson」不认得。可以用：member、"),
            ("{\"member\":320102200001015539}", "「member」（转出人）应是文字"),
            ("{\"remark\":[\"x\"]}", "现在是列表"),
            ("{\"reason\":\"升学\"}", "further_study（升学）"),
            ("{\"external_system\":\"上海\"}", "beijing（北京）、guangdong（广东）"),
            ("{\"initiated_by\":\"me\"}", "origin（转出方）"),
            ("{\"member\":\n \"1\",,}", "第 2 行"),
            ("[]", "现在是列表"),
            ("", "第 1 行"),
        ] {
            let said = fault(text);
            assert!(said.contains(wanted), "{said}");
        }
        assert_eq!(read_form(b"\"\xC4\xE3\""), Err(FormFault::NotUtf8));
        assert_eq!(read_form(&vec![b' '; FORM_BYTE_LIMIT + 1]), Err(FormFault::TooBig(257)));
    }
}
