//! Ways from the lists and pages into forms and popups: one function for each, so that a list
//! need not know how a form is built.

use std::path::PathBuf;

use super::apply::{Apply, Opening};
use super::choice::{Choice, ChoiceItem, Release};
use super::import::Import;
use super::record::{Record, Then};
use super::text::TextPage;
use crate::domain::ids::MemberId;
use crate::domain::member::Member;
use crate::domain::organisation::Organisation;
use crate::model::effect::ImportKind;
use crate::model::layer::{Given, Layer};

/// A numbered choice that is handed back as [`crate::model::layer::Given::Option`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Offer {
    /// What is handed back.
    pub id: &'static str,
    /// What is read.
    pub label: String,
    /// Why it cannot be chosen now; such an offer stays in its place (ux.md 1, lazygit).
    pub refusal: Option<String>,
}

impl Offer {
    /// One that can be chosen.
    pub fn new(id: &'static str, label: impl Into<String>) -> Self {
        Self { id, label: label.into(), refusal: None }
    }

    /// The same with the reason why it cannot be chosen, if there is one.
    pub fn unless(mut self, refusal: Option<String>) -> Self {
        self.refusal = refusal;
        self
    }
}

/// A popup of choices under some lines of text.
pub fn choice(title: &str, lines: Vec<String>, offers: Vec<Offer>) -> Layer {
    let items = offers.into_iter().map(|offer| {
        let release = Release::Give(Given::Option(offer.id.to_owned()));
        ChoiceItem::new(offer.label, release).unless(offer.refusal)
    });
    Choice::new(title, lines, items.collect()).into()
}

/// The form for a new member.
pub fn add_member() -> Layer {
    Record::add_member().into()
}

/// The form for the free parts of a member's record.
pub fn edit_member(member: &Member) -> Layer {
    Record::edit_member(member).into()
}

/// The form that asks for another name or ID number.
pub fn correct_member(member: &Member) -> Layer {
    Record::correct_member(member).into()
}

/// The form that erases what is known of a member.
pub fn erase_member(member: &Member) -> Layer {
    Record::erase_member(member).into()
}

/// The form for a new organisation, below another where one is given.
pub fn add_org(superior: Option<&Organisation>) -> Layer {
    Record::add_org(superior).into()
}

/// The form for an organisation.
pub fn edit_org(org: &Organisation) -> Layer {
    Record::edit_org(org).into()
}

/// The form for a new account, for an organisation where one is given.
pub fn add_account(org: Option<&Organisation>) -> Layer {
    Record::add_account(org).into()
}

/// Asks for the reason and takes a member out of use.
pub fn retire_member(member: &Member) -> Layer {
    Record::ask_reason(&format!("停用 {}", member.name), Then::RetireMember(member.id)).into()
}

/// Asks for the reason and closes an organisation.
pub fn retire_org(org: &Organisation) -> Layer {
    Record::ask_reason(&format!("停用 {}", org.full_name), Then::RetireOrg(org.id)).into()
}

/// The form for a file of the history, as far as it answers what was typed.
pub fn export_history(asked: &str) -> Layer {
    Record::export_history(asked).into()
}

/// Asks for the file to import.
pub fn import_path(kind: ImportKind) -> Layer {
    Record::import_path(kind).into()
}

/// The import preview of a file.
pub fn import(kind: ImportKind, path: PathBuf) -> Layer {
    Import::new(kind, path).into()
}

/// The transfer form, filled for a member.
pub fn apply_for(member: MemberId) -> Layer {
    Apply::new(Opening::Member(member)).into()
}

/// A page of text.
pub fn text(title: &str, lines: Vec<String>) -> Layer {
    TextPage::new(title, lines).into()
}
