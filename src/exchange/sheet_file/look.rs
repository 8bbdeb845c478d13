//! What a file is, told by its content, and which of its sheets is read.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::{Book, Form, broken_off, checksum, start};
use crate::domain::intake::{ImportManner, SheetChoice};
use crate::exchange::read_csv;
use crate::exchange::read_parser::{BookKind, Parser, Task};
use crate::exchange::read_wire::{Frame, Looked};
use crate::exchange::sheet::{Alien, BYTE_LIMIT, Ending, SheetFaultCause};
use crate::exchange::text::plain_text;
use std::sync::Arc;

/// Within how many bytes it is looked for what a file is.
const HEAD: u64 = 4096;

pub(super) fn look_at(
    path: &Path,
    manner: &ImportManner,
    parser: Parser,
) -> Result<(Form, u64), SheetFaultCause> {
    let about = std::fs::metadata(path)?;
    if about.is_dir() {
        return Err(SheetFaultCause::Folder);
    }
    if !about.is_file() {
        return Err(SheetFaultCause::NoFile);
    }
    let mut file = File::open(path)?;
    let mut head = Vec::new();
    (&mut file).take(HEAD).read_to_end(&mut head)?;
    let form = match kind_of(&head)? {
        Some(kind) => Form::Book(look_at_book(file, (kind, parser), about.len(), manner)?),
        None => Form::Text(read_csv::form_of(path, manner.encoding, manner.delimiter)?),
    };
    Ok((form, about.len()))
}

/// What a file is that is no text, as its first bytes tell; none where it may be one.
fn kind_of(head: &[u8]) -> Result<Option<BookKind>, SheetFaultCause> {
    const ALIENS: [(&[u8], Alien); 12] = [
        (b"%PDF-", Alien::Pdf),
        (b"\x89PNG", Alien::Picture),
        (b"\xFF\xD8\xFF", Alien::Picture),
        (b"GIF8", Alien::Picture),
        (b"BM\x36", Alien::Picture),
        (b"Rar!", Alien::Archive),
        (b"7z\xBC\xAF", Alien::Archive),
        (b"\x1F\x8B", Alien::Archive),
        (b"PK\x05\x06", Alien::Archive),
        (b"{\\rtf", Alien::Document),
        (b"MIME-Version:", Alien::SavedPage),
        (b"From: <", Alien::SavedPage),
    ];
    if let Some((_, alien)) = ALIENS.iter().find(|(magic, _)| head.starts_with(magic)) {
        return Err(SheetFaultCause::Alien(*alien));
    }
    Ok(match head {
        [b'P', b'K', 3, 4, ..] => Some(BookKind::Archive),
        [0xD0, 0xCF, 0x11, 0xE0, ..] => Some(BookKind::Compound),
        _ if is_markup(head) => Some(BookKind::Markup),
        _ => None,
    })
}

/// Whether the first thing that is seen is a tag. Whoever writes `<b` in the first cell of a list
/// has no list.
fn is_markup(head: &[u8]) -> bool {
    let unmarked = head
        .strip_prefix(b"\xEF\xBB\xBF")
        .or_else(|| head.strip_prefix(b"\xFF\xFE"))
        .or_else(|| head.strip_prefix(b"\xFE\xFF"))
        .unwrap_or(head);
    let mut seen = unmarked.iter().filter(|byte| !byte.is_ascii_whitespace() && **byte != 0);
    let begins = seen.next() == Some(&b'<');
    let goes_on =
        seen.next().is_some_and(|byte| byte.is_ascii_alphabetic() || b"!?/".contains(byte));
    begins && goes_on
}

fn look_at_book(
    mut file: File,
    (kind, parser): (BookKind, Parser),
    length: u64,
    manner: &ImportManner,
) -> Result<Book, SheetFaultCause> {
    if length > BYTE_LIMIT {
        return Err(SheetFaultCause::TooBig(length.div_ceil(1024 * 1024)));
    }
    let sum = checksum(&mut file)?;
    let mut wire = start((kind, parser), Task::Look, file)?;
    let looked = match wire.next() {
        Frame::Looked(looked) => looked,
        Frame::Fault(cause) => return Err(cause),
        Frame::Broken => return Err(broken_off(&mut wire)),
        // Nobody sends them here.
        Frame::Row | Frame::End => return Err(SheetFaultCause::Fallen(Ending::Crashed)),
    };
    let place = place_of(&looked, manner.sheet.as_ref())?;
    Ok(Book { kind, parser, sum, looked: Arc::new(looked), place })
}

/// The sheet that is read: the one chosen, else the first that can be seen and has content.
fn place_of(looked: &Looked, wanted: Option<&SheetChoice>) -> Result<usize, SheetFaultCause> {
    let sheets = &looked.sheets;
    let Some(wanted) = wanted else {
        let fits = |is_hidden| {
            sheets.iter().position(|s| s.is_grid && s.has_content && s.is_hidden == is_hidden)
        };
        return fits(false).ok_or(SheetFaultCause::NoVisibleSheet);
    };
    let place = match wanted {
        SheetChoice::Place(place) => Some(*place),
        SheetChoice::Typed(typed) => {
            let named = sheets.iter().position(|sheet| plain_text(&sheet.name) == typed.trim());
            named.or_else(|| typed.trim().parse::<usize>().ok().and_then(|n| n.checked_sub(1)))
        }
    };
    place.filter(|at| sheets.get(*at).is_some_and(|s| s.is_grid)).ok_or_else(|| {
        let names: Vec<_> = sheets.iter().map(|sheet| plain_text(&sheet.name)).collect();
        let wanted = match wanted {
            SheetChoice::Place(place) => (place + 1).to_string(),
            SheetChoice::Typed(typed) => typed.clone(),
        };
        SheetFaultCause::NoSuchSheet { wanted, present: names.join("、") }
    })
}
