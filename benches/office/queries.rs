//! What people type when they look for an organisation: drawn from a list's own names, so that any
//! list can be measured, and the same on every run.

use pinyin::ToPinyin;

use crate::chance::Chance;
use crate::corpus::Corpus;

/// Lengths of the texts, in characters.
pub const LENGTHS: [usize; 5] = [1, 2, 3, 5, 8];

/// A text with at most so many hits is rare.
pub const RARE: usize = 50;

/// Texts that are hard on an index: common pieces in an order that hardly occurs.
pub const HOSTILE: [&str; 12] = [
    "班团支部2",
    "团支部",
    "团",
    "支部团",
    "级20",
    "24级20",
    "委2224级",
    "学团委2",
    "部支",
    "2班团支部2",
    "省市",
    "村团",
];

/// How often a text occurs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Cut from a name at random.
    Sampled,
    /// Cut from a name, with at most [`RARE`] hits.
    Rare,
    /// Of characters that occur, and in no name.
    Absent,
}

/// A text and what it is.
#[derive(Debug, Clone)]
pub struct Text {
    /// As typed.
    pub text: String,
    /// How long.
    pub length: usize,
    /// How often it occurs.
    pub kind: Kind,
}

/// Everything that is asked.
pub struct Queries {
    /// Pieces of names.
    pub pieces: Vec<Text>,
    /// Beginnings of names.
    pub prefixes: Vec<String>,
    /// First letters of the pinyin.
    pub initials: Vec<String>,
    /// Whole pinyin of two or three characters.
    pub pinyin: Vec<String>,
    /// Two or three pieces of a name in another order.
    pub shuffled: Vec<String>,
    /// A piece with one wrong, one missing or one extra character.
    pub misspelt: Vec<String>,
    /// Some characters of a name in their order.
    pub abridged: Vec<String>,
}

impl Queries {
    /// Draws `n` pieces of each length, proportionally many rare and absent ones, and three times as
    /// many of every other kind, so that one query is not the 99th percentile.
    pub fn draw(corpus: &Corpus, n: usize) -> Self {
        let mut draw = Draw { corpus, chance: Chance::new(7) };
        Self {
            pieces: LENGTHS.iter().flat_map(|length| draw.pieces(*length, n)).collect(),
            prefixes: draw.many(n * 3, Draw::prefix),
            initials: draw.many(n * 3, Draw::initials),
            pinyin: draw.many(n * 3, Draw::pinyin),
            shuffled: draw.many(n * 3, Draw::shuffled),
            misspelt: draw.many(n * 3, Draw::misspelt),
            abridged: draw.many(n * 3, Draw::abridged),
        }
    }
}

struct Draw<'a> {
    corpus: &'a Corpus,
    chance: Chance,
}

impl Draw<'_> {
    fn many(&mut self, n: usize, mut one: impl FnMut(&mut Self) -> Option<String>) -> Vec<String> {
        (0..n * 50).filter_map(|_| one(self)).take(n).collect()
    }

    fn name(&mut self) -> Vec<char> {
        let rank = self.chance.below(self.corpus.n());
        self.corpus.name_at(rank).chars().collect()
    }

    /// A piece of a name, and where in it it begins.
    fn cut(&mut self, length: usize) -> Option<(usize, Vec<char>)> {
        let name = self.name();
        let at = self.chance.below((name.len() + 1).checked_sub(length)?.max(1));
        Some((at, name.get(at..at + length)?.to_vec()))
    }

    fn piece(&mut self, length: usize) -> Option<String> {
        self.cut(length).map(|(_, piece)| piece.into_iter().collect())
    }

    fn pieces(&mut self, length: usize, n: usize) -> Vec<Text> {
        let text = |kind| move |text| Text { text, length, kind };
        let sampled = self.many(n, |draw| draw.piece(length));
        let rare = self.many(n * 2 / 3, |draw| draw.rare(length));
        let absent = self.many(n / 3, |draw| draw.absent(length));
        let sampled = sampled.into_iter().map(text(Kind::Sampled));
        let rare = rare.into_iter().map(text(Kind::Rare));
        sampled.chain(rare).chain(absent.into_iter().map(text(Kind::Absent))).collect()
    }

    /// For single characters and pairs the tries may run out before enough rare ones are found.
    fn rare(&mut self, length: usize) -> Option<String> {
        let piece = self.piece(length)?;
        (self.corpus.n_holding(&piece, RARE) <= RARE).then_some(piece)
    }

    fn absent(&mut self, length: usize) -> Option<String> {
        let text: String = match length {
            1 => char::from_u32(0x4e00 + self.chance.below(20_000) as u32)?.to_string(),
            _ => (0..length).filter_map(|_| self.piece(1)).collect(),
        };
        (self.corpus.n_holding(&text, 0) == 0).then_some(text)
    }

    fn prefix(&mut self) -> Option<String> {
        let (length, name) = (2 + self.chance.below(12), self.name());
        name.get(..length).map(|piece| piece.iter().collect())
    }

    fn initials(&mut self) -> Option<String> {
        let length = 2 + self.chance.below(5);
        let piece = self.piece(length)?;
        let letters: Vec<&str> =
            piece.chars().filter_map(|c| Some(c.to_pinyin()?.first_letter())).collect();
        (letters.len() == length).then(|| letters.concat())
    }

    fn pinyin(&mut self) -> Option<String> {
        let length = 2 + self.chance.below(2);
        let piece = self.piece(length)?;
        let sounds: Vec<&str> =
            piece.chars().filter_map(|c| Some(c.to_pinyin()?.plain())).collect();
        (sounds.len() == length).then(|| sounds.concat())
    }

    fn shuffled(&mut self) -> Option<String> {
        let (name, n) = (self.name(), 2 + self.chance.below(2));
        let part = name.len() / n;
        let pieces: Option<Vec<String>> = (0..n)
            .map(|i| {
                let length = 2 + self.chance.below(2);
                let at = i * part + self.chance.below(part.checked_sub(length)?.max(1));
                Some(name.get(at..at + length)?.iter().collect())
            })
            .collect();
        Some(pieces?.into_iter().rev().collect::<Vec<_>>().join(" "))
    }

    fn misspelt(&mut self) -> Option<String> {
        let length = 5 + self.chance.below(3);
        let (_, mut piece) = self.cut(length)?;
        let at = 1 + self.chance.below(length - 2);
        let other = self.cut(1)?.1.first().copied()?;
        match self.chance.below(3) {
            0 => piece[at] = other,
            1 => drop(piece.remove(at)),
            _ => piece.insert(at, other),
        }
        let text: String = piece.into_iter().collect();
        (self.corpus.n_holding(&text, 0) == 0).then_some(text)
    }

    /// As 常武李公朴 for 江苏省常州市武进区湖塘镇李公朴小学团支部: a character of two places, then
    /// what the organisation itself is called.
    fn abridged(&mut self) -> Option<String> {
        let name = self.name();
        let pick = [3, 6].iter().chain(&[12, 13, 14]).map(|at| name.get(*at));
        let text: String = pick.collect::<Option<Vec<_>>>()?.into_iter().collect();
        (self.corpus.n_holding(&text, 0) == 0).then_some(text)
    }
}
