//! Organisations (团组织) and their tree.

use super::ids::OrgId;
use super::labels::labelled;

labelled! {
    /// Kinds of organisation, with the identifiers of the command line.
    pub enum OrgKind {
        /// A province-level root (团省委), or a system-level one such as 全国铁道团委.
        ProvinceRoot = "province_root" / "省级团委",
        /// 团委
        Committee = "committee" / "团委",
        /// 团工委, set up by a leading organ.
        WorkingCommittee = "working_committee" / "团工委",
        /// 团总支
        GeneralBranch = "general_branch" / "团总支",
        /// 团支部, the only home of members.
        Branch = "branch" / "团支部",
    }
}

impl OrgKind {
    /// Whether an organisation of this kind may stand directly below one of kind `superior`.
    ///
    /// domain.md B4 calls a branch a leaf, but official names such as 「……小学团支部2017级13班团支部」
    /// show class branches below a school's branch, so a branch may hold branches and nothing else.
    pub fn may_stand_below(self, superior: Self) -> bool {
        match superior {
            Self::Branch | Self::GeneralBranch => self == Self::Branch,
            Self::WorkingCommittee => self != Self::ProvinceRoot,
            Self::Committee | Self::ProvinceRoot => true,
        }
    }
}

labelled! {
    /// Whether an organisation is in use.
    pub enum OrgState {
        /// In use.
        Active = "active" / "在用",
        /// Closed; kept with its history and offered nowhere.
        Retired = "retired" / "停用",
    }
}

/// The way from the root to an organisation, as `/1/5/9/`.
///
/// Authority is a prefix of a path: whoever administers `/1/5/` may act for `/1/5/9/`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct OrgPath(String);

impl OrgPath {
    /// The path of a root.
    pub fn root(id: OrgId) -> Self {
        Self(format!("/{id}/"))
    }

    /// The path of an organisation directly below `self`.
    pub fn child(&self, id: OrgId) -> Self {
        Self(format!("{}{id}/", self.0))
    }

    /// Takes a stored path. Only the store writes paths, so the text is trusted.
    pub fn from_stored(text: String) -> Self {
        Self(text)
    }

    /// The stored form.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether `other` is this organisation or stands below it.
    pub fn contains(&self, other: &Self) -> bool {
        other.0.starts_with(&self.0)
    }

    /// The first text after all paths below this one, for a range over an index: `/1/5/` gives
    /// `/1/50`, since `0` follows `/`.
    pub fn range_end(&self) -> String {
        let mut end = self.0.clone();
        end.pop();
        end.push('0');
        end
    }

    /// The organisations on the way, the root first and this one last.
    pub fn ids(&self) -> impl Iterator<Item = OrgId> + '_ {
        self.0.split('/').filter_map(|part| part.parse().ok()).map(OrgId)
    }
}

/// An organisation as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organisation {
    /// Row.
    pub id: OrgId,
    /// Code, unique; the office's own or given by the program.
    pub code: String,
    /// The organisation directly above, none for a root.
    pub parent: Option<OrgId>,
    /// The way from the root.
    pub path: OrgPath,
    /// Kind.
    pub kind: OrgKind,
    /// Full name, unique among the organisations in use.
    pub full_name: String,
    /// Short name, may be empty.
    pub short_name: String,
    /// Name of the contact, may be empty.
    pub contact_name: String,
    /// Telephone of the contact, may be empty.
    pub contact_phone: String,
    /// Expected month of graduation `YYYY-MM` (毕业时间标记), may be empty.
    pub graduates_on: String,
    /// Day `YYYY-MM-DD` on which somebody last checked this entry, may be empty.
    pub verified_on: String,
    /// In use or retired.
    pub state: OrgState,
    /// Whether it, or an organisation above it, has an administrator here (domain.md A2.10).
    pub managed: bool,
    /// How many current members it holds itself.
    pub n_members: i64,
}

/// What is entered to make or change an organisation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OrgEntry {
    /// Code; empty means that the program gives one.
    pub code: String,
    /// Code or full name of the superior; empty for a root.
    pub superior: String,
    /// Kind.
    pub kind: Option<OrgKind>,
    /// Full name.
    pub full_name: String,
    /// Short name.
    pub short_name: String,
    /// Contact.
    pub contact_name: String,
    /// Telephone of the contact.
    pub contact_phone: String,
    /// Month of graduation `YYYY-MM`.
    pub graduates_on: String,
}

/// A destination or a picker's row: just enough to recognise an organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrgRow {
    /// Row.
    pub id: OrgId,
    /// Code.
    pub code: String,
    /// Full name.
    pub full_name: String,
    /// Kind.
    pub kind: OrgKind,
    /// Path.
    pub path: OrgPath,
    /// Name of its own administrator, may be empty.
    pub administrator: String,
    /// Current members it holds itself.
    pub n_members: i64,
    /// In use or retired.
    pub state: OrgState,
    /// Whether it is managed in this database.
    pub managed: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_contains_itself_and_what_is_below_only() {
        let root = OrgPath::root(OrgId(1));
        let five = root.child(OrgId(5));
        let fifty = root.child(OrgId(50));
        assert!(root.contains(&five) && five.contains(&five));
        assert!(!five.contains(&root) && !five.contains(&fifty));
        assert!(five.child(OrgId(9)).as_str() < five.range_end().as_str());
        assert!(fifty.as_str() >= five.range_end().as_str());
        assert_eq!(five.ids().collect::<Vec<_>>(), [OrgId(1), OrgId(5)]);
    }

    #[test]
    fn kinds_stand_where_the_trade_lets_them() {
        use OrgKind::*;
        for (kind, superior, fits) in [
            (Branch, GeneralBranch, true),
            (GeneralBranch, GeneralBranch, false),
            (Branch, Branch, true),
            (GeneralBranch, Branch, false),
            (Committee, Committee, true),
            (WorkingCommittee, Committee, true),
            (ProvinceRoot, Committee, true),
            (ProvinceRoot, WorkingCommittee, false),
        ] {
            assert_eq!(kind.may_stand_below(superior), fits, "{kind:?} below {superior:?}");
        }
    }

    #[test]
    fn identifiers_go_there_and_back() {
        for kind in OrgKind::ALL {
            assert_eq!(OrgKind::from_id(kind.id()), Some(*kind));
            assert_eq!(OrgKind::from_label(kind.label()), Some(*kind));
        }
    }
}
