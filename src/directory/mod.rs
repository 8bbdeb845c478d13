//! The directory: the national list of organisations, as public data in a file of its own.
//!
//! The encrypted database holds what an office works with; the directory holds what it looks up.
//! It is built once from a list, never changed in place, mapped into memory and not loaded, and
//! shared by every window that reads it.
//!
//! Rows stand in the order in which people want to see them: shorter names first, and among those
//! of one length in the order of the tree. A query can therefore stop at the first rows it finds.
//!
//! | module | what |
//! |---|---|
//! | `layout` | header and sections of the file |
//! | `map` | the file as memory |
//! | `file`, `columns` | opening and reading it |
//! | `keys`, `postings`, `block` | lists of the organisations that have a gram |
//! | `grams` | what names are found by |
//! | `build` | writing a new file with bounded memory |
//! | `plan`, `cuts`, `lattice`, `sounds` | from a query to lists: characters, codes, readings by sound |
//! | `node`, `walk` | from lists to candidates, block by block |
//! | `search`, `near` | passes in the order of hits; what may have been meant |
//! | `spool` | the rows of a list on their way there |

mod block;
mod build;
mod bytes;
mod columns;
mod cuts;
mod fault;
mod file;
mod grams;
mod keys;
mod lattice;
mod layout;
mod map;
mod near;
mod node;
mod plan;
mod postings;
mod search;
mod sounds;
mod walk;
mod spool;

#[cfg(test)]
mod tests;

use crate::domain::organisation::OrgKind;

pub use build::{Built, build};
pub use columns::Rows;
pub use fault::{Cause, DirectoryFault};
pub use file::Directory;
pub use layout::Section;
pub use near::{Suggestion, Why};
pub use search::{Hits, Query, Search, Step};
pub use spool::{Spool, SpoolRow, SpoolWriter};

/// The place of an organisation in one directory file, from zero, in the order of rank: length of
/// the full name in characters, then the order of the tree. It means nothing in another file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OrgNo(pub u32);

/// What the directory knows of an organisation. Contacts are not among it: they are personal data,
/// and this file is not encrypted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry<'a> {
    /// Code as the list gives it; empty where it gives none.
    pub code: &'a str,
    /// Full name.
    pub full_name: &'a str,
    /// Short name, may be empty.
    pub short_name: &'a str,
    /// Kind.
    pub kind: OrgKind,
}

/// A list that a directory is built from: its rows by number, each with its superior's row. The
/// superiors make a forest: whoever offers a list has looked for circles.
pub trait Listing {
    /// How many rows.
    fn len(&self) -> u32;

    /// Whether there is none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// A row's organisation.
    fn entry(&self, row: u32) -> Entry<'_>;

    /// The row of its superior; none for a root.
    fn parent(&self, row: u32) -> Option<u32>;
}
