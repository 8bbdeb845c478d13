//! From the terms of a query to the sets of organisations that can match them.

use crate::domain::name_search::{Nearness, Spelling, Term};

use super::Directory;
use super::columns::Codes;
use super::cuts::Cuts;
use super::fault::DirectoryFault;
use super::file::Key;
use super::grams::{START, text_key};
use super::node::Node;

/// As many organisations are looked at for a code that is exactly the term.
const SAME_CODES: usize = 64;

/// Where in a name its characters are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// At its beginning.
    Start,
    /// Anywhere.
    Anywhere,
}

/// One term of a query with what is known of it.
#[derive(Debug)]
pub(super) struct TermPlan<'a> {
    directory: &'a Directory,
    term: &'a Term,
    /// Those whose code begins with the term.
    codes: Option<Node<'a>>,
    /// The readings by sound, once they were asked for.
    cuts: Option<Vec<Option<Cuts<'a>>>>,
}

impl<'a> TermPlan<'a> {
    pub(super) fn new(directory: &'a Directory, term: &'a Term) -> Result<Self, DirectoryFault> {
        let mut codes = Vec::new();
        for spelling in term.spellings() {
            codes.extend(match directory.with_prefix(spelling.text())? {
                Codes::Many(list) => Some(Node::List(list)),
                Codes::Few(few) if few.is_empty() => None,
                Codes::Few(few) => Some(Node::Rows(few.into_iter().map(|no| no.0).collect())),
            });
        }
        Ok(Self { directory, term, codes: Node::any(codes), cuts: None })
    }

    pub(super) const fn term(&self) -> &'a Term {
        self.term
    }

    /// Those whose code begins with the term.
    pub(super) const fn codes(&self) -> Option<&Node<'a>> {
        self.codes.as_ref()
    }

    /// Those that can match this term with just this nearness; nothing where none can.
    pub(super) fn exactly(
        &mut self,
        nearness: Nearness,
    ) -> Result<Option<Node<'a>>, DirectoryFault> {
        match nearness {
            Nearness::Whole => self.whole(),
            Nearness::Prefix => {
                let names = self.in_names(At::Start)?;
                Ok(Node::any(names.into_iter().chain(self.codes.clone())))
            }
            Nearness::Substring => self.in_names(At::Anywhere),
            Nearness::SoundPrefix | Nearness::Sound => self.by_sound(nearness),
        }
    }

    /// Those that can match this term with this nearness or a better one.
    pub(super) fn up_to(&mut self, nearness: Nearness) -> Result<Option<Node<'a>>, DirectoryFault> {
        let own = self.exactly(nearness)?;
        let better = match nearness {
            Nearness::Whole | Nearness::Prefix => [None, None],
            Nearness::Substring => [None, self.codes.clone()],
            Nearness::SoundPrefix | Nearness::Sound => {
                [self.in_names(At::Anywhere)?, self.codes.clone()]
            }
        };
        Ok(Node::any(own.into_iter().chain(better.into_iter().flatten())))
    }

    fn whole(&self) -> Result<Option<Node<'a>>, DirectoryFault> {
        let mut nodes = Vec::new();
        for spelling in self.term.spellings() {
            nodes.extend(self.whole_name(spelling)?);
            nodes.extend(self.whole_code(spelling)?);
        }
        Ok(Node::any(nodes))
    }

    fn whole_name(&self, spelling: &Spelling) -> Result<Option<Node<'a>>, DirectoryFault> {
        let numbers = self.directory.of_length(spelling.length());
        if numbers.is_empty() {
            return Ok(None);
        }
        let grams = text(self.directory, spelling.text(), At::Start)?;
        Ok(grams.and_then(|grams| Node::all([grams, Node::range(numbers)])))
    }

    /// Codes that begin with the term come in their order, so one that is the term comes first.
    fn whole_code(&self, spelling: &Spelling) -> Result<Option<Node<'a>>, DirectoryFault> {
        if self.codes.is_none() {
            return Ok(None);
        }
        let mut rows = Vec::new();
        for no in self.directory.codes_from(spelling.text(), SAME_CODES)? {
            if self.directory.code(no)?.chars().count() == spelling.length() {
                rows.push(no.0);
            }
        }
        rows.sort_unstable();
        Ok((!rows.is_empty()).then_some(Node::Rows(rows)))
    }

    fn in_names(&self, at: At) -> Result<Option<Node<'a>>, DirectoryFault> {
        let spellings = self.term.spellings().iter();
        let nodes = spellings.map(|spelling| text(self.directory, spelling.text(), at));
        Ok(Node::any(nodes.collect::<Result<Vec<_>, _>>()?.into_iter().flatten()))
    }

    fn by_sound(&mut self, nearness: Nearness) -> Result<Option<Node<'a>>, DirectoryFault> {
        let mut all = match self.cuts.take() {
            Some(all) => all,
            None => {
                let spellings = self.term.spellings().iter();
                let all = spellings.map(|spelling| cuts_of(self.directory, spelling));
                all.collect::<Result<_, _>>()?
            }
        };
        let mut nodes = Vec::new();
        for (spelling, cuts) in self.term.spellings().iter().zip(&mut all) {
            let Some(cuts) = cuts else { continue };
            let node = cuts.node(nearness)?;
            nodes.extend(match (node, spelling.has_letter()) {
                (Some(node), false) => dotted(self.directory, node)?,
                (node, _) => node,
            });
        }
        self.cuts = Some(all);
        Ok(Node::any(nodes))
    }
}

/// The readings of a spelling. Without a letter in it a name sounds like it only if dots were left
/// out, so without a dot in any name there is nothing to read.
fn cuts_of<'a>(
    directory: &'a Directory,
    spelling: &Spelling,
) -> Result<Option<Cuts<'a>>, DirectoryFault> {
    let useful = spelling.has_letter() || has_dots(directory);
    if spelling.letters().is_empty() || !useful {
        return Ok(None);
    }
    Ok(Cuts::new(directory, directory.sounds_of_names()?, spelling.letters()))
}

/// Whether a dot is in some name, so that it may match text that it has only with a dot in between.
pub(super) fn has_dots(directory: &Directory) -> bool {
    directory.alphabet().code('·').is_some()
}

fn dotted<'a>(
    directory: &'a Directory,
    node: Node<'a>,
) -> Result<Option<Node<'a>>, DirectoryFault> {
    let Some(dots) = text(directory, "·", At::Anywhere)? else { return Ok(None) };
    Ok(Node::all([node, dots]))
}

/// The names in which a folded text can be; nothing where it cannot be in any.
pub(super) fn text<'a>(
    directory: &'a Directory,
    text: &str,
    at: At,
) -> Result<Option<Node<'a>>, DirectoryFault> {
    let alphabet = directory.alphabet();
    let start = (at == At::Start).then_some(START);
    let mut codes: Vec<u16> = start.into_iter().collect();
    for c in text.chars() {
        let Some(code) = alphabet.code(c) else { return Ok(None) };
        codes.push(code);
    }
    let mut nodes = Vec::new();
    for key in keys(directory, &codes) {
        let Some(list) = directory.list(Key::Text(key))? else { return Ok(None) };
        nodes.push(Node::List(list));
    }
    Ok(Node::all(nodes))
}

/// The keys that a name with these codes in a row must have.
fn keys(directory: &Directory, codes: &[u16]) -> Vec<u64> {
    if let &[only] = codes {
        return vec![text_key(&[only])];
    }
    let mut keys: Vec<u64> = codes.windows(2).map(text_key).collect();
    for three in codes.windows(3) {
        let bigram = three.get(..2).map_or(0, text_key);
        if three.first() == Some(&START) || directory.is_frequent(bigram) {
            keys.push(text_key(three));
        }
    }
    keys
}

/// Those that have all characters of a folded text, in whatever order.
pub(super) fn characters<'a>(
    directory: &'a Directory,
    text: &str,
) -> Result<Option<Node<'a>>, DirectoryFault> {
    let mut nodes = Vec::new();
    for c in text.chars() {
        let code = directory.alphabet().code(c);
        let list = code.map(|code| directory.list(Key::Text(text_key(&[code]))));
        let Some(list) = list.transpose()?.flatten() else { return Ok(None) };
        nodes.push(Node::List(list));
    }
    Ok(Node::all(nodes))
}
