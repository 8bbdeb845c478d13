//! Who may act for whom (domain.md A2 rules 1 to 3 and A5).

use super::account::{Actor, Role};
use super::organisation::OrgPath;

/// How an actor stands towards an organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Administers that very organisation.
    Own,
    /// Administers an organisation above it: recorded and shown as 代办.
    OnBehalf,
    /// Fills in forms for it, or for an organisation above it, and decides nothing.
    Clerk,
    /// Has nothing to do with it.
    Stranger,
}

impl Standing {
    /// Whether the actor may decide for the organisation.
    pub fn may_decide(self) -> bool {
        matches!(self, Self::Own | Self::OnBehalf)
    }

    /// Whether the actor may fill in forms for the organisation.
    pub fn may_fill_in(self) -> bool {
        !matches!(self, Self::Stranger)
    }
}

/// How `actor` stands towards the organisation at `path`.
pub fn standing(actor: &Actor, path: &OrgPath) -> Standing {
    match actor.role {
        _ if !actor.org_path.contains(path) => Standing::Stranger,
        Role::Member => Standing::Stranger,
        Role::Operator => Standing::Clerk,
        Role::Administrator if actor.org_path == *path => Standing::Own,
        Role::Administrator => Standing::OnBehalf,
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::actor;
    use super::*;
    use crate::domain::ids::OrgId;

    #[test]
    fn authority_reaches_down_and_never_up_or_sideways() {
        let root = OrgPath::root(OrgId(1));
        let (left, right) = (root.child(OrgId(2)), root.child(OrgId(3)));
        let cases = [
            (Role::Administrator, &left, &left, Standing::Own),
            (Role::Administrator, &root, &left, Standing::OnBehalf),
            (Role::Administrator, &left, &root, Standing::Stranger),
            (Role::Administrator, &left, &right, Standing::Stranger),
            (Role::Operator, &root, &left, Standing::Clerk),
            (Role::Operator, &left, &right, Standing::Stranger),
            (Role::Member, &left, &left, Standing::Stranger),
        ];
        for (role, at, of, wanted) in cases {
            assert_eq!(standing(&actor(role, at), of), wanted, "{role:?} at {at:?} of {of:?}");
        }
    }
}
