//! Looking for organisations among all that are known here: the database and the directory.

use super::ids::OrgId;
use super::organisation::{OrgKind, OrgState};

/// Most hits that are ever listed. Whoever sees so many is helped by another word, not by more.
pub const MOST_HITS: usize = 500;

/// What comes near is counted so far; beyond it there are 「以上」.
pub const MOST_NEAR: usize = 20;

/// Among which organisations is looked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Within {
    /// All.
    #[default]
    Nation,
    /// The signed-in person's province.
    Province,
    /// The signed-in person's city: what stands directly below the province.
    City,
    /// What the signed-in person administers or fills in for.
    Mine,
    /// This organisation and what is below it.
    Below(OrgId),
    /// The same by code or full name.
    Under(String),
}

impl Within {
    /// The word for it.
    pub fn label(&self) -> &'static str {
        match self {
            Self::Nation => "全国",
            Self::Province => "本省",
            Self::City => "本市",
            Self::Mine => "我管理的",
            Self::Below(_) => "它下面的",
            Self::Under(_) => "指定组织下面的",
        }
    }
}

/// A question for organisations.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrgSearch {
    /// What was typed.
    pub text: String,
    /// Of this kind only.
    pub kind: Option<OrgKind>,
    /// Among which.
    pub within: Within,
    /// Most hits, at most [`MOST_HITS`] of which are given.
    pub limit: usize,
}

/// The organisation directly above another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Superior {
    /// Code; may be empty where it stands in the directory only.
    pub code: String,
    /// Full name.
    pub full_name: String,
}

/// An organisation that was found, with what tells it from its like.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgHit {
    /// Row in the database; none where it stands in the directory only.
    pub id: Option<OrgId>,
    /// Code; may be empty where it stands in the directory only.
    pub code: String,
    /// Full name.
    pub full_name: String,
    /// Kind.
    pub kind: OrgKind,
    /// The organisation directly above, none for a root.
    pub superior: Option<Superior>,
    /// Whether it is managed in this database.
    pub managed: bool,
    /// Current members it holds itself, as far as the database knows.
    pub n_members: i64,
    /// Name of its own administrator, else of its contact; may be empty.
    pub administrator: String,
    /// In use or retired.
    pub state: OrgState,
}

/// Why organisations are suggested where nothing matches.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Likeness {
    /// They match without this term.
    Without(String),
    /// They match but for one character.
    Spelled,
    /// They have the characters in this order, with others between.
    InOrder,
}

/// Organisations that are near to what was looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgSuggestion {
    /// In which way.
    pub likeness: Likeness,
    /// The nearest of them.
    pub rows: Vec<OrgHit>,
    /// How many there are, counted up to [`MOST_NEAR`].
    pub n: usize,
}

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrgHits {
    /// In the order of nearness.
    pub rows: Vec<OrgHit>,
    /// Whether there are more.
    pub more: bool,
    /// Whether the search ran to its end; else these are the best so far.
    pub finished: bool,
    /// What comes near, where nothing matches.
    pub suggestions: Vec<OrgSuggestion>,
    /// Old words in the text with the new ones that were looked for as well.
    pub synonyms: Vec<(String, String)>,
    /// Full name of the organisation below which was looked, if it was not everywhere.
    pub place: Option<String>,
    /// How many organisations the directory holds; zero without one.
    pub n_listed: u32,
    /// What is wrong with the directory, told once.
    pub warning: Option<String>,
}
