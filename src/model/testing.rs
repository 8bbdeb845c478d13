//! What the tests of the screens share: somebody at a desk, and invented rows.

use chrono::NaiveDate;

use super::effect::{Effect, Reply};
use super::layer::{Ctx, Nav, Out};
use super::state::Session;
use crate::domain::account::Role;
use crate::domain::filter::Counts;
use crate::domain::id_number::DocumentKind;
use crate::domain::ids::{MemberId, Moment, Now, OrgId};
use crate::domain::member::{Member, MemberRow, MemberState, Profile};
use crate::domain::org_search::{OrgHit, OrgHits, Superior};
use crate::domain::organisation::{OrgKind, OrgPath, OrgRow, OrgState, Organisation};
use crate::domain::testing::{actor, id_number};
use crate::rules::Rules;

/// An administrator of 「某某学院团委」 on 2020-06-02, 09:00, at 80x24.
pub struct Desk {
    /// The clock.
    pub now: Now,
    /// Who is signed in.
    pub session: Session,
    rules: Rules,
    tickets: u64,
}

impl Desk {
    /// A fresh one.
    pub fn at_nine() -> Self {
        let nine = NaiveDate::from_ymd_opt(2020, 6, 2).unwrap().and_hms_opt(9, 0, 0).unwrap();
        let path = OrgPath::root(OrgId(1));
        Self {
            now: Now::from_local(nine, 8 * 3600),
            session: Session {
                actor: actor(Role::Administrator, &path),
                demo: false,
                counts: Counts::default(),
            },
            rules: rules(),
            tickets: 0,
        }
    }

    /// What a screen may look at.
    pub fn ctx(&mut self) -> Ctx<'_> {
        Ctx {
            now: self.now,
            session: Some(&self.session),
            rules: &self.rules,
            size: (80, 24),
            tickets: &mut self.tickets,
        }
    }

    /// Lets seconds pass.
    pub fn wait(&mut self, seconds: i64) {
        self.now.moment = Moment(self.now.moment.0 + seconds);
    }
}

/// The built-in rule file.
pub fn rules() -> Rules {
    Rules::national()
}

/// The one effect of an answer.
pub fn only(out: &Out) -> &Effect {
    assert_eq!(out.effects.len(), 1, "one effect");
    &out.effects[0]
}

/// What an answer does to the stack, in words short enough for a comparison.
pub fn moves(out: &Out) -> Vec<String> {
    out.nav
        .iter()
        .map(|nav| match nav {
            Nav::Push(layer) => format!("push {}", layer.crumb()),
            Nav::Pop => "pop".to_owned(),
            Nav::Give(given) => format!("give {given:?}"),
            Nav::Reset(layer) => format!("reset {}", layer.crumb()),
            Nav::Say(message) => format!("say {}", message.text),
        })
        .collect()
}

/// A failed question.
pub fn failure(ticket: super::effect::Ticket) -> Reply {
    use crate::domain::fault::{Fault, FaultKind};
    Reply::Failed(Some(ticket), Fault::new(FaultKind::Busy, "另一个窗口正在写入。"))
}

/// A row of the list of members.
pub fn member_row(n: i64, name: &str) -> MemberRow {
    MemberRow {
        id: MemberId(n),
        name: name.to_owned(),
        masked_id: "320***************".to_owned(),
        masked_phone: "186****1029".to_owned(),
        branch_name: "江苏省南京市某某学院2017级13班团支部".to_owned(),
        joined_on: "2015-05".to_owned(),
        league_post: String::new(),
        state: MemberState::Active,
        open_transfer: String::new(),
    }
}

/// A member whose ID number is invented.
pub fn member(n: i64, name: &str) -> Member {
    let path = OrgPath::root(OrgId(1)).child(OrgId(13));
    Member {
        id: MemberId(n),
        name: name.to_owned(),
        document: DocumentKind::ResidentCard,
        id_number: id_number(41),
        phone: "18625201029".to_owned(),
        branch: OrgId(13),
        branch_name: "江苏省南京市某某学院2017级13班团支部".to_owned(),
        branch_path: path,
        profile: Profile { joined_on: "2015-05".to_owned(), ..Profile::default() },
        state: MemberState::Active,
    }
}

/// A row of the list of organisations, below the root 1.
pub fn org_row(id: i64, name: &str, kind: OrgKind) -> OrgRow {
    let root = OrgPath::root(OrgId(1));
    OrgRow {
        id: OrgId(id),
        code: format!("32010400{id:02}"),
        full_name: name.to_owned(),
        kind,
        path: if id == 1 { root } else { root.child(OrgId(id)) },
        administrator: "李静".to_owned(),
        n_members: 41,
        state: OrgState::Active,
        managed: true,
    }
}

/// A hit of a search, below 江苏省委员会.
pub fn org_hit(id: i64, name: &str, kind: OrgKind) -> OrgHit {
    let row = org_row(id, name, kind);
    OrgHit {
        id: Some(row.id),
        code: row.code,
        full_name: row.full_name,
        kind,
        superior: Some(Superior {
            code: "32".to_owned(),
            full_name: "共青团江苏省委员会".to_owned(),
        }),
        managed: row.managed,
        n_members: row.n_members,
        administrator: row.administrator,
        state: row.state,
    }
}

/// The whole answer to a search.
pub fn hits(rows: Vec<OrgHit>) -> OrgHits {
    OrgHits { rows, finished: true, ..OrgHits::default() }
}

/// An organisation as stored.
pub fn organisation(id: i64, name: &str, kind: OrgKind) -> Organisation {
    let row = org_row(id, name, kind);
    Organisation {
        id: row.id,
        code: row.code,
        parent: (id != 1).then_some(OrgId(1)),
        path: row.path,
        kind,
        full_name: row.full_name,
        short_name: String::new(),
        contact_name: "李静".to_owned(),
        contact_phone: "0519-86330000".to_owned(),
        graduates_on: String::new(),
        verified_on: "2020-05-01".to_owned(),
        state: OrgState::Active,
        managed: true,
        n_members: 41,
    }
}
