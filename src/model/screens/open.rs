//! Ways from forms into popups, pickers and pages: one function for each, so that a form need not
//! know how those are built.

use std::path::PathBuf;

use super::card::CardPage;
use super::centre::Centre;
use super::choice::{Choice, ChoiceItem, Release};
use super::home::Home;
use super::import::Import;
use super::pick::{Pick, Typing};
use super::reconcile::Reconcile;
use crate::domain::account::Role;
use crate::domain::ids::TransferId;
use crate::model::effect::{ImportKind, OrgScope};
use crate::model::form::{Field, FieldKind};
use crate::model::layer::{Given, Layer};

/// A popup of numbered choices, each with identifier and words, under some lines of text. What is
/// chosen comes back as [`Given::Option`].
pub fn choice(title: &str, lines: Vec<String>, options: Vec<(String, String)>) -> Layer {
    let item = |(id, label)| ChoiceItem::new(label, Release::Give(Given::Option(id)));
    Choice::new(title, lines, options.into_iter().map(item).collect()).into()
}

/// The same for a field that has a value: the popup opens on that value, so that Enter keeps it.
pub fn options(field: &Field) -> Option<Layer> {
    let FieldKind::Choice { options, chosen } = &field.kind else { return None };
    let item = |(id, label): &(String, String)| {
        ChoiceItem::new(label.clone(), Release::Give(Given::Option(id.clone())))
    };
    let mut popup = Choice::new(&*field.label, Vec::new(), options.iter().map(item).collect());
    popup.selected = chosen.unwrap_or(0);
    Some(popup.into())
}

/// The picker of members, with a search text to start from.
pub fn member(search: &str) -> Layer {
    Pick::member(search).into()
}

/// The picker of organisations, with a search text to start from; a name typed by hand comes back
/// as [`Given::Typed`] where that is allowed.
pub fn organisation(scope: OrgScope, search: &str, typing: Typing) -> Layer {
    Pick::org(scope, search, typing).into()
}

/// One transfer.
pub fn card(id: TransferId) -> Layer {
    CardPage::new(id).into()
}

/// The comparison with a list of the official site.
pub fn reconcile(path: PathBuf) -> Layer {
    Reconcile::new(path).into()
}

/// The import preview of a file.
pub fn import(kind: ImportKind, path: PathBuf) -> Layer {
    Import::new(kind, path).into()
}

/// Where somebody begins the day.
pub fn desk(role: Role) -> Layer {
    match role {
        Role::Member => Centre::default().into(),
        Role::Operator | Role::Administrator => Home::default().into(),
    }
}
