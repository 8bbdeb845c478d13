//! Sheets to bytes.
//!
//! The document says nothing about who made it when: no author, no hour, a title of its kind.

use krilla::Document;
use krilla::SerializeSettings;
use krilla::color::luma;
use krilla::geom::{PathBuilder, Point};
use krilla::metadata::Metadata;
use krilla::num::NormalizedF32;
use krilla::page::PageSettings;
use krilla::paint::{Fill, FillRule, Stroke as Pen, StrokeDash};
use krilla::surface::Surface;
use krilla::text::KrillaGlyph;

use super::face::{Faces, Glyph};
use super::fault::PaperFault;
use super::sheet::{Ink, Mark, Sheet, Stroke};

/// Width of a line, in points.
const PEN: f32 = 0.6;
/// Of the grey that is seen and written over.
const GREY: u8 = 120;

/// A PDF that is being made.
pub struct PdfFile<'f> {
    faces: &'f Faces,
    document: Document,
    n_sheets: usize,
}

impl<'f> PdfFile<'f> {
    /// An empty one. The title names the kind of paper and nobody.
    pub fn new(faces: &'f Faces, title: &str) -> Self {
        let settings = SerializeSettings {
            xmp_metadata: false,
            enable_tagging: false,
            ..SerializeSettings::default()
        };
        let mut document = Document::new_with(settings);
        let metadata = Metadata::new().title(title.to_owned()).language("zh-CN".to_owned());
        document.set_metadata(metadata);
        Self { faces, document, n_sheets: 0 }
    }

    /// Adds a page.
    pub fn add(&mut self, sheet: &Sheet) {
        let Some(settings) = PageSettings::from_wh(sheet.size.0, sheet.size.1) else { return };
        let mut page = self.document.start_page_with(settings);
        let mut surface = page.surface();
        for mark in &sheet.marks {
            draw(self.faces, &mut surface, mark);
        }
        surface.finish();
        page.finish();
        self.n_sheets += 1;
    }

    /// How many pages it has.
    pub fn n_sheets(&self) -> usize {
        self.n_sheets
    }

    /// The bytes.
    ///
    /// # Errors
    /// Where a font cannot be embedded.
    pub fn finish(self) -> Result<Vec<u8>, PaperFault> {
        self.document.finish().map_err(|error| PaperFault::Pdf(error.to_string()))
    }
}

fn draw(faces: &Faces, surface: &mut Surface<'_>, mark: &Mark) {
    match mark {
        Mark::Text { at, size, text, ink } => {
            surface.set_stroke(None);
            surface.set_fill(Some(Fill {
                paint: shade(*ink).into(),
                opacity: NormalizedF32::ONE,
                rule: FillRule::default(),
            }));
            write(faces, surface, *at, *size, text);
        }
        Mark::Line { from, to, stroke } => {
            let mut path = PathBuilder::new();
            path.move_to(from.0, from.1);
            path.line_to(to.0, to.1);
            let Some(path) = path.finish() else { return };
            surface.set_fill(None);
            surface.set_stroke(Some(pen(*stroke)));
            surface.draw_path(&path);
        }
    }
}

fn shade(ink: Ink) -> luma::Color {
    match ink {
        Ink::Black => luma::Color::black(),
        Ink::Grey => luma::Color::new(GREY),
    }
}

fn pen(stroke: Stroke) -> Pen {
    match stroke {
        Stroke::Solid => Pen { width: PEN, ..Pen::default() },
        Stroke::Dashed => Pen {
            width: PEN,
            paint: luma::Color::new(GREY).into(),
            dash: Some(StrokeDash { array: vec![4.0, 3.0], offset: 0.0 }),
            ..Pen::default()
        },
    }
}

/// Writes a line in runs of one font each.
fn write(faces: &Faces, surface: &mut Surface<'_>, at: (f32, f32), size: f32, text: &str) {
    let mut x = at.0;
    for (face, run) in runs(faces, text) {
        let Some(font) = faces.font(face) else { continue };
        let glyphs = glyphs(faces, &run);
        surface.draw_glyphs(Point::from_xy(x, at.1), &glyphs, font, &run, size, false);
        x += faces.width(&run, size);
    }
}

fn runs(faces: &Faces, text: &str) -> Vec<(usize, String)> {
    let mut runs: Vec<(usize, String)> = Vec::new();
    for c in text.chars() {
        let Some(Glyph { face, .. }) = faces.glyph(c) else { continue };
        match runs.last_mut() {
            Some((last, run)) if *last == face => run.push(c),
            _ => runs.push((face, c.to_string())),
        }
    }
    runs
}

fn glyphs(faces: &Faces, run: &str) -> Vec<KrillaGlyph> {
    let known = run.char_indices().filter_map(|(at, c)| Some((at, c, faces.glyph(c)?)));
    known
        .map(|(at, c, glyph)| KrillaGlyph {
            glyph_id: glyph.id,
            text_range: at..at + c.len_utf8(),
            x_advance: glyph.advance,
            x_offset: 0.0,
            y_offset: 0.0,
            y_advance: 0.0,
            location: None,
        })
        .collect()
}
