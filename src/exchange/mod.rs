//! Sheets and forms: bytes to domain values and back.
//!
//! Everything that comes in passes through here once and leaves as parsed values or as sentences
//! that name the row, the column and the remedy. Nothing here knows the database or the screen.

pub mod columns;
pub mod dates;
pub mod doubles;
pub mod export;
pub mod fault;
pub mod fields;
pub mod form;
pub mod history;
pub mod letter;
pub mod members;
pub mod official;
pub mod org_index;
pub mod org_tree;
pub mod organisations;
mod read_archive;
mod read_csv;
mod read_html;
mod read_markup;
pub mod read_parser;
mod read_sheetml;
mod read_wire;
mod read_xls;
mod read_xlsx;
pub mod registers;
pub mod row_file;
pub mod sheet;
pub mod sheet_file;
mod sheet_notes;
pub mod text;
mod text_stream;
pub mod transfers;

#[cfg(test)]
mod testing;
