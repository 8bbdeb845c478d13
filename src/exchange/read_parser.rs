//! Who reads workbooks: in a program another process of it, in unit tests a thread.
//!
//! What unpacks and takes apart the files of other programs is large and was shown to fall over and
//! to take memory without end (security.md 6.1). So it runs where neither matters: the shell gives a
//! [`Parser`] that starts a process without keys, database or path, which gets the open file and
//! sends rows back. Text files need none: they are read in this process by code that is safe and
//! takes memory for one row of bounded length at a time (`text_stream`).

use std::fmt;
use std::fs::File;
use std::io::{self, Read, Write};

use super::read_wire::{Halt, WireWriter};
use super::sheet::{Ending, SheetFaultCause};
use super::{read_html, read_xls, read_xlsx};

pub use super::read_wire::read_any_stream;

/// What a workbook is, told by its first bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookKind {
    /// An archive: `.xlsx`.
    Archive,
    /// A compound file: `.xls`.
    Compound,
    /// A web page or XML.
    Markup,
}

/// What shall be read of a workbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Task {
    /// Which sheets there are, and what is hidden.
    Look,
    /// The rows of the sheet at this place, from zero.
    Rows(usize),
}

/// What a reader of workbooks is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ParseOrder {
    /// What the file is.
    pub kind: BookKind,
    /// What of it.
    pub task: Task,
}

impl ParseOrder {
    /// The order as words of a command line.
    pub fn words(self) -> [String; 2] {
        let kind = match self.kind {
            BookKind::Archive => "archive",
            BookKind::Compound => "compound",
            BookKind::Markup => "markup",
        };
        let task = match self.task {
            Task::Look => "look".to_owned(),
            Task::Rows(sheet) => sheet.to_string(),
        };
        [kind.to_owned(), task]
    }

    /// The order of such words.
    pub fn from_words(words: &[&str]) -> Option<Self> {
        let [kind, task] = words else { return None };
        let kind = match *kind {
            "archive" => BookKind::Archive,
            "compound" => BookKind::Compound,
            "markup" => BookKind::Markup,
            _ => return None,
        };
        let task = match *task {
            "look" => Task::Look,
            sheet => Task::Rows(sheet.parse().ok()?),
        };
        Some(Self { kind, task })
    }
}

/// What a reader of workbooks sends. Dropping it ends the reader.
pub trait Feed: Read + Send {
    /// How the reader ended, asked where what it sent breaks off.
    fn ending(&mut self) -> Ending;
}

/// Starts readers of workbooks.
#[derive(Clone, Copy)]
pub struct Parser(pub fn(ParseOrder, File) -> io::Result<Box<dyn Feed>>);

impl Default for Parser {
    /// One that reads in a thread of this process, for tests: nothing limits it there.
    fn default() -> Self {
        Self(in_thread)
    }
}

impl fmt::Debug for Parser {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Parser")
    }
}

struct ThreadFeed(io::PipeReader);

impl Read for ThreadFeed {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        self.0.read(into)
    }
}

impl Feed for ThreadFeed {
    fn ending(&mut self) -> Ending {
        Ending::Crashed
    }
}

fn in_thread(order: ParseOrder, file: File) -> io::Result<Box<dyn Feed>> {
    let (reader, writer) = io::pipe()?;
    std::thread::Builder::new().spawn(move || serve(order, file, io::BufWriter::new(writer)))?;
    Ok(Box::new(ThreadFeed(reader)))
}

/// Reads what was ordered of a workbook and writes it to `out`. What is wrong with the workbook is
/// written too; where nobody listens any more, it stops.
pub fn serve(order: ParseOrder, file: File, out: impl Write) {
    let Ok(mut wire) = WireWriter::begin(out) else { return };
    let read = match order.kind {
        BookKind::Archive => read_xlsx::read(file, order.task, &mut wire),
        BookKind::Compound => read_xls::read(file, order.task, &mut wire),
        BookKind::Markup => read_html::read(file, order.task, &mut wire),
    };
    let told = match read {
        Ok(()) => wire.end(),
        Err(Halt::Fault(cause)) => wire.fault(&cause),
        Err(Halt::Alone) => Ok(()),
    };
    // It was the last word, and nobody may be there to hear it.
    told.unwrap_or_default();
}

/// An error of the system while a workbook is read, for the brackets of the sentence.
pub(super) fn broken(cause: &dyn fmt::Display) -> Halt {
    Halt::Fault(SheetFaultCause::Broken(cause.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_pass_as_words() {
        for kind in [BookKind::Archive, BookKind::Compound, BookKind::Markup] {
            for task in [Task::Look, Task::Rows(0), Task::Rows(7)] {
                let order = ParseOrder { kind, task };
                let words = order.words();
                let words: Vec<&str> = words.iter().map(String::as_str).collect();
                assert_eq!(ParseOrder::from_words(&words), Some(order));
            }
        }
        for wrong in [vec![], vec!["archive"], vec!["x", "look"], vec!["archive", "-1"]] {
            assert_eq!(ParseOrder::from_words(&wrong), None);
        }
    }
}
