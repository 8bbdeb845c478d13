//! Fonts: which character has a glyph, and how wide it is.
//!
//! An office's own font is asked first, for each character; what it lacks the built-in one may
//! have. What neither has is refused by name before anything is printed.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use krilla::text::{Font, GlyphId};
use skrifa::instance::{LocationRef, Size};
use skrifa::{FontRef, MetadataProvider};

use super::fault::PaperFault;

/// A subset of Noto Serif SC; what it holds and how it was made stands beside it.
const BUILT_IN: &[u8] = include_bytes!("../../../assets/fonts/NotoSerifSC-Letter.ttf");

/// Largest file that is read as a font: collections of all Chinese weights stay below it.
const LARGEST: u64 = 200 << 20;

type Bytes = Arc<dyn AsRef<[u8]> + Send + Sync>;

/// A character's picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Glyph {
    /// Which of the faces.
    pub face: usize,
    /// Which of its glyphs.
    pub id: GlyphId,
    /// How far the next one stands, in ems.
    pub advance: f32,
}

struct Face {
    font: Font,
    bytes: Bytes,
    index: u32,
}

impl Face {
    fn new(bytes: Bytes, index: u32) -> Option<Self> {
        let font = Font::new(bytes.clone().into(), index)?;
        let face = Self { font, bytes, index };
        face.font_ref()?;
        Some(face)
    }

    fn font_ref(&self) -> Option<FontRef<'_>> {
        FontRef::from_index(self.bytes.as_ref().as_ref(), self.index).ok()
    }

    /// Glyph and advance of a character. A glyph without an advance is none that can be read.
    fn look_up(&self, c: char) -> Option<(GlyphId, f32)> {
        let font = self.font_ref()?;
        let id = font.charmap().map(c).filter(|id| id.to_u32() != 0)?;
        let metrics = font.glyph_metrics(Size::unscaled(), LocationRef::default());
        let advance = metrics.advance_width(id)? / self.font.units_per_em();
        (advance > 0.0).then(|| (GlyphId::new(id.to_u32()), advance))
    }
}

/// A font file of the office: a path, and for a collection the number of the font in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OwnFont {
    path: PathBuf,
    index: u32,
}

impl OwnFont {
    /// Reads `PATH` or `PATH#2`, the third font of a collection.
    pub fn of(text: &str) -> Self {
        let numbered = text.rsplit_once('#').and_then(|(path, index)| {
            Some(Self { path: PathBuf::from(path), index: index.parse().ok()? })
        });
        numbered.unwrap_or_else(|| Self { path: PathBuf::from(text), index: 0 })
    }

    /// The file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn read(&self) -> Result<Face, PaperFault> {
        let fault =
            |why: &str| PaperFault::OwnFont { path: self.path.clone(), why: why.to_owned() };
        let size = std::fs::metadata(&self.path).map_err(|_| fault("没有这个文件，或没有权限"))?;
        if !size.is_file() || size.len() > LARGEST {
            return Err(fault("它不是字体文件"));
        }
        let bytes = std::fs::read(&self.path).map_err(|_| fault("读不出来"))?;
        let face = Face::new(Arc::new(bytes), self.index);
        face.ok_or_else(|| fault("它不是字体文件，或里面没有这个序号的字体"))
    }
}

/// The fonts of a paper, the office's own first.
pub struct Faces {
    faces: Vec<Face>,
    known: RefCell<HashMap<char, Option<Glyph>>>,
}

impl Faces {
    /// The built-in font, behind the office's own where it names one.
    ///
    /// # Errors
    /// Where the own font cannot be read.
    pub fn new(own: Option<&OwnFont>) -> Result<Self, PaperFault> {
        let mut faces = Vec::new();
        if let Some(own) = own {
            faces.push(own.read()?);
        }
        let built_in = Face::new(Arc::new(BUILT_IN), 0);
        faces.push(built_in.ok_or_else(|| PaperFault::Pdf("built-in font".to_owned()))?);
        Ok(Self { faces, known: RefCell::default() })
    }

    pub(super) fn font(&self, face: usize) -> Option<Font> {
        self.faces.get(face).map(|face| face.font.clone())
    }

    /// A character's glyph in the first font that has it.
    pub(super) fn glyph(&self, c: char) -> Option<Glyph> {
        *self.known.borrow_mut().entry(c).or_insert_with(|| {
            self.faces.iter().enumerate().find_map(|(face, known)| {
                known.look_up(c).map(|(id, advance)| Glyph { face, id, advance })
            })
        })
    }

    /// The first character that no font here has.
    pub fn missing(&self, text: &str) -> Option<char> {
        text.chars().find(|c| self.glyph(*c).is_none())
    }

    /// How wide a text is at a size, both in points. What has no glyph takes a square.
    pub(super) fn width(&self, text: &str, size: f32) -> f32 {
        let ems: f32 = text.chars().map(|c| self.glyph(c).map_or(1.0, |g| g.advance)).sum();
        ems * size
    }
}
