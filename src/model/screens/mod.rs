//! One file per screen: what it holds, what its keys do, what it makes of answers.

pub mod accounts;
pub mod apply;
pub mod audit;
pub mod card;
pub mod centre;
pub mod choice;
pub mod corrections;
pub mod decide;
pub mod doors;
pub mod exports;
pub mod guard;
pub mod home;
pub mod import;
pub mod members;
pub mod menu;
pub mod open;
pub mod organisations;
pub mod page;
pub mod pick;
pub mod record;
pub mod reminders;
pub mod setup;
pub mod sign_in;
pub mod text;
pub mod ways;
