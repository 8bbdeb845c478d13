//! Papers as PDF: letters of introduction, forms, registers.
//!
//! | file | what lives there |
//! |---|---|
//! | `face.rs` | fonts: which character has a glyph, how wide it is; the office's own font first |
//! | `lines.rs` | text into lines of a width |
//! | `sheet.rs` | what lies where on a sheet, before anything is a PDF |
//! | `slots.rs`, `template.rs` | templates of the office: text with places to fill in |
//! | `blocks.rs` | lines of a template as blocks with a height |
//! | `parts.rs`, `form.rs`, `roster.rs` | blocks on sheets |
//! | `pdf.rs` | sheets to bytes |
//! | `fault.rs` | why there is no paper |
//!
//! Everything is laid out by ourselves and only then drawn, so that tests see what lies where, and
//! no character is drawn that has no glyph: krilla would print a box for it without a word.

mod blocks;
mod face;
mod fault;
mod form;
mod lines;
mod parts;
mod pdf;
pub(super) mod roster;
mod sheet;
mod slots;
mod template;

#[cfg(test)]
mod tests;

pub use face::{Faces, OwnFont};
pub use fault::PaperFault;
pub use form::form_sheets;
pub use parts::letter_sheets;
pub use pdf::PdfFile;
pub use sheet::Sheet;
pub use slots::{Slot, Values};
pub use template::{Filled, Template};
