//! One file per screen, each with one `draw`.

pub mod accounts;
pub mod apply;
pub mod audit;
pub mod card;
pub mod centre;
pub mod choice;
pub mod corrections;
pub mod exports;
pub mod home;
pub mod import;
pub mod letters;
pub mod members;
pub mod organisations;
pub mod page;
pub mod pick;
pub mod reconcile;
pub mod record;
pub mod reminders;
pub mod setup;
pub mod sign_in;
pub mod text;
