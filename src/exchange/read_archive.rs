//! The archive that a workbook is: which sheets it has, what is hidden in them, and that it unpacks
//! to no more than a register needs.
//!
//! What the directory of an archive says about sizes is believed only where it is too much. All that
//! will be read later is unpacked once here and counted (security.md 6.1).

use std::fs::File;
use std::io::{BufReader, Read};

use memchr::memmem;
use zip::ZipArchive;
use zip::result::ZipError;

use super::read_markup::{Markup, Piece, Tag};
use super::read_parser::broken;
use super::read_wire::{Halt, LookedSheet};
use super::sheet::{Alien, COLUMN_LIMIT, SheetFaultCause};

/// Most files in a workbook (security.md 6.1).
const MEMBER_LIMIT: usize = 200;
/// Most bytes that what is read of a workbook unpacks to: 200 000 rows of a register stay well
/// below.
const INFLATED_LIMIT: u64 = 256 * 1024 * 1024;
/// From how many bytes on it must not be this many times as large as it was packed. The sheets of
/// registers unpack to ten to thirty times.
const SUSPECT_FROM: u64 = 48 * 1024 * 1024;
/// See [`SUSPECT_FROM`].
const RATIO: u64 = 100;
/// Most bytes of the parts that name the sheets.
const INDEX_LIMIT: u64 = 4 * 1024 * 1024;
/// Most hidden rows of all sheets that are told.
const HIDDEN: usize = 200_000;

type Archive = ZipArchive<BufReader<File>>;

/// A sheet, and the part of the archive that it stands in.
pub(super) struct Part {
    pub(super) sheet: LookedSheet,
    path: String,
}

/// Opens an archive that is a workbook, and says which sheets it has.
pub(super) fn sheets_of(file: File) -> Result<(Archive, Vec<Part>), Halt> {
    let mut archive = ZipArchive::new(BufReader::new(file)).map_err(|cause| zip_fault(&cause))?;
    if archive.len() > MEMBER_LIMIT {
        return Err(SheetFaultCause::Inflated.into());
    }
    told_by_names(&archive)?;
    let book = text_of(&mut archive, "xl/workbook.xml")?;
    let relations = text_of(&mut archive, "xl/_rels/workbook.xml.rels")?;
    let parts = Markup::of(&book).filter_map(|piece| match piece {
        Piece::Open(tag) if tag.is("sheet") => Some(part_of(&tag, &relations)),
        Piece::Open(_) | Piece::Close(_) | Piece::Text(_) => None,
    });
    Ok((archive, parts.take(MEMBER_LIMIT).collect()))
}

/// Unpacks and counts all that will be read, and looks what is hidden in each sheet.
pub(super) fn look(file: File) -> Result<Vec<LookedSheet>, Halt> {
    let (mut archive, mut parts) = sheets_of(file)?;
    let mut weight = Weight::default();
    for name in ["xl/sharedStrings.xml", "xl/styles.xml"] {
        match archive.by_name(name) {
            Ok(member) => {
                let packed = member.compressed_size();
                weight.unpack(member, packed, &mut |_| {})?;
            }
            Err(ZipError::FileNotFound) => {}
            Err(cause) => return Err(zip_fault(&cause)),
        }
    }
    let mut room = HIDDEN;
    for part in parts.iter_mut().filter(|part| part.sheet.is_grid) {
        let member = match archive.by_name(&part.path) {
            Ok(member) => member,
            Err(ZipError::FileNotFound) => continue,
            Err(cause) => return Err(zip_fault(&cause)),
        };
        let packed = member.compressed_size();
        let mut scan = Scan { sheet: &mut part.sheet, room };
        weight.unpack(member, packed, &mut |window| scan.look(window))?;
        room = scan.room;
        part.sheet.hidden_rows.sort_unstable();
        part.sheet.hidden_rows.dedup();
        part.sheet.hidden_columns.sort_unstable();
        part.sheet.hidden_columns.dedup();
    }
    Ok(parts.into_iter().map(|part| part.sheet).collect())
}

fn told_by_names(archive: &Archive) -> Result<(), SheetFaultCause> {
    let has = |name: &str| archive.index_for_name(name).is_some();
    if has("xl/workbook.xml") {
        return Ok(());
    }
    let alien = if has("xl/workbook.bin") {
        Alien::BinaryWorkbook
    } else if has("word/document.xml") {
        Alien::Document
    } else if has("ppt/presentation.xml") {
        Alien::Slides
    } else if has("content.xml") && has("mimetype") {
        Alien::OpenDocument
    } else {
        Alien::Archive
    };
    Err(SheetFaultCause::Alien(alien))
}

fn text_of(archive: &mut Archive, name: &str) -> Result<String, Halt> {
    let member = archive.by_name(name).map_err(|cause| zip_fault(&cause))?;
    let mut bytes = Vec::new();
    member.take(INDEX_LIMIT + 1).read_to_end(&mut bytes).map_err(|cause| broken(&cause))?;
    if bytes.len() as u64 > INDEX_LIMIT {
        return Err(SheetFaultCause::Inflated.into());
    }
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn zip_fault(cause: &ZipError) -> Halt {
    match cause {
        ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED) => {
            Halt::Fault(SheetFaultCause::Locked)
        }
        other => broken(other),
    }
}

fn part_of(tag: &Tag<'_>, relations: &str) -> Part {
    let id = tag.attribute("id").unwrap_or_default();
    let target = Markup::of(relations).find_map(|piece| match piece {
        Piece::Open(relation)
            if relation.is("relationship") && relation.attribute("Id").as_deref() == Some(&id) =>
        {
            Some((relation.attribute("Target")?, relation.attribute("Type")?))
        }
        Piece::Open(_) | Piece::Close(_) | Piece::Text(_) => None,
    });
    let (path, kind) = target.unwrap_or_default();
    let state = tag.attribute("state").unwrap_or_default();
    let sheet = LookedSheet {
        name: tag.attribute("name").unwrap_or_default().chars().take(100).collect(),
        is_grid: kind.ends_with("/worksheet"),
        is_hidden: matches!(state.as_ref(), "hidden" | "veryHidden"),
        ..LookedSheet::default()
    };
    let path = path.strip_prefix('/').map_or_else(|| format!("xl/{path}"), str::to_owned);
    Part { sheet, path }
}

/// How much was unpacked so far.
#[derive(Default)]
struct Weight(u64);

impl Weight {
    /// Bytes unpacked at once.
    const CHUNK: usize = 256 * 1024;
    /// Bytes that two windows share: a tag is no longer.
    const SHARED: usize = 4 * 1024;

    /// Unpacks a member to its end and shows it in windows that overlap.
    fn unpack(
        &mut self,
        mut member: impl Read,
        packed: u64,
        on_window: &mut dyn FnMut(&[u8]),
    ) -> Result<(), Halt> {
        let mut window = Vec::with_capacity(Self::CHUNK + Self::SHARED);
        let mut own = 0;
        loop {
            let kept = window.len();
            let chunk = (&mut member).take(Self::CHUNK as u64);
            let n = { chunk }.read_to_end(&mut window).map_err(|cause| broken(&cause))?;
            if n == 0 {
                return Ok(());
            }
            (self.0, own) = (self.0 + n as u64, own + n as u64);
            let is_suspect = own > SUSPECT_FROM && own > packed.saturating_mul(RATIO);
            if self.0 > INFLATED_LIMIT || is_suspect {
                return Err(SheetFaultCause::Inflated.into());
            }
            on_window(&window);
            let shown = kept + n;
            window.drain(..shown.saturating_sub(Self::SHARED));
        }
    }
}

/// Looks through the XML of a sheet for what is hidden.
struct Scan<'s> {
    sheet: &'s mut LookedSheet,
    room: usize,
}

impl Scan<'_> {
    fn look(&mut self, window: &[u8]) {
        let has = |word: &str| memmem::find(window, word.as_bytes()).is_some();
        let sheet = &mut *self.sheet;
        sheet.has_content =
            sheet.has_content || ["</v>", "</t>", ":v>", ":t>"].iter().any(|w| has(w));
        sheet.is_filtered = sheet.is_filtered || has("filterColumn ");
        sheet.is_merged = sheet.is_merged || has("mergeCell ");
        for at in memmem::find_iter(window, b"hidden=") {
            let head = window.get(..at).unwrap_or_default();
            let begins = memchr::memrchr(b'<', head);
            let ends = memchr::memchr(b'>', window.get(at..).unwrap_or_default());
            let tag = begins.zip(ends).and_then(|(from, to)| window.get(from..=at + to));
            if let Some(Piece::Open(tag)) = tag
                .and_then(|tag| std::str::from_utf8(tag).ok())
                .and_then(|tag| Markup::of(tag).next())
            {
                self.hidden(&tag);
            }
        }
    }

    fn hidden(&mut self, tag: &Tag<'_>) {
        let is_so =
            tag.attribute("hidden").is_some_and(|value| matches!(value.as_ref(), "1" | "true"));
        if !is_so {
            return;
        }
        if tag.is("row")
            && let Some(number) = tag.number("r").and_then(|n| u32::try_from(n).ok())
            && self.room > 0
        {
            self.room -= 1;
            self.sheet.hidden_rows.push(number);
        } else if tag.is("col")
            && let Some((first, last)) = tag.number("min").zip(tag.number("max"))
        {
            let columns = (first.max(1)..=last.min(COLUMN_LIMIT)).map(|column| column - 1);
            self.sheet.hidden_columns.extend(columns.filter_map(|c| u16::try_from(c).ok()));
        }
    }
}
