//! Templates: text with places to fill in, which an office may lay its own over.
//!
//! What a line begins with says what it is; the built-in templates explain it to whoever edits
//! them. A template is read whole before anything is printed, and a fault names its line.

use super::face::Faces;
use super::fault::PaperFault;
use super::slots::{Slot, Values};
use crate::domain::letter::PaperKind;

/// Largest template that is read, in bytes.
const LARGEST: usize = 64 << 10;
/// Most lines in height that a row of a table may ask for.
const TALLEST: usize = 30;

/// A template without fault.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    name: String,
    parts: Vec<(String, Vec<TemplateLine>)>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct TemplateLine {
    shape: Shape,
    /// One, or each piece of a sign-off or row.
    cells: Vec<Vec<Piece>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(String),
    Slot(Slot),
}

/// What a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Centred and larger.
    Title,
    /// At the right.
    Right,
    /// Text.
    Body,
    /// Half a line of nothing.
    Gap,
    /// Who and when, with a place for the seal.
    Sign,
    /// A row of a table at least so many lines high, labels and contents in turn.
    Row(usize),
}

/// A template that was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Filled {
    pub(super) parts: Vec<(String, Vec<FilledLine>)>,
}

/// A line of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct FilledLine {
    pub shape: Shape,
    pub cells: Vec<String>,
}

/// The part of the papers that have one only.
pub(super) const BODY: &str = "正文";
/// Kept by who issues.
pub(super) const COUNTERFOIL: &str = "存根";
/// What the seal lies across.
pub(super) const SEAM: &str = "骑缝";
/// What goes along.
pub(super) const LETTER: &str = "介绍信";
/// What comes back.
pub(super) const RECEIPT: &str = "回执";

/// The parts that a kind of paper has, each with what it cannot do without.
fn wanted(kind: PaperKind) -> &'static [(&'static str, &'static [Slot])] {
    const LETTERS: &[(&str, &[Slot])] = &[
        (COUNTERFOIL, &[Slot::Number, Slot::Name]),
        (SEAM, &[Slot::Number]),
        (LETTER, &[Slot::Number, Slot::Name, Slot::IdNumber, Slot::ValidUntil]),
        (RECEIPT, &[Slot::Number, Slot::Name]),
    ];
    match kind {
        PaperKind::Letter => LETTERS,
        PaperKind::Retention | PaperKind::Notice => &[(BODY, &[Slot::Name])],
    }
}

impl Template {
    /// The built-in text of a kind of paper.
    pub fn built_in_text(kind: PaperKind) -> &'static str {
        match kind {
            PaperKind::Letter => include_str!("../../../assets/letters/letter.txt"),
            PaperKind::Retention => include_str!("../../../assets/letters/retention.txt"),
            PaperKind::Notice => include_str!("../../../assets/letters/notice.txt"),
        }
    }

    /// Reads a template; `name` is what faults call it.
    ///
    /// # Errors
    /// The first fault, with its line.
    pub fn read(kind: PaperKind, name: &str, bytes: &[u8]) -> Result<Self, PaperFault> {
        let fault =
            |line: usize, why: String| PaperFault::Template { name: name.to_owned(), line, why };
        if bytes.len() > LARGEST {
            return Err(fault(1, format!("文件有 {} 字节，最多 {LARGEST}", bytes.len())));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let good = bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = 1 + good.iter().filter(|b| **b == b'\n').count();
            fault(line, "不是 UTF-8 编码。请用记事本另存为 UTF-8".to_owned())
        })?;
        let parts = Reader::default()
            .read(kind, text.trim_start_matches('\u{feff}'))
            .map_err(|(line, why)| fault(line, why))?;
        let parts = parts.into_iter().map(|part| (part.name, part.lines)).collect();
        Ok(Self { name: name.to_owned(), parts })
    }

    /// Whether the fonts have every character of its own text.
    ///
    /// # Errors
    /// The first character that they lack.
    pub fn check_glyphs(&self, faces: &Faces) -> Result<(), PaperFault> {
        let lines = self.parts.iter().flat_map(|(_, lines)| lines);
        let pieces = lines.flat_map(|line| line.cells.iter().flatten());
        let missing = pieces
            .filter_map(|piece| match piece {
                Piece::Text(text) => faces.missing(text),
                Piece::Slot(_) => None,
            })
            .next();
        missing.map_or(Ok(()), |character| {
            Err(PaperFault::NoGlyph { whose: format!("模板 {} ", self.name), character })
        })
    }

    /// Fills it in.
    pub fn fill(&self, values: &Values) -> Filled {
        let cell = |pieces: &Vec<Piece>| -> String {
            pieces
                .iter()
                .map(|piece| match piece {
                    Piece::Text(text) => text.clone(),
                    Piece::Slot(slot) => values.text(*slot),
                })
                .collect()
        };
        let line = |line: &TemplateLine| FilledLine {
            shape: line.shape,
            cells: line.cells.iter().map(cell).collect(),
        };
        let part = |(name, lines): &(String, Vec<TemplateLine>)| {
            (name.clone(), lines.iter().map(line).collect())
        };
        Filled { parts: self.parts.iter().map(part).collect() }
    }
}

impl Filled {
    /// The lines of a part.
    pub(super) fn part(&self, name: &str) -> &[FilledLine] {
        let found = self.parts.iter().find(|(known, _)| known == name);
        found.map_or(&[], |(_, lines)| lines)
    }
}

/// A line number and what is wrong there.
type Wrong = (usize, String);

struct Part {
    line: usize,
    name: String,
    lines: Vec<TemplateLine>,
}

#[derive(Default)]
struct Reader {
    parts: Vec<Part>,
}

impl Reader {
    fn read(mut self, kind: PaperKind, text: &str) -> Result<Vec<Part>, Wrong> {
        let mut last = 1;
        for (n, line) in (1..).zip(text.lines()) {
            let line = line.trim_end();
            last = n;
            if line.starts_with('#') {
                continue;
            }
            let header = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
            match header {
                Some(name) => self.begin(kind, n, name)?,
                None => self.take(kind, n, line)?,
            }
        }
        self.check(kind, last)?;
        self.parts.iter_mut().for_each(|part| trim_gaps(&mut part.lines));
        Ok(self.parts)
    }

    fn begin(&mut self, kind: PaperKind, line: usize, name: &str) -> Result<(), Wrong> {
        let known: Vec<&str> = wanted(kind).iter().map(|(name, _)| *name).collect();
        if !known.contains(&name) {
            return Err((line, format!("不认识「[{name}]」。可以用：{}", known.join("、"))));
        }
        if self.parts.iter().any(|part| part.name == name) {
            return Err((line, format!("「[{name}]」前面已经有了。每一联只写一次")));
        }
        self.parts.push(Part { line, name: name.to_owned(), lines: Vec::new() });
        Ok(())
    }

    fn take(&mut self, kind: PaperKind, n: usize, line: &str) -> Result<(), Wrong> {
        let Some(part) = self.parts.last_mut() else {
            let first = wanted(kind).first().map_or(BODY, |(name, _)| name);
            let blank = line.is_empty();
            return if blank {
                Ok(())
            } else {
                Err((n, format!("前面少了「[{first}]」这样的一行")))
            };
        };
        let (shape, cells) = shape_of(line).map_err(|why| (n, why))?;
        let cells = cells.iter().map(|cell| pieces(cell, kind)).collect::<Result<_, _>>();
        part.lines.push(TemplateLine { shape, cells: cells.map_err(|why| (n, why))? });
        Ok(())
    }

    fn check(&self, kind: PaperKind, last: usize) -> Result<(), Wrong> {
        for (name, slots) in wanted(kind) {
            let Some(part) = self.parts.iter().find(|part| part.name == *name) else {
                return Err((last, format!("到末尾还没有「[{name}]」这一联")));
            };
            let has = |slot: &Slot| {
                let mut pieces = part.lines.iter().flat_map(|line| line.cells.iter().flatten());
                pieces.any(|piece| *piece == Piece::Slot(*slot))
            };
            if let Some(slot) = slots.iter().find(|slot| !has(slot)) {
                let why = format!("「[{name}]」里没有 {{{}}}，这一项不能少", slot.label());
                return Err((part.line, why));
            }
        }
        Ok(())
    }
}

/// Empty lines at the ends of a part belong to the file, not to the paper.
fn trim_gaps(lines: &mut Vec<TemplateLine>) {
    let is_gap = |line: &TemplateLine| line.shape == Shape::Gap;
    while lines.last().is_some_and(is_gap) {
        lines.pop();
    }
    let first = lines.iter().position(|line| !is_gap(line)).unwrap_or(0);
    lines.drain(..first);
}

fn shape_of(line: &str) -> Result<(Shape, Vec<&str>), String> {
    let one = |shape, text| Ok((shape, vec![text]));
    if line.is_empty() {
        return Ok((Shape::Gap, Vec::new()));
    }
    if let Some(text) = line.strip_prefix("= ") {
        return one(Shape::Title, text);
    }
    if let Some(text) = line.strip_prefix("> ") {
        return one(Shape::Right, text);
    }
    if let Some(text) = line.strip_prefix("@ ") {
        return Ok((Shape::Sign, text.split('|').collect()));
    }
    match line.strip_prefix('|') {
        Some(row) => row_of(row),
        None => one(Shape::Body, line),
    }
}

fn row_of(row: &str) -> Result<(Shape, Vec<&str>), String> {
    let row = row.strip_suffix('|').ok_or("表格的一行要用竖线「|」开头和结尾")?;
    let mut cells: Vec<&str> = row.split('|').collect();
    if cells.len() % 2 == 1 {
        return Err(format!("表格的一行要名目和内容相间，现在有 {} 格", cells.len()));
    }
    let first = cells.first().copied().unwrap_or_default();
    let (least, label) = match first.split_once(':') {
        Some((n, label)) => (n.parse().ok(), label),
        None => (Some(1), first),
    };
    let least = least.filter(|n| (1..=TALLEST).contains(n)).ok_or_else(|| {
        format!("表格的行高应是 1 到 {TALLEST} 的数字加冒号，如「4:意见」，现在是「{first}」")
    })?;
    if let Some(cell) = cells.first_mut() {
        *cell = label;
    }
    Ok((Shape::Row(least), cells))
}

fn pieces(text: &str, kind: PaperKind) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        let closed = after.split_once('}').filter(|(word, _)| !word.contains('{'));
        let (word, after) = closed.ok_or("有「{」没有「}」。花括号要成对")?;
        check_closed(before)?;
        if !before.is_empty() {
            pieces.push(Piece::Text(before.to_owned()));
        }
        pieces.push(Piece::Slot(slot(word.trim(), kind)?));
        rest = after;
    }
    check_closed(rest)?;
    if !rest.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    Ok(pieces)
}

fn check_closed(text: &str) -> Result<(), String> {
    let lone = text.contains('}');
    if lone { Err("有「}」没有「{」。花括号要成对".to_owned()) } else { Ok(()) }
}

fn slot(word: &str, kind: PaperKind) -> Result<Slot, String> {
    // Only letters are numbered and run out.
    let known = |slot: &Slot| {
        kind == PaperKind::Letter
            || !matches!(slot, Slot::Number | Slot::ValidDays | Slot::ValidUntil)
    };
    let found = Slot::from_label(word).filter(known);
    found.ok_or_else(|| {
        let all: Vec<&str> = Slot::ALL.iter().filter(|s| known(s)).map(|s| s.label()).collect();
        format!("不认识「{{{word}}}」。可以用：{}", all.join("、"))
    })
}
