//! Why there is no paper.

use std::path::PathBuf;

use crate::domain::fault::{Fault, FaultKind};

/// Why there is no paper. `Display` is the whole Chinese sentence.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PaperFault {
    /// A character that no font here has. It is named, and never printed as an empty box.
    #[error("{whose}里的「{character}」（U+{:04X}）字体里没有，没有打印。请装一个有这个字的字体，在设置文件里写 letter_font = \"字体文件的路径\"，再打印一次。", u32::from(*.character))]
    NoGlyph {
        /// Whose paper, or which file.
        whose: String,
        /// The character.
        character: char,
    },
    /// The office's own font cannot be used.
    #[error("设置里的字体 {} 用不了：{why}。请换一个 .ttf、.otf 或 .ttc 文件，或从设置文件里删去 letter_font，改用自带的字体。", .path.display())]
    OwnFont {
        /// The file.
        path: PathBuf,
        /// Why, in words.
        why: String,
    },
    /// A template is at fault.
    #[error(
        "模板 {name} 第 {line} 行：{why}。请照内置的模板改（tuanzhuan config template 可以看），或删去这个文件，改用内置的。"
    )]
    Template {
        /// Name or path of the template.
        name: String,
        /// The line, from one.
        line: usize,
        /// What is wrong and what would be right.
        why: String,
    },
    /// More than one paper can hold.
    #[error("{0}")]
    TooLong(String),
    /// The writer of the PDF refused.
    #[error("PDF 没有做成，没有留下文件。请换一个字体再试；仍不行请把这句话告诉维护的人：{0}")]
    Pdf(String),
}

impl From<PaperFault> for Fault {
    fn from(fault: PaperFault) -> Self {
        let kind = match &fault {
            PaperFault::NoGlyph { .. } | PaperFault::TooLong(_) => FaultKind::Rule,
            PaperFault::OwnFont { .. } | PaperFault::Template { .. } => FaultKind::Damaged,
            PaperFault::Pdf(_) => FaultKind::Failed,
        };
        Self::new(kind, fault.to_string())
    }
}
