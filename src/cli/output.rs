//! Data to standard output, as text or as one JSON document; messages to standard error.
//!
//! Nothing here ever writes an escape sequence, so a pipe, a file and `NO_COLOR` need no special
//! care.

use std::io::{BufWriter, ErrorKind, Write};

use serde_json::{Map, Value};

use crate::domain::fault::{Fault, FaultKind};
use crate::domain::text::columns;

/// Why a command ended before its end.
pub(super) enum Stop {
    /// It was refused or failed.
    Fault(Fault),
    /// The reader of standard output has gone; nobody is left to tell.
    Closed,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

/// The exit code of a command that ran to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Exit(pub u8);

impl Exit {
    /// Done.
    pub const DONE: Self = Self(0);
    /// Done, but some rows were rejected; they are listed.
    pub const REJECTED: Self = Self(3);
    /// Refused by a rule of the trade; what is wrong is listed.
    pub const RULE: Self = Self(7);
    /// An input file is damaged; what is wrong is listed.
    pub const DAMAGED: Self = Self(74);
}

/// How a command ended.
pub(super) type Said = Result<Exit, Stop>;

/// In which form a command answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// For people.
    Text,
    /// One JSON document.
    Json,
}

/// Standard output.
pub(super) struct Output {
    out: Box<dyn Write>,
    form: Form,
}

impl Output {
    /// The process's own standard output.
    pub fn stdout(form: Form) -> Self {
        Self { out: Box::new(BufWriter::new(std::io::stdout())), form }
    }

    /// Whether JSON is wanted.
    pub fn is_json(&self) -> bool {
        self.form == Form::Json
    }

    /// Writes one line.
    pub fn line(&mut self, text: &str) -> Result<(), Stop> {
        writeln!(self.out, "{text}").map_err(|error| stop_of(&error))
    }

    /// Writes bytes as they are.
    pub fn raw(&mut self, bytes: &[u8]) -> Result<(), Stop> {
        self.out.write_all(bytes).map_err(|error| stop_of(&error))
    }

    /// Writes everything that waits.
    pub fn flush(&mut self) -> Result<(), Stop> {
        self.out.flush().map_err(|error| stop_of(&error))
    }

    /// Answers with the document where JSON is wanted, else with the text.
    pub fn answer(
        &mut self,
        document: &Value,
        text: impl FnOnce(&mut Self) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        match self.form {
            Form::Json => self.line(&document.to_string()),
            Form::Text => text(self),
        }
    }

    /// Writes a table with its columns aligned by the width of characters on a terminal.
    pub fn table(&mut self, headers: &[&str], rows: &[Vec<String>]) -> Result<(), Stop> {
        let header: Vec<String> = headers.iter().map(|h| (*h).to_owned()).collect();
        let mut widths = vec![0; headers.len()];
        for row in std::iter::once(&header).chain(rows) {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = columns(cell).max(*width);
            }
        }
        for row in std::iter::once(&header).chain(rows) {
            self.line(&aligned(row, &widths))?;
        }
        Ok(())
    }

    /// Writes labels with their values, leaving out what is empty.
    pub fn fields(&mut self, fields: &[(&str, String)]) -> Result<(), Stop> {
        for (label, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
            self.line(&format!("{label}：{value}"))?;
        }
        Ok(())
    }
}

fn aligned(row: &[String], widths: &[usize]) -> String {
    let mut line = String::new();
    for (cell, width) in row.iter().zip(widths) {
        line.push_str(&cell.replace('\n', " "));
        line.push_str(&" ".repeat(width.saturating_sub(columns(cell)) + 2));
    }
    line.trim_end().to_owned()
}

fn stop_of(error: &std::io::Error) -> Stop {
    if error.kind() == ErrorKind::BrokenPipe {
        return Stop::Closed;
    }
    let sentence = "结果写不出去：标准输出出错。请检查磁盘是否已满，再办一次。";
    Stop::Fault(Fault::new(FaultKind::CannotWrite, sentence).because(error))
}

/// Says something to the person beside the data. Where standard error is closed, nobody listens.
pub(super) fn note(text: &str) {
    writeln!(std::io::stderr(), "{text}").unwrap_or_default();
}

/// Joins objects into one.
pub(super) fn merged(objects: impl IntoIterator<Item = Value>) -> Value {
    let mut all = Map::new();
    for object in objects {
        if let Value::Object(fields) = object {
            all.extend(fields);
        }
    }
    Value::Object(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_aligned_by_columns_of_the_terminal() {
        let row = |a: &str, b: &str| aligned(&[a.to_owned(), b.to_owned()], &[6, 2]);
        assert_eq!(row("王凡", "x"), "王凡    x");
        assert_eq!(row("abcdef", "x"), "abcdef  x");
        assert_eq!(row("a\nb", ""), "a b");
    }

    #[test]
    fn a_closed_pipe_is_no_fault() {
        let closed = std::io::Error::from(ErrorKind::BrokenPipe);
        assert!(matches!(stop_of(&closed), Stop::Closed));
        let full = std::io::Error::from(ErrorKind::StorageFull);
        assert!(matches!(stop_of(&full), Stop::Fault(f) if f.kind == FaultKind::CannotWrite));
    }
}
