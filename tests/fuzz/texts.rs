//! Texts that people and other programs hand over: names, rules, answers, keys.

use tuanzhuan::domain::id_number::normal_form;
use tuanzhuan::domain::name_search::NameQuery;
use tuanzhuan::domain::person_name::PersonName;
use tuanzhuan::domain::phone::Phone;
use tuanzhuan::domain::text::{Cleaned, clean_line, clean_text};
use tuanzhuan::exchange::form::{read_form, write_form};
use tuanzhuan::exchange::text::{guarded, plain_text, unguarded};
use tuanzhuan::rules::{NATIONAL, Rules};

use crate::change::withstands;

const NAMES: &[&str] = &[
    "王凡",
    "阿依达娜·巴合提",
    "云州理工学院环境学院2024级环境科学2班团支部",
    "320102200901010077",
    "18625201029",
    "e\u{301}\u{302}\u{303} \u{202e}abc\u{200b}\r\n\t\u{1b}[31m红\u{9b}2J",
    "𠮷野家\u{e0041}",
];

fn names() -> Vec<Vec<u8>> {
    NAMES.iter().map(|name| name.as_bytes().to_vec()).collect()
}

/// What steers a terminal or hides in a text, whatever else it is.
pub fn is_harmful(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{61c}' | '\u{feff}' | '\u{ad}' | '\u{e0000}'..='\u{e007f}')
}

#[test]
fn cleaned_texts_carry_nothing_that_steers_a_terminal() {
    withstands("cleaned text", names(), |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let Cleaned { text: line, .. } = clean_line(&text);
        assert!(!line.chars().any(is_harmful), "{line:?}");
        assert_eq!(clean_line(&line).text, line);
        let Cleaned { text: several, .. } = clean_text(&text);
        assert!(!several.chars().any(|c| c != '\n' && is_harmful(c)), "{several:?}");
        assert_eq!(clean_text(&several).text, several);
        let plain = plain_text(&text);
        assert!(!plain.chars().any(is_harmful), "{plain:?}");
        assert_eq!(unguarded(&guarded(&plain)), plain);
    });
}

#[test]
fn normal_forms_are_normal() {
    withstands("normal forms", names(), |bytes| {
        let text = String::from_utf8_lossy(bytes);
        let number = normal_form(&text);
        assert_eq!(normal_form(&number), number);
        if let Ok(name) = PersonName::parse(&text) {
            assert_eq!(PersonName::parse(name.as_str()).unwrap(), name);
            assert!(!name.as_str().chars().any(is_harmful), "{name:?}");
        }
        if let Ok(phone) = Phone::parse(&text) {
            assert_eq!(Phone::parse(phone.reveal()).unwrap().reveal(), phone.reveal());
        }
        // Whatever is searched for, it is answered.
        let query = NameQuery::parse(&text);
        let n_found = NAMES.iter().filter_map(|name| query.matches(name, "T00000001")).count();
        assert!(n_found <= NAMES.len());
    });
}

#[test]
fn rules_are_read_or_refused_with_sentences() {
    withstands("rule file", vec![NATIONAL.as_bytes().to_vec()], |bytes| {
        let text = String::from_utf8_lossy(bytes);
        for read in [Rules::parse(&text), Rules::load_override(&text)] {
            let Err(faults) = read else { continue };
            assert!(!faults.is_empty());
            let said = faults.iter().map(ToString::to_string);
            said.for_each(|said| assert!(!said.is_empty() && !said.contains('\u{1b}'), "{said:?}"));
        }
    });
}

#[test]
fn forms_are_read_as_they_are_written() {
    let good = r#"{"member": "320102200901010077", "initiated_by": "origin", "contact_phone": "18625201029",
        "external_system": null, "reason": "further_study", "further_study": "undergraduate", "school": "某某大学",
        "employer": "", "address": "", "destination": "某某大学团委", "destination_typed": "", "remark": "毕业"}"#;
    withstands("form", vec![good.as_bytes().to_vec()], |bytes| {
        if let Ok(form) = read_form(bytes) {
            let written = write_form(&form).unwrap();
            assert_eq!(read_form(written.as_bytes()).unwrap(), form);
        }
    });
}
